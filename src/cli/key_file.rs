//! The file with a secret key, as whoever took it out of the safe names it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::command_error::CommandError;
use crate::diagnostic::Diagnostic;
use crate::durable::PathError;
use crate::report::seal::SecretKey;

/// Most bytes that are read of such a file: a key is a line, with some lines about it.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads the key in a file.
///
/// # Errors
///
/// Fails where the file cannot be read, or holds no key.
pub fn read(path: &Path) -> Result<SecretKey, CommandError> {
    let failed = |source| PathError {
        path: path.to_path_buf(),
        source,
    };
    let mut text = Zeroizing::new(String::new());
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(failed)?;
    SecretKey::from_file(&text).map_err(|_| {
        CommandError::Problem(Diagnostic::error("cli-not-a-key").with("path", path.display()))
    })
}
