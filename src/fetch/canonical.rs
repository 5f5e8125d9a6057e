//! Addresses that mean the same page are written the same way, so that it is fetched once.
//!
//! To what the URL standard does (lower-case scheme and host, punycode, default port, dot segments) this adds what
//! RFC 3986 section 6.2.2 calls equivalent: unreserved characters are not escaped, escapes are in upper case, a stray
//! "%" is escaped; and what no server tells apart: fragment, empty query, the dot behind a host. A servlet's session
//! (`;jsessionid=…`) and the parameters that the configuration names are left out. Letters' case in paths, trailing
//! and double slashes stay: there are servers that tell them apart.

use crate::config::web::Match;
use url::Url;

/// How a source's addresses are written; made of `[source.match]`.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    strip: Vec<String>,
    sort: bool,
}

impl Rules {
    /// What a source's configuration asks for.
    pub fn new(matching: &Match) -> Self {
        Self { strip: matching.strip_params.clone(), sort: matching.sort_params }
    }

    /// Whether a parameter says nothing of the page.
    fn strips(&self, pair: &str) -> bool {
        let name = pair.split('=').next().unwrap_or_default();
        self.strip.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == pattern,
        })
    }
}

/// The one way to write an address: what it is known by, and asked for. Anything but http and https stays as it is.
pub fn canonical(url: &Url, rules: &Rules) -> Url {
    let mut url = url.clone();
    if !matches!(url.scheme(), "http" | "https") {
        return url;
    }
    url.set_fragment(None);
    let host = url.host_str().map(|host| host.trim_end_matches('.').to_owned());
    if let Some(host) = host.filter(|host| !host.is_empty()) {
        // A host that was one stays one without the dots behind it; if not, it stays as it was.
        let _ = url.set_host(Some(&host));
    }
    let path = escapes(without_session(url.path()));
    url.set_path(&path);
    if let Some(query) = url.query().map(|query| self::query(query, rules)) {
        url.set_query(Some(query.as_str()).filter(|q| !q.is_empty()));
    }
    url
}

fn query(query: &str, rules: &Rules) -> String {
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !rules.strips(pair)).collect();
    if rules.sort {
        pairs.sort_unstable();
    }
    escapes(&pairs.join("&"))
}

/// The path without a servlet's session: "/list;jsessionid=1A2B" → "/list".
fn without_session(path: &str) -> &str {
    const MARK: &str = ";jsessionid=";
    let Some(at) = path.len().checked_sub(MARK.len()).and_then(|_| find_ignoring_case(path, MARK))
    else {
        return path;
    };
    // It is the last thing of the path; what follows another way is no session.
    let value = &path[at + MARK.len()..];
    let session = |c: char| c.is_ascii_alphanumeric() || "-_.!~".contains(c);
    if value.chars().all(session) { &path[..at] } else { path }
}

fn find_ignoring_case(text: &str, mark: &str) -> Option<usize> {
    text.as_bytes().windows(mark.len()).position(|w| w.eq_ignore_ascii_case(mark.as_bytes()))
}

/// Escapes in upper case, none of unreserved characters, and "%" escaped where it begins no escape.
fn escapes(text: &str) -> String {
    rewrite(text, "%25")
}

/// Escapes in upper case, none of unreserved characters; all else as it is.
pub(super) fn unreserved_unescaped(text: &str) -> String {
    rewrite(text, "%")
}

/// Rewrites the escapes of a text; `stray` stands for a "%" that begins none.
fn rewrite(text: &str, stray: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let hex = rest.get(at + 1..at + 3).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(hex) = hex else {
            out.push_str(stray);
            rest = &rest[at + 1..];
            continue;
        };
        let byte = u8::from_str_radix(hex, 16).unwrap_or(b'%');
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex.to_ascii_uppercase());
        }
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canon(text: &str) -> String {
        let matching =
            Match { strip_params: vec!["utm_*".to_owned(), "spm".to_owned()], ..Match::default() };
        canonical(&Url::parse(text).expect("a URL"), &Rules::new(&matching)).into()
    }

    #[test]
    fn what_means_the_same_page_is_written_the_same_way() {
        let page = "https://www.example.cn/a/t1_2.html?id=3";
        for same in [
            "HTTPS://WWW.Example.CN:443/a/t1_2.html?id=3#top",
            "https://www.example.cn./a/./b/../t1_2.html?id=3",
            "https://www.example.cn/%61/t1%5F2%2ehtml?id=3",
            "https://www.example.cn/a/t1_2.html?utm_source=x&id=3&spm=1.2",
            "https://www.example.cn/a/t1_2.html;jsessionid=0A1B.node1?&id=3&",
            "https://www.example.cn\\a\\t1_2.html?id=3",
            " https://www.example.cn/a/t1_2.html?id=3\n",
        ] {
            assert_eq!(canon(same), page, "{same}");
        }
    }

    #[test]
    fn what_servers_tell_apart_stays_apart() {
        for text in [
            "http://www.example.cn/A/",
            "http://www.example.cn/a",
            "http://www.example.cn//a",
            "http://www.example.cn/a%2Fb",
            "http://www.example.cn/?b=1&a=2",
            "http://www.example.cn/a;jsessionid=1/b",
        ] {
            assert_eq!(canon(text), text);
        }
    }

    #[test]
    fn names_and_paths_in_other_scripts_have_one_form() {
        assert_eq!(
            canon("http://例子.中国/报告"),
            "http://xn--fsqu00a.xn--fiqs8s/%E6%8A%A5%E5%91%8A"
        );
        assert_eq!(canon("http://example.cn/%e6%8a%a5?q=%"), "http://example.cn/%E6%8A%A5?q=%25");
    }

    #[test]
    fn parameters_are_sorted_where_their_order_says_nothing() {
        let rules = Rules { strip: Vec::new(), sort: true };
        let url = Url::parse("http://example.cn/?b=1&a=2").expect("a URL");
        assert_eq!(canonical(&url, &rules).as_str(), "http://example.cn/?a=2&b=1");
    }

    proptest::proptest! {
        #[test]
        fn the_canonical_form_is_its_own(text in "https?://[a-z.]{1,9}(:[0-9]{1,4})?/[-a-zA-Z0-9%;=/.?&#]{0,40}") {
            if let Ok(url) = Url::parse(&text) {
                let once = canonical(&url, &Rules::default());
                proptest::prop_assert_eq!(canonical(&once, &Rules::default()), once.clone());
                proptest::prop_assert_eq!(Url::parse(once.as_str()).ok(), Some(once));
            }
        }
    }
}
