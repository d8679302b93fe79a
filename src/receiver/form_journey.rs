//! The way through a form: which screen follows on what was sent.
//!
//! All answers so far travel with each page, and every post is judged afresh from them, so that the
//! server keeps nothing of a form before it is sent. Going back, adding an item and taking one away
//! never judge and never lose what was typed.

use jiff::civil::Date;

use crate::form::{Answers, Definition, Draft, FieldKind, Page};
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
    /// Set where somebody came from the check page.
    returns: Option<Returns>,
    /// Whether the form has changed since the page was opened.
    pub(super) changed: bool,
}

/// Somebody came from the check page and goes back there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Returns {
    /// The pages that need not be asked on the way: those that were there when it was left, and those
    /// that were asked since. Pages that an answer newly shows are asked first.
    pub(super) asked: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Go {
    Next,
    Back,
    Change(String),
    Add(String),
    Remove,
    Resume,
    Send,
}

/// What is shown or done next.
#[derive(Debug, PartialEq)]
pub(super) enum Screen<'a> {
    /// A page of the form.
    Page(Shown<'a>),
    /// The answers before sending.
    Check(Answers),
    /// Everything is right and is to be stored.
    Submit(Answers),
}

/// A page of the form, and how it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown<'a> {
    /// The page.
    pub(super) page: &'a Page,
    /// Whether to say what is wrong on it.
    pub(super) judged: bool,
    /// Set where the check page follows when it is right.
    pub(super) returns: Option<Returns>,
    /// The group that just got an item.
    pub(super) added: Option<String>,
}

impl<'a> Shown<'a> {
    /// Shows a page as it is, on the way through the form.
    pub(super) fn plain(page: &'a Page) -> Shown<'a> {
        Shown {
            page,
            judged: false,
            returns: None,
            added: None,
        }
    }
}

impl Sent {
    /// Reads what a form page sent, and adds or takes away what its button says. What is missing or
    /// makes no sense is taken as "next page", which loses nothing.
    pub(super) fn read(definition: &Definition, pairs: &[(String, String)], today: Date) -> Sent {
        let values = |wanted: &'static str| {
            let named = pairs.iter().filter(move |(name, _)| name == wanted);
            named.map(|(_, value)| value.as_str())
        };
        let value = |name| values(name).next().unwrap_or_default();
        let button = value("go");
        let draft = Draft::read(definition, pairs, today);
        let draft = match button.split_once(':') {
            Some(("add", group)) => draft.add_item(definition, group),
            Some(("remove", item)) => without(definition, draft, item, today),
            _ => draft,
        };
        Sent {
            draft,
            key: value("key").parse().ok(),
            page: value("page").to_owned(),
            go: Go::of(button),
            returns: values("return")
                .any(|value| value == CHECK)
                .then(|| Returns {
                    asked: definition
                        .pages
                        .iter()
                        .map(|page| &page.id)
                        .filter(|id| values("return").any(|value| value == id.as_str()))
                        .cloned()
                        .collect(),
                }),
            changed: value("version")
                .parse()
                .is_ok_and(|version: u32| version != definition.version),
        }
    }

    /// Decides what follows. The form may have changed since the page was opened: only the form as it
    /// is now counts, and what it newly asks is asked before anything is sent. Answers that all fit the
    /// changed form are shown once more, because they may now answer other questions.
    pub(super) fn screen<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        match &self.go {
            Go::Send if self.changed => self.judge(definition, today, true, Screen::Check),
            Go::Send => self.judge(definition, today, true, Screen::Submit),
            Go::Change(id) => match self.visible(definition, id) {
                Some(page) => Some(Screen::Page(Shown {
                    returns: Some(self.leaving_check(definition)),
                    ..Shown::plain(page)
                })),
                None => self.to_check(definition, today),
            },
            Go::Back => self.back(definition, today),
            Go::Next => self.next(definition, today),
            Go::Add(_) | Go::Remove | Go::Resume => {
                let added = match &self.go {
                    Go::Add(group) => Some(group.clone()),
                    _ => None,
                };
                match self.visible(definition, &self.page) {
                    Some(page) => Some(Screen::Page(Shown {
                        added,
                        ..self.unjudged(page)
                    })),
                    None => self.to_check(definition, today),
                }
            }
        }
    }

    fn next<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        let draft = &self.draft;
        if let Some(page) = self.visible(definition, &self.page)
            && !definition.check_page(&page.id, draft, today).is_empty()
        {
            return Some(Screen::Page(Shown {
                judged: true,
                ..self.unjudged(page)
            }));
        }
        let next = match &self.returns {
            // Also from a page that is gone, because everything on it was taken out.
            None if definition.page(&self.page).is_some() => {
                definition.next_page(&self.page, draft)
            }
            None => None,
            Some(returns) => definition
                .visible_pages(draft)
                .into_iter()
                .find(|page| page.id != self.page && !returns.asked.contains(&page.id)),
        };
        match next {
            Some(page) => Some(Screen::Page(self.unjudged(page))),
            None => self.to_check(definition, today),
        }
    }

    fn back<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        let draft = &self.draft;
        if self.returns.is_some() && definition.first_page_with_problem(draft, today).is_none() {
            return self.to_check(definition, today);
        }
        let visible = definition.visible_pages(draft);
        let page = if self.page == CHECK {
            visible.last().copied()
        } else {
            definition
                .previous_page(&self.page, draft)
                .or(visible.first().copied())
        };
        page.map(|page| Screen::Page(self.unjudged(page)))
    }

    fn visible<'a>(&self, definition: &'a Definition, id: &str) -> Option<&'a Page> {
        let mut visible = definition.visible_pages(&self.draft).into_iter();
        visible.find(|page| page.id == id)
    }

    /// Shows a page with what was typed. Who came from the check page still does.
    fn unjudged<'a>(&self, page: &'a Page) -> Shown<'a> {
        let returns = self.returns.clone().map(|mut returns| {
            returns.asked.push(page.id.clone());
            returns
        });
        Shown {
            returns,
            ..Shown::plain(page)
        }
    }

    fn leaving_check(&self, definition: &Definition) -> Returns {
        let visible = definition.visible_pages(&self.draft);
        Returns {
            asked: visible.into_iter().map(|page| page.id.clone()).collect(),
        }
    }

    fn to_check<'a>(&self, definition: &'a Definition, today: Date) -> Option<Screen<'a>> {
        self.judge(definition, today, false, Screen::Check)
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
                .map(|page| {
                    Screen::Page(Shown {
                        judged,
                        returns: Some(self.leaving_check(definition)),
                        ..Shown::plain(page)
                    })
                }),
        }
    }
}

impl Go {
    fn of(button: &str) -> Go {
        match (button, button.split_once(':')) {
            ("back", _) => Go::Back,
            ("send", _) => Go::Send,
            ("resume", _) => Go::Resume,
            (_, Some(("change", page))) => Go::Change(page.to_owned()),
            (_, Some(("add", group))) => Go::Add(group.to_owned()),
            (_, Some(("remove", _))) => Go::Remove,
            _ => Go::Next,
        }
    }
}

/// Takes an item of a group away, `<group>.<n>`, or a file, `<field>.<id>`.
fn without(definition: &Definition, draft: Draft, item: &str, today: Date) -> Draft {
    let Some((name, which)) = item.split_once('.') else {
        return draft;
    };
    match (
        definition.field(name).map(|field| field.kind),
        which.parse(),
    ) {
        (Some(FieldKind::Group), Ok(number)) => draft.remove_item(definition, name, number),
        (Some(FieldKind::File), _) => {
            let mut pairs = draft.to_pairs();
            pairs.retain(|(known, id)| known != name || id != which);
            Draft::read(definition, &pairs, today)
        }
        _ => draft,
    }
}
