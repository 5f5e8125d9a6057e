//! Pages that are something else than they say.

use crate::harness::Site;
use crate::server::{PAGE, Server};
use baogao::process;
use expect_test::expect;

#[test]
fn pages_that_say_that_there_is_none() {
    // Group 39.
    let server = Server::start(|request, conn| {
        let titled = |title: &str, rest: &str| {
            format!("<html><head><title>{title}</title></head><body>{rest}</body></html>")
        };
        let body = match request.path.as_str() {
            "/soft-404" => titled(
                "404 页面不存在",
                "<p>您访问的页面不存在或已被删除，请返回首页重新浏览。</p>",
            ),
            "/too-little" => titled("报告", "<p>无</p>"),
            "/empty" => String::new(),
            "/blank" => " \r\n".repeat(500),
            "/meta-refresh" => {
                titled("", "<meta http-equiv='Refresh' content='0; URL=/real.html'>")
            }
            "/script" => titled("", "<script>window.location.href = '/real.html';</script>"),
            "/refresh-circle" => {
                titled("", "<meta http-equiv=refresh content='0; url=/refresh-circle-2'>")
            }
            "/refresh-circle-2" => {
                titled("", "<meta http-equiv=refresh content='0; url=/refresh-circle'>")
            }
            "/home" => return conn.redirect("/"),
            _ => PAGE.to_owned(),
        };
        conn.html(body);
    });
    let seeds = [
        "/soft-404",
        "/too-little",
        "/empty",
        "/blank",
        "/meta-refresh",
        "/script",
        "/refresh-circle",
        "/home",
    ];
    Site::new(server, &seeds)
        .with("source.soft_404 = { title = ['^404'], min_text_chars = 5, redirect_to_home = true }")
        .check(expect![[r#"
            /blank failed 200 x1 [response]: the content is empty
            /empty failed 200 x1 [response]: the content is empty
            /home gone 302 x1 [response]: it redirects to the home page /
            /meta-refresh redirected 200 x1 [response] -> /real.html
            /real.html fetched 200 x1 page 236 B [response]
            /refresh-circle redirected 200 x1 [response] -> /refresh-circle-2
            /refresh-circle-2 failed 200 x1 [response] -> /refresh-circle: it redirects in a circle, to /refresh-circle
            /script redirected 200 x1 [response] -> /real.html
            /soft-404 gone 200 x1 [response]: the title says so: 404 页面不存在
            /too-little gone 200 x1 [response]: only 1 characters of text
        "#]]);
}

#[test]
fn pages_without_a_document() {
    // Group 39: what no rule of the source names is told by cleaning.
    let server = Server::start(|request, conn| {
        conn.html(match request.path.as_str() {
            "/login" => {
                "<html><head><title>用户登录</title></head><body><form action=/login method=post><label>用户名</label>
                 <input name=user><label>密码</label><input type=password name=password><button>登录</button></form>
                 </body></html>"
            }
            "/captcha" => {
                "<html><head><title>安全验证</title></head><body><p>请输入验证码继续访问</p><img src=/captcha.png>
                 <input name=code><button>提交</button></body></html>"
            }
            "/error" => {
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
            }
            _ => {
                "<html><head><title>该域名正在出售</title></head><body><a href=/1>购买域名</a> <a href=/2>联系我们</a>
                 <a href=/3>相关搜索</a></body></html>"
            }
        });
    });
    let seeds = ["/login", "/captcha", "/error", "/parked-domain"];
    let fetched = Site::new(server, &seeds).fetch();
    let read: String = seeds
        .iter()
        .map(|path| match process::process(fetched.page(path).unwrap(), &Default::default()) {
            Ok(document) => format!("{path}: {:?}\n", document.body),
            Err(reject) => format!("{path}: {reject}\n"),
        })
        .collect();
    expect![[r#"
        /login: login_page (clean): the page asks to sign in and has no article
        /captcha: error_page (clean): the page says that access is denied
        /error: "502 Bad Gateway"
        /parked-domain: "购买域名 联系我们相关搜索"
    "#]]
    .assert_eq(&read);
}

#[test]
fn media_types_that_lie() {
    // Group 40.
    let server = Server::start(|request, conn| {
        let html = "Content-Type: text/html\r\n";
        let (headers, body): (&str, Vec<u8>) = match request.path.as_str() {
            "/pdf" => (html, b"%PDF-1.4\n1 0 obj".to_vec()),
            "/zip" => (html, b"PK\x03\x04\x14\0\0\0".to_vec()),
            "/exe" => (html, b"MZ\x90\0\x03\0\0\0".to_vec()),
            "/doc" => (html, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
            "/binary" => (html, (0..4096u32).map(|i| (i * 7 % 32) as u8).collect()),
            "/polyglot" => (html, format!("GIF89a=1;/*{PAGE}*/").into()),
            "/said-pdf" => ("Content-Type: application/pdf\r\n", b"%PDF-1.4\n1 0 obj".to_vec()),
            "/said-image" => ("Content-Type: image/png\r\n", PAGE.into()),
            "/octets" => ("Content-Type: application/octet-stream\r\n", PAGE.into()),
            "/no-type" => ("", PAGE.into()),
            "/empty-type" => ("Content-Type:\r\n", PAGE.into()),
            "/no-slash" => ("Content-Type: html\r\n", PAGE.into()),
            "/two-types" => ("Content-Type: text/html, text/html\r\n", PAGE.into()),
            "/two-headers" => {
                ("Content-Type: text/html\r\nContent-Type: image/png\r\n", PAGE.into())
            }
            _ => ("Content-Type: TEXT/HTML ; charset=\"utf-8\"\r\n", PAGE.into()),
        };
        conn.answer("200 OK", headers, body);
    });
    let seeds = [
        "/pdf",
        "/zip",
        "/exe",
        "/doc",
        "/binary",
        "/polyglot",
        "/said-pdf",
        "/said-image",
        "/octets",
        "/no-type",
        "/empty-type",
        "/no-slash",
        "/two-types",
        "/two-headers",
        "/upper-case",
    ];
    let fetched = Site::new(server, &seeds).check(expect![[r#"
        /binary failed 200 x1 [response]: the content is binary
        /doc failed 200 x1 [response]: the content is an office document
        /empty-type fetched 200 x1 page 236 B [response]
        /exe failed 200 x1 [response]: the content is a program
        /no-slash fetched 200 x1 page 236 B [response]
        /no-type fetched 200 x1 page 236 B [response]
        /octets fetched 200 x1 page 236 B [response]
        /pdf failed 200 x1 [response]: the content is a PDF
        /polyglot failed 200 x1 [response]: the content is a picture
        /said-image failed x1 [metadata]: image/png is no media type of a page
        /said-pdf failed x1 [metadata]: application/pdf is no media type of a page
        /two-headers fetched 200 x1 page 236 B [response]
        /two-types fetched 200 x1 page 236 B [response]
        /upper-case fetched 200 x1 page 236 B [response]
        /zip failed 200 x1 [response]: the content is a ZIP archive or an office document
    "#]]);
    for known in fetched.rows.iter().filter(|known| known.body.is_some()) {
        let page = fetched.page(&known.url.url).unwrap();
        let document = process::process(page, &Default::default());
        assert_eq!(document.unwrap().figures.len(), 2, "{}", known.url.url);
    }
}
