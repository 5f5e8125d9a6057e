//! The first bytes of a page → the charset that it declares in itself.
//!
//! The HTML standard's "prescan a byte stream to determine its encoding" (§13.2.3.2) with "get an XML encoding", over
//! more bytes than the 1024 that browsers look at: stored pages carry long comments before their head. The answer is
//! a label as printed; whether the bytes bear it out is decided in [`super::charset`].

use encoding_rs::Encoding;
use std::ops::Range;

/// Bytes that are looked at. Heads with inlined style sheets put their declaration tens of kilobytes in.
const SCAN_BYTES: usize = 1 << 18;

/// The charset that a page declares in a meta element or an XML declaration; UTF-16 and x-user-defined are replaced as
/// the standard says, unknown labels are passed over.
pub fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(SCAN_BYTES)];
    meta(bytes).or_else(|| xml_declaration(bytes))
}

/// What the declaration of an XML document says.
fn xml_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let rest = bytes[start..].strip_prefix(b"<?xml")?;
    let head = &rest[..memchr::memchr(b'>', rest)?];
    let at = memchr::memmem::find(head, b"encoding")?;
    let value = skip_space(&head[at + b"encoding".len()..]).strip_prefix(b"=")?;
    let value = skip_space(value);
    let quote = *value.first().filter(|b| matches!(b, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &value[1..])?;
    effective(&value[1..=end])
}

/// What the first meta element that names a known charset says.
fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    while at < bytes.len() {
        at += memchr::memchr(b'<', &bytes[at..])?;
        let rest = &bytes[at..];
        if rest.starts_with(b"<!--") {
            // The dashes of the opening may be those of the end: <!-->.
            at += 2 + memchr::memmem::find(&rest[2..], b"-->")? + 3;
        } else if is_meta(rest) {
            let mut attributes = Attributes { bytes, at: at + 5 };
            let found = declaration(&mut attributes)?;
            if found.is_some() {
                return found;
            }
            at = attributes.at;
        } else if is_tag(rest) {
            at += rest.iter().position(|&b| b.is_ascii_whitespace() || b == b'>')?;
            let mut attributes = Attributes { bytes, at };
            while attributes.pass()? {}
            at = attributes.at;
        } else if matches!(rest.get(1), Some(b'!' | b'/' | b'?')) {
            at += memchr::memchr(b'>', rest)? + 1;
        } else {
            at += 1;
        }
    }
    None
}

/// Whether a meta element starts here.
fn is_meta(rest: &[u8]) -> bool {
    rest.len() > 5
        && rest[1..5].eq_ignore_ascii_case(b"meta")
        && (rest[5].is_ascii_whitespace() || rest[5] == b'/')
}

/// Whether another start or end tag starts here.
fn is_tag(rest: &[u8]) -> bool {
    let name = if rest.get(1) == Some(&b'/') { rest.get(2) } else { rest.get(1) };
    name.is_some_and(u8::is_ascii_alphabetic)
}

/// What one meta element declares. The outer `None` says that the bytes end inside it.
fn declaration(attributes: &mut Attributes<'_>) -> Option<Option<&'static Encoding>> {
    let (mut pragma, mut need_pragma, mut charset) = (false, None, None);
    let mut seen: Vec<Vec<u8>> = Vec::new();
    while let Some((name, value)) = attributes.next()? {
        if seen.contains(&name) || seen.len() > 32 {
            continue;
        }
        match name.as_slice() {
            b"http-equiv" => pragma |= value.eq_ignore_ascii_case(b"content-type"),
            b"content" if charset.is_none() => {
                if let Some(found) = content_charset(&value).and_then(effective) {
                    charset = Some(found);
                    need_pragma = Some(true);
                }
            }
            b"charset" => {
                charset = effective(&value);
                need_pragma = Some(false);
            }
            _ => {}
        }
        seen.push(name);
    }
    Some(match need_pragma {
        Some(true) if pragma => charset,
        Some(false) => charset,
        _ => None,
    })
}

/// The charset parameter of a Content-Type, as a header or a meta element's content states it.
pub fn content_charset(value: &[u8]) -> Option<&[u8]> {
    let mut rest = value;
    loop {
        let at = rest.windows(7).position(|w| w.eq_ignore_ascii_case(b"charset"))?;
        rest = skip_space(&rest[at + 7..]);
        if let Some(found) = rest.strip_prefix(b"=") {
            rest = skip_space(found);
            break;
        }
    }
    match *rest.first()? {
        quote @ (b'"' | b'\'') => {
            let end = memchr::memchr(quote, &rest[1..])?;
            Some(&rest[1..=end])
        }
        _ => {
            let end = rest.iter().position(|&b| b.is_ascii_whitespace() || b == b';');
            Some(&rest[..end.unwrap_or(rest.len())])
        }
    }
}

/// The encoding that a declared label stands for.
fn effective(label: &[u8]) -> Option<&'static Encoding> {
    let found = Encoding::for_label(label)?;
    Some(if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE {
        encoding_rs::UTF_8
    } else if found == encoding_rs::X_USER_DEFINED {
        encoding_rs::WINDOWS_1252
    } else {
        found
    })
}

fn skip_space(bytes: &[u8]) -> &[u8] {
    let n = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
    &bytes[n..]
}

/// Attributes of one tag, by the standard's "get an attribute".
struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Attributes<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) -> Option<u8> {
        while self.peek()?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.peek()
    }

    /// Name and value, both in lower case; `Some(None)` after the last, `None` where the bytes end.
    fn next(&mut self) -> Option<Option<(Vec<u8>, Vec<u8>)>> {
        let Some((name, value)) = self.places()? else { return Some(None) };
        let lower = |place: Range<usize>| self.bytes[place].to_ascii_lowercase();
        Some(Some((lower(name), lower(value))))
    }

    /// Passes over an attribute; false after the last.
    fn pass(&mut self) -> Option<bool> {
        Some(self.places()?.is_some())
    }

    /// Where name and value are.
    fn places(&mut self) -> Option<Option<(Range<usize>, Range<usize>)>> {
        while matches!(self.peek()?, b'/' | b'\t' | b'\n' | 0x0C | b'\r' | b' ') {
            self.at += 1;
        }
        if self.peek()? == b'>' {
            return Some(None);
        }
        let start = self.at;
        let name = loop {
            match self.peek()? {
                b'=' if self.at > start => break start..self.at,
                b'/' | b'>' => return Some(Some((start..self.at, self.at..self.at))),
                b if b.is_ascii_whitespace() => {
                    let name = start..self.at;
                    if self.skip_space()? != b'=' {
                        return Some(Some((name, self.at..self.at)));
                    }
                    break name;
                }
                _ => self.at += 1,
            }
        };
        self.at += 1;
        let value = self.value()?;
        Some(Some((name, value)))
    }

    fn value(&mut self) -> Option<Range<usize>> {
        let first = self.skip_space()?;
        let start = self.at;
        if matches!(first, b'"' | b'\'') {
            let end = memchr::memchr(first, &self.bytes[start + 1..])?;
            self.at += end + 2;
            return Some(start + 1..start + 1 + end);
        }
        while !matches!(self.peek()?, b'>' | b'\t' | b'\n' | 0x0C | b'\r' | b' ') {
            self.at += 1;
        }
        Some(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: Option<&str>) {
        assert_eq!(declared(page.as_bytes()).map(Encoding::name), expected, "{page}");
    }

    #[test]
    fn finds_what_meta_elements_declare() {
        check("<meta charset=gb2312>", Some("GBK"));
        check("<META CHARSET = 'Big5' />", Some("Big5"));
        check("<meta content='text/html;charset=gbk' http-equiv=Content-Type>", Some("GBK"));
        check(
            "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">",
            Some("GBK"),
        );
        check("<meta charset=utf-16le>", Some("UTF-8"));
    }

    #[test]
    fn what_only_looks_like_a_declaration_is_passed_over() {
        check("<!-- <meta charset=gbk> -->", None);
        check("<!--><meta charset=gbk>", Some("GBK"));
        check("<p title='<meta charset=gbk>'>", None);
        check("<meta name=keywords content='charset=gbk'>", None);
        check("<metacharset=gbk>", None);
        check("<meta charset=nonsense><meta charset=big5>", Some("Big5"));
        check("<meta charset=gbk", None);
    }

    #[test]
    fn xml_declarations_count() {
        check("<?xml version=\"1.0\" encoding=\"gb2312\" ?><html/>", Some("GBK"));
        check("<?xml version='1.0'?>", None);
    }

    #[test]
    fn parameters_of_content_types() {
        let charset = |s: &'static str| {
            content_charset(s.as_bytes()).map(|b| String::from_utf8_lossy(b).into_owned())
        };
        assert_eq!(charset("text/html; charset=\"GBK\"; x=1").as_deref(), Some("GBK"));
        assert_eq!(charset("text/html;Charset = big5;").as_deref(), Some("big5"));
        assert_eq!(charset("text/html"), None);
        assert_eq!(charset("text/html; charset=\"gbk"), None);
    }
}
