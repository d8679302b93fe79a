//! The files beside the pages: names that change with their bytes, and the size of images.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::pages::ASSETS;
use super::render::Input;
use super::slug::slug;
use super::source::Sources;
use crate::digest::fingerprint;
use crate::output::{Caching, Output};

/// The files beside the pages, under names that change with their bytes.
pub(super) struct Files<'a> {
    hrefs: BTreeMap<&'a str, String>,
    sources: &'a Sources,
    base_path: &'a str,
    used: Mutex<BTreeSet<&'a str>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(input: &Input<'a>) -> Files<'a> {
        let base_path = input.config.base_path();
        let hrefs = input
            .sources
            .files
            .par_iter()
            .map(|(path, bytes)| {
                (
                    path.as_str(),
                    format!("{base_path}/{}", hashed_name(path, bytes)),
                )
            })
            .collect();
        Files {
            hrefs,
            sources: input.sources,
            base_path,
            used: Mutex::default(),
        }
    }

    /// Returns the address of a file and notes that a page needs it.
    pub(super) fn href(&self, path: &str) -> Option<&str> {
        let (path, href) = self.hrefs.get_key_value(path)?;
        if let Ok(mut used) = self.used.lock() {
            used.insert(path);
        }
        Some(href)
    }

    /// Returns the bytes of a file.
    pub(super) fn bytes(&self, path: &str) -> Option<&'a Arc<[u8]>> {
        self.sources.files.get(path)
    }

    /// Returns the paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.hrefs.keys().copied()
    }

    /// Returns the files that pages need.
    pub(super) fn into_outputs(self) -> Vec<Output> {
        let used = self.used.into_inner().unwrap_or_default();
        used.into_iter()
            .filter_map(|path| {
                let href = self.hrefs.get(path)?;
                let bytes = self.sources.files.get(path)?;
                Some(Output {
                    path: href
                        .strip_prefix(self.base_path)
                        .unwrap_or(href)
                        .trim_start_matches('/')
                        .to_owned(),
                    bytes: bytes.clone(),
                    caching: Caching::Forever,
                })
            })
            .collect()
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
