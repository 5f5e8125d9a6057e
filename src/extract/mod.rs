//! [`Blocks`] → [`Document`]: metadata, the report, its outline, its figures and tables.

pub mod metadata;
pub mod report;
pub mod sections;
mod scale;
mod words;
pub mod tables;
pub mod figures;
pub mod indicators;
mod language;

use crate::clean::{Block, Blocks, Image};
use crate::decode::Decoded;
use crate::page::PageInfo;
use crate::provenance::Span;
use crate::reject::Reject;
use figures::Figure;
use metadata::Metadata;
use report::Report;
use sections::Section;
use std::sync::Arc;
use tables::TableCell;

/// How to extract from the pages of one source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// BCP 47 tag of the source's language; null to detect it.
    pub language: Option<String>,
    /// The indicators to look for; the built-in catalogue where none is given.
    pub catalogue: Option<Arc<indicators::Catalogue>>,
}

/// Everything that one page gives.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where the page came from.
    pub page: PageInfo,
    /// What decoding found, and all doubts.
    pub decoded: Decoded,
    /// Title, dates, people.
    pub metadata: Metadata,
    /// Whose report it is, of which years, of which kind.
    pub report: Report,
    /// BCP 47 tag of the text's language.
    pub language: Option<String>,
    /// Every block, in reading order; roles and heading levels are final.
    pub blocks: Vec<Block>,
    /// Where each block stands in the body; null for dropped blocks. As long as `blocks`.
    pub spans: Vec<Option<Span>>,
    /// The kept blocks joined by "\n".
    pub body: String,
    /// The outline; section 0, if there, is the text before the first heading.
    pub sections: Vec<Section>,
    /// The stated quantities of the running text, in reading order.
    pub figures: Vec<BodyFigure>,
    /// Cells of data tables.
    pub cells: Vec<TableCell>,
    /// Pictures.
    pub images: Vec<Image>,
    /// How sure the main content is, 0 to 1.
    pub confidence: f32,
}

/// A figure and its place in the document. The spans inside `figure` are of the body.
#[derive(Debug, Clone)]
pub struct BodyFigure {
    /// What the text says; spans are of the body.
    pub figure: Figure,
    /// Index of its section in `sections`.
    pub section: usize,
    /// Index of its block in `blocks`.
    pub block: usize,
    /// The id of the indicator that it is a value of.
    pub indicator: Option<Arc<str>>,
}

/// Builds the larger tables that are otherwise built when first needed.
pub(crate) const PREPARE: &[fn()] = &[figures::context::prepare, metadata::prepare];

/// Reads a page's blocks.
///
/// # Errors
/// A reject of stage extract for a page whose blocks hold no body.
pub fn extract(blocks: Blocks, options: &Options) -> Result<Document, Reject> {
    let Blocks { page, decoded, markup: _, hints, mut blocks, images, confidence } = blocks;
    let metadata = metadata::metadata(&page, &hints, &blocks);
    let report = report::report(&page, &metadata, &blocks);
    sections::set_levels(&mut blocks);
    let (body, spans) = body(&blocks);
    let mut sections = sections::sections(&blocks, &spans);
    let figures = figures::of_document(&body, &blocks, &spans, &mut sections, &metadata, &report);
    let cells = tables::cells(&blocks, &spans);
    let catalogue = options.catalogue.clone().unwrap_or_else(indicators::built_in);
    let mut document = Document {
        language: options
            .language
            .clone()
            .or_else(|| language::language(&body, hints.lang.as_deref())),
        page,
        decoded,
        metadata,
        report,
        blocks,
        spans,
        body,
        sections,
        figures,
        cells,
        images,
        confidence,
    };
    indicators::assign(&mut document, &catalogue);
    Ok(document)
}

/// The kept blocks joined by "\n", and where each block stands in that.
fn body(blocks: &[Block]) -> (String, Vec<Option<Span>>) {
    let mut body = String::new();
    let mut first = true;
    let spans = blocks
        .iter()
        .map(|block| {
            block.role.is_body().then(|| {
                if !std::mem::take(&mut first) {
                    body.push('\n');
                }
                let start = body.len();
                body.push_str(&block.text);
                Span::new(start, body.len())
            })
        })
        .collect();
    (body, spans)
}
