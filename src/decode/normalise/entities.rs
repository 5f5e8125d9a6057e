//! Character references that are still in the text, resolved: pages escape text twice, search answers once.

use std::borrow::Cow;
use std::sync::LazyLock;

/// Longest name with its semicolon.
const NAME_LEN_MAX: usize = 12;

/// Resolves references in one line. Those of the markup's own characters (`&lt;`) stay in text that is not Chinese.
pub(super) fn resolve(line: &str, chinese: bool) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for at in memchr::memchr_iter(b'&', line.as_bytes()) {
        if at < copied {
            continue;
        }
        if let Some((c, end)) = reference(line, at, chinese) {
            out.push_str(&line[copied..at]);
            out.push(c);
            copied = end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(line);
    }
    out.push_str(&line[copied..]);
    Cow::Owned(out)
}

/// The character that the reference at `at` stands for, however often it was escaped, and where the reference ends.
fn reference(line: &str, at: usize, chinese: bool) -> Option<(char, usize)> {
    let (mut c, mut end) = one(line, at + 1)?;
    let mut escaped = false;
    while c == '&' {
        let Some((next, next_end)) = one(line, end) else { break };
        (c, end, escaped) = (next, next_end, true);
    }
    let plain = !matches!(c, '"' | '&' | '\'' | '<' | '>');
    (plain || chinese || escaped && c != '<' && c != '>').then_some((c, end))
}

/// The reference whose name starts at `at`, behind the ampersand.
fn one(line: &str, at: usize) -> Option<(char, usize)> {
    let rest = &line.as_bytes()[at..];
    let len = memchr::memchr(b';', &rest[..rest.len().min(NAME_LEN_MAX)])?;
    let name = line.get(at..at + len)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let hex = number.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16).ok()?
                }
                None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
                _ => return None,
            };
            numbered(code)?
        }
        None => {
            let named = &*NAMED;
            named.binary_search_by_key(&name, |n| n.0).ok().map(|i| named[i].1)?
        }
    };
    Some((c, at + len + 1))
}

/// The character of a numeric reference; those of 128 to 159 mean windows-1252, as browsers read them.
fn numbered(code: u32) -> Option<char> {
    if (0x80..0xA0).contains(&code) {
        let byte = u8::try_from(code).ok()?;
        return encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
    }
    char::from_u32(code).filter(|c| *c != '\0')
}

static NAMED: LazyLock<Vec<(&str, char)>> = LazyLock::new(|| {
    let lines = include_str!("../data/entities.txt").lines().filter(|l| !l.starts_with('#'));
    let entry = |line: &'static str| {
        let (name, code) = line.split_once(' ')?;
        Some((name, char::from_u32(u32::from_str_radix(code, 16).ok()?)?))
    };
    let mut named: Vec<_> = lines.filter_map(entry).collect();
    named.sort_unstable();
    named
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_however_often_escaped() {
        assert_eq!(
            resolve("&ldquo;三年行动&amp;rdquo;&#8212;&#x201C;&amp;amp;amp;hellip;", true),
            "“三年行动”—“…"
        );
        assert_eq!(resolve("A&amp;B公司", true), "A&B公司");
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in ["a&b;c", "?a=1&copy=2", "&;", "&#;", "&#x;", "&nosuch;", "&#1114112;", "R&D"] {
            assert_eq!(resolve(text, true), text);
        }
        assert_eq!(
            resolve("write &lt;p&gt; for a paragraph", false),
            "write &lt;p&gt; for a paragraph"
        );
    }

    #[test]
    fn names_are_listed_once() {
        assert!(NAMED.len() > 60);
        assert!(NAMED.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
