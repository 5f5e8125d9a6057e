//! Documents → groups of pages that carry the same report.
//!
//! Bodies with the same units are exact copies. Near copies (another site's boilerplate, lost characters, the other
//! script) are found by banding the signatures' bins, so that only pages which share a band are compared, and told from
//! reports of the same mould for another year or place by their numbers. Rows depend on the set of documents alone.
//! What can go wrong: a page that holds less than half of a report is no copy, nor is one that lost a tenth of its characters.

mod signature;

pub use signature::Signature;

use crate::extract::Document;
use crate::provenance::DocId;
use signature::WORDING_BINS;
use std::cmp::Reverse;

/// Units below which equal bodies say nothing: notices that any page may carry.
const EXACT_UNITS_MIN: u32 = 20;
/// Units below which the estimate of shared wording is too rough.
const NEAR_UNITS_MIN: u32 = 80;
/// Bins of a band. With 64 bands of four, copies that share 0.5 of their wording meet with a chance of 0.98, other
/// reports (0.1 to 0.25 in provincial reports of one year) with one of 0.01 to 0.2.
const BAND: usize = 4;
/// Pages of one band that a page is compared with: those next to it. Bounds the work where many share a phrase.
const NEIGHBOURS_MAX: usize = 24;
/// Numbers that a page must state for them to count as evidence.
const NUMBERS_MIN: u32 = 8;
/// Units from which different texts share little of their wording even where they are of one mould.
const LONG_UNITS: u32 = 2000;

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
pub struct Duplicates {
    signatures: Vec<Signature>,
}

impl Duplicates {
    /// Takes the signature of one document.
    pub fn push(&mut self, document: &Document) {
        self.push_signature(Signature::of(document));
    }

    /// Takes a signature that was made elsewhere.
    pub fn push_signature(&mut self, signature: Signature) {
        self.signatures.push(signature);
    }

    /// The copies, by doc_id.
    pub fn finish(mut self) -> Vec<DuplicateRow> {
        self.signatures.sort_by_key(|s| s.doc_id);
        let mut groups = Groups::new(self.signatures.len());
        let distinct = join_exact(&self.signatures, &mut groups);
        join_near(&self.signatures, &distinct, &mut groups);
        rows(&self.signatures, &mut groups)
    }
}

/// Joins equal bodies; one index of each, and those of short bodies left out.
fn join_exact(signatures: &[Signature], groups: &mut Groups) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..signatures.len()).filter(|&i| signatures[i].units >= EXACT_UNITS_MIN).collect();
    order.sort_by_key(|&i| (signatures[i].exact, i));
    let mut distinct = Vec::with_capacity(order.len());
    for same in order.chunk_by(|&a, &b| signatures[a].exact == signatures[b].exact) {
        same[1..].iter().for_each(|&other| groups.join(same[0], other));
        if signatures[same[0]].units >= NEAR_UNITS_MIN {
            distinct.push(same[0]);
        }
    }
    distinct.sort_unstable();
    distinct
}

/// Compares bodies that share a band.
fn join_near(signatures: &[Signature], distinct: &[usize], groups: &mut Groups) {
    let mut keys: Vec<([u8; BAND], usize)> = Vec::with_capacity(distinct.len());
    for band in 0..WORDING_BINS / BAND {
        keys.clear();
        keys.extend(distinct.iter().filter_map(|&i| Some((signatures[i].band(band)?, i))));
        keys.sort_unstable();
        for bucket in keys.chunk_by(|(a, _), (b, _)| a == b) {
            for (at, &(_, i)) in bucket.iter().enumerate() {
                for &(_, j) in bucket[at + 1..].iter().take(NEIGHBOURS_MAX) {
                    if !groups.joined(i, j) && is_copy(&signatures[i], &signatures[j]) {
                        groups.join(i, j);
                    }
                }
            }
        }
    }
}

/// Whether two signatures are of one report.
///
/// Set on pairs of 74 reports and other long texts: different texts share up to 0.25 of their wording, reports
/// of one mould (resolutions of one assembly) 0.46, copies that lost 5 % of their characters on both sides 0.63.
fn is_copy(a: &Signature, b: &Signature) -> bool {
    let wording = a.wording(b);
    let (short, long) = (a.units.min(b.units), a.units.max(b.units));
    // The share of the shorter text that the longer one holds, from the share of both together.
    let held =
        (wording / (1.0 + wording) * f64::from(a.units + b.units) / f64::from(short)).min(1.0);
    let mostly = wording >= 0.5;
    // The whole report among much that is not its own.
    let held_whole = wording >= 0.4 && held >= 0.8 && f64::from(short) >= 0.5 * f64::from(long);
    if a.numbers < NUMBERS_MIN || b.numbers < NUMBERS_MIN {
        // Nothing but the wording: short texts of one mould come near, long ones never do.
        return wording >= if short >= LONG_UNITS { 0.5 } else { 0.62 };
    }
    (mostly || held_whole) && a.numbering(b) >= 0.35
}

/// The rows of every group of two or more.
fn rows(signatures: &[Signature], groups: &mut Groups) -> Vec<DuplicateRow> {
    let mut members: Vec<(usize, usize)> =
        (0..signatures.len()).map(|i| (groups.root(i), i)).collect();
    members.sort_unstable();
    let mut rows = Vec::new();
    for group in members.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
        let stands = group
            .iter()
            .map(|&(_, i)| &signatures[i])
            .min_by_key(|s| (s.published.is_none(), s.published, Reverse(s.body_chars), s.doc_id));
        let Some(stands) = stands else { continue };
        let copies =
            group.iter().map(|&(_, i)| &signatures[i]).filter(|s| s.doc_id != stands.doc_id);
        rows.extend(copies.map(|copy| row(copy, stands)));
    }
    rows.sort_by_key(|r| r.doc_id);
    rows
}

fn row(copy: &Signature, stands: &Signature) -> DuplicateRow {
    let exact = copy.exact == stands.exact;
    DuplicateRow {
        doc_id: copy.doc_id,
        duplicate_of: stands.doc_id,
        similarity: if exact { 1.0 } else { copy.wording(stands) },
        method: if exact { Method::Exact } else { Method::Near },
    }
}

/// Disjoint sets of indices.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn joined(&mut self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller index is the root: the same whatever the order.
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests;
