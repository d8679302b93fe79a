//! Tera, as templates of a theme see it: one environment per language, in which `t` and `tn` give
//! texts of that language. No other module knows Tera.

use std::io::{self, Write};
use std::sync::Arc;

use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::files::ThemeFiles;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::message::Catalogue;
use crate::nearest::nearest;
use crate::source_text::SourceText;

/// The templates of a theme, ready to render in one language.
#[derive(Debug)]
pub(super) struct Environment {
    tera: Tera,
    texts: Arc<Catalogue>,
}

impl Environment {
    /// Compiles templates for one language.
    pub(super) fn build(
        language: Language,
        sources: &[SourceText],
        texts: Catalogue,
    ) -> Result<Environment, Vec<Diagnostic>> {
        let texts = Arc::new(texts);
        let mut tera = Tera::new();
        tera.set_escape_fn(escape);
        let catalogue = texts.clone();
        tera.register_function("t", move |arguments: Kwargs, _: &State| {
            text(&catalogue, language, &arguments)
        });
        let catalogue = texts.clone();
        tera.register_function("tn", move |arguments: Kwargs, _: &State| {
            counted_text(&catalogue, language, &arguments)
        });
        tera.add_raw_templates(
            sources
                .iter()
                .map(|source| (name_of(source), source.text())),
        )
        .map_err(|error| explain(&error, sources))?;
        Ok(Environment { tera, texts })
    }

    /// Returns the texts of this language.
    pub(super) fn texts(&self) -> &Catalogue {
        &self.texts
    }

    /// Returns the compiled templates.
    pub(super) fn tera(&self) -> &Tera {
        &self.tera
    }
}

/// Returns every template and component of a theme as text.
pub(super) fn sources(files: &ThemeFiles, diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceText> {
    let mut sources = Vec::new();
    for (path, bytes) in files.iter() {
        let is_template = path.starts_with("templates/") && path.ends_with(".html");
        let is_component = path.starts_with("components/") && path.ends_with("/template.html");
        if is_template || is_component {
            match SourceText::decode(files.place(path), bytes) {
                Ok(source) => sources.push(source),
                Err(place) => diagnostics.push(Diagnostic::error("theme-not-utf8").at(place)),
            }
        }
    }
    sources
}

/// Tells every template that is not one, and returns whether there is none.
pub(super) fn check_syntax(sources: &[SourceText], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let before = diagnostics.len();
    for source in sources {
        // Alone, a template misses its parent and its components; only its own syntax is asked.
        let alone = Tera::new().add_raw_template(name_of(source), source.text());
        if let Err(error) = alone
            && matches!(error.kind(), tera::ErrorKind::SyntaxError(_))
        {
            diagnostics.extend(explain(&error, sources));
        }
    }
    diagnostics.len() == before
}

/// Tells every text that a template asks for by name and that the theme does not have.
pub(super) fn check_keys(
    sources: &[SourceText],
    texts: &Catalogue,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for source in sources {
        for (call, suffixes) in [("t(key=\"", &[""][..]), ("tn(key=\"", &[".one", ".other"])] {
            for (at, key) in literal_keys(source.text(), call) {
                for suffix in suffixes {
                    let wanted = format!("{key}{suffix}");
                    if texts.get(&wanted).is_none() {
                        diagnostics.push(
                            Diagnostic::error("theme-text-unknown")
                                .with("key", &wanted)
                                .with("nearest", nearest(&wanted, texts.keys()).unwrap_or("-"))
                                .at(source.place(at..at + key.len())),
                        );
                    }
                }
            }
        }
    }
}

/// Finds the keys that are written out in full in calls of a function, with their offsets in bytes.
/// A key that is put together (`"kind." ~ page.kind`) is not one of them.
fn literal_keys<'a>(text: &'a str, call: &str) -> Vec<(usize, &'a str)> {
    text.match_indices(call)
        .filter(|(at, _)| {
            let before = text
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
        .filter_map(|(at, found)| {
            let start = at + found.len();
            let (key, after) = text.get(start..)?.split_once('"')?;
            after
                .trim_start()
                .starts_with([',', ')'])
                .then_some((start, key))
        })
        .collect()
}

/// Returns the name under which Tera knows a template: its path inside the folder of the theme.
fn name_of(source: &SourceText) -> &str {
    let mut parts = source.path().splitn(3, '/');
    parts.nth(2).unwrap_or(source.path())
}

/// Turns an error of Tera into diagnostics. Where it concerns several places, Tera only gives a
/// report for people, of which each part starts with `error:` and its place.
fn explain(error: &tera::Error, sources: &[SourceText]) -> Vec<Diagnostic> {
    let report = error.to_string();
    let told: Vec<Diagnostic> = report
        .split("error: ")
        .filter_map(|part| explain_part(part, sources))
        .collect();
    if !told.is_empty() {
        return told;
    }
    vec![Diagnostic::error("theme-template").with("reason", report.trim())]
}

fn explain_part(part: &str, sources: &[SourceText]) -> Option<Diagnostic> {
    let mut lines = part.lines();
    let reason = lines.next()?;
    let (_, place) = lines.next()?.split_once("--> ")?;
    let mut numbers = place.trim().rsplitn(3, ':');
    let column: usize = numbers.next()?.parse().ok()?;
    let line: usize = numbers.next()?.parse().ok()?;
    let name = numbers.next()?;
    let source = sources.iter().find(|source| name_of(source) == name)?;
    let offset: usize = source
        .text()
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let underline = part
        .lines()
        .map(|line| line.matches('^').count())
        .max()
        .unwrap_or(1);
    let start = offset + byte_of_column(source.text().get(offset..)?, column);
    Some(
        Diagnostic::error("theme-template")
            .with("reason", reason)
            .at(source.place(start..start + underline)),
    )
}

fn byte_of_column(line: &str, column: usize) -> usize {
    line.char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(at, _)| at)
}

/// Escapes text for HTML. Line breaks are written as references, so that an answer of several lines
/// passes through the value of a hidden field, and through the removal of white space, unchanged.
fn escape(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for byte in text.bytes() {
        match byte {
            b'&' => out.write_all(b"&amp;")?,
            b'<' => out.write_all(b"&lt;")?,
            b'>' => out.write_all(b"&gt;")?,
            b'"' => out.write_all(b"&quot;")?,
            b'\'' => out.write_all(b"&#39;")?,
            b'\n' => out.write_all(b"&#10;")?,
            b'\r' => out.write_all(b"&#13;")?,
            other => out.write_all(&[other])?,
        }
    }
    Ok(())
}

fn text(texts: &Catalogue, language: Language, arguments: &Kwargs) -> TeraResult<String> {
    let key = arguments.must_get::<&str>("key")?;
    known(texts, key)?;
    Ok(with_values(arguments, language, |values| {
        texts.text(key, values)
    }))
}

fn counted_text(texts: &Catalogue, language: Language, arguments: &Kwargs) -> TeraResult<String> {
    let key = arguments.must_get::<&str>("key")?;
    let count = arguments.must_get::<u64>("count")?;
    let form = if count == 1 { "one" } else { "other" };
    let key = format!("{key}.{form}");
    known(texts, &key)?;
    Ok(with_values(arguments, language, |values| {
        texts.text(&key, values)
    }))
}

fn known(texts: &Catalogue, key: &str) -> TeraResult<()> {
    match texts.get(key) {
        Some(_) => Ok(()),
        None => Err(tera::Error::message(format!(
            "the theme has no text with the key `{key}`"
        ))),
    }
}

fn with_values(
    arguments: &Kwargs,
    language: Language,
    fill: impl FnOnce(&[(&str, &str)]) -> String,
) -> String {
    let values: Vec<(&str, String)> = arguments
        .iter()
        .filter_map(|(name, value)| Some((name.as_str()?, written(value, language))))
        .collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fill(&values)
}

/// Writes a value as people of a language do: a whole number with its thousands apart.
fn written(value: &Value, language: Language) -> String {
    let Some(number) = value.as_i128() else {
        return value.to_string();
    };
    let separator = match language {
        Language::Nl => '.',
        Language::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceText {
        SourceText::new("themes/basis/templates/a.html", text)
    }

    #[test]
    fn numbers_are_written_as_in_the_language() {
        let check = |number: i64, nl: &str, en: &str| {
            assert_eq!(written(&Value::from(number), Language::Nl), nl);
            assert_eq!(written(&Value::from(number), Language::En), en);
        };
        check(7, "7", "7");
        check(1000, "1.000", "1,000");
        check(-1_234_567, "-1.234.567", "-1,234,567");
    }

    #[test]
    fn only_keys_written_in_full_are_checked() {
        let text = r#"{{ t(key="a.b") }}{{ t(key="c", n=1) }}{{ t(key="kind." ~ k) }}{{ tn(key="d", count=2) }}"#;
        let keys: Vec<&str> = literal_keys(text, "t(key=\"")
            .into_iter()
            .map(|(_, key)| key)
            .collect();
        assert_eq!(keys, ["a.b", "c"]);
        assert_eq!(literal_keys(text, "tn(key=\"").len(), 1);
    }

    #[test]
    fn a_mistake_in_a_template_is_told_where_it_stands() {
        let mut diagnostics = Vec::new();
        let sources = [source("<p>\n  {{ één | }}\n")];
        assert!(!check_syntax(&sources, &mut diagnostics));
        let place = diagnostics[0].place.as_ref().unwrap();
        assert_eq!(&*place.path, "themes/basis/templates/a.html");
        assert_eq!(place.line, 2);
        assert_eq!(place.line_text, "  {{ één | }}");
    }

    #[test]
    fn every_unknown_name_is_told() {
        let sources = [source("{{ a | weg }}\n\n  {{ <weg_ook /> }}\n")];
        assert!(check_syntax(&sources, &mut Vec::new()));
        let diagnostics =
            Environment::build(Language::Nl, &sources, Catalogue::default()).unwrap_err();
        let places: Vec<(usize, usize)> = diagnostics
            .iter()
            .map(|d| d.place.as_ref().map_or((0, 0), |p| (p.line, p.column)))
            .collect();
        assert_eq!(diagnostics.len(), 2, "{diagnostics:?}");
        assert_eq!(places[1].0, 3, "{places:?}");
    }

    #[test]
    fn an_unknown_text_fails_with_its_key() {
        let sources = [source("{{ t(key=\"niet.\" ~ \"hier\") }}")];
        let built = Environment::build(Language::Nl, &sources, Catalogue::default()).unwrap();
        let error = built
            .tera()
            .render("templates/a.html", &tera::Context::new())
            .unwrap_err();
        assert!(error.to_string().contains("`niet.hier`"), "{error}");
    }

    #[test]
    fn line_breaks_in_values_are_kept() {
        let mut out = Vec::new();
        escape("a\r\n<\"'&>", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a&#13;&#10;&lt;&quot;&#39;&amp;&gt;"
        );
    }
}
