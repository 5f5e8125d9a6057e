//! A passage with its quantities → sentences and clauses as rows of classed elements.
//!
//! A clause ends at a comma and the like. What stands in quotation marks or brackets without a quantity is one noun,
//! whatever verbs it holds; a bracket with quantities is a clause of its own, set aside from the one around it. Only
//! sentences that hold a quantity are cut. Everything is one pass, and linear: brackets that are never closed are
//! dropped at the end of their sentence.

use super::super::Quantity;
use super::lexicon::{Class, LEXICON, Lexicon};
use super::time;
use crate::provenance::Span;
use std::ops::Range;

/// A word, a stretch of noun, or a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) class: Class,
    pub(super) span: Span,
}

/// A sentence that holds at least one quantity.
#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) span: Span,
    elements: Vec<Element>,
    /// The elements of each clause.
    clauses: Vec<Range<usize>>,
}

impl Sentence {
    /// Its clauses in reading order: what stands between two commas.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &[Element]> {
        self.clauses.iter().map(|clause| &self.elements[clause.clone()])
    }
}

/// Cuts the sentences that hold quantities.
pub(super) fn sentences(passage: &str, quantities: &[Quantity]) -> Vec<Sentence> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut first = 0;
    for end in sentence_ends(passage) {
        if first == quantities.len() {
            break;
        }
        let after = first + quantities[first..].partition_point(|q| q.span.start < end);
        if after > first {
            let span = trimmed(passage, start, end);
            let mut row = row(passage, span, &quantities[first..after], first);
            settle(passage, &mut row);
            out.push(sentence(passage, span, &row));
        }
        (start, first) = (end, after);
    }
    out
}

/// Where each sentence ends, one past its mark, and the end of the text.
fn sentence_ends(passage: &str) -> impl Iterator<Item = usize> + '_ {
    // 。 is E3 80 82, ！ EF BC 81, ？ EF BC 9F: their last byte tells most others apart.
    let bytes = passage.as_bytes();
    let plain = memchr::memchr3_iter(b'!', b'?', b'\n', bytes);
    let wide = memchr::memchr3_iter(0x81, 0x82, 0x9F, bytes).filter(|&at| {
        let lead: &[u8] = if bytes[at] == 0x82 { &[0xE3, 0x80] } else { &[0xEF, 0xBC] };
        bytes[..at].ends_with(lead)
    });
    let (mut plain, mut wide) = (plain.peekable(), wide.peekable());
    let ends = std::iter::from_fn(move || match (plain.peek(), wide.peek()) {
        (Some(a), Some(b)) if a > b => wide.next(),
        (Some(_), _) => plain.next(),
        (None, _) => wide.next(),
    });
    ends.map(|at| at + 1).chain(std::iter::once(passage.len()))
}

fn trimmed(passage: &str, start: usize, end: usize) -> Span {
    let text = passage[start..end].trim_start();
    let start = end - text.len();
    Span::new(start, start + text.trim_end().len())
}

/// The elements of one sentence in a row, marks included.
fn row(passage: &str, span: Span, quantities: &[Quantity], first: usize) -> Vec<Element> {
    // A word or a stretch of noun takes three characters or so.
    let mut out = Vec::with_capacity((span.end - span.start) / 8 + quantities.len());
    let mut at = span.start;
    for (n, quantity) in quantities.iter().enumerate() {
        words(&LEXICON, passage, at, quantity.span.start.max(at), &mut out);
        out.push(Element { class: Class::Quantity(first + n), span: quantity.span });
        at = quantity.span.end;
    }
    words(&LEXICON, passage, at, span.end.max(at), &mut out);
    out
}

/// Times that numbers are part of, and what lies around them: 年底 in 2025年底 is no word of its own.
fn words(lexicon: &Lexicon, passage: &str, start: usize, end: usize, out: &mut Vec<Element>) {
    let mut at = start;
    while let Some((from, to)) = date(&passage[at..end]) {
        undated(lexicon, passage, at, at + from, out);
        out.push(Element { class: Class::Time, span: Span::new(at + from, at + to) });
        at += to;
    }
    undated(lexicon, passage, at, end, out);
}

/// What lies between dates.
fn undated(lexicon: &Lexicon, passage: &str, start: usize, end: usize, out: &mut Vec<Element>) {
    let mut at = start;
    while let Some((from, to)) = first_months(&passage[at..end]) {
        between(lexicon, passage, at, at + from, out);
        out.push(Element { class: Class::Time, span: Span::new(at + from, at + to) });
        at += to;
    }
    between(lexicon, passage, at, end, out);
}

fn between(lexicon: &Lexicon, passage: &str, start: usize, end: usize, out: &mut Vec<Element>) {
    let mut at = start;
    lexicon.words(&passage[start..end], |class, from, to| {
        if at < start + from {
            noun(passage, at, start + from, out);
        }
        out.push(Element { class, span: Span::new(start + from, start + to) });
        at = start + to;
    });
    noun(passage, at, end, out);
}

/// What lies between words is noun. White space parts nothing.
fn noun(passage: &str, start: usize, end: usize, out: &mut Vec<Element>) {
    let text = passage[start..end].trim_start();
    let (at, end) = (end - text.len(), end - text.len() + text.trim_end().len());
    if at < end {
        out.push(Element { class: Class::Noun, span: Span::new(at, end) });
    }
}

/// Marks of dates, and what may join two of them.
const MARKS: [&str; 9] = ["年", "月", "日", "—", "－", "-", "至", "~", "–"];
/// What a year may end with: the part of it that is meant.
const PARTS: [&str; 14] = [
    "上半年",
    "下半年",
    "前三季度",
    "前3季度",
    "第一季度",
    "第二季度",
    "第三季度",
    "第四季度",
    "一季度",
    "二季度",
    "三季度",
    "四季度",
    "度",
    "全年",
];
const TAILS: [&str; 7] = ["末", "底", "初", "份", "以来", "前", "间"];

/// Where a text tells of the first months of a year: 前5个月, 头两个月. What 前 and 头 belong to the word before them, it is a
/// length of time: 投产前三个月, 码头3个月.
fn first_months(text: &str) -> Option<(usize, usize)> {
    const UNIT: &str = "个月";
    let mut from = 0;
    while let Some(found) = text[from..].find(UNIT) {
        let to = from + found + UNIT.len();
        from = to;
        let digits = |c: &char| c.is_ascii_digit() || "一两三四五六七八九十".contains(*c);
        let before = &text[..to - UNIT.len()];
        let count: usize =
            before.chars().rev().take_while(digits).take(3).map(char::len_utf8).sum();
        let head = &before[..before.len() - count];
        let Some(start) = head.strip_suffix(['前', '头']).map(str::len) else { continue };
        let stands = match text[..start].chars().next_back() {
            // 今年前5个月, 全市前5个月.
            Some(c) if crate::han::is_han(c) => "年度市县区省州国镇乡".contains(c),
            _ => true,
        };
        if stands && time::first_months(&text[start..to]).is_some() {
            return Some((start, to));
        }
    }
    None
}

/// The length of what a text begins with, if that tells of the first months of a year.
fn months_at(text: &str) -> Option<usize> {
    const BYTES_MAX: usize = 24;
    let near = &text[..text.floor_char_boundary(BYTES_MAX)];
    first_months(near).filter(|(start, _)| *start == 0).map(|(_, end)| end)
}

/// The first date in digits: 2025年, 1—11月, 12月28日, 2025年底, 2025年上半年, 2025上半年, 2025年前5个月.
pub(super) fn date(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut from = bytes.iter().position(u8::is_ascii_digit)?;
    let starts = |at: usize, words: &[&str]| {
        words.iter().find(|word| text[at..].starts_with(**word)).map(|word| word.len())
    };
    loop {
        let mut to = from;
        let mut seen = false;
        loop {
            let digits = text[to..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - to);
            let mark = starts(to + digits, &MARKS);
            let year = digits == 4 && matches!(bytes[to], b'1' | b'2');
            let Some(mark) = mark.filter(|_| digits > 0) else {
                // The year's own sign may be left out before a part of it.
                if let Some(part) = starts(to + digits, &PARTS[..12]).filter(|_| year) {
                    (to, seen) = (to + digits + part, true);
                }
                break;
            };
            let is_year = text[to + digits..].starts_with('年');
            let is_unit = is_year || text[to + digits..].starts_with(['月', '日']);
            to += digits + mark;
            if is_unit {
                seen = true;
                let part = starts(to, &PARTS).or_else(|| months_at(&text[to..]));
                let part = part.filter(|_| is_year && year);
                to += part.or_else(|| starts(to, &TAILS)).unwrap_or(0);
                // 2030年至少 is no range.
                let joins = starts(to, &["至", "—", "-", "－"]).unwrap_or(0);
                let goes_on = bytes.get(to + joins).is_some_and(u8::is_ascii_digit);
                to += if goes_on { joins } else { 0 };
            }
        }
        if seen {
            return Some((from, to));
        }
        let digits = text[from..].find(|c: char| !c.is_ascii_digit())?;
        from += digits + bytes[from + digits..].iter().position(u8::is_ascii_digit)?;
    }
}

/// Words of one character are words only where their neighbours let them be: 能 in 智能产业 is no verb. Words of manner
/// are part of the name of the noun that they touch.
fn settle(passage: &str, row: &mut [Element]) {
    for at in 0..row.len() {
        let class = row[at].class;
        let next = row.get(at + 1).map_or(Class::Stop, |e| e.class);
        let before = if at == 0 { Class::Stop } else { row[at - 1].class };
        let word = row[at].span.of(passage);
        let stands = match class {
            Class::Manner => {
                let touches = |one: usize| {
                    row.get(one + 1).is_some_and(|e| e.span.start == row[one].span.end)
                };
                let named = touches(at) && matches!(next, Class::Noun | Class::Open);
                let inside = at > 0 && touches(at - 1) && before == Class::Noun;
                let doing = before.is_verb()
                    || matches!(
                        before,
                        Class::Conj | Class::De | Class::Nominal | Class::Quantity(_)
                    )
                    || inside;
                let names = named || next == Class::Nominal && doing;
                if !names {
                    row[at].class = Class::Adverb;
                }
                !names
            }
            // 消除|率, 养殖|场: a verb and the one character that makes it a noun.
            Class::Verb | Class::Nominal | Class::Soft if made_noun(passage, row, at) => false,
            // 净增|有进出口实绩企业
            Class::Level if word == "有" && before.is_verb() => false,
            // 将|346名委员划入… is no aim.
            Class::Modal if word == "将" && matches!(next, Class::Quantity(_)) => {
                row[at].class = Class::Prep;
                true
            }
            Class::Modal if word == "计划" => leads_on(next),
            _ if word.chars().nth(1).is_some() => true,
            Class::Adverb | Class::Modal => match word {
                "了" | "着" | "过" => {
                    before.may_be_verb() || before == Class::Level || before == Class::Passive
                }
                _ => leads_on(next),
            },
            Class::Level if matches!(word, "达" | "超" | "逾") => {
                matches!(next, Class::Quantity(_) | Class::Adverb | Class::Stop | Class::End)
            }
            Class::Prep if word == "至" => {
                before.may_be_verb()
                    || matches!(
                        before,
                        Class::Stop | Class::Quantity(_) | Class::Adverb | Class::Modal
                    )
            }
            Class::Prep
                if matches!(
                    word,
                    "同" | "因"
                        | "除"
                        | "随"
                        | "跟"
                        | "朝"
                        | "沿"
                        | "凭"
                        | "据"
                        | "自"
                        | "以"
                        | "经"
                        | "给"
                ) =>
            {
                before != Class::Noun
            }
            Class::Increase => matches!(next, Class::Quantity(_)),
            _ => true,
        };
        if !stands {
            row[at].class = Class::Noun;
        }
    }
}

/// Whether the noun after a verb is but its suffix.
fn made_noun(passage: &str, row: &[Element], at: usize) -> bool {
    let Some(next) =
        row.get(at + 1).filter(|e| e.class == Class::Noun && e.span.start == row[at].span.end)
    else {
        return false;
    };
    let text = next.span.of(passage);
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let alone = chars.next().is_none();
    let opens =
        at == 0 || matches!(row[at - 1].class, Class::Stop | Class::End | Class::Quantity(_));
    match first {
        '率' | '额' | '者' => true,
        '价' | '量' | '值' | '费' | '数' | '度' | '面' => alone,
        '户' | '场' | '路' | '站' | '点' | '区' | '库' | '员' | '线' | '地' | '厂' | '园'
        | '村' | '队' => alone && !opens,
        _ => false,
    }
}

fn leads_on(next: Class) -> bool {
    next.may_be_verb()
        || matches!(
            next,
            Class::Level
                | Class::Passive
                | Class::Quantity(_)
                | Class::Prep
                | Class::Adverb
                | Class::Manner
                | Class::Compare
                | Class::Each
        )
}

/// Splits a sentence's row at its marks. Clauses without a quantity are kept: their head may hold a time or a doer.
fn sentence(passage: &str, span: Span, row: &[Element]) -> Sentence {
    // Most sentences have neither brackets nor quotations.
    let opens = row.iter().any(|e| e.class == Class::Open);
    let (partner, counts) =
        if opens { (partners(passage, row), counts(row)) } else { (Vec::new(), Vec::new()) };
    let clauses = Vec::with_capacity(row.len() / CLAUSE_ELEMENTS + 1);
    let mut out = Sentence { span, elements: Vec::with_capacity(row.len()), clauses };
    let mut open: Vec<(usize, Vec<Element>)> = Vec::new();
    let mut current = Vec::with_capacity(2 * CLAUSE_ELEMENTS);
    let mut at = 0;
    while let Some(element) = row.get(at) {
        match (element.class, partner.get(at).copied().flatten()) {
            (Class::Open, Some(close)) if counts[at] == counts[close] => {
                push(&mut current, Class::Noun, Span::new(element.span.start, row[close].span.end));
                at = close;
            }
            (Class::Open, Some(close)) if is_bracket(element.span.of(passage)) => {
                let outer = std::mem::take(&mut current);
                open.push((close, outer));
            }
            (Class::Close, _) if open.last().is_some_and(|(close, _)| *close == at) => {
                let (_, outer) = open.pop().unwrap_or_default();
                finish(&mut current, &mut out);
                current = outer;
            }
            (Class::Open | Class::Close, _) => {}
            (Class::Stop | Class::End, _) => finish(&mut current, &mut out),
            (class, _) => push(&mut current, class, element.span),
        }
        at += 1;
    }
    finish(&mut current, &mut out);
    while let Some((_, mut outer)) = open.pop() {
        finish(&mut outer, &mut out);
    }
    out.clauses.sort_by_key(|clause| out.elements[clause.start].span.start);
    out
}

/// Quantities before each element.
fn counts(row: &[Element]) -> Vec<usize> {
    let mut n = 0;
    let mut before = |element: &Element| {
        let here = n;
        n += usize::from(matches!(element.class, Class::Quantity(_)));
        here
    };
    row.iter().map(&mut before).collect()
}

/// Elements of a clause, about.
const CLAUSE_ELEMENTS: usize = 6;

/// Nouns that touch are one noun.
fn push(clause: &mut Vec<Element>, class: Class, span: Span) {
    match clause.last_mut() {
        Some(last)
            if class == Class::Noun && last.class == Class::Noun && last.span.end == span.start =>
        {
            last.span.end = span.end;
        }
        _ => clause.push(Element { class, span }),
    }
}

fn finish(clause: &mut Vec<Element>, out: &mut Sentence) {
    if !clause.is_empty() {
        let start = out.elements.len();
        out.elements.append(clause);
        out.clauses.push(start..out.elements.len());
    }
}

fn is_bracket(mark: &str) -> bool {
    matches!(mark, "（" | "(" | "【" | "[")
}

/// The index of the closing mark of each opening one, null where there is none.
fn partners(passage: &str, row: &[Element]) -> Vec<Option<usize>> {
    const PAIRS: &[(&str, &str)] = &[
        ("（", "）"),
        ("(", ")"),
        ("（", ")"),
        ("(", "）"),
        ("“", "”"),
        ("《", "》"),
        ("「", "」"),
        ("『", "』"),
        ("‘", "’"),
        ("【", "】"),
        ("[", "]"),
    ];
    let mut out = vec![None; row.len()];
    let mut stack: Vec<usize> = Vec::new();
    for (at, element) in row.iter().enumerate() {
        match element.class {
            Class::Open => stack.push(at),
            Class::Close => {
                let close = element.span.of(passage);
                // A mark that was never closed must not swallow its surroundings; only the nearest few are looked at.
                let found = stack
                    .iter()
                    .rev()
                    .take(4)
                    .position(|&open| PAIRS.contains(&(row[open].span.of(passage), close)));
                if let Some(back) = found {
                    stack.truncate(stack.len() - back);
                    if let Some(open) = stack.pop() {
                        out[open] = Some(at);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_date_of_a_text() {
        let first = |text: &'static str| date(text).map(|(from, to)| &text[from..to]);
        assert_eq!(first("到2025年底完成"), Some("2025年底"));
        assert_eq!(first("全市2025年上半年"), Some("2025年上半年"));
        assert_eq!(first("2025年前5个月"), Some("2025年前5个月"));
        assert_eq!(first("2025年前三个月"), Some("2025年前三个月"));
    }

    #[test]
    fn first_months_are_of_a_year() {
        let first = |text: &'static str| first_months(text).map(|(from, to)| &text[from..to]);
        assert_eq!(first("今年前11个月，"), Some("前11个月"));
        assert_eq!(first("头两个月"), Some("头两个月"));
        assert_eq!(first("历时3个月，全市前五个月"), Some("前五个月"));
        for text in
            ["提前5个月完成", "投产前三个月", "该码头3个月", "到期前6个月内", "前500个月", "前个月"]
        {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
