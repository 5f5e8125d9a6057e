//! `[[source]]`: where pages come from and what is special about them.

use super::web::{
    self, Discover, Follow, Kind, Match, OwnLimits, OwnPerHost, Parts, Refresh, Soft404,
};
use super::{Address, Error, Host, Problem};
use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use toml::Spanned;

/// `[[source]]`: a set of pages.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name of the source: the first part of its pages' names in the datasets. Without "/" and "~".
    #[schemars(with = "String")]
    pub name: SourceName,
    /// Where its pages come from.
    #[serde(default)]
    pub kind: Kind,
    /// Globs of its files, relative to the configuration: html, htm, shtml, xhtml, txt, each also as .gz, warc, warc.gz.
    #[schemars(with = "Vec<String>")]
    #[serde(default)]
    pub files: Vec<Spanned<String>>,
    /// Address of the folder that the files stand for: a page's address is this and its path.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Language of the pages (zh-Hans, zh-Hant, en): a hint for detection.
    #[serde(default)]
    pub language: Option<String>,
    /// Charset of the pages, where all that they say of it is wrong.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    pub charset: Option<Spanned<String>>,
    /// CSS selectors of the main content; the first one that matches wins over every rule of the program.
    #[schemars(with = "Vec<String>")]
    #[serde(default)]
    pub content: Vec<Spanned<String>>,
    /// CSS selectors of what is never content.
    #[schemars(with = "Vec<String>")]
    #[serde(default)]
    pub drop: Vec<Spanned<String>>,
    /// Articles that go over several pages: how the next part is found. They become one document.
    #[serde(default)]
    pub parts: Option<Parts>,
    /// Web: addresses to start from.
    #[serde(default)]
    pub seeds: Vec<Address>,
    /// Web: what the seeds are: "list", "report" for pages that become documents, or a kind of your own.
    #[serde(default = "list")]
    pub seeds_as: String,
    /// Web: hosts that are asked; those of seeds, sitemaps and feeds where not given.
    #[serde(default)]
    pub allowed_hosts: Vec<Host>,
    /// Web: which links lead on.
    #[serde(default)]
    pub follow: Vec<Follow>,
    /// Web: which addresses are fetched.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// Web: addresses from sitemaps and feeds.
    #[serde(default)]
    pub discover: Discover,
    /// Web: when pages are asked for again.
    #[serde(default)]
    pub refresh: Refresh,
    /// Web: pages that say that there is none, though the server calls them found.
    #[serde(default)]
    pub soft_404: Soft404,
    /// Web: what differs from `[fetch.per_host]`.
    #[serde(default)]
    pub per_host: OwnPerHost,
    /// Web: what differs from `[fetch.limits]`.
    #[serde(default)]
    pub limits: OwnLimits,
    /// The file or folder given on the command line that this source stands for. Not a key.
    #[serde(skip)]
    pub input: Option<PathBuf>,
}

/// Name of a source.
pub type SourceName = Spanned<String>;

fn list() -> String {
    web::LIST.to_owned()
}

impl Source {
    /// The keys that say what is fetched and when, but nothing of what becomes of a page.
    pub(super) const KEYS_OF_FETCHING: &'static [&'static str] = &[
        "seeds",
        "seeds_as",
        "allowed_hosts",
        "follow",
        "match",
        "discover",
        "refresh",
        "per_host",
        "limits",
    ];

    /// A source of files with this name and no more said.
    fn named(name: &str) -> Self {
        Self {
            name: Spanned::new(0..0, name.to_owned()),
            kind: Kind::Files,
            files: Vec::new(),
            base_url: None,
            language: None,
            charset: None,
            content: Vec::new(),
            drop: Vec::new(),
            parts: None,
            seeds: Vec::new(),
            seeds_as: list(),
            allowed_hosts: Vec::new(),
            follow: Vec::new(),
            matching: Match::default(),
            discover: Discover::default(),
            refresh: Refresh::default(),
            soft_404: Soft404::default(),
            per_host: OwnPerHost::default(),
            limits: OwnLimits::default(),
            input: None,
        }
    }

    /// The source of a file or folder given on the command line: it matches everything there, and is called by its name.
    pub(super) fn of_input(input: &Path) -> Result<Self, Error> {
        let nameless = || Error::Nameless { path: input.to_owned() };
        // A name such as "." or ".." says nothing; the folder's own does.
        let whole = std::path::absolute(input).map_err(|_| nameless())?;
        let whole = std::fs::canonicalize(&whole).unwrap_or(whole);
        let named = if input.is_file() { whole.parent().unwrap_or(&whole) } else { &whole };
        let name = named.file_name().ok_or_else(nameless)?.to_string_lossy().replace('~', "_");
        Ok(Self {
            files: vec![Spanned::new(0..0, "**".to_owned())],
            input: Some(input.to_owned()),
            ..Self::named(&name)
        })
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let name = self.name.get_ref();
        if name.is_empty() || name.contains(['/', '~', '\\']) || name.chars().any(char::is_control)
        {
            let message =
                format!("the name {name:?} of a source must not be empty nor contain / ~ or \\");
            return Err(Problem::at(self.name.span(), message));
        }
        web::check(self)?;
        if self.files.is_empty() && self.kind == Kind::Files {
            return Err(Problem::at(
                self.name.span(),
                format!("the source {name:?} has no files: give it globs"),
            ));
        }
        for glob in &self.files {
            matcher(glob.get_ref())
                .map_err(|e| Problem::at(glob.span(), format!("bad glob: {e}")))?;
        }
        for selector in self.content.iter().chain(&self.drop) {
            scraper::Selector::parse(selector.get_ref()).map_err(|e| {
                Problem::at(
                    selector.span(),
                    format!("bad CSS selector {:?}: {e}", selector.get_ref()),
                )
            })?;
        }
        if let Some(charset) = &self.charset {
            encoding_rs::Encoding::for_label(charset.get_ref().as_bytes()).ok_or_else(|| {
                Problem::at(
                    charset.span(),
                    format!(
                        "unknown charset {:?}; utf-8, gb18030 and big5 are known",
                        charset.get_ref()
                    ),
                )
            })?;
        }
        Ok(())
    }
}

/// Makes a matcher of a glob: "*" stays within a folder, "**" does not.
///
/// # Errors
/// What is wrong with the glob.
pub(crate) fn matcher(glob: &str) -> Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(glob).literal_separator(true).build()?.compile_matcher())
}

/// The part of a glob before its first wildcard, in whole folders: where the search starts.
pub(crate) fn literal_prefix(glob: &str) -> PathBuf {
    let parts: Vec<&str> = glob.split('/').collect();
    let n = parts
        .iter()
        .position(|p| p.contains(['*', '?', '[', '{']))
        .unwrap_or(parts.len().saturating_sub(1));
    parts[..n].iter().collect()
}

pub(super) fn check_names(sources: &[Source]) -> Result<(), Problem> {
    for (i, source) in sources.iter().enumerate() {
        let name = source.name.get_ref();
        if sources[..i].iter().any(|s| s.name.get_ref() == name) {
            return Err(Problem::at(
                source.name.span(),
                format!("two sources are called {name:?}; give each its own name"),
            ));
        }
    }
    Ok(())
}

/// Inputs of the same name get ~2, ~3 in the order given.
pub(super) fn make_names_unique(sources: &mut [Source]) {
    for i in 0..sources.len() {
        let name = sources[i].name.get_ref().clone();
        let n = sources[..i]
            .iter()
            .filter(|s| s.name.get_ref().split('~').next() == Some(name.as_str()))
            .count();
        if n > 0 {
            sources[i].name = Spanned::new(0..0, format!("{name}~{}", n + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_starts_before_the_first_wildcard() {
        assert_eq!(literal_prefix("raw/samples/**/*.html"), Path::new("raw/samples"));
        assert_eq!(literal_prefix("raw/page.html"), Path::new("raw"));
        assert_eq!(literal_prefix("*.html"), Path::new(""));
    }
}
