//! A portal that is for real: what it may not go without.

use std::fs;
use std::path::Path;
use std::process::Command;

use meldwijzer::cli::portal::assemble;
use meldwijzer::diagnostic::{Diagnostic, Severity};
use tempfile::TempDir;

use super::{TODAY, told};

pub(super) const SETTINGS: &str = "title: Veilig werken
organisation: Gemeente Zuiderdam
base_url: https://intranet.zuiderdam.nl/
production: true
keep:
  names: { months: 12 }
  not_registered: { months: 12 }
  registered: { years: 5 }
  withdrawn: { days: 30 }
contacts:
  - { name: Vera, id: vera, role: confidential_adviser, phone: 010 123 45 67, email: vera@zuiderdam.nl }
";

const NORM: &str = "---
title: Onze norm
kind: norm
---
## Vertrouwelijk {#vertrouwelijk}
Wij zeggen niets door.
## Vertrouwenspersoon {#vertrouwenspersoon}
Bel Vera.
## Hulp van buiten {#hulp-van-buiten}
### Slachtofferhulp
Bel hen.
";

const PAGES: [(&str, &str); 5] = [
    ("index.md", "---\ntitle: Start\n---\n"),
    ("norm/index.md", NORM),
    ("contact.md", "---\ntitle: Contact\nkind: directory\n---\n"),
    (
        "privacy.md",
        "---\ntitle: Privacy\nkind: privacy\n---\nTekst.\n",
    ),
    (
        "toegankelijk.md",
        "---\ntitle: Toegankelijk\nkind: accessibility\n---\nTekst.\n",
    ),
];

pub(super) fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::File::create(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

pub(super) fn portal() -> TempDir {
    let root = TempDir::new().unwrap();
    write(root.path(), "site.yaml", SETTINGS);
    for (path, text) in PAGES {
        write(root.path(), &format!("content/{path}"), text);
    }
    root
}

/// Returns what is told besides advice.
fn mistakes(mut problems: Vec<Diagnostic>) -> String {
    problems.retain(|problem| problem.severity != Severity::Advice);
    told(&problems)
}

/// Changes a file of a portal that is ready, and compares what is told.
#[track_caller]
fn check(path: &str, from: &str, to: &str, expected: &str) {
    let root = portal();
    let text = fs::read_to_string(root.path().join(path)).unwrap();
    assert!(text.contains(from), "{text}");
    write(root.path(), path, &text.replacen(from, to, 1));
    let (made, problems) = assemble(root.path(), &|_| None, TODAY);
    assert_eq!(mistakes(problems), expected.trim_start());
    assert_eq!(made.is_some(), !expected.contains("Error"));
}

#[test]
fn a_portal_that_is_ready_has_nothing_wrong() {
    check("site.yaml", "", "", "");
}

#[test]
fn each_place_to_fill_in_of_a_page_that_is_needed_is_told() {
    check(
        "content/norm/index.md",
        "## Vertrouwelijk {#vertrouwelijk}\n",
        "## Vertrouwelijk {#vertrouwelijk}\n- Kluis: [[vul in: wie]]\n- Datum: [[vul in: dag]]\n",
        "
Error production-place-to-fill-in content/norm/index.md:6:10
Error production-place-to-fill-in content/norm/index.md:7:10
",
    );
    for page in ["contact.md", "privacy.md", "toegankelijk.md"] {
        let path = format!("content/{page}");
        let expected = format!("Error production-place-to-fill-in {path}:5:1\n");
        check(&path, "\n---\n", "\n---\n[[vul in: iets]]\n", &expected);
    }
}

#[test]
fn a_place_to_fill_in_elsewhere_is_counted_and_an_unready_portal_has_a_warning() {
    let place = (
        "---\ntitle: Start\n---\n",
        "---\ntitle: Start\n---\n[[vul in: iets]]\n",
    );
    let counted = "Warning places-to-fill-in  places=1 pages=1\n";
    check("content/index.md", place.0, place.1, counted);
    let root = portal();
    write(
        root.path(),
        "site.yaml",
        &SETTINGS.replace("production: true", "production: false"),
    );
    write(
        root.path(),
        "content/privacy.md",
        "---\ntitle: Privacy\nkind: privacy\n---\n[[vul in: iets]]\n",
    );
    let (_, problems) = assemble(root.path(), &|_| None, TODAY);
    assert_eq!(mistakes(problems), counted);
}

#[test]
fn a_block_with_a_place_to_fill_in_is_told_where_it_stands() {
    let told = |block: &str, place: &str| {
        check(
            "content/contact.md",
            "directory\n---\n",
            &format!("directory\n---\n{block}\n```\n"),
            &format!("Error production-place-to-fill-in content/contact.md:{place}\n"),
        );
    };
    told(
        "```do-dont\ndo: Bellen\ndont: \"[[vul in: wat niet]]\"",
        "7:8",
    );
    told(
        "```decision-table\ntitle: T\ncolumns: { when: \"[[vul in: a]]\" }\nrows: [{ when: a, then: b }]",
        "7:18",
    );
    told(
        "```quote\ntext: Ja.\nname: \"[[vul in: wie]]\"\nconsent: 2026-01-01",
        "7:7",
    );
    told(
        "```cards\nquestion: Q\noptions: [a, \"[[ vul in: b]]\"]\ncards: [{ text: t, answer: a, explanation: e }]",
        "7:14",
    );
}

#[test]
fn the_norm_promises_confidentiality_and_names_who_helps() {
    check(
        "content/norm/index.md",
        "## Vertrouwelijk {#vertrouwelijk}\nWij zeggen niets door.\n## Vertrouwenspersoon {#vertrouwenspersoon}\n",
        "",
        "
Error norm-without-slot content/norm/index.md:1:1 anchor=vertrouwelijk mark={#vertrouwelijk}
Error norm-without-slot content/norm/index.md:1:1 anchor=vertrouwenspersoon mark={#vertrouwenspersoon}
",
    );
    // Part of the norm, such as the rules for visitors, need not repeat it.
    let (root, place) = (portal(), "content/norm/index.md");
    write(
        root.path(),
        "site.yaml",
        &SETTINGS.replace("production: true", ""),
    );
    write(root.path(), place, &NORM.replace("{#hulp-van-buiten}", ""));
    write(
        root.path(),
        "content/norm/regels.md",
        "---\ntitle: Regels\nkind: norm\n---\n",
    );
    let (_, problems) = assemble(root.path(), &|_| None, TODAY);
    assert_eq!(mistakes(problems), "");
    write(
        root.path(),
        place,
        &NORM.replace(
            "## Hulp van buiten {#hulp-van-buiten}\n### Slachtofferhulp\n",
            "",
        ),
    );
    let (_, problems) = assemble(root.path(), &|_| None, TODAY);
    assert_eq!(
        mistakes(problems),
        "Warning norm-without-slot content/norm/index.md:1:1 anchor=hulp-van-buiten mark={#hulp-van-buiten}\n"
    );
}

#[test]
fn the_norm_says_something_below_each_of_its_headings() {
    let empty = |anchor: &str| {
        format!(
            "Error norm-slot-empty content/norm/index.md:1:1 anchor={anchor} mark={{#{anchor}}}\n"
        )
    };
    for (text, anchor) in [
        ("Wij zeggen niets door.\n", "vertrouwelijk"),
        ("Bel Vera.\n", "vertrouwenspersoon"),
        ("Bel hen.\n", "hulp-van-buiten"),
    ] {
        check("content/norm/index.md", text, "", &empty(anchor));
    }
    let root = portal();
    let bare: Vec<&str> = NORM
        .lines()
        .filter(|line| line.starts_with(['#', '-', 't', 'k']))
        .collect();
    write(root.path(), "content/norm/index.md", &bare.join("\n"));
    let (made, problems) = assemble(root.path(), &|_| None, TODAY);
    assert!(made.is_none());
    let page = "Error production-page-empty content/norm/index.md:1:1 kind=norm\n";
    let told = mistakes(problems);
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(told.contains(page), "{told}");
}

#[test]
fn a_page_that_is_needed_says_something() {
    for (path, kind) in [("privacy", "privacy"), ("toegankelijk", "accessibility")] {
        let path = format!("content/{path}.md");
        let expected = format!("Error production-page-empty {path}:1:1 kind={kind}\n");
        check(&path, "Tekst.\n", "## Kop\n", &expected);
    }
    // The contacts come from the settings.
    check(
        "site.yaml",
        "contacts:\n  - { name: Vera, id: vera, role: confidential_adviser, phone: 010 123 45 67, email: vera@zuiderdam.nl }\n",
        "",
        "Error production-page-empty content/contact.md:1:1 kind=directory\n",
    );
}

#[test]
fn a_page_that_is_needed_is_there() {
    check(
        "content/privacy.md",
        "kind: privacy",
        "kind: page",
        "Error production-page-missing site.yaml:4:13 kind=privacy\n",
    );
    check(
        "content/norm/index.md",
        "kind: norm",
        "kind: norm\ndraft: true",
        "Error production-page-missing site.yaml:4:13 kind=norm\n",
    );
    // What held before is not what readers can rely on now.
    check(
        "content/privacy.md",
        "kind: privacy",
        "kind: privacy\nearlier_version_of: index.md\nversion: \"0.9\"\nupdated: 2025-05-01",
        "Error production-page-missing site.yaml:4:13 kind=privacy\n",
    );
}

#[test]
fn how_long_reports_are_kept_is_set() {
    check(
        "site.yaml",
        "  names: { months: 12 }\n",
        "",
        "Error production-keep-not-set site.yaml:4:13 names=names\n",
    );
    check(
        "site.yaml",
        "keep:\n  names: { months: 12 }\n  not_registered: { months: 12 }\n  registered: { years: 5 }\n  withdrawn: { days: 30 }\n",
        "",
        "Error production-keep-not-set site.yaml:4:13 names=names, not_registered, registered, withdrawn\n",
    );
}

#[test]
fn what_is_sent_is_safe_on_its_way() {
    check(
        "site.yaml",
        "base_url: https://intranet.zuiderdam.nl/\n",
        "",
        "Error production-no-base-url site.yaml:3:13\n",
    );
    check(
        "site.yaml",
        "https://intranet",
        "http://intranet",
        "Error production-not-https site.yaml:4:13 url=http://intranet.zuiderdam.nl/\n",
    );
    check(
        "site.yaml",
        "production: true\n",
        "production: true\nreceiver: { address: 'http://melden.zuiderdam.nl/' }\n",
        "Error production-not-https site.yaml:4:13 url=http://melden.zuiderdam.nl/\n",
    );
    check(
        "site.yaml",
        "https://intranet.zuiderdam.nl/",
        "http://127.0.0.1:8080/",
        "Warning production-this-machine site.yaml:4:13 url=http://127.0.0.1:8080/\n",
    );
}

#[test]
fn nobody_is_sent_to_the_people_of_the_example() {
    check(
        "site.yaml",
        "010 123 45 67, email: vera@zuiderdam.nl",
        "088 000 01 03, email: vera@voorbeeldstad.example",
        "
Error production-example site.yaml:11:64 value=088 000 01 03
Error production-example site.yaml:11:86 value=vera@voorbeeldstad.example
",
    );
    check(
        "site.yaml",
        "contacts:",
        "emergency:\n  internal: +31 88 000 01 12\ncontacts:",
        "Error production-example site.yaml:11:13 value=+31 88 000 01 12\n",
    );
}

#[test]
fn nothing_is_to_be_filled_in_in_the_settings() {
    let name = ("name: Vera", "name: '[[vul in: naam]]'");
    check(
        "site.yaml",
        name.0,
        name.1,
        "Error production-setting-to-fill-in site.yaml:11:13 value=[[vul in: naam]]\n",
    );
    check(
        "site.yaml",
        name.0,
        "name: Vera, function: { nl: 'Adviseur [[vul in: waar]]', en: Adviser }",
        "Error production-setting-to-fill-in site.yaml:11:35 value=Adviseur [[vul in: waar]]\n",
    );
    check(
        "site.yaml",
        "Gemeente Zuiderdam",
        "'Gemeente [[vul in: welke]]'",
        "Error production-setting-to-fill-in site.yaml:2:15 value=Gemeente [[vul in: welke]]\n",
    );
    // Before it is for real, it is told all the same.
    let root = portal();
    let settings = SETTINGS.replace("production: true", "");
    write(root.path(), "site.yaml", &settings.replace(name.0, name.1));
    let environment =
        |name: &str| (name == "MELDWIJZER_ORGANISATION").then(|| "[[vul in: wie]]".to_owned());
    let (made, problems) = assemble(root.path(), &environment, TODAY);
    assert!(made.is_some());
    assert_eq!(
        mistakes(problems),
        "Warning setting-to-fill-in $MELDWIJZER_ORGANISATION:1:1 value=[[vul in: wie]]
Warning setting-to-fill-in site.yaml:11:13 value=[[vul in: naam]]\n"
    );
}

#[test]
fn reports_are_handled_also_where_the_portal_is_not_ready() {
    let root = portal();
    let data = root.path().join("data");
    super::addresses::serve(root.path(), &data);
    let settings = SETTINGS.replace("https://intranet", "http://intranet");
    write(root.path(), "site.yaml", &settings);
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_meldwijzer"));
        let program = program.env_clear().args(arguments).arg("--root");
        let output = program.arg(root.path()).output().unwrap();
        output.status.code()
    };
    assert_eq!(run(&["build"]), Some(1));
    assert_eq!(run(&["reports", "purge", "--dry-run"]), Some(0));
}

#[test]
fn the_environment_can_say_that_it_is_for_real() {
    let root = portal();
    write(root.path(), "site.yaml", "title: T\norganisation: O\n");
    let environment = |name: &str| (name == "MELDWIJZER_PRODUCTION").then(|| "true".to_owned());
    let (made, problems) = assemble(root.path(), &environment, TODAY);
    assert!(made.is_none());
    assert_eq!(
        mistakes(problems),
        "Error production-keep-not-set $MELDWIJZER_PRODUCTION:1:1 names=names, not_registered, registered, withdrawn
Error production-no-base-url $MELDWIJZER_PRODUCTION:1:1
Error production-page-empty content/contact.md:1:1 kind=directory\n"
    );
}
