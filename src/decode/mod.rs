//! Bytes → [`Text`]: the charset and the evidence for it, and the characters as an analyst expects them.
//!
//! Bad bytes are normal input: they are replaced and counted, they never fail a page. What can fail is a page
//! that is no text at all.

pub mod prescan;
pub mod charset;
pub mod content;
pub mod normalise;

use crate::page::{Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
use crate::warning::{Warning, warn};
use encoding_rs::Encoding;
use std::borrow::Cow;

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
/// A reject of stage decode for a page that is no text: nothing at all, a known other format, binary data.
pub fn decode(page: Page, options: &Options) -> Result<Text, Reject> {
    let Page { info, bytes } = page;
    let reject = |reason, message: String| Err(Reject::new(Stage::Decode, reason, message));
    if bytes.is_empty() {
        return reject(Reason::Empty, "the page has no bytes".to_owned());
    }
    if let Some(format) = content::other_format(&bytes) {
        return reject(Reason::NotHtml, format!("the content is {format}"));
    }
    let charset = charset::charset(&bytes, &info, options);
    let mut warnings = Vec::new();
    if charset.mismatch {
        warn(&mut warnings, Warning::CharsetMismatch);
    }
    let text = characters(bytes, charset.encoding, &mut warnings);
    if content::is_binary(&text) {
        let message =
            "the content is binary data: more than one character in fifty is a control character";
        return reject(Reason::Undecodable, message.to_owned());
    }
    let text = line_ends(text);
    let markup = content::markup(&text, info.media_type.as_deref());
    let text = if markup == Markup::Plain { plain(text, &mut warnings) } else { text };
    let charset_from = charset.from;
    let decoded = Decoded { charset: charset::name(charset.encoding), charset_from, warnings };
    Ok(Text { page: info, decoded, markup, text })
}

/// Decodes, without a copy where the bytes are UTF-8 already.
fn characters(bytes: Vec<u8>, encoding: &'static Encoding, warnings: &mut Vec<Warning>) -> String {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if encoding == encoding_rs::UTF_8 => {
            return without_bom(text);
        }
        Ok(text) => text.into_bytes(),
        Err(e) => e.into_bytes(),
    };
    let (text, errors) = encoding.decode_with_bom_removal(&bytes);
    if errors {
        warn(warnings, Warning::ReplacementCharacters);
    }
    text.into_owned()
}

fn without_bom(mut text: String) -> String {
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    text
}

/// Line ends as "\n", so that lines are counted as editors count them.
fn line_ends(text: String) -> String {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        text
    } else {
        text.replace("\r\n", "\n").replace('\r', "\n")
    }
}

/// Normalises a text page, line by line.
fn plain(text: String, warnings: &mut Vec<Warning>) -> String {
    let mut mends = normalise::Mends::default();
    let normalised = match normalise::text(&text, normalise::Marks::Mend, &mut mends) {
        Cow::Borrowed(same) if same.len() == text.len() => None,
        changed => Some(changed.into_owned()),
    };
    mends.warn(warnings);
    normalised.unwrap_or(text)
}
