//! Tables: which hold data and which only lay a page out, and the cell grid of the former.
//!
//! In: a `table` element. Out: a [`Grid`] for a data table, nothing for a layout table, whose cells are then read
//! as any other blocks. Spans are bounded as the HTML standard says (1,000 columns, 65,534 rows), the number of cells
//! by [`CELLS_MAX`]; a page's tables may cost a few walks over the page and no more ([`Budget`]).

use super::dom::{Attr, Dom, Id, Tag};
use super::{Cell, Table};
use crate::provenance::Span;

/// Cells of a data table; a longer one is read as lines.
const CELLS_MAX: usize = 20_000;

/// Characters in a cell of a table without header cells or border, beyond which it lays prose out.
const CELL_CHARS_MAX: usize = 300;

/// Nodes that may still be looked at to tell data from layout.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// Enough for tables nested a few deep all over the page.
    pub(super) fn of(dom: &Dom) -> Self {
        Self(4 * dom.len())
    }
}

/// One cell as read.
#[derive(Debug, Clone)]
pub(super) struct Field {
    row: u32,
    col: u32,
    row_span: u32,
    col_span: u32,
    header: bool,
    pub(super) text: String,
}

/// A data table.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    pub(super) fields: Vec<Field>,
    pub(super) caption: Option<String>,
}

impl Grid {
    /// The text of the block and the table with the spans of its cells; `clean` normalises a cell's text.
    pub(super) fn block(&self, mut clean: impl FnMut(&str) -> String) -> (String, Table) {
        let mut text = String::new();
        let mut cells = Vec::with_capacity(self.fields.len());
        let mut row = None;
        for field in &self.fields {
            match row {
                None => {}
                Some(r) if r == field.row => text.push('\t'),
                Some(_) => text.push('\n'),
            }
            row = Some(field.row);
            let start = text.len();
            text.push_str(&one_line(&clean(&field.text)));
            cells.push(Cell {
                row: field.row,
                col: field.col,
                row_span: field.row_span,
                col_span: field.col_span,
                header: field.header,
                span: Span::new(start, text.len()),
            });
        }
        (text, Table { cells, caption: self.caption.as_deref().map(clean) })
    }
}

fn one_line(text: &str) -> String {
    if text.contains(['\n', '\t']) { text.replace(['\n', '\t'], " ") } else { text.to_owned() }
}

/// The grid of a data table.
pub(super) fn read(dom: &Dom, table: Id, budget: &mut Budget) -> Option<Grid> {
    if matches!(dom.attr(table, Attr::Role), Some("presentation" | "none")) {
        return None;
    }
    let mut reader = Reader::default();
    let mut at = dom.following(table, table, false);
    while let Some(id) = at {
        budget.0 = budget.0.checked_sub(1)?;
        let skip = match dom.tag(id) {
            Tag::Table | Tag::Input | Tag::Select | Tag::Textarea | Tag::Form => return None,
            Tag::H1 | Tag::H2 | Tag::Article | Tag::Section | Tag::Blockquote => return None,
            Tag::Tr => {
                reader.row();
                false
            }
            Tag::Td | Tag::Th => {
                reader.cell(dom, id)?;
                true
            }
            Tag::Caption => {
                reader.caption = Some(flat(dom, id)).filter(|c| !c.is_empty());
                true
            }
            tag => tag.is_mute(),
        };
        at = dom.following(id, table, skip);
    }
    let ruled = dom.attr(table, Attr::Border).is_some_and(|b| b != "0");
    reader.finish(ruled)
}

/// Whether a table's text, rows by line and cells by tab, is the head of an official document: labels (索引号, 发文机关,
/// 成文日期), each beside its value. A list of documents has such labels too, all in its first row.
pub(crate) fn is_index(text: &str) -> bool {
    const LABELS: [&str; 16] = [
        "索引号",
        "索引號",
        "发文机关",
        "发文机构",
        "发布机构",
        "发文字号",
        "公开日期",
        "公开方式",
        "成文日期",
        "生成日期",
        "发布日期",
        "主题分类",
        "组配分类",
        "文号",
        "来信人",
        "信件标题",
    ];
    const ROWS_MAX: usize = 14;
    const CHARS_MAX: usize = 800;
    if text.len() > 3 * CHARS_MAX || text.lines().count() > ROWS_MAX {
        return false;
    }
    let labels = |row: &str| {
        let bare: String = row.chars().filter(|c| !c.is_whitespace()).collect();
        LABELS.iter().filter(|label| bare.contains(**label)).count()
    };
    let rows: Vec<usize> = text.lines().map(labels).collect();
    let most = rows.iter().copied().max().unwrap_or(0);
    let all: usize = rows.iter().sum();
    all >= 2 && (most < all || rows.len() == 1)
}

#[derive(Default)]
struct Reader {
    fields: Vec<Field>,
    caption: Option<String>,
    /// Rows begun.
    n_rows: u32,
    /// First row in which a column is free again.
    free_from: Vec<u32>,
    col: usize,
    chars: usize,
    link_chars: usize,
    nested_table: bool,
    /// A cell holds text in paragraphs.
    prose: bool,
}

impl Reader {
    fn row(&mut self) {
        self.n_rows += 1;
        self.col = 0;
    }

    fn cell(&mut self, dom: &Dom, id: Id) -> Option<()> {
        if self.fields.len() >= CELLS_MAX {
            return None;
        }
        let row = self.n_rows.saturating_sub(1);
        while self.free_from.get(self.col).is_some_and(|&free| free > row) {
            self.col += 1;
        }
        let span = |attr, max| {
            let n = dom.attr(id, attr).and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or(1);
            u32::try_from(n.clamp(1, max)).unwrap_or(1)
        };
        let (col_span, row_span) = (span(Attr::Colspan, 1000), span(Attr::Rowspan, 65_534));
        let end = self.col + col_span as usize;
        if self.free_from.len() < end {
            self.free_from.resize(end, 0);
        }
        self.free_from[self.col..end].fill(row.saturating_add(row_span));
        let text = self.flat_cell(dom, id);
        if self.nested_table {
            return None;
        }
        // At the end of its row, below or beside its label.
        self.prose |= (self.col == 0 || self.col == 1 && self.last_is_label(row))
            && text.chars().count() >= PROSE_CHARS_MIN
            && paragraphs(dom, id) >= 2;
        self.fields.push(Field {
            row,
            col: u32::try_from(self.col).ok()?,
            row_span,
            col_span,
            header: dom.tag(id) == Tag::Th,
            text,
        });
        self.col = end;
        Some(())
    }

    /// Whether the cell read last is a label in this row.
    fn last_is_label(&self, row: u32) -> bool {
        const CHARS_MAX: usize = 12;
        self.fields.last().is_some_and(|f| f.row == row && f.text.chars().count() <= CHARS_MAX)
    }

    fn flat_cell(&mut self, dom: &Dom, id: Id) -> String {
        let mut at = Some(id);
        while let Some(node) = at {
            match dom.tag(node) {
                Tag::Table if node != id => self.nested_table = true,
                Tag::Input | Tag::H1 | Tag::Form => self.nested_table = true,
                Tag::A => self.link_chars += flat(dom, node).chars().count(),
                _ => {}
            }
            if self.nested_table {
                return String::new();
            }
            at = dom.following(node, id, dom.tag(node).is_mute() || dom.tag(node) == Tag::A);
        }
        let text = flat(dom, id);
        self.chars += text.chars().count();
        text
    }

    fn finish(mut self, ruled: bool) -> Option<Grid> {
        let filled = self.fields.iter().filter(|f| !f.text.is_empty()).count();
        let headed = ruled || self.caption.is_some() || self.fields.iter().any(|f| f.header);
        let chars_max = if headed { 4 * CELL_CHARS_MAX } else { CELL_CHARS_MAX };
        let long = self.fields.iter().any(|f| f.text.chars().count() > chars_max);
        let mut rows = vec![0u32; self.n_rows.max(1) as usize];
        for field in self.fields.iter().filter(|f| !f.text.is_empty()) {
            rows[field.row as usize] += 1;
        }
        let wide = rows.iter().filter(|&&n| n >= 2).count();
        let used = rows.iter().filter(|&&n| n >= 1).count();
        let links = self.link_chars * 10 > self.chars * 6;
        if long
            || self.prose
            || links
            || wide < 2
            || wide * 2 < used
            || filled < 4
            || filled * 4 < self.fields.len()
        {
            return None;
        }
        let last = self.n_rows;
        for field in &mut self.fields {
            field.row_span = field.row_span.min(last - field.row).max(1);
        }
        self.fields.retain(|f| rows[f.row as usize] > 0);
        Some(Grid { fields: self.fields, caption: self.caption })
    }
}

/// Characters of a cell that holds the text of a page in paragraphs.
const PROSE_CHARS_MIN: usize = 50;

/// The lines below an element that end as sentences do.
fn paragraphs(dom: &Dom, top: Id) -> usize {
    let (mut n, mut last) = (0, ' ');
    let mut at = Some(top);
    while let Some(id) = at {
        let tag = dom.tag(id);
        if tag.is_block() || tag == Tag::Br {
            n += usize::from(ends_sentence(last));
            last = ' ';
        }
        last = dom.text(id).trim_end().chars().next_back().unwrap_or(last);
        at = dom.following(id, top, tag.is_mute() && id != top);
    }
    n + usize::from(ends_sentence(last))
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '!' | '?' | '.' | '；')
}

/// The text below an element on one line, white space collapsed, blocks parted by spaces.
pub(super) fn flat(dom: &Dom, top: Id) -> String {
    let mut out = String::new();
    let mut gap = false;
    let mut at = Some(top);
    while let Some(id) = at {
        let tag = dom.tag(id);
        gap |= tag.is_block() || tag == Tag::Br;
        for c in dom.text(id).chars() {
            if c.is_whitespace() {
                gap = true;
            } else {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(c);
            }
        }
        at = dom.following(id, top, tag.is_mute() && id != top);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::dom::{self, ROOT};
    use super::*;

    fn grid(source: &str) -> Option<(String, Table)> {
        let dom = dom::parse(source, 512, 100_000, true);
        let table = dom.within(ROOT).find(|&id| dom.tag(id) == Tag::Table)?;
        read(&dom, table, &mut Budget::of(&dom)).map(|g| g.block(str::to_owned))
    }

    #[test]
    fn a_data_table_keeps_its_cells_and_spans() {
        let (text, table) = grid(
            "<table><tr><th rowspan=2>地区<th colspan=2>产量<tr><td>2022<td>2023<tr><td>甲县<td>3<td>4</table>",
        )
        .expect("a data table");
        assert_eq!(text, "地区\t产量\n2022\t2023\n甲县\t3\t4");
        let at: Vec<_> = table.cells.iter().map(|c| (c.row, c.col, c.span.of(&text))).collect();
        assert_eq!(at[2], (1, 1, "2022"));
        assert_eq!(at[6], (2, 2, "4"));
    }

    #[test]
    fn a_layout_table_is_none() {
        assert!(grid("<table><tr><td>菜单<td><p>正文</p></table>").is_none());
        assert!(
            grid("<table><tr><td><table><tr><td>1<td>2<tr><td>3<td>4</table></table>").is_none()
        );
    }

    #[test]
    fn a_letter_in_a_form_is_text() {
        let form = |answer: &str| {
            format!(
                "<table border=1><tr><td>来信人<td>某某<tr><td>标题<td>河边的路灯<tr><td>答复<td>{answer}</table>"
            )
        };
        let (one, other) = (
            "已经派人去看过了，路灯是线路老化，月底以前换新的，请放心。",
            "今后有事也可以打电话给县里的热线，有人接听，三天以内答复您所提的问题。",
        );
        let rows = grid(&form(&format!("{one}{other}"))).expect("a data table");
        assert_eq!(rows.0.lines().count(), 3);
        assert!(grid(&form(&format!("<p>{one}</p><p>{other}</p>"))).is_none());
        assert!(grid(&form(&format!("{one}<br>{other}"))).is_none());
    }

    #[test]
    fn the_head_of_a_document_is_told_from_a_list_of_documents() {
        assert!(is_index(
            "索引号：\t0001\t主题分类：\t农业\n发文机关：\t某县\t成文日期：\t2024年1月2日"
        ));
        assert!(is_index("索 引 号\t0001\n文 号\t某发〔2024〕1号"));
        assert!(!is_index("索引号\t标题\t成文日期\n0001\t一\t2024-01-02\n0002\t二\t2024-01-03"));
        assert!(!is_index("项目\t发布日期\n一\t2024-01-02"));
    }

    #[test]
    fn huge_spans_are_bounded() {
        let source = "<table><tr><td colspan=9007199254740992>甲<td>乙<tr><td rowspan=99999999>丙<td>丁</table>";
        let (_, table) = grid(source).expect("a data table");
        assert!(table.cells.iter().all(|c| c.col_span <= 1000 && c.row_span <= 2));
    }
}
