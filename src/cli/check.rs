//! `meldwijzer check`: tells everything about a portal that somebody should look at, and writes nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::number_of;
use crate::cli::portal::{Portal, assemble, environment};
use crate::cli::requirements;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::{Diagnostic, Severity};
use crate::site::markdown::PLACE_TO_FILL_IN;

/// The arguments of `check`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    strict: bool,
    #[arg(long, conflicts_with = "strict")]
    requirements: bool,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let (portal, problems) = assemble(root, &environment, SystemClock.today());
    if let Some(portal) = portal.as_ref().filter(|_| arguments.requirements) {
        return requirements::print(ui, portal);
    }
    let (places, problems): (Vec<Diagnostic>, Vec<Diagnostic>) = problems
        .into_iter()
        .partition(|problem| problem.code == PLACE_TO_FILL_IN);
    let (errors, others): (Vec<Diagnostic>, Vec<Diagnostic>) = problems
        .iter()
        .cloned()
        .partition(|problem| problem.severity == Severity::Error);
    if !others.is_empty() {
        ui.print_each_diagnostic(&others)?;
    }
    if !places.is_empty() {
        print_places(ui, &places)?;
    }
    if let Some(portal) = &portal {
        print_skipped(ui, portal)?;
    }
    // What must be solved stands last, where the reader's eye is.
    if !errors.is_empty() {
        ui.print_each_diagnostic(&errors)?;
    }
    if let Some(last) = errors.last().or(others.last()) {
        ui.print(&ui.text("cli-check-explain", &[("code", last.code)]))?;
    }
    let of = |severity| number_of(&problems, severity);
    let counts = [
        ("cli-count-errors", of(Severity::Error)),
        ("cli-count-warnings", of(Severity::Warning)),
        ("cli-count-advices", of(Severity::Advice)),
        ("cli-count-places", places.len()),
    ];
    let counted = counts.map(|(key, count)| ui.texts().count(key, count, &[]));
    ui.print(&counted.join(", "))?;
    if portal.is_none() || (arguments.strict && !problems.is_empty()) {
        return Err(CommandError::Problems);
    }
    Ok(())
}

/// Prints on which lines of each page something is to be filled in.
fn print_places(ui: &mut Ui, places: &[Diagnostic]) -> Result<(), CommandError> {
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for place in places.iter().filter_map(|one| one.place.as_ref()) {
        let of_page = lines.entry(&place.path).or_default();
        of_page.push(place.line.to_string());
    }
    ui.print(&ui.text("cli-check-places", &[]))?;
    for (path, lines) in lines {
        let count = lines.len().to_string();
        let arguments = [
            ("path", path),
            ("count", &count),
            ("lines", &lines.join(", ")),
        ];
        ui.print(&ui.text("cli-check-places-of-page", &arguments))?;
    }
    ui.print("")
}

/// Prints on which pages the language check leaves something alone, so that nobody forgets it.
fn print_skipped(ui: &mut Ui, portal: &Portal) -> Result<(), CommandError> {
    let pages = portal.site.pages.iter().filter_map(|page| {
        let skipping = page.front_matter.plain_language.as_ref()?;
        Some((page.source.path(), skipping))
    });
    let mut pages = pages.peekable();
    if pages.peek().is_none() {
        return Ok(());
    }
    ui.print(&ui.text("cli-check-skipped", &[]))?;
    for (path, skipping) in pages {
        let rules: Vec<&str> = skipping.rules.iter().map(|rule| rule.name()).collect();
        let arguments = [
            ("path", path),
            ("rules", &rules.join(", ")),
            ("reason", &skipping.reason),
        ];
        ui.print(&ui.text("cli-check-skipped-page", &arguments))?;
    }
    ui.print("")
}

/// Splits off what only `check` prints, and says how much of it there is.
///
/// # Errors
///
/// Fails where it cannot be told.
pub(super) fn tell_without_advice(
    ui: &mut Ui,
    problems: Vec<Diagnostic>,
) -> Result<(), CommandError> {
    let (advice, mut problems): (Vec<Diagnostic>, Vec<Diagnostic>) = problems
        .into_iter()
        .partition(|problem| problem.severity == Severity::Advice);
    problems.sort_by_key(|problem| Reverse(problem.severity));
    if !problems.is_empty() {
        ui.tell_diagnostics(&problems)?;
    }
    // Places to fill in are counted in a warning of their own.
    let advice = advice.iter().filter(|one| one.code != PLACE_TO_FILL_IN);
    match advice.count() {
        0 => Ok(()),
        count => ui.tell(&ui.texts().count("cli-advice-waiting", count, &[])),
    }
}
