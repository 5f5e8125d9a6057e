//! Files, folders and archives → [`Page`]s, in an order that does not depend on the disk.
//!
//! Two passes: [`plan`] lists the files and digests them, which is all that a run's identity needs; [`pages`] then
//! goes through them, and each is loaded where it is wanted. A file that changed in between is an error, since the run would carry another's name.

pub mod warc;

mod digests;
mod files;

pub use digests::{Digests, Stat};
pub use files::{Form, Input, Plan, plan};

use crate::config::Config;
use crate::page::{Page, PageInfo};
use crate::reject::Reject;
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
    /// A file is not what it was when the run began.
    #[error("{} changed while it was being read; run again once it stands still", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
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

/// A page that is there, read or still to be read.
#[derive(Debug, Clone)]
pub struct Found {
    /// Index of its input in the plan.
    pub input_idx: usize,
    /// Index of its source in the configuration.
    pub source_idx: usize,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// In a file of its own.
    File { info: PageInfo, path: PathBuf, stat: Option<Stat>, gz: bool, cap: u64 },
    /// From an archive.
    Page(Page),
    /// Nowhere.
    Unreadable(Unreadable),
}

impl Found {
    /// What is known of the page; null if it can't be read.
    pub fn info(&self) -> Option<&PageInfo> {
        match &self.content {
            Content::File { info, .. } => Some(info),
            Content::Page(page) => Some(&page.info),
            Content::Unreadable(_) => None,
        }
    }
}

impl Content {
    fn source_mut(&mut self) -> &mut String {
        match self {
            Self::File { info, .. } => &mut info.source,
            Self::Page(page) => &mut page.info.source,
            Self::Unreadable(unreadable) => &mut unreadable.source,
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
    files::Pages::new(plan, config)
}
