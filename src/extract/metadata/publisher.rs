//! Labels, the line of the date and the head → who published the page.
//!
//! What the page shows its reader comes first: the value of a label, then a name beside the date, if it has the shape of
//! a medium or an office.

use super::Parts;
use super::dates::{self, Order};
use super::fields::{Field, Labelled};
use crate::clean::Hints;

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
    if let Some(name) = newspaper(hints, parts).or_else(printed) {
        return Some(name);
    }
    let head = metas.iter().find_map(|name| {
        hints.meta.iter().find(|(k, _)| k == name).and_then(|(_, v)| source_name(v))
    });
    head.or_else(|| labelled(Field::Issuer).find_map(|f| source_name(f.value)))
        .or_else(|| {
            hints.json_ld.iter().find(|(k, _)| k == "publisher").and_then(|(_, v)| source_name(v))
        })
        .or_else(|| {
            hints.meta.iter().find(|(k, _)| k == "og:site_name").and_then(|(_, v)| source_name(v))
        })
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

/// The medium that a line of the header names beside the date, without a label: 某报APP2018-06-06 20:23.
fn beside_date(line: &str) -> Option<String> {
    const MEDIA: &[&str] = &[
        "网",
        "报",
        "社",
        "台",
        "刊",
        "新闻",
        "APP",
        "App",
        "客户端",
        "在线",
        "政协",
        "政府",
        "杂志",
    ];
    let stamp = dates::dates(line, Order::DayFirst).into_iter().next()?;
    let name = line[..stamp.start].trim();
    let short =
        (3..=16).contains(&name.chars().count()) && !name.contains([':', '：', ' ', '>', '|']);
    (short && MEDIA.iter().any(|m| name.ends_with(m))).then(|| source_name(name)).flatten()
}
