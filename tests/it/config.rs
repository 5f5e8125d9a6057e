//! pipeline.toml as users write it: what is right works, what is wrong is named with its place.

use crate::support::Folder;

#[test]
fn what_init_writes_is_valid_and_is_not_overwritten() {
    let folder = Folder::with_samples();
    folder.baogao(&["init"]).exits(0);
    std::fs::create_dir(folder.path("raw")).expect("a folder");
    std::fs::rename(folder.path("pages"), folder.path("raw/samples")).expect("moved");
    folder.baogao(&["check"]).exits(0);
    folder.baogao(&["run"]).exits(0);
    let written = std::fs::read(folder.path("pipeline.toml")).expect("the file");
    folder.baogao(&["init"]).exits(2);
    assert_eq!(std::fs::read(folder.path("pipeline.toml")).expect("the file"), written);
}

/// `check` and `run` both refuse the configuration and say all of this.
#[track_caller]
fn refused(text: &str, says: &[&str]) {
    let folder = Folder::with_samples();
    folder.write("pipeline.toml", text);
    for command in ["check", "run"] {
        let ran = folder.baogao(&[command]).exits(2);
        for part in says {
            assert!(ran.stderr.contains(part), "{command} does not say {part:?}: {}", ran.stderr);
        }
    }
    assert!(!folder.path("output").exists(), "nothing was begun");
}

#[test]
fn an_unknown_key_is_named_with_file_line_and_the_nearest_right_one() {
    refused(
        "[[source]]\nname = \"pages\"\nfiles = [\"pages/*\"]\n\n[limits]\npage_bites = 5\n",
        &["pipeline.toml:6", "page_bites", "page_bytes"],
    );
    refused(
        "[[source]]\nname = \"pages\"\nfile = [\"pages/*\"]\n",
        &["pipeline.toml:3", "`file`", "`files`"],
    );
}

#[test]
fn wrong_values_are_named_with_their_line() {
    let source = "[[source]]\nname = \"pages\"\nfiles = [\"pages/*\"]\n";
    refused(&format!("{source}drop = [\"div[\"]\n"), &["pipeline.toml:4", "div["]);
    refused(
        "[[source]]\nname = \"pages\"\nfiles = [\"pages/{a\"]\n",
        &["pipeline.toml:3", "pages/{a"],
    );
    refused(&format!("{source}charset = \"klingon\"\n"), &["pipeline.toml:4", "klingon"]);
    refused(
        &format!("{source}[gate]\nrejects_share_max = 7\n"),
        &["rejects_share_max", "between 0 and 1"],
    );
    refused(
        &format!("{source}[write]\nformats = [\"parkett\"]\n"),
        &["pipeline.toml:5", "parkett", "parquet"],
    );
    refused("[[source]\n", &["pipeline.toml:1"]);
}

#[test]
fn a_glob_that_matches_nothing_is_an_error_not_an_empty_run() {
    let folder = Folder::with_samples();
    folder.write("pipeline.toml", "[[source]]\nname = \"pages\"\nfiles = [\"pagse/*\"]\n");
    let ran = folder.baogao(&["run"]).exits(2);
    assert!(ran.stderr.contains("pagse"), "{}", ran.stderr);
}

#[test]
fn sources_name_their_pages_and_their_rules_hold() {
    let folder = Folder::empty();
    let prose = "全年新修道路12公里，比上年多3公里，群众出行更加方便，大家都说这一年变化很大，来年还要再修20公里。";
    let page = format!(
        "<html><body><div class=top>{prose}欢迎来访。</div><div id=main><p>{prose}</p><p class=ad>本店大酬宾{prose}</p></div></body></html>"
    );
    folder.write("in/county/2025/report.html", page);
    folder.write(
        "pipeline.toml",
        "[[source]]\nname = \"county\"\nfiles = [\"in/county/**/*.html\"]\nbase_url = \"https://www.county.example/\"\n\
         content = [\"#main\"]\ndrop = [\".ad\"]\n",
    );
    folder.baogao(&["run"]).exits(0);
    let documents = folder.rows(&folder.path("output/latest"), "documents");
    assert_eq!(documents.strs("body"), [Some(prose)]);
    let source = documents.strs("source")[0].expect("a source").to_owned();
    assert!(source.ends_with("2025/report.html") && !source.starts_with('/'), "{source}");
}

#[test]
fn without_a_configuration_the_message_says_what_to_do() {
    let folder = Folder::empty();
    let ran = folder.baogao(&["run"]).exits(2);
    assert!(ran.stderr.contains("baogao init"), "{}", ran.stderr);
}

#[test]
fn editors_get_a_json_schema_that_knows_every_section() {
    let folder = Folder::empty();
    let ran = folder.baogao(&["check", "--schema"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for key in ["source", "clean", "extract", "write", "gate", "limits"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
}
