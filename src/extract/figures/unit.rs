//! Text after a numeral → the [`Unit`] that it is counted or measured in, the longest that fits.
//!
//! The words, their standard units and factors are in `units.toml`. A word is refused where the next character makes
//! it the head of a noun (人口, 家庭). 微克/立方米 and 元/人 are read as one unit.

use super::Dimension;
use super::decimal::Decimal;
use super::exclude::starts_inside_word;
use super::glyph::is_blank;
use crate::extract::words::Ends;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A measure word or unit.
#[derive(Debug, PartialEq)]
pub(super) struct Unit {
    /// As found in the text.
    pub(super) word: String,
    /// As given in `unit`: 块 for 块钱.
    pub(super) printed: String,
    pub(super) std: Option<String>,
    /// The value in `std` of one.
    pub(super) factor: Decimal,
    /// What the value is multiplied with, as with a magnitude word: 12 of 打, 10 of 成.
    pub(super) fold: Option<Decimal>,
    pub(super) dimension: Dimension,
    /// Only after Arabic digits: after 三 it makes a word (三方, 五里店).
    pub(super) arabic_only: bool,
    /// Only where the text is a numeral with its unit and nothing else.
    pub(super) bare_only: bool,
    /// Characters that make the word the head of a noun.
    not_before: Vec<char>,
    /// It ends in a Latin letter, so that another letter or digit after it makes it another word.
    latin: bool,
}

/// A unit found in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) unit: &'static Unit,
    /// Byte after the unit.
    pub(super) end: usize,
    /// Where `/人` starts, if the unit is a rate that the list does not have.
    pub(super) per: Option<usize>,
}

/// Several units after one another that make one quantity (5元3角).
pub(super) struct Chain {
    steps: Vec<Vec<String>>,
    parts: Vec<f64>,
}

/// The first character of a word and the second, if it has one: a dozen units start with 个, but hardly two with 个百.
type Head = (char, Option<char>);

/// The tables of `units.toml`.
pub(super) struct Units {
    by_head: FxHashMap<Head, Vec<Unit>>,
    /// Characters that units start with.
    firsts: FxHashSet<char>,
    chains: Vec<Chain>,
    /// Currency signs with their standard unit.
    symbols: Ends<String>,
}

/// The standard unit of this code, as the list has it.
pub fn standard(code: &str) -> Option<&'static str> {
    static CODES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let words = UNITS.by_head.values().flatten();
        words.filter_map(|unit| unit.std.as_deref()).collect()
    });
    CODES.get(code).copied()
}

/// The tables, read once.
pub(super) static UNITS: LazyLock<Units> = LazyLock::new(|| Units::new(include_str!("units.toml")));

#[derive(Deserialize)]
struct Source {
    unit: Vec<Group>,
    arabic_only: Words,
    bare_only: Words,
    not_before: BTreeMap<String, String>,
    symbol: Vec<Group>,
    chain: Vec<ChainSource>,
}

#[derive(Deserialize)]
struct Group {
    std: Option<String>,
    #[serde(default)]
    dimension: String,
    factor: Option<String>,
    fold: Option<String>,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
struct ChainSource {
    steps: Vec<Vec<String>>,
    parts: Vec<f64>,
}

impl Units {
    fn new(toml: &str) -> Self {
        let source: Source = toml::from_str(toml).expect("units.toml is tested");
        let arabic_only: FxHashSet<&str> =
            source.arabic_only.words.iter().map(String::as_str).collect();
        let bare_only: FxHashSet<&str> =
            source.bare_only.words.iter().map(String::as_str).collect();
        let mut by_head: FxHashMap<Head, Vec<Unit>> = FxHashMap::default();
        let mut known: FxHashSet<String> = FxHashSet::default();
        let nouns = Group {
            std: None,
            dimension: "count".to_owned(),
            factor: None,
            fold: None,
            words: source.arabic_only.words.clone(),
        };
        for group in source.unit.iter().chain([&nouns]) {
            for entry in &group.words {
                let (word, printed) = entry.split_once(':').unwrap_or((entry, entry));
                if !known.insert(word.to_owned()) {
                    continue;
                }
                let head = head(word).expect("words of units.toml are not empty");
                by_head.entry(head).or_default().push(Unit {
                    word: word.to_owned(),
                    printed: printed.to_owned(),
                    std: group.std.clone(),
                    factor: group
                        .factor
                        .as_deref()
                        .map_or(Some(Decimal::ONE), Decimal::parse)
                        .expect("factors are decimals"),
                    fold: group
                        .fold
                        .as_deref()
                        .map(|f| Decimal::parse(f).expect("folds are decimals")),
                    dimension: Dimension::from_code(&group.dimension)
                        .expect("dimensions are of the closed list"),
                    arabic_only: arabic_only.contains(word),
                    bare_only: bare_only.contains(word),
                    not_before: source
                        .not_before
                        .get(word)
                        .map_or_else(Vec::new, |chars| chars.chars().collect()),
                    latin: word.ends_with(|c: char| c.is_ascii_alphabetic()),
                });
            }
        }
        // The longest word first; the order among equals is that of the file, whatever the map's.
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted on its own")]
        for words in by_head.values_mut() {
            words.sort_by_key(|unit| std::cmp::Reverse(unit.word.len()));
        }
        let chains =
            source.chain.into_iter().map(|c| Chain { steps: c.steps, parts: c.parts }).collect();
        let symbols = source.symbol.into_iter().flat_map(|group| {
            let std = group.std.unwrap_or_default();
            group.words.into_iter().map(move |word| (word, std.clone()))
        });
        let firsts = by_head.keys().map(|(first, _)| *first).collect();
        Self { by_head, firsts, chains, symbols: Ends::new(symbols) }
    }

    /// Whether a unit starts with the character.
    pub(super) fn may_start(&self, c: char) -> bool {
        self.firsts.contains(&c)
    }

    /// The longest unit at a byte.
    pub(super) fn at(&'static self, text: &str, at: usize, bare: bool) -> Option<Found> {
        let unit = self.longest(text.get(at..)?, bare)?;
        let end = at + unit.word.len();
        Some(self.rate(text, end).map_or(Found { unit, end, per: None }, |per_end| Found {
            unit,
            end: per_end,
            per: Some(end),
        }))
    }

    /// The longest unit that a text starts with.
    fn longest(&'static self, rest: &str, bare: bool) -> Option<&'static Unit> {
        let (first, second) = head(rest)?;
        if !self.firsts.contains(&first) {
            return None;
        }
        let of = |head: Head| self.by_head.get(&head)?.iter().find(|unit| unit.fits(rest, bare));
        second.and_then(|_| of((first, second))).or_else(|| of((first, None)))
    }

    /// `/人`, `/万人` after a unit.
    fn rate(&'static self, text: &str, at: usize) -> Option<usize> {
        let after = text[at..].strip_prefix(['/', '／'])?;
        let after = after.strip_prefix(['万', '百', '千']).unwrap_or(after);
        let from = text.len() - after.len();
        let unit = self.longest(after, false)?;
        Some(from + unit.word.len())
    }

    /// The currency sign before a number: where it starts, the sign, its standard unit.
    pub(super) fn symbol(
        &'static self,
        text: &str,
        at: usize,
    ) -> Option<(usize, &'static str, &'static str)> {
        let end = text[..at].trim_end_matches(is_blank).len();
        let (sign, std) = self.symbols.at(text, end)?;
        let start = end - sign.len();
        (!starts_inside_word(text, start, sign, "")).then_some((start, sign, std.as_str()))
    }

    /// Whether a quantity in `next` goes on one in `first` (角 after 元), and how many of it make one of the first.
    pub(super) fn chain(&self, first: &str, next: &str) -> Option<(usize, f64)> {
        self.chains.iter().find_map(|chain| {
            chain.steps[0].iter().any(|w| w == first).then_some(())?;
            let step = chain
                .steps
                .iter()
                .position(|words| words.iter().any(|w| w == next))
                .filter(|s| *s > 0)?;
            Some((step, chain.parts[step]))
        })
    }

    /// Every unit, in no order.
    #[cfg(test)]
    fn all(&self) -> impl Iterator<Item = &Unit> {
        self.by_head.values().flatten()
    }
}

impl Unit {
    fn fits(&self, rest: &str, bare: bool) -> bool {
        let Some(after) = rest.strip_prefix(self.word.as_str()) else { return false };
        if self.bare_only && !bare {
            return false;
        }
        match after.chars().next() {
            None => true,
            Some(next) if self.latin => !next.is_ascii_alphanumeric(),
            Some(next) => !self.not_before.contains(&next),
        }
    }
}

/// What a text starts with.
fn head(text: &str) -> Option<Head> {
    let mut chars = text.chars();
    Some((chars.next()?, chars.next()))
}

impl Dimension {
    /// Every dimension.
    pub(super) const ALL: [Self; 14] = [
        Self::Count,
        Self::Money,
        Self::Share,
        Self::Change,
        Self::Ratio,
        Self::Duration,
        Self::Length,
        Self::Area,
        Self::Mass,
        Self::Volume,
        Self::Power,
        Self::Energy,
        Self::People,
        Self::Other,
    ];

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let found = UNITS
            .at(text, 0, false)
            .map(|f| (&text[..f.end], f.unit.std.as_deref(), f.unit.dimension.code()));
        expected.assert_eq(&format!("{found:?}"));
    }

    #[test]
    fn longest_unit() {
        check("人次以上", expect![[r#"Some(("人次", Some("person_time"), "people"))"#]]);
        check("人口", expect!["None"]);
        check("个百分点", expect![[r#"Some(("个百分点", Some("percentage_point"), "change"))"#]]);
        check("微克/立方米", expect![[r#"Some(("微克/立方米", Some("ug_per_m3"), "other"))"#]]);
        check("元/人。", expect![[r#"Some(("元/人", Some("CNY"), "money"))"#]]);
        check("千瓦时", expect![[r#"Some(("千瓦时", Some("kWh"), "energy"))"#]]);
        check("km长", expect![[r#"Some(("km", Some("km"), "length"))"#]]);
        check("kmh", expect!["None"]);
        check("G网络", expect!["None"]);
    }

    #[test]
    fn the_tables_are_sound() {
        let source: Source = toml::from_str(include_str!("units.toml")).unwrap();
        let mut words = FxHashSet::default();
        for group in &source.unit {
            for word in &group.words {
                assert!(words.insert(word.split(':').next().unwrap()), "{word} twice");
            }
        }
        let known: FxHashSet<_> = UNITS.all().map(|u| u.word.as_str()).collect();
        for word in source.not_before.keys().chain(&source.bare_only.words) {
            assert!(known.contains(word.as_str()), "{word} is no unit");
        }
        for chain in &UNITS.chains {
            assert_eq!(chain.steps.len(), chain.parts.len());
        }
        assert!(UNITS.at("", 0, false).is_none());
    }
}
