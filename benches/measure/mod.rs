//! What the benches of whole pages share: sets of pages, and CPU time in rounds that take turns.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Error};
use std::time::Instant;

use baogao::decode;
use baogao::page::{Page, PageInfo};

/// A page as it came, and as decoded text for parsers that take nothing else.
pub(crate) struct Sample {
    /// As it came.
    pub(crate) bytes: Vec<u8>,
    /// Decoded.
    pub(crate) text: String,
}

impl Sample {
    /// The page for the first stage. The copy of its bytes counts as part of the work that takes it.
    pub(crate) fn page(&self) -> Page {
        Page { info: PageInfo::default(), bytes: self.bytes.clone() }
    }
}

/// What the command line asks for.
pub(crate) struct Arguments {
    /// Sets of pages.
    pub(crate) sets: Vec<String>,
    /// Turns that each job gets.
    pub(crate) rounds: usize,
    /// The only job to do, for tools that count instructions.
    pub(crate) only: Option<String>,
}

impl Arguments {
    /// Reads `SET… [--rounds N] [--only JOB]`; what cargo adds is passed over.
    pub(crate) fn read() -> Self {
        let mut out = Self { sets: Vec::new(), rounds: 7, only: None };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--rounds" => {
                    out.rounds = args.next().and_then(|n| n.parse().ok()).unwrap_or(out.rounds)
                }
                "--only" => out.only = args.next(),
                flag if flag.starts_with("--") => {}
                set => out.sets.push(set.to_owned()),
            }
        }
        out
    }
}

/// Reads sets of pages: JSON Lines in gzip, each with a page's bytes as `html_b64`.
pub(crate) fn samples(sets: &[String]) -> Result<Vec<Sample>, Error> {
    let mut out = Vec::new();
    for path in sets {
        let file = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open(path)?));
        for line in file.lines() {
            let page: serde_json::Value = serde_json::from_str(&line?)?;
            let bytes = base64(page["html_b64"].as_str().unwrap_or(""));
            let page = Page { info: PageInfo::default(), bytes: bytes.clone() };
            let text = decode::decode(page, &decode::Options::default())
                .map_or_else(|_| String::from_utf8_lossy(&bytes).into_owned(), |t| t.text);
            out.push(Sample { bytes, text });
        }
    }
    Ok(out)
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

/// One thing to measure.
pub(crate) struct Job<'a> {
    /// Its name on the command line and in print.
    pub(crate) name: &'static str,
    /// The work over all pages; what it returns keeps it from being optimised away.
    pub(crate) work: Box<dyn FnMut() -> usize + 'a>,
}

/// Milliseconds of CPU a page of each job, the best of the rounds. The jobs take turns, so that what else the machine
/// does falls on all of them.
pub(crate) fn measure(jobs: &mut [Job<'_>], rounds: usize, n_pages: usize) -> Vec<f64> {
    let mut best = vec![f64::MAX; jobs.len()];
    for _ in 0..rounds {
        for (job, best) in jobs.iter_mut().zip(&mut best) {
            let start = cpu_ms();
            black_box((job.work)());
            *best = best.min(cpu_ms() - start);
        }
    }
    best.iter().map(|ms| ms / n_pages as f64).collect()
}

/// CPU time of this thread in milliseconds as the kernel's scheduler counts it; where it does not, time on the wall.
pub(crate) fn cpu_ms() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()) {
        Some(ns) => ns / 1e6,
        None => START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3,
    }
}
