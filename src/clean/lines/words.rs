//! What a line is by its words alone: a control, a menu entry, a field of the header, a credit, a footer, a caption.
//!
//! In: a trimmed line. Out: a [`Hint`]; what it means for the line's role depends on where the line stands. The words
//! are data (`words.toml`), matched by automata that are built once.

use crate::clean::headings;
use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};
use std::collections::HashSet;
use std::sync::LazyLock;

/// What a line's words say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// Controls, menu entries, breadcrumbs.
    Nav,
    /// Fields of the header: source, date, author, views.
    Meta,
    /// A date and nothing else.
    Date,
    /// A title behind its label.
    Title,
    /// Caption of a picture.
    Caption,
    /// Reporter, editor, proof-reader, source.
    Credit,
    /// Licences, copyright, contact, QR captions.
    Footer,
    /// The heading of a list of other articles.
    Related,
    /// The audience is addressed: a speech starts.
    Salutation,
    /// None of these.
    None,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    control: Vec<String>,
    menu: Vec<String>,
    nav_part: Vec<String>,
    meta_label: Vec<String>,
    title_label: Vec<String>,
    credit_label: Vec<String>,
    footer_part: Vec<String>,
    related: Vec<String>,
    caption_end: Vec<String>,
    caption_start: Vec<String>,
    office: Vec<String>,
    body_end: Vec<String>,
    title_word: Vec<String>,
    error: Vec<String>,
    login: Vec<String>,
}

struct Words {
    control: HashSet<String>,
    menu: HashSet<String>,
    nav_part: AhoCorasick,
    meta_label: AhoCorasick,
    title_label: AhoCorasick,
    credit_label: AhoCorasick,
    footer_part: AhoCorasick,
    related: AhoCorasick,
    caption_end: Vec<String>,
    caption_start: Vec<String>,
    office: Vec<String>,
    body_end: Vec<String>,
    title_word: AhoCorasick,
    error: AhoCorasick,
    login: AhoCorasick,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let lists: Lists = toml::from_str(include_str!("words.toml"))
        .expect("words.toml is part of the program and tested");
    let any = |list: &[String]| {
        AhoCorasick::builder()
            .build(list)
            .expect("a few hundred short words make a small automaton")
    };
    let prefix = |list: &[String]| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Both)
            .build(list)
            .expect("a few hundred short words make a small automaton")
    };
    Words {
        control: lists.control.iter().cloned().collect(),
        menu: lists.menu.iter().cloned().collect(),
        nav_part: any(&lists.nav_part),
        meta_label: prefix(&lists.meta_label),
        title_label: prefix(&lists.title_label),
        credit_label: prefix(&lists.credit_label),
        footer_part: any(&lists.footer_part),
        related: prefix(&lists.related),
        caption_end: lists.caption_end,
        caption_start: lists.caption_start,
        office: lists.office,
        body_end: lists.body_end,
        title_word: any(&lists.title_word),
        error: any(&lists.error),
        login: any(&lists.login),
    }
});

/// Builds the table that is otherwise built when first needed.
pub(in crate::clean) fn prepare() {
    LazyLock::force(&WORDS);
}

/// Lines wider than this are not looked at: neither a field nor a control is so long.
const HINT_MAX: usize = 240;

/// What the words of a line say, the strongest first.
pub(super) fn hint(text: &str, columns: usize) -> Hint {
    if headings::is_salutation(text) {
        return Hint::Salutation;
    }
    if columns > HINT_MAX {
        return if columns < 800 && is_footer(text, columns) { Hint::Footer } else { Hint::None };
    }
    if headings::is_date(text) {
        return Hint::Date;
    }
    let unframed = text.trim_start_matches(['【', '[', '■', '●', '◆', '>', '》', ' ']);
    if starts(&WORDS.related, unframed)
        .is_some_and(|n| columns <= 40 || unframed[n..].starts_with(['：', ':']))
    {
        return Hint::Related;
    }
    if is_controls(text, columns) {
        return Hint::Nav;
    }
    if label(&WORDS.title_label, text).is_some() {
        return Hint::Title;
    }
    if is_caption(text, columns) {
        return Hint::Caption;
    }
    if is_credit(text, columns) {
        return Hint::Credit;
    }
    if is_footer(text, columns) {
        return Hint::Footer;
    }
    if is_meta(text, columns) {
        return Hint::Meta;
    }
    if columns <= 100 && WORDS.nav_part.is_match(text) && !headings::ends_sentence(text) {
        return Hint::Nav;
    }
    Hint::None
}

fn starts(words: &AhoCorasick, text: &str) -> Option<usize> {
    words.find(Input::new(text).anchored(Anchored::Yes)).map(|m| m.end())
}

/// Where a label of credits ends that the text opens with.
pub(in crate::clean) fn credit_label(text: &str) -> Option<usize> {
    starts(&WORDS.credit_label, text)
}

/// Where the value starts of a line that opens with one of the labels and a colon.
fn label(words: &AhoCorasick, text: &str) -> Option<usize> {
    let core = text.trim_start_matches(['（', '(', '[', '【', '〔', '■', '□', '●', ' ']);
    let end = starts(words, core)?;
    let rest = core[end..].trim_start();
    let colon = rest.chars().next().filter(|c| matches!(c, '：' | ':'))?;
    Some(text.len() - rest.len() + colon.len_utf8())
}

/// What stands between the entries of a menu.
const SEPARATORS: &str = "|｜[]【】：:/·()（）>›-－+┊│<«»";

/// Whether the line is made of controls alone.
fn is_controls(text: &str, columns: usize) -> bool {
    if columns > 120 {
        return false;
    }
    let symbol = columns <= 6 && text.chars().all(|c| !c.is_alphanumeric());
    if WORDS.control.contains(text) || symbol && !text.contains(['。', '，', '、', '？', '！'])
    {
        return true;
    }
    let mut n = 0;
    for word in text.split(|c: char| c.is_whitespace() || SEPARATORS.contains(c)) {
        if word.is_empty() {
            continue;
        }
        n += 1;
        if !WORDS.control.contains(word) && !WORDS.menu.contains(word) {
            return false;
        }
    }
    n > 0
}

/// Whether the line names a column of a site.
pub(super) fn is_menu_entry(text: &str) -> bool {
    WORDS.menu.contains(text)
}

/// Whether a line opens or ends as captions of pictures do.
pub(in crate::clean) fn is_caption(text: &str, columns: usize) -> bool {
    if columns > 200 {
        return false;
    }
    let by = text.ends_with('摄') || text.ends_with('攝');
    // 本报记者某某摄; a verb such as 拍摄 ends no caption.
    let photographer = by
        && !text.ends_with("拍摄")
        && (columns <= 24 || text.contains("记者") || text.contains(['。', '　', ' ', '（', '(']));
    let sentence = headings::ends_sentence(text) && columns > 100;
    photographer
        || WORDS.caption_end.iter().any(|w| text.ends_with(w.as_str())) && columns <= 100
        || WORDS.caption_start.iter().any(|w| text.starts_with(w.as_str())) && !sentence
}

fn is_credit(text: &str, columns: usize) -> bool {
    if columns > 120 || headings::width(text) == 0 {
        return false;
    }
    if label(&WORDS.credit_label, text).is_some_and(|_| !text.contains('。')) {
        return true;
    }
    // (记者 某某) alone on its line; 某某日报记者 某某.
    let brackets = |c: char| {
        matches!(c, '（' | '）' | '(' | ')' | '【' | '】' | '[' | ']') || c.is_whitespace()
    };
    let core = text.trim_matches(brackets);
    let room = if core.len() < text.len() { 80 } else { 48 };
    columns <= room && !headings::ends_sentence(core) && names_people(core)
}

/// Whether a line says who wrote, and nothing else: 本报记者 某某, 文/某某.
pub(in crate::clean) fn names_people(core: &str) -> bool {
    if ["文/", "文／", "图/", "图／", "摄/", "摄／"].iter().any(|w| core.starts_with(w)) {
        return true;
    }
    let trade = ["记者", "記者", "通讯员", "通訊員", "责任编辑", "責任編輯", "编辑", "編輯"];
    let Some(end) = trade.iter().filter_map(|w| core.rfind(w).map(|i| i + w.len())).max() else {
        return false;
    };
    let names = core[end..].trim_start_matches(['：', ':', ' ', '\u{3000}']);
    let apart = names.len() < core.len() - end;
    let plain = |c: char| {
        c.is_whitespace() || c == '·' || c == '、' || ('\u{4E00}'..='\u{9FFF}').contains(&c)
    };
    apart
        && !core.contains(['，', '。'])
        && (2..=24).contains(&names.chars().count())
        && names.chars().all(plain)
}

fn is_footer(text: &str, columns: usize) -> bool {
    // The words of a footer may occur in a paragraph; there they are few among many others.
    let hits = WORDS.footer_part.find_iter(text).take(4).count();
    match columns {
        0..=160 => {
            hits > 0
                && !(columns > 60 && text.ends_with('。') && hits < 2 && !text.starts_with("本"))
        }
        _ => hits >= 2,
    }
}

/// Whether a line after the body holds a word of footers, however long it is.
pub(super) fn has_footer_word(text: &str) -> bool {
    WORDS.footer_part.is_match(text)
}

fn is_meta(text: &str, columns: usize) -> bool {
    if label(&WORDS.meta_label, text).is_some() {
        return true;
    }
    let mut labels = 0;
    for m in WORDS.meta_label.find_iter(text).take(12) {
        let value = text[m.end()..].trim_start().starts_with(['：', ':']);
        let before = text[..m.start()].chars().next_back();
        let fresh = before.is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, '|' | '｜' | '（' | '(' | '[' | '【' | '/' | '；')
                || c.is_ascii_digit()
        });
        labels += usize::from(value && fresh);
    }
    if labels > 0 && columns <= 200 {
        return true;
    }
    // By Jane Smith, Chief Executive
    if columns <= 80
        && text.strip_prefix("By ").is_some_and(|n| n.starts_with(char::is_uppercase))
        && !headings::ends_sentence(text)
    {
        return true;
    }
    // 2024-01-16 07:16 某某日报
    columns <= 80
        && starts_with_date(text)
        && !headings::ends_sentence(text)
        && !text.contains(['，', '。'])
}

/// A date with its day at the start of a line that goes on with a name or a time, not with a verb.
fn starts_with_date(text: &str) -> bool {
    let end = text
        .find(|c: char| {
            !(c.is_ascii_digit()
                || matches!(c, '年' | '月' | '日' | '-' | '/' | '.' | ':' | ' ' | '\u{3000}'))
        })
        .unwrap_or(text.len());
    let head = text[..end].trim_end();
    let digits = head.chars().filter(char::is_ascii_digit).count();
    let blank = end == text.len() || text[..end].ends_with([' ', '\u{3000}']);
    (7..=14).contains(&digits)
        && blank
        && (head.contains("日") || head.matches(['-', '/', '.']).count() >= 2)
}

/// Whether the text opens with the label of a field of the header.
pub(in crate::clean) fn is_field(text: &str) -> bool {
    label(&WORDS.meta_label, text).is_some()
}

/// Whether the line is a label whose value stands on the next line.
pub(in crate::clean) fn is_empty_label(text: &str) -> bool {
    label(&WORDS.meta_label, text).is_some_and(|at| text[at..].trim().is_empty())
}

/// Whether the line is a person's name, with or without an office before it, as under a report's title.
pub(in crate::clean) fn is_speaker(text: &str) -> bool {
    if headings::width(text) > 48
        || text.contains(['，', '。', '：', ':', '、', '《', '“', '|'])
        || text.contains(|c: char| c.is_ascii_digit())
    {
        return false;
    }
    let han = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c) || c == '·';
    if let Some(at) =
        WORDS.office.iter().filter_map(|o| text.rfind(o.as_str()).map(|i| i + o.len())).max()
    {
        let name: String = text[at..].chars().filter(|c| !c.is_whitespace()).collect();
        let n = name.chars().count();
        let apart = text[at..].starts_with(char::is_whitespace) || name.contains('·');
        // 主席会议 is no name.
        if name.ends_with(['会', '會', '议', '議']) {
            return false;
        }
        return n <= if apart { 12 } else { 4 } && name.chars().all(han) && (n >= 2 || n == 0);
    }
    let name: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let spaced = text.chars().count() > name.len();
    let dotted = name.contains(&'·') && name.len() <= 12;
    name.iter().all(|c| han(*c))
        && ((2..=3).contains(&name.len()) || name.len() == 4 && spaced || dotted)
}

/// Whether the line is the name of a body, as that of the office that issued a report stands under its title.
pub(in crate::clean) fn is_body_name(text: &str) -> bool {
    headings::width(text) <= 40
        && !text.contains(['，', '。', '：', '、', ' ', '“', '《'])
        && title_words(text) == 0
        && WORDS.body_end.iter().any(|w| text.ends_with(w.as_str()))
}

/// Whether the line names a table or a picture by its number: 表1 …, 图2 ….
pub(super) fn is_numbered_caption(text: &str) -> bool {
    let rest = ["附表", "附图", "表", "图", "圖", "Table ", "Figure "]
        .iter()
        .find_map(|w| text.strip_prefix(w));
    let Some(rest) = rest.map(str::trim_start) else { return false };
    let digits =
        rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').len();
    let named =
        rest[digits..].starts_with(|c: char| c.is_whitespace() || matches!(c, '：' | ':' | '.'));
    (1..=5).contains(&digits)
        && named
        && headings::width(text) <= 100
        && !headings::ends_sentence(text)
}

/// How many words of titles the line holds.
pub(super) fn title_words(text: &str) -> usize {
    WORDS.title_word.find_iter(text).take(4).count()
}

/// How many words of error pages and of login pages the text holds.
pub(super) fn error_and_login_words(text: &str) -> (usize, usize) {
    (WORDS.error.find_iter(text).take(8).count(), WORDS.login.find_iter(text).take(8).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(text: &str) -> Hint {
        hint(text, headings::width(text))
    }

    #[test]
    fn no_word_stands_twice() {
        let table: toml::Table = toml::from_str(include_str!("words.toml")).expect("valid");
        for (key, list) in table {
            let words: Vec<&str> =
                list.as_array().expect("a list").iter().filter_map(|w| w.as_str()).collect();
            let unique: HashSet<&str> = words.iter().copied().collect();
            assert_eq!(unique.len(), words.len(), "{key}");
        }
    }

    #[test]
    fn hints() {
        for (text, want) in [
            ("加入收藏|设为首页| 网站地图", Hint::Nav),
            ("【字号：", Hint::Nav),
            ("】", Hint::Nav),
            ("首页 ›› 东山新闻", Hint::Nav),
            ("时间:2024-01-11 14:46:16 来源:东山电视台", Hint::Meta),
            ("发布时间：", Hint::Meta),
            ("2024-01-31 07:00:44", Hint::Date),
            ("记者:张三", Hint::Credit),
            ("（记者 张三）", Hint::Credit),
            ("東山日報記者 陳大文", Hint::Credit),
            ("By John Smith, Chief Executive", Hint::Meta),
            ("12 March 2023", Hint::Date),
            ("记者来到东山县修路现场", Hint::None),
            ("东山县修路现场。（资料图片）", Hint::Caption),
            ("县长李四作工作报告。本报记者王五摄", Hint::Caption),
            ("东ICP备12345678号 | 网络视听许可证", Hint::Footer),
            ("相关报道：", Hint::Related),
            ("【相关阅读】", Hint::Related),
            ("各位代表：", Hint::Salutation),
            ("一、去年工作回顾", Hint::None),
            ("东山县全年修路三条。", Hint::None),
            (
                "全县新办许可证三百张，比上年增加五十张，群众办事少跑了许多路，满意度大为提高。",
                Hint::None,
            ),
        ] {
            assert_eq!(h(text), want, "{text}");
        }
    }

    #[test]
    fn speakers() {
        for text in
            ["省长 李四", "东山县人民政府县长 王小五", "李四", "王　小　五", "自治区主席 王 五"]
        {
            assert!(is_speaker(text), "{text}");
        }
        for text in ["2024年工作安排", "强化学思践悟", "主席团第一次会议听取报告"]
        {
            assert!(!is_speaker(text), "{text}");
        }
    }
}
