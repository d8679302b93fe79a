//! Problems found in content, forms, themes, settings and data, as values.
//!
//! A diagnostic says where, what, and what to do; it knows no output format and no language. Its
//! code is the key of its message in the program's catalogues (`messages/<language>/`): the text
//! under `<code>` says what is wrong, the text under `<code>.hint` what to do.

use crate::source_text::Place;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built or taken into use until this is solved.
    Error,
    /// The result is usable, but somebody should look.
    Warning,
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

    fn new(severity: Severity, code: &'static str) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            arguments: Vec::new(),
            place: None,
        }
    }

    /// Adds the value of a placeholder.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Diagnostic {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Says where the problem is.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(place);
        self
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
