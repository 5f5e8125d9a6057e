//! The features of every piece of pages, for `tools/fit_clean.py`.
//!
//! Standard input: one JSON object a line. `{"html": …}` asks for the features of the page alone, with `"p": [first
//! model's probabilities]` for those of the context, with `"without": [numbers]` for the page without some pieces; with
//! `"final": [probabilities]` for the body that cleaning makes of them. Argument: the file for the rows (32-bit floats,
//! little-endian). Standard output: one JSON object a line with the names of the features and the texts of the
//! pieces, or with the body.

use std::io::{BufRead, BufWriter, Write};

use baogao::clean::study::{body, study};
use serde_json::{Value, json};

fn numbers<T: serde::de::DeserializeOwned>(page: &Value, key: &str) -> Option<Vec<T>> {
    page.get(key).and_then(|p| serde_json::from_value(p.clone()).ok())
}

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut rows = BufWriter::new(std::fs::File::create(path)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let page: Value = serde_json::from_str(&line?)?;
        let html = page["html"].as_str().unwrap_or("");
        if let Some(p) = numbers::<f32>(&page, "final") {
            let line = match body(html, &p) {
                Ok((text, confidence)) => json!({ "text": text, "confidence": confidence }),
                Err(reject) => json!({ "text": "", "reject": reject }),
            };
            writeln!(out, "{line}")?;
            continue;
        }
        let without = numbers::<usize>(&page, "without").unwrap_or_default();
        let study = study(html, numbers::<f32>(&page, "p").as_deref(), &without);
        for value in &study.values {
            rows.write_all(&value.to_le_bytes())?;
        }
        writeln!(out, "{}", json!({ "names": study.names, "texts": study.texts }))?;
    }
    Ok(())
}
