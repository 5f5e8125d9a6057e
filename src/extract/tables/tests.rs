use super::*;
use crate::clean::Cell;
use crate::provenance::Locator;

/// A table from lines of cells parted by "|". `*` marks th, `>2` and `v2` columns and rows covered; "~" is covered.
fn table(lines: &[&str]) -> Block {
    let mut text = String::new();
    let mut cells = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        let mut col = 0;
        for word in line.split('|') {
            let mut word = word.trim();
            if word == "~" {
                col += 1;
                continue;
            }
            let (mut row_span, mut col_span) = (1, 1);
            if let Some((rest, n)) = word.rsplit_once('>') {
                (word, col_span) = (rest, n.parse().unwrap());
            }
            if let Some((rest, n)) = word.rsplit_once('v') {
                (word, row_span) = (rest, n.parse().unwrap());
            }
            let header = word.starts_with('*');
            let word = word.trim_start_matches('*');
            let start = text.len();
            text.push_str(word);
            let span = Span::new(start, text.len());
            text.push('\t');
            cells.push(Cell { row: row as u32, col, row_span, col_span, header, span });
            col += 1;
        }
        text.push('\n');
    }
    let mut block = Block::new(Role::Table, "line", text, Locator::line(1));
    block.table = Some(Table { cells, caption: None });
    block
}

fn read_blocks(blocks: &[Block]) -> Vec<TableCell> {
    let mut start = 0;
    let spans: Vec<Option<Span>> = blocks
        .iter()
        .map(|b| {
            let span = Span::new(start, start + b.text.len());
            start = span.end + 1;
            Some(span)
        })
        .collect();
    cells(blocks, &spans)
}

fn data(lines: &[&str]) -> Vec<String> {
    shown(&read_blocks(&[table(lines)]))
}

/// The cells that have a header: row header, column header, value, unit.
fn shown(cells: &[TableCell]) -> Vec<String> {
    cells
        .iter()
        .filter(|c| c.col_header.is_some() || c.row_header.is_some() || c.value.is_some())
        .map(|c| {
            let value = c.value.map_or("null".to_owned(), |v| v.to_string());
            let head = |h: &Option<String>| h.clone().unwrap_or_default();
            format!(
                "{} | {} | {value} {}",
                head(&c.row_header),
                head(&c.col_header),
                c.unit_std.unwrap_or("-")
            )
        })
        .collect()
}

#[test]
fn marked_headers_and_units_in_them() {
    let got = data(&[
        "*指标|*2031年（亿元）|*比上年增长（%）",
        "地区生产总值|1,286.4|5.2",
        "第一产业|96.3|-1.8",
    ]);
    assert_eq!(
        got,
        [
            "地区生产总值 | 2031年（亿元） | 128640000000 CNY",
            "地区生产总值 | 比上年增长（%） | 5.2 percent",
            "第一产业 | 2031年（亿元） | 9630000000 CNY",
            "第一产业 | 比上年增长（%） | -1.8 percent",
        ]
    );
}

#[test]
fn headers_without_marks_are_told_by_what_stands_below() {
    let got = data(&["地区|2030|2031", "青川市|12|15", "白石县|—|7"]);
    assert_eq!(
        got,
        [
            "青川市 | 2030 | 12 -",
            "青川市 | 2031 | 15 -",
            "白石县 | 2030 | null -",
            "白石县 | 2031 | 7 -",
        ]
    );
}

#[test]
fn headers_of_two_levels_are_joined() {
    let got = data(&["*地区v2|*产量>2|~", "~|*粮食（万吨）|*蔬菜（吨）", "青川市|3.5|820"]);
    assert_eq!(
        got,
        ["青川市 | 产量 / 粮食（万吨） | 35000 tonne", "青川市 | 产量 / 蔬菜（吨） | 820 tonne",]
    );
    let unmarked = data(&["地区v2|产量>2|~", "~|粮食|蔬菜", "青川市|3.5|820"]);
    assert_eq!(unmarked, ["青川市 | 产量 / 粮食 | 3.5 -", "青川市 | 产量 / 蔬菜 | 820 -"]);
}

#[test]
fn spanning_row_headers_hold_for_every_row_they_cover() {
    let got = data(&["地区|类别|件数", "青川市v2|立案|12", "~|办结|11", "白石县|立案|3"]);
    assert_eq!(
        got,
        [
            "青川市 / 立案 | 件数 | 12 -",
            "青川市 / 办结 | 件数 | 11 -",
            "白石县 / 立案 | 件数 | 3 -",
        ]
    );
}

#[test]
fn titles_units_and_parts_inside_the_table() {
    let cells = read_blocks(&[table(&[
        "表1 财政收支>2|~",
        "单位：万元>2|~",
        "项目|金额",
        "一、收入>2|~",
        "税收收入|1200",
        "二、支出>2|~",
        "教育|(35.5)",
    ])]);
    assert_eq!(cells[0].caption.as_deref(), Some("表1 财政收支"));
    assert_eq!(
        shown(&cells),
        ["一、收入 / 税收收入 | 金额 | 12000000 CNY", "二、支出 / 教育 | 金额 | -355000 CNY",]
    );
}

#[test]
fn a_column_of_units_holds_for_its_rows() {
    let got = data(&["指标|单位|数值", "粮食产量|万吨|386", "森林覆盖率|%|43.8", "医院|个|21"]);
    assert_eq!(
        got,
        [
            "粮食产量 | 数值 | 3860000 tonne",
            "森林覆盖率 | 数值 | 43.8 percent",
            "医院 | 数值 | 21 -",
        ]
    );
}

#[test]
fn a_column_of_units_is_not_meant_for_rates() {
    let cells = data(&["产品|单位|产量|比上年增长（%）", "水泥|万吨|1,042.6|-6.8"]);
    assert_eq!(cells, ["水泥 | 产量 | 10426000 tonne", "水泥 | 比上年增长（%） | -6.8 percent"]);
}

#[test]
fn labels_that_look_like_numbers_are_labels_in_the_first_column() {
    let cells = data(&[
        "指标|年末数（万人）",
        "全市人口|336.8",
        "城镇人口|214.6",
        "农村人口|122.2",
        "60周岁及以上|78.1",
    ]);
    assert_eq!(cells[3], "60周岁及以上 | 年末数（万人） | 781000 person");
}

#[test]
fn a_unit_line_before_the_table_holds_but_not_for_rates_and_ranks() {
    let mut line = Block::new(Role::Para, "line", "单位：亿元".to_owned(), Locator::line(1));
    line.bold = false;
    let title = Block::new(Role::Para, "line", "表2 各县生产总值".to_owned(), Locator::line(2));
    let cells = read_blocks(&[title, line, table(&["地区|总量|增长|位次", "青川县|86.5|4.9|3"])]);
    assert_eq!(
        shown(&cells),
        ["青川县 | 总量 | 8650000000 CNY", "青川县 | 增长 | 4.9 -", "青川县 | 位次 | 3 -",]
    );
    assert_eq!(cells[0].caption.as_deref(), Some("表2 各县生产总值"));
}

#[test]
fn cells_with_their_own_unit_and_cells_of_prose() {
    let got = data(&[
        "项目|结果",
        "投资|3.2亿元",
        "增长|5.6%",
        "户数|1.2万户",
        "说明|完成3项，增长5%",
        "备注|正常",
    ]);
    assert_eq!(
        got,
        [
            "投资 | 结果 | 320000000 CNY",
            "增长 | 结果 | 5.6 percent",
            "户数 | 结果 | 12000 household",
            "说明 | 结果 | null -",
            "备注 | 结果 | null -",
        ]
    );
}

#[test]
fn spans_are_of_the_body_and_tables_are_numbered() {
    let blocks = [table(&["甲|乙", "一|2"]), table(&["丙|丁", "三|4"])];
    let body = format!("{}\n{}", blocks[0].text, blocks[1].text);
    let cells = read_blocks(&blocks);
    assert!(cells.iter().all(|c| c.span.of(&body).trim() == c.text));
    assert_eq!(cells.iter().map(|c| c.table).max(), Some(1));
    assert_eq!(cells.len(), 8);
}

#[test]
fn odd_grids_do_no_harm() {
    assert_eq!(read_blocks(&[table(&[""])]).len(), 0);
    assert_eq!(data(&["5"]), [" |  | 5 -"]);
    let far = Cell {
        row: u32::MAX,
        col: u32::MAX,
        row_span: u32::MAX,
        col_span: u32::MAX,
        header: true,
        span: Span::default(),
    };
    let mut block = table(&["甲|1", "乙|2"]);
    if let Some(table) = &mut block.table {
        table.cells.push(far);
    }
    assert_eq!(read_blocks(&[block]).len(), 4);
}
