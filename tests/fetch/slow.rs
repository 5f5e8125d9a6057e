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
    Site::new(server, &["/slowloris", "/silent", "/closes"]).check(expect![[r#"
        /closes failed x2 [metadata] [metadata]: no connection: client error (SendRequest): connection closed before message completed
        /silent failed x2 [metadata] [metadata]: the answer's head took longer than 3 s
        /slowloris failed x2 [metadata] [metadata]: the answer's head took longer than 3 s
    "#]]);
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
    expect![[r#"
        /long failed x2 [response cut by time] [response cut by time]: the exchange took longer than 4 s
        /slow failed x2 [response cut by time] [response cut by time]: less than 1024 bytes a second came for 2 s
        /stops failed x2 [response cut by time] [response cut by time]: nothing came for 1 s
    "#]].assert_eq(&fetched.report());
}
