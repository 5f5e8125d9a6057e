//! Probabilities → the main content: the lines to keep, and how sure that is.
//!
//! Of all sets of lines the one is kept whose expected F1, counted in tokens, is highest: with lines in order of
//! probability it is a prefix, so one pass finds it. The expected F1 of the best set is the confidence: where the
//! model is of two minds, no set promises much. (Ye et al. 2012, "Optimizing F-measure: a tale of two approaches".)

use super::features::{Page, Rows};
use super::{features, model};

/// The main content of a page.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Probability of each piece.
    pub(super) p: Vec<f32>,
    /// Whether it is kept.
    pub(super) keep: Vec<bool>,
    /// Expected F1 of what is kept.
    pub(super) confidence: f32,
}

/// Chooses the main content, by the models' probabilities or by those given.
pub(super) fn choose(page: &Page, given: Option<&[f32]>) -> Choice {
    let p = match given {
        Some(p) if p.len() == page.stats.len() => p.to_vec(),
        _ => probabilities(page),
    };
    let tokens: Vec<f32> = page.stats.iter().map(|s| s.tokens).collect();
    let (keep, confidence) = best(&p, &tokens);
    Choice { p, keep, confidence }
}

/// What the models say of every piece.
fn probabilities(page: &Page) -> Vec<f32> {
    let own = features::own(page);
    let first: Vec<f32> = rows(&own).map(|row| model::FIRST.probability(row)).collect();
    let context = features::context(page, &first);
    let mut row = Vec::with_capacity(own.width() + context.width());
    rows(&own)
        .zip(rows(&context))
        .map(|(own, context)| {
            row.clear();
            row.extend_from_slice(own);
            row.extend_from_slice(context);
            model::SECOND.probability(&row)
        })
        .collect()
}

fn rows(rows: &Rows) -> impl Iterator<Item = &[f32]> {
    rows.values.chunks(rows.width().max(1))
}

/// The set with the highest expected F1, and that F1.
fn best(p: &[f32], tokens: &[f32]) -> (Vec<bool>, f32) {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let expected: f32 = p.iter().zip(tokens).map(|(p, t)| p * t).sum();
    let (mut hit, mut got, mut best, mut n_best) = (0.0, 0.0, 0.0, 0);
    for (n, &i) in order.iter().enumerate() {
        hit += p[i] * tokens[i];
        got += tokens[i];
        let f1 = 2.0 * hit / (got + expected).max(1e-6);
        if f1 > best {
            (best, n_best) = (f1, n + 1);
        }
    }
    let mut keep = vec![false; p.len()];
    for &i in &order[..n_best] {
        keep[i] = true;
    }
    (keep, best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_set_is_a_prefix_by_probability() {
        let (keep, f1) = best(&[0.1, 0.9, 0.8, 0.05], &[50.0, 100.0, 100.0, 50.0]);
        assert_eq!(keep, [false, true, true, false]);
        assert!(f1 > 0.8);
        let (keep, f1) = best(&[], &[]);
        assert!(keep.is_empty() && f1 == 0.0);
    }
}
