//! Pages that nobody would write by mistake: they end, and what is read of them holds together.

use baogao::page::{Page, PageInfo};
use baogao::{clean, decode};

#[path = "../../fuzz/checks.rs"]
mod checks;

#[test]
fn the_seeds_of_the_fuzz_target_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/clean");
    let mut n = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        // Cut off anywhere, as a broken download leaves them.
        for end in (0..=bytes.len()).rev().step_by(13) {
            checks::clean(&bytes[..end]);
        }
        n += 1;
    }
    assert!(n >= 10);
}

/// The text of all blocks of a page.
fn text(source: String) -> (String, bool) {
    let page = Page { info: PageInfo::default(), bytes: source.into_bytes() };
    let text = decode::decode(page, &decode::Options::default()).unwrap();
    let blocks = clean::clean(text, &clean::Options::default()).unwrap();
    let truncated = blocks.decoded.warnings.contains(&baogao::warning::Warning::Truncated);
    (blocks.blocks.iter().map(|b| b.text.as_str()).collect(), truncated)
}

const PROSE: &str = "青石县在河上修好了三座桥，两岸的人来往方便多了。村民们说，赶集不用再绕路了。";

#[test]
fn nesting_without_end_keeps_the_text() {
    for open in ["<div>", "<b>", "<table><tr><td>", "<ul><li>"] {
        let (found, truncated) =
            text(format!("{}{PROSE}", open.repeat(100_000 / (open.len() / 3))));
        assert!(found.contains("赶集不用再绕路了") && truncated, "{open}");
    }
}

#[test]
fn ten_megabytes_on_a_line_are_read() {
    let n = 10_000_000 / PROSE.len();
    let (found, _) = text(format!("<!doctype html><p>{}", PROSE.repeat(n)));
    assert_eq!(found.matches("赶集").count(), n);
    let (found, _) = text(PROSE.repeat(n / 4));
    assert_eq!(found.matches("赶集").count(), n / 4);
}

#[test]
fn a_million_siblings_are_read() {
    let (found, _) = text(format!("<p>{PROSE}</p>{}", "<i>甲</i>".repeat(1_000_000)));
    assert_eq!(found.matches('甲').count(), 1_000_000);
}

#[test]
fn spans_without_measure_are_bounded() {
    let row = "<tr><td colspan=9007199254740992 rowspan=9007199254740992>甲<td>乙".repeat(2_000);
    let (found, _) = text(format!("<p>{PROSE}<table border=1>{row}"));
    assert_eq!(found.matches('乙').count(), 2_000);
}

#[test]
fn what_is_never_closed_ends() {
    for open in [
        "<!--",
        "<script>",
        "<style>",
        "<title>",
        "<a href='",
        "<![CDATA[",
        "<textarea>",
        "<svg><![CDATA[",
    ] {
        let (found, _) = text(format!("<p>{PROSE}</p>{}", open.repeat(100_000)));
        assert!(found.contains("赶集不用再绕路了"), "{open}");
    }
    let attributes: String = (0..200_000).map(|n| format!(" a{n}=&lt;")).collect();
    for element in ["a", "b", "div", "template"] {
        let (found, _) = text(format!("<p>{PROSE}</p><{element}{attributes}>乙"));
        assert!(found.contains("赶集不用再绕路了"), "{element}");
    }
    let names: String = (0..100_000).map(|n| format!("<x{n}>")).collect();
    assert!(text(format!("<p>{PROSE}</p>{names}")).0.contains("赶集不用再绕路了"));
}
