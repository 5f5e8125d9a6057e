//! The fitted models: rows of features → probability that a piece is content.
//!
//! Two sums of regression trees, each over the logistic function, read from model1.tsv and model2.tsv, which
//! `tools/fit_clean.py` writes; how they are fitted, and on what, stands there.
//!
//! On pages of sites that they have not seen (10 folds by site, as `tools/fit_clean.py` prints it) the body
//! that cleaning makes with them has this tokF1: aeb 97.3, cwced 86.8, gne 97.8, magic-article 93.1 (its Chinese pages
//! 99.1), magic-forum 84.5, readability 98.0, wcxb 88.2, further labelled Chinese news 97.0. From one division into folds
//! to another most of these move by a few tenths, forums by two. On the development pages themselves, which they were fitted on, the
//! figures are higher, and say nothing.

use std::sync::LazyLock;

use super::features::{LANES, Lanes, Rows};

/// A node of a tree: where its feature is above `value`, or is no number, none of the leaves on its left can be the
/// row's.
#[derive(Debug, Clone, Copy)]
struct Node {
    value: f32,
    feature: u32,
    /// The leaves that are left.
    leaves: u32,
}

/// Leaves of a tree.
const LEAVES_MAX: usize = 32;

/// A tree, to be walked without branches: each node strikes leaves out, and the first that is left is the row's
/// (QuickScorer, Lucchese et al. 2015, "QuickScorer: a fast algorithm to rank documents with additive ensembles of
/// regression trees").
#[derive(Debug)]
struct Tree {
    nodes: Vec<Node>,
    /// What the leaves are worth, from left to right.
    values: [f32; LEAVES_MAX],
}

/// A sum of trees.
#[derive(Debug)]
pub(super) struct Model {
    names: Vec<&'static str>,
    trees: Vec<Tree>,
}

/// Sees a page's own features.
pub(super) static FIRST: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("rules/model1.tsv")));

/// Sees these and what the first says of the lines around.
pub(super) static SECOND: LazyLock<Model> =
    LazyLock::new(|| Model::read(include_str!("rules/model2.tsv")));

/// Reads both, otherwise read when first needed.
pub(super) fn prepare() {
    LazyLock::force(&FIRST);
    LazyLock::force(&SECOND);
}

impl Model {
    fn read(source: &'static str) -> Self {
        let mut lines = source.lines().filter(|l| !l.starts_with('#'));
        let names: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
        let trees = lines.map(|line| tree(line).expect("a test reads the models")).collect();
        Self { names, trees }
    }

    /// The names of the features, in the order of a row.
    #[cfg(test)]
    pub(super) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The probabilities for rows, whose features are given in parts.
    pub(super) fn probabilities<const PARTS: usize>(&self, parts: [&Rows; PARTS]) -> Vec<f32> {
        let n_rows = parts[0].len();
        let mut out = Vec::with_capacity(n_rows);
        // The columns of a block are read many times over, in no order: a copy of them stays in the fastest cache.
        let mut columns: Vec<Lanes> = Vec::with_capacity(self.names.len());
        let mut blocks = parts.map(Rows::blocks);
        while out.len() < n_rows {
            columns.clear();
            for part in &mut blocks {
                columns.extend_from_slice(part.next().unwrap_or_default());
            }
            debug_assert_eq!(columns.len(), self.names.len());
            let n = LANES.min(n_rows - out.len());
            let sums = self.sums(&columns);
            out.extend(sums[..n].iter().map(|&sum| 1.0 / (1.0 + (-sum).exp())));
        }
        out
    }

    fn sums(&self, columns: &[Lanes]) -> [f32; LANES] {
        let mut sums = [0.0; LANES];
        for tree in &self.trees {
            let mut leaves = [u32::MAX; LANES];
            strike_out(&tree.nodes, columns, &mut leaves);
            for (sum, leaves) in sums.iter_mut().zip(leaves) {
                *sum += tree.values[leaves.trailing_zeros() as usize % LEAVES_MAX];
            }
        }
        sums
    }
}

/// Leaves those leaves that are the rows'. Not inlined, and without a branch: else the compiler makes no vector
/// instructions of it.
#[inline(never)]
fn strike_out(nodes: &[Node], columns: &[Lanes], leaves: &mut [u32; LANES]) {
    for node in nodes {
        let column = &columns[node.feature as usize];
        for (leaves, &value) in leaves.iter_mut().zip(&column.0) {
            let low = 0u32.wrapping_sub(u32::from(value <= node.value));
            *leaves &= node.leaves | low;
        }
    }
}

/// A tree as written: nodes by `;`, the root first, each `feature value left right` (where at most `value`, to the
/// left), or a leaf's value. Nothing where it is no tree, or too large.
fn tree(line: &str) -> Option<Tree> {
    let written: Vec<Vec<&str>> = line.split(';').map(|node| node.split(' ').collect()).collect();
    let mut tree = Tree { nodes: Vec::new(), values: [0.0; LEAVES_MAX] };
    let mut n_leaves = 0;
    // Nodes still to be visited, from left to right; those whose left side is done have their first leaf.
    let mut open: Vec<(usize, Option<usize>)> = vec![(0, None)];
    while let Some((at, first_leaf)) = open.pop() {
        let node = written.get(at)?;
        if let [value] = node.as_slice() {
            *tree.values.get_mut(n_leaves)? = value.parse().ok()?;
            n_leaves += 1;
            continue;
        }
        let [feature, value, left, right] = node.as_slice() else { return None };
        let (left, right): (usize, usize) = (left.parse().ok()?, right.parse().ok()?);
        match first_leaf {
            None if at < left && at < right => {
                open.push((at, Some(n_leaves)));
                open.push((left, None));
            }
            None => return None,
            Some(first) => {
                let struck = (first..n_leaves).fold(0, |bits, leaf| bits | 1u32 << leaf);
                let (value, feature) = (value.parse().ok()?, feature.parse().ok()?);
                tree.nodes.push(Node { value, feature, leaves: !struck });
                open.push((right, None));
            }
        }
    }
    Some(tree)
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
    fn the_trees_are_trees() {
        for model in [&*FIRST, &*SECOND] {
            assert!(!model.trees.is_empty());
            for tree in &model.trees {
                let known = |n: &Node| (n.feature as usize) < model.names.len();
                assert!(tree.nodes.iter().all(known) && tree.nodes.len() < LEAVES_MAX);
                // However the comparisons come out, a leaf is left.
                let last = 1u32 << tree.nodes.len();
                assert!(tree.nodes.iter().all(|n| n.leaves & last != 0));
            }
        }
        for wrong in ["0 1 0 1;2", "0 1 1 2;3", "0 1 1", "x"] {
            assert!(tree(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn rows_are_summed_over_the_leaves_that_they_come_to() {
        let model = Model::read("# a comment\na\tb\n0 1.5 1 2;-1;1 2.5 3 4;0.5;2\n0.25\n");
        let rows = [[1.5f32, 9.0], [2.0, 2.0], [2.0, 3.0]];
        let part = |at: usize| {
            let mut part = Rows::new(20);
            for n in 0..20 {
                part.row(n).put(["a", "b"][at], rows[n % 3][at]);
                part.end(n);
            }
            part
        };
        let p = model.probabilities([&part(0), &part(1)]);
        let of = |sum: f32| 1.0 / (1.0 + (-sum).exp());
        assert_eq!(p.len(), 20);
        assert_eq!(p[..4], [of(-0.75), of(0.75), of(2.25), of(-0.75)]);
        assert_eq!(p[17..], [of(2.25), of(-0.75), of(0.75)]);
    }
}
