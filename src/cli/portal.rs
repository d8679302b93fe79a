//! The whole portal, from a folder on disk to outputs in memory: what `serve` and `build` share.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, abridge, any_error, sort};
use crate::form::Definition;
use crate::language::Language;
use crate::output::Output;
use crate::report::lifecycle::Lifecycle;
use crate::site::addresses::Addresses;
use crate::site::assembly::{read_config, read_text, read_theme};
use crate::site::config::{Config, Environment};
use crate::site::generator::{Generator, Options, Parts};
use crate::site::outputs::with_compressed;
use crate::site::pages::Site;
use crate::site::render::{Deliver, receiver_outputs, receiver_views, theme_problem};
use crate::theme::Theme;
use crate::theme::view::SiteView;

/// A portal that has been built as of a day.
pub struct Portal {
    /// Its settings.
    pub config: Config,
    /// Its look.
    pub theme: Arc<Theme>,
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
    fn of(parts: Parts, lifecycle: Lifecycle) -> Portal {
        let Parts {
            config,
            theme,
            forms,
            views,
            site,
            outputs,
            addresses,
        } = parts;
        Portal {
            config,
            theme,
            forms,
            lifecycle: Arc::new(lifecycle),
            views,
            site,
            outputs,
            addresses,
        }
    }

    /// Adds the compressed versions of its files.
    #[must_use]
    pub fn compressed(self) -> Portal {
        Portal {
            outputs: with_compressed(self.outputs),
            ..self
        }
    }

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
            theme: Arc::new(theme),
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
    let (portal, problems) = assemble_for(Options::default(), root, environment, today);
    (portal.map(Portal::compressed), problems)
}

/// Builds the portal in a folder as [`assemble`] does, for what is asked and without compressed files.
pub fn assemble_for(
    options: Options,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    let (portal, problems) = assemble_telling_all(options, root, environment, today);
    (portal, abridge(problems))
}

/// Builds the portal in a folder as [`assemble_for`] does, and tells more of the same too.
pub fn assemble_telling_all(
    options: Options,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    assemble_to(&|outputs| outputs, options, root, environment, today)
}

/// Builds the portal in a folder as [`assemble_telling_all`] does, and hands out the files of each page as soon as
/// they are made; in the portal are the others.
pub(super) fn assemble_to(
    deliver: Deliver<'_>,
    options: Options,
    root: &Path,
    environment: Environment<'_>,
    today: Date,
) -> (Option<Portal>, Vec<Diagnostic>) {
    let mut generator = Generator::new(root, options);
    generator.build(environment, today, deliver);
    let mut diagnostics = generator.diagnostics();
    let lifecycle = read_lifecycle(root, &mut diagnostics);
    let sound = !any_error(&diagnostics);
    let portal = generator.into_parts().zip(lifecycle).filter(|_| sound);
    let portal = portal.map(|(parts, lifecycle)| Portal::of(parts, lifecycle));
    sort(&mut diagnostics);
    diagnostics.dedup();
    (portal, diagnostics)
}

/// Returns a variable of the environment, where it holds something.
pub(super) fn environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
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
