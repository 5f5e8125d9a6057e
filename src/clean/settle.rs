//! What a choice line by line leaves undone: lines whose place among the kept ones decides.
//!
//! In: the page and the lines with the highest expected F1. Out: the same with what the model can't see from a line
//! and its neighbours' probabilities. Each rule was tried on every set of the content benchmark; none of them lost more than
//! a tenth of a point of tokF1.

use super::dom::Tag;
use super::events;
use super::features::{Page, Phrase};
use super::phrases::{Says, says};

/// Settles the lines to keep.
pub(super) fn settle(page: &Page, keep: &mut [bool]) {
    let (Some(first), Some(last)) = (keep.iter().position(|&k| k), keep.iter().rposition(|&k| k))
    else {
        return;
    };
    let chosen = keep.to_vec();
    for n in first + 1..last {
        let hidden = page.marks[page.pieces.list[n].owner as usize].hidden;
        keep[n] |= !hidden && (is_code(page, n) || heads_next(page, &chosen, n));
    }
    for n in (0..last).rev() {
        keep[n] |= keep[n + 1] && tells_when(page, n);
    }
    if let Some(end) = end(page, keep) {
        keep[end..].fill(false);
    }
}

/// When something takes place, said above a kept line beside it: it looks like the date of the page.
fn tells_when(page: &Page, n: usize) -> bool {
    let (piece, stat) = (&page.pieces.list[n], &page.stats[n]);
    let parent = |n: usize| page.dom.node(page.pieces.list[n].owner).parent;
    let seen = !page.marks[piece.owner as usize].hidden && stat.link_share == 0.0;
    seen && stat.dated
        && stat.tokens <= 45.0
        && parent(n) == parent(n + 1)
        && events::is_event(page.pieces.of(piece))
}

/// Preformatted text inside an article: code, verse, a table of characters.
fn is_code(page: &Page, n: usize) -> bool {
    page.dom.up(page.pieces.list[n].owner).take(3).any(|id| page.dom.tag(id) == Tag::Pre)
}

/// A heading of a section between two kept lines of one parent belongs to them; so does a line that elsewhere heads a list
/// of other articles (延伸阅读), if text goes on below it.
fn heads_next(page: &Page, chosen: &[bool], n: usize) -> bool {
    let owner = |n: usize| page.pieces.list[n].owner;
    let parent = |n: usize| page.dom.node(owner(n)).parent;
    let between =
        chosen[n - 1] && chosen[n + 1] && parent(n - 1) == parent(n) && parent(n) == parent(n + 1);
    if !between {
        return false;
    }
    let (stat, next) = (&page.stats[n], &page.stats[n + 1]);
    let related = stat.covers(Phrase::Related);
    let tagged = page.dom.tag(owner(n)).heading().is_some_and(|level| level > 1);
    let goes_on = related >= 0.4
        && stat.tokens < 12.0
        && stat.link_share == 0.0
        && next.is_prose()
        && next.link_share == 0.0;
    tagged && related == 0.0 || goes_on
}

/// Kept lines before a heading of comments, for there to be an article above it.
const BEFORE_MIN: usize = 3;

/// Where readers' comments or lists of other articles begin, by a line that says so and nothing else, if less is kept
/// below it than above.
fn end(page: &Page, keep: &[bool]) -> Option<usize> {
    // 3 Comments, 网友评论（12）
    let numbers = |c: char| !c.is_alphabetic();
    let heads = |n: &usize| {
        let text = page.pieces.of(&page.pieces.list[*n]).trim_matches(numbers);
        page.stats[*n].tokens <= 6.0 && says(text, &[Says::Ends])
    };
    let kept: Vec<usize> = (0..keep.len()).filter(|&n| keep[n]).collect();
    let end = *kept.iter().skip(BEFORE_MIN).find(|n| heads(n))?;
    let tokens = |of: &dyn Fn(usize) -> bool| -> f32 {
        kept.iter().filter(|&&n| of(n)).map(|&n| page.stats[n].tokens).sum()
    };
    (tokens(&|n| n > end) < tokens(&|n| n < end)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::features;
    use super::*;

    /// Which lines of a page stay when those that begin with + are chosen.
    fn settled(source: &str) -> Vec<String> {
        features::with_page(source, |page| {
            let text = |n: usize| page.pieces.of(&page.pieces.list[n]).to_owned();
            let n = page.pieces.list.len();
            let mut keep: Vec<bool> = (0..n).map(|n| text(n).starts_with('+')).collect();
            settle(page, &mut keep);
            (0..n).filter(|&n| keep[n]).map(text).collect()
        })
    }

    #[test]
    fn a_heading_between_kept_siblings_and_code_are_kept() {
        let lines = settled(
            "<p>+一<h2>二</h2><p>+三<div><h2>四</h2></div><p>+五<pre>六</pre><p>+七<h2>八</h2>",
        );
        assert_eq!(lines, ["+一", "二", "+三", "+五", "六", "+七"]);
    }

    #[test]
    fn when_something_takes_place_is_kept_above_text() {
        let lines = settled("<p>来源：清溪网 2010-09-30<p>会议时间：2010年10月1日<p>+一<p>+二");
        assert_eq!(lines, ["会议时间：2010年10月1日", "+一", "+二"]);
    }

    #[test]
    fn an_article_ends_where_comments_begin() {
        let body = "<p>+昨天上午河边的桥通车了<p>+来看的人很多<p>+桥修了九个月";
        assert_eq!(settled(&format!("{body}<p>+3 Comments<p>+好桥")).len(), 3);
        assert_eq!(
            settled(&format!("<p>+一<p>+Comments{body}{body}")).len(),
            8,
            "too little above"
        );
        let below = "<p>+好桥啊好桥大家都来看桥真好".repeat(9);
        assert_eq!(settled(&format!("{body}<p>+Comments{below}")).len(), 13, "more below");
    }
}
