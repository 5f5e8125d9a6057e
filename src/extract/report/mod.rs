//! Metadata and blocks → [`Report`]: whose work, of which years, of which kind.
//!
//! The title says most of it, the line under it (session and place of a congress), the first sentences and the headings
//! the rest. Ordinary news report nobody's work: their organization, region and period stay null rather than guessed.

pub mod regions;
mod kind;
mod organization;
mod period;

use super::metadata::Metadata;
use crate::clean::{Block, Role};
use crate::han;
use crate::page::PageInfo;
pub use kind::Kind;
pub use regions::{Region, RegionLevel};
use std::borrow::Cow;

/// What a document is a report of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The body whose work is reported (内江市政协).
    pub organization: Option<String>,
    /// Its place, by administrative division code.
    pub region: Option<Region>,
    /// First and last year that the report covers.
    pub period: Option<(i16, i16)>,
    /// What sort of document it is.
    pub kind: Kind,
}

/// Tells what a document reports.
pub fn report(page: &PageInfo, metadata: &Metadata, blocks: &[Block]) -> Report {
    let view = View::new(page, metadata, blocks);
    let kind = kind::kind(&view);
    let (organization, region) = organization::organization(&view, kind);
    let period = period::period(&view, kind);
    Report { organization, region, period, kind }
}

/// The parts of a page that tell what it reports, in simplified script.
struct View<'a> {
    /// Kicker, title and subtitle, as far as there are any.
    head: Vec<Cow<'a, str>>,
    /// The title alone.
    title: Cow<'a, str>,
    publisher: Cow<'a, str>,
    /// Lines of the header, and the first paragraphs of the body.
    lead: Vec<Cow<'a, str>>,
    /// Headings of the body.
    headings: Vec<Cow<'a, str>>,
    /// Blocks of the body.
    body: Vec<Cow<'a, str>>,
    /// Footers, credits and the like: where the site says who it is.
    margin: Vec<Cow<'a, str>>,
    /// The year of publication.
    published: Option<i16>,
    /// Month of publication.
    published_month: Option<i8>,
}

/// So many paragraphs at the beginning tell what a document is; later ones tell of other things too.
const LEAD_BLOCKS: usize = 6;

impl<'a> View<'a> {
    fn new(page: &'a PageInfo, metadata: &'a Metadata, blocks: &'a [Block]) -> Self {
        let _ = page;
        let opt = |s: &'a Option<String>| s.as_deref().map(fold);
        let title = opt(&metadata.title).unwrap_or_default();
        let head = [opt(&metadata.kicker), opt(&metadata.title), opt(&metadata.subtitle)];
        let of = |roles: &'static [Role]| blocks.iter().filter(move |b| roles.contains(&b.role));
        let body: Vec<_> =
            blocks.iter().filter(|b| b.role.is_body()).map(|b| fold(&b.text)).collect();
        let lead = of(&[Role::Meta, Role::Subtitle])
            .map(|b| fold(&b.text))
            .chain(body.iter().take(LEAD_BLOCKS).cloned())
            .collect();
        View {
            head: head.into_iter().flatten().collect(),
            title,
            publisher: opt(&metadata.publisher).unwrap_or_default(),
            lead,
            headings: of(&[Role::Heading]).map(|b| fold(&b.text)).collect(),
            body,
            margin: of(&[Role::Footer, Role::Credit, Role::Nav]).map(|b| fold(&b.text)).collect(),
            published: metadata.published_date.map(jiff::civil::Date::year),
            published_month: metadata.published_date.map(jiff::civil::Date::month),
        }
    }

    /// Whether a part of the title has one of the words.
    fn head_has(&self, words: &[&str]) -> bool {
        self.head.iter().any(|part| words.iter().any(|w| part.contains(w)))
    }
}

fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().any(han::is_traditional) {
        Cow::Owned(han::simplified(text))
    } else {
        Cow::Borrowed(text)
    }
}
