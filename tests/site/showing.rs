//! Drafts and pages of other days are in the site that editors see, with why readers do not see them.
#![allow(clippy::disallowed_methods, reason = "tests write their own input")]

use std::fs;

use jiff::civil::date;
use meldwijzer::cli::portal::{assemble, assemble_for};
use meldwijzer::site::generator::Options;
use meldwijzer::site::pages::{Showing, Unpublished};
use tempfile::TempDir;

use super::{TODAY, told};

/// What editors see.
const EDITORS: Options = Options {
    showing: Showing::Everything,
    advice: false,
    forms_here: true,
};

/// Checks which pages editors see and readers do not, where `pages` are paths below `content/` with the front
/// matter that stands above their text, and that readers and editors are told the same nothing.
#[track_caller]
fn check(pages: &[(&str, &str)], expected: &[(&str, Unpublished)]) {
    let root = TempDir::new().unwrap();
    fs::write(
        root.path().join("site.yaml"),
        "title: T\norganisation: O\nlanguages: [nl, en]\n",
    )
    .unwrap();
    for (path, front_matter) in pages.iter().chain(&[("index.md", "title: Start")]) {
        let file = root.path().join("content").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, format!("---\n{front_matter}\n---\nTekst.\n")).unwrap();
    }
    let (portal, problems) = assemble_for(EDITORS, root.path(), &|_| None, TODAY);
    let Some(portal) = portal else {
        panic!("{}", told(&problems));
    };
    let unpublished = portal.site.pages().filter_map(|page| {
        let path = page.source.path().strip_prefix("content/")?;
        Some((path.to_owned(), page.unpublished.clone()?))
    });
    let unpublished: Vec<_> = unpublished.collect();
    let unpublished: Vec<_> = unpublished
        .iter()
        .map(|(path, why)| (path.as_str(), why.clone()))
        .collect();
    assert_eq!(unpublished, expected);
    let (portal, problems) = assemble(root.path(), &|_| None, TODAY);
    let Some(portal) = portal else {
        panic!("{}", told(&problems));
    };
    let pages = portal.site.pages();
    assert!(pages.map(|page| &page.unpublished).all(Option::is_none));
}

#[test]
fn a_page_says_why_readers_do_not_see_it() {
    check(
        &[
            ("a.md", "title: A\ndraft: true\npublish: 2026-11-23"),
            ("b.md", "title: B\npublish: 2026-11-23"),
            ("c.md", "title: C\nexpires: 2026-11-22"),
            ("d.md", "title: D\npublish: 2026-11-22\nexpires: 2026-11-23"),
        ],
        &[
            ("a.md", Unpublished::Draft),
            ("b.md", Unpublished::From(date(2026, 11, 23))),
            ("c.md", Unpublished::Until(date(2026, 11, 22))),
        ],
    );
}

#[test]
fn a_folder_that_readers_do_not_see_hides_what_is_in_it() {
    let below = |folder: &str| Unpublished::Below(folder.to_owned());
    check(
        &[
            ("a/index.md", "title: A\ndraft: true"),
            ("a/b/index.md", "title: B"),
            ("a/b/c.md", "title: C"),
            ("a/index.en.md", "title: A in English"),
            ("a/d.en.md", "title: D in English"),
            ("ab/index.md", "title: AB"),
            ("leeg/e.md", "title: E\ndraft: true"),
            ("index.en.md", "title: Home"),
        ],
        &[
            ("a/b/c.md", below("a")),
            ("a/b/index.md", below("a")),
            ("a/index.md", Unpublished::Draft),
            ("leeg/e.md", Unpublished::Draft),
            ("leeg/index.md", Unpublished::Empty),
        ],
    );
}

#[test]
fn a_page_that_takes_the_place_of_another_one_later_is_no_mistake_before() {
    check(
        &[
            ("oud.md", "title: Oud"),
            ("nieuw.md", "title: Nieuw\ndraft: true\naliases: [/oud/]"),
            ("weg.md", "title: Weg\nexpires: 2026-11-20"),
            ("anders.md", "title: Anders\naliases: [/weg/]"),
            ("plek.md", "title: Plek\nid: nu"),
            (
                "plek/index.md",
                "title: Plek straks\nid: straks\ndraft: true",
            ),
        ],
        &[
            ("nieuw.md", Unpublished::Draft),
            ("weg.md", Unpublished::Until(date(2026, 11, 20))),
        ],
    );
}

#[test]
fn a_draft_that_waits_for_the_address_of_another_page_stays_out_of_its_way() {
    check(
        &[
            ("map.md", "title: Map"),
            ("map/index.md", "title: Nieuw\nid: nieuw\ndraft: true"),
            ("map/een.md", "title: Een\ndraft: true"),
        ],
        &[("map/een.md", Unpublished::Draft)],
    );
}
