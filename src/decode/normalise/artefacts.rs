//! What others left in the text on its way: rewriting mirrors' inserts, fields of word processors, page numbers,
//! lost brackets, titles spaced letter by letter. All of it on one line, as characters.

use super::Mends;
use super::chars::{is_full_mark, is_han};
use std::ops::Range;

/// Removes a word processor's fields of a table of contents: ` PAGEREF _Toc123456 \h 6`, `HYPERLINK \l "_Toc123456"`.
pub(super) fn contents_fields(line: &mut Vec<char>) {
    for (keyword, with_number) in [("PAGEREF", true), ("HYPERLINK", false)] {
        let keyword: Vec<char> = keyword.chars().collect();
        let mut fields: Vec<Range<usize>> = Vec::new();
        let mut from = 0;
        while let Some(at) = position(line, &keyword, from) {
            from = at + keyword.len();
            let Some(end) = field_end(line, from, with_number) else { continue };
            let floor = fields.last().map_or(0, |f| f.end);
            let blanks = line[floor..at].iter().rev().take_while(|c| **c == ' ').count();
            fields.push(at - blanks..end);
            from = end;
        }
        remove(line, &fields);
    }
}

/// Where a field ends whose keyword ends at `at`; null if it is no field.
fn field_end(line: &[char], at: usize, with_number: bool) -> Option<usize> {
    let mut i = at;
    let mut seen = false;
    loop {
        i += spaces(&line[i..]);
        let rest = &line[i..];
        if rest.first() == Some(&'\\') && rest.get(1).is_some_and(char::is_ascii_lowercase) {
            i += 2;
        } else if rest.starts_with(&['_', 'T', 'o', 'c'])
            || rest.starts_with(&['"', '_', 'T', 'o', 'c'])
        {
            i += rest
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '"'))
                .count();
            seen = true;
        } else {
            break;
        }
    }
    let digits = line[i..].iter().take_while(|c| c.is_ascii_digit()).count();
    if with_number && digits <= 4 {
        i += digits;
    } else {
        i -= line[..i].iter().rev().take_while(|c| **c == ' ').count();
    }
    seen.then_some(i)
}

/// Removes page numbers that an export left inside a sentence: 第3页共18页. A line that is nothing else stays.
pub(super) fn page_numbers(line: &mut Vec<char>) {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(at) = line[from..].iter().position(|c| *c == '第').map(|i| from + i) {
        from = at + 1;
        if let Some(end) = page_number_end(line, at) {
            found.push(at..end);
            from = end;
        }
    }
    let inside = |i: usize| found.iter().any(|r| r.contains(&i));
    let is_text = |c: char| is_han(c) || c.is_ascii_alphanumeric();
    if found.len() <= 2 && !(0..line.len()).any(|i| is_text(line[i]) && !inside(i)) {
        return;
    }
    remove(line, &found);
}

fn page_number_end(line: &[char], at: usize) -> Option<usize> {
    let page = |i: usize, first: &[char]| {
        let mut i = i;
        i += line[i..].iter().take_while(|c| matches!(c, ' ' | '/' | '，' | ',')).count().min(3);
        i += usize::from(line.get(i).is_some_and(|c| first.contains(c)));
        i += spaces(&line[i..]);
        let digits = line[i..].iter().take(5).take_while(|c| c.is_ascii_digit()).count();
        i += digits;
        i += spaces(&line[i..]);
        (digits > 0 && matches!(line.get(i), Some('页' | '頁'))).then_some(i + 1)
    };
    let first = page(at, &['第'])?;
    let marked = line[first..].iter().take(4).any(|c| matches!(c, '共' | '/'));
    if marked { page(first, &['共']) } else { None }
}

/// Removes tone-marked pinyin in ASCII brackets behind Chinese characters, which mirrors insert; once a line has one,
/// also syllables without a tone.
pub(super) fn pinyin(line: &mut Vec<char>, mends: &mut Mends) {
    let mut inserts = Vec::new();
    let mut toned = false;
    let mut at = 0;
    while let Some(open) = line[at..].iter().position(|c| *c == '(').map(|i| at + i) {
        at = open + 1;
        let len = line[at..].iter().take(8).take_while(|c| is_pinyin(**c)).count();
        if len == 0 || line.get(at + len) != Some(&')') || open == 0 || !is_han(line[open - 1]) {
            continue;
        }
        let syllable = &line[at..at + len];
        let tone = syllable.iter().any(|c| !c.is_ascii());
        if tone || NEUTRAL.iter().any(|n| n.chars().eq(syllable.iter().copied())) {
            toned |= tone;
            inserts.push(open..at + len + 1);
        }
        at += len + 1;
    }
    if toned {
        mends.mirror_artefacts += u32::try_from(inserts.len()).unwrap_or(u32::MAX);
        remove(line, &inserts);
    }
}

/// Syllables that have no tone in use.
const NEUTRAL: &[&str] =
    &["de", "le", "men", "zi", "ma", "ne", "ba", "me", "zhe", "li", "shi", "er", "bu", "yi"];

fn is_pinyin(c: char) -> bool {
    c.is_ascii_lowercase()
        || matches!(
            c,
            'ā' | 'á'
                | 'ǎ'
                | 'à'
                | 'ē'
                | 'é'
                | 'ě'
                | 'è'
                | 'ī'
                | 'í'
                | 'ǐ'
                | 'ì'
                | 'ō'
                | 'ó'
                | 'ǒ'
                | 'ò'
                | 'ū'
                | 'ú'
                | 'ǔ'
                | 'ù'
                | 'ǖ'
                | 'ǘ'
                | 'ǚ'
                | 'ǜ'
                | 'ü'
                | 'ń'
                | 'ň'
                | 'ǹ'
                | 'ḿ'
                | 'ɡ'
        )
}

/// Removes the ASCII comma that mirrors put in front of every full-width mark.
pub(super) fn doubled_marks(line: &mut Vec<char>, mends: &mut Mends) {
    let doubled = |i: usize| {
        line[i] == ','
            && matches!(line.get(i + 1), Some('，' | '、' | '。' | '；' | '：' | '？' | '！' | ','))
    };
    let mut inserts: Vec<_> = (0..line.len()).filter(|i| doubled(*i)).map(|i| i..i + 1).collect();
    inserts.retain(|r| line[r.end] != ',');
    mends.mirror_artefacts += u32::try_from(inserts.len()).unwrap_or(u32::MAX);
    remove(line, &inserts);
}

/// Puts the opening bracket back that an enumerator at the start of the line has lost: `六）` → `（六）`.
pub(super) fn opening_bracket(line: &mut Vec<char>) {
    let start = spaces(line);
    let rest = &line[start..];
    let len = rest.iter().take(4).take_while(|c| is_numeral(**c)).count();
    let closed = matches!(rest.get(len), Some('）' | ')'));
    if (1..=3).contains(&len)
        && closed
        && rest.get(len + 1).is_some_and(|c| is_han(*c) || is_full_mark(*c))
    {
        line[start + len] = '）';
        line.insert(start, '（');
    }
}

/// A Chinese numeral of enumerators.
pub(super) fn is_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// Removes the blanks between a number and its percent sign.
pub(super) fn blank_before_percent(line: &mut Vec<char>) {
    let mut blanks = Vec::new();
    for at in (0..line.len()).filter(|i| matches!(line[*i], '%' | '‰')) {
        let n = line[..at].iter().rev().take(2).take_while(|c| **c == ' ').count();
        if n > 0 && at > n && line[at - n - 1].is_ascii_digit() {
            blanks.push(at - n..at);
        }
    }
    remove(line, &blanks);
}

/// Joins titles that are spaced letter by letter: a line of single characters, or four and more Chinese ones in a row.
/// Wider gaps stay as one blank.
pub(super) fn letter_spacing(line: &mut Vec<char>) {
    if !line.contains(&' ') {
        return;
    }
    let whole = tokens(line);
    let single = |token: &Range<usize>| token.len() == 1;
    let letters = |t: &[Range<usize>]| -> Vec<char> { t.iter().map(|r| line[r.start]).collect() };
    let mut gaps = Vec::new();
    if whole.iter().all(single) && is_spaced_word(&letters(&whole), &whole) {
        gaps = whole.windows(2).map(|w| w[0].end..w[1].start).collect();
    } else {
        let mut i = 0;
        while i < whole.len() {
            let near = |j: usize| whole[j].start - whole[j - 1].end == 1;
            let han = |j: usize| single(&whole[j]) && is_han(line[whole[j].start]);
            let mut end = i;
            while end < whole.len() && han(end) && (end == i || near(end)) {
                end += 1;
            }
            let run = &whole[i..end];
            if run.len() >= 4 && !is_list(&letters(run)) {
                gaps.extend(run.windows(2).map(|w| w[0].end..w[1].start));
            }
            i = end.max(i + 1);
        }
    }
    let wide = gaps.iter().any(|g| g.len() > 1) && gaps.iter().any(|g| g.len() == 1);
    let gaps: Vec<_> = gaps
        .into_iter()
        .map(|g| if wide && g.len() > 1 { g.start + 1..g.end } else { g })
        .collect();
    remove(line, &gaps);
}

/// Words of a line, by blanks and tabs.
fn tokens(line: &[char]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    for (i, c) in line.iter().enumerate() {
        match (matches!(c, ' ' | '\t'), start) {
            (false, None) => start = Some(i),
            (true, Some(s)) => {
                out.push(s..i);
                start = None;
            }
            _ => {}
        }
    }
    out.extend(start.map(|s| s..line.len()));
    out
}

/// Words of two characters that headings space out.
const SPACED_WORDS: &[&str] = &[
    "目录", "目錄", "附件", "附录", "附錄", "附表", "前言", "序言", "引言", "摘要", "通知", "公告",
    "公示", "公报", "报告", "報告", "说明", "說明", "后记", "結語", "结语", "总则", "總則", "附则",
    "附則", "决定", "決定", "决议", "決議", "草案", "纲要", "讲话", "講話", "意见", "办法", "名单",
    "議程", "议程", "注释", "简介", "索引", "正文", "通报", "批复", "方案", "总结", "概述", "概况",
];

/// Whether single characters that make up a whole line are a word that was spaced out.
fn is_spaced_word(letters: &[char], tokens: &[Range<usize>]) -> bool {
    let n_han = letters.iter().filter(|c| is_han(**c)).count();
    if n_han == 0 {
        return is_spaced_latin(letters, tokens);
    }
    if letters.len() == 2 {
        return SPACED_WORDS.iter().any(|w| w.chars().eq(letters.iter().copied()));
    }
    let others = letters
        .iter()
        .filter(|c| !is_han(**c) && !is_full_mark(**c) && !c.is_ascii_digit())
        .count();
    letters.len() >= 3 && n_han * 2 >= letters.len() && others <= 2 && !is_list(letters)
}

/// Latin letters spaced out: words in lower case but for their first letters, that are no list of letters.
fn is_spaced_latin(letters: &[char], tokens: &[Range<usize>]) -> bool {
    let vowel = |c: &char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let opens = |i: usize| i == 0 || tokens[i].start - tokens[i - 1].end > 1;
    let cased =
        |i: usize| letters[i].is_ascii_lowercase() || opens(i) && letters[i].is_ascii_uppercase();
    let neighbours = letters.windows(2).filter(|w| u32::from(w[1]) == u32::from(w[0]) + 1).count();
    letters.len() >= 5
        && (0..letters.len()).all(cased)
        && letters.iter().any(vowel)
        && !letters.iter().all(vowel)
        && neighbours * 3 < letters.len()
}

/// Characters that stand apart since they are a list: numerals, weekdays, heavenly stems, points of the compass.
fn is_list(letters: &[char]) -> bool {
    const LISTS: &[&str] = &[
        "一二三四五六七八九十日天月末",
        "甲乙丙丁戊己庚辛壬癸",
        "子丑寅卯辰巳午未申酉戌亥",
        "东南西北中東",
        "上中下左右",
        "赵钱孙李周吴郑王",
        "春夏秋冬",
        "优良中差",
        "男女是否有无",
    ];
    let list = |l: &&str| letters.iter().all(|c| l.contains(*c) || c.is_ascii_digit());
    LISTS.iter().any(list)
}

/// Leading blanks.
fn spaces(line: &[char]) -> usize {
    line.iter().take_while(|c| **c == ' ').count()
}

fn position(line: &[char], what: &[char], from: usize) -> Option<usize> {
    line[from..].windows(what.len()).position(|w| w == what).map(|i| from + i)
}

/// Removes ranges that are in order and apart, in one pass.
fn remove(line: &mut Vec<char>, ranges: &[Range<usize>]) {
    if ranges.is_empty() {
        return;
    }
    let mut next = 0;
    let mut i = 0;
    line.retain(|_| {
        while next < ranges.len() && i >= ranges[next].end {
            next += 1;
        }
        let keep = next >= ranges.len() || i < ranges[next].start;
        i += 1;
        keep
    });
}
