//! Rows gathered column by column → one Polars frame.

use crate::rows::Sink;
use crate::schema::{Column as SchemaColumn, Dataset, Dtype};
use jiff::civil::{Date, DateTime};
use polars::prelude::*;

/// Rows of one dataset that wait to be written.
pub(super) struct Frame {
    dataset: &'static Dataset,
    columns: Vec<Builder>,
    /// The column that the next value is for.
    at: usize,
    len: usize,
    text_bytes: usize,
    row_bytes: usize,
}

enum Builder {
    Str(StringChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Bool(BooleanChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    DateTime(PrimitiveChunkedBuilder<Int64Type>),
    StrList(ListStringChunkedBuilder),
}

/// The Polars type of a column.
pub(super) fn polars_dtype(dtype: Dtype) -> DataType {
    match dtype {
        Dtype::Str => DataType::String,
        Dtype::Int => DataType::Int64,
        Dtype::Float => DataType::Float64,
        Dtype::Bool => DataType::Boolean,
        Dtype::Date => DataType::Date,
        Dtype::DateTime => DataType::Datetime(TimeUnit::Milliseconds, None),
        Dtype::StrList => DataType::List(Box::new(DataType::String)),
    }
}

/// Bytes that a value takes beside its text.
fn value_bytes(dtype: Dtype) -> usize {
    match dtype {
        Dtype::Str | Dtype::StrList => 16,
        Dtype::Int | Dtype::Float | Dtype::DateTime => 8,
        Dtype::Date => 4,
        Dtype::Bool => 1,
    }
}

/// The Polars schema of a dataset.
pub(super) fn polars_schema(dataset: &Dataset) -> Schema {
    schema_of(dataset.columns)
}

/// The Polars schema of these columns.
pub(super) fn schema_of<'a>(columns: impl IntoIterator<Item = &'a SchemaColumn>) -> Schema {
    let field = |c: &SchemaColumn| Field::new(c.name.into(), polars_dtype(c.dtype));
    columns.into_iter().map(field).collect()
}

impl Builder {
    fn new(column: &SchemaColumn) -> Self {
        let name = PlSmallStr::from_static(column.name);
        match column.dtype {
            Dtype::Str => Self::Str(StringChunkedBuilder::new(name, 0)),
            Dtype::Int => Self::Int(PrimitiveChunkedBuilder::new(name, 0)),
            Dtype::Float => Self::Float(PrimitiveChunkedBuilder::new(name, 0)),
            Dtype::Bool => Self::Bool(BooleanChunkedBuilder::new(name, 0)),
            Dtype::Date => Self::Date(PrimitiveChunkedBuilder::new(name, 0)),
            Dtype::DateTime => Self::DateTime(PrimitiveChunkedBuilder::new(name, 0)),
            Dtype::StrList => Self::StrList(ListStringChunkedBuilder::new(name, 0, 0)),
        }
    }

    fn finish(self) -> Column {
        match self {
            Self::Str(b) => b.finish().into_column(),
            Self::Int(b) => b.finish().into_column(),
            Self::Float(b) => b.finish().into_column(),
            Self::Bool(b) => b.finish().into_column(),
            Self::Date(b) => b.finish().into_date().into_column(),
            Self::DateTime(b) => {
                b.finish().into_datetime(TimeUnit::Milliseconds, None).into_column()
            }
            Self::StrList(mut b) => b.finish().into_column(),
        }
    }
}

impl Frame {
    pub(super) fn new(dataset: &'static Dataset) -> Self {
        let columns = dataset.columns.iter().map(Builder::new).collect();
        let row_bytes = dataset.columns.iter().map(|column| value_bytes(column.dtype)).sum();
        Self { dataset, columns, at: 0, len: 0, text_bytes: 0, row_bytes }
    }

    /// Rows gathered.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes that they take, about: of their text, and what a row takes whatever it holds.
    pub(super) fn bytes(&self) -> usize {
        self.text_bytes + self.len * self.row_bytes
    }

    /// The rows as a frame, leaving none.
    pub(super) fn take(&mut self) -> PolarsResult<DataFrame> {
        let empty = Self::new(self.dataset);
        let full = std::mem::replace(self, empty);
        DataFrame::new(full.len, full.columns.into_iter().map(Builder::finish).collect())
    }

    /// The builder of the next column, which must be the one named.
    fn next(&mut self, name: &'static str) -> &mut Builder {
        let at = self.at;
        debug_assert_eq!(
            self.dataset.columns[at].name, name,
            "values of {} come in the order of its schema",
            self.dataset.name
        );
        self.at += 1;
        &mut self.columns[at]
    }

    fn mismatch(&self, name: &str) -> ! {
        unreachable!("{}.{name} has another type in the schema", self.dataset.name)
    }
}

impl Sink for Frame {
    fn str(&mut self, column: &'static str, value: Option<&str>) {
        self.text_bytes += value.map_or(0, str::len);
        match self.next(column) {
            Builder::Str(b) => b.append_option(value),
            _ => self.mismatch(column),
        }
    }

    fn int(&mut self, column: &'static str, value: Option<i64>) {
        match self.next(column) {
            Builder::Int(b) => b.append_option(value),
            _ => self.mismatch(column),
        }
    }

    fn float(&mut self, column: &'static str, value: Option<f64>) {
        match self.next(column) {
            Builder::Float(b) => b.append_option(value.filter(|v| v.is_finite())),
            _ => self.mismatch(column),
        }
    }

    fn bool(&mut self, column: &'static str, value: Option<bool>) {
        match self.next(column) {
            Builder::Bool(b) => b.append_option(value),
            _ => self.mismatch(column),
        }
    }

    fn date(&mut self, column: &'static str, value: Option<Date>) {
        let days = value.map(|d| d.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24);
        match self.next(column) {
            Builder::Date(b) => b.append_option(days.and_then(|d| i32::try_from(d).ok())),
            _ => self.mismatch(column),
        }
    }

    fn datetime(&mut self, column: &'static str, value: Option<DateTime>) {
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let millis = value.map(|t| t.duration_since(epoch).as_secs() * 1000);
        match self.next(column) {
            Builder::DateTime(b) => b.append_option(millis),
            _ => self.mismatch(column),
        }
    }

    fn list(&mut self, column: &'static str, values: &[&str]) {
        let of_value = |value: &&str| value.len() + value_bytes(Dtype::Str);
        self.text_bytes += values.iter().map(of_value).sum::<usize>();
        match self.next(column) {
            Builder::StrList(b) => b.append_values_iter(values.iter().copied()),
            _ => self.mismatch(column),
        }
    }

    fn end_row(&mut self) {
        assert_eq!(
            self.at,
            self.dataset.columns.len(),
            "a row of {} has all columns",
            self.dataset.name
        );
        self.at = 0;
        self.len += 1;
    }
}
