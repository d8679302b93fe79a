//! `meldwijzer reports show`: one case. Without a key its cover; with one everything, after writing down
//! that it was opened.

use std::path::Path;

use serde_json::Value;

use crate::cli::answers::Forms;
use crate::cli::command_error::CommandError;
use crate::cli::findings::diagnostics;
use crate::cli::harmless;
use crate::cli::opening::{Office, Opener};
use crate::cli::portal::Settings;
use crate::cli::reports::acting::offered;
use crate::cli::reports::case_text::CaseText;
use crate::cli::ui::Ui;
use crate::cli::wording::{self, Contact};
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::durable::Folder;
use crate::report::acts::Reader;
use crate::report::archive::{Archive, Found};
use crate::report::case::Cover;
use crate::report::event::Role;
use crate::report::ids::CaseId;
use crate::report::people::People;

/// The arguments of `reports show`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[command(flatten)]
    opener: Opener,
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    if arguments.opener.is_named() {
        return show_opened(ui, root, data, arguments);
    }
    let case = arguments.case;
    match Archive::at(data).case(case)? {
        Found::Case(cover, _) => show_cover(ui, root, data, arguments, &cover),
        Found::Erased(stub) => {
            let erased = wording::date_and_time(stub.erased_at);
            let told = [("case", &*case.to_string()), ("erased", &*erased)];
            ui.print(&ui.text("cli-show-erased", &told))
        }
        Found::Damaged(findings) => {
            let mut told = diagnostics(&findings);
            told.push(Diagnostic::error("cli-case-damaged").with("case", case));
            Err(CommandError::Several(told))
        }
        Found::Nothing => Err(CommandError::Problem(
            Diagnostic::error("cli-no-such-case").with("case", case),
        )),
    }
}

fn show_cover(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
    cover: &Cover,
) -> Result<(), CommandError> {
    if arguments.json {
        return print_json(ui, &json_of(cover)?);
    }
    let lifecycle = Settings::lifecycle(ui, root)?;
    let people = People::read(&Folder::new(data, 0))?;
    let text = CaseText {
        ui,
        lifecycle: &lifecycle,
        people: &people,
        contact: Contact::Free,
        now: SystemClock.now(),
    };
    let mut lines = text.cover(cover);
    lines.extend(text.how_to_open(cover));
    lines.extend(text.history(&cover.history, &[]));
    ui.print(&lines.join("\n"))
}

fn show_opened(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let office = Office::beside(ui, root, data)?;
    let (opened, reader) = arguments.opener.open(ui, &office, arguments.case)?;
    let case = &opened.case;
    let lifecycle = office.store.lifecycle();
    let roles = roles(reader);
    let forms = Forms::read(root);
    let contact = forms.contact(case);
    if arguments.json {
        let mut json = json_of(case)?;
        let offered = offered(lifecycle, &roles, &case.cover.progress);
        let names: Vec<Value> = offered
            .iter()
            .map(|action| action.name.as_str().into())
            .collect();
        if let Value::Object(fields) = &mut json {
            fields.insert("offered".to_owned(), Value::Array(names));
            let declined = contact == Contact::Declined;
            fields.insert("contact_declined".to_owned(), declined.into());
        }
        return print_json(ui, &json);
    }
    let text = CaseText {
        ui,
        lifecycle,
        people: &office.people,
        contact,
        now: SystemClock.now(),
    };
    let mut lines = text.cover(&case.cover);
    lines.extend(text.answers(case, &forms));
    lines.extend(text.files(case));
    lines.extend(text.history(&case.cover.history, &case.entries));
    lines.extend(text.offered(&case.cover.progress, &roles));
    ui.print(&lines.join("\n"))
}

/// Returns the roles in which somebody can act; with the recovery key there is none.
fn roles(reader: Reader<'_>) -> Vec<Role> {
    match reader {
        Reader::Person(person) => person.roles.clone(),
        Reader::Recovery => Vec::new(),
    }
}

fn json_of<T: serde::Serialize>(value: &T) -> Result<Value, CommandError> {
    serde_json::to_value(value).map_err(|error| {
        CommandError::ReadWrite(Diagnostic::error("cli-output-failed").with("reason", error))
    })
}

fn print_json(ui: &mut Ui, value: &Value) -> Result<(), CommandError> {
    ui.print(&harmless::json(&format!("{value:#}")))
}
