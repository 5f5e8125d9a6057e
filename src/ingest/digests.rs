//! Digests of files by size, modification time and inode, so that a rerun need not read what did not change.
//!
//! An entry is trusted only if the file was already at rest when it was digested: a file modified within the last two
//! seconds could be modified again without its time showing it, so its digest is not kept (the rule that Git's index
//! follows, too). Losing this file costs time and nothing else; `run --rehash` does without it.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must have been at rest.
const AT_REST: Duration = Duration::from_secs(2);

/// What the file system says of a file: size, modification time in nanoseconds, inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    bytes: u64,
    modified_ns: u128,
    inode: u64,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        let modified_ns = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
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
#[derive(Debug, Default)]
pub struct Digests {
    /// Where they are kept; nowhere for a check that leaves no trace.
    file: Option<PathBuf>,
    before: BTreeMap<PathBuf, (Stat, String)>,
    now: BTreeMap<PathBuf, (Stat, String)>,
}

impl Digests {
    /// Those kept in `file`; none if it is not there or damaged, or if `rehash`.
    pub fn open(file: &Path, rehash: bool) -> Self {
        let text =
            if rehash { String::new() } else { fs::read_to_string(file).unwrap_or_default() };
        let before = text.lines().filter_map(entry).collect();
        Self { file: Some(file.to_owned()), before, now: BTreeMap::new() }
    }

    /// The digest of a file that is as it was, if it is known.
    pub(super) fn known(&mut self, path: &Path, stat: Stat) -> Option<String> {
        let path = std::path::absolute(path).ok()?;
        let (before, sha256) = self.before.get(&path)?;
        if *before != stat {
            return None;
        }
        let sha256 = sha256.clone();
        self.now.insert(path, (stat, sha256.clone()));
        Some(sha256)
    }

    /// Keeps a digest, if the file is at rest.
    pub(super) fn keep(&mut self, path: &Path, stat: Stat, sha256: &str) {
        #[expect(
            clippy::disallowed_methods,
            reason = "decides what may be skipped next time, never what is written"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_rest = now.as_nanos().saturating_sub(stat.modified_ns) > AT_REST.as_nanos();
        // A path that a line can't hold is digested each time.
        let plain = path.to_str().is_some_and(|p| !p.contains(['\t', '\n', '\r']));
        if let (true, true, Ok(path)) = (at_rest, plain, std::path::absolute(path)) {
            self.now.insert(path, (stat, sha256.to_owned()));
        }
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
        let lines: String = self
            .now
            .iter()
            .map(|(path, (s, sha256))| {
                format!(
                    "{}\t{}\t{}\t{sha256}\t{}\n",
                    s.bytes,
                    s.modified_ns,
                    s.inode,
                    path.display()
                )
            })
            .collect();
        let next = file.with_extension("next");
        fs::write(&next, lines)?;
        fs::rename(next, file)
    }
}

fn entry(line: &str) -> Option<(PathBuf, (Stat, String))> {
    let mut fields = line.splitn(5, '\t');
    let stat = Stat {
        bytes: fields.next()?.parse().ok()?,
        modified_ns: fields.next()?.parse().ok()?,
        inode: fields.next()?.parse().ok()?,
    };
    let sha256 = fields.next().filter(|s| s.len() == 64)?.to_owned();
    Some((PathBuf::from(fields.next()?), (stat, sha256)))
}
