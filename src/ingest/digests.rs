//! Digests of files by size, modification time and inode, so that a rerun need not read what did not change.
//!
//! An entry is trusted only if the file was already at rest when it was digested: a file modified within the last two
//! seconds could be modified again without its time showing it, so its digest is not kept (the rule that Git's index
//! follows, too). Losing this file costs time and nothing else; `run --rehash` does without it.

use crate::hex::{hex, sha256_from_hex};
use rustc_hash::{FxHashMap, FxHasher};
use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must have been at rest.
const AT_REST: Duration = Duration::from_secs(2);

/// What the file system says of a file: size, modification time in nanoseconds, inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    bytes: u64,
    modified_ns: u64,
    inode: u64,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let modified_ns = u64::try_from(modified.as_nanos()).ok()?;
        Some(Self { bytes: metadata.len(), modified_ns, inode: inode(metadata) })
    }
}

impl Stat {
    /// Size.
    pub(super) fn bytes(self) -> u64 {
        self.bytes
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
/// Memory: a line of text for each file, and an index of those that were known before; all in few large pieces, which
/// go back to the system when the pages are listed.
#[derive(Debug, Default)]
pub struct Digests {
    /// Where they are kept; nowhere for a check that leaves no trace.
    file: Option<PathBuf>,
    /// The lines of the file as it was.
    before: String,
    /// Where in them the line of a path begins, by a digest of the path.
    lines: FxHashMap<u64, usize>,
    /// The lines of the file as it will be, in the order in which files are found.
    now: String,
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
        Self { file: Some(file.to_owned()), before, lines, now: String::new() }
    }

    /// The digest of a file that is as it was, if it is known.
    pub(super) fn known(&mut self, path: &Path, stat: Stat) -> Option<[u8; 32]> {
        let path = absolute(path)?;
        let at = *self.lines.get(&key(&path))?;
        let (of, before, sha256) = entry(self.before[at..].lines().next()?)?;
        if of != path || before != stat {
            return None;
        }
        let digest = sha256_from_hex(sha256)?;
        self.add(&path, stat, &digest);
        Some(digest)
    }

    /// Keeps a digest, if the file is at rest.
    pub(super) fn keep(&mut self, path: &Path, stat: Stat, sha256: &[u8; 32]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "decides what may be skipped next time, never what is written"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_rest = now.as_nanos().saturating_sub(stat.modified_ns.into()) > AT_REST.as_nanos();
        // A path that a line can't hold is digested each time.
        if let Some(path) = absolute(path).filter(|p| at_rest && !p.contains(['\t', '\n', '\r'])) {
            self.add(&path, stat, sha256);
        }
    }

    fn add(&mut self, path: &str, stat: Stat, sha256: &[u8; 32]) {
        let sha256 = hex(sha256);
        let Stat { bytes, modified_ns, inode } = stat;
        // Writing to a string does not fail.
        let _ = writeln!(self.now, "{bytes}\t{modified_ns}\t{inode}\t{sha256}\t{path}");
    }

    /// Keeps what was learnt for the next run.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self) -> io::Result<()> {
        let Some(file) = self.file.as_ref().filter(|_| self.now != self.before) else {
            return Ok(());
        };
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let next = file.with_extension("next");
        fs::write(&next, &self.now)?;
        fs::rename(next, file)
    }
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
