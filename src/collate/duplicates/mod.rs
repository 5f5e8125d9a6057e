//! Documents → groups of pages that carry the same report.
//!
//! Bodies with the same units are exact copies. Near copies (another site's boilerplate, lost characters, the other
//! script) are found by banding the signatures' bins, so that only pages which share a band are compared, and told from
//! reports of the same mould for another year or place by their numbers. Rows depend on the set of documents alone.
//!
//! Memory: signatures are kept in a [`Store`]; while copies are looked for, about 100 bytes a document.
//! What can go wrong: a page that holds less than half of a report is no copy, nor is one that lost a tenth of its characters.

mod signature;
mod store;

pub use signature::Signature;
pub use store::Store;

use crate::provenance::DocId;
use jiff::civil::Date;
use signature::WORDING_BINS;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::io;

/// Units below which equal bodies say nothing: notices that any page may carry.
const EXACT_UNITS_MIN: u32 = 20;
/// Units below which the estimate of shared wording is too rough.
const NEAR_UNITS_MIN: u32 = 80;
/// Bins of a band. With 64 bands of four, copies that share 0.5 of their wording meet with a chance of 0.98, other
/// reports (0.1 to 0.25 in provincial reports of one year) with one of 0.01 to 0.2.
const BAND: usize = 4;
/// Bands looked at in one pass over the signatures: each takes eight bytes a document.
const BANDS_A_PASS: usize = 4;
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
pub struct Duplicates<S = Vec<Signature>> {
    store: S,
}

/// What of a signature is in memory while copies are looked for.
#[derive(Debug, Clone, Copy)]
struct Head {
    doc_id: DocId,
    exact: u64,
    published: Option<Date>,
    body_chars: u32,
    units: u32,
    /// Its number in the store.
    at: u32,
}

impl<S: Store> Duplicates<S> {
    /// Keeps the signatures in `store`, which is empty.
    pub fn new(store: S) -> Self {
        Self { store }
    }

    /// Takes the signature of one document.
    ///
    /// # Errors
    /// The store can't keep it.
    pub fn push(&mut self, signature: &Signature) -> io::Result<()> {
        self.store.push(signature)
    }

    /// The copies, by doc_id; and the store, as it was filled.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn finish(mut self) -> io::Result<(Vec<DuplicateRow>, S)> {
        let mut heads = Vec::new();
        self.store.each(&mut |at, signature| {
            heads.push(Head {
                doc_id: signature.doc_id,
                exact: signature.exact,
                published: signature.published,
                body_chars: signature.body_chars,
                units: signature.units,
                at: u32::try_from(at).unwrap_or(u32::MAX),
            });
        })?;
        u32::try_from(heads.len()).map_err(io::Error::other)?; // so that each has its number
        heads.sort_unstable_by_key(|h| (h.doc_id, h.at));
        let rows = Search { heads, store: &mut self.store }.run()?;
        Ok((rows, self.store))
    }
}

/// All documents, by doc_id, and their signatures.
struct Search<'a, S> {
    heads: Vec<Head>,
    store: &'a mut S,
}

impl<S: Store> Search<'_, S> {
    /// Finds the copies and gives their rows.
    fn run(mut self) -> io::Result<Vec<DuplicateRow>> {
        let mut groups = Groups::new(self.heads.len());
        let distinct = self.join_exact(&mut groups);
        self.join_near(&distinct, &mut groups)?;
        self.rows(&mut groups)
    }

    /// Joins equal bodies; one index of each, and those of short bodies left out.
    fn join_exact(&self, groups: &mut Groups) -> Vec<u32> {
        let heads = &self.heads;
        let mut order: Vec<u32> = (0u32..)
            .zip(heads)
            .filter(|(_, head)| head.units >= EXACT_UNITS_MIN)
            .map(|(i, _)| i)
            .collect();
        order.sort_unstable_by_key(|&i| (heads[i as usize].exact, i));
        let mut distinct = Vec::new();
        for same in order.chunk_by(|&a, &b| heads[a as usize].exact == heads[b as usize].exact) {
            same[1..].iter().for_each(|&other| groups.join(same[0], other));
            if heads[same[0] as usize].units >= NEAR_UNITS_MIN {
                distinct.push(same[0]);
            }
        }
        distinct
    }

    /// Compares bodies that share a band.
    fn join_near(&mut self, distinct: &[u32], groups: &mut Groups) -> io::Result<()> {
        let Self { heads, store } = self;
        // By their number in the store, which is the order of a pass.
        let mut index_at: Vec<Option<u32>> = vec![None; heads.len()];
        distinct.iter().for_each(|&i| index_at[heads[i as usize].at as usize] = Some(i));
        let mut keys: [Vec<([u8; BAND], u32)>; BANDS_A_PASS] = Default::default();
        for first in (0..WORDING_BINS / BAND).step_by(BANDS_A_PASS) {
            keys.iter_mut().for_each(|k| {
                k.clear();
                k.reserve_exact(distinct.len());
            });
            store.each(&mut |at, signature| {
                let Some(i) = index_at.get(at).copied().flatten() else { return };
                for (keys, number) in keys.iter_mut().zip(first..) {
                    keys.extend(signature.band(number).map(|band| (band, i)));
                }
            })?;
            for keys in &mut keys {
                keys.sort_unstable();
                for bucket in keys.chunk_by(|(a, _), (b, _)| a == b) {
                    join_bucket(bucket, heads, *store, groups)?;
                }
            }
        }
        Ok(())
    }

    /// The rows of every group of two or more.
    fn rows(&mut self, groups: &mut Groups) -> io::Result<Vec<DuplicateRow>> {
        let n = u32::try_from(self.heads.len()).unwrap_or(u32::MAX);
        let mut members: Vec<(u32, u32)> = (0..n).map(|i| (groups.root(i), i)).collect();
        members.sort_unstable();
        let mut rows = Vec::new();
        for group in members.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
            let heads = group.iter().map(|&(_, i)| self.heads[i as usize]);
            let stands = heads.clone().min_by_key(|h| {
                (h.published.is_none(), h.published, Reverse(h.body_chars), h.doc_id)
            });
            let Some(stands) = stands else { continue };
            let whole = self.store.get(stands.at as usize)?;
            for copy in heads.filter(|h| h.doc_id != stands.doc_id) {
                let exact = copy.exact == stands.exact;
                rows.push(DuplicateRow {
                    doc_id: copy.doc_id,
                    duplicate_of: stands.doc_id,
                    similarity: if exact {
                        1.0
                    } else {
                        self.store.get(copy.at as usize)?.wording(&whole)
                    },
                    method: if exact { Method::Exact } else { Method::Near },
                });
            }
        }
        rows.sort_by_key(|r| r.doc_id);
        Ok(rows)
    }
}

/// Compares the documents that share one band, each with those next to it.
fn join_bucket(
    bucket: &[([u8; BAND], u32)],
    heads: &[Head],
    store: &mut impl Store,
    groups: &mut Groups,
) -> io::Result<()> {
    // The signatures from `at` on, read where they are wanted.
    let mut near: VecDeque<Option<Signature>> = VecDeque::new();
    for (at, &(_, i)) in bucket.iter().enumerate() {
        for (ahead, &(_, j)) in bucket[at..].iter().enumerate().skip(1).take(NEIGHBOURS_MAX) {
            if groups.joined(i, j) {
                continue;
            }
            near.resize_with(near.len().max(ahead + 1), || None);
            for (place, index) in [(0, i), (ahead, j)] {
                if near[place].is_none() {
                    near[place] = Some(store.get(heads[index as usize].at as usize)?);
                }
            }
            if near[0].as_ref().zip(near[ahead].as_ref()).is_some_and(|(a, b)| is_copy(a, b)) {
                groups.join(i, j);
            }
        }
        near.pop_front();
    }
    Ok(())
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

/// Disjoint sets of indices.
struct Groups(Vec<u32>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0u32..).take(n).collect())
    }

    fn root(&mut self, mut i: u32) -> u32 {
        while self.0[i as usize] != i {
            self.0[i as usize] = self.0[self.0[i as usize] as usize];
            i = self.0[i as usize];
        }
        i
    }

    fn joined(&mut self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller index is the root: the same whatever the order.
        self.0[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests;
