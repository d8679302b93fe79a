//! The headings of a page: their levels, their anchors, and what is wrong with them; and its numbered lists.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Heading, ID_OF_MAIN, OrderedList, Outline, Spanned, dutch_apostrophes};
use crate::diagnostic::Diagnostic;
use crate::site::slug::slug;
use crate::source_text::SourceText;

pub(super) fn read_outline(
    source: &SourceText,
    events: &[Spanned<'_>],
    written_title: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Outline {
    let found = found_headings(events);
    let title = leading_title(events, &found)
        .filter(|title| written_title.is_none_or(|written| written.trim() == title.trim()));
    let rest = if title.is_some() {
        found.get(1..)
    } else {
        found.get(..)
    };
    let rest = rest.unwrap_or_default();
    // A body with level-1 headings of its own has one level too many: the title of the page is the
    // only one. All its headings then go down by one, which keeps their order.
    let shift = u8::from(rest.iter().any(|heading| heading.level == 1));
    let mut outline = Outline {
        title,
        headings: Vec::new(),
        has_text: has_text(events),
        ordered_lists: ordered_lists(events),
    };
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut above: Vec<(u8, String)> = Vec::new();
    for heading in rest {
        if heading.level == 1 {
            let place = source.place(heading.range.clone());
            diagnostics.push(Diagnostic::warning("heading-second-title").at(place));
        }
        let level = (heading.level + shift).clamp(2, 6);
        above.retain(|(other, _)| *other < level);
        let expected = above.last().map_or(1, |(other, _)| *other) + 1;
        if level > expected {
            diagnostics.push(
                Diagnostic::warning("heading-skipped")
                    .with("level", "#".repeat(usize::from(heading.level)))
                    .with("expected", "#".repeat(usize::from(expected - shift)))
                    .at(source.place(heading.range.clone())),
            );
        }
        if heading.text.trim().is_empty() {
            diagnostics
                .push(Diagnostic::warning("heading-empty").at(source.place(heading.range.clone())));
        }
        let id = heading_id(source, heading, &above, &mut taken, diagnostics);
        above.push((level, id.clone()));
        outline.headings.push(Heading {
            level,
            id,
            text: dutch_apostrophes(&heading.text),
            has_text: heading.has_text,
        });
    }
    outline
}

/// Finds the numbered lists that stand in nothing else.
fn ordered_lists(events: &[Spanned<'_>]) -> Vec<OrderedList> {
    let mut lists: Vec<OrderedList> = Vec::new();
    let mut depth = 0usize;
    let mut counts = false;
    for (event, range) in events {
        match event {
            Event::Start(Tag::List(start)) if depth == 0 => {
                counts = start.is_some();
                lists.extend(start.map(|start| OrderedList {
                    last_number: start.saturating_sub(1),
                    range: range.clone(),
                }));
            }
            Event::Start(Tag::Item) if depth == 1 && counts => {
                if let Some(list) = lists.last_mut() {
                    list.last_number += 1;
                }
            }
            _ => {}
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    lists
}

struct FoundHeading {
    level: u8,
    id: Option<String>,
    text: String,
    range: Range<usize>,
    /// Index of the first event.
    start: usize,
    has_text: bool,
}

fn found_headings(events: &[Spanned<'_>]) -> Vec<FoundHeading> {
    let mut headings: Vec<FoundHeading> = Vec::new();
    let mut open = false;
    for (index, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                open = true;
                headings.push(FoundHeading {
                    level: *level as u8,
                    id: id.as_ref().map(|id| id.to_string()),
                    text: String::new(),
                    range: range.clone(),
                    start: index,
                    has_text: false,
                });
            }
            Event::End(TagEnd::Heading(_)) => open = false,
            Event::Text(text) | Event::Code(text) if open => {
                if let Some(heading) = headings.last_mut() {
                    heading.text.push_str(text);
                }
            }
            Event::SoftBreak | Event::HardBreak if open => {
                if let Some(heading) = headings.last_mut() {
                    heading.text.push(' ');
                }
            }
            _ => {}
        }
    }
    let mut next = events.len();
    // Of the headings below the one that is looked at, the levels under which there is text.
    let mut levels: Vec<u8> = Vec::new();
    for heading in headings.iter_mut().rev() {
        let below = events.get(heading.start..next).unwrap_or_default();
        let deeper = levels.iter().any(|level| *level > heading.level);
        heading.has_text = deeper || has_text(below);
        levels.retain(|level| *level < heading.level);
        if heading.has_text {
            levels.push(heading.level);
        }
        next = heading.start;
    }
    headings
}

/// Returns whether there is text that is in no heading.
fn has_text(events: &[Spanned<'_>]) -> bool {
    let mut in_heading = false;
    events.iter().any(|(event, _)| {
        match event {
            Event::Start(Tag::Heading { .. }) => in_heading = true,
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Text(text) | Event::Code(text) => return !in_heading && !text.trim().is_empty(),
            _ => {}
        }
        false
    })
}

fn leading_title(events: &[Spanned<'_>], found: &[FoundHeading]) -> Option<String> {
    let first = found.first().filter(|heading| heading.level == 1)?;
    let before = events.get(..first.start)?;
    before.is_empty().then(|| first.text.clone())
}

fn heading_id(
    source: &SourceText,
    heading: &FoundHeading,
    above: &[(u8, String)],
    taken: &mut HashMap<String, usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    let own = match &heading.id {
        Some(id) => id.clone(),
        None => slug(&heading.text),
    };
    let own = match own.as_str() {
        "" => "kop".to_owned(),
        ID_OF_MAIN => format!("kop-{ID_OF_MAIN}"),
        _ => own,
    };
    let mut id = own.clone();
    if taken.contains_key(&id) {
        diagnostics.push(
            Diagnostic::warning("heading-same-text")
                .with("heading", heading.text.trim())
                .with("id", &own)
                .at(source.place(heading.range.clone())),
        );
        if let Some((_, parent)) = above.last() {
            id = format!("{parent}-{own}");
        }
    }
    let base = id.clone();
    let mut number = taken.get(&base).copied().unwrap_or(1);
    while taken.contains_key(&id) {
        number += 1;
        id = format!("{base}-{number}");
    }
    taken.insert(base, number);
    taken.entry(id.clone()).or_insert(1);
    id
}
