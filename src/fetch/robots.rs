//! robots.txt → may we fetch this address, how long must we rest, where are the sitemaps.
//!
//! RFC 9309, read byte by byte since the files are whatever servers send: groups of the same agent are merged, the
//! rule whose pattern is longest (in octets, after escaping) wins, and allowing wins a tie. Where the standard leaves
//! room, what the most widespread reader does is followed, for that is what the authors of these files test with:
//! a colon may be missing, a few misspellings of "disallow" count, `/index.html` is the folder, lines are cut at 16 KiB,
//! and other records (Crawl-delay, Sitemap) do not end a group. In one case we refuse more than it: a pattern that
//! escapes characters which need none (`/%7Euser/`) also refuses the address written without the escape, as section
//! 2.2.2 asks; our addresses are always written so.

use super::canonical;
use memchr::memmem;
use std::borrow::Cow;
use std::time::Duration;
use url::Url;

/// Bytes of a file that count (RFC 9309 section 2.5).
pub const BYTES_MAX: usize = 500 << 10;
/// Bytes of a line that count: the reference reader's buffer, less its last byte.
const LINE_MAX: usize = 2083 * 8 - 1;
/// Sitemaps of a file that count.
const SITEMAPS_MAX: usize = 1000;

/// What a site's robots.txt says to one agent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Robots {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    sitemaps: Vec<String>,
}

/// A line that allows or disallows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    allow: bool,
    /// Escaped as addresses are.
    pattern: Vec<u8>,
    /// The pattern without escapes that it does not need, where that is another.
    plain: Option<Vec<u8>>,
    /// 1-based.
    line: u32,
}

impl Rule {
    /// Whether it allows.
    pub fn allows(&self) -> bool {
        self.allow
    }

    /// Its pattern.
    pub fn pattern(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.pattern)
    }

    /// Its line, 1-based.
    pub fn line(&self) -> u32 {
        self.line
    }
}

/// The name by which robots.txt knows an agent: the letters, "-" and "_" that its User-Agent begins with.
pub fn product_token(user_agent: &str) -> &str {
    let end = user_agent
        .find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'))
        .unwrap_or(user_agent.len());
    &user_agent[..end]
}

impl Robots {
    /// Reads a file for the agent of this name (see [`product_token`]).
    pub fn parse(bytes: &[u8], agent: &str) -> Self {
        let bytes = &bytes[..bytes.len().min(BYTES_MAX)];
        let text = in_utf8(bytes);
        let mut reader = Reader::new(agent);
        for (i, line) in lines(&text).enumerate() {
            let number = u32::try_from(i + 1).unwrap_or(u32::MAX);
            if let Some((key, value)) = record(line) {
                reader.read(Key::of(key), value, number);
            }
        }
        reader.finish()
    }

    /// Whether the agent may fetch an address.
    pub fn allows(&self, url: &Url) -> bool {
        self.rule(&path_and_query(url)).is_none_or(Rule::allows)
    }

    /// The rule that decides over a path with its query, as sent; null where none does, which allows.
    pub fn rule(&self, path: &str) -> Option<&Rule> {
        let path = path.as_bytes();
        let mut best: Option<&Rule> = None;
        for rule in &self.rules {
            let wins = best.is_none_or(|b| {
                let (new, old) = (rule.pattern.len(), b.pattern.len());
                new > old || new == old && rule.allow && !b.allow
            });
            if wins && rule.matches(path) {
                best = Some(rule);
            }
        }
        best.filter(|rule| !rule.pattern.is_empty())
    }

    /// The rest between two requests that the site asks for.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// The sitemaps that the file names, as written.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }
}

/// Path and query of an address, as sent.
pub fn path_and_query(url: &Url) -> Cow<'_, str> {
    match url.query() {
        Some(query) => Cow::Owned(format!("{}?{query}", url.path())),
        None => Cow::Borrowed(url.path()),
    }
}

impl Rule {
    fn matches(&self, path: &[u8]) -> bool {
        matches(&self.pattern, path)
            || !self.allow && self.plain.as_ref().is_some_and(|plain| matches(plain, path))
    }
}

/// Whether a pattern ("*" is anything, "$" at its end is the end) matches the beginning of a path.
///
/// Each piece between two stars is taken where it is found first: what follows has then the most room, so no other
/// choice could match where this does not, and the time is linear in the path for each piece.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix(b"$") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split(|b| *b == b'*');
    let Some(mut rest) = pieces.next().and_then(|head| path.strip_prefix(head)) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    let starred = pieces.peek().is_some();
    while let Some(piece) = pieces.next() {
        if to_the_end && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match memmem::find(rest, piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    !to_the_end || starred || rest.is_empty()
}

/// The text in UTF-8, as bytes: without its byte order mark; decoded where that says UTF-16.
fn in_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => {
            let (text, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(rest);
            Cow::Owned(text.into_owned().into_bytes())
        }
        [0xFE, 0xFF, rest @ ..] => {
            let (text, _) = encoding_rs::UTF_16BE.decode_without_bom_handling(rest);
            Cow::Owned(text.into_owned().into_bytes())
        }
        // Also a mark of which the end was lost.
        [0xEF, 0xBB, 0xBF, rest @ ..] | [0xEF, 0xBB, rest @ ..] | [0xEF, rest @ ..] => {
            Cow::Borrowed(rest)
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// The lines of a file, ended by CR, LF or both, each up to the cap.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr2(b'\r', b'\n', text) else {
            rest = None;
            return Some(&text[..text.len().min(LINE_MAX)]);
        };
        let behind = if text[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        rest = Some(&text[behind..]);
        Some(&text[..end.min(LINE_MAX)])
    })
}

/// "key: value # comment" → key, value. The colon may be missing between two words.
fn record(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.split(|b| *b == b'#').next().unwrap_or_default().trim_ascii();
    let (key, value) = match memchr::memchr(b':', line) {
        Some(at) => (line[..at].trim_ascii(), line[at + 1..].trim_ascii()),
        None => {
            let at = line.iter().position(|b| matches!(b, b' ' | b'\t'))?;
            let value = line[at..].trim_ascii();
            if value.iter().any(|b| matches!(b, b' ' | b'\t')) {
                return None;
            }
            (&line[..at], value)
        }
    };
    (!key.is_empty()).then_some((key, value))
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    UserAgent,
    Allow,
    Disallow,
    CrawlDelay,
    Sitemap,
    Other,
}

/// How keys begin; the misspellings are those that the reference reader accepts.
const KEYS: &[(&str, Key)] = &[
    ("user-agent", Key::UserAgent),
    ("useragent", Key::UserAgent),
    ("user agent", Key::UserAgent),
    ("allow", Key::Allow),
    ("disallow", Key::Disallow),
    ("dissallow", Key::Disallow),
    ("dissalow", Key::Disallow),
    ("disalow", Key::Disallow),
    ("diasllow", Key::Disallow),
    ("disallaw", Key::Disallow),
    ("crawl-delay", Key::CrawlDelay),
    ("crawldelay", Key::CrawlDelay),
    ("sitemap", Key::Sitemap),
    ("site-map", Key::Sitemap),
];

impl Key {
    fn of(key: &[u8]) -> Self {
        let begins = |word: &str| {
            key.get(..word.len()).is_some_and(|k| k.eq_ignore_ascii_case(word.as_bytes()))
        };
        KEYS.iter().find(|(word, _)| begins(word)).map_or(Self::Other, |(_, key)| *key)
    }
}

/// What the file says to an agent by name, or to all.
#[derive(Debug, Default)]
struct Part {
    /// Whether the lines that are being read are said to it.
    open: bool,
    /// Whether it is named anywhere.
    named: bool,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

struct Reader<'a> {
    agent: &'a [u8],
    own: Part,
    all: Part,
    /// A rule was read since the last agent: the next agent begins a group.
    in_rules: bool,
    sitemaps: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(agent: &'a str) -> Self {
        Self {
            agent: agent.as_bytes(),
            own: Part::default(),
            all: Part::default(),
            in_rules: false,
            sitemaps: Vec::new(),
        }
    }

    fn read(&mut self, key: Key, value: &[u8], line: u32) {
        match key {
            Key::UserAgent => self.user_agent(value),
            Key::Allow => self.rule(true, value, line),
            Key::Disallow => self.rule(false, value, line),
            Key::CrawlDelay => {
                let delay = std::str::from_utf8(value).ok().and_then(seconds);
                if let (Some(part), Some(delay)) = (self.part(), delay) {
                    // Said twice, the longer one is what surely suits.
                    part.crawl_delay = part.crawl_delay.max(Some(delay));
                }
            }
            Key::Sitemap => {
                if self.sitemaps.len() < SITEMAPS_MAX
                    && let Ok(address) = std::str::from_utf8(value)
                    && !self.sitemaps.iter().any(|known| known == address)
                {
                    self.sitemaps.push(address.to_owned());
                }
            }
            Key::Other => {}
        }
    }

    fn user_agent(&mut self, name: &[u8]) {
        if self.in_rules {
            (self.own.open, self.all.open, self.in_rules) = (false, false, false);
        }
        if name.first() == Some(&b'*') && name.get(1).is_none_or(u8::is_ascii_whitespace) {
            (self.all.open, self.all.named) = (true, true);
            return;
        }
        let token = name
            .iter()
            .position(|b| !(b.is_ascii_alphabetic() || matches!(b, b'-' | b'_')))
            .map_or(name, |end| &name[..end]);
        if token.eq_ignore_ascii_case(self.agent) {
            (self.own.open, self.own.named) = (true, true);
        }
    }

    /// Whom the lines that are being read are said to.
    fn part(&mut self) -> Option<&mut Part> {
        if self.own.open {
            Some(&mut self.own)
        } else if self.all.open {
            Some(&mut self.all)
        } else {
            None
        }
    }

    fn rule(&mut self, allow: bool, value: &[u8], line: u32) {
        let Some(part) = self.part() else { return };
        let pattern = escaped(value);
        let folder = index_page(&pattern).filter(|_| allow);
        let plain = Some(unescaped(&pattern)).filter(|plain| *plain != pattern);
        part.rules.push(Rule { allow, pattern, plain, line });
        if let Some(pattern) = folder {
            part.rules.push(Rule { allow, pattern, plain: None, line });
        }
        self.in_rules = true;
    }

    /// What is said to the agent by name holds alone, even if it is nothing.
    fn finish(self) -> Robots {
        let part = if self.own.named { self.own } else { self.all };
        Robots { rules: part.rules, crawl_delay: part.crawl_delay, sitemaps: self.sitemaps }
    }
}

/// "/a/index.html" allowed allows "/a/" itself: "/a/$".
fn index_page(pattern: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memrchr(b'/', pattern)?;
    pattern[at..].starts_with(b"/index.htm").then(|| {
        let mut folder = pattern[..=at].to_vec();
        folder.push(b'$');
        folder
    })
}

/// A pattern escaped as addresses are: octets beyond ASCII, and hex digits in upper case.
fn escaped(value: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(value.len());
    let mut i = 0;
    while let Some(&byte) = value.get(i) {
        match value.get(i + 1..i + 3) {
            Some(hex) if byte == b'%' && hex.iter().all(u8::is_ascii_hexdigit) => {
                out.push(b'%');
                out.extend(hex.to_ascii_uppercase());
                i += 3;
                continue;
            }
            _ if byte >= 0x80 => {
                out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            _ => out.push(byte),
        }
        i += 1;
    }
    out
}

/// A pattern without the escapes that our addresses never have.
fn unescaped(pattern: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pattern);
    canonical::unreserved_unescaped(&text).into_bytes()
}

/// "2.5" → two and a half seconds; at most a day, which nobody waits for anyway.
fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.split_whitespace().next()?.trim_end_matches('s').parse().ok()?;
    (number.is_finite() && number >= 0.0).then(|| Duration::from_secs_f64(number.min(86_400.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(text: &str, agent: &str, path: &str) -> bool {
        Robots::parse(text.as_bytes(), agent).rule(path).is_none_or(Rule::allows)
    }

    #[test]
    fn groups_of_the_same_agent_are_one_and_the_named_one_holds_alone() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: Clerk\nDisallow: /a\n\nuser-agent: clerk/2.0\nDisallow: /b\n";
        assert!(!allows(text, "clerk", "/a") && !allows(text, "clerk", "/b"));
        assert!(allows(text, "clerk", "/c") && !allows(text, "other", "/c"));
        assert!(allows("User-agent: *\nDisallow: /\nUser-agent: clerk\n", "clerk", "/"));
    }

    #[test]
    fn the_longest_pattern_wins_and_allowing_wins_a_tie() {
        let text =
            "user-agent: *\ndisallow: /reports\nallow: /reports/2024\nallow: /x\ndisallow: /x\n";
        assert!(
            !allows(text, "clerk", "/reports/2023") && allows(text, "clerk", "/reports/2024/1")
        );
        assert!(allows(text, "clerk", "/x"));
        assert!(
            allows("user-agent: *\ndisallow:\n", "clerk", "/"),
            "an empty pattern says nothing"
        );
    }

    #[test]
    fn stars_and_ends_match_as_they_should() {
        for (pattern, path, right) in [
            ("/a", "/abc", true),
            ("/*.php$", "/x/y.php", true),
            ("/*.php$", "/x/y.php5", false),
            ("/*.php$", "/y.php/y.php", true),
            ("/a*b*c", "/a-b-b-c-d", true),
            ("/a*b*c", "/acb", false),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("/$a", "/$a", true),
            ("*", "/", true),
            ("/*$", "/a", true),
            ("/a*$", "/a", true),
            ("/a*a$", "/a", false),
            ("**//", "/x//", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), right, "{pattern} {path}");
        }
    }

    #[test]
    fn crawl_delay_and_sitemaps_do_not_end_a_group() {
        let text = "User-agent: a\nCrawl-delay: 2.5\nSitemap: https://www.example.cn/s.xml\nUser-agent: *\nDisallow: /x\n";
        let robots = Robots::parse(text.as_bytes(), "a");
        assert_eq!(robots.crawl_delay(), Some(Duration::from_millis(2500)));
        assert_eq!(robots.sitemaps(), ["https://www.example.cn/s.xml"]);
        assert!(!allows(text, "a", "/x") && !allows(text, "b", "/x"));
        let wild = |delay: &str| {
            Robots::parse(format!("user-agent: *\ncrawl-delay: {delay}\n").as_bytes(), "a")
                .crawl_delay()
        };
        assert_eq!([wild("-1"), wild("nan"), wild("soon"), wild("inf")], [None; 4]);
        assert_eq!(wild("1e30"), Some(Duration::from_secs(86_400)));
    }

    #[test]
    fn addresses_are_compared_escaped() {
        let text =
            "user-agent: *\ndisallow: /报告/\ndisallow: /%7euser\nallow: /%61\ndisallow: /a\n";
        let robots = Robots::parse(text.as_bytes(), "clerk");
        let allows = |url: &str| robots.allows(&Url::parse(url).expect("a URL"));
        assert!(
            !allows("http://example.cn/报告/1") && !allows("http://example.cn/%E6%8A%A5%E5%91%8A/")
        );
        assert!(!allows("http://example.cn/~user") && !allows("http://example.cn/%7Euser"));
        assert!(
            !allows("http://example.cn/abc"),
            "an escape that is not needed allows nothing more"
        );
        assert!(allows("http://example.cn/b?x=/a"));
    }

    #[test]
    fn files_that_are_none_allow_and_are_read_in_linear_time() {
        for text in
            ["", "<!DOCTYPE html><title>404</title>", "\0\0\0", "disallow: /\n", "::::\n:\n"]
        {
            assert!(allows(text, "clerk", "/x"), "{text:?}");
        }
        let stars = format!("user-agent: *\ndisallow: /{}b$\n", "*a".repeat(200_000));
        assert!(allows(&stars, "clerk", &format!("/{}", "a".repeat(2000))));
        let cut = format!("user-agent: *\n{}disallow: /\n", "#\n".repeat(BYTES_MAX / 2));
        assert!(allows(&cut, "clerk", "/"), "what lies behind 500 KiB does not count");
    }

    #[test]
    fn byte_order_marks_and_line_ends_of_all_kinds() {
        for text in [
            "\u{feff}user-agent: *\rdisallow: /\r",
            "user-agent: *\r\ndisallow: /",
            "user-agent *\ndisallow /\n",
        ] {
            assert!(!allows(text, "clerk", "/x"), "{text:?}");
        }
        let utf16: Vec<u8> = "\u{feff}user-agent: *\ndisallow: /"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(Robots::parse(&utf16, "clerk").rule("/").is_some());
    }

    #[test]
    fn an_agent_is_known_by_the_letters_it_begins_with() {
        assert_eq!(product_token("acme-reports/1.0 (+https://acme.example/bot)"), "acme-reports");
        assert_eq!(product_token("clerk"), "clerk");
    }

    proptest::proptest! {
        #[test]
        fn pieces_match_as_trying_every_way_does(pattern in "[ab*$/]{0,8}", path in "/[ab/$]{0,8}") {
            fn slow(p: &[u8], t: &[u8]) -> bool {
                match p {
                    [] => true,
                    b"$" => t.is_empty(),
                    [b'*', rest @ ..] => (0..=t.len()).any(|i| slow(rest, &t[i..])),
                    [b, rest @ ..] => t.first() == Some(b) && slow(rest, &t[1..]),
                }
            }
            proptest::prop_assert_eq!(
                matches(pattern.as_bytes(), path.as_bytes()),
                slow(pattern.as_bytes(), path.as_bytes())
            );
        }

        #[test]
        fn no_file_makes_it_fail(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let robots = Robots::parse(&bytes, "clerk");
            let _ = robots.rule("/a/b?c");
        }
    }
}
