//! Bytes and declarations → charset and its evidence.
