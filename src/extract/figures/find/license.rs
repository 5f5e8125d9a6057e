//! What makes a numeral a quantity, and what its surroundings make a date, an ordinal or a name.

use super::super::Dimension;
use super::super::exclude::{self, EXCLUSIONS, Reason};
use super::super::glyph::{GLYPHS, is_han};
use super::super::numeral::{Script, Share};
use super::super::unit::Found;
use super::{Draft, Finder, STATED_BEFORE};

impl Finder<'_> {
    /// Leaves out what the surroundings make a date, an ordinal, a name.
    pub(super) fn exclude(&self, draft: &Draft) -> Result<(), Reason> {
        let numeral = &draft.numeral;
        if let Some(reason) = EXCLUSIONS.before(self.text, draft.start) {
            return Err(reason);
        }
        if (draft.unit.is_some() || numeral.magnitude || numeral.share.is_some())
            && let Some(reason) = self.hidden.reason(self.text, numeral)
        {
            return Err(reason);
        }
        if numeral.script == Script::Arabic
            && exclude::identifier(self.text, numeral, draft.unit.as_ref())
        {
            return Err(Reason::Identifier);
        }
        if let Some(found) = &draft.unit
            && let Some(reason) = exclude::around(self.text, numeral, found, draft.core_end)
        {
            return Err(reason);
        }
        Ok(())
    }

    /// What makes a numeral a quantity: a unit, a magnitude, a qualifier.
    pub(super) fn license(&self, draft: &Draft, qualified: bool) -> Result<(), Reason> {
        let numeral = &draft.numeral;
        let chinese = numeral.script == Script::Chinese;
        let qualified = qualified || draft.approx.is_some() || draft.between;
        if numeral.is_half() {
            return Ok(());
        }
        // 零距离, 零部件.
        if chinese
            && self.text[draft.start..].starts_with(['零', '〇'])
            && !numeral.point
            && !numeral.signed
        {
            return Err(Reason::Name);
        }
        match numeral.share {
            Some(Share::Percent | Share::Permille) => return Ok(()),
            Some(Share::Fraction) if chinese || qualified || draft.unit.is_some() => return Ok(()),
            Some(Share::Fraction) => {
                let rest = self.text[draft.end..].trim_start();
                let head = &self.text[..draft.start];
                return if rest.starts_with('的')
                    || [
                        "的", "占", "达", "为", "到", "于", "全国", "全省", "全市", "全区", "全球",
                        "世界", "总量", "、",
                    ]
                    .iter()
                    .any(|w| head.ends_with(w))
                {
                    Ok(())
                } else {
                    Err(Reason::Bare)
                };
            }
            None => {}
        }
        if numeral.digit_string
            && chinese
            && numeral.high.is_none()
            && !numeral.point
            && draft.unit.is_none_or(|u| u.unit.fold.is_none())
        {
            return Err(Reason::Date);
        }
        match &draft.unit {
            Some(found) => self.license_unit(draft, found, qualified),
            None => self.license_bare(draft, qualified),
        }
    }

    fn license_unit(&self, draft: &Draft, found: &Found, qualified: bool) -> Result<(), Reason> {
        let numeral = &draft.numeral;
        if numeral.script == Script::Arabic {
            return Ok(());
        }
        if self.text[draft.start..].starts_with(|c| GLYPHS.is_formal(c)) && numeral.glyphs == 1 {
            return Err(Reason::Name);
        }
        if numeral.magnitude_only {
            // 百场 and 千名 are ways of speaking; 千亿元, 上百家 are quantities. 十 is a number.
            let many = numeral.glyphs > 1
                || qualified
                || self.text[draft.start..].starts_with(['十', '拾']);
            return if many { Ok(()) } else { Err(Reason::Article) };
        }
        let one = numeral.glyphs == 1 && self.text[draft.start..].starts_with(['一', '壹']);
        if one {
            let counts = matches!(
                found.unit.word.as_str(),
                "倍" | "成"
                    | "折"
                    | "小时"
                    | "个小时"
                    | "个钟头"
                    | "個小時"
                    | "个月"
                    | "个百分点"
                    | "刻钟"
                    | "百分点"
            );
            return if counts || qualified && found.unit.dimension != Dimension::Count {
                Ok(())
            } else {
                Err(Reason::Article)
            };
        }
        Ok(())
    }

    /// Without a unit: 30万群众, 上百群众, 等于12.3.
    fn license_bare(&self, draft: &Draft, qualified: bool) -> Result<(), Reason> {
        let numeral = &draft.numeral;
        let rest = &self.text[draft.end..];
        let next = rest.chars().next();
        if next.is_some_and(|c| c.is_ascii_alphabetic() || c.is_ascii_digit() && !numeral.large)
            || EXCLUSIONS.is_name(self.text, numeral.end)
        {
            return Err(Reason::Name);
        }
        if draft.size {
            return Ok(());
        }
        let approximate = numeral.over || qualified;
        if numeral.magnitude_only {
            return if approximate && (numeral.large || !next.is_some_and(is_han) || numeral.over) {
                Ok(())
            } else {
                Err(Reason::Bare)
            };
        }
        if numeral.large || approximate && (numeral.glyphs > 1 || numeral.script == Script::Arabic)
        {
            return Ok(());
        }
        if self.is_stated(draft) || self.is_listed(draft) || self.counts_english_noun(draft) {
            Ok(())
        } else {
            Err(Reason::Bare)
        }
    }

    /// A number alone that the text gives as a value: 指数为102.3。, 等于一百七, or that stands alone in words.
    fn is_stated(&self, draft: &Draft) -> bool {
        let numeral = &draft.numeral;
        let chinese = numeral.script == Script::Chinese;
        let head = self.text[..draft.start].trim_end();
        let rest = self.text[draft.end..].trim_start();
        let ends = rest.chars().next().is_none_or(|c| {
            !is_han(c)
                && !c.is_ascii_alphanumeric()
                && !matches!(c, '-' | '/' | ':' | '：' | '(' | '%')
        });
        let goes_on = rest.starts_with(STATED_BEFORE);
        if rest.is_empty()
            && chinese
            && numeral.glyphs == 1
            && self.text[draft.start..].starts_with('一')
        {
            return false; // a line broken after 一
        }
        if !(ends || goes_on) || numeral.digit_string && !numeral.point {
            return false;
        }
        let alone =
            head.is_empty() || head.ends_with(|c: char| !is_han(c) && !c.is_ascii_alphanumeric());
        if chinese && numeral.magnitude && numeral.glyphs > 2 && ends && alone {
            return true;
        }
        let version = numeral.point && draft.numeral.low.to_f64().is_some_and(|v| v.fract() == 0.0);
        let number = [
            "数值",
            "等于",
            "指数为",
            "指数达",
            "系数为",
            "数为",
            "值为",
            "率为",
            "比为",
            "指数达到",
            "均为",
        ];
        if number.iter().any(|w| head.ends_with(w)) {
            return !version || head.ends_with("值");
        }
        let copula = head.ends_with(['是', '为']) && !exclude::names_identifier(head);
        let year = !chinese && numeral.glyphs >= 4 && !numeral.point && !numeral.magnitude;
        copula
            && !year
            && !(ends && !chinese && numeral.glyphs > 6)
            && !version
            && (chinese || numeral.point || ends)
    }

    /// 分别提高0.9、5.9个百分点: the unit is printed behind the last number of a list only. Of other units it would be
    /// in doubt whether a magnitude holds for all (12、15万人).
    fn is_listed(&self, draft: &Draft) -> bool {
        const BYTES_MAX: usize = 150;
        const MEMBERS_MAX: usize = 12;
        let near = self.text.floor_char_boundary(draft.start.saturating_sub(BYTES_MAX));
        let head = &self.text[near..draft.start];
        let clause = head.rsplit(['，', '。', '；', ',', ';', '\n']).next().unwrap_or(head);
        let listed = clause.contains("分别") || clause.contains("依次");
        if draft.numeral.script == Script::Chinese || !listed {
            return false;
        }
        let mut rest = &self.text[draft.end..];
        for _ in 0..MEMBERS_MAX {
            let Some(next) = rest.strip_prefix(['、', '和', '与', '及']) else { return false };
            let number = next.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            if number.len() == next.len() {
                return false;
            }
            rest = number;
            if ["个百分点", "百分点", "%", "％"].iter().any(|unit| rest.starts_with(unit)) {
                return true;
            }
        }
        false
    }

    /// 35 schools, 3,500 new jobs: an English word follows, and no year or list number stands there.
    fn counts_english_noun(&self, draft: &Draft) -> bool {
        let numeral = &draft.numeral;
        let Some(rest) = self.text[draft.end..].strip_prefix(' ') else { return false };
        let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let head = self.text[..draft.start].trim_end();
        let in_sentence =
            head.ends_with(|c: char| c.is_ascii_alphabetic() || matches!(c, ',' | '(' | '“' | '"'));
        let year = numeral.glyphs == 4
            && !numeral.grouped
            && self.text[draft.start..].starts_with(['1', '2']);
        let particle = matches!(
            word,
            "of" | "and"
                | "to"
                | "or"
                | "in"
                | "on"
                | "at"
                | "by"
                | "for"
                | "is"
                | "was"
                | "th"
                | "st"
        );
        numeral.script == Script::Arabic
            && in_sentence
            && !year
            && !particle
            && word.len() > 1
            && word.starts_with(|c: char| c.is_ascii_lowercase())
    }
}
