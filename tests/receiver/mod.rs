//! The receiver on a real socket, with clients that behave.

mod follow;
mod live;
mod uploads;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use meldwijzer::language::Language;
use meldwijzer::message::Catalogue;
use meldwijzer::receiver::{Limits, Live, LogEntry, Stop, bind, serve};

use crate::portal_on_a_socket::{client, portal, short_limits, start};

#[test]
fn one_connection_serves_many_requests() {
    let running = start(Limits::default());
    let mut client = running.client();
    for _ in 0..3 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(client.response().ends_with("<h1>Thuis</h1>"));
        client.send("HEAD /norm/ HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let mut one = [0];
            std::io::Read::read_exact(&mut client.0, &mut one).unwrap();
            head.push(char::from(one[0]));
        }
        assert!(head.contains("content-length: 13\r\n"), "{head}");
    }
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /norm/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(client.response().ends_with("Thuis</h1>"));
    assert!(client.response().ends_with("Norm</h1>"));
    running.stop();
}

#[test]
fn a_client_that_closes_its_sending_side_still_gets_its_answer() {
    let running = start(Limits::default());
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.0.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(client.rest().ends_with("<h1>Thuis</h1>"));
}

#[test]
fn no_header_says_what_serves() {
    let running = start(Limits::default());
    let response = running
        .client()
        .ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let head = response.to_ascii_lowercase();
    assert!(!head.contains("\r\nserver:"), "{head}");
    assert!(head.contains("\r\ncontent-security-policy: default-src 'none';"));
}

#[test]
fn a_stop_finishes_requests_in_flight_and_ends_idle_connections() {
    let running = start(Limits::default());
    let address = running.address;
    let _idle = running.client();
    let mut served = running.client();
    served.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    served.response();
    // Half of a post is in flight when the stop comes; the other half comes after it.
    let mut busy = running.client();
    busy.send(
        "POST /melden/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n",
    );
    assert!(busy.response().starts_with("HTTP/1.1 100 "));
    let log = Arc::clone(&running.log);
    let stopped = std::thread::spawn(move || running.stop());
    assert_eq!(served.rest(), "");
    while log.lock().unwrap().len() < 2 {
        std::thread::yield_now();
    }
    busy.send("go=next&page=next");
    let answer = busy.rest();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let log = stopped.join().unwrap();
    assert!(
        matches!(
            log.as_slice(),
            [
                LogEntry::Started { .. },
                LogEntry::Stopping { .. },
                LogEntry::Stopped { cut: 0 }
            ]
        ),
        "{log:?}"
    );
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn thousands_of_submits_are_taken_where_the_limit_allows_it() {
    let running = start(short_limits());
    let body =
        "go=send&page=_check&behaviour_kinds=verbal&occurred_at.known=today&contact_mode=none";
    for _ in 0..200 {
        let mut client = client(running.address);
        write!(
            client.0,
            "POST /melden/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let answer = client.rest();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let reports = std::fs::read_dir(running.data.path().join("reports")).unwrap();
    assert_eq!(reports.count(), 200);
}

#[test]
fn signals_stop_it_cleanly() {
    for signal in ["TERM", "INT"] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "receiver::serve_until_signalled",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| Some(line.unwrap().split_once("luistert op ")?.1.to_owned()))
            .unwrap();
        let address: SocketAddr = address.trim_end_matches('.').parse().unwrap();
        let mut busy = client(address);
        busy.send(
            "POST /melden/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\n",
        );
        assert!(busy.response().starts_with("HTTP/1.1 100 "));
        let process = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &process]).status();
        assert!(sent.unwrap().success());
        lines
            .find(|line| line.as_ref().unwrap().contains("Nog 1 verzoek"))
            .unwrap()
            .unwrap();
        busy.send("go=next");
        assert!(busy.rest().starts_with("HTTP/1.1 200 "));
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert!(
            rest.iter()
                .any(|line| line.contains("0 verzoeken waren niet op tijd")),
            "{rest:?}"
        );
        assert!(child.wait().unwrap().success());
    }
}

/// The portal of the test above, in a process of its own.
#[test]
#[ignore = "started by another test"]
fn serve_until_signalled() {
    let data = tempfile::tempdir().unwrap();
    let texts = Catalogue::of_program(Language::Nl);
    let portal = portal(&data, Limits::default(), move |entry| {
        println!("{}", entry.text(&texts));
    });
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let live = Live::new(portal).unwrap();
    serve(listener, &live, Stop::OnSignal, || {}).unwrap();
}
