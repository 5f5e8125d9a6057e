//! Plain and gzipped files and the archives among them.

use super::digests::{Digests, Stat};
use super::{Content, Error, Found, Read, Unreadable, warc};
use crate::config::web::Kind;
use crate::config::{Config, Source};
use crate::page::{Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
use flate2::read::MultiGzDecoder;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What a run reads: its files with their digests, and what was passed over.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The files, by source, then by path.
    pub inputs: Vec<Input>,
    /// Files passed over since they are no pages: how many of each extension.
    pub skipped: BTreeMap<String, u64>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Input {
    /// Index of its source in the configuration.
    pub source_idx: usize,
    /// Where it is on this machine.
    pub path: PathBuf,
    /// Its name: the source's, "/" and the path inside it.
    pub name: String,
    /// Path inside its source, with "/".
    pub inside: String,
    /// What it holds, by its extension.
    pub form: Form,
    /// What the file system said of it when it was digested.
    pub stat: Option<Stat>,
    /// Size, and SHA-256 in hex; or why it can't be read.
    pub content: Result<(u64, String), String>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page.
    Page {
        /// Packed with gzip.
        gz: bool,
        /// Media type by its extension.
        media_type: Option<&'static str>,
    },
    /// A web archive.
    Warc,
}

impl Form {
    /// By the file's name; null for what is no page.
    pub fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (stem, gz) = lower.strip_suffix(".gz").map_or((lower.as_str(), false), |s| (s, true));
        let media_type = match stem.rsplit_once('.')?.1 {
            "html" | "htm" | "shtml" => "text/html",
            "xhtml" => "application/xhtml+xml",
            "txt" => "text/plain",
            "warc" | "arc" => return Some(Self::Warc),
            _ => return None,
        };
        Some(Self::Page { gz, media_type: Some(media_type) })
    }
}

/// Lists and digests the files of a configuration.
///
/// # Errors
/// A named file or folder that can't be read, or a configured source without a page.
pub fn plan(config: &Config, digests: &mut Digests) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    for (source_idx, source) in config.sources.iter().enumerate() {
        if source.kind == Kind::Web {
            continue; // its pages come from the store
        }
        let name = source.name.get_ref();
        let n_before = plan.inputs.len();
        let mut found = BTreeMap::new();
        for glob in &source.files {
            find(config, source, glob.get_ref(), &mut found, &mut plan.skipped)?;
        }
        let base = common_base(config, source);
        for (path, form) in found {
            let inside =
                path.strip_prefix(&base).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let (stat, content) = content(&path, digests);
            let name = format!("{name}/{inside}");
            plan.inputs.push(Input { source_idx, name, inside, path, form, stat, content });
        }
        plan.inputs[n_before..].sort_by(|a, b| a.inside.cmp(&b.inside));
        if plan.inputs.len() == n_before && !is_input(source) {
            let tried = source
                .files
                .iter()
                .map(|g| format!("{:?}", g.get_ref()))
                .collect::<Vec<_>>()
                .join(", ");
            let at = if config.root.as_os_str().is_empty() { Path::new(".") } else { &config.root };
            return Err(Error::NoFiles {
                name: name.clone(),
                tried: format!("{tried} under {}", at.display()),
            });
        }
    }
    Ok(plan)
}

/// Whether a source stands for a path given on the command line.
fn is_input(source: &Source) -> bool {
    source.input.is_some()
}

/// Adds the files that one glob of a source matches.
fn find(
    config: &Config,
    source: &Source,
    glob: &str,
    found: &mut BTreeMap<PathBuf, Form>,
    skipped: &mut BTreeMap<String, u64>,
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
        match Form::of(&name) {
            Some(form) => {
                found.insert(path.to_owned(), form);
            }
            // A file that was named is meant, whatever its extension.
            None if named => {
                found.insert(
                    path.to_owned(),
                    Form::Page { gz: name.ends_with(".gz"), media_type: None },
                );
            }
            None => *skipped.entry(extension(&name)).or_default() += 1,
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

/// What a file holds: size and SHA-256, read off it or known from before.
fn content(path: &Path, digests: &mut Digests) -> (Option<Stat>, Result<(u64, String), String>) {
    let stat = std::fs::metadata(path).ok().as_ref().and_then(Stat::of);
    if let Some(sha256) = stat.and_then(|stat| digests.known(path, stat)) {
        let bytes = stat.map_or(0, Stat::bytes);
        return (stat, Ok((bytes, sha256)));
    }
    let content = digest(path).map_err(|e| e.to_string());
    if let (Some(stat), Ok((_, sha256))) = (stat, &content) {
        digests.keep(path, stat, sha256);
    }
    (stat, content)
}

/// Size and SHA-256 of a file.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 16];
    let mut bytes = 0u64;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hex(&hasher.finalize())));
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
    }
}

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The pages of a plan, in order.
pub(super) struct Pages<'a> {
    plan: &'a Plan,
    config: &'a Config,
    next: usize,
    /// The archive that is being read, and its index among the inputs.
    archive: Option<(usize, Box<dyn Iterator<Item = Read> + 'a>)>,
    /// How often each name was given out, by a hash of it.
    names: FxHashMap<u64, u32>,
    n_pages: u64,
}

impl<'a> Pages<'a> {
    pub(super) fn new(plan: &'a Plan, config: &'a Config) -> Self {
        Self { plan, config, next: 0, archive: None, names: FxHashMap::default(), n_pages: 0 }
    }

    /// Gives a page its unique name and stops it where the run has enough.
    fn admit(&mut self, input_idx: usize, mut content: Content) -> Found {
        let source = content.source_mut();
        loop {
            let digest = blake3::hash(source.as_bytes());
            let key = u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap_or_default());
            let n = self.names.entry(key).or_insert(0);
            *n += 1;
            if *n == 1 {
                break;
            }
            *source = format!("{source}~{n}");
        }
        self.n_pages += 1;
        if let Some(limit) = self.config.limits.pages.filter(|limit| self.n_pages > *limit) {
            let reject = || {
                let message = format!("beyond limits.pages = {limit}");
                Reject::new(Stage::Ingest, Reason::PageLimit, message)
            };
            content = match content {
                Content::File { info, .. } => Content::Unreadable(Unreadable::of(&info, reject())),
                Content::Page(page) => Content::Unreadable(Unreadable::of(&page.info, reject())),
                unreadable @ Content::Unreadable(_) => unreadable,
            };
        }
        Found { input_idx, source_idx: self.plan.inputs[input_idx].source_idx, content }
    }

    /// What an input holds; null for an archive, whose pages follow.
    fn open(&mut self, input_idx: usize, input: &'a Input) -> Result<Option<Content>, Error> {
        let source = &self.config.sources[input.source_idx];
        let cap = self.config.limits.page_bytes;
        let mut info = PageInfo {
            source: input.name.clone(),
            source_name: source.name.get_ref().clone(),
            ..PageInfo::default()
        };
        match &input.content {
            Ok((bytes, sha256)) => (info.bytes, info.content_sha256) = (*bytes, sha256.clone()),
            Err(why) => {
                let message = format!("cannot read the file: {why}");
                let reject = Reject::new(Stage::Ingest, Reason::Undecodable, message);
                let source = info.source;
                let unreadable = Unreadable { source, reject, bytes: None, content_sha256: None };
                return Ok(Some(Content::Unreadable(unreadable)));
            }
        }
        let (gz, media_type) = match input.form {
            Form::Page { gz, media_type } => (gz, media_type),
            Form::Warc => {
                let records = warc::pages(&input.path, &input.name, &info.source_name, cap)
                    .map_err(|e| Error::Read { path: input.path.clone(), source: e })?;
                self.archive = Some((input_idx, Box::new(records)));
                return Ok(None);
            }
        };
        if info.bytes > cap {
            let message = format!("{} bytes, more than limits.page_bytes = {cap}", info.bytes);
            let reject = Reject::new(Stage::Ingest, Reason::TooLarge, message);
            return Ok(Some(Content::Unreadable(Unreadable::of(&info, reject))));
        }
        info.media_type = media_type.map(str::to_owned);
        let base = source.base_url.as_ref();
        info.url = base.map(|base| format!("{}/{}", base.trim_end_matches('/'), input.inside));
        Ok(Some(Content::File { info, path: input.path.clone(), stat: input.stat, gz, cap }))
    }
}

impl Found {
    /// Reads the page, if that is still to be done. Any thread may do so.
    ///
    /// # Errors
    /// The file is gone or is not what it was when the run began.
    pub fn load(self) -> Result<Read, Error> {
        let (info, path, stat, gz, cap) = match self.content {
            Content::Page(page) => return Ok(Ok(page)),
            Content::Unreadable(unreadable) => return Ok(Err(unreadable)),
            Content::File { info, path, stat, gz, cap } => (info, path, stat, gz, cap),
        };
        let stored =
            std::fs::read(&path).map_err(|e| Error::Read { path: path.clone(), source: e })?;
        // A file that is as it was when it was digested is not digested again.
        let now = std::fs::metadata(&path).ok().as_ref().and_then(Stat::of);
        let same = stat.is_some() && now == stat && stored.len() as u64 == info.bytes;
        if !same && sha256(&stored) != info.content_sha256 {
            return Err(Error::Changed { path });
        }
        let reject = |reason, message| {
            Ok(Err(Unreadable::of(&info, Reject::new(Stage::Ingest, reason, message))))
        };
        let bytes = match gz.then(|| unpack(&stored, cap)) {
            None => stored,
            Some(Ok(Some(bytes))) => bytes,
            Some(Ok(None)) => {
                let message = format!("more than limits.page_bytes = {cap} bytes once unpacked");
                return reject(Reason::TooLarge, message);
            }
            Some(Err(e)) => {
                return reject(Reason::Undecodable, format!("the gzip file is damaged: {e}"));
            }
        };
        Ok(Ok(Page { info, bytes }))
    }
}

/// Unpacks gzip; null if there is more than `cap`.
fn unpack(stored: &[u8], cap: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    MultiGzDecoder::new(stored).take(cap + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= cap).then_some(content))
}

impl Iterator for Pages<'_> {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((input_idx, records)) = &mut self.archive {
                let input_idx = *input_idx;
                match records.next() {
                    Some(Ok(page)) => return Some(Ok(self.admit(input_idx, Content::Page(page)))),
                    Some(Err(unreadable)) => {
                        return Some(Ok(self.admit(input_idx, Content::Unreadable(unreadable))));
                    }
                    None => self.archive = None,
                }
            }
            let input_idx = self.next;
            let input = self.plan.inputs.get(input_idx)?;
            self.next += 1;
            match self.open(input_idx, input) {
                Ok(Some(content)) => return Some(Ok(self.admit(input_idx, content))),
                Ok(None) => {}
                Err(e) => return Some(Err(e)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_extension() {
        let html = Some("text/html");
        assert_eq!(Form::of("a.HTML"), Some(Form::Page { gz: false, media_type: html }));
        assert_eq!(Form::of("a.shtml.gz"), Some(Form::Page { gz: true, media_type: html }));
        assert_eq!(Form::of("a.warc.gz"), Some(Form::Warc));
        assert_eq!(Form::of("a.pdf"), None);
        assert_eq!(Form::of("html"), None);
    }

    #[test]
    fn unpacking_stops_at_the_cap() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &[b'a'; 1000]).expect("in memory");
        let packed = packed.finish().expect("in memory");
        assert_eq!(unpack(&packed, 1000).expect("sound").map(|c| c.len()), Some(1000));
        assert_eq!(unpack(&packed, 999).expect("sound"), None);
    }
}
