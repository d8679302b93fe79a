//! What is told of a form that is spoilt in one place.

use super::*;
use crate::message::Catalogue;

/// A sound form, to be spoilt in one place.
const SOUND: &str = "\
address: melden
version: 1
languages: [nl, en]
to: [coordinator]
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
    let (definition, diagnostics) = Definition::parse(&SourceText::new(path, text));
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
    let many: String = (0..=20).map(field).collect();
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
        let _ = Definition::parse(&SourceText::new("forms/form.yaml", rest.join("\n")));
    }
    for (end, _) in SOUND.char_indices() {
        let start = SOUND.get(..end).unwrap();
        let _ = Definition::parse(&SourceText::new("forms/form.yaml", start));
    }
}
