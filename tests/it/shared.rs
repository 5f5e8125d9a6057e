//! The shared benchmark data, which is read where it lies and is not part of the project.

use std::path::PathBuf;

/// The path of something in the shared data, or null where the data is not there.
///
/// Under `CI=true` missing data is a failure: a gate that measures nothing must not pass.
pub(crate) fn path(inside: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = root
        .ancestors()
        .skip(1)
        .take(2)
        .map(|up| up.join("shared").join(inside))
        .find(|p| p.exists());
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "../shared/{inside} is missing");
        println!("skipped: ../shared/{inside} is not there");
    }
    found
}

/// The rows of a JSON Lines file of the shared data.
pub(crate) fn rows(inside: &str) -> Option<Vec<serde_json::Value>> {
    let text = std::fs::read_to_string(path(inside)?).unwrap();
    Some(
        text.lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| serde_json::from_str(l).unwrap())
            .collect(),
    )
}

/// The bytes of a field in base64.
pub(crate) fn base64(field: &serde_json::Value) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut n_bits) = (Vec::new(), 0u32, 0);
    for b in field.as_str().unwrap().bytes().filter(|b| *b != b'=') {
        bits = bits << 6 | ALPHABET.iter().position(|a| *a == b).unwrap() as u32;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    out
}
