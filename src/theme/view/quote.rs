//! View of what somebody said.

use serde::Serialize;

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

/// A portrait.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PortraitView {
    /// Address of the image, with the base path.
    pub src: String,
    /// Text for who does not see it.
    pub alt: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}
