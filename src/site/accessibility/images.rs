//! The words for pictures: WCAG 2.2, success criterion 1.1.1.
//!
//! A picture without any words, and one with the name of its own file, are errors that are told where the page is
//! written.

use std::collections::BTreeMap;

use super::{BlockKind, Finding, Image, Parts, bare};
use crate::diagnostic::Diagnostic;

/// Most characters of the words for a picture: two sentences or so. They are read out in one go, without a way to
/// pause or go back; what is longer is better said in the text, to everybody.
const MOST_CHARACTERS: usize = 150;

/// Starts that only say that it is a picture, which a screen reader has said already.
const STARTS: [&str; 20] = [
    "afbeelding van ",
    "een afbeelding van ",
    "plaatje van ",
    "een plaatje van ",
    "foto van ",
    "een foto van ",
    "op de foto ",
    "op deze foto ",
    "op de afbeelding ",
    "op deze afbeelding ",
    "afbeelding: ",
    "foto: ",
    "image of ",
    "an image of ",
    "picture of ",
    "a picture of ",
    "photo of ",
    "a photo of ",
    "image: ",
    "photo: ",
];

/// Words that say of no picture what can be seen on it.
const NO_WORDS: [&str; 25] = [
    "afbeelding",
    "alt",
    "alt tekst",
    "alt text",
    "alternatieve tekst",
    "banner",
    "diagram",
    "figuur",
    "foto",
    "fotootje",
    "grafiek",
    "icon",
    "icoon",
    "illustratie",
    "image",
    "img",
    "logo",
    "photo",
    "picture",
    "pictogram",
    "plaatje",
    "schermafbeelding",
    "screenshot",
    "todo",
    "graph",
];

/// Starts of the names that cameras, telephones and programs give to files, before a number.
const STARTS_OF_NAMES: [&str; 13] = [
    "afbeelding",
    "dsc",
    "dscf",
    "dscn",
    "foto",
    "image",
    "img",
    "photo",
    "picture",
    "pxl",
    "schermafbeelding",
    "screenshot",
    "whatsapp image",
];

/// Endings of the names of pictures.
const ENDINGS: [&str; 10] = [
    ".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".avif", ".bmp", ".tif", ".tiff",
];

/// Finds pictures whose words say nothing of what can be seen.
pub(super) fn without_words(parts: &Parts) -> Vec<Finding> {
    let described = parts.images.iter().filter(|image| !image.is_decorative);
    let found = described.filter_map(|image| {
        let text = image.alternative.trim();
        let says_nothing = NO_WORDS.contains(&bare(text).replace('-', " ").as_str());
        let code = match () {
            () if is_own_name(image) => return None,
            () if is_file_name(text) => "image-text-like-file-name",
            () if says_nothing => "image-text-says-nothing",
            () => return None,
        };
        let diagnostic = Diagnostic::warning(code).with("text", text);
        Some((diagnostic, image.source.clone()))
    });
    found.collect()
}

/// Returns whether the words for a picture are the name of its own file, which is told elsewhere.
fn is_own_name(image: &Image) -> bool {
    let file = image.destination.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    [file, stem].contains(&image.alternative.trim())
}

/// Returns whether a text is the name of a file: one word with the ending of a picture, or a name that a camera
/// gives, such as `IMG_2034`.
fn is_file_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_word = !text.contains(char::is_whitespace);
    if is_word && ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        return true;
    }
    let is_number = |rest: &str| {
        rest.contains(|c: char| c.is_ascii_digit()) && !rest.contains(char::is_alphabetic)
    };
    let mut starts = STARTS_OF_NAMES.iter();
    let is_named = starts.any(|start| lower.strip_prefix(start).is_some_and(is_number));
    // A name with underscores is nobody's sentence.
    is_named || is_word && text.contains('_')
}

/// Finds pictures whose words can be better.
pub(super) fn clumsy(parts: &Parts) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut texts = Texts::new();
    for image in parts.images.iter().filter(|image| !image.is_decorative) {
        let text = image.alternative.trim();
        let lower = text.to_lowercase();
        let mut tell = |diagnostic: Diagnostic| found.push((diagnostic, image.source.clone()));
        if let Some(start) = STARTS.iter().find(|start| lower.starts_with(*start)) {
            tell(Diagnostic::advice("image-text-start").with("start", start.trim_end()));
        }
        let count = text.chars().count();
        if count > MOST_CHARACTERS {
            tell(
                Diagnostic::advice("image-text-too-long")
                    .with("count", count)
                    .with("most", MOST_CHARACTERS),
            );
        }
        if is_said_beside(parts, image, &mut texts) {
            tell(Diagnostic::advice("image-text-beside").with("text", text));
        }
    }
    found
}

/// The bare text of blocks by their index: many pictures may stand in one.
type Texts = BTreeMap<usize, String>;

/// Returns whether the words for a picture are all of the text in its paragraph, or of the one before or after: then
/// they are read out twice.
fn is_said_beside(parts: &Parts, image: &Image, texts: &mut Texts) -> bool {
    let words = bare(&image.alternative);
    if words.is_empty() {
        return false;
    }
    let own = image.block;
    let near = [own.checked_sub(1), Some(own), own.checked_add(1)];
    near.into_iter()
        .flatten()
        .filter_map(|at| parts.blocks.get(at).map(|block| (at, block)))
        .filter(|(at, block)| *at == own || block.kind == BlockKind::Paragraph)
        .any(|(at, block)| {
            let text = texts.entry(at);
            *text.or_insert_with(|| bare(parts.text_of(block))) == words
        })
}
