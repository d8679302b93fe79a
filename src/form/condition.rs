//! When a question is shown.
//!
//! A condition only looks back, at fields of earlier pages: pages work without script, so a page
//! cannot change while it is being filled in, and what is shown never depends on itself.

use super::field::FieldName;

/// Holds where an earlier question was answered in some way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The earlier question.
    pub field: FieldName,
    /// What must have been answered.
    pub wanted: Wanted,
}

/// What a condition wants of an earlier question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// At least one of these values is chosen.
    Any(Vec<String>),
    /// It is answered, whatever the answer.
    Given,
    /// It is not answered, or not even asked.
    NotGiven,
}

impl Condition {
    /// Returns whether it holds, given what was chosen for its field and whether that was answered at
    /// all.
    pub fn holds<'a>(&self, chosen: impl IntoIterator<Item = &'a str>, given: bool) -> bool {
        match &self.wanted {
            Wanted::Any(values) => chosen
                .into_iter()
                .any(|value| values.iter().any(|wanted| wanted == value)),
            Wanted::Given => given,
            Wanted::NotGiven => !given,
        }
    }
}
