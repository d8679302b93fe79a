//! Edits of every kind, at random: whatever is done to the files, preview ends in what a fresh build makes of them.
//!
//! `PREVIEW_ROUNDS=200` does that many rounds; `PREVIEW_SEED` begins with another number.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use include_dir::{Dir, include_dir};
use meldwijzer::cli::portal::assemble_for;
use meldwijzer::clock::{Clock, SystemClock};
use meldwijzer::diagnostic::Diagnostic;
use meldwijzer::output::{Caching, Output};
use meldwijzer::site::generator::Options;
use meldwijzer::site::pages::Showing;

use super::{Answer, Desk, PAUSE, portal};
use crate::portal_on_a_socket::HANG;
use crate::sent::draw::Numbers;

static THEME: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/basis");

const ROUNDS: u64 = 6;
const SEED: u64 = 42;

/// What editors see.
const EDITORS: Options = Options {
    showing: Showing::Everything,
    advice: true,
    forms_here: true,
};

/// Most edits in one round.
const EDITS: usize = 8;

/// Files of a burst, as when somebody changes to another branch.
const BURST: usize = 120;

const FOLDERS: [&str; 4] = ["", "een/", "een/twee/", "drie/"];

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn whatever_is_edited_ends_in_what_a_fresh_build_makes() {
    let root = portal(&[("een/a.md", "---\ntitle: A\n---\nTekst.\n")]);
    fs::create_dir_all(root.path().join("themes/basis")).unwrap();
    THEME.extract(root.path().join("themes/basis")).unwrap();
    let seed = number("PREVIEW_SEED", SEED);
    let mut hands = Hands {
        root: root.path().to_owned(),
        numbers: Numbers(seed),
        told: Vec::new(),
        count: 0,
        breaks: false,
    };
    let desk = Desk::open(root);
    let mut seen = BTreeSet::new();
    let (mut good, rounds) = (0, number("PREVIEW_ROUNDS", ROUNDS));
    for round in 0..rounds {
        hands.told.clear();
        // What is broken stays so in every third round, and is mended among other edits in the others.
        hands.breaks = round % 3 == 2;
        if round % 3 == 0 {
            hands.mend();
        }
        for _ in 0..=hands.numbers.below(EDITS) {
            hands.edit();
            if hands.numbers.seldom(3) {
                sleep(Duration::from_millis(hands.numbers.below(40) as u64));
            }
        }
        let name = format!("seed {seed}, round {round}: {:#?}", hands.told);
        good += u64::from(settles(&desk, &mut seen, &name));
    }
    assert!(
        good > rounds / 3,
        "only {good} of {rounds} rounds had something to compare"
    );
}

/// Waits until preview shows what a fresh build makes, and nothing that it does not make. Returns whether that is a
/// portal.
fn settles(desk: &Desk, seen: &mut BTreeSet<String>, name: &str) -> bool {
    let today = SystemClock.today();
    let (fresh, problems) = assemble_for(EDITORS, desk.root(), &|_| None, today);
    let begun = Instant::now();
    loop {
        let fault = match &fresh {
            Some(portal) => differs(desk, &portal.outputs, seen),
            None => untold(desk, &problems),
        };
        let Some(fault) = fault else {
            return fresh.is_some();
        };
        assert!(begun.elapsed() < HANG, "{name}\n{fault}");
        sleep(PAUSE);
    }
}

/// Compares every file, and asks for those that were there before and are not now.
fn differs(desk: &Desk, outputs: &[Output], seen: &mut BTreeSet<String>) -> Option<String> {
    let files = outputs
        .iter()
        .filter(|output| !output.path.ends_with(".br") && !output.path.ends_with(".gz"));
    let mut now = BTreeSet::new();
    for output in files {
        let address = format!(
            "/{}",
            output
                .path
                .strip_suffix("index.html")
                .unwrap_or(&output.path)
        );
        let answer = desk.get(&address);
        if undressed(&answer) != *output.bytes {
            return Some(format!("{address} is not as built ({})", answer.status));
        }
        // What has a new name for each version is still given to pages that were loaded before.
        if output.caching == Caching::Revalidate {
            now.insert(address);
        }
    }
    let gone = seen
        .difference(&now)
        .find(|address| desk.get(address).status != 404);
    let fault = gone.map(|address| format!("{address} is still there"));
    if fault.is_none() {
        *seen = now;
    }
    fault
}

/// Returns which problems are not told, or are told and not there.
fn untold(desk: &Desk, problems: &[Diagnostic]) -> Option<String> {
    let page = desk.get("/_preview/problems/");
    let mut told: Vec<&str> = page
        .text()
        .split("<li data-code=\"")
        .skip(1)
        .filter_map(|item| item.split('"').next())
        .collect();
    // The bar of the page tells those of no file as well.
    told.sort_unstable();
    let codes = problems.iter().map(|problem| problem.code);
    let mut codes: Vec<&str> = codes.filter(|code| *code != "place-to-fill-in").collect();
    codes.sort_unstable();
    (told != codes).then(|| format!("{told:?} instead of {codes:?}"))
}

/// Returns what the receiver answered, without what preview put on it.
fn undressed(answer: &Answer) -> Vec<u8> {
    if !answer.head.contains("text/html") {
        return answer.body.clone();
    }
    let mut page = answer.text().to_owned();
    for (start, end) in [
        ("<aside class=\"mw-preview\"", "</aside>\n"),
        ("<link rel=\"stylesheet\" href=\"/_preview/", ">\n"),
        ("<script type=\"module\" src=\"/_preview/", "</script>\n"),
        ("<p class=\"mw-preview-note\"", "</p>\n"),
        (" <span class=\"mw-preview-mark\"", "</span>"),
    ] {
        while let Some(from) = page.find(start) {
            let to = from + page[from..].find(end).unwrap() + end.len();
            page.replace_range(from..to, "");
        }
    }
    page.into_bytes()
}

/// Somebody who edits.
struct Hands {
    root: PathBuf,
    numbers: Numbers,
    told: Vec<String>,
    /// So that no two texts are the same.
    count: usize,
    /// Whether mistakes are made on purpose.
    breaks: bool,
}

impl Hands {
    fn edit(&mut self) {
        match self.numbers.below(20) {
            0..=3 => self.write_in_place(),
            4 => self.replace_by_name(),
            5 => self.cut_off_and_write(),
            6 => self.delete_and_make(),
            7 => self.delete(),
            8 => self.move_folder(),
            9 => self.swap(),
            10 => self.touch(),
            11 => self.leave_rubbish(),
            12 => self.settings(),
            13 => self.theme(),
            14 => self.form(),
            15 => self.data(),
            16 if self.breaks => self.break_something(),
            16 => self.write_in_place(),
            17 => self.burst(),
            18 => self.rename_page(),
            _ => self.mend(),
        }
    }

    fn say(&mut self, what: &str, path: &Path) {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        self.told.push(format!("{what} {}", path.display()));
    }

    fn pages(&self) -> Vec<PathBuf> {
        let mut pages = Vec::new();
        let mut folders = vec![self.root.join("content")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "md") {
                    pages.push(path);
                }
            }
        }
        pages.sort();
        pages
    }

    fn page(&mut self) -> PathBuf {
        let pages = self.pages();
        match pages.is_empty() {
            true => self.root.join("content/index.md"),
            false => self.numbers.one(&pages),
        }
    }

    fn new_page(&mut self) -> PathBuf {
        let folder = self.numbers.one(&FOLDERS);
        let name = ["index", "a", "b", "c", "a.en", "d"][self.numbers.below(6)];
        let path = self.root.join(format!("content/{folder}{name}.md"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn text(&mut self) -> String {
        self.count += 1;
        let count = self.count;
        let more = [
            "",
            "draft: true\n",
            "publish: 9999-01-01\n",
            "expires: 2000-01-01\n",
            "order: 3\n",
            "aliases: [/oud-nummer/]\n",
        ];
        let more = self
            .numbers
            .one(&more)
            .replace("nummer", &count.to_string());
        let pages = self.pages();
        let link = match self.numbers.below(40) {
            0 if !pages.is_empty() => {
                let page = self.numbers.one(&pages);
                let below = page
                    .strip_prefix(self.root.join("content"))
                    .unwrap()
                    .to_owned();
                format!("[link](/{})\n", below.with_extension("").display())
            }
            _ => String::new(),
        };
        format!(
            "---\ntitle: Pagina {count}\n{more}---\n## Kop {count}\n\nTekst nummer {count}. {link}\n"
        )
    }

    fn write_in_place(&mut self) {
        let path = match self.numbers.below(2) {
            0 => self.page(),
            _ => self.new_page(),
        };
        let text = self.text();
        fs::write(&path, text).unwrap();
        self.say("write", &path);
    }

    fn replace_by_name(&mut self) {
        let (path, text) = (self.page(), self.text());
        let beside = path.with_extension("md.tmp");
        fs::write(&beside, text).unwrap();
        fs::rename(&beside, &path).unwrap();
        self.say("replace by name", &path);
    }

    fn cut_off_and_write(&mut self) {
        let (path, text) = (self.page(), self.text());
        let mut file = File::create(&path).unwrap();
        file.sync_all().unwrap();
        let (one, two) = text.split_at(text.len() / 2);
        file.write_all(one.as_bytes()).unwrap();
        sleep(Duration::from_millis(self.numbers.below(30) as u64));
        file.write_all(two.as_bytes()).unwrap();
        self.say("cut off and write", &path);
    }

    fn delete_and_make(&mut self) {
        let (path, text) = (self.page(), self.text());
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        self.say("delete and make", &path);
    }

    fn delete(&mut self) {
        let path = self.page();
        let _ = fs::remove_file(&path);
        self.say("delete", &path);
    }

    fn rename_page(&mut self) {
        let (from, to) = (self.page(), self.new_page());
        let _ = fs::rename(&from, &to);
        self.say("rename", &from);
        self.say("to", &to);
    }

    fn move_folder(&mut self) {
        let folders = ["een", "een/twee", "drie", "vier"];
        let from = self.root.join("content").join(self.numbers.one(&folders));
        let to = self.root.join("content").join(self.numbers.one(&folders));
        if from.is_dir() && !to.exists() && !to.starts_with(&from) {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(&from, &to).unwrap();
            self.say("move folder", &from);
            self.say("to", &to);
        }
    }

    fn swap(&mut self) {
        let (one, two) = (self.page(), self.page());
        let beside = self.root.join("wissel");
        if one != two && one.exists() && two.exists() {
            fs::rename(&one, &beside).unwrap();
            fs::rename(&two, &one).unwrap();
            fs::rename(&beside, &two).unwrap();
            self.say("swap", &one);
            self.say("with", &two);
        }
    }

    fn touch(&mut self) {
        let path = self.page();
        if let Ok(bytes) = fs::read(&path) {
            fs::write(&path, bytes).unwrap();
            self.say("touch", &path);
        }
    }

    /// What editors leave beside a file while they work.
    fn leave_rubbish(&mut self) {
        let path = self.page();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        for beside in [
            format!(".{name}.swp"),
            format!("{name}~"),
            format!(".#{name}"),
            "4913".to_owned(),
        ] {
            let beside = path.with_file_name(beside);
            fs::write(&beside, "rommel").unwrap();
            if self.numbers.seldom(2) || beside.ends_with("4913") {
                fs::remove_file(beside).unwrap();
            }
        }
        self.say("rubbish beside", &path);
    }

    fn settings(&mut self) {
        self.count += 1;
        let menu = self.numbers.one(&[
            "",
            "navigation: [index.md]\n",
            "footer: [index.md]\n",
            "base_url: https://i.example/\n",
        ]);
        let path = self.root.join("site.yaml");
        let text = format!(
            "title: T{}\norganisation: O\nlanguages: [nl, en]\n{menu}",
            self.count
        );
        fs::write(&path, text).unwrap();
        self.say("settings", &path);
    }

    fn theme(&mut self) {
        self.count += 1;
        let count = self.count;
        let (name, from, to) = match self.numbers.below(3) {
            0 => ("assets/base.css", "color", format!("/* {count} */ color")),
            1 => (
                "templates/page.html",
                "<article",
                format!("<article data-count=\"{count}\""),
            ),
            _ => ("messages/nl.yaml", "Controleer", format!("Bekijk {count}")),
        };
        let path = self.root.join("themes/basis").join(name);
        let shipped = THEME.get_file(name).unwrap().contents_utf8().unwrap();
        fs::write(&path, shipped.replace(from, &to)).unwrap();
        self.say("theme", &path);
    }

    fn form(&mut self) {
        self.count += 1;
        let shipped = include_str!("../../forms/feedback.yaml");
        let path = self.root.join("forms/feedback.yaml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self.numbers.below(3) {
            0 => {
                let _ = fs::remove_file(&path);
            }
            _ => fs::write(
                &path,
                shipped.replace("Geef je reactie", &format!("Reactie {}", self.count)),
            )
            .unwrap(),
        }
        self.say("form", &path);
    }

    fn data(&mut self) {
        self.count += 1;
        let count = self.count;
        let (name, text) = match self.numbers.below(2) {
            0 => (
                "messages.yaml",
                format!(
                    "messages:\n  - id: een\n    title: {{ nl: \"B{count}\", en: \"B\" }}\n    text: {{ nl: \"Tekst {count}.\", en: \"Text.\" }}\n    when: {{ months: 11 }}\n"
                ),
            ),
            _ => (
                "glossary.yaml",
                format!(
                    "- id: een\n  term: {{ nl: \"Woord\", en: \"Word\" }}\n  text: {{ nl: \"Uitleg {count}.\", en: \"Text.\" }}\n"
                ),
            ),
        };
        let path = self.root.join("content").join(name);
        fs::write(&path, text).unwrap();
        self.say("data", &path);
    }

    fn break_something(&mut self) {
        let (path, text) = match self.numbers.below(5) {
            0 => (self.page(), "---\ntitle: [\n---\nX\n"),
            1 => (self.page(), "---\ntitle: X\n---\n[x](weg.md)\n"),
            2 => (self.root.join("site.yaml"), "title: T\n"),
            3 => (
                self.root.join("themes/basis/templates/page.html"),
                "{% if %}",
            ),
            _ => (self.page(), "---\ntitle: X\nlayout: y\n---\n```fout\n"),
        };
        fs::write(&path, text).unwrap();
        self.say("break", &path);
    }

    /// Puts back what all pages share, and every page that may be broken.
    fn mend(&mut self) {
        self.settings();
        self.theme();
        let shipped = THEME.get_file("templates/page.html").unwrap();
        fs::write(
            self.root.join("themes/basis/templates/page.html"),
            shipped.contents(),
        )
        .unwrap();
        for page in self.pages() {
            self.count += 1;
            let text = format!("---\ntitle: Pagina {}\n---\nHeel.\n", self.count);
            fs::write(page, text).unwrap();
        }
        self.told.push("mend all".to_owned());
    }

    fn burst(&mut self) {
        for _ in 0..BURST {
            let path = self.new_page();
            let text = self.text();
            fs::write(&path, text).unwrap();
        }
        self.told.push("burst".to_owned());
    }
}
