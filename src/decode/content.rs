//! What a page's bytes and characters are: text or something else, marked up or plain.
//!
//! Names and media types lie (PDF files sent as text/html, HTML in .txt files), so the content decides; they only tip
//! what is in balance.

use super::Markup;

/// First bytes of formats that are no pages, with the name to tell the user.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1F\x8B\x08", "gzip data"),
    (b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an office document of the old format"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"\xFD7zXZ\0", "xz data"),
    (b"BZh", "bzip2 data"),
    (b"\x28\xB5\x2F\xFD", "zstd data"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7FELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"OggS", "an Ogg recording"),
    (b"ID3\x03", "an MP3 recording"),
    (b"ID3\x04", "an MP3 recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1A\x45\xDF\xA3", "a Matroska film"),
    (b"FWS", "a Flash film"),
    (b"CWS", "a Flash film"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\0\0\x01\0", "an icon"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
];

/// The name of the format that the bytes are in, if it is one of those that are no pages.
pub fn other_format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some("an MP4 film or HEIF image");
    }
    if bytes.starts_with(b"RIFF") && matches!(bytes.get(8..12), Some(b"WEBP" | b"WAVE" | b"AVI ")) {
        return Some("a WebP image, WAVE recording or AVI film");
    }
    let (magic, name) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic))?;
    // Letters alone can open a text as well: then a control character must follow soon.
    let letters = magic.iter().all(|b| b.is_ascii_alphanumeric());
    let binary = || bytes.iter().take(64).any(|&b| b < 0x20 && !b.is_ascii_whitespace());
    (!letters || binary()).then_some(*name)
}

/// Whether decoded characters are no text: one in fifty is a control character that no text has.
pub fn is_binary(text: &str) -> bool {
    // Bytes in a form that compilers make vector instructions of: all of a page is looked at.
    let control = |b: u8| {
        let in_text = (0x09..=0x0D).contains(&b) | (b == 0x1B);
        (b < 0x20) & !in_text | (b == 0x7F)
    };
    let of_chunk = |chunk: &[u8]| chunk.iter().fold(0u8, |n, &b| n + u8::from(control(b)));
    let n_controls: usize =
        text.as_bytes().chunks(240).map(|chunk| usize::from(of_chunk(chunk))).sum();
    n_controls > 1 && (n_controls * 50 > text.len() || n_controls * 50 > text.chars().count())
}

/// Elements that pages are made of. Fewer than all of HTML's, since words in angle brackets occur in text too.
const ELEMENTS: &[&str] = &[
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "span",
    "strong",
    "style",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "u",
    "ul",
];

/// Known tags per 10,000 bytes from which a page without a head is HTML.
const TAGS_PER_10_KB: usize = 3;

/// Tells HTML from plain text.
pub fn markup(text: &str, media_type: Option<&str>) -> Markup {
    if opens_as_html(text) {
        return Markup::Html;
    }
    let (mut n_tags, mut n_ends) = (0usize, 0usize);
    for at in memchr::memchr_iter(b'<', text.as_bytes()) {
        if let Some(end) = known_tag(&text.as_bytes()[at + 1..]) {
            n_tags += 1;
            n_ends += usize::from(end);
        }
    }
    let said = media_type.is_some_and(|m| m == "text/html" || m == "application/xhtml+xml");
    let dense = n_tags * 10_000 >= TAGS_PER_10_KB * text.len();
    // A few stray breaks make no page; an element that is opened and closed does, if it is short.
    let enough = if n_ends > 0 { 2 } else { 3 };
    if dense && n_tags >= enough || said && n_ends > 0 { Markup::Html } else { Markup::Plain }
}

/// Whether the text begins as an HTML or XML document, comments and processing instructions aside.
fn opens_as_html(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        if let Some(comment) = rest.strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else { return false };
            rest = &comment[end + 3..];
        } else {
            break;
        }
    }
    let starts =
        |with: &str| rest.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    ["<!doctype", "<html", "<head", "<body", "<?xml", "<rss"].iter().any(|with| starts(with))
}

/// Whether a known tag's name stands here, and whether it is an end tag.
fn known_tag(rest: &[u8]) -> Option<bool> {
    let end = rest.first() == Some(&b'/');
    let name = &rest[usize::from(end)..];
    let len = name.iter().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
    let closed = matches!(name.get(len), Some(b' ' | b'>' | b'/' | b'\t' | b'\n' | b'\r'));
    let known = || ELEMENTS.iter().any(|e| name[..len].eq_ignore_ascii_case(e.as_bytes()));
    (closed && known()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, media_type: Option<&str>, expected: Markup) {
        assert_eq!(markup(text, media_type), expected, "{text}");
    }

    #[test]
    fn content_tells_markup_whatever_the_name() {
        check("<!-- saved --> <!DOCTYPE html><p>年度报告", Some("text/plain"), Markup::Html);
        check("<p>全年共收到提案12件。</p>", None, Markup::Html);
        check("第一段<br>第二段<br/>第三段<br>", None, Markup::Html);
        check("全年工作报告\n<br>\n第一段", None, Markup::Plain);
        check("当 x<p 且 a<b 时成立，记 <年份> 为零", Some("text/plain"), Markup::Plain);
        check("", Some("text/html"), Markup::Plain);
    }

    #[test]
    fn stray_tags_in_a_long_text_leave_it_plain() {
        let text = "本年度各项工作平稳推进，取得新的成效。\n".repeat(600);
        check(&format!("{text}<p>尾</p>"), None, Markup::Plain);
        check(&format!("{text}<p>尾</p>"), Some("text/html"), Markup::Html);
    }

    #[test]
    fn formats_that_are_no_pages() {
        assert_eq!(other_format(b"%PDF-1.7\n"), Some("PDF"));
        assert_eq!(
            other_format(b"RIFF\0\0\0\0WEBPVP8 "),
            Some("a WebP image, WAVE recording or AVI film")
        );
        assert_eq!(other_format(b"BZh stands for a compressor in this text"), None);
        assert_eq!(other_format("报告".as_bytes()), None);
    }

    #[test]
    fn text_with_some_control_characters_is_text() {
        assert!(is_binary("\u{1}\u{2}ab\u{0}\u{3}"));
        assert!(!is_binary(&format!("{}\u{0}", "年度报告".repeat(30))));
        assert!(!is_binary("a\r\n\tb"));
    }
}
