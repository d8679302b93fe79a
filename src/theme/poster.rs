//! The colours of posters, read from a theme and checked for contrast.

use super::files::ThemeFiles;
use crate::diagnostic::{Diagnostic, any_error};
use crate::palette::{Colour, LEAST_CONTRAST, Palette};
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping};

/// The file of a theme with the colours of posters.
const FILE: &str = "poster.yaml";

/// Reads the colours of posters. Every mistake is told, and so is text that cannot be read on its ground.
pub(super) fn palette(files: &ThemeFiles, diagnostics: &mut Vec<Diagnostic>) -> Palette {
    let source = match files
        .get(FILE)
        .map(|bytes| SourceText::decode(files.place(FILE), bytes))
    {
        Some(Ok(source)) => source,
        Some(Err(place)) => {
            diagnostics.push(Diagnostic::error("theme-not-utf8").at(place));
            return Palette::default();
        }
        None => {
            diagnostics.push(Diagnostic::error("theme-file-missing").in_file(files.place(FILE)));
            return Palette::default();
        }
    };
    let (palette, problems) = read(&source);
    diagnostics.extend(problems);
    palette
}

fn read(source: &SourceText) -> (Palette, Vec<Diagnostic>) {
    let (document, mut diagnostics) = yaml::parse(source);
    let Some(document) = document else {
        return (Palette::default(), diagnostics);
    };
    let mut map = Mapping::read(&document, &mut diagnostics);
    let palette = Palette {
        background: colour(&mut map, "background", &mut diagnostics),
        surface: colour(&mut map, "surface", &mut diagnostics),
        text: colour(&mut map, "text", &mut diagnostics),
        muted: colour(&mut map, "muted", &mut diagnostics),
        accent: colour(&mut map, "accent", &mut diagnostics),
        on_accent: colour(&mut map, "on_accent", &mut diagnostics),
        line: colour(&mut map, "line", &mut diagnostics),
        ok: colour(&mut map, "ok", &mut diagnostics),
        careful: colour(&mut map, "careful", &mut diagnostics),
        no: colour(&mut map, "no", &mut diagnostics),
        on_mark: colour(&mut map, "on_mark", &mut diagnostics),
    };
    // A colour that is missing stands as black, and its contrast would be a second mistake.
    if !any_error(&diagnostics) {
        check_contrast(&palette, &mut map, &mut diagnostics);
    }
    map.finish(&mut diagnostics);
    (palette, diagnostics)
}

fn colour(map: &mut Mapping<'_>, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Colour {
    let node = map.require(key, diagnostics);
    let Some((node, text)) = node.and_then(|node| Some((node, node.text(diagnostics)?))) else {
        return Colour::default();
    };
    Colour::parse(&text).unwrap_or_else(|| {
        diagnostics.push(
            Diagnostic::error("theme-colour")
                .with("value", text)
                .at(node.place()),
        );
        Colour::default()
    })
}

fn check_contrast(palette: &Palette, map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for ((text, colour), (ground, behind)) in palette.pairs() {
        let contrast = colour.contrast(behind);
        if contrast >= LEAST_CONTRAST {
            continue;
        }
        let place = map
            .get(text)
            .map_or_else(|| map.place(), |node| node.place());
        // Cut, not rounded: 4.499 is too little and would be told as 4.50.
        let shown = (contrast * 100.0).floor() / 100.0;
        diagnostics.push(
            Diagnostic::error("theme-contrast")
                .with("text", text)
                .with("ground", ground)
                .with("contrast", format!("{shown:.2}"))
                .with("least", LEAST_CONTRAST)
                .at(place),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "background: '#ffffff'\nsurface: '#f0f0f0'\ntext: '#000000'\nmuted: '#444444'\n\
        accent: '#134d57'\non_accent: '#ffffff'\nline: '#cccccc'\nok: '#2f7449'\ncareful: '#8a5200'\n\
        no: '#a11d21'\non_mark: '#ffffff'\n";

    fn check(text: &str, expected: &[(&str, usize)]) {
        let (_, diagnostics) = read(&SourceText::new("poster.yaml", text));
        let found: Vec<_> = diagnostics
            .iter()
            .map(|problem| (problem.code, problem.place.as_ref().unwrap().line))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn colours_that_are_no_colours_or_not_there_are_told() {
        check("", &[]);
        check(GOOD, &[]);
        check(&GOOD.replace("'#444444'", "grijs"), &[("theme-colour", 4)]);
        check(
            &GOOD.replace("muted: '#444444'\n", ""),
            &[("yaml-missing-key", 1)],
        );
        check(
            &GOOD.replace("line:", "lines:"),
            &[("yaml-missing-key", 1), ("yaml-unknown-key-near", 7)],
        );
    }

    #[test]
    fn text_that_cannot_be_read_is_told_with_its_contrast() {
        let text = GOOD.replace("careful: '#8a5200'", "careful: '#f4ab3c'");
        let (_, diagnostics) = read(&SourceText::new("poster.yaml", text));
        let [problem] = diagnostics.as_slice() else {
            panic!("{diagnostics:?}");
        };
        assert_eq!(problem.code, "theme-contrast");
        let arguments: Vec<_> = problem
            .arguments
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(arguments, ["on_mark", "careful", "1.95", "4.5"]);
    }

    #[test]
    fn an_empty_file_has_no_palette() {
        let (palette, _) = read(&SourceText::new("poster.yaml", ""));
        assert_eq!(palette, Palette::default());
    }
}
