//! `meldwijzer check --baseline`: an organisation that starts with old content.

use std::fs;

use super::check_formats::{checked, portal};
use super::{check, overwrite, program, said};

const OLD: &str = "---\ntitle: Oud\n---\nBel indien nodig.\n";

#[test]
fn what_is_accepted_is_counted_and_what_comes_after_is_told() {
    let root = portal(&[("content/index.md", OLD)]);
    check(
        root.path(),
        "check --write-baseline --strict",
        0,
        "
1 probleem staat nu in ./check-baseline.json. Vanaf nu melden wij alleen wat erbij komt.
1 probleem staat in ./check-baseline.json en melden wij niet.
0 fouten, 0 waarschuwingen, 0 adviezen, 0 plekken om in te vullen
",
    );
    insta::assert_snapshot!(fs::read_to_string(root.path().join("check-baseline.json")).unwrap(), @r#"
    {
      "version": 1,
      "accepted": [
        {
          "path": "content/index.md",
          "code": "language-difficult-word",
          "text": "Bel indien nodig.",
          "count": 1
        }
      ]
    }
    "#);
    let added = OLD.replace("Bel", "\nKijk tevens uit.\n\nBel");
    overwrite(&root.path().join("content/index.md"), &added);
    let (code, out) = checked(root.path(), "--strict");
    assert_eq!(code, 1);
    assert!(out.contains("tevens is een moeilijk woord"), "{out}");
    assert!(!out.contains("indien"), "{out}");
}

#[test]
fn what_is_gone_is_told_until_the_file_is_written_again() {
    let root = portal(&[("content/index.md", OLD)]);
    checked(root.path(), "--write-baseline");
    overwrite(
        &root.path().join("content/index.md"),
        "---\ntitle: Oud\n---\nBel.\n",
    );
    check(
        root.path(),
        "check",
        0,
        "
1 regel in ./check-baseline.json is niet meer nodig. Met meldwijzer check --write-baseline gaat hij weg:
  content/index.md: language-difficult-word: Bel indien nodig.

0 problemen staan in ./check-baseline.json en melden wij niet.
0 fouten, 0 waarschuwingen, 0 adviezen, 0 plekken om in te vullen
",
    );
    checked(root.path(), "--write-baseline");
    assert!(!checked(root.path(), "").1.contains("niet meer nodig"));
}

#[test]
fn an_error_and_a_place_to_fill_in_are_never_accepted() {
    let text = "---\ntitle: Oud\n---\n[weg](nergens.md) [[vul in: wie]]\n";
    let root = portal(&[("content/index.md", text)]);
    for arguments in ["--write-baseline", ""] {
        let (code, out) = checked(root.path(), arguments);
        assert_eq!(code, 1, "{out}");
        assert!(out.contains("[link-dead-nothing-near]"), "{out}");
        assert!(
            out.contains("1 fout, 0 waarschuwingen, 0 adviezen, 1 plek om in te vullen"),
            "{out}"
        );
    }
}

#[test]
fn a_file_may_have_another_name_and_must_be_one() {
    let root = portal(&[
        ("content/index.md", OLD),
        ("kapot.json", "{ \"version\": 2 }"),
    ]);
    checked(root.path(), "--write-baseline --baseline oud.json");
    assert!(checked(root.path(), "").1.contains("indien"));
    assert!(
        !checked(root.path(), "--baseline oud.json")
            .1
            .contains("indien")
    );
    for file in ["kapot.json", "er-niet.json"] {
        let output = program(root.path())
            .args(["check", "--baseline", file])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3));
        let told = said(&output);
        let code = if file == "kapot.json" {
            "cli-baseline-unusable"
        } else {
            "cli-file-missing"
        };
        assert!(told.starts_with(&format!("fout[{code}]")), "{told}");
    }
}
