//! What people answered, in the words of the forms of the portal. Nothing that came from outside reaches
//! the terminal as more than text.

use std::path::Path;

use serde_json::Value;

use crate::cli::harmless;
use crate::cli::portal::environment;
use crate::cli::wording::Contact;
use crate::form::{Answers, CheckRow, Definition};
use crate::language::Language;
use crate::message::Catalogue;
use crate::report::case::Case;
use crate::site::assembly::forms_with_contacts;
use crate::source_text::SourceText;
use crate::theme::ThemeFiles;

/// Blanks that each level is moved to the right.
const INDENT: &str = "  ";

/// The forms of a portal, which know what a stored answer means.
pub(super) struct Forms(Vec<Definition>);

impl Forms {
    /// Reads the forms of the portal. What is wrong with one, or with the settings, is told where the
    /// portal is built; its answers are shown all the same.
    pub(super) fn read(root: &Path) -> Forms {
        Forms(forms_with_contacts(root, &environment, &mut Vec::new()))
    }

    /// Returns the form with an id, where the portal has it still.
    pub(super) fn form(&self, id: &str) -> Option<&Definition> {
        self.0.iter().find(|form| form.id == id)
    }

    /// Returns how the reporter of a case may be reached. Where the form is gone, nothing says otherwise.
    pub(super) fn contact(&self, case: &Case) -> Contact {
        let form = self.form(case.cover.form.id.as_str());
        let declined = form.is_some_and(|form| {
            let answers = Answers::from_json(form, &case.first_answers);
            let contact = form.contact.as_ref();
            contact.is_some_and(|contact| contact.declined(&answers))
        });
        if declined {
            Contact::Declined
        } else {
            Contact::Free
        }
    }
}

/// Returns answers in the words of their form or, where it is gone, under the names of its fields.
pub(super) fn lines(form: Option<&Definition>, answers: &Value, language: Language) -> Vec<String> {
    let rows = rows(form, answers, language);
    rows.iter().flat_map(answer).collect()
}

/// Returns the same without the questions that have no answer.
pub(super) fn lines_given(
    form: Option<&Definition>,
    answers: &Value,
    language: Language,
) -> Vec<String> {
    let rows = rows(form, answers, language);
    let given = rows.iter().filter(|row| !row.lines.is_empty());
    given.flat_map(answer).collect()
}

fn rows(form: Option<&Definition>, answers: &Value, language: Language) -> Vec<CheckRow> {
    match form {
        Some(form) => Answers::from_json(form, answers).rows(form, language, &page_texts(language)),
        None => rows_without_form(answers),
    }
}

/// Returns the lines of an answer: a short one beside its question, a longer one below it.
fn answer(row: &CheckRow) -> Vec<String> {
    let label = harmless::line(&row.label);
    match row.lines.as_slice() {
        [] => vec![format!("{INDENT}{label}: -")],
        [line] => vec![format!("{INDENT}{label}: {}", harmless::line(line))],
        lines => {
            let below = lines
                .iter()
                .map(|line| format!("{INDENT}{INDENT}{}", harmless::line(line)));
            std::iter::once(format!("{INDENT}{label}:"))
                .chain(below)
                .collect()
        }
    }
}

/// Returns the answers to a form that is gone, under the names of its fields.
fn rows_without_form(answers: &Value) -> Vec<CheckRow> {
    let fields = answers.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            CheckRow {
                field: name.clone(),
                label: name.clone(),
                lines: text.lines().map(str::to_owned).collect(),
                page: None,
            }
        })
        .collect()
}

/// Returns the texts of pages in a language, which have the words for yes, no and dates.
fn page_texts(language: Language) -> Catalogue {
    let path = format!("messages/{}.yaml", language.tag());
    let files = ThemeFiles::shipped();
    let mut texts = files.iter().filter(|(known, _)| *known == path);
    let text = texts
        .next()
        .and_then(|(_, bytes)| std::str::from_utf8(bytes).ok());
    text.map_or_else(Catalogue::default, |text| {
        Catalogue::parse(&SourceText::new(path.as_str(), text)).0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    fn check(answers: &Value, expected: &[&str]) {
        let lines: Vec<String> = rows_without_form(answers).iter().flat_map(answer).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn answers_to_a_form_that_is_gone_are_readable_and_harmless() {
        check(
            &json!({
                "kinds": ["verbal", "threat"],
                "hurt": false,
                "story": "eerst dit\r\ntoen \u{1b}[2J\u{9b}dat",
                "a\u{1b}b": "x",
                "empty": "",
            }),
            &[
                "  kinds: [\"verbal\",\"threat\"]",
                "  hurt: false",
                "  story:",
                "    eerst dit",
                "    toen \u{fffd}[2J\u{fffd}dat",
                "  a\u{fffd}b: x",
                "  empty: -",
            ],
        );
        check(&json!("los"), &[]);
        check(&json!(null), &[]);
    }

    #[test]
    fn the_texts_of_pages_are_there_in_every_language() {
        for language in Language::ALL {
            assert!(
                page_texts(language).get("answer.yes").is_some(),
                "{language}"
            );
        }
    }
}
