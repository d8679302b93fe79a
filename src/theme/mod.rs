//! The look of the portal: templates, components, messages and assets.
//!
//! A theme turns views into HTML and knows nothing of where they come from. Its templates see only
//! what stands in [`view`]. A theme is a folder, checked as a whole when it is loaded; a loaded
//! theme has every template, every text and every component that its templates name.

mod assets;
mod contrast;
mod css_colour;
mod files;
mod poster;
pub mod size;
mod templates;
mod tidy;
pub mod view;

use std::collections::BTreeSet;

use serde::Serialize;

pub use files::{ReadThemeError, ThemeFiles};

use crate::diagnostic::{Diagnostic, any_error, sort};
use crate::language::Language;
use crate::message::{Catalogue, placeholders};
use crate::output::Output;
use crate::palette::Palette;
use crate::source_text::SourceText;
use assets::Assets;
use templates::Environment;
use view::SiteView;

/// A page template of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The home page, from a [`view::ContentView`].
    Home,
    /// A page with pages below it, from a [`view::ContentView`].
    Section,
    /// Any other page of content, from a [`view::ContentView`].
    Page,
    /// The search page, from a [`view::search::SearchView`].
    Search,
    /// An old or a short address, from a [`view::RedirectView`].
    Redirect,
    /// The address of a page that is gone, from a [`view::RedirectView`].
    Gone,
    /// Something went wrong, from a [`view::ErrorView`].
    Error,
    /// A page of a form, from a [`view::FormPageView`].
    FormPage,
    /// The answers before sending, from a [`view::CheckView`].
    FormCheck,
    /// The report is stored, from a [`view::ConfirmationView`].
    FormConfirmation,
    /// The receipt is kept, from a [`view::KeptView`].
    FormKept,
    /// The question for the receipt code, from a [`view::FollowEntryView`].
    FollowEntry,
    /// My report, from a [`view::FollowView`].
    Follow,
    /// Whether the reporter is sure about withdrawing, from a [`view::WithdrawView`].
    FollowWithdraw,
    /// A report that cannot be shown, from a [`view::FollowClosedView`].
    FollowClosed,
    /// A submission is stored, from a [`view::SentView`].
    FormSent,
    /// A submission is taken back, from a [`view::TakeBackView`].
    FormTakeBack,
    /// The end of practice, from a [`view::PractisedView`].
    FormPractised,
    /// A form on paper, from a [`view::SheetView`].
    FormSheet,
    /// In place of a form that nobody reads, from a [`view::UnreadView`].
    FormUnread,
}

impl Template {
    /// Every template, each of which a theme must have.
    pub const ALL: [Template; 20] = [
        Template::Home,
        Template::Section,
        Template::Page,
        Template::Search,
        Template::Redirect,
        Template::Gone,
        Template::Error,
        Template::FormPage,
        Template::FormCheck,
        Template::FormConfirmation,
        Template::FormKept,
        Template::FollowEntry,
        Template::Follow,
        Template::FollowWithdraw,
        Template::FollowClosed,
        Template::FormSent,
        Template::FormTakeBack,
        Template::FormPractised,
        Template::FormSheet,
        Template::FormUnread,
    ];

    /// Returns the path of the template inside the folder of a theme.
    pub fn path(self) -> &'static str {
        match self {
            Template::Home => "templates/home.html",
            Template::Section => "templates/section.html",
            Template::Page => "templates/page.html",
            Template::Search => "templates/search.html",
            Template::Redirect => "templates/redirect.html",
            Template::Gone => "templates/gone.html",
            Template::Error => "templates/error.html",
            Template::FormPage => "templates/form-page.html",
            Template::FormCheck => "templates/form-check.html",
            Template::FormConfirmation => "templates/form-confirmation.html",
            Template::FormKept => "templates/form-kept.html",
            Template::FollowEntry => "templates/follow-entry.html",
            Template::Follow => "templates/follow.html",
            Template::FollowWithdraw => "templates/follow-withdraw.html",
            Template::FollowClosed => "templates/follow-closed.html",
            Template::FormSent => "templates/form-sent.html",
            Template::FormTakeBack => "templates/form-take-back.html",
            Template::FormPractised => "templates/form-practised.html",
            Template::FormSheet => "templates/form-sheet.html",
            Template::FormUnread => "templates/form-unread.html",
        }
    }
}

/// A theme that has been checked and is ready to render, in every language.
#[derive(Debug)]
pub struct Theme {
    dutch: Environment,
    english: Environment,
    assets: Assets,
    poster_palette: Palette,
}

/// What all pages in one language share, made ready for templates once; cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedSite {
    language: Language,
    value: tera::Value,
}

/// A page could not be rendered: the theme asks for something that the view does not have.
#[derive(Debug, thiserror::Error)]
#[error("{template} could not be rendered: {reason}")]
pub struct RenderError {
    /// Path of the template inside the folder of the theme, or name of the component.
    pub template: &'static str,
    /// What went wrong, with its place in the template.
    pub reason: String,
}

impl Theme {
    /// Loads a theme from its files. `base_path` is the path of the portal on its server: `/`, or
    /// `/portaal/`. Where the theme has an error, there is no theme.
    pub fn load(files: &ThemeFiles, base_path: &str) -> (Option<Theme>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        for template in Template::ALL {
            if files.get(template.path()).is_none() {
                diagnostics.push(
                    Diagnostic::error("theme-file-missing").in_file(files.place(template.path())),
                );
            }
        }
        let dutch_texts = read_messages(files, Language::Nl, &mut diagnostics);
        let english_texts = read_messages(files, Language::En, &mut diagnostics);
        compare(&dutch_texts, &english_texts, &mut diagnostics);
        let sources = templates::sources(files, &mut diagnostics);
        templates::check_keys(&sources, &dutch_texts.catalogue, &mut diagnostics);
        let assets = Assets::collect(files, base_path);
        let poster_palette = poster::palette(files, &mut diagnostics);
        contrast::check_theme(files, &mut diagnostics);
        let built = templates::check_syntax(&sources, &mut diagnostics).then(|| {
            (
                Environment::build(Language::Nl, &sources, dutch_texts.catalogue),
                Environment::build(Language::En, &sources, english_texts.catalogue),
            )
        });
        let theme = match built {
            Some((Ok(dutch), Ok(english))) => Some(Theme {
                dutch,
                english,
                assets,
                poster_palette,
            }),
            Some((Err(problems), _) | (_, Err(problems))) => {
                diagnostics.extend(problems);
                None
            }
            None => None,
        };
        sort(&mut diagnostics);
        (theme.filter(|_| !any_error(&diagnostics)), diagnostics)
    }

    /// Returns the files that pages need: style sheet, scripts and icon.
    pub fn outputs(&self) -> &[Output] {
        &self.assets.outputs
    }

    /// Returns the addresses of the style sheets, with the base path, in order.
    pub fn stylesheets(&self) -> Vec<String> {
        self.assets.stylesheets.clone()
    }

    /// Returns the addresses of the script modules, with the base path.
    pub fn scripts(&self) -> Vec<String> {
        self.assets.scripts.clone()
    }

    /// Returns the address of the icon of the portal, with the base path.
    pub fn icon(&self) -> Option<String> {
        self.assets.icon.clone()
    }

    /// Returns the colours of posters.
    pub fn poster_palette(&self) -> &Palette {
        &self.poster_palette
    }

    /// Returns the texts of the theme in a language.
    pub fn messages(&self, language: Language) -> &Catalogue {
        self.environment(language).texts()
    }

    /// Makes what all pages in one language share ready for templates. A view is plain data, so this
    /// cannot go wrong; were it to, every page would fail to render and say so.
    pub fn share(&self, site: &SiteView) -> SharedSite {
        SharedSite {
            language: site.lang,
            value: tera::Value::try_from_serializable(site).unwrap_or_else(|_| tera::Value::none()),
        }
    }

    /// Renders a page, in the language of `site`. Which view goes with which template stands at
    /// [`Template`].
    ///
    /// # Errors
    ///
    /// A template that asks for something that is not in the view, or for a text that is not in
    /// the catalogue.
    pub fn render<P: Serialize>(
        &self,
        template: Template,
        site: &SharedSite,
        page: &P,
    ) -> Result<String, RenderError> {
        let failed = |error: tera::Error| RenderError {
            template: template.path(),
            reason: error.to_string(),
        };
        let mut context = tera::Context::new();
        context.insert_value("site", site.value.clone());
        context.insert_value(
            "page",
            tera::Value::try_from_serializable(page).map_err(failed)?,
        );
        let html = self
            .environment(site.language)
            .tera()
            .render(template.path(), &context)
            .map_err(failed)?;
        Ok(tidy::tidy(&html))
    }

    /// Renders one component on its own, for a block in the text of a page. `arguments` is a view with a field
    /// for each parameter of the component.
    ///
    /// # Errors
    ///
    /// A component that the theme does not have, or that asks for something that is not in the view.
    pub fn render_component<P: Serialize>(
        &self,
        component: &'static str,
        language: Language,
        arguments: &P,
    ) -> Result<String, RenderError> {
        let failed = |error: tera::Error| RenderError {
            template: component,
            reason: error.to_string(),
        };
        let context = tera::Context::from_serialize(arguments).map_err(failed)?;
        self.environment(language)
            .tera()
            .render_component(component, &context, None, true)
            .map_err(failed)
    }

    fn environment(&self, language: Language) -> &Environment {
        match language {
            Language::Nl => &self.dutch,
            Language::En => &self.english,
        }
    }
}

/// The catalogue of one language, with the file it was read from.
struct Texts {
    source: SourceText,
    catalogue: Catalogue,
}

fn read_messages(
    files: &ThemeFiles,
    language: Language,
    diagnostics: &mut Vec<Diagnostic>,
) -> Texts {
    let path = format!("messages/{}.yaml", language.tag());
    let source = match files.get(&path) {
        Some(bytes) => match SourceText::decode(files.place(&path), bytes) {
            Ok(source) => source,
            Err(place) => {
                diagnostics.push(Diagnostic::error("theme-not-utf8").at(place));
                SourceText::new(files.place(&path), "")
            }
        },
        None => {
            diagnostics.push(Diagnostic::error("theme-file-missing").in_file(files.place(&path)));
            SourceText::new(files.place(&path), "")
        }
    };
    let (catalogue, problems) = Catalogue::parse(&source);
    diagnostics.extend(problems);
    Texts { source, catalogue }
}

/// Tells every text that one language has and the other has not, or has with other placeholders.
fn compare(one: &Texts, other: &Texts, diagnostics: &mut Vec<Diagnostic>) {
    let keys: BTreeSet<&str> = one.catalogue.keys().chain(other.catalogue.keys()).collect();
    for key in keys {
        match (one.catalogue.get(key), other.catalogue.get(key)) {
            (Some(text), Some(translation)) => {
                if placeholders(text) != placeholders(translation) {
                    diagnostics.push(
                        Diagnostic::error("theme-text-differs")
                            .with("key", key)
                            .with("placeholders", placeholders(text).join(", "))
                            .in_file(other.source.path()),
                    );
                }
            }
            (Some(_), None) => diagnostics.push(missing_text(key, other)),
            (None, _) => diagnostics.push(missing_text(key, one)),
        }
    }
}

fn missing_text(key: &str, texts: &Texts) -> Diagnostic {
    Diagnostic::error("theme-text-missing")
        .with("key", key)
        .in_file(texts.source.path())
}

#[cfg(test)]
mod tests;
