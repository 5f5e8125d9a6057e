//! Plain text → blocks: one line a block, hard-wrapped lines joined, menus and footers told from prose.
//!
//! In: the page's text, a line a line. Out: every line with text on it in exactly one block, in reading order, with
//! its role, the rule that decided and how sure that is. A paragraph broken over lines and a heading on two lines are
//! one block; a running head that stood inside such a paragraph follows it as a block of its own. A page that has
//! nothing to read (an error, a login form, a list of links) is rejected.

mod source;
mod table;
mod wrap;
pub(super) mod words;
mod head;
mod outline;
mod roles;

use super::headings::Shape;
use super::{Block, Blocks, Hints, Role};
use crate::decode::Text;
use crate::provenance::Locator;
use crate::reject::{Reason, Reject, Stage};
use roles::{Decision, Fact};
use wrap::Piece;

/// Takes a text page apart.
///
/// # Errors
/// A reject for a page without prose.
pub(super) fn clean(text: Text) -> Result<Blocks, Reject> {
    let (blocks, confidence) = blocks(&text.text)?;
    Ok(Blocks {
        page: text.page,
        decoded: text.decoded,
        markup: text.markup,
        hints: Hints::default(),
        blocks,
        images: Vec::new(),
        confidence,
    })
}

/// The blocks of a page, and how sure its main content is.
fn blocks(text: &str) -> Result<(Vec<Block>, f32), Reject> {
    let mut lines = source::lines(text);
    table::mark_rows(&mut lines);
    let blank_separated = wrap::blank_separated(&lines);
    let pieces = wrap::join(lines);
    let facts = roles::facts(&pieces);
    let decisions = roles::decide(&facts, blank_separated);
    if let Some(reject) = nothing_to_read(&facts, &decisions) {
        return Err(reject);
    }
    let confidence = confidence(&facts, &decisions);
    Ok((assemble(&pieces, &decisions), confidence))
}

fn assemble(pieces: &[Piece<'_>], decisions: &[Decision]) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(pieces.len());
    let mut i = 0;
    while i < pieces.len() {
        let (line, decision) = (&pieces[i].line, &decisions[i]);
        if decision.role == Role::Table {
            let n = decisions[i..].iter().take_while(|d| d.role == Role::Table).count();
            let mut block = table_block(&pieces[i..i + n], decision);
            let caption = out.last().filter(|b| b.role == Role::Caption).map(|b| b.text.clone());
            block.table.as_mut().into_iter().for_each(|t| t.caption.clone_from(&caption));
            out.push(block);
            i += n;
            continue;
        }
        i += 1;
        if decision.continues
            && let Some(heading) = out.last_mut()
        {
            heading.text = format!("{} {}", heading.text, line.text);
            heading.locator = lines_between(&heading.locator, line.last);
            heading.reason = decision.reason;
            continue;
        }
        let locator = Locator::Lines { first: line.first, last: line.last };
        let mut block = Block::new(decision.role, decision.reason, line.text.to_string(), locator);
        block.score = decision.score;
        out.push(block);
    }
    out
}

fn table_block(rows: &[Piece<'_>], decision: &Decision) -> Block {
    let texts: Vec<&str> = rows.iter().map(|p| &*p.line.text).collect();
    let (text, table) = table::table(&texts);
    let first = rows.first().map_or(1, |p| p.line.first);
    let last = rows.last().map_or(first, |p| p.line.last);
    let mut block = Block::new(Role::Table, decision.reason, text, Locator::Lines { first, last });
    block.score = decision.score;
    block.table = Some(table);
    block
}

fn lines_between(from: &Locator, last: u32) -> Locator {
    match from {
        Locator::Lines { first, .. } => Locator::Lines { first: *first, last },
        other => other.clone(),
    }
}

/// A page shorter than this, in columns, may be an error or a login page although it holds a sentence.
const MESSAGE_MAX: usize = 700;
/// Fewest lines of a page that is nothing but links.
const LINKS_MIN: usize = 8;

/// The reject of a page that has no text of its own.
fn nothing_to_read(facts: &[Fact<'_>], decisions: &[Decision]) -> Option<Reject> {
    let reject = |reason, message: &str| Some(Reject::new(Stage::Clean, reason, message));
    let columns: usize = facts.iter().map(|f| f.columns).sum();
    if columns == 0 {
        return reject(Reason::Empty, "the page has no text");
    }
    let prose: usize = facts.iter().filter(|f| f.prose).map(|f| f.columns).sum();
    let rows = facts.iter().any(|f| f.row);
    if columns <= MESSAGE_MAX && !rows {
        let (errors, logins) = facts
            .iter()
            .map(|f| words::error_and_login_words(f.text))
            .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        if errors > 0 && prose <= 200 {
            return reject(
                Reason::ErrorPage,
                "the page says that something can't be found or shown",
            );
        }
        if logins >= 3 && prose <= 200 {
            return reject(Reason::LoginPage, "the page asks to sign in");
        }
    }
    let body: usize = facts
        .iter()
        .zip(decisions)
        .filter(|(f, d)| d.role.is_body() && (f.ended || f.prose || f.row))
        .map(|(f, _)| f.columns)
        .sum();
    let numbered = facts.iter().filter(|f| f.shape == Shape::Numbered).count();
    if prose > 0 || rows || body >= 40 || numbered >= 2 {
        return None;
    }
    if facts.len() >= LINKS_MIN {
        return reject(Reason::ListPage, "the page has short lines, such as links, and no text");
    }
    if columns < 24 {
        return reject(Reason::Empty, "the page has too little text to say anything");
    }
    None
}

/// How sure the main content is: there is a title or an address to an audience, the body is long, most of it ends as
/// sentences do, and little of the page's prose was left out.
fn confidence(facts: &[Fact<'_>], decisions: &[Decision]) -> f32 {
    let sum = |keep: &dyn Fn(&Fact<'_>, &Decision) -> bool| -> f32 {
        let columns: usize =
            facts.iter().zip(decisions).filter(|(f, d)| keep(f, d)).map(|(f, _)| f.columns).sum();
        columns as f32
    };
    let body = sum(&|_, d| d.role.is_body());
    let sentences = sum(&|f, d| d.role.is_body() && (f.prose || f.row || d.role == Role::Heading));
    let dropped = sum(&|f, d| !d.role.is_body() && f.prose);
    if body == 0.0 {
        return 0.0;
    }
    let framed = decisions.iter().any(|d| d.role == Role::Title)
        || facts.iter().any(|f| f.hint == words::Hint::Salutation);
    let length = (body / 800.0).min(1.0);
    let clean = sentences / body;
    let kept = body / (body + dropped);
    let sure =
        0.15 + 0.15 * f32::from(u8::from(framed)) + 0.25 * length + 0.3 * clean + 0.15 * kept;
    (sure * clean.max(0.3)).clamp(0.02, 0.99)
}

#[cfg(test)]
mod tests;
