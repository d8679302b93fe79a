//! `meldwijzer preview`, as an editor has it: files change on disk, and the browser asks for pages.

#![allow(clippy::disallowed_methods, reason = "tests write their own input")]

mod edits;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::portal_on_a_socket::HANG;

/// Between two looks at what is being waited for.
const PAUSE: Duration = Duration::from_millis(20);

/// A portal that somebody writes, with its preview.
struct Desk {
    root: TempDir,
    program: Child,
    address: String,
}

/// What a browser got.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    fn has(&self, text: &str) {
        assert!(
            self.text().contains(text),
            "{text} is not in:\n{}{}",
            self.head,
            self.text()
        );
    }

    #[track_caller]
    fn has_not(&self, text: &str) {
        assert!(
            !self.text().contains(text),
            "{text} is in:\n{}",
            self.text()
        );
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A portal of pages: paths below `content/` with their front matter and text.
fn portal(pages: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    write(
        root.path(),
        "site.yaml",
        "title: T\norganisation: O\nlanguages: [nl, en]\n",
    );
    write(
        root.path(),
        "content/index.md",
        "---\ntitle: Start\n---\nHier begint het.\n",
    );
    for (path, text) in pages {
        write(root.path(), &format!("content/{path}"), text);
    }
    root
}

impl Desk {
    fn open(root: TempDir) -> Desk {
        let mut program = Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
            .env_clear()
            .env("LANG", "nl_NL.UTF-8")
            .current_dir(root.path())
            .args(["preview", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(program.stdout.take().unwrap());
        out.read_line(&mut said).unwrap();
        let (_, address) = said
            .split_once("http://")
            .unwrap_or_else(|| panic!("{said}"));
        let address = address.split('/').next().unwrap().to_owned();
        Desk {
            root,
            program,
            address,
        }
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    fn write(&self, path: &str, text: &str) {
        write(self.root(), path, text);
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        Answer {
            status: head[9..12].parse().unwrap(),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.get_of(path, &self.address)
    }

    fn get_of(&self, path: &str, host: &str) -> Answer {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ))
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        ))
    }

    /// Waits until a page is as it should be, and returns it.
    #[track_caller]
    fn until(&self, path: &str, is_right: impl Fn(&Answer) -> bool) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = self.get(path);
            if is_right(&answer) {
                return answer;
            }
            assert!(
                begun.elapsed() < HANG,
                "{path} stays:\n{}{}",
                answer.head,
                answer.text()
            );
            sleep(PAUSE);
        }
    }

    #[track_caller]
    fn until_has(&self, path: &str, text: &str) -> Answer {
        self.until(path, |answer| answer.text().contains(text))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

const BROKEN: &str = "Deze pagina is nog niet klaar";

#[test]
fn a_browser_that_waits_hears_of_a_change_and_gets_it() {
    let desk = Desk::open(portal(&[("a.md", "---\ntitle: A\n---\nEerst.\n")]));
    let page = desk.get("/a/");
    page.has("Eerst.");
    let (_, version) = page.text().split_once("data-version=\"").unwrap();
    let version = version.split('"').next().unwrap().to_owned();
    desk.write("content/a.md", "---\ntitle: A\n---\nDaarna.\n");
    let next = desk.get(&format!("/_preview/wait?version={version}"));
    assert_ne!(next.text(), version);
    desk.get("/a/").has("Daarna.");
    // A browser of before, or of another program, hears at once that it is late.
    assert_eq!(desk.get("/_preview/wait?version=1").text(), next.text());
    assert_eq!(desk.get("/_preview/wait").text(), next.text());
}

#[test]
fn a_mistake_shows_on_its_page_and_the_rest_goes_on() {
    let desk = Desk::open(portal(&[
        ("a.md", "---\ntitle: A\n---\nGoed.\n"),
        ("b.md", "---\ntitle: B\n---\nB [a](a.md).\n"),
    ]));
    desk.write(
        "content/a.md",
        "---\ntitle: A\n---\nFout: <b>\n\n[weg](weg.md)\n",
    );
    let page = desk.until_has("/a/", BROKEN);
    page.has("Deze link gaat naar iets wat niet bestaat: content/weg.md");
    page.has("content/a.md, regel 6");
    page.has("[weg](<mark>weg.md</mark>)");
    page.has("Schrijf het pad naar een .md-bestand");
    page.has("href=\"/_preview/good/a/\"");
    assert!(page.head.contains("connect-src 'self'"), "{}", page.head);
    let other = desk.get("/b/");
    other.has_not(BROKEN);
    other.has("fouten houden het portaal tegen");
    let good = desk.get("/_preview/good/a/");
    good.has("Goed.");
    good.has("Je kijkt naar het portaal van vóór de fout.");
    desk.get("/_preview/good/b/")
        .has("href=\"/_preview/good/a/\"");
    let all = desk.get("/_preview/problems/");
    all.has("data-code=\"link-dead-nothing-near\"");
    // A page that is new and wrong has no page of before.
    desk.write("content/nieuw.md", "---\ntitle: [\n---\nX\n");
    desk.until_has("/_preview/problems/", "content/nieuw.md");
    desk.get("/a/").has(BROKEN);
    desk.get("/b/").has_not(BROKEN);
    fs::remove_file(desk.root().join("content/nieuw.md")).unwrap();
    desk.write("content/a.md", "---\ntitle: A\n---\nOpgelost.\n");
    let page = desk.until_has("/a/", "Opgelost.");
    page.has_not(BROKEN);
    desk.get("/b/").has("Hele portaal: ");
}

#[test]
fn a_mistake_in_what_all_pages_share_shows_on_all() {
    let desk = Desk::open(portal(&[("a.md", "---\ntitle: A\n---\nGoed.\n")]));
    let settings = fs::read_to_string(desk.root().join("site.yaml")).unwrap();
    desk.write("site.yaml", &format!("{settings}thema: x\ntheme: weg\n"));
    desk.until_has("/a/", BROKEN).has("site.yaml");
    desk.get("/").has(BROKEN);
    desk.get("/_preview/good/a/").has("Goed.");
    desk.write("site.yaml", &settings);
    desk.until_has("/a/", "Goed.");
}

#[test]
fn a_portal_that_starts_with_mistakes_is_served_all_the_same() {
    let root = portal(&[("a.md", "---\ntitle: A\n---\nGoed.\n")]);
    write(root.path(), "site.yaml", "title: [\n");
    let desk = Desk::open(root);
    desk.get("/").has(BROKEN);
    desk.get("/nergens/").has("site.yaml");
    desk.write(
        "site.yaml",
        "title: T\norganisation: O\nbase_url: https://i.example/veilig/\n",
    );
    desk.until_has("/veilig/a/", "Goed.");
    assert_eq!(desk.get("/a/").status, 404);
}

#[test]
fn mistakes_in_a_draft_keep_nobody_from_what_readers_see() {
    let desk = Desk::open(portal(&[
        ("a.md", "---\ntitle: A\n---\nGoed.\n"),
        ("b.md", "---\ntitle: B\ndraft: true\n---\n[weg](weg.md)\n"),
    ]));
    desk.get("/a/").has("Goed.");
    desk.get("/b/").has("content/weg.md");
    desk.write("content/b.md", "---\ntitle: B\ndraft: true\n---\nHeel.\n");
    desk.until_has("/b/", "Heel.")
        .has("Concept: lezers zien deze pagina nog niet.");
}

#[test]
fn what_readers_do_not_see_is_marked() {
    let desk = Desk::open(portal(&[
        ("a.md", "---\ntitle: A\ndraft: true\n---\nTekst.\n"),
        ("b.md", "---\ntitle: B\npublish: 9999-12-30\n---\nTekst.\n"),
        ("c.md", "---\ntitle: C\nexpires: 2000-01-01\n---\nTekst.\n"),
        ("d/index.md", "---\ntitle: D\ndraft: true\n---\nTekst.\n"),
        ("d/e.md", "---\ntitle: E\n---\n[a](../a.md)\n"),
        ("f/g.md", "---\ntitle: G\ndraft: true\n---\nTekst.\n"),
    ]));
    let mark = |word: &str| format!(" <span class=\"mw-preview-mark\">{word}</span></a>");
    let start = desk.get("/");
    start.has(&format!("A{}", mark("concept")));
    start.has(&format!("B{}", mark("vanaf 30-12-9999")));
    start.has(&format!("C{}", mark("tot 1-1-2000")));
    desk.get("/b/")
        .has("Lezers zien deze pagina vanaf 30-12-9999.");
    desk.get("/c/").has("zij stond er tot 1-1-2000.");
    desk.get("/d/e/").has("omdat zij de map d nog niet zien");
    desk.get("/d/e/")
        .has(&format!("<a href=\"/a/\">a{}", mark("concept")));
    desk.get("/f/").has("er staat nog niets in de map");
    // A link to one is no mistake, and it waits for nobody's mending.
    desk.get("/_preview/problems/").has_not("link-unpublished");
}

#[test]
fn a_page_that_moved_says_where_and_one_that_went_says_so() {
    let desk = Desk::open(portal(&[
        ("a.md", "---\ntitle: A\n---\nDe tekst van A.\n"),
        ("b.md", "---\ntitle: B\n---\nDe tekst van B.\n"),
    ]));
    let content = desk.root().join("content");
    fs::create_dir(content.join("map")).unwrap();
    fs::rename(content.join("a.md"), content.join("map/c.md")).unwrap();
    let gone = desk.until("/a/", |answer| {
        answer.status == 404 && answer.text().contains("/map/c/")
    });
    gone.has("Deze pagina is er niet meer");
    gone.has("<a href=\"/map/c/\">A</a>");
    // And on, when it moves again.
    fs::rename(content.join("map/c.md"), content.join("d.md")).unwrap();
    desk.until_has("/a/", "<a href=\"/d/\">A</a>");
    fs::remove_file(content.join("b.md")).unwrap();
    desk.until_has("/b/", "Deze pagina is er niet meer")
        .has("Zet je het bestand terug");
    desk.write("content/b.md", "---\ntitle: B\n---\nTerug.\n");
    desk.until_has("/b/", "Terug.");
    // An address that never was anything is not found, as for readers.
    let nothing = desk.get("/nooit/");
    assert_eq!(nothing.status, 404);
    nothing.has_not("Deze pagina is er niet meer");
}

#[test]
fn a_page_that_went_says_so_where_another_page_misses_it() {
    let desk = Desk::open(portal(&[
        ("a.md", "---\ntitle: A\n---\nDe tekst van A.\n"),
        ("b.md", "---\ntitle: B\n---\n[a](a.md)\n"),
    ]));
    fs::remove_file(desk.root().join("content/a.md")).unwrap();
    desk.until_has("/a/", "Deze pagina is er niet meer");
    desk.get("/b/").has(BROKEN);
    desk.get("/").has("1 fout houdt het portaal tegen");
}

#[test]
fn the_bar_tells_where_a_page_comes_from_and_what_is_wrong_with_it() {
    let desk = Desk::open(portal(&[(
        "a.md",
        "---\ntitle: A\n---\n## Een\n\nTekst.\n\n#### Twee & drie\n\n[[vul in: naam]]\n",
    )]));
    let page = desk.get("/a/");
    let (_, bar) = page
        .text()
        .split_once("<aside class=\"mw-preview\"")
        .unwrap();
    let bar = bar.split("</aside>").next().unwrap();
    for part in [
        "<a href=\"/_preview/source/content/a.md#L1\">content/a.md</a>",
        "data-code=\"heading-skipped\"",
        "<a href=\"#een\">Een</a>",
        "hier is een niveau overgeslagen",
        "<a href=\"/_preview/source/content/a.md#L10\">regel 10</a>",
        "1 plek in te vullen",
    ] {
        assert!(bar.contains(part), "{part}:\n{bar}");
    }
    let source = desk.get("/_preview/source/content/a.md");
    source.has("<li id=\"L8\"><code>#### Twee &amp; drie</code></li>");
    // What is no page and has no problem is not shown.
    desk.write("geheim.txt", "geheim");
    for path in [
        "geheim.txt",
        "content/../geheim.txt",
        "%2e%2e/etc/passwd",
        "/etc/passwd",
        "",
    ] {
        let answer = desk.get(&format!("/_preview/source/{path}"));
        assert_eq!(answer.status, 404, "{path}");
        answer.has_not("<code>");
    }
}

#[test]
fn only_files_of_text_inside_the_portal_are_shown() {
    let root = portal(&[("a.md", "---\ntitle: A\n---\nTekst.\n")]);
    let content = root.path().join("content");
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("geheim.md"), "geheim").unwrap();
    fs::write(content.join("groot.md"), vec![b'a'; 2 << 20]).unwrap();
    symlink(outside.path().join("geheim.md"), content.join("weg.md")).unwrap();
    let made = Command::new("mkfifo").arg(content.join("pijp.md")).status();
    assert!(made.unwrap().success());
    let desk = Desk::open(root);
    let problems = desk.get("/_preview/problems/");
    for name in ["groot.md", "weg.md", "pijp.md"] {
        problems.has(&format!("/_preview/source/content/{name}"));
        let answer = desk.get(&format!("/_preview/source/content/{name}"));
        assert_eq!(answer.status, 404, "{name}");
        answer.has_not("<code>");
    }
    for name in ["groot.md", "weg.md", "pijp.md"] {
        fs::remove_file(content.join(name)).unwrap();
    }
    desk.until_has("/a/", "Tekst.");
    // A file that was a page when it was looked at last.
    fs::remove_file(content.join("a.md")).unwrap();
    symlink(outside.path().join("geheim.md"), content.join("a.md")).unwrap();
    let answer = desk.get("/_preview/source/content/a.md");
    assert_eq!(answer.status, 404);
    answer.has_not("geheim");
}

#[test]
fn a_name_that_is_no_text_is_told_as_long_as_it_is_there() {
    let desk = Desk::open(portal(&[("a.md", "---\ntitle: A\n---\nTekst.\n")]));
    let name = OsStr::from_bytes(b"content/na\xffam.md");
    fs::write(desk.root().join(name), "---\ntitle: B\n---\n").unwrap();
    desk.until_has("/_preview/problems/", "data-code=\"source-name-not-utf8\"");
    fs::remove_file(desk.root().join(name)).unwrap();
    desk.until("/_preview/problems/", |answer| {
        !answer.text().contains("source-name-not-utf8")
    });
}

#[test]
fn every_answer_has_the_headers_of_the_receiver() {
    let desk = Desk::open(portal(&[("a.md", "---\ntitle: A\n---\nTekst.\n")]));
    let others = |answer: Answer| -> Vec<String> {
        let lines = answer.head.lines().map(str::to_lowercase);
        let kept = |line: &String| {
            let (name, _) = line.split_once(':').unwrap_or_default();
            ["x-content", "referrer", "cross-origin", "permissions"]
                .iter()
                .any(|begin| name.starts_with(begin))
        };
        let mut kept: Vec<String> = lines.filter(kept).collect();
        kept.sort();
        kept
    };
    let expected = others(desk.get("/a/"));
    assert_eq!(expected.len(), 5, "{expected:?}");
    for path in ["/_preview/preview.js", "/_preview/problems/", "/_preview/x"] {
        assert_eq!(others(desk.get(path)), expected, "{path}");
    }
    desk.write("content/a.md", "---\ntitle: [\n---\n");
    assert_eq!(others(desk.until_has("/a/", BROKEN)), expected);
}

#[test]
fn what_the_last_good_build_leads_to_is_of_that_build() {
    let desk = Desk::open(portal(&[(
        "map/index.md",
        "---\ntitle: Map\n---\nTekst.\n",
    )]));
    let led = desk.get("/_preview/good/map");
    assert_eq!(led.status, 308);
    let head = led.head.to_lowercase();
    assert!(head.contains("location: /_preview/good/map/\r"), "{head}");
}

#[test]
fn forms_are_at_the_preview_also_where_readers_have_them_elsewhere() {
    let root = portal(&[("a.md", "---\ntitle: A\n---\nTekst.\n")]);
    let settings = "title: T\norganisation: O\nlanguages: [nl, en]\n\
         base_url: https://portaal.example/\nreceiver: { address: \"https://echt.example/\" }\n";
    write(root.path(), "site.yaml", settings);
    let desk = Desk::open(root);
    let page = desk.get("/a/");
    page.has("?pagina=%2Fa%2F\"");
    page.has_not("echt.example");
}

#[test]
fn forms_are_practice_and_nothing_is_kept() {
    let desk = Desk::open(portal(&[]));
    let before = fs::read_dir(desk.root()).unwrap().count();
    let form = desk.get("/melden/");
    form.has("Dit is een oefening.");
    form.has("In de preview wordt niets bewaard: elk formulier is hier een oefening.");
    let sent = desk.post("/melden/", "page=_check&go=send&version=1");
    assert_eq!(sent.status, 200);
    sent.has("Dit is een oefening.");
    sent.has("data-kind=\"sent\"");
    // My report is there as it looks, and looks nothing up.
    let follow = desk.get("/melden/volgen/");
    assert_eq!(follow.status, 200);
    follow.has("Dit is het voorbeeld");
    let found = desk.post("/melden/volgen/", "code=AAAAA-AAAAA-AAAAA-AAAAA");
    found.has("Hier is niets bewaard");
    assert_eq!(fs::read_dir(desk.root()).unwrap().count(), before);
}

#[test]
fn only_this_machine_is_answered() {
    let desk = Desk::open(portal(&[(
        "a.md",
        "---\ntitle: A\ndraft: true\n---\nGeheim.\n",
    )]));
    let answer = desk.get_of("/a/", "kwaad.example");
    assert_eq!(answer.status, 421);
    answer.has_not("Geheim");
    assert_eq!(desk.post("/_preview/problems/", "").status, 405);
    assert_eq!(desk.get("/_preview/iets").status, 404);
    let refused = Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
        .env_clear()
        .current_dir(desk.root())
        .args(["preview", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn files_open_in_the_editor_that_was_asked() {
    let root = portal(&[("a.md", "---\ntitle: A\n---\n[[vul in: x]]\n")]);
    let run = |editor: &str| {
        Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
            .env_clear()
            .current_dir(root.path())
            .args(["preview", "--listen", "127.0.0.1:0", "--editor", editor])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let unknown = run("notepad").wait_with_output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.contains("cli-editor-unknown"), "{said}");
}
