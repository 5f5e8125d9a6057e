//! Status lines beside the usual ones.

use crate::harness::Site;
use crate::server::Server;
use expect_test::expect;

#[test]
fn statuses_that_are_no_page() {
    // Group 34.
    let server = Server::start(|request, conn| {
        let body = "Content-Type: text/html\r\nContent-Length: 7\r\n\r\n<p>half";
        match request.path.as_str() {
            "/204" => conn.send("HTTP/1.1 204 No Content\r\n\r\n"),
            "/205" => conn.send("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
            "/206" => conn.send(format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-6/99\r\n{body}"
            )),
            "/100-and-103" => conn.send(format!(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n{body}"
            )),
            "/1xx-flood" => {
                conn.send_for_ever(b"HTTP/1.1 100 Continue\r\n\r\n");
                false
            }
            "/999" => conn.send(format!("HTTP/1.1 999 Blocked\r\n{body}")),
            "/099" => conn.send(format!("HTTP/1.1 099 Odd\r\n{body}")),
            "/no-reason" => conn.send(format!("HTTP/1.1 200\r\n{body}")),
            "/reason-in-chinese" => conn.send(format!("HTTP/1.1 200 成功\r\n{body}")),
            "/http-1.0" => conn.send("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>half"),
            "/http-0.9" => conn.send("<html><p>half"),
            "/icy" => conn.send(format!("ICY 200 OK\r\n{body}")),
            "/407" => conn.send(format!("HTTP/1.1 407 Proxy Authentication Required\r\n{body}")),
            "/101" => conn.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
            _ => conn.send(format!("HTTP/1.1 410 Gone\r\n{body}")),
        };
    });
    let seeds = [
        "/204",
        "/205",
        "/206",
        "/100-and-103",
        "/1xx-flood",
        "/999",
        "/099",
        "/no-reason",
        "/reason-in-chinese",
        "/http-1.0",
        "/http-0.9",
        "/icy",
        "/407",
        "/101",
        "/410",
    ];
    Site::new(server, &seeds).check(expect![[]]);
}
