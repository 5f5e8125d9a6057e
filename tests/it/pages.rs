//! Sample pages against what a careful reader takes from them.
//!
//! `tests/pages/<name>/expected.json` and `figures.tsv` were written by hand from the page, not from the program's
//! output. `misses.txt` lists where the program differs today: a new miss fails, and so does one that went away until
//! it is taken off the list (`UPDATE_EXPECT=1 cargo test --test it pages`). A shorter list is the only good change.

use baogao::clean::Role;
use baogao::extract::{BodyFigure, Document};
use baogao::page::{Page, PageInfo};
use baogao::process::{self, Options};
use expect_test::expect_file;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::Path;

fn check(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/pages").join(name);
    let expected: Value = serde_json::from_str(
        &fs::read_to_string(folder.join("expected.json")).expect("expected.json"),
    )
    .expect("JSON");
    let path = expected["page"].as_str().expect("the page");
    let document = document(&root.join(path), path);
    let mut misses = String::new();
    compare_fields(&expected["document"], &document, &mut misses);
    compare_headings(&expected["headings"], &document, &mut misses);
    compare_body(&expected, &document, &mut misses);
    if let Ok(figures) = fs::read_to_string(folder.join("figures.tsv")) {
        compare_figures(&figures, &document, &mut misses);
    }
    if let Ok(cells) = fs::read_to_string(folder.join("tables.tsv")) {
        compare_cells(&cells, &document, &mut misses);
    }
    expect_file![folder.join("misses.txt")].assert_eq(&misses);
}

fn document(path: &Path, source: &str) -> Document {
    let mut bytes = fs::read(path).expect("the page");
    if source.ends_with(".gz") {
        let packed = std::mem::take(&mut bytes);
        flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("gzip");
    }
    let media_type = if source.contains(".txt") { "text/plain" } else { "text/html" };
    let info = PageInfo {
        source: source.to_owned(),
        source_name: "samples".to_owned(),
        media_type: Some(media_type.to_owned()),
        bytes: bytes.len() as u64,
        ..PageInfo::default()
    };
    process::process(Page { info, bytes }, &Options::default()).expect("a document")
}

/// A value as the expectations write it.
fn fields(d: &Document) -> Value {
    let m = &d.metadata;
    let published =
        m.published_at.map(|t| t.to_string()).or_else(|| m.published_date.map(|t| t.to_string()));
    serde_json::json!({
        "title": m.title, "subtitle": m.subtitle, "kicker": m.kicker, "published": published,
        "publisher": m.publisher, "authors": m.authors, "editors": m.editors, "views": m.views,
        "organization": d.report.organization, "period": d.report.period.map(|(a, b)| [a, b]),
        "kind": d.report.kind.code(), "language": d.language, "charset": d.decoded.charset,
    })
}

fn compare_fields(expected: &Value, document: &Document, misses: &mut String) {
    let found = fields(document);
    for (key, want) in expected.as_object().expect("an object") {
        let got = &found[key];
        // 08:30 is 08:30:00.
        let same = want == got
            || (key == "published"
                && want
                    .as_str()
                    .zip(got.as_str())
                    .is_some_and(|(w, g)| w.contains('T') && format!("{w}:00") == g));
        if !same {
            let _ = writeln!(misses, "{key}: want {want} got {got}");
        }
    }
}

fn compare_headings(expected: &Value, document: &Document, misses: &mut String) {
    let want: Vec<String> = expected
        .as_array()
        .expect("a list")
        .iter()
        .map(|h| format!("{} {}", h[0], h[1].as_str().expect("text")))
        .collect();
    let got: Vec<String> = document
        .blocks
        .iter()
        .filter(|b| b.role == Role::Heading)
        .map(|b| format!("{} {}", b.level.unwrap_or(0), b.text))
        .collect();
    for line in want.iter().filter(|line| !got.contains(line)) {
        let _ = writeln!(misses, "heading missing: {line}");
    }
    for line in got.iter().filter(|line| !want.contains(line)) {
        let _ = writeln!(misses, "heading wrong: {line}");
    }
}

fn compare_body(expected: &Value, document: &Document, misses: &mut String) {
    let text = |key: &str| expected[key].as_str().expect("text");
    let body = document.body.trim_start_matches(['\u{3000}', ' ']);
    if !body.starts_with(text("body_starts")) {
        let _ = writeln!(misses, "body starts: {}", body.chars().take(30).collect::<String>());
    }
    if !body.ends_with(text("body_ends")) {
        let end: Vec<char> = body.chars().rev().take(30).collect();
        let _ = writeln!(misses, "body ends: {}", end.into_iter().rev().collect::<String>());
    }
    for dropped in expected["dropped"].as_array().expect("a list") {
        let dropped = dropped.as_str().expect("text");
        if document.blocks.iter().any(|b| b.role.is_body() && b.text.contains(dropped)) {
            let _ = writeln!(misses, "kept: {dropped}");
        }
        if !document.blocks.iter().any(|b| b.text.contains(dropped)) {
            let _ = writeln!(misses, "not among the blocks: {dropped}");
        }
    }
}

/// Lines of tables.tsv: table, row, column, row header, column header, text, value, unit_std.
fn compare_cells(table: &str, document: &Document, misses: &mut String) {
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let want: Vec<&str> = line.split('\t').collect();
        let at = |c: &&baogao::extract::tables::TableCell| {
            [c.table.to_string(), c.row.to_string(), c.col.to_string()] == want[..3]
        };
        let Some(cell) = document.cells.iter().find(at) else {
            let _ = writeln!(misses, "cell missing: {}", want.join(" "));
            continue;
        };
        let got = [
            cell.row_header.clone().unwrap_or_default(),
            cell.col_header.clone().unwrap_or_default(),
            cell.text.clone(),
            cell.value.map(|v| v.to_string()).unwrap_or_default(),
            cell.unit_std.unwrap_or_default().to_owned(),
        ];
        if got != want[3..] {
            let _ =
                writeln!(misses, "cell {}: want {:?} got {got:?}", want[..3].join(" "), &want[3..]);
        }
    }
}

/// A line of figures.tsv: surface, value, unit, approx, item, action, more.
struct Want<'a> {
    surface: &'a str,
    cells: Vec<&'a str>,
    more: Vec<&'a str>,
}

fn compare_figures(table: &str, document: &Document, misses: &mut String) {
    let wants: Vec<Want<'_>> = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 7, "seven cells a line: {line}");
            Want { surface: cells[0], more: cells[6].split_whitespace().collect(), cells }
        })
        .collect();
    let found: Vec<(&str, &BodyFigure)> =
        document.figures.iter().map(|f| (f.figure.quantity.span.of(&document.body), f)).collect();
    let (mut items, mut n_items) = (0, 0);
    for pair in align(&wants, &found) {
        match pair {
            (Some(want), None) if !want.more.contains(&"optional") => {
                let _ = writeln!(misses, "figure missing: {} {}", want.surface, want.cells[4]);
            }
            (None, Some((surface, f))) => {
                let _ =
                    writeln!(misses, "figure wrong: {surface} in {}", around(f, &document.body));
            }
            (Some(want), Some((_, f))) if !want.more.contains(&"optional") => {
                let differences = differences(want, f);
                n_items += 1;
                items += usize::from(same_label(want.cells[4], f.figure.item.as_deref()));
                if !differences.is_empty() {
                    let _ = writeln!(
                        misses,
                        "figure {} {}: {}",
                        want.surface,
                        want.cells[4],
                        differences.join("; ")
                    );
                }
            }
            _ => {}
        }
    }
    if n_items > 0 {
        let _ = writeln!(misses, "items right: {items} of {n_items}");
    }
}

/// Pairs the two lists in order: the longest common subsequence of surfaces.
fn align<'w, 'f>(
    wants: &'w [Want<'w>],
    found: &'f [(&'f str, &'f BodyFigure)],
) -> Vec<(Option<&'w Want<'w>>, Option<(&'f str, &'f BodyFigure)>)> {
    let (n, m) = (wants.len(), found.len());
    let mut best = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            best[i][j] = if wants[i].surface == found[j].0 {
                best[i + 1][j + 1] + 1
            } else {
                best[i + 1][j].max(best[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < n || j < m {
        if i < n && j < m && wants[i].surface == found[j].0 {
            out.push((Some(&wants[i]), Some(found[j])));
            (i, j) = (i + 1, j + 1);
        } else if j == m || (i < n && best[i + 1][j] >= best[i][j + 1]) {
            out.push((Some(&wants[i]), None));
            i += 1;
        } else {
            out.push((None, Some(found[j])));
            j += 1;
        }
    }
    out
}

/// What differs but item and action, whose wording is a matter of degree.
fn differences(want: &Want<'_>, found: &BodyFigure) -> Vec<String> {
    let f = &found.figure;
    let more = |key: &str| want.more.iter().find_map(|m| m.strip_prefix(key));
    let mut out = Vec::new();
    let mut compare = |name: &str, want: String, got: String| {
        if want != got {
            out.push(format!("{name} want {want} got {got}"));
        }
    };
    let value = match f.quantity.value_max {
        Some(max) => format!("{}..{max}", f.quantity.value),
        None => f.quantity.value.to_string(),
    };
    compare("value", want.cells[1].to_owned(), value);
    let unit = f.quantity.unit.as_deref().unwrap_or_default();
    compare("unit", want.cells[2].to_owned(), unit.to_owned());
    compare("approx", want.cells[3].to_owned(), f.quantity.approx.code().to_owned());
    compare("target", want.more.contains(&"target").to_string(), f.target.to_string());
    compare("from", want.more.contains(&"from").to_string(), f.is_from.to_string());
    let code = |c: Option<&str>| c.unwrap_or("none").to_owned();
    compare("change", code(more("change=")), code(f.change.map(|c| c.code())));
    if more("change=").is_some() {
        compare("basis", code(more("basis=")), code(f.basis.map(|b| b.code())));
    }
    if let Some(years) = more("period=") {
        let got = f.period.map(|(a, b)| if a == b { a.to_string() } else { format!("{a}/{b}") });
        compare("period", years.to_owned(), got.unwrap_or_else(|| "none".to_owned()));
    }
    out
}

fn same_label(want: &str, got: Option<&str>) -> bool {
    want == got.unwrap_or("")
}

fn around(f: &BodyFigure, body: &str) -> String {
    f.figure.sentence.of(body).chars().take(24).collect()
}

#[test]
fn a_text_scrape_with_menus_and_footers() {
    check("cppcc_review");
}

#[test]
fn a_government_work_report() {
    check("government_work_report");
}

#[test]
fn a_court_report() {
    check("court_report");
}

#[test]
fn a_digital_newspaper() {
    check("newspaper_founder");
}

#[test]
fn a_table_layout_with_line_breaks() {
    check("table_layout_2006");
}

#[test]
fn a_text_with_full_width_digits_and_chinese_percentages() {
    check("provincial_report");
}

#[test]
fn a_news_site_with_comments_and_related_links() {
    check("cms_article");
}

#[test]
fn a_bulletin_with_tables() {
    check("statistical_bulletin");
}

#[test]
fn a_page_that_calls_gb18030_gb2312() {
    check("procuratorate");
}

#[test]
fn a_page_that_calls_utf8_gb2312() {
    check("meeting_news");
}

#[test]
fn a_page_in_big5() {
    check("big5_policy_report");
}

#[test]
fn a_page_in_english() {
    check("english_report");
}

#[test]
fn a_wechat_article() {
    check("wechat_article");
}

#[test]
fn a_compressed_budget_report() {
    check("budget_report");
}

#[test]
fn one_report_on_its_own_site() {
    check("same_report_cppcc_site");
}

#[test]
fn the_same_report_on_a_news_site() {
    check("same_report_news_site");
}
