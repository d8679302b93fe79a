//! How a command ends when it does not end well.
//!
//! The errors of the library are put into a kind here, once; each kind has its exit code.

use std::io;

use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::durable::{PathError, StorageError};
use crate::report::store::OpenError;
use crate::site::outputs::WriteError;

/// Why a command stopped.
#[derive(Debug)]
pub enum CommandError {
    /// There are problems in content or data. They have been told already. Exit code 1.
    Problems,
    /// There is one problem in content or data, told at the end. Exit code 1.
    Problem(Diagnostic),
    /// The command was called in a wrong way. Exit code 2.
    Usage(Diagnostic),
    /// Something could not be read or written. Exit code 3.
    ReadWrite(Diagnostic),
    /// Nobody reads what we write any more, as with `| head`. Nothing is told; exit code 0.
    BrokenPipe,
}

/// Tells what went wrong, if anything did, and returns the exit code.
pub fn finish(ui: &mut Ui, ended: Result<(), CommandError>) -> u8 {
    let Err(error) = ended else {
        return 0;
    };
    let (diagnostic, code) = match error {
        CommandError::BrokenPipe => (None, 0),
        CommandError::Problems => (None, 1),
        CommandError::Problem(diagnostic) => (Some(diagnostic), 1),
        CommandError::Usage(diagnostic) => (Some(diagnostic), 2),
        CommandError::ReadWrite(diagnostic) => (Some(diagnostic), 3),
    };
    if let Some(diagnostic) = diagnostic {
        // Where even this cannot be told, the exit code still tells it.
        let _ = ui.tell_diagnostics(&[diagnostic]);
    }
    code
}

/// Returns what is told of a file that could not be read or written.
fn unusable(error: &PathError) -> Diagnostic {
    let code = match error.source.kind() {
        io::ErrorKind::NotFound => "cli-file-missing",
        io::ErrorKind::PermissionDenied => "cli-file-forbidden",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "cli-disk-full",
        io::ErrorKind::NotADirectory => "cli-not-a-folder",
        io::ErrorKind::AlreadyExists => "cli-not-a-folder",
        _ => "cli-file-failed",
    };
    Diagnostic::error(code)
        .with("path", error.path.display())
        .with("reason", &error.source)
}

impl From<PathError> for CommandError {
    fn from(error: PathError) -> CommandError {
        CommandError::ReadWrite(unusable(&error))
    }
}

impl From<StorageError> for CommandError {
    fn from(error: StorageError) -> CommandError {
        match error {
            StorageError::File(error) => error.into(),
            StorageError::Full { path } => CommandError::ReadWrite(
                Diagnostic::error("cli-disk-full").with("path", path.display()),
            ),
        }
    }
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> CommandError {
        match error {
            WriteError::NotOurs(path) => CommandError::ReadWrite(
                Diagnostic::error("cli-output-not-ours").with("path", path.display()),
            ),
            WriteError::Io { path, source } => PathError { path, source }.into(),
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> CommandError {
        match error {
            OpenError::File(error) => error.into(),
            OpenError::Storage(error) => error.into(),
            OpenError::Seal(error) => {
                CommandError::ReadWrite(Diagnostic::error("cli-cannot-seal").with("reason", error))
            }
            OpenError::InUse { path } => CommandError::ReadWrite(
                Diagnostic::error("cli-data-in-use").with("path", path.display()),
            ),
        }
    }
}

/// Puts a failure to print into its kind.
pub(super) fn of_output(error: &io::Error) -> CommandError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        CommandError::BrokenPipe
    } else {
        CommandError::ReadWrite(Diagnostic::error("cli-output-failed").with("reason", error))
    }
}
