//! Hints, title, meta and credit blocks → [`Metadata`].

use crate::clean::{Block, Hints, Role};
use crate::page::PageInfo;
use jiff::civil::{Date, DateTime};

/// What the page says about itself as an article. Null and empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The article's own title as printed, without site and channel names.
    pub title: Option<String>,
    /// A line that continues the title.
    pub subtitle: Option<String>,
    /// A line above the title (引题).
    pub kicker: Option<String>,
    /// Who published it (来源).
    pub publisher: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who edited it (编辑, 责编).
    pub editors: Vec<String>,
    /// Day of publication.
    pub published_date: Option<Date>,
    /// Time of publication, local, only where the page states a time.
    pub published_at: Option<DateTime>,
    /// How often it was read.
    pub views: Option<i64>,
}

/// Reads a page's metadata.
pub fn metadata(page: &PageInfo, hints: &Hints, blocks: &[Block]) -> Metadata {
    let _ = (page, hints);
    let title = blocks.iter().find(|b| b.role == Role::Title).map(|b| b.text.clone());
    Metadata { title, ..Metadata::default() }
}
