//! A table's cells → which are headers, and of what.

use super::number::{is_missing, number};
use crate::clean::{Cell, Table};
use rustc_hash::FxHashMap;

/// Header rows and columns, at most: more are not seen in print, and it bounds the work.
const HEADER_ROWS_MAX: u32 = 8;
const HEADER_COLS_MAX: u32 = 6;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    /// A mark for a missing value.
    Missing,
    Number,
    /// A bare year: a header as often as a number.
    Year,
    Words,
}

/// A table and the parts of it.
pub(super) struct Grid<'a> {
    cells: &'a [Cell],
    text: &'a str,
    holds: Vec<Holds>,
    n_cols: u32,
    /// Indices of the cells that start in a row, by column.
    by_row: FxHashMap<u32, Vec<usize>>,
    /// Rows that hold cells, in order.
    rows: Vec<u32>,
    /// Rows before this one are headers, titles and lines of units.
    body: u32,
    /// Columns before this one are headers.
    first_data_col: u32,
    /// Rows with one cell over the whole width: titles above the header, headings of parts in the body.
    wide: Vec<u32>,
    /// Cells of each header column, by row.
    header_cols: Vec<(u32, Vec<usize>)>,
    /// The column that states each row's unit.
    unit_col: Option<Vec<usize>>,
}

impl<'a> Grid<'a> {
    pub(super) fn new(table: &'a Table, text: &'a str) -> Self {
        let cells = table.cells.as_slice();
        let mut by_row: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        let mut rows: Vec<u32> = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            by_row.entry(cell.row).or_default().push(index);
            rows.push(cell.row);
        }
        rows.sort_unstable();
        rows.dedup();
        for row in &rows {
            if let Some(row) = by_row.get_mut(row) {
                row.sort_by_key(|&i| cells[i].col);
            }
        }
        let mut grid = Self {
            cells,
            text,
            holds: cells.iter().map(|c| holds(c.span.of(text))).collect(),
            n_cols: cells.iter().map(|c| c.col.saturating_add(c.col_span)).max().unwrap_or(0),
            by_row,
            rows,
            body: 0,
            first_data_col: 0,
            wide: Vec::new(),
            header_cols: Vec::new(),
            unit_col: None,
        };
        grid.wide = grid.rows.iter().copied().filter(|&row| grid.is_wide(row)).collect();
        grid.body = grid.find_body();
        grid.find_header_cols();
        grid
    }

    /// The title that stands in the table itself, above its header.
    pub(super) fn title(&self) -> Option<String> {
        self.above().find(|text| !text.contains("单位")).map(str::to_owned)
    }

    /// The line of units that stands in the table itself.
    pub(super) fn unit_line(&self) -> Option<String> {
        self.above().find(|text| text.contains("单位")).map(str::to_owned)
    }

    /// Whether a cell is neither header nor title.
    pub(super) fn is_data(&self, index: usize) -> bool {
        let cell = &self.cells[index];
        cell.row >= self.body
            && cell.col >= self.first_data_col
            && self.wide.binary_search(&cell.row).is_err()
    }

    pub(super) fn col_header(&self, cell: &Cell) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for row in self.rows.iter().copied().take_while(|&row| row < self.body) {
            if self.wide.binary_search(&row).is_ok() {
                continue;
            }
            let starts = self.row(row);
            let at = starts.partition_point(|&i| self.cells[i].col <= cell.col);
            let Some(&found) = at.checked_sub(1).and_then(|at| starts.get(at)) else { continue };
            let head = &self.cells[found];
            if cell.col < head.col.saturating_add(head.col_span) {
                push(&mut parts, self.words(found));
            }
        }
        joined(&parts)
    }

    pub(super) fn row_header(&self, cell: &Cell) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        let at = self.wide.partition_point(|&row| row < cell.row);
        if let Some(&part) = at.checked_sub(1).and_then(|at| self.wide.get(at))
            && part >= self.body
            && let Some(&first) = self.row(part).iter().find(|&&i| self.holds[i] != Holds::Nothing)
        {
            push(&mut parts, self.words(first));
        }
        for (_, column) in &self.header_cols {
            if let Some(found) = covering(self.cells, column, cell.row) {
                push(&mut parts, self.words(found));
            }
        }
        joined(&parts)
    }

    /// What the column of units says for a row.
    pub(super) fn unit_of_row(&self, row: u32) -> Option<&'a str> {
        let column = self.unit_col.as_ref()?;
        covering(self.cells, column, row).map(|i| self.words(i)).filter(|w| !w.is_empty())
    }

    fn above(&self) -> impl Iterator<Item = &'a str> {
        self.wide
            .iter()
            .take_while(|&&row| row < self.body)
            .flat_map(|&row| self.row(row).iter().map(|&i| self.words(i)))
            .filter(|words| !words.is_empty())
    }

    fn row(&self, row: u32) -> &[usize] {
        self.by_row.get(&row).map_or(&[], Vec::as_slice)
    }

    fn words(&self, index: usize) -> &'a str {
        self.cells[index].span.of(self.text).trim()
    }

    /// Whether words stand in one cell over all columns and in no other of the row.
    fn is_wide(&self, row: u32) -> bool {
        let mut filled = self.row(row).iter().filter(|&&i| self.holds[i] != Holds::Nothing);
        let (Some(&only), None) = (filled.next(), filled.next()) else { return false };
        let cell = &self.cells[only];
        let alone = cell.row_span == 1 && self.holds[only] == Holds::Words && self.n_cols > 1;
        // Whole width, or the first of a row whose other cells are empty.
        alone && (cell.col_span >= self.n_cols || cell.col == 0 && self.row(row).len() > 1)
    }

    /// The first row of the body.
    fn find_body(&self) -> u32 {
        let has_number = |row: u32| self.row(row).iter().any(|&i| self.holds[i] == Holds::Number);
        let marked = |row: u32| {
            let cells = self.row(row);
            !cells.is_empty() && cells.iter().all(|&i| self.cells[i].header)
        };
        let any_number = self.rows.iter().any(|&row| has_number(row));
        let any_marked =
            self.rows.first().is_some_and(|_| self.rows.iter().take(3).any(|&row| marked(row)));
        let mut body = 0;
        let mut n_headers = 0;
        for &row in self.rows.iter().take(HEADER_ROWS_MAX as usize) {
            let wide = self.wide.binary_search(&row).is_ok();
            // Titles stand above the header; a part's heading below it belongs to the body.
            if wide && n_headers == 0 {
                body = row + 1;
                continue;
            }
            let spanned = row < body;
            let unnumbered = any_number
                && !any_marked
                && !has_number(row)
                && self
                    .row(row)
                    .iter()
                    .any(|&i| self.holds[i] == Holds::Words || self.holds[i] == Holds::Year)
                && !self.has_missing(row);
            if wide || !(marked(row) || spanned && !has_number(row) || unnumbered) {
                break;
            }
            n_headers += 1;
            let spans = self.row(row).iter().map(|&i| self.cells[i].row_span.min(HEADER_ROWS_MAX));
            // A second header row is there only where the first has cells that go over two rows or columns.
            let tall = spans.max().unwrap_or(1);
            let split = self.row(row).iter().any(|&i| self.cells[i].col_span > 1);
            body = body.max(row + 1);
            if tall > 1 && split {
                body = body.max(row.saturating_add(tall));
            } else if !any_marked && !split {
                break;
            }
        }
        if n_headers == 0 && !any_number && self.rows.len() > 1 && self.n_cols > 2 {
            // A table of words: its first line names the columns.
            return self.rows.get(1).copied().unwrap_or(0);
        }
        if n_headers == 0 { if any_number { body } else { 0 } } else { body }
    }

    fn has_missing(&self, row: u32) -> bool {
        self.row(row).iter().any(|&i| self.holds[i] == Holds::Missing)
    }

    /// Sets the header columns: words left of numbers.
    fn find_header_cols(&mut self) {
        let mut columns: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        let mut any_number = false;
        for (index, cell) in self.cells.iter().enumerate() {
            if cell.row < self.body || self.wide.binary_search(&cell.row).is_ok() {
                continue;
            }
            any_number |= self.holds[index] == Holds::Number && cell.col > 0;
            if cell.col < HEADER_COLS_MAX {
                columns.entry(cell.col).or_default().push(index);
            }
        }
        for col in 0..self.n_cols.min(HEADER_COLS_MAX) {
            let Some(mut column) = columns.remove(&col) else {
                // Covered by the cell on its left in every row.
                if col == self.first_data_col && col > 0 {
                    self.first_data_col = col + 1
                }
                continue;
            };
            if col > self.first_data_col || col + 1 >= self.n_cols {
                break;
            }
            column.sort_by_key(|&i| self.cells[i].row);
            let title = self.column_title(col);
            let marked = column.iter().all(|&i| self.cells[i].header);
            let count =
                |is: fn(Holds) -> bool| column.iter().filter(|&&i| is(self.holds[i])).count();
            let n_numbers = count(|h| matches!(h, Holds::Number | Holds::Missing));
            let n_words = count(|h| matches!(h, Holds::Words | Holds::Year));
            // Labels may look like numbers (60周岁及以上); in the first column words have the majority then.
            let numbers = n_numbers > 0 && (col > 0 || n_words <= 2 * n_numbers);
            let words = n_words > 0;
            if matches!(title.as_str(), "序号" | "编号" | "行次" | "No." | "no.") {
                self.first_data_col = col + 1;
            } else if matches!(title.as_str(), "单位" | "计量单位" | "Unit" | "unit") {
                self.unit_col = Some(column);
                self.first_data_col = col + 1;
            } else if marked || (words && !numbers && (any_number || col == 0)) {
                self.header_cols.push((col, column));
                self.first_data_col = col + 1;
            } else {
                break;
            }
            if !any_number && !marked {
                break;
            }
        }
    }

    fn column_title(&self, col: u32) -> String {
        let probe = Cell {
            row: self.body,
            col,
            row_span: 1,
            col_span: 1,
            header: false,
            span: crate::provenance::Span::default(),
        };
        self.col_header(&probe).unwrap_or_default().split_whitespace().collect()
    }
}

/// The cell of a column, sorted by row, that covers a row.
fn covering(cells: &[Cell], column: &[usize], row: u32) -> Option<usize> {
    let at = column.partition_point(|&i| cells[i].row <= row);
    let &found = column.get(at.checked_sub(1)?)?;
    (row < cells[found].row.saturating_add(cells[found].row_span)).then_some(found)
}

fn push<'a>(parts: &mut Vec<&'a str>, words: &'a str) {
    if !words.is_empty() && parts.last() != Some(&words) {
        parts.push(words);
    }
}

fn joined(parts: &[&str]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(" / "))
}

fn holds(text: &str) -> Holds {
    let text = text.trim();
    if text.is_empty() {
        return Holds::Nothing;
    }
    if is_missing(text) {
        return Holds::Missing;
    }
    if is_year(text) {
        return Holds::Year;
    }
    if number(text).is_some() { Holds::Number } else { Holds::Words }
}

fn is_year(text: &str) -> bool {
    let digits = text.trim_end_matches(['年', '度']);
    digits.len() == 4 && digits.parse::<u16>().is_ok_and(|y| (1900..=2100).contains(&y))
}
