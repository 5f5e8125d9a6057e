//! One pass over a line's bytes: whether anything in it may need mending. Wrong alarms cost time, misses cost quality.

/// What a line may need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Finding {
    /// All steps.
    pub(super) work: bool,
    /// Words that spun text uses wrongly.
    pub(super) spun: bool,
    /// Has a full stop; known only where there is no work.
    pub(super) sentence: bool,
}

/// What the first byte of a character says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// ASCII that is never in question: letters, digits but those that dates begin with, most signs.
    Plain,
    /// ASCII that depends on its neighbours.
    Ascii,
    /// Chinese characters.
    Han,
    /// Two bytes: Latin letters beyond ASCII.
    Latin,
    /// Two bytes: Greek and Cyrillic.
    Greek,
    /// Three bytes, general punctuation and symbols.
    Symbols,
    /// Three bytes, Chinese punctuation and kana.
    Marks,
    /// Three bytes, compatibility characters and full-width forms.
    Wide,
    /// Three bytes, Korean.
    Korean,
    /// Four bytes.
    Four,
    /// Whatever may need Unicode's normal form.
    Compose,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Compose; 256];
    let mut b = 0;
    while b < 256 {
        classes[b] = match b as u8 {
            b'&' | b',' | b';' | b':' | b'?' | b'!' | b'(' | b')' | b'.' | b' ' | b'X' | b'x'
            | b'*' | b'D' | b'G' | b'\\' | b'1' | b'2' | b'"' => Class::Ascii,
            b'\t' | 0x20..0x7F => Class::Plain,
            0..0x80 => Class::Ascii,
            0xC2..=0xCB => Class::Latin,
            0xCE..=0xD1 => Class::Greek,
            0xE2 => Class::Symbols,
            0xE3 => Class::Marks,
            0xE4..=0xE9 => Class::Han,
            0xEA..=0xED => Class::Korean,
            0xEF => Class::Wide,
            0xF0 => Class::Four,
            _ => Class::Compose,
        };
        b += 1;
    }
    classes
};

/// Looks through one line.
pub(super) fn scan(line: &str) -> Finding {
    let b = line.as_bytes();
    let at = |i: usize| b.get(i).copied().unwrap_or(b' ');
    let mut finding = Finding { work: opens_oddly(line), ..Finding::default() };
    let mut seen = Seen::default();
    let mut i = 0;
    while let Some(&lead) = b.get(i) {
        i += match CLASSES[usize::from(lead)] {
            Class::Plain => {
                let plain = |b: &&u8| CLASSES[usize::from(**b)] == Class::Plain;
                b[i..].iter().take_while(plain).count()
            }
            Class::Han => {
                seen.han = true;
                let mut n = 0;
                while let Some([lead @ 0xE4..=0xE9, second, third]) = b.get(i + n..i + n + 3) {
                    n += 3;
                    if NOTABLE[usize::from(lead & 0xF) << 6 | usize::from(second & 0x3F)] {
                        han([*lead, *second, *third], &b[i + n..], &mut finding, &mut seen);
                    }
                }
                n
            }
            Class::Ascii => {
                match ascii(b, i) {
                    Need::None => {}
                    Need::InChinese => seen.odd_ascii = true,
                    Need::Always => finding.work = true,
                }
                seen.ascii_quote |= lead == b'"';
                1
            }
            Class::Marks => {
                seen.wide = true;
                match (at(i + 1), at(i + 2)) {
                    (0x80, 0x80 | 0x9D..=0x9F) | (0x82, 0x99 | 0x9A) => finding.work = true,
                    (0x80, 0x82) => finding.sentence = true,
                    _ => {}
                }
                3
            }
            Class::Symbols => {
                symbol(at(i + 1), at(i + 2), &mut finding, &mut seen);
                3
            }
            Class::Wide => {
                seen.wide = true;
                finding.work |= wide(b, i);
                3
            }
            Class::Latin => {
                finding.work |= lead == 0xC2 && matches!(at(i + 1), 0x80..=0xA0 | 0xAD);
                finding.work |= lead == 0xC3 && at(i + 1) == 0x97;
                seen.n_latin += 1;
                2
            }
            Class::Greek => {
                finding.work |= lead == 0xCE && at(i + 1) == 0x87;
                2
            }
            Class::Korean => {
                finding.work |= lead == 0xEA && at(i + 1) < 0xB0;
                3
            }
            Class::Four => {
                seen.wide = true;
                finding.work |= !matches!(at(i + 1), 0x9F..=0xAE);
                4
            }
            Class::Compose => {
                finding.work = true;
                1
            }
        };
        if finding.work {
            break;
        }
    }
    let mojibake = seen.n_latin >= 4 && seen.n_latin * 6 >= line.len() || seen.n_metal >= 2;
    finding.work |= mojibake || seen.han && (seen.ascii_quote || seen.quote_open);
    finding.work |= seen.odd_ascii && (seen.han || seen.wide);
    finding
}

/// What was seen on the way through a line.
#[derive(Default)]
struct Seen {
    han: bool,
    /// Characters of blocks that hold rarer Chinese ones.
    wide: bool,
    /// ASCII that is mended in Chinese text.
    odd_ascii: bool,
    ascii_quote: bool,
    quote_open: bool,
    n_latin: usize,
    n_metal: usize,
}

/// By first and second byte: Chinese characters of which some may begin something.
static NOTABLE: [bool; 1024] = {
    let mut notable = [false; 1024];
    let starts =
        [(0xE5, 0xBC), (0xE6, 0xA0), (0xE9, 0xA1), (0xE9, 0xA0), (0xE9, 0x94), (0xE7, 0x83)];
    let mut i = 0;
    while i < starts.len() {
        notable[(starts[i].0 & 0xF) << 6 | starts[i].1 & 0x3F] = true;
        i += 1;
    }
    let mut second = 0x88;
    while second <= 0x91 {
        notable[(0xE9 & 0xF) << 6 | second & 0x3F] = true;
        second += 1;
    }
    notable
};

/// A Chinese character of those, and what follows it.
fn han(c: [u8; 3], rest: &[u8], finding: &mut Finding, seen: &mut Seen) {
    let then = |what: &str| rest.starts_with(what.as_bytes());
    match c {
        [0xE5, 0xBC, 0x80] => finding.spun |= then("展"),
        [0xE6, 0xA0, 0xB9] => finding.spun |= then("底"),
        [0xE9, 0xA1, 0xB5] | [0xE9, 0xA0, 0x81] => finding.work |= page_number(rest),
        [0xE9, 0x94, 0x9F] => finding.work |= then("斤"),
        [0xE9, 0x88..=0x91, _] => seen.n_metal += 1,
        [0xE7, 0x83, 0xAB] => finding.work |= then("烫烫"),
        _ => {}
    }
}

/// A character of the blocks that begin with 0xE2.
fn symbol(second: u8, third: u8, finding: &mut Finding, seen: &mut Seen) {
    match (second, third) {
        (0x80, 0x9C) => finding.work |= std::mem::replace(&mut seen.quote_open, true),
        (0x80, 0x9D) => finding.work |= !std::mem::replace(&mut seen.quote_open, false),
        (0x80, 0x80..=0x8F | 0xA8..=0xAF) | (0x81, 0x9F..=0xAF) => finding.work = true,
        (0x84 | 0x8C | 0xAB | 0xBA..=0xBF, _) => finding.work = true,
        _ => {}
    }
    seen.n_latin += usize::from(second == 0x80);
}

/// Where a character needs work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    None,
    /// In a line that has Chinese characters.
    InChinese,
    Always,
}

/// An ASCII character at `i`.
fn ascii(b: &[u8], i: usize) -> Need {
    let before = if i == 0 { b' ' } else { b[i - 1] };
    let after = b.get(i + 1).copied();
    let beyond = |b: u8| b >= 0x80;
    let next_beyond = after.is_some_and(beyond);
    let always = |yes: bool| if yes { Need::Always } else { Need::None };
    let in_chinese = |yes: bool| if yes { Need::InChinese } else { Need::None };
    match b[i] {
        b'\t' => Need::None,
        0..0x20 | 0x7F => Need::Always,
        b',' | b';' | b':' | b'?' | b'!' | b'(' | b')' | b'.' => {
            in_chinese(beyond(before) || next_beyond || before == b'%' && after.is_none())
        }
        b'&' => always(memchr::memchr(b';', &b[i..b.len().min(i + 14)]).is_some()),
        b' ' => {
            let spaced_latin = i == 1
                && b.get(3) == Some(&b' ')
                && b.get(5) == Some(&b' ')
                && b.get(7) == Some(&b' ');
            if spaced_latin {
                return Need::Always;
            }
            let spaced_han =
                next_beyond && matches!(b.get(i + 4), None | Some(b' ')) && (beyond(before));
            in_chinese(
                spaced_han
                    || matches!(after, Some(b'%')) && before.is_ascii_digit()
                    || next_beyond && b[i + 1..].starts_with("‰".as_bytes()),
            )
        }
        b'X' | b'x' | b'*' => in_chinese(
            (next_beyond || after == Some(b'%')) && !before.is_ascii_alphabetic() || century(b, i),
        ),
        b'D' | b'G' => {
            in_chinese((next_beyond || after == Some(b'D')) && !before.is_ascii_alphanumeric())
        }
        b'\\' => in_chinese(matches!(after, Some(b'h' | b'l'))),
        b'1' | b'2' => in_chinese(
            !before.is_ascii_digit() && {
                let n = b[i..].iter().take(9).take_while(|b| b.is_ascii_digit()).count();
                (6..=8).contains(&n) && b.get(i + n).copied().is_some_and(beyond)
            },
        ),
        _ => Need::None,
    }
}

/// 20** and the like.
fn century(b: &[u8], i: usize) -> bool {
    i >= 2 && matches!(&b[i - 2..i], b"20" | b"19")
}

/// A character of the block that begins with 0xEF: compatibility characters and full-width forms.
fn wide(b: &[u8], i: usize) -> bool {
    let digit = |at: Option<usize>| at.and_then(|i| b.get(i)).is_some_and(u8::is_ascii_digit);
    match (b.get(i + 1).copied().unwrap_or_default(), b.get(i + 2).copied().unwrap_or_default()) {
        // Between digits the comma may be a thousands separator.
        (0xBC, 0x8C) => digit(i.checked_sub(1)) && digit(Some(i + 3)),
        (0xBC, 0x82 | 0x85 | 0x8A | 0x8E | 0x90..=0x99 | 0xA1..=0xBA) | (0xBD, 0x81..=0x9A) => true,
        // A bracket whose partner is ASCII; its neighbours tell.
        (0xBC | 0xBD, _) => false,
        (0xBE, _) => false,
        _ => true,
    }
}

/// Whether a page count follows 页: 共18页, /共18页.
fn page_number(rest: &[u8]) -> bool {
    let near = &rest[..rest.len().min(12)];
    near.first() == Some(&b'/') || near.windows(3).any(|w| w == "共".as_bytes())
}

/// Whether the line opens with an enumerator that has lost its bracket.
fn opens_oddly(line: &str) -> bool {
    let mut chars = line.trim_start_matches(' ').chars().take(5);
    let mut n = 0;
    loop {
        match chars.next() {
            Some(c) if super::artefacts::is_numeral(c) => n += 1,
            Some('）' | ')') => return n > 0,
            _ => return false,
        }
    }
}
