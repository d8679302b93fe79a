//! Sealing and opening: every secret on disk is an age file.
//!
//! Nothing here is a format or a cipher of our own: what is sealed to a key or a passphrase opens with
//! the standard `age` program. A sealed text says who can open it only by the keys it was sealed to.
//! Invariant: what was opened is wiped from memory when it is dropped, and no error repeats any of it.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::{Decryptor, EncryptError, Encryptor, x25519};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::aead_encrypt;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::digest::hex;
use crate::randomness::Randomness;

/// Cost of a passphrase that people choose themselves: about a second and 256 MiB on an office
/// machine, which is what age itself takes.
pub const CHOSEN_WORK: WorkFactor = WorkFactor(18);

/// Cost of a passphrase that this program chose at random with 75 bits, such as that of a receipt.
/// Guessing is out of reach by the number of possibilities: 2^74 tries on average, which at a thousand
/// million per second take more than half a million years. Stretching is for what people think up
/// themselves; here it would only make reporters wait: this takes 0.01 ms of a submit, a factor of 18
/// would take a second and add less than five more random characters do.
pub const RANDOM_WORK: WorkFactor = WorkFactor(3);

/// Largest cost that is taken on to open something: four times [`CHOSEN_WORK`], so that a file that
/// somebody put there cannot take the machine's memory.
const MOST_WORK: u8 = 20;

/// A secret key of the age format.
#[derive(Clone)]
pub struct SecretKey(x25519::Identity);

/// The public half of a [`SecretKey`].
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    recipient: x25519::Recipient,
    text: String,
}

/// The logarithm of the cost of a passphrase: 2^n steps of scrypt, each of which takes a kibibyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkFactor(u8);

/// A sealed text, as an armored age file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

/// An envelope that is addressed and still empty: what is sealed in it costs no more key agreement.
pub struct Envelope(StreamWriter<ArmoredWriter<Vec<u8>>>);

/// Something could not be sealed.
#[derive(Debug, thiserror::Error)]
#[error("cannot be sealed: {0}")]
pub struct SealError(#[from] io::Error);

/// Something could not be opened with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed for others.
    #[error("sealed for another key")]
    OtherKey,
    /// It is no age file, or was damaged.
    #[error("damaged")]
    Damaged,
    /// Opening it would take more work than is allowed.
    #[error("asks for too much work")]
    TooMuchWork,
}

/// The text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of the age format")]
pub struct InvalidKey;

impl SecretKey {
    /// Makes a new key from the randomness of the operating system, which the age crate asks itself.
    pub fn generate() -> SecretKey {
        SecretKey(x25519::Identity::generate())
    }

    /// Returns the key with which others seal for this one.
    pub fn public(&self) -> PublicKey {
        PublicKey::of(self.0.to_public())
    }

    /// Returns the key as its file has it: `AGE-SECRET-KEY-1…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// Reads the first key of a key file, in which lines that start with `#` are comments.
    ///
    /// # Errors
    ///
    /// Fails where there is none.
    pub fn from_file(text: &str) -> Result<SecretKey, InvalidKey> {
        text.lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .ok_or(InvalidKey)?
            .parse()
    }
}

impl FromStr for SecretKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<SecretKey, InvalidKey> {
        text.trim().parse().map(SecretKey).map_err(|_| InvalidKey)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl PublicKey {
    fn of(recipient: x25519::Recipient) -> PublicKey {
        PublicKey {
            text: recipient.to_string(),
            recipient,
        }
    }

    /// Returns the key as text: `age1…`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for PublicKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<PublicKey, InvalidKey> {
        let recipient = text.trim().parse().map_err(|_| InvalidKey)?;
        Ok(PublicKey::of(recipient))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.text)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PublicKey, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Sealed {
    /// Seals bytes so that each of these keys opens them.
    ///
    /// # Errors
    ///
    /// Fails where there is no key.
    pub fn to_keys(plain: &[u8], keys: &[PublicKey]) -> Result<Sealed, SealError> {
        Envelope::to_keys(keys)?.seal(plain)
    }

    /// Seals bytes so that a passphrase opens them.
    ///
    /// # Errors
    ///
    /// Fails where the operating system gives no randomness.
    pub fn to_passphrase(
        plain: &[u8],
        passphrase: &str,
        work: WorkFactor,
        randomness: &dyn Randomness,
    ) -> Result<Sealed, SealError> {
        let mut salt = [0; SALT_BYTES];
        randomness
            .fill(&mut salt)
            .map_err(|error| SealError(io::Error::other(error)))?;
        let recipient = Passphrase {
            passphrase,
            work,
            salt,
        };
        Envelope::to([&recipient as &dyn age::Recipient].into_iter())?.seal(plain)
    }

    /// Opens the text with a key.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open(&self, key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.open_with(&key.0)
    }

    /// Opens the text with a passphrase.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open_with_passphrase(&self, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(MOST_WORK);
        self.open_with(&identity)
    }

    fn open_with(&self, identity: &dyn age::Identity) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(self.0.as_bytes()))?;
        let mut plain = Zeroizing::new(Vec::with_capacity(self.0.len()));
        decryptor
            .decrypt(std::iter::once(identity))?
            .read_to_end(&mut plain)
            .map_err(|_| OpenError::Damaged)?;
        Ok(plain)
    }

    /// Takes a text as it was stored; opening it tells whether it was sealed.
    pub fn from_text(text: String) -> Sealed {
        Sealed(text)
    }

    /// Returns the text, which is a whole age file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl Envelope {
    /// Addresses an envelope to keys.
    ///
    /// # Errors
    ///
    /// Fails where there is no key.
    pub fn to_keys(keys: &[PublicKey]) -> Result<Envelope, SealError> {
        Envelope::to(keys.iter().map(|key| &key.recipient as &dyn age::Recipient))
    }

    fn to<'a>(
        recipients: impl Iterator<Item = &'a dyn age::Recipient>,
    ) -> Result<Envelope, SealError> {
        let output =
            ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).map_err(SealError)?;
        let encryptor = Encryptor::with_recipients(recipients).map_err(cannot_encrypt)?;
        Ok(Envelope(encryptor.wrap_output(output).map_err(SealError)?))
    }

    /// Puts bytes in the envelope and closes it.
    ///
    /// # Errors
    ///
    /// Fails only where memory cannot be written, which does not happen.
    pub fn seal(mut self, plain: &[u8]) -> Result<Sealed, SealError> {
        self.0.write_all(plain).map_err(SealError)?;
        let armored = self.0.finish().map_err(SealError)?;
        let text = armored.finish().map_err(SealError)?;
        String::from_utf8(text)
            .map(Sealed)
            .map_err(|error| SealError(io::Error::other(error.utf8_error())))
    }
}

/// Seals a stream, such as an attachment: an age file without armor. [`SealedWriter::finish`] must be
/// called at the end; a file without its end does not open.
pub struct SealedWriter<W: Write>(StreamWriter<W>);

impl<W: Write> SealedWriter<W> {
    /// Begins a sealed file.
    ///
    /// # Errors
    ///
    /// Fails where the beginning cannot be written.
    pub fn new(output: W, key: &PublicKey) -> Result<SealedWriter<W>, SealError> {
        let recipients = std::iter::once(&key.recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(cannot_encrypt)?;
        let writer = encryptor.wrap_output(output).map_err(SealError)?;
        Ok(SealedWriter(writer))
    }

    /// Ends the file and returns what it was written to.
    ///
    /// # Errors
    ///
    /// Fails where the end cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a sealed stream. Each piece that is read was checked; a file that was cut fails at its end.
///
/// # Errors
///
/// See [`OpenError`].
pub fn open_stream<R: Read>(input: R, key: &SecretKey) -> Result<StreamReader<R>, OpenError> {
    Ok(Decryptor::new(input)?.decrypt(std::iter::once(&key.0 as &dyn age::Identity))?)
}

/// Bytes of the salt of a passphrase (RFC 7914 as the age format uses it).
const SALT_BYTES: usize = 16;

/// What the salt starts with, so that no other use of scrypt gives the same key (age-encryption.org/v1).
const SALT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";

/// Bytes of a label that no other recipient has, which keeps a passphrase the only one of its file.
const LABEL_BYTES: usize = 16;

/// The passphrase stanza of the age format, at a cost of our choice.
struct Passphrase<'a> {
    passphrase: &'a str,
    work: WorkFactor,
    salt: [u8; SALT_BYTES],
}

impl age::Recipient for Passphrase<'_> {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let salt = [SALT_LABEL, &self.salt].concat();
        let mut key = Zeroizing::new([0; 32]);
        let parameters = scrypt::Params::new(self.work.0, 8, 1, key.len())
            .map_err(|error| EncryptError::Io(io::Error::other(error.to_string())))?;
        scrypt::scrypt(self.passphrase.as_bytes(), &salt, &parameters, key.as_mut())
            .map_err(|error| EncryptError::Io(io::Error::other(error.to_string())))?;
        let stanza = Stanza {
            tag: "scrypt".to_owned(),
            args: vec![
                BASE64_STANDARD_NO_PAD.encode(self.salt),
                self.work.0.to_string(),
            ],
            body: aead_encrypt(&key, file_key.expose_secret()),
        };
        let label = hex(self.salt.get(..LABEL_BYTES).unwrap_or(&self.salt));
        Ok((vec![stanza], HashSet::from([label])))
    }
}

fn cannot_encrypt(error: EncryptError) -> SealError {
    SealError(io::Error::other(error.to_string()))
}

impl From<age::DecryptError> for OpenError {
    fn from(error: age::DecryptError) -> OpenError {
        match error {
            age::DecryptError::NoMatchingKeys | age::DecryptError::DecryptionFailed => {
                OpenError::OtherKey
            }
            age::DecryptError::ExcessiveWork { .. } => OpenError::TooMuchWork,
            _ => OpenError::Damaged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::randomness::SystemRandomness;

    const PASSPHRASE: &str = "9M2PD4TQ1R8S7VW";

    fn passphrase(plain: &[u8]) -> Sealed {
        Sealed::to_passphrase(plain, PASSPHRASE, RANDOM_WORK, &SystemRandomness).unwrap()
    }

    #[test]
    fn each_of_the_keys_opens_and_no_other() {
        let keys: Vec<SecretKey> = (0..3).map(|_| SecretKey::generate()).collect();
        let to: Vec<PublicKey> = keys[..2].iter().map(SecretKey::public).collect();
        let sealed = Sealed::to_keys(b"geheim", &to).unwrap();
        assert_eq!(&**sealed.open(&keys[0]).unwrap(), b"geheim");
        assert_eq!(&**sealed.open(&keys[1]).unwrap(), b"geheim");
        assert_eq!(sealed.open(&keys[2]).unwrap_err(), OpenError::OtherKey);
        assert!(!sealed.as_str().contains("geheim"));
        assert!(Sealed::to_keys(b"geheim", &[]).is_err());
    }

    #[test]
    fn a_passphrase_opens_and_no_other() {
        let sealed = passphrase(b"geheim");
        let opened = sealed.open_with_passphrase(PASSPHRASE).unwrap();
        assert_eq!(&**opened, b"geheim");
        let wrong = sealed.open_with_passphrase("9M2PD4TQ1R8S7VX");
        assert_eq!(wrong.unwrap_err(), OpenError::OtherKey);
        let key = SecretKey::generate();
        assert!(sealed.open(&key).is_err());
    }

    #[test]
    fn the_same_bytes_are_sealed_otherwise_each_time() {
        assert_ne!(passphrase(b"a"), passphrase(b"a"));
        let key = [SecretKey::generate().public()];
        let sealed = || Sealed::to_keys(b"a", &key).unwrap();
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn a_changed_or_cut_text_does_not_open() {
        let key = SecretKey::generate();
        let text = Sealed::to_keys(b"geheim", &[key.public()]).unwrap().0;
        for at in (0..text.len()).step_by(7) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = Sealed(String::from_utf8(bytes).unwrap());
            assert!(changed.open(&key).is_err(), "{at}");
            assert!(Sealed(text[..at].to_owned()).open(&key).is_err(), "{at}");
        }
    }

    #[test]
    fn a_text_that_asks_for_too_much_work_is_refused() {
        let (key, sealed) = (SecretKey::generate(), passphrase(b"a"));
        let binary = Decryptor::new(ArmoredReader::new(sealed.as_str().as_bytes()));
        assert!(binary.is_ok());
        let expensive = Passphrase {
            passphrase: PASSPHRASE,
            work: WorkFactor(1),
            salt: [0; SALT_BYTES],
        };
        let envelope = Envelope::to([&Dear(expensive) as &dyn age::Recipient].into_iter()).unwrap();
        let sealed = envelope.seal(b"a").unwrap();
        let opened = sealed.open_with_passphrase(PASSPHRASE);
        assert_eq!(opened.unwrap_err(), OpenError::TooMuchWork);
        assert!(sealed.open(&key).is_err());
    }

    /// Says that it took more work than it did.
    struct Dear<'a>(Passphrase<'a>);

    impl age::Recipient for Dear<'_> {
        fn wrap_file_key(
            &self,
            file_key: &FileKey,
        ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
            let (mut stanzas, labels) = self.0.wrap_file_key(file_key)?;
            for stanza in &mut stanzas {
                stanza.args[1] = "40".to_owned();
            }
            Ok((stanzas, labels))
        }
    }

    #[test]
    fn a_stream_opens_whole_or_fails() {
        let key = SecretKey::generate();
        let plain: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let mut writer = SealedWriter::new(Vec::new(), &key.public()).unwrap();
        writer.write_all(&plain).unwrap();
        let sealed = writer.finish().unwrap();
        let mut opened = Vec::new();
        let mut reader = open_stream(sealed.as_slice(), &key).unwrap();
        reader.read_to_end(&mut opened).unwrap();
        assert_eq!(opened, plain);
        for cut in [sealed.len() - 1, sealed.len() / 2, 70_000] {
            let mut reader = open_stream(&sealed[..cut], &key).unwrap();
            assert!(reader.read_to_end(&mut Vec::new()).is_err(), "{cut}");
        }
        assert!(open_stream(sealed.as_slice(), &SecretKey::generate()).is_err());
    }

    #[test]
    fn a_key_file_has_comments_and_a_key() {
        let key = SecretKey::generate();
        let text = format!("# Bewaar dit\n\n{}\n", *key.to_text());
        let read = SecretKey::from_file(&text).unwrap();
        assert_eq!(read.public(), key.public());
        assert_eq!(SecretKey::from_file("# niets\n").unwrap_err(), InvalidKey);
        assert!(key.public().to_string().starts_with("age1"));
        assert_eq!(format!("{key:?}"), "SecretKey(…)");
    }
}
