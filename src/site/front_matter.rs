//! The front matter of a page, as written.
//!
//! What it means for the portal (address, section, whether it is published today) is decided in
//! `pages`.

use std::ops::Range;

use jiff::civil::Date;

use super::paths::plan::Plan;
use super::plain_language::Skipping;
use crate::diagnostic::Diagnostic;
use crate::source_text::{Place, SourceText};
use crate::yaml;

/// Keys with which front matter begins. A page whose first words are one of these lacks the line above it.
const FIRST_KEYS: [&str; 5] = ["title", "id", "kind", "summary", "audience"];

/// What an editor wrote above a page. Everything may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// Name of the page in its short address, which never changes.
    pub id: Option<(String, Place)>,
    /// Title of the page.
    pub title: Option<String>,
    /// One or two sentences that say what the page is for.
    pub summary: Option<String>,
    /// What kind of page it is.
    pub kind: Option<Kind>,
    /// For whom it is.
    pub audience: Vec<Audience>,
    /// Who keeps it up to date.
    pub owner: Option<String>,
    /// Version of the text.
    pub version: Option<String>,
    /// Date of the last change.
    pub updated: Option<Date>,
    /// What changed, and when, as the editor wrote it.
    pub changes: Vec<Change>,
    /// Path below `content/` of the page that holds now, where this one is an earlier version of it.
    pub earlier_version_of: Option<(String, Place)>,
    /// First day on which an earlier version no longer held.
    pub valid_until: Option<(Date, Place)>,
    /// Date before which the page must be reviewed.
    pub review: Option<Date>,
    /// First day on which the page is published.
    pub publish: Option<Date>,
    /// First day on which the page is no longer published.
    pub expires: Option<Date>,
    /// Whether the page is not finished.
    pub draft: bool,
    /// Place among its neighbours; lower comes first.
    pub order: Option<i64>,
    /// Old addresses that lead here, with their places.
    pub aliases: Vec<(String, Place)>,
    /// Words that people search for and that the text does not have.
    pub keywords: Vec<String>,
    /// Ids of the requirements that the page serves, with their places.
    pub serves: Vec<(String, Place)>,
    /// What the language check leaves alone.
    pub plain_language: Option<Skipping>,
    /// The steps of a path, on a page of that kind.
    pub path: Option<Plan>,
}

/// Something that changed in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The day.
    pub date: Date,
    /// What changed, a line of Markdown in the language of the page.
    pub note: String,
    /// Where the note stands.
    pub place: Place,
}

/// Kinds of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The home page.
    Home,
    /// The index page of a folder.
    Section,
    /// A page without a kind of its own.
    Page,
    /// The norm, or part of it.
    Norm,
    /// A protocol: what to do, step by step.
    Protocol,
    /// A list to tick off.
    Checklist,
    /// A guide for a conversation or a task.
    Guide,
    /// A page that ends with the contacts of `site.yaml`.
    Directory,
    /// What happens with what people tell about themselves or others.
    Privacy,
    /// The accessibility statement.
    Accessibility,
    /// The word list, to which the terms in other pages lead.
    Glossary,
    /// Pages and exercises in an order.
    Path,
}

impl Kind {
    /// Every kind with its name.
    pub const NAMES: [(&'static str, Kind); 12] = [
        ("home", Kind::Home),
        ("section", Kind::Section),
        ("page", Kind::Page),
        ("norm", Kind::Norm),
        ("protocol", Kind::Protocol),
        ("checklist", Kind::Checklist),
        ("guide", Kind::Guide),
        ("directory", Kind::Directory),
        ("privacy", Kind::Privacy),
        ("accessibility", Kind::Accessibility),
        ("glossary", Kind::Glossary),
        ("path", Kind::Path),
    ];

    /// Returns the name as it is written in front matter.
    pub fn name(self) -> &'static str {
        name_of(&Kind::NAMES, self)
    }
}

/// For whom a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who works for the organisation.
    Employee,
    /// Managers.
    Manager,
    /// The aggression and violence coordinator.
    Coordinator,
    /// Colleagues who give first support.
    SupportTeam,
    /// People who visit the organisation.
    Visitor,
}

impl Audience {
    /// Every audience with its name.
    pub const NAMES: [(&'static str, Audience); 5] = [
        ("medewerker", Audience::Employee),
        ("leidinggevende", Audience::Manager),
        ("coordinator", Audience::Coordinator),
        ("opvangteam", Audience::SupportTeam),
        ("bezoeker", Audience::Visitor),
    ];

    /// Returns the name as it is written in front matter.
    pub fn name(self) -> &'static str {
        name_of(&Audience::NAMES, self)
    }
}

/// Returns the name of a value among the names that editors write.
pub(super) fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(name, _)| name)
}

/// Splits a page into its front matter and its body and reads the front matter. The body is a byte
/// range of the source.
pub fn read(source: &SourceText) -> (FrontMatter, Range<usize>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let text = source.text();
    let start = expected_start(text);
    if start > 0 || is_without_start(text) {
        let line = text.get(start..).and_then(|rest| rest.lines().next());
        let place = source.place(start..start + line.map_or(1, str::len));
        diagnostics.push(Diagnostic::error("front-matter-not-first").at(place));
    }
    let Some(split) = split(text, start) else {
        return (FrontMatter::default(), 0..text.len(), diagnostics);
    };
    let Some((yaml_part, body)) = split else {
        diagnostics.push(Diagnostic::error("front-matter-open").at(source.start()));
        return (FrontMatter::default(), text.len()..text.len(), diagnostics);
    };
    let (node, problems) = yaml::parse_part(source, yaml_part);
    diagnostics.extend(problems);
    let front_matter = node.map_or_else(FrontMatter::default, |node| {
        from_yaml(&node, &mut diagnostics)
    });
    (front_matter, body, diagnostics)
}

/// Returns where the front matter starts: at the first line, or where an editor put lines without words above it.
fn expected_start(text: &str) -> usize {
    let words = text.trim_start();
    match words.lines().next().map(str::trim_end) {
        Some("---") => text.len() - words.len(),
        _ => 0,
    }
}

/// Returns whether a page begins with what looks like front matter, and the line of `---` above that is missing.
fn is_without_start(text: &str) -> bool {
    let mut lines = text.trim_start().lines();
    let key = lines.next().and_then(|line| line.split_once(':'));
    let is_key = key.is_some_and(|(key, _)| FIRST_KEYS.contains(&key));
    is_key && lines.any(|line| line.trim_end() == "---")
}

/// Finds the front matter between two lines of `---`, the first of which is expected at `start`. The outer option
/// is absent where the page has none, the inner one where it never ends.
fn split(text: &str, start: usize) -> Option<Option<(Range<usize>, Range<usize>)>> {
    let mut lines = text.get(start..)?.split_inclusive('\n');
    let first = if is_without_start(text) {
        ""
    } else {
        lines.next()?
    };
    if !first.is_empty() && first.trim_end() != "---" {
        return None;
    }
    let start = start + first.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == "---" {
            return Some(Some((start..at, at + line.len()..text.len())));
        }
        at += line.len();
    }
    Some(None)
}

fn from_yaml(node: &yaml::Node, diagnostics: &mut Vec<Diagnostic>) -> FrontMatter {
    let mut map = yaml::Mapping::read(node, diagnostics);
    let front_matter = FrontMatter {
        id: map
            .get("id")
            .and_then(|n| Some((n.text(diagnostics)?, n.place()))),
        title: map.get("title").and_then(|n| n.text(diagnostics)),
        summary: map.get("summary").and_then(|n| n.text(diagnostics)),
        kind: map
            .get("kind")
            .and_then(|n| n.one_of(&Kind::NAMES, diagnostics)),
        audience: map
            .get("audience")
            .map(|n| {
                n.list()
                    .into_iter()
                    .filter_map(|item| item.one_of(&Audience::NAMES, diagnostics))
                    .collect()
            })
            .unwrap_or_default(),
        owner: map.get("owner").and_then(|n| n.text(diagnostics)),
        version: map.get("version").and_then(|n| n.text(diagnostics)),
        updated: map.get("updated").and_then(|n| n.date(diagnostics)),
        changes: map
            .get("changes")
            .map(|n| changes(n, diagnostics))
            .unwrap_or_default(),
        earlier_version_of: map
            .get("earlier_version_of")
            .and_then(|n| Some((n.text(diagnostics)?, n.place()))),
        valid_until: map
            .get("valid_until")
            .and_then(|n| Some((n.date(diagnostics)?, n.place()))),
        review: map.get("review").and_then(|n| n.date(diagnostics)),
        publish: map.get("publish").and_then(|n| n.date(diagnostics)),
        expires: map.get("expires").and_then(|n| n.date(diagnostics)),
        draft: map
            .get("draft")
            .and_then(|n| n.flag(diagnostics))
            .unwrap_or_default(),
        order: map.get("order").and_then(|n| n.whole_number(diagnostics)),
        aliases: map
            .get("aliases")
            .map(|n| {
                n.list()
                    .into_iter()
                    .filter_map(|item| Some((item.text(diagnostics)?, item.place())))
                    .collect()
            })
            .unwrap_or_default(),
        keywords: map
            .get("keywords")
            .map(|n| n.texts(diagnostics))
            .unwrap_or_default(),
        serves: map
            .get("serves")
            .map(|n| {
                n.list()
                    .into_iter()
                    .filter_map(|item| Some((item.text(diagnostics)?, item.place())))
                    .collect()
            })
            .unwrap_or_default(),
        path: map.get("path").map(|n| Plan::read(n, diagnostics)),
        plain_language: map
            .get("plain_language")
            .and_then(|n| Skipping::read(n, diagnostics)),
    };
    if let (Some(publish), Some(expires)) = (front_matter.publish, front_matter.expires)
        && expires <= publish
    {
        let place = map
            .get("expires")
            .map_or_else(|| map.place(), |n| n.place());
        diagnostics.push(Diagnostic::error("front-matter-expires-first").at(place));
    }
    map.finish(diagnostics);
    front_matter
}

fn changes(node: &yaml::Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Change> {
    let items = node.list().into_iter();
    items
        .filter_map(|item| {
            let mut map = yaml::Mapping::read(item, diagnostics);
            let date = map.require("date", diagnostics);
            let date = date.and_then(|n| n.date(diagnostics));
            let note = map.require("note", diagnostics);
            let text = note.and_then(|n| n.text(diagnostics));
            map.finish(diagnostics);
            Some(Change {
                date: date?,
                note: text?,
                place: note?.place(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, title: Option<&str>, body: &str, codes: &[&str]) {
        let source = SourceText::new("content/a.md", text);
        let (front_matter, range, diagnostics) = read(&source);
        assert_eq!(front_matter.title.as_deref(), title, "{text:?}");
        assert_eq!(source.text().get(range), Some(body), "{text:?}");
        let found: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, codes, "{text:?}");
    }

    #[test]
    fn front_matter_stands_between_two_lines_of_hyphens() {
        check("---\ntitle: A\n---\nTekst", Some("A"), "Tekst", &[]);
        check("---\r\ntitle: A\r\n---\r\nTekst", Some("A"), "Tekst", &[]);
        check("Tekst\n---\n", None, "Tekst\n---\n", &[]);
        check("---\n---\n", None, "", &[]);
        check("", None, "", &[]);
    }

    #[test]
    fn front_matter_that_does_not_start_on_the_first_line_is_told_and_read() {
        let not_first = &["front-matter-not-first"];
        check(
            "title: A\nkind: page\n---\nTekst",
            Some("A"),
            "Tekst",
            not_first,
        );
        check("\n---\ntitle: A\n---\nTekst", Some("A"), "Tekst", not_first);
        check("\n\ntitle: A\n---\nTekst", Some("A"), "Tekst", not_first);
        check(
            "\n---\ntitle: A\nTekst",
            None,
            "",
            &["front-matter-not-first", "front-matter-open"],
        );
        let (_, _, told) = read(&SourceText::new("content/a.md", "\n---\ntitle: A\n---\n"));
        assert_eq!(told[0].place.as_ref().map(|place| place.line), Some(2));
    }

    #[test]
    fn a_page_that_only_has_a_line_of_hyphens_has_no_front_matter() {
        for text in [
            "Let op: dit\n---\nTekst",
            "title: A\nTekst",
            "- a\n\n---\nTekst",
        ] {
            check(text, None, text, &[]);
        }
    }

    #[test]
    fn front_matter_that_never_ends_is_told() {
        check("---\ntitle: A\nTekst", None, "", &["front-matter-open"]);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        check(
            "---\ntitel: A\nkind: protocl\nreview: 1-2-2026\naudience: [iedereen]\n---\n",
            None,
            "",
            &[
                "yaml-unknown-value-near",
                "yaml-unknown-value",
                "yaml-expected-date",
                "yaml-unknown-key-near",
            ],
        );
        check(
            "---\ntitle: A\npublish: 2026-02-01\nexpires: 2026-01-01\n---\n",
            Some("A"),
            "",
            &["front-matter-expires-first"],
        );
    }
}
