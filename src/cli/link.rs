//! `meldwijzer link`: makes the address of a form with what a case system knows already.
//!
//! What the form would refuse is refused here, in the same words, so that no such link gets into use.

use std::path::Path;
use std::slice;

use url::form_urlencoded;

use crate::cli::command_error::CommandError;
use crate::cli::portal::Settings;
use crate::cli::ui::Ui;
use crate::diagnostic::{Diagnostic, any_error};
use crate::form::{Definition, Draft, Refused};
use crate::language::Language;
use crate::site::assembly::{read_forms, read_theme};
use crate::site::config::Config;

/// The arguments of `link`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long, value_name = "NAME")]
    bron: Option<String>,
    #[arg(long = "ref", value_name = "REFERENCE")]
    reference: Option<String>,
    #[arg(long, value_name = "WORD")]
    kanaal: Option<String>,
    #[arg(long, value_name = "NAME=VALUE", value_parser = named)]
    set: Vec<(String, String)>,
    #[arg(long, value_name = "ID")]
    form: Option<String>,
    #[arg(long, value_name = "LANGUAGE", value_parser = ["nl", "en"], hide_possible_values = true)]
    lang: Option<String>,
}

fn named(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("no equals sign")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) fn run(ui: &mut Ui, root: &Path, arguments: Arguments) -> Result<(), CommandError> {
    let config = Settings::read(ui, root)?.config;
    let mut diagnostics = Vec::new();
    let forms = read_forms(root, &mut diagnostics);
    let theme = read_theme(root, &config, config.base_path(), &mut diagnostics);
    if !diagnostics.is_empty() {
        ui.tell_diagnostics(&diagnostics)?;
    }
    let Some(theme) = theme.filter(|_| !any_error(&diagnostics)) else {
        return Err(CommandError::Problems);
    };
    if config.base_url.is_none() {
        return Err(CommandError::Problem(
            Diagnostic::error("cli-link-no-base-url").in_file("site.yaml"),
        ));
    }
    let form = chosen(&forms, arguments.form.as_deref())?;
    let asked = arguments.lang.as_deref().and_then(Language::from_tag);
    let language = form.language(asked.unwrap_or_else(|| config.default_language()));
    let pairs = arguments.pairs();
    let spoken = form.language(ui.language());
    let texts = theme.messages(spoken);
    check(form, &pairs, &|refused| {
        refused.message(form, spoken, texts)
    })?;
    ui.print(&address(&config, form, language, &pairs))
}

impl Arguments {
    /// Returns what goes into the query, under the names that forms know it by.
    fn pairs(self) -> Vec<(String, String)> {
        let known = [
            ("bron", self.bron),
            ("ref", self.reference),
            ("kanaal", self.kanaal),
        ];
        let given = known
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        given
            .chain(self.set)
            .filter(|(_, value)| !value.trim().is_empty())
            .collect()
    }
}

fn chosen<'a>(forms: &'a [Definition], id: Option<&str>) -> Result<&'a Definition, CommandError> {
    let form = match id {
        Some(id) => forms.iter().find(|form| form.id == id),
        None => forms.first(),
    };
    form.ok_or_else(|| {
        let known: Vec<&str> = forms.iter().map(|form| form.id.as_str()).collect();
        CommandError::Problem(
            Diagnostic::error("cli-link-no-form")
                .with("form", id.unwrap_or_default())
                .with("known", known.join(", ")),
        )
    })
}

/// Checks that the form takes everything, as it would when somebody opens the link.
fn check(
    form: &Definition,
    pairs: &[(String, String)],
    words: &dyn Fn(&Refused) -> String,
) -> Result<(), CommandError> {
    let known: Vec<&str> = form
        .fields()
        .filter_map(|field| field.prefill.as_deref())
        .collect();
    if known.is_empty() && !pairs.is_empty() {
        return Err(CommandError::Problem(
            Diagnostic::error("cli-link-nothing-taken").with("form", &form.id),
        ));
    }
    let mut problems = Vec::new();
    for pair in pairs {
        let name = &pair.0;
        if !known.contains(&name.as_str()) {
            problems.push(
                Diagnostic::error("cli-link-unknown-name")
                    .with("name", name)
                    .with("form", &form.id)
                    .with("known", known.join(", ")),
            );
        }
        // One at a time: of a name that is there twice, a form looks at the first only.
        let (_, refused) = Draft::prefilled(form, slice::from_ref(pair));
        problems.extend(refused.iter().map(|refused| {
            Diagnostic::error("cli-link-refused")
                .with("name", name)
                .with("reason", words(refused))
        }));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(CommandError::Several(problems))
    }
}

fn address(
    config: &Config,
    form: &Definition,
    language: Language,
    pairs: &[(String, String)],
) -> String {
    let path = form.path(language, config.default_language());
    let address = format!("{}/{path}", config.receiver_address());
    if pairs.is_empty() {
        return address;
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{address}?{query}")
}
