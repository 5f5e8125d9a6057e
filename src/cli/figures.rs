//! `baogao figures`: passages in, their figures out.

use super::{Exit, Failure, Outcome};
use baogao::extract::figures::{self, Figure, Frame};
use baogao::extract::indicators;
use baogao::provenance::CodePoints;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

/// Read the figures off passages, one a line
///
/// What comes out: one JSON object for every line of the input: {"line", "text", "figures": [{"surface", "start",
/// "end", "value", "value_max", "unit", "unit_std", "value_std", "dimension", "approx", "item", "action", "indicator",
/// "target", "change", "basis", …}]}. Offsets count code points of the line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  echo 全年办理提案286件，办复率达98.5% | baogao figures
  baogao figures --bare numerals.txt          takes numerals that stand alone, too")]
pub(super) struct Arguments {
    /// The passages [default: standard input].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Also take a numeral that stands alone, without unit or noun.
    #[arg(long)]
    bare: bool,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let mut input: Box<dyn BufRead> = match &a.file {
        Some(path) if path.as_os_str() != "-" => {
            let file = File::open(path).map_err(|e| {
                Failure::new(Exit::Failed, format!("cannot read {}: {e}", path.display()))
            })?;
            Box::new(BufReader::new(file))
        }
        _ => Box::new(io::stdin().lock()),
    };
    let frame = Frame { bare: a.bare, ..Frame::default() };
    let catalogue = indicators::built_in();
    let mut bytes = Vec::new();
    for n in 1u64.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        let points = CodePoints::new(&text);
        let found: Vec<Value> = figures::figures(&text, &frame)
            .iter()
            .map(|f| {
                figure_json(
                    f,
                    &text,
                    &points,
                    indicators::of_passage(f, &text, &catalogue).as_deref(),
                )
            })
            .collect();
        writeln!(out, "{}", json!({ "line": n, "text": text, "figures": found }))?;
    }
    Ok(Exit::Done)
}

fn figure_json(f: &Figure, text: &str, points: &CodePoints<'_>, indicator: Option<&str>) -> Value {
    let q = &f.quantity;
    json!({
        "surface": q.span.of(text),
        "start": points.at(q.span.start),
        "end": points.at(q.span.end),
        "value": q.value,
        "value_max": q.value_max,
        "unit": q.unit,
        "unit_std": q.unit_std,
        "value_std": q.value_std,
        "dimension": q.dimension.code(),
        "approx": q.approx.code(),
        "item": f.item,
        "action": f.action,
        "indicator": indicator,
        "subject": f.subject,
        "period_start": f.period.map(|p| p.0),
        "period_end": f.period.map(|p| p.1),
        "period_part": f.period_part,
        "target": f.target,
        "change": f.change.map(|c| c.code()),
        "basis": f.basis.map(|b| b.code()),
        "is_from": f.is_from,
        "sentence": f.sentence.of(text),
        "confidence": (f64::from(f.confidence) * 1e4).round() / 1e4,
    })
}
