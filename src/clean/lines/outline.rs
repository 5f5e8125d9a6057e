//! The body of a text page: which of its lines are headings, paragraphs, entries of lists, captions.
//!
//! A numbered line without an end mark is a heading. An unnumbered one is a heading if it stands above text, and not
//! one of a row of short lines. Sentences as headings, and headings on two lines, are believed only where the page
//! sets them so throughout.

use super::roles::{Decision, Fact};
use super::words::{self, Hint};
use crate::clean::Role;
use crate::clean::headings::{self, MarkerKind, Shape};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Decides the pieces of the body.
pub(super) fn decide(
    facts: &[Fact<'_>],
    body: Range<usize>,
    blank_separated: bool,
    out: &mut [Decision],
) {
    for i in body.clone() {
        out[i] = alone(&facts[i]);
    }
    let kept: Vec<usize> = body.clone().filter(|i| out[*i].role.is_body()).collect();
    let lines: Vec<&Fact> = kept.iter().map(|i| &facts[*i]).collect();
    let mut decided = headings_of(&lines);
    contents(&lines, &mut decided);
    lone_entries(&lines, &mut decided);
    sentence_headings(&lines, &mut decided);
    for (slot, decision) in kept.iter().zip(&decided) {
        out[*slot] = *decision;
    }
    join_headings(facts, body, blank_separated, out);
}

/// What a line is whatever stands around it; text until its neighbours are asked.
fn alone(f: &Fact<'_>) -> Decision {
    match f.hint {
        _ if f.furniture => Decision::new(Role::Nav, "page_furniture", 0.9),
        _ if f.row => Decision::new(Role::Table, "rows_of_cells", 0.8),
        Hint::Caption => Decision::new(Role::Caption, "caption_words", 0.8),
        Hint::None if words::is_numbered_caption(f.text) => {
            Decision::new(Role::Caption, "caption_words", 0.8)
        }
        Hint::Nav if f.columns <= 60 => Decision::new(Role::Nav, "controls", 0.7),
        Hint::Related => Decision::new(Role::Nav, "related_links", 0.7),
        Hint::Credit if !f.ended && f.columns <= 60 => {
            Decision::new(Role::Credit, "credit_label", 0.7)
        }
        Hint::Footer if !f.ended && f.columns <= 100 => {
            Decision::new(Role::Footer, "footer_words", 0.6)
        }
        _ => Decision::new(Role::Para, "running_text", 0.9),
    }
}

fn para(reason: &'static str, score: f32) -> Decision {
    Decision::new(Role::Para, reason, score)
}

fn item() -> Decision {
    Decision::new(Role::ListItem, "entry_of_a_list", 0.8)
}

fn headings_of(lines: &[&Fact<'_>]) -> Vec<Decision> {
    let lists = lists(lines);
    let runs = bare_runs(lines);
    let narrow_bare =
        lines.iter().filter(|f| f.shape == Shape::Bare && f.columns <= WIDE && f.gap > 0).count();
    let wide_bare = lines.iter().filter(|f| f.shape == Shape::Bare && f.columns > WIDE).count();
    (0..lines.len())
        .map(|i| {
            let f = lines[i];
            if f.row {
                return alone(f);
            }
            if f.hint != Hint::None {
                return para("running_text", 0.9);
            }
            if lists[i] {
                return item();
            }
            match f.shape {
                Shape::Numbered => Decision::new(Role::Heading, "numbered", 0.95),
                Shape::NumberedSentence if stands_above_text(lines, i) => {
                    Decision::new(Role::Heading, "numbered_sentence", 0.85)
                }
                // One long line without an end mark has lost it; among other headings it may be one.
                Shape::Bare
                    if f.columns > WIDE && wide_bare < WIDE_MIN && !wide_among(f, narrow_bare) =>
                {
                    para("unnumbered_short", 0.7)
                }
                Shape::Bare => bare(lines, i, runs[i]),
                Shape::NumberedSentence | Shape::BareSentence | Shape::Text => text(f),
            }
        })
        .collect()
}

fn text(f: &Fact<'_>) -> Decision {
    let bullet = headings::marker(f.text).is_some_and(|m| m.kind == MarkerKind::Bullet);
    let quoted = f.text.starts_with(['“', '「'])
        && f.text.ends_with(['”', '」'])
        && f.columns <= 400
        && f.text.matches(['“', '「']).count() == 1;
    match (bullet, quoted, f.ended) {
        (true, ..) => item(),
        (_, true, _) => Decision::new(Role::Quote, "wholly_quoted", 0.7),
        (.., true) => para("running_text", 0.95),
        _ => para("running_text", 0.8),
    }
}

/// Whether the next line is text that this one can head, or a heading one level below.
fn stands_above_text(lines: &[&Fact<'_>], i: usize) -> bool {
    let Some(next) = lines.get(i + 1) else { return false };
    let kind = |f: &Fact<'_>| headings::marker(f.text).map(|m| m.kind);
    let (own, below) = (kind(lines[i]), kind(next));
    if own == below {
        return false;
    }
    let outline = matches!(own, Some(MarkerKind::Han | MarkerKind::HanBracket | MarkerKind::Part));
    let heads = outline && matches!(next.shape, Shape::Numbered | Shape::NumberedSentence);
    heads || next.prose && (outline || next.columns > lines[i].columns || next.columns >= 60)
}

/// Wider unnumbered lines are headings only in company.
const WIDE: usize = 56;
/// How many of them make company.
const WIDE_MIN: usize = 3;

/// Whether a wide line may be a heading beside this many narrower ones: it tells of nothing done.
fn wide_among(f: &Fact<'_>, narrow: usize) -> bool {
    narrow >= 4 && f.gap > 0 && !f.text.contains('了') && !f.text.ends_with(['》', '）', ')'])
}

/// Widest unnumbered heading that another heading may follow.
const ABOVE_HEADING_MAX: usize = 44;

/// For each line the run of unnumbered short lines that it is in: where it starts, and one past its end.
fn bare_runs(lines: &[&Fact<'_>]) -> Vec<(usize, usize)> {
    let mut runs = vec![(0, 0); lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let n = lines[start..]
            .iter()
            .take_while(|f| f.shape == Shape::Bare && f.hint == Hint::None)
            .count();
        let end = start + n.max(1);
        runs[start..end].fill((start, end));
        start = end;
    }
    runs
}

fn bare(lines: &[&Fact<'_>], i: usize, run: (usize, usize)) -> Decision {
    let f = lines[i];
    let (back, ahead) = (i - run.0, run.1 - i - 1);
    let introduced = run.0 > 0 && lines[run.0 - 1].text.ends_with(['：', ':']);
    if back + ahead >= 2 {
        return if back + ahead >= 3 || introduced { item() } else { last_of_run(lines, i, ahead) };
    }
    if introduced && ahead + back > 0 {
        return item();
    }
    let Some(next) = lines.get(i + ahead + 1) else { return para("last_lines", 0.6) };
    if !next.prose && opens_with_date(next.text) {
        return para("signature", 0.7);
    }
    let heads = if next.shape == Shape::Numbered {
        f.columns <= ABOVE_HEADING_MAX && !f.text.contains(['，', '。', ','])
    } else {
        // 重点做好以下工作： opens text as a sentence does.
        let opens = next.columns >= 20 && next.text.ends_with(['：', ':']);
        (next.prose || next.ended || opens) && next.hint == Hint::None
            || next.hint == Hint::Salutation
            || next.row
    };
    // 附件： and its name on the next line.
    let named = run.0 > 0 && is_lone_number(lines[run.0 - 1].text);
    if !heads
        || introduced && !named
        || next.columns * 10 < f.columns * 8 && next.shape != Shape::Numbered
    {
        return para("unnumbered_short", 0.6);
    }
    Decision::new(Role::Heading, "short_above_text", if f.columns <= 50 { 0.85 } else { 0.7 })
}

/// Whether a line is a number and nothing else (附件：, 第一章).
fn is_lone_number(text: &str) -> bool {
    headings::marker(text).is_some_and(|m| m.len >= text.len())
}

/// A line that opens with a day stands under the name of who signed.
fn opens_with_date(text: &str) -> bool {
    let end = text.find('日').map_or(0, |i| i + '日'.len_utf8());
    end > 0 && headings::is_date(&text[..end]) && text[..end].contains('年')
}

/// Of three short lines in a row the last may head the text; what the others are can't be told.
fn last_of_run(lines: &[&Fact<'_>], i: usize, ahead: usize) -> Decision {
    let above = lines.get(i + 1).is_some_and(|n| n.prose);
    if ahead == 0 && above {
        Decision::new(Role::Heading, "short_above_text", 0.6)
    } else {
        para("unnumbered_short", 0.5)
    }
}

/// Marks the entries of lists: numbered lines that follow each other with no text between, and end as entries do.
fn lists(lines: &[&Fact<'_>]) -> Vec<bool> {
    let marks: Vec<Option<headings::Marker>> = lines
        .iter()
        .map(|f| if f.hint == Hint::None && !f.row { headings::marker(f.text) } else { None })
        .collect();
    let mut out = vec![false; lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let mut end = start + 1;
        while end < lines.len() && follows(marks[end - 1], marks[end]) {
            end += 1;
        }
        let entries = marks[start].is_some_and(|m| m.kind != MarkerKind::Article);
        let pair_with_text = end - start == 2
            && lines[end - 1].shape != Shape::Text
            && stands_above_text(lines, end - 1);
        if end - start >= 2
            && entries
            && !pair_with_text
            && is_list(&lines[start..end], marks[start].map(|m| m.kind))
        {
            out[start..end].fill(true);
        }
        start = end;
    }
    out
}

fn follows(before: Option<headings::Marker>, after: Option<headings::Marker>) -> bool {
    match (before, after) {
        (Some(a), Some(b)) => {
            a.kind == b.kind
                && (b.number == a.number + 1 || b.kind == MarkerKind::Dash && b.number == 0)
        }
        _ => false,
    }
}

/// Widest entry of a list that ends like a sentence; longer ones are paragraphs with their headings in front.
const ITEM_MAX: usize = 200;

fn is_list(run: &[&Fact<'_>], kind: Option<MarkerKind>) -> bool {
    let open = run.iter().filter(|f| f.text.ends_with(['；', ';', '，', ','])).count();
    if open > 0 && open + 1 >= run.len() {
        return true;
    }
    let short = run.iter().all(|f| f.columns <= ITEM_MAX && headings::lead(f.text).is_none());
    let unended = run.iter().all(|f| !f.ended);
    let outline = matches!(
        kind,
        Some(
            MarkerKind::Han
                | MarkerKind::HanBracket
                | MarkerKind::Part
                | MarkerKind::Chapter
                | MarkerKind::Subchapter
                | MarkerKind::Attachment
                | MarkerKind::Formal
                | MarkerKind::Lenticular
        )
    );
    short && if outline { !unended } else { run.len() >= 3 || !unended }
}

/// Fewest sentence headings that show a page to set its headings so.
const SENTENCES_MIN: usize = 4;

/// Short unnumbered sentences are headings where they take turns with longer text (the bold first sentence of each
/// paragraph, broken off by the markup's loss), or where they alone have their text right under them.
fn sentence_headings(lines: &[&Fact<'_>], decided: &mut [Decision]) {
    let able: Vec<usize> =
        (0..lines.len()).filter(|i| is_sentence_heading(lines, *i, decided)).collect();
    let broken_off: Vec<usize> =
        able.iter().copied().filter(|i| lines[*i].gap > 0 && lines[i + 1].gap == 0).collect();
    let attached = lines.iter().skip(1).filter(|f| f.gap == 0 && f.prose).count();
    if broken_off.len() >= SENTENCES_MIN && broken_off.len() * 3 >= attached {
        broken_off
            .iter()
            .for_each(|i| decided[*i] = Decision::new(Role::Heading, "sentence_headings", 0.8));
    }
    let mut start = 0;
    for end in 1..=able.len() {
        // Between two headings of one run stand one or two paragraphs, and perhaps a numbered heading.
        if end < able.len() && (2..=4).contains(&(able[end] - able[end - 1])) {
            continue;
        }
        let run = &able[start..end];
        let close = run.windows(2).filter(|w| w[1] - w[0] <= 3).count();
        if run.len() >= SENTENCES_MIN && close * 4 >= (run.len() - 1) * 3 {
            run.iter().for_each(|i| {
                decided[*i] = Decision::new(Role::Heading, "sentence_headings", 0.75)
            });
        }
        start = end;
    }
}

fn is_sentence_heading(lines: &[&Fact<'_>], i: usize, decided: &[Decision]) -> bool {
    let f = lines[i];
    let reads =
        headings::reads_as_heading(f.text.trim_end_matches('。')) || f.text.starts_with("这是");
    let above = |n: &&Fact<'_>| {
        n.prose && n.columns >= f.columns * 2 && n.columns >= 60 && n.shape == Shape::Text
    };
    f.shape == Shape::BareSentence
        && f.hint == Hint::None
        && decided[i].role == Role::Para
        && reads
        && lines.get(i + 1).is_some_and(above)
}

/// Fewest lines of a table of contents.
const CONTENTS_MIN: usize = 3;

/// A run of headings with no text between that all come again further down is a table of contents.
fn contents(lines: &[&Fact<'_>], decided: &mut [Decision]) {
    let mut last: FxHashMap<String, usize> = FxHashMap::default();
    let heading =
        |i: usize, decided: &[Decision]| matches!(decided[i].role, Role::Heading | Role::ListItem);
    for i in (0..lines.len()).filter(|i| heading(*i, decided)) {
        last.insert(entry_key(lines[i].text), i);
    }
    let mut start = 0;
    while start < lines.len() {
        let n = (start..lines.len()).take_while(|i| heading(*i, decided)).count();
        let end = start + n;
        // The last lines of the run may be the first headings of the text itself.
        let again: Vec<usize> =
            (start..end).filter(|i| last.get(&entry_key(lines[*i].text)) > Some(i)).collect();
        if again.len() >= CONTENTS_MIN && again.len() * 2 >= n {
            let above = again[0].checked_sub(1).filter(|a| lines[*a].columns <= 16);
            for i in again.into_iter().chain(above) {
                decided[i] = Decision::new(Role::Nav, "table_of_contents", 0.8);
            }
        }
        start = end.max(start + 1);
    }
}

/// A heading's characters, without leaders and the page number after them.
fn entry_key(text: &str) -> String {
    let name = text.trim_end_matches(|c: char| {
        c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | '…' | '·' | '-')
    });
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Entries of a list that stand alone on their lines (一是…。) are headings in company only.
fn lone_entries(lines: &[&Fact<'_>], decided: &mut [Decision]) {
    let entry = |i: &usize| decided[*i].reason == "numbered_sentence";
    let marked: Vec<(usize, headings::Marker)> = (0..lines.len())
        .filter(entry)
        .filter_map(|i| headings::marker(lines[i].text).map(|m| (i, m)))
        .collect();
    for (n, (i, m)) in marked.iter().enumerate() {
        let minor = matches!(m.kind, MarkerKind::Is | MarkerKind::Ordinal | MarkerKind::Dash);
        let near = |o: Option<&(usize, headings::Marker)>| {
            o.is_some_and(|(_, o)| o.kind == m.kind && o.number.abs_diff(m.number) <= 1)
        };
        if minor && !near(n.checked_sub(1).and_then(|p| marked.get(p))) && !near(marked.get(n + 1))
        {
            decided[*i] = para("running_text", 0.7);
        }
    }
}

/// Joins headings that are printed on two lines.
fn join_headings(
    facts: &[Fact<'_>],
    range: Range<usize>,
    blank_separated: bool,
    out: &mut [Decision],
) {
    let pairs: Vec<usize> = range
        .clone()
        .filter(|i| {
            *i + 1 < range.end
                && out[*i].role == Role::Heading
                && out[*i + 1].role == Role::Heading
                && facts[*i + 1].shape == Shape::Bare
        })
        .collect();
    let bare = |i: usize| facts[i].shape == Shape::Bare && !facts[i].text.ends_with('—');
    let runs = range
        .clone()
        .filter(|i| {
            out[*i].role == Role::Heading
                && bare(*i)
                && !(*i > range.start && out[*i - 1].role == Role::Heading)
        })
        .count();
    let bare_pairs = pairs.iter().filter(|i| bare(**i)).count();
    let throughout = bare_pairs >= 2 && bare_pairs == runs;
    for i in pairs {
        let mark = headings::marker(facts[i].text);
        let number_alone = mark.is_some_and(|m| m.len >= facts[i].text.len());
        let close = facts[i + 1].gap == 0
            && blank_separated
            && facts[i].columns + facts[i + 1].columns <= 100
            && !facts[i + 1].text.starts_with('【');
        let pair = bare(i) && bare(i + 1) && (close || throughout)
            || number_alone
            || mark.is_some() && close && facts[i].shape == Shape::Numbered;
        if pair && !out[i].continues {
            out[i + 1].continues = true;
            out[i + 1].reason = "heading_in_two_lines";
        }
    }
}
