//! Row groups of a finished run, copied as they are (`parquet`): the bytes are those that encoding the rows again would
//! give, for a small part of the time.

use super::Error;
use super::parquet::{self, Target};
use crate::schema::Dataset;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The row groups of one dataset's file.
pub struct RowGroups {
    path: PathBuf,
    file: File,
    /// What the footer says of each, as its bytes: unpacked it takes ten times as much.
    groups: Vec<Vec<u8>>,
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
        let (mut groups, mut starts, mut n_rows) = (Vec::new(), vec![0], 0usize);
        for group in parquet::footer(&mut file).map_err(unread)?.row_groups {
            n_rows = n_rows.saturating_add(usize::try_from(group.num_rows).unwrap_or(0));
            starts.push(n_rows);
            groups.push(parquet::packed(&group).map_err(unread)?);
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
            let group = parquet::unpacked(group)
                .map_err(|e| Error::Read { path: self.path.clone(), source: e.into() })?;
            to.append(group, &self.path, &mut self.file)?;
        }
        Ok(())
    }
}
