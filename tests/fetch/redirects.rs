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
    let fetched = Site::new(server, &seeds).check(expect![[r#"
        /a redirected 302 x1 [response] -> /b
        /b failed 302 x1 [response] -> /a: it redirects in a circle, to /a
        /chain0 redirected 302 x1 [response] -> /chain1
        /chain1 redirected 302 x1 [response] -> /chain2
        /chain2 redirected 302 x1 [response] -> /chain3
        /chain3 redirected 302 x1 [response] -> /chain4
        /chain4 redirected 302 x1 [response] -> /chain5
        /chain5 failed 302 x1 [response] -> /chain6: more than 5 redirects in a row
        /five-1 redirected 302 x1 [response] -> /five0
        /five0 redirected 302 x1 [response] -> /five1
        /five1 redirected 302 x1 [response] -> /five2
        /five2 redirected 302 x1 [response] -> /five3
        /five3 redirected 302 x1 [response] -> /five4
        /five4 fetched 200 x1 page 236 B [response]
        /grows redirected 302 x1 [response] -> /grows?1
        /grows?1 redirected 302 x1 [response] -> /grows?11
        /grows?11 redirected 302 x1 [response] -> /grows?111
        /grows?111 redirected 302 x1 [response] -> /grows?1111
        /grows?1111 redirected 302 x1 [response] -> /grows?11111
        /grows?11111 failed 302 x1 [response] -> /grows?111111: more than 5 redirects in a row
        /self failed 302 x1 [response] -> /self: it redirects in a circle, to /self
    "#]]);
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
    Site::new(server, &seeds).check(expect![[r#"
        /%B1%A8%B8%E6.html fetched 200 x1 page 236 B [response]
        /%E6%8A%A5%E5%91%8A.html fetched 200 x1 page 236 B [response]
        /300 failed 300 x1 [response]: the answer is 300 Multiple Choices
        /a%0D%0ASet-Cookie:%20a=b fetched 200 x1 page 236 B [response]
        /a%20b.html fetched 200 x1 page 236 B [response]
        /data failed 302 x1 [response] -> data:text/html,<p>a: it redirects to data:text/html,<p>a: neither http nor https
        /elsewhere failed 302 x1 [response] -> http://elsewhere.example/a: it redirects to http://elsewhere.example/a: on another host
        /empty failed 302 x1 [response] -> /empty: it redirects in a circle, to /empty
        /file failed 302 x1 [response] -> file:///etc/passwd: it redirects to file:///etc/passwd: neither http nor https
        /folded failed x1 [metadata]: the answer breaks the rules of HTTP: invalid HTTP header parsed
        /ftp failed 302 x1 [response] -> ftp://127.0.0.1/a: it redirects to ftp://127.0.0.1/a: neither http nor https
        /gbk redirected 302 x1 [response] -> /%B1%A8%B8%E6.html
        /gopher failed 302 x1 [response] -> gopher://127.0.0.1:70/1: it redirects to gopher://127.0.0.1:70/1: neither http nor https
        /javascript failed 302 x1 [response] -> javascript:alert(1): it redirects to javascript:alert(1): neither http nor https
        /line-end redirected 302 x1 [response] -> /a%0D%0ASet-Cookie:%20a=b
        /no-url failed 302 x1 [response]: it redirects to "http://[/", which is no address
        /nowhere failed 301 x1 [response]: the answer is 301, but has no Location
        /spaces redirected 302 x1 [response] -> /a%20b.html
        /user failed 302 x1 [response] -> http://user:secret@127.0.0.1/: it redirects to http://user:secret@127.0.0.1/: with user name or password
        /utf-8 redirected 302 x1 [response] -> /%E6%8A%A5%E5%91%8A.html
    "#]]);
}
