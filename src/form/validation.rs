//! What is wrong with what was typed, and the way from a draft to answers.
//!
//! Every mistake is told at its field, with the key of a text that says what to do. Texts are in
//! the theme's catalogue under `answer.`; this room only names them.

use jiff::civil::Date;

use super::answers::{Answer, Answers};
use super::approximate_date::{ABOUT, ApproximateDate, KNOWN};
use super::calendar_day::{DAY, DateProblem, YEAR};
use super::definition::{Definition, Page};
use super::draft::{Draft, MOST_FILES, OTHER};
use super::field::{Check, Days, Field, FieldKind, FieldName, part_of};
use super::in_words::Words;
use super::money::Money;
use super::{citizen_number, clock_time, whole_number};
use crate::language::Language;
use crate::message::Catalogue;

/// Fewest digits of a telephone number: extensions inside an organisation have three.
const FEWEST_PHONE_DIGITS: usize = 3;

/// Most digits of a telephone number (ITU-T E.164: fifteen), with room for `00` before it.
const MOST_PHONE_DIGITS: usize = 17;

/// Characters of the words of "anders, namelijk": one line.
pub(super) const MOST_OTHER_CHARACTERS: usize = 200;

/// Years of a date that are no slip: whoever fills in a form was born after the first, and plans nothing
/// after the last.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// Characters of the id of a stored file, far above what we give out.
const LONGEST_FILE_ID: usize = 64;

/// One mistake in what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: FieldName,
    /// The item of the group and the question in it, where the field is a group.
    pub item: Option<ItemPlace>,
    /// The part of the field: `other`, or one of the parts of a date.
    pub part: Option<&'static str>,
    /// Key of the message in the theme's catalogue.
    pub key: &'static str,
    /// Values for the placeholders of the message.
    pub arguments: Vec<(&'static str, String)>,
}

/// A question of one item of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemPlace {
    /// The item, from 1.
    pub number: usize,
    /// The question.
    pub field: FieldName,
}

impl Definition {
    /// Returns what is wrong on one page; nothing for an unknown page.
    pub fn check_page(&self, id: &str, draft: &Draft, today: Date) -> Vec<FieldError> {
        let Some(page) = self.page(id) else {
            return Vec::new();
        };
        self.visible_fields_of(page, draft)
            .into_iter()
            .filter_map(|field| Input::of(field).answered(draft, today).err())
            .flatten()
            .collect()
    }

    /// Returns the first page that is shown and on which something is wrong.
    pub fn first_page_with_problem(&self, draft: &Draft, today: Date) -> Option<&Page> {
        self.visible_pages(draft)
            .into_iter()
            .find(|page| !self.check_page(&page.id, draft, today).is_empty())
    }

    /// Makes answers of a draft. What was typed in fields that are not shown is left out.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong, in the order of the form.
    pub fn answers(&self, draft: &Draft, today: Date) -> Result<Answers, Vec<FieldError>> {
        let inputs = self.visible_fields(draft).into_iter().map(Input::of);
        all_answered(inputs, draft, today).map(Answers::of)
    }
}

impl FieldError {
    fn with(mut self, name: &'static str, value: impl ToString) -> FieldError {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Returns the message in words, without "Fout:". `catalogue` is the theme's.
    pub fn message(
        &self,
        definition: &Definition,
        language: Language,
        catalogue: &Catalogue,
    ) -> String {
        let words = Words {
            language,
            catalogue,
        };
        let field = definition.field(self.field.as_str());
        let Some((group, item)) = field.zip(self.item.as_ref()) else {
            return self.words(field, words);
        };
        let sub = group.fields.iter().find(|sub| sub.name == item.field);
        words.of_item(group, item.number, &self.words(sub, words))
    }

    fn words(&self, field: Option<&Field>, words: Words<'_>) -> String {
        let own = field.and_then(|field| field.missing.as_ref());
        if let (Some(own), true) = (own, self.key.starts_with("answer.missing.")) {
            return own.get(words.language).to_owned();
        }
        let label = field.map_or("", |field| field.label.get(words.language));
        let mut arguments: Vec<(&str, &str)> = vec![("label", label)];
        arguments.extend(self.arguments.iter().map(|(n, v)| (*n, v.as_str())));
        let month = self
            .arguments
            .iter()
            .find(|(name, _)| *name == "month")
            .map(|(_, number)| words.catalogue.text(&format!("month.{number}"), &[]));
        if let Some(month) = &month {
            arguments.push(("month_name", month));
        }
        let amount = self
            .arguments
            .iter()
            .find(|(name, _)| *name == "euros")
            .and_then(|(_, euros)| euros.parse().ok())
            .map(|euros| words.money(Money::of_euros(euros)));
        if let Some(amount) = &amount {
            arguments.push(("amount", amount));
        }
        words.catalogue.text(self.key, &arguments)
    }

    /// Returns the id of the input that the mistake is about: its name in the form data with `-` for
    /// `.`.
    pub fn input_id(&self) -> String {
        let mut id = self.field.to_string();
        if let Some(item) = &self.item {
            id = self.field.of_item(item.number, &item.field);
        }
        if let Some(part) = self.part {
            id = part_of(&id, part);
        }
        id.replace('.', "-")
    }
}

/// A question where it is asked: by itself, or in an item of a group.
struct Input<'a> {
    field: &'a Field,
    /// Its name in the form data.
    name: String,
    item: Option<(&'a Field, usize)>,
}

type Mistakes = Vec<FieldError>;

fn all_answered<'a>(
    inputs: impl Iterator<Item = Input<'a>>,
    draft: &Draft,
    today: Date,
) -> Result<Vec<(String, Answer)>, Mistakes> {
    let mut given = Vec::new();
    let mut errors = Vec::new();
    for input in inputs {
        match input.answered(draft, today) {
            Ok(answers) => given.extend(answers),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() {
        Ok(given)
    } else {
        Err(errors)
    }
}

impl<'a> Input<'a> {
    fn of(field: &'a Field) -> Input<'a> {
        Input {
            field,
            name: field.name.to_string(),
            item: None,
        }
    }

    fn in_item(group: &'a Field, number: usize, field: &'a Field) -> Input<'a> {
        Input {
            field,
            name: group.name.of_item(number, &field.name),
            item: Some((group, number)),
        }
    }

    fn error(&self, key: &'static str) -> FieldError {
        FieldError {
            field: match self.item {
                Some((group, _)) => group.name.clone(),
                None => self.field.name.clone(),
            },
            item: self.item.map(|(_, number)| ItemPlace {
                number,
                field: self.field.name.clone(),
            }),
            part: None,
            key,
            arguments: Vec::new(),
        }
    }

    fn at(&self, part: &'static str, key: &'static str) -> FieldError {
        FieldError {
            part: Some(part),
            ..self.error(key)
        }
    }

    /// Reads what was answered, with the words of "anders, namelijk" as an answer of their own.
    fn answered(&self, draft: &Draft, today: Date) -> Result<Vec<(String, Answer)>, Mistakes> {
        let Some(answer) = self.answer(draft, today)? else {
            return match self.field.required {
                true => Err(vec![self.missing()]),
                false => Ok(Vec::new()),
            };
        };
        let other = self.other(&answer, draft)?;
        let mut given = vec![(self.field.name.to_string(), answer)];
        given.extend(other.map(|words| (self.field.name.other(), Answer::Text(words))));
        Ok(given)
    }

    fn answer(&self, draft: &Draft, today: Date) -> Result<Option<Answer>, Mistakes> {
        match self.field.kind {
            FieldKind::Information | FieldKind::Stop => Ok(None),
            FieldKind::Choice | FieldKind::Person => {
                Ok(self.chosen(draft)?.into_iter().next().map(Answer::Choice))
            }
            FieldKind::Choices => Ok(Some(self.chosen(draft)?)
                .filter(|chosen| !chosen.is_empty())
                .map(Answer::Choices)),
            FieldKind::YesNo => Ok(self
                .chosen(draft)?
                .first()
                .map(|value| Answer::YesNo(value == "yes"))),
            FieldKind::Date => self.day(draft, today),
            FieldKind::ApproximateDate => self.approximate_date(draft, today),
            FieldKind::Time | FieldKind::Number | FieldKind::Money => self.measured(draft),
            FieldKind::File => self.files(draft),
            FieldKind::Group => self.items(draft, today),
            FieldKind::ShortText | FieldKind::LongText | FieldKind::Phone | FieldKind::Email => {
                self.typed(draft)
            }
        }
    }

    fn missing(&self) -> FieldError {
        match self.field.kind {
            FieldKind::Choices => self.error("answer.missing.choices"),
            FieldKind::Choice | FieldKind::YesNo | FieldKind::Person => {
                self.error("answer.missing.choice")
            }
            FieldKind::Date => self.at(DAY, "answer.missing.day"),
            FieldKind::ApproximateDate => self.at(KNOWN, "answer.missing.date"),
            FieldKind::Time => self.error("answer.missing.time"),
            FieldKind::Phone => self.error("answer.missing.phone"),
            FieldKind::Email => self.error("answer.missing.email"),
            FieldKind::File => self.error("answer.missing.file"),
            FieldKind::Group => self.error("answer.missing.group"),
            _ => self.error("answer.missing.text"),
        }
    }

    /// Returns the chosen values in the order of the form.
    fn chosen(&self, draft: &Draft) -> Result<Vec<String>, Mistakes> {
        let values = self.field.values();
        let chosen = draft.values(&self.name);
        if !chosen.iter().all(|value| values.contains(value)) {
            return Err(vec![self.error("answer.unknown_option")]);
        }
        let chosen = values.into_iter().filter(|value| chosen.contains(value));
        Ok(chosen.map(str::to_owned).collect())
    }

    fn other(&self, answer: &Answer, draft: &Draft) -> Result<Option<String>, Mistakes> {
        let words = draft.other(&self.name);
        let is_chosen = |value: &str| answer.chosen().contains(&value);
        let wanted = self.field.other().is_some_and(|o| is_chosen(&o.value));
        if !wanted || words.trim().is_empty() {
            return Ok(None);
        }
        self.check_text(Some(OTHER), words, MOST_OTHER_CHARACTERS)?;
        Ok(Some(words.to_owned()))
    }

    fn typed(&self, draft: &Draft) -> Result<Option<Answer>, Mistakes> {
        let text = draft.value(&self.name);
        let text = if self.field.kind.is_prose() {
            text
        } else {
            text.trim()
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        self.check_text(None, text, self.field.max_length)?;
        let wrong = match self.field.kind {
            FieldKind::Phone if !is_phone(text) => Some("answer.phone"),
            FieldKind::Email if !is_email(text) => Some("answer.email"),
            _ => refused_by(&self.field.checks, text),
        };
        match wrong {
            Some(key) => Err(vec![self.error(key)]),
            None => Ok(Some(Answer::Text(text.to_owned()))),
        }
    }

    /// Reads a time, a number or an amount.
    fn measured(&self, draft: &Draft) -> Result<Option<Answer>, Mistakes> {
        let text = draft.value(&self.name).trim();
        if text.is_empty() {
            return Ok(None);
        }
        let read = match self.field.kind {
            FieldKind::Time => clock_time::read(text)
                .map(Answer::Time)
                .ok_or_else(|| self.error("answer.time")),
            FieldKind::Money => Money::read(text)
                .ok_or_else(|| self.error("answer.money"))
                .and_then(|money| self.within_amounts(money)),
            _ => whole_number::read(text)
                .ok_or_else(|| self.error("answer.number"))
                .and_then(|number| self.within_numbers(number)),
        };
        read.map(Some).map_err(|error| vec![error])
    }

    fn within_numbers(&self, number: i64) -> Result<Answer, FieldError> {
        match (self.field.min, self.field.max) {
            (Some(min), _) if number < min => {
                Err(self.error("answer.number.least").with("least", min))
            }
            (_, Some(max)) if number > max => {
                Err(self.error("answer.number.most").with("most", max))
            }
            _ => Ok(Answer::Number(number)),
        }
    }

    fn within_amounts(&self, money: Money) -> Result<Answer, FieldError> {
        match (self.field.min, self.field.max) {
            (Some(min), _) if money < Money::of_euros(min) => {
                Err(self.error("answer.money.least").with("euros", min))
            }
            (_, Some(max)) if money > Money::of_euros(max) => {
                Err(self.error("answer.money.most").with("euros", max))
            }
            _ => Ok(Answer::Money(money)),
        }
    }

    fn day(&self, draft: &Draft, today: Date) -> Result<Option<Answer>, Mistakes> {
        let typed = draft.typed_date(&self.name).typed_day();
        if typed.is_empty() {
            return Ok(None);
        }
        let date = typed
            .read()
            .map_err(|problems| self.date_errors(problems))?;
        let wrong = match self.field.days {
            _ if !YEARS.contains(&date.year()) => Some((YEAR, "answer.date.wrong_year")),
            Days::Past if date > today => Some((DAY, "answer.date.future")),
            Days::Future if date < today => Some((DAY, "answer.date.past")),
            _ => None,
        };
        match wrong {
            Some((part, key)) => Err(vec![self.at(part, key)]),
            None => Ok(Some(Answer::Day(date))),
        }
    }

    fn approximate_date(&self, draft: &Draft, today: Date) -> Result<Option<Answer>, Mistakes> {
        let typed = draft.typed_date(&self.name);
        let date = typed.read(today);
        let date = date.map_err(|problems| self.date_errors(problems))?;
        if let Some(ApproximateDate::About { words: Some(words) }) = &date {
            self.check_text(Some(ABOUT), words, self.field.max_length)?;
        }
        Ok(date.map(Answer::Approximate))
    }

    fn date_errors(&self, problems: Vec<DateProblem>) -> Mistakes {
        let error = |problem: DateProblem| FieldError {
            arguments: problem.arguments,
            ..self.at(problem.part, problem.key)
        };
        problems.into_iter().map(error).collect()
    }

    /// Returns the ids of the files. Whether they are there only the store can tell.
    fn files(&self, draft: &Draft) -> Result<Option<Answer>, Mistakes> {
        let ids = draft.values(&self.name);
        let is_id = |id: &&str| {
            id.len() <= LONGEST_FILE_ID && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if !ids.iter().all(is_id) {
            return Err(vec![self.error("answer.file")]);
        }
        if ids.len() > MOST_FILES {
            return Err(vec![
                self.error("answer.files.most").with("most", MOST_FILES),
            ]);
        }
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        Ok((!ids.is_empty()).then_some(Answer::Files(ids)))
    }

    /// Reads the items of a group in which something was typed.
    fn items(&self, draft: &Draft, today: Date) -> Result<Option<Answer>, Mistakes> {
        let group = self.field;
        let mut items = Vec::new();
        let mut errors = Vec::new();
        for number in 1..=draft.item_count(group) {
            if !draft.holds(&group.name.part(&number.to_string())) {
                continue;
            }
            let inputs = group.fields.iter();
            let inputs = inputs.map(|sub| Input::in_item(group, number, sub));
            match all_answered(inputs, draft, today) {
                Ok(given) if given.is_empty() => {}
                Ok(given) => items.push(Answers::of(given)),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok((!items.is_empty()).then_some(Answer::Group(items)))
    }

    fn check_text(
        &self,
        part: Option<&'static str>,
        text: &str,
        most: usize,
    ) -> Result<(), Mistakes> {
        let lines = self.field.kind == FieldKind::LongText;
        let length = text.chars().count();
        let error = if has_control_character(text, lines) {
            self.error("answer.control_character")
        } else if length > most {
            self.error("answer.too_long")
                .with("most", most)
                .with("length", length)
        } else {
            return Ok(());
        };
        Err(vec![FieldError { part, ..error }])
    }
}

/// Returns whether a text has characters nobody can see or type. Marks for the direction of writing
/// are none: they come along when somebody pastes a message.
pub(super) fn has_control_character(text: &str, lines: bool) -> bool {
    let allowed = |c: char| !c.is_control() || c == '\t' || (lines && c == '\n');
    !text.chars().all(allowed)
}

/// Returns the key of what a text must not hold and does.
pub(super) fn refused_by(checks: &[Check], text: &str) -> Option<&'static str> {
    checks.iter().find_map(|check| match check {
        Check::NoBsn => citizen_number::is_in(text).then_some("answer.bsn"),
        Check::NoEmail => citizen_number::has_email_address(text).then_some("answer.no_email"),
    })
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (FEWEST_PHONE_DIGITS..=MOST_PHONE_DIGITS).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()./".contains(c))
        && text.rfind('+').is_none_or(|at| at == 0)
}

/// Accepts what looks like an address; whether it exists only a message can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let odd = |c: char| c.is_whitespace() || is_invisible(c) || "@<>()[],;:\\\"".contains(c);
    let labels: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && !text.chars().any(|c| c.is_control())
        && !local.contains(odd)
        && !domain.contains(odd)
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
}

/// Marks for direction and joining (Unicode general category Cf, the part that texts carry).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::generated::Numbers;
    use crate::message::placeholders;
    use crate::source_text::SourceText;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    /// The smallest good report.
    const GOOD: [(&str, &str); 3] = [
        ("behaviour_kinds", "verbal"),
        ("occurred_at.known", "today"),
        ("contact_mode", "none"),
    ];

    fn form() -> Definition {
        Definition::shipped_form("incident").unwrap()
    }

    fn catalogue(language: Language) -> Catalogue {
        let text = match language {
            Language::Nl => include_str!("../../themes/basis/messages/nl.yaml"),
            Language::En => include_str!("../../themes/basis/messages/en.yaml"),
        };
        Catalogue::parse(&SourceText::new("messages.yaml", text)).0
    }

    fn draft(sent: &[(&str, &str)]) -> Draft {
        let sent: Vec<_> = sent
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Draft::read(&form(), &sent, TODAY)
    }

    /// Sends the good report with more pairs before it; they win where both have a name.
    fn answered(more: &[(&str, &str)]) -> Result<String, Vec<FieldError>> {
        let sent: Vec<_> = more.iter().chain(&GOOD).copied().collect();
        let form = form();
        let answers = form.answers(&draft(&sent), TODAY);
        answers.map(|answers| answers.to_json(&form).to_string())
    }

    fn accepts(more: &[(&str, &str)], stored: &str) {
        let json = answered(more).unwrap();
        assert!(json.contains(stored), "{json} has no {stored}");
    }

    fn refuses(more: &[(&str, &str)], field: &str, key: &str) {
        let errors = answered(more).unwrap_err();
        let found: Vec<_> = errors.iter().map(|e| (e.field.as_str(), e.key)).collect();
        assert_eq!(found, [(field, key)]);
        for language in Language::ALL {
            let message = errors[0].message(&form(), language, &catalogue(language));
            assert!(
                message.ends_with('.') && !message.contains('{'),
                "{message}"
            );
        }
    }

    #[test]
    fn three_answers_are_a_report() {
        assert_eq!(
            answered(&[]).unwrap(),
            r#"{"behaviour_kinds":["verbal"],"occurred_at":{"known":"date","date":"2026-11-22"},"contact_mode":"none"}"#
        );
    }

    #[test]
    fn nothing_typed_misses_three_answers_each_with_its_own_words() {
        let form = form();
        let errors = form.answers(&Draft::default(), TODAY).unwrap_err();
        let texts: Vec<String> = errors
            .iter()
            .map(|error| error.message(&form, Language::En, &catalogue(Language::En)))
            .collect();
        assert_eq!(
            texts,
            [
                "Choose what happened. You may choose more than one answer.",
                "Choose when it was. If you do not know exactly, you can choose that too.",
                "Choose how we may contact you. Rather not is fine too.",
            ]
        );
        let page = form.first_page_with_problem(&Draft::default(), TODAY);
        assert_eq!(page.map(|page| page.id.as_str()), Some("what"));
        assert_eq!(form.first_page_with_problem(&draft(&GOOD), TODAY), None);
    }

    #[test]
    fn one_page_is_checked_alone() {
        let form = form();
        let empty = Draft::default();
        assert_eq!(form.check_page("start", &empty, TODAY), []);
        assert_eq!(form.check_page("when", &empty, TODAY).len(), 1);
        assert_eq!(form.check_page("contact_details", &empty, TODAY), []);
        assert_eq!(form.check_page("nowhere", &empty, TODAY), []);
    }

    #[test]
    fn hidden_answers_are_left_out_before_anything_else() {
        let more = [
            ("phone", "no phone\0"),
            ("email", "x"),
            ("affected_informed", "perhaps"),
        ];
        assert_eq!(answered(&more), answered(&[]));
        refuses(
            &[("contact_mode", "phone"), ("phone", "x")],
            "phone",
            "answer.phone",
        );
    }

    #[test]
    fn what_only_steers_the_form_is_not_stored() {
        assert_eq!(answered(&[("help_now", "yes")]), answered(&[]));
        refuses(
            &[("help_now", "maybe")],
            "help_now",
            "answer.unknown_option",
        );
    }

    #[test]
    fn texts_are_kept_as_typed() {
        accepts(&[("short_story", " a\r\nb ")], r#""short_story":" a\nb ""#);
        accepts(
            &[("short_story", "tab\there")],
            r#""short_story":"tab\there""#,
        );
        accepts(
            &[("short_story", "\u{202e}omgekeerd\u{2069}")],
            "\u{202e}omgekeerd\u{2069}",
        );
        accepts(&[("short_story", "<script>&\"'")], r#"<script>&\"'"#);
        accepts(&[("short_story", &"👍".repeat(1000))], "👍👍");
        assert_eq!(answered(&[("short_story", " \r\n\t ")]), answered(&[]));
    }

    #[test]
    fn texts_that_cannot_be_kept_are_refused() {
        refuses(
            &[("short_story", "a\0b")],
            "short_story",
            "answer.control_character",
        );
        refuses(
            &[("short_story", "a\u{1b}[31m")],
            "short_story",
            "answer.control_character",
        );
        refuses(
            &[("short_story", "a\u{85}b")],
            "short_story",
            "answer.control_character",
        );
        refuses(
            &[("short_story", &"é".repeat(1001))],
            "short_story",
            "answer.too_long",
        );
        refuses(
            &[("short_story", &"a".repeat(1_000_000))],
            "short_story",
            "answer.too_long",
        );
        let about = [
            ("occurred_at.known", "about"),
            ("occurred_at.about", "a\nb"),
        ];
        refuses(&about, "occurred_at", "answer.control_character");
    }

    #[test]
    fn only_offered_options_are_chosen() {
        refuses(
            &[("behaviour_kinds", "Verbal")],
            "behaviour_kinds",
            "answer.unknown_option",
        );
        refuses(
            &[("contact_mode", "phone ")],
            "contact_mode",
            "answer.unknown_option",
        );
        accepts(
            &[("behaviour_kinds", "other"), ("behaviour_kinds", "threat")],
            r#"["verbal","threat","other"]"#,
        );
    }

    #[test]
    fn a_phone_number_looks_like_one() {
        let phone = |number| [("contact_mode", "phone"), ("phone", number)];
        accepts(&phone(" 06 12 34 56 78 "), r#""phone":"06 12 34 56 78""#);
        accepts(&phone("+31 (0)70-123.45.67"), "+31 (0)70-123.45.67");
        accepts(&phone("1234"), "1234");
        refuses(&phone(""), "phone", "answer.missing.phone");
        refuses(&phone("  "), "phone", "answer.missing.phone");
        refuses(&phone("12"), "phone", "answer.phone");
        refuses(&phone("bel maar"), "phone", "answer.phone");
        refuses(&phone("06+12345678"), "phone", "answer.phone");
        refuses(&phone("123456789012345678"), "phone", "answer.phone");
        refuses(
            &phone("06\r\n12345678"),
            "phone",
            "answer.control_character",
        );
    }

    #[test]
    fn an_email_address_looks_like_one() {
        let email = |address| [("contact_mode", "email"), ("email", address)];
        accepts(
            &email(" jan.o'neill+werk@voorbeeld.nl "),
            r#""jan.o'neill+werk@voorbeeld.nl""#,
        );
        accepts(&email("é@voorbeeld.nl"), "é@voorbeeld.nl");
        for wrong in [
            "jan",
            "jan@",
            "@b.nl",
            "a@b",
            "a@b.",
            "a@.nl",
            "a b@c.nl",
            "a@b@c.nl",
            "<a@b.nl>",
            "a@b.nl,c@d.nl",
            "a\u{202e}@b.nl",
        ] {
            refuses(&email(wrong), "email", "answer.email");
        }
        refuses(
            &email("a@b.nl\r\nBcc: x@y.nl"),
            "email",
            "answer.control_character",
        );
        refuses(
            &email(&format!("{}@voorbeeld.nl", "a".repeat(250))),
            "email",
            "answer.too_long",
        );
    }

    #[test]
    fn a_wrong_date_says_which_part_and_why() {
        let form = form();
        let sent = [
            ("occurred_at.known", "date"),
            ("occurred_at.day", "31"),
            ("occurred_at.month", "feb"),
            ("occurred_at.year", "26"),
        ];
        let errors = form.check_page("when", &draft(&sent), TODAY);
        assert_eq!(errors[0].input_id(), "occurred_at-day");
        assert_eq!(
            errors[0].message(&form, Language::Nl, &catalogue(Language::Nl)),
            "Vul een datum in die bestaat: februari 2026 heeft 28 dagen."
        );
    }

    #[test]
    fn whatever_is_sent_ends_in_answers_or_in_messages() {
        let form = form();
        let mut names: Vec<String> = vec!["".into(), "go".into(), "occurred_at".into(), ".".into()];
        let mut values: Vec<String> = [
            "",
            " ",
            "yes",
            "no",
            "today",
            "yesterday",
            "date",
            "about",
            "1",
            "31",
            "2",
            "26",
            "2026",
            "feb",
            "12:30",
            "24:61",
            "1-2-26",
            "9999",
            "\0",
            "\r",
            "\r\n",
            "\u{202e}",
            "06 12345678",
            "a@b.nl",
            "é",
            "👍",
            "-",
            "--",
            "@",
            "+",
            "{label}",
            "0000",
            "1 1 1 1",
        ]
        .map(str::to_owned)
        .to_vec();
        for field in form.fields() {
            names.push(field.name.to_string());
            values.extend(field.values().into_iter().map(str::to_owned));
            for part in super::super::DATE_PARTS {
                names.push(field.name.part(part.part));
            }
            names.push(field.name.part("known"));
        }
        values.push("x".repeat(1200));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let catalogue = catalogue(Language::Nl);
        let mut numbers = Numbers(2026);
        let (mut sound, mut wrong) = (0, 0);
        for round in 0..5_000 {
            let count = numbers.below(30);
            let mut sent: Vec<(&str, &str)> = (0..count)
                .map(|_| (numbers.one(&names), numbers.one(&values)))
                .collect();
            if round % 2 == 0 {
                sent = sent.into_iter().take(4).collect();
                sent.extend(GOOD);
            }
            let sent: Vec<(String, String)> = sent
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let draft = Draft::read(&form, &sent, TODAY);
            assert_eq!(Draft::read(&form, &draft.to_pairs(), TODAY), draft);
            let problem = form.first_page_with_problem(&draft, TODAY);
            match form.answers(&draft, TODAY) {
                Ok(answers) => {
                    sound += 1;
                    assert_eq!(problem, None);
                    let stored = answers.to_json(&form);
                    let again = Answers::from_json(&form, &stored);
                    assert_eq!(again.to_json(&form), stored);
                    let rows = answers.rows_before_sending(&form, &draft, Language::Nl, &catalogue);
                    let rows: Vec<&str> = rows.iter().map(|row| row.field.as_str()).collect();
                    let asked = form.visible_fields(&draft).into_iter();
                    let asked: Vec<&str> = asked
                        .filter(|field| field.kind.is_question() && field.stored)
                        .map(|field| field.name.as_str())
                        .collect();
                    assert_eq!(rows, asked);
                }
                Err(errors) => {
                    wrong += 1;
                    assert!(problem.is_some() && !errors.is_empty());
                    for error in errors {
                        let text = error.message(&form, Language::Nl, &catalogue);
                        assert!(
                            text.ends_with('.') && !text.starts_with("answer."),
                            "{text}"
                        );
                    }
                }
            }
        }
        assert!(sound > 300 && wrong > 300, "{sound} sound, {wrong} wrong");
    }

    #[test]
    fn the_texts_of_answers_are_the_same_set_in_both_languages() {
        let (nl, en) = (catalogue(Language::Nl), catalogue(Language::En));
        let own = |catalogue: &Catalogue| -> Vec<(String, Vec<String>)> {
            let keys = catalogue.keys().filter(|key| key.starts_with("answer."));
            keys.map(|key| {
                let names = placeholders(catalogue.get(key).unwrap());
                (
                    key.to_owned(),
                    names.into_iter().map(str::to_owned).collect(),
                )
            })
            .collect()
        };
        assert_eq!(own(&nl), own(&en));
    }
}
