//! Phrases of phrases.toml in a line: what firewalls, banners of official sites and the like print as they come.
//!
//! In: the text of a line. Out: the classes whose phrases it has. Punctuation and case do not count.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::features::key;

#[derive(Deserialize)]
struct File {
    phrase: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "reasons are for readers, and for the test"))]
struct Entry {
    class: String,
    reason: String,
    whole: Vec<String>,
    starts: Vec<String>,
    parts: Vec<String>,
}

struct Phrases {
    whole: FxHashMap<String, u8>,
    /// Beginnings and parts, the class of each, and whether it is a beginning.
    parts: AhoCorasick,
    classes: Vec<(u8, bool)>,
}

fn file() -> File {
    toml::from_str(include_str!("rules/phrases.toml")).expect("phrases.toml is checked by a test")
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut whole: FxHashMap<String, u8> = FxHashMap::default();
    let (mut parts, mut classes) = (Vec::new(), Vec::new());
    for (n, entry) in file().phrase.iter().enumerate() {
        let bit = 1u8 << n;
        for line in &entry.whole {
            *whole.entry(key(line)).or_default() |= bit;
        }
        for (list, start) in [(&entry.starts, true), (&entry.parts, false)] {
            classes.extend(list.iter().map(|_| (bit, start)));
            parts.extend(list.iter().map(|p| key(p)));
        }
    }
    let parts = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(parts)
        .expect("a few dozen short patterns always build");
    Phrases { whole, parts, classes }
});

/// Builds the table that is otherwise built when first needed.
pub(super) fn prepare() {
    LazyLock::force(&PHRASES);
}

/// The classes of phrases.toml, by their place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Blocked = 1,
    LeadsOn = 2,
    Banner = 4,
    Ask = 8,
    Ends = 16,
    PostMeta = 32,
    Rights = 64,
}

/// Characters of a line that is looked at: no phrase makes a longer one what it is.
const CHARS_MAX: usize = 160;

/// Whether a line has a phrase of one of these classes.
pub(super) fn says(text: &str, classes: &[Says]) -> bool {
    let mask = classes.iter().fold(0, |mask, c| mask | *c as u8);
    if text.len() > CHARS_MAX * 4 || text.chars().count() > CHARS_MAX {
        return false;
    }
    let phrases = &*PHRASES;
    let key = key(text);
    phrases.whole.get(&key).is_some_and(|bits| bits & mask != 0)
        || phrases.parts.find_overlapping_iter(&key).any(|found| {
            let (bit, start) = phrases.classes[found.pattern().as_usize()];
            bit & mask != 0 && (!start || found.start() == 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_each_phrase_once() {
        let file = file();
        assert_eq!(file.phrase.len(), 7);
        for entry in &file.phrase {
            assert!(!entry.reason.is_empty() && !entry.class.is_empty());
            let all: Vec<String> = [&entry.whole, &entry.starts, &entry.parts]
                .into_iter()
                .flatten()
                .map(|p| key(p))
                .collect();
            for (n, phrase) in all.iter().enumerate() {
                assert!(phrase.chars().count() >= 2, "{phrase}");
                assert!(n < entry.whole.len() || !all[entry.whole.len()..n].contains(phrase));
            }
        }
    }

    #[test]
    fn lines_say_what_they_say() {
        assert!(says("很抱歉，您的访问被阻断。", &[Says::Blocked]));
        assert!(says("— END —", &[Says::Ask]));
        assert!(says("Official websites use .gov. A .gov website is official.", &[Says::Banner]));
        assert!(says("This entry was posted in Rivers and tagged bridge.", &[Says::PostMeta]));
        assert!(says("此内容为本网原创，未经授权，不得以任何方式使用。", &[Says::Rights]));
        assert!(!says("未经批准不得占用基本农田。", &[Says::Rights]));
        assert!(!says("我们的投稿邮箱换了新的地址。", &[Says::Ask]));
        assert!(!says("公安机关去年拦截诈骗电话三万次。", &[Says::Blocked]));
        assert!(!says("页面正在跳转", &[Says::Blocked]));
    }
}
