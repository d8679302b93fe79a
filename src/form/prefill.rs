//! What an address of a form brings along: a reference, a channel, a source.
//!
//! A link from a case system names nobody. What looks like a citizen service number or an e-mail address
//! is not taken, whatever the form says, and no more than its question is told of it.

use super::definition::Definition;
use super::draft::Draft;
use super::field::{Check, Field, FieldKind, FieldName};
use super::validation::{has_control_character, refused_by};
use crate::language::Language;
use crate::message::Catalogue;

/// Something that came along and was not taken. It does not hold what came along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The question that it was for.
    pub field: FieldName,
    /// Key of the message in the theme's catalogue.
    pub key: &'static str,
}

impl Draft {
    /// Starts a draft with what came along in the address of a form. What does not fit its question is
    /// left out and told.
    pub fn prefilled(definition: &Definition, query: &[(String, String)]) -> (Draft, Vec<Refused>) {
        let mut taken = Vec::new();
        let mut refused = Vec::new();
        for field in definition.fields() {
            let wanted = |(name, value): &&(String, String)| {
                field.prefill.as_ref() == Some(name) && !value.trim().is_empty()
            };
            let Some((_, value)) = query.iter().find(wanted) else {
                continue;
            };
            match refusal(field, value) {
                Some(key) => refused.push(Refused {
                    field: field.name.clone(),
                    key,
                }),
                None => taken.push((field.name.to_string(), value.clone())),
            }
        }
        (Draft::of_pairs(taken), refused)
    }
}

impl Refused {
    /// Returns the message in words. `catalogue` is the theme's.
    pub fn message(
        &self,
        definition: &Definition,
        language: Language,
        catalogue: &Catalogue,
    ) -> String {
        let field = definition.field(self.field.as_str());
        let label = field.map_or("", |field| field.short_label().get(language));
        catalogue.text(self.key, &[("label", label)])
    }
}

fn refusal(field: &Field, value: &str) -> Option<&'static str> {
    if !field.kind.is_prose() {
        return (!field.values().contains(&value)).then_some("answer.refused.unknown");
    }
    let always = [Check::NoBsn, Check::NoEmail];
    match refused_by(&always, value) {
        Some("answer.bsn") => Some("answer.refused.bsn"),
        Some(_) => Some("answer.refused.email"),
        None if has_control_character(value, field.kind == FieldKind::LongText)
            || value.chars().count() > field.max_length =>
        {
            Some("answer.refused.unfit")
        }
        None => None,
    }
}
