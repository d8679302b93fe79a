//! What the program leaves on disk, searched byte for byte for what people said.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use meldwijzer::clock::{FixedClock, SystemClock};
use meldwijzer::durable::Folder;
use meldwijzer::language::Language;
use meldwijzer::randomness::SystemRandomness;
use meldwijzer::report::details::NewDetails;
use meldwijzer::report::event::Role;
use meldwijzer::report::lifecycle::Lifecycle;
use meldwijzer::report::people::{self, NewPerson, RECOVERY_SECRET};
use meldwijzer::report::retention::Period;
use meldwijzer::report::store::{NewReport, Store, StoreSettings, Surroundings};
use meldwijzer::report::submissions::NewSubmission;
use serde_json::json;
use tempfile::TempDir;

/// What is planted: a story, a name, a number, a message, a file and its name, a reason.
const PLANTED: [&str; 7] = [
    "Hij smeet een bloempot naar mijn hoofd",
    "kwetsbaar.persoon@zonnebloemlaan.nl",
    "Belt mij liever na het avondeten",
    "Handgeschreven dreigbrief van de buurman",
    "dreigbrief-van-oud-zaak.txt",
    "Omdat mijn kinderen hem op het plein zien",
    "Ook mijn collega Wilhelmina zag het",
];

/// Length of the pieces that are searched for: shorter ones stand in any sealed file by chance.
const PIECE: usize = 8;

/// What is planted in the second part of a report: an answer, and one that says who somebody is.
const PLANTED_DETAILS: [&str; 2] = [
    "Ik kom terug met een honkbalknuppel",
    "getuige Berendina van der Zwaluw",
];

/// A program that serves a portal, with folders of its own for everything it could write.
struct Serving {
    child: Child,
    folder: TempDir,
    address: String,
}

impl Serving {
    fn start() -> Serving {
        let folder = TempDir::new().unwrap();
        for inside in ["temporary", "home", "portal/content"] {
            fs::create_dir_all(folder.path().join(inside)).unwrap();
        }
        write(
            &folder.path().join("portal/site.yaml"),
            "title: Veilig werken\norganisation: Voorbeeldstad\n",
        );
        write(
            &folder.path().join("portal/content/index.md"),
            "---\ntitle: Thuis\nkind: home\n---\nMeld het.\n",
        );
        let log = File::create(folder.path().join("log")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_meldwijzer"))
            .args(["serve", "--listen", "127.0.0.1:0", "--root"])
            .arg(folder.path().join("portal"))
            .env_clear()
            .env("TMPDIR", folder.path().join("temporary"))
            .env("HOME", folder.path().join("home"))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while !line.contains("http://") {
            assert!(output.read_line(&mut line).unwrap() > 0, "{line}");
        }
        let after = line.split("http://").nth(1).unwrap();
        let address = after.split('/').next().unwrap().to_owned();
        Serving {
            child,
            folder,
            address,
        }
    }

    fn post(&self, path: &str, kind: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer
    }

    fn form(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        self.post(path, "application/x-www-form-urlencoded", body.as_bytes())
    }

    /// Posts what My report posts with a file: fields first, then the file.
    fn upload(&self, pairs: &[(&str, &str)], name: &str, bytes: &str) -> String {
        let mut body = String::new();
        for (key, value) in pairs {
            body += &format!(
                "--rand\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--rand\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: text/plain\r\n\r\n{bytes}\r\n--rand--\r\n"
        );
        let kind = "multipart/form-data; boundary=rand";
        self.post("/melden/volgen/", kind, body.as_bytes())
    }

    fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        written(self.folder.path())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns every file below a folder, with its path as text in front of its bytes.
fn written(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut written = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let mut bytes = path.to_string_lossy().into_owned().into_bytes();
                bytes.push(b'\n');
                bytes.extend(fs::read(&path).unwrap());
                written.push((path, bytes));
            }
        }
    }
    written
}

fn write(path: &Path, text: &str) {
    File::create(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

/// Returns the value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let value = after.unwrap_or_else(|| panic!("no {name} in {page}"));
    value.split('"').next().unwrap().to_owned()
}

/// Returns the ways in which words can stand in a file: as they are, in JSON and forms, in other letters,
/// in base 64 at each of the three places a byte can have, in hexadecimal and in UTF-16.
fn disguises(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        text.as_bytes().to_vec(),
        text.to_lowercase().into_bytes(),
        text.to_uppercase().into_bytes(),
        text.bytes().flat_map(|byte| [byte, 0]).collect(),
        text.bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into_bytes(),
        url::form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .into_bytes(),
    ];
    for shift in 0..3 {
        let padded = [vec![b' '; shift], text.as_bytes().to_vec()].concat();
        let whole = BASE64_STANDARD.encode(padded);
        // The first and the last characters depend on what stands around the words.
        let inner = whole.as_bytes()[4..whole.len() - 4].to_vec();
        forms.push(inner);
    }
    forms
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && bytes.windows(part.len()).any(|window| window == part)
}

/// Checks that words stand in no file, whole or in pieces.
#[track_caller]
fn assert_nowhere(planted: &[&str], written: &[(PathBuf, Vec<u8>)]) {
    for (path, bytes) in written {
        for planted in planted {
            for form in disguises(planted) {
                assert!(!contains(bytes, &form), "{planted:?} in {}", path.display());
            }
            for piece in planted.as_bytes().windows(PIECE) {
                let piece = String::from_utf8_lossy(piece);
                let found = contains(bytes, piece.as_bytes());
                assert!(!found, "{piece:?} of {planted:?} in {}", path.display());
            }
        }
    }
}

#[test]
fn nothing_that_people_said_is_on_disk_whole_or_in_pieces() {
    let serving = Serving::start();
    let key = "000102030405060708090a0b0c0d0e0f";
    let sent = serving.form(
        "/melden/",
        &[
            ("go", "send"),
            ("page", "_check"),
            ("key", key),
            ("behaviour_kinds", "destruction"),
            ("occurred_at.known", "today"),
            ("contact_mode", "email"),
            ("email", PLANTED[1]),
            ("short_story", PLANTED[0]),
        ],
    );
    let code = hidden(&sent, "code");
    let follow = |pairs: &[(&str, &str)]| {
        let with_code = [&[("code", code.as_str())], pairs].concat();
        serving.form("/melden/volgen/", &with_code)
    };
    let page = follow(&[("go", "open")]);
    assert!(page.contains(PLANTED[0]), "{page}");
    let keys = |page: &str| hidden(page, "key");
    let page = serving.upload(
        &[
            ("code", &code),
            ("key", &keys(&page)),
            ("go", "message"),
            ("message", PLANTED[2]),
        ],
        PLANTED[4],
        PLANTED[3],
    );
    assert!(
        page.contains(PLANTED[2]) && page.contains(PLANTED[4]),
        "{page}"
    );
    let page = follow(&[
        ("key", &keys(&page)),
        ("go", "decide"),
        ("decision", "register_unnamed"),
    ]);
    let page = serving.upload(
        &[
            ("code", &code),
            ("key", &keys(&page)),
            ("go", "add"),
            ("addition", PLANTED[6]),
        ],
        "",
        "",
    );
    assert!(page.contains(PLANTED[6]), "{page}");
    follow(&[
        ("key", &keys(&page)),
        ("go", "withdraw_confirmed"),
        ("withdraw_text", PLANTED[5]),
    ]);

    let written = serving.written();
    let events = written
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|e| e == "json"));
    assert!(events.count() >= 5);
    let code_plain = code.replace('-', "");
    let secrets = [code.as_str(), &code_plain, &code_plain[4..19], key];
    assert_nowhere(&PLANTED, &written);
    for (path, bytes) in &written {
        for secret in secrets {
            for form in disguises(secret) {
                assert!(!contains(bytes, &form), "a secret in {}", path.display());
            }
        }
    }
    // The search would find them: what is not secret is found.
    let found = |words: &str| {
        written
            .iter()
            .any(|(_, bytes)| contains(bytes, words.as_bytes()))
    };
    assert!(found("\"recipient\": \"coordinator\"") && found("Het portaal luistert"));
}

#[test]
fn nothing_of_the_second_part_is_on_disk_whole_or_in_pieces() {
    let data = TempDir::new().unwrap();
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    };
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let (store, _) = Store::open(data.path(), around, settings).unwrap();
    let report = NewReport {
        submission_key: "1".repeat(32).parse().unwrap(),
        form: "incident".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers: json!({}),
        names: json!({}),
        countable: json!({}),
        recipient: "coordinator".parse().unwrap(),
    };
    let code = store.submit(&report).unwrap().receipt.unwrap();
    let opened = store.open_with_receipt(&code.to_string()).unwrap();
    let details = NewDetails {
        key: "2".repeat(32).parse().unwrap(),
        form: report.form.clone(),
        version: 1,
        language: Language::Nl,
        answers: json!({"literal_words": PLANTED_DETAILS[0]}),
        names: json!({"witness": PLANTED_DETAILS[1]}),
        countable: json!({}),
    };
    store.give_details(&opened, &details).unwrap();
    let stored = store.again(&opened).unwrap().case.answers;
    assert_eq!(stored["witness"], PLANTED_DETAILS[1]);
    let written = written(data.path());
    // Two events and a file with names.
    assert!(written.len() >= 3);
    assert_nowhere(&PLANTED_DETAILS, &written);
}

#[test]
fn nothing_of_a_submission_is_on_disk_before_and_after_it_is_taken_back() {
    let data = TempDir::new().unwrap();
    let storage = Folder::new(data.path(), 0);
    people::make_recovery_key(&storage, "").unwrap();
    fs::remove_file(data.path().join(RECOVERY_SECRET)).unwrap();
    let adviser = NewPerson {
        name: "Vera".to_owned(),
        roles: vec![Role::ConfidentialAdviser],
        units: Vec::new(),
    };
    let now = "2026-11-20T15:04:05Z".parse().unwrap();
    let (person, code) = people::add(&storage, adviser, now, &SystemRandomness).unwrap();
    let chosen = "een lange zin van mij";
    let (code, by) = (code.to_string(), &SystemRandomness);
    people::choose_passphrase(&storage, &person, &code, chosen, now, by).unwrap();
    let around = Surroundings {
        clock: Arc::new(FixedClock(now)),
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    };
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let store = Store::open(data.path(), around, settings).unwrap().0;
    let key = "000102030405060708090a0b0c0d0e0f";
    let mut new = NewSubmission {
        key: key.parse().unwrap(),
        form: "verhaal".parse().unwrap(),
        version: 1,
        language: Language::Nl,
        answers: json!({"story": PLANTED[0], "email": PLANTED[1]}),
        counted: [("consent".parse().unwrap(), Some(json!("intranet")))].into(),
        to: vec!["confidential_adviser".parse().unwrap()],
        keep: Period::Months(3),
        withdrawable: true,
    };
    store.take_in(&new).unwrap();
    new.answers = json!({"story": PLANTED[2]});
    let code = store.take_in(&new).unwrap().code.unwrap().to_string();
    let search = || {
        let written = written(data.path());
        let plain = code.replace('-', "");
        let secrets = [code.as_str(), &plain, &plain[4..19], key];
        for (path, bytes) in &written {
            for words in PLANTED.iter().chain(&secrets) {
                for form in disguises(words) {
                    assert!(!contains(bytes, &form), "{words:?} in {}", path.display());
                }
            }
        }
        written
    };
    let found = |written: &[(PathBuf, Vec<u8>)], words: &str| {
        written
            .iter()
            .any(|(_, bytes)| contains(bytes, words.as_bytes()))
    };
    let written = search();
    // The search would find them: what is not secret is found.
    assert!(found(&written, "\"sealed\"") && found(&written, "\"consent\": \"intranet\""));
    store.take_back(&code, &new.form).unwrap();
    let written = search();
    assert!(!found(&written, "\"sealed\": \"") && !found(&written, "\"consent\""));
    assert!(found(&written, "taken_back"));
}

/// Opens the case with its receipt code alone, as the standard program does. The program asks a terminal
/// for the passphrase, which `script` gives it.
#[test]
fn the_receipt_code_opens_the_case_with_age_alone() {
    let serving = Serving::start();
    let sent = serving.form(
        "/melden/",
        &[
            ("go", "send"),
            ("page", "_check"),
            ("behaviour_kinds", "destruction"),
            ("occurred_at.known", "today"),
            ("contact_mode", "none"),
            ("short_story", PLANTED[0]),
        ],
    );
    let code = hidden(&sent, "code").replace('-', "");
    let written = serving.written();
    let first = written
        .iter()
        .find(|(path, _)| path.ends_with("00001.json"));
    let event = fs::read(&first.unwrap().0).unwrap();
    let event: serde_json::Value = serde_json::from_slice(&event).unwrap();
    let here = TempDir::new().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    write(
        &here.path().join("receipt.age"),
        &text(&event["open"]["keys"]["receipt"]["sealed"]),
    );
    write(&here.path().join("event.age"), &text(&event["sealed"]));

    // Four characters find the case, fifteen open it, one checks.
    let passphrase = &code[4..19];
    let mut asked = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .args(["age --decrypt --output case.key receipt.age", "/dev/null"])
        .current_dir(here.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("needs the Debian packages age and bsdutils");
    asked
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{passphrase}\n").as_bytes())
        .unwrap();
    assert!(
        asked.wait().unwrap().success(),
        "needs the Debian package age"
    );
    let opened = Command::new("age")
        .args(["--decrypt", "--identity", "case.key", "event.age"])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    let contents: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
    assert_eq!(contents["answers"]["short_story"], PLANTED[0]);
    assert_eq!(contents["case"], event["case"]);
}
