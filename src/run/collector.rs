//! Takes what the pages gave, in their order: writes rows, keeps what collation needs.

use super::Error;
use super::workers::Done;
use crate::collate::duplicates::{Duplicates, Signature};
use crate::collate::panel::Panel;
use crate::extract::Document;
use crate::extract::indicators::Catalogue;
use crate::ingest::{Fetched, Unreadable};
use crate::rows::{self, Sink};
use crate::runs::Counts;
use crate::runs::earlier::{Earlier, Kept};
use crate::write::Writer;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Gathers a run.
pub(super) struct Collector {
    writer: Writer,
    duplicates: Duplicates,
    panel: Panel,
    counts: Counts,
    rejects: BTreeMap<String, u64>,
    warnings: BTreeMap<String, u64>,
}

/// What a run came to.
pub(super) struct Collected {
    pub(super) counts: Counts,
    /// By reason.
    pub(super) rejects: BTreeMap<String, u64>,
    /// Documents by warning.
    pub(super) warnings: BTreeMap<String, u64>,
    /// Rows of each dataset.
    pub(super) datasets: Vec<(&'static str, u64)>,
}

impl Collector {
    pub(super) fn new(writer: Writer, catalogue: Arc<Catalogue>) -> Self {
        Self {
            writer,
            duplicates: Duplicates::default(),
            panel: Panel::new(catalogue),
            counts: Counts::default(),
            rejects: BTreeMap::new(),
            warnings: BTreeMap::new(),
        }
    }

    /// Pages and, of them, rejects so far.
    pub(super) fn so_far(&self) -> (u64, u64) {
        (self.counts.pages, self.counts.rejects)
    }

    /// Takes what a page gave.
    pub(super) fn push(&mut self, done: Done) -> Result<(), Error> {
        match done {
            Done::Document(done) => {
                let (document, signature) = *done;
                self.writer.document(|sinks| rows::document(&document, sinks))?;
                self.count(&document, signature);
            }
            Done::Reject(unreadable) => {
                self.writer.rows("rejects", |sink| rejects_row(&unreadable, sink))?;
                self.count_reject(unreadable.reject.reason.code().to_owned());
            }
            Done::Failed(e) => return Err(e.into()),
        }
        Ok(())
    }

    /// Takes over what an earlier run has of a page.
    pub(super) fn keep(&mut self, kept: Kept, earlier: &mut Earlier) -> Result<(), Error> {
        match kept {
            Kept::Document(no) => {
                let document = earlier.copy_document(no, &mut self.writer)?;
                let signature = Signature::of(&document);
                self.count(&document, signature);
            }
            Kept::Reject(no) => {
                let reason = earlier.copy_reject(no, &mut self.writer)?;
                self.count_reject(reason);
            }
        }
        Ok(())
    }

    fn count(&mut self, document: &Document, signature: Signature) {
        self.counts.pages += 1;
        self.counts.documents += 1;
        self.counts.figures += document.figures.len() as u64;
        self.counts.low_confidence += u64::from(rows::score(document.confidence) < 0.5);
        for warning in &document.decoded.warnings {
            *self.warnings.entry(warning.code().to_owned()).or_default() += 1;
        }
        self.duplicates.push_signature(signature);
        self.panel.push(document);
    }

    fn count_reject(&mut self, reason: String) {
        self.counts.pages += 1;
        self.counts.rejects += 1;
        *self.rejects.entry(reason).or_default() += 1;
    }

    /// Collates, writes the rest and closes the files.
    pub(super) fn finish(mut self, fetches: &[Fetched]) -> Result<Collected, Error> {
        for row in fetches {
            self.writer.rows("fetches", |sink| fetches_row(row, sink))?;
        }
        let duplicates = self.duplicates.finish();
        self.writer
            .rows("duplicates", |sink| duplicates.iter().for_each(|d| rows::duplicate(d, sink)))?;
        let panel = self.panel.finish(&duplicates);
        self.writer
            .rows("indicators", |sink| panel.iter().for_each(|i| rows::indicator(i, sink)))?;
        Ok(Collected {
            counts: self.counts,
            rejects: self.rejects,
            warnings: self.warnings,
            datasets: self.writer.finish()?,
        })
    }
}

fn rejects_row(unreadable: &Unreadable, row: &mut dyn Sink) {
    row.str("source", Some(&unreadable.source));
    row.str("stage", Some(unreadable.reject.stage.code()));
    row.str("reason", Some(unreadable.reject.reason.code()));
    row.str("message", Some(&unreadable.reject.message));
    row.int("bytes", unreadable.bytes.and_then(|b| i64::try_from(b).ok()));
    row.str("content_sha256", unreadable.content_sha256.as_deref());
    row.end_row();
}

fn fetches_row(fetched: &Fetched, row: &mut dyn Sink) {
    row.str("url", Some(&fetched.url));
    row.str("final_url", fetched.final_url.as_deref());
    row.str("source_name", Some(&fetched.source_name));
    row.str("outcome", Some(&fetched.outcome));
    row.int("http_status", fetched.http_status.map(i64::from));
    row.int("attempts", Some(i64::from(fetched.attempts)));
    row.int("bytes", fetched.bytes.and_then(|b| i64::try_from(b).ok()));
    row.str("content_sha256", fetched.content_sha256.as_deref());
    row.str("message", fetched.message.as_deref());
    row.end_row();
}
