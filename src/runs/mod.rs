//! The output folder: run ids, the lock, `latest`, run.json, checks of finished runs.
//!
//! A run is written under a name that no reader looks at and renamed when it is whole; `latest` is moved in one step
//! after that. So whatever kills a run, `latest` points to a complete one, old or new.

mod id;
mod manifest;
mod package;
pub mod verify;
pub mod diff;
pub mod earlier;
pub mod clock;
pub mod signatures;

pub use crate::lock::{Lock, LockError};
pub use id::{RunId, version};
pub use manifest::{Counts, InputFile, Manifest, OutputFile, Planned};
pub use package::{FILE as PACKAGE_FILE, data_package};

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Prefix of folders that hold a run in the making.
const UNFINISHED: &str = ".unfinished-";

/// The folder that the runs of a configuration go to.
#[derive(Debug, Clone)]
pub struct Output {
    root: PathBuf,
}

impl Output {
    /// The output folder at `root`, made if it is not there.
    ///
    /// # Errors
    /// It can't be made.
    pub fn open(root: &Path) -> io::Result<Self> {
        let output = Self { root: root.to_owned() };
        fs::create_dir_all(root.join("runs"))?;
        fs::create_dir_all(output.cache())?;
        Ok(output)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of what makes later runs quicker; may be removed at any time.
    pub fn cache(&self) -> PathBuf {
        self.root.join(".cache")
    }

    /// Removes the oldest finished runs beyond `keep`, but never `latest` nor `current`.
    ///
    /// # Errors
    /// The runs can't be listed, or one can't be removed.
    pub fn prune(&self, keep: usize, current: &RunId) -> io::Result<()> {
        let latest = self.latest().and_then(|l| fs::canonicalize(l).ok());
        let mut runs = Vec::new();
        for entry in fs::read_dir(self.root.join("runs"))? {
            let path = entry?.path();
            if path.join(manifest::FILE).is_file() {
                runs.push((fs::metadata(path.join(manifest::FILE))?.modified()?, path));
            }
        }
        runs.sort();
        let n_over = runs.len().saturating_sub(keep.max(1));
        for (_, path) in runs.into_iter().take(n_over) {
            if path != self.run(current) && fs::canonicalize(&path).ok() != latest {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }

    /// Folder of a finished run.
    pub fn run(&self, id: &RunId) -> PathBuf {
        self.root.join("runs").join(id.as_str())
    }

    /// The run that `latest` points to.
    pub fn latest(&self) -> Option<PathBuf> {
        let latest = self.root.join("latest");
        latest.is_dir().then_some(latest)
    }

    /// Removes what killed runs left; to be called under the lock.
    ///
    /// # Errors
    /// Something can't be removed.
    pub fn sweep(&self) -> io::Result<()> {
        for name in ["signatures.next", "files.next"] {
            remove_file(&self.cache().join(name))?;
        }
        // Temporary files have no name, but for a moment where the file system wants one.
        for entry in fs::read_dir(self.cache()).into_iter().flatten() {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(".tmp") {
                remove_file(&entry.path())?;
            }
        }
        remove_file(&self.root.join(".latest-next"))?;
        for entry in fs::read_dir(self.root.join("runs"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes a run, if it is there.
    ///
    /// # Errors
    /// It can't be removed.
    pub fn remove(&self, id: &RunId) -> io::Result<()> {
        match fs::remove_dir_all(self.run(id)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Makes the folder that a run is written in.
    ///
    /// # Errors
    /// It can't be made.
    pub fn begin(&self, id: &RunId) -> io::Result<PathBuf> {
        let dir = self.root.join("runs").join(format!("{UNFINISHED}{}", id.as_str()));
        fs::create_dir(&dir)?;
        Ok(dir)
    }

    /// Gives a whole run its name.
    ///
    /// # Errors
    /// The folder can't be renamed or brought to disk.
    pub fn finish(&self, unfinished: &Path, id: &RunId) -> io::Result<PathBuf> {
        let dir = self.run(id);
        sync(unfinished)?;
        fs::rename(unfinished, &dir)?;
        sync(&self.root.join("runs"))?;
        Ok(dir)
    }

    /// Moves `latest` to a finished run, in one step.
    ///
    /// # Errors
    /// The link can't be made or moved.
    pub fn set_latest(&self, id: &RunId) -> io::Result<()> {
        let target = Path::new("runs").join(id.as_str());
        let latest = self.root.join("latest");
        if fs::read_link(&latest).is_ok_and(|t| t == target) {
            return Ok(());
        }
        let next = self.root.join(".latest-next");
        remove_file(&next)?;
        link(&target, &next)?;
        fs::rename(&next, &latest)?;
        sync(&self.root)
    }
}

/// Removes a file, if it is there.
fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(target, at)
}

/// Writes the data package's description to a run.
///
/// # Errors
/// The file can't be written.
pub fn write_package(dir: &Path, package: &serde_json::Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(package).map_err(io::Error::other)?;
    text.push('\n');
    manifest::write_synced(&dir.join(PACKAGE_FILE), text.as_bytes())
}

/// Brings a folder's entries to disk.
fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
