//! The word list: what the words of a portal mean.
//!
//! `content/glossary.yaml` holds the terms once. A page explains a term where it stands
//! (`[meldingen](begrip:melding)`), and the block `glossary` shows terms on a page of the kind `glossary`. The
//! file itself is no part of the portal. Invariant: an explanation leads to a word list that shows its term.

use std::collections::{BTreeMap, BTreeSet};

use super::links::PageResolver;
use super::markdown::{self, Block};
use super::pages::Page;
use super::plain_language;
use super::render::theme_problem;
use super::slug::slug;
use super::source::{Sources, text_of};
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::nearest::nearest;
use crate::source_text::Place;
use crate::theme::view::glossary::{GlossaryEntryView, TermView};
use crate::yaml::{self, Mapping, Node};

/// Where the terms stand, relative to the root of the portal.
const PATH: &str = "content/glossary.yaml";

/// Most terms: a printed dictionary of a whole profession holds fewer, and every page is checked against them.
const MOST_TERMS: usize = 1000;

/// The words that a portal explains.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    terms: Vec<Term>,
}

/// A word, and what it means.
#[derive(Clone, Debug)]
struct Term {
    id: String,
    place: Place,
    term: Lines,
    text: Lines,
    not: Option<Lines>,
    group: Option<String>,
}

/// A line of Markdown in each language, with its place.
#[derive(Clone, Debug)]
struct Lines(BTreeMap<Language, (String, Place)>);

impl Glossary {
    /// Takes the word list out of the content of a portal in some languages, and tells what is wrong with it.
    /// A portal without one has no terms.
    pub fn take(sources: &mut Sources, languages: &[Language]) -> (Glossary, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut glossary = Glossary::default();
        let Some(bytes) = sources.files.remove(PATH) else {
            return (glossary, diagnostics);
        };
        let source = match text_of(PATH, &bytes) {
            Ok(source) => source,
            Err(problem) => return (glossary, vec![problem]),
        };
        let (node, problems) = yaml::parse(&source);
        diagnostics.extend(problems);
        let nodes = node.as_ref().map(Node::list).unwrap_or_default();
        if let Some(first_too_many) = nodes.get(MOST_TERMS) {
            diagnostics.push(
                Diagnostic::error("glossary-too-long")
                    .with("count", nodes.len())
                    .with("most", MOST_TERMS)
                    .at(first_too_many.place()),
            );
        }
        for node in nodes.into_iter().take(MOST_TERMS) {
            if let Some(term) = Term::read(node, languages, &mut diagnostics) {
                glossary.add(term, &mut diagnostics);
            }
        }
        (glossary, diagnostics)
    }

    fn add(&mut self, term: Term, diagnostics: &mut Vec<Diagnostic>) {
        match self.term(&term.id) {
            Some(_) => diagnostics.push(
                Diagnostic::error("glossary-same-id")
                    .with("id", &term.id)
                    .at(term.place),
            ),
            None => self.terms.push(term),
        }
    }

    fn term(&self, id: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.id == id)
    }

    /// Returns the terms in a language.
    pub(super) fn words(&self, language: Language) -> impl Iterator<Item = &str> {
        let terms = self.terms.iter();
        terms.filter_map(move |term| Some(term.term.0.get(&language)?.0.as_str()))
    }

    /// Returns the terms in a language as plain text, each with its anchor on a word list.
    pub(super) fn anchors(&self, language: Language) -> impl Iterator<Item = (String, String)> {
        let terms = self.terms.iter();
        terms.filter_map(move |term| {
            let (text, _) = term.term.get(language)?;
            Some((markdown::typographic(text), anchor(&term.id)))
        })
    }

    /// Returns the names of all groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| term.group.as_deref())
    }

    /// Tells every term that a word list with these anchors does not show: an explanation would lead to nothing.
    pub(super) fn unshown(&self, page: &Page, anchors: &BTreeSet<String>) -> Vec<Diagnostic> {
        let terms = self.terms.iter();
        let missing = terms.filter(|term| !anchors.contains(&anchor(&term.id)));
        missing
            .map(|term| {
                Diagnostic::error("glossary-term-not-shown")
                    .with("id", &term.id)
                    .with("page", page.source.path())
                    .at(term.place.clone())
            })
            .collect()
    }
}

impl Term {
    fn read(
        node: &Node,
        languages: &[Language],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Term> {
        let mut map = Mapping::read(node, diagnostics);
        if !node.is_mapping() {
            return None;
        }
        let id = map.require("id", diagnostics);
        let id = id.and_then(|node| word(node, diagnostics));
        let place = map.place();
        let lines = |node: &Node, diagnostics: &mut Vec<Diagnostic>| {
            Lines::read(node, languages, diagnostics)
        };
        let term = map.require("term", diagnostics);
        let term = term.and_then(|node| lines(node, diagnostics));
        let text = map.require("text", diagnostics);
        let text = text.and_then(|node| lines(node, diagnostics));
        let not = map.get("not").and_then(|node| lines(node, diagnostics));
        let group = map.get("group").and_then(|node| word(node, diagnostics));
        map.finish(diagnostics);
        Some(Term {
            id: id?,
            place,
            term: term?,
            text: text?,
            not,
            group,
        })
    }
}

/// Reads a word that can stand in an address.
fn word(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.text(diagnostics)?;
    if text.is_empty() || slug(&text) != text {
        diagnostics.push(
            Diagnostic::error("glossary-not-a-word")
                .with("word", &text)
                .with("slug", slug(&text))
                .at(node.place()),
        );
        return None;
    }
    Some(text)
}

impl Lines {
    /// Reads a line that is written once for all languages, or once for each: `{nl: …, en: …}`.
    fn read(
        node: &Node,
        languages: &[Language],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Lines> {
        if !node.is_mapping() {
            let line = line(node, diagnostics)?;
            let all = languages.iter().map(|language| (*language, line.clone()));
            return Some(Lines(all.collect()));
        }
        let mut map = Mapping::read(node, diagnostics);
        let mut lines = BTreeMap::new();
        for language in Language::ALL {
            if let Some(node) = map.get(language.tag()) {
                lines.extend(line(node, diagnostics).map(|line| (language, line)));
            } else if languages.contains(&language) {
                diagnostics.push(
                    Diagnostic::error("glossary-language-missing")
                        .with("language", language)
                        .at(node.place()),
                );
            }
        }
        map.finish(diagnostics);
        Some(Lines(lines))
    }

    fn get(&self, language: Language) -> Option<&(String, Place)> {
        self.0.get(&language)
    }
}

/// Reads one line of Markdown: an explanation stands inside a sentence.
fn line(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<(String, Place)> {
    let text = node.text(diagnostics)?;
    if !markdown::is_line(&text) {
        diagnostics.push(Diagnostic::error("glossary-not-a-line").at(node.place()));
        return None;
    }
    Some((text, node.place()))
}

fn anchor(id: &str) -> String {
    // With two hyphens, because a heading "Begrip melding" has one.
    format!("begrip--{id}")
}

/// Returns the terms of a group, or all, as a page shows them.
pub(super) fn entries(
    resolver: &PageResolver<'_, '_>,
    group: Option<&str>,
    block: &mut Block,
) -> Vec<GlossaryEntryView> {
    let terms = resolver.input.glossary.terms.iter();
    let terms = terms.filter(|term| group.is_none() || term.group.as_deref() == group);
    let entries: Vec<GlossaryEntryView> = terms.map(|term| entry(resolver, term, block)).collect();
    let anchors = entries.iter().map(|entry| entry.anchor.clone());
    block.anchors.extend(anchors);
    entries
}

fn entry(resolver: &PageResolver<'_, '_>, term: &Term, block: &mut Block) -> GlossaryEntryView {
    let resolver = resolver.seen_from_content();
    let mut html = |lines: &Lines| {
        let Some((text, place)) = lines.get(resolver.page.language) else {
            return String::new();
        };
        let line = markdown::inline(text, place, &resolver);
        let wordings = resolver.input.wordings;
        let advice = plain_language::of_line(resolver.page, text, |_| place.clone(), wordings);
        block.to_fill_in.extend(line.to_fill_in);
        block.diagnostics.extend(line.diagnostics);
        block.diagnostics.extend(advice);
        line.html
    };
    GlossaryEntryView {
        anchor: anchor(&term.id),
        term_html: html(&term.term),
        text_html: html(&term.text),
        not_html: term.not.as_ref().map(html),
    }
}

/// Explains a term where it stands in a page, as [`markdown::Resolver::term`] says.
pub(super) fn explain(
    resolver: &PageResolver<'_, '_>,
    id: &str,
    text_html: &str,
) -> Result<(String, Vec<Diagnostic>), Diagnostic> {
    let input = resolver.input;
    let Some(term) = input.glossary.term(id) else {
        let known = input.glossary.terms.iter().map(|term| term.id.as_str());
        return Err(match nearest(id, known) {
            Some(near) => Diagnostic::error("term-unknown").with("nearest", near),
            None => Diagnostic::error("term-unknown-nothing-near"),
        }
        .with("id", id));
    };
    let page = word_list(resolver).ok_or(Diagnostic::error("glossary-without-page"))?;
    let language = resolver.page.language;
    let mut block = Block::default();
    let entry = entry(resolver, term, &mut block);
    let view = TermView {
        id: format!("uitleg--{id}"),
        text_html: text_html.to_owned(),
        href: format!("{}#{}", page.href, entry.anchor),
        address: input.config.absolute(&page.short_href),
        language: (page.language != language).then_some(page.language),
        entry,
    };
    let html = input.theme.render_component("term", language, &view);
    let html = html.map_err(|error| theme_problem(&error))?;
    Ok((html.trim().to_owned(), block.diagnostics))
}

/// Returns the word list for the readers of a page: in its language, or else in the default one.
fn word_list<'a>(resolver: &PageResolver<'a, '_>) -> Option<&'a Page> {
    let input = resolver.input;
    let languages = [resolver.page.language, input.config.default_language()];
    let mut languages = languages.into_iter();
    languages.find_map(|language| input.site.word_list(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, expected: &[(&str, usize)]) {
        let mut sources = Sources::default();
        let bytes = yaml.as_bytes().into();
        sources.files.insert(PATH.to_owned(), bytes);
        let (_, diagnostics) = Glossary::take(&mut sources, &Language::ALL);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| (d.code, d.place.as_ref().unwrap().line))
            .collect();
        assert_eq!(found, expected, "{yaml}");
        assert!(
            sources.files.is_empty(),
            "the file is no part of the portal"
        );
    }

    #[test]
    fn mistakes_in_the_word_list_are_told_where_they_stand() {
        check("- id: vpt\n  term: VPT\n  text: Uitleg.\n", &[]);
        check("", &[]);
        check("- id: vpt\n  term: VPT\n", &[("yaml-missing-key", 1)]);
        check(
            "- id: V P T\n  term: VPT\n  text: Uitleg.\n",
            &[("glossary-not-a-word", 1)],
        );
        check(
            "- id: vpt\n  term: VPT\n  text: { nl: Uitleg. }\n",
            &[("glossary-language-missing", 3)],
        );
        check(
            "- id: vpt\n  term: VPT\n  text: { nl: Uitleg., en: Text., de: Text. }\n",
            &[("yaml-unknown-key", 3)],
        );
        check(
            "- id: vpt\n  term: VPT\n  text: |\n    Een.\n\n    Twee.\n",
            &[("glossary-not-a-line", 4)],
        );
        check(
            "- id: vpt\n  term: VPT\n  text: \"- een lijst\"\n",
            &[("glossary-not-a-line", 3)],
        );
        check(
            "- id: a\n  term: A\n  text: A.\n- id: a\n  term: B\n  text: B.\n",
            &[("glossary-same-id", 4)],
        );
        check("geen lijst", &[("yaml-expected-mapping", 1)]);
    }

    #[test]
    fn a_word_list_that_nobody_reads_is_told() {
        let term = |number| format!("- {{ id: b{number}, term: B, text: Uitleg. }}\n");
        let most: String = (0..MOST_TERMS).map(term).collect();
        check(&most, &[]);
        let last = MOST_TERMS + 1;
        check(&(most + &term(last)), &[("glossary-too-long", last)]);
    }

    #[test]
    fn a_word_list_that_is_no_text_is_told() {
        let mut sources = Sources::default();
        let bytes: &[u8] = b"- id: \xff";
        sources.files.insert(PATH.to_owned(), bytes.into());
        let (_, diagnostics) = Glossary::take(&mut sources, &Language::ALL);
        let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["page-not-utf8"]);
    }
}
