//! The shape of a line: its number (一、（一）第一部分…), its width, how it ends, whether it can be a heading, and the
//! heading that opens a paragraph.
//!
//! In: one line of text, trimmed. Out: facts about this line alone; what its neighbours make of it is decided where
//! they are known (`lines` for text pages, the HTML cleaner for elements). Levels are the outline's business
//! (`extract::sections`). Nothing here can fail: a line without a number has none.

mod marker;

use super::forms;
use crate::months::{is_english, month};
use marker::han_digit;
pub use marker::{Marker, MarkerKind, marker};

/// Columns that a text takes: a Han character or full-width mark 2, a Latin letter 1.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

/// Whether the text ends as a sentence does, closing quotes and brackets after the mark included.
pub fn ends_sentence(text: &str) -> bool {
    let core = text.trim_end_matches(['”', '’', '"', '\'', '）', ')', '」', '』', '】', ']', ' ']);
    match core.chars().next_back() {
        Some('。' | '！' | '？' | '!' | '?' | '…' | '；' | ';' | '｡') => true,
        // A full stop of Latin text, not the dots of a menu or of initials (J.P.); six dots stand for ……
        Some('.') => {
            let mut before = core[..core.len() - 1].chars().rev();
            let (last, earlier) = (before.next(), before.next());
            let word = last.is_some_and(|c| c.is_alphanumeric() || c == '%');
            let initial = last.is_some_and(|c| c.is_ascii_uppercase())
                && !earlier.is_some_and(char::is_alphanumeric);
            core.ends_with("...") || word && !initial
        }
        _ => false,
    }
}

/// Whether the text is a subtitle: after a dash, or saying on which day and at which meeting a report was given.
pub(super) fn is_subtitle(text: &str) -> bool {
    const OCCASIONS: [&str; 10] = [
        "会议上",
        "會議上",
        "会議上",
        "大会上",
        "全会上",
        "会上的报告",
        "会议通过",
        "會議通過",
        "全体会议上",
        "会议上的讲话",
    ];
    if width(text) > 160 || text.contains('。') {
        return false;
    }
    let dashed = text.starts_with(['—', '―', '─', '–'])
        || ["--", "－－", "一一"].iter().any(|dash| text.starts_with(dash));
    let dated = text
        .trim_start_matches(['（', '('])
        .starts_with(|c: char| c.is_ascii_digit() || "一二".contains(c))
        && text.contains('年');
    dashed || dated && OCCASIONS.iter().any(|word| text.contains(word))
}

/// Whether the text opens a speech or a part of it by addressing the audience (各位代表：).
pub fn is_salutation(text: &str) -> bool {
    salutation(text).is_some_and(|rest| rest.is_empty())
}

/// What follows the address of the audience at the start of a text.
pub fn salutation(text: &str) -> Option<&str> {
    const HEARERS: [&str; 20] = [
        "各位代表",
        "各位委员",
        "各位委員",
        "各位领导",
        "各位同志",
        "同志们",
        "同志們",
        "各位来宾",
        "各位议员",
        "各位議員",
        "各位股东",
        "各位人大代表",
        "各位政协委员",
        "各位朋友",
        "女士们",
        "尊敬的",
        "主席先生",
        "Mr President",
        "Ladies and gentlemen",
        "Madam President",
    ];
    let hearer = HEARERS.iter().find(|h| text.starts_with(**h))?;
    let rest = &text[hearer.len()..];
    // Several may be addressed at once: 各位代表、各位委员：
    let open = *hearer == "尊敬的" || rest.starts_with(['、', '，', ',', ' ', '和']);
    let end =
        rest.char_indices().take(40).find(|(_, c)| matches!(c, '：' | ':' | '！' | '!' | '。'));
    let alone = rest
        .char_indices()
        .next()
        .filter(|(_, c)| matches!(c, '：' | ':' | '！' | '!' | '，' | ','));
    let (i, c) = alone.or(end.filter(|(_, c)| open && *c != '。'))?;
    Some(rest[i + c.len_utf8()..].trim_start())
}

/// Whether a line can be a heading, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Too long, or punctuated as running text.
    Text,
    /// Numbered and without an end mark: a heading wherever it stands.
    Numbered,
    /// Numbered and one short sentence with its full stop: a heading if it stands above text of its own.
    NumberedSentence,
    /// Short, unnumbered, without an end mark: a heading if it stands above text.
    Bare,
    /// Short, unnumbered, one sentence with its full stop: a heading only in a page that sets its headings so.
    BareSentence,
}

/// Widest numbered heading, in columns: the longest seen in State Council and provincial reports has 47 characters.
const NUMBERED_MAX: usize = 104;
/// Widest unnumbered heading: newspapers' summaries of reports reach 44 characters.
const BARE_MAX: usize = 88;
/// Widest sentence that can be a heading.
const SENTENCE_MAX: usize = 76;

/// The shape of a trimmed line.
pub fn shape(line: &str) -> Shape {
    let columns = width(line);
    if columns > NUMBERED_MAX || columns == 0 {
        return Shape::Text;
    }
    let mark = marker(line);
    let body = mark.map_or(line, |m| &line[m.len..]);
    if is_date(line) || salutation(line).is_some() || forms::is_field(body) {
        return Shape::Text;
    }
    match mark {
        Some(m) if m.kind == MarkerKind::Lenticular => {
            let closed =
                line.ends_with('】') || line.find('】').is_some_and(|i| !ends_sentence(&line[i..]));
            if closed && columns <= BARE_MAX { Shape::Bare } else { Shape::Text }
        }
        Some(m) if m.is_outline() => numbered_shape(body, m, columns),
        // ——路网成形。 with its text on the next line.
        Some(m) if m.kind == MarkerKind::Dash && body.ends_with('。') => {
            let one = !has_inner_stop(body) && columns <= SENTENCE_MAX;
            if one { Shape::NumberedSentence } else { Shape::Text }
        }
        Some(_) => Shape::Text,
        None => bare_shape(line, columns),
    }
}

fn numbered_shape(body: &str, mark: Marker, columns: usize) -> Shape {
    if body.is_empty() {
        let alone = matches!(
            mark.kind,
            MarkerKind::Han
                | MarkerKind::Part
                | MarkerKind::Chapter
                | MarkerKind::Attachment
                | MarkerKind::Formal
        );
        return if alone { Shape::Numbered } else { Shape::Text };
    }
    if has_inner_stop(body) || body.ends_with(['，', ',', '、', '；', ';']) {
        return Shape::Text;
    }
    if ends_sentence(body) {
        let fits = columns <= SENTENCE_MAX && !body.ends_with(['！', '!', '？', '?', '…']);
        return if fits { Shape::NumberedSentence } else { Shape::Text };
    }
    if mark.kind == MarkerKind::Is { Shape::NumberedSentence } else { Shape::Numbered }
}

fn bare_shape(line: &str, columns: usize) -> Shape {
    let open_end = line.ends_with([
        '，', ',', '、', '；', ';', '：', ':', '（', '(', '《', '“', '「', '-', '/', '|', '>', '›',
        '»',
    ]);
    let odd_start = line.starts_with([
        '，', ',', '。', '、', '；', '：', '）', ')', '》', '”', '」', '？', '?', '！', '%', '[',
        '(', '（', '>', '|', '.',
    ]);
    let other = has_inner_stop(line) || forms::has_telephone(line);
    if open_end || odd_start || other || !line.chars().any(is_han_or_letter) {
        return Shape::Text;
    }
    if line.ends_with("——") || line.ends_with("—") {
        return if columns <= BARE_MAX { Shape::Bare } else { Shape::Text };
    }
    if ends_sentence(line) {
        let fits = columns <= SENTENCE_MAX && line.ends_with(['。', '.']) && columns >= 8;
        return if fits { Shape::BareSentence } else { Shape::Text };
    }
    let quoted = line.starts_with(['“', '「', '"']) && line.ends_with(['”', '」', '"']);
    if (4..=BARE_MAX).contains(&columns) && !quoted { Shape::Bare } else { Shape::Text }
}

fn is_han_or_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// Whether a sentence ends inside the text, before its last character.
fn has_inner_stop(text: &str) -> bool {
    let last = text.chars().next_back().map_or(0, char::len_utf8);
    let inner = &text[..text.len() - last];
    let quoted_end = inner.trim_end_matches(['。', '！', '？', '”', '」']);
    quoted_end.contains(['。', '！', '？', '；', ';'])
        || inner.contains(". ")
            && !inner.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ")
}

/// Whether a line is one of several by its number: 一、, （一）, 1.; a part or a chapter may be a page of its own.
pub(super) fn is_enumerated(line: &str) -> bool {
    marker(line).is_some_and(|mark| {
        matches!(
            mark.kind,
            MarkerKind::Formal
                | MarkerKind::Han
                | MarkerKind::HanBracket
                | MarkerKind::Ordinal
                | MarkerKind::Arabic
                | MarkerKind::Decimal
                | MarkerKind::ArabicBracket
                | MarkerKind::Circled
                | MarkerKind::Is
        )
    })
}

/// Whether a line is a date or a time and nothing else.
pub fn is_date(line: &str) -> bool {
    is_named_date(line) || is_numeric_date(line)
}

/// 12 March 2023, March 12, 2023, 12 marca 2023.
fn is_named_date(line: &str) -> bool {
    // Most lines are none, and a number is cheaper to look for than a month.
    if line.len() > 40 || !line.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let words: Vec<&str> = line.split([' ', ',', '.']).filter(|w| !w.is_empty()).collect();
    let number = |w: &&&str| {
        let digits = w.trim_end_matches(|c: char| c.is_ascii_lowercase());
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let numbers = words.iter().filter(number).count();
    if !(1..=2).contains(&numbers) || numbers + 1 != words.len() {
        return false;
    }
    let months: Vec<&&str> = words.iter().filter(|w| month(w).is_some()).collect();
    // Without a year, "set 5" and "out 2" are more than dates in Italian and Portuguese.
    months.len() == 1 && (numbers == 2 || is_english(months[0]))
}

fn is_numeric_date(line: &str) -> bool {
    let core = line.trim_matches(|c: char| {
        matches!(c, '(' | ')' | '（' | '）' | '[' | ']' | '【' | '】') || c.is_whitespace()
    });
    if core.is_empty()
        || width(core) > 44
        || !core.contains(|c: char| {
            c.is_ascii_digit() || matches!(c, '○' | '〇' | '０'..='９') || han_digit(c).is_some()
        })
    {
        return false;
    }
    let marks = core.contains(['年', '-', '/', ':', '：', '.']);
    marks
        && core.chars().all(|c| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || ('０'..='９').contains(&c)
                || han_digit(c).is_some()
                || matches!(
                    c,
                    '年' | '月'
                        | '日'
                        | '时'
                        | '分'
                        | '秒'
                        | '-'
                        | '/'
                        | ':'
                        | '：'
                        | '.'
                        | '○'
                        | '〇'
                        | 'O'
                        | 'T'
                        | 'Z'
                        | '星'
                        | '期'
                        | '天'
                        | '午'
                        | '上'
                        | '下'
                        | '零'
                        | '廿'
                )
        })
        && (core.contains('年') || core.chars().filter(char::is_ascii_digit).count() >= 4)
}

/// The heading that opens a paragraph: its marker, and where the heading's text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// Its number, if it has one.
    pub marker: Option<Marker>,
    /// One past the heading's last byte, the mark that ends it left out.
    pub end: usize,
    /// Where the paragraph's text goes on.
    pub rest: usize,
}

/// Widest lead sentence, in columns; numbered ones of two clauses reach 60 characters.
const LEAD_MAX: usize = 130;
/// Widest unnumbered lead sentence.
const BARE_LEAD_MAX: usize = 60;

/// Reads the heading at the start of a paragraph: numbered, or a short first sentence. Whether a short first sentence
/// is meant as a heading shows only in the company of its neighbours.
pub fn lead(text: &str) -> Option<Lead> {
    let mark = marker(text).filter(|m| {
        m.kind == MarkerKind::Dash
            || m.is_outline() && !matches!(m.kind, MarkerKind::Lenticular | MarkerKind::Attachment)
    });
    let max = if mark.is_some() { LEAD_MAX } else { BARE_LEAD_MAX };
    let start = mark.map_or(0, |m| m.len);
    if width(text) <= NUMBERED_MAX && forms::is_field(&text[start..]) {
        return None;
    }
    let mut columns = 0;
    for (i, c) in text[start..].char_indices() {
        columns += if c < '\u{1100}' { 1 } else { 2 };
        if columns > max || matches!(c, '？' | '！' | '；') {
            return None;
        }
        // A colon ends a numbered heading, if one at all; a bare clause before a colon introduces a list.
        let ends = c == '。' || c == '：' && mark.is_some() && columns <= 50;
        if !ends {
            continue;
        }
        let end = start + i;
        let rest = end + c.len_utf8();
        let after = &text[rest..];
        if after.trim().is_empty() || columns < 8 || after.starts_with(['”', '」', '）']) {
            return None;
        }
        return Some(Lead { marker: mark, end, rest });
    }
    None
}

/// Whether the first sentence of a paragraph reads as a heading: a short phrase that says what to do or what was done,
/// not one that sets a scene or goes on from the paragraph before.
pub fn reads_as_heading(sentence: &str) -> bool {
    const SCENE: [&str; 50] = [
        "今年",
        "去年",
        "明年",
        "过去",
        "当前",
        "目前",
        "同时",
        "此外",
        "另外",
        "这",
        "我们",
        "我国",
        "但",
        "为此",
        "因此",
        "其中",
        "据",
        "也",
        "如今",
        "现在",
        "一年来",
        "五年来",
        "年来",
        "第",
        "问",
        "答",
        "会议",
        "他",
        "她",
        "它",
        "与",
        "在此",
        "然而",
        "刚刚",
        "新的一年",
        "总之",
        "事实",
        "实践",
        "回顾",
        "展望",
        "本",
        "该",
        "截至",
        "自",
        "由于",
        "因为",
        "如果",
        "所有",
        "以上",
        "综合",
    ];
    let columns = width(sentence);
    (8..=BARE_LEAD_MAX).contains(&columns)
        && !SCENE.iter().any(|s| sentence.starts_with(s))
        && !sentence
            .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '“' | '「' | '"' | '《'))
        && sentence.matches(['，', ',']).count() <= 1
        && !sentence.contains(['是', '了', '：', '？'])
        && !sentence.ends_with(['年', '等'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        assert_eq!(shape("一、去年工作回顾"), Shape::Numbered);
        assert_eq!(shape("（一）把路修好。"), Shape::NumberedSentence);
        assert_eq!(shape("（一）把路修好。去年修路三条。"), Shape::Text);
        assert_eq!(shape("一、把路修好；"), Shape::Text);
        assert_eq!(shape("把路修好 让人走好"), Shape::Bare);
        assert_eq!(shape("把路修到村口——"), Shape::Bare);
        assert_eq!(shape("路通了，人心齐。"), Shape::BareSentence);
        assert_eq!(shape("各位代表："), Shape::Text);
        assert_eq!(shape("主要做了以下工作："), Shape::Text);
        assert_eq!(shape("“路要修，桥要架”"), Shape::Text);
        assert_eq!(shape("2024年1月5日"), Shape::Text);
    }

    #[test]
    fn leads() {
        let text = "（一）着力修路架桥。全年修路三条。";
        let found = lead(text).expect("a lead");
        assert_eq!(
            (&text[..found.end], &text[found.rest..]),
            ("（一）着力修路架桥", "全年修路三条。")
        );
        assert!(lead("（一）着力修路架桥。").is_none());
        assert!(lead("去年全县上下团结一心，在修路架桥、引水上山、改造危房、扩建学校等各项事关全局的大事上取得了不小的进步。好。").is_none());
        assert!(reads_as_heading("着力修路架桥"));
        assert!(!reads_as_heading("今年是修路之年"));
    }

    #[test]
    fn dates() {
        assert!(is_date("2024-01-16 07:16"));
        assert!(is_date("二○一一年十二月十五日"));
        assert!(is_date("（2017年10月18日）"));
        assert!(is_date("16 marca 2021"));
        assert!(is_date("March 12"));
        assert!(!is_date("Set 5"));
        assert!(!is_date("2024年工作安排"));
        assert!(!is_date("05"));
    }

    #[test]
    fn salutations() {
        assert!(is_salutation("各位代表："));
        assert!(is_salutation("各位代表、各位委员："));
        assert!(!is_salutation("各位代表！今年要修路。"));
        assert_eq!(salutation("同志们！路已修好。"), Some("路已修好。"));
        assert_eq!(salutation("大会期间修路。"), None);
    }
}
