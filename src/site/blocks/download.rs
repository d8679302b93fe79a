//! `download`: a file beside the page, with its type and size.

use super::BlockWriter;
use crate::theme::size::size_in_words;
use crate::theme::view::medium::DownloadView;
use crate::yaml::Mapping;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let file = map.require("file", &mut writer.block.diagnostics);
    let file = file.and_then(|node| writer.file(node));
    let title = writer.require_plain(map, "title");
    let (Some(file), Some(title)) = (file, title) else {
        return;
    };
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let texts = writer.page.input.theme.messages(writer.page.page.language);
    let view = DownloadView {
        title,
        kind: extension.to_uppercase(),
        size: size_in_words(file.bytes.len() as u64, texts),
        href: writer.page.href_of(&file),
    };
    writer.render("download", &view);
}
