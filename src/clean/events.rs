//! Whether a line says when something takes place: 会议时间：2010年10月1日, 2011年3月21日至3月23日.
//!
//! In: a line with a date in it. Out: whether the date is one of what the text is about, not the page's own. A label in
//! 时间 or 日期 is the page's own if a word of publishing stands in it or nothing else does (`times.toml`), and a page
//! is not published from one day to another.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::han;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    publishing: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    toml::from_str(include_str!("rules/times.toml")).expect("times.toml is checked by a test")
});

/// Whose time a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    /// 发布时间：
    Publishing,
    /// 时间： alone and 公示日期：, which may be either.
    Bare,
    /// 会议时间：
    Event,
    /// 地点：
    Place,
    /// 来源：, and whatever else is no time.
    Other,
}

/// Whether a line says when something takes place, and not when the page was published.
pub(crate) fn is_event(line: &str) -> bool {
    let labels: Vec<Label> = labels(line).collect();
    if labels.contains(&Label::Publishing) {
        return false;
    }
    let met = labels.contains(&Label::Bare) && labels.contains(&Label::Place);
    labels.first() == Some(&Label::Event) || met || is_range(line)
}

/// Whether a text holds a date that another follows as its end: 10月1日-31日, 2011.3.21至2011.3.23.
pub(crate) fn is_range(text: &str) -> bool {
    // The day, then its weekday and time of day, then where it ends.
    static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        const TIME: &str = r"(?:[(（][^()（）]{1,6}[)）])?\s?(?:上午|下午|晚上?)?\s?(?:[0-9]{1,2}[:：时點点][0-9]{0,2}分?)?";
        let day = format!(r"(?:月\s?[0-9]{{1,2}}\s?[日号號]?|[-./][0-9]{{1,2}})\s?{TIME}\s?");
        let from_to = r"(?:至|到|—|–|－|-|~|～|―)+\s?(?:次[日年]|[0-9]{1,4}\s?[年月日号號])";
        let numeric = r"(?:至|到|—|–|－|~|～|―|\s-\s|--|-)+\s?(?:19|20)[0-9]{2}[-./][0-9]";
        Regex::new(&format!("{day}(?:{from_to}|{numeric})")).ok()
    });
    RANGE.as_ref().is_some_and(|range| range.is_match(text))
}

/// The labels of a line, by their colons.
fn labels(line: &str) -> impl Iterator<Item = Label> {
    let colons = line.match_indices(['：', ':']).map(|(at, _)| before(&line[..at]));
    colons.filter(|word| !word.is_empty()).map(|word| label(&word))
}

/// The word at the end of a text, in simplified script; blanks within it (时 间) do not count.
fn before(text: &str) -> String {
    let mut word: Vec<char> = Vec::new();
    for c in text.trim_end().chars().rev() {
        match c {
            _ if han::is_han(c) => word.push(han::simplified_char(c)),
            _ if c.is_whitespace() && word.len() < 2 => {}
            _ => break,
        }
    }
    word.iter().rev().collect()
}

fn label(word: &str) -> Label {
    let Some(of) = word.strip_suffix("时间").or_else(|| word.strip_suffix("日期")) else {
        return if word.ends_with("地点") { Label::Place } else { Label::Other };
    };
    let publishing = || WORDS.publishing.iter().any(|verb| of.ends_with(verb.as_str()));
    match of {
        // What is shown to the public for some days is put online on a day.
        "" | "公示" => Label::Bare,
        _ if publishing() => Label::Publishing,
        _ => Label::Event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_what_takes_place() {
        for line in [
            "会议时间：2010年10月1日",
            "举办时间： 2010年10月1日-31日",
            "报名时间：2011年3月21日至3月23日",
            "一、开标时间：2018-04-19 09:30",
            "報名時間：2011年3月21日",
            "时 间：2011年3月21日　地 点：清溪宾馆",
            "2011年3月21日（星期一）上午8:30至3月23日",
            "2011.3.21—2011.3.23",
            "2011-03-21至2011-03-23",
            "公示期：2011年3月21日-次年3月20日",
            "公示时间：2011年3月21日至3月23日",
        ] {
            assert!(is_event(line), "{line}");
        }
    }

    #[test]
    fn times_of_the_page() {
        for line in [
            "发布时间：2018-04-19 17:32:17",
            "本页最后更新时间：2018-04-19",
            "来源：清溪日报时间：2018-04-19",
            "時間：2018-04-19 來源：清溪網",
            "报名时间见正文 发布日期：2018-04-19",
            "公示日期：2018年4月19日",
            "2018-04-19 - 17:32 清溪日报",
            "2018年4月19日-17:32",
            "2018-04-19",
            "来源：清溪县政府网站 2018-04-19 浏览：31",
        ] {
            assert!(!is_event(line), "{line}");
        }
    }

    #[test]
    fn no_word_stands_twice() {
        let mut words = WORDS.publishing.clone();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), WORDS.publishing.len());
    }
}
