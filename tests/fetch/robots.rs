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
    check(|_, conn| rules(conn, RULES), expect![[]]);
}

#[test]
fn none_and_forbidden_allow_all() {
    check(|_, conn| conn.missing(), expect![[]]);
    check(|_, conn| conn.answer("403 Forbidden", "", RULES), expect![[]]);
}

#[test]
fn errors_of_the_server_forbid_all() {
    check(|_, conn| conn.answer("500 Internal Server Error", "", RULES), expect![[]]);
    check(|_, conn| conn.answer("429 Too Many Requests", "", RULES), expect![[]]);
    check(|_, conn| conn.be_silent(), expect![[]]);
    check(|_, conn| conn.reset(), expect![[]]);
}

#[test]
fn an_error_that_passes_is_tried_again() {
    check(
        |request, conn| match request.nth {
            1 => conn.answer("500 Internal Server Error", "", ""),
            _ => rules(conn, RULES),
        },
        expect![[]],
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
        expect![[]],
    );
    check(|_, conn| conn.redirect("/robots.txt"), expect![[]]);
}

#[test]
fn a_redirect_to_a_private_address() {
    check(|_, conn| conn.redirect("http://169.254.169.254/robots.txt"), expect![[]]);
    check(|_, conn| conn.redirect("file:///etc/hosts"), expect![[]]);
}

#[test]
fn no_rules_but_a_page() {
    check(|_, conn| conn.html(PAGE), expect![[]]);
}

#[test]
fn two_mebibytes() {
    // The first 500 KiB count.
    check(
        |_, conn| {
            let filler = "# nothing\n".repeat(1 << 17);
            rules(conn, format!("{RULES}{filler}User-agent: *\nDisallow: /open\n{filler}"));
        },
        expect![[]],
    );
}

#[test]
fn odd_bytes() {
    check(|_, conn| rules(conn, format!("\u{FEFF}{RULES}")), expect![[]]);
    check(
        |_, conn| rules(conn, b"\0User-agent: x\0\nUser-agent: *\0\nDisallow: /closed\0\n"),
        expect![[]],
    );
    check(
        |_, conn| {
            let utf_16: Vec<u8> =
                format!("\u{FEFF}{RULES}").encode_utf16().flat_map(u16::to_le_bytes).collect();
            rules(conn, utf_16);
        },
        expect![[]],
    );
}

#[test]
fn a_rest_of_a_day_between_requests() {
    check(|_, conn| rules(conn, "User-agent: *\nCrawl-delay: 99999\n"), expect![[]]);
    check(
        |_, conn| rules(conn, "User-agent: *\nCrawl-delay: 1e999\nCrawl-delay: -1\n"),
        expect![[]],
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
    site.check(expect![[]]);
}
