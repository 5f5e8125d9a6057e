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
    let mut out = String::with_capacity(text.len());
    key_into(text, &mut out);
    out
}

/// Appends the key of a text.
fn key_into(text: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            out.push(c);
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
}

/// What the head of the page gives as title.
pub(super) fn titles(hints: &Hints) -> Vec<String> {
    let meta = hints.meta.iter().filter(|(k, _)| matches!(k.as_str(), "og:title" | "articletitle"));
    let json = hints.json_ld.iter().filter(|(k, _)| k == "headline");
    let all = hints.html_title.iter().chain(meta.chain(json).map(|(_, v)| v));
    all.take(4).map(|t| key(t)).filter(|t| t.chars().count() >= 2).collect()
}

/// How much of the longer the shorter covers, if it is a part of it.
pub(super) fn fit(text: &str, title: &str) -> f32 {
    let (short, long) = if text.len() <= title.len() { (text, title) } else { (title, text) };
    if !short.is_empty() && memmem::find(long.as_bytes(), short.as_bytes()).is_some() {
        short.len() as f32 / long.len() as f32
    } else {
        0.0
    }
}

/// Which pieces the head of the page has too.
pub(super) fn said(pieces: &Pieces, stats: &[Stat], hints: &Hints) -> Vec<u8> {
    const HEAD: usize = 16;
    let lowered = |c: char| c.to_lowercase().filter(move |_| c.is_alphanumeric());
    let head = |text: &str| text.chars().flat_map(lowered).take(HEAD).collect::<String>();
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
pub(super) fn find_title(
    dom: &Dom,
    marks: &[Mark],
    pieces: &Pieces,
    stats: &[Stat],
    hints: &Hints,
) -> (Option<usize>, Vec<f32>) {
    let titles = titles(hints);
    let mut text = String::new();
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
