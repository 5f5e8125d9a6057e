//! The words that tell how a clause is built: `lexicon.toml` → classed words of a text.
//!
//! The longest word at a place wins and words do not overlap; what lies between them is read as noun. There is no
//! statistical segmentation: reports say the same things in the same few thousand words, and a list can be read,
//! corrected and trusted, which a model's cut cannot. What it costs: an unlisted verb is taken for part of a noun.

use super::matcher::Matcher;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a word does in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Part of a thing's name; whatever is in no list.
    Noun,
    /// Says what was done.
    Verb,
    /// A verb alone, an adverb before another verb (深入).
    Soft,
    /// Says little before a noun of action (开展).
    Light,
    /// Makes another verb happen (推动).
    Causative,
    /// A noun of action that may be the verb (调研).
    Nominal,
    /// Growth.
    Increase,
    /// Decline.
    Decrease,
    /// Links a thing and its level (达到).
    Level,
    /// Manner, extent; in neither item nor action.
    Adverb,
    /// An adverb before a verb, part of a name before a noun (重点).
    Manner,
    /// An aim follows (力争).
    Modal,
    /// When.
    Time,
    /// Whose, where it is the report's own (全市).
    Scope,
    /// Opens a phrase that is no object (对).
    Prep,
    /// The doer follows, then the verb (被).
    Passive,
    /// What it is measured against follows (比).
    Compare,
    /// Joins members of a list.
    Conj,
    /// 的.
    De,
    /// 等 after a list of examples.
    Etc,
    /// 分别: the numbers go to the nouns in their places.
    Each,
    /// Ends a clause.
    Stop,
    /// Ends a sentence.
    End,
    /// Opens a bracket or a quotation.
    Open,
    /// Closes it.
    Close,
    /// The quantity with this index.
    Quantity(usize),
}

/// The words.
pub(super) struct Lexicon {
    matcher: Matcher,
}

/// The lexicon that comes with the program.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::built_in);

/// Builds the table that is otherwise built when first needed.
pub(in crate::extract) fn prepare() {
    LazyLock::force(&LEXICON);
}

/// Marks are no vocabulary, so they stand here.
const MARKS: &[(Class, &[&str])] = &[
    (Class::De, &["的", "之"]),
    (Class::Etc, &["等"]),
    (Class::Each, &["分别"]),
    (Class::Stop, &["，", ",", "；", ";", "：", ":", "——", "\t", "……", "...", "•"]),
    (Class::End, &["。", "！", "？", "!", "?", "\n"]),
    (Class::Open, &["（", "(", "“", "《", "「", "『", "‘", "【", "["]),
    (Class::Close, &["）", ")", "”", "》", "」", "』", "’", "】", "]"]),
    (Class::Adverb, &["了", "着"]),
    // 等 and 之 inside words.
    (
        Class::Noun,
        &[
            "同等",
            "平等",
            "优等",
            "等级",
            "等次",
            "高等",
            "中等",
            "初等",
            "等待",
            "一等奖",
            "二等奖",
            "三等奖",
            "等额",
            "等效",
            "等方面工作",
            "之家",
            "之一",
            "之间",
            "之都",
            "之城",
            "之窗",
            "之星",
            "之路",
            "之友",
            "了解",
            "着力点",
            "过程",
            "过渡",
            "过剩",
            "过半",
            "不了",
            "为了",
            "沿着",
            "目的",
            "目的地",
            "的士",
            "过去",
            "通过率",
            "着装",
        ],
    ),
];

/// Five-year plans by number, as they are named in times (“十四五”时期).
const PLANS: &[&str] = &[
    "一五",
    "二五",
    "三五",
    "四五",
    "五五",
    "六五",
    "七五",
    "八五",
    "九五",
    "十五",
    "十一五",
    "十二五",
    "十三五",
    "十四五",
    "十五五",
    "十六五",
];

impl Lexicon {
    fn built_in() -> Self {
        let mut words: BTreeMap<String, Class> = BTreeMap::new();
        let groups: BTreeMap<String, String> = toml::from_str(include_str!("lexicon.toml"))
            .expect("the built-in lexicon is TOML; a test reads it");
        for (group, list) in &groups {
            let class = class_of(group)
                .expect("the built-in lexicon's groups are classes; a test reads it");
            for word in list.split_whitespace() {
                words.insert(word.to_owned(), class);
            }
        }
        derive(&mut words);
        for (class, marks) in MARKS {
            for mark in *marks {
                words.insert((*mark).to_owned(), *class);
            }
        }
        Self { matcher: Matcher::new(words) }
    }

    /// Calls `found` with the class and place of each word of `text`, from left to right.
    pub(super) fn words(&self, text: &str, found: impl FnMut(Class, usize, usize)) {
        self.matcher.words(text, found);
    }
}

/// The years of the plan whose name, without quotation marks, begins `text`.
pub(super) fn plan_years(text: &str) -> Option<(i16, i16)> {
    if !text.chars().take(3).any(|c| c == '五') {
        return None;
    }
    let number = PLANS
        .iter()
        .enumerate()
        .filter(|(_, name)| text.starts_with(**name))
        .max_by_key(|(_, n)| n.len())?
        .0
        + 1;
    // The first two ran from 1953 and 1958; the third, after three years of adjustment, from 1966, and every five since.
    let start = match number {
        1 => 1953,
        2 => 1958,
        n => 1951 + 5 * i16::try_from(n).ok()?,
    };
    Some((start, start + 4))
}

fn class_of(group: &str) -> Option<Class> {
    Some(match group {
        "verb" => Class::Verb,
        "soft" => Class::Soft,
        "light" => Class::Light,
        "causative" => Class::Causative,
        "nominal" => Class::Nominal,
        "increase" => Class::Increase,
        "decrease" => Class::Decrease,
        "level" => Class::Level,
        "adverb" => Class::Adverb,
        "manner" => Class::Manner,
        "modal" => Class::Modal,
        "time" => Class::Time,
        "scope" => Class::Scope,
        "prep" => Class::Prep,
        "passive" => Class::Passive,
        "compare" => Class::Compare,
        "noun" => Class::Noun,
        "conj" => Class::Conj,
        _ => return None,
    })
}

/// Words made by rule: 提高到 and its like link, 新培育 is a verb where 培育 is, “十四五”时期 is a time.
fn derive(words: &mut BTreeMap<String, Class>) {
    let mut made = Vec::new();
    for (word, class) in words.iter() {
        match class {
            Class::Increase | Class::Decrease => {
                made.extend(
                    ["到", "至", "为", "到了", "至了", "达"]
                        .iter()
                        .map(|to| (format!("{word}{to}"), Class::Level)),
                );
                made.extend(["约", "近"].iter().map(|to| (format!("{word}{to}"), *class)));
            }
            Class::Verb if word.chars().count() == 2 && !word.starts_with('新') => {
                made.push((format!("{word}了"), Class::Verb));
                made.push((format!("新{word}"), Class::Verb));
            }
            _ => {}
        }
    }
    for name in PLANS {
        for quoted in
            [format!("“{name}”"), format!("\"{name}\""), format!("「{name}」"), (*name).to_owned()]
        {
            for tail in ["时期", "期间", "以来", "末", "期末", "头五年", "前四年", "五年"]
            {
                made.push((format!("{quoted}{tail}"), Class::Time));
            }
            if quoted.chars().count() > name.chars().count() {
                made.push((quoted, Class::Time));
            }
        }
    }
    for (word, class) in made {
        words.entry(word).or_insert(class);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_in_one_group() {
        let groups: BTreeMap<String, String> =
            toml::from_str(include_str!("lexicon.toml")).unwrap();
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (group, list) in &groups {
            assert!(class_of(group).is_some(), "{group} is no class");
            for word in list.split_whitespace() {
                if let Some(other) = seen.insert(word, group) {
                    panic!("{word} is in {other} and in {group}");
                }
            }
        }
    }

    #[test]
    fn plans_are_told_by_their_longest_name() {
        assert_eq!(plan_years("十四五”时期"), Some((2021, 2025)));
        assert_eq!(plan_years("十五五"), Some((2026, 2030)));
        assert_eq!(plan_years("十五时期"), Some((2001, 2005)));
        assert_eq!(plan_years("一五"), Some((1953, 1957)));
        assert_eq!(plan_years("两年"), None);
    }
}
