//! What `check` found, as workflow commands that GitHub shows beside the lines of a change.
//!
//! Their shape is that of <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; what must
//! be escaped in them is in <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.

use std::env;
use std::path::{Component, Path};

use super::Report;
use super::json::end_column;
use crate::cli::command_error::CommandError;
use crate::cli::diagnostics::{hint, message, unseen};
use crate::cli::harmless;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, Severity};
use crate::message::Catalogue;

pub(super) fn print(ui: &mut Ui, root: &Path, report: &Report) -> Result<(), CommandError> {
    let folder = seen_from_here(root);
    let problems = report.problems.iter();
    for problem in problems.chain(&report.places).chain(&report.unclear) {
        let command = command(problem, &folder, ui.texts());
        ui.print(&command)?;
    }
    Ok(())
}

fn command(diagnostic: &Diagnostic, folder: &str, texts: &Catalogue) -> String {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        let path = harmless::line(&format!("{folder}{}", place.path));
        properties.push(format!("file={}", property(&path)));
        // Line 0 stands for a file of which no text can be shown.
        if place.line > 0 {
            properties.push(format!("line={}", place.line));
            properties.push(format!("col={}", place.column));
            properties.push(format!("endColumn={}", end_column(place)));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code)));
    let parts = [
        Some(message(diagnostic, texts)),
        hint(diagnostic, texts),
        unseen(diagnostic, texts),
    ];
    let text: Vec<String> = parts.into_iter().flatten().collect();
    let text = data(&text.join("\n"));
    format!("::{kind} {}::{text}", properties.join(","))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a command.
fn property(value: &str) -> String {
    data(value).replace(':', "%3A").replace(',', "%2C")
}

/// Writes the folder of the portal as seen from the working directory, from where GitHub looks for files, with a
/// slash at its end; nothing where it is that folder.
fn seen_from_here(root: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let root = root.strip_prefix(&here).unwrap_or(root);
    let mut folder = String::new();
    for step in root.components() {
        match step {
            Component::CurDir => {}
            Component::RootDir => folder.push('/'),
            step => folder.push_str(&format!("{}/", step.as_os_str().to_string_lossy())),
        }
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::language::Language;
    use crate::source_text::SourceText;

    fn check(diagnostic: &Diagnostic, folder: &str, expected: &str) {
        let texts = Catalogue::of_program(Language::En);
        assert_eq!(command(diagnostic, folder, &texts), expected);
    }

    #[test]
    fn a_problem_is_a_command_with_its_place() {
        let source = SourceText::new("content/a, b: 100%.md", "één [x](weg.md)");
        let dead = Diagnostic::error("link-dead")
            .with("target", "weg.md\n::error::x%0A")
            .with("nearest", "web,.md");
        check(
            &dead.at(source.place(10..16)),
            "docs/",
            "::error file=docs/content/a%2C b%3A 100%25.md,line=1,col=9,endColumn=15,title=link-dead::\
             This link goes to something that does not exist: weg.md\u{fffd}::error::x%250A%0A\
             Do you mean web,.md?",
        );
        check(
            &Diagnostic::advice("heading-empty").in_file("a.md"),
            "",
            "::notice file=a.md,title=heading-empty::This heading has no text.%0A\
             Write a heading or remove the number signs.",
        );
    }

    #[test]
    fn a_root_is_seen_from_where_we_are() {
        let here = env::current_dir().unwrap();
        assert_eq!(seen_from_here(Path::new(".")), "");
        assert_eq!(seen_from_here(Path::new("./een/twee/")), "een/twee/");
        assert_eq!(seen_from_here(&here), "");
        assert_eq!(seen_from_here(&here.join("een")), "een/");
        assert_eq!(seen_from_here(Path::new("/elders")), "/elders/");
    }
}
