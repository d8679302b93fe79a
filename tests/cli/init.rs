//! A portal for a new organisation, and beginnings of pages, forms and messages.
#![allow(clippy::disallowed_methods, reason = "tests write their own input")]

use std::fs;
use std::path::Path;

use jiff::civil::date;
use meldwijzer::cli::portal::assemble;
use meldwijzer::diagnostic::{Diagnostic, Severity};
use meldwijzer::form::{Definition, is_form_file};
use meldwijzer::language::Language;
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::site::outputs;
use meldwijzer::site::starter::{self, USUAL_ADDRESS, USUAL_TITLE, Wanted};
use meldwijzer::source_text::SourceText;
use meldwijzer::yaml::{self, Mapping};
use tempfile::TempDir;

use super::{check, program, said};

fn wanted() -> Wanted {
    Wanted {
        organisation: "Gemeente 't Zand & \"Omstreken\"".to_owned(),
        title: USUAL_TITLE.to_owned(),
        address: USUAL_ADDRESS.to_owned(),
        languages: vec![Language::Nl],
        emergency: None,
        register: None,
        guide: true,
        theme: false,
    }
}

/// Writes a portal and returns it with what is told of it.
fn written(wanted: &Wanted) -> (TempDir, Vec<Diagnostic>) {
    let root = TempDir::new().unwrap();
    outputs::create_folder(&starter::portal(wanted), root.path()).unwrap();
    let (portal, problems) = assemble(root.path(), &|_| None, date(2026, 11, 22));
    let errors = problems
        .iter()
        .filter(|one| one.severity == Severity::Error);
    let errors: Vec<&Diagnostic> = errors.collect();
    assert!(
        portal.is_some() && errors.is_empty(),
        "{wanted:?}: {errors:#?}"
    );
    (root, problems)
}

#[test]
fn every_portal_that_can_be_asked_for_is_without_errors() {
    use Language::{En, Nl};
    let long_name =
        "Gemeenschappelijke regeling Veiligheidsregio Midden- en West-Brabant en Zuidoost";
    let below = "https://veiligwerken.intranet.organisatie-met-een-lange-naam.example/portaal/";
    for languages in [vec![Nl], vec![Nl, En], vec![En, Nl]] {
        for guide in [true, false] {
            let usual = Wanted {
                languages: languages.clone(),
                guide,
                ..wanted()
            };
            let (root, _) = written(&usual);
            let settings = fs::read_to_string(root.path().join("site.yaml")).unwrap();
            let mut lines = settings
                .lines()
                .filter(|line| !line.trim().starts_with('#'));
            assert_eq!(
                lines.any(|line| line.contains("en:")),
                languages.contains(&En)
            );
            let chosen = Wanted {
                organisation: long_name.to_owned(),
                title: "Veilig: [ons] werk".to_owned(),
                address: below.to_owned(),
                emergency: Some("010 123 45 67".to_owned()),
                register: Some("ARO".to_owned()),
                theme: guide,
                ..usual
            };
            let (root, problems) = written(&chosen);
            assert_eq!(root.path().join("themes/basis").is_dir(), guide);
            let told: Vec<&Diagnostic> = problems
                .iter()
                .filter(|one| one.severity == Severity::Warning)
                .filter(|one| !one.code.contains("fill-in"))
                // The first of the contacts to fill in stand in the settings; that there are more is told once.
                .filter(|one| one.code != "more-of-the-same")
                .collect();
            assert!(told.is_empty(), "{told:#?}");
        }
    }
}

#[test]
fn a_new_portal_has_the_pages_and_the_menu_of_the_one_that_ships_and_none_of_its_people() {
    let (root, _) = written(&Wanted {
        languages: vec![Language::Nl, Language::En],
        // Whoever explains how to write needs an example.
        guide: false,
        ..wanted()
    });
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lists = |root: &Path| {
        let text = fs::read_to_string(root.join("site.yaml")).unwrap();
        let source = SourceText::new("site.yaml", text);
        let (node, _) = yaml::parse(&source);
        let node = node.unwrap();
        let mut settings = Mapping::read(&node, &mut Vec::new());
        let page = |node: &yaml::Node| {
            let mut map = Mapping::read(node, &mut Vec::new());
            let page = map.get("page").unwrap_or(node);
            page.as_text().unwrap().to_owned()
        };
        ["navigation", "footer", "after_care"]
            .map(|key| Vec::from_iter(settings.get(key).unwrap().list().into_iter().map(page)))
    };
    assert_eq!(lists(root.path()), lists(shipped));
    let output = std::process::Command::new("grep")
        .args(["-rilE", "voorbeeldstad|088 000|Samira|Esther"])
        .arg(root.path())
        .output()
        .unwrap();
    let found = said(&output);
    let of_example: Vec<&str> = found
        .lines()
        .filter(|line| !line.ends_with("content/calendar.yaml"))
        .collect();
    assert_eq!(of_example, Vec::<&str>::new());
    for path in ["content/norm/index.md", "content/aangifte.en.md"] {
        assert!(root.path().join(path).is_file(), "{path}");
    }
}

#[test]
fn init_writes_what_was_asked_and_says_what_comes_next() {
    let root = TempDir::new().unwrap();
    let root = root.path();
    let started =
        "init mijn-portaal --organisation Waterschap --emergency 112-3 --yes --languages nl";
    let output = program(root).args(started.split(' ')).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("Het portaal staat in mijn-portaal"), "{text}");
    assert!(text.contains("people add") && text.contains("--root mijn-portaal"));
    let settings = fs::read_to_string(root.join("mijn-portaal/site.yaml")).unwrap();
    assert!(
        settings.contains("organisation: \"Waterschap\"\n"),
        "{settings}"
    );
    assert!(settings.contains("  internal: \"112-3\"\n"), "{settings}");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(root), ["mijn-portaal"]);
    let again = program(root).args(started.split(' ')).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("niet leeg. Er staat in: .editorconfig, "));
    let folder = root.join("mijn-portaal");
    let checked = program(&folder).arg("check").output().unwrap();
    assert!(
        said(&checked).contains("\n0 fouten, "),
        "{}",
        said(&checked)
    );
}

#[test]
fn init_refuses_what_it_cannot_use_and_writes_nothing() {
    let root = TempDir::new().unwrap();
    let refused = |arguments: &[&str], part: &str| {
        let output = program(root.path()).arg("init").args(arguments).output();
        let output = output.unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(part), "{text}");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "{text}");
    };
    let named = |more: [&'static str; 2]| ["p", "--organisation", "A", more[0], more[1]];
    refused(&["p"], "We weten niet hoe je organisatie heet");
    refused(&["p", "--yes"], "--organisation");
    refused(&["p", "--organisation", " "], "Hier hoort een naam");
    refused(&["p", "--organisation", "a\nb"], "op één regel");
    refused(&named(["--title", "a".repeat(101).leak()]), "101 tekens");
    refused(&named(["--address", "portaal.nl"]), "portaal.nl");
    refused(&named(["--emergency", "bel Jan"]), "bel Jan");
    refused(&named(["--languages", "nl,de"]), "nl, en");
    refused(&named(["--languages", "en"]), "Zonder Nederlands");
    refused(&named(["--default-language", "fr"]), "fr");
    let only_dutch = ["--languages", "nl", "--default-language", "en"];
    refused(
        &[&["p", "--organisation", "A"], &only_dutch[..]].concat(),
        "--languages",
    );
}

/// Returns a small portal in Dutch and English.
fn small() -> TempDir {
    let root = TempDir::new().unwrap();
    let file = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    file(
        "site.yaml",
        "title: Veilig\norganisation: Stad\nlanguages: [nl, en]\nemergency: {internal: 010 1}\n",
    );
    file("content/index.md", "---\ntitle: Begin\n---\nWelkom.\n");
    file("content/index.en.md", "---\ntitle: Start\n---\nWelcome.\n");
    file(
        "content/norm/index.md",
        "---\ntitle: Norm\n---\nBoos mag.\n",
    );
    root
}

/// Returns what `check` tells that it did not tell before.
fn new_problems(root: &Path, before: &str) -> String {
    let output = program(root).arg("check").output().unwrap();
    let text = said(&output);
    // A beginning has places to fill in, which are counted and are no problem.
    let lines = text
        .lines()
        .filter(|line| !line.contains("--places") && !line.contains("plekken om in te vullen"));
    let lines = lines.filter(|line| !before.contains(line));
    lines.collect::<Vec<&str>>().join("\n")
}

#[test]
fn a_new_page_stands_where_it_was_asked_for() {
    let root = small();
    let page = |arguments: &[&str], file: &str, title: &str| {
        let mut command = program(root.path());
        let output = command
            .args(["new", "page"])
            .args(arguments)
            .output()
            .unwrap();
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains(file), "{text}");
        let written = fs::read_to_string(root.path().join(file)).unwrap();
        assert!(
            written.starts_with(&format!("---\ntitle: \"{title}\"\n")),
            "{written}"
        );
        assert!(written.contains("\ndraft: true\n"), "{written}");
    };
    let before = new_problems(root.path(), "");
    page(
        &["norm/huisregels"],
        "content/norm/huisregels.md",
        "Huisregels",
    );
    page(
        &["content/norm/ons-team.md"],
        "content/norm/ons-team.md",
        "Ons team",
    );
    page(
        &["Één vraag & een antwoord?"],
        "content/een-vraag-een-antwoord.md",
        "Één vraag & een antwoord?",
    );
    page(
        &["norm/Wat mág er?"],
        "content/norm/wat-mag-er.md",
        "Wat mág er?",
    );
    page(
        &["norm/huisregels", "--language", "en"],
        "content/norm/huisregels.en.md",
        "Huisregels",
    );
    page(
        &["norm/index.en.md", "--title", "Our \"norm\""],
        "content/norm/index.en.md",
        "Our \\\"norm\\\"",
    );
    page(&["nieuw/"], "content/nieuw/index.md", "Nieuw");
    page(
        &["/los/vast", "--kind", "protocol"],
        "content/los/vast.md",
        "Vast",
    );
    assert_eq!(new_problems(root.path(), &before), "");
    let protocol = fs::read_to_string(root.path().join("content/los/vast.md")).unwrap();
    assert!(protocol.contains("\nkind: protocol\n") && protocol.contains("](/melden/)"));
}

#[test]
fn a_page_that_is_no_draft_any_more_has_only_places_to_fill_in() {
    let root = small();
    let run = |arguments: &str| {
        let output = program(root.path()).args(arguments.split(' ')).output();
        assert_eq!(output.unwrap().status.code(), Some(0), "{arguments}");
    };
    let kinds = "section page norm protocol checklist guide directory privacy accessibility path";
    run("new page proef/ --title Proef");
    fs::remove_file(root.path().join("content/norm/index.md")).unwrap();
    run("new page proef/ --title Try --language en");
    for kind in kinds.split(' ') {
        run(&format!("new page proef/{kind} --kind {kind}"));
        run(&format!(
            "new page proef/{kind} --kind {kind} --language en"
        ));
    }
    for entry in fs::read_dir(root.path().join("content/proef")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("draft: true\n", "")).unwrap();
    }
    let (_, problems) = assemble(root.path(), &|_| None, date(2026, 11, 22));
    let of_pages: Vec<&Diagnostic> = problems
        .iter()
        .filter(|one| one.code != "place-to-fill-in")
        .filter(|one| {
            one.place
                .as_ref()
                .is_some_and(|at| at.path.contains("proef"))
        })
        .collect();
    assert!(of_pages.is_empty(), "{of_pages:#?}");
}

#[test]
fn a_page_that_cannot_be_is_refused() {
    let root = small();
    fs::write(root.path().join("content/vol.md"), "# Vol\n").unwrap();
    let refused = |arguments: &[&str], part: &str| {
        let mut command = program(root.path());
        let output = command
            .args(["new", "page"])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(part), "{}", said(&output));
    };
    refused(&["norm"], "content/norm/index.md");
    refused(&["norm/index.md"], "Dit bestand is er al");
    refused(&["vol/"], "content/vol.md");
    refused(&["../weg"], "../weg");
    refused(&["???"], "???");
    refused(&[""], "geen plek");
    refused(&["a\nb"], "geen plek");
    refused(&["a", "--kind", "protocl"], "Bedoel je protocol?");
    refused(&["a.en.md", "--language", "nl"], "Haal één van de twee weg");
    refused(&["a", "--language", "de"], "de");
    assert!(!root.path().join("content/vol/index.md").exists());
    assert_eq!(
        fs::read_to_string(root.path().join("content/vol.md")).unwrap(),
        "# Vol\n"
    );
    let site = "title: Veilig\norganisation: Stad\n";
    fs::write(root.path().join("site.yaml"), site).unwrap();
    refused(&["a", "--language", "en"], "languages");
}

#[test]
fn a_new_form_stands_beside_the_others() {
    let root = small();
    let before = new_problems(root.path(), "");
    let output = program(root.path())
        .args(["new", "form", "Ideeën"])
        .output();
    let text = said(&output.unwrap());
    assert!(
        text.contains("forms/ideeen.yaml") && text.contains("/ideeen/"),
        "{text}"
    );
    // A portal with one form of its own offers no others.
    let names = fs::read_dir(root.path().join("forms")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let forms = names.filter(|name| is_form_file(name)).count();
    assert_eq!(forms, Definition::shipped().len() + 1);
    let problems = new_problems(root.path(), &before);
    // All that is left to do is to link to it.
    let about = problems.matches("forms/ideeen.yaml").count();
    assert_eq!(about, 1, "{problems}");
    assert!(problems.contains("[form-orphan]"), "{problems}");
    let again = program(root.path())
        .args(["new", "form", "ideeen"])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(2));
    for (typed, part) in [
        ("2026", "kleine letters"),
        ("norm", "content/norm"),
        ("p", "p"),
    ] {
        let output = program(root.path())
            .args(["new", "form", typed])
            .output()
            .unwrap();
        assert_ne!(output.status.code(), Some(0), "{typed}");
        assert!(said(&output).contains(part), "{}", said(&output));
    }
}

#[test]
fn a_new_message_leaves_every_byte_of_the_others() {
    fn add(before: Option<&str>, code: i32) -> (String, String) {
        let root = small();
        let file = root.path().join("content/messages.yaml");
        if let Some(before) = before {
            fs::write(&file, before).unwrap();
        }
        let output = program(root.path())
            .args(["new", "message", "zomer"])
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        let after = fs::read_to_string(&file).unwrap();
        let (_, problems) = assemble(root.path(), &|_| None, date(2026, 11, 22));
        let told = problems.iter().filter(|one| {
            let place = one.place.as_ref();
            place.is_some_and(|at| at.path.ends_with("messages.yaml") && at.line > 6)
        });
        assert_eq!(told.count(), 0, "{problems:#?}");
        (after, said(&output))
    }
    let other = "id: a\n  title: {nl: A, en: A}\n  text: {nl: B, en: B}\n  when: {months: 1}\n";
    let wide = "# uitleg\nmessages:\n    - id: a   # eerste\n      title: {nl: A, en: A}\n      text: {nl: B, en: B}\n      when: {months: [1, 2]}";
    for before in [
        format!("messages:\n- {other}"),
        format!("messages:\r\n- {}", other.replace('\n', "\r\n")),
        wide.to_owned(),
        format!("messages:\n- {other}\n# tot hier\n"),
        "messages:\n".to_owned(),
    ] {
        let (after, _) = add(Some(&before), 0);
        assert!(after.starts_with(&before), "{after}");
        assert!(after.contains("- id: zomer\n"), "{after}");
    }
    let (after, _) = add(Some("# hoi\nmessages: []\n# dag\n"), 0);
    assert!(
        after.starts_with("# hoi\nmessages:\n# dag\n  - id: zomer\n"),
        "{after}"
    );
    assert!(add(None, 0).0.contains("- id: zomer\n"));
    for before in [
        "messages: [{id: a, title: A, text: B, when: {months: 1}}]\n",
        "messages: [\n",
        &format!("messages:\n- {}", other.replace("id: a", "id: zomer")),
    ] {
        let (after, told) = add(Some(before), 1);
        assert_eq!(after, *before, "{told}");
    }
    let root = small();
    check(
        root.path(),
        "new message ???",
        2,
        "
fout[starter-message-id]: Dit kan geen naam van een bericht zijn: ???
  = hulp: Gebruik kleine letters, cijfers en streepjes, hooguit 40. Bijvoorbeeld: zomer-2027
",
    );
}

#[test]
fn the_forms_of_a_new_portal_are_those_that_ship() {
    let forms = starter::forms();
    assert_eq!(forms.len(), Definition::shipped().len() + 1);
    let lifecycle = forms
        .iter()
        .find(|form| form.path == Lifecycle::PATH)
        .unwrap();
    assert!(
        lifecycle
            .bytes
            .ends_with(Lifecycle::shipped().text().as_bytes())
    );
}
