//! What the head of the page says of its text: the piece that is the title, pieces that the description or ld+json has.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::Stat;
use crate::clean::Hints;
use crate::clean::dom::Dom;
use crate::clean::names::Mark;
use crate::clean::pieces::{Piece, Pieces};
use crate::han;

/// Letters and digits alone, lowered.
pub(in crate::clean) fn key(text: &str) -> String {
    let mut out = Vec::new();
    key_into(text, usize::MAX, &mut out);
    String::from_utf8(out).expect("letters and digits are written as they are encoded")
}

/// What ASCII becomes in a key: letters and digits lowered, 0 what is left out.
const IN_KEY: [u8; 128] = {
    let mut table = [0; 128];
    let mut b = 0;
    while b < 128 {
        if (b as u8).is_ascii_alphanumeric() {
            table[b] = (b as u8).to_ascii_lowercase();
        }
        b += 1;
    }
    table
};

/// Makes `out` the key of a text, of its first `n` characters at the most; their number.
fn key_into(text: &str, n: usize, out: &mut Vec<u8>) -> usize {
    out.clear();
    out.reserve(text.len().min(n.saturating_mul(4)));
    let (mut at, mut left) = (0, n);
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at).filter(|_| left > 0) {
        if let Some(&lowered) = IN_KEY.get(usize::from(byte)) {
            if lowered != 0 {
                out.push(lowered);
                left -= 1;
            }
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let end = at + c.len_utf8();
        if matches!(c, '\u{4e00}'..='\u{9fff}') {
            out.extend_from_slice(&bytes[at..end]);
            left -= 1;
        } else if han::is_alphanumeric(c) {
            for lowered in c.to_lowercase().take(left) {
                out.extend_from_slice(lowered.encode_utf8(&mut [0; 4]).as_bytes());
            }
            left = left.saturating_sub(c.to_lowercase().count());
        }
        at = end;
    }
    n - left
}

/// The key of a title, and which pairs of bytes it has: what has others is no part of it.
struct Title {
    key: String,
    finder: memmem::Finder<'static>,
    pairs: [u64; 16],
}

impl Title {
    fn new(key: String) -> Self {
        let mut pairs = [0; 16];
        for pair in key.as_bytes().windows(2) {
            let bit = Self::bit(pair);
            pairs[bit / 64] |= 1 << (bit % 64);
        }
        Self { finder: memmem::Finder::new(&key).into_owned(), key, pairs }
    }

    /// Whether all pairs of bytes of a text are known. Not so, it is no part of the title.
    fn knows(&self, bytes: &[u8]) -> bool {
        bytes.windows(2).map(Self::bit).all(|bit| self.pairs[bit / 64] >> (bit % 64) & 1 == 1)
    }

    /// A pair of bytes as a number up to 1024.
    fn bit(pair: &[u8]) -> usize {
        ((usize::from(pair[0]) * 31) ^ usize::from(pair[1])) % 1024
    }

    /// How much of the longer the shorter covers, if it is a part of it, for the key of a text.
    fn fit(&self, bytes: &[u8]) -> f32 {
        let title = self.key.as_bytes();
        let part = if bytes.len() > title.len() {
            self.finder.find(bytes).is_some()
        } else {
            !bytes.is_empty() && self.knows(bytes) && memmem::find(title, bytes).is_some()
        };
        let (short, long) = (title.len().min(bytes.len()), title.len().max(bytes.len()));
        if part { short as f32 / long as f32 } else { 0.0 }
    }
}

/// How well a text fits one of the titles; `key` is room for its key.
fn fit(titles: &[Title], text: &str, key: &mut Vec<u8>) -> f32 {
    const START: usize = 2;
    key_into(text, START, key);
    // Most short lines are menus: how they begin tells that they are no part of a title.
    if titles.iter().all(|t| text.len() <= t.key.len() && !t.knows(key)) {
        return 0.0;
    }
    key_into(text, usize::MAX, key);
    titles.iter().map(|title| title.fit(key)).fold(0.0, f32::max)
}

/// What the head of the page gives as title, in all its places.
fn given(hints: &Hints) -> impl Iterator<Item = &str> {
    let meta = hints.meta.iter().filter(|(k, _)| matches!(k.as_str(), "og:title" | "articletitle"));
    let json = hints.json_ld.iter().filter(|(k, _)| k == "headline");
    hints.html_title.iter().chain(meta.chain(json).map(|(_, v)| v)).take(4).map(String::as_str)
}

fn titles(hints: &Hints) -> Vec<Title> {
    given(hints).map(key).filter(|t| t.chars().count() >= 2).map(Title::new).collect()
}

/// The keys of the parts of all titles, cut where the names of site and channel, or a subtitle, are parted from them.
pub(super) fn parts(hints: &Hints) -> Vec<String> {
    const DIVIDERS: [char; 11] = ['_', '|', '｜', '-', '–', '—', '―', '·', '»', '>', '－'];
    let parts = given(hints).flat_map(|title| title.split(DIVIDERS)).map(key);
    parts.filter(|part| part.chars().count() >= 2).collect()
}

/// Which pieces the head of the page has too.
pub(super) fn said(pieces: &Pieces, stats: &[Stat], hints: &Hints) -> Vec<u8> {
    const HEAD: usize = 16;
    let head = |text: &str| {
        let mut out = Vec::new();
        (key_into(text, HEAD, &mut out) == HEAD).then_some(out)
    };
    let named =
        |name: &str| matches!(name, "description" | "og:description" | "twitter:description");
    let descriptions: Vec<Vec<u8>> =
        hints.meta.iter().filter(|(k, _)| named(k)).filter_map(|(_, v)| head(v)).take(4).collect();
    let body: String =
        hints.json_ld.iter().filter(|(k, _)| k == "articleBody").map(|(_, v)| key(v)).collect();
    // Every run of HEAD characters of the body, so that looking a piece up costs the same in bodies of any length.
    let starts: Vec<usize> = body.char_indices().map(|(at, _)| at).chain([body.len()]).collect();
    let index: FxHashSet<&[u8]> =
        starts.windows(HEAD + 1).map(|w| &body.as_bytes()[w[0]..w[HEAD]]).collect();
    let has_body = body.len() > 60;
    // How a description or any part of the body begins: most lines begin otherwise.
    let begins = |key: &[u8]| key.first().copied();
    let firsts: FxHashSet<u8> = descriptions.iter().filter_map(|d| begins(d)).collect();
    let mut start = Vec::new();
    let of = |(piece, stat): (&Piece, &Stat)| {
        if stat.tokens < 6.0 || firsts.is_empty() && !has_body {
            return 0;
        }
        let text = pieces.of(piece);
        key_into(text, 1, &mut start);
        if !has_body && !begins(&start).is_some_and(|c| firsts.contains(&c)) {
            return 0;
        }
        let whole = key_into(text, HEAD, &mut start) == HEAD;
        let described = descriptions.contains(&start);
        let in_body = has_body && whole && index.contains(start.as_slice());
        u8::from(described) | u8::from(in_body) << 1
    };
    pieces.list.iter().zip(stats).map(of).collect()
}

/// The piece that says what the title element says, and how well each piece does.
pub(super) fn find_title(
    dom: &Dom,
    marks: &[Mark],
    pieces: &Pieces,
    stats: &[Stat],
    hints: &Hints,
) -> (Option<usize>, Vec<f32>) {
    let titles = titles(hints);
    let mut text = Vec::new();
    let mut fits = vec![0.0; stats.len()];
    let mut best = (0.0, None);
    for (n, (piece, stat)) in pieces.list.iter().zip(stats).enumerate() {
        if stat.tokens > 80.0 || piece.chars < 2 {
            continue;
        }
        let fit = fit(&titles, pieces.of(piece), &mut text);
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
