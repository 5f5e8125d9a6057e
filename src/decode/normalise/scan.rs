//! One pass over a line's bytes: whether anything in it may need mending. Wrong alarms cost time, misses cost quality.

/// What a line may need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Finding {
    /// All steps.
    pub(super) work: bool,
    /// Words that spun text uses wrongly.
    pub(super) spun: bool,
}

/// Looks through one line.
pub(super) fn scan(line: &str) -> Finding {
    let b = line.as_bytes();
    let at = |i: usize| b.get(i).copied().unwrap_or(b' ');
    let mut finding = Finding { work: opens_oddly(line), spun: false };
    let (mut n_latin, mut n_metal, mut quote_open, mut ascii_quote, mut han) =
        (0usize, 0usize, false, false, false);
    let mut i = 0;
    while i < b.len() && !finding.work {
        let lead = b[i];
        let len = match lead {
            0..0x80 => {
                finding.work = ascii(b, i);
                ascii_quote |= lead == b'"';
                1
            }
            0xE4..=0xE9 => {
                han = true;
                match (lead, at(i + 1), at(i + 2)) {
                    (0xE5, 0xBC, 0x80) => finding.spun |= b[i + 3..].starts_with("展".as_bytes()),
                    (0xE5, 0x8F, 0x91) => finding.spun |= b[i + 3..].starts_with("动实".as_bytes()),
                    (0xE6, 0xA0, 0xB9) => finding.spun |= b[i + 3..].starts_with("底".as_bytes()),
                    (0xE9, 0xA1, 0xB5) | (0xE9, 0xA0, 0x81) => {
                        finding.work |= page_number(b, i + 3)
                    }
                    (0xE9, 0x94, 0x9F) => finding.work |= b[i + 3..].starts_with("斤".as_bytes()),
                    (0xE9, 0x88..=0x91, _) => n_metal += 1,
                    (0xE7, 0x83, 0xAB) => finding.work |= b[i + 3..].starts_with("烫烫".as_bytes()),
                    _ => {}
                }
                3
            }
            0xE2 => {
                match (at(i + 1), at(i + 2)) {
                    (0x80, 0x9C) => finding.work |= std::mem::replace(&mut quote_open, true),
                    (0x80, 0x9D) => finding.work |= !std::mem::replace(&mut quote_open, false),
                    (0x80, 0x80..=0x8F | 0xA8..=0xAF) | (0x81, 0x9F..=0xAF) => finding.work = true,
                    (0x84 | 0x8C | 0xAB | 0xBA..=0xBF, _) => finding.work = true,
                    _ => {}
                }
                n_latin += usize::from(at(i + 1) == 0x80);
                3
            }
            0xE3 => {
                match (at(i + 1), at(i + 2)) {
                    (0x80, 0x80 | 0x9D..=0x9F) | (0x82, 0x99 | 0x9A) => finding.work = true,
                    _ => {}
                }
                3
            }
            0xEF => {
                finding.work |= wide(b, i);
                3
            }
            0xC2..=0xCB => {
                finding.work |= lead == 0xC2 && matches!(at(i + 1), 0x80..=0xA0 | 0xAD);
                finding.work |= lead == 0xC3 && at(i + 1) == 0x97;
                n_latin += 1;
                2
            }
            0xCE | 0xCF | 0xD0 | 0xD1 => {
                finding.work |= lead == 0xCE && at(i + 1) == 0x87;
                2
            }
            0xCC | 0xCD | 0xD2..=0xDF => {
                finding.work = true;
                2
            }
            0xEA if at(i + 1) >= 0xB0 => 3,
            0xEB..=0xED => 3,
            0xE0 | 0xE1 | 0xEA | 0xEE => {
                finding.work = true;
                3
            }
            0xF0 if matches!(at(i + 1), 0x9F | 0xA0..=0xAE) => 4,
            _ => {
                finding.work = true;
                1
            }
        };
        i += len;
    }
    let mojibake = n_latin >= 4 && n_latin * 6 >= line.len() || n_metal >= 2;
    finding.work |= mojibake || han && ascii_quote || han && quote_open;
    finding
}

/// An ASCII character at `i`.
fn ascii(b: &[u8], i: usize) -> bool {
    let before = if i == 0 { b' ' } else { b[i - 1] };
    let after = b.get(i + 1).copied();
    let beyond = |b: u8| b >= 0x80;
    let next_beyond = after.is_some_and(beyond);
    match b[i] {
        b'\t' => false,
        0..0x20 | 0x7F => true,
        b',' | b';' | b':' | b'?' | b'!' | b'(' | b')' | b'.' => {
            beyond(before) || next_beyond || before == b'%' && after.is_none()
        }
        b'&' => memchr::memchr(b';', &b[i..b.len().min(i + 14)]).is_some(),
        b' ' => {
            let spaced_han =
                next_beyond && matches!(b.get(i + 4), None | Some(b' ')) && (beyond(before));
            let spaced_latin = i == 1
                && b.get(3) == Some(&b' ')
                && b.get(5) == Some(&b' ')
                && b.get(7) == Some(&b' ');
            spaced_han
                || spaced_latin
                || matches!(after, Some(b'%')) && before.is_ascii_digit()
                || next_beyond && b[i + 1..].starts_with("‰".as_bytes())
        }
        b'X' | b'x' | b'*' => {
            (next_beyond || after == Some(b'%')) && !before.is_ascii_alphabetic() || century(b, i)
        }
        b'D' | b'G' => (next_beyond || after == Some(b'D')) && !before.is_ascii_alphanumeric(),
        b'\\' => matches!(after, Some(b'h' | b'l')),
        b'1' | b'2' => {
            !before.is_ascii_digit() && {
                let n = b[i..].iter().take(9).take_while(|b| b.is_ascii_digit()).count();
                (6..=8).contains(&n) && b.get(i + n).copied().is_some_and(beyond)
            }
        }
        _ => false,
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
fn page_number(b: &[u8], i: usize) -> bool {
    let near = &b[i.min(b.len())..b.len().min(i + 12)];
    memchr::memmem::find(near, "共".as_bytes()).is_some() || near.first() == Some(&b'/')
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
