//! The signatures of a run's documents in a file: they need no memory while the run is made, and the next run takes
//! those of unchanged pages over without reading their text again.
//!
//! The file holds the records of [`Signature::to_bytes`] in the order of the documents, then the BLAKE3 digest of all
//! that and of the name of the run and the program's version. A file that is cut, damaged or another run's is passed over.

use super::Output;
use crate::collate::duplicates::{Signature, Store};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// First part of the files' names; the run's name is the rest.
const PREFIX: &str = "signatures-";
/// Signatures that are read or written at a time.
const CHUNK: usize = 256;

/// Signatures of the run that is being made.
#[derive(Debug)]
pub struct Signatures {
    path: PathBuf,
    file: File,
    /// What is not in the file yet.
    pending: Vec<u8>,
    digest: blake3::Hasher,
}

impl Signatures {
    /// An empty file among what makes later runs quicker.
    ///
    /// # Errors
    /// It can't be made.
    pub fn create(output: &Output) -> io::Result<Self> {
        fs::create_dir_all(output.cache())?;
        let path = Self::path(output);
        let file =
            File::options().create(true).truncate(true).read(true).write(true).open(&path)?;
        Ok(Self { path, file, pending: Vec::new(), digest: blake3::Hasher::new() })
    }

    /// Where the file is while the run is made.
    pub fn path(output: &Output) -> PathBuf {
        output.cache().join("signatures.next")
    }

    /// Where this file is.
    pub fn file(&self) -> &Path {
        &self.path
    }

    /// Puts what waits into the file.
    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.pending);
        self.file.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// Keeps the file for the runs that follow this one.
    ///
    /// # Errors
    /// It can't be written or renamed.
    pub fn keep(mut self, output: &Output, run: &str) -> io::Result<()> {
        self.flush()?;
        self.digest.update(run.as_bytes()).update(super::version().as_bytes());
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(self.digest.finalize().as_bytes())?;
        fs::rename(&self.path, file_of(output, run))
    }

    /// Removes the file.
    ///
    /// # Errors
    /// It can't be removed.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// Removes the files of all runs but this one, those that a killed run left among them.
///
/// # Errors
/// They can't be listed or removed.
pub fn keep_only(output: &Output, run: &str) -> io::Result<()> {
    let kept = file_of(output, run);
    for entry in fs::read_dir(output.cache())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.path() != kept {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn file_of(output: &Output, run: &str) -> PathBuf {
    output.cache().join(format!("{PREFIX}{run}"))
}

impl Store for Signatures {
    fn push(&mut self, signature: &Signature) -> io::Result<()> {
        self.pending.extend_from_slice(&signature.to_bytes());
        if self.pending.len() >= CHUNK * Signature::BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn get(&mut self, index: usize) -> io::Result<Signature> {
        self.flush()?;
        get(&mut self.file, index)
    }

    fn each(&mut self, visit: &mut dyn FnMut(usize, &Signature)) -> io::Result<()> {
        self.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        let mut index = 0;
        let mut chunk = vec![0u8; CHUNK * Signature::BYTES];
        loop {
            let n = fill(&mut self.file, &mut chunk)?;
            for bytes in chunk[..n].as_chunks::<{ Signature::BYTES }>().0 {
                visit(index, &Signature::from_bytes(bytes));
                index += 1;
            }
            if n < chunk.len() {
                return Ok(());
            }
        }
    }
}

/// The signature of a number.
fn get(file: &mut File, index: usize) -> io::Result<Signature> {
    let mut bytes = [0u8; Signature::BYTES];
    file.seek(SeekFrom::Start((index * Signature::BYTES) as u64))?;
    file.read_exact(&mut bytes)?;
    Ok(Signature::from_bytes(&bytes))
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read(&mut buffer[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

/// Signatures of an earlier run.
#[derive(Debug)]
pub struct Known {
    file: File,
}

impl Known {
    /// Those of the run of this name, which has so many documents; none where they are not whole.
    pub fn open(output: &Output, run: &str, n_documents: usize) -> Option<Self> {
        Self::check(&file_of(output, run), run, n_documents).ok().flatten()
    }

    fn check(path: &Path, run: &str, n_documents: usize) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        let n_bytes = (n_documents * Signature::BYTES) as u64;
        if file.metadata()?.len() != n_bytes + blake3::OUT_LEN as u64 {
            return Ok(None);
        }
        let mut digest = blake3::Hasher::new();
        digest.update_reader((&mut file).take(n_bytes))?;
        digest.update(run.as_bytes()).update(super::version().as_bytes());
        let mut stated = [0u8; blake3::OUT_LEN];
        file.read_exact(&mut stated)?;
        Ok((digest.finalize() == stated).then_some(Self { file }))
    }

    /// The signature of the document in this row of `documents`.
    ///
    /// # Errors
    /// It can't be read.
    pub fn get(&mut self, no: usize) -> io::Result<Signature> {
        get(&mut self.file, no)
    }
}
