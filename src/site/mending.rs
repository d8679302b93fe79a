//! What mends a link that leads nowhere, where nobody can have meant anything else.
//!
//! A hint names what is most like the path that was written, which is a guess. Here is only what is sure: the page
//! whose address was written instead of its path, and a name with other capitals or hyphens. A file of the same name in
//! another folder is not: the contact of another city was not meant.

use super::links::{PageResolver, percent_decoded, relative, split_address};
use super::render::Input;
use crate::diagnostic::Diagnostic;
use crate::nearest::{same_letters, slip_of};

/// The folder of pages.
const CONTENT: &str = "content/";

/// Endings of web pages, as they stand in links that came from another site.
const WEB_ENDINGS: [&str; 3] = [".html", ".htm", ".aspx"];

/// What the page of a folder is called; many folders have one.
const INDEX: &str = "index.md";

/// Adds to what is wrong with a link or an image what mends it, if something does for sure. `destination` is what was
/// written.
pub(super) fn of_link(
    resolver: &PageResolver<'_, '_>,
    destination: &str,
    problem: Diagnostic,
) -> Diagnostic {
    let target = problem.argument("target").unwrap_or_default();
    let (path, rest) = split_address(destination);
    let mended = match problem.code {
        "link-without-scheme" => Some(format!("https://{destination}")),
        "link-mail-without-scheme" => Some(format!("mailto:{destination}")),
        "link-dead-anchor" => with_anchor(resolver.input, target, destination),
        "link-dead" | "link-dead-nothing-near" | "image-dead" | "file-dead" => {
            let rooted = path.strip_prefix('/').map(percent_decoded);
            let target = rooted.map_or(target.to_owned(), |path| format!("{CONTENT}{path}"));
            let meant = meant(resolver.input, &target);
            let meant = meant.filter(|meant| *meant != resolver.page.source.path());
            meant.map(|meant| format!("{}{rest}", relative(resolver.folder(), meant)))
        }
        _ => None,
    };
    match mended.filter(|mended| is_plain(mended)) {
        Some(mended) => problem.mended_by(destination, mended),
        None => problem,
    }
}

/// Adds to what is wrong with a path below the folder of pages what mends it, if something does for sure.
pub(super) fn of_path(input: &Input<'_>, written: &str, problem: Diagnostic) -> Diagnostic {
    let meant = meant(
        input,
        &format!("{CONTENT}{}", written.trim_start_matches('/')),
    );
    match meant.and_then(|meant| meant.strip_prefix(CONTENT)) {
        Some(meant) if is_plain(meant) => problem.mended_by(written, meant),
        _ => problem,
    }
}

/// Returns the destination with the anchor of which its own must be a slip.
fn with_anchor(input: &Input<'_>, target: &str, destination: &str) -> Option<String> {
    let page = input.site.by_source(target)?;
    let (before, anchor) = destination.split_once('#')?;
    let ids = input.site.anchors(page);
    let meant = slip_of(&percent_decoded(anchor), ids)?;
    Some(format!("{before}#{meant}"))
}

/// Returns the path of the page that readers can reach, or of the file, that is meant by a path which leads nowhere.
fn meant<'a>(input: &Input<'a>, path: &str) -> Option<&'a str> {
    let stem = path.trim_end_matches('/');
    let endings = WEB_ENDINGS.iter();
    let stem = endings
        .filter_map(|ending| stem.strip_suffix(ending))
        .next()
        .unwrap_or(stem);
    let pages = input.site.files_of_pages(input.sources);
    let files = input.sources.files.keys().map(String::as_str);
    let known: Vec<&str> = pages.chain(files).collect();
    let ways = [
        stem.to_owned(),
        format!("{stem}.md"),
        format!("{stem}/{INDEX}"),
    ];
    let there = |way: &String| known.iter().find(|known| *known == way).copied();
    let alike = |way: &String| same_letters(way, known.iter().copied());
    let found = ways
        .iter()
        .find_map(there)
        .or_else(|| ways.iter().find_map(alike))?;
    let is_reached = !found.ends_with(".md") || input.site.by_source(found).is_some();
    is_reached.then_some(found)
}

/// Returns whether a destination can stand in Markdown and in YAML as it is.
fn is_plain(destination: &str) -> bool {
    let is_sign = |c: char| "-_./#?=&:%".contains(c);
    destination
        .chars()
        .all(|c| c.is_alphanumeric() || is_sign(c))
}
