//! What becomes of reports when the disk fails, the power goes or the program is killed: what was
//! confirmed is there and whole, and what was not is told and can be sent again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::durable::faults::{FAULTS, Fault, FaultyFiles, Lost};
use crate::durable::{self, Folder, WriterLock};
use crate::report::acts::{Act, AttachError, Attached, OpenedCase, RecordError, Recorded};
use crate::report::details::NewDetails;
use crate::report::event::{Actor, Body, FileNote, FileRef, Kind, Role};
use crate::report::fixture::{
    SETTINGS, details, folder, person, recovery_key, report, reporter_of, surroundings,
};
use crate::report::retention::Rules;
use crate::report::store::{NewReport, Store, SubmitError, Submitted};
use crate::report::verify::{self, Problem};

/// Kills in a test run, and the setting that asks for another number.
const KILLS: usize = 20;
const KILLS_SETTING: &str = "MELDWIJZER_TEST_KILLS";

/// Where a test tells its child to store.
const CHILD_DATA: &str = "MELDWIJZER_TEST_DATA";

/// A data folder whose files fail when a test says so.
pub(super) struct Failing {
    pub(super) data: TempDir,
    pub(super) files: FaultyFiles,
    pub(super) store: Store,
}

impl Failing {
    /// Makes a data folder with somebody who may open reports.
    pub(super) fn new(files: FaultyFiles, data: TempDir) -> Failing {
        durable::create_root(data.path()).unwrap();
        let lock = WriterLock::take(data.path()).unwrap();
        let folder = Folder::with_files(data.path(), 0, files.clone());
        recovery_key(&folder);
        let store = Store::of(Arc::new(folder), data.path(), surroundings(), Some(lock)).unwrap();
        Failing { data, files, store }
    }

    fn at(n: usize, fault: Fault, lasting: bool) -> Failing {
        let failing = Failing::new(FaultyFiles::default(), folder());
        failing.break_at(n, fault, lasting);
        failing
    }

    pub(super) fn break_at(&self, n: usize, fault: Fault, lasting: bool) {
        let end = if lasting { usize::MAX } else { n + 1 };
        self.files.fail(n..end, fault);
    }

    /// Starts anew with a disk that works, and checks that nothing is damaged.
    fn restart(self) -> (TempDir, Store) {
        let Failing { data, store, .. } = self;
        drop(store);
        let (store, findings) = Store::open(data.path(), surroundings(), SETTINGS).unwrap();
        let torn = findings
            .iter()
            .filter(|finding| finding.problem != Problem::Unfinished);
        assert_eq!(torn.collect::<Vec<_>>(), Vec::<&_>::new());
        assert_eq!(store.cases().unwrap().findings, []);
        (data, store)
    }
}

/// Runs something once for every operation that can fail, and every way to fail.
pub(super) fn at_every_operation(run: impl Fn(usize, Fault, bool) -> Failing) {
    for fault in FAULTS {
        let ways: &[bool] = match fault {
            Fault::NoSpace | Fault::Disk => &[false, true],
            _ => &[false],
        };
        for &lasting in ways {
            for n in 0.. {
                let failing = run(n, fault, lasting);
                let reached = failing.files.done() > n;
                let told = format!("operation {n}, {fault:?}, lasting: {lasting}");
                let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    failing.restart();
                }));
                assert!(checked.is_ok(), "{told}");
                if !reached {
                    break;
                }
                assert!(n < 500, "no end: {told}");
            }
        }
    }
}

fn full_report() -> NewReport {
    NewReport {
        names: json!({"phone": "0612345678"}),
        ..report(1, json!({"short_story": "Hij gooide een stoel"}))
    }
}

fn check_whole(store: &Store, submitted: &Submitted, sent: &Value) -> OpenedCase {
    let opened = store
        .open_with_receipt(&submitted.receipt.as_ref().unwrap().to_string())
        .unwrap();
    assert_eq!(opened.case.cover.id, submitted.case);
    for (field, answer) in sent.as_object().unwrap() {
        assert_eq!(&opened.case.answers[field], answer);
    }
    opened
}

#[test]
fn a_submit_with_a_failing_disk_is_whole_or_told_and_can_be_sent_again() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::at(n, fault, lasting);
        let first = failing.store.submit(&full_report());
        let reached = failing.files.done();
        failing.files.heal();
        let again = failing.store.submit(&full_report()).unwrap();
        if let Ok(first) = &first {
            assert_eq!(first.case, again.case);
        }
        let sent = json!({"short_story": "Hij gooide een stoel", "phone": "0612345678"});
        check_whole(&failing.store, &again, &sent);
        assert_eq!(failing.store.cases().unwrap().cases.len(), 1, "{first:?}");
        // So that the caller sees whether the fault was reached.
        failing.files.fail(0..0, fault);
        failing.files.count(reached);
        failing
    });
}

fn message(text: &str) -> Act {
    Act {
        action: "send_message".parse().unwrap(),
        actor: Actor::REPORTER,
        body: Body {
            text: Some(text.to_owned()),
            ..Body::default()
        },
        files: Vec::new(),
        submission_key: Some(report(7, json!({})).submission_key),
    }
}

#[test]
fn a_message_with_a_failing_disk_is_there_once_or_told_and_can_be_sent_again() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        let submitted = failing.store.submit(&full_report()).unwrap();
        let code = submitted.receipt.as_ref().unwrap().to_string();
        let opened = failing.store.open_with_receipt(&code).unwrap();
        failing.break_at(n, fault, lasting);
        let sent = failing.store.record(&opened, &message("Is er nieuws?"));
        let reached = failing.files.done();
        failing.files.heal();
        if sent.is_err() {
            failing
                .store
                .record(&opened, &message("Is er nieuws?"))
                .unwrap();
        }
        let opened = failing.store.open_with_receipt(&code).unwrap();
        assert_eq!(opened.case.taken("send_message").count(), 1, "{sent:?}");
        failing.files.count(reached);
        failing
    });
}

fn full_details() -> NewDetails {
    details(6, json!({"place": "balie"}), json!({"who": "Jan de Wit"}))
}

#[test]
fn details_with_a_failing_disk_are_there_once_or_told_and_can_be_sent_again() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        let submitted = failing.store.submit(&full_report()).unwrap();
        let opened = reporter_of(&failing.store, 1);
        failing.break_at(n, fault, lasting);
        let given = failing.store.give_details(&opened, &full_details());
        let reached = failing.files.done();
        failing.files.heal();
        if given.is_err() {
            failing
                .store
                .give_details(&opened, &full_details())
                .unwrap();
        }
        let both = json!({
            "short_story": "Hij gooide een stoel", "phone": "0612345678",
            "place": "balie", "who": "Jan de Wit",
        });
        let opened = check_whole(&failing.store, &submitted, &both);
        assert_eq!(opened.case.entries.len(), 2, "{given:?}");
        failing.files.count(reached);
        failing
    });
}

/// Lets the disk fail once at every operation of a message and of details, and the power go after the
/// second try.
#[test]
fn what_was_confirmed_the_second_time_survives_a_power_cut() {
    for n in 0.. {
        let data = folder();
        let files = FaultyFiles::recording(data.path());
        let failing = Failing::new(files.clone(), data);
        let submitted = failing.store.submit(&full_report()).unwrap();
        let opened = reporter_of(&failing.store, 1);
        let mut said = false;
        files.fail(n..n + 1, Fault::Disk);
        for _ in 0..2 {
            said |= failing.store.record(&opened, &message("hoi")).is_ok();
        }
        let given = (0..2).any(|_| {
            let given = failing.store.give_details(&opened, &full_details());
            given.is_ok()
        });
        assert!(said && given);
        let done = files.done();
        let after = written_anew(&files.after_power_cut(Lost::Everything));
        let (store, _) = Store::open(after.path(), surroundings(), SETTINGS).unwrap();
        let opened = check_whole(&store, &submitted, &json!({"who": "Jan de Wit"}));
        assert_eq!(
            opened.case.taken("send_message").count(),
            1,
            "operation {n}"
        );
        if done <= n {
            return;
        }
    }
}

fn upload(store: &Store, opened: &OpenedCase, bytes: &[u8]) -> Result<FileRef, String> {
    let attached: Result<Attached<()>, AttachError<std::io::Error>> =
        store.attach(opened, 1_000_000, |out| out.write_all(bytes));
    let attached = attached.map_err(|error| error.to_string())?;
    let file = attached.stored.unwrap();
    let mut act = message("Een foto");
    act.action = "add_files".parse().unwrap();
    act.submission_key = Some(report(8, json!({})).submission_key);
    act.body.files = vec![FileNote {
        id: file.id.clone(),
        name: "foto.jpg".to_owned(),
        kind: "jpeg".parse().unwrap(),
        media_type: "image/jpeg".to_owned(),
        bytes: bytes.len() as u64,
        content: Some(attached.content),
    }];
    act.files = vec![file.clone()];
    store
        .record(opened, &act)
        .map_err(|error| error.to_string())?;
    Ok(file)
}

#[test]
fn an_upload_with_a_failing_disk_is_whole_or_told_and_leaves_nothing() {
    let bytes = vec![7; 70_000];
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        let submitted = failing.store.submit(&full_report()).unwrap();
        let code = submitted.receipt.as_ref().unwrap().to_string();
        let opened = failing.store.open_with_receipt(&code).unwrap();
        failing.break_at(n, fault, lasting);
        let sent = upload(&failing.store, &opened, &bytes);
        let reached = failing.files.done();
        failing.files.heal();
        let opened = failing.store.open_with_receipt(&code).unwrap();
        for file in &opened.case.cover.files {
            let mut read = Vec::new();
            let mut stored = failing.store.read_file(&opened, &file.id).unwrap();
            std::io::copy(&mut stored, &mut read).unwrap();
            assert_eq!(read, bytes);
        }
        // An answer that was lost may have been stored all the same; a confirmed one always is.
        let stored = opened.case.cover.files.len();
        assert!(stored == 1 || (stored == 0 && sent.is_err()), "{sent:?}");
        failing.files.count(reached);
        failing
    });
}

/// Lets the disk fail while a file is taken away. What was said to be gone is gone; of what was not, the
/// next purge leaves the whole file or nothing.
#[test]
fn a_file_taken_away_with_a_failing_disk_is_there_whole_or_gone() {
    at_every_operation(|n, fault, lasting| {
        let failing = Failing::new(FaultyFiles::default(), folder());
        failing.store.submit(&full_report()).unwrap();
        let file = upload(&failing.store, &reporter_of(&failing.store, 1), b"foto").unwrap();
        let path = verify::file_path(reporter_of(&failing.store, 1).case.cover.id, &file.id);
        let path = failing.data.path().join(path);
        let opened = reporter_of(&failing.store, 1);
        failing.break_at(n, fault, lasting);
        let removed = failing
            .store
            .remove_files(&opened, std::slice::from_ref(&file.id));
        let reached = failing.files.done();
        failing.files.heal();
        assert!(removed.is_err() || !path.exists());
        failing.store.purge(&Rules::default()).unwrap();
        let opened = reporter_of(&failing.store, 1);
        let known = opened.case.file(&file.id).is_some();
        assert_eq!(known, path.exists(), "{removed:?}");
        assert_eq!(failing.store.cases().unwrap().findings, []);
        let again = failing.store.remove_files(&opened, &[file.id]);
        assert_eq!(again.unwrap() == Recorded::Done, known);
        assert!(!path.exists());
        failing.files.count(reached);
        failing
    });
}

/// Lets the power go at every moment after a file was said to be gone.
#[test]
fn a_file_that_was_taken_away_stays_away_after_a_power_cut() {
    let data = folder();
    let files = FaultyFiles::recording(data.path());
    let failing = Failing::new(files.clone(), data);
    failing.store.submit(&full_report()).unwrap();
    let opened = reporter_of(&failing.store, 1);
    let file = upload(&failing.store, &opened, b"foto").unwrap();
    let opened = reporter_of(&failing.store, 1);
    failing.store.remove_files(&opened, &[file.id]).unwrap();
    for lost in [Lost::Everything, Lost::Contents] {
        let after = written_anew(&files.after_power_cut(lost));
        let (store, findings) = Store::open(after.path(), surroundings(), SETTINGS).unwrap();
        assert_eq!(findings, []);
        let opened = reporter_of(&store, 1);
        assert_eq!(opened.case.own_files(), Vec::<&FileNote>::new());
        assert_eq!(store.cases().unwrap().findings, []);
    }
}

#[test]
fn only_a_file_of_the_reporter_is_taken_away_and_handlers_see_that_one_was() {
    let failing = Failing::new(FaultyFiles::default(), folder());
    failing.store.submit(&full_report()).unwrap();
    let opened = reporter_of(&failing.store, 1);
    let attached: Result<Attached<()>, AttachError<std::io::Error>> =
        failing
            .store
            .attach(&opened, 1_000, |out| out.write_all(b"verslag"));
    let attached = attached.unwrap();
    let mut act = message("Ons verslag");
    act.actor.role = Role::Coordinator;
    act.body.files = vec![FileNote {
        id: attached.id.clone(),
        name: "verslag.txt".to_owned(),
        kind: "text".parse().unwrap(),
        media_type: "text/plain".to_owned(),
        bytes: 7,
        content: Some(attached.content),
    }];
    act.files = attached.stored.into_iter().collect();
    failing.store.record(&opened, &act).unwrap();
    let opened = reporter_of(&failing.store, 1);
    let own = upload(&failing.store, &opened, b"foto").unwrap();
    let opened = reporter_of(&failing.store, 1);
    let both = [attached.id.clone(), own.id.clone()];
    failing.store.remove_files(&opened, &both).unwrap();
    let case = reporter_of(&failing.store, 1).case;
    assert!(case.file(&attached.id).is_some() && case.file(&own.id).is_none());
    assert_eq!(case.cover.history.last().unwrap().kind, Kind::FilesRemoved);
    let shown = serde_json::to_string(&case).unwrap();
    assert!(!shown.contains("foto.jpg"), "{shown}");
    // What comes back from a backup is told, and goes.
    let path = failing
        .data
        .path()
        .join(verify::file_path(case.cover.id, &own.id));
    File::create(&path).unwrap().write_all(b"foto").unwrap();
    let findings = failing.store.cases().unwrap().findings;
    assert_eq!(findings[0].problem, Problem::Remains);
    failing.store.purge(&Rules::default()).unwrap();
    assert!(!path.exists());
}

/// Bytes of the small disk: room for the people and some reports.
const SMALL_DISK: &str = "600k";

/// Fills a disk that is really full after a while.
#[test]
#[ignore = "started by another test: runs in a process of its own that sees a small disk"]
fn child_fills_a_small_disk() {
    let data = std::env::var_os(CHILD_DATA).unwrap();
    let data = Path::new(&data);
    let (store, _) = Store::open(data, surroundings(), SETTINGS).unwrap();
    recovery_key(&Folder::new(data, 0));
    let mut confirmed = Vec::new();
    let full = (0..).find_map(|number| {
        let sent = json!({"number": number, "story": "x".repeat(3_000)});
        let mut report = report(0, sent.clone());
        report.submission_key = format!("{number:032x}").parse().unwrap();
        store
            .submit(&report)
            .map(|submitted| confirmed.push((submitted, sent)))
            .err()
    });
    assert!(
        matches!(full, Some(SubmitError::DiskFull { .. })),
        "{full:?}"
    );
    assert!(!confirmed.is_empty());
    for (submitted, sent) in &confirmed {
        let opened = check_whole(&store, submitted, sent);
        let said = store.record(&opened, &message(&"hoi".repeat(20_000)));
        assert!(
            matches!(said, Err(RecordError::DiskFull { .. })),
            "{said:?}"
        );
        let added = upload(&store, &opened, &[7; 700_000]);
        assert!(added.is_err());
    }
    drop(store);
    let (store, findings) = Store::open(data, surroundings(), SETTINGS).unwrap();
    assert!(
        findings.iter().all(|finding| !finding.is_damage()),
        "{findings:?}"
    );
    for (submitted, sent) in &confirmed {
        check_whole(&store, submitted, sent);
    }
}

/// Mounts a small disk that only the child sees. Where that is not allowed, the failing operations of
/// the other tests say the same.
#[test]
fn a_full_disk_is_told_as_such_and_what_was_there_stays_open() {
    let data = folder();
    let mounted = |then: &str| {
        let mount = format!("mount -t tmpfs -o size={SMALL_DISK} tmpfs \"$0\" && {then}");
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
        command.arg(data.path());
        command
    };
    if !mounted("true")
        .status()
        .is_ok_and(|status| status.success())
    {
        return;
    }
    let child = mounted("exec \"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "report::tests::child_fills_a_small_disk",
            "--ignored",
        ])
        .env(CHILD_DATA, data.path())
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
}

/// Lets the power go after every operation of a submit, a message and details, and checks that what
/// was confirmed before is there.
#[test]
fn what_was_confirmed_survives_a_power_cut_at_every_moment() {
    let mut cut = 0;
    loop {
        let data = folder();
        let files = FaultyFiles::recording(data.path());
        let failing = Failing::new(files.clone(), data);
        // From this operation on nothing reaches the disk any more.
        files.fail(cut..usize::MAX, Fault::Disk);
        let mut confirmed = Vec::new();
        for key in 0..2 {
            let mut sent = json!({"short_story": format!("melding {key}")});
            let Ok(submitted) = failing.store.submit(&report(key, sent.clone())) else {
                continue;
            };
            let mut messages = 0;
            let code = submitted.receipt.as_ref().unwrap().to_string();
            if let Ok(opened) = failing.store.open_with_receipt(&code) {
                messages += usize::from(failing.store.record(&opened, &message("hoi")).is_ok());
                if failing.store.give_details(&opened, &full_details()).is_ok() {
                    sent["place"] = json!("balie");
                    sent["who"] = json!("Jan de Wit");
                }
            }
            confirmed.push((submitted, sent, messages));
        }
        let done = files.done();
        for lost in [Lost::Everything, Lost::Contents] {
            let after = written_anew(&files.after_power_cut(lost));
            let (store, _) = Store::open(after.path(), surroundings(), SETTINGS).unwrap();
            for (submitted, sent, messages) in &confirmed {
                let opened = check_whole(&store, submitted, sent);
                let there = opened.case.taken("send_message").count();
                assert!(there >= *messages, "cut at {cut}, {lost:?}");
            }
        }
        if done <= cut {
            assert_eq!(confirmed.len(), 2);
            return;
        }
        cut += 1;
    }
}

pub(super) fn written_anew(files: &BTreeMap<std::path::PathBuf, Vec<u8>>) -> TempDir {
    let folder = folder();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::DirBuilder::new()
            .recursive(true)
            .create(path.parent().unwrap())
            .unwrap();
        File::create(&path).unwrap().write_all(bytes).unwrap();
    }
    folder
}

/// Submits, writes messages, gives details and adds files for ever, four at a time, and tells what was confirmed.
#[test]
#[ignore = "started by another test: runs in a process of its own until it is killed"]
fn child_works_for_ever() {
    let data = std::env::var_os(CHILD_DATA).unwrap();
    let store = Store::open(Path::new(&data), surroundings(), SETTINGS)
        .unwrap()
        .0;
    let started = store.cases().unwrap().cases.len() as u64;
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for round in 0.. {
                    work(store, started * 1_000_000 + worker * 100_000 + round);
                }
            });
        }
    });
}

fn work(store: &Store, number: u64) {
    let mut report = report(0, json!({"number": number, "story": "x".repeat(3_000)}));
    report.submission_key = format!("{number:032x}").parse().unwrap();
    let submitted = store.submit(&report).unwrap();
    let code = submitted.receipt.as_ref().unwrap().to_string();
    println!("confirmed {code} report {number}");
    let opened = store.open_with_receipt(&code).unwrap();
    store
        .record(&opened, &message(&number.to_string()))
        .unwrap();
    println!("confirmed {code} message {number}");
    let details = details(6, json!({"detail": number}), json!({"who": number}));
    store.give_details(&opened, &details).unwrap();
    println!("confirmed {code} details {number}");
    upload(store, &opened, &vec![7; 100_000]).unwrap();
    println!("confirmed {code} file {number}");
}

fn start_child(data: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "report::tests::child_works_for_ever"])
        .args(["--ignored", "--nocapture"])
        .env(CHILD_DATA, data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn whatever_was_confirmed_before_a_kill_is_there_and_whole() {
    let asked = std::env::var(KILLS_SETTING).ok();
    let kills = asked.map_or(KILLS, |kills| kills.parse().unwrap());
    let mut data = folder();
    for kill in 0..kills {
        // A folder of its own now and then, so that the check of all cases stays short.
        if kill % 20 == 0 {
            data = folder();
            person(data.path(), "Anna", Role::Coordinator);
        }
        let mut child = start_child(data.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.find_map(|line| confirmed(&line.unwrap()));
        // Between one and a hundred milliseconds later, another moment each time.
        std::thread::sleep(Duration::from_millis(1 + (kill as u64 * 37) % 100));
        child.kill().unwrap();
        let mut told: Vec<(String, String, u64)> = first.into_iter().collect();
        told.extend(
            lines
                .map_while(Result::ok)
                .filter_map(|line| confirmed(&line)),
        );
        child.wait().unwrap();
        check_after_kill(data.path(), &told);
    }
}

fn confirmed(line: &str) -> Option<(String, String, u64)> {
    let (_, rest) = line.split_once("confirmed ")?;
    let mut words = rest.split(' ');
    // The last line may have been cut by the kill.
    Some((
        words.next()?.to_owned(),
        words.next()?.to_owned(),
        words.next()?.parse().ok()?,
    ))
}

fn check_after_kill(data: &Path, told: &[(String, String, u64)]) {
    assert!(!told.is_empty());
    let (store, findings) = Store::open(data, surroundings(), SETTINGS).unwrap();
    let damaged: Vec<_> = findings
        .iter()
        .filter(|finding| finding.is_damage())
        .collect();
    assert_eq!(damaged, Vec::<&_>::new());
    for (code, what, number) in told {
        let opened = store.open_with_receipt(code).unwrap();
        match what.as_str() {
            "report" => assert_eq!(opened.case.answers["number"], json!(number)),
            "message" => {
                let said = opened.case.taken("send_message").next().unwrap();
                assert_eq!(said.body.text, Some(number.to_string()));
            }
            "details" => {
                let answers = &opened.case.answers;
                assert_eq!(
                    (&answers["detail"], &answers["who"]),
                    (&json!(number), &json!(number))
                );
            }
            _ => {
                let file = &opened.case.cover.files[0];
                let mut read = Vec::new();
                let mut stored = store.read_file(&opened, &file.id).unwrap();
                std::io::copy(&mut stored, &mut read).unwrap();
                assert_eq!(read, vec![7; 100_000]);
            }
        }
    }
}
