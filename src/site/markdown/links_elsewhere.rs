//! The links of a page to other sites, for who asks for them; making the page does not.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::writer::{destination_range, end_of};
use super::{Spanned, events, guarded};
use crate::source_text::{Place, SourceText};

/// Links with their places, and what stands between the fences of blocks.
type Found = (Vec<(String, Place)>, Vec<Range<usize>>);

/// Finds the links to other sites in the body of a page, and what stands between the fences of its blocks, as byte
/// ranges of the file. `is_block` knows which words after a fence are no code.
pub fn links_elsewhere(
    source: &SourceText,
    body: &Range<usize>,
    is_block: impl Fn(&str) -> bool,
) -> Found {
    let (found, _) = guarded(source, || {
        // What is wrong with the structure is told with the outline.
        let (events, _) = events(source, body);
        (found_in(source, &events, is_block), Vec::new())
    });
    found
}

fn found_in(source: &SourceText, events: &[Spanned<'_>], is_block: impl Fn(&str) -> bool) -> Found {
    let (mut links, mut blocks) = Found::default();
    for (at, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) if is_elsewhere(dest_url) => {
                let place = source.place(destination_range(source, range, dest_url));
                links.push((dest_url.to_string(), place));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                if is_block(info.split_whitespace().next().unwrap_or_default()) =>
            {
                let inner = events.get(at + 1..end_of(events, at)).unwrap_or_default();
                blocks.extend(inner.iter().map(|(_, range)| range.clone()));
            }
            _ => {}
        }
    }
    (links, blocks)
}

fn is_elsewhere(destination: &str) -> bool {
    let start = destination.get(.."https:".len()).unwrap_or_default();
    let start = start.to_ascii_lowercase();
    start.starts_with("http:") || start == "https:"
}
