//! A document → a signature of a few hundred bytes that two copies of a report share.
//!
//! Wording is compared as shingles of three units: a Han character is a unit, so is a word or number of other
//! letters. Script is folded (traditional to simplified), case too, spaces and marks are left out. Of the shingles a
//! one-permutation MinHash is kept (Li, Owen and Zhang 2012; empty bins are filled from their neighbours as in Shrivastava and Li
//! 2014; a byte a bin, Li and König 2010). A second one holds the numbers with what follows them: reports of one place
//! for two years share phrases, not numbers.

use crate::extract::Document;
use crate::provenance::DocId;
use jiff::civil::Date;

/// Bins of the wording: one standard error of the estimate is 0.03.
pub(super) const WORDING_BINS: usize = 256;
/// Bins of the numbers.
const NUMBER_BINS: usize = 64;
/// Shingles of three units: longer ones suffer more from a lost character (5 % lost on both sides leaves 0.64 of
/// shingles of three, 0.47 of five), shorter ones are shared by all reports.
const SHINGLE: usize = 3;

/// What is kept of a document to find its copies.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    pub(super) doc_id: DocId,
    pub(super) published: Option<Date>,
    pub(super) body_chars: u32,
    /// Digest of the body's units.
    pub(super) exact: u64,
    pub(super) units: u32,
    pub(super) numbers: u32,
    wording: [u8; WORDING_BINS],
    numbering: [u8; NUMBER_BINS],
}

impl Signature {
    /// Reads a document once.
    pub fn of(document: &Document) -> Self {
        let mut units = Units::default();
        units.read(&document.body);
        Self {
            doc_id: DocId::of(&document.page.source),
            published: document.metadata.published_date,
            body_chars: u32::try_from(document.body.chars().count()).unwrap_or(u32::MAX),
            exact: units.digest(),
            units: units.n,
            numbers: units.n_numbers,
            wording: units.wording.bytes(),
            numbering: units.numbering.bytes(),
        }
    }

    /// As bytes of a fixed number, for a file.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut out = [0u8; Self::BYTES];
        // Days since 1970; a date that is not known lies before all that there are.
        let published = self.published.map_or(i32::MIN, days);
        let fields = [
            &self.doc_id.bits().to_le_bytes()[..],
            &self.exact.to_le_bytes(),
            &published.to_le_bytes(),
            &self.body_chars.to_le_bytes(),
            &self.units.to_le_bytes(),
            &self.numbers.to_le_bytes(),
            &self.wording,
            &self.numbering,
        ];
        let mut rest = &mut out[..];
        for field in fields {
            let (head, tail) = rest.split_at_mut(field.len());
            head.copy_from_slice(field);
            rest = tail;
        }
        out
    }

    /// What [`to_bytes`](Self::to_bytes) made bytes of.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut rest = &bytes[..];
        let published = |n: i32| (n != i32::MIN).then(|| day(n)).flatten();
        Self {
            doc_id: DocId::from_bits(u64::from_le_bytes(take(&mut rest))),
            exact: u64::from_le_bytes(take(&mut rest)),
            published: published(i32::from_le_bytes(take(&mut rest))),
            body_chars: u32::from_le_bytes(take(&mut rest)),
            units: u32::from_le_bytes(take(&mut rest)),
            numbers: u32::from_le_bytes(take(&mut rest)),
            wording: take(&mut rest),
            numbering: take(&mut rest),
        }
    }

    /// How many bytes a signature takes.
    pub const BYTES: usize = 8 + 8 + 4 * 4 + WORDING_BINS + NUMBER_BINS;

    /// The document that it is of.
    pub fn doc_id(&self) -> DocId {
        self.doc_id
    }

    /// Bins `N * number` and the following: documents that share such a group are compared.
    pub(super) fn band<const N: usize>(&self, number: usize) -> Option<[u8; N]> {
        self.wording.as_chunks::<N>().0.get(number).copied()
    }

    /// The share of wording that two documents have in common, estimated.
    pub(super) fn wording(&self, other: &Self) -> f64 {
        common(&self.wording, &other.wording)
    }

    /// The share of numbers that two documents have in common, estimated.
    pub(super) fn numbering(&self, other: &Self) -> f64 {
        common(&self.numbering, &other.numbering)
    }
}

/// The first bytes, which are taken off.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (head, tail) = rest.split_at(N);
    *rest = tail;
    let mut out = [0u8; N];
    out.copy_from_slice(head);
    out
}

fn days(date: Date) -> i32 {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    i32::try_from(days).unwrap_or(i32::MAX)
}

fn day(days: i32) -> Option<Date> {
    let hours = i64::from(days) * 24;
    Date::constant(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(hours)).ok()
}

/// Share of equal bins, less what is equal by chance in a byte.
fn common<const N: usize>(a: &[u8; N], b: &[u8; N]) -> f64 {
    let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
    let share = equal as f64 / N as f64;
    ((share - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
}

/// The least hash of each bin.
struct Bins<const N: usize>([u32; N]);

impl<const N: usize> Default for Bins<N> {
    fn default() -> Self {
        Self([u32::MAX; N])
    }
}

impl<const N: usize> Bins<N> {
    fn add(&mut self, hash: u64) {
        let bin = (hash >> 32) as usize % N;
        let value = hash as u32;
        self.0[bin] = self.0[bin].min(value);
    }

    fn bytes(&self) -> [u8; N] {
        let mut out = [0u8; N];
        if self.0.iter().all(|&v| v == u32::MAX) {
            return out;
        }
        // From the right, carrying the next filled bin along; twice round for the bins behind the last filled one.
        let mut next = (0u32, 0u64);
        for i in (0..2 * N).rev() {
            let value = self.0[i % N];
            next = if value == u32::MAX { (next.0, next.1 + 1) } else { (value, 0) };
            if i < N {
                out[i] = mix(u64::from(next.0) | next.1 << 32) as u8;
            }
        }
        out
    }
}

/// Reads text unit by unit.
#[derive(Default)]
struct Units {
    n: u32,
    n_numbers: u32,
    /// Hashes of the last unit, the last two, and so on.
    last: [u64; SHINGLE],
    /// A number that waits for the unit after it.
    number: Option<u64>,
    digest: u64,
    wording: Bins<WORDING_BINS>,
    numbering: Bins<NUMBER_BINS>,
}

impl Units {
    fn read(&mut self, text: &str) {
        let mut chars = text.chars().map(fold).peekable();
        while let Some(c) = chars.next() {
            if is_unit(c) {
                self.push(u64::from(c), false);
            } else if is_part(c) {
                let mut hash = mix(u64::from(c));
                let mut digits = usize::from(c.is_ascii_digit());
                let mut n = 1usize;
                while let Some(&next) = chars.peek() {
                    let separator = digits == n && matches!(next, '.' | ',');
                    if !separator && !is_part(next) {
                        break;
                    }
                    chars.next();
                    if !separator {
                        hash = mix(hash ^ u64::from(next));
                        digits += usize::from(next.is_ascii_digit());
                        n += 1;
                    }
                }
                self.push(hash, digits == n && n >= 2);
            }
        }
    }

    fn push(&mut self, unit: u64, number: bool) {
        self.n = self.n.saturating_add(1);
        self.digest = mix(self.digest.rotate_left(5) ^ unit);
        for at in (1..SHINGLE).rev() {
            self.last[at] = mix(self.last[at - 1].rotate_left(17) ^ unit);
        }
        self.last[0] = mix(unit);
        if self.n as usize >= SHINGLE {
            self.wording.add(self.last[SHINGLE - 1]);
        }
        if let Some(before) = self.number.take() {
            self.numbering.add(mix(before ^ unit.rotate_left(32)));
            self.n_numbers = self.n_numbers.saturating_add(1);
        }
        if number {
            self.number = Some(unit);
        }
    }

    fn digest(&self) -> u64 {
        mix(self.digest ^ u64::from(self.n) << 32)
    }
}

/// The character that stands for all its forms.
fn fold(c: char) -> char {
    match c {
        '\0'..='\u{7F}' => c.to_ascii_lowercase(),
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c).to_ascii_lowercase()
        }
        _ => crate::han::simplified_char(c),
    }
}

/// Characters that are words of their own: Han, kana, syllables of Hangul.
fn is_unit(c: char) -> bool {
    !c.is_ascii()
        && (crate::han::is_han(c) || matches!(c, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}'))
}

/// Letters and digits of words and numbers.
fn is_part(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    !is_unit(c) && crate::han::is_alphanumeric(c)
}

/// Finaliser of SplitMix64: every bit of the input moves half of the output's.
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
