//! View of a table that says what to do when.

use serde::Serialize;

/// A table that says what to do when.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DecisionTableView {
    /// The caption, safe HTML.
    pub title_html: String,
    /// Name of the column with what one sees, plain text.
    pub when: String,
    /// Name of the column with what to do, plain text.
    pub then: String,
    /// The rows, in order.
    pub rows: Vec<DecisionRowView>,
}

/// One row of such a table.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DecisionRowView {
    /// What one sees, safe HTML.
    pub when_html: String,
    /// What to do, safe HTML.
    pub then_html: String,
    /// What to think of, safe HTML.
    pub note_html: Option<String>,
}
