//! What changed in the data between two finished runs: pages, documents, figures, values of the panel.

use crate::schema;
use crate::write;
use crate::write::read;
use std::collections::BTreeMap;
use std::path::Path;

/// What is in one run only, and what is in both but differs. Keys and details are text for people and programs alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Only in the later run.
    pub added: Vec<String>,
    /// Only in the earlier run.
    pub removed: Vec<String>,
    /// In both: the key, and what differs.
    pub changed: Vec<(String, String)>,
    /// In both and the same.
    pub n_same: u64,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    fn between(before: BTreeMap<String, String>, mut after: BTreeMap<String, String>) -> Self {
        let mut changes = Self::default();
        for (key, old) in before {
            match after.remove(&key) {
                None => changes.removed.push(key),
                Some(new) if new == old => changes.n_same += 1,
                Some(new) => changes.changed.push((key, format!("{old} → {new}"))),
            }
        }
        changes.added = after.into_keys().collect();
        changes
    }
}

/// Changes of each kind, by the name of what they are of.
pub type Diff = Vec<(&'static str, Changes)>;

/// Compares the runs in two folders.
///
/// # Errors
/// A dataset of one of them can't be read.
pub fn diff(before: &Path, after: &Path) -> Result<Diff, write::Error> {
    let both = |of: fn(&Path) -> Result<BTreeMap<String, String>, write::Error>| {
        Ok::<_, write::Error>(Changes::between(of(before)?, of(after)?))
    };
    Ok(vec![
        ("pages", both(pages)?),
        ("documents", both(documents)?),
        ("figures", both(figures)?),
        ("indicators", both(indicators)?),
    ])
}

/// Every page by its source: the digest of its bytes.
fn pages(dir: &Path) -> Result<BTreeMap<String, String>, write::Error> {
    let mut pages = BTreeMap::new();
    for dataset in [&schema::DOCUMENTS, &schema::REJECTS] {
        let rows = read::read(dir, dataset)?;
        for (source, sha256) in rows.strs("source").into_iter().zip(rows.strs("content_sha256")) {
            let digest = sha256.map_or("unreadable", |s| &s[..s.len().min(12)]);
            pages.insert(source.unwrap_or("").to_owned(), digest.to_owned());
        }
    }
    Ok(pages)
}

/// Every page by its source: what it gave, in short.
fn documents(dir: &Path) -> Result<BTreeMap<String, String>, write::Error> {
    let rows = read::read(dir, &schema::DOCUMENTS)?;
    let (titles, bodies) = (rows.strs("title"), rows.strs("body"));
    let (counts, kinds) = (rows.ints("n_figures"), rows.strs("kind"));
    let (regions, ids) = (rows.strs("region_code"), rows.strs("source"));
    let mut documents = BTreeMap::new();
    for i in 0..rows.len() {
        let body = blake3::hash(bodies[i].unwrap_or("").as_bytes()).to_hex();
        let text = format!(
            "{} {} {} figures {} body {}",
            titles[i].unwrap_or("untitled"),
            kinds[i].unwrap_or(""),
            counts[i].unwrap_or(0),
            regions[i].unwrap_or("no region"),
            &body[..8]
        );
        documents.insert(ids[i].unwrap_or("").to_owned(), text);
    }
    let rejects = read::read(dir, &schema::REJECTS)?;
    for (source, reason) in rejects.strs("source").into_iter().zip(rejects.strs("reason")) {
        documents
            .insert(source.unwrap_or("").to_owned(), format!("rejected: {}", reason.unwrap_or("")));
    }
    Ok(documents)
}

/// Every figure by its document, sentence and surface: what was read of it. Offsets may move without a change.
fn figures(dir: &Path) -> Result<BTreeMap<String, String>, write::Error> {
    let rows = read::read(dir, &schema::FIGURES)?;
    let documents = read::read(dir, &schema::DOCUMENTS)?;
    let sources: BTreeMap<_, _> =
        documents.strs("doc_id").into_iter().zip(documents.strs("source")).collect();
    let (ids, surfaces, sentences) =
        (rows.strs("doc_id"), rows.strs("surface"), rows.strs("sentence"));
    let columns = [
        "value",
        "value_max",
        "unit",
        "approx",
        "item",
        "action",
        "indicator",
        "period_start",
        "period_end",
        "period_part",
        "target",
        "change",
        "basis",
        "is_from",
    ];
    let read: Vec<_> = columns.iter().map(|c| rows.texts(c)).collect();
    let mut figures = BTreeMap::new();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for i in 0..rows.len() {
        let source = sources.get(&ids[i]).copied().flatten().unwrap_or("");
        let key =
            format!("{source}: {} in {}", surfaces[i].unwrap_or(""), sentences[i].unwrap_or(""));
        let nth = seen.entry(key.clone()).or_insert(0);
        *nth += 1;
        let key = if *nth == 1 { key } else { format!("{key} ({nth})") };
        let parts: Vec<String> = columns
            .iter()
            .zip(&read)
            .filter_map(|(column, values)| values[i].as_ref().map(|v| format!("{column} {v}")))
            .collect();
        figures.insert(key, parts.join(", "));
    }
    Ok(figures)
}

/// Every value of the panel by what it is of.
fn indicators(dir: &Path) -> Result<BTreeMap<String, String>, write::Error> {
    let dataset = &schema::INDICATORS;
    let rows = read::read(dir, dataset)?;
    let keys: Vec<_> = dataset.key.iter().map(|c| rows.texts(c)).collect();
    let values = ["value", "value_max", "unit_std", "approx"].map(|c| rows.texts(c));
    let join = |columns: &[Vec<Option<String>>], i: usize| {
        columns.iter().filter_map(|c| c[i].clone()).collect::<Vec<_>>().join(" ")
    };
    Ok((0..rows.len()).map(|i| (join(&keys, i), join(&values, i))).collect())
}
