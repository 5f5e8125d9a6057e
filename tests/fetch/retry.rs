//! Hosts that ask for fewer requests, or fail for ever.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use expect_test::{Expect, expect};
use jiff::{SignedDuration, Timestamp};

/// What becomes of a page that is first answered 429 with this Retry-After; the harness waits for 2 s at most.
#[track_caller]
fn check(retry_after: &str, expect: Expect) {
    let value = retry_after.to_owned();
    let server = Server::start(move |request, conn| match request.nth {
        1 => conn.answer("429 Too Many Requests", &format!("Retry-After: {value}\r\n"), "later"),
        _ => conn.html(PAGE),
    });
    let fetched = Site::new(server, &["/a"]).fetch();
    expect.assert_eq(&(fetched.report() + &fetched.warnings()));
}

/// A date as HTTP writes it, so many seconds from now.
fn date(seconds: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn retry_after() {
    // Group 31.
    check(
        "1",
        expect![[r#"
        /a fetched 200 x2 page 236 B [response] [response]
    "#]],
    );
    check(
        &date(1),
        expect![[r#"
        /a fetched 200 x2 page 236 B [response] [response]
    "#]],
    );
    check(
        &date(-3600),
        expect![[r#"
        /a fetched 200 x2 page 236 B [response] [response]
    "#]],
    );
    check(
        "-5",
        expect![[r#"
        /a fetched 200 x2 page 236 B [response] [response]
    "#]],
    );
    check(
        "soon",
        expect![[r#"
        /a fetched 200 x2 page 236 B [response] [response]
    "#]],
    );
}

#[test]
fn retry_after_longer_than_anybody_waits() {
    check(
        "1000000000",
        expect![[r#"
        /a parked x1 [response]: the host asks to be left alone for 1000000000 s, more than fetch.retry.retry_after_max
        127.0.0.1:PORT: the host asks to be left alone for 1000000000 s, more than fetch.retry.retry_after_max
    "#]],
    );
    let far = "Fri, 31 Dec 2999 23:59:59 GMT";
    let server = Server::start(move |_, conn| {
        conn.answer("503 Service Unavailable", &format!("Retry-After: {far}\r\n"), "");
    });
    let fetched = Site::new(server, &["/a", "/b"]).with("fetch.per_host.connections = 1").fetch();
    let outcomes: Vec<_> = fetched.rows.iter().map(|r| r.url.outcome.unwrap().code()).collect();
    assert_eq!(outcomes, ["parked", "parked"]);
}

#[test]
fn a_host_that_fails_for_ever_is_left_alone() {
    // Group 32: after three failures in a row a pause, then one trial.
    let server = Server::start(|_, conn| conn.answer("503 Service Unavailable", "", ""));
    let seeds: Vec<String> = (0..10).map(|i| format!("/{i}")).collect();
    let site = Site::new(server, &seeds).with(
        "fetch.per_host.connections = 1\nfetch.retry = { attempts = 9, failures_max = 3, pause = \"100ms\" }",
    );
    let fetched = site.check(expect![[r#"
        /0 parked x1 [response]: the host failed 4 times in a row
        /1 parked x1 [response]: the host failed 4 times in a row
        /2 parked x1 [response]: the host failed 4 times in a row
        /3 parked x1 [response]: the host failed 4 times in a row
        /4 parked x0: the host failed 4 times in a row
        /5 parked x0: the host failed 4 times in a row
        /6 parked x0: the host failed 4 times in a row
        /7 parked x0: the host failed 4 times in a row
        /8 parked x0: the host failed 4 times in a row
        /9 parked x0: the host failed 4 times in a row
    "#]]);
    expect![[r#"
        127.0.0.1:PORT: the host failed 4 times in a row
    "#]]
    .assert_eq(&fetched.warnings());
    assert_eq!(site.server.requests().len(), 4);
}

#[test]
fn a_host_that_recovers_goes_on() {
    let server = Server::start(|request, conn| match request.nth {
        1 | 2 => conn.answer("503 Service Unavailable", "", ""),
        _ => conn.html(PAGE),
    });
    Site::new(server, &["/a", "/b"])
        .with("fetch.per_host.connections = 1\nfetch.retry = { attempts = 3, failures_max = 5 }")
        .check(expect![[r#"
            /a fetched 200 x3 page 236 B [response] [response] [response]
            /b fetched 200 x3 page 236 B [response] [response] [response]
        "#]]);
}
