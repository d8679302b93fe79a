//! What was typed so far, right or wrong.
//!
//! A draft holds only fields of its form, is bounded in size whatever was sent, and keeps texts as
//! they were typed (line ends apart). It travels along as hidden fields: reading its own pairs
//! gives the same draft.

use jiff::civil::Date;

use super::answers::{Answer, Answers};
use super::approximate_date::{self, DATE_PARTS, DAY_PARTS, ShownDate};
use super::calendar_day::TypedDay;
use super::definition::Definition;
use super::field::{Field, FieldKind, FieldName, part_of};
use crate::language::Language;

/// Characters of one value that are kept. It is far above every allowed length, so that a text
/// that was cut here is still refused as too long and never stored in part.
const MOST_CHARACTERS_KEPT: usize = 50_000;

/// Characters that are kept of what is chosen, is one part of a date, or stands in an item of a group;
/// longer than any of them may be.
const MOST_CHARACTERS_KEPT_OF_A_CHOICE: usize = 200;

/// Files that one question takes.
pub const MOST_FILES: usize = 10;

/// Name of the part of a group that says how many items the page shows.
const COUNT: &str = "count";

/// Name of the part of a choice with the words of "anders, namelijk".
pub(super) const OTHER: &str = "other";

/// What was typed in a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Names in the form data with their values, in the order of the form; no empty values.
    pairs: Vec<(String, String)>,
    /// The same of what was answered before, which does not travel along.
    before: Vec<(String, String)>,
    /// The language of the page, where that is known.
    language: Option<Language>,
}

impl Draft {
    /// Takes what belongs to the form out of the pairs that were sent. Unknown names are left out;
    /// where a question with one answer was sent twice, the first counts. "Today" becomes the day
    /// that it is, so that a report that is sent after midnight keeps its day.
    pub fn read(definition: &Definition, sent: &[(String, String)], today: Date) -> Draft {
        let mut pairs = Vec::new();
        for field in definition.fields() {
            let name = field.name.as_str();
            take(field, name, sent, today, &mut pairs);
        }
        Draft {
            pairs,
            ..Draft::default()
        }
    }

    /// Makes a draft of pairs that are those of a form, in its order.
    pub(super) fn of_pairs(pairs: Vec<(String, String)>) -> Draft {
        Draft {
            pairs,
            ..Draft::default()
        }
    }

    /// Makes the draft that gives these answers, so that they can be changed.
    pub fn of_answers(definition: &Definition, answers: &Answers) -> Draft {
        Draft {
            pairs: typed_pairs(definition.fields(), answers),
            ..Draft::default()
        }
    }

    /// Takes what was typed as it is written in a language: `1.250` is an amount in Dutch.
    pub fn in_language(self, language: Language) -> Draft {
        let language = Some(language);
        Draft { language, ..self }
    }

    pub(super) fn language(&self) -> Option<Language> {
        self.language
    }

    /// Adds what was answered before the pages of this form, so that conditions see it.
    pub fn with_given(mut self, definition: &Definition, answers: &Answers) -> Draft {
        let given = definition.given.iter().flat_map(|page| &page.fields);
        self.before = typed_pairs(given, answers);
        self
    }

    /// Adds an empty item to a group; nothing where it is full or no group.
    pub fn add_item(mut self, definition: &Definition, group: &str) -> Draft {
        if let Some(field) = group_of(definition, group) {
            let count = self.item_count(field);
            let items = self.named_below(group);
            self.put_items(definition, field, (count + 1).min(field.most), items);
        }
        self
    }

    /// Removes an item of a group, counted from 1; the items after it move up.
    pub fn remove_item(mut self, definition: &Definition, group: &str, number: usize) -> Draft {
        let Some(field) = group_of(definition, group) else {
            return self;
        };
        let count = self.item_count(field);
        if !(1..=count).contains(&number) {
            return self;
        }
        let mut items = Vec::new();
        for (name, value) in self.named_below(group) {
            match item_of(&name, group) {
                Some((at, sub)) if at > number => {
                    items.push((format!("{group}.{}.{sub}", at - 1), value));
                }
                Some((at, _)) if at == number => {}
                _ => items.push((name, value)),
            }
        }
        self.put_items(definition, field, count - 1, items);
        self
    }

    /// Returns how many items of a group the page shows: at least one.
    pub fn item_count(&self, group: &Field) -> usize {
        let count = self.value(&group.name.part(COUNT)).parse().unwrap_or(0);
        usize::clamp(count, 1, group.most.max(1))
    }

    /// Returns everything, for hidden fields.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        self.pairs.clone()
    }

    /// Returns everything except what a page asks, for the hidden fields of that page. What it would ask
    /// after another answer is there: somebody may go back to that answer.
    pub fn pairs_outside(&self, asked: &[&Field]) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .filter(|(name, _)| {
                let field = name.split('.').next().unwrap_or_default();
                !asked.iter().any(|asked| asked.name.as_str() == field)
            })
            .cloned()
            .collect()
    }

    /// Returns what was typed or chosen first under a name of the form data; empty where nothing was.
    pub fn value(&self, name: &str) -> &str {
        let values = self.values(name);
        values.first().copied().unwrap_or_default()
    }

    /// Returns all that was chosen under a name of the form data.
    pub fn values(&self, name: &str) -> Vec<&str> {
        values_of(&self.pairs, name)
    }

    /// Returns the words of "anders, namelijk" under a name of the form data.
    pub fn other(&self, name: &str) -> &str {
        self.value(&part_of(name, OTHER))
    }

    /// Returns what was typed for a date under a name of the form data, as the page shows it on this
    /// day.
    pub fn date(&self, name: &str, today: Date) -> ShownDate {
        self.typed_date(name).shown(today)
    }

    pub(super) fn typed_date(&self, name: &str) -> ShownDate {
        ShownDate::of(|part| self.value(&part_of(name, part)).to_owned())
    }

    /// Returns what was chosen in a question, of this form or before it.
    pub(super) fn chosen(&self, field: &FieldName) -> Vec<&str> {
        let mut chosen = self.values(field.as_str());
        chosen.extend(values_of(&self.before, field.as_str()));
        chosen
    }

    /// Returns whether something was typed under a name, of this form or before it.
    pub(super) fn holds(&self, name: &str) -> bool {
        let count = part_of(name, COUNT);
        let below = part_of(name, "");
        self.pairs.iter().chain(&self.before).any(|(known, value)| {
            (known == name || known.starts_with(&below))
                && *known != count
                && !value.trim().is_empty()
        })
    }

    fn named_below(&self, name: &str) -> Vec<(String, String)> {
        let below = part_of(name, "");
        let own = self.pairs.iter();
        own.filter(|(known, _)| known.starts_with(&below))
            .cloned()
            .collect()
    }

    /// Puts the items of a group in the place that they have in the order of the form.
    fn put_items(
        &mut self,
        definition: &Definition,
        group: &Field,
        count: usize,
        items: Vec<(String, String)>,
    ) {
        let counter = group.name.part(COUNT);
        let below = group.name.part("");
        self.pairs.retain(|(known, _)| !known.starts_with(&below));
        let later: Vec<&Field> = definition
            .fields()
            .skip_while(|field| field.name != group.name)
            .collect();
        let is_later = |(known, _): &(String, String)| {
            let name = known.split('.').next().unwrap_or_default();
            later.iter().any(|field| field.name.as_str() == name)
        };
        let at = self.pairs.iter().position(is_later);
        let mut own = Vec::new();
        if count > 0 {
            own.push((counter.clone(), count.to_string()));
        }
        own.extend(items.into_iter().filter(|(name, _)| *name != counter));
        let at = at.unwrap_or(self.pairs.len());
        self.pairs.splice(at..at, own);
    }
}

/// Takes what was sent for one question.
fn take(
    field: &Field,
    name: &str,
    sent: &[(String, String)],
    today: Date,
    pairs: &mut Vec<(String, String)>,
) {
    let mut put = |name: String, value: String| {
        if !value.is_empty() {
            pairs.push((name, value));
        }
    };
    let most = match field.kind.is_typed() {
        true => MOST_CHARACTERS_KEPT,
        false => MOST_CHARACTERS_KEPT_OF_A_CHOICE,
    };
    match field.kind {
        FieldKind::Information | FieldKind::Stop => {}
        FieldKind::Choices | FieldKind::File => {
            // One more than there may be: a wrong value is then still told.
            let room = match field.kind {
                FieldKind::File => MOST_FILES + 1,
                _ => field.options.len() + 1,
            };
            let mut values: Vec<String> = Vec::new();
            for (_, value) in sent.iter().filter(|(known, _)| known == name) {
                let value = kept(value, most);
                if values.len() < room && !values.contains(&value) {
                    values.push(value);
                }
            }
            for value in values {
                put(name.to_owned(), value);
            }
        }
        FieldKind::Date => {
            let part = |part| first(sent, &part_of(name, part), most);
            let typed = ShownDate::of(part).settled_day();
            for part in DAY_PARTS {
                put(part_of(name, part.part), typed.part(part.part).to_owned());
            }
        }
        FieldKind::ApproximateDate => {
            let part = |part| {
                let most = match part {
                    approximate_date::ABOUT => MOST_CHARACTERS_KEPT,
                    _ => most,
                };
                first(sent, &part_of(name, part), most)
            };
            for (name, value) in date_pairs(name, &ShownDate::of(part).settled(today)) {
                put(name, value);
            }
        }
        FieldKind::Group => take_group(field, sent, today, pairs),
        _ => put(name.to_owned(), first(sent, name, most)),
    }
    if field.other().is_some() {
        let name = part_of(name, OTHER);
        let words = first(sent, &name, MOST_CHARACTERS_KEPT);
        if !words.is_empty() {
            pairs.push((name, words));
        }
    }
}

/// Takes the items of a group: as many as the page showed, and those in which something was typed.
fn take_group(
    group: &Field,
    sent: &[(String, String)],
    today: Date,
    pairs: &mut Vec<(String, String)>,
) {
    let below = group.name.part("");
    let sent: Vec<(String, String)> = sent
        .iter()
        .filter(|(known, _)| known.starts_with(&below))
        .cloned()
        .collect();
    let shown: usize = first(
        &sent,
        &group.name.part(COUNT),
        MOST_CHARACTERS_KEPT_OF_A_CHOICE,
    )
    .parse()
    .unwrap_or(0);
    let mut items = Vec::new();
    let mut count = shown.min(group.most);
    for number in 1..=group.most {
        let before = items.len();
        for sub in &group.fields {
            let name = group.name.of_item(number, &sub.name);
            take(sub, &name, &sent, today, &mut items);
        }
        if items.len() > before {
            count = count.max(number);
        }
    }
    if count > 0 {
        pairs.push((group.name.part(COUNT), count.to_string()));
    }
    pairs.extend(items);
}

/// Returns the pairs that give these answers.
fn typed_pairs<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    answers: &Answers,
) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for field in fields {
        let name = field.name.as_str();
        match answers.get(name) {
            Some(Answer::Group(items)) => {
                pairs.push((field.name.part(COUNT), items.len().to_string()));
                for (at, item) in items.iter().enumerate() {
                    for sub in &field.fields {
                        let name = field.name.of_item(at + 1, &sub.name);
                        put_typed(sub, &name, item, &mut pairs);
                    }
                }
            }
            _ => put_typed(field, name, answers, &mut pairs),
        }
    }
    pairs
}

fn put_typed(field: &Field, name: &str, answers: &Answers, pairs: &mut Vec<(String, String)>) {
    let Some(answer) = answers.get(field.name.as_str()) else {
        return;
    };
    match answer {
        Answer::Approximate(date) => pairs.extend(
            date_pairs(name, &date.typed())
                .into_iter()
                .filter(|(_, value)| !value.is_empty()),
        ),
        Answer::Day(date) => {
            let typed = TypedDay::of(*date);
            for (part, value) in [
                ("day", typed.day),
                ("month", typed.month),
                ("year", typed.year),
            ] {
                pairs.push((part_of(name, part), value));
            }
        }
        answer => {
            let texts = answer.typed();
            pairs.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
        }
    }
    if let Some(Answer::Text(words)) = answers.get(&field.name.other())
        && field.other().is_some()
    {
        pairs.push((part_of(name, OTHER), words.clone()));
    }
}

fn group_of<'a>(definition: &'a Definition, name: &str) -> Option<&'a Field> {
    definition
        .field(name)
        .filter(|field| field.kind == FieldKind::Group)
}

/// Takes the name of a question of an item apart: its number and the rest.
fn item_of<'a>(name: &'a str, group: &str) -> Option<(usize, &'a str)> {
    let below = name.strip_prefix(group)?.strip_prefix('.')?;
    let (number, sub) = below.split_once('.')?;
    Some((number.parse().ok()?, sub))
}

fn date_pairs(name: &str, typed: &ShownDate) -> Vec<(String, String)> {
    let mut pairs = vec![(part_of(name, approximate_date::KNOWN), typed.known.clone())];
    for part in DATE_PARTS {
        let value = typed.part(part.part).to_owned();
        pairs.push((part_of(name, part.part), value));
    }
    pairs
}

fn values_of<'a>(pairs: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    pairs
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .collect()
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
    use crate::form::Page;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    fn form() -> Definition {
        Definition::shipped_form("incident").unwrap()
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
        assert_eq!(draft.date(name.as_str(), TODAY).known, "today");
        assert_eq!(draft.date(name.as_str(), TODAY).day, "");
        let tomorrow = TODAY.tomorrow().unwrap();
        let later = Draft::read(&form(), &draft.to_pairs(), tomorrow);
        assert_eq!(later, draft);
        assert_eq!(later.date(name.as_str(), tomorrow).known, "yesterday");
        let after = later.date(name.as_str(), date(2026, 12, 1));
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
            ["start", "what", "when", "role", "contact", "more", "who"]
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
                "role",
                "contact",
                "contact_details",
                "more",
                "who",
                "colleague",
                "colleague_reach",
                "together"
            ]
        );
        // Values that do not exist open nothing.
        assert_eq!(
            visible(&[("help_now", "YES"), ("contact_mode", "phone\0")]).len(),
            7
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
        let asked = form.visible_fields_of(form.page("when").unwrap(), &draft);
        let outside = draft.pairs_outside(&asked);
        assert_eq!(outside, [("contact_mode".to_owned(), "phone".to_owned())]);
    }

    #[test]
    fn a_page_carries_what_it_asked_after_another_answer() {
        let form = form();
        let draft = draft(&[("contact_mode", "email"), ("phone", "06 12 34 56 78")]);
        let asked = form.visible_fields_of(form.page("contact_details").unwrap(), &draft);
        let outside = draft.pairs_outside(&asked);
        assert_eq!(outside, draft.to_pairs());
    }
}
