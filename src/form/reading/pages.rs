//! Pages, and the conditions under which their questions are shown.

use super::Reader;
use crate::diagnostic::Diagnostic;
use crate::form::check;
use crate::form::condition::{Condition, Wanted};
use crate::form::definition::Page;
use crate::form::field::{Field, FieldName};
use crate::nearest::nearest;
use crate::source_text::Place;
use crate::yaml::{Mapping, Node};

/// Pages that nobody fills in in one go.
pub(in crate::form) const MOST_PAGES: usize = 40;

/// Questions that are no small group any more.
pub(in crate::form) const MOST_FIELDS: usize = 20;

/// Conditions that nobody oversees.
pub(in crate::form) const MOST_CONDITIONS: usize = 5;

impl Reader {
    /// Looks ahead at the names of all fields, so that a condition that looks forward can be told
    /// from one that names nothing. Mistakes found here are told when the fields are read.
    pub(super) fn collect_names(&mut self, pages: Option<&Node>, details: Option<&Node>) {
        let mut ignored = Vec::new();
        let first = pages.map(Node::list).unwrap_or_default();
        let first = first.into_iter().take(MOST_PAGES);
        let details = details.and_then(|node| Mapping::read(node, &mut ignored).get("pages"));
        let second = details.map(Node::list).unwrap_or_default();
        self.pages_of_first_part = first.len();
        for (number, page) in first.chain(second).enumerate() {
            let fields = Mapping::read(page, &mut ignored).get("fields");
            for field in fields.map(Node::list).unwrap_or_default() {
                let name = Mapping::read(field, &mut ignored).get("name");
                let name = name.and_then(Node::as_text).map(str::to_owned);
                self.names.extend(name.map(|name| (number, name)));
            }
        }
    }

    pub(super) fn pages(&mut self, node: &Node, place: Place) -> Vec<Page> {
        let nodes = self.some(node, "pages", MOST_PAGES);
        if nodes.is_empty() {
            self.diagnostics
                .push(Diagnostic::error("form-no-pages").at(place));
        }
        let before = if self.in_details {
            self.pages_of_first_part
        } else {
            0
        };
        let pages = nodes.into_iter().enumerate();
        pages
            .filter_map(|(at, node)| self.page(node, before + at))
            .collect()
    }

    fn page(&mut self, node: &Node, number: usize) -> Option<Page> {
        let mut page = Mapping::read(node, &mut self.diagnostics);
        let id_node = page.require("id", &mut self.diagnostics);
        let id = id_node.and_then(|node| self.word(node));
        if let (Some(node), Some(id)) = (id_node, &id) {
            if self.page_ids.contains(id) {
                self.tell("form-duplicate-page", node, id);
            }
            self.page_ids.push(id.clone());
        }
        let title = page.require("title", &mut self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let intro = page.get("intro").and_then(|node| self.text(node));
        let fields_node = page.get("fields");
        let nodes = fields_node.map(|node| self.some(node, "fields", MOST_FIELDS));
        let nodes = nodes.unwrap_or_default();
        if nodes.is_empty() {
            let place = fields_node.map_or(node.place(), Node::place);
            let name = id.as_deref().unwrap_or_default();
            self.diagnostics.push(
                Diagnostic::error("form-empty-page")
                    .with("page", name)
                    .at(place),
            );
        }
        let mut fields = Vec::new();
        let mut places = Vec::new();
        for node in nodes {
            if let Some(field) = self.field(node, number) {
                places.push((field.name.clone(), node.place()));
                fields.push(field);
            }
        }
        self.places.push((node.place(), places));
        self.earlier.extend(fields.iter().cloned());
        page.finish(&mut self.diagnostics);
        Some(Page {
            id: id?,
            title: title?,
            intro,
            fields,
        })
    }

    /// Tells what is never shown, whatever is answered: a page as a whole, or single questions on it.
    pub(super) fn tell_unreachable(&mut self) {
        let unreachable = check::never_shown(&self.earlier);
        let is_never_shown = |(name, _): &&(FieldName, Place)| unreachable.contains(name);
        for (page, fields) in &self.places {
            let never: Vec<_> = fields.iter().filter(is_never_shown).collect();
            if !never.is_empty() && never.len() == fields.len() {
                self.diagnostics
                    .push(Diagnostic::error("form-page-never-shown").at(page.clone()));
                continue;
            }
            for (name, place) in never {
                self.diagnostics.push(
                    Diagnostic::error("form-never-shown")
                        .with("value", name)
                        .at(place.clone()),
                );
            }
        }
    }

    pub(super) fn conditions(&mut self, node: &Node, page: usize) -> Vec<Condition> {
        let nodes = self.some(node, "when", MOST_CONDITIONS);
        nodes
            .into_iter()
            .filter_map(|node| self.condition(node, page))
            .collect()
    }

    fn condition(&mut self, node: &Node, page: usize) -> Option<Condition> {
        let mut condition = Mapping::read(node, &mut self.diagnostics);
        let field_node = condition.require("field", &mut self.diagnostics);
        let any = condition.get("any");
        let given = condition.get("given");
        condition.finish(&mut self.diagnostics);
        let is_given = given.and_then(|node| node.flag(&mut self.diagnostics));
        match (any, given) {
            (Some(_), None) => {}
            // Something else than a flag was told already.
            (None, Some(_)) => _ = is_given?,
            _ => {
                self.diagnostics
                    .push(Diagnostic::error("form-condition-any-or-given").at(node.place()));
                return None;
            }
        }
        let field = self.looked_back_at(field_node?, any.is_some(), page)?;
        let wanted = match (any, is_given) {
            (Some(any), _) => {
                Wanted::Any(Some(self.answers_to(&field, any)).filter(|v| !v.is_empty())?)
            }
            (None, Some(false)) => Wanted::NotGiven,
            (None, _) => Wanted::Given,
        };
        Some(Condition {
            field: field.name,
            wanted,
        })
    }

    /// Finds the field of an earlier page that a condition looks at.
    fn looked_back_at(&mut self, node: &Node, by_value: bool, page: usize) -> Option<Field> {
        let name = node.text(&mut self.diagnostics)?;
        let fits = |field: &Field| match by_value {
            true => field.kind.has_values(),
            false => field.kind.is_question(),
        };
        let written_on = self.names.iter().find(|(_, known)| *known == name);
        let code = match written_on {
            None => {
                let earlier = self.earlier.iter().filter(|field| fits(field));
                let near = nearest(&name, earlier.map(|field| field.name.as_str()));
                let diagnostic = match near {
                    Some(near) => {
                        Diagnostic::error("form-condition-unknown-field-near").with("nearest", near)
                    }
                    None => Diagnostic::error("form-condition-unknown-field"),
                };
                let diagnostic = diagnostic.with("value", &name).at(node.place());
                self.diagnostics.push(diagnostic);
                return None;
            }
            Some((there, _)) if *there == page => Some("form-condition-same-page"),
            Some((there, _)) if *there > page => Some("form-condition-later-field"),
            Some(_) => None,
        };
        if let Some(code) = code {
            self.tell(code, node, &name);
            return None;
        }
        // A field with mistakes of its own is missing here; those mistakes are told already.
        let mut earlier = self.earlier.iter();
        let field = earlier.find(|field| field.name.as_str() == name)?.clone();
        if !fits(&field) {
            let code = match by_value {
                true => "form-condition-no-values",
                false => "form-condition-no-question",
            };
            self.tell(code, node, &name);
            return None;
        }
        Some(field)
    }
}
