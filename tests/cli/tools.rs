//! What the program makes for shells and for readers of manuals, and in which language.

use super::{program, said};

/// Returns what the program says in a language, with its exit code.
fn told(arguments: &str, language: &str) -> (String, Option<i32>) {
    let root = tempfile::tempdir().unwrap();
    let mut command = program(root.path());
    command
        .env("LANG", "nl_NL.UTF-8")
        .env("MELDWIJZER_LANGUAGE", language);
    let output = command.args(arguments.split(' ')).output().unwrap();
    (said(&output), output.status.code())
}

#[test]
fn the_language_that_somebody_names_goes_before_that_of_the_machine() {
    assert!(told("--help", "").0.contains("Nakijken:"));
    assert!(told("--help", "en").0.contains("Check:"));
    assert!(
        told("schema site", "en")
            .0
            .contains("The settings of a portal")
    );
    assert!(
        told("schema site", "nl")
            .0
            .contains("De instellingen van een portaal")
    );
    let (text, code) = told("check", "fr");
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("fr") && text.contains("nl, en"), "{text}");
}

#[test]
fn completions_and_pages_of_the_manual_know_the_commands_in_the_language_of_the_user() {
    for shell in ["bash", "zsh", "fish"] {
        let (script, code) = told(&format!("completions {shell}"), "");
        assert_eq!(code, Some(0));
        assert!(
            script.contains("--without-guide") || script.contains("without-guide"),
            "{shell}"
        );
    }
    assert!(
        told("completions fish", "en")
            .0
            .contains("Make a new portal")
    );
    assert_eq!(told("completions tcsh", "").1, Some(2));
    let (page, _) = told("man new page", "");
    assert!(
        page.contains(".SH NAAM\n") && page.contains(".TH meldwijzer-new-page 1"),
        "{page}"
    );
    assert!(
        page.contains("\n.nf\n  meldwijzer new page norm/mijn"),
        "{page}"
    );
    assert!(told("man", "en").0.contains(".SH NAME\n"));
    assert_eq!(told("man nwe", "").1, Some(2));
}
