//! Pages whose declarations and bytes disagree, and damaged ones: what the stages behind read in the store.

use crate::harness::Site;
use crate::server::Server;
use baogao::decode;
use encoding_rs::{BIG5, Encoding, GB18030};

const TEXT: &str = "云溪县2023年政府工作报告：全年完成固定资产投资86.5亿元，比上年增长7.2%；新增城镇就业3200人，\
    城乡居民收入稳步提高，各项社会事业取得新的进展。";
const TRADITIONAL: &str = "雲溪縣2023年政府工作報告：全年完成固定資產投資86.5億元，比上年增長7.2%；新增城鎮就業3200人，\
    城鄉居民收入穩步提高，各項社會事業取得新的進展。";

fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

/// An answer: its path, Content-Type, and body.
type Answer = (&'static str, &'static str, Vec<u8>);

/// Fetches pages, and checks that each is read with this text in it.
#[track_caller]
fn check(answers: Vec<Answer>, wanted: impl Fn(&str) -> &'static str) {
    let seeds: Vec<&str> = answers.iter().map(|a| a.0).collect();
    let site_answers = answers.clone();
    let server = Server::start(move |request, conn| {
        let (_, media_type, body) = site_answers.iter().find(|a| a.0 == request.path).unwrap();
        conn.answer("200 OK", &format!("Content-Type: {media_type}\r\n"), body);
    });
    let fetched = Site::new(server, &seeds).fetch();
    for path in seeds {
        let page = fetched.page(path).unwrap();
        let text = decode::decode(page, &decode::Options::default()).unwrap();
        let wanted = wanted(path);
        let charset = text.decoded.charset;
        assert!(text.text.contains(wanted), "{path} as {charset}: {}", text.text);
    }
}

fn html(head: &str, text: &str) -> String {
    format!("<html><head>{head}<title>报告</title></head><body><p>{text}</p></body></html>")
}

#[test]
fn declarations_that_disagree() {
    // Group 35.
    let meta = |charset: &str| format!("<meta charset={charset}>");
    let http_equiv = "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>";
    let late = |n: usize| format!("<!--{}-->{}", "x".repeat(n), meta("gb2312"));
    let utf_16: Vec<u8> =
        html(&meta("utf-8"), TEXT).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf_8 = "text/html; charset=utf-8";
    let gbk = "text/html; charset=gbk";
    let gb = |head: &str| encode(&html(head, TEXT), GB18030);
    check(
        vec![
            ("/header-utf-8-body-gbk", utf_8, gb("")),
            ("/meta-gb2312-body-utf-8", "text/html", html(&meta("gb2312"), TEXT).into_bytes()),
            ("/header-gbk-meta-big5", gbk, gb(&meta("big5"))),
            ("/traditional", gbk, encode(&html(&meta("big5"), TRADITIONAL), BIG5)),
            ("/meta-after-1024", "text/html", gb(&late(1024))),
            ("/meta-after-4096", "text/html", gb(&late(4096))),
            ("/two-metas", "text/html", gb(&(meta("gbk") + &meta("utf-8")))),
            ("/two-metas-other-way", "text/html", gb(&(meta("utf-8") + &meta("gbk")))),
            ("/typo", "text/html", gb(&http_equiv.replace("http-equiv", "httpequiv"))),
            (
                "/typo-utf-8",
                utf_8,
                html(&http_equiv.replace("http-equiv", "httpequiv"), TEXT).into(),
            ),
            ("/utf-16-meta-utf-8", "text/html", [&[0xFF, 0xFE], &utf_16[..]].concat()),
            ("/bom-against-header", gbk, html("", TEXT).replace("<html>", "\u{FEFF}<html>").into()),
            ("/no-such-charset", "text/html; charset=chinese-simplified", gb("")),
            ("/two-types", "text/html, text/html; charset=gbk", gb("")),
        ],
        |path| if path == "/traditional" { TRADITIONAL } else { TEXT },
    );
}

#[test]
fn damaged_gbk() {
    // Group 36: all but the damaged place is read.
    let whole = encode(&html("", &TEXT.repeat(5)), GB18030);
    let at = whole.len() / 2;
    // A place between two characters.
    let at = (at..).find(|at| !GB18030.decode_without_bom_handling(&whole[..*at]).1).unwrap();
    let with = |inserted: &[u8]| [&whole[..at], inserted, &whole[at..]].concat();
    let cut_at = whole.iter().rposition(|b| *b >= 0x80).unwrap();
    check(
        vec![
            ("/cut", "text/html", whole[..cut_at].to_vec()),
            ("/stray", "text/html", with(&[0xFF])),
            ("/half", "text/html", with(&[0xB1])),
            ("/pasted", "text/html", with("各项工作".as_bytes())),
            ("/pasted-declared", "text/html; charset=gb2312", with("各项工作".as_bytes())),
        ],
        |_| TEXT,
    );
}

#[test]
fn characters_that_are_none() {
    // Group 37: NULs, halves of surrogate pairs, C1 controls, non-characters, private use.
    let odd = "<p>全年\0办理提案286件&#xD800;，&#0;办复率&#x80;达98.5%\u{FFFE}。\u{85}各项\u{E000}工作&#xFFFF;取得\u{1}新的进展，群众满意度继续提高。</p>";
    let body = html("", TEXT).replace("<p>", &format!("{odd}<p>"));
    let server = Server::start(move |_, conn| conn.html(&body));
    let fetched = Site::new(server, &["/a"]).fetch();
    let page = fetched.page("/a").unwrap();
    let document = baogao::process::process(page, &Default::default()).unwrap();
    let body = &document.body;
    assert!(body.contains("新增城镇就业3200人"), "{body}");
    let bad: Vec<char> = body
        .chars()
        .filter(|c| c.is_control() && *c != '\n' || ('\u{FFFE}'..='\u{FFFF}').contains(c))
        .collect();
    assert!(bad.is_empty(), "{bad:?} in {body}");
}
