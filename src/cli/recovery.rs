//! The recovery key as the administrator meets it: made once, and warned about until it is in a safe.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::durable::Folder;
use crate::language::Language;
use crate::message::Catalogue;
use crate::report::event::Role;
use crate::report::people::{self, People, Person, RECOVERY, RECOVERY_SECRET};

/// Folder that the first report makes in the data folder.
const REPORTS: &str = "reports";

/// Makes the recovery key of a data folder, unless it has one, and returns whether it did. Where reports are stored and the key is
/// missing, no other is made: the reports there are open with the one that is lost, and two keys would
/// be taken for one another.
///
/// # Errors
///
/// Fails where it is not surely on disk.
pub(super) fn make(data: &Path, storage: &Folder) -> Result<bool, CommandError> {
    let is_there = data.join(RECOVERY).exists();
    let is_lost = data.join(REPORTS).exists() && !data.join(RECOVERY_SECRET).exists();
    if !is_lost {
        people::make_recovery_key(storage, &comments())?;
    }
    Ok(!is_there && !is_lost)
}

/// Tells what an administrator must do before reports can be opened, now and should all else be lost.
///
/// # Errors
///
/// Fails where nobody at all could open a new report, or the people cannot be read.
pub(super) fn warn(ui: &mut Ui, data: &Path, storage: &Folder) -> Result<(), CommandError> {
    let people = People::read(storage)?;
    let has_coordinator = has_coordinator(&people);
    if people.recovery.is_none() && !has_coordinator {
        let path = data.join(RECOVERY);
        return Err(CommandError::Problem(
            Diagnostic::error("cli-nobody-opens").with("path", path.display()),
        ));
    }
    let mut warnings = damaged(&people);
    if people.recovery.is_none() {
        let path = data.join(RECOVERY);
        warnings.push(Diagnostic::warning("cli-recovery-missing").with("path", path.display()));
    }
    let secret = data.join(RECOVERY_SECRET);
    if secret.exists() {
        warnings.push(Diagnostic::warning("cli-recovery-here").with("path", secret.display()));
    }
    if !has_coordinator {
        warnings.push(Diagnostic::warning("cli-no-coordinator"));
    }
    if !warnings.is_empty() {
        ui.tell_diagnostics(&warnings)?;
    }
    Ok(())
}

/// Returns whether somebody watches over all reports and can open them.
pub(super) fn has_coordinator(people: &People) -> bool {
    let is_ready = |person: &Person| {
        let keys = person.keys.as_ref();
        keys.is_some_and(|keys| !keys.one_time) && person.roles.contains(&Role::Coordinator)
    };
    people.persons.iter().any(is_ready)
}

/// Tells which files of people cannot be read, and which are none.
pub(super) fn damaged(people: &People) -> Vec<Diagnostic> {
    let damaged = people.damaged.iter();
    let damaged = damaged.map(|path| Diagnostic::warning("cli-person-damaged").in_file(path));
    let foreign = people.foreign.iter();
    damaged
        .chain(foreign.map(|path| Diagnostic::warning("report-foreign").in_file(path)))
        .collect()
}

/// Returns what stands above the secret key, in every language: whoever opens the safe in ten years may
/// have nothing else.
fn comments() -> String {
    let mut comments = String::new();
    for language in Language::ALL {
        let text = Catalogue::of_program(language).text("cli-recovery-letter", &[]);
        for line in text.lines() {
            comments.push_str(format!("# {line}").trim_end());
            comments.push('\n');
        }
        comments.push_str("#\n");
    }
    comments
}
