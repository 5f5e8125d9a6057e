//! Han characters: their two scripts, and numerals of dates.
//!
//! The table is OpenCC's (Apache License 2.0), one simplified form for each traditional character, so folding is for
//! comparing and looking up, not for showing: 後 and 后 both become 后.

use std::sync::LazyLock;

const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

/// What a character of the basic block is, indexed by its distance from the first.
struct Script {
    /// The simplified form of a traditional character, else 0.
    simplified: Vec<u16>,
    /// Whether the character is the simplified form of another and no traditional one itself.
    only_simplified: Vec<bool>,
}

static SCRIPT: LazyLock<Script> = LazyLock::new(|| {
    let size = (LAST - FIRST + 1) as usize;
    let mut script = Script { simplified: vec![0; size], only_simplified: vec![false; size] };
    for line in include_str!("traditional.tsv").lines().filter(|l| !l.starts_with('#')) {
        let mut chars = line.split('\t').filter_map(|cell| cell.chars().next());
        let (Some(traditional), Some(simplified)) = (chars.next(), chars.next()) else { continue };
        let in_both = chars.next().is_some();
        if let (Some(from), Some(to)) = (index(traditional), index(simplified)) {
            script.simplified[from] = u16::try_from(u32::from(simplified)).unwrap_or(0);
            // What traditional texts print too (后, an empress) tells nothing.
            script.only_simplified[to] = !in_both;
        }
    }
    script
});

fn index(c: char) -> Option<usize> {
    let c = u32::from(c);
    (FIRST..=LAST).contains(&c).then(|| (c - FIRST) as usize)
}

/// Whether a character is a Han character of the blocks in common use.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{2FA1F}' | '〇')
}

/// The letters of the basic plane, a bit each.
static ALPHABETIC: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; 0x1_0000 / 64];
    for c in ('\0'..='\u{FFFF}').filter(|c| c.is_alphabetic()) {
        bits[c as usize / 64] |= 1 << (c as usize % 64);
    }
    bits
});

/// As [`char::is_alphabetic`], which has to search for most characters that are not ASCII.
pub fn is_alphabetic(c: char) -> bool {
    match ALPHABETIC.get(c as usize / 64) {
        Some(bits) => bits >> (c as usize % 64) & 1 == 1,
        None => c.is_alphabetic(),
    }
}

/// As [`char::is_alphanumeric`], by [`is_alphabetic`].
pub fn is_alphanumeric(c: char) -> bool {
    is_alphabetic(c) || c.is_numeric()
}

/// Whether a character is written so only in traditional script.
pub fn is_traditional(c: char) -> bool {
    index(c).is_some_and(|i| SCRIPT.simplified[i] != 0)
}

/// Whether a character is written so only in simplified script.
pub fn is_simplified(c: char) -> bool {
    index(c).is_some_and(|i| SCRIPT.only_simplified[i] && SCRIPT.simplified[i] == 0)
}

/// The simplified form of a character; itself where it has none.
pub fn simplified_char(c: char) -> char {
    index(c)
        .map(|i| SCRIPT.simplified[i])
        .filter(|&s| s != 0)
        .and_then(|s| char::from_u32(u32::from(s)))
        .unwrap_or(c)
}

/// The text in simplified script, character by character: as many characters and bytes as before.
pub fn simplified(text: &str) -> String {
    text.chars().map(simplified_char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_classes_are_those_of_the_standard_library() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{:x}", u32::from(c));
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{:x}", u32::from(c));
        }
    }

    #[test]
    fn folds_for_look_up() {
        assert_eq!(simplified("廣東省東莞市政協"), "广东省东莞市政协");
        assert_eq!(simplified("青海省海东市"), "青海省海东市");
        assert_eq!(simplified("").len(), 0);
    }

    #[test]
    fn keeps_the_number_of_bytes() {
        let text = "臺灣與內蒙古 a1，";
        assert_eq!(simplified(text).len(), text.len());
    }

    #[test]
    fn tells_the_scripts_apart() {
        assert!(is_traditional('國') && !is_simplified('國'));
        assert!(is_simplified('国') && !is_traditional('国'));
        assert!(!is_simplified('中') && !is_traditional('中'));
        assert!(!is_simplified('后'), "后 is an empress in traditional texts");
    }

    #[test]
    fn the_table_has_no_duplicates() {
        let mut seen: Vec<&str> = include_str!("traditional.tsv")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split('\t').next())
            .collect();
        let n = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), n);
    }
}
