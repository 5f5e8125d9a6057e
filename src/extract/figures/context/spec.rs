//! The cases of `tests/specs/figures.toml`: sentences made up for the purpose, each with what is to be read off it.

use crate::extract::figures::{Figure, Frame, figures};
use serde::Deserialize;
use std::fmt::Write;

#[derive(Deserialize)]
struct Specs {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    why: String,
    text: String,
    #[serde(default)]
    frame: Outline,
    figures: Vec<Expected>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Outline {
    period: Option<String>,
    part: Option<String>,
    published: Option<i16>,
    #[serde(default)]
    plan: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    surface: String,
    unit: Option<String>,
    approx: Option<String>,
    item: Option<String>,
    action: Option<String>,
    change: Option<String>,
    basis: Option<String>,
    period: Option<String>,
    period_part: Option<String>,
    #[serde(default)]
    target: bool,
    #[serde(default)]
    is_from: bool,
}

fn years(text: Option<&str>) -> Option<(i16, i16)> {
    let text = text.filter(|text| !text.is_empty())?;
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    Some((first.parse().unwrap(), last.parse().unwrap()))
}

fn frame(outline: &Outline) -> Frame {
    let document_period = years(outline.period.as_deref());
    let part_period = years(outline.part.as_deref());
    let yearly = part_period.or(document_period).is_some_and(|(first, last)| first == last);
    let plan = outline.plan;
    Frame {
        document_period,
        published: outline.published,
        part_period,
        plan,
        yearly,
        ..Frame::default()
    }
}

/// What of a figure differs from what is expected.
fn differs(text: &str, found: &Figure, expected: &Expected) -> Option<String> {
    let mut out = String::new();
    let mut check = |name: &str, found: Option<&str>, expected: Option<&str>| {
        if found != expected {
            write!(out, "  {name}: {expected:?} expected, {found:?} found").unwrap();
        }
    };
    check("surface", Some(found.quantity.span.of(text)), Some(&expected.surface));
    check("item", found.item.as_deref(), expected.item.as_deref());
    check("action", found.action.as_deref(), expected.action.as_deref());
    check("change", found.change.map(|c| c.code()), expected.change.as_deref());
    if expected.basis.is_some() {
        check("basis", found.basis.map(|b| b.code()), expected.basis.as_deref());
    }
    if expected.unit.is_some() {
        check("unit", found.quantity.unit.as_deref(), expected.unit.as_deref());
    }
    if expected.approx.is_some() {
        check("approx", Some(found.quantity.approx.code()), expected.approx.as_deref());
    }
    check("period_part", found.period_part, expected.period_part.as_deref());
    let bools =
        [("target", found.target, expected.target), ("is_from", found.is_from, expected.is_from)];
    for (name, found, expected) in bools {
        check(
            name,
            Some(if found { "true" } else { "false" }),
            Some(if expected { "true" } else { "false" }),
        );
    }
    if expected.period.is_some() && found.period != years(expected.period.as_deref()) {
        write!(out, "  period: {:?} expected, {:?} found", expected.period, found.period).unwrap();
    }
    (!out.is_empty()).then_some(out)
}

#[test]
fn sentences_read_as_their_specs_say() {
    let specs: Specs =
        toml::from_str(include_str!("../../../../tests/specs/figures.toml")).unwrap();
    let mut wrong = String::new();
    for case in &specs.case {
        let found = figures(&case.text, &frame(&case.frame));
        if found.len() != case.figures.len() {
            let surfaces: Vec<&str> =
                found.iter().map(|f| f.quantity.span.of(&case.text)).collect();
            writeln!(wrong, "{}: {} — found {surfaces:?}", case.why, case.text).unwrap();
            continue;
        }
        for (found, expected) in found.iter().zip(&case.figures) {
            if let Some(difference) = differs(&case.text, found, expected) {
                writeln!(wrong, "{}: {} — {}{difference}", case.why, case.text, expected.surface)
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
