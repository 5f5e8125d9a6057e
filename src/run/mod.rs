//! A whole run: configuration → pages → stages on worker threads → rows in order → files and `latest`.
//!
//! The only place that sees everything. Pages flow through bounded channels, and results are put back into the order
//! of the pages before anything is written, so the bytes do not depend on the number of threads. At any time no more
//! than `WINDOW` pages a thread are under way.

mod collector;
pub mod timings;
mod workers;

use crate::config::{self, Config, Gate};
use crate::extract;
use crate::extract::indicators::{self, Catalogue};
use crate::ingest::{self, Digests, Plan};
use crate::process;
use crate::reject::Reason;
use crate::runs::earlier::{Earlier, Kept, Stages, Why};
use crate::runs::signatures::{self, Signatures};
use crate::runs::{self, Counts, Lock, LockError, Manifest, Output, OutputFile, Planned, RunId};
use crate::threads;
use crate::write::{self, Writer};
use crate::{clean, decode};
use collector::{Collected, Collector};
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use timings::{Lap, Meter, Part, Timings};
use workers::{Done, Gone, PageJob, Workers};

/// Pages under way for each worker thread: enough to hide a slow one, few enough to bound memory.
const WINDOW: u64 = 16;

/// Why a run failed. Nothing that a reader could mistake for a run is left behind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// An indicator of the configuration can't be used.
    #[error(transparent)]
    Catalogue(#[from] indicators::Error),
    /// There is nothing to read.
    #[error("no pages to read")]
    NoSources,
    /// The pages can't be read.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
    /// The datasets can't be written.
    #[error(transparent)]
    Write(#[from] write::Error),
    /// The output folder can't be used.
    #[error("cannot use the output folder {}", path.display())]
    Output {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another run holds the lock.
    #[error("another run is writing to {}; wait until it is done", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The signatures of documents, by which copies are found, can't be kept or read.
    #[error("cannot use {}", path.display())]
    Signatures {
        /// Their file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The worker threads ended before their time.
    #[error("the worker threads are gone")]
    Workers,
}

/// How to run, beyond what decides the data.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Worker threads.
    pub threads: usize,
    /// Process every page, also where an earlier run has its rows.
    pub fresh: bool,
    /// Read every file to digest it, also one whose size, modification time and inode are as they were.
    pub rehash: bool,
    /// Write what the run took into run.json, as its informational part.
    pub timings: bool,
}

/// Hears how far a run is.
pub trait Progress {
    /// The files are listed; processing begins.
    fn begin(&mut self, n_files: usize);
    /// So many pages are done, of them so many rejects.
    fn pages(&mut self, n_pages: u64, n_rejects: u64);
    /// All pages are done; the rest is written.
    fn end(&mut self);
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Folder of the run.
    pub dir: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest<IgnoredAny>,
    /// The run was there already: same pages, same configuration, same program.
    pub reused: bool,
    /// `latest` points to it.
    pub is_latest: bool,
    /// What was taken over from the run before, and what was processed, and why.
    pub redone: Redone,
    /// What it took.
    pub timings: Timings,
}

/// How much of a run was new work.
#[derive(Debug, Clone, Default)]
pub struct Redone {
    /// Pages whose rows come from the run before.
    pub n_kept: u64,
    /// Pages processed, by the reason.
    pub processed: BTreeMap<Why, u64>,
    /// The indicators of the configuration changed: those of the pages taken over were found anew.
    pub indicators_anew: bool,
}

/// Runs a configuration.
///
/// # Errors
/// What failed; `latest` is then what it was.
pub fn run(
    config: &Config,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Summary, Error> {
    if config.sources.is_empty() {
        return Err(Error::NoSources);
    }
    let meter = Arc::new(Meter::start(options.timings));
    let catalogue = config.catalogue()?;
    let root = config.root.join(&config.write.output);
    let failed = |source| Error::Output { path: root.clone(), source };
    let output = Output::open(&root).map_err(failed)?;
    let _lock = Lock::take(output.root()).map_err(|e| match e {
        LockError::Held => Error::Locked { path: root.clone() },
        LockError::Io(source) => failed(source),
    })?;
    output.sweep().map_err(failed)?;
    let mut digests = Digests::open(&output.cache().join("files.tsv"), options.rehash);
    let mut lap = Lap::of(&meter);
    let plan = ingest::plan(config, &mut digests, options.threads).inspect_err(|_| {
        let _ = output.sweep(); // as far as the digests were written
    })?;
    digests.save().map_err(failed).inspect_err(|_| {
        let _ = output.sweep();
    })?;
    lap.end_of_all(Part::Plan, plan.inputs.len() as u64, plan.inputs.bytes());
    let id = RunId::of(config, &plan).map_err(ingest::Error::List)?;
    let dir = output.run(&id);
    let (manifest, made) = match Manifest::read(&dir).ok().filter(|m| m.is_whole(&dir)) {
        Some(manifest) => (manifest, None),
        None => {
            output.remove(&id).map_err(failed)?; // it may be there, but damaged
            let unfinished = output.begin(&id).map_err(failed)?;
            let earlier = output.latest().filter(|_| !options.fresh);
            let making = Making {
                config,
                options,
                output: &output,
                plan: &plan,
                id: &id,
                dir: &unfinished,
                meter: &meter,
            };
            match making.run(catalogue, earlier.as_deref(), progress) {
                Ok(made) => {
                    output.finish(&unfinished, &id).map_err(failed)?;
                    (made.manifest, Some((made.redone, made.signatures)))
                }
                Err(e) => {
                    let _ = output.sweep(); // the next run sweeps up what is left
                    return Err(e);
                }
            }
        }
    };
    let is_latest = manifest.gate.is_empty();
    if is_latest {
        output.set_latest(&id).map_err(failed)?;
    }
    let reused = made.is_none();
    let redone = made.map(|(redone, signatures)| {
        // Signatures of the run that the next one takes rows from. Without them it reads the text again, so a file that
        // can't be kept is no failure of this run, which is whole.
        let _ =
            if is_latest { signatures.keep(&output, id.as_str()) } else { signatures.discard() };
        redone
    });
    if is_latest {
        let _ = signatures::keep_only(&output, id.as_str()); // what others leave there is of no use
    }
    if let Some(keep) = config.write.keep_runs {
        output.prune(keep, &id).map_err(failed)?;
    }
    Ok(Summary {
        dir,
        timings: meter.timings(options.threads, manifest.counts.pages),
        manifest,
        reused,
        is_latest,
        redone: redone.unwrap_or_default(),
    })
}

/// The stages' options for the pages of each source.
pub fn stage_options(config: &Config, catalogue: &Arc<Catalogue>) -> Vec<process::Options> {
    let list =
        |values: &[toml::Spanned<String>]| values.iter().map(|v| v.get_ref().clone()).collect();
    config
        .sources
        .iter()
        .map(|source| process::Options {
            decode: decode::Options {
                charset: source.charset.as_ref().map(|c| c.get_ref().clone()),
                language: source.language.clone(),
            },
            clean: clean::Options {
                content: list(&source.content),
                drop: list(&source.drop),
                depth_max: config.clean.depth_max,
                nodes_max: config.clean.nodes_max,
            },
            extract: extract::Options {
                language: source.language.clone(),
                catalogue: Some(catalogue.clone()),
            },
        })
        .collect()
}

/// A run in the making.
struct Making<'a> {
    config: &'a Config,
    options: &'a Options,
    output: &'a Output,
    plan: &'a Plan,
    id: &'a RunId,
    /// Where it is written.
    dir: &'a Path,
    meter: &'a Arc<Meter>,
}

/// A run that is whole, but for its name.
struct Made {
    manifest: Manifest<IgnoredAny>,
    redone: Redone,
    signatures: Signatures,
}

impl Making<'_> {
    /// Makes it, with what the run in `earlier` has of it.
    fn run(
        &self,
        catalogue: Arc<Catalogue>,
        earlier: Option<&Path>,
        progress: &mut dyn Progress,
    ) -> Result<Made, Error> {
        let Self { config, plan, meter, output, .. } = *self;
        let stages = Stages::of(config);
        let options = Arc::new(stage_options(config, &catalogue));
        let limit = Duration::from_secs(config.limits.page_seconds);
        let mut workers = Workers::start(self.options.threads, options, limit, meter.clone());
        let writer = Writer::create(self.dir, &write_options(config), workers.helpers())?;
        let signatures = Signatures::create(output)
            .map_err(|source| Error::Signatures { path: Signatures::path(output), source })?;
        progress.begin(plan.inputs.len());
        let mut lap = Lap::of(meter);
        let earlier = earlier.and_then(|dir| Earlier::open(dir, output, plan, config, &catalogue));
        let indicators_anew = earlier.as_ref().is_some_and(Earlier::finds_indicators_anew);
        lap.end(Part::Earlier, 0, 0);
        let mut collector = Collector::new(writer, earlier, signatures, catalogue, meter);
        let job = Flow { plan, config, stages: &stages };
        let mut redone = flow(&job, &mut workers, &mut collector, progress)?;
        redone.indicators_anew = indicators_anew && redone.n_kept > 0;
        progress.end();
        let Collected { counts, rejects, warnings, datasets, signatures } =
            collector.finish(&plan.fetches)?;
        let manifest = self
            .describe(counts, rejects, warnings, datasets, stages)
            .map_err(|source| Error::Output { path: self.dir.to_owned(), source })?;
        Ok(Made { manifest, redone, signatures })
    }

    /// Writes what says of the run what it is.
    fn describe(
        &self,
        counts: Counts,
        rejects: BTreeMap<String, u64>,
        warnings: BTreeMap<String, u64>,
        datasets: Vec<(&'static str, u64)>,
        stages: Stages,
    ) -> std::io::Result<Manifest<IgnoredAny>> {
        let Self { config, options, plan, id, dir, meter, .. } = *self;
        let mut lap = Lap::of(meter);
        let version = runs::version();
        let csv = config.write.formats.contains(&config::Format::Csv);
        let files = datasets.into_iter().flat_map(|(name, n_rows)| {
            let csv = csv.then(|| format!("csv/{name}.csv"));
            [Some(format!("{name}.parquet")), csv].into_iter().flatten().map(move |f| (f, n_rows))
        });
        let digested = threads::map(options.threads, files, |(path, n_rows)| {
            OutputFile::of(dir, &path, Some(n_rows))
        });
        let mut outputs = digested.into_iter().collect::<Result<Vec<_>, _>>()?;
        runs::write_package(dir, &runs::data_package(id.as_str(), &version, &outputs))?;
        outputs.push(OutputFile::of(dir, runs::PACKAGE_FILE, None)?);
        let bytes = outputs.iter().map(|o| o.bytes).sum();
        lap.end(Part::Seal, 0, bytes);
        lap.end(Part::Write, 0, bytes);
        let timings = meter.timings(options.threads, counts.pages);
        let manifest = Manifest {
            run: id.to_string(),
            version,
            config: config.identity(),
            stages,
            gate: breaches(&config.gate, &counts, &rejects),
            counts,
            rejects,
            warnings,
            skipped: plan.skipped.clone(),
            informational: options.timings.then(|| timings.informational(runs::clock::now())),
            store: plan.store.clone(),
            inputs: Planned(plan),
            outputs,
        };
        manifest.write(dir)?;
        Ok(manifest.without_inputs())
    }
}

fn write_options(config: &Config) -> write::Options {
    write::Options {
        formats: config.write.formats.clone(),
        compression: config.write.compression,
        compression_level: config.write.compression_level,
        row_group_rows: config.write.row_group_rows,
        version: runs::version(),
    }
}

/// What a run fell short of.
fn breaches(gate: &Gate, counts: &Counts, rejects: &BTreeMap<String, u64>) -> Vec<String> {
    let mut out = Vec::new();
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    if let Some(min) = gate.documents_min.filter(|min| counts.documents < *min) {
        out.push(format!("{} documents, fewer than documents_min = {min}", counts.documents));
    }
    let rejected = share(counts.rejects, counts.pages);
    if let Some(max) = gate.rejects_share_max.filter(|max| rejected > *max) {
        out.push(format!(
            "a share of {rejected:.3} of the pages are rejects, more than rejects_share_max = {max}"
        ));
    }
    let doubtful = share(counts.low_confidence, counts.documents);
    if let Some(max) = gate.low_confidence_share_max.filter(|max| doubtful > *max) {
        out.push(format!("a share of {doubtful:.3} of the documents is doubtful, more than low_confidence_share_max = {max}"));
    }
    let panics = rejects.get(Reason::Panic.code()).copied().unwrap_or(0);
    if let Some(max) = gate.panics_max.filter(|max| panics > *max) {
        out.push(format!("the program failed on {panics} pages, more than panics_max = {max}"));
    }
    out
}

/// Moves pages through the workers, or rows over from an earlier run, and both to the collector in the pages' order.
fn flow(
    job: &Flow<'_>,
    workers: &mut Workers,
    collector: &mut Collector,
    progress: &mut dyn Progress,
) -> Result<Redone, Error> {
    let mut pages = ingest::pages(job.plan, job.config);
    let mut redone = Redone::default();
    let mut waiting: BTreeMap<u64, Ready> = BTreeMap::new();
    let (mut next_in, mut next_out, mut exhausted) = (0u64, 0u64, false);
    let window = WINDOW * workers.n_threads as u64;
    loop {
        while let Some(ready) = waiting.remove(&next_out) {
            match ready {
                Ready::Kept(kept) => collector.keep(kept)?,
                Ready::Done(done) => collector.push(done)?,
            }
            next_out += 1;
            let (n_pages, n_rejects) = collector.so_far();
            progress.pages(n_pages, n_rejects);
        }
        if exhausted && next_out == next_in {
            return Ok(redone);
        }
        if !exhausted && next_in < next_out + window {
            let Some(found) = pages.next().transpose()? else {
                exhausted = true;
                continue;
            };
            match collector.find(&found, job.stages)? {
                Ok(kept) => {
                    redone.n_kept += 1;
                    waiting.insert(next_in, Ready::Kept(kept));
                }
                Err(why) => {
                    *redone.processed.entry(why).or_default() += 1;
                    workers
                        .submit(PageJob { no: next_in, found })
                        .map_err(|Gone| Error::Workers)?;
                }
            }
            next_in += 1;
            while let Some((no, done)) = workers.poll() {
                waiting.insert(no, Ready::Done(done));
            }
        } else {
            let (no, done) = workers.wait().map_err(|Gone| Error::Workers)?;
            waiting.insert(no, Ready::Done(done));
        }
    }
}

/// What flows.
struct Flow<'a> {
    plan: &'a Plan,
    config: &'a Config,
    stages: &'a Stages,
}

/// A page that can be written when its turn comes.
enum Ready {
    Kept(Kept),
    Done(Done),
}
