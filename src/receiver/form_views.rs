//! What the templates show of a form: definition, draft and mistakes as plain data.

use jiff::civil::Date;

use super::form_journey::CHECK;
use super::portal::FormRoute;
use super::words::Words;
use crate::form::{
    Answers, DATE_PARTS, Definition, Draft, Field, FieldError, FieldKind, Known, Page, Text,
};
use crate::language::Language;
use crate::message::Catalogue;
use crate::report::ids::SubmissionKey;
use crate::report::lifecycle::Lifecycle;
use crate::report::receipt::ReceiptCode;
use crate::report::store::{Outcome, Submitted};
use crate::theme::Theme;
use crate::theme::view::{
    AlternateView, CheckRowView, CheckView, ConfirmationView, ErrorLinkView, FieldView,
    FormPageView, HiddenView, NextStepView, OptionView, PartView, ReceiptView, ShellView,
};

/// The question how the reporter may be reached.
const CONTACT_FIELD: &str = "contact_mode";

/// Its answer that asks for no contact.
const NO_CONTACT: &str = "none";

/// What all screens of one journey have in common.
pub(super) struct Journey<'a> {
    /// The form.
    pub(super) definition: &'a Definition,
    /// Its language on this address.
    pub(super) language: Language,
    /// What happens to reports.
    pub(super) lifecycle: &'a Lifecycle,
    /// The texts of the theme in that language.
    pub(super) texts: &'a Catalogue,
    /// The address that everything is sent to.
    pub(super) action: &'a str,
    /// The address of My report.
    pub(super) follow: &'a str,
    /// The same address with scheme and host, where they are known.
    pub(super) follow_address: &'a str,
    /// The first page in every language; the language switch stands on the first page only, where
    /// nothing can be lost by it.
    pub(super) alternates: &'a [AlternateView],
    /// The key of this report; a first page that another web server serves has none.
    pub(super) key: Option<SubmissionKey>,
    /// Whether the form has changed since the page that was sent was opened.
    pub(super) changed: bool,
    /// Today in the Netherlands.
    pub(super) today: Date,
}

impl<'a> Journey<'a> {
    /// Starts a journey through a form, without a key.
    pub(super) fn of(
        route: &'a FormRoute,
        theme: &'a Theme,
        lifecycle: &'a Lifecycle,
        today: Date,
    ) -> Journey<'a> {
        Journey {
            definition: &route.form,
            language: route.language,
            lifecycle,
            texts: theme.messages(route.language),
            action: &route.action,
            follow: &route.follow,
            follow_address: &route.follow_address,
            alternates: &route.alternates,
            key: None,
            changed: false,
            today,
        }
    }

    /// Shows the first page, on which nothing was typed yet.
    pub(super) fn first_page(&self) -> Option<FormPageView> {
        let draft = Draft::default();
        let page = self.definition.visible_pages(&draft).into_iter().next()?;
        Some(self.page(page, &draft, false, false))
    }

    /// Shows a page of the form.
    pub(super) fn page(
        &self,
        page: &Page,
        draft: &Draft,
        judged: bool,
        returns: bool,
    ) -> FormPageView {
        let pages = self.definition.visible_pages(draft);
        let at = pages.iter().position(|known| known.id == page.id);
        let step = at.map_or(1, |at| at + 1);
        let mistakes = if judged {
            self.definition.check_page(&page.id, draft, self.today)
        } else {
            Vec::new()
        };
        let fields = self.definition.visible_fields_of(page, draft);
        let heading_is_label = fields.len() == 1;
        let title = match fields.as_slice() {
            [only] => self.text(&only.label),
            _ => self.text(&page.title),
        };
        let mut hidden = hidden(draft.pairs_outside(page));
        hidden.extend(self.travelling(&page.id, returns));
        let first = step == 1;
        FormPageView {
            shell: self.shell(
                self.title(&title, Some((step, pages.len() + 1)), !mistakes.is_empty()),
                first && !judged && !returns,
            ),
            form_title: self.text(&self.definition.title),
            form_intro_html: None,
            sends: "report",
            practice: false,
            part_title: None,
            title,
            heading_is_label,
            intro_html: page.intro.as_ref().map(|text| self.paragraphs(text)),
            first,
            action: self.action.to_owned(),
            step,
            steps: pages.len() + 1,
            continued: false,
            files: false,
            draft: None,
            refused: Vec::new(),
            hidden,
            errors: mistakes
                .iter()
                .map(|mistake| ErrorLinkView {
                    href: format!("#{}", self.input_of(mistake)),
                    text: self.message(mistake),
                })
                .collect(),
            fields: fields
                .into_iter()
                .map(|field| self.field(field, draft, &mistakes))
                .collect(),
            back: step > 1,
            returns_to_check: returns,
            changed: self.changed,
        }
    }

    /// Shows the answers before they are sent.
    pub(super) fn check(
        &self,
        draft: &Draft,
        answers: &Answers,
        problem: Option<&str>,
    ) -> CheckView {
        let steps = self.definition.visible_pages(draft).len() + 1;
        let mut hidden = hidden(draft.to_pairs());
        hidden.extend(self.travelling(CHECK, false));
        let rows = answers
            .rows(self.definition, self.language, self.texts)
            .into_iter()
            .map(|row| CheckRowView {
                label: row.label,
                lines: row.lines,
                change: format!("change:{}", row.page.unwrap_or_default()),
            })
            .collect();
        let title = self.texts.text("check.title", &[]);
        CheckView {
            shell: self.shell(
                self.title(&title, Some((steps, steps)), problem.is_some()),
                false,
            ),
            form_title: self.text(&self.definition.title),
            sends: "report",
            withdrawable: false,
            practice: false,
            part_title: None,
            draft: None,
            action: self.action.to_owned(),
            step: steps,
            steps,
            hidden,
            rows,
            changed: self.changed,
            problem: problem.map(str::to_owned),
        }
    }

    /// Shows that the report is stored, and what the reporter may count on.
    pub(super) fn confirmation(
        &self,
        submitted: &Submitted,
        receipt: &ReceiptCode,
        answers: &Answers,
    ) -> ConfirmationView {
        let contact = !wants_no_contact(answers);
        let promised = self.lifecycle.promised(&submitted.progress, contact);
        let next_steps = promised
            .into_iter()
            .map(|promised| NextStepView {
                when: self.words().within(promised.rule.within, promised.due),
                what: promised.text.get(self.language).to_owned(),
            })
            .collect();
        let title = self.texts.text("confirmation.title", &[]);
        ConfirmationView {
            shell: self.shell(title, false),
            receipt: ReceiptView {
                case_number: submitted.case.to_string(),
                code: groups(&receipt.to_string()),
                address: without_scheme(self.follow_address).to_owned(),
                received: self.words().moment(submitted.received_at),
            },
            action: self.follow.to_owned(),
            repeated: submitted.outcome == Outcome::Repeated,
            amended: submitted.outcome == Outcome::Amended,
            contact,
            details: false,
            draft: None,
            next_steps,
        }
    }

    fn field(&self, field: &Field, draft: &Draft, mistakes: &[FieldError]) -> FieldView {
        let id = field.name.to_string();
        let own: Vec<&FieldError> = mistakes
            .iter()
            .filter(|mistake| mistake.field == field.name)
            .collect();
        let messages: Vec<String> = own.iter().map(|mistake| self.message(mistake)).collect();
        let is_date = field.kind == FieldKind::ApproximateDate;
        let is_question = field.kind.is_question();
        FieldView {
            kind: field.kind.name(),
            // The choices of a date are one of its parts; their name in the form data says so.
            name: if is_date {
                field.name.part("known")
            } else {
                id.clone()
            },
            label: self.text(&field.label),
            hint: self.optional(field.hint.as_ref()),
            why: self.optional(field.why.as_ref()),
            who_sees: self.optional(field.who_sees.as_ref()),
            required: field.required || !is_question,
            value: if field.kind.is_typed() {
                draft.value(&field.name).to_owned()
            } else {
                String::new()
            },
            options: self.options(field, draft, &id),
            parts: if is_date {
                self.parts(field, draft, &id, &own)
            } else {
                Vec::new()
            },
            autocomplete: field.autocomplete.clone(),
            inputmode: field.kind.inputmode().map(str::to_owned),
            max_length: field.kind.is_typed().then_some(field.max_length),
            counter: false,
            prefix: None,
            items: Vec::new(),
            add: None,
            files: Vec::new(),
            file_limits: None,
            error: (!messages.is_empty()).then(|| messages.join(" ")),
            text_html: field.text.as_ref().map(|text| self.paragraphs(text)),
            id,
        }
    }

    fn options(&self, field: &Field, draft: &Draft, id: &str) -> Vec<OptionView> {
        let option = |value: &str, label, hint, checked, apart| OptionView {
            value: value.to_owned(),
            id: String::new(),
            label,
            hint,
            checked,
            apart,
            other: None,
        };
        let chosen = draft.values(&field.name);
        let mut options: Vec<OptionView> = match field.kind {
            FieldKind::YesNo => [("yes", "answer.yes"), ("no", "answer.no")]
                .iter()
                .map(|(value, key)| {
                    let label = self.texts.text(key, &[]);
                    option(value, label, None, chosen.contains(value), false)
                })
                .collect(),
            FieldKind::ApproximateDate => {
                let known = draft.date(&field.name, self.today).known;
                Known::ALL
                    .iter()
                    .map(|choice| {
                        let label = self.texts.text(choice.key(), &[]);
                        option(choice.value(), label, None, choice.value() == known, false)
                    })
                    .collect()
            }
            _ => field
                .options
                .iter()
                .map(|choice| {
                    option(
                        &choice.value,
                        self.text(&choice.label),
                        self.optional(choice.hint.as_ref()),
                        chosen.contains(&choice.value.as_str()),
                        choice.apart,
                    )
                })
                .collect(),
        };
        let first = first_input(field, id);
        for (at, option) in options.iter_mut().enumerate() {
            option.id = match at {
                0 => first.clone(),
                _ => format!("{first}-{}", at + 1),
            };
        }
        options
    }

    fn parts(
        &self,
        field: &Field,
        draft: &Draft,
        id: &str,
        mistakes: &[&FieldError],
    ) -> Vec<PartView> {
        let shown = draft.date(&field.name, self.today);
        DATE_PARTS
            .iter()
            .map(|part| PartView {
                part: part.part,
                name: field.name.part(part.part),
                id: format!("{id}-{}", part.part),
                label: self.texts.text(&format!("answer.date.{}", part.part), &[]),
                value: shown.part(part.part).to_owned(),
                wrong: mistakes
                    .iter()
                    .any(|mistake| mistake.part == Some(part.part)),
                width: part.width,
                inputmode: part.inputmode,
                options: Vec::new(),
            })
            .collect()
    }

    fn input_of(&self, mistake: &FieldError) -> String {
        let id = mistake.field.as_str();
        match (mistake.part, self.definition.field(id)) {
            (None, Some(field)) => first_input(field, id),
            _ => mistake.input_id(id),
        }
    }

    fn message(&self, mistake: &FieldError) -> String {
        mistake.message(self.definition, self.language, self.texts)
    }

    fn travelling(&self, page: &str, returns: bool) -> Vec<HiddenView> {
        let mut pairs = vec![
            ("page".to_owned(), page.to_owned()),
            ("version".to_owned(), self.definition.version.to_string()),
        ];
        if let Some(key) = &self.key {
            pairs.push(("key".to_owned(), key.to_hex()));
        }
        if returns {
            pairs.push(("return".to_owned(), CHECK.to_owned()));
        }
        hidden(pairs)
    }

    /// `[Fout: ][Stap 2 van 4: ]onderwerp`: what is most needed first, for who hears the title.
    fn title(&self, subject: &str, step: Option<(usize, usize)>, wrong: bool) -> String {
        let mut title = String::new();
        if wrong {
            title.push_str(&self.texts.text("form.error_prefix", &[]));
            title.push(' ');
        }
        if let Some((step, steps)) = step {
            let (step, steps) = (step.to_string(), steps.to_string());
            let arguments = [("step", step.as_str()), ("steps", steps.as_str())];
            title.push_str(&self.texts.text("form.step", &arguments));
            title.push_str(": ");
        }
        title.push_str(subject);
        title
    }

    fn shell(&self, document_title: String, with_switch: bool) -> ShellView {
        ShellView {
            document_title,
            href: self.action.to_owned(),
            description: None,
            alternates: if with_switch {
                self.alternates.to_vec()
            } else {
                Vec::new()
            },
            section: None,
            breadcrumbs: Vec::new(),
            reporting: true,
            sends_elsewhere: false,
        }
    }

    fn text(&self, text: &Text) -> String {
        text.get(self.language).to_owned()
    }

    fn optional(&self, text: Option<&Text>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    fn paragraphs(&self, text: &Text) -> String {
        paragraphs(text.get(self.language))
    }

    fn words(&self) -> Words<'_> {
        Words {
            language: self.language,
            texts: self.texts,
        }
    }
}

/// Returns the groups of a receipt code.
fn groups(code: &str) -> Vec<String> {
    code.split('-').map(str::to_owned).collect()
}

/// Returns an address as people type it.
fn without_scheme(address: &str) -> &str {
    let (_, bare) = address.split_once("://").unwrap_or(("", address));
    bare.trim_start_matches('/')
}

/// Returns whether the reporter asked not to be contacted: then nothing is promised that needs it.
pub(super) fn wants_no_contact(answers: &Answers) -> bool {
    let mode = answers.get(CONTACT_FIELD);
    mode.is_some_and(|mode| mode.chosen().contains(&NO_CONTACT))
}

/// Returns the id of the first input of a field, to which the error summary leads.
fn first_input(field: &Field, id: &str) -> String {
    match field.kind {
        FieldKind::ApproximateDate => format!("{id}-known"),
        _ => id.to_owned(),
    }
}

fn hidden(pairs: Vec<(String, String)>) -> Vec<HiddenView> {
    pairs
        .into_iter()
        .map(|(name, value)| HiddenView { name, value })
        .collect()
}

/// Makes paragraphs of plain text, which an empty line keeps apart.
fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text.split("\n\n").map(str::trim) {
        if paragraph.is_empty() {
            continue;
        }
        html.push_str("<p>");
        for character in paragraph.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                other => html.push(other),
            }
        }
        html.push_str("</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_safe_paragraphs() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(paragraphs(text), expected);
        }
        check("", "");
        check("Bel 112.\n\nGa weg.\n", "<p>Bel 112.</p><p>Ga weg.</p>");
        check("<b> & \"x\"", "<p>&lt;b&gt; &amp; \"x\"</p>");
    }
}
