//! What a run can take over from the one before: rows of pages that are the same, read by the same program with the
//! same configuration.
//!
//! A page is the same if its input file is (by digest), and its name, content and provenance are. Whole groups of
//! documents are copied as they are; the rows of other pages go value by value through the frames that new rows go
//! through. So the bytes are those of a run from nothing. Rejects that depend on luck (a time limit) or on a bug (a
//! panic) are never taken over.
//!
//! Where only the indicators of the configuration changed, pages are not processed again either: the indicator of every
//! figure is found anew from the rows. All else that a stage is told decides what later stages see, and what they need
//! (the head of the page, bold text, cells) is in no dataset, so such pages are processed from their bytes.

use super::signatures::Known;
use super::{InputFile, Manifest, Output, Planned};
use crate::collate::duplicates::Signature;
use crate::config::{self, Config};
use crate::decode::{CharsetFrom, Decoded};
use crate::extract::figures::{Approx, Basis, Change, Dimension, Figure, Quantity};
use crate::extract::indicators::{self, Catalogue};
use crate::extract::metadata::Metadata;
use crate::extract::report::{Kind, Region, RegionLevel, Report};
use crate::extract::{BodyFigure, Document};
use crate::ingest::{Found, Plan};
use crate::page::PageInfo;
use crate::provenance::{DocId, Span};
use crate::reject::Reason;
use crate::rows::Sink;
use crate::schema::{self, Dataset};
use crate::warning::Warning;
use crate::write::raw::RowGroups;
use crate::write::read::{Cursor, Row};
use crate::write::{self, Groups, OF_DOCUMENTS, Writer};
use jiff::civil::DateTime;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Why a page is processed although an earlier run is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// There is no earlier run of this program.
    NoEarlierRun,
    /// The configuration of its source, or of a stage, is another.
    Configuration,
    /// It was not there, or its content is another.
    NewOrChanged,
    /// It failed by a limit or a bug and is tried again.
    Retried,
}

impl Why {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoEarlierRun => "no earlier run of this program and configuration",
            Self::Configuration => {
                "the configuration of their source, [clean] or limits.page_bytes changed"
            }
            Self::NewOrChanged => "new or changed",
            Self::Retried => "failed before, tried again",
        }
    }
}

/// Digests of the parts of a configuration: what has to be done again where one is another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages {
    /// For every source, what decides what its pages give, besides their bytes and the program.
    pub pages: BTreeMap<String, String>,
    /// What decides which figures are values of an indicator.
    pub indicators: String,
}

impl Stages {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        let common = serde_json::json!([config.clean, config.limits.page_bytes]);
        let pages = config.sources.iter().map(|source| {
            let own = serde_json::json!([
                source.base_url,
                source.language,
                source.charset,
                source.content,
                source.drop,
                source.parts
            ]);
            (source.name.get_ref().clone(), short_digest(&format!("{common}{own}")))
        });
        let config::Extract { built_in_indicators } = config.extract;
        let indicators = serde_json::json!([built_in_indicators, config.indicators]);
        Self { pages: pages.collect(), indicators: short_digest(&indicators.to_string()) }
    }
}

fn short_digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// A page of the earlier run.
#[derive(Debug, Clone, Copy)]
pub enum Kept {
    /// Row of `documents`.
    Document(usize),
    /// Row of `rejects`.
    Reject(usize),
}

/// Datasets that hold rows of documents, after `documents`.
const PARTS: [(&Dataset, &str); OF_DOCUMENTS - 1] = [
    (&schema::BLOCKS, "n_blocks"),
    (&schema::SECTIONS, "n_sections"),
    (&schema::FIGURES, "n_figures"),
    (&schema::TABLE_CELLS, "n_table_cells"),
    (&schema::IMAGES, "n_images"),
];

/// Index of `figures` in [`PARTS`].
const FIGURES: usize = 2;

/// An earlier run to take rows from.
pub struct Earlier {
    pages_of: BTreeMap<String, String>,
    /// Which inputs of the plan are as they were.
    same_inputs: Vec<bool>,
    pages: FxHashMap<u128, Kept>,
    retried: FxHashSet<u128>,
    /// First row of every document in each of [`PARTS`], and one past the last.
    starts: Vec<[u32; PARTS.len()]>,
    /// Last document of every group by its first; the last group may have been cut short by the end of the run.
    groups: FxHashMap<usize, Group>,
    /// All of `documents` but the bodies.
    heads: Cursor,
    documents: Cursor,
    parts: Vec<Cursor>,
    rejects: Cursor,
    /// What of `figures` the panel reads.
    mentions: Cursor,
    /// The files as they are, where this run writes its own in the same way.
    raw: Option<Vec<RowGroups>>,
    signatures: Option<Known>,
    anew: Option<Anew>,
}

/// Documents whose row groups are theirs alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Rows of `documents`.
    pub documents: Range<usize>,
    /// It ends where it does whatever follows.
    pub closed: bool,
}

/// How to find indicators anew.
struct Anew {
    catalogue: Arc<Catalogue>,
    documents: Cursor,
    figures: Cursor,
    /// The indicators of pages that were found and not copied yet, by row of `documents`.
    found: FxHashMap<usize, Vec<Option<Arc<str>>>>,
}

/// What collation needs of a document.
pub struct Seen {
    /// Its blocks, spans, body and figures stay empty.
    pub document: Document,
    /// Its figures that may be values of an indicator, with their numbers.
    pub mentions: Vec<(u32, BodyFigure)>,
    /// Number of all its figures.
    pub n_figures: u64,
    /// By which copies are found.
    pub signature: Signature,
}

impl Earlier {
    /// Opens the run in `dir`, if it was made by this program; a damaged one is passed over.
    pub fn open(
        dir: &Path,
        output: &Output,
        plan: &Plan,
        config: &Config,
        catalogue: &Arc<Catalogue>,
    ) -> Option<Self> {
        let manifest = <Manifest>::read(dir).ok().filter(|m| m.version == super::version())?;
        Self::index(dir, output, manifest, plan, config, catalogue).ok()
    }

    /// Whether the indicators of the configuration are others, so that they are found anew.
    pub fn finds_indicators_anew(&self) -> bool {
        self.anew.is_some()
    }

    fn index(
        dir: &Path,
        output: &Output,
        manifest: Manifest,
        plan: &Plan,
        config: &Config,
        catalogue: &Arc<Catalogue>,
    ) -> Result<Self, write::Error> {
        let open = |dataset| Cursor::open(dir, dataset);
        let heads = Cursor::open_columns(dir, &schema::DOCUMENTS, |c| c != "body")?;
        let anew = if manifest.stages.indicators == Stages::of(config).indicators {
            None
        } else {
            let (documents, figures) = (open(&schema::DOCUMENTS)?, open(&schema::FIGURES)?);
            let (catalogue, found) = (catalogue.clone(), FxHashMap::default());
            Some(Anew { catalogue, documents, figures, found })
        };
        let parts = PARTS.iter().map(|(dataset, _)| *dataset);
        let raw = if same_files(&manifest, config) {
            let all = std::iter::once(&schema::DOCUMENTS).chain(parts.clone());
            Some(all.map(|dataset| RowGroups::open(dir, dataset)).collect::<Result<_, _>>()?)
        } else {
            None
        };
        let mut earlier = Self {
            same_inputs: same_inputs(&manifest, plan),
            pages: FxHashMap::default(),
            retried: FxHashSet::default(),
            starts: vec![[0; PARTS.len()]],
            groups: FxHashMap::default(),
            signatures: Known::open(output, &manifest.run, heads.len()),
            pages_of: manifest.stages.pages,
            heads,
            documents: open(&schema::DOCUMENTS)?,
            parts: parts.map(open).collect::<Result<_, _>>()?,
            rejects: open(&schema::REJECTS)?,
            mentions: Cursor::open_columns(dir, &schema::FIGURES, is_read_of_mentions)?,
            raw,
            anew,
        };
        earlier.index_documents()?;
        earlier.index_rejects()?;
        Ok(earlier)
    }

    fn index_documents(&mut self) -> Result<(), write::Error> {
        let mut at = [0u32; PARTS.len()];
        let (mut groups, mut first) = (Groups::default(), 0);
        let n_documents = self.heads.len();
        for no in 0..n_documents {
            let row = self.heads.row(no)?;
            let source = row.str("source");
            let key = key(
                source,
                row.str("content_sha256"),
                row.str("url"),
                row.datetime("fetched_at"),
                row.int("http_status"),
                row.str("media_type"),
                (
                    row.list("parts").as_slice(),
                    !row.list("warnings").iter().any(|w| w == Warning::PartMissing.code()),
                ),
            );
            for (n, (_, column)) in at.iter_mut().zip(PARTS) {
                *n += u32::try_from(row.int(column).unwrap_or(0)).unwrap_or(0);
            }
            let closed = groups.ends_with(DocId::of(source.unwrap_or("")));
            self.pages.insert(key, Kept::Document(no));
            self.starts.push(at);
            if closed || no + 1 == n_documents {
                self.groups.insert(first, Group { documents: first..no + 1, closed });
                first = no + 1;
            }
        }
        Ok(())
    }

    fn index_rejects(&mut self) -> Result<(), write::Error> {
        for no in 0..self.rejects.len() {
            let row = self.rejects.row(no)?;
            let key = reject_key(row.str("source"), row.str("content_sha256"));
            let reason = row.str("reason");
            if [Reason::Panic, Reason::Timeout, Reason::PageLimit]
                .iter()
                .any(|r| reason == Some(r.code()))
            {
                self.retried.insert(key);
            } else if reason != Some(Reason::MergedInto.code()) {
                // What a page of an article is by itself, that run does not know.
                self.pages.insert(key, Kept::Reject(no));
            }
        }
        Ok(())
    }

    /// What there is of a page, or why nothing.
    ///
    /// # Errors
    /// The run can't be read; inside, why the page has to be processed.
    pub fn find(
        &mut self,
        found: &Found,
        stages: &Stages,
    ) -> Result<Result<Kept, Why>, write::Error> {
        let kept = self.look_up(found, stages);
        if let (Ok(Kept::Document(no)), Some(anew)) = (kept, &mut self.anew) {
            let starts = (self.starts[no][FIGURES], self.starts[no + 1][FIGURES]);
            if !anew.find(no, starts.0 as usize..starts.1 as usize)? {
                return Ok(Err(Why::Configuration));
            }
        }
        Ok(kept)
    }

    fn look_up(&self, found: &Found, stages: &Stages) -> Result<Kept, Why> {
        let info = found.info().ok_or(Why::NewOrChanged)?;
        if self.pages_of.get(&info.source_name) != stages.pages.get(&info.source_name) {
            return Err(Why::Configuration);
        }
        let mut inputs = found.part_inputs.iter().chain([&found.input_idx]);
        if !inputs.all(|idx| self.same_inputs[*idx]) {
            return Err(Why::NewOrChanged);
        }
        let sha256 = Some(info.content_sha256.as_str());
        let rejected = reject_key(Some(&info.source), sha256);
        let key = key(
            Some(&info.source),
            sha256,
            info.url.as_deref(),
            info.fetched_at,
            info.http_status.map(i64::from),
            info.media_type.as_deref(),
            (info.parts.as_slice(), found.is_whole()),
        );
        match self.pages.get(&key).or_else(|| self.pages.get(&rejected)) {
            Some(kept) => Ok(*kept),
            None if self.retried.contains(&rejected) => Err(Why::Retried),
            None => Err(Why::NewOrChanged),
        }
    }

    /// The group that begins with a document.
    pub fn group(&self, no: usize) -> Option<&Group> {
        self.raw.as_ref().and(self.groups.get(&no))
    }

    /// Copies the rows of a whole group as they are. False where that can't be done, and then nothing was written.
    ///
    /// # Errors
    /// Rows can't be read or written.
    pub fn copy_group(&mut self, group: &Group, writer: &mut Writer) -> Result<bool, write::Error> {
        let Some(raw) = &mut self.raw else { return Ok(false) };
        let Range { start, end } = group.documents;
        let rows = |part: usize| self.starts[start][part] as usize..self.starts[end][part] as usize;
        let mut ranges: Vec<Range<usize>> = std::iter::once(start..end).collect();
        ranges.extend((0..PARTS.len()).map(rows));
        let Some(anew) = &mut self.anew else { return writer.copy_group(raw, &ranges) };
        // The rows of figures are others; they are written after those of all other datasets are copied.
        ranges[1 + FIGURES] = 0..0;
        if !writer.copy_group(raw, &ranges)? {
            return Ok(false);
        }
        for no in group.documents.clone() {
            let rows = self.starts[no][FIGURES] as usize..self.starts[no + 1][FIGURES] as usize;
            let indicators = anew.found.remove(&no).unwrap_or_default();
            let mut copied = Ok(());
            writer.rows(schema::FIGURES.name, |sink| {
                copied = anew.figures.copy_with(rows, "indicator", &indicators, sink);
            })?;
            copied?;
        }
        writer.end_group()?;
        Ok(true)
    }

    /// Copies the rows of a document.
    ///
    /// # Errors
    /// Rows can't be read or written.
    pub fn copy_document(&mut self, no: usize, writer: &mut Writer) -> Result<(), write::Error> {
        let Self { heads, documents, parts, starts, anew, .. } = self;
        let range = |part: usize| -> Range<usize> {
            starts[no][part] as usize..starts[no + 1][part] as usize
        };
        let doc_id = DocId::of(heads.row(no)?.str("source").unwrap_or(""));
        let indicators = anew.as_mut().and_then(|anew| anew.found.remove(&no));
        let mut copied = Ok(());
        writer.document(doc_id, |sinks| {
            copied = (|| {
                documents.copy(no..no + 1, sinks.documents)?;
                let targets: [&mut dyn Sink; PARTS.len()] = [
                    &mut *sinks.blocks,
                    &mut *sinks.sections,
                    &mut *sinks.figures,
                    &mut *sinks.table_cells,
                    &mut *sinks.images,
                ];
                for (part, target) in targets.into_iter().enumerate() {
                    let from = &mut parts[part];
                    match indicators.as_ref().filter(|_| part == FIGURES) {
                        Some(new) => from.copy_with(range(part), "indicator", new, target)?,
                        None => from.copy(range(part), target)?,
                    }
                }
                Ok(())
            })();
        })?;
        copied
    }

    /// What collation needs of a document; to be asked before its rows are copied.
    ///
    /// # Errors
    /// Rows can't be read.
    pub fn seen(&mut self, no: usize) -> Result<Seen, write::Error> {
        let mut document = document(&self.heads.row(no)?);
        let known = match &mut self.signatures {
            Some(known) => known.get(no).ok(),
            None => None,
        };
        let id = DocId::of(&document.page.source);
        let signature = match known.filter(|s| s.doc_id() == id) {
            Some(signature) => signature,
            None => {
                let body = self.documents.row(no)?.str("body").unwrap_or("").to_owned();
                document.body = body;
                Signature::of(&document)
            }
        };
        document.body = String::new();
        let rows = self.starts[no][FIGURES] as usize..self.starts[no + 1][FIGURES] as usize;
        let n_figures = rows.len() as u64;
        let anew = self.anew.as_ref().and_then(|anew| anew.found.get(&no));
        let mut mentions = Vec::new();
        for (figure_no, row_no) in (0u32..).zip(rows) {
            let row = self.mentions.row(row_no)?;
            let indicator = match anew {
                Some(found) => found.get(figure_no as usize).cloned().flatten(),
                None => row.str("indicator").map(Arc::from),
            };
            if indicator.is_some() {
                mentions.push((figure_no, BodyFigure { indicator, ..figure(&row) }));
            }
        }
        Ok(Seen { document, mentions, n_figures, signature })
    }

    /// Copies the row of a reject; gives its reason.
    ///
    /// # Errors
    /// The row can't be read or written.
    pub fn copy_reject(&mut self, no: usize, writer: &mut Writer) -> Result<String, write::Error> {
        let mut copied = Ok(());
        writer.rows("rejects", |sink| copied = self.rejects.copy(no..no + 1, sink))?;
        copied?;
        Ok(self.rejects.row(no)?.str("reason").unwrap_or_default().to_owned())
    }
}

/// Whether the run that is made writes the same rows as the same bytes as the one before.
fn same_files(manifest: &Manifest, config: &Config) -> bool {
    let (before, now) = (&manifest.config, config.identity());
    ["compression", "compression_level", "row_group_rows"]
        .iter()
        .all(|key| before["write"][key] == now["write"][key])
}

/// Which inputs of the plan are as they were. What can't be read of the list is not: reading its page will say so.
fn same_inputs(manifest: &Manifest, plan: &Plan) -> Vec<bool> {
    let before: FxHashMap<&str, &InputFile> =
        manifest.inputs.iter().map(|i| (i.name.as_str(), i)).collect();
    let same = |now: InputFile| {
        now.sha256.is_some() && before.get(now.name.as_str()).is_some_and(|before| **before == now)
    };
    Planned(plan).iter().map(|now| now.is_ok_and(same)).collect()
}

impl Anew {
    /// Finds the indicators of a document's figures, which stand in these rows. False where a figure's place in the
    /// body is not plain from its row.
    fn find(&mut self, no: usize, rows: Range<usize>) -> Result<bool, write::Error> {
        let row = self.documents.row(no)?;
        let mut document = document(&row);
        document.body = row.str("body").unwrap_or("").to_owned();
        let bytes: Vec<usize> = document.body.char_indices().map(|(at, _)| at).collect();
        for row_no in rows {
            let row = self.figures.row(row_no)?;
            let mut entry = figure(&row);
            let Some((number, sentence)) = place(&row, &document.body, &bytes) else {
                return Ok(false);
            };
            entry.figure.quantity.span = number;
            entry.figure.sentence = sentence;
            entry.indicator = None;
            document.figures.push(entry);
        }
        indicators::assign(&mut document, &self.catalogue);
        let found = document.figures.into_iter().map(|f| f.indicator).collect();
        self.found.insert(no, found);
        Ok(true)
    }
}

/// Where a figure's number and sentence stand in the body, in bytes; `bytes` has the place of every code point.
fn place(row: &Row<'_>, body: &str, bytes: &[usize]) -> Option<(Span, Span)> {
    let at = |column| {
        let point = usize::try_from(row.int(column)?).ok()?;
        bytes.get(point).copied().or((point == bytes.len()).then_some(body.len()))
    };
    let number = Span { start: at("char_start")?, end: at("char_end")? };
    let sentence = row.str("sentence").filter(|s| !s.is_empty())?;
    // A sentence holds its number, so it begins at the most its own length before the number's end.
    let mut from = number.end.saturating_sub(sentence.len());
    while !body.is_char_boundary(from) {
        from += 1;
    }
    let near = body.get(from..)?;
    let mut places = near
        .match_indices(sentence)
        .map(|(at, _)| Span::new(from + at, from + at + sentence.len()))
        .take_while(|span| span.start <= number.start)
        .filter(|span| span.contains(number));
    let place = places.next()?;
    places.next().is_none().then_some((number, place))
}

fn digest(parts: &[&str]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut head = [0u8; 16];
    head.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(head)
}

fn key(
    source: Option<&str>,
    sha256: Option<&str>,
    url: Option<&str>,
    fetched_at: Option<DateTime>,
    http_status: Option<i64>,
    media_type: Option<&str>,
    (parts, is_whole): (&[String], bool),
) -> u128 {
    digest(&[
        source.unwrap_or(""),
        sha256.unwrap_or(""),
        url.unwrap_or(""),
        &format!("{fetched_at:?}{http_status:?}{parts:?}{is_whole}"),
        media_type.unwrap_or(""),
    ])
}

fn reject_key(source: Option<&str>, sha256: Option<&str>) -> u128 {
    digest(&["reject", source.unwrap_or(""), sha256.unwrap_or("")])
}

/// What collation and the finding of indicators read of a document, but its body.
fn document(row: &Row<'_>) -> Document {
    let text = |column: &str| row.str(column).map(str::to_owned);
    let region = text("region_code").zip(text("region_name")).map(|(code, name)| Region {
        code,
        name,
        level: [
            RegionLevel::Country,
            RegionLevel::Province,
            RegionLevel::Prefecture,
            RegionLevel::County,
            RegionLevel::Township,
        ]
        .into_iter()
        .find(|l| row.str("region_level") == Some(l.code()))
        .unwrap_or(RegionLevel::County),
    });
    let kinds = [
        Kind::WorkReport,
        Kind::WorkReview,
        Kind::MeetingNews,
        Kind::StatisticalBulletin,
        Kind::Budget,
        Kind::Other,
    ];
    let codes = row.list("warnings");
    Document {
        page: PageInfo { source: text("source").unwrap_or_default(), ..PageInfo::default() },
        decoded: Decoded {
            charset: "utf-8",
            charset_from: CharsetFrom::Detected,
            warnings: Warning::ALL
                .iter()
                .copied()
                .filter(|w| codes.iter().any(|c| c == w.code()))
                .collect(),
        },
        metadata: Metadata {
            title: text("title"),
            published_date: row.date("published_date"),
            published_at: row.datetime("published_at"),
            ..Metadata::default()
        },
        report: Report {
            organization: text("organization"),
            region,
            period: years(row),
            kind: kinds.into_iter().find(|k| row.str("kind") == Some(k.code())).unwrap_or_default(),
        },
        language: text("language"),
        blocks: Vec::new(),
        spans: Vec::new(),
        body: String::new(),
        sections: Vec::new(),
        figures: Vec::new(),
        cells: Vec::new(),
        images: Vec::new(),
        confidence: row.float("confidence").unwrap_or(0.0) as f32,
    }
}

fn years(row: &Row<'_>) -> Option<(i16, i16)> {
    let year = |column: &str| row.int(column).and_then(|y| i16::try_from(y).ok());
    year("period_start").zip(year("period_end"))
}

/// Columns of `figures` that [`figure`] reads, and the indicator.
fn is_read_of_mentions(column: &str) -> bool {
    !matches!(
        column,
        "doc_id"
            | "figure_no"
            | "section_no"
            | "block_no"
            | "char_start"
            | "char_end"
            | "surface"
            | "dimension"
            | "region_code"
            | "sentence"
    )
}

/// What collation reads of a figure, and the finding of indicators but for its place.
fn figure(row: &Row<'_>) -> BodyFigure {
    let approxes = [Approx::Exact, Approx::About, Approx::Over, Approx::Nearly, Approx::Under];
    let unit_std = row.str("unit_std").and_then(crate::extract::figures::standard_unit);
    BodyFigure {
        figure: Figure {
            quantity: Quantity {
                span: Span::default(),
                numeral: Span::default(),
                value: row.float("value").unwrap_or(0.0),
                value_max: row.float("value_max"),
                unit: row.str("unit").map(|unit| unit.to_owned().into()),
                unit_std,
                value_std: row.float("value_std"),
                dimension: Dimension::Count,
                approx: approxes
                    .into_iter()
                    .find(|a| row.str("approx") == Some(a.code()))
                    .unwrap_or_default(),
            },
            item: row.str("item").map(str::to_owned),
            action: row.str("action").map(str::to_owned),
            subject: row.str("subject").map(str::to_owned),
            period: years(row),
            period_part: row.str("period_part").and_then(schema::period_part),
            target: row.bool("target").unwrap_or(false),
            change: [Change::Increase, Change::Decrease]
                .into_iter()
                .find(|c| row.str("change") == Some(c.code())),
            basis: [
                Basis::YearOnYear,
                Basis::MonthOnMonth,
                Basis::AnnualAverage,
                Basis::SinceStart,
            ]
            .into_iter()
            .find(|b| row.str("basis") == Some(b.code())),
            is_from: row.bool("is_from").unwrap_or(false),
            sentence: Span::default(),
            confidence: row.float("confidence").unwrap_or(0.0) as f32,
        },
        section: 0,
        block: 0,
        indicator: row.str("indicator").map(Arc::from),
    }
}
