//! `meldwijzer submissions list`: the submissions, one a line, what goes first in front.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::findings::diagnostics;
use crate::cli::submissions::{addressees, over};
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::report::archive::Archive;
use crate::report::submissions::{State, Submission};

/// The arguments of `submissions list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
}

pub(super) fn run(ui: &mut Ui, data: &Path, arguments: &Arguments) -> Result<(), CommandError> {
    let found = Archive::at(data).submissions()?;
    let is_asked = |one: &&Submission| {
        let form = arguments.form.as_ref();
        form.is_none_or(|form| *form == one.form.as_str())
    };
    let mut submissions: Vec<&Submission> = found.whole.iter().filter(is_asked).collect();
    submissions.sort_by_key(|one| (one.erase_after, &one.form, one.id));
    if submissions.is_empty() {
        ui.print(&ui.text("submission-none", &[]))?;
    } else {
        let columns = ["id", "form", "received", "erase", "to"];
        let mut rows = vec![columns.map(|column| ui.text(&format!("submission-{column}"), &[]))];
        rows.extend(submissions.iter().map(|one| row(ui, one)));
        ui.print(&table::lines(&rows).join("\n"))?;
    }
    if found.findings.is_empty() {
        return Ok(());
    }
    ui.tell_diagnostics(&diagnostics(&found.findings))?;
    Err(CommandError::Problems)
}

fn row(ui: &Ui, submission: &Submission) -> [String; 5] {
    let (received, to) = match &submission.state {
        State::Kept(kept) => (kept.received_on.to_string(), addressees(ui, &kept.to)),
        State::Over(how) => (String::new(), over(ui, how)),
    };
    [
        submission.id.to_string(),
        submission.form.to_string(),
        received,
        submission.erase_after.to_string(),
        to,
    ]
}
