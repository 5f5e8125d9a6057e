//! Files of a finished run → values, for checks, comparisons and runs that take rows over.

use super::Error;
use super::frame::{polars_dtype, polars_schema, schema_of};
use crate::rows::Sink;
use crate::schema::{Column as SchemaColumn, Dataset, Dtype};
use jiff::civil::{Date, DateTime};
use polars::prelude::*;
use polars_parquet::read::FileMetadata;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows that a cursor holds at a time.
const WINDOW_ROWS: usize = 1 << 13;
/// The same where a row holds a whole body.
const WINDOW_BODIES: usize = 1 << 8;

/// Reads one dataset of a finished run, a window of rows at a time.
pub struct Cursor {
    path: PathBuf,
    dataset: &'static Dataset,
    /// The columns read, in the schema's order.
    of: Vec<&'static SchemaColumn>,
    metadata: Arc<FileMetadata>,
    window_rows: usize,
    window: Range<usize>,
    columns: Vec<Values>,
}

/// The values of one column in the window.
enum Values {
    Str(StringChunked),
    Int(Int64Chunked),
    Float(Float64Chunked),
    Bool(BooleanChunked),
    Date(Int32Chunked),
    DateTime(Int64Chunked),
    StrList(ListChunked),
}

impl Cursor {
    /// Opens a dataset of the run in `dir`.
    ///
    /// # Errors
    /// The file is missing, is no Parquet, or has other columns than the schema says.
    pub fn open(dir: &Path, dataset: &'static Dataset) -> Result<Self, Error> {
        Self::open_columns(dir, dataset, |_| true)
    }

    /// Opens those columns of a dataset that `wanted` says.
    ///
    /// # Errors
    /// As [`Cursor::open`].
    pub fn open_columns(
        dir: &Path,
        dataset: &'static Dataset,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let path = dir.join(format!("{}.parquet", dataset.name));
        let file = File::open(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        let mut reader = ParquetReader::new(file);
        let metadata = reader
            .get_metadata()
            .map_err(|source| Error::Read { path: path.clone(), source })?
            .clone();
        let of: Vec<_> = dataset.columns.iter().filter(|c| wanted(c.name)).collect();
        let bodies = of.iter().any(|c| c.name == "body");
        let window_rows = if bodies { WINDOW_BODIES } else { WINDOW_ROWS };
        let columns = Vec::new();
        let mut cursor = Self { path, dataset, of, metadata, window_rows, window: 0..0, columns };
        cursor.load(0)?;
        Ok(cursor)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.metadata.num_rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn reader(&self) -> Result<ParquetReader<File>, Error> {
        let file = File::open(&self.path)
            .map_err(|source| Error::Io { path: self.path.clone(), source })?;
        let mut reader = ParquetReader::new(file);
        reader.set_metadata(self.metadata.clone());
        // Windows are small, and the threads have pages to process.
        Ok(reader.read_parallel(ParallelStrategy::None))
    }

    fn damaged(&self, source: PolarsError) -> Error {
        Error::Read { path: self.path.clone(), source }
    }

    /// Brings the window that starts at `start` into memory.
    fn load(&mut self, start: usize) -> Result<(), Error> {
        let frame = self
            .reader()?
            .with_columns(Some(self.of.iter().map(|c| c.name.to_owned()).collect()))
            .with_slice(Some((start, self.window_rows)))
            .set_rechunk(true)
            .finish()
            .map_err(|e| self.damaged(e))?;
        if *frame.schema().as_ref() != schema_of(self.of.iter().copied()) {
            let message = format!("columns differ from the schema: {:?}", frame.schema());
            return Err(self.damaged(PolarsError::SchemaMismatch(message.into())));
        }
        self.window = start..start + frame.height();
        self.columns = frame
            .columns()
            .iter()
            .zip(&self.of)
            .map(|(column, of)| values(column, of.dtype))
            .collect::<PolarsResult<_>>()
            .map_err(|e| self.damaged(e))?;
        Ok(())
    }

    /// The row `no`.
    ///
    /// # Errors
    /// There is no such row, or it can't be read.
    pub fn row(&mut self, no: usize) -> Result<Row<'_>, Error> {
        if !self.window.contains(&no) {
            self.load(no)?;
            if !self.window.contains(&no) {
                let message = format!("no row {no} among {}", self.len());
                return Err(self.damaged(PolarsError::OutOfBounds(message.into())));
            }
        }
        Ok(Row { cursor: self, at: no - self.window.start })
    }

    /// Gives rows to a sink as they are.
    ///
    /// # Errors
    /// A row can't be read.
    pub fn copy(&mut self, rows: Range<usize>, sink: &mut dyn Sink) -> Result<(), Error> {
        for no in rows {
            self.row(no)?.copy(None, sink);
        }
        Ok(())
    }

    /// The same with other text in one column; no text where `texts` is too short.
    ///
    /// # Errors
    /// A row can't be read.
    pub fn copy_with(
        &mut self,
        rows: Range<usize>,
        column: &str,
        texts: &[Option<Arc<str>>],
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let mut texts = texts.iter().map(Option::as_deref);
        for no in rows {
            self.row(no)?.copy(Some((column, texts.next().flatten())), sink);
        }
        Ok(())
    }
}

fn values(column: &Column, dtype: Dtype) -> PolarsResult<Values> {
    Ok(match dtype {
        Dtype::Str => Values::Str(column.str()?.clone()),
        Dtype::Int => Values::Int(column.i64()?.clone()),
        Dtype::Float => Values::Float(column.f64()?.clone()),
        Dtype::Bool => Values::Bool(column.bool()?.clone()),
        Dtype::Date => Values::Date(column.date()?.physical().clone()),
        Dtype::DateTime => Values::DateTime(column.datetime()?.physical().clone()),
        Dtype::StrList => Values::StrList(column.list()?.clone()),
    })
}

/// One row.
pub struct Row<'a> {
    cursor: &'a Cursor,
    at: usize,
}

impl<'a> Row<'a> {
    fn value(&self, column: &str, dtype: Dtype) -> &'a Values {
        let mut columns = self.cursor.of.iter();
        let index = columns.position(|c| c.name == column && c.dtype == dtype);
        let index = index.unwrap_or_else(|| {
            unreachable!("{} has no column {column} of type {dtype:?}", self.cursor.dataset.name)
        });
        &self.cursor.columns[index]
    }

    /// Text of a column that the schema says holds text.
    pub fn str(&self, column: &str) -> Option<&'a str> {
        match self.value(column, Dtype::Str) {
            Values::Str(c) => c.get(self.at),
            _ => None,
        }
    }

    /// An integer.
    pub fn int(&self, column: &str) -> Option<i64> {
        match self.value(column, Dtype::Int) {
            Values::Int(c) => c.get(self.at),
            _ => None,
        }
    }

    /// A float.
    pub fn float(&self, column: &str) -> Option<f64> {
        match self.value(column, Dtype::Float) {
            Values::Float(c) => c.get(self.at),
            _ => None,
        }
    }

    /// A truth value.
    pub fn bool(&self, column: &str) -> Option<bool> {
        match self.value(column, Dtype::Bool) {
            Values::Bool(c) => c.get(self.at),
            _ => None,
        }
    }

    /// A day.
    pub fn date(&self, column: &str) -> Option<Date> {
        match self.value(column, Dtype::Date) {
            Values::Date(c) => c.get(self.at).and_then(day),
            _ => None,
        }
    }

    /// A day and time.
    pub fn datetime(&self, column: &str) -> Option<DateTime> {
        match self.value(column, Dtype::DateTime) {
            Values::DateTime(c) => c.get(self.at).and_then(moment),
            _ => None,
        }
    }

    /// A list of text.
    pub fn list(&self, column: &str) -> Vec<String> {
        match self.value(column, Dtype::StrList) {
            Values::StrList(c) => texts(c, self.at),
            _ => Vec::new(),
        }
    }

    /// Gives the row to a sink, with another text in one column where one is given.
    fn copy(&self, other: Option<(&str, Option<&str>)>, sink: &mut dyn Sink) {
        for (column, values) in self.cursor.of.iter().zip(&self.cursor.columns) {
            match values {
                Values::Str(c) => {
                    let other = other.filter(|(name, _)| *name == column.name);
                    sink.str(column.name, other.map_or_else(|| c.get(self.at), |(_, text)| text));
                }
                Values::Int(c) => sink.int(column.name, c.get(self.at)),
                Values::Float(c) => sink.float(column.name, c.get(self.at)),
                Values::Bool(c) => sink.bool(column.name, c.get(self.at)),
                Values::Date(c) => sink.date(column.name, c.get(self.at).and_then(day)),
                Values::DateTime(c) => sink.datetime(column.name, c.get(self.at).and_then(moment)),
                Values::StrList(c) => {
                    let texts = texts(c, self.at);
                    sink.list(column.name, &texts.iter().map(String::as_str).collect::<Vec<_>>());
                }
            }
        }
        sink.end_row();
    }
}

fn day(days: i32) -> Option<Date> {
    Date::constant(1970, 1, 1)
        .checked_add(jiff::SignedDuration::from_hours(i64::from(days) * 24))
        .ok()
}

fn moment(millis: i64) -> Option<DateTime> {
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
        .checked_add(jiff::SignedDuration::from_millis(millis))
        .ok()
}

fn texts(lists: &ListChunked, at: usize) -> Vec<String> {
    let Some(list) = lists.get_as_series(at) else { return Vec::new() };
    list.str().map(|c| c.iter().flatten().map(str::to_owned).collect()).unwrap_or_default()
}

/// One dataset of a finished run, whole in memory.
pub struct Rows {
    dataset: &'static Dataset,
    frame: DataFrame,
}

/// Reads a dataset of the run in `dir`.
///
/// # Errors
/// The file is missing, is no Parquet, or has other columns than the schema says.
pub fn read(dir: &Path, dataset: &'static Dataset) -> Result<Rows, Error> {
    let path = dir.join(format!("{}.parquet", dataset.name));
    let file = File::open(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    let frame = ParquetReader::new(file)
        .finish()
        .map_err(|source| Error::Read { path: path.clone(), source })?;
    if *frame.schema().as_ref() != polars_schema(dataset) {
        let message = format!("columns differ from the schema: {:?}", frame.schema());
        return Err(Error::Read { path, source: PolarsError::SchemaMismatch(message.into()) });
    }
    Ok(Rows { dataset, frame })
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A text column.
    ///
    /// # Panics
    /// The schema has no text column of this name.
    pub fn strs(&self, column: &str) -> Vec<Option<&str>> {
        self.column(column, Dtype::Str).str().map(|c| c.iter().collect()).unwrap_or_default()
    }

    /// An integer column.
    ///
    /// # Panics
    /// The schema has no integer column of this name.
    pub fn ints(&self, column: &str) -> Vec<Option<i64>> {
        self.column(column, Dtype::Int).i64().map(|c| c.iter().collect()).unwrap_or_default()
    }

    /// A float column.
    ///
    /// # Panics
    /// The schema has no float column of this name.
    pub fn floats(&self, column: &str) -> Vec<Option<f64>> {
        self.column(column, Dtype::Float).f64().map(|c| c.iter().collect()).unwrap_or_default()
    }

    /// A column of truth values.
    ///
    /// # Panics
    /// The schema has no such column.
    pub fn bools(&self, column: &str) -> Vec<Option<bool>> {
        self.column(column, Dtype::Bool).bool().map(|c| c.iter().collect()).unwrap_or_default()
    }

    /// A column of lists of text.
    ///
    /// # Panics
    /// The schema has no such column.
    pub fn lists(&self, column: &str) -> Vec<Vec<String>> {
        let column = self.column(column, Dtype::StrList);
        column.list().map(|c| (0..c.len()).map(|at| texts(c, at)).collect()).unwrap_or_default()
    }

    /// A column of any type but lists and times, as text.
    ///
    /// # Panics
    /// The schema has no such column.
    pub fn texts(&self, column: &str) -> Vec<Option<String>> {
        let of = self.dataset.columns.iter().find(|c| c.name == column);
        match of.map(|c| c.dtype) {
            Some(Dtype::Int) => text_of(self.ints(column)),
            Some(Dtype::Float) => text_of(self.floats(column)),
            Some(Dtype::Bool) => text_of(self.bools(column)),
            _ => text_of(self.strs(column)),
        }
    }

    fn column(&self, name: &str, dtype: Dtype) -> &Column {
        let column = self.frame.column(name).unwrap_or_else(|_| panic!("no column {name}"));
        assert_eq!(*column.dtype(), polars_dtype(dtype), "type of {name}");
        column
    }
}

fn text_of<T: ToString>(values: Vec<Option<T>>) -> Vec<Option<String>> {
    values.into_iter().map(|v| v.map(|v| v.to_string())).collect()
}
