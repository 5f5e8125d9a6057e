//! Writes the features of every piece of pages, for `tools/fit_clean.py`.
//!
//! Standard input: one JSON object a line, `{"html": …}` and, for the second model, `"p": [first model's
//! probabilities]`. Arguments: the file for the rows (32-bit floats, little-endian). Standard output: one JSON object a
//! line with the texts of the pieces, and the features' names on the first line.

use std::io::{BufRead, BufWriter, Write};

use baogao::clean::study::study;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut rows = BufWriter::new(std::fs::File::create(path)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let page: serde_json::Value = serde_json::from_str(&line?)?;
        let first: Option<Vec<f32>> =
            page.get("p").and_then(|p| serde_json::from_value(p.clone()).ok());
        let study = study(page["html"].as_str().unwrap_or(""), first.as_deref());
        for value in &study.values {
            rows.write_all(&value.to_le_bytes())?;
        }
        let line = serde_json::json!({ "names": study.names, "texts": study.texts });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
