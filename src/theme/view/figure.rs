//! View of a fact in a number.

use serde::Serialize;

/// A fact in a number, with its source and year.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct FigureView {
    /// The number as readers see it, such as `29%`; safe HTML.
    pub value_html: String,
    /// What it says, safe HTML that goes on after the number.
    pub text_html: String,
    /// What else readers need to know to read it right, safe HTML.
    pub note_html: Option<String>,
    /// Name of the source, safe HTML.
    pub source_html: String,
    /// Where the source is; the name then holds no link.
    pub href: Option<String>,
    /// Year of the source.
    pub year: i64,
}
