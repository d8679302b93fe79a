//! `meldwijzer check`: tells everything about a portal that somebody should look at, and writes only what is asked.
//!
//! What is found is one value, a [`Report`], which each format shows in its own way.

mod baseline;
mod elsewhere;
mod github;
pub(super) mod json;
mod mending;
mod text;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::check::baseline::{Baseline, Entry};
use crate::cli::check::mending::Mended;
use crate::cli::command_error::CommandError;
use crate::cli::portal::{assemble_telling_all, environment};
use crate::cli::progress::Progress;
use crate::cli::requirements;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::site::generator::Options;
use crate::site::markdown::PLACE_TO_FILL_IN;
use crate::site::pages::Showing;

/// A build that says all there is to say.
const ADVISED: Options = Options {
    showing: Showing::Published,
    advice: true,
    forms_here: false,
};

/// The arguments of `check`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    strict: bool,
    #[arg(long, value_enum, default_value = "human", hide_possible_values = true)]
    format: Format,
    #[arg(long)]
    fix: bool,
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[arg(long)]
    write_baseline: bool,
    #[arg(long)]
    external_links: bool,
    #[arg(long, requires = "external_links")]
    own_network: bool,
    #[arg(long, value_name = "FILE", requires = "external_links")]
    link_cache: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["strict", "format", "fix", "baseline", "write_baseline", "external_links"])]
    requirements: bool,
}

/// For whom a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Github,
}

/// What was found.
struct Report {
    /// What was mended.
    mended: Vec<Mended>,
    /// What is wrong or can be better, in reading order, more of the same too.
    problems: Vec<Diagnostic>,
    /// Where something is still to be filled in, in reading order.
    places: Vec<Diagnostic>,
    /// Which links to other sites only a person can check, in reading order.
    unclear: Vec<Diagnostic>,
    /// The list of what was accepted, where there is one.
    accepted: Option<Accepted>,
    /// Whether what was mended brought to light what was hidden behind it.
    uncovered: bool,
}

/// What a list of accepted problems says of this portal.
struct Accepted {
    /// The list, as the user may know it.
    path: String,
    /// How many problems are in it, and not told.
    count: usize,
    /// What is in it and occurs no more.
    gone: Vec<Entry>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let look = || {
        let today = SystemClock.today();
        assemble_telling_all(ADVISED, root, &environment, today)
    };
    let building = Progress::of(ui, "cli-progress-building", None);
    let (mut portal, mut problems) = look();
    drop(building);
    if let Some(portal) = portal.as_ref().filter(|_| arguments.requirements) {
        return requirements::print(ui, portal);
    }
    let errors_before = errors(&problems);
    let (mut mended, mut failed) = (Vec::new(), None);
    if arguments.fix {
        (mended, failed) = mending::mend(root, &problems, || look().1);
        (portal, problems) = look();
    }
    let uncovered = !mended.is_empty() && errors(&problems) > errors_before;
    if arguments.external_links {
        problems.extend(elsewhere::check(ui, root, &arguments)?);
        diagnostic::sort(&mut problems);
    }
    let (places, problems) = apart(problems, PLACE_TO_FILL_IN);
    let (unclear, problems) = apart(problems, elsewhere::UNCLEAR);
    let mut report = Report {
        mended,
        problems,
        places,
        unclear,
        accepted: None,
        uncovered,
    };
    accept(ui, root, &arguments, &mut report)?;
    match arguments.format {
        Format::Human => text::print(ui, &report, portal.as_ref())?,
        Format::Json => json::print(ui, &report)?,
        Format::Github => github::print(ui, root, &report)?,
    }
    if let Some(failed) = failed {
        return Err(failed.into());
    }
    if portal.is_none() || (arguments.strict && !report.problems.is_empty()) {
        return Err(CommandError::Problems);
    }
    Ok(())
}

/// Leaves out of a report what the organisation has accepted.
fn accept(
    ui: &mut Ui,
    root: &Path,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), CommandError> {
    let default = root.join(baseline::DEFAULT);
    let named = arguments.baseline.as_deref();
    let path = named.unwrap_or(&default);
    let baseline = if arguments.write_baseline {
        let baseline = Baseline::of(&report.problems);
        baseline.write(path)?;
        if arguments.format == Format::Human {
            let shown = path.to_string_lossy();
            let texts = ui.texts();
            let line = texts.count("cli-baseline-written", baseline.len(), &[("path", &shown)]);
            ui.print(&line)?;
        }
        baseline
    } else if named.is_some() || path.exists() {
        Baseline::read(path)?
    } else {
        return Ok(());
    };
    let (problems, count, gone) = baseline.split(std::mem::take(&mut report.problems));
    report.problems = problems;
    report.accepted = Some(Accepted {
        path: path.to_string_lossy().into_owned(),
        count,
        gone,
    });
    Ok(())
}

/// Splits off the problems of one kind.
fn apart(problems: Vec<Diagnostic>, code: &str) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let problems = problems.into_iter();
    problems.partition(|problem| problem.code == code)
}

fn errors(problems: &[Diagnostic]) -> usize {
    let errors = problems.iter();
    errors.filter(|one| one.severity == Severity::Error).count()
}

/// Tells what stands in the way of a portal and what somebody should look at; advice is what `check` is for.
///
/// # Errors
///
/// Fails where it cannot be told.
pub(super) fn tell_without_advice(
    ui: &mut Ui,
    mut problems: Vec<Diagnostic>,
) -> Result<(), CommandError> {
    problems.retain(|problem| problem.severity != Severity::Advice);
    problems.sort_by_key(|problem| Reverse(problem.severity));
    match problems.is_empty() {
        true => Ok(()),
        false => ui.tell_diagnostics(&problems),
    }
}
