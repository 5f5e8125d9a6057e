//! Lines → paragraphs: what a page breaks inside a paragraph is joined again.
//!
//! Three causes, each with its own evidence. Text taken from a PDF breaks every line at one width: the lines that
//! don't end a sentence are nearly all as wide as the page. Markup taken off without care breaks where a link or a
//! subscript stood: the next line starts with a closing mark, or the line before ends inside a bracket. A page's
//! running head and number stand between two halves of a paragraph.

use super::source::Line;
use crate::clean::headings::{self, MarkerKind, Shape};
use rustc_hash::FxHashMap;

/// A line, or several joined, and whether it is a running head or page number.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub line: Line<'a>,
    pub furniture: bool,
}

/// Joins what belongs together.
pub(super) fn join(lines: Vec<Line<'_>>) -> Vec<Piece<'_>> {
    let times = Times::of(&lines);
    let layout = Layout::of(&lines, &times);
    let furniture = furniture(&lines, &layout, &times);
    let torn = if layout.blank_separated { torn_groups(&lines) } else { vec![false; lines.len()] };
    let mut out: Vec<Piece> = Vec::with_capacity(lines.len());
    let mut open: Option<(Line, usize)> = None;
    let mut aside: Vec<Piece> = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        if furniture[i] {
            aside.push(Piece { line, furniture: true });
            continue;
        }
        let continues = open.as_ref().is_some_and(|(whole, last_columns)| {
            let ctx = Break {
                torn: torn[i],
                last_columns: *last_columns,
                over_furniture: !aside.is_empty(),
                after_sentence: out.last().is_some_and(|p| headings::ends_sentence(&p.line.text)),
            };
            layout.continues(whole, &line, &ctx)
        });
        let columns = line.columns;
        match &mut open {
            Some((whole, last_columns)) if continues => {
                let separator = separator(&whole.text, &line.text);
                whole.join(&line, separator);
                *last_columns = columns;
            }
            _ => {
                out.extend(open.take().map(|(line, _)| Piece { line, furniture: false }));
                out.append(&mut aside);
                open = Some((line, columns));
            }
        }
    }
    out.extend(open.map(|(line, _)| Piece { line, furniture: false }));
    out.append(&mut aside);
    out
}

/// What stands between the halves of a wrapped text: a blank between Latin words, nothing inside a number or between
/// Han characters.
fn separator(before: &str, after: &str) -> &'static str {
    let (Some(a), Some(b)) = (before.chars().next_back(), after.chars().next()) else { return "" };
    let latin = |c: char| c.is_alphanumeric() && c < '\u{2E80}';
    let number = |c: char| c.is_ascii_digit();
    let broken_number = number(a) && (number(b) || matches!(b, '.' | '%' | ','))
        || matches!(a, '.' | ',') && number(b) && before.chars().rev().nth(1).is_some_and(number);
    let words = latin(b) && (latin(a) || matches!(a, ',' | '.' | ';' | ':' | ')' | '?' | '!'));
    let spaced_words = b == '(' && latin(a);
    if !broken_number && (words || spaced_words) { " " } else { "" }
}

/// How a page sets its lines.
struct Layout {
    /// Width at which lines were broken, if they were.
    wrap_columns: Option<usize>,
    /// Most paragraphs have a blank line before them.
    blank_separated: bool,
    /// Some lines have.
    blank_lines: bool,
    /// Headings have a blank line after them, so a short line with text right under it is a piece of that text.
    attached_is_torn: bool,
}

/// A short line without number and end mark.
fn is_bare(line: &Line<'_>) -> bool {
    line.columns <= 60 && headings::shape(&line.text) == Shape::Bare
}

/// Running text, as far as its marks tell.
fn is_sentences(line: &Line<'_>) -> bool {
    line.columns >= 40 && headings::ends_sentence(&line.text) && holds(&line.text, &['，', '。'])
}

/// Whether the page leaves a blank line after its headings: nearly all numbered and short lines above text do.
fn headings_stand_apart(lines: &[Line<'_>]) -> bool {
    let (mut apart, mut attached) = (0, 0);
    for pair in
        lines.windows(2).filter(|w| w[0].gap > 0 && w[1].columns >= 40 && w[0].columns <= 100)
    {
        if matches!(headings::shape(&pair[0].text), Shape::Numbered | Shape::Bare) {
            if pair[1].gap > 0 { apart += 1 } else { attached += 1 }
        }
    }
    apart >= 3 && attached * 3 <= apart && blank_separated(lines)
}

/// Whether the page sets its paragraphs apart by blank lines.
pub(super) fn blank_separated(lines: &[Line<'_>]) -> bool {
    let long = || lines.iter().skip(1).filter(|l| l.columns >= 40);
    let gaps = long().filter(|l| l.gap > 0).count();
    gaps >= 2 && gaps * 2 > long().count()
}

/// Where two lines meet.
struct Break {
    /// Both are in a group of lines that was torn apart.
    torn: bool,
    /// Width of the last line before the break, which may be joined to others already.
    last_columns: usize,
    /// A running head stands between.
    over_furniture: bool,
    /// The piece before ended a sentence.
    after_sentence: bool,
}

/// Lines short of the full width by more than this are a paragraph's last: a mark that may not start a line, or a
/// long Latin word, takes so much.
const SHORT_BY: usize = 14;

impl Layout {
    fn of(lines: &[Line<'_>], times: &Times<'_>) -> Self {
        let pairs = lines.len().saturating_sub(1);
        let gaps = lines.iter().skip(1).filter(|l| l.gap > 0).count();
        Self {
            wrap_columns: wrap_columns(lines, times),
            blank_separated: blank_separated(lines),
            blank_lines: gaps * 20 > pairs,
            attached_is_torn: headings_stand_apart(lines),
        }
    }

    fn continues(&self, whole: &Line<'_>, next: &Line<'_>, at: &Break) -> bool {
        let ended = headings::ends_sentence(&whole.text);
        if next.first == whole.last
            || next.row
            || whole.row
            || next.gap > 1 && !at.over_furniture
            || starts_outline(&next.text)
        {
            return false;
        }
        let adjacent = next.gap == 0 || at.over_furniture;
        if adjacent && self.wrap_columns.is_some_and(|w| self.wrapped(whole, next, w, at, ended)) {
            return true;
        }
        if at.over_furniture || next.gap > 0 {
            return next.gap == 1 && !at.over_furniture && self.torn_over_a_blank(whole, next, at);
        }
        if starts_closing(&next.text) {
            return true;
        }
        // 增长了3. / 5%: the dot is no full stop.
        if digit_break(&whole.text, &next.text) {
            return true;
        }
        if ended {
            return false;
        }
        let mid_sentence = ends_open(&whole.text);
        let prose_before = whole.columns >= 40 && holds(&whole.text, &['，', '。', '、', '；']);
        mid_sentence
            || self.attached_is_torn && whole.gap > 0 && is_bare(whole) && is_sentences(next)
            || at.torn
            || self.blank_separated && prose_before && !whole.text.ends_with(['：', ':'])
    }

    /// A page's end fell inside a paragraph and left a blank line there. The paragraph has ended no sentence though it
    /// holds some, or its last line stands right under another, as no heading would.
    fn torn_over_a_blank(&self, whole: &Line<'_>, next: &Line<'_>, at: &Break) -> bool {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '，' | '、');
        let unnumbered = headings::marker(&whole.text).is_none_or(|m| !m.is_outline());
        let open =
            !headings::ends_sentence(&whole.text) && whole.text.ends_with(word) && unnumbered;
        let inside = holds(&whole.text, &['。', '；'])
            || whole.columns > 112
            || whole.gap == 0 && at.after_sentence;
        let text = next.columns >= 20 && headings::ends_sentence(&next.text) || next.columns >= 80;
        self.blank_separated && open && inside && text && headings::marker(&next.text).is_none()
    }

    fn wrapped(
        &self,
        whole: &Line<'_>,
        next: &Line<'_>,
        wrap: usize,
        at: &Break,
        ended: bool,
    ) -> bool {
        let latin = whole.text.chars().next_back().is_some_and(|c| c < '\u{2E80}');
        let slack = if latin { SHORT_BY + 8 } else { SHORT_BY };
        let full = at.last_columns + slack >= wrap;
        let same_paragraph = !next.indented && (!ended || self.blank_lines && !at.over_furniture);
        full && at.last_columns <= wrap + 10 && same_paragraph
    }
}

/// The width at which the page's lines were broken: most lines that don't end a sentence but have a line right under
/// them are about as wide as the widest.
fn wrap_columns(lines: &[Line<'_>], times: &Times<'_>) -> Option<usize> {
    let mut widths: Vec<usize> = lines.iter().map(|l| l.columns).collect();
    widths.sort_unstable();
    let wide = *widths.get(widths.len().saturating_sub(1) * 19 / 20)?;
    if !(24..=200).contains(&wide) {
        return None;
    }
    let open: Vec<usize> = lines
        .windows(2)
        .filter(|w| {
            w[1].gap == 0 && w[1].first != w[0].first && !headings::ends_sentence(&w[0].text)
        })
        .filter(|w| !is_digits(&w[0]) && !times.repeated(&w[0]) && !times.repeated(&w[1]))
        .filter(|w| !starts_outline(&w[1].text) && !is_set_apart(&w[0]))
        .map(|w| w[0].columns)
        .collect();
    let full = open.iter().filter(|c| **c + SHORT_BY >= wide && **c <= wide + 10).count();
    let prose = lines.iter().filter(|l| l.text.contains(['，', '。', ',', '、'])).count();
    (open.len() >= 2 && full * 2 >= open.len() && prose * 3 >= open.len()).then_some(wide)
}

/// A heading, a subtitle or an address: not broken at the page's width whatever its own.
fn is_set_apart(line: &Line<'_>) -> bool {
    let numbered = headings::marker(&line.text).is_some() && line.columns < 50;
    numbered || line.text.starts_with(['—', '―', '─']) || headings::is_salutation(&line.text)
}

/// How often the short lines of a page occur.
struct Times<'a>(FxHashMap<&'a str, u32>);

impl<'a> Times<'a> {
    fn of(lines: &'a [Line<'_>]) -> Self {
        let mut times = FxHashMap::default();
        for line in lines.iter().filter(|l| l.columns <= 60) {
            *times.entry(&*line.text).or_default() += 1;
        }
        Self(times)
    }

    /// Whether a line comes back as a running head does; an address of the audience does so too, with its mark.
    fn repeated(&self, line: &Line<'_>) -> bool {
        self.0.get(&*line.text).is_some_and(|n| *n >= 3)
            && !headings::ends_sentence(&line.text)
            && !headings::is_salutation(&line.text)
    }
}

fn is_digits(line: &Line<'_>) -> bool {
    line.columns <= 5 && line.text.bytes().all(|b| b.is_ascii_digit())
}

/// Which lines are running heads or page numbers: a short line that comes back with a page number beside it.
fn furniture(lines: &[Line<'_>], layout: &Layout, times: &Times<'_>) -> Vec<bool> {
    let framed: Vec<bool> = lines.iter().map(|l| is_page_number(&l.text)).collect();
    let number = |i: usize| framed[i] || is_digits(&lines[i]);
    let repeated = |i: usize| times.repeated(&lines[i]);
    let beside = |i: usize, of: &dyn Fn(usize) -> bool| {
        i > 0 && of(i - 1) || i + 1 < lines.len() && of(i + 1)
    };
    let paged = layout.wrap_columns.is_some();
    (0..lines.len())
        .map(|i| {
            framed[i]
                || is_digits(&lines[i]) && (paged || beside(i, &repeated))
                || repeated(i) && beside(i, &number)
        })
        .collect()
}

/// — 3 —, 第3页, 第3页共18页, Page 3 of 18, 3/18.
fn is_page_number(text: &str) -> bool {
    if text.len() > 40 || !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let core = text.trim_matches(|c: char| matches!(c, '-' | '—' | '–' | '·' | ' ' | '－'));
    let framed = core.len() < text.len()
        && !core.is_empty()
        && core.len() <= 4
        && core.bytes().all(|b| b.is_ascii_digit());
    let words: String =
        text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    framed
        || matches!(
            words.as_str(),
            "第页"
                | "第页共页"
                | "第页/共页"
                | "第页，共页"
                | "第页,共页"
                | "Pageof"
                | "Page"
                | "頁"
                | "第頁"
        )
}

/// Groups of lines without a blank line between, in which one starts with a closing mark or ends inside a bracket:
/// the group was one paragraph, and every break in it that doesn't end a sentence was made by accident. Each line of
/// such a group is marked but its first.
fn torn_groups(lines: &[Line<'_>]) -> Vec<bool> {
    let mut torn = vec![false; lines.len()];
    let mut start = 0;
    for end in 1..=lines.len() {
        let same =
            end < lines.len() && lines[end].gap == 0 && lines[end].first != lines[end - 1].last;
        if same {
            continue;
        }
        let group = &lines[start..end];
        let evidence = group.len() > 1
            && group.len() <= 40
            && group.windows(2).filter(|w| is_torn(&w[0], &w[1])).count() > 0;
        // A page without blank lines is one long group; evidence in one place says nothing of another.
        if evidence {
            torn[start + 1..end].fill(true);
        }
        start = end;
    }
    torn
}

fn is_torn(before: &Line<'_>, after: &Line<'_>) -> bool {
    let lone = after.text.chars().count() == 1
        && before.text.chars().count() > 2
        && after.text.chars().all(|c| {
            c.is_alphabetic() && headings::marker(&after.text).is_none() && c > '\u{2E80}'
        });
    !headings::ends_sentence(&before.text)
        && (starts_closing(&after.text) || ends_open(&before.text) || lone)
}

/// Whether one of the marks is among the text's first characters; a paragraph that is joined from many lines is not
/// searched anew at each.
fn holds(text: &str, marks: &[char]) -> bool {
    text.chars().take(400).any(|c| marks.contains(&c))
}

/// A mark that can't start a line.
fn starts_closing(text: &str) -> bool {
    text.starts_with([
        '，', '。', '、', '；', '：', '！', '？', '）', '》', '”', '’', '」', '』', '%', '％', '℃',
        '?', '!', ';', ',',
    ])
}

fn ends_open(text: &str) -> bool {
    text.ends_with(['（', '《', '“', '‘', '「', '『', '，', '、', ',', '('])
}

fn digit_break(before: &str, after: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let tail = before.strip_suffix(['.', '．']);
    tail.is_some_and(|t| t.ends_with(digit))
        && after.starts_with(digit)
        && !before.trim_end_matches('.').chars().all(digit)
}

/// A line that starts a numbered part starts a paragraph of its own.
fn starts_outline(text: &str) -> bool {
    headings::marker(text).is_some_and(|m| {
        matches!(
            m.kind,
            MarkerKind::Part
                | MarkerKind::Chapter
                | MarkerKind::Han
                | MarkerKind::HanBracket
                | MarkerKind::Attachment
                | MarkerKind::Lenticular
        ) && m.len < text.len()
    })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn joined(text: &str) -> Vec<String> {
        join(source::lines(text))
            .iter()
            .map(|p| format!("{}-{}:{}", p.line.first, p.line.last, p.line.text))
            .collect()
    }

    #[test]
    fn lines_broken_at_one_width() {
        let text = "东山县去年把四条乡道改成了柏油路，共\n投入一百二十万元，沿线八个村子的六百\n户人家出门都方便了许多。\n\n来年还要再修三条。";
        assert_eq!(
            joined(text),
            [
                "1-3:东山县去年把四条乡道改成了柏油路，共投入一百二十万元，沿线八个村子的六百户人家出门都方便了许多。",
                "5-5:来年还要再修三条。"
            ]
        );
    }

    #[test]
    fn a_break_inside_a_number() {
        let text = "去年粮食产量增长了3.\n5%，是七年来最好的一年。";
        assert_eq!(joined(text), ["1-2:去年粮食产量增长了3.5%，是七年来最好的一年。"]);
    }

    #[test]
    fn latin_words_keep_their_blank() {
        assert_eq!(separator("the county", "built roads"), " ");
        assert_eq!(separator("roads 12", "000 km"), "");
        assert_eq!(separator("东山", "县"), "");
    }

    #[test]
    fn torn_where_a_link_stood() {
        let text = "会议听取了县长所作的\n工作报告\n。会议充分肯定县政府一年来修路架桥的工作。\n\n会议号召全县上下继续努力，把路修到每一个村子里去。\n\n会议决定明年再修三条路，再架两座桥，再引一条水。";
        assert_eq!(
            joined(text)[0],
            "1-3:会议听取了县长所作的工作报告。会议充分肯定县政府一年来修路架桥的工作。"
        );
    }

    #[test]
    fn running_heads_are_set_aside() {
        let page = |n: u32, head: &str| {
            format!(
                "东山县议会会议记录\n{n}\n{head}要把路修到每一个村子里去，让老人孩子出门不\n再踩泥，也让山里的果子运得出去，第{n}年还要进得来，让\n"
            )
        };
        let text = format!("{}{}{}日子好。\n", page(1, "我们"), page(2, "大家"), page(3, "大家"));
        let got = joined(&text);
        assert_eq!(got.iter().filter(|l| l.contains("会议记录")).count(), 3, "{got:#?}");
        assert!(got.iter().any(|l| l.contains("进得来，让大家要把路")), "{got:#?}");
    }

    #[test]
    fn headings_and_menus_stay_apart() {
        let text = "首页\n新闻\n服务\n\n东山县修路记\n\n强化学习\n学有所得\n\n去年全县修路三条，架桥两座。";
        assert_eq!(joined(text).len(), 7);
    }
}
