//! Where a run's time goes: wall and CPU time of each part, pages, bytes, and the most memory held.
//!
//! Measured around the stages, which know no clock. Nothing of it reaches a dataset: it is shown with `--timings`, and
//! then stands in the informational part of run.json.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A part of a run's work.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Part { $($(#[$doc])* $name,)* }

        impl Part {
            /// Every part, in the order of the flow.
            pub const ALL: &'static [Part] = &[$(Part::$name,)*];

            /// Its name in tables and metrics.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

parts! {
    /// Listing the files and digesting those that may have changed.
    Plan = "plan",
    /// Finding out what the run before has of the pages.
    Earlier = "earlier",
    /// Reading pages off files.
    Read = "read",
    /// Bytes to text.
    Decode = "decode",
    /// Text to blocks.
    Clean = "clean",
    /// Blocks to a document.
    Extract = "extract",
    /// Signatures by which copies are found.
    Sign = "sign",
    /// Rows to files, those taken over among them.
    Write = "write",
    /// Duplicates and the panel.
    Collate = "collate",
    /// Digesting the files written and bringing them to disk.
    Seal = "seal",
}

/// What a part took, all threads together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartTime {
    /// The part.
    pub part: Part,
    /// Time that threads spent in it.
    pub wall: Duration,
    /// Time that processors spent on it; none where the system does not tell.
    pub cpu: Option<Duration>,
    /// Pages that went through it; none where it does not go page by page.
    pub n_pages: Option<u64>,
    /// Bytes that went in; of `write` and `seal` those that came out.
    pub bytes: u64,
}

/// What a run took.
#[derive(Debug, Clone, PartialEq)]
pub struct Timings {
    /// Worker threads.
    pub threads: usize,
    /// From the start of the run to its end.
    pub wall: Duration,
    /// Time of all processors since the process began; none where the system does not tell.
    pub cpu: Option<Duration>,
    /// The most memory that the process held so far, in bytes; none where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Pages of the run.
    pub n_pages: u64,
    /// Part by part.
    pub parts: Vec<PartTime>,
}

impl Timings {
    /// Pages for each second of the run.
    pub fn pages_per_second(&self) -> f64 {
        self.n_pages as f64 / self.wall.as_secs_f64().max(1e-9)
    }

    /// As it stands in the informational part of run.json; `finished` is that moment in UTC.
    pub fn informational(&self, finished: jiff::Timestamp) -> Value {
        let parts: Vec<Value> = self
            .parts
            .iter()
            .map(|p| {
                json!({
                    "part": p.part.code(),
                    "wall_seconds": seconds(p.wall),
                    "cpu_seconds": p.cpu.map(seconds),
                    "pages": p.n_pages,
                    "bytes": p.bytes,
                })
            })
            .collect();
        json!({
            "finished_at": finished.to_string(),
            "threads": self.threads,
            "wall_seconds": seconds(self.wall),
            "cpu_seconds": self.cpu.map(seconds),
            "peak_memory_bytes": self.peak_memory_bytes,
            "pages_per_second": (self.pages_per_second() * 10.0).round() / 10.0,
            "parts": parts,
        })
    }
}

/// Seconds with six decimals.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

/// Adds up what all threads report.
#[derive(Debug)]
pub(super) struct Meter {
    began: Instant,
    /// Whether processor time is told apart by parts: asking the system costs some microseconds each time.
    with_cpu: bool,
    sums: Vec<Sum>,
}

#[derive(Debug, Default)]
struct Sum {
    wall_ns: AtomicU64,
    cpu_ns: AtomicU64,
    pages: AtomicU64,
    bytes: AtomicU64,
}

impl Meter {
    pub(super) fn start(with_cpu: bool) -> Self {
        let sums = Part::ALL.iter().map(|_| Sum::default()).collect();
        Self { began: Instant::now(), with_cpu, sums }
    }

    /// What was taken so far.
    pub(super) fn timings(&self, threads: usize, n_pages: u64) -> Timings {
        let told = self.with_cpu && ThreadClock::start().read().is_some();
        let time = |ns: &AtomicU64| Duration::from_nanos(ns.load(Relaxed));
        let parts = Part::ALL
            .iter()
            .zip(&self.sums)
            .map(|(&part, sum)| PartTime {
                part,
                wall: time(&sum.wall_ns),
                cpu: told.then(|| time(&sum.cpu_ns)),
                n_pages: Some(sum.pages.load(Relaxed)).filter(|n| *n > 0),
                bytes: sum.bytes.load(Relaxed),
            })
            .collect();
        Timings {
            threads,
            wall: self.began.elapsed(),
            cpu: cpu_of_process(),
            peak_memory_bytes: peak_memory_bytes(),
            n_pages,
            parts,
        }
    }
}

/// Times the parts of one thread's work, one after another.
#[derive(Debug)]
pub(super) struct Lap {
    meter: Arc<Meter>,
    began: Instant,
    cpu: Option<Duration>,
    clock: ThreadClock,
}

impl Lap {
    /// Times what the calling thread does.
    pub(super) fn of(meter: &Arc<Meter>) -> Self {
        let mut clock = if meter.with_cpu { ThreadClock::start() } else { ThreadClock(None) };
        Self { meter: meter.clone(), began: Instant::now(), cpu: clock.read(), clock }
    }

    /// What was done since the last end belongs to no part.
    pub(super) fn begin(&mut self) {
        (self.began, self.cpu) = (Instant::now(), self.clock.read());
    }

    /// What was done since the last end or beginning belongs to `part`; so many pages and bytes went through it.
    pub(super) fn end(&mut self, part: Part, pages: u64, bytes: u64) {
        let (began, before) = (self.began, self.cpu);
        self.begin();
        let cpu = before.zip(self.cpu).map(|(before, after)| after.saturating_sub(before));
        self.add(part, self.began.duration_since(began), cpu, pages, bytes);
    }

    /// The same of a part that several threads did, while no other part was under way, since the process began.
    pub(super) fn end_of_all(&mut self, part: Part, pages: u64, bytes: u64) {
        let began = self.began;
        self.begin();
        let cpu = cpu_of_process().filter(|_| self.meter.with_cpu);
        self.add(part, self.began.duration_since(began), cpu, pages, bytes);
    }

    fn add(&self, part: Part, wall: Duration, cpu: Option<Duration>, pages: u64, bytes: u64) {
        let sum = &self.meter.sums[part as usize];
        let add = |to: &AtomicU64, time: Duration| {
            to.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        };
        add(&sum.wall_ns, wall);
        add(&sum.cpu_ns, cpu.unwrap_or_default());
        sum.pages.fetch_add(pages, Relaxed);
        sum.bytes.fetch_add(bytes, Relaxed);
    }
}

/// Processor time of this thread as Linux's scheduler counts it. The kernel brings the number up to date at every tick,
/// so one page's may be off by a millisecond or two, but a run's is right.
#[derive(Debug)]
struct ThreadClock(Option<File>);

impl ThreadClock {
    fn start() -> Self {
        Self(File::open("/proc/thread-self/schedstat").ok())
    }

    fn read(&mut self) -> Option<Duration> {
        let file = self.0.as_mut()?;
        let mut line = [0u8; 64];
        file.seek(SeekFrom::Start(0)).ok()?;
        let n = file.read(&mut line).ok()?;
        let digits = line[..n].split(|b| !b.is_ascii_digit()).next()?;
        Some(Duration::from_nanos(std::str::from_utf8(digits).ok()?.parse().ok()?))
    }
}

/// Processor time of all threads of this process, in user and system mode, as Linux counts it: in hundredths of a second.
fn cpu_of_process() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may hold anything; times are the 12th and 13th field after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// The most memory that this process has held, as Linux tells it.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
