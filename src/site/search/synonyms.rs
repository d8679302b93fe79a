//! Words that mean the same to whoever searches: `content/synonyms.yaml`.
//!
//! A list of groups per language. It widens what is found and never narrows it, so a portal without the file
//! searches all the same.

use super::words::words;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::site::source::text_of;
use crate::yaml::{self, Mapping, Node};

/// Where the groups stand, relative to the root of a portal.
pub const PATH: &str = "content/synonyms.yaml";

/// Groups of words in a language.
pub(in crate::site) type Groups = Vec<Vec<String>>;

/// Reads the groups of a language, and tells what is wrong with the file as a whole.
pub(in crate::site) fn read(bytes: &[u8], language: Language) -> (Groups, Vec<Diagnostic>) {
    let source = match text_of(PATH, bytes) {
        Ok(source) => source,
        Err(problem) => return (Groups::new(), vec![problem]),
    };
    let (node, mut diagnostics) = yaml::parse(&source);
    let Some(node) = node else {
        return (Groups::new(), diagnostics);
    };
    let mut map = Mapping::read(&node, &mut diagnostics);
    let mut groups = Groups::new();
    for (key, of) in [("nl", Language::Nl), ("en", Language::En)] {
        let nodes = map.get(key).map(Node::list).unwrap_or_default();
        let read = nodes.into_iter().map(|node| group(node, &mut diagnostics));
        let read: Groups = read.collect();
        if of == language {
            groups = read;
        }
    }
    map.finish(&mut diagnostics);
    (groups, diagnostics)
}

fn group(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut group: Vec<String> = Vec::new();
    for item in node.list() {
        let Some(text) = item.text(diagnostics) else {
            continue;
        };
        let mut cut = words(&text);
        match (cut.next(), cut.next()) {
            (Some(word), None) => group.push(word),
            _ => diagnostics.push(
                Diagnostic::error("synonym-not-one-word")
                    .with("text", &text)
                    .at(item.place()),
            ),
        }
    }
    if node.list().len() < 2 {
        diagnostics.push(Diagnostic::error("synonym-alone").at(node.place()));
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&[&str]], codes: &[&str]) {
        let (groups, diagnostics) = read(text.as_bytes(), Language::Nl);
        assert_eq!(groups, expected, "{text}");
        let found: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, codes, "{text}");
    }

    #[test]
    fn groups_are_read_per_language() {
        check(
            "nl:\n  - [Baas, chef]\n  - [privéadres, huisadres]\nen:\n  - [boss, manager]\n",
            &[&["baas", "chef"], &["priveadres", "huisadres"]],
            &[],
        );
        check("en: []\n", &[], &[]);
    }

    #[test]
    fn mistakes_are_told() {
        check(
            "nl:\n  - [baas]\n  - [in elkaar slaan, slaan]\nde: [a]\n",
            &[&["baas"], &["slaan"]],
            &["synonym-alone", "synonym-not-one-word", "yaml-unknown-key"],
        );
        check("nl: [a\n", &[], &["yaml-syntax"]);
    }
}
