//! Bold lines that are meant as headings: WCAG 2.2, success criterion 1.3.1, failure F2. Who cannot see them finds no
//! heading there.
//!
//! A bold line may be a name or a number too, which only a person can tell for sure: it is an advice.

use super::{Block, BlockKind, Finding, Parts};
use crate::diagnostic::Diagnostic;

/// Most words of a bold line that is meant as a heading; longer ones are sentences that matter.
const MOST_WORDS: usize = 8;

/// Fewest digits of a number that somebody calls, such as 112; a heading can have fewer.
const FEWEST_DIGITS: usize = 3;

/// Finds paragraphs of one short bold line with text below it.
pub(super) fn bold(parts: &Parts) -> Vec<Finding> {
    let pairs = parts.blocks.iter().zip(parts.blocks.iter().skip(1));
    let titles = pairs.filter(|(block, next)| is_title(parts, block, next));
    titles
        .map(|(block, _)| {
            let text = parts.text_of(block).trim();
            let diagnostic = Diagnostic::advice("heading-in-bold").with("text", text);
            (diagnostic, block.source.clone())
        })
        .collect()
}

fn is_title(parts: &Parts, block: &Block, next: &Block) -> bool {
    if !block.is_bold || block.kind != BlockKind::Paragraph || next.kind == BlockKind::Heading {
        return false;
    }
    let text = parts.text_of(block).trim();
    // What introduces something ends with a colon.
    let is_sentence = text.ends_with(['.', '!', ':', ';', ',', '…']);
    let has_words = text.contains(char::is_alphabetic);
    let is_line = !text.contains(['\n', '[']) && text.split_whitespace().count() <= MOST_WORDS;
    is_line
        && has_words
        && !is_sentence
        && !has_number(text)
        && !next.is_bold
        && !is_address(parts, next)
}

/// Returns whether a text has the number of a phone in it, which is bold because it matters.
fn has_number(text: &str) -> bool {
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
    text.split(char::is_alphabetic)
        .any(|part| digits(part) >= FEWEST_DIGITS)
}

/// Returns whether a block is no more than short lines without a sentence: what somebody does, or where something is.
/// The line above it is a name.
fn is_address(parts: &Parts, block: &Block) -> bool {
    let text = parts.text_of(block).trim();
    let mut lines = text.lines();
    block.kind == BlockKind::Paragraph
        && !text.ends_with(['.', '!', '?', ':', '…'])
        && lines.all(|line| line.split_whitespace().count() <= MOST_WORDS)
}
