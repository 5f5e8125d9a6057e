//! `baogao inspect`: what each stage makes of one page.

use super::{Exit, Failure, Outcome};
use baogao::config::Config;
use baogao::extract::Document;
use baogao::ingest::{self, Digests};
use baogao::page::Page;
use baogao::rows::{self, Sink, Sinks};
use baogao::{clean, decode, extract};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Show what the stages make of one page
///
/// What comes out: with `--until decode` the normalised text; with `--until clean` one line a block (number, role,
/// reason, locator, text); else the document: metadata, outline, figures.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  baogao inspect page.html                    the document
  baogao inspect page.html --until clean      every block with its role and the reason
  baogao inspect page.html --json             the rows of every dataset")]
pub(super) struct Arguments {
    /// The page: html, htm, shtml, xhtml, txt, also as gz; of an archive, the first page.
    page: PathBuf,
    /// The last stage.
    #[arg(long, value_enum, default_value_t = Until::Extract)]
    until: Until,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Until {
    Decode,
    Clean,
    Extract,
}

pub(super) fn run(a: &Arguments, out: &mut dyn Write) -> Outcome {
    let page = read(a)?;
    let rejected = |reject: baogao::reject::Reject| {
        Failure::new(Exit::Failed, format!("no document: {reject}"))
    };
    let text = decode::decode(page, &decode::Options::default()).map_err(rejected)?;
    if a.until == Until::Decode {
        if a.json {
            let warnings: Vec<_> = text.decoded.warnings.iter().map(|w| w.code()).collect();
            let markup = if text.markup == decode::Markup::Html { "html" } else { "plain" };
            let object = json!({
                "charset": text.decoded.charset, "charset_from": text.decoded.charset_from.code(),
                "markup": markup, "warnings": warnings, "text": text.text,
            });
            writeln!(out, "{object:#}")?;
        } else {
            write!(out, "{}", text.text)?;
        }
        return Ok(Exit::Done);
    }
    let blocks = clean::clean(text, &clean::Options::default()).map_err(rejected)?;
    if a.until == Until::Clean {
        if a.json {
            let list: Vec<Value> = blocks.blocks.iter().enumerate().map(block_json).collect();
            let object = json!({ "confidence": blocks.confidence, "blocks": list, "hints": hints_json(&blocks.hints) });
            writeln!(out, "{object:#}")?;
        } else {
            for (no, b) in blocks.blocks.iter().enumerate() {
                let kept = if b.role.is_body() { '+' } else { '-' };
                let text = b.text.replace('\n', " ⏎ ").replace('\t', " ⇥ ");
                writeln!(
                    out,
                    "{no:>4} {kept} {:<9} {:<22} {:.2} {:<12} {text}",
                    b.role.code(),
                    b.reason,
                    b.score,
                    b.locator.to_string()
                )?;
            }
            writeln!(out, "confidence {:.2}", blocks.confidence)?;
        }
        return Ok(Exit::Done);
    }
    let document = extract::extract(blocks, &extract::Options::default()).map_err(rejected)?;
    let datasets = Json::of(&document);
    if a.json {
        writeln!(out, "{:#}", Value::Object(datasets))?;
    } else {
        print(&datasets, out)?;
    }
    Ok(Exit::Done)
}

fn read(a: &Arguments) -> Result<Page, Failure> {
    if !a.page.is_file() {
        return Err(Failure::new(Exit::Usage, format!("there is no file {}", a.page.display())));
    }
    let config = Config::of_inputs(std::slice::from_ref(&a.page), &PathBuf::new())
        .map_err(|e| Failure::new(Exit::Usage, e))?;
    let failed = |e: ingest::Error| Failure::new(Exit::Failed, e);
    let plan = ingest::plan(&config, &mut Digests::default(), 1).map_err(failed)?;
    match ingest::pages(&plan, &config).next().map(|found| found?.load()) {
        Some(Ok(Ok(article))) => Ok(article.page),
        Some(Ok(Err(unreadable))) => {
            Err(Failure::new(Exit::Failed, format!("no document: {}", unreadable.reject)))
        }
        Some(Err(e)) => Err(failed(e)),
        None => Err(Failure::new(Exit::Failed, "the file holds no page")),
    }
}

fn block_json((no, b): (usize, &clean::Block)) -> Value {
    json!({
        "block_no": no, "role": b.role.code(), "kept": b.role.is_body(), "score": b.score, "reason": b.reason,
        "level": b.level, "locator": b.locator.to_string(), "text": b.text,
    })
}

fn hints_json(h: &clean::Hints) -> Value {
    json!({ "html_title": h.html_title, "h1": h.h1, "meta": h.meta, "json_ld": h.json_ld, "times": h.times, "lang": h.lang })
}

/// The document's rows as JSON, by the one definition that the files are made by too.
#[derive(Default)]
struct Json {
    rows: Vec<Value>,
    row: Map<String, Value>,
}

impl Json {
    fn of(document: &Document) -> Map<String, Value> {
        let mut sinks: [Json; 6] = Default::default();
        let [documents, blocks, sections, figures, table_cells, images] = &mut sinks;
        rows::document(
            document,
            &mut Sinks { documents, blocks, sections, figures, table_cells, images },
        );
        let names = ["documents", "blocks", "sections", "figures", "table_cells", "images"];
        names
            .into_iter()
            .map(str::to_owned)
            .zip(sinks.into_iter().map(|s| Value::Array(s.rows)))
            .collect()
    }

    fn put(&mut self, column: &str, value: Value) {
        self.row.insert(column.to_owned(), value);
    }
}

impl Sink for Json {
    fn str(&mut self, column: &'static str, value: Option<&str>) {
        self.put(column, json!(value));
    }
    fn int(&mut self, column: &'static str, value: Option<i64>) {
        self.put(column, json!(value));
    }
    fn float(&mut self, column: &'static str, value: Option<f64>) {
        self.put(column, json!(value));
    }
    fn bool(&mut self, column: &'static str, value: Option<bool>) {
        self.put(column, json!(value));
    }
    fn date(&mut self, column: &'static str, value: Option<Date>) {
        self.put(column, json!(value.map(|d| d.to_string())));
    }
    fn datetime(&mut self, column: &'static str, value: Option<DateTime>) {
        self.put(column, json!(value.map(|t| t.to_string())));
    }
    fn list(&mut self, column: &'static str, values: &[&str]) {
        self.put(column, json!(values));
    }
    fn end_row(&mut self) {
        self.rows.push(Value::Object(std::mem::take(&mut self.row)));
    }
}

/// The document for people: fields that are not null, the outline, a line a figure.
fn print(datasets: &Map<String, Value>, out: &mut dyn Write) -> std::io::Result<()> {
    let rows =
        |name: &str| datasets.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("").to_owned();
    for document in rows("documents") {
        for (key, value) in document.as_object().into_iter().flatten() {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !empty && key != "body" {
                writeln!(
                    out,
                    "{key:<16}{}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                )?;
            }
        }
    }
    writeln!(out, "\nsections")?;
    for section in rows("sections") {
        let indent = "  ".repeat(section["level"].as_u64().unwrap_or(0) as usize);
        let (marker, heading) = (text(&section, "marker"), text(&section, "heading"));
        writeln!(
            out,
            "{indent}{} {marker}{heading} ({} figures)",
            text(&section, "path"),
            section["n_figures"]
        )?;
    }
    writeln!(out, "\nfigures")?;
    for f in rows("figures") {
        let mut notes: Vec<String> = Vec::new();
        for key in ["action", "subject", "change", "basis", "indicator", "period_part"] {
            if let Some(value) = f[key].as_str() {
                notes.push(format!("{key} {value}"));
            }
        }
        if f["target"] == json!(true) {
            notes.push("target".to_owned());
        }
        if f["is_from"] == json!(true) {
            notes.push("from".to_owned());
        }
        let period = match (f["period_start"].as_i64(), f["period_end"].as_i64()) {
            (Some(a), Some(b)) if a != b => format!("{a}/{b}"),
            (Some(a), _) => a.to_string(),
            _ => String::new(),
        };
        let unit = f["unit"].as_str().unwrap_or("");
        let max = f["value_max"].as_f64().map(|v| format!("–{v}")).unwrap_or_default();
        let (item, surface, approx) = (text(&f, "item"), text(&f, "surface"), text(&f, "approx"));
        writeln!(
            out,
            "{surface:<14} {}{max} {unit} [{approx}] {item} · {period} · {}",
            f["value"],
            notes.join(", ")
        )?;
    }
    for (name, label) in [("table_cells", "table cells"), ("images", "images")] {
        let n = rows(name).len();
        if n > 0 {
            writeln!(out, "\n{n} {label}")?;
        }
    }
    Ok(())
}
