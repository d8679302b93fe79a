//! What the program does itself when time has run out: reminders, and deciding where nobody does.
//!
//! Which actions these are stands in the life cycle. Invariant: nobody's answers are opened for it; an
//! event is sealed to the public key of its case, and the program could not read it back.

use crate::durable::StorageError;
use crate::report::acts::{Note, RecordError, Recorded};
use crate::report::event::{Actor, Body, Kind, Open, Role};
use crate::report::ids::{CaseId, Code};
use crate::report::lifecycle::Given;
use crate::report::store::Store;

/// What was done in a run.
#[derive(Debug, Default)]
pub struct Done {
    /// How many actions were recorded.
    pub actions: usize,
    /// Cases in which one could not be recorded; the next run tries again.
    pub failed: Vec<(CaseId, RecordError)>,
}

impl Store {
    /// Does everything that is owed now, each once.
    ///
    /// # Errors
    ///
    /// Fails where the cases cannot be listed.
    pub fn do_what_is_owed(&self) -> Result<Done, StorageError> {
        let mut done = Done::default();
        for cover in self.cases()?.cases {
            for owed in self.lifecycle().owed(&cover.progress, self.now()) {
                match self.act_itself(cover.id, &owed) {
                    Ok(Recorded::Done) => done.actions += 1,
                    Ok(Recorded::Repeated) => {}
                    Err(error) => done.failed.push((cover.id, error)),
                }
            }
        }
        Ok(done)
    }

    /// Does one thing, unless it is no longer owed.
    fn act_itself(
        &self,
        case: CaseId,
        owed: &(Code, Option<Code>),
    ) -> Result<Recorded, RecordError> {
        let (action, choice) = owed;
        let given = Given {
            choice: choice.clone(),
            ..Given::default()
        };
        self.append(case, Actor::SYSTEM, |cover| {
            let now = self.now();
            let lifecycle = self.lifecycle();
            if !lifecycle.owed(&cover.progress, now).contains(owed) {
                return Ok(None);
            }
            let progress = lifecycle
                .after(&cover.progress, action.as_str(), Role::System, &given, now)
                .map_err(|refused| RecordError::Refused { case, refused })?;
            Ok(Some(Note {
                kind: Kind::ActionTaken,
                open: Open {
                    action: Some(action.clone()),
                    progress: Some(progress),
                    ..Open::default()
                },
                body: choice.clone().map(|choice| Body {
                    choice: Some(choice),
                    ..Body::default()
                }),
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use jiff::SignedDuration;
    use serde_json::json;
    use tempfile::TempDir;

    use crate::report::event::Status;
    use crate::report::fixture::{SETTINGS, at, clock, report, reporter_of};

    #[test]
    fn a_reporter_who_does_not_choose_is_reminded_twice_and_then_nothing_is_registered() {
        let data = TempDir::new().unwrap();
        let clock = clock();
        let store = Store::open(data.path(), at(clock.clone()), SETTINGS)
            .unwrap()
            .0;
        store.submit(&report(1, json!({"a": 1}))).unwrap();
        let mut done = Vec::new();
        for day in 1..=30 {
            clock.wait(SignedDuration::from_hours(24));
            let today = store.do_what_is_owed().unwrap();
            assert!(today.failed.is_empty(), "{:?}", today.failed);
            if today.actions > 0 {
                done.push((day, today.actions));
            }
            assert_eq!(store.do_what_is_owed().unwrap().actions, 0, "day {day}");
        }
        // The last moment of day 3, 10 and 25 is past on the days after.
        assert_eq!(done, [(4, 1), (11, 1), (26, 1)]);

        let case = reporter_of(&store, 1).case;
        let reminders: Vec<&str> = case
            .taken("remind_registration")
            .filter_map(|entry| Some(entry.body.choice.as_ref()?.as_str()))
            .collect();
        assert_eq!(reminders, ["first", "second"]);
        assert_eq!(case.taken("registration_lapsed").count(), 1);
        assert_eq!(case.cover.registered, None);
        assert_eq!(case.cover.progress.status, Status::Submitted);
    }
}
