//! A whole run: configuration → pages → stages on worker threads → rows in order → files and `latest`.
//!
//! The only place that sees everything. Pages flow through bounded channels, and results are put back into the order
//! of the pages before anything is written, so the bytes do not depend on the number of threads. At any time no more
//! than [`WINDOW`] pages a thread are under way.

use crate::collate::duplicates::Duplicates;
use crate::collate::panel::Panel;
use crate::config::{self, Config, Gate};
use crate::extract::indicators::{self, Catalogue};
use crate::extract::{self, Document};
use crate::ingest::{self, Plan, Read, Unreadable};
use crate::page::Page;
use crate::process;
use crate::reject::{Reason, Reject, Stage};
use crate::rows::{self, Sink};
use crate::runs::{self, Counts, Lock, LockError, Manifest, Output, OutputFile, RunId};
use crate::write::{self, Writer};
use crate::{clean, decode};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Pages under way for each worker thread: enough to hide a slow one, few enough to bound memory.
const WINDOW: u64 = 16;

/// Stack of a worker: parsers of hostile pages may go deep.
const STACK_BYTES: usize = 16 << 20;

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
    /// The worker threads ended before their time.
    #[error("the worker threads are gone")]
    Workers,
}

/// How to run, beyond what decides the data.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Worker threads.
    pub threads: usize,
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
    pub manifest: Manifest,
    /// The run was there already: same pages, same configuration, same program.
    pub reused: bool,
    /// `latest` points to it.
    pub is_latest: bool,
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
    let catalogue = config.catalogue()?;
    let root = config.root.join(&config.write.output);
    let failed = |source| Error::Output { path: root.clone(), source };
    let output = Output::open(&root).map_err(failed)?;
    let _lock = Lock::take(output.root()).map_err(|e| match e {
        LockError::Held => Error::Locked { path: root.clone() },
        LockError::Io(source) => failed(source),
    })?;
    output.sweep().map_err(failed)?;
    let plan = ingest::plan(config)?;
    let id = RunId::of(config, &plan);
    let dir = output.run(&id);
    let (manifest, reused) = match Manifest::read(&dir) {
        Ok(manifest) => (manifest, true),
        Err(_) => {
            let unfinished = output.begin(&id).map_err(failed)?;
            let made = make(config, options, &plan, &id, catalogue, &unfinished, progress);
            let manifest = match made {
                Ok(manifest) => manifest,
                Err(e) => {
                    let _ = std::fs::remove_dir_all(&unfinished); // the next run sweeps up what is left
                    return Err(e);
                }
            };
            output.finish(&unfinished, &id).map_err(failed)?;
            (manifest, false)
        }
    };
    let is_latest = manifest.gate.is_empty();
    if is_latest {
        output.set_latest(&id).map_err(failed)?;
    }
    Ok(Summary { dir, manifest, reused, is_latest })
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

/// Writes a run to `dir`.
fn make(
    config: &Config,
    options: &Options,
    plan: &Plan,
    id: &RunId,
    catalogue: Arc<Catalogue>,
    dir: &Path,
    progress: &mut dyn Progress,
) -> Result<Manifest, Error> {
    let failed = |source| Error::Output { path: dir.to_owned(), source };
    let version = runs::version();
    let writer = Writer::create(
        dir,
        &write::Options {
            formats: config.write.formats.clone(),
            compression: config.write.compression,
            compression_level: config.write.compression_level,
            row_group_rows: config.write.row_group_rows,
            version: version.clone(),
        },
    )?;
    let stages = Arc::new(stage_options(config, &catalogue));
    let mut collector = Collector::new(writer, catalogue);
    progress.begin(plan.inputs.len());
    let limit = Duration::from_secs(config.limits.page_seconds);
    let mut workers = Workers::start(options.threads, stages, limit);
    flow(ingest::pages(plan, config), &mut workers, &mut collector, progress)?;
    progress.end();
    let (counts, rejects, warnings, datasets) = collector.finish()?;
    let mut outputs = Vec::new();
    for (name, n_rows) in datasets {
        outputs
            .push(OutputFile::of(dir, &format!("{name}.parquet"), Some(n_rows)).map_err(failed)?);
        if config.write.formats.contains(&config::Format::Csv) {
            outputs.push(
                OutputFile::of(dir, &format!("csv/{name}.csv"), Some(n_rows)).map_err(failed)?,
            );
        }
    }
    let package = runs::data_package(id.as_str(), &version, &outputs);
    runs::write_package(dir, &package).map_err(failed)?;
    outputs.push(OutputFile::of(dir, runs::PACKAGE_FILE, None).map_err(failed)?);
    let manifest = Manifest {
        run: id.to_string(),
        version,
        config: config.identity(),
        gate: breaches(&config.gate, &counts, &rejects),
        counts,
        rejects,
        warnings,
        skipped: plan.skipped.clone(),
        inputs: Manifest::inputs(plan),
        outputs,
    };
    manifest.write(dir).map_err(failed)?;
    Ok(manifest)
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

/// A page that went through the stages.
type Done = Result<Box<Document>, Unreadable>;

/// Moves pages to the workers and their results, in the order of the pages, to the collector.
fn flow(
    pages: impl Iterator<Item = Result<(usize, Read), ingest::Error>>,
    workers: &mut Workers,
    collector: &mut Collector,
    progress: &mut dyn Progress,
) -> Result<(), Error> {
    let mut pages = pages.enumerate();
    let mut waiting: BTreeMap<u64, Done> = BTreeMap::new();
    let (mut next_in, mut next_out, mut exhausted) = (0u64, 0u64, false);
    let window = WINDOW * workers.n_threads as u64;
    loop {
        while let Some(done) = waiting.remove(&next_out) {
            collector.push(done)?;
            next_out += 1;
            progress.pages(collector.counts.pages, collector.counts.rejects);
        }
        if exhausted && next_out == next_in {
            return Ok(());
        }
        if !exhausted && next_in < next_out + window {
            match pages.next() {
                None => exhausted = true,
                Some((_, Err(e))) => return Err(e.into()),
                Some((_, Ok((_, Err(unreadable))))) => {
                    waiting.insert(next_in, Err(unreadable));
                    next_in += 1;
                }
                Some((_, Ok((source_idx, Ok(page))))) => {
                    workers.submit(Job { no: next_in, source_idx, page })?;
                    next_in += 1;
                }
            }
            while let Some((no, done)) = workers.poll() {
                waiting.insert(no, done);
            }
        } else {
            let (no, done) = workers.wait()?;
            waiting.insert(no, done);
        }
    }
}

/// A page for a worker.
struct Job {
    no: u64,
    source_idx: usize,
    page: Page,
}

/// What a worker is at: number of the page, when it began, and what a reject of it would say.
type Slot = Arc<Mutex<Option<(u64, Instant, Unreadable)>>>;

/// Threads that run the pure stages. A page that takes too long loses its thread, and a new one takes its place.
struct Workers {
    n_threads: usize,
    stages: Arc<Vec<process::Options>>,
    limit: Duration,
    jobs: Sender<Job>,
    jobs_out: Receiver<Job>,
    results: Receiver<(u64, Done)>,
    results_in: Sender<(u64, Done)>,
    slots: Vec<Slot>,
    /// Pages that were given up; their results, should they still come, are too late.
    given_up: BTreeSet<u64>,
}

impl Workers {
    fn start(n_threads: usize, stages: Arc<Vec<process::Options>>, limit: Duration) -> Self {
        let n_threads = n_threads.max(1);
        let (jobs, jobs_out) = crossbeam_channel::unbounded(); // bounded by the window
        let (results_in, results) = crossbeam_channel::unbounded();
        let mut workers = Self {
            n_threads,
            stages,
            limit,
            jobs,
            jobs_out,
            results,
            results_in,
            slots: Vec::new(),
            given_up: BTreeSet::new(),
        };
        for _ in 0..n_threads {
            workers.spawn();
        }
        workers
    }

    fn spawn(&mut self) {
        let slot = Slot::default();
        self.slots.push(slot.clone());
        let (jobs, results, stages) =
            (self.jobs_out.clone(), self.results_in.clone(), self.stages.clone());
        let work = move || {
            for job in jobs {
                let no = job.no;
                let done = work(job, &stages, &slot);
                if results.send((no, done)).is_err() {
                    return;
                }
            }
        };
        // Where a thread can't be had, the others go on; with none at all, `wait` reports it.
        if std::thread::Builder::new()
            .name("page".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(work)
            .is_err()
        {
            self.slots.pop();
        }
    }

    fn submit(&self, job: Job) -> Result<(), Error> {
        if self.slots.is_empty() {
            return Err(Error::Workers);
        }
        self.jobs.send(job).map_err(|_| Error::Workers)
    }

    /// A result, if one is there.
    fn poll(&mut self) -> Option<(u64, Done)> {
        loop {
            let (no, done) = self.results.try_recv().ok()?;
            if !self.given_up.remove(&no) {
                return Some((no, done));
            }
        }
    }

    /// The next result, however long it takes: at the most the time limit of a page.
    fn wait(&mut self) -> Result<(u64, Done), Error> {
        loop {
            match self.results.recv_timeout(Duration::from_millis(500)) {
                Ok((no, done)) if !self.given_up.remove(&no) => return Ok((no, done)),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(late) = self.give_up_late() {
                        return Ok(late);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Workers),
            }
        }
    }

    /// A page that is over its time: its thread is left to itself and replaced.
    fn give_up_late(&mut self) -> Option<(u64, Done)> {
        let limit = self.limit;
        let (index, no, mut unreadable) =
            self.slots.iter().enumerate().find_map(|(index, slot)| {
                let slot = slot.lock().ok()?;
                let (no, since, unreadable) = slot.as_ref()?;
                (since.elapsed() > limit).then(|| (index, *no, unreadable.clone()))
            })?;
        let message = format!("not done after limits.page_seconds = {}", limit.as_secs());
        unreadable.reject = Reject::new(Stage::Extract, Reason::Timeout, message);
        self.slots.remove(index);
        self.given_up.insert(no);
        self.spawn();
        Some((no, Err(unreadable)))
    }
}

/// One page through the stages; a panic becomes a reject.
fn work(job: Job, stages: &[process::Options], slot: &Slot) -> Done {
    let info = &job.page.info;
    let mut unreadable = Unreadable {
        source: info.source.clone(),
        reject: Reject::new(Stage::Extract, Reason::Panic, ""),
        bytes: Some(info.bytes),
        content_sha256: Some(info.content_sha256.clone()),
    };
    let mark = |value| {
        if let Ok(mut slot) = slot.lock() {
            *slot = value;
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the time limit of a page; no output depends on it but its reject"
    )]
    mark(Some((job.no, Instant::now(), unreadable.clone())));
    let done =
        catch_unwind(AssertUnwindSafe(|| process::process(job.page, &stages[job.source_idx])));
    mark(None);
    match done {
        Ok(Ok(document)) => Ok(Box::new(document)),
        Ok(Err(reject)) => {
            unreadable.reject = reject;
            Err(unreadable)
        }
        Err(payload) => {
            let what = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(payload.downcast_ref::<&str>().copied());
            unreadable.reject.message =
                format!("the program failed on this page: {}", what.unwrap_or("no message"));
            Err(unreadable)
        }
    }
}

/// Takes results in the order of the pages: writes their rows, keeps what collation needs.
struct Collector {
    writer: Writer,
    duplicates: Duplicates,
    panel: Panel,
    counts: Counts,
    rejects: BTreeMap<String, u64>,
    warnings: BTreeMap<String, u64>,
}

/// Counts, rejects by reason, warnings by code, rows by dataset.
type Collected = (Counts, BTreeMap<String, u64>, BTreeMap<String, u64>, Vec<(&'static str, u64)>);

impl Collector {
    fn new(writer: Writer, catalogue: Arc<Catalogue>) -> Self {
        Self {
            writer,
            duplicates: Duplicates::default(),
            panel: Panel::new(catalogue),
            counts: Counts::default(),
            rejects: BTreeMap::new(),
            warnings: BTreeMap::new(),
        }
    }

    fn push(&mut self, done: Done) -> Result<(), Error> {
        self.counts.pages += 1;
        match done {
            Ok(document) => {
                self.counts.documents += 1;
                self.counts.figures += document.figures.len() as u64;
                self.counts.low_confidence += u64::from(document.confidence < 0.5);
                for warning in &document.decoded.warnings {
                    *self.warnings.entry(warning.code().to_owned()).or_default() += 1;
                }
                self.duplicates.push(&document);
                self.panel.push(&document);
                self.writer.document(|sinks| rows::document(&document, sinks))?;
            }
            Err(unreadable) => {
                self.counts.rejects += 1;
                *self.rejects.entry(unreadable.reject.reason.code().to_owned()).or_default() += 1;
                self.writer.rows("rejects", |sink| rejects_row(&unreadable, sink))?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Collected, Error> {
        let duplicates = self.duplicates.finish();
        self.writer
            .rows("duplicates", |sink| duplicates.iter().for_each(|d| rows::duplicate(d, sink)))?;
        let panel = self.panel.finish(&duplicates);
        self.writer
            .rows("indicators", |sink| panel.iter().for_each(|i| rows::indicator(i, sink)))?;
        Ok((self.counts, self.rejects, self.warnings, self.writer.finish()?))
    }
}

fn rejects_row(unreadable: &Unreadable, row: &mut dyn Sink) {
    row.str("source", Some(&unreadable.source));
    row.str("stage", Some(unreadable.reject.stage.code()));
    row.str("reason", Some(unreadable.reject.reason.code()));
    row.str("message", Some(&unreadable.reject.message));
    row.int("bytes", unreadable.bytes.and_then(|b| i64::try_from(b).ok()));
    row.str("content_sha256", unreadable.content_sha256.as_deref());
    row.end_row();
}
