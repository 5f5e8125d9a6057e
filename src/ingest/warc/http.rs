//! An HTTP answer as archived → status, type and content: chunks joined, codings undone, within caps.

use super::record::{after_line, blank_line_end, header, parse_headers};
use std::io::Read;

/// Unpacked content beyond this size may not be more than [`Caps::ratio`] times what was stored.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// Bounds on unpacked content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caps {
    /// Bytes.
    pub(crate) bytes: u64,
    /// Bytes for each stored one, in content over 1 MiB.
    pub(crate) ratio: u64,
}

impl Caps {
    /// As many bytes, and the usual ratio: pages pack to a tenth, runs of blanks to a hundredth; what packs to less is
    /// made to fill memory.
    pub(crate) fn bytes(bytes: u64) -> Self {
        Self { bytes, ratio: 200 }
    }
}

/// An archived answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status code; null if the status line has none.
    pub(super) status: Option<i32>,
    /// Names in lower case, and values.
    pub(super) headers: Vec<(String, String)>,
    /// Where in the block the content begins.
    pub(super) content_at: usize,
}

/// Reads an answer's head; null for what is no HTTP answer.
pub(super) fn answer(block: &[u8]) -> Option<Answer> {
    let line = block.split(|b| *b == b'\n').next()?;
    if !line.starts_with(b"HTTP") {
        return None;
    }
    let status = line.split(|b| *b == b' ').filter(|f| !f.is_empty()).nth(1);
    let status =
        status.and_then(|s| std::str::from_utf8(s).ok()).and_then(|s| s.trim().parse().ok());
    let content_at = blank_line_end(block, 0).unwrap_or(block.len());
    Some(Answer { status, headers: parse_headers(after_line(&block[..content_at])), content_at })
}

impl Answer {
    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether the content comes in chunks.
    pub(super) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|t| t.to_ascii_lowercase().contains("chunked"))
    }
}

/// Why content can't be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Undone {
    /// More than the cap, or grown beyond any ratio of honest text.
    TooLarge,
    /// Packed in a way that is not known, or damaged.
    Undecodable(String),
}

/// The chunks of a content joined. Content that is not in chunks though its header says so comes back as it is.
pub(super) fn joined_chunks(content: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content;
    loop {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            return (!out.is_empty()).then_some(out);
        };
        let line = rest[..end].trim_ascii();
        let digits = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(digits).ok().and_then(|d| usize::from_str_radix(d, 16).ok());
        let Some(size) = size else {
            return (!out.is_empty()).then_some(out);
        };
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(out);
        }
        let chunk = &rest[..size.min(rest.len())];
        out.extend_from_slice(chunk);
        rest = &rest[chunk.len()..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}

/// Undoes the content codings that a header lists; what is not packed though the header says so stays.
pub(super) fn unpacked(content: Vec<u8>, codings: &str, cap: Caps) -> Result<Vec<u8>, Undone> {
    let mut content = content;
    for coding in codings.rsplit(',').map(|c| c.trim().to_ascii_lowercase()) {
        content = match coding.as_str() {
            "" | "identity" | "none" | "utf-8" => content,
            "gzip" | "x-gzip" if content.starts_with(&GZIP) => gunzipped(&content, cap)?,
            "deflate" if is_zlib(&content) => {
                read_capped(flate2::read::ZlibDecoder::new(content.as_slice()), content.len(), cap)?
            }
            // Many servers call bare deflate so. Bytes that are no deflate are the content itself.
            "deflate" => {
                let bare = flate2::read::DeflateDecoder::new(content.as_slice());
                match read_capped(bare, content.len(), cap) {
                    Err(Undone::Undecodable(_)) => content,
                    other => other?,
                }
            }
            "gzip" | "x-gzip" => content,
            other => {
                return Err(Undone::Undecodable(format!(
                    "the content coding {other:?} is not known"
                )));
            }
        };
    }
    if content.len() as u64 > cap.bytes { Err(Undone::TooLarge) } else { Ok(content) }
}

/// What every gzip member begins with.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Unpacks gzip. What follows the last member and is none is left out, as browsers do.
fn gunzipped(content: &[u8], cap: Caps) -> Result<Vec<u8>, Undone> {
    let whole = read_capped(flate2::bufread::MultiGzDecoder::new(content), content.len(), cap);
    let Err(Undone::Undecodable(_)) = &whole else { return whole };
    let mut first = flate2::bufread::GzDecoder::new(content);
    match read_capped(&mut first, content.len(), cap) {
        Ok(unpacked) if !first.get_ref().is_empty() && !first.get_ref().starts_with(&GZIP) => {
            Ok(unpacked)
        }
        _ => whole,
    }
}

/// Whether gzip, of which so many bytes came out, ends before its end. What lacks the checksum alone is all there.
#[cfg(feature = "fetch")]
pub(super) fn is_cut(packed: &[u8], n_unpacked: usize) -> bool {
    let says = packed.last_chunk().map(|size| u32::from_le_bytes(*size));
    if !packed.starts_with(&GZIP) || says == Some(n_unpacked as u32) {
        return false;
    }
    let head = flate2::bufread::GzDecoder::new(packed);
    let mut rest = *head.get_ref(); // behind the header
    let mut inflate = flate2::Decompress::new(false);
    let mut out = vec![0; 1 << 15];
    loop {
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(rest, &mut out, flate2::FlushDecompress::None);
        let taken = inflate.total_in() - before.0;
        rest = rest.get(usize::try_from(taken).unwrap_or(usize::MAX)..).unwrap_or_default();
        match status {
            Ok(flate2::Status::StreamEnd) => return false,
            Ok(_) if before != (inflate.total_in(), inflate.total_out()) => {}
            _ => return true,
        }
    }
}

fn is_zlib(content: &[u8]) -> bool {
    matches!(content, [a, b, ..] if a & 0x0F == 8 && (u16::from(*a) << 8 | u16::from(*b)).is_multiple_of(31))
}

/// Unpacks up to the caps. What is cut off gives what is there: archives cut long answers.
fn read_capped(mut from: impl Read, n_stored: usize, cap: Caps) -> Result<Vec<u8>, Undone> {
    let by_ratio = (n_stored as u64).saturating_mul(cap.ratio).max(RATIO_FROM_BYTES);
    let cap = cap.bytes.min(by_ratio);
    let mut out = Vec::new();
    match from.by_ref().take(cap + 1).read_to_end(&mut out) {
        _ if out.len() as u64 > cap => Err(Undone::TooLarge),
        Ok(_) => Ok(out),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof && !out.is_empty() => Ok(out),
        Err(e) => Err(Undone::Undecodable(format!("its packed content is damaged: {e}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn heads_of_all_kinds() {
        let read = |s: &str| answer(s.as_bytes());
        let head =
            read("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: a\r\n b\r\n\r\nbody").unwrap();
        assert_eq!(
            (head.status, head.header("content-type"), head.header("x")),
            (Some(200), Some("text/html"), Some("a b"))
        );
        assert_eq!(head.content_at, 54);
        assert_eq!(read("HTTP/1.0 302 \nLocation: x\n\n").unwrap().status, Some(302));
        assert_eq!(read("HTTP/1.0 \r\n\r\n").unwrap().status, None);
        assert_eq!(read("<html>"), None);
    }

    #[test]
    fn chunks_are_joined_as_far_as_they_go() {
        let joined = |s: &str| joined_chunks(s.as_bytes()).map(|b| String::from_utf8(b).unwrap());
        assert_eq!(joined("3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n").as_deref(), Some("abcde"));
        assert_eq!(joined("3\r\nabc\r\n9\r\nde").as_deref(), Some("abcde"));
        assert_eq!(joined("0\r\n\r\n").as_deref(), Some(""));
        assert_eq!(joined("<html>\n"), None);
    }

    #[test]
    fn codings_are_undone_within_the_caps() {
        let text = "年度报告".repeat(100).into_bytes();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        bare.write_all(&text).unwrap();
        assert_eq!(unpacked(gzip.clone(), "gzip", Caps::bytes(9999)), Ok(text.clone()));
        assert_eq!(
            unpacked(bare.finish().unwrap(), "deflate", Caps::bytes(9999)),
            Ok(text.clone())
        );
        assert_eq!(unpacked(text.clone(), "gzip", Caps::bytes(9999)), Ok(text.clone()));
        assert_eq!(unpacked(gzip.clone(), "gzip", Caps::bytes(100)), Err(Undone::TooLarge));
        let mut followed = gzip.clone();
        followed.extend_from_slice(b"<!-- cached -->");
        assert_eq!(unpacked(followed, "gzip", Caps::bytes(9999)), Ok(text.clone()));
        let mut damaged = gzip.clone();
        let crc = damaged.len() - 6;
        damaged[crc] ^= 1;
        assert!(matches!(
            unpacked(damaged, "gzip", Caps::bytes(9999)),
            Err(Undone::Undecodable(_))
        ));
        assert!(matches!(
            unpacked(gzip, "made-up", Caps::bytes(9999)),
            Err(Undone::Undecodable(_))
        ));
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![0; 4 << 20]).unwrap();
        assert_eq!(
            unpacked(bomb.finish().unwrap(), "gzip", Caps::bytes(1 << 30)),
            Err(Undone::TooLarge)
        );
    }
}
