//! Views of the blocks that people print, cut out and hand out.

use serde::Serialize;

use super::EmergencyView;

/// A card to print and keep.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PrintCardView {
    /// Level of its heading.
    pub level: u8,
    /// Title of the card, safe HTML.
    pub title_html: String,
    /// What stands on it, safe HTML.
    pub lines_html: Vec<String>,
    /// How large it is on paper: `a6` (148 by 105 mm) or `wallet` (85 by 55 mm).
    pub size: &'static str,
    /// The emergency numbers, where they stand on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<EmergencyView>,
}

/// A card with a dilemma, for a talk in a team.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DilemmaView {
    /// Id of the block in the page.
    pub id: String,
    /// Level of its heading.
    pub level: u8,
    /// Number of the card, from 1.
    pub number: i64,
    /// Title, safe HTML.
    pub title_html: String,
    /// What happens, a paragraph each; safe HTML.
    pub situation_html: Vec<String>,
    /// What to talk about, safe HTML.
    pub questions_html: Vec<String>,
    /// What the norm says, a paragraph each; safe HTML. May be empty.
    pub norm_html: Vec<String>,
}
