//! What a page says of its own past.

use serde::Serialize;

use super::{DateView, Link};

/// Something that changed in a page.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ChangeView {
    /// The day.
    pub date: DateView,
    /// What changed, safe HTML.
    pub note_html: String,
}

/// A version of a page that held before.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct EarlierVersionView {
    /// Its version: `0.9`.
    pub version: String,
    /// First day on which it held.
    pub from: Option<DateView>,
    /// First day on which it no longer did.
    pub until: Option<DateView>,
    /// Its address.
    pub href: String,
}

/// What an earlier version says at its top.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct SupersededView {
    /// First day on which it held.
    pub from: Option<DateView>,
    /// First day on which it no longer did.
    pub until: Option<DateView>,
    /// The page that holds now; absent where that is not published.
    pub current: Option<Link>,
}
