//! The page's own furniture, where the models are of two minds about it: menus above the title, banners, forms, the
//! lines of a footer, lists of other articles, a summary printed twice.
//!
//! In: a page looked over. Out: for each piece the part of its probability that is left. Where an article is short, its
//! page is mostly furniture, and many lines of small probability promise more than the few that it has. Linear in the
//! page.

use std::ops::Range;

use super::dom::{Attr, Id, NIL, ROOT, Tag};
use super::features::{Page, Phrase, Whole, key};
use super::phrases::{Says, says};
use super::title;

/// What is left of furniture that is known as such by its words or its place.
const SURE: f32 = 0.1;
/// What is left of what stands among such.
const AMONG: f32 = 0.25;

/// What is left of each piece's probability `p`.
pub(super) fn left(page: &Page, whole: &Whole, p: &[f32]) -> Vec<f32> {
    let mut left = vec![1.0; page.stats.len()];
    menus(page, &mut left);
    phrases(page, p, &mut left);
    other_titles(page, &mut left);
    dated_links(page, &mut left);
    repeated_summary(page, &mut left);
    boxes(page, whole, &mut left);
    left
}

/// Lines of links above the title: no article begins before its title. Where no title is known, a column of short links
/// above the first text of a page.
fn menus(page: &Page, left: &mut [f32]) {
    const ENTRIES_MIN: usize = 5;
    const ENTRY_TOKENS: f32 = 8.0;
    const PROSE_MIN: f32 = 60.0;
    const TEXT_MIN: f32 = 12.0;
    if let Some(title) = title::confirmed(page) {
        for n in (0..title).filter(|&n| page.stats[n].link_share > 0.9) {
            left[n] *= SURE;
        }
        return;
    }
    let text = page.stats.iter().position(|s| s.is_prose() && s.tokens >= TEXT_MIN);
    let Some(text) = text.filter(|_| page.sums[ROOT as usize].prose >= PROSE_MIN) else { return };
    let entry = |n: usize| page.stats[n].link_share > 0.9 && page.stats[n].tokens <= ENTRY_TOKENS;
    for run in runs(0..text, entry, |a, b| in_one_list(page, a, b)) {
        if run.len() >= ENTRIES_MIN {
            left[run].iter_mut().for_each(|left| *left *= AMONG);
        }
    }
}

/// Runs of pieces that are of a kind, each in one list with the one before.
fn runs(
    range: Range<usize>,
    is: impl Fn(usize) -> bool,
    joined: impl Fn(usize, usize) -> bool,
) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for n in range.filter(|&n| is(n)) {
        match out.last_mut() {
            Some(run) if run.end == n && joined(n - 1, n) => run.end = n + 1,
            _ => out.push(n..n + 1),
        }
    }
    out
}

/// Whether two pieces are lines of one element, or of two beside each other.
fn in_one_list(page: &Page, a: usize, b: usize) -> bool {
    let (a, b) = (page.pieces.list[a].owner, page.pieces.list[b].owner);
    a == b || page.dom.node(a).parent == page.dom.node(b).parent
}

/// Lines that say what they are.
fn phrases(page: &Page, p: &[f32], left: &mut [f32]) {
    const TOKENS_MAX: f32 = 60.0;
    /// Lines below this are never kept, and most lines are below it.
    const KEPT_MIN: f32 = 0.05;
    for (n, piece) in page.pieces.list.iter().enumerate() {
        let short = page.stats[n].tokens <= TOKENS_MAX && p[n] >= KEPT_MIN && page.title != Some(n);
        if short && says(page.pieces.of(piece), &[Says::Banner, Says::Ask]) {
            left[n] *= SURE;
        }
    }
}

/// Lines of links right after the heading of a list of other articles.
fn other_titles(page: &Page, left: &mut [f32]) {
    let mut listed = false;
    for (n, stat) in page.stats.iter().enumerate() {
        let head = stat.tokens < 12.0 && stat.covers(Phrase::Related) >= 0.4;
        // Addresses are references.
        let address = page.pieces.of(&page.pieces.list[n]).starts_with("http");
        listed = head || listed && stat.link_share > 0.9 && !address;
        if listed && !head {
            left[n] *= SURE;
        }
    }
}

/// Lists of other articles by title and date, under a confirmed title.
fn dated_links(page: &Page, left: &mut [f32]) {
    const ENTRIES_MIN: usize = 4;
    let Some(title) = title::confirmed(page) else { return };
    let entry = |n: usize| {
        let stat = &page.stats[n];
        stat.dated && stat.link_share > 0.3 && stat.tokens <= 60.0 && stat.ends == 0.0
    };
    for run in runs(title + 1..left.len(), entry, |a, b| in_one_list(page, a, b)) {
        if run.len() >= ENTRIES_MIN {
            left[run].iter_mut().for_each(|left| *left *= SURE);
        }
    }
}

/// A summary under the title that the text says once more at its beginning.
fn repeated_summary(page: &Page, left: &mut [f32]) {
    const BELOW_MAX: usize = 6;
    const TOKENS_MIN: f32 = 12.0;
    /// Characters of a dateline that may stand in front (本报讯（记者 …）).
    const DATELINE_MAX: usize = 24;
    let Some(title) = title::confirmed(page) else { return };
    let of = |n: usize| key(page.pieces.of(&page.pieces.list[n]));
    for n in title + 1..(title + BELOW_MAX).min(left.len().saturating_sub(1)) {
        let stat = &page.stats[n];
        let next = &page.stats[n + 1];
        if stat.tokens < TOKENS_MIN || stat.ends < 1.0 || next.tokens <= stat.tokens {
            continue;
        }
        let again = of(n + 1);
        if again.find(&of(n)).is_some_and(|at| again[..at].chars().count() <= DATELINE_MAX) {
            left[n] *= SURE;
        }
    }
}

/// Boxes that are furniture as a whole: forms that ask for an address, and boxes of lines about the site.
fn boxes(page: &Page, whole: &Whole, left: &mut [f32]) {
    let mut of = vec![1.0f32; page.dom.len()];
    let is_box = |id: Id| {
        !matches!(page.dom.tag(id), Tag::Html | Tag::Body)
            && id != ROOT
            && !whole.is_around_title(id)
    };
    for id in page.dom.within(ROOT) {
        if page.dom.tag(id) == Tag::Input
            && page.dom.attr(id, Attr::Type) == Some("email")
            && let Some(around) = form(page, id, is_box)
        {
            of[around as usize] = SURE;
        }
    }
    about_the_site(page, is_box, &mut of);
    page.spread(&mut of, |above, own| above.min(own));
    for (left, piece) in left.iter_mut().zip(&page.pieces.list) {
        *left *= of[piece.owner as usize];
    }
}

/// The largest box around a field that has little text and less of the page's prose.
fn form(page: &Page, field: Id, is_box: impl Fn(Id) -> bool) -> Option<Id> {
    const TOKENS_MAX: f32 = 80.0;
    const PROSE_MAX: f32 = 0.2;
    const UP_MAX: usize = 8;
    let all = page.sums[ROOT as usize].prose;
    let small = |id: Id| {
        let sum = page.sums[id as usize];
        sum.tokens <= TOKENS_MAX && sum.prose <= PROSE_MAX * all && is_box(id)
    };
    page.dom.up(field).skip(1).take(UP_MAX).take_while(|&id| small(id)).last()
}

/// Boxes of which much is copyright, registration and the like: their other lines are of that kind too.
fn about_the_site(page: &Page, is_box: impl Fn(Id) -> bool, of: &mut [f32]) {
    const TOKENS_MAX: f32 = 400.0;
    const LEGAL_MIN: f32 = 0.35;
    const PROSE_MAX: f32 = 0.3;
    let mut legal = vec![0.0f32; page.dom.len()];
    for (piece, stat) in page.pieces.list.iter().zip(&page.stats) {
        if stat.covers(Phrase::Legal) > 0.1 && !stat.is_prose() {
            legal[piece.owner as usize] += stat.tokens;
        }
    }
    if legal.iter().all(|&tokens| tokens == 0.0) {
        return;
    }
    page.gather(&mut legal, |sum, part| *sum += part);
    for id in page.dom.within(ROOT) {
        let sum = page.sums[id as usize];
        let much = legal[id as usize] >= LEGAL_MIN * sum.tokens && legal[id as usize] > 0.0;
        if much
            && page.dom.node(id).parent != NIL
            && sum.tokens <= TOKENS_MAX
            && sum.prose <= PROSE_MAX * sum.tokens
            && is_box(id)
        {
            of[id as usize] = of[id as usize].min(AMONG);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::features;
    use super::*;

    const BODY: &str = "<p>昨天上午，河边的新桥通车了，两岸的人都来看，孩子们在桥上跑来跑去，很高兴。</p>\
        <p>桥一共修了九个月，用的石料都是本地的，工钱也已经付清了，村里的人都说好。</p>";

    /// What is left of the pieces that begin with each of these.
    fn check(source: &str, want: &[(&str, f32)]) {
        features::with_page(source, |page| {
            let list = &page.pieces.list;
            let left = left(page, &features::whole(page), &vec![0.5; list.len()]);
            for (start, want) in want {
                let n = list.iter().position(|p| page.pieces.of(p).starts_with(start));
                let n = n.unwrap_or_else(|| panic!("{start} is on the page"));
                assert_eq!(left[n], *want, "{start}");
            }
        });
    }

    #[test]
    fn menus_above_the_title_are_no_article() {
        check(
            &format!("<ul><li><a>办事指南</a></ul><h1>河边的桥通车了</h1>{BODY}<p><a>附件一</a>"),
            &[("办事指南", SURE), ("昨天上午", 1.0), ("附件一", 1.0)],
        );
        check(&format!("<ul><li><a>办事指南</a></ul>{BODY}"), &[("办事指南", 1.0)]);
        let column: String = (1..=6).map(|n| format!("<a>栏目{n}</a><br>")).collect();
        check(
            &format!("<table><tr><td>{column}<td>{BODY}{column}</table>"),
            &[("栏目1", AMONG), ("栏目6", AMONG), ("昨天上午", 1.0)],
        );
    }

    #[test]
    fn other_titles_follow_their_heading() {
        check(
            &format!(
                "<h1>河边的桥通车了</h1>{BODY}<p><a>全文</a><p>往期推荐<p><a>茶园的收成</a><p><a>村口的路</a>\
                 <p>投稿邮箱：a@example.org<p>END"
            ),
            &[("全文", 1.0), ("茶园", SURE), ("村口", SURE), ("投稿", SURE), ("END", SURE)],
        );
    }

    #[test]
    fn lists_of_dated_links_are_of_other_articles() {
        let list: String =
            (1..=5).map(|n| format!("<li><a>第{n}条别的新闻</a> 2024-01-0{n}")).collect();
        check(
            &format!("<h1>河边的桥通车了</h1>{BODY}<ul>{list}</ul><p><a>附件</a> 2024-01-01"),
            &[("第1条", SURE), ("第5条", SURE), ("附件", 1.0)],
        );
    }

    #[test]
    fn a_summary_printed_twice_is_the_text_once() {
        let first = "昨天上午，河边的新桥通车了，两岸的人都来看，孩子们在桥上跑来跑去，很高兴。";
        check(
            &format!(
                "<h1>河边的桥通车了</h1><div>{first}</div><p>本报讯（记者 甲）{first}人很多。</p>"
            ),
            &[("昨天上午", SURE), ("本报讯", 1.0)],
        );
    }

    #[test]
    fn forms_and_footers_are_furniture() {
        let body = BODY.repeat(3);
        check(
            &format!(
                "<article><h1>河边的桥通车了</h1>{body}<div><h3>每天早上的消息</h3><p>把最新的消息发到你的信箱里，一条也不少。\
                 <input type=email></div><p>明年还要再修两座。</article>\
                 <div><p>主办：东山县人民政府办公室 网站标识码：0000000000<p>地址：人民路1号 邮编：000000</div>"
            ),
            &[
                ("每天早上", SURE),
                ("把最新", SURE),
                ("明年", 1.0),
                ("主办", AMONG),
                ("地址", AMONG),
            ],
        );
    }
}
