//! Pages from the web.
//!
//! Pure and tested without a network: [`canonical`] (one way to write an address) and [`address`] (what may be
//! connected to).

pub mod address;
pub mod canonical;
