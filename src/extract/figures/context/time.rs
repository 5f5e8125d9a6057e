//! Words of time → years and parts of a year.
//!
//! The document's own year, or the one that the outline gives, is the frame's; here is only what a clause says itself.

use super::lexicon::plan_years;

/// What a time names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct When {
    /// First and last year.
    pub(super) years: Option<(i16, i16)>,
    /// h1, h2, q1 … q4, m01 … m12, to_date.
    pub(super) part: Option<&'static str>,
    /// Several years that are named from the year of the document backwards (五年来).
    pub(super) back: Option<i16>,
    /// It is another year than the one spoken of, and it is not known which.
    pub(super) unknown: bool,
}

/// The year before the one that is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// All of it: 上年.
    Year,
    /// Its end: 上年末.
    End,
    /// The same part of it: 去年同期.
    Part,
}

/// Whether a word names the year before the one that is spoken of. 去年 alone does not: in a report read out in January
/// it is the year that is reported on.
pub(super) fn before(word: &str) -> Option<Before> {
    match word {
        "上年" => Some(Before::Year),
        "上年末" => Some(Before::End),
        "上年同期" | "去年同期" => Some(Before::Part),
        _ => None,
    }
}

impl When {
    /// Whether it names anything.
    pub(super) fn is_some(self) -> bool {
        self != Self::default()
    }

    /// What this and the expression that stands right after it name together: 今年|上半年.
    pub(super) fn and(self, next: Self) -> Self {
        Self {
            years: next.years.or(self.years),
            part: next.part.or(self.part),
            back: next.back.or(self.back),
            unknown: next.unknown || self.unknown,
        }
    }
}

const MONTHS: [&str; 12] =
    ["m01", "m02", "m03", "m04", "m05", "m06", "m07", "m08", "m09", "m10", "m11", "m12"];

/// Reads one expression of time.
pub(super) fn when(text: &str) -> When {
    let bare = text.trim_start_matches(['“', '"', '「']);
    if let Some((first, last)) = plan_years(bare) {
        let ends = text.ends_with('末');
        return When {
            years: Some(if ends { (last, last) } else { (first, last) }),
            ..When::default()
        };
    }
    let part = part(text);
    match text {
        "五年来" | "这五年" | "过去五年" | "过去的五年" | "五年" | "五年累计" | "五年间"
        | "近五年" => When { back: Some(5), ..When::default() },
        "三年来" | "近三年" | "三年" => When { back: Some(3), ..When::default() },
        "十年来" | "十年" | "这十年" => When { back: Some(10), ..When::default() },
        _ => When { years: years(text), part, ..When::default() },
    }
}

/// How many years before the one that a text was written in a word names.
pub(super) fn years_ago(word: &str) -> Option<i16> {
    match word {
        "今年" | "今年以来" | "本年" | "本年度" => Some(0),
        "去年" | "去年以来" => Some(1),
        "前年" => Some(2),
        _ => None,
    }
}

/// The years in digits: 2025年, 2021—2025年, 2021年至2025年.
pub(super) fn years(text: &str) -> Option<(i16, i16)> {
    let mut found = numbers(text).filter(|(digits, _)| digits.len() == 4);
    let year = |digits: &str| digits.parse().ok().filter(|y: &i16| (1900..2100).contains(y));
    let first = year(found.next()?.0)?;
    let last = found.next().and_then(|(digits, _)| year(digits)).filter(|last| *last >= first);
    Some((first, last.unwrap_or(first)))
}

/// Runs of digits, each with what follows it.
fn numbers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| c.is_ascii_digit())?;
        let len = rest[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - start);
        let (digits, after) = (&rest[start..start + len], &rest[start + len..]);
        rest = after;
        Some((digits, after))
    })
}

const RANGE: [char; 6] = ['—', '-', '－', '–', '~', '至'];

fn part(text: &str) -> Option<&'static str> {
    const NAMED: &[(&str, &str)] = &[
        ("上半年", "h1"),
        ("下半年", "h2"),
        ("前三季度", "to_date"),
        ("前3季度", "to_date"),
        ("一季度", "q1"),
        ("二季度", "q2"),
        ("三季度", "q3"),
        ("四季度", "q4"),
        ("截至目前", "to_date"),
        ("截止目前", "to_date"),
        ("截至", "to_date"),
        ("截止", "to_date"),
    ];
    if let Some(months) = first_months(text) {
        return match months {
            3 => Some("q1"),
            6 => Some("h1"),
            1..=11 => Some("to_date"),
            _ => None,
        };
    }
    // One of three characters is in all of these names, and most times have none.
    if text.contains(['半', '季', '截'])
        && let Some((_, code)) = NAMED.iter().find(|(name, _)| text.contains(name))
    {
        return Some(code);
    }
    if text.contains('日') {
        return None;
    }
    let mut months = Vec::with_capacity(2);
    let mut ranges = false;
    for (digits, after) in numbers(text) {
        let range = after.starts_with(RANGE);
        let month = after.strip_prefix('月');
        if digits.len() <= 2 && (month.is_some() || range) {
            months.push(digits.parse::<usize>().ok()?);
            ranges |= range || month.is_some_and(|after| after.starts_with(RANGE));
        }
    }
    match (months.as_slice(), ranges) {
        ([1, 6], true) => Some("h1"),
        ([7, 12], true) => Some("h2"),
        ([1, 3], true) => Some("q1"),
        ([1, 12], true) => None,
        ([1, 2..=11], true) => Some("to_date"),
        ([month @ 1..=12], false) if text.ends_with(['月', '份']) => Some(MONTHS[*month - 1]),
        _ => None,
    }
}

/// How many months from the start of the year are meant: 前5个月, 头两个月.
pub(super) fn first_months(text: &str) -> Option<usize> {
    const COUNTS: [&str; 12] =
        ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    let (before, _) = text.split_once("个月")?;
    let (_, count) = before.rsplit_once(['前', '头'])?;
    let in_words = || COUNTS.iter().position(|c| *c == count).map(|at| at + 1);
    count.parse().ok().or_else(in_words).filter(|months| (1..=12).contains(months))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_name_years_and_parts() {
        let named = |text| (when(text).years, when(text).part);
        assert_eq!(named("2025年"), (Some((2025, 2025)), None));
        assert_eq!(named("2021—2025年"), (Some((2021, 2025)), None));
        assert_eq!(named("2021年至2025年"), (Some((2021, 2025)), None));
        assert_eq!(named("2025年上半年"), (Some((2025, 2025)), Some("h1")));
        assert_eq!(named("2025年1月至6月"), (Some((2025, 2025)), Some("h1")));
        assert_eq!(named("1—11月"), (None, Some("to_date")));
        assert_eq!(named("11月份"), (None, Some("m11")));
        assert_eq!(named("前三季度"), (None, Some("to_date")));
        assert_eq!(named("2025年前5个月"), (Some((2025, 2025)), Some("to_date")));
        assert_eq!(named("头两个月"), (None, Some("to_date")));
        assert_eq!(named("前6个月"), (None, Some("h1")));
        assert_eq!(named("“十四五”末"), (Some((2025, 2025)), None));
        assert_eq!(named("12月28日"), (None, None));
        assert_eq!(when("五年来").back, Some(5));
    }
}
