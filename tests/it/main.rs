//! One test binary: the program and its stages as a user meets them.
//!
//! What needs no more than the pure stages also runs with `--no-default-features`, in seconds.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it is skipped"
)]

mod shared;
mod charset;
mod defects;
mod pages;
mod hostile;
#[cfg(feature = "fetch")]
mod robots;

#[cfg(feature = "cli")]
mod support;
#[cfg(feature = "config")]
mod warc;
#[cfg(all(feature = "cli", feature = "fetch"))]
mod store;
#[cfg(feature = "cli")]
mod rerun;
#[cfg(feature = "cli")]
mod run;
#[cfg(feature = "cli")]
mod operation;
#[cfg(feature = "cli")]
mod config;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod verify;
#[cfg(feature = "cli")]
mod holds;
#[cfg(feature = "cli")]
mod spreadsheet;
