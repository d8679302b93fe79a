use super::*;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use jiff::SignedDuration;
use serde_json::json;
use tempfile::TempDir;

use crate::durable::faults::{Fault, FaultyFiles, Lost};
use crate::report::archive::Archive;
use crate::report::event::Role;
use crate::report::fixture::{
    Later, SETTINGS, at, clock, folder, person, recovery_key, report, surroundings,
};
use crate::report::retention::PurgeError;
use crate::report::seal::SecretKey;
use crate::report::store::StoreSettings;
use crate::report::tests::{Failing, at_every_operation, written_anew};
use crate::report::verify::Problem;

/// The moment that the files of a store have when they are not to tell one, in seconds since 1970.
const FIRST_OF_2000: u64 = 946_684_800;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A store with a confidential adviser and a coordinator.
struct Office {
    data: TempDir,
    clock: Arc<Later>,
    adviser: SecretKey,
    coordinator: SecretKey,
    store: Store,
}

impl Office {
    fn new() -> Office {
        let data = folder();
        let clock = clock();
        let store = Store::open(data.path(), at(clock.clone()), SETTINGS);
        Office {
            adviser: person(data.path(), "Vera", Role::ConfidentialAdviser).1,
            coordinator: person(data.path(), "Anna", Role::Coordinator).1,
            store: store.unwrap().0,
            data,
            clock,
        }
    }

    /// The files of submissions, by path below their folder, and what each of them is.
    fn files(&self) -> Vec<String> {
        paths(self.data.path(), "submissions")
    }

    fn only(&self) -> Submission {
        let submissions = Archive::at(self.data.path()).submissions().unwrap();
        assert_eq!(submissions.findings, []);
        let [submission] = submissions.whole.as_slice() else {
            panic!("{submissions:?}");
        };
        submission.clone()
    }

    fn answers(&self) -> Value {
        self.only().open(&self.adviser).unwrap().answers
    }

    fn records(&self) -> Vec<Value> {
        paths(self.data.path(), "statistics")
            .iter()
            .map(|path| {
                let bytes = fs::read(self.data.path().join("statistics").join(path)).unwrap();
                serde_json::from_slice(&bytes).unwrap()
            })
            .collect()
    }

    fn erase(&self) -> usize {
        let erased = self.store.erase_submissions().unwrap();
        assert!(erased.failed.is_empty(), "{:?}", erased.failed);
        erased.erased.len()
    }
}

/// Returns the files in a folder, without those that an interrupted write left.
fn paths(data: &Path, folder: &str) -> Vec<String> {
    let root = data.join(folder);
    let files = everything(&root).into_iter().filter(|path| path.is_file());
    let mut paths: Vec<String> = files
        .filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'))
        .map(|path| {
            let inner = path.strip_prefix(&root).unwrap();
            inner.to_string_lossy().into_owned()
        })
        .collect();
    paths.sort();
    paths
}

/// Returns all files and folders below a folder.
fn everything(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

/// A request to be called back, that is sent with this key.
fn call_back(key: u8, answers: Value) -> NewSubmission {
    NewSubmission {
        key: format!("{key:032x}").parse().unwrap(),
        form: "bel-mij".parse().unwrap(),
        version: 3,
        language: Language::Nl,
        answers,
        counted: [].into(),
        to: vec!["confidential_adviser".parse().unwrap()],
        keep: Period::Days(14),
        withdrawable: false,
    }
}

/// A story that is sent with this key, and that the sender can take back.
fn story(key: u8, text: &str) -> NewSubmission {
    NewSubmission {
        form: "verhaal".parse().unwrap(),
        counted: counted(&["consent"], json!({"consent": "intranet"})),
        withdrawable: true,
        ..call_back(key, json!({"story": text}))
    }
}

/// The questions that a form counts, and what was chosen.
fn counted(questions: &[&str], chosen: Value) -> BTreeMap<Code, Option<Value>> {
    let questions = questions.iter();
    questions
        .map(|question| (question.parse().unwrap(), chosen.get(question).cloned()))
        .collect()
}

fn addressed(to: &[&str]) -> NewSubmission {
    NewSubmission {
        to: to.iter().map(|code| code.parse().unwrap()).collect(),
        ..call_back(1, json!({}))
    }
}

fn take_back(store: &Store, code: &str) -> Result<(), TakeBackError> {
    store.take_back(code, &"verhaal".parse().unwrap())
}

fn code(store: &Store, new: &NewSubmission) -> String {
    store.take_in(new).unwrap().code.unwrap().to_string()
}

#[test]
fn what_was_sent_opens_for_the_addressees_and_the_recovery_key_only() {
    let office = Office::new();
    let recovery = recovery_key(office.store.storage.as_ref());
    let sent = json!({"name": "Robin", "phone": "0612345678"});
    let taken = office.store.take_in(&call_back(1, sent.clone())).unwrap();
    assert_eq!((taken.outcome, taken.code), (Outcome::New, None));
    assert_eq!(taken.erase_after.to_string(), "2026-12-04");

    let submission = office.only();
    for key in [&office.adviser, &recovery] {
        let contents = submission.open(key).unwrap();
        assert_eq!(
            (contents.language.as_str(), &contents.answers),
            ("nl", &sent)
        );
    }
    assert!(submission.open(&office.coordinator).is_err());
    let State::Kept(kept) = &submission.state else {
        panic!("{submission:?}");
    };
    assert_eq!(kept.received_on.to_string(), "2026-11-20");
    assert_eq!(kept.people, ["vera".parse().unwrap()]);
    assert!(kept.recovery);
}

#[test]
fn neither_a_file_of_a_submission_nor_its_folder_tells_the_time_of_day() {
    let office = Office::new();
    let check = |what: &str| {
        for folder in ["submissions", "statistics"] {
            let root = office.data.path().join(folder);
            let mut inside = everything(&root);
            inside.push(root);
            for path in inside {
                let written = fs::metadata(&path).unwrap().modified().unwrap();
                let seconds = written.duration_since(UNIX_EPOCH).unwrap().as_secs();
                assert_eq!(seconds, FIRST_OF_2000, "{what}: {}", path.display());
                if path.is_file() {
                    let text = fs::read_to_string(&path).unwrap();
                    assert!(!text.contains("15:04"), "{what}: {text}");
                }
            }
        }
    };
    let first = code(&office.store, &story(1, "zo ging het"));
    check("sent");
    office.store.take_in(&story(1, "en zo")).unwrap();
    check("changed");
    office
        .store
        .take_in(&NewSubmission {
            counted: counted(&["consent"], json!({"consent": "nowhere"})),
            ..story(1, "en nog iets")
        })
        .unwrap();
    check("counted anew");
    take_back(&office.store, &first).unwrap();
    check("taken back");
    office.store.take_in(&call_back(2, json!({}))).unwrap();
    let of_call = |one: &Submission| one.form.as_str() == "bel-mij";
    let mut there = Archive::at(office.data.path()).submissions().unwrap().whole;
    there.retain(of_call);
    let removed = office.store.remove_submission(there[0].id, &office.adviser);
    removed.unwrap();
    check("removed");
    office.clock.wait(DAY * 15);
    assert_eq!(office.erase(), 2);
    check("erased");
}

#[test]
fn whatever_fails_no_folder_tells_the_time_once_a_submission_is_confirmed() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), TempDir::new().unwrap());
        person(failing.data.path(), "Vera", Role::ConfidentialAdviser);
        failing.break_at(n, fault, lasting);
        let taken = failing.store.take_in(&story(1, "zo"));
        let reached = failing.files.done();
        failing.files.heal();
        if taken.is_err() {
            failing.store.take_in(&story(1, "zo")).unwrap();
        }
        for folder in ["submissions", "submissions/verhaal", "statistics/2026"] {
            let written = fs::metadata(failing.data.path().join(folder)).unwrap();
            let written = written.modified().unwrap();
            let seconds = written.duration_since(UNIX_EPOCH).unwrap().as_secs();
            assert_eq!(seconds, FIRST_OF_2000, "{n} {fault:?}: {folder}");
        }
        failing.files.count(reached);
        failing
    });
}

#[test]
fn a_submission_that_comes_again_is_known_and_a_changed_one_takes_its_place() {
    let office = Office::new();
    let first = office.store.take_in(&story(1, "eerst")).unwrap();
    let again = office.store.take_in(&story(1, "eerst")).unwrap();
    assert_eq!(again.outcome, Outcome::Repeated);
    office.clock.wait(DAY);
    let changed = office.store.take_in(&story(1, "later")).unwrap();
    assert_eq!(changed.outcome, Outcome::Amended);
    assert_eq!((&again.code, &changed.code), (&first.code, &first.code));
    // The promise is that of the first time.
    assert_eq!(changed.erase_after, first.erase_after);
    assert_eq!(office.answers(), json!({"story": "later"}));
    assert_eq!(office.only().version, 2);
    assert_eq!(office.files().len(), 1);

    let other = office.store.take_in(&story(2, "later")).unwrap();
    assert_eq!(other.outcome, Outcome::New);
    // One key for two forms makes two submissions, each with its own code.
    let elsewhere = NewSubmission {
        form: "feedback".parse().unwrap(),
        ..story(1, "later")
    };
    let elsewhere = office.store.take_in(&elsewhere).unwrap();
    assert_eq!(elsewhere.outcome, Outcome::New);
    assert_ne!(elsewhere.code, first.code);
    assert_eq!(office.files().len(), 3);
}

#[test]
fn a_changed_submission_opens_for_the_new_addressees_only() {
    let office = Office::new();
    office.store.take_in(&call_back(1, json!({}))).unwrap();
    let changed = office.store.take_in(&addressed(&["support_team"])).unwrap();
    assert_eq!(changed.outcome, Outcome::Amended);
    let submission = office.only();
    assert!(submission.open(&office.adviser).is_err());
    assert!(submission.open(&office.coordinator).is_ok());
}

#[test]
fn sixteen_at_once_with_one_key_are_one_submission() {
    let office = Office::new();
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let send = || office.store.take_in(&story(1, "zo")).unwrap().outcome;
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(send)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let new = outcomes.iter().filter(|one| **one == Outcome::New);
    assert_eq!(new.count(), 1);
    assert_eq!((office.files().len(), office.records().len()), (1, 1));
}

#[test]
fn one_form_cannot_be_changed_for_ever() {
    let office = Office::new();
    for round in 0..MOST_VERSIONS {
        office.store.take_in(&story(1, &round.to_string())).unwrap();
    }
    let more = office.store.take_in(&story(1, "more"));
    assert!(
        matches!(more, Err(TakeInError::TooManyChanges { .. })),
        "{more:?}"
    );
    let last = story(1, &(MOST_VERSIONS - 1).to_string());
    let last = office.store.take_in(&last).unwrap();
    assert_eq!(last.outcome, Outcome::Repeated);
    // It can still be taken back.
    take_back(&office.store, &last.code.unwrap().to_string()).unwrap();
    assert_eq!(office.files().len(), 1);
}

#[test]
fn a_form_to_which_nobody_listens_is_not_taken_in() {
    fn check(to: &[&str], expected: &[&str]) {
        let office = Office::new();
        let new = addressed(to);
        assert_eq!(
            office.store.somebody_opens(&new.to),
            !expected.is_empty(),
            "{to:?}"
        );
        let taken = office.store.take_in(&new);
        if expected.is_empty() {
            assert!(matches!(taken, Err(TakeInError::NobodyOpens)), "{taken:?}");
            assert!(office.files().is_empty());
            return;
        }
        let State::Kept(kept) = office.only().state else {
            panic!("{to:?}");
        };
        let people: Vec<&str> = kept.people.iter().map(Code::as_str).collect();
        assert_eq!(people, expected, "{to:?}");
    }
    check(&[], &[]);
    check(&["senior_manager"], &[]);
    check(&["manager"], &[]);
    check(&["confidential_advisor"], &[]);
    check(&["confidential_adviser"], &["vera"]);
    check(&["coordinator"], &["anna"]);
    // As with reports: there is no support team and no independent point.
    check(&["support_team", "independent_point"], &["anna"]);
    check(&["senior_manager", "coordinator"], &["anna"]);
    check(&["confidential_adviser", "own_manager"], &["vera", "anna"]);
}

#[test]
fn the_recovery_key_alone_is_nobody_who_listens() {
    let data = folder();
    let store = Store::open(data.path(), surroundings(), SETTINGS)
        .unwrap()
        .0;
    recovery_key(store.storage.as_ref());
    let taken = store.take_in(&call_back(1, json!({})));
    assert!(matches!(taken, Err(TakeInError::NobodyOpens)), "{taken:?}");
}

#[test]
fn without_free_space_nothing_new_is_taken_in_but_what_was_taken_is_confirmed() {
    let office = Office::new();
    office
        .store
        .take_in(&call_back(1, json!({"a": 1})))
        .unwrap();
    let Office { data, store, .. } = office;
    drop(store);
    let full = StoreSettings {
        least_free_bytes: u64::MAX,
    };
    let store = Store::open(data.path(), surroundings(), full).unwrap().0;
    let refused = store.take_in(&call_back(2, json!({"a": 1})));
    assert!(
        matches!(refused, Err(TakeInError::DiskFull { .. })),
        "{refused:?}"
    );
    let known = store.take_in(&call_back(1, json!({"a": 1}))).unwrap();
    assert_eq!(known.outcome, Outcome::Repeated);
}

#[test]
fn who_has_the_code_takes_a_submission_back_and_nothing_of_it_is_left() {
    let office = Office::new();
    let code = code(&office.store, &story(1, "zo ging het"));
    assert_eq!(office.records().len(), 1);
    for wrong in ["", "zo ging het", "0000-0000-0000-0000-0000"] {
        let taken = take_back(&office.store, wrong);
        assert!(matches!(taken, Err(TakeBackError::WrongCode)), "{taken:?}");
    }
    assert_eq!(office.answers(), json!({"story": "zo ging het"}));

    let typed = code.to_lowercase().replace('-', " ");
    for _ in 0..2 {
        take_back(&office.store, &typed).unwrap();
        assert!(office.records().is_empty());
        let submission = office.only();
        let State::Over(over) = submission.state else {
            panic!("{submission:?}");
        };
        assert_eq!(over.how, Ending::TakenBack);
        assert_eq!(office.files().len(), 1);
    }
    // The form, sent again from the history of a browser, does not bring it back.
    let again = office.store.take_in(&story(1, "zo ging het"));
    assert!(
        matches!(
            again,
            Err(TakeInError::Over {
                how: Ending::TakenBack,
                ..
            })
        ),
        "{again:?}"
    );
    assert!(office.records().is_empty());
}

#[test]
fn what_cannot_be_taken_back_has_no_code() {
    let office = Office::new();
    let mut new = story(1, "zo");
    let code = code(&office.store, &new);
    new.withdrawable = false;
    new.answers = json!({"story": "anders"});
    assert_eq!(office.store.take_in(&new).unwrap().code, None);
    let taken = take_back(&office.store, &code);
    assert!(matches!(taken, Err(TakeBackError::WrongCode)), "{taken:?}");
}

#[test]
fn a_code_is_looked_up_among_few_names_of_one_form() {
    let failing = Failing::new(FaultyFiles::default(), TempDir::new().unwrap());
    person(failing.data.path(), "Vera", Role::ConfidentialAdviser);
    let code = code(&failing.store, &story(1, "zo"));
    let elsewhere = "bel-mij".parse().unwrap();
    let taken = failing.store.take_back(&code, &elsewhere);
    assert!(matches!(taken, Err(TakeBackError::WrongCode)), "{taken:?}");
    let look = || {
        failing.files.heal();
        let wrong = "0000-0000-0000-0000-0000";
        let story = "verhaal".parse().unwrap();
        assert!(!failing.store.knows_submission(wrong, &story).unwrap());
        let taken = failing.store.take_back(wrong, &story);
        assert!(matches!(taken, Err(TakeBackError::WrongCode)), "{taken:?}");
        failing.files.done()
    };
    let few = look();
    for key in 2..10 {
        failing.store.take_in(&story(key, "zo")).unwrap();
    }
    assert_eq!(look(), few);
    assert!(
        failing
            .store
            .knows_submission(&code, &"verhaal".parse().unwrap())
            .unwrap()
    );
    take_back(&failing.store, &code).unwrap();
    assert!(
        failing
            .store
            .knows_submission(&code, &"verhaal".parse().unwrap())
            .unwrap()
    );
}

#[test]
fn the_code_of_a_submission_and_the_receipt_of_a_report_open_nothing_of_each_other() {
    let office = Office::new();
    let new = story(1, "zo");
    let code = code(&office.store, &new);
    let report = office.store.submit(&report(1, json!({}))).unwrap();
    let receipt = report.receipt.unwrap().to_string();
    assert!(office.store.open_with_receipt(&code).is_err());
    let taken = take_back(&office.store, &receipt);
    assert!(matches!(taken, Err(TakeBackError::WrongCode)), "{taken:?}");
}

#[test]
fn whoever_can_open_a_submission_removes_it_when_it_was_handled() {
    let office = Office::new();
    office
        .store
        .take_in(&call_back(1, json!({"a": 1})))
        .unwrap();
    let id = office.only().id;
    let handler = Store::beside(office.data.path(), at(office.clock.clone()), SETTINGS).unwrap();
    let refused = handler.remove_submission(id, &office.coordinator);
    assert!(
        matches!(refused, Err(SubmissionError::NotEntitled { .. })),
        "{refused:?}"
    );
    handler.remove_submission(id, &office.adviser).unwrap();
    let again = handler.remove_submission(id, &office.adviser);
    assert!(
        matches!(again, Err(SubmissionError::Over { .. })),
        "{again:?}"
    );
    let sent = office.store.take_in(&call_back(1, json!({"a": 1})));
    assert!(
        matches!(
            sent,
            Err(TakeInError::Over {
                how: Ending::Removed,
                ..
            })
        ),
        "{sent:?}"
    );
    let unknown = "00000-00000".parse().unwrap();
    let refused = handler.remove_submission(unknown, &office.adviser);
    assert!(
        matches!(refused, Err(SubmissionError::NotThere { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_submission_is_erased_after_the_day_that_was_promised() {
    let office = Office::new();
    office.store.take_in(&story(1, "zo")).unwrap();
    // Received in the afternoon of November 20; the last day is December 4.
    office.clock.wait(DAY * 14);
    assert_eq!(office.erase(), 0);
    office.clock.wait(SignedDuration::from_hours(8));
    assert_eq!(office.erase(), 1);
    assert!(office.files().is_empty());
    // The figures stay.
    assert_eq!(office.records().len(), 1);
    assert_eq!(office.erase(), 0);
}

#[test]
fn what_is_left_of_a_submission_goes_when_it_would_have_gone() {
    let office = Office::new();
    let code = code(&office.store, &story(1, "zo"));
    take_back(&office.store, &code).unwrap();
    office.clock.wait(DAY * 15);
    assert_eq!(office.erase(), 1);
    assert!(office.files().is_empty());
}

#[test]
fn what_is_sent_again_after_its_time_and_before_it_is_erased_is_kept_anew() {
    let office = Office::new();
    let first = office.store.take_in(&story(1, "zo")).unwrap();
    office.clock.wait(DAY * 15);
    let anew = office.store.take_in(&story(1, "zo")).unwrap();
    assert_eq!((anew.outcome, &anew.code), (Outcome::New, &first.code));
    assert!(anew.erase_after > first.erase_after);
    assert_eq!(office.erase(), 0);
    assert_eq!(office.answers(), json!({"story": "zo"}));
}

#[test]
fn a_version_below_a_damaged_one_goes_on_its_own_day_and_the_damaged_one_is_told() {
    let office = Office::new();
    office.store.take_in(&story(1, "zo")).unwrap();
    let first = office
        .data
        .path()
        .join("submissions")
        .join(&office.files()[0]);
    let second = first.to_string_lossy().replace("-00001", "-00002");
    fs::File::create(&second).unwrap();
    let run = |erased: usize, damaged: usize| {
        let done = office.store.erase_submissions().unwrap();
        assert!(done.failed.is_empty(), "{:?}", done.failed);
        assert_eq!((done.erased.len(), done.damaged), (erased, damaged));
    };
    run(0, 1);
    assert_eq!(office.files().len(), 2);
    office.clock.wait(DAY * 15);
    for _ in 0..2 {
        run(0, 1);
        assert!(!first.exists());
        assert!(Path::new(&second).exists());
    }
    fs::remove_file(&second).unwrap();
    run(0, 0);
}

#[test]
fn what_is_damaged_below_a_whole_version_goes() {
    let office = Office::new();
    office.store.take_in(&story(1, "zo")).unwrap();
    let first = office
        .data
        .path()
        .join("submissions")
        .join(&office.files()[0]);
    office.store.take_in(&story(1, "later")).unwrap();
    fs::File::create(&first).unwrap();
    let done = office.store.erase_submissions().unwrap();
    assert_eq!((done.erased.len(), done.damaged), (0, 0));
    assert!(!first.exists());
    assert_eq!(office.answers(), json!({"story": "later"}));
}

#[test]
fn only_the_one_writer_erases() {
    let office = Office::new();
    let beside = Store::beside(office.data.path(), surroundings(), SETTINGS).unwrap();
    let refused = beside.erase_submissions();
    assert!(
        matches!(refused, Err(PurgeError::NotTheWriter)),
        "{refused:?}"
    );
}

#[test]
fn each_choice_is_counted_once_on_its_own_and_follows_what_was_changed() {
    let office = Office::new();
    let count = |questions: &[&str], chosen: Value| {
        let new = NewSubmission {
            counted: counted(questions, chosen.clone()),
            answers: chosen,
            ..story(1, "")
        };
        let code = code(&office.store, &new);
        let mut records = office.records();
        records.sort_by_key(|record| record["choices"].to_string());
        (records, code)
    };
    let record = |question: &str, answer: &str| {
        json!({
            "format": 1, "form": "verhaal", "year": 2026, "month": 11,
            "counts": "submitted", "choices": {question: answer},
        })
    };
    let both = ["safe", "told"];
    let (told, safe) = (record("told", "no"), record("safe", "yes"));
    for _ in 0..2 {
        let (records, _) = count(&both, json!({"safe": "yes", "told": "no"}));
        assert_eq!(records, [safe.clone(), told.clone()]);
    }
    let changed = count(&both, json!({"safe": "no", "told": "no"})).0;
    assert_eq!(changed, [record("safe", "no"), told.clone()]);
    assert_eq!(count(&both, json!({"told": "no"})).0, [told]);
    // The form counts one question no longer, and then the sender takes everything back.
    let (records, code) = count(&["safe"], json!({"safe": "yes"}));
    assert_eq!(records, [safe]);
    take_back(&office.store, &code).unwrap();
    assert!(office.records().is_empty());
}

#[test]
fn nothing_in_the_clear_tells_which_choices_belong_together() {
    let office = Office::new();
    let both = ["safe", "told"];
    for (key, chosen) in [
        (1, json!({"safe": "yes", "told": "no"})),
        (2, json!({"safe": "no", "told": "yes"})),
        (3, json!({"safe": "no"})),
    ] {
        office
            .store
            .take_in(&NewSubmission {
                counted: counted(&both, chosen),
                ..story(key, "zo")
            })
            .unwrap();
    }
    let records = office.records();
    assert_eq!(records.len(), 5);
    for record in records {
        assert_eq!(record["choices"].as_object().unwrap().len(), 1, "{record}");
    }
    // What stands beside what is sealed is the same whatever was chosen.
    for submission in Archive::at(office.data.path()).submissions().unwrap().whole {
        let State::Kept(kept) = submission.state else {
            panic!("{submission:?}");
        };
        assert_eq!(kept.counted, both.map(|text| text.parse().unwrap()).into());
    }
}

#[test]
fn damage_is_told_and_hides_nothing_else() {
    let office = Office::new();
    office.store.take_in(&story(1, "een")).unwrap();
    office.store.take_in(&story(2, "twee")).unwrap();
    let files = office.files();
    let folder = office.data.path().join("submissions");
    let (broken, moved) = (folder.join(&files[0]), folder.join(&files[1]));
    // One was cut off; the other stands under another number.
    fs::File::options()
        .write(true)
        .open(&broken)
        .unwrap()
        .set_len(10)
        .unwrap();
    let elsewhere = moved.with_file_name("0000000000-00001.json");
    fs::copy(&moved, &elsewhere).unwrap();
    fs::File::create(folder.join("notes.txt")).unwrap();
    let found = Archive::at(office.data.path()).submissions().unwrap();
    let told: Vec<(&str, &Problem)> = found
        .findings
        .iter()
        .map(|finding| (finding.path.as_str(), &finding.problem))
        .collect();
    let mut expected = [
        (format!("submissions/{}", files[0]), Problem::NotASubmission),
        ("submissions/notes.txt".to_owned(), Problem::Foreign),
        (
            "submissions/verhaal/0000000000-00001.json".to_owned(),
            Problem::NotASubmission,
        ),
    ];
    expected.sort();
    let expected: Vec<(&str, &Problem)> = expected
        .iter()
        .map(|(path, problem)| (path.as_str(), problem))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(found.whole.len(), 1);
    // Sent again, what was lost is there again, under another number.
    for (key, text) in [(1, "een"), (2, "twee")] {
        office.store.take_in(&story(key, text)).unwrap();
    }
    let found = Archive::at(office.data.path()).submissions().unwrap();
    assert_eq!(found.whole.len(), 2);
}

#[test]
fn with_a_failing_disk_a_submission_is_whole_or_told_and_counted_once() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        let (_, key) = person(failing.data.path(), "Vera", Role::ConfidentialAdviser);
        failing.store.take_in(&story(1, "eerst")).unwrap();
        failing.break_at(n, fault, lasting);
        let changed = failing.store.take_in(&story(1, "later"));
        let reached = failing.files.done();
        failing.files.heal();
        let archive = Archive::at(failing.data.path());
        let opened = |archive: &Archive| {
            let found = archive.submissions().unwrap().whole;
            assert_eq!(found.len(), 1);
            found[0].open(&key).unwrap().answers
        };
        if changed.is_ok() {
            assert_eq!(opened(&archive), json!({"story": "later"}));
        }
        failing.store.take_in(&story(1, "later")).unwrap();
        assert_eq!(opened(&archive), json!({"story": "later"}), "{changed:?}");
        assert_eq!(paths(failing.data.path(), "submissions").len(), 1);
        assert_eq!(paths(failing.data.path(), "statistics").len(), 1);
        failing.files.count(reached);
        failing
    });
}

#[test]
fn with_a_failing_disk_taking_back_can_be_done_again_and_leaves_nothing() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        person(failing.data.path(), "Vera", Role::ConfidentialAdviser);
        let code = code(&failing.store, &story(1, "zo"));
        failing.break_at(n, fault, lasting);
        let taken = take_back(&failing.store, &code);
        let reached = failing.files.done();
        failing.files.heal();
        if taken.is_err() {
            take_back(&failing.store, &code).unwrap();
        }
        let found = Archive::at(failing.data.path()).submissions().unwrap();
        assert!(matches!(found.whole[0].state, State::Over(_)), "{taken:?}");
        assert_eq!(found.findings, []);
        assert_eq!(paths(failing.data.path(), "submissions").len(), 1);
        assert!(paths(failing.data.path(), "statistics").is_empty());
        failing.files.count(reached);
        failing
    });
}

#[test]
fn erasing_that_is_interrupted_is_finished_by_the_next_run() {
    at_every_operation(|n, fault, lasting| {
        let data = folder();
        person(data.path(), "Vera", Role::ConfidentialAdviser);
        let past = clock();
        past.wait(-(DAY * 15));
        let earlier = Store::open(data.path(), at(past), SETTINGS).unwrap().0;
        earlier.take_in(&story(1, "zo")).unwrap();
        earlier.take_in(&story(2, "zo")).unwrap();
        drop(earlier);
        let failing = Failing::new(FaultyFiles::default(), data);
        failing.break_at(n, fault, lasting);
        let _ = failing.store.erase_submissions();
        let reached = failing.files.done();
        failing.files.heal();
        let erased = failing.store.erase_submissions().unwrap();
        assert!(erased.failed.is_empty());
        assert!(paths(failing.data.path(), "submissions").is_empty());
        failing.files.count(reached);
        failing
    });
}

#[test]
fn what_was_confirmed_survives_a_power_cut_at_every_moment() {
    for cut in 0.. {
        let data = folder();
        let files = FaultyFiles::recording(data.path());
        let failing = Failing::new(files.clone(), data);
        let (_, key) = person(failing.data.path(), "Vera", Role::ConfidentialAdviser);
        files.fail(cut..usize::MAX, Fault::Disk);
        let sent = ["een", "twee", "drie"];
        // The second is a change of the first.
        let confirmed: Vec<bool> = sent
            .iter()
            .zip([1, 1, 2])
            .map(|(text, number)| failing.store.take_in(&story(number, text)).is_ok())
            .collect();
        let done = files.done();
        for lost in [Lost::Everything, Lost::Contents] {
            let after = written_anew(&files.after_power_cut(lost));
            let found = Archive::at(after.path()).submissions().unwrap();
            let there: Vec<Value> = found
                .whole
                .iter()
                .map(|one| one.open(&key).unwrap().answers["story"].clone())
                .collect();
            let is_there = |text: &str| there.contains(&json!(text));
            let told = format!("cut at {cut}, {lost:?}: {there:?}");
            assert!(
                !confirmed[0] || is_there("een") || is_there("twee"),
                "{told}"
            );
            assert!(!confirmed[1] || is_there("twee"), "{told}");
            assert!(!confirmed[2] || is_there("drie"), "{told}");
        }
        if done <= cut {
            assert_eq!(confirmed, [true; 3]);
            return;
        }
    }
}
