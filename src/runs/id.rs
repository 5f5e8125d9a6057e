//! A run's name: a digest of what goes in.

use crate::config::Config;
use crate::ingest::Plan;
use std::fmt;
use std::io;

/// Name of a run: 12 hexadecimal digits of a digest over configuration, pages and version of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunId(String);

/// Version of the program with a digest of its source, so that a changed program never takes an old run for its own.
pub fn version() -> String {
    format!("{}+{}", env!("CARGO_PKG_VERSION"), env!("BAOGAO_SOURCE_DIGEST"))
}

impl RunId {
    /// The run of this plan under this configuration by this program.
    ///
    /// # Errors
    /// The list of the pages can't be read.
    pub fn of(config: &Config, plan: &Plan) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut field = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        field(version().as_bytes());
        field(config.identity().to_string().as_bytes());
        for input in plan.inputs.iter() {
            let input = input?;
            field(input.name.as_bytes());
            match &input.content {
                Ok((_, sha256)) => field(sha256.as_bytes()),
                Err(why) => field(why.as_bytes()),
            }
            if let Some(answer) = input.answer() {
                field(serde_json::to_string(&answer).unwrap_or_default().as_bytes());
            }
        }
        if let Some(store) = &plan.store {
            field(store.fetches.as_bytes());
        }
        Ok(Self(hasher.finalize().to_hex()[..12].to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
