//! `figures`, `inspect`, `schema`: one page or passage at a time.

use crate::support::{Folder, samples};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

#[test]
fn figures_answers_every_line_with_offsets_in_code_points() {
    let folder = Folder::empty();
    let passages = [
        "立案提案286件",
        "",
        "没有数字的一行",
        "𠮷田镇办理实事27件，惠及𠮷田群众3.5万人",
        "\u{feff}",
        "1",
    ];
    let input = passages.join("\n") + "\n";
    let ran = folder.baogao_reading(&["figures", "-"], input.as_bytes()).exits(0);
    let answers = lines(&ran.stdout);
    assert_eq!(answers.len(), passages.len());
    for (answer, (n, passage)) in answers.iter().zip((1..).zip(passages)) {
        assert_eq!(answer["line"], n);
        assert_eq!(answer["text"], passage);
        let chars: Vec<char> = passage.chars().collect();
        for figure in answer["figures"].as_array().expect("a list") {
            let at = |key: &str| {
                usize::try_from(figure[key].as_u64().expect("an offset")).expect("small")
            };
            let cut: String = chars[at("start")..at("end")].iter().collect();
            assert_eq!(figure["surface"], cut.as_str());
        }
    }
    let surfaces = |n: usize| -> Vec<String> {
        let figures = answers[n]["figures"].as_array().expect("a list").iter();
        figures.map(|f| f["surface"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(surfaces(0), ["286件"]);
    assert_eq!(surfaces(3), ["27件", "3.5万人"]);
    assert_eq!(answers[3]["figures"][1]["value"], 35000.0);
    assert_eq!(answers[3]["figures"][1]["unit"], "人");
}

#[test]
fn figures_has_every_field_of_the_contract() {
    let folder = Folder::empty();
    let ran = folder
        .baogao_reading(&["figures", "-"], "全年生产总值比上年增长6.1%左右".as_bytes())
        .exits(0);
    let figure = lines(&ran.stdout)[0]["figures"][0].clone();
    for key in [
        "surface",
        "start",
        "end",
        "value",
        "value_max",
        "unit",
        "unit_std",
        "value_std",
        "dimension",
        "approx",
        "item",
        "action",
        "indicator",
        "target",
        "change",
        "basis",
    ] {
        assert!(figure.get(key).is_some(), "{key} is missing from {figure}");
    }
    assert_eq!(figure["unit_std"], "percent");
    assert_eq!(figure["approx"], "about");
    assert_eq!(figure["change"], "increase");
    assert_eq!(figure["basis"], "year_on_year");
}

#[test]
fn figures_takes_a_file_and_with_bare_a_numeral_alone() {
    let folder = Folder::empty();
    folder.write("numerals.txt", "三万五千\n1,234.5\n");
    let plain = lines(&folder.baogao(&["figures", "numerals.txt"]).exits(0).stdout);
    let bare = lines(&folder.baogao(&["figures", "--bare", "numerals.txt"]).exits(0).stdout);
    assert_eq!(plain.len(), 2);
    assert_eq!(bare[0]["figures"][0]["value"], 35000.0);
    assert_eq!(bare[1]["figures"][0]["value"], 1234.5);
}

#[test]
fn figures_reads_bytes_that_are_no_utf8_and_long_lines() {
    let folder = Folder::empty();
    let mut input = b"\xff\xfe\x80 12\xe4\xbb\xb6\n".to_vec();
    input.extend("办理提案5件，".repeat(20_000).as_bytes());
    let ran = folder.baogao_reading(&["figures", "-"], &input).exits(0);
    let answers = lines(&ran.stdout);
    assert_eq!(answers.len(), 2, "a last line without a line feed is a line");
    assert_eq!(answers[1]["figures"].as_array().expect("a list").len(), 20_000);
}

#[test]
fn inspect_shows_each_stage() {
    let folder = Folder::with_samples();
    let page = "pages/procuratorate_gb2312.html";
    let decoded = folder.baogao(&["inspect", page, "--until", "decode"]).exits(0);
    assert!(decoded.stdout.contains("喻镕喆"), "GB18030 that calls itself GB2312");
    let cleaned = folder.baogao(&["inspect", page, "--until", "clean"]).exits(0);
    assert!(
        cleaned
            .stdout
            .lines()
            .any(|l| l.contains("title") && l.contains("岚桥市人民检察院工作报告")),
        "{}",
        cleaned.stdout
    );
    let document = folder.baogao(&["inspect", page]).exits(0);
    assert!(document.stdout.contains("12846件"), "{}", document.stdout);
    for until in ["decode", "clean", "extract"] {
        let ran = folder.baogao(&["inspect", page, "--until", until, "--json"]).exits(0);
        let object: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert!(object.is_object(), "{until}");
    }
}

#[test]
fn inspect_says_why_a_page_gives_no_document() {
    let folder = Folder::with_samples();
    let ran = folder.baogao(&["inspect", "pages/login_page.html"]).exits(1);
    assert!(ran.stderr.contains("login_page"), "{}", ran.stderr);
    let ran = folder.baogao(&["inspect", "pages/nowhere.html"]).exits(2);
    assert!(ran.stderr.contains("nowhere.html"), "{}", ran.stderr);
}

#[test]
fn inspect_and_run_agree() {
    let folder = Folder::with_samples();
    let run = folder.run_samples();
    let documents = folder.rows(&run, "documents");
    let at = documents
        .strs("source")
        .iter()
        .position(|s| *s == Some("pages/court_report.html"))
        .expect("the document");
    let ran = folder.baogao(&["inspect", "pages/court_report.html", "--json"]).exits(0);
    let object: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for column in ["title", "body", "publisher", "organization", "kind"] {
        assert_eq!(object["documents"][0][column].as_str(), documents.strs(column)[at], "{column}");
    }
    assert_eq!(
        object["figures"].as_array().map(|f| f.len() as i64),
        documents.ints("n_figures")[at]
    );
}

#[test]
fn schema_names_every_column_that_is_written() {
    let folder = Folder::empty();
    let json: Value =
        serde_json::from_str(&folder.baogao(&["schema", "--format", "json"]).exits(0).stdout)
            .expect("JSON");
    let markdown = folder.baogao(&["schema", "--format", "md"]).exits(0).stdout;
    let datasets = json["datasets"].as_array().expect("datasets");
    assert!(datasets.len() >= 9);
    for dataset in datasets {
        assert!(markdown.contains(&format!("## {}", dataset["name"].as_str().expect("a name"))));
        for column in dataset["columns"].as_array().expect("columns") {
            let (name, dtype) = (
                column["name"].as_str().expect("a name"),
                column["dtype"].as_str().expect("a type"),
            );
            assert!(!dtype.starts_with('u'), "{name} is unsigned");
            assert!(
                column["meaning"].as_str().is_some_and(|m| !m.is_empty()),
                "{name} is not explained"
            );
            assert!(markdown.contains(&format!("| {name} | {dtype} |")), "{name}");
        }
    }
}

#[test]
fn help_names_the_exit_codes_and_wrong_usage_is_2() {
    let folder = Folder::empty();
    let help = folder.baogao(&["--help"]).exits(0).stdout;
    assert!(help.contains("75") && help.contains("latest"), "{help}");
    for command in ["run", "inspect", "figures", "init", "check", "schema", "verify"] {
        folder.baogao(&[command, "--help"]).exits(0);
    }
    folder.baogao(&["harvest"]).exits(2);
    folder.baogao(&["run", "--threads", "0"]).exits(2);
    folder.baogao(&["run", "--input", samples().to_str().expect("UTF-8")]).exits(2);
}
