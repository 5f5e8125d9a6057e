//! Sitemaps and feeds that are made to do harm. Group 44.

use crate::coding::bomb;
use crate::harness::{Fetched, Site, within_memory};
use crate::server::{Conn, PAGE, Request, Server};
use expect_test::expect;

fn urlset(entries: &str) -> String {
    format!(
        "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>"
    )
}

fn index(entries: &[String]) -> String {
    let entries: String =
        entries.iter().map(|e| format!("<sitemap><loc>{e}</loc></sitemap>")).collect();
    format!("<sitemapindex>{entries}</sitemapindex>")
}

fn base(request: &Request) -> String {
    format!("http://{}", request.header("host").unwrap())
}

fn xml(conn: &mut Conn, xml: impl AsRef<[u8]>) {
    conn.answer("200 OK", "Content-Type: application/xml\r\n", xml);
}

/// What could not be read, without the server's port.
fn problems(fetched: &Fetched) -> String {
    fetched.summary.sources[0].problems.iter().map(|p| fetched.without_base(p) + "\n").collect()
}

#[test]
fn indexes_in_a_circle_and_off_the_host() {
    let server = Server::start(|request, conn| {
        let base = base(request);
        match request.path.as_str() {
            "/a.xml" => xml(
                conn,
                index(&[
                    format!("{base}/a.xml"),
                    format!("{base}/b.xml"),
                    "http://elsewhere.example/c.xml".to_owned(),
                    "file:///etc/passwd".to_owned(),
                ]),
            ),
            "/b.xml" => xml(conn, index(&[format!("{base}/a.xml"), format!("{base}/c.xml")])),
            "/c.xml" => xml(
                conn,
                urlset(&format!(
                    "<url><loc>{base}/in.html</loc><lastmod>2999-01-01</lastmod></url>
                     <url><loc>http://elsewhere.example/out.html</loc></url>
                     <url><loc>javascript:alert(1)</loc></url><url><loc/></url>"
                )),
            ),
            _ => conn.html(PAGE),
        }
    });
    let site = Site::new::<&str>(server, &[]).with("source.discover.sitemaps = [\"BASE/a.xml\"]");
    let fetched = site.check(expect![[r#"
        /a.xml fetched 200 x1 page 253 B [response]
        /b.xml fetched 200 x1 page 145 B [response]
        /c.xml fetched 200 x1 page 328 B [response]
        /in.html fetched 200 x1 page 236 B [response]
    "#]]);
    expect![[r#"
        {
            "host": 3,
            "scheme": 1,
        }
    "#]]
    .assert_debug_eq(&fetched.summary.sources[0].refused);
}

#[test]
fn more_entries_than_a_sitemap_may_have() {
    let server = Server::start(|request, conn| {
        let base = base(request);
        if request.path != "/a.xml" {
            return conn.html(PAGE);
        }
        let entries: String =
            (1..=60_000).map(|i| format!("<url><loc>{base}/{i}.html</loc></url>")).collect();
        xml(conn, urlset(&entries));
    });
    let site = Site::new::<&str>(server, &[]).with(
        "source.discover.sitemaps = [\"BASE/a.xml\"]\nsource.match.include = ['/(1|50000|50001|60000)\\.html$']",
    );
    let fetched = site.check(expect![[r#"
        /1.html fetched 200 x1 page 236 B [response]
        /50000.html fetched 200 x1 page 236 B [response]
        /a.xml fetched 200 x1 page 3288984 B [response]
    "#]]);
    expect![[r#"
        /a.xml: only the first 50000 entries of the sitemap count
    "#]]
    .assert_eq(&problems(&fetched));
}

#[test]
fn entities_that_are_files_or_grow() {
    let server = Server::start(|request, conn| {
        let base = base(request);
        let url = |loc: &str| format!("<urlset><url><loc>{base}/{loc}</loc></url></urlset>");
        match request.path.as_str() {
            "/xxe.xml" => xml(
                conn,
                format!(
                    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY % y SYSTEM '{base}/dtd'>%y;]>{}",
                    url("xxe-&x;.html")
                ),
            ),
            "/laughs.xml" => {
                let mut entities = "<!ENTITY l0 'ha'>".to_owned();
                for i in 1..20 {
                    let ten = format!("&l{};", i - 1).repeat(10);
                    entities += &format!("<!ENTITY l{i} '{ten}'>");
                }
                xml(conn, format!("<!DOCTYPE a [{entities}]>{}", url("laughs-&l19;.html")));
            }
            "/nested.xml" => xml(conn, "<urlset>".repeat(200_000)),
            "/html.xml" => conn.html(PAGE),
            "/empty.xml" => xml(conn, ""),
            "/feed.xml" => {
                xml(conn, "<rss><channel><item><link>javascript:a()</link></item></channel></rss>")
            }
            _ => conn.html(PAGE),
        }
    });
    let site = Site::new::<&str>(server, &[]).with(
        "source.discover.sitemaps = [\"BASE/xxe.xml\", \"BASE/laughs.xml\", \"BASE/nested.xml\", \"BASE/html.xml\", \
         \"BASE/empty.xml\"]\nsource.discover.feeds = [\"BASE/feed.xml\"]",
    );
    let fetched = site.check(expect![[r#"
        /empty.xml fetched 200 x1 page 0 B [response]
        /feed.xml fetched 200 x1 page 70 B [response]
        /html.xml fetched 200 x1 page 236 B [response]
        /laughs-.html fetched 200 x1 page 236 B [response]
        /laughs.xml fetched 200 x1 page 1256 B [response]
        /nested.xml fetched 200 x1 page 1600000 B [response]
        /xxe-.html fetched 200 x1 page 236 B [response]
        /xxe.xml fetched 200 x1 page 180 B [response]
    "#]]);
    let mut problems: Vec<String> = problems(&fetched).lines().map(str::to_owned).collect();
    problems.sort();
    expect![[r#"
        /empty.xml: no sitemap: no line is an address
        /html.xml: no sitemap: its root is <html>
    "#]]
    .assert_eq(&(problems.join("\n") + "\n"));
}

#[test]
fn a_packed_bomb() {
    within_memory("sitemaps::a_packed_bomb", 250, || {
        let server = Server::start(|request, conn| match request.path.as_str() {
            "/a.xml.gz" => {
                conn.answer("200 OK", "Content-Type: application/gzip\r\n", bomb(10 << 10))
            }
            _ => conn.html(PAGE),
        });
        let site = Site::new::<&str>(server, &[])
            .with("source.discover.sitemaps = [\"BASE/a.xml.gz\"]\nfetch.timeout = { idle = \"20s\", total = \"60s\" }");
        let fetched = site.check(expect![[r#"
            /a.xml.gz fetched 200 x1 page 10629140 B [response]
        "#]]);
        expect![[r#"
            /a.xml.gz: no sitemap: no line is an address
        "#]]
        .assert_eq(&problems(&fetched));
    });
}
