//! Takes what the pages gave, in their order: writes rows, keeps what collation needs.

use super::Error;
use super::timings::{Lap, Meter, Part};
use super::workers::Done;
use crate::collate::duplicates::{Duplicates, Signature};
use crate::collate::panel::Panel;
use crate::extract::Document;
use crate::extract::indicators::Catalogue;
use crate::ingest::{self, Fetched, Found, Spooled, Unreadable};
use crate::rows::{self, Sink};
use crate::runs::Counts;
use crate::runs::earlier::{Earlier, Group, Kept, Stages, Why};
use crate::runs::signatures::Signatures;
use crate::write::Writer;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Gathers a run.
pub(super) struct Collector {
    writer: Writer,
    earlier: Option<Earlier>,
    held: Option<Held>,
    duplicates: Duplicates<Signatures>,
    /// Where they keep what they need, for messages.
    signatures: PathBuf,
    panel: Panel,
    counts: Counts,
    rejects: BTreeMap<String, u64>,
    warnings: BTreeMap<String, u64>,
    lap: Lap,
}

/// Documents of the earlier run that may turn out to be a whole group, so that their rows need not be unpacked.
struct Held {
    group: Group,
    /// One past the last document that is held.
    end: usize,
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
    /// Signatures of the documents.
    pub(super) signatures: Signatures,
}

impl Collector {
    pub(super) fn new(
        writer: Writer,
        earlier: Option<Earlier>,
        signatures: Signatures,
        catalogue: Arc<Catalogue>,
        meter: &Arc<Meter>,
    ) -> Self {
        Self {
            writer,
            earlier,
            held: None,
            signatures: signatures.file().to_owned(),
            duplicates: Duplicates::new(signatures),
            panel: Panel::new(catalogue),
            counts: Counts::default(),
            rejects: BTreeMap::new(),
            warnings: BTreeMap::new(),
            lap: Lap::of(meter),
        }
    }

    /// Pages and, of them, rejects so far.
    pub(super) fn so_far(&self) -> (u64, u64) {
        (self.counts.pages, self.counts.rejects)
    }

    /// What the earlier run has of a page, or why it has to be processed.
    pub(super) fn find(
        &mut self,
        found: &Found,
        stages: &Stages,
    ) -> Result<Result<Kept, Why>, Error> {
        let Some(earlier) = &mut self.earlier else { return Ok(Err(Why::NoEarlierRun)) };
        self.lap.begin();
        let kept = earlier.find(found, stages)?;
        self.lap.end(Part::Earlier, 1, 0);
        Ok(kept)
    }

    /// Takes what a page gave.
    pub(super) fn push(&mut self, done: Done) -> Result<(), Error> {
        self.lap.begin();
        match done {
            Done::Document(done) => {
                let (document, signature) = *done;
                self.release()?;
                let doc_id = signature.doc_id();
                self.writer.document(doc_id, |sinks| rows::document(&document, sinks))?;
                self.count(&document, document.figures.len() as u64, &signature)?;
                self.panel.push(&document);
            }
            Done::Reject(unreadable) => {
                self.writer.rows("rejects", |sink| rejects_row(&unreadable, sink))?;
                self.count_reject(unreadable.reject.reason.code().to_owned());
            }
            Done::Failed(e) => return Err(e.into()),
        }
        self.lap.end(Part::Write, 1, 0);
        Ok(())
    }

    /// Takes over what the earlier run has of a page.
    pub(super) fn keep(&mut self, kept: Kept) -> Result<(), Error> {
        let Some(earlier) = &mut self.earlier else {
            unreachable!("pages are kept of an earlier run")
        };
        self.lap.begin();
        match kept {
            Kept::Document(no) => {
                let seen = earlier.seen(no)?;
                self.lap.end(Part::Earlier, 0, 0);
                self.count(&seen.document, seen.n_figures, &seen.signature)?;
                let mentions = seen.mentions.iter().map(|(no, figure)| (*no, figure));
                self.panel.push_figures(&seen.document, mentions);
                self.hold(no)?;
            }
            Kept::Reject(no) => {
                let reason = earlier.copy_reject(no, &mut self.writer)?;
                self.count_reject(reason);
            }
        }
        self.lap.end(Part::Write, 1, 0);
        Ok(())
    }

    /// Takes over the rows of a document of the earlier run, or puts that off until its whole group is there.
    fn hold(&mut self, no: usize) -> Result<(), Error> {
        match &mut self.held {
            Some(held) if held.end == no => held.end += 1,
            _ => {
                self.release()?;
                let starts = self.writer.at_group_start();
                let group = self.earlier.as_ref().filter(|_| starts).and_then(|e| e.group(no));
                self.held = group.map(|group| Held { group: group.clone(), end: no + 1 });
            }
        }
        match &self.held {
            Some(Held { group, end }) if *end < group.documents.end || !group.closed => Ok(()),
            Some(_) => self.release(),
            None => self.copy(no..no + 1),
        }
    }

    /// Writes what is held. A group that was cut short by the end of the earlier run is copied row by row, since more
    /// documents may follow.
    fn release(&mut self) -> Result<(), Error> {
        let Some(Held { group, end }) = self.held.take() else { return Ok(()) };
        let whole = group.closed && end == group.documents.end;
        if !(whole && self.copy_group(&group)?) {
            self.copy(group.documents.start..end)?;
        }
        Ok(())
    }

    fn copy_group(&mut self, group: &Group) -> Result<bool, Error> {
        match &mut self.earlier {
            Some(earlier) => Ok(earlier.copy_group(group, &mut self.writer)?),
            None => Ok(false),
        }
    }

    fn copy(&mut self, documents: Range<usize>) -> Result<(), Error> {
        if let Some(earlier) = &mut self.earlier {
            for no in documents {
                earlier.copy_document(no, &mut self.writer)?;
            }
        }
        Ok(())
    }

    fn count(
        &mut self,
        document: &Document,
        n_figures: u64,
        signature: &Signature,
    ) -> Result<(), Error> {
        self.counts.pages += 1;
        self.counts.documents += 1;
        self.counts.figures += n_figures;
        self.counts.low_confidence += u64::from(rows::score(document.confidence) < 0.5);
        for warning in &document.decoded.warnings {
            *self.warnings.entry(warning.code().to_owned()).or_default() += 1;
        }
        self.duplicates
            .push(signature)
            .map_err(|source| Error::Signatures { path: self.signatures.clone(), source })
    }

    fn count_reject(&mut self, reason: String) {
        self.counts.pages += 1;
        self.counts.rejects += 1;
        *self.rejects.entry(reason).or_default() += 1;
    }

    /// Collates, writes the rest and closes the files.
    pub(super) fn finish(mut self, fetches: &Spooled<Fetched>) -> Result<Collected, Error> {
        self.lap.begin();
        let last = self.held.take_if(|held| held.end == held.group.documents.end);
        if let Some(Held { group, .. }) = last
            && !self.copy_group(&group)?
        {
            self.copy(group.documents)?;
        }
        self.release()?;
        self.writer.end_group()?;
        self.writer.settle()?; // so that collating has the room that rows of documents took
        for fetched in fetches.iter() {
            self.writer.all_rows(
                "fetches",
                &[fetched.map_err(ingest::Error::List)?],
                fetches_row,
            )?;
        }
        self.lap.end(Part::Write, 0, 0);
        let path = self.signatures;
        let (duplicates, signatures) =
            self.duplicates.finish().map_err(|source| Error::Signatures { path, source })?;
        self.writer.all_rows("duplicates", &duplicates, rows::duplicate)?;
        let panel = self.panel.finish(&duplicates);
        self.writer.all_rows("indicators", &panel, rows::indicator)?;
        self.lap.end(Part::Collate, 0, 0);
        let datasets = self.writer.finish()?;
        self.lap.end(Part::Write, 0, 0);
        Ok(Collected {
            counts: self.counts,
            rejects: self.rejects,
            warnings: self.warnings,
            datasets,
            signatures,
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
