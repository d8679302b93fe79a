//! `cards` and `check-questions`: exercises with an answer and an explanation.

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::site::markdown::typographic;
use crate::theme::view::exercise::{ExerciseItemView, ExerciseOptionView, ExerciseView};
use crate::yaml::{Mapping, Node};

/// Fewest options of a question: with one there is nothing to choose.
const FEWEST_OPTIONS: usize = 2;

/// Most cards or questions in one block; nobody does more in one go.
const MOST_ITEMS: usize = 20;

/// Makes cards: one question about several situations, with the same options for each.
pub(super) fn make_cards(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let question_html = writer.require_inline(map, "question");
    let options = map.require("options", &mut writer.block.diagnostics);
    let labels = options.map(|node| labels(writer, node)).unwrap_or_default();
    let cards = map.require("cards", &mut writer.block.diagnostics);
    let cards = cards.map(|node| writer.items(node, MOST_ITEMS));
    let items = cards.into_iter().flatten().filter_map(|card| {
        read_item(writer, card, "text", |writer, map| {
            let answer = map.require("answer", &mut writer.block.diagnostics);
            answer.map_or_else(Vec::new, |answer| answered(writer, &labels, answer))
        })
    });
    let items = items.collect();
    render(writer, "cards", question_html, items);
}

/// Makes check questions, each with options of its own of which one is right.
pub(super) fn make_questions(writer: &mut BlockWriter<'_, '_>, list: &Node) {
    let questions = writer.items(list, MOST_ITEMS);
    let items = questions.into_iter().filter_map(|question| {
        read_item(writer, question, "question", |writer, map| {
            let options = map.require("options", &mut writer.block.diagnostics);
            options.map_or_else(Vec::new, |node| one_right(writer, node))
        })
    });
    let items = items.collect();
    render(writer, "questions", None, items);
}

fn render(
    writer: &mut BlockWriter<'_, '_>,
    kind: &'static str,
    question_html: Option<String>,
    items: Vec<ExerciseItemView>,
) {
    let view = ExerciseView {
        id: writer.id(),
        kind,
        question_html,
        items,
    };
    writer.render("exercise", &view);
}

fn read_item<'n>(
    writer: &mut BlockWriter<'_, '_>,
    node: &'n Node,
    text: &'static str,
    options: impl FnOnce(&mut BlockWriter<'_, '_>, &mut Mapping<'n>) -> Vec<ExerciseOptionView>,
) -> Option<ExerciseItemView> {
    let mut map = Mapping::read(node, &mut writer.block.diagnostics);
    let text_html = writer.require_inline(&mut map, text);
    let options = options(writer, &mut map);
    let explanation_html = writer.require_inline(&mut map, "explanation");
    map.finish(&mut writer.block.diagnostics);
    Some(ExerciseItemView {
        text_html: text_html?,
        options,
        explanation_html: explanation_html?,
    })
}

/// Reads what can be chosen at every card.
fn labels(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Vec<String> {
    let labels = node.texts(&mut writer.block.diagnostics);
    tell_too_few(writer, node, labels.len());
    labels
}

fn tell_too_few(writer: &mut BlockWriter<'_, '_>, node: &Node, options: usize) {
    if options < FEWEST_OPTIONS {
        writer.problem(Diagnostic::error("exercise-too-few-options").at(node.place()));
    }
}

/// Returns the options of a card, with the answer marked.
fn answered(
    writer: &mut BlockWriter<'_, '_>,
    labels: &[String],
    answer: &Node,
) -> Vec<ExerciseOptionView> {
    let Some(written) = answer.text(&mut writer.block.diagnostics) else {
        return Vec::new();
    };
    if !labels.is_empty() && !labels.contains(&written) {
        let near = nearest(&written, labels.iter().map(String::as_str)).map(str::to_owned);
        writer.problem(
            Diagnostic::error("exercise-answer-unknown")
                .with("answer", &written)
                .with("known", near.unwrap_or_else(|| labels.join(", ")))
                .at(answer.place()),
        );
    }
    let options = labels.iter().map(|label| ExerciseOptionView {
        label: typographic(label),
        right: *label == written,
    });
    options.collect()
}

/// Reads the options of a question, of which exactly one must be right.
fn one_right(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Vec<ExerciseOptionView> {
    let items = node.list().into_iter();
    let options = items.filter_map(|item| {
        let diagnostics = &mut writer.block.diagnostics;
        let mut map = Mapping::read(item, diagnostics);
        let label = map.require("text", diagnostics);
        let label = label.and_then(|node| node.text(diagnostics));
        let right = map.get("right").and_then(|node| node.flag(diagnostics));
        map.finish(diagnostics);
        Some(ExerciseOptionView {
            label: typographic(&label?),
            right: right.unwrap_or_default(),
        })
    });
    let options: Vec<ExerciseOptionView> = options.collect();
    tell_too_few(writer, node, options.len());
    let right = options.iter().filter(|option| option.right).count();
    if right != 1 {
        let diagnostic = Diagnostic::error("exercise-not-one-right").with("right", right);
        writer.problem(diagnostic.at(node.place()));
    }
    options
}
