//! `glossary`: terms of `content/glossary.yaml` with their explanations, all or those of one group.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::site::glossary::entries;
use crate::theme::view::glossary::GlossaryView;
use crate::yaml::{Mapping, Node};

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let group = match map.get("group") {
        Some(node) => match group_of(writer, node) {
            Some(group) => Some(group),
            None => return,
        },
        None => None,
    };
    let entries = entries(writer.page, group.as_deref(), &mut writer.block);
    writer.render("glossary", &GlossaryView { entries });
}

fn group_of(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<String> {
    let text = node.text(&mut writer.block.diagnostics)?;
    let glossary = writer.page.input.glossary;
    if glossary.groups().any(|group| group == text) {
        return Some(text);
    }
    let diagnostic = match nearest(&text, glossary.groups()) {
        Some(near) => Diagnostic::error("glossary-unknown-group").with("nearest", near),
        None => Diagnostic::error("glossary-unknown-group-nothing-near"),
    };
    writer.problem(diagnostic.with("group", &text).at(node.place()));
    None
}
