//! Submissions, as a user sees them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use meldwijzer::clock::FixedClock;
use meldwijzer::durable::Folder;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, RECOVERY_SECRET};
use meldwijzer::report::retention::Period;
use meldwijzer::report::store::{Store, StoreSettings, Surroundings};
use meldwijzer::report::submissions::NewSubmission;
use serde_json::json;
use tempfile::TempDir;

use super::{ADVISER_PASSPHRASE, add_adviser, check, overwrite, program, said};

/// Makes a portal with a confidential adviser, a recovery key and two submissions; returns the id of the
/// adviser too.
fn portal() -> (TempDir, String) {
    let root = TempDir::new().unwrap();
    let data = root.path().join("data");
    fs::create_dir(&data).unwrap();
    let storage = Folder::new(&data, 0);
    people::make_recovery_key(&storage, "").unwrap();
    fs::rename(data.join(RECOVERY_SECRET), root.path().join("key")).unwrap();
    let now = "2026-11-20T15:04:05Z".parse().unwrap();
    let vera = add_adviser(&storage, now);
    let file = root.path().join("passphrase");
    overwrite(&file, ADVISER_PASSPHRASE);
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let around = Surroundings {
        clock: Arc::new(FixedClock(now)),
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    };
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let store = Store::open(&data, around, settings).unwrap().0;
    for (key, form, days) in [("1", "bel-mij", 14), ("2", "verhaal", 90)] {
        let new = NewSubmission {
            key: key.repeat(32).parse().unwrap(),
            form: form.parse().unwrap(),
            version: 1,
            language: Language::Nl,
            answers: json!({"whom": "confidential_adviser", "caller_name": "Robin\u{1b}[2J", "suitable_time": "na vieren", "adviser": "samira-bakker"}),
            counted: [].into(),
            to: vec!["confidential_adviser".parse().unwrap()],
            keep: Period::Days(days),
            withdrawable: false,
        };
        store.take_in(&new).unwrap();
    }
    (root, vera)
}

#[test]
fn submissions_are_listed_without_a_key() {
    let (root, _) = portal();
    check(
        root.path(),
        "submissions list",
        0,
        "
NUMMER       FORMULIER  ONTVANGEN   BEWAARD TOT EN MET  VOOR
2FG4Z-0CC0A  bel-mij    2026-11-20  2026-12-04          vertrouwenspersoon
SAZW7-QAHCP  verhaal    2026-11-20  2027-02-18          vertrouwenspersoon
",
    );
    check(
        root.path(),
        "submissions list --form werkoverleg",
        0,
        "Er zijn geen inzendingen.\n",
    );
}

#[test]
fn a_submission_is_shown_and_removed_by_whom_it_was_sent_to() {
    let (root, vera) = portal();
    check(
        root.path(),
        "submissions show 2FG4Z-0CC0A",
        2,
        "
fout[cli-who-opens]: Er staat niet bij wie dit opent.
  = hulp: Zet er --as KENMERK achter, of --key BESTAND.
",
    );
    check(
        root.path(),
        "submissions show 00000-00000 --key key",
        1,
        "
fout[submission-missing]: Er is geen inzending met nummer 00000-00000.
  = hulp: Typ meldwijzer submissions list om alle inzendingen te zien. Na de laatste dag wordt een inzending gewist.
",
    );
    let shown = "
Inzending:  2FG4Z-0CC0A
Formulier:  bel-mij, versie 1
Ontvangen:  2026-11-20
Bewaard:    tot en met 2026-12-04
Voor:       vertrouwenspersoon

Antwoorden
  Wie belt: De vertrouwenspersoon
  Vertrouwenspersoon: samira-bakker
  Naam: Robin\u{fffd}[2J
  Telefoonnummer: -
  Tijd: na vieren
";
    let by_vera = format!("--as {vera} --passphrase-file passphrase");
    check(
        root.path(),
        &format!("submissions show 2FG4Z-0CC0A {by_vera}"),
        0,
        shown,
    );
    check(
        root.path(),
        "submissions show 2FG4Z-0CC0A --key key",
        0,
        shown,
    );
    check(
        root.path(),
        &format!("submissions remove 2FG4Z-0CC0A {by_vera}"),
        0,
        "De inzending 2FG4Z-0CC0A is gewist.\n",
    );
    check(
        root.path(),
        "submissions show 2FG4Z-0CC0A --key key",
        1,
        "
fout[submission-over]: Van inzending 2FG4Z-0CC0A is niets meer over.
  = hulp: Wie hem stuurde, nam hem terug, of een collega heeft hem afgehandeld. Typ meldwijzer submissions list om het te zien.
",
    );
}

#[test]
fn people_stand_in_answers_with_their_names() {
    let (root, _) = portal();
    let settings = |contacts: &str| {
        let text = format!("title: Veilig\norganisation: Voorbeeldstad\n{contacts}");
        overwrite(&root.path().join("site.yaml"), &text);
        let output = program(root.path())
            .args(["submissions", "show", "2FG4Z-0CC0A", "--key", "key"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    };
    let shown = settings(
        "contacts:\n  - { name: Samira Bakker, id: samira-bakker, role: confidential_adviser }\n",
    );
    assert!(
        shown.contains("  Vertrouwenspersoon: Samira Bakker\n"),
        "{shown}"
    );
    // Who is no contact any more has no name that is known here, and settings with a mistake hide nothing.
    for settings_now in ["", "contacts: lang\n"] {
        let shown = settings(settings_now);
        assert!(shown.contains("samira-bakker"), "{shown}");
    }
}

#[test]
fn a_damaged_submission_is_told_by_every_check() {
    let (root, _) = portal();
    let path = root
        .path()
        .join("data/submissions/bel-mij/2FG4Z0CC0A-00001.json");
    overwrite(&path, "{ \"half\": ");
    for command in [
        "reports verify",
        "reports restore-check data",
        "submissions list",
    ] {
        let output = program(root.path())
            .args(command.split_whitespace())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(
            said(&output).contains("fout[submission-not-whole]"),
            "{command}"
        );
        let counted = said(&output).contains("Beschadigd: 1 inzending.");
        assert_eq!(counted, command.starts_with("reports"), "{}", said(&output));
    }
}
