//! One page through the pure stages, in their order. What the command line, the runs and the wheel all call.

use crate::clean::{self, Blocks};
use crate::decode;
use crate::extract::{self, Document};
use crate::page::{Article, Page};
use crate::reject::Reject;
use crate::warning::{Warning, warn};

/// What each stage is told; one per source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// For decoding.
    pub decode: decode::Options,
    /// For cleaning.
    pub clean: clean::Options,
    /// For extraction.
    pub extract: extract::Options,
}

/// Makes a document of a page, or of all pages of an article.
///
/// # Errors
/// The reject that says at which stage and why the page gave no document; of an article, its first page.
pub fn process(article: impl Into<Article>, options: &Options) -> Result<Document, Reject> {
    let Article { page, parts, mut is_whole } = article.into();
    let mut article = blocks(page, options)?;
    for (n, part) in (1..).zip(parts) {
        match part.map(|page| blocks(page, options)) {
            Some(Ok(part)) => clean::join(&mut article, n, part),
            Some(Err(_)) | None => is_whole = false,
        }
    }
    if !is_whole {
        warn(&mut article.decoded.warnings, Warning::PartMissing);
    }
    extract::extract(article, &options.extract)
}

fn blocks(page: Page, options: &Options) -> Result<Blocks, Reject> {
    let text = decode::decode(page, &options.decode)?;
    clean::clean(text, &options.clean)
}
