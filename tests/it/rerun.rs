//! Runs after a run: what is taken over, what is done again and why, and that the bytes are those of a run from nothing.

use crate::support::{Folder, assert_same_bytes, bytes_of};
use std::fs;

const SOURCE: &str = "[[source]]\nname = \"pages\"\nfiles = [\"pages/**/*\"]\n\n";

/// Runs a configuration over a run of another, and from nothing, and compares. Gives what the first of these said.
#[track_caller]
fn after(folder: &Folder, before: &str, changed: &str) -> String {
    folder.write("pipeline.toml", format!("{SOURCE}{before}"));
    folder.baogao(&["run", "--output", "out"]).exits(0);
    folder.write("pipeline.toml", format!("{SOURCE}{changed}"));
    let said = folder.baogao(&["run", "--output", "out"]).exits(0).stdout;
    folder.baogao(&["run", "--output", "anew", "--fresh"]).exits(0);
    assert_same_bytes(&folder.path("out/latest"), &folder.path("anew/latest"));
    said
}

const TEA: &str = "[[indicator]]\nid = \"proposals_of_tea\"\nlabel_zh = \"提案\"\nlabel_en = \"Proposals\"\n\
measure = \"level\"\nwhen = [{ item = [\"提案\", \"公路\", \"农村公路\"] }]\n";

#[test]
fn other_indicators_are_found_without_processing_pages_again() {
    let folder = Folder::with_samples();
    let said = after(&folder, "", TEA);
    assert!(said.contains("taken over") && said.contains("found anew"), "{said}");
    assert!(!said.contains("configuration"), "no page is processed for it: {said}");
    let none = after(&folder, TEA, &format!("[extract]\nbuilt_in_indicators = false\n{TEA}"));
    assert!(none.contains("found anew"), "{none}");
}

#[test]
fn files_written_in_another_way_hold_the_rows_that_were_there() {
    let folder = Folder::with_samples();
    for changed in [
        "[write]\ncompression = \"snappy\"\n",
        "[write]\nformats = [\"parquet\", \"csv\"]\nrow_group_rows = 100\n",
        "[gate]\ndocuments_min = 1\n",
    ] {
        let said = after(&folder, "", changed);
        assert!(said.contains("taken over"), "{said}");
        assert!(!said.contains("configuration"), "no page is processed for it: {said}");
    }
}

#[test]
fn another_configuration_of_cleaning_processes_its_pages_again_and_says_so() {
    let folder = Folder::with_samples();
    let said = after(&folder, "", "[clean]\ndepth_max = 200\n");
    assert!(said.contains("processed") && said.contains("[clean]"), "{said}");
}

/// Writes a page that is like no other.
fn page(folder: &Folder, name: &str, n: usize) {
    let text = format!(
        "某镇第{n}号工作总结\n\n全年新修道路{}公里，比上年多{}公里，群众出行更加方便，大家都说这一年变化很大。\n",
        n % 977 + 12,
        n % 31 + 3
    );
    folder.write(&format!("pages/{name}.txt"), text);
}

#[test]
fn among_many_pages_groups_that_did_not_change_are_copied() {
    let folder = Folder::empty();
    (0..6000).for_each(|n| page(&folder, &format!("{n:05}"), n));
    folder.run_samples();
    // One page other, one more, one gone, and a reject in place of a document.
    page(&folder, "00400", 7);
    page(&folder, "02000a", 8);
    fs::remove_file(folder.path("pages/03500.txt")).expect("a page");
    folder.write("pages/05000.txt", "");
    let ran = folder.baogao(&["run", "--input", "pages", "--output", "out"]).exits(0);
    assert!(ran.stdout.contains("processed          3"), "{}", ran.stdout);
    folder.baogao(&["run", "--input", "pages", "--output", "anew"]).exits(0);
    assert_same_bytes(&folder.path("out/latest"), &folder.path("anew/latest"));
    folder.baogao(&["verify", "out/latest", "--input", "pages"]).exits(0);
    // The signatures of the run before save work and nothing else.
    page(&folder, "00401", 9);
    for entry in fs::read_dir(folder.path("out/.cache")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.ends_with("files.tsv") {
            continue; // digests of files, which are no signatures
        }
        let mut bytes = fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("a file");
    }
    let second = folder.run_samples();
    folder.baogao(&["run", "--input", "pages", "--output", "third"]).exits(0);
    assert_same_bytes(&second, &folder.path("third/latest"));
}

#[test]
fn what_a_run_took_is_told_only_where_asked_for() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let plain = bytes_of(&run);
    let args = ["run", "--input", "pages", "--output", "timed", "--timings", "--threads", "1"];
    let ran = folder.baogao(&args).exits(0);
    for part in ["decode", "clean", "extract", "write", "pages a second on 1 worker threads"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let mut timed = bytes_of(&folder.path("timed/latest").canonicalize().expect("a run"));
    let file = timed.remove(std::path::Path::new("run.json")).expect("run.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
    let informational = manifest
        .as_object_mut()
        .and_then(|m| m.shift_remove("informational"))
        .expect("what it took");
    assert_eq!(informational["threads"], 1);
    assert!(informational["parts"].as_array().is_some_and(|p| p.len() > 5), "{informational}");
    let (name, file) = plain.iter().find(|(name, _)| name.ends_with("run.json")).expect("run.json");
    let without: serde_json::Value = serde_json::from_slice(file).expect("JSON");
    assert_eq!(manifest, without, "all else is the same");
    assert!(timed.iter().all(|(name, bytes)| plain.get(name) == Some(bytes)));
    assert_eq!(timed.len() + 1, plain.len(), "besides {}", name.display());
    folder.baogao(&["verify", "timed/latest"]).exits(0);
    let again = folder.baogao(&["run", "--input", "pages", "--output", "timed"]).exits(0);
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
}

#[test]
fn metrics_tell_of_success_and_of_failure() {
    let folder = Folder::with_samples();
    let read = || fs::read_to_string(folder.path("baogao.prom")).expect("metrics");
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|l| l.starts_with(&format!("{name} "))).map(str::to_owned);
        line.and_then(|l| l.rsplit_once(' ').and_then(|(_, v)| v.parse::<f64>().ok()))
    };
    let args = ["run", "--input", "pages", "--output", "out", "--metrics", "baogao.prom"];
    folder.baogao(&args).exits(0);
    let good = read();
    assert_eq!(value(&good, "baogao_run_exit_code"), Some(0.0));
    assert_eq!(value(&good, "baogao_run_pages"), Some(25.0));
    assert!(good.contains("baogao_run_rejects{reason=\"list_page\"} 1"), "{good}");
    assert!(good.contains("baogao_run_part_seconds{part=\"clean\"}"), "{good}");
    let success = value(&good, "baogao_last_success_timestamp_seconds").expect("a time");
    for name in
        good.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split([' ', '{']).next())
    {
        assert!(good.contains(&format!("# TYPE {name} gauge")), "{name} has no type");
    }
    // A failure keeps the time of the last success and drops the numbers of a run that is not there.
    fs::remove_dir_all(folder.path("pages")).expect("a folder");
    folder.baogao(&args).exits(2);
    let bad = read();
    assert_eq!(value(&bad, "baogao_run_exit_code"), Some(2.0));
    assert_eq!(value(&bad, "baogao_last_success_timestamp_seconds"), Some(success));
    assert_eq!(value(&bad, "baogao_run_pages"), None);
    let files: Vec<_> = fs::read_dir(folder.path("")).expect("a folder").collect();
    assert_eq!(files.len(), 2, "the metrics, the output and nothing else");
}
