//! Each way in which words lead to a quantity ([`Lead`]) → what it says.

use super::super::{Basis, Quantity};
use super::after::{After, noun_after};
use super::before::{Lead, is_doer, lead, object};
use super::lexicon::Class;
use super::measure::{
    is_countable, is_duration, is_event, is_measure, is_money, is_people, is_rate,
};
use super::naming::{counted_of, governing_action, is_place, leads_to, own_noun, subject_of};
use super::phrase::Row;
use super::reader::{Place, Reader};
use super::said::{Against, Said, against, change_of};
use crate::extract::words::Ends;
use std::borrow::Cow;
use std::sync::LazyLock;

impl<'a> Reader<'a> {
    /// Reads one quantity and the words around it. Also how many elements after it its noun takes.
    pub(super) fn quantity(&self, place: Place<'a, '_>) -> (Said<'a>, usize) {
        let Place { before, right, more, in_list, shared, quantity } = place;
        if before.last() == Class::Adverb && before.last_word() == "连续" && is_duration(quantity)
        {
            return (self.of(subject_of(before)), 0);
        }
        let to_follows = leads_to(right, more);
        let lead = cut(before, quantity).unwrap_or_else(|| lead(before, to_follows));
        let after = self.after(&lead, right, more, quantity);
        let used = after.map_or(0, |a| a.used);
        let after = after.or(shared.filter(|_| matches!(lead, Lead::Bare { .. } | Lead::Nothing)));
        let rest = if more { right.part(0, 0) } else { right.part(used, right.len()) };
        let mut said = match lead {
            Lead::Nothing => self.nothing(after, rest, in_list, quantity),
            Lead::Object { verb, noun } => self.object(verb, noun, after, rest, in_list, quantity),
            Lead::Made { verb, noun, doing } => made(verb, noun, doing),
            Lead::Bare { row, verb_start } => self.bare(row, verb_start, after, rest, quantity),
            Lead::Level { thing, link } => self.level(thing, link, after, rest, quantity),
            Lead::Change { thing, grows } => self.change(thing, grows),
            Lead::Ahead { thing, than, link } => self.lead_over(thing, than, link, quantity),
            Lead::Share { thing, whole } => self.share(thing, whole),
            Lead::From { thing } => Said { is_from: true, ..self.of(thing.thing()) },
            Lead::Prep { word, before } => self.prep(word, before, after, rest),
        };
        if said.change.is_some() && said.against == Against::Unsaid {
            said.against = match against(before) {
                Against::Unsaid if in_list => {
                    self.last.as_ref().map_or(Against::Unsaid, |l| l.against)
                }
                against => against,
            };
        }
        (said, used)
    }

    /// The noun after the quantity, where the words before leave room for it.
    fn after(
        &self,
        lead: &Lead<'a>,
        right: Row<'a>,
        more: bool,
        quantity: &Quantity,
    ) -> Option<After<'a>> {
        let after = noun_after(right, more)?;
        let measure = !is_countable(quantity);
        let fits = match lead {
            Lead::Change { .. } | Lead::Ahead { .. } | Lead::Share { .. } | Lead::From { .. } => {
                false
            }
            Lead::Level { .. } => !measure && !after.of,
            // Another quantity follows at once: the noun between is that one's, as this one has its own.
            Lead::Made { .. } => !measure,
            Lead::Object { verb, .. } => {
                let taken = more && after.used == right.len();
                !(taken && !after.of)
                    && (!measure
                        || after.of
                        || verb.is_some_and(|v| !v.is_empty()) && is_money(quantity))
            }
            Lead::Nothing => !measure || after.of || is_money(quantity) || is_rate(quantity),
            Lead::Bare { .. } | Lead::Prep { .. } => true,
        };
        fits.then_some(after)
    }

    fn nothing(
        &self,
        after: Option<After<'a>>,
        rest: Row<'a>,
        in_list: bool,
        quantity: &Quantity,
    ) -> Said<'a> {
        let Some(after) = after else {
            let last = self.last.as_ref();
            let mut said = self.carried();
            if in_list {
                said.change = last.and_then(|l| l.change);
                said.action = last.and_then(|l| l.action.clone());
            } else {
                said.action = rest.predicate();
            }
            let done = said.action.as_deref().filter(|_| !in_list);
            if quantity.unit.as_deref() == Some("人")
                && done.is_some_and(|done| !holds_to_account(done))
            {
                said.item = Some(Cow::Borrowed("群众"));
            }
            return said;
        };
        let inherited = self.last.as_ref().filter(|_| in_list).and_then(|l| l.action.clone());
        let (item, carry) = counted_of(&after, rest);
        let doing = after.doing.filter(|doing| inherited.is_some() && *doing != "建设");
        let item = item.map(|item| Cow::Borrowed(item) + doing.unwrap_or_default());
        let action =
            inherited.or_else(|| rest.predicate()).or_else(|| after.doing.map(Cow::Borrowed));
        let carry = carry.map(Cow::Borrowed);
        Said { open: action.is_none(), item, carry, action, ..Said::default() }
    }

    fn object(
        &self,
        verb: Option<Row<'a>>,
        noun: Row<'a>,
        after: Option<After<'a>>,
        rest: Row<'a>,
        in_list: bool,
        quantity: &Quantity,
    ) -> Said<'a> {
        if let Some(after) = after {
            return self.governed(verb, noun, after, rest);
        }
        if let Some(verb) =
            verb.filter(|v| v.first().is_change() && v.len() == 1 && is_rate(quantity))
        {
            return Said {
                change: Some(change_of(verb.first() == Class::Increase)),
                ..self.of(noun.thing())
            };
        }
        if verb.is_none() && noun.last() == Class::Etc && noun.text().starts_with('《') {
            // 《…》等|74篇 被采用: titles stand for the thing that was named before.
            return Said { action: rest.predicate(), ..self.carried() };
        }
        let measured = !is_countable(quantity) && verb.is_none();
        let item = if measured { noun.thing() } else { noun.counted() };
        let item = item.map(|item| self.relative(item));
        let action = match verb {
            Some(verb) => verb.action(),
            None => rest.predicate().or_else(|| self.inherited(in_list, noun, quantity)),
        };
        Said { open: action.is_none() && in_list, item, action, ..Said::default() }
    }

    /// A verb further to the left governs a quantity whose noun stands after it.
    fn governed(
        &self,
        verb: Option<Row<'a>>,
        noun: Row<'a>,
        after: After<'a>,
        rest: Row<'a>,
    ) -> Said<'a> {
        let item = after.noun.counted().map(Cow::Borrowed);
        // 抓实能源科技创新|9条|路径: the noun between verb and number says of what.
        let plain = noun
            .elements
            .iter()
            .all(|e| matches!(e.class, Class::Noun | Class::Nominal | Class::Scope));
        if verb.is_some() && !after.of && plain && !is_doer(noun.text()) {
            const CHARS_MAX: usize = 12;
            let of = noun.counted().filter(|of| of.chars().count() <= CHARS_MAX && !is_place(of));
            let item = item.map(|item| Cow::Borrowed(of.unwrap_or_default()) + item);
            let action = verb.and_then(|v| governing_action(v, &after, rest));
            return Said { item, action, ..Said::default() };
        }
        if after.of && verb.is_none() && noun.last() != Class::Etc {
            // 总投资|500亿元的基地: what is measured of the thing stands before.
            let item = item.map(|thing| thing + noun.counted().unwrap_or_default());
            return Said { item, ..Said::default() };
        }
        let predicate = || rest.predicate().or_else(|| after.doing.map(Cow::Borrowed));
        let action = match verb {
            Some(verb) => governing_action(verb, &after, rest),
            None => predicate(),
        };
        let wants = action.is_none() && noun.last() == Class::Etc;
        Said { open: action.is_none(), wants, item, action, ..Said::default() }
    }

    fn bare(
        &self,
        row: Row<'a>,
        verb_start: usize,
        after: Option<After<'a>>,
        rest: Row<'a>,
        quantity: &Quantity,
    ) -> Said<'a> {
        let (before, verb) = (row.part(0, verb_start), row.part(verb_start, row.len()));
        if let Some(after) = after {
            let action = governing_action(verb, &after, rest);
            let (item, carry) = counted_of(&after, rest);
            let (item, carry) = (item.map(Cow::Borrowed), carry.map(Cow::Borrowed));
            return Said { item, carry, action, ..Said::default() };
        }
        let passive = before.rposition(|c| c == Class::Passive);
        let own = own_noun(before).filter(|_| passive.is_none());
        let nominal = passive.is_none() && verb.elements.iter().all(|e| e.class == Class::Nominal);
        // 书面请示报告|13次, 水利投资|220亿元: the doing itself is counted or measured.
        let doing = is_event(quantity)
            || is_money(quantity)
            || own.is_some_and(|n| n.last() == Class::Nominal);
        if nominal && doing {
            let whole = row.part(verb_start - own.map_or(0, Row::len), row.len());
            return Said { item: whole.thing().map(Cow::Borrowed), ..Said::default() };
        }
        let action = verb.action();
        let people = is_people(quantity);
        let noun = own.filter(|n| people || !is_doer(n.text())).and_then(Row::counted);
        match noun {
            Some(item) => Said { item: Some(Cow::Borrowed(item)), action, ..Said::default() },
            None => {
                let understood = self.unsaid(quantity, action.as_deref());
                Said { action, ..understood }
            }
        }
    }

    fn level(
        &self,
        thing: Row<'a>,
        link: &'a str,
        after: Option<After<'a>>,
        rest: Row<'a>,
        quantity: &Quantity,
    ) -> Said<'a> {
        if let Some(after) = after {
            // 中心为|30万群众提供服务
            let action = rest.predicate().filter(|_| link == "为");
            let carry = subject_of(thing).filter(|_| action.is_none()).map(Cow::Borrowed);
            let item = after.noun.counted().map(Cow::Borrowed);
            return Said { item, carry, action, ..Said::default() };
        }
        let thing = thing.without_tail(|c| c.is_setting());
        // 价格上涨幅度控制在|2%: a level of a change is that change.
        if thing.last().is_change() && is_rate(quantity) && thing.len() > 1 {
            let grows = thing.last() == Class::Increase;
            return self.change(thing.part(0, thing.len() - 1), grows);
        }
        let thing = match thing.last() {
            Class::Prep => thing.part(0, thing.len() - 1),
            _ => thing,
        };
        let head =
            thing.without_lead(|c| c.is_setting() || matches!(c, Class::Conj | Class::Causative));
        if head.first() == Class::Verb
            && head.len() > 1
            && let Lead::Object { verb: Some(verb), noun, .. } = object(head)
        {
            let item = noun.thing().map(Cow::Borrowed);
            return Said { item, action: verb.action(), ..Said::default() };
        }
        self.of(subject_of(thing))
    }

    fn change(&self, thing: Row<'a>, grows: bool) -> Said<'a> {
        Said { change: Some(change_of(grows)), ..self.of(subject_of(thing)) }
    }

    /// 快于全国3.4个百分点 is a lead, 快于上年1.8个百分点 a change of the rate.
    fn lead_over(
        &self,
        thing: Row<'a>,
        than: Row<'a>,
        link: &'a str,
        quantity: &Quantity,
    ) -> Said<'a> {
        let mut said = self.of(subject_of(thing));
        if !is_rate(quantity) {
            return said;
        }
        let grew = self.last.as_ref().is_some_and(|l| l.change.is_some());
        if subject_of(thing).is_none() && grew {
            said.item = said
                .item
                .map(|item| if item.ends_with(['率', '速']) { item } else { item + "增速" });
        }
        if than.elements.iter().all(|e| e.class == Class::Time) {
            said.change = Some(change_of(!matches!(link, "低于" | "慢于" | "低出")));
            said.against = Against::Basis(Basis::YearOnYear);
        } else {
            said.action = Some(Cow::Borrowed(link) + than.thing().unwrap_or_default());
        }
        said
    }

    fn share(&self, thing: Row<'a>, whole: Row<'a>) -> Said<'a> {
        let mut said = match subject_of(thing) {
            // 涉及民生的|占七成: the thing is understood.
            Some(part) if part.ends_with('的') || thing.last() == Class::De => {
                let last = self.last.as_ref().and_then(|l| l.item.as_deref()).unwrap_or_default();
                let item = format!("{}的{last}", part.trim_end_matches('的'));
                Said { item: Some(Cow::Owned(item)), ..Said::default() }
            }
            Some(part) => Said { item: Some(Cow::Borrowed(part)), ..Said::default() },
            None => self.carried(),
        };
        if whole.is_empty() || whole.last() == Class::De {
            return said;
        }
        let ratio = ["比重", "比例", "份额", "比率", "百分比"]
            .iter()
            .any(|end| whole.text().ends_with(end));
        let tail = if ratio { "" } else { "比重" };
        said.item = said.item.map(|part| part + "占" + whole.text() + tail);
        said
    }

    fn prep(
        &self,
        word: &'a str,
        before: Row<'a>,
        after: Option<After<'a>>,
        rest: Row<'a>,
    ) -> Said<'a> {
        let Some(after) = after else {
            return Said {
                action: rest.predicate().filter(|_| word == "按"),
                ..self.of(subject_of(before))
            };
        };
        let action = rest.predicate().or_else(|| after.doing.map(Cow::Borrowed));
        let action = action.or_else(|| match word {
            // 推广到20个村: what was done stands before.
            "到" | "至" | "在" | "向" => match lead(before, false) {
                Lead::Bare { row, verb_start } => row.part(verb_start, row.len()).action(),
                Lead::Object { verb, .. } => verb.and_then(Row::action),
                _ => None,
            },
            "聚焦" | "锚定" | "瞄准" => Some(Cow::Borrowed(word)),
            _ => None,
        });
        let open = action.is_none();
        let item = after.noun.counted().map(Cow::Borrowed);
        Said { item, open, wants: open, action, ..Said::default() }
    }

    /// The thing named, or the one understood.
    fn of(&self, item: Option<&'a str>) -> Said<'a> {
        match item {
            Some(item) => Said { item: Some(self.relative(item)), ..Said::default() },
            None => self.carried(),
        }
    }

    /// 占比 and its like say nothing without the thing before.
    fn relative(&self, item: &'a str) -> Cow<'a, str> {
        const RELATIVE: &[&str] = &["占比", "比重", "增速"];
        const TOTALS: &[&str] = &["总额", "总量", "总值", "总产量", "总规模", "总数"];
        match self.last.as_ref().and_then(|l| l.item.as_deref()).filter(|_| self.warm) {
            Some(last) if RELATIVE.contains(&item) || item.starts_with('占') => {
                Cow::Owned(format!("{last}{item}"))
            }
            // 外贸进出口增长8.4%，总额突破…: the sum of what grew.
            Some(last) if TOTALS.contains(&item) && !last.ends_with(item) => {
                Cow::Owned(format!("{last}{item}"))
            }
            _ => Cow::Borrowed(item),
        }
    }

    fn carried(&self) -> Said<'a> {
        let understood = |l: &Said<'a>| l.carry.clone().or_else(|| l.item.clone());
        let last = self.last.as_ref().filter(|_| self.warm).and_then(understood);
        // A clause between that names another thing has changed the subject.
        let last = last.filter(|_| self.adjoins || self.topic.is_none());
        let (item, doubts) = match (last, self.topic) {
            (Some(item), _) => (Some(item), 1),
            (None, Some(topic)) => (Some(Cow::Borrowed(topic)), 2),
            (None, None) => (self.last.as_ref().and_then(|l| l.item.clone()), 3),
        };
        Said { item, doubts, ..Said::default() }
    }

    /// A bare verb: money has no noun of its own, people are people, other things were named before.
    fn unsaid(&self, quantity: &Quantity, action: Option<&str>) -> Said<'a> {
        if is_money(quantity) {
            return Said { item: Some(Cow::Borrowed("资金")), ..Said::default() };
        }
        let people = quantity.unit.as_deref() == Some("人") || quantity.unit.is_none();
        if people && !action.is_some_and(holds_to_account) {
            return Said { item: Some(Cow::Borrowed("群众")), doubts: 2, ..Said::default() };
        }
        self.carried()
    }

    /// The verb of the figure before holds for this one: in a list, after 其中, and for a bare noun after a comma.
    fn inherited(&self, in_list: bool, noun: Row<'_>, quantity: &Quantity) -> Option<Cow<'a, str>> {
        let last = self.last.as_ref().filter(|_| self.warm)?;
        let comma = is_countable(quantity)
            && quantity.unit.is_some()
            && self.adjoins
            && self.last_unit.as_deref().is_some_and(|unit| !is_measure(unit))
            && last.change.is_none()
            && noun.position(Class::may_be_verb).is_none();
        let sum = is_money(quantity) && self.last_unit.as_deref() != quantity.unit.as_deref();
        (in_list && !sum || comma).then(|| last.action.clone())?
    }
}

/// What courts, prosecutors, the police and inspectors do to people, who are then not the public.
fn holds_to_account(action: &str) -> bool {
    static WORDS: LazyLock<Ends<()>> = LazyLock::new(|| {
        Ends::of(&[
            "逮捕", "批捕", "不捕", "起诉", "不诉", "公诉", "判处", "宣判", "抓获", "刑拘", "拘留",
            "留置", "处分", "问责", "追究", "查处", "惩处", "惩治", "移送", "立案", "通报", "处理",
            "约谈", "处罚", "遣返", "追回",
        ])
    });
    WORDS.end(action)
}

/// 压减政府性基金项目|30%: a rate after a verb of change and its object is that object's change.
fn cut<'a>(before: Row<'a>, quantity: &Quantity) -> Option<Lead<'a>> {
    let row = before.without_lead(|c| c.is_setting() || c == Class::Conj);
    let thing = row.part(1, row.len()).without_tail(Class::is_setting);
    let own = row.first().is_change()
        && is_rate(quantity)
        && thing.first() == Class::Noun
        && thing.last() == Class::Noun;
    (own && thing.position(|c| matches!(c, Class::Level)).is_none())
        .then(|| Lead::Change { thing, grows: row.first() == Class::Increase })
}

/// 推动问题整改
fn made<'a>(verb: Row<'a>, noun: Row<'a>, doing: Row<'a>) -> Said<'a> {
    let action = verb.action().zip(doing.action()).map(|(verb, doing)| verb + doing);
    Said { item: noun.counted().map(Cow::Borrowed), action, ..Said::default() }
}
