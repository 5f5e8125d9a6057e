//! Pages from the web, into the raw store: politely, once, and so that none is lost.
//!
//! [`fetch`] runs the sources of kind web. What decides is pure and tested without a network: [`canonical`] (one way to
//! write an address), [`address`] (what may be connected to), [`robots`] (RFC 9309), [`discover`] (what pages, sitemaps
//! and feeds lead to), [`polite`] (when a host may be asked), and what an answer means. The engine brings them together
//! with [`client`], which alone speaks to the network.

pub mod address;
pub mod canonical;
pub mod robots;
pub mod discover;
pub mod polite;
pub mod client;
mod visit;
mod frontier;
mod queue;
mod sites;
mod recorder;
mod engine;
mod summary;

pub use summary::{End, HostSummary, Plan, Progress, SourceSummary, Summary};

use crate::config::Config;
use crate::config::web::Kind;
use crate::store;
use std::future::Future;
use std::pin::Pin;

/// Why a fetch failed. What was stored before stays, and the next fetch goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No source is of kind web.
    #[error("no source is of kind \"web\"")]
    NoSources,
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Connections can't be prepared.
    #[error(transparent)]
    Client(#[from] client::Unprepared),
    /// The program can't start the threads that it needs.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
    /// The thread that writes is gone.
    #[error("the thread that writes to the store is gone")]
    Recorder,
}

/// How to fetch, beyond what the configuration says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Ask for robots.txt alone, and tell what would be asked for.
    pub dry_run: bool,
}

/// Fetches what is due of a configuration's web sources. `stop` ends it before its time, in good order.
///
/// # Errors
/// The store or the program itself failed; servers that fail are no error, but in the summary.
pub fn fetch(
    config: &Config,
    options: &Options,
    progress: &mut dyn Progress,
    stop: Pin<Box<dyn Future<Output = ()>>>,
) -> Result<Summary, Error> {
    if !config.sources.iter().any(|source| source.kind == Kind::Web) {
        return Err(Error::NoSources);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("fetch")
        .build()
        .map_err(Error::Thread)?;
    let summary = runtime.block_on(engine::run(config, options, progress, stop));
    // Exchanges that were given up need not end first.
    runtime.shutdown_background();
    summary
}
