//! Which record is the page of which address, and one name for all of it.
//!
//! The name is a digest over addresses and contents, with no time in it: two stores that hold the same pages have the
//! same snapshot, whenever and in however many pieces they were fetched.

use super::{Error, Known, Outcome, REPORT, Reader, Store, Stored, Url, io_at};
use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// A page of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPage {
    /// The source that it belongs to.
    pub source: String,
    /// Its address, canonical.
    pub url: String,
    /// The address of the first page of its article, if it is a further one, and its place.
    pub part_of: Option<(String, u32)>,
    /// The record that holds it.
    pub stored: Stored,
}

/// The pages of some sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// SHA-256 in hex.
    pub id: String,
    /// The pages, by source, then by address.
    pub pages: Vec<SnapshotPage>,
}

/// The name of a snapshot, from its pages in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct SnapshotId(Sha256);

impl SnapshotId {
    pub(crate) fn add(&mut self, page: &SnapshotPage) {
        self.field(page.source.as_bytes());
        self.field(page.url.as_bytes());
        if let Some((first, place)) = &page.part_of {
            self.field(first.as_bytes());
            self.field(&place.to_le_bytes());
        }
        self.field(&page.stored.status.unwrap_or(0).to_le_bytes());
        self.field(page.stored.payload_sha256.as_bytes());
        self.field(page.stored.content_type.as_deref().unwrap_or("").as_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// SHA-256 in hex.
    pub(crate) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

impl Snapshot {
    fn of(mut pages: Vec<SnapshotPage>) -> Self {
        pages.sort_by(|a, b| (&a.source, &a.url).cmp(&(&b.source, &b.url)));
        let mut id = SnapshotId::default();
        pages.iter().for_each(|page| id.add(page));
        Self { id: id.finish(), pages }
    }

    /// One JSON object a page, in the order of the pages.
    pub fn to_jsonl(&self) -> String {
        let mut text = String::new();
        for page in &self.pages {
            let line = serde_json::json!({
                "source": page.source,
                "url": page.url,
                "part_of": page.part_of.as_ref().map(|p| &p.0),
                "place": page.part_of.as_ref().map(|p| p.1),
                "status": page.stored.status,
                "content_type": page.stored.content_type,
                "payload_sha256": page.stored.payload_sha256,
                "fetched_at": page.stored.date,
                "segment": page.stored.segment,
                "offset": page.stored.at,
                "length": page.stored.length,
            });
            text.push_str(&line.to_string());
            text.push('\n');
        }
        text
    }
}

impl Reader {
    /// The stored pages of these sources.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn snapshot<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a str>,
    ) -> Result<Snapshot, Error> {
        let mut pages = Vec::new();
        for source in sources {
            self.each_known(source, |known| {
                pages.extend(self.page(&known)?);
                Ok::<_, Error>(())
            })?;
        }
        Ok(Snapshot::of(pages))
    }

    /// The stored page of an address; none where there is none, or it is no page that documents are made of.
    ///
    /// # Errors
    /// The index can't be read.
    pub(crate) fn page(&self, known: &Known) -> Result<Option<SnapshotPage>, Error> {
        let Known { url, body } = known;
        let is_page = url.kind == REPORT && url.outcome != Some(Outcome::Excluded);
        let Some(stored) = body.clone().filter(|_| is_page) else { return Ok(None) };
        let part_of = self.first_of(url)?.map(|first| (first, url.place));
        let (source, url) = (url.source.clone(), url.url.clone());
        Ok(Some(SnapshotPage { source, url, part_of, stored }))
    }

    /// The first page of the article of which `url` is a further one. Further pages know the first, or one before them.
    fn first_of(&self, url: &Url) -> Result<Option<String>, Error> {
        let mut at = url.clone();
        for _ in 0..url.place {
            if at.place == 0 {
                break;
            }
            let Some(parent) = at.parent else { return Ok(None) };
            let Some(known) = self.find_by_id(&at.source, parent)? else { return Ok(None) };
            at = known.url;
        }
        Ok((at.place == 0 && at.id != url.id).then_some(at.url))
    }
}

impl Store {
    /// Writes a snapshot's list to `snapshots/`, under its name; of the lists there the twenty newest stay.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write_snapshot(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let folder = self.dir().join("snapshots");
        let path = folder.join(format!("{}.jsonl", snapshot.id));
        let next = folder.join(".next");
        let write = || {
            let mut file = File::create(&next)?;
            file.write_all(snapshot.to_jsonl().as_bytes())?;
            file.sync_all()?;
            fs::rename(&next, &path)
        };
        write().map_err(io_at(&path))?;
        remove_oldest(&folder, LISTS_MAX).map_err(io_at(&folder))?;
        super::segment::sync_folder(&folder)
    }
}

/// Lists of snapshots that are kept: a list is as long as its store has pages, and is made anew wherever it is asked
/// for.
const LISTS_MAX: usize = 20;

/// Removes the lists that were written first, but for so many.
fn remove_oldest(folder: &Path, keep: usize) -> io::Result<()> {
    let mut lists = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "jsonl") {
            lists.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    lists.sort_unstable();
    let n_old = lists.len().saturating_sub(keep);
    lists.iter().take(n_old).try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_written_last_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["c", "a", "b"] {
            fs::write(dir.path().join(format!("{name}.jsonl")), name).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        fs::write(dir.path().join("notes.txt"), "not a list").unwrap();
        remove_oldest(dir.path(), 2).unwrap();
        let mut left: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["a.jsonl", "b.jsonl", "notes.txt"]);
    }
}
