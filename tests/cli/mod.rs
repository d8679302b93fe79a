//! The built program, as a user calls it.

mod build;
mod check;
mod check_baseline;
mod check_elsewhere;
mod check_fix;
mod check_formats;
mod contacts;
mod elsewhere;
mod explain;
mod handling;
mod init;
mod keeping;
mod link;
mod renewal;
mod submissions;
mod tools;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use meldwijzer::clock::FixedClock;
use meldwijzer::durable::Folder;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::event::Role;
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, NewPerson};
use meldwijzer::report::store::{NewReport, Store, StoreSettings, Surroundings};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Returns the program, without anything of this machine's user in its environment.
fn program(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meldwijzer"));
    command.env_clear().current_dir(root);
    command
}

/// Compares what the program says with what it should say, after `$ `, the exit code and, where they
/// are not empty, both outputs.
fn check(root: &Path, arguments: &str, code: i32, expected: &str) {
    let output = program(root)
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert_eq!(
        said(&output),
        expected.trim_start_matches('\n'),
        "{arguments}"
    );
    assert_eq!(output.status.code(), Some(code), "{arguments}");
}

fn said(output: &Output) -> String {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let err = String::from_utf8(output.stderr.clone()).unwrap();
    format!("{out}{err}")
}

/// The passphrase of the confidential adviser in tests.
const ADVISER_PASSPHRASE: &str = "een lange zin van mij";

/// Adds a confidential adviser who chose a passphrase, and returns their id.
fn add_adviser(storage: &Folder, now: Timestamp) -> String {
    let vera = NewPerson {
        name: "Vera".to_owned(),
        roles: vec![Role::ConfidentialAdviser],
        units: Vec::new(),
    };
    let (vera, code) = people::add(storage, vera, now, &SystemRandomness).unwrap();
    let (code, chosen) = (code.to_string(), ADVISER_PASSPHRASE);
    people::choose_passphrase(storage, &vera, &code, chosen, now, &SystemRandomness).unwrap();
    vera.id.to_string()
}

/// Makes a portal with two reports, one of which is long overdue, and returns the numbers of their cases.
fn portal() -> (TempDir, Vec<String>) {
    let root = TempDir::new().unwrap();
    let report = |key: &str, answers: Value| NewReport {
        submission_key: key.repeat(32).parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers,
        names: json!({}),
        countable: json!({}),
        recipient: "coordinator".parse().unwrap(),
    };
    let reports = [
        (
            "2020-11-20T15:04:05Z",
            report("1", json!({"kinds": ["verbal", "threat"]})),
        ),
        (
            "2999-11-21T08:00:00Z",
            report("2", json!({"story": "eerst dit\ntoen \u{1b}[2J\u{9b}dat"})),
        ),
        (
            "2999-11-21T08:05:00Z",
            report("2", json!({"story": "eerst dit\ntoen \u{1b}[2J\u{9b}dat!"})),
        ),
    ];
    let mut cases = Vec::new();
    for (now, report) in reports {
        let now: Timestamp = now.parse().unwrap();
        let settings = StoreSettings {
            least_free_bytes: 0,
        };
        let around = Surroundings {
            clock: Arc::new(FixedClock(now)),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
        };
        let (store, findings) = Store::open(&root.path().join("data"), around, settings).unwrap();
        assert_eq!(findings, []);
        cases.push(store.submit(&report).unwrap().case.to_string());
    }
    cases.dedup();
    (root, cases)
}

fn event_file(root: &TempDir, case: &str, file: &str) -> std::path::PathBuf {
    root.path()
        .join("data/reports")
        .join(case.replace('-', ""))
        .join(file)
}

/// Changes a file in place, as a failing disk or a curious person does.
fn overwrite(path: &Path, text: &str) {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn reports_are_listed_with_what_is_due_first_and_whether_it_is_late() {
    let (root, cases) = portal();
    assert_eq!(cases, ["D7PDM-J7KR6", "5HKR8-KPTMH"]);
    check(
        root.path(),
        "reports list",
        0,
        "
ZAAK         ONTVANGEN         STATUS  EERST NODIG     UITERLIJK           VOOR
D7PDM-J7KR6  2020-11-20 16:04  Gemeld  Eerste contact  2020-11-20 te laat  coördinator
5HKR8-KPTMH  2999-11-21 09:00  Gemeld  Eerste contact  2999-11-21          coördinator
",
    );
    let output = program(root.path())
        .args(["reports", "list", "--json"])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["cases"].as_array().unwrap().len(), 2);
    assert_eq!(list["cases"][0]["case"], "D7PDM-J7KR6");
    assert_eq!(list["cases"][0]["due"][0]["clock"], "first_support");
    assert_eq!(list["cases"][0]["due"][0]["overdue"], true);
    assert_eq!(list["cases"][1]["due"][0]["overdue"], false);
    assert_eq!(list["damaged"], json!([]));
    assert!(!list.to_string().contains("verbal"));
}

#[test]
fn without_a_key_only_the_cover_of_a_report_is_shown() {
    let (root, _) = portal();
    let output = program(root.path())
        .args("--root . reports --data data show 5hkr8kptmh".split(' '))
        .output()
        .unwrap();
    let shown = said(&output);
    assert!(!shown.contains("eerst dit"), "{shown}");
    let start = shown.find("Wat er gemeld is").unwrap();
    assert_eq!(
        shown[..shown.find("\n\n").unwrap()],
        "
Zaak:       5HKR8-KPTMH
Ontvangen:  2999-11-21 09:00
Status:     Gemeld (sinds 2999-11-21 09:00)
Voor:       coördinator
Formulier:  incident, versie 1"[1..]
    );
    assert_eq!(
        shown[start..],
        "
Wat er gemeld is, is verzegeld
  Geen van de behandelaars kan het openen.
  Zo open je het (de melder ziet dat je het opende):
    meldwijzer reports show 5HKR8-KPTMH --as KENMERK
    meldwijzer reports show 5HKR8-KPTMH --key BESTAND-MET-HERSTELSLEUTEL
  Doe dat voordat je belt of mailt: wie geen contact wil, zegt dat in de antwoorden.

Wat er gebeurde
    1  2999-11-21 09:00  melding ontvangen – melder
    2  2999-11-21 09:05  melding aangevuld door de melder – melder
"[1..]
    );
    let output = program(root.path())
        .args(["reports", "show", "5HKR8-KPTMH", "--json"])
        .output()
        .unwrap();
    let case: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(case["progress"]["status"], "submitted");
    assert_eq!(case["answers"], Value::Null);
}

#[test]
fn whole_reports_are_said_to_be_whole() {
    let (root, _) = portal();
    check(
        root.path(),
        "reports verify",
        0,
        "
Nagekeken in ./data: 2 zaken, 0 gewist, 3 gebeurtenissen, 0 bijlagen en bestanden met namen, 0 inzendingen, 0 personen met een sleutel.
Per zaak: of elk bestand leesbaar is en op zijn plaats staat, of er geen ontbreekt, of elke gebeurtenis aansluit op de vorige, en of elke bijlage nog precies hetzelfde is.
Wat we niet kunnen zien: of de laatste gebeurtenissen van een zaak zijn weggehaald of een hele zaak weg is, en of iemand die in deze map mag schrijven er een gebeurtenis bij heeft gezet. Vergelijk daarvoor met een oudere kopie.
Alles is heel.
",
    );
}

#[test]
fn damage_is_told_and_hides_nothing() {
    let (root, cases) = portal();
    let first = event_file(&root, &cases[1], "00001.json");
    let text = fs::read_to_string(&first).unwrap();
    overwrite(&first, &text.replace("coordinator", "coordinatos"));
    overwrite(&event_file(&root, &cases[0], "notes.txt"), "x");
    check(
        root.path(),
        "reports verify",
        1,
        "
Nagekeken in ./data: 2 zaken, 0 gewist, 3 gebeurtenissen, 0 bijlagen en bestanden met namen, 0 inzendingen, 0 personen met een sleutel.
Per zaak: of elk bestand leesbaar is en op zijn plaats staat, of er geen ontbreekt, of elke gebeurtenis aansluit op de vorige, en of elke bijlage nog precies hetzelfde is.
Wat we niet kunnen zien: of de laatste gebeurtenissen van een zaak zijn weggehaald of een hele zaak weg is, en of iemand die in deze map mag schrijven er een gebeurtenis bij heeft gezet. Vergelijk daarvoor met een oudere kopie.

fout[report-broken-chain]: Dit bestand sluit niet aan op het bestand ervoor.
 --> reports/5HKR8KPTMH/00002.json
  = hulp: Een van de twee is veranderd. Zet de zaak terug uit een back-up.

waarschuwing[report-foreign]: Dit heeft meldwijzer hier niet neergezet.
 --> reports/D7PDMJ7KR6/notes.txt
  = hulp: Kijk wat het is, en haal het weg als niemand het nodig heeft.

1 fout, 1 waarschuwing
Beschadigd: 1 zaak.
",
    );
    check(
        root.path(),
        "reports list",
        1,
        "
ZAAK         ONTVANGEN         STATUS  EERST NODIG     UITERLIJK           VOOR
D7PDM-J7KR6  2020-11-20 16:04  Gemeld  Eerste contact  2020-11-20 te laat  coördinator

Beschadigd (typ meldwijzer reports verify voor uitleg):
  5HKR8-KPTMH
",
    );
    check(
        root.path(),
        "reports show 5HKR8-KPTMH",
        1,
        "
fout[report-broken-chain]: Dit bestand sluit niet aan op het bestand ervoor.
 --> reports/5HKR8KPTMH/00002.json
  = hulp: Een van de twee is veranderd. Zet de zaak terug uit een back-up.

fout[cli-case-damaged]: De zaak 5HKR8-KPTMH is beschadigd en kan niet worden getoond.
  = hulp: Laat de bestanden staan zoals ze zijn. Zet de zaak terug uit een back-up.

2 fouten
",
    );
}

#[test]
fn a_life_cycle_of_ones_own_is_used_where_it_is_sound_and_its_mistakes_are_told() {
    let root = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .unwrap();
    };
    write(
        "site.yaml",
        "title: Veilig werken\norganisation: Voorbeeldstad\n",
    );
    write(
        "content/index.md",
        "---\ntitle: Thuis\nkind: home\n---\nHallo.\n",
    );
    let shipped = meldwijzer::report::lifecycle::Lifecycle::shipped();
    let spoilt = shipped.text().replace(
        "by: [reporter, affected_employee]\n    from: [submitted, acknowledged, in_progress, closed, reopened]\n    when: { registration:",
        "by: [manager]\n    from: [submitted, acknowledged, in_progress, closed, reopened]\n    when: { registration:",
    );
    let build = || program(root.path()).arg("build").output().unwrap();
    write("forms/lifecycle.yaml", &spoilt);
    let output = build();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.starts_with("fout[lifecycle-registration-theirs]: Met decide_registration"),
        "{told}"
    );
    assert!(told.contains("--> forms/lifecycle.yaml:"), "{told}");

    write(
        "forms/lifecycle.yaml",
        &shipped.text().replace("hours: 72", "hours: 48"),
    );
    let output = build();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    // The forms are those of the program still: the file beside them is no form.
    assert!(told.contains("/melden/"), "{told}");
    assert!(!told.contains("lifecycle"), "{told}");
}

#[test]
fn mistakes_of_the_user_have_their_exit_codes() {
    let (root, _) = portal();
    check(
        root.path(),
        "reports show 7K3QX-9M2PD",
        1,
        "
fout[cli-no-such-case]: Er is geen zaak met nummer 7K3QX-9M2PD.
  = hulp: Typ meldwijzer reports list om alle zaken te zien.
",
    );
    check(
        root.path(),
        "reports show uuuuu",
        2,
        "
fout[cli-not-a-case]: Dit is geen nummer van een zaak of inzending: uuuuu
  = hulp: Zo'n nummer heeft tien letters en cijfers, bijvoorbeeld 7K3QX-9M2PD.
",
    );
    check(
        root.path(),
        "reports list --data nergens",
        3,
        "
fout[cli-no-data-folder]: Deze map is geen map met meldingen, of bestaat niet: nergens
  = hulp: Kijk of de naam klopt. Zijn er nog geen meldingen, dan is de map er nog niet.
",
    );
}

#[test]
fn one_mistake_in_a_form_is_told_alone_and_not_at_every_link_to_it() {
    let root = TempDir::new().unwrap();
    overwrite(
        &root.path().join("site.yaml"),
        "title: Veilig\norganisation: Voorbeeldstad\n",
    );
    let page = "---\ntitle: Thuis\nkind: home\n---\n[Meld](/melden/), [volg](/melden/volgen/), [weg](/mellden/)\n";
    let form = "address: melden\nversion: een\n";
    for (file, text) in [("content/index.md", page), ("forms/melding.yaml", form)] {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        overwrite(&path, text);
    }
    let output = program(root.path()).arg("build").output().unwrap();
    let said = said(&output);
    assert!(said.contains("[yaml-expected-number]"), "{said}");
    assert_eq!(said.matches("[link-dead").count(), 1, "{said}");
}

#[test]
fn an_english_terminal_gets_english() {
    let (root, _) = portal();
    for (variable, locale, expected) in [
        ("LANG", "en_GB.UTF-8", "CASE  "),
        ("LC_ALL", "en_US", "CASE  "),
        ("LANG", "nl_NL.UTF-8", "ZAAK  "),
        ("LANG", "C", "ZAAK  "),
    ] {
        let output = program(root.path())
            .args(["reports", "list"])
            .env(variable, locale)
            .output()
            .unwrap();
        assert!(said(&output).starts_with(expected), "{variable}={locale}");
    }
}

#[test]
fn nobody_reading_is_quiet_and_nowhere_to_write_is_told() {
    let (root, _) = portal();
    let mut child = program(root.path())
        .args(["reports", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));

    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program(root.path())
        .args(["reports", "list"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).starts_with("fout[cli-output-failed]"));
}
