//! What a form can never show, whatever somebody answers.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Wanted;
use super::field::{Field, FieldKind, FieldName};

/// What must hold together for one question to be shown.
#[derive(Default)]
struct Chain<'a> {
    /// Values that questions with one answer may still have.
    allowed: BTreeMap<&'a FieldName, Vec<&'a str>>,
    /// The questions that were looked at.
    seen: BTreeSet<&'a FieldName>,
}

/// Returns the fields whose conditions can never hold together. Fields are in the order of the form;
/// conditions look back only. A question is shown when the questions that it depends on were shown too,
/// so all conditions along that chain must hold, and a question with one answer cannot have two.
pub(super) fn never_shown(fields: &[Field]) -> Vec<FieldName> {
    let is_never_shown = |field: &&Field| !can_be_shown(field, fields, &mut Chain::default());
    let never = fields.iter().filter(is_never_shown);
    never.map(|field| field.name.clone()).collect()
}

fn can_be_shown<'a>(field: &'a Field, fields: &'a [Field], chain: &mut Chain<'a>) -> bool {
    // What a question depends on is asked once: the ways through forty pages of conditions are without number.
    if !chain.seen.insert(&field.name) {
        return true;
    }
    if field.only_prefilled && field.prefill.is_none() {
        return false;
    }
    let conditions = field.when.iter();
    let mut answered = conditions.filter(|condition| condition.wanted != Wanted::NotGiven);
    answered.all(|condition| {
        let mut earlier = fields.iter();
        // One that is missing has mistakes of its own, which are told already.
        let Some(asked) = earlier.find(|known| known.name == condition.field) else {
            return true;
        };
        let has_one_answer = matches!(asked.kind, FieldKind::Choice | FieldKind::YesNo);
        if let (Wanted::Any(wanted), true) = (&condition.wanted, has_one_answer) {
            let values = chain
                .allowed
                .entry(&asked.name)
                .or_insert_with(|| asked.values());
            values.retain(|value| wanted.iter().any(|wanted| wanted == value));
            if values.is_empty() {
                return false;
            }
        }
        can_be_shown(asked, fields, chain)
    })
}
