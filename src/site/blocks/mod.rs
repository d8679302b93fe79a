//! Blocks: what an editor writes as YAML between two fences, and readers see as something of its own.
//!
//! A block is one function from a mapping, or a list, to a view of the theme; which words there are stands in
//! [`BLOCKS`] and [`LISTS`].
//! Texts in a block are lines of Markdown, with links, values of settings and places to fill in, like the text
//! around it. Invariant: a block with a mistake is told with its line, and the rest of the page stays.

mod calendar;
mod contact;
mod decision_table;
mod dilemma;
mod do_dont;
mod download;
mod exercise;
mod figure;
mod glossary;
pub(super) mod infographic;
mod print_card;
mod qr;
mod questions;
mod quote;
mod video;

use std::ops::Range;

use serde::Serialize;

use super::links::{LocalFile, PageResolver};
use super::markdown::{self, Block, Fence, Resolver, Target};
use super::plain_language;
use super::render::theme_problem;
use crate::diagnostic::Diagnostic;
use crate::message::Catalogue;
use crate::nearest::nearest;
use crate::source_text::Place;
use crate::yaml::{self, Mapping, Node};

/// Makes a block from what stands in it.
type Make = fn(&mut BlockWriter<'_, '_>, &mut Mapping<'_>);

/// The words after a fence that stand for a block.
const BLOCKS: [(&str, Make); 16] = [
    ("calendar", calendar::calendar),
    ("card", print_card::make),
    ("cards", exercise::make_cards),
    ("contact", contact::make),
    ("decision-table", decision_table::make),
    ("dilemma", dilemma::make),
    ("do-dont", do_dont::make),
    ("download", download::make),
    ("figure", figure::make),
    ("glossary", glossary::make),
    ("infographic", infographic::make),
    ("message-of-the-week", calendar::message_of_the_week),
    ("messages", calendar::messages),
    ("qr", qr::make),
    ("quote", quote::make),
    ("video", video::make),
];

/// The words of blocks that need nothing between their fences.
const MAY_BE_EMPTY: [&str; 4] = ["calendar", "glossary", "message-of-the-week", "messages"];

/// Makes a block that is a list from what stands in it.
type MakeList = fn(&mut BlockWriter<'_, '_>, &Node);

/// The words of blocks that are a list.
const LISTS: [(&str, MakeList); 2] = [
    ("check-questions", exercise::make_questions),
    ("questions", questions::make),
];

/// Most lines of one list or text in a block; what is longer belongs in the text of the page.
const MOST_LINES: usize = 10;

/// Returns whether a word after a fence stands for a block.
pub(super) fn is_block(word: &str) -> bool {
    BLOCKS.iter().any(|(known, _)| *known == word) || LISTS.iter().any(|(known, _)| *known == word)
}

/// Makes the block for a word, where there is one. A word that is nearly that of a block is told: as code, it
/// would show YAML to readers.
pub(super) fn make(page: &PageResolver<'_, '_>, fence: &Fence<'_>) -> Option<Block> {
    let word = fence.word;
    let mut writer = BlockWriter {
        page,
        number: fence.number,
        level: fence.level,
        block: Block::default(),
    };
    let map = BLOCKS.iter().find(|(known, _)| *known == word);
    let list = LISTS.iter().find(|(known, _)| *known == word);
    if map.is_none() && list.is_none() {
        let words = BLOCKS.iter().map(|(known, _)| *known);
        let near = nearest(word, words.chain(LISTS.iter().map(|(known, _)| *known)))?;
        writer.problem(
            Diagnostic::error("block-unknown")
                .with("word", word)
                .with("nearest", near)
                .at(fence.place.clone()),
        );
        return Some(writer.block);
    }
    if !fence.is_closed {
        let diagnostic = Diagnostic::error("block-not-closed").with("word", word);
        let place = fence.place.clone();
        writer.problem(diagnostic.with("line", place.line).at(place));
        return Some(writer.block);
    }
    let (node, problems) = yaml::parse(&fence.text);
    writer.block.diagnostics.extend(problems);
    match node {
        Some(node) => {
            if let Some((_, make)) = list {
                make(&mut writer, &node);
            }
            if let Some((_, make)) = map {
                let mut map = Mapping::read(&node, &mut writer.block.diagnostics);
                make(&mut writer, &mut map);
                map.finish(&mut writer.block.diagnostics);
            }
        }
        None if writer.block.diagnostics.is_empty() && MAY_BE_EMPTY.contains(&word) => {
            if let Some((_, make)) = map {
                make(&mut writer, &mut Mapping::empty(fence.place.clone()));
            }
        }
        None if writer.block.diagnostics.is_empty() => {
            let diagnostic = Diagnostic::error("block-empty").with("word", word);
            writer.problem(diagnostic.at(fence.place.clone()));
        }
        None => {}
    }
    Some(writer.block)
}

/// A block that is being made, and the page around it.
pub(super) struct BlockWriter<'a, 'input> {
    /// The page and all that it can refer to.
    pub(super) page: &'a PageResolver<'a, 'input>,
    /// Number of the block in the page, from 1.
    number: usize,
    /// Level of a heading in the block.
    level: u8,
    block: Block,
}

impl<'a> BlockWriter<'a, '_> {
    /// Tells a problem that has its place.
    fn problem(&mut self, diagnostic: Diagnostic) {
        self.block.diagnostics.push(diagnostic);
    }

    /// Returns an id that no heading and no other block of the page has.
    fn id(&self) -> String {
        format!("blok--{}", self.number)
    }

    /// Writes a line of Markdown as safe HTML. A line without words is told.
    fn inline(&mut self, node: &Node) -> Option<String> {
        let text = self.words(node)?;
        self.advise(&text, |range| node.place_within(range));
        Some(self.line(&text, &node.place()))
    }

    /// Reads a text. One without words is told.
    fn words(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.block.diagnostics)?;
        if text.trim().is_empty() {
            self.problem(Diagnostic::error("yaml-expected-text").at(node.place()));
            return None;
        }
        Some(text)
    }

    /// Writes a line of Markdown that stands at a place as safe HTML.
    fn line(&mut self, text: &str, place: &Place) -> String {
        let line = markdown::inline(text, place, self.page);
        self.block.to_fill_in.extend(line.to_fill_in);
        self.block.diagnostics.extend(line.diagnostics);
        line.html
    }

    /// Returns the texts of the theme in the language of the page.
    fn theme_texts(&self) -> &'a Catalogue {
        self.page.input.theme.messages(self.page.page.language)
    }

    /// Tells what makes a text in the block hard to read.
    fn advise(&mut self, text: &str, place: impl Fn(Range<usize>) -> Place) {
        let wordings = self.page.input.wordings;
        let advice = plain_language::of_line(self.page.page, text, place, wordings);
        self.block.diagnostics.extend(advice);
    }

    /// Writes the line of Markdown under a key that must be there; its absence is told.
    fn require_inline(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<String> {
        let node = map.require(key, &mut self.block.diagnostics)?;
        self.inline(node)
    }

    /// Writes a line of Markdown that readers can click as a whole: a link in it is told.
    fn inline_without_link(&mut self, node: &Node) -> Option<String> {
        let html = self.inline(node)?;
        if html.contains("<a ") {
            self.problem(Diagnostic::error("block-link-here").at(node.place()));
        }
        Some(html)
    }

    /// Writes the lines of Markdown under a key that must be there: one, or a list.
    fn require_lines(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Vec<String> {
        let node = map.require(key, &mut self.block.diagnostics);
        node.map(|node| self.lines(node)).unwrap_or_default()
    }

    /// Writes a line of Markdown, or a list of them. A list without lines is told.
    fn lines(&mut self, node: &Node) -> Vec<String> {
        self.lines_up_to(node, MOST_LINES)
    }

    /// Writes a line of Markdown, or a list of them, of which `most` fit.
    fn lines_up_to(&mut self, node: &Node, most: usize) -> Vec<String> {
        let lines = self.items(node, most).into_iter();
        lines.filter_map(|line| self.inline(line)).collect()
    }

    /// Returns the items of a list. One without items is told, and one with more than `most`.
    fn items<'n>(&mut self, node: &'n Node, most: usize) -> Vec<&'n Node> {
        let items = node.list();
        if items.is_empty() {
            self.problem(Diagnostic::error("block-list-empty").at(node.place()));
        }
        if items.len() > most {
            self.problem(
                Diagnostic::error("block-list-too-long")
                    .with("count", items.len())
                    .with("most", most)
                    .at(node.place()),
            );
        }
        items
    }

    /// Returns the address that a link to what stands in a node has, where it leads somewhere.
    fn address(&mut self, node: &Node) -> Option<String> {
        let written = node.text(&mut self.block.diagnostics)?;
        let (target, problem) = self.page.link(&written);
        if let Some(problem) = problem {
            self.problem(problem.at(node.place()));
        }
        match target {
            Target::Address { href, .. } => Some(href),
            Target::Nowhere => None,
        }
    }

    /// Reads a line without markup, such as the text of a link or the name of a column, with typographic quotes,
    /// values of settings and places to fill in.
    fn plain(&mut self, node: &Node) -> Option<String> {
        let text = self.words(node)?;
        let values = markdown::check_values(&text, &node.place(), self.page);
        self.block.to_fill_in.extend(values.to_fill_in);
        self.block.diagnostics.extend(values.diagnostics);
        Some(markdown::plain(&text, self.page))
    }

    /// Reads the line without markup under a key that must be there; its absence is told.
    fn require_plain(&mut self, map: &mut Mapping<'_>, key: &'static str) -> Option<String> {
        let node = map.require(key, &mut self.block.diagnostics)?;
        self.plain(node)
    }

    /// Finds the file that a path names, as seen from the page.
    fn file(&mut self, node: &Node) -> Option<LocalFile<'a>> {
        let path = node.text(&mut self.block.diagnostics)?;
        match self.page.file(&path) {
            Ok(file) => Some(file),
            Err(problem) => {
                let problem = problem.map(|problem| problem.at(node.place()));
                self.block.diagnostics.extend(problem);
                None
            }
        }
    }

    /// Puts what a component of the theme makes of a view in the page.
    fn render<V: Serialize>(&mut self, component: &'static str, view: &V) {
        let input = self.page.input;
        let language = self.page.page.language;
        match input.theme.render_component(component, language, view) {
            Ok(html) => self.block.html.push_str(&html),
            Err(error) => self.problem(theme_problem(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::site::requirements::Requirements;

    #[test]
    fn requirements_name_blocks_that_are_there() {
        let requirements = Requirements::shipped();
        let mut words = BLOCKS.map(|(word, _)| word).to_vec();
        words.extend(LISTS.map(|(word, _)| word));
        let mut named = 0;
        let features = requirements
            .rows
            .iter()
            .flat_map(|row| requirements.features(row));
        for (name, feature) in features {
            let parts = feature.location.split(", ");
            for word in parts.filter_map(|part| part.strip_prefix("block ")) {
                assert!(words.contains(&word), "{name}: {word}");
                named += 1;
            }
        }
        assert!(named > 0);
    }
}
