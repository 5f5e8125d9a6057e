//! Commands, one file each; what they print goes to standard output, how they fare to standard error.

mod check;
mod diff;
mod exit;
#[cfg(feature = "fetch")]
mod fetch;
mod figures;
mod init;
mod inspect;
mod log;
mod metrics;
mod run;
mod schema;
#[cfg(feature = "fetch")]
mod store;
mod verify;

use clap::{Parser, Subcommand};
use exit::Exit;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Turns report pages into datasets: documents, blocks, sections, figures, tables and a panel of indicators.
#[derive(Debug, Parser)]
#[command(name = "baogao", version, after_help = exit::HELP, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// How messages are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = log::Form::Text)]
    log: log::Form,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    #[cfg(feature = "fetch")]
    Fetch(fetch::Arguments),
    Inspect(inspect::Arguments),
    Figures(figures::Arguments),
    Init(init::Arguments),
    Check(check::Arguments),
    Schema(schema::Arguments),
    Verify(verify::Arguments),
    Diff(diff::Arguments),
    #[cfg(feature = "fetch")]
    Store(store::Arguments),
}

/// Why a command failed: what to print, and the exit code.
struct Failure {
    exit: Exit,
    error: Box<dyn Error>,
    hint: Option<String>,
}

impl Failure {
    fn new(exit: Exit, error: impl Into<Box<dyn Error>>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Exit::Failed, error)
    }
}

type Outcome = Result<Exit, Failure>;

/// Worker threads where nothing else is said: one for each core.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// Runs the command that was typed.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => {
            let _ = e.print();
            return if e.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let log = log::Log::new(arguments.log);
    log::quiet_panics();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let outcome = match arguments.command {
        Command::Run(a) => run::run(&a, &log, &mut out),
        #[cfg(feature = "fetch")]
        Command::Fetch(a) => fetch::run(&a, &log, &mut out),
        Command::Inspect(a) => inspect::run(&a, &mut out),
        Command::Figures(a) => figures::run(&a, &mut out),
        Command::Init(a) => init::run(&a, &mut out),
        Command::Check(a) => check::run(&a, &mut out),
        Command::Schema(a) => schema::run(&a, &mut out),
        Command::Verify(a) => verify::run(&a, &mut out),
        Command::Diff(a) => diff::run(&a, &mut out),
        #[cfg(feature = "fetch")]
        Command::Store(a) => store::run(&a, &mut out),
    };
    let outcome = match (outcome, out.flush()) {
        (Ok(_), Err(e)) => Err(e.into()),
        (outcome, _) => outcome,
    };
    match outcome {
        Ok(exit) => exit.into(),
        // A reader that has seen enough (head) is no failure.
        Err(f) if is_broken_pipe(f.error.as_ref()) => Exit::Done.into(),
        Err(f) => {
            log.error(&chain(f.error.as_ref()), f.hint.as_deref());
            f.exit.into()
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!(": {next}"));
        cause = next.source();
    }
    text
}
