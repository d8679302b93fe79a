//! What is wrong with what was typed, and the way from a draft to answers.
//!
//! Every mistake is told at its field, with the key of a text that says what to do. Texts are in
//! the theme's catalogue under `answer.`; this room only names them.

use jiff::civil::Date;

use super::answers::{Answer, Answers};
use super::definition::{Definition, Field, FieldKind, FieldName, Page};
use super::draft::Draft;
use crate::language::Language;
use crate::message::Catalogue;

/// Longest e-mail address (RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets).
const LONGEST_EMAIL: usize = 254;

/// Fewest digits of a telephone number: extensions inside an organisation have three.
const FEWEST_PHONE_DIGITS: usize = 3;

/// Most digits of a telephone number (ITU-T E.164: fifteen), with room for `00` before it.
const MOST_PHONE_DIGITS: usize = 17;

/// One mistake in what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: FieldName,
    /// The part of the field: `known` or one of the parts of a date.
    pub part: Option<&'static str>,
    /// Key of the message in the theme's catalogue.
    pub key: &'static str,
    /// Values for the placeholders of the message.
    pub arguments: Vec<(&'static str, String)>,
}

impl Definition {
    /// Returns what is wrong on one page; nothing for an unknown page.
    pub fn check_page(&self, id: &str, draft: &Draft, today: Date) -> Vec<FieldError> {
        let Some(page) = self.page(id) else {
            return Vec::new();
        };
        self.visible_fields_of(page, draft)
            .into_iter()
            .filter_map(|field| read_field(field, draft, today).err())
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
        let mut given = Vec::new();
        let mut errors = Vec::new();
        for field in self.visible_fields(draft) {
            match read_field(field, draft, today) {
                Ok(Some(answer)) => given.push((field.name.to_string(), answer)),
                Ok(None) => {}
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() {
            Ok(Answers::of(given))
        } else {
            Err(errors)
        }
    }
}

impl FieldError {
    fn new(field: &Field, key: &'static str) -> FieldError {
        FieldError {
            field: field.name.clone(),
            part: None,
            key,
            arguments: Vec::new(),
        }
    }

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
        let field = definition.field(self.field.as_str());
        let own = field.and_then(|field| field.missing.as_ref());
        if let (Some(own), true) = (own, self.is_missing()) {
            return own.get(language).to_owned();
        }
        let label = field.map_or("", |field| field.label.get(language));
        let mut arguments: Vec<(&str, &str)> = vec![("label", label)];
        arguments.extend(self.arguments.iter().map(|(n, v)| (*n, v.as_str())));
        let month = self
            .arguments
            .iter()
            .find(|(name, _)| *name == "month")
            .map(|(_, number)| catalogue.text(&format!("answer.month.{number}"), &[]));
        if let Some(month) = &month {
            arguments.push(("month_name", month));
        }
        catalogue.text(self.key, &arguments)
    }

    /// Returns the id of the input that the mistake is about, given the id of the field.
    pub fn input_id(&self, field_id: &str) -> String {
        match self.part {
            Some(part) => format!("{field_id}-{part}"),
            None => field_id.to_owned(),
        }
    }

    fn is_missing(&self) -> bool {
        self.key.starts_with("answer.missing.")
    }
}

/// Reads one field; nothing answered is nothing.
fn read_field(
    field: &Field,
    draft: &Draft,
    today: Date,
) -> Result<Option<Answer>, Vec<FieldError>> {
    let answer = match field.kind {
        FieldKind::Information | FieldKind::Stop => return Ok(None),
        FieldKind::ApproximateDate => date(field, draft, today)?,
        FieldKind::Choice => chosen(field, draft)?.into_iter().next().map(Answer::Choice),
        FieldKind::Choices => Some(chosen(field, draft)?)
            .filter(|chosen| !chosen.is_empty())
            .map(Answer::Choices),
        FieldKind::YesNo => chosen(field, draft)?
            .first()
            .map(|value| Answer::YesNo(value == "yes")),
        FieldKind::ShortText | FieldKind::LongText | FieldKind::Phone | FieldKind::Email => {
            typed(field, draft)?.map(Answer::Text)
        }
    };
    if answer.is_none() && field.required {
        let key = match field.kind {
            FieldKind::Choices => "answer.missing.choices",
            FieldKind::Choice | FieldKind::YesNo => "answer.missing.choice",
            FieldKind::ApproximateDate => "answer.missing.date",
            FieldKind::Phone => "answer.missing.phone",
            FieldKind::Email => "answer.missing.email",
            _ => "answer.missing.text",
        };
        return Err(vec![FieldError::new(field, key)]);
    }
    Ok(answer)
}

/// Returns the chosen values in the order of the form.
fn chosen(field: &Field, draft: &Draft) -> Result<Vec<String>, Vec<FieldError>> {
    let values = field.values();
    let known = |value: &str| values.contains(&value);
    if !draft.values(&field.name).into_iter().all(known) {
        return Err(vec![FieldError::new(field, "answer.unknown_option")]);
    }
    let is_chosen = |value: &&&str| draft.values(&field.name).contains(*value);
    Ok(values
        .iter()
        .filter(|value| is_chosen(value))
        .map(|value| (*value).to_owned())
        .collect())
}

fn typed(field: &Field, draft: &Draft) -> Result<Option<String>, Vec<FieldError>> {
    let text = draft.value(&field.name);
    let one_word = matches!(field.kind, FieldKind::Phone | FieldKind::Email);
    let text = if one_word { text.trim() } else { text };
    if text.trim().is_empty() {
        return Ok(None);
    }
    check_text(field, None, text, field.kind == FieldKind::LongText)?;
    let wrong = match field.kind {
        FieldKind::Phone if !is_phone(text) => Some("answer.phone"),
        FieldKind::Email if !is_email(text) => Some("answer.email"),
        _ => None,
    };
    match wrong {
        Some(key) => Err(vec![FieldError::new(field, key)]),
        None => Ok(Some(text.to_owned())),
    }
}

fn date(field: &Field, draft: &Draft, today: Date) -> Result<Option<Answer>, Vec<FieldError>> {
    let typed = draft.typed_date(&field.name);
    let date = typed.read(today).map_err(|problems| {
        problems
            .into_iter()
            .map(|problem| FieldError {
                field: field.name.clone(),
                part: Some(problem.part),
                key: problem.key,
                arguments: problem.arguments,
            })
            .collect::<Vec<_>>()
    })?;
    if let Some(super::ApproximateDate::About { words: Some(words) }) = &date {
        check_text(field, Some(super::approximate_date::ABOUT), words, false)?;
    }
    Ok(date.map(Answer::Date))
}

/// Refuses a text that is too long, or that has characters nobody can see or type. Marks for the
/// direction of writing stay: they come along when somebody pastes a message.
fn check_text(
    field: &Field,
    part: Option<&'static str>,
    text: &str,
    lines: bool,
) -> Result<(), Vec<FieldError>> {
    let allowed = |c: char| !c.is_control() || c == '\t' || (lines && c == '\n');
    let length = text.chars().count();
    let error = if !text.chars().all(allowed) {
        FieldError::new(field, "answer.control_character")
    } else if length > field.max_length {
        FieldError::new(field, "answer.too_long")
            .with("most", field.max_length)
            .with("length", length)
    } else {
        return Ok(());
    };
    Err(vec![FieldError { part, ..error }])
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
        && text.len() <= LONGEST_EMAIL
}

/// Marks for direction and joining (Unicode general category Cf, the part that texts carry).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
