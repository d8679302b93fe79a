//! A case: what its events together mean.
//!
//! A case has a cover, which can be read without a key, and contents, which cannot. Both are computed
//! from the events each time and never stored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::report::event::{
    Access, Actor, Body, CaseKeys, ContentsError, Event, FileNote, FileRef, FormVersion, Kind,
};
use crate::report::ids::{CaseId, Code, Digest};
use crate::report::lifecycle::Progress;
use crate::report::seal::SecretKey;

/// What can be known of a case without a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cover {
    /// Its number.
    pub id: CaseId,
    /// When the report was received first.
    pub received_at: Timestamp,
    /// Where the case stands.
    pub progress: Progress,
    /// When it came to stand there.
    pub status_since: Timestamp,
    /// Who may see it.
    pub recipient: Code,
    /// The form of which the first part was filled in last.
    pub form: FormVersion,
    /// What is known of the second part of the form, where it was given.
    pub details: Option<Details>,
    /// Whether the report may be registered, where that was decided.
    pub registered: Option<bool>,
    /// Whether the statistics have a record of it.
    pub counted: bool,
    /// What happened, in order.
    pub history: Vec<Happening>,
    /// When the answers that say who somebody is were erased, where they were.
    pub names_erased_at: Option<Timestamp>,
    /// The files that belong to it.
    #[serde(skip)]
    pub files: Vec<FileRef>,
    /// The files that the reporter took away.
    #[serde(skip)]
    pub removed_files: BTreeSet<Code>,
    /// The events that have a file with names, with its digest.
    #[serde(skip)]
    pub names: Vec<(u32, Digest)>,
    /// Number of the event with the latest answers of the first part.
    #[serde(skip)]
    pub first_part: u32,
    /// Its keys.
    #[serde(skip)]
    pub keys: CaseKeys,
    /// Who got the secret key, with the number of the event that gave it.
    #[serde(skip)]
    pub access: Vec<(u32, Access)>,
    /// Whether the reporter has kept the receipt code.
    #[serde(skip)]
    pub receipt_kept: bool,
    /// Digest of the key that the form carried.
    #[serde(skip)]
    pub submission: Digest,
    /// Digest of what was sent last with that form.
    #[serde(skip)]
    pub sent: Option<Digest>,
    /// Digests of the keys of everything that was done since, to know the same act again, with the number
    /// of its event.
    #[serde(skip)]
    pub acts: BTreeMap<Digest, u32>,
}

/// What can be known without a key of the answers to the second part of the form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Details {
    /// Number of the event that has them.
    pub sequence: u32,
    /// When they were given.
    pub given_at: Timestamp,
    /// The form of which the second part was filled in.
    pub form: FormVersion,
    /// For each key that a form carried, the digest of what was sent last with it, to know the same
    /// answers again.
    #[serde(skip)]
    pub sent: BTreeMap<Digest, Digest>,
}

/// A line of the history of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Happening {
    /// Number of the event.
    pub sequence: u32,
    /// What happened.
    pub kind: Kind,
    /// The action of the life cycle, where it was one.
    pub action: Option<Code>,
    /// When.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: Actor,
}

/// What is left of a case that was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stub {
    /// Its number.
    pub id: CaseId,
    /// Number of the event that says so.
    pub sequence: u32,
    /// When it was erased.
    pub erased_at: Timestamp,
    /// By which rule.
    pub rule: Option<Code>,
}

/// A case that was opened: everything that was said in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// What can be known without a key.
    #[serde(flatten)]
    pub cover: Cover,
    /// Tag of the language in which the form was filled in.
    pub language: String,
    /// The latest answers to both parts of the form, by field, with those that say who somebody is while
    /// they are kept.
    pub answers: Value,
    /// Those to the first part alone.
    #[serde(skip)]
    pub first_answers: Value,
    /// Those to the second part alone; null where it was not given.
    #[serde(skip)]
    pub detail_answers: Value,
    /// What was said with each event, in order.
    pub entries: Vec<Entry>,
}

/// An event that was opened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
    /// What was said with it.
    pub body: Body,
}

/// The events of a case stand in an order that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} cannot stand where it stands")]
pub struct OutOfOrder {
    /// Number of the event that cannot be.
    pub sequence: u32,
}

/// An event cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence}: {source}")]
pub struct NotOpened {
    /// Number of the event.
    pub sequence: u32,
    /// Why.
    #[source]
    pub source: ContentsError,
}

impl Cover {
    /// Computes the cover of a case from its events in order. Without events there is none.
    ///
    /// # Errors
    ///
    /// Fails where a case does not begin with a report, begins twice, or goes on after it was erased.
    pub fn of(events: &[Event]) -> Result<Option<Cover>, OutOfOrder> {
        let mut cover: Option<Cover> = None;
        for event in events {
            let out_of_order = OutOfOrder {
                sequence: event.sequence,
            };
            let next = match (cover, event.kind) {
                (None, Kind::ReportSubmitted) => Cover::begun_by(event),
                (Some(cover), kind) if kind != Kind::ReportSubmitted => cover.after(event),
                _ => None,
            };
            cover = Some(next.ok_or(out_of_order)?);
        }
        Ok(cover)
    }

    fn begun_by(event: &Event) -> Option<Cover> {
        let open = &event.open;
        let mut cover = Cover {
            id: event.case,
            received_at: event.recorded_at,
            progress: open.progress.clone()?,
            status_since: event.recorded_at,
            recipient: open.recipient.clone()?,
            form: open.form.clone()?,
            details: None,
            registered: open.registered,
            counted: open.counted.unwrap_or_default(),
            history: Vec::new(),
            names_erased_at: None,
            files: Vec::new(),
            removed_files: BTreeSet::new(),
            names: Vec::new(),
            first_part: event.sequence,
            keys: open.keys.clone()?,
            access: Vec::new(),
            receipt_kept: false,
            submission: open.submission?,
            sent: open.sent,
            acts: BTreeMap::new(),
        };
        cover.add(event);
        Some(cover)
    }

    fn after(mut self, event: &Event) -> Option<Cover> {
        let open = &event.open;
        match event.kind {
            Kind::ReportAmended => {
                self.recipient = open.recipient.clone()?;
                self.form = open.form.clone()?;
                self.sent = open.sent;
                self.first_part = event.sequence;
            }
            Kind::DetailsGiven => self.details = Some(self.details_after(event)?),
            Kind::ActionTaken => {
                open.action.as_ref()?;
            }
            Kind::AccessGranted => {
                open.access.as_ref()?;
            }
            Kind::NamesErased => {
                self.names_erased_at = Some(event.recorded_at);
                self.names.clear();
            }
            Kind::FilesRemoved => self.remove_files(&open.removed_files)?,
            Kind::ReceiptKept => self.receipt_kept = true,
            Kind::CaseOpened => {}
            Kind::ReportSubmitted | Kind::CaseErased => return None,
        }
        if let Some(progress) = &open.progress {
            if progress.status != self.progress.status {
                self.status_since = event.recorded_at;
            }
            self.progress = progress.clone();
        }
        // What is sent again with the key of a form can have other answers.
        if !matches!(event.kind, Kind::ReportAmended | Kind::DetailsGiven) {
            let act = open.submission.map(|key| (key, event.sequence));
            self.acts.extend(act);
        }
        self.registered = open.registered.or(self.registered);
        self.counted = open.counted.unwrap_or(self.counted);
        self.add(event);
        Some(self)
    }

    fn details_after(&self, event: &Event) -> Option<Details> {
        let open = &event.open;
        let before = self.details.as_ref();
        let mut sent = before.map_or_else(BTreeMap::new, |before| before.sent.clone());
        sent.insert(open.submission?, open.sent?);
        Some(Details {
            sequence: event.sequence,
            given_at: event.recorded_at,
            form: open.form.clone()?,
            sent,
        })
    }

    /// Takes files out that are there.
    fn remove_files(&mut self, gone: &[Code]) -> Option<()> {
        for id in gone {
            let at = self.files.iter().position(|file| file.id == *id)?;
            self.files.remove(at);
            self.removed_files.insert(id.clone());
        }
        Some(())
    }

    fn add(&mut self, event: &Event) {
        self.history.push(Happening::of(event));
        self.files.extend(event.open.files.iter().cloned());
        self.names
            .extend(event.open.names.map(|digest| (event.sequence, digest)));
        let access = event.open.access.clone();
        self.access
            .extend(access.map(|access| (event.sequence, access)));
    }

    /// Returns the number of the last event.
    pub fn last_sequence(&self) -> u32 {
        self.history.last().map_or(0, |last| last.sequence)
    }

    /// Returns the files with names that count: those of the latest answers to each part, first part first.
    pub(super) fn names_in_use(&self) -> [Option<(u32, Digest)>; 2] {
        let of = |sequence: u32| {
            let mut names = self.names.iter();
            names.find(|(known, _)| *known == sequence).copied()
        };
        let details = self.details.as_ref();
        [
            of(self.first_part),
            details.and_then(|details| of(details.sequence)),
        ]
    }

    /// Returns the number of the event that erased the answers that say who somebody is, where one did.
    pub fn names_erased_by(&self) -> Option<u32> {
        let mut history = self.history.iter().rev();
        let erased = history.find(|line| line.kind == Kind::NamesErased)?;
        Some(erased.sequence)
    }

    /// Reads the secret key of the case from what a grant or a receipt sealed. What was copied from another
    /// case is no key of this one.
    pub(super) fn secret_key(&self, opened: &[u8]) -> Option<SecretKey> {
        let secret: SecretKey = std::str::from_utf8(opened).ok()?.parse().ok()?;
        (secret.public() == self.keys.public).then_some(secret)
    }

    /// Returns whether a person has the key of the case.
    pub fn is_open_to(&self, person: &Code) -> bool {
        self.access
            .iter()
            .any(|(_, access)| access.people.contains(person))
    }

    /// Returns the people who got the secret key with an event.
    pub fn given_access_by(&self, sequence: u32) -> impl Iterator<Item = &Code> {
        let given = self.access.iter().filter(move |(at, _)| *at == sequence);
        given.flat_map(|(_, access)| &access.people)
    }

    /// Returns the moment at which something is due first.
    pub fn due_first(&self) -> Option<Timestamp> {
        self.progress.due.values().min().copied()
    }
}

impl Case {
    /// Opens the events of a case. Answers that say who somebody is are not among them.
    ///
    /// # Errors
    ///
    /// Fails where one does not open with this key.
    pub fn open(cover: Cover, events: &[Event], key: &SecretKey) -> Result<Case, NotOpened> {
        let mut case = Case {
            cover,
            language: String::new(),
            answers: Value::Null,
            first_answers: Value::Null,
            detail_answers: Value::Null,
            entries: Vec::with_capacity(events.len()),
        };
        for event in events {
            let mut body = event.open(key).map_err(|source| NotOpened {
                sequence: event.sequence,
                source,
            })?;
            // What was taken away is named nowhere any more.
            let gone = &case.cover.removed_files;
            body.files.retain(|note| !gone.contains(&note.id));
            if let Some(language) = &body.language {
                case.language.clone_from(language);
            }
            if let Some(answers) = &body.answers {
                match event.kind {
                    Kind::DetailsGiven => case.detail_answers = answers.clone(),
                    _ => case.first_answers = answers.clone(),
                }
            }
            case.entries.push(Entry {
                happening: Happening::of(event),
                body,
            });
        }
        case.merge_answers();
        Ok(case)
    }

    /// Adds the answers to each part that stand apart, because they say who somebody is.
    pub(super) fn add_names(&mut self, [first, details]: [Value; 2]) {
        add(&mut self.first_answers, first);
        add(&mut self.detail_answers, details);
        self.merge_answers();
    }

    fn merge_answers(&mut self) {
        self.answers = self.first_answers.clone();
        add(&mut self.answers, self.detail_answers.clone());
    }

    /// Returns the last choice that was made with an action.
    pub fn last_choice<'a>(&'a self, action: &'a str) -> Option<&'a Code> {
        self.taken(action).next_back()?.body.choice.as_ref()
    }

    /// Returns the entries of an action, in order.
    pub fn taken<'a>(&'a self, action: &'a str) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            let taken = entry.happening.action.as_ref();
            taken.is_some_and(|taken| taken.as_str() == action)
        })
    }

    /// Returns what a file of the case is.
    pub fn file(&self, id: &Code) -> Option<&FileNote> {
        let mut notes = self.entries.iter().flat_map(|entry| &entry.body.files);
        notes.find(|note| note.id == *id)
    }

    /// Returns the files that the reporter sent, each once.
    pub fn own_files(&self) -> Vec<&FileNote> {
        let entries = self.entries.iter();
        let own = entries.filter(|entry| entry.happening.actor == Actor::REPORTER);
        each_once(own.flat_map(|entry| &entry.body.files))
    }

    /// Returns the choices of both parts of the form that may be counted, by field.
    pub fn countable(&self) -> Value {
        let of = |details: bool| {
            let entries = self.entries.iter().rev();
            let mut entries =
                entries.filter(|entry| (entry.happening.kind == Kind::DetailsGiven) == details);
            entries.find_map(|entry| entry.body.countable.clone())
        };
        let mut countable = of(false).unwrap_or_default();
        add(&mut countable, of(true).unwrap_or_default());
        countable
    }
}

/// Returns every file that is named, once, as it was named first.
pub fn each_once<'a>(notes: impl Iterator<Item = &'a FileNote>) -> Vec<&'a FileNote> {
    let mut known = BTreeSet::new();
    notes.filter(|note| known.insert(&note.id)).collect()
}

/// Adds fields to others; where both have one, the added one counts.
fn add(to: &mut Value, fields: Value) {
    if let (Value::Object(to), Value::Object(fields)) = (to, fields) {
        to.extend(fields);
    }
}

impl Happening {
    fn of(event: &Event) -> Happening {
        Happening {
            sequence: event.sequence,
            kind: event.kind,
            action: event.open.action.clone(),
            recorded_at: event.recorded_at,
            actor: event.actor.clone(),
        }
    }
}

impl Stub {
    /// Returns what is left of a case whose last event says that it was erased.
    pub fn of(event: &Event) -> Option<Stub> {
        (event.kind == Kind::CaseErased).then(|| Stub {
            id: event.case,
            sequence: event.sequence,
            erased_at: event.recorded_at,
            rule: event.open.rule.clone(),
        })
    }
}
