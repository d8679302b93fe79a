//! What `check` found, for people.

use std::collections::BTreeMap;

use super::{Accepted, Report, unseen};
use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::number_of;
use crate::cli::harmless;
use crate::cli::portal::Portal;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, Severity, abridge};

/// Most entries of the list of accepted problems that are named as gone; all are counted.
const MOST_GONE: usize = 20;

pub(super) fn print(
    ui: &mut Ui,
    report: &Report,
    portal: Option<&Portal>,
) -> Result<(), CommandError> {
    print_mended(ui, report)?;
    let (errors, others): (Vec<Diagnostic>, Vec<Diagnostic>) = abridge(report.problems.clone())
        .into_iter()
        .partition(|problem| problem.severity == Severity::Error);
    if !others.is_empty() {
        ui.print_each_diagnostic(&others)?;
    }
    if report.with_places && !report.places.is_empty() {
        print_places(ui, &report.places)?;
    }
    if !report.unclear.is_empty() {
        print_unclear(ui, &report.unclear)?;
    }
    if let Some(portal) = portal {
        print_skipped(ui, portal)?;
    }
    // What must be solved stands last, where the reader's eye is.
    if !errors.is_empty() {
        ui.print_each_diagnostic(&errors)?;
    }
    if let Some(accepted) = &report.accepted {
        print_accepted(ui, accepted)?;
    }
    let mendable = report.problems.iter().filter(|one| one.fix.is_some());
    let mendable = mendable.count();
    if mendable > 0 {
        ui.print(&ui.texts().count("cli-check-mendable", mendable, &[]))?;
    }
    let unseen = unseen::count(&report.problems);
    if unseen > 0 {
        ui.print(&ui.texts().count("cli-check-unseen", unseen, &[]))?;
    }
    if !report.with_places && !report.places.is_empty() {
        ui.print(&ui.text("cli-check-places-asked", &[]))?;
    }
    if let Some(last) = errors.last().or(others.last()) {
        ui.print(&ui.text("cli-check-explain", &[("code", last.code)]))?;
    }
    let of = |severity| number_of(&report.problems, severity);
    let counts = [
        ("cli-count-errors", of(Severity::Error)),
        ("cli-count-warnings", of(Severity::Warning)),
        ("cli-count-advices", of(Severity::Advice)),
        ("cli-count-places", report.places.len()),
    ];
    let counted = counts.map(|(key, count)| ui.texts().count(key, count, &[]));
    ui.print(&counted.join(", "))
}

/// Prints what was changed, and that it brought to light what was hidden behind it.
fn print_mended(ui: &mut Ui, report: &Report) -> Result<(), CommandError> {
    if report.mended.is_empty() {
        return Ok(());
    }
    let count = report.mended.len();
    let mut lines = vec![ui.texts().count("cli-check-mended", count, &[])];
    for mended in &report.mended {
        let (place, fix) = (&mended.place, &mended.fix);
        let line = format!("  {}:{}: {} → {}", place.path, place.line, fix.from, fix.to);
        lines.push(harmless::line(&line));
    }
    if report.uncovered {
        lines.push(ui.text("cli-check-uncovered", &[]));
    }
    ui.print(&format!("{}\n", lines.join("\n")))
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
        let path = harmless::line(path);
        let arguments = [
            ("path", path.as_str()),
            ("count", &count),
            ("lines", &lines.join(", ")),
        ];
        ui.print(&ui.text("cli-check-places-of-page", &arguments))?;
    }
    ui.print("")
}

/// Prints which links to other sites only a person can check.
fn print_unclear(ui: &mut Ui, links: &[Diagnostic]) -> Result<(), CommandError> {
    let mut lines = vec![ui.text("cli-check-unclear", &[])];
    for link in links {
        let place = link.place.as_ref();
        let place = place.map(|place| format!("{}:{}: ", place.path, place.line));
        let target = link.argument("target").unwrap_or_default();
        let reason = link.argument("reason").unwrap_or_default();
        let line = format!("  {}{target} ({reason})", place.unwrap_or_default());
        lines.push(harmless::line(&line));
    }
    ui.print(&format!("{}\n", lines.join("\n")))
}

/// Prints on which pages the language check leaves something alone, so that nobody forgets it.
fn print_skipped(ui: &mut Ui, portal: &Portal) -> Result<(), CommandError> {
    let pages = portal.site.pages().filter_map(|page| {
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
        let line = ui.text("cli-check-skipped-page", &arguments);
        ui.print(&harmless::line(&line))?;
    }
    ui.print("")
}

/// Prints how much was accepted, and what of it can go.
fn print_accepted(ui: &mut Ui, accepted: &Accepted) -> Result<(), CommandError> {
    let file = harmless::line(&accepted.path);
    let file = [("file", file.as_str())];
    if !accepted.gone.is_empty() {
        let count = accepted.gone.len();
        let mut lines = vec![ui.texts().count("cli-baseline-gone", count, &file)];
        let named = accepted.gone.iter().take(MOST_GONE);
        lines.extend(named.map(|entry| {
            harmless::line(&format!("  {}: {}: {}", entry.path, entry.code, entry.text))
        }));
        ui.print(&format!("{}\n", lines.join("\n")))?;
    }
    let count = accepted.count;
    ui.print(&ui.texts().count("cli-baseline-accepted", count, &file))
}
