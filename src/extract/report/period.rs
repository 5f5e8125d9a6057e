//! Title, headings and opening → the years that a document reports on.
//!
//! A report to a congress covers the year before it, whatever year its title bears (2026年…政府工作报告 covers 2025),
//! also where it reviews a five-year plan besides; one whose review part is headed 过去五年工作回顾 covers those five.

use super::{Kind, View};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Years of four digits, and spans of them (2018—2022年, 2018至2022年).
static YEARS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:((?:19|20)\d{2})年?\s*(?:[-—–－~～]{1,2}|至|到)\s*)?((?:19|20)\d{2})\s*年").ok()
});

/// A year or a span of years where a text names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Years {
    start: usize,
    end: usize,
    first: i16,
    last: i16,
}

fn years(text: &str) -> Vec<Years> {
    let text = arabic_years(text);
    let Some(re) = YEARS.as_ref() else { return Vec::new() };
    re.captures_iter(&text)
        .filter_map(|c| {
            let last: i16 = c.get(2)?.as_str().parse().ok()?;
            let first = c.get(1).and_then(|m| m.as_str().parse().ok()).unwrap_or(last);
            let all = c.get(0)?;
            Some(Years { start: all.start(), end: all.end(), first: first.min(last), last })
        })
        .collect()
}

/// Chinese numerals of years as digits, padded so that offsets hold: 二〇二三年 → 2023年 with blanks.
fn arabic_years(text: &str) -> std::borrow::Cow<'_, str> {
    if !["一九", "二〇", "二零", "二○"].iter().any(|w| text.contains(w)) {
        return text.into();
    }
    let digit = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|d| d == c)
            .or((matches!(c, '零' | '○')).then_some(0))
    };
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let run: Vec<usize> = chars[at..].iter().take(5).map_while(|&c| digit(c)).collect();
        let ends = chars.get(at + 4).is_some_and(|c| "年—-–－至到".contains(*c));
        if run.len() == 4 && ends && (run[0] == 1 || run[0] == 2) {
            for d in run {
                out.push_str(&format!("{d}"));
            }
            // Each numeral took three bytes, its digit takes one: 年 must stay where it was.
            out.push_str("        ");
            at += 4;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out.into()
}

/// Words after a year that make it the year looked back on.
const REVIEW: &[&str] = &[
    "回顾",
    "总结",
    "成效",
    "成就",
    "成绩",
    "纪实",
    "综述",
    "回眸",
    "亮点",
    "主要工作情况",
    "工作情况",
    "执行情况",
    "过去",
];

/// Words after a year that make it the year ahead.
const PLAN: &[&str] = &[
    "安排",
    "部署",
    "任务",
    "打算",
    "思路",
    "要求",
    "目标",
    "展望",
    "计划",
    "建议",
    "意见",
    "重点工作",
    "主要工作",
    "草案",
    "要点",
    "工作",
];

pub(super) fn period(view: &View, kind: Kind) -> Option<(i16, i16)> {
    match kind {
        Kind::WorkReport => of_report(view),
        Kind::WorkReview => of_title(view).or_else(|| most_told(view)),
        Kind::StatisticalBulletin | Kind::Budget => of_title(view),
        Kind::MeetingNews | Kind::Other => None,
    }
}

/// The first year or span that the title, the subtitle or the kicker names, dates left out.
fn of_title(view: &View) -> Option<(i16, i16)> {
    view.head
        .iter()
        .flat_map(|part| {
            years(part)
                .into_iter()
                .filter(|y| !is_date(part, y.end))
                .map(|y| (y.first, y.last))
                .take(1)
        })
        .next()
}

/// Whether a month follows the year: a date, not a year reported.
fn is_date(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start();
    let month: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        .collect();
    !month.is_empty() && rest[month.len()..].trim_start().starts_with('月')
}

fn of_report(view: &View) -> Option<(i16, i16)> {
    let session = session(view);
    // A congress late in the year hears of that year, one at its beginning of the year before.
    let last_year = session.map(|s| if s.late { s.year } else { s.year - 1 });
    for heading in &view.headings {
        if is_five_years(heading)
            && let Some(last) = last_year.or_else(|| plan_year(view).map(|y| y - 1))
        {
            return Some((last - 4, last));
        }
        if let Some(reviewed) = reviewed(heading) {
            return Some(reviewed);
        }
    }
    let one = |year: i16| (year, year);
    if let Some(year) = last_year {
        return Some(one(year));
    }
    if let Some((first, last)) = of_title(view) {
        return Some(if first == last { one(of_title_year(view, first)) } else { (first, last) });
    }
    plan_year(view)
        .or_else(|| year_ahead(view))
        .map(|year| year - 1)
        .or_else(|| dominant_year(view))
        .or_else(|| view.headings.iter().find_map(|h| plan_reviewed(h)))
        .or_else(|| {
            view.published.filter(|_| view.published_month.is_some_and(|m| m <= 4)).map(|y| y - 1)
        })
        .map(one)
}

/// The year reported by a report whose title bears a year: a government's bears the year of its congress; what other
/// bodies mean, publication tells, or the year that the text speaks of more.
fn of_title_year(view: &View, year: i16) -> i16 {
    if view.title.contains("政府工作报告") || view.head_has(&["施政报告"]) {
        return year - 1;
    }
    if view.head_has(&["年度", "总结", "情况"])
        || view.published.is_some_and(|published| published > year)
    {
        return year;
    }
    let counts = counts(view);
    let of = |year| counts.get(&year).copied().unwrap_or(0);
    if of(year - 1) > of(year) { year - 1 } else { year }
}

/// The congress that a report was given to.
#[derive(Clone, Copy)]
struct Session {
    year: i16,
    /// In the last quarter.
    late: bool,
}

/// The congress that the report was given to: 2026年2月2日在…会议上, 第十三届全国人民代表大会第五次会议.
fn session(view: &View) -> Option<Session> {
    let lines = || view.head.iter().chain(view.lead.iter());
    let dated = lines()
        .filter(|line| {
            let bracketed = line.starts_with(['（', '(']) && line.chars().count() < 40;
            bracketed
                || (line.contains('在') && (line.contains("会议上") || line.contains("大会上")))
        })
        .find_map(|line| {
            let found = years(line).into_iter().find(|y| is_date(line, y.end))?;
            let late = ["10月", "11月", "12月", "十月", "十一月", "十二月"]
                .iter()
                .any(|m| line[found.end..].trim_start().starts_with(m));
            Some(Session { year: found.last, late })
        });
    dated.or_else(|| {
        lines().find_map(|line| national_session(line)).map(|year| Session { year, late: false })
    })
}

static NATIONAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(向|在|^|——)?第([一二三四五六七八九十]{1,3})届全国(?:人民代表大会|人大|委员会)第([一二三四五六七八九十])次会议").ok()
});

/// The year of the session of the national congress to which a line says that it speaks: since the fifth each congress
/// has met once a year for five years. 第十届…第一次会议以来的五年 ends with the session five years later.
fn national_session(line: &str) -> Option<i16> {
    let captures = NATIONAL.as_ref()?.captures(line)?;
    let (term, nth) = (small_number(&captures[2])?, small_number(&captures[3])?);
    let year = match term {
        5.. => 1978 + 5 * (term - 5) + nth - 1,
        1 => 1954 + nth - 1,
        _ => return None,
    };
    let after = &line[captures.get(0)?.end()..];
    match after.strip_prefix("以来") {
        Some(rest) => rest.trim_start_matches('的').starts_with("五年").then_some(year + 5),
        None => captures.get(1).map(|_| year),
    }
}

/// 三, 十, 十四, 二十.
fn small_number(text: &str) -> Option<i16> {
    let digit = |c: char| {
        "一二三四五六七八九".chars().position(|d| d == c).and_then(|n| i16::try_from(n + 1).ok())
    };
    let one = |part: &str| match part.chars().next() {
        None => Some(0),
        Some(c) => digit(c),
    };
    match text.split_once('十') {
        None => one(text),
        Some((tens, ones)) => Some(if tens.is_empty() { 10 } else { one(tens)? * 10 } + one(ones)?),
    }
}

/// Whether a heading is of five years' review, and of nothing else (过去一年和五年工作回顾 is of both).
fn is_five_years(heading: &str) -> bool {
    (heading.contains("过去五年")
        || heading.contains("五年来")
        || heading.contains("五年工作回顾")
        || heading.contains("五年的工作"))
        && ["工作", "回顾", "总结"].iter().any(|w| heading.contains(w))
        && !["今后", "未来", "下一个五年", "规划"].iter().any(|w| heading.contains(w))
        && years(heading).is_empty()
}

/// The year or span that a heading says it reviews.
fn reviewed(heading: &str) -> Option<(i16, i16)> {
    if heading.chars().count() > 40 {
        return None;
    }
    let found = years(heading);
    let first = found.first()?;
    let until = found.get(1).map_or(heading.len(), |next| next.start);
    // Offsets of `years` are those of the heading: digits replaced numerals of the same place.
    let after = heading.get(first.end..until)?;
    REVIEW.iter().any(|w| after.contains(w)).then_some((first.first, first.last))
}

/// The year that headings plan: 三、2026年工作安排, 关于2026年工作.
fn plan_year(view: &View) -> Option<i16> {
    view.headings.iter().filter(|h| h.chars().count() <= 40).find_map(|heading| {
        let found = years(heading);
        let last = found.last().filter(|y| y.first == y.last)?;
        let after = heading.get(last.end..)?;
        let until = heading.get(..last.start)?.ends_with(['到', '至']);
        (!until && PLAN.iter().any(|w| after.contains(w))).then_some(last.last)
    })
}

/// The last year of the five-year plan that a heading reviews: “十四五”时期工作回顾.
fn plan_reviewed(heading: &str) -> Option<i16> {
    let at = heading.find("五”").or_else(|| heading.find("五时期"))?;
    if !["回顾", "成就", "成效"].iter().any(|w| heading[at..].contains(w)) {
        return None;
    }
    let nth = match heading[..at].chars().next_back()? {
        '十' => 10,
        c => small_number(&c.to_string())?,
    };
    let nth = if heading[..at].ends_with("十") || !heading[..at].contains('十') {
        nth
    } else {
        nth + 10
    };
    // The first plan began in 1953; between the second and the third lay three years.
    Some(if nth <= 2 { 1952 + 5 * nth } else { 1955 + 5 * nth })
}

/// The year ahead as paragraphs name it: 做好2026年政府工作, 2026年经济社会发展主要预期目标.
fn year_ahead(view: &View) -> Option<i16> {
    const GOALS: &[&str] = &[
        "政府工作",
        "经济社会发展主要预期目标",
        "经济社会发展的主要预期目标",
        "国民经济和社会发展的主要预期目标",
        "经济工作的总体要求",
    ];
    view.body.iter().find_map(|line| {
        years(line).into_iter().find_map(|y| {
            let (before, after) = (line.get(..y.start)?, line.get(y.end..)?);
            let ahead = GOALS.iter().any(|w| after.starts_with(w))
                || before.ends_with("做好")
                    && ["工作", "经济", "各项工作"].iter().any(|w| after.starts_with(w));
            ahead.then_some(y.last)
        })
    })
}

/// How often the body names each year.
fn counts(view: &View) -> BTreeMap<i16, u32> {
    let mut counts: BTreeMap<i16, u32> = BTreeMap::new();
    for line in &view.body {
        for y in years(line).iter().filter(|y| y.first == y.last) {
            *counts.entry(y.last).or_default() += 1;
        }
    }
    counts
}

/// The year that a report speaks of twice as much as of any other.
fn dominant_year(view: &View) -> Option<i16> {
    // The report of a party congress looks back on five years or more and ahead on as many.
    if view.lead.iter().any(|line| line.contains("中央委员会")) {
        return None;
    }
    let mut counts: Vec<(i16, u32)> = counts(view).into_iter().collect();
    counts.sort_by_key(|&(year, n)| (std::cmp::Reverse(n), year));
    let (year, n) = *counts.first()?;
    let second = counts.get(1).map_or(0, |c| c.1);
    (n >= 3 && n >= 2 * second).then_some(year)
}

/// The year that a review speaks of most, if it is the year of its publication or the one before.
fn most_told(view: &View) -> Option<(i16, i16)> {
    let published = view.published?;
    let counts = counts(view);
    let of = |year| counts.get(&year).copied().unwrap_or(0);
    let best = if of(published - 1) >= of(published) { published - 1 } else { published };
    (of(best) > 0).then_some((best, best))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_in_digits_and_numerals() {
        let of = |text| years(text).iter().map(|y| (y.first, y.last)).collect::<Vec<_>>();
        assert_eq!(of("2023年工作回顾和2024年工作安排"), [(2023, 2023), (2024, 2024)]);
        assert_eq!(of("2018—2022年工作回顾"), [(2018, 2022)]);
        assert_eq!(of("二〇二三年，一九八四年"), [(2023, 2023), (1984, 1984)]);
        assert_eq!(of("第1653条 12023个"), []);
    }

    #[test]
    fn headings_tell_the_year_reviewed() {
        assert_eq!(reviewed("一、2025年和“十四五”时期工作回顾"), Some((2025, 2025)));
        assert_eq!(reviewed("二、“十五五”时期目标任务和2026年工作安排"), None);
        assert_eq!(reviewed("一、二〇二三年工作回顾"), Some((2023, 2023)));
        assert!(is_five_years("一、过去五年工作回顾"));
        assert!(!is_five_years("今后五年的主要任务"));
    }

    #[test]
    fn sessions_of_the_national_congress_tell_their_year() {
        assert_eq!(national_session("向第十届全国人民代表大会第一次会议报告"), Some(2003));
        assert_eq!(national_session("在第十三届全国人民代表大会第五次会议上"), Some(2022));
        assert_eq!(national_session("第六届全国人民代表大会第三次会议"), Some(1985));
        assert_eq!(national_session("自第十届全国人民代表大会第一次会议以来"), None);
        assert_eq!(national_session("第十届全国人民代表大会第一次会议以来的五年"), Some(2008));
        assert_eq!(national_session("在某省第十四届人民代表大会第五次会议上"), None);
    }

    #[test]
    fn plans_tell_their_last_year() {
        assert_eq!(plan_reviewed("一、“十四五”时期工作回顾"), Some(2025));
        assert_eq!(plan_reviewed("一、“九五”时期国民经济和社会发展的回顾"), Some(2000));
        assert_eq!(plan_reviewed("“十五”时期的回顾"), Some(2005));
        assert_eq!(plan_reviewed("“十五五”时期主要目标任务"), None);
    }

    #[test]
    fn dates_are_no_years_reported() {
        let text = "2026年2月2日在会议上";
        assert!(is_date(text, "2026年".len()));
        assert!(!is_date("2026年工作", "2026年".len()));
    }
}
