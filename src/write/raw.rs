//! Row groups of a finished run, copied as they are (`parquet`): the bytes are those that encoding the rows again would
//! give, for a small part of the time.

use super::Error;
use super::parquet::{self, Target};
use crate::schema::Dataset;
use polars_parquet_format::RowGroup;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The row groups of one dataset's file.
pub struct RowGroups {
    path: PathBuf,
    file: File,
    groups: Vec<RowGroup>,
    /// First row of every row group, and the number of rows.
    starts: Vec<usize>,
}

impl RowGroups {
    /// Opens a dataset of the run in `dir`.
    ///
    /// # Errors
    /// The file is missing or is no Parquet.
    pub fn open(dir: &Path, dataset: &'static Dataset) -> Result<Self, Error> {
        let path = dir.join(format!("{}.parquet", dataset.name));
        let unread =
            |source: std::io::Error| Error::Read { path: path.clone(), source: source.into() };
        let mut file = File::open(&path).map_err(unread)?;
        let groups = parquet::footer(&mut file).map_err(unread)?.row_groups;
        let mut starts = vec![0];
        for group in &groups {
            let n_rows = usize::try_from(group.num_rows).unwrap_or(0);
            starts.push(starts.last().copied().unwrap_or(0) + n_rows);
        }
        Ok(Self { path, file, groups, starts })
    }

    /// The row groups that make up these rows; none where one of them reaches beyond.
    pub(super) fn of_rows(&self, rows: &Range<usize>) -> Option<Range<usize>> {
        let find = |row| self.starts.binary_search(row).ok();
        Some(find(&rows.start)?..find(&rows.end)?)
    }

    /// Copies these row groups.
    ///
    /// # Errors
    /// They can't be read or written.
    pub(super) fn copy(&mut self, groups: Range<usize>, to: &mut Target) -> Result<(), Error> {
        for group in &self.groups[groups] {
            to.append(group.clone(), &self.path, &mut self.file)?;
        }
        Ok(())
    }
}
