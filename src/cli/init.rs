//! `baogao init`.

use super::{Exit, Failure, Outcome};
use baogao::config::TEMPLATE;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

/// Write a commented pipeline.toml
///
/// Every key stands in it with its default. A file that is there already is left alone.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to write it.
    #[arg(default_value = "pipeline.toml", value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let name = a.file.display();
    let mut file = OpenOptions::new().write(true).create_new(true).open(&a.file).map_err(|e| {
        match e.kind() {
            io::ErrorKind::AlreadyExists => {
                Failure::new(Exit::Usage, format!("{name} is there already"))
                    .hint("remove it first, or name another file")
            }
            _ => Failure::new(Exit::Failed, format!("cannot write {name}: {e}")),
        }
    })?;
    file.write_all(TEMPLATE.as_bytes())?;
    writeln!(
        out,
        "wrote {name}; say in [[source]] where the pages are, then `baogao check` and `baogao run`"
    )?;
    Ok(Exit::Done)
}
