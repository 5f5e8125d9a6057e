//! Files, folders and archives → [`Page`]s, in an order that does not depend on the disk.
//!
//! Two passes: [`plan`] lists the files and digests them, which is all that a run's identity needs; [`Pages`] then
//! reads them one by one. A file that changed in between is an error, since the run would carry another's name.

pub mod warc;

mod files;

pub use files::{Input, Plan, plan};

use crate::config::Config;
use crate::page::Page;
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

/// What one input gave: a page, or the reason why not.
pub type Read = Result<Page, Unreadable>;

/// Reads the pages of a plan in order.
///
/// Names are unique: a second page of the same name (an address captured twice) gets "~2". Pages beyond
/// `limits.pages` are rejects.
pub fn pages<'a>(
    plan: &'a Plan,
    config: &'a Config,
) -> impl Iterator<Item = Result<(usize, Read), Error>> + 'a {
    files::Pages::new(plan, config)
}
