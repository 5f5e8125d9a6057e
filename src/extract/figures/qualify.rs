//! The words around a numeral and between two: 约, 近, 以上, 左右; the separators of ranges; what joins two quantities to one.

use super::exclude::starts_inside_word;
use super::glyph::{char_at, char_before, is_blank, skip_blanks};
use super::unit::UNITS;
use super::{Approx, Quantity};
use crate::extract::words::{Ends, Starts};
use crate::provenance::Span;
use serde::Deserialize;
use std::sync::LazyLock;

/// The qualifiers of `numerals.toml`.
pub(super) struct Qualifiers {
    before: Ends<Before>,
    links: Ends<()>,
    after: Starts<Approx>,
    separators: Starts<()>,
}

struct Before {
    approx: Approx,
    inside: bool,
    not_after: String,
}

/// The tables, read once.
pub(super) static QUALIFIERS: LazyLock<Qualifiers> =
    LazyLock::new(|| Qualifiers::new(include_str!("numerals.toml")));

#[derive(Deserialize)]
struct Source {
    before: Vec<BeforeSource>,
    links: Words,
    after: Vec<AfterSource>,
    range: Words,
}

#[derive(Deserialize)]
struct BeforeSource {
    approx: String,
    inside: Vec<String>,
    #[serde(default)]
    outside: Vec<String>,
    not_after: String,
}

#[derive(Deserialize)]
struct AfterSource {
    approx: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

/// A qualifier found before a numeral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Qualifier {
    pub(super) approx: Approx,
    /// Where the surface starts, if the qualifier is in it.
    pub(super) start: Option<usize>,
}

impl Qualifiers {
    fn new(toml: &str) -> Self {
        let source: Source = toml::from_str(toml).expect("numerals.toml is tested");
        let plain = |words: Vec<String>| words.into_iter().map(|w| (w, ()));
        let before = source.before.into_iter().flat_map(|group| {
            let approx = Approx::from_code(&group.approx).expect("approx is of the closed list");
            let words = group
                .inside
                .into_iter()
                .map(|w| (w, true))
                .chain(group.outside.into_iter().map(|w| (w, false)));
            words.map(move |(word, inside)| {
                (word, Before { approx, inside, not_after: group.not_after.clone() })
            })
        });
        let after = source.after.into_iter().flat_map(|group| {
            let approx = Approx::from_code(&group.approx).expect("approx is of the closed list");
            group.words.into_iter().map(move |w| (w, approx))
        });
        Self {
            before: Ends::new(before),
            links: Ends::new(plain(source.links.words)),
            after: Starts::new(after),
            separators: Starts::new(plain(source.range.words)),
        }
    }

    /// The qualifier before a numeral. `magnitude_only`: the numeral is 百, 千亿, so that 上 and 过 are qualifiers.
    pub(super) fn before(&self, text: &str, at: usize, magnitude_only: bool) -> Option<Qualifier> {
        let head = text[..at].trim_end_matches(is_blank);
        if magnitude_only
            && let Some(c) = head.chars().next_back().filter(|c| matches!(c, '上' | '过' | '過'))
        {
            let start = head.len() - c.len_utf8();
            let before = char_before(text, start);
            let word = match c {
                '上' => {
                    before.is_some_and(|b| matches!(b, '以' | '网' | '线' | '马' | '街' | '路'))
                }
                _ => before
                    .is_some_and(|b| matches!(b, '超' | '通' | '经' | '不' | '渡' | '越' | '跨')),
            };
            if !word {
                return Some(Qualifier { approx: Approx::Over, start: Some(start) });
            }
        }
        if let Some(found) = self.ends_with(head) {
            return Some(found);
        }
        // 约有100家, 超过了5%: the word is outside the surface.
        let (link, ()) = self.links.at(head, head.len())?;
        let head = head[..head.len() - link.len()].trim_end_matches(is_blank);
        self.ends_with(head).map(|q| Qualifier { start: None, ..q })
    }

    fn ends_with(&self, head: &str) -> Option<Qualifier> {
        let (word, found) = self.before.at(head, head.len())?;
        let start = head.len() - word.len();
        // 约 in 签约 is no qualifier; 大约 and 超过 are whatever stands before them.
        let not_after = if word.chars().nth(1).is_none() { found.not_after.as_str() } else { "" };
        (!starts_inside_word(head, start, word, not_after))
            .then_some(Qualifier { approx: found.approx, start: found.inside.then_some(start) })
    }

    /// The qualifier after numeral and unit, and where it ends.
    pub(super) fn after(&self, text: &str, at: usize) -> Option<(Approx, usize)> {
        let (word, approx) = self.after.at(text, at)?;
        let next = char_at(text, at + word.len());
        let other_word = match word {
            "上下" => next.is_some_and(|c| matches!(c, '游' | '联' | '一' | '级' | '文' | '班')),
            "以下" => next.is_some_and(|c| matches!(c, '简' | '同' | '称' | '几' | '方' | '内')),
            "左右" => next.is_some_and(|c| matches!(c, '岸' | '两' | '逢')),
            _ => false,
        };
        (!other_word).then_some((*approx, at + word.len()))
    }
}

impl Approx {
    fn from_code(code: &str) -> Option<Self> {
        [Self::Exact, Self::About, Self::Over, Self::Nearly, Self::Under]
            .into_iter()
            .find(|a| a.code() == code)
    }
}

/// 比三十大: more than the numeral. The word after it is taken into the surface.
pub(super) fn compared(text: &str, at: usize, end: &mut usize) -> Option<Qualifier> {
    let start = text[..at].strip_suffix('比')?.len();
    let after = text[*end..].chars().next()?;
    let approx = match after {
        '大' | '多' | '高' => Approx::Over,
        '小' | '少' | '低' => Approx::Under,
        _ => return None,
    };
    *end += after.len_utf8();
    Some(Qualifier { approx, start: Some(start) })
}

/// The separator of a range at a byte: where the second number starts, and whether 之间 must follow it.
pub(super) fn range_separator(text: &str, at: usize) -> Option<(usize, bool)> {
    let from = skip_blanks(text, at);
    let rest = &text[from..];
    if let Some((word, ())) = QUALIFIERS.separators.at(text, from) {
        return Some((skip_blanks(text, from + word.len()), false));
    }
    let word = rest.chars().next().filter(|c| matches!(c, '和' | '与' | '與' | '跟'))?;
    Some((skip_blanks(text, from + word.len_utf8()), true))
}

/// Two quantities that make one: 5元3角, 3年以上7年以下. `None` if they do not.
pub(super) fn join(text: &str, last: &Quantity, next: &Quantity) -> Option<Quantity> {
    let between = text.get(last.span.end..next.span.start)?;
    if between.len() > 12 {
        return None;
    }
    chain(last, next, between).or_else(|| bounds(last, next, between))
}

fn chain(last: &Quantity, next: &Quantity, between: &str) -> Option<Quantity> {
    let glue = between.trim_matches(is_blank);
    matches!(glue, "" | "又" | "零" | "余" | "多").then_some(())?;
    let (first, second) = (last.unit.as_deref()?, next.unit.as_deref()?);
    let (_, parts) = UNITS.chain(first, second)?;
    (last.value_max.is_none() && next.value_max.is_none()).then_some(())?;
    // Cents are exact: 123元1角1分 is 123.11 and not 123.10999.
    let value = ((last.value * 1e6).round() + (next.value / parts * 1e6).round()) / 1e6;
    let value_std = last.value_std.filter(|_| last.value != 0.0).map(|s| s / last.value * value);
    Some(Quantity {
        span: Span::new(last.span.start, next.span.end),
        value,
        value_std,
        ..last.clone()
    })
}

/// Over one and under another: a range.
fn bounds(last: &Quantity, next: &Quantity, between: &str) -> Option<Quantity> {
    let glue = between.trim_matches(|c: char| is_blank(c) || c == '、' || c == '，' || c == ',');
    let tight = matches!(glue, "" | "并" | "且" | "并且" | "而且" | "但" | "但是" | "至" | "到");
    let same = last.unit == next.unit || last.unit.is_none() || next.unit.is_none();
    (tight && same && !between.contains(['、'])).then_some(())?;
    let (low, high) = match (last.approx, next.approx) {
        (Approx::Over, Approx::Under) => (last, next),
        (Approx::Under, Approx::Over) => (next, last),
        _ => return None,
    };
    (low.value_max.is_none() && high.value_max.is_none() && low.value < high.value).then_some(())?;
    let unit = if last.unit.is_some() { last } else { next };
    Some(Quantity {
        span: Span::new(last.span.start, next.span.end),
        numeral: Span::new(last.numeral.start, next.numeral.end),
        value: low.value,
        value_max: Some(high.value),
        unit: unit.unit.clone(),
        unit_std: unit.unit_std,
        value_std: low.value_std,
        dimension: unit.dimension,
        approx: Approx::Exact,
    })
}

/// In a list the unit and the bound printed last hold for all: 快于全国3.4个、1个百分点; 分别达a、b、c以上.
pub(super) fn share_with_list(text: &str, quantities: &mut [Quantity]) {
    for i in (1..quantities.len()).rev() {
        let (head, tail) = quantities.split_at_mut(i);
        let (last, next) = (&mut head[i - 1], &tail[0]);
        let between = text.get(last.span.end..next.span.start).unwrap_or("");
        if !matches!(between.trim(), "、" | "和" | "与" | "及" | "，" | "," | "或" | "以及")
        {
            continue;
        }
        let cut = last.unit.as_deref() == Some("个")
            && next
                .unit
                .as_deref()
                .is_some_and(|u| matches!(u, "百分点" | "个月" | "个小时" | "个星期"));
        let apart =
            last.unit.is_none() && next.unit.is_some() && is_respective(text, last.span.start);
        if cut || apart {
            last.unit.clone_from(&next.unit);
            last.unit_std = next.unit_std;
            last.dimension = next.dimension;
            last.value_std =
                next.value_std.filter(|_| next.value != 0.0).map(|s| s / next.value * last.value);
        }
        if last.approx == Approx::Exact
            && next.approx != Approx::Exact
            && last.unit == next.unit
            && follows_bound(text, next)
            && is_respective(text, last.span.start)
        {
            last.approx = next.approx;
        }
    }
}

/// Whether the clause before says 分别.
fn is_respective(text: &str, at: usize) -> bool {
    let head = &text[..at];
    let clause: String = head
        .chars()
        .rev()
        .take(40)
        .take_while(|c| !matches!(c, '。' | '；' | '\n' | '，'))
        .collect();
    clause.contains("别分") || clause.contains("別分")
}

/// Whether the qualifier stands after the numeral (以上), not before it.
fn follows_bound(text: &str, quantity: &Quantity) -> bool {
    let surface = quantity.span.of(text);
    ["以上", "左右", "以内", "以下"].iter().any(|w| surface.ends_with(w))
}
