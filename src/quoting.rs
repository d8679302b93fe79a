//! Quotation marks that a line of YAML lacks.
//!
//! Editors write sentences, and YAML reads some of their marks as its own: `'s avonds`, `Zeg: stop`, `[[vul in: x]]`.
//! Here such a line gets double quotes around its text, ready to be copied. Nothing here reads YAML: whether
//! a line was the cause of a mistake is asked of the parser.

use std::ops::Range;

/// Most lines above a mistake in which its cause is sought. An apostrophe that opens a text is answered by the
/// next one, which is seldom far away; and each line that may be the cause costs a reading of the file.
const LINES_ABOVE: usize = 50;

/// Characters that mean something to YAML where a text begins with them.
const SIGNS: [char; 15] = [
    '"', '\'', '*', '&', '!', '@', '`', '%', '#', '?', ',', '[', ']', '{', '}',
];

/// A line of YAML with the quotation marks that it lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Where the text stands that needs them, in bytes of the file.
    pub value: Range<usize>,
    /// What should stand there, where nothing else can be meant.
    pub text: Option<String>,
    /// The whole line as it should be, without its indentation.
    pub line: String,
}

/// Finds the line that made a parser fail at the byte `at`: the nearest one that, with quotation marks, brings it
/// further. `failure` returns where the parser fails in a text, if it does.
pub fn cause(text: &str, at: usize, failure: impl Fn(&str) -> Option<usize>) -> Option<Quoted> {
    let mut above: Vec<Range<usize>> = lines(text).take_while(|line| line.start <= at).collect();
    above.reverse();
    above.into_iter().take(LINES_ABOVE).find_map(|line| {
        let quoted = repair(text, &line)?;
        let mended = replaced(text, &line, &quoted);
        let grown = mended.len().saturating_sub(text.len());
        let goes_on = failure(&mended).is_none_or(|next| next > at + grown);
        goes_on.then_some(quoted)
    })
}

/// Puts quotation marks in the line of the byte `at`, where something in it calls for them.
pub fn of_line(text: &str, at: usize) -> Option<Quoted> {
    let line = lines(text).find(|line| line.contains(&at))?;
    repair(text, &line)
}

/// Puts quotation marks around a text within one line, which YAML took for something else; nothing where it is
/// more than a line, or written as a list or as keys with values.
pub fn of_value(text: &str, value: Range<usize>) -> Option<Quoted> {
    let written = without_comment(text.get(value.clone())?);
    let is_structure = written.starts_with('{') || written.starts_with("- ");
    let is_list = written.starts_with('[') && !written.starts_with("[[");
    if written.is_empty() || written.contains('\n') || is_structure || is_list {
        return None;
    }
    let line = lines(text).find(|line| line.contains(&value.start))?;
    let value = value.start..value.start + written.len();
    let before = text.get(line.start..value.start)?;
    let after = text.get(value.end..line.end)?;
    let line = format!("{before}{}{after}", quoted(written));
    Some(Quoted {
        text: sure_text(text, &value),
        value,
        line: line.trim().to_owned(),
    })
}

/// Returns whether a character means something to YAML where a text begins with it.
pub fn is_sign(character: char) -> bool {
    SIGNS.contains(&character) || matches!(character, '|' | '>')
}

/// Returns the ranges of the lines of a text, with their line breaks.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let range = *start..*start + line.len();
        *start = range.end;
        Some(range)
    })
}

fn replaced(text: &str, line: &Range<usize>, quoted: &Quoted) -> String {
    let before = text.get(..line.start).unwrap_or_default();
    let written = text.get(line.clone()).unwrap_or_default();
    let after = text.get(line.end..).unwrap_or_default();
    let indent = written.len() - written.trim_start_matches(' ').len();
    format!("{before}{:indent$}{}\n{after}", "", quoted.line)
}

/// Puts quotation marks in a line, where something in it calls for them.
fn repair(text: &str, line: &Range<usize>) -> Option<Quoted> {
    let written = text.get(line.clone())?;
    let start = value_start(written);
    let value = without_comment(written.get(start..)?);
    let end = start + value.len();
    let mut parts = Vec::new();
    if let Some(inner) = inner_of_flow(value) {
        parts = unquoted_in_flow(inner, start + 1, value.starts_with('{'));
    } else if is_unquoted(value) {
        parts.push(start..end);
    }
    let first = parts.first()?.clone();
    let mut mended = written.to_owned();
    for part in parts.into_iter().rev() {
        mended.replace_range(part.clone(), &quoted(written.get(part)?));
    }
    let value = line.start + first.start..line.start + first.end;
    Some(Quoted {
        text: sure_text(text, &value),
        value,
        line: mended.trim().to_owned(),
    })
}

/// Returns a value without what follows behind a space and `#`, and is for editors only. Between quotation marks and
/// brackets it is for readers.
fn without_comment(value: &str) -> &str {
    let value = value.trim_end();
    if is_quoted(value) || inner_of_flow(value).is_some() {
        return value;
    }
    let before = |(at, _)| {
        value
            .get(..at)
            .filter(|before| before.ends_with([' ', '\t']))
    };
    let text = value.match_indices('#').find_map(before);
    text.unwrap_or(value).trim_end()
}

/// Puts quotation marks around a text where that changes nothing else: it has none of its own, has a key or a hyphen
/// in front of it, does not go on below, and nothing in its line is or may be a comment.
fn sure_text(text: &str, value: &Range<usize>) -> Option<String> {
    let written = text.get(value.clone())?;
    let line = lines(text).find(|line| line.contains(&value.start))?;
    let before = text.get(line.start..value.start)?;
    if text.get(value.start..line.end)?.contains('#') {
        return None;
    }
    let next = text
        .get(line.end..)?
        .lines()
        .find(|line| !line.trim().is_empty());
    let indent = next.map_or(0, |next| next.len() - next.trim_start().len());
    // The key, or else the last hyphen.
    let entry = match before.trim_end().strip_suffix('-') {
        Some(before) => before.len(),
        None => before.len() - before.trim_start_matches([' ', '-']).len(),
    };
    let is_entry = before.trim_end().ends_with(['-', ':', '{', '[', ',']);
    (is_entry && indent <= entry && !written.contains('"')).then(|| quoted(written))
}

/// Returns where the text of a line starts, after the hyphens of a list and a key, which is a word in lower case.
fn value_start(line: &str) -> usize {
    let skipped = |rest: &str| line.len() - rest.len();
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    skipped(after_key(rest).unwrap_or(rest))
}

/// Returns what follows a key.
fn after_key(text: &str) -> Option<&str> {
    let (key, rest) = text.split_once(':')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.'));
    let is_end = rest.trim_end().is_empty() || rest.starts_with(' ');
    (is_key && is_end).then(|| rest.trim_start())
}

/// Returns what stands between the brackets of `{ … }` or `[ … ]`; a link and a value of the settings have brackets
/// of their own.
fn inner_of_flow(value: &str) -> Option<&str> {
    if value.starts_with("[[") || value.contains("](") {
        return None;
    }
    let between = |open, close| value.strip_prefix(open)?.strip_suffix(close);
    between('{', '}').or_else(|| between('[', ']'))
}

/// Finds the texts that need quotation marks between the brackets of `{ … }` or `[ … ]`; ranges start from `offset`.
fn unquoted_in_flow(inner: &str, offset: usize, keyed: bool) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut depth = 0usize;
    for (at, character) in inner.char_indices() {
        let rest = inner.get(at + 1..).unwrap_or_default();
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            // A comma in a sentence is followed by no key.
            ',' if depth == 0 && (!keyed || after_key(rest.trim_start()).is_some()) => {
                starts.push(at + 1);
            }
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).map(|start| start - 1);
    let ends: Vec<usize> = ends.chain([inner.len()]).collect();
    let entries = starts.into_iter().zip(ends);
    entries
        .flat_map(|(start, end)| {
            let entry = inner.get(start..end).unwrap_or_default().trim_start();
            let value = match keyed {
                true => after_key(entry).unwrap_or_default(),
                false => entry,
            };
            let from = offset + end - value.len();
            let value = value.trim_end();
            if let Some(deeper) = inner_of_flow(value) {
                return unquoted_in_flow(deeper, from + 1, value.starts_with('{'));
            }
            let breaks = value.contains(['[', ']', '{', '}']) && !is_quoted(value);
            let part = from..from + value.len();
            let needs_quotes = is_unquoted(value) || breaks;
            needs_quotes.then_some(part).into_iter().collect()
        })
        .collect()
}

/// Returns whether YAML would read a text as something else, for want of quotation marks.
fn is_unquoted(value: &str) -> bool {
    // Brackets that are not closed here may be a list that goes on below.
    let is_open = |open, close| value.starts_with(open) && !value.contains(close);
    let goes_on = is_open('[', ']') || is_open('{', '}');
    if is_quoted(value) || goes_on || inner_of_flow(value).is_some() {
        return false;
    }
    // Alone, these announce a text on the lines below.
    let is_block = value.starts_with(['|', '>']) && value.contains(char::is_whitespace);
    value.starts_with(SIGNS) || is_block || value.contains(": ") || value.ends_with(':')
}

/// Returns whether a text has quotation marks around it, and none of that kind inside.
fn is_quoted(value: &str) -> bool {
    let inner = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
    let double = inner('"').is_some_and(|inner| !inner.replace("\\\"", "").contains('"'));
    let single = inner('\'').is_some_and(|inner| !inner.replace("''", "").contains('\''));
    double || single
}

/// Puts double quotation marks around a text; those inside become single ones.
fn quoted(value: &str) -> String {
    let inner = match value.strip_prefix('"') {
        Some(rest) if !rest.contains('"') => rest,
        _ => value,
    };
    format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, value: &str, mended: &str) {
        let quoted = of_line(line, 0).unwrap();
        assert_eq!(line.get(quoted.value), Some(value), "{line:?}");
        assert_eq!(quoted.line, mended, "{line:?}");
    }

    #[test]
    fn what_yaml_reads_as_intended_is_left_alone() {
        for line in [
            "title: Bel 's avonds",
            "title: \"Zeg: stop\"",
            "title: 'Zeg: ''stop'''",
            "title: |",
            "title: { nl: Kerst, en: \"X: y\" }",
            "keywords: [wat nu, bellen]",
            "messages:",
            "keywords: [wat nu,",
            "",
        ] {
            assert_eq!(of_line(line, 0), None, "{line:?}");
        }
    }

    #[test]
    fn quotation_marks_stand_around_the_text_and_not_around_its_key() {
        check("  - 's avonds", "'s avonds", "- \"'s avonds\"");
        check("title: A: b", "A: b", "title: \"A: b\"");
        check(
            "- nl: [[organisation]]: ja",
            "[[organisation]]: ja",
            "- nl: \"[[organisation]]: ja\"",
        );
        check("- Zeg: stop", "Zeg: stop", "- \"Zeg: stop\"");
        check("- \"Zeg\" stop", "\"Zeg\" stop", "- \"'Zeg' stop\"");
        check("- \"Zeg stop", "\"Zeg stop", "- \"Zeg stop\"");
        check(
            "- [weg](a\\b.md)",
            "[weg](a\\b.md)",
            "- \"[weg](a\\\\b.md)\"",
        );
    }

    #[test]
    fn a_comment_stays_one() {
        let line = "summary: Zeg: stop  # TODO nakijken";
        let mended = "summary: \"Zeg: stop\"  # TODO nakijken";
        check(line, "Zeg: stop", mended);
        assert_eq!(of_line(line, 0).unwrap().text, None);
        let of_text = of_value(line, 9..line.len()).unwrap();
        assert_eq!((of_text.line.as_str(), of_text.text), (mended, None));
        check("- 's avonds # laat", "'s avonds", "- \"'s avonds\" # laat");
        assert_eq!(of_line("title: \"Zeg: stop\" # x: y", 0), None);
        // Without a space in front it is text.
        check("- Zeg: nr#1", "Zeg: nr#1", "- \"Zeg: nr#1\"");
        assert_eq!(of_line("- Zeg: nr#1", 0).unwrap().text, None);
    }

    #[test]
    fn within_brackets_each_text_gets_its_own() {
        check(
            "title: { nl: Kerst: fijn, warm, en: Christmas: fun }",
            "Kerst: fijn, warm",
            "title: { nl: \"Kerst: fijn, warm\", en: \"Christmas: fun\" }",
        );
        check(
            "- { id: a, title: { nl: 's avonds } }",
            "'s avonds",
            "- { id: a, title: { nl: \"'s avonds\" } }",
        );
        check(
            "keywords: [wat nu, 's nachts]",
            "'s nachts",
            "keywords: [wat nu, \"'s nachts\"]",
        );
    }

    #[test]
    fn only_a_text_of_its_own_on_one_line_is_sure_to_need_them() {
        fn check(text: &str, sure: bool) {
            let quoted = of_line(text, 0).unwrap();
            assert_eq!(quoted.text.is_some(), sure, "{text:?}");
        }
        check("title: Zeg: stop\n\nmeer: x", true);
        check("- nl: Zeg: stop\n  en: x", true);
        check("- Zeg: stop\n- b", true);
        check("a: [wat nu, 's nachts]", true);
        // It goes on.
        check("title: Zeg: stop\n  en ga weg\n", false);
        check("- Zeg: stop\n  en ga weg\n", false);
        check("- nl: Zeg: stop\n    en ga weg\n", false);
        // It goes on from above.
        check("  en dan: stop\n", false);
        // Its own marks would change.
        check("- \"Zeg\" stop", false);
    }

    #[test]
    fn a_list_and_keys_with_values_are_no_text() {
        for text in ["{ nl: a }", "[a, b]", "- a", "a: b\nc: d", ""] {
            assert_eq!(of_value(text, 0..text.len()), None, "{text:?}");
        }
        let whole = of_value("- Zeg: stop\n- b\n", 2..12).unwrap();
        assert_eq!(
            (whole.value, whole.line.as_str()),
            (2..11, "- \"Zeg: stop\"")
        );
        let listed = of_value("who: [wat nu: bel, b]", 6..17).unwrap();
        assert_eq!(listed.line, "who: [\"wat nu: bel\", b]");
    }
}
