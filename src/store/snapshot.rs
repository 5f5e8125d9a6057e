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

impl Snapshot {
    pub(crate) fn of(mut pages: Vec<SnapshotPage>) -> Self {
        pages.sort_by(|a, b| (&a.source, &a.url).cmp(&(&b.source, &b.url)));
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for page in &pages {
            field(page.source.as_bytes());
            field(page.url.as_bytes());
            if let Some((first, place)) = &page.part_of {
                field(first.as_bytes());
                field(&place.to_le_bytes());
            }
            field(&page.stored.status.unwrap_or(0).to_le_bytes());
            field(page.stored.payload_sha256.as_bytes());
            field(page.stored.content_type.as_deref().unwrap_or("").as_bytes());
        }
        Self { id: hex(&hasher.finalize()), pages }
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
            pages.extend(pages_of(&self.known(source)?));
        }
        Ok(Snapshot::of(pages))
    }
}

/// The stored pages among what is known of a source.
pub(crate) fn pages_of(known: &[Known]) -> impl Iterator<Item = SnapshotPage> + '_ {
    known.iter().filter_map(move |Known { url, body }| {
        let is_page = url.kind == REPORT && url.outcome != Some(Outcome::Excluded);
        let stored = body.clone().filter(|_| is_page)?;
        Some(SnapshotPage {
            source: url.source.clone(),
            url: url.url.clone(),
            part_of: first_of(url, known).map(|first| (first, url.place)),
            stored,
        })
    })
}

/// The first page of the article of which `url` is a further one: each was found at the one before it.
fn first_of(url: &Url, known: &[Known]) -> Option<String> {
    let mut at = url;
    // An article has fewer pages than the source has addresses.
    for _ in 0..known.len() {
        if at.place == 0 {
            break;
        }
        let parent = at.parent?;
        at = &known[known.binary_search_by_key(&parent, |k| k.url.id).ok()?].url;
    }
    (at.place == 0 && at.id != url.id).then(|| at.url.clone())
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
