//! Blocks: what an editor writes as YAML between two fences, and readers see as something of its own.
//!
//! A block is one function from a mapping to a view of the theme; which words there are stands in [`BLOCKS`].
//! Texts in a block are lines of Markdown, with links, values of settings and places to fill in, like the text
//! around it. Invariant: a block with a mistake is told with its line, and the rest of the page stays.

mod do_dont;
mod exercise;

use std::ops::Range;

use serde::Serialize;

use super::links::PageResolver;
use super::markdown::{self, Block};
use super::render::theme_problem;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::yaml::{self, Mapping, Node};

/// Makes a block from what stands in it.
type Make = fn(&mut BlockWriter<'_, '_>, &mut Mapping<'_>);

/// The words after a fence that stand for a block.
const BLOCKS: [(&str, Make); 3] = [
    ("cards", exercise::make_cards),
    ("check-questions", exercise::make_questions),
    ("do-dont", do_dont::make),
];

/// Makes the block for a word, where there is one. A word that is nearly that of a block is told: as code, it
/// would show YAML to readers.
pub(super) fn make(
    page: &PageResolver<'_, '_>,
    word: &str,
    yaml: Range<usize>,
    number: usize,
) -> Option<Block> {
    let source = &page.page.source;
    let mut writer = BlockWriter {
        page,
        number,
        block: Block::default(),
    };
    let Some((_, make)) = BLOCKS.iter().find(|(known, _)| *known == word) else {
        let near = nearest(word, BLOCKS.iter().map(|(known, _)| *known))?;
        let fence = source.text().get(..yaml.start).unwrap_or_default();
        let start = fence.rfind(word).unwrap_or(yaml.start);
        writer.problem(
            Diagnostic::error("block-unknown")
                .with("word", word)
                .with("nearest", near)
                .at(source.place(start..start + word.len())),
        );
        return Some(writer.block);
    };
    let (node, problems) = yaml::parse_part(source, yaml.clone());
    writer.block.diagnostics.extend(problems);
    match node {
        Some(node) => {
            let mut map = Mapping::read(&node, &mut writer.block.diagnostics);
            make(&mut writer, &mut map);
            map.finish(&mut writer.block.diagnostics);
        }
        None if writer.block.diagnostics.is_empty() => {
            let diagnostic = Diagnostic::error("block-empty").with("word", word);
            writer.problem(diagnostic.at(source.place(yaml)));
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
    block: Block,
}

impl BlockWriter<'_, '_> {
    /// Tells a problem that has its place.
    fn problem(&mut self, diagnostic: Diagnostic) {
        self.block.diagnostics.push(diagnostic);
    }

    /// Returns an id that no heading and no other block of the page has.
    fn id(&self) -> String {
        format!("blok--{}", self.number)
    }

    /// Writes a line of Markdown as safe HTML.
    fn inline(&mut self, node: &Node) -> Option<String> {
        let text = node.text(&mut self.block.diagnostics)?;
        let line = markdown::inline(&text, &node.place(), self.page);
        self.block.to_fill_in += line.to_fill_in;
        self.block.diagnostics.extend(line.diagnostics);
        Some(line.html)
    }

    /// Writes a list of lines of Markdown as safe HTML.
    fn inline_list(&mut self, node: &Node) -> Vec<String> {
        let items = node.list();
        items
            .into_iter()
            .filter_map(|item| self.inline(item))
            .collect()
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
