//! `cards` and `check-questions`: exercises with an answer and an explanation.

use std::collections::BTreeSet;

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::theme::view::exercise::{ExerciseItemView, ExerciseOptionView, ExerciseView};
use crate::yaml::{Mapping, Node};

/// Fewest options of a question: with one there is nothing to choose.
const FEWEST_OPTIONS: usize = 2;

/// Most options of a question: with more, readers have forgotten the first.
const MOST_OPTIONS: usize = 10;

/// Most cards or questions in one block; nobody does more in one go.
const MOST_ITEMS: usize = 20;

/// Makes cards: one question about several situations, with the same options for each.
pub(super) fn make_cards(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let question_html = writer.require_inline(map, "question");
    let options = map.require("options", &mut writer.block.diagnostics);
    let choices = options.map(|node| choices(writer, node));
    let choices = choices.unwrap_or_default();
    let cards = map.require("cards", &mut writer.block.diagnostics);
    let cards = cards.map(|node| writer.items(node, MOST_ITEMS));
    let items = cards.into_iter().flatten().filter_map(|card| {
        read_item(writer, card, "text", |writer, map| {
            let answer = map.require("answer", &mut writer.block.diagnostics);
            answer.map_or_else(Vec::new, |answer| answered(writer, &choices, answer))
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

/// An option as it was written, and as readers see it.
struct Choice {
    written: String,
    label: String,
}

/// Reads what can be chosen at every card.
fn choices(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Vec<Choice> {
    let items = writer.items(node, MOST_OPTIONS).into_iter();
    let choices = items.filter_map(|item| choice(writer, item));
    let choices: Vec<Choice> = choices.collect();
    check_labels(writer, node, choices.iter().map(|choice| &*choice.label));
    choices
}

fn choice(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<Choice> {
    Some(Choice {
        label: writer.plain(node)?,
        written: node.as_text()?.to_owned(),
    })
}

/// Tells a choice that is none, and two options that nobody can tell apart.
fn check_labels<'l>(
    writer: &mut BlockWriter<'_, '_>,
    node: &Node,
    labels: impl Iterator<Item = &'l str>,
) {
    let mut seen = BTreeSet::new();
    for label in labels {
        if !seen.insert(label) {
            let diagnostic = Diagnostic::error("exercise-same-option").with("option", label);
            writer.problem(diagnostic.at(node.place()));
        }
    }
    // An empty list was told as such.
    if (1..FEWEST_OPTIONS).contains(&seen.len()) {
        writer.problem(Diagnostic::error("exercise-too-few-options").at(node.place()));
    }
}

/// Returns the options of a card, with the answer marked.
fn answered(
    writer: &mut BlockWriter<'_, '_>,
    choices: &[Choice],
    answer: &Node,
) -> Vec<ExerciseOptionView> {
    let Some(written) = answer.text(&mut writer.block.diagnostics) else {
        return Vec::new();
    };
    let known: Vec<&str> = choices.iter().map(|choice| &*choice.written).collect();
    if !known.is_empty() && !known.contains(&&*written) {
        let near = nearest(&written, known.iter().copied()).map(str::to_owned);
        writer.problem(
            Diagnostic::error("exercise-answer-unknown")
                .with("answer", &written)
                .with("known", near.unwrap_or_else(|| known.join(", ")))
                .at(answer.place()),
        );
    }
    let options = choices.iter().map(|choice| ExerciseOptionView {
        label: choice.label.clone(),
        right: choice.written == written,
    });
    options.collect()
}

/// Reads the options of a question, of which exactly one must be right.
fn one_right(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Vec<ExerciseOptionView> {
    let items = writer.items(node, MOST_OPTIONS).into_iter();
    let options = items.filter_map(|item| {
        let mut map = Mapping::read(item, &mut writer.block.diagnostics);
        let label = writer.require_plain(&mut map, "text");
        let right = map.get("right");
        let right = right.and_then(|node| node.flag(&mut writer.block.diagnostics));
        map.finish(&mut writer.block.diagnostics);
        Some(ExerciseOptionView {
            label: label?,
            right: right.unwrap_or_default(),
        })
    });
    let options: Vec<ExerciseOptionView> = options.collect();
    check_labels(writer, node, options.iter().map(|option| &*option.label));
    let right = options.iter().filter(|option| option.right).count();
    if right != 1 && !options.is_empty() {
        let diagnostic = Diagnostic::error("exercise-not-one-right").with("right", right);
        writer.problem(diagnostic.at(node.place()));
    }
    options
}
