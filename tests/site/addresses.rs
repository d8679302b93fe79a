//! Addresses that were published stay: pages are moved, renamed, merged and taken away, step by step, and each
//! time what the program says to do is done to the letter.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use meldwijzer::cli::portal::{Portal, assemble};
use meldwijzer::diagnostic::{Diagnostic, Severity};
use meldwijzer::site::addresses::Record;
use tempfile::TempDir;

use super::{TODAY, told};

const LOCK: &str = "content/addresses.lock";

/// A portal of which addresses were published.
struct Published(TempDir);

impl Published {
    /// Publishes a portal of pages: paths below `content/` with what stands above their text.
    fn new(pages: &[(&str, &str)]) -> Published {
        let portal = Published(TempDir::new().unwrap());
        portal.write(
            "site.yaml",
            "title: T\norganisation: O\nbase_url: https://i.example/veilig/\nlanguages: [nl, en]\n",
        );
        portal.page("index.md", "title: Start");
        for (path, front_matter) in pages {
            portal.page(path, front_matter);
        }
        portal.publish();
        portal
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }

    fn page(&self, path: &str, front_matter: &str) {
        let text = format!("---\n{front_matter}\n---\nTekst.\n");
        self.write(&format!("content/{path}"), &text);
    }

    fn move_page(&self, from: &str, to: &str) {
        let content = self.root().join("content");
        let to = content.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(content.join(from), to).unwrap();
    }

    fn delete(&self, path: &str) {
        fs::remove_file(self.root().join("content").join(path)).unwrap();
    }

    fn assemble(&self) -> (Option<Portal>, Vec<Diagnostic>) {
        assemble(self.root(), &|_| None, TODAY)
    }

    /// Builds as `build` does, writes down what was published, and sees that every address that ever was
    /// published leads to the page with the id that it led to, unless an alias says where to go on.
    #[track_caller]
    fn publish(&self) {
        let (portal, problems) = self.assemble();
        let Some(portal) = portal else {
            panic!("{}", told(&problems));
        };
        for line in self.lock().lines().filter(|line| !line.starts_with('#')) {
            let (address, id) = line.split_once(' ').unwrap();
            if id.starts_with("form:") {
                continue;
            }
            let leads_to = leads_to(&portal, address);
            let by_alias = |address: &str| {
                let href = format!("{}{address}", portal.config.base_path());
                portal.site.aliases().contains_key(&href)
            };
            let is_meant = by_alias(address) || by_alias(&format!("/p/{id}/"));
            assert!(
                leads_to == id || leads_to == GONE || is_meant,
                "{address} led to {id} and now leads to {leads_to}"
            );
        }
        let lock = fs::read(self.root().join(LOCK)).ok();
        let (record, _) = Record::parse(lock.as_deref());
        if let Some(text) = record.with(&portal.addresses, "Adressen.") {
            self.write(LOCK, &text);
        }
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.root().join(LOCK)).unwrap_or_default()
    }

    fn html(&self, address: &str) -> String {
        let (portal, problems) = self.assemble();
        let portal = portal.unwrap_or_else(|| panic!("{}", told(&problems)));
        let path = format!("{}index.html", address.trim_start_matches('/'));
        let mut outputs = portal.outputs.iter();
        let output = outputs.find(|output| output.path == path).unwrap();
        String::from_utf8(output.bytes.to_vec()).unwrap()
    }

    /// Compares what is told after a change, does what it says, and publishes.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let (_, problems) = self.assemble();
        assert_eq!(wrong(&problems), expected, "{}", told(&problems));
        for problem in &problems {
            self.do_as_told(problem);
        }
        self.publish();
    }

    /// Puts the line in the page, as the hint says.
    fn do_as_told(&self, problem: &Diagnostic) {
        let (Some(page), Some(line)) = (argument(problem, "page"), argument(problem, "line"))
        else {
            return;
        };
        let key = line.split(':').next().unwrap();
        let text = fs::read_to_string(self.root().join(page)).unwrap();
        let others = text
            .lines()
            .skip(1)
            .filter(|other| !other.starts_with(&format!("{key}:")));
        let others: Vec<&str> = others.collect();
        self.write(page, &format!("---\n{line}\n{}\n", others.join("\n")));
    }
}

/// Stands for the page that says that what was there is gone.
const GONE: &str = "(gone)";

/// Follows an address as a browser does, to the page that says which id it has.
fn leads_to(portal: &Portal, address: &str) -> String {
    let html = |address: &str| {
        let path = format!("{}index.html", address.trim_start_matches('/'));
        let mut outputs = portal.outputs.iter();
        let output = outputs.find(|output| output.path == path);
        let output = output.unwrap_or_else(|| panic!("{address} leads nowhere"));
        String::from_utf8(output.bytes.to_vec()).unwrap()
    };
    let mut page = html(address);
    if let Some((_, to)) = page.split_once("; url=") {
        let to = to.split('"').next().unwrap();
        page = html(to.strip_prefix(portal.config.base_path()).unwrap());
    }
    if page.contains("Deze pagina is er niet meer") {
        return GONE.to_owned();
    }
    // The short address stands at the foot of each page.
    let (_, short) = page.rsplit_once("/p/").unwrap();
    short.split('/').next().unwrap().to_owned()
}

fn argument<'a>(problem: &'a Diagnostic, name: &str) -> Option<&'a str> {
    let mut arguments = problem.arguments.iter();
    let found = arguments.find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

/// Returns the errors: their code, the line of the record, and what to put where.
fn wrong(problems: &[Diagnostic]) -> Vec<String> {
    let errors = problems
        .iter()
        .filter(|one| one.severity == Severity::Error);
    errors
        .map(|problem| {
            let line = problem.place.as_ref().map_or("", |place| &place.line_text);
            let page = argument(problem, "page").unwrap_or_default();
            let page = page.trim_start_matches("content/");
            let fix = argument(problem, "line").unwrap_or_default();
            format!("{} at {line}: {page} {fix}", problem.code)
        })
        .collect()
}

#[test]
fn every_address_that_was_published_is_recorded_in_order() {
    let portal = Published::new(&[
        (
            "norm/index.md",
            "id: norm\ntitle: Norm\naliases: [/onze-norm/]",
        ),
        ("norm/index.en.md", "title: Norm"),
        ("index.en.md", "title: Home"),
    ]);
    let of_pages: Vec<String> = portal
        .lock()
        .lines()
        .filter(|line| !line.contains("form:"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        of_pages,
        [
            "# Adressen.",
            "/ home",
            "/en/ home",
            "/en/norm/ norm",
            "/en/p/home/ home",
            "/en/p/norm/ norm",
            "/norm/ norm",
            "/onze-norm/ norm",
            "/p/home/ home",
            "/p/norm/ norm",
        ]
    );
    assert!(portal.lock().contains("\n/melden/ form:incident\n"));
    let html = portal.html("/en/p/norm/");
    assert!(html.contains("url=/veilig/en/norm/"), "{html}");
    let before = portal.lock();
    portal.publish();
    assert_eq!(portal.lock(), before);
}

#[test]
fn a_page_that_moves_keeps_its_short_address_and_gets_its_old_one_as_an_alias() {
    let portal = Published::new(&[
        ("index.en.md", "title: Home"),
        ("norm/index.md", "title: Norm"),
        ("norm/index.en.md", "title: Norm"),
        (
            "huisregels.md",
            "id: regels\ntitle: Regels\naliases: [/oud/]",
        ),
        ("huisregels.en.md", "title: Rules"),
    ]);
    portal.move_page("huisregels.md", "norm/huisregels.md");
    portal.move_page("huisregels.en.md", "norm/huisregels.en.md");
    portal.check(&[
        "address-vanished-page-moved at /en/huisregels/ regels: norm/huisregels.en.md aliases: [/en/huisregels/]",
        "address-vanished-page-moved at /huisregels/ regels: norm/huisregels.md aliases: [/oud/, /huisregels/]",
    ]);
    let html = portal.html("/huisregels/");
    assert!(html.contains("url=/veilig/norm/huisregels/"), "{html}");
    // And once more, from there.
    portal.move_page("norm/huisregels.md", "regels.md");
    portal.delete("norm/huisregels.en.md");
    portal.check(&[
        "address-vanished-page-moved at /en/huisregels/ regels: regels.md aliases: [/oud/, /huisregels/, /en/huisregels/, /en/norm/huisregels/, /en/p/regels/, /norm/huisregels/]",
        "address-vanished-page-moved at /en/norm/huisregels/ regels: regels.md aliases: [/oud/, /huisregels/, /en/huisregels/, /en/norm/huisregels/, /en/p/regels/, /norm/huisregels/]",
        "address-vanished-page-moved at /en/p/regels/ regels: regels.md aliases: [/oud/, /huisregels/, /en/huisregels/, /en/norm/huisregels/, /en/p/regels/, /norm/huisregels/]",
        "address-vanished-page-moved at /norm/huisregels/ regels: regels.md aliases: [/oud/, /huisregels/, /en/huisregels/, /en/norm/huisregels/, /en/p/regels/, /norm/huisregels/]",
    ]);
}

#[test]
fn a_page_without_an_id_that_is_renamed_gets_the_id_it_had() {
    let portal = Published::new(&[("opvang/gesprek.md", "title: Gesprek")]);
    portal.move_page("opvang/gesprek.md", "opvang/gesprekken.md");
    portal.check(&[
        "address-vanished-page-renamed at /opvang/gesprek/ opvang-gesprek: opvang/gesprekken.md aliases: [/opvang/gesprek/]",
        "address-vanished-page-renamed at /p/opvang-gesprek/ opvang-gesprek: opvang/gesprekken.md id: opvang-gesprek",
    ]);
    let html = portal.html("/p/opvang-gesprek/");
    assert!(html.contains("url=/veilig/opvang/gesprekken/"), "{html}");
}

#[test]
fn a_page_that_goes_leads_to_the_page_above_it() {
    let portal = Published::new(&[
        ("norm/index.md", "id: norm\ntitle: Norm"),
        ("norm/oud/index.md", "id: oud\ntitle: Oud"),
        (
            "norm/oud/regels.md",
            "id: regels\ntitle: Regels\naliases: [/regels/]",
        ),
    ]);
    portal.delete("norm/oud/regels.md");
    portal.check(&[
        "address-vanished at /norm/oud/regels/ regels: norm/oud/index.md aliases: [/norm/oud/regels/, /p/regels/, /regels/]",
        "address-vanished at /p/regels/ regels: norm/oud/index.md aliases: [/norm/oud/regels/, /p/regels/, /regels/]",
        "address-vanished at /regels/ regels: norm/oud/index.md aliases: [/norm/oud/regels/, /p/regels/, /regels/]",
    ]);
    // The whole folder.
    portal.delete("norm/oud/index.md");
    portal.check(&[
        "address-vanished at /norm/oud/ oud: norm/index.md aliases: [/norm/oud/, /norm/oud/regels/, /p/oud/, /p/regels/, /regels/]",
        "address-vanished at /norm/oud/regels/ oud: norm/index.md aliases: [/norm/oud/, /norm/oud/regels/, /p/oud/, /p/regels/, /regels/]",
        "address-vanished at /p/oud/ oud: norm/index.md aliases: [/norm/oud/, /norm/oud/regels/, /p/oud/, /p/regels/, /regels/]",
        "address-vanished at /p/regels/ oud: norm/index.md aliases: [/norm/oud/, /norm/oud/regels/, /p/oud/, /p/regels/, /regels/]",
        "address-vanished at /regels/ oud: norm/index.md aliases: [/norm/oud/, /norm/oud/regels/, /p/oud/, /p/regels/, /regels/]",
    ]);
}

#[test]
fn a_changed_id_and_a_forgotten_alias_are_seen() {
    let portal = Published::new(&[("norm.md", "id: norm\ntitle: Norm\naliases: [/oud/]")]);
    portal.page("norm.md", "id: regels\ntitle: Norm");
    let (_, problems) = portal.assemble();
    assert_eq!(
        wrong(&problems),
        [
            "address-of-another-page at /norm/ norm: norm.md id: norm",
            "address-vanished-page-renamed at /oud/ norm: norm.md aliases: [/oud/, /p/norm/]",
            "address-vanished-page-renamed at /p/norm/ norm: norm.md aliases: [/oud/, /p/norm/]",
        ]
    );
    // Two pages can become one: the short address of one is then an alias of the other.
    portal.page(
        "norm.md",
        "id: regels\ntitle: Norm\naliases: [/p/norm/, /oud/]",
    );
    portal.publish();
    assert!(portal.html("/p/norm/").contains("url=/veilig/norm/"));
}

#[test]
fn an_address_does_not_come_to_lead_to_another_page() {
    let portal = Published::new(&[
        ("een.md", "id: een\ntitle: Een"),
        ("twee.md", "id: twee\ntitle: Twee"),
    ]);
    // Somebody mixed up the ids.
    portal.page("een.md", "id: twee\ntitle: Een");
    portal.page("twee.md", "id: een\ntitle: Twee");
    portal.check(&[
        "address-of-another-page at /een/ een: een.md id: een",
        "address-of-another-page at /twee/ twee: twee.md id: twee",
    ]);
    // A page moves, and another one takes its place: readers of the old address would be in the wrong one.
    portal.move_page("een.md", "drie.md");
    portal.page("een.md", "id: vier\ntitle: Vier");
    let (_, problems) = portal.assemble();
    assert_eq!(
        wrong(&problems),
        ["address-of-another-page at /een/ een: een.md id: een"]
    );
    // It may, where the record says so.
    let lock = portal.lock().replace("\n/een/ een\n", "\n/een/ vier\n");
    portal.write(LOCK, &lock);
    portal.publish();
    assert!(
        portal.lock().contains("\n/een/ vier\n"),
        "{}",
        portal.lock()
    );
}

#[test]
fn a_page_does_not_take_the_address_of_a_form_nor_a_form_that_of_a_page() {
    let portal = Published::new(&[("bel.md", "title: Bel")]);
    let form = fs::read_to_string(super::repository().join("forms/bel-mij.yaml")).unwrap();
    portal.delete("bel.md");
    portal.page("bel-mij.md", "title: Bel");
    portal.write(
        "forms/bel-mij.yaml",
        &form.replace("address: bel-mij", "address: bel"),
    );
    let told = wrong(&portal.assemble().1);
    for (address, id) in [("/bel-mij/", "form:bel-mij"), ("/bel/", "bel")] {
        let line = format!("address-of-something-else at {address} {id}:  ");
        assert!(told.contains(&line), "{told:?}");
    }
}

#[test]
fn a_page_that_is_not_published_keeps_its_id() {
    let portal = Published::new(&[("oud.md", "id: regels\ntitle: Oud")]);
    portal.page("oud.md", "id: regels\ntitle: Oud\ndraft: true");
    portal.page("nieuw.md", "id: regels\ntitle: Nieuw");
    let (_, problems) = portal.assemble();
    assert_eq!(
        told(&problems),
        "Error page-same-id content/oud.md:2:5 id=regels other=content/nieuw.md\n"
    );
}

#[test]
fn a_language_that_goes_leads_to_the_pages_in_the_other() {
    let portal = Published::new(&[
        ("index.en.md", "title: Home"),
        ("norm.md", "id: norm\ntitle: Norm"),
        ("norm.en.md", "title: Norm"),
    ]);
    portal.delete("index.en.md");
    portal.delete("norm.en.md");
    portal.write("site.yaml", "title: T\norganisation: O\n");
    let (_, problems) = portal.assemble();
    let of_pages = wrong(&problems);
    let of_pages: Vec<&String> = of_pages
        .iter()
        .filter(|line| line.contains("page-moved"))
        .collect();
    assert_eq!(
        of_pages,
        [
            "address-vanished-page-moved at /en/ home: index.md aliases: [/en/, /en/p/home/]",
            "address-vanished-page-moved at /en/norm/ norm: norm.md aliases: [/en/norm/, /en/p/norm/]",
            "address-vanished-page-moved at /en/p/home/ home: index.md aliases: [/en/, /en/p/home/]",
            "address-vanished-page-moved at /en/p/norm/ norm: norm.md aliases: [/en/norm/, /en/p/norm/]",
        ]
    );
}

#[test]
fn a_page_that_was_never_published_may_go() {
    let portal = Published::new(&[]);
    portal.page("proef.md", "title: Proef");
    assert_eq!(wrong(&portal.assemble().1), Vec::<String>::new());
    portal.delete("proef.md");
    portal.check(&[]);
}

#[test]
fn a_page_that_is_not_published_any_more_says_so_at_its_address() {
    let portal = Published::new(&[
        ("norm/index.md", "title: Norm"),
        (
            "norm/oud.md",
            "id: oud\ntitle: Oude afspraak\naliases: [/afspraak/]",
        ),
    ]);
    let front_matter = "id: oud\ntitle: Oude afspraak\naliases: [/afspraak/]";
    for line in ["draft: true", "expires: 2026-11-22", "publish: 2027-01-01"] {
        portal.page("norm/oud.md", &format!("{front_matter}\n{line}"));
        let (_, problems) = portal.assemble();
        assert_eq!(told(&problems), "", "{line}");
        portal.publish();
        for address in ["/norm/oud/", "/p/oud/", "/afspraak/"] {
            let html = portal.html(address);
            assert!(html.contains("Deze pagina is er niet meer"), "{html}");
            assert!(
                html.contains("<a href=\"/veilig/norm/\">Norm</a>"),
                "{html}"
            );
            assert!(!html.contains("http-equiv"), "{html}");
        }
    }
    // What was never published is nowhere, published or not.
    portal.page("norm/geheim.md", "title: Geheim\ndraft: true");
    portal.publish();
    assert!(!portal.lock().contains("geheim"));
}

#[test]
fn a_form_that_gets_another_address_is_told() {
    let portal = Published::new(&[]);
    let form = fs::read_to_string(super::repository().join("forms/bel-mij.yaml")).unwrap();
    portal.write(
        "forms/bel-mij.yaml",
        &form.replace("address: bel-mij", "address: terugbellen"),
    );
    let told = wrong(&portal.assemble().1);
    assert!(
        told.contains(
            &"address-of-form-vanished at /bel-mij/ form:bel-mij:  address: bel-mij".to_owned()
        ),
        "{told:?}"
    );
    // The forms that ship are not offered any more.
    assert!(
        told.iter()
            .any(|line| line.starts_with("address-vanished at /melden/ form:incident: index.md")),
        "{told:?}"
    );
}

#[test]
fn a_page_that_could_not_be_read_has_not_vanished() {
    let portal = Published::new(&[("norm.md", "id: norm\ntitle: Norm")]);
    portal.write("content/norm.md", "---\nid: [norm\n---\n");
    let (_, problems) = portal.assemble();
    let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["yaml-syntax"]);
}

#[test]
fn a_damaged_record_is_told_with_its_line() {
    let portal = Published::new(&[]);
    let check = |text: &str, expected: &str| {
        portal.write(LOCK, text);
        assert_eq!(told(&portal.assemble().1), expected.trim_start());
    };
    check(
        "# Adressen.\n/ home\nnorm\n/norm norm\n/norm/\n/norm/ de norm\n",
        "
Error addresses-line content/addresses.lock:3:1 line=norm
Error addresses-line content/addresses.lock:4:1 line=/norm norm
Error addresses-line content/addresses.lock:5:1 line=/norm/
Error addresses-line content/addresses.lock:6:1 line=/norm/ de norm
",
    );
    check(
        "/ home\n<<<<<<< HEAD\n/p/home/ home\n=======\n/melden/ form:incident\n>>>>>>> ander\n",
        "Error addresses-conflict content/addresses.lock:2:1\n",
    );
    check("/ home\r\n\r\n/p/home/ home\r\n/p/home/ home\r\n", "");
}

#[test]
fn clashes_of_short_addresses_are_told() {
    let portal = Published::new(&[("a.md", "id: een\ntitle: A")]);
    portal.page("b.md", "id: een\ntitle: B");
    portal.page("c.md", "title: C\naliases: [/p/een/, /p/een/twee/, /p/]");
    portal.page("p/d.md", "title: D");
    let expected = "
Error page-same-id content/b.md:2:5 id=een other=content/a.md
Error page-same-address content/c.md:3:11 address=/veilig/p/een/ other=content/a.md
Error address-of-short content/c.md:3:20 address=/veilig/p/een/twee/
Error address-of-short content/c.md:3:34 address=/veilig/p/
Error address-of-short content/p/d.md:1:1 address=/veilig/p/d/
Warning folder-without-index content/p/index.md:0:0
Error address-of-short content/p/index.md:1:1 address=/veilig/p/
";
    assert_eq!(told(&portal.assemble().1), expected.trim_start());
}

fn program(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meldwijzer"));
    let command = command.env_clear().args(arguments).arg("--root").arg(root);
    command.output().unwrap()
}

#[test]
fn a_build_writes_down_what_it_published() {
    let portal = Published::new(&[("norm.md", "id: norm\ntitle: Norm")]);
    fs::remove_file(portal.root().join(LOCK)).unwrap();
    assert_eq!(program(portal.root(), &["build"]).status.code(), Some(0));
    let lock = portal.lock();
    assert!(
        lock.starts_with("# Alle adressen") && lock.contains("\n/p/norm/ norm\n"),
        "{lock}"
    );
    portal.delete("norm.md");
    let failed = program(portal.root(), &["build"]);
    assert_eq!(failed.status.code(), Some(1));
    let told = String::from_utf8_lossy(&failed.stderr);
    assert!(told.contains("aliases: [/norm/, /p/norm/]"), "{told}");
    assert_eq!(portal.lock(), lock);
}

#[test]
fn where_addresses_cannot_be_written_down_the_build_is_good_and_says_so() {
    let portal = Published::new(&[]);
    fs::remove_file(portal.root().join(LOCK)).unwrap();
    // Something is in the way, as it is where the folder may not be written.
    portal.write("content/.addresses.lock.new/x", "");
    let built = program(portal.root(), &["build"]);
    assert_eq!(built.status.code(), Some(0));
    let told = String::from_utf8_lossy(&built.stderr);
    assert!(told.contains("cli-addresses-not-recorded"), "{told}");
    assert!(portal.root().join("public/index.html").exists());
    assert_eq!(portal.lock(), "");
}

#[test]
fn where_addresses_of_a_portal_that_is_for_real_cannot_be_written_down_the_build_fails() {
    let root = super::production::portal();
    super::production::write(root.path(), "content/.addresses.lock.new", "");
    let failed = program(root.path(), &["build"]);
    assert_eq!(failed.status.code(), Some(3));
    let told = String::from_utf8_lossy(&failed.stderr);
    assert!(told.contains("fout[cli-addresses-not-recorded]"), "{told}");
    assert!(!root.path().join(LOCK).exists());
}

#[test]
fn a_record_that_was_lost_is_told_where_a_portal_is_for_real() {
    let root = super::production::portal();
    let build = |expected: bool| {
        let built = program(root.path(), &["build"]);
        assert_eq!(built.status.code(), Some(0));
        let told = String::from_utf8_lossy(&built.stderr).into_owned();
        assert_eq!(told.contains("cli-addresses-lost"), expected, "{told}");
    };
    build(false);
    build(false);
    fs::remove_file(root.path().join(LOCK)).unwrap();
    build(true);
    let settings = super::production::SETTINGS.replace("production: true\n", "");
    super::production::write(root.path(), "site.yaml", &settings);
    fs::remove_file(root.path().join(LOCK)).unwrap();
    build(false);
}

#[test]
fn what_another_build_published_in_the_meantime_stays_recorded() {
    let portal = Published::new(&[]);
    let (built, _) = portal.assemble();
    portal.page("nieuw.md", "title: Nieuw");
    portal.publish();
    let lock = portal.lock();
    let (record, _) = Record::parse(Some(lock.as_bytes()));
    assert_eq!(record.with(&built.unwrap().addresses, "Adressen."), None);
}

/// Starts to serve a portal until it says where it is.
pub(super) fn serve(root: &Path, data: &Path) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
        .env_clear()
        .args(["serve", "--listen", "127.0.0.1:0", "--root"])
        .arg(root)
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("http://"), "{line}");
}

#[test]
fn a_server_writes_down_addresses_only_in_production() {
    let root = super::production::portal();
    serve_and_check(root.path(), "production: true", true);
    serve_and_check(root.path(), "production: false", false);
}

fn serve_and_check(root: &Path, setting: &str, recorded: bool) {
    let settings = super::production::SETTINGS.replace("production: true", setting);
    let lock = root.join(LOCK);
    let _ = fs::remove_file(&lock);
    super::production::write(root, "site.yaml", &settings);
    serve(root, TempDir::new().unwrap().path());
    assert_eq!(lock.exists(), recorded, "{setting}");
}
