//! What links say: WCAG 2.2, success criteria 2.4.4 and 3.2.4. A screen reader can list the links of a page, and then
//! their texts are all there is.

use std::collections::HashMap;

use super::{Finding, Link, Parts, bare};
use crate::diagnostic::Diagnostic;

/// Texts that say of no link where it goes.
const VAGUE: [&str; 44] = [
    "click",
    "click here",
    "click on this link",
    "click this link",
    "continue",
    "deze",
    "deze link",
    "deze pagina",
    "deze website",
    "download",
    "download hier",
    "ga verder",
    "here",
    "hier",
    "hierheen",
    "info",
    "klik",
    "klik dan hier",
    "klik door",
    "klik hier",
    "klik op de link",
    "klik op deze link",
    "learn more",
    "lees hier meer",
    "lees meer",
    "lees verder",
    "link",
    "meer",
    "meer info",
    "meer informatie",
    "meer lezen",
    "meer weten",
    "more",
    "more info",
    "more information",
    "read more",
    "read on",
    "see here",
    "this",
    "this link",
    "this page",
    "this website",
    "verder",
    "zie hier",
];

/// Length of the longest of these texts, in bytes.
const LONGEST_VAGUE: usize = 18;

/// Finds links whose text does not say where they go.
pub(super) fn vague(parts: &Parts) -> Vec<Finding> {
    let links = parts.links.iter().filter(|link| is_vague(link));
    let tell = |link: &Link| {
        let diagnostic = Diagnostic::warning("link-text-vague").with("text", link.text.trim());
        (diagnostic, link.source.clone())
    };
    links.map(tell).collect()
}

fn is_vague(link: &Link) -> bool {
    // A long text is none of them, whatever marks are around it.
    link.text.len() <= 2 * LONGEST_VAGUE && VAGUE.binary_search(&bare(&link.text).as_str()).is_ok()
}

/// Finds links whose text is a web address.
pub(super) fn addresses(parts: &Parts) -> Vec<Finding> {
    let links = parts.links.iter().filter(|link| is_address(&link.text));
    let tell = |link: &Link| {
        let diagnostic = Diagnostic::advice("link-text-is-address").with("text", link.text.trim());
        (diagnostic, link.source.clone())
    };
    links.map(tell).collect()
}

/// Returns whether a text is an address that nobody reads out. The name of a site, such as `www.politie.nl`, can be.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return false;
    }
    let has_scheme = text.starts_with("http://") || text.starts_with("https://");
    let below = text.trim_end_matches('/').contains('/');
    has_scheme || text.starts_with("www.") && below
}

/// Finds links that have the text of an earlier link of the page and lead elsewhere.
pub(super) fn same_text(parts: &Parts) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut first: HashMap<String, &Link> = HashMap::new();
    for link in parts.links.iter().filter(|link| !link.in_table) {
        let text = bare(&link.text);
        if text.is_empty() || is_vague(link) {
            continue;
        }
        let other = *first.entry(text).or_insert(link);
        if leads_elsewhere(&link.destination, &other.destination) {
            let diagnostic = Diagnostic::advice("link-text-twice")
                .with("text", link.text.trim())
                .with("other", &other.destination);
            found.push((diagnostic, link.source.clone()));
        }
    }
    found
}

/// Returns whether two destinations are different pages for sure. A path and an address of the portal can be the same
/// one; parts of one page are near enough.
fn leads_elsewhere(one: &str, other: &str) -> bool {
    let form = |destination: &str| (destination.contains(':'), destination.starts_with('/'));
    let page = |destination: &str| -> String {
        let (page, _) = destination.split_once('#').unwrap_or((destination, ""));
        let page = page.strip_prefix("./").unwrap_or(page);
        page.trim_end_matches('/').to_owned()
    };
    let (one_page, other_page) = (page(one), page(other));
    let is_here = one_page.is_empty() || other_page.is_empty();
    form(one) == form(other) && !is_here && one_page != other_page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_can_be_searched() {
        assert!(VAGUE.is_sorted());
        assert!(
            VAGUE
                .iter()
                .all(|text| bare(text) == *text && text.len() <= LONGEST_VAGUE)
        );
    }
}
