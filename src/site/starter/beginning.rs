//! Beginnings: a page, a form or a message that is right as it stands, and says what to write where.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{quoted, text_of};
use crate::diagnostic::{Diagnostic, any_error};
use crate::language::Language;
use crate::message::{Catalogue, fill};
use crate::site::config::word;
use crate::site::front_matter::Kind;
use crate::site::slug::slug;
use crate::site::source::DEEPEST_FOLDER;
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping, Node};

/// The folder of pages, which editors may write before a path or not.
const CONTENT: &str = "content";

/// The ending of pages, which editors may write after a path or not.
const PAGE: &str = ".md";

/// The name of the page of a folder.
const INDEX: &str = "index";

/// The key under which the messages of a portal are.
const MESSAGES: &str = "messages";

/// How far an item of a list stands from the left, where the file says nothing else.
const USUAL_INDENTATION: usize = 2;

/// After how many days a new message is shown: time to write it.
const DAYS_TO_WRITE: i32 = 30;

/// Longest name of a form, as its reader has it: it stands in addresses and in what is stored.
const LONGEST_FORM_ID: usize = 40;

/// Where a page is to stand, as an editor typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePath {
    /// Folder below `content/`, empty for the top.
    pub folder: String,
    /// Name of the file without language and ending.
    pub stem: String,
    /// The language that was typed as part of the name.
    pub language: Option<Language>,
    /// A title that can be read from what was typed.
    pub title: String,
}

impl PagePath {
    /// Reads a path such as `norm/huisregels` or `content/norm/huisregels.en.md`, or a title.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn read(typed: &str) -> Result<PagePath, Diagnostic> {
        let wrong = || Diagnostic::error("starter-page-path").with("path", typed);
        let typed_whole = typed.trim();
        let below = typed_whole.trim_start_matches("./").trim_start_matches('/');
        let below = match below.split_once('/') {
            Some((CONTENT, below)) => below,
            _ => below,
        };
        let (folders, last) = below.rsplit_once('/').unwrap_or(("", below));
        let (stem, is_file) = match last.strip_suffix(PAGE) {
            Some(stem) => (stem, true),
            None => (last, false),
        };
        let (name, language) = match stem.rsplit_once('.') {
            Some((name, tag)) if Language::from_tag(tag).is_some() => {
                (name, Language::from_tag(tag))
            }
            _ => (stem, None),
        };
        let folders = folders.split('/').filter(|part| !part.is_empty());
        let folders: Vec<String> = folders.map(slug).collect();
        let is_folder = name.is_empty() && !is_file && !folders.is_empty();
        let stem = match is_folder {
            true => INDEX.to_owned(),
            false => slug(name),
        };
        let is_lost = folders.iter().any(String::is_empty) || stem.is_empty();
        if is_lost || folders.len() > DEEPEST_FOLDER || typed.chars().any(char::is_control) {
            return Err(wrong());
        }
        let title = match (stem.as_str(), folders.last()) {
            (INDEX, Some(folder)) => readable(folder),
            _ if slug(name) == name => readable(name),
            _ => name.trim().to_owned(),
        };
        Ok(PagePath {
            folder: folders.join("/"),
            stem,
            language,
            title,
        })
    }

    /// Returns the path of the file in a portal, from its root.
    pub fn file(&self, language: Language, default_language: Language) -> String {
        let language = match language == default_language {
            true => String::new(),
            false => format!(".{language}"),
        };
        let below = format!("{}{language}{PAGE}", self.key());
        format!("{CONTENT}/{below}")
    }

    /// Returns the path below `content/`, without language and ending.
    pub fn key(&self) -> String {
        match self.folder.as_str() {
            "" => self.stem.clone(),
            folder => format!("{folder}/{}", self.stem),
        }
    }

    /// Returns the page of the folder of this name.
    pub fn as_folder(&self) -> PagePath {
        PagePath {
            folder: self.key(),
            stem: INDEX.to_owned(),
            ..self.clone()
        }
    }

    /// Returns whether it is the page of its folder.
    pub fn is_index(&self) -> bool {
        self.stem == INDEX
    }

    /// Returns the kind of page that is usual here.
    pub fn usual_kind(&self) -> Kind {
        match (self.is_index(), self.folder.as_str()) {
            (true, "") => Kind::Home,
            (true, _) => Kind::Section,
            (false, _) => Kind::Page,
        }
    }
}

/// Makes words of a slug: `mijn-eerste-pagina` is "Mijn eerste pagina".
fn readable(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// What a page begins with.
#[derive(Clone, Debug)]
pub struct PageBeginning<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// Its language.
    pub language: Language,
    /// Where it stands.
    pub path: &'a PagePath,
    /// The address of the form behind the button with which people report, without the base path.
    pub report: &'a str,
}

/// Writes a page that is a draft.
pub fn page_file(page: &PageBeginning<'_>, today: Date) -> String {
    let in_language = |name: &str| text_of(&format!("new/{name}.{}.md", page.language));
    let text = match page.kind {
        Kind::Protocol => "steps",
        Kind::Checklist => "checklist",
        Kind::Norm if page.path.is_index() || page.path.stem == Kind::Norm.name() => "norm",
        Kind::Path => "path",
        Kind::Glossary => "glossary",
        _ => "text",
    };
    let review = today.checked_add(1.year()).unwrap_or(today);
    let values = [
        ("title", quoted(page.title)),
        ("kind", page.kind.name().to_owned()),
        ("today", today.to_string()),
        ("review", review.to_string()),
        ("report", page.report.to_owned()),
        ("id", page.path.stem.clone()),
        ("path", path_keys(page)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    fill(in_language("page"), &values) + &fill(in_language(text), &values)
}

/// Returns the keys that only a path has in its front matter.
fn path_keys(page: &PageBeginning<'_>) -> String {
    match page.kind {
        Kind::Path => fill(
            text_of(&format!("new/path-keys.{}.yaml", page.language)),
            &[("id", &page.path.key().replace('/', "-"))],
        ),
        _ => String::new(),
    }
}

/// Returns the name of a form, as it is the name of its file.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn form_id(typed: &str) -> Result<String, Diagnostic> {
    let name = typed.trim().trim_end_matches(".yaml");
    let id = slug(name.rsplit('/').next().unwrap_or(name));
    let is_word = id.starts_with(|first: char| first.is_ascii_lowercase());
    match is_word && id.len() <= LONGEST_FORM_ID {
        true => Ok(id),
        false => Err(Diagnostic::error("starter-form-id")
            .with("id", typed)
            .with("longest", LONGEST_FORM_ID)),
    }
}

/// Writes a form for what is no report: two questions, for the coordinator.
pub fn form_file(id: &str, title: Option<&str>, languages: &[Language]) -> String {
    let title = match title {
        Some(title) => quoted(title),
        None => quoted(&readable(id)),
    };
    let text = |key: &str| in_languages(languages, key);
    let keys = [
        ("intro", "starter-form-intro"),
        ("confirmation_title", "starter-form-confirmation-title"),
        ("confirmation_text", "starter-form-confirmation-text"),
        ("page_title", "starter-form-page-title"),
        ("subject", "starter-form-subject"),
        ("subject_why", "starter-form-subject-why"),
        ("who_sees", "starter-form-who-sees"),
        ("first", "starter-form-first"),
        ("second", "starter-form-second"),
        ("story", "starter-form-story"),
        ("story_missing", "starter-form-story-missing"),
        ("story_why", "starter-form-story-why"),
    ];
    let texts = keys.map(|(name, key)| (name, text(key)));
    let tags: Vec<&str> = languages.iter().map(|one| one.tag()).collect();
    let tags = tags.join(", ");
    let language = languages.first().copied().unwrap_or(Language::Nl);
    let about = Catalogue::of_program(language).text("starter-form-about", &[]);
    let about: Vec<String> = about.lines().map(|line| format!("# {line}")).collect();
    let about = about.join("\n");
    let title = everywhere(languages, &title);
    let mut values = vec![
        ("id", id),
        ("page", "vragen"),
        ("title", title.as_str()),
        ("languages", tags.as_str()),
        ("about", about.as_str()),
    ];
    values.extend(texts.iter().map(|(name, text)| (*name, text.as_str())));
    fill(text_of("new/form.yaml"), &values)
}

/// Writes a text of the program as a text of a form or a message, in one language or in each.
fn in_languages(languages: &[Language], key: &str) -> String {
    match languages {
        [one] => quoted(&Catalogue::of_program(*one).text(key, &[])),
        more => {
            let versions = more.iter().map(|language| {
                let text = Catalogue::of_program(*language).text(key, &[]);
                format!("{language}: {}", quoted(&text))
            });
            format!("{{ {} }}", Vec::from_iter(versions).join(", "))
        }
    }
}

/// Writes a text that is the same in each language.
fn everywhere(languages: &[Language], text: &str) -> String {
    match languages {
        [_] => text.to_owned(),
        more => {
            let versions = more.iter().map(|language| format!("{language}: {text}"));
            format!("{{ {} }}", Vec::from_iter(versions).join(", "))
        }
    }
}

/// Returns the name of a message.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn message_id(typed: &str) -> Result<String, Diagnostic> {
    let id = slug(typed);
    let mut problems = Vec::new();
    word(&Node::of_text("", &id), &mut problems);
    match problems.into_iter().next() {
        None => Ok(id),
        Some(_) => Err(Diagnostic::error("starter-message-id").with("id", typed)),
    }
}

/// A message to be added.
#[derive(Clone, Debug)]
pub struct Addition<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its title, if it has one.
    pub title: Option<&'a str>,
    /// The languages of the portal.
    pub languages: &'a [Language],
    /// The day on which it is added.
    pub today: Date,
}

/// Adds a message at the end of a file of messages, whose text stays as it is, byte for byte. Without a file, one is
/// made. Returns the day too on which the message is first shown.
///
/// # Errors
///
/// Returns what is wrong with the file, that the message is there, or that the file is written in a way in which
/// nothing can be added.
pub fn with_message(
    source: Option<&SourceText>,
    message: &Addition<'_>,
) -> Result<(String, Date), Vec<Diagnostic>> {
    let from = message.today.checked_add(DAYS_TO_WRITE.days());
    let from = from.unwrap_or(message.today);
    let item = item(message, from);
    let Some(source) = source else {
        let head = "# yaml-language-server: $schema=../schemas/messages.json\nmessages:\n";
        return Ok((
            format!("{head}{}", indented(&item, USUAL_INDENTATION)),
            from,
        ));
    };
    let unusual = || vec![Diagnostic::error("starter-messages-unusual").in_file(source.path())];
    let items = items_of(source)?;
    let same = items
        .iter()
        .find(|(id, _)| id.as_deref() == Some(message.id));
    if let Some((_, node)) = same {
        let there = Diagnostic::error("starter-message-exists").with("id", message.id);
        return Err(vec![there.at(node.place())]);
    }
    let text = source.text();
    let (before, indentation) = match items.last() {
        Some((_, last)) => {
            let line = last.place().line_text;
            let indentation = line.len() - line.trim_start().len();
            if !line.trim_start().starts_with("- ") {
                return Err(unusual());
            }
            (text.to_owned(), indentation)
        }
        // An empty list: what is there is that there is nothing.
        None => (
            text.replacen(&format!("\n{MESSAGES}: []"), &format!("\n{MESSAGES}:"), 1),
            USUAL_INDENTATION,
        ),
    };
    let break_ = if before.ends_with('\n') || before.is_empty() {
        ""
    } else {
        "\n"
    };
    let gap = if items.is_empty() { "" } else { "\n" };
    let added = format!("{before}{break_}{gap}{}", indented(&item, indentation));
    let read_again = items_of(&SourceText::new(source.path(), added.as_str()));
    match read_again {
        Ok(now) if now.len() == items.len() + 1 => Ok((added, from)),
        _ => Err(unusual()),
    }
}

fn item(message: &Addition<'_>, from: Date) -> String {
    let title = match message.title {
        Some(title) => everywhere(message.languages, &quoted(title)),
        None => everywhere(message.languages, &quoted(&readable(message.id))),
    };
    let text = in_languages(message.languages, "starter-message-text");
    let values = [
        ("id", message.id),
        ("title", &title),
        ("text", &text),
        ("from", &from.to_string()),
    ];
    fill(text_of("new/message.yaml"), &values)
}

fn indented(item: &str, by: usize) -> String {
    let lines = item.lines().map(|line| format!("{:by$}{line}\n", ""));
    lines.collect()
}

/// Returns the messages of a file with their names.
fn items_of(source: &SourceText) -> Result<Vec<(Option<String>, Node)>, Vec<Diagnostic>> {
    let (node, mut problems) = yaml::parse(source);
    let items = node.iter().flat_map(|node| {
        let mut file = Mapping::read(node, &mut problems);
        let list = file.get(MESSAGES).map(Node::list).unwrap_or_default();
        file.finish(&mut problems);
        list.into_iter().map(|item| {
            let mut told = Vec::new();
            let id = Mapping::read(item, &mut told).get("id");
            (
                id.and_then(|id| id.as_text().map(str::to_owned)),
                item.clone(),
            )
        })
    });
    let items = items.collect();
    match any_error(&problems) {
        true => Err(problems),
        false => Ok(items),
    }
}
