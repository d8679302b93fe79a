//! The code with which a reporter opens the report again.
//!
//! Twenty characters of Crockford's base 32: four that say which case it may be, fifteen that open it,
//! and a check character. The code derives from the key that the form carried, so that the same report
//! sent twice shows the same code, also after a restart, without the code being kept anywhere.
//! Invariant: a code is written only to whoever holds it already.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::report::ids::{SubmissionKey, digit_of, digits_of};

/// Characters of a code.
const CHARACTERS: usize = 20;

/// Characters that say which case it may be: few, because they stand in the clear on disk, and enough
/// that ten thousand cases rarely share them.
const LOCATOR_CHARACTERS: usize = 4;

/// Characters in a group, for reading aloud.
const GROUP: usize = 4;

/// Bits of a character.
const CHARACTER_BITS: usize = 5;

/// A receipt code.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiptCode([u8; CHARACTERS]);

/// The first part of a code, which finds the case and opens nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
#[serde(transparent)]
pub struct Locator(String);

/// The text is not a receipt code. What is wrong with it is not told: one answer for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt code")]
pub struct InvalidReceiptCode;

impl ReceiptCode {
    /// Derives the code of the report that was sent with a key.
    pub fn derive(key: &SubmissionKey) -> ReceiptCode {
        // Files of earlier versions open with these codes: the derivation never changes.
        let digest = key.derive(b"meldwijzer receipt 1\0");
        let mut digits = [0; CHARACTERS];
        let mut check = 0;
        for (at, digit) in digits.iter_mut().take(CHARACTERS - 1).enumerate() {
            *digit = bits_at(digest.bytes(), at * CHARACTER_BITS);
            check = times_alpha(check) ^ *digit;
        }
        if let Some(last) = digits.last_mut() {
            *last = times_alpha(check);
        }
        ReceiptCode(digits)
    }

    /// Returns the part that finds the case.
    pub fn locator(&self) -> Locator {
        Locator(self.characters().take(LOCATOR_CHARACTERS).collect())
    }

    /// Returns the part that opens the case: the passphrase of its age file.
    pub fn passphrase(&self) -> Zeroizing<String> {
        let secret = CHARACTERS - LOCATOR_CHARACTERS - 1;
        let characters = self.characters().skip(LOCATOR_CHARACTERS);
        Zeroizing::new(characters.take(secret).collect())
    }

    fn characters(&self) -> impl Iterator<Item = char> {
        self.0.iter().map(|digit| digit_of(*digit))
    }
}

impl Drop for ReceiptCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl FromStr for ReceiptCode {
    type Err = InvalidReceiptCode;

    /// Reads a code as people write it: any case, spaces and hyphens, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<ReceiptCode, InvalidReceiptCode> {
        let mut digits = [0; CHARACTERS];
        let mut read = digits_of(text);
        for digit in &mut digits {
            *digit = read.next().flatten().ok_or(InvalidReceiptCode)?;
        }
        let check = digits
            .iter()
            .fold(0, |check, digit| times_alpha(check) ^ digit);
        if read.next().is_some() || check != 0 {
            return Err(InvalidReceiptCode);
        }
        Ok(ReceiptCode(digits))
    }
}

impl fmt::Display for ReceiptCode {
    /// Writes five groups of four, with hyphens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.characters().enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ReceiptCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptCode(…)")
    }
}

impl<'de> Deserialize<'de> for Locator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Locator, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u8>> = digits_of(&text).collect();
        let exact = digits.is_some_and(|digits| {
            digits.len() == LOCATOR_CHARACTERS
                && digits.iter().map(|digit| digit_of(*digit)).eq(text.chars())
        });
        if exact {
            Ok(Locator(text))
        } else {
            Err(serde::de::Error::custom(InvalidReceiptCode))
        }
    }
}

/// Returns five bits of the bytes, from this bit on.
fn bits_at(bytes: &[u8], from: usize) -> u8 {
    (from..from + CHARACTER_BITS).fold(0, |value, bit| {
        let byte = bytes.get(bit / 8).copied().unwrap_or_default();
        (value << 1) | ((byte >> (7 - bit % 8)) & 1)
    })
}

/// Multiplies by α in the field of 32 elements, with α⁵ = α² + 1. A code is a multiple of (x - α), so
/// any one wrong character and any two swapped ones are seen (a Reed-Solomon code with one check
/// character).
fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 0b10_0000 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(byte: u8) -> ReceiptCode {
        let key = format!("{byte:02x}").repeat(16);
        ReceiptCode::derive(&key.parse().unwrap())
    }

    #[test]
    fn a_key_gives_the_same_code_each_time() {
        // Files of earlier versions open with this code: the derivation never changes.
        insta::assert_snapshot!(code(1).to_string(), @"H3YS-EVYM-H3YE-H0R0-3C1M");
        assert_eq!(code(1), code(1));
        assert_ne!(code(1), code(2));
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let written = code(7).to_string();
        let plain = written.replace('-', "");
        for text in [
            written.to_lowercase(),
            plain.clone(),
            format!("  {} ", written.replace('-', " ")),
            plain.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(text.parse::<ReceiptCode>().unwrap(), code(7), "{text}");
        }
        for wrong in [
            "",
            "0",
            plain.get(1..).unwrap(),
            &format!("{plain}0"),
            "7K3Q-X9M2-PD4U",
        ] {
            assert!(wrong.parse::<ReceiptCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_wrong_character_and_two_swapped_ones_are_seen() {
        for seed in 0..40 {
            let digits = code(seed).0;
            let text = |digits: &[u8]| -> String { digits.iter().map(|d| digit_of(*d)).collect() };
            assert!(text(&digits).parse::<ReceiptCode>().is_ok());
            for at in 0..CHARACTERS {
                let mut wrong = digits;
                wrong[at] = (wrong[at] + 1 + seed % 31) % 32;
                assert!(text(&wrong).parse::<ReceiptCode>().is_err(), "{at}");
                for other in 0..at {
                    let mut swapped = digits;
                    swapped.swap(at, other);
                    assert!(
                        swapped == digits || text(&swapped).parse::<ReceiptCode>().is_err(),
                        "{at} {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_locator_and_the_passphrase_share_nothing() {
        let code = code(3);
        let whole = code.to_string().replace('-', "");
        let Locator(locator) = code.locator();
        assert_eq!(Some(locator.as_str()), whole.get(..4));
        assert_eq!(Some(code.passphrase().as_str()), whole.get(4..19));
        assert_eq!(format!("{code:?}"), "ReceiptCode(…)");
    }

    #[test]
    fn a_locator_is_read_as_it_is_written() {
        assert!(serde_json::from_str::<Locator>("\"7K3Q\"").is_ok());
        for wrong in ["\"7k3q\"", "\"7K3\"", "\"7K3QX\"", "\"7K3O\"", "4"] {
            assert!(serde_json::from_str::<Locator>(wrong).is_err(), "{wrong}");
        }
    }
}
