//! Links for a case system.

use std::fs;

use tempfile::TempDir;

use super::{check, overwrite};

const FORM: &str = "\
address: melden
version: 1
languages: [nl, en]
title: { nl: Melden, en: Report }
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
    check(root.path(), "link --ref 111222333", 1, "?");
    check(
        root.path(),
        "link --ref jan@voorbeeld.nl --kanaal fax",
        1,
        "?",
    );
    check(
        root.path(),
        "link --bron een-veel-te-lange-naam-van-een-systeem",
        1,
        "?",
    );
    check(root.path(), "link --set zaak=1", 1, "?");
    check(root.path(), "link --form anders", 1, "?");
    check(root.path(), "link --set ref", 2, "?");
    check(root.path(), "link --lang de", 2, "?");
    check(portal("").path(), "link", 1, "?");
}
