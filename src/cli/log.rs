//! Messages and progress on standard error: a bar on a terminal, plain lines elsewhere, or one JSON object a line.

use baogao::run::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Writes messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    form: Form,
}

impl Log {
    pub(super) fn new(form: Form) -> Self {
        Self { form }
    }

    pub(super) fn info(&self, message: &str) {
        self.line("info", message, None);
    }

    pub(super) fn warn(&self, message: &str) {
        self.line("warning", message, None);
    }

    pub(super) fn error(&self, message: &str, hint: Option<&str>) {
        self.line("error", message, hint);
    }

    fn line(&self, level: &str, message: &str, hint: Option<&str>) {
        let mut err = io::stderr().lock();
        // Nothing can be told to anybody if standard error is gone.
        let _ = match self.form {
            Form::Json => writeln!(
                err,
                "{}",
                serde_json::json!({ "level": level, "message": message, "hint": hint })
            ),
            Form::Text => {
                let prefix = if level == "info" { String::new() } else { format!("{level}: ") };
                let hint = hint.map(|h| format!("\nhint: {h}")).unwrap_or_default();
                writeln!(err, "{prefix}{message}{hint}")
            }
        };
    }

    pub(super) fn progress(&self) -> Box<dyn Progress> {
        if self.form == Form::Text && io::stderr().is_terminal() {
            Box::new(Bar { bar: ProgressBar::hidden() })
        } else {
            Box::new(Lines { log: *self, last: now(), n_files: 0 })
        }
    }
}

/// A panic inside a page becomes a reject that tells of it; the default message would break progress and JSON.
pub(super) fn quiet_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some("page") {
            default(info);
        }
    }));
}

fn now() -> Instant {
    Instant::now()
}

/// For terminals.
struct Bar {
    bar: ProgressBar,
}

impl Progress for Bar {
    fn begin(&mut self, n_files: usize) {
        self.bar = ProgressBar::new(n_files as u64);
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {pos} pages of {len} files, {msg}, {eta} left")
        {
            self.bar.set_style(style);
        }
    }

    fn pages(&mut self, n_pages: u64, n_rejects: u64) {
        self.bar.set_position(n_pages);
        self.bar.set_message(format!("{n_rejects} rejects"));
    }

    fn end(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// For logs: a line now and then.
struct Lines {
    log: Log,
    last: Instant,
    n_files: usize,
}

impl Progress for Lines {
    fn begin(&mut self, n_files: usize) {
        self.n_files = n_files;
        self.log.info(&format!("reading {n_files} files"));
    }

    fn pages(&mut self, n_pages: u64, n_rejects: u64) {
        if self.last.elapsed() >= Duration::from_secs(10) {
            self.last = now();
            self.log.info(&format!(
                "{n_pages} pages of {} files done, {n_rejects} rejects",
                self.n_files
            ));
        }
    }

    fn end(&mut self) {
        self.log.info("all pages done; writing the rest");
    }
}
