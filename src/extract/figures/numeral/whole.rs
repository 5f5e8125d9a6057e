//! A number with magnitudes, without sign and 分之: 306亿, 10余万, 两千六, 3万5千, 七八.
//!
//! In: a place in a text. Out: the numeral that starts there, character by character from left to right; parts closed by
//! 万, 亿 and 兆 are summed at the end.

use super::super::decimal::{Amount, Decimal};
use super::super::glyph::{GLYPHS, Glyph, char_at, is_blank, skip_blanks};
use super::digits::{Arabic, DIGITS_MAX, Run, arabic};
use super::{Numeral, Script};

/// Characters after which a numeral is given up.
const GLYPHS_MAX: usize = 80;

/// The number being read: completed parts above the magnitude in hand, the part below it, the digit in hand.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    bare: bool,
    /// Parts closed by 万, 亿, 兆, the largest first.
    parts: Vec<(Decimal, i32)>,
    /// The part below 万.
    section: Decimal,
    /// The digits in hand.
    pending: Option<Pending>,
    /// The last 十 百 千 of the section.
    small: i32,
    /// The last magnitude read, if nothing but digits followed.
    last: Option<i32>,
    /// The last token was a magnitude.
    at_magnitude: bool,
    /// 零 after the last magnitude: what follows is no shorthand.
    zero: bool,
    /// What the upper end is more than the lower.
    spread: Option<Decimal>,
    out: Numeral,
}

#[derive(Clone, Copy)]
struct Pending {
    value: Decimal,
    /// One digit, so that 一万三 is 13000.
    single: bool,
}

/// A number with magnitudes, without sign and 分之. On failure, where to go on.
pub(super) fn read_whole(text: &str, at: usize, bare: bool) -> Result<Numeral, usize> {
    let mut reader = Reader {
        text,
        at,
        bare,
        parts: Vec::new(),
        section: Decimal::ZERO,
        pending: None,
        small: 9,
        last: None,
        at_magnitude: false,
        zero: false,
        spread: None,
        out: Numeral::empty(at),
    };
    while reader.step()? {
        if reader.out.glyphs > GLYPHS_MAX {
            return Err(reader.at);
        }
    }
    reader.finish()
}

impl Reader<'_> {
    fn refuse<T>(&self) -> Result<T, usize> {
        Err(self.at)
    }

    fn push(&mut self, c: char) {
        self.at += c.len_utf8();
        self.out.glyphs += 1;
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> Result<bool, usize> {
        let Some(c) = char_at(self.text, self.at) else { return Ok(false) };
        if c == '.' && self.bare && self.out.glyphs == 0 {
            return self.arabic(); // .5
        }
        let Some(glyph) = GLYPHS.of(c) else { return self.step_other(c) };
        match glyph {
            Glyph::Arabic(_) => self.arabic(),
            Glyph::Digit(d) => self.digits(d),
            Glyph::Tens(d) => Ok(self.tens(c, d)),
            Glyph::Small(e) => self.small(c, e),
            Glyph::Large(e) => self.large(c, e),
            Glyph::More => Ok(self.more(c)),
            Glyph::Few => Ok(self.few(c)),
            Glyph::Half => Ok(false),
        }
    }

    /// Blanks between a number and its magnitude, the decimal point 点, letters for magnitudes.
    fn step_other(&mut self, c: char) -> Result<bool, usize> {
        if is_blank(c) && self.at_magnitude && self.out.script == Script::Chinese {
            return Ok(self.spaced(c));
        }
        if is_blank(c) && self.pending.is_some() && self.out.script == Script::Arabic {
            let next = skip_blanks(self.text, self.at);
            if next - self.at <= 3
                && let Some((power, end)) = GLYPHS.english(self.text, next)
            {
                return Ok(self.english(power, end));
            }
            let glyph = char_at(self.text, next).and_then(|c| GLYPHS.of(c));
            if next - self.at <= 3 && matches!(glyph, Some(Glyph::Large(_))) {
                self.at = next;
                return Ok(true);
            }
            return Ok(false);
        }
        if matches!(c, '点' | '點') && !self.out.point {
            return self.point(c);
        }
        Ok(self.letter(c))
    }

    /// 3.5 million: the magnitude ends the numeral.
    fn english(&mut self, power: i32, end: usize) -> bool {
        if let Some(pending) = self.pending.take() {
            self.parts.push((pending.value.shift(power), power));
            self.at = end;
            self.after_magnitude(power);
            self.out.large = true;
        }
        false
    }

    /// 三千 九百 六十五: a digit and the next smaller magnitude after a blank.
    fn spaced(&mut self, blank: char) -> bool {
        let at = self.at + blank.len_utf8();
        let run = Run::chinese(self.text, at);
        let fits = match char_at(self.text, run.end).and_then(|c| GLYPHS.of(c)) {
            Some(Glyph::Small(e)) => run.len == 1 && run.digits[0] > 0 && e < self.small,
            _ => false,
        };
        if fits {
            self.at = at;
        }
        fits
    }

    /// 40k, 30w: thousands and ten thousands; capitals and M only where the text is a numeral.
    fn letter(&mut self, c: char) -> bool {
        let power = match c {
            'k' | 'ｋ' => 3,
            'w' | 'W' => 4,
            'K' if self.bare => 3,
            'M' if self.bare => 6,
            'G' | 'T' | 'B' => return false,
            _ => return false,
        };
        let next = char_at(self.text, self.at + c.len_utf8());
        let Some(pending) = self.pending else { return false };
        if next.is_some_and(|n| n.is_ascii_alphanumeric())
            || self.out.script == Script::Chinese
            || self.at_magnitude
        {
            return false;
        }
        self.pending = Some(Pending { value: pending.value.shift(power), single: false });
        self.push(c);
        self.out.magnitude = true;
        self.out.magnitude_only = false;
        self.out.large = power >= 4;
        self.last = None;
        self.out.tail = None;
        false
    }

    fn arabic(&mut self) -> Result<bool, usize> {
        if self.pending.is_some() || self.out.over {
            return Ok(false);
        }
        let digits = arabic(self.text, self.at, self.bare)?;
        // 3万4000 is one number; digits that do not fit below the magnitude are another.
        if let Some(last) = self.last
            && !self.fits_below(&digits, usize::try_from(last).unwrap_or(0))
        {
            return Ok(false);
        }
        if self.last.is_none() && self.out.glyphs > 0 {
            return Ok(false);
        }
        self.out.script = Script::Arabic;
        self.out.magnitude_only = false;
        self.out.leading_zero |= self.out.glyphs == 0 && digits.leading_zero;
        self.zero |= digits.leading_zero;
        self.out.grouped |= digits.grouped;
        self.out.point |= digits.point;
        self.out.glyphs += digits.whole_digits.max(1);
        self.pending = Some(Pending {
            value: digits.value,
            single: digits.whole_digits == 1 && !digits.point,
        });
        self.at = digits.end;
        self.at_magnitude = false;
        Ok(true)
    }

    /// 3万4000 and 3万5千 go on; in 390万65岁 another number begins.
    fn fits_below(&self, digits: &Arabic, last: usize) -> bool {
        let next = char_at(self.text, digits.end).and_then(|c| GLYPHS.of(c));
        let scaled = matches!(next, Some(Glyph::Small(_) | Glyph::Large(_)))
            && !text_unit_follows(self.text, digits.end);
        let fits = digits.whole_digits <= last;
        fits && (self.bare
            || self.zero
            || digits.whole_digits == last
            || digits.whole_digits == 1 && scaled
            || scaled && last > 4)
    }

    /// A run of Chinese digits: one digit, two neighbours (七八), or a number read digit by digit.
    fn digits(&mut self, first: u8) -> Result<bool, usize> {
        if self.pending.is_some() || self.out.over && !self.at_magnitude {
            return Ok(false);
        }
        if first == 0 && self.last.is_some() {
            while let Some(c) =
                char_at(self.text, self.at).filter(|c| GLYPHS.of(*c) == Some(Glyph::Digit(0)))
            {
                self.push(c);
            }
            self.zero = true;
            self.at_magnitude = false;
            return Ok(self.zero_is_inside());
        }
        if self.last.is_none() && self.out.glyphs > 0 {
            return Ok(false);
        }
        let run = Run::chinese(self.text, self.at);
        let end = run.end;
        self.out.magnitude_only = false;
        let next = char_at(self.text, end).and_then(|c| GLYPHS.of(c));
        let magnitude_next = matches!(next, Some(Glyph::Small(_) | Glyph::Large(_) | Glyph::More))
            && !text_unit_follows(self.text, end);
        self.pending = match run.as_slice() {
            [one] => Some(Pending { value: Decimal::new(i128::from(*one), 0), single: true }),
            // 十三五 names a plan, 三五百 is a range.
            [a, b]
                if neighbours(*a, *b)
                    && (self.last.is_none() || *b == a + 1)
                    && !point_follows(self.text, end)
                    && (magnitude_next || self.last.is_some() || !self.bare) =>
            {
                self.spread = Some(Decimal::new(i128::from(b - a), 0));
                Some(Pending { value: Decimal::new(i128::from(*a), 0), single: false })
            }
            // 二十五六 is refused rather than guessed where it does not read.
            _ if self.last.is_some() || run.len > DIGITS_MAX => return Err(end),
            _ => {
                self.out.digit_string = true;
                self.out.leading_zero = run.digits[0] == 0;
                Some(Pending { value: Decimal::new(run.append(0), 0), single: false })
            }
        };
        self.out.glyphs += run.len;
        self.at = end;
        self.at_magnitude = false;
        Ok(true)
    }

    /// 零 belongs to the numeral only if digits follow.
    fn zero_is_inside(&mut self) -> bool {
        let next = char_at(self.text, self.at).and_then(|c| GLYPHS.of(c));
        let inside = matches!(
            next,
            Some(
                Glyph::Digit(_) | Glyph::Arabic(_) | Glyph::Small(_) | Glyph::Few | Glyph::Tens(_)
            )
        );
        if !inside {
            while let Some(c) = self.text[..self.at]
                .chars()
                .next_back()
                .filter(|c| GLYPHS.of(*c) == Some(Glyph::Digit(0)))
            {
                self.at -= c.len_utf8();
            }
        }
        inside
    }

    fn tens(&mut self, c: char, tens: u8) -> bool {
        if self.pending.is_some() || self.small <= 1 || self.out.over {
            return false;
        }
        self.section = self.section.plus(Decimal::new(i128::from(tens), 1)).unwrap_or(self.section);
        self.push(c);
        self.after_magnitude(1);
        self.out.magnitude_only = false;
        self.small = 1;
        true
    }

    fn small(&mut self, c: char, power: i32) -> Result<bool, usize> {
        if power >= self.small
            || text_unit_follows(self.text, self.at)
            || self.out.point && !self.can_scale()
        {
            return Ok(false);
        }
        if self.out.over && !self.out.few && self.pending.is_none() {
            return Ok(false);
        }
        let factor = match self.pending.take() {
            // 零十 is ten.
            Some(pending) if pending.value.is_zero() && power == 1 => Decimal::ONE,
            Some(pending) => pending.value,
            // 一千零十, 一百十六; 千 and 百 need a digit before them once something is read.
            None if self.out.glyphs == 0 || power == 1 || self.zero => Decimal::ONE,
            None => return Ok(false),
        };
        self.spread = self.spread.map(|s| s.shift(power));
        let Some(section) = self.section.plus(factor.shift(power)) else { return self.refuse() };
        self.section = section;
        self.push(c);
        self.after_magnitude(power);
        self.small = power;
        Ok(true)
    }

    /// A number with a decimal point takes one magnitude: 1.2万.
    fn can_scale(&self) -> bool {
        self.pending.is_some()
    }

    fn large(&mut self, c: char, power: i32) -> Result<bool, usize> {
        if power == 12 && !self.trillion_follows(c) || text_unit_follows(self.text, self.at) {
            return Ok(false);
        }
        let section = match self.pending.take() {
            // 两千五万 would be 2500万; after 亿 the digit counts the next 万.
            Some(pending) if self.small < 9 => self.shorthand(pending),
            Some(pending) => Some(pending.value),
            None => Some(Decimal::ZERO),
        };
        let Some(mut sum) = section.and_then(|s| self.section.plus(s)) else {
            return self.refuse();
        };
        let open = sum.is_zero();
        // 三万四万 is no number.
        if !open && self.parts.last().is_some_and(|(_, closed)| *closed == power) {
            return self.refuse();
        }
        if self.out.glyphs == 0 || open && self.parts.is_empty() && self.out.magnitude_only {
            sum = Decimal::ONE;
        }
        // 九千八百七十六万五千四百三十二亿: what 万 closed belongs to the 亿 that follows.
        while let Some(&(part, closed)) = self.parts.last()
            && (closed < power || closed == power && open)
        {
            let Some(joined) = (if open { Some(part) } else { sum.plus(part) }) else {
                return self.refuse();
            };
            sum = joined;
            self.parts.pop();
            if open {
                break;
            }
        }
        if sum.is_zero() {
            return Ok(false);
        }
        self.parts.push((sum.shift(power), power));
        self.spread = self.spread.map(|s| s.shift(power));
        self.section = Decimal::ZERO;
        self.small = 9;
        self.push(c);
        self.out.large = true;
        self.after_magnitude(power);
        Ok(true)
    }

    /// 兆 is a magnitude in Traditional texts only, before 元, 億 or a digit; 兆瓦 is a unit.
    fn trillion_follows(&self, c: char) -> bool {
        let next = char_at(self.text, self.at + c.len_utf8());
        self.out.glyphs > 0
            && next.is_none_or(|n| {
                matches!(n, '元' | '圓' | '圆' | '円' | '日' | '韓' | '韩' | '億' | '亿' | '萬')
                    || matches!(GLYPHS.of(n), Some(Glyph::Digit(_) | Glyph::Small(1)))
            })
    }

    fn after_magnitude(&mut self, power: i32) {
        self.last = Some(power);
        self.at_magnitude = true;
        self.zero = false;
        self.out.magnitude = true;
    }

    /// 余, 多, 来: only after a number, and only where a magnitude or the end follows.
    fn more(&mut self, c: char) -> bool {
        let next = self.at + c.len_utf8();
        let large_next =
            matches!(char_at(self.text, next).and_then(|c| GLYPHS.of(c)), Some(Glyph::Large(_)));
        if self.out.over && !large_next
            || self.out.glyphs == 0
            || self.out.point && self.pending.is_some()
        {
            return false;
        }
        if !more_fits(self.text, c, next, self) {
            return false;
        }
        self.push(c);
        self.out.over = true;
        // Only a magnitude may follow.
        let after = char_at(self.text, self.at).and_then(|c| GLYPHS.of(c));
        matches!(after, Some(Glyph::Large(_)))
            || self.out.few && matches!(after, Some(Glyph::Small(_)))
    }

    /// 几, 数: 几十, 十几, 数千, 一千五百零几万.
    fn few(&mut self, c: char) -> bool {
        let next = char_at(self.text, self.at + c.len_utf8()).and_then(|c| GLYPHS.of(c));
        if self.out.glyphs == 0 {
            let magnitude = matches!(next, Some(Glyph::Small(_) | Glyph::Large(_)))
                && !text_unit_follows(self.text, self.at + c.len_utf8());
            if !magnitude {
                return false;
            }
            self.pending = Some(Pending { value: Decimal::ONE, single: false });
            self.out.few = true;
        } else {
            if self.pending.is_some() || !(self.at_magnitude || self.zero) || self.out.over {
                return false;
            }
            self.out.magnitude_only = false;
        }
        self.push(c);
        self.out.over = true;
        self.out.magnitude_only = false;
        self.at_magnitude = false;
        true
    }

    fn point(&mut self, c: char) -> Result<bool, usize> {
        let digits_at = self.at + c.len_utf8();
        let fraction = match char_at(self.text, digits_at).and_then(|c| GLYPHS.of(c)) {
            // 15点20 is a time.
            _ if self.out.script == Script::Arabic && !self.bare => return Ok(false),
            Some(Glyph::Digit(_)) => Run::chinese(self.text, digits_at),
            Some(Glyph::Arabic(_)) => Run::arabic(self.text, digits_at),
            _ => return Ok(false),
        };
        let end = fraction.end;
        // 八点三十分 is a time.
        let next = char_at(self.text, end).and_then(|c| GLYPHS.of(c));
        let has_whole = self.pending.is_some() || self.at_magnitude;
        if !has_whole
            || fraction.len > DIGITS_MAX / 2
            || matches!(next, Some(Glyph::Small(1)))
            || self.spread.is_some()
        {
            return Ok(false);
        }
        let exponent = -i32::try_from(fraction.len).unwrap_or(0);
        let part = Decimal::new(fraction.append(0), exponent);
        let whole = match self.pending.take() {
            Some(pending) => self.shorthand(pending),
            None => Some(Decimal::ZERO),
        };
        let Some(value) = whole.and_then(|w| w.plus(part)) else { return self.refuse() };
        self.out.point = true;
        self.out.glyphs += fraction.len;
        self.out.magnitude_only = false;
        self.pending = Some(Pending { value, single: false });
        self.at = end;
        self.at_magnitude = false;
        Ok(true)
    }

    /// 一万三 is 13000 and 两千六 2600: a last digit takes the next smaller place.
    fn shorthand(&self, pending: Pending) -> Option<Decimal> {
        let place = match self.last {
            Some(last) if pending.single && !self.zero => last - 1,
            _ => 0,
        };
        Some(pending.value.shift(place))
    }

    fn finish(mut self) -> Result<Numeral, usize> {
        if self.out.glyphs == 0 {
            return self.refuse();
        }
        let ends_with_magnitude = self.at_magnitude;
        let mut sum = self.section;
        if let Some(pending) = self.pending.take() {
            let Some(joined) = self.shorthand(pending).and_then(|p| sum.plus(p)) else {
                return self.refuse();
            };
            sum = joined;
        }
        for (part, _) in &self.parts {
            let Some(joined) = sum.plus(*part) else { return self.refuse() };
            sum = joined;
        }
        self.out.low = Amount::Exact(sum);
        self.out.high = match self.spread {
            Some(spread) => Some(Amount::Exact(sum.plus(spread).ok_or(self.at)?)),
            None => None,
        };
        if let (true, Some(last)) = (ends_with_magnitude, self.last) {
            self.out.tail = Some((sum.shift(-last), last));
        }
        self.out.end = self.at;
        if self.bare {
            calculator(self.text, &mut self.out);
        }
        Ok(self.out)
    }
}

/// 2e5, 2^-1: only where the text is a numeral.
fn calculator(text: &str, numeral: &mut Numeral) {
    let Amount::Exact(value) = numeral.low else { return };
    let rest = &text[numeral.end..];
    let power = rest.strip_prefix(['e', 'E', '^']);
    let Some(digits) = power.map(|p| p.strip_prefix(['+']).unwrap_or(p)) else { return };
    let len = digits
        .bytes()
        .enumerate()
        .take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && *b == b'-')
        .count();
    let Ok(exponent) = digits[..len].parse::<i32>() else { return };
    if exponent.abs() > 300 {
        return;
    }
    numeral.low = if rest.starts_with('^') {
        Amount::Float(value.to_f64().powi(exponent))
    } else {
        Amount::Exact(value.shift(exponent))
    };
    numeral.end = text.len() - digits.len() + len;
}

/// Whether 余, 多 or 来 after a number belongs to it.
fn more_fits(text: &str, c: char, next: usize, reader: &Reader) -> bool {
    let follows = char_at(text, next);
    let glyph = follows.and_then(|c| GLYPHS.of(c));
    let magnitude = matches!(glyph, Some(Glyph::Large(_)));
    match c {
        // 10来自, 20来到; 10来个 and 二十来万 are numerals.
        '来' | '來' => {
            magnitude
                || follows.is_some_and(|f| {
                    matches!(
                        f,
                        '个' | '個'
                            | '家'
                            | '岁'
                            | '年'
                            | '天'
                            | '人'
                            | '名'
                            | '次'
                            | '件'
                            | '里'
                            | '公'
                    )
                })
        }
        // 三多, 3多元化: after a last digit below ten 多 needs a magnitude after it.
        '多' => {
            magnitude
                || !(reader.pending.is_some() && reader.last.is_none() && reader.out.glyphs == 1)
                    && !follows.is_some_and(|f| {
                        matches!(f, '元' | '样' | '种' | '渠' | '层' | '方' | '维' | '边' | '措')
                            && reader.out.glyphs == 1
                    })
        }
        _ => true,
    }
}

/// 一二点三零 is a number read digit by digit.
fn point_follows(text: &str, at: usize) -> bool {
    let mut chars = text[at..].chars();
    matches!(chars.next(), Some('点' | '點'))
        && matches!(chars.next().and_then(|c| GLYPHS.of(c)), Some(Glyph::Digit(_)))
}

/// Digits that stand side by side for a range: 七八, 三五.
fn neighbours(a: u8, b: u8) -> bool {
    a > 0 && (b == a + 1 || (a, b) == (3, 5))
}

/// Whether the magnitude word at `at` is the start of a unit: 千瓦, 百分点, 千米, 兆瓦.
fn text_unit_follows(text: &str, at: usize) -> bool {
    let mut chars = text[at..].chars();
    let (Some(word), Some(next)) = (chars.next(), chars.next()) else { return false };
    match word {
        '百' | '佰' => next == '帕' || next == '分' && chars.next() != Some('之'),
        '千' | '仟' => {
            matches!(next, '瓦' | '米' | '克' | '卡' | '伏' | '赫' | '帕' | '焦' | '瓩')
        }
        '兆' => matches!(next, '瓦' | '赫' | '帕' | '焦' | '字' | '伏'),
        _ => false,
    }
}
