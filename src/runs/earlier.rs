//! What a run can take over from the one before: rows of pages that are the same, read by the same program with the
//! same configuration.
//!
//! A page is the same if its input file is (by digest), and its name, content and provenance are. Rows are copied value
//! by value through the same frames that new rows go through, so the bytes are those of a run from nothing. Rejects that
//! depend on luck (a time limit) or on a bug (a panic) are never taken over.

use super::{InputFile, Manifest};
use crate::config::Config;
use crate::decode::{CharsetFrom, Decoded};
use crate::extract::figures::{Approx, Basis, Change, Dimension, Figure, Quantity};
use crate::extract::metadata::Metadata;
use crate::extract::report::{Kind, Region, RegionLevel, Report};
use crate::extract::{BodyFigure, Document};
use crate::ingest::{Found, Plan};
use crate::page::PageInfo;
use crate::provenance::Span;
use crate::reject::Reason;
use crate::schema::{self, Dataset};
use crate::warning::Warning;
use crate::write::read::Cursor;
use crate::write::{self, Writer};
use jiff::civil::DateTime;
use rustc_hash::{FxHashMap, FxHashSet};
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
            Self::Configuration => "the configuration changed",
            Self::NewOrChanged => "new or changed",
            Self::Retried => "failed before, tried again",
        }
    }
}

/// Digests of what decides the rows of each source's pages, besides their bytes and the program.
pub fn stages(config: &Config) -> BTreeMap<String, String> {
    let common = serde_json::json!([
        config.clean,
        config.extract,
        config.indicators,
        config.limits.page_bytes
    ]);
    config
        .sources
        .iter()
        .map(|source| {
            let own = serde_json::json!([
                source.base_url,
                source.language,
                source.charset,
                source.content,
                source.drop,
                source.parts
            ]);
            let digest = blake3::hash(format!("{common}{own}").as_bytes());
            (source.name.get_ref().clone(), digest.to_hex()[..16].to_owned())
        })
        .collect()
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
const PARTS: [(&Dataset, &str); 5] = [
    (&schema::BLOCKS, "n_blocks"),
    (&schema::SECTIONS, "n_sections"),
    (&schema::FIGURES, "n_figures"),
    (&schema::TABLE_CELLS, "n_table_cells"),
    (&schema::IMAGES, "n_images"),
];

/// An earlier run to take rows from.
pub struct Earlier {
    stages: BTreeMap<String, String>,
    /// Names of the inputs that are as they were.
    same_inputs: FxHashSet<String>,
    pages: FxHashMap<u128, Kept>,
    retried: FxHashSet<u128>,
    /// First row of every document in each of [`PARTS`], and one past the last.
    starts: Vec<[u32; PARTS.len()]>,
    documents: Cursor,
    parts: Vec<Cursor>,
    rejects: Cursor,
}

impl Earlier {
    /// Opens the run in `dir`, if it was made by this program; a damaged one is passed over.
    pub fn open(dir: &Path, plan: &Plan) -> Option<Self> {
        let manifest = Manifest::read(dir).ok().filter(|m| m.version == super::version())?;
        Self::index(dir, manifest, plan).ok()
    }

    fn index(dir: &Path, manifest: Manifest, plan: &Plan) -> Result<Self, write::Error> {
        let before: FxHashMap<&str, &InputFile> =
            manifest.inputs.iter().map(|i| (i.name.as_str(), i)).collect();
        let same_inputs = Manifest::inputs(plan)
            .into_iter()
            .filter(|now| now.sha256.is_some() && before.get(now.name.as_str()) == Some(&now))
            .map(|now| now.name)
            .collect();
        let open = |dataset| Cursor::open(dir, dataset);
        let mut earlier = Self {
            stages: manifest.stages,
            same_inputs,
            pages: FxHashMap::default(),
            retried: FxHashSet::default(),
            starts: vec![[0; PARTS.len()]],
            documents: open(&schema::DOCUMENTS)?,
            parts: PARTS.iter().map(|(d, _)| open(d)).collect::<Result<_, _>>()?,
            rejects: open(&schema::REJECTS)?,
        };
        let mut at = [0u32; PARTS.len()];
        for no in 0..earlier.documents.len() {
            let row = earlier.documents.row(no)?;
            let key = key(
                row.str("source"),
                row.str("content_sha256"),
                row.str("url"),
                row.datetime("fetched_at"),
                row.int("http_status"),
                row.str("media_type"),
                &row.list("parts"),
                !row.list("warnings").iter().any(|w| w == Warning::PartMissing.code()),
            );
            for (n, (_, column)) in at.iter_mut().zip(PARTS) {
                *n += u32::try_from(row.int(column).unwrap_or(0)).unwrap_or(0);
            }
            earlier.pages.insert(key, Kept::Document(no));
            earlier.starts.push(at);
        }
        for no in 0..earlier.rejects.len() {
            let row = earlier.rejects.row(no)?;
            let key = reject_key(row.str("source"), row.str("content_sha256"));
            let reason = row.str("reason");
            if [Reason::Panic, Reason::Timeout, Reason::PageLimit]
                .iter()
                .any(|r| reason == Some(r.code()))
            {
                earlier.retried.insert(key);
            } else if reason != Some(Reason::MergedInto.code()) {
                // What a page of an article is by itself, that run does not know.
                earlier.pages.insert(key, Kept::Reject(no));
            }
        }
        Ok(earlier)
    }

    /// What there is of a page, or why nothing.
    ///
    /// # Errors
    /// Why the page has to be processed.
    pub fn find(
        &self,
        found: &Found,
        plan: &Plan,
        stages: &BTreeMap<String, String>,
    ) -> Result<Kept, Why> {
        let input = &plan.inputs[found.input_idx];
        let info = found.info().ok_or(Why::NewOrChanged)?;
        if self.stages.get(&info.source_name) != stages.get(&info.source_name) {
            return Err(Why::Configuration);
        }
        let mut inputs = found.part_inputs.iter().map(|idx| &plan.inputs[*idx]).chain([input]);
        if !inputs.all(|input| self.same_inputs.contains(&input.name)) {
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
            &info.parts,
            found.is_whole(),
        );
        match self.pages.get(&key).or_else(|| self.pages.get(&rejected)) {
            Some(kept) => Ok(*kept),
            None if self.retried.contains(&rejected) => Err(Why::Retried),
            None => Err(Why::NewOrChanged),
        }
    }

    /// Copies the rows of a document, and gives what collation needs of it: its blocks and spans stay empty.
    ///
    /// # Errors
    /// Rows can't be read or written.
    pub fn copy_document(
        &mut self,
        no: usize,
        writer: &mut Writer,
    ) -> Result<Document, write::Error> {
        let Self { documents, parts, starts, .. } = self;
        let range = |part: usize| -> Range<usize> {
            starts[no][part] as usize..starts[no + 1][part] as usize
        };
        let mut copied = Ok(());
        writer.document(|sinks| {
            copied = (|| {
                documents.copy(no..no + 1, sinks.documents)?;
                let targets: [&mut dyn crate::rows::Sink; PARTS.len()] = [
                    &mut *sinks.blocks,
                    &mut *sinks.sections,
                    &mut *sinks.figures,
                    &mut *sinks.table_cells,
                    &mut *sinks.images,
                ];
                for (part, target) in targets.into_iter().enumerate() {
                    parts[part].copy(range(part), target)?;
                }
                Ok(())
            })();
        })?;
        copied?;
        let mut document = document(&documents.row(no)?);
        for row_no in range(2) {
            let row = parts[2].row(row_no)?;
            document.figures.push(figure(&row));
        }
        Ok(document)
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
    parts: &[String],
    is_whole: bool,
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

/// What collation reads of a document.
fn document(row: &crate::write::read::Row<'_>) -> Document {
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
        body: text("body").unwrap_or_default(),
        sections: Vec::new(),
        figures: Vec::new(),
        cells: Vec::new(),
        images: Vec::new(),
        confidence: row.float("confidence").unwrap_or(0.0) as f32,
    }
}

fn years(row: &crate::write::read::Row<'_>) -> Option<(i16, i16)> {
    let year = |column: &str| row.int(column).and_then(|y| i16::try_from(y).ok());
    year("period_start").zip(year("period_end"))
}

/// What collation reads of a figure.
fn figure(row: &crate::write::read::Row<'_>) -> BodyFigure {
    let approxes = [Approx::Exact, Approx::About, Approx::Over, Approx::Nearly, Approx::Under];
    let unit_std = row.str("unit_std").and_then(crate::extract::figures::standard_unit);
    BodyFigure {
        figure: Figure {
            quantity: Quantity {
                span: Span::default(),
                numeral: Span::default(),
                value: row.float("value").unwrap_or(0.0),
                value_max: row.float("value_max"),
                unit: row.str("unit").map(str::to_owned),
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
