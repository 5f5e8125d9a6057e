//! [`Document`] → rows of the datasets, for any [`Sink`]: Polars frames, a wheel's record batches, a test.
//!
//! Byte spans become code points here and nowhere else. A sink gets the values of a row in the order of the schema's
//! columns, each with its column's name, so that a wrong order cannot go unseen.

use crate::clean::Block;
use crate::collate::duplicates::DuplicateRow;
use crate::collate::panel::IndicatorRow;
use crate::extract::report::Kind;
use crate::extract::{BodyFigure, Document};
use crate::provenance::{CodePoints, DocId, Span};
use jiff::civil::{Date, DateTime};

/// Takes rows of one dataset, value by value.
pub trait Sink {
    /// Text.
    fn str(&mut self, column: &'static str, value: Option<&str>);
    /// An integer.
    fn int(&mut self, column: &'static str, value: Option<i64>);
    /// A float.
    fn float(&mut self, column: &'static str, value: Option<f64>);
    /// A truth value.
    fn bool(&mut self, column: &'static str, value: Option<bool>);
    /// A day.
    fn date(&mut self, column: &'static str, value: Option<Date>);
    /// A day and time.
    fn datetime(&mut self, column: &'static str, value: Option<DateTime>);
    /// A list of text.
    fn list(&mut self, column: &'static str, values: &[&str]);
    /// The row is whole.
    fn end_row(&mut self);
}

/// The sinks of the datasets that a document has rows in.
pub struct Sinks<'a> {
    /// `documents`.
    pub documents: &'a mut dyn Sink,
    /// `blocks`.
    pub blocks: &'a mut dyn Sink,
    /// `sections`.
    pub sections: &'a mut dyn Sink,
    /// `figures`.
    pub figures: &'a mut dyn Sink,
    /// `table_cells`.
    pub table_cells: &'a mut dyn Sink,
    /// `images`.
    pub images: &'a mut dyn Sink,
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A score of 0 to 1 as written: four decimals, so that no float noise reaches a file.
pub(crate) fn score(value: f32) -> f64 {
    (f64::from(value).clamp(0.0, 1.0) * 1e4).round() / 1e4
}

/// Gives a document's rows to the sinks.
pub fn document(d: &Document, sinks: &mut Sinks<'_>) {
    let doc_id = DocId::of(&d.page.source).to_string();
    let points = CodePoints::new(&d.body);
    documents(d, &doc_id, &points, sinks.documents);
    for (no, (block, span)) in d.blocks.iter().zip(&d.spans).enumerate() {
        block_row(&doc_id, no, block, *span, &points, sinks.blocks);
    }
    sections(d, &doc_id, &points, sinks.sections);
    for (no, figure) in d.figures.iter().enumerate() {
        figure_row(d, &doc_id, no, figure, &points, sinks.figures);
    }
    table_cells(d, &doc_id, &points, sinks.table_cells);
    for (no, image) in d.images.iter().enumerate() {
        let row = &mut *sinks.images;
        row.str("doc_id", Some(&doc_id));
        row.int("image_no", Some(number(no)));
        row.str("src", Some(&image.src));
        row.str("alt", image.alt.as_deref());
        row.str("caption", image.caption.as_deref());
        row.int("block_no", image.block.map(number));
        row.end_row();
    }
}

fn documents(d: &Document, doc_id: &str, points: &CodePoints<'_>, row: &mut dyn Sink) {
    let strs = |values: &[String], row: &mut dyn Sink, name: &'static str| {
        row.list(name, &values.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let m = &d.metadata;
    row.str("doc_id", Some(doc_id));
    row.str("source", Some(&d.page.source));
    strs(&d.page.parts, row, "parts");
    row.str("url", d.page.url.as_deref());
    row.datetime("fetched_at", d.page.fetched_at);
    row.int("http_status", d.page.http_status.map(i64::from));
    row.str("media_type", d.page.media_type.as_deref());
    row.str("charset", Some(d.decoded.charset));
    row.str("charset_from", Some(d.decoded.charset_from.code()));
    row.str("content_sha256", Some(&d.page.content_sha256));
    row.str("title", m.title.as_deref());
    row.str("subtitle", m.subtitle.as_deref());
    row.str("kicker", m.kicker.as_deref());
    row.str("publisher", m.publisher.as_deref());
    strs(&m.authors, row, "authors");
    strs(&m.editors, row, "editors");
    row.date("published_date", m.published_date);
    row.datetime("published_at", m.published_at);
    row.int("views", m.views);
    row.str("kind", Some(Kind::code(d.report.kind)));
    row.str("organization", d.report.organization.as_deref());
    let region = d.report.region.as_ref();
    row.str("region_code", region.map(|r| r.code.as_str()));
    row.str("region_name", region.map(|r| r.name.as_str()));
    row.str("region_level", region.map(|r| r.level.code()));
    row.int("period_start", d.report.period.map(|p| i64::from(p.0)));
    row.int("period_end", d.report.period.map(|p| i64::from(p.1)));
    row.str("language", d.language.as_deref());
    row.str("body", Some(&d.body));
    row.int("body_chars", Some(points.at(d.body.len())));
    row.int("n_sections", Some(number(d.sections.len())));
    row.int("n_figures", Some(number(d.figures.len())));
    row.int("n_blocks", Some(number(d.blocks.len())));
    row.int("n_table_cells", Some(number(d.cells.len())));
    row.int("n_images", Some(number(d.images.len())));
    row.float("confidence", Some(score(d.confidence)));
    let mut warnings: Vec<&str> = d.decoded.warnings.iter().map(|w| w.code()).collect();
    warnings.sort_unstable();
    row.list("warnings", &warnings);
    row.end_row();
}

fn block_row(
    doc_id: &str,
    no: usize,
    block: &Block,
    span: Option<Span>,
    points: &CodePoints<'_>,
    row: &mut dyn Sink,
) {
    row.str("doc_id", Some(doc_id));
    row.int("block_no", Some(number(no)));
    row.str("role", Some(block.role.code()));
    row.bool("kept", Some(span.is_some()));
    row.float("score", Some(score(block.score)));
    row.str("reason", Some(block.reason));
    row.int("level", block.level.map(i64::from));
    row.str("text", Some(&block.text));
    row.int("char_start", span.map(|s| points.at(s.start)));
    row.int("char_end", span.map(|s| points.at(s.end)));
    row.str("locator", Some(&block.locator.text()));
    row.end_row();
}

fn sections(d: &Document, doc_id: &str, points: &CodePoints<'_>, row: &mut dyn Sink) {
    for (index, section) in d.sections.iter().enumerate() {
        row.str("doc_id", Some(doc_id));
        row.int("section_no", Some(section_no(d, index)));
        row.int("parent_no", section.parent.map(|p| section_no(d, p)));
        row.int("level", Some(i64::from(section.level)));
        row.str("path", Some(&section.path));
        row.str("marker", section.marker.as_deref());
        row.str("heading", section.heading.as_deref());
        row.str("text", Some(&section.text));
        row.int("char_start", Some(points.at(section.span.start)));
        row.int("char_end", Some(points.at(section.span.end)));
        row.int("n_paragraphs", Some(i64::from(section.n_paragraphs)));
        row.int("n_figures", Some(i64::from(section.n_figures)));
        row.end_row();
    }
}

/// Number of a section: 0 is kept for the text before the first heading, also where a document has none.
pub(crate) fn section_no(d: &Document, index: usize) -> i64 {
    let headless = d.sections.first().is_some_and(|s| s.heading.is_none());
    number(index) + i64::from(!headless)
}

fn figure_row(
    d: &Document,
    doc_id: &str,
    no: usize,
    f: &BodyFigure,
    points: &CodePoints<'_>,
    row: &mut dyn Sink,
) {
    let figure = &f.figure;
    let q = &figure.quantity;
    row.str("doc_id", Some(doc_id));
    row.int("figure_no", Some(number(no)));
    row.int("section_no", Some(section_no(d, f.section)));
    row.int("block_no", Some(number(f.block)));
    row.int("char_start", Some(points.at(q.span.start)));
    row.int("char_end", Some(points.at(q.span.end)));
    row.str("surface", Some(q.span.of(&d.body)));
    row.float("value", Some(q.value));
    row.float("value_max", q.value_max);
    row.str("unit", q.unit.as_deref());
    row.str("unit_std", q.unit_std);
    row.float("value_std", q.value_std);
    row.str("dimension", Some(q.dimension.code()));
    row.str("approx", Some(q.approx.code()));
    row.str("item", figure.item.as_deref());
    row.str("action", figure.action.as_deref());
    row.str("indicator", f.indicator.as_deref());
    row.str("subject", figure.subject.as_deref());
    row.str("region_code", d.report.region.as_ref().map(|r| r.code.as_str()));
    row.int("period_start", figure.period.map(|p| i64::from(p.0)));
    row.int("period_end", figure.period.map(|p| i64::from(p.1)));
    row.str("period_part", figure.period_part);
    row.bool("target", Some(figure.target));
    row.str("change", figure.change.map(|c| c.code()));
    row.str("basis", figure.basis.map(|b| b.code()));
    row.bool("is_from", Some(figure.is_from));
    row.str("sentence", Some(figure.sentence.of(&d.body)));
    row.float("confidence", Some(score(figure.confidence)));
    row.end_row();
}

fn table_cells(d: &Document, doc_id: &str, points: &CodePoints<'_>, row: &mut dyn Sink) {
    for cell in &d.cells {
        row.str("doc_id", Some(doc_id));
        row.int("table_no", Some(number(cell.table)));
        row.int("block_no", Some(number(cell.block)));
        row.int("row", Some(i64::from(cell.row)));
        row.int("col", Some(i64::from(cell.col)));
        row.int("char_start", Some(points.at(cell.span.start)));
        row.int("char_end", Some(points.at(cell.span.end)));
        row.str("row_header", cell.row_header.as_deref());
        row.str("col_header", cell.col_header.as_deref());
        row.str("text", Some(&cell.text));
        row.float("value", cell.value);
        row.str("unit_std", cell.unit_std);
        row.str("caption", cell.caption.as_deref());
        row.end_row();
    }
}

/// Gives a row of `duplicates` to its sink.
pub fn duplicate(d: &DuplicateRow, row: &mut dyn Sink) {
    row.str("doc_id", Some(&d.doc_id.to_string()));
    row.str("duplicate_of", Some(&d.duplicate_of.to_string()));
    row.float("similarity", Some((d.similarity.clamp(0.0, 1.0) * 1e4).round() / 1e4));
    row.str("method", Some(d.method.code()));
    row.end_row();
}

/// Gives a row of `indicators` to its sink.
pub fn indicator(i: &IndicatorRow, row: &mut dyn Sink) {
    row.str("region_code", i.region_code.as_deref());
    row.str("region_name", i.region_name.as_deref());
    row.str("organization", i.organization.as_deref());
    row.int("period_start", i.period_start.map(i64::from));
    row.int("period_end", i.period_end.map(i64::from));
    row.str("period_part", i.period_part);
    row.str("indicator", Some(&i.indicator));
    row.str("label_zh", Some(&i.label_zh));
    row.str("label_en", Some(&i.label_en));
    row.float("value", Some(i.value));
    row.float("value_max", i.value_max);
    row.str("unit_std", i.unit_std.as_deref());
    row.str("approx", Some(i.approx.code()));
    row.bool("target", Some(i.target));
    row.int("n_mentions", Some(i64::from(i.n_mentions)));
    row.float("agreement", Some((i.agreement.clamp(0.0, 1.0) * 1e4).round() / 1e4));
    row.str("doc_id", Some(&i.doc_id.to_string()));
    row.int("figure_no", Some(number(i.figure_no)));
    row.end_row();
}
