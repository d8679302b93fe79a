//! `meldwijzer check`: everything that somebody should look at, and nothing written.

use std::fs;

use super::{check, overwrite, program};
use tempfile::TempDir;

const TEXT: &str = "---
title: Goed
plain_language: { skip: [passive], reason: \"Een letterlijke brief.\" }
---
Bel [[vul in: wie]] of [[vul in: wie anders]], indien nodig. Dat wordt gelezen.
";

fn portal(text: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("content")).unwrap();
    overwrite(
        &root.path().join("site.yaml"),
        "title: T\norganisation: O\n",
    );
    overwrite(&root.path().join("content/index.md"), text);
    root
}

const TOLD: &str = "
waarschuwing[places-to-fill-in]: In 1 pagina's moet nog 2 keer iets worden ingevuld.
  = hulp: Schrijf daar wat voor jouw organisatie geldt. Met meldwijzer check --places zie je waar.

advies[language-difficult-word]: indien is een moeilijk woord.
 --> content/index.md:5:48
  |
5 | Bel [[vul in: wie]] of [[vul in: wie anders]], indien nodig. Dat wordt gelezen.
  |                                                ^^^^^^
  = hulp: Makkelijker is: als.


Hier kijkt de taalcontrole niet naar alles:
  content/index.md: passive. Reden: Een letterlijke brief.

Waar moet je nog iets invullen? Typ: meldwijzer check --places
Meer uitleg over een code tussen haken? Typ bijvoorbeeld: meldwijzer explain language-difficult-word
0 fouten, 1 waarschuwing, 1 advies, 2 plekken om in te vullen
";

#[test]
fn everything_is_told_and_nothing_is_written() {
    let root = portal(TEXT);
    check(root.path(), "check", 0, TOLD);
    check(root.path(), "check --strict", 1, TOLD);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
}

#[test]
fn places_to_fill_in_are_listed_where_somebody_asks() {
    let root = portal(TEXT);
    let told = told(root.path(), "check --places", 0);
    let list = "Nog in te vullen:\n  content/index.md: 2 keer, op regel 5, 5\n\n";
    assert!(told.contains(list) && !told.contains("Waar moet"), "{told}");
}

/// Returns what a command prints, and checks how it ends.
fn told(root: &std::path::Path, arguments: &str, code: i32) -> String {
    let output = program(root).args(arguments.split(' ')).output().unwrap();
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

fn with_page(front_matter: &str) -> TempDir {
    let root = portal("---\ntitle: Goed\n---\nBel ons.\n");
    overwrite(
        &root.path().join("content/straks.md"),
        &format!(
            "---\ntitle: Straks\nupdated: 2025-05-01\n{front_matter}\n---\n[weg](nergens.md).\n"
        ),
    );
    root
}

#[test]
fn a_mistake_on_a_page_that_comes_of_itself_is_an_error_before_its_day() {
    let root = with_page("publish: 2999-01-01");
    let told = told(root.path(), "check", 1);
    let note = "= let op: lezers zien deze pagina vanaf 2999-01-01. Verbeter het voor die dag.";
    assert!(
        told.contains("fout[link-dead-nothing-near]") && told.contains(note),
        "{told}"
    );
    assert!(
        told.contains("op een pagina die lezers nu niet zien"),
        "{told}"
    );
    // Readers have nothing of it today.
    let build = program(root.path()).arg("build").output().unwrap();
    assert_eq!(build.status.code(), Some(0));
}

#[test]
fn a_mistake_on_a_page_that_waits_for_its_editor_is_told_and_fails_nothing() {
    for (front_matter, note) in [
        ("draft: true", "deze pagina is een concept"),
        (
            "draft: true\npublish: 2999-01-01",
            "deze pagina is een concept",
        ),
        ("expires: 2025-06-01", "lezers zien deze pagina niet meer"),
    ] {
        let root = with_page(front_matter);
        let told = told(root.path(), "check --strict", 0);
        assert!(
            told.contains("waarschuwing[link-dead-nothing-near]") && told.contains(note),
            "{told}"
        );
    }
}

#[test]
fn a_page_that_readers_do_not_see_is_marked_for_programs() {
    let root = with_page("draft: true");
    let json = told(root.path(), "check --format json", 0);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let dead = &json["diagnostics"][0];
    assert_eq!(dead["code"], "link-dead-nothing-near");
    assert_eq!(dead["severity"], "warning");
    let note = "deze pagina is een concept. Lezers zien haar nog niet.";
    assert_eq!(dead["unseen"], note);
    let github = told(root.path(), "check --format github", 0);
    assert!(
        github.starts_with("::warning ") && github.contains(note),
        "{github}"
    );
}

#[test]
fn settings_that_cannot_be_read_are_told_alone() {
    let root = portal("---\ntitle: Fout\n---\n[weg](nergens.md).\n");
    overwrite(
        &root.path().join("site.yaml"),
        "title: T\norganisation: Gemeente: Waterland\n",
    );
    for command in ["check", "build"] {
        let told = told(root.path(), command, 1);
        assert!(
            told.contains("yaml-colon") && told.contains("settings-first"),
            "{told}"
        );
        assert!(!told.contains("content/"), "{told}");
    }
}

#[test]
fn a_folder_that_is_no_portal_is_told_as_such() {
    let root = TempDir::new().unwrap();
    for command in ["check", "build", "new page x"] {
        let told = told(root.path(), command, 1);
        assert!(
            told.contains("[portal-missing]: Hier staat geen portaal"),
            "{command}: {told}"
        );
        assert!(!told.contains("os error"), "{command}: {told}");
    }
}

#[test]
fn a_portal_with_nothing_to_look_at_passes_strictly() {
    let root = portal("---\ntitle: Goed\n---\nBel ons.\n");
    let sound = "0 fouten, 0 waarschuwingen, 0 adviezen, 0 plekken om in te vullen\n";
    check(root.path(), "check --strict", 0, sound);
}

#[test]
fn an_error_is_told_and_makes_check_fail() {
    let root = portal("---\ntitle: Fout\n---\n[weg](nergens.md).\n\nBel indien nodig.\n");
    let output = program(root.path()).arg("check").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    // What must be solved is not lost above what can wait.
    let at = |what: &str| told.find(what).unwrap();
    assert!(at("language-difficult-word") < at("link-dead"), "{told}");
    assert!(told.ends_with("1 fout, 0 waarschuwingen, 1 advies, 0 plekken om in te vullen\n"));
}

#[test]
fn build_does_not_ask_for_advice() {
    let root = portal(TEXT);
    let output = program(root.path()).arg("build").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !told.contains("indien") && !told.contains("advies"),
        "{told}"
    );
}

#[test]
fn requirements_are_printed_with_what_serves_them() {
    let root = portal("---\ntitle: Norm\nserves: [S1.D.4]\n---\nBoos mag.\n");
    // What held before serves nothing.
    overwrite(
        &root.path().join("content/oud.md"),
        "---\ntitle: Oud\nserves: [S1.D.4]\nearlier_version_of: index.md\nversion: \"0.9\"\nupdated: 2025-05-01\n---\nTekst.\n",
    );
    let mut check = program(root.path());
    let output = check.args(["check", "--requirements"]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let row = told.split("\n\n").find(|row| row.starts_with("S1.D.4 "));
    let row: Vec<&str> = row.unwrap().lines().collect();
    assert!(row[0].ends_with(": deels"), "{row:?}");
    assert_eq!(row[1], "  pagina: content/index.md /");
    assert!(row[2].starts_with("  functie: tick_lists: "), "{row:?}");
    assert!(row[3].starts_with("  nog niet: "), "{row:?}");
    let counts: Vec<&str> = told.lines().rev().take(7).collect();
    let groups: Vec<&str> = counts
        .iter()
        .rev()
        .map(|line| line.split_once(": ").unwrap().0)
        .collect();
    assert_eq!(
        groups,
        [
            "S1, de eerste tekst met eisen (75)",
            "S2, de tweede tekst met eisen (31)",
            "N, systemen, rollen en instrumenten (41)",
            "P, pagina's (53)",
            "I, infographics (7)",
            "O, leerpaden (5)",
            "Alles samen (212)",
        ]
    );
    for line in counts {
        let numbers = line.split(|c: char| !c.is_ascii_digit());
        let numbers: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
        let [.., of_group, served, partly, open, nobody] = numbers[..] else {
            panic!("{line}");
        };
        assert_eq!(of_group, served + partly + open + nobody, "{line}");
    }
}
