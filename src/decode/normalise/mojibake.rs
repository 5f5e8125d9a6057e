//! Text that somebody decoded wrongly before the page was stored: told back where nothing was lost, else reported.
//!
//! Bytes read in a single-byte charset (GBK or UTF-8 taken for Latin-1) are all still there and come back. UTF-8 read as
//! GBK loses the odd last byte of most runs, so only text of even runs comes back. What went through U+FFFD on the way
//! (锟斤拷) is gone.

use super::chars::{is_han, is_odd_space, is_void, plain};
use encoding_rs::{GB18030, UTF_8, WINDOWS_1252};

/// What became of a suspicious line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing wrong with it.
    Sound,
    /// The text as it was written.
    Repaired(String),
    /// Decoded wrongly, and beyond repair.
    Lost,
}

/// Judges one line.
pub(super) fn judge(line: &str) -> Verdict {
    if line.contains("锟斤拷") || line.contains("烫烫烫") || line.contains("锘挎") {
        return Verdict::Lost;
    }
    if let Some(text) = from_single_bytes(line) {
        return Verdict::Repaired(text);
    }
    from_gbk(line)
}

/// Text of which every character is a byte of windows-1252 or Latin-1, read as what the bytes are.
fn from_single_bytes(line: &str) -> Option<String> {
    let (mut n, mut n_high) = (0usize, 0usize);
    let mut bytes = Vec::with_capacity(line.len());
    // What later steps make ASCII of is ASCII here, so that mending twice is mending once.
    for c in line.chars().filter(|c| u32::from(*c) < 0x100 || !is_void(*c)) {
        let byte =
            if u32::from(c) >= 0x100 && is_odd_space(c) { b' ' } else { single_byte(plain(c))? };
        n += usize::from(!c.is_ascii_whitespace());
        n_high += usize::from(byte >= 0x80);
        bytes.push(byte);
    }
    if n_high < 4 {
        return None;
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes) {
        // Accented letters hardly ever form valid UTF-8; twice in a line is no chance.
        return Some(text.into_owned());
    }
    if n_high * 3 < n {
        return None;
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(&bytes)?;
    reads_as_chinese(&text).then(|| text.into_owned())
}

/// The byte that a character was before it was decoded as windows-1252, or as Latin-1 where that has no character.
fn single_byte(c: char) -> Option<u8> {
    match u8::try_from(u32::from(c)) {
        Ok(byte) => Some(byte),
        Err(_) => {
            let mut buffer = [0; 4];
            let (bytes, _, unmappable) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
            (!unmappable && bytes.len() == 1).then(|| bytes[0])
        }
    }
}

/// Whether most of the characters beyond ASCII are Chinese ones in use: GB 2312's first level or full-width marks.
fn reads_as_chinese(text: &str) -> bool {
    let (mut n, mut good) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        n += 1;
        good += usize::from(is_full_width(c) || is_first_level(c));
    }
    n > 0 && good * 5 >= n * 4
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{3020}' | '\u{FF00}'..='\u{FF5E}' | '‘'..='”' | '—' | '…' | '·' | '℃' | '①'..='⑩')
}

/// One of the 3,755 characters of GB 2312's first level, which are its frequent ones.
fn is_first_level(c: char) -> bool {
    let mut buffer = [0; 4];
    is_han(c) && matches!(GB18030.encode(c.encode_utf8(&mut buffer)).0.first(), Some(0xB0..=0xD7))
}

/// UTF-8 that was read as GBK. Its lead and continuation bytes make rare characters, many of them with the metal radical.
fn from_gbk(line: &str) -> Verdict {
    let n_han = line.chars().filter(|c| is_han(*c)).count();
    let n_metal = line.chars().filter(|c| ('\u{9200}'..='\u{947F}').contains(c)).count();
    if n_metal < 2 || n_metal * 12 < n_han {
        return Verdict::Sound;
    }
    let damaged = line.contains(char::REPLACEMENT_CHARACTER) || line.contains('?');
    let mut bytes = Vec::with_capacity(line.len());
    for piece in line.split(char::REPLACEMENT_CHARACTER) {
        bytes.extend_from_slice(&GB18030.encode(piece).0);
    }
    if !damaged
        && let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes)
    {
        return Verdict::Repaired(text.into_owned());
    }
    // A right text in GBK hardly has three bytes in a row that are a character of UTF-8's three-byte range.
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    let valid: usize = bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars())
        .filter(|c| ('\u{2000}'..='\u{FFFD}').contains(c))
        .map(char::len_utf8)
        .sum();
    if valid * 2 > high { Verdict::Lost } else { Verdict::Sound }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "全县经济运行总体平稳，全年新建道路80公里。";

    fn latin_1(bytes: &[u8]) -> String {
        bytes.iter().map(|&b| char::from(b)).collect()
    }

    #[test]
    fn what_lost_nothing_is_repaired() {
        let repaired = Verdict::Repaired(TEXT.to_owned());
        assert_eq!(judge(&latin_1(&GB18030.encode(TEXT).0)), repaired);
        assert_eq!(
            judge(&WINDOWS_1252.decode_without_bom_handling(&GB18030.encode(TEXT).0).0),
            repaired
        );
        assert_eq!(judge(&latin_1(TEXT.as_bytes())), repaired);
        let even = "我们的工作和他们的生活";
        assert_eq!(
            judge(&GB18030.decode_without_bom_handling(&even.as_bytes()[..30]).0),
            Verdict::Repaired(even.chars().take(10).collect())
        );
    }

    #[test]
    fn what_lost_characters_is_reported() {
        assert_eq!(judge(&GB18030.decode_without_bom_handling(TEXT.as_bytes()).0), Verdict::Lost);
        assert_eq!(judge("锟斤拷锟斤拷经济"), Verdict::Lost);
    }

    #[test]
    fn sound_text_stays() {
        for text in [
            TEXT,
            "Le café coûte 3 €, déjà payé à l’entrée.",
            "¿Qué? ¡Así! «Olé»",
            "鋼鐵、鈦鋁、銅鎳等金屬",
            "Ä Ö Ü ß É",
        ] {
            assert_eq!(judge(text), Verdict::Sound, "{text}");
        }
    }
}
