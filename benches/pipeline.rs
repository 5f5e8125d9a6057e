//! What the whole pipeline costs: bytes → Parquet files against a bare `scraper::Html::parse_document` of the same
//! pages, in CPU time of one thread; and how that is shared out between the stages.
//!
//! Run with `cargo bench --bench pipeline -- ../shared/bench/content/aeb.dev.jsonl.gz …` over sets of pages.

#![allow(clippy::print_stdout, reason = "a bench prints its result")]

mod measure;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use baogao::collate::duplicates::{Duplicates, Signature};
use baogao::collate::panel::Panel;
use baogao::config::Config;
use baogao::extract::indicators::Catalogue;
use baogao::page::Page;
use baogao::write::Writer;
use baogao::{clean, decode, process, rows, write};
use measure::{Arguments, Job, Sample};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::read();
    let samples = measure::samples(&arguments.sets)?;
    if samples.is_empty() {
        println!("no pages: name sets of pages as arguments");
        return Ok(());
    }
    let bytes: usize = samples.iter().map(|s| s.bytes.len()).sum();
    println!("{} pages, {:.1} MB", samples.len(), bytes as f64 / 1e6);
    let folder = tempfile::tempdir()?;
    let config = Config::of_inputs(&[folder.path().to_owned()], folder.path())?;
    let catalogue = config.catalogue()?;
    let mut options = process::Options::default();
    options.extract.catalogue = Some(catalogue.clone());
    let parquet = || run(&samples, &config, &catalogue, &options, folder.path()).unwrap_or(0);
    let mut jobs = vec![
        Job { name: "scraper", work: Box::new(|| samples.iter().map(bare).sum()) },
        Job {
            name: "blocks",
            work: Box::new(|| samples.iter().map(|s| blocks(s, &options)).sum()),
        },
        Job {
            name: "documents",
            work: Box::new(|| samples.iter().map(|s| body(s, &options)).sum()),
        },
        Job { name: "parquet", work: Box::new(parquet) },
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

fn blocks(sample: &Sample, options: &process::Options) -> usize {
    decode::decode(sample.page(), &options.decode)
        .and_then(|text| clean::clean(text, &options.clean))
        .map_or(0, |blocks| blocks.blocks.len())
}

fn body(sample: &Sample, options: &process::Options) -> usize {
    process::process(sample.page(), options).map_or(0, |document| document.body.len())
}

/// Why signatures can be kept.
const IN_MEMORY: &str = "memory takes what is pushed";

/// What a run does between reading its files and naming its folder.
fn run(
    samples: &[Sample],
    config: &Config,
    catalogue: &Arc<Catalogue>,
    options: &process::Options,
    folder: &Path,
) -> Result<usize, write::Error> {
    let mut writer = Writer::create(
        folder,
        &write::Options {
            formats: config.write.formats.clone(),
            compression: config.write.compression,
            compression_level: config.write.compression_level,
            row_group_rows: config.write.row_group_rows,
            version: "0".to_owned(),
        },
        write::alone(),
    )?;
    let mut duplicates = Duplicates::<Vec<Signature>>::default();
    let mut panel = Panel::new(catalogue.clone());
    for (no, sample) in samples.iter().enumerate() {
        let Page { mut info, bytes } = sample.page();
        info.source = format!("pages/{no}");
        let Ok(document) = process::process(Page { info, bytes }, options) else { continue };
        let signature = Signature::of(&document);
        writer.document(signature.doc_id(), |sinks| rows::document(&document, sinks))?;
        duplicates.push(&signature).expect(IN_MEMORY);
        panel.push(&document);
    }
    let (duplicates, _) = duplicates.finish().expect(IN_MEMORY);
    writer.all_rows("duplicates", &duplicates, rows::duplicate)?;
    let panel = panel.finish(&duplicates);
    writer.all_rows("indicators", &panel, rows::indicator)?;
    Ok(writer.finish()?.len())
}
