//! `meldwijzer explain`: what a code means.

use super::{check, program, said};
use tempfile::TempDir;

#[test]
fn a_code_is_explained_with_its_message_and_its_hint() {
    let nowhere = TempDir::new().unwrap();
    let output = program(nowhere.path())
        .args(["explain", "[yaml-unknown-key-near]"])
        .output()
        .unwrap();
    let told = said(&output);
    let start = "yaml-unknown-key-near

  De sleutel {key} kennen wij niet.
  = hulp: Bedoel je {nearest}?

Tussen { en } staat wat elke keer anders is.

";
    assert!(told.starts_with(start), "{told}");
    // An explanation says more than the message does.
    assert!(told.len() > start.len() + 100, "{told}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_code_without_anything_to_fill_in_has_no_word_about_that() {
    let nowhere = TempDir::new().unwrap();
    let output = program(nowhere.path())
        .args(["explain", "link-empty"])
        .env("LANG", "en_GB.UTF-8")
        .output()
        .unwrap();
    let told = said(&output);
    assert!(told.starts_with("link-empty\n\n  This link"), "{told}");
    assert!(!told.contains("{ and }"), "{told}");
}

#[test]
fn an_unknown_code_is_told_with_the_nearest() {
    let nowhere = TempDir::new().unwrap();
    check(
        nowhere.path(),
        "explain link-ded",
        2,
        "
fout[cli-explain-unknown-near]: De code link-ded kennen wij niet.
  = hulp: Bedoel je link-dead? Typ meldwijzer explain om alle codes te zien.
",
    );
    check(
        nowhere.path(),
        "explain xyzzy",
        2,
        "
fout[cli-explain-unknown]: De code xyzzy kennen wij niet.
  = hulp: Typ meldwijzer explain om alle codes te zien.
",
    );
    // A hint is no code.
    let output = program(nowhere.path())
        .args(["explain", "link-dead.hint"])
        .output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[test]
fn without_a_code_all_are_listed_by_room() {
    let nowhere = TempDir::new().unwrap();
    let output = program(nowhere.path()).arg("explain").output().unwrap();
    let told = said(&output);
    let line = "  link-dead\n      Deze link gaat naar iets wat niet bestaat: {target}\n";
    assert!(told.contains(line), "{told}");
    let at = |what: &str| told.find(what).unwrap();
    assert!(at("\nThema's\n") > at(line), "{told}");
    // Every room has a heading of its own.
    assert!(!told.contains("cli-explain-room"), "{told}");
}
