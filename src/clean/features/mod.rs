//! Pieces → rows of features: what each line of a page looks like, and what is around it.
//!
//! In: the tree, its marks and pieces. Out: one row of numbers a piece, in the order of names that the rows carry. Two
//! kinds: [`own`], from the page alone, and [`context`], from the probabilities that a first model gave to the piece,
//! its neighbours and the elements around it. Amounts of text are counted in tokens: a Han character is one, a word
//! of other scripts is one. Everything is linear in the page's size but for walks up the tree, which are cut at
//! [`LEVELS_MAX`].
//!
//! The ideas are Readability's (scores that rise to parents), CETD's and GNE's (density of text, links and sentence
//! marks), magic-html's (runs of siblings that look alike), jusText's (neighbours).

mod text;
mod elements;
mod head;
mod along;
mod whole;
mod own;
mod context;

pub(super) use context::context;
pub(super) use elements::{
    NEAR_ASIDE, NEAR_COMMENT, NEAR_CONSENT, NEAR_FOOT_NAME, NEAR_FOOTER, NEAR_NAV, NEAR_NAV_NAME,
};
pub(super) use head::key;
pub(super) use own::own;
pub(super) use text::{Phrase, Stat, is_han};
pub(super) use whole::{NAMED_OTHER, Whole, whole};

use elements::{FAR, N_NEAR};

use std::sync::LazyLock;
pub(super) use text::prepare;

use super::Hints;
use super::dom::{Dom, Id, Kind, NIL, ROOT, Tag};
use super::names::Mark;
use super::pieces::{Piece, Pieces};

/// How far up the tree features look.
const LEVELS_MAX: usize = 24;

/// Sums over what is below an element.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) tokens: f32,
    links: f32,
    ends: f32,
    commas: f32,
    pub(super) pieces: f32,
    pub(super) prose: f32,
}

impl Sum {
    /// Tokens in links.
    pub(super) fn links(&self) -> f32 {
        self.links
    }

    fn add(&mut self, other: Sum) {
        self.tokens += other.tokens;
        self.links += other.links;
        self.ends += other.ends;
        self.commas += other.commas;
        self.pieces += other.pieces;
        self.prose += other.prose;
    }
}

/// Rows that stand side by side: a vector instruction of the models compares several of them.
pub(super) const LANES: usize = 16;

/// One value of each of these rows, in one line of the processor's cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f32; LANES]);

/// Rows of features, as the models read them: of [`LANES`] rows the first values, then the second ones, and so on. What
/// stands in the last such block beyond the last row means nothing.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) names: Vec<&'static str>,
    n_rows: usize,
    columns: Vec<Lanes>,
    /// The block that is being filled.
    block: Vec<Lanes>,
}

impl Rows {
    /// Number of features of a row.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.n_rows
    }

    /// The columns of the rows, a block of [`LANES`] rows after the other.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &[Lanes]> {
        self.columns.chunks(self.width().max(1))
    }

    /// All values, row by row.
    pub(super) fn values(&self) -> Vec<f32> {
        let row = |n: usize| {
            let columns = &self.columns[n / LANES * self.width()..][..self.width()];
            columns.iter().map(move |lanes| lanes.0[n % LANES])
        };
        (0..self.n_rows).flat_map(row).collect()
    }

    /// Room for `n` rows.
    pub(super) fn new(n: usize) -> Self {
        let block = vec![Lanes([0.0; LANES]); WIDTH_MAX];
        Self { names: Vec::new(), n_rows: n, columns: Vec::new(), block }
    }

    /// The `n`-th row, to be filled; they come one after the other, and each ends with [`Rows::end`].
    pub(super) fn row(&mut self, n: usize) -> Row<'_> {
        let names = if n == 0 { Some(&mut self.names) } else { None };
        Row { names, block: &mut self.block, at: 0, lane: n % LANES, logs: &LOGS }
    }

    /// Ends the `n`-th row.
    pub(super) fn end(&mut self, n: usize) {
        if n == 0 {
            self.columns.reserve_exact(self.width() * self.n_rows.div_ceil(LANES));
        }
        if n % LANES + 1 == LANES || n + 1 == self.n_rows {
            self.columns.extend_from_slice(&self.block[..self.names.len()]);
        }
    }
}

/// Features of a row at most; a test fails where there are more.
const WIDTH_MAX: usize = 256;

/// A row in the making. Names are taken down for the first row alone.
pub(super) struct Row<'a> {
    names: Option<&'a mut Vec<&'static str>>,
    /// The block that the row is in, and its place there.
    block: &'a mut [Lanes],
    lane: usize,
    /// Where the next value goes.
    at: usize,
    logs: &'static [f32; LOGS_MAX],
}

impl Row<'_> {
    pub(super) fn put(&mut self, name: &'static str, value: f32) {
        if let Some(names) = &mut self.names {
            names.push(name);
        }
        if let Some(column) = self.block.get_mut(self.at) {
            column.0[self.lane % LANES] = value;
        }
        self.at += 1;
    }

    /// Puts the logarithm of a count and one.
    fn put_log(&mut self, name: &'static str, count: f32) {
        self.put(name, log(self.logs, count));
    }

    /// Puts the logarithm of a distance with its sign.
    fn put_signed_log(&mut self, name: &'static str, distance: f32) {
        self.put(name, distance.signum() * log(self.logs, distance.abs()));
    }

    /// Puts the next `n` values of the row before once more; the first row has none. That of the first row of a block is
    /// the last of the block before, which still stands here.
    fn put_again(&mut self, n: usize) {
        let before = (self.lane + LANES - 1) % LANES;
        for Lanes(column) in self.block.iter_mut().skip(self.at).take(n) {
            column[self.lane % LANES] = column[before];
        }
        self.at += n;
    }
}

/// A page with what features are made from.
pub(super) struct Page<'a> {
    pub(super) dom: &'a Dom,
    pub(super) marks: &'a [Mark],
    pub(super) pieces: &'a Pieces,
    pub(super) stats: Vec<Stat>,
    /// Elements in document order.
    order: Vec<Id>,
    /// Sums a node.
    pub(super) sums: Vec<Sum>,
    /// Siblings that look the same and have text, itself included.
    alike: Vec<u32>,
    /// Steps up to the nearest element of each class of names, and of each tag of [`LANDMARKS`].
    near: Vec<[u8; N_NEAR]>,
    /// The piece that is the article's title, if one stands out.
    pub(super) title: Option<usize>,
    pub(super) title_fit: Vec<f32>,
    /// What the head of the page gives as title, letters and digits alone, cut at dividers.
    pub(super) titles: Vec<String>,
    /// Whether the head of the page says the same: bit 0 its description, bit 1 the articleBody of ld+json.
    said: Vec<u8>,
}

impl<'a> Page<'a> {
    /// Looks a page over.
    pub(super) fn read(dom: &'a Dom, marks: &'a [Mark], pieces: &'a Pieces, hints: &Hints) -> Self {
        let stats: Vec<Stat> = pieces.list.iter().map(|p| text::stat(pieces.of(p), p)).collect();
        let order: Vec<Id> =
            dom.within(ROOT).filter(|&id| dom.node(id).kind != Kind::Text).collect();
        let mut sums = vec![Sum::default(); dom.len()];
        for (piece, stat) in pieces.list.iter().zip(&stats) {
            sums[piece.owner as usize].add(Sum {
                tokens: stat.tokens,
                links: stat.tokens * stat.link_share,
                ends: stat.ends,
                commas: stat.commas,
                pieces: 1.0,
                prose: if stat.is_prose() { stat.tokens } else { 0.0 },
            });
        }
        for &id in order.iter().rev() {
            let parent = dom.node(id).parent;
            if parent != NIL {
                let sum = sums[id as usize];
                sums[parent as usize].add(sum);
            }
        }
        let alike = elements::alike(dom, marks, &sums, &order);
        let near = elements::near(dom, marks, &order);
        let (title, title_fit) = head::find_title(dom, marks, pieces, &stats, hints);
        let said = head::said(pieces, &stats, hints);
        let titles = head::parts(hints);
        Self { dom, marks, pieces, stats, order, sums, alike, near, title, title_fit, titles, said }
    }

    /// Whether a piece is in, or a few steps below, an element with names of this class, or one of the landmarks.
    pub(super) fn is_near(&self, piece: &Piece, name: usize) -> bool {
        self.near[piece.first_element(self.dom) as usize][name] < FAR
    }

    /// The element whose children the paragraphs around a piece are.
    fn container(&self, piece: &Piece) -> Id {
        use Tag::*;
        let parent = self.dom.node(piece.owner).parent;
        match self.dom.tag(piece.owner) {
            P | Li | H1 | H2 | H3 | H4 | H5 | H6 | Pre | Dd | Dt | Table | Figcaption | Button
                if parent != NIL =>
            {
                parent
            }
            _ => piece.owner,
        }
    }

    /// The containers of a piece from the innermost up, without those that hold the same as the one below.
    fn levels(&self, piece: &Piece) -> impl Iterator<Item = Id> + '_ {
        let mut pieces = -1.0;
        self.dom.up(self.container(piece)).take(LEVELS_MAX).filter(move |&id| {
            let new = self.sums[id as usize].pieces > pieces;
            pieces = pieces.max(self.sums[id as usize].pieces);
            new
        })
    }

    /// Carries values of elements up: each into the value of its parent.
    pub(super) fn gather<T: Copy>(&self, values: &mut [T], mut add: impl FnMut(&mut T, T)) {
        for &id in self.order.iter().rev() {
            let parent = self.dom.node(id).parent;
            if parent != NIL {
                let value = values[id as usize];
                add(&mut values[parent as usize], value);
            }
        }
    }

    /// Carries values of elements down: each becomes what `join` makes of its parent's and its own.
    pub(super) fn spread<T: Copy>(&self, values: &mut [T], join: impl Fn(T, T) -> T) {
        for &id in &self.order {
            let parent = self.dom.node(id).parent;
            if parent != NIL {
                values[id as usize] = join(values[parent as usize], values[id as usize]);
            }
        }
    }

    /// The innermost element that holds this share of the mass, `mass` being a sum over subtrees.
    fn centre(&self, mass: &[f32], share: f32) -> Id {
        let all = mass[ROOT as usize] * share;
        let mut at = ROOT;
        loop {
            let heavy = self.dom.children(at).find(|&c| mass[c as usize] >= all);
            match heavy {
                Some(child) if all > 0.0 => at = child,
                _ => return at,
            }
        }
    }
}

/// The logarithms of small whole numbers and one: most counts are such, and each row has dozens of them.
static LOGS: LazyLock<[f32; LOGS_MAX]> =
    LazyLock::new(|| std::array::from_fn(|n| (n as f32).ln_1p()));
const LOGS_MAX: usize = 2048;

/// The logarithm of a count and one.
fn log(logs: &[f32; LOGS_MAX], x: f32) -> f32 {
    let n = x as usize;
    match logs.get(n) {
        Some(&log) if n as f32 == x => log,
        _ => x.max(0.0).ln_1p(),
    }
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn yes(b: bool) -> f32 {
    f32::from(u8::from(b))
}

impl Piece {
    /// The element that the first text is directly in.
    fn first_element(&self, dom: &Dom) -> Id {
        match dom.node(self.first) {
            node if node.kind == Kind::Element => self.first,
            node => node.parent,
        }
    }
}

/// What a test makes of a page whose title element says 河边的桥通车了.
#[cfg(test)]
pub(super) fn with_page<T>(source: &str, look: impl FnOnce(&Page) -> T) -> T {
    let dom = super::dom::parse(source, 512, 100_000, true);
    let marks = super::names::mark(&dom);
    let pieces = super::pieces::cut(&dom, &marks);
    let hints = Hints {
        html_title: Some("河边的桥通车了-某某网".to_owned()), ..Hints::default()
    };
    look(&Page::read(&dom, &marks, &pieces, &hints))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_full_and_finite() {
        let source = "<h1>河边的桥通车</h1><div><p>昨天，河边的桥通车了。<p>很多人来看。</div><ul><li><a>首页";
        with_page(source, |page| {
            let check = |rows: &Rows| {
                assert!(rows.len() == page.stats.len() && rows.width() <= WIDTH_MAX);
                assert_eq!(rows.values().len(), rows.len() * rows.width());
                assert!(rows.values().iter().all(|v| v.is_finite()));
            };
            let rows = own(page, &whole(page));
            check(&rows);
            assert_eq!(page.title, Some(0));
            let rows = context(page, &vec![0.5; page.stats.len()]);
            check(&rows);
        });
    }

    #[test]
    fn tokens_are_counted_as_the_measure_does() {
        with_page("<p>甲乙 one2 three，4.5。", |page| assert_eq!(page.stats[0].tokens, 6.0));
    }
}
