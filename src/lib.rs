//! baogao turns scraped report pages into datasets that analysts can load and trust.
//!
//! The flow, as types: [`page::Page`] → [`decode::Text`] → [`clean::Blocks`] → [`extract::Document`] →
//! (collate) duplicates and the panel → files and a manifest. Each stage is a free function from one type to
//! the next, so no stage can be skipped or run out of order:
//!
//! - [`decode::decode`]: bytes → text, with the charset, where it was learnt and what was mended;
//! - [`clean::clean`]: text → blocks with roles; it labels and never deletes;
//! - [`extract::extract`]: blocks → metadata, sections, figures, tables;
//! - [`process::process`] runs these three over one page: a document, or a reject with its reason.
//!
//! Everything above is pure: no clock, no disk, no network. `ingest` reads pages, `write` and `runs` write datasets.

pub mod provenance;
pub mod warning;
pub mod reject;
pub mod han;
mod months;
pub mod page;
pub mod decode;
pub mod clean;
pub mod extract;
pub mod process;
pub mod collate;
pub mod schema;
pub mod rows;
#[cfg(feature = "config")]
pub mod config;
#[cfg(feature = "config")]
pub mod lock;
#[cfg(feature = "config")]
mod hex;
#[cfg(feature = "config")]
mod threads;
#[cfg(feature = "fetch")]
pub mod store;
#[cfg(feature = "config")]
pub mod ingest;
#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(feature = "polars")]
pub mod write;
#[cfg(feature = "polars")]
pub mod runs;
#[cfg(feature = "polars")]
pub mod run;
