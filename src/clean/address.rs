//! Addresses in a page → absolute ones, as far as the page's own is known. No requests, no checks.

/// `link` as seen from a page at `base`; unchanged without one.
pub(super) fn resolve(link: &str, base: Option<&str>) -> String {
    let link = link.trim();
    let Some((scheme, rest)) = base.and_then(|b| b.split_once("://")) else {
        return link.to_owned();
    };
    if has_scheme(link) {
        return link.to_owned();
    }
    if let Some(rest) = link.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let path = path.split(['?', '#']).next().unwrap_or("");
    if let Some(link) = link.strip_prefix('/') {
        return format!("{scheme}://{host}/{link}");
    }
    let mut folders: Vec<&str> = path.split('/').skip(1).collect();
    folders.pop();
    let mut link = link;
    loop {
        if let Some(rest) = link.strip_prefix("../") {
            folders.pop();
            link = rest;
        } else if let Some(rest) = link.strip_prefix("./") {
            link = rest;
        } else {
            break;
        }
    }
    folders.push(link);
    format!("{scheme}://{host}/{}", folders.join("/"))
}

fn has_scheme(link: &str) -> bool {
    let end = link.find(':').unwrap_or(0);
    end > 0
        && link[..end].bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && link.as_bytes()[0].is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_joined_to_the_page() {
        let at = |link| resolve(link, Some("https://example.org/a/b/c.html?x=/y"));
        assert_eq!(at("d.jpg"), "https://example.org/a/b/d.jpg");
        assert_eq!(at("../d.jpg"), "https://example.org/a/d.jpg");
        assert_eq!(at("./../../../d.jpg"), "https://example.org/d.jpg");
        assert_eq!(at("/d.jpg"), "https://example.org/d.jpg");
        assert_eq!(at("//other.example/d.jpg"), "https://other.example/d.jpg");
        assert_eq!(at("http://other.example/d.jpg"), "http://other.example/d.jpg");
        assert_eq!(resolve("d.jpg", None), "d.jpg");
        assert_eq!(resolve("d.jpg", Some("https://example.org")), "https://example.org/d.jpg");
    }
}
