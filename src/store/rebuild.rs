//! The index made anew from the archives, where it is lost, and damaged records set aside.
//!
//! Records say all of an answer, but not which source an address is of, nor which article: that is taken from the old
//! index where it can still be read, else from the lists of snapshots. What neither knows (lists, pages fetched after
//! the last snapshot) is no longer known, and fetched again; its records stay.

use super::index::{self, RecordRow, SealEntry};
use super::segment::{self, Segment, SegmentRow};
use super::{AddressId, Error, NewRobots, Outcome, REPORT, Reader, Url, io_at};
use crate::ingest::warc;
use crate::lock::Lock;
use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What was made anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Sound records.
    pub n_records: u64,
    /// Addresses with a page.
    pub n_pages: u64,
    /// Segments that held damaged records; copies without those stand in their place.
    pub set_aside: Vec<PathBuf>,
    /// What is lost, in words.
    pub problems: Vec<String>,
}

/// Where a record stood before: number of the segment, and offset.
type Place = (u32, u64);

/// An address, and where the record of its page was.
struct Remembered {
    url: Url,
    body: Option<Place>,
    /// Whether it is from the list of a snapshot, which says less than the index.
    is_listed: bool,
}

/// Makes the index of the store in `dir` anew from its segments.
///
/// # Errors
/// There is no store, another process writes to it, or the disk refuses.
pub fn rebuild(dir: &Path) -> Result<Rebuilt, Error> {
    let raw = dir.join("raw");
    if !raw.is_dir() {
        return Err(Error::Missing { path: dir.to_owned() });
    }
    let _lock: Lock = super::lock(dir)?;
    let (mut remembered, robots) = match from_index(dir) {
        Ok(known) => known,
        Err(e @ Error::Newer { .. }) => return Err(e),
        Err(_) => (from_snapshots(dir)?, Vec::new()),
    };
    let mut rebuilt = Rebuilt::default();
    let (mut segments, mut records) = (Vec::new(), Vec::new());
    let mut moved = FxHashMap::default();
    for (no, path) in segment::all(&raw).map_err(io_at(&raw))? {
        let found = scan(&path)?;
        let row = settle(&raw, no, &path, &found, &mut rebuilt)?;
        let mut at = 0;
        for member in found.members {
            let length = member.length;
            if let Some(record) = member.record {
                moved.insert((no, member.at), records.len());
                records.push(RecordRow { segment: no, at, length, record });
            }
            at += length;
        }
        segments.push(row);
    }
    rebuilt.n_records = records.len() as u64;
    let mut bodies = Vec::with_capacity(remembered.len());
    for known in &mut remembered {
        let body = known.body.and_then(|place| moved.get(&place)).copied();
        let body = body.filter(|i| records[*i].record.url == known.url.url);
        if known.body.is_some() && body.is_none() {
            rebuilt.problems.push(format!("the page of {} is lost", known.url.url));
            forget(&mut known.url);
        }
        if let (true, Some(i)) = (known.is_listed, body) {
            known.url.bytes = Some(records[i].record.payload_bytes);
        }
        (known.url.fetch, known.url.found) = (0, 0); // fetches are counted anew
        rebuilt.n_pages += u64::from(body.is_some());
        bodies.push(body);
    }
    let urls: Vec<(&Url, Option<usize>)> = remembered.iter().map(|k| &k.url).zip(bodies).collect();
    index::replace(dir, &segments, &records, &urls, &robots)?;
    Ok(rebuilt)
}

/// Makes an address one that is still to be fetched.
fn forget(url: &mut Url) {
    (url.outcome, url.status, url.etag, url.last_modified) = (None, None, None, None);
    (url.checked, url.changed, url.wait) = (None, None, None);
}

/// What an index that can be read knows.
fn from_index(dir: &Path) -> Result<(Vec<Remembered>, Vec<NewRobots>), Error> {
    let reader = Reader::open(dir)?;
    let sound: String = reader
        .index
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .map_err(|e| reader.sql(e))?;
    if sound != "ok" {
        return Err(Error::Damaged { path: dir.join(index::FILE), why: sound });
    }
    let mut remembered = Vec::new();
    for source in reader.sources()? {
        for known in reader.known(&source)? {
            let body = known.body.map(|b| (b.segment, b.at));
            remembered.push(Remembered { url: known.url, body, is_listed: false });
        }
    }
    Ok((remembered, reader.all_robots()?))
}

/// A line of a snapshot's list.
#[derive(Deserialize)]
struct Line {
    source: String,
    url: String,
    part_of: Option<String>,
    place: Option<u32>,
    status: Option<u16>,
    fetched_at: String,
    segment: u32,
    offset: u64,
}

/// What the lists of snapshots know; of several that have an address, the newest.
fn from_snapshots(dir: &Path) -> Result<Vec<Remembered>, Error> {
    let folder = dir.join("snapshots");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut lists = Vec::new();
    for entry in fs::read_dir(&folder).map_err(io_at(&folder))? {
        let path = entry.map_err(io_at(&folder))?.path();
        if path.extension().is_some_and(|e| e == "jsonl") {
            let modified = fs::metadata(&path).and_then(|m| m.modified()).map_err(io_at(&path))?;
            lists.push((modified, path));
        }
    }
    lists.sort();
    let mut remembered: Vec<Remembered> = Vec::new();
    let mut ids: FxHashMap<(String, String), AddressId> = FxHashMap::default();
    let mut parents = Vec::new();
    for (_, path) in lists.into_iter().rev() {
        let text = fs::read_to_string(&path).map_err(io_at(&path))?;
        for line in text.lines().filter_map(|l| serde_json::from_str::<Line>(l).ok()) {
            let key = (line.source.clone(), line.url.clone());
            if ids.contains_key(&key) {
                continue;
            }
            let id = remembered.len() as AddressId + 1;
            ids.insert(key, id);
            parents.extend(line.part_of.clone().map(|first| (id, (line.source.clone(), first))));
            remembered.push(line.remembered(id));
        }
    }
    for (id, first) in parents {
        let url = &mut remembered[id as usize - 1].url;
        url.parent = ids.get(&first).copied();
    }
    Ok(remembered)
}

impl Line {
    fn remembered(self, id: AddressId) -> Remembered {
        let mut url = Url::new(id, &self.source, &self.url, REPORT);
        (url.outcome, url.status, url.attempts) = (Some(Outcome::Fetched), self.status, 1);
        url.place = self.place.unwrap_or(0);
        url.checked = self.fetched_at.parse::<Timestamp>().ok().map(Timestamp::as_second);
        url.changed = url.checked;
        Remembered { url, body: Some((self.segment, self.offset)), is_listed: true }
    }
}

/// A gzip member that holds a sound record.
struct Member {
    at: u64,
    length: u64,
    bytes: Vec<u8>,
    /// Null for a segment's own first record.
    record: Option<warc::StoredRecord>,
}

/// What a segment holds.
struct Scanned {
    members: Vec<Member>,
    /// Where something is no sound record, and why.
    damages: Vec<(u64, String)>,
}

/// Reads a segment member by member; after a damaged one reading goes on at the next.
fn scan(path: &Path) -> Result<Scanned, Error> {
    let data = fs::read(path).map_err(io_at(path))?;
    let mut scanned = Scanned { members: Vec::new(), damages: Vec::new() };
    let mut at = 0;
    while at < data.len() {
        let read = member_len(&data[at..]).map_err(|e| e.to_string()).and_then(|length| {
            let record = warc::stored_record(&data[at..at + length])?;
            Ok((length, record))
        });
        match read {
            Ok((length, record)) => {
                let record = Some(record).filter(|r| r.kind != "warcinfo");
                let bytes = data[at..at + length].to_vec();
                let (length, begin) = (length as u64, at as u64);
                scanned.members.push(Member { at: begin, length, bytes, record });
                at += length as usize;
            }
            Err(why) => {
                scanned.damages.push((at as u64, why));
                let next = memchr::memmem::find(&data[at + 1..], b"\x1F\x8B\x08");
                at = next.map_or(data.len(), |n| at + 1 + n);
            }
        }
    }
    Ok(scanned)
}

/// Bytes of the gzip member that `data` begins with.
fn member_len(data: &[u8]) -> io::Result<usize> {
    let mut member = GzDecoder::new(data);
    io::copy(&mut member.by_ref().take(super::fsck::RECORD_BYTES_MAX), &mut io::sink())?;
    Ok(data.len() - member.into_inner().len())
}

/// Leaves a sound segment sealed where it is; of a damaged one keeps a copy of what is sound.
fn settle(
    raw: &Path,
    no: u32,
    path: &Path,
    found: &Scanned,
    rebuilt: &mut Rebuilt,
) -> Result<SegmentRow, Error> {
    let bytes: u64 = found.members.iter().map(|m| m.length).sum();
    let name = segment::file_name(path);
    let is_open = name.ends_with(".open");
    if found.damages.is_empty() && !is_open {
        return Ok(SegmentRow { no, name, bytes, is_sealed: true });
    }
    let mut at = 0;
    let entries: Vec<_> = found
        .members
        .iter()
        .filter_map(|m| {
            let begin = at;
            at += m.length;
            let record = m.record.as_ref()?;
            matches!(record.kind.as_str(), "response" | "revisit").then(|| SealEntry {
                kind: record.kind.clone(),
                url: record.url.clone(),
                date: record.date.clone(),
                status: record.status.and_then(|s| u16::try_from(s).ok()),
                content_type: record.content_type.clone(),
                payload_sha256: record.payload_sha256.clone(),
                at: begin,
                length: m.length,
            })
        })
        .collect();
    // What a killed process left behind the last record of an open segment is no damage.
    let torn = is_open && matches!(found.damages.as_slice(), [(at, _)] if *at == bytes);
    if !found.damages.is_empty() && !torn {
        for (at, why) in &found.damages {
            rebuilt.problems.push(format!("{name} at byte {at}: {why}"));
        }
        let aside = raw.join(format!("{name}.damaged"));
        fs::rename(path, &aside).map_err(io_at(&aside))?;
        rebuilt.set_aside.push(aside);
        let mut copy = Segment::create(raw, no)?;
        for member in &found.members {
            copy.append(&member.bytes)?;
        }
        let name = copy.seal(raw, &entries)?;
        return Ok(SegmentRow { no, name, bytes, is_sealed: true });
    }
    let (segment, _) = Segment::resume(raw, no, bytes)?;
    let name = segment.seal(raw, &entries)?;
    Ok(SegmentRow { no, name, bytes, is_sealed: true })
}
