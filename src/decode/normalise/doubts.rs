//! What is wrong with a line and can't be mended: placeholders for digits and characters, digits that run together,
//! lost characters, wording of spun text. Counted for the page's warnings, never changed.

use super::Mends;
use super::chars::{is_full_mark, is_han};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Counts what one line shows.
pub(super) fn observe(line: &[char], mends: &mut Mends) {
    let add = |count: &mut u32, seen: bool| *count += u32::from(seen);
    for i in 0..line.len() {
        match line[i] {
            'X' | 'x' | '×' | '*' | '＊' => placeholder(line, i, mends),
            'D' | 'G' => add(&mut mends.placeholder_letters, is_party_letter(line, i)),
            '，' => add(&mut mends.ambiguous_separators, is_separator_of_thousands(line, i)),
            '0'..='9' => add(&mut mends.digits_run_together, is_run_together_date(line, i)),
            '?' => add(&mut mends.lost_characters, is_lost(&line[..i], &line[i + 1..])),
            '\u{FFFD}' => mends.replacement_characters += 1,
            '\u{E000}'..='\u{F8FF}' => {
                let han =
                    |at: Option<usize>| at.and_then(|i| line.get(i)).is_some_and(|c| is_han(*c));
                add(&mut mends.lost_characters, han(i.checked_sub(1)) && han(Some(i + 1)));
            }
            _ => {}
        }
    }
}

/// What a number may stand in front of, in running text.
const UNITS: &str = "%‰年月日万亿千百个家项户人亩元吨公件名次条座所套辆台部处场只头周倍岁期篇批宗起位株米平立度度分小";

/// Names of places that model texts leave open: XX市.
const PLACES: &str = "市县省区镇乡村州盟旗厅局委街";

/// X, x, ×, * where a number or a name was.
fn placeholder(line: &[char], i: usize, mends: &mut Mends) {
    let is_mark = |c: char| matches!(c, 'X' | 'x' | '×' | '*' | '＊');
    if i > 0 && is_mark(line[i - 1]) {
        return;
    }
    let end = i + line[i..].iter().take_while(|c| is_mark(**c)).count();
    let Some(after) = line.get(end) else { return };
    let century = i >= 2
        && matches!(line[i - 2..i], ['2', '0'] | ['1', '9'])
        && !(i >= 3 && line[i - 3].is_ascii_digit());
    let free = i == 0 || is_han(line[i - 1]) || is_full_mark(line[i - 1]) || line[i - 1] == ' ';
    let star = matches!(line[i], '*' | '＊');
    let sure =
        century && matches!(after, '年' | '-' | '.' | '/' | '—' | ' ') || free && *after == '%';
    if sure || !star && free && UNITS.contains(*after) {
        mends.placeholder_digits += 1;
    } else if !star && free && PLACES.contains(*after) && end - i <= 4 {
        mends.placeholder_letters += 1;
    }
}

/// What follows 党 in words of its own, and hardly ever a letter that means itself.
const AFTER_PARTY: &str = "委建员史章政纪支校媒性话恩旗徽国领群务走和";

/// What follows 党 as well as letters that number something (D的, D组), by the character before which it is none.
const AFTER_PARTY_OR_LETTER: &str = "的中内外组代总规派与同以执百风";

/// D for 党, G for 共 (中G), as document-sharing sites write to get past filters.
fn is_party_letter(line: &[char], i: usize) -> bool {
    let Some(&before) = line[..i].last() else {
        return line[i] == 'D' && line.get(1).is_some_and(|c| "委代建中员的".contains(*c));
    };
    let Some(&after) = line.get(i + 1) else { return false };
    if !(is_han(before) || is_full_mark(before)) || !is_han(after) && after != 'D' {
        return false;
    }
    match line[i] {
        'G' => after == '产' || after == 'D' || before == '中' && "中党方各".contains(after),
        _ if matches!(before, '产' | '共') => true,
        _ if AFTER_PARTY.contains(after) => true,
        _ if "素段点栋座楼方款型类级线版区号幢排甲乙丙图表、".contains(before) => {
            false
        }
        _ => AFTER_PARTY_OR_LETTER.contains(after),
    }
}

/// 1，500: a thousands separator that became full-width, or a comma between two numbers.
fn is_separator_of_thousands(line: &[char], i: usize) -> bool {
    let before = line[..i].iter().rev().take(4).take_while(|c| c.is_ascii_digit()).count();
    let after = line[i + 1..].iter().take(4).take_while(|c| c.is_ascii_digit()).count();
    let decimal = i > before && line[i - before - 1] == '.';
    (1..=3).contains(&before) && after == 3 && !decimal && line[i - before] != '0'
}

/// Digits of a date whose 年 and 月 were lost: 2026131在, 20231日.
fn is_run_together_date(line: &[char], i: usize) -> bool {
    if i > 0
        && (line[i - 1].is_ascii_alphanumeric()
            || matches!(line[i - 1], '.' | ',' | '-' | '/' | '_' | '：' | ':'))
    {
        return false;
    }
    let digits: Vec<u32> = line[i..].iter().take(9).map_while(|c| c.to_digit(10)).collect();
    if !(6..=8).contains(&digits.len()) || !matches!(digits[..2], [1, 9] | [2, 0]) || digits[4] == 0
    {
        return false;
    }
    let after = line.get(i + digits.len());
    let follows = after.is_some_and(|c| "在起至到经于召止前后以日，。）、—".contains(*c));
    // Without leading zeros, as they are written with 年 and 月; the parts must make a month and a day.
    let rest = &digits[4..];
    let number = |part: &[u32]| part.iter().fold(0, |n, d| n * 10 + d);
    let splits = (1..rest.len()).any(|at| {
        let (month, day) = rest.split_at(at);
        day[0] != 0 && (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
    });
    follows && splits && !(digits.len() == 8 && after != Some(&'在'))
}

/// A question mark that stands for a lost character: inside a clause that asks nothing, or where one begins.
pub(super) fn is_lost(before: &[char], rest: &[char]) -> bool {
    const ASKING: &str = "吗呢么何谁哪几否啊吧怎多嗎誰麼幾嘛呀還还难難岂豈";
    let Some(last) = before.last() else { return false };
    let goes_on = rest.first().is_some_and(|c| is_han(*c) || ('\u{E000}'..='\u{F8FF}').contains(c));
    if !goes_on {
        return false;
    }
    if matches!(last, '，' | '、' | '；' | '：' | '“' | '《' | '（') {
        return true;
    }
    let clause = before.iter().rev().take_while(|c| !matches!(c, '。' | '！' | '？')).take(30);
    (is_han(*last) || last.is_ascii_digit()) && !clause.into_iter().any(|c| ASKING.contains(*c))
}

/// Whether a line has wording that nobody writes and that synonym-swapping programs produce.
pub(super) fn is_spun(line: &str) -> bool {
    SPUN.is_match(line)
}

static SPUN: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(spun_phrases()).expect("the phrases are few and short"));

fn spun_phrases() -> Vec<String> {
    let (mut phrases, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for line in include_str!("../data/spun.txt").lines() {
        let mut words = line.split(' ');
        match words.next() {
            Some("phrase") => phrases.extend(words.next().map(str::to_owned)),
            Some("before") => before.extend(words),
            Some("after") => after.extend(words),
            _ => {}
        }
    }
    let pairs = before.iter().flat_map(|b| after.iter().map(move |a| format!("{b}开展{a}")));
    phrases.extend(pairs);
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: &str) -> Mends {
        let mut mends = Mends::default();
        observe(&line.chars().collect::<Vec<_>>(), &mut mends);
        mends
    }

    #[test]
    fn placeholders_are_seen() {
        for line in ["增长X%", "20**年全县", "新建道路XX公里", "×个项目", "20XX年", "xx万元"]
        {
            assert!(seen(line).placeholder_digits > 0, "{line}");
        }
        for line in [
            "3×4米",
            "X光检查",
            "**重点**年度",
            "PX项目",
            "2×100万千瓦",
            "Linux系统",
            "长×宽",
            "x = 年",
        ] {
            assert_eq!(seen(line).placeholder_digits, 0, "{line}");
        }
        assert!(seen("××县人民政府").placeholder_letters > 0);
    }

    #[test]
    fn letters_for_the_party_are_seen() {
        for line in ["全面落实D的精神", "自治区D委部署", "中国共产D领导", "听D话"]
        {
            assert!(seen(line).placeholder_letters > 0, "{line}");
        }
        for line in
            ["D级危房", "维生素D的含量", "3D打印", "D座", "完成D轮融资", "5G网络", "GDP增长"]
        {
            assert_eq!(seen(line).placeholder_letters, 0, "{line}");
        }
    }

    #[test]
    fn digits_are_not_taken_at_their_word() {
        assert!(seen("——2021131在县人民代表大会上").digits_run_together > 0);
        assert!(seen("从200471起实行").digits_run_together > 0);
        for line in ["邮编：200071", "共202100人", "202301期", "20210131", "3202131在", "200407起"]
        {
            assert_eq!(seen(line).digits_run_together, 0, "{line}");
        }
        assert!(seen("安排资金1，500万元").ambiguous_separators > 0);
        for line in ["增长3.5，300家企业", "完成1，50", "2023，300家"] {
            assert_eq!(seen(line).ambiguous_separators, 0, "{line}");
        }
    }

    #[test]
    fn lost_characters_are_told_from_questions() {
        assert!(seen("推进?煤电厂改造").lost_characters > 0);
        assert!(seen("新建道路、?水灌区").lost_characters > 0);
        assert_eq!(seen("为什么要改革?因为要发展").lost_characters, 0);
        assert!(seen("建\u{E123}设").lost_characters > 0);
    }

    #[test]
    fn spun_wording_is_told() {
        assert!(is_spun("推动经济高质量开展。"));
        for line in ["优先开展试点", "开展战略合作", "夯实基础", "推动高质量发展"]
        {
            assert!(!is_spun(line), "{line}");
        }
    }

    #[test]
    fn phrases_are_listed_once() {
        let mut phrases = spun_phrases();
        let n = phrases.len();
        phrases.sort_unstable();
        phrases.dedup();
        assert!(n > 100 && phrases.len() == n);
    }
}
