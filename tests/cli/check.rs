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
  = hulp: Schrijf daar wat voor jouw organisatie geldt. Je vindt elke plek als je in de map content zoekt op [[vul in.

advies[language-difficult-word]: indien is een moeilijk woord.
 --> content/index.md:5:48
  |
5 | Bel [[vul in: wie]] of [[vul in: wie anders]], indien nodig. Dat wordt gelezen.
  |                                                ^^^^^^
  = hulp: Makkelijker is: als.


Nog in te vullen:
  content/index.md: 2 keer, op regel 5, 5

Hier kijkt de taalcontrole niet naar alles:
  content/index.md: passive. Reden: Een letterlijke brief.

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
