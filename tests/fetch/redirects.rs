//! Redirects: circles, chains, and targets that are no address.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use expect_test::expect;

#[test]
fn circles_and_chains() {
    let server = Server::start(|request, conn| match request.path.as_str() {
        // Group 21.
        "/a" => conn.redirect("/b"),
        "/b" => conn.redirect("/a"),
        "/self" => conn.redirect("/self#again"),
        "/grows" => conn.redirect("/grows?1"),
        path if path.starts_with("/grows") => {
            let longer = format!("{path}1");
            conn.redirect(&longer);
        }
        // Group 22: a chain of six, and one of five, which the default allows.
        path if path.starts_with("/chain") => {
            let n: u32 = path[6..].parse().unwrap();
            conn.redirect(&format!("/chain{}", n + 1));
        }
        "/five4" => conn.html(PAGE),
        path if path.starts_with("/five") => {
            let n: i32 = path[5..].parse().unwrap();
            conn.redirect(&format!("/five{}", n + 1));
        }
        _ => conn.missing(),
    });
    let seeds = ["/a", "/self", "/grows", "/chain0", "/five-1"];
    let fetched = Site::new(server, &seeds).check(expect![[]]);
    assert_eq!(fetched.text("/five4"), PAGE);
}

#[test]
fn targets_that_are_no_page() {
    let server = Server::start(|request, conn| match request.path.as_str() {
        // Group 24.
        "/file" => conn.redirect("file:///etc/passwd"),
        "/ftp" => conn.redirect("ftp://127.0.0.1/a"),
        "/data" => conn.redirect("data:text/html,<p>a"),
        "/javascript" => conn.redirect("javascript:alert(1)"),
        "/gopher" => conn.redirect("gopher://127.0.0.1:70/1"),
        "/user" => conn.redirect("http://user:secret@127.0.0.1/"),
        "/elsewhere" => conn.redirect("//elsewhere.example/a"),
        // Group 25.
        "/nowhere" => conn.answer("301 Moved Permanently", "", ""),
        "/empty" => conn.redirect(""),
        "/no-url" => conn.redirect("http://[/"),
        "/line-end" => conn.redirect("/a%0d%0aSet-Cookie:%20a=b"),
        "/folded" => conn.redirect("/a\r\n b"),
        "/utf-8" => conn.redirect("/报告.html"),
        "/gbk" => {
            conn.send(b"HTTP/1.1 302 Found\r\nLocation: /\xB1\xA8\xB8\xE6.html\r\nContent-Length: 0\r\n\r\n");
        }
        "/spaces" => conn.redirect("/a b.html"),
        "/300" => conn.answer("300 Multiple Choices", "Location: /a\r\n", ""),
        _ => conn.html(PAGE),
    });
    let seeds = [
        "/file",
        "/ftp",
        "/data",
        "/javascript",
        "/gopher",
        "/user",
        "/elsewhere",
        "/nowhere",
        "/empty",
        "/no-url",
        "/line-end",
        "/folded",
        "/utf-8",
        "/gbk",
        "/spaces",
        "/300",
    ];
    Site::new(server, &seeds).check(expect![[]]);
}
