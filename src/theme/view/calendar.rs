//! Views of the calendar: messages to show and to copy, and what is coming up.

use serde::Serialize;

use super::{DateView, Link, LinkInLanguage};

/// The message of the week.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct WeekMessageView {
    /// Id of the block in the page.
    pub id: String,
    /// Its theme.
    pub title: String,
    /// The message.
    pub text: String,
    /// Where it leads.
    pub link: Option<LinkInLanguage>,
}

/// A message that is ready to be copied.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct BankMessageView {
    /// Id in the page.
    pub id: String,
    /// Its theme.
    pub title: String,
    /// When it is sent, in words.
    pub when: String,
    /// The message with its address, as plain text.
    pub plain: String,
    /// The same as HTML, to be shown as source text.
    pub html: String,
}

/// All messages that can be sent.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct MessageBankView {
    /// Id of the block in the page.
    pub id: String,
    /// Those of the coming year, in order of date.
    pub dated: Vec<BankMessageView>,
    /// Those that wait for something to happen.
    pub triggered: Vec<BankMessageView>,
    /// What changed in pages in the past year, the latest first.
    pub changes: Vec<BankMessageView>,
    /// Files to subscribe to.
    pub subscriptions: Vec<Link>,
}

/// Something with a date.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct AgendaItemView {
    /// The day, with its weekday.
    pub date: DateView,
    /// From when until when, in words.
    pub time: Option<String>,
    /// `training`, `session` or `tour`.
    pub kind: &'static str,
    /// What it is; of a visit, the team.
    pub title: String,
    /// For whom it is.
    pub audience: Option<String>,
    /// Where it is.
    pub place: Option<String>,
    /// Who gives it.
    pub who: Option<String>,
    /// Where one signs up.
    pub link: Option<LinkInLanguage>,
    /// Whether it has been.
    pub done: bool,
    /// What the team asked.
    pub questions: Vec<String>,
}

/// What is on the calendar.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct AgendaView {
    /// Id of the block in the page.
    pub id: String,
    /// In order of date.
    pub items: Vec<AgendaItemView>,
    /// The file with everything, for a calendar program; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}
