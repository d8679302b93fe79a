//! The pages that ship, as an organisation gets them: in its languages, with or without the guide for editors.
//!
//! A paragraph, an item or a row that leads to a page which is left out goes with it; in the pages that ship each
//! of them is one line. Where a portal begins in English, `a.en.md` becomes `a.md` and `a.md` becomes `a.nl.md`.

use std::collections::BTreeSet;

use include_dir::{Dir, include_dir};

use super::{Wanted, output};
use crate::language::Language;
use crate::output::{Caching, Output};

static CONTENT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// The folder of the guide for editors, below `content/`.
const GUIDE: &str = "redactie/";

/// What is written beside the pages while a portal is published, and belongs to that portal.
const RECORD: &str = "addresses.lock";

/// The ending of English versions in the pages that ship.
const ENGLISH: &str = ".en.md";

/// The ending of pages.
const PAGE: &str = ".md";

/// Returns whether there is a guide for editors to leave out.
pub(super) fn has_guide() -> bool {
    CONTENT.get_dir(GUIDE.trim_end_matches('/')).is_some()
}

/// Returns the files of the folder `content` of a portal.
pub(super) fn files(wanted: &Wanted) -> Vec<Output> {
    let mut shipped = Vec::new();
    collect(&CONTENT, &mut shipped);
    let kept = |path: &str| {
        let of_guide = path.starts_with(GUIDE);
        let in_english = path.ends_with(ENGLISH);
        let speaks = !in_english || wanted.languages.contains(&Language::En);
        path != RECORD && speaks && (wanted.guide || !of_guide)
    };
    let left_out: BTreeSet<&str> = shipped
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| !kept(path))
        .collect();
    let files = shipped.iter().filter(|(path, _)| kept(path));
    let files = files.map(|(path, bytes)| {
        let below = renamed(wanted, path);
        let is_text = path.ends_with(PAGE) || path.ends_with(".yaml");
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text => {
                let text = without_links_to(&left_out, path, text);
                let text = with_schema(path, &text);
                let lines = text.split_inclusive('\n');
                let text = lines.map(|line| with_paths(wanted, line)).collect();
                output(&format!("content/{below}"), text)
            }
            _ => Output {
                path: format!("content/{below}"),
                bytes: (*bytes).into(),
                caching: Caching::Revalidate,
            },
        }
    });
    files.collect()
}

fn collect(folder: &'static Dir<'_>, files: &mut Vec<(String, &'static [u8])>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        files.push((path, file.contents()));
    }
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

/// Names the schema of a data file in its first line, where editors look for it.
fn with_schema(path: &str, text: &str) -> String {
    let name = path
        .strip_suffix(".yaml")
        .filter(|name| !name.contains('/'));
    match name {
        Some(name) => {
            format!("# yaml-language-server: $schema=../schemas/{name}.json\n{text}")
        }
        None => text.to_owned(),
    }
}

/// Leaves out the lines of a page that lead to pages which are left out.
fn without_links_to(left_out: &BTreeSet<&str>, path: &str, text: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let leads_there = |line: &str| {
        let links = line.split("](").skip(1);
        let mut targets = links.filter_map(|rest| rest.split([')', '#']).next());
        targets.any(|target| left_out.contains(joined(folder, target).as_str()))
    };
    let mut kept = String::with_capacity(text.len());
    let mut after_gap = false;
    for line in text.split_inclusive('\n') {
        if leads_there(line) {
            // The empty line below would follow the one above.
            after_gap = kept.ends_with("\n\n");
        } else if !(std::mem::take(&mut after_gap) && line.trim().is_empty()) {
            kept.push_str(line);
        }
    }
    kept
}

/// Joins a folder and a path that is seen from it, both below `content/`.
fn joined(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Returns the path of a page in a portal that may begin in English.
fn renamed(wanted: &Wanted, path: &str) -> String {
    if wanted.default_language() == Language::Nl {
        return path.to_owned();
    }
    match (path.strip_suffix(ENGLISH), path.strip_suffix(PAGE)) {
        (Some(stem), _) => format!("{stem}{PAGE}"),
        (None, Some(stem)) => format!("{stem}.nl{PAGE}"),
        (None, None) => path.to_owned(),
    }
}

/// Returns a line of a page or a setting with the paths that pages have in a portal that may begin in English. What
/// names a page and not one of its versions (`page: a.md`, or an item of a list in the settings) gets the page in
/// the default language, where it is there.
pub(super) fn with_paths(wanted: &Wanted, line: &str) -> String {
    if wanted.default_language() == Language::Nl {
        return line.to_owned();
    }
    let item = line.trim_start().trim_start_matches("- ");
    let named = item.strip_prefix("page: ").unwrap_or(item);
    let path = named.split(['#', '\n']).next().unwrap_or_default().trim();
    let stem = path.strip_suffix(PAGE);
    if let Some(stem) = stem.filter(|stem| !stem.contains(' '))
        && CONTENT.get_file(format!("{stem}{ENGLISH}")).is_some()
    {
        return line.to_owned();
    }
    let between = "\u{0}";
    line.replace(ENGLISH, between)
        .replace(PAGE, ".nl.md")
        .replace(between, PAGE)
        .replace("](/posters/", "](/nl/posters/")
        .replace("](/en/posters/", "](/posters/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_leads_to_what_is_left_out_goes_with_it() {
        let left_out = BTreeSet::from(["redactie/index.md", "a.en.md"]);
        let check = |path: &str, text: &str, expected: &str| {
            assert_eq!(without_links_to(&left_out, path, text), expected, "{text}");
        };
        check("b.md", "x\n\n[y](a.en.md#z)\n\nz\n", "x\n\nz\n");
        check("n/b.md", "- x\n- [y](../a.en.md)\n- z\n", "- x\n- z\n");
        check("n/b.md", "[y](a.en.md)\n", "[y](a.en.md)\n");
        check("n/m/b.md", "x\n\n[y](../../redactie/index.md)", "x\n\n");
        check("b.md", "a.en.md [x](a.md) [y](./a.en.md)\n", "");
    }
}
