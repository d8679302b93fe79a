//! Draws what somebody sends with a form, together with what must become of it, so that the expectation
//! never comes from the code under test. Only the form says what is asked; what its keys mean is said once
//! more here.

use std::collections::HashMap;

use meldwijzer::form::{Check, Days, Definition, Field, FieldKind, Privacy, Text, Wanted};
use serde_json::{Map, Value, json};

/// The day on which everything is sent, as the tables below have it: 22 November 2026.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// Numbers that look random and are the same on every machine (splitmix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Returns true once in so many times; never for 0.
    pub fn seldom(&mut self, one_in: usize) -> bool {
        one_in > 0 && self.below(one_in) == 0
    }
}

pub type Pairs = Vec<(String, String)>;

/// What is sent, and what must become of it.
#[derive(Clone, Default)]
pub struct Drawn {
    pub sent: Pairs,
    /// The questions that are asked, given these answers.
    pub asked: Vec<String>,
    /// What is wrong, in the order of the form.
    pub wrong: Vec<Wrong>,
    /// What is stored, in the parts that are kept apart.
    pub answers: Map<String, Value>,
    pub names: Map<String, Value>,
    pub countable: Map<String, Value>,
    /// What was typed, as the pages must have it, with its question.
    kept: Vec<(String, String, String)>,
}

/// Something wrong, and where it must be told.
#[derive(Clone, Debug)]
pub struct Wrong {
    pub page: String,
    /// Id of the question.
    pub field: String,
    /// Id of the input to which the summary leads.
    pub input: String,
    /// Key of the text.
    pub key: &'static str,
    /// What the form says instead.
    pub own: Option<Text>,
}

impl Drawn {
    /// Returns everything that is stored.
    pub fn stored(&self) -> Value {
        let mut all = self.answers.clone();
        all.extend(self.names.clone());
        Value::Object(all)
    }

    /// Returns the same as somebody sends it who only fills in what is asked.
    pub fn of_asked(&self) -> Drawn {
        let mut drawn = self.clone();
        drawn.kept.retain(|(field, ..)| self.asked.contains(field));
        drawn
    }

    /// Returns what every page must have of what was typed.
    pub fn kept(&self) -> Vec<(String, String)> {
        let kept = self.kept.iter();
        kept.map(|(_, name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// What somebody types in one question, and what must become of it.
#[derive(Default)]
struct Typed {
    sent: Pairs,
    kept: Pairs,
    stored: Option<Value>,
    /// The words of "anders, namelijk", where they are stored.
    other: Option<String>,
    /// Parts of the name of the question, each with a key.
    wrong: Vec<(String, String, &'static str)>,
}

/// Draws answers to a form. One in so many is wrong; with 0 none is. `given` is what was stored of the
/// part before.
pub fn draw(form: &Definition, given: &Value, wrong_one_in: usize, numbers: &mut Numbers) -> Drawn {
    let mut drawn = Drawn::default();
    let mut seen = answered(given);
    let mut sent = Vec::new();
    for page in &form.pages {
        // What a page asks depends on the pages before it only.
        for field in &page.fields {
            let mut typed = question(field, field.name.as_str(), wrong_one_in, numbers);
            if numbers.seldom(3) && !(field.required && wrong_one_in == 0) {
                typed = Typed::default();
            }
            let holds = holds(field, &typed);
            let shown = is_shown(field, holds, &seen);
            if shown {
                let chosen = first_of_single(field, &typed.sent);
                seen.insert(field.name.to_string(), Seen { chosen, holds });
                settle(&mut drawn, &page.id, field, &mut typed);
            }
            let kept = typed.kept.into_iter();
            let kept = kept.map(|(name, value)| (field.name.to_string(), name, value));
            drawn.kept.extend(kept);
            sent.push(typed.sent);
        }
    }
    if numbers.seldom(2) {
        sent.reverse();
    }
    drawn.sent = sent.concat();
    add_noise(form, &mut drawn.sent, numbers);
    drawn
}

/// Something that was answered.
struct Seen {
    chosen: Vec<String>,
    holds: bool,
}

fn answered(given: &Value) -> HashMap<String, Seen> {
    let chosen = |value: &Value| match value {
        Value::Array(values) => values
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Value::Bool(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        value => value.as_str().map(str::to_owned).into_iter().collect(),
    };
    let given = given.as_object().into_iter().flatten();
    given
        .map(|(name, value)| {
            let seen = Seen {
                chosen: chosen(value),
                holds: true,
            };
            (name.clone(), seen)
        })
        .collect()
}

fn is_shown(field: &Field, holds: bool, seen: &HashMap<String, Seen>) -> bool {
    let can_be_answered = field.kind != FieldKind::Person || !field.options.is_empty();
    let wanted = field.when.iter().all(|condition| {
        let before = seen.get(condition.field.as_str());
        let given = before.is_some_and(|before| before.holds);
        match &condition.wanted {
            Wanted::Given => given,
            Wanted::NotGiven => !given,
            Wanted::Any(values) => {
                given && before.is_some_and(|b| b.chosen.iter().any(|v| values.contains(v)))
            }
        }
    });
    can_be_answered && wanted && (!field.only_prefilled || holds)
}

/// Returns whether something was typed that counts, right or wrong.
fn holds(field: &Field, typed: &Typed) -> bool {
    match field.kind {
        // Files of nobody.
        FieldKind::File => false,
        FieldKind::Group => typed.stored.is_some() || !typed.wrong.is_empty(),
        _ => typed.sent.iter().any(|(_, value)| !value.trim().is_empty()),
    }
}

fn first_of_single(field: &Field, sent: &[(String, String)]) -> Vec<String> {
    let own = sent.iter().filter(|(name, _)| name == field.name.as_str());
    let values = own.map(|(_, value)| value.clone());
    match field.kind {
        FieldKind::Choices => values.collect(),
        _ => values.take(1).collect(),
    }
}

/// Adds what becomes of an answer to a question that is asked.
fn settle(drawn: &mut Drawn, page: &str, field: &Field, typed: &mut Typed) {
    if !matches!(field.kind, FieldKind::Information | FieldKind::Stop) {
        drawn.asked.push(field.name.to_string());
    }
    if typed.stored.is_none() && typed.wrong.is_empty() && field.required {
        typed.wrong.push(missing(field, field.name.as_str()));
    }
    for (name, part, key) in &typed.wrong {
        let own = field.missing.clone();
        drawn.wrong.push(Wrong {
            page: page.to_owned(),
            field: name.replace('.', "-"),
            input: format!("{name}{part}").replace('.', "-"),
            key,
            own: own.filter(|_| key.starts_with("answer.missing.") && !name.contains('.')),
        });
    }
    if !typed.wrong.is_empty() || !field.stored {
        return;
    }
    let Some(value) = typed.stored.clone() else {
        return;
    };
    let name = field.name.to_string();
    if field.counted {
        drawn.countable.insert(name.clone(), value.clone());
    }
    let part = match identifies(field) {
        true => &mut drawn.names,
        false => &mut drawn.answers,
    };
    part.insert(name.clone(), value);
    if let Some(words) = &typed.other {
        part.insert(format!("{name}_other"), json!(words));
    }
}

/// Telephone, e-mail and what is about the citizen say who somebody is.
fn identifies(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Phone | FieldKind::Email)
        || field.privacy == Privacy::P3
        || field.fields.iter().any(identifies)
}

fn missing(field: &Field, name: &str) -> (String, String, &'static str) {
    let (part, key) = match field.kind {
        FieldKind::Choices => ("", "answer.missing.choices"),
        FieldKind::Choice | FieldKind::YesNo | FieldKind::Person => ("", "answer.missing.choice"),
        FieldKind::Date => (".day", "answer.missing.day"),
        FieldKind::ApproximateDate => (".known", "answer.missing.date"),
        FieldKind::Time => ("", "answer.missing.time"),
        FieldKind::Phone => ("", "answer.missing.phone"),
        FieldKind::Email => ("", "answer.missing.email"),
        FieldKind::File => ("", "answer.missing.file"),
        FieldKind::Group => ("", "answer.missing.group"),
        _ => ("", "answer.missing.text"),
    };
    (name.to_owned(), part.to_owned(), key)
}

/// Adds what nobody asked: unknown names, parts that are none, and a second answer to a question that
/// takes one.
fn add_noise(form: &Definition, sent: &mut Pairs, numbers: &mut Numbers) {
    let single = |field: &&Field| {
        !matches!(
            field.kind,
            FieldKind::Choices | FieldKind::File | FieldKind::Group
        ) && sent.iter().any(|(name, _)| name == field.name.as_str())
    };
    let again: Vec<&Field> = form.fields().filter(single).collect();
    for field in again {
        if numbers.seldom(4) {
            let values = field.values();
            let value = values.first().copied().unwrap_or("a second answer\0");
            sent.push((field.name.to_string(), value.to_owned()));
        }
    }
    let names: Vec<String> = form.fields().map(|field| field.name.to_string()).collect();
    for _ in 0..numbers.below(6) {
        let name = numbers.one(&names);
        let noise = match numbers.below(8) {
            0 => "admin".to_owned(),
            1 => format!("{name}.nothing"),
            2 => format!("{name}[]"),
            3 => format!(" {name}"),
            4 => format!("{name}.0.what"),
            5 => String::new(),
            6 => "__proto__".to_owned(),
            _ => format!("{name}\0"),
        };
        // A part of a date or of a group with this name would be one.
        let at = numbers.below(sent.len() + 1);
        sent.insert(at, (noise, words(numbers)));
    }
}

/// What people and attackers type. None is longer than twenty characters, looks like an address or has
/// three digits.
const PIECES: [&str; 30] = [
    "schelden",
    "é👍🏽",
    "👩‍👩‍👧",
    "\u{202e}drek\u{2069}",
    "\u{2066}שלום\u{2067}",
    "مرحبا",
    "<script>alert()",
    "</textarea><b>",
    "\"><img src=x>",
    "<!-- ",
    "]]>",
    "=1+2|cmd",
    "@SUM(A1)",
    "+A1",
    "-A1",
    "' OR 1=1 --",
    "{label}",
    "{{ form }}",
    "{% raw %}",
    "%00%0a",
    "&lt;&amp;\"'",
    "&#0;",
    "a\tb",
    "\u{200b}\u{feff}",
    "../../x",
    "C:\\x",
    "\u{fffd}\u{10ffff}",
    "e\u{301}\u{301}\u{301}",
    "$(id)`id`",
    "  ",
];

pub fn words(numbers: &mut Numbers) -> String {
    let pieces: Vec<&str> = (0..=numbers.below(2))
        .map(|_| numbers.one(&PIECES))
        .collect();
    format!("x{}", pieces.concat())
}

fn question(field: &Field, name: &str, wrong_one_in: usize, numbers: &mut Numbers) -> Typed {
    let wrong = numbers.seldom(wrong_one_in);
    match field.kind {
        FieldKind::Information | FieldKind::Stop => Typed {
            sent: vec![(name.to_owned(), "x".to_owned())],
            ..Typed::default()
        },
        FieldKind::ShortText | FieldKind::LongText => prose(field, name, wrong, numbers),
        FieldKind::Choice | FieldKind::Person | FieldKind::YesNo => {
            choice(field, name, wrong, numbers)
        }
        FieldKind::Choices => choices(field, name, wrong, numbers),
        FieldKind::Date => day(field, name, wrong, numbers),
        FieldKind::ApproximateDate => moment(name, wrong, numbers),
        FieldKind::Time
        | FieldKind::Number
        | FieldKind::Money
        | FieldKind::Phone
        | FieldKind::Email => box_of(field, name, wrong, numbers),
        FieldKind::File => Typed {
            sent: vec![
                (name.to_owned(), "b00-1".to_owned()),
                (name.to_owned(), "../../etc/passwd".to_owned()),
            ],
            ..Typed::default()
        },
        FieldKind::Group => group(field, wrong_one_in, numbers),
    }
}

/// Takes a question that has one box.
fn one_box(name: &str, typed: &str, outcome: Outcome) -> Typed {
    let pair = (name.to_owned(), typed.to_owned());
    let mut kept = vec![(name.to_owned(), one_line_end(typed))];
    kept.retain(|(_, value)| !value.is_empty());
    let mut drawn = Typed {
        sent: vec![pair],
        kept,
        ..Typed::default()
    };
    match outcome {
        Outcome::Nothing => {}
        Outcome::Stored(value) => drawn.stored = Some(value),
        Outcome::Wrong(key) => drawn.wrong = vec![(name.to_owned(), String::new(), key)],
    }
    drawn
}

enum Outcome {
    Nothing,
    Stored(Value),
    Wrong(&'static str),
}

fn one_line_end(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Draws a text, and what becomes of it where so many characters fit.
fn text(most: usize, lines: bool, wrong: bool, numbers: &mut Numbers) -> (String, Outcome) {
    let sound: String = words(numbers).chars().take(most).collect();
    if wrong {
        return match numbers.below(5) {
            0 => ("é".repeat(most + 1), Outcome::Wrong("answer.too_long")),
            1 => ("a".repeat(most + 9_000), Outcome::Wrong("answer.too_long")),
            2 if !lines => (
                "een\r\ntwee".to_owned(),
                Outcome::Wrong("answer.control_character"),
            ),
            _ => {
                let bad = numbers.one(&["\0", "\u{1b}[31m", "\u{85}", "\u{7f}", "\u{8}"]);
                let wrong = Outcome::Wrong("answer.control_character");
                (format!("{sound}{bad}"), wrong)
            }
        };
    }
    match numbers.below(12) {
        0 => (numbers.one(&[" ", "\t  ", ""]).to_owned(), Outcome::Nothing),
        1 => {
            let full = numbers.one(&["é", "👍", "\u{202e}", "<"]).repeat(most);
            (full.clone(), Outcome::Stored(json!(full)))
        }
        2 | 3 if lines => {
            let typed = format!("\r\n {sound}\r\ndrie\rvier\n\n");
            let stored = one_line_end(&typed);
            match stored.chars().count() <= most {
                true => (typed, Outcome::Stored(json!(stored))),
                false => (sound.clone(), Outcome::Stored(json!(sound))),
            }
        }
        _ => (sound.clone(), Outcome::Stored(json!(sound))),
    }
}

fn prose(field: &Field, name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let checked = [
        (Check::NoBsn, "nummer 111.222.333", "answer.bsn"),
        (Check::NoEmail, "mail x@voorbeeld.nl", "answer.no_email"),
    ];
    if numbers.seldom(3) {
        let (check, typed, key) = numbers.one(&checked);
        let refused = field.checks.contains(&check);
        // Without the check, it is a text like any other.
        if refused == wrong {
            let outcome = match refused {
                true => Outcome::Wrong(key),
                false => Outcome::Stored(json!(typed)),
            };
            return one_box(name, typed, outcome);
        }
    }
    let lines = field.kind == FieldKind::LongText;
    loop {
        let (typed, outcome) = text(field.max_length, lines, wrong, numbers);
        // Who answers everything rightly leaves nothing out that is asked.
        if wrong || !field.required || !matches!(outcome, Outcome::Nothing) {
            return one_box(name, &typed, outcome);
        }
    }
}

fn choice(field: &Field, name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let values: Vec<String> = field.values().into_iter().map(str::to_owned).collect();
    if let (true, Some(other)) = (wrong && numbers.seldom(2), field.other()) {
        let (words, outcome) = text(200, false, true, numbers);
        let mut typed = one_box(&format!("{name}.other"), &words, outcome);
        let pair = (name.to_owned(), other.value.clone());
        typed.sent.push(pair.clone());
        typed.kept.push(pair);
        for (of, part, _) in &mut typed.wrong {
            (*of, *part) = (name.to_owned(), ".other".to_owned());
        }
        return typed;
    }
    if wrong || values.is_empty() {
        let first = values.first().cloned().unwrap_or_default();
        let value = numbers.one(&[
            format!("{first}\0"),
            format!("{first} "),
            "a".repeat(1_000),
            "NOBODY".to_owned(),
        ]);
        let wrong = (name.to_owned(), String::new(), "answer.unknown_option");
        return Typed {
            sent: vec![(name.to_owned(), value)],
            wrong: vec![wrong],
            ..Typed::default()
        };
    }
    let value = numbers.one(&values);
    let stored = match (field.kind, value.as_str()) {
        (FieldKind::YesNo, value) => json!(value == "yes"),
        (_, value) => json!(value),
    };
    let pair = (name.to_owned(), value.clone());
    let mut typed = Typed {
        sent: vec![pair.clone()],
        kept: vec![pair],
        stored: Some(stored),
        ..Typed::default()
    };
    let is_other = field.other().is_some_and(|other| other.value == value);
    add_other(&mut typed, field, name, is_other, numbers);
    typed
}

/// Adds the words of "anders, namelijk", which count where that is chosen.
fn add_other(typed: &mut Typed, field: &Field, name: &str, chosen: bool, numbers: &mut Numbers) {
    if field.other().is_none() || numbers.seldom(2) {
        return;
    }
    let (words, outcome) = text(200, false, false, numbers);
    let name = format!("{name}.other");
    typed.sent.push((name.clone(), words.clone()));
    if !words.is_empty() {
        typed.kept.push((name, words));
    }
    if let (true, Outcome::Stored(Value::String(words))) = (chosen, outcome) {
        typed.other = Some(words);
    }
}

fn choices(field: &Field, name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let values: Vec<String> = field.values().into_iter().map(str::to_owned).collect();
    let mut chosen: Vec<String> = (0..=numbers.below(4))
        .map(|_| numbers.one(&values))
        .collect();
    if numbers.seldom(10) {
        chosen = values.iter().rev().cloned().collect();
    }
    let is_apart = |value: &String| field.option(value).is_some_and(|option| option.apart);
    let mut typed = Typed::default();
    let alone = values.iter().find(|value| is_apart(value));
    let together = values.iter().find(|value| !is_apart(value));
    if let (true, Some(alone), Some(together)) = (wrong && numbers.seldom(2), alone, together) {
        chosen = vec![alone.clone(), together.clone()];
        typed.wrong = vec![(name.to_owned(), String::new(), "answer.apart")];
        typed.kept = chosen
            .iter()
            .map(|value| (name.to_owned(), value.clone()))
            .collect();
    } else if wrong {
        let at = numbers.below(chosen.len() + 1);
        chosen.insert(at, numbers.one(&["A", "\u{202e}", "-1", " "]).to_owned());
        let wrong = (name.to_owned(), String::new(), "answer.unknown_option");
        typed.wrong = vec![wrong];
    } else {
        // What stands apart goes with nothing else.
        match chosen.first().cloned() {
            Some(first) if is_apart(&first) => chosen = vec![first],
            _ => chosen.retain(|value| !is_apart(value)),
        }
        let in_order = values.iter().filter(|value| chosen.contains(value));
        let in_order: Vec<String> = in_order.cloned().collect();
        let kept = in_order
            .iter()
            .map(|value| (name.to_owned(), value.clone()));
        typed.kept = kept.collect();
        typed.stored = Some(json!(in_order));
    }
    let is_other = field
        .other()
        .is_some_and(|other| chosen.contains(&other.value));
    typed.sent = chosen
        .into_iter()
        .map(|value| (name.to_owned(), value))
        .collect();
    add_other(&mut typed, field, name, is_other && !wrong, numbers);
    typed
}

type WrongDay = ([&'static str; 3], Vec<(&'static str, &'static str)>);
type DayRow = ([&'static str; 3], [&'static str; 3], &'static str);

fn day(field: &Field, name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let mut right: Vec<DayRow> = vec![(["22", "11", "2026"], ["22", "11", "2026"], "2026-11-22")];
    let mut bad: Vec<WrongDay> = vec![
        (
            ["31", "2", "2026"],
            vec![(".day", "answer.date.impossible")],
        ),
        (
            ["29", "feb", "2026"],
            vec![(".day", "answer.date.impossible")],
        ),
        (
            ["1", "smarch", "2026"],
            vec![(".month", "answer.date.wrong_month")],
        ),
        (["1", "2", ""], vec![(".year", "answer.date.missing_year")]),
        (
            ["x\0", "13", "20266"],
            vec![
                (".day", "answer.date.wrong_day"),
                (".month", "answer.date.wrong_month"),
                (".year", "answer.date.wrong_year"),
            ],
        ),
        (
            ["1", "1", "1899"],
            vec![(".year", "answer.date.wrong_year")],
        ),
        (
            ["1", "1", "2200"],
            vec![(".year", "answer.date.wrong_year")],
        ),
    ];
    if field.days == Days::Future {
        bad.push((["21", "11", "2026"], vec![(".day", "answer.date.past")]));
    } else {
        right.push((["1", "feb", "26"], ["1", "feb", "26"], "2026-02-01"));
        right.push((["1-2-26", "", ""], ["1", "2", "26"], "2026-02-01"));
        right.push((
            ["29", "Februari", "2024"],
            ["29", "Februari", "2024"],
            "2024-02-29",
        ));
    }
    if field.days == Days::Past {
        bad.push((["23", "11", "2026"], vec![(".day", "answer.date.future")]));
    } else {
        right.push((["1", "1", "2027"], ["1", "1", "2027"], "2027-01-01"));
    }
    let parts = [".day", ".month", ".year"];
    let pairs = |values: [&str; 3]| -> Pairs {
        let pairs = parts.iter().zip(values);
        pairs
            .map(|(part, value)| (format!("{name}{part}"), value.to_owned()))
            .collect()
    };
    if wrong {
        let (typed, wrong) = numbers.one(&bad);
        let wrong = wrong.into_iter();
        return Typed {
            sent: pairs(typed),
            kept: not_empty(pairs(typed)),
            wrong: wrong
                .map(|(part, key)| (name.to_owned(), part.to_owned(), key))
                .collect(),
            ..Typed::default()
        };
    }
    let (typed, kept, stored) = numbers.one(&right);
    Typed {
        sent: pairs(typed),
        kept: not_empty(pairs(kept)),
        stored: Some(json!(stored)),
        ..Typed::default()
    }
}

fn not_empty(mut pairs: Pairs) -> Pairs {
    pairs.retain(|(_, value)| !value.is_empty());
    pairs
}

fn moment(name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let parts = |parts: &[(&str, &str)]| -> Pairs {
        let named = parts.iter();
        named
            .map(|(part, value)| (format!("{name}.{part}"), (*value).to_owned()))
            .collect()
    };
    let day = |day, month, year| {
        [
            ("known", "date"),
            ("day", day),
            ("month", month),
            ("year", year),
        ]
    };
    if wrong {
        let mut typed: Vec<(Pairs, &'static str, &'static str)> = vec![
            (
                parts(&[("known", "today"), ("part_of_day", "noon")]),
                "part_of_day",
                "answer.unknown_option",
            ),
            (
                parts(&[("part_of_day", "evening")]),
                "known",
                "answer.date.day_of_time",
            ),
            (
                parts(&[("known", "about"), ("about", "a\0b")]),
                "about",
                "answer.control_character",
            ),
            (
                parts(&[
                    ("known", "today"),
                    ("time", "14.30"),
                    ("part_of_day", "night"),
                ]),
                "part_of_day",
                "answer.date.two_times",
            ),
            (
                parts(&[("known", "yesterday"), ("about", "a week ago")]),
                "known",
                "answer.date.day_and_about",
            ),
            (
                parts(&[("known", "about"), ("time", "9")]),
                "known",
                "answer.date.about_and_day",
            ),
            (
                parts(&[("known", "yesterday\0")]),
                "known",
                "answer.unknown_option",
            ),
            (parts(&[("known", "date")]), "day", "answer.date.missing"),
            (
                parts(&[("known", "today"), ("time", "half drie")]),
                "time",
                "answer.date.wrong_time",
            ),
            (parts(&day("23", "11", "2026")), "day", "answer.date.future"),
            (
                parts(&day("31", "april", "2026")),
                "day",
                "answer.date.impossible",
            ),
            (
                parts(&day("1", "1", "2010")),
                "year",
                "answer.date.long_ago",
            ),
            (
                parts(&day("1", "", "2026")),
                "month",
                "answer.date.missing_month",
            ),
        ];
        let (sent, part, key) = typed.swap_remove(numbers.below(typed.len()));
        return Typed {
            // What is chosen but not offered has no place on a page, and today is shown as such.
            kept: sent
                .iter()
                .filter(|(_, value)| {
                    let shown = ["date", "half drie", "a\0b", "14.30", "a week ago", "9"];
                    shown.contains(&value.as_str())
                })
                .cloned()
                .collect(),
            sent,
            wrong: vec![(name.to_owned(), format!(".{part}"), key)],
            ..Typed::default()
        };
    }
    let about = words(numbers);
    let mut right: Vec<(Pairs, Value)> = vec![
        (
            parts(&[
                ("known", "today"),
                ("time", "14.30"),
                ("part_of_day", "afternoon"),
            ]),
            json!({"known": "date", "date": "2026-11-22", "time": "14:30", "part_of_day": "afternoon"}),
        ),
        (
            parts(&[("known", "yesterday")]),
            json!({"known": "date", "date": "2026-11-21"}),
        ),
        (
            parts(&day("1", "2", "26")),
            json!({"known": "date", "date": "2026-02-01"}),
        ),
        (
            parts(&[("day", "2026-02-01"), ("time", "9u")]),
            json!({"known": "date", "date": "2026-02-01", "time": "09:00"}),
        ),
        (parts(&[("known", "about")]), json!({"known": "about"})),
        (
            parts(&[("about", &about)]),
            json!({"known": "about", "about": about}),
        ),
        (
            parts(&[("known", "about"), ("about", &about)]),
            json!({"known": "about", "about": about}),
        ),
    ];
    let (sent, stored) = right.swap_remove(numbers.below(right.len()));
    Typed {
        kept: sent
            .iter()
            .filter(|(name, _)| name.ends_with(".about"))
            .cloned()
            .collect(),
        sent,
        stored: Some(stored),
        ..Typed::default()
    }
}

fn box_of(field: &Field, name: &str, wrong: bool, numbers: &mut Numbers) -> Typed {
    let (min, max) = (field.min.unwrap_or(i64::MIN), field.max.unwrap_or(i64::MAX));
    let fits = |number: i64| (min..=max).contains(&number);
    let mut right: Vec<(String, Value)> = Vec::new();
    let mut bad: Vec<(String, &'static str)> = Vec::new();
    let mut add = |typed: &str, value: Value| right.push((typed.to_owned(), value));
    match field.kind {
        FieldKind::Time => {
            add("14:30", json!("14:30"));
            add(" 1430 ", json!("14:30"));
            add("9u05", json!("09:05"));
            bad.extend(["half drie", "25:00", "\0"].map(|typed| (typed.to_owned(), "answer.time")));
        }
        FieldKind::Number => {
            for (typed, number) in [
                (" 12 ", 12),
                ("1.000", 1_000),
                ("0", 0),
                ("007", 7),
                ("-3", -3),
            ] {
                if fits(number) {
                    add(typed, json!(number));
                } else {
                    let key = if number < min {
                        "answer.number.least"
                    } else {
                        "answer.number.most"
                    };
                    bad.push((typed.to_owned(), key));
                }
            }
            if let Some(max) = field.max {
                bad.push(((max + 1).to_string(), "answer.number.most"));
            }
            let none = ["1,5", "٣", "1e3", "drie", "1\0", "12345678901234567890"];
            bad.extend(none.map(|typed| (typed.to_owned(), "answer.number")));
        }
        FieldKind::Money => {
            for (typed, euros, stored) in [
                ("12", 12, "12.00"),
                (" 12,5 ", 13, "12.50"),
                ("€ 1250", 1_250, "1250.00"),
                ("1.250,50", 1_251, "1250.50"),
                ("1,250.50", 1_251, "1250.50"),
                ("0", 0, "0.00"),
                ("12,-", 12, "12.00"),
            ] {
                if fits(euros) {
                    add(typed, json!(stored));
                }
            }
            if let Some(max) = field.max {
                bad.push((format!("{max},01"), "answer.money.most"));
            }
            let none = ["-1", "twaalf", "1\0", "=1+1", "99999999999999999999"];
            bad.extend(none.map(|typed| (typed.to_owned(), "answer.money")));
        }
        FieldKind::Phone => {
            add(" 06 12 34 56 78 ", json!("06 12 34 56 78"));
            add("+31 (0)70-123.45.67", json!("+31 (0)70-123.45.67"));
            bad.extend(
                ["bel maar", "12", "06+12345678", "123456789012345678"]
                    .map(|typed| (typed.to_owned(), "answer.phone")),
            );
            bad.push(("06\r\n12345678".to_owned(), "answer.control_character"));
        }
        _ => {
            add("a@b.nl", json!("a@b.nl"));
            add(
                " jan.o'neill+werk@voorbeeld.nl ",
                json!("jan.o'neill+werk@voorbeeld.nl"),
            );
            bad.extend(
                ["jan", "a\u{202e}@b.nl", "<a@b.nl>", "a@b.nl,c@d.nl"]
                    .map(|typed| (typed.to_owned(), "answer.email")),
            );
            bad.push((
                "a@b.nl\r\nBcc: c@d.nl".to_owned(),
                "answer.control_character",
            ));
        }
    }
    if wrong {
        let (typed, key) = numbers.one(&bad);
        return one_box(name, &typed, Outcome::Wrong(key));
    }
    let (typed, value) = numbers.one(&right);
    one_box(name, &typed, Outcome::Stored(value))
}

fn group(group: &Field, wrong_one_in: usize, numbers: &mut Numbers) -> Typed {
    let name = group.name.as_str();
    let mut typed = Typed::default();
    let count = numbers.one(&["", "0", "2", "x", "99999999999999999999"]);
    typed.sent.push((format!("{name}.count"), count.to_owned()));
    let items = match numbers.seldom(20) {
        true => group.most,
        false => group.most.min(3),
    };
    let mut stored = Vec::new();
    for number in 1..=items {
        let mut item = Map::new();
        let mut given = false;
        for sub in &group.fields {
            if numbers.seldom(3) {
                continue;
            }
            let sub_name = format!("{name}.{number}.{}", sub.name);
            let answer = question(sub, &sub_name, wrong_one_in, numbers);
            typed.sent.extend(answer.sent);
            typed.kept.extend(answer.kept);
            given |= answer.stored.is_some() || !answer.wrong.is_empty();
            typed.wrong.extend(answer.wrong);
            if let Some(value) = answer.stored {
                item.insert(sub.name.to_string(), value);
            }
            if let Some(words) = answer.other {
                item.insert(format!("{}_other", sub.name), json!(words));
            }
        }
        if given {
            let asked = group.fields.iter().filter(|sub| sub.required);
            for sub in asked.filter(|sub| !item.contains_key(sub.name.as_str())) {
                let sub_name = format!("{name}.{number}.{}", sub.name);
                if typed.wrong.iter().all(|(wrong, ..)| *wrong != sub_name) {
                    typed.wrong.push(missing(sub, &sub_name));
                }
            }
            stored.push(Value::Object(item));
        }
    }
    let beyond = format!("{name}.{}.{}", group.most + 1, group.fields[0].name);
    typed.sent.push((beyond, "one too many".to_owned()));
    if typed.wrong.is_empty() && !stored.is_empty() {
        typed.stored = Some(Value::Array(stored));
    }
    typed
}
