//! One question of a form, and what its kind means.

use std::fmt;

use serde::{Serialize, Serializer};

use super::condition::Condition;
use super::text::Text;

/// Names that a field cannot have, because the pages of a form use them for themselves. Names that
/// start with an underscore cannot be fields either.
pub const RESERVED_NAMES: [&str; 14] = [
    "action", "code", "form", "go", "key", "lang", "language", "page", "part", "return", "token",
    "unsent", "version", "visit",
];

/// End of the name under which the words of "anders, namelijk" are stored.
const OTHER_SUFFIX: &str = "_other";

/// One question, or a piece of information between questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in the form data and in the stored answers.
    pub name: FieldName,
    /// How it is answered.
    pub kind: FieldKind,
    /// The question; for information the heading.
    pub label: Text,
    /// The question in a few words, for the check page and the list of answers.
    pub check_label: Option<Text>,
    /// How to answer it.
    pub hint: Option<Text>,
    /// Why it is asked.
    pub why: Option<Text>,
    /// Who sees the answer.
    pub who_sees: Option<Text>,
    /// What is said when a required answer is missing; else a general text.
    pub missing: Option<Text>,
    /// Body of information: plain text, paragraphs apart by an empty line.
    pub text: Option<Text>,
    /// Whether an answer is needed, where the question is shown.
    pub required: bool,
    /// Whether the answer is part of what is stored; else it only steers the form.
    pub stored: bool,
    /// How private the answer is.
    pub privacy: Privacy,
    /// Whether the chosen options may be counted in statistics.
    pub counted: bool,
    /// Largest number of characters of a typed answer.
    pub max_length: usize,
    /// Value for `autocomplete`.
    pub autocomplete: Option<String>,
    /// What can be chosen; filled for `choice` and `choices`, and for `person` once the directory is
    /// known.
    pub options: Vec<ChoiceOption>,
    /// When the question is shown: all must hold; always where empty.
    pub when: Vec<Condition>,
    /// Name in a query that may fill the question.
    pub prefill: Option<String>,
    /// Whether the question is only shown where it has an answer, which came along or was typed.
    pub only_prefilled: bool,
    /// What a typed answer must not hold.
    pub checks: Vec<Check>,
    /// Smallest number or amount, in whole euros.
    pub min: Option<i64>,
    /// Largest number or amount, in whole euros.
    pub max: Option<i64>,
    /// Which days a date may be.
    pub days: Days,
    /// Roles in the directory of who can be chosen; filled for `person` only.
    pub roles: Vec<String>,
    /// The questions of one item; filled for `group` only.
    pub fields: Vec<Field>,
    /// Largest number of items of a group.
    pub most: usize,
    /// What one item of a group is called.
    pub item: Option<Text>,
}

/// Name of a field: lower-case letters, digits and underscores, starting with a letter. It has no
/// dot, so that `<name>.<part>` is always a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(String);

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// One line of text.
    ShortText,
    /// Text of several lines.
    LongText,
    /// One of the options.
    Choice,
    /// Any number of the options.
    Choices,
    /// Yes or no.
    YesNo,
    /// A day.
    Date,
    /// A day with perhaps a time, or words where somebody does not know exactly.
    ApproximateDate,
    /// A time of day.
    Time,
    /// A whole number.
    Number,
    /// An amount in euros.
    Money,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Files that are sent along.
    File,
    /// Some questions, answered as often as there are items.
    Group,
    /// Somebody in the directory of the organisation.
    Person,
    /// Nothing is asked: a text to read.
    Information,
    /// Nothing is asked: a text that asks to do something else first.
    Stop,
}

/// How private an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privacy {
    /// Says nothing about a person.
    P0,
    /// Ordinary personal data.
    P1,
    /// Sensitive: health, discrimination, free text.
    P2,
    /// About the citizen or a criminal offence.
    P3,
}

/// What a typed answer must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// A citizen service number.
    NoBsn,
    /// An e-mail address.
    NoEmail,
}

/// Which days a date may be; today always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Days {
    /// Every day.
    #[default]
    Any,
    /// Today or before.
    Past,
    /// Today or later.
    Future,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Value in the form data and in the stored answers.
    pub value: String,
    /// The text of the option.
    pub label: Text,
    /// Examples or explanation.
    pub hint: Option<Text>,
    /// Whether the option stands apart below the others, such as "weet ik niet".
    pub apart: bool,
    /// Whether own words go with it: "anders, namelijk".
    pub other: bool,
}

impl Field {
    /// Returns whether the answer says who somebody is, so that it is kept apart and erased first.
    pub fn identifies(&self) -> bool {
        matches!(self.kind, FieldKind::Phone | FieldKind::Email)
            || self.privacy == Privacy::P3
            || self.fields.iter().any(Field::identifies)
    }

    /// Returns the question in few words, where it has such words.
    pub fn short_label(&self) -> &Text {
        self.check_label.as_ref().unwrap_or(&self.label)
    }

    /// Returns what one item of a group is called.
    pub fn item_label(&self) -> &Text {
        self.item.as_ref().unwrap_or(self.short_label())
    }

    /// Finds an option.
    pub fn option(&self, value: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.value == value)
    }

    /// Returns the option with which own words go, where there is one.
    pub fn other(&self) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.other)
    }

    /// Returns the values that can be chosen; none where the answer is typed.
    pub fn values(&self) -> Vec<&str> {
        match self.kind {
            FieldKind::YesNo => vec!["yes", "no"],
            FieldKind::Choice | FieldKind::Choices | FieldKind::Person => {
                self.options.iter().map(|o| o.value.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns whether the question is shown whatever was answered before.
    pub(super) fn is_always_shown(&self) -> bool {
        self.when.is_empty() && !self.only_prefilled && self.can_be_answered()
    }

    /// Returns whether there is anything to ask: a person can only be chosen where the directory has
    /// one.
    pub fn can_be_answered(&self) -> bool {
        self.kind != FieldKind::Person || !self.options.is_empty()
    }
}

impl FieldKind {
    /// Every kind, with its name in form files and templates.
    pub const ALL: [(&'static str, FieldKind); 17] = [
        ("short_text", FieldKind::ShortText),
        ("long_text", FieldKind::LongText),
        ("choice", FieldKind::Choice),
        ("choices", FieldKind::Choices),
        ("yes_no", FieldKind::YesNo),
        ("date", FieldKind::Date),
        ("approximate_date", FieldKind::ApproximateDate),
        ("time", FieldKind::Time),
        ("number", FieldKind::Number),
        ("money", FieldKind::Money),
        ("phone", FieldKind::Phone),
        ("email", FieldKind::Email),
        ("file", FieldKind::File),
        ("group", FieldKind::Group),
        ("person", FieldKind::Person),
        ("information", FieldKind::Information),
        ("stop", FieldKind::Stop),
    ];

    /// Returns the name of the kind in form files and templates.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }

    /// Returns whether something is answered at all.
    pub fn is_question(self) -> bool {
        !matches!(self, FieldKind::Information | FieldKind::Stop)
    }

    /// Returns whether the form file lists options for it.
    pub fn has_options(self) -> bool {
        matches!(self, FieldKind::Choice | FieldKind::Choices)
    }

    /// Returns whether a condition can name its answers.
    pub fn has_values(self) -> bool {
        self.has_options() || self == FieldKind::YesNo
    }

    /// Returns whether the answer is typed text that is kept as it was typed.
    pub fn is_typed(self) -> bool {
        self.is_prose() || matches!(self, FieldKind::Phone | FieldKind::Email)
    }

    /// Returns whether the answer is free text.
    pub fn is_prose(self) -> bool {
        matches!(self, FieldKind::ShortText | FieldKind::LongText)
    }

    /// Returns whether the answer is typed in one box and read as a value.
    pub fn is_measured(self) -> bool {
        matches!(self, FieldKind::Time | FieldKind::Number | FieldKind::Money)
    }

    /// Returns whether the answer has several boxes, each with a name of its own below that of the
    /// field.
    pub fn has_parts(self) -> bool {
        matches!(self, FieldKind::Date | FieldKind::ApproximateDate)
    }

    /// Returns whether an item of a group may ask it.
    pub fn fits_in_group(self) -> bool {
        self.is_typed()
            || self.is_measured()
            || self.has_parts()
            || self.has_options()
            || self == FieldKind::YesNo
    }

    /// Returns whether an address of the form may bring an answer along. What is typed freely or
    /// chosen may; what reaches a person or is counted is asked.
    pub fn can_be_prefilled(self) -> bool {
        self.is_prose() || matches!(self, FieldKind::Choice | FieldKind::YesNo)
    }

    /// Returns the value for `inputmode`, where a phone's keyboard should differ.
    pub fn inputmode(self) -> Option<&'static str> {
        match self {
            FieldKind::Phone => Some("tel"),
            FieldKind::Email => Some("email"),
            FieldKind::Number => Some("numeric"),
            FieldKind::Money => Some("decimal"),
            _ => None,
        }
    }
}

impl Privacy {
    /// Every class, with its name in form files.
    pub const ALL: [(&'static str, Privacy); 4] = [
        ("P0", Privacy::P0),
        ("P1", Privacy::P1),
        ("P2", Privacy::P2),
        ("P3", Privacy::P3),
    ];
}

impl Check {
    /// Every check, with its name in form files.
    pub const ALL: [(&'static str, Check); 2] =
        [("no_bsn", Check::NoBsn), ("no_email", Check::NoEmail)];
}

impl Days {
    /// Every choice, with its name in form files.
    pub const ALL: [(&'static str, Days); 3] = [
        ("any", Days::Any),
        ("past", Days::Past),
        ("future", Days::Future),
    ];
}

impl FieldName {
    /// Longest name; names are keys in files that people read.
    pub(super) const LONGEST: usize = 40;

    /// Makes a name of a text, if it may be one.
    pub fn parse(text: &str) -> Option<FieldName> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let continues_well = text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        (starts_well && continues_well && text.len() <= Self::LONGEST)
            .then(|| FieldName(text.to_owned()))
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of a part of the field in the form data: `<name>.<part>`.
    pub fn part(&self, part: &str) -> String {
        part_of(&self.0, part)
    }

    /// Returns the name of a question of one item of a group in the form data: `<name>.<n>.<sub>`.
    pub fn of_item(&self, number: usize, sub: &FieldName) -> String {
        format!("{}.{number}.{sub}", self.0)
    }

    /// Returns the name under which the words of "anders, namelijk" are stored.
    pub fn other(&self) -> String {
        format!("{}{OTHER_SUFFIX}", self.0)
    }
}

/// Returns the name of a part of what has this name in the form data.
pub(super) fn part_of(name: &str, part: &str) -> String {
    format!("{name}.{part}")
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_name_is_a_plain_word() {
        let check =
            |text: &str, good: bool| assert_eq!(FieldName::parse(text).is_some(), good, "{text}");
        check("short_story", true);
        check("a1", true);
        check("", false);
        check("_a", false);
        check("1a", false);
        check("a.b", false);
        check("é", false);
        check(&"a".repeat(41), false);
    }
}
