//! Documents → groups of pages that carry the same report.

use crate::extract::Document;
use crate::provenance::DocId;

/// How it is known that two pages carry the same report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The bodies are the same, but for spaces and punctuation.
    Exact,
    /// The bodies share most of their wording.
    Near,
}

impl Method {
    /// The name in `duplicates.method`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
        }
    }
}

/// A document that repeats another.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateRow {
    /// The copy.
    pub doc_id: DocId,
    /// The document that stands for the group: the earliest published, then the longest body, then the smallest id.
    pub duplicate_of: DocId,
    /// How much of the two bodies' wording is the same, 0 to 1.
    pub similarity: f64,
    /// How it is known.
    pub method: Method,
}

/// Finds the pages that carry the same report.
#[derive(Debug, Default)]
pub struct Duplicates {}

impl Duplicates {
    /// Takes the signature of one document.
    pub fn push(&mut self, document: &Document) {
        let _ = document;
    }

    /// The copies, by doc_id.
    pub fn finish(self) -> Vec<DuplicateRow> {
        Vec::new()
    }
}
