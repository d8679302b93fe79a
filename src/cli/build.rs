//! `meldwijzer build`: writes the portal to a folder, for any web server.

use std::path::{Path, PathBuf};

use crate::cli::check::tell_without_advice;
use crate::cli::command_error::CommandError;
use crate::cli::portal::{Portal, assemble, environment};
use crate::cli::progress::Progress;
use crate::cli::published;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::output::Output;
use crate::receiver::FirstPages;
use crate::site::outputs;
use crate::site::render::theme_problem;

/// Folder for the portal below its root, unless another is named.
pub(super) const DEFAULT_OUTPUT: &str = "public";

/// The arguments of `build`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let building = Progress::of(ui, "cli-progress-building", None);
    let (portal, problems) = assemble(root, &environment, SystemClock.today());
    drop(building);
    tell_without_advice(ui, problems)?;
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    let folder = arguments
        .output
        .unwrap_or_else(|| root.join(DEFAULT_OUTPUT));
    let mut files = portal.outputs.clone();
    if portal.config.receiver_elsewhere().is_some() {
        files.extend(first_pages(&portal)?);
    }
    published::tell_lost_record(ui, root, &portal, &folder)?;
    let writing = Progress::of(ui, "cli-progress-writing", Some(files.len()));
    outputs::write(&files, &folder)?;
    drop(writing);
    published::record(ui, root, &portal)?;
    let count = files.len();
    let path = folder.to_string_lossy();
    ui.print(&ui.texts().count("cli-built", count, &[("path", &path)]))?;
    let addresses = form_addresses(&portal);
    if portal.config.receiver_elsewhere().is_none() && !addresses.is_empty() {
        ui.tell(&ui.text("cli-built-without-receiver", &[("addresses", &addresses)]))?;
    }
    Ok(())
}

/// Makes the first pages of forms, which send what is filled in to the address of the receiver.
fn first_pages(portal: &Portal) -> Result<Vec<Output>, CommandError> {
    let config = &portal.config;
    let pages = FirstPages {
        theme: &portal.theme,
        sites: portal.sites(),
        forms: &portal.forms,
        lifecycle: &portal.lifecycle,
        base_path: config.base_path(),
        base_origin: &config.absolute(""),
        receiver: &config.receiver_address(),
        clock: &SystemClock,
    };
    let pages = pages
        .outputs()
        .map_err(|error| CommandError::Problem(theme_problem(&error)))?;
    Ok(outputs::with_compressed(pages))
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
