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

/// Rows of features.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) names: Vec<&'static str>,
    pub(super) values: Vec<f32>,
}

impl Rows {
    /// Number of features of a row.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }
}

/// A row in the making; names are taken down for the first row alone.
struct Row<'a> {
    rows: &'a mut Rows,
    first: bool,
}

impl Row<'_> {
    fn put(&mut self, name: &'static str, value: f32) {
        if self.first {
            self.rows.names.push(name);
        }
        self.rows.values.push(value);
    }

    /// Puts several values at once.
    fn put_all(&mut self, names: &[&'static str], values: impl Iterator<Item = f32>) {
        if self.first {
            self.rows.names.extend_from_slice(names);
        }
        self.rows.values.extend(values);
    }

    /// Puts the next `n` values of the row before once more; the first row has none.
    fn put_again(&mut self, n: usize) {
        let start = self.rows.values.len().saturating_sub(self.rows.width());
        self.rows.values.extend_from_within(start..start + n);
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

/// The logarithm of a count and one. Most are of small whole numbers, and each row has dozens.
fn log(x: f32) -> f32 {
    static SMALL: LazyLock<[f32; 2048]> =
        LazyLock::new(|| std::array::from_fn(|n| (n as f32).ln_1p()));
    let n = x as usize;
    match SMALL.get(n) {
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
            let rows = own(page, &whole(page));
            assert_eq!(rows.values.len(), page.stats.len() * rows.width());
            assert!(rows.values.iter().all(|v| v.is_finite()));
            assert_eq!(page.title, Some(0));
            let rows = context(page, &vec![0.5; page.stats.len()]);
            assert_eq!(rows.values.len(), page.stats.len() * rows.width());
            assert!(rows.values.iter().all(|v| v.is_finite()));
        });
    }

    #[test]
    fn tokens_are_counted_as_the_measure_does() {
        with_page("<p>甲乙 one2 three，4.5。", |page| assert_eq!(page.stats[0].tokens, 6.0));
    }
}
