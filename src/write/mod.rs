//! Rows ↔ files: Polars frames to Parquet and CSV, and back for checks. The only place that knows Polars.
//!
//! Rows are gathered column by column (`frame`) and leave as row groups of bounded size (`groups`), so memory does not
//! grow with the number of pages. The bytes written are a function of the rows and the options: no time, no thread
//! count, no hash order.

mod frame;
mod csv;
mod encoding;
mod groups;
mod parquet;
pub mod raw;
pub mod read;

pub use groups::Groups;

use crate::config::{Compression, Format};
use crate::provenance::DocId;
use crate::rows::Sinks;
use crate::schema::{self, Dataset};
use encoding::Encoding;
use frame::Frame;
use parquet::Target;
use polars::prelude::*;
use raw::RowGroups;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Formats besides Parquet.
    pub formats: Vec<Format>,
    /// Compression of Parquet files.
    pub compression: Compression,
    /// Level of zstd.
    pub compression_level: i32,
    /// Rows of a row group at the most.
    pub row_group_rows: usize,
    /// Version of the program, for the files' metadata.
    pub version: String,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Polars refused.
    #[error("cannot write {}", path.display())]
    Polars {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolarsError,
    },
    /// A file that was written can't be read back.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolarsError,
    },
}

/// Bytes of rows that wait in one dataset, after which they are written as a row group.
const ROW_GROUP_BYTES: usize = 16 << 20;
/// The same for the datasets that documents have rows in but figures, all together: the largest is written. Where groups
/// end is a matter of the documents, so it is these rows, and no more of them in many pages than in few, that take memory.
/// Figures are on their own, since indicators that are found anew change them and leave the others as they are.
const WAITING_BYTES: usize = 24 << 20;

/// Something to be done on another thread.
pub type Work = Box<dyn FnOnce() + Send>;
/// Other threads, which may take their time: what they have not begun is done by the one that needs it.
pub type Helpers = Arc<dyn Fn(Work) + Send + Sync>;

/// Writes the datasets of one run.
pub struct Writer {
    datasets: Vec<DatasetWriter>,
    groups: Groups,
    helpers: Helpers,
}

/// Datasets that documents have rows in: the first ones of the schema.
pub const OF_DOCUMENTS: usize = 6;

impl Writer {
    /// Opens the files of every dataset in `dir`, which must exist. Row groups are encoded by `helpers`.
    ///
    /// # Errors
    /// A file can't be created.
    pub fn create(dir: &Path, options: &Options, helpers: Helpers) -> Result<Self, Error> {
        let datasets = schema::DATASETS
            .iter()
            .map(|d| DatasetWriter::create(dir, d, options))
            .collect::<Result<_, _>>()?;
        Ok(Self { datasets, groups: Groups::default(), helpers })
    }

    /// Gives the sinks of the datasets that documents have rows in, for the rows of the next document.
    ///
    /// # Errors
    /// What `f` wrote can't be put to disk.
    pub fn document(&mut self, doc_id: DocId, f: impl FnOnce(&mut Sinks<'_>)) -> Result<(), Error> {
        let [documents, blocks, sections, figures, table_cells, images, ..] =
            self.datasets.as_mut_slice()
        else {
            return Ok(());
        };
        f(&mut Sinks {
            documents: &mut documents.frame,
            blocks: &mut blocks.frame,
            sections: &mut sections.frame,
            figures: &mut figures.frame,
            table_cells: &mut table_cells.frame,
            images: &mut images.frame,
        });
        if self.groups.ends_with(doc_id) {
            return self.end_group();
        }
        self.flush_full()?;
        let together =
            self.datasets[..OF_DOCUMENTS].iter_mut().filter(|d| d.dataset.name != "figures");
        let together: Vec<&mut DatasetWriter> = together.collect();
        let waiting: usize = together.iter().map(|dataset| dataset.frame.bytes()).sum();
        let largest = together.into_iter().max_by_key(|dataset| dataset.frame.bytes());
        largest.filter(|_| waiting >= WAITING_BYTES).map_or(Ok(()), |d| d.flush(&self.helpers))
    }

    /// Ends the row groups of the datasets that documents have rows in.
    ///
    /// # Errors
    /// The rows can't be put to disk.
    pub fn end_group(&mut self) -> Result<(), Error> {
        self.datasets[..OF_DOCUMENTS].iter_mut().try_for_each(|d| d.flush(&self.helpers))
    }

    /// Puts to disk what is still being encoded, so that the room it takes is free.
    ///
    /// # Errors
    /// It can't be put to disk.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.datasets.iter_mut().try_for_each(DatasetWriter::settle)
    }

    /// Whether the next document is the first of a group.
    pub fn at_group_start(&self) -> bool {
        self.groups.at_start()
    }

    /// Copies a whole group of documents of an earlier run, which was written with the same options: for each dataset
    /// the file and the rows there. False where that can't be done, and then nothing was written.
    ///
    /// # Errors
    /// The rows can't be read or put to disk.
    pub fn copy_group(
        &mut self,
        from: &mut [RowGroups],
        rows: &[Range<usize>],
    ) -> Result<bool, Error> {
        if self.datasets.iter().any(|d| d.csv.is_some()) {
            return Ok(false); // the rows of a CSV file are not at hand
        }
        let groups: Option<Vec<_>> =
            from.iter().zip(rows).map(|(from, rows)| from.of_rows(rows)).collect();
        let Some(groups) = groups else { return Ok(false) };
        self.settle()?;
        for ((writer, from), groups) in self.datasets.iter_mut().zip(from).zip(groups) {
            from.copy(groups, &mut writer.parquet)?;
        }
        Ok(true)
    }

    /// The sink of one dataset.
    ///
    /// # Errors
    /// What `f` wrote can't be put to disk.
    pub fn rows(
        &mut self,
        dataset: &str,
        f: impl FnOnce(&mut dyn crate::rows::Sink),
    ) -> Result<(), Error> {
        if let Some(writer) = self.datasets.iter_mut().find(|w| w.dataset.name == dataset) {
            f(&mut writer.frame);
        }
        self.flush_full()
    }

    /// Writes the rows of a whole dataset, as `row` makes them.
    ///
    /// # Errors
    /// They can't be put to disk.
    pub fn all_rows<T>(
        &mut self,
        dataset: &str,
        values: &[T],
        row: impl Fn(&T, &mut dyn crate::rows::Sink),
    ) -> Result<(), Error> {
        let Some(writer) = self.datasets.iter_mut().find(|w| w.dataset.name == dataset) else {
            return Ok(());
        };
        values.iter().try_for_each(|value| {
            row(value, &mut writer.frame);
            writer.flush_if_full(&self.helpers)
        })
    }

    fn flush_full(&mut self) -> Result<(), Error> {
        self.datasets.iter_mut().try_for_each(|d| d.flush_if_full(&self.helpers))
    }

    /// Writes what is left and closes the files; gives each dataset's name and number of rows.
    ///
    /// # Errors
    /// The rest can't be put to disk.
    pub fn finish(mut self) -> Result<Vec<(&'static str, u64)>, Error> {
        self.datasets.iter_mut().try_for_each(|d| d.flush(&self.helpers))?;
        self.datasets.into_iter().map(DatasetWriter::finish).collect()
    }
}

/// No other threads: work is done at once.
pub fn alone() -> Helpers {
    Arc::new(|work| work())
}

/// The files of one dataset.
struct DatasetWriter {
    dataset: &'static Dataset,
    frame: Frame,
    parquet: Target,
    csv: Option<csv::Writer>,
    /// Row groups that come next in the file.
    encodings: Vec<Encoding>,
    options: Arc<Options>,
}

impl DatasetWriter {
    fn create(dir: &Path, dataset: &'static Dataset, options: &Options) -> Result<Self, Error> {
        let path = dir.join(format!("{}.parquet", dataset.name));
        let key_values = KeyValueMetadata::from_static(metadata(dataset, options));
        let empty = encoded(dataset, options, Some(key_values), None)
            .map_err(|source| Error::Polars { path: path.clone(), source })?;
        let parquet = Target::create(&path, &empty)?;
        let csv = options
            .formats
            .contains(&Format::Csv)
            .then(|| csv::Writer::create(dir, dataset))
            .transpose()?;
        Ok(Self {
            dataset,
            frame: Frame::new(dataset),
            parquet,
            csv,
            encodings: Vec::new(),
            options: Arc::new(options.clone()),
        })
    }

    fn flush_if_full(&mut self, helpers: &Helpers) -> Result<(), Error> {
        // A row group is cut at the exact number of rows, whatever page they come from.
        let rows_max = self.options.row_group_rows;
        if self.frame.len() >= rows_max || self.frame.bytes() >= ROW_GROUP_BYTES {
            self.flush(helpers)?;
        }
        Ok(())
    }

    /// Has the rows that wait encoded, and puts to disk those before them.
    fn flush(&mut self, helpers: &Helpers) -> Result<(), Error> {
        let n = self.frame.len();
        if n == 0 {
            return Ok(());
        }
        self.settle()?;
        let path = self.parquet.path().to_owned();
        let polars = |source| Error::Polars { path: path.clone(), source };
        let df = self.frame.take().map_err(polars)?;
        let (dataset, options) = (self.dataset, self.options.clone());
        let encode = Arc::new(move |rows: &DataFrame| encoded(dataset, &options, None, Some(rows)));
        let mut at = 0;
        while at < n {
            let group = df.slice(at as i64, self.options.row_group_rows);
            let group = if group.height() == n {
                group
            } else {
                group.select(self.dataset.columns.iter().map(|c| c.name)).map_err(polars)?
            };
            at += group.height();
            self.encodings.push(Encoding::start(helpers, group, encode.clone()));
        }
        if let Some(csv) = &mut self.csv {
            csv.write(&df)?;
        }
        Ok(())
    }

    /// Puts to disk what helpers encode.
    fn settle(&mut self) -> Result<(), Error> {
        for encoding in std::mem::take(&mut self.encodings) {
            let failed = |source| Error::Polars { path: self.parquet.path().to_owned(), source };
            let bytes = encoding.finish().map_err(failed)?;
            self.parquet.append_file(&bytes)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(&'static str, u64), Error> {
        self.settle()?;
        let n_rows = self.parquet.finish()?;
        if let Some(csv) = self.csv {
            csv.finish()?;
        }
        Ok((self.dataset.name, n_rows))
    }
}

/// A whole Parquet file of these rows, which are one row group.
fn encoded(
    dataset: &Dataset,
    options: &Options,
    key_values: Option<KeyValueMetadata>,
    rows: Option<&DataFrame>,
) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = ParquetWriter::new(&mut bytes)
        .with_compression(compression(options))
        .with_statistics(StatisticsOptions::full())
        .with_key_value_metadata(key_values)
        .set_parallel(false)
        .batched(&frame::polars_schema(dataset))?;
    rows.map_or(Ok(()), |rows| writer.write_batch(rows))?;
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}

fn compression(options: &Options) -> ParquetCompression {
    match options.compression {
        Compression::Zstd => ParquetCompression::Zstd(
            polars::polars_utils::compression::ZstdLevel::try_new(options.compression_level).ok(),
        ),
        Compression::Snappy => ParquetCompression::Snappy,
        Compression::None => ParquetCompression::Uncompressed,
    }
}

/// What a file says of itself: Polars' own mark has no version.
fn metadata(dataset: &Dataset, options: &Options) -> Vec<(String, String)> {
    // Polars' own description of the columns says string_view, which pyarrow can't turn into pandas columns inside
    // lists, and older Arrow readers not at all. The data pages are the same, so the older names are as true.
    let columns = frame::polars_schema(dataset).to_arrow(CompatLevel::oldest());
    let arrow = polars_parquet::write::schema_to_metadata_key(&columns);
    vec![
        (arrow.key, arrow.value.unwrap_or_default()),
        ("baogao.version".to_owned(), options.version.clone()),
        ("baogao.dataset".to_owned(), dataset.name.to_owned()),
        ("baogao.schema".to_owned(), schema::dataset_json(dataset).to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Page, PageInfo};
    use crate::{process, rows};

    /// The datasets but figures, of so many copies of a document whose figures have this indicator.
    fn written(document: &mut crate::extract::Document, indicator: &str) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options {
            formats: Vec::new(),
            compression: Compression::None,
            compression_level: 1,
            row_group_rows: 1 << 16,
            version: "0".to_owned(),
        };
        let mut writer =
            Writer::create(dir.path(), &options, alone()).expect("a folder of its own");
        for figure in &mut document.figures {
            figure.indicator = Some(indicator.into());
        }
        for no in 0..160 {
            let id = DocId::of(&format!("{no}"));
            writer.document(id, |sinks| rows::document(document, sinks)).expect("room");
        }
        writer.finish().expect("room");
        let of_others = schema::DATASETS.iter().filter(|d| d.name != "figures");
        of_others
            .map(|d| std::fs::read(dir.path().join(format!("{}.parquet", d.name))).expect("there"))
            .collect()
    }

    #[test]
    fn where_rows_are_cut_does_not_depend_on_indicators() {
        let paragraph =
            "各项事业取得新的进步，群众生活得到改善，".repeat(30) + "新修道路12公里。\n\n";
        let text = format!("云溪县人民政府工作报告\n\n{}", paragraph.repeat(60));
        let info = PageInfo { source: "a.txt".to_owned(), ..PageInfo::default() };
        let page = Page { info, bytes: text.into_bytes() };
        let mut document = process::process(page, &process::Options::default()).expect("prose");
        assert!(document.figures.len() >= 60);
        let few = written(&mut document, "道路");
        let n_groups = |mut file: &[u8]| parquet::footer(&mut file).map(|f| f.row_groups.len());
        assert!(n_groups(&few[0]).expect("sound") > 1, "enough to be cut");
        assert!(few == written(&mut document, &"道路".repeat(500)));
    }
}
