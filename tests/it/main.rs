//! One test binary: the program and its stages as a user meets them.

mod support;
mod shared;
mod charset;
mod defects;
mod warc;
mod run;
mod operation;
mod config;
mod commands;
mod verify;
mod holds;
mod spreadsheet;
mod pages;
