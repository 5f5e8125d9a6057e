//! What reading along the page tells: runs of pieces in one container, and what has come since the title.

use super::{Page, Phrase, yes};
use crate::clean::dom::NIL;

/// Pieces in a row that have the same container.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) tokens: f32,
    pub(super) prose: f32,
    pub(super) pieces: f32,
    /// Pieces with a date or time of day: many in lists of entries, one or two in an article.
    pub(super) dated: f32,
    pub(super) at: f32,
    /// Runs with prose before it since the title.
    pub(super) before: f32,
    /// Runs on the page with more prose.
    pub(super) larger: f32,
}

/// The run of each piece.
pub(super) fn runs(page: &Page) -> Vec<Run> {
    let (mut runs, mut of): (Vec<Run>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut last = NIL;
    let mut before = 0.0;
    for (n, (piece, stat)) in page.pieces.list.iter().zip(&page.stats).enumerate() {
        let container = page.container(piece);
        if page.title == Some(n) {
            before = 0.0;
        }
        if container != last {
            before += yes(runs.last().is_some_and(|r: &Run| r.prose >= 20.0));
            runs.push(Run { at: n as f32, before, ..Run::default() });
            last = container;
        }
        if let Some(run) = runs.last_mut() {
            run.tokens += stat.tokens;
            run.pieces += 1.0;
            run.dated += yes(stat.dated);
            run.prose += if stat.is_prose() { stat.tokens } else { 0.0 };
        }
        of.push(runs.len() - 1);
    }
    let mut sizes: Vec<f32> = runs.iter().map(|r| r.prose).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    for run in &mut runs {
        run.larger = sizes.partition_point(|&s| s > run.prose) as f32;
    }
    of.into_iter().map(|r| runs[r]).collect()
}

/// What has come since the title, or since the start of a page without.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::clean) struct Since {
    pub(super) h1: f32,
    pub(super) h2: f32,
    pub(super) h3: f32,
    pub(super) dated: f32,
    pub(super) related: f32,
    pub(in crate::clean) comment: f32,
    pub(super) share: f32,
    pub(super) credit: f32,
    pub(super) legal: f32,
    pub(super) prose: f32,
    pub(super) links: f32,
    /// Tokens and pieces since the last line of prose.
    pub(super) gap_tokens: f32,
    pub(super) gap_pieces: f32,
    /// The widest such gap between two lines of prose.
    pub(super) gap_max: f32,
}

impl Since {
    pub(super) fn take(&mut self, page: &Page, n: usize) {
        let (piece, s) = (&page.pieces.list[n], &page.stats[n]);
        match page.dom.up(piece.owner).take(3).find_map(|id| page.dom.tag(id).heading()) {
            Some(1) => self.h1 += 1.0,
            Some(2) => self.h2 += 1.0,
            Some(_) => self.h3 += 1.0,
            None => {}
        }
        let short = s.tokens < 30.0;
        let says = |phrase| yes(short && s.covers(phrase) > 0.2);
        self.dated += yes(s.dated && s.tokens < 25.0);
        self.related += says(Phrase::Related);
        self.comment += says(Phrase::Comment);
        self.share += says(Phrase::Share);
        self.credit += yes(short && s.covers(Phrase::Credit) > 0.0);
        self.legal += says(Phrase::Legal);
        self.links += yes(s.link_share > 0.8);
        if s.is_prose() {
            if self.prose > 0.0 {
                self.gap_max = self.gap_max.max(self.gap_pieces);
            }
            self.prose += s.tokens;
            (self.gap_tokens, self.gap_pieces) = (0.0, 0.0);
        } else {
            self.gap_tokens += s.tokens;
            self.gap_pieces += 1.0;
        }
    }
}

/// The state before each piece.
pub(super) fn since(page: &Page) -> Vec<Since> {
    let mut list = Vec::with_capacity(page.stats.len());
    let mut now = Since::default();
    for n in 0..page.stats.len() {
        if page.title == Some(n) {
            now = Since::default();
        }
        list.push(now);
        now.take(page, n);
    }
    list
}
