//! `baogao run`.

use super::log::Log;
use super::metrics::{self, Ended};
use super::{Exit, Failure, Outcome, cores};
use baogao::config::Config;
use baogao::run::timings::Timings;
use baogao::run::{self, Error, Summary};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Make datasets of pages: as pipeline.toml says, or of files and folders named here
///
/// What comes out: OUTPUT/latest -> runs/ID with documents.parquet, blocks.parquet, sections.parquet,
/// figures.parquet, table_cells.parquet, images.parquet, duplicates.parquet, indicators.parquet, rejects.parquet,
/// fetches.parquet, run.json and datapackage.json.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao run                                  as pipeline.toml in this folder says
  baogao run -c weekly.toml --threads 2       as another configuration says
  baogao run --input pages --output data      every page in a folder, no configuration needed
  duckdb -c \"SELECT title, n_figures FROM 'output/latest/documents.parquet'\"")]
pub(super) struct Arguments {
    /// The configuration [default: pipeline.toml].
    #[arg(short, long, value_name = "FILE", conflicts_with = "input")]
    config: Option<PathBuf>,
    /// Files and folders to read instead of a configuration's sources; folders are read whole.
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "output")]
    input: Vec<PathBuf>,
    /// Folder for the runs [default: what the configuration says].
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Worker threads [default: one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Process every page, also where the run before has its rows.
    #[arg(long)]
    fresh: bool,
    /// Open no connection: read the pages of web sources from the raw store as it is.
    #[arg(long)]
    offline: bool,
    /// Digest every file, also one whose size, modification time and inode are as they were.
    #[arg(long)]
    rehash: bool,
    /// Show what each part of the run took, and keep it in run.json; the bytes of run.json then differ from run to run.
    #[arg(long)]
    timings: bool,
    /// Write how the run went to FILE, for the textfile collector of Prometheus' node_exporter.
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

/// The configuration that a command line asks for.
pub(super) fn config(
    config: Option<&PathBuf>,
    input: &[PathBuf],
    output: Option<&PathBuf>,
) -> Result<Config, Failure> {
    let usage = |e: baogao::config::Error| Failure::new(Exit::Usage, e);
    if !input.is_empty() {
        if let Some(missing) = input.iter().find(|p| !p.exists()) {
            return Err(Failure::new(Exit::Usage, format!("there is no {}", missing.display())));
        }
        let output = output.cloned().unwrap_or_default();
        return Config::of_inputs(input, &output).map_err(usage);
    }
    let default = PathBuf::from("pipeline.toml");
    let path = config.unwrap_or(&default);
    if config.is_none() && !path.exists() {
        return Err(Failure::new(Exit::Usage, "there is no pipeline.toml in this folder")
            .hint("write one with `baogao init`, name another with -c FILE, or give --input PATH --output DIR"));
    }
    let mut config = Config::from_file(path).map_err(usage)?;
    if let Some(output) = output {
        // As typed on the command line: relative to here, not to the configuration.
        config.write.output = std::path::absolute(output)?.to_string_lossy().into_owned();
    }
    Ok(config)
}

pub(super) fn run(a: &Arguments, log: &Log, out: &mut dyn Write) -> Outcome {
    let began = Instant::now();
    let mut summary = None;
    let outcome = make(a, log, out, &mut summary);
    if let Some(path) = &a.metrics {
        let exit = outcome.as_ref().map_or_else(|f| f.exit, |exit| *exit);
        let at = baogao::runs::clock::now().as_second();
        let ended = Ended { summary: summary.as_ref(), exit, duration: began.elapsed(), at };
        // A run that went well is none the worse for it, but a monitor that hears nothing must be noticed.
        if let Err(e) = metrics::write(path, &ended) {
            log.warn(&format!("cannot write the metrics to {}: {e}", path.display()));
        }
    }
    outcome
}

/// Makes the run; its summary is left in `made`.
fn make(a: &Arguments, log: &Log, out: &mut dyn Write, made: &mut Option<Summary>) -> Outcome {
    let config = config(a.config.as_ref(), &a.input, a.output.as_ref())?;
    let options = run::Options {
        threads: a.threads.map_or_else(cores, usize::from),
        fresh: a.fresh,
        rehash: a.rehash,
        timings: a.timings,
    };
    let fetched = if a.offline { Exit::Done } else { fetch(&config, log, out)? };
    if let Exit::Interrupted(_) = fetched {
        return Ok(fetched);
    }
    let mut progress = log.progress();
    let summary = &*made.insert(run::run(&config, &options, progress.as_mut()).map_err(failure)?);
    report(summary, out)?;
    if a.timings {
        for line in table(&summary.timings) {
            log.info(&line);
        }
    }
    for breach in &summary.manifest.gate {
        log.warn(&format!("gate: {breach}"));
    }
    if summary.is_latest {
        return Ok(fetched);
    }
    log.warn("the run is kept, but `latest` stays where it was");
    Ok(Exit::Gate)
}

/// Fetches what is due of the web sources, if there are any; what could not be had does not keep the rest from its run.
#[cfg(feature = "fetch")]
fn fetch(config: &Config, log: &Log, out: &mut dyn Write) -> Outcome {
    if !config.sources.iter().any(|source| source.kind == baogao::config::web::Kind::Web) {
        return Ok(Exit::Done);
    }
    let fetched = super::fetch::fetch(config, &baogao::fetch::Options::default(), log, out)?;
    super::fetch::report(&fetched.summary, false, out)?;
    out.flush()?;
    Ok(fetched.exit)
}

/// Without the feature `fetch`, a configuration has no web sources.
#[cfg(not(feature = "fetch"))]
fn fetch(_: &Config, _: &Log, _: &mut dyn Write) -> Outcome {
    Ok(Exit::Done)
}

fn failure(error: Error) -> Failure {
    let (exit, hint) = match &error {
        Error::Config(_) | Error::Catalogue(_) => (Exit::Usage, None),
        Error::NoSources => (
            Exit::Usage,
            Some("add a [[source]] to the configuration, or give --input PATH --output DIR"),
        ),
        Error::Ingest(baogao::ingest::Error::NoFiles { .. }) => (
            Exit::Usage,
            Some(
                "globs are relative to the configuration's folder; `baogao check` lists what they match",
            ),
        ),
        Error::Ingest(baogao::ingest::Error::NotFetched { .. }) => (Exit::Usage, None),
        Error::Locked { .. } => (Exit::Locked, None),
        Error::Ingest(_)
        | Error::Write(_)
        | Error::Output { .. }
        | Error::Signatures { .. }
        | Error::Workers => (Exit::Failed, None),
    };
    let failure = Failure::new(exit, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Tells what a run did.
fn report(summary: &Summary, out: &mut dyn Write) -> std::io::Result<()> {
    let m = &summary.manifest;
    if summary.reused {
        writeln!(
            out,
            "nothing to do: run {} of the same pages, configuration and program is there",
            m.run
        )?;
    }
    if !summary.reused {
        for (why, n) in &summary.redone.processed {
            writeln!(out, "processed  {n:>9}  ({})", why.text())?;
        }
        if summary.redone.n_kept > 0 {
            writeln!(
                out,
                "taken over {:>9}  (unchanged since the run before)",
                summary.redone.n_kept
            )?;
            if summary.redone.indicators_anew {
                writeln!(
                    out,
                    "                      (their indicators found anew: [[indicator]] or [extract] changed)"
                )?;
            }
        }
    }
    writeln!(out, "pages in   {:>9}", m.counts.pages)?;
    writeln!(out, "documents  {:>9}{}", m.counts.documents, low(m.counts.low_confidence))?;
    writeln!(out, "rejects    {:>9}{}", m.counts.rejects, list(&m.rejects))?;
    for name in ["sections", "figures", "table_cells", "indicators", "duplicates"] {
        let path = format!("{name}.parquet");
        let rows = m.outputs.iter().find(|o| o.path == path).and_then(|o| o.rows).unwrap_or(0);
        writeln!(out, "{:<11}{rows:>9}", name.replace('_', " "))?;
    }
    if !m.skipped.is_empty() {
        writeln!(
            out,
            "passed over, no pages by their extension: {}",
            list(&m.skipped).trim_matches([' ', '(', ')'])
        )?;
    }
    writeln!(out, "output     {}", summary.dir.display())
}

/// What each part took, as a table.
fn table(t: &Timings) -> Vec<String> {
    let seconds = |d: Duration| format!("{:.2}", d.as_secs_f64());
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let row = |cells: [&str; 6]| {
        let [name, wall, cpu, pages, rate, speed] = cells;
        format!("{name:<9}{wall:>10}{cpu:>10}{pages:>10}{rate:>10}{speed:>10}")
    };
    let mut lines = vec![row(["part", "wall s", "CPU s", "pages", "pages/s", "MB/s"])];
    let mut add =
        |name: &str, wall: Duration, cpu: Option<Duration>, n: Option<u64>, bytes: u64| {
            let each = |n: f64| {
                let busy = cpu.unwrap_or(wall).as_secs_f64();
                (n > 0.0 && busy > 0.0).then(|| format!("{:.1}", n / busy))
            };
            lines.push(row([
                name,
                &seconds(wall),
                &or_dash(cpu.map(seconds)),
                &or_dash(n.map(|n| n.to_string())),
                &or_dash(n.and_then(|n| each(n as f64))),
                &or_dash(each(bytes as f64 / 1e6)),
            ]));
        };
    for p in &t.parts {
        add(p.part.code(), p.wall, p.cpu, p.n_pages, p.bytes);
    }
    add("all", t.wall, t.cpu, Some(t.n_pages), 0);
    let memory =
        t.peak_memory_bytes.map_or(String::new(), |b| format!(", peak memory {} MiB", b >> 20));
    lines.push(format!(
        "{:.1} pages a second on {} worker threads{memory}",
        t.pages_per_second(),
        t.threads
    ));
    lines
}

fn low(n: u64) -> String {
    if n == 0 { String::new() } else { format!("  ({n} with a confidence under 0.5)") }
}

fn list(counts: &std::collections::BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = counts.iter().map(|(k, n)| format!("{k} {n}")).collect();
    format!("  ({})", parts.join(", "))
}
