//! Digests of bytes, written for names and tags.
//!
//! Not for secrets: what must not be guessed comes from `randomness`.

use sha2::{Digest, Sha256};

/// Bytes of a fingerprint: 64 bits tell all versions of all files of a portal apart.
const FINGERPRINT_BYTES: usize = 8;

/// Writes bytes as hexadecimal digits, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the start of the SHA-256 of some bytes, as 16 hexadecimal digits: other bytes have another.
pub fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    hex(digest.get(..FINGERPRINT_BYTES).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_follows_the_bytes() {
        // The SHA-256 of nothing starts with e3b0c44298fc1c14.
        assert_eq!(fingerprint(b""), "e3b0c44298fc1c14");
        assert_ne!(fingerprint(b"a"), fingerprint(b"b"));
        assert_eq!(hex(&[0, 255]), "00ff");
    }
}
