use super::*;
use crate::collate::samples;
use crate::extract::Document;
use jiff::civil::date;
use proptest::prelude::*;

/// A generator of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// A report of a made-up place: stock phrases of all reports, its own words, its own numbers.
fn report(seed: u64, sentences: usize) -> String {
    const PHRASES: &[&str] = &[
        "坚持稳中求进工作总基调",
        "全面落实各项决策部署",
        "推动高质量发展取得新成效",
        "持续保障和改善民生",
        "优化营商环境",
        "加快产业转型升级",
        "深化重点领域改革",
        "扩大高水平对外开放",
        "统筹发展和安全",
        "加强生态环境保护",
    ];
    let mut dice = Dice(seed);
    let mut text = String::new();
    for _ in 0..sentences {
        text.push_str(PHRASES[dice.roll(PHRASES.len())]);
        text.push('，');
        for _ in 0..12 + dice.roll(20) {
            text.push(char::from_u32(0x4E00 + dice.roll(3000) as u32).unwrap());
        }
        text.push_str(&format!(
            "{}.{}亿元，增长{}.{}%。",
            dice.roll(900) + 100,
            dice.roll(10),
            dice.roll(20),
            dice.roll(10)
        ));
    }
    text
}

fn lose(text: &str, percent: usize, seed: u64) -> String {
    let mut dice = Dice(seed);
    text.chars().filter(|_| dice.roll(100) >= percent).collect()
}

fn find(pages: &[(&str, &str)]) -> Vec<DuplicateRow> {
    of_documents(
        &pages.iter().map(|(source, body)| samples::document(source, body)).collect::<Vec<_>>(),
    )
}

fn of_documents(documents: &[Document]) -> Vec<DuplicateRow> {
    let mut duplicates = Duplicates::new(Vec::new());
    for document in documents {
        duplicates.push(&Signature::of(document)).expect("memory");
    }
    duplicates.finish().expect("memory").0
}

fn pair(a: &str, b: &str) -> Option<Method> {
    find(&[("a", a), ("b", b)]).first().map(|row| row.method)
}

#[test]
fn equal_bodies_are_exact_copies_whatever_the_spacing() {
    let text = report(1, 30);
    let spaced = text.replace('，', " ， ");
    assert_eq!(pair(&text, &spaced), Some(Method::Exact));
}

#[test]
fn lost_characters_and_other_boilerplate_do_not_hide_a_copy() {
    for seed in 0..20 {
        let text = report(seed, 60);
        for percent in [1, 3, 5] {
            let both = (lose(&text, percent, 7), lose(&text, percent, 8));
            assert_eq!(pair(&both.0, &both.1), Some(Method::Near), "{percent} % lost");
        }
        let framed =
            format!("{}{}{}", report(seed + 100, 8), lose(&text, 3, 9), report(seed + 200, 6));
        assert_eq!(pair(&text, &framed), Some(Method::Near));
    }
}

#[test]
fn a_copy_in_the_other_script_is_found() {
    let simplified =
        "云岭省全省地区生产总值增长5.2%，一般公共预算收入达到856.3亿元，规上工业增加值增长6.3%，"
            .to_owned()
            + &report(3, 4).replace("发展", "發展");
    let traditional = simplified.replace('云', "雲").replace('岭', "嶺").replace('发', "發");
    assert!(pair(&simplified, &traditional).is_some());
}

#[test]
fn another_year_in_the_same_mould_is_no_copy() {
    let mould = |year: u32| {
        let mut dice = Dice(u64::from(year));
        (0..40)
            .map(|i| {
                format!(
                    "第{i}项工作按照年度计划扎实推进，各有关部门分工负责，全年完成{}件，办结率达到{}.{}%，群众反映良好。",
                    dice.roll(900) + 100,
                    dice.roll(30) + 60,
                    dice.roll(10)
                )
            })
            .collect::<String>()
    };
    assert_eq!(pair(&mould(2030), &mould(2031)), None);
}

#[test]
fn different_reports_are_no_copies() {
    let texts: Vec<String> = (0..40).map(|seed| report(seed, 50)).collect();
    let names: Vec<String> = (0..40).map(|i| format!("p{i}")).collect();
    let pages: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    assert_eq!(find(&pages), []);
}

#[test]
fn english_text_is_compared_by_words() {
    let one = "The county reviewed its work of the year and set out the plans for the next one in detail. ".to_owned()
        + &(0..60).map(|i| format!("Item {i} cost {} dollars in town {}. ", i * 37 + 11, i * 13)).collect::<String>();
    let other = "A report on the schools of the district, what they taught and what they need to teach better. ".to_owned()
        + &(0..60).map(|i| format!("School {i} had {} pupils and {} teachers. ", i * 41 + 90, i + 12)).collect::<String>();
    assert_eq!(pair(&one, &one.to_uppercase()), Some(Method::Exact));
    assert_eq!(pair(&one, &other), None);
}

#[test]
fn short_notices_are_left_alone() {
    assert_eq!(pair("页面正在建设中", "页面正在建设中"), None);
    assert_eq!(find(&[("a", ""), ("b", "")]), []);
}

#[test]
fn the_earliest_then_longest_then_smallest_stands_for_the_group() {
    let text = report(5, 40);
    let longer = format!("{text}本报讯员供稿，欢迎转载，转载请注明出处。");
    let mut early = samples::document("late-name", &text);
    early.metadata.published_date = Some(date(2031, 2, 1));
    let rows = of_documents(&[samples::document("a", &longer), early]);
    assert_eq!(rows[0].duplicate_of, DocId::of("late-name"));

    let rows = find(&[("x", &text), ("y", &longer)]);
    assert_eq!(rows[0].duplicate_of, DocId::of("y"));
    assert_eq!(rows[0].doc_id, DocId::of("x"));
}

#[test]
fn a_signature_comes_back_from_its_bytes() {
    let mut document = samples::document("a", &report(4, 30));
    for published in [None, Some(date(2031, 2, 28)), Some(date(-1, 1, 1))] {
        document.metadata.published_date = published;
        let signature = Signature::of(&document);
        assert_eq!(Signature::from_bytes(&signature.to_bytes()), signature);
    }
}

proptest! {
    #[test]
    fn the_order_of_pages_does_not_matter(turn in 0usize..9, seed in 0u64..50) {
        let text = report(seed, 30);
        let copies = [text.clone(), lose(&text, 2, 1), lose(&text, 4, 2), report(seed + 1000, 30), text.clone()];
        let names = ["a", "b", "c", "d", "e"];
        let mut pages: Vec<(&str, &str)> = names.into_iter().zip(copies.iter().map(String::as_str)).collect();
        let straight = find(&pages);
        pages.rotate_left(turn % 5);
        prop_assert_eq!(find(&pages), straight);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        let _ = find(&[("a", &text), ("b", &text)]);
    }
}
