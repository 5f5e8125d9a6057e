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

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::Hints;
use super::dom::{Attr, Dom, Id, Kind, NIL, ROOT, Tag};
use super::names::{Mark, N_NAMES};
use super::pieces::{Piece, Pieces, is_wide};

/// Number of classes in marks.toml.
pub(super) const N_MARKS: usize = 9;

/// How far up the tree features look.
const LEVELS_MAX: usize = 24;

#[derive(Deserialize)]
struct File {
    mark: Vec<Entry>,
}

#[derive(Deserialize)]
#[cfg_attr(not(test), expect(dead_code, reason = "reasons are for readers, and for the test"))]
struct Entry {
    class: String,
    reason: String,
    phrases: Vec<String>,
}

struct Phrases {
    automaton: AhoCorasick,
    class: Vec<u8>,
}

fn file() -> File {
    toml::from_str(include_str!("rules/marks.toml")).expect("marks.toml is checked by a test")
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let (mut phrases, mut class) = (Vec::new(), Vec::new());
    for (n, entry) in (0u8..).zip(file().mark) {
        class.extend(entry.phrases.iter().map(|_| n));
        phrases.extend(entry.phrases);
    }
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(phrases)
        .expect("a few hundred short patterns always build");
    Phrases { automaton, class }
});

/// The classes of marks.toml, by their place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    Legal = 0,
    Share,
    Related,
    Credit,
    Meta,
    Nav,
    Comment,
    Sign,
    NotFound,
}

/// What the characters of a piece are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stat {
    pub(super) tokens: f32,
    pub(super) han: f32,
    digits: f32,
    letters: f32,
    capitals: f32,
    chars: f32,
    pub(super) ends: f32,
    commas: f32,
    /// 0 nothing, 1 a pause, 2 the end of a sentence, 3 a closing quote or bracket.
    last: u8,
    opens: bool,
    /// A date or time of day.
    pub(super) dated: bool,
    /// Share of the bytes that phrases of each class cover.
    pub(super) phrases: [f32; N_MARKS],
    pub(super) link_share: f32,
    pub(super) bold_share: f32,
}

impl Stat {
    /// Whether the piece reads like running text.
    pub(super) fn is_prose(&self) -> bool {
        self.ends >= 1.0 && self.link_share < 0.4 && self.tokens >= 8.0
    }

    /// How much of the piece phrases of this class cover.
    pub(super) fn covers(&self, phrase: Phrase) -> f32 {
        self.phrases[phrase as usize]
    }
}

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
    /// Whether the head of the page says the same: bit 0 its description, bit 1 the articleBody of ld+json.
    said: Vec<u8>,
}

const LANDMARKS: [Tag; 14] = [
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

/// Places in a row of [`Page::is_near`].
pub(super) const NEAR_CONSENT: usize = 15;
/// The nav element.
pub(super) const NEAR_NAV: usize = N_NAMES + 2;
/// The aside element.
pub(super) const NEAR_ASIDE: usize = N_NAMES + 3;
/// The footer element.
pub(super) const NEAR_FOOTER: usize = N_NAMES + 5;

const N_NEAR: usize = N_NAMES + LANDMARKS.len();

const NEAR_NAMES: [&str; N_NEAR] = [
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
const FAR: u8 = 20;

impl<'a> Page<'a> {
    /// Looks a page over.
    pub(super) fn read(dom: &'a Dom, marks: &'a [Mark], pieces: &'a Pieces, hints: &Hints) -> Self {
        let stats: Vec<Stat> = pieces.list.iter().map(|p| stat(pieces.of(p), p)).collect();
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
        let alike = alike(dom, marks, &sums, &order);
        let near = near(dom, marks, &order);
        let (title, title_fit) = find_title(dom, marks, pieces, &stats, hints);
        let said = said(pieces, &stats, hints);
        Self { dom, marks, pieces, stats, order, sums, alike, near, title, title_fit, said }
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

/// Counts the characters of a piece.
fn stat(text: &str, piece: &Piece) -> Stat {
    let mut s = Stat::default();
    let mut in_word = false;
    let mut previous = ' ';
    let mut colon = false;
    for c in text.chars() {
        let wide = is_han(c);
        let word = !wide && c.is_alphanumeric();
        if wide || word && !in_word {
            s.tokens += 1.0;
        }
        in_word = word;
        if wide {
            s.han += 1.0;
        } else if c.is_ascii_digit() {
            s.digits += 1.0;
        } else if word {
            s.letters += 1.0;
            s.capitals += f32::from(u8::from(c.is_uppercase()));
        } else {
            match c {
                '。' | '！' | '？' | '；' | '…' | '।' | '؟' => s.ends += 1.0,
                '，' | '、' | '،' => s.commas += 1.0,
                ',' if previous.is_alphabetic() => s.commas += 1.0,
                ' ' => s.ends += f32::from(u8::from(matches!(previous, '.' | '!' | '?'))),
                ':' | '：' => colon = true,
                _ => {}
            }
        }
        previous = c;
        s.chars += 1.0;
    }
    let last = text.trim_end_matches(['"', '\'', ')', '”', '’', '」', '）', ']', '»', ' ']);
    s.last = match last.chars().next_back() {
        Some('.' | '!' | '?') => {
            s.ends += 1.0;
            2
        }
        Some('。' | '！' | '？' | '；' | '…' | '।' | '؟') => 2,
        Some('，' | '、' | ',' | ':' | '：' | ';') => 1,
        _ if last.len() < text.len() => 3,
        _ => 0,
    };
    s.opens = text.starts_with(['“', '"', '「', '【', '[', '（', '(', '«']);
    let chars = piece.chars.max(1) as f32;
    s.link_share = piece.link_chars as f32 / chars;
    // A whole paragraph in one link: a link that was never closed, or a teaser; the model tells these by other signs.
    if s.ends >= 2.0 && s.tokens > 40.0 && piece.links <= 1 {
        s.link_share = 0.0;
    }
    s.bold_share = piece.bold_chars as f32 / chars;
    s.dated = s.digits >= 3.0 && s.tokens < 60.0 && is_dated(text);
    phrases(text, &mut s);
    // A colon with little after it is a label, as in "作者：…".
    if colon && s.tokens < 30.0 && s.last == 0 {
        s.last = 4;
    }
    s
}

/// The parts of a piece that phrases are looked for in: all of a short one, the ends of a long one.
fn phrases(text: &str, s: &mut Stat) {
    let found = |part: &str, s: &mut Stat, whole: f32| {
        for hit in PHRASES.automaton.find_iter(part) {
            let class = PHRASES.class[hit.pattern().as_usize()] as usize;
            let (start, end) = (hit.start(), hit.end());
            // A Latin phrase must not be a part of a longer word.
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_wide(c));
            let latin = part[start..end].chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if latin
                && (letter(part[..start].chars().next_back()) || letter(part[end..].chars().next()))
            {
                continue;
            }
            s.phrases[class] += (end - start) as f32 / whole;
        }
    };
    const EDGE: usize = 90;
    if text.len() <= 4 * EDGE {
        found(text, s, text.len() as f32);
    } else {
        let head = text.floor_char_boundary(EDGE);
        let tail = text.ceil_char_boundary(text.len() - EDGE);
        found(&text[..head], s, text.len() as f32);
        found(&text[tail..], s, text.len() as f32);
    }
}

/// The characters that are a token each.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}

/// Whether a short text has a date or a time in it: 2024-01-02, 2024年1月2日, 10:30, Jan 2 2024.
fn is_dated(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |n: usize| bytes.get(n).is_some_and(u8::is_ascii_digit);
    let year = |n: usize| {
        digit(n)
            && digit(n + 1)
            && digit(n + 2)
            && digit(n + 3)
            && !digit(n + 4)
            && matches!(&bytes[n..n + 2], b"19" | b"20")
    };
    (0..bytes.len()).any(|n| {
        let clock = bytes[n] == b':' && n > 0 && digit(n - 1) && digit(n + 1) && digit(n + 2);
        clock || (n == 0 || !digit(n - 1)) && year(n)
    })
}

/// How often each element's look occurs among its siblings that have text.
fn alike(dom: &Dom, marks: &[Mark], sums: &[Sum], order: &[Id]) -> Vec<u32> {
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

/// Steps from every element up to the nearest of each kind.
fn near(dom: &Dom, marks: &[Mark], order: &[Id]) -> Vec<[u8; N_NEAR]> {
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

/// Letters and digits alone, lowered.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What the head of the page gives as title.
fn titles(hints: &Hints) -> Vec<String> {
    let meta = hints.meta.iter().filter(|(k, _)| matches!(k.as_str(), "og:title" | "articletitle"));
    let json = hints.json_ld.iter().filter(|(k, _)| k == "headline");
    let all = hints.html_title.iter().chain(meta.chain(json).map(|(_, v)| v));
    all.take(4).map(|t| key(t)).filter(|t| t.chars().count() >= 2).collect()
}

/// How much of the longer the shorter covers, if it is a part of it.
fn fit(text: &str, title: &str) -> f32 {
    if text.is_empty() {
        0.0
    } else if title.contains(text) {
        text.len() as f32 / title.len() as f32
    } else if text.contains(title) {
        title.len() as f32 / text.len() as f32
    } else {
        0.0
    }
}

/// Which pieces the head of the page has too.
fn said(pieces: &Pieces, stats: &[Stat], hints: &Hints) -> Vec<u8> {
    const HEAD: usize = 16;
    let head = |text: &str| key(text).chars().take(HEAD).collect::<String>();
    let named =
        |name: &str| matches!(name, "description" | "og:description" | "twitter:description");
    let descriptions: Vec<String> = hints
        .meta
        .iter()
        .filter(|(k, _)| named(k))
        .map(|(_, v)| head(v))
        .filter(|h| h.chars().count() == HEAD)
        .take(4)
        .collect();
    let body: String =
        hints.json_ld.iter().filter(|(k, _)| k == "articleBody").map(|(_, v)| key(v)).collect();
    // Every run of HEAD characters of the body, so that looking a piece up costs the same in bodies of any length.
    let starts: Vec<usize> = body.char_indices().map(|(at, _)| at).chain([body.len()]).collect();
    let index: FxHashSet<&str> = starts.windows(HEAD + 1).map(|w| &body[w[0]..w[HEAD]]).collect();
    let of = |(piece, stat): (&Piece, &Stat)| {
        if stat.tokens < 6.0 || descriptions.is_empty() && body.is_empty() {
            return 0;
        }
        let start = head(pieces.of(piece));
        let described = descriptions.contains(&start);
        let in_body =
            body.len() > 60 && start.chars().count() == HEAD && index.contains(start.as_str());
        u8::from(described) | u8::from(in_body) << 1
    };
    pieces.list.iter().zip(stats).map(of).collect()
}

/// The piece that says what the title element says, and how well each piece does.
fn find_title(
    dom: &Dom,
    marks: &[Mark],
    pieces: &Pieces,
    stats: &[Stat],
    hints: &Hints,
) -> (Option<usize>, Vec<f32>) {
    let titles = titles(hints);
    let mut fits = vec![0.0; stats.len()];
    let mut best = (0.0, None);
    for (n, (piece, stat)) in pieces.list.iter().zip(stats).enumerate() {
        if stat.tokens > 80.0 || piece.chars < 2 {
            continue;
        }
        let text = key(pieces.of(piece));
        let fit = titles.iter().map(|title| fit(&text, title)).fold(0.0, f32::max);
        fits[n] = fit;
        let level = dom.up(piece.owner).take(3).find_map(|id| dom.tag(id).heading());
        let heading = match level {
            Some(1) => 0.6,
            Some(2) => 0.35,
            Some(3) => 0.2,
            _ => 0.0,
        };
        let linked = 0.5 * stat.link_share;
        let short = if piece.chars < 5 { 0.3 } else { 0.0 };
        let hidden = if marks[piece.owner as usize].hidden { 1.0 } else { 0.0 };
        let score = fit + heading - linked - short - hidden;
        if score > best.0 + 0.01 && score >= 0.35 {
            best = (score, Some(n));
        }
    }
    (best.1, fits)
}

fn log(x: f32) -> f32 {
    x.max(0.0).ln_1p()
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn yes(b: bool) -> f32 {
    f32::from(u8::from(b))
}

/// The level of a heading, and groups of other tags, as one number each.
fn tag_group(tag: Tag) -> f32 {
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
fn rising(page: &Page) -> (Vec<f32>, Id) {
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

/// What holds for the whole page.
pub(super) struct Whole {
    scores: Vec<f32>,
    top: Id,
    /// Innermost elements with half, four fifths and nearly all of the prose.
    centres: [Id; 3],
    /// For each node whether it is in each centre: bits 0 to 2; bit 3: in the top element.
    inside: Vec<u8>,
    /// Steps from the title's owner for what is around it, else `u8::MAX`.
    from_title: Vec<u8>,
    before: Vec<f32>,
    tokens: f32,
    prose: f32,
    dups: Vec<u32>,
    n_long: f32,
    han: f32,
    /// For each node how many bodies that look the same came before it on the page, and how many there are.
    rank: Vec<(u32, u32)>,
    /// The same, of those that have a heading of their own; and of article elements.
    headed: Vec<(u32, u32)>,
    articles: Vec<(u32, u32)>,
    pub(super) since: Vec<Since>,
    runs: Vec<Run>,
    /// Pieces that the description or articleBody has.
    described: Option<usize>,
    in_json: f32,
    pub(super) known: [Known; 3],
    /// Around the title: the innermost element that has prose after it as well.
    titled: [Id; 2],
}

/// Containers that a name or tag says to be the article's, in document order, none inside another.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// For each node the number of the container that it is in, from 1.
    pub(super) of: Vec<u16>,
    /// Prose in each.
    pub(super) prose: Vec<f32>,
}

/// Bits of names.toml: body, article, and what surely is none.
const BODY: u32 = 1 << 16;
const ARTICLE: u32 = 1 << 17;
const NO_BODY: u32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 15;

fn known(page: &Page, is: impl Fn(Id) -> bool) -> Known {
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

/// Innermost elements around the title with some prose, and with a good part of the page's, after it.
fn titled(page: &Page) -> [Id; 2] {
    let Some(title) = page.title else { return [NIL; 2] };
    let all = page.sums[ROOT as usize].prose;
    [30.0f32.min(all * 0.5), (all * 0.3).max(30.0)].map(|least| {
        let up = page.dom.up(page.pieces.list[title].owner);
        up.take(64).find(|&id| page.sums[id as usize].prose >= least).unwrap_or(NIL)
    })
}

/// Pieces in a row that have the same container.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    tokens: f32,
    prose: f32,
    pieces: f32,
    at: f32,
    /// Runs with prose before it since the title.
    before: f32,
    /// Runs on the page with more prose.
    larger: f32,
}

/// The run of each piece.
fn runs(page: &Page) -> Vec<Run> {
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

/// Counts elements that are heads of an article each.
fn headed(page: &Page, is: impl Fn(Id) -> bool) -> Vec<(u32, u32)> {
    repeated(page, |id| page.sums[id as usize].tokens >= 15.0 && is(id))
}

/// Counts the elements that look alike and stand in parents that look alike: for every element the number of the
/// outermost such one around it, and how many there are.
fn repeated(page: &Page, is: impl Fn(Id) -> bool) -> Vec<(u32, u32)> {
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
fn has_heading(page: &Page) -> Vec<bool> {
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

/// What has come since the title, or since the start of a page without.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Since {
    h1: f32,
    h2: f32,
    h3: f32,
    dated: f32,
    related: f32,
    pub(super) comment: f32,
    share: f32,
    credit: f32,
    legal: f32,
    prose: f32,
    links: f32,
    /// Tokens and pieces since the last line of prose.
    gap_tokens: f32,
    gap_pieces: f32,
    /// The widest such gap between two lines of prose.
    gap_max: f32,
}

impl Since {
    fn take(&mut self, page: &Page, n: usize) {
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
fn since(page: &Page) -> Vec<Since> {
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

/// Counts elements with prose that look the same, wherever on the page: feeds of whole articles, posts, comments.
fn rank(page: &Page) -> Vec<(u32, u32)> {
    repeated(page, |id| {
        page.dom.tag(id).is_block()
            && page.sums[id as usize].prose >= 15.0
            && page.dom.tag(id) != Tag::P
    })
}

/// Sums a page up.
pub(super) fn whole(page: &Page) -> Whole {
    let (scores, top) = rising(page);
    let prose: Vec<f32> = page.sums.iter().map(|s| s.prose).collect();
    let centres = [0.5, 0.8, 0.95].map(|s| page.centre(&prose, s));
    let mut inside = vec![0u8; page.dom.len()];
    let mut from_title = vec![u8::MAX; page.dom.len()];
    for &id in &page.order {
        let parent = page.dom.node(id).parent;
        let mut bits = inside.get(parent as usize).copied().unwrap_or(0);
        for (n, centre) in centres.iter().chain([&top]).enumerate() {
            bits |= u8::from(id == *centre) << n;
        }
        inside[id as usize] = bits;
    }
    if let Some(title) = page.title {
        for (n, id) in (0u8..u8::MAX).zip(page.dom.up(page.pieces.list[title].owner)) {
            from_title[id as usize] = n;
        }
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
        titled: titled(page),
        in_json: page.said.iter().filter(|&s| s & 2 != 0).count() as f32,
    }
}

/// Features of every piece from the page alone.
pub(super) fn own(page: &Page, whole: &Whole) -> Rows {
    let mut rows = Rows::default();
    for n in 0..page.stats.len() {
        let mut row = Row { rows: &mut rows, first: n == 0 };
        own_text(page, whole, n, &mut row);
        own_place(page, whole, n, &mut row);
        own_neighbours(page, n, &mut row);
        own_levels(page, whole, n, &mut row);
        own_since(page, whole, n, &mut row);
        own_known(page, whole, n, &mut row);
        own_page(page, whole, &mut row);
    }
    rows
}

fn own_text(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    let (piece, s) = (&page.pieces.list[n], &page.stats[n]);
    row.put("tokens", log(s.tokens));
    row.put("link_share", s.link_share);
    row.put("links", log(piece.links as f32));
    row.put("ends", log(s.ends));
    row.put("commas", log(s.commas));
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
    row.put("dups", log(whole.dups[n] as f32));
    row.put("after_br", yes(piece.after_br));
    row.put("images", log(piece.images as f32));
    row.put("table", yes(piece.grid.is_some()));
}

fn own_place(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
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
    for (name, &steps) in
        NEAR_NAMES.into_iter().zip(&page.near[piece.first_element(page.dom) as usize])
    {
        row.put(name, f32::from(steps));
    }
    let depth = page.dom.up(owner).take(64).count() as f32;
    row.put("depth", depth);
    row.put("index", n as f32 / page.stats.len() as f32);
    row.put("before", share(whole.before[n], whole.tokens));
    row.put("before_abs", log(whole.before[n]));
    row.put("after_abs", log(whole.tokens - whole.before[n]));
    let (steps, tokens) = match page.title {
        None => (0.0, 0.0),
        Some(title) => {
            let steps = n as f32 - title as f32;
            (steps.signum() * log(steps.abs()), (whole.before[n] - whole.before[title]) / 50.0)
        }
    };
    row.put("from_title", steps);
    row.put("from_title_tokens", tokens.signum() * log(tokens.abs()));
    let meet = page.dom.up(owner).take(64).enumerate();
    let meet = meet.map(|(up, id)| (up, whole.from_title[id as usize])).find(|m| m.1 != u8::MAX);
    let (up, down) = meet.unwrap_or((64, 64));
    row.put("title_up", if page.title.is_some() { up as f32 } else { -1.0 });
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
    row.put("score", log(best));
}

fn own_neighbours(page: &Page, n: usize, row: &mut Row) {
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
        row.put(names[0], log(s.tokens));
        row.put(names[1], s.link_share);
        row.put(names[2], log(s.ends));
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
    row.put("window_tokens", log(sum.tokens));
    row.put("window_link", share(sum.links, sum.tokens));
    row.put("window_ends", share(sum.ends, sum.tokens));
    row.put("window_prose", share(sum.prose, sum.tokens));
    row.put("window_related", marks[Phrase::Related as usize]);
    row.put("window_comment", marks[Phrase::Comment as usize]);
    row.put("window_legal", marks[Phrase::Legal as usize]);
    row.put("window_share", marks[Phrase::Share as usize]);
}

fn own_levels(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    const NAMES: [[&str; 7]; 4] = [
        ["l1_tokens", "l1_link", "l1_ends", "l1_pieces", "l1_mean", "l1_prose", "l1_share"],
        ["l2_tokens", "l2_link", "l2_ends", "l2_pieces", "l2_mean", "l2_prose", "l2_share"],
        ["l3_tokens", "l3_link", "l3_ends", "l3_pieces", "l3_mean", "l3_prose", "l3_share"],
        ["l4_tokens", "l4_link", "l4_ends", "l4_pieces", "l4_mean", "l4_prose", "l4_share"],
    ];
    let piece = &page.pieces.list[n];
    let mut levels = page.levels(piece);
    let mut last = Sum::default();
    for names in NAMES {
        if let Some(id) = levels.next() {
            last = page.sums[id as usize];
        }
        row.put(names[0], log(last.tokens));
        row.put(names[1], share(last.links, last.tokens));
        row.put(names[2], share(last.ends, last.tokens));
        row.put(names[3], log(last.pieces));
        row.put(names[4], share(last.tokens, last.pieces));
        row.put(names[5], share(last.prose, last.tokens));
        row.put(names[6], share(last.prose, whole.prose));
    }
    row.put("alike", log(page.alike[piece.owner as usize] as f32));
    let up = || page.dom.up(page.dom.node(piece.owner).parent).take(6);
    let most = up().enumerate().max_by_key(|&(n, id)| (page.alike[id as usize], 6 - n));
    let (steps, id) = most.unwrap_or((0, ROOT));
    let sum = page.sums[id as usize];
    let parent = page.dom.node(id).parent;
    let group = if parent == NIL { sum } else { page.sums[parent as usize] };
    row.put("alike_up", log(page.alike[id as usize] as f32));
    row.put("alike_steps", steps as f32);
    row.put("alike_tokens", log(sum.tokens));
    row.put("alike_group", log(group.tokens));
    row.put("alike_link", share(group.links, group.tokens));
    row.put("alike_prose", share(group.prose, whole.prose));
}

fn own_since(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
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
    row.put("since_prose", log(s.prose));
    row.put("since_links", log(s.links));
    row.put("gap_tokens", log(s.gap_tokens));
    row.put("gap_pieces", log(s.gap_pieces));
    row.put("gap_max", log(s.gap_max));
    let next = page.stats[n..].iter().take(30).position(Stat::is_prose);
    row.put("next_prose", next.map_or(31.0, |n| n as f32));
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
    row.put("run_tokens", log(run.tokens));
    row.put("run_prose", share(run.prose, run.tokens));
    row.put("run_pieces", log(run.pieces));
    row.put("run_place", n as f32 - run.at);
    row.put("run_before", run.before.min(30.0));
    row.put("run_larger", run.larger.min(30.0));
    row.put("run_share", share(run.prose, whole.prose));
    let described = whole.described.map_or(0.0, |d| n as f32 - d as f32);
    row.put("from_described", described.signum() * log(described.abs()));
    row.put("has_described", yes(whole.described.is_some()));
    row.put("page_json", log(whole.in_json));
}

fn own_known(page: &Page, whole: &Whole, n: usize, row: &mut Row) {
    const NAMES: [[&str; 5]; 3] = [
        ["body_known", "body_place", "body_share", "body_of_all", "body_after"],
        ["article_known", "article_place", "article_share", "article_of_all", "article_after"],
        ["main_known", "main_place", "main_share", "main_of_all", "main_after"],
    ];
    let owner = page.pieces.list[n].owner as usize;
    for (names, known) in NAMES.into_iter().zip(&whole.known) {
        let place = known.of[owner];
        let all: f32 = known.prose.iter().sum();
        let most = known.prose.iter().copied().fold(0.0, f32::max);
        row.put(names[0], known.prose.len().min(20) as f32);
        row.put(names[1], if place == 0 { -1.0 } else { f32::from(place.min(20)) });
        let own = if place == 0 { 0.0 } else { known.prose[usize::from(place) - 1] };
        row.put(names[2], share(own, most));
        row.put(names[3], share(all, whole.prose));
        row.put(names[4], share(known.prose.first().copied().unwrap_or(0.0), whole.prose));
    }
    const TITLED: [&str; 2] = ["in_titled", "in_titled_much"];
    for (name, top) in TITLED.into_iter().zip(whole.titled) {
        let inside = page.dom.up(owner as Id).take(64).any(|id| id == top);
        row.put(name, if top == NIL { -1.0 } else { yes(inside) });
    }
}

fn own_page(page: &Page, whole: &Whole, row: &mut Row) {
    let all = page.sums[ROOT as usize];
    row.put("page_tokens", log(all.tokens));
    row.put("page_link", share(all.links, all.tokens));
    row.put("page_prose", share(whole.prose, all.tokens));
    row.put("page_pieces", log(all.pieces));
    row.put("page_long", log(whole.n_long));
    row.put("page_han", whole.han);
    let half = page.sums[whole.centres[0] as usize];
    row.put("half_link", share(half.links, half.tokens));
    row.put("half_prose", share(half.prose, half.tokens));
    row.put("half_pieces", log(half.pieces));
    row.put("half_mean", share(half.tokens, half.pieces));
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

/// Features of every piece from what a first model thinks of it and of what is around it.
pub(super) fn context(page: &Page, p: &[f32]) -> Rows {
    let mass = Mass::of(page, p);
    let mut rows = Rows::default();
    for n in 0..p.len() {
        let mut row = Row { rows: &mut rows, first: n == 0 };
        context_line(page, p, &mass, n, &mut row);
        context_tree(page, &mass, n, &mut row);
    }
    rows
}

/// What is expected to be content, summed in several ways.
struct Mass {
    /// Expected tokens before each piece, and all in the end.
    before: Vec<f32>,
    /// Expected tokens below each node.
    below: Vec<f32>,
    /// Highest probability below each node.
    max: Vec<f32>,
    centres: [Id; 3],
    inside: Vec<u8>,
    /// Expected and all tokens of the pieces that look alike.
    looks: FxHashMap<(u32, u32), (f32, f32, f32)>,
}

impl Mass {
    fn of(page: &Page, p: &[f32]) -> Self {
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
fn look(page: &Page, piece: &Piece) -> (u32, u32) {
    let parent = page.dom.node(piece.owner).parent;
    let outer = page.marks.get(parent as usize).map_or(0, |m| m.look);
    (page.marks[piece.owner as usize].look, outer)
}

fn context_line(page: &Page, p: &[f32], mass: &Mass, n: usize, row: &mut Row) {
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
    row.put("p_mass", log(all));
    row.put("p_mass_share", share(all, page.sums[ROOT as usize].tokens));
    let (expected, tokens, pieces) =
        mass.looks.get(&look(page, &page.pieces.list[n])).copied().unwrap_or_default();
    row.put("p_look", share(expected, tokens));
    row.put("p_look_share", share(expected, all));
    row.put("look_pieces", log(pieces));
}

fn context_tree(page: &Page, mass: &Mass, n: usize, row: &mut Row) {
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

#[cfg(test)]
mod tests {
    use super::super::{dom, names, pieces};
    use super::*;

    #[test]
    fn places_of_names_are_right() {
        for (place, name) in [
            (NEAR_CONSENT, "near_consent"),
            (NEAR_NAV, "near_nav_tag"),
            (NEAR_ASIDE, "near_aside"),
            (NEAR_FOOTER, "near_footer"),
        ] {
            assert_eq!(NEAR_NAMES[place], name);
        }
    }

    fn with_page(source: &str, check: impl FnOnce(&Page)) {
        let dom = dom::parse(source, 512, 100_000, true);
        let marks = names::mark(&dom);
        let pieces = pieces::cut(&dom, &marks);
        let hints =
            Hints { html_title: Some("河边的桥通车-某网".to_owned()), ..Hints::default() };
        check(&Page::read(&dom, &marks, &pieces, &hints));
    }

    #[test]
    fn the_file_holds_each_phrase_once() {
        let file = file();
        assert_eq!(file.mark.len(), N_MARKS);
        for entry in &file.mark {
            assert!(!entry.reason.is_empty() && !entry.class.is_empty());
            for (n, phrase) in entry.phrases.iter().enumerate() {
                assert!(!entry.phrases[..n].contains(phrase), "{phrase} twice");
            }
        }
    }

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

    #[test]
    fn dates_are_seen() {
        for text in ["2024-01-02", "10:30", "2024年1月2日", "Jan 2, 2024"] {
            assert!(is_dated(text), "{text}");
        }
        assert!(!is_dated("12024 件"));
    }
}
