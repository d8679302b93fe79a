//! What was typed so far, right or wrong.
//!
//! A draft holds only fields of its form, is bounded in size whatever was sent, and keeps texts as
//! they were typed (line ends apart). It travels along as hidden fields: reading its own pairs
//! gives the same draft. It decides what is shown, because conditions look at it.

use jiff::civil::Date;

use super::approximate_date::{self, DATE_PARTS, ShownDate};
use super::definition::{Definition, Field, FieldKind, FieldName, Page};

/// Characters of one value that are kept. It is far above every allowed length, so that a text
/// that was cut here is still refused as too long and never stored in part.
pub(super) const MOST_CHARACTERS_KEPT: usize = 50_000;

/// What was typed in a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Names in the form data with their values, in the order of the form; no empty values.
    pairs: Vec<(String, String)>,
}

impl Draft {
    /// Takes what belongs to the form out of the pairs that were sent. Unknown names are left out;
    /// where a question with one answer was sent twice, the first counts. "Today" becomes the day
    /// that it is, so that a report that is sent after midnight keeps its day.
    pub fn read(definition: &Definition, sent: &[(String, String)], today: Date) -> Draft {
        let mut pairs = Vec::new();
        for field in definition.fields() {
            let name = field.name.as_str();
            match field.kind {
                FieldKind::Information | FieldKind::Stop => {}
                FieldKind::Choices => {
                    let mut values: Vec<String> = Vec::new();
                    for value in all(sent, name) {
                        // One more than there are options: a wrong value is then still told.
                        if values.len() <= field.options.len() && !values.contains(&value) {
                            values.push(value);
                        }
                    }
                    pairs.extend(values.into_iter().map(|value| (name.to_owned(), value)));
                }
                FieldKind::ApproximateDate => {
                    let typed = ShownDate {
                        known: first(sent, &field.name.part(approximate_date::KNOWN)),
                        day: first(sent, &field.name.part("day")),
                        month: first(sent, &field.name.part("month")),
                        year: first(sent, &field.name.part("year")),
                        time: first(sent, &field.name.part("time")),
                        about: first(sent, &field.name.part(approximate_date::ABOUT)),
                    };
                    pairs.extend(date_pairs(&field.name, typed.settled(today)));
                }
                _ => pairs.push((name.to_owned(), first(sent, name))),
            }
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Draft { pairs }
    }

    /// Returns everything, for hidden fields.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        self.pairs.clone()
    }

    /// Returns everything except the fields of a page, for the hidden fields of that page.
    pub fn pairs_outside(&self, page: &Page) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .filter(|(name, _)| {
                let field = name.split('.').next().unwrap_or_default();
                !page.fields.iter().any(|own| own.name.as_str() == field)
            })
            .cloned()
            .collect()
    }

    /// Returns what was typed or chosen first; empty where nothing was.
    pub fn value(&self, name: &FieldName) -> &str {
        let values = self.values(name);
        values.first().copied().unwrap_or_default()
    }

    /// Returns all that was chosen.
    pub fn values(&self, name: &FieldName) -> Vec<&str> {
        self.named(name.as_str())
    }

    /// Returns what was typed for a date, as the page shows it on this day.
    pub fn date(&self, name: &FieldName, today: Date) -> ShownDate {
        self.typed_date(name).shown(today)
    }

    pub(super) fn typed_date(&self, name: &FieldName) -> ShownDate {
        let part = |part| {
            let values = self.named(&name.part(part));
            values.first().copied().unwrap_or_default().to_owned()
        };
        ShownDate {
            known: part(approximate_date::KNOWN),
            day: part("day"),
            month: part("month"),
            year: part("year"),
            time: part("time"),
            about: part(approximate_date::ABOUT),
        }
    }

    fn named(&self, name: &str) -> Vec<&str> {
        self.pairs
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

/// What is shown, given a draft.
impl Definition {
    /// Returns the fields that are shown, in order.
    pub fn visible_fields(&self, draft: &Draft) -> Vec<&Field> {
        let mut visible: Vec<&Field> = Vec::new();
        for field in self.fields() {
            let shown = field.when.as_ref().is_none_or(|condition| {
                // A hidden question has no answer, whatever was sent for it.
                let asked = visible.iter().any(|seen| seen.name == condition.field);
                asked && condition.holds(draft.values(&condition.field))
            });
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
        let here = self.pages.iter().position(|page| page.id == id);
        self.pages
            .iter()
            .enumerate()
            .filter(|(at, _)| here.is_none_or(|here| *at > here))
            .map(|(_, page)| page)
            .find(|page| self.visible_pages(draft).contains(page))
    }

    /// Returns the page before this one; none for the first and for an unknown page. Before the
    /// check page comes the last of [`Self::visible_pages`].
    pub fn previous_page(&self, id: &str, draft: &Draft) -> Option<&Page> {
        let here = self.pages.iter().position(|page| page.id == id)?;
        let visible = self.visible_pages(draft);
        let before = self.pages.get(..here)?;
        before.iter().rev().find(|page| visible.contains(page))
    }
}

fn date_pairs(name: &FieldName, typed: ShownDate) -> Vec<(String, String)> {
    let mut pairs = vec![(name.part(approximate_date::KNOWN), typed.known.clone())];
    for part in DATE_PARTS {
        let value = typed.part(part.part).to_owned();
        pairs.push((name.part(part.part), value));
    }
    pairs
}

/// Returns the values sent under a name, without the empty ones.
fn all(sent: &[(String, String)], name: &str) -> Vec<String> {
    sent.iter()
        .filter(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| kept(value))
        .collect()
}

fn first(sent: &[(String, String)], name: &str) -> String {
    sent.iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| kept(value))
        .unwrap_or_default()
}

/// Bounds a value and writes its line ends as one character: browsers send CR LF, whatever was
/// typed, and a length should count what people see.
fn kept(value: &str) -> String {
    let end = value
        .char_indices()
        .nth(MOST_CHARACTERS_KEPT)
        .map_or(value.len(), |(at, _)| at);
    let value = value.get(..end).unwrap_or_default();
    value.replace("\r\n", "\n").replace('\r', "\n")
}
