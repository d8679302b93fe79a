//! Small sites on this machine, with everything that sites do wrong.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A site that lives as long as the tests.
struct Site {
    address: String,
    /// `HEAD /pad`, in the order in which they were asked.
    asked: Arc<Mutex<Vec<String>>>,
    /// How many were asked at once at most.
    most_at_once: Arc<AtomicUsize>,
}

impl Site {
    /// Starts a site that gives what `answer` returns for `HEAD /pad`, and hangs up.
    fn new(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Site {
        Site::at("127.0.0.1:0", answer)
    }

    fn at(place: &str, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Site {
        let listener = TcpListener::bind(place).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let site = Site {
            address,
            asked: Arc::default(),
            most_at_once: Arc::default(),
        };
        let (asked, most) = (site.asked.clone(), site.most_at_once.clone());
        let (answer, at_once) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, most) = (asked.clone(), most.clone());
                let (answer, at_once) = (answer.clone(), at_once.clone());
                thread::spawn(move || {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let question = read(&stream);
                    lock(&asked).push(question.clone());
                    let answer = answer(&question);
                    // Whoever has the answer may ask the next thing.
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    // Where nobody reads any further.
                    let _ = (&stream).write_all(answer.as_bytes());
                });
            }
        });
        site
    }

    fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

/// Reads the head of a request, and returns its method and path.
fn read(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let _ = lines.find(String::is_empty);
    first.replace(" HTTP/1.1", "")
}

fn status(code: u16) -> String {
    format!("HTTP/1.1 {code} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn redirect(code: u16, to: &str) -> String {
    format!("HTTP/1.1 {code} x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// Manners for sites of our own: no pauses, but little patience.
fn quick() -> Manners {
    Manners {
        sites_at_once: 4,
        pause: Duration::ZERO,
        patience: Duration::from_secs(2),
        own_network: true,
    }
}

fn outcome(address: &str) -> Outcome {
    let addresses = BTreeSet::from([address.to_owned()]);
    let found = check(&addresses, &quick(), &|_| ());
    found.into_values().next().unwrap()
}

/// Asks a site that answers everything in one way.
fn of(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (Outcome, Vec<String>) {
    let site = Site::new(answer);
    let found = outcome(&format!("{}/a", site.address));
    (found, site.asked())
}

#[test]
fn a_page_that_is_there_is_asked_once_and_not_read() {
    let (found, asked) = of(|_| status(200));
    assert_eq!(found, Outcome::Good);
    assert_eq!(asked, ["HEAD /a"]);
}

#[test]
fn a_page_that_is_gone_is_gone_also_when_it_is_read() {
    for code in [404, 410, 400] {
        let (found, asked) = of(move |_| status(code));
        assert_eq!(found, Outcome::Gone { status: code });
        assert_eq!(asked, ["HEAD /a", "GET /a"]);
    }
}

#[test]
fn a_site_that_refuses_the_question_for_the_head_is_asked_for_the_page() {
    for code in [403, 404, 405, 500, 501] {
        let (found, _) = of(move |question| match question.starts_with("HEAD") {
            true => status(code),
            false => status(200),
        });
        assert_eq!(found, Outcome::Good, "{code}");
    }
}

#[test]
fn what_only_a_person_can_know_is_unclear() {
    for code in [401, 403, 405, 429, 999] {
        let (found, _) = of(move |_| status(code));
        assert_eq!(found, unclear(&code.to_string()));
    }
}

fn unclear(reason: &str) -> Outcome {
    Outcome::Unclear {
        reason: reason.to_owned(),
    }
}

#[test]
fn a_site_with_an_error_of_its_own_gets_another_chance() {
    let (found, asked) = of(|_| status(500));
    assert_eq!(found, Outcome::Failing { status: 500 });
    assert_eq!(asked, ["HEAD /a", "GET /a", "GET /a"]);
    let times = AtomicUsize::new(0);
    let (found, _) = of(move |_| match times.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => status(503),
        _ => status(200),
    });
    assert_eq!(found, Outcome::Good);
}

#[test]
fn a_page_that_moved_for_good_has_the_address_to_write() {
    let moved = |answers: fn(&str) -> String, to: &str| {
        let site = Site::new(answers);
        let found = outcome(&format!("{}/a", site.address));
        let to = format!("{}{to}", site.address);
        assert_eq!(found, Outcome::Moved { to });
    };
    moved(
        |question| match question {
            "HEAD /a" => redirect(301, "/b?x=1"),
            "HEAD /b?x=1" => redirect(308, "c/d"),
            _ => status(200),
        },
        "/c/d",
    );
    // From there it is for now.
    moved(
        |question| match question {
            "HEAD /a" => redirect(301, "/b"),
            "HEAD /b" => redirect(302, "/c"),
            _ => status(200),
        },
        "/b",
    );
    let (found, _) = of(|question| match question {
        "HEAD /a" => redirect(302, "/b"),
        "HEAD /b" => redirect(301, "/c"),
        _ => status(200),
    });
    assert_eq!(found, Outcome::Good);
    let (found, _) = of(|question| match question {
        "HEAD /a" => redirect(301, "/b"),
        _ => status(404),
    });
    assert_eq!(found, Outcome::Gone { status: 404 });
}

#[test]
fn what_leads_on_without_end_is_a_loop() {
    let steps = AtomicUsize::new(0);
    let (found, asked) = of(move |_| {
        let step = steps.fetch_add(1, Ordering::SeqCst);
        redirect(302, &format!("/{step}"))
    });
    assert_eq!((found, asked.len()), (Outcome::Loop, MOST_REDIRECTS + 1));
}

#[test]
fn whoever_is_sent_back_may_have_needed_cookies() {
    let (found, asked) = of(|_| redirect(302, "/a"));
    assert_eq!((found, asked.len()), (unclear("302"), 1));
    let (found, asked) = of(|question| match question {
        "HEAD /a" => redirect(307, "/cookies?to=/a"),
        _ => redirect(303, "/a"),
    });
    assert_eq!((found, asked.len()), (unclear("303"), 2));
}

#[test]
fn what_leads_to_no_page_of_the_web_is_unclear() {
    for to in [
        "ftp://example.nl/",
        "file:///etc/passwd",
        "http://",
        "\u{1}",
    ] {
        let (found, _) = of(move |_| redirect(302, to));
        assert!(
            matches!(found, Outcome::Unclear { .. }),
            "{to:?}: {found:?}"
        );
    }
}

#[test]
fn a_site_that_keeps_us_waiting_is_slow() {
    let site = Site::new(|_| {
        thread::park();
        String::new()
    });
    let manners = Manners {
        patience: Duration::from_millis(200),
        ..quick()
    };
    let addresses = BTreeSet::from([format!("{}/a", site.address)]);
    let found = check(&addresses, &manners, &|_| ());
    assert_eq!(found.into_values().next(), Some(Outcome::Slow));
}

#[test]
fn a_page_without_end_is_not_read() {
    let (found, _) = of(|question| match question.starts_with("HEAD") {
        true => status(405),
        false => {
            let head = "HTTP/1.1 200 x\r\ncontent-length: 999999999999\r\n\r\n";
            format!("{head}{}", "x".repeat(10_000_000))
        }
    });
    assert_eq!(found, Outcome::Good);
}

#[test]
fn nonsense_is_no_page() {
    for answer in [
        "",
        "HTTP/1.1\r\n\r\n",
        "hallo\r\n\r\n",
        "HTTP/1.1 200 x\r\nx: ",
    ] {
        let (found, _) = of(move |_| answer.to_owned());
        assert!(!found.is_good(), "{answer:?}: {found:?}");
    }
    let (found, _) = of(|_| format!("HTTP/1.1 200 x\r\nx: {}\r\n\r\n", "y".repeat(1_000_000)));
    assert!(!found.is_good(), "{found:?}");
}

#[test]
fn nobody_there_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let found = outcome(&format!("http://{closed}/"));
    assert!(matches!(found, Outcome::Unreachable { .. }), "{found:?}");
}

#[test]
fn a_server_that_says_nothing_is_not_asked_for_every_page() {
    let site = Site::new(|question| match question.ends_with(['1', '3']) {
        true => status(200),
        false => {
            thread::park();
            String::new()
        }
    });
    let manners = Manners {
        patience: Duration::from_millis(200),
        ..quick()
    };
    let addresses = (0..9).map(|page| format!("{}/{page}", site.address));
    let found = check(&addresses.collect(), &manners, &|_| ());
    let slow: Vec<bool> = found.values().map(|of| *of == Outcome::Slow).collect();
    let all_from_4 = [true, false, true, false, true, true, true, true, true];
    assert_eq!(slow, all_from_4);
    // Four that were slow, twice each, and two pages.
    assert_eq!(site.asked().len(), 10);
}

#[test]
fn a_server_is_not_silent_because_another_is() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let site = Site::new(move |question| match question {
        "HEAD /9" => status(200),
        _ => redirect(302, &elsewhere),
    });
    let addresses = (0..10).map(|page| format!("{}/{page}", site.address));
    let found = check(&addresses.collect(), &quick(), &|_| ());
    assert_eq!(found.into_values().next_back(), Some(Outcome::Good));
}

#[test]
fn sites_are_asked_at_the_same_time() {
    // Each answers once the other was asked too.
    let both = Arc::new(std::sync::Barrier::new(2));
    let site = |place: &str| {
        let both = both.clone();
        Site::at(place, move |question| {
            if question.starts_with("GET") {
                return status(404);
            }
            both.wait();
            status(200)
        })
    };
    let sites = ["127.0.0.1:0", "127.0.0.2:0"].map(site);
    let addresses = sites.iter().map(|site| format!("{}/", site.address));
    let found = check(&addresses.collect(), &quick(), &|_| ());
    let outcomes: Vec<Outcome> = found.into_values().collect();
    assert_eq!(outcomes, [Outcome::Good, Outcome::Good]);
}

#[test]
fn a_site_is_asked_one_thing_at_a_time_and_no_more_once_it_is_too_much() {
    let site = Site::new(|question| match question {
        "HEAD /7" => status(429),
        _ => status(200),
    });
    let addresses = (0..10).map(|page| format!("{}/{page}", site.address));
    let told = AtomicUsize::new(0);
    let found = check(&addresses.collect(), &quick(), &|number| {
        told.fetch_max(number, Ordering::SeqCst);
    });
    assert_eq!((found.len(), told.into_inner()), (10, 10));
    assert_eq!(site.most_at_once.load(Ordering::SeqCst), 1);
    assert_eq!(site.asked().len(), 8);
    let outcomes: Vec<Outcome> = found.into_values().collect();
    assert_eq!(outcomes[6..8], [Outcome::Good, unclear("429")]);
    assert_eq!(outcomes[9], unclear("429"));
}

#[test]
fn the_own_network_is_left_alone_unless_somebody_wants_it() {
    let site = Site::new(|_| status(200));
    let manners = Manners {
        own_network: false,
        ..quick()
    };
    let addresses = BTreeSet::from([format!("{}/a", site.address)]);
    let found = check(&addresses, &manners, &|_| ());
    assert_eq!(found.into_values().next(), Some(Outcome::OwnNetwork));
    assert_eq!(site.asked(), Vec::<String>::new());
}
