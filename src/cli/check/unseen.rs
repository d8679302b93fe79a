//! What is wrong on pages that readers do not see now: drafts, and pages whose day has not come or has passed.
//!
//! A build for readers looks at no such page, so that its mistakes would come to light on the day of publishing, when
//! nobody looks. On a page that comes of itself, on its day, an error is an error; on one that waits for its editor, a
//! warning.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::ADVISED;
use crate::cli::diagnostics::{UNSEEN, UNSEEN_FROM};
use crate::cli::portal::{Portal, assemble_telling_all, environment};
use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::site::generator::{Generator, Options};
use crate::site::pages::{Page, Showing, Site, Unpublished};

/// The marks of a page that somebody must still publish, or that was published.
const DRAFT: &str = "cli-unseen-draft";
const UNTIL: &str = "cli-unseen-until";

/// The mark of a page that readers see from a day on.
const FROM: &str = "cli-unseen-from";

/// Looks at a portal as readers see it today, and at the pages that they do not see.
pub(super) fn look(root: &Path, today: Date) -> (Option<Portal>, Vec<Diagnostic>) {
    let (portal, mut problems) = assemble_telling_all(ADVISED, root, &environment, today);
    let shows_all = |portal: &Portal| portal.site.hidden().next().is_none();
    if portal.as_ref().is_some_and(shows_all) {
        return (portal, problems);
    }
    let options = Options {
        showing: Showing::Everything,
        ..ADVISED
    };
    let mut generator = Generator::new(root, options);
    generator.build(&environment, today, &|outputs| outputs);
    let Some(site) = generator.site() else {
        return (portal, problems);
    };
    let reasons = reasons(site);
    let mut unseen = generator.diagnostics();
    unseen.retain(|problem| reason(problem, &reasons).is_some() && !problems.contains(problem));
    for problem in &mut unseen {
        let comes = matches!(reason(problem, &reasons), Some(Unpublished::From(_)));
        if problem.severity == Severity::Error && !comes {
            problem.severity = Severity::Warning;
        }
    }
    problems.extend(unseen);
    for problem in &mut problems {
        let marked = reason(problem, &reasons).map(|reason| mark(problem, reason));
        problem.arguments.extend(marked.into_iter().flatten());
    }
    sort(&mut problems);
    problems.dedup();
    (portal, problems)
}

/// Returns whether a problem is on a page that no reader sees before its editor does something.
pub(super) fn waits(problem: &Diagnostic) -> bool {
    matches!(problem.argument(UNSEEN), Some(DRAFT | UNTIL))
}

/// Returns how many problems are on pages that readers do not see.
pub(super) fn count(problems: &[Diagnostic]) -> usize {
    let unseen = problems.iter();
    unseen
        .filter(|problem| problem.argument(UNSEEN).is_some())
        .count()
}

fn mark(problem: &Diagnostic, reason: &Unpublished) -> Vec<(&'static str, String)> {
    if problem.argument(UNSEEN).is_some() {
        return Vec::new();
    }
    let mark = |key: &str| (UNSEEN, key.to_owned());
    match reason {
        Unpublished::From(date) => vec![mark(FROM), (UNSEEN_FROM, date.to_string())],
        Unpublished::Until(_) => vec![mark(UNTIL)],
        Unpublished::Draft | Unpublished::Below(_) | Unpublished::Empty => vec![mark(DRAFT)],
    }
}

fn reason<'a>(
    problem: &Diagnostic,
    reasons: &'a BTreeMap<String, Unpublished>,
) -> Option<&'a Unpublished> {
    reasons.get(&*problem.place.as_ref()?.path)
}

/// Returns why readers do not see pages, by the path of their file.
fn reasons(site: &Site) -> BTreeMap<String, Unpublished> {
    let pages = || site.pages().chain(site.hidden());
    let reason = |page: &Page| match page.unpublished.clone()? {
        // What is in a folder waits for what its index page waits for.
        Unpublished::Below(folder) => pages()
            .find(|one| one.is_index && one.folder == folder && one.language == page.language)
            .and_then(|index| index.unpublished.clone()),
        // There is no file that somebody could mend.
        Unpublished::Empty => None,
        reason => Some(reason),
    };
    let known = pages().filter_map(|page| Some((page.source.path().to_owned(), reason(page)?)));
    known.collect()
}
