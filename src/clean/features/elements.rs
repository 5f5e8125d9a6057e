//! What elements are: names and landmarks near, siblings that look alike, how much is in them, how often their kind
//! repeats on the page.
//!
//! One value (or row) a node, in one pass over the elements in document order or back.

use rustc_hash::FxHashMap;

use super::{Page, Sum, share};
use crate::clean::dom::{Dom, Id, Kind, NIL, ROOT, Tag};
use crate::clean::names::{Mark, N_NAMES};

pub(super) const LANDMARKS: [Tag; 14] = [
    Tag::Article,
    Tag::Main,
    Tag::Nav,
    Tag::Aside,
    Tag::Header,
    Tag::Footer,
    Tag::Form,
    Tag::Figure,
    Tag::Li,
    Tag::Table,
    Tag::Blockquote,
    Tag::Section,
    Tag::A,
    Tag::Td,
];

/// Places in a row of [`Page::is_near`]: elements named as menus.
pub(in crate::clean) const NEAR_NAV_NAME: usize = 1;
/// Elements named as the page's foot.
pub(in crate::clean) const NEAR_FOOT_NAME: usize = 3;
/// Elements named as comments.
pub(in crate::clean) const NEAR_COMMENT: usize = 5;
/// Notices of cookies.
pub(in crate::clean) const NEAR_CONSENT: usize = 15;
/// The nav element.
pub(in crate::clean) const NEAR_NAV: usize = N_NAMES + 2;
/// The aside element.
pub(in crate::clean) const NEAR_ASIDE: usize = N_NAMES + 3;
/// The footer element.
pub(in crate::clean) const NEAR_FOOTER: usize = N_NAMES + 5;

pub(super) const N_NEAR: usize = N_NAMES + LANDMARKS.len();

pub(super) const NEAR_NAMES: [&str; N_NEAR] = [
    "near_content",
    "near_nav",
    "near_side",
    "near_foot",
    "near_head",
    "near_comment",
    "near_share",
    "near_related",
    "near_ad",
    "near_meta",
    "near_caption",
    "near_title",
    "near_post",
    "near_sign",
    "near_tool",
    "near_consent",
    "near_body",
    "near_article_name",
    "near_article",
    "near_main",
    "near_nav_tag",
    "near_aside",
    "near_header",
    "near_footer",
    "near_form",
    "near_figure",
    "near_li",
    "near_table",
    "near_blockquote",
    "near_section",
    "near_a",
    "near_td",
];

/// Beyond this many steps an element is as good as absent.
pub(super) const FAR: u8 = 20;

/// Steps from every element up to the nearest of each kind.
pub(super) fn near(dom: &Dom, marks: &[Mark], order: &[Id]) -> Vec<[u8; N_NEAR]> {
    let mut near = vec![[FAR; N_NEAR]; dom.len()];
    for &id in order {
        let node = dom.node(id);
        let mut row = match node.parent {
            NIL => [FAR; N_NEAR],
            parent => near[parent as usize].map(|n| (n + 1).min(FAR)),
        };
        let bits = marks[id as usize].bits;
        // Names of html and body speak of the site, not of a part of the page.
        if bits != 0 && !matches!(node.tag, Tag::Html | Tag::Body) {
            for (n, steps) in row.iter_mut().take(N_NAMES).enumerate() {
                if (bits >> n) & 1 == 1 {
                    *steps = 0;
                }
            }
        }
        if node.tag != Tag::Other
            && let Some(n) = LANDMARKS.iter().position(|&t| t == node.tag)
        {
            row[N_NAMES + n] = 0;
        }
        near[id as usize] = row;
    }
    near
}

/// How often each element's look occurs among its siblings that have text.
pub(super) fn alike(dom: &Dom, marks: &[Mark], sums: &[Sum], order: &[Id]) -> Vec<u32> {
    let mut alike = vec![0; dom.len()];
    let mut looks: FxHashMap<u32, u32> = FxHashMap::default();
    for &parent in order {
        if sums[parent as usize].pieces < 1.0 {
            continue;
        }
        let kids = || {
            dom.children(parent)
                .filter(|&c| dom.node(c).kind == Kind::Element && sums[c as usize].pieces > 0.0)
        };
        looks.clear();
        for child in kids() {
            *looks.entry(marks[child as usize].look).or_default() += 1;
        }
        for child in kids() {
            alike[child as usize] = looks[&marks[child as usize].look];
        }
    }
    alike
}

/// The level of a heading, and groups of other tags, as one number each.
pub(super) fn tag_group(tag: Tag) -> f32 {
    use Tag::*;
    match tag {
        P => 1.0,
        H1 => 2.0,
        H2 => 3.0,
        H3 => 4.0,
        H4 | H5 | H6 => 5.0,
        Li => 6.0,
        Td | Th => 7.0,
        Table => 8.0,
        Blockquote => 9.0,
        Pre => 10.0,
        Dd => 11.0,
        Dt => 12.0,
        Figcaption | Caption => 13.0,
        Button | Option | Select | Legend | Optgroup => 14.0,
        Header | Footer | Nav | Aside => 15.0,
        Section | Article | Main => 16.0,
        _ => 0.0,
    }
}

/// Scores that rise from paragraphs to what is around them, and the element that has most.
pub(super) fn rising(page: &Page) -> (Vec<f32>, Id) {
    let mut scores = vec![0.0; page.dom.len()];
    for (piece, stat) in page.pieces.list.iter().zip(&page.stats) {
        if stat.tokens < 8.0 || stat.link_share > 0.5 {
            continue;
        }
        let score = (1.0 + stat.commas + stat.ends + (stat.tokens / 50.0).min(3.0))
            * (1.0 - stat.link_share);
        let mut part = 1.0;
        for (n, id) in page.dom.up(page.container(piece)).take(4).enumerate() {
            scores[id as usize] += score * part;
            part = 0.5 / (n + 1) as f32;
        }
    }
    let mut top = (ROOT, 0.0);
    for &id in &page.order {
        let sum = page.sums[id as usize];
        scores[id as usize] *= 1.0 - share(sum.links, sum.tokens);
        if scores[id as usize] > top.1 {
            top = (id, scores[id as usize]);
        }
    }
    (scores, top.0)
}

/// Containers that a name or tag says to be the article's, in document order, none inside another.
#[derive(Debug, Default)]
pub(in crate::clean) struct Known {
    /// For each node the number of the container that it is in, from 1.
    pub(in crate::clean) of: Vec<u16>,
    /// Prose in each.
    pub(in crate::clean) prose: Vec<f32>,
}

pub(super) fn known(page: &Page, is: impl Fn(Id) -> bool) -> Known {
    let mut known = Known { of: vec![0; page.dom.len()], prose: Vec::new() };
    for &id in &page.order {
        let parent = page.dom.node(id).parent;
        if parent == NIL {
            continue;
        }
        let above = known.of[parent as usize];
        let sum = page.sums[id as usize];
        let fits = above == 0
            && sum.prose >= 15.0
            && sum.links < 0.5 * sum.tokens
            && !page.marks[id as usize].hidden
            // Names of html and body speak of the site, not of a part of the page.
            && !matches!(page.dom.tag(id), Tag::Html | Tag::Body)
            && is(id)
            && known.prose.len() < 60_000;
        known.of[id as usize] = if fits {
            known.prose.push(sum.prose);
            known.prose.len() as u16
        } else {
            above
        };
    }
    known
}

/// Counts elements with prose that look the same, wherever on the page: feeds of whole articles, posts, comments.
pub(super) fn rank(page: &Page) -> Vec<(u32, u32)> {
    repeated(page, |id| {
        page.dom.tag(id).is_block()
            && page.sums[id as usize].prose >= 15.0
            && page.dom.tag(id) != Tag::P
    })
}

/// Counts elements that are heads of an article each.
pub(super) fn headed(page: &Page, is: impl Fn(Id) -> bool) -> Vec<(u32, u32)> {
    repeated(page, |id| page.sums[id as usize].tokens >= 15.0 && is(id))
}

/// Counts the elements that look alike and stand in parents that look alike: for every element the number of the
/// outermost such one around it, and how many there are.
pub(super) fn repeated(page: &Page, is: impl Fn(Id) -> bool) -> Vec<(u32, u32)> {
    let mut own: Vec<Option<((u32, u32), u32)>> = vec![None; page.dom.len()];
    let mut seen: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    for &id in &page.order {
        let parent = page.dom.node(id).parent;
        if parent == NIL || !is(id) {
            continue;
        }
        let look = (page.marks[id as usize].look, page.marks[parent as usize].look);
        let n = seen.entry(look).or_default();
        own[id as usize] = Some((look, *n));
        *n += 1;
    }
    let mut ranks = vec![(0, 1); page.dom.len()];
    for &id in &page.order {
        let above = ranks.get(page.dom.node(id).parent as usize).copied().unwrap_or((0, 1));
        // The outermost repeated element counts: what repeats inside the third of five bodies is in the third body.
        ranks[id as usize] = match own[id as usize] {
            Some((look, n)) if above.1 < 2 => (n, seen[&look]),
            _ => above,
        };
    }
    ranks
}

/// For every element whether a heading is in it.
pub(super) fn has_heading(page: &Page) -> Vec<bool> {
    let mut has = vec![false; page.dom.len()];
    for &id in page.order.iter().rev() {
        has[id as usize] |= matches!(page.dom.tag(id), Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4);
        let parent = page.dom.node(id).parent;
        if parent != NIL && has[id as usize] {
            has[parent as usize] = true;
        }
    }
    has
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_names_are_right() {
        for (place, name) in [
            (NEAR_NAV_NAME, "near_nav"),
            (NEAR_FOOT_NAME, "near_foot"),
            (NEAR_COMMENT, "near_comment"),
            (NEAR_CONSENT, "near_consent"),
            (NEAR_NAV, "near_nav_tag"),
            (NEAR_ASIDE, "near_aside"),
            (NEAR_FOOTER, "near_footer"),
        ] {
            assert_eq!(NEAR_NAMES[place], name);
        }
    }
}
