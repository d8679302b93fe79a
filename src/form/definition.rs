//! What a form asks: pages, fields, options.
//!
//! A definition that exists is sound: names are unique, every condition looks back at an earlier
//! page, and every text is there in every language the form offers.

use std::fmt;

use include_dir::{Dir, include_dir};
use serde::{Serialize, Serializer};

use super::condition::Condition;
use super::reading;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::source_text::SourceText;

static SHIPPED_FORMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/forms");

/// Last part of the address of My report, below that of the form.
const FOLLOW: &str = "volgen";

/// Names that a field cannot have, because the pages of a form use them for themselves. Names that
/// start with an underscore cannot be fields either.
pub const RESERVED_NAMES: [&str; 10] = [
    "action", "form", "go", "key", "lang", "language", "page", "return", "token", "version",
];

/// The file among the forms that is none: what happens to a report after it was sent.
const LIFECYCLE_FILE: &str = "lifecycle.yaml";

/// Returns whether a file in the folder `forms` is a form, by its name.
pub fn is_form_file(name: &str) -> bool {
    name.ends_with(".yaml") && !name.starts_with('.') && name != LIFECYCLE_FILE
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Name of the form: that of its file without `.yaml`.
    pub id: String,
    /// Last part of the address of the form.
    pub address: String,
    /// Version, counted up when questions change; stored with the answers.
    pub version: u32,
    /// Title of the form.
    pub title: Text,
    /// Languages in which the form can be filled in; the first is the default. Never empty.
    pub languages: Vec<Language>,
    /// The pages, in order. Never empty.
    pub pages: Vec<Page>,
}

/// One page of a form: one question or a small group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Name of the page, for the way back from the check page.
    pub id: String,
    /// Title of the page.
    pub title: Text,
    /// Text above the questions: plain text, paragraphs apart by an empty line.
    pub intro: Option<Text>,
    /// The questions, in order. Never empty.
    pub fields: Vec<Field>,
}

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
    /// What can be chosen; filled for `choice` and `choices` only.
    pub options: Vec<ChoiceOption>,
    /// When the question is shown; always where absent.
    pub when: Option<Condition>,
}

impl Field {
    /// Returns whether the answer says who somebody is, so that it is kept apart and erased first.
    pub fn identifies(&self) -> bool {
        matches!(self.kind, FieldKind::Phone | FieldKind::Email) || self.privacy == Privacy::P3
    }
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
    /// A day with perhaps a time, or words where somebody does not know exactly.
    ApproximateDate,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
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

/// A text in the languages of its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// At least one.
    versions: Vec<(Language, String)>,
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
}

impl Definition {
    /// Reads a form from YAML. All mistakes are told at once; with any mistake there is no form.
    pub fn parse(source: &SourceText) -> (Option<Definition>, Vec<Diagnostic>) {
        reading::read(source)
    }

    /// Returns the text of every form that ships with the program, by path.
    pub fn shipped() -> Vec<SourceText> {
        let mut forms: Vec<SourceText> = SHIPPED_FORMS
            .files()
            .filter_map(|file| {
                let name = file.path().to_str().filter(|name| is_form_file(name))?;
                Some(SourceText::new(
                    format!("forms/{name}"),
                    file.contents_utf8()?,
                ))
            })
            .collect();
        forms.sort_by(|a, b| a.path().cmp(b.path()));
        forms
    }

    /// Finds a page.
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// Returns every field, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pages.iter().flat_map(|page| &page.fields)
    }

    /// Finds a field.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name.as_str() == name)
    }

    /// Returns the address of the form for pages in a language, below the base path and without a
    /// slash in front: `melden/`, `en/melden/`. Where the form does not speak that language, it is the
    /// address without a language, which every form has.
    pub fn path(&self, language: Language, default_language: Language) -> String {
        if language == default_language || !self.languages.contains(&language) {
            format!("{}/", self.address)
        } else {
            format!("{language}/{}/", self.address)
        }
    }

    /// Returns the address where a reporter follows what was sent with this form: `melden/volgen/`,
    /// `en/melden/volgen/`.
    pub fn follow_path(&self, language: Language, default_language: Language) -> String {
        format!("{}{FOLLOW}/", self.path(language, default_language))
    }

    /// Chooses the language to speak: the asked one where the form offers it, else its first.
    pub fn language(&self, asked: Language) -> Language {
        let first = self.languages.first().copied().unwrap_or(asked);
        let offered = self.languages.contains(&asked);
        if offered { asked } else { first }
    }
}

impl Field {
    /// Returns the question in few words, where it has such words.
    pub fn short_label(&self) -> &Text {
        self.check_label.as_ref().unwrap_or(&self.label)
    }

    /// Finds an option.
    pub fn option(&self, value: &str) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.value == value)
    }

    /// Returns the values that can be chosen; none where the answer is typed.
    pub fn values(&self) -> Vec<&str> {
        match self.kind {
            FieldKind::YesNo => vec!["yes", "no"],
            FieldKind::Choice | FieldKind::Choices => {
                self.options.iter().map(|o| o.value.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl FieldKind {
    /// Every kind, with its name in form files and templates.
    pub const ALL: [(&'static str, FieldKind); 10] = [
        ("short_text", FieldKind::ShortText),
        ("long_text", FieldKind::LongText),
        ("choice", FieldKind::Choice),
        ("choices", FieldKind::Choices),
        ("yes_no", FieldKind::YesNo),
        ("approximate_date", FieldKind::ApproximateDate),
        ("phone", FieldKind::Phone),
        ("email", FieldKind::Email),
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

    /// Returns whether the answer is typed text.
    pub fn is_typed(self) -> bool {
        matches!(
            self,
            FieldKind::ShortText | FieldKind::LongText | FieldKind::Phone | FieldKind::Email
        )
    }

    /// Returns the value for `inputmode`, where a phone's keyboard should differ.
    pub fn inputmode(self) -> Option<&'static str> {
        match self {
            FieldKind::Phone => Some("tel"),
            FieldKind::Email => Some("email"),
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

impl Text {
    /// Makes a text of its versions; without any there is no text.
    pub(super) fn of(versions: Vec<(Language, String)>) -> Option<Text> {
        (!versions.is_empty()).then_some(Text { versions })
    }

    /// Returns the text in a language; in the first language of the form where it lacks that one.
    pub fn get(&self, language: Language) -> &str {
        self.versions
            .iter()
            .find(|(known, _)| *known == language)
            .or(self.versions.first())
            .map_or("", |(_, text)| text)
    }

    /// Returns whether the text was written in this language.
    pub fn speaks(&self, language: Language) -> bool {
        self.versions.iter().any(|(known, _)| *known == language)
    }
}

impl FieldName {
    /// Longest name; names are keys in files that people read.
    const LONGEST: usize = 40;

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
        format!("{}.{part}", self.0)
    }
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

    fn shipped() -> Vec<Definition> {
        Definition::shipped()
            .iter()
            .map(|source| {
                let (definition, diagnostics) = Definition::parse(source);
                assert_eq!(diagnostics, [], "{}", source.path());
                definition.unwrap()
            })
            .collect()
    }

    #[test]
    fn the_shipped_forms_are_sound() {
        let ids: Vec<String> = shipped().into_iter().map(|form| form.id).collect();
        assert_eq!(ids, ["incident"]);
    }

    #[test]
    fn every_shipped_question_says_why_and_who_sees_it_in_every_language() {
        for form in shipped() {
            assert_eq!(form.languages, Language::ALL);
            for field in form.fields().filter(|field| field.kind.is_question()) {
                for text in [&field.why, &field.who_sees] {
                    let text = text.as_ref().unwrap();
                    assert!(
                        Language::ALL.into_iter().all(|l| text.speaks(l)),
                        "{}",
                        field.name
                    );
                }
            }
        }
    }

    #[test]
    fn the_quick_report_asks_exactly_three_things() {
        let form = &shipped()[0];
        let required: Vec<&str> = form
            .fields()
            .filter(|field| field.required && field.when.is_none())
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(required, ["behaviour_kinds", "occurred_at", "contact_mode"]);
    }

    #[test]
    fn the_quick_report_knows_all_kinds_of_behaviour_by_example() {
        let form = &shipped()[0];
        let kinds = &form.field("behaviour_kinds").unwrap().options;
        assert_eq!(kinds.len(), 15);
        assert!(kinds.iter().all(|kind| kind.hint.is_some()));
    }

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

    #[test]
    fn a_form_speaks_the_asked_language_or_its_first() {
        let form = &shipped()[0];
        assert_eq!(form.language(Language::En), Language::En);
        let dutch = Definition {
            languages: vec![Language::Nl],
            ..form.clone()
        };
        assert_eq!(dutch.language(Language::En), Language::Nl);
    }
}
