//! `baogao verify`.

use super::{Exit, Failure, Outcome, cores, run};
use baogao::ingest::{self, Digests};
use baogao::runs::verify;
use std::io::Write;
use std::path::PathBuf;

/// Re-read a finished run: do its files and inputs match run.json, and does what always holds hold?
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao verify output/latest                       the files, and what always holds
  baogao verify output/latest -c pipeline.toml      also that the inputs are still the same
  baogao verify data/latest --input pages           the same for a run made with --input")]
pub(super) struct Arguments {
    /// Folder of the run.
    run: PathBuf,
    /// The configuration that it was made by: checks its inputs, too.
    #[arg(short, long, value_name = "FILE", conflicts_with = "input")]
    config: Option<PathBuf>,
    /// The files and folders that it was made of: checks them, too.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    input: Vec<PathBuf>,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let plan = if a.config.is_some() || !a.input.is_empty() {
        let config = run::config(a.config.as_ref(), &a.input, None)?;
        Some(
            ingest::plan(&config, &mut Digests::default(), cores())
                .map_err(|e| Failure::new(Exit::Failed, e))?,
        )
    } else {
        None
    };
    let checks = verify::verify(&a.run, plan.as_ref()).map_err(|e| Failure::new(Exit::Usage, e))?;
    let mut sound = true;
    for check in &checks {
        let verdict = if check.problems.is_empty() { "ok    " } else { "WRONG " };
        writeln!(out, "{verdict}{} ({} looked at)", check.name, check.n)?;
        for problem in &check.problems {
            writeln!(out, "        {problem}")?;
        }
        sound &= check.problems.is_empty();
    }
    if plan.is_none() {
        writeln!(out, "the inputs were not looked at; give -c FILE or --input PATH to check them")?;
    }
    if sound {
        return Ok(Exit::Done);
    }
    Err(Failure::new(Exit::Failed, "the run is not what it was when it was made"))
}
