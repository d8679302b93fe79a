//! Views of the blocks in the text of a page. Each has a component of its own, whose parameters are its fields.

use serde::Serialize;

/// What to do beside what not to do.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DoDontView {
    /// Id of the block in the page.
    pub id: String,
    /// What to do, safe HTML.
    pub do_html: Vec<String>,
    /// What not to do, safe HTML.
    pub dont_html: Vec<String>,
}
