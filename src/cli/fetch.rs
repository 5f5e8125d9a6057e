//! `baogao fetch`.

use super::log::Log;
use super::{Exit, Failure, Outcome, run};
use baogao::config::Config;
use baogao::config::web::Kind;
use baogao::fetch::{self, End, Error, HostSummary, Options, Plan, Progress, Summary};
use baogao::store;
use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Fetch what is due of the configuration's web sources into the raw store
///
/// Every page that comes is kept as it came, with what was asked and answered: STORE/raw/*.warc.gz. Pages that are there
/// are asked for again only when they are due, and only for what changed. Stopped at any moment, it goes on where it was.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao fetch                    as pipeline.toml in this folder says
  baogao fetch --dry-run          what would be asked for, and what robots.txt says of it; asks for robots.txt alone
  baogao run --offline            make the datasets of what is there
  baogao store ls                 what is there")]
pub(super) struct Arguments {
    /// The configuration [default: pipeline.toml].
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask for robots.txt alone; print what would be asked for.
    #[arg(long)]
    dry_run: bool,
    /// Only these sources.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    source: Vec<String>,
}

pub(super) fn run(a: &Arguments, log: &Log, out: &mut dyn Write) -> Outcome {
    let mut config = run::config(a.config.as_ref(), &[], None)?;
    choose(&mut config, &a.source)?;
    let fetched = fetch(&config, &Options { dry_run: a.dry_run }, log, out)?;
    report(&fetched.summary, a.dry_run, out)?;
    Ok(fetched.exit)
}

/// Keeps the sources that were named.
fn choose(config: &mut Config, names: &[String]) -> Result<(), Failure> {
    let is_web =
        |name: &str| config.sources.iter().any(|s| s.kind == Kind::Web && s.name.get_ref() == name);
    if let Some(unknown) = names.iter().find(|name| !is_web(name)) {
        let message = format!("no source of kind \"web\" is called {unknown:?}");
        return Err(Failure::new(Exit::Usage, message));
    }
    if !names.is_empty() {
        config.sources.retain(|source| names.contains(source.name.get_ref()));
    }
    Ok(())
}

/// A fetch that came to an end, if only to one of its limits.
pub(super) struct Fetched {
    pub(super) summary: Summary,
    pub(super) exit: Exit,
}

/// Fetches, with signals heeded and progress told.
pub(super) fn fetch(
    config: &Config,
    options: &Options,
    log: &Log,
    out: &mut dyn Write,
) -> Result<Fetched, Failure> {
    let signal = Arc::new(AtomicU8::new(0));
    let mut progress = Lines { log: *log, last: now(), out, broken: None };
    let summary = fetch::fetch(config, options, &mut progress, stop(signal.clone()));
    if let Some(e) = progress.broken {
        return Err(e.into());
    }
    let summary = summary.map_err(failure)?;
    let exit = match (summary.end, signal.load(Ordering::Relaxed)) {
        (End::Stopped, signal) => Exit::Interrupted(signal),
        _ if summary.sources.iter().any(fetch::SourceSummary::is_unreachable) => Exit::Unreachable,
        (End::TimeLimit | End::PageLimit, _) => Exit::Limit,
        (End::Complete, _) => Exit::Done,
    };
    for source in &summary.sources {
        for problem in &source.problems {
            log.warn(&format!("{}: {problem}", source.name));
        }
        if source.n_more_problems > 0 {
            let (name, n) = (&source.name, source.n_more_problems);
            log.warn(&format!("{name}: {n} more; the dataset fetches has all of them"));
        }
    }
    Ok(Fetched { summary, exit })
}

/// Ends when the process is told to stop, and notes the signal. A second one ends the process as it would without us.
fn stop(signal: Arc<AtomicU8>) -> Pin<Box<dyn Future<Output = ()>>> {
    use tokio::signal::unix::{SignalKind, signal as listen};
    const INTERRUPT: u8 = 2;
    const TERMINATE: u8 = 15;
    Box::pin(async move {
        let came = match (listen(SignalKind::interrupt()), listen(SignalKind::terminate())) {
            (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
                _ = interrupt.recv() => INTERRUPT,
                _ = terminate.recv() => TERMINATE,
            },
            // Without them, signals end the process: nothing is lost by that but what is under way.
            _ => std::future::pending().await,
        };
        signal.store(came, Ordering::Relaxed);
    })
}

fn failure(error: Error) -> Failure {
    match &error {
        Error::NoSources => Failure::new(Exit::Usage, error)
            .hint("add a [[source]] with kind = \"web\"; `baogao init` shows one"),
        Error::Store(store::Error::Locked { .. }) => Failure::new(Exit::Locked, error),
        Error::Store(store) if store.is_full() => Failure::new(Exit::Failed, error).hint(
            "what was stored is whole: free some space and start again, it goes on from there",
        ),
        Error::Store(store::Error::Damaged { .. }) => {
            Failure::new(Exit::Failed, error).hint("`baogao store fsck` tells what is left")
        }
        _ => Failure::new(Exit::Failed, error),
    }
}

fn now() -> Instant {
    Instant::now()
}

/// Tells how far a fetch is, a line now and then; what a dry run plans goes to standard output.
struct Lines<'a> {
    log: Log,
    last: Instant,
    out: &'a mut dyn Write,
    broken: Option<std::io::Error>,
}

impl Progress for Lines<'_> {
    fn fetched(&mut self, n_done: u64, n_failed: u64, n_waiting: u64) {
        if self.last.elapsed() >= Duration::from_secs(10) {
            self.last = now();
            self.log
                .info(&format!("{n_done} addresses done, {n_failed} failed, {n_waiting} waiting"));
        }
    }

    fn planned(&mut self, source: &str, kind: &str, url: &str, plan: &Plan) {
        let (word, why) = match plan {
            Plan::Ask => ("ask", ""),
            Plan::Stored => ("stored", ""),
            Plan::Leave(why) => ("leave", why.as_str()),
        };
        let line = writeln!(self.out, "{word}\t{source}\t{kind}\t{url}\t{why}");
        if let Err(e) = line {
            self.broken.get_or_insert(e);
        }
    }

    fn warn(&mut self, message: &str) {
        self.log.warn(message);
    }
}

/// Tells what a fetch did.
pub(super) fn report(summary: &Summary, dry_run: bool, out: &mut dyn Write) -> std::io::Result<()> {
    if dry_run {
        return Ok(());
    }
    if summary.resumed {
        writeln!(out, "went on with fetch {}, which was interrupted", summary.fetch)?;
    }
    for source in &summary.sources {
        let outcomes: Vec<String> =
            source.outcomes.iter().map(|(o, n)| format!("{} {n}", o.code())).collect();
        let outcomes =
            if outcomes.is_empty() { "nothing was due".to_owned() } else { outcomes.join(", ") };
        writeln!(out, "{:<16} {outcomes}; new addresses {}", source.name, source.n_found)?;
        if !source.refused.is_empty() {
            let refused: Vec<String> =
                source.refused.iter().map(|(why, n)| format!("{why} {n}")).collect();
            writeln!(out, "{:<16} links left out: {}", "", refused.join(", "))?;
        }
    }
    for host in &summary.hosts {
        writeln!(out, "{:<24} {}", host.host, rates(host))?;
    }
    let end = match summary.end {
        End::Complete => "all that was due is done",
        End::TimeLimit => "stopped at fetch.limits.run_time; the next fetch goes on",
        End::PageLimit => "stopped at limits.pages; the next fetch goes on",
        End::Stopped => "stopped; the next fetch goes on",
    };
    writeln!(out, "{end}, after {:.1} s", summary.took.as_secs_f64())?;
    writeln!(out, "snapshot {} of {} pages", summary.snapshot, summary.n_pages)
}

/// "120 requests, 3 failed, 4.2 MB, 0.31 s each"
fn rates(host: &HostSummary) -> String {
    let counts = &host.counts;
    let each = counts.busy.as_secs_f64() / counts.requests.max(1) as f64;
    let mut text = format!(
        "{} requests, {} failed, {:.1} MB, {each:.2} s each",
        counts.requests,
        counts.failures,
        counts.bytes as f64 / 1e6
    );
    if let Some(why) = &host.parked {
        text.push_str("; left alone: ");
        text.push_str(why);
    }
    text
}
