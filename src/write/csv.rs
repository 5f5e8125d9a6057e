//! The same rows as CSV for spreadsheets: UTF-8 with BOM, lists joined by ";", datetimes as 2024-01-11T14:46:16, and
//! text that a spreadsheet would run as a formula made safe with a leading apostrophe.

use super::{Error, frame};
use crate::schema::{Dataset, Dtype};
use polars::prelude::*;
use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Folder of the CSV files inside a run.
pub(crate) const FOLDER: &str = "csv";

/// Writes one dataset's CSV file.
pub(super) struct Writer {
    path: PathBuf,
    inner: polars::io::csv::write::BatchedWriter<File>,
}

impl Writer {
    pub(super) fn create(dir: &Path, dataset: &'static Dataset) -> Result<Self, Error> {
        let folder = dir.join(FOLDER);
        let path = folder.join(format!("{}.csv", dataset.name));
        let io = |source| Error::Io { path: path.clone(), source };
        std::fs::create_dir_all(&folder).map_err(io)?;
        let file = File::create(&path).map_err(io)?;
        let inner = CsvWriter::new(file)
            .include_bom(true)
            .with_datetime_format(Some("%Y-%m-%dT%H:%M:%S".into()))
            .n_threads(1)
            .batched(&schema(dataset))
            .map_err(|source| Error::Polars { path: path.clone(), source })?;
        Ok(Self { path, inner })
    }

    pub(super) fn write(&mut self, df: &DataFrame) -> Result<(), Error> {
        let polars = |source| Error::Polars { path: self.path.clone(), source };
        let columns =
            df.columns().iter().map(flat).collect::<PolarsResult<Vec<_>>>().map_err(polars)?;
        let flat = DataFrame::new(df.height(), columns).map_err(polars)?;
        self.inner.write_batch(&flat).map_err(polars)
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.inner.finish().map_err(|source| Error::Polars { path: self.path.clone(), source })?;
        drop(self.inner);
        File::open(&self.path)
            .and_then(|f| f.sync_all())
            .map_err(|source| Error::Io { path: self.path, source })
    }
}

/// The columns of the CSV file: lists have become text.
fn schema(dataset: &Dataset) -> Schema {
    let dtype =
        |d: Dtype| if d == Dtype::StrList { DataType::String } else { frame::polars_dtype(d) };
    dataset.columns.iter().map(|c| Field::new(c.name.into(), dtype(c.dtype))).collect()
}

/// A column as it stands in the file.
fn flat(column: &Column) -> PolarsResult<Column> {
    let name = column.name().clone();
    Ok(match column.dtype() {
        DataType::String => column.str()?.apply(|v| v.map(safe)).with_name(name).into_column(),
        DataType::List(_) => {
            let lists = column.list()?;
            let mut out = StringChunkedBuilder::new(name, lists.len());
            for list in lists.amortized_iter() {
                let joined = match list {
                    Some(list) => {
                        list.as_ref().str()?.iter().flatten().collect::<Vec<_>>().join(";")
                    }
                    None => String::new(),
                };
                out.append_option((!joined.is_empty()).then(|| safe(&joined)));
            }
            out.finish().into_column()
        }
        _ => column.clone(),
    })
}

/// A cell that no spreadsheet takes for a formula.
fn safe(text: &str) -> Cow<'_, str> {
    // Spreadsheets also take the full-width signs for formulas in East Asian locales.
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
