//! What a portal is made of besides its pages: settings, forms and theme, from the folder of the portal.
//!
//! A portal without forms or a theme of its own has those that ship. What cannot be read is told, and never
//! taken for something that is not there.

use std::fs;
use std::path::Path;

use super::config::{Config, Contact, Environment};
use super::source;
use crate::diagnostic::Diagnostic;
use crate::form::{self, Definition, DirectoryEntry, FieldKind, Text, is_form_file};
use crate::language::Language;
use crate::source_text::SourceText;
use crate::theme::{Theme, ThemeFiles};

/// Reads the settings of the portal, with their text; there are none where they cannot be read.
pub fn read_config(
    root: &Path,
    environment: Environment<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Config, SourceText)> {
    let path = root.join("site.yaml");
    if !path.exists() {
        diagnostics.push(Diagnostic::error("portal-missing").with("folder", root.display()));
        return None;
    }
    let text = read_text(&path, "site.yaml", diagnostics)?;
    let (config, problems) = Config::parse(&text, environment);
    diagnostics.extend(problems);
    Some((config, text))
}

/// Returns settings that say nothing.
pub(super) fn placeholder(environment: Environment<'_>) -> Config {
    let text = SourceText::new("site.yaml", "title: x\norganisation: x\n");
    Config::parse(&text, environment).0
}

/// Reads a file of the portal as text; `shown` is its path relative to the root. What is wrong with it is told.
pub fn read_text(
    path: &Path,
    shown: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SourceText> {
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
pub fn read_forms(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<Definition> {
    forms_of(&sources_of_forms(root, diagnostics), diagnostics)
}

/// Reads the files of the forms of the portal, or those of the forms that ship; what cannot be read is told.
pub fn sources_of_forms(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceText> {
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

pub(super) fn forms_of(
    sources: &[SourceText],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Definition> {
    let (mut forms, problems) = form::read_all(sources);
    diagnostics.extend(problems);
    forms.sort_by_key(|form| !form.makes_cases());
    forms
}

/// Reads the forms of the portal as they were offered: with the contacts where they ask for a person.
pub fn forms_with_contacts(
    root: &Path,
    environment: Environment<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Definition> {
    let forms = read_forms(root, diagnostics);
    match read_config(root, environment, diagnostics) {
        Some((config, _)) => with_contacts(root, forms, &config, diagnostics),
        None => forms,
    }
}

/// Offers the contacts of the portal where a form asks for a person, and tells where that leaves nobody.
pub(super) fn with_contacts(
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

/// Reads the theme of the portal; the theme that ships serves where the portal has no folder of
/// that name.
pub fn read_theme(
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
