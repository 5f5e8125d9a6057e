//! Pages that are made to cost time and memory to read, fetched and made documents of. Group 38.

use crate::harness::Site;
use crate::server::Server;
use baogao::process;
use expect_test::expect;

const LINK: &str = "<a href='/found.html'>报告</a>";
const PROSE: &str =
    "<p>全年办理提案286件，办复率达98.5%。各项工作取得新的进展，群众满意度继续提高。</p>";

/// A page of this path.
fn page(path: &str) -> String {
    match path {
        "/line" => format!("<html><p>{}</p>{LINK}</html>", "全年完成投资，".repeat(480_000)),
        "/nested" => format!("{}{PROSE}{LINK}", "<div>".repeat(100_000)),
        "/attributes" => {
            let attributes: String = (0..1_000_000).map(|i| format!(" a{i}=1")).collect();
            format!("<html><div{attributes}>{PROSE}{LINK}</div></html>")
        }
        "/comment" => format!("<html>{LINK}<!--{}-->{PROSE}</html>", "x".repeat(50 << 20)),
        "/unclosed-comment" => format!("<html>{PROSE}{LINK}<!-- {}", "<p>x".repeat(10_000)),
        "/unclosed-script" => format!("<html>{PROSE}{LINK}<script>{}", "<p>x".repeat(10_000)),
        "/cdata" => format!("<html>{PROSE}{LINK}<![CDATA[{}", "<p>x".repeat(10_000)),
        "/unclosed-tags" => format!("<html>{PROSE}{LINK}{}", "<b><i><table><p>".repeat(10_000)),
        "/unclosed-quote" => format!("<html>{PROSE}{LINK}<a href=\"{}", "x".repeat(1 << 20)),
        "/formatting" => format!("<html>{PROSE}{LINK}{}", "<a><b><p>".repeat(3_000)),
        _ => format!("<html>{PROSE}</html>"),
    }
}

const PATHS: [&str; 10] = [
    "/line",
    "/nested",
    "/attributes",
    "/comment",
    "/unclosed-comment",
    "/unclosed-script",
    "/cdata",
    "/unclosed-tags",
    "/unclosed-quote",
    "/formatting",
];

/// The fetch of these pages.
fn site() -> Site {
    let server = Server::start(|request, conn| conn.html(page(&request.path)));
    Site::new(server, &PATHS).with(
        "fetch.limits = { body = \"64MiB\", decoded = \"64MiB\" }\nfetch.per_host.connections = 1\n\
         fetch.timeout = { first_byte = \"60s\", idle = \"60s\", total = \"60s\" }",
    )
}

#[test]
fn as_documents() {
    let fetched = site().fetch();
    let read: String = PATHS
        .iter()
        .map(|path| match process::process(fetched.page(path).unwrap(), &Default::default()) {
            Ok(document) => format!("{path}: {} figures\n", document.figures.len()),
            Err(reject) => format!("{path}: {reject}\n"),
        })
        .collect();
    expect![[r#"
        /line: 0 figures
        /nested: 2 figures
        /attributes: 2 figures
        /comment: 2 figures
        /unclosed-comment: 2 figures
        /unclosed-script: 2 figures
        /cdata: 2 figures
        /unclosed-tags: 2 figures
        /unclosed-quote: 2 figures
        /formatting: 2 figures
    "#]]
    .assert_eq(&read);
}
