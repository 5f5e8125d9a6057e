//! Files and folders → which of them are pages, and what they hold.

use super::Error;
use super::digests::{Digests, Stat};
use super::plan::{Form, Plan};
use crate::config::{Config, Source};
use crate::hex::hex;
use crate::threads;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Files that are looked at in one go, for each thread.
const BATCH: usize = 128;
/// More threads than this wait for the disk, and for each other.
const THREADS_MAX: usize = 16;

/// Adds the files of a source, by path.
pub(super) fn plan_source(
    config: &Config,
    source_idx: usize,
    digests: &mut Digests,
    n_threads: usize,
    plan: &mut Plan,
) -> Result<(), Error> {
    let source = &config.sources[source_idx];
    let name = source.name.get_ref();
    let base = common_base(config, source);
    let mut found = Paths::default();
    for glob in &source.files {
        find(config, source, glob.get_ref(), &mut plan.skipped, |path| found.push(path, &base))?;
    }
    if found.is_empty() && !is_input(source) {
        let tried: Vec<_> = source.files.iter().map(|g| format!("{:?}", g.get_ref())).collect();
        let at = if config.root.as_os_str().is_empty() { Path::new(".") } else { &config.root };
        return Err(Error::NoFiles {
            name: name.clone(),
            tried: format!("{} under {}", tried.join(", "), at.display()),
        });
    }
    plan.inputs.enter(source_idx, name, base.clone());
    let n_threads = n_threads.min(THREADS_MAX);
    for order in found.in_order().chunks(BATCH * n_threads) {
        let place = |idx: &usize| {
            let (inside, odd_path) = found.get(*idx);
            (inside, odd_path.map_or_else(|| base.join(inside), Path::to_owned))
        };
        let batch: Vec<_> = order.iter().map(place).collect();
        let states = threads::map(n_threads, &batch, |(_, path)| state(path, digests));
        for ((inside, path), state) in batch.iter().zip(states) {
            let State { stat, at_rest, content } = state;
            if let (Some(stat), Ok((_, sha256)), true) = (stat, &content, at_rest) {
                digests.keep(path, stat, sha256);
            }
            plan.inputs.push_file(path, inside, stat, content).map_err(Error::List)?;
        }
    }
    Ok(())
}

/// The files of a source, packed: there may be millions.
#[derive(Debug, Default)]
struct Paths {
    /// Paths inside the source with "/", one after another.
    insides: String,
    /// Where in `insides` each of them ends.
    ends: Vec<usize>,
    /// Paths that do not follow from the one inside the source.
    odd: BTreeMap<usize, PathBuf>,
}

impl Paths {
    fn push(&mut self, path: &Path, base: &Path) {
        let inside = path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/");
        if base.join(&inside).as_os_str() != path.as_os_str() {
            self.odd.insert(self.ends.len(), path.to_owned());
        }
        self.insides.push_str(&inside);
        self.ends.push(self.insides.len());
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn get(&self, idx: usize) -> (&str, Option<&Path>) {
        let start = idx.checked_sub(1).map_or(0, |before| self.ends[before]);
        (&self.insides[start..self.ends[idx]], self.odd.get(&idx).map(PathBuf::as_path))
    }

    /// Each file once, by its path inside the source.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|idx| self.get(*idx)); // nearly in order as they are found
        order.dedup_by_key(|idx| self.get(*idx));
        order
    }
}

/// Whether a source stands for a path given on the command line.
fn is_input(source: &Source) -> bool {
    source.input.is_some()
}

/// Gives the files that one glob of a source matches.
fn find(
    config: &Config,
    source: &Source,
    glob: &str,
    skipped: &mut BTreeMap<String, u64>,
    mut found: impl FnMut(&Path),
) -> Result<(), Error> {
    let (start, matcher) = match &source.input {
        Some(input) => (input.clone(), None),
        None => {
            let prefix = config.root.join(crate::config::literal_prefix(glob));
            let matcher = crate::config::matcher(glob).ok();
            (if prefix.as_os_str().is_empty() { PathBuf::from(".") } else { prefix }, matcher)
        }
    };
    if source.input.is_none() && !start.exists() {
        return Ok(()); // reported as a source without pages
    }
    let named = source.input.as_ref().is_some_and(|p| p.is_file());
    for entry in walkdir::WalkDir::new(&start).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| {
            let path = e.path().unwrap_or(&start).to_owned();
            Error::Read {
                path,
                source: e.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links")),
            }
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let relative = path.strip_prefix(&config.root).unwrap_or(path);
        let relative = relative.strip_prefix(".").unwrap_or(relative);
        if matcher.as_ref().is_some_and(|m| !m.is_match(relative)) {
            continue;
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // A file that was named is meant, whatever its extension.
        if named || Form::of(&name).is_some() {
            found(path);
        } else {
            *skipped.entry(extension(&name)).or_default() += 1;
        }
    }
    Ok(())
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, e)| format!(".{}", e.to_ascii_lowercase())).unwrap_or_default()
}

/// The folder that the paths inside a source are relative to: where the searches of all its globs start.
fn common_base(config: &Config, source: &Source) -> PathBuf {
    if let Some(input) = &source.input {
        return if input.is_file() {
            input.parent().unwrap_or(Path::new("")).to_owned()
        } else {
            input.clone()
        };
    }
    let mut prefixes = source.files.iter().map(|g| crate::config::literal_prefix(g.get_ref()));
    let first = prefixes.next().unwrap_or_default();
    let common = prefixes.fold(first, |common, next| {
        common
            .components()
            .zip(next.components())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a)
            .collect()
    });
    config.root.join(common)
}

/// What there is to say of a file.
struct State {
    /// What the file system says.
    stat: Option<Stat>,
    /// It had been at rest for a while when it was looked at.
    at_rest: bool,
    /// Size and SHA-256, or why it can't be read.
    content: Result<(u64, [u8; 32]), String>,
}

/// The state of a file: read off it or known from before.
fn state(path: &Path, digests: &Digests) -> State {
    let stat = std::fs::metadata(path).ok().as_ref().and_then(Stat::of);
    let at_rest = stat.is_some_and(Stat::is_at_rest);
    let content = match stat.and_then(|stat| Some((stat.bytes, digests.known(path, stat)?))) {
        Some(known) => Ok(known),
        None => digest(path).map_err(|e| e.to_string()),
    };
    State { stat, at_rest, content }
}

/// Size and SHA-256 of a file.
fn digest(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    let mut bytes = 0u64;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hasher.finalize().into()));
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
    }
}

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
