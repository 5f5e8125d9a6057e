//! Servers that take their time.

use crate::harness::Site;
use crate::server::Server;
use expect_test::expect;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

#[test]
fn heads_that_do_not_come() {
    let server = Server::start(|request, conn| match request.path.as_str() {
        // Group 1: a byte of a header now and then.
        "/slowloris" => {
            conn.send("HTTP/1.1 200 OK\r\nX-Slow: ");
            conn.trickle(b"a", PAUSE);
        }
        // Group 3.
        "/silent" => conn.be_silent(),
        // Group 4: the connection is closed at once.
        _ => conn.close(),
    });
    Site::new(server, &["/slowloris", "/silent", "/closes"]).check(expect![[]]);
}

#[test]
fn bodies_that_come_too_slowly() {
    let server = Server::start(|request, conn| {
        conn.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000000\r\n\r\n");
        match request.path.as_str() {
            // Group 2: slower than min_rate, though never idle.
            "/slow" => conn.trickle(b"<p>", PAUSE),
            "/stops" => {
                conn.send("<p>half");
                conn.be_silent();
            }
            // Fast enough, and yet never done.
            _ => conn.trickle(&[b'x'; 4096], PAUSE),
        }
    });
    let fetched = Site::new(server, &["/slow", "/stops", "/long"]).fetch();
    expect![[]].assert_eq(&fetched.report());
}
