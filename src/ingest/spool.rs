//! Lists that may be longer than memory, in temporary files that go with the process.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;
use tempfile::SpooledTempFile;

/// Bytes of a list that are kept in memory before it goes to a file: small runs need none.
pub(super) const IN_MEMORY_BYTES: usize = 1 << 20;

/// Values that are added at the end and read in order, each as JSON behind its length.
#[derive(Debug)]
pub struct Spooled<T> {
    spool: RefCell<Spool>,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Spooled<T> {
    /// None so far; many are kept in `dir`, or where the system keeps temporary files.
    pub(super) fn in_dir(dir: Option<&Path>) -> Self {
        Self { spool: RefCell::new(Spool::new(dir)), of: PhantomData }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// It can't be written.
    pub(super) fn push(&mut self, value: &T) -> io::Result<()> {
        let json = serde_json::to_vec(value)?;
        let spool = self.spool.get_mut();
        spool.push(&(json.len() as u64).to_le_bytes())?;
        spool.push(&json)
    }

    /// All of them as JSON, in order; an error where they can't be read.
    pub(super) fn json(&self) -> impl Iterator<Item = io::Result<Vec<u8>>> + '_ {
        const LENGTH: u64 = 8;
        let mut at = 0;
        std::iter::from_fn(move || {
            let mut spool = self.spool.borrow_mut();
            (at < spool.len()).then(|| {
                let length = spool.read(at..at + LENGTH)?;
                let length = u64::from_le_bytes(length.try_into().unwrap_or_default());
                let start = at + LENGTH;
                at = start + length;
                spool.read(start..at)
            })
        })
    }

    /// All of them, in order; an error where they can't be read.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<T>> + '_ {
        self.json().map(|json| Ok(serde_json::from_slice(&json?)?))
    }
}

/// Bytes that are added at the end, and read anywhere.
#[derive(Debug)]
pub(super) struct Spool {
    file: SpooledTempFile,
    written: u64,
    /// What is still to be written.
    pending: Vec<u8>,
    /// What was read last, and where it stands.
    read: (u64, Vec<u8>),
}

impl Spool {
    /// Bytes that are written and read at a time.
    const BLOCK: usize = 1 << 14;

    pub(super) fn new(dir: Option<&Path>) -> Self {
        let dir = dir.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::spooled_tempfile_in(IN_MEMORY_BYTES, dir);
        Self { file, written: 0, pending: Vec::new(), read: (0, Vec::new()) }
    }

    pub(super) fn len(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= Self::BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(&self.pending)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    pub(super) fn read(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let n = |range: Range<u64>| usize::try_from(range.end.saturating_sub(range.start));
        let n_bytes = n(range.clone()).map_err(io::Error::other)?;
        let (at, block) = &self.read;
        let held = *at <= range.start && range.end <= at + block.len() as u64;
        if !held {
            self.flush()?;
            self.file.seek(SeekFrom::Start(range.start))?;
            let mut block = Vec::with_capacity(n_bytes.max(Self::BLOCK));
            (&mut self.file).take(n_bytes.max(Self::BLOCK) as u64).read_to_end(&mut block)?;
            self.read = (range.start, block);
        }
        let (at, block) = &self.read;
        let from = n(*at..range.start).map_err(io::Error::other)?;
        let bytes = block.get(from..from + n_bytes);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_order_from_memory_and_from_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        for n in [0, 3, 40_000] {
            let mut list = Spooled::in_dir(Some(dir.path()));
            let value = |no: usize| (no, "长".repeat(no % 40));
            (0..n).try_for_each(|no| list.push(&value(no))).expect("room");
            for _ in 0..2 {
                let all: Vec<_> = list.iter().collect::<io::Result<_>>().expect("readable");
                assert!(all.iter().cloned().eq((0..n).map(value)), "{n}");
            }
        }
    }
}
