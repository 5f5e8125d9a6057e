//! Whole pages, written for these tests, and what becomes of their lines.

use super::*;
use crate::extract::sections;
use proptest::prelude::*;

/// One block a line: locator, role, level of headings, text.
fn show(text: &str) -> String {
    let (mut blocks, _) = blocks(text).expect("a page with text");
    sections::set_levels(&mut blocks);
    let lines = blocks.iter().map(|b| {
        let level = b.level.map_or(String::new(), |l| l.to_string());
        format!("{} {}{level} {}\n", b.locator, b.role.code(), b.text)
    });
    lines.collect()
}

const LONG: &str =
    "全县上下一条心，把路修到村口，把桥架到河上，把水引到田头，群众的日子一天比一天好。";

#[test]
fn a_news_page_with_menus_fields_and_credits() {
    let page = format!(
        "客户端\n举报\n首页 ›› 东山新闻\n东山县政协去年工作亮点\n\n时间:2024-01-11 14:46:16 来源:东山电视台\n\n\n{LONG}\n\n\n强化学习\n学有所得“味道足”\n\n\n\
         学在前头,走在前头。\n\n{LONG}\n\n记者:张三\n编辑:李四 王五\n评论\n东ICP备12345号 | 网络视听许可证\n"
    );
    let want = format!(
        "1 nav 客户端\n2 nav 举报\n3 nav 首页 ›› 东山新闻\n4 title 东山县政协去年工作亮点\n6 meta 时间:2024-01-11 14:46:16 来源:东山电视台\n9 para {LONG}\n\
         12-13 heading1 强化学习 学有所得“味道足”\n16 para 学在前头,走在前头。\n18 para {LONG}\n20 credit 记者:张三\n21 credit 编辑:李四 王五\n22 footer 评论\n\
         23 footer 东ICP备12345号 | 网络视听许可证\n"
    );
    assert_eq!(show(&page), want);
}

#[test]
fn a_report_under_a_viewer() {
    let page = format!(
        "下载\n打印\n【字号：\n加大\n】\n2026年东山县政府工作报告\n——2026年1月27日在东山县第十届人民代表大会第五次会议上\n来源：东山日报\n时间：2026-02-01\n东山县县长 李四\n\
         李四作政府工作报告。本报记者 张三摄\n各位代表：\n一、2025年工作回顾\n{LONG}\n（一）着力修路。{LONG}\n二、2026年工作安排\n重点抓好两个方面工作：\n（一）修路\n{LONG}\n（二）架桥\n{LONG}\n相关报道：\n"
    );
    let got = show(&page);
    let roles: Vec<&str> = got.lines().filter_map(|l| l.split(' ').nth(1)).collect();
    let want = [
        "nav", "nav", "nav", "nav", "nav", "title", "subtitle", "meta", "meta", "meta", "caption",
        "para", "heading1", "para", "para", "heading1", "para", "heading2", "para", "heading2",
        "para", "nav",
    ];
    assert_eq!(roles, want, "{got}");
}

#[test]
fn sentences_that_take_turns_with_text_are_headings() {
    let part = |lead: &str| format!("{lead}。\n{LONG}{LONG}\n");
    let page = format!(
        "东山县工作报告\n\n一、安排\n{}{}{}{}",
        part("大力修好乡村道路"),
        part("加快引水上山工程"),
        part("建强学校教师队伍"),
        part("改善看病就医条件")
    );
    assert_eq!(show(&page).matches("heading2").count(), 4, "{}", show(&page));
    let once = format!("东山县工作报告\n\n一、安排\n{}{LONG}\n{LONG}\n", part("大力修好乡村道路"));
    assert_eq!(show(&once).matches("heading2").count(), 0);
}

#[test]
fn entries_of_lists_are_no_headings() {
    let page = format!(
        "{LONG}\n\n应当报告下列事项：\n\n（一）修了几条路；\n\n（二）架了几座桥；\n\n（三）引了多少水。\n\n{LONG}"
    );
    assert_eq!(show(&page).matches("list_item").count(), 3, "{}", show(&page));
}

#[test]
fn numbered_lines_at_the_end_are_headings_without_text() {
    let page = format!(
        "东山县政协工作报告\n\n2024年工作意见\n\n{LONG}\n\n一、修好路\n\n二、架好桥\n\n三、引好水\n"
    );
    assert_eq!(show(&page).matches("heading2").count(), 3, "{}", show(&page));
}

#[test]
fn pages_with_nothing_to_read_are_rejected() {
    let reason = |text: &str| blocks(text).err().map(|r| r.reason);
    assert_eq!(reason(" \n\u{200b}\n"), Some(Reason::Empty));
    assert_eq!(reason("404 Not Found\nnginx"), Some(Reason::ErrorPage));
    assert_eq!(
        reason("您访问的页面不存在，请检查地址是否正确。\n返回首页"),
        Some(Reason::ErrorPage)
    );
    assert_eq!(reason("用户登录\n用户名\n密码\n验证码\n忘记密码"), Some(Reason::LoginPage));
    let links: String =
        (1..20).map(|n| format!("东山县第{n}条新闻的标题\n2024-01-{n:02}\n")).collect();
    assert_eq!(reason(&links), Some(Reason::ListPage));
    assert_eq!(reason(LONG), None);
}

#[test]
fn a_table_of_contents_is_no_outline() {
    let page = format!(
        "东山县工作报告\n\n{LONG}\n\n目录\n\n一、修路 1\n\n二、架桥 5\n\n三、引水 9\n\n一、修路\n\n{LONG}\n\n二、架桥\n\n{LONG}\n\n三、引水\n\n{LONG}\n"
    );
    let got = show(&page);
    assert_eq!((got.matches("nav").count(), got.matches("heading1").count()), (4, 3), "{got}");
}

#[test]
fn a_table_is_one_block() {
    let page = format!("{LONG}\n指标\t单位\t数量\n道路\t条\t3\n桥梁\t座\t2\n{LONG}");
    let (blocks, _) = blocks(&page).expect("a page with text");
    let table = blocks.iter().find(|b| b.role == Role::Table).expect("a table");
    assert_eq!(table.locator.to_string(), "2-4");
    assert_eq!(table.table.as_ref().map(|t| t.cells.len()), Some(9));
}

#[test]
fn every_reason_is_in_the_closed_set() {
    let pages = [
        format!("东山县工作报告\n来源：东山日报\n{LONG}\n责任编辑：张三\n版权所有\n"),
        LONG.to_owned(),
    ];
    for page in pages {
        for block in blocks(&page).expect("a page with text").0 {
            assert!(
                super::super::REASONS.iter().any(|(code, _)| *code == block.reason),
                "{}",
                block.reason
            );
        }
    }
}

fn line() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "首页",
        "一、回顾",
        "（一）修路",
        "（二）架桥。",
        "各位代表：",
        "来源：东山日报",
        "2024-01-05",
        "修路三条",
        "12",
        "，架桥",
        "（资料图片）",
        "责任编辑：张三",
        "版权所有",
        LONG,
        "【写在前面】",
        "指标\t3\t4",
        "相关报道：",
        "a b",
        "",
        "第一章  总  则",
        "['甲', '乙']",
        "》",
        "——修好路——",
        "\u{200b}",
        "　　",
        "1.5",
        "1. 修路；",
        "2. 架桥；",
        "404",
    ]);
    prop::collection::vec(words, 1..4).prop_map(|w| w.concat())
}

proptest! {
    #[test]
    fn every_line_is_in_exactly_one_block(lines in prop::collection::vec(line(), 0..40)) {
        let page = lines.join("\n");
        if let Ok((blocks, confidence)) = blocks(&page) {
            prop_assert!((0.0..=1.0).contains(&confidence));
            let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let mut got: Vec<char> = blocks.iter().flat_map(|b| squeeze(&b.text).chars().collect::<Vec<_>>()).collect();
            let mut want: Vec<char> = squeeze(&page).chars().collect();
            got.sort_unstable();
            want.sort_unstable();
            prop_assert_eq!(got, want);
        }
    }

    #[test]
    fn never_panics(page in "\\PC{0,80}(\n\\PC{0,40}){0,20}") {
        let _ = blocks(&page);
    }
}
