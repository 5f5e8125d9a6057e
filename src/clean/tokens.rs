//! Source of a page → html5ever's tokens, for its tree builder: what html5ever's own tokenizer does, for a source that
//! is wholly in memory.
//!
//! By the HTML standard, §13.2.5. html5ever's tokenizer takes its input in pieces and so goes character by character;
//! here runs of text are found by their ends and lent from the source, which takes a fifth of the time. Left out of
//! the tokens is what no one reads: errors, the text of comments, and attributes that neither the tree builder nor
//! cleaning looks at. A test holds the trees of both tokenizers against each other.

use std::sync::LazyLock;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use rustc_hash::FxHashMap;

/// Attributes of a tag; what follows is left out, since each is compared with those before it.
const ATTRS_MAX: usize = 512;

/// Longest name of a character reference, and longest of those that need no semicolon.
const REFERENCE_LEN_MAX: usize = 32;
const BARE_LEN_MAX: usize = 6;

/// Names remembered beside those known by heart.
const RARE_MAX: usize = 1000;

/// Gives the tokens of a source to a sink. Line ends must be "\n".
pub(super) fn tokenize<S: TokenSink>(source: &str, names: &Names, sink: &S) {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut tokenizer = Tokenizer {
        source,
        bytes: source.as_bytes(),
        whole: StrTendril::from_slice(source),
        names,
        sink,
        at: 0,
        content: Content::Markup,
        last_start: None,
        rare: FxHashMap::default(),
    };
    tokenizer.run();
}

/// The names that a tokenizer knows by heart.
pub(super) struct Names {
    elements: FxHashMap<u128, LocalName>,
    attrs: FxHashMap<u128, LocalName>,
}

impl Names {
    /// Of the elements that are looked up fast, and of the attributes that are kept.
    pub(super) fn new<'a>(
        elements: impl Iterator<Item = &'a str>,
        attrs: impl Iterator<Item = &'a str>,
    ) -> Self {
        let entry =
            |name: &str| Some((packed(name.as_bytes(), 0, name.len())?, LocalName::from(name)));
        Self {
            elements: elements.filter_map(entry).collect(),
            attrs: attrs.filter_map(entry).collect(),
        }
    }
}

/// A short name in lower case and its length as a number.
fn packed(bytes: &[u8], start: usize, end: usize) -> Option<u128> {
    const LEN_MAX: usize = 15;
    let len = end - start;
    if !(1..=LEN_MAX).contains(&len) {
        return None;
    }
    let read = match bytes.get(start..start + LEN_MAX + 1) {
        // Sixteen bytes at once, and what is behind the name taken off.
        Some(near) => u128::from_le_bytes(near.try_into().ok()?) & u128::MAX >> (128 - 8 * len),
        None => bytes[start..end].iter().rev().fold(0, |read, &b| read << 8 | u128::from(b)),
    };
    // Capital letters in all bytes at once: of those below 0x80 from A on, those not beyond Z.
    const EACH: u128 = u128::MAX / 0xff;
    let low = read & (EACH * 0x7f);
    let from_a = low + EACH * (0x80 - b'A' as u128);
    let beyond_z = low + EACH * (0x7f - b'Z' as u128);
    let capitals = from_a & !beyond_z & !read & (EACH * 0x80);
    Some(read | capitals >> 2 | (len as u128) << 120)
}

/// Elements of which the tree builder compares all attributes: it keeps no more than three of the same in a row open.
static COMPARED: LazyLock<Vec<LocalName>> = LazyLock::new(|| {
    let names = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u", "template",
    ];
    names.into_iter().map(LocalName::from).collect()
});

/// How the source is read at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Markup,
    Raw(RawKind),
    /// Text up to the end.
    Plain,
}

struct Tokenizer<'a, S> {
    source: &'a str,
    bytes: &'a [u8],
    whole: StrTendril,
    names: &'a Names,
    sink: &'a S,
    at: usize,
    content: Content,
    /// Name of the last start tag, which alone ends what is raw.
    last_start: Option<LocalName>,
    /// Names seen that are not known by heart.
    rare: FxHashMap<&'a str, LocalName>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b' ')
}

/// Whether a name ends here.
fn is_end_of_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'/' | b'>')
}

impl<'a, S: TokenSink> Tokenizer<'a, S> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            match self.content {
                Content::Markup => self.markup(),
                Content::Raw(kind) => self.raw(kind),
                Content::Plain => {
                    self.text(self.at, self.bytes.len(), false);
                    self.at = self.bytes.len();
                }
            }
        }
        self.emit(Token::EOFToken);
        self.sink.end();
    }

    fn emit(&self, token: Token) {
        let _ = self.sink.process_token(token, 1);
    }

    /// A part of the source.
    fn lend(&self, start: usize, end: usize) -> StrTendril {
        match (u32::try_from(start), u32::try_from(end - start)) {
            (Ok(start), Ok(len)) => self.whole.subtendril(start, len),
            _ => StrTendril::from_slice(&self.source[start..end]),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The first place from `from` on where `found` holds, or the end.
    fn find(&self, from: usize, found: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter().position(|&b| found(b)).map_or(self.bytes.len(), |n| from + n)
    }

    /// Text up to the next tag, and the tag.
    fn markup(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let (end, plain) = match memchr::memchr3(b'<', b'&', 0, rest) {
            None => (self.bytes.len(), true),
            Some(n) if rest[n] == b'<' => (start + n, true),
            Some(n) => {
                let end = memchr::memchr(b'<', &rest[n..]);
                (end.map_or(self.bytes.len(), |m| start + n + m), false)
            }
        };
        if plain && end > start {
            self.emit(Token::CharacterTokens(self.lend(start, end)));
        } else if end > start {
            self.markup_text(start, end);
        }
        self.at = end;
        if end < self.bytes.len() {
            self.tag_open();
        }
    }

    /// Text with references. Zero bytes are tokens of their own.
    fn markup_text(&self, start: usize, end: usize) {
        let mut from = start;
        while from < end {
            let zero = memchr::memchr(0, &self.bytes[from..end]).map_or(end, |n| from + n);
            if zero > from {
                let text = self.resolved(from, zero, false);
                self.emit(Token::CharacterTokens(text));
            }
            if zero < end {
                self.emit(Token::NullCharacterToken);
            }
            from = zero + 1;
        }
    }

    /// Raw text, zero bytes replaced.
    fn text(&self, start: usize, end: usize, references: bool) {
        if end > start {
            let text = if references {
                self.resolved(start, end, false)
            } else {
                self.nonzero(start, end)
            };
            self.emit(Token::CharacterTokens(text));
        }
    }

    fn nonzero(&self, start: usize, end: usize) -> StrTendril {
        if memchr::memchr(0, &self.bytes[start..end]).is_none() {
            return self.lend(start, end);
        }
        StrTendril::from(self.source[start..end].replace('\0', "\u{fffd}"))
    }

    /// What starts with "<".
    fn tag_open(&mut self) {
        match self.peek(1) {
            Some(b) if b.is_ascii_alphabetic() => {
                self.at += 1;
                self.tag(TagKind::StartTag);
            }
            Some(b'/') => match self.peek(2) {
                Some(b) if b.is_ascii_alphabetic() => {
                    self.at += 2;
                    self.tag(TagKind::EndTag);
                }
                Some(b'>') => self.at += 3,
                Some(_) => self.bogus_comment(self.at + 2),
                None => self.literal(2),
            },
            Some(b'!') => self.declaration(),
            Some(b'?') => self.bogus_comment(self.at + 1),
            _ => self.literal(1),
        }
    }

    /// Bytes that are text although they look like a tag.
    fn literal(&mut self, len: usize) {
        self.emit(Token::CharacterTokens(self.lend(self.at, self.at + len)));
        self.at += len;
    }

    fn bogus_comment(&mut self, from: usize) {
        let rest = self.bytes.get(from..).unwrap_or_default();
        self.at = memchr::memchr(b'>', rest).map_or(self.bytes.len(), |n| from + n + 1);
        self.emit(Token::CommentToken(StrTendril::new()));
    }

    /// What starts with "<!".
    fn declaration(&mut self) {
        let from = self.at + 2;
        let rest = &self.bytes[from..];
        let is_doctype = rest.get(..7).is_some_and(|w| w.eq_ignore_ascii_case(b"doctype"));
        if rest.starts_with(b"--") {
            self.at = self.comment_end(from + 2);
            self.emit(Token::CommentToken(StrTendril::new()));
        } else if is_doctype {
            self.at = from + 7;
            let doctype = self.doctype();
            self.emit(Token::DoctypeToken(doctype));
        } else if rest.starts_with(b"[CDATA[")
            && self.sink.adjusted_current_node_present_but_not_in_html_namespace()
        {
            self.cdata(from + 7);
        } else {
            self.bogus_comment(from);
        }
    }

    /// Where a comment ends whose text begins at `from`.
    fn comment_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        for abrupt in [&b">"[..], b"->"] {
            if rest.starts_with(abrupt) {
                return from + abrupt.len();
            }
        }
        let mut at = from;
        while let Some(n) = memchr::memmem::find(&self.bytes[at..], b"--") {
            at = self.find(at + n, |b| b != b'-');
            let rest = &self.bytes[at..];
            if rest.starts_with(b">") {
                return at + 1;
            }
            if rest.starts_with(b"!>") {
                return at + 2;
            }
        }
        self.bytes.len()
    }

    fn cdata(&mut self, from: usize) {
        let rest = &self.bytes[from..];
        let end = memchr::memmem::find(rest, b"]]>").map_or(self.bytes.len(), |n| from + n);
        let mut start = from;
        while start < end {
            let zero = memchr::memchr(0, &self.bytes[start..end]).map_or(end, |n| start + n);
            if zero > start {
                self.emit(Token::CharacterTokens(self.lend(start, zero)));
            }
            if zero < end {
                self.emit(Token::NullCharacterToken);
            }
            start = zero + 1;
        }
        self.at = (end + 3).min(self.bytes.len());
    }

    /// A tag whose name begins here.
    fn tag(&mut self, kind: TagKind) {
        let start = self.at;
        self.at = self.find(start, is_end_of_name);
        let names = self.names;
        let name = self.name(start, self.at, &names.elements);
        let all = kind == TagKind::StartTag && COMPARED.contains(&name);
        let mut attrs = Vec::new();
        let Some(self_closing) = self.attributes(kind, all, &mut attrs) else {
            // The source ends inside the tag: it is none.
            self.at = self.bytes.len();
            return;
        };
        if kind == TagKind::StartTag {
            self.last_start = Some(name.clone());
        }
        let tag = Tag { kind, name, self_closing, attrs, had_duplicate_attributes: false };
        self.content = match self.sink.process_token(Token::TagToken(tag), 1) {
            TokenSinkResult::RawData(kind) => Content::Raw(kind),
            TokenSinkResult::Plaintext => Content::Plain,
            // Scripts are not run, and the charset is known.
            _ => Content::Markup,
        };
    }

    /// A name in lower case.
    fn name(&mut self, start: usize, end: usize, known: &FxHashMap<u128, LocalName>) -> LocalName {
        if let Some(name) = packed(self.bytes, start, end).and_then(|p| known.get(&p)) {
            return name.clone();
        }
        let printed: &'a str = &self.source[start..end];
        if let Some(name) = self.rare.get(printed) {
            return name.clone();
        }
        let name = if printed.bytes().any(|b| b == 0 || b.is_ascii_uppercase()) {
            LocalName::from(printed.to_ascii_lowercase().replace('\0', "\u{fffd}"))
        } else {
            LocalName::from(printed)
        };
        if self.rare.len() < RARE_MAX {
            self.rare.insert(printed, name.clone());
        }
        name
    }

    /// The attributes up to the end of the tag, and whether it closes itself; nothing where the source ends before.
    fn attributes(&mut self, kind: TagKind, all: bool, attrs: &mut Vec<Attribute>) -> Option<bool> {
        loop {
            match self.peek(0)? {
                b if is_space(b) => self.at += 1,
                b'>' => {
                    self.at += 1;
                    return Some(false);
                }
                b'/' => {
                    self.at += 1;
                    if self.peek(0)? == b'>' {
                        self.at += 1;
                        return Some(true);
                    }
                }
                _ => {
                    let start = self.at;
                    self.at = self.find(start + 1, |b| b == b'=' || is_end_of_name(b));
                    let end = self.at;
                    let value = self.value()?;
                    if kind == TagKind::StartTag && attrs.len() < ATTRS_MAX {
                        self.attribute(start..end, value, all, attrs);
                    }
                }
            }
        }
    }

    /// Where the value is of the attribute whose name has just ended; empty without one.
    fn value(&mut self) -> Option<std::ops::Range<usize>> {
        let after = self.find(self.at, |b| !is_space(b));
        if *self.bytes.get(after)? != b'=' {
            self.at = after;
            return Some(after..after);
        }
        let start = self.find(after + 1, |b| !is_space(b));
        match *self.bytes.get(start)? {
            quote @ (b'"' | b'\'') => {
                let start = start + 1;
                let end = start + memchr::memchr(quote, &self.bytes[start..])?;
                self.at = end + 1;
                Some(start..end)
            }
            b'>' => {
                self.at = start;
                Some(start..start)
            }
            _ => {
                let end = self.find(start, |b| b == b'>' || is_space(b));
                self.bytes.get(end)?;
                self.at = end;
                Some(start..end)
            }
        }
    }

    /// Keeps an attribute, if somebody reads it and it is the first of its name.
    fn attribute(
        &mut self,
        name: std::ops::Range<usize>,
        value: std::ops::Range<usize>,
        all: bool,
        attrs: &mut Vec<Attribute>,
    ) {
        let names = self.names;
        let known = packed(self.bytes, name.start, name.end).and_then(|p| names.attrs.get(&p));
        let name = match known {
            Some(name) => name.clone(),
            None if all => self.name(name.start, name.end, &names.attrs),
            None => return,
        };
        if attrs.iter().any(|a| a.name.local == name) {
            return;
        }
        let value = self.resolved(value.start, value.end, true);
        attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
    }

    /// Text up to the end tag of the element that it is in, and that tag.
    fn raw(&mut self, kind: RawKind) {
        let name = self.last_start.clone().unwrap_or(local_name!(""));
        let end = match kind {
            RawKind::ScriptData | RawKind::ScriptDataEscaped(_) => self.script_end(&name),
            RawKind::Rcdata | RawKind::Rawtext => {
                let mut tags = memchr::memchr_iter(b'<', &self.bytes[self.at..]);
                tags.find(|n| self.is_end_tag(self.at + n, &name)).map(|n| self.at + n)
            }
        };
        self.text(self.at, end.unwrap_or(self.bytes.len()), kind == RawKind::Rcdata);
        match end {
            None => self.at = self.bytes.len(),
            Some(end) => {
                self.at = end + 2;
                self.content = Content::Markup;
                self.tag(TagKind::EndTag);
            }
        }
    }

    /// Whether the end tag of an element stands here.
    fn is_end_tag(&self, at: usize, name: &str) -> bool {
        let rest = &self.bytes[at..];
        let end = 2 + name.len();
        rest.get(1) == Some(&b'/')
            && rest.get(2..end).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            && rest.get(end).is_some_and(|&b| is_end_of_name(b))
    }

    /// Where the end tag of a script stands. In what looks like a comment, a script inside has an end tag of its own.
    fn script_end(&self, name: &str) -> Option<usize> {
        #[derive(PartialEq)]
        enum Escaped {
            No,
            Once,
            Twice,
        }
        let mut escaped = Escaped::No;
        let mut at = self.at;
        loop {
            let rest = &self.bytes[at..];
            at += match escaped {
                Escaped::No => memchr::memchr(b'<', rest)?,
                _ => memchr::memchr2(b'<', b'-', rest)?,
            };
            let rest = &self.bytes[at..];
            if rest[0] == b'-' {
                let end = self.find(at, |b| b != b'-');
                if end >= at + 2 && self.bytes.get(end) == Some(&b'>') {
                    escaped = Escaped::No;
                }
                at = end;
                continue;
            }
            if escaped != Escaped::Twice && self.is_end_tag(at, name) {
                return Some(at);
            }
            match escaped {
                Escaped::No if rest.starts_with(b"<!--") => {
                    escaped = Escaped::Once;
                    at += 2;
                }
                Escaped::No => at += 1,
                Escaped::Once | Escaped::Twice => {
                    let back = escaped == Escaped::Twice;
                    let start = at + if back { 2 } else { 1 };
                    if back && rest.get(1) != Some(&b'/') {
                        at += 1;
                        continue;
                    }
                    let end = self.find(start, |b| !b.is_ascii_alphabetic());
                    let word = self.bytes.get(start..end).unwrap_or_default();
                    let ends = self.bytes.get(end).is_some_and(|&b| is_end_of_name(b));
                    at = end.max(at + 1);
                    if ends && (back || !word.is_empty()) {
                        at = end + 1;
                        if word.eq_ignore_ascii_case(b"script") {
                            escaped = if back { Escaped::Once } else { Escaped::Twice };
                        }
                    }
                }
            }
        }
    }

    /// A part of the source with its references resolved and zero bytes replaced.
    fn resolved(&self, start: usize, end: usize, in_attribute: bool) -> StrTendril {
        let Some(first) = memchr::memchr2(b'&', 0, &self.bytes[start..end]) else {
            return self.lend(start, end);
        };
        let mut out = String::with_capacity(end - start);
        let (mut copied, mut at) = (start, start + first);
        loop {
            if self.bytes[at] == 0 {
                out.push_str(&self.source[copied..at]);
                out.push('\u{fffd}');
                at += 1;
                copied = at;
            } else if let Some((chars, len)) = reference(&self.bytes[at + 1..end], in_attribute) {
                out.push_str(&self.source[copied..at]);
                out.extend(chars.into_iter().flatten());
                at += 1 + len;
                copied = at;
            } else {
                at += 1;
            }
            match memchr::memchr2(b'&', 0, &self.bytes[at..end]) {
                Some(n) => at += n,
                None => break,
            }
        }
        out.push_str(&self.source[copied..end]);
        StrTendril::from(out)
    }

    /// A document type, from behind the word up to its end.
    fn doctype(&mut self) -> Doctype {
        let mut doctype = Doctype::default();
        let end = memchr::memchr(b'>', &self.bytes[self.at..]).map(|n| self.at + n);
        self.at = self.find(self.at, |b| !is_space(b));
        let name_end = self.find(self.at, |b| b == b'>' || is_space(b));
        if name_end == self.at {
            doctype.force_quirks = true;
        } else {
            let name = self.source[self.at..name_end].to_ascii_lowercase();
            doctype.name = Some(StrTendril::from(name.replace('\0', "\u{fffd}")));
            doctype.force_quirks = end.is_none();
            self.at = self.find(name_end, |b| !is_space(b));
            self.identifiers(&mut doctype);
        }
        let end = memchr::memchr(b'>', &self.bytes[self.at..]);
        self.at = end.map_or(self.bytes.len(), |n| self.at + n + 1);
        doctype
    }

    /// What a document type says behind its name; stops before a ">".
    fn identifiers(&mut self, doctype: &mut Doctype) {
        let rest = &self.bytes[self.at..];
        let word = rest.get(..6).unwrap_or_default();
        let public = word.eq_ignore_ascii_case(b"public");
        if !public && !word.eq_ignore_ascii_case(b"system") {
            doctype.force_quirks |= rest.first() != Some(&b'>');
            return;
        }
        self.at += 6;
        let first = self.identifier();
        // Broken off, or none.
        doctype.force_quirks |= !first.as_ref().is_some_and(|(_, whole)| *whole);
        let Some((text, whole)) = first else { return };
        let target = if public { &mut doctype.public_id } else { &mut doctype.system_id };
        *target = Some(text);
        self.at = self.find(self.at, |b| !is_space(b));
        if !public || !whole {
            doctype.force_quirks |= self.at == self.bytes.len();
            return;
        }
        match self.peek(0) {
            Some(b'>') => {}
            Some(b'"' | b'\'') => {
                let second = self.identifier();
                doctype.force_quirks |= !second.as_ref().is_some_and(|(_, whole)| *whole);
                doctype.system_id = second.map(|(text, _)| text);
                self.at = self.find(self.at, |b| !is_space(b));
                doctype.force_quirks |= self.at == self.bytes.len();
            }
            _ => doctype.force_quirks = true,
        }
    }

    /// A quoted identifier, and whether its quote ends before the document type does.
    fn identifier(&mut self) -> Option<(StrTendril, bool)> {
        let start = self.find(self.at, |b| !is_space(b));
        self.at = start;
        let quote = *self.bytes.get(start).filter(|b| matches!(b, b'"' | b'\''))?;
        let end = self.find(start + 1, |b| b == quote || b == b'>');
        let whole = self.bytes.get(end) == Some(&quote);
        self.at = if whole { end + 1 } else { end };
        Some((self.nonzero(start + 1, end), whole))
    }
}

/// The characters that a reference stands for and its length, from behind the ampersand.
fn reference(rest: &[u8], in_attribute: bool) -> Option<([Option<char>; 2], usize)> {
    match rest.first()? {
        b'#' => numeric(rest).map(|(c, len)| ([Some(c), None], len)),
        b if b.is_ascii_alphabetic() => named(rest, in_attribute),
        _ => None,
    }
}

fn named(rest: &[u8], in_attribute: bool) -> Option<([Option<char>; 2], usize)> {
    let near = &rest[..rest.len().min(REFERENCE_LEN_MAX)];
    let len = near.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let whole = (rest.get(len) == Some(&b';')).then_some(len + 1);
    for len in whole.into_iter().chain((2..=len.min(BARE_LEN_MAX)).rev()) {
        let name = std::str::from_utf8(&rest[..len]).ok()?;
        let Some(&(first, second)) = NAMED_ENTITIES.get(name).filter(|found| found.0 != 0) else {
            continue;
        };
        // Addresses have parameters that look like references: ?a=1&copy=2.
        let goes_on = rest.get(len).is_some_and(|&b| b == b'=' || b.is_ascii_alphanumeric());
        if in_attribute && goes_on && !name.ends_with(';') {
            return None;
        }
        let second = char::from_u32(second).filter(|_| second != 0);
        return Some(([char::from_u32(first), second], len));
    }
    None
}

fn numeric(rest: &[u8]) -> Option<(char, usize)> {
    let (base, start) = if matches!(rest.get(1), Some(b'x' | b'X')) { (16, 2) } else { (10, 1) };
    let digits = rest[start..].iter().map_while(|&b| char::from(b).to_digit(base));
    let (mut code, mut len) = (0u32, start);
    for digit in digits {
        code = code.saturating_mul(base).saturating_add(digit).min(0x11_0000);
        len += 1;
    }
    if len == start {
        return None;
    }
    len += usize::from(rest.get(len) == Some(&b';'));
    let windows = code.checked_sub(0x80).and_then(|n| C1_REPLACEMENTS.get(n as usize).copied());
    let c = windows.flatten().or_else(|| char::from_u32(code).filter(|&c| c != '\0'));
    Some((c.unwrap_or('\u{fffd}'), len))
}
