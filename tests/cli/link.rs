//! Links for a case system.

use std::fs;

use tempfile::TempDir;

use super::{check, overwrite, program, said};

const FORM: &str = "\
address: melden
version: 1
languages: [nl, en]
title: { nl: Melden, en: Report }
sends: submission
to: [coordinator]
keep: { days: 14 }
confirmation: { title: { nl: Dank je, en: Thank you }, text: { nl: Binnen., en: It is in. } }
pages:
  - id: came
    title: { nl: Meegekomen, en: Came along }
    fields:
      - name: source_system
        kind: short_text
        privacy: P0
        prefill: bron
        checks: [no_bsn, no_email]
        max_length: 20
        label: { nl: Waar komt dit vandaan?, en: Where does this come from? }
      - name: reference
        kind: short_text
        privacy: P1
        prefill: ref
        checks: [no_bsn, no_email]
        max_length: 40
        label: { nl: Kenmerk, en: Reference }
      - name: channel
        kind: choice
        privacy: P0
        prefill: kanaal
        label: { nl: Hoe was het contact?, en: How were you in touch? }
        options:
          - { value: phone, label: { nl: Telefoon, en: Phone } }
          - { value: counter, label: { nl: Balie, en: Counter } }
";

fn portal(settings: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    overwrite(
        &root.path().join("site.yaml"),
        &format!("title: Veilig\norganisation: Voorbeeldstad\nlanguages: [nl, en]\n{settings}"),
    );
    fs::create_dir_all(root.path().join("forms")).unwrap();
    overwrite(&root.path().join("forms/incident.yaml"), FORM);
    root
}

#[test]
fn a_link_has_the_address_of_the_form_and_what_is_known() {
    let root = portal("base_url: https://intranet.example/veilig/\n");
    check(
        root.path(),
        "link --bron zaaksysteem --ref Z-2026-1234 --kanaal phone",
        0,
        "https://intranet.example/veilig/melden/?bron=zaaksysteem&ref=Z-2026-1234&kanaal=phone\n",
    );
    check(
        root.path(),
        "link --lang en --form incident --set ref=a&b=ç/1",
        0,
        "https://intranet.example/veilig/en/melden/?ref=a%26b%3D%C3%A7%2F1\n",
    );
    let root = portal(
        "base_url: https://intranet.example/veilig/\nreceiver: { address: https://meld.example }\n",
    );
    check(root.path(), "link", 0, "https://meld.example/melden/\n");
}

#[test]
fn a_link_that_the_form_would_not_take_is_not_made() {
    let root = portal("base_url: https://intranet.example/\n");
    #[track_caller]
    fn refuse(root: &TempDir, arguments: &str, code: i32, expected: &[&str]) {
        let mut command = program(root.path());
        let output = command.args(arguments.split_whitespace()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}");
        assert_eq!(output.stdout, b"", "{arguments}");
        for part in expected {
            assert!(
                said(&output).contains(part),
                "{arguments}: {}",
                said(&output)
            );
        }
    }
    let refused = "fout[cli-link-refused]: Dit neemt het formulier niet aan bij ";
    let ref_refused = format!("{refused}ref: ");
    let kanaal_refused = format!("{refused}kanaal: ");
    refuse(
        &root,
        "link --ref 111222333",
        1,
        &[&ref_refused, "Kenmerk", "burgerservicenummer"],
    );
    refuse(&root, "link --ref zaak-111.222.333", 1, &[&ref_refused]);
    refuse(
        &root,
        "link --ref Z-1 --set ref=111222333",
        1,
        &[&ref_refused],
    );
    refuse(
        &root,
        "link --ref jan@voorbeeld.nl --kanaal fax",
        1,
        &[&ref_refused, &kanaal_refused, "2 fouten"],
    );
    refuse(
        &root,
        "link --bron een-veel-te-lange-naam-van-een-systeem",
        1,
        &[&format!("{refused}bron: ")],
    );
    refuse(
        &root,
        "link --set zaak=1",
        1,
        &["fout[cli-link-unknown-name]", "zaak", "bron, ref, kanaal"],
    );
    refuse(
        &root,
        "link --form anders",
        1,
        &["fout[cli-link-no-form]", "Kies uit: incident."],
    );
    refuse(&root, "link --set ref", 2, &["fout[cli-wrong-value]"]);
    refuse(
        &root,
        "link --lang de",
        2,
        &["fout[cli-unknown-value]", "nl, en"],
    );
    refuse(
        &portal(""),
        "link",
        1,
        &["fout[cli-link-no-base-url]", "site.yaml"],
    );
}
