//! `baogao schema`.

use super::{Exit, Outcome};
use std::io::Write;

/// Print the data dictionary: every dataset and column
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Markdown for people, JSON for programs.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Md,
    Json,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    match a.format {
        Format::Md => write!(out, "{}", baogao::schema::to_markdown())?,
        Format::Json => writeln!(out, "{:#}", baogao::schema::to_json())?,
    }
    Ok(Exit::Done)
}
