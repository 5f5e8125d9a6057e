//! Row groups of a finished run, copied as they are: neither unpacked nor encoded again.
//!
//! The pages of a Parquet file are read with their headers and given to the writer of the new file, which puts the same
//! headers before them. So the bytes are those that encoding the rows again would give, for a small part of the time.

use super::Error;
use crate::schema::Dataset;
use polars::prelude::PolarsError;
use polars_parquet::parquet::read::{PageMetaData, PageReader};
use polars_parquet::read::{ColumnChunkMetadata, FileMetadata, read_metadata};
use polars_parquet::write::CompressedPage;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The row groups of one dataset's file.
pub struct RowGroups {
    path: PathBuf,
    file: File,
    metadata: Arc<FileMetadata>,
    /// First row of every row group, and the number of rows.
    starts: Vec<usize>,
}

/// A row group: its number of rows and the pages of its columns.
pub(super) struct RowGroup {
    pub(super) n_rows: usize,
    pub(super) columns: Vec<Vec<CompressedPage>>,
}

impl RowGroups {
    /// Opens a dataset of the run in `dir`.
    ///
    /// # Errors
    /// The file is missing or is no Parquet.
    pub fn open(dir: &Path, dataset: &'static Dataset) -> Result<Self, Error> {
        let path = dir.join(format!("{}.parquet", dataset.name));
        let io = |source| Error::Io { path: path.clone(), source };
        let mut file = File::open(&path).map_err(io)?;
        let metadata = read_metadata(&mut file)
            .map_err(|source| Error::Read { path: path.clone(), source })?;
        let mut starts = vec![0];
        for group in &metadata.row_groups {
            starts.push(starts.last().copied().unwrap_or(0) + group.num_rows());
        }
        Ok(Self { path, file, metadata: Arc::new(metadata), starts })
    }

    /// The row groups that make up these rows; none where one of them reaches beyond, or can't be copied as it is.
    ///
    /// # Errors
    /// The file can't be read.
    pub(super) fn read(&mut self, rows: Range<usize>) -> Result<Option<Vec<RowGroup>>, Error> {
        let find = |row| self.starts.binary_search(&row).ok();
        let (Some(first), Some(last)) = (find(rows.start), find(rows.end)) else { return Ok(None) };
        let mut groups = Vec::new();
        for index in first..last {
            let Some(group) = self.row_group(index)? else { return Ok(None) };
            groups.push(group);
        }
        Ok(Some(groups))
    }

    fn row_group(&mut self, index: usize) -> Result<Option<RowGroup>, Error> {
        let metadata = self.metadata.clone();
        let group = &metadata.row_groups[index];
        let n_rows = group.num_rows();
        let mut columns = Vec::new();
        for column in group.parquet_columns() {
            let Some(pages) = self.pages(column, n_rows)? else { return Ok(None) };
            columns.push(pages);
        }
        Ok(Some(RowGroup { n_rows, columns }))
    }

    /// The pages of a column in a row group; none where their rows can't be told: lists over several pages.
    fn pages(
        &mut self,
        column: &ColumnChunkMetadata,
        n_rows: usize,
    ) -> Result<Option<Vec<CompressedPage>>, Error> {
        let range = column.byte_range();
        let n_bytes = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0u8; n_bytes];
        self.file
            .seek(SeekFrom::Start(range.start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|source| Error::Io { path: self.path.clone(), source })?;
        let reader = PageReader::new_with_page_meta(
            Cursor::new(bytes.into()),
            PageMetaData::from(column),
            Vec::new(),
            usize::MAX,
        );
        let mut pages = reader
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| Error::Read { path: self.path.clone(), source: PolarsError::from(e) })?;
        let lists = column.descriptor().descriptor.max_rep_level > 0;
        let mut n_data = 0;
        for page in &mut pages {
            if let CompressedPage::Data(page) = page {
                n_data += 1;
                page.num_rows = Some(if lists { n_rows } else { page.num_values() });
            }
        }
        Ok((!lists || n_data == 1).then_some(pages))
    }
}
