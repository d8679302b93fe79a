//! The view of exercises: cards and check questions.

use serde::Serialize;

/// Questions to practise with. Nothing is sent or kept.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ExerciseView {
    /// Id of the block in the page.
    pub id: String,
    /// `cards` (one question about several situations) or `questions`.
    pub kind: &'static str,
    /// The question about all cards, safe HTML.
    pub question_html: Option<String>,
    /// The cards or the questions.
    pub items: Vec<ExerciseItemView>,
}

/// A card or a question.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ExerciseItemView {
    /// The situation or the question, safe HTML.
    pub text_html: String,
    /// What can be chosen.
    pub options: Vec<ExerciseOptionView>,
    /// Why the right answer is right, safe HTML.
    pub explanation_html: String,
}

/// Something that can be chosen.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ExerciseOptionView {
    /// Its text.
    pub label: String,
    /// Whether it is the right one.
    pub right: bool,
}
