//! An item as printed → the names that the catalogue may know it by.

use crate::extract::words::{Ends, Starts};
use crate::han;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    place: Vec<String>,
    lead: Vec<String>,
    tail: Vec<String>,
    growth: Vec<String>,
    fall: Vec<String>,
    narrow: Vec<String>,
    effects: Vec<String>,
    marks: Vec<String>,
    relative: Vec<String>,
    additions: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    toml::from_str(include_str!("words.toml")).expect("words.toml is read by a test")
});

/// The words that are looked for at many names, by the character that shows them.
struct Index {
    /// Words of place and those that lead in.
    leads: Starts<()>,
    tails: Ends<()>,
    trends: Ends<Trend>,
    narrow: Ends<()>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let words = &*WORDS;
    let plain = |words: &[String]| words.iter().map(|w| (w.clone(), ())).collect::<Vec<_>>();
    let growth = words.growth.iter().map(|w| (w.clone(), Trend::Growth));
    let fall = words.fall.iter().map(|w| (w.clone(), Trend::Fall));
    Index {
        leads: Starts::new([plain(&words.place), plain(&words.lead)].concat()),
        tails: Ends::new(plain(&words.tail)),
        trends: Ends::new(growth.chain(fall)),
        narrow: Ends::new(plain(&words.narrow)),
    }
});

/// The way of a change that an item names itself: 地区生产总值增速.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trend {
    /// 增速, 涨幅.
    Growth,
    /// 降幅.
    Fall,
}

/// Which way an item says that it goes.
pub(super) fn trend(item: &str) -> Option<Trend> {
    split_trend(item).map(|(_, trend)| trend)
}

fn split_trend(item: &str) -> Option<(&str, Trend)> {
    let (word, trend) = INDEX.trends.at(item, item.len())?;
    let rest = &item[..item.len() - word.len()];
    (!rest.is_empty()).then_some((rest, *trend))
}

/// The words that a document uses for its own place.
pub(super) struct Names {
    own: Vec<String>,
}

impl Names {
    /// From the region's full name (四川省内江市).
    pub(super) fn of(region: Option<&str>) -> Self {
        let mut own = Vec::new();
        if let Some(full) = region {
            let last = last_part(full);
            for name in [full, last] {
                own.push(name.to_owned());
                own.push(short(name).to_owned());
            }
            if full == "中华人民共和国" {
                own.extend(["全国", "我国", "中国", "国内", "国家"].map(str::to_owned));
            }
        }
        own.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        own.dedup();
        Self { own }
    }

    /// The item as printed, then with what does not change its meaning taken off; with the way that it names, if any.
    pub(super) fn forms<'a>(&self, item: &'a str) -> Vec<(&'a str, Option<Trend>)> {
        let mut forms = Vec::with_capacity(4);
        let mut name = trim(item);
        // Each turn takes at least one character off, and few words ever stand in a row.
        for _ in 0..6 {
            let mut tail = name;
            for _ in 0..4 {
                if let Some((stem, trend)) = split_trend(tail) {
                    forms.push((stem, Some(trend)));
                }
                forms.push((tail, None));
                let Some(rest) = strip_end(tail) else { break };
                tail = rest;
            }
            let Some(rest) = self.strip_start(name) else { break };
            name = rest;
        }
        forms
    }

    /// Whether the clause speaks of another place than the document's, or of a part of it.
    pub(super) fn is_elsewhere(
        &self,
        subject: Option<&str>,
        clause: &str,
        item: Option<&str>,
    ) -> bool {
        let before = item.and_then(|item| clause.rfind(item)).map_or("", |at| &clause[..at]);
        // The thing itself may be read as who does it (高新技术企业达到…).
        let subject = subject.filter(|s| item.is_none_or(|item| !item.contains(s)));
        subject.is_some_and(|s| self.names_place(s)) || self.names_place(before)
    }

    /// Whether the words end in a place that is not the document's own.
    fn names_place(&self, words: &str) -> bool {
        const PLACES: &[&str] = &[
            "市",
            "县",
            "区",
            "州",
            "盟",
            "旗",
            "镇",
            "乡",
            "园",
            "圈",
            "群",
            "带",
            "片区",
            "新区",
            "园区",
            "开发区",
            "高新区",
            "自贸区",
            "示范区",
            "项目",
            "企业",
            "产业",
            "行业",
            "集团",
            "公司",
        ];
        // 招商引资项目|完成 固定资产投资: verbs between the place and the thing tell nothing.
        let mut words = trim(words).trim_end_matches('的');
        if words.is_empty() {
            return false;
        }
        for _ in 0..3 {
            let rest = WORDS.lead.iter().find_map(|lead| words.strip_suffix(lead.as_str()));
            words = rest.unwrap_or(words);
        }
        if self.own.iter().any(|own| words.ends_with(own.as_str())) {
            return false;
        }
        if WORDS.place.iter().any(|place| words.ends_with(place.as_str())) {
            return false;
        }
        PLACES.iter().any(|place| words.ends_with(place))
    }

    fn strip_start<'a>(&self, name: &'a str) -> Option<&'a str> {
        let own = self.own.iter().map(String::as_str).filter(|own| name.starts_with(own));
        let lead = INDEX.leads.at(name, 0).map(|(word, ())| word);
        let longest = own.chain(lead).map(str::len).max()?;
        let rest = trim(&name[longest..]).trim_start_matches(['的', '、']);
        (!rest.is_empty()).then_some(rest)
    }
}

fn strip_end(name: &str) -> Option<&str> {
    let (word, ()) = INDEX.tails.at(name, name.len())?;
    let rest = name[..name.len() - word.len()].trim_end_matches('的');
    (!rest.is_empty()).then_some(rest)
}

fn trim(words: &str) -> &str {
    words.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '“' | '”' | '"' | '：' | ':' | '，' | ',')
    })
}

/// The words of a clause that stand between the last number (or its start) and this one.
pub(super) fn before_number(clause: &str) -> &str {
    last_number(clause).map_or(clause, |at| &clause[at + '、'.len_utf8()..])
}

/// Whether the words before the number are of what the clause began with: 苹果产值增长8.5%、出口增长|53.6%.
pub(super) fn is_relative(clause: &str) -> bool {
    let Some(at) = last_number(clause) else { return false };
    let words = &clause[at + '、'.len_utf8()..];
    let relative = WORDS.relative.iter().any(|word| words.starts_with(word.as_str()));
    relative && !clause[..at].contains("进出口")
}

/// The mark 、 after the last number of a clause.
fn last_number(clause: &str) -> Option<usize> {
    let digit_before = |at: usize| clause[..at].contains(|c: char| c.is_ascii_digit());
    clause.char_indices().rev().find(|&(at, c)| c == '、' && digit_before(at)).map(|(at, _)| at)
}

/// Whether the number describes what follows or is set as a mark: 经济总量超|500亿元|的县域, 将收入|2300元|作为标准.
pub(super) fn describes(after: &str) -> bool {
    after.starts_with('的') || after.starts_with("作为")
}

/// Whether the clause narrows the item by a word that stands right before it: 人均 before 消费支出.
pub(super) fn is_narrowed(clause: &str, item: &str) -> bool {
    let before = clause.rfind(item).map_or("", |at| &clause[..at]);
    INDEX.narrow.end(before)
}

/// Whether the clause speaks of what something else brought about: 带动进出口.
pub(super) fn is_effect(clause: &str) -> bool {
    WORDS.effects.iter().any(|word| clause.contains(word.as_str()))
}

/// Whether what was done is an addition to a stock: 新增装机, 粮食又增产|291亿斤.
pub(super) fn is_addition(action: Option<&str>, clause: &str) -> bool {
    let said = |word: &String| {
        action.is_some_and(|action| action.contains(word.as_str()))
            || clause.ends_with(word.as_str())
    };
    WORDS.additions.iter().any(said)
}

/// Whether a number is one of several marks that were passed: 迈上4个|万亿元|台阶.
pub(super) fn is_mark(before: &str, after: &str) -> bool {
    let several = before.ends_with('个') || before.ends_with("多个");
    several && WORDS.marks.iter().any(|word| after.starts_with(word.as_str()))
}

/// The names that a list stands for where one figure holds for each of its members: 粮食、蔬菜产量均.
pub(super) fn each_of(clause: &str, item: &str) -> Vec<String> {
    let Some((_, last)) = item.rsplit_once('、').filter(|_| clause.contains(['均', '都']))
    else {
        return Vec::new();
    };
    const HEAD_CHARS: std::ops::RangeInclusive<usize> = 2..=4;
    let heads: Vec<&str> = HEAD_CHARS
        .filter_map(|n| last.char_indices().rev().nth(n - 1).map(|(at, _)| &last[at..]))
        .filter(|head| head.len() < last.len())
        .collect();
    let members = item.split('、');
    members
        .flat_map(|member| {
            let full = heads.iter().map(move |head| format!("{member}{head}"));
            std::iter::once(member.to_owned()).chain(full)
        })
        .collect()
}

/// Quotation marks, which names may have or lack.
pub(super) const QUOTES: [char; 6] = ['“', '”', '「', '」', '"', '＂'];

/// The name as the catalogue writes it: without remarks in brackets (地区生产总值（GDP）) and quotation marks, in
/// simplified script.
pub(super) fn plain(item: &str) -> Cow<'_, str> {
    let foreign =
        |c: char| matches!(c, '(' | '（') || QUOTES.contains(&c) || han::is_traditional(c);
    if !item.contains(foreign) {
        return Cow::Borrowed(item);
    }
    let mut depth = 0u32;
    let mut out = String::with_capacity(item.len());
    for c in item.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 && !QUOTES.contains(&c) => out.push(han::simplified_char(c)),
            _ => {}
        }
    }
    Cow::Owned(out)
}

/// The lowest place of a full name: 内江市 of 四川省内江市.
fn last_part(full: &str) -> &str {
    let upper = full.trim_end_matches(['省', '市', '区', '县', '州', '盟', '旗', '镇', '乡']);
    upper
        .char_indices()
        .rev()
        .find(|&(at, c)| {
            at > 0 && matches!(c, '省' | '市' | '州' | '盟')
                || upper[..at].ends_with("自治") && c == '区'
        })
        .map_or(full, |(at, c)| &full[at + c.len_utf8()..])
}

/// A place's name without its kind: 广西 of 广西壮族自治区.
fn short(name: &str) -> &str {
    const KINDS: &[&str] = &[
        "壮族自治区",
        "回族自治区",
        "维吾尔自治区",
        "自治区",
        "特别行政区",
        "自治州",
        "自治县",
        "自治旗",
        "地区",
        "新区",
        "省",
        "市",
        "区",
        "县",
        "州",
        "盟",
        "旗",
    ];
    let cut = KINDS.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name);
    // 市区 and other names of one character stay whole.
    if cut.chars().count() < 2 { name } else { cut }
}

/// Panics where words.toml can't be read or has a word twice in one list.
#[cfg(test)]
pub(super) fn check_words() {
    for list in [
        &WORDS.place,
        &WORDS.lead,
        &WORDS.tail,
        &WORDS.growth,
        &WORDS.fall,
        &WORDS.narrow,
        &WORDS.effects,
        &WORDS.marks,
        &WORDS.relative,
    ] {
        let mut sorted = list.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), list.len(), "a word stands twice in {list:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(region: Option<&str>, item: &str, name: &str, trend: Option<Trend>) -> bool {
        Names::of(region).forms(item).contains(&(name, trend))
    }

    #[test]
    fn places_and_leading_words_are_taken_off() {
        assert!(has(None, "全省地区生产总值", "地区生产总值", None));
        assert!(has(None, "预计全市地区生产总值", "地区生产总值", None));
        assert!(has(Some("云岭省青川市"), "青川地区生产总值总量", "地区生产总值", None));
        assert!(has(Some("云岭省青川市"), "青川市生产总值", "生产总值", None));
        assert!(!has(Some("云岭省青川市"), "白石县生产总值", "生产总值", None));
        assert!(!has(None, "民间固定资产投资", "固定资产投资", None));
    }

    #[test]
    fn names_of_growth_tell_the_way() {
        assert!(has(None, "地区生产总值增速", "地区生产总值", Some(Trend::Growth)));
        assert!(has(None, "居民消费价格涨幅", "居民消费价格", Some(Trend::Growth)));
        assert_eq!(trend("单位能耗降幅"), Some(Trend::Fall));
        assert_eq!(trend("增速"), None);
    }

    #[test]
    fn another_place_is_told_from_ones_own() {
        let names = Names::of(Some("云岭省"));
        assert!(names.is_elsewhere(None, "白石市地区生产总值达到", Some("地区生产总值")));
        assert!(!names.is_elsewhere(None, "全省地区生产总值达到", Some("地区生产总值")));
        assert!(!names.is_elsewhere(None, "云岭省地区生产总值达到", Some("地区生产总值")));
        assert!(names.is_elsewhere(Some("白石市"), "地区生产总值达到", Some("地区生产总值")));
    }

    #[test]
    fn short_names() {
        assert_eq!(last_part("四川省内江市"), "内江市");
        assert_eq!(last_part("广西壮族自治区贺州市"), "贺州市");
        assert_eq!(last_part("广西壮族自治区"), "广西壮族自治区");
        assert_eq!(short("广西壮族自治区"), "广西");
        assert_eq!(short("内江市"), "内江");
        assert_eq!(last_part("北京市"), "北京市");
    }
}
