//! Pieces of a text page → their roles.
//!
//! A page has a head (menus, title, fields), a body and a tail (credits, footers, other articles). The head ends at
//! the first running text or at the address of an audience; the tail starts after the last running text that is no
//! footer's, or at a mark that ends articles. Inside each zone a line is what its words and its shape say.

use super::head;
use super::outline;
use super::words::{self, Hint};
use super::wrap::Piece;
use crate::clean::Role;
use crate::clean::headings::{self, Shape};

/// What is known of one piece before its role is.
#[derive(Debug, Clone)]
pub(super) struct Fact<'a> {
    pub text: &'a str,
    pub columns: usize,
    pub hint: Hint,
    pub shape: Shape,
    /// Blank lines in front.
    pub gap: u32,
    /// Ends as a sentence does.
    pub ended: bool,
    /// Running text.
    pub prose: bool,
    pub furniture: bool,
    pub row: bool,
}

/// The role of a piece, and the rule that decided it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decision {
    pub role: Role,
    pub reason: &'static str,
    pub score: f32,
    /// The piece is the second line of the heading before it.
    pub continues: bool,
}

impl Decision {
    pub(super) fn new(role: Role, reason: &'static str, score: f32) -> Self {
        Self { role, reason, score, continues: false }
    }
}

/// Everything that the page's lines say by themselves.
pub(super) fn facts<'a>(pieces: &'a [Piece<'_>]) -> Vec<Fact<'a>> {
    let mut facts: Vec<Fact> = pieces.iter().map(fact).collect();
    spread_captions(&mut facts);
    facts
}

fn fact<'a>(piece: &'a Piece<'_>) -> Fact<'a> {
    let line = &piece.line;
    let text: &str = &line.text;
    let hint = if line.row { Hint::None } else { words::hint(text, line.columns) };
    let ended = headings::ends_sentence(text);
    let latin = text.bytes().filter(u8::is_ascii_alphabetic).count() * 2 > text.len();
    let short = if latin { 56 } else { 30 };
    let marks = text.contains(['，', '。', '；', ',', '、']) || latin && text.contains(' ');
    let prose = matches!(hint, Hint::None)
        && !line.row
        && !piece.furniture
        && (ended && line.columns >= short || marks && line.columns >= 80 || line.columns >= 160);
    let shape = if line.row || piece.furniture { Shape::Text } else { headings::shape(text) };
    Fact {
        text,
        columns: line.columns,
        hint,
        shape,
        gap: line.gap,
        ended,
        prose,
        furniture: piece.furniture,
        row: line.row,
    }
}

/// Widest sentence under a picture that no mark shows to be a caption but its neighbours do.
const CAPTION_MAX: usize = 60;

/// Short sentences above a caption, in front of the article's text, are captions of the pictures before it.
fn spread_captions(facts: &mut [Fact<'_>]) {
    let mut run = 0;
    for i in 0..facts.len() {
        let f = &facts[i];
        if f.hint == Hint::Salutation || f.prose && f.columns > CAPTION_MAX {
            return;
        }
        if f.hint == Hint::Caption {
            for fact in &mut facts[run..i] {
                (fact.hint, fact.prose) = (Hint::Caption, false);
            }
            run = i + 1;
        } else if !(f.hint == Hint::None
            && f.ended
            && f.columns <= CAPTION_MAX
            && f.shape == Shape::BareSentence)
        {
            run = i + 1;
        }
    }
}

/// Decides every piece of a page.
pub(super) fn decide(facts: &[Fact<'_>], blank_separated: bool) -> Vec<Decision> {
    let mut out = vec![Decision::new(Role::Para, "running_text", 0.9); facts.len()];
    let start = body_start(facts);
    let end = tail_start(facts, start);
    let first = head::decide(&facts[..start], facts.get(start), &mut out[..start]);
    outline::decide(facts, first..end, blank_separated, &mut out);
    tail(&facts[end..], &mut out[end..]);
    out
}

/// Share of the page's running text that may stand above its header's fields (a summary, a notice of the site).
const BEFORE_FIELDS: f64 = 0.15;

/// Index of the first piece that is or may be the body's: running text, a table, or the address of an audience.
fn body_start(facts: &[Fact<'_>]) -> usize {
    let opens = |f: &Fact<'_>| f.prose || f.row || f.hint == Hint::Salutation;
    let Some(first) = facts.iter().position(opens) else { return facts.len() };
    let total: usize = facts.iter().filter(|f| f.prose).map(|f| f.columns).sum();
    // Running text above the header's fields is no article's: look for fields further down.
    let mut mass = 0;
    for (i, f) in facts.iter().enumerate().skip(first).take(12) {
        if matches!(f.hint, Hint::Salutation) || f.row || f.shape == Shape::Numbered {
            break;
        }
        if f.hint == Hint::Meta && (mass as f64) < BEFORE_FIELDS * total as f64 {
            let next = facts[i..].iter().position(opens).map(|n| i + n);
            return next.unwrap_or(first);
        }
        mass += if f.prose { f.columns } else { 0 };
    }
    first
}

/// Share of the page's running text that may follow a mark that ends articles.
const AFTER_END: f64 = 0.35;

/// Share that may follow a line of a footer, which may stand inside a page as well.
const AFTER_FOOTER: f64 = 0.15;

/// Index of the first piece after the body.
fn tail_start(facts: &[Fact<'_>], start: usize) -> usize {
    let total: usize = facts[start..].iter().filter(|f| f.prose).map(|f| f.columns).sum();
    let last_heading =
        facts.iter().rposition(|f| f.shape == Shape::Numbered && f.hint == Hint::None);
    let mut seen = 0;
    for (i, f) in facts.iter().enumerate().skip(start) {
        let share = match f.hint {
            Hint::Related => AFTER_END,
            Hint::Credit if is_editor(f.text) => AFTER_END,
            Hint::Footer if f.columns <= 60 || f.text.starts_with('本') => AFTER_FOOTER,
            _ => 0.0,
        };
        let rest = (total - seen) as f64;
        // A mark above numbered headings ends nothing.
        if share > 0.0
            && seen > 0
            && rest <= share * total as f64
            && last_heading.is_none_or(|h| h < i)
        {
            return back_over(facts, start, i);
        }
        seen += if f.prose { f.columns } else { 0 };
    }
    let last = facts.iter().rposition(is_text).map_or(start, |i| i + 1);
    last.max(start)
}

/// A credit that stands at the very end of an article, not beside a picture or above the text.
fn is_editor(text: &str) -> bool {
    let core = text.trim_start_matches(['（', '(', '[', '【']);
    ["责任编辑", "责编", "责任校对", "編輯", "责任編輯", "编辑：", "编辑:", "录入"]
        .iter()
        .any(|w| core.starts_with(w))
}

/// Text of the body, as far as a line can tell: anything punctuated, numbered or tabular that is no footer.
fn is_text(f: &Fact<'_>) -> bool {
    let own = matches!(f.hint, Hint::None | Hint::Salutation | Hint::Date);
    own && !f.furniture
        && (f.prose || f.row || f.ended || f.hint != Hint::None || f.shape == Shape::Numbered)
}

/// Steps back from a mark that ends the article over credits and short lines that belong to the tail already.
fn back_over(facts: &[Fact<'_>], start: usize, mut end: usize) -> usize {
    while end > start && !is_text(&facts[end - 1]) {
        end -= 1;
    }
    end
}

/// Roles of what follows the body.
fn tail(facts: &[Fact<'_>], out: &mut [Decision]) {
    let footer_follows: Vec<bool> = facts
        .iter()
        .rev()
        .scan(false, |seen, f| {
            *seen |= matches!(f.hint, Hint::Footer | Hint::Nav);
            Some(*seen)
        })
        .collect();
    let mut before: Option<Decision> = None;
    for (i, (f, slot)) in facts.iter().zip(out).enumerate() {
        let decision = match f.hint {
            _ if f.furniture => Decision::new(Role::Nav, "page_furniture", 0.9),
            Hint::Credit | Hint::Meta | Hint::Title => {
                Decision::new(Role::Credit, "credit_label", 0.9)
            }
            Hint::Footer => Decision::new(Role::Footer, "footer_words", 0.9),
            Hint::Related => Decision::new(Role::Nav, "related_links", 0.9),
            Hint::Caption => Decision::new(Role::Caption, "caption_words", 0.8),
            Hint::Nav => match before {
                Some(Decision { role: Role::Nav, .. }) => Decision::new(Role::Nav, "controls", 0.8),
                _ => Decision::new(Role::Footer, "controls", 0.8),
            },
            Hint::None | Hint::Date | Hint::Salutation => {
                after_body(f, before, footer_follows[facts.len() - 1 - i])
            }
        };
        *slot = decision;
        before = Some(decision);
    }
}

fn is_bracketed_name(text: &str) -> bool {
    let inner = text.trim_matches(['（', '）', '(', ')', ' ']);
    inner.len() < text.len() && words::is_speaker(inner)
}

/// A line of the tail that no word explains goes with the line before it.
fn after_body(f: &Fact<'_>, before: Option<Decision>, footer_follows: bool) -> Decision {
    match before.map(|d| d.role) {
        // The author's name in brackets.
        _ if is_bracketed_name(f.text) => Decision::new(Role::Credit, "among_credits", 0.7),
        Some(Role::Nav) => Decision::new(Role::Nav, "related_links", 0.7),
        Some(Role::Other) => Decision::new(Role::Other, "after_the_end", 0.6),
        Some(Role::Footer)
            if !f.prose || f.gap == 0 || f.text.starts_with(['，', '》', '、', '。']) =>
        {
            Decision::new(Role::Footer, "among_footers", 0.7)
        }
        Some(Role::Footer | Role::Credit) if words::has_footer_word(f.text) => {
            Decision::new(Role::Footer, "footer_words", 0.7)
        }
        Some(Role::Credit) if words::is_speaker(f.text) => {
            Decision::new(Role::Credit, "among_credits", 0.6)
        }
        Some(Role::Footer) => Decision::new(Role::Footer, "among_footers", 0.6),
        Some(Role::Credit) if f.prose => Decision::new(Role::Other, "after_the_end", 0.6),
        Some(Role::Credit) => Decision::new(Role::Footer, "among_footers", 0.6),
        _ if footer_follows => Decision::new(Role::Footer, "among_footers", 0.5),
        _ => Decision::new(Role::Para, "last_lines", 0.5),
    }
}
