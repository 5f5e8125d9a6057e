//! Web archives → pages: WARC and ARC files, packed or not, sound or damaged.
//!
//! Of `response` records the answers with status 2xx and a type that pages have become pages, of `resource` and
//! `conversion` records (the text files of Common Crawl) the same by their own type; other answers and types become
//! rejects, and so does a `revisit` of an address of which the archive has no answer. Requests, metadata, other revisits
//! and what a crawler says of itself are no pages. A record that is damaged, cut off or does not match its digest becomes a reject too, and
//! reading goes on at the next. One record is in memory at a time.

mod stream;
mod record;
mod http;
mod digest;

#[cfg(feature = "fetch")]
pub(crate) use digest::base32;
pub(super) use digest::short as short_digest;
pub use record::{Broken, Record, Records, Why, records};

use super::{Read, Unreadable};
use crate::decode::prescan;
use crate::page::{Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
pub(crate) use http::Caps;
use http::Undone;
use jiff::civil::DateTime;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

/// What a record may have besides the page: HTTP headers and the framing of chunks.
const OVERHEAD_BYTES: u64 = 1 << 20;

/// The pages of one archive, `name` being the archive's own name and `source_name` its source's.
///
/// # Errors
/// The archive can't be opened.
pub fn pages(
    path: &Path,
    name: &str,
    source_name: &str,
    cap: u64,
) -> io::Result<impl Iterator<Item = Read> + use<>> {
    let reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut archive = Archive::new(name, source_name, cap);
    Ok(records(reader, cap.saturating_add(OVERHEAD_BYTES))?
        .filter_map(move |read| archive.page(read)))
}

/// The page of one record of the raw store, given as its gzip member.
#[cfg(feature = "fetch")]
pub(crate) fn stored(member: &[u8], source_name: &str, cap: u64) -> Option<Read> {
    let mut archive = Archive::new("", source_name, cap);
    let record = records(member, cap.saturating_add(OVERHEAD_BYTES)).ok()?.next()?;
    archive.page(record)
}

/// Content with its codings undone, within caps.
///
/// # Errors
/// Why it can't be had, in words.
#[cfg(feature = "fetch")]
pub(crate) fn content<'a>(
    stored: &'a [u8],
    codings: &str,
    caps: Caps,
) -> Result<Cow<'a, [u8]>, String> {
    if codings.is_empty() && stored.len() as u64 <= caps.bytes {
        return Ok(Cow::Borrowed(stored));
    }
    http::unpacked(stored.to_vec(), codings, caps).map(Cow::Owned).map_err(|e| match e {
        Undone::TooLarge => "unpacked, it is larger than fetch.limits allows".to_owned(),
        Undone::Undecodable(why) => why,
    })
}

/// Whether content that was packed as these codings say, and of which so many bytes came out, is cut off: the connection
/// carried all that it announced, but what was packed has no end.
#[cfg(feature = "fetch")]
pub(crate) fn is_cut(stored: &[u8], codings: &str, n_unpacked: usize) -> bool {
    let gzip = ["gzip", "x-gzip"].iter().any(|name| codings.trim().eq_ignore_ascii_case(name));
    gzip && http::is_cut(stored, n_unpacked)
}

/// The content of a record of the raw store, given as its gzip member, with codings undone.
///
/// # Errors
/// Why it can't be had, in words.
#[cfg(feature = "fetch")]
pub(crate) fn stored_body(member: &[u8], caps: Caps) -> Result<Vec<u8>, String> {
    let StoredAnswer { received, codings, .. } = stored_answer(member)?;
    content(&received, &codings, caps).map(Cow::into_owned)
}

/// An answer as it was received.
#[cfg(feature = "fetch")]
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    /// Status line and headers, with the blank line.
    pub head: Vec<u8>,
    /// The body, content codings not undone.
    pub received: Vec<u8>,
    codings: String,
}

#[cfg(feature = "fetch")]
impl StoredAnswer {
    /// The body with its content codings undone.
    ///
    /// # Errors
    /// It is damaged, packed in a way that is not known, or has more than `cap` bytes.
    pub fn body(&self, cap: u64) -> Result<Vec<u8>, String> {
        let undone = http::unpacked(self.received.clone(), &self.codings, Caps::bytes(cap));
        undone.map_err(|e| match e {
            Undone::TooLarge => format!("more than {cap} bytes, or far more than were received"),
            Undone::Undecodable(why) => why,
        })
    }
}

/// The answer that one record of the raw store holds, given as its gzip member.
#[cfg(feature = "fetch")]
pub(crate) fn stored_answer(member: &[u8]) -> Result<StoredAnswer, String> {
    let record = match records(member, u64::MAX >> 1).map_err(|e| e.to_string())?.next() {
        Some(Ok(record)) => record,
        Some(Err(broken)) => return Err(format!("the record can't be read: {:?}", broken.why)),
        None => return Err("no record".to_owned()),
    };
    let answer = http::answer(&record.block).ok_or("the record holds no HTTP answer")?;
    let codings = answer.header("content-encoding").unwrap_or_default().to_owned();
    let mut head = record.block;
    let received = head.split_off(answer.content_at);
    Ok(StoredAnswer { head, received, codings })
}

/// What a record of the raw store says of itself.
#[cfg(feature = "fetch")]
#[derive(Debug, Clone)]
pub(crate) struct StoredRecord {
    pub(crate) kind: String,
    pub(crate) url: String,
    pub(crate) date: String,
    pub(crate) status: Option<i32>,
    pub(crate) content_type: Option<String>,
    /// SHA-256 of the body as received, in hex; of a revisit that of the body that it repeats.
    pub(crate) payload_sha256: Option<String>,
    pub(crate) payload_bytes: u64,
    pub(crate) truncated: Option<String>,
}

/// The record of the raw store that a gzip member holds, its digests checked.
///
/// # Errors
/// What is wrong with it.
#[cfg(feature = "fetch")]
pub(crate) fn stored_record(member: &[u8]) -> Result<StoredRecord, String> {
    let mut found = records(member, u64::MAX >> 1).map_err(|_| "no archive".to_owned())?;
    let record = match found.next() {
        Some(Ok(record)) => record,
        Some(Err(broken)) => return Err(format!("the record can't be read: {:?}", broken.why)),
        None => return Err("no record".to_owned()),
    };
    if found.next().is_some() {
        return Err("more than one record in its member".to_owned());
    }
    let header = |name: &str| record.header(name).map(str::to_owned);
    if header("warc-block-digest").and_then(|d| digest::holds(&d, &record.block)) != Some(true) {
        return Err("its block does not match its digest".to_owned());
    }
    let answer = http::answer(&record.block);
    let answer = answer.filter(|_| matches!(record.kind.as_str(), "response" | "revisit"));
    let payload = answer.as_ref().map_or(&[][..], |a| &record.block[a.content_at..]);
    let stated = header("warc-payload-digest");
    if record.kind == "response"
        && stated.as_deref().and_then(|d| digest::holds(d, payload)) != Some(true)
    {
        return Err("its payload does not match its digest".to_owned());
    }
    Ok(StoredRecord {
        url: record.target().unwrap_or_default().to_owned(),
        date: header("warc-date").unwrap_or_default(),
        status: answer.as_ref().and_then(|a| a.status),
        content_type: answer.as_ref().and_then(|a| a.header("content-type")).map(str::to_owned),
        payload_sha256: stated.and_then(|d| digest::sha256_hex(&d)),
        payload_bytes: payload.len() as u64,
        truncated: header("warc-truncated"),
        kind: record.kind,
    })
}

/// The archive that records are of.
struct Archive {
    name: String,
    source_name: String,
    cap: u64,
    /// Digests of the addresses of which an answer has been read.
    answered: FxHashSet<u64>,
}

impl Archive {
    fn new(name: &str, source_name: &str, cap: u64) -> Self {
        let (name, source_name) = (name.to_owned(), source_name.to_owned());
        Self { name, source_name, cap, answered: FxHashSet::default() }
    }

    /// What a record is to the run: a page, a reject, or nothing.
    fn page(&mut self, read: Result<Record, Broken>) -> Option<Read> {
        let (record, why) = match read {
            Ok(record) => (record, None),
            Err(broken) => (broken.record, Some(broken.why)),
        };
        let why = why.filter(|_| !is_complete(&record));
        let info = self.info(&record);
        let is_first = matches!(record.kind.as_str(), "response" | "revisit")
            && self.answered.insert(digest::short(record.target().unwrap_or_default()));
        if record.kind == "revisit" && is_first && is_page_address(&record) {
            return Some(Err(revisit(info, &record)));
        }
        if why.is_none() && !is_page_kind(&record)
            || !is_page_address(&record) && !record.kind.is_empty()
        {
            return None;
        }
        match why {
            // A broken record of another kind has cost no page.
            Some(_) if !record.kind.is_empty() && !is_page_kind(&record) => None,
            Some(why) => Some(Err(self.broken(info, &record, why))),
            None => Some(self.read(info, record)),
        }
    }

    /// What the head of a record says of its page.
    fn info(&self, record: &Record) -> PageInfo {
        let target = record.target().map(str::to_owned);
        PageInfo {
            source: target.clone().unwrap_or_else(|| format!("{}#{}", self.name, record.offset)),
            source_name: self.source_name.clone(),
            url: target,
            fetched_at: record.header("warc-date").and_then(date),
            ..PageInfo::default()
        }
    }

    fn broken(&self, info: PageInfo, record: &Record, why: Why) -> Unreadable {
        let at = format!("{} at byte {} of the unpacked archive", self.name, record.offset);
        let (reason, message, bytes) = match why {
            Why::TooLong(length) => {
                let message =
                    format!("{length} bytes, more than limits.page_bytes = {} ({at})", self.cap);
                (Reason::TooLarge, message, Some(length))
            }
            Why::Damaged(why) => {
                (Reason::Undecodable, format!("the record is damaged: {why} ({at})"), None)
            }
        };
        let reject = Reject::new(Stage::Ingest, reason, message);
        Unreadable { source: info.source, reject, bytes, content_sha256: None }
    }

    /// The page of a sound record, or why it gives none.
    fn read(&self, mut info: PageInfo, record: Record) -> Read {
        let answer = if record.kind == "response" { http::answer(&record.block) } else { None };
        let (content_at, content_type) = match &answer {
            Some(answer) => (answer.content_at, answer.header("content-type")),
            None => {
                let own = record.header("arc-content-type").or(record.header("content-type"));
                (0, own.filter(|t| !t.starts_with("application/http")))
            }
        };
        let stored = &record.block[content_at..];
        info.http_status = answer.as_ref().and_then(|a| a.status);
        info.bytes = stored.len() as u64;
        info.content_sha256 = super::files::sha256(stored);
        info.media_type = content_type.and_then(media_type);
        info.http_charset = content_type.and_then(http_charset);
        let reject = |reason, message: String| {
            Err(Unreadable::of(&info, Reject::new(Stage::Ingest, reason, message)))
        };
        if let Some(status) = info.http_status.filter(|s| !(200..300).contains(s)) {
            return reject(Reason::HttpError, format!("the archived answer has status {status}"));
        }
        if let Some(other) = info.media_type.as_deref().filter(|t| !is_page_type(t)) {
            return reject(Reason::NotHtml, format!("its type is {other}"));
        }
        let chunked = answer.as_ref().is_some_and(http::Answer::is_chunked);
        let joined = chunked.then(|| http::joined_chunks(stored)).flatten();
        let content = joined.as_deref().unwrap_or(stored);
        if !is_intact(&record, stored, content) {
            return reject(
                Reason::Undecodable,
                "the record's content does not match its digest".to_owned(),
            );
        }
        let codings =
            answer.as_ref().and_then(|a| a.header("content-encoding")).unwrap_or_default();
        match http::unpacked(content.to_vec(), codings, Caps::bytes(self.cap)) {
            Ok(bytes) => Ok(Page { info, bytes }),
            Err(Undone::TooLarge) => reject(
                Reason::TooLarge,
                format!("more than limits.page_bytes = {} bytes once unpacked", self.cap),
            ),
            Err(Undone::Undecodable(why)) => reject(Reason::Undecodable, why),
        }
    }
}

/// An address of which the archive has no more than that its content is one stored elsewhere.
fn revisit(info: PageInfo, record: &Record) -> Unreadable {
    let of = record.header("warc-refers-to-target-uri").or(record.target()).unwrap_or_default();
    let date = record.header("warc-refers-to-date").map(|d| format!(" at {d}")).unwrap_or_default();
    let message = format!("a revisit record: the content is that of {of}{date}, in another record");
    let reject = Reject::new(Stage::Ingest, Reason::Empty, message);
    Unreadable { source: info.source, reject, bytes: None, content_sha256: None }
}

/// Whether the answer that a record holds is all there, though the record itself is said to be longer.
fn is_complete(record: &Record) -> bool {
    let Some(answer) = http::answer(&record.block) else { return false };
    let stored = record.block.len() - answer.content_at;
    let stated = answer.header("content-length").and_then(|n| n.parse::<usize>().ok());
    record.kind == "response" && !answer.is_chunked() && stated.is_some_and(|n| n <= stored)
}

/// Whether a record holds what was fetched.
fn is_page_kind(record: &Record) -> bool {
    matches!(record.kind.as_str(), "response" | "resource" | "conversion")
}

/// Whether a record is of an address that pages have; archives also hold DNS answers, screenshots and their own logs.
fn is_page_address(record: &Record) -> bool {
    let target = record.target().unwrap_or_default();
    ["http://", "https://", "ftp://", "file://"].iter().any(|scheme| {
        target.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}

/// The type of a Content-Type, without parameters.
pub(super) fn media_type(content_type: &str) -> Option<String> {
    let media_type = content_type.split([';', ',']).next()?.trim().to_ascii_lowercase();
    // What has no "/" is no media type, and says nothing.
    media_type.contains('/').then_some(media_type)
}

/// The charset that a Content-Type names.
pub(super) fn http_charset(content_type: &str) -> Option<String> {
    let charset = prescan::content_charset(content_type.as_bytes())?;
    Some(String::from_utf8_lossy(charset).into_owned())
}

/// Whether pages have this type. Servers that don't know it send none or a made-up one, which the content tells.
fn is_page_type(media_type: &str) -> bool {
    matches!(
        media_type,
        "text/html"
            | "application/xhtml+xml"
            | "text/plain"
            | "text/xml"
            | "application/xml"
            | "application/octet-stream"
            | "no-type"
            | "unk"
            | "unknown/unknown"
            | "application/unknown"
    )
}

/// Whether a record is what it was when it was written, as far as it says. Writers disagree on whether the payload is
/// what came in chunks, so both readings count.
fn is_intact(record: &Record, stored: &[u8], content: &[u8]) -> bool {
    if let Some(holds) =
        record.header("warc-block-digest").and_then(|d| digest::holds(d, &record.block))
    {
        return holds;
    }
    let payload = record.header("warc-payload-digest");
    payload.is_none_or(|d| {
        digest::holds(d, content).unwrap_or(true) || digest::holds(d, stored).unwrap_or(true)
    })
}

/// A date of WARC (2017-03-06T04:02:06Z, with or without fractions) or ARC (20140216050221), in UTC.
pub(super) fn date(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let whole = text.split('.').next()?;
    let digits: String = whole.chars().filter(char::is_ascii_digit).take(14).collect();
    if digits.len() < 14
        || text.chars().any(|c| !matches!(c, '0'..='9' | '-' | ':' | 'T' | 'Z' | '.'))
    {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|p| p.parse::<i8>().ok());
    let year = digits.get(..4)?.parse().ok()?;
    DateTime::new(year, part(4..6)?, part(6..8)?, part(8..10)?, part(10..12)?, part(12..14)?, 0)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, uri: &str, headers: &str, block: &str) -> String {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-01-11T06:46:16Z\r\n{headers}\
             Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    }

    fn read(archive: &str) -> Vec<Read> {
        let mut of = Archive::new("a.warc", "a", 1000);
        records(archive.as_bytes(), 2000).unwrap().filter_map(|r| of.page(r)).collect()
    }

    fn reasons(archive: &str) -> Vec<Option<Reason>> {
        read(archive).into_iter().map(|r| r.err().map(|u| u.reject.reason)).collect()
    }

    #[test]
    fn an_answer_becomes_a_page() {
        let http = "HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=GBK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let page =
            read(&record("response", "http://www.example.cn/a.html", "", http)).remove(0).unwrap();
        assert_eq!(page.bytes, b"abc");
        assert_eq!(page.info.source, "http://www.example.cn/a.html");
        assert_eq!(page.info.url.as_deref(), Some("http://www.example.cn/a.html"));
        assert_eq!(
            (page.info.http_status, page.info.media_type.as_deref()),
            (Some(200), Some("text/html"))
        );
        assert_eq!(page.info.http_charset.as_deref(), Some("GBK"));
        assert_eq!(page.info.fetched_at, Some(jiff::civil::date(2024, 1, 11).at(6, 46, 16, 0)));
        assert_eq!(page.info.content_sha256.len(), 64);
    }

    #[test]
    fn what_is_no_page_is_a_reject_or_nothing() {
        let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>";
        let archive = [
            record("warcinfo", "http://a.example/", "", "software: x"),
            record("request", "http://a.example/", "", "GET / HTTP/1.1\r\n\r\n"),
            record("response", "http://a.example/", "", "HTTP/1.1 404 Not Found\r\n\r\n"),
            record(
                "response",
                "http://b.example/",
                "",
                "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG",
            ),
            record("response", "http://c.example/", "", ok),
            record("resource", "metadata://log", "Content-Type: text/plain\r\n", "log"),
            record("resource", "http://d.example/", "Content-Type: text/plain\r\n", "text"),
            record(
                "response",
                "http://e.example/",
                "WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\n",
                ok,
            ),
            record("response", "http://f.example/", "", &"x".repeat(3000)),
        ];
        assert_eq!(
            reasons(&archive.concat()),
            [
                Some(Reason::HttpError),
                Some(Reason::NotHtml),
                None,
                None,
                Some(Reason::Undecodable),
                Some(Reason::TooLarge)
            ]
        );
    }

    #[test]
    fn a_revisit_is_a_reject_where_the_archive_has_nothing_else_of_its_address() {
        let archive = [
            record("response", "http://a.example/", "", "HTTP/1.1 200 OK\r\n\r\n<p>"),
            record("revisit", "http://a.example/", "", "HTTP/1.1 304 Not Modified\r\n\r\n"),
            record(
                "revisit",
                "http://b.example/",
                "WARC-Refers-To-Target-URI: http://a.example/\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
            ),
        ];
        let found = read(&archive.concat());
        assert_eq!(found.len(), 2);
        let unreadable = found[1].as_ref().unwrap_err();
        assert_eq!(unreadable.source, "http://b.example/");
        assert!(unreadable.reject.message.contains("http://a.example/"));
    }

    #[test]
    fn text_that_was_taken_out_of_a_page_is_a_page() {
        let archive =
            record("conversion", "http://a.example/", "Content-Type: text/plain\r\n", "年度报告");
        assert_eq!(read(&archive)[0].as_ref().unwrap().bytes, "年度报告".as_bytes());
    }

    #[test]
    fn a_record_that_is_cut_off_is_a_reject() {
        let whole = record(
            "response",
            "http://a.example/",
            "",
            "HTTP/1.1 200 OK\r\n\r\n<p>年度工作报告</p>",
        );
        let cut = &whole[..whole.len() - 20];
        let found = read(cut);
        assert_eq!(found.len(), 1);
        let unreadable = found[0].as_ref().unwrap_err();
        assert_eq!(
            (unreadable.source.as_str(), unreadable.reject.reason),
            ("http://a.example/", Reason::Undecodable)
        );
    }

    #[test]
    fn dates_of_both_formats() {
        assert_eq!(date("2017-03-06T04:02:06.123456Z"), date("20170306040206"));
        assert_eq!(date("2017-03-06"), None);
        assert_eq!(date("Mon, 06 Mar 2017 04:02:06 GMT"), None);
    }
}
