//! RSS (0.9 to 2.0, with RDF) and Atom → the addresses of their entries.

use super::xml::{self, Step};
use super::{Collector, Found, Rules};
use crate::config::web::REPORT;
use url::Url;

/// What is known of an entry so far.
#[derive(Default)]
struct Entry {
    link: Option<String>,
    guid: Option<String>,
    title: Option<String>,
}

/// The entries of a feed that was found at `url`, as links to reports.
///
/// # Errors
/// That it is none.
pub fn feed(
    bytes: &[u8],
    url: &Url,
    http_charset: Option<&str>,
    rules: &Rules,
) -> Result<Found, String> {
    let unpacked = xml::unpacked(bytes);
    let text = xml::text(&unpacked, http_charset);
    let mut collector = Collector::new(rules);
    let mut root = None::<String>;
    let mut entry = None::<Entry>;
    let mut guid_is_address = true;
    xml::walk(&text, |step| {
        match step {
            Step::Open(name, attributes) => {
                root.get_or_insert_with(|| name.to_owned());
                let get =
                    |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
                match (name, &mut entry) {
                    ("item" | "entry", _) => entry = Some(Entry::default()),
                    ("guid", _) => guid_is_address = get("ispermalink") != Some("false"),
                    // Atom: the first link that is the entry itself.
                    ("link", Some(entry)) if entry.link.is_none() => {
                        if matches!(get("rel"), None | Some("alternate")) {
                            entry.link = get("href").map(str::to_owned);
                        }
                    }
                    _ => {}
                }
            }
            Step::Close(name, text) => match (name, &mut entry) {
                ("item" | "entry", Some(done)) => {
                    if let Some(address) = done.link.take().or_else(|| done.guid.take()) {
                        collector.add(url.join(address.trim()).ok(), REPORT, done.title.take());
                    }
                    entry = None;
                }
                ("link", Some(entry)) if entry.link.is_none() && !text.is_empty() => {
                    entry.link = Some(text.to_owned());
                }
                ("guid", Some(entry)) if guid_is_address && text.starts_with("http") => {
                    entry.guid = Some(text.to_owned());
                }
                ("title", Some(entry)) if entry.title.is_none() && !text.is_empty() => {
                    entry.title = Some(text.to_owned());
                }
                _ => {}
            },
        }
        true
    });
    match root.as_deref() {
        Some("rss" | "feed" | "rdf") => Ok(collector.found),
        Some(other) => Err(format!("no feed: its root is <{other}>")),
        None => Err("no feed: no element in it".to_owned()),
    }
}
