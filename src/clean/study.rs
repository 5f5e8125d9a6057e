//! What the models of cleaning are fitted and judged on (`tools/fit_clean.py`): the features of every piece of a page,
//! and what cleaning makes of given probabilities.

use super::features::{self, Page};
use super::{Options, hints, html};
use crate::decode::{CharsetFrom, Decoded, Markup, Text};
use crate::page::PageInfo;

/// The pieces of a page with their features.
#[derive(Debug, Default)]
pub struct Study {
    /// The text of each piece.
    pub texts: Vec<String>,
    /// The features' names.
    pub names: Vec<&'static str>,
    /// One row of features a piece.
    pub values: Vec<f32>,
}

/// Features from the page alone, or with `first`, the first model's probabilities, those of the context. The pieces
/// numbered in `without` are taken off the page before: pages with shorter articles are made so.
pub fn study(source: &str, first: Option<&[f32]>, without: &[usize]) -> Study {
    let options = Options::default();
    let html::Opened { dom, marks, mut pieces } = html::open(source, &options);
    let mut n = 0;
    pieces.list.retain(|_| {
        n += 1;
        !without.contains(&(n - 1))
    });
    let hints = hints::read(&dom);
    let page = Page::read(&dom, &marks, &pieces, &hints);
    let rows = match first {
        Some(p) => features::context(&page, p),
        None => features::own(&page, &features::whole(&page)),
    };
    let texts = pieces.list.iter().map(|p| pieces.of(p).to_owned()).collect();
    Study { texts, values: rows.values(), names: rows.names }
}

/// The body that cleaning makes of a page, with `p` in place of the models' probabilities; why not, for a reject.
///
/// # Errors
/// The reject, in words.
pub fn body(source: &str, p: &[f32]) -> Result<(String, f32), String> {
    let decoded =
        Decoded { charset: "utf-8", charset_from: CharsetFrom::Detected, warnings: Vec::new() };
    let text =
        Text { page: PageInfo::default(), decoded, markup: Markup::Html, text: source.to_owned() };
    let blocks = html::clean(text, &Options::default(), Some(p)).map_err(|r| r.to_string())?;
    let body: Vec<&str> =
        blocks.blocks.iter().filter(|b| b.role.is_body()).map(|b| b.text.as_str()).collect();
    Ok((body.join("\n"), blocks.confidence))
}
