//! Answers in words, for the check page and the list of answers.

use jiff::civil::Date;
use serde_json::Value;

use super::answers::{Answer, Answers};
use super::approximate_date::ApproximateDate;
use super::clock_time;
use super::field::Field;
use super::money::Money;
use crate::language::Language;
use crate::message::Catalogue;

/// A language, with the texts of the theme in it.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) language: Language,
    pub(super) catalogue: &'a Catalogue,
}

impl Words<'_> {
    /// Returns the answer to a question, one line each; none where it was skipped.
    pub(super) fn lines(self, field: &Field, answers: &Answers) -> Vec<String> {
        let other = match answers.get(&field.name.other()) {
            Some(Answer::Text(words)) => Some(words.as_str()),
            _ => None,
        };
        let option = |value: &str| match field.option(value) {
            Some(option) if option.other => self.option(option.label.get(self.language), other),
            Some(option) => option.label.get(self.language).to_owned(),
            None => value.to_owned(),
        };
        match answers.get(field.name.as_str()) {
            None => Vec::new(),
            Some(Answer::Choice(value)) => vec![option(value)],
            Some(Answer::Choices(values)) => values.iter().map(|value| option(value)).collect(),
            Some(Answer::Group(items)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.item(field, at + 1, item))
                .collect(),
            Some(answer) => self.unread(answer),
        }
    }

    /// Returns an answer as it stands, where no question goes with it.
    pub(super) fn unread(self, answer: &Answer) -> Vec<String> {
        let text = |key| self.catalogue.text(key, &[]);
        match answer {
            Answer::Text(words) | Answer::Choice(words) => lines_of(words),
            Answer::Choices(values) => values.clone(),
            Answer::YesNo(true) => vec![text("answer.yes")],
            Answer::YesNo(false) => vec![text("answer.no")],
            Answer::Day(date) => vec![self.day(*date)],
            Answer::Approximate(date) => self.approximate(date),
            Answer::Time(time) => vec![clock_time::written(*time)],
            Answer::Number(number) => vec![number.to_string()],
            Answer::Money(money) => vec![self.money(*money)],
            Answer::Files(ids) => {
                let count = ids.len().to_string();
                let key = match ids.len() {
                    1 => "answer.files.one",
                    _ => "answer.files.other",
                };
                vec![self.catalogue.text(key, &[("count", &count)])]
            }
            Answer::Group(_) => Vec::new(),
            Answer::Unread(Value::String(words)) => lines_of(words),
            Answer::Unread(value) => vec![value.to_string()],
        }
    }

    /// Returns an amount with its sign.
    pub(super) fn money(self, money: Money) -> String {
        let thousands = self.catalogue.text("answer.money.thousands", &[]);
        let decimal = self.catalogue.text("answer.money.decimal", &[]);
        let amount = money.written(&thousands, &decimal);
        self.catalogue
            .text("answer.money.written", &[("amount", &amount)])
    }

    fn option(self, label: &str, other: Option<&str>) -> String {
        match other {
            Some(words) => self.catalogue.text(
                "answer.other.written",
                &[("option", label), ("text", &isolated(words))],
            ),
            None => label.to_owned(),
        }
    }

    fn item(self, group: &Field, number: usize, item: &Answers) -> String {
        let answered: Vec<String> = group
            .fields
            .iter()
            .filter(|sub| item.get(sub.name.as_str()).is_some())
            .map(|sub| {
                let label = sub.short_label().get(self.language);
                let answer = isolated(&self.lines(sub, item).join(" "));
                let arguments = [("label", label), ("answer", answer.as_str())];
                // After a question mark no colon follows.
                let key = match label.ends_with('?') {
                    true => "answer.group.question",
                    false => "answer.group.part",
                };
                self.catalogue.text(key, &arguments)
            })
            .collect();
        self.of_item(group, number, &answered.join("; "))
    }

    /// Returns words about one item of a group: `Schade 2: …`.
    pub(super) fn of_item(self, group: &Field, number: usize, words: &str) -> String {
        let arguments = [
            ("item", group.item_label().get(self.language)),
            ("number", &number.to_string()),
            ("text", words),
        ];
        self.catalogue.text("answer.group.item", &arguments)
    }

    pub(super) fn day(self, date: Date) -> String {
        let weekday = date.weekday().to_monday_one_offset();
        let word = |key: String| self.catalogue.text(&key, &[]);
        let arguments = [
            ("weekday", &*word(format!("answer.weekday.{weekday}"))),
            ("day", &date.day().to_string()),
            ("month", &word(format!("month.{}", date.month()))),
            ("year", &date.year().to_string()),
        ];
        self.catalogue.text("answer.date.written", &arguments)
    }

    fn approximate(self, date: &ApproximateDate) -> Vec<String> {
        match date {
            ApproximateDate::Day {
                date,
                time,
                part_of_day,
            } => {
                let mut line = self.day(*date);
                if let Some(time) = time {
                    let time = clock_time::written(*time);
                    let arguments = [("date", line.as_str()), ("time", time.as_str())];
                    line = self.catalogue.text("answer.date.written_time", &arguments);
                }
                if let Some(part) = part_of_day {
                    let part = self.catalogue.text(part.key(), &[]);
                    let arguments = [("date", line.as_str()), ("part", part.as_str())];
                    line = self.catalogue.text("answer.date.written_part", &arguments);
                }
                vec![line]
            }
            ApproximateDate::About { words } => {
                let mut lines = vec![self.catalogue.text("answer.date.known.about", &[])];
                lines.extend(words.iter().flat_map(|words| lines_of(words)));
                lines
            }
        }
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Keeps marks for the direction of writing within what was typed, so that they do not turn around the
/// words that we put beside it in one line (Unicode Standard Annex 9, 2.4: isolates). An end that was typed could
/// close ours, so there is one more of ours than of those.
fn isolated(line: &str) -> String {
    const STARTS: [char; 8] = [
        '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', START, '\u{2069}',
    ];
    const START: char = '\u{2068}';
    const END: char = '\u{2069}';
    if !line.contains(STARTS) {
        return line.to_owned();
    }
    let starts = line.matches(['\u{2066}', '\u{2067}', START]).count();
    let own = line.matches(END).count() + 1;
    let start = START.to_string().repeat(own);
    let end = END.to_string().repeat(own + starts);
    format!("{start}{line}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Definition, Draft};
    use crate::source_text::SourceText;
    use jiff::civil::date;
    use serde_json::json;

    const TODAY: Date = date(2026, 11, 22);

    const FORM: &str = "\
address: melden
version: 1
languages: nl
title: Formulier
to: coordinator
pages:
  - id: one
    title: Een
    fields:
      - name: contact
        kind: choice
        privacy: P1
        counted: true
        label: Contact
        options: [{ value: phone, label: Bel }, { value: other, label: Anders, other: true }]
      - { name: moment, kind: approximate_date, privacy: P0, label: Moment }
      - name: damage
        kind: group
        label: Schade
        item: Ding
        most: 3
        fields:
          - { name: what, kind: short_text, privacy: P1, label: Wat }
          - { name: cost, kind: money, privacy: P3, label: Bedrag, max: 2000 }
      - { name: after, kind: yes_no, privacy: P0, label: Daarna }
";

    fn form() -> Definition {
        let source = SourceText::new("forms/form.yaml", FORM);
        Definition::parse(&source).0.unwrap()
    }

    fn catalogue() -> Catalogue {
        let text = include_str!("../../themes/basis/messages/nl.yaml");
        Catalogue::parse(&SourceText::new("nl.yaml", text)).0
    }

    fn draft(sent: &[(&str, &str)]) -> Draft {
        let sent = sent.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Draft::read(&form(), &sent.collect::<Vec<_>>(), TODAY).in_language(Language::Nl)
    }

    const FULL: [(&str, &str); 9] = [
        ("contact", "other"),
        ("contact.other", "via mijn collega"),
        ("moment.known", "yesterday"),
        ("moment.part_of_day", "evening"),
        ("damage.count", "3"),
        ("damage.1.what", "bril"),
        ("damage.1.cost", "1.250"),
        ("damage.3.what", "jas"),
        ("after", "yes"),
    ];

    #[test]
    fn answers_of_every_kind_are_shown_in_words() {
        let form = form();
        let answers = form.answers(&draft(&FULL), TODAY).unwrap();
        let rows = answers.rows(&form, Language::Nl, &catalogue());
        let lines: Vec<_> = rows.into_iter().map(|row| row.lines.join(" | ")).collect();
        assert_eq!(
            lines,
            [
                "Anders: via mijn collega",
                "zaterdag 21 november 2026, in de avond",
                "Ding 1: Wat: bril; Bedrag: € 1.250,00 | Ding 2: Wat: jas",
                "Ja"
            ]
        );
    }

    #[test]
    fn what_turns_the_writing_around_turns_nothing_beside_it() {
        let form = form();
        let lines = |name: &str, typed: &str| {
            let sent = [("contact", "other"), (name, typed), ("damage.1.cost", "12")];
            let answers = form.answers(&draft(&sent), TODAY).unwrap();
            let rows = answers.rows(&form, Language::Nl, &catalogue());
            rows.into_iter()
                .flat_map(|row| row.lines)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines("contact.other", "\u{202e}drek")[0],
            "Anders: \u{2068}\u{202e}drek\u{2069}"
        );
        // An end that was typed closes nothing of ours.
        assert_eq!(
            lines("damage.1.what", "a\u{2069}\u{2067}b")[1],
            "Ding 1: Wat: \u{2068}\u{2068}a\u{2069}\u{2067}b\u{2069}\u{2069}\u{2069}; Bedrag: € 12,00"
        );
    }

    #[test]
    fn no_colon_follows_a_question_mark() {
        let source = SourceText::new(
            "forms/form.yaml",
            FORM.replace("label: Wat }", "label: Wat? }"),
        );
        let form = Definition::parse(&source).0.unwrap();
        let answers = form.answers(&draft(&FULL), TODAY).unwrap();
        let rows = answers.rows(&form, Language::Nl, &catalogue());
        assert_eq!(rows[2].lines[1], "Ding 2: Wat? jas");
    }

    #[test]
    fn a_group_with_something_that_identifies_is_kept_apart_as_a_whole() {
        let form = form();
        let parts = form.answers(&draft(&FULL), TODAY).unwrap().stored(&form);
        let damage = json!([{"what": "bril", "cost": "1250.00"}, {"what": "jas"}]);
        assert_eq!(json!(parts.names), json!({"damage": damage}));
        assert_eq!(json!(parts.countable), json!({"contact": "other"}));
        assert_eq!(parts.answers["contact_other"], "via mijn collega");
    }

    #[test]
    fn own_words_go_with_their_option_only() {
        let form = form();
        let sent = [("contact", "phone"), ("contact.other", "niet\0 bewaren")];
        let answers = form.answers(&draft(&sent), TODAY).unwrap();
        assert_eq!(answers.to_json(&form), json!({"contact": "phone"}));
        // They stay on the page, for who chooses again.
        assert_eq!(draft(&sent).other("contact"), "niet\0 bewaren");
    }

    #[test]
    fn items_are_added_and_removed_in_their_place() {
        let form = form();
        let group = form.field("damage").unwrap();
        let same = |draft: Draft| {
            let again = Draft::read(&form, &draft.to_pairs(), TODAY);
            assert_eq!(again.in_language(Language::Nl), draft);
            draft
        };
        let removed = same(draft(&FULL).remove_item(&form, "damage", 1));
        assert_eq!(removed.item_count(group), 2);
        assert_eq!(removed.value("damage.2.what"), "jas");
        assert_eq!(removed.value("damage.1.what"), "");
        let added = same(removed.add_item(&form, "damage").add_item(&form, "damage"));
        assert_eq!(added.item_count(group), 3);
        let empty = same(draft(&[("after", "no")]).add_item(&form, "damage"));
        assert_eq!(empty.item_count(group), 2);
        let none = same(
            empty
                .remove_item(&form, "damage", 2)
                .remove_item(&form, "damage", 1),
        );
        assert_eq!(none.item_count(group), 1);
        let untouched = draft(&FULL);
        for number in [0, 4, usize::MAX] {
            assert_eq!(
                untouched.clone().remove_item(&form, "damage", number),
                untouched
            );
        }
        assert_eq!(untouched.clone().add_item(&form, "contact"), untouched);
    }

    #[test]
    fn a_mistake_in_an_item_names_the_item_and_leads_to_its_input() {
        let form = form();
        let sent = [("damage.2.cost", "2000,01"), ("damage.2.what", "bril")];
        let errors = form.answers(&draft(&sent), TODAY).unwrap_err();
        let words = |error: &crate::form::FieldError| {
            let message = error.message(&form, Language::Nl, &catalogue());
            (error.input_id(), message)
        };
        let expected = "Ding 2: Vul een bedrag in van € 2.000,00 of minder.";
        assert_eq!(words(&errors[0]), ("damage-2-cost".into(), expected.into()));
        assert_eq!(errors.len(), 1);
    }
}
