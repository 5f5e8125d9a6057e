//! run.json: what went in, what came out, with digests. The same run has the same bytes, so no time stands in it
//! unless asked for: the informational part, which nothing depends on.

use super::earlier::Stages;
use crate::hex::hex;
use crate::ingest::{Answer, Plan, StoreState};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// Name of the manifest's file in a run.
pub(super) const FILE: &str = "run.json";

/// What a run says of itself. The inputs are a list, what is written as one, or what passes over one when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest<Inputs = Vec<InputFile>> {
    /// The run's name.
    pub run: String,
    /// Version of the program, with a digest of its source.
    pub version: String,
    /// The configuration, but for the output folder.
    pub config: serde_json::Value,
    /// Digests of the parts of the configuration that decide the rows of pages, besides their bytes and the program.
    pub stages: Stages,
    /// How much went in and came out.
    pub counts: Counts,
    /// Pages without a document, by reason.
    pub rejects: BTreeMap<String, u64>,
    /// Documents with a warning, by its code.
    pub warnings: BTreeMap<String, u64>,
    /// Files passed over since they are no pages, by extension.
    pub skipped: BTreeMap<String, u64>,
    /// What the run fell short of in `[gate]`; empty if it passed.
    pub gate: Vec<String>,
    /// What the raw store held; not there without web sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreState>,
    /// When the run was made and what it took, where asked for. No digest covers it and nothing reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informational: Option<serde_json::Value>,
    /// The files and the pages of the store that were read.
    pub inputs: Inputs,
    /// The files written.
    pub outputs: Vec<OutputFile>,
}

/// How much went in and came out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Pages that came in: each is a document or a reject.
    pub pages: u64,
    /// Documents.
    pub documents: u64,
    /// Rejects.
    pub rejects: u64,
    /// Documents with a confidence under one half.
    pub low_confidence: u64,
    /// Figures.
    pub figures: u64,
}

/// A file or page of the store that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Name of the source, "/" and the path inside it or the address.
    pub name: String,
    /// Size.
    pub bytes: Option<u64>,
    /// SHA-256 in hex.
    pub sha256: Option<String>,
    /// What the server said of a page of the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Path inside the run, with "/".
    pub path: String,
    /// Rows, for datasets.
    pub rows: Option<u64>,
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// The inputs of a plan, written one by one.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a>(pub &'a Plan);

impl Planned<'_> {
    /// As a manifest lists them; an error where the list can't be read.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<InputFile>> + '_ {
        self.0.inputs.iter().map(|input| {
            let input = input?;
            let answer = input.answer();
            let (bytes, sha256) = input.content.ok().unzip();
            Ok(InputFile { name: input.name, bytes, sha256, answer })
        })
    }
}

impl Serialize for Planned<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut inputs = serializer.serialize_seq(Some(self.0.inputs.len()))?;
        for input in self.iter() {
            inputs.serialize_element(&input.map_err(S::Error::custom)?)?;
        }
        inputs.end()
    }
}

impl<Inputs> Manifest<Inputs> {
    /// The same without the inputs.
    pub fn without_inputs(self) -> Manifest<IgnoredAny> {
        Manifest {
            run: self.run,
            version: self.version,
            config: self.config,
            stages: self.stages,
            counts: self.counts,
            rejects: self.rejects,
            warnings: self.warnings,
            skipped: self.skipped,
            gate: self.gate,
            store: self.store,
            informational: self.informational,
            inputs: IgnoredAny,
            outputs: self.outputs,
        }
    }

    /// Whether every file of the run in `dir` is there with its size; `verify` reads them.
    pub fn is_whole(&self, dir: &Path) -> bool {
        self.outputs
            .iter()
            .all(|o| std::fs::metadata(dir.join(&o.path)).is_ok_and(|m| m.len() == o.bytes))
    }

    /// Reads the manifest of the run in `dir`.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn read(dir: &Path) -> io::Result<Self>
    where
        Inputs: DeserializeOwned,
    {
        let text = std::fs::read_to_string(dir.join(FILE))?;
        serde_json::from_str(&text).map_err(io::Error::other)
    }

    /// Writes it to the run in `dir`.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, dir: &Path) -> io::Result<()>
    where
        Inputs: Serialize,
    {
        let mut file = BufWriter::new(File::create(dir.join(FILE))?);
        serde_json::to_writer_pretty(&mut file, self).map_err(io::Error::other)?;
        file.write_all(b"\n")?;
        file.into_inner()?.sync_all()
    }
}

/// Writes a whole file and brings it to disk.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl OutputFile {
    /// Digests a file of the run in `dir`.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of(dir: &Path, path: &str, rows: Option<u64>) -> io::Result<Self> {
        let mut file = File::open(dir.join(path))?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0u8; 1 << 16];
        let mut bytes = 0;
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            bytes += n as u64;
        }
        let sha256 = hex(&hasher.finalize());
        Ok(Self { path: path.to_owned(), rows, bytes, sha256 })
    }
}
