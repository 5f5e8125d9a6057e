//! Title, headings and opening → the years that a document reports on.
//!
//! A report to a congress covers the year before it, whatever year its title bears (2026年…政府工作报告 covers 2025),
//! also where it reviews a five-year plan besides; one whose review part is headed 过去五年工作回顾 covers those five.

use super::{Kind, View};
use regex::Regex;
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
        if run.len() == 4 && chars.get(at + 4) == Some(&'年') && (run[0] == 1 || run[0] == 2) {
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
    let session = session_year(view);
    for heading in &view.headings {
        if is_five_years(heading)
            && let Some(session) = session.or_else(|| plan_year(view)).or(year_of_body(view))
        {
            return Some((session - 5, session - 1));
        }
        if let Some(reviewed) = reviewed(heading) {
            return Some(reviewed);
        }
    }
    // 2023年工作总结和2024年工作计划: the title's first year is the one reported, unless it is the congress's own.
    let delivered =
        view.title.contains("政府工作报告") || view.head_has(&["施政报告"]) || session.is_some();
    if let (false, Some(years)) = (delivered, of_title(view)) {
        return Some(years);
    }
    let year = session
        .or_else(|| delivered.then(|| of_title(view)).flatten().map(|(_, y)| y))
        .or_else(|| plan_year(view))
        .or_else(|| year_of_body(view));
    if let Some(year) = year {
        return Some((year - 1, year - 1));
    }
    let january_to_march = view.published_month.is_some_and(|m| m <= 3);
    view.published.filter(|_| january_to_march).map(|y| (y - 1, y - 1))
}

/// The year of the congress that the report was given to: 2026年2月2日在…会议上.
fn session_year(view: &View) -> Option<i16> {
    let lines = view.head.iter().chain(view.lead.iter());
    lines
        .filter(|line| line.contains('在') && (line.contains("会议上") || line.contains("大会上")))
        .find_map(|line| years(line).into_iter().find(|y| is_date(line, y.end)).map(|y| y.last))
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

/// The year before which a report stands whose headings plan it: 三、2026年工作安排.
fn plan_year(view: &View) -> Option<i16> {
    view.headings.iter().find_map(|heading| {
        let found = years(heading);
        let last = found.last()?;
        let after = heading.get(last.end..)?;
        PLAN.iter().any(|w| after.contains(w)).then_some(last.last)
    })
}

/// The year ahead as paragraphs name it: 做好2026年工作, 2026年经济社会发展主要预期目标.
fn year_of_body(view: &View) -> Option<i16> {
    view.body.iter().find_map(|line| {
        years(line).into_iter().find_map(|y| {
            let before = &line.get(..y.start)?;
            let after = line.get(y.end..)?;
            let ahead = before.ends_with("做好")
                || [
                    "政府工作",
                    "经济社会发展主要预期目标",
                    "经济社会发展的主要预期目标",
                    "发展主要预期目标",
                    "要做好",
                    "经济工作的总体要求",
                    "工作的总体要求",
                    "政府工作总体要求",
                ]
                .iter()
                .any(|w| after.starts_with(w));
            ahead.then_some(y.last)
        })
    })
}

/// The year that a review speaks of most, if it is the year of its publication or the one before.
fn most_told(view: &View) -> Option<(i16, i16)> {
    let mut counts: std::collections::BTreeMap<i16, u32> = std::collections::BTreeMap::new();
    for line in &view.body {
        for y in years(line).iter().filter(|y| y.first == y.last) {
            *counts.entry(y.last).or_default() += 1;
        }
    }
    let published = view.published?;
    let near = |year: &i16| *year == published || *year == published - 1;
    let of = |year| counts.get(&year).copied().unwrap_or(0);
    let best = if of(published - 1) >= of(published) { published - 1 } else { published };
    (near(&best) && of(best) > 0).then_some((best, best))
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
    fn dates_are_no_years_reported() {
        let text = "2026年2月2日在会议上";
        assert!(is_date(text, "2026年".len()));
        assert!(!is_date("2026年工作", "2026年".len()));
    }
}
