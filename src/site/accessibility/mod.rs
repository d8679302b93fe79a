//! What in the text of a page keeps somebody from reading it: pictures without words, links that do not say where
//! they go, tables without headers, text in another language that nothing marks.
//!
//! Plain data in, findings out. The [`Parts`] of a page are collected while its headings are read, so that no page
//! is read once more for it. Invariants: what keeps people out is a warning (WCAG 2.2, level A or AA), what is a
//! matter of judgement an advice; and text that is right stays silent, because a rule that is often wrong is
//! switched off by its readers.

mod foreign;
mod images;
mod links;
mod parts;
mod tables;
#[cfg(test)]
mod tests;
mod titles;

use std::ops::Range;

pub use parts::{Block, BlockKind, Image, Link, Parts, Table};

use crate::diagnostic::Diagnostic;
use crate::language::Language;

/// Something that is wrong, without its place, and the byte range of the file where it is.
pub type Finding = (Diagnostic, Range<usize>);

/// Returns what keeps people from reading a page in a language.
pub fn warnings(parts: &Parts, language: Language) -> Vec<Finding> {
    let mut found = images::without_words(parts);
    found.extend(links::vague(parts));
    found.extend(tables::without_headers(parts));
    found.extend(foreign::unmarked(parts, language));
    found
}

/// Returns what somebody had better look at again.
pub fn advice(parts: &Parts) -> Vec<Finding> {
    let mut found = images::clumsy(parts);
    found.extend(titles::bold(parts));
    found.extend(links::addresses(parts));
    found.extend(links::same_text(parts));
    found.extend(tables::of_one_column(parts));
    found
}

/// Returns a text as two of them are compared: without capitals, and without marks and spaces around it.
fn bare(text: &str) -> String {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
