//! A page of HTML → the addresses that it leads to.

use super::next::{self, Place};
use super::{Collector, Found, Link, Next, NextPage, Refused, Rule, Rules};
use crate::clean;
use crate::decode::{self, charset};
use crate::page::PageInfo;
use encoding_rs::{Encoding, UTF_8};
use scraper::{ElementRef, Html, Selector};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

/// A list page, or any page whose links are wanted, decoded and parsed.
#[derive(Debug)]
pub struct Listing {
    html: Html,
    text: String,
    encoding: &'static Encoding,
    url: Url,
    base: Url,
}

impl Listing {
    /// Decodes and parses a page that was found at `url` (the last one, after redirects).
    ///
    /// # Errors
    /// Why it can't be read: nested too deep, or too large.
    pub fn new(
        bytes: &[u8],
        url: &Url,
        http_charset: Option<&str>,
        options: &decode::Options,
    ) -> Result<Self, String> {
        let info = PageInfo {
            url: Some(url.as_str().to_owned()),
            http_charset: http_charset.map(str::to_owned),
            ..PageInfo::default()
        };
        let encoding = charset::charset(bytes, &info, options).encoding;
        Self::of(encoding.decode(bytes).0.into_owned(), url, encoding)
    }

    /// Parses a page's text.
    ///
    /// # Errors
    /// As [`Listing::new`].
    pub(crate) fn of(text: String, url: &Url, encoding: &'static Encoding) -> Result<Self, String> {
        let Some(tamed) = clean::tamed(&text) else {
            return Err("the page is nested too deep or has too many elements".to_owned());
        };
        let html = Html::parse_document(&tamed);
        drop(tamed);
        let mut listing = Self { html, text, encoding, url: url.clone(), base: url.clone() };
        if let Some(base) = listing.base_href() {
            listing.base = base;
        }
        Ok(listing)
    }

    /// The first base element's address.
    fn base_href(&self) -> Option<Url> {
        static BASE: LazyLock<Selector> = LazyLock::new(|| css("base[href]"));
        let href = self.html.select(&BASE).next()?.attr("href")?;
        let base = self.resolve(href).ok()?;
        matches!(base.scheme(), "http" | "https").then_some(base)
    }

    /// The address that a link means; a query in the page's own charset, as browsers send it.
    pub(super) fn resolve(&self, href: &str) -> Result<Url, Refused> {
        let encoding = self.encoding.output_encoding();
        // Named with a signature, since a closure's own is not general enough in the borrow.
        fn query_encoder<F: Fn(&str) -> Cow<'_, [u8]>>(f: F) -> F {
            f
        }
        let encode = query_encoder(|query| Cow::Owned(encoding.encode(query).0.into_owned()));
        let mut options = Url::options().base_url(Some(&self.base));
        if encoding != UTF_8 {
            options = options.encoding_override(Some(&encode));
        }
        options.parse(href.trim()).map_err(|_| Refused::Malformed)
    }

    /// What the page leads to, being of this kind and the n-th page of its list (1 for the first).
    pub fn links(&self, rules: &Rules, kind: &str, page_no: u32) -> Found {
        let mut collector = Collector::new(rules);
        for rule in rules.follow.iter().filter(|rule| rule.on == kind) {
            if let Some(selector) = &rule.links {
                self.select(selector, rule, &mut collector);
            }
        }
        let Collector { mut found, .. } = collector;
        for rule in rules.follow.iter().filter(|rule| rule.on == kind && page_no < rule.max_pages) {
            let Some(next) = &rule.next else { continue };
            let url = self.next(next, page_no).and_then(|url| rules.admit(&url, &rule.into).ok());
            // A page that leads to itself leads nowhere.
            if let Some(url) = url.filter(|url| *url != rules.canonical(&self.url)) {
                let link = Link { url, kind: rule.into.clone(), text: None };
                found.next = Some(NextPage { link, stop_when: rule.stop_when });
                break;
            }
        }
        found
    }

    fn select(&self, selector: &Selector, rule: &Rule, collector: &mut Collector) {
        static LINKS: LazyLock<Selector> = LazyLock::new(|| css("a[href], area[href]"));
        for element in self.html.select(selector) {
            if element.attr("href").is_some() {
                self.add(element, rule, collector);
            } else {
                element.select(&LINKS).for_each(|a| self.add(a, rule, collector));
            }
        }
    }

    fn add(&self, a: ElementRef, rule: &Rule, collector: &mut Collector) {
        let Some(href) = a.attr("href").map(str::trim).filter(|href| leads_on(href)) else {
            return;
        };
        let text = Some(text_of(a)).filter(|text| !text.is_empty());
        collector.add(self.resolve(href).ok(), &rule.into, text);
    }

    /// The address of the next page.
    pub(crate) fn next(&self, next: &Next, page_no: u32) -> Option<Url> {
        match next {
            Next::Template { template, from, to } => {
                let number = from.checked_add(page_no.checked_sub(1)?)?;
                if to.is_some_and(|to| number > to) {
                    return None;
                }
                self.resolve(&template.replace("{n}", &number.to_string())).ok()
            }
            Next::Link { selector, text } => self
                .next_link(selector.as_ref(), text.as_deref())
                .or_else(|| self.resolve(&next::from_script(&self.text, &self.place())?).ok()),
        }
    }

    fn place(&self) -> Place<'_> {
        Place { file: self.url.path().rsplit('/').next().unwrap_or_default() }
    }

    fn next_link(&self, selector: Option<&Selector>, text: Option<&str>) -> Option<Url> {
        static LINKS: LazyLock<Selector> = LazyLock::new(|| css("a[href], area[href]"));
        let selected: Vec<ElementRef> = self.html.select(selector.unwrap_or(&LINKS)).collect();
        // What is selected is a link, or holds some.
        let links = selected.into_iter().flat_map(|element| {
            let itself = element.attr("href").map(|_| element);
            let inside = if itself.is_some() { None } else { Some(element.select(&LINKS)) };
            itself.into_iter().chain(inside.into_iter().flatten())
        });
        let mut part = None;
        for a in links {
            let Some(href) = a.attr("href").map(str::trim).filter(|href| leads_on(href)) else {
                continue;
            };
            let Ok(url) = self.resolve(href) else { continue };
            let Some(wanted) = text else { return Some(url) };
            let said = said_by(a);
            if said.iter().any(|said| squeezed(said) == squeezed(wanted)) {
                return Some(url);
            }
            if part.is_none() && said.iter().any(|said| squeezed(said).contains(&squeezed(wanted)))
            {
                part = Some(url);
            }
        }
        part
    }
}

/// Where a page sends its reader by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// By a meta element.
    Meta(Url),
    /// By a script, on a page that shows nothing else.
    Script(Url),
}

impl Refresh {
    /// Where to.
    pub fn url(self) -> Url {
        match self {
            Self::Meta(url) | Self::Script(url) => url,
        }
    }
}

/// Characters that a page which only sends its reader on may show.
const STUB_CHARS_MAX: usize = 200;
/// Seconds after which being sent on is part of reading, as on pages that renew themselves.
const REFRESH_SECONDS_MAX: u32 = 10;

/// Where a page that shows next to nothing sends its reader: by `<meta http-equiv=refresh>`, or by a script that sets
/// the location.
pub fn refresh(page: &Listing) -> Option<Refresh> {
    static META: LazyLock<Selector> = LazyLock::new(|| css("meta[http-equiv][content]"));
    static SCRIPT: LazyLock<Selector> = LazyLock::new(|| css("script"));
    static LOCATION: LazyLock<regex::Regex> = LazyLock::new(|| {
        super::own_pattern(
            r#"location(?:\.href)?\s*=\s*["']([^"']+)["']|location\.(?:replace|assign)\(\s*["']([^"']+)["']"#,
        )
    });
    if shown_chars(page, STUB_CHARS_MAX + 1) > STUB_CHARS_MAX {
        return None;
    }
    let other = |url: &Url| url.as_str() != page.url.as_str();
    let meta = page.html.select(&META).find_map(|meta| {
        let refresh = meta.attr("http-equiv")?.trim().eq_ignore_ascii_case("refresh");
        let href = refresh.then(|| sent_to(meta.attr("content")?))??;
        page.resolve(href).ok().filter(other)
    });
    if let Some(url) = meta {
        return Some(Refresh::Meta(url));
    }
    page.html.select(&SCRIPT).find_map(|script| {
        let code: String = script.text().collect();
        let found = LOCATION.captures(&code)?;
        let href = found.get(1).or_else(|| found.get(2))?.as_str();
        page.resolve(href).ok().filter(other).map(Refresh::Script)
    })
}

/// "0; url=/a.html" → "/a.html".
fn sent_to(content: &str) -> Option<&str> {
    let (delay, rest) = content.split_once([';', ','])?;
    let seconds: f64 = delay.trim().parse().ok()?;
    if seconds > f64::from(REFRESH_SECONDS_MAX) {
        return None;
    }
    let rest = rest.trim();
    let rest = rest
        .get(..3)
        .filter(|name| name.eq_ignore_ascii_case("url"))
        .and_then(|_| rest[3..].trim_start().strip_prefix('='))
        .unwrap_or(rest);
    let address = rest.trim().trim_matches(['"', '\'']).trim();
    (!address.is_empty()).then_some(address)
}

/// Characters that a page shows, counted up to `most`.
fn shown_chars(page: &Listing, most: usize) -> usize {
    let mut n = 0;
    for node in page.html.tree.root().descendants() {
        let Some(text) = node.value().as_text() else { continue };
        let mute = node.parent().and_then(|p| p.value().as_element()).is_some_and(|e| {
            matches!(e.name(), "script" | "style" | "noscript" | "title" | "template" | "textarea")
        });
        if !mute {
            n += text.chars().filter(|c| !c.is_whitespace()).count();
        }
        if n >= most {
            return n;
        }
    }
    n
}

/// Whether an address that redirects to a site's home page is taken for one that is gone.
pub fn moved_home(rules: &Rules, asked: &Url, target: &Url) -> bool {
    let home =
        |url: &Url| matches!(url.path(), "/" | "/index.html" | "/index.htm" | "/index.shtml");
    rules.soft_404_home && home(target) && !home(asked)
}

/// Whether a page that the server called found says that there is none; why it is taken for one.
pub fn soft_404(rules: &Rules, page: &Listing) -> Option<String> {
    static TITLE: LazyLock<Selector> = LazyLock::new(|| css("title"));
    let title = page.html.select(&TITLE).next().map(text_of).unwrap_or_default();
    if rules.soft_404_title.is_match(&title) {
        return Some(format!("the title says so: {title}"));
    }
    let chars = shown_chars(page, rules.soft_404_chars);
    (chars < rules.soft_404_chars).then(|| format!("only {chars} characters of text"))
}

/// Whether a link goes to another page at all.
fn leads_on(href: &str) -> bool {
    let scripted = href.get(..11).is_some_and(|s| s.eq_ignore_ascii_case("javascript:"));
    !href.is_empty() && !href.starts_with('#') && !scripted
}

/// What a link says: its text, its title, its picture's text.
fn said_by(a: ElementRef) -> Vec<String> {
    static IMG: LazyLock<Selector> = LazyLock::new(|| css("img[alt], img[title]"));
    let mut said = vec![text_of(a)];
    said.extend(a.attr("title").map(str::to_owned));
    said.extend(
        a.select(&IMG).filter_map(|img| img.attr("alt").or(img.attr("title"))).map(str::to_owned),
    );
    said
}

/// Text of an element, spaces collapsed, bounded: it labels, nobody reads more.
fn text_of(element: ElementRef) -> String {
    const CHARS_MAX: usize = 300;
    let mut out = String::new();
    for word in element.text().flat_map(str::split_whitespace) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > CHARS_MAX * 4 {
            break;
        }
    }
    out.chars().take(CHARS_MAX).collect()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).expect("the program's own selectors are right, as tests show")
}
