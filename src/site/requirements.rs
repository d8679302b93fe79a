//! What the portal must do, and what serves each row: `requirements.yaml`, and pages that say so.
//!
//! Claims about forms and features stand in the file; a page claims a row itself, with `serves` in its front
//! matter. Invariant: a row names only features and gaps that the file describes.

use std::collections::BTreeMap;

use super::config::Translated;
use super::front_matter::name_of;
use super::pages::{Page, Site};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping, Node};

/// The rows, and what the program does besides its pages.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// The rows, in the order of the file.
    pub rows: Vec<Requirement>,
    features: BTreeMap<String, Feature>,
    gaps: BTreeMap<String, Translated>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Its name, such as `S1.A.1`.
    pub id: String,
    /// Who can make it work.
    pub kind: Kind,
    /// In few words.
    pub title: Translated,
    /// Questions of the forms that ship, as `form.question`, or a whole form.
    pub forms: Vec<String>,
    features: Vec<String>,
    open: Vec<String>,
}

/// Something that the program does.
#[derive(Clone, Debug)]
pub struct Feature {
    /// What it does.
    pub text: Translated,
    /// A command, an address, a key or a block.
    pub location: String,
}

/// Who can make a row work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The program alone.
    Software,
    /// The program makes it possible, people do it.
    SoftwareAndOrganisation,
    /// The program and texts.
    SoftwareAndContent,
    /// Texts, lists and sheets.
    Content,
    /// People; the program can remind and count.
    Organisation,
}

impl Kind {
    const NAMES: [(&'static str, Kind); 5] = [
        ("software", Kind::Software),
        ("software+organisation", Kind::SoftwareAndOrganisation),
        ("software+content", Kind::SoftwareAndContent),
        ("content", Kind::Content),
        ("organisation", Kind::Organisation),
    ];

    /// Returns the name as it is written in the file.
    pub fn name(self) -> &'static str {
        name_of(&Kind::NAMES, self)
    }
}

/// How far a row is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing of it is known to be lacking.
    Served,
    /// Something serves it, and something is not there yet.
    Partly,
    /// Nothing serves it yet, and the row says so.
    Open,
    /// Nothing serves it, and nobody says why.
    Nobody,
}

impl Requirements {
    /// Reads what ships.
    pub fn shipped() -> Requirements {
        let text = include_str!("../../requirements.yaml");
        // A test holds that there is nothing to tell.
        Requirements::parse(&SourceText::new("requirements.yaml", text)).0
    }

    fn parse(source: &SourceText) -> (Requirements, Vec<Diagnostic>) {
        let (node, mut diagnostics) = yaml::parse(source);
        let mut requirements = Requirements::default();
        let Some(node) = node else {
            return (requirements, diagnostics);
        };
        let mut map = Mapping::read(&node, &mut diagnostics);
        if let Some(features) = map.require("features", &mut diagnostics) {
            requirements.features = named(features, feature, &mut diagnostics);
        }
        if let Some(gaps) = map.require("gaps", &mut diagnostics) {
            requirements.gaps = named(gaps, gap, &mut diagnostics);
        }
        if let Some(rows) = map.require("requirements", &mut diagnostics) {
            let rows = rows.list().into_iter();
            requirements.rows = rows
                .filter_map(|row| requirements.row(row, &mut diagnostics))
                .collect();
        }
        map.finish(&mut diagnostics);
        (requirements, diagnostics)
    }

    fn row(&self, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Requirement> {
        let mut map = Mapping::read(node, diagnostics);
        let row = Requirement {
            id: map.require("id", diagnostics)?.text(diagnostics)?,
            kind: map
                .require("kind", diagnostics)?
                .one_of(&Kind::NAMES, diagnostics)?,
            title: title(&mut map, diagnostics)?,
            forms: map
                .get("forms")
                .map_or_else(Vec::new, |node| node.texts(diagnostics)),
            features: known(map.get("features"), &self.features, diagnostics),
            open: known(map.get("open"), &self.gaps, diagnostics),
        };
        map.finish(diagnostics);
        Some(row)
    }

    /// Returns what the program does for a row, by name.
    pub fn features<'a>(
        &'a self,
        row: &'a Requirement,
    ) -> impl Iterator<Item = (&'a str, &'a Feature)> {
        let names = row.features.iter();
        names.filter_map(|name| Some((name.as_str(), self.features.get(name)?)))
    }

    /// Returns what is not there yet for a row.
    pub fn open<'a>(&'a self, row: &'a Requirement) -> impl Iterator<Item = &'a Translated> {
        row.open.iter().filter_map(|name| self.gaps.get(name))
    }

    /// Returns how far a row is served; `pages` is how many pages say that they serve it. A row of texts is
    /// served by pages only: what the program can show is not yet shown.
    pub fn status(row: &Requirement, pages: usize) -> Status {
        let claims = !row.forms.is_empty() || !row.features.is_empty();
        let serves = pages > 0 || (claims && row.kind != Kind::Content);
        match (serves, row.open.is_empty()) {
            (true, true) => Status::Served,
            (true, false) => Status::Partly,
            (false, false) => Status::Open,
            (false, true) => Status::Nobody,
        }
    }

    /// Tells where a page says that it serves a row that is not there.
    pub fn unknown_rows(&self, site: &Site) -> Vec<Diagnostic> {
        let ids = || self.rows.iter().map(|row| row.id.as_str());
        let mut told = Vec::new();
        for page in site.pages() {
            for (id, place) in &page.front_matter.serves {
                if ids().any(|known| known == id) {
                    continue;
                }
                let diagnostic = match nearest(id, ids()) {
                    Some(near) => Diagnostic::warning("serves-unknown-near").with("nearest", near),
                    None => Diagnostic::warning("serves-unknown"),
                };
                told.push(diagnostic.with("id", id).at(place.clone()));
            }
        }
        told
    }
}

/// Returns the pages that say that they serve a row, in order of their paths. What held before serves nothing.
pub fn pages_for<'a>(site: &'a Site, row: &Requirement) -> Vec<&'a Page> {
    let serves = |page: &&Page| {
        let mut served = page.front_matter.serves.iter();
        served.any(|(id, _)| *id == row.id)
    };
    let pages = site.pages().filter(|page| !page.is_earlier_version());
    pages.filter(serves).collect()
}

/// Reads a mapping from names to values.
fn named<T>(
    node: &Node,
    read: impl Fn(&mut Mapping<'_>, &mut Vec<Diagnostic>) -> Option<T>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, T> {
    let names = Mapping::read(node, diagnostics);
    let mut values = BTreeMap::new();
    for (name, node) in names.entries() {
        let mut map = Mapping::read(node, diagnostics);
        let value = read(&mut map, diagnostics);
        map.finish(diagnostics);
        values.extend(value.map(|value| (name.to_owned(), value)));
    }
    values
}

fn feature(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Feature> {
    let text = title(map, diagnostics)?;
    let location = map.require("where", diagnostics)?.text(diagnostics)?;
    Some(Feature { text, location })
}

fn gap(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Translated> {
    title(map, diagnostics)
}

/// Reads the keys `nl` and `en`, which must both be there.
fn title(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Translated> {
    let texts = crate::language::Language::ALL.map(|language| {
        let node = map.require(language.tag(), diagnostics)?;
        Some((language, node.text(diagnostics)?))
    });
    let texts: Option<Vec<_>> = texts.into_iter().collect();
    Some(Translated::of(texts?))
}

/// Reads a list of names that must stand among the known ones.
fn known<T>(
    node: Option<&Node>,
    known: &BTreeMap<String, T>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names = Vec::new();
    for item in node.map_or_else(Vec::new, Node::list) {
        let Some(name) = item.text(diagnostics) else {
            continue;
        };
        if known.contains_key(&name) {
            names.push(name);
            continue;
        }
        let near = nearest(&name, known.keys().map(String::as_str)).unwrap_or_default();
        let diagnostic = Diagnostic::error("requirement-claim-unknown");
        let diagnostic = diagnostic.with("name", &name).with("nearest", near);
        diagnostics.push(diagnostic.at(item.place()));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    use crate::form::Definition;

    fn shipped() -> Requirements {
        let text = include_str!("../../requirements.yaml");
        let source = SourceText::new("requirements.yaml", text);
        let (requirements, problems) = Requirements::parse(&source);
        assert_eq!(problems, []);
        requirements
    }

    #[test]
    fn every_row_and_every_named_system_is_there_once() {
        let rows = shipped().rows;
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids.len(), rows.len());
        let of = |start: &str| ids.iter().filter(|id| id.starts_with(start)).count();
        assert_eq!((of("S1.") + of("S2."), of("N.")), (106, 41));
        assert_eq!((of("I"), of("O"), of("P-")), (7, 5, 53));
        assert_eq!(rows.len(), 106 + 41 + 7 + 5 + 53);
    }

    #[test]
    fn a_claim_names_a_question_that_a_form_asks() {
        for row in shipped().rows {
            for claim in &row.forms {
                let (form, field) = claim.split_once('.').unwrap_or((claim, ""));
                let definition = Definition::shipped_form(form);
                let definition = definition.unwrap_or_else(|| panic!("{}: {claim}", row.id));
                let whole = definition.whole();
                let is_there =
                    field.is_empty() || whole.fields().any(|one| one.name.as_str() == field);
                assert!(is_there, "{}: {claim}", row.id);
            }
        }
    }

    #[test]
    fn texts_are_served_by_pages_and_programs_by_features() {
        let row = |kind, features: &[&str], open: &[&str]| Requirement {
            id: "S1".to_owned(),
            kind,
            title: Translated::default(),
            forms: Vec::new(),
            features: features.iter().map(|name| (*name).to_owned()).collect(),
            open: open.iter().map(|name| (*name).to_owned()).collect(),
        };
        let check = |row: Requirement, pages, expected| {
            assert_eq!(Requirements::status(&row, pages), expected, "{row:?}");
        };
        check(row(Kind::Content, &["search"], &[]), 0, Status::Nobody);
        check(row(Kind::Content, &["search"], &["mail"]), 0, Status::Open);
        check(row(Kind::Content, &[], &[]), 1, Status::Served);
        check(row(Kind::Software, &["search"], &[]), 0, Status::Served);
        check(
            row(Kind::Software, &["search"], &["mail"]),
            0,
            Status::Partly,
        );
        check(row(Kind::Organisation, &[], &[]), 0, Status::Nobody);
    }

    #[test]
    fn what_is_described_is_claimed_by_a_row() {
        let requirements = shipped();
        let rows = &requirements.rows;
        for name in requirements.features.keys() {
            assert!(rows.iter().any(|row| row.features.contains(name)), "{name}");
        }
        for name in requirements.gaps.keys() {
            assert!(rows.iter().any(|row| row.open.contains(name)), "{name}");
        }
    }

    #[test]
    fn a_claim_of_something_that_nobody_described_is_told() {
        let text = "features:\n  search: { nl: a, en: b, where: c }\ngaps: {}\nrequirements:\n  \
                    - { id: S, kind: software, nl: a, en: b, features: [serch] }\n";
        let source = SourceText::new("requirements.yaml", text);
        let (_, problems) = Requirements::parse(&source);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["requirement-claim-unknown"]);
    }
}
