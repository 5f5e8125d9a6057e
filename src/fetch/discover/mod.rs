//! What a fetched page, sitemap or feed leads to: addresses, each with the kind of page behind it.
//!
//! Everything here is pure and takes time linear in its input: pages, sitemaps and feeds are what strangers wrote.
//! Addresses come out absolute, canonical, on allowed hosts and past `[source.match]`; those that are refused are
//! counted by reason.

mod page;
mod next;
mod xml;
mod sitemap;
mod feed;

pub use feed::feed;
pub use page::{Listing, Refresh, moved_home, refresh, soft_404};
pub use sitemap::{ENTRIES_MAX, Entry, Sitemap, sitemap};

use super::canonical::{self, canonical};
use crate::config::web::{Fetch, Follow, Parts, REPORT, StopWhen};
use crate::config::{Css, Host, Pattern, Source};
use regex::{Regex, RegexSet};
use scraper::Selector;
use std::collections::BTreeMap;
use url::Url;

/// The kind of sitemaps, feeds beside them: no rule is ever on it.
const SITEMAP: &str = "";

/// A source's rules, compiled.
#[derive(Debug, Clone)]
pub struct Rules {
    follow: Vec<Rule>,
    hosts: Vec<Host>,
    include: RegexSet,
    exclude: RegexSet,
    canonical: canonical::Rules,
    url_bytes_max: usize,
    soft_404_title: RegexSet,
    soft_404_chars: usize,
    soft_404_home: bool,
}

/// A rule of `[[source.follow]]`, compiled.
#[derive(Debug, Clone)]
struct Rule {
    on: String,
    into: String,
    links: Option<Selector>,
    next: Option<Next>,
    max_pages: u32,
    stop_when: StopWhen,
}

/// How the next page is found.
#[derive(Debug, Clone)]
pub(crate) enum Next {
    /// By a link: its selector, its text, or both.
    Link { selector: Option<Selector>, text: Option<String> },
    /// By counting.
    Template { template: String, from: u32, to: Option<u32> },
}

/// An address that a page leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Absolute and canonical.
    pub url: Url,
    /// The kind of page behind it: "report" or what its rule says.
    pub kind: String,
    /// What the link says, where it says something.
    pub text: Option<String>,
}

/// The next page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextPage {
    /// Where it is.
    pub link: Link,
    /// Whether it is left out when this page has no link that was not known before.
    pub stop_when: StopWhen,
}

/// What a page leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Links, in the page's order, each address once.
    pub links: Vec<Link>,
    /// The next page of the list.
    pub next: Option<NextPage>,
    /// Addresses left out: how many for each reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Why the page as a whole could not be read.
    pub problem: Option<String>,
}

/// Why an address is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Refused {
    /// It can't be parsed, or is longer than `fetch.limits.url_bytes`.
    #[error("no address, or too long")]
    Malformed,
    /// Neither http nor https.
    #[error("neither http nor https")]
    Scheme,
    /// It has a user name or a password.
    #[error("with user name or password")]
    Credentials,
    /// Its host is not among `allowed_hosts`.
    #[error("on another host")]
    Host,
    /// A pattern of `match.exclude` matches it.
    #[error("excluded")]
    Excluded,
    /// No pattern of `match.include` matches it.
    #[error("not included")]
    NotIncluded,
}

impl Refused {
    /// The reason as a word of a closed set.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Scheme => "scheme",
            Self::Credentials => "credentials",
            Self::Host => "host",
            Self::Excluded => "excluded",
            Self::NotIncluded => "not_included",
        }
    }
}

impl Rules {
    /// The rules of a source. What the configuration checked compiles.
    pub fn new(source: &Source, fetch: &Fetch) -> Self {
        let set = |patterns: &[Pattern]| {
            RegexSet::new(patterns.iter().map(Pattern::as_str)).unwrap_or_default()
        };
        Self {
            follow: source.follow.iter().map(Rule::new).collect(),
            hosts: hosts(source),
            include: set(&source.matching.include),
            exclude: set(&source.matching.exclude),
            canonical: canonical::Rules::new(&source.matching),
            url_bytes_max: fetch.limits.url_bytes,
            soft_404_title: set(&source.soft_404.title),
            soft_404_chars: source.soft_404.min_text_chars,
            soft_404_home: source.soft_404.redirect_to_home,
        }
    }

    /// An address as it is known by, if a page of this kind may be fetched from it.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, url: &Url, kind: &str) -> Result<Url, Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let url = canonical(url, &self.canonical);
        if url.as_str().len() > self.url_bytes_max {
            return Err(Refused::Malformed);
        }
        if !url.host_str().is_some_and(|host| self.hosts.iter().any(|h| h.matches(host))) {
            return Err(Refused::Host);
        }
        if self.exclude.is_match(url.as_str()) {
            return Err(Refused::Excluded);
        }
        if kind == REPORT && !self.include.is_empty() && !self.include.is_match(url.as_str()) {
            return Err(Refused::NotIncluded);
        }
        Ok(url)
    }

    /// The one way to write an address of this source.
    pub fn canonical(&self, url: &Url) -> Url {
        canonical(url, &self.canonical)
    }

    /// Whether pages of a kind lead on.
    pub fn follows(&self, kind: &str) -> bool {
        self.follow.iter().any(|rule| rule.on == kind)
    }
}

impl Rule {
    fn new(rule: &Follow) -> Self {
        let next = match &rule.template {
            Some(template) => Some(Next::Template {
                template: template.as_str().to_owned(),
                from: rule.from,
                to: rule.to,
            }),
            None => Next::of(rule.next.as_ref(), rule.next_text.as_ref()),
        };
        Self {
            on: rule.on.get_ref().clone(),
            into: rule.leads_to().to_owned(),
            links: rule.links.as_ref().and_then(selector),
            next,
            max_pages: rule.max_pages,
            stop_when: rule.stop_when,
        }
    }
}

impl Next {
    fn of(selector: Option<&Css>, text: Option<&String>) -> Option<Self> {
        let selector = selector.and_then(self::selector);
        (selector.is_some() || text.is_some()).then(|| Self::Link { selector, text: text.cloned() })
    }

    /// How the next part of an article is found.
    pub(crate) fn part(parts: &Parts) -> Option<Self> {
        Self::of(parts.next.as_ref(), parts.next_text.as_ref())
    }
}

fn selector(css: &Css) -> Option<Selector> {
    Selector::parse(css.as_str()).ok()
}

/// The hosts that are asked: those given, else those of everything that the source starts from.
fn hosts(source: &Source) -> Vec<Host> {
    if !source.allowed_hosts.is_empty() {
        return source.allowed_hosts.clone();
    }
    let seeds = source.seeds.iter().chain(&source.discover.feeds).map(|a| a.as_str());
    let sitemaps = source.discover.sitemaps.iter().map(|s| s.get_ref().as_str());
    let host = |url: &str| Host::try_from(Url::parse(url).ok()?.host_str()?.to_owned()).ok();
    let mut hosts: Vec<Host> = seeds.chain(sitemaps).filter_map(host).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Collects links: each address once, refusals counted.
struct Collector<'a> {
    rules: &'a Rules,
    found: Found,
    seen: rustc_hash::FxHashSet<String>,
}

impl<'a> Collector<'a> {
    fn new(rules: &'a Rules) -> Self {
        Self { rules, found: Found::default(), seen: rustc_hash::FxHashSet::default() }
    }

    fn add(&mut self, url: Option<Url>, kind: &str, text: Option<String>) {
        match url.ok_or(Refused::Malformed).and_then(|url| self.rules.admit(&url, kind)) {
            Ok(url) => {
                if self.seen.insert(url.as_str().to_owned()) {
                    self.found.links.push(Link { url, kind: kind.to_owned(), text });
                }
            }
            Err(why) => *self.found.refused.entry(why.code()).or_default() += 1,
        }
    }
}

/// Compiles a pattern that the program itself is made with.
fn own_pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the program's own patterns are right, as tests show")
}

#[cfg(test)]
mod tests;
