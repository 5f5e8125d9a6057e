//! The text of a cell → its number; the text of a header → its unit.

use crate::extract::figures;

/// A unit as a table states it once for many cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    /// The standard unit; null for bare measure words.
    pub(super) std: Option<&'static str>,
    /// What a printed number is multiplied with: 1e8 of 亿元.
    pub(super) factor: f64,
}

impl Unit {
    pub(super) const PERCENT: Self = Self { std: Some("percent"), factor: 1.0 };
}

/// A cell's number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    /// In `unit_std` where the cell states a unit, else as printed.
    pub(super) value: f64,
    pub(super) unit_std: Option<&'static str>,
    /// The cell has a measure word of its own.
    pub(super) counted: bool,
}

/// The number of a cell that holds one and nothing else. Nothing for a mark that stands for a missing value.
pub(super) fn number(text: &str) -> Option<Number> {
    let text =
        text.trim().trim_end_matches(|c: char| matches!(c, '*' | '#' | '①'..='⑳' | '†')).trim_end();
    if let Some(value) = plain(text) {
        return Some(Number { value, unit_std: None, counted: false });
    }
    // A number of accounts in brackets is negative.
    let inner = text.strip_prefix(['(', '（']).and_then(|t| t.strip_suffix([')', '）']));
    if let Some(value) = inner.and_then(plain) {
        return Some(Number { value: -value.abs(), unit_std: None, counted: false });
    }
    // Long cells are prose.
    if text.len() > 60 || !text.contains(has_numeral) {
        return None;
    }
    let quantities = figures::quantities(text, true);
    let [quantity] = quantities.as_slice() else { return None };
    if !text[..quantity.span.start].trim().is_empty()
        || !text[quantity.span.end..].trim().is_empty()
    {
        return None;
    }
    Some(Number {
        value: quantity.value_std.unwrap_or(quantity.value),
        unit_std: quantity.unit_std,
        counted: quantity.unit.is_some(),
    })
}

fn has_numeral(c: char) -> bool {
    c.is_numeric() || "一二两三四五六七八九十百千万亿半".contains(c)
}

/// Digits with a sign, thousands marks and a point.
fn plain(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix(['-', '−', '－', '﹣', '–']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let grouped = !whole.contains([',', '，', ' ', '\u{a0}']) || is_grouped(whole);
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let only = digits
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ',' | '，' | '.' | ' ' | '\u{a0}'));
    if !grouped || !only || !all_digits(&whole) || !all_digits(fraction) {
        return None;
    }
    format!("{whole}.{fraction}").parse::<f64>().ok().map(|v| sign * v)
}

/// 1,234,567: groups of three behind the first.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split([',', '，', ' ', '\u{a0}']);
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|g| g.len() == 3)
}

/// Whether a text is a mark for a value that is not there.
pub(super) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .chars()
            .all(|c| matches!(c, '-' | '—' | '–' | '－' | '.' | '…' | '/' | '／' | '·' | '*'))
        || matches!(text, "无" | "无数据" | "n/a" | "N/A" | "NA" | "n.a.")
}

/// The unit that a word is: 亿元, 万人, %.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim().trim_end_matches(['。', '；', ';', '.']);
    if word.is_empty() || word.len() > 30 || word.chars().any(char::is_numeric) {
        return None;
    }
    let text = format!("1{word}");
    let quantities = figures::quantities(&text, true);
    let [quantity] = quantities.as_slice() else { return None };
    let whole = quantity.span.start == 0 && quantity.span.end == text.len();
    let factor = quantity.value_std.unwrap_or(quantity.value);
    (whole && factor.is_finite() && factor != 0.0)
        .then_some(Unit { std: quantity.unit_std, factor })
}

/// The unit that a header or caption states: 单位：亿元, 产量（万吨）, 增速(%), 产值/亿元. Nothing where it states several.
pub(super) fn unit_in(header: &str) -> Option<Unit> {
    for part in header.rsplit(" / ") {
        if let Some(at) = part.find("单位") {
            let rest = part[at + "单位".len()..].trim_start().strip_prefix(['：', ':'])?;
            let end = rest.find(['）', ')', '\t', '\n']).unwrap_or(rest.len());
            return unit(&rest[..end]);
        }
        let bracketed = part
            .rfind(['（', '('])
            .map(|at| part[at..].trim_start_matches(['（', '(']))
            .and_then(|rest| rest.find(['）', ')']).map(|end| &rest[..end]))
            .and_then(unit);
        let slashed = || part.rsplit_once(['/', '／']).and_then(|(_, word)| unit(word));
        let percent = || part.trim_end().ends_with(['%', '％']).then_some(Unit::PERCENT);
        if let Some(unit) = bracketed.or_else(slashed).or_else(percent) {
            return Some(unit);
        }
    }
    None
}

/// Whether a header names a rate or share.
pub(super) fn is_rate(header: &str) -> bool {
    [
        "增长", "增速", "增幅", "涨幅", "降幅", "升降", "±", "比重", "占比", "构成", "比率",
        "同比", "环比",
    ]
    .iter()
    .any(|w| header.contains(w))
}

/// Whether a header names a place in an order, which has no unit.
pub(super) fn is_rank(header: &str) -> bool {
    ["排名", "位次", "名次", "序号", "编号", "年份", "代码", "行次"]
        .iter()
        .any(|w| header.contains(w))
}
