//! What storing and reading reports costs, each figure beside what it is compared with in the same run.
//!
//! `cargo bench --bench store` measures; `cargo test` runs the same with a few reports, so that it keeps
//! working. A ratio is the median over rounds that alternate between the two things compared.

// A measurement that cannot go on should stop where it stands.
#![allow(clippy::expect_used, missing_docs)]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use meldwijzer::clock::FixedClock;
use meldwijzer::durable::Folder;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::acts::Act;
use meldwijzer::report::archive::Archive;
use meldwijzer::report::event::{Actor, Body, Role};
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, NewPerson};
use meldwijzer::report::store::{NewReport, Store, StoreSettings, Surroundings};
use serde_json::json;
use tempfile::TempDir;

/// Reporters who send at the same moment.
const TOGETHER: usize = 16;

/// Events of a long case.
const LONG_CASE: usize = 50;

/// How much is measured.
struct Scale {
    rounds: usize,
    submits: usize,
    cases: usize,
    openings: usize,
}

/// Enough for a median that stays put.
const MEASURE: Scale = Scale {
    rounds: 9,
    submits: 320,
    cases: 10_000,
    openings: 50,
};

/// Enough to see that everything still works.
const SMOKE: Scale = Scale {
    rounds: 1,
    submits: 16,
    cases: 20,
    openings: 1,
};

fn main() {
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let scale = if measuring { MEASURE } else { SMOKE };
    submits(&scale);
    long_case(&scale);
    many_cases(&scale);
}

/// Durable submits, by one writer and by many at once, against the bare cost of one file: create, write,
/// fsync, fsync of the folder.
fn submits(scale: &Scale) {
    let disk = disk();
    let (mut bare, mut same, mut one, mut many) = (vec![], vec![], vec![], vec![]);
    for round in 0..scale.rounds {
        let folder = disk.path().join(round.to_string());
        bare.push(rate(scale.submits, |n| {
            bare_file(&folder, "bare", &n.to_string())
        }));
        same.push(rate(scale.submits, |n| {
            bare_file(&folder, &format!("case{n}"), "00001")
        }));
        let store = store(&folder.join("one"));
        one.push(rate(scale.submits, |_| submit(&store)));
        let store = self::store(&folder.join("many"));
        many.push(rate_together(scale.submits, || submit(&store)));
    }
    let bare = median(bare);
    println!("bare create-write-fsync-fsync      {bare:>8.0} per second");
    told("the same, each in a new folder", median(same), bare);
    told("sealed submits, one writer", median(one), bare);
    told("sealed submits, 16 at once", median(many), bare);
}

fn told(what: &str, rate: f64, bare: f64) {
    println!(
        "{what:<34} {rate:>8.0} per second, {:.2} of bare",
        rate / bare
    );
}

/// Opening a case with many events, with the receipt: find it, check the chain, open everything.
fn long_case(scale: &Scale) {
    let disk = disk();
    let store = store(disk.path());
    let code = store
        .submit(&report())
        .expect("submit")
        .receipt
        .expect("receipt")
        .to_string();
    let opened = store.open_with_receipt(&code).expect("open");
    for _ in 1..LONG_CASE {
        let act = Act {
            action: "send_message".parse().expect("code"),
            actor: Actor::REPORTER,
            body: Body {
                text: Some("Hoe staat het ermee? ".repeat(20)),
                ..Body::default()
            },
            files: Vec::new(),
            submission_key: None,
        };
        store.record(&opened, &act).expect("record");
    }
    let times = (0..scale.openings).map(|_| {
        let start = Instant::now();
        let opened = store.open_with_receipt(&code).expect("open");
        assert_eq!(opened.case.entries.len(), LONG_CASE);
        start.elapsed().as_secs_f64()
    });
    let time = median(times.collect());
    println!(
        "open a case with {LONG_CASE} events          {:>8.2} ms",
        time * 1000.0
    );
}

/// Starting on many cases, and listing them by what is due first.
fn many_cases(scale: &Scale) {
    let disk = disk();
    let store = store(disk.path());
    let left = AtomicU64::new(scale.cases as u64);
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                    .is_ok()
                {
                    submit(&store);
                }
            });
        }
    });
    drop(store);
    let before = memory();
    let start = Instant::now();
    let store = self::store(disk.path());
    let took = start.elapsed();
    println!(
        "start on {} cases            {:>8.2} s, {:.0} MiB more than before, {:.0} MiB at most",
        scale.cases,
        took.as_secs_f64(),
        memory().0 - before.0,
        memory().1
    );
    drop(store);
    let start = Instant::now();
    let mut cases = Archive::at(disk.path())
        .inventory()
        .expect("inventory")
        .cases;
    cases.sort_by_key(|cover| cover.due_first());
    assert_eq!(cases.len(), scale.cases);
    println!(
        "list {} cases by due date    {:>8.2} s",
        scale.cases,
        start.elapsed().as_secs_f64()
    );
}

fn disk() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on disk")
}

fn store(data: &Path) -> Store {
    let around = Surroundings {
        clock: Arc::new(FixedClock(Timestamp::UNIX_EPOCH)),
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(
            Lifecycle::parse(&Lifecycle::shipped())
                .0
                .expect("life cycle"),
        ),
    };
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let (store, findings) = Store::open(data, around, settings).expect("store");
    assert!(findings.is_empty());
    let folder = Folder::new(data, 0);
    if store.people().expect("people").recovery.is_none() {
        people::make_recovery_key(&folder, "").expect("recovery key");
        let person = NewPerson {
            name: "Anna".to_owned(),
            roles: vec![Role::Coordinator],
            units: Vec::new(),
        };
        people::add(&folder, person, Timestamp::UNIX_EPOCH, &SystemRandomness).expect("person");
    }
    store
}

fn report() -> NewReport {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    NewReport {
        submission_key: format!("{number:032x}").parse().expect("key"),
        form: "incident".parse().expect("code"),
        version: 1,
        language: Language::Nl,
        answers: json!({
            "behaviour_kinds": ["verbal", "threat"],
            "contact_mode": "none",
            "short_story": "Een man schreeuwde tegen mij aan de balie. ".repeat(20),
        }),
        names: json!({}),
        countable: json!({"behaviour_kinds": ["verbal", "threat"]}),
        recipient: "coordinator".parse().expect("code"),
    }
}

fn submit(store: &Store) {
    store.submit(&report()).expect("submit");
}

/// One file of the size of a sealed report, as durable as a program can make it.
fn bare_file(root: &Path, folder: &str, name: &str) {
    let folder = root.join(folder);
    let new = !folder.is_dir();
    if new {
        fs::create_dir_all(&folder).expect("folder");
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .open(folder.join(name))
        .expect("file");
    file.write_all(&[b'x'; 4096]).expect("write");
    file.sync_all().expect("fsync");
    File::open(&folder)
        .and_then(|folder| folder.sync_all())
        .expect("fsync");
    if new {
        File::open(root)
            .and_then(|root| root.sync_all())
            .expect("fsync");
    }
}

fn rate(count: usize, each: impl Fn(usize)) -> f64 {
    each(usize::MAX);
    // Keys are made ahead while nobody reports; let that be so here too.
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    for number in 0..count {
        each(number);
    }
    count as f64 / start.elapsed().as_secs_f64()
}

fn rate_together(count: usize, each: impl Fn() + Sync) -> f64 {
    let count = count / TOGETHER * TOGETHER;
    each();
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| (0..count / TOGETHER).for_each(|_| each()));
        }
    });
    count as f64 / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Returns the memory of this process now and at most, in MiB.
fn memory() -> (f64, f64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let read = |key: &str| {
        let line = status.lines().find(|line| line.starts_with(key));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        kib.unwrap_or_default() / 1024.0
    };
    (read("VmRSS:"), read("VmHWM:"))
}
