//! XML as sitemaps and feeds use it: elements and their text, nothing else.
//!
//! Document types are passed over, so no entity is ever declared, expanded or fetched; only the five that XML knows
//! and character references are resolved. Damaged files are read as far as they go.

use encoding_rs::{Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use std::borrow::Cow;
use std::io::Read;

/// Bytes of a sitemap or feed once unpacked: sitemaps.org's limit.
pub(super) const BYTES_MAX: usize = 50 << 20;
/// Bytes of one element's text.
const TEXT_MAX: usize = 8192;
/// Elements nested deeper than this are no sitemap and no feed.
const DEPTH_MAX: usize = 64;

/// The content, unpacked where it is gzip, whatever the server called it; cut at the cap.
pub(super) fn unpacked(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Cow::Borrowed(&bytes[..bytes.len().min(BYTES_MAX)]);
    }
    let mut out = Vec::new();
    // What could be unpacked before the damage or the cap is used.
    let _ = MultiGzDecoder::new(bytes).take(BYTES_MAX as u64).read_to_end(&mut out);
    Cow::Owned(out)
}

/// The characters of an XML or text file: byte order mark, else HTTP's charset, else the XML declaration, else UTF-8.
pub(super) fn text<'a>(bytes: &'a [u8], http_charset: Option<&str>) -> Cow<'a, str> {
    let label = |label: &[u8]| Encoding::for_label_no_replacement(label);
    let encoding = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = encoding
        .or_else(|| http_charset.and_then(|charset| label(charset.as_bytes())))
        .or_else(|| label(declared(bytes)?));
    encoding.unwrap_or(UTF_8).decode(bytes).0
}

/// The encoding of an XML declaration.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.trim_ascii_start();
    let head = &head[..head.len().min(200)];
    let head = head.starts_with(b"<?xml").then_some(head)?;
    let head = &head[..memchr::memmem::find(head, b"?>")?];
    let behind = &head[memchr::memmem::find(head, b"encoding")? + 8..];
    let quote = behind.iter().position(|b| matches!(b, b'"' | b'\''))?;
    let value = &behind[quote + 1..];
    Some(&value[..value.iter().position(|b| *b == behind[quote])?])
}

/// What is met on the way through a file.
pub(super) enum Step<'a> {
    /// An element begins: its name without prefix, and its attributes.
    Open(&'a str, &'a [(String, String)]),
    /// An element ends: its name, and the text directly inside.
    Close(&'a str, &'a str),
}

/// Goes through a file; stops when `take` returns false, at damage and at the end. Whether there was any element.
pub(super) fn walk(text: &str, mut take: impl FnMut(Step) -> bool) -> bool {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    // Names and texts of the open elements.
    let mut open: Vec<(String, String)> = Vec::new();
    let mut any = false;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(_) => return any,
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) if open.len() >= DEPTH_MAX => {
                drop(tag);
                return any;
            }
            Event::Start(tag) => {
                any = true;
                let name = name_of(tag.local_name().as_ref());
                if !take(Step::Open(&name, &attributes(&tag))) {
                    return any;
                }
                open.push((name, String::new()));
            }
            Event::Empty(tag) => {
                any = true;
                let name = name_of(tag.local_name().as_ref());
                if !take(Step::Open(&name, &attributes(&tag))) || !take(Step::Close(&name, "")) {
                    return any;
                }
            }
            Event::End(_) => {
                if let Some((name, text)) = open.pop()
                    && !take(Step::Close(&name, text.trim()))
                {
                    return any;
                }
            }
            Event::Text(more) => add(&mut open, &more),
            Event::CData(more) => add(&mut open, &more),
            Event::GeneralRef(entity) => {
                if let Some(c) = character(&entity) {
                    add(&mut open, c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => return any,
            _ => {}
        }
    }
}

fn add(open: &mut [(String, String)], more: &str) {
    if let Some((_, text)) = open.last_mut()
        && text.len() + more.len() <= TEXT_MAX
    {
        text.push_str(more);
    }
}

fn name_of(name: &str) -> String {
    name.chars().take(64).collect::<String>().to_ascii_lowercase()
}

/// The character that a reference stands for; entities of the file's own stand for nothing.
fn character(entity: &BytesRef) -> Option<char> {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return Some(c);
    }
    match &**entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn attributes(tag: &quick_xml::events::BytesStart) -> Vec<(String, String)> {
    const ATTRIBUTES_MAX: usize = 20;
    let mut all = tag.attributes();
    all.with_checks(false);
    all.flatten()
        .take(ATTRIBUTES_MAX)
        .filter(|a| a.value.len() <= TEXT_MAX)
        .map(|a| {
            let value = quick_xml::escape::unescape(&a.value).unwrap_or(Cow::Borrowed(&a.value));
            let value = value.into_owned();
            (name_of(a.key.local_name().as_ref()), value)
        })
        .collect()
}
