//! What each piece is to its page: a role, and the rule that decided.
//!
//! In: the pieces with the chosen ones among them. Out: one [`Verdict`] a piece. The choice says what is body; this
//! takes out of it what only stands among it (the title, the line of source and date, captions, credits), and says of
//! the rest what it is.

use super::Role;
use super::byline;
use super::choose::Choice;
use super::credits;
use super::dom::Tag;
use super::events;
use super::features::{Page, Phrase};
use super::headings::{self, Shape};
use super::lines::words;
use super::phrases::{Says, says};
use super::{tables, title};

/// A role and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) role: Role,
    pub(super) reason: &'static str,
    pub(super) level: Option<u8>,
}

impl Verdict {
    pub(super) fn new(role: Role, reason: &'static str) -> Self {
        Self { role, reason, level: None }
    }
}

/// Pieces between the title and the body in which lines of source and date are looked for.
pub(super) const HEADER_PIECES: usize = 12;

/// Pieces at the end of the body among which lines of credits are looked for: long lists name a dozen people.
const CREDITS: usize = 12;

/// Gives every piece its role.
pub(super) fn roles(page: &Page, choice: &Choice) -> Vec<Verdict> {
    let n = page.stats.len();
    let first = title::first_below(page, choice);
    let last = choice.keep.iter().rposition(|&k| k).unwrap_or(0);
    let title = title::find(page, first);
    let start = title.as_ref().map_or(first, |t| t.lines.start);
    let mut verdicts: Vec<Verdict> = (0..n)
        .map(|n| {
            if let Some(verdict) = fixed(page, n) {
                verdict
            } else if choice.keep[n] {
                kept(page, n, first, last)
            } else {
                dropped(page, n, start, first, last)
            }
        })
        .collect();
    if let Some(title) = title {
        title::name(page, choice, &title, first, &mut verdicts);
    }
    if !verdicts.iter().any(|v| v.role.is_body()) {
        // A post that is its own title.
        for (verdict, &keep) in verdicts.iter_mut().zip(&choice.keep) {
            if keep && verdict.role == Role::Title {
                *verdict = Verdict::new(Role::Para, "model");
            }
        }
    }
    headings_by_place(page, &mut verdicts);
    signatures(page, &mut verdicts);
    verdicts
}

/// What markup alone decides.
fn fixed(page: &Page, n: usize) -> Option<Verdict> {
    let piece = &page.pieces.list[n];
    if page.dom.up(piece.owner).take(3).any(|id| page.dom.tag(id) == Tag::Figcaption)
        || page.dom.tag(piece.owner) == Tag::Caption
    {
        return Some(Verdict::new(Role::Caption, "caption_tag"));
    }
    if piece.grid.is_some() && tables::is_index(page.pieces.of(piece)) {
        return Some(Verdict::new(Role::Meta, "index_table"));
    }
    matches!(page.dom.tag(piece.owner), Tag::Option | Tag::Select | Tag::Button | Tag::Optgroup)
        .then(|| Verdict::new(Role::Nav, "control"))
}

/// Tokens of a notice of rights below an article at most.
const RIGHTS_TOKENS_MAX: f32 = 200.0;

fn kept(page: &Page, n: usize, first: usize, last: usize) -> Verdict {
    let (piece, stat) = (&page.pieces.list[n], &page.stats[n]);
    let text = page.pieces.of(piece);
    if piece.grid.is_some() {
        return Verdict::new(Role::Table, "data_table");
    }
    let credits = n + CREDITS > last && stat.tokens <= 80.0 && credits::is_credits(text);
    if credits || credits::opens_as_credit(text, stat.tokens) && n + 6 > last {
        return Verdict::new(Role::Credit, "credit_line");
    }
    let tail = n + 4 > last && stat.tokens <= 80.0;
    if tail && stat.covers(Phrase::Legal) > 0.12 {
        return Verdict::new(Role::Footer, "legal");
    }
    if tail && stat.covers(Phrase::Share) > 0.12 {
        return Verdict::new(Role::Footer, "share");
    }
    if n + 4 > last {
        // However many tags it names, and however long the notice goes on.
        let start = |bytes: usize| &text[..text.floor_char_boundary(bytes)];
        if tail && says(start(120), &[Says::PostMeta]) {
            return Verdict::new(Role::Meta, "byline");
        }
        if stat.tokens <= RIGHTS_TOKENS_MAX && says(start(300), &[Says::Rights]) {
            return Verdict::new(Role::Footer, "legal");
        }
    }
    if n <= first + 2 && (is_byline(page, n) || headings::is_date(text) && !events::is_range(text))
    {
        return Verdict::new(Role::Meta, "byline");
    }
    if stat.tokens <= 32.0 && is_photo_credit(text) {
        return Verdict::new(Role::Caption, "caption_words");
    }
    let up = || page.dom.up(piece.owner).take(4).map(|id| page.dom.tag(id));
    if let Some(level) = up().take(2).find_map(Tag::heading)
        && stat.tokens < 80.0
        && !super::headings::is_salutation(text)
    {
        return Verdict { role: Role::Heading, reason: "heading_tag", level: Some(level) };
    }
    if is_heading(text, stat.bold_share) {
        return Verdict::new(Role::Heading, "heading_shape");
    }
    if up().any(|t| t == Tag::Blockquote) {
        return Verdict::new(Role::Quote, "quote_tag");
    }
    if up().take(2).any(|t| matches!(t, Tag::Li | Tag::Dd | Tag::Dt)) {
        return Verdict::new(Role::ListItem, "list_tag");
    }
    Verdict::new(Role::Para, "model")
}

/// Whether a line is a heading by itself: numbered as one, or short and bold throughout.
fn is_heading(text: &str, bold: f32) -> bool {
    match headings::shape(text) {
        Shape::Numbered => true,
        Shape::NumberedSentence | Shape::Bare => bold > 0.95,
        Shape::BareSentence | Shape::Text => false,
    }
}

/// Widest unnumbered plain line that is a heading between paragraphs, in columns.
const BARE_MAX: usize = 44;

/// Short plain lines between two paragraphs of prose are headings, numbered sentences above text too.
fn headings_by_place(page: &Page, verdicts: &mut [Verdict]) {
    let body: Vec<usize> = (0..verdicts.len()).filter(|&n| verdicts[n].role.is_body()).collect();
    let para = |n: usize, verdicts: &[Verdict]| {
        verdicts[n].role == Role::Para && page.stats[n].is_prose() && page.stats[n].tokens > 30.0
    };
    for around in body.windows(3) {
        let (above, n, below) = (around[0], around[1], around[2]);
        if verdicts[n].role != Role::Para || !para(below, verdicts) {
            continue;
        }
        let text = page.pieces.of(&page.pieces.list[n]);
        let captioned = text.contains(['摄', '图']) || page.pieces.list[n].images > 0;
        let found = match headings::shape(text) {
            Shape::NumberedSentence => {
                let kind = |n: usize| {
                    headings::marker(page.pieces.of(&page.pieces.list[n])).map(|m| m.kind)
                };
                // An entry of a list whose entries above are none.
                let listed = kind(n) == kind(above) && verdicts[above].role != Role::Heading;
                kind(n) != kind(below) && !listed
            }
            Shape::Bare => headings::width(text) <= BARE_MAX && !captioned && para(above, verdicts),
            _ => false,
        };
        if found {
            verdicts[n] = Verdict::new(Role::Heading, "heading_place");
        }
    }
}

/// A body named in bold right above a date signs the text and heads nothing; several may sign.
fn signatures(page: &Page, verdicts: &mut [Verdict]) {
    let body: Vec<usize> = (0..verdicts.len()).filter(|&n| verdicts[n].role.is_body()).collect();
    let text = |n: usize| page.pieces.of(&page.pieces.list[n]);
    let mut signed = false;
    for &n in body.iter().rev() {
        let name = verdicts[n].reason == "heading_shape" && words::is_body_name(text(n));
        signed = headings::is_date(text(n)) || signed && name;
        if signed && name {
            verdicts[n] = Verdict::new(Role::Para, "signature");
        }
    }
}

/// A line that credits a picture and nothing else: wholly in brackets, or behind a caption and a stroke.
fn is_photo_credit(text: &str) -> bool {
    const OPENERS: [&str; 12] = [
        "credit",
        "crédit",
        "credito",
        "crédito",
        "photo",
        "foto",
        "image",
        "imagen",
        "bild",
        "picture",
        "图片来源",
        "图源",
    ];
    const BEHIND_MAX: usize = 50;
    let text = text.trim();
    let bracketed = text
        .strip_prefix(['(', '[', '（', '【'])
        .and_then(|t| t.strip_suffix([')', ']', '）', '】']));
    let named = |inner: &str| {
        let inner = inner.trim_start().to_lowercase();
        OPENERS
            .iter()
            .filter_map(|o| inner.strip_prefix(o))
            .any(|rest| rest.trim_start_matches('s').starts_with([':', '：', '/', ' ']))
    };
    let behind = text.rsplit_once('|').map(|(_, end)| end.trim());
    bracketed.is_some_and(named)
        || behind.is_some_and(|end| {
            end.chars().count() <= BEHIND_MAX
                && (end.starts_with('©') || end.starts_with("Foto:") || end.starts_with("Photo:"))
        })
}

/// A line of source, date, author: labels of the byline, and a date or nearly nothing else.
pub(super) fn is_byline(page: &Page, n: usize) -> bool {
    let stat = &page.stats[n];
    let text = page.pieces.of(&page.pieces.list[n]);
    let meta = stat.covers(Phrase::Meta);
    let labelled = meta > 0.15 && stat.dated || meta > 0.3;
    stat.tokens <= 45.0
        && stat.ends < 2.0
        && (labelled || stat.dated && byline::is_made_of_fields(text))
        && !events::is_event(text)
}

fn dropped(page: &Page, n: usize, title: usize, first: usize, last: usize) -> Verdict {
    let (piece, stat) = (&page.pieces.list[n], &page.stats[n]);
    let text = page.pieces.of(piece);
    if page.marks[piece.owner as usize].hidden {
        return Verdict::new(Role::Other, "hidden");
    }
    let in_header = n + HEADER_PIECES > title && n <= first + 2;
    let dated = stat.dated && stat.tokens <= 30.0 && stat.link_share < 0.9;
    if in_header && (is_byline(page, n) || dated && !events::is_event(text)) {
        return Verdict::new(Role::Meta, "byline");
    }
    if credits::opens_as_credit(text, stat.tokens)
        || n > last && n <= last + 6 && stat.tokens <= 40.0 && stat.covers(Phrase::Credit) > 0.1
    {
        return Verdict::new(Role::Credit, "credit_line");
    }
    if n > last && n <= last + 8 && is_byline(page, n) {
        return Verdict::new(Role::Meta, "byline");
    }
    if stat.covers(Phrase::Legal) > 0.1 && n >= first {
        return Verdict::new(Role::Footer, "legal");
    }
    if stat.covers(Phrase::Share) > 0.2 {
        return Verdict::new(if n > first { Role::Footer } else { Role::Nav }, "share");
    }
    if stat.link_share > 0.6 || stat.covers(Phrase::Nav) > 0.3 || stat.covers(Phrase::Related) > 0.3
    {
        return Verdict::new(Role::Nav, "links");
    }
    let up = || page.dom.up(piece.owner).map(|id| page.dom.tag(id));
    if up().any(|t| t == Tag::Footer) {
        return Verdict::new(Role::Footer, "footer_tag");
    }
    if up().any(|t| t == Tag::Nav) {
        return Verdict::new(Role::Nav, "nav_tag");
    }
    Verdict::new(Role::Other, "model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_by_shape() {
        assert!(is_heading("一、过去一年的工作", 0.0));
        assert!(is_heading("（二）主要目标", 0.0));
        assert!(is_heading("稳住农业", 1.0));
        assert!(!is_heading("稳住农业", 0.0));
        assert!(!is_heading("今年的雨水比往年多，河水涨得很快，村里的人都去看。", 1.0));
    }

    #[test]
    fn credits_of_pictures_are_captions() {
        assert!(is_photo_credit("(crédito: Fulano/Agência)"));
        assert!(is_photo_credit("Die Brücke am Morgen. | © Erika Muster"));
        assert!(!is_photo_credit("(photography was forbidden then)"));
        assert!(!is_photo_credit("图片来源广泛，种类也多。"));
    }
}
