//! Pages from the web.
//!
//! Pure and tested without a network: [`canonical`] (one way to write an address) and [`address`] (what may be
//! connected to), [`robots`] (RFC 9309).

pub mod address;
pub mod canonical;
pub mod robots;
pub mod discover;
