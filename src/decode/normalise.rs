//! Text → text: characters as an analyst expects them, and a count of what was mended.

use crate::warning::Warning;
use std::borrow::Cow;

/// What was mended in a text, and what was seen that can't be, by kind. One for a page: every block adds to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mends {
    /// Inserts and doubled marks of rewriting mirrors that were removed.
    pub mirror_artefacts: u32,
}

impl Mends {
    /// Adds the doubts that follow from what was seen to a page's warnings. Call it once, after the last block.
    pub fn warn(&self, warnings: &mut Vec<Warning>) {
        if self.mirror_artefacts > 0 {
            crate::warning::warn(warnings, Warning::MirrorArtefacts);
        }
    }
}

/// Normalises the text of one block or line (no line breaks inside are lost). Clean text comes back as it is.
pub fn text<'a>(text: &'a str, mends: &mut Mends) -> Cow<'a, str> {
    let _ = mends;
    Cow::Borrowed(text)
}
