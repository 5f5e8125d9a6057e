//! Text → text: characters as an analyst expects them, and a count of what was mended and of what can't be.
//!
//! Works on one line at a time and never moves text between lines, so that line numbers stay those of the page. Most
//! lines are clean: one pass over their bytes tells so, and they are lent back without a copy. A line with anything in
//! it that may need mending goes through all steps, in an order in which none undoes another:
//! wrongly decoded text, references, single characters (width, spaces, radicals, NFC), artefacts, punctuation, quotes.
//! What depends on the language (punctuation, quotes, spaces before %) is done in Chinese prose only.

mod chars;
mod scan;
mod mojibake;
mod entities;
mod artefacts;
mod marks;
mod doubts;

pub use chars::{is_full_mark, is_han, is_hangul, is_kana};

use crate::warning::{Warning, warn};
use chars::{is_joined, is_joiner, is_odd_space, is_void};
use mojibake::Verdict;
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What was mended in a text, and what was seen that can't be, by kind. One for a page: every block adds to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mends {
    /// Inserts and doubled marks of rewriting mirrors that were removed.
    pub mirror_artefacts: u32,
    /// Lines that were decoded wrongly and told back.
    pub mojibake_repaired: u32,
    /// Lines that were decoded wrongly and can't be told back.
    pub mojibake: u32,
    /// Single characters that were lost inside sentences.
    pub lost_characters: u32,
    /// U+FFFD in the text.
    pub replacement_characters: u32,
    /// X, × or * for digits.
    pub placeholder_digits: u32,
    /// Letters for characters.
    pub placeholder_letters: u32,
    /// Dates whose digits run together.
    pub digits_run_together: u32,
    /// Full-width commas between digits that may be thousands separators.
    pub ambiguous_separators: u32,
    /// Lines with wording of spun text.
    pub spun: u32,
    /// Paragraphs of prose that end in a comma, as shuffled clauses leave them.
    pub open_ended: u32,
    /// Paragraphs of prose.
    pub paragraphs: u32,
}

impl Mends {
    /// Adds the doubts that follow from what was seen to a page's warnings. Call it once, after the last block.
    pub fn warn(&self, warnings: &mut Vec<Warning>) {
        // One paragraph in three that ends in a comma is no slip.
        let shuffled = self.open_ended > 0 && self.open_ended * 3 >= self.paragraphs;
        let seen = [
            (self.replacement_characters > 0, Warning::ReplacementCharacters),
            (self.mojibake + self.lost_characters > 0, Warning::Mojibake),
            (self.mojibake_repaired > 0, Warning::MojibakeRepaired),
            (self.placeholder_digits > 0, Warning::PlaceholderDigits),
            (self.placeholder_letters > 0, Warning::PlaceholderLetters),
            (self.digits_run_together > 0, Warning::DigitsRunTogether),
            (self.ambiguous_separators > 0, Warning::AmbiguousSeparator),
            (self.spun > 0 || shuffled, Warning::SpunText),
            (self.mirror_artefacts > 0, Warning::MirrorArtefacts),
        ];
        for (_, warning) in seen.into_iter().filter(|(seen, _)| *seen) {
            warn(warnings, warning);
        }
    }
}

/// What is done with ASCII punctuation and quotation marks in Chinese prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// Made full-width: text pages are often dumps that lost the difference.
    Mend,
    /// Left as they are: an HTML page shows them as its author set them.
    Keep,
}

/// Normalises the text of one block or line (no line breaks inside are lost). Clean text comes back as it is.
pub fn text<'a>(text: &'a str, marks: Marks, mends: &mut Mends) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut start = 0;
    while start <= text.len() {
        let end =
            memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |n| start + n);
        let line = &text[start..end];
        let rest = text.get(end + 1..).unwrap_or_default();
        let gaps = match marks {
            Marks::Mend if is_flat(line, line.len() == text.trim_end().len()) => Gaps::Keep,
            _ => Gaps::Close,
        };
        let (normal, sentence) = self::line(line, marks, gaps, mends);
        if sentence {
            count_paragraph(&normal, rest, mends);
        }
        // What is lent is the line or a part of it.
        if matches!(normal, Cow::Owned(_)) || normal.len() != line.len() {
            if start == 0 && end == text.len() {
                return normal;
            }
            out.push_str(&text[copied..start]);
            out.push_str(&normal);
            copied = end;
        }
        start = end + 1;
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// What becomes of wide gaps of other spaces than ASCII's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gaps {
    /// One blank, as of all such spaces.
    Close,
    /// Two blanks: on a line that may hold a whole document they are all that is left of its paragraphs.
    Keep,
}

/// Characters of a line that may hold a whole document; of one that is all of the page.
const FLAT_CHARS: usize = 400;
const SOLE_CHARS: usize = 100;

/// Whether the paragraphs of a document may have been run together on this line, which is the only one or not.
fn is_flat(line: &str, sole: bool) -> bool {
    let least = if sole { SOLE_CHARS } else { FLAT_CHARS };
    // No character has more than four bytes, and few lines are as long as this.
    line.len() >= least && line.chars().count() >= least
}

/// Normalises one line, and tells whether it has a full stop.
fn line<'a>(whole: &'a str, marks: Marks, gaps: Gaps, mends: &mut Mends) -> (Cow<'a, str>, bool) {
    let trimmed = trim(whole);
    let finding = scan::scan(trimmed);
    if finding.spun && doubts::is_spun(trimmed) {
        mends.spun += 1;
    }
    if finding.work {
        let mut mended = mend(trimmed, marks, gaps, mends);
        // Wrongly decoded text may show as such only once the marks around it are plain.
        if mended != trimmed && mended.chars().any(|c| ('\u{80}'..='\u{ff}').contains(&c)) {
            let mut again = Mends::default();
            mended = mend(&mended, marks, gaps, &mut again);
            mends.mojibake_repaired += again.mojibake_repaired;
        }
        let sentence = mended.contains('。');
        return (Cow::Owned(mended), sentence);
    }
    (Cow::Borrowed(trimmed), finding.sentence)
}

/// Takes spaces that are not ASCII's, and what prints nothing, off both ends, and ASCII ones between them.
fn trim(line: &str) -> &str {
    let blank = |c: char| matches!(c, ' ' | '\t') || is_odd_space(c) || is_void(c);
    let odd = |part: &str| part.chars().any(|c| !matches!(c, ' ' | '\t'));
    let start = line.len() - line.trim_start_matches(blank).len();
    let line = if odd(&line[..start]) { &line[start..] } else { line };
    let end = line.trim_end_matches(blank).len();
    if odd(&line[end..]) { &line[..end] } else { line }
}

/// All steps, over a line that may need them.
fn mend(line: &str, marks: Marks, gaps: Gaps, mends: &mut Mends) -> String {
    let line = repair(line, mends);
    let line = match entities::resolve(&line, line.chars().any(|c| is_han(chars::plain(c)))) {
        Cow::Borrowed(_) => line,
        Cow::Owned(resolved) => Cow::Owned(repair(&resolved, mends).into_owned()),
    };
    let mut line = compose(characters(&line, gaps));
    if is_chinese(&line) {
        // One mend can make room for another; twice is the rule, and what takes longer is no text.
        for _ in 0..ROUNDS_MAX {
            let before = line.clone();
            mend_chinese(&mut line, marks, mends);
            if line == before {
                break;
            }
        }
        doubts::observe(&line, mends);
    } else {
        artefacts::letter_spacing(&mut line);
        let lost = line.iter().filter(|c| **c == char::REPLACEMENT_CHARACTER).count();
        mends.replacement_characters += u32::try_from(lost).unwrap_or(u32::MAX);
    }
    line.into_iter().collect()
}

/// Tells text back that was decoded wrongly.
fn repair<'a>(line: &'a str, mends: &mut Mends) -> Cow<'a, str> {
    match mojibake::judge(line) {
        Verdict::Sound => Cow::Borrowed(line),
        Verdict::Repaired(text) => {
            mends.mojibake_repaired += 1;
            Cow::Owned(text)
        }
        Verdict::Lost => {
            mends.mojibake += 1;
            Cow::Borrowed(line)
        }
    }
}

/// How often a line is gone over until nothing changes.
const ROUNDS_MAX: usize = 6;

/// What is done in Chinese text only.
fn mend_chinese(line: &mut Vec<char>, marks: Marks, mends: &mut Mends) {
    points(line);
    artefacts::contents_fields(line);
    artefacts::page_numbers(line);
    artefacts::pinyin(line, mends);
    artefacts::doubled_marks(line, mends);
    artefacts::opening_bracket(line);
    artefacts::blank_before_percent(line);
    artefacts::letter_spacing(line);
    marks::odd_quotes(line);
    if marks == Marks::Mend && marks::is_chinese_prose(line) {
        marks::quotes(line);
        marks::punctuation(line, doubts::is_lost);
    }
}

/// Whether a line is Chinese: Chinese characters without more than a name's worth of kana or Korean.
fn is_chinese(line: &[char]) -> bool {
    let n_han = line.iter().filter(|c| is_han(**c)).count();
    let n_other = line.iter().filter(|c| is_kana(**c) || is_hangul(**c)).count();
    n_han > 0 && n_other * 8 <= n_han
}

/// Single characters: spaces, width, radicals, and what prints nothing.
fn characters(line: &str, gaps: Gaps) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(line.len());
    let mut chars = line.chars().filter(|c| !is_void(*c)).peekable();
    let mut odd = false;
    while let Some(c) = chars.next() {
        match c {
            '\r' => odd |= push_space(&mut out, true),
            c if is_odd_space(c) => {
                odd |= push_space(&mut out, true);
                // A wide space is two columns of a gap.
                if gaps == Gaps::Keep && matches!(c, '\u{3000}' | '\u{2003}') {
                    out.push('\u{3000}');
                }
            }
            c if is_joiner(c) => {
                let shapes = |c: Option<&char>| c.is_some_and(|c| is_joined(*c));
                if shapes(out.last()) || shapes(chars.peek()) {
                    out.push(c);
                }
            }
            c => out.push(chars::plain(c)),
        }
    }
    let mut out = if odd { collapse(&out, gaps) } else { out };
    points(&mut out);
    out
}

/// Full-width points between digits, and behind the number that opens a line, → ASCII.
fn points(line: &mut [char]) {
    for i in 1..line.len() {
        let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
        let number = || i <= 3 && line[..i].iter().all(char::is_ascii_digit);
        if line[i] == '．' && digit(line.get(i - 1)) && (digit(line.get(i + 1)) || number()) {
            line[i] = '.';
        }
    }
}

/// Marks a space that is not ASCII's, until runs are collapsed.
fn push_space(out: &mut Vec<char>, odd: bool) -> bool {
    out.push('\u{3000}');
    odd
}

/// Columns of a gap that sets paragraphs apart: two ideographic spaces, or as many others as that is wide.
const GAP_COLUMNS: usize = 4;

/// Runs of blanks with one that was not ASCII's → one blank, or two; none at the ends of the line and of cells.
fn collapse(line: &[char], gaps: Gaps) -> Vec<char> {
    let mut out = Vec::with_capacity(line.len());
    let blank = |c: &char| matches!(c, ' ' | '\u{3000}');
    let mut i = 0;
    while i < line.len() {
        let n = line[i..].iter().take_while(|c| blank(c)).count();
        if n == 0 {
            out.push(line[i]);
            i += 1;
            continue;
        }
        let run = &line[i..i + n];
        i += n;
        if !run.contains(&'\u{3000}') {
            out.extend_from_slice(run);
        } else if !matches!(out.last(), None | Some('\t'))
            && !matches!(line.get(i), None | Some('\t'))
        {
            out.push(' ');
            if gaps == Gaps::Keep && n >= GAP_COLUMNS {
                out.push(' ');
            }
        }
    }
    out
}

/// Unicode's normal form C.
fn compose(line: Vec<char>) -> Vec<char> {
    if is_nfc_quick(line.iter().copied()) == IsNormalized::Yes {
        line
    } else {
        line.into_iter().nfc().collect()
    }
}

/// Counts paragraphs of prose, and those that end in a comma with nothing after them that goes on.
fn count_paragraph(line: &str, rest: &str, mends: &mut Mends) {
    const PROSE_BYTES: usize = 60;
    if line.len() < PROSE_BYTES {
        return;
    }
    mends.paragraphs += 1;
    let goes_on = !rest.lines().next().unwrap_or_default().trim().is_empty();
    if matches!(line.trim_end().chars().next_back(), Some('，' | '、')) && !goes_on {
        mends.open_ended += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(line: &str) -> String {
        text(line, Marks::Mend, &mut Mends::default()).into_owned()
    }

    #[track_caller]
    fn check(dirty: &str, clean: &str) {
        assert_eq!(normal(dirty), clean);
        assert_eq!(normal(clean), clean);
    }

    #[test]
    fn text_told_back_is_normalised_with_its_neighbours() {
        let once = normal("0．Ã©Ã©");
        assert_eq!(normal(&once), once);
    }

    #[test]
    fn an_html_page_keeps_the_marks_that_its_author_set() {
        let kept = text("他说:\"好的,就在第３页.”", Marks::Keep, &mut Mends::default());
        assert_eq!(kept, "他说:\"好的,就在第3页.”");
    }

    #[test]
    fn characters_become_plain() {
        check("２０２３年增长１２．５％", "2023年增长12.5%");
        check("　　一、总体\u{200B}要求\u{A0}", "一、总体要求");
        check("甲\u{3000}\u{3000}乙 丙", "甲 乙 丙");
        check("推进⼀批⼯程", "推进一批工程");
        check("cafe\u{301}", "café");
        check("页\u{AD}面\u{FEFF}\u{7}上", "页面上");
    }

    #[test]
    fn a_page_on_one_line_keeps_the_gaps_between_its_paragraphs() {
        let part = "全县上下一条心，把路修到村口，把桥架到河上。".repeat(6);
        let flat = format!("{part}\u{3000}\u{3000}一、架\u{3000}桥&nbsp;{part}");
        assert_eq!(normal(&flat), format!("{part}  一、架 桥 {part}"));
        assert_eq!(normal(&normal(&flat)), normal(&flat));
        assert_eq!(normal(&format!("{flat}\n尾")), format!("{part} 一、架 桥 {part}\n尾"));
    }

    #[test]
    fn references_that_were_left_are_resolved() {
        check("&nbsp;&nbsp;&ldquo;三年行动&amp;rdquo;顺利完成", "“三年行动”顺利完成");
    }

    #[test]
    fn artefacts_of_mirrors_go() {
        let mut mends = Mends::default();
        assert_eq!(
            text("全縣(xiàn)經(jīng)濟(jì)平穩,，民生改善,。", Marks::Mend, &mut mends),
            "全縣經濟平穩，民生改善。"
        );
        assert!(mends.mirror_artefacts >= 4);
        let mut warnings = Vec::new();
        mends.warn(&mut warnings);
        assert_eq!(warnings, [Warning::MirrorArtefacts]);
    }

    #[test]
    fn ascii_marks_between_chinese_become_full_width() {
        check(
            "全年新建道路80公里,比上年多5公里;就业稳定.",
            "全年新建道路80公里，比上年多5公里；就业稳定。",
        );
        check("来源:新山县政府网(2023年)", "来源：新山县政府网（2023年）");
        check("(一)推进改革", "（一）推进改革");
        check("做了什么?做得很好!", "做了什么？做得很好！");
        check("实施\"三年行动\"计划", "实施“三年行动”计划");
        check("实施“三年行动〞计划", "实施“三年行动”计划");
        check("实施”三年行动”计划", "实施“三年行动”计划");
        check("行动”开始，并说“现在", "行动”开始，并说“现在");
        check("来源: 作者:某甲", "来源： 作者：某甲");
    }

    #[test]
    fn marks_of_numbers_addresses_and_code_stay() {
        for line in [
            "完成投资1,500.5万元，比例为3:2，时间14:30",
            "1.加强领导",
            "一.总体要求",
            "详见http://www.example.com/a?b=1,2;c（附件）",
            "Hello, world. He said \"yes\" (twice); 85 % of it.",
            "let x = foo(\"变量\", 1);",
            "東京,大阪などの都市で、ひらがなを使う",
            "(1)推进改革",
            "{\"标题\":\"工作报告\"}",
        ] {
            assert_eq!(normal(line), line);
        }
    }

    #[test]
    fn word_processors_leave_fields_and_page_numbers() {
        check("一、工作回顾 PAGEREF _Toc11223 \\h 6", "一、工作回顾");
        check("新建道路80第3页共18页公里", "新建道路80公里");
        check("第 3 页 共 18 页", "第 3 页 共 18 页");
        check("六）加强环境保护", "（六）加强环境保护");
        check("增长8.5 %，下降3 ‰", "增长8.5%，下降3‰");
    }

    #[test]
    fn spaced_titles_are_joined() {
        check("工 作 报 告", "工作报告");
        check("二 、 2 0 2 3 年 主 要 工 作", "二、2023年主要工作");
        check("新山县人民政府 工 作 报 告", "新山县人民政府 工作报告");
        check("目\u{3000}录", "目录");
        check("P u b l i c   d o m a i n", "Public domain");
        for line in ["日 一 二 三 四 五 六", "a b c d e f g", "1 2 3 4 5", "张 三", "甲 乙 丙 丁"]
        {
            assert_eq!(normal(line), line);
        }
    }

    #[test]
    fn lines_keep_their_places() {
        let dirty = "　工 作 报 告\n\n２０２３年\n尾";
        assert_eq!(normal(dirty), "工作报告\n\n2023年\n尾");
        assert!(matches!(
            text("一行\n两行\n", Marks::Mend, &mut Mends::default()),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn text_of_other_languages_keeps_its_characters() {
        for line in [
            "सरकारी रिपोर्ट क्\u{200D}ष",
            "می\u{200C}خواهم",
            "👩\u{200D}👩\u{200D}👧 family",
            "Российская Федерация, 2023 г.",
            "Ελληνικά, «κείμενο»; 대한민국 정부 보고서.",
        ] {
            assert_eq!(normal(line), line);
        }
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[一二三六年月日工作报告了的第页共党]{1,4}",
            "[0-9]{1,8}",
            "[,.;:?!()\"%&#X*×D \\\\\n\t]{1,2}",
            "[，。“”（）〞、．％　\u{200B}\u{A0}０-９Ａ]{1,2}",
            "(&amp;|&nbsp;|&ldquo;|PAGEREF _Toc1 \\\\h 1|\\(jiǒng\\)|锟斤拷|ä¸|Ã©|鈥鐨)",
            "\\PC{1,3}",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|v| v.concat())
    }

    proptest! {
        #[test]
        fn twice_is_once(text in pieces()) {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }

        #[test]
        fn line_breaks_are_kept(text in pieces()) {
            prop_assert_eq!(normal(&text).matches('\n').count(), text.matches('\n').count());
        }
    }
}
