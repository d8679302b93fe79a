//! View of the block with contacts.

use serde::Serialize;

use super::{ContactView, EmergencyView};

/// Contacts in the text of a page, or else whom to call in acute danger.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ContactBlockView {
    /// The contacts; empty where there is `emergency`.
    pub contacts: Vec<ContactView>,
    /// Whom to call in acute danger.
    pub emergency: Option<EmergencyView>,
}
