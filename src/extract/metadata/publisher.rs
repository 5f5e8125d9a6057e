//! Labels, the line of the date and the head → who published the page.
//!
//! What the page shows its reader comes first: the value of a label, then a name beside the date, if it has the shape of
//! a medium or an office.

use super::dates::Order;
use super::fields::{self, Field, Labelled};
use super::{Parts, byline, published};
use crate::clean::Hints;
use crate::han;
use std::sync::LazyLock;

/// The publisher: what is labelled 来源, else what the head says in `ContentSource` and the like.
pub(super) fn publisher(fields: &[Labelled], parts: &Parts, hints: &Hints) -> Option<String> {
    let labelled = |field| fields.iter().filter(move |f| f.field == field);
    if let Some(value) = labelled(Field::Publisher).find_map(|f| source_name(f.value)) {
        return Some(value);
    }
    // A page that prints the label and nothing behind it names no source.
    if labelled(Field::Publisher).any(|f| f.value.is_empty()) {
        return None;
    }
    let metas =
        ["contentsource", "article:source", "source", "dc.source", "mediaid", "copyright-source"];
    let printed = || parts.header.iter().find_map(|line| beside_date(line));
    // The header of an account's page runs its author and its name together.
    let of_account = || account(hints).and_then(source_name);
    if let Some(name) = newspaper(hints, parts).or_else(of_account).or_else(printed) {
        return Some(name);
    }
    let head = metas.iter().find_map(|name| {
        hints.meta.iter().find(|(k, _)| k == name).and_then(|(_, v)| source_name(v))
    });
    let by_element = || parts.named(hints, "source").find_map(source_name);
    head.or_else(by_element)
        .or_else(|| labelled(Field::Issuer).find_map(|f| source_name(f.value)))
        .or_else(|| {
            hints.json_ld.iter().find(|(k, _)| k == "publisher").and_then(|(_, v)| source_name(v))
        })
        .or_else(|| {
            hints.meta.iter().find(|(k, _)| k == "og:site_name").and_then(|(_, v)| source_name(v))
        })
        .or_else(|| {
            let lead = parts.first.first().and_then(|line| byline::lead_bracket(line));
            lead.and_then(|(medium, _)| source_name(medium))
        })
}

/// The account whose page it is on a platform of accounts.
pub(super) fn account(hints: &Hints) -> Option<&str> {
    hints.named.iter().find(|(field, _)| *field == "account").map(|(_, name)| name.as_str())
}

/// The newspaper whose digital edition the page is: 云州日报数字报, 云州政协报电子版.
fn newspaper(hints: &Hints, parts: &Parts) -> Option<String> {
    const EDITIONS: &[&str] =
        &["数字报纸", "数字报刊", "数字报", "电子报", "电子版", "多媒体数字报", "数字版"];
    let lines = parts.menu.iter().copied().chain(hints.html_title.as_deref());
    lines.filter(|line| line.chars().count() <= 40).find_map(|line| {
        let (at, _) = EDITIONS
            .iter()
            .filter_map(|e| line.find(e).map(|at| (at, e)))
            .min_by_key(|(at, e)| (*at, e.len()))?;
        let name = line[..at].trim_end_matches(['-', '—', '_', ' ', '·']);
        let start = name
            .rfind(|c: char| !c.is_alphanumeric())
            .map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
        let name = &name[start..];
        (name.ends_with('报') && (3..=12).contains(&name.chars().count())).then(|| name.to_owned())
    })
}

/// What pages print for a source that they do not name.
const NO_SOURCES: &[&str] = &[
    "转载",
    "转载文章",
    "原创",
    "本站",
    "本站原创",
    "本站编辑",
    "互联网",
    "网络",
    "网络转载",
    "网络整理",
    "未知",
    "不详",
    "佚名",
    "其他",
    "综合",
    "用户投稿",
    "投稿",
    // A platform of accounts is none of its authors.
    "微信公众平台",
];

/// Words of buttons that stand right behind the source on some pages.
const BUTTONS: &[&str] = &["举报", "参与互动", "我要评论", "分享", "关注", "字号", "点击查看"];

/// The name that the value of a source label begins with.
fn source_name(value: &str) -> Option<String> {
    let value = value.trim().trim_start_matches(['"', '“', '[']).trim_start();
    let mut end = value.len();
    let mut previous = ' ';
    let mut quoted = false;
    for (at, c) in value.char_indices() {
        let rest = &value[at + c.len_utf8()..];
        let next_is_latin = rest.chars().next().is_some_and(|n| n.is_ascii_alphabetic());
        let latin_words = c == ' ' && previous.is_ascii_alphabetic() && next_is_latin;
        let ends = (c.is_whitespace() && !latin_words)
            || matches!(
                c,
                '|' | '｜'
                    | '丨'
                    | '"'
                    | '”'
                    | ']'
                    | '['
                    | '【'
                    | '<'
                    | '\u{3000}'
                    | '；'
                    | ';'
                    | '，'
                    | '。'
            )
            || (c == '》' && !quoted);
        if ends {
            end = at;
            break;
        }
        quoted |= c == '《';
        previous = c;
    }
    let mut name = value[..end]
        .trim_matches(|c: char| matches!(c, '-' | '—' | ':' | '：' | '/' | ',' | '(' | '（'));
    while let Some(rest) = BUTTONS.iter().find_map(|b| name.strip_suffix(b)) {
        name = rest;
    }
    // 《某报》 is 某报.
    let bare = name
        .strip_prefix('《')
        .map(|n| n.strip_suffix('》').unwrap_or(n))
        .filter(|n| !n.contains(['《', '》']));
    let name = bare.unwrap_or(name);
    let chars = name.chars().count();
    let ok = (2..=40).contains(&chars)
        && name.chars().any(char::is_alphabetic)
        && !name.contains("http")
        && !NO_SOURCES.contains(&name);
    ok.then(|| name.to_owned())
}

/// The name beside the date of a line of the header, without a label: 某报APP2018-06-06 20:23, 2018-06-06 某报 3评论.
fn beside_date(line: &str) -> Option<String> {
    let stamp = published::bare_dates(line, Order::DayFirst).into_iter().next()?;
    let before = &line[..stamp.start];
    let before = if fields::unlabelled(before) == before { before_the_date(before) } else { None };
    let name = before.or_else(|| after_the_date(&line[stamp.end..]))?;
    source_name(name)
}

/// The name that is all there is before the date, but for an address and who reported for it: 某报记者 李明.
fn before_the_date(text: &str) -> Option<&str> {
    let mut words = words(text).filter(|w| !w.contains("://"));
    let first = words.next()?;
    let reporting = first.strip_suffix("记者").or_else(|| first.strip_suffix("記者"));
    match (words.next(), reporting) {
        (None, None) => is_name(first).then_some(first),
        (_, Some(name)) => is_medium(name).then_some(name),
        _ => None,
    }
}

/// The name that follows the date: a medium, or an office that nothing but controls follow.
fn after_the_date(text: &str) -> Option<&str> {
    let mut words = words(fields::unlabelled(text)).map(up_to_control).filter(|w| !w.is_empty());
    let name = words.by_ref().find(|w| !is_weekday(w))?;
    let last = words.next().is_none();
    (is_medium(name) || is_office(name) && last).then_some(name)
}

/// The words of a line between its blanks, bars and brackets.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let divides = |c: char| {
        c.is_whitespace()
            || matches!(c, '|' | '｜' | '丨' | '[' | ']' | '【' | '】' | '(' | ')' | '（' | '）')
    };
    text.split(divides).filter(|w| w.chars().any(char::is_alphabetic))
}

/// The word without the control that stands against it, and without its count: 某报0评论.
fn up_to_control(word: &str) -> &str {
    let end = WORDS.control.iter().filter_map(|c| word.find(c)).min();
    end.map_or(word, |end| word[..end].trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn is_weekday(word: &str) -> bool {
    let day = ["星期", "周", "週", "礼拜"].iter().find_map(|w| word.strip_prefix(w));
    day.is_some_and(|day| day.chars().count() == 1)
}

/// Whether a text can name a publisher by its shape alone.
pub(super) fn is_name(name: &str) -> bool {
    is_medium(name) || is_office(name)
}

pub(super) fn is_medium(name: &str) -> bool {
    ends_with_one_of(name, &WORDS.medium, 3)
}

fn is_office(name: &str) -> bool {
    ends_with_one_of(name, &WORDS.office, 4)
}

/// Whether the name ends with one of the words and has something before it that is its own.
fn ends_with_one_of(name: &str, ends: &[&str], chars_min: usize) -> bool {
    if !(chars_min..=NAME_CHARS_MAX).contains(&name.chars().count())
        || name.contains([':', '：', '>', '。', '，', '、'])
    {
        return false;
    }
    let plain = han::simplified(&name.to_lowercase());
    let longest =
        ends.iter().filter_map(|end| plain.strip_suffix(*end)).min_by_key(|own| own.len());
    longest.is_some_and(|own| {
        let mut own = own.to_owned();
        for channel in &WORDS.channel {
            own = own.replace(channel, "");
        }
        own.chars().any(char::is_alphanumeric)
    })
}

/// No name beside a date is longer.
const NAME_CHARS_MAX: usize = 16;

/// The words of `publishers.tsv` by kind.
struct Words {
    medium: Vec<&'static str>,
    office: Vec<&'static str>,
    channel: Vec<&'static str>,
    control: Vec<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let of = |kind: &str| {
        let lines = include_str!("publishers.tsv").lines().filter(|l| !l.starts_with('#'));
        let kinds = lines.filter_map(|l| l.split_once('\t'));
        kinds.filter(|(k, _)| *k == kind).flat_map(|(_, words)| words.split(' ')).collect()
    };
    Words {
        medium: of("medium"),
        office: of("office"),
        channel: of("channel"),
        control: of("control"),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beside_the_date() {
        for (line, name) in [
            ("云州报APP2018-06-06 20:23:00", Some("云州报APP")),
            ("2024-01-18 07:16云州晚报", Some("云州晚报")),
            ("2024-01-18 07:16 星期四 　云州晚报", Some("云州晚报")),
            ("2024年01月18日　　云州晚报　　记者 李明", Some("云州晚报")),
            ("云州晚报记者 李明 2024-01-18 07:16", Some("云州晚报")),
            ("[云州晚报] [2024-01-18 07:16]", Some("云州晚报")),
            ("2024-01-18 07:16云州晚报0评论", Some("云州晚报")),
            ("http://a.test 2009年11月09日11:30 云州音乐 我要评论(0)", Some("云州音乐")),
            ("云州網 (2020-01-21 11:12)", Some("云州網")),
            ("2018-04-17 10:23:39 云州网财经", Some("云州网财经")),
            ("统计局网站 2018-06-14 10:36:17", Some("统计局网站")),
            ("2017-04-06 17:46 文学院宣传部", Some("文学院宣传部")),
            // Columns, people, places and what belongs to the date are no publishers.
            ("2024-01-18 国内新闻", None),
            ("2024-01-18 07:16 财经资讯 云州网", None),
            ("2024-01-18 07:16 李明", None),
            ("2024-01-18 07:16 阅读 74", None),
            ("2024-01-18 07:16 来自云州市", None),
            ("2024-01-18 云州市财政局 李明", None),
            ("首页 云州网 2024-01-18", None),
            ("2024年1月18日在云州市政协会议上", None),
            ("2024-01-18 财政局", None),
        ] {
            assert_eq!(beside_date(line).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn no_word_stands_twice() {
        for words in [&WORDS.medium, &WORDS.office, &WORDS.channel, &WORDS.control] {
            let mut sorted = words.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert!(sorted.len() == words.len() && words.len() > 20, "{words:?}");
        }
    }
}
