//! What stands after a quantity: the thing counted (12次党组会), or nothing.

use super::lexicon::Class;
use super::phrase::Row;

/// The noun phrase right after a quantity.
#[derive(Debug, Clone, Copy)]
pub(super) struct After<'a> {
    /// The phrase; without the noun of action that may end it.
    pub(super) noun: Row<'a>,
    /// The noun of action at its end (200条背街小巷整治).
    pub(super) doing: Option<&'a str>,
    /// Elements up to its end.
    pub(super) used: usize,
    /// 的 stands between (5%左右的增速).
    pub(super) of: bool,
    /// Another quantity follows in the clause.
    pub(super) more: bool,
}

/// Reads the noun phrase at the start of `row`, which goes up to the next quantity or the end of the clause.
pub(super) fn noun_after(row: Row<'_>, more: bool) -> Option<After<'_>> {
    let of = row.first() == Class::De;
    let mut start = usize::from(of);
    if !begins_noun(row, start) {
        start = relative(row, start)?;
    }
    let end = noun_end(row, start, more);
    let mut noun = row.part(start, end);
    // Ending in 的, it describes the quantity that follows: 127个国家和地区的584个港口.
    noun = noun.without_tail(|c| matches!(c, Class::De | Class::Conj));
    if noun.is_empty() {
        return None;
    }
    let doing = (noun.len() > 1 && noun.last() == Class::Nominal && !is_quality(noun))
        .then(|| noun.last_word());
    if doing.is_some() {
        noun = noun.part(0, noun.len() - 1);
    }
    Some(After { noun, doing, used: end, of, more })
}

/// 重点改革: what stands before the noun of action only says of what kind it is.
fn is_quality(noun: Row<'_>) -> bool {
    const KINDS: &[&str] = &[
        "重点",
        "重大",
        "专项",
        "专题",
        "集中",
        "全面",
        "主要",
        "民主",
        "综合",
        "关键",
        "系列",
        "各类",
        "创新性",
        "标志性",
    ];
    KINDS.contains(&noun.part(0, noun.len() - 1).text())
}

fn begins_noun(row: Row<'_>, at: usize) -> bool {
    match row.class(at) {
        Class::Noun | Class::Etc => true,
        Class::Scope => row.class(at + 1) == Class::Noun,
        // A noun of action counts as a thing when it is all there is (12场培训) or describes one (20个培训项目).
        Class::Nominal => {
            !matches!(row.class(at + 1), Class::Nominal | Class::Verb | Class::Conj | Class::Light)
        }
        _ => false,
    }
}

/// A clause that describes the thing and ends in 的 (27个需改造的老旧小区): where the thing begins.
fn relative(row: Row<'_>, from: usize) -> Option<usize> {
    const LEN_MAX: usize = 8;
    if row.class(from) == Class::Conj {
        return None;
    }
    let rest = row.part(from, row.len().min(from + LEN_MAX));
    let de = rest.position(|c| c == Class::De).filter(|&de| de > 0)?;
    (begins_noun(row, from + de + 1)).then_some(from + de + 1)
}

/// A verb inside a name: 提案承办单位, 质量提升行动.
fn names_one(row: Row<'_>, at: usize) -> bool {
    const HEADS: &[&str] = &[
        "单位", "部门", "人员", "项目", "企业", "机构", "场所", "基地", "平台", "中心", "工程",
        "行动", "计划", "体系", "机制", "系统", "能力", "协议", "方案", "制度", "资金", "设施",
        "设备", "站", "点", "线", "园", "区", "库", "室", "队",
    ];
    let after = row.class(at + 2);
    row.class(at + 1) == Class::Noun
        && HEADS.iter().any(|head| {
            row.word(at + 1) == *head || head.len() > 3 && row.word(at + 1).starts_with(head)
        })
        && !matches!(after, Class::De | Class::Quantity(_))
}

fn noun_end(row: Row<'_>, start: usize, more: bool) -> usize {
    let mut at = start;
    while at < row.len() {
        let next = row.class(at + 1);
        let goes_on = match row.class(at) {
            Class::Noun | Class::Etc => true,
            Class::Scope => at == start || next == Class::Noun,
            Class::Nominal => !next.is_verb() && !matches!(next, Class::Prep | Class::Passive),
            // Before another quantity the noun after 、 is that quantity's own.
            Class::Conj => {
                let rest = row.part(at + 1, row.len());
                let to_next = rest
                    .elements
                    .iter()
                    .all(|e| matches!(e.class, Class::Noun | Class::Nominal | Class::Adverb));
                at > start && begins_noun(row, at + 1) && !(more && to_next)
            }
            Class::Modal => at > start && next == Class::Noun,
            Class::Increase | Class::Decrease | Class::Verb => at > start && names_one(row, at),
            _ => false,
        };
        if !goes_on {
            break;
        }
        at += 1;
    }
    at
}
