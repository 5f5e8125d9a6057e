//! Where a value came from: document ids, spans of text, locators in the page.
//!
//! Inside the program spans are byte offsets; the datasets use Unicode code points, and [`CodePoints`] translates
//! at the edge. Imports nothing of ours.

use std::borrow::Cow;
use std::fmt;

/// Identity of a document, stable across runs: made from the page's source and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(u64);

impl DocId {
    /// The id of the page with this source: the first 64 bits of the BLAKE3 digest of its name.
    pub fn of(source: &str) -> Self {
        let digest = blake3::hash(source.as_bytes());
        let mut head = [0u8; 8];
        head.copy_from_slice(&digest.as_bytes()[..8]);
        Self(u64::from_be_bytes(head))
    }

    /// The id as a number.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The id that [`bits`](Self::bits) gave.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A half-open range of bytes of a text that the context names; both ends lie on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to but not including `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The bytes of `text` that the span covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// The same span in a text that has `by` more bytes in front.
    #[must_use]
    pub fn shift(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Where a block stands in its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// Lines of a text page, 1-based, both included.
    Lines {
        /// First line.
        first: u32,
        /// Last line, equal to the first for all but merged blocks.
        last: u32,
    },
    /// A CSS selector that selects the block's element, and no other, in an HTML page.
    Css(String),
    /// In a further page of the article.
    Part {
        /// Which of `documents.parts`, counted from 1.
        n: u32,
        /// Where in that page.
        inside: Box<Locator>,
    },
}

impl Locator {
    /// As text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Css(path) => Cow::Borrowed(path),
            _ => Cow::Owned(self.to_string()),
        }
    }

    /// The locator of one line.
    pub fn line(number: u32) -> Self {
        Self::Lines { first: number, last: number }
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lines { first, last } if first == last => write!(f, "{first}"),
            Self::Lines { first, last } => write!(f, "{first}-{last}"),
            Self::Css(path) => f.write_str(path),
            Self::Part { n, inside } => write!(f, "@{n} {inside}"),
        }
    }
}

/// Translates byte offsets of one text into code points, in constant time per offset.
pub struct CodePoints<'a> {
    text: &'a str,
    /// Code points before each multiple of [`CodePoints::STEP`] bytes.
    before: Vec<u32>,
}

impl<'a> CodePoints<'a> {
    const STEP: usize = 64;

    /// Indexes `text`; costs one pass over it.
    pub fn new(text: &'a str) -> Self {
        let mut before = Vec::with_capacity(text.len() / Self::STEP + 1);
        let mut n = 0u32;
        for chunk in text.as_bytes().chunks(Self::STEP) {
            before.push(n);
            n += Self::count(chunk);
        }
        before.push(n);
        Self { text, before }
    }

    /// Code points before byte `offset`, which must be at most the length of the text.
    pub fn at(&self, offset: usize) -> i64 {
        let chunk = offset / Self::STEP;
        let rest = &self.text.as_bytes()[chunk * Self::STEP..offset];
        i64::from(self.before[chunk] + Self::count(rest))
    }

    fn count(bytes: &[u8]) -> u32 {
        let n = bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_agree_with_counting() {
        let text = "报告a，𠮷野家1件".repeat(40);
        let index = CodePoints::new(&text);
        for (n, (at, _)) in text.char_indices().enumerate() {
            assert_eq!(index.at(at), n as i64);
        }
        assert_eq!(index.at(text.len()), text.chars().count() as i64);
    }

    #[test]
    fn code_points_at_the_end_of_a_full_chunk() {
        let text = "a".repeat(CodePoints::STEP * 2);
        assert_eq!(CodePoints::new(&text).at(text.len()), text.len() as i64);
    }

    #[test]
    fn doc_ids_depend_on_the_source_alone() {
        assert_eq!(DocId::of("samples/a.html"), DocId::of("samples/a.html"));
        assert_ne!(DocId::of("samples/a.html"), DocId::of("samples/b.html"));
        assert_eq!(DocId::of("samples/a.html").to_string().len(), 16);
    }
}
