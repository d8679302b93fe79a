//! YAML as a tree in which every node knows its place.
//!
//! Settings, front matter, forms, catalogues and data files are read from this tree into typed
//! structs, so that all mistakes of a file are told at once, each where it stands. Only the part of
//! YAML that editors use is accepted: one document, no anchors or aliases, no tags, no duplicate
//! keys. Scalars keep the text that was written (`1.0` stays `1.0`, `no` stays `no`).

use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span};
use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::nearest::{nearest, slip_of};
use crate::quoting::{self, Quoted};
use crate::source_text::{Place, SourceText};

/// Depth of nesting that no honest file reaches.
const DEEPEST_NESTING: usize = 64;

/// A value in a YAML file.
#[derive(Clone, Debug)]
pub struct Node {
    value: Value,
    source: SourceText,
    range: Range<usize>,
}

#[derive(Clone, Debug)]
enum Value {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

/// Parses a YAML file. Where the file is empty or not YAML, there is no node.
pub fn parse(source: &SourceText) -> (Option<Node>, Vec<Diagnostic>) {
    parse_part(source, 0..source.text().len())
}

/// Parses the part of a file that is YAML, such as the front matter of a page. Places are those of
/// the whole file.
pub fn parse_part(source: &SourceText, part: Range<usize>) -> (Option<Node>, Vec<Diagnostic>) {
    let text = source.text().get(part.clone()).unwrap_or_default();
    let mut builder = Builder {
        source,
        part: part.clone(),
        open: Vec::new(),
        root: None,
        diagnostics: Vec::new(),
        documents: 0,
    };
    for next in parser(text) {
        match next {
            Ok((event, span)) => {
                if !builder.take(event, span) {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default();
                builder
                    .diagnostics
                    .push(syntax_diagnostic(source, part, at, &error.info()));
                return (None, builder.diagnostics);
            }
        }
    }
    if !builder.diagnostics.is_empty() {
        return (None, builder.diagnostics);
    }
    (builder.root, builder.diagnostics)
}

/// Returns where in a text the parser cannot go on, and why.
fn failure(text: &str) -> Option<(usize, String)> {
    let error = parser(text).find_map(Result::err)?;
    Some((
        error.marker().byte_offset().unwrap_or_default(),
        error.info().to_owned(),
    ))
}

fn parser(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), ScanError>> {
    let mut options = Options::default();
    options.emit_comments = false;
    Parser::new_from_str_with_options(text, options)
}

/// Explains a mistake in the part of a file that starts at `offset`. Most come from a sentence without quotation
/// marks, which is then told with the line as it should be.
fn syntax_diagnostic(source: &SourceText, part: Range<usize>, at: usize, info: &str) -> Diagnostic {
    let text = source.text().get(part.clone()).unwrap_or_default();
    let cause = quoting::cause(text, at, |mended| Some(failure(mended)?.0));
    match cause {
        Some(quoted) => needs_quotes(source, part.start, quoted),
        None => Diagnostic::error("yaml-syntax")
            .with("reason", info)
            .at(source.place(part.start + at..part.start + at + 1)),
    }
}

/// Tells that a text needs quotation marks, with what in it YAML reads as something else.
fn needs_quotes(source: &SourceText, offset: usize, quoted: Quoted) -> Diagnostic {
    let range = quoted.value.start + offset..quoted.value.end + offset;
    let value = source.text().get(range.clone()).unwrap_or_default();
    let diagnostic = match value.chars().next() {
        Some('\'') => Diagnostic::error("yaml-apostrophe"),
        Some(sign) if quoting::is_sign(sign) => Diagnostic::error("yaml-sign").with("sign", sign),
        _ => Diagnostic::error("yaml-colon"),
    };
    let diagnostic = match quoted.text {
        Some(mended) => diagnostic.mended_by(value, mended),
        None => diagnostic,
    };
    diagnostic.with("fix", quoted.line).at(source.place(range))
}

struct Builder<'a> {
    source: &'a SourceText,
    part: Range<usize>,
    open: Vec<Node>,
    root: Option<Node>,
    diagnostics: Vec<Diagnostic>,
    documents: usize,
}

impl Builder<'_> {
    fn range(&self, span: &Span) -> Range<usize> {
        let bytes = span.byte_range().unwrap_or(0..0);
        bytes.start + self.part.start..bytes.end + self.part.start
    }

    /// Takes one event; returns false where reading on makes no sense.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        let range = self.range(&span);
        if event.tag().is_some() || event.anchor_id().is_some() {
            return self.refuse_sign(range);
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.refuse("yaml-second-document", range);
                }
            }
            Event::Alias(_) => return self.refuse_sign(range),
            Event::Scalar(text, style, _, _) => {
                let value = Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.place_node(value, range);
            }
            Event::SequenceStart(..) => return self.open(Value::Sequence(Vec::new()), range),
            Event::MappingStart(..) => return self.open(Value::Mapping(Vec::new()), range),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut node) = self.open.pop() {
                    node.range.end = range.end.max(node.range.start);
                    self.attach(node);
                }
            }
            _ => {}
        }
        true
    }

    fn refuse(&mut self, code: &'static str, range: Range<usize>) -> bool {
        self.diagnostics
            .push(Diagnostic::error(code).at(self.source.place(range)));
        false
    }

    /// Refuses what stands after a tag or an anchor, which is a sentence that begins with `!` or `&`, or an alias.
    fn refuse_sign(&mut self, range: Range<usize>) -> bool {
        let text = self
            .source
            .text()
            .get(self.part.clone())
            .unwrap_or_default();
        let at = range.start.saturating_sub(self.part.start);
        match quoting::of_line(text, at) {
            Some(quoted) => {
                let diagnostic = needs_quotes(self.source, self.part.start, quoted);
                self.diagnostics.push(diagnostic);
                false
            }
            None => self.refuse("yaml-sign-alone", range),
        }
    }

    fn open(&mut self, value: Value, range: Range<usize>) -> bool {
        if self.open.len() >= DEEPEST_NESTING {
            return self.refuse("yaml-too-deep", range);
        }
        self.open.push(Node {
            value,
            source: self.source.clone(),
            range,
        });
        true
    }

    fn place_node(&mut self, value: Value, range: Range<usize>) {
        self.attach(Node {
            value,
            source: self.source.clone(),
            range,
        });
    }

    fn attach(&mut self, node: Node) {
        match self.open.last_mut().map(|parent| &mut parent.value) {
            Some(Value::Sequence(items)) => items.push(node),
            Some(Value::Mapping(entries)) => match entries.last_mut() {
                Some((_, value)) if value.is_awaited() => *value = node,
                _ => {
                    let awaited = node.awaited_value();
                    entries.push((node, awaited));
                }
            },
            _ => self.root = Some(node),
        }
    }
}

/// Range of a mapping value whose key has been read and which itself has not.
const AWAITED: Range<usize> = usize::MAX..usize::MAX;

impl Node {
    fn awaited_value(&self) -> Node {
        Node {
            value: Value::Scalar {
                text: String::new(),
                plain: true,
            },
            source: self.source.clone(),
            range: AWAITED,
        }
    }

    fn is_awaited(&self) -> bool {
        self.range == AWAITED
    }

    /// Makes a scalar that stands in no file, such as the value of a variable of the environment.
    pub fn of_text(path: &str, text: &str) -> Node {
        Node {
            value: Value::Scalar {
                text: text.to_owned(),
                plain: true,
            },
            source: SourceText::new(path, text),
            range: 0..text.len(),
        }
    }

    /// Returns where the node stands.
    pub fn place(&self) -> Place {
        self.source.place(self.range.clone())
    }

    /// Returns where a stretch of a scalar's text stands, counted in bytes from its start. Exact
    /// where the text is written as it is; where it is folded or has escapes, it is the whole scalar.
    pub fn place_within(&self, part: Range<usize>) -> Place {
        let written = self.source.text().get(self.range.clone());
        let start = match &self.value {
            Value::Scalar { text, .. } => written.and_then(|written| written.find(text.as_str())),
            _ => None,
        };
        match start.map(|start| self.range.start + start) {
            Some(start) => self.source.place(start + part.start..start + part.end),
            None => self.place(),
        }
    }

    /// Returns whether nothing was written here (`key:` or `key: ~` or `key: null`).
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if text.is_empty() || text == "~" || text == "null")
    }

    /// Returns the text of a scalar as it was written.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Returns the items of a sequence.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Returns whether the node is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// Reads the node as text.
    pub fn text(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let text = self.as_text().map(str::to_owned);
        if text.is_none() {
            diagnostics.push(self.no_text());
        }
        text
    }

    /// Reads the node as `true` or `false`.
    pub fn flag(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<bool> {
        let flag = match self.as_text() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if flag.is_none() {
            let diagnostic = self.expected("yaml-expected-flag");
            diagnostics.push(match self.as_text().and_then(flag_in_other_words) {
                Some(flag) => self.mended(diagnostic, flag),
                None => diagnostic,
            });
        }
        flag
    }

    /// Reads the node as a whole number.
    pub fn whole_number(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<i64> {
        let number = self.as_text().and_then(|text| text.parse().ok());
        if number.is_none() {
            diagnostics.push(self.expected("yaml-expected-number"));
        }
        number
    }

    /// Reads the node as a date: `2026-11-22`.
    pub fn date(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Date> {
        let date = self
            .as_text()
            .filter(|text| text.len() == "2026-11-22".len())
            .and_then(|text| text.parse().ok());
        if date.is_none() {
            let diagnostic = self.expected("yaml-expected-date");
            diagnostics.push(match self.as_text().and_then(date_in_another_order) {
                Some(date) => self.mended(diagnostic, &date.to_string()),
                None => diagnostic,
            });
        }
        date
    }

    /// Reads the node as one of a set of names; another name gets the nearest as a hint.
    pub fn one_of<T: Copy>(
        &self,
        known: &[(&'static str, T)],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        let text = self.text(diagnostics)?;
        let found = known.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let slip = slip_of(&text, names.iter().copied());
            let diagnostic = unknown_value(&text, &names).at(self.place());
            diagnostics.push(match slip {
                Some(meant) => self.mended(diagnostic, meant),
                None => diagnostic,
            });
        }
        found.map(|(_, value)| *value)
    }

    /// Reads the node as a list, or a single value as a list of one. Nothing gives an empty list.
    pub fn list(&self) -> Vec<&Node> {
        match &self.value {
            Value::Sequence(items) => items.iter().collect(),
            _ if self.is_null() => Vec::new(),
            _ => vec![self],
        }
    }

    /// Reads the node as a list of texts.
    pub fn texts(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
        self.list()
            .into_iter()
            .filter_map(|item| item.text(diagnostics))
            .collect()
    }

    /// Describes that there is no text here; where YAML took a sentence for something else, with the quotation marks
    /// that it needs.
    fn no_text(&self) -> Diagnostic {
        let sentence = match self.value {
            Value::Scalar { .. } => None,
            _ => quoting::of_value(self.source.text(), self.range.clone()),
        };
        match sentence {
            Some(quoted) => needs_quotes(&self.source, 0, quoted),
            None => self.expected("yaml-expected-text"),
        }
    }

    /// Says that another value mends what is wrong with this one.
    fn mended(&self, diagnostic: Diagnostic, value: &str) -> Diagnostic {
        let written = self.as_text().unwrap_or_default();
        diagnostic.mended_by(written, value).at(self.place())
    }

    fn expected(&self, code: &'static str) -> Diagnostic {
        let value = self.as_text().unwrap_or_default();
        Diagnostic::error(code)
            .with("value", value)
            .at(self.place())
    }
}

/// Returns `true` or `false` for what people write instead.
fn flag_in_other_words(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "true" | "ja" | "yes" | "waar" => Some("true"),
        "false" | "nee" | "no" | "onwaar" => Some("false"),
        _ => None,
    }
}

/// Returns the date that is written as `2026-3-1`, or with the day in front, where that can be no month: `22-11-2026`.
fn date_in_another_order(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(str::parse::<i16>);
    let (Some(Ok(first)), Some(Ok(month)), Some(Ok(last)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let (year, day) = match (first, last) {
        (1000.., ..=31) => (first, last),
        (13..=31, 1000..) => (last, first),
        _ => return None,
    };
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// Describes a value that is none of the names that may stand in a place, with the nearest where one is like it.
pub fn unknown_value(value: &str, names: &[&str]) -> Diagnostic {
    let diagnostic = match nearest(value, names.iter().copied()) {
        Some(near) => Diagnostic::error("yaml-unknown-value-near").with("nearest", near),
        None => Diagnostic::error("yaml-unknown-value"),
    };
    diagnostic
        .with("value", value)
        .with("known", names.join(", "))
}

/// A mapping being read key by key. Keys that nobody asked for are mistakes: `finish` tells them.
pub struct Mapping<'a> {
    place: Place,
    entries: Vec<(&'a str, &'a Node, &'a Node)>,
    asked: Vec<&'static str>,
}

impl<'a> Mapping<'a> {
    /// Starts reading a mapping. A node that is no mapping, and a key that stands twice, are told.
    pub fn read(node: &'a Node, diagnostics: &mut Vec<Diagnostic>) -> Mapping<'a> {
        let mut mapping = Mapping {
            place: node.place(),
            entries: Vec::new(),
            asked: Vec::new(),
        };
        let Value::Mapping(entries) = &node.value else {
            if !node.is_null() {
                diagnostics.push(node.expected("yaml-expected-mapping"));
            }
            return mapping;
        };
        for (key, value) in entries {
            let Some(name) = key.as_text() else {
                diagnostics.push(key.expected("yaml-expected-key"));
                continue;
            };
            if mapping.entries.iter().any(|(known, _, _)| *known == name) {
                diagnostics.push(
                    Diagnostic::error("yaml-duplicate-key")
                        .with("key", name)
                        .at(key.place()),
                );
                continue;
            }
            mapping.entries.push((name, key, value));
        }
        mapping
    }

    /// Makes a mapping without keys, for a place where nothing had to be written.
    pub fn empty(place: Place) -> Mapping<'a> {
        Mapping {
            place,
            entries: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Returns where the mapping starts.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Returns the value under a key; a key without a value is absent.
    pub fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries
            .iter()
            .find(|(name, _, value)| *name == key && !value.is_null())
            .map(|(_, _, value)| *value)
    }

    /// Returns the value under a key that must be there; its absence is told.
    pub fn require(
        &mut self,
        key: &'static str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            diagnostics.push(
                Diagnostic::error("yaml-missing-key")
                    .with("key", key)
                    .at(self.place.clone()),
            );
        }
        found
    }

    /// Returns every key with its value, for mappings whose keys are free.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node)> + '_ {
        self.entries.iter().map(|(name, _, value)| (*name, *value))
    }

    /// Returns every key with its own node (for its place) and its value.
    pub fn entries_with_keys(&self) -> impl Iterator<Item = (&'a str, &'a Node, &'a Node)> + '_ {
        self.entries.iter().copied()
    }

    /// Tells every key that nobody asked for, with the nearest known one.
    pub fn finish(self, diagnostics: &mut Vec<Diagnostic>) {
        for (name, key, _) in &self.entries {
            if self.asked.contains(name) {
                continue;
            }
            let diagnostic = match nearest(name, self.asked.iter().copied()) {
                Some(near) => Diagnostic::error("yaml-unknown-key-near").with("nearest", near),
                None if self.asked.is_empty() => Diagnostic::error("yaml-no-keys"),
                None => Diagnostic::error("yaml-unknown-key").with("known", self.asked.join(", ")),
            };
            // A key that is there already would be there twice.
            let present = |key: &str| self.entries.iter().any(|(name, _, _)| *name == key);
            let slip = slip_of(name, self.asked.iter().copied());
            let diagnostic = match slip.filter(|meant| !present(meant)) {
                Some(meant) => diagnostic.mended_by(name, meant),
                None => diagnostic,
            };
            diagnostics.push(diagnostic.with("key", name).at(key.place()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        parse(&SourceText::new("a.yaml", text))
    }

    fn check_problem(text: &str, code: &str, line: usize, column: usize) {
        let (_, diagnostics) = read(text);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| {
                let place = d.place.as_ref().unwrap();
                (d.code, place.line, place.column)
            })
            .collect();
        assert_eq!(found, [(code, line, column)], "{text:?}");
    }

    fn check_sentence(text: &str, code: &str, place: (usize, usize), line: &str) {
        check_told(&read(text).1, code, place, line);
    }

    fn check_told(problems: &[Diagnostic], code: &str, place: (usize, usize), line: &str) {
        let [problem] = problems else {
            panic!("{problems:?}");
        };
        let found = problem.place.as_ref().unwrap();
        assert_eq!((problem.code, (found.line, found.column)), (code, place));
        assert!(
            problem.arguments.contains(&("fix", line.to_owned())),
            "{problem:?}"
        );
    }

    #[test]
    fn scalars_keep_the_text_that_was_written() {
        let (node, _) = read("version: 1.0\nlist: [yes, 0123]\n");
        let node = node.unwrap();
        let mut problems = Vec::new();
        let mut mapping = Mapping::read(&node, &mut problems);
        assert_eq!(mapping.get("version").unwrap().as_text(), Some("1.0"));
        assert_eq!(
            mapping.get("list").unwrap().texts(&mut problems),
            ["yes", "0123"]
        );
        assert!(problems.is_empty());
    }

    #[test]
    fn every_mistake_is_told_at_once_where_it_stands() {
        let (node, _) = read("titel: x\ndraft: ja\ntitle: a\ntitle: b\n");
        let node = node.unwrap();
        let mut problems = Vec::new();
        let mut mapping = Mapping::read(&node, &mut problems);
        mapping.get("title");
        mapping.get("draft").unwrap().flag(&mut problems);
        mapping.require("summary", &mut problems);
        mapping.finish(&mut problems);
        let found: Vec<_> = problems
            .iter()
            .map(|d| (d.code, d.place.as_ref().unwrap().line))
            .collect();
        assert_eq!(
            found,
            [
                ("yaml-duplicate-key", 4),
                ("yaml-expected-flag", 2),
                ("yaml-missing-key", 1),
                ("yaml-unknown-key-near", 1),
            ]
        );
    }

    #[test]
    fn a_null_between_keys_does_not_swallow_the_next_key() {
        let (node, _) = read("a:\nb: 2\n");
        let node = node.unwrap();
        let mut problems = Vec::new();
        let mut mapping = Mapping::read(&node, &mut problems);
        assert!(mapping.get("a").is_none());
        assert_eq!(mapping.get("b").unwrap().as_text(), Some("2"));
    }

    #[test]
    fn dutch_apostrophes_and_colons_are_explained() {
        let avonds = "- twee\n- 's avonds bellen\n- drie\n";
        check_sentence(avonds, "yaml-apostrophe", (2, 3), "- \"'s avonds bellen\"");
        let twice = "title: 's avonds en 's nachts\nkind: page\n";
        check_sentence(
            twice,
            "yaml-apostrophe",
            (1, 8),
            "title: \"'s avonds en 's nachts\"",
        );
        check_sentence(
            "title: 's avonds\n",
            "yaml-apostrophe",
            (1, 8),
            "title: \"'s avonds\"",
        );
        check_sentence(
            "title: A: wat nu\n",
            "yaml-colon",
            (1, 8),
            "title: \"A: wat nu\"",
        );
        check_sentence(
            "title: { nl: Kerst: fijne dagen }\n",
            "yaml-colon",
            (1, 14),
            "title: { nl: \"Kerst: fijne dagen\" }",
        );
    }

    #[test]
    fn a_sentence_that_begins_with_a_sign_is_explained() {
        for (sentence, mended) in [
            ("*snel*", "*snel*"),
            ("@piet", "@piet"),
            ("&piet", "&piet"),
            ("!let op", "!let op"),
            ("\"Zeg\" stop", "'Zeg' stop"),
            ("[[vul in: x]] bellen", "[[vul in: x]] bellen"),
            ("> let op", "> let op"),
        ] {
            let text = format!("- een\n- {sentence}\n- drie\n");
            let mended = format!("- \"{mended}\"");
            check_sentence(&text, "yaml-sign", (2, 3), &mended);
        }
        let alias = "a: &x 1\nb: *x\n";
        check_sentence(alias, "yaml-sign", (1, 4), "a: \"&x 1\"");
        check_sentence("a: !!str 1\n", "yaml-sign", (1, 4), "a: \"!!str 1\"");
        check_problem("a: !!str\n  1\n", "yaml-sign-alone", 2, 3);
    }

    #[test]
    fn a_sentence_that_yaml_takes_for_something_else_is_explained() {
        for (sentence, code) in [("Zeg: stop", "yaml-colon"), ("[[vul in: x]]", "yaml-sign")] {
            let text = format!("- een\n- {sentence}\n- drie\n");
            let (node, _) = read(&text);
            let mut problems = Vec::new();
            node.unwrap().texts(&mut problems);
            check_told(&problems, code, (2, 3), &format!("- \"{sentence}\""));
        }
        let (node, _) = read("text: { nl: a }\n");
        let mut problems = Vec::new();
        let node = node.unwrap();
        let mut map = Mapping::read(&node, &mut problems);
        map.get("text").unwrap().text(&mut problems);
        assert_eq!(problems.first().map(|d| d.code), Some("yaml-expected-text"));
    }

    #[test]
    fn what_no_quotation_marks_mend_is_told_where_it_stands() {
        check_problem("a: 1\n  b: 2\n", "yaml-syntax", 2, 4);
        check_problem("a:\n\tb: 1\n", "yaml-syntax", 2, 2);
    }

    #[test]
    fn a_value_that_is_not_known_gets_the_nearest_only_where_one_is_like_it() {
        let told = |value: &str| unknown_value(value, &["a6", "wallet"]).code;
        assert_eq!(told("wallt"), "yaml-unknown-value-near");
        assert_eq!(told("a5"), "yaml-unknown-value");
    }

    #[test]
    fn what_can_only_be_meant_in_one_way_mends_it() {
        fn check(text: &str, fixes: &[(&str, &str)]) {
            let (node, mut problems) = read(text);
            if let Some(node) = node {
                let mut map = Mapping::read(&node, &mut problems);
                map.get("title").map(|node| node.text(&mut problems));
                map.get("draft").map(|node| node.flag(&mut problems));
                map.get("publish").map(|node| node.date(&mut problems));
                let kinds = [("norm", 1), ("page", 2), ("path", 3)];
                map.get("kind")
                    .map(|node| node.one_of(&kinds, &mut problems));
                map.finish(&mut problems);
            }
            assert!(!problems.is_empty(), "{text:?}");
            let found = problems.iter().filter_map(|problem| problem.fix.as_ref());
            let found: Vec<_> = found.map(|fix| (&*fix.from, &*fix.to)).collect();
            assert_eq!(found, fixes, "{text:?}");
        }
        check(
            "titel: x\nKind: page\n",
            &[("titel", "title"), ("Kind", "kind")],
        );
        check("title: x\ntitel: y\n", &[]);
        check("kind: nromm\n", &[]);
        check("kind: nomr\n", &[("nomr", "norm")]);
        check("kind: pate\n", &[]);
        check("draft: Ja\n", &[("Ja", "true")]);
        check("draft: misschien\n", &[]);
        check("publish: 22-11-2026\n", &[("22-11-2026", "2026-11-22")]);
        check("publish: 2026-3-1\n", &[("2026-3-1", "2026-03-01")]);
        check("publish: 3-1-2026\n", &[]);
        check("publish: 31-2-2026\n", &[]);
        check("title: Zeg: stop\n", &[("Zeg: stop", "\"Zeg: stop\"")]);
        // What is written in another way than it is read.
        check("kind: \"nomr\"\n", &[]);
    }

    #[test]
    fn a_key_that_is_asked_for_twice_is_listed_once() {
        let (node, _) = read("quux: 1\n");
        let node = node.unwrap();
        let mut problems = Vec::new();
        let mut map = Mapping::read(&node, &mut problems);
        map.require("title", &mut problems);
        map.get("title");
        map.finish(&mut problems);
        let known = ("known", "title".to_owned());
        assert!(problems.last().unwrap().arguments.contains(&known));
    }

    #[test]
    fn what_editors_do_not_use_is_refused() {
        check_problem("a: 1\n---\nb: 2\n", "yaml-second-document", 2, 1);
        let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
        let (_, diagnostics) = read(&deep);
        assert_eq!(diagnostics.first().map(|d| d.code), Some("yaml-too-deep"));
    }
}
