//! Probabilities → the main content: the lines to keep, and how sure that is.
//!
//! Of all sets of lines the one is kept whose expected F1, counted in tokens, is highest (Ye et al. 2012, "Optimizing
//! F-measure: a tale of two approaches"). Lines are not content each for itself: the hundred titles of a list at 0.3
//! are content all together or none of them, and where each is taken as a draw of its own, thirty of them are expected
//! in any case and the list outweighs the one post above it. So what is content is taken as the lines above a level,
//! and every level as equally likely: a line is content with its own probability, and never without the likelier ones.
//! The set is a prefix of the lines in order of probability. How sure it is, is its expected F1 where each line is a
//! draw of its own, which tells good pages from bad better than the other.

use super::dom::{ROOT, Tag};
use super::features::{Page, Phrase, Whole};
use super::pieces::Piece;
use super::settle::settle;
use super::{features, furniture, model, others};

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
    let whole = features::whole(page);
    let mut p = match given {
        Some(p) if p.len() == page.stats.len() => p.to_vec(),
        _ => probabilities(page, &whole),
    };
    for (p, left) in p.iter_mut().zip(discounts(page)) {
        *p *= left;
    }
    for (p, left) in p.iter_mut().zip(others::left(page, &whole)) {
        *p *= left;
    }
    let left = furniture::left(page, &whole, &p);
    for (p, left) in p.iter_mut().zip(left) {
        *p *= left;
    }
    let tokens: Vec<f32> = page.stats.iter().map(|s| s.tokens).collect();
    let (mut keep, mut confidence) = best(&p, &tokens);
    if let Some(inside) = named(page, &whole, &keep) {
        for (p, inside) in p.iter_mut().zip(inside) {
            *p *= if inside { 1.0 } else { 0.0 };
        }
        (keep, confidence) = best(&p, &tokens);
    }
    settle(page, &mut keep);
    Choice { p, keep, confidence }
}

/// What is left of a line's probability where its place or its words speak against it, whatever the models say: such
/// places are too rare on the pages that the models are fitted on for them to learn how rarely they hold content. On
/// the development pages less than one token in forty of what a rule touches is content.
fn discounts(page: &Page) -> Vec<f32> {
    const SHOWN_MIN: f32 = 40.0;
    let mut left = vec![1.0; page.stats.len()];
    // Text that no one sees is none of an article that can be read without it.
    let all = page.sums[ROOT as usize].prose;
    let hidden = |p: &Piece| {
        let mark = page.marks[p.owner as usize];
        mark.hidden || mark.blank
    };
    let unseen =
        page.pieces.list.iter().zip(&page.stats).filter(|(p, s)| hidden(p) && s.is_prose());
    let unseen: f32 = unseen.map(|(_, s)| s.tokens).sum();
    if all - unseen >= SHOWN_MIN.min(unseen) {
        for (left, _) in left.iter_mut().zip(&page.pieces.list).filter(|(_, p)| hidden(p)) {
            *left *= 0.1;
        }
    }
    let places: [(f32, &dyn Fn(&Piece) -> bool); 5] = [
        (0.1, &|p| page.is_near(p, features::NEAR_CONSENT)),
        (0.4, &|p| page.is_near(p, features::NEAR_NAV)),
        (0.4, &|p| page.is_near(p, features::NEAR_ASIDE)),
        (0.4, &|p| page.is_near(p, features::NEAR_FOOTER)),
        (0.1, &|p| {
            let tag = page.dom.tag(p.owner);
            matches!(tag, Tag::Button | Tag::Option | Tag::Select | Tag::Legend)
        }),
    ];
    for (factor, is) in places {
        let here: Vec<bool> = page.pieces.list.iter().map(is).collect();
        // A place that has most of the page's prose is no place beside it, whatever its name.
        let held = here.iter().zip(&page.stats).filter(|(here, s)| **here && s.is_prose());
        if held.map(|(_, s)| s.tokens).sum::<f32>() > 0.5 * all {
            continue;
        }
        for (left, _) in left.iter_mut().zip(&here).filter(|(_, here)| **here) {
            *left *= factor;
        }
    }
    for (left, stat) in left.iter_mut().zip(&page.stats).filter(|(_, s)| s.tokens < 30.0) {
        for phrase in
            [Phrase::Legal, Phrase::Share, Phrase::Related, Phrase::Nav, Phrase::Sign, Phrase::Meta]
        {
            if stat.covers(phrase) > 0.25 {
                *left *= 0.4;
            }
        }
    }
    left
}

/// The only element that the page names as the body of an article (else as the article), if the page has a title
/// that its head confirms, and what would be kept outside does not come after heads of comments: then it is a feed
/// or teasers, even if there is more of it than of the article. For each piece whether it is inside, or is a part of
/// the article that stands beside the body: prose between title and body, and boxes of prose like the body's own.
///
/// Threads of posts have several such elements, or talk of replies.
fn named(page: &Page, whole: &Whole, keep: &[bool]) -> Option<Vec<bool>> {
    const TOKENS_MIN: f32 = 25.0;
    const COMMENTS_MAX: f32 = 2.5;
    if page.title_fit.iter().copied().fold(0.0, f32::max) < others::TITLE_FIT {
        return None;
    }
    let owner = |n: usize| page.pieces.list[n].owner;
    let (known, mut inside) = whole.known[..2].iter().find_map(|known| {
        if known.prose.len() != 1 || known.prose[0] < TOKENS_MIN {
            return None;
        }
        let inside: Vec<bool> = (0..keep.len()).map(|n| known.of[owner(n) as usize] == 1).collect();
        let (mut out, mut comments) = (0.0, 0.0);
        for n in (0..keep.len()).filter(|&n| keep[n] && !inside[n]) {
            out += page.stats[n].tokens;
            comments += page.stats[n].tokens * whole.since[n].comment.min(20.0);
        }
        (comments <= out * COMMENTS_MAX).then_some((known, inside))
    })?;
    let first = inside.iter().position(|&i| i)?;
    if let Some(title) = page.title.filter(|&t| page.title_fit[t] >= others::TITLE_FIT) {
        for n in title + 1..first {
            inside[n] = page.stats[n].is_prose();
        }
    }
    let body = page.dom.up(owner(first)).take_while(|&id| known.of[id as usize] == 1).last()?;
    let beside = others::split(page, body);
    for (n, inside) in inside.iter_mut().enumerate() {
        *inside |= !beside.is_empty() && page.dom.up(owner(n)).any(|id| beside.contains(&id));
    }
    Some(inside)
}

/// What the models say of every piece.
fn probabilities(page: &Page, whole: &Whole) -> Vec<f32> {
    let own = features::own(page, whole);
    let first = model::FIRST.probabilities([&own]);
    let context = features::context(page, &first);
    model::SECOND.probabilities([&own, &context])
}

/// The set with the highest expected F1 where the likelier of two lines is content if the other is, and its expected
/// F1 where they have nothing to do with each other.
fn best(p: &[f32], tokens: &[f32]) -> (Vec<bool>, f32) {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let truths = truths(&order, p, tokens);
    let most = truths.last().map_or(0.0, |&(most, _)| most);
    let (mut got, mut hit, mut best) = (0.0, 0.0, 0.0);
    let (mut n_best, mut got_best, mut hit_best) = (0, 0.0, 0.0);
    for (n, &i) in order.iter().enumerate() {
        got += tokens[i];
        hit += p[i] * tokens[i];
        if got > most {
            break;
        }
        let f1: f32 =
            truths.iter().map(|&(truth, levels)| levels * truth.min(got) / (truth + got)).sum();
        if f1 > best {
            (best, n_best, got_best, hit_best) = (f1, n + 1, got, hit);
        }
    }
    let mut keep = vec![false; p.len()];
    for &i in &order[..n_best] {
        keep[i] = true;
    }
    let expected: f32 = p.iter().zip(tokens).map(|(p, t)| p * t).sum();
    (keep, 2.0 * hit_best / (got_best + expected).max(1e-6))
}

/// The tokens above each level of probability, likelier lines first, with the number of levels that have as many.
fn truths(order: &[usize], p: &[f32], tokens: &[f32]) -> Vec<(f32, f32)> {
    const LEVELS: u8 = 40;
    let mut truths: Vec<(f32, f32)> = Vec::new();
    let mut left = order.iter().peekable();
    let mut above = 0.0;
    for level in (0..LEVELS).rev() {
        let level = (f32::from(level) + 0.5) / f32::from(LEVELS);
        while let Some(&i) = left.next_if(|&&i| p[i] > level) {
            above += tokens[i];
        }
        match truths.last_mut() {
            Some((truth, levels)) if *truth == above => *levels += 1.0,
            _ if above > 0.0 => truths.push((above, 1.0)),
            _ => {}
        }
    }
    truths
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

    #[test]
    fn a_long_list_in_doubt_does_not_outweigh_a_likely_line() {
        let mut p = vec![0.8];
        p.extend([0.3; 100]);
        let mut tokens = vec![150.0];
        tokens.extend([20.0; 100]);
        let (keep, _) = best(&p, &tokens);
        assert!(keep[0] && !keep[1..].contains(&true));
    }
}
