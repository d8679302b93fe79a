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
## Vertrouwenspersoon {#vertrouwenspersoon}
## Hulp van buiten {#hulp-van-buiten}
";

const PAGES: [(&str, &str); 5] = [
    ("index.md", "---\ntitle: Start\n---\n"),
    ("norm/index.md", NORM),
    ("contact.md", "---\ntitle: Contact\nkind: directory\n---\n"),
    ("privacy.md", "---\ntitle: Privacy\nkind: privacy\n---\n"),
    (
        "toegankelijk.md",
        "---\ntitle: Toegankelijk\nkind: accessibility\n---\n",
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
    check(
        "content/contact.md",
        "directory\n---\n",
        "directory\n---\n```do-dont\ndo: Bellen\ndont: \"[[vul in: wat niet]]\"\n```\n",
        "Error production-place-to-fill-in content/contact.md:7:8\n",
    );
}

#[test]
fn the_norm_promises_confidentiality_and_names_who_helps() {
    check(
        "content/norm/index.md",
        "## Vertrouwelijk {#vertrouwelijk}\n## Vertrouwenspersoon {#vertrouwenspersoon}\n",
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
        &NORM.replace("## Hulp van buiten {#hulp-van-buiten}\n", ""),
    );
    let (_, problems) = assemble(root.path(), &|_| None, TODAY);
    assert_eq!(
        mistakes(problems),
        "Warning norm-without-slot content/norm/index.md:1:1 anchor=hulp-van-buiten mark={#hulp-van-buiten}\n"
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
Error production-no-base-url $MELDWIJZER_PRODUCTION:1:1\n"
    );
}
