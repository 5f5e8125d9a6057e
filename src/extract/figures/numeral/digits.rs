//! Digits side by side: runs of Chinese ones, and Arabic numbers with their groups of thousands and decimals.

use super::super::decimal::Decimal;
use super::super::glyph::{GLYPHS, Glyph, char_at, is_blank, is_han};
use super::super::unit::UNITS;

/// Digits side by side. More than [`Run::KEPT`] are counted, not kept: no numeral has so many.
pub(super) struct Run {
    pub(super) digits: [u8; Run::KEPT],
    pub(super) len: usize,
    pub(super) end: usize,
}

impl Run {
    const KEPT: usize = 40;

    pub(super) fn new(text: &str, at: usize, digit: fn(char) -> Option<u8>) -> Self {
        let mut run = Self { digits: [0; Self::KEPT], len: 0, end: at };
        for c in text[at..].chars() {
            let Some(d) = digit(c) else { break };
            if let Some(slot) = run.digits.get_mut(run.len) {
                *slot = d;
            }
            run.len += 1;
            run.end += c.len_utf8();
        }
        run
    }

    pub(super) fn chinese(text: &str, at: usize) -> Self {
        Self::new(text, at, |c| match GLYPHS.of(c) {
            Some(Glyph::Digit(d)) => Some(d),
            _ => None,
        })
    }

    pub(super) fn arabic(text: &str, at: usize) -> Self {
        Self::new(text, at, arabic_digit)
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.digits[..self.len.min(Self::KEPT)]
    }

    /// The digits as a number that follows `sum`.
    pub(super) fn append(&self, sum: i128) -> i128 {
        self.as_slice()
            .iter()
            .fold(sum, |sum, d| sum.saturating_mul(10).saturating_add(i128::from(*d)))
    }
}

/// 0 or ０.
pub(super) fn arabic_digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => u8::try_from(c as u32 - '０' as u32).ok(),
        _ => None,
    }
}

/// A number in Arabic digits.
pub(super) struct Arabic {
    pub(super) value: Decimal,
    pub(super) end: usize,
    pub(super) whole_digits: usize,
    pub(super) leading_zero: bool,
    pub(super) point: bool,
    pub(super) grouped: bool,
}

/// Digits that a number may have before it is taken for an identifier.
pub(super) const DIGITS_MAX: usize = 34;

/// Groups of three digits that a number may have.
const GROUPS_MAX: usize = 10;

/// Digits with thousands separators and a decimal point. On failure (dates, addresses, versions: 2010.01.29), where to go on.
pub(super) fn arabic(text: &str, at: usize, bare: bool) -> Result<Arabic, usize> {
    let first = Run::arabic(text, at);
    let leading_zero = first.len > 1 && first.digits[0] == 0;
    let (mut mantissa, mut whole_digits, mut end) = (first.append(0), first.len, first.end);
    let mut grouped = false;
    if first.len <= 3 && !leading_zero {
        while let Some(group) = thousands(text, end, bare).filter(|_| whole_digits < DIGITS_MAX) {
            mantissa = group.append(mantissa);
            whole_digits += group.len;
            end = group.end;
            grouped = true;
        }
    }
    let fraction = match char_at(text, end) {
        Some(c @ ('.' | '．')) => {
            Some(Run::arabic(text, end + c.len_utf8())).filter(|f| f.len > 0)
        }
        _ => None,
    };
    let fraction_digits = fraction.as_ref().map_or(0, |f| f.len);
    if let Some(fraction) = &fraction {
        let next = char_at(text, fraction.end).filter(|c| matches!(c, '.' | '．'));
        if next.is_some_and(|c| {
            char_at(text, fraction.end + c.len_utf8()).and_then(arabic_digit).is_some()
        }) {
            return Err(dotted_end(text, fraction.end));
        }
        mantissa = fraction.append(mantissa);
        end = fraction.end;
    }
    if whole_digits + fraction_digits > DIGITS_MAX {
        return Err(end);
    }
    let exponent = -i32::try_from(fraction_digits).unwrap_or(0);
    let value = Decimal::new(mantissa, exponent);
    Ok(Arabic { value, end, whole_digits, leading_zero, point: fraction.is_some(), grouped })
}

/// Where digits and points end.
pub(super) fn dotted_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let after =
        rest.trim_start_matches(|c: char| matches!(c, '.' | '．') || arabic_digit(c).is_some());
    at + (rest.len() - after.len())
}

/// A separator and exactly three digits.
pub(super) fn thousands(text: &str, at: usize, bare: bool) -> Option<Run> {
    let c = char_at(text, at)?;
    // A blank groups only before a magnitude or a unit: 1 500万, not 2023 100.
    let blank = matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    (c == ',' || c == '，' && bare || blank).then_some(())?;
    let group = three_digits(text, at + c.len_utf8())?;
    (!blank || blank_groups(text, group.end)).then_some(group)
}

/// Three digits and no fourth.
pub(super) fn three_digits(text: &str, at: usize) -> Option<Run> {
    let first_four = text[at..].chars().take(4).take_while(|c| arabic_digit(*c).is_some()).count();
    (first_four == 3).then(|| Run::arabic(text, at))
}

/// Whether what follows three digits after a blank makes them the end of one number, further groups aside.
pub(super) fn blank_groups(text: &str, mut end: usize) -> bool {
    for _ in 0..GROUPS_MAX {
        match char_at(text, end) {
            Some('.' | '%' | '％') => return true,
            Some(c) if is_blank(c) => match three_digits(text, end + c.len_utf8()) {
                Some(group) => end = group.end,
                None => return false,
            },
            Some(c) => return is_han(c) || UNITS.at(text, end, false).is_some(),
            None => return false,
        }
    }
    false
}
