//! The files and stored pages that a run reads. There may be millions of them, so the list is in a temporary file.

use super::digests::Stat;
use super::plan::{Form, Input};
use super::spool::Spool;
use crate::hex::hex;
#[cfg(feature = "fetch")]
use crate::store::{SnapshotPage, Stored};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Inputs that are read from the list at a time.
const WINDOW: usize = 128;

/// What a run reads, source by source: files by path, pages of the store by address.
///
/// Memory: next to nothing a page.
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
}

/// Where the inputs of a source are from.
#[derive(Debug, Clone)]
struct Origin {
    source_idx: usize,
    /// Place of its first input; where it has none, of the next source's.
    first: usize,
    name: String,
    /// What paths inside the source are relative to; of a source of stored pages the folder of their segments.
    base: PathBuf,
    is_stored: bool,
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
    /// Paths inside their sources, one after another; of stored pages their addresses, and behind a line break what
    /// the store knows of them.
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
        }
    }

    /// Begins a source of files: what is pushed from now on is its own.
    pub(super) fn enter(&mut self, source_idx: usize, name: &str, base: PathBuf) {
        self.begin(source_idx, name, base, false);
    }

    /// Begins a source of stored pages, whose segments are in the folder `raw`.
    #[cfg(feature = "fetch")]
    pub(super) fn enter_stored(&mut self, source_idx: usize, name: &str, raw: PathBuf) {
        self.begin(source_idx, name, raw, true);
    }

    fn begin(&mut self, source_idx: usize, name: &str, base: PathBuf, is_stored: bool) {
        let name = name.to_owned();
        self.sources.push(Origin { source_idx, first: self.n, name, base, is_stored });
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

    /// Adds a page of the store, of the source that was entered last.
    ///
    /// # Errors
    /// The list can't be written.
    #[cfg(feature = "fetch")]
    pub(super) fn push_stored(&mut self, page: &SnapshotPage) -> io::Result<()> {
        let line = format!("{}\n{}", page.url, serde_json::to_string(&Listed::of(page))?);
        self.push(&line, page.stored.payload_bytes, [0; 32], None)
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
        #[cfg(feature = "fetch")]
        if origin.is_stored {
            let (url, listed) = inside.split_once('\n').unwrap_or((inside, ""));
            let listed: Listed = serde_json::from_str(listed)?;
            let page = listed.page(&origin.name, url, bytes, &origin.base);
            return Ok(Some(Input {
                source_idx: origin.source_idx,
                path: page.stored.path.clone(),
                name: format!("{}/{url}", origin.name),
                inside: url.to_owned(),
                stat: None,
                content: Ok((bytes, page.stored.payload_sha256.clone())),
                form: Form::Stored(Box::new(page)),
            }));
        }
        let path = self.odd_paths.get(&idx).cloned();
        Ok(Some(Input {
            source_idx: origin.source_idx,
            path: path.unwrap_or_else(|| origin.base.join(inside)),
            name: format!("{}/{inside}", origin.name),
            inside: inside.clone(),
            form: Form::of_file(inside),
            stat: (modified_ns != 0).then_some(Stat { bytes, modified_ns, inode }),
            content: match self.unreadable.get(&idx) {
                Some(why) => Err(why.clone()),
                None => Ok((bytes, hex(&sha256))),
            },
        }))
    }

    /// The pages of the store that are a source's, with their places; an error where the list can't be read.
    #[cfg(feature = "fetch")]
    pub(super) fn stored_of(
        &self,
        source_idx: usize,
    ) -> impl Iterator<Item = io::Result<(usize, SnapshotPage)>> + '_ {
        self.of_source(source_idx).filter_map(|input| match input {
            Ok((idx, Input { form: Form::Stored(page), .. })) => Some(Ok((idx, *page))),
            Ok(_) => None,
            Err(e) => Some(Err(e)),
        })
    }
}

/// What the list has of a stored page behind its address. Its size stands with those of files.
#[cfg(feature = "fetch")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Listed {
    part_of: Option<(String, u32)>,
    /// Name of the segment's file.
    file: String,
    at: u64,
    length: u64,
    segment: u32,
    date: String,
    status: Option<u16>,
    content_type: Option<String>,
    sha256: String,
}

#[cfg(feature = "fetch")]
impl Listed {
    fn of(page: &SnapshotPage) -> Self {
        let stored = page.stored.clone();
        let file = stored.path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self {
            part_of: page.part_of.clone(),
            file: file.unwrap_or_default(),
            at: stored.at,
            length: stored.length,
            segment: stored.segment,
            date: stored.date,
            status: stored.status,
            content_type: stored.content_type,
            sha256: stored.payload_sha256,
        }
    }

    fn page(self, source: &str, url: &str, bytes: u64, raw: &Path) -> SnapshotPage {
        SnapshotPage {
            source: source.to_owned(),
            url: url.to_owned(),
            part_of: self.part_of,
            stored: Stored {
                path: raw.join(self.file),
                at: self.at,
                length: self.length,
                segment: self.segment,
                date: self.date,
                status: self.status,
                content_type: self.content_type,
                payload_sha256: self.sha256,
                payload_bytes: bytes,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spool::IN_MEMORY_BYTES;
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

    #[cfg(feature = "fetch")]
    #[test]
    fn stored_pages_stand_beside_files() {
        let page = |no: u32, part_of| SnapshotPage {
            source: "web".to_owned(),
            url: format!("http://www.example.cn/{no}?a=b"),
            part_of,
            stored: Stored {
                path: PathBuf::from("store/raw/00000001.warc.gz.open"),
                at: no.into(),
                length: 9,
                segment: 1,
                date: "2024-01-02T03:04:05Z".to_owned(),
                status: Some(200),
                content_type: None,
                payload_sha256: "0a".repeat(32),
                payload_bytes: 7,
            },
        };
        let pages = [page(1, None), page(2, Some(("http://www.example.cn/1?a=b".to_owned(), 1)))];
        let mut inputs = Inputs::in_dir(None);
        inputs.enter(0, "a", PathBuf::from("raw"));
        inputs.push_file(Path::new("raw/1.html"), "1.html", None, Ok((3, [1; 32]))).expect("room");
        inputs.enter_stored(1, "web", PathBuf::from("store/raw"));
        pages.iter().try_for_each(|page| inputs.push_stored(page)).expect("room");
        let got: Vec<_> = inputs.stored_of(1).collect::<io::Result<_>>().expect("in memory");
        assert_eq!(got, [(1, pages[0].clone()), (2, pages[1].clone())]);
        assert_eq!(inputs.stored_of(0).count(), 0);
        let input = inputs.get(2).expect("in memory").expect("there");
        assert_eq!(input.name, "web/http://www.example.cn/2?a=b");
        assert_eq!((inputs.bytes(), input.content), (17, Ok((7, "0a".repeat(32)))));
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
