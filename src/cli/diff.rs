//! `baogao diff`.

use super::{Exit, Failure, Outcome};
use baogao::runs::diff::{self, Changes};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Show what changed in the data between two runs: pages, documents, figures, values of the panel
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao diff output/runs/3f9c2a71b04d output/latest
  baogao diff --json output/runs/3f9c2a71b04d output/latest | jq .indicators.changed")]
pub(super) struct Arguments {
    /// Folder of the earlier run.
    before: PathBuf,
    /// Folder of the later run.
    after: PathBuf,
    /// One JSON object with every change.
    #[arg(long)]
    json: bool,
    /// Changes of each kind to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    show: usize,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let changes = diff::diff(&a.before, &a.after).map_err(|e| Failure::new(Exit::Failed, e))?;
    if a.json {
        let kinds = changes.iter().map(|(name, c)| ((*name).to_owned(), to_json(c))).collect();
        writeln!(out, "{:#}", serde_json::Value::Object(kinds))?;
        return Ok(Exit::Done);
    }
    for (name, c) in &changes {
        let (added, removed, changed) = (c.added.len(), c.removed.len(), c.changed.len());
        writeln!(
            out,
            "{name:<11} {added} added, {removed} removed, {changed} changed, {} the same",
            c.n_same
        )?;
        let lines = c.added.iter().map(|k| format!("  + {k}"));
        let lines = lines.chain(c.removed.iter().map(|k| format!("  - {k}")));
        let lines = lines.chain(c.changed.iter().map(|(k, what)| format!("  ~ {k}\n      {what}")));
        for line in lines.take(a.show) {
            writeln!(out, "{line}")?;
        }
        let n_more = (added + removed + changed).saturating_sub(a.show);
        if n_more > 0 {
            writeln!(out, "  … and {n_more} more; --show N or --json for all")?;
        }
    }
    Ok(Exit::Done)
}

fn to_json(c: &Changes) -> serde_json::Value {
    let changed: Vec<_> =
        c.changed.iter().map(|(key, what)| json!({ "key": key, "change": what })).collect();
    json!({ "added": c.added, "removed": c.removed, "changed": changed, "same": c.n_same })
}
