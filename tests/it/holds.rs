//! What always holds, read off the files of a run by a reader that counts code points itself.

use crate::support::Folder;
use baogao::write::read::Rows;
use std::collections::BTreeMap;

/// Documents by id, as code points.
fn bodies(documents: &Rows) -> BTreeMap<String, Vec<char>> {
    let ids = documents.strs("doc_id").into_iter().flatten().map(str::to_owned);
    ids.zip(documents.strs("body").into_iter().flatten().map(|b| b.chars().collect())).collect()
}

fn cut(body: &[char], start: Option<i64>, end: Option<i64>) -> String {
    let at =
        |offset: Option<i64>| usize::try_from(offset.expect("an offset")).expect("not negative");
    body[at(start)..at(end)].iter().collect()
}

#[test]
fn offsets_cut_out_what_they_name() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let bodies = bodies(&folder.rows(&run, "documents"));
    for (dataset, column) in [("figures", "surface"), ("table_cells", "text")] {
        let rows = folder.rows(&run, dataset);
        assert!(rows.len() > 10, "{dataset} has {} rows", rows.len());
        for i in 0..rows.len() {
            let body = &bodies[rows.strs("doc_id")[i].expect("an id")];
            let found = cut(body, rows.ints("char_start")[i], rows.ints("char_end")[i]);
            assert_eq!(Some(found.as_str()), rows.strs(column)[i]);
        }
    }
}

#[test]
fn kept_blocks_are_the_body() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let rows = folder.rows(&run, "blocks");
    let mut joined: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let (ids, kept, texts) = (rows.strs("doc_id"), rows.bools("kept"), rows.strs("text"));
    for i in 0..rows.len() {
        if kept[i] == Some(true) {
            joined
                .entry(ids[i].expect("an id").to_owned())
                .or_default()
                .push(texts[i].expect("text"));
        }
    }
    for (id, body) in bodies(&folder.rows(&run, "documents")) {
        assert_eq!(joined[&id].join("\n"), body.iter().collect::<String>());
    }
}

#[test]
fn sections_hold_their_figures_and_their_children() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let sections = folder.rows(&run, "sections");
    let key =
        |id: Option<&str>, no: Option<i64>| (id.expect("an id").to_owned(), no.expect("a number"));
    let (ids, numbers) = (sections.strs("doc_id"), sections.ints("section_no"));
    let (starts, ends, parents) =
        (sections.ints("char_start"), sections.ints("char_end"), sections.ints("parent_no"));
    let spans: BTreeMap<_, _> =
        (0..sections.len()).map(|i| (key(ids[i], numbers[i]), (starts[i], ends[i]))).collect();
    for i in 0..sections.len() {
        if parents[i].is_some() {
            let (start, end) = spans[&key(ids[i], parents[i])];
            assert!(
                start <= starts[i] && ends[i] <= end,
                "section {:?} of {:?}",
                numbers[i],
                ids[i]
            );
        }
    }
    let figures = folder.rows(&run, "figures");
    let (ids, numbers) = (figures.strs("doc_id"), figures.ints("section_no"));
    let (starts, ends) = (figures.ints("char_start"), figures.ints("char_end"));
    for i in 0..figures.len() {
        let (start, end) = spans[&key(ids[i], numbers[i])];
        assert!(start <= starts[i] && ends[i] <= end, "{:?}", figures.strs("surface")[i]);
    }
}

#[test]
fn counts_in_documents_are_the_rows() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let documents = folder.rows(&run, "documents");
    for (column, dataset) in [("n_figures", "figures"), ("n_sections", "sections")] {
        let rows = folder.rows(&run, dataset);
        let of = rows.strs("doc_id");
        for (id, n) in documents.strs("doc_id").into_iter().zip(documents.ints(column)) {
            assert_eq!(
                n,
                Some(of.iter().filter(|o| **o == id).count() as i64),
                "{column} of {id:?}"
            );
        }
    }
    let chars = documents
        .strs("body")
        .into_iter()
        .map(|b| b.map(|b| b.chars().count() as i64))
        .collect::<Vec<_>>();
    assert_eq!(documents.ints("body_chars"), chars);
}
