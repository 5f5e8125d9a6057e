//! The fitted models: rows of features → probability that a piece is content.
//!
//! Two sums of regression trees, each over the logistic function, read from model1.tsv and model2.tsv, which
//! `tools/fit_clean.py` writes; how they are fitted, and on what, stands there.
//!
//! On pages of sites that they have not seen (10 folds by site) the body that cleaning makes with them has this
//! tokF1: aeb 97.4, cwced 88.1, gne 99.5, magic-article 91.0 (its Chinese pages 96.1), magic-forum 81.4, readability
//! 96.4, wcxb 87.3, further labelled Chinese news 97.8. On the development pages themselves, which they were fitted
//! on, the figures are higher, and say nothing.

use std::sync::LazyLock;

/// A node: `feature` <= `value` goes to `left`, else to `right`; a leaf has no feature and is worth `value`.
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    left: u16,
    right: u16,
    value: f32,
}

const LEAF: u16 = u16::MAX;

/// A sum of trees.
#[derive(Debug)]
pub(super) struct Model {
    names: Vec<&'static str>,
    nodes: Vec<Node>,
    /// Where each tree starts in `nodes`.
    roots: Vec<usize>,
}

/// Sees a page's own features.
pub(super) static FIRST: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("rules/model1.tsv")));

/// Sees these and what the first says of the lines around.
pub(super) static SECOND: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("rules/model2.tsv")));

impl Model {
    fn read(source: &'static str) -> Self {
        let mut lines = source.lines().filter(|l| !l.starts_with('#'));
        let names: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
        let (mut nodes, mut roots) = (Vec::new(), Vec::new());
        for line in lines {
            roots.push(nodes.len());
            nodes.extend(line.split(';').map(|node| parse(node).expect("a test reads the models")));
        }
        Self { names, nodes, roots }
    }

    /// The names of the features, in the order of a row.
    #[cfg(test)]
    pub(super) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The probability for a row.
    pub(super) fn probability(&self, row: &[f32]) -> f32 {
        debug_assert_eq!(row.len(), self.names.len());
        let sum: f32 = self.roots.iter().map(|&root| self.leaf(root, row)).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    fn leaf(&self, root: usize, row: &[f32]) -> f32 {
        let mut at = root;
        loop {
            let node = self.nodes[at];
            if node.feature == LEAF {
                return node.value;
            }
            let left = row[usize::from(node.feature)] <= node.value;
            at = root + usize::from(if left { node.left } else { node.right });
        }
    }
}

/// `feature value left right`, or a leaf's value.
fn parse(node: &str) -> Option<Node> {
    let mut parts = node.split(' ');
    let first = parts.next()?;
    let Some(value) = parts.next() else {
        return Some(Node { feature: LEAF, left: 0, right: 0, value: first.parse().ok()? });
    };
    Some(Node {
        feature: first.parse().ok()?,
        value: value.parse().ok()?,
        left: parts.next()?.parse().ok()?,
        right: parts.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::features::{self, Page};
    use super::super::{dom, names, pieces};
    use super::*;

    #[test]
    fn the_models_fit_the_features() {
        let dom = dom::parse("<p>甲。<p>乙。", 512, 100, true);
        let marks = names::mark(&dom);
        let pieces = pieces::cut(&dom, &marks);
        let page = Page::read(&dom, &marks, &pieces, &super::super::Hints::default());
        let (own, context) =
            (features::own(&page, &features::whole(&page)), features::context(&page, &[0.5, 0.5]));
        assert_eq!(FIRST.names(), own.names);
        assert_eq!(SECOND.names(), [own.names, context.names].concat());
    }

    #[test]
    fn every_path_ends_in_a_leaf() {
        for model in [&*FIRST, &*SECOND] {
            for (n, &root) in model.roots.iter().enumerate() {
                let end = model.roots.get(n + 1).copied().unwrap_or(model.nodes.len());
                for (at, node) in model.nodes[root..end].iter().enumerate() {
                    if node.feature != LEAF {
                        let (left, right) = (usize::from(node.left), usize::from(node.right));
                        assert!(at < left && at < right && left.max(right) < end - root);
                        assert!(usize::from(node.feature) < model.names.len());
                    }
                }
            }
        }
    }
}
