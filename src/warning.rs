//! What a careful reader should know before trusting a document: a closed set of codes.
//!
//! Every stage adds to a document's warnings; they end in `documents.warnings` as these codes.

use std::fmt;

macro_rules! warnings {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A doubt about a page, by its code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Warning { $($(#[$doc])* $name,)* }

        impl Warning {
            /// Every warning that there is, in the order of the enum.
            pub const ALL: &'static [Warning] = &[$(Warning::$name,)*];

            /// The code that the datasets use.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

warnings! {
    /// Bytes that the charset has no character for were replaced by U+FFFD.
    ReplacementCharacters = "replacement_characters",
    /// The page declares another charset than the one that it is in.
    CharsetMismatch = "charset_mismatch",
    /// Text that was decoded wrongly before the page was stored, and can't be told back.
    Mojibake = "mojibake",
    /// Text that was decoded wrongly before the page was stored, and was repaired.
    MojibakeRepaired = "mojibake_repaired",
    /// X, × or * stand where the original has digits.
    PlaceholderDigits = "placeholder_digits",
    /// A letter stands for a character (D for 党), as document-sharing sites do.
    PlaceholderLetters = "placeholder_letters",
    /// Digits of dates or numbers that run together, a mark between them having been lost.
    DigitsRunTogether = "digits_run_together",
    /// A full-width comma inside a number: one number or two.
    AmbiguousSeparator = "ambiguous_separator",
    /// The wording shows a spun or shuffled copy of another text.
    SpunText = "spun_text",
    /// Artefacts of a rewriting mirror (pinyin inserts, doubled punctuation) were removed.
    MirrorArtefacts = "mirror_artefacts",
    /// The main content is in doubt.
    LowConfidence = "low_confidence",
    /// A limit cut the page's tree or text; what lies beyond is not in the document.
    Truncated = "truncated",
    /// The body came from data in a script, the page's own elements having none.
    BodyFromScript = "body_from_script",
    /// A further page of the article is not there or gave no text: the document may lack what stands on it.
    PartMissing = "part_missing",
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Adds a warning once.
pub fn warn(list: &mut Vec<Warning>, warning: Warning) {
    if !list.contains(&warning) {
        list.push(warning);
    }
}
