//! `meldwijzer reports schema`: JSON Schemas of everything that is stored.

use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::form;
use crate::report::schema::{NAMES, schema};
use crate::site::assembly::read_forms;

/// The arguments of `reports schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: &Arguments) -> Result<(), CommandError> {
    let mut diagnostics = Vec::new();
    let mut forms = read_forms(root, &mut diagnostics);
    // Of practice nothing is stored.
    forms.retain(|form| !form.practice);
    if !diagnostics.is_empty() {
        ui.tell_diagnostics(&diagnostics)?;
    }
    let mut names = NAMES.to_vec();
    names.extend(forms.iter().map(|form| form.id.as_str()));
    let Some(name) = &arguments.name else {
        return ui.print(&names.join("\n"));
    };
    let of_form = || {
        let form = forms.iter().find(|form| form.id == *name)?;
        Some(form::schema(form))
    };
    match schema(name).or_else(of_form) {
        Some(schema) => ui.print(&format!("{schema:#}")),
        None => Err(CommandError::Usage(
            Diagnostic::error("cli-no-such-schema")
                .with("name", name)
                .with("known", names.join(", ")),
        )),
    }
}
