//! What stands before a quantity: a verb and its object, a thing and its change or level, a bare verb, or nothing.

use super::lexicon::Class;
use super::phrase::Row;
use crate::extract::words::Ends;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// How the words before a quantity lead to it.
#[derive(Debug, Clone)]
pub(super) enum Lead<'a> {
    /// No word of its own: the first in its clause, or a member of a list.
    Nothing,
    /// 提出意见建议|1653条, or 项目合同投资总额|306亿元 without a verb.
    Object { verb: Option<Row<'a>>, noun: Row<'a> },
    /// 推动问题整改|300余个: what makes it happen, the thing, what happens to it.
    Made { verb: Row<'a>, noun: Row<'a>, doing: Row<'a> },
    /// 委员参与|3073人次, 立案|74件: verbs right before; what stands before them.
    Bare { row: Row<'a>, verb_start: usize },
    /// 水土保持率提高到|66.26%: a linking verb and the thing.
    Level { thing: Row<'a>, link: &'a str },
    /// 地区生产总值增长|5.2%.
    Change { thing: Row<'a>, grows: bool },
    /// 快于全国|3.4个百分点.
    Ahead { thing: Row<'a>, than: Row<'a>, link: &'a str },
    /// 占全国比重|12%: a share of the whole that follows 占.
    Share { thing: Row<'a>, whole: Row<'a> },
    /// 从|8300万增加到…: the starting point.
    From { thing: Row<'a> },
    /// 对|13篇, 为|8个.
    Prep { word: &'a str, before: Row<'a> },
}

/// Reads the words between the quantity before (or the start of the clause) and this one.
pub(super) fn lead<'a>(row: Row<'a>, to_follows: bool) -> Lead<'a> {
    let bare = row.without_tail(|c| c.is_setting());
    // 快于上年|1.8个百分点: the time is what it is compared with.
    let row =
        if bare.last() == Class::Level && is_comparison(bare.last_word()) { row } else { bare };
    if row.without_lead(|c| c.is_setting() || c == Class::Conj).is_empty() {
        return Lead::Nothing;
    }
    if let Some(share) = share(row) {
        return share;
    }
    let last = row.len() - 1;
    let before = row.part(0, last);
    if let Some(thing) = start_named(row).filter(|_| to_follows) {
        return Lead::From { thing };
    }
    // 是2020年的|2.3倍
    let linked = row.without_tail(|c| matches!(c, Class::De | Class::Time));
    if row.last() == Class::De && linked.last() == Class::Level {
        return Lead::Level { thing: linked.part(0, linked.len() - 1), link: linked.last_word() };
    }
    match row.last() {
        Class::Prep if to_follows && matches!(row.last_word(), "从" | "由" | "自") => {
            Lead::From { thing: before }
        }
        Class::Prep | Class::Compare => Lead::Prep { word: row.last_word(), before },
        Class::Level if row.last_word() == "为" && before.is_empty() => {
            Lead::Prep { word: "为", before }
        }
        Class::Level => Lead::Level { thing: without_comparison(before), link: row.last_word() },
        Class::Increase | Class::Decrease => {
            Lead::Change { thing: without_comparison(before), grows: row.last() == Class::Increase }
        }
        Class::Verb | Class::Soft | Class::Light | Class::Causative | Class::Nominal => {
            bare_or_object(row)
        }
        Class::Passive => Lead::Bare { row, verb_start: last },
        _ => lead_over(row).unwrap_or_else(|| object(row)),
    }
}

/// 由上年的|88个增加到…: the starting point with its time.
fn start_named(row: Row<'_>) -> Option<Row<'_>> {
    let head = row.without_tail(|c| matches!(c, Class::De | Class::Time));
    let from = head.last() == Class::Prep && matches!(head.last_word(), "从" | "由" | "自");
    (from && head.len() < row.len()).then(|| head.part(0, head.len() - 1))
}

fn more_or_less(word: &str) -> Option<bool> {
    let last = word.chars().last()?;
    match last {
        '高' | '多' | '快' | '长' => Some(true),
        '低' | '少' | '慢' | '短' => Some(false),
        _ => None,
    }
}

fn without_comparison(row: Row<'_>) -> Row<'_> {
    match row.rposition(|c| c == Class::Compare) {
        Some(at) => row.part(0, at),
        None => row,
    }
}

/// 占…: the part's share of a whole.
fn share(row: Row<'_>) -> Option<Lead<'_>> {
    let at = row.elements.iter().enumerate().rposition(|(at, e)| {
        e.class == Class::Level
            && matches!(row.word(at), "占" | "约占" | "仅占" | "分别占" | "占据")
    })?;
    let whole =
        row.part(at + 1, row.len()).without_tail(|c| matches!(c, Class::Level | Class::Adverb));
    // From 占…比重提高了 on it is a change or a level of that share, with 占 inside the thing's name.
    if whole.last().is_change()
        || whole.last() == Class::Prep
        || whole.position(Class::is_verb).is_some()
    {
        return None;
    }
    Some(Lead::Share { thing: row.part(0, at), whole })
}

/// 快于全国, 高于全省平均水平: the linking verb stands before what it is compared with.
fn lead_over(row: Row<'_>) -> Option<Lead<'_>> {
    if let (Some(at), Some(grows)) =
        (row.rposition(|c| c == Class::Compare), more_or_less(row.last_word()))
    {
        return Some(Lead::Change { thing: row.part(0, at), grows });
    }
    let at = row.rposition(|c| c == Class::Level)?;
    let link = row.word(at);
    let than = row.part(at + 1, row.len());
    (is_comparison(link) && !than.is_empty()).then(|| Lead::Ahead {
        thing: row.part(0, at),
        than,
        link,
    })
}

fn is_comparison(link: &str) -> bool {
    ["高于", "低于", "快于", "慢于", "优于", "好于", "高出", "低出", "领先"].contains(&link)
}

/// A verb right before the quantity: with a noun of action at the end of a verb's object it is part of the object.
fn bare_or_object(row: Row<'_>) -> Lead<'_> {
    let start = row.chain_start();
    let chain = row.part(start, row.len());
    let before = row.part(0, start);
    let nominal = chain.elements.iter().all(|e| e.class == Class::Nominal);
    let thing = before.without_tail(|c| matches!(c, Class::Scope | Class::Adverb));
    if nominal && before.last() == Class::Scope && thing.last().is_verb() {
        // 开展|各项 培训
        return Lead::Object {
            verb: Some(thing.part(thing.chain_start(), thing.len())),
            noun: chain,
        };
    }
    let passive = before.position(|c| c == Class::Passive).is_some();
    if matches!(thing.last(), Class::Noun | Class::De)
        && !passive
        && let Lead::Object { verb: Some(verb), noun } = object(thing)
    {
        if verb.last() == Class::Causative && !noun.is_empty() {
            return Lead::Made { verb, noun, doing: chain };
        }
        if nominal {
            let from = start - (before.len() - thing.len()) - noun.len();
            return Lead::Object { verb: Some(verb), noun: row.part(from, row.len()) };
        }
    }
    if chain.len() > 1 && chain.first() != Class::Nominal && nominal_tail(chain) > 0 {
        let split = chain.len() - nominal_tail(chain);
        // 开展|调研督导 6次: the noun of action is what was held; 推动|整改 stays together.
        if chain.class(split - 1) != Class::Causative {
            let at = start + split;
            return Lead::Object { verb: Some(row.part(start, at)), noun: row.part(at, row.len()) };
        }
    }
    Lead::Bare { row, verb_start: start }
}

fn nominal_tail(chain: Row<'_>) -> usize {
    chain.elements.iter().rev().take_while(|e| e.class == Class::Nominal).count()
}

/// The noun phrase at the end of the row and the verb that governs it.
pub(super) fn object(row: Row<'_>) -> Lead<'_> {
    if let Some(listed) = examples(row) {
        return listed;
    }
    let mut at = row.len();
    let mut start = None; // where the noun begins, once 的 has closed a describing clause
    let mut inner = None; // the verb of that clause
    while at > 0 {
        match row.class(at - 1) {
            Class::De => start = start.or(Some(at)),
            Class::Verb if describes(row, at - 1) => {}
            Class::Verb | Class::Soft | Class::Light | Class::Causative | Class::Passive => {
                match (start, inner) {
                    (Some(_), None) if !governs(row, at) => inner = Some(at - 1),
                    // 修订或废止|…的: one chain.
                    (Some(start), Some(verb)) if joined(row.part(at, verb)) => {
                        return with_verb(row, verb + 1, start);
                    }
                    _ => return with_verb(row, at, start.unwrap_or(at)),
                }
            }
            Class::Level if start.is_none() && row.word(at - 1) == "突破" => {
                return Lead::Object {
                    verb: Some(row.part(at - 1, at)),
                    noun: row.part(at, row.len()),
                };
            }
            Class::Level if start.is_none() => {
                return Lead::Object { verb: None, noun: row.part(at, row.len()) };
            }
            // 对世界经济增长贡献率: what opens the phrase is part of what is measured.
            Class::Prep
                if start.is_none()
                    && matches!(row.word(at - 1), "对" | "与")
                    && (at == 1 || relates(row.last_word())) => {}
            Class::Adverb | Class::Time if start.is_none() => {
                // 组织|全面 督导: a verb right before governs all the same.
                let ahead =
                    row.part(0, at).without_tail(|c| matches!(c, Class::Adverb | Class::Time));
                if ahead.last().is_verb() {
                    return with_verb(row, ahead.len(), at);
                }
                break;
            }
            Class::Prep | Class::Compare if start.is_none() => {
                if let Some(found) = after_place(row, at) {
                    return found;
                }
                break;
            }
            _ => {}
        }
        at -= 1;
    }
    let noun_start = start.unwrap_or(at);
    match inner.filter(|&verb| row.class(verb + 1) == Class::De || !only_describes(row.word(verb)))
    {
        Some(verb) => with_verb(row, verb + 1, noun_start),
        None => nominal_verb(row, at, noun_start),
    }
}

/// 在…栏目中|宣传 委员: a phrase of place that ends in 中 or 上, then a noun of action as the verb.
fn after_place(row: Row<'_>, from: usize) -> Option<Lead<'_>> {
    let ends_place = |at: usize| {
        row.class(at) == Class::Noun && row.word(at).ends_with(['中', '上', '下', '里', '内', '间'])
    };
    let verb =
        (from + 1..row.len()).find(|&at| row.class(at) == Class::Nominal && ends_place(at - 1))?;
    let mut end = verb + 1;
    while row.class(end) == Class::Nominal && end + 1 < row.len() {
        end += 1;
    }
    (end < row.len())
        .then(|| Lead::Object { verb: Some(row.part(verb, end)), noun: row.part(end, row.len()) })
}

/// Nothing but 或 and verbs between two verbs.
fn joined(between: Row<'_>) -> bool {
    between.position(|c| c == Class::Conj).is_some()
        && between.elements.iter().all(|e| e.class == Class::Conj || e.class.is_verb())
}

/// Measures of how one thing bears on another.
fn relates(noun: &str) -> bool {
    ["贡献率", "贡献", "匹配度", "依存度", "契合度", "吻合度", "关联度", "进出口", "拉动率"]
        .iter()
        .any(|end| noun.ends_with(end))
}

/// A verb that names what sort of thing the noun after it is: 新三板挂牌企业.
fn describes(row: Row<'_>, at: usize) -> bool {
    static SORTS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        FxHashSet::from_iter([
            "挂牌",
            "上市",
            "入库",
            "落户",
            "入驻",
            "签约",
            "开工",
            "竣工",
            "投产",
            "参保",
            "退役",
            "返乡",
            "帮扶",
            "通航",
            "硬化",
            "并网",
            "流转",
            "承包",
            "出口",
            "外派",
            "参股",
            "控股",
            "续建",
            "达产",
            "接续",
            "就读",
            "录取",
            "在建设",
            "贯通",
            "推荐",
            "评选",
            "开放",
        ])
    });
    let noun = row.class(at + 1) == Class::Noun && at + 2 == row.len();
    noun && at > 0
        && matches!(row.class(at - 1), Class::Noun | Class::Verb)
        && SORTS.contains(row.word(at))
        && !is_doer(row.word(at - 1))
}

/// Verbs that say what a thing is like rather than what was done to it.
fn only_describes(verb: &str) -> bool {
    matches!(verb, "覆盖" | "来自" | "符合" | "连接" | "参与" | "参加")
}

/// 协调解决项目对接、政策落实、贷款融资等问题: the verbs inside a list of examples are nouns there, and what governs stands
/// before the first of them.
fn examples(row: Row<'_>) -> Option<Lead<'_>> {
    let etc = row.rposition(|c| c == Class::Etc)?;
    let list = row.part(0, etc);
    // A list of places before 开展 is none of its examples: 赴甲、乙等地开展视察等活动.
    let light = list.rposition(|c| matches!(c, Class::Light | Class::Etc)).map_or(0, |at| at + 1);
    let first = (light..list.len()).find(|&at| list.word(at) == "、")?;
    let tail = row.part(etc + 1, row.len());
    if tail
        .position(|c| !matches!(c, Class::Noun | Class::Nominal | Class::De | Class::Conj))
        .is_some()
    {
        return None;
    }
    let head = list.part(0, first);
    let opens = head.position(|c| c == Class::Prep);
    let governed = opens.is_some_and(|at| {
        ["围绕", "就", "针对", "聚焦", "对", "为", "与", "在"].contains(&head.word(at))
    });
    let noun = row.part(if tail.is_empty() { first + 1 } else { etc + 1 }, row.len());
    if governed && head.part(0, opens.unwrap_or(0)).position(Class::is_verb).is_none() {
        return Some(Lead::Object { verb: None, noun });
    }
    let verb_end = head.rposition(Class::is_verb).map(|at| at + 1).or_else(|| {
        let lead = head.len() - head.without_lead(Class::is_setting).len();
        let rest = head.part(lead, head.len());
        let chain =
            rest.position(|c| !matches!(c, Class::Nominal | Class::Conj)).unwrap_or(rest.len());
        (rest.first() == Class::Nominal).then_some(lead + chain)
    });
    let verb = verb_end.map(|end| {
        let until = head.part(0, end);
        until.part(until.chain_start(), end)
    });
    Some(Lead::Object { verb, noun })
}

/// The verb that ends before `at` has an object of its own before 的 comes: 解决|群众关心的问题.
fn governs(row: Row<'_>, at: usize) -> bool {
    let rest = row.part(at, row.len());
    let de = rest.position(|c| c == Class::De).unwrap_or(0);
    let inside = rest.part(0, de);
    inside.position(Class::is_verb).is_some()
}

fn with_verb(row: Row<'_>, verb_end: usize, noun_start: usize) -> Lead<'_> {
    let verb_start = row.part(0, verb_end).chain_start().min(verb_end - 1);
    let mut verb_end = verb_end;
    let mut noun_start = noun_start;
    while noun_start == verb_end && joins(row, verb_end) {
        verb_end += 1;
        noun_start += 1;
    }
    let noun = row.part(noun_start, row.len());
    let verb = row.part(verb_start, verb_end);
    match asked(row, verb) {
        Some(ask) => Lead::Made { verb: ask, noun, doing: verb },
        None => Lead::Object { verb: Some(verb), noun },
    }
}

/// Nouns of action that take an object as verbs do.
const TAKE: &[&str] = &[
    "改造", "整治", "治理", "修复", "建设", "更新", "认定", "培训", "保护", "安置", "绿化", "研发",
    "升级",
];

/// A noun of action right after a verb joins it where a thing follows: 推动|建设 重点工程, 开工|改造 老旧小区.
fn joins(row: Row<'_>, at: usize) -> bool {
    const SORTS: &[&str] = &[
        "项目", "工程", "任务", "行动", "计划", "工作", "活动", "基地", "中心", "企业", "资金",
        "机构", "用地",
    ];
    let next = row.class(at + 1);
    if row.class(at - 1) == Class::Causative {
        return row.class(at).may_be_verb() && at + 1 < row.len();
    }
    row.class(at) == Class::Nominal
        && row.class(at - 1) == Class::Verb
        && TAKE.contains(&row.word(at))
        && matches!(next, Class::Noun | Class::Scope)
        && !SORTS.iter().any(|sort| row.word(at + 1).starts_with(sort))
}

/// 提请省人大常委会|审议: who is asked stands between, both verbs tell what was done.
fn asked<'a>(row: Row<'a>, verb: Row<'a>) -> Option<Row<'a>> {
    if !matches!(verb.last_word(), "审议" | "审议了" | "任免" | "审定" | "批准") {
        return None;
    }
    let end = row.elements.iter().position(|e| e.span == verb.elements[0].span)?;
    let ask = row.part(0, end).rposition(Class::is_verb)?;
    matches!(row.word(ask), "提请" | "报请").then(|| row.part(ask, ask + 1))
}

/// No verb was found: a noun of action at the head, before a noun, is the verb (改造老旧小区).
fn nominal_verb(row: Row<'_>, from: usize, noun_start: usize) -> Lead<'_> {
    let noun = row.part(noun_start, row.len());
    if noun_start > from {
        // 减少…的…: the head of the describing clause governs.
        let clause = row.part(from, noun_start).without_lead(Class::is_setting);
        if matches!(clause.first(), Class::Nominal | Class::Increase | Class::Decrease)
            && clause.class(1) == Class::Noun
        {
            return Lead::Object { verb: Some(clause.part(0, 1)), noun };
        }
    }
    if noun_start == from {
        let lead = noun.len() - noun.without_lead(Class::is_setting).len();
        let head = lead + usize::from(is_doer(noun.word(lead)) && noun.class(lead) == Class::Noun);
        let mut end = head;
        let taken = |at: usize| noun.class(at) == Class::Nominal && TAKE.contains(&noun.word(at));
        if matches!(noun.class(end), Class::Nominal | Class::Increase | Class::Decrease) {
            end += 1;
            while taken(end) || noun.class(end) == Class::Conj && taken(end + 1) {
                end += 1;
            }
        }
        let thing = noun.class(end) == Class::Noun
            || noun.class(end) == Class::Nominal && noun.class(end + 1) == Class::Noun;
        if end > head && thing {
            return Lead::Object {
                verb: Some(noun.part(head, end)),
                noun: noun.part(end, noun.len()),
            };
        }
    }
    Lead::Object { verb: None, noun }
}

/// Whether a noun names somebody who reports on his work.
pub(super) fn is_doer(noun: &str) -> bool {
    static ENDS: LazyLock<Ends<()>> = LazyLock::new(|| {
        Ends::of(&[
            "政协",
            "党组",
            "委员会",
            "常委会",
            "专委会",
            "政府",
            "法院",
            "检察院",
            "局",
            "厅",
            "部门",
            "机关",
            "单位",
            "市委",
            "省委",
            "区委",
            "县委",
            "党委",
            "组织",
            "委员",
            "代表",
            "领导",
            "财政",
            "企业",
            "银行",
            "工商联",
            "民主党派",
            "公安",
            "团体",
            "人大",
            "国务院",
            "我国",
            "委员们",
            "全会",
            "会议",
            "联络站",
            "工作室",
            "人士",
            "委员组",
            "中心",
            "公司",
            "学校",
        ])
    });
    ENDS.end(noun)
}
