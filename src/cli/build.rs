//! `meldwijzer build`: writes the portal to a folder, for any web server.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::cli::check::tell_without_advice;
use crate::cli::command_error::CommandError;
use crate::cli::portal::{Portal, assemble_to, environment};
use crate::cli::progress::Progress;
use crate::cli::published;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::abridge;
use crate::digest::fingerprint;
use crate::output::Output;
use crate::receiver::FirstPages;
use crate::site::generator::Options;
use crate::site::inputs::Inputs;
use crate::site::outputs;
use crate::site::render::theme_problem;

/// Folder for the portal below its root, unless another is named.
pub(super) const DEFAULT_OUTPUT: &str = "public";

/// What the names of settings in the environment begin with.
const SETTINGS: &str = "MELDWIJZER_";

/// The arguments of `build`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[arg(long)]
    compress: bool,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let folder = arguments
        .output
        .unwrap_or_else(|| root.join(DEFAULT_OUTPUT));
    let today = SystemClock.today();
    let surroundings = surroundings(env::vars_os(), today, arguments.compress);
    let inputs = Inputs::find(root, SystemClock.now().as_nanosecond()).ok();
    let made_from = outputs::made_from(&folder).zip(inputs.as_ref());
    if made_from
        .is_some_and(|(record, inputs)| inputs.are_those_of(&record, &surroundings, &folder))
    {
        let path = folder.to_string_lossy();
        return ui.print(&ui.text("cli-built-before", &[("path", &path)]));
    }
    let fresh = outputs::Folder::begin(&folder)?;
    let put = |made: Vec<Output>| match arguments.compress {
        true => fresh.put(&outputs::with_compressed(made)),
        false => fresh.put(&made),
    };
    let building = Progress::of(ui, "cli-progress-building", None);
    let deliver = |made: Vec<Output>| {
        building.step(made.len());
        put(made);
        Vec::new()
    };
    let (portal, problems) = assemble_to(&deliver, Options::default(), root, &environment, today);
    drop(building);
    tell_without_advice(ui, abridge(problems))?;
    let Some(portal) = portal else {
        return Err(CommandError::Problems);
    };
    put(portal.outputs.clone());
    if portal.config.receiver_elsewhere().is_some() {
        put(first_pages(&portal)?);
    }
    published::tell_lost_record(ui, root, &portal, &folder)?;
    let count = fresh.finish()?;
    let unchanged = inputs.and_then(Inputs::unchanged);
    published::record(ui, root, &portal)?;
    if let Some(record) = unchanged.and_then(|inputs| inputs.record(&surroundings, &folder)) {
        fresh.mark(&record)?;
    }
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
    Ok(pages)
}

/// Returns all that a build depends on besides its files: this program, its settings from the environment, the day
/// and what is asked.
fn surroundings(
    environment: impl Iterator<Item = (OsString, OsString)>,
    today: Date,
    compress: bool,
) -> String {
    let program = env::current_exe().and_then(fs::metadata);
    let program = program.and_then(|file| Ok((file.len(), file.modified()?)));
    let mut settings: Vec<(OsString, OsString)> = environment
        .filter(|(name, _)| name.to_string_lossy().starts_with(SETTINGS))
        .collect();
    settings.sort();
    let all = format!("{program:?} {settings:?} {today} {compress}");
    format!(
        "{} {}",
        env!("CARGO_PKG_VERSION"),
        fingerprint(all.as_bytes())
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_day_setting_or_option_is_another_build() {
        let with = |variables: &[(&str, &str)], day: i8, compress: bool| {
            let variables = variables
                .iter()
                .map(|(name, value)| (name.into(), value.into()));
            surroundings(variables, jiff::civil::date(2026, 3, day), compress)
        };
        let check = |other: String, is_same: bool| {
            assert_eq!(other == with(&[], 1, false), is_same);
        };
        check(with(&[], 1, false), true);
        check(with(&[], 2, false), false);
        check(with(&[], 1, true), false);
        check(with(&[("MELDWIJZER_TITLE", "Thuis")], 1, false), false);
        check(with(&[("HOME", "/home/vera")], 1, false), true);
        // In which order they are handed over says nothing.
        let (a, b) = (("MELDWIJZER_A", "1"), ("MELDWIJZER_B", "2"));
        assert_eq!(with(&[a, b], 1, false), with(&[b, a], 1, false));
    }
}
