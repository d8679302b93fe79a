//! The names by which reports are known, each with its one way to read and to write it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::digest::hex;
use crate::randomness::{NoRandomness, Randomness};

/// The digits of Crockford's base 32, which has no I, L, O and U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Number of characters of a case number, in two groups of five.
const CASE_CHARACTERS: u32 = 10;

/// Bits that one character holds.
const CHARACTER_BITS: u32 = 5;

/// Returns the character of a digit from 0 to 31.
pub(super) fn digit_of(value: u8) -> char {
    let digit = DIGITS.get(usize::from(value)).copied();
    char::from(digit.unwrap_or(b'0'))
}

/// Reads digits as people write them: any case, spaces and hyphens between them, O for 0, I and L for
/// 1. A character that is no digit is told as nothing.
pub(super) fn digits_of(text: &str) -> impl Iterator<Item = Option<u8>> {
    text.chars()
        .filter(|character| *character != '-' && !character.is_whitespace())
        .map(|character| {
            let upper = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let at = DIGITS
                .iter()
                .position(|digit| char::from(*digit) == upper)?;
            u8::try_from(at).ok()
        })
}

/// The number of a case, for talking about it: it says nothing and opens nothing.
///
/// Ten characters of Crockford's base 32. People see `7K3QX-9M2PD`; files have `7K3QX9M2PD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(u64);

/// The text is not a case number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a case number")]
pub struct InvalidCaseId;

impl CaseId {
    /// Derives the number that a submit gets at the n-th attempt. The same key gives the same
    /// numbers, so that one submit that arrives twice is one case, also after a restart.
    pub fn derive(key: &SubmissionKey, attempt: u32) -> CaseId {
        let hash = Sha256::new()
            .chain_update(b"meldwijzer case number 1\0")
            .chain_update(key.0)
            .chain_update(attempt.to_be_bytes())
            .finalize();
        let wide = hash
            .iter()
            .take(8)
            .fold(0, |number, byte| (number << 8) | u64::from(*byte));
        CaseId(wide >> (u64::BITS - CASE_CHARACTERS * CHARACTER_BITS))
    }

    /// Returns the ten characters without a hyphen, as files have them.
    pub fn plain(self) -> String {
        (0..CASE_CHARACTERS)
            .rev()
            .map(|place| {
                let digit = (self.0 >> (place * CHARACTER_BITS)) & 31;
                digit_of(u8::try_from(digit).unwrap_or_default())
            })
            .collect()
    }

    /// Returns which of a number of buckets the case belongs to, evenly spread.
    pub fn bucket(self, buckets: usize) -> usize {
        usize::try_from(self.0)
            .unwrap_or_default()
            .checked_rem(buckets)
            .unwrap_or_default()
    }

    /// Reads the number exactly as [`CaseId::plain`] writes it.
    pub fn from_plain(text: &str) -> Option<CaseId> {
        let id: CaseId = text.parse().ok()?;
        (id.plain() == text).then_some(id)
    }
}

impl FromStr for CaseId {
    type Err = InvalidCaseId;

    /// Reads a number as people write it: any case, spaces and hyphens, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<CaseId, InvalidCaseId> {
        let mut number = 0;
        let mut characters = 0;
        for digit in digits_of(text) {
            characters += 1;
            if characters > CASE_CHARACTERS {
                return Err(InvalidCaseId);
            }
            number = (number << CHARACTER_BITS) | u64::from(digit.ok_or(InvalidCaseId)?);
        }
        if characters == CASE_CHARACTERS {
            Ok(CaseId(number))
        } else {
            Err(InvalidCaseId)
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.plain().chars().enumerate() {
            if at == 5 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseId({self})")
    }
}

impl Serialize for CaseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}

impl<'de> Deserialize<'de> for CaseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CaseId, D::Error> {
        let text = String::deserialize(deserializer)?;
        CaseId::from_plain(&text).ok_or_else(|| serde::de::Error::custom(InvalidCaseId))
    }
}

/// The key that every copy of a form carries, so that sending it twice makes one report: 128 bits.
///
/// Whoever has the key can change the report, so it is never shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SubmissionKey([u8; 16]);

/// The text is not a submission key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a submission key")]
pub struct InvalidSubmissionKey;

impl SubmissionKey {
    /// Makes a new key.
    ///
    /// # Errors
    ///
    /// Fails where there is no randomness.
    pub fn random(randomness: &dyn Randomness) -> Result<SubmissionKey, NoRandomness> {
        let mut bytes = [0; 16];
        randomness.fill(&mut bytes)?;
        Ok(SubmissionKey(bytes))
    }

    /// Returns the key as the form carries it: 32 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// Returns what the event file says of the key: enough to know it again, not to guess it.
    pub fn digest(&self) -> Digest {
        Digest::of_parts(&[b"meldwijzer submission 1\0", &self.0])
    }

    /// Returns what the event file says of what was sent with the key, so that the same answers are
    /// known without opening anything. Whoever has not the key cannot try answers against it.
    pub fn digest_of_sent(&self, sent: &[u8]) -> Digest {
        Digest::of_parts(&[b"meldwijzer sent 1\0", &self.0, sent])
    }

    /// Returns the key of one act among those that a page with this key can send: the same for the same
    /// words, another one for others.
    #[must_use]
    pub fn of_act(&self, said: &[&str]) -> SubmissionKey {
        let mut hash = Sha256::new()
            .chain_update(b"meldwijzer act 1\0")
            .chain_update(self.0);
        for part in said {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        SubmissionKey::of_digest(Digest::finished(hash))
    }

    /// Returns the key of what can be found with a code alone, from the secret part of the code.
    pub(super) fn of_code(secret: &str) -> SubmissionKey {
        SubmissionKey::of_digest(Digest::of_parts(&[
            b"meldwijzer key of code 1\0",
            secret.as_bytes(),
        ]))
    }

    fn of_digest(digest: Digest) -> SubmissionKey {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(digest.0) {
            *to = from;
        }
        SubmissionKey(key)
    }

    /// Returns bytes that only the key gives, for one purpose.
    pub(super) fn derive(&self, purpose: &[u8]) -> Digest {
        Digest::of_parts(&[purpose, &self.0])
    }
}

impl FromStr for SubmissionKey {
    type Err = InvalidSubmissionKey;

    /// Reads exactly 32 hexadecimal digits.
    fn from_str(text: &str) -> Result<SubmissionKey, InvalidSubmissionKey> {
        from_hex(text)
            .map(SubmissionKey)
            .ok_or(InvalidSubmissionKey)
    }
}

impl fmt::Debug for SubmissionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubmissionKey(…)")
    }
}

/// A SHA-256 digest, written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest::of_parts(&[bytes])
    }

    pub(super) fn of_parts(parts: &[&[u8]]) -> Digest {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Digest(hash.finalize().into())
    }
}

impl Digest {
    /// Returns the digest of bytes that were hashed piece by piece.
    pub(super) fn finished(hash: Sha256) -> Digest {
        Digest(hash.finalize().into())
    }

    /// Returns the 32 bytes.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.strip_prefix("sha256:")
            .and_then(from_hex)
            .map(Digest)
            .ok_or_else(|| serde::de::Error::custom("not a digest"))
    }
}

/// A word from settings or a form definition, such as the id of a form or a kind of recipient:
/// lower-case letters, digits, `_` and `-`.
///
/// The open part of an event holds codes only, so that no answer in a reporter's own words can end
/// up there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(String);

/// Longest code, in characters; a longer one is a sentence.
const LONGEST_CODE: usize = 64;

/// The text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of lower-case letters, digits, _ and -")]
pub struct InvalidCode;

impl Code {
    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Code, InvalidCode> {
        let known =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        if (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(known) {
            Ok(Code(text.to_owned()))
        } else {
            Err(InvalidCode)
        }
    }
}

/// Makes a code of random characters.
///
/// # Errors
///
/// Fails where there is no randomness.
pub(super) fn random_code(
    randomness: &dyn Randomness,
    characters: usize,
) -> Result<Code, NoRandomness> {
    let mut bytes = vec![0; characters.min(LONGEST_CODE)];
    randomness.fill(&mut bytes)?;
    Ok(code_from(&bytes))
}

/// Makes a code of at most 32 characters that only who has the digest can make.
pub(super) fn code_of(digest: &Digest, characters: usize) -> Code {
    let (bytes, _) = digest.0.split_at(characters.min(digest.0.len()));
    code_from(bytes)
}

/// Makes a code of the last bits of bytes.
fn code_from(bytes: &[u8]) -> Code {
    let digits = bytes.iter();
    let digits = digits.map(|byte| digit_of(byte & 31).to_ascii_lowercase());
    Code(digits.collect())
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let mut value = 0;
        for digit in pair {
            value = value * 16 + char::from(*digit).to_digit(16)?;
        }
        *byte = u8::try_from(value).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SubmissionKey {
        SubmissionKey([byte; 16])
    }

    #[test]
    fn a_case_number_is_read_as_people_write_it() {
        fn check(text: &str, expected: Option<&str>) {
            let read = text.parse::<CaseId>().ok().map(|id| id.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        check("7K3QX-9M2PD", Some("7K3QX-9M2PD"));
        check(" 7k3qx 9m2pd\n", Some("7K3QX-9M2PD"));
        check("oOiIl-lLzzz", Some("00111-11ZZZ"));
        check("00000-00000", Some("00000-00000"));
        check("ZZZZZ-ZZZZZ", Some("ZZZZZ-ZZZZZ"));
        check("", None);
        check("7K3QX-9M2P", None);
        check("7K3QX-9M2PDD", None);
        check("7K3QX-9M2PU", None);
        check("7K3QX_9M2PD", None);
        check("../../etc/", None);
        check("7K3QX-9M2P\u{e9}", None);
    }

    #[test]
    fn only_the_exact_form_names_a_folder() {
        assert!(CaseId::from_plain("7K3QX9M2PD").is_some());
        assert!(CaseId::from_plain("7k3qx9m2pd").is_none());
        assert!(CaseId::from_plain("7K3QX-9M2PD").is_none());
        assert!(CaseId::from_plain("OK3QX9M2PD").is_none());
    }

    #[test]
    fn a_key_gives_the_same_number_each_time_and_another_at_each_attempt() {
        assert_eq!(CaseId::derive(&key(1), 0), CaseId::derive(&key(1), 0));
        assert_ne!(CaseId::derive(&key(1), 0), CaseId::derive(&key(1), 1));
        assert_ne!(CaseId::derive(&key(1), 0), CaseId::derive(&key(2), 0));
        // Files of earlier versions have these numbers: the derivation never changes.
        assert_eq!(CaseId::derive(&key(1), 0).to_string(), "2TN52-W8WNZ");
    }

    #[test]
    fn a_key_goes_through_a_form_and_shows_itself_nowhere_else() {
        let text = "000102030405060708090a0b0c0d0e0f";
        let key: SubmissionKey = text.parse().unwrap();
        assert_eq!(key.to_hex(), text);
        assert_eq!(format!("{key:?}"), "SubmissionKey(…)");
        for wrong in [
            "",
            "00",
            "g00102030405060708090a0b0c0d0e0f",
            "+00102030405060708090a0b0c0d0e0",
            "ééééééééééééééé0",
        ] {
            assert!(wrong.parse::<SubmissionKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_no_sentence() {
        assert!("coordinator".parse::<Code>().is_ok());
        assert!("step_2-b".parse::<Code>().is_ok());
        for wrong in ["", "Mijn buurman", "A", "a.b", &"a".repeat(65)] {
            assert!(wrong.parse::<Code>().is_err(), "{wrong}");
        }
    }
}
