//! `meldwijzer check --requirements`: what serves each requirement, so that each claim can be looked up.

use std::collections::BTreeMap;

use crate::cli::command_error::CommandError;
use crate::cli::portal::Portal;
use crate::cli::ui::Ui;
use crate::site::pages::Page;
use crate::site::requirements::{Requirement, Requirements, Status, pages_for};

/// Every status, in the order in which they are counted.
const STATUSES: [(Status, &str); 4] = [
    (Status::Served, "cli-requirement-served"),
    (Status::Partly, "cli-requirement-partly"),
    (Status::Open, "cli-requirement-open"),
    (Status::Nobody, "cli-requirement-nobody"),
];

/// What the ids of the rows of each group begin with, and what the group is called.
const GROUPS: [(&str, &str); 6] = [
    ("S1.", "cli-requirements-first"),
    ("S2.", "cli-requirements-second"),
    ("N.", "cli-requirements-named"),
    ("P-", "cli-requirements-pages"),
    ("I", "cli-requirements-infographics"),
    ("O", "cli-requirements-paths"),
];

/// How many rows have each status.
type Counts = BTreeMap<Status, usize>;

pub(super) fn print(ui: &mut Ui, portal: &Portal) -> Result<(), CommandError> {
    let requirements = Requirements::shipped();
    let (mut all, mut of_groups) = (Counts::new(), GROUPS.map(|_| Counts::new()));
    for row in &requirements.rows {
        let pages = pages_for(&portal.site, row);
        let status = Requirements::status(row, pages.len());
        *all.entry(status).or_default() += 1;
        let groups = GROUPS.iter().zip(&mut of_groups);
        for (_, counts) in groups.filter(|((start, _), _)| row.id.starts_with(start)) {
            *counts.entry(status).or_default() += 1;
        }
        print_row(ui, &requirements, row, &pages, status)?;
    }
    for ((_, group), counts) in GROUPS.iter().zip(&of_groups) {
        print_counts(ui, group, counts)?;
    }
    print_counts(ui, "cli-requirements-all", &all)
}

fn print_counts(ui: &mut Ui, group: &str, counts: &Counts) -> Result<(), CommandError> {
    let counted = STATUSES.map(|(status, key)| {
        let count = counts.get(&status).copied().unwrap_or_default();
        format!("{count} {}", ui.text(key, &[]))
    });
    let count: usize = counts.values().sum();
    let group = ui.text(group, &[("count", &count.to_string())]);
    ui.print(&format!("{group}: {}", counted.join(", ")))
}

fn print_row(
    ui: &mut Ui,
    requirements: &Requirements,
    row: &Requirement,
    pages: &[&Page],
    status: Status,
) -> Result<(), CommandError> {
    let language = ui.language();
    let key = STATUSES.iter().find(|(known, _)| *known == status);
    let status = ui.text(key.map_or("", |(_, key)| key), &[]);
    let title = row.title.get(language);
    let mut lines = vec![format!(
        "{} {title} ({}): {status}",
        row.id,
        row.kind.name()
    )];
    let mut line = |ui: &Ui, key: &str, text: String| {
        lines.push(format!("  {}: {text}", ui.text(key, &[])));
    };
    for page in pages {
        let text = format!("{} {}", page.source.path(), page.href);
        line(ui, "cli-requirement-page", text);
    }
    for question in &row.forms {
        line(ui, "cli-requirement-question", question.clone());
    }
    for (name, feature) in requirements.features(row) {
        let text = format!(
            "{name}: {} ({})",
            feature.text.get(language),
            feature.location
        );
        line(ui, "cli-requirement-feature", text);
    }
    for gap in requirements.open(row) {
        line(ui, "cli-requirement-gap", gap.get(language).to_owned());
    }
    lines.push(String::new());
    ui.print(&lines.join("\n"))
}
