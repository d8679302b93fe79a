//! A form on paper: every question of both parts, with in words when it is asked.

use axum::body::Body;
use hyper::{Method, Response, StatusCode};

use super::form_route::FormRoute;
use super::form_views::sends;
use super::portal::Application;
use super::words::Words;
use crate::form::{Condition, Definition, Field, FieldKind, Known, Page, Text, Wanted};
use crate::message::Catalogue;
use crate::theme::Template;
use crate::theme::view::{
    Link, SheetFieldView, SheetOptionView, SheetPageView, SheetPartView, SheetView, ShellView,
};

/// Items of a group that there is room for on paper; more fit on the back.
const ITEMS: usize = 2;

impl Application {
    /// Answers a request for a form on paper.
    pub(super) fn sheet(&self, route: &FormRoute, method: &Method) -> Response<Body> {
        match *method {
            Method::GET | Method::HEAD => {
                let view = sheet(route, self.version.theme.messages(route.language));
                self.rendered(route, StatusCode::OK, Template::FormSheet, &view)
            }
            _ => self.not_allowed(route.language, "GET, HEAD"),
        }
    }
}

/// Shows a form on paper.
pub(super) fn sheet(route: &FormRoute, texts: &Catalogue) -> SheetView {
    let form = &route.form;
    let words = Words {
        language: route.language,
        texts,
    };
    let title = words.of(&form.title);
    let mut shell = ShellView::apart(title.clone(), route.sheet.href.clone());
    shell.alternates.clone_from(&route.sheet.alternates);
    let part = |pages: &[Page]| {
        let who_sees = mostly_seen_by(pages);
        let writer = Sheet {
            form,
            words,
            who_sees,
        };
        SheetPartView {
            title: None,
            intro_html: None,
            who_sees: words.of_any(who_sees),
            pages: writer.pages(pages),
        }
    };
    let mut parts = vec![part(&form.pages)];
    if let Some(details) = &form.details {
        parts.push(SheetPartView {
            title: Some(words.of(&details.title)),
            intro_html: details.intro.as_ref().map(|text| words.paragraphs(text)),
            ..part(&details.pages)
        });
    }
    SheetView {
        shell,
        intro_html: form.intro.as_ref().map(|text| words.paragraphs(text)),
        sends: sends(form),
        form: Link {
            label: title.clone(),
            href: route.pages.href.clone(),
        },
        title,
        parts,
    }
}

/// Returns what is said most often of who sees an answer, where it is said more than once.
fn mostly_seen_by(pages: &[Page]) -> Option<&Text> {
    let fields: Vec<&Field> = pages.iter().flat_map(|page| &page.fields).collect();
    let said: Vec<&Text> = fields
        .iter()
        .filter_map(|field| field.who_sees.as_ref())
        .collect();
    let often = |text: &Text| said.iter().filter(|other| **other == text).count();
    // The first of those that are said as often.
    let most = said.iter().rev().max_by_key(|text| often(text))?;
    (often(most) > 1).then_some(*most)
}

struct Sheet<'a> {
    form: &'a Definition,
    words: Words<'a>,
    /// Who sees the answers of the part.
    who_sees: Option<&'a Text>,
}

impl Sheet<'_> {
    /// Shows the pages that have something to fill in on paper.
    fn pages(&self, pages: &[Page]) -> Vec<SheetPageView> {
        let shown = pages.iter().map(|page| {
            let asked = |field: &&Field| self.is_on_paper(field);
            SheetPageView {
                title: self.words.of(&page.title),
                intro_html: page.intro.as_ref().map(|text| self.words.paragraphs(text)),
                fields: page
                    .fields
                    .iter()
                    .filter(asked)
                    .map(|field| self.field(field))
                    .collect(),
            }
        });
        shown.filter(|page| !page.fields.is_empty()).collect()
    }

    fn field(&self, field: &Field) -> SheetFieldView {
        let kind = field.kind;
        SheetFieldView {
            kind: kind.name(),
            label: self.words.of(&field.label),
            hint: self.words.of_any(field.hint.as_ref()),
            who_sees: self.who_sees(field),
            required: field.required || !kind.is_question(),
            when: self.when(&field.when),
            options: self.options(field),
            prefix: (kind == FieldKind::Money).then_some("€"),
            text_html: field.text.as_ref().map(|text| self.words.paragraphs(text)),
            items: match kind {
                FieldKind::Group => (1..=field.most.min(ITEMS))
                    .map(|number| format!("{} {number}", self.words.of(field.item_label())))
                    .collect(),
                _ => Vec::new(),
            },
            fields: field.fields.iter().map(|sub| self.field(sub)).collect(),
        }
    }

    fn who_sees(&self, field: &Field) -> Option<String> {
        let own = field.who_sees.as_ref();
        self.words
            .of_any(own.filter(|own| Some(*own) != self.who_sees))
    }

    fn options(&self, field: &Field) -> Vec<SheetOptionView> {
        let plain = |label| SheetOptionView {
            label,
            hint: None,
            other: false,
        };
        match field.kind {
            FieldKind::YesNo => ["answer.yes", "answer.no"]
                .map(|key| plain(self.words.text(key)))
                .into(),
            // "Today" is another day by the time somebody reads the paper.
            FieldKind::ApproximateDate => [Known::Date, Known::About]
                .map(|known| plain(self.words.text(known.key())))
                .into(),
            _ => field
                .options
                .iter()
                .map(|option| SheetOptionView {
                    label: self.words.of(&option.label),
                    hint: self.words.of_any(option.hint.as_ref()),
                    other: option.other,
                })
                .collect(),
        }
    }

    /// Returns whether a question can be asked on paper at all. What only comes along with a link cannot,
    /// nor what depends on it.
    fn is_on_paper(&self, field: &Field) -> bool {
        let fits = |condition: &Condition| {
            condition.wanted == Wanted::NotGiven || self.looked_at(condition).is_some()
        };
        !field.only_prefilled && field.can_be_answered() && field.when.iter().all(fits)
    }

    /// Finds the question on paper that a condition looks at.
    fn looked_at(&self, condition: &Condition) -> Option<&Field> {
        let details = self.form.details.iter().flat_map(|part| &part.pages);
        let mut fields = self
            .form
            .pages
            .iter()
            .chain(details)
            .flat_map(|page| &page.fields);
        fields.find(|field| field.name == condition.field && !field.only_prefilled)
    }

    /// Says in words when a question is asked.
    fn when(&self, conditions: &[Condition]) -> Option<String> {
        let said: Vec<String> = conditions
            .iter()
            .filter_map(|condition| self.condition(condition))
            .collect();
        let and = format!(" {} ", self.words.text("sheet.when.and"));
        let said = said.join(&and);
        (!said.is_empty()).then(|| self.words.texts.text("sheet.when", &[("said", &said)]))
    }

    fn condition(&self, condition: &Condition) -> Option<String> {
        let field = self.looked_at(condition)?;
        let label = self.words.of(&field.label);
        let about = |key: &str| self.words.texts.text(key, &[("question", &label)]);
        Some(match &condition.wanted {
            Wanted::Given => about("sheet.when.given"),
            Wanted::NotGiven => about("sheet.when.not_given"),
            Wanted::Any(values) => {
                let arguments = [
                    ("question", label.as_str()),
                    ("answer", &self.any(field, values)),
                ];
                self.words.texts.text("sheet.when.any", &arguments)
            }
        })
    }

    /// `‘A’, ‘B’ of ‘C’`.
    fn any(&self, field: &Field, values: &[String]) -> String {
        let quoted = |value: &String| {
            let answer = self.value(field, value);
            self.words
                .texts
                .text("sheet.when.answer", &[("answer", &answer)])
        };
        let chosen: Vec<String> = values.iter().map(quoted).collect();
        match chosen.split_last() {
            Some((last, others)) if !others.is_empty() => {
                let or = self.words.text("sheet.when.or");
                format!("{} {or} {last}", others.join(", "))
            }
            _ => chosen.concat(),
        }
    }

    fn value(&self, field: &Field, value: &str) -> String {
        match (field.kind, value) {
            (FieldKind::YesNo, "yes") => self.words.text("answer.yes"),
            (FieldKind::YesNo, _) => self.words.text("answer.no"),
            _ => field
                .option(value)
                .map_or_else(|| value.to_owned(), |option| self.words.of(&option.label)),
        }
    }
}
