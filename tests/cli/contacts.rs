//! The people of `site.yaml` in forms.

use std::fs;

use tempfile::TempDir;

use super::{overwrite, program, said};

const FORM: &str = "\
address: bellen
version: 1
languages: [nl]
title: { nl: Bel mij }
sends: submission
to: [coordinator]
keep: { days: 14 }
confirmation: { title: { nl: Dank je }, text: { nl: Binnen. } }
pages:
  - id: who
    title: { nl: Wie }
    fields:
      - name: name
        kind: short_text
        privacy: P1
        label: { nl: Hoe heet je? }
      - name: adviser
        kind: person
        privacy: P1
        roles: [confidential_adviser]
        label: { nl: Wie belt je? }
";

/// Builds a portal with these contacts, for a receiver elsewhere, so that the page of the form is a file.
fn built(contacts: &str) -> (String, String) {
    let root = TempDir::new().unwrap();
    overwrite(
        &root.path().join("site.yaml"),
        &format!(
            "title: Veilig\norganisation: Voorbeeldstad\nbase_url: https://intranet.example/\n\
             receiver: {{ address: https://meld.example/ }}\ncontacts:\n{contacts}"
        ),
    );
    for (file, text) in [
        (
            "content/index.md",
            "---\ntitle: Thuis\nkind: home\n---\nMeld het.\n",
        ),
        ("forms/bel-mij.yaml", FORM),
    ] {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        overwrite(&path, text);
    }
    let output = program(root.path()).arg("build").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let page = fs::read_to_string(root.path().join("public/bellen/index.html")).unwrap();
    (said(&output), page)
}

#[test]
fn a_form_offers_the_contacts_of_a_role_and_tells_where_there_is_nobody() {
    let (said, page) = built(
        "  - { name: Ans, id: ans, role: confidential_adviser }\n\
         \x20 - { name: Bob, id: bob, role: coordinator }\n",
    );
    assert!(!said.contains("cli-nobody-to-choose"), "{said}");
    assert!(page.contains("Wie belt je?"), "{page}");
    assert!(!page.contains("Bob") && !page.contains("bob"), "{page}");

    let (said, page) = built("  - { name: Bob, id: bob, role: coordinator }\n");
    assert!(
        said.contains("waarschuwing[cli-nobody-to-choose]"),
        "{said}"
    );
    assert!(said.contains("confidential_adviser"), "{said}");
    assert!(!page.contains("Wie belt je?"), "{page}");
}
