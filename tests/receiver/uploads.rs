//! Forms with files on a real socket: slow lines, large files, clients that stop.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use meldwijzer::receiver::Limits;

use crate::portal_on_a_socket::{Client, Running, client, short_limits, start};

/// Bytes of the upload whose memory is looked at.
const LARGE_UPLOAD: usize = 200 * 1024 * 1024;

/// Bytes that the process may take more for it: the buffers of the connection and a few pieces, with
/// room for what the allocator keeps.
const MORE_MEMORY: u64 = 32 * 1024 * 1024;

/// Sends a report and returns its code.
pub(super) fn code(running: &Running) -> String {
    let answer = post(
        running,
        "/melden/",
        "go=send&page=_check&behaviour_kinds=verbal&occurred_at.known=today&contact_mode=none",
    );
    hidden(&answer, "code")
}

pub(super) fn post(running: &Running, path: &str, body: &str) -> String {
    let mut client = client(running.address);
    client.send(&format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    client.rest()
}

fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&field).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Begins a message with a file of so many bytes and sends it up to the file.
fn begin(running: &Running, code: &str, file_bytes: usize) -> Client {
    let texts = [("code", code), ("message", "Kijk")];
    begin_with(running, &texts, "files", file_bytes + END.len())
}

/// Begins a form with a file and sends it up to the file, after which so many bytes come.
fn begin_with(
    running: &Running,
    texts: &[(&str, &str)],
    field: &str,
    bytes_after: usize,
) -> Client {
    let part = |(name, text): &(&str, &str)| part(name, text);
    let texts: String = texts.iter().map(part).collect();
    let before = format!(
        "{texts}--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.txt\"\r\n\r\n"
    );
    let length = before.len() + bytes_after;
    let mut client = client(running.address);
    client.send(&format!(
        "POST /melden/volgen/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n{before}"
    ));
    client
}

fn part(name: &str, text: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
}

const END: &str = "\r\n--x--\r\n";

#[test]
fn a_file_over_a_slow_line_may_take_longer_than_other_requests() {
    let running = start(Limits {
        request_time: Duration::from_secs(1),
        ..short_limits()
    });
    let code = code(&running);
    let mut client = begin(&running, &code, 30);
    // Three times what a request may take, and never silent for long.
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(100));
        client.send("a");
    }
    client.send(END);
    let answer = client.rest();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("Je bericht is verstuurd."), "{answer}");
    assert!(answer.contains("30 bytes"), "{answer}");
}

#[test]
fn evidence_over_a_slow_line_is_an_answer_of_the_second_part() {
    let running = start(Limits {
        request_time: Duration::from_secs(1),
        ..short_limits()
    });
    let code = code(&running);
    let page = post(
        &running,
        "/melden/volgen/",
        &format!("go=details&code={code}"),
    );
    let (key, visit) = (hidden(&page, "key"), hidden(&page, "visit"));
    let texts = [
        ("code", code.as_str()),
        ("key", &key),
        ("visit", &visit),
        ("part", "details"),
        ("page", "evidence"),
        ("department", "Burgerzaken"),
    ];
    let button = part("go", "next");
    // The line end before the button is that of the file.
    let after = format!("\r\n{button}--x--\r\n");
    let mut client = begin_with(&running, &texts, "evidence", 30 + after.len());
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(100));
        client.send("a");
    }
    client.send(&after);
    let answer = client.rest();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("cache-control: no-store"), "{answer}");
    assert!(
        answer.contains("name=\"page\" value=\"learning\""),
        "{answer}"
    );
    assert_eq!(hidden(&answer, "department"), "Burgerzaken");
    let file = hidden(&answer, "evidence");
    let sent = format!(
        "code={code}&key={key}&visit={visit}&part=details&page=_check&go=send&evidence={file}"
    );
    // From two tabs at the same moment.
    let answers = std::thread::scope(|scope| {
        let send = || post(&running, "/melden/volgen/", &sent);
        [scope.spawn(send), scope.spawn(send)].map(|sent| sent.join().unwrap())
    });
    for answer in answers {
        assert!(
            answer.contains("Je antwoorden staan bij je melding."),
            "{answer}"
        );
        assert_eq!(
            answer
                .matches("Je hebt meer over je melding verteld")
                .count(),
            1
        );
    }
    // Nothing of it stands in the log.
    assert_eq!(running.log.lock().unwrap().len(), 1);
}

#[test]
fn a_client_that_stops_in_the_middle_of_a_file_is_not_waited_for() {
    let running = start(Limits {
        upload_stall_time: Duration::from_millis(300),
        ..short_limits()
    });
    let code = code(&running);
    let mut stalled = begin(&running, &code, 1000);
    stalled.send("a");
    let answer = stalled.rest();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    // Without a right code the time is that of any other request, however much is sent.
    let running = start(Limits {
        request_time: Duration::from_secs(2),
        ..short_limits()
    });
    let mut unknown = begin(&running, "onzin", 1_000_000);
    let mut sent = 0;
    while sent < 100 && unknown.0.write_all(b"a").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
        sent += 1;
    }
    assert!(sent < 100);
}

#[test]
fn what_is_too_much_for_any_form_is_refused_at_once() {
    let running = start(short_limits());
    let code = code(&running);
    let mut client = begin(&running, &code, 600 * 1024 * 1024);
    assert!(client.rest().starts_with("HTTP/1.1 413 "));
}

/// Runs in a process of its own, because memory is that of a process.
#[test]
fn a_large_upload_takes_no_more_memory_than_a_small_one() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["receiver::uploads::upload_and_tell_memory", "--exact"])
        .args(["--ignored", "--nocapture"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8(child.stdout).unwrap();
    assert!(child.status.success(), "{said}");
    let number = |name: &str| -> u64 {
        let (_, rest) = said.split_once(name).unwrap_or_else(|| panic!("{said}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    let (before, after) = (number("before "), number("after "));
    assert!(after < before + MORE_MEMORY / 1024, "{said}");
}

#[test]
#[ignore = "started by another test: runs in a process of its own"]
fn upload_and_tell_memory() {
    let mut limits = short_limits();
    limits.attachments.file_bytes = u64::MAX / 4;
    limits.attachments.image_bytes = u64::MAX / 8;
    let running = start(limits);
    let code = code(&running);
    // A document goes through in pieces, and is kept as it is.
    let send = |pieces: usize| {
        let (begin_of_file, end_of_file) = (b"%PDF-1.4\n", b"\nstartxref\n0\n%%EOF\n");
        let piece = [b' '; 64 * 1024];
        let bytes = begin_of_file.len() + pieces * piece.len() + end_of_file.len();
        let mut client = begin(&running, &code, bytes);
        client.0.write_all(begin_of_file).unwrap();
        for _ in 0..pieces {
            client.0.write_all(&piece).unwrap();
        }
        client.0.write_all(end_of_file).unwrap();
        client.send(END);
        let answer = client.rest();
        assert!(answer.contains("a.pdf"), "{answer}");
    };
    send(2);
    println!("before {}", kilobytes("VmRSS:"));
    // Forgets the peak of before (proc_pid_clear_refs(5)).
    let mut refs = std::fs::File::create("/proc/self/clear_refs").unwrap();
    std::io::Write::write_all(&mut refs, b"5").unwrap();
    send(LARGE_UPLOAD / (64 * 1024));
    println!("after {}", kilobytes("VmHWM:"));
    running.stop();
}

/// Returns what the system says of the memory of this process.
fn kilobytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}
