//! `meldwijzer new`: begins a page, a form or a message of the portal, and never overwrites one.

use std::fs;
use std::path::Path;

use clap::Subcommand;

use crate::cli::command_error::CommandError;
use crate::cli::portal::Settings;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::{Diagnostic, any_error};
use crate::form::{self, is_form_file};
use crate::language::Language;
use crate::site::assembly::{read_forms, sources_of_forms};
use crate::site::config::Config;
use crate::site::front_matter::Kind;
use crate::site::outputs::{self, WriteError};
use crate::site::source::text_of;
use crate::site::starter::{self, Addition, PageBeginning, PagePath};
use crate::source_text::SourceText;
use crate::yaml::Node;

/// Where the messages of a portal are, from its root.
const MESSAGES: &str = "content/messages.yaml";

/// The address to which the button for reporting leads where the portal has no forms that can be read.
const USUAL_REPORT: &str = "melden";

/// The arguments of `new`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Page(NewPage),
    Form(NewForm),
    Message(NewMessage),
}

#[derive(Debug, clap::Args)]
struct NewPage {
    #[arg(value_name = "PATH")]
    path: String,
    #[arg(long)]
    title: Option<String>,
    #[arg(long)]
    kind: Option<String>,
    #[arg(long, value_parser = ["nl", "en"], hide_possible_values = true)]
    language: Option<String>,
}

#[derive(Debug, clap::Args)]
struct NewForm {
    #[arg(value_name = "ID")]
    id: String,
    #[arg(long)]
    title: Option<String>,
}

#[derive(Debug, clap::Args)]
struct NewMessage {
    #[arg(value_name = "ID")]
    id: String,
    #[arg(long)]
    title: Option<String>,
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: &Arguments) -> Result<(), CommandError> {
    let config = Settings::read(ui, root)?.config;
    match &arguments.what {
        What::Page(arguments) => page(ui, root, &config, arguments),
        What::Form(arguments) => form(ui, root, &config, arguments),
        What::Message(arguments) => message(ui, root, &config, arguments),
    }
}

fn page(
    ui: &mut Ui,
    root: &Path,
    config: &Config,
    arguments: &NewPage,
) -> Result<(), CommandError> {
    let path = PagePath::read(&arguments.path).map_err(CommandError::Usage)?;
    let path = match root.join("content").join(path.key()).is_dir() {
        true => path.as_folder(),
        false => path,
    };
    let language = language(config, arguments.language.as_deref(), path.language)?;
    let kind = match &arguments.kind {
        Some(name) => kind(name)?,
        None => path.usual_kind(),
    };
    if let Some(title) = &arguments.title {
        check_title(title)?;
    }
    check_address(root, &path)?;
    let file = path.file(language, config.default_language());
    let forms = read_forms(root, &mut Vec::new());
    let report = forms.first().map_or(USUAL_REPORT, |form| &form.address);
    let beginning = PageBeginning {
        title: arguments.title.as_deref().unwrap_or(&path.title),
        kind,
        language,
        path: &path,
        report: &format!("/{report}/"),
    };
    let text = starter::page_file(&beginning, SystemClock.today());
    create(root, &file, &text)?;
    ui.print(&ui.text("cli-new-page", &[("path", &file)]))
}

/// Returns the language of a page: as asked, as its name says, or else that of the portal.
fn language(
    config: &Config,
    asked: Option<&str>,
    named: Option<Language>,
) -> Result<Language, CommandError> {
    let asked = asked.and_then(Language::from_tag);
    if let (Some(asked), Some(named)) = (asked, named)
        && asked != named
    {
        return Err(CommandError::Usage(
            Diagnostic::error("starter-two-languages")
                .with("asked", asked)
                .with("named", named),
        ));
    }
    let language = asked.or(named).unwrap_or_else(|| config.default_language());
    match config.languages.contains(&language) {
        true => Ok(language),
        false => Err(CommandError::Usage(
            Diagnostic::error("starter-page-language").with("language", language),
        )),
    }
}

fn kind(name: &str) -> Result<Kind, CommandError> {
    let mut problems = Vec::new();
    let kind = Node::of_text("--kind", name.trim()).one_of(&Kind::NAMES, &mut problems);
    kind.ok_or_else(|| {
        let problem = problems.into_iter().next();
        let problem = problem.unwrap_or_else(|| Diagnostic::error("cli-wrong-usage"));
        CommandError::Usage(Diagnostic {
            place: None,
            ..problem
        })
    })
}

fn check_title(title: &str) -> Result<(), CommandError> {
    match starter::name_problem(title) {
        None => Ok(()),
        Some(problem) => Err(CommandError::Usage(problem)),
    }
}

/// Tells a page that has the address already: `a.md` and `a/index.md` have the same.
fn check_address(root: &Path, path: &PagePath) -> Result<(), CommandError> {
    let tags = Language::ALL.map(|language| format!(".{language}"));
    let endings = tags.iter().map(String::as_str).chain([""]);
    let files = endings.map(|tag| format!("content/{}{tag}.md", path.folder));
    let mut files = files.filter(|_| path.is_index() && !path.folder.is_empty());
    match files.find(|file| root.join(file).exists()) {
        None => Ok(()),
        Some(other) => Err(CommandError::Usage(
            Diagnostic::error("starter-page-taken").with("other", other),
        )),
    }
}

fn form(
    ui: &mut Ui,
    root: &Path,
    config: &Config,
    arguments: &NewForm,
) -> Result<(), CommandError> {
    let id = starter::form_id(&arguments.id).map_err(CommandError::Usage)?;
    if let Some(title) = &arguments.title {
        check_title(title)?;
    }
    let file = format!("forms/{id}.yaml");
    if root.join(&file).exists() {
        return Err(WriteError::Exists(root.join(&file)).into());
    }
    let pages = [format!("content/{id}.md"), format!("content/{id}")];
    if let Some(other) = pages.iter().find(|page| root.join(page).exists()) {
        return Err(CommandError::Usage(
            Diagnostic::error("starter-form-taken").with("other", other),
        ));
    }
    let text = starter::form_file(&id, arguments.title.as_deref(), &config.languages);
    check_form(root, &file, &text)?;
    let is_first = !has_forms(root);
    if is_first {
        // One form of its own, and a portal offers no others.
        let shipped = starter::forms().into_iter();
        let shipped =
            shipped.filter(|one| one.path.strip_prefix("forms/").is_some_and(is_form_file));
        for form in shipped {
            create(root, &form.path, &String::from_utf8_lossy(&form.bytes))?;
        }
    }
    create(root, &file, &text)?;
    if is_first {
        ui.print(&ui.text("cli-new-form-first", &[]))?;
    }
    let address = format!("{}/{id}/", config.base_path());
    ui.print(&ui.text("cli-new-form", &[("path", &file), ("address", &address)]))
}

/// Returns whether the portal has forms of its own.
fn has_forms(root: &Path) -> bool {
    let entries = fs::read_dir(root.join("forms")).into_iter().flatten();
    let mut names = entries.flatten().map(|entry| entry.file_name());
    names.any(|name| name.to_str().is_some_and(is_form_file))
}

/// Sees whether a form can stand beside those of the portal, before it is written.
fn check_form(root: &Path, file: &str, text: &str) -> Result<(), CommandError> {
    let mut sources = sources_of_forms(root, &mut Vec::new());
    sources.push(SourceText::new(file, text));
    let (_, mut problems) = form::read_all(&sources);
    problems.retain(|problem| problem.place.as_ref().is_some_and(|at| &*at.path == file));
    match any_error(&problems) {
        true => Err(CommandError::Several(problems)),
        false => Ok(()),
    }
}

fn message(
    ui: &mut Ui,
    root: &Path,
    config: &Config,
    arguments: &NewMessage,
) -> Result<(), CommandError> {
    let id = starter::message_id(&arguments.id).map_err(CommandError::Usage)?;
    if let Some(title) = &arguments.title {
        check_title(title)?;
    }
    let addition = Addition {
        id: &id,
        title: arguments.title.as_deref(),
        languages: &config.languages,
        today: SystemClock.today(),
    };
    let file = root.join(MESSAGES);
    let read = |bytes: Option<&[u8]>| {
        let source = bytes.map(|bytes| text_of(MESSAGES, bytes)).transpose();
        let source = source.map_err(|problem| vec![problem])?;
        starter::with_message(source.as_ref(), &addition)
    };
    // A file that cannot be read is told when it is written.
    let there = fs::read(&file).ok();
    let (text, from) = read(there.as_deref()).map_err(CommandError::Several)?;
    match there {
        None => create(root, MESSAGES, &text)?,
        Some(_) => outputs::update(&file, |bytes| Some(read(bytes).ok()?.0))?,
    }
    let from = from.to_string();
    ui.print(&ui.text(
        "cli-new-message",
        &[("path", MESSAGES), ("id", &id), ("from", &from)],
    ))
}

fn create(root: &Path, path: &str, text: &str) -> Result<(), CommandError> {
    Ok(outputs::create_file(&root.join(path), text)?)
}
