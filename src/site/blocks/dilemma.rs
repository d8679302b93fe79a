//! `dilemma`: a card with a situation to talk about in a team.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::theme::view::handout::DilemmaView;
use crate::yaml::{Mapping, Node};

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let number = map.require("number", &mut writer.block.diagnostics);
    let number = number.and_then(|node| number_of(writer, node));
    let title = writer.require_inline(map, "title");
    let situation = writer.require_lines(map, "situation");
    let questions = writer.require_lines(map, "questions");
    let norm = map.get("norm").map(|node| writer.lines(node));
    let (Some(number), Some(title_html)) = (number, title) else {
        return;
    };
    let view = DilemmaView {
        id: writer.id(),
        number,
        title_html,
        situation_html: situation,
        questions_html: questions,
        norm_html: norm.unwrap_or_default(),
    };
    writer.render("dilemma", &view);
}

fn number_of(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<i64> {
    let number = node.whole_number(&mut writer.block.diagnostics)?;
    if number < 1 {
        let diagnostic = Diagnostic::error("config-count").with("value", number);
        writer.problem(diagnostic.at(node.place()));
        return None;
    }
    Some(number)
}
