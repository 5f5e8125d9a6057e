//! The text of pipeline.toml → [`Config`]: what a run does, checked.
//!
//! Every key has a default (`impl Default` here); `default.toml` beside this file is the same, with comments, and is
//! what `init` writes: a test holds the two together. Unknown keys, bad selectors and bad globs are errors that name
//! the file, the line and, for keys, the nearest right one.

mod problem;
mod quantity;
mod sources;
pub mod web;

pub use problem::{Error, Problem};
pub use quantity::{Address, Cidr, Css, Host, Pattern, Rate, Size, Template, Time};
pub use sources::{Source, SourceName};
pub(crate) use sources::{literal_prefix, matcher};

use crate::extract::indicators::{self, Catalogue, Definition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The commented configuration that `init` writes; equal to the defaults but for its one source.
pub const TEMPLATE: &str = include_str!("default.toml");

/// A run's configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the pages come from; rows are written in this order, then by path.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// How pages are fetched, for the sources of kind web.
    pub fetch: web::Fetch,
    /// How pages are taken apart.
    pub clean: Clean,
    /// What is read off them.
    pub extract: Extract,
    /// Indicators that add to the built-in ones or replace those of the same id.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Definition>,
    /// What is written, and where.
    pub write: Write,
    /// When a finished run must not become `latest`.
    pub gate: Gate,
    /// Bounds on every page and on the run.
    pub limits: Limits,
    /// Folder that relative paths start from: that of the file. Not a key.
    #[serde(skip)]
    pub root: PathBuf,
}

/// `[clean]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Clean {
    /// Elements nested deeper than this count as children of the deepest allowed one.
    pub depth_max: usize,
    /// Nodes of a page beyond this number are left out, with a warning.
    pub nodes_max: usize,
}

impl Default for Clean {
    fn default() -> Self {
        let own = crate::clean::Options::default();
        Self { depth_max: own.depth_max, nodes_max: own.nodes_max }
    }
}

/// `[extract]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Extract {
    /// Whether the built-in indicators are looked for, besides those of `[[indicator]]`.
    pub built_in_indicators: bool,
}

impl Default for Extract {
    fn default() -> Self {
        Self { built_in_indicators: true }
    }
}

/// `[write]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Write {
    /// Folder of the runs.
    pub output: String,
    /// File formats: parquet is always written, csv where asked for.
    pub formats: Vec<Format>,
    /// Compression of the Parquet files.
    pub compression: Compression,
    /// Level of zstd, 1 (fast) to 19 (small).
    pub compression_level: i32,
    /// Rows of a Parquet row group at the most.
    pub row_group_rows: usize,
    /// Finished runs to keep; older ones are removed, but never `latest`. All where not given.
    pub keep_runs: Option<usize>,
}

impl Default for Write {
    fn default() -> Self {
        Self {
            output: "output".to_owned(),
            formats: vec![Format::Parquet],
            compression: Compression::Zstd,
            compression_level: 1,
            row_group_rows: 65_536,
            keep_runs: None,
        }
    }
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// CSV for spreadsheets: UTF-8 with BOM.
    Csv,
}

/// Compression of Parquet files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Zstandard.
    Zstd,
    /// Snappy: faster, larger; for readers without Zstandard.
    Snappy,
    /// None.
    None,
}

/// `[gate]`: a run beyond one of these is kept, but `latest` stays where it was and the exit code is 3.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Fewer documents than this.
    pub documents_min: Option<u64>,
    /// A larger share of the pages than this gave no document (0 to 1).
    pub rejects_share_max: Option<f64>,
    /// A larger share of the documents than this has a confidence under 0.5 (0 to 1).
    pub low_confidence_share_max: Option<f64>,
    /// More pages than this made the program fail.
    pub panics_max: Option<u64>,
}

/// `[limits]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a page, unpacked; larger ones are rejects.
    pub page_bytes: u64,
    /// Seconds that one page may take; longer ones are rejects.
    pub page_seconds: u64,
    /// Pages of a run; further ones are rejects.
    pub pages: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { page_bytes: 32 << 20, page_seconds: 60, pages: None }
    }
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// What is wrong, with file, line and what to do.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let root = path.parent().map(Path::to_owned).unwrap_or_default();
        Self::from_str(&text, path, root)
    }

    /// Reads and checks the text of a configuration; `path` is for messages.
    ///
    /// # Errors
    /// What is wrong, with line and what to do.
    pub fn from_str(text: &str, path: &Path, root: PathBuf) -> Result<Self, Error> {
        let mut config: Self = toml::from_str(text)
            .map_err(|e| Error::invalid(path, text, e.span(), problem::explain(&e, text)))?;
        config.root = root;
        config
            .check()
            .map_err(|problem| Error::invalid(path, text, problem.span, problem.message))?;
        Ok(config)
    }

    /// The configuration of `run --input`: the defaults over these files and folders.
    ///
    /// # Errors
    /// An input that has no name (the root folder).
    pub fn of_inputs(inputs: &[PathBuf], output: &Path) -> Result<Self, Error> {
        let mut config = Self::default();
        for input in inputs {
            config.sources.push(Source::of_input(input)?);
        }
        sources::make_names_unique(&mut config.sources);
        config.write.output = output.to_string_lossy().into_owned();
        Ok(config)
    }

    /// What no type says: names, globs, selectors, ranges.
    fn check(&mut self) -> Result<(), Problem> {
        for source in &self.sources {
            source.check()?;
        }
        sources::check_names(&self.sources)?;
        self.fetch.check(&self.sources)?;
        if let Err(e) = Catalogue::from_definitions(self.indicators.clone()) {
            return Err(Problem::new(format!("[[indicator]]: {e}")));
        }
        let share = |key: &str, value: Option<f64>| match value {
            Some(v) if !(0.0..=1.0).contains(&v) => {
                Err(Problem::new(format!("gate.{key} is {v}, but a share lies between 0 and 1")))
            }
            _ => Ok(()),
        };
        share("rejects_share_max", self.gate.rejects_share_max)?;
        share("low_confidence_share_max", self.gate.low_confidence_share_max)?;
        if !(1..=19).contains(&self.write.compression_level) {
            return Err(Problem::new(
                "write.compression_level must lie between 1 and 19".to_owned(),
            ));
        }
        for (key, value) in [
            ("write.row_group_rows", self.write.row_group_rows as u64),
            ("limits.page_bytes", self.limits.page_bytes),
            ("limits.page_seconds", self.limits.page_seconds),
            ("clean.depth_max", self.clean.depth_max as u64),
            ("clean.nodes_max", self.clean.nodes_max as u64),
        ] {
            if value == 0 {
                return Err(Problem::new(format!("{key} must be at least 1")));
            }
        }
        Ok(())
    }

    /// The indicators to look for: the built-in ones, where asked for, and those of the configuration.
    ///
    /// # Errors
    /// An indicator of the configuration that can't hold.
    pub fn catalogue(&self) -> Result<Arc<Catalogue>, indicators::Error> {
        if self.extract.built_in_indicators && self.indicators.is_empty() {
            return Ok(indicators::built_in());
        }
        let mut catalogue = Catalogue::default();
        if self.extract.built_in_indicators {
            catalogue = (*indicators::built_in()).clone();
        }
        catalogue.extend(Catalogue::from_definitions(self.indicators.clone())?);
        Ok(Arc::new(catalogue))
    }

    /// What decides the data, as JSON: all but where runs go, how many are kept and how pages are fetched (the pages
    /// themselves, by their digests, are the other part of a run's identity).
    pub fn identity(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(whole) = value.as_object_mut() {
            whole.shift_remove("fetch");
        }
        for source in value.get_mut("source").and_then(|s| s.as_array_mut()).into_iter().flatten() {
            for key in Source::KEYS_OF_FETCHING {
                source.as_object_mut().map(|source| source.shift_remove(*key));
            }
        }
        if let Some(write) = value.get_mut("write").and_then(|w| w.as_object_mut()) {
            write.remove("output");
            write.remove("keep_runs");
        }
        value
    }

    /// The JSON Schema of pipeline.toml, for editors.
    pub fn json_schema() -> String {
        let mut text =
            serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::from_str(text, Path::new("pipeline.toml"), PathBuf::new())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_template_is_the_defaults() {
        let config = parse(TEMPLATE).expect("the template is valid");
        assert_eq!(config.sources.len(), 1);
        assert_eq!(Config { sources: Vec::new(), ..config }, Config::default());
    }

    #[test]
    fn every_key_of_the_template_that_is_commented_out_is_valid() {
        let uncommented: String = TEMPLATE
            .lines()
            .map(|l| l.strip_prefix("#= ").unwrap_or(l))
            .fold(String::new(), |all, line| all + line + "\n");
        let config = parse(&uncommented).expect("the commented-out keys are valid");
        assert!(config.gate.documents_min.is_some() && config.limits.pages.is_some());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_right_one() {
        let message = parse("[limits]\npage_byte = 3\n").expect_err("unknown key");
        assert!(message.contains("pipeline.toml:2:1"), "{message}");
        assert!(message.contains("`page_byte`") && message.contains("`page_bytes`"), "{message}");
    }

    #[test]
    fn a_bad_selector_and_a_bad_glob_are_errors_with_their_line() {
        let message =
            parse("[[source]]\nname = \"a\"\nfiles = [\"raw/*\"]\ncontent = [\"div >\"]\n")
                .expect_err("bad selector");
        assert!(message.contains("pipeline.toml:4:") && message.contains("div >"), "{message}");
        let message =
            parse("[[source]]\nname = \"a\"\nfiles = [\"raw/[a\"]\n").expect_err("bad glob");
        assert!(message.contains("pipeline.toml:3:") && message.contains("raw/[a"), "{message}");
    }

    #[test]
    fn names_of_sources_must_differ() {
        let one = "[[source]]\nname = \"a\"\nfiles = [\"raw/*\"]\n";
        assert!(parse(&format!("{one}{one}")).expect_err("same name").contains("pipeline.toml:5:"));
    }

    const AGENT: &str = "[fetch]\nuser_agent = \"clerk/1.0 (+https://www.example.cn/bot)\"\n";
    const WEB: &str =
        "[[source]]\nname = \"county\"\nkind = \"web\"\nseeds = [\"https://www.example.cn/\"]\n";

    #[test]
    fn a_web_source_needs_a_user_agent_with_a_contact() {
        let message = parse(WEB).expect_err("no user agent");
        assert!(
            message.contains("pipeline.toml:2:8") && message.contains("fetch.user_agent"),
            "{message}"
        );
        for nobody in ["clerk/1.0", "", "+https://www.example.cn/", "clerk (x@y)"] {
            let message = parse(&format!("[fetch]\nuser_agent = \"{nobody}\"\n{WEB}"))
                .expect_err("no contact");
            assert!(message.contains("pipeline.toml:2:14"), "{message}");
        }
        parse(&format!("{AGENT}{WEB}")).expect("with a page to read");
        parse(&format!("[fetch]\nuser_agent = \"clerk (data@example.cn)\"\n{WEB}"))
            .expect("with a mail box");
    }

    #[test]
    fn bad_values_are_errors_that_name_key_and_line() {
        for (text, line, key) in [
            ("[fetch.per_host]\ndelay = \"2 weeks\"\n", 2, "delay"),
            ("[fetch.limits]\nbody = \"20\"\n", 2, "body"),
            ("[fetch]\nnetwork = { allow_private = [\"10.0.0.0/40\"] }\n", 2, "allow_private"),
        ] {
            let message = parse(text).expect_err("bad value");
            assert!(message.contains(&format!("pipeline.toml:{line}:")), "{message}");
            assert!(message.contains(&format!("`{key}`")), "{message}");
        }
        for (added, key) in [
            ("[[source.follow]]\nlinks = \"div >\"\n", "links"),
            ("[source.match]\nexclude = ['a=b', 'a(']\n", "exclude"),
            ("[[source.follow]]\ntemplate = \"index.html\"\n", "template"),
            ("[source.parts]\nnext = \"a[\"\n", "next"),
            ("[source.discover]\nsitemaps = [\"robot\"]\n", "sitemaps"),
            ("[source.discover]\nfeeds = [\"rss.xml\"]\n", "feeds"),
        ] {
            let message = parse(&format!("{AGENT}{WEB}{added}")).expect_err("bad value");
            assert!(message.contains("pipeline.toml:8:"), "{message}");
            assert!(message.contains(&format!("`{key}`")), "{message}");
        }
    }

    #[test]
    fn rules_that_lead_nowhere_are_errors() {
        for (added, said) in [
            ("[[source.follow]]\nas = \"report\"\n", "`links`"),
            ("[[source.follow]]\non = \"index\"\nlinks = \"a\"\n", "\"index\""),
            ("[[source.follow]]\nlinks = \"a\"\nnext_text = \"下一页\"\n", "two rules"),
            ("files = [\"raw/*\"]\n", "`files`"),
            ("[source.parts]\nmax = 3\n", "[source.parts]"),
        ] {
            let message = parse(&format!("{AGENT}{WEB}{added}")).expect_err("leads nowhere");
            assert!(message.contains(said), "{message}");
        }
        let files =
            "[[source]]\nname = \"a\"\nfiles = [\"raw/*\"]\nseeds = [\"https://a.example/\"]\n";
        assert!(parse(files).expect_err("no web source").contains("`seeds`"));
    }

    #[test]
    fn how_pages_are_fetched_is_no_part_of_the_identity() {
        let plain = parse(&format!("{AGENT}{WEB}")).expect("right").identity();
        let more = format!(
            "{AGENT}per_host.delay = \"5s\"\n{WEB}[source.refresh]\nlist.policy = \"never\"\n"
        );
        assert_eq!(parse(&more).expect("right").identity(), plain);
        let parts = format!("{AGENT}{WEB}[source.parts]\nnext_text = \"下一页\"\n");
        assert_ne!(parse(&parts).expect("right").identity(), plain);
    }

    #[test]
    fn the_schema_for_editors_is_the_one_of_the_code() {
        // Renewed by UPDATE_EXPECT=1, or by baogao check --schema > pipeline.schema.json.
        expect_test::expect_file!["../../pipeline.schema.json"].assert_eq(&Config::json_schema());
    }
}
