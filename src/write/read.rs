//! Files of a finished run → columns, for checks and comparisons.

use super::Error;
use crate::schema::{Dataset, Dtype};
use polars::prelude::*;
use std::fs::File;
use std::path::Path;

/// One dataset of a finished run, whole in memory.
pub struct Rows {
    frame: DataFrame,
}

/// Reads a dataset of the run in `dir`.
///
/// # Errors
/// The file is missing, is no Parquet, or has other columns than the schema says.
pub fn read(dir: &Path, dataset: &Dataset) -> Result<Rows, Error> {
    let path = dir.join(format!("{}.parquet", dataset.name));
    let file = File::open(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    let frame = ParquetReader::new(file)
        .finish()
        .map_err(|source| Error::Read { path: path.clone(), source })?;
    if *frame.schema().as_ref() != super::frame::polars_schema(dataset) {
        let source = PolarsError::SchemaMismatch(
            format!("columns differ from the schema: {:?}", frame.schema()).into(),
        );
        return Err(Error::Read { path, source });
    }
    Ok(Rows { frame })
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

    fn column(&self, name: &str, dtype: Dtype) -> &Column {
        let column = self.frame.column(name).unwrap_or_else(|_| panic!("no column {name}"));
        assert_eq!(*column.dtype(), super::frame::polars_dtype(dtype), "type of {name}");
        column
    }
}
