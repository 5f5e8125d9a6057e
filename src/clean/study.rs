//! What the models of cleaning are fitted on: the features of every piece of a page (`tools/fit_clean.py`).

use super::features::{self, Page};
use super::{Options, dom, names, pieces};
use crate::clean::hints;

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

/// Features from the page alone, or with `first`, the first model's probabilities, those of the context.
pub fn study(source: &str, first: Option<&[f32]>) -> Study {
    let options = Options::default();
    let dom = dom::parse(source, options.depth_max, options.nodes_max, true);
    let marks = names::mark(&dom);
    let pieces = pieces::cut(&dom, &marks);
    let title = hints::read(&dom).html_title;
    let page = Page::read(&dom, &marks, &pieces, title.as_deref());
    let rows = match first {
        Some(p) => features::context(&page, p),
        None => features::own(&page),
    };
    let texts = pieces.list.iter().map(|p| pieces.of(p).to_owned()).collect();
    Study { texts, names: rows.names, values: rows.values }
}
