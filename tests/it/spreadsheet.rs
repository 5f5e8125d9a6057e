//! CSV for spreadsheets: the BOM that Excel needs, and no cell that it would run.

use crate::support::Folder;
use std::fs;

#[test]
fn csv_is_written_where_asked_for_and_safe_to_open() {
    let folder = Folder::with_samples();
    let prose = "全年新修道路12公里，比上年多3公里，群众出行更加方便，大家都说这一年变化很大，来年还要再修20公里。";
    folder.write(
        "pages/formula.html",
        format!("<html><body><h1>=HYPERLINK(\"http://x.example\",\"看看\")</h1><p>来源：+86办公室</p><p>-{prose}</p><p>@{prose}</p></body></html>"),
    );
    folder.write(
        "pipeline.toml",
        "[[source]]\nname = \"pages\"\nfiles = [\"pages/*\"]\n[write]\nformats = [\"parquet\", \"csv\"]\noutput = \"out\"\n",
    );
    folder.baogao(&["run"]).exits(0);
    let run = folder.path("out/latest");
    let names = [
        "documents",
        "blocks",
        "sections",
        "figures",
        "table_cells",
        "images",
        "duplicates",
        "indicators",
        "rejects",
    ];
    for name in names {
        let bytes = fs::read(run.join(format!("csv/{name}.csv"))).expect("a file");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        let cells = cells(text);
        let n_columns = cells[0].len();
        assert!(cells.iter().all(|row| row.len() == n_columns), "{name}: rows of different length");
        assert_eq!(cells.len() - 1, folder.rows(&run, name).len(), "{name}");
        for cell in cells.iter().skip(1).flatten().filter(|c| c.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
        }
    }
    folder.baogao(&["verify", "out/latest"]).exits(0);
}

/// The cells of an RFC 4180 file.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(cell.is_empty() && row.is_empty(), "the file ends with a line");
    rows
}
