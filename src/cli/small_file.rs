//! Small files that a user names: a passphrase, a key, words.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::command_error::CommandError;
use crate::diagnostic::Diagnostic;
use crate::durable::PathError;

/// Means the standard input.
const STANDARD_INPUT: &str = "-";

/// Largest such file, in bytes: far above the longest words that a form takes.
const LARGEST: u64 = 256 * 1024;

/// Reads a text, from the standard input where the path is `-`. It is wiped when it is dropped.
///
/// # Errors
///
/// Fails where it cannot be read, is no text, or is too large.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let unusable = |source| PathError {
        path: path.to_path_buf(),
        source,
    };
    let input: Box<dyn Read> = if path == Path::new(STANDARD_INPUT) {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(unusable)?)
    };
    let mut bytes = Zeroizing::new(Vec::new());
    input
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unusable)?;
    let path = path.display();
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        let told = Diagnostic::error("cli-file-too-large").with("path", path);
        return Err(CommandError::Usage(told));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(CommandError::Usage(
            Diagnostic::error("cli-file-no-text").with("path", path),
        )),
    }
}
