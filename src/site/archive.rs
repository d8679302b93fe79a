//! Texts that once held: earlier versions of a page, and the page that they belong to.
//!
//! An earlier version is a page with an address of its own, for who needs to know what held on a day. It says
//! so itself, and is never mistaken for what holds now: it is in no list, search or map of the site.

use jiff::civil::Date;

use super::pages::{Page, Site};
use super::seen::Seen;
use super::source::Sources;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::source_text::Place;

/// Tells what is wrong with the earlier versions of a site.
pub(super) fn check(site: &Site, sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for page in site.pages() {
        match &page.front_matter.earlier_version_of {
            Some((path, place)) => {
                check_own(page, place, &mut diagnostics);
                diagnostics.extend(check_current(site, sources, page, path, place));
            }
            None => {
                if let Some((_, place)) = &page.front_matter.valid_until {
                    diagnostics.push(Diagnostic::error("archive-holds-now").at(place.clone()));
                }
            }
        }
    }
    diagnostics
}

/// Checks what an earlier version says of itself: which one it is, and from when until when it held.
fn check_own(page: &Page, place: &Place, diagnostics: &mut Vec<Diagnostic>) {
    let front = &page.front_matter;
    for (key, is_there) in [
        ("version", front.version.is_some()),
        ("updated", front.updated.is_some()),
    ] {
        if !is_there {
            let diagnostic = Diagnostic::error("archive-key-missing").with("key", key);
            diagnostics.push(diagnostic.at(place.clone()));
        }
    }
    if let (Some(updated), Some((until, place))) = (front.updated, &front.valid_until)
        && *until < updated
    {
        let diagnostic = Diagnostic::error("archive-ends-first").with("updated", updated);
        diagnostics.push(diagnostic.at(place.clone()));
    }
}

/// Checks the page that an earlier version belongs to.
fn check_current(
    site: &Site,
    sources: &Sources,
    page: &Page,
    path: &str,
    place: &Place,
) -> Option<Diagnostic> {
    let whole = format!("content/{path}");
    let Some(current) = site.current_version(page) else {
        let is_told = sources.unreadable.contains(&whole);
        if is_told || site.is_unpublished(&whole) {
            return None;
        }
        let paths = site
            .source_paths()
            .filter(|path| *path != page.source.path());
        let below = paths.filter_map(|path| path.strip_prefix("content/"));
        let near = nearest(path, below).unwrap_or("index.md");
        let diagnostic = Diagnostic::error("archive-of-nothing").with("nearest", near);
        return Some(diagnostic.with("path", path).at(place.clone()));
    };
    if current.is_earlier_version() {
        let diagnostic = Diagnostic::error("archive-of-earlier").with("path", path);
        return Some(diagnostic.at(place.clone()));
    }
    let version = page.front_matter.version.as_deref()?;
    let is_same = current.front_matter.version.as_deref() == Some(version);
    is_same.then(|| {
        Diagnostic::error("archive-same-version")
            .with("version", version)
            .with("other", current.source.path())
            .at(place.clone())
    })
}

/// Returns the first day on which an earlier version no longer held: what its editor wrote, or else the day of
/// the version after it.
pub(super) fn held_until(site: Seen<'_>, page: &Page) -> Option<Date> {
    if let Some((until, _)) = page.front_matter.valid_until {
        return Some(until);
    }
    let current = site.current_version(page)?;
    let from = page.front_matter.updated?;
    let versions = site.earlier_versions(current).chain([current]);
    let starts = versions.filter_map(|version| version.front_matter.updated);
    starts.filter(|start| *start > from).min()
}
