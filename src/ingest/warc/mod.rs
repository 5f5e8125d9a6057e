//! Web archives → pages: WARC and ARC files, packed or not, sound or damaged.
//!
//! Of `response` records the answers with status 2xx and a type that pages have become pages, of `resource` records the
//! same by their own type; other answers and types become rejects. Requests, metadata, revisits and what a crawler
//! says of itself are no pages. A record that is damaged, cut off or does not match its digest becomes a reject too, and
//! reading goes on at the next. One record is in memory at a time.

mod stream;
mod record;
mod http;
mod digest;

#[cfg(feature = "fetch")]
pub(crate) use digest::base32;
pub use record::{Broken, Record, Records, Why, records};

use super::{Read, Unreadable};
use crate::decode::prescan;
use crate::page::{Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
pub(crate) use http::Caps;
use http::Undone;
use jiff::civil::DateTime;
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
    let archive = Archive { name: name.to_owned(), source_name: source_name.to_owned(), cap };
    Ok(records(reader, cap.saturating_add(OVERHEAD_BYTES))?
        .filter_map(move |read| archive.page(read)))
}

/// The page of one record of the raw store, given as its gzip member.
#[cfg(feature = "fetch")]
pub(crate) fn stored(member: &[u8], name: &str, source_name: &str, cap: u64) -> Option<Read> {
    let archive = Archive { name: name.to_owned(), source_name: source_name.to_owned(), cap };
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

/// The content of a record of the raw store, given as its gzip member, with codings undone.
///
/// # Errors
/// Why it can't be had, in words.
#[cfg(feature = "fetch")]
pub(crate) fn stored_body(member: &[u8], caps: Caps) -> Result<Vec<u8>, String> {
    let mut found = records(member, u64::MAX >> 1).map_err(|e| e.to_string())?;
    let record = match found.next() {
        Some(Ok(record)) => record,
        Some(Err(broken)) => return Err(format!("the record is broken: {:?}", broken.why)),
        None => return Err("there is no record".to_owned()),
    };
    let answer = http::answer(&record.block).ok_or("the record is no answer")?;
    let codings = answer.header("content-encoding").unwrap_or_default();
    content(&record.block[answer.content_at..], codings, caps).map(Cow::into_owned)
}

/// What is wrong with a record of the raw store, given as its gzip member: nothing, if all is well.
#[cfg(feature = "fetch")]
pub(crate) fn examine(member: &[u8], kind: &str, url: &str) -> Vec<String> {
    let Ok(mut found) = records(member, u64::MAX >> 1) else {
        return vec!["no archive".to_owned()];
    };
    let record = match found.next() {
        Some(Ok(record)) => record,
        Some(Err(broken)) => return vec![format!("the record can't be read: {:?}", broken.why)],
        None => return vec!["no record".to_owned()],
    };
    let mut problems = Vec::new();
    if found.next().is_some() {
        problems.push("more than one record in its member".to_owned());
    }
    if record.kind != kind || record.target() != Some(url) {
        problems.push(format!("the index says {kind} of {url}"));
    }
    let digest = |name: &str| record.header(name).map(str::to_owned);
    if digest("warc-block-digest").and_then(|d| digest::holds(&d, &record.block)) != Some(true) {
        problems.push("its block does not match its digest".to_owned());
    }
    if record.kind == "response" {
        let payload = http::answer(&record.block).map(|a| &record.block[a.content_at..]);
        let holds = payload.zip(digest("warc-payload-digest"));
        if holds.and_then(|(p, d)| digest::holds(&d, p)) != Some(true) {
            problems.push("its payload does not match its digest".to_owned());
        }
    }
    problems
}

/// The archive that records are of.
struct Archive {
    name: String,
    source_name: String,
    cap: u64,
}

impl Archive {
    /// What a record is to the run: a page, a reject, or nothing.
    fn page(&self, read: Result<Record, Broken>) -> Option<Read> {
        let (record, why) = match read {
            Ok(record) => (record, None),
            Err(broken) => (broken.record, Some(broken.why)),
        };
        let why = why.filter(|_| !is_complete(&record));
        let info = self.info(&record);
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
        info.media_type = content_type.map(media_type).filter(|t| !t.is_empty());
        info.http_charset = content_type
            .and_then(|t| prescan::content_charset(t.as_bytes()))
            .map(|c| String::from_utf8_lossy(c).into_owned());
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

/// Whether the answer that a record holds is all there, though the record itself is said to be longer.
fn is_complete(record: &Record) -> bool {
    let Some(answer) = http::answer(&record.block) else { return false };
    let stored = record.block.len() - answer.content_at;
    let stated = answer.header("content-length").and_then(|n| n.parse::<usize>().ok());
    record.kind == "response" && !answer.is_chunked() && stated.is_some_and(|n| n <= stored)
}

/// Whether a record holds what was fetched.
fn is_page_kind(record: &Record) -> bool {
    matches!(record.kind.as_str(), "response" | "resource")
}

/// Whether a record is of an address that pages have; archives also hold DNS answers, screenshots and their own logs.
fn is_page_address(record: &Record) -> bool {
    let target = record.target().unwrap_or_default();
    ["http://", "https://", "ftp://", "file://"].iter().any(|scheme| {
        target.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}

/// The type of a Content-Type, without parameters.
fn media_type(content_type: &str) -> String {
    content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
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
fn date(text: &str) -> Option<DateTime> {
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
        let of = Archive { name: "a.warc".to_owned(), source_name: "a".to_owned(), cap: 1000 };
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
