//! `meldwijzer submissions show`: one submission, for somebody it was addressed to.

use std::path::Path;

use crate::cli::answers::{self, Forms};
use crate::cli::command_error::CommandError;
use crate::cli::opening::Opener;
use crate::cli::submissions::addressees;
use crate::cli::ui::Ui;
use crate::durable::Folder;
use crate::report::archive::Archive;
use crate::report::ids::CaseId;
use crate::report::people::People;
use crate::report::submissions::State;

/// The arguments of `submissions show`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "ID")]
    id: CaseId,
    #[command(flatten)]
    opener: Opener,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let people = People::read(&Folder::new(data, 0))?;
    let (key, _) = arguments.opener.key(ui, &people)?;
    let (submission, contents) = Archive::at(data).open_submission(arguments.id, &key)?;
    let mut lines = Vec::new();
    if let State::Kept(kept) = &submission.state {
        let head = ui.text(
            "submission-head",
            &[
                ("id", &submission.id.to_string()),
                ("form", submission.form.as_str()),
                ("version", &kept.form_version.to_string()),
                ("received", &kept.received_on.to_string()),
                ("erase", &submission.erase_after.to_string()),
                ("to", &addressees(ui, &kept.to)),
            ],
        );
        lines.extend(head.lines().map(str::to_owned));
    }
    lines.extend([String::new(), ui.text("cli-show-answers", &[])]);
    let forms = Forms::read(root);
    let form = forms.form(submission.form.as_str());
    lines.extend(answers::lines(form, &contents.answers, ui.language()));
    ui.print(&lines.join("\n"))
}
