//! The files and stored pages that a run reads, packed: where there are millions of them, each byte counts.

use super::digests::Stat;
use super::plan::{Form, Input};
use crate::hex::hex;
#[cfg(feature = "fetch")]
use crate::store::SnapshotPage;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// What a run reads, source by source: files by path, pages of the store by address.
///
/// Memory: 88 bytes a file and its path inside the source.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    packed: Vec<Packed>,
    /// Paths inside their sources and addresses, one after another.
    insides: String,
    sources: BTreeMap<u32, Origin>,
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
    name: String,
    /// What paths inside the source are relative to.
    base: PathBuf,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    /// Where in `insides` its own ends.
    end: usize,
    bytes: u64,
    sha256: [u8; 32],
    stat: Option<Stat>,
    source_idx: u32,
}

impl Inputs {
    /// Begins a source: what is pushed from now on is its own.
    pub(super) fn enter(&mut self, source_idx: usize, name: &str, base: PathBuf) {
        let origin = Origin { name: name.to_owned(), base };
        self.sources.insert(u32::try_from(source_idx).unwrap_or(u32::MAX), origin);
    }

    /// Adds a file of the source that was entered last. `content` is its size and SHA-256, or why it can't be read.
    pub(super) fn push_file(
        &mut self,
        path: PathBuf,
        inside: &str,
        stat: Option<Stat>,
        content: Result<(u64, [u8; 32]), String>,
    ) {
        let idx = self.packed.len();
        let base = self.sources.last_key_value().map(|(_, origin)| &origin.base);
        if base.is_none_or(|base| base.join(inside).as_os_str() != path.as_os_str()) {
            self.odd_paths.insert(idx, path);
        }
        let (bytes, sha256) = content.unwrap_or_else(|why| {
            self.unreadable.insert(idx, why);
            (0, [0; 32])
        });
        self.push(inside, bytes, sha256, stat);
    }

    /// Adds a page of the store.
    #[cfg(feature = "fetch")]
    pub(super) fn push_stored(&mut self, page: SnapshotPage) {
        self.push(&page.url, page.stored.payload_bytes, [0; 32], None);
        self.stored.insert(self.packed.len() - 1, page);
    }

    fn push(&mut self, inside: &str, bytes: u64, sha256: [u8; 32], stat: Option<Stat>) {
        self.insides.push_str(inside);
        let source_idx = self.sources.last_key_value().map_or(0, |(idx, _)| *idx);
        self.packed.push(Packed { end: self.insides.len(), bytes, sha256, stat, source_idx });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Bytes of all of them together.
    pub fn bytes(&self) -> u64 {
        self.packed.iter().map(|p| p.bytes).sum()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Input> + '_ {
        (0..self.len()).filter_map(|idx| self.get(idx))
    }

    /// Those of a source, with their places.
    pub fn of_source(&self, source_idx: usize) -> impl Iterator<Item = (usize, Input)> + '_ {
        self.range(source_idx).filter_map(|idx| Some((idx, self.get(idx)?)))
    }

    /// The places of a source's.
    fn range(&self, source_idx: usize) -> Range<usize> {
        let first = self.packed.partition_point(|p| (p.source_idx as usize) < source_idx);
        let end = self.packed.partition_point(|p| p.source_idx as usize <= source_idx);
        first..end
    }

    /// The one at a place.
    pub fn get(&self, idx: usize) -> Option<Input> {
        let packed = self.packed.get(idx)?;
        let start = idx.checked_sub(1).map_or(0, |before| self.packed[before].end);
        let inside = &self.insides[start..packed.end];
        let origin = self.sources.get(&packed.source_idx)?;
        let base = Input {
            source_idx: packed.source_idx as usize,
            path: PathBuf::new(),
            name: format!("{}/{inside}", origin.name),
            inside: inside.to_owned(),
            form: Form::of_file(inside),
            stat: packed.stat,
            content: Ok((packed.bytes, hex(&packed.sha256))),
        };
        #[cfg(feature = "fetch")]
        if let Some(page) = self.stored.get(&idx) {
            return Some(Input {
                path: page.stored.path.clone(),
                content: Ok((packed.bytes, page.stored.payload_sha256.clone())),
                form: Form::Stored(Box::new(page.clone())),
                ..base
            });
        }
        let path = self.odd_paths.get(&idx).cloned();
        let content = match self.unreadable.get(&idx) {
            Some(why) => Err(why.clone()),
            None => base.content,
        };
        Some(Input { path: path.unwrap_or_else(|| origin.base.join(inside)), content, ..base })
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
        let mut inputs = Inputs::default();
        inputs.enter(0, "a", PathBuf::from("raw"));
        inputs.push_file("raw/x/1.html".into(), "x/1.html", None, Ok((7, [1; 32])));
        inputs.push_file("elsewhere/2.txt.gz".into(), "2.txt.gz", None, Err("no".to_owned()));
        inputs.enter(1, "b", PathBuf::from("more"));
        inputs.push_file("more/named.bin".into(), "named.bin", None, Ok((9, [2; 32])));
        let all: Vec<Input> = inputs.iter().collect();
        let places: Vec<_> =
            all.iter().map(|i| (i.name.as_str(), i.path.to_str().unwrap_or_default())).collect();
        assert_eq!(
            places,
            [
                ("a/x/1.html", "raw/x/1.html"),
                ("a/2.txt.gz", "elsewhere/2.txt.gz"),
                ("b/named.bin", "more/named.bin")
            ]
        );
        assert_eq!(all[0].content, Ok((7, "01".repeat(32))));
        assert_eq!(all[1].content, Err("no".to_owned()));
        assert_eq!(all[1].form, Form::Page { gz: true, media_type: Some("text/plain") });
        assert_eq!(all[2].form, Form::Page { gz: false, media_type: None });
        assert_eq!(inputs.bytes(), 16);
        let of_b: Vec<usize> = inputs.of_source(1).map(|(idx, _)| idx).collect();
        assert_eq!(of_b, [2]);
        assert_eq!(inputs.of_source(2).count(), 0);
    }
}
