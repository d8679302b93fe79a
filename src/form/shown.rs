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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Answers, DirectoryEntry, Text};
    use crate::language::Language;
    use crate::source_text::SourceText;
    use jiff::civil::{Date, date};

    const TODAY: Date = date(2026, 11, 22);

    const FORM: &str = "\
address: melden
version: 1
languages: nl
title: Formulier
to: coordinator
pages:
  - id: one
    title: Een
    fields:
      - { name: danger, kind: yes_no, privacy: P0, label: Gevaar }
      - { name: reference, kind: short_text, privacy: P0, label: Zaak, prefill: ref, shown: prefilled }
  - id: help
    title: Hulp
    fields:
      - { name: call, kind: stop, label: Bel, when: { field: danger, any: [yes] } }
  - id: two
    title: Twee
    fields:
      - { name: story, kind: short_text, privacy: P2, label: Verhaal }
  - id: adviser
    title: Wie
    fields:
      - { name: who, kind: person, privacy: P1, label: Wie, roles: [adviser] }
details:
  title: Meer
  pages:
    - id: three
      title: Drie
      fields:
        - { name: more, kind: short_text, privacy: P2, label: Meer, when: { field: story, given: true } }
        - { name: always, kind: yes_no, privacy: P2, label: Altijd }
        - { name: both, kind: yes_no, privacy: P2, label: Allebei, when: [{ field: danger, any: [no] }, { field: story, given: true }] }
";

    fn form() -> Definition {
        let source = SourceText::new("forms/form.yaml", FORM);
        Definition::parse(&source).0.unwrap()
    }

    fn draft(form: &Definition, sent: &[(&str, &str)]) -> Draft {
        let sent = sent.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Draft::read(form, &sent.collect::<Vec<_>>(), TODAY)
    }

    fn names<'a>(fields: &[&'a Field]) -> Vec<&'a str> {
        fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn the_total_of_the_steps_stays_whatever_is_shown() {
        let check = |form: &Definition, page: &str, expected: (usize, usize, bool)| {
            let step = form.step(page);
            assert_eq!((step.number, step.of, step.continued), expected, "{page}");
        };
        let form = form();
        check(&form, "one", (1, 3, false));
        check(&form, "help", (1, 3, true));
        check(&form, "two", (2, 3, false));
        // Nobody can be chosen, so the page is not there.
        check(&form, "adviser", (2, 3, true));
        check(&form, "_check", (3, 3, false));
        let text = |words: &str| Text::of(vec![(Language::Nl, words.to_owned())]).unwrap();
        let entry = |id: &str, role: &str| DirectoryEntry {
            id: id.to_owned(),
            role: role.to_owned(),
            name: text("Team"),
        };
        let form = form.with_directory(&[entry("team", "adviser"), entry("x", "other")]);
        check(&form, "adviser", (3, 4, false));
        assert_eq!(form.field("who").unwrap().values(), ["team"]);
    }

    #[test]
    fn a_second_part_looks_at_what_was_answered_before() {
        let form = form();
        let part = form.second_part().unwrap();
        assert_eq!(part.second_part(), None);
        let check = |before: &[(&str, &str)], expected: &[&str]| {
            let before = form.answers(&draft(&form, before), TODAY).unwrap();
            // What is sent now for a question of before is nothing.
            let sent = draft(&part, &[("story", "x"), ("danger", "no")]);
            let draft = sent.with_given(&part, &before);
            assert_eq!(names(&part.visible_fields(&draft)), expected);
            assert_eq!(draft.to_pairs(), []);
        };
        check(&[], &["always"]);
        check(&[("story", " "), ("danger", "no")], &["always"]);
        check(&[("story", "x")], &["more", "always"]);
        check(
            &[("story", "x"), ("danger", "no")],
            &["more", "always", "both"],
        );
        assert_eq!(form.whole().fields().count(), 8);
        let stored = serde_json::json!({"story": "x", "always": true});
        let answers = Answers::from_json(&form.whole(), &stored);
        assert_eq!(answers.to_json(&form.whole()), stored);
    }

    #[test]
    fn what_came_along_is_shown_until_somebody_takes_it_out() {
        let form = form();
        let check = |query: &str, expected: &[&str], refused: &[&str]| {
            let query = [("ref".to_owned(), query.to_owned())];
            let (draft, told) = Draft::prefilled(&form, &query);
            let visible = form.visible_fields_of(form.page("one").unwrap(), &draft);
            assert_eq!(names(&visible), expected, "{query:?}");
            let keys: Vec<&str> = told.iter().map(|refused| refused.key).collect();
            assert_eq!(keys, refused, "{query:?}");
            assert_eq!(Draft::read(&form, &draft.to_pairs(), TODAY), draft);
        };
        check("", &["danger"], &[]);
        check("111222333", &["danger"], &["answer.refused.bsn"]);
        check("a@b.nl", &["danger"], &["answer.refused.email"]);
        check("a\0", &["danger"], &["answer.refused.unfit"]);
        check(&"a".repeat(201), &["danger"], &["answer.refused.unfit"]);
        check("Z-12", &["danger", "reference"], &[]);
        let emptied = draft(&form, &[("reference", " ")]);
        assert!(!names(&form.visible_fields(&emptied)).contains(&"reference"));
    }
}
