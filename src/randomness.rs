//! Random bytes, as an argument.
//!
//! Nothing else in the program asks the machine for randomness, so that tests are exact.

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// Gives bytes that nobody can guess.
pub trait Randomness: Send + Sync {
    /// Fills the whole slice.
    ///
    /// # Errors
    ///
    /// Fails where the source gives nothing; the bytes must not be used then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The randomness of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(bytes).map_err(|_| NoRandomness)
    }
}
