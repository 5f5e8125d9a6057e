//! robots.txt that can't be had, is none, or is made to do harm. Group 30.

use crate::harness::Site;
use crate::server::{Conn, PAGE, Request, Server};
use expect_test::{Expect, expect};

/// Rules by which `/closed` may not be fetched.
const RULES: &str = "User-agent: *\nDisallow: /closed\n";

fn rules(conn: &mut Conn, rules: impl AsRef<[u8]>) {
    conn.answer("200 OK", "Content-Type: text/plain\r\n", rules);
}

/// What becomes of `/closed` and `/open` where `/robots.txt`, and all below `/robots`, is answered so.
#[track_caller]
fn check(serve: fn(&Request, &mut Conn), expect: Expect) {
    let server = Server::with_robots(move |request, conn| {
        if request.path.starts_with("/robots") { serve(request, conn) } else { conn.html(PAGE) }
    });
    let fetched = Site::new(server, &["/closed", "/open"]).fetch();
    expect.assert_eq(&(fetched.report() + &fetched.warnings()));
}

#[test]
fn sound() {
    check(
        |_, conn| rules(conn, RULES),
        expect![[r#"
        /closed robots x0: robots.txt, line 2: Disallow: /closed
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
}

#[test]
fn none_and_forbidden_allow_all() {
    check(
        |_, conn| conn.missing(),
        expect![[r#"
        /closed fetched 200 x1 page 236 B [response]
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
    check(
        |_, conn| conn.answer("403 Forbidden", "", RULES),
        expect![[r#"
        /closed fetched 200 x1 page 236 B [response]
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
}

#[test]
fn errors_of_the_server_forbid_all() {
    check(
        |_, conn| conn.answer("500 Internal Server Error", "", RULES),
        expect![[r#"
        /closed robots x0: robots.txt can't be had: the answer is 500
        /open robots x0: robots.txt can't be had: the answer is 500
        : robots.txt can't be had: the answer is 500; nothing is asked for there
    "#]],
    );
    check(
        |_, conn| conn.answer("429 Too Many Requests", "", RULES),
        expect![[r#"
        /closed robots x0: robots.txt can't be had: the answer is 429
        /open robots x0: robots.txt can't be had: the answer is 429
        : robots.txt can't be had: the answer is 429; nothing is asked for there
    "#]],
    );
    check(
        |_, conn| conn.be_silent(),
        expect![[r#"
        /closed robots x0: the answer's head took longer than 3 s
        /open robots x0: the answer's head took longer than 3 s
        : the answer's head took longer than 3 s; nothing is asked for there
    "#]],
    );
    check(
        |_, conn| conn.reset(),
        expect![[r#"
        /closed robots x0: no connection: client error (SendRequest): connection error: Connection reset by peer (os error 104)
        /open robots x0: no connection: client error (SendRequest): connection error: Connection reset by peer (os error 104)
        : no connection: client error (SendRequest): connection error: Connection reset by peer (os error 104); nothing is asked for there
    "#]],
    );
}

#[test]
fn an_error_that_passes_is_tried_again() {
    check(
        |request, conn| match request.nth {
            1 => conn.answer("500 Internal Server Error", "", ""),
            _ => rules(conn, RULES),
        },
        expect![[r#"
            /closed robots x0: robots.txt, line 2: Disallow: /closed
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
}

#[test]
fn five_redirects_are_followed_and_a_circle_is_left() {
    check(
        |request, conn| match request.path.as_str() {
            "/robots.txt" => conn.redirect("/robots1"),
            "/robots5" => rules(conn, RULES),
            path => {
                let n: u32 = path[7..].parse().unwrap();
                conn.redirect(&format!("/robots{}", n + 1));
            }
        },
        expect![[r#"
            /closed robots x0: robots.txt, line 2: Disallow: /closed
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
    check(
        |_, conn| conn.redirect("/robots.txt"),
        expect![[r#"
        /closed fetched 200 x1 page 236 B [response]
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
}

#[test]
fn a_redirect_to_a_private_address() {
    check(
        |_, conn| conn.redirect("http://169.254.169.254/robots.txt"),
        expect![[r#"
        /closed robots x0: port 80 is not in fetch.network.ports
        /open robots x0: port 80 is not in fetch.network.ports
        : port 80 is not in fetch.network.ports; nothing is asked for there
    "#]],
    );
    check(
        |_, conn| conn.redirect("file:///etc/hosts"),
        expect![[r#"
        /closed robots x0: the scheme "file" is not fetched
        /open robots x0: the scheme "file" is not fetched
        : the scheme "file" is not fetched; nothing is asked for there
    "#]],
    );
}

#[test]
fn no_rules_but_a_page() {
    check(
        |_, conn| conn.html(PAGE),
        expect![[r#"
        /closed fetched 200 x1 page 236 B [response]
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
}

#[test]
fn two_mebibytes() {
    // The first 500 KiB count.
    check(
        |_, conn| {
            let filler = "# nothing\n".repeat(1 << 17);
            rules(conn, format!("{RULES}{filler}User-agent: *\nDisallow: /open\n{filler}"));
        },
        expect![[r#"
            /closed fetched 200 x1 page 236 B [response]
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
}

#[test]
fn odd_bytes() {
    check(
        |_, conn| rules(conn, format!("\u{FEFF}{RULES}")),
        expect![[r#"
        /closed robots x0: robots.txt, line 2: Disallow: /closed
        /open fetched 200 x1 page 236 B [response]
    "#]],
    );
    check(
        |_, conn| rules(conn, b"\0User-agent: x\0\nUser-agent: *\0\nDisallow: /closed\0\n"),
        expect![[r#"
            /closed fetched 200 x1 page 236 B [response]
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
    check(
        |_, conn| {
            let utf_16: Vec<u8> =
                format!("\u{FEFF}{RULES}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            rules(conn, utf_16);
        },
        expect![[r#"
            /closed robots x0: robots.txt, line 2: Disallow: /closed
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
}

#[test]
fn a_rest_of_a_day_between_requests() {
    check(
        |_, conn| rules(conn, "User-agent: *\nCrawl-delay: 99999\n"),
        expect![[r#"
        /closed parked x0: robots.txt asks for a rest of 86400 s between requests, more than fetch.per_host.max_crawl_delay
        /open parked x0: robots.txt asks for a rest of 86400 s between requests, more than fetch.per_host.max_crawl_delay
        127.0.0.1:PORT: robots.txt asks for a rest of 86400 s between requests, more than fetch.per_host.max_crawl_delay
    "#]],
    );
    check(
        |_, conn| rules(conn, "User-agent: *\nCrawl-delay: 1e999\nCrawl-delay: -1\n"),
        expect![[r#"
            /closed fetched 200 x1 page 236 B [response]
            /open fetched 200 x1 page 236 B [response]
        "#]],
    );
}

#[test]
fn rules_are_kept_through_an_outage() {
    let server = Server::with_robots(|request, conn| match (request.path.as_str(), request.nth) {
        ("/robots.txt", 1) => rules(conn, RULES),
        ("/robots.txt", _) => conn.answer("503 Service Unavailable", "", ""),
        _ => conn.html(PAGE),
    });
    let site = Site::new(server, &["/closed", "/open"]);
    site.fetch();
    site.sql("UPDATE robots SET checked = checked - 90000");
    site.check(expect![[r#"
        /closed robots x0: robots.txt, line 2: Disallow: /closed
        /open unchanged 200 x1 page 236 B [response] [revisit]
    "#]]);
}
