//! Labelled dates, bare date lines, the head's elements and the address → when the page was published.
//!
//! What a reader sees beside the title comes first, then what the head says in the elements that content management
//! systems fill (`PubDate`, `article:published_time`), JSON-LD, `<time>`, the address, and a signature at the end. A date
//! after the page was fetched is wrong whatever says it, and a date out of the story is none.

use super::dates::{self, Order, Stamp};
use super::fields::{self, Field, Labelled};
use crate::clean::{Hints, events};
use crate::han;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// Names of head elements that hold the day of publication, best first.
const PUBLISHED: &[&str] = &[
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publicationdate",
    "article:published_time",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "rnews:datepublished",
    "datepublished",
    "firstpublishedtime",
    "article.published",
    "article:publicationdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.available",
    "dc.date.publication",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "parsely-pub-date",
    "sailthru.date",
    "originalpublicationdate",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "shareaholic:article_published_time",
    "ptime",
    "pdate",
    "pub_date",
    "publish_time",
    "publishtime",
    "published_time",
    "published_date",
    "releasedate",
    "release_date",
    "date_published",
    "datecreated",
    "article_date_original",
    "og:release_date",
    "bt:pubdate",
    "weibo: article:create_at",
    "weibo:article:create_at",
    "apub:time",
    "_pubtime",
    "createtime",
    "date",
    "article:created_time",
    "article_date",
    "og:pubdate",
    "og:publish_date",
    "created",
    "eprints.date",
    "search_date",
    "prism.publicationdate",
    "timestamp",
];

/// Names of head elements that hold the day of the last change.
const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "dateupdate",
    "modified",
    "updated",
    "date_modified",
    "article:post_modified",
    "utime",
    "og:modified_time",
    "revised",
];

/// When the page was published.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Published {
    pub(super) date: Option<Date>,
    pub(super) at: Option<DateTime>,
}

/// What speaks for a date.
pub(super) struct Sources<'a> {
    pub(super) hints: &'a Hints,
    /// The labelled fields of the header, in reading order.
    pub(super) fields: &'a [Labelled<'a>],
    /// The labelled fields at the end of the body and behind it.
    pub(super) end_fields: &'a [Labelled<'a>],
    /// Lines that cleaning found to be of the header.
    pub(super) header: &'a [&'a str],
    /// Other short lines between the title and the body.
    pub(super) near: &'a [&'a str],
    /// The first lines of the body.
    pub(super) first: &'a [&'a str],
    /// The first lines of the body and what follows it: where forums say who posted it and when.
    pub(super) posts: &'a [&'a str],
    /// The last lines of the page's own text.
    pub(super) end: &'a [&'a str],
    pub(super) url: Option<&'a str>,
    pub(super) fetched: Option<DateTime>,
    pub(super) order: Order,
}

pub(super) fn published(sources: &Sources) -> Published {
    let in_time = |stamp: &Stamp| {
        let limit = sources.fetched.and_then(|at| at.checked_add(1.day()).ok());
        limit.is_none_or(|limit| stamp.date <= limit.date())
    };
    let ranked: Vec<Stamp> = ranked(sources).into_iter().filter(in_time).collect();
    let Some(best) = ranked.first() else { return Published::default() };
    // A time that another source states for the same day belongs to it.
    let at =
        best.at().or_else(|| ranked.iter().filter(|s| s.date == best.date).find_map(Stamp::at));
    // Midnight and its last second are what systems write that know the day alone.
    let whole_day = |at: &DateTime| {
        at.time() == Time::midnight() || (at.hour(), at.minute(), at.second()) == (23, 59, 59)
    };
    let at = at.filter(|at| !whole_day(at));
    Published { date: Some(best.date), at }
}

/// Every date that the page offers, the most trustworthy first.
fn ranked<'a>(sources: &'a Sources<'a>) -> Vec<Stamp> {
    let order = sources.order;
    let traditional = is_traditional(sources);
    let labelled = |fields: &'a [Labelled<'a>], field: Field| {
        let own = move |f: &&Labelled| f.field == field && !events::is_range(f.value);
        fields.iter().filter(own).filter_map(move |f| {
            let republic = || dates::of_the_republic(f.value).filter(|_| traditional);
            at_start(f.value, order).or_else(republic)
        })
    };
    let meta = |names: &'static [&'static str]| {
        let of =
            move |name: &'static str| sources.hints.meta.iter().filter(move |(key, _)| key == name);
        names.iter().flat_map(move |name| of(name)).filter_map(move |(_, v)| dates::value(v, order))
    };
    let json = |key: &'static str| {
        let of_key = sources.hints.json_ld.iter().filter(move |(k, _)| k == key);
        of_key.filter_map(move |(_, v)| dates::value(v, order))
    };
    let url = sources.url.and_then(dates::of_url);
    let url = url.map(|date| Stamp { start: 0, end: 0, date, time: None });
    let bare = |lines: &'a [&'a str]| lines.iter().flat_map(move |line| bare_dates(line, order));
    let mut all: Vec<Stamp> = labelled(sources.fields, Field::Date).collect();
    let printed: Vec<Stamp> = bare(sources.header).collect();
    let said: Vec<Stamp> = meta(PUBLISHED).chain(json("datePublished")).collect();
    // Several dates beside the title: some are other articles', and the head tells which.
    let several = printed.iter().any(|s| s.date != printed[0].date);
    let agreed = |s: &&Stamp| said.iter().any(|h| h.date == s.date);
    if several {
        all.extend(printed.iter().filter(agreed));
        all.extend(&said);
    }
    all.extend(&printed);
    all.extend(&said);
    all.extend(json("dateCreated"));
    all.extend(labelled(sources.end_fields, Field::Date));
    all.extend(sources.posts.iter().filter_map(|line| posted(line, order)));
    all.extend(url);
    all.extend(sources.first.iter().filter_map(|line| opening_date(line, order)));
    all.extend(sources.hints.times.iter().filter_map(|t| dates::value(t, order)));
    all.extend(labelled(sources.fields, Field::Updated));
    all.extend(labelled(sources.fields, Field::Written));
    all.extend(bare(sources.near));
    all.extend(labelled(sources.end_fields, Field::Updated));
    // In brackets under the title: that of the speech or of the decision, if no other is known.
    all.extend(sources.header.iter().filter_map(|line| signature(line, order)));
    all.extend(sources.end.iter().rev().filter_map(|line| signature(line, order)));
    all.extend(meta(MODIFIED));
    all.extend(json("dateModified"));
    all
}

/// Whether the page is in traditional script, where years are also counted from 1912.
fn is_traditional(sources: &Sources) -> bool {
    let lang = sources.hints.lang.as_deref().unwrap_or_default().to_lowercase();
    let lines = || sources.header.iter().chain(sources.near);
    ["zh-hant", "zh-tw"].iter().any(|tag| lang.starts_with(tag))
        || lines().any(|line| line.chars().any(han::is_traditional))
}

/// The date that a value begins with.
fn at_start(value: &str, order: Order) -> Option<Stamp> {
    let first = dates::dates(value, order).into_iter().next()?;
    (value[..first.start].chars().count() <= 12).then_some(first)
}

/// The dates of a line of the header: all of it, or with the source and such around them, never out of a sentence.
pub(super) fn bare_dates(line: &str, order: Order) -> Vec<Stamp> {
    // A date in brackets under the title is that of the speech or of the decision.
    if line.chars().count() > 160 || line.starts_with(['（', '(']) || line.contains(['。', '！'])
    {
        return Vec::new();
    }
    // The title's own date is no date of publication.
    if fields::fields(line).first().is_some_and(|f| f.field == Field::Title) {
        return Vec::new();
    }
    let stamps = dates::dates(line, order);
    let Some(first) = stamps.first().filter(|_| !events::is_event(line)) else {
        return Vec::new();
    };
    // 2026年1月28日在某市第六届人民代表大会第四次会议上 says when the report was given.
    let rest = &line[first.end..];
    let told = rest.trim_start().starts_with(['在', '召', '上', '下', '举', '，', '至'])
        || rest.contains("会议")
        || rest.contains("通过");
    if told { Vec::new() } else { stamps }
}

/// The date that one of the first lines of the body is, where cleaning took a line of the header for a paragraph.
fn opening_date(line: &str, order: Order) -> Option<Stamp> {
    let short = line.chars().count() <= OPENING_CHARS_MAX;
    let stamps = if short { bare_dates(line, order) } else { Vec::new() };
    stamps.into_iter().next()
}

/// Characters of such a line at most.
const OPENING_CHARS_MAX: usize = 50;

/// The date of the line that a forum or a blog prints with a post: 本贴由…于…发表, … 发表于 ….
fn posted(line: &str, order: Order) -> Option<Stamp> {
    let said = ["发表", "发布", "發表", "posted", "Posted"].iter().any(|w| line.contains(w));
    if !said || line.chars().count() > 120 {
        return None;
    }
    dates::dates(line, order).into_iter().next()
}

/// The date of a signature: a line of its own at the end of an official text.
fn signature(line: &str, order: Order) -> Option<Stamp> {
    let line = line.trim();
    let stamp = dates::dates(line, order).into_iter().next()?;
    let around = line[..stamp.start].chars().count() + line[stamp.end..].chars().count();
    (around <= 2).then_some(stamp)
}
