//! What the head of the page says of its text: the piece that is the title, pieces that the description or ld+json has.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::Stat;
use crate::clean::Hints;
use crate::clean::dom::Dom;
use crate::clean::names::Mark;
use crate::clean::pieces::{Piece, Pieces};

/// Letters and digits alone, lowered.
pub(in crate::clean) fn key(text: &str) -> String {
    let mut out = Vec::new();
    key_into(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends the bytes of the key of a text.
fn key_into(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len());
    let mut rest = text;
    while let Some(&lead) = rest.as_bytes().first() {
        if lead.is_ascii() {
            if lead.is_ascii_alphanumeric() {
                out.push(lead.to_ascii_lowercase());
            }
            rest = &rest[1..];
        } else if let Some(c) = rest.chars().next() {
            let (bytes, after) = rest.split_at(c.len_utf8());
            if ('\u{4e00}'..='\u{9fff}').contains(&c) {
                out.extend_from_slice(bytes.as_bytes());
            } else if c.is_alphanumeric() {
                let lower = c.to_lowercase();
                lower.for_each(|l| out.extend_from_slice(l.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            rest = after;
        }
    }
}

/// The key of a title, and which pairs of bytes it has: what has others is no part of it.
struct Title {
    key: Vec<u8>,
    finder: memmem::Finder<'static>,
    pairs: [u64; 16],
}

impl Title {
    fn new(key: Vec<u8>) -> Self {
        let mut pairs = [0; 16];
        for pair in key.windows(2) {
            let bit = Self::bit(pair);
            pairs[bit / 64] |= 1 << (bit % 64);
        }
        Self { finder: memmem::Finder::new(&key).into_owned(), key, pairs }
    }

    /// A pair of bytes as a number up to 1024.
    fn bit(pair: &[u8]) -> usize {
        ((usize::from(pair[0]) * 31) ^ usize::from(pair[1])) % 1024
    }

    /// How much of the longer the shorter covers, if it is a part of it, for the key of a text.
    fn fit(&self, bytes: &[u8]) -> f32 {
        let title = self.key.as_slice();
        let part = if bytes.len() > title.len() {
            self.finder.find(bytes).is_some()
        } else {
            let known = |pair| {
                let bit = Self::bit(pair);
                self.pairs[bit / 64] >> (bit % 64) & 1 == 1
            };
            !bytes.is_empty() && bytes.windows(2).all(known) && memmem::find(title, bytes).is_some()
        };
        let (short, long) = (title.len().min(bytes.len()), title.len().max(bytes.len()));
        if part { short as f32 / long as f32 } else { 0.0 }
    }
}

/// What the head of the page gives as title.
fn titles(hints: &Hints) -> Vec<Title> {
    let meta = hints.meta.iter().filter(|(k, _)| matches!(k.as_str(), "og:title" | "articletitle"));
    let json = hints.json_ld.iter().filter(|(k, _)| k == "headline");
    let all = hints.html_title.iter().chain(meta.chain(json).map(|(_, v)| v));
    let keys = all.take(4).map(|t| key(t)).filter(|t| t.chars().count() >= 2);
    keys.map(|key| Title::new(key.into_bytes())).collect()
}

/// Which pieces the head of the page has too.
pub(super) fn said(pieces: &Pieces, stats: &[Stat], hints: &Hints) -> Vec<u8> {
    const HEAD: usize = 16;
    let lowered = |c: char| c.to_lowercase().filter(move |_| c.is_alphanumeric());
    let head_into = |text: &str, out: &mut String| {
        out.clear();
        out.extend(text.chars().flat_map(lowered).take(HEAD));
    };
    let head = |text: &str| {
        let mut out = String::new();
        head_into(text, &mut out);
        out
    };
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
    let mut start = String::new();
    let of = |(piece, stat): (&Piece, &Stat)| {
        if stat.tokens < 6.0 || descriptions.is_empty() && body.is_empty() {
            return 0;
        }
        head_into(pieces.of(piece), &mut start);
        let described = descriptions.contains(&start);
        let in_body =
            body.len() > 60 && start.chars().count() == HEAD && index.contains(start.as_str());
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
        text.clear();
        if !titles.is_empty() {
            key_into(pieces.of(piece), &mut text);
        }
        let fit = titles.iter().map(|title| title.fit(&text)).fold(0.0, f32::max);
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
