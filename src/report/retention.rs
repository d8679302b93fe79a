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
        Some((erasure, Hold::of(lifecycle, cover, now)))
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
    fn of(lifecycle: &Lifecycle, cover: &Cover, now: Timestamp) -> Option<Hold> {
        let running = lifecycle.running(&cover.progress);
        match cover.progress.status {
            // The offer of care stays when a report is withdrawn, and ends with its last clock: nobody
            // has to close the case then.
            Status::Withdrawn => running
                .iter()
                .any(|clock| clock.due >= now)
                .then_some(Hold::StillToDo),
            Status::Closed if running.is_empty() => None,
            Status::Closed => Some(Hold::StillToDo),
            _ => Some(Hold::Open),
        }
    }
}

impl Plan {
    /// Works out what is to be erased now.
    pub fn of(inventory: &Inventory, rules: &Rules, lifecycle: &Lifecycle, now: Timestamp) -> Plan {
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

    /// Removes what an event has ended: a case, its names, or files that its reporter took away. It can be done again where it was interrupted.
    fn finish_erasing(&self, case: CaseId) -> Result<(), RecordError> {
        match self.archive.case(case)? {
            Found::Erased(stub) => self.remove_case(&stub),
            Found::Case(cover, _) => self.remove_names(&cover).and(self.delete_removed(&cover)),
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
    pub(super) fn remove(&self, paths: impl Iterator<Item = String>) -> Result<(), RecordError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;
    use std::sync::Arc;

    use jiff::SignedDuration;
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use crate::durable::faults::{Fault, FaultyFiles};
    use crate::durable::{Folder, WriterLock};
    use crate::report::acts::{Act, CaseError};
    use crate::report::archive::Archive;
    use crate::report::fixture::{Later, SETTINGS, at, clock, folder, report, reporter_of};
    use crate::report::statistics::{Counts, Record};
    use crate::report::store::{Store, SubmitError};

    /// Every rule that a test needs, each with another number of days.
    const RULES: Rules = Rules {
        names: Some(Period::Days(10)),
        not_registered: Some(Period::Days(20)),
        registered: Some(Period::Days(30)),
        withdrawn: Some(Period::Days(5)),
    };

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    struct Office {
        data: TempDir,
        clock: Arc<Later>,
        store: Store,
    }

    impl Office {
        fn new() -> Office {
            let data = folder();
            let clock = clock();
            let around = at(clock.clone());
            let store = Store::open(data.path(), around, SETTINGS).unwrap().0;
            Office { data, clock, store }
        }

        /// Sends a report with a name and a file, decides about registration, and brings it to a
        /// status.
        fn case(&self, key: u8, choice: &str, status: Status) -> CaseId {
            let report = crate::report::store::NewReport {
                names: json!({"phone": "0612345678"}),
                ..report(key, json!({"story": "er was iets"}))
            };
            let case = self.store.submit(&report).unwrap().case;
            let opened = reporter_of(&self.store, key);
            let attached = self
                .store
                .attach(&opened, 10_000, |file| file.write_all(b"foto"));
            let mut act = act("decide_registration");
            act.body.choice = choice.parse().ok();
            act.files = vec![attached.unwrap().stored.unwrap()];
            self.store.record(&opened, &act).unwrap();
            self.bring(case, status);
            case
        }

        fn bring(&self, case: CaseId, status: Status) {
            let bring = |cover: &Cover| {
                let mut progress = cover.progress.clone();
                progress.status = status;
                progress.due.clear();
                Ok(Some(Note {
                    kind: Kind::ActionTaken,
                    open: Open {
                        action: "close".parse().ok(),
                        progress: Some(progress),
                        ..Open::default()
                    },
                    body: None,
                }))
            };
            self.store.append(case, Actor::SYSTEM, bring).unwrap();
        }

        fn purge(&self) -> Vec<(CaseId, Rule)> {
            let purged = self.store.purge(&RULES).unwrap();
            assert!(purged.failed.is_empty(), "{:?}", purged.failed);
            let erased = purged.erased.iter();
            erased.map(|erasure| (erasure.case, erasure.rule)).collect()
        }

        /// Waits a number of days, less one second, for something that begins at midnight.
        fn just_before_day(&self, days: i32) {
            // The fixed moment is 16:04:05 in the Netherlands.
            let to_midnight = SignedDuration::from_secs(7 * 3600 + 55 * 60 + 54);
            self.clock.wait(DAY * days + to_midnight);
        }

        fn files(&self) -> BTreeMap<String, Vec<u8>> {
            let mut files = BTreeMap::new();
            collect(self.data.path(), &mut files);
            files
        }

        fn records(&self) -> Vec<Record> {
            let files = self.files();
            let records = files
                .iter()
                .filter(|(path, _)| path.contains("/statistics/") && path.ends_with(".json"));
            records
                .map(|(_, bytes)| serde_json::from_slice(bytes).unwrap())
                .collect()
        }
    }

    fn act(action: &str) -> Act {
        Act {
            action: action.parse().unwrap(),
            actor: Actor::REPORTER,
            body: Default::default(),
            files: Vec::new(),
            submission_key: None,
        }
    }

    fn collect(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            if path.is_dir() {
                files.insert(format!("{name}/"), Vec::new());
                collect(&path, files);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }

    fn copy(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let copied = to.join(path.file_name().unwrap());
            if path.is_dir() {
                fs::create_dir(&copied).unwrap();
                copy(&path, &copied);
            } else {
                fs::copy(&path, &copied).unwrap();
            }
        }
    }

    /// Checks which rule erases a case, and that nothing does so one second earlier.
    #[track_caller]
    fn check(choice: &str, status: Status, days: i32, rule: Rule) {
        let office = Office::new();
        let case = office.case(1, choice, status);
        office.just_before_day(days);
        let earlier = office.purge();
        assert!(!earlier.contains(&(case, rule)), "{earlier:?}");
        office.clock.wait(SignedDuration::from_secs(1));
        assert_eq!(office.purge(), [(case, rule)]);
        assert_eq!(office.purge(), []);
        assert_eq!(office.store.cases().unwrap().findings, []);
    }

    #[test]
    fn each_rule_erases_at_the_end_of_its_last_day_and_not_before() {
        check("not_register", Status::Closed, 10, Rule::Names);
        check("not_register", Status::Closed, 20, Rule::NotRegistered);
        check("count_only", Status::Closed, 20, Rule::NotRegistered);
        check("later", Status::Closed, 20, Rule::NotRegistered);
        check("register_named", Status::Closed, 30, Rule::Registered);
        check("register_unnamed", Status::Closed, 30, Rule::Registered);
        check("register_named", Status::Withdrawn, 5, Rule::Withdrawn);
    }

    #[test]
    fn months_and_years_end_on_the_same_day_of_the_month() {
        #[track_caller]
        fn check(period: Period, start: &str, expected: &str) {
            let end = period.after(start.parse().unwrap());
            assert_eq!(end.to_string(), expected);
        }
        check(
            Period::Months(1),
            "2027-01-31T12:00:00Z",
            "2027-02-28T22:59:59Z",
        );
        check(
            Period::Years(1),
            "2028-02-29T12:00:00Z",
            "2029-02-28T22:59:59Z",
        );
        check(
            Period::Days(1),
            "2026-10-24T12:00:00Z",
            "2026-10-25T22:59:59Z",
        );
    }

    #[test]
    fn what_is_open_or_not_yet_done_is_told_and_kept() {
        let office = Office::new();
        let open = office.case(1, "not_register", Status::InProgress);
        let running = office.case(2, "not_register", Status::Closed);
        let ask = |cover: &Cover| {
            let mut progress = cover.progress.clone();
            progress
                .due
                .insert("police".parse().unwrap(), office.store.now());
            Ok(Some(Note {
                kind: Kind::ActionTaken,
                open: Open {
                    action: "police_consider".parse().ok(),
                    progress: Some(progress),
                    ..Open::default()
                },
                body: None,
            }))
        };
        office.store.append(running, Actor::SYSTEM, ask).unwrap();
        office.clock.wait(DAY * 400);
        let purged = office.store.purge(&RULES).unwrap();
        assert_eq!(purged.erased, []);
        let mut held: Vec<_> = purged
            .held
            .iter()
            .map(|(held, why)| (held.case, *why))
            .collect();
        held.sort_by_key(|(case, _)| *case != open);
        assert_eq!(held, [(open, Hold::Open), (running, Hold::StillToDo)]);
    }

    #[test]
    fn a_change_of_status_starts_the_time_anew_and_other_events_do_not() {
        let office = Office::new();
        let case = office.case(1, "not_register", Status::Closed);
        office.clock.wait(DAY * 19);
        office.bring(case, Status::Reopened);
        office.bring(case, Status::Closed);
        office.clock.wait(DAY * 19);
        assert_eq!(office.purge(), [(case, Rule::Names)]);
        office.clock.wait(DAY * 2);
        assert_eq!(office.purge(), [(case, Rule::NotRegistered)]);
    }

    #[test]
    fn a_withdrawn_report_stays_while_care_is_offered_and_not_for_ever() {
        let office = Office::new();
        let rules = Rules {
            withdrawn: Some(Period::Days(1)),
            ..RULES
        };
        let submitted = office.store.submit(&report(9, json!({}))).unwrap();
        let withdraw = Act {
            action: "withdraw".parse().unwrap(),
            actor: Actor::REPORTER,
            body: crate::report::event::Body::default(),
            files: Vec::new(),
            submission_key: None,
        };
        office
            .store
            .record(&reporter_of(&office.store, 9), &withdraw)
            .unwrap();
        office.clock.wait(DAY * 5);
        let purged = office.store.purge(&rules).unwrap();
        assert_eq!(purged.held[0].1, Hold::StillToDo);
        assert_eq!(purged.erased, []);
        office.clock.wait(DAY * 60);
        let purged = office.store.purge(&rules).unwrap();
        assert_eq!(purged.erased[0].case, submitted.case);
    }

    #[test]
    fn without_rules_nothing_goes() {
        let office = Office::new();
        office.case(1, "not_register", Status::Withdrawn);
        office.clock.wait(DAY * 10_000);
        let before = office.files();
        let purged = office.store.purge(&Rules::default()).unwrap();
        assert_eq!((purged.erased, purged.held), (vec![], vec![]));
        assert_eq!(office.files(), before);
        assert!(Rules::default().unset().is_some());
        assert!(RULES.unset().is_none());
    }

    #[test]
    fn a_plan_changes_nothing() {
        let office = Office::new();
        office.case(1, "register_named", Status::Closed);
        office.clock.wait(DAY * 40);
        let before = office.files();
        let inventory = office.store.cases().unwrap();
        let now = office.store.now();
        let plan = Plan::of(&inventory, &RULES, office.store.lifecycle(), now);
        assert_eq!((plan.due.len(), plan.held.len()), (1, 0));
        assert_eq!(office.files(), before);
    }

    #[test]
    fn without_names_the_rest_can_be_read() {
        let office = Office::new();
        let case = office.case(1, "not_register", Status::Closed);
        office.clock.wait(DAY * 11);
        assert_eq!(office.purge(), [(case, Rule::Names)]);
        let opened = reporter_of(&office.store, 1).case;
        assert_eq!(opened.answers, json!({"story": "er was iets"}));
        assert!(opened.cover.names_erased_at.is_some());
        let files = office.files();
        assert!(
            !files.keys().any(|path| path.contains("/names/0")),
            "{files:?}"
        );
    }

    #[test]
    fn of_an_erased_case_one_event_is_left_and_its_code_opens_nothing() {
        let office = Office::new();
        let case = office.case(1, "not_register", Status::Closed);
        office.clock.wait(DAY * 21);
        assert_eq!(office.purge(), [(case, Rule::NotRegistered)]);
        let inventory = office.store.cases().unwrap();
        assert_eq!((inventory.cases.len(), inventory.erased.len()), (0, 1));
        assert_eq!(inventory.erased[0].rule, "not_registered".parse().ok());
        let files = office.files();
        let left: Vec<_> = files
            .keys()
            .filter(|path| path.contains(&case.plain()))
            .collect();
        assert_eq!(left.len(), 2, "the folder and the event: {left:?}");

        let code =
            crate::report::receipt::ReceiptCode::derive(&report(1, Value::Null).submission_key);
        let opened = office.store.open_with_receipt(&code.to_string());
        assert!(matches!(opened, Err(CaseError::WrongCode)));
        let again = office
            .store
            .submit(&report(1, json!({"story": "er was iets"})));
        assert!(matches!(again, Err(SubmitError::Erased { .. })));
    }

    #[test]
    fn every_report_counts_once_however_it_was_decided() {
        #[track_caller]
        fn check(choice: &str, counts: Counts) {
            let office = Office::new();
            office.case(1, choice, Status::Closed);
            office.clock.wait(DAY * 40);
            office.purge();
            assert!(office.store.cases().unwrap().cases.is_empty());
            let records = office.records();
            let counted: Vec<_> = records.iter().map(|record| record.counts).collect();
            assert_eq!(counted, [counts], "{choice}");
        }
        check("register_named", Counts::Registered);
        check("count_only", Counts::CountOnly);
        check("not_register", Counts::ReportedOnly);
        check("later", Counts::ReportedOnly);
    }

    #[test]
    fn whichever_operation_fails_the_next_run_finishes() {
        for rule in [Rule::Names, Rule::NotRegistered] {
            let office = Office::new();
            let case = office.case(1, "not_register", Status::Closed);
            office.case(2, "register_named", Status::Closed);
            office
                .clock
                .wait(DAY * if rule == Rule::Names { 11 } else { 21 });
            // What fails while the plan is made erases nothing.
            let files = FaultyFiles::default();
            let disk = Folder::with_files(office.data.path(), 0, files.clone());
            let archive = Archive::of(Arc::new(disk), office.data.path());
            archive.inventory().unwrap();
            let planned = files.done();
            for fault in [Fault::Disk, Fault::AnswerLost] {
                let mut operation = planned;
                while fails_and_is_finished(&office, case, rule, fault, operation) {
                    operation += 1;
                }
                assert!(
                    operation > planned + 20,
                    "only {operation} operations failed"
                );
            }
        }
    }

    /// Lets one operation on files of a purge fail, in a copy of the folder; false where the purge has
    /// fewer.
    fn fails_and_is_finished(
        before: &Office,
        case: CaseId,
        rule: Rule,
        fault: Fault,
        operation: usize,
    ) -> bool {
        let data = folder();
        copy(before.data.path(), data.path());
        let files = FaultyFiles::default();
        let disk = Folder::with_files(data.path(), 0, files.clone());
        let lock = WriterLock::take(data.path()).unwrap();
        let around = at(before.clock.clone());
        let store = Store::of(Arc::new(disk), data.path(), around, Some(lock)).unwrap();
        let mut office = Office {
            data,
            clock: before.clock.clone(),
            store,
        };
        files.fail(operation..operation + 1, fault);
        let first = office.store.purge(&RULES);
        let failed = files.done() > operation;
        files.heal();

        let inventory = office.store.cases().unwrap();
        let damage: Vec<_> = inventory
            .findings
            .iter()
            .filter(|finding| finding.is_damage())
            .collect();
        assert!(damage.is_empty(), "operation {operation}: {damage:?}");
        assert_eq!(inventory.damaged, []);
        let ended = first.is_ok_and(|purged| purged.failed.is_empty());
        assert!(ended || failed, "operation {operation}");

        // The program ends and starts again.
        drop(office.store);
        let around = at(office.clock.clone());
        office.store = Store::open(office.data.path(), around, SETTINGS).unwrap().0;
        let second = office.store.purge(&RULES).unwrap();
        assert!(
            second.failed.is_empty(),
            "operation {operation}: {:?}",
            second.failed
        );
        let inventory = office.store.cases().unwrap();
        assert_eq!(inventory.findings, [], "operation {operation}");
        let erased: Vec<_> = inventory.erased.iter().map(|stub| stub.id).collect();
        let records = office.records().len();
        if rule == Rule::Names {
            assert_eq!((erased, records), (vec![], 1));
        } else {
            assert_eq!((erased, records), (vec![case], 2), "operation {operation}");
        }
        let kept = inventory.cases.iter().find(|kept| kept.id != case).unwrap();
        assert!(kept.names.is_empty() && kept.files.len() == 1);
        failed
    }

    #[test]
    fn a_link_in_a_case_is_told_and_never_followed() {
        let office = Office::new();
        let case = office.case(1, "not_register", Status::Closed);
        let folder = office.data.path().join("reports").join(case.plain());
        let elsewhere = crate::report::fixture::folder();
        fs::rename(folder.join("names"), elsewhere.path().join("names")).unwrap();
        symlink(elsewhere.path().join("names"), folder.join("names")).unwrap();
        let good = office.case(2, "not_register", Status::Closed);
        office.clock.wait(DAY * 21);
        let purged = office.store.purge(&RULES).unwrap();
        let erased: Vec<_> = purged.erased.iter().map(|erasure| erasure.case).collect();
        assert_eq!(erased, [good]);
        let failed: Vec<_> = purged.failed.iter().map(|(case, _)| *case).collect();
        assert_eq!(failed, [case]);
        assert!(elsewhere.path().join("names/00001.age").exists());
    }

    #[test]
    fn only_the_writer_erases() {
        let office = Office::new();
        let around = at(office.clock.clone());
        let beside = Store::beside(office.data.path(), around, SETTINGS).unwrap();
        assert!(matches!(
            beside.purge(&RULES),
            Err(PurgeError::NotTheWriter)
        ));
    }

    #[test]
    fn names_that_are_being_sent_while_older_ones_go_stay() {
        let office = Office::new();
        let case = office.case(1, "not_register", Status::Closed);
        office.clock.wait(DAY * 11);
        assert_eq!(office.purge(), [(case, Rule::Names)]);
        let coming = verify::names_path(case, 9);
        office
            .store
            .storage
            .put_if_absent(&Name::parse(&coming).unwrap(), b"x")
            .unwrap();
        let old = verify::names_path(case, 1);
        office
            .store
            .storage
            .put_if_absent(&Name::parse(&old).unwrap(), b"x")
            .unwrap();
        office.purge();
        assert!(office.data.path().join(coming).exists());
        assert!(!office.data.path().join(old).exists());
    }
}
