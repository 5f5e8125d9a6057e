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
    Site::new(server, &seeds).check(expect![[r#"
        /099 failed x1 [metadata]: the answer breaks the rules of HTTP: invalid HTTP status-code parsed
        /100-and-103 fetched 200 x1 page 7 B [response]
        /101 failed 101 x1 [response]: the answer is 101 Switching Protocols
        /1xx-flood failed x2 [metadata] [metadata]: the answer's head took longer than 3 s
        /204 failed 204 x1 [response]: the answer is 204 No Content
        /205 failed 205 x1 [response]: the answer is 205 Reset Content
        /206 failed 206 x1 [response]: the answer is 206 Partial Content
        /407 failed 407 x1 [response]: the answer is 407 Proxy Authentication Required
        /410 gone 410 x1 [response]: the answer is 410 Gone
        /999 failed 999 x1 [response]: the answer is 999 Blocked
        /http-0.9 failed x1 [metadata]: the answer breaks the rules of HTTP: invalid HTTP version parsed
        /http-1.0 fetched 200 x1 page 7 B [response]
        /icy failed x1 [metadata]: the answer breaks the rules of HTTP: invalid HTTP version parsed
        /no-reason fetched 200 x1 page 7 B [response]
        /reason-in-chinese fetched 200 x1 page 7 B [response]
    "#]]);
}
