//! What was exchanged with a server → WARC 1.1 records, one gzip member each (ISO 28500:2017).
//!
//! Bodies are stored as received, content codings and all. Two things differ from the wire: chunks are joined, so a
//! `Transfer-Encoding` header gets the prefix `X-Crawler-`, as other crawlers do; and names of headers are in lower case,
//! since that is all that the HTTP library tells. Both are said in each segment's warcinfo record.

use crate::hex::hex;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a body is not all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truncated {
    /// Longer than the cap.
    Length,
    /// The time was over.
    Time,
    /// The connection broke.
    Disconnect,
}

impl Truncated {
    /// The value of WARC-Truncated.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Time => "time",
            Self::Disconnect => "disconnect",
        }
    }
}

/// One request and what came back.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The address asked for.
    pub url: String,
    /// When the request was sent.
    pub at: Timestamp,
    /// Who answered.
    pub ip: Option<IpAddr>,
    /// `http/1.1`, `h2`, …
    pub protocol: &'static str,
    /// Request line and headers as sent, with the blank line.
    pub request: Vec<u8>,
    /// Status of the answer.
    pub status: u16,
    /// Reason phrase of the answer.
    pub reason: String,
    /// Headers of the answer, as far as they are known: names in lower case, values as bytes.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as received, codings not undone.
    pub body: Vec<u8>,
    /// Whether the body is not all there.
    pub truncated: Option<Truncated>,
}

impl Exchange {
    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(n, _)| n == name)?;
        Some(match std::str::from_utf8(value) {
            Ok(text) => text.trim().to_owned(),
            Err(_) => encoding_rs::mem::decode_latin1(value).trim().to_owned(),
        })
    }

    /// SHA-256 of the body as received, in hex.
    pub fn payload_sha256(&self) -> String {
        hex(&Sha256::digest(&self.body))
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason).into_bytes();
        for (name, value) in &self.headers {
            if name == "transfer-encoding" {
                head.extend_from_slice(b"X-Crawler-");
            }
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

/// The stored answer that a later one repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its address.
    pub url: String,
    /// When it was fetched.
    pub date: String,
    /// SHA-256 of its body as received, in hex.
    pub payload_sha256: String,
}

/// What the index keeps of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// WARC-Type.
    pub kind: &'static str,
    /// The address.
    pub url: String,
    /// WARC-Date.
    pub date: String,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Content-Type of the answer.
    pub content_type: Option<String>,
    /// SHA-256 of the body as received, in hex.
    pub payload_sha256: Option<String>,
    /// Bytes of the body as received.
    pub payload_bytes: u64,
    /// Why the body is not all there.
    pub truncated: Option<Truncated>,
    /// Where its member begins, among the bytes that it is packed with.
    pub at: u64,
    /// Bytes of its member.
    pub length: u64,
}

/// Records ready to be appended.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    /// Their members.
    pub bytes: Vec<u8>,
    /// What there is, in their order.
    pub entries: Vec<Entry>,
}

impl Packed {
    /// Adds further records behind these.
    pub fn append(&mut self, more: Self) {
        let at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&more.bytes);
        self.entries.extend(more.entries.into_iter().map(|e| Entry { at: at + e.at, ..e }));
    }
}

/// A record before it is packed.
struct Draft<'a> {
    kind: &'static str,
    id: String,
    headers: Vec<(&'static str, String)>,
    block: &'a [u8],
}

impl Draft<'_> {
    fn member(&self) -> Vec<u8> {
        let mut head =
            format!("WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\n", self.kind, self.id);
        for (name, value) in &self.headers {
            head.push_str(name);
            head.push_str(": ");
            // A line break would end the header and begin another of the server's making.
            head.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
            head.push_str("\r\n");
        }
        head.push_str(&format!(
            "WARC-Block-Digest: {}\r\nContent-Length: {}\r\n\r\n",
            digest_header(&Sha256::digest(self.block)),
            self.block.len()
        ));
        gzip(&[head.as_bytes(), self.block, b"\r\n\r\n"])
    }
}

thread_local! {
    /// Kept between members, since making one means clearing a quarter of a megabyte. Fast: most servers pack what they
    /// send, and packing again gains nothing. Without zlib's frame, which gzip replaces.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// A gzip member (RFC 1952) of these parts.
fn gzip(parts: &[&[u8]]) -> Vec<u8> {
    /// Magic, deflate, no flags, no time, no hint, no system.
    const HEAD: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
    let n: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(256 + n / 3);
    out.extend_from_slice(&HEAD);
    let mut crc = Crc::new();
    DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        for (i, part) in parts.iter().enumerate() {
            crc.update(part);
            let is_last = i + 1 == parts.len();
            let flush = if is_last { FlushCompress::Finish } else { FlushCompress::None };
            let start = deflate.total_in();
            loop {
                let done = usize::try_from(deflate.total_in() - start).unwrap_or(part.len());
                if out.capacity() - out.len() < 64 {
                    out.reserve(part.len() / 4 + 1024);
                }
                let status = deflate.compress_vec(&part[done..], &mut out, flush);
                let status = status.expect("compressing into memory can't fail");
                let all_in = deflate.total_in() - start == part.len() as u64;
                if status == Status::StreamEnd || all_in && !is_last {
                    break;
                }
            }
        }
    });
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

/// Packs an exchange: a request record, and a response or, where the body is one that is stored, a revisit.
pub fn pack(exchange: &Exchange, earlier: Option<&Earlier>) -> Packed {
    let date = date(exchange.at);
    let (request_id, response_id) = (record_id(), record_id());
    let payload = Sha256::digest(&exchange.body);
    let payload_sha256 = hex(&payload);
    let common = |mut own: Vec<(&'static str, String)>| {
        own.insert(0, ("WARC-Date", date.clone()));
        own.insert(1, ("WARC-Target-URI", exchange.url.clone()));
        if let Some(ip) = exchange.ip {
            own.push(("WARC-IP-Address", ip.to_string()));
        }
        own.push(("WARC-Protocol", exchange.protocol.to_owned()));
        own
    };
    let mut packed = Packed::default();
    let mut add = |draft: Draft<'_>, entry: Entry| {
        let member = draft.member();
        let (at, length) = (packed.bytes.len() as u64, member.len() as u64);
        packed.bytes.extend_from_slice(&member);
        packed.entries.push(Entry { at, length, ..entry });
    };
    let entry = Entry {
        kind: "request",
        url: exchange.url.clone(),
        date: date.clone(),
        status: None,
        content_type: None,
        payload_sha256: None,
        payload_bytes: 0,
        truncated: None,
        at: 0,
        length: 0,
    };
    let request = Draft {
        kind: "request",
        id: request_id,
        headers: common(vec![
            ("WARC-Concurrent-To", response_id.clone()),
            ("Content-Type", "application/http;msgtype=request".to_owned()),
        ]),
        block: &exchange.request,
    };
    let mut block = exchange.head();
    let mut headers = Vec::new();
    let kind = match earlier {
        Some(earlier) => {
            let (profile, digest) = if exchange.status == 304 {
                ("server-not-modified", earlier.payload_sha256.clone())
            } else {
                ("identical-payload-digest", payload_sha256.clone())
            };
            let profile = format!("http://netpreserve.org/warc/1.1/revisit/{profile}");
            headers.push(("WARC-Profile", profile));
            headers.push(("WARC-Refers-To-Target-URI", earlier.url.clone()));
            headers.push(("WARC-Refers-To-Date", earlier.date.clone()));
            headers.push(("WARC-Payload-Digest", digest_header(&unhex(&digest))));
            "revisit"
        }
        None => {
            headers.push(("WARC-Payload-Digest", digest_header(&payload)));
            block.extend_from_slice(&exchange.body);
            "response"
        }
    };
    if let Some(truncated) = exchange.truncated {
        headers.push(("WARC-Truncated", truncated.code().to_owned()));
    }
    headers.push(("Content-Type", "application/http;msgtype=response".to_owned()));
    let response = Draft { kind, id: response_id, headers: common(headers), block: &block };
    add(
        response,
        Entry {
            kind,
            status: Some(exchange.status),
            content_type: exchange.header("content-type"),
            payload_sha256: Some(earlier.map_or(payload_sha256, |e| e.payload_sha256.clone())),
            payload_bytes: exchange.body.len() as u64,
            truncated: exchange.truncated,
            ..entry.clone()
        },
    );
    add(request, entry);
    packed
}

/// Packs a failure that brought no answer, as a metadata record.
pub fn failure(url: &str, at: Timestamp, message: &str, attempts: u32) -> Packed {
    let message: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let block = format!("fetchError: {message}\r\nattempts: {attempts}\r\n");
    let draft = Draft {
        kind: "metadata",
        id: record_id(),
        headers: vec![
            ("WARC-Date", date(at)),
            ("WARC-Target-URI", url.to_owned()),
            ("Content-Type", "application/warc-fields".to_owned()),
        ],
        block: block.as_bytes(),
    };
    let bytes = draft.member();
    let entry = Entry {
        kind: "metadata",
        url: url.to_owned(),
        date: date(at),
        status: None,
        content_type: None,
        payload_sha256: None,
        payload_bytes: 0,
        truncated: None,
        at: 0,
        length: bytes.len() as u64,
    };
    Packed { bytes, entries: vec![entry] }
}

/// The first record of a segment.
pub(super) fn warcinfo(file_name: &str, info: &str) -> Vec<u8> {
    let block = format!(
        "software: baogao/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         description: bodies as received, chunks joined, names of headers in lower case\r\n{info}",
        env!("CARGO_PKG_VERSION")
    );
    Draft {
        kind: "warcinfo",
        id: record_id(),
        headers: vec![
            ("WARC-Date", date(now())),
            ("WARC-Filename", file_name.to_owned()),
            ("Content-Type", "application/warc-fields".to_owned()),
        ],
        block: block.as_bytes(),
    }
    .member()
}

/// The time of day. What is stored says when it was fetched; nothing else in the store depends on it.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// As WARC 1.1 writes it, to the second.
pub(crate) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A UUID of version 8, unique by 122 bits of a digest over random numbers of this process and a counter.
fn record_id() -> String {
    static SEED: LazyLock<[u64; 2]> =
        LazyLock::new(|| [0; 2].map(|_: u64| RandomState::new().build_hasher().finish()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let no = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut hasher = blake3::Hasher::new();
    for n in [SEED[0], SEED[1], u64::from(std::process::id()), no] {
        hasher.update(&n.to_le_bytes());
    }
    let mut id = [0u8; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    id[6] = id[6] & 0x0F | 0x80;
    id[8] = id[8] & 0x3F | 0x80;
    let h = hex(&id);
    format!("<urn:uuid:{}-{}-{}-{}-{}>", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

fn digest_header(digest: &[u8]) -> String {
    // Padded to a multiple of 8 characters, as RFC 4648 has it and other tools compare it.
    let mut text = crate::ingest::warc::base32(digest);
    while !text.len().is_multiple_of(8) {
        text.push('=');
    }
    format!("sha256:{text}")
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::warc::records;

    fn exchange() -> Exchange {
        Exchange {
            url: "http://www.example.cn/a.html".to_owned(),
            at: Timestamp::from_second(1_704_955_576).unwrap(),
            ip: Some([192, 0, 2, 1].into()),
            protocol: "http/1.1",
            request: b"GET /a.html HTTP/1.1\r\nhost: www.example.cn\r\n\r\n".to_vec(),
            status: 200,
            reason: "OK".to_owned(),
            headers: vec![
                ("content-type".to_owned(), b"text/html; charset=GBK".to_vec()),
                ("transfer-encoding".to_owned(), b"chunked".to_vec()),
            ],
            body: b"<p>abc".to_vec(),
            truncated: None,
        }
    }

    #[test]
    fn an_exchange_is_a_response_and_a_request_each_in_a_member() {
        let packed = pack(&exchange(), None);
        assert_eq!(
            packed.entries.iter().map(|e| e.kind).collect::<Vec<_>>(),
            ["response", "request"]
        );
        for entry in &packed.entries {
            let member = &packed.bytes[entry.at as usize..][..entry.length as usize];
            let read: Vec<_> = records(member, 1 << 20).unwrap().map(Result::unwrap).collect();
            assert_eq!((read.len(), read[0].kind.as_str()), (1, entry.kind));
            assert_eq!(read[0].target(), Some("http://www.example.cn/a.html"));
            assert_eq!(read[0].header("warc-date"), Some("2024-01-11T06:46:16Z"));
        }
    }

    #[test]
    fn chunks_are_said_to_be_joined() {
        let packed = pack(&exchange(), None);
        let read = records(packed.bytes.as_slice(), 1 << 20).unwrap().next().unwrap().unwrap();
        let block = String::from_utf8(read.block).unwrap();
        assert!(block.contains("X-Crawler-transfer-encoding: chunked\r\n"), "{block}");
        assert!(block.ends_with("\r\n\r\n<p>abc"), "{block}");
    }

    #[test]
    fn what_is_stored_already_is_not_stored_again() {
        let earlier = Earlier {
            url: "http://www.example.cn/a.html".to_owned(),
            date: "2024-01-10T00:00:00Z".to_owned(),
            payload_sha256: exchange().payload_sha256(),
        };
        let packed = pack(&exchange(), Some(&earlier));
        let read = records(packed.bytes.as_slice(), 1 << 20).unwrap().next().unwrap().unwrap();
        assert_eq!(read.kind, "revisit");
        assert!(read.header("warc-profile").unwrap().ends_with("/identical-payload-digest"));
        assert!(read.block.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn no_header_of_a_server_breaks_out_of_its_line() {
        let packed =
            failure("http://www.example.cn/a", exchange().at, "broken\r\nWARC-Type: response", 3);
        let read = records(packed.bytes.as_slice(), 1 << 20).unwrap().next().unwrap().unwrap();
        assert_eq!(read.kind, "metadata");
        assert_eq!(read.block, b"fetchError: broken  WARC-Type: response\r\nattempts: 3\r\n");
    }
}
