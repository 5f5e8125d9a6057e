//! `baogao check`.

use super::{Exit, Failure, Outcome, cores};
use baogao::config::Config;
use baogao::config::web::Kind;
use baogao::ingest::{self, Digests};
use std::io::Write;
use std::path::PathBuf;

/// Validate a pipeline.toml and list what its sources match
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao check
  baogao check -c weekly.toml
  baogao check --schema > pipeline.schema.json   JSON Schema of the configuration, for editors")]
pub(super) struct Arguments {
    /// The configuration.
    #[arg(short, long, value_name = "FILE", default_value = "pipeline.toml")]
    config: PathBuf,
    /// Print the JSON Schema of the configuration instead.
    #[arg(long)]
    schema: bool,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    if a.schema {
        write!(out, "{}", Config::json_schema())?;
        return Ok(Exit::Done);
    }
    let config = Config::from_file(&a.config).map_err(|e| Failure::new(Exit::Usage, e))?;
    let (plan, not_fetched) = ingest::survey(&config, &mut Digests::default(), cores())
        .map_err(|e| Failure::new(Exit::Usage, e))?;
    for (source_idx, source) in config.sources.iter().enumerate() {
        let (mut n_inputs, mut unreadable) = (0, 0);
        for input in plan.inputs.of_source(source_idx) {
            let (_, input) =
                input.map_err(|e| Failure::new(Exit::Failed, ingest::Error::List(e)))?;
            n_inputs += 1;
            unreadable += usize::from(input.content.is_err());
        }
        let note = if unreadable > 0 {
            format!(", {unreadable} of them unreadable")
        } else {
            String::new()
        };
        let what = match source.kind {
            Kind::Files => "files",
            Kind::Web => "pages in the store",
        };
        writeln!(out, "source {}: {} {what}{note}", source.name.get_ref(), n_inputs)?;
    }
    for error in &not_fetched {
        writeln!(out, "{error}")?;
    }
    for (extension, n) in &plan.skipped {
        let extension = if extension.is_empty() { "no extension" } else { extension };
        writeln!(out, "passed over: {n} with {extension}")?;
    }
    writeln!(out, "{} is valid", a.config.display())?;
    Ok(Exit::Done)
}
