//! `meldwijzer init`: writes a portal for an organisation to a new folder.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use crate::cli::asking::{Question, ask};
use crate::cli::command_error::CommandError;
use crate::cli::schema;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::site::outputs;
use crate::site::starter::{self, USUAL_ADDRESS, USUAL_TITLE, Wanted};

/// The variables of the environment by whose rules addresses and numbers are read.
const ADDRESS: &str = "MELDWIJZER_BASE_URL";
const EMERGENCY: &str = "MELDWIJZER_EMERGENCY_INTERNAL";

/// The arguments of `init`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[arg(long)]
    organisation: Option<String>,
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    address: Option<String>,
    #[arg(long)]
    languages: Option<String>,
    #[arg(long)]
    default_language: Option<String>,
    #[arg(long)]
    emergency: Option<String>,
    #[arg(long)]
    register: Option<String>,
    #[arg(long)]
    without_guide: bool,
    #[arg(long)]
    with_theme: bool,
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    // Whoever is asked eight questions should not hear after them that the folder will not do.
    outputs::check_new_folder(&arguments.folder)?;
    let mut stdin = io::stdin().lock();
    let is_asked = stdin.is_terminal() && !arguments.yes;
    let answers: Option<&mut dyn BufRead> = match is_asked {
        true => Some(&mut stdin),
        false => None,
    };
    let wanted = wanted(ui, arguments, answers)?;
    let mut files = starter::portal(&wanted);
    let schemas = schema::of_portal(ui.texts()).into_iter();
    files.extend(schemas.map(|(name, text)| starter::schema(name, &text)));
    outputs::create_folder(&files, &arguments.folder)?;
    tell_next_steps(ui, &arguments.folder, files.len())
}

/// Finds out what is wanted: from the arguments and, for what they do not say, from whoever answers.
fn wanted(
    ui: &mut Ui,
    arguments: &Arguments,
    answers: Option<&mut dyn BufRead>,
) -> Result<Wanted, CommandError> {
    let mut asking = Asking { ui, answers };
    let organisation = asking.value(
        arguments.organisation.as_deref(),
        Question {
            key: "cli-init-ask-organisation",
            usual: None,
        },
        name,
    )?;
    let title = asking.value(
        arguments.title.as_deref(),
        Question {
            key: "cli-init-ask-title",
            usual: Some(USUAL_TITLE),
        },
        name,
    )?;
    let address = asking.value(
        arguments.address.as_deref(),
        Question {
            key: "cli-init-ask-address",
            usual: Some(USUAL_ADDRESS),
        },
        |typed| setting(ADDRESS, typed),
    )?;
    let languages = asking.value(
        arguments.languages.as_deref(),
        Question {
            key: "cli-init-ask-languages",
            usual: Some("nl, en"),
        },
        languages,
    )?;
    let languages = match &arguments.default_language {
        Some(first) => beginning_with(languages, first).map_err(CommandError::Usage)?,
        None => languages,
    };
    let emergency = asking.value(
        arguments.emergency.as_deref(),
        Question {
            key: "cli-init-ask-emergency",
            usual: Some(""),
        },
        |typed| if_given(typed, |typed| setting(EMERGENCY, typed)),
    )?;
    let register = asking.value(
        arguments.register.as_deref(),
        Question {
            key: "cli-init-ask-register",
            usual: Some(""),
        },
        |typed| if_given(typed, name),
    )?;
    Ok(Wanted {
        organisation,
        title,
        address,
        languages,
        emergency,
        register,
        guide: !arguments.without_guide,
        theme: arguments.with_theme,
    })
}

struct Asking<'a, 'b> {
    ui: &'a mut Ui,
    answers: Option<&'b mut dyn BufRead>,
}

impl Asking<'_, '_> {
    /// Returns what was given, or else what is answered, or else what is usual.
    fn value<T>(
        &mut self,
        given: Option<&str>,
        question: Question<'_>,
        understand: impl Fn(&str) -> Result<T, Diagnostic>,
    ) -> Result<T, CommandError> {
        match (given, &mut self.answers, question.usual) {
            (Some(given), _, _) => understand(given.trim()).map_err(CommandError::Usage),
            (None, Some(answers), _) => ask(self.ui, *answers, question, understand),
            (None, None, Some(usual)) => understand(usual).map_err(CommandError::Usage),
            (None, None, None) => Err(CommandError::Usage(Diagnostic::error(
                "cli-init-no-organisation",
            ))),
        }
    }
}

fn name(typed: &str) -> Result<String, Diagnostic> {
    match starter::name_problem(typed) {
        None => Ok(typed.to_owned()),
        Some(problem) => Err(problem),
    }
}

/// Reads the value of a setting; an address is written as the reader of settings means it.
fn setting(variable: &str, typed: &str) -> Result<String, Diagnostic> {
    match starter::setting_problem(variable, typed) {
        None => Ok(typed.to_owned()),
        Some(problem) => Err(problem),
    }
}

fn if_given(
    typed: &str,
    understand: impl Fn(&str) -> Result<String, Diagnostic>,
) -> Result<Option<String>, Diagnostic> {
    match typed {
        "" => Ok(None),
        typed => understand(typed).map(Some),
    }
}

/// Reads a list such as `nl, en`. The pages that ship are in Dutch, and some of them in English too.
fn languages(typed: &str) -> Result<Vec<Language>, Diagnostic> {
    let parts = typed.split([',', ' ']).filter(|part| !part.is_empty());
    let mut languages = Vec::new();
    for part in parts {
        let language = language(part)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    match languages.contains(&Language::Nl) {
        true => Ok(languages),
        false => Err(Diagnostic::error("starter-without-dutch")),
    }
}

fn language(typed: &str) -> Result<Language, Diagnostic> {
    Language::from_tag(&typed.to_lowercase()).ok_or_else(|| {
        let known = Language::ALL.map(Language::tag);
        Diagnostic::error("cli-unknown-language")
            .with("value", typed)
            .with("known", known.join(", "))
    })
}

fn beginning_with(mut languages: Vec<Language>, first: &str) -> Result<Vec<Language>, Diagnostic> {
    let first = language(first.trim())?;
    let at = languages.iter().position(|language| *language == first);
    match at {
        Some(at) => {
            languages.swap(0, at);
            Ok(languages)
        }
        None => Err(Diagnostic::error("starter-default-language").with("language", first)),
    }
}

fn tell_next_steps(ui: &mut Ui, folder: &Path, count: usize) -> Result<(), CommandError> {
    let shown = folder.display().to_string();
    ui.print(
        &ui.texts()
            .count("cli-init-written", count, &[("path", &shown)]),
    )?;
    ui.print(&ui.text("cli-init-next", &[("path", &shell_word(&shown))]))
}

/// Writes a path so that a shell reads it as one word.
fn shell_word(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match !path.is_empty() && path.chars().all(plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}
