//! `contact`: somebody of the contacts in `site.yaml`, everybody of a role, or whom to call in danger.

use std::collections::BTreeSet;

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::site::config::Contact;
use crate::site::render::{contact_view, emergency_view};
use crate::theme::view::contact::ContactBlockView;
use crate::yaml::{Mapping, Node};

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let emergency = map
        .get("emergency")
        .map(|node| node.flag(&mut writer.block.diagnostics));
    match (map.get("id"), map.get("role"), emergency) {
        (Some(id), None, None) => one(writer, id),
        (None, Some(role), None) => everybody(writer, role),
        (None, None, Some(Some(true))) => {
            let view = ContactBlockView {
                contacts: Vec::new(),
                emergency: Some(emergency_view(writer.page.input.config)),
            };
            writer.render("contact", &view);
        }
        (None, None, Some(None)) => {}
        _ => writer.problem(Diagnostic::error("contact-which").at(map.place())),
    }
}

fn one(writer: &mut BlockWriter<'_, '_>, node: &Node) {
    let Some(id) = node.text(&mut writer.block.diagnostics) else {
        return;
    };
    let contacts = &writer.page.input.config.contacts;
    if let Some(contact) = contacts
        .iter()
        .find(|contact| contact.id.as_deref() == Some(&id))
    {
        return show(writer, &[contact]);
    }
    let known = contacts.iter().filter_map(|contact| contact.id.as_deref());
    let diagnostic = match nearest(&id, known) {
        Some(near) => Diagnostic::error("contact-unknown").with("nearest", near),
        None => Diagnostic::error("contact-unknown-nothing-near"),
    };
    writer.problem(diagnostic.with("id", id).at(node.place()));
}

/// Shows everybody of a role. That nobody has it is no mistake of the page: not every organisation has every role.
fn everybody(writer: &mut BlockWriter<'_, '_>, node: &Node) {
    let Some(role) = node.text(&mut writer.block.diagnostics) else {
        return;
    };
    let contacts = &writer.page.input.config.contacts;
    let found: Vec<&Contact> = contacts
        .iter()
        .filter(|contact| contact.role.as_deref() == Some(&role))
        .collect();
    if !found.is_empty() {
        return show(writer, &found);
    }
    let known: BTreeSet<&str> = contacts
        .iter()
        .filter_map(|contact| contact.role.as_deref())
        .collect();
    let diagnostic = match known.is_empty() {
        true => Diagnostic::warning("contact-no-roles"),
        false => Diagnostic::warning("contact-role-nobody")
            .with("known", Vec::from_iter(known).join(", ")),
    };
    writer.problem(diagnostic.with("role", role).at(node.place()));
}

fn show(writer: &mut BlockWriter<'_, '_>, contacts: &[&Contact]) {
    let (input, language) = (writer.page.input, writer.page.page.language);
    let contacts = contacts
        .iter()
        .map(|contact| contact_view(input, contact, language));
    let view = ContactBlockView {
        contacts: contacts.collect(),
        emergency: None,
    };
    writer.render("contact", &view);
}
