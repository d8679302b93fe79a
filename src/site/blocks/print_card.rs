//! `card`: a card to print, cut out and keep, such as phone numbers or a talk guide.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::site::markdown::plain;
use crate::site::render::emergency_view;
use crate::theme::view::handout::PrintCardView;
use crate::yaml::{Mapping, Node};

/// How large a card is on paper, and how much stands on it in a size that people can read.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    /// Lines of text below a title of one line.
    lines: usize,
    /// Characters in a line.
    line: usize,
    /// Characters in a line of the title, which is larger and bold.
    title: usize,
}

/// Half the page of a notebook, 148 by 105 mm: at 12 points, 12 lines of 124 mm; the title at 16.
const A6: Size = Size {
    name: "a6",
    lines: 12,
    line: 56,
    title: 38,
};

/// A bank card, 85 by 55 mm: at 8.5 points, 9 lines of 71 mm; the title at 11.
const WALLET: Size = Size {
    name: "wallet",
    lines: 9,
    line: 46,
    title: 32,
};

/// Lines that the emergency numbers take.
const LINES_OF_NUMBERS: usize = 2;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let sizes = [(A6.name, A6), (WALLET.name, WALLET)];
    let size = map.get("size");
    let size = size.and_then(|node| node.one_of(&sizes, &mut writer.block.diagnostics));
    let size = size.unwrap_or(A6);
    let title = map.require("title", &mut writer.block.diagnostics);
    let title_html = title.and_then(|node| writer.inline(node));
    let lines = map.require("lines", &mut writer.block.diagnostics);
    let lines_html = lines.map(|node| writer.lines_up_to(node, size.lines));
    let numbers = map.get("numbers");
    let numbers = numbers.and_then(|node| node.flag(&mut writer.block.diagnostics));
    let numbers = numbers.unwrap_or_default();
    let (Some(title), Some(lines)) = (title, lines) else {
        return;
    };
    let words = |node: &Node| plain(node.as_text().unwrap_or_default(), writer.page);
    let texts: Vec<String> = lines.list().into_iter().map(words).collect();
    let needed =
        lines_needed(&words(title), &texts, size) + usize::from(numbers) * LINES_OF_NUMBERS;
    // A list that is too long was told as such.
    if needed > size.lines && texts.len() <= size.lines {
        writer.problem(
            Diagnostic::error("card-too-full")
                .with("lines", needed)
                .with("most", size.lines)
                .at(lines.place()),
        );
    }
    let (Some(title_html), Some(lines_html)) = (title_html, lines_html) else {
        return;
    };
    let view = PrintCardView {
        level: writer.level,
        title_html,
        lines_html,
        size: size.name,
        numbers: numbers.then(|| emergency_view(writer.page.input.config)),
    };
    writer.render("print_card", &view);
}

/// Estimates how many lines the text takes on paper, below the first line of the title.
fn lines_needed(title: &str, lines: &[String], size: Size) -> usize {
    let on_paper = |text: &str, line: usize| text.chars().count().div_ceil(line).max(1);
    let lines = lines.iter().map(|line| on_paper(line, size.line));
    lines.sum::<usize>() + on_paper(title, size.title) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_takes_as_many_lines_as_its_text_is_long() {
        fn check(title: &str, lines: &[&str], expected: usize) {
            let texts: Vec<String> = lines.iter().map(ToString::to_string).collect();
            assert_eq!(lines_needed(title, &texts, WALLET), expected, "{lines:?}");
        }
        check("", &[], 0);
        check("Kort", &[""], 1);
        check("Kort", &[&"a".repeat(46), "kort"], 2);
        check("Kort", &[&"a".repeat(47)], 2);
        check(&"a".repeat(32), &["kort"], 1);
        check(&"a".repeat(33), &["kort"], 2);
    }
}
