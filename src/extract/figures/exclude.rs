//! A passage → what in it only looks like a figure: fixed words, titles, slogans; and the checks around one numeral.
//!
//! [`Hidden`] is worked out once a passage, and only if it has a numeral that could need it. The checks look at a few
//! characters on either side. Each has its reason: a reader of the code can ask why a numeral did not come out.

use super::glyph::{GLYPHS, char_at, char_before, is_blank, is_han, skip_blanks};
use super::numeral::{Numeral, Script};
use super::unit::Found;
use crate::extract::words::{Ends, Starts};
use crate::provenance::Span;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::cell::OnceCell;
use std::sync::LazyLock;

/// Why a numeral is not a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// 第三.
    Ordinal,
    /// 前5名, 居第3位.
    Rank,
    /// 2023年, 12月28日, 近三年.
    Date,
    /// 八届三次全会.
    Session,
    /// 5G, A4, 2020-01-02, 007.
    Identifier,
    /// 二期工程, 五位一体, 三台县.
    Name,
    /// “五个一”.
    Slogan,
    /// 《…》.
    Title,
    /// 每万人.
    Each,
    /// 一批, 三大: counts nothing by itself.
    Article,
    /// A numeral without unit that nothing makes a quantity.
    Bare,
}

impl Reason {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "ordinal" => Self::Ordinal,
            "each" => Self::Each,
            "date" => Self::Date,
            "rank" => Self::Rank,
            "name" => Self::Name,
            _ => return None,
        })
    }
}

#[derive(Deserialize)]
struct Source {
    fixed: Vec<Words>,
    before: Vec<Words>,
    after: Words,
    moment: Around,
    lasting: Around,
    circle: Words,
}

#[derive(Deserialize)]
struct Words {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    not_after: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Around {
    #[serde(default)]
    not_after: String,
    before: Vec<String>,
    after: Vec<String>,
}

/// The tables of `exclusions.toml`.
pub(super) struct Exclusions {
    fixed: FixedWords,
    /// With the characters before the word that make it another one.
    before: Ends<(Reason, String)>,
    after: Starts<()>,
    moment_before: Ends<()>,
    moment_after: Starts<()>,
    moment_not_after: String,
    lasting_before: Ends<()>,
    lasting_after: Starts<()>,
    circle: Vec<String>,
}

/// The tables, read once.
pub(super) static EXCLUSIONS: LazyLock<Exclusions> =
    LazyLock::new(|| Exclusions::new(include_str!("exclusions.toml")));

impl Exclusions {
    fn new(toml: &str) -> Self {
        let source: Source = toml::from_str(toml).expect("exclusions.toml is tested");
        let plain = |words: Vec<String>| words.into_iter().map(|w| (w, ()));
        let before = source.before.into_iter().flat_map(|group| {
            let reason = Reason::from_code(&group.reason).expect("reasons are of the closed list");
            group.words.into_iter().map(move |w| (w, (reason, group.not_after.clone())))
        });
        Self {
            fixed: FixedWords::new(source.fixed.iter().flat_map(|w| &w.words)),
            before: Ends::new(before),
            after: Starts::new(plain(source.after.words)),
            moment_before: Ends::new(plain(source.moment.before)),
            moment_after: Starts::new(plain(source.moment.after)),
            moment_not_after: source.moment.not_after,
            lasting_before: Ends::new(plain(source.lasting.before)),
            lasting_after: Starts::new(plain(source.lasting.after)),
            circle: source.circle.words,
        }
    }

    /// What the words before a numeral make of it.
    pub(super) fn before(&self, text: &str, at: usize) -> Option<Reason> {
        let at = text[..at].trim_end_matches(is_blank).len();
        let (word, (reason, not_after)) = self.before.at(text, at)?;
        let other_word = starts_inside_word(text, at - word.len(), word, not_after);
        (!other_word).then_some(*reason)
    }

    /// Whether the words after a unit make numeral and unit a part of a name.
    pub(super) fn is_name(&self, text: &str, numeral_end: usize) -> bool {
        self.after.at(text, numeral_end).is_some()
    }

    /// Whether a length of time from `start` to `end` places a date: 近三年, 两年后, 五年来.
    pub(super) fn is_moment(&self, text: &str, start: usize, end: usize) -> bool {
        let start = text[..start].trim_end_matches(' ').len();
        let before = self.moment_before.at(text, start).is_some_and(|(word, ())| {
            !starts_inside_word(
                text,
                start - word.len(),
                word,
                if word == "前" { &self.moment_not_after } else { "" },
            )
        });
        before || self.moment_after.at(text, skip_blanks(text, end)).is_some()
    }

    /// Whether the words before a length of time say that something lasted so long.
    pub(super) fn lasts(&self, text: &str, start: usize) -> bool {
        self.lasting_before.at(text, start).is_some()
    }

    /// Whether the text speaks of how long something lasted.
    pub(super) fn is_lasting(&self, text: &str, start: usize, end: usize) -> bool {
        self.lasts(text, start) || self.lasting_after.at(text, end).is_some()
    }

    /// 15分钟生活圈.
    pub(super) fn is_circle(&self, text: &str, end: usize) -> bool {
        let mut near = text[end..].char_indices().skip(10).map(|(i, _)| end + i);
        let near = &text[end..near.next().unwrap_or(text.len())];
        let near = near.split(['，', '。', '、', '；', ',']).next().unwrap_or("");
        self.circle.iter().any(|w| near.contains(w.as_str()))
    }
}

/// Whether a word that starts at `at` is only the end of another one: 前 in 目前, no in piano.
pub(super) fn starts_inside_word(text: &str, at: usize, word: &str, not_after: &str) -> bool {
    let Some(before) = char_before(text, at) else { return false };
    not_after.contains(before)
        || before.is_ascii_alphabetic() && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Fixed words that hold numerals, found from the numeral's side: by its first two characters.
struct FixedWords(FxHashMap<(char, Option<char>), Vec<(String, String)>>);

impl FixedWords {
    fn new<'a>(words: impl Iterator<Item = &'a String>) -> Self {
        let mut out: FxHashMap<(char, Option<char>), Vec<(String, String)>> = FxHashMap::default();
        for word in words {
            for (at, c) in word.char_indices().filter(|(_, c)| GLYPHS.of(*c).is_some()) {
                let (head, tail) = word.split_at(at);
                let key = (c, tail.chars().nth(1));
                out.entry(key).or_default().push((head.to_owned(), tail.to_owned()));
            }
        }
        Self(out)
    }

    /// Whether the character at a byte is inside one of the words.
    fn cover(&self, text: &str, at: usize) -> bool {
        let (head, tail) = text.split_at(at);
        let mut chars = tail.chars();
        let Some(first) = chars.next() else { return false };
        let keys = [(first, chars.next()), (first, None)];
        keys.iter()
            .filter_map(|key| self.0.get(key))
            .flatten()
            .any(|(h, t)| head.ends_with(h.as_str()) && tail.starts_with(t.as_str()))
    }
}

/// The parts of a passage where numerals are names.
#[derive(Default)]
pub(super) struct Hidden {
    quoted: OnceCell<Vec<Quoted>>,
}

/// Text between quotation marks.
#[derive(Debug, Clone, Copy)]
struct Quoted {
    span: Span,
    /// Characters inside, as far as it matters.
    chars: usize,
    title: bool,
}

/// A slogan or the name of a project has no more characters than this between its quotation marks. Longer quotations
/// are speech. Chosen on work reports: the longest names have 16.
const SLOGAN_CHARS_MAX: usize = 16;

/// The same for Chinese numerals, which count nothing in slogans either (四级联动、园区企业一体推进).
const CHINESE_SLOGAN_CHARS_MAX: usize = 30;

impl Hidden {
    /// Whether the numeral is in a title, a slogan or a fixed word.
    pub(super) fn reason(&self, text: &str, numeral: &Numeral) -> Option<Reason> {
        let quoted = self.quoted.get_or_init(|| quoted(text));
        let nearest = quoted.partition_point(|q| q.span.start <= numeral.start);
        // Quotations hardly nest: the last few that start before the numeral are enough.
        for q in quoted[..nearest].iter().rev().take(4).filter(|q| numeral.start < q.span.end) {
            if q.title {
                return Some(Reason::Title);
            }
            let chars_max = if numeral.script == Script::Chinese {
                CHINESE_SLOGAN_CHARS_MAX
            } else {
                SLOGAN_CHARS_MAX
            };
            if q.chars <= chars_max {
                return Some(Reason::Slogan);
            }
        }
        let fixed =
            numeral.script == Script::Chinese && EXCLUSIONS.fixed.cover(text, numeral.start);
        fixed.then_some(Reason::Name)
    }
}

/// The quotations of a passage in order of their start. A mark that is not closed opens nothing.
fn quoted(text: &str) -> Vec<Quoted> {
    let mut out: Vec<Quoted> = Vec::new();
    let mut open: Vec<(char, usize)> = Vec::new();
    for (at, c) in marks(text) {
        let opener = match c {
            '“' | '「' | '『' | '《' | '〈' | '‘' => {
                open.push((c, at));
                continue;
            }
            '”' | '〞' => '“',
            '」' => '「',
            '』' => '『',
            '》' => '《',
            '〉' => '〈',
            '’' => '‘',
            // Straight marks open and close by turns.
            '"' if open.last().is_some_and(|o| o.0 == '"') => '"',
            '"' => {
                open.push((c, at));
                continue;
            }
            _ => {
                open.clear();
                continue;
            }
        };
        // A mark that lacks its partner is passed over, but not many.
        let nearest = open.len().saturating_sub(4);
        let Some(from) = open[nearest..].iter().rposition(|o| o.0 == opener).map(|i| nearest + i)
        else {
            continue;
        };
        let (mark, start) = open[from];
        open.truncate(from);
        let inside = &text[start + mark.len_utf8()..at];
        // Beyond this length only the title's mark matters.
        let chars = if inside.len() > 4 * CHINESE_SLOGAN_CHARS_MAX {
            inside.len()
        } else {
            inside.chars().count()
        };
        out.push(Quoted {
            span: Span::new(start, at + c.len_utf8()),
            chars,
            title: matches!(mark, '《' | '〈'),
        });
    }
    out.sort_by_key(|q| q.span.start);
    out
}

/// Quotation marks and line ends, found by their second bytes, which are rarer than the first.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> {
    let bytes = text.as_bytes();
    let candidates = memchr::memchr3_iter(b'"', b'\n', 0x80, bytes).filter_map(move |at| {
        if bytes[at] != 0x80 {
            return Some(at);
        }
        at.checked_sub(1).filter(|lead| matches!(bytes[*lead], 0xE2 | 0xE3))
    });
    candidates.filter_map(|at| {
        let c = char_at(text, at)?;
        matches!(
            c,
            '“' | '”'
                | '〞'
                | '‘'
                | '’'
                | '「'
                | '」'
                | '『'
                | '』'
                | '《'
                | '》'
                | '〈'
                | '〉'
                | '"'
                | '\n'
        )
        .then_some((at, c))
    })
}

/// Whether letters or signs around Arabic digits make them part of an identifier, a date or a name.
pub(super) fn identifier(text: &str, numeral: &Numeral, unit: Option<&Found>) -> bool {
    if numeral.leading_zero && !numeral.large {
        return true;
    }
    let before = char_before(text, numeral.start);
    let after = char_at(text, numeral.end);
    let joined_before = match before {
        Some(c) if c.is_ascii_alphabetic() => !currency_before(&text[..numeral.start]),
        Some(
            '+' | '/' | '／' | '_' | '#' | '@' | '=' | '&' | '×' | '·' | '*' | '＋' | '^' | '\\'
            | '%' | '％',
        ) => true,
        Some(':' | '：' | '∶' | '.' | '．' | ',') => {
            let len = before.map_or(0, char::len_utf8);
            char_before(text, numeral.start - len).is_some_and(|c| c.is_ascii_digit())
        }
        Some('-' | '－' | '–') => {
            let len = before.map_or(0, char::len_utf8);
            char_before(text, numeral.start - len).is_some_and(|c| {
                c.is_ascii_alphanumeric() || c == ')' || is_han(c) && !numeral.signed
            })
        }
        _ => false,
    };
    if joined_before {
        return true;
    }
    if unit.is_some() {
        return false;
    }
    match after {
        Some(c) if c.is_ascii_alphabetic() => true,
        Some('+' | '＋' | '_' | '#' | '@' | '=' | '&' | '*' | '^' | '°') => true,
        Some(c @ (':' | '：' | '∶' | '/' | '-' | '·')) => {
            char_at(text, numeral.end + c.len_utf8()).is_some_and(|c| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Whether the words before 是 or 为 name an identifier: 电话号码是.
pub(super) fn names_identifier(head: &str) -> bool {
    let subject = head.trim_end_matches(['是', '为']);
    subject.ends_with([
        '号', '號', '码', '碼', '话', '址', '编', '证', '机', '間', '间', '期', '日', '年', '月',
        '之', '一', '二', '三', '四',
    ]) || head.ends_with("分为")
        || head.ends_with("称为")
}

/// US$, RMB, USD before an amount.
fn currency_before(head: &str) -> bool {
    ["RMB", "USD", "HKD", "CNY", "EUR", "US", "HK"].iter().any(|c| head.ends_with(c))
}

/// What the words around numeral and unit make of them. `end` is the byte after the unit and 半 or 多.
pub(super) fn around(text: &str, numeral: &Numeral, unit: &Found, end: usize) -> Option<Reason> {
    let word = unit.unit.word.as_str();
    let chinese = numeral.script == Script::Chinese;
    let head = text[..numeral.start].trim_end_matches(is_blank);
    let before = head.chars().next_back();
    let rest = &text[unit.end..];
    // 二 is an ordinal where 两 would count: 二期, 二类.
    let second = numeral.glyphs == 1 && text[numeral.start..].starts_with('二');
    if second && unit.unit.dimension == super::Dimension::Count
        || rest.starts_with("方面") && chinese
    {
        return Some(Reason::Name);
    }
    if EXCLUSIONS.is_name(text, numeral.end) {
        return Some(Reason::Name);
    }
    match word {
        "年" => return year(text, numeral, end),
        "届" | "屆" => return session(text, numeral),
        "次" if matches!(before, Some('届' | '屆'))
            || chinese && is_session_meeting(head, rest) =>
        {
            return Some(Reason::Session);
        }
        // 三期 is the third stage; 两期 are two.
        "期" if chinese
            && numeral.glyphs == 1
            && !text[numeral.start..].starts_with(['两', '兩']) =>
        {
            return Some(Reason::Name);
        }
        "级" | "級" if !numeral.point => return Some(Reason::Name),
        "代" if !numeral.large => return Some(Reason::Name),
        "类" | "類" if chinese && rest.starts_with(['、', '区', '城', '创']) => {
            return Some(Reason::Name);
        }
        "批" if before == Some('首') => return Some(Reason::Ordinal),
        // 9点30分, 15时20分, 50秒: the time of day.
        "分" | "秒" if matches!(before, Some('点' | '點' | '分')) => {
            return Some(Reason::Date);
        }
        "分" if matches!(before, Some('时' | '時')) && !text[..numeral.start].ends_with("小时") =>
        {
            return Some(Reason::Date);
        }
        "分" if matches!(before, Some('角' | '元' | '毛' | '时' | '天')) => return None,
        "分" if !numeral.point && numeral.glyphs < 2 => return Some(Reason::Name),
        "页" | "頁" | "章" => return Some(Reason::Identifier),
        _ => {}
    }
    if unit.unit.dimension == super::Dimension::Duration && !matches!(word, "岁" | "周岁") {
        if EXCLUSIONS.is_moment(text, numeral.start, end) {
            return Some(Reason::Date);
        }
        if EXCLUSIONS.is_circle(text, end) {
            return Some(Reason::Name);
        }
    }
    None
}

/// 年 after a number: a year, a length of time that places a date, or a length of time.
fn year(text: &str, numeral: &Numeral, end: usize) -> Option<Reason> {
    if numeral.digit_string && numeral.high.is_none() || numeral.leading_zero {
        return Some(Reason::Date);
    }
    let plain = numeral.script == Script::Arabic
        && !numeral.magnitude
        && !numeral.grouped
        && !numeral.point;
    if plain && numeral.glyphs == 4 {
        return Some(Reason::Date);
    }
    let rest = text[end..].trim_start_matches(' ');
    if rest.starts_with('第')
        || is_month(rest)
        || plain && numeral.glyphs == 2 && numeral.start == 0 && rest.is_empty()
    {
        return Some(Reason::Date);
    }
    // 连续5年增长 lasted, 约3年后 is a date.
    if EXCLUSIONS.lasts(text, numeral.start)
        && !rest.starts_with(['后', '前', '内', '来', '以', '之', '後', '內', '來'])
    {
        return None;
    }
    if EXCLUSIONS.is_moment(text, numeral.start, end) {
        return Some(Reason::Date);
    }
    // 五年 names the period of a report; 历时五年, 三年多 and 半年 say how long something lasted.
    let lasting = numeral.is_half() || text[..end].ends_with(['半', '多', '余']);
    (numeral.script == Script::Chinese
        && !lasting
        && !EXCLUSIONS.is_lasting(text, numeral.start, end))
    .then_some(Reason::Date)
}

/// 3月, 十二月, 腊月 at the start of a text; 3个月 is none.
fn is_month(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| {
        c.is_ascii_digit() || "一二三四五六七八九十腊正元闰".contains(c)
    });
    rest.len() < text.len() && rest.starts_with('月')
}

/// 五届人大五次会议: which meeting of a session.
fn is_session_meeting(head: &str, rest: &str) -> bool {
    let meeting = ["会议", "全会", "全体会议", "常委会", "理事会", "會議"]
        .iter()
        .any(|w| rest.starts_with(w));
    meeting
        && head
            .chars()
            .rev()
            .take(12)
            .take_while(|c| !matches!(c, '，' | '。' | '；'))
            .any(|c| matches!(c, '届' | '屆'))
}

/// 届: a session, unless so many were held.
fn session(text: &str, numeral: &Numeral) -> Option<Reason> {
    let held =
        ["连续", "举办", "举行", "办好", "历", "成功举办", "承办", "召开", "已举办", "已连续"];
    let head = &text[..numeral.start];
    let two = text[numeral.start..].starts_with(['两', '兩']);
    // 举办十四届全运会 tells which one, 举办3届 how many.
    let lasting = head.ends_with("连续") || numeral.script == Script::Arabic;
    (!two && !(lasting && held.iter().any(|w| head.ends_with(w)))).then_some(Reason::Session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sound() {
        let source: Source = toml::from_str(include_str!("exclusions.toml")).unwrap();
        assert!(source.fixed.len() > 2);
        assert_eq!(quoted("“五个一”和《三字经》").len(), 2);
        assert!(quoted("没有关上的“引号").is_empty());
    }
}
