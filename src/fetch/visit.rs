//! What an answer means for its address: content, the content that is stored already, another address, nothing any
//! more, or another try. Also the records that are kept of it, and the addresses that it leads to.
//!
//! No clock and no network: an exchange goes in. What costs time is done here, on worker threads: unpacking, digests,
//! packing of records, parsing of lists.

use super::discover::{
    self, Found, Link, Listing, Next, NextPage, Rules, feed, moved_home, refresh, sitemap, soft_404,
};
use super::polite::retry_after;
use crate::config::Source;
use crate::config::web::{Fetch, LIST, REPORT, Soft404};
use crate::decode;
use crate::ingest::warc::{self, Caps};
use crate::store::{Earlier, Exchange, FEED, Packed, SITEMAP, Stored, pack};
use memchr::memmem;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// What is special about a source, as far as its answers are read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) name: String,
    pub(super) rules: Rules,
    decode: decode::Options,
    /// How the next part of an article is found, and how many parts there may be.
    parts: Option<(Next, u32)>,
    /// Whether a page that says little, or something else, may be none.
    soft_404: bool,
    caps: Caps,
}

impl Reading {
    pub(super) fn new(source: &Source, fetch: &Fetch) -> Self {
        let parts = source.parts.as_ref();
        Self {
            name: source.name.get_ref().clone(),
            rules: Rules::new(source, fetch),
            decode: decode::Options {
                charset: source.charset.as_ref().map(|c| c.get_ref().clone()),
                language: source.language.clone(),
            },
            parts: parts.and_then(|parts| Some((Next::part(parts)?, parts.max))),
            soft_404: source.soft_404 != Soft404::default(),
            caps: Caps { bytes: fetch.limits.decoded.0, ratio: u64::from(fetch.limits.ratio) },
        }
    }

    /// Whether pages of a kind lead to others.
    pub(super) fn leads_on(&self, kind: &str) -> bool {
        matches!(kind, SITEMAP | FEED)
            || self.rules.follows(kind)
            || kind == REPORT && self.parts.is_some()
    }
}

/// What is asked for, and why.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) url: Url,
    pub(super) kind: String,
    /// It is the n-th page of its list, from 1.
    pub(super) page_no: u32,
    /// It is the n-th further page of its article, 0 for the first.
    pub(super) place: u32,
    /// Its stored body.
    pub(super) stored: Option<Stored>,
    /// The request was conditional.
    pub(super) conditional: bool,
}

/// What a page leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Leads {
    pub(super) links: Vec<Link>,
    pub(super) next: Option<NextPage>,
    /// Further sitemaps.
    pub(super) sitemaps: Vec<Url>,
    /// The next part of the article.
    pub(super) part: Option<Url>,
    /// Addresses left out: how many for each reason.
    pub(super) refused: BTreeMap<&'static str, u64>,
    /// Why the page could not be read for addresses.
    pub(super) problem: Option<String>,
}

/// What an answer means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Content that is not stored yet.
    Content(Leads),
    /// The content that is stored.
    Same(Leads),
    /// It is elsewhere.
    Moved(Url),
    /// It is no longer, or never was, there.
    Gone(String),
    /// There is an answer, but no page.
    Refused(String),
    /// Perhaps later.
    Later {
        why: String,
        /// What the host asks for.
        retry_after: Option<Duration>,
        /// The host has too much to do.
        overloaded: bool,
    },
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) verdict: Verdict,
    pub(super) packed: Packed,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// Reads an answer.
pub(super) fn visit(exchange: &Exchange, task: &Task, reading: &Reading) -> Visit {
    let verdict = verdict(exchange, task, reading);
    let earlier = task.stored.as_ref().filter(|_| matches!(verdict, Verdict::Same(_)));
    let earlier = earlier.map(|stored| Earlier {
        url: exchange.url.clone(),
        date: stored.date.clone(),
        payload_sha256: stored.payload_sha256.clone(),
    });
    Visit {
        packed: pack(exchange, earlier.as_ref()),
        status: exchange.status,
        bytes: exchange.body.len() as u64,
        etag: exchange.header("etag"),
        last_modified: exchange.header("last-modified"),
        verdict,
    }
}

fn verdict(exchange: &Exchange, task: &Task, reading: &Reading) -> Verdict {
    let status = exchange.status;
    let said = || format!("the answer is {status} {}", exchange.reason).trim_end().to_owned();
    match status {
        200 | 203 => content(exchange, task, reading),
        304 if task.conditional => match &task.stored {
            Some(stored) => Verdict::Same(stored_leads(stored, task, reading)),
            None => Verdict::Refused("the answer is 304, but no page is stored".to_owned()),
        },
        304 => Verdict::Refused("the answer is 304, but the request had no condition".to_owned()),
        301 | 302 | 303 | 307 | 308 => moved(exchange, task, reading),
        404 | 410 => Verdict::Gone(said()),
        408 | 425 | 429 | 500 | 502 | 503 | 504 => Verdict::Later {
            why: said(),
            retry_after: exchange
                .header("retry-after")
                .and_then(|value| retry_after(&value, exchange.at)),
            overloaded: matches!(status, 429 | 503),
        },
        _ => Verdict::Refused(said()),
    }
}

/// The Location of an answer. Bytes that are no UTF-8 are escaped as they are, as browsers do: the server knows its own
/// charset.
pub(super) fn location(exchange: &Exchange) -> Option<String> {
    let (_, value) = exchange.headers.iter().find(|(name, _)| name == "location")?;
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value
            .iter()
            .map(|byte| match byte {
                0..0x80 => char::from(*byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect(),
    };
    Some(text.trim().to_owned())
}

fn moved(exchange: &Exchange, task: &Task, reading: &Reading) -> Verdict {
    let Some(location) = location(exchange) else {
        let why = format!("the answer is {}, but has no Location", exchange.status);
        return Verdict::Refused(why);
    };
    match task.url.join(&location) {
        Ok(url) if task.kind == REPORT && moved_home(&reading.rules, &task.url, &url) => {
            Verdict::Gone(format!("it redirects to the home page {url}"))
        }
        Ok(url) => Verdict::Moved(url),
        Err(_) => Verdict::Refused(format!("it redirects to {location:?}, which is no address")),
    }
}

fn content(exchange: &Exchange, task: &Task, reading: &Reading) -> Verdict {
    let codings = exchange.header("content-encoding").unwrap_or_default();
    let body = match warc::content(&exchange.body, &codings, reading.caps) {
        Ok(body) => body,
        Err(why) => return Verdict::Refused(why),
    };
    if warc::is_cut(&exchange.body, &codings, body.len()) {
        let why = "its packed content is cut off".to_owned();
        return Verdict::Later { why, retry_after: None, overloaded: false };
    }
    if let Some(what) = no_text(&body, &task.kind) {
        return Verdict::Refused(format!("the content is {what}"));
    }
    let charset = exchange.header("content-type").and_then(|value| charset(&value));
    let page = Body { bytes: &body, charset: charset.as_deref() };
    let listing = match page.wants_parsing(task, reading) {
        true => Some(page.parsed(&task.url, reading)),
        false => None,
    };
    if let Some(Ok(listing)) = &listing {
        if let Some(refresh) = refresh(listing) {
            return Verdict::Moved(refresh.url());
        }
        if let Some(why) = soft_404(&reading.rules, listing).filter(|_| task.kind == REPORT) {
            return Verdict::Gone(why);
        }
    }
    let leads = page.leads(listing, task, reading);
    let same = task.stored.as_ref().is_some_and(|stored| {
        stored.payload_sha256 == exchange.payload_sha256()
            && stored.content_type == exchange.header("content-type")
    });
    if same { Verdict::Same(leads) } else { Verdict::Content(leads) }
}

/// What a stored page leads to.
pub(super) fn stored_leads(stored: &Stored, task: &Task, reading: &Reading) -> Leads {
    if !reading.leads_on(&task.kind) {
        return Leads::default();
    }
    let problem = |why: String| Leads { problem: Some(why), ..Leads::default() };
    let member = match stored.read() {
        Ok(member) => member,
        Err(e) => return problem(format!("the stored page can't be read: {e}")),
    };
    let read = warc::stored_body(&member, reading.caps);
    match read {
        Ok(body) => {
            let charset = stored.content_type.as_deref().and_then(charset);
            let page = Body { bytes: &body, charset: charset.as_deref() };
            let listing =
                page.wants_parsing(task, reading).then(|| page.parsed(&task.url, reading));
            page.leads(listing, task, reading)
        }
        Err(why) => problem(format!("the stored page can't be read: {why}")),
    }
}

/// Content, unpacked.
struct Body<'a> {
    bytes: &'a [u8],
    charset: Option<&'a str>,
}

type Parsed = Result<Listing, String>;

impl Body<'_> {
    /// Whether anything that decides over the page stands in its markup. Most reports need not be parsed here.
    fn wants_parsing(&self, task: &Task, reading: &Reading) -> bool {
        if matches!(task.kind.as_str(), SITEMAP | FEED) {
            return false;
        }
        reading.leads_on(&task.kind) || reading.soft_404 || self.may_send_on()
    }

    /// Whether a page could send its reader on by itself.
    fn may_send_on(&self) -> bool {
        const STUB_BYTES_MAX: usize = 16 << 10;
        self.bytes.len() <= STUB_BYTES_MAX
            && [&b"efresh"[..], b"EFRESH", b"ocation"]
                .iter()
                .any(|mark| memmem::find(self.bytes, mark).is_some())
    }

    fn parsed(&self, url: &Url, reading: &Reading) -> Parsed {
        Listing::new(self.bytes, url, self.charset, &reading.decode)
    }

    fn leads(&self, listing: Option<Parsed>, task: &Task, reading: &Reading) -> Leads {
        let rules = &reading.rules;
        match (task.kind.as_str(), listing) {
            (SITEMAP, _) => match sitemap(self.bytes, self.charset) {
                Ok(sitemap) => {
                    let (sitemaps, n_elsewhere) = sitemap.further(rules);
                    let mut leads = Leads { sitemaps, ..Leads::of(sitemap.links(rules)) };
                    if n_elsewhere > 0 {
                        *leads.refused.entry("host").or_default() += n_elsewhere;
                    }
                    if sitemap.truncated {
                        let most = discover::ENTRIES_MAX;
                        leads.problem =
                            Some(format!("only the first {most} entries of the sitemap count"));
                    }
                    leads
                }
                Err(why) => Leads { problem: Some(why), ..Leads::default() },
            },
            (FEED, _) => match feed(self.bytes, &task.url, self.charset, rules) {
                Ok(found) => Leads::of(found),
                Err(why) => Leads { problem: Some(why), ..Leads::default() },
            },
            (_, Some(Ok(listing))) => {
                let mut leads = Leads::of(listing.links(rules, &task.kind, task.page_no));
                if task.kind == REPORT {
                    leads.part = part(&listing, task, reading);
                }
                leads
            }
            (_, Some(Err(why))) => Leads { problem: Some(why), ..Leads::default() },
            (_, None) => Leads::default(),
        }
    }
}

/// The next part of an article: on the same host and in the same folder, where parts are.
fn part(listing: &Listing, task: &Task, reading: &Reading) -> Option<Url> {
    let (next, max) = reading.parts.as_ref()?;
    if task.place + 1 >= *max {
        return None;
    }
    let url = reading.rules.admit(&listing.next(next, task.place + 1)?, LIST).ok()?;
    let folder = |url: &Url| url.path().rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let beside = url.origin() == task.url.origin() && folder(&url) == folder(&task.url);
    (beside && url != task.url).then_some(url)
}

impl Leads {
    fn of(found: Found) -> Self {
        let Found { links, next, refused, problem } = found;
        Self { links, next, refused, problem, ..Self::default() }
    }
}

fn charset(content_type: &str) -> Option<String> {
    decode::prescan::content_charset(content_type.as_bytes())
        .map(|charset| String::from_utf8_lossy(charset).into_owned())
}

/// What content is, if it is no text, by what it begins with; whatever its media type says.
fn no_text(body: &[u8], kind: &str) -> Option<&'static str> {
    const BEGINNINGS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an office document"),
        (b"Rar!\x1A\x07", "a RAR archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
        (b"MZ", "a program"),
        (b"\x7FELF", "a program"),
        (b"\x89PNG\r\n", "a picture"),
        (b"GIF8", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"\x1F\x8B", "packed once more"),
    ];
    if matches!(kind, SITEMAP | FEED) {
        return None; // they may be packed, and what is none of them is told by reading
    }
    let head = &body[..body.len().min(512)];
    if head.trim_ascii().is_empty() && body.trim_ascii().is_empty() {
        return Some("empty");
    }
    if let Some((_, what)) = BEGINNINGS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Some(what);
    }
    // A quarter of NULs is UTF-16 at the least; control characters beside them are no text.
    let odd = |b: &&u8| matches!(**b, 1..=8 | 0x0E..=0x1A | 0x1C..=0x1F);
    (head.iter().filter(odd).count() * 10 > head.len()).then_some("binary")
}

/// The text of a robots.txt answer, coded or not; what can't be unpacked is taken as it is.
pub(super) fn robots_body(exchange: &Exchange, cap: u64) -> Cow<'_, [u8]> {
    let codings = exchange.header("content-encoding").unwrap_or_default();
    let caps = Caps { bytes: cap.saturating_mul(8), ratio: 200 };
    warc::content(&exchange.body, &codings, caps).unwrap_or(Cow::Borrowed(&exchange.body))
}
