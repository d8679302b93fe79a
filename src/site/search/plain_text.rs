//! The text of a rendered page, cut at its headings.
//!
//! It reads what the generator wrote itself, with every block in it, so it needs to know no more of HTML than
//! that comes down to: tags, and a few character references. It is no parser for the HTML of others.

/// A heading of a page and what stands below it, up to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Anchor; absent for what stands above the first heading.
    pub(super) id: Option<String>,
    /// The heading.
    pub(super) heading: String,
    /// The text below it.
    pub(super) text: String,
}

/// Elements inside a line: where one begins or ends, the word goes on.
const INLINE: [&str; 12] = [
    "a", "abbr", "b", "code", "del", "em", "i", "mark", "span", "strong", "sub", "sup",
];

/// Elements whose text nobody looks for: drawings, and what is shown to be copied.
const UNREAD: [&str; 4] = ["pre", "svg", "template", "textarea"];

/// Most bytes of a character reference: `&#x10ffff;`.
const LONGEST_REFERENCE: usize = 10;

/// Cuts safe HTML into sections, at headings of level two and three that have an anchor.
pub fn sections(html: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut in_heading = false;
    let mut unread: Option<&str> = None;
    let mut rest = html;
    while !rest.is_empty() {
        let (text, after) = rest.split_once('<').unwrap_or((rest, ""));
        if let Some(section) = sections.last_mut()
            && unread.is_none()
        {
            let part = if in_heading {
                &mut section.heading
            } else {
                &mut section.text
            };
            part.push_str(&plain(text));
        }
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        rest = after;
        let name = name_of(tag);
        let ends = tag.starts_with('/');
        match unread {
            Some(element) if ends && name == element => unread = None,
            Some(_) => continue,
            None if UNREAD.contains(&name) && !ends => unread = Some(name),
            None => {}
        }
        if matches!(name, "h2" | "h3") {
            in_heading = !ends;
            if let Some(id) = id_of(tag) {
                sections.push(Section {
                    id: Some(id.to_owned()),
                    ..Section::default()
                });
            }
        } else if !INLINE.contains(&name)
            && !in_heading
            && let Some(section) = sections.last_mut()
        {
            section.text.push(' ');
        }
    }
    sections.iter_mut().for_each(tidy);
    sections.retain(|section| !section.heading.is_empty() || !section.text.is_empty());
    sections
}

fn tidy(section: &mut Section) {
    for part in [&mut section.heading, &mut section.text] {
        let words: Vec<&str> = part.split_whitespace().collect();
        *part = words.join(" ");
    }
}

fn name_of(tag: &str) -> &str {
    let tag = tag.trim_start_matches('/');
    tag.split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default()
}

fn id_of(tag: &str) -> Option<&str> {
    let (_, after) = tag.split_once(" id=\"")?;
    after.split_once('"').map(|(id, _)| id)
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let end = after
            .bytes()
            .take(LONGEST_REFERENCE)
            .position(|b| b == b';');
        let reference = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)));
        let read = reference.and_then(|(name, after)| Some((character(name)?, after)));
        let (character, after) = read.unwrap_or(('&', after));
        plain.push(character);
        rest = after;
    }
    plain + rest
}

/// Returns the character that a reference stands for: `amp`, `#39`, `#x2019`.
fn character(name: &str) -> Option<char> {
    let named = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "amp" => Some('&'),
        _ => None,
    };
    if named.is_some() {
        return named;
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[(&str, &str, &str)]) {
        let sections = sections(html);
        let found: Vec<_> = sections
            .iter()
            .map(|s| {
                let id = s.id.as_deref().unwrap_or_default();
                (id, s.heading.as_str(), s.text.as_str())
            })
            .collect();
        assert_eq!(found, expected, "{html}");
    }

    #[test]
    fn a_page_is_cut_at_its_headings() {
        check(
            "<p>Eerst.</p>\n<h2 id=\"a\">Bel <em>112</em></h2><ul><li>Een</li><li>Twee</li></ul>\
             <h3 id=\"b\">Dan</h3><h4 id=\"c\">Niet apart</h4>Tekst",
            &[
                ("", "", "Eerst."),
                ("a", "Bel 112", "Een Twee"),
                ("b", "Dan", "Niet apart Tekst"),
            ],
        );
    }

    #[test]
    fn text_is_what_people_read() {
        check(
            "<p>d<strong>ie</strong>p &lt;b&gt; &amp;amp; <svg><title>Weg</title></svg>&quot;en&#39;</p>",
            &[("", "", "diep <b> &amp; \"en'")],
        );
        check(
            "Kopieer: <textarea rows=\"4\">&lt;p class=\"x\"&gt;Weg</textarea> Dag",
            &[("", "", "Kopieer: Dag")],
        );
        check(
            "een&#10;twee&#13;&#xe9;&#X2019;s&nbsp;drie",
            &[("", "", "een twee é’s drie")],
        );
        check(
            "A & B; &onbekend; &#; &#x110000; &amp;lt; &",
            &[("", "", "A & B; &onbekend; &#; &#x110000; &lt; &")],
        );
        check("", &[]);
        check("<p>", &[]);
        check("a < b", &[("", "", "a")]);
    }

    #[test]
    fn a_heading_without_an_anchor_cuts_nothing() {
        check("<h2>Los</h2>Tekst", &[("", "Los", "Tekst")]);
    }
}
