//! Table blocks → cells with their headers resolved.
//!
//! In: the grid that cleaning found. Which rows and columns are headers is read off th elements, else off the cells:
//! headers are words or years above and left of numbers. Out: every cell that has text, with its headers joined
//! " / " (spans resolved) and its number in the unit that cell, row, column or caption state. A number without a known
//! unit is given as printed. Linear in the number of cells: look-ups of spans are binary searches.

mod grid;
mod number;

use crate::clean::{Block, Role, Table};
use crate::provenance::Span;
use grid::Grid;
use number::Unit;

/// One cell of a data table of the body.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// Index of the table among the document's.
    pub table: usize,
    /// Index of its block.
    pub block: usize,
    /// Row, 0-based.
    pub row: u32,
    /// Column, 0-based.
    pub col: u32,
    /// Its text in the body.
    pub span: Span,
    /// Headers of its row, spans resolved, joined " / ".
    pub row_header: Option<String>,
    /// Headers of its column, likewise.
    pub col_header: Option<String>,
    /// The text.
    pub text: String,
    /// Its number, magnitude words folded in.
    pub value: Option<f64>,
    /// The standard unit that cell, header or caption state.
    pub unit_std: Option<&'static str>,
    /// The table's caption.
    pub caption: Option<String>,
}

/// Reads the cells of every kept table.
pub fn cells(blocks: &[Block], spans: &[Option<Span>]) -> Vec<TableCell> {
    let mut out = Vec::new();
    let mut number = 0;
    for (index, (block, span)) in blocks.iter().zip(spans).enumerate() {
        let (Some(span), Role::Table, Some(table)) = (span, block.role, &block.table) else {
            continue;
        };
        let place = Place { table: number, block: index, start: span.start };
        read(table, &block.text, &surroundings(&blocks[..index]), place, &mut out);
        number += 1;
    }
    out
}

/// Where a table stands.
#[derive(Clone, Copy)]
struct Place {
    table: usize,
    block: usize,
    start: usize,
}

/// What the lines right before a table say of it.
#[derive(Default)]
struct Surroundings {
    caption: Option<String>,
    unit: Option<Unit>,
    percent: bool,
}

/// Reads a caption (表1 …) and a line of units (单位：亿元) off the last lines before a table.
fn surroundings(before: &[Block]) -> Surroundings {
    let mut out = Surroundings::default();
    for block in before.iter().rev().take(2) {
        let text = block.text.trim();
        let short = text.chars().count() <= 60;
        if !short
            || !matches!(block.role, Role::Para | Role::Caption | Role::Heading | Role::Subtitle)
        {
            break;
        }
        let numbered = ["表", "附表", "图表"].iter().any(|w| {
            text.strip_prefix(w).is_some_and(|rest| {
                rest.trim_start().starts_with(|c: char| {
                    c.is_ascii_digit() || "一二三四五六七八九十：:".contains(c)
                })
            })
        });
        if numbered || block.role == Role::Caption {
            out.caption.get_or_insert_with(|| text.to_owned());
        }
        if text.contains("单位") {
            out.unit = out.unit.or_else(|| number::unit_in(text));
            out.percent |= text.contains(['%', '％']);
        }
        if !numbered && !text.contains("单位") {
            break;
        }
    }
    out
}

fn read(table: &Table, text: &str, around: &Surroundings, place: Place, out: &mut Vec<TableCell>) {
    let grid = Grid::new(table, text);
    let own = table.caption.as_deref().map(str::trim).filter(|c| !c.is_empty());
    let caption =
        own.map(str::to_owned).or_else(|| grid.title()).or_else(|| around.caption.clone());
    let general = General {
        unit: [own, grid.unit_line().as_deref()]
            .into_iter()
            .flatten()
            .find_map(number::unit_in)
            .or(around.unit),
        percent: around.percent || caption.as_deref().is_some_and(|c| c.contains(['%', '％'])),
    };
    for (index, cell) in table.cells.iter().enumerate() {
        let words = cell.span.of(text);
        if words.trim().is_empty() {
            continue;
        }
        let data = grid.is_data(index);
        let (row_header, col_header) =
            if data { (grid.row_header(cell), grid.col_header(cell)) } else { (None, None) };
        let (value, unit_std) = if data {
            let heads = Heads {
                row: row_header.as_deref(),
                col: col_header.as_deref(),
                unit_column: grid.unit_of_row(cell.row),
            };
            reading(words, &heads, &general)
        } else {
            (None, None)
        };
        out.push(TableCell {
            table: place.table,
            block: place.block,
            row: cell.row,
            col: cell.col,
            span: cell.span.shift(place.start),
            row_header,
            col_header,
            text: words.trim().to_owned(),
            value,
            unit_std,
            caption: caption.clone(),
        });
    }
}

/// What holds for the whole table.
struct General {
    unit: Option<Unit>,
    percent: bool,
}

/// The headers of one cell.
struct Heads<'a> {
    row: Option<&'a str>,
    col: Option<&'a str>,
    unit_column: Option<&'a str>,
}

/// A cell's number in the unit that is stated nearest to it.
fn reading(
    words: &str,
    heads: &Heads<'_>,
    general: &General,
) -> (Option<f64>, Option<&'static str>) {
    let Some(number) = number::number(words) else { return (None, None) };
    if number.unit_std.is_some() || number.counted {
        return (Some(number.value), number.unit_std);
    }
    // A rate's column has no share in the table's unit: 比上年增长 beside 单位：亿元.
    let rate = heads.col.is_some_and(number::is_rate) || heads.row.is_some_and(number::is_rate);
    let general_unit = match general.unit {
        _ if rate => general.percent.then_some(Unit::PERCENT),
        unit if heads.col.is_some_and(number::is_rank) => unit.filter(|_| false),
        unit => unit,
    };
    // What the column says of itself counts before the column of units, which is not meant for rates.
    let unit_column = heads.unit_column.filter(|_| !rate);
    let unit = heads
        .col
        .and_then(number::unit_in)
        .or_else(|| unit_column.and_then(number::unit))
        .or_else(|| heads.row.and_then(number::unit_in))
        .or(general_unit);
    match unit {
        Some(unit) => (Some(super::scale::times(number.value, unit.factor)), unit.std),
        None => (Some(number.value), None),
    }
}

#[cfg(test)]
mod tests;
