//! Worker threads that load pages and run the pure stages on them.
//!
//! A panic inside a page becomes a reject, and so does a page that takes too long: it loses its thread, and a new one
//! takes its place.

use super::timings::{Lap, Meter, Part};
use crate::collate::duplicates::Signature;
use crate::extract::Document;
use crate::ingest::{self, Found, Unreadable};
use crate::process;
use crate::reject::{Reason, Reject, Stage};
use crate::write::{Helpers, Work};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Stack of a worker: parsers of hostile pages may go deep.
const STACK_BYTES: usize = 16 << 20;

/// How often a waiting run looks for pages that are over their time.
const LOOK: Duration = Duration::from_millis(500);

/// What a page gave.
#[derive(Debug)]
pub(super) enum Done {
    /// A document, and what collation keeps of its text.
    Document(Box<(Document, Signature)>),
    /// A reject.
    Reject(Unreadable),
    /// It could not be read, and the run can't go on.
    Failed(ingest::Error),
}

/// The worker threads are gone before their time.
#[derive(Debug)]
pub(super) struct Gone;

/// What a worker does next.
enum Job {
    Page(Box<PageJob>),
    Work(Work),
}

/// A page for a worker.
pub(super) struct PageJob {
    pub(super) no: u64,
    pub(super) found: Found,
}

/// What a worker is at: number of the page, when it began, and what a reject of it would say.
type Slot = Arc<Mutex<Option<(u64, Instant, Unreadable)>>>;

/// The threads.
pub(super) struct Workers {
    pub(super) n_threads: usize,
    stages: Arc<Vec<process::Options>>,
    limit: Duration,
    meter: Arc<Meter>,
    jobs: Sender<Job>,
    jobs_out: Receiver<Job>,
    results: Receiver<(u64, Done)>,
    results_in: Sender<(u64, Done)>,
    slots: Vec<Slot>,
    /// Pages that were given up; their results, should they still come, are too late.
    given_up: BTreeSet<u64>,
    /// Tables that are built or being built.
    n_prepared: Arc<AtomicUsize>,
}

impl Workers {
    pub(super) fn start(
        n_threads: usize,
        stages: Arc<Vec<process::Options>>,
        limit: Duration,
        meter: Arc<Meter>,
    ) -> Self {
        let n_threads = n_threads.max(1);
        let (jobs, jobs_out) = crossbeam_channel::unbounded(); // bounded by the window
        let (results_in, results) = crossbeam_channel::unbounded();
        let mut workers = Self {
            n_threads,
            stages,
            limit,
            meter,
            jobs,
            jobs_out,
            results,
            results_in,
            slots: Vec::new(),
            given_up: BTreeSet::new(),
            n_prepared: Arc::default(),
        };
        for _ in 0..n_threads {
            workers.spawn();
        }
        workers
    }

    fn spawn(&mut self) {
        let slot = Slot::default();
        self.slots.push(slot.clone());
        let (jobs, results) = (self.jobs_out.clone(), self.results_in.clone());
        let (stages, meter) = (self.stages.clone(), self.meter.clone());
        let n_prepared = self.n_prepared.clone();
        let work = move || {
            while process::prepare(n_prepared.fetch_add(1, Ordering::Relaxed)) {}
            let mut lap = Lap::of(&meter);
            for job in jobs {
                let job = match job {
                    Job::Page(job) => job,
                    Job::Work(work) => {
                        lap.begin();
                        let _ = catch_unwind(AssertUnwindSafe(work)); // whoever needs it finds it not done
                        lap.end(Part::Write, 0, 0);
                        continue;
                    }
                };
                let no = job.no;
                let done = work(*job, &stages, &slot, &mut lap);
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

    pub(super) fn submit(&self, job: PageJob) -> Result<(), Gone> {
        if self.slots.is_empty() {
            return Err(Gone);
        }
        self.jobs.send(Job::Page(Box::new(job))).map_err(|_| Gone)
    }

    /// The threads, for other work than pages.
    pub(super) fn helpers(&self) -> Helpers {
        let jobs = self.jobs.clone();
        Arc::new(move |work| {
            let _ = jobs.send(Job::Work(work)); // what is not done is done by the one that needs it
        })
    }

    /// A result, if one is there.
    pub(super) fn poll(&mut self) -> Option<(u64, Done)> {
        loop {
            let (no, done) = self.results.try_recv().ok()?;
            if !self.given_up.remove(&no) {
                return Some((no, done));
            }
        }
    }

    /// The next result, however long it takes: at the most the time limit of a page.
    pub(super) fn wait(&mut self) -> Result<(u64, Done), Gone> {
        loop {
            match self.results.recv_timeout(LOOK) {
                Ok((no, done)) if !self.given_up.remove(&no) => return Ok((no, done)),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(late) = self.give_up_late() {
                        return Ok(late);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Gone),
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
        Some((no, Done::Reject(unreadable)))
    }
}

/// One page through the stages.
fn work(job: PageJob, stages: &[process::Options], slot: &Slot, lap: &mut Lap) -> Done {
    lap.begin();
    let source_idx = job.found.source_idx;
    let article = match job.found.load() {
        Ok(Ok(article)) => article,
        Ok(Err(unreadable)) => return Done::Reject(unreadable),
        Err(e) => return Done::Failed(e),
    };
    lap.end(Part::Read, 1, article.page.info.bytes);
    let reject = Reject::new(Stage::Extract, Reason::Panic, "the program failed on this page");
    let mut unreadable = Unreadable::of(&article.page.info, reject);
    let mark = |value| {
        if let Ok(mut slot) = slot.lock() {
            *slot = value;
        }
    };
    mark(Some((job.no, Instant::now(), unreadable.clone())));
    let done = catch_unwind(AssertUnwindSafe(|| {
        let document = process::process_observed(article, &stages[source_idx], |stage, bytes| {
            lap.end(part(stage), 1, bytes as u64);
        })?;
        let signature = Signature::of(&document);
        lap.end(Part::Sign, 1, document.body.len() as u64);
        Ok(Box::new((document, signature)))
    }));
    mark(None);
    match done {
        Ok(Ok(done)) => Done::Document(done),
        Ok(Err(reject)) => {
            unreadable.reject = reject;
            Done::Reject(unreadable)
        }
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            if let Some(why) = text.or(payload.downcast_ref::<&str>().copied()) {
                unreadable.reject.message.push_str(&format!(": {why}"));
            }
            Done::Reject(unreadable)
        }
    }
}

/// The part of a run's work that a stage is.
fn part(stage: Stage) -> Part {
    match stage {
        Stage::Fetch | Stage::Ingest => Part::Read,
        Stage::Decode => Part::Decode,
        Stage::Clean => Part::Clean,
        Stage::Extract => Part::Extract,
    }
}
