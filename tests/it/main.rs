//! One test binary: the program and its stages as a user meets them.

mod shared;
mod charset;
