//! Whether the colours of a theme can be told from each other: WCAG 2.2, success criteria 1.4.3 and 1.4.11.
//!
//! Which colour stands on which, a theme says in a file of its own; the colours are those of its custom properties, as
//! a browser takes them in light and dark, and where somebody asked for more contrast. What a value is that is not
//! known here, such as `oklch()`, is said and not guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::css_colour::{self, CssColour};
use super::files::ThemeFiles;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::palette::{LEAST_CONTRAST, LEAST_CONTRAST_OF_EDGES};
use crate::source_text::{Place, SourceText};
use crate::yaml::{self, Mapping, Node};

/// The file of a theme that says which colour stands on which.
const FILE: &str = "contrast.yaml";

/// The style sheet with the custom properties.
const TOKENS: &str = "assets/tokens.css";

/// How far properties may refer to each other: further is a circle.
const DEEPEST_REFERENCE: usize = 16;

/// Tells which colours of a theme have too little contrast with what they stand on.
pub(super) fn check_theme(files: &ThemeFiles, diagnostics: &mut Vec<Diagnostic>) {
    let Some(tokens) = text_of(files, TOKENS, diagnostics) else {
        return;
    };
    let declarations = declarations(&tokens);
    let known: BTreeSet<&str> = declarations.iter().map(|one| one.name).collect();
    // A theme from before there was this file has the names of the one that ships, or other ones.
    let is_own = files.get(FILE).is_some();
    let shipped = ThemeFiles::shipped();
    let source = text_of(if is_own { files } else { &shipped }, FILE, diagnostics);
    let Some(source) = source else {
        return;
    };
    let pairs = read(&source, is_own.then_some(&known), diagnostics);
    let mut told = Told::default();
    for appearance in Appearance::ALL {
        let properties = Properties::of(&declarations, appearance);
        for pair in &pairs {
            diagnostics.extend(too_little(&tokens, &properties, pair, &mut told));
        }
    }
}

fn text_of(
    files: &ThemeFiles,
    path: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SourceText> {
    let bytes = files.get(path)?;
    let text = SourceText::decode(files.place(path), bytes);
    text.map_err(|place| diagnostics.push(Diagnostic::error("theme-not-utf8").at(place)))
        .ok()
}

/// A colour and what it stands on, by the names of their properties.
struct Pair {
    of: String,
    on: String,
    least: f64,
    criterion: &'static str,
}

/// Reads the pairs, and tells names that are not `known`.
fn read(
    source: &SourceText,
    known: Option<&BTreeSet<&str>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Pair> {
    let (document, problems) = yaml::parse(source);
    diagnostics.extend(problems);
    let Some(document) = document else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    let mut map = Mapping::read(&document, diagnostics);
    let kinds = [
        ("text", LEAST_CONTRAST, "1.4.3"),
        ("edges", LEAST_CONTRAST_OF_EDGES, "1.4.11"),
    ];
    for (key, least, criterion) in kinds {
        for node in map.get(key).map(Node::list).unwrap_or_default() {
            let mut group = Mapping::read(node, diagnostics);
            let of = names(group.require("of", diagnostics), known, diagnostics);
            let on = names(group.require("on", diagnostics), known, diagnostics);
            group.finish(diagnostics);
            let each = of.iter().flat_map(|of| on.iter().map(move |on| (of, on)));
            pairs.extend(each.map(|(of, on)| Pair {
                of: of.clone(),
                on: on.clone(),
                least,
                criterion,
            }));
        }
    }
    names(map.get("decoration"), known, diagnostics);
    map.finish(diagnostics);
    pairs
}

fn names(
    node: Option<&Node>,
    known: Option<&BTreeSet<&str>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names = Vec::new();
    for node in node.map(Node::list).unwrap_or_default() {
        let Some(name) = node.text(diagnostics) else {
            continue;
        };
        if let Some(known) = known.filter(|known| !known.contains(name.as_str())) {
            let near = nearest(&name, known.iter().copied()).unwrap_or("--p-text");
            diagnostics.push(
                Diagnostic::error("theme-property-unknown")
                    .with("name", &name)
                    .with("nearest", near)
                    .at(node.place()),
            );
        }
        names.push(name);
    }
    names
}

/// Which pairs, and which values that are no colour here, were told in another appearance.
#[derive(Default)]
struct Told {
    pairs: BTreeSet<(usize, usize)>,
    values: BTreeSet<usize>,
}

/// Returns what is wrong with a pair in an appearance, unless it was told.
fn too_little(
    tokens: &SourceText,
    properties: &Properties<'_>,
    pair: &Pair,
    told: &mut Told,
) -> Option<Diagnostic> {
    // What a theme does not have, it does not use.
    let (of, on) = (properties.get(&pair.of)?, properties.get(&pair.on)?);
    let place = |declaration: &Declaration<'_>| tokens.place(declaration.range.clone());
    let mut colour_of = |declaration: &Declaration<'_>| {
        let colour = properties.colour(declaration.value, 0);
        let is_new = colour.is_none() && told.values.insert(declaration.range.start);
        (
            colour,
            is_new.then(|| not_read(declaration, place(declaration))),
        )
    };
    let (colour, problem) = colour_of(of);
    let (ground, other_problem) = colour_of(on);
    let (Some(colour), Some(ground)) = (colour, ground) else {
        return problem.or(other_problem);
    };
    // Through a ground that covers nothing one sees another, which has a pair of its own.
    if ground.alpha < 1.0 {
        return None;
    }
    let colour = colour.colour.over(ground.colour, colour.alpha);
    let contrast = colour.contrast(ground.colour);
    if contrast >= pair.least || !told.pairs.insert((of.range.start, on.range.start)) {
        return None;
    }
    // Cut, not rounded: 4.499 is too little and would be told as 4.50.
    let shown = (contrast * 100.0).floor() / 100.0;
    Some(
        Diagnostic::warning("theme-property-contrast")
            .with("of", &pair.of)
            .with("colour", colour)
            .with("on", &pair.on)
            .with("ground", ground.colour)
            .with("contrast", format!("{shown:.2}"))
            .with("appearance", properties.appearance.name())
            .with("least", pair.least)
            .with("criterion", pair.criterion)
            .at(place(of)),
    )
}

fn not_read(declaration: &Declaration<'_>, place: Place) -> Diagnostic {
    Diagnostic::advice("theme-property-not-read")
        .with("name", declaration.name)
        .with("value", declaration.value)
        .at(place)
}

/// What somebody asked their browser for.
#[derive(Clone, Copy, Debug)]
struct Appearance {
    is_dark: bool,
    more_contrast: bool,
}

impl Appearance {
    const ALL: [Appearance; 4] = [
        Appearance::new(false, false),
        Appearance::new(true, false),
        Appearance::new(false, true),
        Appearance::new(true, true),
    ];

    const fn new(is_dark: bool, more_contrast: bool) -> Appearance {
        Appearance {
            is_dark,
            more_contrast,
        }
    }

    /// Returns how a style sheet asks for it.
    fn name(self) -> &'static str {
        match (self.is_dark, self.more_contrast) {
            (false, false) => "prefers-color-scheme: light",
            (true, false) => "prefers-color-scheme: dark",
            (false, true) => "prefers-color-scheme: light, prefers-contrast: more",
            (true, true) => "prefers-color-scheme: dark, prefers-contrast: more",
        }
    }

    /// Returns whether the rules behind `@media` hold. Conditions that say nothing of colours, such as a width, are
    /// not looked into: what stands behind them is not judged.
    fn meets(self, conditions: &str) -> bool {
        conditions
            .split(',')
            .any(|conditions| self.meets_all(conditions))
    }

    fn meets_all(self, conditions: &str) -> bool {
        let words = conditions.replace(['(', ')', ':'], " ");
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut rest = words.as_slice();
        loop {
            rest = match rest {
                [] => return true,
                ["screen" | "all" | "and" | "only", after @ ..] => after,
                ["prefers-color-scheme", "dark", after @ ..] if self.is_dark => after,
                ["prefers-color-scheme", "light", after @ ..] if !self.is_dark => after,
                ["prefers-contrast", "more", after @ ..] if self.more_contrast => after,
                ["prefers-contrast", "no-preference", after @ ..] if !self.more_contrast => after,
                _ => return false,
            };
        }
    }
}

/// The custom properties as they are in one appearance.
struct Properties<'a> {
    appearance: Appearance,
    by_name: BTreeMap<&'a str, &'a Declaration<'a>>,
}

impl<'a> Properties<'a> {
    fn of(declarations: &'a [Declaration<'a>], appearance: Appearance) -> Properties<'a> {
        let meets = |one: &&Declaration<'_>| one.conditions.iter().all(|of| appearance.meets(of));
        let declarations = declarations.iter().filter(meets);
        Properties {
            appearance,
            // The last one counts.
            by_name: declarations.map(|one| (one.name, one)).collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Declaration<'a>> {
        self.by_name.get(name).copied()
    }

    /// Returns the colour that a value is, following the properties that it refers to.
    fn colour(&self, value: &str, depth: usize) -> Option<CssColour> {
        if depth > DEEPEST_REFERENCE {
            return None;
        }
        let value = value.trim();
        if let Some(inner) = arguments(value, "light-dark") {
            let (light, dark) = at_comma(inner)?;
            let value = if self.appearance.is_dark { dark } else { light };
            return self.colour(value, depth + 1);
        }
        let Some(inner) = arguments(value, "var") else {
            return css_colour::parse(value);
        };
        let (name, other) = match inner.split_once(',') {
            Some((name, other)) => (name, Some(other)),
            None => (inner, None),
        };
        match self.get(name.trim()) {
            Some(declaration) => self.colour(declaration.value, depth + 1),
            None => self.colour(other?, depth + 1),
        }
    }
}

/// Splits arguments at the first comma that stands in no brackets of its own.
fn at_comma(arguments: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    let at = arguments.find(|sign| {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        sign == ',' && depth == 0
    })?;
    Some((arguments.get(..at)?, arguments.get(at + 1..)?))
}

fn arguments<'v>(value: &'v str, function: &str) -> Option<&'v str> {
    let rest = value.strip_prefix(function)?.trim_start();
    rest.strip_prefix('(')?.strip_suffix(')')
}

/// A custom property of the whole page.
#[derive(Debug)]
struct Declaration<'a> {
    name: &'a str,
    value: &'a str,
    /// What stands behind the `@media` around it, outermost first.
    conditions: Vec<&'a str>,
    /// Where it is written.
    range: Range<usize>,
}

/// Reads the custom properties of `:root`. Whatever else a style sheet holds is passed by.
fn declarations(source: &SourceText) -> Vec<Declaration<'_>> {
    let text = source.text();
    let mut found = Vec::new();
    let mut around: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(length) = text
        .get(at..)
        .and_then(|rest| rest.find(['{', '}', ';', '/', '"', '\'']))
    {
        at += length;
        let rest = text.get(at..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("/*") {
            let length = comment.find("*/").map_or(rest.len(), |length| length + 4);
            // A comment in the midst of something is not looked through.
            let is_between = text
                .get(start..at)
                .is_some_and(|text| text.trim().is_empty());
            at += length;
            start = if is_between { at } else { start };
            continue;
        }
        let sign = rest.chars().next().unwrap_or_default();
        let part = start..at;
        at += 1;
        match sign {
            '"' | '\'' => {
                let inner = text.get(at..).unwrap_or_default();
                at += inner.find(sign).map_or(inner.len(), |length| length + 1);
                continue;
            }
            '/' => continue,
            '{' => around.push(text.get(part).unwrap_or_default().trim()),
            ';' => found.extend(declaration(text, part, &around)),
            _ => {
                found.extend(declaration(text, part, &around));
                around.pop();
            }
        }
        start = at;
    }
    found
}

fn declaration<'a>(
    text: &'a str,
    part: Range<usize>,
    around: &[&'a str],
) -> Option<Declaration<'a>> {
    let written = text.get(part.clone())?;
    let trimmed = written.trim();
    let start = part.start + (written.len() - written.trim_start().len());
    let (name, value) = trimmed.split_once(':')?;
    let (selector, outer) = around.split_last()?;
    let is_root = selector
        .split(',')
        .any(|one| matches!(one.trim(), ":root" | "html"));
    let conditions: Option<Vec<&str>> = outer
        .iter()
        .filter(|rule| !rule.starts_with("@layer"))
        .map(|rule| rule.strip_prefix("@media"))
        .collect();
    (is_root && name.starts_with("--")).then_some(Declaration {
        name: name.trim(),
        value: value.trim(),
        conditions: conditions?,
        range: start..start + trimmed.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &str = "text:\n  - { of: --text, on: [--ground, --other] }\nedges:\n  - { of: --edge, on: --ground }\n";

    fn told(tokens: &str, pairs: &str) -> Vec<Diagnostic> {
        let tokens = SourceText::new("tokens.css", tokens);
        let declarations = declarations(&tokens);
        let known: BTreeSet<&str> = declarations.iter().map(|one| one.name).collect();
        let mut diagnostics = Vec::new();
        let source = SourceText::new("contrast.yaml", pairs);
        let pairs = read(&source, Some(&known), &mut diagnostics);
        let mut told = Told::default();
        for appearance in Appearance::ALL {
            let properties = Properties::of(&declarations, appearance);
            for pair in &pairs {
                diagnostics.extend(too_little(&tokens, &properties, pair, &mut told));
            }
        }
        diagnostics
    }

    fn check(tokens: &str, expected: &[&str]) {
        let all = "--text: #000; --ground: #fff; --other: #fff; --edge: #000;";
        let tokens = format!(":root {{ {all} }}\n{tokens}");
        let shown: Vec<String> = told(&tokens, PAIRS)
            .iter()
            .map(|problem| {
                let place = problem.place.as_ref().unwrap();
                let values = problem.arguments.iter().map(|(_, value)| value.as_str());
                let values: Vec<&str> = values.collect();
                format!("{}:{} {}", place.line, place.column, values.join(" "))
            })
            .collect();
        assert_eq!(shown, expected, "{tokens}");
    }

    #[test]
    fn colours_that_can_be_told_apart_stay_silent() {
        check("", &[]);
        check(":root { --text: #767676; --edge: #949494; }", &[]);
        check("/* --text: #eee; */ .card { --text: #eee; }", &[]);
        check("@media print { :root { --text: #eee; } }", &[]);
        check(
            "@media (forced-colors: active) { :root { --text: #eee; } }",
            &[],
        );
        check("@media (min-width: 30rem) { :root { --text: #eee; } }", &[]);
        check(
            ":root { --other: transparent; --text: var(--deep, #000); }",
            &[],
        );
        check(":root { --icon: url(\"a;b}c\"); }", &[]);
        check("@media not all { :root { --text: #eee; } }", &[]);
    }

    #[test]
    fn text_that_is_hard_to_see_is_told_once_with_both_colours() {
        check(
            ":root { --text: #777; }",
            &[
                "2:9 --text #777777 --ground #ffffff 4.47 prefers-color-scheme: light 4.5 1.4.3",
                "2:9 --text #777777 --other #ffffff 4.47 prefers-color-scheme: light 4.5 1.4.3",
            ],
        );
        check(
            ":root { --edge: rgb(0 0 0 / 30%); }",
            &["2:9 --edge #b3b3b3 --ground #ffffff 2.09 prefers-color-scheme: light 3 1.4.11"],
        );
        check(
            ":root { --edge: var(--pale); --pale: hsl(0 0% 80%) }",
            &["2:9 --edge #cccccc --ground #ffffff 1.60 prefers-color-scheme: light 3 1.4.11"],
        );
    }

    #[test]
    fn each_appearance_has_colours_of_its_own() {
        check(
            "@media screen and (prefers-color-scheme: dark) {\n  :root { --ground: #000; --text: #fff; --edge: #222; }\n}",
            &[
                "3:27 --text #ffffff --other #ffffff 1.00 prefers-color-scheme: dark 4.5 1.4.3",
                "3:41 --edge #222222 --ground #000000 1.31 prefers-color-scheme: dark 3 1.4.11",
            ],
        );
        check(
            "@media (prefers-contrast: more) and (prefers-color-scheme: dark) { html { --text: #999 } }",
            &[
                "2:75 --text #999999 --ground #ffffff 2.84 prefers-color-scheme: dark, prefers-contrast: more 4.5 1.4.3",
                "2:75 --text #999999 --other #ffffff 2.84 prefers-color-scheme: dark, prefers-contrast: more 4.5 1.4.3",
            ],
        );
        let told = "2:9 --edge #eeeeee --ground #ffffff 1.16 prefers-color-scheme: dark 3 1.4.11";
        check(":root { --edge: light-dark(#000, #eee); }", &[told]);
        check(
            ":root { --edge: light-dark(rgb(20, 20, 20), rgb(238, 238, 238)); }",
            &[told],
        );
    }

    #[test]
    fn what_is_no_colour_here_is_said_and_not_guessed() {
        check(
            ":root { --edge: oklch(60% 0.1 200); --text: var(--text); }",
            &["2:37 --text var(--text)", "2:9 --edge oklch(60% 0.1 200)"],
        );
    }

    #[test]
    fn mistakes_in_the_pairs_are_told() {
        let codes = |pairs: &str| -> Vec<&'static str> {
            let told = told(":root { --text: #000; --ground: #fff }", pairs);
            told.iter().map(|problem| problem.code).collect()
        };
        assert_eq!(codes(""), [""; 0]);
        assert_eq!(codes("text: [{ of: --text, on: --ground }]"), [""; 0]);
        assert_eq!(
            codes("text: [{ of: --texd, on: --ground }]"),
            ["theme-property-unknown"]
        );
        assert_eq!(codes("text: [{ of: --text }]"), ["yaml-missing-key"]);
        assert_eq!(codes("tekst: []"), ["yaml-unknown-key-near"]);
    }

    #[test]
    fn a_style_sheet_that_is_torn_harms_nothing() {
        for torn in [
            "",
            "}",
            "{",
            "/*",
            ":root { --a",
            "\"",
            ":root { --a: \"; }",
            "}}}{{{;;;",
            ":root{--é:1;}",
        ] {
            declarations(&SourceText::new("tokens.css", torn));
        }
    }

    #[test]
    fn every_colour_that_ships_has_its_pairs_and_enough_contrast() {
        let files = ThemeFiles::shipped();
        let mut diagnostics = Vec::new();
        check_theme(&files, &mut diagnostics);
        assert_eq!(diagnostics, []);
        let tokens = text_of(&files, TOKENS, &mut diagnostics).unwrap();
        let pairs = text_of(&files, FILE, &mut diagnostics).unwrap();
        for declaration in declarations(&tokens) {
            let name = declaration.name;
            let is_colour = css_colour::parse(declaration.value).is_some();
            let is_named = pairs
                .text()
                .split([' ', ',', '[', ']', '\n'])
                .any(|word| word == name);
            assert!(!is_colour || is_named, "{name} is not in {FILE}");
        }
    }
}
