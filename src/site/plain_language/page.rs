//! The language check of one page: its title, its summary, its path, its text and what stands in its blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Finding, Kind, Passage, Rule, Wording, abbreviation, check};
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::site::markdown;
use crate::site::pages::Page;
use crate::site::paths::plan::Plan;
use crate::source_text::Place;

/// Returns the advice about a page, but for its blocks.
pub fn of_page(page: &Page, wordings: &BTreeMap<Language, Wording>) -> Vec<Diagnostic> {
    let Some(wording) = wordings.get(&page.language) else {
        return Vec::new();
    };
    let mut passages: Vec<Passage> = Vec::new();
    let front_matter = &page.front_matter;
    passages.extend(line_above(page, &front_matter.title, Kind::Label));
    passages.extend(line_above(page, &front_matter.summary, Kind::Prose));
    passages.extend(markdown::passages(&page.source, page.body.clone()));
    let mut told = Vec::new();
    let mut tell = |passage: &Passage, finding: &Finding| {
        let place = page.source.place(passage.source_range(&finding.range));
        told.push(finding.diagnostic().at(place));
    };
    for passage in &passages {
        for finding in findings(page, passage, wording) {
            tell(passage, &finding);
        }
    }
    if !skips(page, Rule::Abbreviation) {
        for (at, finding) in abbreviation::unexplained(&passages, wording) {
            passages
                .get(at)
                .map(|passage| tell(passage, &finding))
                .unwrap_or_default();
        }
    }
    let path = front_matter.path.as_ref();
    for (text, place) in path.into_iter().flat_map(Plan::lines) {
        told.extend(of_line(page, text, |_| place.clone(), wordings));
    }
    told
}

/// Returns the advice about a line of Markdown that stands elsewhere than in the text of a page, such as in a
/// block. `place` says where a byte range of the line is written.
pub fn of_line(
    page: &Page,
    text: &str,
    place: impl Fn(Range<usize>) -> Place,
    wordings: &BTreeMap<Language, Wording>,
) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let Some(wording) = wordings.get(&page.language) else {
        return told;
    };
    for passage in markdown::passages_of_line(text) {
        for finding in findings(page, &passage, wording) {
            let place = place(passage.source_range(&finding.range));
            told.push(finding.diagnostic().at(place));
        }
    }
    told
}

fn findings(page: &Page, passage: &Passage, wording: &Wording) -> Vec<Finding> {
    let found = check(passage, page.language, wording).into_iter();
    found.filter(|finding| !skips(page, finding.rule)).collect()
}

fn skips(page: &Page, rule: Rule) -> bool {
    let skipping = page.front_matter.plain_language.as_ref();
    skipping.is_some_and(|skipping| skipping.rules.contains(&rule))
}

/// Returns a value of the front matter as a passage, where it is written as it is read.
fn line_above(page: &Page, value: &Option<String>, kind: Kind) -> Option<Passage> {
    let value = value.as_deref()?;
    let above = page.source.text().get(..page.body.start)?;
    let start = above.find(value)?;
    let written: Range<usize> = start..start + value.len();
    let mut passage = Passage::new(kind);
    passage.push(value, written);
    Some(passage)
}
