//! Figures that have an indicator → the panel: one row a place, period and indicator, results and aims apart.

use super::duplicates::DuplicateRow;
use crate::extract::Document;
use crate::extract::figures::Approx;
use crate::extract::indicators::Catalogue;
use crate::provenance::DocId;
use std::sync::Arc;

/// The value of one indicator for one place and period.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorRow {
    /// Division code of the place.
    pub region_code: Option<Arc<str>>,
    /// Its full name.
    pub region_name: Option<Arc<str>>,
    /// The body whose report says so.
    pub organization: Option<Arc<str>>,
    /// First year that it holds for.
    pub period_start: Option<i16>,
    /// Last year.
    pub period_end: Option<i16>,
    /// Part of the year; null for whole years.
    pub period_part: Option<&'static str>,
    /// Id in the catalogue.
    pub indicator: Arc<str>,
    /// The catalogue's Chinese label.
    pub label_zh: Arc<str>,
    /// The catalogue's English label.
    pub label_en: Arc<str>,
    /// The value in `unit_std`; a fall is negative.
    pub value: f64,
    /// The upper end of a range.
    pub value_max: Option<f64>,
    /// The indicator's unit; null for plain counts.
    pub unit_std: Option<Arc<str>>,
    /// How near the value is.
    pub approx: Approx,
    /// An aim, not a result.
    pub target: bool,
    /// Figures that state this indicator for this place and period.
    pub n_mentions: u32,
    /// Share of them that state this value.
    pub agreement: f64,
    /// The document of the most reliable mention.
    pub doc_id: DocId,
    /// Its figure: index in the document's figures.
    pub figure_no: usize,
}

/// Collects the mentions of indicators.
#[derive(Debug)]
pub struct Panel {
    catalogue: Arc<Catalogue>,
}

impl Panel {
    /// An empty panel of the indicators of `catalogue`.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue }
    }

    /// Takes the mentions of one document.
    pub fn push(&mut self, document: &Document) {
        let _ = (document, &self.catalogue);
    }

    /// The panel, by place, period, indicator. Copies of a report count once.
    pub fn finish(self, duplicates: &[DuplicateRow]) -> Vec<IndicatorRow> {
        let _ = duplicates;
        Vec::new()
    }
}
