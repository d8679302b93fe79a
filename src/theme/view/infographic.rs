//! Views of infographics in the text of a page.

use serde::Serialize;

/// An infographic.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct InfographicView {
    /// Id of the figure in the page.
    pub id: String,
    /// `steps`, `timeline`, `comparison`, `ladder`, `cycle`, `roles` or `factors`.
    pub kind: &'static str,
    /// Whether the order of the items says something.
    pub ordered: bool,
    /// Level of its heading; each of its items has one below it.
    pub level: u8,
    /// Its title, safe HTML.
    pub title_html: String,
    /// Its title as plain text.
    pub title: String,
    /// What it shows, safe HTML.
    pub description_html: String,
    /// Its items, in order.
    pub items: Vec<InfographicItemView>,
    /// Of a ladder: what holds at every rung, safe HTML.
    pub beside_html: Vec<String>,
    /// Where it comes from, safe HTML; empty where it does not say.
    pub source_html: String,
    /// Its posters; none where a text does not fit.
    pub posters: Vec<PosterView>,
}

/// One part of an infographic.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct InfographicItemView {
    /// Number or letter in front of it.
    pub marker: Option<String>,
    /// When it happens, safe HTML.
    pub when_html: Option<String>,
    /// Its title, safe HTML.
    pub title_html: String,
    /// What happens, safe HTML.
    pub text_html: Option<String>,
    /// Examples, tasks or points, safe HTML.
    pub points_html: Vec<String>,
    /// `ok`, `careful` or `no`.
    pub mark: Option<&'static str>,
    /// What happens at what stands in a column, safe HTML.
    pub reaction_html: Option<String>,
    /// Who does it, safe HTML.
    pub who_html: Option<String>,
    /// Which act it plays a part in, in words.
    pub serves: Option<String>,
}

/// A poster to download.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PosterView {
    /// Size of the paper: `A4`, `A3`.
    pub paper: &'static str,
    /// Address of the file.
    pub href: String,
}
