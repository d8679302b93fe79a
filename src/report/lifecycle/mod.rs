//! The life cycle of a case, as data: who may do what when, what runs side by side, what must be done
//! by when, and what closing needs.
//!
//! The table is `forms/lifecycle.yaml`. Code interprets it and knows no action by name. A few rules
//! hold whatever a table says; they are in `rules`. What a case comes to is a [`Progress`], which is
//! stored with every event and never computed again from a table that may have changed.

mod clocks;
mod progress;
mod rules;
mod table;
mod terms;

pub use clocks::{Promised, Running};
pub use progress::{Given, Progress, Refused};
pub use table::{
    Action, Choice, ClockRule, ClosingRule, Condition, Effect, Lifecycle, Moment, Promise, Step,
    Text, Track, Within,
};
pub use terms::{Hearing, Need, Role, Status, TextRule, TrackState};
