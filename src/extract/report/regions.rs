//! Names of administrative divisions ↔ their codes (GB/T 2260).
//!
//! Thirty names are borne by two or more divisions (鼓楼区, 江北区) and over a hundred short forms by several (吉林,
//! 朝阳). So a name is looked up together with [`Evidence`]: what else the page says about where it is. Where the
//! evidence does not decide, the answer is none rather than a guess.
//!
//! Tables: `regions.tsv` (present), `regions-history.tsv` (names that are gone, with the last code they had),
//! `provinces.tsv`; their origin is in REGIONS.md.

use crate::han;
use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An administrative division of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Six-digit code (GB/T 2260).
    pub code: String,
    /// Full name, the names of its superiors in front (四川省内江市).
    pub name: String,
    /// Level.
    pub level: RegionLevel,
}

/// Level of an administrative division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionLevel {
    /// The whole country.
    Country,
    /// 省, 自治区, 直辖市, 特别行政区.
    Province,
    /// 地级市, 自治州, 地区, 盟.
    Prefecture,
    /// 县, 县级市, 市辖区, 旗.
    County,
    /// 乡, 镇, 街道.
    Township,
}

impl RegionLevel {
    /// The name in `documents.region_level`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
        }
    }

    /// The level that a code's zeros tell.
    fn of(code: u32) -> Self {
        if code == 0 {
            Self::Country
        } else if code.is_multiple_of(10_000) {
            Self::Province
        } else if code.is_multiple_of(100) {
            Self::Prefecture
        } else {
            Self::County
        }
    }
}

/// A row of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Code; the six digits as a number.
    pub code: u32,
    /// Its own name (内江市).
    pub name: &'static str,
    /// The name as prose shortens it (内江).
    pub short: &'static str,
    /// Whether the division exists under this name today.
    pub current: bool,
}

impl Division {
    /// Its level.
    pub fn level(&self) -> RegionLevel {
        RegionLevel::of(self.code)
    }

    /// Whether it lies in the division with this code, or is it.
    pub fn is_within(&self, code: u32) -> bool {
        within(self.code, code)
    }

    /// As a document's region, under the name that its code has today.
    pub fn region(&self) -> Region {
        let now = TABLE.codes.get(&self.code).map_or(*self, |&i| TABLE.divisions[i]);
        let mut name = String::new();
        for superior in [self.code / 10_000 * 10_000, self.code / 100 * 100] {
            if let Some(&i) = TABLE.codes.get(&superior)
                && superior != 0
                && superior != self.code
            {
                name.push_str(TABLE.divisions[i].name);
            }
        }
        name.push_str(now.name);
        Region { code: format!("{:06}", self.code), name, level: self.level() }
    }
}

/// Whether the division `code` lies in the division `outer`, or is it.
fn within(code: u32, outer: u32) -> bool {
    match RegionLevel::of(outer) {
        RegionLevel::Country => true,
        RegionLevel::Province => code / 10_000 == outer / 10_000,
        RegionLevel::Prefecture => code / 100 == outer / 100,
        _ => code == outer,
    }
}

struct Table {
    divisions: Vec<Division>,
    /// Code → its present division, or the last that had it.
    codes: FxHashMap<u32, usize>,
    /// Full names, present and past.
    full: FxHashMap<&'static str, Vec<usize>>,
    /// Short forms of present divisions.
    short: FxHashMap<&'static str, Vec<usize>>,
    /// Finds full names, and short forms of provinces; a pattern's number is its place in `patterns`.
    finder: Option<AhoCorasick>,
    patterns: Vec<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut divisions = Vec::with_capacity(5_000);
    for line in rows(include_str!("regions.tsv")) {
        let mut cells = line.split('\t');
        if let (Some(Ok(code)), Some(name), Some(short)) =
            (cells.next().map(str::parse), cells.next(), cells.next())
        {
            divisions.push(Division { code, name, short, current: true });
        }
    }
    for line in rows(include_str!("regions-history.tsv")) {
        let mut cells = line.split('\t');
        if let (Some(Ok(code)), Some(name)) = (cells.next().map(str::parse), cells.next()) {
            divisions.push(Division { code, name, short: name, current: false });
        }
    }
    let mut codes = FxHashMap::default();
    let mut full: FxHashMap<&'static str, Vec<usize>> = FxHashMap::default();
    let mut short: FxHashMap<&'static str, Vec<usize>> = FxHashMap::default();
    for (i, division) in divisions.iter().enumerate() {
        codes.entry(division.code).or_insert(i);
        let same = full.entry(division.name).or_default();
        // A name that exists today means the division of today.
        if division.current || same.iter().all(|&other: &usize| !divisions[other].current) {
            same.push(i);
        }
        if division.current && division.short != division.name {
            short.entry(division.short).or_default().push(i);
        }
    }
    let mut patterns: Vec<&'static str> = full.keys().copied().collect();
    patterns.extend(
        divisions
            .iter()
            .filter(|d| d.current && d.level() == RegionLevel::Province)
            .map(|d| d.short),
    );
    patterns.sort_unstable();
    patterns.dedup();
    let finder =
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok();
    Table { divisions, codes, full, short, finder, patterns }
});

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The division with this code, under its present name.
pub fn by_code(code: u32) -> Option<&'static Division> {
    TABLE.codes.get(&code).map(|&i| &TABLE.divisions[i])
}

/// The divisions that bear this name: in full, else as a short form. `name` is in simplified script.
pub fn named(name: &str) -> Vec<&'static Division> {
    let found = TABLE.full.get(name).or_else(|| TABLE.short.get(name));
    found.map(|ids| ids.iter().map(|&i| &TABLE.divisions[i]).collect()).unwrap_or_default()
}

/// The divisions that bear this name in full.
pub fn named_in_full(name: &str) -> Vec<&'static Division> {
    let found = TABLE.full.get(name);
    found.map(|ids| ids.iter().map(|&i| &TABLE.divisions[i]).collect()).unwrap_or_default()
}

/// A place name at the end or the beginning of a text, with its superiors where they are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it may mean; superiors that are printed have been heeded.
    pub candidates: Vec<&'static Division>,
    /// Bytes of the text that the name takes, superiors included.
    pub bytes: usize,
    /// Bytes of the division's own name.
    pub own_bytes: usize,
    /// Whether the name is printed in full (内江市), not as a short form (内江).
    pub in_full: bool,
}

/// Names are at most this many characters long.
const NAME_CHARS_MAX: usize = 16;

/// The place name that `text` ends with (…四川省内江市), the longest there is.
pub fn at_end(text: &str) -> Option<Place> {
    let text = fold(text);
    let own = longest_suffix(&text)?;
    Some(with_superiors(own, |used| longest_suffix(&text[..text.len() - used])))
}

/// The place name that `text` begins with (四川省内江市…), superiors and all; the narrowest division printed.
pub fn at_start(text: &str) -> Option<Place> {
    let text = fold(text);
    let mut place = longest_prefix(&text)?;
    while let Some(next) = longest_prefix(&text[place.bytes..]) {
        let inner: Vec<_> = next
            .candidates
            .iter()
            .copied()
            .filter(|d| place.candidates.iter().any(|o| d.code != o.code && d.is_within(o.code)))
            .collect();
        if inner.is_empty() {
            break;
        }
        place = Place { candidates: inner, bytes: place.bytes + next.bytes, ..next };
    }
    Some(place)
}

fn with_superiors(own: Place, before: impl Fn(usize) -> Option<Place>) -> Place {
    let mut place = own;
    while let Some(outer) = before(place.bytes) {
        let inner: Vec<_> = place
            .candidates
            .iter()
            .copied()
            .filter(|d| outer.candidates.iter().any(|o| d.code != o.code && d.is_within(o.code)))
            .collect();
        if inner.is_empty() {
            break;
        }
        place = Place { candidates: inner, bytes: place.bytes + outer.bytes, ..place };
    }
    place
}

fn longest_suffix(text: &str) -> Option<Place> {
    let starts = text.char_indices().rev().take(NAME_CHARS_MAX).skip(1).map(|(at, _)| at);
    let starts: Vec<usize> = starts.collect();
    starts.iter().rev().find_map(|&at| lone(&text[at..]))
}

fn longest_prefix(text: &str) -> Option<Place> {
    let ends: Vec<usize> =
        text.char_indices().take(NAME_CHARS_MAX).skip(1).map(|(at, c)| at + c.len_utf8()).collect();
    ends.iter().rev().find_map(|&at| of_printed_type(lone(&text[..at])?, &text[at..]))
}

/// The place, if what follows a short form is not the word for another type of division: 朝阳县 is not 朝阳区.
fn of_printed_type(mut place: Place, rest: &str) -> Option<Place> {
    // 浙江市场 and 江苏县域 name no type.
    const OTHER_WORDS: &[&str] = &[
        "市场", "市县", "市级", "市区", "市直", "县域", "县级", "县区", "县市", "区域", "区间",
        "区块", "区县", "区级", "旗下", "旗帜",
    ];
    let types = ["市", "县", "区", "州", "盟", "旗"];
    let word = types.into_iter().find(|word| rest.starts_with(word));
    if let Some(word) = word
        && !place.in_full
        && !OTHER_WORDS.iter().any(|w| rest.starts_with(w))
    {
        place.candidates.retain(|d| d.name.ends_with(word));
    }
    (!place.candidates.is_empty()).then_some(place)
}

fn lone(name: &str) -> Option<Place> {
    let in_full = TABLE.full.contains_key(name);
    if !in_full && !TABLE.short.contains_key(name) {
        return None;
    }
    Some(Place { candidates: named(name), bytes: name.len(), own_bytes: name.len(), in_full })
}

/// The text in simplified script; folding keeps every offset.
fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().any(han::is_traditional) {
        Cow::Owned(han::simplified(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// What a page says about where it is: divisions, each with a weight.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// By code; ordered, so that sums come out the same every time.
    weights: BTreeMap<u32, f32>,
}

impl Evidence {
    /// Adds one division.
    pub fn add(&mut self, code: u32, weight: f32) {
        *self.weights.entry(code).or_default() += weight;
    }

    /// Adds the divisions that a text names in full and the provinces that it names, `weight` for each mention. A
    /// name that several divisions bear is no evidence.
    pub fn add_text(&mut self, text: &str, weight: f32) {
        let Some(finder) = &TABLE.finder else { return };
        for found in finder.find_iter(fold(text).as_ref()) {
            let name = TABLE.patterns[found.pattern().as_usize()];
            if let [only] = named(name)[..] {
                self.add(only.code, weight);
            }
        }
    }

    /// Adds what filing numbers tell: 蜀ICP备 names the province, 川公网安备 51100202000151号 begins with a code.
    pub fn add_filing_numbers(&mut self, text: &str, weight: f32) {
        for (at, mark) in text.match_indices("公网安备") {
            let digits: String = text[at + mark.len()..]
                .chars()
                .skip_while(|c| c.is_whitespace() || matches!(c, ':' | '：'))
                .take_while(char::is_ascii_digit)
                .take(6)
                .collect();
            if let (6, Ok(code)) = (digits.len(), digits.parse::<u32>()) {
                let known = [code, code / 100 * 100, code / 10_000 * 10_000];
                if let Some(&code) = known.iter().find(|c| TABLE.codes.contains_key(c)) {
                    self.add(code, weight);
                }
            }
        }
        for mark in ["ICP备", "ICP证", "ICP備", "公网安备"] {
            for (at, _) in text.match_indices(mark) {
                if let Some(code) = text[..at].chars().next_back().and_then(province_of_mark) {
                    self.add(code, weight);
                }
            }
        }
    }

    /// How much speaks for a division: mentions of itself, twice, of what it lies in and of what lies in it.
    pub fn weight_of(&self, division: &Division) -> f32 {
        let related = |code| division.is_within(code) || within(code, division.code);
        self.weights
            .iter()
            .filter(|&(&code, _)| code != 0 && related(code))
            .map(|(&code, w)| if code == division.code { 2.0 * w } else { *w })
            .sum()
    }

    /// The divisions with their weights, by code.
    pub fn weights(&self) -> impl Iterator<Item = (u32, f32)> {
        self.weights.iter().map(|(&code, &w)| (code, w))
    }
}

/// The province that a one-character name stands for (渝 → 500000).
pub fn province_of_mark(mark: char) -> Option<u32> {
    static MARKS: LazyLock<Vec<(char, u32)>> = LazyLock::new(|| {
        rows(include_str!("provinces.tsv"))
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(code, marks)| code.parse().ok().map(|code| (code, marks)))
            .flat_map(|(code, marks)| marks.chars().map(move |mark| (mark, code)))
            .collect()
    });
    MARKS.iter().find(|(m, _)| *m == mark).map(|(_, code)| *code)
}

/// The one division of several that the evidence speaks for; none where it does not decide.
pub fn decide(candidates: &[&'static Division], evidence: &Evidence) -> Option<&'static Division> {
    match candidates {
        [] => None,
        [only] => Some(only),
        _ => {
            let mut weighed: Vec<(f32, &'static Division)> =
                candidates.iter().map(|d| (evidence.weight_of(d), *d)).collect();
            // Stable: equal weights stay in the order of codes.
            weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (best, second) = (weighed[0], weighed[1]);
            (best.0 > 1.5 * second.0 && best.0 > 0.0).then_some(best.1)
        }
    }
}

/// The region that a name means on a page with this evidence: 四川省内江市, 江北区, 内江.
pub fn resolve(name: &str, evidence: &Evidence) -> Option<Region> {
    let place = at_end(name.trim()).filter(|p| p.bytes == name.trim().len())?;
    decide(&place.candidates, evidence).map(Division::region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(name: &str, page: &str) -> Option<String> {
        let mut evidence = Evidence::default();
        evidence.add_text(page, 1.0);
        evidence.add_filing_numbers(page, 3.0);
        resolve(name, &evidence).map(|r| r.code)
    }

    #[test]
    fn full_names_come_with_their_superiors() {
        let of = |name| resolve(name, &Evidence::default()).map(|r| (r.code, r.name, r.level));
        let is = |code: &str, name: &str, level| Some((code.to_owned(), name.to_owned(), level));
        assert_eq!(of("内江市"), is("511000", "四川省内江市", RegionLevel::Prefecture));
        assert_eq!(of("涪陵区"), is("500102", "重庆市涪陵区", RegionLevel::County));
        assert_eq!(of("广西壮族自治区"), is("450000", "广西壮族自治区", RegionLevel::Province));
        assert_eq!(of("中华人民共和国"), is("000000", "中华人民共和国", RegionLevel::Country));
        assert_eq!(of("仙桃市"), is("429004", "湖北省仙桃市", RegionLevel::County));
        assert_eq!(
            of("四川省内江市市中区"),
            is("511002", "四川省内江市市中区", RegionLevel::County)
        );
    }

    #[test]
    fn printed_superiors_tell_namesakes_apart() {
        assert_eq!(code_of("重庆市江北区", ""), Some("500105".into()));
        assert_eq!(code_of("宁波江北区", ""), Some("330205".into()));
        assert_eq!(code_of("江北区", ""), None);
    }

    #[test]
    fn the_page_tells_namesakes_apart() {
        assert_eq!(code_of("江北区", "重庆日报"), Some("500105".into()));
        assert_eq!(code_of("江北区", "浙ICP备00000001号"), Some("330205".into()));
        assert_eq!(code_of("市中区", "川公网安备 51100202000000号"), Some("511002".into()));
        assert_eq!(code_of("鼓楼区", "江苏省"), None, "Nanjing has one and Xuzhou too");
        assert_eq!(code_of("鼓楼区", "江苏省徐州市"), Some("320302".into()));
    }

    #[test]
    fn a_suffix_decides_between_province_and_city() {
        assert_eq!(code_of("吉林市", ""), Some("220200".into()));
        assert_eq!(code_of("吉林省", ""), Some("220000".into()));
        assert_eq!(code_of("吉林", ""), None);
    }

    #[test]
    fn names_that_are_gone_keep_their_code() {
        assert_eq!(code_of("杭州市下城区", ""), Some("330103".into()));
        let renamed = resolve("襄樊市", &Evidence::default()).expect("襄樊 became 襄阳");
        assert_eq!((renamed.code.as_str(), renamed.name.as_str()), ("420600", "湖北省襄阳市"));
    }

    #[test]
    fn traditional_script_is_read() {
        assert_eq!(code_of("廣東省東莞市", ""), Some("441900".into()));
        assert_eq!(code_of("澳門特別行政區", ""), Some("820000".into()));
    }

    #[test]
    fn places_are_read_at_either_end_of_a_text() {
        let place = at_end("关于四川省内江市").expect("内江市");
        assert_eq!((place.bytes, place.own_bytes, place.in_full), (18, 9, true));
        let place = at_start("重庆市江北区2023年").expect("江北区");
        assert_eq!((place.candidates[0].code, place.bytes), (500_105, 18));
        // A short form and the word for another type: the table does not have the place.
        assert_eq!(at_start("云溪市政协召开会议"), None);
        assert_eq!(at_start("云溪区政协召开会议").map(|p| p.candidates[0].code), Some(430_603));
        assert_eq!(at_start("浙江市场监管").map(|p| p.candidates[0].code), Some(330_000));
        assert_eq!(at_end("全市"), None);
        assert_eq!(at_start("我们"), None);
    }

    #[test]
    fn the_tables_have_no_duplicates() {
        for table in [include_str!("regions.tsv"), include_str!("regions-history.tsv")] {
            let mut keys: Vec<(&str, &str)> = rows(table)
                .filter_map(|l| l.split_once('\t'))
                .map(|(c, r)| (c, r.split('\t').next().unwrap_or(r)))
                .collect();
            let n = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), n);
        }
        assert!(rows(include_str!("regions.tsv")).all(|l| l.split('\t').count() == 3));
    }
}
