//! The life cycle of a case, as data: who may do what when, what runs side by side, what must be done
//! by when, and what closing needs.
//!
//! The table is `forms/lifecycle.yaml`. Code interprets it and knows no action by name. A few rules
//! hold whatever a table says; they are in `rules`. What a case comes to is a [`Progress`], which is
//! stored with every event and never computed again from a table that may have changed.

mod check;
mod clocks;
mod file_schema;
mod progress;
mod reading;
mod rules;
mod table;
mod terms;

use crate::diagnostic::{self, Diagnostic, any_error};
use crate::source_text::SourceText;

pub use clocks::{Promised, Running};
pub use file_schema::file_schema;
pub use progress::{Given, Progress, Refused};
pub use table::{
    Action, Choice, ClockRule, ClosingRule, Condition, Effect, Lifecycle, Moment, Promise, Step,
    Text, Track, Within,
};
pub use terms::{Hearing, Need, Role, Status, TextRule, TrackState};

/// The table that ships with the program.
const SHIPPED: &str = include_str!("../../../forms/lifecycle.yaml");

impl Lifecycle {
    /// Path of the table in the folder of a portal.
    pub const PATH: &str = "forms/lifecycle.yaml";

    /// Returns the text of the table that ships with the program.
    pub fn shipped() -> SourceText {
        SourceText::new(Lifecycle::PATH, SHIPPED)
    }

    /// Reads and checks a table. All mistakes are told at once; with any mistake there is no table.
    pub fn parse(source: &SourceText) -> (Option<Lifecycle>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let read = reading::read(source, &mut diagnostics);
        // Where a name is unknown, what is left of the table makes no sense.
        if let Some((table, places)) = &read
            && !any_error(&diagnostics)
        {
            check::check(table, places, &mut diagnostics);
        }
        diagnostic::sort(&mut diagnostics);
        let sound = !any_error(&diagnostics);
        (read.map(|(table, _)| table).filter(|_| sound), diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_sound() {
        let (table, diagnostics) = Lifecycle::parse(&Lifecycle::shipped());
        assert_eq!(diagnostics, []);
        assert!(table.is_some());
    }
}
