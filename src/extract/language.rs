//! Text → BCP 47 tag of its language.
//!
//! Chinese is told by its characters, and its script by those that only one script has; Japanese and Korean by theirs.
//! Other languages are told by the trigrams of whatlang. What the page declares decides only where the text does not.

use crate::han;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// So many characters of the text are looked at.
const SAMPLE_CHARS: usize = 6_000;
/// So many of them are mostly enough for trigrams, which cost more.
const TRIGRAM_CHARS: usize = 1_500;

static SUBTAGS: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("languages.tsv")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once('\t'))
        .collect()
});

/// Characters of a sample by script.
#[derive(Debug, Default)]
struct Counts {
    han: usize,
    traditional: usize,
    simplified: usize,
    kana: usize,
    hangul: usize,
    other: usize,
}

impl Counts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        for c in text.chars().take(SAMPLE_CHARS).filter(|c| han::is_alphabetic(*c)) {
            match c {
                '\0'..='\u{7F}' => counts.other += 1,
                '\u{3041}'..='\u{30FF}' => counts.kana += 1,
                '\u{AC00}'..='\u{D7AF}' => counts.hangul += 1,
                _ if han::is_han(c) => {
                    counts.han += 1;
                    counts.traditional += usize::from(han::is_traditional(c));
                    counts.simplified += usize::from(han::is_simplified(c));
                }
                _ => counts.other += 1,
            }
        }
        counts
    }
}

/// The language of a text; `declared` is what the page says (`zh-CN`, `en_US`).
pub(super) fn language(text: &str, declared: Option<&str>) -> Option<String> {
    let counts = Counts::of(text);
    let declared = declared.map(str::trim).filter(|tag| !tag.is_empty());
    // A Han character says about as much as three letters.
    if counts.kana * 10 > counts.han && counts.kana * 3 > counts.other {
        return Some("ja".to_owned());
    }
    if counts.hangul > counts.han && counts.hangul * 3 > counts.other {
        return Some("ko".to_owned());
    }
    if counts.han * 3 > counts.other {
        return Some(chinese(&counts, declared).to_owned());
    }
    let detect = |n_chars| {
        let sample = text.char_indices().nth(n_chars).map_or(text, |(end, _)| &text[..end]);
        whatlang::detect(sample).filter(whatlang::Info::is_reliable)
    };
    if is_english(text) {
        return Some("en".to_owned());
    }
    let detected = detect(TRIGRAM_CHARS).or_else(|| detect(SAMPLE_CHARS));
    let subtag = detected.and_then(|info| SUBTAGS.get(info.lang().code()).copied());
    subtag.map(str::to_owned).or_else(|| declared.and_then(normal_tag))
}

/// Whether a text is English beyond doubt, so that trigrams need not be compared with those of every language: at least
/// one word in ten is `the`, `of`, `and` or `to` (one in seven of running English is), and two of them occur.
fn is_english(text: &str) -> bool {
    const WORDS: [&str; 4] = ["the", "of", "and", "to"];
    const WORDS_MIN: usize = 50;
    let (mut n, mut seen) = (0, [0; 4]);
    for word in text.split_ascii_whitespace().take(TRIGRAM_CHARS / 6) {
        n += 1;
        if let Some(i) = WORDS.iter().position(|w| w.eq_ignore_ascii_case(word)) {
            seen[i] += 1;
        }
    }
    let found: usize = seen.iter().sum();
    n >= WORDS_MIN && found * 10 >= n && seen.iter().filter(|n| **n > 0).count() >= 2
}

fn chinese(counts: &Counts, declared: Option<&str>) -> &'static str {
    if counts.traditional > counts.simplified {
        return "zh-Hant";
    }
    if counts.simplified > counts.traditional {
        return "zh-Hans";
    }
    let tag = declared.unwrap_or_default().to_lowercase();
    if ["hant", "tw", "hk", "mo"].iter().any(|part| tag.ends_with(part)) {
        "zh-Hant"
    } else {
        "zh-Hans"
    }
}

/// A declared tag as BCP 47 has it, without its region: en_US → en. None for what is no tag.
fn normal_tag(tag: &str) -> Option<String> {
    let language = tag.split(['-', '_']).next()?.to_lowercase();
    let plausible =
        (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    plausible.then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, declared: Option<&str>, expected: Option<&str>) {
        assert_eq!(language(text, declared).as_deref(), expected, "{text}");
    }

    #[test]
    fn scripts_of_chinese() {
        check("现在，我代表市人民政府向大会报告工作", None, Some("zh-Hans"));
        check("現在，我代表市人民政府向大會報告工作", Some("zh-CN"), Some("zh-Hant"));
        check("人民政府 2024 GDP", Some("zh-TW"), Some("zh-Hant"));
        check("人民政府", None, Some("zh-Hans"));
    }

    #[test]
    fn other_languages() {
        check("これは日本語の文章です。漢字も少しあります。", None, Some("ja"));
        check("이것은 한국어 문장입니다", None, Some("ko"));
        check(
            "The council met on Tuesday and agreed on a plan for the coming year, which the mayor had asked for.",
            Some("zh-CN"),
            Some("en"),
        );
        let english =
            "The plan of the council is to mend the bridge and to open the road. ".repeat(5);
        check(&english, Some("fr"), Some("en"));
        let dutch =
            "De raad besloot dat de brug wordt hersteld, of dat er een nieuwe komt. ".repeat(5);
        assert!(!is_english(&dutch));
        check(
            "Der Rat hat sich am Dienstag auf einen Plan für das kommende Jahr geeinigt.",
            None,
            Some("de"),
        );
    }

    #[test]
    fn the_declaration_helps_where_the_text_says_nothing() {
        check("12345", Some("en_US"), Some("en"));
        check("12345", Some("{lang}"), None);
        check("", None, None);
    }
}
