//! `do-dont`: what to do beside what not to do.

use super::BlockWriter;
use crate::theme::view::block::DoDontView;
use crate::yaml::Mapping;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let view = DoDontView {
        id: writer.id(),
        do_html: writer.require_lines(map, "do"),
        dont_html: writer.require_lines(map, "dont"),
    };
    writer.render("do_dont", &view);
}
