//! Keeping, erasing, exporting and checking, as a user does it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use meldwijzer::clock::FixedClock;
use meldwijzer::durable::Folder;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::acts::Act;
use meldwijzer::report::event::{Actor, Body};
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, RECOVERY_SECRET};
use meldwijzer::report::retention::Period;
use meldwijzer::report::store::{NewReport, Store, StoreSettings, Surroundings};
use meldwijzer::report::submissions::NewSubmission;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{add_adviser, check, overwrite, program, said};

const KEEP: &str = "
keep:
  names: { months: 12 }
  not_registered: { months: 12 }
  registered: { years: 5 }
  withdrawn: { days: 30 }
";

/// Makes a portal with a recovery key, a case that was withdrawn years ago and one that is open since.
fn portal(keep: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    settings(root.path(), keep);
    let data = root.path().join("data");
    fs::create_dir(&data).unwrap();
    people::make_recovery_key(&Folder::new(&data, 0), "").unwrap();
    fs::rename(data.join(RECOVERY_SECRET), root.path().join("key")).unwrap();
    let store = store(root.path());
    let withdrawn = store.submit(&report("1")).unwrap();
    let opened = store
        .open_with_receipt(&withdrawn.receipt.unwrap().to_string())
        .unwrap();
    let withdraw = Act {
        action: "withdraw".parse().unwrap(),
        actor: Actor::REPORTER,
        body: Body::default(),
        files: Vec::new(),
        submission_key: None,
    };
    store.record(&opened, &withdraw).unwrap();
    store.submit(&report("2")).unwrap();
    root
}

fn settings(root: &Path, keep: &str) {
    let text = format!("title: Veilig\norganisation: Gemeente\n{keep}");
    overwrite(&root.join("site.yaml"), &text);
}

fn store(root: &Path) -> Store {
    let now: Timestamp = "2020-11-20T15:04:05Z".parse().unwrap();
    let around = Surroundings {
        clock: Arc::new(FixedClock(now)),
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    };
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    Store::open(&root.join("data"), around, settings).unwrap().0
}

fn report(key: &str) -> NewReport {
    NewReport {
        submission_key: key.repeat(32).parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers: json!({"story": "zo ging het"}),
        names: json!({"phone": "0612345678"}),
        countable: json!({}),
        recipient: "coordinator".parse().unwrap(),
    }
}

/// Returns what the program prints, which must be JSON.
fn printed(root: &Path, arguments: &str) -> Value {
    let output = program(root)
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

const HELD: &str = "
Deze zaak is nog open en blijft staan, hoewel er al zo lang niets aan is veranderd:
  5HKR8-KPTMH
";

const TABLE: &str = "
ZAAK         WAT                AFGEROND OP  BEWAARD TOT EN MET
D7PDM-J7KR6  zaak, ingetrokken  2020-11-20   2020-12-20
";

#[test]
fn what_would_go_is_shown_and_then_it_goes() {
    let root = portal(KEEP);

    let (table, held) = (TABLE.trim_start(), HELD.trim_start());
    let before = files(root.path());
    let would = format!("Er zou 1 keer iets worden gewist.\n{table}{held}");
    check(root.path(), "reports purge --dry-run", 0, &would);
    assert_eq!(files(root.path()), before);

    let erased = format!("1 keer iets gewist.\n{table}{held}");
    check(root.path(), "reports purge", 0, &erased);
    let nothing = format!("Er is niets om te wissen.\n{held}");
    check(root.path(), "reports purge", 0, &nothing);
    let left = fs::read_dir(root.path().join("data/reports/D7PDMJ7KR6")).unwrap();
    assert_eq!(left.count(), 1);
    let records = fs::read_dir(root.path().join("data/statistics/2020")).unwrap();
    assert_eq!(records.count(), 1);
}

#[test]
fn submissions_whose_last_day_is_over_go_too() {
    let root = portal("");
    let now = "2020-11-20T15:04:05Z".parse().unwrap();
    add_adviser(&Folder::new(&root.path().join("data"), 0), now);
    let store = store(root.path());
    for (key, keep) in [("3", Period::Days(14)), ("4", Period::Years(900))] {
        let new = NewSubmission {
            key: key.repeat(32).parse().unwrap(),
            form: "bel-mij".parse().unwrap(),
            version: 1,
            language: Language::Nl,
            answers: json!({}),
            counted: [].into(),
            to: vec!["confidential_adviser".parse().unwrap()],
            keep,
            withdrawable: false,
        };
        store.take_in(&new).unwrap();
    }
    drop(store);
    let printed = |command: &str| {
        let command = command.split_whitespace();
        let output = program(root.path()).args(command).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let before = files(root.path());
    let would = printed("reports purge --dry-run");
    assert_eq!(files(root.path()), before);
    let (count, table) = would.split_once('\n').unwrap();
    assert_eq!(count, "Er zou 1 inzending worden gewist.");
    let row = table.lines().nth(1).unwrap();
    assert!(row.ends_with("  bel-mij    2020-12-04"), "{would}");
    assert_eq!(
        printed("reports purge"),
        format!("1 inzending gewist.\n{table}")
    );
    assert_eq!(printed("reports purge"), "Er is niets om te wissen.\n");
    let left = fs::read_dir(root.path().join("data/submissions/bel-mij")).unwrap();
    assert_eq!(left.count(), 1);
}

#[test]
fn without_times_nothing_goes_and_with_mistakes_nothing_either() {
    let root = portal("");
    check(
        root.path(),
        "reports purge",
        0,
        "
Er is niets om te wissen.
waarschuwing[report-keep-not-set]: In site.yaml staat niet hoe lang we dit bewaren: names, not_registered, registered, withdrawn. Zolang dat er niet staat, wordt het nooit gewist.
  = hulp: Er is geen wet die dit voor iedereen regelt. Laat je organisatie kiezen, en schrijf het onder keep.
",
    );
    settings(
        root.path(),
        "keep:\n  withdrawn: { days: 30 }\n  registered: lang\n",
    );
    let before = files(root.path());
    let output = program(root.path())
        .args(["reports", "purge"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(files(root.path()), before);
}

#[test]
fn beside_a_running_portal_nobody_erases_but_anybody_can_look() {
    let root = portal(KEEP);
    let _running = store(root.path());
    check(
        root.path(),
        "reports purge",
        3,
        "
fout[cli-purge-in-use]: Het portaal draait en gebruikt deze map: ./data/lock
  = hulp: Je hoeft niets te doen: het portaal wist zelf, als het start en elke dag om vier uur. Wil je alleen kijken? Zet --dry-run erachter.
",
    );
    let looked = program(root.path())
        .args(["reports", "purge", "--dry-run"])
        .output()
        .unwrap();
    assert_eq!(looked.status.code(), Some(0));
}

#[test]
fn a_portal_erases_by_itself_when_it_starts_and_logs_numbers_only() {
    let root = portal(KEEP);
    fs::create_dir(root.path().join("content")).unwrap();
    overwrite(
        &root.path().join("content/index.md"),
        "---\ntitle: Veilig\nkind: home\n---\nWelkom.\n",
    );
    let mut portal = program(root.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(portal.stderr.take().unwrap()).lines();
    let mut log = log.map_while(Result::ok);
    let line = log.find(|line| line.contains("dagelijks werk")).unwrap();
    assert!(
        line.contains("1 zaken gewist") && line.contains("0 mislukt"),
        "{line}"
    );
    let term = Command::new("kill")
        .args(["-TERM", &portal.id().to_string()])
        .status()
        .unwrap();
    assert!(term.success());
    let rest: Vec<String> = log.collect();
    assert_eq!(portal.wait().unwrap().code(), Some(0), "{rest:?}");
    for line in rest.iter().chain([&line]) {
        assert!(!line.contains("D7PDM") && !line.contains("5HKR8"), "{line}");
    }
    assert!(
        !root
            .path()
            .join("data/reports/D7PDMJ7KR6/00001.json")
            .exists()
    );
}

#[test]
fn an_export_is_sealed_or_says_who_opened_it() {
    let root = portal(KEEP);
    let sealed = printed(root.path(), "reports export");
    assert_eq!(sealed["cases"].as_array().unwrap().len(), 2);
    let text = sealed.to_string();
    assert!(!text.contains("zo ging het") && !text.contains("0612345678"));

    let opened = printed(root.path(), "reports export D7PDM-J7KR6 --key key");
    let case = &opened["cases"][0]["opened"];
    assert_eq!(
        case["answers"],
        json!({"story": "zo ging het", "phone": "0612345678"})
    );
    let last = case["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "case_opened");
    assert_eq!(last["actor"]["role"], "recovery_holder");
    let events = &printed(root.path(), "reports export D7PDM-J7KR6")["cases"][0]["events"];
    assert_eq!(
        events.as_array().unwrap().last().unwrap()["kind"],
        "case_opened"
    );
}

#[test]
fn an_export_that_cannot_be_written_down_opens_nothing() {
    let root = portal(KEEP);
    let folder = root.path().join("data/reports/D7PDMJ7KR6");
    // The number of the next event is taken by something that is none.
    fs::create_dir(folder.join("00003.json")).unwrap();
    let output = program(root.path())
        .args(["reports", "export", "D7PDM-J7KR6", "--key", "key"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("zo ging het"), "{}", said(&output));
}

#[test]
fn a_key_that_is_none_or_another_is_told() {
    let root = portal(KEEP);
    overwrite(&root.path().join("no-key"), "# niets\n");
    check(
        root.path(),
        "reports verify --key no-key",
        1,
        "
fout[cli-not-a-key]: In dit bestand staat geen sleutel: no-key
  = hulp: Kies het bestand met de herstelsleutel. De sleutel begint met AGE-SECRET-KEY-1.
",
    );
    let output = program(root.path())
        .args(["reports", "verify", "--key", "key"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("Met deze sleutel gingen 2 zaken open."));
}

#[test]
fn a_copy_is_whole_or_says_what_it_lacks() {
    let root = portal(KEEP);
    let copied = Command::new("cp")
        .args(["-r", "data", "copy"])
        .current_dir(root.path())
        .status()
        .unwrap();
    assert!(copied.success());
    overwrite(
        &root.path().join("copy/reports/D7PDMJ7KR6/.writing-1-1"),
        "x",
    );
    fs::remove_file(root.path().join("copy/recovery.pub")).unwrap();
    fs::remove_file(root.path().join("copy/reports/5HKR8KPTMH/names/00001.age")).unwrap();
    check(
        root.path(),
        "reports restore-check copy",
        1,
        "
Nagekeken in copy: 2 zaken, 0 gewist, 3 gebeurtenissen, 1 bijlage of bestand met namen, 0 inzendingen, 0 personen met een sleutel.
De laatste gebeurtenis is van 2020-11-20 16:04.
Er staat 1 bestand dat nog werd geschreven toen de kopie werd gemaakt. Dat kan geen kwaad: er was nog niets van bevestigd.

fout[report-missing]: Dit bestand ontbreekt, en er zijn latere bestanden.
 --> reports/5HKR8KPTMH/names/00001.age
  = hulp: Zet het bestand terug uit een back-up.

waarschuwing[cli-restore-no-recovery]: In deze kopie staat geen herstelsleutel (recovery.pub).
  = hulp: Met deze kopie kan het portaal wel starten, maar nieuwe meldingen gaan met je oude herstelsleutel niet open. Kopieer de hele map.

waarschuwing[cli-restore-no-people]: In deze kopie staat niemand die meldingen kan openen (people).
  = hulp: Klopt dat niet? Kopieer dan de hele map. Klopt het wel? Voeg mensen toe.

1 fout, 2 waarschuwingen
Beschadigd: 1 zaak.
",
    );
}

#[test]
fn schemas_are_listed_and_a_wrong_name_is_told() {
    let root = portal(KEEP);
    check(
        root.path(),
        "reports schema",
        0,
        "event\ncontents\nsubmission\nsubmission-contents\nperson\nstatistics\nincident\nbel-mij\nfeedback\npeiling\nverhaal\nwerkoverleg\n",
    );
    check(
        root.path(),
        "reports schema incidnt",
        2,
        "
fout[cli-no-such-schema]: We kennen geen schema incidnt.
  = hulp: Je kunt kiezen uit: event, contents, submission, submission-contents, person, statistics, incident, bel-mij, feedback, peiling, verhaal, werkoverleg.
",
    );
}
