//! Stored pages → one WARC file for other tools, or one page's content.

use super::{Error, Reader, SnapshotPage, io_at};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

impl Reader {
    /// Writes the records of these pages to a WARC file, in their order; gives the bytes written.
    ///
    /// # Errors
    /// A record can't be read, or the file can't be written.
    pub fn export(&self, pages: &[SnapshotPage], to: &Path) -> Result<u64, Error> {
        let mut name = to.as_os_str().to_owned();
        name.push(".next");
        let next = std::path::PathBuf::from(name);
        let file_name =
            to.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut bytes = 0;
        let mut file = io::BufWriter::new(File::create(&next).map_err(io_at(&next))?);
        let mut put = |member: &[u8]| {
            bytes += member.len() as u64;
            file.write_all(member).map_err(io_at(&next))
        };
        put(&super::member::warcinfo(&file_name, ""))?;
        for page in pages {
            put(&page.stored.read()?)?;
        }
        let file = file.into_inner().map_err(|e| io_at(&next)(e.into_error()))?;
        file.sync_all().map_err(io_at(&next))?;
        fs::rename(&next, to).map_err(io_at(to))?;
        Ok(bytes)
    }
}
