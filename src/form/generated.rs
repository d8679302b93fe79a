//! Thousands of generated answer sets, valid, wrong and hostile. Each answer is drawn together with what
//! must become of it, so the expectation never comes from the code under test.

use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::definition::Definition;
use super::draft::Draft;
use super::validation::FieldError;
use crate::language::Language;
use crate::source_text::SourceText;

const TODAY: Date = date(2026, 11, 22);

const FORM: &str = "\
address: alles
version: 1
languages: nl
title: Alles
to: coordinator
pages:
  - id: one
    title: Een
    fields:
      - { name: danger, kind: yes_no, privacy: P0, label: Gevaar }
      - name: contact
        kind: choice
        privacy: P1
        label: Contact
        required: true
        options:
          - { value: phone, label: Bel }
          - { value: other, label: Anders, other: true }
          - { value: none, label: Geen }
      - name: kinds
        kind: choices
        privacy: P1
        label: Soorten
        options:
          - { value: a, label: A }
          - { value: b, label: B }
          - { value: c, label: C }
          - { value: nothing, label: Niets, apart: true }
          - { value: unknown, label: Weet ik niet, apart: true }
  - id: two
    title: Twee
    fields:
      - name: story
        kind: long_text
        privacy: P2
        label: Verhaal
        max_length: 80
        checks: [no_bsn, no_email]
        when: [{ field: contact, any: [phone] }, { field: kinds, given: true }]
      - { name: note, kind: short_text, privacy: P2, label: Notitie, max_length: 40 }
      - { name: day, kind: date, privacy: P0, label: Dag, days: past }
      - { name: moment, kind: approximate_date, privacy: P0, label: Moment, max_length: 40 }
      - { name: at, kind: time, privacy: P0, label: Tijd }
      - { name: count, kind: number, privacy: P0, label: Aantal, min: 1, max: 5 }
      - { name: price, kind: money, privacy: P0, label: Prijs, max: 2000 }
      - { name: phone, kind: phone, privacy: P1, label: Nummer }
      - { name: mail, kind: email, privacy: P1, label: Adres }
      - name: damage
        kind: group
        label: Schade
        item: Ding
        most: 3
        fields:
          - { name: what, kind: short_text, privacy: P1, label: Wat, required: true, max_length: 40 }
          - { name: cost, kind: money, privacy: P1, label: Kosten }
";

/// Numbers that look random and are the same on every machine (splitmix64).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    pub(super) fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// What is sent, and what must become of it.
#[derive(Default)]
struct Drawn {
    sent: Vec<(String, String)>,
    stored: Map<String, Value>,
    /// Ids of inputs, with the keys of what must be told there.
    wrong: Vec<(String, &'static str)>,
}

impl Drawn {
    fn send(&mut self, name: &str, value: &str) {
        self.sent.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a question whose answer has one box: what was typed, and the value or the key.
    fn take(&mut self, name: &str, typed: &str, outcome: &Outcome) {
        self.send(name, typed);
        match outcome {
            Outcome::Nothing => {}
            Outcome::Stored(value) => {
                self.stored.insert(name.to_owned(), value.clone());
            }
            Outcome::Wrong(key) => self.wrong.push((name.replace('.', "-"), key)),
        }
    }
}

#[derive(Clone)]
enum Outcome {
    Nothing,
    Stored(Value),
    Wrong(&'static str),
}

use Outcome::{Nothing, Stored, Wrong};

/// What people and attackers type. None is longer than twelve characters.
const PIECES: [&str; 14] = [
    "schelden",
    "é👍🏽",
    "\u{202e}drek\u{2069}",
    "<script>",
    "=1+2|cmd",
    "@SUM(A1)",
    "' OR 1=1 --",
    "{label}",
    "%00%0a",
    "a\tb",
    "\u{200b}",
    "&amp;\"",
    "../../x",
    "  ",
];

/// Draws a text of at most forty characters with something to see in it, or one that is refused.
fn text(numbers: &mut Numbers, most: usize) -> (String, Outcome) {
    let sound = format!("x{}{}", numbers.one(&PIECES), numbers.one(&PIECES));
    match numbers.below(10) {
        0 => (numbers.one(&["", " ", "\t  "]).to_owned(), Nothing),
        1 => {
            let bad = numbers.one(&["\0", "\u{1b}[31m", "\u{85}", "\u{7f}"]);
            (format!("{bad}{sound}"), Wrong("answer.control_character"))
        }
        2 => {
            let length = numbers.one(&[most + 1, most + 30, 1_000]);
            ("é".repeat(length), Wrong("answer.too_long"))
        }
        3 => {
            let full = "é".repeat(most);
            (full.clone(), Stored(json!(full)))
        }
        _ => (sound.clone(), Stored(json!(sound))),
    }
}

fn line(numbers: &mut Numbers, most: usize) -> (String, Outcome) {
    match numbers.below(12) {
        0 => ("een\r\ntwee".to_owned(), Wrong("answer.control_character")),
        _ => text(numbers, most),
    }
}

fn prose(numbers: &mut Numbers, most: usize) -> (String, Outcome) {
    match numbers.below(8) {
        0 => (
            "een\r\ntwee\rdrie".to_owned(),
            Stored(json!("een\ntwee\ndrie")),
        ),
        1 => ("nummer 111.222.333".to_owned(), Wrong("answer.bsn")),
        2 => ("mail x@voorbeeld.nl".to_owned(), Wrong("answer.no_email")),
        _ => text(numbers, most),
    }
}

/// Draws one of some known answers.
fn known(numbers: &mut Numbers, answers: &[(&str, Outcome)]) -> (String, Outcome) {
    let (typed, outcome) = numbers.one(answers);
    (typed.to_owned(), outcome)
}

fn amount(numbers: &mut Numbers) -> (String, Outcome) {
    let wrong = Wrong("answer.money");
    known(
        numbers,
        &[
            ("", Nothing),
            ("12", Stored(json!("12.00"))),
            (" 12,5 ", Stored(json!("12.50"))),
            ("€ 1250", Stored(json!("1250.00"))),
            ("1.250,50", Stored(json!("1250.50"))),
            ("1.250", Stored(json!("1250.00"))),
            ("12,345", Wrong("answer.money.two")),
            ("1,250.50", Stored(json!("1250.50"))),
            ("-1", wrong.clone()),
            ("twaalf", wrong.clone()),
            ("1\0", wrong.clone()),
            ("99999999999999999999", wrong),
        ],
    )
}

fn draw_first_page(drawn: &mut Drawn, numbers: &mut Numbers) -> bool {
    let unknown = Wrong("answer.unknown_option");
    let danger = [
        ("", Nothing),
        ("yes", Stored(json!(true))),
        ("no", Stored(json!(false))),
        ("YES", unknown.clone()),
        ("yes\0", unknown.clone()),
    ];
    let (typed, outcome) = known(numbers, &danger);
    drawn.take("danger", &typed, &outcome);
    let contact = [
        ("", Wrong("answer.missing.choice")),
        ("phone", Stored(json!("phone"))),
        ("phone", Stored(json!("phone"))),
        ("other", Stored(json!("other"))),
        ("none", Stored(json!("none"))),
        ("phone ", unknown.clone()),
    ];
    let (chosen, outcome) = known(numbers, &contact);
    drawn.take("contact", &chosen, &outcome);
    // A second answer to the same question does not count.
    drawn.send("contact", "none");
    if chosen.is_empty() {
        drawn.sent.retain(|(name, _)| name != "contact");
    }
    let (words, outcome) = line(numbers, 200);
    drawn.send("contact.other", &words);
    match outcome {
        Stored(value) if chosen == "other" => {
            drawn.stored.insert("contact_other".to_owned(), value);
        }
        Wrong(key) if chosen == "other" => {
            drawn.wrong.push(("contact-other".to_owned(), key));
            drawn.stored.remove("contact");
        }
        _ => {}
    }
    // Chosen in any order and more than once; stored in the order of the form.
    let kinds: [(&[&str], Outcome); 8] = [
        (&[], Nothing),
        (&["b"], Stored(json!(["b"]))),
        (&["nothing"], Stored(json!(["nothing"]))),
        (&["nothing", "b"], Wrong("answer.apart")),
        (&["unknown", "nothing"], Wrong("answer.apart")),
        (&["c", "a", "c"], Stored(json!(["a", "c"]))),
        (&["a", "A"], unknown.clone()),
        (&["a", "b", "c", "d", "e", "f", "g"], unknown),
    ];
    let (values, outcome) = numbers.one(&kinds);
    for value in values {
        drawn.send("kinds", value);
    }
    match outcome {
        Stored(value) => {
            drawn.stored.insert("kinds".to_owned(), value);
        }
        Wrong(key) => drawn.wrong.push(("kinds".to_owned(), key)),
        Nothing => {}
    }
    chosen == "phone" && !values.is_empty()
}

fn draw_second_page(drawn: &mut Drawn, numbers: &mut Numbers, story_is_shown: bool) {
    let (typed, outcome) = prose(numbers, 80);
    let outcome = if story_is_shown { outcome } else { Nothing };
    drawn.take("story", &typed, &outcome);
    let (typed, outcome) = line(numbers, 40);
    drawn.take("note", &typed, &outcome);
    draw_day(drawn, numbers);
    draw_moment(drawn, numbers);
    let time = [
        ("", Nothing),
        ("14:30", Stored(json!("14:30"))),
        ("1430", Stored(json!("14:30"))),
        ("9u05", Stored(json!("09:05"))),
        ("half drie", Wrong("answer.time")),
        ("25:00", Wrong("answer.time")),
    ];
    let (typed, outcome) = known(numbers, &time);
    drawn.take("at", &typed, &outcome);
    let count = [
        ("", Nothing),
        ("3", Stored(json!(3))),
        (" 5 ", Stored(json!(5))),
        ("0", Wrong("answer.number.least")),
        ("-1", Wrong("answer.number.least")),
        ("1.000", Wrong("answer.number.most")),
        ("1,5", Wrong("answer.number")),
        ("٣", Wrong("answer.number")),
    ];
    let (typed, outcome) = known(numbers, &count);
    drawn.take("count", &typed, &outcome);
    let (typed, outcome) = match numbers.below(8) {
        0 => ("2000,01".to_owned(), Wrong("answer.money.most")),
        _ => amount(numbers),
    };
    drawn.take("price", &typed, &outcome);
    let phone = [
        ("", Nothing),
        (" 06 12 34 56 78 ", Stored(json!("06 12 34 56 78"))),
        ("bel maar", Wrong("answer.phone")),
        ("1 1 2", Wrong("answer.phone.alarm")),
        ("06\r\n12345678", Wrong("answer.control_character")),
    ];
    let (typed, outcome) = known(numbers, &phone);
    drawn.take("phone", &typed, &outcome);
    let mail = [
        ("", Nothing),
        ("a@b.nl", Stored(json!("a@b.nl"))),
        ("a@b.nl\r\nBcc: c@d.nl", Wrong("answer.control_character")),
        ("a\u{202e}@b.nl", Wrong("answer.email")),
    ];
    let (typed, outcome) = known(numbers, &mail);
    drawn.take("mail", &typed, &outcome);
    draw_damage(drawn, numbers);
}

fn draw_day(drawn: &mut Drawn, numbers: &mut Numbers) {
    let days: [([&str; 3], &str, Outcome); 7] = [
        (["", "", ""], "", Nothing),
        (["1", "feb", "26"], "", Stored(json!("2026-02-01"))),
        (["1-2-26", "", ""], "", Stored(json!("2026-02-01"))),
        (["31", "2", "2026"], "-day", Wrong("answer.date.impossible")),
        (["23", "11", "2026"], "-day", Wrong("answer.date.future")),
        (
            ["1", "smarch", "2026"],
            "-month",
            Wrong("answer.date.wrong_month"),
        ),
        (["1", "2", ""], "-year", Wrong("answer.date.missing_year")),
    ];
    let (typed, part, outcome) = numbers.one(&days);
    for (name, value) in ["day.day", "day.month", "day.year"].into_iter().zip(typed) {
        drawn.send(name, value);
    }
    match outcome {
        Stored(value) => {
            drawn.stored.insert("day".to_owned(), value);
        }
        Wrong(key) => drawn.wrong.push((format!("day{part}"), key)),
        Nothing => {}
    }
}

fn draw_moment(drawn: &mut Drawn, numbers: &mut Numbers) {
    let parts = |known: &str, time: &str, part: &str, about: &str| {
        // A whole day may be chosen with a slash behind it.
        let (known, day) = known.split_once('/').unwrap_or((known, ""));
        [
            ("known", known),
            ("day", day),
            ("time", time),
            ("part_of_day", part),
            ("about", about),
        ]
        .map(|(part, value)| (format!("moment.{part}"), value.to_owned()))
    };
    let today =
        json!({"known": "date", "date": "2026-11-22", "time": "14:30", "part_of_day": "afternoon"});
    let moments = [
        (parts("", "", "", ""), "", Nothing),
        (
            parts("today", "14.30", "afternoon", ""),
            "",
            Stored(today.clone()),
        ),
        (
            parts("today/22-11-2026", "14.30", "afternoon", ""),
            "",
            Stored(today),
        ),
        (
            parts("today", "14.30", "night", ""),
            "-part_of_day",
            Wrong("answer.date.two_times"),
        ),
        (
            parts("today/5-6-2026", "", "", ""),
            "-known",
            Wrong("answer.date.two_days"),
        ),
        (
            parts("yesterday", "", "", "zomer"),
            "-known",
            Wrong("answer.date.day_and_about"),
        ),
        (
            parts("", "", "", "zomer"),
            "",
            Stored(json!({"known": "about", "about": "zomer"})),
        ),
        (
            parts("about", "9", "", ""),
            "-known",
            Wrong("answer.date.about_and_day"),
        ),
        (
            parts("today", "", "noon", ""),
            "-part_of_day",
            Wrong("answer.unknown_option"),
        ),
        (
            parts("", "", "evening", ""),
            "-known",
            Wrong("answer.date.day_of_time"),
        ),
        (
            parts("about", "", "", "a\nb"),
            "-about",
            Wrong("answer.control_character"),
        ),
        (
            parts("yesterday\0", "", "", ""),
            "-known",
            Wrong("answer.unknown_option"),
        ),
    ];
    let (sent, part, outcome) = numbers.one(&moments);
    drawn.sent.extend(sent);
    match outcome {
        Stored(value) => {
            drawn.stored.insert("moment".to_owned(), value);
        }
        Wrong(key) => drawn.wrong.push((format!("moment{part}"), key)),
        Nothing => {}
    }
}

fn draw_damage(drawn: &mut Drawn, numbers: &mut Numbers) {
    drawn.send(
        "damage.count",
        numbers.one(&["", "0", "2", "99999999999999999999"]),
    );
    drawn.send("damage.4.what", "one too many");
    drawn.send("damage.1.nothing", "x");
    let mut items = Vec::new();
    let mut is_sound = true;
    for number in 1..=3 {
        let (what, of_what) = line(numbers, 40);
        let (cost, of_cost) = amount(numbers);
        drawn.send(&format!("damage.{number}.what"), &what);
        drawn.send(&format!("damage.{number}.cost"), &cost);
        if matches!((&of_what, &of_cost), (Nothing, Nothing)) {
            continue;
        }
        let mut item = Map::new();
        match of_what {
            Stored(value) => drop(item.insert("what".to_owned(), value)),
            Wrong(key) => drawn.wrong.push((format!("damage-{number}-what"), key)),
            Nothing => {
                let input = format!("damage-{number}-what");
                drawn.wrong.push((input, "answer.missing.text"));
            }
        }
        match of_cost {
            Stored(value) => drop(item.insert("cost".to_owned(), value)),
            Wrong(key) => drawn.wrong.push((format!("damage-{number}-cost"), key)),
            Nothing => {}
        }
        is_sound &= !item.is_empty();
        items.push(Value::Object(item));
    }
    if is_sound && !items.is_empty() {
        drawn
            .stored
            .insert("damage".to_owned(), Value::Array(items));
    }
}

#[test]
fn each_answer_is_stored_as_typed_or_refused_at_its_field() {
    let source = SourceText::new("forms/everything.yaml", FORM);
    let (form, problems) = Definition::parse(&source);
    assert_eq!(problems, []);
    let form = form.unwrap();
    let mut numbers = Numbers(4);
    let (mut sound, mut mistakes) = (0, 0);
    for _ in 0..5_000 {
        let mut drawn = Drawn::default();
        for (name, value) in [("go", "next"), ("admin", "1"), ("note.day", "1"), ("", "x")] {
            drawn.send(name, value);
        }
        let shown = draw_first_page(&mut drawn, &mut numbers);
        draw_second_page(&mut drawn, &mut numbers, shown);
        check(&form, &drawn);
        // The same, as somebody sends it who fills in everything rightly.
        let is_wrong = |name: &str| {
            let id = name.replace('.', "-");
            let field = name.split('.').next().unwrap();
            let mut wrong = drawn.wrong.iter();
            wrong.any(|(input, _)| input.starts_with(field) && id.starts_with(field))
        };
        let mut right = Drawn {
            stored: drawn.stored.clone(),
            ..Drawn::default()
        };
        right
            .stored
            .retain(|name, _| !is_wrong(name.strip_suffix("_other").unwrap_or(name)));
        right.sent = drawn.sent.clone();
        right.sent.retain(|(name, _)| !is_wrong(name));
        if right.stored.contains_key("contact") && (!is_wrong("kinds") || !shown) {
            check(&form, &right);
            sound += 1;
        }
        mistakes += drawn.wrong.len();
    }
    assert!(sound > 1_000 && mistakes > 5_000, "{sound}, {mistakes}");
}

fn check(form: &Definition, drawn: &Drawn) {
    let read =
        |pairs: &[(String, String)]| Draft::read(form, pairs, TODAY).in_language(Language::Nl);
    let draft = read(&drawn.sent);
    assert_eq!(read(&draft.to_pairs()), draft);
    match form.answers(&draft, TODAY) {
        Ok(answers) => {
            assert_eq!(drawn.wrong, [], "{:?}", drawn.sent);
            let stored = answers.to_json(form);
            assert_eq!(stored, Value::Object(drawn.stored.clone()));
            let read = Answers::from_json(form, &stored);
            assert_eq!(read, answers);
            // Whoever changes it later starts from the same answers.
            let again = form.answers(&Draft::of_answers(form, &read), TODAY);
            assert_eq!(again, Ok(answers));
        }
        Err(errors) => {
            let place = |error: FieldError| (error.input_id(), error.key);
            let mut found: Vec<_> = errors.into_iter().map(place).collect();
            let mut expected = drawn.wrong.clone();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{:?}", drawn.sent);
        }
    }
}
