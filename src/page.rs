//! A page as it came: what every way in (files, archives, the web) delivers.

use jiff::civil::DateTime;

/// The bytes of a page and what is known of where they came from.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from; travels with the page through every stage.
    pub info: PageInfo,
    /// The content as stored, transfer and content codings (gzip) undone.
    pub bytes: Vec<u8>,
}

/// A page with the further pages that its article goes on over.
#[derive(Debug, Clone)]
pub struct Article {
    /// The first page, most often the only one.
    pub page: Page,
    /// The further pages in their order, as many as `page.info.parts`; null for one that could not be read.
    pub parts: Vec<Option<Page>>,
    /// Whether all pages that the article is known to have are here.
    pub is_whole: bool,
}

impl From<Page> for Article {
    fn from(page: Page) -> Self {
        Self { page, parts: Vec::new(), is_whole: true }
    }
}

/// Provenance of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageInfo {
    /// The page's name in the datasets: the URL of a fetched page or WARC record, else the name of the source or
    /// input folder, "/", and the path inside it.
    pub source: String,
    /// Name of the `[[source]]` or input folder that brought it.
    pub source_name: String,
    /// Further pages joined to this one, by source.
    pub parts: Vec<String>,
    /// The page's address, if known: relative links are resolved against it and dates read from it.
    pub url: Option<String>,
    /// When it was fetched, UTC; null for plain files.
    pub fetched_at: Option<DateTime>,
    /// Status of the HTTP answer.
    pub http_status: Option<i32>,
    /// Media type of the answer or, for files, of the file name; lower case, without parameters.
    pub media_type: Option<String>,
    /// The charset parameter of the HTTP Content-Type.
    pub http_charset: Option<String>,
    /// SHA-256 of the bytes as stored, in hex.
    pub content_sha256: String,
    /// Number of bytes as stored.
    pub bytes: u64,
}
