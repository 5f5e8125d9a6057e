//! `baogao store`.

use super::{Exit, Failure, Outcome};
use baogao::config::Config;
use baogao::store::{self, Error, Known, Reader, Store, fsck};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Look into the raw store, check it, take pages out of it
///
/// The store holds what was fetched, as received, in WARC files with an SQLite index.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao store ls                              every address, what became of it, and its page
  baogao store ls --source county --json       one JSON object a line
  baogao store cat https://www.example.cn/a.html > a.html
  baogao store fsck                            reads everything again; exit code 1 if something is wrong
  baogao store export county.warc.gz           one archive that wget, warcio and pywb read")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The configuration that names the store [default: pipeline.toml].
    #[arg(short, long, global = true, value_name = "FILE", conflicts_with = "store")]
    config: Option<PathBuf>,
    /// Folder of the store [default: what the configuration says].
    #[arg(long, global = true, value_name = "DIR")]
    store: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the addresses of the store
    ///
    /// What comes out: outcome, status, bytes of the stored page, when it was fetched, and the address; with --json
    /// all that is known of each, one object a line.
    Ls {
        /// Only this source.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Print a page of the store, content codings undone
    Cat {
        /// Its address.
        url: String,
        /// Of this source, where several have the address.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// The bytes as received, content codings and all.
        #[arg(long)]
        raw: bool,
        /// Status line and headers of the answer instead.
        #[arg(long, conflicts_with = "raw")]
        headers: bool,
    },
    /// Read the whole store again and say what is wrong
    Fsck {
        /// Make the index anew from the archives and the lists of snapshots; damaged records are set aside.
        #[arg(long)]
        rebuild: bool,
    },
    /// Write the stored pages into one WARC file
    Export {
        /// The file, .warc.gz.
        file: PathBuf,
        /// Only this source.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let dir = folder(a)?;
    match &a.command {
        Command::Ls { source, json } => ls(&reader(dir)?, source.as_deref(), *json, out),
        Command::Cat { url, source, raw, headers } => {
            let part = match (raw, headers) {
                (true, _) => Part::Received,
                (_, true) => Part::Headers,
                _ => Part::Body,
            };
            cat(&reader(dir)?, url, source.as_deref(), part, out)
        }
        Command::Fsck { rebuild } => fsck(dir, *rebuild, out),
        Command::Export { file, source } => export(&reader(dir)?, file, source.as_deref(), out),
    }
}

/// Where the store is.
fn folder(a: &Arguments) -> Result<PathBuf, Failure> {
    if let Some(store) = &a.store {
        return Ok(store.clone());
    }
    let default = PathBuf::from("pipeline.toml");
    if a.config.is_none() && !default.exists() {
        return Err(Failure::new(Exit::Usage, "there is no pipeline.toml in this folder")
            .hint("name one with -c FILE, or the store itself with --store DIR"));
    }
    let path = a.config.as_ref().unwrap_or(&default);
    let config = Config::from_file(path).map_err(|e| Failure::new(Exit::Usage, e))?;
    Ok(config.root.join(&config.fetch.store))
}

fn reader(dir: PathBuf) -> Result<Reader, Failure> {
    Reader::open(&dir).map_err(failure)
}

fn failure(error: Error) -> Failure {
    let (exit, hint) = match &error {
        Error::Missing { .. } => {
            (Exit::Usage, Some("`baogao fetch` makes it; name another with --store DIR"))
        }
        Error::Locked { .. } => (Exit::Locked, None),
        Error::Io { .. } | Error::Index { .. } | Error::Newer { .. } | Error::Damaged { .. } => {
            (Exit::Failed, None)
        }
    };
    let failure = Failure::new(exit, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// The sources asked for: one that must be there, or all.
fn sources(store: &Reader, source: Option<&str>) -> Result<Vec<String>, Failure> {
    let all = store.sources().map_err(failure)?;
    match source {
        None => Ok(all),
        Some(name) if all.iter().any(|s| s == name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            let message = format!("the store has nothing of the source {name:?}");
            Err(Failure::new(Exit::Usage, message).hint(format!("it has {}", all.join(", "))))
        }
    }
}

fn ls(store: &Reader, source: Option<&str>, json: bool, out: &mut dyn Write) -> Outcome {
    for source in sources(store, source)? {
        for known in store.known(&source).map_err(failure)? {
            if json {
                writeln!(out, "{}", object(&known))?;
                continue;
            }
            let Known { url, body } = known;
            let text = |n: Option<String>| n.unwrap_or_else(|| "-".to_owned());
            writeln!(
                out,
                "{:<10} {:>3} {:>9} {:<20} {}",
                url.outcome.map_or("-", |o| o.code()),
                text(url.status.map(|s| s.to_string())),
                text(body.as_ref().map(|b| b.payload_bytes.to_string())),
                text(body.map(|b| b.date)),
                url.url
            )?;
        }
    }
    Ok(Exit::Done)
}

fn object(known: &Known) -> serde_json::Value {
    let Known { url, body } = known;
    json!({
        "source": url.source, "url": url.url, "kind": url.kind, "depth": url.depth, "place": url.place,
        "outcome": url.outcome.map(|o| o.code()), "status": url.status, "attempts": url.attempts,
        "message": url.message, "target": url.target, "etag": url.etag,
        "last_modified": url.last_modified, "gone_since": url.gone_since,
        "page": body.as_ref().map(|b| json!({
            "fetched_at": b.date, "status": b.status, "content_type": b.content_type, "bytes": b.payload_bytes,
            "sha256": b.payload_sha256, "segment": b.segment, "offset": b.at, "length": b.length,
        })),
    })
}

/// What of an answer is printed.
#[derive(Clone, Copy)]
enum Part {
    Headers,
    Received,
    Body,
}

fn cat(
    store: &Reader,
    url: &str,
    source: Option<&str>,
    part: Part,
    out: &mut dyn Write,
) -> Outcome {
    let mut known = None;
    for source in sources(store, source)? {
        known = store.find(&source, url).map_err(failure)?;
        if known.as_ref().is_some_and(|k| k.body.is_some()) {
            break;
        }
    }
    let Some(known) = known else {
        let failure = Failure::new(Exit::Failed, format!("the store does not know {url}"));
        return Err(failure.hint("`baogao store ls` lists what it knows"));
    };
    let Some(stored) = known.body else {
        let why = known.url.message.or(known.url.outcome.map(|o| o.code().to_owned()));
        let why = why.unwrap_or_else(|| "not fetched yet".to_owned());
        return Err(Failure::new(Exit::Failed, format!("the store has no page of {url}: {why}")));
    };
    let answer = stored.answer().map_err(failure)?;
    match part {
        Part::Headers => out.write_all(&answer.head)?,
        Part::Received => out.write_all(&answer.received)?,
        Part::Body => {
            let body = answer.body(u64::MAX >> 1).map_err(|why| Failure::new(Exit::Failed, why))?;
            out.write_all(&body)?;
        }
    }
    Ok(Exit::Done)
}

fn fsck(dir: PathBuf, rebuild: bool, out: &mut dyn Write) -> Outcome {
    if rebuild {
        let rebuilt = store::rebuild(&dir).map_err(failure)?;
        writeln!(out, "rebuilt: {} records, {} pages", rebuilt.n_records, rebuilt.n_pages)?;
        for path in &rebuilt.set_aside {
            writeln!(out, "set aside, since it is damaged: {}", path.display())?;
        }
        for problem in &rebuilt.problems {
            writeln!(out, "{problem}")?;
        }
    }
    let lost = |failure: Failure| match dir.join("raw").is_dir() {
        true => failure.hint("`baogao store fsck --rebuild` makes the index anew"),
        false => failure,
    };
    let store = Store::open_existing(&dir).map_err(|e| lost(failure(e)))?;
    if store.n_cut_bytes() > 0 {
        writeln!(out, "{} bytes that a killed process left were cut off", store.n_cut_bytes())?;
    }
    let report = fsck::check(&store).map_err(failure)?;
    for problem in &report.problems {
        writeln!(out, "{problem}")?;
    }
    writeln!(
        out,
        "{} segments, {} records, {} bytes: {}",
        report.n_segments,
        report.n_records,
        report.bytes,
        if report.problems.is_empty() { "sound" } else { "damaged" }
    )?;
    if report.problems.is_empty() {
        return Ok(Exit::Done);
    }
    let failure = Failure::new(Exit::Failed, format!("{} is damaged", dir.display()));
    Err(failure.hint("`baogao store fsck --rebuild` keeps what is sound, and the next fetch brings the rest again"))
}

fn export(store: &Reader, file: &Path, source: Option<&str>, out: &mut dyn Write) -> Outcome {
    let sources = sources(store, source)?;
    let snapshot = store.snapshot(sources.iter().map(String::as_str)).map_err(failure)?;
    let bytes = store.export(&snapshot.pages, file).map_err(failure)?;
    writeln!(out, "{} pages, {bytes} bytes: {}", snapshot.pages.len(), file.display())?;
    writeln!(out, "snapshot {}", snapshot.id)?;
    Ok(Exit::Done)
}
