//! What is told of a form that is spoilt in one place.

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
to: [coordinator]
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
    let text = "address: a\nversion: 2\nlanguages: nl\nto: coordinator\ntitle: Titel\npages:\n  - id: p\n    \
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
        &[("yaml-unknown-value-near", 20)],
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
    let no_fields = format!("{text}to: [coordinator]\n");
    assert_eq!(
        problems("forms/form.yaml", &no_fields),
        [("form-empty-page", 16)]
    );
    let (head, _) = SOUND.split_once("pages:").unwrap();
    let no_pages = format!("{head}pages: []\nto: [coordinator]\n");
    assert_eq!(
        problems("forms/form.yaml", &no_pages),
        [("form-no-pages", 1)]
    );
    let field = |n: usize| {
        format!("      - {{ name: f{n}, kind: information, label: {{ nl: x, en: x }} }}\n")
    };
    let many: String = (0..=20).map(field).collect();
    let text = format!("{text}    fields:\n{many}to: [coordinator]\n");
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

/// A sound form with every kind of question and every key, to be spoilt in one place.
const RICH: &str = "\
address: melden
version: 1
languages: [nl]
title: Formulier
intro: Welkom.
to: { field: recipient, otherwise: coordinator }
contact: { field: contact, none: [none] }
pages:
  - id: one
    title: Een
    fields:
      - { name: danger, kind: yes_no, privacy: P0, label: Gevaar, stored: false }
      - name: contact
        kind: choice
        privacy: P1
        label: Contact
        counted: true
        options:
          - { value: phone, label: Bel }
          - { value: other, label: Anders, other: true }
          - { value: none, label: Geen }
      - name: recipient
        kind: choice
        privacy: P1
        label: Wie
        options: [{ value: coordinator, label: C }, { value: own_manager, label: M }]
      - name: reference
        kind: short_text
        privacy: P3
        label: Zaak
        prefill: ref
        shown: prefilled
        checks: [no_bsn, no_email]
      - { name: count, kind: number, privacy: P0, label: Aantal, min: 1, max: 5 }
      - { name: day, kind: date, privacy: P0, label: Dag, days: past }
      - { name: who, kind: person, privacy: P1, label: Wie, roles: [adviser] }
      - { name: phone, kind: phone, privacy: P1, label: Nummer, max_length: 20 }
  - id: two
    title: Twee
    fields:
      - name: story
        kind: long_text
        privacy: P2
        label: Verhaal
        when:
          - { field: contact, any: [phone, none] }
          - { field: reference, given: true }
          - { field: danger, any: [yes] }
details:
  title: Meer
  intro: Mag.
  pages:
    - id: three
      title: Drie
      fields:
        - { name: proof, kind: file, privacy: P3, label: Bewijs }
        - name: damage
          kind: group
          label: Schade
          item: Ding
          most: 3
          fields:
            - { name: what, kind: short_text, privacy: P1, label: Wat, required: true }
            - { name: price, kind: money, privacy: P1, label: Prijs, min: 0 }
        - { name: words, kind: short_text, privacy: P2, label: Woorden, when: { field: contact, any: [phone] } }
";

/// Spoils the rich form by replacing a piece, and checks what is told.
fn rich(piece: &str, by: &str, expected: &[(&str, usize)]) {
    assert!(RICH.contains(piece), "{piece}");
    let text = RICH.replacen(piece, by, 1);
    assert_eq!(problems("forms/form.yaml", &text), expected, "{by}");
}

#[test]
fn a_form_with_everything_has_no_problems() {
    assert_eq!(problems("forms/form.yaml", RICH), []);
}

#[test]
fn who_may_open_it_is_somebody() {
    rich(
        "to: { field: recipient, otherwise: coordinator }\n",
        "",
        &[("yaml-missing-key", 1)],
    );
    rich(
        "{ field: recipient, otherwise: coordinator }",
        "[]",
        &[("form-no-recipients", 6)],
    );
    rich(
        "otherwise: coordinator }",
        "otherwise: A B }",
        &[("form-no-such-recipient", 6)],
    );
    rich(
        "otherwise: coordinator }",
        "otherwise: coordinater }",
        &[("form-no-such-recipient", 6)],
    );
    // What is said in confidence, or about a manager, is no report.
    rich(
        "otherwise: coordinator }",
        "otherwise: confidential_adviser }",
        &[("form-no-such-recipient", 6)],
    );
    rich(
        "value: own_manager",
        "value: my_manager",
        &[("form-answer-no-recipient", 6)],
    );
    // A report has one recipient.
    check(
        "[coordinator]",
        "[coordinator, own_manager]",
        &[("form-report-two-recipients", 24)],
    );
    rich(
        "kind: choice\n        privacy: P1\n        label: Wie",
        "kind: choices\n        privacy: P1\n        label: Wie",
        &[("form-report-two-recipients", 6)],
    );
    rich(
        ", otherwise: coordinator }",
        " }",
        &[("yaml-missing-key", 6)],
    );
    rich(
        "field: recipient,",
        "field: recipeint,",
        &[("form-no-such-choice-near", 6)],
    );
    rich(
        "field: recipient,",
        "field: nobody_at_all,",
        &[("form-no-such-choice", 6)],
    );
    rich(
        "field: recipient,",
        "field: day,",
        &[("form-no-such-choice", 6)],
    );
    rich(
        "field: recipient,",
        "field: proof,",
        &[("form-no-such-choice", 6)],
    );
    rich(
        "none: [none]",
        "none: [never]",
        &[("yaml-unknown-value", 7)],
    );
    rich(
        "none: [none]",
        "none: []",
        &[("form-condition-no-answers", 7)],
    );
    rich(
        "field: contact, none",
        "field: contacts, none",
        &[("form-no-such-choice-near", 7)],
    );
}

#[test]
fn addresses_of_other_things_are_no_form_s() {
    check(
        "address: melden",
        "address: assets",
        &[("form-reserved-address", 1)],
    );
    check(
        "address: melden",
        "address: en",
        &[("form-reserved-address", 1)],
    );
}

#[test]
fn links_to_a_form_with_mistakes_can_be_known() {
    let check = |text: &str, expected: &[&str]| {
        let sources = [
            SourceText::new("forms/form.yaml", text),
            SourceText::new(
                "forms/practice.yaml",
                "address: oefenen\npractice_of: form\ntitle: Oefen\n",
            ),
        ];
        let (forms, diagnostics) = read_all(&sources);
        // The form to practise with is there, so only its own mistakes are told.
        let is_own = |d: &Diagnostic| &*d.place.as_ref().unwrap().path == "forms/form.yaml";
        assert!(diagnostics.iter().all(is_own), "{diagnostics:?}");
        assert_eq!(unread_addresses(&sources, &forms), expected, "{text}");
    };
    let unread = |text: &str| check(text, &["melden", "oefenen"]);
    unread(&SOUND.replace("version: 1", "version: x"));
    unread("address: \"melden\" # hier\npages: [\n");
    check("addres: melden\n", &["oefenen"]);
    let dutch = SOUND_SUBMISSION.replace("address: bel", "address: melden");
    check(
        &dutch.replace("title: Een", "titel: Een"),
        &["melden", "oefenen"],
    );
    check("address: /x/\nversion: 1\n", &["oefenen"]);
}

fn suggested(piece: &str, by: &str, expected: &str) {
    let text = SOUND.replace(piece, by);
    let (_, diagnostics) = Definition::parse(&SourceText::new("forms/form.yaml", text));
    let arguments = &diagnostics[0].arguments;
    let nearest = arguments.iter().find(|(name, _)| *name == "nearest");
    assert_eq!(nearest.unwrap().1, expected);
}

#[test]
fn a_slip_is_told_with_the_nearest() {
    suggested("[coordinator]", "coordinater", "coordinator");
}

#[test]
fn the_code_is_for_a_colleague_with_answers_that_exist() {
    let by = |value: &str| format!("code_for_colleague: {{ {value} }}\n");
    let check = |value: &str, expected: &[(&str, usize)]| {
        rich("intro: Welkom.\n", &by(value), expected);
    };
    check("field: contact, any: [phone]", &[]);
    check(
        "field: contact, any: [fone]",
        &[("yaml-unknown-value-near", 5)],
    );
    check(
        "field: contact, any: []",
        &[("form-condition-no-answers", 5)],
    );
    check("field: contact", &[("yaml-missing-key", 5)]);
    check("field: words, any: [phone]", &[("form-no-such-choice", 5)]);
}

#[test]
fn what_is_sent_has_the_keys_that_go_with_it() {
    let submission = "sends: submission\nkeep: { days: 14 }\nwithdrawable: true\n\
                      confirmation: { title: Dank, text: Dank je. }\ntitle: Formulier\n";
    let sound = SOUND_SUBMISSION.replacen("title: Formulier\n", submission, 1);
    assert_eq!(problems("forms/form.yaml", &sound), []);
    let spoil = |piece: &str, by: &str, expected: &[(&str, usize)]| {
        assert!(sound.contains(piece), "{piece}");
        let text = sound.replacen(piece, by, 1);
        assert_eq!(problems("forms/form.yaml", &text), expected, "{by}");
    };
    spoil("keep: { days: 14 }\n", "", &[("yaml-missing-key", 1)]);
    spoil(
        "confirmation: { title: Dank, text: Dank je. }\n",
        "",
        &[("yaml-missing-key", 1)],
    );
    spoil(
        "{ days: 14 }",
        "{ days: 14, years: 1 }",
        &[("form-keep-one", 5)],
    );
    spoil("{ days: 14 }", "{}", &[("form-keep-one", 5)]);
    spoil("{ days: 14 }", "{ days: 0 }", &[("form-number-range", 5)]);
    spoil("{ days: 14 }", "{ weeks: 2 }", &[("yaml-unknown-key", 5)]);
    spoil(
        "sends: submission",
        "sends: report",
        &[
            ("form-key-unfit-sends", 5),
            ("form-key-unfit-sends", 6),
            ("form-key-unfit-sends", 7),
            ("form-no-such-recipient", 9),
        ],
    );
    spoil(
        "sends: submission",
        "sends: letter",
        &[("yaml-unknown-value", 4)],
    );
    rich(
        "title: Formulier\n",
        "title: Formulier\nsends: submission\nkeep: { months: 1 }\nconfirmation: { title: D, text: D }\n",
        &[("form-key-unfit-sends", 10), ("form-key-unfit-sends", 52)],
    );
}

/// A form that stores little.
const SOUND_SUBMISSION: &str = "\
address: bel
version: 1
languages: [nl]
title: Formulier
to: [confidential_adviser]
pages:
  - id: one
    title: Een
    fields:
      - { name: phone, kind: phone, privacy: P1, label: Nummer, required: true }
";

#[test]
fn names_also_stand_for_own_words_and_for_what_came_along() {
    rich(
        "name: phone,",
        "name: contact_other,",
        &[("form-duplicate-name", 37)],
    );
    rich(
        "name: proof,",
        "name: phone,",
        &[("form-duplicate-name", 56)],
    );
    rich("id: three", "id: one", &[("form-duplicate-page", 53)]);
    rich(
        "name: price,",
        "name: what,",
        &[("form-duplicate-name", 64)],
    );
    // The questions of an item have names of their own.
    rich("name: price,", "name: phone,", &[]);
    rich(
        "value: none, label: Geen",
        "value: none, label: Geen, other: true",
        &[("form-second-other", 21)],
    );
    let twice = "        checks: [no_bsn, no_email]\n      - { name: more, kind: short_text, privacy: P0, label: Meer, prefill: ref }\n";
    rich(
        "        checks: [no_bsn, no_email]\n",
        twice,
        &[("form-duplicate-prefill", 34)],
    );
}

#[test]
fn checks_are_possible_and_fit_their_kind() {
    rich(
        "min: 1, max: 5",
        "min: 6, max: 5",
        &[("form-min-above-max", 34)],
    );
    rich("min: 1, max: 5", "min: 5, max: 5", &[]);
    rich("min: 0 }", "min: -1 }", &[("form-number-range", 64)]);
    rich(
        "max_length: 20",
        "max_length: 5",
        &[("form-length-too-short", 37)],
    );
    rich(
        "[no_bsn, no_email]",
        "[no_bns]",
        &[("yaml-unknown-value-near", 33)],
    );
    rich(
        "max_length: 20",
        "checks: [no_bsn]",
        &[("form-key-unfit", 37)],
    );
    rich(
        "max_length: 20",
        "autocomplete: telephone",
        &[("yaml-unknown-value", 37)],
    );
    rich("max_length: 20", "autocomplete: tel", &[]);
    rich(
        "days: past",
        "days: yesterday",
        &[("yaml-unknown-value", 35)],
    );
    rich("min: 1, max: 5", "days: past", &[("form-key-unfit", 34)]);
    rich("days: past", "min: 1", &[("form-key-unfit", 35)]);
    rich("days: past", "prefill: dag", &[("form-key-unfit", 35)]);
    rich("roles: [adviser]", "roles: []", &[("form-no-roles", 36)]);
    rich(", roles: [adviser]", "", &[("form-no-roles", 36)]);
    rich(
        "shown: prefilled",
        "shown: always",
        &[("yaml-unknown-value", 32)],
    );
}

#[test]
fn groups_hold_simple_questions_and_files_wait_for_the_second_part() {
    rich(
        "kind: money,",
        "kind: group,",
        &[
            ("form-no-fields", 64),
            ("form-kind-in-group", 64),
            ("form-key-unfit", 64),
        ],
    );
    rich(
        "kind: money, privacy: P1, label: Prijs, min: 0",
        "kind: file, privacy: P1, label: Prijs",
        &[("form-kind-in-group", 64)],
    );
    rich(
        "required: true }",
        "when: { field: contact, any: [phone] } }",
        &[("form-key-unfit-in-group", 63)],
    );
    rich("most: 3", "most: 21", &[("form-number-range", 61)]);
    rich(
        "days: past",
        "days: past, most: 2",
        &[("form-key-unfit", 35)],
    );
    rich(
        "privacy: P1, label: Wat",
        "label: Wat",
        &[("yaml-missing-key", 63)],
    );
    rich(
        "kind: phone, privacy: P1, label: Nummer, max_length: 20",
        "kind: file, privacy: P1, label: F",
        &[("form-file-outside-details", 37)],
    );
}

#[test]
fn conditions_say_what_they_want_and_can_hold_together() {
    rich(
        "{ field: reference, given: true }",
        "{ field: reference }",
        &[("form-condition-any-or-given", 47)],
    );
    rich("given: true", "given: false", &[]);
    rich("given: true", "given: maybe", &[("yaml-expected-flag", 47)]);
    rich(
        "{ field: reference, given: true }",
        "{ field: contact, any: [phone], given: true }",
        &[("form-condition-any-or-given", 47)],
    );
    rich(
        "field: danger, any: [yes]",
        "field: day, any: [yes]",
        &[("form-condition-no-values", 48)],
    );
    rich(
        "{ name: danger, kind: yes_no, privacy: P0, label: Gevaar, stored: false }",
        "{ name: danger, kind: information, label: Gevaar }",
        &[("form-condition-no-values", 48)],
    );
    rich(
        "field: reference, given",
        "field: proof, given",
        &[("form-condition-later-field", 47)],
    );
    rich(
        "field: contact, any: [phone] }",
        "field: damage, given: true }",
        &[("form-condition-same-page", 65)],
    );
    // The only question of a page: then the page is told.
    rich(
        "field: danger, any: [yes]",
        "field: contact, any: [other]",
        &[("form-page-never-shown", 38)],
    );
    rich(
        "prefill: ref\n",
        "hint: Nummer\n",
        &[("form-never-shown", 27), ("form-page-never-shown", 38)],
    );
    // Along the chain: the story is only asked with phone or none.
    let chain = "when: [{ field: story, given: true }, { field: contact, any: [other] }]";
    rich(
        "when: { field: contact, any: [phone] }",
        chain,
        &[("form-never-shown", 65)],
    );
    let two_answers = "when: [{ field: kind, any: [a] }, { field: kind, any: [b] }]";
    let story = "when: { field: kind, any: [b] }";
    check(story, two_answers, &[("form-page-never-shown", 16)]);
    let possible = SOUND
        .replacen("kind: choice\n", "kind: choices\n", 1)
        .replacen(story, two_answers, 1);
    assert_eq!(problems("forms/form.yaml", &possible), []);
}

#[test]
fn a_chain_of_many_conditions_is_looked_at_once() {
    // Each question depends on the five before it: there are more ways back than can be walked.
    let mut pages = String::new();
    for page in 0..40 {
        let conditions =
            (page.max(5) - 5..page).map(|before| format!("{{ field: f{before}, any: [yes] }}"));
        let when: Vec<String> = conditions.collect();
        let when = match when.is_empty() {
            true => String::new(),
            false => format!(", when: [{}]", when.join(", ")),
        };
        pages += &format!(
            "  - {{ id: p{page}, title: Pagina {page}, fields: [{{ name: f{page}, kind: yes_no, privacy: P0, label: Ja {page}{when} }}] }}\n"
        );
    }
    let form = format!(
        "address: melden\nversion: 1\nlanguages: [nl]\ntitle: Formulier\npages:\n{pages}to: [coordinator]\n"
    );
    assert_eq!(problems("forms/form.yaml", &form), []);
}

#[test]
fn a_form_to_practise_with_takes_the_questions_of_another() {
    fn check(practice: &str, expected: &[(&str, usize)]) -> Vec<Definition> {
        let sources = [
            SourceText::new("forms/aaa.yaml", practice),
            SourceText::new("forms/form.yaml", SOUND),
        ];
        let (forms, diagnostics) = read_all(&sources);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| (d.code, d.place.as_ref().unwrap().line))
            .collect();
        assert_eq!(found, expected, "{practice}");
        forms
    }
    let sound = "address: oefenen\npractice_of: form\ntitle: { nl: Oefen, en: Practise }\n";
    let forms = check(sound, &[]);
    let [practice, form] = forms.as_slice() else {
        panic!("{forms:?}");
    };
    assert!(practice.practice && practice.pages == form.pages && practice.id == "aaa");
    assert_eq!(practice.details, None);
    check(
        &sound.replace(": form", ": from"),
        &[("form-no-such-form-near", 2)],
    );
    check(
        &sound.replace(": form", ": iets_anders"),
        &[("form-no-such-form", 2)],
    );
    check(
        &sound.replace(": form", ": aaa"),
        &[("form-no-such-form", 2)],
    );
    check(
        &sound.replace(", en: Practise", ""),
        &[("form-missing-translation", 3)],
    );
    check(&format!("{sound}version: 3\n"), &[("yaml-unknown-key", 4)]);
    check(
        &sound.replace("oefenen", "melden"),
        &[("form-same-address", 1)],
    );
    let dutch = sound.replace(
        "title: { nl: Oefen, en: Practise }",
        "title: Oefen\nlanguages: [nl]",
    );
    assert_eq!(check(&dutch, &[])[0].languages, [Language::Nl]);
    let sources = [
        (
            "forms/form.yaml",
            SOUND_SUBMISSION.replace("confidential_adviser", "coordinator"),
        ),
        ("forms/p.yaml", format!("{sound}languages: [nl, en]\n")),
    ];
    let sources = sources.map(|(path, text)| SourceText::new(path, text));
    let codes: Vec<_> = read_all(&sources).1.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["form-practice-language"]);
}
