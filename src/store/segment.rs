//! Files of records: appended to while open, then sealed under a name that says what they hold.

use super::index::SealEntry;
use super::{Error, io_at};
use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A segment as the index knows it.
#[derive(Debug, Clone)]
pub(super) struct SegmentRow {
    pub(super) no: u32,
    /// File name; of an open segment the one it has while open.
    pub(super) name: String,
    /// Bytes that the index knows of.
    pub(super) bytes: u64,
    pub(super) is_sealed: bool,
}

/// The segment that is being written.
#[derive(Debug)]
pub(super) struct Segment {
    no: u32,
    path: PathBuf,
    file: File,
    len: u64,
}

/// Where an open segment is.
pub(super) fn open_path(raw: &Path, no: u32) -> PathBuf {
    raw.join(format!("{no:08}.warc.gz.open"))
}

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The sealed file of a segment, if there is one.
pub(super) fn find_sealed(raw: &Path, no: u32) -> io::Result<Option<PathBuf>> {
    let prefix = format!("{no:08}-");
    for entry in fs::read_dir(raw)? {
        let path = entry?.path();
        let name = file_name(&path);
        if name.starts_with(&prefix) && name.ends_with(".warc.gz") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Every segment with its number, in their order; of one that is there twice, the sealed file.
pub(super) fn all(raw: &Path) -> io::Result<Vec<(u32, PathBuf)>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(raw)? {
        let path = entry?.path();
        let name = file_name(&path);
        let is_open = name.ends_with(".warc.gz.open");
        if !is_open && !name.ends_with(".warc.gz") {
            continue;
        }
        let Some(no) = name.get(..8).and_then(|no| no.parse().ok()) else { continue };
        if !is_open || !found.contains_key(&no) {
            found.insert(no, path);
        }
    }
    Ok(found.into_iter().collect())
}

/// Open segments and half-written indexes that no transaction knows of.
pub(super) fn strays(raw: &Path, known: &[SegmentRow]) -> io::Result<Vec<PathBuf>> {
    let mut strays = Vec::new();
    for entry in fs::read_dir(raw)? {
        let path = entry?.path();
        let name = file_name(&path);
        let is_known = known.iter().any(|s| !s.is_sealed && path == open_path(raw, s.no));
        if name.ends_with(".open") && !is_known || name.ends_with(".next") {
            strays.push(path);
        }
    }
    strays.sort();
    Ok(strays)
}

impl Segment {
    /// Begins a segment.
    pub(super) fn create(raw: &Path, no: u32) -> Result<Self, Error> {
        let path = open_path(raw, no);
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(io_at(&path))?;
        sync_folder(raw)?;
        Ok(Self { no, path, file, len: 0 })
    }

    /// Goes on with a segment of which the index knows `len` bytes; gives how many were cut off behind them.
    pub(super) fn resume(raw: &Path, no: u32, len: u64) -> Result<(Self, u64), Error> {
        let path = open_path(raw, no);
        let mut file =
            OpenOptions::new().read(true).write(true).open(&path).map_err(io_at(&path))?;
        let found = file.metadata().map_err(io_at(&path))?.len();
        if found < len {
            let why = format!("it has {found} bytes of {len}");
            return Err(Error::Damaged { path, why });
        }
        if found > len {
            file.set_len(len).and_then(|()| file.sync_all()).map_err(io_at(&path))?;
        }
        file.seek(SeekFrom::Start(len)).map_err(io_at(&path))?;
        Ok((Self { no, path, file, len }, found - len))
    }

    pub(super) fn no(&self) -> u32 {
        self.no
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Name that the file has while open.
    pub(super) fn name(&self) -> String {
        file_name(&self.path)
    }

    /// Appends members and brings them to disk.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data())
            .map_err(io_at(&self.path))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Cuts off what was appended last.
    pub(super) fn cut(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)?;
        self.file.seek(SeekFrom::Start(len))?;
        self.len = len;
        self.file.sync_data()
    }

    /// Writes the index of captures, then gives the file its final name.
    pub(super) fn seal(mut self, raw: &Path, entries: &[SealEntry]) -> Result<String, Error> {
        let digest = digest(&mut self.file).map_err(io_at(&self.path))?;
        let name = format!("{:08}-{}.warc.gz", self.no, &digest[..12]);
        let cdxj = raw.join(format!("{:08}-{}.cdxj", self.no, &digest[..12]));
        let next = raw.join(format!("{:08}.cdxj.next", self.no));
        let lines = cdxj_lines(&name, entries);
        let write = || -> io::Result<()> {
            let mut file = File::create(&next)?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            fs::rename(&next, &cdxj)
        };
        write().map_err(io_at(&cdxj))?;
        self.file.sync_all().map_err(io_at(&self.path))?;
        let path = raw.join(&name);
        fs::rename(&self.path, &path).map_err(io_at(&path))?;
        sync_folder(raw)?;
        Ok(name)
    }
}

/// SHA-256 of a whole file, in hex.
pub(super) fn digest(file: &mut File) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 17];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// Brings a folder's entries to disk.
pub(super) fn sync_folder(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(io_at(dir))
}

/// One line a capture, sorted by key and time: `cn,example,www)/a.html 20240111064616 {…}`.
fn cdxj_lines(segment: &str, entries: &[SealEntry]) -> String {
    let mut lines: Vec<String> = entries
        .iter()
        .map(|e| {
            let timestamp: String = e.date.chars().filter(char::is_ascii_digit).collect();
            let mime = e.content_type.as_deref().unwrap_or("");
            let mime = if e.kind == "revisit" { "warc/revisit" } else { mime };
            let fields = serde_json::json!({
                "url": e.url,
                "mime": mime.split(';').next().unwrap_or("").trim(),
                "status": e.status.map(|s| s.to_string()).unwrap_or_default(),
                "digest": format!("sha256:{}", e.payload_sha256.as_deref().unwrap_or("")),
                "length": e.length.to_string(),
                "offset": e.at.to_string(),
                "filename": segment,
            });
            format!("{} {timestamp} {fields}\n", surt(&e.url))
        })
        .collect();
    lines.sort_unstable();
    lines.concat()
}

/// The key that captures are sorted by: host reversed, then path and query.
fn surt(url: &str) -> String {
    let Ok(parsed) = url::Url::parse(url) else { return url.replace(' ', "%20") };
    let host = parsed.host_str().unwrap_or("").trim_start_matches("www.");
    let mut key = match parsed.host() {
        Some(url::Host::Domain(_)) => host.rsplit('.').collect::<Vec<_>>().join(","),
        _ => host.to_owned(),
    };
    if let Some(port) = parsed.port() {
        key.push_str(&format!(":{port}"));
    }
    key.push(')');
    key.push_str(parsed.path());
    if let Some(query) = parsed.query() {
        key.push('?');
        key.push_str(query);
    }
    key.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_captures() {
        assert_eq!(surt("https://www.Example.cn/a/B.html?x=1"), "cn,example)/a/b.html?x=1");
        assert_eq!(surt("http://127.0.0.1:8080/"), "127.0.0.1:8080)/");
    }
}
