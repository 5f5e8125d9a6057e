//! Any bytes → text → blocks: no panic, no endless work, and what `checks.rs` says.
//!
//! `cargo fuzz run clean fuzz/corpus/clean fuzz/seeds/clean -- -dict=fuzz/clean.dict -max_len=1024`
#![no_main]

#[path = "../checks.rs"]
mod checks;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checks::clean(bytes));
