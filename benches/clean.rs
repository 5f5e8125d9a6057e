//! What cleaning costs: bytes → blocks against a bare `scraper::Html::parse_document` of the same pages, and against
//! dom_smoothie's extraction, in CPU time of the thread.
//!
//! Run with `cargo bench --bench clean --no-default-features -- ../shared/bench/content/aeb.dev.jsonl.gz …` over sets of
//! pages. With `--only JOB --rounds 1` one job runs once, to count its instructions with callgrind.

#![allow(clippy::print_stdout, reason = "a bench prints its result")]

mod measure;

use baogao::{clean, decode};
use measure::{Arguments, Job, Sample};

fn main() -> std::io::Result<()> {
    let arguments = Arguments::read();
    let samples = measure::samples(&arguments.sets)?;
    if samples.is_empty() {
        println!("no pages: name sets of pages as arguments");
        return Ok(());
    }
    let bytes: usize = samples.iter().map(|s| s.bytes.len()).sum();
    println!("{} pages, {:.1} MB", samples.len(), bytes as f64 / 1e6);
    let mut jobs = vec![
        Job { name: "scraper", work: Box::new(|| samples.iter().map(bare).sum()) },
        Job { name: "dom_smoothie", work: Box::new(|| samples.iter().map(smoothie).sum()) },
        Job { name: "blocks", work: Box::new(|| samples.iter().map(blocks).sum()) },
    ];
    jobs.retain(|job| arguments.only.as_deref().is_none_or(|only| only == job.name));
    let times = measure::measure(&mut jobs, arguments.rounds, samples.len());
    for (job, ms) in jobs.iter().zip(&times) {
        println!("{:12} {ms:.3} ms a page, {:.2} times {}", job.name, ms / times[0], jobs[0].name);
    }
    Ok(())
}

fn bare(sample: &Sample) -> usize {
    scraper::Html::parse_document(&sample.text).tree.nodes().len()
}

fn smoothie(sample: &Sample) -> usize {
    let article = dom_smoothie::Readability::new(sample.text.as_str(), None, None)
        .and_then(|mut page| page.parse());
    article.map_or(0, |article| article.text_content.len())
}

fn blocks(sample: &Sample) -> usize {
    decode::decode(sample.page(), &decode::Options::default())
        .and_then(|text| clean::clean(text, &clean::Options::default()))
        .map_or(0, |blocks| blocks.blocks.len())
}
