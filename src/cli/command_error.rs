//! How a command ends when it does not end well.
//!
//! The errors of the library are put into a kind here, once; each kind has its exit code.

use std::io;
use std::path::Path;

use crate::cli::findings;
use crate::cli::harmless;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::durable::{PathError, StorageError};
use crate::report::acts::{CaseError, RecordError};
use crate::report::ids::{CaseId, Code};
use crate::report::people::{PeopleError, RECOVERY_SECRET, SHORTEST_PASSPHRASE};
use crate::report::store::OpenError;
use crate::site::outputs::WriteError;

/// Most names of what is in a folder that are told: enough to know which folder it is.
const MOST_NAMES: usize = 5;

/// Why a command stopped.
#[derive(Debug)]
pub enum CommandError {
    /// There are problems in content or data. They have been told already. Exit code 1.
    Problems,
    /// There is one problem in content or data, told at the end. Exit code 1.
    Problem(Diagnostic),
    /// There are problems in data, told at the end. Exit code 1.
    Several(Vec<Diagnostic>),
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
    let code = error.exit_code();
    let diagnostics = error.into_diagnostics();
    if !diagnostics.is_empty() {
        // Where even this cannot be told, the exit code still tells it.
        let _ = ui.tell_diagnostics(&diagnostics);
    }
    code
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            CommandError::BrokenPipe => 0,
            CommandError::Problems | CommandError::Problem(_) | CommandError::Several(_) => 1,
            CommandError::Usage(_) => 2,
            CommandError::ReadWrite(_) => 3,
        }
    }

    /// Returns what is still to be told.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        match self {
            CommandError::BrokenPipe | CommandError::Problems => Vec::new(),
            CommandError::Several(diagnostics) => diagnostics,
            CommandError::Problem(diagnostic)
            | CommandError::Usage(diagnostic)
            | CommandError::ReadWrite(diagnostic) => vec![diagnostic],
        }
    }
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
            WriteError::InUse(path) => CommandError::ReadWrite(
                Diagnostic::error("cli-output-in-use").with("path", path.display()),
            ),
            WriteError::NotEmpty { path, names } => CommandError::Usage(not_empty(&path, &names)),
            WriteError::Exists(path) => CommandError::Usage(
                Diagnostic::error("cli-file-exists").with("path", path.display()),
            ),
            WriteError::Io { path, source } => PathError { path, source }.into(),
        }
    }
}

/// Returns what is told of a folder in which something is, with the first names.
fn not_empty(path: &Path, names: &[String]) -> Diagnostic {
    let first: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| harmless::line(name))
        .collect();
    let more = match names.len() > MOST_NAMES {
        true => ", …",
        false => "",
    };
    Diagnostic::error("cli-folder-not-empty")
        .with("path", path.display())
        .with("names", first.join(", ") + more)
}

fn about_person(code: &'static str, person: &Code) -> CommandError {
    CommandError::Problem(Diagnostic::error(code).with("person", person))
}

fn about_case(code: &'static str, case: CaseId) -> CommandError {
    CommandError::Problem(Diagnostic::error(code).with("case", case))
}

fn cannot_seal(error: impl ToString) -> CommandError {
    CommandError::ReadWrite(Diagnostic::error("cli-cannot-seal").with("reason", error))
}

impl From<PeopleError> for CommandError {
    fn from(error: PeopleError) -> CommandError {
        match error {
            PeopleError::Conflict { id } => about_person("cli-person-changed", &id),
            PeopleError::Removed { id } => about_person("cli-person-removed", &id),
            PeopleError::WrongPassphrase { id } => about_person("cli-wrong-passphrase", &id),
            PeopleError::DamagedKey { id } => about_person("cli-person-key-damaged", &id),
            PeopleError::Storage(error) => error.into(),
            PeopleError::ShortPassphrase => CommandError::Usage(
                Diagnostic::error("cli-short-passphrase").with("least", SHORTEST_PASSPHRASE),
            ),
            PeopleError::Incomplete => CommandError::ReadWrite(
                Diagnostic::error("cli-people-unreadable").with("reason", error),
            ),
            PeopleError::DamagedRecoveryKey => CommandError::Problem(
                Diagnostic::error("cli-recovery-damaged").with("file", RECOVERY_SECRET),
            ),
            PeopleError::Randomness(_)
            | PeopleError::Seal(_)
            | PeopleError::Name(_)
            | PeopleError::Json(_) => cannot_seal(error),
        }
    }
}

impl From<CaseError> for CommandError {
    fn from(error: CaseError) -> CommandError {
        match error {
            CaseError::NotThere { case } => about_case("cli-no-such-case", case),
            CaseError::Erased { case } => about_case("cli-case-erased", case),
            CaseError::NotEntitled { case } => about_case("cli-not-entitled", case),
            CaseError::Damaged { case, findings } => {
                let mut told = findings::diagnostics(&findings);
                told.push(Diagnostic::error("cli-case-damaged").with("case", case));
                CommandError::Several(told)
            }
            CaseError::Record(error) => (*error).into(),
            CaseError::Storage(error) => error.into(),
            // Receipt codes are typed on pages only, and names are made here.
            CaseError::WrongCode | CaseError::Name(_) => cannot_seal(error),
        }
    }
}

impl From<RecordError> for CommandError {
    fn from(error: RecordError) -> CommandError {
        match error {
            RecordError::Case(error) => (*error).into(),
            RecordError::NoPlace { case } => about_case("cli-no-place", case),
            // Whoever acts explains why, with the life cycle at hand.
            RecordError::Refused { case, .. } => about_case("cli-refused", case),
            RecordError::DiskFull { path } => StorageError::Full { path }.into(),
            RecordError::File(error) => error.into(),
            // Whoever has no key is told so before a case is looked at.
            RecordError::NoKeys { .. }
            | RecordError::NamesErased { .. }
            | RecordError::Event(_)
            | RecordError::Seal(_)
            | RecordError::Randomness(_)
            | RecordError::Name(_) => cannot_seal(error),
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> CommandError {
        match error {
            OpenError::File(error) => error.into(),
            OpenError::Storage(error) => error.into(),
            OpenError::Seal(error) => cannot_seal(error),
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
