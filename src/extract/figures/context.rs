//! The clause around a quantity → item, action, subject, period, change, basis, target.

use super::{Figure, Frame, Quantity};
use crate::extract::metadata::Metadata;
use crate::extract::report::Report;
use crate::extract::sections::Section;
use crate::provenance::Span;

/// The frame of every section: whether it sets out aims, and the years that it speaks of. As long as `sections`.
pub fn frames(sections: &[Section], metadata: &Metadata, report: &Report) -> Vec<Frame> {
    let _ = metadata;
    sections.iter().map(|_| Frame { document_period: report.period, ..Frame::default() }).collect()
}

/// Reads what the passage says of each quantity. Quantities are in reading order; so are the figures.
pub fn read(passage: &str, quantities: Vec<Quantity>, frame: &Frame) -> Vec<Figure> {
    quantities
        .into_iter()
        .map(|quantity| Figure {
            quantity,
            item: None,
            action: None,
            subject: None,
            period: frame.part_period.or(frame.document_period),
            period_part: None,
            target: frame.plan,
            change: None,
            basis: None,
            is_from: false,
            sentence: Span::new(0, passage.len()),
            confidence: 0.5,
        })
        .collect()
}
