//! Files, folders, archives and the raw store → [`Page`]s, in an order that does not depend on the disk.
//!
//! Two passes: [`plan()`] lists the files and digests them, which is all that a run's identity needs; [`pages`] then
//! goes through them, and each is loaded where it is wanted. A file that changed in between is an error, since the run would carry another's name.

pub mod warc;

mod digests;
mod inputs;
mod spool;
mod plan;
mod files;
#[cfg(feature = "fetch")]
mod stored;
#[cfg(feature = "fetch")]
mod parts;
#[cfg(not(feature = "fetch"))]
#[path = "no_parts.rs"]
mod parts;
mod pages;

pub use digests::{Digests, Stat};
pub use inputs::Inputs;
pub use plan::{Form, Input, Plan, plan, survey};
pub use spool::Spooled;

use crate::config::Config;
use crate::page::{Page, PageInfo};
use crate::reject::Reject;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Why the pages can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that was named is not there or can't be listed.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A configured source matches no file.
    #[error("the source {name:?} matches no page: {tried}")]
    NoFiles {
        /// The source.
        name: String,
        /// What was looked for, and where.
        tried: String,
    },
    /// A web source of which the store has nothing.
    #[error("the source {name:?} has not been fetched: {why}; run `baogao fetch` first")]
    NotFetched {
        /// The source.
        name: String,
        /// What was found instead.
        why: String,
    },
    /// The raw store can't be read.
    #[cfg(feature = "fetch")]
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// A page of the raw store is not what the index says.
    #[error(
        "the stored page {url} is damaged: {why}; `baogao store fsck --rebuild` forgets it, and the next fetch brings \
         it again"
    )]
    Damaged {
        /// Its address.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The list of the pages, which is in a temporary file, can't be written or read.
    #[error(
        "cannot use the temporary file with the list of pages, which is in .cache of the output folder or where the system \
         keeps temporary files"
    )]
    List(#[source] std::io::Error),
    /// A file is not what it was when the run began.
    #[error("{} changed while it was being read; run again once it stands still", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

/// What the server said of a page of the store, and which article it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When it answered, UTC, as stored.
    pub fetched_at: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Content-Type of the answer.
    pub content_type: Option<String>,
    /// Address of the first page of its article and place in that, where it is a further page.
    pub part_of: Option<(String, u32)>,
}

/// A row of `fetches`: what became of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The address.
    pub url: String,
    /// Where it led in the end; null if nothing answered.
    pub final_url: Option<String>,
    /// Name of its source.
    pub source_name: String,
    /// What became of it, a code of a closed set.
    pub outcome: String,
    /// Status of the last answer.
    pub http_status: Option<u16>,
    /// Requests of the last fetch.
    pub attempts: u32,
    /// Bytes of the body that the last answer brought.
    pub bytes: Option<u64>,
    /// SHA-256 of the stored body as received, in hex.
    pub content_sha256: Option<String>,
    /// Why, in words.
    pub message: Option<String>,
}

/// The state of the store that a run was made from, in two digests. No time is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreState {
    /// Id of the snapshot of all web sources: addresses and contents.
    pub snapshot: String,
    /// SHA-256 of what became of the addresses: the rows of `fetches`.
    pub fetches: String,
}

/// A page that could not be read.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// Its name in the datasets.
    pub source: String,
    /// Why.
    pub reject: Reject,
    /// Its size as stored, where known.
    pub bytes: Option<u64>,
    /// SHA-256 of its bytes as stored, where known.
    pub content_sha256: Option<String>,
}

impl Unreadable {
    /// The page of which this is known could not be read.
    pub fn of(info: &PageInfo, reject: Reject) -> Self {
        Self {
            source: info.source.clone(),
            reject,
            bytes: Some(info.bytes),
            content_sha256: Some(info.content_sha256.clone()),
        }
    }
}

/// A page, or the reason why it can't be read.
pub type Read = Result<Page, Unreadable>;

/// A page that is there, read or still to be read, with the further pages of its article.
#[derive(Debug, Clone)]
pub struct Found {
    /// Index of its input in the plan.
    pub input_idx: usize,
    /// Index of its source in the configuration.
    pub source_idx: usize,
    /// Indices of the inputs of its further pages.
    pub part_inputs: Vec<usize>,
    content: Content,
    parts: Vec<Content>,
    is_whole: bool,
}

#[derive(Debug, Clone)]
enum Content {
    /// In a file of its own.
    File { info: PageInfo, path: PathBuf, stat: Option<Stat>, gz: bool, cap: u64 },
    /// From an archive.
    Page(Page),
    /// In the raw store.
    #[cfg(feature = "fetch")]
    Stored { info: PageInfo, page: Box<crate::store::SnapshotPage>, cap: u64 },
    /// Nowhere.
    Unreadable(Unreadable),
}

impl Found {
    /// What is known of the page; null if it can't be read.
    pub fn info(&self) -> Option<&PageInfo> {
        self.content.info()
    }

    /// Whether all pages that its article is known to have are there.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }
}

impl Content {
    fn info(&self) -> Option<&PageInfo> {
        match self {
            Self::File { info, .. } => Some(info),
            Self::Page(page) => Some(&page.info),
            #[cfg(feature = "fetch")]
            Self::Stored { info, .. } => Some(info),
            Self::Unreadable(_) => None,
        }
    }

    fn info_mut(&mut self) -> Option<&mut PageInfo> {
        match self {
            Self::File { info, .. } => Some(info),
            Self::Page(page) => Some(&mut page.info),
            #[cfg(feature = "fetch")]
            Self::Stored { info, .. } => Some(info),
            Self::Unreadable(_) => None,
        }
    }

    fn source_mut(&mut self) -> &mut String {
        match self {
            Self::File { info, .. } => &mut info.source,
            Self::Page(page) => &mut page.info.source,
            #[cfg(feature = "fetch")]
            Self::Stored { info, .. } => &mut info.source,
            Self::Unreadable(unreadable) => &mut unreadable.source,
        }
    }

    /// The same page, not to be read for this reason; one that can't be read keeps its own.
    fn rejected(self, reject: Reject) -> Self {
        match self.info() {
            Some(info) => Self::Unreadable(Unreadable::of(info, reject)),
            None => self,
        }
    }
}

/// The pages of a plan in order, to be loaded one by one.
///
/// Names are unique: a second page of the same name (an address captured twice) gets "~2". Pages beyond
/// `limits.pages` are rejects.
pub fn pages<'a>(
    plan: &'a Plan,
    config: &'a Config,
) -> impl Iterator<Item = Result<Found, Error>> + 'a {
    pages::Pages::new(plan, config)
}
