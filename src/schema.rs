//! Every dataset's columns: name, type, unit, whether it may be null, meaning.
//!
//! The one place where columns are defined. The writer, the data package, `schema`, `verify` and every binding read
//! it; nothing else may name a column that is not here. Integers are signed: Spark and old readers have no unsigned
//! ones. Offsets count Unicode code points of `documents.body`.

use crate::clean::Role;
use crate::extract::figures::{Approx, Basis, Change, Dimension};
use crate::reject::Reason;
use serde_json::{Value, json};

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dtype {
    /// UTF-8 text.
    Str,
    /// 64-bit signed integer.
    Int,
    /// 64-bit float.
    Float,
    /// True or false.
    Bool,
    /// Calendar day.
    Date,
    /// Day and time without zone, to the second.
    DateTime,
    /// List of text, never null; empty where there is none.
    StrList,
}

impl Dtype {
    /// The name used in the data dictionary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int64",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::StrList => "list[str]",
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// snake_case name.
    pub name: &'static str,
    /// Type.
    pub dtype: Dtype,
    /// Whether values may be missing.
    pub nullable: bool,
    /// Unit of the values, where they have one.
    pub unit: Option<&'static str>,
    /// What it says.
    pub meaning: &'static str,
    /// The closed set that its values come from.
    pub values: Option<fn() -> Vec<&'static str>>,
}

/// A reference from one dataset to another.
#[derive(Debug, Clone, Copy)]
pub struct ForeignKey {
    /// Columns here.
    pub columns: &'static [&'static str],
    /// The other dataset.
    pub dataset: &'static str,
    /// Columns there.
    pub references: &'static [&'static str],
}

/// One dataset: a table, a file.
#[derive(Debug, Clone, Copy)]
pub struct Dataset {
    /// Name, plural; also the file's stem.
    pub name: &'static str,
    /// What a row is.
    pub meaning: &'static str,
    /// Columns that together are unique.
    pub key: &'static [&'static str],
    /// References to other datasets.
    pub foreign_keys: &'static [ForeignKey],
    /// The columns, in order.
    pub columns: &'static [Column],
}

const fn col(name: &'static str, dtype: Dtype, meaning: &'static str) -> Column {
    Column { name, dtype, nullable: true, unit: None, meaning, values: None }
}

impl Column {
    const fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    const fn one_of(mut self, values: fn() -> Vec<&'static str>) -> Self {
        self.values = Some(values);
        self
    }
}

use Dtype::{Bool, Date, DateTime, Float, Int, Str, StrList};

const DOC_ID: Column = col(
    "doc_id",
    Str,
    "the document: 16 hexadecimal digits made from its source, stable across runs",
)
.required();
const DOC_FK: ForeignKey =
    ForeignKey { columns: &["doc_id"], dataset: "documents", references: &["doc_id"] };
const BLOCK_FK: ForeignKey = ForeignKey {
    columns: &["doc_id", "block_no"],
    dataset: "blocks",
    references: &["doc_id", "block_no"],
};
const CODE_POINTS: &str = "code points";
const YEAR: &str = "year";

fn kinds() -> Vec<&'static str> {
    vec!["work_report", "work_review", "meeting_news", "statistical_bulletin", "budget", "other"]
}

fn levels() -> Vec<&'static str> {
    vec!["country", "province", "prefecture", "county", "township"]
}

fn approxes() -> Vec<&'static str> {
    [Approx::Exact, Approx::About, Approx::Over, Approx::Nearly, Approx::Under]
        .map(Approx::code)
        .to_vec()
}

fn dimensions() -> Vec<&'static str> {
    use Dimension::*;
    [
        Count, Money, Share, Change, Ratio, Duration, Length, Area, Mass, Volume, Power, Energy,
        People, Other,
    ]
    .map(Dimension::code)
    .to_vec()
}

fn changes() -> Vec<&'static str> {
    [Change::Increase, Change::Decrease].map(Change::code).to_vec()
}

fn bases() -> Vec<&'static str> {
    [Basis::YearOnYear, Basis::MonthOnMonth, Basis::AnnualAverage, Basis::SinceStart]
        .map(Basis::code)
        .to_vec()
}

fn roles() -> Vec<&'static str> {
    Role::ALL.iter().map(|r| r.code()).collect()
}

fn block_reasons() -> Vec<&'static str> {
    crate::clean::REASONS.iter().map(|(code, _)| *code).collect()
}

fn reject_reasons() -> Vec<&'static str> {
    Reason::ALL.iter().map(|r| r.code()).collect()
}

fn stages() -> Vec<&'static str> {
    vec!["fetch", "ingest", "decode", "clean", "extract"]
}

fn outcomes() -> Vec<&'static str> {
    vec!["fetched", "unchanged", "redirected", "excluded", "robots", "failed", "gone", "parked"]
}

fn charset_froms() -> Vec<&'static str> {
    vec!["bom", "http", "meta", "detected", "config"]
}

fn methods() -> Vec<&'static str> {
    vec!["exact", "near"]
}

fn period_parts() -> Vec<&'static str> {
    vec![
        "h1", "h2", "q1", "q2", "q3", "q4", "m01", "m02", "m03", "m04", "m05", "m06", "m07", "m08",
        "m09", "m10", "m11", "m12", "to_date",
    ]
}

/// The code of a part of the year, if it is one.
pub fn period_part(code: &str) -> Option<&'static str> {
    period_parts().into_iter().find(|p| *p == code)
}

/// Every dataset of a run, in the order in which they are described.
pub const DATASETS: &[Dataset] = &[
    DOCUMENTS,
    BLOCKS,
    SECTIONS,
    FIGURES,
    TABLE_CELLS,
    IMAGES,
    DUPLICATES,
    INDICATORS,
    REJECTS,
    FETCHES,
];

/// One row a page that gave a document.
pub const DOCUMENTS: Dataset = Dataset {
    name: "documents",
    meaning: "one row a page that gave a document",
    key: &["doc_id"],
    foreign_keys: &[],
    columns: &[
        DOC_ID,
        col("source", Str, "the page: URL of a fetched page or archive record, else name of the source or input folder, \"/\" and the path inside it").required(),
        col("parts", StrList, "further pages joined to this one, by source").required(),
        col("url", Str, "the page's address, where known"),
        col("fetched_at", DateTime, "when it was fetched, UTC"),
        col("http_status", Int, "status of the HTTP answer"),
        col("media_type", Str, "media type of the answer, or by the file's name"),
        col("charset", Str, "charset that the bytes were read in, WHATWG name").required(),
        col("charset_from", Str, "where the charset was learnt").required().one_of(charset_froms),
        col("content_sha256", Str, "SHA-256 of the bytes as stored").required(),
        col("title", Str, "the article's own title as printed, without site and channel names"),
        col("subtitle", Str, "line that continues the title, as printed"),
        col("kicker", Str, "line above the title (引题)"),
        col("publisher", Str, "who published it (来源)"),
        col("authors", StrList, "who wrote it").required(),
        col("editors", StrList, "who edited it (编辑, 责编)").required(),
        col("published_date", Date, "day of publication"),
        col("published_at", DateTime, "local time of publication as printed, only where the page states a time"),
        col("views", Int, "how often it was read, as printed").unit("views"),
        col("kind", Str, "kind of document").required().one_of(kinds),
        col("organization", Str, "the body whose work is reported"),
        col("region_code", Str, "its administrative division, six digits (GB/T 2260; 000000 is the country)"),
        col("region_name", Str, "full name of the division, its superiors in front"),
        col("region_level", Str, "level of the division").one_of(levels),
        col("period_start", Int, "first year that the report covers").unit(YEAR),
        col("period_end", Int, "last year that the report covers").unit(YEAR),
        col("language", Str, "language of the text, BCP 47"),
        col("body", Str, "the kept blocks joined by line feeds; all offsets count its code points").required(),
        col("body_chars", Int, "length of the body").required().unit(CODE_POINTS),
        col("n_sections", Int, "rows of sections").required(),
        col("n_figures", Int, "rows of figures").required(),
        col("n_blocks", Int, "rows of blocks").required(),
        col("n_table_cells", Int, "rows of table_cells").required(),
        col("n_images", Int, "rows of images").required(),
        col("confidence", Float, "how sure the main content is, 0 to 1").required(),
        col("warnings", StrList, "what to know before trusting the document: codes of a closed set").required(),
    ],
};

/// The audit trail of cleaning.
pub const BLOCKS: Dataset = Dataset {
    name: "blocks",
    meaning: "one row a block of the page, kept or dropped: the audit trail of cleaning",
    key: &["doc_id", "block_no"],
    foreign_keys: &[DOC_FK],
    columns: &[
        DOC_ID,
        col("block_no", Int, "place in reading order, from 0").required(),
        col("role", Str, "what the block is to its page").required().one_of(roles),
        col("kept", Bool, "whether it is in the body").required(),
        col("score", Float, "how sure the role is, 0 to 1").required(),
        col("reason", Str, "the rule that decided").required().one_of(block_reasons),
        col("level", Int, "level of a heading, 1 the top"),
        col("text", Str, "its text, normalised; rows of tables by line feeds, cells by tabs")
            .required(),
        col("char_start", Int, "first character in the body; null if dropped").unit(CODE_POINTS),
        col("char_end", Int, "one past its last character in the body; null if dropped")
            .unit(CODE_POINTS),
        col(
            "locator",
            Str,
            "line number (17, 17-18) in a text page, CSS path of its element in an HTML page; \"@1 \" in front for the \
             first of documents.parts, and so on",
        )
        .required(),
    ],
};

/// The outline.
pub const SECTIONS: Dataset = Dataset {
    name: "sections",
    meaning: "one row a section: the report's outline in reading order",
    key: &["doc_id", "section_no"],
    foreign_keys: &[
        DOC_FK,
        ForeignKey {
            columns: &["doc_id", "parent_no"],
            dataset: "sections",
            references: &["doc_id", "section_no"],
        },
    ],
    columns: &[
        DOC_ID,
        col("section_no", Int, "place in reading order; 0 is the text before the first heading")
            .required(),
        col("parent_no", Int, "the section that it belongs to"),
        col("level", Int, "1 is the top; 0 for the text before the first heading").required(),
        col("path", Str, "place in the outline (2.1)").required(),
        col("marker", Str, "the heading's number as printed (一、)"),
        col("heading", Str, "the heading without its marker; two lines joined by one blank"),
        col("text", Str, "the section's own paragraphs, not its children's, joined by line feeds")
            .required(),
        col("char_start", Int, "first character of heading or text in the body")
            .required()
            .unit(CODE_POINTS),
        col("char_end", Int, "one past the last character of it and all under it")
            .required()
            .unit(CODE_POINTS),
        col("n_paragraphs", Int, "own paragraphs").required(),
        col("n_figures", Int, "figures in it, not in its children").required(),
    ],
};

/// The stated quantities.
pub const FIGURES: Dataset = Dataset {
    name: "figures",
    meaning: "one row a quantity stated in the running text",
    key: &["doc_id", "figure_no"],
    foreign_keys: &[
        DOC_FK,
        BLOCK_FK,
        ForeignKey { columns: &["doc_id", "section_no"], dataset: "sections", references: &["doc_id", "section_no"] },
    ],
    columns: &[
        DOC_ID,
        col("figure_no", Int, "place in reading order, from 0").required(),
        col("section_no", Int, "the innermost section around it").required(),
        col("block_no", Int, "the block that it stands in").required(),
        col("char_start", Int, "first character in the body").required().unit(CODE_POINTS),
        col("char_end", Int, "one past its last character in the body").required().unit(CODE_POINTS),
        col("surface", Str, "numeral with its qualifiers and unit as printed").required(),
        col("value", Float, "magnitude words folded in; the lower end of a range; as printed, so a fall of 3 % is 3").required(),
        col("value_max", Float, "the upper end of a range"),
        col("unit", Str, "measure word or unit as printed, without magnitude words"),
        col("unit_std", Str, "standard unit; null for bare measure words"),
        col("value_std", Float, "value in the standard unit"),
        col("dimension", Str, "what sort of quantity it is").required().one_of(dimensions),
        col("approx", Str, "how near the numeral is").required().one_of(approxes),
        col("item", Str, "the thing counted or measured"),
        col("action", Str, "what was done to it"),
        col("indicator", Str, "id of the indicator that it is a value of"),
        col("subject", Str, "who did it, where the sentence says so"),
        col("region_code", Str, "administrative division that it is about"),
        col("period_start", Int, "first year that it holds for").unit(YEAR),
        col("period_end", Int, "last year that it holds for").unit(YEAR),
        col("period_part", Str, "part of the year; null for whole years").one_of(period_parts),
        col("target", Bool, "a plan, not a result").required(),
        col("change", Str, "which way it changed, where it is a change").one_of(changes),
        col("basis", Str, "what the change is measured against").one_of(bases),
        col("is_from", Bool, "the starting point in 由 a 增加到 b").required(),
        col("sentence", Str, "the sentence around it").required(),
        col("confidence", Float, "how sure the reading is, 0 to 1").required(),
    ],
};

/// Cells of data tables.
pub const TABLE_CELLS: Dataset = Dataset {
    name: "table_cells",
    meaning: "one row a cell of a data table in the body",
    key: &["doc_id", "table_no", "row", "col"],
    foreign_keys: &[DOC_FK, BLOCK_FK],
    columns: &[
        DOC_ID,
        col("table_no", Int, "place among the document's tables, from 0").required(),
        col("block_no", Int, "the table's block").required(),
        col("row", Int, "first row that it covers, from 0").required(),
        col("col", Int, "first column that it covers, from 0").required(),
        col("char_start", Int, "first character in the body").required().unit(CODE_POINTS),
        col("char_end", Int, "one past its last character in the body")
            .required()
            .unit(CODE_POINTS),
        col("row_header", Str, "headers of its row, joined \" / \""),
        col("col_header", Str, "headers of its column, joined \" / \""),
        col("text", Str, "the text").required(),
        col("value", Float, "its number, magnitude words folded in"),
        col("unit_std", Str, "standard unit that cell, header or caption state"),
        col("caption", Str, "the table's caption"),
    ],
};

/// Pictures.
pub const IMAGES: Dataset = Dataset {
    name: "images",
    meaning: "one row a picture of the main content",
    key: &["doc_id", "image_no"],
    foreign_keys: &[DOC_FK, BLOCK_FK],
    columns: &[
        DOC_ID,
        col("image_no", Int, "place in reading order, from 0").required(),
        col("src", Str, "address, resolved against the page's where that is known").required(),
        col("alt", Str, "alternative text"),
        col("caption", Str, "caption"),
        col("block_no", Int, "the nearest kept block before it"),
    ],
};

/// The same report seen on several pages.
pub const DUPLICATES: Dataset = Dataset {
    name: "duplicates",
    meaning: "one row a document that repeats another",
    key: &["doc_id"],
    foreign_keys: &[DOC_FK, ForeignKey { columns: &["duplicate_of"], dataset: "documents", references: &["doc_id"] }],
    columns: &[
        DOC_ID,
        col("duplicate_of", Str, "the document that stands for the group: earliest published, then longest, then smallest id").required(),
        col("similarity", Float, "share of the text that both have, 0 to 1").required(),
        col("method", Str, "how it was found").required().one_of(methods),
    ],
};

/// The panel.
pub const INDICATORS: Dataset = Dataset {
    name: "indicators",
    meaning: "one row a place, period and indicator, results and targets apart: the panel",
    key: &[
        "region_code",
        "organization",
        "period_start",
        "period_end",
        "period_part",
        "indicator",
        "target",
        "doc_id",
    ],
    foreign_keys: &[
        DOC_FK,
        ForeignKey {
            columns: &["doc_id", "figure_no"],
            dataset: "figures",
            references: &["doc_id", "figure_no"],
        },
    ],
    columns: &[
        col("region_code", Str, "administrative division"),
        col("region_name", Str, "full name of the division"),
        col("organization", Str, "the body that reports it"),
        col("period_start", Int, "first year").unit(YEAR),
        col("period_end", Int, "last year").unit(YEAR),
        col("period_part", Str, "part of the year; null for whole years").one_of(period_parts),
        col("indicator", Str, "id in the catalogue").required(),
        col("label_zh", Str, "Chinese label").required(),
        col("label_en", Str, "English label").required(),
        col("value", Float, "value in unit_std; a fall is negative").required(),
        col("value_max", Float, "the upper end of a range"),
        col("unit_std", Str, "standard unit, one an indicator"),
        col("approx", Str, "how near the numeral is").required().one_of(approxes),
        col("target", Bool, "a plan, not a result").required(),
        col("n_mentions", Int, "figures that state it, copies of a report counted once").required(),
        col("agreement", Float, "share of the mentions that state this value").required(),
        col("doc_id", Str, "the document whose figure it is").required(),
        col("figure_no", Int, "the figure").required(),
    ],
};

/// Pages that gave no document.
pub const REJECTS: Dataset = Dataset {
    name: "rejects",
    meaning: "one row a page that gave no document",
    key: &["source"],
    foreign_keys: &[],
    columns: &[
        col("source", Str, "the page").required(),
        col("stage", Str, "where it left").required().one_of(stages),
        col("reason", Str, "why").required().one_of(reject_reasons),
        col("message", Str, "why, in words").required(),
        col("bytes", Int, "size as stored").unit("bytes"),
        col("content_sha256", Str, "SHA-256 of the bytes as stored"),
    ],
};

/// What became of the addresses of web sources.
pub const FETCHES: Dataset = Dataset {
    name: "fetches",
    meaning: "one row an address of a web source that a fetch dealt with; empty where all pages are files",
    key: &["source_name", "url"],
    foreign_keys: &[],
    columns: &[
        col("url", Str, "the address").required(),
        col("final_url", Str, "where it led in the end; null if nothing answered"),
        col("source_name", Str, "name of its source").required(),
        col("outcome", Str, "what became of it").required().one_of(outcomes),
        col("http_status", Int, "status of the last answer"),
        col("attempts", Int, "requests of the last fetch").required(),
        col("bytes", Int, "size of the body that the last answer brought, as received")
            .unit("bytes"),
        col("content_sha256", Str, "SHA-256 of the stored body as received"),
        col("message", Str, "why, in words"),
    ],
};

/// The dataset of this name.
pub fn dataset(name: &str) -> Option<&'static Dataset> {
    DATASETS.iter().find(|d| d.name == name)
}

/// The data dictionary as JSON: a list of datasets with their columns.
pub fn to_json() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "datasets": DATASETS.iter().map(dataset_json).collect::<Vec<_>>(),
    })
}

/// One dataset as JSON.
pub fn dataset_json(dataset: &Dataset) -> Value {
    json!({
        "name": dataset.name,
        "meaning": dataset.meaning,
        "key": dataset.key,
        "foreign_keys": dataset.foreign_keys.iter().map(|k| json!({
            "columns": k.columns, "dataset": k.dataset, "references": k.references,
        })).collect::<Vec<_>>(),
        "columns": dataset.columns.iter().map(|c| json!({
            "name": c.name,
            "dtype": c.dtype.name(),
            "nullable": c.nullable,
            "unit": c.unit,
            "meaning": c.meaning,
            "values": c.values.map(|v| v()),
        })).collect::<Vec<_>>(),
    })
}

/// The data dictionary as Markdown.
pub fn to_markdown() -> String {
    let mut out = String::from(
        "# Data dictionary\n\nOffsets count Unicode code points of `documents.body`. Missing is null.\n",
    );
    for dataset in DATASETS {
        out.push_str(&format!(
            "\n## {}\n\n{}. Key: {}.\n\n",
            dataset.name,
            dataset.meaning,
            dataset.key.join(", ")
        ));
        out.push_str(
            "| column | type | null | unit | meaning |\n| --- | --- | --- | --- | --- |\n",
        );
        for c in dataset.columns {
            let values = c.values.map(|v| format!(": {}", v().join(", "))).unwrap_or_default();
            let null = if c.nullable { "yes" } else { "" };
            out.push_str(&format!(
                "| {} | {} | {} | {} | {}{} |\n",
                c.name,
                c.dtype.name(),
                null,
                c.unit.unwrap_or(""),
                c.meaning,
                values
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_keys_exist() {
        for d in DATASETS {
            let mut names: Vec<_> = d.columns.iter().map(|c| c.name).collect();
            assert!(d.key.iter().all(|k| names.contains(k)), "{}", d.name);
            let n = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(n, names.len(), "{}", d.name);
            for fk in d.foreign_keys {
                let other = dataset(fk.dataset).expect("the referenced dataset exists");
                assert!(fk.columns.iter().all(|c| d.columns.iter().any(|x| x.name == *c)));
                assert!(fk.references.iter().all(|c| other.columns.iter().any(|x| x.name == *c)));
            }
        }
    }

    #[test]
    fn the_documented_dictionary_is_the_one_of_the_code() {
        let committed = include_str!("../docs/SCHEMA.md");
        assert!(committed == to_markdown(), "renew it: baogao schema > docs/SCHEMA.md");
    }
}
