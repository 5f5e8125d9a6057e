//! The number in front of a line: 一、, （一）, 第一部分, 1.1, ①, Part I.

use super::width;

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

pub(super) fn han_digit(c: char) -> Option<u32> {
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
}
