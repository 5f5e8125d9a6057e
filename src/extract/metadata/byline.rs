//! Lines without labels that name the author: `By Ann Lee`, `本报记者 李明`, `本贴由李明于…发表`, `（记者 李明）` after 讯 or 电.

use super::dates::{self, Order};
use super::{people, publisher};
use crate::han::{self, is_han};

/// Words that open a byline in languages of Latin script, in lower case.
const OPENERS: &[&str] = &[
    "by ",
    "written by ",
    "posted by ",
    "words by ",
    "story by ",
    "von ",
    "par ",
    "por ",
    "di ",
    "door ",
    "af ",
];

/// Words of a western name at most, and characters of a byline.
const NAME_WORDS_MAX: usize = 4;
const BYLINE_CHARS_MAX: usize = 80;

/// The authors whom a line of the header names.
pub(super) fn of_header(line: &str) -> Vec<String> {
    let line = line.trim();
    let mut found = latin(line);
    if found.is_empty() {
        found = reporter(line);
    }
    if found.is_empty() {
        found = posted(line);
    }
    if found.is_empty() {
        found = boxed(line);
    }
    found
}

/// The authors whom one of the first lines of the body names.
pub(super) fn of_opening(line: &str) -> Vec<String> {
    let line = line.trim();
    if let Some((_, names)) = lead_bracket(line) {
        return names;
    }
    let mut found = dateline(line);
    if found.is_empty() && line.chars().count() <= 40 {
        found = reporter(line);
    }
    if found.is_empty() && line.chars().count() <= 40 {
        found = names_alone(line);
    }
    if found.is_empty() {
        found = latin(line);
    }
    found
}

/// `By Ann Lee`, `Von Ann Lee, Bob Ray`: the line begins with the opener and every name looks like one.
fn latin(line: &str) -> Vec<String> {
    if line.chars().count() > BYLINE_CHARS_MAX || line.chars().any(is_han) {
        return Vec::new();
    }
    let lower = line.to_lowercase();
    let Some(opener) = OPENERS.iter().find(|o| lower.starts_with(**o)) else { return Vec::new() };
    let Some(rest) = line.get(opener.len()..) else { return Vec::new() };
    let rest = rest.split(['|', '•', '·', '–', '—', '(', '/', '@']).next().unwrap_or(rest).trim();
    let rest = rest.split(" on ").next().unwrap_or(rest);
    let names = people::names(rest);
    let names = names.iter().map(|name| without_weekday(name)).take_while(|n| is_western_name(n));
    names.map(str::to_owned).collect()
}

/// Two to four words that begin in capitals (van, de and the like aside).
pub(super) fn is_western_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital = |w: &&&str| w.chars().next().is_some_and(char::is_uppercase);
    let particle = |w: &&str| {
        matches!(
            *w,
            "van"
                | "von"
                | "de"
                | "der"
                | "den"
                | "del"
                | "della"
                | "da"
                | "di"
                | "du"
                | "la"
                | "le"
                | "bin"
                | "al"
        )
    };
    (1..=NAME_WORDS_MAX).contains(&words.len())
        && words.iter().filter(capital).count() + words.iter().filter(|w| particle(w)).count()
            == words.len()
        && words.iter().any(|w| w.chars().count() > 1)
        && !name.chars().any(|c| c.is_ascii_digit())
}

/// `本报记者 李明`, `□ 本报记者李明发自北京`, `記者李明／臺北報導`.
fn reporter(line: &str) -> Vec<String> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let parts = line.split_once("记者").or_else(|| line.split_once("記者"));
    let Some((before, after)) = parts else { return Vec::new() };
    if before.chars().count() > 8
        || line.chars().count() > BYLINE_CHARS_MAX
        || line.contains(['。', '，', '？', '“'])
    {
        return Vec::new();
    }
    let end = ["发自", "报道", "综合", "報導", "報道"].iter().filter_map(|w| after.find(w)).min();
    let after = &after[..end.unwrap_or(after.len())];
    // The place from which the report is stands behind a stroke.
    let place = after.rfind(['/', '／']).filter(|_| end.is_some());
    let after = &after[..place.unwrap_or(after.len())];
    people::names(after).into_iter().take_while(|n| people::is_name(n)).collect()
}

/// `本贴由李明于2005年8月12日16:12:21在…发表`, `李明 发表于 2005-9-15`, `发布时间 2005/05/17 22:11:42 by 李明`,
/// `发表于 2005年9月15日 由 李明`, `Posted on July 6, 2021 by Ann Lee — 3 Comments`.
pub(super) fn posted(line: &str) -> Vec<String> {
    if line.chars().count() > BYLINE_CHARS_MAX {
        return Vec::new();
    }
    let between = |from: &str, to: &str| {
        let (_, rest) = line.split_once(from)?;
        rest.split_once(to).map(|(name, _)| name.trim())
    };
    let by = || between("由", "于").filter(|_| line.contains("发表"));
    let verb = line.find("发表于").or_else(|| line.find("發表於"));
    let before = || line[..verb?].split_whitespace().next_back();
    let at_end = || {
        let mut words = line[verb?..].split_whitespace().rev();
        let name = words.next()?;
        (words.next() == Some("由")).then_some(name)
    };
    let after = || {
        let (_, rest) = line.split_once(" by ").filter(|(before, _)| says_posted(before))?;
        let rest = rest.split(['|', '•', '·', '–', '—', '(', ',']).next()?.trim();
        let name = rest.split(" in ").next()?.trim();
        if is_western_name(name) { Some(name) } else { rest.split_whitespace().next() }
    };
    let name = by().or_else(before).or_else(at_end).or_else(after);
    let usable = |name: &&str| {
        let most = if name.is_ascii() { 40 } else { 16 };
        (1..=most).contains(&name.chars().count()) && !name.contains([':', '：', '。', '，'])
    };
    let name = name.filter(usable).filter(|name| !people::is_nobody(name));
    name.map(|name| vec![name.to_owned()]).unwrap_or_default()
}

/// Whether what stands before `by` is a word of posting and its date.
fn says_posted(before: &str) -> bool {
    let said = before.contains("发布") || before.contains("发表");
    let opens = ["Posted", "Published"].iter().any(|w| before.trim_start().starts_with(w));
    said || opens && !dates::dates(before, Order::DayFirst).is_empty()
}

/// `Ann Lee - Apr 16, 2015 8:02 pm`: a line of the header that is a date and a western name of two words or more.
pub(super) fn beside_date(line: &str) -> Vec<String> {
    if line.chars().count() > BYLINE_CHARS_MAX || line.chars().any(is_han) {
        return Vec::new();
    }
    let Some(stamp) = dates::dates(line, Order::DayFirst).into_iter().next() else {
        return Vec::new();
    };
    let before = line[..stamp.start].trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let name = without_weekday(before);
    let words = name.split_whitespace().count();
    if (2..=3).contains(&words)
        && is_western_name(name)
        && !name.contains([':', ','])
        && !["updated", "published", "posted", "on"]
            .iter()
            .any(|w| name.to_lowercase().ends_with(w))
    {
        return vec![name.to_owned()];
    }
    Vec::new()
}

/// What stands before a date, without the day of the week: `Ann Lee Tuesday, Aug. 17, 2010`.
fn without_weekday(text: &str) -> &str {
    // The short forms are names too (Lena Sun).
    const DAYS: &[&str] =
        &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let is_day = |word: &str| {
        DAYS.contains(&word.trim_end_matches(['.', ',']).to_ascii_lowercase().as_str())
    };
    let bare =
        |text: &'_ str| text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.').len();
    match text.rsplit_once(' ') {
        Some((rest, word)) if is_day(word) => &rest[..bare(rest)],
        _ => &text[..bare(text)],
    }
}

/// `2004年7月16日08:19 [ 李明 ] 来源：[ 某报 ]`: a name in square brackets in a line that begins with a date.
fn boxed(line: &str) -> Vec<String> {
    let Some((before, rest)) = line.split_once('[') else { return Vec::new() };
    let Some((inner, _)) = rest.split_once(']') else { return Vec::new() };
    if !before.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let names = people::names(inner);
    if people::looks_like_names(&names) { names } else { Vec::new() }
}

/// A line that is names and nothing else: `李明、王小雨`.
fn names_alone(line: &str) -> Vec<String> {
    let names = people::names(line);
    let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
    let in_names: usize = names.iter().map(|n| n.chars().count()).sum();
    let whole = letters == in_names && names.iter().all(|n| people::is_name(n));
    let surnames = names.iter().filter(|n| people::looks_like_names(&[(*n).clone()])).count();
    let listed = line.contains('、') && surnames * 2 >= names.len();
    if whole && names.len() >= 2 && (listed || surnames == names.len()) {
        names
    } else {
        Vec::new()
    }
}

/// `本报讯（记者 李明 通讯员 王小雨）…`, `新华社北京1月15日电（记者李明）…`.
fn dateline(paragraph: &str) -> Vec<String> {
    let head: String = paragraph.chars().take(BYLINE_CHARS_MAX).collect();
    let Some((before, rest)) = head.split_once(['（', '(']) else { return Vec::new() };
    let Some((inner, _)) = rest.split_once(['）', ')']) else { return Vec::new() };
    let before = before.trim_end();
    let opens = before.is_empty() || before.ends_with(['讯', '电']);
    if !opens || !["记者", "通讯员"].iter().any(|w| inner.contains(w)) {
        return Vec::new();
    }
    people::names(inner).into_iter().filter(|n| people::is_name(n)).collect()
}

/// `【清溪日報／李明】…`, `【财讯快报/记者李明】…`: the medium and the authors in the bracket that a paragraph opens with.
pub(super) fn lead_bracket(paragraph: &str) -> Option<(&str, Vec<String>)> {
    const INNER_CHARS_MAX: usize = 30;
    let (inner, _) = paragraph.trim_start().strip_prefix('【')?.split_once('】')?;
    let (medium, people) = inner.split_once(['／', '/'])?;
    if inner.chars().count() > INNER_CHARS_MAX || !publisher::is_medium(medium.trim()) {
        return None;
    }
    let people = people.trim();
    let named = ["記者", "记者"].iter().find_map(|role| people.strip_prefix(role));
    let names: Vec<String> = people::names(named.unwrap_or(people));
    let simple: Vec<String> = names.iter().map(|name| han::simplified(name)).collect();
    let sure = named.is_some() && !names.is_empty() && names.iter().all(|n| people::is_name(n));
    (sure || people::looks_like_names(&simple)).then_some((medium.trim(), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn western_bylines() {
        assert_eq!(of_header("By Ann Lee"), ["Ann Lee"]);
        assert_eq!(
            of_header("By Ann Lee and Bob van Ray | 3 May 2020"),
            ["Ann Lee", "Bob van Ray"]
        );
        assert_eq!(of_header("Von Eva Maier"), ["Eva Maier"]);
        assert_eq!(of_header("By Ann Lee Tuesday, Aug. 17, 2010"), ["Ann Lee"]);
        assert_eq!(of_header("By Lena Sun"), ["Lena Sun"]);
        assert_eq!(beside_date("Ann Lee - Apr 16, 2015 8:02 pm UTC"), ["Ann Lee"]);
        assert_eq!(beside_date("Ann Lee Tuesday, Aug. 17, 2010"), ["Ann Lee"]);
        assert!(beside_date("Last Updated: April 16, 2015").is_empty());
        assert!(beside_date("Published: Wednesday, 21 Sep 2011").is_empty());
        assert!(beside_date("Anne Dupont, le 27 octobre 2012 à Lyon").is_empty());
        assert!(of_header("By far the best plan").is_empty());
        assert!(of_header("By the time we arrived").is_empty());
    }

    #[test]
    fn reporters() {
        assert_eq!(of_header("□ 本报记者 李明 王小雨"), ["李明", "王小雨"]);
        assert_eq!(of_opening("本报记者李明发自北京"), ["李明"]);
        assert_eq!(
            of_opening("本报讯（记者 李明 通讯员 王小雨）1月15日，大会开幕。"),
            ["李明", "王小雨"]
        );
        assert_eq!(of_opening("新华社北京1月15日电（记者李明）大会开幕。"), ["李明"]);
        assert_eq!(of_header("記者李明／臺北報導2023/10/12 15:40"), ["李明"]);
        assert_eq!(of_header("记者 李明 王小雨 报道"), ["李明", "王小雨"]);
        assert!(of_opening("记者了解到，大会开幕。").is_empty());
        assert!(of_opening("大会（以下简称会议）开幕。").is_empty());
    }

    #[test]
    fn brackets_at_the_start() {
        let of = |line| lead_bracket(line).map(|(medium, names)| (medium, names.join(" ")));
        assert_eq!(of("【清溪日報／陳孟朔】報告指出"), Some(("清溪日報", "陳孟朔".to_owned())));
        assert_eq!(of("【財訊快報／記者陳某某】報告"), Some(("財訊快報", "陳某某".to_owned())));
        assert_eq!(
            of("【清溪日报/李明、王小雨】报告"),
            Some(("清溪日报", "李明 王小雨".to_owned()))
        );
        assert_eq!(of("【清溪日报/要闻】报告"), None);
        assert_eq!(of("【工业/投资】报告"), None);
        assert_eq!(of("报告【清溪日报/李明】"), None);
    }

    #[test]
    fn posts() {
        assert_eq!(of_header("本贴由李明于2005年8月12日16:12:21在〖论坛〗发表."), ["李明"]);
        assert_eq!(of_header("李明 发表于 2005-9-15 11:46:00"), ["李明"]);
        assert_eq!(of_header("发表于 2023年8月15日2023年9月1日 由 李明"), ["李明"]);
        assert_eq!(of_header("Posted on July 6, 2021 by Ann Lee — 3 Comments"), ["Ann Lee"]);
        assert_eq!(of_header("Published July 6, 2021 by Greta in Garden"), ["Greta"]);
        assert!(of_header("发表于 2023年8月15日 阅读 74").is_empty());
        assert_eq!(of_header("〓 云州网 发布时间 2005/05/17 22:11:42 by 李明 〓"), ["李明"]);
        assert!(of_header("Posted on July 6, 2021").is_empty());
        assert!(of_header("Posted on July 6, 2021 by Admin").is_empty());
        assert_eq!(of_header("2004年7月16日08:19 [ 李明 ] 来源：[ 云州日报 ]"), ["李明"]);
    }

    #[test]
    fn names_on_a_line_of_their_own() {
        assert_eq!(of_opening("李明、王小雨"), ["李明", "王小雨"]);
        assert!(of_opening("前言").is_empty());
        assert!(of_opening("简介 前言").is_empty());
    }
}
