//! What is wrong with a configuration, where, and what to do.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("cannot read the configuration {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file can be read, but says something that it must not.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: usize,
        /// Column in characters, 1-based.
        column: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// An input path given on the command line has no name to call its pages by.
    #[error("the input {} has no name; give a folder or a file inside it", path.display())]
    Nameless {
        /// The path.
        path: PathBuf,
    },
}

impl Error {
    pub(super) fn invalid(
        path: &Path,
        text: &str,
        span: Option<Range<usize>>,
        message: String,
    ) -> Self {
        let before = span.and_then(|s| text.get(..s.start)).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self::Invalid { path: path.to_owned(), line, column, message }
    }
}

/// Something wrong with a value, before its line is known.
#[derive(Debug)]
pub struct Problem {
    pub(super) message: String,
    pub(super) span: Option<Range<usize>>,
}

impl Problem {
    pub(super) fn new(message: String) -> Self {
        Self { message, span: None }
    }

    pub(super) fn at(span: Range<usize>, message: String) -> Self {
        Self { message, span: Some(span) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The parser's message; for an unknown key or value with the nearest right one, for a bad value with its key.
pub(super) fn explain(error: &toml::de::Error, text: &str) -> String {
    let message = error.message();
    if message.starts_with("bad ") {
        let key = error.span().and_then(|span| key_before(text.get(..span.start)?));
        return key.map_or(message.to_owned(), |key| format!("`{key}`: {message}"));
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (Some(wrong), right) = (quoted.next(), quoted.collect::<Vec<_>>()) else {
        return message.to_owned();
    };
    if !message.starts_with("unknown") {
        return message.to_owned();
    }
    let nearest = right
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3));
    match nearest {
        Some((_, name)) => format!("unknown key or value `{wrong}`; did you mean `{name}`?"),
        None => {
            format!("unknown key or value `{wrong}`; right would be one of {}", right.join(", "))
        }
    }
}

/// The key whose value begins where `before` ends: the last word before a "=" that begins a line, a table or an entry.
fn key_before(before: &str) -> Option<&str> {
    before.match_indices('=').rev().find_map(|(at, _)| {
        let head = before[..at].trim_end();
        let begin =
            head.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(0, |i| i + 1);
        let (ahead, key) = head.split_at(begin);
        let begins = ahead.trim_end_matches([' ', '\t']);
        let is_key = begins.is_empty() || begins.ends_with(['\n', '{', ',']);
        (is_key && !key.is_empty()).then_some(key)
    })
}
