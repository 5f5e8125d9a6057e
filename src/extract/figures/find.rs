//! A passage → its [`Quantity`]s: numeral, qualifiers, range and unit put together, and what is no figure left out.
//!
//! One scan over the bytes finds where numerals may start; all else happens only there. After each numeral, taken or
//! not, the scan goes on behind it, so that the whole is linear in the passage.

mod license;

use super::decimal::{Amount, Decimal};
use super::exclude::{Hidden, Reason};
use super::glyph::{GLYPHS, Glyph, char_at, char_before, is_han, skip_blanks};
use super::numeral::{self, Numeral, Script, Share};
use super::qualify::{self, QUALIFIERS};
use super::unit::{Found, UNITS};
use super::{Approx, Dimension, Quantity};
use crate::provenance::Span;
use std::borrow::Cow;

/// The quantities of a passage in reading order, without overlaps. `bare`: the passage is a numeral with or without
/// its unit, and nothing else.
pub(super) fn quantities(text: &str, bare: bool) -> Vec<Quantity> {
    if !bare {
        return Finder::new(text, false).run();
    }
    let (compact, offsets) = without_blanks(text);
    let mut out = Finder::new(&compact, true).run();
    for quantity in &mut out {
        for span in [&mut quantity.span, &mut quantity.numeral] {
            *span = Span::new(offsets[span.start], offsets[span.end - 1] + 1);
        }
    }
    out
}

/// The text without its blanks, and where each byte came from. The blank of a mixed number (1 4/3) stays.
fn without_blanks(text: &str) -> (String, Vec<usize>) {
    let mut compact = String::with_capacity(text.len());
    let mut offsets = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !is_mixed_number(text, at) {
            continue;
        }
        compact.push(c);
        offsets.extend(at..at + c.len_utf8());
    }
    (compact, offsets)
}

/// A digit, the blank at `at`, then digits and a slash.
fn is_mixed_number(text: &str, at: usize) -> bool {
    let Some(after) = text[at..].strip_prefix(' ') else { return false };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    text[..at].ends_with(|c: char| c.is_ascii_digit())
        && rest.len() < after.len()
        && rest.starts_with(['/', '／'])
}

/// What may follow a number that is stated as a value: 不是五这是六.
const STATED_BEFORE: [char; 7] = ['这', '那', '不', '而', '也', '并', '，'];

/// A quantity being put together.
struct Draft {
    /// First byte of the numeral.
    start: usize,
    /// Byte after numeral, range, unit and what follows that belongs to the surface.
    end: usize,
    numeral: Numeral,
    low: Amount,
    high: Option<Amount>,
    unit: Option<Found>,
    /// 个 before 多月: the unit as printed is put together.
    unit_printed: Option<Cow<'static, str>>,
    approx: Option<Approx>,
    /// Byte after unit and 半 or 多, before 以上.
    core_end: usize,
    /// 千亿级.
    size: bool,
    /// 20和30之间.
    between: bool,
}

struct Finder<'t> {
    text: &'t str,
    bare: bool,
    hidden: Hidden,
    /// Where the last numeral ended that was left out, and why: 第二、三季度.
    left_out: Option<(usize, Reason)>,
    out: Vec<Quantity>,
}

impl<'t> Finder<'t> {
    fn new(text: &'t str, bare: bool) -> Self {
        Self { text, bare, hidden: Hidden::default(), left_out: None, out: Vec::new() }
    }

    fn run(mut self) -> Vec<Quantity> {
        let mut at = 0;
        while let Some(start) = GLYPHS.next_start(self.text.as_bytes(), at) {
            at = match self.read(start) {
                Ok(quantity) => {
                    let end = quantity.span.end;
                    self.join(quantity);
                    end
                }
                Err((end, reason)) => {
                    self.left_out = Some((end, reason));
                    end
                }
            };
        }
        qualify::share_with_list(self.text, &mut self.out);
        self.out
    }

    /// Reads what starts at a byte. On failure, where to go on and why.
    fn read(&self, start: usize) -> Result<Quantity, (usize, Reason)> {
        let step = start + char_at(self.text, start).map_or(1, char::len_utf8);
        if !self.bare && self.is_plain_word(start, step) {
            return Err((step, Reason::Bare));
        }
        if let Some(draft) = self.half(start) {
            return self.finish(draft).map_err(|reason| (step, reason));
        }
        let start = self.with_sign(start);
        if self.bare
            && !self.out.is_empty()
            && UNITS.at(self.text, step, true).is_none()
            && !self.text[step..].starts_with(|c| GLYPHS.of(c).is_some())
        {
            return Err((step, Reason::Bare));
        }
        let numeral = numeral::read(self.text, start, self.bare)
            .map_err(|end| (end.max(step), Reason::Identifier))?;
        let end = numeral.end.max(step);
        if self.continues_left_out(&numeral) {
            return Err((end, Reason::Ordinal));
        }
        debug_assert!(numeral.end > start, "a numeral has characters");
        let unit = self.unit_after(&numeral);
        let draft = self.range(&numeral, unit).unwrap_or_else(|| self.single(numeral, unit));
        let draft_end = draft.end.max(step);
        self.finish(draft).map_err(|reason| {
            (if reason == Reason::Bare { end } else { draft_end.max(end) }, reason)
        })
    }

    /// Most Chinese digits are parts of words (进一步, 数据): refused before anything is read. Such a digit is followed
    /// by a character that starts no unit, goes on no numeral and ends no clause.
    fn is_plain_word(&self, start: usize, next: usize) -> bool {
        let glyph = char_at(self.text, start).and_then(|c| GLYPHS.of(c));
        let Some(follows) = char_at(self.text, next) else { return false };
        match glyph {
            Some(Glyph::Few) => GLYPHS.of(follows).is_none(),
            Some(Glyph::Digit(_)) => {
                is_han(follows)
                    && GLYPHS.of(follows).is_none()
                    && !UNITS.may_start(follows)
                    && !matches!(
                        follows,
                        '点' | '點' | '分' | '又' | '至' | '到' | '和' | '与' | '與' | '跟'
                    )
                    && !STATED_BEFORE.contains(&follows)
            }
            _ => false,
        }
    }

    /// Takes a sign in front along: 下降了-3.8%, 零下4度.
    fn with_sign(&self, start: usize) -> usize {
        if self.out.last().is_some_and(|q| q.span.end >= start) {
            return start;
        }
        let Some(c) = char_before(self.text, start) else { return start };
        let at = start - c.len_utf8();
        let before = char_before(self.text, at);
        let digits = char_at(self.text, start).is_some_and(|c| c.is_ascii_digit());
        match c {
            '负' | '負'
                if self.bare
                    || digits && !before.is_some_and(is_han)
                    || before.is_some_and(|b| matches!(b, '为' | '是' | '到')) =>
            {
                at
            }
            '-' | '−' | '－' if self.bare => at,
            '.' if self.bare && digits => at,
            '-' | '−'
                if digits
                    && !before.is_some_and(|b| {
                        b.is_ascii_alphanumeric() || matches!(b, '-' | ')' | '—' | '%' | '）')
                    })
                    && self.is_measured(start) =>
            {
                at
            }
            _ => start,
        }
    }

    /// Whether the number at `start` is a rate or a temperature, so that a hyphen before it is a minus.
    fn is_measured(&self, start: usize) -> bool {
        let rest = self.text[start..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        rest.starts_with(['%', '％', '℃', '°', '‰'])
    }

    /// 第二、三季度: what a list of ordinals goes on with is one too.
    fn continues_left_out(&self, numeral: &Numeral) -> bool {
        let Some((end, Reason::Ordinal | Reason::Rank | Reason::Session)) = self.left_out else {
            return false;
        };
        end < numeral.start
            && matches!(
                &self.text[end..numeral.start],
                "、" | "至" | "到" | "和" | "-" | "—" | "及" | "与"
            )
    }

    /// 半年, 半小时, 一半.
    fn half(&self, start: usize) -> Option<Draft> {
        let rest = &self.text[start..];
        let whole = rest.strip_prefix("一半");
        let after = whole.or_else(|| rest.strip_prefix('半'))?;
        let at = self.text.len() - after.len();
        let unit = if whole.is_some() { None } else { Some(UNITS.at(self.text, at, self.bare)?) };
        if let Some(found) = &unit {
            let fits = matches!(found.unit.dimension, Dimension::Duration | Dimension::Change)
                || matches!(
                    found.unit.word.as_str(),
                    "公里" | "里" | "吨" | "斤" | "公斤" | "米" | "亩" | "倍"
                );
            let compound = char_before(self.text, start).is_some_and(|c| {
                matches!(
                    c,
                    '上' | '下'
                        | '大'
                        | '前'
                        | '后'
                        | '多'
                        | '过'
                        | '一'
                        | '年'
                        | '小'
                        | '夜'
                        | '另'
                ) || GLYPHS.of(c).is_some_and(|g| !matches!(g, Glyph::More))
            });
            let head = &self.text[..start];
            if !fits || compound || head.ends_with("上个") || head.ends_with("下个") {
                return None;
            }
        }
        let numeral = numeral::half(start, at);
        let mut draft = Draft {
            start,
            end: unit.map_or(at, |u| u.end),
            low: numeral.low,
            high: None,
            numeral,
            unit,
            unit_printed: None,
            approx: None,
            core_end: 0,
            size: false,
            between: false,
        };
        self.qualify_after(&mut draft);
        Some(draft)
    }

    /// What follows a numeral and would be its unit. A share that is written out has none.
    fn unit_after(&self, numeral: &Numeral) -> Option<Found> {
        if matches!(numeral.share, Some(Share::Percent | Share::Permille)) {
            return None;
        }
        let spaced = numeral.script == Script::Arabic || self.bare;
        let at = if spaced { skip_blanks(self.text, numeral.end) } else { numeral.end };
        UNITS.at(self.text, at, self.bare)
    }

    /// A numeral and its unit, `unit` being what follows it.
    fn single(&self, numeral: Numeral, unit: Option<Found>) -> Draft {
        let mut draft = Draft {
            start: numeral.start,
            end: numeral.end,
            low: numeral.low,
            high: numeral.high,
            unit: None,
            unit_printed: None,
            approx: numeral.over.then_some(Approx::Over),
            core_end: 0,
            size: false,
            between: false,
            numeral,
        };
        if draft.numeral.share.is_none() || draft.numeral.share == Some(Share::Fraction) {
            self.find_unit(&mut draft, unit);
        }
        self.qualify_after(&mut draft);
        draft
    }

    /// The unit after the numeral, with what may stand between and right after.
    fn find_unit(&self, draft: &mut Draft, unit: Option<Found>) {
        let at = draft.end;
        if let Some((printed, end, approx)) = self.split_unit(at) {
            draft.unit = UNITS.at(&printed, 0, self.bare).map(|found| Found { end, ..found });
            draft.unit_printed = Some(printed);
            draft.end = end;
            match approx {
                Some(approx) => draft.approx = Some(approx),
                None => draft.low = add_half(draft.low),
            }
            return;
        }
        let Some(found) = unit else { return };
        if skip_blanks(self.text, at) - at > 3 && !self.bare {
            return;
        }
        // 千亿级: the size of something, read after the unit.
        if draft.numeral.large && matches!(found.unit.word.as_str(), "级" | "級") {
            return;
        }
        let chinese = draft.numeral.script == Script::Chinese;
        if chinese && found.unit.arabic_only && !draft.numeral.large && !self.bare {
            return;
        }
        draft.unit = Some(found);
        draft.end = found.end;
        self.after_unit(draft, &found);
    }

    /// 8个多月, 两个半月.
    fn split_unit(&self, at: usize) -> Option<(Cow<'static, str>, usize, Option<Approx>)> {
        let rest = &self.text[at..];
        let measure = rest.chars().next().filter(|c| matches!(c, '个' | '個'))?;
        let rest = &rest[measure.len_utf8()..];
        let middle =
            rest.chars().next().filter(|c| matches!(c, '多' | '余' | '餘' | '半' | '来'))?;
        let rest = &rest[middle.len_utf8()..];
        let words = [
            "月",
            "小时",
            "小時",
            "钟头",
            "星期",
            "世纪",
            "百分点",
            "學期",
            "学期",
            "季度",
            "礼拜",
        ];
        let word = words.iter().find(|w| rest.starts_with(**w))?;
        let printed = match *word {
            "百分点" => Cow::Borrowed(*word),
            word => Cow::Owned(format!("{measure}{word}")),
        };
        let end = self.text.len() - rest.len() + word.len();
        Some((printed, end, (middle != '半').then_some(Approx::Over)))
    }

    /// 三年半, 1倍多, 七成六, 3年多.
    fn after_unit(&self, draft: &mut Draft, found: &Found) {
        let rest = &self.text[draft.end..];
        let dimension = found.unit.dimension;
        let measured = !matches!(dimension, Dimension::Count | Dimension::People)
            || matches!(found.unit.word.as_str(), "倍" | "成");
        let word = |rest: &str| {
            let next = rest.chars().nth(1);
            next.is_some_and(|c| "导導径徑岛島数成决山球封自官途路夜价场圆固年挂月".contains(c))
        };
        let half = rest.starts_with('半')
            && measured
            && !word(rest)
            && (dimension == Dimension::Duration || !rest.starts_with("半以"));
        if half {
            draft.low = add_half(draft.low);
            draft.high = draft.high.map(add_half);
            draft.end += '半'.len_utf8();
        } else if let Some(c) = rest.chars().next().filter(|c| matches!(c, '多' | '余' | '餘')) {
            let next = rest[c.len_utf8()..].chars().next();
            let word = next.is_some_and(|n| {
                matches!(
                    n,
                    '元' | '样'
                        | '种'
                        | '渠'
                        | '层'
                        | '方'
                        | '维'
                        | '边'
                        | '项'
                        | '次'
                        | '年'
                        | '家'
                        | '部'
                        | '地'
                        | '数'
                        | '发'
                        | '功'
                        | '媒'
                        | '额'
                        | '款'
                        | '万'
                        | '名'
                        | '个'
                )
            });
            if measured && !word && dimension != Dimension::Share {
                draft.approx = Some(Approx::Over);
                draft.end += c.len_utf8();
            }
        }
        if let Some(fold) = found.unit.fold {
            self.fold(draft, found, fold);
        }
    }

    /// 三成 is 30 %, 七成六 76 %, 八折 80 %, 三八折 38 %.
    fn fold(&self, draft: &mut Draft, found: &Found, fold: Decimal) {
        let tenths = found.unit.std.is_some();
        if tenths
            && found.unit.word == "成"
            && let Some(c) = char_at(self.text, found.end)
            && let Some(Glyph::Digit(d) | Glyph::Arabic(d)) = GLYPHS.of(c)
        {
            let digit = Decimal::new(i128::from(d), -1);
            draft.low = draft.low.plus(digit).unwrap_or(draft.low);
            draft.end = found.end + c.len_utf8();
        }
        let two_digits = found.unit.word == "折"
            && !draft.numeral.point
            && !draft.numeral.magnitude
            && draft.numeral.glyphs == 2;
        if two_digits
            && let (Amount::Exact(low), Some(Amount::Exact(high))) = (draft.low, draft.high.take())
        {
            // 五六折 would be a range: read as 56 it is what shops print.
            draft.low = Amount::Exact(low.shift(1).plus(high).unwrap_or(low));
        }
        if !two_digits {
            draft.low = draft.low.times(fold).unwrap_or(draft.low);
            draft.high = draft.high.and_then(|h| h.times(fold));
        }
    }

    /// 以上, 左右, 级 after numeral and unit.
    fn qualify_after(&self, draft: &mut Draft) {
        draft.core_end = draft.end;
        let word = self.text[draft.end..].chars().next();
        if matches!(word, Some('级' | '級')) && draft.numeral.large {
            draft.end += '级'.len_utf8();
            draft.size = true;
            draft.approx = Some(Approx::About);
            return;
        }
        if let Some((approx, end)) = QUALIFIERS.after(self.text, draft.end) {
            draft.approx = Some(approx);
            draft.end = end;
        }
    }

    /// 3至5次, 6%—8%, 3至5万元, 20和30之间.
    fn range(&self, first: &Numeral, unit: Option<Found>) -> Option<Draft> {
        if first.high.is_some() {
            return None;
        }
        let first_unit = unit.filter(|found| {
            !found.unit.arabic_only || first.large || first.script == Script::Arabic
        });
        let first_end = first_unit.map_or(first.end, |u| u.end);
        let (second_at, between) = qualify::range_separator(self.text, first_end)?;
        let second = numeral::read(self.text, second_at, self.bare).ok()?;
        if second.high.is_some() || second.leading_zero {
            return None;
        }
        let (first_low, second_low) = (first.low, second.low);
        let share = second.share;
        let unit = self.unit_after(&second);
        let mut draft = self.single(second, unit);
        if between {
            // 20000间 is no number of rooms here.
            if draft.unit.is_some_and(|u| u.unit.word == "间") {
                draft.end = draft.numeral.end;
                draft.unit = None;
            }
            draft.between = true;
            let rest = self.text[draft.end..].strip_prefix("之").unwrap_or(&self.text[draft.end..]);
            let rest = rest.strip_prefix(['间', '間'])?;
            draft.end = self.text.len() - rest.len();
        }
        let same_unit = match (&first_unit, &draft.unit) {
            (None, _) => true,
            (Some(a), Some(b)) => a.unit.printed == b.unit.printed,
            (Some(_), None) => false,
        };
        // 百分之五到十 is per cent at both ends.
        let shared = first.share.is_none()
            || first.share == share
            || share.is_none() && draft.unit.is_none();
        if !same_unit || !shared {
            return None;
        }
        // 从5%到8% tells of a change; 从8500到3万港元 of a range.
        let head = &self.text[..first.start];
        let moves = self.text[first_end..].starts_with(['到', '至']) && first_unit.is_some();
        if moves && head.ends_with(['从', '由', '從', '自']) {
            return None;
        }
        let fold = draft.unit.and_then(|u| u.unit.fold);
        let low = distribute(first, first_unit.is_some(), first_low, &draft.numeral, second_low);
        let low = match (fold, first.share) {
            (Some(fold), _) => low.times(fold)?,
            (None, None) if share.is_some_and(|s| s != Share::Fraction) => low,
            _ => low,
        };
        let high = draft.high.unwrap_or(draft.low);
        if low.to_f64()? > high.to_f64()? {
            return None;
        }
        draft.high = Some(high);
        draft.low = low;
        draft.start = first.start;
        if first.share == Some(Share::Percent) || first.share == Some(Share::Permille) {
            draft.numeral.share = first.share;
        }
        if draft.approx == Some(Approx::Over) && draft.numeral.over {
            draft.approx = None;
        }
        // What decides whether the whole is a figure is told by both ends.
        draft.numeral.start = first.start;
        draft.numeral.magnitude_only &= first.magnitude_only;
        draft.numeral.leading_zero |= first.leading_zero;
        if first.script == Script::Arabic {
            draft.numeral.script = Script::Arabic;
        }
        Some(draft)
    }

    /// Decides whether the draft is a figure and gives it its final form.
    fn finish(&self, mut draft: Draft) -> Result<Quantity, Reason> {
        if !self.bare {
            self.exclude(&draft)?;
        }
        let symbol = UNITS.symbol(self.text, draft.start);
        let sign_start = symbol.map_or(draft.start, |(start, ..)| start);
        let qualifier = QUALIFIERS.before(self.text, sign_start, draft.numeral.magnitude_only);
        let qualifier =
            qualifier.or_else(|| qualify::compared(self.text, draft.start, &mut draft.end));
        if let Some(q) = &qualifier {
            // 约 does not weaken 余: 约10余个 is more than ten.
            if draft.approx.is_none() || q.approx != Approx::About {
                draft.approx =
                    Some(draft.approx.filter(|_| q.approx == Approx::About).unwrap_or(q.approx));
            }
        }
        let start = qualifier.and_then(|q| q.start).unwrap_or(draft.start);
        if let Some((sign_start, sign, std)) = symbol.filter(|_| draft.unit.is_none()) {
            let start = start.min(sign_start);
            return self
                .build(&draft, start)
                .map(|q| in_currency(q, sign, std))
                .ok_or(Reason::Bare);
        }
        if !self.bare {
            self.license(&draft, qualifier.is_some())?;
        }
        self.build(&draft, start).ok_or(Reason::Bare)
    }

    fn build(&self, draft: &Draft, start: usize) -> Option<Quantity> {
        let low = draft.low.to_f64()?;
        let high = match draft.high {
            Some(high) => Some(high.to_f64()?),
            None => None,
        };
        let (low, high) = match high {
            Some(high) if high < low => (high, Some(low)),
            _ => (low, high),
        };
        let share = draft.numeral.share;
        let unit = draft.unit;
        let (printed, std, factor, dimension) = match (share, &unit) {
            (Some(Share::Percent), _) => {
                (Some(Cow::Borrowed("%")), Some("percent"), Decimal::ONE, Dimension::Share)
            }
            (Some(Share::Permille), _) => {
                (Some(Cow::Borrowed("‰")), Some("permille"), Decimal::ONE, Dimension::Share)
            }
            (_, Some(found)) => {
                let unit = found.unit;
                let printed = draft.unit_printed.clone().unwrap_or_else(|| match found.per {
                    Some(per) => {
                        let per = self.text[per..found.end].replace('／', "/");
                        Cow::Owned(format!("{}{per}", unit.printed))
                    }
                    None => Cow::Borrowed(&unit.printed),
                });
                let std = if found.per.is_some() { None } else { unit.std.as_deref() };
                ((!printed.is_empty()).then_some(printed), std, unit.factor, unit.dimension)
            }
            (Some(Share::Fraction), None) => (None, None, Decimal::ONE, Dimension::Share),
            (None, None) => (None, None, Decimal::ONE, Dimension::Count),
        };
        let value_std = std.and_then(|_| draft.low.times(factor)?.to_f64());
        Some(Quantity {
            span: Span::new(start, draft.end),
            numeral: Span::new(draft.start, draft.numeral.end),
            value: low,
            value_max: high,
            unit: printed,
            unit_std: std,
            value_std,
            dimension,
            approx: draft.approx.unwrap_or_default(),
        })
    }

    /// Adds a quantity, or joins it to the last: 5元3角, 大于10小于20.
    fn join(&mut self, mut quantity: Quantity) {
        if let Some(last) = self.out.last_mut()
            && let Some(joined) = qualify::join(self.text, last, &quantity)
        {
            *last = joined;
            return;
        }
        // 十几|近廿六: 几近 is a qualifier, but its 几 belongs to the numeral before.
        let taken = self.out.last().map_or(0, |before: &Quantity| before.span.end);
        if quantity.span.start < taken && taken <= quantity.numeral.start {
            quantity.span.start = taken;
        }
        self.out.push(quantity);
    }
}

/// An amount after a currency sign: $3.5 billion.
fn in_currency(quantity: Quantity, sign: &'static str, std: &'static str) -> Quantity {
    Quantity {
        unit: Some(Cow::Borrowed(sign)),
        unit_std: Some(std),
        value_std: Some(quantity.value),
        dimension: Dimension::Money,
        ..quantity
    }
}

fn add_half(amount: Amount) -> Amount {
    amount.plus(Decimal::new(5, -1)).unwrap_or(amount)
}

/// The magnitude of the second number holds for the first, unless the first has its own or would pass the second.
fn distribute(
    first: &Numeral,
    own_unit: bool,
    low: Amount,
    second: &Numeral,
    high: Amount,
) -> Amount {
    let Some((coefficient, power)) = second.tail else { return low };
    let own = own_unit || first.large || first.tail.is_some_and(|(_, p)| p >= power);
    let (Some(a), Some(b), Some(end)) =
        (low.to_f64(), Amount::Exact(coefficient).to_f64(), high.to_f64())
    else {
        return low;
    };
    let scaled = low.shift(power);
    if own || a > b || scaled.to_f64().is_none_or(|s| s > end) || second.magnitude_only {
        low
    } else {
        scaled
    }
}

#[cfg(test)]
mod tests;
