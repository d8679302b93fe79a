//! The list of problems that an organisation accepts: what was there when it began to check.
//!
//! A problem is known by its file, its code and the text of its line, not by its number: lines that move bring
//! nothing back, and a line that is changed does. Errors are never in it, nor places to fill in, which have a list of
//! their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::{UNSEEN, UNSEEN_FROM};
use crate::cli::harmless;
use crate::diagnostic::{Diagnostic, Severity};
use crate::durable::PathError;
use crate::site::outputs;

/// The list beside `site.yaml`, which is used where it is there.
pub(super) const DEFAULT: &str = "check-baseline.json";

/// The version of the file; another one cannot be read.
const VERSION: u32 = 1;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    accepted: Vec<Entry>,
}

/// How often a problem is accepted on lines with the same text in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The file, relative to the root; empty where no file is concerned.
    pub(super) path: String,
    /// The kind of problem.
    pub(super) code: String,
    /// The line without the blanks around it, or what is told where there is no line.
    pub(super) text: String,
    /// How often.
    pub(super) count: usize,
}

/// What is accepted, how often.
pub(super) struct Baseline(BTreeMap<Key, usize>);

/// File, code and text.
type Key = (String, String, String);

impl Baseline {
    /// Accepts all of these problems that can be.
    pub(super) fn of(problems: &[Diagnostic]) -> Baseline {
        let mut accepted = BTreeMap::new();
        for problem in problems.iter().filter(|problem| may_be_accepted(problem)) {
            *accepted.entry(key(problem)).or_default() += 1;
        }
        Baseline(accepted)
    }

    /// Reads what is accepted.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read, or is no such list.
    pub(super) fn read(path: &Path) -> Result<Baseline, CommandError> {
        let bytes = fs::read(path).map_err(|source| PathError {
            path: path.to_owned(),
            source,
        })?;
        let unusable = |reason: String| {
            CommandError::ReadWrite(
                Diagnostic::error("cli-baseline-unusable")
                    .with("path", path.display())
                    .with("reason", reason),
            )
        };
        let file: Result<File, _> = serde_json::from_slice(&bytes);
        let file = file.map_err(|error| unusable(error.to_string()))?;
        if file.version != VERSION {
            return Err(unusable(format!("version {}", file.version)));
        }
        let mut accepted: BTreeMap<Key, usize> = BTreeMap::new();
        for entry in file.accepted {
            let key = (entry.path, entry.code, entry.text);
            let count = accepted.entry(key).or_default();
            *count = count.saturating_add(entry.count);
        }
        Ok(Baseline(accepted))
    }

    /// Writes what is accepted, in the place of what was.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written; what was there is then still there.
    pub(super) fn write(&self, path: &Path) -> Result<(), CommandError> {
        let accepted = self.0.iter().map(|(key, count)| entry(key.clone(), *count));
        let file = File {
            version: VERSION,
            accepted: accepted.collect(),
        };
        // A value of strings and numbers can be written.
        let text = serde_json::to_string_pretty(&file).unwrap_or_default();
        let text = format!("{}\n", harmless::json(&text));
        outputs::update(path, |there| {
            (there != Some(text.as_bytes())).then(|| text.clone())
        })?;
        Ok(())
    }

    /// Returns how many problems are accepted.
    pub(super) fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Leaves the problems that are not accepted, and returns with them how many are, and what is accepted and
    /// occurs no more.
    pub(super) fn split(self, problems: Vec<Diagnostic>) -> (Vec<Diagnostic>, usize, Vec<Entry>) {
        let mut left = self.0;
        let all = problems.len();
        let mut accepts = |problem: &Diagnostic| match left.get_mut(&key(problem)) {
            Some(count) if *count > 0 && may_be_accepted(problem) => {
                *count -= 1;
                true
            }
            _ => false,
        };
        let mut told = problems;
        told.retain(|problem| !accepts(problem));
        let gone = left.into_iter().filter(|(_, count)| *count > 0);
        let gone = gone.map(|(key, count)| entry(key, count)).collect();
        let count = all - told.len();
        (told, count, gone)
    }
}

fn may_be_accepted(problem: &Diagnostic) -> bool {
    problem.severity != Severity::Error
}

fn key(problem: &Diagnostic) -> Key {
    let place = problem.place.as_ref();
    let path = place.map_or("", |place| &place.path);
    let line = place.map_or("", |place| place.line_text.trim());
    let text = match line.is_empty() {
        true => values(problem),
        false => line.to_owned(),
    };
    (path.to_owned(), problem.code.to_owned(), text)
}

/// Returns what is told of a problem without a line, in no language.
fn values(problem: &Diagnostic) -> String {
    let values = problem.arguments.iter();
    // A problem of a draft is the same one when its page is published.
    let values = values.filter(|(name, _)| !matches!(*name, UNSEEN | UNSEEN_FROM));
    let values: Vec<String> = values
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    values.join(" ")
}

fn entry((path, code, text): Key, count: usize) -> Entry {
    Entry {
        path,
        code,
        text,
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::source_text::SourceText;

    /// Makes a warning about each word `fout` of a page.
    fn warnings(text: &str) -> Vec<Diagnostic> {
        let source = SourceText::new("content/a.md", text);
        let found = text.match_indices("fout");
        let warning = |at| Diagnostic::warning("heading-empty").at(source.place(at..at + 4));
        found.map(|(at, _)| warning(at)).collect()
    }

    fn check(before: &str, after: &str, told: &[usize], count: usize, gone: usize) {
        let (problems, accepted, left) = Baseline::of(&warnings(before)).split(warnings(after));
        let places = problems.iter().flat_map(|one| &one.place);
        let lines: Vec<usize> = places.map(|place| place.line).collect();
        let found = (lines, accepted, left.len());
        assert_eq!(found, (told.to_vec(), count, gone), "{after:?}");
    }

    #[test]
    fn what_was_there_is_accepted_wherever_its_line_is_now() {
        check("fout 1\nfout 2\n", "fout 1\nfout 2\n", &[], 2, 0);
        check("fout 1\nfout 2\n", "x\n\n  fout 2\nfout 1\n", &[], 2, 0);
        // As often as it was there.
        check("fout\n", "fout\nfout\n", &[2], 1, 0);
        check("fout\nfout\n", "fout\n", &[], 1, 1);
        // A line that changes is looked at anew, with all that was in it.
        check("een fout\n", "een fout en fout\n", &[1, 1], 0, 1);
    }

    #[test]
    fn an_error_is_never_accepted() {
        let error = || vec![Diagnostic::error("heading-empty").in_file("a.md")];
        assert_eq!(Baseline::of(&error()).len(), 0);
        // Something that was a warning may become one.
        let warning = [Diagnostic::warning("heading-empty").in_file("a.md")];
        let (told, count, gone) = Baseline::of(&warning).split(error());
        assert_eq!((told.len(), count, gone.len()), (1, 0, 1));
    }

    #[test]
    fn without_a_line_what_is_told_decides() {
        let of = |count: usize| vec![Diagnostic::warning("places-to-fill-in").with("count", count)];
        assert_eq!(Baseline::of(&of(2)).split(of(2)).0.len(), 0);
        assert_eq!(Baseline::of(&of(2)).split(of(3)).0.len(), 1);
    }
}
