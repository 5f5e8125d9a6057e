//! What cleaning costs: bytes → blocks against a bare `scraper::Html::parse_document` of the same pages.
//!
//! Run with `cargo bench --bench clean --no-default-features -- ../shared/bench/content/aeb.dev.jsonl.gz …` over sets of
//! pages (JSON Lines, gzip, the page's bytes as `html_b64`). CPU time of the thread would be better on a busy machine;
//! the best of several rounds comes near.

#![allow(clippy::print_stdout, reason = "a bench prints its result")]

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::time::Instant;

use baogao::page::{Page, PageInfo};
use baogao::{clean, decode};

const ROUNDS: usize = 5;

fn main() -> std::io::Result<()> {
    let mut pages: Vec<Vec<u8>> = Vec::new();
    for path in std::env::args().skip(1).filter(|a| !a.starts_with("--")) {
        let file = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path)?));
        for line in file.lines() {
            let page: serde_json::Value = serde_json::from_str(&line?)?;
            pages.push(base64(page["html_b64"].as_str().unwrap_or("")));
        }
    }
    if pages.is_empty() {
        println!("no pages: name sets of pages as arguments");
        return Ok(());
    }
    let texts: Vec<String> =
        pages.iter().map(|p| String::from_utf8_lossy(p).into_owned()).collect();
    let bytes: usize = pages.iter().map(Vec::len).sum();
    println!("{} pages, {:.1} MB", pages.len(), bytes as f64 / 1e6);
    let bare = measure("scraper parse", pages.len(), || {
        texts.iter().map(|t| scraper::Html::parse_document(t).tree.nodes().len()).sum()
    });
    let ours = measure("bytes to blocks", pages.len(), || {
        pages.iter().map(|bytes| blocks(bytes.clone())).sum()
    });
    println!("ratio {:.2}", ours / bare);
    Ok(())
}

fn blocks(bytes: Vec<u8>) -> usize {
    let page = Page { info: PageInfo::default(), bytes };
    decode::decode(page, &decode::Options::default())
        .and_then(|text| clean::clean(text, &clean::Options::default()))
        .map_or(0, |blocks| blocks.blocks.len())
}

/// Milliseconds a page, the best of the rounds.
fn measure(name: &str, n_pages: usize, work: impl Fn() -> usize) -> f64 {
    let mut best = f64::MAX;
    let mut n = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        n = black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    let each = best * 1e3 / n_pages as f64;
    println!("{name}: {each:.2} ms a page ({n})");
    each
}

/// Base64 as the sets have it: the common alphabet, padding at the end.
fn base64(text: &str) -> Vec<u8> {
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut n) = (Vec::with_capacity(text.len() * 3 / 4), 0u32, 0);
    for v in text.bytes().filter_map(value) {
        bits = bits << 6 | u32::from(v);
        n += 6;
        if n >= 8 {
            n -= 8;
            out.push((bits >> n) as u8);
        }
    }
    out
}
