//! One page through the pure stages, in their order. What the command line, the runs and the wheel all call.

use crate::clean::{self, Blocks};
use crate::decode;
use crate::extract::{self, Document};
use crate::page::{Article, Page};
use crate::reject::{Reject, Stage};
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

/// Builds the `n`th of the larger tables that the stages read pages with; false where there are no more. Each is built
/// when first needed as well, but then all threads wait for it: here they can build one each.
pub fn prepare(n: usize) -> bool {
    let table = clean::PREPARE.iter().chain(extract::PREPARE).nth(n);
    table.map(|build| build()).is_some()
}

/// Makes a document of a page, or of all pages of an article.
///
/// # Errors
/// The reject that says at which stage and why the page gave no document; of an article, its first page.
pub fn process(article: impl Into<Article>, options: &Options) -> Result<Document, Reject> {
    process_observed(article, options, |_, _| {})
}

/// The same, and tells `left` of each stage that a page leaves, as a document or as a reject, with the page's bytes: for
/// whoever has a clock.
///
/// # Errors
/// As [`process`].
pub fn process_observed(
    article: impl Into<Article>,
    options: &Options,
    mut left: impl FnMut(Stage, usize),
) -> Result<Document, Reject> {
    let Article { page, parts, mut is_whole } = article.into();
    let mut n_bytes = page.bytes.len();
    let mut article = blocks(page, options, &mut left)?;
    for (n, part) in (1..).zip(parts) {
        n_bytes += part.as_ref().map_or(0, |page| page.bytes.len());
        match part.map(|page| blocks(page, options, &mut left)) {
            Some(Ok(part)) => clean::join(&mut article, n, part),
            Some(Err(_)) | None => is_whole = false,
        }
    }
    if !is_whole {
        warn(&mut article.decoded.warnings, Warning::PartMissing);
    }
    let document = extract::extract(article, &options.extract);
    left(Stage::Extract, n_bytes);
    document
}

fn blocks(
    page: Page,
    options: &Options,
    left: &mut impl FnMut(Stage, usize),
) -> Result<Blocks, Reject> {
    let n_bytes = page.bytes.len();
    let text = decode::decode(page, &options.decode);
    left(Stage::Decode, n_bytes);
    let blocks = clean::clean(text?, &options.clean);
    left(Stage::Clean, n_bytes);
    blocks
}
