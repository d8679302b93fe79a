//! View of questions with their answers.

use serde::Serialize;

/// Questions that fold open to their answers.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct QuestionsView {
    /// The questions, in order.
    pub questions: Vec<QuestionView>,
}

/// A question with its answer.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct QuestionView {
    /// The question, safe HTML without links.
    pub question_html: String,
    /// The answer, a paragraph each; safe HTML.
    pub answer_html: Vec<String>,
}
