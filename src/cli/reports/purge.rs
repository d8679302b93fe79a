//! `meldwijzer reports purge`: erases what has been kept for its time, or tells what would go.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::command_error::CommandError;
use crate::cli::findings::diagnostics;
use crate::cli::opening::store_around;
use crate::cli::portal::Settings;
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::cli::wording::date;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::report::archive::Archive;
use crate::report::ids::CaseId;
use crate::report::retention::{Erasure, Hold, Plan, PurgeError, Rules};
use crate::report::store::{OpenError, Store, StoreSettings};
use crate::report::submissions::Submission;
use crate::report::verify::Problem;
use crate::site::config::{KeepSettings, KeepTime};

/// Erasing makes room, so it needs hardly any.
const SETTINGS: StoreSettings = StoreSettings {
    least_free_bytes: 0,
};

/// The arguments of `reports purge`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let settings = Settings::read(ui, root)?;
    let rules = rules(&settings.config.keep);
    if let Some(unset) = rules.unset() {
        ui.tell_diagnostics(&[unset])?;
    }
    if arguments.dry_run {
        let inventory = Archive::at(data).inventory()?;
        let plan = Plan::of(&inventory, &rules, &settings.lifecycle, SystemClock.now());
        let over = over(data)?;
        print(ui, "cli-purge-would", &plan.due)?;
        print_submissions(ui, "submission-purge-would", &over)?;
        if plan.due.is_empty() && over.is_empty() {
            ui.print(&ui.text("cli-purge-nothing", &[]))?;
        }
        if !plan.unfinished.is_empty() {
            let unfinished = plan.unfinished.len();
            let unfinished = ui.texts().count("cli-purge-unfinished", unfinished, &[]);
            ui.print(&unfinished)?;
        }
        return print_held(ui, &plan.held);
    }
    let (store, findings) =
        Store::open(data, store_around(settings.lifecycle), SETTINGS).map_err(in_use_by_serve)?;
    // What an earlier run left is removed below.
    let findings: Vec<_> = findings
        .into_iter()
        .filter(|finding| finding.problem != Problem::Remains)
        .collect();
    if !findings.is_empty() {
        ui.tell_diagnostics(&diagnostics(&findings))?;
    }
    let not_erased = |error| match error {
        PurgeError::Storage(error) => error.into(),
        PurgeError::NotTheWriter => in_use_by_serve(OpenError::InUse {
            path: data.to_path_buf(),
        }),
    };
    let purged = store.purge(&rules).map_err(not_erased)?;
    let mut submissions = store.erase_submissions().map_err(not_erased)?;
    in_order(&mut submissions.erased);
    print(ui, "cli-purge-erased", &purged.erased)?;
    print_submissions(ui, "submission-purge-erased", &submissions.erased)?;
    if purged.erased.is_empty() && submissions.erased.is_empty() {
        ui.print(&ui.text("cli-purge-nothing", &[]))?;
    }
    if !purged.finished.is_empty() {
        let finished = purged.finished.len();
        let finished = ui.texts().count("cli-purge-finished", finished, &[]);
        ui.print(&finished)?;
    }
    print_held(ui, &purged.held)?;
    let cases = purged.failed.iter().map(|(case, error)| {
        Diagnostic::error("cli-purge-failed")
            .with("case", case)
            .with("reason", error)
    });
    let submissions = submissions.failed.iter().map(|(id, error)| {
        Diagnostic::error("submission-not-erased")
            .with("id", id)
            .with("reason", error)
    });
    let failed: Vec<Diagnostic> = cases.chain(submissions).collect();
    if failed.is_empty() {
        return Ok(());
    }
    ui.tell_diagnostics(&failed)?;
    Err(CommandError::Problems)
}

/// Returns the rules that the settings of a portal set.
pub(in crate::cli) fn rules(settings: &KeepSettings) -> Rules {
    use crate::report::retention::Period;
    let period = |time: Option<KeepTime>| {
        time.map(|time| match time {
            KeepTime::Days(days) => Period::Days(days),
            KeepTime::Months(months) => Period::Months(months),
            KeepTime::Years(years) => Period::Years(years),
        })
    };
    Rules {
        names: period(settings.names),
        not_registered: period(settings.not_registered),
        registered: period(settings.registered),
        withdrawn: period(settings.withdrawn),
    }
}

fn in_use_by_serve(error: OpenError) -> CommandError {
    match error {
        OpenError::InUse { path } => CommandError::ReadWrite(
            Diagnostic::error("cli-purge-in-use").with("path", path.display()),
        ),
        error => error.into(),
    }
}

/// Prints how much goes, and a line for each.
fn print(ui: &mut Ui, heading: &str, erasures: &[Erasure]) -> Result<(), CommandError> {
    if erasures.is_empty() {
        return Ok(());
    }
    let count = ui.texts().count(heading, erasures.len(), &[]);
    ui.print(&count)?;
    let head = ["case", "rule", "since", "until"];
    let mut rows = vec![head.map(|column| ui.text(&format!("cli-purge-{column}"), &[]))];
    rows.extend(erasures.iter().map(|erasure| {
        [
            erasure.case.to_string(),
            ui.text(&format!("report-rule-{}", erasure.rule.name()), &[]),
            date(erasure.since),
            date(erasure.until),
        ]
    }));
    ui.print(&table::lines(&rows).join("\n"))
}

/// Returns the submissions whose last day is over.
fn over(data: &Path) -> Result<Vec<Submission>, CommandError> {
    let mut submissions = Archive::at(data).submissions()?.whole;
    let today = SystemClock.today();
    submissions.retain(|one| one.erase_after < today);
    in_order(&mut submissions);
    Ok(submissions)
}

fn in_order(submissions: &mut [Submission]) {
    submissions.sort_by_key(|one| (one.erase_after, one.id));
}

/// Prints how many submissions go, and a line for each.
fn print_submissions(
    ui: &mut Ui,
    heading: &str,
    submissions: &[Submission],
) -> Result<(), CommandError> {
    if submissions.is_empty() {
        return Ok(());
    }
    ui.print(&ui.texts().count(heading, submissions.len(), &[]))?;
    let head = ["id", "form", "erase"];
    let mut rows = vec![head.map(|column| ui.text(&format!("submission-{column}"), &[]))];
    rows.extend(submissions.iter().map(|one| {
        [
            one.id.to_string(),
            one.form.to_string(),
            one.erase_after.to_string(),
        ]
    }));
    ui.print(&table::lines(&rows).join("\n"))
}

/// Prints what stays although its time is over.
fn print_held(ui: &mut Ui, held: &[(Erasure, Hold)]) -> Result<(), CommandError> {
    let mut by_reason: BTreeMap<&str, Vec<CaseId>> = BTreeMap::new();
    for (erasure, hold) in held {
        let text = match hold {
            Hold::Open => "cli-purge-held-open",
            Hold::StillToDo => "cli-purge-held-to-do",
        };
        by_reason.entry(text).or_default().push(erasure.case);
    }
    for (text, cases) in by_reason {
        let count = ui.texts().count(text, cases.len(), &[]);
        let cases: Vec<String> = cases.iter().map(|case| format!("  {case}")).collect();
        ui.print(&format!("{count}\n{}", cases.join("\n")))?;
    }
    Ok(())
}
