//! What the templates show of a form: definition, draft and mistakes as plain data.

use jiff::civil::Date;

use super::field_views::{FieldViews, chosen_files};
use super::form_journey::{CHECK, Returns, Shown};
use super::form_route::FormRoute;
use super::words::Words;
use crate::form::{Answers, CheckRow, Definition, Draft, FieldKind, Refused, Sends, Step, Text};
use crate::language::Language;
use crate::message::Catalogue;
use crate::report::ids::SubmissionKey;
use crate::report::lifecycle::{Lifecycle, Progress};
use crate::report::receipt::ReceiptCode;
use crate::report::store::{Outcome, Submitted};
use crate::theme::Theme;
use crate::theme::view::{
    AlternateView, CheckRowView, CheckView, ConfirmationView, DraftView, ErrorLinkView,
    FileLimitsView, FileView, FormPageView, HiddenView, NextStepView, PractisedView, ReceiptView,
    ShellView,
};

/// What all screens of one journey have in common.
pub(super) struct Journey<'a> {
    /// The form, or the second part of one.
    pub(super) definition: &'a Definition,
    /// Title of the form, also in its second part.
    pub(super) form_title: &'a Text,
    /// What the form sends: `report`, `details` (the second part of a report) or `submission`.
    pub(super) sends: &'static str,
    /// Its language on this address.
    pub(super) language: Language,
    /// What happens to reports.
    pub(super) lifecycle: &'a Lifecycle,
    /// The texts of the theme in that language.
    pub(super) texts: &'a Catalogue,
    /// The address that everything is sent to.
    pub(super) action: &'a str,
    /// What travels along besides the answers, such as the code of the report whose second part it is.
    pub(super) carried: &'a [(String, String)],
    /// The address of My report.
    pub(super) follow: &'a str,
    /// The same address with scheme and host, where they are known.
    pub(super) follow_address: &'a str,
    /// The first page in every language; the language switch stands on the first page only, where
    /// nothing can be lost by it.
    pub(super) alternates: &'a [AlternateView],
    /// The key of this report; a first page that another web server serves has none, nor has practice.
    pub(super) key: Option<SubmissionKey>,
    /// Whether the form has changed since the page that was sent was opened.
    pub(super) changed: bool,
    /// What came along with a link and was not taken.
    pub(super) refused: &'a [Refused],
    /// Files that are stored already, at which the answers may point.
    pub(super) files: &'a [FileView],
    /// What files may be; absent where none can be taken.
    pub(super) file_limits: Option<&'a FileLimitsView>,
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
            form_title: &route.form.title,
            sends: sends(&route.form),
            language: route.language,
            lifecycle,
            texts: theme.messages(route.language),
            action: &route.pages.href,
            carried: &[],
            follow: &route.follow.href,
            follow_address: &route.follow.url,
            alternates: &route.pages.alternates,
            key: None,
            changed: false,
            refused: &[],
            files: &[],
            file_limits: None,
            today,
        }
    }

    /// Shows the first page, with what came along.
    pub(super) fn first_page(&self, draft: &Draft) -> Option<FormPageView> {
        let page = self.definition.visible_pages(draft).into_iter().next()?;
        Some(self.page(&Shown::plain(page), draft))
    }

    /// Shows a page of the form.
    pub(super) fn page(&self, shown: &Shown<'_>, draft: &Draft) -> FormPageView {
        let page = shown.page;
        let back = self.definition.previous_page(&page.id, draft).is_some();
        let step = self.definition.step(&page.id);
        let mistakes = if shown.judged {
            self.definition.check_page(&page.id, draft, self.today)
        } else {
            Vec::new()
        };
        let questions = FieldViews {
            words: self.words(),
            today: self.today,
            draft,
            mistakes: mistakes
                .into_iter()
                .map(|mistake| {
                    let text = mistake.message(self.definition, self.language, self.texts);
                    (mistake, text)
                })
                .collect(),
            added: shown.added.as_deref(),
            files: self.files,
            file_limits: self.file_limits,
        };
        let fields = self.definition.visible_fields_of(page, draft);
        let title = match fields.as_slice() {
            [only] => self.words().of(&only.label),
            _ => self.words().of(&page.title),
        };
        let mut hidden = hidden(draft.pairs_outside(&fields));
        hidden.extend(self.travelling(&page.id, shown.returns.as_ref()));
        // What was typed, or came along with a link, is not lost by it.
        let untouched = draft.to_pairs().is_empty();
        let with_switch = !back && !shown.judged && shown.returns.is_none() && untouched;
        FormPageView {
            shell: self.shell(
                self.title(&title, step, !questions.mistakes.is_empty()),
                with_switch,
            ),
            form_title: self.words().of(self.form_title),
            form_intro_html: self.paragraphs(self.definition.intro.as_ref()),
            sends: self.sends,
            practice: self.definition.practice,
            part_title: self.part_title(),
            title,
            heading_is_label: fields.len() == 1,
            intro_html: self.paragraphs(page.intro.as_ref()),
            first: !back,
            action: self.action.to_owned(),
            step: step.number,
            steps: step.of,
            continued: step.continued,
            files: fields.iter().any(|field| field.kind == FieldKind::File),
            draft: self.draft(),
            refused: self
                .refused
                .iter()
                .map(|refused| refused.message(self.definition, self.language, self.texts))
                .collect(),
            hidden,
            errors: questions
                .mistakes
                .iter()
                .map(|(mistake, text)| ErrorLinkView {
                    href: format!("#{}", mistake.input_id()),
                    text: text.clone(),
                })
                .collect(),
            fields: fields
                .into_iter()
                .map(|field| questions.field(field))
                .collect(),
            back,
            returns_to_check: shown.returns.is_some(),
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
        let step = self.definition.step(CHECK);
        let mut hidden = hidden(draft.to_pairs());
        hidden.extend(self.travelling(CHECK, None));
        let rows = answers
            .rows_before_sending(self.definition, draft, self.language, self.texts)
            .into_iter()
            .map(|row| CheckRowView {
                lines: self.lines(&row, draft),
                label: row.label,
                change: format!("change:{}", row.page.unwrap_or_default()),
            })
            .collect();
        let title = self.words().text("check.title");
        CheckView {
            shell: self.shell(self.title(&title, step, problem.is_some()), false),
            form_title: self.words().of(self.form_title),
            sends: self.sends,
            withdrawable: self.definition.is_withdrawable(),
            practice: self.definition.practice,
            part_title: self.part_title(),
            draft: self.draft(),
            action: self.action.to_owned(),
            step: step.number,
            steps: step.of,
            hidden,
            rows,
            changed: self.changed,
            problem: problem.map(str::to_owned),
        }
    }

    /// Files are shown by their names, which only who stored them knows.
    fn lines(&self, row: &CheckRow, draft: &Draft) -> Vec<String> {
        match self.definition.field(&row.field) {
            Some(field) if field.kind == FieldKind::File => {
                let files = chosen_files(draft, &row.field, self.files);
                files.into_iter().map(|file| file.name).collect()
            }
            _ => row.lines.clone(),
        }
    }

    /// Shows that the report is stored, and what the reporter may count on.
    pub(super) fn confirmation(
        &self,
        submitted: &Submitted,
        receipt: &ReceiptCode,
        answers: &Answers,
    ) -> ConfirmationView {
        let contact = !declines_contact(self.definition, answers);
        ConfirmationView {
            shell: self.shell(self.words().text("confirmation.title"), false),
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
            details: self.definition.details.is_some(),
            for_colleague: self.definition.code_is_for_other(answers),
            draft: self.draft(),
            next_steps: self.promised(&submitted.progress, contact),
        }
    }

    /// Shows the end of practice: what would follow on a report that begins like this.
    pub(super) fn practised(&self, begun: &Progress, answers: &Answers) -> PractisedView {
        let contact = !declines_contact(self.definition, answers);
        PractisedView {
            shell: self.shell(self.words().text("practice.done_title"), false),
            again: self.action.to_owned(),
            next_steps: self.promised(begun, contact),
        }
    }

    fn promised(&self, progress: &Progress, contact: bool) -> Vec<NextStepView> {
        let promised = self.lifecycle.promised(progress, contact).into_iter();
        promised
            .map(|promised| NextStepView {
                when: self.words().within(promised.rule.within, promised.due),
                what: promised.text.get(self.language).to_owned(),
            })
            .collect()
    }

    /// A draft may stay on the device, except with the code of a report and where it is only practice.
    pub(super) fn draft(&self) -> Option<DraftView> {
        let may_stay = !self.definition.practice && self.sends != DETAILS;
        may_stay.then(|| DraftView {
            key: format!("{}.{}", self.definition.id, self.language),
        })
    }

    fn part_title(&self) -> Option<String> {
        (self.sends == DETAILS).then(|| self.words().of(&self.definition.title))
    }

    fn travelling(&self, page: &str, returns: Option<&Returns>) -> Vec<HiddenView> {
        let mut pairs = self.carried.to_vec();
        let mut carry = |name: &str, value: String| pairs.push((name.to_owned(), value));
        carry("page", page.to_owned());
        carry("version", self.definition.version.to_string());
        if let Some(key) = &self.key {
            carry("key", key.to_hex());
        }
        if let Some(returns) = returns {
            carry("return", CHECK.to_owned());
            for page in &returns.asked {
                carry("return", page.clone());
            }
        }
        hidden(pairs)
    }

    /// `[Fout: ][Stap 2 van 4: ]onderwerp`: what is most needed first, for who hears the title.
    fn title(&self, subject: &str, step: Step, wrong: bool) -> String {
        let mut title = String::new();
        if wrong {
            title.push_str(&self.words().text("form.error_prefix"));
            title.push(' ');
        }
        let key = match step.continued {
            true => "form.step_continued",
            false => "form.step",
        };
        let (number, of) = (step.number.to_string(), step.of.to_string());
        let arguments = [("step", number.as_str()), ("steps", of.as_str())];
        title.push_str(&self.texts.text(key, &arguments));
        title.push_str(": ");
        title.push_str(subject);
        title
    }

    pub(super) fn shell(&self, document_title: String, with_switch: bool) -> ShellView {
        ShellView {
            alternates: if with_switch {
                self.alternates.to_vec()
            } else {
                Vec::new()
            },
            reporting: true,
            ..ShellView::apart(document_title, self.action.to_owned())
        }
    }

    fn paragraphs(&self, text: Option<&Text>) -> Option<String> {
        text.map(|text| self.words().paragraphs(text))
    }

    pub(super) fn words(&self) -> Words<'a> {
        Words {
            language: self.language,
            texts: self.texts,
        }
    }
}

/// What the second part of a report is called in a view.
pub(super) const DETAILS: &str = "details";

/// Returns what a form sends, as a view calls it.
pub(super) fn sends(form: &Definition) -> &'static str {
    match form.sends {
        Sends::Report => "report",
        Sends::Submission { .. } => "submission",
    }
}

/// Returns whether the sender asked not to be contacted: then nothing is promised that needs it.
pub(super) fn declines_contact(form: &Definition, answers: &Answers) -> bool {
    let contact = form.contact.as_ref();
    contact.is_some_and(|contact| contact.declined(answers))
}

/// Returns the groups of a receipt code.
pub(super) fn groups(code: &str) -> Vec<String> {
    code.split('-').map(str::to_owned).collect()
}

/// Returns an address as people type it.
pub(super) fn without_scheme(address: &str) -> &str {
    let (_, bare) = address.split_once("://").unwrap_or(("", address));
    bare.trim_start_matches('/')
}

fn hidden(pairs: Vec<(String, String)>) -> Vec<HiddenView> {
    pairs
        .into_iter()
        .map(|(name, value)| HiddenView { name, value })
        .collect()
}
