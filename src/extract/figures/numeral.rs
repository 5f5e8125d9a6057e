//! A place in a text → the [`Numeral`] that starts there: 306亿, 10余万, 两千六, 3万5千, 百分之十三点四, 三分之二, 七八.
//!
//! A recursive-descent reader over characters; what has no 分之 is read by `whole`. Values are exact decimals until they
//! leave as `f64`. What does not read as a numeral is `None`, never a wrong value: 十百 ends after 十, digits that do not
//! fit are refused. Reading is linear: a numeral ends after at most `GLYPHS_MAX` characters.
//!
//! Two modes. In running text a blank separates, and 1，500 is two numbers. Where the text is known to be a numeral
//! (`bare`) blanks are gone already, a full-width comma groups thousands, and the notations of calculators (2e5, 40k, 2^-1)
//! are read.

mod digits;
mod whole;

use super::decimal::{Amount, Decimal};
use super::glyph::{GLYPHS, Glyph, char_at};
use whole::read_whole;

/// How a numeral is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// 306, 1.2万, 3万5千: at least one Arabic digit.
    Arabic,
    /// 三百零六.
    Chinese,
}

/// What kind of part of a whole the notation itself states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// 百分之五, 万分之三 (in per cent).
    Percent,
    /// 千分之五.
    Permille,
    /// 三分之二, 1/3.
    Fraction,
}

/// A numeral as read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numeral {
    /// First byte.
    pub(super) start: usize,
    /// Byte after the last.
    pub(super) end: usize,
    /// What it comes to.
    pub(super) low: Amount,
    /// The upper end where two digits stand side by side (七八).
    pub(super) high: Option<Amount>,
    /// 余, 多, 几, 数 inside.
    pub(super) over: bool,
    /// Begins with 几 or 数.
    pub(super) few: bool,
    pub(super) script: Script,
    pub(super) share: Option<Share>,
    /// Numeral characters, separators not counted.
    pub(super) glyphs: usize,
    /// Magnitude words only (百, 千亿): no digit says how many.
    pub(super) magnitude_only: bool,
    /// A magnitude word (十 to 亿) is in it.
    pub(super) magnitude: bool,
    /// 万 or larger is in it.
    pub(super) large: bool,
    /// Digits side by side without magnitude words (二〇二三).
    pub(super) digit_string: bool,
    /// 007.
    pub(super) leading_zero: bool,
    pub(super) point: bool,
    /// 1,286 or 1 286.
    pub(super) grouped: bool,
    /// A sign stands before it.
    pub(super) signed: bool,
    /// The power of ten of the magnitude word that it ends with, and what stands before that: 3 and 4 of 三万.
    pub(super) tail: Option<(Decimal, i32)>,
}

/// One half: 半年, 一半.
pub(super) fn half(start: usize, end: usize) -> Numeral {
    Numeral {
        low: Amount::Exact(Decimal::new(5, -1)),
        end,
        glyphs: 1,
        magnitude_only: false,
        share: None,
        ..Numeral::empty(start)
    }
}

impl Numeral {
    /// 半: one half.
    pub(super) fn is_half(&self) -> bool {
        self.low == Amount::Exact(Decimal::new(5, -1)) && self.glyphs == 1 && !self.point
    }

    fn empty(at: usize) -> Self {
        Self {
            start: at,
            end: at,
            low: Amount::Exact(Decimal::ZERO),
            high: None,
            over: false,
            few: false,
            script: Script::Chinese,
            share: None,
            glyphs: 0,
            magnitude_only: true,
            magnitude: false,
            large: false,
            digit_string: false,
            leading_zero: false,
            point: false,
            grouped: false,
            signed: false,
            tail: None,
        }
    }
}

/// Reads the numeral that starts at `at`. On failure, where to go on.
pub(super) fn read(text: &str, at: usize, bare: bool) -> Result<Numeral, usize> {
    let (sign_end, negative) = sign(text, at, bare);
    let mut numeral = read_unsigned(text, sign_end, bare)?;
    if negative {
        numeral.low = numeral.low.neg();
        numeral.high = numeral.high.map(Amount::neg);
        numeral.signed = true;
        numeral.tail = None;
    }
    numeral.start = at;
    Ok(numeral)
}

/// A sign, where the text is a numeral (in running text the finder looks back for one).
fn sign(text: &str, at: usize, bare: bool) -> (usize, bool) {
    if text[at..].starts_with("零下") {
        return (at + "零下".len(), true);
    }
    match char_at(text, at) {
        Some(c @ ('-' | '−' | '－' | '负' | '負')) if bare => (at + c.len_utf8(), true),
        Some(c @ ('负' | '負' | '-')) => (at + c.len_utf8(), true),
        Some('+') if bare => (at + 1, false),
        _ => (at, false),
    }
}

fn read_unsigned(text: &str, at: usize, bare: bool) -> Result<Numeral, usize> {
    if let Some(numeral) = per_cent(text, at, bare) {
        return Ok(numeral);
    }
    let mut numeral = read_whole(text, at, bare)?;
    if let Some(part) =
        fraction(text, &numeral, bare).or_else(|| mixed_fraction(text, &numeral, bare))
    {
        numeral = part;
    }
    Ok(numeral)
}

/// 百分之N, 千分之N, 万分之N: the words before 分之 hold no digit.
fn per_cent(text: &str, at: usize, bare: bool) -> Option<Numeral> {
    let mut power = 0;
    let mut end = at;
    while let Some(c) = char_at(text, end) {
        match GLYPHS.of(c) {
            Some(Glyph::Small(e) | Glyph::Large(e)) => power += e,
            _ => break,
        }
        end += c.len_utf8();
        if power > 16 {
            return None;
        }
    }
    if !(2..=16).contains(&power) {
        return None;
    }
    let after = text[end..].strip_prefix("分之")?;
    let at_number = text.len() - after.len();
    let (number_at, negative) = sign(text, at_number, bare);
    let mut numeral = read_whole(text, number_at, bare).ok()?;
    if negative {
        numeral.low = numeral.low.neg();
        numeral.signed = true;
    }
    // 千分之一 is one permille; 万分之三 is 0.03 %.
    let (share, shift) =
        if power == 3 { (Share::Permille, 0) } else { (Share::Percent, 2 - power) };
    numeral.low = numeral.low.shift(shift);
    numeral.high = numeral.high.map(|h| h.shift(shift));
    numeral.share = Some(share);
    numeral.start = at;
    numeral.magnitude_only = false;
    numeral.tail = None;
    Some(numeral)
}

/// 三分之二, 3又1000分之23, 1/3.
fn fraction(text: &str, whole: &Numeral, bare: bool) -> Option<Numeral> {
    let Amount::Exact(first) = whole.low else { return None };
    if whole.high.is_some() || whole.over {
        return None;
    }
    let rest = &text[whole.end..];
    let (numerator_at, slash) = match rest.strip_prefix("分之") {
        Some(after) => (text.len() - after.len(), false),
        None => (text.len() - rest.strip_prefix(['/', '／'])?.len(), true),
    };
    if slash && (whole.script != Script::Arabic || whole.magnitude || whole.point) {
        return None;
    }
    let (number_at, negative) = sign(text, numerator_at, bare);
    let second = read_whole(text, number_at, bare).ok()?;
    let Amount::Exact(other) = second.low else { return None };
    let other = if negative { other.neg() } else { other };
    if slash
        && (second.script != Script::Arabic
            || second.magnitude
            || second.point
            || second.leading_zero)
    {
        return None;
    }
    let (numerator, denominator) = if slash { (first, other) } else { (other, first) };
    if denominator.is_zero() {
        return None;
    }
    Some(Numeral {
        start: whole.start,
        low: Amount::Ratio(numerator, denominator),
        high: None,
        share: Some(Share::Fraction),
        glyphs: whole.glyphs + second.glyphs,
        script: if whole.script == Script::Arabic { Script::Arabic } else { second.script },
        magnitude_only: false,
        tail: None,
        ..second
    })
}

/// 3又1000分之23, `1 4/3`.
fn mixed_fraction(text: &str, whole: &Numeral, bare: bool) -> Option<Numeral> {
    let Amount::Exact(first) = whole.low else { return None };
    let rest = &text[whole.end..];
    let blank =
        whole.script == Script::Arabic && !whole.magnitude && !whole.point && rest.starts_with(' ');
    let after = rest.strip_prefix('又').or_else(|| rest.strip_prefix(' ').filter(|_| blank))?;
    let second = read_whole(text, text.len() - after.len(), bare).ok()?;
    let part = fraction(text, &second, bare)?;
    Some(Numeral { start: whole.start, low: part.low.plus(first)?, ..part })
}
