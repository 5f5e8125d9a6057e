//! The raw store: what was fetched, as received, and what is known of every address. Knows no network.
//!
//! ```text
//! store/
//!   state.sqlite                          addresses, records, segments, robots.txt, fetches
//!   raw/00000003.warc.gz.open             the segment that is being written
//!   raw/00000002-<sha256>.warc.gz         a sealed segment, with its .cdxj beside it
//!   snapshots/<id>.jsonl                  which record is the page of which address
//! ```
//!
//! Segments are WARC 1.1 with one gzip member a record, so that any archive tool reads them. A group of records is
//! appended, brought to disk, and only then told to SQLite, in one transaction with what it means for the addresses: what
//! SQLite knows is on disk, and what is on disk beyond that is cut off at the next start. So a kill at any moment costs
//! the group that was under way and nothing else.

mod index;
mod known;
mod reader;
mod member;
mod segment;
mod snapshot;
pub mod fsck;
mod rebuild;
#[cfg(test)]
mod tests;
pub mod export;

pub use known::{
    AddressId, Begun, FEED, FetchId, Known, NewRobots, Outcome, REPORT, Robots, SITEMAP, Stored,
    Url,
};
pub use member::{Earlier, Entry, Exchange, Packed, Truncated, failure, pack};
pub(crate) use member::{date, now};
pub use reader::Reader;
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use snapshot::SnapshotId;
pub use snapshot::{Snapshot, SnapshotPage};

use crate::lock::{Lock, LockError};
use segment::Segment;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A segment that is longer than this is sealed and another begun.
const SEAL_BYTES: u64 = 256 << 20;

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of it can't be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The index can't be read or written.
    #[error("cannot use {}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another process writes to it.
    #[error("another process is writing to the store {}; wait until it is done", path.display())]
    Locked {
        /// The store.
        path: PathBuf,
    },
    /// A later version of the program made it.
    #[error("{} is of version {found}, made by a newer baogao; this one knows version {known}", path.display())]
    Newer {
        /// The index.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version that this program writes.
        known: i64,
    },
    /// There is no store.
    #[error("there is no store at {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A segment holds less than what the index knows of it: something outside the program cut or removed it.
    #[error("the segment {} is damaged: {why}", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            Self::Index { source, .. } => {
                source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
            }
            _ => false,
        }
    }
}

pub(crate) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Io { path: path.to_owned(), source }
}

/// Takes the lock of the store in `dir`.
fn lock(dir: &Path) -> Result<Lock, Error> {
    Lock::take(dir).map_err(|e| match e {
        LockError::Held => Error::Locked { path: dir.to_owned() },
        LockError::Io(source) => Error::Io { path: dir.to_owned(), source },
    })
}

/// What a group of work changes, in the order in which it happened.
#[derive(Debug)]
pub enum Change {
    /// An address is new, or something became known of it; with the records of what was fetched, if anything was.
    Url {
        /// All that is known of it.
        url: Box<Url>,
        /// Records to append.
        packed: Option<Packed>,
        /// The first response among the records is the page of the address from now on.
        is_body: bool,
    },
    /// Rules of a host.
    Robots {
        /// What is known of them.
        robots: NewRobots,
        /// Records to append.
        packed: Option<Packed>,
    },
    /// Records that change nothing known of an address: attempts that failed.
    Records(Packed),
}

/// A store, held for writing. What can be asked of a store stands at [`Reader`], which it derefs to.
#[derive(Debug)]
pub struct Store {
    reader: Reader,
    open: Option<Segment>,
    /// Bytes that no transaction knew of, cut off when the store was opened.
    n_cut_bytes: u64,
    seal_bytes: u64,
    /// What writes: the program and its configuration, for each segment's first record.
    info: String,
    _lock: Lock,
}

impl Store {
    /// Opens the store in `dir` for writing, made if it is not there, and mends what a killed process left.
    ///
    /// # Errors
    /// Another process holds it, it is of a newer version, or the disk refuses.
    pub fn open(dir: &Path, info: String) -> Result<Self, Error> {
        fs::create_dir_all(dir.join("raw")).map_err(io_at(dir))?;
        fs::create_dir_all(dir.join("snapshots")).map_err(io_at(dir))?;
        let lock = lock(dir)?;
        let index = index::open(&dir.join(index::FILE))?;
        let mut store = Self {
            reader: Reader::over(dir, index),
            open: None,
            n_cut_bytes: 0,
            seal_bytes: SEAL_BYTES,
            info,
            _lock: lock,
        };
        store.recover()?;
        Ok(store)
    }

    /// Opens a store that must be there.
    ///
    /// # Errors
    /// As [`Store::open`], and where there is none.
    pub fn open_existing(dir: &Path) -> Result<Self, Error> {
        if !dir.join(index::FILE).is_file() {
            return Err(Error::Missing { path: dir.to_owned() });
        }
        Self::open(dir, String::new())
    }

    /// Bytes that no transaction knew of, cut off when the store was opened.
    pub fn n_cut_bytes(&self) -> u64 {
        self.n_cut_bytes
    }

    /// Seals segments that are longer than this.
    pub fn set_seal_bytes(&mut self, bytes: u64) {
        self.seal_bytes = bytes;
    }

    /// Cuts the open segments to what the index knows, and finishes a sealing that was interrupted.
    fn recover(&mut self) -> Result<(), Error> {
        let raw = self.raw();
        let known = index::segments(&self.index).map_err(|e| self.sql(e))?;
        for stray in segment::strays(&raw, &known).map_err(io_at(&raw))? {
            self.n_cut_bytes += fs::metadata(&stray).map_or(0, |m| m.len());
            fs::remove_file(&stray).map_err(io_at(&stray))?;
        }
        for row in known.iter().filter(|s| !s.is_sealed) {
            let open = segment::open_path(&raw, row.no);
            if open.is_file() {
                let (segment, n_cut) = Segment::resume(&raw, row.no, row.bytes)?;
                self.n_cut_bytes += n_cut;
                self.open = Some(segment);
                continue;
            }
            // Renamed already, but the index had not heard of it.
            let sealed = segment::find_sealed(&raw, row.no).map_err(io_at(&raw))?;
            let Some(path) = sealed.filter(|p| fs::metadata(p).is_ok_and(|m| m.len() == row.bytes))
            else {
                return Err(Error::Damaged { path: open, why: "it is gone".to_owned() });
            };
            index::set_sealed(&self.index, row.no, &segment::file_name(&path))
                .map_err(|e| self.sql(e))?;
        }
        Ok(())
    }

    /// Puts a group of changes into the store: all of it, or, after an error, nothing of it.
    ///
    /// # Errors
    /// The disk is full or refuses; what was stored before is not touched.
    pub fn commit(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        let needs_segment = changes.iter().any(|c| c.packed().is_some());
        if needs_segment && self.open.is_none() {
            let no = index::next_segment(&self.index).map_err(|e| self.sql(e))?;
            let segment = Segment::create(&self.raw(), no)?;
            bytes = member::warcinfo(&segment.name(), &self.info);
            self.open = Some(segment);
        }
        let start = self.open.as_ref().map_or(0, Segment::len);
        let mut offsets = Vec::with_capacity(changes.len());
        for change in &changes {
            offsets.push(start + bytes.len() as u64);
            if let Some(packed) = change.packed() {
                bytes.extend_from_slice(&packed.bytes);
            }
        }
        let segment_no = self.open.as_ref().map_or(0, Segment::no);
        let stored = self.append(&bytes).and_then(|()| {
            let end = self.open.as_ref().map(|s| (s.no(), s.len()));
            index::commit(&mut self.reader.index, &changes, segment_no, &offsets, end)
                .map_err(|e| self.sql(e))
        });
        if let Err(e) = stored {
            self.roll_back();
            return Err(e);
        }
        if self.open.as_ref().is_some_and(|s| s.len() >= self.seal_bytes) {
            self.seal()?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.open {
            Some(segment) if !bytes.is_empty() => segment.append(bytes),
            _ => Ok(()),
        }
    }

    /// Takes back what a group that failed has appended, up to what the index knows, which it is asked for, since a
    /// transaction may have reached the disk though it was said to have failed. Should that fail as well, the segment
    /// is left to the next start.
    fn roll_back(&mut self) {
        let Some(mut segment) = self.open.take() else { return };
        match index::segment_bytes(&self.index, segment.no()) {
            Ok(Some(len)) => {
                if segment.cut(len).is_ok() {
                    self.open = Some(segment);
                }
            }
            Ok(None) => {
                let _ = fs::remove_file(segment::open_path(&self.raw(), segment.no()));
            }
            Err(_) => {}
        }
    }

    /// Gives the open segment its final name, and writes its index of captures beside it.
    ///
    /// # Errors
    /// The disk refuses; the next start finishes it.
    pub fn seal(&mut self) -> Result<(), Error> {
        let Some(segment) = self.open.take() else { return Ok(()) };
        let no = segment.no();
        let entries = index::entries(&self.index, no).map_err(|e| self.sql(e))?;
        let name = segment.seal(&self.raw(), &entries)?;
        index::set_sealed(&self.index, no, &name).map_err(|e| self.sql(e))
    }
}

impl std::ops::Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Change {
    pub(crate) fn packed(&self) -> Option<&Packed> {
        match self {
            Self::Url { packed, .. } | Self::Robots { packed, .. } => packed.as_ref(),
            Self::Records(packed) => Some(packed),
        }
    }
}
