//! Texts that people read, by key, in flat YAML catalogues.
//!
//! No text that a person reads stands in code. The program's own texts (diagnostics, command line)
//! are in `messages/<language>/<room>.yaml`, with a page of explanation for each diagnostic in
//! `explanations/<language>/<room>.yaml`; the texts of pages are in the theme. A value may hold
//! placeholders in braces: `{path}`. A key that counts has two forms: `<key>.one` and `<key>.other`.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::source_text::SourceText;
use crate::yaml;

static PROGRAM_MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/messages");

static EXPLANATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/explanations");

/// The texts of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    texts: BTreeMap<String, String>,
}

impl Catalogue {
    /// Reads a catalogue from YAML: one mapping from key to text.
    pub fn parse(source: &SourceText) -> (Catalogue, Vec<Diagnostic>) {
        let (document, mut diagnostics) = yaml::parse(source);
        let mut texts = BTreeMap::new();
        if let Some(document) = document {
            let mapping = yaml::Mapping::read(&document, &mut diagnostics);
            for (key, node) in mapping.entries() {
                match node.as_text() {
                    Some(text) => {
                        texts.insert(key.to_owned(), text.to_owned());
                    }
                    None => diagnostics.push(
                        Diagnostic::error("yaml-expected-text")
                            .with("key", key)
                            .at(node.place()),
                    ),
                }
            }
        }
        (Catalogue { texts }, diagnostics)
    }

    /// Reads the program's own catalogue for a language.
    pub fn of_program(language: Language) -> Catalogue {
        together(Catalogue::rooms_of_program(language))
    }

    /// Reads the program's own catalogue for a language by room: the name of each, in order, with its texts.
    pub fn rooms_of_program(language: Language) -> BTreeMap<String, Catalogue> {
        rooms(&PROGRAM_MESSAGES, language)
    }

    /// Reads the explanations of diagnostics in a language: plain text under the code of each.
    pub fn of_explanations(language: Language) -> Catalogue {
        together(rooms(&EXPLANATIONS, language))
    }

    /// Adds the texts of another catalogue; where both have a key, the other one's text stays.
    #[must_use]
    pub fn overlaid_with(mut self, other: Catalogue) -> Catalogue {
        self.texts.extend(other.texts);
        self
    }

    /// Returns the keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// Returns the text under a key as it was written.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// Returns the text under a key with its placeholders filled in. A missing key gives the key
    /// itself, so that a forgotten text is seen and nothing fails; tests hold the keys complete.
    pub fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        let Some(template) = self.texts.get(key) else {
            return key.to_owned();
        };
        fill(template, arguments)
    }

    /// Returns the text for a number of things: `<key>.one` for 1, else `<key>.other`. The
    /// placeholder `{count}` is filled in besides the given ones.
    pub fn count(&self, key: &str, count: usize, arguments: &[(&str, &str)]) -> String {
        let form = if count == 1 { "one" } else { "other" };
        let number = count.to_string();
        let mut arguments = arguments.to_vec();
        arguments.push(("count", &number));
        self.text(&format!("{key}.{form}"), &arguments)
    }
}

/// Reads the catalogues of a language in a folder that is embedded, by the names of their files.
fn rooms(folder: &Dir<'_>, language: Language) -> BTreeMap<String, Catalogue> {
    let files = folder.get_dir(language.tag()).into_iter();
    let catalogues = files.flat_map(Dir::files).map(|file| {
        let path = file.path().to_string_lossy().into_owned();
        let room = file.path().file_stem().unwrap_or_default();
        let text = file.contents_utf8().unwrap_or_default();
        let (catalogue, _) = Catalogue::parse(&SourceText::new(path, text));
        (room.to_string_lossy().into_owned(), catalogue)
    });
    catalogues.collect()
}

fn together(rooms: BTreeMap<String, Catalogue>) -> Catalogue {
    let none = Catalogue::default();
    rooms.into_values().fold(none, Catalogue::overlaid_with)
}

/// Fills in placeholders in one pass, so that a value that looks like a placeholder stays as it is.
pub fn fill(template: &str, arguments: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after_name)) => {
                match arguments.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => filled.push_str(value),
                    None => {
                        filled.push('{');
                        filled.push_str(name);
                        filled.push('}');
                    }
                }
                rest = after_name;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Returns the names of the placeholders in a text, in order, each once. A name is made of letters,
/// digits and underscores; other things in braces, such as `{#heading-id}`, are part of the text.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_unknown_ones_stay() {
        assert_eq!(
            fill("{a} en {b} en {c", &[("a", "{b}"), ("b", "x")]),
            "{b} en x en {c"
        );
        assert_eq!(fill("{onbekend}", &[]), "{onbekend}");
        assert_eq!(placeholders("{b} {a} {b} {#een-id}"), ["a", "b"]);
    }

    #[test]
    fn both_languages_of_the_program_have_the_same_keys_and_placeholders() {
        let nl = Catalogue::of_program(Language::Nl);
        let en = Catalogue::of_program(Language::En);
        assert_eq!(nl.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
        for key in nl.keys() {
            assert_eq!(
                placeholders(nl.get(key).unwrap()),
                placeholders(en.get(key).unwrap()),
                "{key}"
            );
        }
        assert!(nl.get("yaml-unknown-key").is_some());
    }
}
