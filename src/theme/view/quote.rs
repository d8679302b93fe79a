//! View of what somebody said.

use serde::Serialize;

use super::PortraitView;

/// What somebody said, in their own words.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct QuoteView {
    /// The words, a paragraph each; safe HTML.
    pub paragraphs_html: Vec<String>,
    /// Who said it; absent for a colleague without a name.
    pub name: Option<String>,
    /// What they do.
    pub function: Option<String>,
    /// Their portrait.
    pub portrait: Option<PortraitView>,
}
