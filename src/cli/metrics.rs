//! A textfile for Prometheus' node_exporter: how the last run went, for alerts and graphs.
//!
//! It is written however a run ends, in one step, so that a scrape never sees half of it. What a failed run has no
//! numbers for is left out; the time of the last success is carried over from the file that is there.

use super::Exit;
use baogao::run::Summary;
use std::fmt::{Display, Write as _};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// The sample that outlives a failure.
const LAST_SUCCESS: &str = "baogao_last_success_timestamp_seconds";

/// How a run ended.
pub(super) struct Ended<'a> {
    /// What it did; none where it failed.
    pub(super) summary: Option<&'a Summary>,
    /// The exit code.
    pub(super) exit: Exit,
    /// How long it took.
    pub(super) duration: Duration,
    /// Unix time of its end.
    pub(super) at: i64,
}

/// Writes the metrics of a run to `path`, in place of those that are there.
pub(super) fn write(path: &Path, ended: &Ended<'_>) -> io::Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let last_success = if ended.exit == Exit::Done {
        Some(ended.at)
    } else {
        before.lines().find_map(|l| l.strip_prefix(LAST_SUCCESS)?.trim().parse().ok())
    };
    let text = text(ended, last_success);
    // Another ending, so that the exporter passes over what is not whole yet.
    let next = path.with_extension("prom.next");
    fs::write(&next, text)?;
    fs::rename(next, path)
}

fn text(ended: &Ended<'_>, last_success: Option<i64>) -> String {
    let mut out = Text::default();
    out.one(
        "baogao_last_run_timestamp_seconds",
        "When the last run ended, in Unix time.",
        ended.at,
    );
    if let Some(at) = last_success {
        out.one(LAST_SUCCESS, "When a run last ended with exit code 0, in Unix time.", at);
    }
    out.one("baogao_run_exit_code", "Exit code of the last run.", ended.exit.code());
    out.one(
        "baogao_run_duration_seconds",
        "How long the last run took.",
        ended.duration.as_secs_f64(),
    );
    if let Some(summary) = ended.summary {
        of_summary(&mut out, summary);
    }
    out.0
}

fn of_summary(out: &mut Text, summary: &Summary) {
    let m = &summary.manifest;
    out.head("baogao_run_info", "Name of the run and version of the program.");
    out.sample("baogao_run_info", &[("run", &m.run), ("version", &m.version)], 1);
    out.one("baogao_run_pages", "Pages that came in.", m.counts.pages);
    out.one("baogao_run_documents", "Pages that gave a document.", m.counts.documents);
    out.head("baogao_run_rejects", "Pages that gave no document, by reason.");
    for (reason, n) in &m.rejects {
        out.sample("baogao_run_rejects", &[("reason", reason)], n);
    }
    out.one(
        "baogao_run_low_confidence_documents",
        "Documents with a confidence under 0.5.",
        m.counts.low_confidence,
    );
    out.one("baogao_run_figures", "Figures read.", m.counts.figures);
    out.one("baogao_run_gate_breaches", "Limits of [gate] that the run is over.", m.gate.len());
    out.one(
        "baogao_run_pages_taken_over",
        "Pages whose rows come from the run before.",
        summary.redone.n_kept,
    );
    out.one(
        "baogao_run_pages_processed",
        "Pages that were processed.",
        summary.redone.processed.values().sum::<u64>(),
    );
    let t = &summary.timings;
    if let Some(bytes) = t.peak_memory_bytes {
        out.one("baogao_run_peak_memory_bytes", "The most memory that the run held.", bytes);
    }
    if let Some(cpu) = t.cpu {
        out.one("baogao_run_cpu_seconds", "Processor time of the run.", cpu.as_secs_f64());
    }
    out.head("baogao_run_part_seconds", "Time of all threads in each part of the run.");
    for part in &t.parts {
        let labels = [("part", part.part.code())];
        out.sample("baogao_run_part_seconds", &labels, part.wall.as_secs_f64());
    }
}

/// The format that exporters of textfiles read.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn one(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        if !labels.is_empty() {
            let quoted =
                |v: &str| v.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let labels: Vec<_> =
                labels.iter().map(|(k, v)| format!("{k}=\"{}\"", quoted(v))).collect();
            let _ = write!(self.0, "{{{}}}", labels.join(","));
        }
        let _ = writeln!(self.0, " {value}");
    }
}
