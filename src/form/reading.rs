//! Reads a form from its YAML file.
//!
//! All mistakes of a file are told at once. Reading goes on after a mistake with what is still
//! usable, so that one mistake does not hide others; a form with any mistake is not returned.

use super::condition::Condition;
use super::definition::{
    ChoiceOption, Definition, Field, FieldKind, FieldName, Page, Privacy, RESERVED_NAMES, Text,
};
use crate::diagnostic::{Diagnostic, any_error};
use crate::language::Language;
use crate::nearest::nearest;
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping, Node};

/// Pages that nobody fills in in one go.
const MOST_PAGES: usize = 40;

/// Questions that are no small group any more.
const MOST_FIELDS: usize = 20;

/// Options that nobody reads through.
const MOST_OPTIONS: usize = 60;

/// Bytes in a name that is still a name.
const LONGEST_WORD: usize = 60;

/// Characters of an answer that is a book; far below what a draft keeps of a value.
const LONGEST_ANSWER: i64 = 20_000;

/// Characters in one line of text, where the form does not say.
const USUAL_SHORT_LENGTH: usize = 200;

/// Characters in a text of several lines, where the form does not say.
const USUAL_LONG_LENGTH: usize = 2_000;

/// Characters in an e-mail address (RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets).
const LONGEST_EMAIL: usize = 254;

/// Characters in a telephone number, with spaces and punctuation.
const USUAL_PHONE_LENGTH: usize = 40;

pub(super) fn read(source: &SourceText) -> (Option<Definition>, Vec<Diagnostic>) {
    let (document, mut diagnostics) = yaml::parse(source);
    let Some(document) = document else {
        if diagnostics.is_empty() {
            diagnostics.push(Diagnostic::error("form-empty").at(source.start()));
        }
        return (None, diagnostics);
    };
    let mut reader = Reader {
        languages: Vec::new(),
        names: Vec::new(),
        seen: Vec::new(),
        earlier: Vec::new(),
        diagnostics,
    };
    let definition = reader.definition(source, &document);
    let mut diagnostics = reader.diagnostics;
    crate::diagnostic::sort(&mut diagnostics);
    let sound = !any_error(&diagnostics);
    (definition.filter(|_| sound), diagnostics)
}

struct Reader {
    languages: Vec<Language>,
    /// Names of all fields, as written, with the number of their page.
    names: Vec<(usize, String)>,
    /// Names of the fields read so far.
    seen: Vec<String>,
    /// Sound fields of earlier pages.
    earlier: Vec<Field>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn definition(&mut self, source: &SourceText, document: &Node) -> Option<Definition> {
        let mut form = Mapping::read(document, &mut self.diagnostics);
        self.read_languages(&mut form);
        let id = file_stem(source.path());
        if !is_word(id) {
            self.diagnostics.push(
                Diagnostic::error("form-file-name")
                    .with("value", id)
                    .at(source.start()),
            );
        }
        let address = form.require("address", &mut self.diagnostics);
        let address = address.and_then(|node| self.word(node));
        let version = form.require("version", &mut self.diagnostics);
        let version = version.and_then(|node| self.number(node, 1, i64::from(u16::MAX)));
        let title = form.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let pages = form.require("pages", &mut self.diagnostics);
        let pages = pages.map(|node| self.pages(node, document));
        form.finish(&mut self.diagnostics);
        Some(Definition {
            id: id.to_owned(),
            address: address?,
            version: u32::try_from(version?).ok()?,
            title: title?,
            languages: self.languages.clone(),
            pages: pages?,
        })
    }

    fn read_languages(&mut self, form: &mut Mapping<'_>) {
        let known = Language::ALL.map(|language| (language.tag(), language));
        let node = form.require("languages", &mut self.diagnostics);
        if let Some(node) = node.filter(|node| node.list().is_empty()) {
            self.diagnostics
                .push(Diagnostic::error("form-no-languages").at(node.place()));
        }
        for item in node.map(Node::list).unwrap_or_default() {
            if let Some(language) = item.one_of(&known, &mut self.diagnostics) {
                if self.languages.contains(&language) {
                    self.tell("form-duplicate-language", item, language.tag());
                } else {
                    self.languages.push(language);
                }
            }
        }
    }

    fn pages(&mut self, node: &Node, document: &Node) -> Vec<Page> {
        let nodes = self.some(node, "pages", MOST_PAGES);
        if nodes.is_empty() {
            self.diagnostics
                .push(Diagnostic::error("form-no-pages").at(document.place()));
        }
        self.collect_names(&nodes);
        let mut pages: Vec<Page> = Vec::new();
        for (number, node) in nodes.into_iter().enumerate() {
            if let Some(page) = self.page(node, number, &pages) {
                pages.push(page);
            }
        }
        pages
    }

    fn page(&mut self, node: &Node, number: usize, before: &[Page]) -> Option<Page> {
        let mut page = Mapping::read(node, &mut self.diagnostics);
        let id_node = page.require("id", &mut self.diagnostics);
        let id = id_node.and_then(|node| self.word(node));
        if let (Some(node), Some(id)) = (id_node, &id)
            && before.iter().any(|page| page.id == *id)
        {
            self.tell("form-duplicate-page", node, id);
        }
        let title = page.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let intro = page.get("intro").and_then(|node| self.text(node));
        let fields_node = page.get("fields");
        let nodes = fields_node.map(|node| self.some(node, "fields", MOST_FIELDS));
        let nodes = nodes.unwrap_or_default();
        if nodes.is_empty() {
            let place = fields_node.map_or(node.place(), Node::place);
            let name = id.as_deref().unwrap_or_default();
            self.diagnostics.push(
                Diagnostic::error("form-empty-page")
                    .with("page", name)
                    .at(place),
            );
        }
        let mut fields = Vec::new();
        for node in nodes {
            fields.extend(self.field(node, number));
        }
        self.earlier.extend(fields.iter().cloned());
        page.finish(&mut self.diagnostics);
        Some(Page {
            id: id?,
            title: title?,
            intro,
            fields,
        })
    }

    fn field(&mut self, node: &Node, page: usize) -> Option<Field> {
        let mut field = Mapping::read(node, &mut self.diagnostics);
        let name = field.require("name", &mut self.diagnostics);
        let name = name.and_then(|node| self.field_name(node));
        let kind = field.require("kind", &mut self.diagnostics);
        let kind = kind.and_then(|node| node.one_of(&FieldKind::ALL, &mut self.diagnostics));
        let label = field.require("label", &mut self.diagnostics);
        let label = label.and_then(|node| self.text(node));
        let mut texts = |reader: &mut Reader, key| {
            let node = field.get(key);
            node.and_then(|node| reader.text(node))
        };
        let check_label = texts(self, "check_label");
        let hint = texts(self, "hint");
        let why = texts(self, "why");
        let who_sees = texts(self, "who_sees");
        let missing = texts(self, "missing");
        let text = texts(self, "text");
        let required = field
            .get("required")
            .and_then(|n| n.flag(&mut self.diagnostics));
        let stored = field
            .get("stored")
            .and_then(|n| n.flag(&mut self.diagnostics));
        let privacy = field.get("privacy");
        if privacy.is_none() && kind.is_some_and(FieldKind::is_question) {
            field.require("privacy", &mut self.diagnostics);
        }
        let privacy = privacy.and_then(|node| node.one_of(&Privacy::ALL, &mut self.diagnostics));
        let counted = field
            .get("counted")
            .and_then(|n| n.flag(&mut self.diagnostics));
        let max_length = field.get("max_length");
        let max_length = max_length.and_then(|node| self.number(node, 1, LONGEST_ANSWER));
        let autocomplete = field.get("autocomplete");
        let autocomplete = autocomplete.and_then(|node| node.text(&mut self.diagnostics));
        let options_node = field.get("options");
        let options = options_node.map(|node| self.options(node));
        let when = field.get("when").map(|node| self.condition(node, page));
        if let Some(kind) = kind {
            self.check_keys(&field, kind);
            if kind.has_options() && options.as_ref().is_none_or(Vec::is_empty) {
                let place = options_node.map_or(node.place(), Node::place);
                self.diagnostics.push(
                    Diagnostic::error("form-no-options")
                        .with("kind", kind.name())
                        .at(place),
                );
            }
        }
        field.finish(&mut self.diagnostics);
        Some(Field {
            name: name?,
            kind: kind?,
            label: label?,
            check_label,
            hint,
            why,
            who_sees,
            missing,
            text,
            required: required.unwrap_or(false),
            stored: stored.unwrap_or(true),
            privacy: privacy.unwrap_or(Privacy::P0),
            counted: counted.unwrap_or(false),
            max_length: max_length
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(usual_length(kind?)),
            autocomplete,
            options: options.unwrap_or_default(),
            when: when.flatten(),
        })
    }

    /// Tells keys that mean nothing for this kind of field.
    fn check_keys(&mut self, field: &Mapping<'_>, kind: FieldKind) {
        for (key, key_node, _) in field.entries_with_keys() {
            let fits = match key {
                "options" | "counted" => kind.has_options(),
                "max_length" => kind.is_typed() || kind == FieldKind::ApproximateDate,
                "autocomplete" => kind.is_typed(),
                "required" | "missing" | "check_label" | "hint" | "why" | "who_sees"
                | "privacy" | "stored" => kind.is_question(),
                "text" => !kind.is_question(),
                _ => true,
            };
            if !fits {
                self.diagnostics.push(
                    Diagnostic::error("form-key-unfit")
                        .with("key", key)
                        .with("kind", kind.name())
                        .at(key_node.place()),
                );
            }
        }
    }

    fn options(&mut self, node: &Node) -> Vec<ChoiceOption> {
        let mut options: Vec<ChoiceOption> = Vec::new();
        for node in self.some(node, "options", MOST_OPTIONS) {
            let mut option = Mapping::read(node, &mut self.diagnostics);
            let value_node = option.require("value", &mut self.diagnostics);
            let value = value_node.and_then(|node| self.word(node));
            if let (Some(node), Some(value)) = (value_node, &value)
                && options.iter().any(|option| option.value == *value)
            {
                self.tell("form-duplicate-option", node, value);
            }
            let label = option.require("label", &mut self.diagnostics);
            let label = label.and_then(|node| self.text(node));
            let hint = option.get("hint").and_then(|node| self.text(node));
            let apart = option
                .get("apart")
                .and_then(|n| n.flag(&mut self.diagnostics));
            option.finish(&mut self.diagnostics);
            if let (Some(value), Some(label)) = (value, label) {
                options.push(ChoiceOption {
                    value,
                    label,
                    hint,
                    apart: apart.unwrap_or(false),
                });
            }
        }
        options
    }

    fn condition(&mut self, node: &Node, page: usize) -> Option<Condition> {
        let mut condition = Mapping::read(node, &mut self.diagnostics);
        let field_node = condition.require("field", &mut self.diagnostics);
        let any = condition.require("any", &mut self.diagnostics);
        condition.finish(&mut self.diagnostics);
        let (field_node, any) = (field_node?, any?);
        let name = field_node.text(&mut self.diagnostics)?;
        let written_on = self.names.iter().find(|(_, known)| *known == name);
        let code = match written_on {
            None => {
                let earlier = self
                    .earlier
                    .iter()
                    .filter(|field| !field.values().is_empty());
                let near = nearest(&name, earlier.map(|field| field.name.as_str()));
                let diagnostic = match near {
                    Some(near) => {
                        Diagnostic::error("form-condition-unknown-field-near").with("nearest", near)
                    }
                    None => Diagnostic::error("form-condition-unknown-field"),
                };
                let diagnostic = diagnostic.with("value", &name).at(field_node.place());
                self.diagnostics.push(diagnostic);
                return None;
            }
            Some((there, _)) if *there == page => Some("form-condition-same-page"),
            Some((there, _)) if *there > page => Some("form-condition-later-field"),
            Some(_) => None,
        };
        if let Some(code) = code {
            self.tell(code, field_node, &name);
            return None;
        }
        // A field with mistakes of its own is missing here; those mistakes are told already.
        let field = self
            .earlier
            .iter()
            .find(|field| field.name.as_str() == name)?;
        let field_name = field.name.clone();
        let values: Vec<String> = field.values().into_iter().map(str::to_owned).collect();
        if values.is_empty() {
            self.tell("form-condition-no-values", field_node, &name);
            return None;
        }
        let known: Vec<&str> = values.iter().map(String::as_str).collect();
        if any.list().is_empty() {
            self.tell("form-condition-no-answers", any, &name);
        }
        let mut wanted = Vec::new();
        for item in any.list() {
            let Some(value) = item.text(&mut self.diagnostics) else {
                continue;
            };
            if known.contains(&value.as_str()) {
                wanted.push(value);
                continue;
            }
            let near = nearest(&value, known.iter().copied());
            let near = near.or(known.first().copied()).unwrap_or_default();
            self.diagnostics.push(
                Diagnostic::error("yaml-unknown-value")
                    .with("value", &value)
                    .with("nearest", near)
                    .with("known", known.join(", "))
                    .at(item.place()),
            );
        }
        Some(Condition {
            field: field_name,
            any: wanted,
        })
    }

    /// Reads a text: a mapping from language to text, or one text where there is one language.
    fn text(&mut self, node: &Node) -> Option<Text> {
        let mut versions = Vec::new();
        let mut missing = Vec::new();
        if node.is_mapping() {
            let mut mapping = Mapping::read(node, &mut self.diagnostics);
            // Where the languages are a mistake themselves, any language will do.
            let unclear = self.languages.is_empty();
            let offered = if unclear {
                Language::ALL.to_vec()
            } else {
                self.languages.clone()
            };
            for language in offered {
                match mapping.get(language.tag()) {
                    Some(node) => {
                        if let Some(text) = self.filled(node) {
                            versions.push((language, text));
                        }
                    }
                    None if unclear => {}
                    None => missing.push(language),
                }
            }
            mapping.finish(&mut self.diagnostics);
        } else {
            let text = self.filled(node)?;
            let mut languages = self.languages.iter().copied();
            versions.extend(languages.next().map(|language| (language, text)));
            missing.extend(languages);
        }
        for language in missing {
            self.tell("form-missing-translation", node, language.tag());
        }
        Text::of(versions)
    }

    fn filled(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.diagnostics)?;
        let text = text.trim();
        if text.is_empty() {
            self.diagnostics
                .push(Diagnostic::error("form-empty-text").at(node.place()));
            return None;
        }
        Some(text.to_owned())
    }

    fn field_name(&mut self, node: &Node) -> Option<FieldName> {
        let text = node.text(&mut self.diagnostics)?;
        let name = FieldName::parse(&text);
        if name.is_none() {
            self.tell("form-field-name", node, &text);
        } else if RESERVED_NAMES.contains(&text.as_str()) {
            self.tell("form-reserved-name", node, &text);
        } else if self.seen.contains(&text) {
            self.tell("form-duplicate-name", node, &text);
        }
        self.seen.push(text);
        name
    }

    fn word(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.diagnostics)?;
        if !is_word(&text) {
            self.tell("form-word", node, &text);
            return None;
        }
        Some(text)
    }

    fn number(&mut self, node: &Node, least: i64, most: i64) -> Option<i64> {
        let number = node.whole_number(&mut self.diagnostics)?;
        if !(least..=most).contains(&number) {
            self.diagnostics.push(
                Diagnostic::error("form-number-range")
                    .with("value", number)
                    .with("least", least)
                    .with("most", most)
                    .at(node.place()),
            );
            return None;
        }
        Some(number)
    }

    /// Returns the items of a list, and tells where there are more than are sensible.
    fn some<'n>(&mut self, node: &'n Node, key: &'static str, most: usize) -> Vec<&'n Node> {
        let items = node.list();
        if items.len() > most {
            self.diagnostics.push(
                Diagnostic::error("form-too-many")
                    .with("key", key)
                    .with("count", items.len())
                    .with("most", most)
                    .at(node.place()),
            );
        }
        items.into_iter().take(most).collect()
    }

    /// Looks ahead at the names of all fields, so that a condition that looks forward can be told
    /// from one that names nothing. Mistakes found here are told when the fields are read.
    fn collect_names(&mut self, pages: &[&Node]) {
        let mut ignored = Vec::new();
        for (number, page) in pages.iter().enumerate() {
            let fields = Mapping::read(page, &mut ignored).get("fields");
            for field in fields.map(Node::list).unwrap_or_default() {
                let name = Mapping::read(field, &mut ignored).get("name");
                let name = name.and_then(Node::as_text).map(str::to_owned);
                self.names.extend(name.map(|name| (number, name)));
            }
        }
    }

    fn tell(&mut self, code: &'static str, node: &Node, value: &str) {
        let diagnostic = Diagnostic::error(code)
            .with("value", value)
            .at(node.place());
        self.diagnostics.push(diagnostic);
    }
}

fn usual_length(kind: FieldKind) -> usize {
    match kind {
        FieldKind::LongText => USUAL_LONG_LENGTH,
        FieldKind::Phone => USUAL_PHONE_LENGTH,
        FieldKind::Email => LONGEST_EMAIL,
        _ => USUAL_SHORT_LENGTH,
    }
}

/// Returns whether a text may stand in an address and in stored data: lower-case letters, digits,
/// hyphens and underscores, starting with a letter.
fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_WORD
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".yaml").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Catalogue;

    /// A sound form, to be spoilt in one place.
    const SOUND: &str = "\
address: melden
version: 1
languages: [nl, en]
title: { nl: Formulier, en: Form }
pages:
  - id: one
    title: { nl: Een, en: One }
    fields:
      - name: kind
        kind: choice
        privacy: P1
        label: { nl: Soort, en: Kind }
        options:
          - { value: a, label: { nl: A, en: A } }
          - { value: b, label: { nl: B, en: B } }
  - id: two
    title: { nl: Twee, en: Two }
    fields:
      - name: story
        kind: long_text
        privacy: P2
        label: { nl: Verhaal, en: Story }
        when: { field: kind, any: [b] }
";

    fn problems(path: &str, text: &str) -> Vec<(&'static str, usize)> {
        let (definition, diagnostics) = read(&SourceText::new(path, text));
        let catalogue = Catalogue::of_program(Language::Nl);
        for diagnostic in &diagnostics {
            let code = diagnostic.code;
            assert!(catalogue.get(code).is_some(), "{code}");
            assert!(catalogue.get(&format!("{code}.hint")).is_some(), "{code}");
        }
        assert_eq!(definition.is_some(), diagnostics.is_empty());
        diagnostics
            .iter()
            .map(|d| (d.code, d.place.as_ref().unwrap().line))
            .collect()
    }

    /// Spoils the sound form by replacing a piece, and checks what is told.
    fn check(piece: &str, by: &str, expected: &[(&str, usize)]) {
        assert!(SOUND.contains(piece), "{piece}");
        let text = SOUND.replacen(piece, by, 1);
        assert_eq!(problems("forms/form.yaml", &text), expected, "{by}");
    }

    #[test]
    fn a_sound_form_has_no_problems() {
        assert_eq!(problems("forms/form.yaml", SOUND), []);
    }

    #[test]
    fn one_language_needs_no_mapping() {
        let text = "address: a\nversion: 2\nlanguages: nl\ntitle: Titel\npages:\n  - id: p\n    \
                    title: P\n    fields:\n      - { name: x, kind: information, label: Lees }\n";
        assert_eq!(problems("forms/form.yaml", text), []);
    }

    #[test]
    fn names_must_be_usable_and_unique() {
        check("name: story", "name: kind", &[("form-duplicate-name", 19)]);
        check("name: story", "name: Story", &[("form-field-name", 19)]);
        check("name: story", "name: a.b", &[("form-field-name", 19)]);
        check("name: story", "name: go", &[("form-reserved-name", 19)]);
        check("id: two", "id: one", &[("form-duplicate-page", 16)]);
        check("id: two", "id: ../x", &[("form-word", 16)]);
        check(
            "value: b",
            "value: a",
            &[("form-duplicate-option", 15), ("yaml-unknown-value", 23)],
        );
        assert_eq!(
            problems("forms/Mijn formulier.yaml", SOUND),
            [("form-file-name", 1)]
        );
    }

    #[test]
    fn a_condition_looks_back_at_a_choice_that_exists() {
        check(
            "field: kind",
            "field: kin",
            &[("form-condition-unknown-field-near", 23)],
        );
        check(
            "field: kind",
            "field: xyz",
            &[("form-condition-unknown-field", 23)],
        );
        check(
            "field: kind",
            "field: story",
            &[("form-condition-same-page", 23)],
        );
        check("any: [b]", "any: [b, c]", &[("yaml-unknown-value", 23)]);
        check("any: [b]", "any: []", &[("form-condition-no-answers", 23)]);
        check(
            "        options:",
            "        when: { field: story, any: [b] }\n        options:",
            &[("form-condition-later-field", 13)],
        );
        check(
            "kind: choice",
            "kind: short_text",
            &[("form-key-unfit", 13), ("form-condition-no-values", 23)],
        );
    }

    #[test]
    fn every_text_is_there_in_every_language() {
        check(
            "{ nl: Twee, en: Two }",
            "{ nl: Twee }",
            &[("form-missing-translation", 17)],
        );
        check(
            "{ nl: Twee, en: Two }",
            "Twee",
            &[("form-missing-translation", 17)],
        );
        check("en: Two }", "en: \"\" }", &[("form-empty-text", 17)]);
        check(
            "en: Two }",
            "en: Two, fr: Deux }",
            &[("yaml-unknown-key", 17)],
        );
        check(
            "[nl, en]",
            "[nl, de]",
            &[
                ("yaml-unknown-value", 3),
                ("yaml-unknown-key", 4),
                ("yaml-unknown-key", 7),
                ("yaml-unknown-key", 12),
                ("yaml-unknown-key", 14),
                ("yaml-unknown-key", 15),
                ("yaml-unknown-key", 17),
                ("yaml-unknown-key", 22),
            ],
        );
        check("[nl, en]", "[]", &[("form-no-languages", 3)]);
        check(
            "[nl, en]",
            "[nl, en, nl]",
            &[("form-duplicate-language", 3)],
        );
    }

    #[test]
    fn kinds_and_their_keys_are_known() {
        check(
            "kind: long_text",
            "kind: longtext",
            &[("yaml-unknown-value", 20)],
        );
        check("privacy: P2", "privacy: P9", &[("yaml-unknown-value", 21)]);
        check("        privacy: P2\n", "", &[("yaml-missing-key", 19)]);
        check(
            "privacy: P2",
            "privacy: P2\n        requird: true",
            &[("yaml-unknown-key-near", 22)],
        );
        check(
            "privacy: P2",
            "privacy: P2\n        max_length: 0",
            &[("form-number-range", 22)],
        );
        check("kind: long_text", "kind: stop", &[("form-key-unfit", 21)]);
        check(
            "kind: long_text",
            "kind: choices",
            &[("form-no-options", 19)],
        );
        check("version: 1", "version: 1.0", &[("yaml-expected-number", 2)]);
    }

    #[test]
    fn pages_hold_fields_and_not_too_many() {
        let (text, _) = SOUND
            .split_once("    fields:\n      - name: story")
            .unwrap();
        assert_eq!(problems("forms/form.yaml", text), [("form-empty-page", 16)]);
        let (head, _) = SOUND.split_once("pages:").unwrap();
        let no_pages = format!("{head}pages: []\n");
        assert_eq!(
            problems("forms/form.yaml", &no_pages),
            [("form-no-pages", 1)]
        );
        let field = |n: usize| {
            format!("      - {{ name: f{n}, kind: information, label: {{ nl: x, en: x }} }}\n")
        };
        let many: String = (0..=MOST_FIELDS).map(field).collect();
        let text = format!("{text}    fields:\n{many}");
        assert_eq!(problems("forms/form.yaml", &text), [("form-too-many", 19)]);
        assert_eq!(problems("forms/form.yaml", ""), [("form-empty", 1)]);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = SOUND
            .replace("version: 1", "version: x")
            .replace("en: One", "eng: One")
            .replace("kind: long_text", "kind: text")
            .replace("any: [b]", "any: [c]");
        assert_eq!(
            problems("forms/form.yaml", &text),
            [
                ("yaml-expected-number", 2),
                ("form-missing-translation", 7),
                ("yaml-unknown-key-near", 7),
                ("yaml-unknown-value", 20),
                ("yaml-unknown-value", 23),
            ]
        );
    }

    #[test]
    fn spoilt_forms_always_end_in_a_value() {
        // Every line left out, and the file cut at every character.
        let lines: Vec<&str> = SOUND.lines().collect();
        for skipped in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(skipped);
            let _ = read(&SourceText::new("forms/form.yaml", rest.join("\n")));
        }
        for (end, _) in SOUND.char_indices() {
            let start = SOUND.get(..end).unwrap();
            let _ = read(&SourceText::new("forms/form.yaml", start));
        }
    }
}
