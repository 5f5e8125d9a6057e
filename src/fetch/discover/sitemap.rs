//! Sitemaps (sitemaps.org): lists of pages, lists of sitemaps, or plain text with an address a line; any of them also
//! packed with gzip.

use super::xml::{self, Step};
use super::{Collector, Found, Refused, Rules};
use crate::config::web::REPORT;
use url::Url;

/// Entries of a sitemap that count: sitemaps.org's limit.
pub const ENTRIES_MAX: usize = 50_000;

/// A page that a sitemap names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its address, as written.
    pub address: String,
    /// When it last changed, as written.
    pub lastmod: Option<String>,
}

/// What a sitemap holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Pages.
    pub pages: Vec<Entry>,
    /// Further sitemaps.
    pub sitemaps: Vec<Entry>,
    /// Whether there was more than the limit.
    pub truncated: bool,
}

/// Reads a sitemap.
///
/// # Errors
/// That it is none: HTML, or anything else without an address.
pub fn sitemap(bytes: &[u8], http_charset: Option<&str>) -> Result<Sitemap, String> {
    let unpacked = xml::unpacked(bytes);
    let text = xml::text(&unpacked, http_charset);
    let mut sitemap = Sitemap { truncated: unpacked.len() >= xml::BYTES_MAX, ..Sitemap::default() };
    let is_text = !text.trim_start().starts_with('<');
    if is_text {
        read_text(&text, &mut sitemap);
    } else {
        read_xml(&text, &mut sitemap)?;
    }
    if is_text && sitemap.pages.is_empty() {
        return Err("no sitemap: no line is an address".to_owned());
    }
    Ok(sitemap)
}

fn read_text(text: &str, sitemap: &mut Sitemap) {
    let address = |line: &&str| line.starts_with("http://") || line.starts_with("https://");
    let mut lines = text.lines().map(str::trim).filter(address);
    let entry = |line: &str| Entry { address: line.to_owned(), lastmod: None };
    sitemap.pages.extend(lines.by_ref().take(ENTRIES_MAX).map(entry));
    sitemap.truncated |= lines.next().is_some();
}

fn read_xml(text: &str, sitemap: &mut Sitemap) -> Result<(), String> {
    let (mut root, mut inside) = (None::<String>, None::<&'static str>);
    let (mut address, mut lastmod) = (None, None);
    xml::walk(text, |step| {
        match step {
            Step::Open(name, _) => {
                root.get_or_insert_with(|| name.to_owned());
                match name {
                    "url" => inside = Some("url"),
                    "sitemap" => inside = Some("sitemap"),
                    _ => {}
                }
            }
            // The first: image and video extensions have a loc of their own further down.
            Step::Close("loc", text) if inside.is_some() && address.is_none() => {
                address = Some(text.to_owned());
            }
            Step::Close("lastmod", text) if inside.is_some() => lastmod = Some(text.to_owned()),
            Step::Close("url" | "sitemap", _) => {
                let entry = address.take().filter(|a| !a.is_empty());
                let entry = entry.map(|address| Entry { address, lastmod: lastmod.take() });
                let list = if inside == Some("sitemap") {
                    &mut sitemap.sitemaps
                } else {
                    &mut sitemap.pages
                };
                if list.len() >= ENTRIES_MAX {
                    sitemap.truncated = true;
                    return false;
                }
                list.extend(entry);
                (inside, lastmod) = (None, None);
            }
            Step::Close(..) => {}
        }
        true
    });
    match root.as_deref() {
        Some("urlset" | "sitemapindex") => Ok(()),
        Some(other) => Err(format!("no sitemap: its root is <{other}>")),
        None => Err("no sitemap: no element in it".to_owned()),
    }
}

impl Sitemap {
    /// The pages that the rules admit, as reports.
    pub fn links(&self, rules: &Rules) -> Found {
        let mut collector = Collector::new(rules);
        for entry in &self.pages {
            collector.add(Url::parse(&entry.address).ok(), REPORT, None);
        }
        collector.found
    }

    /// The further sitemaps on allowed hosts, each once, and how many there are elsewhere.
    pub fn further(&self, rules: &Rules) -> (Vec<Url>, u64) {
        let mut further = Vec::new();
        let mut refused = 0;
        for entry in &self.sitemaps {
            // Patterns are about pages; of a sitemap only the host counts.
            let url = Url::parse(&entry.address).ok();
            match url.map(|url| (rules.admit(&url, super::SITEMAP), url)) {
                Some((Ok(url), _)) => further.push(url),
                Some((Err(Refused::Excluded), url)) => further.push(rules.canonical(&url)),
                _ => refused += 1,
            }
        }
        let mut seen = rustc_hash::FxHashSet::default();
        further.retain(|url| seen.insert(url.clone()));
        (further, refused)
    }
}
