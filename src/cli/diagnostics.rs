//! Diagnostics as text for people.
//!
//! Each problem is told with its code, its place, the line where it is with a mark below, and what
//! to do. What stands in files is shown without anything that a terminal would act upon.

use std::collections::BTreeMap;

use crate::cli::harmless;
use crate::diagnostic::{Diagnostic, MORE_OF_THE_SAME, Severity};
use crate::message::Catalogue;
use crate::source_text::Place;

/// Longest part of a line that is shown, in characters: what fits on most terminals.
const SHOWN_CHARACTERS: usize = 96;

/// How much of a long line is shown before the place, in characters.
const SHOWN_BEFORE: usize = 40;

/// From this many on, the kinds are listed at the end.
const MANY: usize = 20;

/// Stands for the part of a line that is not shown.
const CUT: &str = "…";

/// Argument of a problem on a page that readers do not see: the key of the text that says why.
pub const UNSEEN: &str = "unseen";

/// Argument of such a problem: the day from which readers see the page.
pub const UNSEEN_FROM: &str = "unseen_from";

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// With ANSI escapes.
    On,
    /// Plain text.
    Off,
}

#[derive(Clone, Copy)]
enum Paint {
    Error,
    Warning,
    Advice,
    Frame,
    Bold,
}

impl Colours {
    fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Error => "1;31",
            Paint::Warning => "1;33",
            Paint::Advice => "1;36",
            Paint::Frame => "1;34",
            Paint::Bold => "1",
        };
        match self {
            Colours::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Colours::Off => text.to_owned(),
        }
    }
}

/// Renders diagnostics in the order given. A count closes them where there are several.
pub fn render(diagnostics: &[Diagnostic], texts: &Catalogue, colours: Colours) -> String {
    let mut rendered = render_each(diagnostics, texts, colours);
    if diagnostics.len() > 1 {
        rendered.push_str(&count(diagnostics, texts));
        rendered.push('\n');
    }
    rendered
}

/// Renders diagnostics in the order given; many are listed by kind at the end.
pub fn render_each(diagnostics: &[Diagnostic], texts: &Catalogue, colours: Colours) -> String {
    let mut rendered = String::new();
    for diagnostic in diagnostics {
        rendered.push_str(&render_one(diagnostic, texts, colours));
        rendered.push('\n');
    }
    if diagnostics.len() >= MANY {
        rendered.push_str(&by_kind(diagnostics));
        rendered.push('\n');
    }
    rendered
}

/// Lists how many there are of each kind, the most frequent last, where the reader's eye is.
fn by_kind(diagnostics: &[Diagnostic]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        let (kind, number) = kind_and_number(diagnostic);
        *kinds.entry(kind).or_default() += number;
    }
    let mut kinds: Vec<(usize, &str)> = kinds.into_iter().map(|(k, n)| (n, k)).collect();
    kinds.sort_unstable();
    kinds
        .into_iter()
        .map(|(number, kind)| format!("{number:>6} × {kind}\n"))
        .collect()
}

/// Returns the kind of problem that a diagnostic tells and how many it stands for: more than one
/// where it tells what was left out as more of the same.
fn kind_and_number(diagnostic: &Diagnostic) -> (&str, usize) {
    match diagnostic.code {
        MORE_OF_THE_SAME => (
            diagnostic.argument("code").unwrap_or(MORE_OF_THE_SAME),
            diagnostic
                .argument("count")
                .and_then(|count| count.parse().ok())
                .unwrap_or(1),
        ),
        code => (code, 1),
    }
}

fn render_one(diagnostic: &Diagnostic, texts: &Catalogue, colours: Colours) -> String {
    let (paint, word) = match diagnostic.severity {
        Severity::Error => (Paint::Error, "cli-error"),
        Severity::Warning => (Paint::Warning, "cli-warning"),
        Severity::Advice => (Paint::Advice, "cli-advice"),
    };
    let message = message(diagnostic, texts);
    let label = format!("{}[{}]", texts.text(word, &[]), diagnostic.code);
    let mut rendered = format!(
        "{}{}\n",
        colours.paint(paint, &label),
        colours.paint(Paint::Bold, &format!(": {message}"))
    );
    let shown = diagnostic.place.as_ref();
    let margin = shown.map_or(1, |place| place.line.to_string().len());
    if let Some(place) = shown {
        rendered.push_str(&render_place(place, margin, paint, colours));
    }
    let below = [
        ("cli-hint", hint(diagnostic, texts)),
        ("cli-unseen", unseen(diagnostic, texts)),
    ];
    for (label, text) in below {
        let Some(text) = text else { continue };
        let label = colours.paint(Paint::Bold, &texts.text(label, &[]));
        let frame = colours.paint(Paint::Frame, "=");
        rendered.push_str(&format!("{:margin$} {frame} {label}: {text}\n", ""));
    }
    rendered
}

/// Returns what is wrong, harmless for a terminal.
pub fn message(diagnostic: &Diagnostic, texts: &Catalogue) -> String {
    filled_in(diagnostic.code, diagnostic, texts)
}

/// Returns what to do, harmless for a terminal.
pub fn hint(diagnostic: &Diagnostic, texts: &Catalogue) -> Option<String> {
    let key = format!("{}.hint", diagnostic.code);
    texts.get(&key)?;
    Some(filled_in(&key, diagnostic, texts))
}

/// Returns why readers do not see the page of a problem, where they do not.
pub fn unseen(diagnostic: &Diagnostic, texts: &Catalogue) -> Option<String> {
    Some(filled_in(diagnostic.argument(UNSEEN)?, diagnostic, texts))
}

fn filled_in(key: &str, diagnostic: &Diagnostic, texts: &Catalogue) -> String {
    let arguments = diagnostic.arguments.iter();
    let arguments: Vec<(&str, &str)> = arguments
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    harmless::line(&texts.text(key, &arguments))
}

/// Renders where a problem is. Line 0 stands for a file of which no text can be shown.
fn render_place(place: &Place, margin: usize, paint: Paint, colours: Colours) -> String {
    let path = harmless::line(&place.path);
    let arrow = colours.paint(Paint::Frame, "-->");
    if place.line == 0 {
        return format!("{:margin$}{arrow} {path}\n", "");
    }
    let (Place { line, column, .. }, bar) = (place, colours.paint(Paint::Frame, "|"));
    let (text, before, width) = shown_part(place);
    let number = colours.paint(Paint::Frame, &line.to_string());
    let carets = colours.paint(paint, &"^".repeat(width));
    format!(
        "{:margin$}{arrow} {path}:{line}:{column}\n{:margin$} {bar}\n{number} {bar} {text}\n{:margin$} {bar} {:before$}{carets}\n",
        "", "", "", ""
    )
}

/// Returns the part of the line to show, how many characters stand before the place in it, and how
/// many are marked.
fn shown_part(place: &Place) -> (String, usize, usize) {
    let characters: Vec<char> = harmless::line(&place.line_text).chars().collect();
    let at = place.column.saturating_sub(1).min(characters.len());
    if characters.len() <= SHOWN_CHARACTERS {
        let width = place.width.min(characters.len() - at).max(1);
        let text: String = characters.iter().collect();
        return (text.trim_end().to_owned(), at, width);
    }
    let from = at
        .saturating_sub(SHOWN_BEFORE)
        .min(characters.len() - SHOWN_CHARACTERS);
    let to = from + SHOWN_CHARACTERS;
    let start = if from > 0 { CUT } else { "" };
    let end = if to < characters.len() { CUT } else { "" };
    let shown: String = characters
        .iter()
        .skip(from)
        .take(SHOWN_CHARACTERS)
        .collect();
    let before = start.chars().count() + at - from;
    let width = place.width.min(to - at).max(1);
    (format!("{start}{}{end}", shown.trim_end()), before, width)
}

/// Returns how many diagnostics of a severity there are, with those that were left out as more of the same.
pub fn number_of(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    let same = diagnostics.iter().filter(|one| one.severity == severity);
    same.map(|one| kind_and_number(one).1).sum()
}

fn count(diagnostics: &[Diagnostic], texts: &Catalogue) -> String {
    let kinds = [
        (Severity::Error, "cli-count-errors"),
        (Severity::Warning, "cli-count-warnings"),
        (Severity::Advice, "cli-count-advices"),
    ];
    let parts = kinds.into_iter().filter_map(|(severity, key)| {
        let count = number_of(diagnostics, severity);
        (count > 0).then(|| texts.count(key, count, &[]))
    });
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::language::Language;
    use crate::source_text::SourceText;

    fn rendered(diagnostics: &[Diagnostic], colours: Colours) -> String {
        render(diagnostics, &Catalogue::of_program(Language::Nl), colours)
    }

    fn unknown_key(text: &str, key: &str) -> Diagnostic {
        let at = text.find(key).unwrap();
        Diagnostic::error("yaml-unknown-key-near")
            .with("key", key)
            .with("nearest", "title")
            .at(SourceText::new("content/a.md", text).place(at..at + key.len()))
    }

    #[test]
    fn a_problem_is_shown_with_its_place_and_what_to_do() {
        let one = unknown_key("---\ntitel: x\n", "titel");
        insta::assert_snapshot!(rendered(&[one], Colours::Off), @r#"
        fout[yaml-unknown-key-near]: De sleutel titel kennen wij niet.
         --> content/a.md:2:1
          |
        2 | titel: x
          | ^^^^^
          = hulp: Bedoel je title?
        "#);
    }

    #[test]
    fn many_problems_are_listed_by_kind_with_what_was_left_out() {
        let mut all = vec![Diagnostic::error("link-dead").in_file("a.md"); 25];
        all.extend(vec![Diagnostic::error("raw-html").in_file("b.md"); 2]);
        let texts = Catalogue::of_program(Language::En);
        let rendered = render(&crate::diagnostic::abridge(all), &texts, Colours::Off);
        let end = rendered.lines().rev().take(3).collect::<Vec<_>>();
        assert_eq!(end, ["27 errors", "", "    25 × link-dead"]);
    }

    #[test]
    fn several_problems_are_counted() {
        let text = "\n\n\n\n\n\n\n\n\n\ttitel: x\n";
        let mut warning = Diagnostic::warning("yaml-expected-text").in_file("forms/b.yaml");
        let problems = [unknown_key(text, "titel"), warning.clone(), warning.clone()];
        insta::assert_snapshot!(rendered(&problems, Colours::Off), @r#"
        fout[yaml-unknown-key-near]: De sleutel titel kennen wij niet.
          --> content/a.md:10:2
           |
        10 |  titel: x
           |  ^^^^^
           = hulp: Bedoel je title?

        waarschuwing[yaml-expected-text]: Hier hoort tekst te staan.
         --> forms/b.yaml
          = hulp: Schrijf één tekst, zonder { }, [ ] of een lijst eronder.

        waarschuwing[yaml-expected-text]: Hier hoort tekst te staan.
         --> forms/b.yaml
          = hulp: Schrijf één tekst, zonder { }, [ ] of een lijst eronder.

        1 fout, 2 waarschuwingen
        "#);
        warning.place = None;
        insta::assert_snapshot!(rendered(&[warning], Colours::Off), @r#"
        waarschuwing[yaml-expected-text]: Hier hoort tekst te staan.
          = hulp: Schrijf één tekst, zonder { }, [ ] of een lijst eronder.
        "#);
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = format!("{}titel{}", "a".repeat(5_000), "b".repeat(5_000));
        insta::assert_snapshot!(rendered(&[unknown_key(&long, "titel")], Colours::Off), @r#"
        fout[yaml-unknown-key-near]: De sleutel titel kennen wij niet.
         --> content/a.md:1:5001
          |
        1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaatitelbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
          |                                          ^^^^^
          = hulp: Bedoel je title?
        "#);
        let wide = format!("x{}", "titel".repeat(100));
        let place = SourceText::new("a.md", wide.as_str()).place(1..wide.len());
        let (text, before, width) = shown_part(&place);
        assert_eq!((text.chars().count(), before, width), (97, 1, 95));
        let place = SourceText::new("a.md", wide.as_str()).place(wide.len() - 1..wide.len());
        let (text, before, width) = shown_part(&place);
        assert_eq!((text.chars().count(), before, width), (97, 96, 1));
    }

    #[test]
    fn what_stands_in_a_file_does_nothing_to_the_terminal() {
        let one = unknown_key("\u{1b}]0;titel\u{7}\u{9b}2J", "titel").with("nearest", "\u{1b}[2J");
        let text = rendered(&[one], Colours::Off);
        assert!(
            text.lines().all(|line| !line.contains(char::is_control)),
            "{text:?}"
        );
    }

    #[test]
    fn a_place_outside_its_line_is_no_panic() {
        let mut one = unknown_key("titel", "titel");
        for (line, column, width) in [(1, 0, 0), (1, 99, 99), (usize::MAX, usize::MAX, usize::MAX)]
        {
            one.place = one.place.map(|place| Place {
                line,
                column,
                width,
                ..place
            });
            assert!(rendered(&[one.clone()], Colours::Off).contains('^'));
        }
    }

    #[test]
    fn colours_are_only_there_when_asked_for() {
        let one = unknown_key("titel", "titel");
        assert!(!rendered(std::slice::from_ref(&one), Colours::Off).contains('\u{1b}'));
        assert!(
            rendered(&[one], Colours::On)
                .contains("\u{1b}[1;31mfout[yaml-unknown-key-near]\u{1b}[0m")
        );
    }
}
