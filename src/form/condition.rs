//! When a question is shown.
//!
//! A condition only looks back, at fields of earlier pages: pages work without script, so a page
//! cannot change while it is being filled in, and what is shown never depends on itself.

use super::definition::FieldName;

/// Holds where an earlier question has one of some answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The earlier question.
    pub field: FieldName,
    /// Values of which at least one must be chosen.
    pub any: Vec<String>,
}

impl Condition {
    /// Returns whether it holds, given what was chosen for its field.
    pub fn holds<'a>(&self, chosen: impl IntoIterator<Item = &'a str>) -> bool {
        chosen
            .into_iter()
            .any(|value| self.any.iter().any(|wanted| wanted == value))
    }
}
