//! Files that practise with another form: a name, an address and words of their own, and the questions
//! of the other form.

use super::{PRACTICE_OF, Reader};
use crate::diagnostic::Diagnostic;
use crate::form::definition::Definition;
use crate::nearest::nearest;
use crate::source_text::SourceText;
use crate::yaml::{Mapping, Node};

/// Returns whether a file practises with another form.
pub(super) fn is_practice(document: &Node) -> bool {
    let mut ignored = Vec::new();
    let mapping = Mapping::read(document, &mut ignored);
    mapping.entries().any(|(key, _)| key == PRACTICE_OF)
}

impl Reader {
    /// Reads a file that practises with one of these forms. There is no second part to practise: it goes
    /// with a report that is stored.
    pub(super) fn practice(
        &mut self,
        source: &SourceText,
        document: &Node,
        forms: &[Definition],
        written: &[&str],
    ) -> Option<Definition> {
        let mut form = Mapping::read(document, &mut self.diagnostics);
        let id = self.id(source);
        let of = form.require(PRACTICE_OF, &mut self.diagnostics);
        let of = of.and_then(|node| self.practised(node, forms, written));
        let languages = form.get("languages");
        let own = languages.map(|node| (node, self.read_languages(Some(node))));
        self.languages = match (&own, of) {
            (Some((_, own)), _) => own.clone(),
            (None, Some(of)) => of.languages.clone(),
            (None, None) => Vec::new(),
        };
        let address = form.require("address", &mut self.diagnostics);
        let address = address.and_then(|node| self.address(node));
        let title = form.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let intro = form.get("intro").and_then(|node| self.text(node));
        form.finish(&mut self.diagnostics);
        let of = of?;
        if let Some((node, own)) = own {
            for language in own.iter().filter(|own| !of.languages.contains(own)) {
                self.tell("form-practice-language", node, language.tag());
            }
        }
        Some(Definition {
            id,
            address: address?,
            title: title?,
            intro,
            languages: self.languages.clone(),
            details: None,
            practice: true,
            ..of.clone()
        })
    }

    fn practised<'f>(
        &mut self,
        node: &Node,
        forms: &'f [Definition],
        written: &[&str],
    ) -> Option<&'f Definition> {
        let name = node.text(&mut self.diagnostics)?;
        let found = forms.iter().find(|form| form.id == name);
        // Of a form that is there and has mistakes, those are told already.
        if found.is_none() && !written.contains(&name.as_str()) {
            let near = nearest(&name, forms.iter().map(|form| form.id.as_str()));
            let diagnostic = match near {
                Some(near) => Diagnostic::error("form-no-such-form-near").with("nearest", near),
                None => Diagnostic::error("form-no-such-form"),
            };
            let diagnostic = diagnostic.with("value", &name).at(node.place());
            self.diagnostics.push(diagnostic);
        }
        found
    }
}
