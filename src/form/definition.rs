//! What a form asks: its pages, and what becomes of what is sent.
//!
//! A definition that exists is sound: names are unique, every condition looks back at an earlier
//! page, and every text is there in every language the form offers.

use include_dir::{Dir, include_dir};

use super::answers::Answers;
use super::condition::Condition;
use super::field::{ChoiceOption, Field, FieldKind, FieldName};
use super::reading;
use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::source_text::SourceText;

static SHIPPED_FORMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/forms");

/// Last part of the address of My report, below that of the form.
const FOLLOW: &str = "volgen";

/// Last part of the address where what was sent is taken back, below that of the form.
const TAKE_BACK: &str = "intrekken";

/// Last part of the address of the form on paper, below that of the form.
const SHEET: &str = "afdrukken";

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
    /// Text under the title on the first page: plain text, paragraphs apart by an empty line.
    pub intro: Option<Text>,
    /// Languages in which the form can be filled in; the first is the default. Never empty.
    pub languages: Vec<Language>,
    /// The pages, in order. Never empty.
    pub pages: Vec<Page>,
    /// Pages that were answered before these, at which conditions may look. Only a second part has
    /// them.
    pub given: Vec<Page>,
    /// What becomes of what is sent.
    pub sends: Sends,
    /// Who may open what is sent.
    pub to: Addressees,
    /// Which answer means that the sender is not to be contacted.
    pub contact: Option<ContactField>,
    /// Which answer means that the receipt code is for somebody else than who fills in the form.
    pub code_for_other: Option<Condition>,
    /// The second part, which is asked after the report is stored.
    pub details: Option<Details>,
    /// Whether the form is only there to practise with: nothing that is sent is stored.
    pub practice: bool,
}

/// What becomes of what a form sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sends {
    /// A case, which is followed with a receipt code.
    Report,
    /// Something that is read, kept for a time and then erased.
    Submission {
        /// How long it is kept.
        keep: KeepFor,
        /// Whether the sender gets a code with which to take it back.
        withdrawable: bool,
        /// What the sender reads afterwards.
        confirmation: Confirmation,
    },
}

/// How long a submission is kept after the day on which it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepFor {
    /// Days.
    Days(u16),
    /// Months.
    Months(u16),
    /// Years.
    Years(u16),
}

/// What the sender of a submission reads afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Title of the page.
    pub title: Text,
    /// Plain text, paragraphs apart by an empty line.
    pub text: Text,
}

/// Who may open what is sent, as codes of recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressees {
    /// All of these. Never empty.
    All(Vec<String>),
    /// Whom the sender chose.
    Chosen {
        /// The question in which somebody is chosen.
        field: FieldName,
        /// Who opens it where nobody was chosen.
        otherwise: String,
    },
}

/// The question whether the sender is to be contacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactField {
    /// The question.
    pub field: FieldName,
    /// The answers that ask for no contact. Never empty.
    pub none: Vec<String>,
}

/// The second part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Title of the part.
    pub title: Text,
    /// Text under the title on its first page.
    pub intro: Option<Text>,
    /// Its pages. Never empty.
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

/// Somebody who can be chosen in a question for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// What is stored.
    pub id: String,
    /// What they are there for.
    pub role: String,
    /// Their name, or that of their team.
    pub name: Text,
}

impl Addressees {
    /// Returns who may open what was answered.
    pub fn of<'a>(&'a self, answers: &'a Answers) -> Vec<&'a str> {
        match self {
            Addressees::All(all) => all.iter().map(String::as_str).collect(),
            Addressees::Chosen { field, otherwise } => {
                let chosen = answers.get(field.as_str());
                let chosen = chosen.map(|answer| answer.chosen()).unwrap_or_default();
                if chosen.is_empty() {
                    vec![otherwise]
                } else {
                    chosen
                }
            }
        }
    }
}

impl ContactField {
    /// Returns whether the sender asked not to be contacted.
    pub fn declined(&self, answers: &Answers) -> bool {
        let answer = answers.get(self.field.as_str());
        answer.is_some_and(|answer| {
            let chosen = answer.chosen();
            self.none.iter().any(|none| chosen.contains(&none.as_str()))
        })
    }
}

impl Definition {
    /// Reads a form from YAML, by itself. All mistakes are told at once; with any mistake there is no form.
    pub fn parse(source: &SourceText) -> (Option<Definition>, Vec<Diagnostic>) {
        let (forms, diagnostics) = reading::read_all(std::slice::from_ref(source));
        (forms.into_iter().next(), diagnostics)
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

    /// Returns a form that ships with the program, by its id.
    pub fn shipped_form(id: &str) -> Option<Definition> {
        let (forms, _) = reading::read_all(&Self::shipped());
        forms.into_iter().find(|form| form.id == id)
    }

    /// Finds a page.
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// Returns every field, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pages.iter().flat_map(|page| &page.fields)
    }

    /// Returns every field that was answered before the pages of this form, in order.
    pub(super) fn given_fields(&self) -> impl Iterator<Item = &Field> {
        self.given.iter().flat_map(|page| &page.fields)
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

    /// Returns the address where what was sent with this form is taken back: `verhaal/intrekken/`.
    pub fn take_back_path(&self, language: Language, default_language: Language) -> String {
        format!("{}{TAKE_BACK}/", self.path(language, default_language))
    }

    /// Returns the address of this form on paper: `melden/afdrukken/`.
    pub fn sheet_path(&self, language: Language, default_language: Language) -> String {
        format!("{}{SHEET}/", self.path(language, default_language))
    }

    /// Chooses the language to speak: the asked one where the form offers it, else its first.
    pub fn language(&self, asked: Language) -> Language {
        let first = self.languages.first().copied().unwrap_or(asked);
        let offered = self.languages.contains(&asked);
        if offered { asked } else { first }
    }

    /// Returns whether what is sent becomes a case, which its reporter can follow.
    pub fn makes_cases(&self) -> bool {
        matches!(self.sends, Sends::Report) && !self.practice
    }

    /// Returns whether the sender gets a code with which to take back what was sent.
    pub fn is_withdrawable(&self) -> bool {
        matches!(
            self.sends,
            Sends::Submission {
                withdrawable: true,
                ..
            }
        )
    }

    /// Returns whether the receipt code is for somebody else than who filled in the form: the colleague to
    /// whom it happened.
    pub fn code_is_for_other(&self, answers: &Answers) -> bool {
        self.code_for_other.as_ref().is_some_and(|condition| {
            let answer = answers.get(condition.field.as_str());
            let chosen = answer.map(|answer| answer.chosen()).unwrap_or_default();
            condition.holds(chosen, answer.is_some())
        })
    }

    /// Returns the second part as a form: its pages are the details, and what was answered before is
    /// given. It has the title of that part.
    pub fn second_part(&self) -> Option<Definition> {
        let details = self.details.clone()?;
        let mut given = self.given.clone();
        given.extend(self.pages.iter().cloned());
        Some(Definition {
            title: details.title,
            intro: details.intro,
            pages: details.pages,
            given,
            details: None,
            ..self.clone()
        })
    }

    /// Returns both parts as one form: what a case holds.
    pub fn whole(&self) -> Definition {
        let mut whole = self.clone();
        if let Some(details) = whole.details.take() {
            whole.pages.extend(details.pages);
        }
        whole
    }

    /// Offers the people of a directory where the form asks for a person, in the order of the directory.
    pub fn with_directory(mut self, directory: &[DirectoryEntry]) -> Definition {
        let details = self.details.iter_mut().flat_map(|part| &mut part.pages);
        let pages = self.pages.iter_mut().chain(&mut self.given).chain(details);
        for field in pages.flat_map(|page| &mut page.fields) {
            if field.kind == FieldKind::Person {
                field.options = directory
                    .iter()
                    .filter(|entry| field.roles.contains(&entry.role))
                    .map(ChoiceOption::of_person)
                    .collect();
            }
        }
        self
    }
}

impl ChoiceOption {
    fn of_person(entry: &DirectoryEntry) -> ChoiceOption {
        ChoiceOption {
            value: entry.id.clone(),
            label: entry.name.clone(),
            hint: None,
            apart: false,
            other: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::read_all;

    fn shipped() -> Vec<Definition> {
        let (forms, diagnostics) = read_all(&Definition::shipped());
        assert_eq!(diagnostics, []);
        forms
    }

    #[test]
    fn the_shipped_forms_are_sound() {
        let mut ids: Vec<String> = shipped().into_iter().map(|form| form.id).collect();
        ids.sort();
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
    }

    #[test]
    fn every_shipped_question_says_why_and_who_sees_it_in_every_language() {
        for form in shipped() {
            assert_eq!(form.languages, Language::ALL);
            let whole = form.whole();
            for field in whole.fields().filter(|field| field.kind.is_question()) {
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
        let form = &Definition::shipped_form("incident").unwrap();
        let required: Vec<&str> = form
            .fields()
            .filter(|field| field.required && field.when.is_empty())
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(required, ["behaviour_kinds", "occurred_at", "contact_mode"]);
    }

    #[test]
    fn the_quick_report_knows_all_kinds_of_behaviour_by_example() {
        let form = &Definition::shipped_form("incident").unwrap();
        let kinds = &form.field("behaviour_kinds").unwrap().options;
        assert_eq!(kinds.len(), 15);
        assert!(kinds.iter().all(|kind| kind.hint.is_some()));
    }

    #[test]
    fn the_code_is_for_the_colleague_where_somebody_reports_for_them() {
        let form = &Definition::shipped_form("incident").unwrap();
        let check = |role: &str, expected: bool| {
            let answers = serde_json::json!({ "reporting_role": role });
            let answers = Answers::from_json(form, &answers);
            assert_eq!(form.code_is_for_other(&answers), expected, "{role}");
        };
        check("self", false);
        check("witness", false);
        check("manager_on_behalf", true);
        check("together", true);
        check("coach", true);
        assert!(!form.code_is_for_other(&Answers::default()));
    }

    #[test]
    fn a_form_speaks_the_asked_language_or_its_first() {
        let form = &Definition::shipped_form("incident").unwrap();
        assert_eq!(form.language(Language::En), Language::En);
        let dutch = Definition {
            languages: vec![Language::Nl],
            ..form.clone()
        };
        assert_eq!(dutch.language(Language::En), Language::Nl);
    }
}
