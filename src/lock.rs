//! One writer at a time in a folder: a run in an output folder, a fetch in a store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Held while the folder is written to; freed when dropped, also when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not had.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it.
    Held,
    /// The lock file can't be used.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock of the folder `root` without waiting.
    ///
    /// # Errors
    /// Another process holds it, or the file can't be made.
    pub fn take(root: &Path) -> Result<Self, LockError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(".lock"))
            .map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(e)) => Err(LockError::Io(e)),
        }
    }
}
