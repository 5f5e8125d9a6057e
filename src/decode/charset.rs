//! Bytes and declarations → charset, where it was learnt, and whether a declaration was wrong.
//!
//! The order of the evidence: a byte order mark; bytes that are valid UTF-8 (a whole page is never that by chance;
//! pure ASCII says nothing); the configuration; what HTTP and the page declare, unless the bytes contradict it;
//! detection. One page in seven declares a wrong charset, and a single lost byte makes statistical detectors drop the
//! right one, so everything here tolerates a few bad bytes: text is judged by how many of its characters are among the
//! most frequent of its language (`data/common.txt`), after replacing what can't be decoded.
//! GB 2312 and GBK are read as GB 18030, their superset.

use super::{CharsetFrom, Options, prescan};
use crate::page::PageInfo;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};
use std::sync::LazyLock;

/// The charset of a page and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charset {
    /// What to decode with.
    pub encoding: &'static Encoding,
    /// Where it was learnt.
    pub from: CharsetFrom,
    /// A declaration says something else.
    pub mismatch: bool,
    /// The bytes are known to be valid in it.
    pub valid: bool,
}

/// Tells the charset of a page.
pub fn charset(bytes: &[u8], page: &PageInfo, options: &Options) -> Charset {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Charset { encoding, from: CharsetFrom::Bom, mismatch: false, valid: false };
    }
    let http = page.http_charset.as_deref().and_then(|l| label(l.as_bytes()));
    let meta = prescan::declared(bytes).map(family);
    let configured = options.charset.as_deref().and_then(|l| label(l.as_bytes()));
    let (encoding, from, valid) = told(bytes, [http, meta, configured], page, options);
    // Two declarations of which one is right are still a warning: other readers of the page may follow the wrong one.
    let ascii = valid && Encoding::ascii_valid_up_to(bytes) == bytes.len();
    let mismatch = !ascii && [http, meta].into_iter().flatten().any(|d| d != encoding);
    Charset { encoding, from, mismatch, valid }
}

/// The encoding of a configured or declared label, GB 2312 and GBK as GB 18030; null for unknown labels.
pub fn label(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label).map(family)
}

/// The name in `documents.charset`: the standard's, in lower case.
pub fn name(encoding: &'static Encoding) -> &'static str {
    static NAMES: LazyLock<Vec<(&'static Encoding, String)>> = LazyLock::new(|| {
        let labels = include_str!("data/charsets.txt").lines().filter(|l| !l.starts_with('#'));
        labels.filter_map(|l| Some((Encoding::for_label(l.as_bytes())?, l.to_owned()))).collect()
    });
    NAMES.iter().find(|(e, _)| *e == encoding).map_or("utf-8", |(_, name)| name.as_str())
}

fn family(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

/// Everything but the byte order mark, in its order; `labels` are those of HTTP, page and configuration.
fn told(
    bytes: &[u8],
    labels: [Option<&'static Encoding>; 3],
    page: &PageInfo,
    options: &Options,
) -> (&'static Encoding, CharsetFrom, bool) {
    let [http, meta, configured] = labels;
    let source = |encoding: &'static Encoding| match Some(encoding) {
        e if e == configured => CharsetFrom::Config,
        e if e == http => CharsetFrom::Http,
        e if e == meta => CharsetFrom::Meta,
        _ => CharsetFrom::Detected,
    };
    let n_ascii = Encoding::ascii_valid_up_to(bytes);
    let escaped = n_ascii == bytes.len() && memchr::memchr(0x1B, bytes).is_some();
    let utf_16 = utf_16(bytes);
    if utf_16.is_none() && n_ascii < bytes.len() && Encoding::utf8_valid_up_to(bytes) == bytes.len()
    {
        return (UTF_8, source(UTF_8), true);
    }
    if let Some(encoding) = configured {
        return (encoding, CharsetFrom::Config, false);
    }
    if let Some(encoding) = utf_16 {
        return (encoding, source(encoding), false);
    }
    if n_ascii == bytes.len() && !escaped {
        let encoding = http.or(meta).filter(|e| e.is_ascii_compatible()).unwrap_or(UTF_8);
        return (encoding, source(encoding), encoding == UTF_8);
    }
    if mostly_utf_8(bytes) {
        return (UTF_8, source(UTF_8), false);
    }
    let sample = sample(bytes);
    let believed = [http, meta].into_iter().flatten().find(|e| bears_out(bytes, &sample, e));
    let encoding = believed.unwrap_or_else(|| detected(bytes, &sample, top_level(page, options)));
    (encoding, source(encoding), false)
}

/// UTF-16 without a byte order mark, told by its zero bytes: in all text some characters (blanks, digits, line ends)
/// are ASCII. Single stray zeros in other text are told apart by what the rest reads as.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(1 << 16) & !1];
    memchr::memchr(0, head)?;
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let one_sided = even.min(odd) * 10 <= even.max(odd) && even.max(odd) * 500 >= head.len();
    let readings = [(UTF_16LE, odd), (UTF_16BE, even)].map(|(encoding, n_zeros)| {
        let (text, _) = encoding.decode_without_bom_handling(head);
        let han = Frequent::of(GB18030);
        let (mut n, mut plain, mut frequent) = (0usize, 0usize, 0usize);
        for c in text.chars() {
            n += 1;
            plain += usize::from(is_plain(c));
            frequent += usize::from(han.contains(c));
        }
        let reads =
            plain * 20 >= n * 19 && (one_sided && n_zeros * 2 > even + odd || frequent * 5 >= n);
        reads.then_some((encoding, plain))
    });
    readings.into_iter().flatten().max_by_key(|(_, plain)| *plain).map(|(encoding, _)| encoding)
}

/// Characters of which nearly all text is made.
fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{A0}'..='\u{5FF}' | '\u{2010}'..='\u{2027}'
        | '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF00}'..='\u{FF5E}')
}

/// Whether the bytes are UTF-8 but for some damage: nine in ten of the bytes beyond ASCII stand in valid sequences of
/// three or four (or of two, which other charsets form by chance, where there is hardly anything invalid).
fn mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut long, mut short, mut bad) = (0usize, 0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().as_bytes();
        let (mut leads_2, mut high) = (0, 0);
        for &b in valid {
            high += usize::from(b >= 0x80);
            leads_2 += usize::from(b & 0xE0 == 0xC0);
        }
        short += 2 * leads_2;
        long += high - 2 * leads_2;
        bad += chunk.invalid().len();
        if bad > 1000 && long + short < bad {
            return false; // Clear, and other charsets go on like that.
        }
    }
    let high = long + short + bad;
    high > 0 && (long * 10 >= high * 9 || (long + short) * 50 >= high * 49)
}

/// The bytes beyond ASCII and the byte after each, where legacy charsets have their second byte; all that tells them
/// apart, and bounded.
fn sample(bytes: &[u8]) -> Vec<u8> {
    const SAMPLE_BYTES: usize = 1 << 15;
    let mut out = Vec::with_capacity(bytes.len().min(SAMPLE_BYTES));
    let mut at = 0;
    while out.len() < SAMPLE_BYTES {
        at += Encoding::ascii_valid_up_to(&bytes[at..]);
        let Some(&lead) = bytes.get(at) else { break };
        out.push(lead);
        let trail = bytes.get(at + 1).copied().filter(|b| *b >= 0x30);
        out.extend(trail);
        at += 1 + usize::from(trail.is_some());
        if bytes.get(at).is_some_and(u8::is_ascii) && !bytes[at].is_ascii_digit() {
            out.push(b'\n');
        }
    }
    out
}

/// How a sample reads in a charset.
#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    /// Characters beyond ASCII.
    n: usize,
    /// Of these, the share that is frequent in the charset's language.
    common: f64,
    /// Of these, the share that could not be decoded.
    lost: f64,
}

impl Reading {
    fn of(sample: &[u8], encoding: &'static Encoding) -> Self {
        let (text, _) = encoding.decode_without_bom_handling(sample);
        let frequent = Frequent::of(encoding);
        let (mut n, mut common, mut lost) = (0usize, 0usize, 0usize);
        for c in text.chars().filter(|c| !c.is_ascii()) {
            n += 1;
            common += usize::from(frequent.contains(c));
            lost += usize::from(c == char::REPLACEMENT_CHARACTER);
        }
        let share = |k: usize| if n == 0 { 0.0 } else { k as f64 / n as f64 };
        Self { n, common: share(common), lost: share(lost) }
    }

    /// Reads as language. Over 150 pages in legacy charsets the right decoding has half of its characters and more
    /// among the frequent ones, a wrong one at most a quarter.
    fn is_language(&self) -> bool {
        self.common >= 0.3 && self.lost <= 0.2
    }
}

/// The characters that are frequent in the languages of a charset, as a table over the basic plane.
struct Frequent(Vec<bool>);

impl Frequent {
    fn of(encoding: &'static Encoding) -> &'static Self {
        static HAN: LazyLock<Frequent> = LazyLock::new(|| {
            Frequent::read(&["simplified", "traditional"], "，。、：；“”（）《》！？")
        });
        static JAPANESE: LazyLock<Frequent> =
            LazyLock::new(|| Frequent::read(&["kana"], "、。「」・"));
        static KOREAN: LazyLock<Frequent> = LazyLock::new(|| Frequent::read(&["hangul"], ""));
        if encoding == SHIFT_JIS || encoding == EUC_JP {
            &JAPANESE
        } else if encoding == EUC_KR {
            &KOREAN
        } else {
            &HAN
        }
    }

    fn read(lists: &[&str], marks: &str) -> Self {
        let lines = include_str!("data/common.txt").lines().filter_map(|l| l.split_once(": "));
        let listed =
            lines.filter(|(name, _)| lists.contains(name)).flat_map(|(_, list)| list.chars());
        let mut table = vec![false; 1 << 16];
        for c in listed.chain(marks.chars()) {
            if let Some(entry) = table.get_mut(c as usize) {
                *entry = true;
            }
        }
        Self(table)
    }

    fn contains(&self, c: char) -> bool {
        self.0.get(c as usize).copied().unwrap_or_default()
    }
}

/// The charsets of two-byte characters, likeliest first.
const DOUBLE_BYTE: [&Encoding; 5] = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR];

/// The reading of the sample that is most like language; the first that leaves no doubt.
fn best(sample: &[u8]) -> (&'static Encoding, Reading) {
    let score = |r: &Reading| r.common - 2.0 * r.lost;
    let mut top = (GB18030, Reading::of(sample, GB18030));
    for encoding in &DOUBLE_BYTE[1..] {
        if top.1.n >= 64 && top.1.common >= 0.45 && top.1.lost <= 0.02 {
            break;
        }
        let candidate = (*encoding, Reading::of(sample, encoding));
        if score(&candidate.1) > score(&top.1) {
            top = candidate;
        }
    }
    top
}

/// Whether the bytes can be what they are declared to be.
fn bears_out(bytes: &[u8], sample: &[u8], declared: &'static Encoding) -> bool {
    if declared == UTF_8 || declared == UTF_16LE || declared == UTF_16BE {
        return false; // Neither valid nor nearly so, or it would have been told before.
    }
    if DOUBLE_BYTE.contains(&declared) {
        let reading = Reading::of(sample, declared);
        if reading.lost <= 0.01 && reading.is_language() {
            return true;
        }
        let (other, better) = best(sample);
        let beaten =
            other != declared && better.is_language() && better.common > 2.0 * reading.common;
        return !beaten && (reading.lost <= 0.1 || reading.is_language());
    }
    if declared.is_single_byte() {
        // Western labels on Chinese bytes: every byte decodes, and nothing reads.
        let high = bytes.iter().filter(|&&b| b >= 0x80).count();
        let (_, reading) = best(sample);
        return !(high * 20 > bytes.len() && reading.n >= 16 && reading.is_language());
    }
    let (_, errors) = declared.decode_without_bom_handling(bytes);
    !errors
}

/// How much of a page the detector reads.
const DETECT_BYTES: usize = 1 << 19;

/// Detection: a statistical detector, corrected where damage has thrown it off.
fn detected(bytes: &[u8], sample: &[u8], top_level: Option<&'static str>) -> &'static Encoding {
    let (other, reading) = best(sample);
    if reading.n >= 64 && reading.common >= 0.45 && reading.lost <= 0.05 {
        return other;
    }
    // The detector is slow, and what it learns it learns early: it begins where the first character beyond ASCII is.
    let start = Encoding::ascii_valid_up_to(bytes).saturating_sub(DETECT_BYTES / 16);
    let part =
        if memchr::memchr(0x1B, &bytes[..start]).is_some() { bytes } else { &bytes[start..] };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&part[..part.len().min(DETECT_BYTES)], false);
    let guess = family(detector.guess(top_level.map(str::as_bytes), Utf8Detection::Deny));
    if other == guess || reading.n < 4 || !reading.is_language() {
        return guess;
    }
    if DOUBLE_BYTE.contains(&guess) {
        let guessed = Reading::of(sample, guess);
        if reading.common < 2.0 * guessed.common && guessed.lost <= reading.lost + 0.05 {
            return guess;
        }
    }
    other
}

/// The top-level domain that stands for the language of a source: configured, or that of the page's host.
fn top_level(page: &PageInfo, options: &Options) -> Option<&'static str> {
    let hint = |of: &str| HINTS.iter().find(|(name, _)| of == *name).map(|(_, tld)| *tld);
    if let Some(language) = options.language.as_deref().map(str::to_ascii_lowercase) {
        let traditional =
            ["zh-tw", "zh-hk", "zh-mo", "zh-hant"].iter().any(|t| language.starts_with(t));
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        return if traditional { Some("tw") } else { hint(primary) };
    }
    let url = page.url.as_deref()?;
    let host = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?;
    let last = host.rsplit('.').next()?;
    DOMAINS.iter().find(|d| d.eq_ignore_ascii_case(last)).copied()
}

/// Language → a country whose pages are mostly in it, for the detector, which knows countries only.
const HINTS: &[(&str, &str)] =
    &[("zh", "cn"), ("ja", "jp"), ("ko", "kr"), ("ru", "ru"), ("el", "gr"), ("he", "il")];

/// Countries whose pages are mostly in one script that several charsets compete for.
const DOMAINS: &[&str] =
    &["cn", "tw", "hk", "mo", "jp", "kr", "ru", "ua", "bg", "gr", "il", "th", "tr"];

#[cfg(test)]
mod tests {
    use super::*;
    use CharsetFrom::{Bom, Config, Detected, Http, Meta};

    const REPORT: &str =
        "全县上下坚持稳中求进，经济运行总体平稳。全年新建道路八十公里，新增就业三千余人。";
    const TRADITIONAL: &str =
        "全縣上下堅持穩中求進，經濟運行總體平穩。全年新建道路八十公里，新增就業三千餘人。";

    #[track_caller]
    fn check(bytes: &[u8], http: Option<&str>, expected: (&str, CharsetFrom, bool)) {
        let page = PageInfo { http_charset: http.map(str::to_owned), ..PageInfo::default() };
        let found = charset(bytes, &page, &Options::default());
        assert_eq!((name(found.encoding), found.from, found.mismatch), expected);
    }

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn order_of_the_evidence() {
        check("\u{FEFF}报告".as_bytes(), Some("gbk"), ("utf-8", Bom, false));
        check(REPORT.as_bytes(), None, ("utf-8", Detected, false));
        check(REPORT.as_bytes(), Some("UTF-8"), ("utf-8", Http, false));
        check(&gbk(REPORT), Some("gb2312"), ("gb18030", Http, false));
        check(&gbk(&format!("<meta charset=gb2312>{REPORT}")), None, ("gb18030", Meta, false));
        check(&gbk(REPORT), None, ("gb18030", Detected, false));
        let options = Options { charset: Some("gbk".to_owned()), language: None };
        let found = charset(b"\xB1\xA8", &PageInfo::default(), &options);
        assert_eq!((name(found.encoding), found.from), ("gb18030", Config));
    }

    #[test]
    fn contradicted_declarations_are_not_believed() {
        check(format!("<meta charset=gb2312>{REPORT}").as_bytes(), None, ("utf-8", Detected, true));
        check(&gbk(REPORT), Some("utf-8"), ("gb18030", Detected, true));
        check(
            &gbk(&format!("<meta charset=gbk>{REPORT}")),
            Some("iso-8859-1"),
            ("gb18030", Meta, true),
        );
        check(&BIG5.encode(TRADITIONAL).0, Some("gb2312"), ("big5", Detected, true));
        check(b"<meta charset=gb2312><p>plain</p>", None, ("gb18030", Meta, false));
        check(
            "caf\u{E9} \u{E0} la carte".as_bytes(),
            Some("iso-8859-1"),
            ("utf-8", Detected, true),
        );
        check(b"caf\xE9 \xE0 la carte", Some("iso-8859-1"), ("windows-1252", Http, false));
    }

    #[test]
    fn a_few_bad_bytes_change_nothing() {
        for (text, encoding) in [(REPORT, UTF_8), (REPORT, GB18030), (TRADITIONAL, BIG5)] {
            let (bytes, _, _) = encoding.encode(text);
            for (at, byte) in [(30, 0xFF), (31, 0x00), (40, 0x80)] {
                let mut bytes = bytes.to_vec();
                bytes.insert(at, byte);
                check(&bytes, None, (name(encoding), Detected, false));
                check(&bytes[..bytes.len() - 1], None, (name(encoding), Detected, false));
            }
        }
    }

    #[test]
    fn utf_16_without_a_mark() {
        let text = format!("2023年\n{REPORT}\n");
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&le, None, ("utf-16le", Detected, false));
        check(&be, None, ("utf-16be", Detected, false));
    }

    #[test]
    fn every_name_is_of_the_standard() {
        let lines = include_str!("data/charsets.txt").lines().filter(|l| !l.starts_with('#'));
        for line in lines.filter(|l| *l != "replacement") {
            let encoding = Encoding::for_label(line.as_bytes()).unwrap();
            assert_eq!(encoding.name().to_ascii_lowercase(), line);
            assert_eq!(name(encoding), line);
        }
    }

    #[test]
    fn languages_and_hosts_hint() {
        let top = |url: Option<&str>, language: Option<&str>| {
            let page = PageInfo { url: url.map(str::to_owned), ..PageInfo::default() };
            top_level(&page, &Options { charset: None, language: language.map(str::to_owned) })
        };
        assert_eq!(top(Some("http://www.example.gov.CN:8080/a.htm"), None), Some("cn"));
        assert_eq!(top(Some("http://example.com/a.cn"), None), None);
        assert_eq!(top(None, Some("zh-Hant-HK")), Some("tw"));
        assert_eq!(top(None, Some("zh_CN")), Some("cn"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_charset(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let found = charset(&bytes, &PageInfo::default(), &Options::default());
            name(found.encoding);
        }
    }
}
