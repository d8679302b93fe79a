use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::date;

use super::*;
use crate::site::source::Sources;
use crate::source_text::SourceText;

const TODAY: Date = date(2026, 11, 22);

fn config() -> Config {
    let text = "title: T\norganisation: O\nlanguages: [nl, en]\n";
    Config::parse(&SourceText::new("site.yaml", text), &|_| None).0
}

fn read(path: &str, text: &str) -> (Calendar, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let bytes = text.as_bytes().to_vec();
    sources.files.insert(path.to_owned(), bytes.into());
    Calendar::read(&config(), &sources, &BTreeMap::new(), TODAY)
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<(&'static str, usize)> {
    let place = |d: &Diagnostic| d.place.as_ref().map_or(0, |place| place.line);
    diagnostics.iter().map(|d| (d.code, place(d))).collect()
}

fn check_messages(text: &str, expected: &[(&str, usize)]) {
    let (_, diagnostics) = read(MESSAGES, &format!("messages:\n{text}"));
    assert_eq!(codes(&diagnostics), expected, "{text}");
}

fn check_events(text: &str, expected: &[(&str, usize)]) {
    let (_, diagnostics) = read(EVENTS, &format!("events:\n{text}"));
    assert_eq!(codes(&diagnostics), expected, "{text}");
}

/// A message in both languages, which every quarter holds.
fn message(rest: &str) -> String {
    format!(
        "  - id: a\n    title: {{ nl: T, en: T }}\n    text: {{ nl: U, en: U }}\n    when: {{ months: [1, 4, 7, 10] }}\n{rest}"
    )
}

fn with_when(when: &str) -> String {
    message("").replace("{ months: [1, 4, 7, 10] }", when)
}

#[test]
fn a_portal_without_a_calendar_is_told_nothing() {
    let (calendar, diagnostics) =
        Calendar::read(&config(), &Sources::default(), &BTreeMap::new(), TODAY);
    assert!(calendar.messages.is_empty());
    assert_eq!(diagnostics, []);
    check_messages(&message(""), &[]);
    check_events("", &[]);
}

#[test]
fn a_quarter_without_messages_is_told() {
    let (_, diagnostics) = read(
        MESSAGES,
        &format!("messages:\n{}", with_when("{ months: [2, 11] }")),
    );
    let told: Vec<String> = diagnostics
        .iter()
        .map(|d| format!("{} {:?}", d.code, d.arguments))
        .collect();
    assert_eq!(
        told,
        [
            "messages-quarter-empty [(\"quarter\", \"2\"), (\"year\", \"2027\")]",
            "messages-quarter-empty [(\"quarter\", \"3\"), (\"year\", \"2027\")]",
        ]
    );
    check_messages("", &[("messages-quarter-empty", 0); 4]);
}

#[test]
fn a_period_that_is_none_is_told_where_it_stands() {
    for (when, code) in [
        ("morgen", "yaml-expected-mapping"),
        ("{ week: 1 }", "message-when"),
        ("{ months: 1, from: 2027-01-01, days: 3 }", "message-when"),
        ("{ months: 0 }", "calendar-number"),
        ("{ months: 13 }", "calendar-number"),
        ("{ months: [] }", "calendar-list-empty"),
        ("{ months: [], week: 2 }", "calendar-list-empty"),
        ("{ months: januari }", "yaml-expected-number"),
        ("{ months: 1, week: 5 }", "calendar-number"),
        ("{ months: 1, every: year }", "yaml-unknown-key"),
        ("{ from: 2027-02-31, days: 7 }", "yaml-expected-date"),
        ("{ from: 2027-01-01 }", "yaml-missing-key"),
        ("{ from: 2027-01-01, days: 0 }", "calendar-number"),
        ("{ from: 2027-01-01, days: 9999999999 }", "calendar-number"),
        (
            "{ from: 2027-01-01, days: 7, every: yaer }",
            "yaml-unknown-value-near",
        ),
        ("{ maand: 1 }", "message-when"),
    ] {
        check_messages(&with_when(when), &[(code, 5)]);
    }
}

#[test]
fn a_message_with_mistakes_is_told() {
    check_messages(
        "  - text: { nl: U, en: U }\n",
        &[
            ("yaml-missing-key", 2),
            ("yaml-missing-key", 2),
            ("message-occasion", 2),
        ],
    );
    check_messages(&message("    trigger: tour\n"), &[("message-occasion", 2)]);
    check_messages(
        &message("").replace(
            "when: { months: [1, 4, 7, 10] }",
            "trigger: protocol-chnged",
        ),
        &[("yaml-unknown-value-near", 5)],
    );
    check_messages(
        &format!("{}{}", message(""), message("")),
        &[("calendar-same-id", 6)],
    );
    check_messages(
        &message("    pagina: norm.md\n"),
        &[("yaml-unknown-key", 6)],
    );
    check_messages(
        &message("    page: norm.md\n    form: peiling\n"),
        &[("calendar-two-destinations", 7)],
    );
    check_messages(
        &message("    link: javascript:alert(1)\n"),
        &[("calendar-link", 6)],
    );
    check_messages(
        &message("").replace("nl: U", "nl: \"[[vul in: wat]]\""),
        &[("calendar-value", 4)],
    );
    check_messages(
        &message("").replace("id: a", "id: Een bericht"),
        &[("config-word", 2)],
    );
    check_messages("  - alleen tekst\n", &[("yaml-expected-mapping", 2)]);
}

#[test]
fn what_readers_miss_is_a_warning() {
    check_messages(
        &message("").replace(", en: U", ""),
        &[("message-language", 2)],
    );
    check_messages(
        &message("").replace("nl: U", &format!("nl: {}", "ab ".repeat(101))),
        &[("message-too-long", 4)],
    );
    // A text for one language is that of the default language.
    check_messages(
        &message("").replace("{ nl: U, en: U }", "U"),
        &[("message-language", 2)],
    );
}

#[test]
fn an_event_with_mistakes_is_told() {
    let event = |rest: &str| {
        format!(
            "  - id: a\n    kind: training\n    title: {{ nl: T, en: T }}\n    dates: 2027-01-01\n{rest}"
        )
    };
    check_events(&event(""), &[]);
    check_events(&event("    start: 09:30\n    end: 10:00\n"), &[]);
    check_events(
        &event("").replace("{ nl: T, en: T }", "T"),
        &[("event-language", 2)],
    );
    check_events(
        &event("").replace("{ nl: T, en: T }", "{ en: T }"),
        &[("event-language", 2)],
    );
    check_events(
        &event("").replace("2027-01-01", "[]"),
        &[("calendar-list-empty", 5)],
    );
    check_events(&event("    every: year\n    done: false\n"), &[]);
    for (rest, code, line) in [
        ("    start: 9:30\n", "calendar-time", 6),
        ("    start: 9.30\n    end: 12:00\n", "calendar-time", 6),
        ("    start: 25:00\n", "calendar-time", 6),
        (
            "    start: 10:00\n    end: 09:30\n",
            "calendar-end-first",
            7,
        ),
        ("    end: 09:30\n", "calendar-end-first", 6),
        ("    done: ja\n", "yaml-expected-flag", 6),
        (
            "    every: year\n    done: true\n",
            "calendar-done-yearly",
            7,
        ),
        ("    deelnemers: [Kim]\n", "yaml-unknown-key", 6),
    ] {
        check_events(&event(rest), &[(code, line)]);
    }
    check_events(
        &event("").replace("2027-01-01", "[2027-01-01, 1 mei]"),
        &[("yaml-expected-date", 5)],
    );
    check_events(
        &event("").replace("training", "trainning"),
        &[("yaml-unknown-value-near", 3)],
    );
}

#[test]
fn a_file_that_is_no_text_or_no_yaml_is_told() {
    let mut sources = Sources::default();
    let bytes: &[u8] = b"messages:\xff";
    sources.files.insert(MESSAGES.to_owned(), bytes.into());
    let (_, diagnostics) = Calendar::read(&config(), &sources, &BTreeMap::new(), TODAY);
    assert_eq!(codes(&diagnostics), [("page-not-utf8", 1)]);
    let (_, diagnostics) = read(MESSAGES, "messages: [\n");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    let (_, diagnostics) = read(MESSAGES, "berichten: []\n");
    assert_eq!(diagnostics[0].code, "yaml-unknown-key");
}

/// A calendar with a message for every rule, some of which overlap.
fn calendar() -> Calendar {
    let messages: String = [
        ("jaar", "{ months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }"),
        ("zomer", "{ months: [7, 8] }"),
        ("week", "{ months: 8, week: 3 }"),
        ("elk-jaar", "{ from: 2026-08-15, days: 7, every: year }"),
        ("eens", "{ from: 2027-08-16, days: 7 }"),
        ("ook-eens", "{ from: 2027-08-16, days: 7 }"),
        ("schrikkel", "{ from: 2028-02-29, days: 1, every: year }"),
    ]
    .iter()
    .map(|(id, when)| {
        format!(
            "  - {{ id: {id}, title: {{nl: T, en: T}}, text: {{nl: U, en: U}}, when: {when} }}\n"
        )
    })
    .collect();
    let (calendar, diagnostics) = read(MESSAGES, &format!("messages:\n{messages}"));
    assert_eq!(diagnostics, []);
    calendar
}

fn of_week(calendar: &Calendar, today: Date) -> Option<&str> {
    let occurrence = calendar.of_week(today, Language::Nl)?;
    Some(occurrence.message.id.as_str())
}

#[test]
fn the_shorter_period_goes_first_and_then_what_does_not_come_back() {
    let calendar = calendar();
    let check = |today: Date, expected: Option<&str>| {
        assert_eq!(of_week(&calendar, today), expected, "{today}");
    };
    check(date(2027, 1, 1), Some("jaar"));
    check(date(2027, 7, 1), Some("zomer"));
    // The third week of August 2027 begins on Monday the 16th, the yearly one on the 15th.
    check(date(2027, 8, 15), Some("elk-jaar"));
    check(date(2027, 8, 16), Some("eens"));
    check(date(2027, 8, 22), Some("eens"));
    check(date(2027, 8, 23), Some("zomer"));
    check(date(2028, 8, 21), Some("elk-jaar"));
    check(date(2028, 8, 22), Some("week"));
    check(date(2027, 12, 1), None);
    check(date(2028, 2, 29), Some("schrikkel"));
    check(date(2029, 2, 28), Some("schrikkel"));
    check(date(2027, 2, 28), Some("jaar"));
}

#[test]
fn every_day_of_ten_years_has_the_message_whose_period_holds_it() {
    let calendar = calendar();
    let mut day = date(2025, 12, 25);
    while day < date(2036, 1, 10) {
        match calendar.of_week(day, Language::Nl) {
            Some(occurrence) => {
                let period = occurrence.period;
                assert!(period.first <= day && day <= period.last, "{day}");
                let others = calendar.occurrences(day, day);
                let shortest = others.iter().map(|other| other.period.days()).min();
                assert_eq!(Some(period.days()), shortest, "{day}");
            }
            None => assert_eq!(day.month(), 12, "{day}"),
        }
        day = day.checked_add(1.day()).unwrap();
    }
}

#[test]
fn a_message_is_not_shown_in_a_language_that_it_does_not_speak() {
    let text = format!("messages:\n{}", message("").replace(", en: U", ""));
    let (calendar, _) = read(MESSAGES, &text);
    let today = date(2027, 1, 5);
    assert!(calendar.of_week(today, Language::Nl).is_some());
    assert!(calendar.of_week(today, Language::En).is_none());
}

#[test]
fn a_trigger_is_never_shown_by_date() {
    let triggered = message("").replace("when: { months: [1, 4, 7, 10] }", "trigger: tour");
    let (calendar, _) = read(MESSAGES, &format!("messages:\n{triggered}"));
    assert!(calendar.occurrences(TODAY, a_year_after(TODAY)).is_empty());
    assert_eq!(calendar.triggered().count(), 1);
}

#[test]
fn events_are_in_order_and_come_back_each_year() {
    let text = "events:\n\
        - { id: a, kind: training, title: { nl: A, en: A }, dates: [2027-03-01, 2026-12-01] }\n\
        - { id: b, kind: session, title: { nl: B, en: B }, dates: 2024-02-29, every: year }\n\
        - { id: c, kind: tour, title: { nl: C, en: C }, dates: 2026-11-21 }\n";
    let (calendar, diagnostics) = read(EVENTS, text);
    assert_eq!(diagnostics, []);
    let dates = |from: Date| -> Vec<String> {
        let dates = calendar.dates(from, a_year_after(from));
        dates
            .iter()
            .map(|(date, event)| format!("{date} {}", event.id))
            .collect()
    };
    assert_eq!(
        dates(TODAY),
        ["2026-12-01 a", "2027-02-28 b", "2027-03-01 a"]
    );
    assert_eq!(dates(date(2027, 6, 1)), ["2028-02-29 b"]);
    assert!(dates(date(2023, 1, 1)).is_empty());
}
