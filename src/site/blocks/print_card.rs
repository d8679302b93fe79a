//! `card`: a card to print, cut out and keep, such as phone numbers or a talk guide.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::site::render::emergency_view;
use crate::theme::view::handout::PrintCardView;
use crate::yaml::Mapping;

/// How large a card is on paper, and how much stands on it in a size that people can read.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    /// Lines of text below the title.
    lines: usize,
    /// Characters in a line.
    line: usize,
}

/// Half the page of a notebook, 148 by 105 mm: at 12 points, 12 lines of 124 mm.
const A6: Size = Size {
    name: "a6",
    lines: 12,
    line: 56,
};

/// A bank card, 85 by 55 mm: at 8.5 points, 9 lines of 71 mm.
const WALLET: Size = Size {
    name: "wallet",
    lines: 9,
    line: 46,
};

/// Lines that the emergency numbers take.
const LINES_OF_NUMBERS: usize = 2;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let title = writer.require_inline(map, "title");
    let lines = map.require("lines", &mut writer.block.diagnostics);
    let lines = lines.map(|node| {
        let lines = writer.items(node, A6.lines);
        let html: Vec<String> = lines
            .into_iter()
            .filter_map(|line| writer.inline(line))
            .collect();
        (html, node.place())
    });
    let sizes = [(A6.name, A6), (WALLET.name, WALLET)];
    let size = map.get("size");
    let size = size.and_then(|node| node.one_of(&sizes, &mut writer.block.diagnostics));
    let numbers = map.get("numbers");
    let numbers = numbers.and_then(|node| node.flag(&mut writer.block.diagnostics));
    let (Some(title_html), Some((lines_html, place))) = (title, lines) else {
        return;
    };
    let size = size.unwrap_or(A6);
    let numbers = numbers.unwrap_or_default();
    let needed = lines_needed(&lines_html, size) + usize::from(numbers) * LINES_OF_NUMBERS;
    if needed > size.lines {
        writer.problem(
            Diagnostic::error("card-too-full")
                .with("lines", needed)
                .with("most", size.lines)
                .at(place),
        );
    }
    let view = PrintCardView {
        level: writer.level,
        title_html,
        lines_html,
        size: size.name,
        numbers: numbers.then(|| emergency_view(writer.page.input.config)),
    };
    writer.render("print_card", &view);
}

/// Estimates how many lines the text takes on paper.
fn lines_needed(lines_html: &[String], size: Size) -> usize {
    let lines = lines_html.iter();
    lines
        .map(|html| characters_of(html).div_ceil(size.line).max(1))
        .sum()
}

/// Counts the characters that readers see of HTML.
fn characters_of(html: &str) -> usize {
    let parts = html.split('<').enumerate();
    let texts = parts.map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('>').map_or("", |(_, text)| text),
    });
    texts.map(|text| text.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_takes_as_many_lines_as_its_text_is_long() {
        fn check(lines: &[&str], expected: usize) {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            assert_eq!(lines_needed(&lines, WALLET), expected, "{lines:?}");
        }
        check(&[], 0);
        check(&[""], 1);
        check(&[&"a".repeat(46), "kort"], 2);
        check(&[&"a".repeat(47)], 2);
        check(
            &["<a href=\"tel:0101010101010101010101010101\">bel</a> mij"],
            1,
        );
    }
}
