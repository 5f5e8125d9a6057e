//! The files and stored pages that a run reads. There may be millions of them, so the list is in a temporary file.

use super::digests::Stat;
use super::plan::{Form, Input};
use crate::hex::hex;
#[cfg(feature = "fetch")]
use crate::store::SnapshotPage;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;

/// Bytes of a list that are kept in memory before it goes to a file: small runs need none.
const IN_MEMORY_BYTES: usize = 1 << 20;
/// Inputs that are read from the list at a time.
const WINDOW: usize = 128;

/// What a run reads, source by source: files by path, pages of the store by address.
///
/// Memory: next to nothing a file; what the store knows of a stored page.
#[derive(Debug)]
pub struct Inputs {
    list: RefCell<List>,
    n: usize,
    bytes: u64,
    /// In the order of the configuration.
    sources: Vec<Origin>,
    /// Paths that do not follow from the source's folder and the path inside, which is text.
    odd_paths: BTreeMap<usize, PathBuf>,
    /// Why files can't be read.
    unreadable: BTreeMap<usize, String>,
    #[cfg(feature = "fetch")]
    stored: BTreeMap<usize, SnapshotPage>,
}

/// Where the inputs of a source are from.
#[derive(Debug, Clone)]
struct Origin {
    source_idx: usize,
    /// Place of its first input; where it has none, of the next source's.
    first: usize,
    name: String,
    /// What paths inside the source are relative to.
    base: PathBuf,
}

/// What is kept of an input beside its path.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// Where in the list of paths its own ends.
    end: u64,
    bytes: u64,
    /// Of what the file system says of it; zero where that is not to be relied on.
    modified_ns: u64,
    inode: u64,
    sha256: [u8; 32],
}

impl Packed {
    const BYTES: usize = 64;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut out = [0; Self::BYTES];
        let numbers = [self.end, self.bytes, self.modified_ns, self.inode];
        for (place, number) in out.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        out[32..].copy_from_slice(&self.sha256);
        out
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8).and_then(|b| b.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        let sha256 = bytes.get(32..Self::BYTES).and_then(|b| b.try_into().ok());
        Self {
            end: number(0),
            bytes: number(8),
            modified_ns: number(16),
            inode: number(24),
            sha256: sha256.unwrap_or_default(),
        }
    }
}

/// The list itself, and the part of it that was read last.
#[derive(Debug)]
struct List {
    packed: Spool,
    /// Paths inside their sources and addresses, one after another.
    insides: Spool,
    first: usize,
    window: Vec<(Packed, String)>,
}

impl List {
    /// What is kept of the input at a place, and its path; none beyond the end.
    fn get(&mut self, idx: usize) -> io::Result<Option<&(Packed, String)>> {
        if !(self.first..self.first + self.window.len()).contains(&idx) {
            self.load(idx)?;
        }
        Ok(self.window.get(idx - self.first))
    }

    fn load(&mut self, first: usize) -> io::Result<()> {
        let at = |idx: usize| (idx * Packed::BYTES) as u64;
        let n = usize::try_from(self.packed.len()).unwrap_or(usize::MAX) / Packed::BYTES;
        (self.first, self.window) = (first, Vec::new());
        if first >= n {
            return Ok(());
        }
        let last = n.min(first + WINDOW);
        let mut start = match first.checked_sub(1) {
            Some(before) => Packed::from_bytes(&self.packed.read(at(before)..at(first))?).end,
            None => 0,
        };
        let packed = self.packed.read(at(first)..at(last))?;
        let packed: Vec<_> = packed.chunks_exact(Packed::BYTES).map(Packed::from_bytes).collect();
        for packed in packed {
            let inside = String::from_utf8(self.insides.read(start..packed.end)?);
            self.window.push((packed, inside.map_err(io::Error::other)?));
            start = packed.end;
        }
        Ok(())
    }
}

/// Bytes that are added at the end, and read anywhere.
#[derive(Debug)]
struct Spool {
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

    fn new(dir: Option<&Path>) -> Self {
        let dir = dir.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::spooled_tempfile_in(IN_MEMORY_BYTES, dir);
        Self { file, written: 0, pending: Vec::new(), read: (0, Vec::new()) }
    }

    fn len(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
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

    fn read(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
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

impl Inputs {
    /// None so far; the list of many is kept in `dir`, or where the system keeps temporary files.
    pub(super) fn in_dir(dir: Option<&Path>) -> Self {
        let (packed, insides) = (Spool::new(dir), Spool::new(dir));
        Self {
            list: RefCell::new(List { packed, insides, first: 0, window: Vec::new() }),
            n: 0,
            bytes: 0,
            sources: Vec::new(),
            odd_paths: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            #[cfg(feature = "fetch")]
            stored: BTreeMap::new(),
        }
    }

    /// Begins a source: what is pushed from now on is its own.
    pub(super) fn enter(&mut self, source_idx: usize, name: &str, base: PathBuf) {
        self.sources.push(Origin { source_idx, first: self.n, name: name.to_owned(), base });
    }

    /// Adds a file of the source that was entered last. `content` is its size and SHA-256, or why it can't be read.
    ///
    /// # Errors
    /// The list can't be written.
    pub(super) fn push_file(
        &mut self,
        path: &Path,
        inside: &str,
        stat: Option<Stat>,
        content: Result<(u64, [u8; 32]), String>,
    ) -> io::Result<()> {
        let base = self.sources.last().map(|origin| &origin.base);
        if base.is_none_or(|base| base.join(inside).as_os_str() != path.as_os_str()) {
            self.odd_paths.insert(self.n, path.to_owned());
        }
        let (bytes, sha256) = content.unwrap_or_else(|why| {
            self.unreadable.insert(self.n, why);
            (0, [0; 32])
        });
        self.push(inside, bytes, sha256, stat)
    }

    /// Adds a page of the store.
    ///
    /// # Errors
    /// The list can't be written.
    #[cfg(feature = "fetch")]
    pub(super) fn push_stored(&mut self, page: SnapshotPage) -> io::Result<()> {
        self.push(&page.url, page.stored.payload_bytes, [0; 32], None)?;
        self.stored.insert(self.n - 1, page);
        Ok(())
    }

    fn push(
        &mut self,
        inside: &str,
        bytes: u64,
        sha256: [u8; 32],
        stat: Option<Stat>,
    ) -> io::Result<()> {
        let list = self.list.get_mut();
        list.insides.push(inside.as_bytes())?;
        let end = list.insides.len();
        // A file that grew between being looked at and being read is digested again when it is loaded.
        let Stat { modified_ns, inode, .. } =
            stat.filter(|stat| stat.bytes == bytes).unwrap_or_default();
        list.packed.push(&Packed { end, bytes, modified_ns, inode, sha256 }.to_bytes())?;
        self.n += 1;
        self.bytes += bytes;
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Bytes of all of them together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All of them, in order; an error where the list can't be read.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<Input>> + '_ {
        (0..self.n).filter_map(|idx| self.get(idx).transpose())
    }

    /// Those of a source, with their places; an error where the list can't be read.
    pub fn of_source(
        &self,
        source_idx: usize,
    ) -> impl Iterator<Item = io::Result<(usize, Input)>> + '_ {
        let with_place = |idx| Some(self.get(idx).transpose()?.map(|input| (idx, input)));
        self.range(source_idx).filter_map(with_place)
    }

    /// The places of a source's.
    fn range(&self, source_idx: usize) -> Range<usize> {
        let of_it = |origin: &&Origin| origin.source_idx == source_idx;
        let first = self.sources.iter().find(of_it).map_or(self.len(), |origin| origin.first);
        let mut later = self.sources.iter().skip_while(|origin| origin.source_idx <= source_idx);
        first..later.next().map_or(self.len(), |next| next.first)
    }

    /// The one at a place; none beyond the end.
    ///
    /// # Errors
    /// The list can't be read.
    pub fn get(&self, idx: usize) -> io::Result<Option<Input>> {
        let mut list = self.list.borrow_mut();
        let Some((packed, inside)) = list.get(idx)? else { return Ok(None) };
        let Packed { bytes, modified_ns, inode, sha256, .. } = *packed;
        let of_it = |origin: &&Origin| origin.first <= idx;
        let Some(origin) = self.sources.iter().rev().find(of_it) else { return Ok(None) };
        let base = Input {
            source_idx: origin.source_idx,
            path: PathBuf::new(),
            name: format!("{}/{inside}", origin.name),
            inside: inside.clone(),
            form: Form::of_file(inside),
            stat: (modified_ns != 0).then_some(Stat { bytes, modified_ns, inode }),
            content: Ok((bytes, hex(&sha256))),
        };
        #[cfg(feature = "fetch")]
        if let Some(page) = self.stored.get(&idx) {
            return Ok(Some(Input {
                path: page.stored.path.clone(),
                content: Ok((bytes, page.stored.payload_sha256.clone())),
                form: Form::Stored(Box::new(page.clone())),
                ..base
            }));
        }
        let path = self.odd_paths.get(&idx).cloned();
        let content = match self.unreadable.get(&idx) {
            Some(why) => Err(why.clone()),
            None => base.content,
        };
        let path = path.unwrap_or_else(|| origin.base.join(inside));
        Ok(Some(Input { path, content, ..base }))
    }

    /// The pages of the store among them.
    #[cfg(feature = "fetch")]
    pub(super) fn stored(&self) -> impl Iterator<Item = &SnapshotPage> {
        self.stored.values()
    }

    /// The pages of the store that are a source's, with their places.
    #[cfg(feature = "fetch")]
    pub(super) fn stored_of(
        &self,
        source_idx: usize,
    ) -> impl Iterator<Item = (usize, &SnapshotPage)> {
        let range = self.range(source_idx);
        self.stored.range(range).map(|(idx, page)| (*idx, page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut inputs = Inputs::in_dir(None);
        inputs.enter(0, "a", PathBuf::from("raw"));
        inputs
            .push_file(Path::new("raw/x/1.html"), "x/1.html", None, Ok((7, [1; 32])))
            .expect("in memory");
        inputs
            .push_file(Path::new("elsewhere/2.txt.gz"), "2.txt.gz", None, Err("no".to_owned()))
            .expect("in memory");
        inputs.enter(1, "none", PathBuf::from("raw"));
        inputs.enter(2, "b", PathBuf::from("more"));
        let stat = |bytes| Some(Stat { bytes, modified_ns: 5, inode: 6 });
        inputs
            .push_file(Path::new("more/named.bin"), "named.bin", stat(9), Ok((9, [2; 32])))
            .expect("in memory");
        inputs
            .push_file(Path::new("more/grown.txt"), "grown.txt", stat(8), Ok((9, [3; 32])))
            .expect("in memory");
        let all: Vec<Input> = inputs.iter().collect::<io::Result<_>>().expect("in memory");
        let places: Vec<_> =
            all.iter().map(|i| (i.name.as_str(), i.path.to_str().unwrap_or_default())).collect();
        assert_eq!(
            places,
            [
                ("a/x/1.html", "raw/x/1.html"),
                ("a/2.txt.gz", "elsewhere/2.txt.gz"),
                ("b/named.bin", "more/named.bin"),
                ("b/grown.txt", "more/grown.txt"),
            ]
        );
        assert_eq!(all[0].content, Ok((7, "01".repeat(32))));
        assert_eq!(all[1].content, Err("no".to_owned()));
        assert_eq!(all[1].form, Form::Page { gz: true, media_type: Some("text/plain") });
        assert_eq!(all[2].form, Form::Page { gz: false, media_type: None });
        assert_eq!([all[0].stat, all[2].stat, all[3].stat], [None, stat(9), None]);
        assert_eq!(inputs.bytes(), 25);
        let of_b: Vec<usize> = inputs.of_source(2).flatten().map(|(idx, _)| idx).collect();
        assert_eq!(of_b, [2, 3]);
        assert_eq!(inputs.of_source(1).count(), 0);
        assert_eq!(inputs.of_source(3).count(), 0);
    }

    #[test]
    fn a_list_in_a_file_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut inputs = Inputs::in_dir(Some(dir.path()));
        inputs.enter(0, "a", PathBuf::from("raw"));
        let n = 2 * IN_MEMORY_BYTES / Packed::BYTES;
        let inside = |no: usize| format!("{no}/{}.html", "长".repeat(no % 40));
        for no in 0..n {
            let content = Ok((no as u64, [u8::try_from(no % 251).unwrap_or(0); 32]));
            inputs
                .push_file(&Path::new("raw").join(inside(no)), &inside(no), None, content)
                .expect("room");
            if no == n / 2 {
                let got = inputs.get(no - 1).expect("sound").map(|input| input.inside);
                assert_eq!(got, Some(inside(no - 1)), "read between writes");
            }
        }
        assert_eq!(inputs.iter().filter(Result::is_ok).count(), n);
        for no in [0, 1, WINDOW, n - 1, 5, n / 2, n / 2 - 1] {
            let input = inputs.get(no).expect("sound").expect("there");
            assert_eq!(input.inside, inside(no));
            assert_eq!(
                input.content,
                Ok((no as u64, hex(&[u8::try_from(no % 251).unwrap_or(0); 32])))
            );
        }
        assert!(inputs.get(n).expect("sound").is_none());
    }
}
