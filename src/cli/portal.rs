//! The whole portal, from a folder on disk to outputs in memory: what `serve` and `build` share.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, abridge, any_error, sort};
use crate::form::{self, Definition, DirectoryEntry, FieldKind, Text, is_form_file};
use crate::language::Language;
use crate::output::Output;
use crate::report::lifecycle::Lifecycle;
use crate::site::addresses::{Addresses, Record};
use crate::site::calendar::Calendar;
use crate::site::config::{Config, Contact, Environment};
use crate::site::glossary::Glossary;
use crate::site::loose_ends;
use crate::site::pages::{Showing, Site, gather};
use crate::site::plain_language;
use crate::site::production;
use crate::site::render::{
    Input, receiver_outputs, receiver_views, render, site_views, theme_problem,
};
use crate::site::source;
use crate::source_text::SourceText;
use crate::theme::view::SiteView;
use crate::theme::{Theme, ThemeFiles};

/// A portal that has been built as of a day.
pub struct Portal {
    /// Its settings.
    pub config: Config,
    /// Its look.
    pub theme: Theme,
    /// Its forms.
    pub forms: Vec<Definition>,
    /// What happens to its reports.
    pub lifecycle: Arc<Lifecycle>,
    /// What all pages in a language share.
    pub views: BTreeMap<Language, SiteView>,
    /// Its pages.
    pub site: Site,
    /// Its files.
    pub outputs: Vec<Output>,
    /// The addresses at which it answers.
    pub addresses: Addresses,
}

impl Portal {
    /// Leaves what the receiver serves. Where the receiver has an address of its own, that is the forms
    /// and My report: the pages are on another web server, and links lead there.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the theme.
    pub fn for_receiver(self, root: &Path) -> Result<Portal, Vec<Diagnostic>> {
        if self.config.receiver_elsewhere().is_none() {
            return Ok(self);
        }
        let mut problems = Vec::new();
        // The addresses of style sheets have the path of the server in them.
        let path = self.config.receiver_path();
        let Some(theme) = read_theme(root, &self.config, path, &mut problems) else {
            return Err(problems);
        };
        let views = receiver_views(&self.config, &theme, &self.views);
        let outputs = receiver_outputs(&self.config, &theme, &views)
            .map_err(|error| vec![theme_problem(&error)])?;
        Ok(Portal {
            theme,
            views,
            outputs,
            ..self
        })
    }

    /// Returns what all pages have in common, per language, the default language first.
    pub fn sites(&self) -> Vec<&SiteView> {
        let languages = self.config.languages.iter();
        languages
            .filter_map(|language| self.views.get(language))
            .collect()
    }
}

/// The settings that matter to reports which are stored.
pub struct Settings {
    /// The settings of the portal.
    pub config: Config,
    /// What happens to its reports.
    pub lifecycle: Arc<Lifecycle>,
}

impl Settings {
    /// Reads the settings of the portal in a folder, and tells what is wrong with them.
    ///
    /// # Errors
    ///
    /// Fails where anything in them is an error: settings that were read in part erase too much.
    pub fn read(ui: &mut Ui, root: &Path) -> Result<Settings, CommandError> {
        let mut diagnostics = Vec::new();
        let config = read_config(root, &environment, &mut diagnostics);
        let config = config.map(|(config, _)| config);
        if !diagnostics.is_empty() {
            ui.tell_diagnostics(&diagnostics)?;
        }
        let lifecycle = Settings::lifecycle(ui, root)?;
        match config {
            Some(config) if !any_error(&diagnostics) => Ok(Settings { config, lifecycle }),
            _ => Err(CommandError::Problems),
        }
    }

    /// Reads what happens to the reports of the portal in a folder.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read, after telling what is wrong.
    pub fn lifecycle(ui: &mut Ui, root: &Path) -> Result<Arc<Lifecycle>, CommandError> {
        let mut diagnostics = Vec::new();
        let lifecycle = read_lifecycle(root, &mut diagnostics);
        if !diagnostics.is_empty() {
            ui.tell_diagnostics(&diagnostics)?;
        }
        lifecycle.map(Arc::new).ok_or(CommandError::Problems)
    }
}

/// Builds the portal in a folder, as readers see it. All problems of settings, content, forms and theme
/// come back together, in reading order; there is a portal only where none of them is an error.
pub fn assemble(
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    assemble_showing(Showing::Published, root, environment, today)
}

/// Builds the portal in a folder as [`assemble`] does, with the pages that are asked.
pub fn assemble_showing(
    showing: Showing,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    let (portal, diagnostics) = assemble_telling_all(showing, root, environment, today);
    (portal, abridge(diagnostics))
}

/// Builds the portal in a folder as [`assemble_showing`] does, and tells more of the same too.
pub fn assemble_telling_all(
    showing: Showing,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let portal = assemble_unchecked(showing, root, environment, today, &mut diagnostics);
    sort(&mut diagnostics);
    diagnostics.dedup();
    let sound = !any_error(&diagnostics);
    (portal.filter(|_| sound), diagnostics)
}

fn assemble_unchecked(
    showing: Showing,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Portal> {
    let read = read_config(root, environment, diagnostics).map(|(config, text)| {
        diagnostics.extend(production::check_settings(&config, &text, environment));
        config
    });
    let is_read = read.is_some();
    // Without settings nothing can be built, but what is wrong elsewhere is told all the same.
    let config = read.unwrap_or_else(|| placeholder(environment));
    let sources_of_forms = sources_of_forms(root, diagnostics);
    let forms = forms_of(&sources_of_forms, diagnostics);
    let unread_forms = form::unread_addresses(&sources_of_forms, &forms);
    let forms = with_contacts(root, forms, &config, diagnostics);
    let lifecycle = read_lifecycle(root, diagnostics);
    let theme = read_theme(root, &config, config.base_path(), diagnostics);
    let (mut sources, problems) = source::read(root);
    diagnostics.extend(problems);
    let (glossary, problems) = Glossary::take(&mut sources, &config.languages);
    diagnostics.extend(problems);

    let (site, problems) = gather(&config, &sources, &forms, today, showing);
    diagnostics.extend(problems);
    let (wordings, problems) = plain_language::wordings(&config, &sources, &glossary);
    diagnostics.extend(problems);
    let (calendar, problems) = Calendar::read(&config, &sources, &wordings, today);
    diagnostics.extend(problems);

    let (record, problems) = Record::read(&sources);
    diagnostics.extend(problems);
    // What could not be read is not there now, but nobody took it away.
    let (addresses, problems) = match any_error(diagnostics) {
        true => (Addresses::default(), Vec::new()),
        false => record.compare(&config, &site, &forms),
    };
    diagnostics.extend(problems);

    let theme = theme?;
    let input = Input {
        config: &config,
        sources: &sources,
        site: &site,
        calendar: &calendar,
        addresses: &addresses,
        theme: &theme,
        glossary: &glossary,
        forms: &forms,
        unread_forms: &unread_forms,
        wordings: &wordings,
        today,
    };
    let (views, problems) = site_views(&input);
    diagnostics.extend(problems);
    let (outputs, problems) = render(&input, &views);
    diagnostics.extend(problems);
    let own_forms = root.join("forms").is_dir();
    diagnostics.extend(loose_ends::advice(&input, &outputs, own_forms));
    if !is_read {
        return None;
    }
    Some(Portal {
        config,
        theme,
        forms,
        lifecycle: Arc::new(lifecycle?),
        views,
        site,
        outputs,
        addresses,
    })
}

/// Returns a variable of the environment, where it holds something.
pub(super) fn environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads the settings of the portal, with their text; there are none where they cannot be read.
fn read_config(
    root: &Path,
    environment: Environment<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Config, SourceText)> {
    let text = read_text(&root.join("site.yaml"), "site.yaml", diagnostics)?;
    let (config, problems) = Config::parse(&text, environment);
    diagnostics.extend(problems);
    Some((config, text))
}

/// Returns settings that say nothing.
fn placeholder(environment: Environment<'_>) -> Config {
    let text = SourceText::new("site.yaml", "title: x\norganisation: x\n");
    Config::parse(&text, environment).0
}

fn read_text(path: &Path, shown: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<SourceText> {
    match fs::read(path) {
        Ok(bytes) => match source::text_of(shown, &bytes) {
            Ok(text) => return Some(text),
            Err(problem) => diagnostics.push(problem),
        },
        Err(error) => diagnostics.push(
            Diagnostic::error("source-unreadable")
                .with("reason", error)
                .in_file(shown),
        ),
    }
    None
}

/// Reads the forms of the portal; a portal without forms of its own has the ones that ship. Those whose
/// reports become cases come first: the first of all is the one behind the Melden button.
pub(super) fn read_forms(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<Definition> {
    forms_of(&sources_of_forms(root, diagnostics), diagnostics)
}

pub(super) fn sources_of_forms(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceText> {
    let folder = root.join("forms");
    let mut sources = Vec::new();
    if folder.is_dir() {
        sources = form_sources(&folder, diagnostics);
    }
    if sources.is_empty() {
        sources = Definition::shipped();
    }
    sources
}

fn forms_of(sources: &[SourceText], diagnostics: &mut Vec<Diagnostic>) -> Vec<Definition> {
    let (mut forms, problems) = form::read_all(sources);
    diagnostics.extend(problems);
    forms.sort_by_key(|form| !form.makes_cases());
    forms
}

/// Reads the forms of the portal as they were offered: with the contacts where they ask for a person.
pub(super) fn forms_with_contacts(
    root: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Definition> {
    let forms = read_forms(root, diagnostics);
    match read_config(root, &environment, diagnostics) {
        Some((config, _)) => with_contacts(root, forms, &config, diagnostics),
        None => forms,
    }
}

/// Offers the contacts of the portal where a form asks for a person, and tells where that leaves nobody.
fn with_contacts(
    root: &Path,
    forms: Vec<Definition>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Definition> {
    let directory: Vec<DirectoryEntry> = config.contacts.iter().filter_map(in_directory).collect();
    let forms = forms
        .into_iter()
        .map(|form| form.with_directory(&directory));
    let forms: Vec<Definition> = forms.collect();
    for form in &forms {
        let path = format!("forms/{}.yaml", form.id);
        // A form for practice has the questions of another form, for which it is told. The forms that ship
        // leave out what a portal has nobody for.
        if form.practice || !root.join(&path).exists() {
            continue;
        }
        let whole = form.whole();
        let unanswerable = whole
            .fields()
            .filter(|field| field.kind == FieldKind::Person && field.options.is_empty());
        diagnostics.extend(unanswerable.map(|field| {
            Diagnostic::warning("cli-nobody-to-choose")
                .with("field", &field.name)
                .with("roles", field.roles.join(", "))
                .in_file(&path)
        }));
    }
    forms
}

/// Returns how a contact can be chosen, where it can.
fn in_directory(contact: &Contact) -> Option<DirectoryEntry> {
    let names = Language::ALL.map(|language| (language, contact.name.get(language).to_owned()));
    Some(DirectoryEntry {
        id: contact.id.clone()?,
        role: contact.role.clone()?,
        name: Text::of(names.into())?,
    })
}

fn form_sources(folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceText> {
    let mut names = Vec::new();
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries.flatten() {
                if let Some(name) = entry.file_name().to_str()
                    && is_form_file(name)
                {
                    names.push(name.to_owned());
                }
            }
        }
        Err(error) => diagnostics.push(
            Diagnostic::error("source-unreadable")
                .with("reason", error)
                .in_file("forms"),
        ),
    }
    names.sort();
    names
        .into_iter()
        .filter_map(|name| read_text(&folder.join(&name), &format!("forms/{name}"), diagnostics))
        .collect()
}

/// Reads the life cycle of cases: that of the portal, or else the one that ships.
pub(super) fn read_lifecycle(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Option<Lifecycle> {
    let path = root.join(Lifecycle::PATH);
    let source = if path.exists() {
        read_text(&path, Lifecycle::PATH, diagnostics)?
    } else {
        Lifecycle::shipped()
    };
    let (lifecycle, problems) = Lifecycle::parse(&source);
    diagnostics.extend(problems);
    lifecycle
}

/// Reads the theme of the portal; the theme that ships serves where the portal has no folder of
/// that name.
pub(super) fn read_theme(
    root: &Path,
    config: &Config,
    base_path: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Theme> {
    let folder = root.join("themes").join(&config.theme);
    let files = if folder.is_dir() {
        match ThemeFiles::read(&folder) {
            Ok(files) => files,
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error("source-unreadable")
                        .with("reason", &error)
                        .in_file(format!("themes/{}", config.theme)),
                );
                return None;
            }
        }
    } else if config.theme == "basis" {
        ThemeFiles::shipped()
    } else {
        diagnostics.push(
            Diagnostic::error("theme-missing")
                .with("theme", &config.theme)
                .in_file("site.yaml"),
        );
        return None;
    };
    let (theme, problems) = Theme::load(&files, base_path);
    diagnostics.extend(problems);
    theme
}
