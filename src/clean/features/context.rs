//! The rows of the second model: features of every piece from what a first model thinks of it, and of what is around it.

use rustc_hash::FxHashMap;

use super::{Page, Row, Rows, share, yes};
use crate::clean::dom::{Id, NIL, ROOT};
use crate::clean::pieces::Piece;

/// Features of every piece from what a first model thinks of it and of what is around it.
pub(in crate::clean) fn context(page: &Page, p: &[f32]) -> Rows {
    let mass = Mass::of(page, p);
    let mut rows = Rows::new(p.len());
    for n in 0..p.len() {
        let mut row = rows.row(n);
        context_line(page, p, &mass, n, &mut row);
        context_tree(page, &mass, n, &mut row);
        rows.end(n);
    }
    rows
}

/// What is expected to be content, summed in several ways.
pub(super) struct Mass {
    /// Expected tokens before each piece, and all in the end.
    pub(super) before: Vec<f32>,
    /// Expected tokens below each node.
    pub(super) below: Vec<f32>,
    /// Highest probability below each node.
    pub(super) max: Vec<f32>,
    pub(super) centres: [Id; 3],
    pub(super) inside: Vec<u8>,
    /// Expected and all tokens of the pieces that look alike.
    pub(super) looks: FxHashMap<(u32, u32), (f32, f32, f32)>,
}

impl Mass {
    pub(super) fn of(page: &Page, p: &[f32]) -> Self {
        let mut before = Vec::with_capacity(p.len() + 1);
        let mut below = vec![0.0; page.dom.len()];
        let mut max = vec![0.0f32; page.dom.len()];
        let mut looks: FxHashMap<_, (f32, f32, f32)> = FxHashMap::default();
        let mut sum = 0.0;
        for ((piece, stat), &p) in page.pieces.list.iter().zip(&page.stats).zip(p) {
            before.push(sum);
            sum += p * stat.tokens;
            below[piece.owner as usize] += p * stat.tokens;
            max[piece.owner as usize] = max[piece.owner as usize].max(p);
            let look = looks.entry(look(page, piece)).or_default();
            look.0 += p * stat.tokens;
            look.1 += stat.tokens;
            look.2 += 1.0;
        }
        before.push(sum);
        for &id in page.order.iter().rev() {
            let parent = page.dom.node(id).parent;
            if parent != NIL {
                below[parent as usize] += below[id as usize];
                max[parent as usize] = max[parent as usize].max(max[id as usize]);
            }
        }
        let centres = [0.5, 0.8, 0.95].map(|s| page.centre(&below, s));
        let mut inside = vec![0u8; page.dom.len()];
        for &id in &page.order {
            let parent = page.dom.node(id).parent;
            let mut bits = inside.get(parent as usize).copied().unwrap_or(0);
            for (n, centre) in centres.iter().enumerate() {
                bits |= u8::from(id == *centre) << n;
            }
            inside[id as usize] = bits;
        }
        Self { before, below, max, centres, inside, looks }
    }
}

/// Pieces of the same kind: look of the owner and of what is around it.
pub(super) fn look(page: &Page, piece: &Piece) -> (u32, u32) {
    let parent = page.dom.node(piece.owner).parent;
    let outer = page.marks.get(parent as usize).map_or(0, |m| m.look);
    (page.marks[piece.owner as usize].look, outer)
}

pub(super) fn context_line(page: &Page, p: &[f32], mass: &Mass, n: usize, row: &mut Row) {
    const NAMES: [&str; 7] = ["p_prev3", "p_prev2", "p_prev", "p", "p_next", "p_next2", "p_next3"];
    for (name, by) in NAMES.into_iter().zip(-3isize..) {
        let value = n.checked_add_signed(by).and_then(|m| p.get(m)).copied().unwrap_or(0.0);
        row.put(name, value);
    }
    const WINDOWS: [(usize, &str, &str); 2] =
        [(5, "p_before5", "p_after5"), (15, "p_before15", "p_after15")];
    for (width, before, after) in WINDOWS {
        let mean = |from: usize, to: usize| {
            let tokens: f32 = page.stats[from..to].iter().map(|s| s.tokens).sum();
            share(mass.before[to] - mass.before[from], tokens)
        };
        row.put(before, mean(n.saturating_sub(width), n));
        row.put(after, mean(n + 1, (n + 1 + width).min(p.len())));
    }
    let all = mass.before[p.len()];
    row.put("p_mass_before", share(mass.before[n], all));
    row.put("p_mass_after", share(all - mass.before[n + 1], all));
    row.put_log("p_mass", all);
    row.put("p_mass_share", share(all, page.sums[ROOT as usize].tokens));
    let (expected, tokens, pieces) =
        mass.looks.get(&look(page, &page.pieces.list[n])).copied().unwrap_or_default();
    row.put("p_look", share(expected, tokens));
    row.put("p_look_share", share(expected, all));
    row.put_log("look_pieces", pieces);
}

pub(super) fn context_tree(page: &Page, mass: &Mass, n: usize, row: &mut Row) {
    const NAMES: [[&str; 3]; 6] = [
        ["p_l1", "p_l1_share", "p_l1_max"],
        ["p_l2", "p_l2_share", "p_l2_max"],
        ["p_l3", "p_l3_share", "p_l3_max"],
        ["p_l4", "p_l4_share", "p_l4_max"],
        ["p_l5", "p_l5_share", "p_l5_max"],
        ["p_l6", "p_l6_share", "p_l6_max"],
    ];
    let all = mass.below[ROOT as usize];
    let piece = &page.pieces.list[n];
    let mut levels = page.levels(piece);
    let mut last = [0.0; 3];
    for names in NAMES {
        if let Some(id) = levels.next() {
            let below = mass.below[id as usize];
            last = [
                share(below, page.sums[id as usize].tokens),
                share(below, all),
                mass.max[id as usize],
            ];
        }
        for (name, value) in names.into_iter().zip(last) {
            row.put(name, value);
        }
    }
    let inside = mass.inside[piece.owner as usize];
    row.put("p_in_half", yes(inside & 1 != 0));
    row.put("p_in_most", yes(inside & 2 != 0));
    row.put("p_in_all", yes(inside & 4 != 0));
    const CENTRES: [&str; 3] = ["p_half", "p_most", "p_all"];
    for (name, &id) in CENTRES.into_iter().zip(&mass.centres) {
        row.put(name, share(mass.below[id as usize], page.sums[id as usize].tokens));
    }
}
