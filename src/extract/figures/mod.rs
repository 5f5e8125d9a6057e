//! Running text → [`Figure`]s: every numeral that states how much or how many of something.
//!
//! Two passes. [`quantities`] finds numerals with their unit and leaves out what only looks like a figure (dates,
//! ordinals, names); [`context`] reads the clause around each: what it counts, what was done, when, whether it is
//! an aim. Neither looks further than the block and the [`Frame`] that the outline puts around it.

mod decimal;
mod glyph;
mod numeral;
mod unit;
mod qualify;
mod exclude;
mod find;
pub mod context;

use super::BodyFigure;
use super::metadata::Metadata;
use super::report::Report;
use super::sections::{self, Section};
use crate::clean::{Block, Role};
use crate::provenance::Span;
use std::borrow::Cow;
pub use unit::standard as standard_unit;

/// How near the printed numeral is to the thing counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Approx {
    /// As printed.
    #[default]
    Exact,
    /// 约, 左右.
    About,
    /// 余, 多, 超, 逾, 以上.
    Over,
    /// 近, 接近.
    Nearly,
    /// 不到, 以内.
    Under,
}

impl Approx {
    /// The name in `figures.approx`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::About => "about",
            Self::Over => "over",
            Self::Nearly => "nearly",
            Self::Under => "under",
        }
    }
}

/// What sort of quantity it is; `figures.dimension`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dimension {
    /// Things counted.
    #[default]
    Count,
    /// Money.
    Money,
    /// A part of a whole: percent, fraction.
    Share,
    /// A rate or amount of change.
    Change,
    /// Multiples and other ratios.
    Ratio,
    /// Lengths of time.
    Duration,
    /// Lengths.
    Length,
    /// Areas.
    Area,
    /// Masses.
    Mass,
    /// Volumes.
    Volume,
    /// Power.
    Power,
    /// Energy.
    Energy,
    /// People.
    People,
    /// Other measures.
    Other,
}

impl Dimension {
    /// The name in `figures.dimension`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Money => "money",
            Self::Share => "share",
            Self::Change => "change",
            Self::Ratio => "ratio",
            Self::Duration => "duration",
            Self::Length => "length",
            Self::Area => "area",
            Self::Mass => "mass",
            Self::Volume => "volume",
            Self::Power => "power",
            Self::Energy => "energy",
            Self::People => "people",
            Self::Other => "other",
        }
    }
}

/// A numeral with its unit, read and placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Numeral with its qualifiers and unit as printed; bytes of the text that was read.
    pub span: Span,
    /// The numeral alone, without qualifiers and unit; both ends of a range.
    pub numeral: Span,
    /// Magnitude words folded in; the lower end of a range.
    pub value: f64,
    /// The upper end of a range, never less than `value`.
    pub value_max: Option<f64>,
    /// Measure word or unit as printed, without magnitude words.
    pub unit: Option<Cow<'static, str>>,
    /// One of the closed list kept with the units; null for bare measure words.
    pub unit_std: Option<&'static str>,
    /// `value` in `unit_std`.
    pub value_std: Option<f64>,
    /// What sort of quantity it is.
    pub dimension: Dimension,
    /// How near.
    pub approx: Approx,
}

/// Which way something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It grew.
    Increase,
    /// It fell.
    Decrease,
}

impl Change {
    /// The name in `figures.change`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Increase => "increase",
            Self::Decrease => "decrease",
        }
    }
}

/// What a change is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The same time of the year before.
    YearOnYear,
    /// The month before.
    MonthOnMonth,
    /// A year's average over several.
    AnnualAverage,
    /// The start of a plan period or a named base year.
    SinceStart,
}

impl Basis {
    /// The name in `figures.basis`.
    pub fn code(self) -> &'static str {
        match self {
            Self::YearOnYear => "year_on_year",
            Self::MonthOnMonth => "month_on_month",
            Self::AnnualAverage => "annual_average",
            Self::SinceStart => "since_start",
        }
    }
}

/// A stated quantity and what the text says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The numeral with its unit.
    pub quantity: Quantity,
    /// The thing counted or measured.
    pub item: Option<String>,
    /// The verb that says what was done to it.
    pub action: Option<String>,
    /// Who did it, where the sentence says so.
    pub subject: Option<String>,
    /// First and last year that it holds for: the sentence's own or the frame's.
    pub period: Option<(i16, i16)>,
    /// Part of the year: h1, h2, q1 … q4, m01 … m12, to_date.
    pub period_part: Option<&'static str>,
    /// A plan, not a result.
    pub target: bool,
    /// Whether it is a change, and which way.
    pub change: Option<Change>,
    /// What the change is measured against.
    pub basis: Option<Basis>,
    /// The starting point in 由 a 增加到 b.
    pub is_from: bool,
    /// The sentence around it, in the same text as the quantity's span.
    pub sentence: Span,
    /// How sure the reading is, 0 to 1.
    pub confidence: f32,
}

/// What the document and its outline say about a passage before it is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// The document's years.
    pub document_period: Option<(i16, i16)>,
    /// The year that it was published in, where the document speaks of no year itself: what 今年 is in news.
    pub published: Option<i16>,
    /// The part of the year that its title says it is about: h1, h2, q1 … q4, m01 … m12, to_date.
    pub document_part: Option<&'static str>,
    /// The years that the part around the passage speaks of, where they are not the document's.
    pub part_period: Option<(i16, i16)>,
    /// The part sets out aims.
    pub plan: bool,
    /// The report speaks of one year as a whole, so that growth without a basis is year on year.
    pub yearly: bool,
    /// A numeral that stands alone (without unit or noun) is taken too.
    pub bare: bool,
}

/// Reads one passage (a block, or a line of the `figures` command). Spans are of `passage`.
pub fn figures(passage: &str, frame: &Frame) -> Vec<Figure> {
    let mut found = context::read(passage, quantities(passage, frame.bare), frame);
    for figure in &mut found {
        figure.sentence = excerpt(passage, figure.sentence, figure.quantity.span);
    }
    found
}

/// Bytes of a sentence at the most, about 400 characters of Chinese. A page of one endless sentence would else be
/// written out once for each of its figures.
const SENTENCE_BYTES_MAX: usize = 1200;

/// The part of an overlong sentence around a figure, from one comma to another where there are any.
fn excerpt(passage: &str, sentence: Span, figure: Span) -> Span {
    if sentence.end - sentence.start <= SENTENCE_BYTES_MAX || !sentence.contains(figure) {
        return sentence;
    }
    let room = SENTENCE_BYTES_MAX / 2;
    let first = passage.ceil_char_boundary(sentence.start.max(figure.start.saturating_sub(room)));
    let last = passage.floor_char_boundary(sentence.end.min(figure.end.saturating_add(room)));
    let mark = |c: char| matches!(c, '，' | '；' | ',' | ';');
    let start = match passage[first..figure.start].find(mark) {
        Some(at) if first > sentence.start => {
            first + at + passage[first + at..].chars().next().map_or(0, char::len_utf8)
        }
        _ => first,
    };
    let end = match passage[figure.end..last].rfind(mark) {
        Some(at) if last < sentence.end => figure.end + at,
        _ => last,
    };
    Span::new(start, end)
}

/// The quantities of a passage in reading order, without overlaps. Dates, ordinals, names and identifiers are left out.
/// With `bare` the passage is taken for one numeral with its unit, and a number alone is a quantity too.
pub fn quantities(passage: &str, bare: bool) -> Vec<Quantity> {
    find::quantities(passage, bare)
}

/// Reads the figures of a whole document, with the frames that its outline gives, and counts them into sections.
pub(super) fn of_document(
    body: &str,
    blocks: &[Block],
    spans: &[Option<Span>],
    sections: &mut [Section],
    metadata: &Metadata,
    report: &Report,
) -> Vec<BodyFigure> {
    let mut out = Vec::new();
    let frames = context::frames(sections, metadata, report);
    let mut course = context::Course::default();
    for (block_idx, (block, span)) in blocks.iter().zip(spans).enumerate() {
        let Some(span) = span else { continue };
        if block.role == Role::Table {
            continue; // numbers in tables are rows of table_cells
        }
        let section_idx = sections::section_at(sections, span.start);
        let Some(frame) = frames.get(section_idx) else { continue };
        let frame = course.frame(sections, section_idx, frame, span.of(body));
        for mut figure in figures(span.of(body), &frame) {
            figure.quantity.span = figure.quantity.span.shift(span.start);
            figure.quantity.numeral = figure.quantity.numeral.shift(span.start);
            figure.sentence = figure.sentence.shift(span.start);
            let section = sections::section_at(sections, figure.quantity.span.start);
            sections[section].n_figures += 1;
            out.push(BodyFigure { figure, section, block: block_idx, indicator: None });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_without_end_is_given_in_excerpts_around_its_figures() {
        let passage = "办理提案5件，".repeat(2000);
        let found = figures(&passage, &Frame::default());
        assert_eq!(found.len(), 2000);
        for figure in &found {
            let sentence = figure.sentence;
            assert!(sentence.contains(figure.quantity.span));
            assert!(sentence.end - sentence.start <= SENTENCE_BYTES_MAX);
            assert!(sentence.of(&passage).starts_with("办理提案5件"), "cut at commas");
        }
        let short = "办理提案5件，办复率100%。";
        let whole = figures(short, &Frame::default());
        assert_eq!(whole[1].sentence.of(short), short);
    }
}
