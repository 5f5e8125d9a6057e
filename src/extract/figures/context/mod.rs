//! The clause around a quantity → item, action, subject, period, change, basis, target.
//!
//! What goes in: a passage, its quantities and the [`Frame`] that the outline gives. `clause` cuts the sentences that
//! hold quantities into classed words, `reader` reads them from left to right, and here the outcome is set against
//! the frame: years, aims, what growth is measured against. Rules rather than a model: reports are written to a
//! pattern, every reading can be explained by the words that led to it, and nothing has to be downloaded.
//!
//! What can go wrong: a verb that the lexicon lacks is read as part of the thing's name; a noun that reads like a verb
//! cuts the name short. Neither moves the quantity itself.

mod after;
mod before;
mod clause;
mod each;
mod frames;
mod matcher;
mod lexicon;
mod phrase;
mod measure;
mod naming;
mod said;
mod readings;
mod reader;
mod time;
#[cfg(test)]
mod spec;

pub(super) use frames::Course;

use super::unit;
use super::{Approx, Basis, Figure, Frame, Quantity};
use crate::clean::headings::{self, MarkerKind};
use crate::extract::metadata::Metadata;
use crate::extract::report::Report;
use crate::extract::sections::Section;
use clause::{Element, Sentence};
use lexicon::Class;
pub(in crate::extract) use lexicon::prepare;
use phrase::Row;
use reader::Reader;
use said::{Against, Said};
use std::borrow::Cow;
use time::{Before, When};

/// The frame of every section: whether it sets out aims, and the years that it speaks of. As long as `sections`.
pub fn frames(sections: &[Section], metadata: &Metadata, report: &Report) -> Vec<Frame> {
    frames::frames(sections, metadata, report)
}

/// Reads what the passage says of each quantity. Quantities are in reading order; so are the figures.
pub fn read(passage: &str, mut quantities: Vec<Quantity>, frame: &Frame) -> Vec<Figure> {
    if quantities.is_empty() {
        return Vec::new();
    }
    let sentences = clause::sentences(passage, &quantities);
    let mut reader = Reader::default();
    let mut figures = Vec::with_capacity(quantities.len());
    let mut settled = Vec::with_capacity(quantities.len());
    // Where a part of the document speaks of years of its own, the title's does not hold.
    let part = frame.document_part.filter(|_| frame.part_period.is_none() && !frame.plan);
    let mut told = When { part, ..When::default() };
    for sentence in &sentences {
        let said = reader.sentence(passage, sentence, &quantities);
        let settings = settings(passage, sentence, frame, &mut told);
        for ((index, said), (_, setting)) in said.into_iter().zip(settings) {
            settled.push((index, said, setting, sentence.span));
        }
    }
    share_units(passage, &mut quantities, &sentences);
    let mut quantities: Vec<Option<Quantity>> = quantities.into_iter().map(Some).collect();
    for (index, said, setting, sentence) in settled {
        if let Some(quantity) = quantities[index].take() {
            figures.push(figure(quantity, said, setting, sentence, frame));
        }
    }
    figures
}

/// When a figure's clause says it is, and whether it is an aim.
#[derive(Debug, Clone, Copy, Default)]
struct Setting {
    when: When,
    target: bool,
}

fn figure(
    quantity: Quantity,
    said: Said<'_>,
    setting: Setting,
    sentence: crate::provenance::Span,
    frame: &Frame,
) -> Figure {
    let period = period(setting, &said, &quantity, frame);
    let target = setting.target && !said.is_from;
    let basis = said.change.and_then(|_| basis(said.against, period, setting, frame));
    let sure = 0.9 - 0.15 * f32::from(said.doubts) - if said.item.is_none() { 0.3 } else { 0.0 };
    Figure {
        quantity,
        item: said.item.and_then(|item| bare_item(&item).map(str::to_owned)),
        action: said.action.map(Cow::into_owned),
        subject: said.subject.map(str::to_owned),
        period,
        period_part: setting.when.part,
        target,
        change: said.change,
        basis,
        is_from: said.is_from,
        sentence,
        confidence: sure.max(0.1),
    }
}

/// The thing without the number of its line (1.国内增值税), what its price is of (猪肉价格|每公斤) and the word that makes the
/// figure a means (某企业|以); none where nothing is left.
fn bare_item(item: &str) -> Option<&str> {
    let number = headings::marker(item).filter(|m| m.kind == MarkerKind::Arabic);
    let item = number.map_or(item, |number| &item[number.len..]);
    let is_unit = |text: &str| unit::UNITS.at(text, 0, false).is_some_and(|u| u.end == text.len());
    let price = item.rsplit_once('每').filter(|(_, unit)| is_unit(unit));
    let item = price.map_or(item, |(thing, _)| thing);
    let doer = item.strip_suffix('以').filter(|doer| doer.chars().count() > 1);
    let doer = doer.filter(|doer| !doer.ends_with(['可', '所', '得', '足', '予', '难']));
    Some(doer.unwrap_or(item)).filter(|item| !item.is_empty())
}

type Years = (i16, i16);

/// Whether it was done in all of the time that is spoken of, and is no level that was reached.
fn is_done(said: &Said<'_>, quantity: &Quantity) -> bool {
    match said.action.as_deref() {
        // Reaching somewhere is how things are.
        Some(action) => !matches!(action, "辐射" | "通达" | "覆盖" | "连接"),
        // 城镇新增就业|452万人 is a sum over the years that are spoken of, as what was done is.
        None => {
            let sums = |item: &str| ["新增", "净增", "累计"].iter().any(|word| item.contains(word));
            said.change.is_some()
                || measure::is_event(quantity)
                || said.item.as_deref().is_some_and(sums)
        }
    }
}

fn period(setting: Setting, said: &Said<'_>, quantity: &Quantity, frame: &Frame) -> Option<Years> {
    if setting.when.unknown {
        return None;
    }
    let named = setting.when.years.or_else(|| {
        let last = frame.document_period?.1;
        let back = setting.when.back?;
        let years = (last - back + 1, last);
        (!frame.plan).then_some(years)
    });
    if said.is_from {
        return setting.when.years.filter(|(first, last)| first == last).or(frame.document_period);
    }
    let part = frame.part_period.or(frame.document_period);
    let several = |years: Option<Years>| years.is_some_and(|(first, last)| first < last);
    // Looking back on several years, what was done was done in all of them; a level is that of the report's own year.
    if !setting.target
        && !frame.plan
        && (several(frame.part_period) && named.is_none() || setting.when.back.is_some())
        && !is_done(said, quantity)
    {
        return frame.document_period.or(part);
    }
    named.or(part)
}

fn basis(
    against: Against,
    period: Option<Years>,
    setting: Setting,
    frame: &Frame,
) -> Option<Basis> {
    match against {
        Against::Basis(basis) => Some(basis),
        Against::Other => None,
        Against::Unsaid if setting.when.part.is_some() => None,
        Against::Unsaid => {
            let years = period.or(frame.part_period).or(frame.document_period)?;
            Some(if years.0 == years.1 { Basis::YearOnYear } else { Basis::SinceStart })
        }
    }
}

/// Years and aims as the clauses of a sentence say them; one for each quantity, in order. `told` is the part of a year
/// that the sentences before were about: it holds until another time is named.
fn settings(
    passage: &str,
    sentence: &Sentence,
    frame: &Frame,
    told: &mut When,
) -> Vec<(usize, Setting)> {
    if sentence.clauses().any(|elements| names_time(Row { passage, elements }, *told)) {
        *told = When::default();
    }
    let (mut head, mut is_told) = (*told, true);
    let mut aims = frame.plan;
    let mut now = false;
    let mut found: Vec<(usize, Setting)> = Vec::new();
    for elements in sentence.clauses() {
        let row = Row { passage, elements };
        if let Some(mut when) = head_time(row, frame) {
            // 今年前5个月，…。前5个月，…: the same part again is of the same year.
            if when == (When { years: None, ..head }) {
                when.years = head.years;
            }
            (head, is_told) = (when, false);
            *told = if when.part.is_some() { when } else { When::default() };
        }
        if row.says(Class::Time, |word| word.starts_with("全年")) {
            head.part = None;
            *told = When::default();
        }
        let announced = announces(row);
        aims = aims || announced;
        now |= row.says(Class::Time, |word| matches!(word, "目前" | "截至目前" | "当前"));
        let mut here = When::default();
        let mut starts = false;
        let mut done = false;
        let mut at = 0;
        while let Some(element) = elements.get(at) {
            let may = matches!(element.class, Class::Level | Class::Adverb | Class::Time);
            done |= may && matches!(row.word(at), "现有" | "已" | "已经" | "现已" | "近年来");
            if element.class == Class::Time {
                let (when, n) = time_at(row, at, frame);
                if let Some(before) = before_at(row, at, n) {
                    let spoken_of = if here.is_some() { here } else { head };
                    here = year_before(before, spoken_of, frame);
                    let rest = row.part(at + n, row.len());
                    let listed = rest.position(|c| c == Class::Each).is_some();
                    starts =
                        before != Before::Part && !listed || is_base(rest) || is_start(row, at);
                } else if when.is_some() && !is_compared(row, at, n) {
                    here = when;
                    starts = is_start(row, at);
                }
                at += n;
                continue;
            }
            if let Class::Quantity(index) = element.class {
                let mut when = if here.is_some() { here } else { head };
                if starts {
                    // 从上半年的a降到b, 上年a: the time is the starting point's alone.
                    (here, starts) = (When::default(), false);
                }
                let ahead = aims || later(when, frame);
                // 今年将新建12所，去年新建10所.
                let gone = !announced
                    && when.years.zip(frame.published).is_some_and(|((_, last), now)| last < now);
                let target = ahead && !now && !done && !gone && !is_past(when, frame);
                if target && is_told && !here.is_some() {
                    when.part = None; // what was reached so far says nothing of when an aim is for
                }
                found.push((index, Setting { when, target }));
            }
            at += 1;
        }
    }
    found.sort_by_key(|(index, _)| *index);
    found
}

/// Whether a clause says of what time it is, other than the one that was told, and not only with what time it compares.
fn names_time(row: Row<'_>, told: When) -> bool {
    let again =
        |word: &str| told.part.is_some() && time::when(word) == When { years: None, ..told };
    let time = |(at, e): (usize, &Element)| {
        e.class == Class::Time
            && row.word(at) != "其中"
            && time::before(row.word(at)).is_none()
            && !again(row.word(at))
            && !is_compared(row, at, 1)
    };
    row.elements.iter().enumerate().any(time)
}

/// What the expressions of time from `at` on name, which stand side by side, and how many they are.
fn time_at(row: Row<'_>, at: usize, frame: &Frame) -> (When, usize) {
    let n = row.elements[at..].iter().take_while(|e| e.class == Class::Time).count();
    let words = || (at..at + n).map(|at| row.word(at));
    let mut when = words().map(time::when).fold(When::default(), When::and);
    if when.years.is_none()
        && let Some(published) = frame.published
        && let Some(ago) = words().find_map(time::years_ago)
    {
        when.years = Some((published - ago, published - ago));
    }
    (when, n)
}

/// Whether the time is that of a starting point: 从上半年的a降到b.
fn is_start(row: Row<'_>, at: usize) -> bool {
    at > 0 && matches!(row.word(at - 1), "从" | "由" | "自")
}

/// Whether the expression of `n` words of time says that what follows is of the year before: 去年同期为12亿元, and 上年 where
/// nothing but a verb of being stands between it and a quantity.
fn before_at(row: Row<'_>, at: usize, n: usize) -> Option<Before> {
    let before = (at..at + n).find_map(|at| time::before(row.word(at)))?;
    let rest = row.part(at + n, row.len());
    let bare =
        rest.without_lead(|c| matches!(c, Class::Level | Class::Adverb | Class::De | Class::Each));
    let holds = match before {
        Before::Part | Before::End => true,
        Before::Year => bare.position(Class::is_quantity) == Some(0),
    };
    (holds && !is_compared(row, at, n)).then_some(before)
}

/// 在去年同期增长20%的基础上增长5%: what the rest of a clause makes a base of is of that time, what comes after it is not.
fn is_base(rest: Row<'_>) -> bool {
    rest.part(0, rest.len().min(NEAR)).text().contains("的基础上")
}

/// The year before the one that is spoken of.
fn year_before(before: Before, now: When, frame: &Frame) -> When {
    let published = frame.published.map(|year| (year, year));
    let years = now.years.or(frame.part_period).or(frame.document_period).or(published);
    let one = years.filter(|(first, last)| first == last).map(|(year, _)| (year - 1, year - 1));
    let part = now.part.filter(|_| before == Before::Part);
    When { years: one, part, back: None, unknown: one.is_none() }
}

/// A time at the head of a clause holds for the clauses after it (到2030年，…).
fn head_time(row: Row<'_>, frame: &Frame) -> Option<When> {
    let at = row.position(|c| {
        !matches!(c, Class::Modal | Class::Adverb | Class::Prep | Class::Causative | Class::Conj)
    })?;
    let (when, n) = (row.class(at) == Class::Time).then(|| time_at(row, at, frame))?;
    (when.is_some() && !is_compared(row, at, n)).then_some(when)
}

/// 比2020年, 2020年的1.5倍, 与去年同期相比, 超过去年同期12天: a time, of `n` expressions, that something is measured against.
fn is_compared(row: Row<'_>, at: usize, n: usize) -> bool {
    const PASSES: &[&str] = &[
        "快于",
        "高于",
        "低于",
        "慢于",
        "好于",
        "多于",
        "少于",
        "超过",
        "超出",
        "高出",
        "超",
        "相较于",
    ];
    const SHARES: &[&str] = &["是", "为", "相当于", "达到", "完成", "占", "达"];
    let before = row.part(0, at);
    // 比上月末和上年同期.
    let with_others = before.without_tail(|c| matches!(c, Class::Time | Class::Conj));
    let ends = |words: &[&str]| words.iter().any(|word| before.text().ends_with(word));
    let after = row.part(at + n, row.len().min(at + n + NEAR));
    let until = after.position(Class::is_quantity).unwrap_or(after.len());
    let said = after.part(0, until).text();
    let compares = ends(&["与", "同", "和", "跟"])
        && (said.starts_with('比') || said.contains("相比") || said.contains("相较"));
    with_others.last() == Class::Compare
        || compares
        || match after.first() {
            Class::De => ends(SHARES),
            // 相较于2012年净利润26亿元: that was the profit then.
            Class::Noun => false,
            _ => ends(PASSES),
        }
}

/// Elements after a time within which a clause says what the time is to it.
const NEAR: usize = 12;

fn later(when: When, frame: &Frame) -> bool {
    match (when.years, frame.document_period) {
        (Some((_, last)), Some((_, now))) => last > now,
        _ => false,
    }
}

/// Words that announce aims, for the rest of the sentence.
fn announces(row: Row<'_>) -> bool {
    let modal = |(at, class): (usize, Class)| {
        class == Class::Modal
            && match row.word(at) {
                "力争" | "力求" => true,
                "将" | "拟" | "计划" | "预期" => {
                    row.class(at + 1).may_be_verb() || row.word(at + 1) == "到"
                }
                _ => false,
            }
    };
    // 主要预期目标是：…
    let sets = |text: &str| {
        text.len() >= "预期目标".len()
            && text.chars().any(|c| c == '标')
            && ["预期目标", "目标任务是", "主要目标是"].iter().any(|word| text.contains(word))
    };
    row.elements.iter().map(|e| e.class).enumerate().any(modal)
        || row.elements.iter().any(|e| e.class == Class::Noun && sets(e.span.of(row.passage)))
}

/// Inside a part that sets out aims, a year gone by tells how things were.
fn is_past(when: When, frame: &Frame) -> bool {
    let now = frame.document_period.map(|(_, last)| last);
    when.years.zip(now).is_some_and(|((_, last), now)| last <= now)
}

/// A unit or 以上 that is printed only at the last of a 分别 list holds for all of it.
fn share_units(passage: &str, quantities: &mut [Quantity], sentences: &[Sentence]) {
    for elements in sentences.iter().flat_map(Sentence::clauses) {
        share_units_of(quantities, Row { passage, elements });
    }
}

fn share_units_of(quantities: &mut [Quantity], row: Row<'_>) {
    let Some(each) = row.position(|c| c == Class::Each) else { return };
    let list = row.part(each + 1, row.len());
    let indices: Vec<usize> = list
        .elements
        .iter()
        .filter_map(|e| match e.class {
            Class::Quantity(index) => Some(index),
            _ => None,
        })
        .collect();
    let Some((&last, others)) = indices.split_last() else { return };
    let last = quantities[last].clone();
    for &index in others {
        let quantity = &mut quantities[index];
        let bare = quantity.unit.is_none()
            || quantity.unit.as_deref() == Some("个") && last.unit.as_deref() == Some("百分点");
        if bare && last.unit.is_some() && quantity.unit != last.unit {
            let factor = last.value_std.map(|std| std / last.value).filter(|f| f.is_finite());
            quantity.value_std = factor.map(|f| quantity.value * f);
            quantity.unit.clone_from(&last.unit);
            quantity.unit_std = last.unit_std;
            quantity.dimension = last.dimension;
        }
        let same = quantity.unit == last.unit;
        if same
            && quantity.approx == Approx::Exact
            && matches!(last.approx, Approx::Over | Approx::About)
        {
            quantity.approx = last.approx;
        }
    }
}
