//! Bytes ↔ hexadecimal digits, as digests are written.

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |b: u8| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    bytes.iter().flat_map(|b| digits(*b)).map(char::from).collect()
}

/// The bytes of a SHA-256 from its digits; none where it is none.
pub(crate) fn sha256_from_hex(text: &str) -> Option<[u8; 32]> {
    let pairs = text.as_bytes().as_chunks::<2>().0;
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = [0; 32];
    if text.len() != 2 * out.len() {
        return None;
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes: [u8; 32] = std::array::from_fn(|n| (n * 9) as u8);
        assert_eq!(&hex(&bytes)[..8], "0009121b");
        assert_eq!(sha256_from_hex(&hex(&bytes)), Some(bytes));
        assert_eq!(sha256_from_hex("0009"), None);
        assert_eq!(sha256_from_hex(&"g".repeat(64)), None);
    }
}
