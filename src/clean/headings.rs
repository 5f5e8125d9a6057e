//! The shape of a line: its number (一、（一）第一部分…), its width, how it ends, whether it can be a heading, and the
//! heading that opens a paragraph.
//!
//! In: one line of text, trimmed. Out: facts about this line alone; what its neighbours make of it is decided where
//! they are known (`lines` for text pages, the HTML cleaner for elements). Levels are the outline's business
//! (`extract::sections`). Nothing here can fail: a line without a number has none.

/// How a heading or list entry is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkerKind {
    /// 附件1, 附录.
    Attachment,
    /// 第一部分, 第一编, Part I.
    Part,
    /// 第一章, Chapter 1.
    Chapter,
    /// 第一节.
    Subchapter,
    /// 第一条 of a law or rule: an entry, seldom a heading.
    Article,
    /// 壹、.
    Formal,
    /// 一、, or 一 alone on its line.
    Han,
    /// （一）, also with its opening bracket lost.
    HanBracket,
    /// 第一，.
    Ordinal,
    /// 1. or 1、.
    Arabic,
    /// 1.1, 1.1.1.
    Decimal,
    /// （1） or 1）.
    ArabicBracket,
    /// ①.
    Circled,
    /// 一是, 一要.
    Is,
    /// —— before an entry.
    Dash,
    /// 【…】 around the heading.
    Lenticular,
    /// ●, ■, • and the like.
    Bullet,
}

/// The number in front of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// How it is written.
    pub kind: MarkerKind,
    /// Its number; 0 where it has none (dashes, bullets).
    pub number: u32,
    /// Bytes of the line that it takes, following blanks included.
    pub len: usize,
}

impl Marker {
    /// The marker as printed, without blanks after it.
    pub fn of<'a>(&self, line: &'a str) -> &'a str {
        line.get(..self.len).unwrap_or(line).trim()
    }

    /// Whether entries so numbered make up a report's outline; dashes, bullets and articles list.
    pub fn is_outline(&self) -> bool {
        !matches!(self.kind, MarkerKind::Article | MarkerKind::Dash | MarkerKind::Bullet)
    }
}

/// Reads the number in front of a trimmed line.
pub fn marker(line: &str) -> Option<Marker> {
    let first = line.chars().next()?;
    let found = match first {
        '第' => ordinal(line),
        '(' | '（' | '〔' => bracketed(line),
        '附' => attachment(line),
        '【' => lenticular(line),
        '①'..='⑳' => Some((MarkerKind::Circled, u32::from(first) - 0x2460 + 1, 3)),
        '⑴'..='⒇' => Some((MarkerKind::ArabicBracket, u32::from(first) - 0x2474 + 1, 3)),
        '㈠'..='㈩' => Some((MarkerKind::HanBracket, u32::from(first) - 0x3220 + 1, 3)),
        '0'..='9' | '０'..='９' => arabic(line),
        '—' | '―' | '─' | '–' | '-' | '－' => dash(line),
        '●' | '■' | '◆' | '★' | '•' | '·' | '▪' | '◇' | '□' | '○' | '☆' | '*' | '►' | '➤' | '▶' => {
            Some((MarkerKind::Bullet, 0, first.len_utf8()))
        }
        'C' | 'P' | 'S' | 'c' | 'p' => english(line),
        _ if han_digit(first).is_some() => han(line),
        _ => None,
    }?;
    let (kind, number, len) = found;
    let rest = &line[len..];
    Some(Marker { kind, number, len: len + rest.len() - rest.trim_start().len() })
}

type Found = Option<(MarkerKind, u32, usize)>;

fn han_digit(c: char) -> Option<u32> {
    Some(match c {
        '一' | '壹' => 1,
        '二' | '贰' | '貳' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '十' | '拾' => 10,
        _ => return None,
    })
}

/// A Han numeral of 1 to 99 at the start of `text`: its value and its length in bytes.
fn han_number(text: &str) -> Option<(u32, usize)> {
    let (mut value, mut len, mut last) = (0u32, 0usize, 0u32);
    for c in text.chars().take(4) {
        let Some(d) = han_digit(c) else { break };
        value = match (d, last) {
            (10, 0) => 10,
            (10, 1..=9) if value < 10 => value * 10,
            (1..=9, 0) => d,
            (1..=9, 10) => value + d,
            _ => return None,
        };
        last = d;
        len += c.len_utf8();
    }
    (len > 0).then_some((value, len))
}

/// One or two Arabic digits at the start of `text`, half or full width.
fn arabic_number(text: &str) -> Option<(u32, usize)> {
    let (mut value, mut len, mut n) = (0u32, 0usize, 0);
    for c in text.chars() {
        let d = match c {
            '0'..='9' => u32::from(c) - 0x30,
            '０'..='９' => u32::from(c) - 0xFF10,
            _ => break,
        };
        n += 1;
        if n > 2 {
            return None;
        }
        value = value * 10 + d;
        len += c.len_utf8();
    }
    (len > 0).then_some((value, len))
}

fn number(text: &str) -> Option<(u32, usize)> {
    han_number(text).or_else(|| arabic_number(text))
}

fn ordinal(line: &str) -> Found {
    let after = line.strip_prefix('第')?;
    let spaced = after.trim_start();
    let (n, len) = number(spaced)?;
    let mut at = line.len() - spaced.len() + len;
    let rest = &line[at..];
    let inner = rest.trim_start_matches(' ');
    for (word, kind) in [
        ("部分", MarkerKind::Part),
        ("部份", MarkerKind::Part),
        ("編", MarkerKind::Part),
        ("编", MarkerKind::Part),
        ("篇", MarkerKind::Part),
        ("章", MarkerKind::Chapter),
        ("节", MarkerKind::Subchapter),
        ("節", MarkerKind::Subchapter),
        ("条", MarkerKind::Article),
        ("條", MarkerKind::Article),
    ] {
        let Some(tail) = inner.strip_prefix(word) else { continue };
        // 第一篇报道, 第三章节 go on as words; a heading's number ends here.
        let ends = tail.is_empty()
            || tail.starts_with(|c: char| {
                c.is_whitespace() || matches!(c, '：' | ':' | '、' | '，' | ',' | '.' | '—')
            });
        if ends || matches!(kind, MarkerKind::Part) && word.starts_with('部') {
            let tail = tail.trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, '：' | ':' | '、' | '，')
            });
            return Some((kind, n, line.len() - tail.len()));
        }
        return (kind != MarkerKind::Part).then(|| (kind, n, line.len() - tail.len()));
    }
    let sep = rest.chars().next()?;
    if matches!(sep, '，' | ',' | '、' | '：' | ':') {
        at += sep.len_utf8();
        return Some((MarkerKind::Ordinal, n, at));
    }
    None
}

fn bracketed(line: &str) -> Found {
    let open = line.chars().next()?.len_utf8();
    let inside = line[open..].trim_start();
    let start = line.len() - inside.len();
    let (kind, (n, len)) = match han_number(inside) {
        Some(found) => (MarkerKind::HanBracket, found),
        None => (MarkerKind::ArabicBracket, arabic_number(inside)?),
    };
    let rest = inside[len..].trim_start();
    let close = rest.chars().next().filter(|c| matches!(c, ')' | '）' | '〕'))?;
    Some((kind, n, (line.len() - rest.len()).max(start) + close.len_utf8()))
}

fn attachment(line: &str) -> Found {
    let rest = ["附件", "附录", "附錄", "附表"].iter().find_map(|w| line.strip_prefix(w))?;
    let digits = rest.trim_start();
    let (n, len) = number(digits).unwrap_or((0, 0));
    let tail = digits[len..].trim_start_matches([' ', '：', ':', '、', '.']);
    let marked = len > 0 || tail.is_empty() || tail.len() < digits.len();
    marked.then_some((MarkerKind::Attachment, n, line.len() - tail.len()))
}

fn lenticular(line: &str) -> Found {
    // Headings are short; the bracket of a long paragraph's first words is near too.
    let near = line.char_indices().take(60).any(|(_, c)| c == '】');
    near.then_some((MarkerKind::Lenticular, 0, '【'.len_utf8()))
}

fn arabic(line: &str) -> Found {
    let (n, len) = arabic_number(line)?;
    let rest = &line[len..];
    let sep = rest.chars().next()?;
    let after = &rest[sep.len_utf8()..];
    let digit_follows =
        after.starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    match sep {
        '.' | '．' if digit_follows => decimal(line, n),
        '.' | '．' | '、' if !digit_follows && n > 0 => {
            // "3.The" and "3. The" number; "3.b" in running text is rare enough.
            Some((MarkerKind::Arabic, n, len + sep.len_utf8()))
        }
        ')' | '）' if n > 0 => Some((MarkerKind::ArabicBracket, n, len + sep.len_utf8())),
        _ => None,
    }
}

/// 1.1 and 1.1.1: told from a decimal fraction by a blank after it, or by having three parts.
fn decimal(line: &str, first: u32) -> Found {
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(line.len());
    let head = &line[..end];
    let parts: Vec<&str> = head.split('.').filter(|p| !p.is_empty()).collect();
    let blank = line[end..].starts_with(char::is_whitespace);
    let fits = parts.len() <= 4 && parts.iter().all(|p| p.len() <= 2);
    if !fits || first == 0 || !(parts.len() >= 3 && end < line.len() || parts.len() == 2 && blank) {
        return None;
    }
    let last = parts.last().and_then(|p| p.parse().ok())?;
    // A number that a unit or magnitude word follows is a quantity.
    let tail = line[end..].trim_start();
    if tail.starts_with(['%', '万', '亿', '萬', '億', '元', '个', '倍', '％']) {
        return None;
    }
    Some((MarkerKind::Decimal, last, end))
}

fn dash(line: &str) -> Found {
    let rest = line.trim_start_matches(['—', '―', '─', '–', '-', '－', '一']);
    let rest = if rest.len() == line.len() {
        line
    } else {
        line.trim_start_matches(['—', '―', '─', '–', '-', '－'])
    };
    let len = line.len() - rest.len();
    let long = line[..len].chars().count() >= 2 || line.starts_with(['—', '―', '─']);
    (long && !rest.is_empty()).then_some((MarkerKind::Dash, 0, len))
}

fn han(line: &str) -> Found {
    let (n, len) = han_number(line)?;
    let formal = line.starts_with([
        '壹', '贰', '貳', '叁', '參', '肆', '伍', '陆', '陸', '柒', '捌', '玖', '拾',
    ]);
    let kind = if formal { MarkerKind::Formal } else { MarkerKind::Han };
    let rest = &line[len..];
    let Some(sep) = rest.chars().next() else { return Some((kind, n, len)) };
    let at = len + sep.len_utf8();
    match sep {
        '、' | '．' | '.' => Some((kind, n, at)),
        ')' | '）' => Some((MarkerKind::HanBracket, n, at)),
        '是' | '要' if !formal && n <= 20 => Some((MarkerKind::Is, n, at)),
        c if c.is_whitespace() && rest.trim_start().chars().count() >= 2 && width(line) <= 80 => {
            let next = rest.trim_start();
            // 一 二 三 in a row are a list of characters, not numbered lines.
            (!next.starts_with(|c| han_digit(c).is_some())).then_some((kind, n, len))
        }
        _ => None,
    }
}

fn english(line: &str) -> Found {
    let (word, rest) = line.split_once(' ')?;
    let kind = match word {
        "Part" | "PART" => MarkerKind::Part,
        "Chapter" | "CHAPTER" => MarkerKind::Chapter,
        "Section" | "SECTION" => MarkerKind::Subchapter,
        _ => return None,
    };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let n = rest[..end].parse().ok().or_else(|| roman(&rest[..end]))?;
    let tail = rest[end..].trim_start_matches([' ', ':', '.', '-', '–', '—']);
    Some((kind, n, line.len() - tail.len()))
}

fn roman(text: &str) -> Option<u32> {
    const ROMAN: [&str; 12] =
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    ROMAN.iter().position(|r| *r == text).and_then(|i| u32::try_from(i + 1).ok())
}

/// Columns that a text takes: a Han character or full-width mark 2, a Latin letter 1.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

/// Whether the text ends as a sentence does, closing quotes and brackets after the mark included.
pub fn ends_sentence(text: &str) -> bool {
    let core = text.trim_end_matches(['”', '’', '"', '\'', '）', ')', '」', '』', '】', ']', ' ']);
    match core.chars().next_back() {
        Some('。' | '！' | '？' | '!' | '?' | '…' | '；' | ';' | '｡') => true,
        // A full stop of Latin text, not the dots of a menu or of initials (J.P.); six dots stand for ……
        Some('.') => {
            let mut before = core[..core.len() - 1].chars().rev();
            let (last, earlier) = (before.next(), before.next());
            let word = last.is_some_and(|c| c.is_alphanumeric() || c == '%');
            let initial = last.is_some_and(|c| c.is_ascii_uppercase())
                && !earlier.is_some_and(char::is_alphanumeric);
            core.ends_with("...") || word && !initial
        }
        _ => false,
    }
}

/// Whether the text opens a speech or a part of it by addressing the audience (各位代表：).
pub fn is_salutation(text: &str) -> bool {
    salutation(text).is_some_and(|rest| rest.is_empty())
}

/// What follows the address of the audience at the start of a text.
pub fn salutation(text: &str) -> Option<&str> {
    const HEARERS: [&str; 20] = [
        "各位代表",
        "各位委员",
        "各位委員",
        "各位领导",
        "各位同志",
        "同志们",
        "同志們",
        "各位来宾",
        "各位议员",
        "各位議員",
        "各位股东",
        "各位人大代表",
        "各位政协委员",
        "各位朋友",
        "女士们",
        "尊敬的",
        "主席先生",
        "Mr President",
        "Ladies and gentlemen",
        "Madam President",
    ];
    let hearer = HEARERS.iter().find(|h| text.starts_with(**h))?;
    let rest = &text[hearer.len()..];
    // Several may be addressed at once: 各位代表、各位委员：
    let open = *hearer == "尊敬的" || rest.starts_with(['、', '，', ',', ' ', '和']);
    let end =
        rest.char_indices().take(40).find(|(_, c)| matches!(c, '：' | ':' | '！' | '!' | '。'));
    let alone = rest
        .char_indices()
        .next()
        .filter(|(_, c)| matches!(c, '：' | ':' | '！' | '!' | '，' | ','));
    let (i, c) = alone.or(end.filter(|(_, c)| open && *c != '。'))?;
    Some(rest[i + c.len_utf8()..].trim_start())
}

/// Whether a line can be a heading, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Too long, or punctuated as running text.
    Text,
    /// Numbered and without an end mark: a heading wherever it stands.
    Numbered,
    /// Numbered and one short sentence with its full stop: a heading if it stands above text of its own.
    NumberedSentence,
    /// Short, unnumbered, without an end mark: a heading if it stands above text.
    Bare,
    /// Short, unnumbered, one sentence with its full stop: a heading only in a page that sets its headings so.
    BareSentence,
}

/// Widest numbered heading, in columns: the longest seen in State Council and provincial reports has 47 characters.
const NUMBERED_MAX: usize = 104;
/// Widest unnumbered heading: newspapers' summaries of reports reach 44 characters.
const BARE_MAX: usize = 88;
/// Widest sentence that can be a heading.
const SENTENCE_MAX: usize = 76;

/// The shape of a trimmed line.
pub fn shape(line: &str) -> Shape {
    let columns = width(line);
    if columns > NUMBERED_MAX || columns == 0 {
        return Shape::Text;
    }
    let mark = marker(line);
    let body = mark.map_or(line, |m| &line[m.len..]);
    if is_date(line) || salutation(line).is_some() {
        return Shape::Text;
    }
    match mark {
        Some(m) if m.kind == MarkerKind::Lenticular => {
            let closed =
                line.ends_with('】') || line.find('】').is_some_and(|i| !ends_sentence(&line[i..]));
            if closed && columns <= BARE_MAX { Shape::Bare } else { Shape::Text }
        }
        Some(m) if m.is_outline() => numbered_shape(body, m, columns),
        // ——路网成形。 with its text on the next line.
        Some(m) if m.kind == MarkerKind::Dash && body.ends_with('。') => {
            let one = !has_inner_stop(body) && columns <= SENTENCE_MAX;
            if one { Shape::NumberedSentence } else { Shape::Text }
        }
        Some(_) => Shape::Text,
        None => bare_shape(line, columns),
    }
}

fn numbered_shape(body: &str, mark: Marker, columns: usize) -> Shape {
    if body.is_empty() {
        let alone = matches!(
            mark.kind,
            MarkerKind::Han
                | MarkerKind::Part
                | MarkerKind::Chapter
                | MarkerKind::Attachment
                | MarkerKind::Formal
        );
        return if alone { Shape::Numbered } else { Shape::Text };
    }
    if has_inner_stop(body) || body.ends_with(['，', ',', '、', '；', ';']) {
        return Shape::Text;
    }
    if ends_sentence(body) {
        let fits = columns <= SENTENCE_MAX && !body.ends_with(['！', '!', '？', '?', '…']);
        return if fits { Shape::NumberedSentence } else { Shape::Text };
    }
    if mark.kind == MarkerKind::Is { Shape::NumberedSentence } else { Shape::Numbered }
}

fn bare_shape(line: &str, columns: usize) -> Shape {
    let open_end = line.ends_with([
        '，', ',', '、', '；', ';', '：', ':', '（', '(', '《', '“', '「', '-', '/', '|', '>', '›',
        '»',
    ]);
    let odd_start = line.starts_with([
        '，', ',', '。', '、', '；', '：', '）', ')', '》', '”', '」', '？', '?', '！', '%', '[',
        '(', '（', '>', '|', '.',
    ]);
    if open_end || odd_start || has_inner_stop(line) || !line.chars().any(is_han_or_letter) {
        return Shape::Text;
    }
    if line.ends_with("——") || line.ends_with("—") {
        return if columns <= BARE_MAX { Shape::Bare } else { Shape::Text };
    }
    if ends_sentence(line) {
        let fits = columns <= SENTENCE_MAX && line.ends_with(['。', '.']) && columns >= 8;
        return if fits { Shape::BareSentence } else { Shape::Text };
    }
    let quoted = line.starts_with(['“', '「', '"']) && line.ends_with(['”', '」', '"']);
    if (4..=BARE_MAX).contains(&columns) && !quoted { Shape::Bare } else { Shape::Text }
}

fn is_han_or_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// Whether a sentence ends inside the text, before its last character.
fn has_inner_stop(text: &str) -> bool {
    let last = text.chars().next_back().map_or(0, char::len_utf8);
    let inner = &text[..text.len() - last];
    let quoted_end = inner.trim_end_matches(['。', '！', '？', '”', '」']);
    quoted_end.contains(['。', '！', '？', '；', ';'])
        || inner.contains(". ")
            && !inner.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ")
}

/// Whether a line is a date or a time and nothing else.
pub fn is_date(line: &str) -> bool {
    is_english_date(line) || is_numeric_date(line)
}

/// 12 March 2023, March 12, 2023.
fn is_english_date(line: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if line.len() > 32 || !line.is_ascii() {
        return false;
    }
    let words: Vec<&str> = line.split([' ', ',', '.']).filter(|w| !w.is_empty()).collect();
    let number = |w: &str| {
        w.trim_end_matches(|c: char| c.is_ascii_lowercase()).bytes().all(|b| b.is_ascii_digit())
    };
    let months = words.iter().filter(|w| MONTHS.iter().any(|m| w.starts_with(m))).count();
    let numbers = words
        .iter()
        .filter(|w| !w.is_empty() && w.as_bytes()[0].is_ascii_digit() && number(w))
        .count();
    months == 1 && (1..=2).contains(&numbers) && months + numbers == words.len()
}

fn is_numeric_date(line: &str) -> bool {
    let core = line.trim_matches(|c: char| {
        matches!(c, '(' | ')' | '（' | '）' | '[' | ']' | '【' | '】') || c.is_whitespace()
    });
    if core.is_empty()
        || width(core) > 44
        || !core.contains(|c: char| {
            c.is_ascii_digit() || matches!(c, '○' | '〇' | '０'..='９') || han_digit(c).is_some()
        })
    {
        return false;
    }
    let marks = core.contains(['年', '-', '/', ':', '：', '.']);
    marks
        && core.chars().all(|c| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || ('０'..='９').contains(&c)
                || han_digit(c).is_some()
                || matches!(
                    c,
                    '年' | '月'
                        | '日'
                        | '时'
                        | '分'
                        | '秒'
                        | '-'
                        | '/'
                        | ':'
                        | '：'
                        | '.'
                        | '○'
                        | '〇'
                        | 'O'
                        | 'T'
                        | 'Z'
                        | '星'
                        | '期'
                        | '天'
                        | '午'
                        | '上'
                        | '下'
                        | '零'
                        | '廿'
                )
        })
        && (core.contains('年') || core.chars().filter(char::is_ascii_digit).count() >= 4)
}

/// The heading that opens a paragraph: its marker, and where the heading's text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// Its number, if it has one.
    pub marker: Option<Marker>,
    /// One past the heading's last byte, the mark that ends it left out.
    pub end: usize,
    /// Where the paragraph's text goes on.
    pub rest: usize,
}

/// Widest lead sentence, in columns; numbered ones of two clauses reach 60 characters.
const LEAD_MAX: usize = 130;
/// Widest unnumbered lead sentence.
const BARE_LEAD_MAX: usize = 60;

/// Reads the heading at the start of a paragraph: numbered, or a short first sentence. Whether a short first sentence
/// is meant as a heading shows only in the company of its neighbours.
pub fn lead(text: &str) -> Option<Lead> {
    let mark = marker(text).filter(|m| {
        m.kind == MarkerKind::Dash
            || m.is_outline() && !matches!(m.kind, MarkerKind::Lenticular | MarkerKind::Attachment)
    });
    let max = if mark.is_some() { LEAD_MAX } else { BARE_LEAD_MAX };
    let start = mark.map_or(0, |m| m.len);
    let mut columns = 0;
    for (i, c) in text[start..].char_indices() {
        columns += if c < '\u{1100}' { 1 } else { 2 };
        if columns > max || matches!(c, '？' | '！' | '；') {
            return None;
        }
        // A colon ends a numbered heading, if one at all; a bare clause before a colon introduces a list.
        let ends = c == '。' || c == '：' && mark.is_some() && columns <= 50;
        if !ends {
            continue;
        }
        let end = start + i;
        let rest = end + c.len_utf8();
        let after = &text[rest..];
        if after.trim().is_empty() || columns < 8 || after.starts_with(['”', '」', '）']) {
            return None;
        }
        return Some(Lead { marker: mark, end, rest });
    }
    None
}

/// Whether the first sentence of a paragraph reads as a heading: a short phrase that says what to do or what was done,
/// not one that sets a scene or goes on from the paragraph before.
pub fn reads_as_heading(sentence: &str) -> bool {
    const SCENE: [&str; 50] = [
        "今年",
        "去年",
        "明年",
        "过去",
        "当前",
        "目前",
        "同时",
        "此外",
        "另外",
        "这",
        "我们",
        "我国",
        "但",
        "为此",
        "因此",
        "其中",
        "据",
        "也",
        "如今",
        "现在",
        "一年来",
        "五年来",
        "年来",
        "第",
        "问",
        "答",
        "会议",
        "他",
        "她",
        "它",
        "与",
        "在此",
        "然而",
        "刚刚",
        "新的一年",
        "总之",
        "事实",
        "实践",
        "回顾",
        "展望",
        "本",
        "该",
        "截至",
        "自",
        "由于",
        "因为",
        "如果",
        "所有",
        "以上",
        "综合",
    ];
    let columns = width(sentence);
    (8..=BARE_LEAD_MAX).contains(&columns)
        && !SCENE.iter().any(|s| sentence.starts_with(s))
        && !sentence
            .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '“' | '「' | '"' | '《'))
        && sentence.matches(['，', ',']).count() <= 1
        && !sentence.contains(['是', '了', '：', '？'])
        && !sentence.ends_with(['年', '等'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(line: &str) -> Option<(MarkerKind, u32, &str)> {
        marker(line).map(|m| (m.kind, m.number, &line[m.len..]))
    }

    #[test]
    fn numbers_of_every_kind() {
        use MarkerKind::*;
        assert_eq!(mark("一、去年工作回顾"), Some((Han, 1, "去年工作回顾")));
        assert_eq!(mark("十二、其他"), Some((Han, 12, "其他")));
        assert_eq!(mark("二十一、其他"), Some((Han, 21, "其他")));
        assert_eq!(mark("（三） 修路"), Some((HanBracket, 3, "修路")));
        assert_eq!(mark("四）修路"), Some((HanBracket, 4, "修路")));
        assert_eq!(mark("(2)修路"), Some((ArabicBracket, 2, "修路")));
        assert_eq!(mark("3.修路"), Some((Arabic, 3, "修路")));
        assert_eq!(mark("3、修路"), Some((Arabic, 3, "修路")));
        assert_eq!(mark("第一部分 回顾"), Some((Part, 1, "回顾")));
        assert_eq!(mark("第二章 总则"), Some((Chapter, 2, "总则")));
        assert_eq!(mark("第三，修路"), Some((Ordinal, 3, "修路")));
        assert_eq!(mark("一是修路"), Some((Is, 1, "修路")));
        assert_eq!(mark("——路网成形。"), Some((Dash, 0, "路网成形。")));
        assert_eq!(mark("附件2：名词"), Some((Attachment, 2, "名词")));
        assert_eq!(mark("2.1 目标"), Some((Decimal, 1, "目标")));
        assert_eq!(mark("二"), Some((Han, 2, "")));
        assert_eq!(mark("Chapter 2: Roads"), Some((Chapter, 2, "Roads")));
    }

    #[test]
    fn numerals_that_number_nothing() {
        for line in [
            "2.5亿元用于修路",
            "第一季度修路",
            "一带一路",
            "三年来修路",
            "2025年修路",
            "十里河修路",
            "第三方评估",
            "附近的路",
            "3.14",
        ] {
            assert_eq!(mark(line), None, "{line}");
        }
    }

    #[test]
    fn shapes() {
        assert_eq!(shape("一、去年工作回顾"), Shape::Numbered);
        assert_eq!(shape("（一）把路修好。"), Shape::NumberedSentence);
        assert_eq!(shape("（一）把路修好。去年修路三条。"), Shape::Text);
        assert_eq!(shape("一、把路修好；"), Shape::Text);
        assert_eq!(shape("把路修好 让人走好"), Shape::Bare);
        assert_eq!(shape("把路修到村口——"), Shape::Bare);
        assert_eq!(shape("路通了，人心齐。"), Shape::BareSentence);
        assert_eq!(shape("各位代表："), Shape::Text);
        assert_eq!(shape("主要做了以下工作："), Shape::Text);
        assert_eq!(shape("“路要修，桥要架”"), Shape::Text);
        assert_eq!(shape("2024年1月5日"), Shape::Text);
    }

    #[test]
    fn leads() {
        let text = "（一）着力修路架桥。全年修路三条。";
        let found = lead(text).expect("a lead");
        assert_eq!(
            (&text[..found.end], &text[found.rest..]),
            ("（一）着力修路架桥", "全年修路三条。")
        );
        assert!(lead("（一）着力修路架桥。").is_none());
        assert!(lead("去年全县上下团结一心，在修路架桥、引水上山、改造危房、扩建学校等各项事关全局的大事上取得了不小的进步。好。").is_none());
        assert!(reads_as_heading("着力修路架桥"));
        assert!(!reads_as_heading("今年是修路之年"));
    }

    #[test]
    fn dates() {
        assert!(is_date("2024-01-16 07:16"));
        assert!(is_date("二○一一年十二月十五日"));
        assert!(is_date("（2017年10月18日）"));
        assert!(!is_date("2024年工作安排"));
        assert!(!is_date("05"));
    }

    #[test]
    fn salutations() {
        assert!(is_salutation("各位代表："));
        assert!(is_salutation("各位代表、各位委员："));
        assert!(!is_salutation("各位代表！今年要修路。"));
        assert_eq!(salutation("同志们！路已修好。"), Some("路已修好。"));
        assert_eq!(salutation("大会期间修路。"), None);
    }
}
