//! `decision-table`: what to do when.

use super::BlockWriter;
use crate::site::markdown::Resolver;
use crate::theme::view::decision_table::{DecisionRowView, DecisionTableView};
use crate::yaml::{Mapping, Node};

/// Most rows of one table; with more, nobody finds theirs.
const MOST_ROWS: usize = 15;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let title_html = writer.require_inline(map, "title");
    let (when, then) = columns(writer, map);
    let rows = map.require("rows", &mut writer.block.diagnostics);
    let rows = rows.map(|node| writer.items(node, MOST_ROWS));
    let view = DecisionTableView {
        title_html: title_html.unwrap_or_default(),
        when,
        then,
        rows: rows
            .unwrap_or_default()
            .into_iter()
            .filter_map(|node| row(writer, node))
            .collect(),
    };
    writer.render("decision_table", &view);
}

/// Returns the names of the two columns, as plain text.
fn columns(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) -> (String, String) {
    let mut written = match map.get("columns") {
        Some(node) => Mapping::read(node, &mut writer.block.diagnostics),
        None => Mapping::empty(map.place()),
    };
    let mut name = |key, usual| {
        let name = written.get(key).and_then(|node| writer.plain(node));
        name.unwrap_or_else(|| writer.page.text(usual))
    };
    let names = (
        name("when", "block.decision.when"),
        name("then", "block.decision.then"),
    );
    written.finish(&mut writer.block.diagnostics);
    names
}

fn row(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<DecisionRowView> {
    let mut map = Mapping::read(node, &mut writer.block.diagnostics);
    let when_html = writer.require_inline(&mut map, "when");
    let then_html = writer.require_inline(&mut map, "then");
    let note_html = map.get("note").and_then(|node| writer.inline(node));
    map.finish(&mut writer.block.diagnostics);
    Some(DecisionRowView {
        when_html: when_html?,
        then_html: then_html?,
        note_html,
    })
}
