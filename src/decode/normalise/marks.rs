//! ASCII punctuation and quotation marks in Chinese text → the full-width marks that they stand for.
//!
//! Only where Chinese stands around the mark; marks of numbers (1,000, 3:2, 14:30, 1.5), enumerations (`1.`), addresses
//! and code stay.

use super::artefacts::is_numeral;
use super::chars::{is_full_mark, is_han};

/// Whether a line is Chinese prose rather than code or a foreign sentence with Chinese words: Chinese characters are at
/// least half as many as Latin letters and signs of code.
pub(super) fn is_chinese_prose(line: &[char]) -> bool {
    let (mut n_han, mut n_other) = (0usize, 0usize);
    for &c in line {
        n_han += usize::from(is_han(c));
        let letter = c.is_ascii_alphabetic() || ('\u{C0}'..'\u{2000}').contains(&c);
        let code = matches!(c, '{' | '}' | '=' | '<' | '>' | '\\' | '|' | '$');
        n_other += usize::from(letter || code);
    }
    n_han * 2 >= n_other && n_han > 0
}

/// What may stand beside a Chinese mark: a Chinese character or another mark.
fn is_chinese(c: Option<&char>) -> bool {
    c.is_some_and(|c| is_han(*c) || is_full_mark(*c))
}

/// Turns ASCII marks into full-width ones. `lost` tells of a question mark that it stands for a lost character.
pub(super) fn punctuation(line: &mut Vec<char>, lost: impl Fn(&[char], &[char]) -> bool) {
    brackets(line);
    let full_stops = reads_full_stops(line);
    let mut out: Vec<char> = Vec::with_capacity(line.len());
    let mut i = 0;
    while i < line.len() {
        // What stands before is as mended already, so that a second look finds nothing more to do.
        let full = match line[i] {
            mark @ (',' | ';' | ':') => separator(&out, mark, &line[i + 1..]),
            '.' if full_stops && ends_sentence(&out, &line[i + 1..]) => Some('。'),
            '?' if ends_clause(&out, &line[i + 1..]) && !lost(&out, &line[i + 1..]) => Some('？'),
            '!' if ends_clause(&out, &line[i + 1..]) => Some('！'),
            _ => None,
        };
        out.push(full.unwrap_or(line[i]));
        i += 1;
        // The blank after an ASCII mark goes with it; behind a label it may say that its value is empty.
        if full.is_some_and(|c| c != '：')
            && line.get(i) == Some(&' ')
            && line.get(i + 1).is_some_and(|c| *c != ' ')
        {
            i += 1;
        }
    }
    *line = out;
}

/// A comma, semicolon or colon, as a full-width one if it is to be one.
fn separator(before: &[char], mark: char, rest: &[char]) -> Option<char> {
    let last = before.last()?;
    let blank = rest.first() == Some(&' ');
    let after = rest.get(usize::from(blank));
    let full = match mark {
        ',' => '，',
        ';' => '；',
        _ => '：',
    };
    let alnum = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    let quoted = after == Some(&'"') && !blank;
    let stands = if is_chinese(Some(last)) {
        // 来源:网站, 全年,300家; not 网址://.
        after.is_none() || is_chinese(after) || alnum(after) || matches!(after, Some('"' | '('))
    } else if mark == ':' {
        (last.is_ascii_alphabetic() || matches!(last, '"' | '%')) && is_chinese(after)
    } else if mark == ';' && is_reference(before) || last.is_ascii_digit() && is_enumerator(before)
    {
        false
    } else {
        let closes = last.is_ascii_alphanumeric() || matches!(last, '%' | '"' | ')' | '‰' | '℃');
        closes && (is_chinese(after) || quoted && *last != '"')
    };
    stands.then_some(full)
}

/// Whether `&name` ends here.
fn is_reference(before: &[char]) -> bool {
    let name = before
        .iter()
        .rev()
        .take(12)
        .take_while(|c| c.is_ascii_alphanumeric() || **c == '#')
        .count();
    before.len() > name && before[before.len() - name - 1] == '&'
}

/// Whether the line so far is an enumerator's number.
fn is_enumerator(before: &[char]) -> bool {
    before.len() <= 4 && before.iter().all(|c| c.is_ascii_digit() || *c == ' ')
}

/// Whether the dots of a line are full stops: it has none of the full-width ones, and one of its dots ends the line or
/// its commas are ASCII as well.
fn reads_full_stops(line: &[char]) -> bool {
    let n_han = line.iter().filter(|c| is_han(**c)).count();
    if n_han < 4 || line.contains(&'。') || !line.contains(&'.') {
        return false;
    }
    let at_end = line.iter().rposition(|c| *c != ' ').is_some_and(|last| line[last] == '.');
    let commas = || (1..line.len()).any(|i| line[i] == ',' && is_chinese(line.get(i + 1)));
    at_end || commas()
}

/// Whether a dot ends a sentence: behind Chinese, at the end of the line or in front of Chinese.
fn ends_sentence(before: &[char], rest: &[char]) -> bool {
    let Some(last) = before.last() else { return false };
    let ends = is_han(*last) || matches!(last, '%' | '”' | '）' | '》' | '"' | ')' | '‰' | '℃');
    let enumerator = before.len() <= 3 && before.iter().all(|c| is_numeral(*c));
    let after = rest.iter().find(|c| **c != ' ');
    ends && !enumerator && (after.is_none() || is_chinese(after) || after == Some(&'"'))
}

/// Whether a question or exclamation mark stands behind Chinese and not inside an address or a formula.
fn ends_clause(before: &[char], rest: &[char]) -> bool {
    let after = rest.first();
    let ends = before
        .last()
        .is_some_and(|c| is_han(*c) || is_full_mark(*c) && !matches!(c, '，' | '、' | '；' | '：'));
    ends && (after.is_none()
        || is_chinese(after)
        || matches!(after, Some(' ' | '"' | '?' | '!' | ')')))
}

/// Pairs of brackets with Chinese in them, or between Chinese. `(1)` and `(a)` enumerate and stay.
fn brackets(line: &mut [char]) {
    let mut open: Vec<usize> = Vec::new();
    // Chinese characters before each open bracket, so that a pair's content is known at once.
    let mut n_han = 0usize;
    let mut han_before: Vec<usize> = Vec::new();
    for i in 0..line.len() {
        match line[i] {
            '(' => {
                open.push(i);
                han_before.push(n_han);
            }
            ')' => {
                if let Some((start, before)) = open.pop().zip(han_before.pop()) {
                    let outside = start.checked_sub(1).map(|p| line[p]);
                    let short = i - start <= 3;
                    let around = is_chinese(outside.as_ref())
                        && (line.get(i + 1).is_none() || is_chinese(line.get(i + 1)));
                    if n_han > before || around && !short && i - start > 1 {
                        line[start] = '（';
                        line[i] = '）';
                    }
                }
            }
            '（' | '）' => {
                open.clear();
                han_before.clear();
            }
            c => n_han += usize::from(is_han(c)),
        }
    }
    mixed_brackets(line);
}

/// Pairs of which one bracket is full-width and the other is not: （一) → （一）.
fn mixed_brackets(line: &mut [char]) {
    let mut open: Option<usize> = None;
    for i in 0..line.len() {
        match (line[i], open) {
            ('(' | '（', _) => open = Some(i),
            (')' | '）', Some(start)) => {
                if (line[start] == '(') != (line[i] == ')') {
                    line[start] = '（';
                    line[i] = '）';
                }
                open = None;
            }
            _ => {}
        }
    }
}

/// Quotation marks that stand for others: 〝 〞 〟 → “ ”, ＂ → ".
pub(super) fn odd_quotes(line: &mut [char]) {
    for c in line.iter_mut() {
        *c = match *c {
            '〝' => '“',
            '〞' | '〟' => '”',
            '＂' => '"',
            c => c,
        };
    }
}

/// ASCII quotation marks → “ ”, and pairs that are the same mark twice → “ and ”.
pub(super) fn quotes(line: &mut [char]) {
    let marks: Vec<usize> =
        (0..line.len()).filter(|i| matches!(line[*i], '“' | '”' | '"')).collect();
    if !marks.len().is_multiple_of(2) {
        return;
    }
    let neutral = marks.iter().any(|i| line[*i] == '"');
    if !neutral {
        // ”…“ belongs to quotations that begin and end on other lines; nested pairs are sound.
        let apart = marks.chunks(2).any(|p| (line[p[0]], line[p[1]]) == ('”', '“'));
        if apart || is_balanced(line, &marks) {
            return;
        }
    }
    if neutral && is_code(line) {
        return;
    }
    for pair in marks.chunks(2) {
        let (open, close) = (pair[0], pair[1]);
        let content = line[open + 1..close].iter().any(|c| is_han(*c));
        let outside =
            open == 0 || is_chinese(line.get(open - 1)) || is_chinese(line.get(close + 1));
        if content || outside {
            line[open] = '“';
            line[close] = '”';
        }
    }
}

/// Whether every “ has its ”, nested or not.
fn is_balanced(line: &[char], marks: &[usize]) -> bool {
    let mut depth = 0i64;
    marks.iter().all(|i| {
        depth += if line[*i] == '“' { 1 } else { -1 };
        depth >= 0
    }) && depth == 0
}

/// Whether ASCII quotes on the line belong to markup or data: `key="…"`, `"key":"…"`, `["…`.
fn is_code(line: &[char]) -> bool {
    line.windows(2).any(|w| matches!(w, ['=' | '{' | '[' | '(', '"'] | ['"', '}' | ']' | '>']))
        || line.windows(3).any(|w| matches!(w, ['"', ':' | ',', '"']))
}
