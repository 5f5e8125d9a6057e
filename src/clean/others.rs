//! What stands on an article's page and belongs to another one: the next articles of a feed, teasers, comments.
//!
//! In: a page looked over, with a title that its head confirms. Out: for each piece the part of its probability that
//! is left. Such text reads like an article's own, often in elements of the same names, so that the models take it for
//! one; how the page is built tells it apart. Linear in the page but for walks up the tree, which are short.

use rustc_hash::FxHashMap;

use super::dom::{Id, NIL, ROOT};
use super::features::{self, Page, Whole};

/// How much of the title a line has to say for the page to be one article's.
pub(super) const TITLE_FIT: f32 = 0.65;
/// A heading that says less of the title is another's.
const OTHER_FIT: f32 = 0.5;
/// Tokens of a heading that is a title.
const TITLE_TOKENS: f32 = 3.0;

/// What is left of pieces of another article.
const FEED: f32 = 0.1;
/// What is left of pieces of a teaser.
const TEASER: f32 = 0.2;
/// What is left of comments.
const COMMENTS: f32 = 0.2;

/// What is left of each piece's probability. Pages without a title of their own are lists or threads: all is left.
pub(super) fn left(page: &Page, whole: &Whole) -> Vec<f32> {
    let mut left = vec![1.0; page.stats.len()];
    comments(page, whole, &mut left);
    let Some(title) = page.title.filter(|&t| page.title_fit[t] >= TITLE_FIT) else { return left };
    let levels: Vec<Option<u8>> = page.pieces.list.iter().map(|p| level(page, p.owner)).collect();
    let mut of = vec![1.0; page.dom.len()];
    next_articles(page, whole, title, &levels, &mut of);
    teasers(page, whole, &levels, &mut of);
    page.spread(&mut of, |above, own| above.min(own));
    for (left, piece) in left.iter_mut().zip(&page.pieces.list) {
        *left *= of[piece.owner as usize];
    }
    left
}

/// The level of the heading that an element is, or is right in.
fn level(page: &Page, owner: Id) -> Option<u8> {
    page.dom.up(owner).take(3).find_map(|id| page.dom.tag(id).heading())
}

/// The next articles of a feed: a heading that looks like the title's and says something else, in a box of its own
/// beside the title's, each box with prose. Headings of sections stand in one box with the title, or look different.
fn next_articles(page: &Page, whole: &Whole, title: usize, levels: &[Option<u8>], of: &mut [f32]) {
    const PROSE_MIN: f32 = 15.0;
    let owner = |n: usize| page.pieces.list[n].owner;
    let look = |n: usize| (page.marks[owner(n) as usize].look, levels[n]);
    if levels[title].is_none() {
        return;
    }
    let around: Vec<Id> = page.dom.up(owner(title)).collect();
    for n in title + 1..levels.len() {
        if look(n) != look(title)
            || page.title_fit[n] >= OTHER_FIT
            || page.stats[n].tokens < TITLE_TOKENS
        {
            continue;
        }
        // The boxes are where the paths to the two part; a heading is no box.
        let own = page.dom.up(owner(n)).take_while(|&id| !whole.is_around_title(id)).last();
        let Some(own) = own.filter(|&id| id != owner(n)) else { continue };
        let meet = page.dom.node(own).parent;
        let its = around.iter().position(|&id| id == meet).and_then(|at| at.checked_sub(1));
        let prose = |id: Id| page.sums[id as usize].prose >= PROSE_MIN;
        if its.is_some_and(|at| at > 0 && prose(around[at])) && prose(own) {
            of[own as usize] = FEED;
        }
    }
}

/// Teasers: boxes that look alike, each with a heading that is a link and a little prose, away from the title.
fn teasers(page: &Page, whole: &Whole, levels: &[Option<u8>], of: &mut [f32]) {
    const PROSE_MIN: f32 = 8.0;
    const PROSE_MAX: f32 = 200.0;
    const UP_MAX: usize = 8;
    const ALIKE_MIN: usize = 2;
    // The front page of a blog is teasers and little else.
    const REST_MIN: f32 = 40.0;
    let linked = |n: usize| {
        let stat = &page.stats[n];
        levels[n].is_some()
            && stat.link_share > 0.8
            && stat.tokens >= TITLE_TOKENS
            && page.title_fit[n] < OTHER_FIT
    };
    let heads: Vec<usize> = (0..levels.len()).filter(|&n| linked(n)).collect();
    if heads.len() < ALIKE_MIN {
        return;
    }
    // Headings below each element, those that are links and the others.
    let mut below = vec![(0.0f32, 0.0f32); page.dom.len()];
    for n in (0..levels.len()).filter(|&n| levels[n].is_some()) {
        let count = &mut below[page.pieces.list[n].owner as usize];
        if linked(n) { count.0 += 1.0 } else { count.1 += 1.0 }
    }
    page.gather(&mut below, |sum, part| {
        sum.0 += part.0;
        sum.1 += part.1;
    });
    let mut seen = vec![false; page.dom.len()];
    let mut boxes: FxHashMap<u32, Vec<Id>> = FxHashMap::default();
    for n in heads {
        let up = page.dom.up(page.pieces.list[n].owner).take(UP_MAX);
        let with_prose = up
            .take_while(|&id| !whole.is_around_title(id))
            .find(|&id| page.sums[id as usize].prose >= PROSE_MIN);
        if let Some(id) = with_prose
            && page.sums[id as usize].prose <= PROSE_MAX * below[id as usize].0
            && below[id as usize].1 == 0.0
            && !std::mem::replace(&mut seen[id as usize], true)
        {
            boxes.entry(page.marks[id as usize].look).or_default().push(id);
        }
    }
    let teasers: Vec<Id> =
        boxes.into_values().filter(|alike| alike.len() >= ALIKE_MIN).flatten().collect();
    let prose: f32 = teasers.iter().map(|&id| page.sums[id as usize].prose).sum();
    if page.sums[ROOT as usize].prose - prose < REST_MIN {
        return;
    }
    for id in teasers {
        of[id as usize] = of[id as usize].min(TEASER);
    }
}

/// Further boxes of a body that is split into several: beside it, of the same tag, prose without headings and links.
pub(super) fn split(page: &Page, body: Id) -> Vec<Id> {
    const LINKS_MAX: f32 = 0.3;
    const PROSE_MIN: f32 = 0.5;
    const BOXES_MAX: usize = 30;
    let parent = page.dom.node(body).parent;
    let fits = |id: &Id| {
        let sum = page.sums[*id as usize];
        *id != body
            && page.dom.tag(*id) == page.dom.tag(body)
            && sum.tokens > 0.0
            && sum.links() < LINKS_MAX * sum.tokens
            && sum.prose >= PROSE_MIN * sum.tokens
            && page.marks[*id as usize].bits & features::NAMED_OTHER == 0
            && !page.dom.within(*id).any(|x| page.dom.tag(x).heading().is_some())
    };
    let boxes: Vec<Id> = match parent {
        NIL => Vec::new(),
        parent => page.dom.children(parent).filter(fits).take(BOXES_MAX).collect(),
    };
    boxes
}

/// Comments after an article: elements so named, after the last text of what the page names as the article's body.
/// Threads are all comments, and have little that is named otherwise.
fn comments(page: &Page, whole: &Whole, left: &mut [f32]) {
    const PROSE_MIN: f32 = 200.0;
    let is: Vec<bool> =
        page.pieces.list.iter().map(|p| page.is_near(p, features::NEAR_COMMENT)).collect();
    if !is.contains(&true) {
        return;
    }
    let last = whole.known[..2].iter().find_map(|known| {
        let body = |n: &usize| known.of[page.pieces.list[*n].owner as usize] > 0 && !is[*n];
        let prose: f32 = (0..is.len())
            .filter(body)
            .map(|n| page.stats[n].tokens * f32::from(u8::from(page.stats[n].is_prose())))
            .sum();
        if prose >= PROSE_MIN { (0..is.len()).rfind(body) } else { None }
    });
    let Some(last) = last else { return };
    for n in (last + 1..is.len()).filter(|&n| is[n]) {
        left[n] *= COMMENTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a page, and what is left of each.
    fn lefts(source: &str) -> Vec<(String, f32)> {
        features::with_page(source, |page| {
            let left = left(page, &features::whole(page));
            page.pieces.list.iter().map(|p| page.pieces.of(p).to_owned()).zip(left).collect()
        })
    }

    /// What is left of the pieces that begin so.
    fn of(lefts: &[(String, f32)], start: &str) -> Vec<f32> {
        lefts.iter().filter(|(text, _)| text.starts_with(start)).map(|(_, left)| *left).collect()
    }

    const BODY: &str = "<p>昨天上午，河边的新桥通车了，两岸的人都来看，孩子们在桥上跑来跑去，很高兴。</p>\
        <p>桥一共修了九个月，用的石料都是本地的，工钱也已经付清了，村里的人都说好。</p>";
    const NEXT: &str =
        "<p>山上的茶园今年收成很好，采茶的人从早到晚都在忙，茶厂也多请了十个人来帮忙。</p>";

    #[test]
    fn the_next_articles_of_a_feed_are_others() {
        let lefts = lefts(&format!(
            "<div><div class=one><h1 class=t>河边的桥通车了</h1>{BODY}</div>\
             <div class=two><h1 class=t>茶园今年的收成</h1>{NEXT}</div></div>"
        ));
        assert_eq!(of(&lefts, "昨天上午"), [1.0]);
        assert_eq!(of(&lefts, "山上的茶园"), [FEED]);
    }

    #[test]
    fn sections_of_one_article_are_its_own() {
        let lefts = lefts(&format!(
            "<div><h1>河边的桥通车了</h1>{BODY}<h1>茶园今年的收成</h1>{NEXT}</div>"
        ));
        assert!(lefts.iter().all(|(_, left)| *left == 1.0));
    }

    #[test]
    fn teasers_are_others_but_not_on_a_front_page() {
        let teaser = format!("<li><h3><a href=/2>茶园今年的收成</a></h3>{NEXT}</li>").repeat(3);
        let beside = lefts(&format!("<h1>河边的桥通车了</h1><div>{BODY}</div><ul>{teaser}</ul>"));
        assert_eq!(of(&beside, "昨天上午"), [1.0]);
        assert_eq!(of(&beside, "山上的茶园"), [TEASER; 3]);
        let front = lefts(&format!("<h1>河边的桥通车了</h1><ul>{teaser}</ul>"));
        assert_eq!(of(&front, "山上的茶园"), [1.0; 3]);
    }

    #[test]
    fn comments_after_a_named_body_are_others() {
        let body = BODY.repeat(4);
        let comments = format!("<div class=comments><div>{NEXT}</div></div>");
        let after = lefts(&format!("<div class=article-content>{body}</div>{comments}"));
        assert_eq!(of(&after, "山上的茶园"), [COMMENTS]);
        let thread = lefts(&comments);
        assert_eq!(of(&thread, "山上的茶园"), [1.0]);
    }

    #[test]
    fn a_body_split_into_boxes_has_them_all() {
        let source = format!(
            "<main><div class=body>{BODY}</div><div>{NEXT}</div><div><h2>别的</h2>{NEXT}</div>\
             <div class=comments>{NEXT}</div><ul><li>{NEXT}</ul></main>"
        );
        let n = features::with_page(&source, |page| {
            let first = page.pieces.list[0].owner;
            split(page, page.dom.up(first).nth(1).expect("the paragraph is in a box")).len()
        });
        assert_eq!(n, 1);
    }
}
