//! `video`: a video from the portal itself, with captions and a transcript.
//!
//! Both are required (WCAG 2.2, 1.2.2 and 1.2.3): whoever cannot hear or see it, or may not make a sound, gets
//! the same. A video never starts by itself, and never comes from another host.

use std::ops::Range;

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::output::media_type;
use crate::site::files::size_of;
use crate::site::source::text_of;
use crate::theme::view::medium::VideoView;
use crate::yaml::{Mapping, Node};

/// Width and height of a video without a poster: the usual ratio. Only the room that is kept for it follows from
/// this; the browser reads the real size from the video.
const USUAL_SIZE: (u32, u32) = (1280, 720);

/// Most paragraphs of a transcript in the block: a longer one is easier to write in a file of its own.
const MOST_PARAGRAPHS_SPOKEN: usize = 50;

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let file = map.require("file", &mut writer.block.diagnostics);
    let file = file.and_then(|node| video(writer, node));
    let title = writer.require_plain(map, "title");
    let captions = map.require("captions", &mut writer.block.diagnostics);
    let captions = captions.and_then(|node| self::captions(writer, node));
    let transcript = map.require("transcript", &mut writer.block.diagnostics);
    let transcript = transcript.and_then(|node| self::transcript(writer, node));
    let poster = map.get("poster").and_then(|node| poster(writer, node));
    let (Some((href, media_type)), Some(title), Some(captions), Some(transcript_html)) =
        (file, title, captions, transcript)
    else {
        return;
    };
    let (poster, size) = poster.unzip();
    let (width, height) = size.unwrap_or(USUAL_SIZE);
    let view = VideoView {
        id: writer.id(),
        title,
        href,
        media_type,
        captions,
        lang: writer.page.page.language,
        poster,
        width,
        height,
        transcript_html,
    };
    writer.render("video", &view);
}

/// Returns the address and the media type of a video.
fn video(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<(String, &'static str)> {
    let file = writer.file(node)?;
    let media_type = media_type(&file.path);
    let is_video = match media_type {
        "video/mp4" => file.bytes.get(4..8) == Some(b"ftyp"),
        "video/webm" => file.bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
        _ => false,
    };
    if !is_video {
        let diagnostic = Diagnostic::error("video-not-understood").with("target", file.path);
        writer.problem(diagnostic.at(node.place()));
        return None;
    }
    Some((writer.page.href_of(&file), media_type))
}

fn captions(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<String> {
    let file = writer.file(node)?;
    if !file.path.to_lowercase().ends_with(".vtt") || !is_webvtt(file.bytes) {
        let diagnostic = Diagnostic::error("captions-not-webvtt").with("target", file.path);
        writer.problem(diagnostic.at(node.place()));
        return None;
    }
    Some(writer.page.href_of(&file))
}

/// Returns whether a file begins as WebVTT says (W3C, WebVTT, 4.1): after an optional byte order mark the word
/// WEBVTT, and nothing stuck to it. It must be UTF-8 too.
fn is_webvtt(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let after = text.strip_prefix("WEBVTT");
    after.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// Reads what is said and shown: lines of Markdown in the block, or a text file beside the page with an empty line
/// between its paragraphs. A Markdown file would be a page of its own.
fn transcript(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<Vec<String>> {
    let written = node.as_text().unwrap_or_default();
    let is_file =
        |extension: &str| written.ends_with(extension) && !written.contains(char::is_whitespace);
    if is_file(".md") {
        writer.problem(Diagnostic::error("transcript-is-page").at(node.place()));
        return None;
    }
    match is_file(".txt") {
        true => transcript_file(writer, node),
        false => Some(writer.lines_up_to(node, MOST_PARAGRAPHS_SPOKEN)),
    }
}

fn transcript_file(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<Vec<String>> {
    let file = writer.file(node)?;
    let text = text_of(file.path.as_str(), file.bytes);
    let text = text.map_err(|problem| writer.problem(problem)).ok()?;
    let mut lines = Vec::new();
    for range in paragraphs(text.text()) {
        let paragraph = text.text().get(range.clone()).unwrap_or_default();
        lines.push(writer.line(paragraph, &text.place(range)));
    }
    if lines.is_empty() {
        writer.problem(Diagnostic::error("transcript-empty").at(node.place()));
    }
    Some(lines)
}

/// Returns where the paragraphs of a text stand, which empty lines keep apart.
fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end().len();
        match paragraphs.last_mut().filter(|_| open) {
            _ if line.trim().is_empty() => open = false,
            Some(paragraph) => paragraph.end = end,
            None => {
                paragraphs.push(at..end);
                open = true;
            }
        }
        at += line.len();
    }
    paragraphs
}

/// Returns the address and the size of the picture before a video plays.
fn poster(writer: &mut BlockWriter<'_, '_>, node: &Node) -> Option<(String, (u32, u32))> {
    let file = writer.file(node)?;
    let Some(size) = size_of(&file.path, file.bytes) else {
        let diagnostic = Diagnostic::error("image-not-understood").with("target", file.path);
        writer.problem(diagnostic.at(node.place()));
        return None;
    };
    Some((writer.page.href_of(&file), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_keep_paragraphs_apart() {
        fn check(text: &str, expected: &[&str]) {
            let found: Vec<_> = paragraphs(text)
                .into_iter()
                .map(|at| text.get(at).unwrap())
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
        check("", &[]);
        check("\n \n", &[]);
        check("Een.\nTwee.\n\nDrie.", &["Een.\nTwee.", "Drie."]);
        check("Een.\r\n\r\n\r\nTwee.\r\n", &["Een.", "Twee."]);
        check("\nEen. \n \nTwee.", &["Een.", "Twee."]);
    }

    #[test]
    fn captions_begin_with_the_word_webvtt() {
        fn check(bytes: &[u8], expected: bool) {
            assert_eq!(is_webvtt(bytes), expected, "{bytes:?}");
        }
        check(b"WEBVTT\n\n00:00.000 --> 00:02.000\nHallo", true);
        check(b"WEBVTT", true);
        check(b"WEBVTT - Balie\r\n", true);
        check("\u{feff}WEBVTT\n".as_bytes(), true);
        check(b"", false);
        check(b"WEBVTTX\n", false);
        check(b"webvtt\n", false);
        check(b"\nWEBVTT\n", false);
        check(b"1\n00:00:00,000 --> 00:00:02,000\nHallo", false);
        check(b"WEBVTT\n\xff", false);
    }
}
