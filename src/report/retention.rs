//! How long reports are kept, and how they are erased.
//!
//! An organisation sets its own times; without one, nothing is erased. Times count from the moment at
//! which a case was closed or withdrawn: what is open, or closed with something still to be done, is
//! never erased. Names go first, the case later.
//!
//! Erasing begins with an event that is on disk before anything goes, so that whoever is interrupted
//! can go on: what such an event has ended and is still there is what remains to be removed. Of an
//! erased case that event is all that is left. Invariant: only whole cases are erased; what cannot be
//! read stays.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::durable::{Name, StorageError};
use crate::report::acts::{Note, RecordError, Recorded};
use crate::report::archive::{Found, Inventory};
use crate::report::case::{Cover, Stub};
use crate::report::event::{Actor, Event, Kind, Open, Status};
use crate::report::ids::{CaseId, Code};
use crate::report::lifecycle::{Lifecycle, Within};
use crate::report::statistics;
use crate::report::store::Store;
use crate::report::verify::{self, Problem};

/// Months in a year.
const MONTHS: u16 = 12;

/// A time for which something is kept, to the end of its last day in the Netherlands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days(u16),
    /// Months.
    Months(u16),
    /// Years.
    Years(u16),
}

/// How long an organisation keeps what. What is not set is kept. There are no values of our own: no law
/// sets one for all organisations, so each decides (GDPR, article 5(1)(e)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Answers that say who somebody is.
    pub names: Option<Period>,
    /// Cases that were not registered, or for which nothing was decided.
    pub not_registered: Option<Period>,
    /// Cases that were registered.
    pub registered: Option<Period>,
    /// Cases that the reporter withdrew.
    pub withdrawn: Option<Period>,
}

/// One of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Answers that say who somebody is.
    Names,
    /// A case that was not registered.
    NotRegistered,
    /// A case that was registered.
    Registered,
    /// A case that was withdrawn.
    Withdrawn,
}

/// Something whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The case.
    pub case: CaseId,
    /// What is erased of it: its names, or all of it.
    pub rule: Rule,
    /// When it was closed or withdrawn, or else came to stand where it stands.
    pub since: Timestamp,
    /// The last moment at which it was to be kept.
    pub until: Timestamp,
}

/// Why something is kept although its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The case is open.
    Open,
    /// The case is closed, and a clock of it still runs: a measure, the police, damage, or a question
    /// whether it can be opened again.
    StillToDo,
}

/// What would be erased now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What goes.
    pub due: Vec<Erasure>,
    /// What stays all the same, and why.
    pub held: Vec<(Erasure, Hold)>,
    /// Cases of which an earlier run left something to be removed.
    pub unfinished: Vec<CaseId>,
}

/// What a run erased.
#[derive(Debug, Default)]
pub struct Purged {
    /// What went.
    pub erased: Vec<Erasure>,
    /// What stayed all the same, and why.
    pub held: Vec<(Erasure, Hold)>,
    /// Cases of which the rest was removed that an earlier run had left.
    pub finished: Vec<CaseId>,
    /// Cases that could not be erased whole; the next run tries again.
    pub failed: Vec<(CaseId, RecordError)>,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// Only the one writer of a folder erases.
    #[error("only the one writer of the data folder erases")]
    NotTheWriter,
    /// The cases cannot be listed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Period {
    /// Returns the last moment of the period.
    pub fn after(self, start: Timestamp) -> Timestamp {
        let within = match self {
            Period::Days(days) => Within::Days(days),
            Period::Months(months) => Within::Months(months),
            Period::Years(years) => Within::Months(years.saturating_mul(MONTHS)),
        };
        within.after(start)
    }
}

impl Rules {
    /// Returns the time of a rule, where it is set.
    pub fn period(&self, rule: Rule) -> Option<Period> {
        match rule {
            Rule::Names => self.names,
            Rule::NotRegistered => self.not_registered,
            Rule::Registered => self.registered,
            Rule::Withdrawn => self.withdrawn,
        }
    }

    /// Tells which times the organisation has not set.
    pub fn unset(&self) -> Option<Diagnostic> {
        let unset = Rule::ALL.into_iter();
        let unset: Vec<&str> = unset
            .filter(|rule| self.period(*rule).is_none())
            .map(Rule::name)
            .collect();
        let told = Diagnostic::warning("report-keep-not-set").with("names", unset.join(", "));
        (!unset.is_empty()).then_some(told)
    }

    /// Returns what of a case has been kept for its time, and why it stays all the same where it does.
    fn over(
        &self,
        lifecycle: &Lifecycle,
        cover: &Cover,
        now: Timestamp,
    ) -> Option<(Erasure, Option<Hold>)> {
        let since = cover.status_since;
        let is_over = |rule: Rule| {
            let until = self.period(rule)?.after(since);
            (now > until).then_some(Erasure {
                case: cover.id,
                rule,
                since,
                until,
            })
        };
        let names = || is_over(Rule::Names).filter(|_| !cover.names.is_empty());
        let erasure = is_over(Rule::of(cover)).or_else(names)?;
        Some((erasure, Hold::of(lifecycle, cover)))
    }
}

impl Rule {
    /// Every rule, in the order in which people are shown them.
    pub const ALL: [Rule; 4] = [
        Rule::Names,
        Rule::NotRegistered,
        Rule::Registered,
        Rule::Withdrawn,
    ];

    /// Returns the name under which settings, events and texts know it.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Names => "names",
            Rule::NotRegistered => "not_registered",
            Rule::Registered => "registered",
            Rule::Withdrawn => "withdrawn",
        }
    }

    /// Returns the rule by which a case as a whole is kept.
    fn of(cover: &Cover) -> Rule {
        match (cover.progress.status, cover.registered) {
            (Status::Withdrawn, _) => Rule::Withdrawn,
            (_, Some(true)) => Rule::Registered,
            _ => Rule::NotRegistered,
        }
    }

    fn code(self) -> Option<Code> {
        self.name().parse().ok()
    }
}

impl Hold {
    /// Returns why nothing of a case is erased, whatever its age.
    fn of(lifecycle: &Lifecycle, cover: &Cover) -> Option<Hold> {
        match cover.progress.status {
            // What was still to be done went with the wish of the reporter to stop.
            Status::Withdrawn => None,
            Status::Closed if lifecycle.running(&cover.progress).is_empty() => None,
            Status::Closed => Some(Hold::StillToDo),
            _ => Some(Hold::Open),
        }
    }
}

impl Plan {
    /// Works out what is to be erased now.
    pub fn of(
        inventory: &Inventory,
        rules: &Rules,
        lifecycle: &Lifecycle,
        now: Timestamp,
    ) -> Plan {
        let mut plan = Plan::default();
        for cover in &inventory.cases {
            match rules.over(lifecycle, cover, now) {
                Some((erasure, None)) => plan.due.push(erasure),
                Some((erasure, Some(hold))) => plan.held.push((erasure, hold)),
                None => {}
            }
        }
        let remains = inventory.findings.iter();
        let remains: BTreeSet<CaseId> = remains
            .filter(|finding| finding.problem == Problem::Remains)
            .filter_map(|finding| finding.case)
            .collect();
        plan.unfinished = remains.into_iter().collect();
        plan
    }
}

impl Store {
    /// Erases everything whose time is over, and finishes what an interrupted run began. What cannot be
    /// erased keeps nothing else from being erased.
    ///
    /// # Errors
    ///
    /// Fails where this store is not the one writer of its folder, or the cases cannot be listed.
    pub fn purge(&self, rules: &Rules) -> Result<Purged, PurgeError> {
        if !self.is_the_writer() {
            return Err(PurgeError::NotTheWriter);
        }
        let plan = Plan::of(&self.cases()?, rules, self.lifecycle(), self.now());
        let mut purged = Purged {
            held: plan.held,
            ..Purged::default()
        };
        for case in plan.unfinished {
            match self.finish_erasing(case) {
                Ok(()) => purged.finished.push(case),
                Err(error) => purged.failed.push((case, error)),
            }
        }
        for erasure in plan.due {
            match self.erase(rules, erasure) {
                Ok(Recorded::Done) => purged.erased.push(erasure),
                // The case changed meanwhile, and is to be kept now.
                Ok(Recorded::Repeated) => {}
                Err(error) => purged.failed.push((erasure.case, error)),
            }
        }
        Ok(purged)
    }

    fn erase(&self, rules: &Rules, erasure: Erasure) -> Result<Recorded, RecordError> {
        let Erasure { case, rule, .. } = erasure;
        let (before, _) = self.whole(case).map_err(Box::new)?;
        let note = Note {
            kind: match rule {
                Rule::Names => Kind::NamesErased,
                _ => Kind::CaseErased,
            },
            open: Open {
                rule: rule.code(),
                ..Open::default()
            },
            body: None,
        };
        let recorded = self.append(case, Actor::SYSTEM, |cover| {
            let over = rules.over(self.lifecycle(), cover, self.now());
            let still = matches!(over, Some((now, None)) if now.rule == rule);
            Ok(still.then(|| note.clone()))
        })?;
        if recorded == Recorded::Done {
            if rule != Rule::Names {
                self.receipts.forget(&before.keys.receipt.locator, case);
            }
            self.finish_erasing(case)?;
        }
        Ok(recorded)
    }

    /// Removes what an event has ended. It can be done again where it was interrupted.
    fn finish_erasing(&self, case: CaseId) -> Result<(), RecordError> {
        match self.archive.case(case)? {
            Found::Erased(stub) => self.remove_case(&stub),
            Found::Case(cover, _) => self.remove_names(&cover),
            Found::Damaged(_) | Found::Nothing => Ok(()),
        }
    }

    fn remove_names(&self, cover: &Cover) -> Result<(), RecordError> {
        // A report that is being sent again has written its names already, and its event not yet.
        let erased = cover.names_erased_by().unwrap_or_default();
        let found = self.archive.found(cover.id)?;
        let gone = found.names.range(..=erased);
        self.remove(gone.map(|sequence| verify::names_path(cover.id, *sequence)))
    }

    fn remove_case(&self, stub: &Stub) -> Result<(), RecordError> {
        let case = stub.id;
        self.count_once(stub)?;
        let found = self.archive.found(case)?;
        let names = found.names.iter();
        let names = names.map(|sequence| verify::names_path(case, *sequence));
        let files = found.files.iter().map(|file| verify::file_path(case, file));
        let files_gone = self.remove(names.chain(files));
        let folders_gone = verify::folders(case)
            .iter()
            .try_for_each(|folder| self.storage.remove_folder(folder).map(|_| ()));
        let events = found.events.iter().filter(|known| **known != stub.sequence);
        let events_gone = self.remove(events.map(|sequence| verify::event_path(case, *sequence)));
        files_gone?;
        folders_gone?;
        events_gone
    }

    /// Counts an erased report that was never counted. As long as the case has all its events, nothing
    /// was removed of it and perhaps it was not counted yet; counting it again changes nothing, because
    /// the record gets the same name.
    fn count_once(&self, stub: &Stub) -> Result<(), RecordError> {
        let mut files = Vec::new();
        for sequence in 1..stub.sequence {
            let name = Name::parse(&verify::event_path(stub.id, sequence))?;
            match self.storage.get(&name)? {
                Some(bytes) => files.push(bytes),
                None => return Ok(()),
            }
        }
        let events: Result<Vec<Event>, _> =
            files.iter().map(|bytes| Event::from_bytes(bytes)).collect();
        let cover = events.ok().and_then(|events| Cover::of(&events).ok()?);
        match (cover, files.first()) {
            (Some(cover), Some(first)) if !cover.counted => {
                statistics::count_erased(self.storage.as_ref(), &cover, first)
            }
            _ => Ok(()),
        }
    }

    /// Removes files, as many as can be; the first failure is told.
    fn remove(&self, paths: impl Iterator<Item = String>) -> Result<(), RecordError> {
        let mut removed = Ok(());
        for path in paths {
            let deleted = self.storage.delete(&Name::parse(&path)?);
            if removed.is_ok() {
                removed = deleted.map_err(RecordError::from);
            }
        }
        removed
    }
}
