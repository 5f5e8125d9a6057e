//! Answers that break the rules of HTTP, or never end.

use crate::harness::{Site, within_memory};
use crate::server::{Conn, PAGE, Request, Server};
use expect_test::expect;
use std::thread::sleep;
use std::time::Duration;

const HTML: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

#[test]
fn bodies_that_are_cut() {
    let server = Server::start(|request, conn| match request.path.as_str() {
        // Group 5: a reset in mid-body.
        "/reset" => {
            conn.send(format!("{HTML}Content-Length: 1000\r\n\r\n<p>half"));
            sleep(Duration::from_millis(100)); // else the reset may overtake the bytes
            conn.reset();
        }
        // Group 10: the body is shorter than Content-Length; the second time it is all there.
        "/short" => {
            conn.send(format!("{HTML}Content-Length: 1000\r\n\r\n<p>half"));
        }
        "/short-once" if request.nth == 1 => {
            conn.send(format!("{HTML}Content-Length: 1000\r\n\r\n<p>half"));
        }
        // Group 15: the connection ends before the last chunk.
        "/no-last-chunk" => {
            conn.send(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n"));
        }
        _ => conn.html(PAGE),
    });
    let seeds = ["/reset", "/short", "/short-once", "/no-last-chunk"];
    let fetched = Site::new(server, &seeds).check(expect![[r#"
        /no-last-chunk failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 7: error decoding response body: error reading a body from connection: unexpected EOF during chunk size line
        /reset failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 7: error decoding response body: error reading a body from connection: Connection reset by peer (os error 104)
        /short failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 7: error decoding response body: error reading a body from connection: end of file before message length reached
        /short-once fetched 200 x2 page 236 B [response cut by disconnect] [response]
    "#]]);
    assert_eq!(fetched.text("/short-once"), PAGE);
    assert!(fetched.page("/short").is_ok_and(|page| page.bytes == b"<p>half"), "as received");
}

#[test]
fn lengths_and_chunks_that_lie() {
    let server = Server::start(|request, conn| {
        let rest = match request.path.as_str() {
            // Group 11: Content-Length is too small; what follows belongs to nothing.
            "/too-small" => "Content-Length: 7\r\n\r\n<p>half of it",
            // Group 12.
            "/two-lengths" => "Content-Length: 7\r\nContent-Length: 8\r\n\r\n<p>half!",
            "/two-equal-lengths" => "Content-Length: 7\r\nContent-Length: 7\r\n\r\n<p>half",
            "/negative" => "Content-Length: -7\r\n\r\n<p>half",
            "/huge" => "Content-Length: 99999999999999999999999\r\n\r\n<p>half",
            // Group 13: both; chunks count (RFC 9112 section 6.3).
            "/both" => {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n0\r\n\r\n"
            }
            // Group 14.
            "/no-size" => "Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>half\r\n0\r\n\r\n",
            "/overflow" => {
                "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n<p>half\r\n0\r\n\r\n"
            }
            _ => "Transfer-Encoding: chunked\r\n\r\n7\r\n<p>half of it\r\n0\r\n\r\n",
        };
        conn.send(format!("{HTML}{rest}"));
    });
    let seeds = [
        "/too-small",
        "/two-lengths",
        "/two-equal-lengths",
        "/negative",
        "/huge",
        "/both",
        "/no-size",
        "/overflow",
        "/chunk-too-long",
    ];
    let fetched = Site::new(server, &seeds).check(expect![[r#"
        /both fetched 200 x1 page 7 B [response]
        /chunk-too-long failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 7: error decoding response body: error reading a body from connection: Invalid chunk body CR
        /huge failed x1 [metadata]: the answer breaks the rules of HTTP: invalid content-length parsed
        /negative failed x1 [metadata]: the answer breaks the rules of HTTP: invalid content-length parsed
        /no-size failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 0: error decoding response body: error reading a body from connection: Invalid chunk size line: missing size digit
        /overflow failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 0: error decoding response body: error reading a body from connection: invalid chunk size: overflow
        /too-small fetched 200 x1 page 7 B [response]
        /two-equal-lengths fetched 200 x1 page 7 B [response]
        /two-lengths failed x1 [metadata]: the answer breaks the rules of HTTP: invalid content-length parsed
    "#]]);
    for whole in ["/too-small", "/two-equal-lengths", "/both"] {
        assert_eq!(fetched.text(whole), "<p>half", "{whole}");
    }
}

#[test]
fn heads_that_are_too_large() {
    within_memory("framing::heads_that_are_too_large", 60, || {
        let server = Server::start(|request, conn| {
            conn.send(HTML);
            match request.path.as_str() {
                // Group 8.
                "/endless" => conn.send_for_ever(b"X-Filler: abcdefghijklmnopqrstuvwxyz\r\n"),
                "/1000-fields" => {
                    let fields: String = (0..1000).map(|i| format!("X-{i}: a\r\n")).collect();
                    conn.send(format!("{fields}Content-Length: 3\r\n\r\n<p>"));
                }
                "/90-long-fields" => {
                    let field = "a".repeat(1024);
                    let fields: String = (0..90).map(|i| format!("X-{i}: {field}\r\n")).collect();
                    conn.send(format!("{fields}Content-Length: 3\r\n\r\n<p>"));
                }
                // Group 9.
                _ => {
                    let value = "a".repeat(1 << 20);
                    conn.send(format!("X: {value}\r\nContent-Length: 3\r\n\r\n<p>"));
                }
            }
        });
        let seeds = ["/endless", "/1000-fields", "/90-long-fields", "/1-MiB-field"];
        Site::new(server, &seeds).check(expect![[r#"
            /1-MiB-field failed x1 [metadata]: the answer breaks the rules of HTTP: message head is too large
            /1000-fields failed x1 [metadata]: the answer breaks the rules of HTTP: message head is too large
            /90-long-fields failed x1 [metadata]: the answer's head is too large: 92914 bytes, more than 65536
            /endless failed x1 [metadata]: the answer breaks the rules of HTTP: message head is too large
        "#]]);
    });
}

#[test]
fn bodies_without_end() {
    within_memory("framing::bodies_without_end", 100, || {
        let server = Server::start(|request, conn| match request.path.as_str() {
            // Group 6.
            "/endless" => {
                conn.send(format!("{HTML}\r\n"));
                conn.send_for_ever(&[b'x'; 1 << 16]);
            }
            // Group 7.
            "/endless-chunks" => {
                conn.send(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n"));
                conn.send_for_ever(b"a\r\n0123456789\r\n");
            }
            "/chunk-extensions" => {
                conn.send(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n1;"));
                conn.send_for_ever(&[b'x'; 1 << 16]);
            }
            "/trailers" => {
                conn.send(format!("{HTML}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"));
                conn.send_for_ever(b"X-Filler: abcdefghijklmnopqrstuvwxyz\r\n");
            }
            // Left before its body.
            _ => {
                conn.send(format!("{HTML}Content-Length: 10000000000\r\n\r\n"));
                conn.send_for_ever(&[b'x'; 1 << 16]);
            }
        });
        let seeds = ["/endless", "/endless-chunks", "/chunk-extensions", "/trailers", "/10-GB"];
        Site::new(server, &seeds).with("fetch.limits.body = \"4MiB\"").check(expect![[r#"
            /10-GB failed x1 [response cut by length]: the body has 10000000000 bytes, more than 4194304
            /chunk-extensions failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 0: error decoding response body: error reading a body from connection: chunk extensions over limit
            /endless failed x1 [response cut by length]: the body has more than 4194304 bytes
            /endless-chunks failed x2 [response cut by time] [response cut by time]: the exchange took longer than 4 s
            /trailers failed x2 [response cut by disconnect] [response cut by disconnect]: the body is cut off at byte 1: error decoding response body: error reading a body from connection: chunk trailers count overflow
        "#]]);
    });
}

/// Answers each request, and the first one of all twice.
fn answer_twice(request: &Request, conn: &mut Conn, pause: Duration) {
    let page = |body: &str| format!("{HTML}Content-Length: {}\r\n\r\n{body}", body.len());
    if request.path != "/first" {
        return conn.html(PAGE);
    }
    if pause.is_zero() {
        conn.send(page("<p>first") + &page("<p>smuggled"));
    } else {
        conn.send(page("<p>first"));
        sleep(pause);
        conn.send(page("<p>smuggled"));
    }
    conn.keep();
}

#[test]
fn a_second_answer_is_nobodys() {
    // Group 50: with the first answer, and later, while the connection is idle.
    for pause in [Duration::ZERO, Duration::from_millis(50)] {
        let server = Server::start(move |request, conn| answer_twice(request, conn, pause));
        let site = Site::new(server, &["/first", "/second"])
            .with("fetch.per_host = { connections = 1, delay = \"400ms\" }");
        let fetched = site.fetch();
        assert_eq!(fetched.text("/first"), "<p>first");
        assert_eq!(fetched.text("/second"), PAGE, "{pause:?}");
        assert_eq!(site.server.n_connections(), 2, "the connection is dropped");
    }
}
