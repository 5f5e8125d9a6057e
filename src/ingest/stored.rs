//! Pages of the raw store: what a fetch brought, read from its records without any network.
//!
//! A run sees the store as it was when the run was planned. What is planned comes from the index, which is quick; the
//! body is read when the page is wanted, and has to be the one that the index promised.

use super::plan::Plan;
use super::{Error, Fetched, Read, StoreState, Unreadable, warc};
use crate::config::web::Kind;
use crate::config::{Config, Source};
use crate::hex::hex;
use crate::page::{Page, PageInfo};
use crate::reject::{Reason, Reject, Stage};
use crate::store::{self, Known, Reader, SnapshotId, SnapshotPage, Url};
use sha2::{Digest, Sha256};
use std::io;

/// Redirects of one address that are followed from row to row; no fetch follows more.
const HOPS_MAX: usize = 100;

/// Adds the pages of a web source, and what became of its addresses. The store is opened for the first source that
/// wants it, so that all of them see it in one state.
pub(super) fn plan_source(
    config: &Config,
    source_idx: usize,
    store: &mut Option<Reader>,
    plan: &mut Plan,
) -> Result<(), Error> {
    let source = &config.sources[source_idx];
    let name = source.name.get_ref();
    let reader = match store {
        Some(reader) => reader,
        None => store.insert(open(config, name)?),
    };
    plan.inputs.enter_stored(source_idx, name, reader.raw());
    let mut is_known = false;
    reader.each_known(name, |known| {
        is_known = true;
        if let Some(page) = reader.page(&known)? {
            plan.inputs.push_stored(&page).map_err(Error::List)?;
        }
        if let Some(row) = fetched(known, reader)? {
            plan.fetches.push(&row).map_err(Error::List)?;
        }
        Ok::<_, Error>(())
    })?;
    if is_known {
        return Ok(());
    }
    let why = format!("the store {} has nothing of it", reader.dir().display());
    Err(Error::NotFetched { name: name.clone(), why })
}

/// Opens the store of a configuration.
fn open(config: &Config, name: &str) -> Result<Reader, Error> {
    let dir = config.root.join(&config.fetch.store);
    Reader::open(&dir).map_err(|e| match e {
        store::Error::Missing { .. } => {
            Error::NotFetched { name: name.to_owned(), why: e.to_string() }
        }
        e => e.into(),
    })
}

/// What the pages and rows of a plan come from, in two digests; null without sources of kind web.
///
/// # Errors
/// The list of the pages can't be read.
pub(super) fn state(config: &Config, plan: &Plan) -> io::Result<Option<StoreState>> {
    let web = config.sources.iter().enumerate().filter(|(_, s)| s.kind == Kind::Web);
    let mut web: Vec<(&str, usize)> =
        web.map(|(idx, s)| (s.name.get_ref().as_str(), idx)).collect();
    if web.is_empty() {
        return Ok(None);
    }
    web.sort_unstable();
    let mut snapshot = SnapshotId::default();
    for (_, source_idx) in web {
        for page in plan.inputs.stored_of(source_idx) {
            snapshot.add(&page?.1);
        }
    }
    let mut fetches = Sha256::new();
    for row in plan.fetches.json() {
        let row = row?;
        fetches.update((row.len() as u64).to_le_bytes());
        fetches.update(row);
    }
    Ok(Some(StoreState { snapshot: snapshot.finish(), fetches: hex(&fetches.finalize()) }))
}

/// The row of `fetches` for an address; none for one that no fetch has dealt with.
fn fetched(known: Known, reader: &Reader) -> Result<Option<Fetched>, Error> {
    let Some(outcome) = known.url.outcome else { return Ok(None) };
    let final_url = final_url(&known.url, reader)?;
    let url = known.url;
    Ok(Some(Fetched {
        url: url.url,
        final_url,
        source_name: url.source,
        outcome: outcome.code().to_owned(),
        http_status: url.status,
        attempts: url.attempts,
        bytes: url.bytes,
        content_sha256: known.body.map(|body| body.payload_sha256),
        message: url.message,
    }))
}

/// Where an address led in the end: itself where it answered, nowhere where it did not.
fn final_url(url: &Url, reader: &Reader) -> Result<Option<String>, Error> {
    let mut at = url.clone();
    for _ in 0..HOPS_MAX {
        let Some(target) = &at.target else { break };
        match reader.find(&at.source, target)? {
            Some(next) if next.url.id != url.id => at = next.url,
            _ => return Ok(Some(target.clone())),
        }
    }
    Ok(at.status.map(|_| at.url))
}

/// What the index says of a page.
pub(super) fn info(page: &SnapshotPage, source: &Source) -> PageInfo {
    let stored = &page.stored;
    let content_type = stored.content_type.as_deref();
    PageInfo {
        source: page.url.clone(),
        source_name: source.name.get_ref().clone(),
        url: Some(page.url.clone()),
        fetched_at: warc::date(&stored.date),
        http_status: stored.status.map(i32::from),
        media_type: content_type.and_then(warc::media_type),
        http_charset: content_type.and_then(warc::http_charset),
        content_sha256: stored.payload_sha256.clone(),
        bytes: stored.payload_bytes,
        ..PageInfo::default()
    }
}

/// Reads a page's body, which must be the one that `info` promises.
pub(super) fn load(page: &SnapshotPage, info: PageInfo, cap: u64) -> Result<Read, Error> {
    if info.bytes > cap {
        let message = format!("{} bytes, more than limits.page_bytes = {cap}", info.bytes);
        let reject = Reject::new(Stage::Ingest, Reason::TooLarge, message);
        return Ok(Err(Unreadable::of(&info, reject)));
    }
    let member = page.stored.read()?;
    let damaged = |why: String| Err(Error::Damaged { url: page.url.clone(), why });
    match warc::stored(&member, &info.source_name, cap) {
        Some(Ok(read)) if read.info.content_sha256 == info.content_sha256 => {
            Ok(Ok(Page { info, bytes: read.bytes }))
        }
        Some(Err(unreadable))
            if unreadable.content_sha256.as_ref() == Some(&info.content_sha256) =>
        {
            Ok(Err(Unreadable::of(&info, unreadable.reject)))
        }
        Some(Err(unreadable)) => damaged(unreadable.reject.message),
        Some(Ok(_)) => damaged("its content is another than the index says".to_owned()),
        None => damaged("it is no record of a page".to_owned()),
    }
}
