//! Texts of forms, in the languages that a form offers.

use crate::language::Language;

/// A text in the languages of its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// At least one.
    versions: Vec<(Language, String)>,
}

impl Text {
    /// Makes a text of its versions; without any there is no text.
    pub fn of(versions: Vec<(Language, String)>) -> Option<Text> {
        (!versions.is_empty()).then_some(Text { versions })
    }

    /// Returns the text in a language; in the first language of the form where it lacks that one.
    pub fn get(&self, language: Language) -> &str {
        self.versions
            .iter()
            .find(|(known, _)| *known == language)
            .or(self.versions.first())
            .map_or("", |(_, text)| text)
    }

    /// Returns whether the text was written in this language.
    pub fn speaks(&self, language: Language) -> bool {
        self.versions.iter().any(|(known, _)| *known == language)
    }
}
