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
const MOST_CHARACTERS_KEPT: usize = 50_000;

/// Characters that are kept of what is chosen or is one part of a date; longer than any of them.
const MOST_CHARACTERS_KEPT_OF_A_CHOICE: usize = 200;

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
                    let chosen = sent.iter().filter(|(known, _)| known == name);
                    for (_, value) in chosen {
                        let value = kept(value, MOST_CHARACTERS_KEPT_OF_A_CHOICE);
                        // One more than there are options: a wrong value is then still told.
                        if values.len() <= field.options.len() && !values.contains(&value) {
                            values.push(value);
                        }
                    }
                    pairs.extend(values.into_iter().map(|value| (name.to_owned(), value)));
                }
                FieldKind::ApproximateDate => {
                    let part = |part| {
                        let most = match part {
                            approximate_date::ABOUT => MOST_CHARACTERS_KEPT,
                            _ => MOST_CHARACTERS_KEPT_OF_A_CHOICE,
                        };
                        first(sent, &field.name.part(part), most)
                    };
                    let typed = ShownDate::of(part);
                    pairs.extend(date_pairs(&field.name, typed.settled(today)));
                }
                kind => {
                    let most = match kind.is_typed() {
                        true => MOST_CHARACTERS_KEPT,
                        false => MOST_CHARACTERS_KEPT_OF_A_CHOICE,
                    };
                    pairs.push((name.to_owned(), first(sent, name, most)));
                }
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
        ShownDate::of(|part| {
            let values = self.named(&name.part(part));
            values.first().copied().unwrap_or_default().to_owned()
        })
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
}

fn date_pairs(name: &FieldName, typed: ShownDate) -> Vec<(String, String)> {
    let mut pairs = vec![(name.part(approximate_date::KNOWN), typed.known.clone())];
    for part in DATE_PARTS {
        let value = typed.part(part.part).to_owned();
        pairs.push((name.part(part.part), value));
    }
    pairs
}

fn first(sent: &[(String, String)], name: &str, most: usize) -> String {
    sent.iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| kept(value, most))
        .unwrap_or_default()
}

/// Bounds a value and writes its line ends as one character: browsers send CR LF, whatever was
/// typed, and a length should count what people see.
fn kept(value: &str, most: usize) -> String {
    let end = value
        .char_indices()
        .nth(most)
        .map_or(value.len(), |(at, _)| at);
    let value = value.get(..end).unwrap_or_default();
    value.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    fn form() -> Definition {
        Definition::parse(&Definition::shipped()[0]).0.unwrap()
    }

    fn draft(sent: &[(&str, &str)]) -> Draft {
        let sent: Vec<_> = sent
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let draft = Draft::read(&form(), &sent, TODAY);
        assert_eq!(Draft::read(&form(), &draft.to_pairs(), TODAY), draft);
        draft
    }

    fn check(sent: &[(&str, &str)], expected: &[(&str, &str)]) {
        let pairs = draft(sent).to_pairs();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_is_not_of_the_form_is_left_out() {
        check(
            &[
                ("go", "next"),
                ("short_story", "a"),
                ("admin", "1"),
                ("", "x"),
            ],
            &[("short_story", "a")],
        );
        check(&[("short_story.day", "1"), ("help_first", "x")], &[]);
    }

    #[test]
    fn the_first_of_repeated_answers_counts_and_choices_are_a_set() {
        check(&[("phone", "1"), ("phone", "2")], &[("phone", "1")]);
        check(
            &[
                ("behaviour_kinds", "threat"),
                ("behaviour_kinds", "verbal"),
                ("behaviour_kinds", "threat"),
            ],
            &[("behaviour_kinds", "threat"), ("behaviour_kinds", "verbal")],
        );
        let many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let many: Vec<_> = many
            .iter()
            .map(|n| ("behaviour_kinds", n.as_str()))
            .collect();
        assert_eq!(draft(&many).to_pairs().len(), 16);
    }

    #[test]
    fn texts_stay_as_typed_except_line_ends() {
        check(
            &[("short_story", " a\r\nb\rc\td ")],
            &[("short_story", " a\nb\nc\td ")],
        );
        check(
            &[("short_story", "\u{202e}\0é👍")],
            &[("short_story", "\u{202e}\0é👍")],
        );
    }

    #[test]
    fn huge_values_are_bounded() {
        let huge = "é".repeat(1_000_000);
        let draft = draft(&[
            ("short_story", &huge),
            ("contact_mode", &huge),
            ("occurred_at.day", &huge),
            ("occurred_at.about", &huge),
        ]);
        let kept: usize = draft
            .to_pairs()
            .iter()
            .map(|(_, v)| v.chars().count())
            .sum();
        assert!(kept <= 2 * MOST_CHARACTERS_KEPT + 2 * MOST_CHARACTERS_KEPT_OF_A_CHOICE + 10);
    }

    #[test]
    fn today_stays_the_day_that_it_was() {
        let draft = draft(&[
            ("occurred_at.known", "today"),
            ("occurred_at.time", "23:50"),
        ]);
        let name = FieldName::parse("occurred_at").unwrap();
        assert_eq!(draft.date(&name, TODAY).known, "today");
        assert_eq!(draft.date(&name, TODAY).day, "");
        let tomorrow = TODAY.tomorrow().unwrap();
        let later = Draft::read(&form(), &draft.to_pairs(), tomorrow);
        assert_eq!(later, draft);
        assert_eq!(later.date(&name, tomorrow).known, "yesterday");
        let after = later.date(&name, date(2026, 12, 1));
        assert_eq!((after.known.as_str(), after.day.as_str()), ("date", "22"));
    }

    fn visible(sent: &[(&str, &str)]) -> Vec<String> {
        let form = form();
        form.visible_pages(&draft(sent))
            .iter()
            .map(|page| page.id.clone())
            .collect()
    }

    #[test]
    fn pages_follow_the_answers() {
        assert_eq!(
            visible(&[]),
            ["start", "what", "when", "contact", "more", "who"]
        );
        assert_eq!(
            visible(&[
                ("help_now", "yes"),
                ("contact_mode", "phone"),
                ("reporting_role", "coach")
            ]),
            [
                "start",
                "help",
                "what",
                "when",
                "contact",
                "contact_details",
                "more",
                "who",
                "colleague"
            ]
        );
        // Values that do not exist open nothing.
        assert_eq!(
            visible(&[("help_now", "YES"), ("contact_mode", "phone\0")]).len(),
            6
        );
    }

    #[test]
    fn next_and_previous_skip_what_is_not_shown() {
        let form = form();
        let id = |page: Option<&Page>| page.map(|page| page.id.clone());
        let empty = draft(&[]);
        assert_eq!(id(form.next_page("start", &empty)).as_deref(), Some("what"));
        assert_eq!(id(form.next_page("help", &empty)).as_deref(), Some("what"));
        assert_eq!(id(form.next_page("who", &empty)), None);
        assert_eq!(
            id(form.next_page("nowhere", &empty)).as_deref(),
            Some("start")
        );
        assert_eq!(
            id(form.previous_page("what", &empty)).as_deref(),
            Some("start")
        );
        assert_eq!(id(form.previous_page("start", &empty)), None);
        let danger = draft(&[("help_now", "yes")]);
        assert_eq!(
            id(form.next_page("start", &danger)).as_deref(),
            Some("help")
        );
        assert_eq!(
            id(form.previous_page("what", &danger)).as_deref(),
            Some("help")
        );
    }

    #[test]
    fn a_page_carries_what_other_pages_asked() {
        let form = form();
        let draft = draft(&[
            ("occurred_at.known", "date"),
            ("occurred_at.day", "1"),
            ("contact_mode", "phone"),
        ]);
        let outside = draft.pairs_outside(form.page("when").unwrap());
        assert_eq!(outside, [("contact_mode".to_owned(), "phone".to_owned())]);
    }
}
