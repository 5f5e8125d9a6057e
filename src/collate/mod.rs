//! Documents → what shows only across them: which pages carry the same report, and the panel of indicators.
//!
//! Both are accumulators: `push` takes what it needs of a document and keeps no more than a few hundred bytes of it;
//! `finish` gives the rows, sorted, the same whatever the order in which documents were pushed.

pub mod duplicates;
pub mod panel;
