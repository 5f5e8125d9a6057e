//! Characters → what they are inside a numeral ([`Glyph`]), and the next place in a text where a numeral may start.
//!
//! The table is read from `numerals.toml`. The scan tests one bit a character (8 KiB for the basic plane), so that
//! text without numerals costs next to nothing.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a character is inside a numeral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    /// 0 or ０.
    Arabic(u8),
    /// 三, 叁, 〇.
    Digit(u8),
    /// 十 百 千, as powers of ten.
    Small(i32),
    /// 廿 卅: so many tens.
    Tens(u8),
    /// 万 亿 兆, as powers of ten.
    Large(i32),
    /// 余 多 来.
    More,
    /// 几 数.
    Few,
    /// 半.
    Half,
}

/// The tables of `numerals.toml`.
pub(super) struct Glyphs {
    glyphs: FxHashMap<char, Glyph>,
    formal: Vec<char>,
    /// Characters that may start a numeral.
    starts: Bits,
    /// Characters of numerals.
    parts: Bits,
    english: BTreeMap<String, i32>,
}

/// A bit a character of the basic plane, and a word for each pair of the first two bytes of the characters of three.
struct Bits(Box<[u64; 1024]>);

impl Bits {
    fn new<'c>(chars: impl Iterator<Item = &'c char>) -> Self {
        let mut words = Box::new([0_u64; 1024]);
        for &c in chars {
            let code = c as usize;
            if let Some(word) = words.get_mut(code / 64) {
                *word |= 1 << (code % 64);
            }
        }
        Self(words)
    }

    fn has(&self, c: char) -> bool {
        let code = c as usize;
        self.0.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }
}

/// The tables, read once.
pub(super) static GLYPHS: LazyLock<Glyphs> = LazyLock::new(Glyphs::built_in);

#[derive(Deserialize)]
struct Source {
    digits: BTreeMap<String, String>,
    formal: Chars,
    small: BTreeMap<String, String>,
    large: BTreeMap<String, String>,
    tens: BTreeMap<String, String>,
    fuzzy: Fuzzy,
    english: BTreeMap<String, i32>,
}

#[derive(Deserialize)]
struct Chars {
    chars: String,
}

#[derive(Deserialize)]
struct Fuzzy {
    more: String,
    few: String,
}

impl Glyphs {
    fn built_in() -> Self {
        let source: Source =
            toml::from_str(include_str!("numerals.toml")).expect("numerals.toml is tested");
        let mut glyphs = FxHashMap::default();
        let mut add = |table: &BTreeMap<String, String>, make: fn(u8) -> Glyph| {
            for (value, chars) in table {
                let value: u8 = value.parse().expect("keys of numerals.toml are small numbers");
                glyphs.extend(chars.chars().map(|c| (c, make(value))));
            }
        };
        add(&source.digits, Glyph::Digit);
        add(&source.small, |v| Glyph::Small(i32::from(v)));
        add(&source.large, |v| Glyph::Large(i32::from(v)));
        add(&source.tens, Glyph::Tens);
        for value in 0..10_u8 {
            glyphs.insert(char::from(b'0' + value), Glyph::Arabic(value));
            glyphs.insert(
                char::from_u32('０' as u32 + u32::from(value)).expect("a full-width digit"),
                Glyph::Arabic(value),
            );
        }
        glyphs.insert('半', Glyph::Half);
        glyphs.extend(source.fuzzy.few.chars().map(|c| (c, Glyph::Few)));
        let starts = Bits::new(glyphs.keys());
        glyphs.extend(source.fuzzy.more.chars().map(|c| (c, Glyph::More)));
        Self {
            parts: Bits::new(glyphs.keys()),
            glyphs,
            formal: source.formal.chars.chars().collect(),
            starts,
            english: source.english,
        }
    }

    /// The English magnitude word at a byte: its power of ten and its end.
    pub(super) fn english(&self, text: &str, at: usize) -> Option<(i32, usize)> {
        let word = text[at..].split(|c: char| !c.is_ascii_alphabetic()).next()?;
        if word.len() > 8 {
            return None;
        }
        self.english.get(word).map(|power| (*power, at + word.len()))
    }

    /// What the character is, if it is part of numerals.
    pub(super) fn of(&self, c: char) -> Option<Glyph> {
        if c.is_ascii_digit() {
            return Some(Glyph::Arabic(c as u8 - b'0'));
        }
        // Most characters are none, and a bit says so sooner than the table.
        if !self.parts.has(c) {
            return None;
        }
        self.glyphs.get(&c).copied()
    }

    /// Banker's digits are everyday words too (陆海, 退伍).
    pub(super) fn is_formal(&self, c: char) -> bool {
        self.formal.contains(&c)
    }

    /// The first character at or after `from` that may start a numeral.
    pub(super) fn next_start(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut rest = bytes.get(from..)?;
        loop {
            // Most characters of Chinese text take three bytes.
            while let &[lead @ 0xE0..0xF0, b, c, ref after @ ..] = rest {
                let word = self.starts.0[usize::from(lead - 0xE0) << 6 | usize::from(b & 0x3F)];
                if word >> (c & 0x3F) & 1 == 1 {
                    return Some(bytes.len() - rest.len());
                }
                rest = after;
            }
            rest = match rest {
                [b'0'..=b'9', ..] => return Some(bytes.len() - rest.len()),
                [0..0x80, after @ ..] => {
                    let end = after.iter().position(|b| b.is_ascii_digit() || !b.is_ascii());
                    &after[end.unwrap_or(after.len())..]
                }
                [0x80..0xE0, _, after @ ..] | [_, _, _, _, after @ ..] => after,
                _ => return None,
            };
        }
    }
}

/// The character that starts at a byte.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The character that ends before a byte.
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

/// Where the blanks (not line breaks) that start at a byte end.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + (rest.len() - rest.trim_start_matches(is_blank).len())
}

/// Blanks that stand between the parts of a numeral: ordinary, no-break, thin, ideographic.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}')
}

/// Chinese characters, by the blocks that texts use.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_where_numerals_may_start() {
        let text = "新增就业５万人，完成率3%。";
        let first = GLYPHS.next_start(text.as_bytes(), 0).unwrap();
        assert_eq!(&text[first..first + 3], "５");
        assert_eq!(GLYPHS.next_start("没有字面值".as_bytes(), 0), None);
    }
}
