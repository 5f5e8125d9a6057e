//! Word lists asked at one place of a text: which word starts here, which ends here.
//!
//! Words are kept by the character that the text must show there, so that a question costs one look-up, not one comparison a word.

use rustc_hash::FxHashMap;

/// Words by their first character, each with what it stands for; the longest first.
#[derive(Debug, Default)]
pub(super) struct Starts<T>(FxHashMap<char, Vec<(String, T)>>);

/// Words by their last character, each with what it stands for; the longest first.
#[derive(Debug, Default)]
pub(super) struct Ends<T>(FxHashMap<char, Vec<(String, T)>>);

impl<T> Starts<T> {
    pub(super) fn new(words: impl IntoIterator<Item = (String, T)>) -> Self {
        Self(by_char(words, |word| word.chars().next()))
    }

    /// The longest word that starts at a byte.
    pub(super) fn at(&self, text: &str, at: usize) -> Option<(&str, &T)> {
        let words = self.0.get(&text.get(at..)?.chars().next()?)?;
        let (word, value) = words.iter().find(|(word, _)| text[at..].starts_with(word.as_str()))?;
        Some((word, value))
    }
}

impl<T> Ends<T> {
    pub(super) fn new(words: impl IntoIterator<Item = (String, T)>) -> Self {
        Self(by_char(words, |word| word.chars().next_back()))
    }

    /// The longest word that ends at a byte.
    pub(super) fn at(&self, text: &str, at: usize) -> Option<(&str, &T)> {
        let words = self.0.get(&text.get(..at)?.chars().next_back()?)?;
        let (word, value) = words.iter().find(|(word, _)| text[..at].ends_with(word.as_str()))?;
        Some((word, value))
    }
}

impl Ends<()> {
    /// Endings that are only told from others.
    pub(super) fn of(words: &[&str]) -> Self {
        Self::new(words.iter().map(|word| ((*word).to_owned(), ())))
    }

    /// Whether the text ends with one of the words.
    pub(super) fn end(&self, text: &str) -> bool {
        self.at(text, text.len()).is_some()
    }
}

fn by_char<T>(
    words: impl IntoIterator<Item = (String, T)>,
    key: fn(&str) -> Option<char>,
) -> FxHashMap<char, Vec<(String, T)>> {
    let mut out: FxHashMap<char, Vec<(String, T)>> = FxHashMap::default();
    for (word, value) in words {
        if let Some(c) = key(&word) {
            out.entry(c).or_default().push((word, value));
        }
    }
    #[expect(clippy::iter_over_hash_type, reason = "each list is sorted on its own")]
    for list in out.values_mut() {
        list.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins() {
        let words = || [("超".to_owned(), 1), ("超过".to_owned(), 2)];
        assert_eq!(Starts::new(words()).at("已超过", 3), Some(("超过", &2)));
        assert_eq!(Ends::new(words()).at("已超过5", 9), Some(("超过", &2)));
        assert_eq!(Ends::new(words()).at("已超5", 6), Some(("超", &1)));
        assert_eq!(Ends::new(words()).at("", 0), None);
    }
}
