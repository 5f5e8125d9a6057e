//! The pages of a plan, in order: found one by one, loaded where they are wanted.

use super::digests::Stat;
use super::files::sha256;
use super::parts::{Articles, At};
use super::plan::{Form, Input, Plan};
use super::{Content, Error, Found, Read, Unreadable, warc};
use crate::config::{Config, Source};
use crate::page::{Article, Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
use flate2::read::MultiGzDecoder;
use rustc_hash::{FxHashMap, FxHashSet};
use std::io::{self, Read as _};

/// The pages of a plan, in order.
pub(super) struct Pages<'a> {
    plan: &'a Plan,
    config: &'a Config,
    next: usize,
    /// The archive that is being read, with the index of its input and the number of its next page.
    archive: Option<(usize, u32, Box<dyn Iterator<Item = Read>>)>,
    /// The names that were given out, by a hash of each, and how often those that were asked for again.
    names: FxHashSet<u64>,
    again: FxHashMap<u64, u32>,
    /// The names of pages that are of articles, which are asked for before their turn.
    given: FxHashMap<At, String>,
    /// The articles of the source that is being read, and its index.
    articles: Articles,
    articles_of: Option<usize>,
    n_pages: u64,
}

impl<'a> Pages<'a> {
    pub(super) fn new(plan: &'a Plan, config: &'a Config) -> Self {
        Self {
            plan,
            config,
            next: 0,
            archive: None,
            names: FxHashSet::default(),
            again: FxHashMap::default(),
            given: FxHashMap::default(),
            articles: Articles::default(),
            articles_of: None,
            n_pages: 0,
        }
    }

    /// Gives a page its unique name, joins it to its article and stops it where the run has enough.
    fn admit(&mut self, at: At, source_idx: usize, mut content: Content) -> Result<Found, Error> {
        let name = self.name(at, content.source_mut().clone());
        *content.source_mut() = name;
        self.n_pages += 1;
        if let Some(limit) = self.config.limits.pages.filter(|limit| self.n_pages > *limit) {
            let message = format!("beyond limits.pages = {limit}");
            content = content.rejected(Reject::new(Stage::Ingest, Reason::PageLimit, message));
        } else if let Some(first) = self.articles.first(at) {
            let name = self.name_of(first);
            let message = format!("a further page of the article {name}");
            content = content.rejected(Reject::new(Stage::Ingest, Reason::MergedInto, message));
        }
        let mut found = Found {
            input_idx: at.0,
            source_idx,
            content,
            parts: Vec::new(),
            part_inputs: Vec::new(),
            is_whole: self.articles.is_whole(at),
        };
        if found.content.info().is_some() {
            self.add_parts(at, &mut found)?;
        }
        Ok(found)
    }

    /// Adds the further pages of an article to its first.
    fn add_parts(&mut self, first: At, found: &mut Found) -> Result<(), Error> {
        let mut names = Vec::new();
        for part in self.articles.further(first).to_vec() {
            let content = match self.articles.take_held(part) {
                Some(page) => Content::Page(page),
                None => {
                    let input = self.plan.inputs.get(part.0).map_err(Error::List)?;
                    let Some(input) = input else { continue };
                    let source = &self.config.sources[input.source_idx];
                    match open(&input, source, self.config.limits.page_bytes)? {
                        Opened::Page(content) => *content,
                        Opened::Archive(_) => continue, // its pages are held
                    }
                }
            };
            names.push(self.name_of(part));
            found.parts.push(content);
            found.part_inputs.push(part.0);
        }
        if let Some(info) = found.content.info_mut() {
            info.parts = names;
        }
        Ok(())
    }

    /// The unique name of a page of an article.
    fn name_of(&mut self, at: At) -> String {
        let base = self.articles.name(at).unwrap_or_default().to_owned();
        self.name(at, base)
    }

    /// The unique name of a page that calls itself `base`.
    fn name(&mut self, at: At, base: String) -> String {
        if let Some(name) = self.given.get(&at) {
            return name.clone();
        }
        let mut name = base;
        loop {
            let digest = warc::short_digest(&name);
            if self.names.insert(digest) {
                break;
            }
            let n = self.again.entry(digest).or_insert(1);
            *n += 1;
            name = format!("{name}~{n}");
        }
        if self.articles.name(at).is_some() {
            self.given.insert(at, name.clone());
        }
        name
    }

    /// Learns the articles of the source whose turn it is.
    fn enter(&mut self, source_idx: usize) -> Result<(), Error> {
        if self.articles_of != Some(source_idx) {
            self.articles = Articles::of_source(self.plan, self.config, source_idx)?;
            self.given.clear();
            self.articles_of = Some(source_idx);
        }
        Ok(())
    }

    fn next_page(&mut self) -> Result<Option<Found>, Error> {
        loop {
            if let Some((input_idx, n, records)) = &mut self.archive {
                let at = (*input_idx, *n);
                *n += 1;
                let content = match records.next() {
                    Some(Ok(page)) => Content::Page(page),
                    Some(Err(unreadable)) => Content::Unreadable(unreadable),
                    None => {
                        self.archive = None;
                        continue;
                    }
                };
                let source_idx = self.articles_of.unwrap_or_default();
                return self.admit(at, source_idx, content).map(Some);
            }
            let input_idx = self.next;
            let input = self.plan.inputs.get(input_idx).map_err(Error::List)?;
            let Some(input) = input else { return Ok(None) };
            self.next += 1;
            self.enter(input.source_idx)?;
            let source = &self.config.sources[input.source_idx];
            match open(&input, source, self.config.limits.page_bytes)? {
                Opened::Page(content) => {
                    return self.admit((input_idx, 0), input.source_idx, *content).map(Some);
                }
                Opened::Archive(records) => self.archive = Some((input_idx, 0, records)),
            }
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_page().transpose()
    }
}

/// What an input holds.
pub(super) enum Opened {
    /// One page, still to be read.
    Page(Box<Content>),
    /// The pages of an archive.
    Archive(Box<dyn Iterator<Item = Read>>),
}

/// Opens an input whose pages have at most `cap` bytes.
pub(super) fn open(input: &Input, source: &Source, cap: u64) -> Result<Opened, Error> {
    let mut info = PageInfo {
        source: input.name.clone(),
        source_name: source.name.get_ref().clone(),
        ..PageInfo::default()
    };
    match &input.content {
        Ok((bytes, sha256)) => (info.bytes, info.content_sha256) = (*bytes, sha256.clone()),
        Err(why) => {
            let message = format!("cannot read the file: {why}");
            let reject = Reject::new(Stage::Ingest, Reason::Undecodable, message);
            let source = info.source;
            let unreadable = Unreadable { source, reject, bytes: None, content_sha256: None };
            return Ok(Opened::Page(Box::new(Content::Unreadable(unreadable))));
        }
    }
    let (gz, media_type) = match &input.form {
        Form::Page { gz, media_type } => (*gz, media_type),
        Form::Warc => {
            let records = warc::pages(&input.path, &input.name, &info.source_name, cap)
                .map_err(|e| Error::Read { path: input.path.clone(), source: e })?;
            return Ok(Opened::Archive(Box::new(records)));
        }
        #[cfg(feature = "fetch")]
        Form::Stored(page) => {
            let info = super::stored::info(page, source);
            return Ok(Opened::Page(Box::new(Content::Stored { info, page: page.clone(), cap })));
        }
    };
    if info.bytes > cap {
        let message = format!("{} bytes, more than limits.page_bytes = {cap}", info.bytes);
        let reject = Reject::new(Stage::Ingest, Reason::TooLarge, message);
        return Ok(Opened::Page(Box::new(Content::Unreadable(Unreadable::of(&info, reject)))));
    }
    info.media_type = media_type.map(str::to_owned);
    let base = source.base_url.as_ref();
    info.url = base.map(|base| format!("{}/{}", base.trim_end_matches('/'), input.inside));
    let (path, stat) = (input.path.clone(), input.stat);
    Ok(Opened::Page(Box::new(Content::File { info, path, stat, gz, cap })))
}

impl Found {
    /// Reads the page and the further pages of its article, as far as that is still to be done. Any thread may do so.
    ///
    /// # Errors
    /// A file is gone or is not what it was when the run began.
    pub fn load(self) -> Result<Result<Article, Unreadable>, Error> {
        let page = match self.content.load()? {
            Ok(page) => page,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let parts = self.parts.into_iter().map(|part| part.load().map(Result::ok));
        let parts = parts.collect::<Result<_, Error>>()?;
        Ok(Ok(Article { page, parts, is_whole: self.is_whole }))
    }
}

impl Content {
    /// Reads a page.
    pub(super) fn load(self) -> Result<Read, Error> {
        let (info, path, stat, gz, cap) = match self {
            Self::Page(page) => return Ok(Ok(page)),
            Self::Unreadable(unreadable) => return Ok(Err(unreadable)),
            #[cfg(feature = "fetch")]
            Self::Stored { info, page, cap } => return super::stored::load(&page, info, cap),
            Self::File { info, path, stat, gz, cap } => (info, path, stat, gz, cap),
        };
        let stored =
            std::fs::read(&path).map_err(|e| Error::Read { path: path.clone(), source: e })?;
        // A file that is as it was when it was digested is not digested again.
        let now = std::fs::metadata(&path).ok().as_ref().and_then(Stat::of);
        let same = stat.is_some() && now == stat && stored.len() as u64 == info.bytes;
        if !same && sha256(&stored) != info.content_sha256 {
            return Err(Error::Changed { path });
        }
        let reject = |reason, message| {
            Ok(Err(Unreadable::of(&info, Reject::new(Stage::Ingest, reason, message))))
        };
        let bytes = match gz.then(|| unpack(&stored, cap)) {
            None => stored,
            Some(Ok(Some(bytes))) => bytes,
            Some(Ok(None)) => {
                let message = format!("more than limits.page_bytes = {cap} bytes once unpacked");
                return reject(Reason::TooLarge, message);
            }
            Some(Err(e)) => {
                return reject(Reason::Undecodable, format!("the gzip file is damaged: {e}"));
            }
        };
        Ok(Ok(Page { info, bytes }))
    }
}

/// Unpacks gzip; null if there is more than `cap`.
fn unpack(stored: &[u8], cap: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    MultiGzDecoder::new(stored).take(cap + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= cap).then_some(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacking_stops_at_the_cap() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &[b'a'; 1000]).expect("in memory");
        let packed = packed.finish().expect("in memory");
        assert_eq!(unpack(&packed, 1000).expect("sound").map(|c| c.len()), Some(1000));
        assert_eq!(unpack(&packed, 999).expect("sound"), None);
    }
}
