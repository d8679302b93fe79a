//! Bold lines that are meant as headings: WCAG 2.2, success criterion 1.3.1, failure F2. Who cannot see them finds no
//! heading there.

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
            let diagnostic = Diagnostic::warning("heading-in-bold").with("text", text);
            (diagnostic, block.source.clone())
        })
        .collect()
}

fn is_title(parts: &Parts, block: &Block, next: &Block) -> bool {
    if !block.is_bold || block.kind != BlockKind::Paragraph || next.kind == BlockKind::Heading {
        return false;
    }
    let text = parts.text_of(block).trim();
    // A sentence ends with a mark, and what introduces something with a colon.
    let is_sentence = text.ends_with(['.', '!', ':', ';', ',', '…']);
    let has_words = text.contains(char::is_alphabetic);
    let is_line = !text.contains(['\n', '[']) && text.split_whitespace().count() <= MOST_WORDS;
    is_line && has_words && !is_sentence && !ends_with_number(text) && !next.is_bold
}

/// Returns whether a text ends with the number of a phone, which is bold because it matters.
fn ends_with_number(text: &str) -> bool {
    let digits = text.chars().rev().take_while(|c| !c.is_alphabetic());
    digits.filter(char::is_ascii_digit).count() >= FEWEST_DIGITS
}
