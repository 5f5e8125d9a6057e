//! Conditional requests, and servers that don't understand them. Group 33.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use expect_test::expect;

const OTHER: &str =
    "<html><body><h1>另一份报告</h1><p>全年完成投资12亿元，比上年增长3.5%。</p></body></html>";

#[test]
fn answers_to_the_second_fetch() {
    let server = Server::start(|request, conn| {
        let headers = |etag: &str| format!("Content-Type: text/html\r\nETag: {etag}\r\n");
        let asked = request.header("if-none-match").is_some();
        match (request.path.as_str(), request.nth) {
            // 304 to a request without a condition.
            ("/unasked", _) => conn.answer("304 Not Modified", "", ""),
            ("/honest", 2) if asked => {
                conn.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
                conn.keep();
            }
            // 304 with a body, which is no part of the answer.
            ("/304-with-body", 2) => conn.answer("304 Not Modified", "ETag: \"1\"\r\n", OTHER),
            // The same ETag for another body, and another ETag for the same body: the body counts.
            ("/same-etag", 2) => conn.answer("200 OK", &headers("\"1\""), OTHER),
            ("/other-etag", 2) => conn.answer("200 OK", &headers("\"2\""), PAGE),
            ("/bad-etag", _) => conn.answer("200 OK", &headers("\u{1F600}\t\""), PAGE),
            ("/no-etag", _) => conn.answer("200 OK", "Content-Type: text/html\r\n", PAGE),
            ("/gone", 2) => conn.missing(),
            ("/breaks", 2) => conn.answer("500 Internal Server Error", "", ""),
            ("/breaks", 3) => conn.close(),
            _ => conn.answer("200 OK", &headers("\"1\""), PAGE),
        }
    });
    let seeds = [
        "/unasked",
        "/honest",
        "/304-with-body",
        "/same-etag",
        "/other-etag",
        "/bad-etag",
        "/no-etag",
        "/gone",
        "/breaks",
    ];
    let site = Site::new(server, &seeds);
    site.check(expect![[r#"
        /304-with-body fetched 200 x1 page 236 B [response]
        /bad-etag fetched 200 x1 page 236 B [response]
        /breaks fetched 200 x1 page 236 B [response]
        /gone fetched 200 x1 page 236 B [response]
        /honest fetched 200 x1 page 236 B [response]
        /no-etag fetched 200 x1 page 236 B [response]
        /other-etag fetched 200 x1 page 236 B [response]
        /same-etag fetched 200 x1 page 236 B [response]
        /unasked failed 304 x1 [response]: the answer is 304, but the request had no condition
    "#]]);
    let again = site.check(expect![[r#"
        /304-with-body unchanged 304 x1 page 236 B [response] [revisit]
        /bad-etag unchanged 200 x1 page 236 B [response] [revisit]
        /breaks failed x2 page 236 B [response] [response] [metadata]: no connection: client error (SendRequest): connection closed before message completed
        /gone gone 404 x1 page 236 B [response] [response]: the answer is 404 Not Found
        /honest unchanged 304 x1 page 236 B [response] [revisit]
        /no-etag unchanged 200 x1 page 236 B [response] [revisit]
        /other-etag unchanged 200 x1 page 236 B [response] [revisit]
        /same-etag fetched 200 x1 page 108 B [response] [response]
        /unasked failed 304 x1 [response] [response]: the answer is 304, but the request had no condition
    "#]]);
    for same in ["/honest", "/304-with-body", "/other-etag", "/gone", "/breaks"] {
        assert_eq!(again.text(same), PAGE, "{same}: what was had is kept");
    }
    assert_eq!(again.text("/same-etag"), OTHER);
    assert_eq!(again.row("/other-etag").url.etag.as_deref(), Some("\"2\""));
    assert!(again.row("/gone").url.gone_since.is_some());
}

#[test]
fn a_list_that_did_not_change_still_leads_on() {
    let server = Server::start(|request, conn| match (request.path.as_str(), request.nth) {
        ("/list", 1) => {
            conn.answer("200 OK", "Content-Type: text/html\r\nETag: \"1\"\r\n", "<a href=/a>a</a>")
        }
        ("/list", _) => conn.answer("304 Not Modified", "", ""),
        ("/a", 1 | 2) => conn.answer("503 Service Unavailable", "", ""),
        _ => conn.html(PAGE),
    });
    let site = Site::new(server, &["/list"])
        .with("source.seeds_as = \"list\"\nsource.follow = [{ links = \"a\" }]");
    site.check(expect![[r#"
        /a failed 503 x2 [response] [response]: the answer is 503 Service Unavailable
        /list fetched 200 x1 page 16 B [response]
    "#]]);
    site.check(expect![[r#"
        /a fetched 200 x1 page 236 B [response] [response] [response]
        /list unchanged 304 x1 page 16 B [response] [revisit]
    "#]]);
}
