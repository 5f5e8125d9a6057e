//! A clause with its quantities → what it says of each.
//!
//! Quantities are read from left to right. [`before::lead`] tells how the words before one lead to it,
//! [`after::noun_after`] whether the thing counted stands after it; what a clause leaves unsaid is taken from the figure
//! before (立案提案200件，办复198件).

use super::super::{Basis, Change, Quantity};
use super::after::{After, noun_after};
use super::before::{Lead, is_doer, lead, object};
use super::clause::Sentence;
use super::each;
use super::lexicon::Class;
use super::phrase::{Row, ranks};

/// What the text says of one quantity.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) item: Option<String>,
    pub(super) action: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) change: Option<Change>,
    /// What the change is measured against, where the clause says so.
    pub(super) against: Against,
    pub(super) is_from: bool,
    /// What later words understand, where it is not the item (总值迈上|4个台阶、达…).
    carry: Option<String>,
    /// Part of a list whose earlier members lack what the last one has.
    open: bool,
    /// What was done to it is said in the clause after (将346名委员按界别，划入各组).
    wants: bool,
    /// Doubts about the reading, each a little less sure.
    pub(super) doubts: u8,
}

/// What a change is measured against, as far as its clause says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Against {
    /// Not said: the frame decides.
    #[default]
    Unsaid,
    /// Said.
    Basis(Basis),
    /// Something that is none of the bases (较上一个五年规划时期).
    Other,
}

/// Reads the clauses of one passage, one sentence after the other.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The figure read last, in this sentence or an earlier one.
    last: Option<Said>,
    last_unit: Option<String>,
    /// A figure of the present sentence has been read.
    warm: bool,
    /// No clause without a figure stands between the last one and this.
    adjoins: bool,
    /// The thing that the clause before, without a figure, spoke of.
    topic: Option<String>,
    /// The names of the last 分别 list of the sentence.
    names: Vec<String>,
    doer: Option<String>,
}

impl Reader {
    /// Reads a sentence; one [`Said`] for each of its quantities, in order.
    pub(super) fn sentence(
        &mut self,
        passage: &str,
        sentence: &Sentence,
        quantities: &[Quantity],
    ) -> Vec<(usize, Said)> {
        self.warm = false;
        self.topic = None;
        self.names.clear();
        self.doer = None;
        let mut out: Vec<(usize, Said)> = Vec::new();
        for clause in &sentence.clauses {
            let row = Row { passage, elements: &clause.elements };
            if let Some((_, said)) = out.last_mut().filter(|(_, said)| said.wants) {
                said.wants = false;
                said.action = done_next(row);
            }
            if row.position(is_quantity).is_none() {
                self.topic = topic(row);
                self.adjoins = false;
                self.doer = self.doer.take().or_else(|| doer(row));
                continue;
            }
            self.clause(row, quantities, &mut out);
        }
        out.sort_by_key(|(index, _)| *index);
        out
    }

    fn clause(&mut self, row: Row<'_>, quantities: &[Quantity], out: &mut Vec<(usize, Said)>) {
        let places: Vec<(usize, usize)> = row
            .elements
            .iter()
            .enumerate()
            .filter_map(|(at, e)| match e.class {
                Class::Quantity(index) => Some((at, index)),
                _ => None,
            })
            .collect();
        let first_out = out.len();
        let mut from = 0;
        let mut names = Vec::new().into_iter();
        let mut starting = 0;
        let mut was_described = false;
        for (nth, &(at, index)) in places.iter().enumerate() {
            let quantity = &quantities[index];
            let next = places.get(nth + 1).map_or(row.len(), |(at, _)| *at);
            let before = row.part(from, at);
            // 6批次|共|100多人次: the same thing counted twice.
            let in_list = nth > 0
                && before
                    .without_tail(Class::is_setting)
                    .first_is(|c| matches!(c, Class::Stop | Class::Conj));
            let before = before.without_lead(|c| c == Class::Conj);
            if let Some((found, n)) = each::starts(before, &places[nth..], row) {
                starting = n;
                names = found.into_iter();
            } else if let Some(found) = each::names(before, &places[nth..], row, || earlier(out)) {
                self.names = found.clone();
                names = found.into_iter();
            } else if !in_list && nth == 0 && each::repeats(before, &places, row, self.names.len())
            {
                names = self.names.clone().into_iter();
            }
            let right = row.part(at + 1, next);
            let place =
                Place { before, right, more: next < row.len(), in_list, shared: None, quantity };
            // 390万|65岁以上|老年人: the second describes what the first counts.
            let described = right.is_empty() && next < row.len() && touches(row, at);
            // 推进12项及|14项重点改革: the noun is printed once.
            let beyond = places.get(nth + 2).map_or(row.len(), |(at, _)| *at);
            let once = !right.is_empty()
                && next < row.len()
                && is_join(right)
                && quantity.unit == quantities[places[nth + 1].1].unit;
            let place = match once && !is_rate(quantity) {
                true => Place {
                    shared: noun_after(row.part(next + 1, beyond), beyond < row.len()),
                    ..place
                },
                false => place,
            };
            let place = match described {
                true => Place { right: row.part(next + 1, row.len()), more: false, ..place },
                false => place,
            };
            let (mut said, used) = self.quantity(place);
            let used = if described { 0 } else { used };
            if described && quantities[places[nth + 1].1].unit.as_deref() == Some("岁") {
                let age = row.word(next);
                said.item = said.item.map(|item| format!("{age}{item}"));
            }
            if let Some(name) = names.next() {
                said.item = Some(name);
                said.doubts = 0;
            }
            // 127个国家的|584个港口: what was done holds for both.
            if before.first() == Class::De
                && nth > 0
                && said.action.is_none()
                && said.change.is_none()
            {
                said.action = self.last.as_ref().and_then(|l| l.action.clone());
            }
            if starting > 0 {
                said.is_from = true;
                starting -= 1;
            }
            // 外贸在需求下降3成|的情况下增长|12%: the thing stands before 在.
            if before.first() == Class::De
                && said.item.as_deref().is_some_and(|item| item.ends_with(['下', '上', '中']))
            {
                let within = row.part(0, at).rposition(|c| c == Class::Prep).unwrap_or(0);
                said.item = subject_of(row.part(0, within)).or(said.item);
            }
            if was_described {
                said.carry = self.last.as_ref().and_then(|l| l.carry.clone());
            }
            was_described = described;
            if !in_list {
                close(&mut out[first_out..]);
            }
            if said.action.is_some() {
                fill(&mut out[first_out..], &said);
            }
            said.subject = doer(row.part(0, at)).or_else(|| self.doer.clone());
            self.last = Some(said.clone());
            self.last_unit.clone_from(&quantity.unit);
            self.warm = true;
            self.adjoins = true;
            self.topic = None;
            out.push((index, said));
            from = at + 1 + used;
        }
    }

    fn quantity(&self, place: Place<'_>) -> (Said, usize) {
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
        let against = against(before);
        let mut said = match lead {
            Lead::Nothing => self.nothing(after, rest, in_list, quantity),
            Lead::Object { verb, noun } => self.object(verb, noun, after, rest, in_list, quantity),
            Lead::Made { verb, noun, doing } => made(verb, noun, doing),
            Lead::Bare { row, verb_start } => self.bare(row, verb_start, after, rest, quantity),
            Lead::Level { thing, link } => self.level(thing, link, after, rest, quantity),
            Lead::Change { thing, grows } => self.change(thing, grows),
            Lead::Ahead { thing, than, link } => self.lead_over(thing, than, link, quantity),
            Lead::Share { thing, whole } => self.share(thing, whole),
            Lead::From { thing } => Said { is_from: true, ..self.of(thing.measured()) },
            Lead::Prep { word, before } => self.prep(word, before, after, rest),
        };
        if said.change.is_some() && said.against == Against::Unsaid {
            said.against = match against {
                Against::Unsaid if in_list => {
                    self.last.as_ref().map_or(Against::Unsaid, |l| l.against)
                }
                against => against,
            };
        }
        (said, used)
    }

    /// The noun after the quantity, where the words before leave room for it.
    fn after<'a>(
        &self,
        lead: &Lead<'_>,
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
        after: Option<After<'_>>,
        rest: Row<'_>,
        in_list: bool,
        quantity: &Quantity,
    ) -> Said {
        let Some(after) = after else {
            let last = self.last.as_ref();
            let mut said = self.carried();
            if in_list {
                said.change = last.and_then(|l| l.change);
                said.action = last.and_then(|l| l.action.clone());
            } else {
                said.action = rest.predicate();
            }
            if quantity.unit.as_deref() == Some("人") && said.action.is_some() && !in_list {
                said.item = Some("群众".to_owned());
            }
            return said;
        };
        let inherited = self.last.as_ref().filter(|_| in_list).and_then(|l| l.action.clone());
        let (item, carry) = counted_of(&after, rest);
        let item = match after.doing.filter(|doing| inherited.is_some() && *doing != "建设") {
            Some(doing) => item.map(|item| item + doing),
            None => item,
        };
        let action =
            inherited.or_else(|| rest.predicate()).or_else(|| after.doing.map(str::to_owned));
        Said { open: action.is_none(), item, carry, action, ..Said::default() }
    }

    fn object(
        &self,
        verb: Option<Row<'_>>,
        noun: Row<'_>,
        after: Option<After<'_>>,
        rest: Row<'_>,
        in_list: bool,
        quantity: &Quantity,
    ) -> Said {
        if let Some(after) = after {
            return self.governed(verb, noun, after, rest);
        }
        if let Some(verb) =
            verb.filter(|v| v.first().is_change() && v.len() == 1 && is_rate(quantity))
        {
            return Said {
                change: Some(change_of(verb.first() == Class::Increase)),
                ..self.of(noun.measured())
            };
        }
        if verb.is_none() && noun.last() == Class::Etc && noun.text().starts_with('《') {
            // 《…》等|74篇 被采用: titles stand for the thing that was named before.
            return Said { action: rest.predicate(), ..self.carried() };
        }
        let measured = !is_countable(quantity) && verb.is_none();
        let item = if measured { noun.measured() } else { noun.counted() };
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
        verb: Option<Row<'_>>,
        noun: Row<'_>,
        after: After<'_>,
        rest: Row<'_>,
    ) -> Said {
        let item = after.noun.counted();
        // 抓实能源科技创新|9条|路径: the noun between verb and number says of what.
        let plain = noun
            .elements
            .iter()
            .all(|e| matches!(e.class, Class::Noun | Class::Nominal | Class::Scope));
        if verb.is_some() && !after.of && plain && !is_doer(noun.text()) {
            const CHARS_MAX: usize = 12;
            let of = noun.counted().filter(|of| of.chars().count() <= CHARS_MAX && !is_place(of));
            let item = item.map(|item| of.unwrap_or_default() + &item);
            let action = verb.and_then(|v| governing_action(v, &after, rest));
            return Said { item, action, ..Said::default() };
        }
        if after.of && verb.is_none() && noun.last() != Class::Etc {
            // 总投资|500亿元的基地: what is measured of the thing stands before.
            let item = item.map(|thing| thing + noun.counted().unwrap_or_default().as_str());
            return Said { item, ..Said::default() };
        }
        let predicate = || rest.predicate().or_else(|| after.doing.map(str::to_owned));
        let action = match verb {
            Some(verb) => governing_action(verb, &after, rest),
            None => predicate(),
        };
        let wants = action.is_none() && noun.last() == Class::Etc;
        Said { open: action.is_none(), wants, item, action, ..Said::default() }
    }

    fn bare(
        &self,
        row: Row<'_>,
        verb_start: usize,
        after: Option<After<'_>>,
        rest: Row<'_>,
        quantity: &Quantity,
    ) -> Said {
        let (before, verb) = (row.part(0, verb_start), row.part(verb_start, row.len()));
        if let Some(after) = after {
            let action = governing_action(verb, &after, rest);
            let (item, carry) = counted_of(&after, rest);
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
            return Said { item: whole.measured(), ..Said::default() };
        }
        let action = verb.action();
        let people = is_people(quantity);
        let noun = own.filter(|n| people || !is_doer(n.text())).and_then(Row::counted);
        match noun {
            Some(item) => Said { item: Some(item), action, ..Said::default() },
            None => Said { action, ..self.unsaid(quantity) },
        }
    }

    fn level(
        &self,
        thing: Row<'_>,
        link: &str,
        after: Option<After<'_>>,
        rest: Row<'_>,
        quantity: &Quantity,
    ) -> Said {
        if let Some(after) = after {
            // 中心为|30万群众提供服务
            let action = rest.predicate().filter(|_| link == "为");
            let carry = subject_of(thing).filter(|_| action.is_none());
            return Said { item: after.noun.counted(), carry, action, ..Said::default() };
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
            return Said { item: noun.measured(), action: verb.action(), ..Said::default() };
        }
        self.of(subject_of(thing))
    }

    fn change(&self, thing: Row<'_>, grows: bool) -> Said {
        Said { change: Some(change_of(grows)), ..self.of(subject_of(thing)) }
    }

    /// 快于全国3.4个百分点 is a lead, 快于上年1.8个百分点 a change of the rate.
    fn lead_over(&self, thing: Row<'_>, than: Row<'_>, link: &str, quantity: &Quantity) -> Said {
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
            let than = than.measured().unwrap_or_default();
            said.action = Some(format!("{link}{than}"));
        }
        said
    }

    fn share(&self, thing: Row<'_>, whole: Row<'_>) -> Said {
        let mut said = match subject_of(thing) {
            // 涉及民生的|占七成: the thing is understood.
            Some(part) if part.ends_with('的') || thing.last() == Class::De => {
                let last = self.last.as_ref().and_then(|l| l.item.clone()).unwrap_or_default();
                Said {
                    item: Some(format!("{}的{last}", part.trim_end_matches('的'))),
                    ..Said::default()
                }
            }
            Some(part) => Said { item: Some(part), ..Said::default() },
            None => self.carried(),
        };
        if whole.is_empty() || whole.last() == Class::De {
            return said;
        }
        let ratio = ["比重", "比例", "份额", "比率", "百分比"]
            .iter()
            .any(|end| whole.text().ends_with(end));
        let tail = if ratio { "" } else { "比重" };
        said.item = said.item.map(|part| format!("{part}占{}{tail}", whole.text()));
        said
    }

    fn prep(&self, word: &str, before: Row<'_>, after: Option<After<'_>>, rest: Row<'_>) -> Said {
        let Some(after) = after else {
            return Said {
                action: rest.predicate().filter(|_| word == "按"),
                ..self.of(subject_of(before))
            };
        };
        let action = rest.predicate().or_else(|| after.doing.map(str::to_owned));
        let action = action.or_else(|| match word {
            // 推广到20个村: what was done stands before.
            "到" | "至" | "在" | "向" => match lead(before, false) {
                Lead::Bare { row, verb_start } => row.part(verb_start, row.len()).action(),
                Lead::Object { verb, .. } => verb.and_then(Row::action),
                _ => None,
            },
            "聚焦" | "锚定" | "瞄准" => Some(word.to_owned()),
            _ => None,
        });
        let open = action.is_none();
        Said { item: after.noun.counted(), open, wants: open, action, ..Said::default() }
    }

    /// The thing named, or the one understood.
    fn of(&self, item: Option<String>) -> Said {
        match item {
            Some(item) => Said { item: Some(self.relative(item)), ..Said::default() },
            None => self.carried(),
        }
    }

    /// 占比 and its like say nothing without the thing before.
    fn relative(&self, item: String) -> String {
        const RELATIVE: &[&str] = &["占比", "比重", "增速"];
        const TOTALS: &[&str] = &["总额", "总量", "总值", "总产量", "总规模", "总数"];
        match self.last.as_ref().and_then(|l| l.item.as_deref()).filter(|_| self.warm) {
            Some(last) if RELATIVE.contains(&item.as_str()) || item.starts_with('占') => {
                format!("{last}{item}")
            }
            // 外贸进出口增长8.4%，总额突破…: the sum of what grew.
            Some(last) if TOTALS.contains(&item.as_str()) && !last.ends_with(item.as_str()) => {
                format!("{last}{item}")
            }
            _ => item,
        }
    }

    fn carried(&self) -> Said {
        let understood = |l: &Said| l.carry.clone().or_else(|| l.item.clone());
        let last = self.last.as_ref().filter(|_| self.warm).and_then(understood);
        // A clause between that names another thing has changed the subject.
        let last = last.filter(|_| self.adjoins || self.topic.is_none());
        let (item, doubts) = match (last, &self.topic) {
            (Some(item), _) => (Some(item), 1),
            (None, Some(topic)) => (Some(topic.clone()), 2),
            (None, None) => (self.last.as_ref().and_then(|l| l.item.clone()), 3),
        };
        Said { item, doubts, ..Said::default() }
    }

    /// A bare verb: money has no noun of its own, people are people, other things were named before.
    fn unsaid(&self, quantity: &Quantity) -> Said {
        if is_money(quantity) {
            return Said { item: Some("资金".to_owned()), ..Said::default() };
        }
        if quantity.unit.as_deref() == Some("人") || quantity.unit.is_none() {
            return Said { item: Some("群众".to_owned()), doubts: 2, ..Said::default() };
        }
        self.carried()
    }

    /// The verb of the figure before holds for this one: in a list, after 其中, and for a bare noun after a comma.
    fn inherited(&self, in_list: bool, noun: Row<'_>, quantity: &Quantity) -> Option<String> {
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

/// A quantity and the words around it.
struct Place<'a> {
    before: Row<'a>,
    right: Row<'a>,
    /// Another quantity follows in the clause.
    more: bool,
    in_list: bool,
    /// The noun that the next quantity has for both.
    shared: Option<After<'a>>,
    quantity: &'a Quantity,
}

/// 推动问题整改
fn made(verb: Row<'_>, noun: Row<'_>, doing: Row<'_>) -> Said {
    let action = verb.action().zip(doing.action()).map(|(verb, doing)| verb + &doing);
    Said { item: noun.counted(), action, ..Said::default() }
}

/// Nothing but 及 and the like.
fn is_join(row: Row<'_>) -> bool {
    row.first() == Class::Conj && row.part(1, row.len()).without_lead(Class::is_setting).is_empty()
}

fn touches(row: Row<'_>, at: usize) -> bool {
    row.elements
        .get(at)
        .zip(row.elements.get(at + 1))
        .is_some_and(|(one, next)| one.span.end == next.span.start)
}

fn is_quantity(class: Class) -> bool {
    matches!(class, Class::Quantity(_))
}

/// What the last few figures were of, with what was done.
fn earlier(out: &[(usize, Said)]) -> Vec<String> {
    out.iter()
        .rev()
        .take(4)
        .rev()
        .map(|(_, said)| {
            format!(
                "{}{}",
                said.action.as_deref().unwrap_or_default(),
                said.item.as_deref().unwrap_or_default()
            )
        })
        .collect()
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

/// Members of the list before get the verb that its last member has.
fn fill(list: &mut [(usize, Said)], said: &Said) {
    for (_, member) in list.iter_mut().rev().take_while(|(_, member)| member.open) {
        member.action.clone_from(&said.action);
        member.open = false;
    }
}

fn close(list: &mut [(usize, Said)]) {
    for (_, member) in list.iter_mut().rev().take_while(|(_, member)| member.open) {
        member.open = false;
    }
}

/// The verb before the quantity, with what is said after the noun where the verb only makes it happen.
fn governing_action(verb: Row<'_>, after: &After<'_>, rest: Row<'_>) -> Option<String> {
    const BRINGS: &[&str] = &["促成", "促使", "使", "让", "令"];
    const CARRIES_OUT: &[&str] = &["完成", "推进", "启动", "统筹推进"];
    let word = verb.last_word();
    if BRINGS.contains(&word) {
        return rest.predicate().or_else(|| verb.action());
    }
    if let Some(doing) = after.doing {
        if verb.last() == Class::Causative {
            return verb.action().map(|v| v + doing);
        }
        if CARRIES_OUT.contains(&word) {
            return Some(doing.to_owned());
        }
    }
    if verb.elements.iter().all(|e| e.class == Class::Passive) {
        return rest.predicate();
    }
    verb.action()
}

/// The thing counted, and what is measured of it where that follows: 191家|工业企业|营业收入超百亿元.
fn counted_of(after: &After<'_>, rest: Row<'_>) -> (Option<String>, Option<String>) {
    let whole = after.noun.counted();
    let measured = matches!(
        rest.first(),
        Class::Level | Class::Adverb | Class::Increase | Class::Decrease | Class::Stop
    );
    let Some(text) = whole.as_deref().filter(|_| measured && after.doing.is_none()) else {
        return (whole, None);
    };
    match each::head_of(text) {
        Some(head) if after.more => (Some(text[..text.len() - head.len()].to_owned()), whole),
        _ => (whole, None),
    }
}

/// Where, not of what.
fn is_place(noun: &str) -> bool {
    ["全国", "全球", "世界", "境内", "境外", "国内", "省", "市", "区", "县", "镇", "乡", "村", "州"]
        .iter()
        .any(|end| noun.ends_with(end))
}

/// The noun right before a bare verb, and whether it is there.
fn own_noun(before: Row<'_>) -> Option<Row<'_>> {
    let from = before
        .rposition(|c| {
            !matches!(c, Class::Noun | Class::Nominal | Class::Conj | Class::De | Class::Scope)
        })
        .map_or(0, |at| at + 1);
    let noun = before.part(from, before.len());
    noun.position(|c| c == Class::Noun).map(|_| noun)
}

/// What a change or level is of: without the words of time and aim around it, and what made it happen.
fn subject_of(thing: Row<'_>) -> Option<String> {
    let thing = match thing.rposition(|c| c == Class::Causative) {
        Some(at) => thing.part(at + 1, thing.len()),
        None => thing,
    };
    // 出口在|外需|下降两成的情况下: what stands before 在 is of what comes later.
    let within =
        thing.rposition(|c| c == Class::Prep).filter(|&at| at > 0 && thing.word(at) == "在");
    let thing = thing.part(within.map_or(0, |at| at + 1), thing.len());
    // 达到…、稳居全国前列、增长…: a rank between is of the same thing.
    let rank =
        (0..thing.len()).find(|&at| thing.class(at) == Class::Level && ranks(thing.word(at)));
    let thing = thing.part(0, rank.unwrap_or(thing.len()));
    let thing = thing.without_tail(|c| c.is_setting() || matches!(c, Class::Conj | Class::Prep));
    let from = thing
        .rposition(|c| matches!(c, Class::Time | Class::Modal | Class::Each))
        .map_or(0, |at| at + 1);
    let thing = thing.part(from, thing.len()).without_lead(|c| c.is_setting() || c == Class::Conj);
    thing.measured()
}

/// What a clause without figures speaks of: the noun before its first verb.
fn topic(row: Row<'_>) -> Option<String> {
    let row = row.without_lead(|c| c.is_setting() || c == Class::Conj);
    let end = row.position(|c| {
        !matches!(c, Class::Noun | Class::Nominal | Class::De | Class::Conj | Class::Etc)
    })?;
    row.part(0, end).measured().filter(|t| !is_doer(t))
}

/// The verb that a clause without a doer of its own opens with.
fn done_next(row: Row<'_>) -> Option<String> {
    const AHEAD_MAX: usize = 4;
    const CHARS_MAX: usize = 8;
    let row = row.part(0, row.position(is_quantity).unwrap_or(row.len()));
    let verb =
        row.part(0, AHEAD_MAX.min(row.len())).position(|c| c.is_verb() || c == Class::Passive)?;
    let said = row.part(verb, row.len());
    let predicate = said.predicate()?;
    if predicate.chars().count() <= CHARS_MAX {
        return Some(predicate);
    }
    let end = said.position(|c| !c.may_be_verb()).unwrap_or(said.len());
    said.part(0, end).action()
}

/// Who does it: the noun before the first verb, if it names a body or people.
fn doer(row: Row<'_>) -> Option<String> {
    let row =
        row.without_lead(|c| matches!(c, Class::Adverb | Class::Time | Class::Conj | Class::Modal));
    let end = row
        .position(|c| !matches!(c, Class::Noun | Class::Conj | Class::Scope))
        .filter(|end| *end > 0)?;
    let noun = row.part(0, end);
    noun.measured().filter(|text| is_doer(text))
}

/// What a change is measured against, by the words before the figure.
fn against(before: Row<'_>) -> Against {
    let compared =
        before.rposition(|c| c == Class::Compare).map(|at| before.part(at + 1, before.len()));
    if let Some(with) = compared {
        let text = with.text();
        if ["上月", "上季", "上个月"].iter().any(|w| text.starts_with(w)) {
            return Against::Basis(Basis::MonthOnMonth);
        }
        if ["上年", "去年", "同期", "前年", "上一年"].iter().any(|w| text.contains(w)) {
            return Against::Basis(Basis::YearOnYear);
        }
        if super::lexicon::plan_years(text.trim_start_matches(['“', '"'])).is_some() {
            return if text.contains('末') {
                Against::Basis(Basis::SinceStart)
            } else {
                Against::Other
            };
        }
        if super::time::years(text).is_some() {
            return Against::Basis(Basis::SinceStart);
        }
    }
    let mut said = Against::Unsaid;
    for at in 0..before.len() {
        said = match before.word(at) {
            "年均" => Against::Basis(Basis::AnnualAverage),
            "同比" | "同比增长" | "同比下降" => Against::Basis(Basis::YearOnYear),
            "环比" => Against::Basis(Basis::MonthOnMonth),
            "五年" | "五年累计" | "五年来" | "五年间" | "累计" => {
                Against::Basis(Basis::SinceStart)
            }
            _ => said,
        };
    }
    said
}

/// A starting point: the words after lead to the other end (增加到, 增长到2025年的).
fn leads_to(right: Row<'_>, more: bool) -> bool {
    let right = right.without_tail(|c| matches!(c, Class::De | Class::Time));
    let links =
        right.last() == Class::Level && right.last_word().ends_with(['到', '至', '为', '成']);
    more && (links || right.last() == Class::Prep && matches!(right.last_word(), "到" | "至"))
}

fn change_of(grows: bool) -> Change {
    if grows { Change::Increase } else { Change::Decrease }
}

fn is_people(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_none_or(|unit| matches!(unit, "人次" | "人" | "名" | "位" | "余人"))
}

fn is_duration(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_some_and(|unit| {
        matches!(unit, "年" | "个月" | "月" | "天" | "日" | "个季度" | "季度" | "届" | "次" | "周")
    })
}

fn is_money(quantity: &Quantity) -> bool {
    quantity
        .unit
        .as_deref()
        .is_some_and(|unit| unit.ends_with('元') || unit.ends_with('币') || unit.ends_with('圆'))
}

fn is_rate(quantity: &Quantity) -> bool {
    match quantity.unit.as_deref() {
        Some(unit) => matches!(unit, "%" | "％" | "‰" | "百分点" | "个百分点" | "倍" | "成"),
        None => quantity.value < 1.0,
    }
}

fn is_countable(quantity: &Quantity) -> bool {
    !is_rate(quantity) && quantity.unit.as_deref().is_none_or(|unit| !is_measure(unit))
}

/// Units that measure; the rest are measure words, which count.
fn is_measure(unit: &str) -> bool {
    const ENDS: &[&str] = &[
        "元",
        "%",
        "％",
        "‰",
        "百分点",
        "倍",
        "米",
        "里",
        "亩",
        "公顷",
        "吨",
        "斤",
        "克",
        "瓦",
        "时",
        "瓦时",
        "焦",
        "标煤",
        "标箱",
        "升",
        "度",
        "岁",
        "平方",
        "立方",
        "磅",
        "卡",
        "兆",
        "赫",
        "伏",
        "币",
    ];
    ENDS.iter().any(|end| unit.ends_with(end))
}

/// Units of events: what is counted is the doing.
pub(super) fn is_event(quantity: &Quantity) -> bool {
    quantity.unit.as_deref().is_some_and(|unit| {
        unit.ends_with('次') && unit != "人次" || matches!(unit, "场" | "轮" | "趟" | "回")
    })
}
