//! A portal that is built again after each edit is the portal that a build from nothing makes.
#![allow(clippy::disallowed_methods, reason = "tests write their own input")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use meldwijzer::diagnostic::{Diagnostic, sort};
use meldwijzer::site::generator::{Generator, Options};
use meldwijzer::site::pages::Showing;
use tempfile::TempDir;

use super::{TODAY, told};

/// How many edits are made; more with `MELDWIJZER_TEST_EDITS`.
const EDITS: u64 = 150;

const OPTIONS: Options = Options {
    showing: Showing::Published,
    advice: true,
    forms_here: false,
};

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

/// Pages that the edits come back to, so that they meet.
const PATHS: [&str; 14] = [
    "index.md",
    "index.en.md",
    "norm/index.md",
    "norm/regels.md",
    "norm/regels.en.md",
    "norm/oud.md",
    "hulp/index.md",
    "hulp/een.md",
    "hulp/twee.md",
    "hulp/drie.md",
    "hulp/diep/vier.md",
    "pad.md",
    "woorden.md",
    "los.md",
];

/// Writes a page with a bit of everything that one page shows of another.
fn page(root: &Path, path: &str, numbers: &mut Numbers) -> String {
    let mut text = String::from("---\n");
    let title = format!("Titel {} {path}", numbers.below(3));
    text.push_str(&format!("title: {title}\n"));
    let mut maybe = |one_in: u64, line: String| {
        if numbers.below(one_in) == 0 {
            text.push_str(&line);
        }
    };
    maybe(2, "summary: Waar het over gaat.\n".to_owned());
    maybe(4, "order: 1\n".to_owned());
    maybe(9, "draft: true\n".to_owned());
    maybe(9, "publish: 2027-01-01\n".to_owned());
    maybe(9, format!("aliases: [/was/{}/]\n", path.len()));
    maybe(9, format!("id: kort-{}\n", path.len()));
    maybe(9, "review: 2026-01-01\n".to_owned());
    maybe(12, "kind: protocol\n".to_owned());
    match path {
        "norm/oud.md" => text.push_str("earlier_version_of: norm/regels.md\nversion: '1'\nupdated: 2024-01-01\n"),
        "norm/regels.md" => text.push_str("version: '2'\nupdated: 2025-01-01\n"),
        "woorden.md" => text.push_str("kind: glossary\n"),
        "pad.md" => text.push_str(
            "kind: path\npath:\n  steps:\n    - page: hulp/een.md\n      minutes: 2\n      why: Lees [dit](los.md).\n    - page: hulp/twee.md#kop-1\n      minutes: 3\n",
        ),
        _ => {}
    }
    text.push_str("---\n\n");
    for _ in 0..=numbers.below(4) {
        // A link to nothing is a mistake, and says what is nearest: now and then.
        let paths = PATHS.into_iter();
        let there: Vec<&str> = paths
            .filter(|path| root.join("content").join(path).exists())
            .collect();
        let target = match numbers.below(8) {
            0 => numbers.of(&PATHS),
            _ => numbers.of(&there),
        };
        let up = "../".repeat(path.matches('/').count());
        let line = match numbers.below(24) {
            0..=3 => format!("## Kop {}\n\nTekst.\n", numbers.below(3)),
            4..=12 => format!("Zie [daar]({up}{target}).\n"),
            13 => format!("Zie [daar]({up}{target}#kop-{}).\n", numbers.below(3)),
            14 => "Zie [kort](/p/kort-9/) en [was](/was/9/) en [adres](/hulp/een/).\n".to_owned(),
            15 => "Een [melding](begrip:melding) en [[vul in: iets]].\n".to_owned(),
            16 => "Zie [weg](weg.md).\n".to_owned(),
            _ => format!("Zin nummer {}.\n", numbers.below(100)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    if path == "woorden.md" {
        text.push_str("```glossary\n```\n");
    }
    text
}

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join("content").join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn start() -> TempDir {
    let root = TempDir::new().unwrap();
    let settings = "title: T\norganisation: O\nlanguages: [nl, en]\nbase_url: https://x.example/\n";
    fs::write(root.path().join("site.yaml"), settings).unwrap();
    let glossary = "- id: melding\n  term: melding\n  text: Wat je meldt.\n";
    write(root.path(), "glossary.yaml", glossary);
    write(root.path(), "index.md", "---\ntitle: Thuis\n---\nTekst.\n");
    root
}

/// Makes one change, and returns the paths of what it changed.
fn edit(root: &Path, numbers: &mut Numbers) -> Vec<String> {
    let path = *numbers.of(&PATHS);
    let file = root.join("content").join(path);
    let shown = |path: &str| format!("content/{path}");
    match numbers.below(16) {
        0 | 1 if path != "index.md" => {
            let _ = fs::remove_file(file);
            vec![shown(path)]
        }
        2 if path != "index.md" && file.exists() => {
            let to = *numbers.of(&PATHS);
            write(root, to, "");
            fs::rename(file, root.join("content").join(to)).unwrap();
            vec![shown(path), shown(to)]
        }
        3 => {
            write(root, "synonyms.yaml", "nl:\n  - [boos, kwaad]\n");
            vec![shown("synonyms.yaml")]
        }
        // A tidy page, so that a portal without mistakes comes back now and then.
        4..=6 => {
            write(
                root,
                path,
                &format!("---\ntitle: Netjes {path}\n---\n\n## Kop 1\n\nTekst.\n"),
            );
            vec![shown(path)]
        }
        // A heading comes or goes, and nothing else that other pages show.
        9 | 10 if file.exists() => {
            let text = fs::read_to_string(&file).unwrap();
            let text = match text.contains("## Kop 1\n") {
                true => text.replace("## Kop 1\n", "Geen kop.\n"),
                false => format!("{text}\n## Kop 1\n\nTekst.\n"),
            };
            write(root, path, &text);
            vec![shown(path)]
        }
        7 if file.exists() => {
            let text = fs::read_to_string(&file).unwrap();
            write(root, path, &format!("{text}\nNog een zin.\n"));
            vec![shown(path)]
        }
        // All mistakes are mended.
        8 => {
            let paths = PATHS.into_iter();
            let there = paths.filter(|path| root.join("content").join(path).exists());
            let mended: Vec<&str> = there.collect();
            for path in &mended {
                let text = format!("---\ntitle: Hersteld {path}\n---\n\n## Kop 1\n\nTekst.\n");
                write(root, path, &text);
            }
            mended.into_iter().map(shown).collect()
        }
        _ => {
            write(root, path, &page(root, path, numbers));
            vec![shown(path)]
        }
    }
}

fn files(generator: &Generator) -> BTreeMap<String, Vec<u8>> {
    let outputs = generator.outputs();
    outputs
        .map(|output| (output.path.clone(), output.bytes.to_vec()))
        .collect()
}

#[track_caller]
fn compare(
    found: &BTreeMap<String, Vec<u8>>,
    expected: &BTreeMap<String, Vec<u8>>,
    edited: &[String],
) {
    let paths = expected.keys().chain(found.keys());
    let differ: Vec<&String> = paths
        .filter(|path| expected.get(*path) != found.get(*path))
        .collect();
    assert!(differ.is_empty(), "after {edited:?}: {differ:?}");
}

fn in_order(mut diagnostics: Vec<Diagnostic>) -> String {
    sort(&mut diagnostics);
    told(&diagnostics)
}

#[test]
fn after_every_edit_the_portal_is_that_of_a_build_from_nothing() {
    let edits = std::env::var("MELDWIJZER_TEST_EDITS");
    let edits = edits.map_or(EDITS, |edits| edits.parse().unwrap());
    let root = start();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut generator = Generator::new(root.path(), OPTIONS);
    generator.build(&|_| None, TODAY, &|outputs| outputs);
    let mut served: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let (mut sound, mut taken) = (0, 0);
    for at in 0..edits {
        let mut paths = Vec::new();
        for _ in 0..=numbers.below(3) {
            paths.extend(edit(root.path(), &mut numbers));
        }
        generator.update(&paths, &|_| None, TODAY);
        if numbers.below(3) == 0 {
            continue;
        }
        generator.settle();
        let mut anew = Generator::new(root.path(), OPTIONS);
        anew.build(&|_| None, TODAY, &|outputs| outputs);
        assert_eq!(
            in_order(generator.diagnostics()),
            in_order(anew.diagnostics()),
            "after edit {at} of {paths:?}"
        );
        assert_eq!(generator.is_sound(), anew.is_sound());
        taken += 1;
        let expected = files(&anew);
        compare(&files(&generator), &expected, &paths);
        let Some(fresh) = generator.fresh() else {
            continue;
        };
        sound += 1;
        for path in fresh.removed {
            served.remove(&path);
        }
        for output in fresh.changed {
            served.insert(output.path.clone(), output.bytes.to_vec());
        }
        compare(&served, &expected, &paths);
    }
    assert!(
        sound * 10 > taken,
        "only {sound} of {taken} portals could be compared"
    );
}

#[test]
fn an_edit_makes_only_what_it_touches() {
    let root = start();
    let write = |path: &str, text: &str| write(root.path(), path, text);
    for number in 1..=5 {
        write(
            &format!("hulp/{number}.md"),
            &format!("---\ntitle: Hulp {number}\norder: {number}\n---\n\n## Kop\n\nTekst.\n"),
        );
    }
    write("hulp/index.md", "---\ntitle: Hulp\n---\nTekst.\n");
    write(
        "los.md",
        "---\ntitle: Los\n---\nZie [vijf](hulp/5.md#kop).\n",
    );
    let mut generator = Generator::new(root.path(), OPTIONS);
    generator.build(&|_| None, TODAY, &|outputs| outputs);
    assert!(
        generator.fresh().is_some(),
        "{}",
        in_order(generator.diagnostics())
    );
    let mut check = |path: &str, text: &str, expected: &[&str]| {
        write(path, text);
        generator.update(&[format!("content/{path}")], &|_| None, TODAY);
        let fresh = generator.fresh().expect(path);
        let mut changed: Vec<String> = fresh.changed.into_iter().map(|o| o.path).collect();
        changed.sort();
        assert_eq!(changed, expected, "{path}: {text}");
        generator.settle();
        generator.fresh();
    };
    let head = "---\ntitle: Hulp 3\norder: 3\n---\n\n## Kop\n\n";
    check(
        "hulp/3.md",
        &format!("{head}Andere tekst.\n"),
        &["hulp/3/index.html"],
    );
    check("hulp/3.md", &format!("{head}Andere tekst.\n"), &[]);
    // Its neighbours name it, and so does the list of its folder.
    check(
        "hulp/3.md",
        "---\ntitle: Drie\norder: 3\n---\n\n## Kop\n\nAndere tekst.\n",
        &[
            "hulp/2/index.html",
            "hulp/3/index.html",
            "hulp/4/index.html",
            "hulp/index.html",
            "p/hulp-3/index.html",
        ],
    );
    // A link to a page does not show its headings.
    check(
        "hulp/5.md",
        "---\ntitle: Hulp 5\norder: 5\n---\n\n## Kop\n\nTekst.\n\n## Nog een\n\nTekst.\n",
        &["hulp/5/index.html"],
    );
}

#[test]
fn a_page_brings_the_image_that_it_comes_to_show() {
    let root = start();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";
    write(root.path(), "punt.svg", svg);
    let mut generator = Generator::new(root.path(), OPTIONS);
    generator.build(&|_| None, TODAY, &|outputs| outputs);
    generator.fresh();
    write(
        root.path(),
        "index.md",
        "---\ntitle: Thuis\n---\n![Een punt](punt.svg)\n",
    );
    generator.update(&["content/index.md".to_owned()], &|_| None, TODAY);
    let fresh = generator.fresh().unwrap();
    let changed: Vec<&str> = fresh.changed.iter().map(|o| o.path.as_str()).collect();
    let image = changed.iter().any(|path| path.starts_with("assets/punt."));
    assert!(image && changed.contains(&"index.html"), "{changed:?}");
}
