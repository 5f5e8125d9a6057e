//! What holds for the whole page, and for every piece and element in it: [`Whole`].

use rustc_hash::FxHashMap;

use super::along::{Run, Since, runs, since};
use super::elements::{Known, has_heading, headed, known, rank, rising};
use super::{Page, share};
use crate::clean::dom::{Attr, Id, NIL, ROOT, Tag};

/// What holds for the whole page.
pub(in crate::clean) struct Whole {
    pub(super) scores: Vec<f32>,
    pub(super) top: Id,
    /// Innermost elements with half, four fifths and nearly all of the prose.
    pub(super) centres: [Id; 3],
    /// For each element whether it is in each centre: bits 0 to 2; bit 3: in the top element; bits 4 and 5: in each
    /// of `titled`.
    pub(super) inside: Vec<u8>,
    /// For each element the steps to the document, at most [`STEPS_MAX`].
    pub(super) depth: Vec<u8>,
    /// For each element the steps up to what is around the title too, and from there down to it.
    pub(super) meet: Vec<(u8, u8)>,
    /// Steps from the title's owner for what is around it, else `u8::MAX`.
    pub(super) from_title: Vec<u8>,
    pub(super) before: Vec<f32>,
    pub(super) tokens: f32,
    pub(super) prose: f32,
    pub(super) dups: Vec<u32>,
    pub(super) n_long: f32,
    pub(super) han: f32,
    /// For each node how many bodies that look the same came before it on the page, and how many there are.
    pub(super) rank: Vec<(u32, u32)>,
    /// The same, of those that have a heading of their own; and of article elements.
    pub(super) headed: Vec<(u32, u32)>,
    pub(super) articles: Vec<(u32, u32)>,
    pub(in crate::clean) since: Vec<Since>,
    pub(super) runs: Vec<Run>,
    /// Pieces that the description or articleBody has.
    pub(super) described: Option<usize>,
    pub(super) in_json: f32,
    pub(in crate::clean) known: [Known; 3],
    /// Around the title: the innermost element that has prose after it as well.
    pub(super) titled: [Id; 2],
}

impl Whole {
    /// Whether the title is in this element.
    pub(in crate::clean) fn is_around_title(&self, id: Id) -> bool {
        self.from_title[id as usize] != u8::MAX
    }
}

/// Bits of names.toml: body, article, and what surely is none.
pub(super) const BODY: u32 = 1 << 16;
pub(super) const ARTICLE: u32 = 1 << 17;
pub(super) const NO_BODY: u32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 15;
/// The same, with menus, side columns, feet, and buttons.
pub(in crate::clean) const NAMED_OTHER: u32 = NO_BODY | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6;

/// Steps up the tree that are counted.
pub(super) const STEPS_MAX: u8 = 64;

/// Innermost elements around the title with some prose, and with a good part of the page's, after it.
pub(super) fn titled(page: &Page) -> [Id; 2] {
    let Some(title) = page.title else { return [NIL; 2] };
    let all = page.sums[ROOT as usize].prose;
    [30.0f32.min(all * 0.5), (all * 0.3).max(30.0)].map(|least| {
        let up = page.dom.up(page.pieces.list[title].owner);
        up.take(64).find(|&id| page.sums[id as usize].prose >= least).unwrap_or(NIL)
    })
}

/// Sums a page up.
pub(in crate::clean) fn whole(page: &Page) -> Whole {
    let (scores, top) = rising(page);
    let prose: Vec<f32> = page.sums.iter().map(|s| s.prose).collect();
    let centres = [0.5, 0.8, 0.95].map(|s| page.centre(&prose, s));
    let titled = titled(page);
    let mut from_title = vec![u8::MAX; page.dom.len()];
    if let Some(title) = page.title {
        for (n, id) in (0u8..u8::MAX).zip(page.dom.up(page.pieces.list[title].owner)) {
            from_title[id as usize] = n;
        }
    }
    let mut inside = vec![0u8; page.dom.len()];
    let mut depth = vec![0u8; page.dom.len()];
    let mut meet = vec![(STEPS_MAX, STEPS_MAX); page.dom.len()];
    for &id in &page.order {
        let (parent, at) = (page.dom.node(id).parent as usize, id as usize);
        let mut bits = inside.get(parent).copied().unwrap_or(0);
        for (n, element) in centres.iter().chain([&top]).chain(&titled).enumerate() {
            bits |= u8::from(id == *element) << n;
        }
        inside[at] = bits;
        depth[at] = depth.get(parent).map_or(1, |d| (d + 1).min(STEPS_MAX));
        meet[at] = match (from_title[at], meet.get(parent)) {
            (u8::MAX, Some(&(up, down))) if up + 1 < STEPS_MAX => (up + 1, down),
            (u8::MAX, _) => (STEPS_MAX, STEPS_MAX),
            (down, _) => (0, down),
        };
    }
    let mut before = Vec::with_capacity(page.stats.len() + 1);
    let mut sum = 0.0;
    let mut han = 0.0;
    for stat in &page.stats {
        before.push(sum);
        sum += stat.tokens;
        han += stat.han;
    }
    before.push(sum);
    let mut texts: FxHashMap<&str, u32> = FxHashMap::default();
    for piece in &page.pieces.list {
        *texts.entry(page.pieces.of(piece)).or_default() += 1;
    }
    let dups = page.pieces.list.iter().map(|p| texts[page.pieces.of(p)]).collect();
    Whole {
        scores,
        top,
        centres,
        inside,
        depth,
        meet,
        from_title,
        before,
        tokens: sum,
        prose: prose[ROOT as usize],
        dups,
        n_long: page.stats.iter().filter(|s| s.is_prose() && s.tokens > 30.0).count() as f32,
        han: share(han, sum),
        rank: rank(page),
        headed: {
            let has = has_heading(page);
            headed(page, |id| {
                has[id as usize]
                    && page.sums[id as usize].prose >= 15.0
                    && page.dom.tag(id).heading().is_none()
            })
        },
        articles: headed(page, |id| page.dom.tag(id) == Tag::Article),
        since: since(page),
        runs: runs(page),
        described: page.said.iter().position(|s| s & 1 != 0),
        known: [
            known(page, |id| {
                let bits = page.marks[id as usize].bits;
                bits & BODY != 0 && bits & NO_BODY == 0
                    || page.dom.attr(id, Attr::Itemprop) == Some("articleBody")
            }),
            known(page, |id| {
                page.dom.tag(id) == Tag::Article || {
                    let bits = page.marks[id as usize].bits;
                    bits & (ARTICLE | BODY) != 0 && bits & NO_BODY == 0
                }
            }),
            known(page, |id| {
                page.dom.tag(id) == Tag::Main || page.dom.attr(id, Attr::Role) == Some("main")
            }),
        ],
        titled,
        in_json: page.said.iter().filter(|&s| s & 2 != 0).count() as f32,
    }
}
