//! `quote`: what somebody said, in their own words.
//!
//! A name or a portrait says who somebody is, and a story is personal data: without the day on which they agreed
//! (GDPR, article 6 (1) a and article 7 (1)) the block is refused. Without a name it is from "a colleague".

use super::BlockWriter;
use crate::diagnostic::Diagnostic;
use crate::site::markdown::{Resolver, typographic};
use crate::theme::view::PortraitView;
use crate::theme::view::quote::QuoteView;
use crate::yaml::{Mapping, Node};

pub(super) fn make(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) {
    let paragraphs_html = writer.require_lines(map, "text");
    let name = plain(writer, map, "name");
    let function = plain(writer, map, "function");
    let (picture, words) = (map.get("portrait"), map.get("alt"));
    let has_portrait = picture.is_some() || words.is_some();
    let portrait = match has_portrait {
        true => portrait(writer, map),
        false => None,
    };
    let consent = map.get("consent");
    if let Some(node) = consent {
        consented(writer, node);
    } else if name.is_some() || has_portrait {
        writer.problem(Diagnostic::error("quote-without-consent").at(map.place()));
    }
    let view = QuoteView {
        paragraphs_html,
        name,
        function,
        portrait,
    };
    writer.render("quote", &view);
}

fn plain(
    writer: &mut BlockWriter<'_, '_>,
    map: &mut Mapping<'_>,
    key: &'static str,
) -> Option<String> {
    let text = map.get(key)?.text(&mut writer.block.diagnostics)?;
    Some(typographic(&text)).filter(|text| !text.trim().is_empty())
}

/// Reads a portrait, which needs a text for who does not see it.
fn portrait(writer: &mut BlockWriter<'_, '_>, map: &mut Mapping<'_>) -> Option<PortraitView> {
    let diagnostics = &mut writer.block.diagnostics;
    let picture = map.require("portrait", diagnostics);
    let words = map.require("alt", diagnostics);
    let (picture, words) = (picture?, words?);
    let (file, alt) = (picture.text(diagnostics)?, words.text(diagnostics)?);
    if alt.trim().is_empty() {
        diagnostics.push(
            Diagnostic::error("image-without-text")
                .with("file", &file)
                .at(words.place()),
        );
    }
    match writer.page.image(&file) {
        Ok(image) => Some(PortraitView {
            src: image.href,
            alt: typographic(&alt),
            width: image.width,
            height: image.height,
        }),
        Err(problem) => {
            writer.problem(problem.at(picture.place()));
            None
        }
    }
}

/// Checks the day on which somebody agreed: a day that is still to come is no consent.
fn consented(writer: &mut BlockWriter<'_, '_>, node: &Node) {
    let today = writer.page.input.today;
    if let Some(date) = node.date(&mut writer.block.diagnostics)
        && date > today
    {
        let diagnostic = Diagnostic::error("quote-consent-future").with("date", date);
        writer.problem(diagnostic.at(node.place()));
    }
}
