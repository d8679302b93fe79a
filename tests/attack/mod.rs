//! Clients that misbehave, against the receiver on a real socket. After each attack an honest client
//! is served.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use meldwijzer::receiver::Limits;

use crate::portal_on_a_socket::{Client, HANG, LARGE, Running, client, short_limits, start};

/// Sends raw bytes and says what comes back; an empty expectation is a close without an answer.
#[track_caller]
fn check(running: &Running, request: &str, expected: &str) {
    let answer = running.client().ask(request);
    assert!(
        answer.starts_with(expected) && answer.is_empty() == expected.is_empty(),
        "{:?} gave {answer:?}",
        request.get(..200.min(request.len()))
    );
    running.serves();
}

const POST: &str = "POST /melden/ HTTP/1.1\r\nHost: a\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\n";

#[test]
fn lengths_that_contradict_or_announce_too_much() {
    let running = start(short_limits());
    for (lengths, expected) in [
        ("Content-Length: 1000000000000\r\n", "HTTP/1.1 413 "),
        ("Content-Length: 18446744073709551615\r\n", "HTTP/1.1 "),
        (
            "Content-Length: 99999999999999999999999\r\n",
            "HTTP/1.1 400 ",
        ),
        ("Content-Length: -1\r\n", "HTTP/1.1 400 "),
        (
            "Content-Length: 3\r\nContent-Length: 4\r\n",
            "HTTP/1.1 400 ",
        ),
        ("Content-Length: 3, 4\r\n", "HTTP/1.1 400 "),
        ("Content-Length: abc\r\n", "HTTP/1.1 400 "),
        ("Transfer-Encoding: gzip\r\n", "HTTP/1.1 400 "),
        ("Transfer-Encoding: chunked, identity\r\n", "HTTP/1.1 400 "),
    ] {
        check(&running, &format!("{POST}{lengths}\r\na=b"), expected);
    }
}

#[test]
fn a_length_beside_chunks_is_ignored_and_the_connection_ends() {
    let running = start(short_limits());
    // What a front end that counts bytes would take for a second request is not answered.
    let smuggled = "GET /norm/ HTTP/1.1\r\nHost: a\r\n\r\n";
    let request =
        format!("{POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}");
    let answer = running.client().ask(&request);
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    running.serves();
}

#[test]
fn chunks_that_make_no_sense_or_do_not_end() {
    let running = start(short_limits());
    let chunked = format!("{POST}Transfer-Encoding: chunked\r\n\r\n");
    check(&running, &format!("{chunked}zz\r\n"), "HTTP/1.1 400 ");
    check(
        &running,
        &format!("{chunked}ffffffffffffffffff\r\n"),
        "HTTP/1.1 400 ",
    );
    let chunk = format!("400\r\n{}\r\n", "a".repeat(0x400));
    let endless = chunk.repeat(400);
    check(&running, &format!("{chunked}{endless}"), "HTTP/1.1 413 ");
}

#[test]
fn heads_that_are_too_large_or_no_head_at_all() {
    let running = start(short_limits());
    check(
        &running,
        &format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000)),
        "HTTP/1.1 431 ",
    );
    check(
        &running,
        &format!("GET / HTTP/1.1\r\n{}\r\n", "X: a\r\n".repeat(5_000)),
        "HTTP/1.1 431 ",
    );
    check(
        &running,
        &format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)),
        "HTTP/1.1 4",
    );
    check(
        &running,
        "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        "HTTP/1.1 400 ",
    );
    check(&running, "GET  /  HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ");
    check(&running, "GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 ");
    check(
        &running,
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "HTTP/1.1 400 ",
    );
    check(&running, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "");
}

#[test]
fn what_is_no_request_gets_a_page_with_our_headers() {
    let running = start(short_limits());
    for (request, status) in [
        ("GET  /  HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (
            format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(100_000)),
            "431",
        ),
        ("GET / HTTP/1.1\r\nX: ".to_owned(), "408"),
    ] {
        let answer = running.client().ask(&request);
        let (head, page) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        for header in [
            "connection: close",
            "content-security-policy: default-src 'none';",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            &format!("content-length: {}", page.len()),
        ] {
            assert!(head.contains(&format!("\r\n{header}")), "{head}");
        }
        assert!(page.contains(&format!("Foutcode {status}")), "{page}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    }
    // After an answer as well, and an idle client gets nothing that it would take for the next one.
    let mut client = running.client();
    client.send("GET /norm/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(client.response().ends_with("<h1>Norm</h1>"));
    client.send("onzin\r\n\r\n");
    assert!(client.rest().starts_with("HTTP/1.1 400 "));
    running.serves();
}

#[test]
fn headers_without_an_end_are_cut() {
    let running = start(short_limits());
    let mut client = running.client();
    client.send("GET / HTTP/1.1\r\n");
    let line = format!("X-Endless: {}\r\n", "a".repeat(1000));
    // The server stops reading long before a gigabyte; then writing fails.
    let mut sent = 0_usize;
    while sent < 1 << 30 && client.0.write_all(line.as_bytes()).is_ok() {
        sent += line.len();
    }
    assert!(sent < 1 << 30);
    running.serves();
}

#[test]
fn a_head_that_comes_byte_by_byte_is_cut() {
    let running = start(short_limits());
    let mut client = running.client();
    let stalled = running.client();
    let closed = drip(&mut client, "GET / HTTP/1.1\r\nX: ");
    assert!(closed);
    running.serves();
    drop(stalled);
}

/// Sends a byte now and then, and returns whether the server closed.
fn drip(client: &mut Client, start: &str) -> bool {
    client.send(start);
    let pause = Some(Duration::from_millis(100));
    client.0.set_read_timeout(pause).unwrap();
    let mut answer = [0; 16 * 1024];
    for _ in 0..(HANG.as_millis() / 100) {
        if client.0.write_all(b"a").is_err() {
            return true;
        }
        match client.0.read(&mut answer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return true,
        }
    }
    false
}

#[test]
fn silent_and_idle_connections_are_closed() {
    let running = start(short_limits());
    assert_eq!(running.client().rest(), "");
    let mut idle = running.client();
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    idle.response();
    assert_eq!(idle.rest(), "");
}

#[test]
fn a_stalled_body_gets_an_answer_and_a_close() {
    let running = start(short_limits());
    check(
        &running,
        &format!("{POST}Content-Length: 1000\r\n\r\na=b"),
        "HTTP/1.1 408 ",
    );
    check(
        &running,
        &format!("{POST}Transfer-Encoding: chunked\r\n\r\n5\r\na"),
        "HTTP/1.1 408 ",
    );
    let mut client = running.client();
    assert!(drip(
        &mut client,
        &format!("{POST}Content-Length: 100000\r\n\r\na=")
    ));
    // A body where none is expected is not read either.
    check(
        &running,
        "GET /norm/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 200 ",
    );
}

#[test]
fn a_client_that_does_not_read_is_cut() {
    let running = start(short_limits());
    let mut lazy = running.client();
    lazy.send("GET /groot.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    // Waits until the server has given up: then sending fails.
    let gave_up = (0..HANG.as_millis() / 50).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        lazy.0.write_all(b"x").is_err()
    });
    assert!(gave_up);
    running.serves();
}

#[test]
fn a_crowd_of_slow_clients_shuts_nobody_out() {
    let running = start(Limits {
        connections: 50,
        connections_per_address: 20,
        // Nothing times out: only making room helps.
        ..Limits::default()
    });
    let post = format!("{POST}Content-Length: 1000\r\n\r\na=b");
    let starts = ["", "GET / HT", "GET / HTTP/1.1\r\nX: a\r\n", post.as_str()];
    let mut crowd: Vec<Client> = Vec::new();
    for number in 0..400 {
        let mut slow = running.client();
        let _ = slow.0.write_all(starts[number % starts.len()].as_bytes());
        crowd.push(slow);
        if number % 20 == 0 {
            running.serves();
        }
    }
    running.serves();
}

#[test]
fn a_crowd_that_does_not_read_shuts_nobody_out() {
    let running = start(Limits {
        connections_per_address: 5,
        // Nothing times out: only making room helps.
        write_stall_time: HANG * 100,
        ..Limits::default()
    });
    let mut crowd = Vec::new();
    for _ in 0..5 {
        let mut lazy = running.client();
        lazy.send("GET /groot.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        // The response has begun, so the request is being served.
        lazy.0.read_exact(&mut [0]).unwrap();
        crowd.push(lazy);
    }
    let pause = Duration::from_millis(200);
    let served = (0..HANG.as_millis() / pause.as_millis()).any(|_| {
        std::thread::sleep(pause);
        let mut honest = running.client();
        let request = b"GET /norm/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        honest.0.write_all(request).is_ok() && honest.rest().ends_with("<h1>Norm</h1>")
    });
    assert!(served);
}

#[test]
fn a_crowd_that_reads_slowly_shuts_nobody_out() {
    let running = start(Limits {
        connections_per_address: 5,
        stop_time: Duration::from_millis(100),
        ..Limits::default()
    });
    let crowd: Vec<_> = (0..5)
        .map(|_| {
            let mut slow = running.client();
            slow.send("GET /groot.bin HTTP/1.1\r\nHost: a\r\n\r\n");
            slow.0.read_exact(&mut [0]).unwrap();
            // Fast enough never to count as stalled, and far from the end of the file for a minute.
            std::thread::spawn(move || {
                let mut part = vec![0; 200_000];
                let mut read = 0;
                while slow.0.read_exact(&mut part).is_ok() {
                    read += part.len();
                    std::thread::sleep(Duration::from_millis(200));
                }
                read
            })
        })
        .collect();
    let pause = Duration::from_millis(200);
    let served = (0..HANG.as_millis() / pause.as_millis()).any(|_| {
        std::thread::sleep(pause);
        let mut honest = running.client();
        let request = b"GET /norm/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        honest.0.write_all(request).is_ok() && honest.rest().ends_with("<h1>Norm</h1>")
    });
    assert!(served);
    drop(running);
    let read: Vec<usize> = crowd.into_iter().map(|slow| slow.join().unwrap()).collect();
    assert!(read.iter().any(|read| *read < LARGE / 2), "{read:?}");
}

#[test]
fn many_addresses_together_shut_nobody_out() {
    let running = start(Limits {
        connections: 50,
        // Nothing times out: only making room helps.
        ..Limits::default()
    });
    let mut crowd = Vec::new();
    for number in 0..=255 {
        // Loopback has sixteen million addresses; each of the crowd has its own.
        crowd.push(connect_from([127, 0, 1, number], running.address));
        if number % 50 == 0 {
            running.serves();
        }
    }
    running.serves();
}

/// Connects from a chosen address, which std does not offer.
fn connect_from(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let connected = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        socket.connect(to).await.unwrap()
    });
    connected.into_std().unwrap()
}

#[test]
fn a_process_with_few_descriptors_keeps_serving() {
    let server = Server::start("attack::serve_until_told", Some("ulimit -n 48"));
    let mut crowd = Vec::new();
    for number in 0..200 {
        let mut slow = client(server.address);
        let _ = slow.0.write_all(b"GET / HT");
        crowd.push(slow);
        if number % 40 == 0 {
            let request = "GET /norm/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            let answer = client(server.address).ask(request);
            assert!(answer.ends_with("<h1>Norm</h1>"), "{answer}");
        }
    }
    server.stop();
}

/// A portal in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    /// Kept until the end: the process writes to it once more.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts one of the ignored tests below, in a shell that does something else first.
    fn start(test: &str, first: Option<&str>) -> Server {
        let first = first
            .map(|first| format!("{first} && "))
            .unwrap_or_default();
        let mut child = Command::new("sh")
            .args(["-c", &format!("{first}exec \"$0\" \"$@\"")])
            .arg(std::env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = output
            .find_map(|line| {
                let line = line.unwrap();
                line.split_once("serves on ")?.1.trim().parse().ok()
            })
            .unwrap();
        Server {
            child,
            address,
            _output: output,
        }
    }

    /// Forgets how much memory starting took (proc_pid_clear_refs(5)).
    fn forget_memory(&self) {
        let reset = format!("echo 5 > /proc/{}/clear_refs", self.child.id());
        let done = Command::new("sh").args(["-c", &reset]).status().unwrap();
        assert!(done.success());
    }

    /// Returns the most memory that the process has had since, in KiB (proc_pid_status(5)).
    fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn stop(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// A portal in a process of its own; it ends when its input ends.
#[test]
#[ignore = "started by another test"]
fn serve_until_told() {
    serve_until_input_ends(Limits::default());
}

/// The same, with little room for bodies, that may be large.
#[test]
#[ignore = "started by another test"]
fn serve_large_bodies_until_told() {
    serve_until_input_ends(Limits {
        body_bytes: 1024 * 1024,
        body_bytes_together: 4 * 1024 * 1024,
        body_time: Duration::from_secs(3),
        connections_per_address: 1000,
        ..short_limits()
    });
}

fn serve_until_input_ends(limits: Limits) {
    let running = start(limits);
    println!("serves on {}", running.address);
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    running.stop();
}

#[test]
fn path_tricks_find_nothing() {
    let running = start(short_limits());
    for path in [
        "//evil.example/",
        "//evil.example/norm",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2fetc/passwd",
        "/norm/..%5c..%5c",
        "/%00",
        "/%ff",
        "/\\evil.example/",
        "/norm/;/../",
        "*",
        "norm",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = running.client().ask(&request);
        assert!(answer.starts_with("HTTP/1.1 40"), "{path}: {answer}");
        assert!(!answer.contains("location:"), "{path}: {answer}");
    }
    running.serves();
}

#[test]
fn many_large_bodies_take_bounded_memory() {
    let server = Server::start("attack::serve_large_bodies_until_told", None);
    server.forget_memory();
    let before = server.most_memory();
    // Together 100 MB, of which 4 MiB may be held at once.
    let body = "a".repeat(1_000_000);
    let mut crowd = Vec::new();
    for _ in 0..100 {
        let mut large = client(server.address);
        // One that is refused may be cut while it sends.
        let request = format!("{POST}Content-Length: 1000001\r\n\r\n{body}");
        let _ = large.0.write_all(request.as_bytes());
        crowd.push(large);
    }
    let answers: Vec<String> = crowd.iter_mut().map(Client::rest).collect();
    let count = |status: &str| {
        let start = format!("HTTP/1.1 {status} ");
        answers
            .iter()
            .filter(|answer| answer.starts_with(&start))
            .count()
    };
    assert!(count("503") > 0 && count("408") > 0, "{answers:?}");
    let grown = server.most_memory() - before;
    assert!(grown < 40 * 1024, "{grown} KiB more than {before} KiB");
    server.stop();
}
