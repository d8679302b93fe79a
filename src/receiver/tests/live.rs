//! Exchanging what is served while people use it.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::report::event::Role;

/// A form as it was when somebody began.
const BEFORE: &str = "\
address: schade
version: 1
languages: [nl]
title: Schade
sends: submission
to: [coordinator]
keep: { days: 7 }
confirmation: { title: Bedankt, text: Dank je. }
pages:
  - id: what
    title: Wat is er stuk?
    fields:
      - { name: damage, kind: short_text, label: Wat?, required: true, privacy: P1 }
  - id: when
    title: Wanneer?
    fields:
      - { name: seen_at, kind: short_text, label: Wanneer zag je het?, privacy: P1 }
";

/// The same form, once it asks more.
fn after() -> &'static str {
    let more =
        "      - { name: place, kind: short_text, label: Waar?, required: true, privacy: P1 }\n";
    let after = BEFORE.replace("version: 1", "version: 2");
    let after = after.replace("  - id: when\n", &format!("{more}  - id: when\n"));
    Box::leak(after.into_boxed_str())
}

fn with(form: &'static str) -> Options {
    Options {
        form: Some(form),
        ..Options::default()
    }
}

#[tokio::test]
async fn everything_is_exchanged_at_once() {
    let setup = set_up(Options::default());
    assert_eq!(setup.get("/norm/").await.1, "onze norm");
    let (_, missing) = setup.get("/nieuw/").await;
    let mut next = content(&with(BEFORE));
    next.pages = vec![page("nieuw/index.html", "nieuw")];
    next.sites[0].title = "Veiliger werken".into();
    next.origins = vec!["https://intranet.example".into()];
    setup.live.replace(next).unwrap();
    assert_eq!(setup.get("/nieuw/").await.1, "nieuw");
    let (response, gone) = setup.get("/norm/").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(gone.contains("Veiliger werken") && !missing.contains("Veiliger werken"));
    assert_eq!(
        setup.get("/schade/").await.0.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    let origin = [("origin", "https://intranet.example")];
    let (response, _) = setup.post_with("/melden/", &[], &origin).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_served_replaces_nothing() {
    let setup = set_up(Options::default());
    let mut nothing = content(&Options::default());
    nothing.sites.clear();
    assert!(setup.live.replace(nothing).is_err());
    assert_eq!(setup.get("/norm/").await.1, "onze norm");
}

#[tokio::test]
async fn some_files_are_exchanged_and_the_rest_stays() {
    let setup = set_up(Options::default());
    let changed = vec![page("norm/index.html", "nieuwe norm")];
    setup.live.update(changed, &["index.html".to_owned()]);
    assert_eq!(setup.get("/norm/").await.1, "nieuwe norm");
    assert_eq!(setup.get("/").await.0.status(), StatusCode::NOT_FOUND);
    assert_eq!(setup.get("/en/").await.1, "home");
    assert_eq!(setup.get("/melden/").await.0.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_a_client_may_cost_outlives_a_version() {
    let limits = Limits {
        posts_at_once: 1,
        posts_per_second: 0.001,
        ..Limits::default()
    };
    let setup = set_up(Options {
        limits,
        ..Options::default()
    });
    assert_eq!(setup.post("/melden/", &[]).await.0.status(), StatusCode::OK);
    setup.live.replace(content(&Options::default())).unwrap();
    let (response, _) = setup.post("/melden/", &[]).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
}

/// A body that says when it is first asked for, and comes later.
struct Later {
    asked: Option<oneshot::Sender<()>>,
    pieces: mpsc::Receiver<Bytes>,
}

impl HttpBody for Later {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(asked) = self.asked.take() {
            let _ = asked.send(());
        }
        let piece = self.pieces.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

#[tokio::test]
async fn a_request_in_flight_ends_with_the_version_it_began_with() {
    let setup = set_up(with(BEFORE));
    setup.add("Kim", Role::Coordinator);
    let (send, pieces) = mpsc::channel(1);
    let (asked, is_asked) = oneshot::channel();
    let body = Later {
        asked: Some(asked),
        pieces,
    };
    let request = Request::post("/schade/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::new(body))
        .unwrap();
    let exchange = async {
        is_asked.await.unwrap();
        setup.live.replace(content(&with(after()))).unwrap();
        let typed = Bytes::from_static(b"go=next&page=what&version=1&damage=raam");
        send.send(typed).await.unwrap();
        drop(send);
    };
    let ((response, page), ()) = tokio::join!(setup.send(request), exchange);
    assert_eq!(response.status(), StatusCode::OK);
    // The page after it, because nothing else was asked then.
    assert!(
        pairs_of(&page).contains(&("page".into(), "when".into())),
        "{page}"
    );
}

#[tokio::test]
async fn who_is_in_a_form_that_changes_is_asked_what_is_new_and_loses_nothing() {
    let setup = set_up(with(BEFORE));
    let key = setup.add("Kim", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/schade/").await;
    sender.press("next", &[("damage", "Een raam")]).await;
    assert!(sender.is_on("when"));
    setup.live.replace(content(&with(after()))).unwrap();
    sender.press("next", &[("seen_at", "Gisteren")]).await;
    assert!(sender.is_on("what"), "{}", sender.page);
    assert!(
        sender.page.contains("intussen veranderd"),
        "{}",
        sender.page
    );
    assert!(sender.has("damage", "Een raam") && sender.has("place", ""));
    sender.press("next", &[("place", "Hal")]).await;
    while !sender.is_on("_check") {
        sender.press("next", &[]).await;
    }
    sender.press("send", &[]).await;
    let sent = setup.submissions(&key);
    let all = json!({ "damage": "Een raam", "place": "Hal", "seen_at": "Gisteren" });
    assert_eq!(sent, [all]);
}

#[tokio::test]
async fn who_was_about_to_send_a_form_that_changes_looks_once_more() {
    let setup = set_up(with(BEFORE));
    let key = setup.add("Kim", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/schade/").await;
    sender.press("next", &[("damage", "Een raam")]).await;
    sender.press("next", &[("seen_at", "Gisteren")]).await;
    let text = BEFORE.replace("version: 1", "version: 2");
    let changed = Box::leak(text.into_boxed_str());
    setup.live.replace(content(&with(changed))).unwrap();
    sender.press("send", &[]).await;
    assert!(sender.is_on("_check") && sender.page.contains("intussen veranderd"));
    sender.press("send", &[]).await;
    assert_eq!(setup.submissions(&key).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_gone_takes_what_was_begun_and_nothing_new() {
    let setup = set_up(with(BEFORE));
    let key = setup.add("Kim", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/schade/").await;
    sender.press("next", &[("damage", "Een raam")]).await;
    let without = || content(&Options::default());
    setup.live.replace(without()).unwrap();
    setup.live.replace(without()).unwrap();
    let (response, _) = setup.get("/schade/").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    sender.press("next", &[("seen_at", "Gisteren")]).await;
    let check = sender.page.clone();
    sender.press("send", &[]).await;
    assert_eq!(setup.submissions(&key).len(), 1);
    tokio::time::advance(std::time::Duration::from_secs(25 * 60 * 60)).await;
    sender.page = check;
    let pairs = pairs_of(&sender.page);
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let (response, _) = setup.post("/schade/", &pairs).await;
    assert_ne!(response.status(), StatusCode::OK);
}
