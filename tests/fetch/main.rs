//! Fetches of servers that are slow, broken, greedy or malicious: what becomes of each address, what is stored, and that
//! every fetch ends, within bounds on memory. Only loopback addresses are ever connected to.
//!
//! The groups that comments count are those of docs/FETCHING.md.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

mod server;
mod harness;
mod slow;
mod framing;
mod statuses;
mod coding;
mod redirects;
mod addresses;
mod robots;
mod retry;
mod conditional;
mod charsets;
mod markup;
mod content;
mod traps;
mod sitemaps;
mod tls;
mod store;
