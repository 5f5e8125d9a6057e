//! Digests that records state of themselves: `sha1:` and `sha256:`, in base32 or hex.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Whether content bears a stated digest out; null for algorithms that are not known.
pub(super) fn holds(stated: &str, content: &[u8]) -> Option<bool> {
    let (algorithm, value) = stated.trim().split_once(':')?;
    let digest = match algorithm.to_ascii_lowercase().as_str() {
        "sha1" | "sha-1" => Sha1::digest(content).to_vec(),
        "sha256" | "sha-256" => Sha256::digest(content).to_vec(),
        _ => return None,
    };
    let value = value.trim().trim_end_matches('=');
    let hex = || {
        digest.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| b"0123456789abcdef"[usize::from(n)])
    };
    if value.len() == digest.len() * 2 {
        return Some(value.bytes().map(|b| b.to_ascii_lowercase()).eq(hex()));
    }
    if value.len() == (digest.len() * 8).div_ceil(5) {
        return Some(value.to_ascii_uppercase() == base32(&digest));
    }
    None
}

/// 64 bits of a digest of a text, to remember many of them by.
pub(in crate::ingest) fn short(text: &str) -> u64 {
    let digest = blake3::hash(text.as_bytes());
    u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap_or_default())
}

/// RFC 4648, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut bits, mut n_bits) = (0u32, 0);
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xFFFF;
        n_bits += 8;
        while n_bits >= 5 {
            n_bits -= 5;
            out.push(char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> n_bits & 31) as usize],
            ));
        }
    }
    if n_bits > 0 {
        out.push(char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits << (5 - n_bits) & 31) as usize],
        ));
    }
    out
}

/// A stated SHA-256 in hex, whichever way it is written.
#[cfg(feature = "fetch")]
pub(super) fn sha256_hex(stated: &str) -> Option<String> {
    let value = stated.trim().strip_prefix("sha256:")?.trim_end_matches('=');
    if value.len() == 64 {
        return Some(value.to_ascii_lowercase());
    }
    let (mut bits, mut n_bits, mut out) = (0u32, 0, String::new());
    for c in value.bytes() {
        let five = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(five)) & 0xFFFF;
        n_bits += 5;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push_str(&format!("{:02x}", bits >> n_bits & 0xFF));
        }
    }
    (out.len() == 64).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_both_algorithms() {
        for stated in [
            "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
            "sha-256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "sha256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ====",
        ] {
            assert_eq!(holds(stated, b""), Some(true), "{stated}");
            assert_eq!(holds(stated, b"x"), Some(false), "{stated}");
        }
        #[cfg(feature = "fetch")]
        for stated in [
            "sha256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ====",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ] {
            let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            assert_eq!(sha256_hex(stated).as_deref(), Some(hex));
        }
        assert_eq!(holds("md5:d41d8cd98f00b204e9800998ecf8427e", b""), None);
        assert_eq!(holds("sha1:short", b""), None);
    }
}
