//! `meldwijzer check --fix`: what can only be meant in one way is mended in the files of the editor.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::check_formats::{checked, portal};
use super::overwrite;

fn text(root: &TempDir, file: &str) -> String {
    fs::read_to_string(root.path().join(file)).unwrap()
}

/// The pages that links in these tests lead to.
const PAGES: [(&str, &str); 4] = [
    (
        "content/norm/index.md",
        "---\ntitle: Norm\n---\n## Vertrouwelijk\n\nx\n",
    ),
    (
        "content/norm/huis-regels.md",
        "---\ntitle: Regels\n---\nx\n",
    ),
    ("content/nazorg/bellen.md", "---\ntitle: Bellen\n---\nx\n"),
    (
        "content/nazorg/oud.md",
        "---\ntitle: Later\npublish: 2999-01-01\n---\nx\n",
    ),
];

/// Mends a home page with one line of text, and compares that line.
fn check(line: &str, expected: &str) {
    let front = "---\ntitle: Thuis\n---\n";
    let page = format!("{front}{line}\n");
    let mut files = PAGES.to_vec();
    files.push(("content/index.md", &page));
    let root = portal(&files);
    checked(root.path(), "--fix");
    assert_eq!(
        text(&root, "content/index.md"),
        format!("{front}{expected}\n"),
        "{line}"
    );
    for (file, before) in PAGES {
        assert_eq!(text(&root, file), before, "{line}");
    }
}

#[test]
fn links_are_mended_where_only_one_thing_can_be_meant() {
    // An address, as it stands in a browser or came from another site.
    check("[a](norm/)", "[a](norm/index.md)");
    check("[a](norm)", "[a](norm/index.md)");
    check("[a](nazorg/bellen.html#x)", "[a](nazorg/bellen.md#x)");
    check("[a](/nazorg/bellen.md)", "[a](nazorg/bellen.md)");
    // Capitals and what stands between words.
    check(
        "[a](Norm/Huis%20regels.md \"b\")",
        "[a](norm/huis-regels.md \"b\")",
    );
    check("[a](<norm/huis_regels.md>)", "[a](<norm/huis-regels.md>)");
    check("[a](Norm/Huisregels.html)", "[a](norm/huis-regels.md)");
    check(
        "[a](norm/index.md#vertrouwelik)",
        "[a](norm/index.md#vertrouwelijk)",
    );
    check("[a](www.example.nl)", "[a](https://www.example.nl)");
}

#[test]
fn what_could_be_meant_in_another_way_is_left_alone() {
    for line in [
        // Another word.
        "[a](nazorg/bollen.md)",
        // The only page of that name, but in another folder.
        "[a](norm/bellen.md) [b](bellen.md)",
        // Many folders have one.
        "[a](protocol/index.md)",
        // Readers cannot get there.
        "[a](norm/oud.md)",
        // What is written stands elsewhere, or twice.
        "[bellen.md]\n\n[bellen.md]: bellen.md",
        "[a](norm/index.md#geheim)",
        "[a](.md) [b](#) [c](http:/x) [d](javascript:x)",
    ] {
        check(line, line);
    }
}

#[test]
fn keys_and_values_are_mended_one_behind_the_other() {
    let page = "---\r\ntitel: Zeg: stop\r\nkind: nrom\r\ndraft: nee\r\npublish: 2026-1-5\r\nsumary: 's avonds\r\n---\r\nx\r\n";
    let root = portal(&[("content/index.md", page)]);
    let (code, out) = checked(root.path(), "--fix");
    assert_eq!(
        text(&root, "content/index.md"),
        "---\r\ntitle: \"Zeg: stop\"\r\nkind: norm\r\ndraft: false\r\npublish: 2026-01-05\r\nsummary: \"'s avonds\"\r\n---\r\nx\r\n",
        "{out}"
    );
    assert_eq!(code, 0, "{out}");
    let start = "7 plekken verbeterd:\n  content/index.md:";
    assert!(out.starts_with(start), "{out}");
    assert!(
        out.contains("  content/index.md:2: titel → title\n"),
        "{out}"
    );
}

#[test]
fn a_comment_does_not_become_text_for_readers() {
    let page = "---\ntitle: A\nsummary: Zeg: stop  # TODO nakijken\n---\nx\n";
    let root = portal(&[("content/index.md", page)]);
    let (_, out) = checked(root.path(), "--fix");
    assert_eq!(text(&root, "content/index.md"), page);
    let right = "summary: \"Zeg: stop\"  # TODO nakijken";
    assert!(out.contains(right), "{out}");
}

#[test]
fn errors_that_come_to_light_are_explained() {
    let root = portal(&[("content/index.md", "---\ntitle: A\n---\nx\n")]);
    let settings = "title: Zeg: stop\norganisation: O\nnavigation: [x.md, y.md, z.md]\n";
    overwrite(&root.path().join("site.yaml"), settings);
    let (code, out) = checked(root.path(), "--fix");
    assert_eq!(code, 1);
    assert!(
        out.contains("Daardoor konden wij meer lezen dan eerst."),
        "{out}"
    );
    assert!(out.contains("3 fouten"), "{out}");
}

#[test]
fn settings_are_mended_and_forms_that_ship_are_not_touched() {
    let root = portal(&[("content/index.md", "---\ntitle: A\n---\nx\n"), PAGES[0]]);
    overwrite(
        &root.path().join("site.yaml"),
        "title: T\norganisatoin: O\nnavigation: [/norm/]\n",
    );
    checked(root.path(), "--fix");
    assert_eq!(
        text(&root, "site.yaml"),
        "title: T\norganisation: O\nnavigation: [norm/index.md]\n"
    );
    assert!(!root.path().join("forms").exists());
}

#[test]
fn a_file_keeps_its_rights_and_one_that_may_not_be_written_stays() {
    let dead = "---\ntitel: A\n---\nx\n";
    let root = portal(&[("content/index.md", dead), ("content/b.md", dead)]);
    let (open, closed) = (
        root.path().join("content/index.md"),
        root.path().join("content/b.md"),
    );
    fs::set_permissions(&open, fs::Permissions::from_mode(0o604)).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o444)).unwrap();
    let (code, _) = checked(root.path(), "--fix");
    assert_eq!(code, 1);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&open), mode(&closed)), (0o604, 0o444));
    assert_eq!(
        text(&root, "content/index.md"),
        dead.replace("titel", "title")
    );
    assert_eq!(text(&root, "content/b.md"), dead);
}

#[test]
fn without_fix_it_is_only_told() {
    let page = "---\ntitel: A\n---\nx\n";
    let root = portal(&[("content/index.md", page)]);
    let (_, out) = checked(root.path(), "");
    assert!(
        out.contains("1 plek hiervan kunnen wij zelf verbeteren: meldwijzer check --fix\n"),
        "{out}"
    );
    assert_eq!(text(&root, "content/index.md"), page);
}

/// Numbers that look random and are the same each time.
struct Chance(u64);

impl Chance {
    /// Returns a number below `below`.
    fn below(&mut self, below: usize) -> usize {
        // Knuth's linear congruential generator, MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Lines of front matter and of text, sound and with one mistake each.
const FRONT: [&str; 8] = [
    "title: Een",
    "titel: Twee",
    "summary: x",
    "sumary: y",
    "kind: nrom",
    "draft: Nee",
    "Publish: 2020-1-5",
    "toc: misschien",
];
const LINES: [&str; 12] = [
    "tekst",
    "[a](norm/)",
    "[a](bellen.md) [b](nazorg/bollen.md)",
    "## Kop",
    "#### Kop",
    "[a](norm/index.md#vertrouwelik)",
    "[a](#kpo)",
    "![](x.png)",
    "<b>x</b>",
    "| [a](norm) | b |",
    "[a](www.voorbeeld.nl) é [b](Norm/index.md)",
    "[a]: b.md",
];

#[test]
fn errors_never_grow_in_number_and_a_second_time_changes_nothing() {
    let mut chance = Chance(6);
    let pages = ["content/index.md", "content/een.md", "content/twee.md"];
    for _ in 0..8 {
        let made = pages.map(|file| (file, page(&mut chance)));
        let made: Vec<(&str, &str)> = made.iter().map(|(file, text)| (*file, &**text)).collect();
        let root = portal(&[&PAGES[..], &made].concat());
        let errors = |arguments: &str| {
            let (_, out) = checked(root.path(), &format!("{arguments} --format json"));
            let report: serde_json::Value = serde_json::from_str(&out).unwrap();
            let mended = report["mended"].as_array().unwrap().len();
            (report["counts"]["errors"].as_u64().unwrap(), mended)
        };
        let texts = || pages.map(|file| text(&root, file));
        let (before, _) = errors("");
        let (after, _) = errors("--fix");
        assert!(after <= before, "{before} to {after}: {made:?}");
        let mended = texts();
        assert_eq!(errors("--fix"), (after, 0), "{made:?}");
        assert_eq!(texts(), mended, "{made:?}");
    }
}

/// Makes a page of lines that were drawn.
fn page(chance: &mut Chance) -> String {
    let mut page = "---\n".to_owned();
    for _ in 0..chance.below(5) {
        page.push_str(&format!("{}\n", chance.of(&FRONT)));
    }
    page.push_str("---\n");
    for _ in 0..chance.below(10) {
        page.push_str(&format!("{}\n\n", chance.of(&LINES)));
    }
    page
}
