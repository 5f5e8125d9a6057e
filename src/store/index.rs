//! The SQLite file: addresses and their state, records, segments, robots.txt, fetches.
//!
//! WAL with `synchronous = FULL`: a transaction that has returned is on disk. The tables are plain enough to be asked
//! with any SQLite shell while nothing writes.

use super::Change;
use super::known::{AddressId, Begun, FetchId, Known, NewRobots, Outcome, Robots, Stored, Url};
use super::segment::SegmentRow;
use crate::ingest::warc::StoredRecord;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, ToSql, params};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the file.
pub(super) const FILE: &str = "state.sqlite";

/// Version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE segment (no INTEGER PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL, sealed INTEGER NOT NULL);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, at INTEGER NOT NULL, length INTEGER NOT NULL,
    kind TEXT NOT NULL, url TEXT NOT NULL, date TEXT NOT NULL, status INTEGER, content_type TEXT,
    payload_sha256 TEXT, payload_bytes INTEGER NOT NULL, truncated TEXT);
CREATE INDEX record_segment ON record (segment, at);
CREATE TABLE url (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL,
    depth INTEGER NOT NULL, hops INTEGER NOT NULL, parent INTEGER, place INTEGER NOT NULL, found INTEGER NOT NULL,
    fetch INTEGER NOT NULL, outcome TEXT, status INTEGER, attempts INTEGER NOT NULL, bytes INTEGER, message TEXT,
    target TEXT, body INTEGER, etag TEXT, last_modified TEXT, checked INTEGER, changed INTEGER, wait INTEGER,
    n_gone INTEGER NOT NULL, gone_since TEXT);
CREATE UNIQUE INDEX url_source ON url (source, url);
CREATE TABLE robots (
    origin TEXT PRIMARY KEY, checked INTEGER NOT NULL, state TEXT NOT NULL, status INTEGER, body BLOB NOT NULL,
    good INTEGER NOT NULL);
CREATE TABLE fetch (id INTEGER PRIMARY KEY, begun TEXT NOT NULL, ended TEXT, why TEXT);
";

/// A record as it is in a segment.
#[derive(Debug, Clone)]
pub(super) struct RecordRow {
    pub(super) segment: u32,
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) record: StoredRecord,
}

/// A record as CDXJ lists it.
#[derive(Debug, Clone)]
pub(super) struct SealEntry {
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) date: String,
    pub(super) status: Option<u16>,
    pub(super) content_type: Option<String>,
    pub(super) payload_sha256: Option<String>,
    pub(super) at: u64,
    pub(super) length: u64,
}

pub(super) fn open(path: &Path) -> Result<Connection, super::Error> {
    let sql = |source| super::Error::Index { path: path.to_owned(), source };
    let db = Connection::open(path).map_err(sql)?;
    db.busy_timeout(std::time::Duration::from_secs(5)).map_err(sql)?;
    let version = version(&db, path)?;
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).map_err(sql)?;
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;").map_err(sql)?;
    if version == 0 {
        // In one transaction, so that a kill leaves no half of it.
        let batch = format!("BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;");
        db.execute_batch(&batch).map_err(sql)?;
    }
    db.set_prepared_statement_cache_capacity(32);
    Ok(db)
}

/// Puts an index with these contents in the place of what there is: all of it, or, after an error, nothing. Addresses
/// come with the index of the record that is their page.
pub(super) fn replace(
    dir: &Path,
    segments: &[SegmentRow],
    records: &[RecordRow],
    urls: &[(&Url, Option<usize>)],
    robots: &[NewRobots],
) -> Result<(), super::Error> {
    let path = dir.join(FILE);
    let next = dir.join(format!("{FILE}.next"));
    let aside = |name: &Path, end: &str| {
        let mut name = name.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let remove = |path: PathBuf| match std::fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(super::io_at(&path)(e)),
        _ => Ok(()),
    };
    ["", "-wal", "-shm"].iter().try_for_each(|end| remove(aside(&next, end)))?;
    let mut db = open(&next)?;
    fill(&mut db, segments, records, urls, robots)
        .map_err(|source| super::Error::Index { path: next.clone(), source })?;
    // Closing brings all of it into the one file that is renamed.
    db.close().map_err(|(_, source)| super::Error::Index { path: next.clone(), source })?;
    ["-wal", "-shm"].iter().try_for_each(|end| remove(aside(&path, end)))?;
    std::fs::rename(&next, &path).map_err(super::io_at(&path))?;
    super::segment::sync_folder(dir)
}

fn fill(
    db: &mut Connection,
    segments: &[SegmentRow],
    records: &[RecordRow],
    urls: &[(&Url, Option<usize>)],
    robots: &[NewRobots],
) -> rusqlite::Result<()> {
    let tx = db.transaction()?;
    for row in segments {
        tx.prepare_cached("INSERT INTO segment (no, name, bytes, sealed) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row.no, row.name, int(row.bytes), row.is_sealed])?;
    }
    let mut ids = Vec::with_capacity(records.len());
    for RecordRow { segment, at, length, record } in records {
        tx.prepare_cached(PUT_RECORD)?.execute(params![
            segment,
            int(*at),
            int(*length),
            record.kind,
            record.url,
            record.date,
            record.status,
            record.content_type,
            record.payload_sha256,
            int(record.payload_bytes),
            record.truncated,
        ])?;
        ids.push(tx.last_insert_rowid());
    }
    for (url, body) in urls {
        put_url(&tx, url, body.map(|i| ids[i]))?;
    }
    for new in robots {
        put_robots(&tx, new)?;
    }
    tx.commit()
}

/// Opens the index for reading, in a transaction that lasts as long as the connection, so that all answers are of one
/// state. Null where a store was begun, but nothing has been written yet.
pub(super) fn open_to_read(path: &Path) -> Result<Option<Connection>, super::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let begin = |db: Connection| {
        db.busy_timeout(std::time::Duration::from_secs(5))?;
        db.execute_batch("PRAGMA temp_store = MEMORY; BEGIN; PRAGMA user_version;")?;
        Ok(db)
    };
    let opened = Connection::open_with_flags(path, flags).and_then(begin);
    let cannot = |e: &rusqlite::Error| {
        matches!(e.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
    };
    let opened = match opened {
        // On a medium that can't be written to SQLite does without its side files if it is told that nothing changes.
        Err(e) if cannot(&e) && !has_log(path) => {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable(path), flags).and_then(begin)
        }
        opened => opened,
    };
    let db = opened.map_err(|source| super::Error::Index { path: path.to_owned(), source })?;
    Ok((version(&db, path)? > 0).then_some(db))
}

/// Whether there are transactions that have not reached the main file.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|m| m.len() > 0)
}

/// The URI of a file that nobody writes to.
fn immutable(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// The version of the tables, 0 if there are none.
fn version(db: &Connection, path: &Path) -> Result<i64, super::Error> {
    let version: i64 = db
        .query_row("PRAGMA user_version", [], |r| r.get(0))
        .map_err(|source| super::Error::Index { path: path.to_owned(), source })?;
    if version > VERSION {
        let path = path.to_owned();
        return Err(super::Error::Newer { path, found: version, known: VERSION });
    }
    Ok(version)
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn segments(db: &Connection) -> rusqlite::Result<Vec<SegmentRow>> {
    db.prepare("SELECT no, name, bytes, sealed FROM segment ORDER BY no")?
        .query_map([], |r| {
            Ok(SegmentRow {
                no: r.get(0)?,
                name: r.get(1)?,
                bytes: unsigned(r, 2)?,
                is_sealed: r.get(3)?,
            })
        })?
        .collect()
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// Bytes that the index knows of a segment; null if it does not know the segment.
pub(super) fn segment_bytes(db: &Connection, no: u32) -> rusqlite::Result<Option<u64>> {
    db.query_row("SELECT bytes FROM segment WHERE no = ?1", [no], |r| unsigned(r, 0)).optional()
}

pub(super) fn next_segment(db: &Connection) -> rusqlite::Result<u32> {
    db.query_row("SELECT coalesce(max(no), 0) + 1 FROM segment", [], |r| r.get(0))
}

pub(super) fn set_sealed(db: &Connection, no: u32, name: &str) -> rusqlite::Result<()> {
    db.execute("UPDATE segment SET sealed = 1, name = ?2 WHERE no = ?1", params![no, name])?;
    Ok(())
}

/// Responses, revisits and resources of a segment, as CDXJ lists them.
pub(super) fn entries(db: &Connection, no: u32) -> rusqlite::Result<Vec<SealEntry>> {
    db.prepare(
        "SELECT kind, url, date, status, content_type, payload_sha256, at, length FROM record
         WHERE segment = ?1 AND kind IN ('response', 'revisit') ORDER BY at",
    )?
    .query_map([no], |r| {
        Ok(SealEntry {
            kind: r.get(0)?,
            url: r.get(1)?,
            date: r.get(2)?,
            status: r.get(3)?,
            content_type: r.get(4)?,
            payload_sha256: r.get(5)?,
            at: unsigned(r, 6)?,
            length: unsigned(r, 7)?,
        })
    })?
    .collect()
}

/// Every record that the index has of a segment: kind, address, offset, length, digest of the payload.
pub(super) fn records_of(db: &Connection, no: u32) -> rusqlite::Result<Vec<SealEntry>> {
    db.prepare(
        "SELECT kind, url, date, status, content_type, payload_sha256, at, length FROM record
         WHERE segment = ?1 ORDER BY at",
    )?
    .query_map([no], |r| {
        Ok(SealEntry {
            kind: r.get(0)?,
            url: r.get(1)?,
            date: r.get(2)?,
            status: r.get(3)?,
            content_type: r.get(4)?,
            payload_sha256: r.get(5)?,
            at: unsigned(r, 6)?,
            length: unsigned(r, 7)?,
        })
    })?
    .collect()
}

/// Writes a group in one transaction. `offsets` are where the members of each change begin, `end` the open segment and
/// its length after them.
pub(super) fn commit(
    db: &mut Connection,
    changes: &[Change],
    segment: u32,
    offsets: &[u64],
    end: Option<(u32, u64)>,
) -> rusqlite::Result<()> {
    let tx = db.transaction()?;
    if let Some((no, bytes)) = end {
        tx.prepare_cached(
            "INSERT INTO segment (no, name, bytes, sealed) VALUES (?1, ?2, ?3, 0)
             ON CONFLICT (no) DO UPDATE SET bytes = ?3",
        )?
        .execute(params![no, format!("{no:08}.warc.gz.open"), int(bytes)])?;
    }
    for (change, offset) in changes.iter().zip(offsets) {
        let mut first_response = None;
        if let Some(packed) = change.packed() {
            let mut insert = tx.prepare_cached(PUT_RECORD)?;
            for e in &packed.entries {
                insert.execute(params![
                    segment,
                    int(offset + e.at),
                    int(e.length),
                    e.kind,
                    e.url,
                    e.date,
                    e.status,
                    e.content_type,
                    e.payload_sha256,
                    int(e.payload_bytes),
                    e.truncated.map(|t| t.code()),
                ])?;
                if e.kind == "response" && first_response.is_none() {
                    first_response = Some(tx.last_insert_rowid());
                }
            }
        }
        match change {
            Change::Url { url, is_body, .. } => {
                put_url(&tx, url, first_response.filter(|_| *is_body))?;
            }
            Change::Robots { robots, .. } => put_robots(&tx, robots)?,
            Change::Records(_) => {}
        }
    }
    tx.commit()
}

const PUT_RECORD: &str = "
INSERT INTO record (segment, at, length, kind, url, date, status, content_type, payload_sha256, payload_bytes, truncated)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

fn put_robots(db: &Connection, new: &NewRobots) -> rusqlite::Result<()> {
    let r = &new.robots;
    db.prepare_cached(
        "INSERT OR REPLACE INTO robots (origin, checked, state, status, body, good)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![new.origin, r.checked, r.state, r.status, r.body, r.good])?;
    Ok(())
}

/// Writes what is known of an address; its body stays what it was where `body` is null.
fn put_url(db: &Connection, u: &Url, body: Option<i64>) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO url (id, source, url, kind, depth, hops, parent, place, fetch, outcome, status, attempts, bytes,
         message, target, body, etag, last_modified, checked, changed, wait, n_gone, gone_since, found)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
         ?24)
         ON CONFLICT (id) DO UPDATE SET kind = ?4, depth = ?5, hops = ?6, parent = ?7, place = ?8, fetch = ?9,
         outcome = ?10, status = ?11, attempts = ?12, bytes = ?13, message = ?14, target = ?15,
         body = coalesce(?16, body), etag = ?17, last_modified = ?18, checked = ?19, changed = ?20, wait = ?21,
         n_gone = ?22, gone_since = ?23",
    )?
    .execute(params![
        u.id,
        u.source,
        u.url,
        u.kind,
        u.depth,
        u.hops,
        u.parent,
        u.place,
        u.fetch,
        u.outcome.map(Outcome::code),
        u.status,
        u.attempts,
        u.bytes.map(int),
        u.message,
        u.target,
        body,
        u.etag,
        u.last_modified,
        u.checked,
        u.changed,
        u.wait,
        u.n_gone,
        u.gone_since,
        u.found,
    ])?;
    Ok(())
}

/// Addresses with their stored bodies, in the order in which [`known`] reads them.
const KNOWN: &str = "
SELECT u.id, u.source, u.url, u.kind, u.depth, u.hops, u.parent, u.place, u.fetch, u.outcome, u.status, u.attempts,
       u.bytes, u.message, u.target, u.etag, u.last_modified, u.checked, u.changed, u.wait, u.n_gone, u.gone_since,
       s.name, r.at, r.length, r.segment, r.date, r.status, r.content_type, r.payload_sha256, r.payload_bytes,
       u.found
FROM url u LEFT JOIN record r ON r.id = u.body LEFT JOIN segment s ON s.no = r.segment";

impl super::Reader {
    fn ask<T>(
        &self,
        f: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, super::Error> {
        f(&self.index).map_err(|e| self.sql(e))
    }

    /// Every address of a source with its stored body, in the order in which they were found.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn known(&self, source: &str) -> Result<Vec<Known>, super::Error> {
        let raw = self.raw();
        self.ask(|db| {
            db.prepare(&format!("{KNOWN} WHERE u.source = ?1 ORDER BY u.id"))?
                .query_map([source], |r| known(r, &raw))?
                .collect()
        })
    }

    /// Goes through the addresses of a source with their stored bodies, in the order of the addresses.
    ///
    /// # Errors
    /// The index can't be read, or what `each` says.
    pub fn each_known<E: From<super::Error>>(
        &self,
        source: &str,
        mut each: impl FnMut(Known) -> Result<(), E>,
    ) -> Result<(), E> {
        let (raw, sql) = (self.raw(), |e| self.sql(e));
        let query = format!("{KNOWN} WHERE u.source = ?1 ORDER BY u.url");
        let mut statement = self.index.prepare(&query).map_err(sql)?;
        for row in statement.query_map([source], |r| known(r, &raw)).map_err(sql)? {
            each(row.map_err(sql)?)?;
        }
        Ok(())
    }

    /// One address of a source with its stored body.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn find(&self, source: &str, url: &str) -> Result<Option<Known>, super::Error> {
        self.find_where("u.source = ?1 AND u.url = ?2", params![source, url])
    }

    /// One address of a source with its stored body, by its number.
    pub(super) fn find_by_id(
        &self,
        source: &str,
        id: AddressId,
    ) -> Result<Option<Known>, super::Error> {
        self.find_where("u.source = ?1 AND u.id = ?2", params![source, id])
    }

    fn find_where(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Option<Known>, super::Error> {
        let raw = self.raw();
        self.ask(|db| {
            let mut query = db.prepare_cached(&format!("{KNOWN} WHERE {condition}"))?;
            query.query_row(values, |r| known(r, &raw)).optional()
        })
    }

    /// One more than the highest number of an address.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn next_address(&self) -> Result<AddressId, super::Error> {
        self.ask(|db| db.query_row("SELECT coalesce(max(id), 0) + 1 FROM url", [], |r| r.get(0)))
    }

    /// robots.txt of an origin, as last seen.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn robots(&self, origin: &str) -> Result<Option<Robots>, super::Error> {
        self.ask(|db| {
            db.query_row(
                "SELECT checked, state, status, body, good FROM robots WHERE origin = ?1",
                [origin],
                |r| {
                    Ok(Robots {
                        checked: r.get(0)?,
                        state: r.get(1)?,
                        status: r.get(2)?,
                        body: r.get(3)?,
                        good: r.get(4)?,
                    })
                },
            )
            .optional()
        })
    }

    /// robots.txt of every origin, as last seen.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn all_robots(&self) -> Result<Vec<NewRobots>, super::Error> {
        self.ask(|db| {
            db.prepare(
                "SELECT checked, state, status, body, good, origin FROM robots ORDER BY origin",
            )?
            .query_map([], |r| {
                Ok(NewRobots {
                    origin: r.get(5)?,
                    robots: Robots {
                        checked: r.get(0)?,
                        state: r.get(1)?,
                        status: r.get(2)?,
                        body: r.get(3)?,
                        good: r.get(4)?,
                    },
                })
            })?
            .collect()
        })
    }

    /// The newest fetch: 0 if there was none.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn last_fetch(&self) -> Result<FetchId, super::Error> {
        self.ask(|db| db.query_row("SELECT coalesce(max(id), 0) FROM fetch", [], |r| r.get(0)))
    }

    /// Names of the sources that have addresses.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn sources(&self) -> Result<Vec<String>, super::Error> {
        self.ask(|db| {
            db.prepare("SELECT DISTINCT source FROM url ORDER BY source")?
                .query_map([], |r| r.get(0))?
                .collect()
        })
    }
}

impl super::Store {
    /// Goes on with the fetch that was interrupted last, if it was begun at or after `since` (a date as WARC has it), or
    /// begins one.
    ///
    /// # Errors
    /// The index can't be written.
    pub fn begin_fetch(&self, begun: &str, since: &str) -> Result<Begun, super::Error> {
        self.ask(|db| {
            let last: Option<(FetchId, String, Option<String>)> = db
                .query_row("SELECT id, begun, ended FROM fetch ORDER BY id DESC LIMIT 1", [], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
                })
                .optional()?;
            let ended = db.query_row(
                "SELECT coalesce(max(id), 0) FROM fetch WHERE ended IS NOT NULL",
                [],
                |r| r.get(0),
            )?;
            if let Some((id, last_begun, None)) = last
                && last_begun.as_str() >= since
            {
                return Ok(Begun { id, resumed: true, ended });
            }
            db.execute("INSERT INTO fetch (begun) VALUES (?1)", [begun])?;
            Ok(Begun { id: db.last_insert_rowid(), resumed: false, ended })
        })
    }

    /// What the next fetch would be, without beginning it.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn peek_fetch(&self) -> Result<Begun, super::Error> {
        self.ask(|db| {
            let ended = "SELECT coalesce(max(id), 0) FROM fetch WHERE ended IS NOT NULL";
            let last = "SELECT coalesce(max(id), 0) FROM fetch";
            Ok(Begun {
                id: db.query_row(last, [], |r| r.get::<_, FetchId>(0))? + 1,
                resumed: false,
                ended: db.query_row(ended, [], |r| r.get(0))?,
            })
        })
    }

    /// Says that a fetch is done, and how.
    ///
    /// # Errors
    /// The index can't be written.
    pub fn end_fetch(&self, id: FetchId, ended: &str, why: &str) -> Result<(), super::Error> {
        self.ask(|db| {
            db.execute(
                "UPDATE fetch SET ended = ?2, why = ?3 WHERE id = ?1",
                params![id, ended, why],
            )?;
            Ok(())
        })
    }
}

fn known(r: &Row<'_>, raw: &Path) -> rusqlite::Result<Known> {
    let outcome: Option<String> = r.get(9)?;
    let url = Url {
        id: r.get(0)?,
        source: r.get(1)?,
        url: r.get(2)?,
        kind: r.get(3)?,
        depth: r.get(4)?,
        hops: r.get(5)?,
        parent: r.get(6)?,
        place: r.get(7)?,
        found: r.get(31)?,
        fetch: r.get(8)?,
        outcome: outcome.and_then(|code| Outcome::ALL.iter().copied().find(|o| o.code() == code)),
        status: r.get(10)?,
        attempts: r.get(11)?,
        bytes: r.get::<_, Option<i64>>(12)?.and_then(|n| u64::try_from(n).ok()),
        message: r.get(13)?,
        target: r.get(14)?,
        etag: r.get(15)?,
        last_modified: r.get(16)?,
        checked: r.get(17)?,
        changed: r.get(18)?,
        wait: r.get(19)?,
        n_gone: r.get(20)?,
        gone_since: r.get(21)?,
    };
    let name: Option<String> = r.get(22)?;
    let body = match name {
        Some(name) => Some(Stored {
            path: raw.join(name),
            at: unsigned(r, 23)?,
            length: unsigned(r, 24)?,
            segment: r.get(25)?,
            date: r.get(26)?,
            status: r.get(27)?,
            content_type: r.get(28)?,
            payload_sha256: r.get(29)?,
            payload_bytes: unsigned(r, 30)?,
        }),
        None => None,
    };
    Ok(Known { url, body })
}
