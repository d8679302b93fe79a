//! The file with a secret key, as whoever took it out of the safe names it.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::small_file;
use crate::diagnostic::Diagnostic;
use crate::report::seal::SecretKey;

/// Reads the key in a file: a line, with perhaps some lines about it.
///
/// # Errors
///
/// Fails where the file cannot be read, or holds no key.
pub fn read(path: &Path) -> Result<SecretKey, CommandError> {
    let text = small_file::read(path)?;
    SecretKey::from_file(&text).map_err(|_| {
        CommandError::Problem(Diagnostic::error("cli-not-a-key").with("path", path.display()))
    })
}
