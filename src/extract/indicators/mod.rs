//! Figures → the indicators of the catalogue.
//!
//! In: a document whose figures say item, action, unit, change and basis. Out: each figure's indicator, or none: a
//! figure is a value of an indicator only where its item, without prefixes of place, is one of the indicator's names
//! as a whole, and measure, unit, action and organization fit. Narrower things (人均…, 民间…, a city of the province)
//! have other names and stay out. What can go wrong: a name that the catalogue lacks is missed, never guessed.

mod catalogue;
mod terms;
mod names;

pub use catalogue::{Against, Catalogue, Definition, Error, Indicator, Measure, When};

use super::Document;
use super::figures::{self, Basis, Change, Figure, Frame};
use super::scale::times;
use names::{Names, Trend};
use std::sync::{Arc, LazyLock};

/// The tables that come with the program, in the order of the catalogue.
const TABLES: &[&str] = &[
    include_str!("government.toml"),
    include_str!("bulletin.toml"),
    include_str!("cppcc.toml"),
    include_str!("courts.toml"),
];

/// The catalogue that comes with the program.
pub fn built_in() -> Arc<Catalogue> {
    static BUILT_IN: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
        Arc::new(
            Catalogue::from_toml_str(&TABLES.join("\n"))
                .expect("the built-in tables are checked by a test"),
        )
    });
    BUILT_IN.clone()
}

/// A figure as a value of an indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// In the indicator's unit; a fall is negative.
    pub value: f64,
    /// The upper end of a range, never less than `value`.
    pub value_max: Option<f64>,
}

/// The indicators whose own example is not read as them, with what it is read as: a pattern that can't match.
pub fn misread_examples(catalogue: &Catalogue) -> Vec<(Arc<str>, Option<Arc<str>>)> {
    let frame = Frame { yearly: true, ..Frame::default() };
    let names = Names::of(None);
    let read = |indicator: &Indicator, text: &str| {
        let whose = indicator.definition.organization.first().map_or("", String::as_str);
        let figures = figures::figures(text, &frame);
        let mut found = figures
            .iter()
            .filter_map(|figure| find(catalogue, &names, whose, Clause::of(text, figure), figure));
        found.next().map(|i| i.id.clone())
    };
    let examples =
        catalogue.indicators().iter().filter_map(|i| Some((i, i.definition.example.as_deref()?)));
    examples
        .map(|(indicator, text)| (indicator.id.clone(), read(indicator, text)))
        .filter(|(id, found)| found.as_ref() != Some(id))
        .collect()
}

/// Sets the indicator of every figure that is a value of one.
pub fn assign(document: &mut Document, catalogue: &Catalogue) {
    let region = document.report.region.as_ref().map(|r| r.name.as_str());
    let names = Names::of(region);
    let whose = document
        .report
        .organization
        .as_deref()
        .or(document.metadata.title.as_deref())
        .unwrap_or("");
    let body = document.body.as_str();
    // The item of an effect (带动进出口415亿元) and the end of its sentence: ，增长11.7% after it is of the same.
    let mut effect: Option<(String, usize)> = None;
    for entry in &mut document.figures {
        let clause = Clause::of(body, &entry.figure);
        if names::is_effect(clause.before) {
            let item = entry.figure.item.clone();
            effect = item.map(|item| (item, entry.figure.sentence.end));
            continue;
        }
        let of_effect = effect.as_ref().is_some_and(|(item, end)| {
            entry.figure.sentence.end == *end
                && entry.figure.item.as_ref() == Some(item)
                && !clause.before.contains(item.as_str())
        });
        if !of_effect {
            entry.indicator =
                find(catalogue, &names, whose, clause, &entry.figure).map(|i| i.id.clone());
        }
    }
}

/// The indicator that a figure of a lone passage is a value of; `text` is what its spans are of.
pub fn of_passage(figure: &Figure, text: &str, catalogue: &Catalogue) -> Option<Arc<str>> {
    let clause = Clause::of(text, figure);
    if names::is_effect(clause.before) {
        return None;
    }
    find(catalogue, &Names::of(None), "", clause, figure).map(|i| i.id.clone())
}

/// The figure's value in the unit and sign of `indicator`; none where its unit can't be one of it.
pub fn value_of(indicator: &Indicator, figure: &Figure) -> Option<Value> {
    let quantity = &figure.quantity;
    let factor = match indicator.definition.unit_std.as_deref() {
        None => match quantity.unit_std {
            None => 1.0,
            // Countable people and households in a plain count.
            Some("person" | "person_time" | "household") => 1.0,
            Some(_) => return None,
        },
        Some(want) => {
            let std = quantity.value_std?;
            let scale = if quantity.value == 0.0 { 1.0 } else { std / quantity.value };
            scale * conversion(quantity.unit_std?, want)?
        }
    };
    let sign = match indicator.definition.measure {
        Measure::Growth | Measure::Change if falls(figure) => -1.0,
        _ => 1.0,
    };
    let low = times(quantity.value, factor) * sign;
    let high = quantity.value_max.map(|v| times(v, factor) * sign);
    let (value, value_max) = match high {
        Some(high) if high < low => (high, Some(low)),
        high => (low, high),
    };
    match indicator.definition.range {
        Some([least, greatest]) if value < least || value_max.unwrap_or(value) > greatest => None,
        _ => Some(Value { value, value_max }),
    }
}

/// Units of one dimension that are not one in the lexicon of units.
fn conversion(from: &str, to: &str) -> Option<f64> {
    Some(match (from, to) {
        _ if from == to => 1.0,
        ("gram", "tonne") => 1e-6,
        ("m", "km") => 1e-3,
        ("km", "m") => 1e3,
        ("permille", "percent") => 0.1,
        ("percent", "permille") => 10.0,
        _ => return None,
    })
}

fn falls(figure: &Figure) -> bool {
    let named = figure.item.as_deref().and_then(names::trend) == Some(Trend::Fall);
    figure.change == Some(Change::Decrease) || (figure.change.is_none() && named)
}

fn find<'a>(
    catalogue: &'a Catalogue,
    names: &Names,
    whose: &str,
    clause: Clause<'_>,
    figure: &Figure,
) -> Option<&'a Indicator> {
    let Clause { before: clause, after } = clause;
    let look_up = |words: &str| {
        let bare = names::plain(words);
        names.forms(&bare).into_iter().find_map(|(name, trend)| {
            catalogue.uses(name).iter().find_map(|&usage| {
                let (indicator, when) = catalogue.at(usage);
                let action = figure.action.as_deref();
                let acts = match when.action.as_slice() {
                    [] => {
                        let level = indicator.definition.measure == Measure::Level;
                        !(level && names::is_addition(action, clause))
                    }
                    verbs => usage.acted || acts(verbs, action),
                };
                (acts && fits(indicator, when, whose, clause, figure, trend)).then_some(indicator)
            })
        })
    };
    if names.is_elsewhere(figure.subject.as_deref(), clause, figure.item.as_deref())
        || names::is_mark(clause, after)
        || names::is_relative(clause)
        || names::describes(after)
    {
        return None;
    }
    // The words right before the number, where they are a name as a whole, tell more than the item, which leaves out
    // what reads like a verb or a qualifier.
    let printed = names::before_number(clause);
    look_up(printed).or_else(|| {
        let item = figure.item.as_deref()?;
        if names::is_narrowed(clause, item) {
            return None;
        }
        look_up(item)
            .or_else(|| names::each_of(clause, item).iter().find_map(|member| look_up(member)))
    })
}

fn fits(
    indicator: &Indicator,
    when: &When,
    whose: &str,
    clause: &str,
    figure: &Figure,
    trend: Option<Trend>,
) -> bool {
    let definition = &indicator.definition;
    let has = |words: &[String], text: &str| words.iter().any(|w| text.contains(w.as_str()));
    measures(definition, figure, trend)
        && (definition.target || !figure.target)
        && (definition.organization.is_empty() || has(&definition.organization, whose))
        && (when.unit.is_empty()
            || figure.quantity.unit.as_ref().is_some_and(|u| when.unit.iter().any(|of| of == u)))
        && !has(&definition.unless, clause)
        && value_of(indicator, figure).is_some()
}

fn acts(words: &[String], action: Option<&str>) -> bool {
    let action = action.unwrap_or("");
    words.iter().any(|w| if w.is_empty() { action.is_empty() } else { action.contains(w.as_str()) })
}

/// Whether the figure is a level, growth, share or change as the definition wants it.
fn measures(definition: &Definition, figure: &Figure, trend: Option<Trend>) -> bool {
    let changes = figure.change.is_some() || trend.is_some();
    match definition.measure {
        Measure::Level | Measure::Share => !changes,
        Measure::Growth | Measure::Change => {
            let basis = match figure.basis {
                None | Some(Basis::YearOnYear) => Some(Against::YearOnYear),
                Some(Basis::AnnualAverage) => Some(Against::AnnualAverage),
                Some(Basis::SinceStart) => Some(Against::SinceStart),
                Some(Basis::MonthOnMonth) => None,
            };
            changes && !figure.is_from && basis == Some(definition.basis)
        }
    }
}

/// What stands around a number in its clause.
#[derive(Debug, Clone, Copy)]
struct Clause<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Clause<'a> {
    fn of(body: &'a str, figure: &Figure) -> Self {
        let number = figure.quantity.span;
        let start = figure.sentence.start.min(number.start);
        let before = body.get(start..number.start).unwrap_or("");
        let cut = before.char_indices().rev().find(|&(_, c)| ends_clause(c));
        let before = cut.map_or(before, |(at, c)| &before[at + c.len_utf8()..]);
        let after = body.get(number.end..figure.sentence.end.max(number.end)).unwrap_or("");
        let after = after.find(ends_clause).map_or(after, |at| &after[..at]);
        Self { before, after }
    }
}

fn ends_clause(c: char) -> bool {
    matches!(c, '，' | '。' | '；' | '：' | '！' | '？' | '\n' | ',' | ';' | ':')
}

#[cfg(test)]
mod tests;
