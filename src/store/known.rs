//! What the store knows: addresses with their state, answers as stored, robots.txt, fetches.

use super::segment::find_sealed;
use crate::ingest::warc::{self, StoredAnswer};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Number of an address in the index.
pub type AddressId = i64;

/// Number of a fetch: one call of the program, or several where it was stopped and went on.
pub type FetchId = i64;

/// Kind of an address: a page that documents are made of.
pub const REPORT: &str = "report";
/// Kind of an address: a sitemap, or an index of sitemaps.
pub const SITEMAP: &str = "sitemap";
/// Kind of an address: RSS or Atom.
pub const FEED: &str = "feed";

/// What became of an address, as `fetches.outcome` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Its content is new.
    Fetched,
    /// Its content is what it was, or it was not due.
    Unchanged,
    /// It points elsewhere.
    Redirected,
    /// The configuration leaves it out.
    Excluded,
    /// robots.txt forbids it.
    Robots,
    /// It could not be had.
    Failed,
    /// It is no longer there.
    Gone,
    /// Its host asked for a pause longer than the fetch, or failed too often.
    Parked,
}

impl Outcome {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Fetched,
        Self::Unchanged,
        Self::Redirected,
        Self::Excluded,
        Self::Robots,
        Self::Failed,
        Self::Gone,
        Self::Parked,
    ];

    /// The name in `fetches.outcome`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Unchanged => "unchanged",
            Self::Redirected => "redirected",
            Self::Excluded => "excluded",
            Self::Robots => "robots",
            Self::Failed => "failed",
            Self::Gone => "gone",
            Self::Parked => "parked",
        }
    }
}

/// All that is known of an address of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Url {
    /// Its number.
    pub id: AddressId,
    /// The source that it belongs to.
    pub source: String,
    /// The address, canonical.
    pub url: String,
    /// What it is to the source: [`REPORT`], [`SITEMAP`], [`FEED`], or a kind of list that the configuration names.
    pub kind: String,
    /// Links from a seed to it.
    pub depth: u32,
    /// Redirects that led to it, one after another.
    pub hops: u32,
    /// The address that it was found at.
    pub parent: Option<AddressId>,
    /// Its place among further pages of one article: 0 for all but those.
    pub place: u32,
    /// The fetch that found it; 0 where that is not known.
    pub found: FetchId,
    /// The fetch that dealt with it last; 0 if none did.
    pub fetch: FetchId,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// Requests made by the last fetch.
    pub attempts: u32,
    /// Bytes of the body that the last answer brought.
    pub bytes: Option<u64>,
    /// Why, in words.
    pub message: Option<String>,
    /// Where it points to.
    pub target: Option<String>,
    /// ETag of the stored body.
    pub etag: Option<String>,
    /// Last-Modified of the stored body.
    pub last_modified: Option<String>,
    /// When it was last asked for, in seconds of the epoch.
    pub checked: Option<i64>,
    /// When its content was last seen to be another.
    pub changed: Option<i64>,
    /// Seconds to wait before it is asked for again.
    pub wait: Option<i64>,
    /// Fetches in a row that found it gone.
    pub n_gone: u32,
    /// When it was first found gone.
    pub gone_since: Option<String>,
}

impl Url {
    /// An address that was just found.
    pub fn new(id: AddressId, source: &str, url: &str, kind: &str) -> Self {
        Self {
            id,
            source: source.to_owned(),
            url: url.to_owned(),
            kind: kind.to_owned(),
            depth: 0,
            hops: 0,
            parent: None,
            place: 0,
            found: 0,
            fetch: 0,
            outcome: None,
            status: None,
            attempts: 0,
            bytes: None,
            message: None,
            target: None,
            etag: None,
            last_modified: None,
            checked: None,
            changed: None,
            wait: None,
            n_gone: 0,
            gone_since: None,
        }
    }
}

/// An address with its stored body.
#[derive(Debug, Clone)]
pub struct Known {
    /// What is known.
    pub url: Url,
    /// Its page, if one is stored.
    pub body: Option<Stored>,
}

/// A record that holds a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// File of its segment.
    pub path: PathBuf,
    /// Where its member begins.
    pub at: u64,
    /// Bytes of its member.
    pub length: u64,
    /// Number of its segment.
    pub segment: u32,
    /// When it was fetched.
    pub date: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Content-Type of the answer.
    pub content_type: Option<String>,
    /// SHA-256 of the body as received, in hex.
    pub payload_sha256: String,
    /// Bytes of the body as received.
    pub payload_bytes: u64,
}

impl Stored {
    /// Reads the member.
    ///
    /// # Errors
    /// The segment is gone or shorter than it was.
    pub fn read(&self) -> Result<Vec<u8>, super::Error> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = match File::open(&self.path) {
                // Sealed since the index was asked.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    let raw = self.path.parent().unwrap_or(Path::new(""));
                    File::open(find_sealed(raw, self.segment)?.ok_or(e)?)?
                }
                file => file?,
            };
            file.seek(SeekFrom::Start(self.at))?;
            let mut member = vec![0; usize::try_from(self.length).map_err(io::Error::other)?];
            file.read_exact(&mut member)?;
            Ok(member)
        };
        read().map_err(super::io_at(&self.path))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// The segment is gone or shorter than it was, or the record is damaged.
    pub fn answer(&self) -> Result<StoredAnswer, super::Error> {
        warc::stored_answer(&self.read()?).map_err(|why| super::Error::Damaged {
            path: self.path.clone(),
            why: format!("at byte {}: {why}", self.at),
        })
    }
}

/// robots.txt of a host, as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Robots {
    /// When it was asked for, in seconds of the epoch.
    pub checked: i64,
    /// `rules`, `none` (all is allowed) or `unreachable` (all is forbidden).
    pub state: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Its text, if there are rules; of an unreachable one the last that could be had.
    pub body: Vec<u8>,
    /// When it last could be had, in seconds of the epoch; 0 if never.
    pub good: i64,
}

/// A fetch that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub id: FetchId,
    /// It goes on with one that was interrupted.
    pub resumed: bool,
    /// The last fetch that came to its end; 0 if none did.
    pub ended: FetchId,
}

/// [`Robots`] to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRobots {
    /// Scheme, host and port.
    pub origin: String,
    /// What is known.
    pub robots: Robots,
}
