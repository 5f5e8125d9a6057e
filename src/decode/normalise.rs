//! Text → text: characters as an analyst expects them, and a count of what was mended.

/// What was mended in a text, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mends {
    /// Inserts and doubled marks of rewriting mirrors that were removed.
    pub mirror_artefacts: u32,
}

/// Normalises the text of one block or line (no line breaks inside are lost).
pub fn text(text: &str, mends: &mut Mends) -> String {
    let _ = mends;
    text.to_owned()
}
