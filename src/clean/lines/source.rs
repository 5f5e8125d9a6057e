//! The text of a page → its lines, blank ones left out.
//!
//! Two accidents of scraping are undone here: a page that was written as a list literal (`['…', '…']`), and a page
//! whose lines were all run together. Their pieces keep the number of the line that they stand on, so several lines
//! may have one number.

use super::words;
use crate::clean::headings::{self, MarkerKind};
use crate::han::is_han;
use std::borrow::Cow;

/// A line with text on it, or several that belong together.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// Number of its first line in the file, 1-based.
    pub first: u32,
    /// Number of its last line.
    pub last: u32,
    /// Its text, trimmed.
    pub text: Cow<'a, str>,
    /// Blank lines in front of it.
    pub gap: u32,
    /// Whether the page indents it.
    pub indented: bool,
    /// Its width in columns.
    pub columns: usize,
    /// Whether it is a row of a table.
    pub row: bool,
}

impl<'a> Line<'a> {
    fn new(number: u32, raw: &'a str, gap: u32) -> Self {
        let text = raw.trim_matches(is_blank);
        let indented = raw.starts_with("  ") || raw.starts_with(['\u{3000}', '\t']);
        Self {
            first: number,
            last: number,
            text: Cow::Borrowed(text),
            gap,
            indented,
            columns: headings::width(text),
            row: false,
        }
    }

    /// Appends the line that continues this one.
    pub(super) fn join(&mut self, next: &Line<'_>, separator: &str) {
        let text = self.text.to_mut();
        text.push_str(separator);
        text.push_str(&next.text);
        self.last = self.last.max(next.last);
        self.columns += separator.len() + next.columns;
    }
}

/// Blanks, and characters that print nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// Lines longer than this may hold a whole document; the longest paragraphs of real reports have 1,400 characters.
const FLAT_MIN: usize = 800;
/// The same for the only line of a page.
const SOLE_MIN: usize = 200;

/// Takes the text apart.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let mut gap = 0;
    let n_lines = text.lines().filter(|l| !l.trim_matches(is_blank).is_empty()).take(4).count();
    let flat_min = if n_lines == 1 { SOLE_MIN } else { FLAT_MIN };
    for (raw, number) in text.lines().zip(1u32..) {
        let line = Line::new(number, raw, gap);
        if line.text.is_empty() {
            gap += 1;
            continue;
        }
        gap = 0;
        let Cow::Borrowed(whole) = line.text else { continue };
        if let Some(items) = list_literal(whole) {
            out.extend(
                items
                    .into_iter()
                    .flat_map(|item| split_flat(item, true))
                    .map(|t| Line::new(number, t, 1)),
            );
        } else if line.columns > flat_min {
            let parts = split_flat(whole, n_lines < 4);
            let n = parts.len();
            out.extend(parts.into_iter().enumerate().map(|(i, t)| Line {
                gap: if i == 0 { line.gap } else { 1 },
                indented: n > 1 || line.indented,
                ..Line::new(number, t, 0)
            }));
        } else {
            out.push(line);
        }
    }
    out.retain(|l| !l.text.is_empty());
    out
}

/// The items of a line that is a list of strings as a program prints it, or a part of one.
fn list_literal(line: &str) -> Option<Vec<&str>> {
    let quote = line.trim_start_matches('[').chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let opens = line.starts_with('[');
    let closes = line.ends_with(']') || line.ends_with(&[quote, ','][..]) || line.ends_with(quote);
    let between = format!("{quote}, {quote}");
    if !closes || !(opens && line.ends_with(']') || line.contains(&between)) {
        return None;
    }
    let inner = line.trim_start_matches('[').trim_end_matches([']', ',']).trim_matches(quote);
    let items = inner.split(&between).flat_map(|item| item.split("\\n"));
    Some(items.map(|item| item.trim_matches(is_blank)).filter(|item| !item.is_empty()).collect())
}

/// Cuts a line that holds several paragraphs: at wide gaps, before the chapters and articles of a rule, and after a
/// sentence before the next number of a series. `whole` says that the line is (nearly) all of the page.
fn split_flat(text: &str, whole: bool) -> Vec<&str> {
    let mut cuts = Vec::new();
    let mut series = Series::default();
    let mut start = 0;
    let mut previous = '\u{0}';
    for (i, c) in text.char_indices() {
        if i <= start {
            previous = c;
            continue;
        }
        let cut = match c {
            '第' if whole => series.ordinal(&text[i..]),
            '（' | '(' | '一'..='鿿' | '0'..='9' if whole && ends(previous) => {
                series.numbered(&text[i..]) || is_turn(&text[i..])
            }
            _ => false,
        } || is_blank(previous) && !is_blank(c) && after_gap(text, start, i, whole);
        if cut {
            cuts.push(&text[start..i]);
            start = i;
        }
        previous = c;
    }
    cuts.push(&text[start..]);
    if whole
        && let Some(first) = cuts.first().copied()
        && let Some(at) = title_end(first)
    {
        cuts.splice(0..1, [&first[..at], &first[at..]]);
    }
    if whole
        && let Some(first) = cuts.first().copied()
        && let Some((from, to)) = fields(first)
    {
        cuts.splice(0..1, [&first[..from], &first[from..to], &first[to..]]);
    }
    cuts.into_iter().map(|t| t.trim_matches(is_blank)).filter(|t| !t.is_empty()).collect()
}

fn ends(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '：' | '”' | '…') || is_blank(c)
}

/// 问： and 答： of an interview.
fn is_turn(text: &str) -> bool {
    ["问：", "答：", "問："].iter().any(|w| text.starts_with(w))
}

/// Whether text after blanks starts a paragraph: the gap is wide, or follows a sentence; a gap after a bare number or
/// between single letter-spaced characters does not.
fn after_gap(text: &str, start: usize, at: usize, whole: bool) -> bool {
    let before = text[start..at].trim_end_matches(is_blank);
    let gap = text[start + before.len()..at]
        .chars()
        .map(|c| if c == '\u{3000}' { 2 } else { 1 })
        .sum::<usize>();
    let ended = before.chars().next_back().unwrap_or(' ');
    // No one sets a blank between the sentences of a Chinese paragraph.
    let stops = whole
        && matches!(ended, '。' | '！' | '？')
        && text[at..].starts_with(|c| is_han(c) || matches!(c, '（' | '“' | '《'));
    let open = matches!(ended, '，' | '、');
    if open || gap < 2 && !stops || !(whole || ends(ended)) {
        return false;
    }
    let token_start = before
        .rfind(is_blank)
        .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let token = &before[token_start..];
    let next = &text[at..];
    let next_token = next.split(is_blank).next().unwrap_or("");
    let single = |t: &str| t.chars().count() == 1;
    let bare_number = headings::marker(before)
        .is_some_and(|m| m.len >= before.len() && m.kind != MarkerKind::Dash);
    !(bare_number || single(token) || single(next_token))
}

/// Where the title of an official document ends that its text follows without a break: 关于…的通知各市、县….
fn title_end(text: &str) -> Option<usize> {
    const KINDS: [&str; 8] =
        ["的通知", "的意见", "的决定", "的批复", "的公告", "的通告", "的函", "答记者问"];
    let head_end = text.char_indices().nth(90).map_or(text.len(), |(i, _)| i);
    let head = &text[..head_end];
    let at = KINDS.iter().filter_map(|k| head.find(k).map(|i| i + k.len())).min()?;
    let clear = !head[..at].contains(['。', '，', '；']) && at < text.len();
    let next = text[at..].chars().next()?;
    (clear && !matches!(next, '，' | '。' | '、' | '》' | '”' | '）' | '要' | '精' | '中'))
        .then_some(at)
}

/// Where the fields of a header stand between a title and the text, with a blank around each: 标题 来源：某报 2025-03-20
/// 3月18日，….
fn fields(text: &str) -> Option<(usize, usize)> {
    const TITLE_CHARS: usize = 60;
    const VALUE_CHARS: usize = 16;
    let mut from = None;
    let mut at = 0;
    for word in text.split(is_blank) {
        let start = at;
        at += word.len() + text[start + word.len()..].chars().next().map_or(0, char::len_utf8);
        let value = word.chars().count() <= VALUE_CHARS && !word.contains(['，', '。', '、']);
        match from {
            None if text[..start].chars().count() > TITLE_CHARS => return None,
            None if start > 0 && value && words::is_field(word) => from = Some(start),
            Some(from) if !value => return Some((from, start)),
            _ => {}
        }
    }
    None
}

/// The numbers that have been seen, so that a number in running text is not taken for the next of a series.
#[derive(Default)]
struct Series {
    chapter: u32,
    article: u32,
    han: u32,
    bracket: u32,
    arabic: u32,
    ordinal: u32,
}

impl Series {
    fn ordinal(&mut self, text: &str) -> bool {
        let Some(mark) = headings::marker(text) else { return self.ordinal_article(text) };
        let slot = match mark.kind {
            MarkerKind::Part | MarkerKind::Chapter => &mut self.chapter,
            MarkerKind::Article => return self.ordinal_article(text),
            _ => return false,
        };
        let next = *slot == 0 || mark.number == *slot + 1 || mark.number == 1;
        if next {
            *slot = mark.number;
        }
        next
    }

    /// Articles run on into hundreds; only those that a blank follows start a paragraph.
    fn ordinal_article(&mut self, text: &str) -> bool {
        let Some(end) = text.char_indices().take(9).find(|(_, c)| *c == '条').map(|(i, _)| i)
        else {
            return false;
        };
        let Some(n) = han_value(&text['第'.len_utf8()..end]) else { return false };
        let blank = text[end + '条'.len_utf8()..].starts_with(is_blank);
        let next = blank && (self.article == 0 || n == self.article + 1 || n == 1);
        if next {
            self.article = n;
        }
        next
    }

    fn numbered(&mut self, text: &str) -> bool {
        let Some(mark) = headings::marker(text) else { return false };
        let slot = match mark.kind {
            MarkerKind::Han => &mut self.han,
            MarkerKind::HanBracket => &mut self.bracket,
            MarkerKind::Arabic => &mut self.arabic,
            MarkerKind::Ordinal => &mut self.ordinal,
            _ => return false,
        };
        let next = mark.number == 1 || mark.number == *slot + 1;
        if next {
            *slot = mark.number;
        }
        next
    }
}

/// Value of a Han numeral below a thousand (二百一十三).
fn han_value(text: &str) -> Option<u32> {
    let (mut sum, mut digit, mut any) = (0u32, 0u32, false);
    for c in text.chars() {
        let d =
            "零一二三四五六七八九".chars().position(|x| x == c).and_then(|p| u32::try_from(p).ok());
        match (c, d) {
            ('十', _) => sum += if digit == 0 { 10 } else { digit * 10 },
            ('百', _) => sum += digit * 100,
            (_, Some(d)) => {
                digit = d;
                any = true;
                continue;
            }
            _ => return None,
        }
        (digit, any) = (0, true);
    }
    any.then_some(sum + digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|l| format!("{}:{}", l.first, l.text)).collect()
    }

    #[test]
    fn blank_lines_are_left_out_and_counted() {
        let page = lines("甲\n\u{200b}\n \n乙\n");
        assert_eq!(page.iter().map(|l| (l.first, l.gap)).collect::<Vec<_>>(), [(1, 0), (4, 2)]);
    }

    #[test]
    fn a_list_literal_is_taken_apart() {
        assert_eq!(
            texts("['各位代表：', '路修好了。', '一、回顾']"),
            ["1:各位代表：", "1:路修好了。", "1:一、回顾"]
        );
        assert_eq!(texts("[注]路修好了"), ["1:[注]路修好了"]);
    }

    #[test]
    fn the_only_line_of_a_page_is_cut_where_its_blanks_are() {
        let part = "全县上下一条心，把路修到村口，把桥架到河上，把水引到田头。";
        let text =
            format!("东山县工作报告  各位代表：  {part} {part}{part}  一、修路  {part}{part}");
        assert_eq!(
            texts(&text.replacen('，', "，  ", 1)),
            [
                "东山县工作报告",
                "各位代表：",
                &part.replacen('，', "，  ", 1),
                &part.repeat(2),
                "一、修路",
                &part.repeat(2)
            ]
            .map(|t| format!("1:{t}"))
        );
    }

    #[test]
    fn the_header_of_a_page_on_one_line_is_cut_off() {
        let part = "全县上下一条心，把路修到村口，把桥架到河上，把水引到田头。".repeat(5);
        assert_eq!(
            texts(&format!("东山县架桥 来源：东山日报 2025-03-20 08:00 3月18日，{part}")),
            ["1:东山县架桥", "1:来源：东山日报 2025-03-20 08:00", &format!("1:3月18日，{part}")]
        );
    }

    #[test]
    fn a_document_on_one_line() {
        let filler = "全县上下齐心协力修路架桥。".repeat(40);
        let text = format!(
            "东山县关于修路的通知各乡镇：{filler}　　一、形势　　{filler}　　第一章  总  则第一条  为了修路，制定本办法。第二条  本办法由县里解释。"
        );
        let got: Vec<String> =
            lines(&text).into_iter().map(|l| l.text.chars().take(12).collect()).collect();
        assert_eq!(got[0], "东山县关于修路的通知");
        assert!(got.contains(&"一、形势".to_owned()), "{got:?}");
        assert!(got.iter().any(|l| l.starts_with("第一章  总  则")), "{got:?}");
        assert!(got.iter().any(|l| l.starts_with("第二条")), "{got:?}");
    }
}
