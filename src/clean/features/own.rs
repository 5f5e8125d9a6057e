//! The rows of the first model: features of every piece from the page alone.

use super::elements::{Known, NEAR_NAMES, tag_group};
use super::text::N_MARKS;
use super::{Page, Phrase, Row, Rows, Stat, Sum, Whole, share, yes};
use crate::clean::dom::{NIL, ROOT};
use crate::clean::pieces::Piece;

/// Features of every piece from the page alone.
pub(in crate::clean) fn own(page: &Page, whole: &Whole) -> Rows {
    let next_prose = next_prose(page);
    let known = whole.known.each_ref().map(KnownSums::of);
    let mut rows = Rows::new(page.stats.len());
    for n in 0..page.stats.len() {
        let mut row = rows.row(n);
        own_text(page, whole, n, &mut row);
        own_place(page, whole, n, &mut row);
        own_neighbours(page, n, &mut row);
        own_levels(page, whole, n, &mut row);
        own_since(page, whole, n, next_prose[n], &mut row);
        own_known(page, whole, n, &known, &mut row);
        own_page(page, whole, n, &mut row);
        rows.end(n);
    }
    rows
}

/// Pieces to the next one that reads like running text, for each piece; more than [`PROSE_WITHIN`] are not counted.
fn next_prose(page: &Page) -> Vec<f32> {
    let mut steps = PROSE_WITHIN;
    let mut out = vec![0.0; page.stats.len()];
    for (out, stat) in out.iter_mut().zip(&page.stats).rev() {
        steps = if stat.is_prose() { 0 } else { steps.saturating_add(1) };
        *out = if steps < PROSE_WITHIN { steps as f32 } else { PROSE_WITHIN as f32 + 1.0 };
    }
    out
}

const PROSE_WITHIN: u32 = 30;

/// The prose in elements of a kind: all of it, the most in one, that in the first.
struct KnownSums {
    all: f32,
    most: f32,
    first: f32,
}

impl KnownSums {
    fn of(known: &Known) -> Self {
        Self {
            all: known.prose.iter().sum(),
            most: known.prose.iter().copied().fold(0.0, f32::max),
            first: known.prose.first().copied().unwrap_or(0.0),
        }
    }
}

pub(super) fn own_text(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    let (piece, s) = (&page.pieces.list[n], &page.stats[n]);
    row.put_log("tokens", s.tokens);
    row.put("link_share", s.link_share);
    row.put_log("links", piece.links as f32);
    row.put_log("ends", s.ends);
    row.put_log("commas", s.commas);
    row.put("end_rate", share(s.ends, s.tokens));
    row.put("comma_rate", share(s.commas, s.tokens));
    row.put("last", f32::from(s.last));
    row.put("opens", yes(s.opens));
    row.put("digits", share(s.digits, s.chars));
    row.put("capitals", share(s.capitals, s.letters));
    row.put("han", share(s.han, s.tokens));
    row.put("bold", s.bold_share);
    row.put("dated", yes(s.dated));
    row.put("symbols", 1.0 - share(s.han + s.letters + s.digits, s.chars));
    const NAMES: [&str; N_MARKS] = [
        "says_legal",
        "says_share",
        "says_related",
        "says_credit",
        "says_meta",
        "says_nav",
        "says_comment",
        "says_sign",
        "says_notfound",
    ];
    for (name, value) in NAMES.into_iter().zip(s.phrases) {
        row.put(name, value.min(1.0));
    }
    row.put("title_fit", page.title_fit[n]);
    row.put_log("dups", whole.dups[n] as f32);
    row.put("after_br", yes(piece.after_br));
    row.put_log("images", piece.images as f32);
    row.put("table", yes(piece.grid.is_some()));
}

pub(super) fn own_place(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    let piece = &page.pieces.list[n];
    let owner = piece.owner;
    row.put("tag", tag_group(page.dom.tag(owner)));
    let parent = page.dom.node(owner).parent;
    row.put("parent_tag", if parent == NIL { 0.0 } else { tag_group(page.dom.tag(parent)) });
    row.put("hidden", yes(page.marks[owner as usize].hidden));
    row.put("faint", yes(page.marks[owner as usize].faint));
    row.put("described", yes(page.said[n] & 1 != 0));
    row.put("in_json", yes(page.said[n] & 2 != 0));
    row.put("alone", page.sums[owner as usize].pieces.min(20.0));
    let near = &page.near[piece.first_element(page.dom) as usize];
    for (name, &steps) in NEAR_NAMES.into_iter().zip(near) {
        row.put(name, f32::from(steps));
    }
    row.put("depth", f32::from(whole.depth[owner as usize]));
    row.put("index", n as f32 / page.stats.len() as f32);
    row.put("before", share(whole.before[n], whole.tokens));
    row.put_log("before_abs", whole.before[n]);
    row.put_log("after_abs", whole.tokens - whole.before[n]);
    let (steps, tokens) = page.title.map_or((0.0, 0.0), |title| {
        (n as f32 - title as f32, (whole.before[n] - whole.before[title]) / 50.0)
    });
    row.put_signed_log("from_title", steps);
    row.put_signed_log("from_title_tokens", tokens);
    let (up, down) = whole.meet[owner as usize];
    row.put("title_up", if page.title.is_some() { f32::from(up) } else { -1.0 });
    row.put("title_down", if page.title.is_some() { f32::from(down) } else { -1.0 });
    let inside = whole.inside[owner as usize];
    row.put("in_half", yes(inside & 1 != 0));
    row.put("in_most", yes(inside & 2 != 0));
    row.put("in_all", yes(inside & 4 != 0));
    row.put("in_top", yes(inside & 8 != 0));
    let up = page.dom.up(page.container(piece)).take(12).position(|id| id == whole.top);
    row.put("top_up", up.map_or(-1.0, |up| up as f32));
    let best = page.dom.up(page.container(piece)).take(3).map(|id| whole.scores[id as usize]);
    let best = best.fold(0.0, f32::max);
    row.put("score_share", share(best, whole.scores[whole.top as usize]));
    row.put_log("score", best);
}

pub(super) fn own_neighbours(page: &Page, n: usize, row: &mut Row) {
    let at = |by: isize| n.checked_add_signed(by).and_then(|m| page.stats.get(m).map(|s| (m, s)));
    const NAMES: [[&str; 5]; 4] = [
        ["prev2_tokens", "prev2_link", "prev2_ends", "prev2_last", "prev2_owner"],
        ["prev_tokens", "prev_link", "prev_ends", "prev_last", "prev_owner"],
        ["next_tokens", "next_link", "next_ends", "next_last", "next_owner"],
        ["next2_tokens", "next2_link", "next2_ends", "next2_last", "next2_owner"],
    ];
    let here = page.container(&page.pieces.list[n]);
    for (names, by) in NAMES.into_iter().zip([-2, -1, 1, 2]) {
        let (m, s) = at(by).map_or((None, Stat::default()), |(m, s)| (Some(m), *s));
        row.put_log(names[0], s.tokens);
        row.put(names[1], s.link_share);
        row.put_log(names[2], s.ends);
        row.put(names[3], f32::from(s.last));
        let same = m.is_some_and(|m| page.container(&page.pieces.list[m]) == here);
        row.put(names[4], yes(same));
    }
    let (from, to) = (n.saturating_sub(4), (n + 5).min(page.stats.len()));
    let mut sum = Sum::default();
    let mut marks = [0.0; N_MARKS];
    for s in &page.stats[from..to] {
        sum.tokens += s.tokens;
        sum.links += s.tokens * s.link_share;
        sum.ends += s.ends;
        sum.prose += if s.is_prose() { s.tokens } else { 0.0 };
        for (a, b) in marks.iter_mut().zip(s.phrases) {
            *a += b.min(1.0);
        }
    }
    row.put_log("window_tokens", sum.tokens);
    row.put("window_link", share(sum.links, sum.tokens));
    row.put("window_ends", share(sum.ends, sum.tokens));
    row.put("window_prose", share(sum.prose, sum.tokens));
    row.put("window_related", marks[Phrase::Related as usize]);
    row.put("window_comment", marks[Phrase::Comment as usize]);
    row.put("window_legal", marks[Phrase::Legal as usize]);
    row.put("window_share", marks[Phrase::Share as usize]);
}

pub(super) fn own_levels(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    const NAMES: [[&str; 7]; 4] = [
        ["l1_tokens", "l1_link", "l1_ends", "l1_pieces", "l1_mean", "l1_prose", "l1_share"],
        ["l2_tokens", "l2_link", "l2_ends", "l2_pieces", "l2_mean", "l2_prose", "l2_share"],
        ["l3_tokens", "l3_link", "l3_ends", "l3_pieces", "l3_mean", "l3_prose", "l3_share"],
        ["l4_tokens", "l4_link", "l4_ends", "l4_pieces", "l4_mean", "l4_prose", "l4_share"],
    ];
    let piece = &page.pieces.list[n];
    // Most pieces have the container of the piece before, and so its levels.
    let before = n.checked_sub(1).map(|n| &page.pieces.list[n]);
    let known = before.is_some_and(|b| page.container(b) == page.container(piece));
    let (mut levels, mut last) = (page.levels(piece), Sum::default());
    if known {
        row.put_again(NAMES.as_flattened().len());
    }
    for names in NAMES.into_iter().take(if known { 0 } else { NAMES.len() }) {
        if let Some(id) = levels.next() {
            last = page.sums[id as usize];
        }
        row.put_log(names[0], last.tokens);
        row.put(names[1], share(last.links, last.tokens));
        row.put(names[2], share(last.ends, last.tokens));
        row.put_log(names[3], last.pieces);
        row.put(names[4], share(last.tokens, last.pieces));
        row.put(names[5], share(last.prose, last.tokens));
        row.put(names[6], share(last.prose, whole.prose));
    }
    row.put_log("alike", page.alike[piece.owner as usize] as f32);
    // The elements around it are those around the piece before, if it stands beside that.
    let parent_of = |piece: &Piece| page.dom.node(piece.owner).parent;
    if before.is_some_and(|b| parent_of(b) == parent_of(piece)) {
        row.put_again(6);
        return;
    }
    let up = || page.dom.up(page.dom.node(piece.owner).parent).take(6);
    let most = up().enumerate().max_by_key(|&(n, id)| (page.alike[id as usize], 6 - n));
    let (steps, id) = most.unwrap_or((0, ROOT));
    let sum = page.sums[id as usize];
    let parent = page.dom.node(id).parent;
    let group = if parent == NIL { sum } else { page.sums[parent as usize] };
    row.put_log("alike_up", page.alike[id as usize] as f32);
    row.put("alike_steps", steps as f32);
    row.put_log("alike_tokens", sum.tokens);
    row.put_log("alike_group", group.tokens);
    row.put("alike_link", share(group.links, group.tokens));
    row.put("alike_prose", share(group.prose, whole.prose));
}

pub(super) fn own_since(page: &Page, whole: &Whole, n: usize, next_prose: f32, row: &mut Row) {
    let s = &whole.since[n];
    row.put("since_h1", s.h1.min(20.0));
    row.put("since_h2", s.h2.min(20.0));
    row.put("since_h3", s.h3.min(20.0));
    row.put("since_dated", s.dated.min(20.0));
    row.put("since_related", s.related.min(20.0));
    row.put("since_comment", s.comment.min(20.0));
    row.put("since_share", s.share.min(20.0));
    row.put("since_credit", s.credit.min(20.0));
    row.put("since_legal", s.legal.min(20.0));
    row.put_log("since_prose", s.prose);
    row.put_log("since_links", s.links);
    row.put_log("gap_tokens", s.gap_tokens);
    row.put_log("gap_pieces", s.gap_pieces);
    row.put_log("gap_max", s.gap_max);
    row.put("next_prose", next_prose);
    let (rank, peers) = whole.rank[page.pieces.list[n].owner as usize];
    row.put("rank", rank.min(50) as f32);
    row.put("peers", peers.min(50) as f32);
    let (rank, peers) = whole.headed[page.pieces.list[n].owner as usize];
    row.put("headed_rank", rank.min(50) as f32);
    row.put("headed_peers", peers.min(50) as f32);
    let (rank, peers) = whole.articles[page.pieces.list[n].owner as usize];
    row.put("article_rank", rank.min(50) as f32);
    row.put("article_peers", peers.min(50) as f32);
    let run = whole.runs[n];
    row.put_log("run_tokens", run.tokens);
    row.put("run_prose", share(run.prose, run.tokens));
    row.put_log("run_pieces", run.pieces);
    row.put("run_dated", share(run.dated, run.pieces));
    row.put("run_place", n as f32 - run.at);
    row.put("run_before", run.before.min(30.0));
    row.put("run_larger", run.larger.min(30.0));
    row.put("run_share", share(run.prose, whole.prose));
    let described = whole.described.map_or(0.0, |d| n as f32 - d as f32);
    row.put_signed_log("from_described", described);
    row.put("has_described", yes(whole.described.is_some()));
    row.put_log("page_json", whole.in_json);
}

fn own_known(page: &Page, whole: &Whole, n: usize, sums: &[KnownSums; 3], row: &mut Row) {
    const NAMES: [[&str; 5]; 3] = [
        ["body_known", "body_place", "body_share", "body_of_all", "body_after"],
        ["article_known", "article_place", "article_share", "article_of_all", "article_after"],
        ["main_known", "main_place", "main_share", "main_of_all", "main_after"],
    ];
    let owner = page.pieces.list[n].owner as usize;
    for ((names, known), sums) in NAMES.into_iter().zip(&whole.known).zip(sums) {
        let place = known.of[owner];
        row.put(names[0], known.prose.len().min(20) as f32);
        row.put(names[1], if place == 0 { -1.0 } else { f32::from(place.min(20)) });
        let own = if place == 0 { 0.0 } else { known.prose[usize::from(place) - 1] };
        row.put(names[2], share(own, sums.most));
        row.put(names[3], share(sums.all, whole.prose));
        row.put(names[4], share(sums.first, whole.prose));
    }
    const TITLED: [&str; 2] = ["in_titled", "in_titled_much"];
    for ((name, top), bit) in TITLED.into_iter().zip(whole.titled).zip(4..) {
        let inside = whole.inside[owner] >> bit & 1 == 1;
        row.put(name, if top == NIL { -1.0 } else { yes(inside) });
    }
}

/// What is the same for all pieces.
pub(super) fn own_page(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    if n > 0 {
        row.put_again(10);
        return;
    }
    let all = page.sums[ROOT as usize];
    row.put_log("page_tokens", all.tokens);
    row.put("page_link", share(all.links, all.tokens));
    row.put("page_prose", share(whole.prose, all.tokens));
    row.put_log("page_pieces", all.pieces);
    row.put_log("page_long", whole.n_long);
    row.put("page_han", whole.han);
    let half = page.sums[whole.centres[0] as usize];
    row.put("half_link", share(half.links, half.tokens));
    row.put("half_prose", share(half.prose, half.tokens));
    row.put_log("half_pieces", half.pieces);
    row.put("half_mean", share(half.tokens, half.pieces));
}
