//! Web archives → pages.

use super::Read;
use std::io;
use std::path::Path;

/// The pages of one archive, `name` being the archive's own name and `source_name` its source's.
///
/// # Errors
/// The archive can't be opened.
pub fn pages(
    path: &Path,
    name: &str,
    source_name: &str,
    cap: u64,
) -> io::Result<impl Iterator<Item = Read> + use<>> {
    let _ = (path, name, source_name, cap);
    Ok(std::iter::empty())
}
