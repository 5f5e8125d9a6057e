//! What a run reads: files, archives and pages of the store, in an order that does not depend on the disk.

use super::digests::{Digests, Stat};
#[cfg(feature = "fetch")]
use super::stored;
use super::{Answer, Error, Fetched, Inputs, Spooled, StoreState, files};
use crate::config::Config;
use crate::config::web::Kind;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run reads, with digests, and what was passed over.
#[derive(Debug)]
pub struct Plan {
    /// Files by source, then by path; pages of the store by source, then by address.
    pub inputs: Inputs,
    /// Files passed over since they are no pages: how many of each extension.
    pub skipped: BTreeMap<String, u64>,
    /// What became of the addresses of web sources, by source, then by address.
    pub fetches: Spooled<Fetched>,
    /// What the store held; null without web sources.
    pub store: Option<StoreState>,
}

/// One file, or one page of the store.
#[derive(Debug, Clone)]
pub struct Input {
    /// Index of its source in the configuration.
    pub source_idx: usize,
    /// Where it is on this machine.
    pub path: PathBuf,
    /// Its name: the source's, "/" and the path inside it or the address.
    pub name: String,
    /// Path inside its source, with "/"; of a page of the store its address.
    pub inside: String,
    /// What it holds, by its extension.
    pub form: Form,
    /// What the file system said of it when it was digested.
    pub stat: Option<Stat>,
    /// Size, and SHA-256 in hex; or why it can't be read.
    pub content: Result<(u64, String), String>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A page.
    Page {
        /// Packed with gzip.
        gz: bool,
        /// Media type by its extension.
        media_type: Option<&'static str>,
    },
    /// A web archive.
    Warc,
    /// A page of the raw store.
    #[cfg(feature = "fetch")]
    Stored(Box<crate::store::SnapshotPage>),
}

impl Input {
    /// What the server said of a page of the store, and which article it is of: it decides rows as its bytes do.
    pub fn answer(&self) -> Option<Answer> {
        match &self.form {
            #[cfg(feature = "fetch")]
            Form::Stored(page) => Some(Answer {
                fetched_at: page.stored.date.clone(),
                status: page.stored.status,
                content_type: page.stored.content_type.clone(),
                part_of: page.part_of.clone(),
            }),
            Form::Page { .. } | Form::Warc => None,
        }
    }
}

impl Form {
    /// By the file's name, of a file that is known to be meant as a page.
    pub(super) fn of_file(name: &str) -> Self {
        Self::of(name).unwrap_or_else(|| Self::Page { gz: name.ends_with(".gz"), media_type: None })
    }

    /// By the file's name; null for what is no page.
    pub fn of(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with(".warc.zst") {
            return Some(Self::Warc); // to be a reject, which says what to do
        }
        let (stem, gz) = lower.strip_suffix(".gz").map_or((lower.as_str(), false), |s| (s, true));
        let media_type = match stem.rsplit_once('.')?.1 {
            "html" | "htm" | "shtml" => "text/html",
            "xhtml" => "application/xhtml+xml",
            "txt" => "text/plain",
            "warc" | "arc" => return Some(Self::Warc),
            _ => return None,
        };
        Some(Self::Page { gz, media_type: Some(media_type) })
    }
}

/// Lists and digests what a configuration reads, on so many threads.
///
/// # Errors
/// A named file or folder that can't be read, a configured source without a page, a web source that was never fetched.
pub fn plan(config: &Config, digests: &mut Digests, n_threads: usize) -> Result<Plan, Error> {
    let (plan, not_fetched) = survey(config, digests, n_threads)?;
    match not_fetched.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(plan),
    }
}

/// As [`plan`], with what web sources lack beside what there is.
///
/// # Errors
/// As [`plan`], but for web sources that were never fetched.
pub fn survey(
    config: &Config,
    digests: &mut Digests,
    n_threads: usize,
) -> Result<(Plan, Vec<Error>), Error> {
    let mut plan = Plan {
        inputs: Inputs::in_dir(digests.folder()),
        skipped: BTreeMap::new(),
        fetches: Spooled::in_dir(digests.folder()),
        store: None,
    };
    let mut not_fetched = Vec::new();
    #[cfg(feature = "fetch")]
    let mut store = None;
    for (source_idx, source) in config.sources.iter().enumerate() {
        let planned = match source.kind {
            Kind::Files => {
                files::plan_source(config, source_idx, digests, n_threads.max(1), &mut plan)
            }
            #[cfg(feature = "fetch")]
            Kind::Web => stored::plan_source(config, source_idx, &mut store, &mut plan),
            #[cfg(not(feature = "fetch"))]
            Kind::Web => Ok(()), // the configuration is refused by this build
        };
        match planned {
            Err(e @ Error::NotFetched { .. }) => not_fetched.push(e),
            planned => planned?,
        }
    }
    #[cfg(feature = "fetch")]
    {
        plan.store = stored::state(config, &plan).map_err(Error::List)?;
    }
    Ok((plan, not_fetched))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_extension() {
        let html = Some("text/html");
        assert_eq!(Form::of("a.HTML"), Some(Form::Page { gz: false, media_type: html }));
        assert_eq!(Form::of("a.shtml.gz"), Some(Form::Page { gz: true, media_type: html }));
        assert_eq!(Form::of("a.warc.gz"), Some(Form::Warc));
        assert_eq!(Form::of("a.warc.zst"), Some(Form::Warc));
        assert_eq!(Form::of("a.pdf"), None);
        assert_eq!(Form::of("html"), None);
    }
}
