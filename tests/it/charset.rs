//! Charsets on real files: the right one of every clean page and of every damaged one, and what pages declare.

use crate::shared;
use baogao::decode::{Options, charset, prescan};
use baogao::page::PageInfo;
use encoding_rs::Encoding;

fn told(bytes: &[u8]) -> &'static Encoding {
    charset::charset(bytes, &PageInfo::default(), &Options::default()).encoding
}

/// An answer is right if it gives the text that the expected charset gives.
fn right(bytes: &[u8], answer: &'static Encoding, expected: &'static Encoding) -> bool {
    answer == expected || answer.decode(bytes).0 == expected.decode(bytes).0
}

/// The files of the set whose charset the WHATWG standard has: name, bytes, charset, legacy Chinese or not.
fn files() -> Option<Vec<(String, Vec<u8>, &'static Encoding, bool)>> {
    let rows = shared::rows("bench/fetch/charset/manifest.jsonl")?;
    let file = |row: &serde_json::Value| {
        let name = row["encoding"].as_str().unwrap();
        let name = if name == "utf-16" { "utf-16le" } else { name };
        let encoding = charset::label(name.as_bytes())?;
        let path = shared::path(&format!("bench/fetch/{}", row["file"].as_str().unwrap()))?;
        let bytes = std::fs::read(path).unwrap();
        Some((row["path"].as_str().unwrap().to_owned(), bytes, encoding, row["zh_legacy"] == true))
    };
    Some(rows.iter().filter_map(file).collect())
}

fn legacy_chinese() -> Option<Vec<(String, Vec<u8>, &'static Encoding)>> {
    Some(files()?.into_iter().filter(|f| f.3).map(|f| (f.0, f.1, f.2)).collect())
}

/// Byte offsets at which characters beyond ASCII begin.
fn characters(bytes: &[u8], encoding: &'static Encoding) -> Vec<usize> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let mut at = 0;
    let mut starts = Vec::new();
    for c in text.chars() {
        let len = encoding.encode(c.encode_utf8(&mut [0; 4])).0.len();
        if !c.is_ascii() {
            starts.push(at);
        }
        at += len;
    }
    if at == bytes.len() { starts } else { beyond_ascii(bytes) }
}

/// The same for files whose characters don't map back one to one.
fn beyond_ascii(bytes: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::new();
    while at < bytes.len() {
        if bytes[at] >= 0x80 {
            starts.push(at);
            at += 1;
        }
        at += 1;
    }
    starts
}

#[test]
fn every_clean_chinese_file() {
    let Some(files) = legacy_chinese() else { return };
    assert!(files.len() >= 29);
    let wrong: Vec<_> =
        files.iter().filter(|(_, b, e)| !right(b, told(b), e)).map(|f| &f.0).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn damage_leaves_the_charset() {
    let Some(files) = legacy_chinese() else { return };
    type Damage = fn(&[u8], &[usize]) -> Vec<u8>;
    let damages: [(&str, Damage); 5] = [
        ("cut in mid-character", |b, at| b[..=*at.last().unwrap()].to_vec()),
        ("one byte lost", |b, at| {
            let mut b = b.to_vec();
            b.remove(at[at.len() / 2]);
            b
        }),
        ("0xFF inserted", |b, at| {
            let mut b = b.to_vec();
            b.insert(at[at.len() / 2], 0xFF);
            b
        }),
        ("UTF-8 pasted", |b, at| {
            let mut b = b.to_vec();
            let at = at[at.len() / 2];
            b.splice(at..at, "政府工作报告全文".bytes());
            b
        }),
        ("NUL inserted", |b, at| {
            let mut b = b.to_vec();
            b.insert(at[at.len() / 2], 0);
            b
        }),
    ];
    for (name, damage) in damages {
        let wrong: Vec<_> = files
            .iter()
            .filter(|(_, b, e)| told(&damage(b, &characters(b, e))) != *e)
            .map(|(path, b, e)| (path, e.name(), told(&damage(b, &characters(b, e))).name()))
            .collect();
        println!(
            "{name}: {} of {} right; wrong: {wrong:?}",
            files.len() - wrong.len(),
            files.len()
        );
        assert!(wrong.len() <= 1, "{name}: {wrong:?}");
    }
}

#[test]
fn files_of_all_encodings() {
    let Some(files) = files() else { return };
    let wrong: Vec<_> = files
        .iter()
        .filter(|(_, b, e, _)| !right(b, told(b), e))
        .map(|(path, b, e, _)| format!("{path} {} {}", e.name(), told(b).name()))
        .collect();
    println!(
        "{} of {} right; wrong:\n{}",
        files.len() - wrong.len(),
        files.len(),
        wrong.join("\n")
    );
    assert!((files.len() - wrong.len()) * 100 >= files.len() * 92);
}

#[test]
fn short_snippets() {
    let Some(rows) = shared::rows("bench/fetch/charset/short_zh.jsonl") else { return };
    let mut tally = std::collections::BTreeMap::<(String, u64), (usize, usize)>::new();
    for row in &rows {
        let (name, chars) = (row["encoding"].as_str().unwrap(), row["chars"].as_u64().unwrap());
        let bytes = shared::base64(&row["bytes_b64"]);
        let (n_right, n) = tally.entry((name.to_owned(), chars)).or_default();
        *n += 1;
        *n_right +=
            usize::from(right(&bytes, told(&bytes), charset::label(name.as_bytes()).unwrap()));
    }
    println!("{tally:#?}");
    for ((name, chars), (n_right, n)) in tally {
        let floor = if chars <= 8 { 95 } else { 98 };
        assert!(n_right * 100 >= n * floor, "{name} at {chars} characters: {n_right} of {n}");
    }
}

#[test]
fn declarations_are_found_as_html5lib_expects() {
    let Some(rows) = shared::rows("bench/fetch/sniff/html5lib.jsonl") else { return };
    for row in &rows {
        let bytes = shared::base64(&row["bytes_b64"]);
        let found = Encoding::for_bom(&bytes).map(|(e, _)| e).or_else(|| prescan::declared(&bytes));
        let found = found.unwrap_or(encoding_rs::WINDOWS_1252);
        let expected = Encoding::for_label(row["expected"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(found, expected, "{}", row["name"]);
    }
}
