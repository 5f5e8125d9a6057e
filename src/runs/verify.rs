//! Re-reads a finished run: do its files match run.json, do the inputs, and does what always holds hold?
//!
//! What always holds is listed in the documentation of the datasets: every page once, offsets that give the surface,
//! kept blocks that make up the body, sections that contain their figures, references that resolve.

use super::{Manifest, OutputFile, Planned};
use crate::ingest::Plan;
use crate::reject::Reason;
use crate::schema::{self, DATASETS, Dtype};
use crate::write::read::{self, Rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One thing that was checked.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What was found wrong, a line each; empty if all is well.
    pub problems: Vec<String>,
    /// How many things were looked at.
    pub n: u64,
}

/// Problems listed of one check.
const PROBLEMS_MAX: usize = 10;

impl Check {
    fn new(name: &'static str) -> Self {
        Self { name, problems: Vec::new(), n: 0 }
    }

    fn expect(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        self.n += 1;
        if !holds && self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem());
        }
    }
}

/// Why a run can't be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has no readable run.json.
    #[error("cannot read {}/run.json; is it a finished run?", dir)]
    Manifest {
        /// The folder.
        dir: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Checks the run in `dir`; with `plan`, also that the inputs are still what it was made from.
///
/// # Errors
/// The folder holds no run.
pub fn verify(dir: &Path, plan: Option<&Plan>) -> Result<Vec<Check>, Error> {
    let manifest = <Manifest>::read(dir)
        .map_err(|source| Error::Manifest { dir: dir.display().to_string(), source })?;
    let mut checks = vec![outputs(dir, &manifest)];
    if let Some(plan) = plan {
        checks.push(inputs(&manifest, plan));
    }
    let mut readable = Check::new("every dataset can be read and has the columns of the schema");
    let mut datasets = BTreeMap::new();
    for dataset in DATASETS {
        match read::read(dir, dataset) {
            Ok(rows) => {
                readable.expect(true, String::new);
                datasets.insert(dataset.name, rows);
            }
            Err(e) => readable.expect(false, || {
                format!(
                    "{e}: {}",
                    std::error::Error::source(&e).map(ToString::to_string).unwrap_or_default()
                )
            }),
        }
    }
    let whole = readable.problems.is_empty();
    checks.push(readable);
    if whole {
        checks.extend(what_always_holds(&manifest, &datasets));
    }
    Ok(checks)
}

/// The files are those that run.json lists, byte for byte.
fn outputs(dir: &Path, manifest: &Manifest) -> Check {
    let mut check = Check::new("the files are those that run.json lists");
    for file in &manifest.outputs {
        match OutputFile::of(dir, &file.path, file.rows) {
            Ok(now) => check
                .expect(now == *file, || format!("{} is not the file that was written", file.path)),
            Err(e) => check.expect(false, || format!("{}: {e}", file.path)),
        }
    }
    check
}

/// The inputs are those that run.json lists.
fn inputs(manifest: &Manifest, plan: &Plan) -> Check {
    let mut check = Check::new("the inputs are those that run.json lists");
    let now: FxHashMap<String, _> =
        match Planned(plan).iter().map(|i| i.map(|i| (i.name.clone(), i))).collect() {
            Ok(now) => now,
            Err(e) => {
                let e: std::io::Error = e;
                check.expect(false, || format!("the list of the inputs can't be read: {e}"));
                return check;
            }
        };
    for file in &manifest.inputs {
        match now.get(&file.name) {
            Some(input) => check.expect(input == file, || format!("{} has changed", file.name)),
            None => check.expect(false, || format!("{} is gone", file.name)),
        }
    }
    check.expect(manifest.store == plan.store, || "the raw store has changed".to_owned());
    let known: FxHashSet<&str> = manifest.inputs.iter().map(|i| i.name.as_str()).collect();
    for name in now.keys().filter(|name| !known.contains(name.as_str())).collect::<BTreeSet<_>>() {
        check.expect(false, || format!("{name} is new"));
    }
    check
}

/// A document's body, indexed by code point.
struct Body {
    text: String,
    /// Byte offset of every code point, and of the end.
    at: Vec<u32>,
}

impl Body {
    fn new(text: &str) -> Self {
        let at = text
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len()])
            .map(|i| u32::try_from(i).unwrap_or(u32::MAX));
        Self { at: at.collect(), text: text.to_owned() }
    }

    fn slice(&self, start: i64, end: i64) -> Option<&str> {
        let byte = |i: i64| self.at.get(usize::try_from(i).ok()?).map(|&b| b as usize);
        self.text.get(byte(start)?..byte(end)?)
    }
}

fn what_always_holds(manifest: &Manifest, datasets: &BTreeMap<&str, Rows>) -> Vec<Check> {
    let rows = |name: &str| &datasets[name];
    let documents = rows("documents");
    let bodies: FxHashMap<&str, Body> = documents
        .strs("doc_id")
        .into_iter()
        .zip(documents.strs("body"))
        .filter_map(|(id, body)| Some((id?, Body::new(body?))))
        .collect();
    let mut checks = vec![
        every_page_once(manifest, documents, rows("rejects")),
        parts_are_merged(documents, rows("rejects")),
        blocks_make_bodies(rows("blocks"), &bodies),
        surfaces(
            rows("figures"),
            "surface",
            "body[char_start:char_end] is the surface of every figure",
            &bodies,
        ),
        surfaces(
            rows("table_cells"),
            "text",
            "body[char_start:char_end] is the text of every table cell",
            &bodies,
        ),
        sections_contain(rows("sections"), rows("figures")),
    ];
    checks.extend([
        columns(datasets),
        keys(datasets),
        references(datasets),
        one_value(rows("indicators")),
    ]);
    checks
}

fn every_page_once(manifest: &Manifest, documents: &Rows, rejects: &Rows) -> Check {
    let mut check = Check::new("every page is in documents or in rejects, exactly once");
    let mut seen = FxHashSet::default();
    for source in documents.strs("source").into_iter().chain(rejects.strs("source")).flatten() {
        check.expect(seen.insert(source), || format!("{source} is there twice"));
    }
    let n = (documents.len() + rejects.len()) as u64;
    check.expect(n == manifest.counts.pages, || {
        format!("{n} rows for {} pages", manifest.counts.pages)
    });
    check
}

fn parts_are_merged(documents: &Rows, rejects: &Rows) -> Check {
    let mut check = Check::new("the further pages of a document are rejects merged into it alone");
    let merged: FxHashSet<&str> = rejects
        .strs("source")
        .into_iter()
        .zip(rejects.strs("reason"))
        .filter(|(_, reason)| *reason == Some(Reason::MergedInto.code()))
        .filter_map(|(source, _)| source)
        .collect();
    let mut seen = FxHashSet::default();
    for part in documents.lists("parts").into_iter().flatten() {
        check.expect(merged.contains(part.as_str()), || format!("{part} is not merged"));
        let text = part.clone();
        check.expect(seen.insert(part), || format!("{text} is in two documents"));
    }
    check
}

fn blocks_make_bodies(blocks: &Rows, bodies: &FxHashMap<&str, Body>) -> Check {
    let mut check = Check::new("the kept blocks joined by line feeds are the body");
    let mut joined: FxHashMap<&str, String> = FxHashMap::default();
    let (ids, kept, texts) = (blocks.strs("doc_id"), blocks.bools("kept"), blocks.strs("text"));
    let (starts, ends) = (blocks.ints("char_start"), blocks.ints("char_end"));
    for (i, id) in ids.iter().enumerate() {
        let (Some(id), Some(text)) = (id, texts[i]) else { continue };
        if kept[i] != Some(true) {
            check.expect(starts[i].is_none() && ends[i].is_none(), || {
                format!("{id}: a dropped block has a span")
            });
            continue;
        }
        let found = starts[i].zip(ends[i]).and_then(|(s, e)| bodies.get(id)?.slice(s, e));
        check
            .expect(found == Some(text), || format!("{id}: the span of block {i} is not its text"));
        joined
            .entry(id)
            .and_modify(|body| {
                body.push('\n');
                body.push_str(text);
            })
            .or_insert_with(|| text.to_owned());
    }
    let mut ids: Vec<_> = bodies.keys().copied().collect();
    ids.sort_unstable();
    for id in ids {
        let body = joined.get(id).map_or("", String::as_str);
        check.expect(body == bodies[id].text, || format!("{id}: body and kept blocks differ"));
    }
    check
}

fn surfaces(
    rows: &Rows,
    column: &str,
    name: &'static str,
    bodies: &FxHashMap<&str, Body>,
) -> Check {
    let mut check = Check::new(name);
    let (ids, texts) = (rows.strs("doc_id"), rows.strs(column));
    let (starts, ends) = (rows.ints("char_start"), rows.ints("char_end"));
    for (i, id) in ids.iter().enumerate() {
        let found = (|| bodies.get((*id)?)?.slice(starts[i]?, ends[i]?))();
        check.expect(found.is_some() && found == texts[i], || {
            format!(
                "{}: {:?} is not at {:?}..{:?}",
                id.unwrap_or(""),
                texts[i].unwrap_or(""),
                starts[i],
                ends[i]
            )
        });
    }
    check
}

fn sections_contain(sections: &Rows, figures: &Rows) -> Check {
    let mut check = Check::new("every section's span contains its figures and its children");
    let mut spans = FxHashMap::default();
    let (ids, nos) = (sections.strs("doc_id"), sections.ints("section_no"));
    let (starts, ends, parents) =
        (sections.ints("char_start"), sections.ints("char_end"), sections.ints("parent_no"));
    for i in 0..sections.len() {
        spans.insert((ids[i], nos[i]), (starts[i], ends[i]));
    }
    let mut inside =
        |id: Option<&str>, no: Option<i64>, start: Option<i64>, end: Option<i64>, what: &str| {
            let holds = spans.get(&(id, no)).is_some_and(|(s, e)| *s <= start && end <= *e);
            check.expect(holds, || {
                format!("{}: a {what} lies outside section {no:?}", id.unwrap_or(""))
            });
        };
    for i in 0..sections.len() {
        if parents[i].is_some() {
            inside(ids[i], parents[i], starts[i], ends[i], "section");
        }
    }
    let (ids, nos) = (figures.strs("doc_id"), figures.ints("section_no"));
    let (starts, ends) = (figures.ints("char_start"), figures.ints("char_end"));
    for i in 0..figures.len() {
        inside(ids[i], nos[i], starts[i], ends[i], "figure");
    }
    check
}

/// Values of several columns, row by row: what keys and references compare.
fn tuples(rows: &Rows, columns: &[&str]) -> Vec<Vec<Option<String>>> {
    let columns: Vec<_> = columns.iter().map(|c| rows.texts(c)).collect();
    (0..rows.len()).map(|i| columns.iter().map(|c| c[i].clone()).collect()).collect()
}

fn columns(datasets: &BTreeMap<&str, Rows>) -> Check {
    let mut check =
        Check::new("missing values only where the schema allows them, vocabularies closed");
    for dataset in DATASETS {
        let rows = &datasets[dataset.name];
        for column in dataset.columns {
            let here = || format!("{}.{}", dataset.name, column.name);
            if matches!(column.dtype, Dtype::Str | Dtype::Int | Dtype::Bool) {
                let found = rows.texts(column.name);
                check.expect(column.nullable || found.iter().all(Option::is_some), || {
                    format!("{} has nulls", here())
                });
                let allowed = column.values.map(|v| v());
                let strange = found
                    .iter()
                    .flatten()
                    .find(|v| allowed.as_ref().is_some_and(|a| !a.contains(&v.as_str())));
                check.expect(strange.is_none(), || {
                    format!("{} has the unknown value {strange:?}", here())
                });
                let empty = column.nullable && found.iter().flatten().any(String::is_empty);
                check.expect(!empty, || format!("{} has empty text where null is meant", here()));
            }
        }
    }
    check
}

fn keys(datasets: &BTreeMap<&str, Rows>) -> Check {
    let mut check = Check::new("keys are unique");
    for dataset in DATASETS {
        let mut seen = FxHashSet::default();
        for key in tuples(&datasets[dataset.name], dataset.key) {
            let text = format!("{key:?}");
            check.expect(seen.insert(key), || format!("{}: {text} is there twice", dataset.name));
        }
    }
    check
}

/// The panel has one row a place (else organization, else document), period, indicator, result or target.
fn one_value(indicators: &Rows) -> Check {
    let mut check = Check::new(
        "the panel has one row a place, period and indicator, results and targets apart",
    );
    let place = ["region_code", "organization", "doc_id"].map(|c| indicators.texts(c));
    let cell = ["period_start", "period_end", "period_part", "indicator", "target"]
        .map(|c| indicators.texts(c));
    let mut seen = FxHashSet::default();
    for i in 0..indicators.len() {
        let place = place.iter().find_map(|c| c[i].clone());
        let key = (place, cell.each_ref().map(|c| c[i].clone()));
        let text = format!("{key:?}");
        check.expect(seen.insert(key), || format!("{text} is there twice"));
    }
    check
}

fn references(datasets: &BTreeMap<&str, Rows>) -> Check {
    let mut check = Check::new("every reference to another dataset resolves");
    for dataset in DATASETS {
        for fk in dataset.foreign_keys {
            let Some(other) = schema::dataset(fk.dataset) else { continue };
            let there: FxHashSet<_> =
                tuples(&datasets[other.name], fk.references).into_iter().collect();
            for key in tuples(&datasets[dataset.name], fk.columns) {
                if key.iter().all(Option::is_some) {
                    let found = there.contains(&key);
                    check.expect(found, || {
                        format!("{}: {key:?} is not in {}", dataset.name, other.name)
                    });
                }
            }
        }
    }
    check
}
