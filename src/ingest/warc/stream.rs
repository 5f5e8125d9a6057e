//! The bytes of an archive, unpacked, with the places where one gzip member ends and the next begins.
//!
//! Archives are plain, one gzip member a record (what the standard asks for), one gzip stream as a whole, or members cut
//! anywhere. What is wrong with one member costs that member: reading goes on at the next. Only what one record needs is
//! in memory.

use flate2::bufread::GzDecoder;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// First bytes of a gzip member: the magic number and the only method there is.
const GZIP: &[u8] = &[0x1F, 0x8B, 0x08];

/// How much is unpacked at a time.
const STEP_BYTES: usize = 1 << 15;

/// An archive that is being read.
pub(super) struct Stream<R> {
    state: State<R>,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are used up.
    used: usize,
    /// Bytes used up before those of the buffer.
    before: u64,
    /// Where members begin, counted in unpacked bytes.
    starts: VecDeque<u64>,
    failure: Option<io::Error>,
}

enum State<R> {
    Plain(R),
    Member(Box<GzDecoder<R>>),
    /// Between members.
    Between(R),
    /// Behind a damaged member, to be searched for the next.
    Damaged(R),
    End,
}

/// Whether a Zstandard frame begins here, or one to be skipped, which holds a dictionary (RFC 8878, 3.1).
fn is_zstd(head: &[u8]) -> bool {
    head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
        || matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..])
}

impl<R: BufRead> Stream<R> {
    /// Begins to read.
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let head = reader.fill_buf()?;
        let (packed, zstd) = (head.starts_with(&GZIP[..2]), is_zstd(head));
        let failure = zstd.then(|| {
            io::Error::other(
                "it is packed with Zstandard, which is not read: unpack it with zstd -d",
            )
        });
        let state = match (zstd, packed) {
            (true, _) => State::End,
            (_, true) => State::Between(reader),
            _ => State::Plain(reader),
        };
        Ok(Self { state, buffer: Vec::new(), used: 0, before: 0, starts: VecDeque::new(), failure })
    }

    /// What is unpacked and not used up.
    pub(super) fn data(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// Unpacks until `n` bytes are there; fewer only at the end or in front of damage.
    pub(super) fn fill(&mut self, n: usize) -> &[u8] {
        while self.data().len() < n && self.failure.is_none() {
            match self.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(e) => self.failure = Some(e),
            }
        }
        self.data()
    }

    /// Uses bytes up.
    pub(super) fn consume(&mut self, n: usize) {
        self.used += n.min(self.data().len());
        while self.starts.front().is_some_and(|s| *s < self.at()) {
            self.starts.pop_front();
        }
        if self.used > STEP_BYTES && self.used * 2 > self.buffer.len() {
            self.buffer.drain(..self.used);
            self.before += self.used as u64;
            self.used = 0;
        }
    }

    /// Puts bytes back that were used up last.
    pub(super) fn unread(&mut self, mut bytes: Vec<u8>) {
        let n = bytes.len();
        if n <= self.used {
            self.used -= n;
            return;
        }
        self.before = self.at().saturating_sub(n as u64);
        bytes.extend_from_slice(&self.buffer[self.used..]);
        (self.buffer, self.used) = (bytes, 0);
    }

    /// Unpacked bytes used up so far.
    pub(super) fn at(&self) -> u64 {
        self.before + self.used as u64
    }

    /// How far the next start of a member is, if one is among what is unpacked; 0 if it is here.
    pub(super) fn next_start(&self) -> Option<usize> {
        self.starts.front().and_then(|s| usize::try_from(s - self.at()).ok())
    }

    /// What stopped the reading, once; after that it goes on with the next sound member.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        let failure = self.failure.take()?;
        // What came out of the damaged member last is not to be trusted.
        let left = self.data().len();
        self.consume(left);
        self.state = match std::mem::replace(&mut self.state, State::End) {
            State::Member(decoder) => State::Damaged(decoder.into_inner()),
            State::Between(reader) | State::Damaged(reader) => State::Damaged(reader),
            State::Plain(_) | State::End => State::End,
        };
        Some(failure)
    }

    /// Whether reading has stopped at damage.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Unpacks some more; false at the end.
    fn step(&mut self) -> io::Result<bool> {
        match std::mem::replace(&mut self.state, State::End) {
            State::Plain(mut reader) => {
                let n = self.read(&mut reader)?;
                self.state = State::Plain(reader);
                Ok(n > 0)
            }
            State::Member(mut decoder) => match self.read(&mut decoder) {
                Ok(0) => {
                    self.state = State::Between(decoder.into_inner());
                    Ok(true)
                }
                read => {
                    self.state = State::Member(decoder);
                    read.map(|_| true)
                }
            },
            State::Between(mut reader) => {
                let head = reader.fill_buf()?;
                if head.is_empty() {
                    return Ok(false);
                }
                let is_member = head.starts_with(&GZIP[..head.len().min(2)]);
                if is_member {
                    self.starts.push_back(self.before + self.buffer.len() as u64);
                    self.state = State::Member(Box::new(GzDecoder::new(reader)));
                    return Ok(true);
                }
                let message = "bytes that are no gzip between the records";
                self.state = State::Damaged(reader);
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
            State::Damaged(mut reader) => {
                if !skip_to_member(&mut reader)? {
                    return Ok(false);
                }
                self.starts.push_back(self.before + self.buffer.len() as u64);
                self.state = State::Member(Box::new(GzDecoder::new(reader)));
                Ok(true)
            }
            State::End => Ok(false),
        }
    }

    fn read(&mut self, from: &mut impl Read) -> io::Result<usize> {
        let start = self.buffer.len();
        self.buffer.resize(start + STEP_BYTES, 0);
        let read = loop {
            match from.read(&mut self.buffer[start..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(start + read.as_ref().map_or(0, |n| *n));
        read
    }
}

/// Goes on to the next bytes that begin a member; false if there are none.
fn skip_to_member(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        match memchr::memmem::find(buffer, GZIP) {
            Some(at) => {
                reader.consume(at);
                return Ok(true);
            }
            // The magic number may be cut by the buffer's end; then its first byte is the next buffer's beginning,
            // and one record more is lost, which is no worse than the damage.
            None => {
                let n = buffer.len();
                reader.consume(n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn member(content: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(content).unwrap();
        packed.finish().unwrap()
    }

    fn all(bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut stream = Stream::new(bytes).unwrap();
        let (mut out, mut n_failures) = (Vec::new(), 0);
        loop {
            let data = stream.fill(1).to_vec();
            stream.consume(data.len());
            out.extend_from_slice(&data);
            if stream.take_failure().is_some() {
                n_failures += 1;
            } else if data.is_empty() {
                return (out, n_failures);
            }
        }
    }

    #[test]
    fn members_are_one_text_and_their_starts_are_known() {
        let packed = [member(b"one"), member(b"two")].concat();
        assert_eq!(all(&packed), (b"onetwo".to_vec(), 0));
        let mut stream = Stream::new(packed.as_slice()).unwrap();
        stream.fill(6);
        assert_eq!(stream.next_start(), Some(0));
        stream.consume(1);
        assert_eq!(stream.next_start(), Some(2));
    }

    #[test]
    fn a_damaged_member_costs_itself_alone() {
        let long: Vec<u8> =
            (0..20_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let mut second = member(&long);
        let middle = second.len() / 2;
        second[middle..middle + 40].fill(0xA5);
        let packed = [member(b"one"), second, b"junk".to_vec(), member(b"three")].concat();
        let (out, n_failures) = all(&packed);
        assert!(out.starts_with(b"one") && out.ends_with(b"three"));
        assert!(n_failures >= 1);
    }

    #[test]
    fn what_is_cut_ends_with_a_failure() {
        let packed = member(&[b'a'; 100_000]);
        let (_, n_failures) = all(&packed[..packed.len() / 2]);
        assert_eq!(n_failures, 1);
        assert_eq!(all(b""), (Vec::new(), 0));
        assert_eq!(all(b"plain"), (b"plain".to_vec(), 0));
    }
}
