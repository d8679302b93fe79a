//! The second part of a report: answers that a reporter adds at once, later, again, or never.
//!
//! A report is whole without it. What was given last counts as a whole, beside the first part, which has
//! events and names of its own. Invariant: answers that say who somebody is are in a file of their own,
//! and none comes after those of a case were erased.

use serde_json::Value;

use crate::language::Language;
use crate::report::acts::{Note, OpenedCase, RecordError, Recorded};
use crate::report::case::Cover;
use crate::report::event::{Actor, Body, FormVersion, Kind, Open, plain_json};
use crate::report::ids::{Code, Digest, SubmissionKey};
use crate::report::store::Store;

/// The second part of a form as a reporter sends it.
#[derive(Clone, Debug)]
pub struct NewDetails {
    /// The key that the page carried.
    pub key: SubmissionKey,
    /// Id of the form.
    pub form: Code,
    /// Version of the form.
    pub version: u32,
    /// The language in which it was filled in.
    pub language: Language,
    /// The answers to this part, by field, without those that say who somebody is.
    pub answers: Value,
    /// The answers to this part that say who somebody is, by field; they can be erased apart.
    pub names: Value,
    /// The choices of this part that may be counted, by field.
    pub countable: Value,
}

impl Store {
    /// Returns whether the reporter can give the second part of the form as the case stands now.
    pub fn takes_details(&self, cover: &Cover) -> bool {
        self.add_answers(cover).is_ok()
    }

    /// Stores the second part of the form, in the place of what was given of it before.
    ///
    /// The same answers sent again with the same key change nothing; other answers with that key are
    /// taken, because somebody who goes back and corrects something sends the same page again.
    ///
    /// # Errors
    ///
    /// Fails where the life cycle does not allow the reporter `amend_report` now, the names of the case
    /// were erased, or it is not surely on disk.
    pub fn give_details(
        &self,
        opened: &OpenedCase,
        details: &NewDetails,
    ) -> Result<Recorded, RecordError> {
        let case = opened.case.cover.id;
        let submission = details.key.digest();
        let sent = sent(details);
        let recorded = {
            let _alone_with_names = self.names.of(case);
            self.append(case, Actor::REPORTER, |cover| {
                let before = cover.details.as_ref();
                if before.is_some_and(|before| before.sent.get(&submission) == Some(&sent)) {
                    return Ok(None);
                }
                let progress = self.add_answers(cover)?;
                let next = cover.last_sequence() + 1;
                let public = &cover.keys.public;
                let names = self.put_names::<RecordError>(case, next, public, &details.names)?;
                Ok(Some(Note {
                    kind: Kind::DetailsGiven,
                    open: Open {
                        form: Some(FormVersion {
                            id: details.form.clone(),
                            version: details.version,
                        }),
                        progress: Some(progress),
                        submission: Some(submission),
                        sent: Some(sent),
                        names,
                        ..Open::default()
                    },
                    body: Some(Body {
                        language: Some(details.language.tag().to_owned()),
                        answers: Some(details.answers.clone()),
                        countable: Some(details.countable.clone()),
                        ..Body::default()
                    }),
                }))
            })
        };
        if recorded.is_ok() {
            self.settle_statistics(opened);
        }
        recorded
    }
}

/// Returns by what the same answers, sent again, are known.
fn sent(details: &NewDetails) -> Digest {
    let sent = (&details.answers, &details.names);
    // What JSON cannot write is refused when it is sealed.
    let bytes = plain_json(&sent).unwrap_or_default();
    details.key.digest_of_sent(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;
    use std::sync::Arc;

    use serde_json::json;
    use tempfile::TempDir;

    use crate::report::acts::{Act, DECIDE_REGISTRATION};
    use crate::report::fixture::{
        Later, SETTINGS, at, clock, details, report, reporter_of, surroundings,
    };
    use crate::report::lifecycle::Refused;
    use crate::report::retention::{Period, Rules};
    use crate::report::store::{NewReport, Outcome};

    /// A report of key 1, to which its reporter adds things.
    struct Desk {
        data: TempDir,
        clock: Arc<Later>,
        store: Store,
    }

    impl Desk {
        fn new() -> Desk {
            let data = TempDir::new().unwrap();
            let clock = clock();
            let around = at(Arc::clone(&clock));
            let store = Store::open(data.path(), around, SETTINGS).unwrap().0;
            let desk = Desk { data, clock, store };
            let sent = desk.send(
                json!({"story": "Hij gooide een stoel"}),
                json!({"phone": "06"}),
            );
            assert_eq!(sent, Outcome::New);
            desk
        }

        fn send(&self, answers: Value, names: Value) -> Outcome {
            let report = NewReport {
                names,
                ..report(1, answers)
            };
            self.store.submit(&report).unwrap().outcome
        }

        fn give(&self, details: &NewDetails) -> Result<Recorded, RecordError> {
            let opened = reporter_of(&self.store, 1);
            let offered = self.store.takes_details(&opened.case.cover);
            let given = self.store.give_details(&opened, details);
            assert_eq!(offered, given.is_ok());
            given
        }

        fn answers(&self) -> Value {
            reporter_of(&self.store, 1).case.answers
        }

        fn act(&self, action: &str, choice: Option<&str>) {
            let mut act = Act {
                action: action.parse().unwrap(),
                actor: Actor::REPORTER,
                body: Body::default(),
                files: Vec::new(),
                submission_key: None,
            };
            act.body.choice = choice.and_then(|choice| choice.parse().ok());
            let opened = reporter_of(&self.store, 1);
            self.store.record(&opened, &act).unwrap();
        }

        /// Returns the choices that the statistics have.
        fn counted(&self) -> Vec<Value> {
            let years = fs::read_dir(self.data.path().join("statistics"));
            let years = years.into_iter().flatten();
            years
                .flat_map(|year| fs::read_dir(year.unwrap().path()).unwrap())
                .map(|file| {
                    let bytes = fs::read(file.unwrap().path()).unwrap();
                    let record: Value = serde_json::from_slice(&bytes).unwrap();
                    record["choices"].clone()
                })
                .collect()
        }
    }

    #[test]
    fn a_report_that_was_withdrawn_takes_no_details() {
        let desk = Desk::new();
        desk.act("withdraw", None);
        let given = desk.give(&details(2, json!({"place": "balie"}), json!({})));
        let refused = matches!(
            given,
            Err(RecordError::Refused {
                refused: Refused::NotNow { .. },
                ..
            })
        );
        assert!(refused, "{given:?}");
        assert_eq!(desk.answers()["place"], Value::Null);
    }

    #[test]
    fn names_that_were_erased_do_not_come_back() {
        let desk = Desk::new();
        let first = details(2, json!({"place": "balie"}), json!({"who": "Jan de Wit"}));
        desk.give(&first).unwrap();
        desk.act("withdraw", None);
        let rules = Rules {
            names: Some(Period::Days(10)),
            ..Rules::default()
        };
        desk.clock.wait(jiff::SignedDuration::from_hours(24 * 200));
        assert_eq!(desk.store.purge(&rules).unwrap().erased.len(), 1);
        let kept = json!({"story": "Hij gooide een stoel", "place": "balie"});
        assert_eq!(desk.answers(), kept);
        let names = fs::read_dir(desk.data.path().join("reports"))
            .unwrap()
            .flat_map(|case| fs::read_dir(case.unwrap().path().join("names")).unwrap());
        assert_eq!(names.count(), 0);

        let again = details(3, json!({"place": "hal"}), json!({"who": "Jan de Wit"}));
        for details in [&again, &details(4, json!({"place": "hal"}), json!({}))] {
            let given = desk.give(details);
            assert!(
                matches!(given, Err(RecordError::NamesErased { .. })),
                "{given:?}"
            );
        }
        assert_eq!(desk.answers(), kept);
    }

    #[test]
    fn details_stand_beside_the_first_part_and_the_latest_count_as_a_whole() {
        let desk = Desk::new();
        let before = reporter_of(&desk.store, 1).case;
        assert_eq!(before.cover.details, None);
        assert_eq!(before.detail_answers, Value::Null);

        let answers = json!({"place": "balie", "alarm": true});
        let given = desk.give(&details(2, answers, json!({"who": "Jan de Wit"})));
        assert_eq!(given.unwrap(), Recorded::Done);
        desk.give(&details(3, json!({"place": "hal"}), json!({})))
            .unwrap();

        let case = reporter_of(&desk.store, 1).case;
        let first = json!({"story": "Hij gooide een stoel", "phone": "06"});
        assert_eq!(case.first_answers, first);
        assert_eq!(case.detail_answers, json!({"place": "hal"}));
        let both = json!({"story": "Hij gooide een stoel", "phone": "06", "place": "hal"});
        assert_eq!(case.answers, both);
        let versions = (case.cover.form.version, case.cover.details.unwrap());
        assert_eq!((versions.0, versions.1.form.version), (1, 2));
        assert_eq!((versions.1.sequence, versions.1.sent.len()), (3, 2));
        assert_eq!(desk.store.cases().unwrap().findings, []);
    }

    #[test]
    fn each_part_replaces_its_own_names_and_not_those_of_the_other() {
        let desk = Desk::new();
        desk.give(&details(2, json!({}), json!({"who": "Jan de Wit"})))
            .unwrap();
        desk.send(json!({"story": "anders"}), json!({}));
        let left = json!({"story": "anders", "who": "Jan de Wit"});
        assert_eq!(desk.answers(), left);
        desk.send(json!({"story": "weer"}), json!({"email": "a@b.nl"}));
        desk.give(&details(3, json!({}), json!({}))).unwrap();
        let left = json!({"story": "weer", "email": "a@b.nl"});
        assert_eq!(desk.answers(), left);
    }

    #[test]
    fn the_same_page_sent_again_counts_once_and_a_corrected_one_is_taken() {
        let desk = Desk::new();
        let a = details(2, json!({"place": "balie"}), json!({"who": "Jan"}));
        let b = NewDetails {
            answers: json!({"place": "hal"}),
            ..a.clone()
        };
        let other = details(3, json!({"place": "straat"}), json!({}));
        for (sent, expected) in [
            (&a, Recorded::Done),
            (&a, Recorded::Repeated),
            (&b, Recorded::Done),
            (&a, Recorded::Done),
            (&other, Recorded::Done),
            // An old page that a browser sends once more does not undo what came later.
            (&a, Recorded::Repeated),
        ] {
            assert_eq!(desk.give(sent).unwrap(), expected);
        }
        assert_eq!(desk.answers()["place"], "straat");
        // The form of the first part is still known as well.
        let same = desk.send(
            json!({"story": "Hij gooide een stoel"}),
            json!({"phone": "06"}),
        );
        assert_eq!(same, Outcome::Repeated);
    }

    #[test]
    fn what_counts_has_the_choices_of_both_parts_whichever_came_first() {
        let both = json!({"behaviour_kinds": ["verbal"], "channel": "counter"});
        let desk = Desk::new();
        desk.give(&details(2, json!({}), json!({}))).unwrap();
        assert_eq!(desk.counted(), [Value::Null; 0]);
        desk.act(DECIDE_REGISTRATION, Some("count_only"));
        assert_eq!(desk.counted(), std::slice::from_ref(&both));

        let desk = Desk::new();
        desk.act(DECIDE_REGISTRATION, Some("count_only"));
        assert_eq!(desk.counted(), [json!({"behaviour_kinds": ["verbal"]})]);
        desk.give(&details(2, json!({}), json!({}))).unwrap();
        assert_eq!(desk.counted(), [both]);
    }

    #[test]
    fn both_parts_sent_at_once_with_names_leave_the_case_whole() {
        let data = TempDir::new().unwrap();
        let store = Store::open(data.path(), surroundings(), SETTINGS)
            .unwrap()
            .0;
        store.submit(&report(1, json!({}))).unwrap();
        let opened = reporter_of(&store, 1);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (store, opened) = (&store, &opened);
                scope.spawn(move || {
                    for round in 0..5 {
                        let names = json!({"who": [thread, round]});
                        if thread % 2 == 0 {
                            let given = details(thread, json!({}), names);
                            store.give_details(opened, &given).unwrap();
                        } else {
                            let answers = json!({"thread": thread, "round": round});
                            let changed = NewReport {
                                names,
                                ..report(1, answers)
                            };
                            store.submit(&changed).unwrap();
                        }
                    }
                });
            }
        });
        assert_eq!(reporter_of(&store, 1).case.entries.len(), 21);
        let audit = store.archive.audit(None).unwrap();
        let damage: Vec<_> = audit
            .inventory
            .findings
            .iter()
            .filter(|finding| finding.is_damage())
            .collect();
        assert_eq!(damage, Vec::<&_>::new());
    }
}
