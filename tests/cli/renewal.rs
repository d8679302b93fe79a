//! A running `serve` takes a new version of its content.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{overwrite, program};

/// A test that waits longer than this hangs; nothing is measured with it.
const HANG: Duration = Duration::from_secs(60);

const RENEWED: &str = "is vernieuwd.";
const NOT_RENEWED: &str = "niet vernieuwd";

const SITE: &str = "title: Veilig werken\norganisation: Voorbeeldstad\nlanguages: [nl]\n";

fn portal(settings: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    overwrite(&root.path().join("site.yaml"), &format!("{SITE}{settings}"));
    fs::create_dir_all(root.path().join("content")).unwrap();
    let home = "---\ntitle: Thuis\nkind: home\n---\nWelkom.\n";
    overwrite(&root.path().join("content/index.md"), home);
    root
}

/// The program, and the lines of its log.
struct Serve {
    child: Child,
    address: String,
    log: Receiver<String>,
}

impl Serve {
    fn start(root: &Path, arguments: &[&str]) -> Serve {
        let mut child = program(root)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, log) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| tell.send(line))
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Some((_, rest)) = line.split_once("http://") else {
            let said: Vec<String> = log.iter().collect();
            panic!("it does not start: {said:?}");
        };
        let address = rest.split('/').next().unwrap().to_owned();
        Serve {
            child,
            address,
            log,
        }
    }

    fn hang_up(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for a line in the log that has a text, and returns everything up to it.
    #[track_caller]
    fn logs(&self, text: &str) -> String {
        let mut log = String::new();
        while !log.contains(text) {
            match self.log.recv_timeout(HANG) {
                Ok(line) => log.push_str(&(line + "\n")),
                Err(_) => panic!("{text:?} is not in the log: {log}"),
            }
        }
        log
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn after_a_hangup_the_new_content_is_served() {
    let root = portal("");
    let serve = Serve::start(root.path(), &[]);
    assert!(serve.get("/").contains("Welkom."));
    let home = root.path().join("content/index.md");
    overwrite(&home, "---\ntitle: Thuis\nkind: home\n---\nHallo.\n");
    overwrite(
        &root.path().join("site.yaml"),
        &SITE.replace("werken", "aan het werk"),
    );
    serve.hang_up();
    serve.logs(RENEWED);
    let page = serve.get("/");
    assert!(
        page.contains("Hallo.") && page.contains("Veilig aan het werk"),
        "{page}"
    );
    // Also in what is made for each request.
    assert!(serve.get("/melden/").contains("Veilig aan het werk"));
    assert!(serve.get("/weg/").contains("Veilig aan het werk"));
}

#[test]
fn with_mistakes_the_last_good_version_stays_and_they_are_told() {
    let root = portal("");
    let serve = Serve::start(root.path(), &[]);
    let home = root.path().join("content/index.md");
    overwrite(
        &home,
        "---\ntitle: Thuis\nkind: home\n---\nHallo. [Weg](weg.md)\n",
    );
    serve.hang_up();
    let log = serve.logs(NOT_RENEWED);
    assert!(log.contains("content/index.md:5:"), "{log}");
    assert!(serve.get("/").contains("Welkom."));
    fs::remove_file(root.path().join("site.yaml")).unwrap();
    serve.hang_up();
    serve.logs(NOT_RENEWED);
    assert!(serve.get("/").contains("Welkom."));
    overwrite(&root.path().join("site.yaml"), SITE);
    overwrite(&home, "---\ntitle: Thuis\nkind: home\n---\nHallo.\n");
    serve.hang_up();
    serve.logs(RENEWED);
    assert!(serve.get("/").contains("Hallo."));
}

#[test]
fn who_watches_need_not_be_asked() {
    for arguments in [&["--watch"][..], &["--watch", "--poll"][..]] {
        let root = portal("");
        let serve = Serve::start(root.path(), arguments);
        let page = |name: &str, text: &str| {
            let path = root.path().join("content").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            overwrite(&path, &format!("---\ntitle: Nieuw\n---\n{text}\n"));
        };
        page("nieuw/een.md", "Een nieuwe pagina.");
        while !serve.get("/nieuw/een/").contains("Een nieuwe pagina.") {
            serve.logs(RENEWED);
        }
        page("nieuw/een.md", "[Weg](weg.md)");
        serve.logs(NOT_RENEWED);
        assert!(serve.get("/nieuw/een/").contains("Een nieuwe pagina."));
        fs::remove_dir_all(root.path().join("content/nieuw")).unwrap();
        while serve.get("/nieuw/een/").starts_with("HTTP/1.1 200 ") {
            serve.logs(RENEWED);
        }
    }
}

#[test]
fn what_readers_were_given_in_production_is_guarded_while_it_runs() {
    let root = portal("");
    let pages = ["norm", "directory", "privacy", "accessibility"];
    for kind in pages {
        let text = "## A {#vertrouwelijk}\n\nTekst.\n\n## B {#vertrouwenspersoon}\n\nTekst.\n\n\
                    ## C {#hulp-van-buiten}\n\nTekst.\n";
        let page = format!("---\ntitle: Over {kind}\nkind: {kind}\n---\n{text}");
        overwrite(&root.path().join(format!("content/{kind}.md")), &page);
    }
    let more = "production: true\nbase_url: https://intranet.example/\n\
                contacts:\n  - { id: kim, name: Kim, role: confidential_adviser, phone: 030 123 45 67 }\n\
                keep:\n  names: { months: 12 }\n  not_registered: { months: 12 }\n  registered: { years: 5 }\n  \
                withdrawn: { months: 12 }\n";
    overwrite(&root.path().join("site.yaml"), &format!("{SITE}{more}"));
    let serve = Serve::start(root.path(), &[]);
    let lock = || fs::read_to_string(root.path().join("content/addresses.lock")).unwrap();
    assert!(!lock().contains("/nieuw/"));
    let page = root.path().join("content/nieuw.md");
    overwrite(&page, "---\ntitle: Nieuw\n---\nTekst.\n");
    serve.hang_up();
    serve.logs(RENEWED);
    assert!(lock().contains("/nieuw/"), "{}", lock());
    // What readers were given may not go without saying where it went.
    fs::remove_file(&page).unwrap();
    serve.hang_up();
    let log = serve.logs(NOT_RENEWED);
    assert!(log.contains("/nieuw/"), "{log}");
    assert!(serve.get("/nieuw/").starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_receiver_beside_the_pages_takes_new_forms() {
    let root = portal(
        "base_url: https://intranet.example/veilig/\n\
         receiver: { address: https://meld.example/ }\n",
    );
    let serve = Serve::start(root.path(), &[]);
    assert!(serve.get("/schade/").starts_with("HTTP/1.1 404 "));
    let form = "address: schade\nversion: 1\nlanguages: [nl]\ntitle: Schade melden\nsends: report\n\
                to: [coordinator]\npages:\n  - id: what\n    title: Wat is er stuk?\n    fields:\n      \
                - { name: damage, kind: short_text, label: Wat?, required: true, privacy: P1 }\n";
    fs::create_dir_all(root.path().join("forms")).unwrap();
    overwrite(&root.path().join("forms/schade.yaml"), form);
    serve.hang_up();
    serve.logs(RENEWED);
    let page = serve.get("/schade/");
    assert!(page.contains("<h1>Schade melden</h1>"), "{page}");
    assert!(page.contains("https://intranet.example/veilig/"), "{page}");
}
