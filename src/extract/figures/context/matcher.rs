//! The longest word of a list at each place of a text, from left to right.
//!
//! The first character is looked up in a table, the first two in a map, and what is left is compared, the longest word
//! first. Words are two or three characters long and most characters begin none, so this reads several times faster
//! than an automaton that goes from byte to byte, three to a character.

use super::lexicon::Class;
use rustc_hash::FxHashMap;

/// A list of words with their classes.
pub(super) struct Matcher {
    /// By character up to U+FFFF: 0 where no word begins with it, else one more than its place in `heads`.
    table: Vec<u16>,
    heads: Vec<Head>,
    /// By place in `heads` and second character: what follows these two, the longest first.
    longer: FxHashMap<(u16, char), Vec<(Box<str>, Class)>>,
}

#[derive(Clone, Copy, Default)]
struct Head {
    /// The class of the word that is the character alone.
    alone: Option<Class>,
    /// Whether longer words begin with it.
    longer: bool,
}

impl Matcher {
    /// `words` without duplicates; a word beyond the basic plane is never found.
    pub(super) fn new(words: impl IntoIterator<Item = (String, Class)>) -> Self {
        let mut new =
            Self { table: vec![0; 0x1_0000], heads: Vec::new(), longer: FxHashMap::default() };
        for (word, class) in words {
            new.insert(&word, class);
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted on its own")]
        for rest in new.longer.values_mut() {
            rest.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        new
    }

    fn insert(&mut self, word: &str, class: Class) {
        let mut chars = word.chars();
        let Some(first) = chars.next() else { return };
        let Some(slot) = self.table.get_mut(first as usize) else { return };
        if *slot == 0 {
            let Ok(place) = u16::try_from(self.heads.len() + 1) else { return };
            self.heads.push(Head::default());
            *slot = place;
        }
        let place = *slot - 1;
        let head = &mut self.heads[usize::from(place)];
        match chars.next() {
            None => head.alone = Some(class),
            Some(second) => {
                head.longer = true;
                self.longer
                    .entry((place, second))
                    .or_default()
                    .push((chars.as_str().into(), class));
            }
        }
    }

    /// Calls `found` with the class and place of each word of `text`, from left to right; words do not overlap.
    pub(super) fn words(&self, text: &str, mut found: impl FnMut(Class, usize, usize)) {
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let after = at + first.len_utf8();
            match self.at(text, first, after) {
                Some((class, end)) => {
                    found(class, at, end);
                    at = end;
                }
                None => at = after,
            }
        }
    }

    /// The longest word that begins with `first`, which ends at the byte `after`.
    fn at(&self, text: &str, first: char, after: usize) -> Option<(Class, usize)> {
        let place = self.table.get(first as usize)?.checked_sub(1)?;
        let head = self.heads[usize::from(place)];
        let rest = &text[after..];
        let longer = || {
            let second = rest.chars().next()?;
            let list = self.longer.get(&(place, second))?;
            let rest = &rest[second.len_utf8()..];
            let (tail, class) = list.iter().find(|(tail, _)| rest.starts_with(tail.as_ref()))?;
            Some((*class, after + second.len_utf8() + tail.len()))
        };
        let found = if head.longer { longer() } else { None };
        found.or_else(|| head.alone.map(|class| (class, after)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins_and_words_do_not_overlap() {
        let list = [
            ("新", Class::Adverb),
            ("新建", Class::Verb),
            ("新建改造", Class::Nominal),
            ("建设", Class::Light),
            ("“十", Class::Time),
        ];
        let matcher = Matcher::new(list.map(|(word, class)| (word.to_owned(), class)));
        let mut found = Vec::new();
        let text = "a新建设𠮷新建改造，新“十";
        matcher.words(text, |class, from, to| found.push((class, &text[from..to])));
        let expected = [
            (Class::Verb, "新建"),
            (Class::Nominal, "新建改造"),
            (Class::Adverb, "新"),
            (Class::Time, "“十"),
        ];
        assert_eq!(found, expected);
    }
}
