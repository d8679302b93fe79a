//! The texts of the arguments, and what is told when they are used in a wrong way.
//!
//! clap knows the arguments and finds the mistakes; every word of it comes from our catalogues.

use std::error::Error as _;

use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::cli::command_error::CommandError;
use crate::cli::table;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::message::Catalogue;
use crate::report::ids::InvalidCaseId;

/// The commands in the order in which somebody needs them, in groups below a heading.
const GROUPS: [(&str, &[&str]); 5] = [
    ("cli-group-make", &["init", "new", "preview"]),
    ("cli-group-check", &["check", "explain"]),
    ("cli-group-publish", &["serve", "build", "link"]),
    ("cli-group-reports", &["people", "reports", "submissions"]),
    ("cli-group-tools", &["schema", "completions", "man"]),
];

/// Gives a command, its arguments and its subcommands their texts: what a command does is under
/// `cli.<command path>`, how it is called under `.usage` behind that, and an argument under its name
/// behind that, or behind a command above where more commands have the same. Examples are under `.examples`.
pub(super) fn with_texts(command: Command, texts: &Catalogue) -> Command {
    with_texts_at(command, "cli", texts)
}

fn with_texts_at(command: Command, path: &str, texts: &Catalogue) -> Command {
    let text = |key: &str| texts.text(key, &[]);
    let examples = texts.get(&format!("{path}.examples"));
    let examples = examples.map(|lines| format!("{}\n{lines}", text("cli-heading-examples")));
    let (usage, arguments, options) = (
        text("cli-heading-usage"),
        text("cli-heading-arguments"),
        text("cli-heading-options"),
    );
    let listed = match path {
        "cli" => {
            let (groups, language) = (in_groups(&command, texts), text("cli-language"));
            format!("{groups}\n\n{options}:\n{{options}}\n\n{language}")
        }
        _ => "{all-args}".to_owned(),
    };
    let mut place = 0;
    command
        .about(text(path))
        .long_about(None)
        .override_usage(text(&format!("{path}.usage")))
        .help_template(format!(
            "{{about}}\n\n{usage} {{usage}}\n\n{listed}{{after-help}}"
        ))
        .after_help(examples.unwrap_or_default())
        .subcommand_help_heading(text("cli-heading-commands"))
        .mut_args(|argument| {
            // As they were declared; what all commands have comes last.
            place += 1;
            let order = if argument.is_global_set() {
                usize::MAX
            } else {
                place
            };
            let heading = if argument.is_positional() {
                arguments.clone()
            } else {
                options.clone()
            };
            let help = key_of(texts, path, argument.get_id().as_str());
            let value = key_of(texts, path, &format!("{}.value", argument.get_id()));
            let takes_value = argument.get_action().takes_values();
            let argument = argument
                .help(text(&help))
                .display_order(order)
                .long_help(None)
                .help_heading(heading)
                .hide_default_value(takes_value);
            match texts.get(&value) {
                Some(value) => argument.value_name(value.to_owned()),
                None => argument,
            }
        })
        .mut_subcommands(|subcommand| {
            let path = format!("{path}.{}", subcommand.get_name());
            with_texts_at(subcommand, &path, texts)
        })
}

/// Lists the commands of the program in their groups.
fn in_groups(program: &Command, texts: &Catalogue) -> String {
    let about = |name: &&str| {
        program.find_subcommand(name)?;
        Some([format!("  {name}"), texts.text(&format!("cli.{name}"), &[])])
    };
    let rows = GROUPS.map(|(_, names)| Vec::from_iter(names.iter().filter_map(about)));
    // All groups have the same columns.
    let lines = table::lines(&rows.concat());
    let mut lines = lines.iter();
    let groups = GROUPS.iter().zip(&rows).map(|((key, _), rows)| {
        let lines = lines.by_ref().take(rows.len());
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        format!("{}\n{}", texts.text(key, &[]), lines.join("\n"))
    });
    Vec::from_iter(groups).join("\n\n")
}

/// Returns the key of a text about an argument of a command: behind the command, or else behind the nearest
/// command above it that has one.
fn key_of(texts: &Catalogue, path: &str, name: &str) -> String {
    let key = format!("{path}.{name}");
    match path.rsplit_once('.') {
        Some((above, _)) if texts.get(&key).is_none() => key_of(texts, above, name),
        _ => key,
    }
}

/// Answers arguments that call for no command: prints the help or the version that was asked for, or
/// explains the mistake.
///
/// # Errors
///
/// Returns the mistake, or that the help could not be printed.
pub(super) fn answer(ui: &mut Ui, error: &Error) -> Result<(), CommandError> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            ui.print(error.render().to_string().trim_end())
        }
        _ => Err(CommandError::Usage(diagnostic(error))),
    }
}

fn diagnostic(error: &Error) -> Diagnostic {
    let context = |kind| error.get(kind).map(words).filter(|text| !text.is_empty());
    let given = |kind| context(kind).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let argument = given(ContextKind::InvalidArg);
            match context(ContextKind::SuggestedArg) {
                Some(nearest) => {
                    Diagnostic::error("cli-unknown-argument-near").with("nearest", nearest)
                }
                None => Diagnostic::error("cli-unknown-argument"),
            }
            .with("argument", argument)
        }
        ErrorKind::InvalidSubcommand => {
            let command = given(ContextKind::InvalidSubcommand);
            match context(ContextKind::SuggestedSubcommand) {
                Some(nearest) => {
                    Diagnostic::error("cli-unknown-command-near").with("nearest", nearest)
                }
                None => Diagnostic::error("cli-unknown-command"),
            }
            .with("command", command)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Diagnostic::error("cli-missing-command")
        }
        // clap marks with dots that more values may follow, and our sentence ends there.
        ErrorKind::MissingRequiredArgument => Diagnostic::error("cli-missing-argument").with(
            "argument",
            given(ContextKind::InvalidArg).trim_end_matches('.'),
        ),
        ErrorKind::ValueValidation if is_about_case(error) => {
            Diagnostic::error("cli-not-a-case").with("case", given(ContextKind::InvalidValue))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let argument = given(ContextKind::InvalidArg);
            match context(ContextKind::InvalidValue) {
                None => Diagnostic::error("cli-missing-value"),
                Some(value) => match context(ContextKind::ValidValue) {
                    Some(known) => Diagnostic::error("cli-unknown-value").with("known", known),
                    None => Diagnostic::error("cli-wrong-value"),
                }
                .with("value", value),
            }
            .with("argument", argument)
        }
        ErrorKind::ArgumentConflict => {
            let argument = given(ContextKind::InvalidArg);
            let other = given(ContextKind::PriorArg);
            if other.is_empty() || other == argument {
                Diagnostic::error("cli-argument-twice")
            } else {
                Diagnostic::error("cli-argument-conflict").with("other", other)
            }
            .with("argument", argument)
        }
        ErrorKind::TooManyValues => Diagnostic::error("cli-too-many-values")
            .with("value", given(ContextKind::InvalidValue))
            .with("argument", given(ContextKind::InvalidArg)),
        ErrorKind::InvalidUtf8 => Diagnostic::error("cli-not-utf8"),
        _ => Diagnostic::error("cli-wrong-usage"),
    }
}

fn is_about_case(error: &Error) -> bool {
    error
        .source()
        .is_some_and(|source| source.is::<InvalidCaseId>())
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use crate::cli::Arguments;
    use crate::language::Language;

    fn keys(texts: &Catalogue, command: &Command, path: &str, found: &mut BTreeSet<String>) {
        found.extend([path.to_owned(), format!("{path}.usage")]);
        // Not every command needs an example.
        let examples = format!("{path}.examples");
        found.extend(texts.get(&examples).map(|_| examples));
        for argument in command.get_arguments() {
            let id = argument.get_id();
            found.insert(key_of(texts, path, id.as_str()));
            if argument.get_action().takes_values() {
                found.insert(key_of(texts, path, &format!("{id}.value")));
            }
        }
        for subcommand in command.get_subcommands() {
            let path = format!("{path}.{}", subcommand.get_name());
            keys(texts, subcommand, &path, found);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_texts_in_both_languages_and_none_is_left_over() {
        for language in Language::ALL {
            let texts = Catalogue::of_program(language);
            let mut needed = BTreeSet::new();
            keys(&texts, &Arguments::command(), "cli", &mut needed);
            let there: BTreeSet<String> = texts
                .keys()
                .filter(|key| *key == "cli" || key.starts_with("cli."))
                .map(str::to_owned)
                .collect();
            assert_eq!(there, needed, "{language}");
        }
    }

    #[test]
    fn help_lists_what_belongs_to_the_command_first_and_in_the_order_of_its_usage() {
        let texts = Catalogue::of_program(Language::Nl);
        let mut command = with_texts(Arguments::command(), &texts);
        command.build();
        let reports = command.find_subcommand_mut("reports").unwrap();
        let record = reports.find_subcommand_mut("record").unwrap();
        let help = record.render_help().to_string();
        let places = [
            "<ZAAK>  ",
            "<ACTIE>  ",
            "--as <",
            "--text <",
            "--data <",
            "--root <",
        ];
        let places = places.map(|part| help.find(part));
        assert!(places.iter().all(Option::is_some), "{help}");
        assert!(places.is_sorted(), "{help}");
    }

    #[test]
    fn every_command_is_in_one_group() {
        let program = Arguments::command();
        let mut names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        names.sort_unstable();
        let mut grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .filter(|name| program.find_subcommand(name).is_some())
            .collect();
        grouped.sort_unstable();
        assert_eq!(grouped, names);
    }

    #[test]
    fn every_example_is_understood() {
        fn check(texts: &Catalogue, command: &Command, path: &str, program: &Command) {
            let examples = texts.get(&format!("{path}.examples"));
            let lines = examples.unwrap_or_default().lines().map(str::trim);
            for line in lines.filter(|line| line.starts_with("meldwijzer")) {
                let call = line.split("  ").next().unwrap();
                let call = call.split(['>', '|']).next().unwrap();
                let words = call.replace("\"Gemeente Waterdam\"", "Waterdam");
                let words = words.replace("\"Anna de Vries\"", "Anna");
                let parsed = program
                    .clone()
                    .try_get_matches_from(words.split_whitespace());
                // An example may ask for help.
                let wrong = parsed.err().filter(|error| error.use_stderr());
                assert!(wrong.is_none(), "{line}: {wrong:?}");
            }
            for subcommand in command.get_subcommands() {
                let path = format!("{path}.{}", subcommand.get_name());
                check(texts, subcommand, &path, program);
            }
        }
        for language in Language::ALL {
            let texts = Catalogue::of_program(language);
            let program = with_texts(Arguments::command(), &texts);
            check(&texts, &program, "cli", &program);
        }
    }

    #[test]
    fn the_arguments_make_sense() {
        with_texts(Arguments::command(), &Catalogue::of_program(Language::Nl)).debug_assert();
    }

    #[test]
    fn every_mistake_is_explained() {
        fn check(arguments: &str, code: &str, told: &[(&str, &str)]) {
            let texts = Catalogue::of_program(Language::Nl);
            let command = with_texts(Arguments::command(), &texts);
            let error = command
                .try_get_matches_from(format!("meldwijzer {arguments}").split_whitespace())
                .unwrap_err();
            let diagnostic = diagnostic(&error);
            assert_eq!(diagnostic.code, code, "{arguments}");
            for (name, value) in told {
                let given = diagnostic.arguments.iter().find(|(known, _)| known == name);
                assert_eq!(
                    given.map(|(_, value)| value.as_str()),
                    Some(*value),
                    "{arguments}"
                );
            }
            for language in Language::ALL {
                assert!(
                    Catalogue::of_program(language).get(code).is_some(),
                    "{code}"
                );
            }
        }
        check("", "cli-missing-command", &[]);
        check("reports", "cli-missing-command", &[]);
        check(
            "report",
            "cli-unknown-command-near",
            &[("command", "report"), ("nearest", "reports")],
        );
        check("xyzzy", "cli-unknown-command", &[("command", "xyzzy")]);
        check(
            "reports list --jsn",
            "cli-unknown-argument-near",
            &[("argument", "--jsn"), ("nearest", "--json")],
        );
        check(
            "reports list --qqq",
            "cli-unknown-argument",
            &[("argument", "--qqq")],
        );
        check(
            "reports list extra",
            "cli-unknown-argument",
            &[("argument", "extra")],
        );
        check("reports show 7K3", "cli-not-a-case", &[("case", "7K3")]);
        check(
            "reports show",
            "cli-missing-argument",
            &[("argument", "<ZAAK>")],
        );
        check(
            "reports list --data",
            "cli-missing-value",
            &[("argument", "--data <MAP>")],
        );
        check(
            "reports list --json --json",
            "cli-argument-twice",
            &[("argument", "--json")],
        );
        check("reports list --json=ja", "cli-too-many-values", &[]);
    }
}
