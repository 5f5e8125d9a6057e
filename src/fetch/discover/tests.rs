use super::*;
use crate::config::Config;
use crate::decode;
use std::path::{Path, PathBuf};

const HEAD: &str = "[fetch]\nuser_agent = \"clerk/1.0 (+https://www.example.cn/bot)\"\n[[source]]\nname = \"county\"\nkind = \"web\"\nseeds = [\"https://www.example.cn/list/index.html\"]\n";

fn rules(more: &str) -> Rules {
    let text = format!("{HEAD}{more}");
    let config = Config::from_str(&text, Path::new("pipeline.toml"), PathBuf::new());
    let config = config.map_err(|e| e.to_string()).expect("a right configuration");
    Rules::new(&config.sources[0], &config.fetch)
}

fn at(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn listing(html: &str) -> Listing {
    listing_at(html, "https://www.example.cn/list/index.html")
}

fn listing_at(html: &str, url: &str) -> Listing {
    Listing::new(html.as_bytes(), &at(url), None, &decode::Options::default()).expect("a page")
}

fn urls(found: &Found) -> Vec<&str> {
    found.links.iter().map(|l| l.url.as_str()).collect()
}

fn next(found: &Found) -> Option<&str> {
    found.next.as_ref().map(|n| n.link.url.as_str())
}

#[test]
fn links_are_selected_resolved_and_named() {
    let rules = rules("[[source.follow]]\nlinks = \"ul.news\"\n");
    let html = "<ul class=news><li><a href='../2024/t1.html#top'> 清溪县 \n 工作报告 </a><li><a href=/2024/t2.html>b</a>
        <li><a href='/2024/t1.html'>again</a><li><a href='#'>up</a><li><a href='javascript:void(0)'>js</a>
        <li><a href='mailto:a@b.cn'>mail</a><li><a href='https://elsewhere.example/x'>other</a></ul><a href=/no>no</a>";
    let found = listing(html).links(&rules, "list", 1);
    assert_eq!(
        urls(&found),
        ["https://www.example.cn/2024/t1.html", "https://www.example.cn/2024/t2.html"]
    );
    assert_eq!(found.links[0].text.as_deref(), Some("清溪县 工作报告"));
    assert_eq!(found.links[0].kind, "report");
    assert_eq!(found.refused, BTreeMap::from([("host", 1), ("scheme", 1)]));
}

#[test]
fn the_base_element_counts() {
    let rules = rules("[[source.follow]]\nlinks = \"a\"\n");
    let html = "<base href='/other/'><a href='a.html'>a</a>";
    assert_eq!(
        urls(&listing(html).links(&rules, "list", 1)),
        ["https://www.example.cn/other/a.html"]
    );
    let html = "<base href='javascript:x'><a href='a.html'>a</a>";
    assert_eq!(
        urls(&listing(html).links(&rules, "list", 1)),
        ["https://www.example.cn/list/a.html"]
    );
}

#[test]
fn a_query_is_sent_in_the_charset_of_the_page() {
    let rules = rules("[[source.follow]]\nlinks = \"a\"\n");
    let html =
        "<meta charset=gb2312><p>关于清溪县政府工作报告的说明</p><a href='/s?q=报告'>报告</a>";
    let (bytes, _, _) = encoding_rs::GB18030.encode(html);
    let page =
        Listing::new(&bytes, &at("https://www.example.cn/"), None, &decode::Options::default());
    let found = page.expect("a page").links(&rules, "list", 1);
    assert_eq!(urls(&found), ["https://www.example.cn/s?q=%B1%A8%B8%E6"]);
}

#[test]
fn patterns_include_reports_and_exclude_everything() {
    let more = "[[source.follow]]\nlinks = \"a.r\"\n[[source.follow]]\nlinks = \"a.l\"\nas = \"list\"\n[source.match]\ninclude = ['/t\\d+\\.html$']\nexclude = ['[?&]print=']\n";
    let html = "<a class=r href=/t1.html></a><a class=r href=/about.html></a><a class=l href=/next/></a><a class=l href='/p?print=1'></a>";
    let found = listing(html).links(&rules(more), "list", 1);
    assert_eq!(urls(&found), ["https://www.example.cn/t1.html", "https://www.example.cn/next/"]);
    assert_eq!(found.refused, BTreeMap::from([("excluded", 1), ("not_included", 1)]));
}

#[test]
fn next_pages_by_selector_and_text() {
    let text = rules("[[source.follow]]\nnext_text = \"下一页\"\n");
    let html = "<a href=x.html>上一页</a><a href=y.html>到 下一页 去</a><a href=index_2.html> 下 一 页 </a>";
    assert_eq!(
        next(&listing(html).links(&text, "list", 1)),
        Some("https://www.example.cn/list/index_2.html")
    );
    let picture = "<a href=index_2.html><img src=n.gif alt=下一页></a>";
    assert_eq!(
        next(&listing(picture).links(&text, "list", 1)),
        Some("https://www.example.cn/list/index_2.html")
    );
    let itself = "<a href=index.html#x>下一页</a>";
    assert_eq!(next(&listing(itself).links(&text, "list", 1)), None);
    let both =
        rules("[[source.follow]]\nnext = \"div.pages\"\nnext_text = \"下一页\"\nmax_pages = 3\n");
    let html = "<a href=a.html>下一页</a><div class=pages><a href=b.html>1</a><a href=c.html>下一页&gt;</a></div>";
    assert_eq!(
        next(&listing(html).links(&both, "list", 2)),
        Some("https://www.example.cn/list/c.html")
    );
    assert_eq!(next(&listing(html).links(&both, "list", 3)), None, "max_pages");
}

#[test]
fn next_pages_by_template_and_by_script() {
    let counted = rules("[[source.follow]]\ntemplate = \"index_{n}.html\"\nfrom = 1\nto = 2\n");
    let page = listing("<p>x");
    assert_eq!(
        next(&page.links(&counted, "list", 1)),
        Some("https://www.example.cn/list/index_1.html")
    );
    assert_eq!(
        next(&page.links(&counted, "list", 2)),
        Some("https://www.example.cn/list/index_2.html")
    );
    assert_eq!(next(&page.links(&counted, "list", 3)), None);
    let text = rules("[[source.follow]]\nnext_text = \"下一页\"\n");
    let html = "<script>createPageHTML(5, 0, \"index\", \"html\")</script>";
    assert_eq!(
        next(&listing(html).links(&text, "list", 1)),
        Some("https://www.example.cn/list/index_1.html")
    );
}

#[test]
fn kinds_of_ones_own_lead_from_one_to_the_other() {
    let more = "[[source.follow]]\nlinks = \"a\"\nas = \"year\"\n[[source.follow]]\non = \"year\"\nlinks = \"li a\"\n";
    let rules = rules(more);
    let page = listing("<a href=/2024/>2024</a><li><a href=/t.html>t</a>");
    assert_eq!(page.links(&rules, "list", 1).links[0].kind, "year");
    assert_eq!(urls(&page.links(&rules, "year", 1)), ["https://www.example.cn/t.html"]);
    assert!(page.links(&rules, "report", 1).links.is_empty());
}

#[test]
fn pages_that_send_their_reader_on() {
    let to = |html: &str| refresh(&listing(html));
    let there = at("https://www.example.cn/new.html");
    assert_eq!(
        to("<META HTTP-EQUIV=Refresh content=\"0; URL='/new.html'\">"),
        Some(Refresh::Meta(there.clone()))
    );
    assert_eq!(
        to("<script>window.location.href = '/new.html';</script>"),
        Some(Refresh::Script(there.clone()))
    );
    assert_eq!(
        to("<script>location.replace(\"/new.html\")</script>"),
        Some(Refresh::Script(there))
    );
    assert_eq!(to("<meta http-equiv=refresh content='600;url=/new.html'>"), None);
    assert_eq!(to("<meta http-equiv=refresh content='5'>"), None);
    assert_eq!(to("<meta http-equiv=refresh content='0;url=index.html'>"), None, "itself");
    let article =
        format!("<meta http-equiv=refresh content='0;url=/new.html'><p>{}", "报告".repeat(200));
    assert_eq!(to(&article), None, "a page with text");
}

#[test]
fn soft_404s_by_title_text_and_home_page() {
    let rules = rules(
        "[source.soft_404]\ntitle = ['^404', '页面不存在']\nmin_text_chars = 10\nredirect_to_home = true\n",
    );
    let asked = at("https://www.example.cn/t1.html");
    let said = |html: &str| soft_404(&rules, &listing_at(html, asked.as_str()));
    let long = "<p>今年以来，全县经济运行平稳向好。";
    assert!(said("<title>您访问的页面不存在</title><p>请核对地址后重新访问本站。").is_some());
    assert!(said("<title>a</title><p>短").is_some());
    assert_eq!(said(&format!("<title>报告</title>{long}")), None);
    assert!(moved_home(&rules, &asked, &at("https://www.example.cn/")));
    assert!(!moved_home(&rules, &asked, &at("https://www.example.cn/t2.html")));
}

#[test]
fn hostile_pages_end_and_say_why() {
    let deep = "<div>".repeat(100_000);
    let page = Listing::new(
        deep.as_bytes(),
        &at("https://www.example.cn/"),
        None,
        &decode::Options::default(),
    );
    assert!(page.expect_err("too deep").contains("nested"));
    let rules = rules("[[source.follow]]\nlinks = \"a\"\n");
    let many: String = (0..50_000).map(|i| format!("<p><a href='/{i}'>x")).collect();
    assert_eq!(listing(&many).links(&rules, "list", 1).links.len(), 50_000);
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=1")).collect();
    assert_eq!(
        listing(&format!("<a href=/x{attributes}>x</a>")).links(&rules, "list", 1).links.len(),
        1
    );
}

#[test]
fn sitemaps_of_every_form() {
    let rules = rules("");
    let xml = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
        <url><loc> https://www.example.cn/a.html?x=1&amp;y=2 </loc><lastmod>2024-01-11</lastmod>
        <image:image><image:loc>https://www.example.cn/i.png</image:loc></image:image></url>
        <url><loc><![CDATA[https://www.example.cn/b.html]]></loc></url><url><loc>https://elsewhere.example/</loc></url></urlset>";
    let read = sitemap(xml.as_bytes(), None).expect("a sitemap");
    assert_eq!(read.pages[0].lastmod.as_deref(), Some("2024-01-11"));
    let found = read.links(&rules);
    assert_eq!(
        urls(&found),
        ["https://www.example.cn/a.html?x=1&y=2", "https://www.example.cn/b.html"]
    );
    assert_eq!(found.refused, BTreeMap::from([("host", 1)]));
    let index = "<sitemapindex><sitemap><loc>https://www.example.cn/1.xml.gz</loc></sitemap><sitemap><loc>https://www.example.cn/1.xml.gz</loc></sitemap><sitemap><loc>https://x.example/2.xml</loc></sitemap></sitemapindex>";
    let (further, refused) = sitemap(index.as_bytes(), None).expect("an index").further(&rules);
    assert_eq!((further.len(), refused), (1, 1));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, xml.as_bytes()).expect("in memory");
    assert_eq!(sitemap(&packed.finish().expect("in memory"), None), Ok(read));
    let text = "\u{feff}https://www.example.cn/a\r\nhttps://www.example.cn/b\n# no\n";
    assert_eq!(sitemap(text.as_bytes(), None).expect("text").pages.len(), 2);
    for none in ["", "<html><body>404", "404 not found"] {
        assert!(sitemap(none.as_bytes(), None).is_err(), "{none}");
    }
}

#[test]
fn hostile_sitemaps_expand_nothing_and_end() {
    let xxe = "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;'>]><urlset><url><loc>https://www.example.cn/&x;&m;a</loc></url></urlset>";
    assert_eq!(
        sitemap(xxe.as_bytes(), None).expect("a sitemap").pages[0].address,
        "https://www.example.cn/a"
    );
    let many: String =
        (0..60_000).map(|i| format!("<url><loc>https://www.example.cn/{i}</loc></url>")).collect();
    let many = sitemap(format!("<urlset>{many}</urlset>").as_bytes(), None).expect("a sitemap");
    assert_eq!((many.pages.len(), many.truncated), (ENTRIES_MAX, true));
    let deep = format!("<urlset>{}", "<url>".repeat(1_000_000));
    assert!(sitemap(deep.as_bytes(), None).expect("a sitemap").pages.is_empty());
    let cut = "<urlset><url><loc>https://www.example.cn/1</loc></url><url><loc>https://www.exa";
    assert_eq!(sitemap(cut.as_bytes(), None).expect("a sitemap").pages.len(), 1);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut bomb, b"<urlset>").expect("in memory");
    for _ in 0..80 {
        std::io::Write::write_all(&mut bomb, &[b' '; 1 << 20]).expect("in memory");
    }
    assert!(sitemap(&bomb.finish().expect("in memory"), None).expect("a sitemap").truncated);
}

#[test]
fn feeds_of_every_form() {
    let rules = rules("");
    let url = at("https://www.example.cn/rss/index.xml");
    let read = |text: &str| feed(text.as_bytes(), &url, None, &rules);
    let rss = "<rss version='2.0'><channel><link>https://www.example.cn/</link><title>t</title>
        <item><title>工作报告</title><link>https://www.example.cn/t1.html</link></item>
        <item><guid>https://www.example.cn/t2.html</guid></item><item><guid isPermaLink='false'>77</guid></item></channel></rss>";
    let found = read(rss).expect("RSS");
    assert_eq!(urls(&found), ["https://www.example.cn/t1.html", "https://www.example.cn/t2.html"]);
    assert_eq!(found.links[0].text.as_deref(), Some("工作报告"));
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/><entry><link rel='edit' href='/e'/><link href='../t3.html'/><title>a</title></entry></feed>";
    assert_eq!(urls(&read(atom).expect("Atom")), ["https://www.example.cn/t3.html"]);
    let rdf = "<rdf:RDF xmlns:rdf='x'><item rdf:about='y'><link>https://www.example.cn/t4.html</link></item></rdf:RDF>";
    assert_eq!(urls(&read(rdf).expect("RDF")), ["https://www.example.cn/t4.html"]);
    let chinese = "<?xml version=\"1.0\" encoding=\"gb2312\"?><rss><item><title>报告</title><link>https://www.example.cn/t5.html</link></item></rss>";
    let (bytes, _, _) = encoding_rs::GB18030.encode(chinese);
    let found = feed(&bytes, &url, None, &rules).expect("RSS in GB 2312");
    assert_eq!(found.links[0].text.as_deref(), Some("报告"));
    assert!(read("<html></html>").is_err() && read("").is_err());
}

proptest::proptest! {
    #[test]
    fn nothing_makes_them_fail(text in "[<>/a-c='\"&;!\\[\\]-]{0,80}") {
        let _ = sitemap(text.as_bytes(), None);
        let rules = rules("[[source.follow]]\nlinks = \"a\"\n");
        let _ = feed(text.as_bytes(), &at("https://www.example.cn/"), None, &rules);
        let _ = listing(&text).links(&rules, "list", 1);
    }
}
