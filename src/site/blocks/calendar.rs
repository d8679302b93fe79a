//! `message-of-the-week`, `messages` and `calendar`: what stands in the files of the calendar, on a page.

use super::BlockWriter;
use crate::site::calendar::EventKind;
use crate::site::calendar::views::{Selection, agenda, bank, week_message};
use crate::yaml::Mapping;

/// The message whose period holds today; nothing where there is none.
pub(super) fn message_of_the_week(writer: &mut BlockWriter<'_, '_>, _: &mut Mapping<'_>) {
    let (input, language) = (writer.page.input, writer.page.page.language);
    if let Some(view) = week_message(input, language, writer.id()) {
        writer.render("message_of_the_week", &view);
    }
}

/// All messages, ready to be copied.
pub(super) fn messages(writer: &mut BlockWriter<'_, '_>, _: &mut Mapping<'_>) {
    let (input, language) = (writer.page.input, writer.page.page.language);
    let view = bank(input, language, writer.id());
    let messages = [&view.dated, &view.triggered, &view.changes];
    let messages = messages.into_iter().flatten();
    let anchors = messages.map(|message| message.id.clone());
    writer.block.anchors.extend(anchors);
    writer.render("messages", &view);
}

/// What is coming up, or with `past: true` what has been as well.
pub(super) fn calendar(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let kinds = map.get("kinds");
    let kinds = kinds.map(|node| writer.items(node, EventKind::NAMES.len()));
    let past = map
        .get("past")
        .and_then(|node| node.flag(&mut writer.block.diagnostics));
    let selection = Selection {
        kinds: kinds
            .into_iter()
            .flatten()
            .filter_map(|kind| kind.one_of(&EventKind::NAMES, &mut writer.block.diagnostics))
            .collect(),
        past: past.unwrap_or_default(),
    };
    let (input, language) = (writer.page.input, writer.page.page.language);
    let view = agenda(input, language, writer.id(), &selection);
    writer.render("calendar", &view);
}
