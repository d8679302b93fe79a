//! `do-dont`: what to do beside what not to do.

use super::BlockWriter;
use crate::theme::view::block::DoDontView;
use crate::yaml::Mapping;

/// Most lines on one side: nobody remembers more.
const MOST_LINES: usize = 15;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let required = map.require("do", &mut writer.block.diagnostics);
    let do_html = required.map(|node| writer.inlines(node, MOST_LINES));
    let required = map.require("dont", &mut writer.block.diagnostics);
    let dont_html = required.map(|node| writer.inlines(node, MOST_LINES));
    let view = DoDontView {
        id: writer.id(),
        do_html: do_html.unwrap_or_default(),
        dont_html: dont_html.unwrap_or_default(),
    };
    writer.render("do_dont", &view);
}
