//! Exchanging what is served while many ask for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use meldwijzer::form::Definition;
use meldwijzer::output::{Caching, Output};
use meldwijzer::receiver::{Content, Limits};
use meldwijzer::theme::{Theme, ThemeFiles};

use crate::portal_on_a_socket::{Client, site_view, start};

/// How often what is served is exchanged.
const VERSIONS: usize = 300;

/// Clients that ask all the time.
const CLIENTS: usize = 8;

/// Files that must agree: each holds the number of its version, and the page names a style sheet.
fn pages(version: usize) -> Vec<Output> {
    let output = |path: String, text: String, caching| Output {
        path,
        bytes: text.into_bytes().into(),
        caching,
    };
    vec![
        output(
            "index.html".into(),
            version.to_string(),
            Caching::Revalidate,
        ),
        output(
            "b/index.html".into(),
            version.to_string(),
            Caching::Revalidate,
        ),
        output(
            format!("a/{version}.css"),
            version.to_string(),
            Caching::Forever,
        ),
    ]
}

/// Asks for a page, and returns the number in it.
fn number(client: &mut Client, path: &str) -> usize {
    client.send(&format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n"));
    let response = client.response();
    assert!(response.starts_with("HTTP/1.1 200 "), "{path}: {response}");
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    body.parse().unwrap()
}

#[test]
fn many_who_ask_during_many_versions_never_see_two_mixed() {
    let running = start(Limits {
        connections_per_address: CLIENTS + 1,
        ..Limits::default()
    });
    let (theme, _) = Theme::load(&ThemeFiles::shipped(), "/");
    let theme = Arc::new(theme.unwrap());
    let content = |version| Content {
        pages: pages(version),
        theme: Arc::clone(&theme),
        sites: vec![site_view()],
        forms: Definition::shipped_form("incident").into_iter().collect(),
        base_path: "/".into(),
        base_origin: None,
        origins: Vec::new(),
    };
    running.live.replace(content(0)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = running.client();
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let page = number(&mut client, "");
                    // Whoever saw a version sees no earlier one, and gets what its page asks for.
                    assert!(page >= last, "{page} after {last}");
                    assert_eq!(number(&mut client, &format!("a/{page}.css")), page);
                    last = number(&mut client, "b/");
                    assert!(last >= page, "{last} after {page}");
                }
            });
        }
        for version in 1..=VERSIONS {
            if version % 10 == 0 {
                running.live.replace(content(version)).unwrap();
            } else {
                let gone = format!("a/{}.css", version - 1);
                running.live.update(pages(version), &[gone]);
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(number(&mut running.client(), "b/"), VERSIONS);
}
