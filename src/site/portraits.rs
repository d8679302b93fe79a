//! Portraits of the contacts in `site.yaml`: images below `content/`, shown on the card of a contact.
//!
//! Invariant: a portrait in a view is among the files of the portal.

use super::config::{Config, Portrait};
use super::files::{hashed_name, size_of};
use super::render::Input;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::nearest::nearest;
use crate::theme::view::PortraitView;

/// Returns a portrait as readers see it, or what is wrong with it.
pub(super) fn view(
    input: &Input<'_>,
    portrait: &Portrait,
    language: Language,
) -> Result<PortraitView, Diagnostic> {
    let path = source(portrait);
    let bytes = input.sources.files.get(&path);
    let bytes = bytes.ok_or_else(|| dead(input, portrait))?;
    let (width, height) = size_of(&path, bytes).ok_or_else(|| {
        Diagnostic::error("image-not-understood")
            .with("target", &path)
            .at(portrait.place.clone())
    })?;
    let alt = portrait
        .alt
        .as_ref()
        .map(|alt| alt.get(language).to_owned());
    Ok(PortraitView {
        src: format!("{}/{}", input.config.base_path(), hashed_name(&path, bytes)),
        alt: alt.unwrap_or_default(),
        width,
        height,
    })
}

/// Tells which portraits cannot be shown.
pub(super) fn check(input: &Input<'_>) -> Vec<Diagnostic> {
    let language = input.config.default_language();
    of(input.config)
        .filter_map(|portrait| view(input, portrait, language).err())
        .collect()
}

/// Returns the paths of the portraits, which the portal needs.
pub(super) fn files(config: &Config) -> impl Iterator<Item = String> {
    of(config).map(source)
}

fn of(config: &Config) -> impl Iterator<Item = &Portrait> {
    config
        .contacts
        .iter()
        .filter_map(|contact| contact.portrait.as_ref())
}

fn source(portrait: &Portrait) -> String {
    format!("content/{}", portrait.path)
}

fn dead(input: &Input<'_>, portrait: &Portrait) -> Diagnostic {
    let known = input.sources.files.keys();
    let known = known.filter_map(|path| path.strip_prefix("content/"));
    let diagnostic = match nearest(&portrait.path, known) {
        Some(near) => Diagnostic::error("image-dead").with("nearest", near),
        None => Diagnostic::error("portrait-dead"),
    };
    let diagnostic = diagnostic.with("target", &portrait.path);
    diagnostic.at(portrait.place.clone())
}
