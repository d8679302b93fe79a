//! Takes needless white space out of HTML.
//!
//! Lines lose their indentation and empty lines go; what stands inside `pre` and `textarea` is
//! kept to the letter, because there white space is content. Values of attributes are safe: the
//! escape function of templates writes their line breaks as character references.

/// Elements inside which white space is content.
const KEPT: [&str; 2] = ["pre", "textarea"];

/// Takes needless white space out of an HTML document.
pub(super) fn tidy(html: &str) -> String {
    let mut tidied = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, kept, after)) = split_at_kept(rest) {
        push_lines(&mut tidied, before);
        tidied.push_str(kept);
        rest = after;
    }
    push_lines(&mut tidied, rest);
    if !tidied.ends_with('\n') {
        tidied.push('\n');
    }
    tidied
}

/// Splits at the first element inside which white space is content: what comes before it, the
/// element, and what comes after it.
fn split_at_kept(html: &str) -> Option<(&str, &str, &str)> {
    let (start, name) = html
        .match_indices('<')
        .find_map(|(at, _)| opened_kept(html.get(at + 1..)?).map(|name| (at, name)))?;
    let (before, from) = html.split_at_checked(start)?;
    let close = format!("</{name}>");
    let end = from.find(&close).map_or(from.len(), |at| at + close.len());
    let (kept, after) = from.split_at_checked(end)?;
    Some((before, kept, after))
}

fn opened_kept(after_bracket: &str) -> Option<&'static str> {
    KEPT.into_iter().find(|name| {
        after_bracket
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([' ', '>', '\n', '\t']))
    })
}

fn push_lines(tidied: &mut String, html: &str) {
    let mut lines = html.split('\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        // The first and the last line touch kept elements: a space there may stand between words.
        let line = if first { line } else { line.trim_start() };
        let line = if last { line } else { line.trim_end() };
        first = false;
        if last {
            tidied.push_str(line);
        } else if !line.is_empty() || !(tidied.is_empty() || tidied.ends_with('\n')) {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(tidy(html), expected);
    }

    #[test]
    fn indentation_and_empty_lines_go() {
        check("\n\n  <p>\n    a b  \n\n\n  </p>  ", "<p>\na b\n</p>  \n");
        check("", "\n");
    }

    #[test]
    fn white_space_that_is_content_stays() {
        check(
            "<div>\n  <pre class=a>\n  a\n\n  b</pre>\n\n  <p>\n",
            "<div>\n<pre class=a>\n  a\n\n  b</pre>\n<p>\n",
        );
        check(
            "x <textarea>\n\n a</textarea> y",
            "x <textarea>\n\n a</textarea> y\n",
        );
        check("<prefix>\n  a", "<prefix>\na\n");
        check("<pre> a\n  b", "<pre> a\n  b\n");
    }
}
