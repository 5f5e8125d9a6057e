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

/// A node: where its feature is at most `value`, the first of `next` is the way to go, else the second; a leaf is
/// worth `value` and leads to itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Node {
    value: f32,
    feature: u16,
    next: [u8; 2],
}

/// Nodes of a tree, and features of a row; powers of two, so that a masked index needs no check.
const NODES_MAX: usize = 64;
const FEATURES_MAX: usize = 512;

/// Rows that go down a tree together: none of them has to wait for the others' loads.
const LANES: usize = 8;

#[derive(Debug)]
struct Tree {
    nodes: [Node; NODES_MAX],
    /// Steps from the root to the deepest leaf.
    depth: usize,
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

    /// The probabilities for rows, each given in its parts.
    pub(super) fn probabilities<'a, const PARTS: usize>(
        &self,
        rows: impl Iterator<Item = [&'a [f32]; PARTS]>,
    ) -> Vec<f32> {
        let mut out = Vec::with_capacity(rows.size_hint().0);
        let mut lanes = [[0.0f32; FEATURES_MAX]; LANES];
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let mut n = 0;
            for (lane, row) in lanes.iter_mut().zip(rows.by_ref().take(LANES)) {
                debug_assert_eq!(
                    row.iter().map(|part| part.len()).sum::<usize>(),
                    self.names.len()
                );
                let mut rest = lane.as_mut_slice();
                for part in row {
                    let Some((to, after)) = rest.split_at_mut_checked(part.len()) else { break };
                    to.copy_from_slice(part);
                    rest = after;
                }
                n += 1;
            }
            let sums = self.sums(&lanes);
            out.extend(sums[..n].iter().map(|&sum| 1.0 / (1.0 + (-sum).exp())));
        }
        out
    }

    fn sums(&self, lanes: &[[f32; FEATURES_MAX]; LANES]) -> [f32; LANES] {
        let mut sums = [0.0; LANES];
        for tree in &self.trees {
            let mut at = [0u8; LANES];
            for _ in 0..tree.depth {
                for (at, row) in at.iter_mut().zip(lanes) {
                    let node = &tree.nodes[usize::from(*at) % NODES_MAX];
                    let low = row[usize::from(node.feature) % FEATURES_MAX] <= node.value;
                    *at = node.next[usize::from(!low)];
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += tree.nodes[usize::from(at) % NODES_MAX].value;
            }
        }
        sums
    }
}

/// Nodes by `;`, each `feature value left right`, or a leaf's value; parents stand before their children.
fn tree(line: &str) -> Option<Tree> {
    let mut tree = Tree { nodes: [Node::default(); NODES_MAX], depth: 0 };
    let mut depths = [0; NODES_MAX];
    for (n, text) in line.split(';').enumerate() {
        let mut parts = text.split(' ');
        let first = parts.next()?;
        let here = u8::try_from(n).ok()?;
        let node = match parts.next() {
            None => Node { value: first.parse().ok()?, feature: 0, next: [here; 2] },
            Some(value) => {
                let next = [parts.next()?.parse().ok()?, parts.next()?.parse().ok()?];
                for to in next {
                    *depths.get_mut(usize::from(to))? = depths.get(n)? + 1;
                }
                Node { value: value.parse().ok()?, feature: first.parse().ok()?, next }
            }
        };
        *tree.nodes.get_mut(n)? = node;
        tree.depth = tree.depth.max(*depths.get(n)?);
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
    fn every_path_ends_in_a_leaf() {
        for model in [&*FIRST, &*SECOND] {
            assert!(model.names.len() <= FEATURES_MAX && !model.trees.is_empty());
            for tree in &model.trees {
                let is_leaf = |at: u8| tree.nodes[usize::from(at)].next == [at; 2];
                for (at, node) in (0u8..).zip(&tree.nodes).filter(|(at, _)| !is_leaf(*at)) {
                    if *node == Node::default() {
                        continue; // beyond the tree's nodes
                    }
                    assert!(node.next.iter().all(|&to| at < to));
                    assert!(usize::from(node.feature) < model.names.len());
                }
                let mut ends = vec![0u8];
                for _ in 0..tree.depth {
                    ends = ends.iter().flat_map(|&at| tree.nodes[usize::from(at)].next).collect();
                }
                assert!(ends.into_iter().all(is_leaf));
            }
        }
    }

    #[test]
    fn rows_are_summed_over_the_leaves_that_they_come_to() {
        let model = Model::read("# a comment\na\tb\n0 1.5 1 2;-1;1 2.5 3 4;0.5;2\n0.25\n");
        let rows = [[1.5f32, 9.0], [2.0, 2.0], [2.0, 3.0]];
        let p = model.probabilities(rows.iter().cycle().take(20).map(|r| [&r[..1], &r[1..]]));
        let of = |sum: f32| 1.0 / (1.0 + (-sum).exp());
        assert_eq!(p.len(), 20);
        assert_eq!(p[..4], [of(-0.75), of(0.75), of(2.25), of(-0.75)]);
        assert_eq!(p[17..], [of(2.25), of(-0.75), of(0.75)]);
    }
}
