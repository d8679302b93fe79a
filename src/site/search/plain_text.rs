//! The text of a rendered page, cut at its headings.
//!
//! It reads what the generator wrote itself, with every block in it, so it needs to know no more of HTML than
//! that comes down to: tags, and a few character references. It is no parser for the HTML of others.

/// A heading of a page and what stands below it, up to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
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

/// Elements whose text nobody looks for: drawings, and code that is shown to be copied.
const UNREAD: [&str; 3] = ["pre", "svg", "template"];

/// Cuts safe HTML into sections, at headings of level two and three that have an anchor.
pub(super) fn sections(html: &str) -> Vec<Section> {
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
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
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
        check("", &[]);
        check("<p>", &[]);
        check("a < b", &[("", "", "a")]);
    }

    #[test]
    fn a_heading_without_an_anchor_cuts_nothing() {
        check("<h2>Los</h2>Tekst", &[("", "Los", "Tekst")]);
    }
}
