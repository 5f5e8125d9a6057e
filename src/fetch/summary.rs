//! What a fetch did, for those who started it.

use super::polite::Counts;
use crate::store::{FetchId, Outcome};
use std::collections::BTreeMap;
use std::time::Duration;

/// How a fetch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing is left to ask for.
    Complete,
    /// `fetch.limits.run_time` is over; the next fetch goes on.
    TimeLimit,
    /// `limits.pages` of a source is reached; the next fetch goes on.
    PageLimit,
    /// It was told to stop; the next fetch goes on.
    Stopped,
}

impl End {
    /// In a word, for the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::TimeLimit => "time limit",
            Self::PageLimit => "page limit",
            Self::Stopped => "stopped",
        }
    }
}

/// What became of a source's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSummary {
    /// Its name.
    pub name: String,
    /// Addresses that this fetch dealt with, by outcome.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Addresses in the store that were not due.
    pub n_not_due: u64,
    /// Addresses that were found for the first time.
    pub n_found: u64,
    /// Links left out, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// What could not be had or read, in words; the first few.
    pub problems: Vec<String>,
    /// Problems beyond those.
    pub n_more_problems: u64,
    /// It stopped at its limit of pages.
    pub is_limited: bool,
}

/// Problems of a source that are told in full.
const PROBLEMS_MAX: usize = 20;

impl SourceSummary {
    pub(super) fn problem(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        } else {
            self.n_more_problems += 1;
        }
    }

    /// How many addresses had this outcome.
    pub fn n(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    /// Whether nothing of it could be had, though it was asked for: it is down, closed to us, or its addresses are wrong.
    pub fn is_unreachable(&self) -> bool {
        use Outcome::{Failed, Fetched, Gone, Parked, Redirected, Robots, Unchanged};
        let had = [Fetched, Unchanged, Redirected].iter().any(|o| self.n(*o) > 0);
        !had && self.n_not_due == 0 && [Failed, Robots, Parked, Gone].iter().any(|o| self.n(*o) > 0)
    }
}

/// What a host was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct HostSummary {
    /// Name and port.
    pub host: String,
    /// Requests, failures, bytes.
    pub counts: Counts,
    /// Why it was left alone, if it was.
    pub parked: Option<String>,
}

/// What a fetch did.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its number in the store.
    pub fetch: FetchId,
    /// It went on with one that was interrupted.
    pub resumed: bool,
    /// How it ended.
    pub end: End,
    /// The sources, as configured.
    pub sources: Vec<SourceSummary>,
    /// The hosts, by name.
    pub hosts: Vec<HostSummary>,
    /// Name of what the store now holds of these sources.
    pub snapshot: String,
    /// Pages of it.
    pub n_pages: u64,
    /// How long it took.
    pub took: Duration,
    /// Bytes of an unfinished group that a killed fetch had left.
    pub n_cut_bytes: u64,
}

/// What a fetch would do with an address, told by a dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Ask for it.
    Ask,
    /// Take the stored page, which is not due.
    Stored,
    /// Leave it alone, and why.
    Leave(String),
}

/// Hears how far a fetch is.
pub trait Progress {
    /// So many addresses are done, of them so many failed, and so many are waiting.
    fn fetched(&mut self, n_done: u64, n_failed: u64, n_waiting: u64);
    /// What a dry run would do with an address of a source.
    fn planned(&mut self, source: &str, kind: &str, url: &str, plan: &Plan);
    /// Something that the owner of the run should know while it goes on.
    fn warn(&mut self, message: &str);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(outcomes: &[(Outcome, u64)], n_not_due: u64) -> SourceSummary {
        SourceSummary {
            outcomes: outcomes.iter().copied().collect(),
            n_not_due,
            ..SourceSummary::default()
        }
    }

    #[test]
    fn a_source_is_unreachable_if_nothing_of_it_could_be_had() {
        assert!(summary(&[(Outcome::Failed, 1)], 0).is_unreachable());
        assert!(summary(&[(Outcome::Robots, 3)], 0).is_unreachable());
        assert!(!summary(&[(Outcome::Failed, 1), (Outcome::Unchanged, 1)], 0).is_unreachable());
        assert!(!summary(&[(Outcome::Failed, 1)], 7).is_unreachable(), "one page of many");
        assert!(!summary(&[], 0).is_unreachable(), "nothing was due");
    }
}
