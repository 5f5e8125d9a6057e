//! One page through the pure stages, in their order. What the command line, the runs and the wheel all call.

use crate::clean::{self, Blocks};
use crate::decode;
use crate::extract::{self, Document};
use crate::page::Page;
use crate::reject::Reject;

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

/// Makes a document of a page.
///
/// # Errors
/// The reject that says at which stage and why the page gave no document.
pub fn process(page: Page, options: &Options) -> Result<Document, Reject> {
    let text = decode::decode(page, &options.decode)?;
    let blocks: Blocks = clean::clean(text, &options.clean)?;
    extract::extract(blocks, &options.extract)
}
