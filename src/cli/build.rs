//! `meldwijzer build`: writes the portal to a folder, for any web server.

use std::env;
use std::path::{Path, PathBuf};

use crate::cli::command_error::CommandError;
use crate::cli::portal::{Portal, assemble};
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::site::outputs;

/// Folder for the portal below its root, unless another is named.
const DEFAULT_OUTPUT: &str = "public";

/// The arguments of `build`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let environment = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (portal, problems) = assemble(root, &environment, SystemClock.today());
    if !problems.is_empty() {
        ui.tell_diagnostics(&problems)?;
    }
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    let folder = arguments
        .output
        .unwrap_or_else(|| root.join(DEFAULT_OUTPUT));
    outputs::write(&portal.outputs, &folder)?;
    let count = portal.outputs.len();
    let path = folder.to_string_lossy();
    ui.print(&ui.texts().count("cli-built", count, &[("path", &path)]))?;
    let addresses = form_addresses(&portal);
    if !addresses.is_empty() {
        ui.tell(&ui.text("cli-built-without-receiver", &[("addresses", &addresses)]))?;
    }
    Ok(())
}

/// Returns the addresses of the forms, which only the receiver can serve.
fn form_addresses(portal: &Portal) -> String {
    let config = &portal.config;
    let mut addresses = Vec::new();
    for form in &portal.forms {
        for language in &config.languages {
            let path = form.path(*language, config.default_language());
            addresses.push(format!("{}/{path}", config.base_path()));
        }
    }
    addresses.sort();
    addresses.dedup();
    addresses.join(" ")
}
