//! `questions`: questions that fold open to their answers.

use super::BlockWriter;
use crate::theme::view::questions::{QuestionView, QuestionsView};
use crate::yaml::{Mapping, Node};

/// Most questions in one block; more belong under headings of their own.
const MOST_QUESTIONS: usize = 20;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, list: &Node) {
    let items = writer.items(list, MOST_QUESTIONS);
    let questions = items
        .into_iter()
        .filter_map(|item| question(writer, item))
        .collect();
    writer.render("questions", &QuestionsView { questions });
}

fn question(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<QuestionView> {
    let mut map = Mapping::read(node, &mut writer.block.diagnostics);
    let question = map.require("question", &mut writer.block.diagnostics);
    let question_html = question.and_then(|node| writer.inline_without_link(node));
    let answer_html = writer.require_lines(&mut map, "answer");
    map.finish(&mut writer.block.diagnostics);
    Some(QuestionView {
        question_html: question_html?,
        answer_html,
    })
}
