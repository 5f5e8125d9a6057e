//! Sentences degraded in the ways that real pages are, through decoding: what is mended, what is reported.

use crate::shared;
use baogao::decode::{self, Options, Text};
use baogao::page::{Page, PageInfo};
use std::collections::BTreeMap;

/// The sentence as a text page, decoded.
fn decoded(text: &str) -> Text {
    let info = PageInfo { source: "pairs/a.txt".to_owned(), ..PageInfo::default() };
    decode::decode(Page { info, bytes: text.as_bytes().to_vec() }, &Options::default()).unwrap()
}

fn field<'a>(row: &'a serde_json::Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

/// Joining broken lines is the business of cleaning; here the lines must only stay what they are.
const OF_CLEANING: &[&str] = &["hard_wraps", "wrap_inside_number"];

#[test]
fn what_can_be_mended_is() {
    let Some(rows) = shared::rows("bench/zh/excerpts/defects.jsonl") else { return };
    // By defect: pairs, those that give the clean half, those that give what the clean half gives.
    let mut tally = BTreeMap::<&str, [usize; 3]>::new();
    for row in rows
        .iter()
        .filter(|r| r["expect"] == "normalise" && !OF_CLEANING.contains(&field(r, "defect")))
    {
        let (clean, dirty) = (field(row, "clean"), decoded(field(row, "dirty")).text);
        let same = dirty.trim_end() == clean.trim_end();
        let as_clean = dirty == decoded(clean).text;
        if !same {
            println!(
                "{}: {}\n  {}\n  {}",
                field(row, "id"),
                if as_clean { "as clean" } else { "WRONG" },
                clean,
                dirty
            );
        }
        let [n, n_same, n_as_clean] = tally.entry(field(row, "defect")).or_default();
        *n += 1;
        *n_same += usize::from(same);
        *n_as_clean += usize::from(as_clean);
    }
    let [n, n_same, n_as_clean] =
        tally.values().fold([0; 3], |a, b| std::array::from_fn(|i| a[i] + b[i]));
    println!("{n} pairs, {n_same} give the clean half, {n_as_clean} give what it gives; {tally:?}");
    assert!(n_as_clean * 100 >= n * 95);
    assert!(n_same * 100 >= n * 90);
}

#[test]
fn what_cannot_be_mended_is_reported() {
    let Some(rows) = shared::rows("bench/zh/excerpts/defects.jsonl") else { return };
    let (mut n, mut n_seen, mut n_false) = (0, 0, 0);
    for row in rows.iter().filter(|r| r["expect"] == "flag") {
        let seen = decoded(field(row, "dirty")).decoded.warnings;
        n += 1;
        n_seen += usize::from(!seen.is_empty());
        if seen.is_empty() {
            println!("{}: not seen\n  {}", field(row, "id"), field(row, "dirty"));
        }
    }
    for row in &rows {
        let seen = decoded(field(row, "clean")).decoded.warnings;
        n_false += usize::from(!seen.is_empty());
        if !seen.is_empty() {
            println!("{}: false alarm {seen:?}\n  {}", field(row, "id"), field(row, "clean"));
        }
    }
    println!("{n_seen} of {n} reported; {n_false} false alarms on {} clean sentences", rows.len());
    assert!(n_seen * 100 >= n * 90);
    assert_eq!(n_false, 0);
}

#[test]
fn real_reports_raise_few_doubts() {
    let Some(folder) = shared::path("bench/zh/text") else { return };
    let mut tally = BTreeMap::<&str, Vec<String>>::new();
    let mut n = 0;
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "txt")) {
        let bytes = std::fs::read(path).unwrap();
        let Ok(text) =
            decode::decode(Page { info: PageInfo::default(), bytes }, &Options::default())
        else {
            continue;
        };
        n += 1;
        for warning in text.decoded.warnings {
            tally
                .entry(warning.code())
                .or_default()
                .push(path.file_name().unwrap().display().to_string());
        }
    }
    println!("{n} reports: {tally:#?}");
    assert!(tally.get("mojibake").is_none_or(|files| files.len() * 20 <= n));
    assert!(tally.get("spun_text").is_none_or(|files| files.len() * 50 <= n));
}
