//! Text → the dates in it, as pages of many languages print them.
//!
//! Dates come out as printed: zones are dropped, since the page's own local time is what its reader sees. A year alone,
//! or a year and month, is no date. 02/03/2024 is the second of March unless the page says that it is American.

use crate::months::{self, month};
use jiff::civil::{Date, DateTime, Time};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Where it starts.
    pub(super) start: usize,
    /// Where it ends, time included.
    pub(super) end: usize,
    pub(super) date: Date,
    /// The time of day, if one is printed.
    pub(super) time: Option<Time>,
}

impl Stamp {
    /// Date and time, where both are printed.
    pub(super) fn at(&self) -> Option<DateTime> {
        self.time.map(|time| self.date.to_datetime(time))
    }
}

/// Order of day and month in dates of numbers alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// 31/12/2024.
    DayFirst,
    /// 12/31/2024.
    MonthFirst,
}

/// What may stand behind a date.
const TIME: &str = r"(?i)^[T,，\s\x{3000}\x{A0}|·-]*(?:(?:星期|周|礼拜|週)[一二三四五六日天]|[(（][^()（）]{1,5}[)）]|at|um|à|kl\.?|klo)?[,，\s\x{3000}\x{A0}]*(上午|下午|晚上|凌晨|早上|中午|AM |PM )?\s*(\d{1,2})\s?[:：时時点點]\s?(\d{2})(?:\s?[:：分]\s?(\d{2}))?(?:\s?秒|\s?分)?(?:\s*([ap])\.?m\b)?";

struct Grammar {
    numeric: Regex,
    day_first: Regex,
    chinese: Regex,
    month_name_first: Regex,
    day_then_name: Regex,
    year_name_day: Regex,
    republic: Regex,
    compact: Regex,
    time: Regex,
}

static GRAMMAR: LazyLock<Option<Grammar>> = LazyLock::new(|| {
    // Names of months one by one and the ten digits, not all letters and digits of all scripts: programs are a fifth as
    // large, and they are built at every start.
    let names = months::names().join("|");
    let re = |pattern: &str| {
        let pattern = pattern.replace("MONTH", &format!("({names})"));
        Regex::new(&pattern.replace(r"\d", "[0-9]")).ok()
    };
    Some(Grammar {
        numeric: re(
            r"((?:19|20)\d{2})\s?[-年./／－–]\s?(\d{1,2})\s?[-月./／－–]\s?(\d{1,2})\s?[日号號]?",
        )?,
        day_first: re(r"(\d{1,2})\s?[./／-]\s?(\d{1,2})\s?[./／-]\s?((?:19|20)\d{2})\b")?,
        chinese: re(
            r"([一二][〇○零一二三四五六七八九０O0]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号號]",
        )?,
        month_name_first: re(
            r"(?i)\bMONTH\.?\s{1,2}(\d{1,2})(?:st|nd|rd|th)?\s?,?\s{0,2}((?:19|20)\d{2})\b",
        )?,
        day_then_name: re(
            r"(?i)\b(\d{1,2})(?:st|nd|rd|th|\.|º|er)?\s{0,2}(?:of |de |-)?\s?MONTH\.?,?\s?(?:de |-)?\s?((?:19|20)\d{2})\b",
        )?,
        year_name_day: re(r"(?i)\b((?:19|20)\d{2})\sMONTH\.?\s(\d{1,2})\b")?,
        republic: re(r"(?:中[華华])?民[國国]\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")?,
        compact: re(r"\b((?:19|20)\d{2})(\d{2})(\d{2})\b")?,
        time: re(TIME)?,
    })
});

/// Builds the table that is otherwise built when first needed.
pub(in crate::extract) fn prepare() {
    LazyLock::force(&GRAMMAR);
}

/// The dates of a text in reading order. Meant for lines of a header or a footer, not for whole bodies.
pub(super) fn dates(text: &str, order: Order) -> Vec<Stamp> {
    let Some(grammar) = GRAMMAR.as_ref() else { return Vec::new() };
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    let mut found: Vec<Stamp> = Vec::new();
    let mut add = |re: &Regex, read: &dyn Fn(&Captures) -> Option<Date>| {
        let mut at = 0;
        while let Some(captures) = re.captures_at(text, at) {
            let Some(all) = captures.get(0) else { return };
            let time = grammar.time.captures(&text[all.end()..]);
            at = all.end() + time.as_ref().map_or(0, |time| time.get_match().end());
            // 1.2.3.2024 and 12024-01-02 are no dates; a word may end where a date begins (某报2024-01-02).
            let before = text[..all.start()].chars().next_back();
            let inside = before.is_some_and(|c| matches!(c, '.' | '/') || c.is_ascii_digit());
            if let Some(date) = read(&captures).filter(|_| !inside) {
                let looks_so = time.is_some();
                let time = time.and_then(|time| time_of(&time));
                // What looks like a time and is none is cut off.
                let is_cut = looks_so && time.is_none();
                let end = if is_cut { captures.get(3).map_or(all.end(), |m| m.end()) } else { at };
                found.push(Stamp { start: all.start(), end, date, time });
            }
        }
    };
    let signs = Signs::of(text);
    if signs.year_before_mark {
        add(&grammar.numeric, &|c| date(number(c, 1)?, number(c, 2)?, number(c, 3)?));
    }
    if signs.year_after_mark {
        add(&grammar.day_first, &|c| {
            numbers_last_year(number(c, 1)?, number(c, 2)?, number(c, 3)?, order)
        });
    }
    if signs.month_and_year {
        add(&grammar.month_name_first, &|c| date(number(c, 3)?, month(&c[1])?, number(c, 2)?));
        add(&grammar.day_then_name, &|c| date(number(c, 3)?, month(&c[2])?, number(c, 1)?));
        add(&grammar.year_name_day, &|c| date(number(c, 1)?, month(&c[2])?, number(c, 3)?));
    }
    if has_digit && text.contains('民') {
        add(&grammar.republic, &|c| date(number(c, 1)? + 1911, number(c, 2)?, number(c, 3)?));
    }
    if text.contains('年') {
        add(&grammar.chinese, &|c| {
            date(chinese_year(&c[1])?, chinese_number(&c[2])?, chinese_number(&c[3])?)
        });
    }
    found.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
    let mut until = 0;
    found.retain(|s| {
        let keep = s.start >= until;
        until = until.max(if keep { s.end } else { until });
        keep
    });
    found
}

/// What dates of numbers and names need, and most lines have not: it is cheaper to look for than the dates.
#[derive(Default)]
struct Signs {
    /// A year with a mark of a numeric date behind it.
    year_before_mark: bool,
    /// A year with such a mark before it.
    year_after_mark: bool,
    /// A year, further digits, and letters in which a month could be named.
    month_and_year: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        const MARKS: [char; 7] = ['-', '年', '.', '/', '／', '－', '–'];
        let mut signs = Self::default();
        let bytes = text.as_bytes();
        let year = |word: &[u8]| {
            matches!(word[..2], [b'1', b'9'] | [b'2', b'0'])
                && word[2..].iter().all(u8::is_ascii_digit)
        };
        let mut years = false;
        for (at, _) in bytes.windows(4).enumerate().filter(|(_, word)| year(word)) {
            years = true;
            signs.year_before_mark |= text[at + 4..].trim_start().starts_with(MARKS);
            signs.year_after_mark |= text[..at].trim_end().ends_with(MARKS);
        }
        let day = || bytes.iter().filter(|b| b.is_ascii_digit()).count() > 4;
        let letters = || bytes.iter().any(u8::is_ascii_alphabetic);
        signs.month_and_year = years && day() && letters();
        signs
    }
}

/// The date that a value of the page's head is: `2024-01-15T08:00:00+08:00`, `20240115`, `Mon, 15 Jan 2024`.
pub(super) fn value(text: &str, order: Order) -> Option<Stamp> {
    let text = text.trim();
    let first = dates(text, order).into_iter().next();
    first.or_else(|| {
        let grammar = GRAMMAR.as_ref()?;
        let captures =
            grammar.compact.captures(text).filter(|c| c.get(0).is_some_and(|m| m.start() == 0))?;
        let date = date(number(&captures, 1)?, number(&captures, 2)?, number(&captures, 3)?)?;
        Some(Stamp { start: 0, end: text.len(), date, time: None })
    })
}

/// The date that a value is in years of the Republic without its name: `112-05-18`, `112年5月18日`.
pub(super) fn of_the_republic(value: &str) -> Option<Stamp> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^\s*(\d{2,3})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?:\D|$)").ok()
    });
    // What has the look of a year from 1991 to 2041.
    let captures = PATTERN.as_ref()?.captures(value)?;
    let year = number(&captures, 1).filter(|year| (80..=130).contains(year))?;
    let date = date(year + 1911, number(&captures, 2)?, number(&captures, 3)?)?;
    Some(Stamp { start: 0, end: captures.get(0)?.end(), date, time: None })
}

/// The date that an address holds: /2024/01/15/, /202401/t20240115_, /2024-01/15/, /2024/0115/.
pub(super) fn of_url(url: &str) -> Option<Date> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        [
            r"[/_-]((?:19|20)\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?:[/_.-]|$)",
            r"/(?:19|20)\d{4}/[tW]?((?:19|20)\d{2})(\d{2})(\d{2})[_/]",
            r"[/_-][tAW]?((?:19|20)\d{2})(\d{2})(\d{2})(?:[/_.-]|\d{0,6}[/._-]|$)",
            r"/((?:19|20)\d{2})[/-]?(\d{2})/(\d{2})/",
            r"/((?:19|20)\d{2})/(\d{2})(\d{2})/",
        ]
        .into_iter()
        .filter_map(|p| Regex::new(p).ok())
        .collect()
    });
    let path = url.split(['?', '#']).next().unwrap_or(url);
    PATTERNS.iter().find_map(|re| {
        let c = re.captures(path)?;
        date(number(&c, 1)?, number(&c, 2)?, number(&c, 3)?)
    })
}

fn number(captures: &Captures, group: usize) -> Option<i16> {
    captures.get(group)?.as_str().trim().parse().ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    if !(1900..=2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn numbers_last_year(a: i16, b: i16, year: i16, order: Order) -> Option<Date> {
    let day_first = match order {
        Order::DayFirst => b <= 12,
        Order::MonthFirst => a > 12,
    };
    if day_first { date(year, b, a) } else { date(year, a, b) }
}

/// The time of day.
fn time_of(captures: &Captures) -> Option<Time> {
    let mut hour = number(captures, 2)?;
    let minute = number(captures, 3).unwrap_or(0);
    let second = number(captures, 4).unwrap_or(0);
    let half = captures.get(1).map_or("", |m| m.as_str().trim());
    let latin = captures.get(5).map_or("", |m| m.as_str());
    let says = |word: &str| half.eq_ignore_ascii_case(word);
    let afternoon = says("下午") || says("晚上") || says("PM") || latin.eq_ignore_ascii_case("p");
    let morning = says("凌晨") || says("上午") || says("AM") || latin.eq_ignore_ascii_case("a");
    if afternoon && hour < 12 {
        hour += 12;
    } else if morning && hour == 12 {
        hour = 0;
    }
    let part = |n: i16| i8::try_from(n).unwrap_or(-1);
    Time::new(part(hour), part(minute), part(second), 0).ok()
}

fn chinese_digit(c: char) -> Option<i16> {
    Some(match c {
        '〇' | '○' | '零' | '０' | 'O' | '0' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn chinese_year(text: &str) -> Option<i16> {
    text.chars().try_fold(0, |year, c| Some(year * 10 + chinese_digit(c)?))
}

/// 三, 十五, 三十一.
fn chinese_number(text: &str) -> Option<i16> {
    match text.split_once('十') {
        None => chinese_year(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { chinese_year(tens)? };
            Some(tens * 10 + if ones.is_empty() { 0 } else { chinese_year(ones)? })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = dates(text, Order::DayFirst)
            .iter()
            .map(|s| s.at().map_or_else(|| s.date.to_string(), |at| at.to_string()))
            .collect();
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn numeric_forms() {
        check("2024-01-18 07:16", "2024-01-18T07:16:00");
        check("2024年01月18日07:16:05", "2024-01-18T07:16:05");
        check("2024年1月8日", "2024-01-08");
        check("2024 年 1 月 8 日", "2024-01-08");
        check("2024/1/8 下午3:05", "2024-01-08T15:05:00");
        check("2024.01.08 来源", "2024-01-08");
        check("云州日报APP2018-06-06 20:23:00", "2018-06-06T20:23:00");
        check("本贴由李明于2005年8月12日16:12:21在论坛发表", "2005-08-12T16:12:21");
        check("2024-01-18T07:16:30+08:00", "2024-01-18T07:16:30");
        check("2005-04-25 08:24:06", "2005-04-25T08:24:06");
        check("2024年01月16日 星期二 08:30", "2024-01-16T08:30:00");
        check("31.12.2023, 10:15 Uhr", "2023-12-31T10:15:00");
        check("31/12/2023", "2023-12-31");
        check("Erstellt am09.02.2022", "2022-02-09");
    }

    #[test]
    fn numerals_and_the_republic() {
        check("二〇二四年一月十五日", "2024-01-15");
        check("二○二六年十二月三十一日", "2026-12-31");
        check("民國112年4月22日", "2023-04-22");
        let bare = |value| of_the_republic(value).map(|s| s.date.to_string());
        assert_eq!(bare("112-05-18").as_deref(), Some("2023-05-18"));
        assert_eq!(bare("112年5月18日").as_deref(), Some("2023-05-18"));
        assert_eq!(bare("12-05-18"), None);
        assert_eq!(bare("112-13-18"), None);
    }

    #[test]
    fn month_names() {
        check("January 15, 2024 at 10:05 am", "2024-01-15T10:05:00");
        check("Mon, 15 Jan 2024 10:00:00 GMT", "2024-01-15T10:00:00");
        check("15th of March 2019", "2019-03-15");
        check("3. März 2019", "2019-03-03");
        check("15 de enero de 2020", "2020-01-15");
        check("Sept. 3, 2019", "2019-09-03");
        check("2024 Jun 30", "2024-06-30");
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "2024年",
            "2024年1月",
            "2024-13-01",
            "第2024-1号",
            "12014-01-02",
            "2024年2月30日",
            "1.2.3.2024.5",
        ] {
            check(text, "");
        }
        check("2024-01-18 99:99", "2024-01-18");
    }

    #[test]
    fn months_first_where_the_page_is_american() {
        let of = |text| dates(text, Order::MonthFirst)[0].date.to_string();
        assert_eq!(of("02/03/2024"), "2024-02-03");
        assert_eq!(of("23/03/2024"), "2024-03-23");
    }

    #[test]
    fn addresses() {
        let of = |url| of_url(url).map(|d| d.to_string());
        assert_eq!(of("http://a.test/202401/t20240115_123.html").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/2024/0115/c1.html").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/2024/01/15/x").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/n1/2024-01/15/content_1.htm").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/2024-01-15/doc-1.shtml").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/20240115/5012641.shtml").as_deref(), Some("2024-01-15"));
        assert_eq!(of("http://a.test/202401/c1.html"), None);
        assert_eq!(of("http://a.test/20249915/c1.html"), None);
    }

    #[test]
    fn head_values() {
        assert_eq!(
            value("20240115", Order::DayFirst).map(|s| s.date.to_string()).as_deref(),
            Some("2024-01-15")
        );
        assert_eq!(value("2024", Order::DayFirst), None);
    }
}
