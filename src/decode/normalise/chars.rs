//! Single characters: which script they are of, and what each becomes whatever stands around it.

use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// A Chinese character (〇 and the iteration mark included).
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{323AF}' | '\u{F900}'..='\u{FAFF}'
        | '〇' | '々')
}

/// Hiragana or katakana.
pub fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FA}' | '\u{FF66}'..='\u{FF9D}')
}

/// A Korean syllable.
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}')
}

/// A mark of Chinese typography.
pub fn is_full_mark(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}' | '\u{FF01}'..='\u{FF0F}'
        | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}' | '“' | '”' | '‘' | '’' | '…' | '—')
}

/// A space that is none of ASCII's, line separators included.
pub(super) fn is_odd_space(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202F}'
                | '\u{205F}'
                | '\u{3000}'
                | '\u{85}'
                | '\u{B}'
                | '\u{C}'
    )
}

/// A character that prints nothing and says nothing: controls, byte order marks, soft hyphens, zero-width spaces, and what
/// Unicode says is no character.
pub(super) fn is_void(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{AD}' | '\u{200B}'
        | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
        | '\u{FDD0}'..='\u{FDEF}')
}

/// A character without width that shapes or orders the letters of some scripts, and is void beside all others.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A character of a script or an emoji that joiners shape.
pub(super) fn is_joined(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE0F}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Full-width digits, letters and percent sign → ASCII; Kangxi radicals and radicals of the supplement → the
/// characters that they are drawn like (text taken from PDF files mixes them in).
pub(super) fn plain(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '％' => {
            char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
        }
        '\u{2F00}'..='\u{2FD5}' => std::iter::once(c).nfkc().next().unwrap_or(c),
        '\u{2E80}'..='\u{2EF3}' => {
            let radicals = &*RADICALS;
            radicals.binary_search_by_key(&c, |r| r.0).map_or(c, |i| radicals[i].1)
        }
        _ => c,
    }
}

/// Radicals of the CJK Radicals Supplement that PDF text uses as characters.
static RADICALS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let lines = include_str!("../data/radicals.txt").lines().filter(|l| !l.starts_with('#'));
    let pair = |line: &str| {
        let mut chars = line.chars();
        Some((chars.next()?, chars.nth(1)?))
    };
    let mut pairs: Vec<_> = lines.filter_map(pair).collect();
    pairs.sort_unstable();
    pairs
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_become_plain() {
        let plain = |s: &str| s.chars().map(super::plain).collect::<String>();
        assert_eq!(plain("２０２３年１２．５％Ａｂ"), "2023年12．5%Ab");
        assert_eq!(plain("⼀⼯⾏⻓⻋⺠"), "一工行长车民");
    }

    #[test]
    fn radicals_are_listed_once() {
        assert!(RADICALS.len() > 30);
        assert!(RADICALS.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(RADICALS.iter().all(|(r, c)| ('\u{2E80}'..='\u{2EF3}').contains(r) && is_han(*c)));
    }
}
