//! The files beside the pages: names that change with their bytes, and the size of images.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::pages::ASSETS;
use super::render::Input;
use super::slug::slug;
use super::source::Sources;
use crate::digest::fingerprint;
use crate::output::{Caching, Output};

/// The addresses of the files beside the pages, with the base path.
#[derive(Debug, Default)]
pub struct Files {
    hrefs: BTreeMap<String, String>,
}

impl Files {
    /// Names the files of a portal whose addresses begin with `base_path`.
    pub fn new(sources: &Sources, base_path: &str) -> Files {
        let named = sources.files.par_iter().map(|(path, bytes)| {
            let href = format!("{base_path}/{}", hashed_name(path, bytes));
            (path.clone(), href)
        });
        Files {
            hrefs: named.collect(),
        }
    }

    /// Returns the address of a file.
    pub(super) fn href(&self, path: &str) -> Option<&str> {
        self.hrefs.get(path).map(String::as_str)
    }

    /// Returns the paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.hrefs.keys().map(String::as_str)
    }

    /// Returns the files that a portal needs.
    pub(super) fn outputs<'p>(
        &self,
        input: &Input<'_>,
        needed: impl IntoIterator<Item = &'p str>,
    ) -> Vec<Output> {
        let needed: BTreeSet<&str> = needed.into_iter().collect();
        let outputs = needed.into_iter().filter_map(|path| {
            let href = self.href(path)?;
            let below = href.strip_prefix(input.config.base_path()).unwrap_or(href);
            Some(Output {
                path: below.trim_start_matches('/').to_owned(),
                bytes: input.sources.files.get(path)?.clone(),
                caching: Caching::Forever,
            })
        });
        outputs.collect()
    }
}

/// Makes the name of a file from its path and bytes: `content/norm/Poster A3.pdf` is
/// `assets/norm/poster-a3.<fingerprint>.pdf`.
pub(super) fn hashed_name(path: &str, bytes: &[u8]) -> String {
    let below = path.strip_prefix("content/").unwrap_or(path);
    let (stem, extension) = below.rsplit_once('.').unwrap_or((below, "bin"));
    let steps: Vec<String> = stem.split('/').map(slug).collect();
    let (path, version, extension) = (steps.join("/"), fingerprint(bytes), slug(extension));
    format!("{ASSETS}/{path}.{version}.{extension}")
}

/// Returns the width and height of an image in pixels.
pub(super) fn size_of(path: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if path.to_lowercase().ends_with(".svg") {
        return size_of_svg(bytes);
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    ))
}

fn size_of_svg(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return None;
    }
    let pixels = |attribute: &str| {
        let value = root.attribute(attribute)?;
        positive(value.trim_end_matches("px"))
    };
    let view_box = || {
        let numbers: Vec<&str> = root
            .attribute("viewBox")?
            .split([' ', ','])
            .filter(|number| !number.is_empty())
            .collect();
        match numbers.as_slice() {
            [_, _, width, height] => Some((positive(width)?, positive(height)?)),
            _ => None,
        }
    };
    match (pixels("width"), pixels("height")) {
        (Some(width), Some(height)) => Some((width, height)),
        _ => view_box(),
    }
}

fn positive(text: &str) -> Option<u32> {
    let number: f64 = text.trim().parse().ok()?;
    let whole = number.round();
    (whole >= 1.0 && whole <= f64::from(u32::MAX)).then_some(whole as u32)
}
