//! The title of an HTML page and what stands around it: its further lines, what repeats it, kicker and subtitle, who
//! speaks.
//!
//! In: the page with the piece that says what its head says, and the chosen pieces. Out: verdicts for the pieces of the
//! article's head. Long titles are set on several lines, by `<br>` or as paragraphs; the document below often opens
//! with its own head (title, at which meeting, who spoke), as work reports do in print.

use std::ops::Range;

use super::Role;
use super::choose::Choice;
use super::features::{Page, key};
use super::headings;
use super::lines::words;
use super::others::TITLE_FIT;
use super::roles::{HEADER_PIECES, Verdict, is_byline};

/// The title's lines, and the rule that found it.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub(super) lines: Range<usize>,
    reason: &'static str,
}

/// Lines that a title is set on at the most.
const LINES_MAX: usize = 4;

/// Pieces from the start of the body on among which the head of the document itself is looked for.
const HEAD_PIECES: usize = 6;

/// Finds the title: the piece that says what the page's head says, if it is not after the body; else the line above
/// source and date. `first` is the first piece of the body.
pub(super) fn find(page: &Page, first: usize) -> Option<Title> {
    let matching = page.title.filter(|&t| t <= first + 3);
    let placed = above_byline(page, first)
        .filter(|&placed| matching.is_none_or(|t| is_logo(page, t, placed)));
    match (placed, matching) {
        (Some(n), _) => Some(Title { lines: n..n + 1, reason: "above_byline" }),
        (None, Some(n)) => Some(Title { lines: lines(page, n), reason: "title_match" }),
        (None, None) => None,
    }
}

/// The piece that is the title beyond doubt: it says most of what the head of the page says, or half of it (the rest is
/// the site's name) and is set as a heading or has source and date below it.
pub(super) fn confirmed(page: &Page) -> Option<usize> {
    const HALF_FIT: f32 = 0.4;
    const HALF_TOKENS: f32 = 5.0;
    let title = page.title?;
    let stat = &page.stats[title];
    let owner = page.pieces.list[title].owner;
    let heading = || page.dom.up(owner).take(2).any(|id| page.dom.tag(id).heading().is_some());
    let half = page.title_fit[title] >= HALF_FIT && stat.tokens >= HALF_TOKENS;
    (page.title_fit[title] >= TITLE_FIT
        || half && stat.link_share < 0.5 && (heading() || has_byline(page, title)))
    .then_some(title)
}

/// Whether a line of source and date stands below the title.
pub(super) fn has_byline(page: &Page, title: usize) -> bool {
    const BELOW_MAX: usize = 4;
    (title + 1..page.stats.len().min(title + 1 + BELOW_MAX)).any(|n| {
        let stat = &page.stats[n];
        stat.dated && stat.link_share < 0.5 && is_byline(page, n)
    })
}

/// The first piece of the body: the first that is kept, after a confirmed title if most of what is kept follows it. A
/// line of a menu that was kept by mistake moves the header nowhere.
pub(super) fn first_below(page: &Page, choice: &Choice) -> usize {
    let kept = |n: &usize| choice.keep[*n];
    let n = page.stats.len();
    let first = (0..n).find(kept).unwrap_or(n);
    let Some(title) = confirmed(page).filter(|&t| t > first) else { return first };
    let tokens =
        |range: Range<usize>| -> f32 { range.filter(kept).map(|n| page.stats[n].tokens).sum() };
    if tokens(title + 1..n) > tokens(0..title) {
        (title + 1..n).find(kept).unwrap_or(first)
    } else {
        first
    }
}

/// Links between the name of a site and the line above the byline, so that the former is no heading of the latter.
const LINKS_BETWEEN: u32 = 3;

/// Whether a piece is the site's name above a menu, and not the title: nothing in the page's head says more than it, or
/// nothing says it.
fn is_logo(page: &Page, title: usize, placed: usize) -> bool {
    let menu = |n: &usize| page.stats[*n].link_share > 0.9;
    let links: u32 = (title..placed).filter(menu).map(|n| page.pieces.list[n].links).sum();
    let name = key(text(page, title));
    let all_said = page.titles.iter().all(|said| name.contains(said.as_str()));
    (all_said || page.title_fit[title] == 0.0) && links >= LINKS_BETWEEN
}

/// The line right above the line of source and date, where it may be a title by its shape.
fn above_byline(page: &Page, first: usize) -> Option<usize> {
    let end = (first + 3).min(page.stats.len());
    let byline = (first.saturating_sub(HEADER_PIECES)..end).rfind(|&n| is_byline(page, n))?;
    // The head of a speech has more lines: at which meeting, who spoke.
    let explains = |n: &usize| {
        let text = text(page, *n);
        headings::is_subtitle(text) || words::is_speaker(text)
    };
    let n = (byline.saturating_sub(LINES_MAX)..byline).rev().find(|n| !explains(n))?;
    let (piece, stat) = (&page.pieces.list[n], &page.stats[n]);
    let headed = page.dom.up(piece.owner).take(2).any(|id| page.dom.tag(id).heading().is_some());
    let width = headings::width(text(page, n));
    let set_off = headed || stat.bold_share > 0.95 || width >= 20;
    let plain = stat.link_share == 0.0
        && stat.ends == 0.0
        && !headings::is_date(text(page, n))
        && !headings::is_enumerated(text(page, n))
        && !text(page, n).contains(['：', ':'])
        && piece.grid.is_none()
        && !page.marks[piece.owner as usize].hidden;
    (plain && set_off && (8..=120).contains(&width)).then_some(n)
}

/// The lines that a title is set on, around the one that was found: one after the other they are a part of what the
/// page's head says.
fn lines(page: &Page, found: usize) -> Range<usize> {
    let line = |n: usize| {
        let (piece, stat) = (page.pieces.list.get(n)?, page.stats.get(n)?);
        let fits = piece.grid.is_none()
            && piece.chars >= 2
            && stat.tokens <= 60.0
            && stat.link_share < 0.5;
        fits.then(|| key(text(page, n)))
    };
    let said = |text: &str| page.titles.iter().any(|title| title.contains(text));
    let Some(mut whole) = line(found).filter(|whole| said(whole)) else { return found..found + 1 };
    let mut lines = found..found + 1;
    while lines.len() < LINES_MAX {
        let below = line(lines.end).map(|next| whole.clone() + &next).filter(|w| said(w));
        let above = || {
            let above = line(lines.start.checked_sub(1)?)?;
            Some(above + &whole).filter(|w| said(w))
        };
        if let Some(longer) = below {
            (whole, lines.end) = (longer, lines.end + 1);
        } else if let Some(longer) = above() {
            (whole, lines.start) = (longer, lines.start - 1);
        } else {
            break;
        }
    }
    lines
}

/// Gives the title and what stands around it their roles.
pub(super) fn name(
    page: &Page,
    choice: &Choice,
    title: &Title,
    first: usize,
    verdicts: &mut [Verdict],
) {
    let lines = title.lines.clone();
    let mut whole = String::new();
    for n in lines.clone() {
        whole += &key(text(page, n));
        let reason = if n == lines.start { title.reason } else { "title_in_lines" };
        verdicts[n] = Verdict::new(Role::Title, reason);
    }
    let mut n = 0;
    while n < page.stats.len().min(first + HEAD_PIECES) {
        let again = if lines.contains(&n) { 0 } else { repeated(page, n, &whole) };
        for verdict in verdicts[n..n + again].iter_mut().filter(|v| v.role.is_body()) {
            *verdict = Verdict::new(Role::Title, "title_repeated");
        }
        n += again.max(1);
    }
    neighbours(page, choice, &lines, verdicts);
    head_of_document(page, &whole, lines.end, first, verdicts);
}

/// How many pieces from the `n`-th on are the title once more, on one line or several.
fn repeated(page: &Page, n: usize, whole: &str) -> usize {
    let mut rest = whole;
    for (count, piece) in page.pieces.list[n..].iter().take(LINES_MAX).enumerate() {
        if piece.chars as usize > 2 * whole.len() {
            return 0;
        }
        let key = key(page.pieces.of(piece));
        match rest.strip_prefix(key.as_str()) {
            Some("") => return count + 1,
            Some(after) if !key.is_empty() => rest = after,
            _ => return 0,
        }
    }
    0
}

/// The lines right above and below the title.
fn neighbours(page: &Page, choice: &Choice, title: &Range<usize>, verdicts: &mut [Verdict]) {
    let near = |n: usize, of: usize| {
        let (a, b) = (page.pieces.list[of].owner, page.pieces.list[n].owner);
        let parent = |id| page.dom.node(id).parent;
        a == b || parent(a) == parent(b)
    };
    let line = |n: usize| {
        let stat = &page.stats[n];
        stat.tokens >= 2.0 && stat.tokens <= 45.0 && stat.link_share < 0.5 && stat.ends < 2.0
    };
    let headed = |n: usize| {
        let owner = page.pieces.list[n].owner;
        page.dom.up(owner).take(2).any(|id| page.dom.tag(id).heading().is_some())
    };
    let above = title.start.checked_sub(1);
    if let Some(above) =
        above.filter(|&n| near(n, title.start) && line(n) && headed(n) && !choice.keep[n])
    {
        verdicts[above] = Verdict::new(Role::Kicker, "above_title");
    }
    let below = title.end;
    if below < page.stats.len() && near(below, below - 1) && line(below) {
        let text = text(page, below);
        let dash = text.starts_with(['—', '－', '―', '–']) || text.starts_with("--");
        if dash || headed(below) && !choice.keep[below] && verdicts[below].role != Role::Meta {
            verdicts[below] = Verdict::new(Role::Subtitle, "below_title");
        }
    }
}

/// The document's own head below that of the page: its title again, at which meeting, who spoke. It ends with the
/// first line that is none of these.
fn head_of_document(page: &Page, title: &str, from: usize, first: usize, verdicts: &mut [Verdict]) {
    let mut occasion = verdicts.get(from).is_some_and(|v| v.role == Role::Subtitle);
    for n in from..page.stats.len().min(first + HEAD_PIECES) {
        let role = verdicts[n].role;
        let (text, stat) = (text(page, n), &page.stats[n]);
        let open =
            role.is_body() || matches!(role, Role::Other | Role::Meta) && stat.link_share == 0.0;
        if !open || role == Role::Table {
            continue;
        }
        let found = if stat.tokens > 60.0 {
            None
        } else if headings::is_subtitle(text) {
            occasion = true;
            Some(Verdict::new(Role::Subtitle, "subtitle_form"))
        } else if occasion && words::is_speaker(text) {
            Some(Verdict::new(Role::Meta, "speaker"))
        } else if !occasion && role.is_body() && is_part(title, text) {
            Some(Verdict::new(Role::Title, "title_repeated"))
        } else {
            None
        };
        match found {
            Some(verdict) => verdicts[n] = verdict,
            None if role.is_body() => return,
            None => {}
        }
    }
}

/// Whether a line says a part of the title and nothing else.
fn is_part(title: &str, text: &str) -> bool {
    const CHARS_MIN: usize = 4;
    let key = key(text);
    key.chars().count() >= CHARS_MIN && title.contains(&key)
}

fn text<'a>(page: &Page<'a>, n: usize) -> &'a str {
    page.pieces.of(&page.pieces.list[n])
}
