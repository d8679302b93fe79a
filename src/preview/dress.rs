//! What is added to a page that the receiver made: marks, a note and the bar.
//!
//! Pages stay as readers get them; a theme of an organisation needs nothing for preview.

use std::collections::BTreeMap;

use super::RESERVED;
use crate::digest::fingerprint;
use crate::site::markdown::escape;

/// What is added to a page.
pub(super) struct Dress<'a> {
    /// The word behind each link to an address that readers cannot go to.
    pub(super) marks: BTreeMap<&'a str, &'a str>,
    /// What is said above the content, as HTML.
    pub(super) note: String,
    /// Stands before every address of the portal in a link.
    pub(super) links_below: Option<&'a str>,
}

impl Dress<'_> {
    /// Adds to a page, with the bar that `bar` makes of the fingerprint of the page. Pages with the same fingerprint
    /// look the same but for their style sheets and their bar.
    pub(super) fn put_on(&self, page: &str, bar: impl FnOnce(&str) -> String) -> String {
        let marked = self.marked(page);
        let noted = insert_after_tag(&marked, "<main", &self.note);
        let bar = bar(&fingerprint(without_stylesheets(&noted).as_bytes()));
        let headed = insert_before(&noted, noted.find("</head>"), &head());
        insert_before(&headed, headed.rfind("</body>"), &bar)
    }

    /// Marks links that readers do not see.
    fn marked(&self, page: &str) -> String {
        let mut marked = String::with_capacity(page.len());
        let mut rest = page;
        while let Some(link) = next_link(rest) {
            marked.push_str(link.before);
            let address = link.href.split(['#', '?']).next().unwrap_or_default();
            match self.links_below {
                Some(below) if address.starts_with('/') => {
                    marked.push_str(link.tag_to_href);
                    marked.push_str(below);
                    marked.push_str(link.href);
                    marked.push_str(link.tag_after_href);
                }
                _ => {
                    marked.push_str(link.tag_to_href);
                    marked.push_str(link.href);
                    marked.push_str(link.tag_after_href);
                }
            }
            rest = link.rest;
            if let Some(word) = self.marks.get(address)
                && let Some((label, after)) = split_before(rest, "</a>")
            {
                marked.push_str(label);
                let word = escape(word);
                marked.push_str(&format!(" <span class=\"mw-preview-mark\">{word}</span>"));
                rest = after;
            }
        }
        marked.push_str(rest);
        marked
    }
}

/// Returns what the head of a page needs for the bar.
pub(super) fn head() -> String {
    format!(
        "<link rel=\"stylesheet\" href=\"{RESERVED}preview.css\">\n\
         <script type=\"module\" src=\"{RESERVED}preview.js\"></script>\n"
    )
}

/// A link in a page, between what stands before it and what follows on its tag.
struct FoundLink<'a> {
    before: &'a str,
    tag_to_href: &'a str,
    href: &'a str,
    tag_after_href: &'a str,
    rest: &'a str,
}

fn next_link(page: &str) -> Option<FoundLink<'_>> {
    let mut from = 0;
    loop {
        let at = from + page.get(from..)?.find("<a ")?;
        let (before, tag) = page.split_at_checked(at)?;
        let end = end_of_tag(tag)?;
        let (tag, rest) = tag.split_at_checked(end)?;
        if let Some(value) = tag.find(" href=\"").map(|at| at + " href=\"".len())
            && let Some((tag_to_href, value)) = tag.split_at_checked(value)
            && let Some((href, tag_after_href)) = split_before(value, "\"")
        {
            return Some(FoundLink {
                before,
                tag_to_href,
                href,
                tag_after_href,
                rest,
            });
        }
        from = at + end;
    }
}

/// Returns where a tag ends; a `>` between quotes is part of a value.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in tag.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

fn split_before<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    text.split_at_checked(text.find(end)?)
}

fn insert_before(page: &str, at: Option<usize>, html: &str) -> String {
    match page.split_at_checked(at.unwrap_or(page.len())) {
        Some((before, after)) => format!("{before}{html}{after}"),
        None => page.to_owned(),
    }
}

fn insert_after_tag(page: &str, tag: &str, html: &str) -> String {
    let start = page.find(tag);
    let end = start.and_then(|start| Some(start + end_of_tag(page.get(start..)?)?));
    match end {
        Some(end) => insert_before(page, Some(end), html),
        None => page.to_owned(),
    }
}

fn without_stylesheets(page: &str) -> String {
    let lines = page.lines();
    let kept: Vec<&str> = lines
        .filter(|line| !line.starts_with("<link rel=\"stylesheet\""))
        .collect();
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        let dress = Dress {
            marks: BTreeMap::from([("/a/", "concept")]),
            note: String::new(),
            links_below: None,
        };
        assert_eq!(dress.marked(page), expected);
    }

    const MARK: &str = " <span class=\"mw-preview-mark\">concept</span>";

    #[test]
    fn links_to_what_readers_do_not_see_are_marked() {
        check("<a href=\"/b/\">B</a>", "<a href=\"/b/\">B</a>");
        check(
            "<a href=\"/a/\">A</a>.",
            &format!("<a href=\"/a/\">A{MARK}</a>."),
        );
        check(
            "<p><a class=\"x>y\" href=\"/a/#b\"><b>A</b></a> <a href=\"/a/?q=1\">A</a>",
            &format!(
                "<p><a class=\"x>y\" href=\"/a/#b\"><b>A</b>{MARK}</a> <a href=\"/a/?q=1\">A{MARK}</a>"
            ),
        );
    }

    #[test]
    fn what_is_no_whole_link_stays() {
        for page in [
            "",
            "<a ",
            "<a href",
            "<a id=\"x\">A</a>",
            "<a href=\"/a/\">A",
            "<abbr href=\"/a/\">A</abbr>",
        ] {
            check(page, page);
        }
    }

    #[test]
    fn links_of_the_last_good_version_stay_in_it() {
        let dress = Dress {
            marks: BTreeMap::new(),
            note: String::new(),
            links_below: Some("/_preview/good"),
        };
        assert_eq!(
            dress.marked("<a href=\"/a/\">A</a><a href=\"#b\">B</a><a href=\"https://x/\">C</a>"),
            "<a href=\"/_preview/good/a/\">A</a><a href=\"#b\">B</a><a href=\"https://x/\">C</a>"
        );
    }

    #[test]
    fn another_style_sheet_makes_no_other_page() {
        let put_on = |page: &str| {
            let dress = Dress {
                marks: BTreeMap::new(),
                note: "<p>N</p>".to_owned(),
                links_below: None,
            };
            let mut seen = String::new();
            let page = dress.put_on(page, |fingerprint| {
                seen = fingerprint.to_owned();
                "<aside></aside>".to_owned()
            });
            (seen, page)
        };
        let page = |sheet: &str, text: &str| {
            format!(
                "<head>\n<link rel=\"stylesheet\" href=\"{sheet}\">\n</head>\n<body>\n<main id=\"x\">{text}</main></body>"
            )
        };
        let (one, dressed) = put_on(&page("/a.css", "A"));
        assert_eq!(one, put_on(&page("/b.css", "A")).0);
        assert_ne!(one, put_on(&page("/a.css", "B")).0);
        let expected = page("/a.css", "A")
            .replace("</head>", &format!("{}</head>", head()))
            .replace("<main id=\"x\">", "<main id=\"x\"><p>N</p>")
            .replace("</body>", "<aside></aside></body>");
        assert_eq!(dressed, expected);
    }
}
