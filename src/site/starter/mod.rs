//! What an organisation starts from: a portal of its own, and beginnings of pages, forms and messages.
//!
//! Everything here is text in, text out; `outputs` writes it. The pages and forms are those that ship, so a new
//! portal is never older than the program.

mod beginning;
mod pages;

use include_dir::{Dir, include_dir};
use serde_json::json;

pub use beginning::{
    Addition, PageBeginning, PagePath, form_file, form_id, message_id, page_file, with_message,
};

use super::config::Config;
use crate::diagnostic::Diagnostic;
use crate::form::Definition;
use crate::language::Language;
use crate::message::{Catalogue, fill};
use crate::output::{Caching, Output};
use crate::report::lifecycle::Lifecycle;
use crate::source_text::SourceText;
use crate::theme::ThemeFiles;

static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/starter");

/// What a portal is called that has no name yet.
pub const USUAL_TITLE: &str = "Veilig werken";

/// The address at which `serve` answers unless it is told otherwise.
pub const USUAL_ADDRESS: &str = "http://localhost:8080/";

/// Longest name of a portal or an organisation, in characters: it stands in one line at the top of each page.
const LONGEST_NAME: usize = 100;

/// What an organisation wants its portal to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Name of the organisation.
    pub organisation: String,
    /// Name of the portal.
    pub title: String,
    /// Address at which people reach it.
    pub address: String,
    /// Its languages, the one it begins with first. Dutch is among them.
    pub languages: Vec<Language>,
    /// The emergency number inside the organisation, if it is known.
    pub emergency: Option<String>,
    /// Name of the incident register, if it is known.
    pub register: Option<String>,
    /// Whether the guide for editors is among the pages.
    pub guide: bool,
    /// Whether the theme that ships stands in the portal, to be changed.
    pub theme: bool,
}

impl Wanted {
    /// Returns the language that the portal begins with.
    fn default_language(&self) -> Language {
        self.languages.first().copied().unwrap_or(Language::Nl)
    }
}

/// Tells why a text can be no name of a portal or an organisation.
pub fn name_problem(name: &str) -> Option<Diagnostic> {
    if name.trim().is_empty() {
        return Some(Diagnostic::error("starter-name-empty"));
    }
    if name.chars().any(char::is_control) {
        return Some(Diagnostic::error("starter-name-control"));
    }
    let count = name.chars().count();
    (count > LONGEST_NAME).then(|| {
        Diagnostic::error("starter-name-long")
            .with("count", count)
            .with("most", LONGEST_NAME)
    })
}

/// Tells why a text cannot be the value of a setting that is named by its variable of the environment: what the
/// reader of settings says of it.
pub fn setting_problem(variable: &str, value: &str) -> Option<Diagnostic> {
    let smallest = SourceText::new("site.yaml", "title: x\norganisation: x\n");
    let (_, problems) = Config::parse(&smallest, &|name| {
        (name == variable).then(|| value.to_owned())
    });
    let problem = problems.into_iter().next()?;
    Some(Diagnostic {
        place: None,
        ..problem
    })
}

/// Makes the files of a new portal, in order of their paths, without the schemas.
pub fn portal(wanted: &Wanted) -> Vec<Output> {
    let mut files = pages::files(wanted);
    files.extend(forms());
    files.push(output("site.yaml", settings(wanted)));
    files.push(output("README.md", readme(wanted)));
    let as_they_are = [
        ("portal/gitignore", ".gitignore"),
        ("portal/editorconfig", ".editorconfig"),
        ("portal/settings.json", ".vscode/settings.json"),
        ("portal/extensions.json", ".vscode/extensions.json"),
    ];
    files.extend(as_they_are.map(|(from, to)| output(to, text_of(from).to_owned())));
    if wanted.theme {
        let theme = ThemeFiles::shipped();
        let copies = theme.iter().map(|(path, bytes)| Output {
            path: format!("themes/basis/{path}"),
            bytes: bytes.into(),
            caching: Caching::Revalidate,
        });
        files.extend(copies);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Makes the file of a schema, by which an editor checks files of the portal.
pub fn schema(name: &str, text: &str) -> Output {
    output(&format!("schemas/{name}.json"), text.to_owned())
}

/// Returns the forms that ship and the life cycle of cases, as files of a portal.
pub fn forms() -> Vec<Output> {
    let files = Definition::shipped()
        .into_iter()
        .map(|source| output(source.path(), source.text().to_owned()));
    let lifecycle = Lifecycle::shipped();
    let named = "# yaml-language-server: $schema=../schemas/lifecycle.json\n#\n";
    let lifecycle = output(lifecycle.path(), format!("{named}{}", lifecycle.text()));
    files.chain([lifecycle]).collect()
}

fn settings(wanted: &Wanted) -> String {
    let languages: Vec<&str> = wanted.languages.iter().map(|one| one.tag()).collect();
    let texts = Catalogue::of_program(wanted.default_language());
    let open = |key: &str| texts.text(key, &[]);
    let emergency = wanted.emergency.clone();
    let emergency = emergency.unwrap_or_else(|| open("starter-fill-in-emergency"));
    let register = wanted.register.clone();
    let register = register.unwrap_or_else(|| open("starter-fill-in-register"));
    let written = fill(
        text_of("portal/site.yaml"),
        &[
            ("title", &quoted(&wanted.title)),
            ("organisation", &quoted(&wanted.organisation)),
            ("address", &wanted.address),
            ("languages", &languages.join(", ")),
            ("default_language", wanted.default_language().tag()),
            ("emergency", &quoted(&emergency)),
            ("register", &quoted(&register)),
            ("phone", &quoted(&open("starter-fill-in-phone"))),
            ("email", &quoted(&open("starter-fill-in-email"))),
            ("manager", &quoted(&open("starter-fill-in-manager"))),
        ],
    );
    let lines = written
        .lines()
        .map(|line| settings_line(wanted, line) + "\n");
    lines.collect()
}

/// Returns a line of the settings in the languages of the portal, with the paths that its pages have.
fn settings_line(wanted: &Wanted, line: &str) -> String {
    let line = match wanted.languages.contains(&Language::En) {
        true => line.to_owned(),
        false => in_dutch_only(line),
    };
    pages::with_paths(wanted, &line)
}

/// Leaves the Dutch of a text that is there in two languages: `{ nl: "a", en: "b" }`.
fn in_dutch_only(line: &str) -> String {
    let parts = line.split_once("{ nl: ").and_then(|(before, rest)| {
        let (dutch, english) = rest.split_once(", en: ")?;
        let (_, after) = english.rsplit_once(" }")?;
        Some(format!("{before}{dutch}{after}"))
    });
    parts.unwrap_or_else(|| line.to_owned())
}

fn readme(wanted: &Wanted) -> String {
    let in_language =
        |name: &str| text_of(&format!("portal/{name}.{}.md", wanted.default_language()));
    let guide = match wanted.guide && pages::has_guide() {
        true => in_language("guide"),
        false => "",
    };
    fill(
        in_language("README"),
        &[
            ("title", &wanted.title),
            ("organisation", &wanted.organisation),
            ("guide", guide),
        ],
    )
}

/// Returns the text of a file that ships; a test asks for each of them.
fn text_of(path: &str) -> &'static str {
    let file = STARTER.get_file(path);
    file.and_then(|file| file.contents_utf8())
        .unwrap_or_default()
}

/// Writes a text in quotation marks that YAML reads, whatever is in it.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

fn output(path: &str, text: String) -> Output {
    Output {
        path: path.to_owned(),
        bytes: text.into_bytes().into(),
        caching: Caching::Revalidate,
    }
}
