//! Unpacked bytes of an archive → records: WARC 0.17 to 1.1, and ARC files of version 1 and 2.
//!
//! Lenient where writers are sloppy (line ends, stray blank lines, headers that are no ASCII) and strict where a record
//! would take what is another's: a length that runs into the next record ends there. After anything that is no record,
//! reading goes on at the next line that begins one.

use super::stream::Stream;
use std::io::{self, BufRead};

/// A header block longer than this is none.
const HEAD_BYTES_MAX: usize = 1 << 20;

/// Records read again beyond this number are lost instead: every one costs as much as the block that held it.
const UNREAD_MAX: u32 = 100;

/// A record as stored.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// WARC-Type; for ARC files "response", and "warcinfo" for the file's own description.
    pub kind: String,
    /// The headers of the record, names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// The block: an HTTP message, or the resource itself.
    pub block: Vec<u8>,
    /// Where it begins, counted in unpacked bytes.
    pub offset: u64,
}

impl Record {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The address that the record is of, brackets that some writers put around it removed.
    pub fn target(&self) -> Option<&str> {
        let uri = self.header("warc-target-uri")?;
        let uri = uri.strip_prefix('<').and_then(|u| u.strip_suffix('>')).unwrap_or(uri);
        (!uri.is_empty()).then_some(uri)
    }
}

/// The first value of a header.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// A record, or what stands in the archive's place of one, that can't be read.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What could be read of it; the block holds what there is.
    pub record: Record,
    /// Why the rest could not.
    pub why: Why,
}

/// Why a record can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its block is longer than the cap; the length as stated.
    TooLong(u64),
    /// The archive is damaged or cut off here.
    Damaged(String),
}

/// The records of an archive, in order.
pub struct Records<R> {
    stream: Stream<R>,
    /// Longest block that is read.
    block_bytes_max: u64,
    /// Whether bytes that are no record have been reported since the last one.
    lost: bool,
    /// How often a record had to be read again since another had taken it for its own.
    n_unread: u32,
    done: bool,
}

/// Reads the records of an archive whose blocks have at most `block_bytes_max` bytes.
///
/// # Errors
/// The archive's first bytes can't be read.
pub fn records<R: BufRead>(reader: R, block_bytes_max: u64) -> io::Result<Records<R>> {
    Ok(Records {
        stream: Stream::new(reader)?,
        block_bytes_max,
        lost: false,
        n_unread: 0,
        done: false,
    })
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            self.skip_blank_lines();
            if self.stream.fill(1).is_empty() {
                match self.stream.take_failure() {
                    Some(e) if !self.lost => return Some(Err(self.lost_at(e.to_string()))),
                    Some(_) => continue,
                    None => self.done = true,
                }
                continue;
            }
            if let Some(found) = self.record() {
                self.lost = false;
                return Some(found);
            }
            if let Some(broken) = self.skip_to_record() {
                return Some(Err(broken));
            }
        }
        None
    }
}

impl<R: BufRead> Records<R> {
    fn lost_at(&mut self, why: String) -> Broken {
        self.lost = true;
        let record = Record { offset: self.stream.at(), ..Record::default() };
        Broken { record, why: Why::Damaged(why) }
    }

    /// Passes over lines until one may begin a record. Some bytes too many are a wrong length, and not worth a word.
    fn skip_to_record(&mut self) -> Option<Broken> {
        const STRAY_BYTES: u64 = 16;
        let offset = self.stream.at();
        loop {
            self.skip_line();
            let data = self.stream.fill(5);
            if data.is_empty()
                || data.starts_with(b"WARC/")
                || self.stream.next_start() == Some(0)
                || self.is_arc_head()
            {
                break;
            }
        }
        if self.lost || self.stream.at() - offset <= STRAY_BYTES {
            return None;
        }
        self.lost = true;
        let record = Record { offset, ..Record::default() };
        Some(Broken { record, why: Why::Damaged("bytes that are no record".to_owned()) })
    }

    /// Whether the line that begins here may be the head of an ARC record: an address, then further fields.
    fn is_arc_head(&mut self) -> bool {
        let data = self.stream.fill(64);
        let scheme = data.iter().take(12).position(|b| *b == b':');
        scheme.is_some_and(|n| {
            n > 0 && data[..n].iter().all(u8::is_ascii_lowercase) && data[n..].starts_with(b"://")
        })
    }

    fn skip_blank_lines(&mut self) {
        while let Some(b'\r' | b'\n') = self.stream.fill(1).first() {
            self.stream.consume(1);
        }
    }

    fn skip_line(&mut self) {
        loop {
            let data = self.stream.fill(1);
            if data.is_empty() {
                return;
            }
            let end = memchr::memchr(b'\n', data);
            let n = end.map_or(data.len(), |n| n + 1);
            self.stream.consume(n);
            if end.is_some() {
                return;
            }
        }
    }

    /// The record that begins here; null if none does.
    fn record(&mut self) -> Option<Result<Record, Broken>> {
        let offset = self.stream.at();
        let (mut record, length) = if self.stream.fill(5).starts_with(b"WARC/") {
            self.warc_head()?
        } else {
            self.arc_head()?
        };
        record.offset = offset;
        Some(self.block(record, length))
    }

    /// Version line and headers.
    fn warc_head(&mut self) -> Option<(Record, u64)> {
        let len = self.head_len()?;
        let head = self.stream.data()[..len].to_vec();
        self.stream.consume(len);
        let headers = parse_headers(after_line(&head));
        let record = Record {
            kind: header(&headers, "warc-type").unwrap_or_default().to_ascii_lowercase(),
            headers,
            ..Record::default()
        };
        let length =
            record.header("content-length").and_then(|n| n.trim().parse().ok()).unwrap_or(0);
        Some((record, length))
    }

    /// Bytes up to and with the blank line that ends a header block, or up to the archive's end.
    fn head_len(&mut self) -> Option<usize> {
        let mut from = 0;
        loop {
            let data = self.stream.data();
            if let Some(end) = blank_line_end(data, from) {
                return Some(end);
            }
            let n = data.len();
            if n > HEAD_BYTES_MAX {
                return None;
            }
            if self.stream.fill(n + 1).len() == n {
                return Some(n);
            }
            // The blank line may begin in what was there before.
            from = n.saturating_sub(3);
        }
    }

    /// The one line that opens a record of an ARC file: address, IP, date, type, …, length.
    fn arc_head(&mut self) -> Option<(Record, u64)> {
        const LINE_BYTES_MAX: usize = 1 << 16;
        let mut data = self.stream.fill(1);
        let mut n = 0;
        while memchr::memchr(b'\n', &data[n..]).is_none() {
            if data.len() == n || data.len() > LINE_BYTES_MAX {
                return None;
            }
            n = data.len();
            data = self.stream.fill(n + 1);
        }
        let end = memchr::memchr(b'\n', data)?;
        let line = String::from_utf8_lossy(&data[..end]).trim_end().to_owned();
        let fields: Vec<&str> = line.split(' ').collect();
        let is_date =
            |f: &str| (12..=18).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit());
        // Spaces in addresses occur, so the date is what the fields are counted from.
        let date_at = fields.iter().rposition(|f| is_date(f)).filter(|at| *at >= 2)?;
        let address = fields[..date_at - 1].join(" ");
        if !address.contains(':') || fields.len() < date_at + 3 {
            return None;
        }
        let length = fields.last().and_then(|n| n.parse().ok()).unwrap_or(0);
        self.stream.consume(end + 1);
        let kind = if address.starts_with("filedesc:") { "warcinfo" } else { "response" };
        let headers = vec![
            ("warc-target-uri".to_owned(), address),
            ("warc-date".to_owned(), fields[date_at].to_owned()),
            ("arc-content-type".to_owned(), fields[date_at + 1].to_owned()),
        ];
        Some((Record { kind: kind.to_owned(), headers, ..Record::default() }, length))
    }

    /// Reads the block of a record, `length` being what its head states.
    fn block(&mut self, mut record: Record, length: u64) -> Result<Record, Broken> {
        let mut left = length;
        let too_long = length > self.block_bytes_max;
        while left > 0 {
            if self.stream.next_start() == Some(0) && self.stream.fill(5).starts_with(b"WARC/") {
                let why = Why::Damaged(format!("{left} of {length} bytes are missing"));
                return Err(Broken { record, why });
            }
            let start = self.stream.next_start().filter(|n| *n > 0);
            let data = self.stream.fill(1);
            let n = data
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX))
                .min(start.unwrap_or(usize::MAX));
            if n == 0 {
                let failure = self.stream.take_failure();
                // A length that counts the line ends behind the block too.
                if failure.is_none() && left <= 4 {
                    return Ok(record);
                }
                let why = failure
                    .map_or_else(|| "the archive ends inside it".to_owned(), |e| e.to_string());
                self.lost = true;
                return Err(Broken { record, why: Why::Damaged(why) });
            }
            if !too_long {
                record.block.extend_from_slice(&data[..n]);
            }
            self.stream.consume(n);
            left -= n as u64;
        }
        if too_long {
            return Err(Broken { record, why: Why::TooLong(length) });
        }
        self.end_of_block(record)
    }

    /// What stands behind a block: line ends and the next record, or the end.
    fn end_of_block(&mut self, mut record: Record) -> Result<Record, Broken> {
        // Going beyond the block makes the unpacker check the member's own checksum.
        let rest = self.stream.fill(5);
        let ends =
            rest.is_empty() || rest[0] == b'\r' || rest[0] == b'\n' || rest.starts_with(b"WARC/");
        let short = rest.len() <= 4;
        if short && self.stream.has_failed() {
            let e = self.stream.take_failure();
            if let Some(e) = e.filter(|e| e.kind() != io::ErrorKind::UnexpectedEof) {
                return Err(Broken { record, why: Why::Damaged(e.to_string()) });
            }
            return Ok(record);
        }
        if ends || record.kind.is_empty() {
            return Ok(record);
        }
        // The stated length is wrong. If the block swallowed the beginning of the next record, it was cut short.
        if let Some(at) = swallowed(&record.block) {
            let why =
                Why::Damaged(format!("its {} bytes run into the next record", record.block.len()));
            let next = record.block.split_off(at);
            self.n_unread += 1;
            if self.n_unread <= UNREAD_MAX {
                self.stream.unread(next);
            }
            return Err(Broken { record, why });
        }
        Ok(record)
    }
}

/// Where another record begins inside a block.
fn swallowed(block: &[u8]) -> Option<usize> {
    memchr::memmem::find(block, b"\nWARC/1.").map(|at| at + 1).filter(|at| *at > 0)
}

/// One past the blank line that ends a header block.
pub(super) fn blank_line_end(data: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', &data[from.min(data.len())..]).map(|n| from + n).find_map(|n| {
        match data.get(n + 1..) {
            Some([b'\n', ..]) => Some(n + 2),
            Some([b'\r', b'\n', ..]) => Some(n + 3),
            // Line ends that were made longer by a tool for texts.
            Some([b'\r', b'\r', b'\n', ..]) => Some(n + 4),
            _ => None,
        }
    })
}

/// What follows the first line.
pub(super) fn after_line(head: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', head).map_or(&[], |n| &head[n + 1..])
}

/// Header lines → names in lower case and values; folded lines belong to the header before them.
pub(super) fn parse_headers(lines: &[u8]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.split(|b| *b == b'\n') {
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::mem::decode_latin1(line).into_owned(),
        };
        if text.starts_with([' ', '\t']) && !text.trim().is_empty() {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(text.trim());
            }
        } else if let Some((name, value)) = text.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(archive: &str) -> Vec<Result<(String, String), Why>> {
        records(archive.as_bytes(), 1 << 20)
            .unwrap()
            .map(|r| match r {
                Ok(r) => Ok((
                    r.target().unwrap_or_default().to_owned(),
                    String::from_utf8_lossy(&r.block).into_owned(),
                )),
                Err(broken) => Err(broken.why),
            })
            .collect()
    }

    fn one(uri: &str, length: usize, block: &str) -> String {
        format!(
            "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: {uri}\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
        )
    }

    fn ok(uri: &str, block: &str) -> Result<(String, String), Why> {
        Ok((uri.to_owned(), block.to_owned()))
    }

    #[test]
    fn records_in_order() {
        let archive = [
            one("http://a.example/", 2, "aa"),
            one("<http://b.example/>", 0, ""),
            one("http://c.example/ d", 3, "c\nc"),
        ];
        let expected = [
            ok("http://a.example/", "aa"),
            ok("http://b.example/", ""),
            ok("http://c.example/ d", "c\nc"),
        ];
        assert_eq!(read(&archive.concat()), expected);
        assert_eq!(read(&archive.concat().replace("\r\n", "\n")), expected);
        assert!(read("").is_empty());
    }

    #[test]
    fn a_record_that_is_cut_short_does_not_take_the_next() {
        let archive = [
            one("http://a.example/", 60, "aa"),
            one("http://b.example/", 2, "bb"),
            one("http://c.example/", 2, "cc"),
        ];
        let found = read(&archive.concat());
        assert!(found[0].is_err());
        assert_eq!(found[1..], [ok("http://b.example/", "bb"), ok("http://c.example/", "cc")]);
    }

    #[test]
    fn what_is_no_record_is_reported_once() {
        let archive = format!(
            "{}no record at all\nnor here\n{}",
            one("http://a.example/", 1, "a"),
            one("http://b.example/", 1, "b")
        );
        let found = read(&archive);
        assert_eq!(found.len(), 3);
        assert_eq!(
            (&found[0], &found[2]),
            (&ok("http://a.example/", "a"), &ok("http://b.example/", "b"))
        );
    }

    #[test]
    fn blocks_beyond_the_cap_are_passed_over() {
        let archive =
            [one("http://a.example/", 9, "123456789"), one("http://b.example/", 1, "b")].concat();
        let found: Vec<_> = records(archive.as_bytes(), 8).unwrap().collect();
        assert_eq!(found[0].as_ref().unwrap_err().why, Why::TooLong(9));
        assert_eq!(found[1].as_ref().unwrap().block, b"b");
    }

    #[test]
    fn arc_files() {
        let archive = "filedesc://a.arc 0.0.0.0 20140101000000 text/plain 4\n1 0\n\n\
            http://a.example/x y 1.2.3.4 20140102030405 text/html 5\nHTTP!\n";
        let found: Vec<_> = records(archive.as_bytes(), 99).unwrap().map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].kind.as_str(), found[1].target()),
            ("warcinfo", Some("http://a.example/x y"))
        );
        assert_eq!(found[1].block, b"HTTP!");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600), packed: bool) {
            let mut archive = if packed { vec![0x1F, 0x8B, 8, 0] } else { b"WARC/1.0\r\nContent-Length: 9\r\n\r\n".to_vec() };
            archive.extend(bytes);
            let _ = records(archive.as_slice(), 100).unwrap().count();
        }
    }
}
