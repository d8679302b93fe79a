//! A small check of HTML, for tests: tags balance, ids are unique, references to ids arrive, and
//! nothing stands in it that the Content-Security-Policy forbids.

use std::collections::BTreeSet;

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "path",
];

/// Checks a whole page.
pub(super) fn check_document(html: &str) {
    assert!(html.starts_with("<!doctype html>\n<html lang="), "{html}");
    assert_eq!(html.matches("<h1").count(), 1, "one h1:\n{html}");
    assert_eq!(
        html.matches("<main id=\"inhoud\" tabindex=\"-1\">").count(),
        1
    );
    check_fragment(html);
    let ids = ids(html);
    for attribute in ["for", "aria-labelledby", "aria-describedby"] {
        for id in values(html, attribute).flat_map(str::split_whitespace) {
            assert!(
                ids.contains(id),
                "{attribute} names {id}, which is not there:\n{html}"
            );
        }
    }
}

/// Checks a part of a page.
pub(super) fn check_fragment(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags(html) {
        let name: &str = tag
            .trim_start_matches('/')
            .split(|c: char| c.is_whitespace() || c == '/' || c == '>')
            .next()
            .unwrap_or_default();
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name) || name == "circle" {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(
                open.pop(),
                Some(name),
                "</{name}> closes something else:\n{html}"
            );
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open:\n{html}");
    assert_eq!(
        ids(html).len(),
        values(html, "id").count(),
        "an id stands twice:\n{html}"
    );
    for forbidden in [
        " style=\"",
        "<style",
        "<script>",
        " onclick=",
        "javascript:",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}:\n{html}");
    }
}

fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>').map(|(tag, _)| tag))
}

fn ids(html: &str) -> BTreeSet<&str> {
    values(html, "id").collect()
}

fn values<'a>(html: &'a str, attribute: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {attribute}=\"");
    html.match_indices(&start)
        .filter_map(|(at, found)| html.get(at + found.len()..)?.split('"').next())
        .collect::<Vec<_>>()
        .into_iter()
}
