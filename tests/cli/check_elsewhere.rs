//! `meldwijzer check --external-links`, against small sites on this machine.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::check_formats::{checked, portal};

/// Starts a site that answers with the status that is the path, and counts how often it was asked.
fn site() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            let _ = lines.find(String::is_empty);
            let status = first.split(['/', ' ']).nth(2).unwrap_or_default();
            let head = format!("HTTP/1.1 {status} x\r\nlocation: /200\r\ncontent-length: 0\r\n");
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes());
        }
    });
    (address, asked)
}

fn codes(out: &str) -> Vec<(String, u64)> {
    let report: Value = serde_json::from_str(out).unwrap();
    let told = report["diagnostics"].as_array().unwrap().iter();
    let told = told.filter(|one| one["code"].as_str().unwrap().starts_with("link-elsewhere"));
    told.map(|one| {
        let code = one["code"]
            .as_str()
            .unwrap()
            .strip_prefix("link-elsewhere-");
        (code.unwrap().to_owned(), one["line"].as_u64().unwrap())
    })
    .collect()
}

#[test]
fn links_to_other_sites_are_told_where_they_stand_and_remembered() {
    let (site, asked) = site();
    let text = format!(
        "---\ntitle: Thuis\n---\n[a]({site}/200), [b]({site}/404#x)\n\n[c]({site}/403)\n\n[d]({site}/301#y)\n"
    );
    let root = portal(&[("content/index.md", &text)]);
    let (code, out) = checked(root.path(), "--external-links --own-network --format json");
    let expected = [("gone", 4), ("moved", 8), ("unclear", 6)];
    let expected = expected.map(|(code, line)| (code.to_owned(), line));
    assert_eq!((code, codes(&out)), (0, expected.to_vec()));
    assert!(out.contains(&format!("{site}/200#y")), "{out}");
    let before = asked.load(Ordering::SeqCst);
    let (_, again) = checked(root.path(), "--external-links --own-network --format json");
    assert_eq!((out, before), (again, asked.load(Ordering::SeqCst)));
    let memory = root.path().join(".meldwijzer");
    assert_eq!(
        fs::read_to_string(memory.join(".gitignore")).unwrap(),
        "*\n"
    );
    assert!(
        fs::read_to_string(memory.join("links.json"))
            .unwrap()
            .contains("404")
    );
}

#[test]
fn what_only_a_person_can_check_is_no_reason_to_fail() {
    let (site, _) = site();
    let text = format!("---\ntitle: Thuis\n---\n[a]({site}/403)\n");
    let root = portal(&[("content/index.md", &text)]);
    let arguments = "--external-links --own-network --strict --link-cache links.json";
    let (code, out) = checked(root.path(), arguments);
    assert_eq!(code, 0, "{out}");
    let told = format!(
        "Deze links kunnen wij niet nakijken. Kijk zelf of ze werken:\n  content/index.md:4: {site}/403 (403)\n"
    );
    assert!(out.starts_with(&told), "{out}");
    assert!(root.path().join("links.json").exists() && !root.path().join(".meldwijzer").exists());
    // A dead link is one.
    let text = text.replace("/403", "/404");
    super::overwrite(&root.path().join("content/index.md"), &text);
    let (code, out) = checked(root.path(), arguments);
    assert_eq!(code, 1);
    assert!(out.contains("waarschuwing[link-elsewhere-gone]"), "{out}");
}

/// Returns links to two sites at which nobody is.
fn dead_links() -> String {
    let links = ["127.0.0.1:0", "127.0.0.2:0"].map(|place| {
        let closed = TcpListener::bind(place).unwrap();
        format!("[{place}](http://{}/)", closed.local_addr().unwrap())
    });
    links.join(" ")
}

#[test]
fn dead_links_are_told_also_once_nothing_else_is_asked() {
    let (site, asked) = site();
    let text = format!("---\ntitle: Thuis\n---\n[a]({site}/200)\n");
    let root = portal(&[("content/index.md", &text)]);
    let arguments = "--external-links --own-network --format json";
    checked(root.path(), arguments);
    let text = format!("{text}\n{}\n", dead_links());
    super::overwrite(&root.path().join("content/index.md"), &text);
    let (_, out) = checked(root.path(), arguments);
    let expected = ["unreachable", "unreachable"].map(|code| (code.to_owned(), 6));
    assert_eq!(codes(&out), expected, "{out}");
    // The page that was there said that there is internet.
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn without_internet_what_is_known_is_told() {
    let (site, _) = site();
    let text = format!("---\ntitle: Thuis\n---\n[a]({site}/404)\n");
    let root = portal(&[("content/index.md", &text)]);
    let arguments = "--external-links --own-network --format json";
    checked(root.path(), arguments);
    let text = format!("{text}\n{}\n", dead_links());
    super::overwrite(&root.path().join("content/index.md"), &text);
    let (_, out) = checked(root.path(), arguments);
    assert_eq!(codes(&out), [("gone".to_owned(), 4)], "{out}");
    assert!(out.contains("cli-no-internet"), "{out}");
}

#[test]
fn nobody_is_asked_unless_somebody_wants_it() {
    let (site, asked) = site();
    let text = format!("---\ntitle: Thuis\n---\n[a]({site}/404)\n");
    let root = portal(&[("content/index.md", &text)]);
    checked(root.path(), "");
    // An address of this machine is in the own network.
    let (_, out) = checked(root.path(), "--external-links --format json");
    assert_eq!(codes(&out), Vec::new());
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
