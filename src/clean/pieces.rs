//! Tree → pieces: every line of visible text of a page, in reading order.
//!
//! A piece is what a reader sees as one line or paragraph: the text between two block boundaries, `<br>`s, or
//! paragraph indents of ideographic spaces. A data table is one piece. Text of elements that show none (scripts,
//! styles, fallback content of objects) is no piece. White space is collapsed as a browser does; a line break in the
//! source between two Han characters is dropped, since no one writes a space there.

use super::dom::{Attr, Dom, Id, NIL, ROOT, Tag};
use super::names::Mark;
use super::tables::{self, Budget, Grid};

/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Bytes of [`Pieces::text`].
    pub(super) start: u32,
    pub(super) end: u32,
    /// The innermost block element around its first character.
    pub(super) owner: Id,
    /// The text node that it starts in, or the table.
    pub(super) first: Id,
    /// Characters that are no white space; of these in links, in bold.
    pub(super) chars: u32,
    pub(super) link_chars: u32,
    pub(super) bold_chars: u32,
    /// Links begun in it.
    pub(super) links: u32,
    /// A `<br>` before it, so that it shares its owner with the piece before.
    pub(super) after_br: bool,
    /// Pictures between the last piece and this one.
    pub(super) images: u32,
    /// The data table that it is.
    pub(super) grid: Option<u32>,
}

/// The text of a page.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) text: String,
    pub(super) list: Vec<Piece>,
    pub(super) grids: Vec<Grid>,
    /// img elements, and the number of pieces before each.
    pub(super) images: Vec<(Id, u32)>,
    /// Whether there were too many.
    pub(super) truncated: bool,
}

impl Pieces {
    /// Whether there is too little text for an article.
    pub(super) fn is_bare(&self) -> bool {
        self.list.iter().map(|p| p.chars).sum::<u32>() < 100
    }

    /// The text of a piece.
    pub(super) fn of(&self, piece: &Piece) -> &str {
        &self.text[piece.start as usize..piece.end as usize]
    }
}

/// Pieces of a page; what follows is left out, with a warning. Work reports have a few hundred.
const PIECES_MAX: usize = 100_000;

/// Cuts a page into pieces.
pub(super) fn cut(dom: &Dom, marks: &[Mark]) -> Pieces {
    let mut cutter = Cutter {
        dom,
        marks,
        out: Pieces::default(),
        budget: Budget::of(dom),
        link: 0,
        bold: 0,
        pre: 0,
        gap: Gap::default(),
        link_ended: false,
        images: 0,
        broke: false,
        piece: None,
    };
    let mut at = ROOT;
    let mut enter = cutter.enter(at);
    loop {
        let node = dom.node(at);
        if enter && node.first != NIL {
            at = node.first;
        } else {
            loop {
                cutter.leave(at);
                let node = dom.node(at);
                if node.next != NIL {
                    at = node.next;
                    break;
                }
                at = node.parent;
                if at == NIL {
                    cutter.flush();
                    return cutter.out;
                }
            }
        }
        enter = cutter.enter(at);
    }
}

/// White space since the last character.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    any: bool,
    newline: bool,
    /// Width in half-width spaces of the spaces that do not collapse.
    wide: u32,
}

struct Cutter<'a> {
    dom: &'a Dom,
    marks: &'a [Mark],
    out: Pieces,
    budget: Budget,
    /// Open links, bold elements, preformatted elements.
    link: u32,
    bold: u32,
    pre: u32,
    gap: Gap,
    link_ended: bool,
    images: u32,
    broke: bool,
    piece: Option<Piece>,
}

impl Cutter<'_> {
    /// Whether to go into the node.
    fn enter(&mut self, id: Id) -> bool {
        let tag = self.dom.tag(id);
        match tag {
            Tag::Other if !self.dom.text(id).is_empty() => {
                self.text(id);
            }
            Tag::Br => {
                self.flush();
                self.broke = true;
            }
            Tag::Img => {
                let n = u32::try_from(self.out.list.len()).unwrap_or(u32::MAX)
                    + u32::from(self.piece.is_some());
                self.out.images.push((id, n));
                self.images += 1;
            }
            Tag::Table => {
                self.flush();
                if let Some(grid) = tables::read(self.dom, id, &mut self.budget) {
                    self.table(id, grid);
                    return false;
                }
            }
            Tag::Noscript if self.dom.unscripted => {}
            tag if tag.is_mute() => return false,
            tag if tag.is_block() => self.flush(),
            _ => {}
        }
        match tag {
            Tag::A => {
                self.link += 1;
                self.gap.any |= self.link_ended;
                if let Some(piece) = &mut self.piece {
                    piece.links += 1;
                }
            }
            Tag::Pre => self.pre += 1,
            _ => {}
        }
        self.bold += u32::from(self.is_bold(id));
        true
    }

    fn is_bold(&self, id: Id) -> bool {
        matches!(self.dom.tag(id), Tag::B | Tag::Strong) || self.marks[id as usize].bold
    }

    fn leave(&mut self, id: Id) {
        let tag = self.dom.tag(id);
        if tag.is_block() {
            self.flush();
        }
        match tag {
            Tag::A => {
                self.link = self.link.saturating_sub(1);
                self.link_ended = true;
            }
            Tag::Pre => self.pre = self.pre.saturating_sub(1),
            _ => {}
        }
        if self.is_bold(id) {
            self.bold = self.bold.saturating_sub(1);
        }
    }

    fn text(&mut self, id: Id) {
        let mut rest = self.dom.text(id);
        loop {
            let (bytes, n) = ordinary(rest);
            if n > 0 {
                self.push(id, &rest[..bytes], n);
                rest = &rest[bytes..];
            }
            // Most white space is that between the lines of the source.
            let blank = rest.bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\n')).count();
            if blank > 0 && self.pre == 0 {
                self.gap.any = true;
                self.gap.newline |= memchr::memchr(b'\n', &rest.as_bytes()[..blank]).is_some();
                rest = &rest[blank..];
                continue;
            }
            let Some(c) = rest.chars().next() else { return };
            rest = &rest[c.len_utf8()..];
            match c {
                '\n' if self.pre > 0 => self.flush(),
                '\n' => (self.gap.any, self.gap.newline) = (true, true),
                '\u{3000}' | '\u{2003}' => {
                    (self.gap.any, self.gap.wide) = (true, self.gap.wide + 2);
                }
                '\u{a0}' => (self.gap.any, self.gap.wide) = (true, self.gap.wide + 1),
                // Zero width, or a byte order mark inside a page.
                '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{ad}' | '\0' => {}
                c if c.is_whitespace() => self.gap.any = true,
                c => self.push(id, c.encode_utf8(&mut [0; 4]), 1),
            }
        }
    }

    /// Adds a run of `n` characters, none of them white space.
    fn push(&mut self, id: Id, run: &str, n: u32) {
        if self.gap.any {
            self.space(run.chars().next().unwrap_or(' '));
        }
        let piece = self.piece.get_or_insert_with(|| {
            let start = u32::try_from(self.out.text.len()).unwrap_or(u32::MAX);
            let owner = owner(self.dom, id);
            Piece {
                start,
                end: start,
                owner,
                first: id,
                chars: 0,
                link_chars: 0,
                bold_chars: 0,
                links: u32::from(self.link > 0),
                after_br: self.broke,
                images: std::mem::take(&mut self.images),
                grid: None,
            }
        });
        piece.chars += n;
        piece.link_chars += if self.link > 0 { n } else { 0 };
        piece.bold_chars += if self.bold > 0 { n } else { 0 };
        self.out.text.push_str(run);
        self.link_ended = false;
    }

    /// Ends a run of white space before `next`: nothing, a space or a new paragraph.
    fn space(&mut self, next: char) {
        let gap = std::mem::take(&mut self.gap);
        if self.piece.is_none() {
            return;
        }
        let last = self.out.text.chars().next_back().unwrap_or(' ');
        if gap.wide >= 4 && (gap.newline || ends_paragraph(last)) {
            self.flush();
            return;
        }
        let wrapped = gap.newline && gap.wide == 0 && is_wide(last) && is_wide(next);
        if !wrapped {
            self.out.text.push(' ');
        }
    }

    fn flush(&mut self) {
        self.gap = Gap::default();
        self.link_ended = false;
        if let Some(mut piece) = self.piece.take() {
            piece.end = u32::try_from(self.out.text.len()).unwrap_or(u32::MAX);
            self.out.text.push('\n');
            if self.out.list.len() < PIECES_MAX {
                self.out.list.push(piece);
            } else {
                self.out.truncated = true;
            }
        }
        self.broke = false;
    }

    fn table(&mut self, id: Id, grid: Grid) {
        let start = u32::try_from(self.out.text.len()).unwrap_or(u32::MAX);
        let (text, _) = grid.block(str::to_owned);
        self.out.text.push_str(&text);
        let chars = text.chars().filter(|c| !c.is_whitespace()).count();
        self.piece = Some(Piece {
            start,
            end: start,
            owner: id,
            first: id,
            chars: u32::try_from(chars).unwrap_or(u32::MAX),
            link_chars: 0,
            bold_chars: 0,
            links: 0,
            after_br: false,
            images: std::mem::take(&mut self.images),
            grid: u32::try_from(self.out.grids.len()).ok(),
        });
        self.out.grids.push(grid);
        self.flush();
    }
}

/// The bytes and characters of the run that a text begins with of characters that are surely no white space and always
/// take up room: printing ASCII and the Chinese characters; with single blanks between them, which stay as they are and
/// do not count.
fn ordinary(text: &str) -> (usize, u32) {
    let bytes = text.as_bytes();
    let is = |byte: u8| matches!(byte, 0x21..=0x7e | 0xe4..=0xe9);
    let (mut at, mut n) = (0, 0);
    while let Some(&lead) = bytes.get(at) {
        at += match lead {
            0x21..=0x7e => 1,
            0xe4..=0xe9 => 3,
            b' ' if at > 0 && bytes.get(at + 1).is_some_and(|&next| is(next)) => {
                at += 1;
                continue;
            }
            _ => break,
        };
        n += 1;
    }
    (at, n)
}

/// The innermost block element around a node.
fn owner(dom: &Dom, id: Id) -> Id {
    dom.up(id).find(|&at| dom.tag(at).is_block() || dom.node(at).parent == NIL).unwrap_or(ROOT)
}

/// Whether a paragraph may end with this character.
fn ends_paragraph(c: char) -> bool {
    matches!(
        c,
        '。' | '！' | '？' | '；' | '：' | '”' | '’' | '」' | '』' | '）' | '】' | '》' | '…'
    ) || matches!(c, '.' | '!' | '?' | ';' | ':' | ')' | '"' | ']')
}

/// Whether no space belongs between this character and another such.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}' | '“' | '”' | '‘' | '’' | '—' | '…')
}

/// The address of a picture; pages that load pictures late keep it in other attributes than src.
pub(super) fn image_src(dom: &Dom, id: Id) -> Option<&str> {
    let full = |attr| dom.attr(id, attr).map(str::trim).filter(|s| !s.is_empty());
    let real = |s: &&str| !s.starts_with("data:");
    full(Attr::DataSrc)
        .filter(real)
        .or_else(|| full(Attr::DataOriginal).filter(real))
        .or_else(|| full(Attr::Src).filter(real))
}

#[cfg(test)]
mod tests {
    use super::super::{dom, names};
    use super::*;

    fn lines(source: &str) -> Vec<String> {
        let dom = dom::parse(source, 512, 100_000, true);
        let pieces = cut(&dom, &names::mark(&dom));
        pieces.list.iter().map(|p| pieces.of(p).to_owned()).collect()
    }

    #[test]
    fn blocks_breaks_and_indents_end_lines() {
        assert_eq!(lines("<div>一<p>二</p>三<br>四</div>"), ["一", "二", "三", "四"]);
        assert_eq!(lines("<td>　　甲。　　乙。\n　　丙"), ["甲。", "乙。", "丙"]);
        assert_eq!(lines("<p>张　　三来了</p>"), ["张 三来了"]);
        assert_eq!(
            lines("<p>&nbsp;&nbsp;&nbsp;&nbsp;甲。&nbsp;&nbsp;&nbsp;&nbsp;乙"),
            ["甲。", "乙"]
        );
    }

    #[test]
    fn inline_elements_do_not_cut() {
        assert_eq!(lines("<p>甲<b>乙</b><span>丙</span>丁</p>"), ["甲乙丙丁"]);
        assert_eq!(lines("<p>one <b>two</b> three</p>"), ["one two three"]);
        assert_eq!(lines("<p>第一\n  行</p>"), ["第一行"]);
        assert_eq!(lines("<a>首页</a><a>新闻</a>"), ["首页 新闻"]);
    }

    #[test]
    fn scripts_show_no_text() {
        assert_eq!(lines("<div>甲<script>x</script>乙<style>y</style></div>"), ["甲乙"]);
    }

    #[test]
    fn code_keeps_its_lines() {
        assert_eq!(lines("<pre>a\n  b</pre>"), ["a", "b"]);
    }

    #[test]
    fn a_data_table_is_one_piece() {
        assert_eq!(
            lines("前<table><tr><td>1<td>2<tr><td>3<td>4</table>后"),
            ["前", "1\t2\n3\t4", "后"]
        );
    }
}
