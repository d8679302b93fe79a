//! `meldwijzer man`: the page of the manual about the program or about one of its commands, made from their definitions.

use clap::Command;
use clap_mangen::Man;

use crate::cli::command_error::{self, CommandError};
use crate::cli::described;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::message::Catalogue;
use crate::nearest::nearest;

/// What stands before a heading of a page.
const HEADING: &str = ".SH ";

/// The heading of what stands after the arguments.
const EXAMPLES: &str = "EXTRA";

/// The headings that the page is made with, and the keys of what readers see.
const HEADINGS: [(&str, &str); 5] = [
    ("NAME", "cli-man-name"),
    ("SYNOPSIS", "cli-man-synopsis"),
    ("DESCRIPTION", "cli-man-description"),
    ("VERSION", "cli-man-version"),
    (EXAMPLES, "cli-man-examples"),
];

/// The arguments of `man`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    command: Vec<String>,
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    let mut program = described(ui);
    program.build();
    let page = page_of(&program, &arguments.command, ui.texts())?;
    ui.print_bytes(page.as_bytes())
}

fn page_of(program: &Command, names: &[String], texts: &Catalogue) -> Result<String, CommandError> {
    let mut command = program;
    for name in names {
        command = command
            .find_subcommand(name)
            .ok_or_else(|| CommandError::Usage(unknown(command, name)))?;
    }
    // With the words that lead to it, as it is called.
    let whole: Vec<&str> = std::iter::once(program.get_name())
        .chain(names.iter().map(String::as_str))
        .collect();
    let command = command
        .clone()
        .name(whole.join("-"))
        .display_name(whole.join("-"));
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(|error| command_error::of_output(&error))?;
    let page = String::from_utf8_lossy(&page);
    let language = |key: &str| texts.text(key, &[]);
    let about_language = format!(
        "{HEADING}{}\n{}\n",
        language("cli-man-language"),
        language("cli-language")
    );
    Ok(in_language(&page, texts) + &about_language)
}

fn unknown(command: &Command, name: &str) -> Diagnostic {
    let known = command.get_subcommands().map(Command::get_name);
    match nearest(name, known) {
        Some(near) => Diagnostic::error("cli-unknown-command-near").with("nearest", near),
        None => Diagnostic::error("cli-unknown-command"),
    }
    .with("command", name)
}

/// Returns a page with its headings in the language of a catalogue, and its examples line by line: a reader of pages
/// sets text without regard for lines.
fn in_language(page: &str, texts: &Catalogue) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_example = false;
    let mut page = page.lines();
    while let Some(line) = page.next() {
        let Some(heading) = line.strip_prefix(HEADING) else {
            lines.push(line.to_owned());
            continue;
        };
        if is_example {
            lines.push(".fi".to_owned());
        }
        is_example = heading == EXAMPLES;
        let key = HEADINGS.iter().find(|(name, _)| *name == heading);
        let heading = key.map_or_else(|| heading.to_owned(), |(_, key)| texts.text(key, &[]));
        lines.push(format!("{HEADING}{heading}"));
        if is_example {
            lines.push(".nf".to_owned());
            // The word "Examples" is in the heading already.
            page.next();
        }
    }
    if is_example {
        lines.push(".fi".to_owned());
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    use clap::CommandFactory;

    use crate::language::Language;

    #[test]
    fn every_command_has_a_page_whose_headings_are_in_the_language_of_the_reader() {
        fn check(program: &Command, command: &Command, names: &mut Vec<String>, texts: &Catalogue) {
            let page = page_of(program, names, texts).unwrap();
            let about = command.get_about().unwrap().to_string();
            let start = about.split(['.', '-', '\'']).next().unwrap();
            assert!(page.contains(start), "{names:?}: {page}");
            assert_eq!(
                page.matches("\n.nf\n").count(),
                page.matches("\n.fi\n").count()
            );
            let has_examples = command
                .get_after_help()
                .is_some_and(|text| !text.to_string().is_empty());
            assert_eq!(
                page.contains("\n.nf\n  meldwijzer "),
                has_examples,
                "{page}"
            );
            for (english, _) in HEADINGS.iter().filter(|(name, _)| *name != "VERSION") {
                assert!(!page.contains(&format!("\n.SH {english}\n")), "{page}");
            }
            for subcommand in command.get_subcommands() {
                names.push(subcommand.get_name().to_owned());
                check(program, subcommand, names, texts);
                names.pop();
            }
        }
        let texts = Catalogue::of_program(Language::Nl);
        let mut program = crate::cli::usage::with_texts(crate::cli::Arguments::command(), &texts);
        program.build();
        check(&program, &program, &mut Vec::new(), &texts);
        let wrong = ["reprots".to_owned()];
        let Err(CommandError::Usage(told)) = page_of(&program, &wrong, &texts) else {
            panic!("reprots has a page");
        };
        assert_eq!(told.code, "cli-unknown-command-near");
    }
}
