//! One Parquet file made of the row groups of others: each is moved to its new place as it is, neither unpacked nor
//! encoded again.
//!
//! Polars encodes a row group as a small file in memory; this puts the groups of such files, and of the files of
//! earlier runs, one after another, and writes the footer at the end. Until then a column of a row group takes as many
//! bytes as the footer says of it (about 150; Polars' own writer keeps 2 kB). The format is that of
//! <https://parquet.apache.org/docs/file-format/>: pages know nothing of their place, the metadata and the index of
//! offsets do.

use super::Error;
use polars_parquet_format::thrift::protocol::{TCompactInputProtocol, TCompactOutputProtocol};
use polars_parquet_format::{ColumnChunk, FileMetaData, OffsetIndex, PageHeader, RowGroup};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 4] = b"PAR1";
/// The length of the footer and the magic bytes at the end of a file.
const TAIL_BYTES: u64 = 8;

/// A whole Parquet file, to be read in parts.
pub(super) trait Parts {
    /// Its length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// A part of it.
    fn part(&mut self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>>;
}

impl Parts for &[u8] {
    fn len(&self) -> io::Result<u64> {
        Ok((**self).len() as u64)
    }

    fn part(&mut self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let ends = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let part = ends.and_then(|(start, end)| self.get(start..end));
        part.map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Parts for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn part(&mut self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let n_bytes = range.end.saturating_sub(range.start);
        self.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        // No more than there is, whatever a damaged file says of its lengths.
        (&mut *self).take(n_bytes).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != n_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Cow::Owned(bytes))
    }
}

/// What the footer of a file says.
pub(super) fn footer(file: &mut impl Parts) -> io::Result<FileMetaData> {
    let n_bytes = file.len()?;
    let tail_at = n_bytes.checked_sub(TAIL_BYTES).ok_or_else(|| damaged("too short"))?;
    let tail = file.part(tail_at..n_bytes)?;
    let (length, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(damaged("no Parquet file"));
    }
    let length = length.try_into().map_or(0, u32::from_le_bytes);
    let footer_at =
        tail_at.checked_sub(u64::from(length)).ok_or_else(|| damaged("footer too long"))?;
    let bytes = file.part(footer_at..tail_at)?;
    FileMetaData::read_from_in_protocol(&mut input(&bytes[..], bytes.len())).map_err(damaged)
}

/// A file in the making.
pub(super) struct Target {
    path: PathBuf,
    file: BufWriter<File>,
    /// Bytes written.
    at: u64,
    /// The footer, without row groups.
    footer: FileMetaData,
    groups: Vec<Packed>,
}

/// What is kept of a row group until the end, as it is written there. Places of indexes are counted from its own first
/// one.
struct Packed {
    row_group: Vec<u8>,
    column_indexes: Vec<u8>,
    offset_indexes: Vec<u8>,
}

impl Target {
    /// Begins a file whose footer will say what that of `empty` says: a whole file without rows.
    ///
    /// # Errors
    /// It can't be created.
    pub(super) fn create(path: &Path, mut empty: &[u8]) -> Result<Self, Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let footer = footer(&mut empty).map_err(io)?;
        let mut file = BufWriter::new(File::create(path).map_err(io)?);
        file.write_all(MAGIC).map_err(io)?;
        let (at, groups) = (MAGIC.len() as u64, Vec::new());
        Ok(Self { path: path.to_owned(), file, at, footer, groups })
    }

    /// Adds all rows of a whole file with the same columns.
    ///
    /// # Errors
    /// They can't be written.
    pub(super) fn append_file(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let footer = footer(&mut bytes).map_err(|source| self.refused(source))?;
        let path = self.path.clone();
        footer.row_groups.into_iter().try_for_each(|group| self.append(group, &path, &mut bytes))
    }

    /// Adds a row group of another file, which is at `path`.
    ///
    /// # Errors
    /// It can't be read or written.
    pub(super) fn append(
        &mut self,
        mut group: RowGroup,
        path: &Path,
        file: &mut impl Parts,
    ) -> Result<(), Error> {
        let unread =
            |source: io::Error| Error::Read { path: path.to_owned(), source: source.into() };
        let start = self.at;
        let (mut column_indexes, mut offset_indexes) = (Vec::new(), Vec::new());
        for column in &mut group.columns {
            let range = pages(column).ok_or_else(|| unread(damaged("a column has no place")))?;
            let to = self.at;
            let moved = |at: i64| {
                let inside = u64::try_from(at).ok()?.checked_sub(range.start)?;
                i64::try_from(to.checked_add(inside)?).ok()
            };
            let moved = |at| moved(at).ok_or_else(|| unread(damaged("a page has no place")));
            let bytes = file.part(range.clone()).map_err(unread)?;
            check_pages(&bytes).map_err(unread)?;
            self.put(&bytes)?;
            if let Some(metadata) = &mut column.meta_data {
                metadata.data_page_offset = moved(metadata.data_page_offset)?;
                metadata.dictionary_page_offset =
                    metadata.dictionary_page_offset.map(moved).transpose()?;
            }
            column.file_offset = 0; // no copy of the metadata beside the pages
            if let Some(range) = range_of(column.column_index_offset, column.column_index_length) {
                column.column_index_offset = Some(column_indexes.len() as i64);
                column_indexes.extend_from_slice(&file.part(range).map_err(unread)?);
            } else {
                (column.column_index_offset, column.column_index_length) = (None, None);
            }
            if let Some(range) = range_of(column.offset_index_offset, column.offset_index_length) {
                let bytes = file.part(range).map_err(unread)?;
                let mut index =
                    OffsetIndex::read_from_in_protocol(&mut input(&bytes[..], bytes.len()))
                        .map_err(|e| unread(damaged(e)))?;
                for page in &mut index.page_locations {
                    page.offset = moved(page.offset)?;
                }
                column.offset_index_offset = Some(offset_indexes.len() as i64);
                let length = index
                    .write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut offset_indexes))
                    .map_err(|e| self.refused(damaged(e)))?;
                column.offset_index_length = i32::try_from(length).ok();
            } else {
                (column.offset_index_offset, column.offset_index_length) = (None, None);
            }
        }
        group.file_offset = Some(start as i64);
        group.ordinal = i16::try_from(self.groups.len()).ok();
        self.footer.num_rows = self.footer.num_rows.saturating_add(group.num_rows);
        let row_group = packed(&group).map_err(|source| self.refused(source))?;
        column_indexes.shrink_to_fit();
        offset_indexes.shrink_to_fit();
        self.groups.push(Packed { row_group, column_indexes, offset_indexes });
        Ok(())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the indexes and the footer, and has the disk keep them; gives the number of rows.
    ///
    /// # Errors
    /// They can't be written.
    pub(super) fn finish(mut self) -> Result<u64, Error> {
        let groups = std::mem::take(&mut self.groups);
        let mut row_groups = Vec::with_capacity(groups.len());
        for group in &groups {
            let mut row_group =
                unpacked(&group.row_group).map_err(|source| self.refused(source))?;
            let at = self.at as i64;
            for column in &mut row_group.columns {
                column.column_index_offset = column.column_index_offset.map(|offset| at + offset);
            }
            self.put(&group.column_indexes)?;
            row_groups.push(row_group);
        }
        for (group, row_group) in groups.iter().zip(&mut row_groups) {
            let at = self.at as i64;
            for column in &mut row_group.columns {
                column.offset_index_offset = column.offset_index_offset.map(|offset| at + offset);
            }
            self.put(&group.offset_indexes)?;
        }
        self.footer.row_groups = row_groups;
        let mut bytes = Vec::new();
        self.footer
            .write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut bytes))
            .map_err(|e| self.refused(damaged(e)))?;
        let length = u32::try_from(bytes.len()).map_err(|e| self.refused(damaged(e)))?;
        self.put(&bytes)?;
        self.put(&length.to_le_bytes())?;
        self.put(MAGIC)?;
        let n_rows = u64::try_from(self.footer.num_rows).unwrap_or(0);
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(|source| Error::Io { path: self.path, source })?;
        Ok(n_rows)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|source| self.refused(source))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn refused(&self, source: io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }
}

/// Where the pages of a column stand.
fn pages(column: &ColumnChunk) -> Option<Range<u64>> {
    let metadata = column.meta_data.as_ref()?;
    let start = metadata.dictionary_page_offset.unwrap_or(metadata.data_page_offset);
    range_of(Some(start), Some(metadata.total_compressed_size))
}

/// Whether the bytes of a column are pages with their headers, one after another.
fn check_pages(bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let header = PageHeader::read_from_in_protocol(&mut input(&mut rest, bytes.len()));
        let n_bytes = usize::try_from(header.map_err(damaged)?.compressed_page_size);
        let after = n_bytes.ok().and_then(|n| rest.get(n..));
        rest = after.ok_or_else(|| damaged("a page is longer than its column"))?;
    }
    Ok(())
}

fn range_of(offset: Option<i64>, length: Option<impl Into<i64>>) -> Option<Range<u64>> {
    let (offset, length) = (offset?, length?.into());
    let start = u64::try_from(offset).ok()?;
    Some(start..start.checked_add(u64::try_from(length).ok()?)?)
}

/// Reads thrift from so many bytes; what they say of lengths is believed up to some multiple of that.
fn input<R: Read>(bytes: R, n_bytes: usize) -> TCompactInputProtocol<R> {
    TCompactInputProtocol::new(bytes, n_bytes.saturating_mul(16).saturating_add(1 << 16))
}

/// A row group as it stands in footers.
pub(super) fn packed(group: &RowGroup) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    group.write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut bytes)).map_err(damaged)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// The row group of which these are the bytes.
pub(super) fn unpacked(bytes: &[u8]) -> io::Result<RowGroup> {
    RowGroup::read_from_in_protocol(&mut input(bytes, bytes.len())).map_err(damaged)
}

fn damaged(why: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::*;
    use polars_parquet_format::ColumnIndex;

    fn frame(rows: std::ops::Range<i64>) -> DataFrame {
        let texts = rows.clone().map(|n| (n % 3 != 0).then(|| format!("第{n}行").repeat(200)));
        df!("no" => rows.clone().collect::<Vec<_>>(), "text" => texts.collect::<Vec<_>>())
            .expect("columns of one length")
    }

    fn file(frame: &DataFrame) -> Vec<u8> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame.clone()).expect("in memory");
        bytes
    }

    /// Joins these rows, each a row group.
    fn join(path: &Path, groups: &[DataFrame]) {
        let mut target = Target::create(path, &file(&frame(0..0))).expect("a folder of its own");
        for group in groups {
            target.append_file(&file(group)).expect("sound");
        }
        target.finish().expect("sound");
    }

    #[test]
    fn the_rows_are_those_of_the_parts() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.parquet");
        join(&path, &[frame(0..500), frame(500..501), frame(501..900)]);
        let read = ParquetReader::new(File::open(&path).expect("written")).finish();
        assert!(read.expect("sound").equals_missing(&frame(0..900)));
        join(&path, &[]);
        let read = ParquetReader::new(File::open(&path).expect("written")).finish();
        assert_eq!(read.expect("sound").schema(), frame(0..0).schema());
    }

    #[test]
    fn row_groups_of_a_file_are_copied_as_if_encoded_anew() {
        let dir = tempfile::tempdir().expect("a folder");
        let [before, now, clean] = ["before", "now", "clean"].map(|name| dir.path().join(name));
        let [a, b, c] = [frame(0..400), frame(400..700), frame(700..710)];
        join(&before, &[a, b.clone(), c.clone()]);
        join(&clean, &[frame(5..9), b.clone(), c]);
        let mut from = File::open(&before).expect("written");
        let groups = footer(&mut from).expect("sound").row_groups;
        let mut target = Target::create(&now, &file(&frame(0..0))).expect("a folder of its own");
        target.append_file(&file(&frame(5..9))).expect("sound");
        for group in &groups[1..] {
            target.append(group.clone(), &before, &mut from).expect("sound");
        }
        assert_eq!(target.finish().expect("sound"), 314);
        let [now, clean] = [now, clean].map(|path| std::fs::read(path).expect("written"));
        assert!(now == clean);
    }

    #[test]
    fn indexes_lead_to_pages() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.parquet");
        join(&path, &[frame(0..500), frame(500..900)]);
        let mut file = File::open(&path).expect("written");
        let mut n_pages = 0;
        for group in footer(&mut file).expect("sound").row_groups {
            for column in group.columns {
                let range = range_of(column.offset_index_offset, column.offset_index_length);
                let bytes = file.part(range.expect("an index")).expect("there").into_owned();
                let index = OffsetIndex::read_from_in_protocol(&mut input(&bytes[..], bytes.len()))
                    .expect("sound");
                let range = range_of(column.column_index_offset, column.column_index_length);
                let bytes = file.part(range.expect("an index")).expect("there").into_owned();
                let values =
                    ColumnIndex::read_from_in_protocol(&mut input(&bytes[..], bytes.len()))
                        .expect("sound");
                assert_eq!(values.null_pages.len(), index.page_locations.len());
                for page in &index.page_locations {
                    let range = range_of(Some(page.offset), Some(page.compressed_page_size));
                    let bytes = file.part(range.expect("a place")).expect("there").into_owned();
                    let header =
                        PageHeader::read_from_in_protocol(&mut input(&bytes[..], bytes.len()))
                            .expect("a page");
                    assert!((header.compressed_page_size as usize) < bytes.len());
                    n_pages += 1;
                }
            }
        }
        assert!(n_pages >= 4, "{n_pages} pages, of two columns and two groups");
    }

    #[test]
    fn a_group_with_damaged_pages_is_not_copied() {
        let dir = tempfile::tempdir().expect("a folder");
        let [before, now] = ["before", "now"].map(|name| dir.path().join(name));
        join(&before, &[frame(0..400)]);
        let mut bytes = std::fs::read(&before).expect("written");
        let group = footer(&mut &bytes[..]).expect("sound").row_groups.remove(0);
        let start = pages(&group.columns[0]).expect("a place").start;
        bytes[usize::try_from(start).expect("small")] ^= 0xFF;
        let mut target = Target::create(&now, &file(&frame(0..0))).expect("a folder of its own");
        assert!(target.append(group, &before, &mut &bytes[..]).is_err());
    }

    #[test]
    fn what_is_no_parquet_is_refused() {
        for bytes in [&b""[..], b"PAR1", b"PAR1\xff\xff\xff\x7fPAR1", b"<html></html>"] {
            assert!(footer(&mut &bytes[..]).is_err());
        }
    }
}
