//! Digests of files by size, modification time and inode, so that a rerun need not read what did not change.
//!
//! An entry is trusted only if the file was already at rest when it was digested: a file modified within the last two
//! seconds could be modified again without its time showing it, so its digest is not kept (the rule that Git's index
//! follows, too). Losing this file costs time and nothing else; `run --rehash` does without it.

use crate::hex::{hex, sha256_from_hex};
use rustc_hash::{FxHashMap, FxHasher};
use std::fs::{self, File, Metadata};
use std::hash::{Hash, Hasher};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must have been at rest.
const AT_REST: Duration = Duration::from_secs(2);

/// What the file system says of a file: size, modification time in nanoseconds, inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    pub(super) bytes: u64,
    pub(super) modified_ns: u64,
    pub(super) inode: u64,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let modified_ns = u64::try_from(modified.as_nanos()).ok()?;
        Some(Self { bytes: metadata.len(), modified_ns, inode: inode(metadata) })
    }

    /// Whether the file was not modified just now.
    pub(super) fn is_at_rest(self) -> bool {
        #[expect(
            clippy::disallowed_methods,
            reason = "decides what may be skipped next time, never what is written"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.as_nanos().saturating_sub(self.modified_ns.into()) > AT_REST.as_nanos()
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// Known digests of files.
///
/// Memory: the lines of the file as it was and an index of them, until the pages are listed. The file as it will be is
/// written as files are found, beside the one before, and not at all while its lines are the same.
#[derive(Debug, Default)]
pub struct Digests {
    /// Where they are kept; nowhere for a check that leaves no trace.
    file: Option<PathBuf>,
    /// The lines of the file as it was.
    before: String,
    /// Where in them the line of a path begins, by a digest of the path.
    lines: FxHashMap<u64, usize>,
    /// Bytes at the start of `before` that the file as it will be begins with.
    same: usize,
    /// The file as it will be, from where it differs; or why it can't be written.
    next: Option<io::Result<BufWriter<File>>>,
}

impl Digests {
    /// Those kept in `file`; none if it is not there or damaged, or if `rehash`.
    pub fn open(file: &Path, rehash: bool) -> Self {
        let before =
            if rehash { String::new() } else { fs::read_to_string(file).unwrap_or_default() };
        let mut at = 0;
        let mut lines = FxHashMap::default();
        for line in before.split_inclusive('\n') {
            if let Some((path, ..)) = entry(line) {
                lines.insert(key(path), at);
            }
            at += line.len();
        }
        Self { file: Some(file.to_owned()), before, lines, ..Self::default() }
    }

    /// The folder in which they are kept.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.file.as_deref()?.parent()
    }

    /// The digest of a file that is as it was, if it is known.
    pub(super) fn known(&self, path: &Path, stat: Stat) -> Option<[u8; 32]> {
        let path = absolute(path)?;
        let at = *self.lines.get(&key(&path))?;
        let (of, before, sha256) = entry(self.before[at..].lines().next()?)?;
        if of != path || before != stat {
            return None;
        }
        sha256_from_hex(sha256)
    }

    /// Keeps the digest of a file that was at rest before it was read.
    pub(super) fn keep(&mut self, path: &Path, stat: Stat, sha256: &[u8; 32]) {
        // A path that a line can't hold is digested each time.
        if let Some(path) = absolute(path).filter(|p| !p.contains(['\t', '\n', '\r'])) {
            self.add(&path, stat, sha256);
        }
    }

    /// Adds a line to the file as it will be, in the order in which files are found.
    fn add(&mut self, path: &str, stat: Stat, sha256: &[u8; 32]) {
        let Some(file) = &self.file else { return };
        let sha256 = hex(sha256);
        let Stat { bytes, modified_ns, inode } = stat;
        let line = format!("{bytes}\t{modified_ns}\t{inode}\t{sha256}\t{path}\n");
        if self.next.is_none() && self.before[self.same..].starts_with(&line) {
            self.same += line.len();
            return;
        }
        let next = self.next.get_or_insert_with(|| begin(file, &self.before[..self.same]));
        if let Ok(writer) = next
            && let Err(e) = writer.write_all(line.as_bytes())
        {
            *next = Err(e); // `save` reports it
        }
    }

    /// Keeps what was learnt for the next run.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let next = match self.next {
            Some(next) => next?,
            None if self.same == self.before.len() => return Ok(()),
            None => begin(file, &self.before[..self.same])?, // the last files are gone
        };
        next.into_inner().map_err(io::IntoInnerError::into_error)?;
        fs::rename(next_of(file), file)
    }
}

/// Where the file as it will be is written.
fn next_of(file: &Path) -> PathBuf {
    file.with_extension("next")
}

/// Begins the file as it will be with these lines.
fn begin(file: &Path, lines: &str) -> io::Result<BufWriter<File>> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut next = BufWriter::new(File::create(next_of(file))?);
    next.write_all(lines.as_bytes())?;
    Ok(next)
}

fn absolute(path: &Path) -> Option<String> {
    std::path::absolute(path).ok()?.into_os_string().into_string().ok()
}

fn key(path: &str) -> u64 {
    let mut hasher = FxHasher::default();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Path, state and digest of a line.
fn entry(line: &str) -> Option<(&str, Stat, &str)> {
    let mut fields = line.trim_end_matches('\n').splitn(5, '\t');
    let stat = Stat {
        bytes: fields.next()?.parse().ok()?,
        modified_ns: fields.next()?.parse().ok()?,
        inode: fields.next()?.parse().ok()?,
    };
    let sha256 = fields.next().filter(|s| s.len() == 64)?;
    Some((fields.next()?, stat, sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests of these files, which are at rest; gives those that were known.
    fn pass(file: &Path, names: &[&str]) -> Vec<bool> {
        let mut digests = Digests::open(file, false);
        let known = names.iter().map(|name| {
            let stat = Stat { bytes: name.len() as u64, modified_ns: 1, inode: 1 };
            let known = digests.known(Path::new(name), stat).is_some();
            digests.keep(Path::new(name), stat, &[7; 32]);
            known
        });
        let known = known.collect();
        digests.save().expect("a folder of its own");
        known
    }

    #[test]
    fn what_is_kept_is_what_the_last_run_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("cache/files.tsv");
        let names = |file| {
            let text = fs::read_to_string::<&Path>(file).expect("kept");
            let name = |line: &str| line.rsplit('/').next().map(str::to_owned);
            text.lines().filter_map(name).collect::<Vec<_>>()
        };
        assert_eq!(pass(&file, &["/a", "/b", "/c"]), [false; 3]);
        assert_eq!(pass(&file, &["/a", "/b", "/c"]), [true; 3]);
        assert_eq!(names(&file), ["a", "b", "c"]);
        assert_eq!(pass(&file, &["/a", "/bb", "/c"]), [true, false, true], "one in the middle");
        assert_eq!(names(&file), ["a", "bb", "c"]);
        assert_eq!(pass(&file, &["/a", "/bb"]), [true; 2], "the last is gone");
        assert_eq!(names(&file), ["a", "bb"]);
        assert_eq!(pass(&file, &["/c", "/a", "/bb"]), [false, true, true], "one before");
        assert_eq!(names(&file), ["c", "a", "bb"]);
        assert!(!next_of(&file).exists());
    }
}
