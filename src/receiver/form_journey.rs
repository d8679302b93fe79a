//! The way through a form: which screen follows on what was sent.
//!
//! All answers so far travel with each page, and every post is judged afresh from them, so that the
//! server keeps nothing of a report before it is sent. Going back never judges and never loses what
//! was typed.

use jiff::civil::Date;

use crate::form::{Answers, Definition, Draft, Page};
use crate::report::ids::SubmissionKey;

/// Name of the check page in the form data; a page of a form cannot have it.
pub(super) const CHECK: &str = "_check";

/// What a form page sends.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Everything typed so far.
    pub(super) draft: Draft,
    /// The key that makes one report of all that is sent with it.
    pub(super) key: Option<SubmissionKey>,
    /// The page that was sent.
    page: String,
    /// The button that was pressed.
    go: Go,
    /// Whether the reporter came from the check page.
    returns: bool,
    /// Whether the form has changed since the page was opened.
    pub(super) changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Go {
    Next,
    Back,
    Change(String),
    Send,
}

/// What is shown or done next.
#[derive(Debug, PartialEq)]
pub(super) enum Screen<'a> {
    /// A page of the form.
    Page {
        /// The page.
        page: &'a Page,
        /// Whether to say what is wrong on it.
        judged: bool,
        /// Whether the check page follows when it is right.
        returns: bool,
    },
    /// The answers before sending.
    Check(Answers),
    /// The report is stored.
    Submit(Answers),
}

impl Sent {
    /// Reads what a form page sent. What is missing or makes no sense is taken as "next page", which
    /// loses nothing.
    pub(super) fn read(definition: &Definition, pairs: &[(String, String)], today: Date) -> Sent {
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| known == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let go = match value("go") {
            "back" => Go::Back,
            "send" => Go::Send,
            go => match go.strip_prefix("change:") {
                Some(page) => Go::Change(page.to_owned()),
                None => Go::Next,
            },
        };
        Sent {
            draft: Draft::read(definition, pairs, today),
            key: value("key").parse().ok(),
            page: value("page").to_owned(),
            go,
            returns: value("return") == CHECK,
            changed: value("version")
                .parse()
                .is_ok_and(|version: u32| version != definition.version),
        }
    }

    /// Decides what follows. The form may have changed since the page was opened: only the form as it
    /// is now counts, and what it newly asks is asked before anything is sent. Answers that all fit the
    /// changed form are shown once more, because they may now answer other questions.
    pub(super) fn screen<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        let draft = &self.draft;
        let current = definition
            .visible_pages(draft)
            .into_iter()
            .find(|page| page.id == self.page);
        match &self.go {
            Go::Send if self.changed => self.judge(definition, today, true, Screen::Check),
            Go::Send => self.judge(definition, today, true, Screen::Submit),
            Go::Change(id) => {
                let mut visible = definition.visible_pages(draft).into_iter();
                match visible.find(|page| page.id == *id) {
                    Some(page) => Some(Screen::Page {
                        page,
                        judged: false,
                        returns: true,
                    }),
                    None => self.judge(definition, today, false, Screen::Check),
                }
            }
            Go::Back => self.back(definition, today),
            Go::Next => match current {
                Some(page) if !definition.check_page(&page.id, draft, today).is_empty() => {
                    Some(Screen::Page {
                        page,
                        judged: true,
                        returns: self.returns,
                    })
                }
                Some(page) if !self.returns => match definition.next_page(&page.id, draft) {
                    Some(page) => Some(Screen::Page {
                        page,
                        judged: false,
                        returns: false,
                    }),
                    None => self.judge(definition, today, false, Screen::Check),
                },
                _ => self.judge(definition, today, false, Screen::Check),
            },
        }
    }

    fn back<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        let draft = &self.draft;
        if self.returns && definition.first_page_with_problem(draft, today).is_none() {
            return self.judge(definition, today, false, Screen::Check);
        }
        let visible = definition.visible_pages(draft);
        let page = if self.page == CHECK {
            visible.last().copied()
        } else {
            definition
                .previous_page(&self.page, draft)
                .or(visible.first().copied())
        };
        page.map(|page| Screen::Page {
            page,
            judged: false,
            returns: self.returns,
        })
    }

    /// Goes on with the answers where all is right, else to the first page with a problem.
    fn judge<'a>(
        &self,
        definition: &'a Definition,
        today: Date,
        judged: bool,
        go_on: fn(Answers) -> Screen<'a>,
    ) -> Option<Screen<'a>> {
        match definition.answers(&self.draft, today) {
            Ok(answers) => Some(go_on(answers)),
            Err(_) => definition
                .first_page_with_problem(&self.draft, today)
                .map(|page| Screen::Page {
                    page,
                    judged,
                    returns: true,
                }),
        }
    }
}
