//! Rows of tables among the lines: cells between tabs, or between upright strokes.
//!
//! In: lines. Out: which of them are rows, and the table that a run of rows makes. A menu is also set with strokes; a
//! table has several rows of as many cells, most of them with numbers.

use super::source::Line;
use crate::clean::{Cell, Table};
use crate::provenance::Span;

/// Marks the lines that are rows of a table.
pub(super) fn mark_rows(lines: &mut [Line<'_>]) {
    let counts: Vec<usize> = lines.iter().map(|l| cells(&l.text).count()).collect();
    let mut start = 0;
    while start < lines.len() {
        let mut end = start;
        while end < lines.len()
            && counts[end] >= 2
            && (end == start || similar(counts[end], counts[end - 1]) && lines[end].gap <= 1)
        {
            end += 1;
        }
        if is_table(&lines[start..end], &counts[start..end]) {
            lines[start..end].iter_mut().for_each(|l| l.row = true);
        }
        start = end.max(start + 1);
    }
}

fn similar(a: usize, b: usize) -> bool {
    a.abs_diff(b) <= 1
}

fn is_table(rows: &[Line<'_>], counts: &[usize]) -> bool {
    let wide = counts.iter().all(|n| *n >= 3);
    let numbers = rows.iter().filter(|r| r.text.contains(|c: char| c.is_ascii_digit())).count();
    let level = counts.iter().filter(|n| **n == counts[0]).count() * 3 >= counts.len() * 2;
    let prose = rows.iter().any(|r| r.text.contains('。') && r.columns > 200);
    rows.len() >= if wide { 2 } else { 3 }
        && level
        && numbers * 2 >= rows.len() - 1
        && numbers > 0
        && !prose
}

/// The cells of a line: none if it has neither tabs nor strokes.
fn cells(line: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    if line.contains('\t') {
        return Box::new(line.split('\t').map(str::trim));
    }
    let framed = line.len() > 2 && line.starts_with('|') && line.ends_with('|');
    if framed {
        return Box::new(line[1..line.len() - 1].split('|').map(str::trim));
    }
    if line.contains(" | ") {
        return Box::new(line.split('|').map(str::trim));
    }
    Box::new(std::iter::empty())
}

/// The table that these rows make, and its text: rows by line ends, cells by tabs.
pub(super) fn table(rows: &[&str]) -> (String, Table) {
    let mut text = String::new();
    let mut out = Table::default();
    let rows = rows
        .iter()
        .filter(|r| r.contains(|c: char| !matches!(c, '|' | '-' | ':' | ' ' | '\t' | '—' | '+')));
    for (row, line) in (0u32..).zip(rows) {
        if row > 0 {
            text.push('\n');
        }
        for (col, cell) in (0u32..).zip(cells(line)) {
            if col > 0 {
                text.push('\t');
            }
            let start = text.len();
            text.push_str(cell);
            let span = Span::new(start, text.len());
            out.cells.push(Cell { row, col, row_span: 1, col_span: 1, header: false, span });
        }
    }
    (text, out)
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn rows(text: &str) -> Vec<bool> {
        let mut lines = source::lines(text);
        mark_rows(&mut lines);
        lines.iter().map(|l| l.row).collect()
    }

    #[test]
    fn tables_and_menus() {
        assert_eq!(rows("指标\t数量\n道路\t3\n桥梁\t2\n路修好了。"), [true, true, true, false]);
        assert_eq!(rows("指标 | 单位 | 数量\n道路 | 条 | 3\n"), [true, true]);
        assert_eq!(rows("首页 | 新闻 | 图片\n专题 | 视频 | 服务"), [false, false]);
    }

    #[test]
    fn cells_lie_where_their_spans_say() {
        let (text, table) = table(&["| 指标 | 数量 |", "|---|---|", "| 道路 | 3 |"]);
        assert_eq!(text, "指标\t数量\n道路\t3");
        let cells: Vec<&str> = table.cells.iter().map(|c| c.span.of(&text)).collect();
        assert_eq!(cells, ["指标", "数量", "道路", "3"]);
        assert_eq!(table.cells[2].row, 1);
    }
}
