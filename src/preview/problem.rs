//! A problem as HTML: what is wrong, on which line, and what to do.

use super::{RESERVED, Writer};
use crate::diagnostic::{Diagnostic, Severity};
use crate::site::markdown::{PLACE_TO_FILL_IN, escape};
use crate::source_text::Place;

/// Longest part of a line that is shown, in characters: a paragraph is one line of Markdown.
const SHOWN_CHARACTERS: usize = 200;

/// How much of a long line is shown before the place, in characters.
const SHOWN_BEFORE: usize = 80;

/// Shows problems of one file as a list, in the order given; places to fill in are one item at its end.
pub(super) fn list(problems: &[&Diagnostic], writer: &Writer) -> String {
    let (places, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        problems.iter().partition(|problem| is_place(problem));
    let items: String = others
        .iter()
        .map(|problem| {
            let shown = show(problem, writer);
            format!("<li data-code=\"{}\">{shown}</li>\n", problem.code)
        })
        .chain(to_fill_in(&places, writer))
        .collect();
    match items.is_empty() {
        true => items,
        false => format!("<ul class=\"mw-preview-problems\">\n{items}</ul>\n"),
    }
}

/// Returns whether a problem is only a place that is still to be filled in.
pub(super) fn is_place(problem: &Diagnostic) -> bool {
    problem.code == PLACE_TO_FILL_IN
}

/// Shows where something is to be filled in: the same words at each would hide the rest.
fn to_fill_in(problems: &[&Diagnostic], writer: &Writer) -> Option<String> {
    let places = problems.iter().filter_map(|problem| problem.place.as_ref());
    let links: Vec<String> = places
        .map(|place| {
            let line = place.line.to_string();
            link_to(
                place,
                &writer.text("preview.line", &[("line", &line)]),
                writer,
            )
        })
        .collect();
    let word = escape(&writer.text("preview.place", &[]));
    (!links.is_empty()).then(|| {
        format!(
            "<li><p><strong class=\"mw-preview-place\">{word}:</strong> {}</p></li>\n",
            links.join(", ")
        )
    })
}

fn show(problem: &Diagnostic, writer: &Writer) -> String {
    let arguments: Vec<(&str, &str)> = problem
        .arguments
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let text = |key: &str| escape(&writer.text(key, &arguments));
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    };
    let word = text(&format!("preview.{severity}"));
    let place = problem.place.as_ref();
    let place = place.map_or_else(String::new, |place| show_place(place, writer));
    let hint = format!("{}.hint", problem.code);
    format!(
        "<p><strong class=\"mw-preview-{severity}\">{word}:</strong> {}</p>\n{place}\
         <p class=\"mw-preview-hint\">{}</p>\n",
        text(problem.code),
        text(&hint)
    )
}

/// Shows a place with its line. Line 0 stands for a file of which no text can be shown.
fn show_place(place: &Place, writer: &Writer) -> String {
    let (path, line) = (place.path.to_string(), place.line.to_string());
    let label = match place.line {
        0 => path.clone(),
        _ => writer.text("preview.at", &[("path", &path), ("line", &line)]),
    };
    let link = link_to(place, &label, writer);
    if place.line == 0 || place.line_text.trim().is_empty() {
        return format!("<p class=\"mw-preview-place\">{link}</p>\n");
    }
    format!(
        "<p class=\"mw-preview-place\">{link}</p>\n<pre class=\"mw-preview-line\"><code>{}</code></pre>\n",
        marked_line(place)
    )
}

/// Returns a link that opens a place in the editor, or shows the file where no editor is known.
pub(super) fn link_to(place: &Place, label: &str, writer: &Writer) -> String {
    let href = source_address(&place.path, place.line, place.column, writer);
    format!("<a href=\"{}\">{}</a>", escape(&href), escape(label))
}

/// Returns the address that opens a file of the portal in the editor, or shows it.
pub(super) fn source_address(path: &str, line: usize, column: usize, writer: &Writer) -> String {
    match &writer.editor {
        Some(editor) => editor.link(&writer.root.join(path), line, column),
        None => match line {
            0 => format!("{RESERVED}source/{path}"),
            _ => format!("{RESERVED}source/{path}#L{line}"),
        },
    }
}

/// Returns the line of a place, as HTML, with the place marked.
fn marked_line(place: &Place) -> String {
    let characters: Vec<char> = place.line_text.trim_end().chars().collect();
    let at = place.column.saturating_sub(1).min(characters.len());
    let end = (at + place.width).min(characters.len());
    let from = match characters.len() {
        0..=SHOWN_CHARACTERS => 0,
        _ => at.saturating_sub(SHOWN_BEFORE),
    };
    let to = (from + SHOWN_CHARACTERS).min(characters.len()).max(end);
    let part = |range: std::ops::Range<usize>| -> String {
        let part: String = characters.get(range).unwrap_or_default().iter().collect();
        escape(&part)
    };
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    format!(
        "{}{}<mark>{}</mark>{}{}",
        cut(from > 0),
        part(from..at),
        part(at..end),
        part(end..to),
        cut(to < characters.len())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked_in_its_line() {
        let check = |line: &str, column, width, expected: &str| {
            let place = Place {
                path: "content/a.md".into(),
                line: 1,
                column,
                width,
                line_text: line.to_owned(),
            };
            assert_eq!(marked_line(&place), expected);
        };
        check("a <b> c", 3, 3, "a <mark>&lt;b&gt;</mark> c");
        check("één", 2, 9, "é<mark>én</mark>");
        check("kort", 99, 1, "kort<mark></mark>");
        let long = "x".repeat(300);
        let (before, after) = ("x".repeat(80), "x".repeat(118));
        check(&long, 101, 2, &format!("…{before}<mark>xx</mark>{after}…"));
    }
}
