//! Names of months in the languages of the pages that we meet → their numbers, as `months.tsv` has them.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

static MONTHS: LazyLock<FxHashMap<&'static str, i16>> = LazyLock::new(|| {
    include_str!("months.tsv")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once('\t'))
        .filter_map(|(number, names)| number.parse().ok().map(|n| (n, names)))
        .flat_map(|(number, names)| names.split(' ').map(move |name| (name, number)))
        .collect()
});

/// The number of the month of this name or abbreviation, in whatever case.
pub(crate) fn month(name: &str) -> Option<i16> {
    MONTHS.get(name.to_lowercase().as_str()).copied()
}

/// Whether the name is English, or an abbreviation of it.
pub(crate) fn is_english(name: &str) -> bool {
    const ENGLISH: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.to_lowercase();
    ENGLISH.iter().any(|month| name.starts_with(month))
}

/// Every name and abbreviation, lower case, the longest first.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = MONTHS.keys().copied().collect();
    names.sort_unstable_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_have_no_duplicates() {
        let listed: usize = include_str!("months.tsv")
            .lines()
            .filter_map(|l| l.split_once('\t'))
            .filter(|(number, _)| number.parse::<i16>().is_ok())
            .map(|(_, names)| names.split(' ').count())
            .sum();
        assert_eq!(listed, MONTHS.len());
        assert_eq!(month("März"), Some(3));
    }
}
