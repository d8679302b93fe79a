//! The pages on one web server and the receiver on another.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use super::{overwrite, program, said};

const PAGES: &str = "https://intranet.example";

fn portal(receiver: &str) -> TempDir {
    let root = TempDir::new().unwrap();
    overwrite(
        &root.path().join("site.yaml"),
        &format!(
            "title: Veilig werken\norganisation: Voorbeeldstad\nlanguages: [nl, en]\n\
             base_url: {PAGES}/veilig/\n{receiver}"
        ),
    );
    fs::create_dir_all(root.path().join("content")).unwrap();
    overwrite(
        &root.path().join("content/index.md"),
        "---\ntitle: Thuis\nkind: home\n---\n[Meld het](/melden/) of [volg het](/melden/volgen/).\n",
    );
    fs::create_dir_all(root.path().join("content/norm")).unwrap();
    overwrite(
        &root.path().join("content/norm/deel.md"),
        "---\ntitle: Een deel\nkind: norm\n---\nEen deel van de norm.\n",
    );
    overwrite(
        &root.path().join("content/norm/index.md"),
        "---\ntitle: Onze norm\nkind: norm\n---\n## Wat blijft onder ons? {#vertrouwelijk}\n\nAlles.\n\n\
         ## Met wie kun je praten? {#vertrouwenspersoon}\n\nMet Kim.\n\n## En buiten? {#hulp-van-buiten}\n\nOok.\n",
    );
    overwrite(
        &root.path().join("content/index.en.md"),
        "---\ntitle: Home\nkind: home\n---\nReport it.\n",
    );
    root
}

fn built(root: &Path, file: &str) -> String {
    let path = root.join("public").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The receiver as a program of its own.
struct Receiver {
    child: Child,
    address: String,
}

impl Receiver {
    fn start(root: &Path) -> Receiver {
        let mut child = program(root)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split('/').next().unwrap().to_owned();
        Receiver { child, address }
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{head}\r\nHost: meld.example\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn post(&self, path: &str, origin: &str, body: &str) -> String {
        self.ask(
            &format!(
                "POST {path} HTTP/1.1\r\nOrigin: {origin}\r\nSec-Fetch-Site: cross-site\r\n\
                 Content-Type: application/x-www-form-urlencoded"
            ),
            body,
        )
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn without_an_address_of_the_receiver_the_forms_are_left_to_the_web_server() {
    let root = portal("");
    let output = program(root.path()).arg("build").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = said(&output);
    assert!(
        said.contains("/veilig/melden/ ") && said.contains("receiver: address"),
        "{said}"
    );
    assert!(!root.path().join("public/melden").exists());
}

#[test]
fn a_report_starts_on_one_server_and_goes_on_at_the_other() {
    let root = portal("receiver: { address: https://meld.example/x/ }\n");
    let mut build = program(root.path());
    let output = build.args(["build", "--compress"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains("melden"), "{}", said(&output));
    let home = built(root.path(), "index.html");
    assert!(home.contains("href=\"/veilig/melden/\""), "{home}");
    for form in ["melden/", "en/melden/", "melden/volgen/"] {
        let page = built(root.path(), &format!("{form}index.html"));
        let action = format!("action=\"https://meld.example/x/{form}\"");
        assert!(page.contains(&action), "{page}");
        assert!(page.contains("href=\"/veilig/assets/"), "{page}");
        assert!(
            root.path()
                .join(format!("public/{form}index.html.br"))
                .exists()
        );
    }

    let norm = "<a href=\"/veilig/norm/\">Onze norm</a>";
    let page = built(root.path(), "melden/index.html");
    assert!(page.contains(norm), "{page}");
    let english = built(root.path(), "en/melden/index.html");
    assert!(!english.contains("before-norm"), "{english}");

    let receiver = Receiver::start(root.path());
    let first = "go=next&page=start";
    let refused = receiver.post("/x/melden/", "https://evil.example", first);
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    let page = receiver.post("/x/melden/", PAGES, first);
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.contains("action=\"/x/melden/\""), "{page}");
    assert!(page.contains("name=\"key\" value=\""), "{page}");

    let norm = format!("<a href=\"{PAGES}/veilig/norm/\">Onze norm</a>");
    let first = receiver.ask("GET /x/melden/ HTTP/1.1", "");
    assert!(first.contains(&norm), "{first}");

    // Everything the page needs is there, and every way back leads to the pages.
    let (_, sheet) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let sheet = sheet.split('"').next().unwrap();
    assert!(sheet.starts_with("/x/assets/"), "{sheet}");
    let style = receiver.ask(&format!("GET {sheet} HTTP/1.1"), "");
    assert!(style.starts_with("HTTP/1.1 200 "), "{style}");
    for path in ["/x/", "/x/melden/volgen/", "/x/niets/", "/weg/"] {
        let page = receiver.ask(&format!("GET {path} HTTP/1.1"), "");
        let home = format!("href=\"{PAGES}/veilig/\"");
        assert!(page.contains(&home), "{path}: {page}");
    }
    let sent = receiver.post(
        "/x/melden/",
        PAGES,
        "go=send&page=_check&behaviour_kinds=verbal&occurred_at.known=today&contact_mode=none",
    );
    assert!(sent.starts_with("HTTP/1.1 200 "), "{sent}");
    let address = sent.replace("<wbr>", "");
    assert!(address.contains("meld.example/x/melden/volgen/"), "{sent}");

    // A post may lead to the receiver's own addresses only, so closing goes by way of its home page.
    let closed = receiver.post("/x/en/melden/volgen/", PAGES, "go=close");
    assert!(closed.contains("\r\nlocation: /x/en/\r\n"), "{closed}");
    let english = receiver.ask("GET /x/en/ HTTP/1.1", "");
    let home = format!("url={PAGES}/veilig/en/");
    assert!(english.contains(&home), "{english}");
}
