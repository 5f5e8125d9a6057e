//! A line of the header or the end → its labelled fields: `作者:李明 更新时间:2024-01-18 07:16 来源:某某日报`.
//!
//! Labels and their meaning are in `labels.tsv`. A label is known by the colon after it, by a blank where it is a word
//! of its own (`编辑 李明`), or by a stroke (`文/李明`). A value ends at the next label, known or not.

use super::dates::{self, Order};
use crate::clean::events;
use crate::han;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a label says that its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Who published it.
    Publisher,
    /// Which office put it online: the publisher where no other is named.
    Issuer,
    /// Who sent it in: an office or its author.
    Supplier,
    /// Who wrote it.
    Author,
    /// Who edited it.
    Editor,
    /// How often it was read.
    Views,
    /// How many came: to this page where the header says it, else to the site.
    Visits,
    /// When it was published.
    Date,
    /// When it was changed last.
    Updated,
    /// When an official document was signed.
    Written,
    /// The title.
    Title,
    /// Something else.
    Other,
}

impl Field {
    /// Whether the value names somebody.
    fn is_name(self) -> bool {
        matches!(
            self,
            Self::Publisher | Self::Issuer | Self::Supplier | Self::Author | Self::Editor
        )
    }

    /// Whether the value is a number or a date.
    fn is_number(self) -> bool {
        matches!(self, Self::Views | Self::Visits | Self::Date | Self::Updated | Self::Written)
    }
}

static LABELS: LazyLock<FxHashMap<&'static str, Field>> = LazyLock::new(|| {
    let mut labels = FxHashMap::default();
    for line in include_str!("labels.tsv").lines().filter(|l| !l.starts_with('#')) {
        let Some((field, words)) = line.split_once('\t') else { continue };
        let field = match field {
            "publisher" => Field::Publisher,
            "issuer" => Field::Issuer,
            "author" => Field::Author,
            "editor" => Field::Editor,
            "supplier" => Field::Supplier,
            "views" => Field::Views,
            "visits" => Field::Visits,
            "date" => Field::Date,
            "updated" => Field::Updated,
            "written" => Field::Written,
            "title" => Field::Title,
            _ => Field::Other,
        };
        labels.extend(words.split(' ').map(|word| (word, field)));
    }
    labels
});

/// A labelled value of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Labelled<'a> {
    pub(super) field: Field,
    pub(super) value: &'a str,
}

/// A label of at most this many characters is looked up; longer ones are prose.
const LABEL_CHARS_MAX: usize = 14;

/// The labelled fields of a line, in reading order.
pub(super) fn fields(line: &str) -> Vec<Labelled<'_>> {
    let labels = labels(line);
    let ends = labels.iter().skip(1).map(|l| l.start).chain(std::iter::once(line.len()));
    labels
        .iter()
        .zip(ends)
        .map(|(label, end)| {
            let value = trim(line.get(label.value..end.max(label.value)).unwrap_or_default());
            let value = if label.field.is_name() { before_date(value) } else { value };
            Labelled { field: label.field, value }
        })
        .collect()
}

/// The field whose label a line opens with.
pub(super) fn opens_with(line: &str) -> Option<Field> {
    let line = line.trim_start();
    labels(line).first().filter(|label| label.start == 0).map(|label| label.field)
}

/// What a line says before its first label.
pub(super) fn unlabelled(line: &str) -> &str {
    labels(line).first().map_or(line, |label| &line[..label.start])
}

/// The fields whose label is a line of its own and whose value is the next one, as cells of a table are.
pub(super) fn pairs<'a>(lines: &[&'a str]) -> Vec<Labelled<'a>> {
    let pair = |lines: &[&'a str]| {
        let field = alone(lines[0])?;
        let value = trim(lines[1]);
        let is_value = !value.is_empty() && alone(value).is_none() && labels(value).is_empty();
        is_value.then_some(Labelled { field, value })
    };
    lines.windows(2).filter_map(pair).collect()
}

/// Whether a text holds a label, or is one.
pub(super) fn has_label(text: &str) -> bool {
    text.contains([':', '：']) || alone(text).is_some() || !labels(text).is_empty()
}

/// The field that a line names if it is a label and nothing else, with or without its colon.
fn alone(line: &str) -> Option<Field> {
    let word = line.trim().trim_end_matches([':', '：']).to_lowercase();
    let word: String = word.chars().filter(|c| !is_blank(*c)).collect();
    let is_word = (2..=LABEL_CHARS_MAX).contains(&word.chars().count());
    is_word.then(|| LABELS.get(han::simplified(&word).as_str()).copied()).flatten()
}

/// The labels of a line, in reading order.
fn labels(line: &str) -> Vec<Label> {
    let mut labels: Vec<Label> = glued(line);
    let mut word_start = 0;
    for (at, c) in line.char_indices() {
        match c {
            ':' | '：' => labels.extend(before_colon(line, at, at + c.len_utf8())),
            '/' | '／' | '丨' | '|' | '｜' => {
                let label = Label::of(line, word_start, at, at + c.len_utf8());
                let person = |l: &Label| matches!(l.field, Field::Author | Field::Editor);
                labels.extend(label.filter(|l| person(l) || matches!(c, '/' | '／')));
            }
            // A word of Latin letters is a label only by its colon.
            _ if is_blank(c) && !line[word_start..at].is_ascii() => {
                labels.extend(Label::of(line, word_start, at, at));
            }
            _ => {}
        }
        if is_blank(c)
            || is_opening(c)
            || matches!(c, '|' | '｜' | '丨' | '□' | '■' | '●' | '·' | '◎' | '◆' | '▲')
        {
            word_start = at + c.len_utf8();
        }
    }
    labels.sort_by_key(|l| l.start);
    labels.dedup_by_key(|l| l.value);
    labels
}

/// Labels that nothing divides from what stands around them, as spans leave them: `发布时间2024-01-18 07:16信息来源某报`.
///
/// Such a label starts the line or follows a number and is long or followed by a number; or it is one of those whose
/// value is a number (`浏览量74`). Without a date the line may be prose.
fn glued(line: &str) -> Vec<Label> {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    if digits < 6 || line.contains(['。', '，']) {
        return Vec::new();
    }
    let known = |start: usize, end: usize| Label::of(line, start, end, end);
    let mut found = Vec::new();
    let mut previous = '0';
    for (at, c) in line.char_indices() {
        if previous.is_ascii_digit() && han::is_han(c) {
            let ends = line[at..].char_indices().map(|(i, c)| at + i + c.len_utf8());
            let longest = ends.take(GLUED_CHARS_MAX).filter_map(|end| known(at, end)).last();
            found.extend(longest.filter(|label| {
                let next = line[label.value..].chars().next().unwrap_or(':');
                let long = line[at..label.value].chars().count() >= 4;
                !matches!(next, ':' | '：') && (long || next.is_ascii_digit() || is_blank(next))
            }));
        } else if c.is_ascii_digit() && han::is_han(previous) {
            let starts = line[..at].char_indices().rev().map(|(i, _)| i).skip(2);
            let longest = starts.take(GLUED_CHARS_MAX).filter_map(|start| known(start, at)).last();
            found.extend(longest.filter(|label| label.field.is_number()));
        }
        previous = c;
    }
    // To look for dates costs more than all else here.
    if found.is_empty() || dates::dates(line, Order::DayFirst).is_empty() {
        return Vec::new();
    }
    found
}

/// Characters of such a label at most.
const GLUED_CHARS_MAX: usize = 6;

/// A value up to the date that stands against it.
fn before_date(value: &str) -> &str {
    if value.bytes().filter(u8::is_ascii_digit).count() < 6 {
        return value;
    }
    let first = dates::dates(value, Order::DayFirst).into_iter().next();
    first.map_or(value, |stamp| trim(&value[..stamp.start]))
}

/// A label: where it starts and where its value does.
struct Label {
    field: Field,
    start: usize,
    value: usize,
}

impl Label {
    /// The label that the word at `start..end` is.
    fn of(line: &str, start: usize, end: usize, value: usize) -> Option<Self> {
        let word = line.get(start..end)?;
        if word.is_empty() || word.chars().count() > LABEL_CHARS_MAX {
            return None;
        }
        let lower = han::simplified(&word.to_lowercase());
        LABELS.get(lower.as_str()).map(|&field| Self { field, start, value })
    }
}

/// The label that ends at the colon at byte `colon`; blanks inside it do not count.
fn before_colon(line: &str, colon: usize, value: usize) -> Option<Label> {
    let mut word = String::new();
    let mut best = None;
    let mut unknown = None;
    for (n, (at, c)) in line[..colon].char_indices().rev().enumerate() {
        if n > LABEL_CHARS_MAX || is_closing(c) || is_opening(c) || (n == 0 && c.is_ascii_digit()) {
            break;
        }
        if is_blank(c) || matches!(c, '|' | '｜' | '丨') {
            // A word of two or more characters that no table knows still ends the value before it.
            if unknown.is_none() && word.chars().count() >= 2 {
                unknown = Some(Label { field: Field::Other, start: at + c.len_utf8(), value });
            }
            continue;
        }
        word.insert(0, han::simplified_char(c.to_lowercase().next().unwrap_or(c)));
        if let Some(&field) = LABELS.get(word.as_str()) {
            // 图 and 文 are labels only as whole words.
            let whole = word.chars().count() > 1
                || line[..at].chars().next_back().is_none_or(|p| !p.is_alphanumeric());
            // In "corresponding author" the label is the end of a longer one.
            let before = line[..at].trim_end().chars().next_back();
            let latin = c.is_ascii() && before.is_some_and(|p| p.is_ascii_alphanumeric());
            // 会议时间 is another time than 时间; behind the value of a label it is that value's end.
            let event =
                matches!(word.as_str(), "时间" | "日期") && events::is_event(&line[..value]);
            if whole && !latin && !event {
                best = Some(Label { field, start: at, value });
            }
        }
    }
    best.or(unknown)
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{3000}' | '\u{A0}' | '\u{200B}')
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '（' | '[' | '［' | '【' | '〔' | '<' | '《' | '「')
}

fn is_closing(c: char) -> bool {
    closes(c) || matches!(c, '。' | '，' | ';' | '；')
}

fn closes(c: char) -> bool {
    matches!(c, ')' | '）' | ']' | '］' | '】' | '〕' | '>' | '》' | '」')
}

/// The value without blanks, separators and the bracket that closes around it.
fn trim(value: &str) -> &str {
    let mut depth = 0i32;
    let end = value
        .char_indices()
        .find(|&(_, c)| {
            depth += i32::from(is_opening(c));
            depth -= i32::from(closes(c));
            depth < 0
        })
        .map_or(value.len(), |(at, _)| at);
    let edge = |c: char| {
        is_blank(c)
            || matches!(c, '|' | '｜' | '丨' | '/' | ',' | '，' | ';' | '；' | '-' | '_' | '•')
    };
    value[..end].trim_matches(edge).trim_end_matches(is_opening).trim_end_matches(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[(Field, &str)]) {
        let found: Vec<_> = fields(line).into_iter().map(|l| (l.field, l.value)).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn values_end_at_the_next_label() {
        check(
            "作者:李明 王小雨   更新时间:2024-01-18 07:16   来源:云州日报—云网",
            &[
                (Field::Author, "李明 王小雨"),
                (Field::Updated, "2024-01-18 07:16"),
                (Field::Publisher, "云州日报—云网"),
            ],
        );
        check(
            "来源：云州政协 | 作者：云州政协 | 发布时间： 2024-01-15 | 2547 次浏览 | 分享到：",
            &[
                (Field::Publisher, "云州政协"),
                (Field::Author, "云州政协"),
                (Field::Date, "2024-01-15 | 2547 次浏览"),
                (Field::Other, ""),
            ],
        );
    }

    #[test]
    fn empty_values_stay_empty() {
        check(
            "文章来源: 作者:李明 点击数:74 A- A+",
            &[(Field::Publisher, ""), (Field::Author, "李明"), (Field::Views, "74 A- A+")],
        );
        check("浏览次数：", &[(Field::Views, "")]);
    }

    #[test]
    fn labels_come_spaced_bracketed_and_without_colon() {
        check("来 源：云州日报", &[(Field::Publisher, "云州日报")]);
        check("（责任编辑：李明）", &[(Field::Editor, "李明")]);
        check("编辑 李明", &[(Field::Editor, "李明")]);
        check("文/李明", &[(Field::Author, "李明")]);
        check("【责任编辑:李明】", &[(Field::Editor, "李明")]);
    }

    #[test]
    fn unknown_labels_end_values_too() {
        check(
            "来源：云州日报 版次：第2版",
            &[(Field::Publisher, "云州日报"), (Field::Other, "第2版")],
        );
    }

    #[test]
    fn times_of_the_page_end_in_time_or_date() {
        check("录入时间：2018-04-19", &[(Field::Date, "2018-04-19")]);
        check("公示日期：2018-04-19", &[(Field::Date, "2018-04-19")]);
        check("会议时间：2018-04-19", &[]);
    }

    #[test]
    fn times_are_no_labels() {
        check("2024-01-18 07:16:30", &[]);
    }

    #[test]
    fn the_table_has_no_duplicates() {
        let mut words: Vec<&str> = include_str!("labels.tsv")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once('\t'))
            .flat_map(|(_, words)| words.split(' '))
            .collect();
        let n = words.len();
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
        assert!(twice.is_empty() && n > 50, "{twice:?}");
    }
}
