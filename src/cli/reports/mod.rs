//! `meldwijzer reports`: looks at the reports that are stored, handles, exports, checks and erases them.

mod acting;
pub(super) mod case_text;
mod export;
mod file;
mod grant;
mod list;
pub(super) mod opening;
pub(super) mod purge;
mod record;
mod refusal;
mod schema;
mod show;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::data_folder::DataFolder;
use crate::cli::ui::Ui;
use crate::clock::SystemClock;
use crate::diagnostic::Diagnostic;
use crate::randomness::SystemRandomness;
use crate::report::ids::CaseId;
use crate::report::lifecycle::Lifecycle;
use crate::report::store::Surroundings;
use crate::report::verify::Finding;

/// The arguments of `reports`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Show(show::Arguments),
    Record(Box<record::Arguments>),
    Grant(grant::Arguments),
    File(file::Arguments),
    Export(export::Arguments),
    Verify(verify::Arguments),
    RestoreCheck(verify::RestoreArguments),
    Purge(purge::Arguments),
    Schema(schema::Arguments),
}

/// Runs the command.
///
/// # Errors
///
/// Fails where something is wrong with the reports, or they cannot be read or added to.
pub fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let folder = arguments.data;
    let data = || folder.existing(root);
    match arguments.command {
        Command::List(arguments) => list::run(ui, root, &data()?, &arguments),
        Command::Show(arguments) => show::run(ui, root, &data()?, &arguments),
        Command::Record(arguments) => record::run(ui, root, &data()?, &arguments),
        Command::Grant(arguments) => grant::run(ui, root, &data()?, &arguments),
        Command::File(arguments) => file::run(ui, root, &data()?, &arguments),
        Command::Export(arguments) => export::run(ui, root, &data()?, &arguments),
        Command::Verify(arguments) => verify::run(ui, &data()?, &arguments),
        Command::RestoreCheck(arguments) => verify::restore_check(ui, &arguments),
        Command::Purge(arguments) => purge::run(ui, root, &data()?, &arguments),
        Command::Schema(arguments) => schema::run(ui, root, &arguments),
    }
}

/// Returns what a store asks the world, on this machine.
fn store_around(lifecycle: Arc<Lifecycle>) -> Surroundings {
    Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
        lifecycle,
    }
}

/// Most findings that are told of one case. A folder that was copied has one cause, and as many
/// findings as events.
const MOST_FINDINGS: usize = 3;

/// Returns what to tell of findings: of each case the first ones, and how many there are besides.
pub(super) fn diagnostics(findings: &[Finding]) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut left_out: BTreeMap<CaseId, Vec<&Finding>> = BTreeMap::new();
    let mut counts: BTreeMap<CaseId, usize> = BTreeMap::new();
    for finding in findings {
        let Some(case) = finding.case else {
            told.push(finding.diagnostic());
            continue;
        };
        let count = counts.entry(case).or_default();
        *count += 1;
        if *count <= MOST_FINDINGS {
            told.push(finding.diagnostic());
        } else {
            left_out.entry(case).or_default().push(finding);
        }
    }
    told.extend(
        left_out
            .iter()
            .map(|(case, findings)| more(*case, findings)),
    );
    told
}

fn more(case: CaseId, findings: &[&Finding]) -> Diagnostic {
    let more = if findings.iter().any(|finding| finding.is_damage()) {
        Diagnostic::error("report-more-of-case")
    } else {
        Diagnostic::warning("report-more-of-case")
    };
    more.with("case", case).with("count", findings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::report::verify::Problem;

    #[test]
    fn of_one_case_the_first_findings_are_told_and_the_others_counted() {
        let of = |case: &str, problem: &Problem| {
            let case: CaseId = case.parse().unwrap();
            Finding::about(case, case.to_string(), problem.clone())
        };
        let told = |findings: &[Finding]| -> Vec<String> {
            let told = diagnostics(findings).into_iter();
            told.map(|one| format!("{:?} {} {:?}", one.severity, one.code, one.arguments))
                .collect()
        };
        let first = "7K3QX-9M2PD";
        let mut findings = vec![of(first, &Problem::Misplaced); 45];
        findings.push(of("00000-00000", &Problem::Foreign));
        insta::assert_snapshot!(told(&findings).join("\n"), @r#"
        Error report-misplaced []
        Error report-misplaced []
        Error report-misplaced []
        Warning report-foreign []
        Error report-more-of-case [("case", "7K3QX-9M2PD"), ("count", "42")]
        "#);
        let foreign = vec![of(first, &Problem::Foreign); 4];
        assert!(told(&foreign)[3].starts_with("Warning report-more-of-case"));
    }
}
