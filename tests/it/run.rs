//! `baogao run`: what comes out of the sample pages, and that it depends on nothing else.

use crate::support::{Folder, assert_same_bytes, bytes_of, sample_names};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The sample pages that give no document, and why. The archive's redirect has no page of its own.
const REJECTS: &[(&str, &str)] = &[
    ("pages/empty.html", "empty"),
    ("pages/error_page.html", "error_page"),
    ("pages/list_page.html", "list_page"),
    ("pages/login_page.html", "login_page"),
    ("http://www.shilong-county.example/files/plan.pdf", "not_html"),
    ("http://www.shilong-county.example/mw", "http_error"),
    ("http://www.wangchao.example/sj/202603/old.html", "http_error"),
];

/// The pages of the archive that give documents.
const ARCHIVED: &[&str] = &[
    "http://www.shilong-county.example/xz/mw/202601/t6.html",
    "http://www.wangchao.example/sj/202604/t20260424_2291.html",
];

#[test]
fn every_page_is_a_document_or_a_reject_with_its_reason() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let rejects = folder.rows(&run, "rejects");
    let found: BTreeMap<_, _> = rejects
        .strs("source")
        .into_iter()
        .flatten()
        .zip(rejects.strs("reason").into_iter().flatten())
        .collect();
    assert_eq!(found, REJECTS.iter().copied().collect());

    let documents = folder.rows(&run, "documents");
    let sources: BTreeSet<String> =
        documents.strs("source").into_iter().flatten().map(str::to_owned).collect();
    let expected: BTreeSet<String> = sample_names()
        .into_iter()
        .map(|name| format!("pages/{name}"))
        .filter(|name| {
            name != "pages/archive.warc.gz" && REJECTS.iter().all(|(reject, _)| reject != name)
        })
        .chain(ARCHIVED.iter().map(|url| (*url).to_owned()))
        .collect();
    assert_eq!(sources, expected);
    assert_eq!(documents.len(), sources.len(), "no document twice");
}

#[test]
fn it_says_what_it_did() {
    let folder = Folder::with_samples();
    let ran = folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(0);
    let run = folder.path("out/latest");
    let n_documents = folder.rows(&run, "documents").len();
    let n_figures = folder.rows(&run, "figures").len();
    assert!(n_figures > 500, "the samples are full of figures, found {n_figures}");
    let said =
        |words: &[&str]| ran.stdout.lines().any(|line| words.iter().all(|w| line.contains(w)));
    assert!(said(&["pages", &(n_documents + REJECTS.len()).to_string()]), "{}", ran.stdout);
    assert!(said(&["documents", &n_documents.to_string()]), "{}", ran.stdout);
    assert!(
        said(&["rejects", &REJECTS.len().to_string(), "list_page 1", "login_page 1"]),
        "{}",
        ran.stdout
    );
    assert!(said(&["figures", &n_figures.to_string()]), "{}", ran.stdout);
    let id = run
        .canonicalize()
        .expect("a run")
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(said(&["output", &id]), "{}", ran.stdout);
}

#[test]
fn one_and_many_threads_write_the_same_bytes() {
    let folder = Folder::with_samples();
    for (threads, output) in [("1", "one"), ("4", "four")] {
        folder
            .baogao(&["run", "--input", "pages", "--output", output, "--threads", threads])
            .exits(0);
    }
    assert_same_bytes(&folder.path("one/latest"), &folder.path("four/latest"));
}

#[test]
fn neither_the_folder_nor_the_order_of_files_nor_the_time_is_in_the_bytes() {
    let (one, other) = (Folder::with_samples(), Folder::empty());
    let first = one.run_samples();
    // The same pages, made later, elsewhere and in another order.
    for name in sample_names().iter().rev() {
        other.write(
            &format!("pages/{name}"),
            fs::read(one.path("pages").join(name)).expect("a page"),
        );
    }
    let second = other.run_samples();
    assert_eq!(first.file_name(), second.file_name(), "a run is named by what went in");
    assert_same_bytes(&first, &second);
    let here = one.path("");
    let here = here.to_str().expect("UTF-8").trim_end_matches('/').as_bytes();
    for (name, bytes) in bytes_of(&first) {
        assert!(
            !bytes.windows(here.len()).any(|w| w == here),
            "{} holds a path of this machine",
            name.display()
        );
    }
}

#[test]
fn a_second_run_finds_the_first() {
    let folder = Folder::with_samples();
    let first = folder.run_samples();
    let before =
        fs::metadata(first.join("documents.parquet")).and_then(|m| m.modified()).expect("a time");
    let ran = folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(0);
    assert!(ran.stdout.contains("nothing to do"), "{}", ran.stdout);
    assert_eq!(folder.path("out/latest").canonicalize().expect("a run"), first);
    let after =
        fs::metadata(first.join("documents.parquet")).and_then(|m| m.modified()).expect("a time");
    assert_eq!(before, after, "nothing was written again");
}

#[test]
fn a_changed_page_is_another_run_and_the_rest_of_the_documents_stay() {
    let folder = Folder::with_samples();
    let first = folder.run_samples();
    let page = folder.path("pages/cppcc_review.txt");
    let text = fs::read_to_string(&page).expect("the page").replace("410余篇", "510余篇");
    fs::write(&page, text).expect("a file");
    let second = folder.run_samples();
    assert_ne!(first, second);
    let ids = |run: &std::path::Path| {
        let rows = folder.rows(run, "documents");
        rows.strs("doc_id").into_iter().flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&first),
        ids(&second),
        "document ids come from the source, not from the content"
    );
    assert!(first.join("run.json").exists(), "the first run is still there");
    // What was taken over from the first run is what a run from nothing makes.
    folder.baogao(&["run", "--input", "pages", "--output", "anew"]).exits(0);
    assert_same_bytes(&second, &folder.path("anew/latest"));
}

#[test]
fn one_report_on_two_sites_is_one_report() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let documents = folder.rows(&run, "documents");
    let id_of = |name: &str| {
        let sources = documents.strs("source");
        let at = sources.iter().position(|s| *s == Some(name)).expect("the document");
        documents.strs("doc_id")[at].expect("an id").to_owned()
    };
    let duplicates = folder.rows(&run, "duplicates");
    let pairs: Vec<_> = duplicates
        .strs("doc_id")
        .into_iter()
        .flatten()
        .zip(duplicates.strs("duplicate_of").into_iter().flatten())
        .collect();
    let (copy, original) =
        (id_of("pages/same_report_news_site.html"), id_of("pages/same_report_cppcc_site.html"));
    assert_eq!(
        pairs,
        [(copy.as_str(), original.as_str())],
        "the earlier page stands for both, and nothing else is alike"
    );
    assert_eq!(duplicates.strs("method"), [Some("near")]);
    let similarity = duplicates.floats("similarity")[0].expect("a number");
    assert!((0.8..1.0).contains(&similarity), "{similarity}");
}

#[test]
fn a_file_that_is_no_page_is_passed_over_and_counted() {
    let folder = Folder::empty();
    folder.write("pages/report.txt", "某镇工作总结\n\n全年新修道路12公里，比上年多3公里，群众出行更加方便，大家都说这一年变化很大。\n");
    folder.write("pages/photo.jpg", [0xff, 0xd8, 0xff]);
    folder.write("pages/deep/er/notes.docx", "x");
    let run = folder.run_samples();
    assert_eq!(folder.rows(&run, "documents").len() + folder.rows(&run, "rejects").len(), 1);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(run.join("run.json")).expect("run.json")).expect("JSON");
    assert_eq!(manifest["skipped"][".jpg"], 1);
    assert_eq!(manifest["skipped"][".docx"], 1);
}

#[test]
fn two_inputs_of_one_name_are_told_apart() {
    let folder = Folder::empty();
    let text = "某镇工作总结\n\n全年新修道路12公里，比上年多3公里，群众出行更加方便，大家都说这一年变化很大。\n";
    folder.write("a/pages/r.txt", text);
    folder.write("b/pages/r.txt", text);
    folder.baogao(&["run", "--input", "a/pages", "b/pages", "--output", "out"]).exits(0);
    let documents = folder.rows(&folder.path("out/latest"), "documents");
    let mut sources = documents.strs("source");
    sources.sort_unstable();
    assert_eq!(sources, [Some("pages/r.txt"), Some("pages~2/r.txt")]);
}
