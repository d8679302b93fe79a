//! `check --fix`: what mends a problem for sure is written in the file of the editor.
//!
//! Nothing else in the file changes, not even how its lines end. A change is made only where the line is still the
//! one in which the problem was seen.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Fix};
use crate::site::outputs::{self, WriteError};
use crate::source_text::Place;

/// Most times that a portal is looked at again after a change, each of which is a whole build. More mistakes in one
/// file, each hidden behind another, are for the next time: what is left is told.
const MOST_ROUNDS: usize = 20;

/// What may stand in front of the first line, and counts as no character of it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mended {
    /// The kind of problem that it mended.
    pub(super) code: &'static str,
    /// Where it was, before the change.
    pub(super) place: Place,
    /// The change.
    pub(super) fix: Fix,
}

/// Mends problems, and then what `look` finds after that, until nothing is left that can be mended, or for the most
/// rounds: behind a mistake in YAML there may be others.
///
/// Returns what was mended, and the first file that could not be written; others are mended all the same.
pub(super) fn mend(
    root: &Path,
    problems: &[Diagnostic],
    look: impl Fn() -> Vec<Diagnostic>,
) -> (Vec<Mended>, Option<WriteError>) {
    let (mut mended, mut failed) = (Vec::new(), None);
    // What was tried is not tried again, so that this ends.
    let mut tried: Vec<Mended> = Vec::new();
    let mut changes = changes(problems);
    for _ in 0..MOST_ROUNDS {
        changes.retain(|change| !tried.contains(change));
        tried.extend(changes.iter().cloned());
        let before = mended.len();
        for (path, changes) in by_file(changes) {
            match mend_file(root, &path, changes) {
                Ok(made) => mended.extend(made),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if mended.len() == before {
            break;
        }
        changes = self::changes(&look());
    }
    (mended, failed)
}

fn changes(problems: &[Diagnostic]) -> Vec<Mended> {
    let changes = problems.iter().filter_map(|problem| {
        Some(Mended {
            code: problem.code,
            place: problem.place.clone()?,
            fix: *problem.fix.clone()?,
        })
    });
    changes.collect()
}

fn by_file(changes: Vec<Mended>) -> BTreeMap<String, Vec<Mended>> {
    let mut files: BTreeMap<String, Vec<Mended>> = BTreeMap::new();
    for change in changes {
        let of_file = files.entry(change.place.path.to_string()).or_default();
        of_file.push(change);
    }
    files
}

/// Makes changes in a file, as far as its lines are still what they were, and returns those that were made.
fn mend_file(root: &Path, path: &str, changes: Vec<Mended>) -> Result<Vec<Mended>, WriteError> {
    let Some(file) = file_of(root, path) else {
        return Ok(Vec::new());
    };
    let made = RefCell::new(Vec::new());
    outputs::update(&file, |bytes| {
        let (text, changed) = replaced(std::str::from_utf8(bytes?).ok()?, &changes);
        let is_changed = !changed.is_empty();
        made.replace(changed);
        is_changed.then_some(text)
    })?;
    Ok(made.into_inner())
}

/// Returns the file itself, also where a link leads to it; nothing where it is no file of the portal, such as that of
/// a form that ships with the program, or may not be written.
fn file_of(root: &Path, path: &str) -> Option<PathBuf> {
    let file = root.join(path).canonicalize().ok()?;
    let is_ours = file.starts_with(root.canonicalize().ok()?);
    let may_change = !file.metadata().ok()?.permissions().readonly();
    (is_ours && may_change).then_some(file)
}

/// Makes changes in a text, and returns it with those that were made, in reading order.
fn replaced(text: &str, changes: &[Mended]) -> (String, Vec<Mended>) {
    let before: Vec<&str> = text.split('\n').collect();
    let mut lines: Vec<String> = before.iter().map(|line| (*line).to_owned()).collect();
    let mut changes: Vec<&Mended> = changes.iter().collect();
    // From right to left, so that columns stay what they were.
    changes.sort_by_key(|change| Reverse((change.place.line, change.place.column)));
    let mut made: Vec<Mended> = Vec::new();
    for change in changes {
        let place = &change.place;
        let overlaps = made.last().is_some_and(|right| {
            right.place.line == place.line
                && place.column.saturating_add(place.width) > right.place.column
        });
        let at = place.line.saturating_sub(1);
        let (Some(before), Some(line)) = (before.get(at), lines.get_mut(at)) else {
            continue;
        };
        if let Some(range) = range_of(before, change).filter(|_| !overlaps) {
            line.replace_range(range, &change.fix.to);
            made.push(change.clone());
        }
    }
    made.reverse();
    (lines.join("\n"), made)
}

/// Returns the bytes of a line that a change replaces, where the line is the one in which the problem was seen.
fn range_of(line: &str, change: &Mended) -> Option<std::ops::Range<usize>> {
    let shown = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let mark = line.len() - shown.len();
    let shown = shown.strip_suffix('\r').unwrap_or(shown);
    let place = &change.place;
    if shown != place.line_text || place.text() != change.fix.from {
        return None;
    }
    let before = place.column.checked_sub(1)?;
    let start = match shown.char_indices().nth(before) {
        Some((at, _)) => mark + at,
        None => return None,
    };
    Some(start..start + change.fix.from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::source_text::SourceText;

    /// Makes the change of the first `from` in a text.
    fn change(text: &str, from: &str, to: &str) -> Mended {
        let source = SourceText::decode("a.md", text.as_bytes()).unwrap();
        let at = source.text().find(from).unwrap();
        Mended {
            code: "yaml-unknown-key-near",
            place: source.place(at..at + from.len()),
            fix: Fix {
                from: from.to_owned(),
                to: to.to_owned(),
            },
        }
    }

    fn check(text: &str, fixes: &[(&str, &str)], expected: &str) {
        let changes = fixes.iter().map(|(from, to)| change(text, from, to));
        let changes: Vec<Mended> = changes.collect();
        let (mended, made) = replaced(text, &changes);
        assert_eq!(mended, expected, "{text:?}");
        assert_eq!(made.len(), fixes.len(), "{text:?}");
    }

    #[test]
    fn only_what_is_wrong_changes() {
        check("titel: x\n", &[("titel", "title")], "title: x\n");
        check(
            "\u{feff}één titel\r\nx\r\n",
            &[("titel", "t")],
            "\u{feff}één t\r\nx\r\n",
        );
        check("a\n\n\nb", &[("b", "c")], "a\n\n\nc");
        let twice = [("een", "eenentwintig"), ("twéé", "2")];
        check("x een twéé drie\n", &twice, "x eenentwintig 2 drie\n");
        check("a\tb\n", &[("b", "c")], "a\tc\n");
    }

    #[test]
    fn a_line_that_is_another_by_now_is_left_alone() {
        let one = change("titel: x\n", "titel", "title");
        for text in ["titel: y\n", "\ntitel: x\n", "", " titel: x\n"] {
            assert_eq!(
                replaced(text, std::slice::from_ref(&one)),
                (text.to_owned(), Vec::new())
            );
        }
    }

    #[test]
    fn what_brings_forth_the_next_mistake_each_time_ends() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.md");
        outputs::create_file(&file, "a").unwrap();
        // Each time the line is longer, and wrong again.
        let look = || {
            let text = std::fs::read_to_string(&file).unwrap();
            let source = SourceText::decode("a.md", text.as_bytes()).unwrap();
            let problem =
                Diagnostic::error("yaml-unknown-key-near").at(source.place(0..text.len()));
            vec![problem.mended_by(&text, format!("{text}a"))]
        };
        let (mended, failed) = mend(root.path(), &look(), look);
        assert!(failed.is_none());
        assert_eq!(mended.len(), MOST_ROUNDS);
    }

    #[test]
    fn of_two_changes_of_the_same_words_one_is_made() {
        let text = "een twee drie\n";
        let changes = [
            change(text, "een twee", "1"),
            change(text, "twee drie", "2"),
        ];
        assert_eq!(replaced(text, &changes).0, "een 2\n");
    }
}
