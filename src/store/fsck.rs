//! Reads the whole store again and says what does not hold.

use super::index::records_of;
use super::segment::{self, SegmentRow};
use super::{Error, Reader, io_at};
use crate::ingest::warc;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// A record longer than this is not one of ours.
pub(super) const RECORD_BYTES_MAX: u64 = 1 << 31;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Segments read.
    pub n_segments: u64,
    /// Records read.
    pub n_records: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What does not hold, in words; empty if all is well.
    pub problems: Vec<String>,
}

/// Checks every segment against its name, and every record against the index and its own digests.
///
/// # Errors
/// The index can't be read. Damage to segments is no error, but reported.
pub fn check(store: &Reader) -> Result<Report, Error> {
    let mut report = Report::default();
    let rows = super::index::segments(&store.index).map_err(|e| store.sql(e))?;
    for row in rows {
        report.n_segments += 1;
        check_segment(store, &row, &mut report)?;
    }
    let integrity: String = store
        .index
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .map_err(|e| store.sql(e))?;
    if integrity != "ok" {
        report.problems.push(format!("the index is damaged: {integrity}"));
    }
    let dangling: i64 = store
        .index
        .query_row(
            "SELECT count(*) FROM url WHERE body IS NOT NULL AND body NOT IN (SELECT id FROM record)",
            [],
            |r| r.get(0),
        )
        .map_err(|e| store.sql(e))?;
    if dangling > 0 {
        report.problems.push(format!("{dangling} addresses have a page that is not there"));
    }
    Ok(report)
}

fn check_segment(store: &Reader, row: &SegmentRow, report: &mut Report) -> Result<(), Error> {
    let raw = store.raw();
    let path = raw.join(&row.name);
    let mut problem = |what: String| report.problems.push(format!("{}: {what}", row.name));
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(e) => {
            problem(format!("can't be read: {e}"));
            return Ok(());
        }
    };
    let len = file.metadata().map_err(io_at(&path))?.len();
    if len != row.bytes {
        problem(format!("has {len} bytes, and the index knows of {}", row.bytes));
    }
    if row.is_sealed {
        match segment::digest(&mut file) {
            Ok(digest) if row.name.contains(&format!("-{}.", &digest[..12])) => {}
            Ok(_) => problem("its content is not the one that its name says".to_owned()),
            Err(e) => problem(format!("can't be read: {e}")),
        }
    }
    let entries = records_of(&store.index, row.no).map_err(|e| store.sql(e))?;
    let mut end = entries.first().map_or(0, |e| e.at);
    for entry in entries {
        report.n_records += 1;
        report.bytes += entry.length;
        let mut problem = |what: String| {
            report.problems.push(format!("{} at byte {}: {what}", row.name, entry.at))
        };
        if entry.at != end {
            problem(format!("the record before ends at {end}"));
        }
        end = entry.at + entry.length;
        let mut member = vec![0; usize::try_from(entry.length.min(RECORD_BYTES_MAX)).unwrap_or(0)];
        let read = file.seek(SeekFrom::Start(entry.at)).and_then(|_| file.read_exact(&mut member));
        if let Err(e) = read {
            problem(format!("can't be read: {e}"));
            continue;
        }
        match warc::stored_record(&member) {
            Ok(record) if record.kind == entry.kind && record.url == entry.url => {}
            Ok(_) => problem(format!("the index says {} of {}", entry.kind, entry.url)),
            Err(why) => problem(why),
        }
    }
    Ok(())
}
