//! Problems found in content, forms, themes, settings and data, as values.
//!
//! A diagnostic says where, what, and what to do; it knows no output format and no language. Its
//! code is the key of its message in the program's catalogues (`messages/<language>/`): the text
//! under `<code>` says what is wrong, the text under `<code>.hint` what to do.

use std::collections::BTreeMap;

use crate::source_text::Place;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built or taken into use until this is solved.
    Error,
    /// The result is usable, but somebody should look.
    Warning,
    /// Nothing is wrong; it can be better. Told where somebody asks for it.
    Advice,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the kind of problem, and key of its message.
    pub code: &'static str,
    /// Values for the placeholders of the message and the hint.
    pub arguments: Vec<(&'static str, String)>,
    /// Where it is; absent where no file is concerned.
    pub place: Option<Place>,
    /// What mends it for sure, where something does.
    pub fix: Option<Box<Fix>>,
}

/// A change at the place of a problem that mends it. It is offered only where nobody could mean something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What stands at the place.
    pub from: String,
    /// What must stand there instead.
    pub to: String,
}

impl Diagnostic {
    /// Makes an error. `code` must be a key of the program's catalogues.
    pub fn error(code: &'static str) -> Diagnostic {
        Diagnostic::new(Severity::Error, code)
    }

    /// Makes a warning. `code` must be a key of the program's catalogues.
    pub fn warning(code: &'static str) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code)
    }

    /// Makes an advice. `code` must be a key of the program's catalogues.
    pub fn advice(code: &'static str) -> Diagnostic {
        Diagnostic::new(Severity::Advice, code)
    }

    fn new(severity: Severity, code: &'static str) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            arguments: Vec::new(),
            place: None,
            fix: None,
        }
    }

    /// Adds the value of a placeholder.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Diagnostic {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Says what mends it for sure: `to` instead of `from`, which is all that stands at its place.
    #[must_use]
    pub fn mended_by(mut self, from: &str, to: impl Into<String>) -> Diagnostic {
        self.fix = Some(Box::new(Fix {
            from: from.to_owned(),
            to: to.into(),
        }));
        self
    }

    /// Says where the problem is. What would mend something else than stands there is forgotten: the text may come
    /// from elsewhere, or be written in another way.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.fix = self.fix.filter(|fix| place.text() == fix.from);
        self.place = Some(place);
        self
    }

    /// Returns the value of a placeholder.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut arguments = self.arguments.iter();
        let found = arguments.find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Says that the problem concerns a file of which no text can be shown.
    #[must_use]
    pub fn in_file(self, path: impl AsRef<str>) -> Diagnostic {
        self.at(Place {
            path: path.as_ref().into(),
            line: 0,
            column: 0,
            width: 0,
            line_text: String::new(),
        })
    }
}

/// Returns whether any of the diagnostics is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Puts diagnostics in reading order: by file, line and column, errors first on one place.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| d.place.as_ref().map(|p| (p.path.clone(), p.line, p.column));
        key(a)
            .cmp(&key(b))
            .then(a.severity.cmp(&b.severity))
            .then(a.code.cmp(b.code))
    });
}

/// Most errors of one kind that are told of one file. Who has two hundred has one cause.
const MOST_ERRORS_OF_A_KIND: usize = 20;

/// Most warnings of one kind that are told of one file, so that the rare ones are seen.
const MOST_WARNINGS_OF_A_KIND: usize = 3;

/// The code of a diagnostic that stands for others: `count` more of the kind `code` in that file.
pub const MORE_OF_THE_SAME: &str = "more-of-the-same";

/// Leaves out what is more of the same: of each kind of problem in one file the first ones stay, and
/// one more says how many there are besides. The diagnostics must be in reading order.
pub fn abridge(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key = |diagnostic: &Diagnostic| {
        let path = diagnostic.place.as_ref().map(|place| place.path.clone());
        (path, diagnostic.code)
    };
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for diagnostic in &diagnostics {
        *counts.entry(key(diagnostic)).or_default() += 1;
    }
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    let mut abridged = Vec::new();
    for diagnostic in diagnostics {
        let key = key(&diagnostic);
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        let all = counts.get(&key).copied().unwrap_or_default();
        let most = match diagnostic.severity {
            Severity::Error => MOST_ERRORS_OF_A_KIND,
            Severity::Warning => MOST_WARNINGS_OF_A_KIND,
            // Who asks for advice wants all of it.
            Severity::Advice => usize::MAX,
        };
        if *number == most.saturating_add(1) {
            let mut more = Diagnostic::new(diagnostic.severity, MORE_OF_THE_SAME)
                .with("count", all - most)
                .with("code", diagnostic.code);
            more.place = diagnostic.place;
            abridged.push(more);
        } else if *number <= most {
            abridged.push(diagnostic);
        }
    }
    abridged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mends_something_else_than_stands_at_the_place_is_forgotten() {
        let source = crate::source_text::SourceText::new("a.md", "één titel: x");
        let mended = |from| {
            let diagnostic = Diagnostic::error("yaml-unknown-key-near").mended_by(from, "title");
            diagnostic.at(source.place(6..11)).fix.is_some()
        };
        assert!(mended("titel"));
        assert!(!mended("tite") && !mended("titel:"));
    }

    #[test]
    fn more_of_the_same_is_counted_and_not_told() {
        let of = |path: &str| Diagnostic::error("link-dead").in_file(path);
        let mut all = vec![of("a.md"); 25];
        all.extend(vec![of("b.md"); 20]);
        let abridged = abridge(all);
        assert_eq!(abridged.len(), 41);
        assert_eq!(abridged[20].code, MORE_OF_THE_SAME);
        assert_eq!(abridged[20].arguments[0], ("count", "5".to_owned()));
    }
}
