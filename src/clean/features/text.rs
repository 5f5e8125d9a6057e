//! A piece's text → [`Stat`]: what its characters are, and which phrases of marks.toml it has.
//!
//! Amounts of text are counted in tokens: a Han character is one, a word of other scripts is one. Linear in the text
//! but for phrases, which are looked for at the ends of a long piece alone.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde::Deserialize;

use crate::clean::pieces::{Piece, is_wide};
use crate::han;

/// Number of classes in marks.toml.
pub(in crate::clean) const N_MARKS: usize = 9;

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) mark: Vec<Entry>,
}

#[derive(Deserialize)]
#[cfg_attr(not(test), expect(dead_code, reason = "reasons are for readers, and for the test"))]
pub(super) struct Entry {
    pub(super) class: String,
    pub(super) reason: String,
    pub(super) phrases: Vec<String>,
}

pub(super) struct Phrases {
    pub(super) automaton: AhoCorasick,
    pub(super) class: Vec<u8>,
}

pub(super) fn file() -> File {
    toml::from_str(include_str!("../rules/marks.toml")).expect("marks.toml is checked by a test")
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let (mut phrases, mut class) = (Vec::new(), Vec::new());
    for (n, entry) in (0u8..).zip(file().mark) {
        class.extend(entry.phrases.iter().map(|_| n));
        phrases.extend(entry.phrases);
    }
    // Every line is read by it: a table of all steps, where they would be looked up in lists, takes a third.
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(phrases)
        .expect("a few hundred short patterns always build");
    Phrases { automaton, class }
});

/// Builds the table that is otherwise built when first needed.
pub(in crate::clean) fn prepare() {
    LazyLock::force(&PHRASES);
}

/// The classes of marks.toml, by their place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clean) enum Phrase {
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
pub(in crate::clean) struct Stat {
    pub(in crate::clean) tokens: f32,
    pub(in crate::clean) han: f32,
    pub(super) digits: f32,
    pub(super) letters: f32,
    pub(super) capitals: f32,
    pub(super) chars: f32,
    pub(in crate::clean) ends: f32,
    pub(super) commas: f32,
    /// 0 nothing, 1 a pause, 2 the end of a sentence, 3 a closing quote or bracket.
    pub(super) last: u8,
    pub(super) opens: bool,
    /// A date or time of day.
    pub(in crate::clean) dated: bool,
    /// Share of the bytes that phrases of each class cover.
    pub(in crate::clean) phrases: [f32; N_MARKS],
    pub(in crate::clean) link_share: f32,
    pub(in crate::clean) bold_share: f32,
}

impl Stat {
    /// Whether the piece reads like running text.
    pub(in crate::clean) fn is_prose(&self) -> bool {
        self.ends >= 1.0 && self.link_share < 0.4 && self.tokens >= 8.0
    }

    /// How much of the piece phrases of this class cover.
    pub(in crate::clean) fn covers(&self, phrase: Phrase) -> f32 {
        self.phrases[phrase as usize]
    }
}

/// Counts the characters of a piece.
pub(super) fn stat(text: &str, piece: &Piece) -> Stat {
    let mut s = Stat::default();
    let mut in_word = false;
    let mut previous = ' ';
    let mut colon = false;
    let [mut tokens, mut han, mut digits, mut letters, mut capitals, mut chars] = [0u32; 6];
    let [mut ends, mut commas] = [0u32; 2];
    for c in text.chars() {
        let (wide, word) = match c {
            c if c.is_ascii() => (false, c.is_ascii_alphanumeric()),
            c if is_han(c) => (true, false),
            c => (false, han::is_alphanumeric(c)),
        };
        tokens += u32::from(wide || word && !in_word);
        in_word = word;
        if wide {
            han += 1;
        } else if c.is_ascii_digit() {
            digits += 1;
        } else if word {
            letters += 1;
            capitals += u32::from(c.is_uppercase());
        } else {
            match c {
                '。' | '！' | '？' | '；' | '…' | '।' | '؟' => ends += 1,
                '，' | '、' | '،' => commas += 1,
                ',' if han::is_alphabetic(previous) => commas += 1,
                ' ' => ends += u32::from(matches!(previous, '.' | '!' | '?')),
                ':' | '：' => colon = true,
                _ => {}
            }
        }
        previous = c;
        chars += 1;
    }
    (s.tokens, s.han, s.digits) = (tokens as f32, han as f32, digits as f32);
    (s.letters, s.capitals, s.chars) = (letters as f32, capitals as f32, chars as f32);
    (s.ends, s.commas) = (ends as f32, commas as f32);
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
pub(super) fn phrases(text: &str, s: &mut Stat) {
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
pub(in crate::clean) fn is_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}

/// Whether a short text has a date or a time in it: 2024-01-02, 2024年1月2日, 10:30, Jan 2 2024.
pub(super) fn is_dated(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn dates_are_seen() {
        for text in ["2024-01-02", "10:30", "2024年1月2日", "Jan 2, 2024"] {
            assert!(is_dated(text), "{text}");
        }
        assert!(!is_dated("12024 件"));
    }
}
