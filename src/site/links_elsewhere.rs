//! All links of a portal to other sites, with their places, for who wants to know where they lead.

use std::ops::Range;

use super::blocks::is_block;
use super::front_matter;
use super::markdown::links_elsewhere;
use super::source::Sources;
use crate::source_text::{Place, SourceText};

/// What an address may begin with.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// Finds the links to other sites in the pages and files of a portal, in reading order.
pub fn of_content(sources: &Sources) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for page in &sources.pages {
        let (_, body, _) = front_matter::read(page);
        found.extend(written_in(page, 0..body.start));
        let (links, blocks) = links_elsewhere(page, &body, is_block);
        found.extend(links);
        found.extend(blocks.into_iter().flat_map(|block| written_in(page, block)));
    }
    let data = sources.files.iter();
    for (path, bytes) in data.filter(|(path, _)| path.ends_with(".yaml")) {
        if let Ok(source) = SourceText::decode(path.as_str(), bytes) {
            found.extend(of_yaml(&source));
        }
    }
    found
}

/// Finds the links to other sites in a file of YAML.
pub fn of_yaml(source: &SourceText) -> Vec<(String, Place)> {
    written_in(source, 0..source.text().len())
}

/// Finds the addresses that are written in a part of a file that is YAML; not in its comments.
fn written_in(source: &SourceText, part: Range<usize>) -> Vec<(String, Place)> {
    let text = source.text().get(part.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = part.start;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            found.extend(addresses(line).into_iter().map(|range| {
                let address = line.get(range.clone()).unwrap_or_default().to_owned();
                let place = source.place(start + range.start..start + range.end);
                (address, place)
            }));
        }
        start += line.len();
    }
    found
}

/// Finds the addresses in a line, without what closes a sentence or brackets around them.
fn addresses(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = line.get(from..) {
        let is_start = |at: &usize| {
            let here = rest.get(*at..).unwrap_or_default();
            SCHEMES.iter().any(|scheme| here.starts_with(scheme))
        };
        // What both schemes begin with: one of them may be nowhere, and is not sought to the end each time.
        let mut starts = rest.match_indices("http").map(|(at, _)| at);
        let Some(start) = starts.find(is_start) else {
            break;
        };
        let address = rest.get(start..).unwrap_or_default();
        let is_end = |c: char| c.is_whitespace() || "\"'<>`|[]{}".contains(c);
        let end = address.find(is_end).unwrap_or(address.len());
        let address = without_end(address.get(..end).unwrap_or_default());
        // A scheme alone is no address.
        if !SCHEMES.contains(&address) {
            found.push(from + start..from + start + address.len());
        }
        from += start + address.len().max(1);
    }
    found
}

fn without_end(address: &str) -> &str {
    let count = |sign| address.matches(sign).count();
    let mut unopened = count(')').saturating_sub(count('('));
    address.trim_end_matches(|last| match last {
        ')' if unopened > 0 => {
            unopened -= 1;
            true
        }
        _ => matches!(last, '.' | ',' | ';' | ':' | '!' | '?'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeMap;

    fn check(text: &str, expected: &[(&str, usize, usize)]) {
        let sources = Sources {
            pages: vec![SourceText::new("content/a.md", text)],
            ..Sources::default()
        };
        let found = of_content(&sources);
        let found: Vec<(&str, usize, usize)> = found
            .iter()
            .map(|(address, place)| (address.as_str(), place.line, place.column))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn links_of_a_page_are_found_where_they_stand() {
        check(
            "---\ntitle: A\nsource: https://a.nl/x\n---\n[b](https://b.nl/(c)) en <http://c.nl>, [d][e]\n\n[e]: HTTPS://e.nl\n",
            &[
                ("https://a.nl/x", 3, 9),
                ("https://b.nl/(c)", 5, 5),
                ("http://c.nl", 5, 27),
                ("HTTPS://e.nl", 5, 41),
            ],
        );
        check(
            "`https://a.nl` https://b.nl [c](mailto:a@b.nl) [d](d.md)\n",
            &[],
        );
        check("```\nhttps://a.nl\n```\n", &[]);
    }

    #[test]
    fn links_in_a_block_are_found_too() {
        check(
            "```quote\nsource: \"[A](https://a.nl/b), of (http://c.nl/d).\"\n# https://e.nl\n```\n",
            &[("https://a.nl/b", 2, 14), ("http://c.nl/d", 2, 35)],
        );
    }

    #[test]
    fn what_closes_a_sentence_or_brackets_is_no_part_of_an_address() {
        fn check(line: &str, expected: &str) {
            let found = addresses(line).into_iter().map(|range| line.get(range));
            let found: Vec<Option<&str>> = found.collect();
            assert_eq!(found, [Some(expected)], "{line}");
        }
        check("(zie https://a.nl/b).", "https://a.nl/b");
        check("(https://a.nl/b_(c)),", "https://a.nl/b_(c)");
        check("https://a.nl/b()?)!", "https://a.nl/b()");
        let many = format!("https://a.nl/{}", ").".repeat(100_000));
        check(&many, "https://a.nl/");
        assert_eq!(addresses(&"https://a.nl ".repeat(50_000)).len(), 50_000);
    }

    #[test]
    fn links_in_files_of_data_are_found() {
        let text = "a: { url: https://a.nl/?b=c, d: 'https://d.nl' }\ne: https://\n";
        let sources = Sources {
            files: BTreeMap::from([
                ("content/a.yaml".to_owned(), text.as_bytes().into()),
                ("content/b.txt".to_owned(), text.as_bytes().into()),
            ]),
            ..Sources::default()
        };
        let found: Vec<String> = of_content(&sources).into_iter().map(|(a, _)| a).collect();
        assert_eq!(found, ["https://a.nl/?b=c", "https://d.nl"]);
    }
}
