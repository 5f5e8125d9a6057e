//! Articles that go over several pages: which pages of a source belong together, and in which order.
//!
//! Of pages of the store a fetch has learnt it. Files and the pages of archives are read once beforehand, and the link
//! of each to its next part is followed among the pages of the same source, by address. A part lies on the host of
//! the first page, in its folder or below it. A page is in one article only, so that links that run in a circle end
//! where they began.

use super::Error;
use super::pages::{Opened, open};
use super::plan::{Form, Input, Plan};
use crate::config::{Config, Source};
use crate::decode;
use crate::fetch::canonical::{self, canonical};
use crate::fetch::discover::{Listing, Next};
use crate::page::{Page, PageInfo};
use rustc_hash::{FxHashMap, FxHashSet};
use std::io;
use url::Url;

/// Bytes of further pages of one source's archives that are held until their article's turn comes. What is beyond
/// stays a page of its own.
const HELD_BYTES_MAX: u64 = 1 << 30;

/// A page: the index of its input in the plan, and its place in that, which is 0 but in archives.
pub(super) type At = (usize, u32);

/// The articles of a source that have more than one page, or lack one.
#[derive(Debug, Default)]
pub(super) struct Articles {
    /// Further pages by the first.
    further: FxHashMap<At, Vec<At>>,
    /// First page by the further ones.
    first: FxHashMap<At, At>,
    /// First pages of articles of which a page is not there.
    incomplete: FxHashSet<At>,
    /// What the pages of articles are called before names are made unique.
    names: FxHashMap<At, String>,
    /// Further pages that stand in archives.
    held: FxHashMap<At, Page>,
}

impl Articles {
    /// Finds the articles of a source.
    pub(super) fn of_source(
        plan: &Plan,
        config: &Config,
        source_idx: usize,
    ) -> Result<Self, Error> {
        let source = &config.sources[source_idx];
        let Some(parts) = &source.parts else { return Ok(Self::default()) };
        let inputs = || plan.inputs.of_source(source_idx);
        if plan.inputs.stored_of(source_idx).next().is_some() {
            return Self::of_store(plan, source_idx, parts.max).map_err(Error::List);
        }
        let Some(next) = Next::part(parts) else { return Ok(Self::default()) };
        let mut pages = Vec::new();
        for input in inputs() {
            let (input_idx, input) = input.map_err(Error::List)?;
            each_page(&input, source, config, |n, page| {
                pages.push(linked((input_idx, n), &input, &page, source, &next));
            })?;
        }
        let mut articles = Self::default();
        for (chain, is_whole) in chains(&pages, parts.max as usize) {
            let [first, further @ ..] = chain.as_slice() else { continue };
            articles.add(pages[*first].at, further.iter().map(|i| pages[*i].at), is_whole);
            for page in chain {
                articles.names.insert(pages[page].at, pages[page].name.clone());
            }
        }
        for input in inputs() {
            let (input_idx, input) = input.map_err(Error::List)?;
            articles.hold(input_idx, &input, source, config)?;
        }
        Ok(articles)
    }

    /// Articles as the fetch has found them: a further page knows the first, and its place.
    fn of_store(plan: &Plan, source_idx: usize, max: u32) -> io::Result<Self> {
        let pages = || {
            let all = plan.inputs.stored_of(source_idx);
            all.filter(|page| {
                let answered = |status: Option<u16>| status.is_none_or(|s| (200..300).contains(&s));
                page.as_ref().map_or(true, |(_, page)| answered(page.stored.status))
            })
        };
        let mut further: Vec<(String, u32, At, String)> = Vec::new();
        for page in pages() {
            let (input_idx, page) = page?;
            if let Some((first, place)) = page.part_of {
                further.push((first, place, (input_idx, 0), page.url));
            }
        }
        further.sort_unstable();
        let mut articles = Self::default();
        if further.is_empty() {
            return Ok(articles);
        }
        for page in pages() {
            let (input_idx, page) = page?;
            let from = further.partition_point(|part| part.0 < page.url);
            let n = further[from..].partition_point(|part| part.0 == page.url);
            if page.part_of.is_some() || n == 0 {
                continue;
            }
            let article = &further[from..from + n];
            let is_whole = n < max as usize && (1..).zip(article).all(|(n, part)| part.1 == n);
            let article = &article[..n.min(max.saturating_sub(1) as usize)];
            let first = (input_idx, 0);
            articles.add(first, article.iter().map(|part| part.2), is_whole);
            articles.names.insert(first, page.url);
            articles.names.extend(article.iter().map(|part| (part.2, part.3.clone())));
        }
        Ok(articles)
    }

    fn add(&mut self, first: At, further: impl Iterator<Item = At>, is_whole: bool) {
        let further: Vec<At> = further.collect();
        for part in &further {
            self.first.insert(*part, first);
        }
        if !further.is_empty() {
            self.further.insert(first, further);
        }
        if !is_whole {
            self.incomplete.insert(first);
        }
    }

    /// Reads the further pages of an archive into memory: its records can't be sought out later.
    fn hold(
        &mut self,
        input_idx: usize,
        input: &Input,
        source: &Source,
        config: &Config,
    ) -> Result<(), Error> {
        let is_wanted = |at: &At| at.0 == input_idx;
        if input.form != Form::Warc || !self.first.keys().any(is_wanted) {
            return Ok(());
        }
        let mut held_bytes: u64 = self.held.values().map(|p| p.bytes.len() as u64).sum();
        each_page(input, source, config, |n, page| {
            let at = (input_idx, n);
            let Some(first) = self.first.get(&at).copied() else { return };
            held_bytes += page.bytes.len() as u64;
            if held_bytes <= HELD_BYTES_MAX {
                self.held.insert(at, page);
                return;
            }
            self.first.remove(&at);
            self.names.remove(&at);
            self.incomplete.insert(first);
            if let Some(further) = self.further.get_mut(&first) {
                further.retain(|part| *part != at);
            }
        })
    }

    /// The further pages of an article, by its first page.
    pub(super) fn further(&self, first: At) -> &[At] {
        self.further.get(&first).map_or(&[], Vec::as_slice)
    }

    /// The first page of the article that a page is a further one of.
    pub(super) fn first(&self, part: At) -> Option<At> {
        self.first.get(&part).copied()
    }

    /// Whether a page of the article is known to be missing.
    pub(super) fn is_whole(&self, first: At) -> bool {
        !self.incomplete.contains(&first)
    }

    /// What a page of an article is called before names are made unique; null for all other pages.
    pub(super) fn name(&self, at: At) -> Option<&str> {
        self.names.get(&at).map(String::as_str)
    }

    /// A further page that stands in an archive.
    pub(super) fn take_held(&mut self, part: At) -> Option<Page> {
        self.held.remove(&part)
    }
}

/// Reads every page of an input that can be read.
fn each_page(
    input: &Input,
    source: &Source,
    config: &Config,
    mut f: impl FnMut(u32, Page),
) -> Result<(), Error> {
    match open(input, source, config.limits.page_bytes)? {
        Opened::Page(content) => {
            if let Ok(page) = content.load()? {
                f(0, page);
            }
        }
        Opened::Archive(records) => {
            (0..).zip(records).for_each(|(n, read)| read.into_iter().for_each(|page| f(n, page)));
        }
    }
    Ok(())
}

/// A page and where its article goes on.
#[derive(Debug)]
struct Linked {
    at: At,
    name: String,
    url: Option<Url>,
    next: Option<Url>,
}

fn linked(at: At, input: &Input, page: &Page, source: &Source, next: &Next) -> Linked {
    let url = address(input, &page.info);
    let options = decode::Options {
        charset: source.charset.as_ref().map(|c| c.get_ref().clone()),
        language: source.language.clone(),
    };
    let next = url.as_ref().and_then(|url| {
        let listing =
            Listing::new(&page.bytes, url, page.info.http_charset.as_deref(), &options).ok()?;
        let next = canonical(&listing.next(next, 1)?, &canonical::Rules::default());
        (next != *url && is_beside(url, &next)).then_some(next)
    });
    Linked { at, name: page.info.source.clone(), url, next }
}

/// What links to a page say: its address, or for a file without one a made-up address with its path.
fn address(input: &Input, info: &PageInfo) -> Option<Url> {
    let gz = matches!(input.form, Form::Page { gz: true, .. });
    let unpacked =
        |path: &'_ str| if gz { path.trim_end_matches(".gz").to_owned() } else { path.to_owned() };
    let url = match &info.url {
        Some(url) => Url::parse(&unpacked(url)).ok()?,
        None => {
            let mut url = Url::parse("http://files.invalid").ok()?;
            url.path_segments_mut().ok()?.extend(unpacked(&input.inside).split('/'));
            url
        }
    };
    Some(canonical(&url, &canonical::Rules::default()))
}

/// Whether a page lies on the host of another, in its folder or below.
fn is_beside(first: &Url, next: &Url) -> bool {
    let folder = first.path().rfind('/').map_or("", |at| &first.path()[..=at]);
    first.host_str() == next.host_str()
        && first.port_or_known_default() == next.port_or_known_default()
        && next.path().starts_with(folder)
}

/// Pages, as indices, that make up an article, and whether all of it is there. Pages that neither lead on nor are
/// led to are not among them.
fn chains(pages: &[Linked], max: usize) -> Vec<(Vec<usize>, bool)> {
    let mut captures: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut nth = Vec::with_capacity(pages.len());
    for (i, page) in pages.iter().enumerate() {
        let of_url = captures.entry(page.url.as_ref().map_or("", Url::as_str)).or_default();
        nth.push(of_url.len());
        of_url.push(i);
    }
    // The second capture of a page goes on at the second capture of the next one.
    let next: Vec<Option<usize>> = pages
        .iter()
        .zip(&nth)
        .map(|(page, nth)| captures.get(page.next.as_ref()?.as_str())?.get(*nth).copied())
        .collect();
    let led_to: FxHashSet<usize> = next.iter().flatten().copied().collect();
    let (mut rest, mut order): (Vec<usize>, Vec<usize>) =
        (0..pages.len()).partition(|i| led_to.contains(i));
    // Pages that nothing else leads to lie on circles, or behind the longest article. Of a circle the page with the
    // shortest address is the first: the others add a number to it.
    rest.sort_by_key(|i| (pages[*i].url.as_ref().map_or(0, |u| u.as_str().len()), *i));
    order.extend(rest);
    let mut taken = vec![false; pages.len()];
    let mut chains = Vec::new();
    for head in order {
        if std::mem::replace(&mut taken[head], true) {
            continue;
        }
        let mut chain = vec![head];
        let mut at = head;
        let is_whole = loop {
            let Some(_) = &pages[at].next else { break true };
            let beside = |i: &usize| {
                let (first, next) = (&pages[head].url, &pages[*i].url);
                first.as_ref().zip(next.as_ref()).is_some_and(|(f, n)| is_beside(f, n))
            };
            match next[at].filter(beside) {
                Some(i) if chain.contains(&i) => break true,
                Some(i) if !taken[i] && chain.len() < max => {
                    taken[i] = true;
                    chain.push(i);
                    at = i;
                }
                _ => break false,
            }
        };
        if chain.len() > 1 || !is_whole {
            chains.push((chain, is_whole));
        }
    }
    chains
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages by name with the name of the next, in one folder.
    fn pages(links: &[(&str, &str)]) -> Vec<Linked> {
        let url = |name: &str| Url::parse(&format!("http://a.example/r/{name}")).ok();
        (0..)
            .zip(links)
            .map(|(n, (name, next))| Linked {
                at: (n, 0),
                name: (*name).to_owned(),
                url: url(name),
                next: url(next).filter(|_| !next.is_empty()),
            })
            .collect()
    }

    #[track_caller]
    fn check(links: &[(&str, &str)], max: usize, expected: &[(&[usize], bool)]) {
        let found = chains(&pages(links), max);
        let found: Vec<(&[usize], bool)> = found.iter().map(|(c, w)| (c.as_slice(), *w)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pages_are_joined_in_the_order_of_their_links() {
        check(&[("a-2", "a-3"), ("a-3", ""), ("a", "a-2"), ("b", "")], 9, &[(&[2, 0, 1], true)]);
    }

    #[test]
    fn circles_end_where_they_began() {
        check(&[("a", "b"), ("b", "c"), ("c", "a")], 9, &[(&[0, 1, 2], true)]);
        check(&[("a", "b"), ("b", "c"), ("c", "b")], 9, &[(&[0, 1, 2], true)]);
        check(&[("a-2", "a_3"), ("a", "a-2"), ("a_3", "a")], 9, &[(&[1, 0, 2], true)]);
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        check(&[("a", "b"), ("c", "")], 9, &[(&[0], false)]);
        check(&[("a", "b"), ("b", "c"), ("c", "")], 2, &[(&[0, 1], false)]);
        check(&[("a", "c"), ("b", "c"), ("c", "")], 9, &[(&[0, 2], true), (&[1], false)]);
    }

    #[test]
    fn captures_are_told_apart() {
        check(
            &[("a", "b"), ("b", ""), ("a", "b"), ("b", "")],
            9,
            &[(&[0, 1], true), (&[2, 3], true)],
        );
    }

    #[test]
    fn parts_lie_beside_the_first_page() {
        let beside = |a: &str, b: &str| is_beside(&Url::parse(a).unwrap(), &Url::parse(b).unwrap());
        assert!(beside("http://a.example/r/t1.html", "http://a.example/r/t1_2.html"));
        assert!(beside("http://a.example/r/t1.html", "https://a.example:80/r/t1/2.html"));
        assert!(!beside("http://a.example/r/t1.html", "http://b.example/r/t1_2.html"));
        assert!(!beside("http://a.example/r/t1.html", "http://a.example/s/t1_2.html"));
    }
}
