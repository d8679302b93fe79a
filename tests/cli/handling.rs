//! Handling reports from the command line, beside a portal that runs.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use meldwijzer::clock::FixedClock;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::acts::Act;
use meldwijzer::report::details::NewDetails;
use meldwijzer::report::event::{Actor, Body, FileNote, Role};
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::receipt::ReceiptCode;
use meldwijzer::report::store::{NewReport, Store, StoreSettings, Surroundings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{check, overwrite, program, said};

const PASSPHRASE: &str = "vier woorden die kloppen";

/// An answer that would clear the screen and write over it.
const HOSTILE: &str = "hij riep\n\u{1b}[2J\u{9b}2J\u{202e}iets";

/// A portal with people.
struct Office {
    root: TempDir,
}

/// Somebody who was added.
struct Added {
    id: String,
    code: String,
}

impl Office {
    fn new() -> Office {
        Office {
            root: TempDir::new().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    /// Adds somebody who has yet to choose a passphrase.
    fn invite(&self, name: &str, roles: &[&str]) -> Added {
        let output = program(self.path())
            .args(["people", "add", "--name", name, "--role"])
            .args(roles)
            .output()
            .unwrap();
        let told = said(&output);
        assert_eq!(output.status.code(), Some(0), "{told}");
        added(&told)
    }

    /// Adds somebody with the passphrase of all in these tests, and returns their id.
    fn add(&self, name: &str, roles: &[&str]) -> String {
        let Added { id, code } = self.invite(name, roles);
        self.choose_passphrase(&id, &code);
        id
    }

    fn choose_passphrase(&self, id: &str, code: &str) {
        let (told, exit) = self.typing(
            &format!("people passphrase {id}"),
            &format!("{code}\n{PASSPHRASE}\n"),
        );
        assert_eq!(exit, Some(0), "{told}");
    }

    /// Runs the program with these passphrases on its standard input.
    fn typing(&self, arguments: &str, passphrases: &str) -> (String, Option<i32>) {
        let mut child = program(self.path())
            .args(arguments.split_whitespace())
            .args(["--passphrase-file", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        // A program that has its answer already reads no passphrase.
        let _ = input.write_all(passphrases.as_bytes());
        drop(input);
        let output = child.wait_with_output().unwrap();
        (said(&output), output.status.code())
    }

    /// Runs the program as somebody with the passphrase of these tests, and compares what it says.
    fn check(&self, arguments: &str, code: i32, expected: &str) {
        let (told, exit) = self.typing(arguments, &format!("{PASSPHRASE}\n"));
        assert_eq!(told, expected.trim_start_matches('\n'), "{arguments}");
        assert_eq!(exit, Some(code), "{arguments}");
    }

    fn store(&self) -> Store {
        self.store_at("2020-11-20T15:04:05Z")
    }

    fn store_at(&self, moment: &str) -> Store {
        let around = Surroundings {
            clock: Arc::new(FixedClock(moment.parse().unwrap())),
            randomness: Arc::new(SystemRandomness),
            lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
        };
        let settings = StoreSettings {
            least_free_bytes: 0,
        };
        Store::beside(&self.path().join("data"), around, settings).unwrap()
    }

    /// Sends a report, and returns the number of its case.
    fn report(&self) -> String {
        self.store().submit(&report()).unwrap().case.to_string()
    }

    fn events(&self, case: &str) -> usize {
        let folder = self.path().join("data/reports").join(case.replace('-', ""));
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".json")).count()
    }
}

fn report() -> NewReport {
    NewReport {
        submission_key: "1".repeat(32).parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers: json!({"behaviour_kinds": ["verbal"], "short_story": HOSTILE}),
        names: json!({"phone": "0612345678"}),
        countable: json!({}),
        recipient: "coordinator".parse().unwrap(),
    }
}

#[test]
fn the_second_part_is_shown_below_the_first() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let store = office.store();
    let submitted = store.submit(&report()).unwrap();
    let code = submitted.receipt.unwrap().to_string();
    let details = NewDetails {
        key: "2".repeat(32).parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 3,
        language: Language::Nl,
        answers: json!({"literal_words": HOSTILE}),
        names: json!({"witness": "Jan de Wit"}),
        countable: json!({}),
    };
    let opened = store.open_with_receipt(&code).unwrap();
    store.give_details(&opened, &details).unwrap();
    let case = submitted.case;
    let (shown, exit) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    assert_eq!(exit, Some(0), "{shown}");
    let (_, details) = shown.split_once("\n\nTweede deel ").unwrap();
    let (details, history) = details.split_once("\n\nWat er gebeurde\n").unwrap();
    assert_eq!(
        details,
        "(ingevuld op 2020-11-20 16:04, versie 3)
  Letterlijke woorden:
    hij riep
    \u{fffd}[2J\u{fffd}2J\u{fffd}iets
  witness: Jan de Wit"
    );
    let told = "tweede deel ingevuld door de melder – melder";
    assert!(history.contains(told), "{history}");
    let (json, _) = office.typing(
        &format!("reports show {case} --as {anna} --json"),
        PASSPHRASE,
    );
    let opened: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(opened["answers"]["witness"], "Jan de Wit");
    assert_eq!(opened["details"]["form"]["version"], 3);
    assert_eq!(opened["form"]["version"], 1);
}

#[test]
fn a_reporter_who_wants_no_contact_is_not_called() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let of = |key: &str, mode: &str| NewReport {
        submission_key: key.repeat(32).parse().unwrap(),
        answers: json!({"behaviour_kinds": ["verbal"], "contact_mode": mode}),
        ..report()
    };
    let store = office.store();
    let quiet = store.submit(&of("1", "none")).unwrap().case;
    let other = store.submit(&of("2", "call")).unwrap().case;
    let notice = "Deze melder wil geen contact: bel en mail niet. Schrijf een bericht (send_message); \
                  de melder leest dat met de code.\n";
    let by_message = "Eerste contact (bied het aan in een bericht: niet bellen, niet mailen)";
    let run = |command: &str| {
        let (told, exit) = office.typing(&format!("{command} --as {anna}"), PASSPHRASE);
        assert_eq!(exit, Some(0), "{told}");
        told
    };

    let shown = run(&format!("reports show {quiet}"));
    assert!(
        shown.starts_with(&format!("{notice}\nZaak:       {quiet}\n")),
        "{shown}"
    );
    assert!(shown.contains(by_message), "{shown}");
    let json: Value = serde_json::from_str(&run(&format!("reports show {quiet} --json"))).unwrap();
    assert_eq!(json["contact_declined"], true);
    assert_eq!(
        run(&format!("reports record {quiet} acknowledge")),
        format!(
            "Opgeschreven bij zaak {quiet}: Je melding is opgepakt. Status: Opgepakt.\n{notice}\
             Nu eerst nodig: {by_message}, uiterlijk 2020-11-20 te laat.\n"
        )
    );

    let shown = run(&format!("reports show {other}"));
    assert!(shown.starts_with("Zaak: "), "{shown}");
    assert!(shown.contains("  Eerste contact\n"), "{shown}");
    let recorded = run(&format!("reports record {other} acknowledge"));
    assert!(
        recorded.contains("\nNu eerst nodig: Eerste contact, "),
        "{recorded}"
    );
}

#[test]
fn whoever_adds_somebody_reads_what_their_roles_open() {
    let office = Office::new();
    let check = |roles: &[&str], expected: &[&str]| {
        let output = program(office.path())
            .args(["people", "add", "--name", "Vera", "--role"])
            .args(roles)
            .output()
            .unwrap();
        let told = said(&output);
        let lines = told.lines().skip(1);
        let opens: Vec<&str> = lines
            .take_while(|line| !line.starts_with("Eenmalige"))
            .collect();
        assert_eq!(opens, expected);
    };
    let reports = "Deze persoon kan meldingen behandelen.";
    let adviser = "Deze persoon kan lezen wat voor de vertrouwenspersoon is, zoals een verzoek om terug te bellen (meldwijzer submissions).";
    let senior = "Deze persoon kan lezen wat voor de hogere leidinggevenden is, zoals het verslag van een werkoverleg (meldwijzer submissions).";
    let none = "Meldingen gaan met deze rol niet open.";
    check(&["support_team_member"], &[reports]);
    check(&["confidential_adviser"], &[adviser, none]);
    check(&["senior_manager"], &[senior, none]);
    check(
        &["confidential_adviser", "coordinator"],
        &[reports, adviser],
    );
}

fn added(told: &str) -> Added {
    let after = |word: &str| {
        let (_, rest) = told.split_once(word).unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    Added {
        id: after("Kenmerk: "),
        code: after("Eenmalige code: "),
    }
}

#[test]
fn people_are_added_and_removed() {
    let office = Office::new();
    let output = program(office.path())
        .args([
            "people",
            "add",
            "--name",
            " Anna de Vries ",
            "--unit",
            "Balie",
        ])
        .args(["--role", "coordinator", "decider", "coordinator"])
        .output()
        .unwrap();
    let told = said(&output);
    let Added { id, code } = added(&told);
    assert_eq!(
        told.replace(&id, "ID").replace(&code, "CODE"),
        "
Anna de Vries is toegevoegd. Kenmerk: ID
Deze persoon kan meldingen behandelen.
Eenmalige code: CODE
Je ziet deze code alleen nu. Geef hem aan deze persoon, en aan niemand anders.
Met de code kiest die zelf een wachtzin, voordat er iets anders kan:
  meldwijzer people passphrase ID
De herstelsleutel is gemaakt en staat in ./data/recovery-key.txt. Hij opent elke melding, ook als niemand anders dat nog kan. Zet hem op twee USB-sticks of druk hem twee keer af, leg die in een kluis op twee plekken, kijk of je ze kunt lezen, en haal het bestand dan hier weg.
"
        .trim_start()
    );
    check(
        office.path(),
        "people list",
        0,
        &format!(
            "
KENMERK   NAAM           ROLLEN                  ONDERDELEN  STAND
{id}  Anna de Vries  coördinator, beslisser  Balie       moet nog een wachtzin kiezen
"
        ),
    );
    let (told, exit) = office.typing(
        &format!("people passphrase {id}"),
        &format!("{code}\nkort\n"),
    );
    assert_eq!(
        (told.as_str(), exit),
        (
            "fout[cli-short-passphrase]: De nieuwe wachtzin is te kort. Er is niets veranderd.
  = hulp: Neem minstens 15 tekens, bijvoorbeeld een zin van vier of meer gewone woorden. Hoofdletters en cijfers hoeven niet.
",
            Some(2)
        )
    );
    check(
        office.path(),
        &format!("people remove {id}"),
        0,
        "
Anna de Vries kan geen meldingen meer openen, en nieuwe meldingen worden niet meer voor deze persoon verzegeld.
Wat al voor deze persoon was verzegeld, blijft zo op de schijf staan. De sleutel die het opent, is hier weg. In een back-up van vóór vandaag staat hij nog, met de oude wachtzin: bewaar back-ups even veilig als de meldingen zelf.
waarschuwing[cli-no-coordinator]: Er is geen coördinator die meldingen kan openen.
  = hulp: Voeg iemand toe: meldwijzer people add --name NAAM --role coordinator. Is dat al gedaan? Laat die persoon dan een wachtzin kiezen: meldwijzer people passphrase KENMERK. Meldingen voor de coördinator gaan tot dan alleen open met de herstelsleutel.
",
    );
    let output = program(office.path())
        .args(["people", "list", "--json"])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["people"][0]["state"], "removed");
    assert_eq!(list["people"][0]["public_key"], Value::Null);
    for again in ["remove", "reset", "passphrase"] {
        check(
            office.path(),
            &format!("people {again} {id}"),
            1,
            "
fout[cli-person-removed]: Anna de Vries is weggehaald en behandelt geen meldingen meer.
  = hulp: Moet dat toch? Voeg deze persoon dan opnieuw toe met meldwijzer people add.
",
        );
    }
}

#[test]
fn mistakes_about_people_are_explained() {
    let office = Office::new();
    check(
        office.path(),
        "people add --name Anna --role coordinater",
        2,
        "
fout[cli-unknown-role-near]: We kennen de rol coordinater niet.
  = hulp: Bedoel je coordinator? Je kunt kiezen uit: manager, support_team_member, independent_point, registration_coach, coordinator, damage_handler, decider, confidential_adviser, senior_manager, privacy_officer.
",
    );
    let output = program(office.path())
        .args([
            "people",
            "add",
            "--role",
            "decider",
            "--name",
            "An\u{1b}[2Jna",
        ])
        .output()
        .unwrap();
    assert_eq!(
        said(&output),
        "fout[cli-wrong-name]: Deze naam kan niet: An\u{fffd}[2Jna
  = hulp: Een naam heeft 1 tot 100 tekens, op één regel.
"
    );
    // Nothing was made by any of these.
    assert!(!office.path().join("data").exists());
    office.invite("Anna", &["coordinator"]);
    check(
        office.path(),
        "people reset zzzzzzzz",
        1,
        "
fout[cli-no-such-person]: Er is niemand met het kenmerk zzzzzzzz.
  = hulp: Typ meldwijzer people list om alle kenmerken te zien.
",
    );
    let list = |code| {
        let output = program(office.path())
            .args(["people", "list"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code));
        said(&output)
    };
    overwrite(&office.path().join("data/people/notes.txt"), "bel Anna");
    assert!(list(0).contains("[report-foreign]"));
    overwrite(&office.path().join("data/people/abc-00001.json"), "{");
    assert!(list(1).contains("\n --> people/abc-00001.json\n"));
}

#[test]
fn what_is_missing_is_named_without_dots() {
    let office = Office::new();
    check(
        office.path(),
        "people add --name Anna",
        2,
        "
fout[cli-missing-argument]: Er ontbreekt iets: --role <ROL>.
  = hulp: Zet --help achter de opdracht om te zien wat er nodig is.
",
    );
}

#[test]
fn a_passphrase_file_that_others_can_read_is_told_and_a_wrong_code_at_once() {
    let office = Office::new();
    let anna = office.invite("Anna", &["coordinator"]);
    let file = office.path().join("wachtzin");
    // No new passphrase stands in it: the code is looked at first.
    overwrite(&file, "geen code\n");
    for (mode, is_told) in [(0o640, true), (0o600, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let told = check_of(
            &office,
            &format!("people passphrase {} --passphrase-file wachtzin", anna.id),
        );
        assert!(told.contains("[cli-wrong-passphrase]"), "{told}");
        assert_eq!(
            told.contains("[cli-passphrase-file-open]"),
            is_told,
            "{told}"
        );
    }
}

#[test]
fn a_case_is_opened_and_handled_and_nothing_in_it_drives_the_terminal() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator", "decider"]);
    let case = office.report();
    office.check(
        &format!(
            "reports record {case} acknowledge --as {} --text Gelezen",
            anna.to_uppercase()
        ),
        0,
        &format!(
            "
Opgeschreven bij zaak {case}: Je melding is opgepakt. Status: Opgepakt.
Nu eerst nodig: Eerste contact, uiterlijk 2020-11-20 te laat.
"
        ),
    );
    let (shown, exit) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown}"
    );
    let (_, answers) = shown.split_once("\n\nAntwoorden\n").unwrap();
    let (answers, rest) = answers.split_once("\n\nWat er gebeurde\n").unwrap();
    assert_eq!(
        answers,
        "
  Wat er gebeurde: Schelden, schreeuwen of beledigen
  Wanneer: -
  Contact: -
  Telefoonnummer: 0612345678
  Wat je nodig hebt: -
  Jouw verhaal:
    hij riep
    \u{fffd}[2J\u{fffd}2J\u{fffd}iets
  Wie de melding oppakt: -
  Ik meld: -"
            .trim_start_matches('\n')
    );
    let history: Vec<&str> = rest.lines().take(4).map(str::trim).collect();
    assert!(history[0].ends_with("melding ontvangen – melder"), "{rest}");
    assert!(
        history[1].ends_with("melding geopend – Anna (coördinator)"),
        "{rest}"
    );
    assert!(
        history[2].ends_with("Je melding is opgepakt – Anna (coördinator)"),
        "{rest}"
    );
    assert_eq!(history[3], "Gelezen");
    assert!(rest.contains("Wat jij nu kunt doen"), "{rest}");
    assert!(rest.contains("\n  start "), "{rest}");
    assert!(!rest.contains("\n  acknowledge "), "{rest}");
    assert!(!rest.contains("\n  decide_registration "), "{rest}");

    let (json, _) = office.typing(
        &format!("reports show {case} --as {anna} --json"),
        PASSPHRASE,
    );
    let opened: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(opened["answers"]["short_story"], HOSTILE);
    assert!(
        opened["offered"]
            .as_array()
            .unwrap()
            .contains(&json!("start"))
    );
    assert!(json.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn a_measure_is_decided_and_kept_with_what_it_was() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let case = office.report();
    let record = |rest: &str| {
        let (told, exit) = office.typing(
            &format!("reports record {case} {rest} --as {anna}"),
            &format!("{PASSPHRASE}\n"),
        );
        assert_eq!(exit, Some(0), "{told}");
    };
    record("acknowledge");
    let decided = "decide_measure --choice measure --measure-kind warning \
        --measure-behaviour schold --measure-hearing impossible --measure-hearing-reason onbekend \
        --measure-informed brief --measure-ends-on 2999-05-01 --measure-review-on 2999-02-01";
    record(decided);
    record("review_measure --choice keep --text blijft --measure-review-on 2999-03-01");
    let (shown, _) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    let kept = "
       Maatregel: warning, tot en met 2999-05-01, opnieuw bekijken op 2999-03-01
       Gedrag: schold
       Horen: kan niet, want onbekend
       Verteld: brief
";
    assert!(shown.contains(kept), "{shown}");
}

#[test]
fn whoever_may_not_open_a_case_does_not_and_leaves_no_trace_in_it() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let case = office.report();
    let bram = office.add("Bram", &["support_team_member"]);
    let invited = office.invite("Carla", &["coordinator"]);
    let show = |id: &str| format!("reports show {case} --as {id}");
    let (told, exit) = office.typing(&show(&anna), "een heel andere zin\n");
    assert_eq!(exit, Some(1));
    assert_eq!(
        told,
        format!(
            "fout[cli-wrong-passphrase]: Dit is niet de wachtzin of de code van {anna}.
  = hulp: Probeer het opnieuw. Vergeten? Dan geeft de beheerder een nieuwe sleutel met meldwijzer people reset.
"
        )
    );
    let (told, exit) = office.typing(&show(&anna), "");
    assert!(told.starts_with("fout[cli-passphrase-missing]"), "{told}");
    assert_eq!(exit, Some(2));
    office.check(
        &show(&bram),
        1,
        &format!(
            "
fout[cli-not-entitled]: Zaak {case} gaat niet open met deze sleutel.
  = hulp: Alleen voor wie de melder koos, gaat een zaak open. Moet jij erbij? Vraag een collega die de zaak kan openen om toegang te geven met meldwijzer reports grant. Kreeg je een nieuwe sleutel, dan opent die oude zaken niet.
"
        ),
    );
    let (told, exit) = office.typing(&show(&invited.id), &invited.code);
    assert!(told.starts_with("fout[cli-passphrase-first]"), "{told}");
    assert_eq!(exit, Some(1));
    let removed = program(office.path())
        .args(["people", "remove", &anna])
        .output()
        .unwrap();
    assert_eq!(removed.status.code(), Some(0));
    let (told, _) = office.typing(&show(&anna), PASSPHRASE);
    assert!(told.starts_with("fout[cli-person-removed]"), "{told}");
    assert_eq!(office.events(&case), 1);

    // Nobody can type a passphrase where there is no terminal.
    let output = Command::new("setsid")
        .arg("--wait")
        .arg(env!("CARGO_BIN_EXE_meldwijzer"))
        .args(show(&bram).split_whitespace())
        .current_dir(office.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        said(&output).starts_with("fout[cli-no-terminal]"),
        "{}",
        said(&output)
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_passphrase_is_not_seen_while_it_is_typed() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let case = office.report();
    let program_on_a_terminal = format!(
        "{} reports show {case} --as {anna}",
        env!("CARGO_BIN_EXE_meldwijzer")
    );
    let mut child = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--command",
            &program_on_a_terminal,
            "/dev/null",
        ])
        .current_dir(office.path())
        .env("LC_ALL", "nl_NL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut screen = BufReader::new(child.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("Wachtzin van Anna (je ziet niet wat je typt):") {
        assert!(screen.read_line(&mut shown).unwrap() > 0, "{shown}");
    }
    let mut keyboard = child.stdin.take().unwrap();
    writeln!(keyboard, "{PASSPHRASE}").unwrap();
    screen.read_to_string(&mut shown).unwrap();
    assert!(child.wait().unwrap().success(), "{shown}");
    assert!(shown.contains("Wat er gebeurde: Schelden"), "{shown}");
    assert!(!shown.contains(PASSPHRASE), "{shown}");
}

#[test]
fn what_cannot_be_done_now_is_told_with_what_can_before_anything_is_opened() {
    let office = Office::new();
    let added = office.invite("Anna", &["coordinator", "manager"]);
    let case = office.report();
    let refused = |action: &str, expected: &str| {
        let told = check_of(
            &office,
            &format!("reports record {case} {action} --as {}", added.id),
        );
        assert_eq!(told, expected.trim_start_matches('\n'), "{action}");
    };
    let coordinator = "--role coordinator";
    refused(
        &format!("acknowlege {coordinator}"),
        "
fout[report-refused-unknown_action-near]: Een zaak kent de actie acknowlege niet.
  = hulp: Bedoel je acknowledge?
",
    );
    refused(
        &format!("start {coordinator}"),
        "
fout[report-refused-not_now]: Dat kan niet nu de status is: Gemeld.
  = hulp: Het kan als de status een van deze is: Opgepakt, Heropend.
",
    );
    refused(
        &format!("decide_registration --choice not_register {coordinator}"),
        "
fout[report-refused-not_yours]: In deze rol kan dat niet: coördinator.
  = hulp: Dit kan alleen in deze rollen: melder, getroffen medewerker.
",
    );
    refused(
        &format!("register --reference 12 {coordinator}"),
        "
fout[report-refused-not_yet]: Dat kan nog niet, of niet meer: Registreren staat op loopt.
  = hulp: Typ meldwijzer reports show met --as om te zien wat nu kan.
",
    );
    refused(
        &format!("send_message {coordinator}"),
        "
fout[report-refused-text_missing]: Hier horen eigen woorden bij.
  = hulp: Schrijf ze achter --text, of zet ze in een bestand en noem het met --text-file.
",
    );
    refused(
        &format!("log_support {coordinator}"),
        "
fout[report-refused-choice_missing]: Bij deze actie hoort een keuze.
  = hulp: Kies met --choice uit: first_contact, support_talk, follow_up_1, follow_up_2, enough, declined, resumed.
",
    );
    refused(
        &format!("log_support --choice later {coordinator}"),
        "
fout[report-refused-unknown_choice]: De keuze later is er hier niet.
  = hulp: Kies met --choice uit: first_contact, support_talk, follow_up_1, follow_up_2, enough, declined, resumed.
",
    );
    refused(
        &format!("acknowledge --choice ja {coordinator}"),
        "
fout[report-refused-choice_unneeded]: Bij deze actie valt niets te kiezen.
  = hulp: Laat --choice weg.
",
    );
    refused(
        "acknowledge",
        "
fout[cli-which-role]: In meer dan één rol kun je dit doen.
  = hulp: Zeg met --role in welke: coordinator, manager.
",
    );
    refused(
        "acknowledge --role decider",
        "
fout[cli-not-your-role]: Deze persoon heeft de rol decider niet.
  = hulp: Wel: coordinator, manager.
",
    );
    refused(
        &format!("grant_access {coordinator}"),
        "
fout[cli-use-grant]: Toegang geef je met een eigen opdracht.
  = hulp: Typ meldwijzer reports grant ZAAK KENMERK --as KENMERK.
",
    );
    refused(
        &format!("decide_measure --choice measure --measure-hearing misschien {coordinator}"),
        "
fout[cli-unknown-hearing]: We kennen misschien hier niet.
  = hulp: Je kunt kiezen uit: heard, impossible, declined, follows.
",
    );
    assert_eq!(office.events(&case), 1);
}

/// Returns what the program says without a passphrase.
fn check_of(office: &Office, arguments: &str) -> String {
    let mut command = program(office.path());
    let output = command.args(arguments.split_whitespace()).output().unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)));
    said(&output)
}

#[test]
fn a_new_key_opens_the_old_cases_only_after_the_recovery_key_granted_them() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let case = office.report();
    let recovery = office.path().join("kluis.txt");
    fs::rename(office.path().join("data/recovery-key.txt"), &recovery).unwrap();
    let reset = |rest: &str| {
        let arguments = format!("people reset {anna} {rest}");
        let mut command = program(office.path());
        let output = command.args(arguments.split_whitespace()).output().unwrap();
        (said(&output), output.status.code())
    };
    overwrite(&office.path().join("ander.txt"), "# niets\n");
    let (told, exit) = reset("--recovery-key ander.txt");
    assert!(told.starts_with("fout[cli-not-a-key]"), "{told}");
    assert_eq!(exit, Some(1));

    let (told, exit) = reset("");
    assert_eq!(exit, Some(0), "{told}");
    assert!(
        told.ends_with("of laat een collega toegang geven met meldwijzer reports grant.\n"),
        "{told}"
    );
    let code = told
        .split_once("Eenmalige code: ")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap();
    office.choose_passphrase(&anna, code);
    let (told, _) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    assert!(told.starts_with("fout[cli-not-entitled]"), "{told}");

    let (told, exit) = reset("--recovery-key kluis.txt");
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.ends_with(
        "1 zaak gaat open met de nieuwe sleutel. Breng de herstelsleutel terug naar de kluis.\n"
    ));
    let code = told
        .split_once("Eenmalige code: ")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap();
    office.choose_passphrase(&anna, code);
    let (shown, exit) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    assert_eq!(exit, Some(0), "{shown}");
    assert!(
        shown.contains("melding geopend – met de herstelsleutel\n"),
        "{shown}"
    );
    assert!(
        shown.contains("nog iemand kreeg toegang – met de herstelsleutel\n"),
        "{shown}"
    );
}

#[test]
fn access_is_given_by_who_may_and_to_who_may() {
    let office = Office::new();
    let anna = office.add("Anna", &["coordinator"]);
    let case = office.report();
    let bram = office.add("Bram", &["support_team_member"]);
    let carla = office.invite("Carla", &["confidential_adviser"]).id;
    office.check(
        &format!("reports grant {case} {carla} --as {anna}"),
        1,
        "
fout[cli-role-opens-nothing]: Carla heeft geen rol waarmee iemand meldingen mag openen.
  = hulp: Vertrouwenspersonen en hogere leidinggevenden openen geen meldingen van anderen.
",
    );
    office.check(
        &format!("reports grant {case} {bram} --as {anna}"),
        0,
        &format!("Bram kan zaak {case} nu openen. De melder ziet dat je dit deed.\n"),
    );
    // Who was given access cannot pass it on.
    office.check(
        &format!("reports grant {case} {bram} --as {bram}"),
        1,
        "
fout[report-refused-not_yours]: In deze rol kan dat niet: opvangteam.
  = hulp: Dit kan alleen in deze rollen: melder, getroffen medewerker, leidinggevende, coördinator, onafhankelijk punt.
",
    );
    let dora = office.add("Dora", &["coordinator"]);
    let granted = program(office.path())
        .args([
            "reports",
            "grant",
            &case,
            &dora,
            "--key",
            "data/recovery-key.txt",
        ])
        .output()
        .unwrap();
    assert_eq!(granted.status.code(), Some(0), "{}", said(&granted));
    let (shown, exit) = office.typing(&format!("reports show {case} --as {dora}"), PASSPHRASE);
    assert_eq!(exit, Some(0), "{shown}");
}

#[test]
fn what_is_due_first_stands_in_front_whatever_came_in_first() {
    let office = Office::new();
    office.invite("Anna", &["coordinator"]);
    let store = office.store();
    let first = store.submit(&report()).unwrap().case;
    let code = ReceiptCode::derive(&report().submission_key).to_string();
    let opened = store.open_with_receipt(&code).unwrap();
    let contact = Act {
        action: "log_support".parse().unwrap(),
        actor: Actor {
            role: Role::Coordinator,
            person: None,
        },
        body: Body {
            choice: Some("first_contact".parse().unwrap()),
            ..Body::default()
        },
        files: Vec::new(),
        submission_key: None,
    };
    store.record(&opened, &contact).unwrap();
    let mut later = report();
    later.submission_key = "2".repeat(32).parse().unwrap();
    let second = office
        .store_at("2020-11-21T08:00:00Z")
        .submit(&later)
        .unwrap()
        .case;
    check(
        office.path(),
        "reports list",
        0,
        &format!(
            "
ZAAK         ONTVANGEN         STATUS  EERST NODIG     UITERLIJK                 VOOR
{second}  2020-11-21 09:00  Gemeld  Eerste contact  2020-11-21 te laat        coördinator
{first}  2020-11-20 16:04  Gemeld  Opvanggesprek   2020-11-23 16:04 te laat  coördinator
"
        ),
    );
}

#[test]
fn a_damaged_case_is_not_opened_and_its_damage_is_told() {
    let office = Office::new();
    office.invite("Anna", &["coordinator"]);
    let case = office.report();
    let folder = office
        .path()
        .join("data/reports")
        .join(case.replace('-', ""));
    overwrite(&folder.join("names/00001.age"), "iets anders");
    let output = program(office.path())
        .args(["reports", "show", &case, "--key", "data/recovery-key.txt"])
        .output()
        .unwrap();
    let told = said(&output);
    assert!(
        told.contains(&format!("fout[cli-case-damaged]: De zaak {case} ")),
        "{told}"
    );
    assert!(told.contains("names/00001.age"), "{told}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_attachment_comes_out_as_it_went_in() {
    let office = Office::new();
    office.invite("Anna", &["coordinator"]);
    let store = office.store();
    let case = store.submit(&report()).unwrap().case;
    let code = ReceiptCode::derive(&report().submission_key).to_string();
    let opened = store.open_with_receipt(&code).unwrap();
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let attached = store
        .attach(&opened, u64::MAX, |output| output.write_all(&bytes))
        .unwrap();
    let file = attached.stored.unwrap();
    let note = FileNote {
        id: file.id.clone(),
        name: "\u{1b}foto.jpg".to_owned(),
        kind: "photo".parse().unwrap(),
        media_type: "image/jpeg".to_owned(),
        bytes: 800_000,
        content: Some(attached.content),
    };
    let act = Act {
        action: "add_files".parse().unwrap(),
        actor: Actor::REPORTER,
        body: Body {
            files: vec![note],
            ..Body::default()
        },
        files: vec![file.clone()],
        submission_key: None,
    };
    store.record(&opened, &act).unwrap();

    let key = ["--key", "data/recovery-key.txt"];
    let get = |file: &str| {
        let mut command = program(office.path());
        command
            .args(["reports", "file", &case.to_string(), file])
            .args(key);
        command.output().unwrap()
    };
    let output = get(file.id.as_str());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout == bytes);
    let output = get("nergens");
    assert!(said(&output).starts_with("fout[cli-no-such-file]"));
    let shown = program(office.path())
        .args(["reports", "show", &case.to_string()])
        .args(key)
        .output()
        .unwrap();
    let line = format!("{}  \u{fffd}foto.jpg  image/jpeg  800000", file.id);
    assert!(said(&shown).contains(&line), "{}", said(&shown));
}

#[test]
fn a_case_opens_with_the_age_program_alone_as_its_key_file_says() {
    let office = Office::new();
    let Added { id, .. } = office.invite("Anna", &["coordinator"]);
    let case = office.report();
    let recorded = program(office.path())
        .args([
            "reports",
            "grant",
            &case,
            &id,
            "--key",
            "data/recovery-key.txt",
        ])
        .output()
        .unwrap();
    assert_eq!(recorded.status.code(), Some(0));
    let letter = fs::read_to_string(office.path().join("data/recovery-key.txt")).unwrap();
    let mut steps = String::from("set -eu\n");
    for line in letter
        .lines()
        .skip_while(|line| !line.contains("Zonder Meldwijzer"))
        .skip(1)
    {
        match line.strip_prefix("#   ") {
            Some(step) if !step.contains("BIJLAGE") => steps.push_str(&format!("{step}\n")),
            Some(_) => {}
            None => break,
        }
    }
    let data = office.path().join("data");
    let steps = steps
        .replace("ZAAK", &case.replace('-', ""))
        .replace("KLUIS", data.to_str().unwrap());
    let output = Command::new("sh")
        .args(["-c", &steps])
        .current_dir(office.path())
        .env("HOME", office.path())
        .output()
        .unwrap();
    let told = said(&output);
    assert_eq!(
        output.status.code(),
        Some(0),
        "needs age and jq: {told}\n{steps}"
    );
    assert!(told.contains("\"behaviour_kinds\":[\"verbal\"]"), "{told}");
    assert!(told.contains("{\"phone\":\"0612345678\"}"), "{told}");
}

/// A portal that runs as a program of its own.
struct Serving {
    child: Child,
    address: String,
    /// What it said before it served.
    warned: String,
}

impl Serving {
    fn start(office: &Office) -> Serving {
        overwrite(
            &office.path().join("site.yaml"),
            "title: Veilig werken\norganisation: Voorbeeldstad\nkeep:\n  names: { months: 12 }\n  \
             not_registered: { months: 12 }\n  registered: { years: 5 }\n  withdrawn: { days: 30 }\n",
        );
        fs::create_dir_all(office.path().join("content")).unwrap();
        overwrite(
            &office.path().join("content/index.md"),
            "---\ntitle: Thuis\nkind: home\n---\nMeld het.\n",
        );
        let mut child = program(office.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut warned = String::new();
        // The log begins where the portal listens.
        while !warned.contains("Het portaal luistert") {
            assert!(errors.read_line(&mut warned).unwrap() > 0, "{warned}");
        }
        let address = line
            .split("http://")
            .nth(1)
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        Serving {
            child,
            address,
            warned,
        }
    }

    /// Sends a report as a browser does, and returns the page.
    fn send(&self, fields: &str) -> String {
        let body = format!("go=send&page=_check&{fields}");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST /melden/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_report_goes_from_the_browser_to_whoever_takes_it_up_while_the_portal_runs() {
    let office = Office::new();
    let serving = Serving::start(&office);
    let secret = office.path().join("data/recovery-key.txt");
    assert!(
        serving.warned.contains("[cli-recovery-here]"),
        "{}",
        serving.warned
    );
    assert!(
        serving.warned.contains("[cli-no-coordinator]"),
        "{}",
        serving.warned
    );
    let mode = fs::metadata(&secret).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    let anna = office.add("Anna", &["coordinator"]);
    let page = serving.send(
        "behaviour_kinds=threat&occurred_at.known=today&contact_mode=none&short_story=met+een+mes",
    );
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    let output = program(office.path())
        .args(["reports", "list", "--json"])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let case = list["cases"][0]["case"].as_str().unwrap().to_owned();
    assert!(page.contains(&case), "{page}");
    let (shown, _) = office.typing(&format!("reports show {case} --as {anna}"), PASSPHRASE);
    assert!(
        shown.contains("\n  Wat er gebeurde: Bedreiging\n"),
        "{shown}"
    );
    assert!(shown.contains("\n  Jouw verhaal: met een mes\n"), "{shown}");
    let (told, exit) = office.typing(
        &format!("reports record {case} acknowledge --as {anna}"),
        PASSPHRASE,
    );
    assert_eq!(exit, Some(0), "{told}");
    let output = program(office.path())
        .args(["reports", "list"])
        .output()
        .unwrap();
    assert!(said(&output).contains("  Opgepakt  "), "{}", said(&output));
    drop(serving);

    // With the key in the safe and a coordinator, there is nothing to warn about.
    fs::remove_file(&secret).unwrap();
    let serving = Serving::start(&office);
    assert!(
        !serving.warned.contains("waarschuwing"),
        "{}",
        serving.warned
    );
    drop(serving);
    assert!(!secret.exists());

    // A lost public half is told; it is not replaced by that of another key.
    fs::remove_file(office.path().join("data/recovery.pub")).unwrap();
    let serving = Serving::start(&office);
    assert!(
        serving.warned.contains("[cli-recovery-missing]"),
        "{}",
        serving.warned
    );
    drop(serving);
    assert!(!secret.exists());
    let removed = program(office.path())
        .args(["people", "remove", &anna])
        .output()
        .unwrap();
    assert_eq!(removed.status.code(), Some(0));
    let output = program(office.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(
        said(&output).starts_with("fout[cli-nobody-opens]"),
        "{}",
        said(&output)
    );
    assert_eq!(output.status.code(), Some(1));
}
