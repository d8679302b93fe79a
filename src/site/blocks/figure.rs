//! `figure`: a fact in a number, with its source and year.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::theme::view::figure::FigureView;
use crate::yaml::Mapping;

/// First year of a source: an earlier one is a slip of the finger.
const FIRST_YEAR: i64 = 1900;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let value_html = writer.require_inline(map, "value");
    let text_html = writer.require_inline(map, "text");
    let year = year(writer, map);
    let href = map.get("url").map(|node| writer.address(node));
    let source = map.require("source", &mut writer.block.diagnostics);
    let source_html = source.and_then(|node| match href {
        Some(_) => writer.inline_without_link(node),
        None => writer.inline(node),
    });
    let note_html = map.get("note").and_then(|node| writer.inline(node));
    if let (Some(value_html), Some(text_html), Some(source_html), Some(year)) =
        (value_html, text_html, source_html, year)
    {
        let view = FigureView {
            value_html,
            text_html,
            note_html,
            source_html,
            href: href.flatten(),
            year,
        };
        writer.render("figure", &view);
    }
}

/// Reads the year of the source, which cannot be after that of the build.
fn year(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) -> Option<i64> {
    let diagnostics = &mut writer.block.diagnostics;
    let node = map.require("year", diagnostics)?;
    let year = node.whole_number(diagnostics)?;
    let this_year = i64::from(writer.page.input.today.year());
    if (FIRST_YEAR..=this_year).contains(&year) {
        return Some(year);
    }
    diagnostics.push(
        Diagnostic::error("figure-year")
            .with("year", year)
            .with("last", this_year)
            .at(node.place()),
    );
    None
}
