//! Rows → the names of things, doers and acts that a clause speaks of.

use super::after::After;
use super::before::is_doer;
use super::each;
use super::lexicon::Class;
use super::phrase::{Row, ranks};
use std::borrow::Cow;

/// The thing counted, and what is measured of it where that follows: 191家|工业企业|营业收入超百亿元.
pub(super) fn counted_of<'a>(
    after: &After<'a>,
    rest: Row<'_>,
) -> (Option<&'a str>, Option<&'a str>) {
    let whole = after.noun.counted();
    let measured = matches!(
        rest.first(),
        Class::Level | Class::Adverb | Class::Increase | Class::Decrease | Class::Stop
    );
    let Some(text) = whole.filter(|_| measured && after.doing.is_none()) else {
        return (whole, None);
    };
    match each::head_of(text) {
        Some(head) if after.more => (Some(&text[..text.len() - head.len()]), whole),
        _ => (whole, None),
    }
}

/// Where, not of what.
pub(super) fn is_place(noun: &str) -> bool {
    ["全国", "全球", "世界", "境内", "境外", "国内", "省", "市", "区", "县", "镇", "乡", "村", "州"]
        .iter()
        .any(|end| noun.ends_with(end))
}

/// The noun right before a bare verb, and whether it is there.
pub(super) fn own_noun(before: Row<'_>) -> Option<Row<'_>> {
    let from = before
        .rposition(|c| {
            !matches!(c, Class::Noun | Class::Nominal | Class::Conj | Class::De | Class::Scope)
        })
        .map_or(0, |at| at + 1);
    let noun = before.part(from, before.len());
    noun.position(|c| c == Class::Noun).map(|_| noun)
}

/// What a change or level is of: without the words of time and aim around it, and what made it happen.
pub(super) fn subject_of(thing: Row<'_>) -> Option<&str> {
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
    thing.thing()
}

/// What a clause without figures speaks of: the noun before its first verb.
pub(super) fn topic(row: Row<'_>) -> Option<&str> {
    let row = row.without_lead(|c| c.is_setting() || c == Class::Conj);
    let end = row.position(|c| {
        !matches!(c, Class::Noun | Class::Nominal | Class::De | Class::Conj | Class::Etc)
    })?;
    row.part(0, end).thing().filter(|t| !is_doer(t))
}

/// The verb that a clause without a doer of its own opens with.
pub(super) fn done_next(row: Row<'_>) -> Option<Cow<'_, str>> {
    const AHEAD_MAX: usize = 4;
    const CHARS_MAX: usize = 8;
    let row = row.part(0, row.position(Class::is_quantity).unwrap_or(row.len()));
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
pub(super) fn doer(row: Row<'_>) -> Option<&str> {
    let row =
        row.without_lead(|c| matches!(c, Class::Adverb | Class::Time | Class::Conj | Class::Modal));
    let end = row
        .position(|c| !matches!(c, Class::Noun | Class::Conj | Class::Scope))
        .filter(|end| *end > 0)?;
    let noun = row.part(0, end);
    noun.thing().filter(|text| is_doer(text))
}

/// What a sector brings forth says nothing without the sector: 第一产业|实现|增加值 is 第一产业增加值.
pub(super) fn of_sector(item: &str, before: Row<'_>) -> Option<String> {
    if !matches!(item, "增加值" | "总产值" | "产值" | "零售额") {
        return None;
    }
    let row = before.without_lead(|c| {
        matches!(c, Class::Adverb | Class::Time | Class::Conj | Class::Modal | Class::Scope)
    });
    let end = row.position(|c| !matches!(c, Class::Noun | Class::Nominal))?;
    let sector = row.part(0, end).thing().filter(|sector| !is_place(sector))?;
    row.class(end).is_verb().then(|| format!("{sector}{item}"))
}

/// A starting point: the words after lead to the other end (增加到, 增长到2025年的).
pub(super) fn leads_to(right: Row<'_>, more: bool) -> bool {
    let right = right.without_tail(|c| matches!(c, Class::De | Class::Time));
    let links =
        right.last() == Class::Level && right.last_word().ends_with(['到', '至', '为', '成']);
    more && (links || right.last() == Class::Prep && matches!(right.last_word(), "到" | "至"))
}

/// The verb before the quantity, with what is said after the noun where the verb only makes it happen.
pub(super) fn governing_action<'a>(
    verb: Row<'a>,
    after: &After<'a>,
    rest: Row<'a>,
) -> Option<Cow<'a, str>> {
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
            return Some(Cow::Borrowed(doing));
        }
    }
    if verb.elements.iter().all(|e| e.class == Class::Passive) {
        return rest.predicate();
    }
    verb.action()
}
