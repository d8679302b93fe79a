//! What goes out by date: the message on the home page, the feed, and the files for calendar programs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meldwijzer::cli::portal::assemble;
use meldwijzer::output::Output;

use super::{TODAY, repository};

fn outputs_on(portal: &str, today: Date) -> Vec<Output> {
    let (portal, diagnostics) = assemble(&repository().join(portal), &|_| None, today);
    portal.unwrap_or_else(|| panic!("{diagnostics:?}")).outputs
}

fn text<'a>(outputs: &'a [Output], path: &str) -> &'a str {
    let output = outputs.iter().find(|output| output.path == path);
    std::str::from_utf8(&output.unwrap_or_else(|| panic!("{path}")).bytes).unwrap()
}

#[test]
fn the_home_page_of_a_day_shows_the_message_of_that_day() {
    for (today, nl, en) in [
        (date(2027, 1, 1), "Onze norm", "Our standard"),
        (
            date(2027, 7, 15),
            "Buiten aan het werk?",
            "Working outdoors?",
        ),
        (
            date(2027, 8, 18),
            "Zag je het gebeuren?",
            "Did you see it happen?",
        ),
        (
            date(2027, 8, 31),
            "Buiten aan het werk?",
            "Working outdoors?",
        ),
        (
            date(2028, 2, 29),
            "Melden in drie minuten",
            "Report in three minutes",
        ),
    ] {
        let outputs = outputs_on("", today);
        for (path, title) in [("index.html", nl), ("en/index.html", en)] {
            assert_eq!(message_of_the_week(&outputs, path), Some(title), "{today}");
        }
    }
}

/// Returns the title of the message of the week, if the page of a path shows one.
fn message_of_the_week<'a>(outputs: &'a [Output], path: &str) -> Option<&'a str> {
    let (_, message) = text(outputs, path).split_once("week-message-title")?;
    message.split(['>', '<']).nth(1)
}

#[test]
fn a_change_of_the_norm_is_the_message_of_a_week() {
    let check = |today: Date, expected: &str| {
        let outputs = outputs_on("tests/site/messages", today);
        assert_eq!(
            message_of_the_week(&outputs, "index.html"),
            Some(expected),
            "{today}"
        );
    };
    check(date(2026, 11, 9), "De norm");
    check(date(2026, 11, 10), "Gewijzigd: Norm &amp; grens");
    check(date(2026, 11, 16), "Gewijzigd: Norm &amp; grens");
    check(date(2026, 11, 17), "De norm");
    // The English portal has no such page.
    let outputs = outputs_on("tests/site/messages", date(2026, 11, 12));
    assert_eq!(
        message_of_the_week(&outputs, "en/index.html"),
        Some("The standard")
    );
    let outputs = outputs_on("tests/site/messages", date(2026, 12, 12));
    assert_eq!(message_of_the_week(&outputs, "index.html"), None);
}

/// Checks a feed as RFC 4287 asks: ids that are addresses and unique, moments, authors, whole links.
fn check_feed(xml: &str, own: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let feed = document.root_element();
    assert_eq!(
        feed.tag_name().namespace(),
        Some("http://www.w3.org/2005/Atom")
    );
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node
            .children()
            .find(|child| child.has_tag_name(("http://www.w3.org/2005/Atom", name)));
        let found = found.unwrap_or_else(|| panic!("no {name}"));
        found.text().unwrap_or_default().to_owned()
    };
    let links = |node: roxmltree::Node<'_, '_>| -> Vec<(String, String)> {
        let links = node
            .children()
            .filter(|child| child.tag_name().name() == "link");
        links
            .map(|link| {
                let of = |name: &str| link.attribute(name).unwrap().to_owned();
                (of("rel"), of("href"))
            })
            .collect()
    };
    assert_eq!(child(feed, "id"), own);
    assert!(links(feed).contains(&("self".to_owned(), own.to_owned())));
    assert!(!child(feed, "title").is_empty());
    let latest: Timestamp = child(feed, "updated").parse().unwrap();
    let mut ids = BTreeSet::new();
    let mut titles = Vec::new();
    for entry in feed
        .children()
        .filter(|child| child.tag_name().name() == "entry")
    {
        let id = child(entry, "id");
        assert!(id.starts_with("tag:"), "{id}");
        assert!(ids.insert(id.clone()), "{id} twice");
        let updated: Timestamp = child(entry, "updated").parse().unwrap();
        assert!(updated <= latest, "{id}");
        for (_, href) in links(entry) {
            assert!(
                href.starts_with("https://") || href.starts_with("http://"),
                "{href}"
            );
        }
        assert!(child(entry, "content").starts_with("<p>"));
        titles.push(child(entry, "title"));
    }
    titles
}

#[test]
fn feeds_hold_what_was_told_in_the_past_year() {
    let outputs = outputs_on("tests/site/messages", TODAY);
    let own = "https://intranet.example/veilig/berichten.xml";
    assert_eq!(
        check_feed(text(&outputs, "berichten.xml"), own),
        [
            "Deze week",
            "Gewijzigd: Norm & grens",
            "De norm",
            "Alleen Nederlands",
            "De norm",
            "De norm",
            "Alleen Nederlands",
            "Gewijzigd: Norm & grens",
            "De norm"
        ]
    );
    let own = "https://intranet.example/veilig/en/berichten.xml";
    assert_eq!(
        check_feed(text(&outputs, "en/berichten.xml"), own),
        [
            "This week",
            "The standard",
            "The standard",
            "The standard",
            "The standard"
        ]
    );
    let shipped = outputs_on("", TODAY);
    let titles = check_feed(
        text(&shipped, "berichten.xml"),
        "http://localhost:8080/berichten.xml",
    );
    assert_eq!(titles.len(), 15);
}

#[test]
fn a_message_keeps_its_id_in_the_feed() {
    let ids = |today: Date| -> BTreeSet<String> {
        let outputs = outputs_on("tests/site/messages", today);
        let xml = text(&outputs, "berichten.xml").to_owned();
        xml.lines()
            .filter(|line| line.starts_with("<id>tag:"))
            .map(str::to_owned)
            .collect()
    };
    let earlier = ids(TODAY);
    let later = ids(TODAY.tomorrow().unwrap());
    assert!(!earlier.is_empty());
    assert_eq!(earlier, later);
}

/// Checks a file as RFC 5545 asks, and returns its unfolded lines.
fn check_calendar(file: &str) -> Vec<String> {
    assert!(file.ends_with("\r\n"));
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    for line in file.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{line}");
    }
    let unfolded = file.replace("\r\n ", "");
    let lines: Vec<String> = unfolded
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect();
    assert_eq!(lines.first().map(String::as_str), Some("BEGIN:VCALENDAR"));
    assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    let mut uids = BTreeSet::new();
    let mut open = false;
    let mut seen: Vec<&str> = Vec::new();
    for line in &lines {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
        match line.as_str() {
            "BEGIN:VEVENT" => {
                assert!(!open);
                open = true;
                seen.clear();
            }
            "END:VEVENT" => {
                let property =
                    |name: &str| seen.iter().filter(|line| line.starts_with(name)).count();
                for once in ["UID", "DTSTAMP", "DTSTART", "SUMMARY"] {
                    assert_eq!(property(once), 1, "{once} in {seen:?}");
                }
                open = false;
            }
            _ if name == "UID" => assert!(uids.insert(value), "{value} twice"),
            _ => {}
        }
        if open {
            seen.push(name);
        }
    }
    assert!(!uids.is_empty());
    lines
}

#[test]
fn calendar_files_are_as_calendar_programs_want_them() {
    for portal in ["", "tests/site/messages"] {
        let outputs = outputs_on(portal, TODAY);
        for path in ["kalender.ics", "en/kalender.ics", "redactie.ics"] {
            check_calendar(text(&outputs, path));
        }
    }
    let outputs = outputs_on("tests/site/messages", TODAY);
    let lines = check_calendar(text(&outputs, "kalender.ics"));
    for expected in [
        "SUMMARY:Training: Opvang\\, deel 1",
        "LOCATION:Zaal 1\\; eerste verdieping",
        // Half past nine in winter, one o'clock in summer.
        "DTSTART:20261203T083000Z",
        "DTEND:20261203T110000Z",
        "DTSTART:20270701T110000Z",
        "SUMMARY:Tour: Team Buiten",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}");
    }
    assert!(
        !lines.iter().any(|line| line.contains("Balie")),
        "it has been"
    );
}

#[test]
fn without_an_address_there_is_no_feed() {
    let portal = repository().join("tests/site/messages");
    let root = tempfile::tempdir().unwrap();
    copy(&portal.join("content"), &root.path().join("content"));
    let settings = "title: T\norganisation: Een Gemeente\nlanguages: [nl, en]\n";
    write(&root.path().join("site.yaml"), settings.as_bytes());
    let (portal, _) = assemble(root.path(), &|_| None, TODAY);
    let outputs = portal.unwrap().outputs;
    assert!(
        !outputs
            .iter()
            .any(|output| output.path.ends_with("berichten.xml"))
    );
    assert!(!text(&outputs, "index.html").contains("berichten.xml"));
    let calendar = text(&outputs, "kalender.ics");
    let lines = check_calendar(calendar);
    assert!(lines.iter().any(|line| line.ends_with("@een-gemeente")));
    assert!(!lines.iter().any(|line| line.starts_with("URL:/")));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => write(&target, &std::fs::read(entry.path()).unwrap()),
        }
    }
}

fn write(path: &std::path::Path, bytes: &[u8]) {
    let mut file = std::fs::File::create(path).unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
}
