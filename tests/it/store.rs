//! Pages of the raw store as a source: what comes out, what it depends on, and the commands that look into the store.

use crate::support::{Folder, Ran, assert_same_bytes};
use baogao::schema::DATASETS;
use baogao::store::{
    AddressId, Change, Earlier, Exchange, Outcome, REPORT, Store, Truncated, Url, failure, pack,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A web source with these lines added.
fn configuration(more: &str) -> String {
    format!(
        "[[source]]\nname = \"county\"\nkind = \"web\"\nseeds = [\"http://www.yunxi.example/\"]\n{more}\n\
         [fetch]\nuser_agent = \"clerk/1.0 (+https://clerk.example/bot)\"\n\n[write]\noutput = \"out\"\n"
    )
}

const PARTS: &str = "[source.parts]\nnext_text = \"下一页\"\n";

/// A page as a county's site would print it: its own paragraphs, and a link to the next page.
pub(crate) fn html(title: &str, paragraphs: &[&str], next: Option<&str>) -> String {
    let paragraphs: String = paragraphs.iter().map(|p| format!("<p>{p}</p>\n")).collect();
    let next = next.map(|n| format!("<a href=\"{n}\">下一页</a>")).unwrap_or_default();
    format!(
        "<html><head><title>{title}_云溪县人民政府</title></head><body>\n\
         <div class=\"nav\"><a href=\"/\">首页</a> <a href=\"/zw/\">政务公开</a> <a href=\"/hd/\">互动交流</a></div>\n\
         <h1>{title}</h1>\n<div class=\"info\">来源：云溪县人民政府办公室　发布时间：2025-01-15</div>\n\
         <div id=\"content\">\n{paragraphs}</div>\n<div class=\"pages\">{next}</div>\n\
         <div class=\"footer\">版权所有：云溪县人民政府　备案号：云ICP备00000000号</div></body></html>"
    )
}

pub(crate) const FIRST: &[&str] = &[
    "一、2024年工作回顾",
    "过去一年，全县上下凝心聚力、攻坚克难，全年完成地区生产总值186.4亿元，比上年增长6.2%，主要指标好于预期。",
    "全年新建农村公路42公里，改造老旧小区15个，惠及居民3200户，群众的获得感进一步增强，社会大局保持和谐稳定。",
];
pub(crate) const SECOND: &[&str] = &[
    "二、2025年工作安排",
    "新的一年，我们将坚持稳中求进工作总基调，计划新增城镇就业2600人，城镇登记失业率控制在4%以内，确保开好局起好步。",
    "全年计划完成固定资产投资58亿元，新开工重点项目36个，其中亿元以上项目9个，为长远发展积蓄后劲、夯实基础。",
];
pub(crate) const THIRD: &[&str] = &[
    "我们将一以贯之抓好民生实事，新建公办幼儿园5所，新增学位1200个，改扩建乡镇卫生院8所，让发展成果更多惠及全县人民。",
];

const TITLE: &str = "云溪县2025年政府工作报告";

fn exchange(url: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Exchange {
    Exchange {
        url: url.to_owned(),
        at: "2025-02-03T04:05:06Z".parse().unwrap(),
        ip: None,
        protocol: "http/1.1",
        request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        status,
        reason: "OK".to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: body.to_vec(),
        truncated: None,
    }
}

/// An address whose page is this exchange.
fn stored(id: AddressId, exchange: &Exchange) -> Change {
    let mut url = Url::new(id, "county", &exchange.url, REPORT);
    (url.fetch, url.outcome, url.attempts) = (1, Some(Outcome::Fetched), 1);
    (url.status, url.bytes) = (Some(exchange.status), Some(exchange.body.len() as u64));
    Change::Url { url: Box::new(url), packed: Some(pack(exchange, None)), is_body: true }
}

/// The same, as a further page of an article.
fn stored_part(id: AddressId, parent: AddressId, place: u32, exchange: &Exchange) -> Change {
    let mut change = stored(id, exchange);
    if let Change::Url { url, .. } = &mut change {
        (url.parent, url.place) = (Some(parent), place);
    }
    change
}

fn at(name: &str) -> String {
    format!("http://www.yunxi.example/zw/{name}")
}

const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];

fn page(name: &str, title: &str, paragraphs: &[&str], next: Option<&str>) -> Exchange {
    exchange(&at(name), 200, HTML, html(title, paragraphs, next).as_bytes())
}

fn commit(dir: &Path, changes: Vec<Change>) {
    Store::open(dir, String::new()).unwrap().commit(changes).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, bytes).unwrap();
    packed.finish().unwrap()
}

/// A folder with a configuration and a store of three pages: one in GBK and packed, one that was an error, one that is
/// gone but was stored before.
fn with_store() -> Folder {
    let folder = Folder::empty();
    folder.write("pipeline.toml", configuration(""));
    let gbk = encoding_rs::GBK.encode(&html(TITLE, FIRST, None)).0.into_owned();
    let headers = [("content-type", "text/html; charset=GBK"), ("content-encoding", "gzip")];
    let gone = page("c.html", "云溪县2024年工作总结", SECOND, None);
    let mut changes = vec![
        stored(1, &exchange(&at("a.html"), 200, &headers, &gzip(&gbk))),
        stored(2, &exchange(&at("b.html"), 404, HTML, b"<h1>Not Found</h1>")),
        stored(3, &gone),
    ];
    let mut url = Url::new(3, "county", &gone.url, REPORT);
    (url.fetch, url.outcome, url.status, url.n_gone) = (2, Some(Outcome::Gone), Some(404), 2);
    changes.push(Change::Url { url: Box::new(url), packed: None, is_body: false });
    let mut moved = Url::new(4, "county", &at("old.html"), "list");
    (moved.outcome, moved.status, moved.target) =
        (Some(Outcome::Redirected), Some(301), Some(at("a.html")));
    changes.push(Change::Url { url: Box::new(moved), packed: None, is_body: false });
    let waiting = Url::new(5, "county", &at("next.html"), REPORT);
    changes.push(Change::Url { url: Box::new(waiting), packed: None, is_body: false });
    commit(&folder.path("store"), changes);
    folder
}

fn strings(values: Vec<Option<&str>>) -> Vec<String> {
    values.into_iter().map(|v| v.unwrap_or("-").to_owned()).collect()
}

#[test]
fn stored_pages_are_documents_or_rejects_and_every_address_has_its_row() {
    let folder = with_store();
    folder.baogao(&["run", "--offline"]).exits(0);
    let run = folder.path("out/latest");
    let documents = folder.rows(&run, "documents");
    assert_eq!(strings(documents.strs("source")), [at("a.html"), at("c.html")]);
    assert_eq!(strings(documents.strs("url")), [at("a.html"), at("c.html")]);
    assert_eq!(strings(documents.strs("charset")), ["gb18030", "utf-8"]);
    assert_eq!(strings(documents.strs("charset_from")), ["http", "http"]);
    assert_eq!(strings(documents.strs("title"))[0], TITLE);
    assert_eq!(documents.ints("http_status"), [Some(200), Some(200)]);
    let rejects = folder.rows(&run, "rejects");
    assert_eq!(strings(rejects.strs("source")), [at("b.html")]);
    assert_eq!(strings(rejects.strs("reason")), ["http_error"]);
    let fetches = folder.rows(&run, "fetches");
    assert_eq!(
        strings(fetches.strs("url")),
        [at("a.html"), at("b.html"), at("c.html"), at("old.html")]
    );
    assert_eq!(strings(fetches.strs("outcome")), ["fetched", "fetched", "gone", "redirected"]);
    assert_eq!(strings(fetches.strs("final_url"))[3], at("a.html"));
    assert_eq!(fetches.strs("content_sha256")[0], documents.strs("content_sha256")[0]);
    folder.baogao(&["verify", "out/latest", "-c", "pipeline.toml"]).exits(0);
    let found = folder.baogao(&["check"]).exits(0).stdout;
    assert!(found.contains("county: 3 pages in the store"), "{found}");
}

#[test]
fn the_same_store_gives_the_same_bytes_and_a_changed_one_another_run() {
    let folder = with_store();
    let run =
        |output: &str| -> Ran { folder.baogao(&["run", "--offline", "--output", output]).exits(0) };
    run("one");
    run("two");
    assert_same_bytes(&folder.path("one/latest"), &folder.path("two/latest"));
    let first = folder.path("one/latest").canonicalize().unwrap();
    assert!(run("one").stdout.contains("nothing to do"));
    commit(
        &folder.path("store"),
        vec![stored(6, &page("d.html", "云溪县2023年工作总结", THIRD, None))],
    );
    folder.baogao(&["verify", "one/latest", "-c", "pipeline.toml"]).exits(1);
    let ran = run("one");
    assert!(
        ran.stdout.lines().any(|l| l.starts_with("taken over") && l.contains(" 3 ")),
        "{}",
        ran.stdout
    );
    assert_ne!(folder.path("one/latest").canonicalize().unwrap(), first);
    run("anew");
    assert_same_bytes(&folder.path("one/latest"), &folder.path("anew/latest"));
}

#[test]
fn a_run_reads_while_a_fetch_writes_and_takes_no_lock() {
    let folder = with_store();
    let mut store = Store::open(&folder.path("store"), String::new()).unwrap();
    store.commit(vec![stored(6, &page("d.html", TITLE, THIRD, None))]).unwrap();
    folder.baogao(&["run", "--offline"]).exits(0);
    folder.baogao(&["store", "ls"]).exits(0);
    folder.baogao(&["store", "fsck"]).exits(75);
    assert_eq!(folder.rows(&folder.path("out/latest"), "documents").len(), 3);
}

#[test]
fn a_source_that_was_never_fetched_says_what_to_do() {
    let folder = Folder::empty();
    folder.write("pipeline.toml", configuration(""));
    let ran = folder.baogao(&["run", "--offline"]).exits(2);
    assert!(ran.stderr.contains("county") && ran.stderr.contains("baogao fetch"), "{}", ran.stderr);
    assert!(!folder.path("store").exists(), "nothing was begun");
    let ran = folder.baogao(&["check"]).exits(0);
    assert!(ran.stdout.contains("baogao fetch"), "{}", ran.stdout);
    folder.baogao(&["store", "ls"]).exits(2);
}

#[test]
fn a_damaged_page_stops_the_run_and_is_named() {
    let folder = with_store();
    let raw = folder.path("store/raw");
    let segment = fs::read_dir(&raw).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() * 3 / 4;
    bytes[middle..middle + 20].fill(0x55);
    fs::write(&segment, bytes).unwrap();
    let ran = folder.baogao(&["run", "--offline"]).exits(1);
    assert!(ran.stderr.contains("fsck"), "{}", ran.stderr);
    let ran = folder.baogao(&["store", "fsck"]).exits(1);
    assert!(ran.stdout.contains("damaged"), "{}", ran.stdout);
}

/// One document of all paragraphs, whose further pages are rejects that name it.
#[track_caller]
fn is_one_article(folder: &Folder, first: &str, further: &[&str]) {
    let run = folder.path("out/latest");
    let documents = folder.rows(&run, "documents");
    assert_eq!(strings(documents.strs("source")), [first]);
    let body = documents.strs("body")[0].unwrap().to_owned();
    let expected: Vec<&str> = FIRST.iter().chain(SECOND).chain(THIRD).copied().collect();
    assert_eq!(body.lines().collect::<Vec<_>>(), expected);
    assert_eq!(documents.lists("parts"), [further]);
    assert_eq!(strings(documents.strs("title")), [TITLE]);
    let rejects = folder.rows(&run, "rejects");
    assert_eq!(strings(rejects.strs("source")), further);
    assert!(strings(rejects.strs("reason")).iter().all(|r| r == "merged_into"));
    assert!(strings(rejects.strs("message")).iter().all(|m| m.contains(first)));
    let locators = strings(folder.rows(&run, "blocks").strs("locator"));
    assert!(!locators[0].starts_with('@'));
    for n in 1..=further.len() {
        assert!(locators.iter().any(|l| l.starts_with(&format!("@{n} "))), "{locators:?}");
    }
    folder.baogao(&["verify", "out/latest", "-c", "pipeline.toml"]).exits(0);
}

#[test]
fn an_article_over_several_pages_of_the_store_is_one_document() {
    let folder = Folder::empty();
    folder.write("pipeline.toml", configuration(PARTS));
    let changes = vec![
        stored(1, &page("t1.html", TITLE, FIRST, Some("t1_1.html"))),
        stored_part(2, 1, 1, &page("t1_1.html", TITLE, SECOND, Some("t1_2.html"))),
        stored_part(3, 2, 2, &page("t1_2.html", TITLE, THIRD, None)),
    ];
    commit(&folder.path("store"), changes);
    folder.baogao(&["run", "--offline"]).exits(0);
    is_one_article(&folder, &at("t1.html"), &[&at("t1_1.html"), &at("t1_2.html")]);
    // Another text on a further page is another article.
    let text: Vec<&str> = SECOND.iter().chain(THIRD).copied().collect();
    commit(
        &folder.path("store"),
        vec![stored_part(2, 1, 1, &page("t1_1.html", TITLE, &text, None))],
    );
    folder.baogao(&["run", "--offline"]).exits(0);
    folder.baogao(&["run", "--offline", "--output", "anew"]).exits(0);
    assert_same_bytes(&folder.path("out/latest"), &folder.path("anew/latest"));
}

#[test]
fn a_further_page_that_is_missing_is_a_warning_and_one_without_its_first_a_page() {
    let folder = Folder::empty();
    folder.write("pipeline.toml", configuration(PARTS));
    let changes = vec![
        stored(1, &page("t1.html", TITLE, FIRST, Some("t1_1.html"))),
        stored_part(3, 1, 2, &page("t1_2.html", TITLE, SECOND, None)),
        stored_part(4, 9, 1, &page("t9_1.html", "云溪县2024年工作总结", SECOND, None)),
    ];
    commit(&folder.path("store"), changes);
    folder.baogao(&["run", "--offline"]).exits(0);
    let documents = folder.rows(&folder.path("out/latest"), "documents");
    assert_eq!(strings(documents.strs("source")), [at("t1.html"), at("t9_1.html")]);
    assert_eq!(documents.lists("warnings")[0], ["part_missing"]);
    assert!(documents.lists("warnings")[1].is_empty());
}

/// The three pages of the article, by name; the second sorts before the first.
fn pages() -> [(&'static str, String); 3] {
    [
        ("t1.html", html(TITLE, FIRST, Some("t1-1.html"))),
        ("t1-1.html", html(TITLE, SECOND, Some("./t1_2.html#top"))),
        ("t1_2.html", html(TITLE, THIRD, Some("t1.html"))),
    ]
}

#[test]
fn an_article_over_several_files_is_one_document() {
    for base in ["", "base_url = \"http://www.yunxi.example/zw\"\n"] {
        let folder = Folder::empty();
        folder.write(
            "pipeline.toml",
            format!("[[source]]\nname = \"pages\"\nfiles = [\"pages/**\"]\n{base}{PARTS}[write]\noutput = \"out\"\n"),
        );
        for (name, text) in pages() {
            folder.write(&format!("pages/{name}"), text);
        }
        folder.baogao(&["run"]).exits(0);
        is_one_article(&folder, "pages/t1.html", &["pages/t1-1.html", "pages/t1_2.html"]);
        folder.write("pages/t1_2.html", html(TITLE, &SECOND[1..], None));
        folder.baogao(&["run"]).exits(0);
        folder.baogao(&["run", "--output", "anew"]).exits(0);
        assert_same_bytes(&folder.path("out/latest"), &folder.path("anew/latest"));
        fs::remove_file(folder.path("pages/t1_2.html")).unwrap();
        folder.baogao(&["run"]).exits(0);
        let documents = folder.rows(&folder.path("out/latest"), "documents");
        assert_eq!(documents.lists("warnings"), [["part_missing"]]);
    }
}

#[test]
fn an_article_over_several_records_of_an_archive_is_one_document() {
    let folder = Folder::empty();
    folder.write(
        "pipeline.toml",
        format!("[[source]]\nname = \"pages\"\nfiles = [\"*.warc.gz\"]\n{PARTS}[write]\noutput = \"out\"\n"),
    );
    let archive: Vec<u8> = pages()
        .iter()
        .flat_map(|(name, text)| pack(&exchange(&at(name), 200, HTML, text.as_bytes()), None).bytes)
        .collect();
    folder.write("a.warc.gz", archive);
    folder.baogao(&["run"]).exits(0);
    is_one_article(&folder, &at("t1.html"), &[&at("t1-1.html"), &at("t1_2.html")]);
}

#[test]
fn the_store_is_listed_and_printed() {
    let folder = with_store();
    let listed = folder.baogao(&["store", "ls"]).exits(0).stdout;
    assert_eq!(listed.lines().count(), 5, "{listed}");
    assert!(listed.lines().any(|l| l.starts_with("gone") && l.ends_with("c.html")), "{listed}");
    let json = folder.baogao(&["store", "ls", "--json", "--source", "county"]).exits(0).stdout;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!((&first["url"], &first["page"]["status"]), (&at("a.html").into(), &200.into()));
    folder.baogao(&["store", "ls", "--source", "other"]).exits(2);

    let text = html(TITLE, FIRST, None);
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let cat = |args: &[&str]| {
        let url = at("a.html");
        let args: Vec<&str> = ["store", "cat", &url].iter().chain(args).copied().collect();
        folder.command(&args).output().unwrap().stdout
    };
    assert_eq!(cat(&[]), gbk);
    assert_eq!(cat(&["--raw"]), gzip(&gbk));
    assert!(String::from_utf8(cat(&["--headers"])).unwrap().contains("content-encoding: gzip\r\n"));
    folder.baogao(&["store", "cat", &at("next.html")]).exits(1);
    folder.baogao(&["store", "cat", &at("other.html")]).exits(1);
}

#[test]
fn a_lost_index_is_made_anew_from_the_archives_and_the_lists_of_snapshots() {
    let folder = Folder::empty();
    folder.write("pipeline.toml", configuration(PARTS));
    let store = folder.path("store");
    {
        let mut store = Store::open(&store, String::new()).unwrap();
        store.commit(vec![stored(1, &page("t1.html", TITLE, FIRST, None))]).unwrap();
        store.seal().unwrap();
        let part = stored_part(2, 1, 1, &page("t1_1.html", TITLE, SECOND, None));
        store.commit(vec![part]).unwrap();
        store.write_snapshot(&store.snapshot(["county"]).unwrap()).unwrap();
    }
    folder.baogao(&["run", "--offline"]).exits(0);
    for name in ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
        let _ = fs::remove_file(store.join(name));
    }
    let ran = folder.baogao(&["store", "fsck"]).exits(2);
    assert!(ran.stderr.contains("--rebuild"), "{}", ran.stderr);
    folder.baogao(&["store", "fsck", "--rebuild"]).exits(0);
    folder.baogao(&["run", "--offline", "--output", "anew"]).exits(0);
    assert_same_bytes(&folder.path("out/latest"), &folder.path("anew/latest"));
}

#[test]
fn a_damaged_record_is_set_aside_and_its_page_forgotten() {
    let folder = with_store();
    let raw = folder.path("store/raw");
    let segment = fs::read_dir(&raw).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&segment).unwrap();
    let third = bytes.len() / 3;
    bytes[third..third + 20].fill(0x55);
    fs::write(&segment, bytes).unwrap();
    folder.baogao(&["store", "fsck"]).exits(1);
    let ran = folder.baogao(&["store", "fsck", "--rebuild"]).exits(0);
    assert!(
        ran.stdout.contains("set aside") && ran.stdout.contains("a.html is lost"),
        "{}",
        ran.stdout
    );
    assert!(folder.baogao(&["store", "fsck"]).exits(0).stdout.contains("sound"));
    folder.baogao(&["run", "--offline"]).exits(0);
    let documents = folder.rows(&folder.path("out/latest"), "documents");
    assert_eq!(strings(documents.strs("source")), [at("c.html")]);
}

#[test]
fn an_exported_archive_gives_the_same_documents() {
    let folder = with_store();
    folder.baogao(&["run", "--offline"]).exits(0);
    folder.baogao(&["store", "export", "county.warc.gz"]).exits(0);
    folder.baogao(&["run", "--input", "county.warc.gz", "--output", "again"]).exits(0);
    let columns = |output: &str| {
        let rows = folder.rows(&folder.path(output), "documents");
        ["doc_id", "body", "content_sha256", "charset"].map(|c| strings(rows.strs(c)))
    };
    assert_eq!(columns("out/latest"), columns("again/latest"));
}

/// A Python that has other readers of WARC files; null outside CI where there is none.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let own = target.join("ci/venv/bin/python");
    let python = if own.exists() { own } else { PathBuf::from("python3") };
    let imports = Command::new(&python).args(["-c", "import warcio, fastwarc"]).output();
    if imports.is_ok_and(|o| o.status.success()) {
        return Some(python);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "warcio and fastwarc are missing");
    println!("skipped: no Python with warcio and fastwarc");
    None
}

#[test]
fn other_tools_read_every_record_and_find_its_digests_right() {
    let Some(python) = python() else { return };
    let folder = with_store();
    let dir = folder.path("store");
    {
        let mut store = Store::open(&dir, "purpose: test\r\n".to_owned()).unwrap();
        let same = page("a.html", TITLE, FIRST, None);
        let earlier = Earlier {
            url: same.url.clone(),
            date: "2025-02-03T04:05:06Z".to_owned(),
            payload_sha256: same.payload_sha256(),
        };
        let unchanged = exchange(&same.url, 304, &[("etag", "\"1\"")], b"");
        let chunked = [("content-type", "text/html"), ("transfer-encoding", "chunked")];
        let mut cut =
            exchange(&at("long.html"), 200, &chunked, html(TITLE, FIRST, None).as_bytes());
        cut.truncated = Some(Truncated::Length);
        cut.ip = Some([192, 0, 2, 7].into());
        let when = same.at;
        let more = [
            pack(&same, Some(&earlier)),
            pack(&unchanged, Some(&earlier)),
            pack(&cut, None),
            pack(&exchange(&at("empty.html"), 204, &[], b""), None),
            failure(&at("dead.html"), when, "connection refused", 3),
        ];
        store.commit(more.into_iter().map(Change::Records).collect()).unwrap();
        store.seal().unwrap();
    }
    folder.baogao(&["store", "export", "county.warc.gz"]).exits(0);
    let mut files = vec![folder.path("county.warc.gz")];
    files.extend(fs::read_dir(dir.join("raw")).unwrap().map(|e| e.unwrap().path()));
    files.retain(|f| f.to_string_lossy().ends_with(".warc.gz"));
    assert_eq!(files.len(), 2);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/warc.py");
    let ran = Command::new(python).arg(script).args(&files).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}

#[test]
fn the_outcomes_of_the_store_are_those_of_the_dataset() {
    let fetches = DATASETS.iter().find(|d| d.name == "fetches").unwrap();
    let column = fetches.columns.iter().find(|c| c.name == "outcome").unwrap();
    let codes: Vec<&str> = Outcome::ALL.iter().map(|o| o.code()).collect();
    assert_eq!(column.values.unwrap()(), codes);
}
