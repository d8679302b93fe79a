//! What is shown of a form, given what was typed so far: fields, pages, steps.
//!
//! A hidden question has no answer, whatever was sent for it.

use super::condition::Condition;
use super::definition::{Definition, Page};
use super::draft::Draft;
use super::field::Field;

/// How far somebody is. The total never changes while somebody fills in a form: pages that are only
/// shown after some answers go on with the step before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The step, from 1.
    pub number: usize,
    /// How many there are, the check page counted.
    pub of: usize,
    /// Whether the page goes on with the step of the page before it.
    pub continued: bool,
}

impl Definition {
    /// Returns the fields that are shown, in order.
    pub fn visible_fields(&self, draft: &Draft) -> Vec<&Field> {
        let mut visible: Vec<&Field> = Vec::new();
        for field in self.fields() {
            let holds = |condition: &Condition| {
                let is_asked = |known: &Field| known.name == condition.field;
                let asked =
                    visible.iter().any(|seen| is_asked(seen)) || self.given_fields().any(is_asked);
                let given = asked && draft.holds(condition.field.as_str());
                let chosen = given.then(|| draft.chosen(&condition.field));
                condition.holds(chosen.unwrap_or_default(), given)
            };
            let shown = field.can_be_answered()
                && (!field.only_prefilled || draft.holds(field.name.as_str()))
                && field.when.iter().all(holds);
            if shown {
                visible.push(field);
            }
        }
        visible
    }

    /// Returns the fields of a page that are shown.
    pub fn visible_fields_of(&self, page: &Page, draft: &Draft) -> Vec<&Field> {
        self.visible_fields(draft)
            .into_iter()
            .filter(|field| page.fields.iter().any(|own| own.name == field.name))
            .collect()
    }

    /// Returns the pages that are shown: those with a field that is.
    pub fn visible_pages(&self, draft: &Draft) -> Vec<&Page> {
        let visible = self.visible_fields(draft);
        self.pages
            .iter()
            .filter(|page| {
                let own = |field: &Field| visible.iter().any(|seen| seen.name == field.name);
                page.fields.iter().any(own)
            })
            .collect()
    }

    /// Returns the page after this one; none where the check page comes next. After an unknown
    /// page comes the first.
    pub fn next_page(&self, id: &str, draft: &Draft) -> Option<&Page> {
        let visible = self.visible_pages(draft);
        let after = match self.pages.iter().position(|page| page.id == id) {
            Some(here) => self.pages.get(here + 1..).unwrap_or_default(),
            None => &self.pages,
        };
        after.iter().find(|page| visible.contains(page))
    }

    /// Returns the page before this one; none for the first and for an unknown page. Before the
    /// check page comes the last of [`Self::visible_pages`].
    pub fn previous_page(&self, id: &str, draft: &Draft) -> Option<&Page> {
        let here = self.pages.iter().position(|page| page.id == id)?;
        let visible = self.visible_pages(draft);
        let before = self.pages.get(..here)?;
        before.iter().rev().find(|page| visible.contains(page))
    }

    /// Returns which step a page is; the check page, and every unknown one, is the last.
    pub fn step(&self, page: &str) -> Step {
        let is_counted = |page: &Page| page.fields.iter().any(Field::is_always_shown);
        let counted = |pages: &[Page]| pages.iter().filter(|page| is_counted(page)).count();
        let of = counted(&self.pages) + 1;
        let Some(at) = self.pages.iter().position(|known| known.id == page) else {
            return Step {
                number: of,
                of,
                continued: false,
            };
        };
        let before = counted(self.pages.get(..at).unwrap_or_default());
        let counts = self.pages.get(at).is_some_and(is_counted);
        Step {
            number: (before + usize::from(counts)).max(1),
            of,
            continued: !counts && before > 0,
        }
    }
}
