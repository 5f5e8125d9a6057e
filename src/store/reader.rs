//! A store for those who only read: it takes no lock and may be read while a fetch writes.

use super::{Error, index};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A store to be read, as it was when it was opened: what a fetch adds later is not seen.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    pub(super) index: Connection,
}

impl Reader {
    /// Opens the store in `dir`, which must be there. Nothing is written, no lock is taken.
    ///
    /// # Errors
    /// There is none, it is of a newer version, or it can't be read.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(index::FILE);
        if !path.is_file() {
            return Err(Error::Missing { path: dir.to_owned() });
        }
        match index::open_to_read(&path)? {
            Some(index) => Ok(Self::over(dir, index)),
            None => Err(Error::Missing { path: dir.to_owned() }),
        }
    }

    /// The reading half of a store that is open already.
    pub(super) fn over(dir: &Path, index: Connection) -> Self {
        Self { dir: dir.to_owned(), index }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of its segments.
    pub(crate) fn raw(&self) -> PathBuf {
        self.dir.join("raw")
    }

    pub(super) fn sql(&self, source: rusqlite::Error) -> Error {
        Error::Index { path: self.dir.join(index::FILE), source }
    }
}
