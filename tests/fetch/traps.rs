//! Sites without end: fetches of them end at bounds that do not depend on the order of answers.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use baogao::fetch::End;
use expect_test::expect;

const LIST: &str = "source.seeds_as = \"list\"\n";

#[test]
fn pages_that_lead_on_for_ever() {
    // Group 41.
    let server = Server::start(|request, conn| {
        let path = request.path.as_str();
        if let Some(month) = path.strip_prefix("/calendar?") {
            let month: u32 = month.parse().unwrap();
            conn.html(format!("<a class=sub href='/calendar?{}'>下月</a>", month + 1));
        } else if path.starts_with("/session") {
            // A new session in each path.
            let n = path.matches("/s").count();
            conn.html(format!("<a class=sub href='/session/{}{n}/list'>列表</a>", "x".repeat(n)));
        } else if path.starts_with("/a/") {
            conn.html("<a class=sub href='a/'>下级</a>");
        } else if let Some(n) = path.strip_prefix("/endless?") {
            let n: u32 = n.parse().unwrap();
            conn.html(format!(
                "<a class=doc href='/doc?{n}'>报告</a><a class=next href='/endless?{}'>下一页</a>",
                n + 1
            ));
        } else if let Some(n) = path.strip_prefix("/same?") {
            let n: u32 = n.parse().unwrap();
            conn.html(format!(
                "<a class=doc href='/doc?same'>报告</a><a class=next href='/same?{}'>下一页</a>",
                n + 1
            ));
        } else if path == "/itself" {
            conn.html(
                "<a class=doc href='/doc?itself'>报告</a><a class=next href='/itself#2'>下一页</a>",
            );
        } else {
            conn.html(PAGE);
        }
    });
    let seeds = ["/calendar?1", "/session/list", "/a/", "/endless?1", "/same?1", "/itself"];
    let site = Site::new(server, &seeds).with(
        "source.seeds_as = \"list\"\nsource.limits.depth = 4\nsource.follow = [{ links = \"a.sub\", as = \"list\" }, \
         { links = \"a.doc\" }, { next = \"a.next\", max_pages = 7 }]",
    );
    let fetched = site.fetch();
    assert_eq!(fetched.summary.end, End::Complete);
    expect![[r#"
        /a/
        /a/a/
        /a/a/a/
        /a/a/a/a/
        /a/a/a/a/a/
        /calendar?1
        /calendar?2
        /calendar?3
        /calendar?4
        /calendar?5
        /doc?1
        /doc?2
        /doc?3
        /doc?4
        /doc?5
        /doc?6
        /doc?7
        /doc?itself
        /doc?same
        /endless?1
        /endless?2
        /endless?3
        /endless?4
        /endless?5
        /endless?6
        /endless?7
        /itself
        /same?1
        /same?2
        /same?3
        /same?4
        /same?5
        /same?6
        /same?7
        /session/list
        /session/x1/list
    "#]]
    .assert_eq(&(site.server.paths().join("\n") + "\n"));
}

#[test]
fn articles_whose_parts_never_end() {
    let server = Server::start(|request, conn| {
        let n: u32 = request.path.trim_start_matches("/t").parse().unwrap_or(0);
        conn.html(PAGE.replace("</body>", &format!("<a href='/t{}'>下一页</a></body>", n + 1)));
    });
    let site =
        Site::new(server, &["/t0"]).with("source.parts = { next_text = \"下一页\", max = 5 }");
    site.fetch();
    assert_eq!(site.server.paths(), ["/t0", "/t1", "/t2", "/t3", "/t4"]);
}

#[test]
fn a_budget_of_pages_ends_a_fetch() {
    let server = Server::start(|request, conn| match request.path.as_str() {
        "/list" => {
            let links: String = (0..50).map(|i| format!("<a href='/{i}'>{i}</a>")).collect();
            conn.html(links);
        }
        _ => conn.html(PAGE),
    });
    let site = Site::new(server, &["/list"])
        .with(&format!("{LIST}source.follow = [{{ links = \"a\" }}]\nsource.limits.pages = 20"));
    assert_eq!(site.fetch().summary.end, End::PageLimit);
    assert_eq!(site.server.requests().len(), 21);
    // The next two go on from there.
    assert_eq!(site.fetch().summary.end, End::PageLimit);
    assert_eq!(site.fetch().summary.n_pages, 50);
}

#[test]
fn one_page_under_a_thousand_addresses() {
    // Group 42.
    let server = Server::start(|request, conn| match request.path.as_str() {
        "/list" => {
            let mut links: String = (0..1000)
                .map(|i| match i % 5 {
                    0 => format!("<a href='/report.html#{i}'>a</a>"),
                    1 => format!("<a href='/report.html?utm_source={i}'>a</a>"),
                    2 => format!("<a href='/x{i}/../report%2ehtml'>a</a>"),
                    3 => format!("<a href='/report.html;jsessionid={i}'>a</a>"),
                    _ => format!("<a href='/%72eport.html?&utm_medium={i}&'>a</a>"),
                })
                .collect();
            let port = request.header("host").unwrap().rsplit(':').next().unwrap();
            links += &format!("<a href='HTTP://127.0.0.1.:{port}/report.html'>a</a>");
            links += &format!("<a href='//127.1:{port}/report.html?'>a</a>");
            // What a server may tell apart is asked for.
            links += "<a href='/Report.html'>a</a><a href='//127.0.0.1:1/'>a</a><a href='/report.html?page=2'>a</a>";
            conn.html(links);
        }
        _ => conn.html(PAGE),
    });
    let site = Site::new(server, &["/list"]).with(&format!(
        "{LIST}source.follow = [{{ links = \"a\" }}]\nsource.match.strip_params = [\"utm_*\"]"
    ));
    site.check(expect![[r#"
        /Report.html fetched 200 x1 page 236 B [response]
        /list fetched 200 x1 page 40676 B [response]
        /report.html fetched 200 x1 page 236 B [response]
        /report.html?page=2 fetched 200 x1 page 236 B [response]
        http://127.0.0.1:1/ failed x0: port 1 is not in fetch.network.ports
    "#]]);
}

#[test]
fn cookies_are_not_taken() {
    // Group 45: of another domain, of this one, and 5,000 of them.
    let server = Server::start(|request, conn| {
        match request.path.as_str() {
        "/sets" => conn.answer(
            "200 OK",
            "Content-Type: text/html\r\nSet-Cookie: a=b; Domain=elsewhere.example\r\nSet-Cookie: c=d; Path=/\r\n",
            PAGE,
        ),
        "/5000" => {
            let cookies: String = (0..5000).map(|i| format!("Set-Cookie: c{i}=d\r\n")).collect();
            conn.answer("200 OK", &format!("Content-Type: text/html\r\n{cookies}"), PAGE);
        }
        _ => conn.html(PAGE),
    }
    });
    let site = Site::new(server, &["/sets", "/5000", "/z"]).with("fetch.per_host.connections = 1");
    site.check(expect![[r#"
        /5000 failed x1 [metadata]: the answer breaks the rules of HTTP: message head is too large
        /sets fetched 200 x1 page 236 B [response]
        /z fetched 200 x1 page 236 B [response]
    "#]]);
    let sent: Vec<_> =
        site.server.requests().into_iter().filter(|r| r.header("cookie").is_some()).collect();
    assert!(sent.is_empty(), "{sent:?}");
}
