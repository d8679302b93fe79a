//! What the forms of this repository promise, and what the pages around them say of it.

use std::fs;

use jiff::civil::{Date, date};
use meldwijzer::durable::Folder;
use meldwijzer::form::{
    Definition, Draft, Field, FieldKind, Privacy, RECIPIENTS, RECIPIENTS_OF_SUBMISSIONS,
    RESERVED_ADDRESSES, read_all,
};
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::event::Role;
use meldwijzer::report::people::{self, NewPerson, People};
use meldwijzer::site::pages::{ASSETS, SHORT};
use meldwijzer::source_text::SourceText;
use tempfile::TempDir;

const TODAY: Date = date(2026, 11, 22);

/// Page that explains the button and the link for other sites.
const BUTTON_PAGE: &str = "content/melden-en-registreren/meldknop.md";

fn forms() -> Vec<Definition> {
    let (forms, diagnostics) = read_all(&Definition::shipped());
    assert_eq!(diagnostics, []);
    forms
}

fn form(id: &str) -> Definition {
    let mut forms = forms().into_iter();
    forms.find(|form| form.id == id).unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

/// Names of the questions of the second part of a report, after these answers in each part.
fn asked(first: &[(&str, &str)], second: &[(&str, &str)]) -> Vec<String> {
    let incident = form("incident");
    let required = [
        ("behaviour_kinds", "verbal"),
        ("occurred_at.known", "today"),
        ("contact_mode", "none"),
    ];
    let first = Draft::read(&incident, &pairs(&[&required, first].concat()), TODAY);
    let answers = incident.answers(&first, TODAY).unwrap();
    let details = incident.second_part().unwrap();
    let draft = Draft::read(&details, &pairs(second), TODAY).with_given(&details, &answers);
    let visible = details.visible_fields(&draft).into_iter();
    visible.map(|field| field.name.to_string()).collect()
}

fn pairs(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    texts.iter().map(own).collect()
}

fn check_asked(first: &[(&str, &str)], second: &[(&str, &str)], field: &str, expected: bool) {
    let is_asked = asked(first, second).iter().any(|name| name == field);
    assert_eq!(is_asked, expected, "{field} after {first:?} and {second:?}");
}

#[test]
fn all_forms_ship_and_every_question_says_why_and_who_sees_it() {
    let ids: Vec<String> = forms().into_iter().map(|form| form.id).collect();
    assert_eq!(
        ids,
        [
            "bel-mij",
            "feedback",
            "incident",
            "peiling",
            "praktijk",
            "verhaal",
            "werkoverleg"
        ]
    );
    for form in forms() {
        let details = form.second_part();
        let second = details.iter().flat_map(Definition::fields);
        for field in form.fields().chain(second) {
            let explained = field.why.is_some() && field.who_sees.is_some();
            assert!(explained || !field.kind.is_question(), "{}", field.name);
            let told = field.missing.is_some();
            assert!(told || !field.required, "{}", field.name);
        }
    }
}

/// The room of forms knows who may be named; the room of reports knows for whom that opens.
#[test]
fn every_recipient_of_a_form_is_one_that_reports_know() {
    let data = TempDir::new().unwrap();
    let storage = Folder::new(data.path(), 0);
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    for role in [
        Role::Coordinator,
        Role::ConfidentialAdviser,
        Role::Manager,
        Role::SeniorManager,
    ] {
        let person = NewPerson {
            name: format!("{role:?}"),
            roles: vec![role],
            units: Vec::new(),
        };
        let (person, code) = people::add(&storage, person, now, &SystemRandomness).unwrap();
        let (code, chosen) = (code.to_string(), "een lange zin van mij");
        people::choose_passphrase(&storage, &person, &code, chosen, now, &SystemRandomness)
            .unwrap();
    }
    let people = People::read(&storage).unwrap();
    let addressees = |word: &str| people.addressees(&word.parse().unwrap()).len();
    let entitled = |word: &str| {
        let entitled = people.entitled(&word.parse().unwrap()).into_iter();
        entitled
            .map(|person| person.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(addressees("coordinater"), 0);
    for recipient in RECIPIENTS {
        assert_eq!(addressees(recipient), 1, "{recipient}");
        assert_eq!(entitled(recipient), ["Coordinator"], "{recipient}");
    }
    for recipient in RECIPIENTS_OF_SUBMISSIONS {
        let opens = people.addressees(&recipient.parse().unwrap());
        assert_eq!(opens.len(), 1, "{recipient}");
        assert_ne!(entitled(recipient), [opens[0].name.clone()], "{recipient}");
    }
}

#[test]
fn no_form_takes_the_address_of_files_or_of_a_language() {
    let used = Language::ALL.map(Language::tag);
    let used: Vec<&str> = [ASSETS, SHORT].into_iter().chain(used).collect();
    assert_eq!(RESERVED_ADDRESSES.as_slice(), used);
}

#[test]
fn each_row_of_an_answered_report_has_a_label_of_its_own() {
    let incident = form("incident").whole();
    for language in Language::ALL {
        let mut labels: Vec<&str> = incident
            .fields()
            // Asked only where the same did not come along with a link.
            .filter(|field| field.kind.is_question() && field.name.as_str() != "channel")
            .map(|field| field.short_label().get(language))
            .collect();
        labels.sort_unstable();
        let all = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), all, "{labels:?}");
    }
}

#[test]
fn questions_of_an_item_have_few_words_for_the_list_of_answers() {
    for form in forms() {
        let whole = form.whole();
        let groups = whole
            .fields()
            .filter(|field| field.kind == FieldKind::Group);
        let items: Vec<&Field> = groups.flat_map(|group| &group.fields).collect();
        for item in items {
            assert!(item.check_label.is_some(), "{} of {}", item.name, form.id);
        }
    }
}

#[test]
fn who_reports_is_asked_before_the_questions_that_depend_on_it() {
    let incident = form("incident");
    let pages: Vec<&str> = incident.pages.iter().map(|page| &*page.id).collect();
    let at = |id: &str| pages.iter().position(|page| *page == id).unwrap();
    assert!(at("when") < at("role") && at("role") < at("contact"));
    let page = incident.page("role").unwrap();
    assert_eq!(page.fields.len(), 1);
}

#[test]
fn nothing_in_the_second_part_must_be_answered() {
    let details = form("incident").second_part().unwrap();
    assert!(details.fields().all(|field| !field.required));
}

#[test]
fn what_came_along_with_a_link_is_not_asked_again() {
    let along = [("channel", "phone"), ("case_ref", "Z-2026-0481")];
    for (field, before) in [("contact_channel", "channel"), ("case_number", "case_ref")] {
        check_asked(&[], &[], field, true);
        check_asked(&along, &[], field, false);
        check_asked(&along, &[], before, false);
    }
}

#[test]
fn the_name_of_a_citizen_is_asked_only_where_it_is_known_and_needed() {
    let known = ("perpetrator_known", "name");
    let needed = ("name_needed_for", "measure");
    let name = "perpetrator_identity";
    check_asked(&[], &[], name, false);
    check_asked(&[], &[known], name, false);
    check_asked(&[], &[needed], name, false);
    check_asked(&[], &[("perpetrator_known", "no"), needed], name, false);
    check_asked(
        &[],
        &[known, ("name_needed_for", "not_needed")],
        name,
        false,
    );
    check_asked(&[], &[known, needed], name, true);
}

#[test]
fn names_of_witnesses_are_asked_only_for_the_police() {
    check_asked(&[], &[], "witness_count", true);
    check_asked(&[], &[], "witnesses", false);
    check_asked(&[], &[("police_wish", "no")], "witnesses", false);
    check_asked(&[], &[("police_wish", "self")], "witnesses", true);
}

#[test]
fn answers_that_say_who_a_citizen_or_witness_is_are_kept_apart() {
    let incident = form("incident").whole();
    for name in [
        "case_ref",
        "case_number",
        "perpetrator_identity",
        "perpetrator_reference",
        "online_where",
        "witnesses",
        "coach_contact",
        "colleague_name",
        "colleague_contact",
    ] {
        assert!(incident.field(name).unwrap().identifies(), "{name}");
    }
}

/// My report promises a reporter who chooses "only count it" that the kind and the month are counted.
#[test]
fn of_a_report_only_the_kind_of_behaviour_is_counted() {
    let incident = form("incident").whole();
    let counted = incident.fields().filter(|field| field.counted);
    let counted: Vec<&str> = counted.map(|field| field.name.as_str()).collect();
    assert_eq!(counted, ["behaviour_kinds"]);
}

#[test]
fn a_call_back_request_asks_for_a_way_to_call_and_nothing_else() {
    let form = form("bel-mij");
    let names: Vec<&str> = form.fields().map(|field| field.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "whom",
            "adviser",
            "supporter",
            "caller_name",
            "phone",
            "suitable_time"
        ]
    );
}

#[test]
fn a_consultation_does_not_ask_who_somebody_is() {
    for id in ["peiling", "feedback"] {
        for field in form(id).fields() {
            let asks = field.identifies() || field.autocomplete.is_some();
            let asks = asks || field.kind == FieldKind::Person || field.privacy == Privacy::P3;
            assert!(!asks, "{}", field.name);
        }
    }
}

#[test]
fn the_form_in_the_readme_is_sound() {
    let readme = read("README.md");
    let start = readme.find("    address: sleutels").unwrap();
    let example = readme[start..].lines();
    let example = example.take_while(|line| line.is_empty() || line.starts_with("    "));
    let example: Vec<&str> = example
        .map(|line| line.get(4..).unwrap_or_default())
        .collect();
    let source = SourceText::new("forms/sleutels.yaml", example.join("\n"));
    let (forms, diagnostics) = read_all(&[source]);
    assert_eq!(diagnostics, []);
    assert_eq!(forms.len(), 1);
}

#[test]
fn the_page_about_links_names_every_channel_and_every_name_that_may_come_along() {
    let page = read(BUTTON_PAGE);
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let codes: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once('`')?.0))
        .collect();
    let incident = form("incident");
    let prefills = incident
        .fields()
        .filter_map(|field| field.prefill.as_deref());
    let channels = incident.field("channel").unwrap().values();
    let expected: Vec<&str> = prefills.chain(channels).collect();
    let sorted = |mut words: Vec<&str>| {
        words.sort_unstable();
        words.join(" ")
    };
    assert_eq!(sorted(codes), sorted(expected));
}

#[test]
fn the_button_for_other_sites_asks_no_site_for_anything_and_has_no_script() {
    let page = read(BUTTON_PAGE);
    let snippets: Vec<&str> = page
        .split("```html\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect();
    assert_eq!(snippets.len(), 2);
    for snippet in snippets {
        assert_eq!(snippet.matches("://").count(), 1, "{snippet}");
        assert!(snippet.contains("/melden/\""), "{snippet}");
        assert!(
            !snippet.contains("<script") && !snippet.contains(" on"),
            "{snippet}"
        );
        assert!(
            !snippet.contains("url(") && !snippet.contains("src="),
            "{snippet}"
        );
    }
}
