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
            // Names are put before their event, under its number.
            let _one_at_a_time = self.names.of(case);
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
