//! Figures → the indicators of the catalogue.

use super::Document;
use std::sync::{Arc, LazyLock};

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the TOML that a catalogue is written in.
    #[error("the indicators can't be read")]
    Toml(#[from] toml::de::Error),
    /// One table says something that can't hold.
    #[error("indicator `{id}`: {problem}")]
    Indicator {
        /// The table's id.
        id: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

/// The indicators that are looked for; data (`indicators.toml`), extended by a project's pipeline.toml.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {}

impl Catalogue {
    /// Reads `[[indicator]]` tables.
    ///
    /// # Errors
    /// Where the text is not TOML, has unknown keys, or a table that can't hold.
    pub fn from_toml_str(text: &str) -> Result<Self, Error> {
        let _: toml::Table = toml::from_str(text)?;
        Ok(Self {})
    }

    /// Adds the indicators of `other`; one with an id that is there already replaces it.
    pub fn extend(&mut self, other: Self) {
        let _ = other;
    }
}

/// The catalogue that comes with the program.
pub fn built_in() -> Arc<Catalogue> {
    static BUILT_IN: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(Catalogue::default()));
    BUILT_IN.clone()
}

/// Sets the indicator of every figure that is a value of one.
pub fn assign(document: &mut Document, catalogue: &Catalogue) {
    let _ = (document, catalogue);
}
