//! The settings of a portal, from `site.yaml`.
//!
//! First what was written ([`Config::parse`] reads the file and the environment), then what it
//! means. Settings that name pages keep their place, so that a dead one is told where it stands.
//! Secrets have no place here: `site.yaml` is in version control.

use std::collections::BTreeMap;
use std::net::IpAddr;

use url::Url;

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::source_text::{Place, SourceText};
use crate::yaml::{self, Mapping, Node};

/// Most contacts on one page; longer lists are a phone book, not a way to help.
const MOST_CONTACTS: usize = 200;

/// Longest time for which something is kept: longer is a slip of the finger, and no archive of this kind
/// lasts a century.
const LONGEST_KEPT: KeepTime = KeepTime::Years(100);

/// Where "leave this page quickly" leads unless a portal chooses: the Dutch weather institute. It is
/// public, neutral and there for good, and shows nothing of what was visited before.
const USUAL_EXIT: &str = "https://www.knmi.nl/";

/// Longest `id` and `role` of a contact: both are words that stand in files.
const LONGEST_WORD: usize = 40;

/// Names that [`Config::value`] knows.
pub const VALUE_NAMES: [&str; 5] = [
    "title",
    "organisation",
    "register.name",
    "register.url",
    "emergency.internal",
];

/// A text in one or more languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translated(BTreeMap<Language, String>);

impl Translated {
    /// Returns the text in a language, or else in the first language that has it.
    pub fn get(&self, language: Language) -> &str {
        self.0
            .get(&language)
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Makes a text from its texts per language.
    pub fn of(texts: Vec<(Language, String)>) -> Translated {
        Translated(texts.into_iter().collect())
    }

    fn everywhere(text: String) -> Translated {
        Translated(
            Language::ALL
                .into_iter()
                .map(|l| (l, text.clone()))
                .collect(),
        )
    }

    /// Reads a text that is written once for all languages, or once for each: `{nl: …, en: …}`.
    fn read(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Translated> {
        if !node.is_mapping() {
            return node.text(diagnostics).map(Translated::everywhere);
        }
        let mut map = Mapping::read(node, diagnostics);
        let texts = Language::ALL
            .into_iter()
            .filter_map(|l| Some((l, map.get(l.tag())?.text(diagnostics)?)))
            .collect();
        map.finish(diagnostics);
        Some(Translated(texts))
    }
}

/// The organisation's own incident register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Its name: GIR, ARO or another.
    pub name: String,
    /// Where it is.
    pub url: Option<String>,
}

/// A person or point that one can turn to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What a form stores when this contact is chosen: unique, and the same for as long as answers are
    /// kept.
    pub id: Option<String>,
    /// What they do, such as `coordinator` or `company_doctor`; a form may ask for somebody of a role.
    /// There only where `id` is.
    pub role: Option<String>,
    /// Name of the person or team.
    pub name: Translated,
    /// Function, where the name does not say it.
    pub function: Option<Translated>,
    /// What one can turn to them for.
    pub about: Option<Translated>,
    /// Phone number as written for people.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// When they can be reached.
    pub hours: Option<Translated>,
    /// Whether they work outside the organisation.
    pub external: bool,
    /// What they look like.
    pub portrait: Option<Portrait>,
}

/// A portrait of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portrait {
    /// Path of the image below `content/`.
    pub path: String,
    /// What it shows, for who does not see it; absent where the name beside it says enough.
    pub alt: Option<Translated>,
    /// Where the setting stands.
    pub place: Place,
}

/// A page that a setting names: its source path below `content/`, and where the setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageReference {
    /// Path below `content/`, of the version in the default language.
    pub path: String,
    /// What the link says, where the title of the page is too long for a menu.
    pub label: Option<Translated>,
    /// Where the setting stands.
    pub place: Place,
}

/// Where "leave this page quickly" leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitLink {
    /// The address, of another site.
    pub href: String,
    /// What the link says, where the portal does not leave that to the theme.
    pub label: Option<Translated>,
}

/// What an administrator may change of the receiver; an absent limit means the built-in value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverSettings {
    /// Address at which the receiver is reached where another web server serves the pages.
    pub address: Option<Url>,
    /// Other origins whose pages may post: `https://host`, with the port where it is not the usual one.
    pub origins: Vec<String>,
    /// Most connections at one time.
    pub connections: Option<usize>,
    /// Most connections of one address at one time.
    pub connections_per_address: Option<usize>,
    /// How many posts one address may send at once before it has to wait.
    pub post_burst: Option<u32>,
    /// How many posts per minute one address may go on sending.
    pub posts_per_minute: Option<u32>,
    /// Addresses of reverse proxies, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Free disk space below which no report is taken, in MiB.
    pub free_disk_mib: Option<u64>,
}

/// For how long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepTime {
    /// Days.
    Days(u16),
    /// Months.
    Months(u16),
    /// Years.
    Years(u16),
}

/// For how long reports are kept; what is not set is kept for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepSettings {
    /// Answers that say who somebody is.
    pub names: Option<KeepTime>,
    /// Cases that were not registered.
    pub not_registered: Option<KeepTime>,
    /// Cases that were registered.
    pub registered: Option<KeepTime>,
    /// Cases that were withdrawn.
    pub withdrawn: Option<KeepTime>,
}

impl KeepTime {
    /// Returns about how many days this is, for comparing two settings: in hundredths of a day, as 400
    /// years of the calendar have 4800 months of 30.44 days.
    fn length(self) -> u32 {
        match self {
            KeepTime::Days(days) => u32::from(days) * 100,
            KeepTime::Months(months) => u32::from(months) * 3044,
            KeepTime::Years(years) => u32::from(years) * 12 * 3044,
        }
    }
}

/// The settings of a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Name of the portal. Environment: `MELDWIJZER_TITLE`.
    pub title: Translated,
    /// Name of the organisation. Environment: `MELDWIJZER_ORGANISATION`.
    pub organisation: String,
    /// Address at which people reach the portal, with its path. Environment: `MELDWIJZER_BASE_URL`.
    pub base_url: Option<Url>,
    /// Languages of the portal, default language first.
    pub languages: Vec<Language>,
    /// Name of the theme, a folder in `themes/`. Environment: `MELDWIJZER_THEME`.
    pub theme: String,
    /// Emergency number inside the organisation, or the place where it is to be filled in. Environment:
    /// `MELDWIJZER_EMERGENCY_INTERNAL`.
    pub emergency_internal: Option<String>,
    /// The organisation's own incident register.
    pub register: Option<Register>,
    /// The people one can turn to.
    pub contacts: Vec<Contact>,
    /// Pages of the main navigation; absent means the folders and pages right below `content/`.
    pub navigation: Option<Vec<PageReference>>,
    /// Pages at the foot of each page.
    pub footer: Vec<PageReference>,
    /// The page about support and after-care, to which the pages of a report lead.
    pub after_care: Option<PageReference>,
    /// Where "leave this page quickly" leads; absent where that is switched off.
    pub exit: Option<ExitLink>,
    /// Where it is said that the portal is for real, so that nothing of it may be unfinished; absent where it is
    /// not. Environment: `MELDWIJZER_PRODUCTION`, which can only add it.
    pub production: Option<Place>,
    /// Whether raw HTML in Markdown is let through. Environment: `MELDWIJZER_RAW_HTML`.
    pub raw_html: bool,
    /// Whether search engines may list the portal. Environment: `MELDWIJZER_INDEXABLE`.
    pub indexable: bool,
    /// Whether the portal has a search page. Environment: `MELDWIJZER_SEARCH`.
    pub search: bool,
    /// Limits of the receiver.
    pub receiver: ReceiverSettings,
    /// For how long reports are kept.
    pub keep: KeepSettings,
}

/// Looks up a variable of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Reads the settings from the text of `site.yaml`; variables of the environment go first. There
    /// are settings even where there are errors, so that the rest can be checked in the same run.
    pub fn parse(source: &SourceText, environment: Environment<'_>) -> (Config, Vec<Diagnostic>) {
        let (node, mut problems) = yaml::parse(source);
        // Where the file is not YAML, that is told; keys that it lacks are not told as well.
        let readable = node.is_some() || problems.is_empty();
        let d = &mut problems;
        let empty = Node::of_text("site.yaml", "");
        let mut map = Mapping::read(node.as_ref().unwrap_or(&empty), d);
        let env = |name: &str| {
            let name = format!("MELDWIJZER_{name}");
            environment(&name).map(|value| Node::of_text(&format!("${name}"), &value))
        };
        let setting = |map: &mut Mapping<'_>, key: &'static str, variable: &str| {
            // The key is known, also where a variable goes before it.
            let written = map.get(key);
            env(variable).or_else(|| written.cloned())
        };

        let languages = languages(&mut map, d);
        let title = match setting(&mut map, "title", "TITLE") {
            Some(node) => Translated::read(&node, d),
            None => missing(&map, "title", readable, d),
        };
        let organisation = match setting(&mut map, "organisation", "ORGANISATION") {
            Some(node) => node.text(d),
            None => missing(&map, "organisation", readable, d),
        };
        let base_url = setting(&mut map, "base_url", "BASE_URL").and_then(|n| base_url(&n, d));
        let theme = setting(&mut map, "theme", "THEME").and_then(|n| theme_name(&n, d));
        let emergency = env("EMERGENCY_INTERNAL");
        let emergency_internal = {
            let mut inner = map.get("emergency").map(|n| Mapping::read(n, d));
            let node = emergency.or_else(|| inner.as_mut()?.get("internal").cloned());
            if let Some(mut inner) = inner {
                inner.get("internal");
                inner.finish(d);
            }
            node.and_then(|n| phone(&n, d))
        };
        let register = map.get("register").and_then(|n| register(n, d));
        let contacts = map
            .get("contacts")
            .map(|n| contacts(n, d))
            .unwrap_or_default();
        let navigation = map.get("navigation").map(|n| references(n, d));
        let footer = map
            .get("footer")
            .map(|n| references(n, d))
            .unwrap_or_default();
        let after_care = map.get("after_care").and_then(|n| reference(n, d));
        let exit = match map.get("exit") {
            Some(node) => exit(node, d),
            None => Some(ExitLink::usual()),
        };
        let raw_html = setting(&mut map, "raw_html", "RAW_HTML").and_then(|n| n.flag(d));
        let production = production(map.get("production"), env("PRODUCTION").as_ref(), d);
        let indexable = setting(&mut map, "indexable", "INDEXABLE").and_then(|n| n.flag(d));
        let search = setting(&mut map, "search", "SEARCH").and_then(|n| n.flag(d));
        let receiver = map
            .get("receiver")
            .map(|n| receiver(n, base_url.is_some(), d))
            .unwrap_or_default();
        let keep = map.get("keep").map(|n| keep(n, d)).unwrap_or_default();
        map.finish(d);

        let config = Config {
            title: title.unwrap_or_default(),
            organisation: organisation.unwrap_or_default(),
            base_url,
            languages,
            theme: theme.unwrap_or_else(|| "basis".to_owned()),
            emergency_internal,
            register,
            contacts,
            navigation,
            footer,
            after_care,
            exit,
            production,
            raw_html: raw_html.unwrap_or_default(),
            indexable: indexable.unwrap_or_default(),
            search: search.unwrap_or(true),
            receiver,
            keep,
        };
        (config, problems)
    }

    /// Returns the value that stands for a name between double brackets in a text, if it is set.
    pub fn value(&self, name: &str, language: Language) -> Option<String> {
        match name {
            "title" => Some(self.title.get(language).to_owned()),
            "organisation" => Some(self.organisation.clone()),
            "register.name" => self.register.as_ref().map(|register| register.name.clone()),
            "register.url" => self.register.as_ref()?.url.clone(),
            "emergency.internal" => self.emergency_internal.clone(),
            _ => None,
        }
    }

    /// Fills in the values of settings in a line of text. Returns the names that have no value too.
    pub fn with_values<'a>(&self, line: &'a str, language: Language) -> (String, Vec<&'a str>) {
        let mut filled = String::with_capacity(line.len());
        let mut unknown = Vec::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("[[") {
            let Some((name, after)) = after.split_once("]]") else {
                break;
            };
            filled.push_str(before);
            match self.value(name.trim(), language) {
                Some(value) => filled.push_str(&value),
                None => unknown.push(name),
            }
            rest = after;
        }
        filled.push_str(rest);
        (filled, unknown)
    }

    /// Returns the emergency number inside the organisation, where it was filled in.
    pub fn emergency_number(&self) -> Option<&str> {
        let number = self.emergency_internal.as_deref();
        number.filter(|number| !is_to_fill_in(number))
    }

    /// Returns the language of pages without a language in their file name.
    pub fn default_language(&self) -> Language {
        self.languages.first().copied().unwrap_or(Language::Nl)
    }

    /// Returns the path below which the portal lives, without a slash at its end: empty, or `/veilig`.
    pub fn base_path(&self) -> &str {
        self.base_url.as_ref().map_or("", path_of)
    }

    /// Returns the address of the receiver where that is not the address of the pages.
    pub fn receiver_elsewhere(&self) -> Option<&Url> {
        let address = self.receiver.address.as_ref()?;
        let place = |url: &Url| (url.origin(), path_of(url).to_owned());
        let same = self.base_url.as_ref().map(place) == Some(place(address));
        (!same).then_some(address)
    }

    /// Returns the address at which the receiver is reached: that of the portal, unless it has one of its
    /// own.
    pub fn receiver_url(&self) -> Option<&Url> {
        self.receiver_elsewhere().or(self.base_url.as_ref())
    }

    /// Returns the path below which the receiver lives, without a slash at its end.
    pub fn receiver_path(&self) -> &str {
        self.receiver_url().map_or("", path_of)
    }

    /// Returns the address of the receiver without a slash at its end. Without a base URL it has no scheme
    /// and host.
    pub fn receiver_address(&self) -> String {
        let origin = self
            .receiver_url()
            .map(|url| url.origin().ascii_serialization());
        format!("{}{}", origin.unwrap_or_default(), self.receiver_path())
    }

    /// Returns the absolute address of a path that has the base path in it.
    pub fn absolute(&self, href: &str) -> String {
        match &self.base_url {
            Some(url) => format!("{}{href}", url.origin().ascii_serialization()),
            None => href.to_owned(),
        }
    }
}

/// Reads where it is said that the portal is for real. A variable cannot take back what the file says: the file
/// is what people looked at and agreed on.
fn production(
    file: Option<&Node>,
    variable: Option<&Node>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Place> {
    let file_says = file.and_then(|node| node.flag(diagnostics));
    let variable_says = variable.and_then(|node| node.flag(diagnostics));
    let (node, says) = match (file_says, variable_says) {
        (Some(true), Some(false)) => {
            let place = variable.map(Node::place)?;
            diagnostics.push(Diagnostic::warning("config-production-stays").at(place));
            (file, true)
        }
        (_, Some(says)) => (variable, says),
        (says, None) => (file, says.unwrap_or_default()),
    };
    node.filter(|_| says).map(Node::place)
}

/// Returns the path of an address without a slash at its end.
fn path_of(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

impl ExitLink {
    fn usual() -> ExitLink {
        ExitLink {
            href: USUAL_EXIT.to_owned(),
            label: None,
        }
    }
}

/// Reads `false`, or `{href: …, label: …}`; `true` is what is usual.
fn exit(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<ExitLink> {
    if !node.is_mapping() {
        return node.flag(diagnostics)?.then(ExitLink::usual);
    }
    let mut map = Mapping::read(node, diagnostics);
    let href = map
        .require("href", diagnostics)
        .and_then(|n| base_url(n, diagnostics));
    let label = map
        .get("label")
        .and_then(|n| Translated::read(n, diagnostics));
    map.finish(diagnostics);
    Some(ExitLink {
        href: href?.to_string(),
        label,
    })
}

/// Tells that a setting that a portal cannot do without is missing.
fn missing<T>(
    map: &Mapping<'_>,
    key: &'static str,
    readable: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    if readable {
        diagnostics.push(
            Diagnostic::error("yaml-missing-key")
                .with("key", key)
                .at(map.place()),
        );
    }
    None
}

fn languages(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Language> {
    let known = Language::ALL.map(|language| (language.tag(), language));
    let mut languages: Vec<Language> = Vec::new();
    if let Some(node) = map.get("languages") {
        for item in node.list() {
            if let Some(language) = item.one_of(&known, diagnostics)
                && !languages.contains(&language)
            {
                languages.push(language);
            }
        }
    }
    let default = map.get("default_language");
    let default = default.and_then(|n| Some((n.one_of(&known, diagnostics)?, n.place())));
    if let Some((default, place)) = default {
        match languages.iter().position(|language| *language == default) {
            Some(at) => languages.swap(0, at),
            None if languages.is_empty() => languages.push(default),
            None => diagnostics.push(Diagnostic::error("config-default-language").at(place)),
        }
    }
    if languages.is_empty() {
        languages.push(Language::Nl);
    }
    languages
}

fn base_url(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Url> {
    let text = node.text(diagnostics)?;
    let url = Url::parse(&text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .filter(|url| url.query().is_none() && url.fragment().is_none());
    if url.is_none() {
        diagnostics.push(
            Diagnostic::error("config-base-url")
                .with("value", text)
                .at(node.place()),
        );
    }
    url
}

fn theme_name(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.text(diagnostics)?;
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !plain {
        diagnostics.push(
            Diagnostic::error("config-theme-name")
                .with("value", text)
                .at(node.place()),
        );
        return None;
    }
    Some(text)
}

fn register(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Register> {
    let mut map = Mapping::read(node, diagnostics);
    let name = map
        .require("name", diagnostics)
        .and_then(|n| n.text(diagnostics));
    let url = map.get("url").and_then(|n| {
        let url = base_url(n, diagnostics);
        url.map(|url| url.to_string())
    });
    map.finish(diagnostics);
    Some(Register { name: name?, url })
}

fn contacts(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Contact> {
    let items = node.list();
    if items.len() > MOST_CONTACTS {
        diagnostics.push(
            Diagnostic::error("config-too-many-contacts")
                .with("most", MOST_CONTACTS)
                .at(node.place()),
        );
    }
    let mut contacts: Vec<Contact> = Vec::new();
    for item in items {
        let Some(contact) = contact(item, diagnostics) else {
            continue;
        };
        let same = |other: &Contact| other.id.is_some() && other.id == contact.id;
        if contacts.iter().any(same) {
            diagnostics.push(
                Diagnostic::error("config-same-contact")
                    .with("id", contact.id.as_deref().unwrap_or_default())
                    .at(item.place()),
            );
        }
        contacts.push(contact);
    }
    contacts
}

/// Reads a word: small letters, digits, underscores and hyphens, starting with a letter or a digit.
pub(super) fn word(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.text(diagnostics)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_word = text.starts_with(plain)
        && text.len() <= LONGEST_WORD
        && text.chars().all(|c| plain(c) || c == '_' || c == '-');
    if !is_word {
        diagnostics.push(
            Diagnostic::error("config-word")
                .with("value", &text)
                .with("longest", LONGEST_WORD)
                .at(node.place()),
        );
    }
    is_word.then_some(text)
}

fn contact(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Contact> {
    let d = diagnostics;
    let mut map = Mapping::read(node, d);
    let id_node = map.get("id");
    let id = id_node.and_then(|n| word(n, d));
    let role_node = map.get("role");
    let role = role_node.and_then(|n| word(n, d));
    if let (None, Some(role)) = (id_node, role_node) {
        d.push(Diagnostic::error("config-contact-without-id").at(role.place()));
    }
    let name = map.require("name", d).and_then(|n| Translated::read(n, d));
    let function = map.get("function").and_then(|n| Translated::read(n, d));
    let about = map.get("about").and_then(|n| Translated::read(n, d));
    let phone = map.get("phone").and_then(|n| phone(n, d));
    let email = map.get("email").and_then(|n| n.text(d));
    // Nobody can call or mail a place to fill in.
    let filled_in = |text: &String| !is_to_fill_in(text);
    let (phone, email) = (phone.filter(filled_in), email.filter(filled_in));
    let hours = map.get("hours").and_then(|n| Translated::read(n, d));
    let external = map.get("external").and_then(|n| n.flag(d));
    let portrait = portrait(&mut map, d);
    map.finish(d);
    Some(Contact {
        role: role.filter(|_| id.is_some()),
        id,
        name: name?,
        function,
        about,
        phone,
        email,
        hours,
        external: external.unwrap_or_default(),
        portrait,
    })
}

/// Reads the path of a portrait. Words for it without a portrait are told.
fn portrait(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Portrait> {
    let alt = map.get("alt");
    let path = match alt {
        Some(_) => map.require("portrait", diagnostics),
        None => map.get("portrait"),
    };
    let alt = alt.and_then(|n| Translated::read(n, diagnostics));
    let path = path?;
    Some(Portrait {
        path: path.text(diagnostics)?,
        alt,
        place: path.place(),
    })
}

/// Returns whether something is still to be filled in here, which is told where the settings are checked.
pub(super) fn is_to_fill_in(text: &str) -> bool {
    text.contains("[[")
}

/// Reads a phone number: digits, with spaces, hyphens, dots, brackets and a plus at the start; or the place where
/// one is to be filled in.
fn phone(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let text = node.text(diagnostics)?;
    if is_to_fill_in(&text) {
        return Some(text);
    }
    let written_well = text
        .chars()
        .all(|c| c.is_ascii_digit() || " -+().".contains(c));
    if !written_well || !text.chars().any(|c| c.is_ascii_digit()) {
        diagnostics.push(
            Diagnostic::error("config-phone")
                .with("value", text)
                .at(node.place()),
        );
        return None;
    }
    Some(text)
}

/// Returns a phone number as it stands in a `tel:` link: digits and a leading plus only. The zero of `+31 (0)88` is
/// for calls inside the country, and left out.
pub fn dial(phone: &str) -> String {
    let plus = phone.trim_start().starts_with('+');
    let phone = match plus {
        true => phone.replacen("(0)", "", 1),
        false => phone.to_owned(),
    };
    let digits = phone.chars().filter(char::is_ascii_digit);
    plus.then_some('+').into_iter().chain(digits).collect()
}

/// Reads a list of pages, each a path or `{page: path, label: text}`.
fn references(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<PageReference> {
    node.list()
        .into_iter()
        .filter_map(|item| reference(item, diagnostics))
        .collect()
}

fn reference(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<PageReference> {
    if !node.is_mapping() {
        return Some(PageReference {
            path: node.text(diagnostics)?,
            label: None,
            place: node.place(),
        });
    }
    let mut map = Mapping::read(node, diagnostics);
    let page = map.require("page", diagnostics);
    let label = map
        .get("label")
        .and_then(|n| Translated::read(n, diagnostics));
    map.finish(diagnostics);
    Some(PageReference {
        path: page?.text(diagnostics)?,
        label,
        place: page?.place(),
    })
}

fn receiver(
    node: &Node,
    has_base_url: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> ReceiverSettings {
    let d = diagnostics;
    let mut map = Mapping::read(node, d);
    let address_node = map.get("address");
    let address = address_node.and_then(|n| base_url(n, d));
    if let (Some(node), false) = (address_node, has_base_url) {
        d.push(Diagnostic::error("config-receiver-without-base-url").at(node.place()));
    }
    let settings = ReceiverSettings {
        address,
        origins: map
            .get("origins")
            .map(|n| origins(n, d))
            .unwrap_or_default(),
        connections: map.get("connections").and_then(|n| count(n, d)),
        connections_per_address: map.get("connections_per_address").and_then(|n| count(n, d)),
        post_burst: map.get("post_burst").and_then(|n| count(n, d)),
        posts_per_minute: map.get("posts_per_minute").and_then(|n| count(n, d)),
        trusted_proxies: map
            .get("trusted_proxies")
            .map(|n| addresses(n, d))
            .unwrap_or_default(),
        free_disk_mib: map.get("free_disk_mib").and_then(|n| count(n, d)),
    };
    map.finish(d);
    settings
}

fn keep(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> KeepSettings {
    let d = diagnostics;
    let mut map = Mapping::read(node, d);
    let names_node = map.get("names");
    let settings = KeepSettings {
        names: names_node.and_then(|n| keep_time(n, d)),
        not_registered: map.get("not_registered").and_then(|n| keep_time(n, d)),
        registered: map.get("registered").and_then(|n| keep_time(n, d)),
        withdrawn: map.get("withdrawn").and_then(|n| keep_time(n, d)),
    };
    map.finish(d);
    // A withdrawn report may go as a whole before the names of others do.
    let cases = [settings.not_registered, settings.registered];
    let shortest = cases.into_iter().flatten().map(KeepTime::length).min();
    if let (Some(names), Some(node), Some(shortest)) = (settings.names, names_node, shortest)
        && names.length() > shortest
    {
        d.push(Diagnostic::error("config-keep-names-longer").at(node.place()));
    }
    settings
}

/// Reads a time: `{days: 14}`, `{months: 12}` or `{years: 5}`.
fn keep_time(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<KeepTime> {
    let mut map = Mapping::read(node, diagnostics);
    let before = diagnostics.len();
    let units = [
        map.get("days")
            .map(|n| (n, KeepTime::Days as fn(u16) -> KeepTime)),
        map.get("months")
            .map(|n| (n, KeepTime::Months as fn(u16) -> KeepTime)),
        map.get("years")
            .map(|n| (n, KeepTime::Years as fn(u16) -> KeepTime)),
    ];
    map.finish(diagnostics);
    let mut given = units.into_iter().flatten();
    let (Some((number, unit)), None) = (given.next(), given.next()) else {
        if diagnostics.len() == before && node.is_mapping() {
            diagnostics.push(Diagnostic::error("config-keep-time").at(node.place()));
        }
        return None;
    };
    let count: u16 = count(number, diagnostics)?;
    if unit(count).length() > LONGEST_KEPT.length() {
        diagnostics.push(
            Diagnostic::error("config-keep-too-long")
                .with("value", count)
                .at(number.place()),
        );
        return None;
    }
    Some(unit(count))
}

/// Reads origins as browsers send them: scheme, host and perhaps a port.
fn origins(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut origins = Vec::new();
    for item in node.list() {
        let Some(url) = base_url(item, diagnostics) else {
            continue;
        };
        if url.path() != "/" || !url.username().is_empty() || url.password().is_some() {
            diagnostics.push(
                Diagnostic::error("config-origin")
                    .with("value", &url)
                    .with("origin", url.origin().ascii_serialization())
                    .at(item.place()),
            );
            continue;
        }
        origins.push(url.origin().ascii_serialization());
    }
    origins
}

/// Reads a limit: a whole number of at least 1.
fn count<T: TryFrom<i64>>(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<T> {
    let number = node.whole_number(diagnostics)?;
    let count = (number >= 1).then(|| T::try_from(number).ok()).flatten();
    if count.is_none() {
        diagnostics.push(
            Diagnostic::error("config-count")
                .with("value", number)
                .at(node.place()),
        );
    }
    count
}

fn addresses(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<IpAddr> {
    node.list()
        .into_iter()
        .filter_map(|item| {
            let text = item.text(diagnostics)?;
            let address = text.parse().ok();
            if address.is_none() {
                diagnostics.push(
                    Diagnostic::error("config-address")
                        .with("value", text)
                        .at(item.place()),
                );
            }
            address
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, environment: Environment<'_>) -> (Config, Vec<(&'static str, usize)>) {
        let (config, diagnostics) = Config::parse(&SourceText::new("site.yaml", text), environment);
        let found = diagnostics
            .iter()
            .map(|d| (d.code, d.place.as_ref().map_or(0, |p| p.line)))
            .collect();
        (config, found)
    }

    fn check(text: &str, expected: &[(&'static str, usize)]) {
        assert_eq!(parse(text, &|_| None).1, expected, "{text:?}");
    }

    const SMALLEST: &str = "title: Veilig\norganisation: Gemeente\n";

    #[test]
    fn the_smallest_settings_are_a_title_and_an_organisation() {
        check(SMALLEST, &[]);
        check("", &[("yaml-missing-key", 1), ("yaml-missing-key", 1)]);
        check("title: [\n", &[("yaml-syntax", 1)]);
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        check(
            &format!("{SMALLEST}titel: x\n"),
            &[("yaml-unknown-key-near", 3)],
        );
        check(
            &format!("{SMALLEST}base_url: voorbeeld.nl\n"),
            &[("config-base-url", 3)],
        );
        check(
            &format!("{SMALLEST}theme: ../weg\n"),
            &[("config-theme-name", 3)],
        );
        check(
            &format!("{SMALLEST}emergency:\n  internal: bel Jan\n"),
            &[("config-phone", 4)],
        );
        check(
            &format!("{SMALLEST}languages: [nl]\ndefault_language: en\n"),
            &[("config-default-language", 4)],
        );
        check(
            &format!("{SMALLEST}receiver:\n  connections: 0\n  trusted_proxies: [proxy]\n"),
            &[("config-count", 4), ("config-address", 5)],
        );
    }

    #[test]
    fn a_receiver_elsewhere_has_an_address_and_the_origins_that_may_post() {
        let receiver = |text: &str, expected: &[(&'static str, usize)]| {
            let text = format!("{SMALLEST}base_url: https://intranet.example/veilig/\n{text}");
            check(&text, expected);
            parse(&text, &|_| None).0
        };
        receiver(
            "receiver:\n  address: meld.example\n",
            &[("config-base-url", 5)],
        );
        receiver(
            "receiver:\n  origins: [https://a.example/pad, 'null', 'https://u:p@a.example']\n",
            &[
                ("config-origin", 5),
                ("config-base-url", 5),
                ("config-origin", 5),
            ],
        );
        check(
            &format!("{SMALLEST}receiver:\n  address: https://meld.example/\n"),
            &[("config-receiver-without-base-url", 4)],
        );
        let elsewhere = receiver(
            "receiver:\n  address: https://meld.example/x/\n  origins: https://A.example:443/\n",
            &[],
        );
        assert_eq!(elsewhere.receiver.origins, ["https://a.example"]);
        assert_eq!(elsewhere.receiver_path(), "/x");
        assert_eq!(elsewhere.receiver_address(), "https://meld.example/x");
        assert_eq!(elsewhere.base_path(), "/veilig");
        let same = receiver(
            "receiver: { address: https://intranet.example/veilig }\n",
            &[],
        );
        assert_eq!(same.receiver_elsewhere(), None);
        let same = receiver("", &[]);
        assert_eq!(same.receiver_address(), "https://intranet.example/veilig");
    }

    #[test]
    fn the_quick_way_out_leads_to_a_neutral_site_unless_a_portal_chooses() {
        let exit = |text: &str, expected: Option<&str>| {
            let (config, problems) = parse(&format!("{SMALLEST}{text}"), &|_| None);
            assert_eq!(problems, [], "{text}");
            assert_eq!(config.exit.map(|exit| exit.href).as_deref(), expected);
        };
        exit("", Some(USUAL_EXIT));
        exit("exit: true\n", Some(USUAL_EXIT));
        exit("exit: false\n", None);
        exit(
            "exit: { href: https://nieuws.example/, label: { nl: Nieuws, en: News } }\n",
            Some("https://nieuws.example/"),
        );
        check(
            &format!("{SMALLEST}exit: {{ href: /weg }}\n"),
            &[("config-base-url", 3)],
        );
        check(
            &format!("{SMALLEST}exit: {{ label: Weg }}\n"),
            &[("yaml-missing-key", 3)],
        );
        check(
            &format!("{SMALLEST}exit: weg\n"),
            &[("yaml-expected-flag", 3)],
        );
    }

    #[test]
    fn contacts_that_can_be_chosen_have_an_id_of_their_own() {
        #[track_caller]
        fn contacts(text: &str, expected: &[(&'static str, usize)]) {
            check(&format!("{SMALLEST}contacts:\n{text}"), expected);
        }
        contacts("  - { name: A, id: a, role: coordinator }\n", &[]);
        contacts("  - { name: A, id: a }\n  - { name: B }\n", &[]);
        contacts(
            "  - { name: A, role: coordinator }\n",
            &[("config-contact-without-id", 4)],
        );
        contacts(
            "  - { name: A, alt: Lacht }\n  - { name: B, portrait: [b.jpg] }\n",
            &[("yaml-missing-key", 4), ("yaml-expected-text", 5)],
        );
        contacts("  - { name: A, portrait: a.jpg }\n", &[]);
        contacts(
            "  - { name: A, portrait: a.jpg, alt: { nl: Lacht, en: Laughs } }\n",
            &[],
        );
        contacts(
            "  - { name: A, id: a }\n  - { name: B, id: a }\n",
            &[("config-same-contact", 5)],
        );
        contacts("  - { name: A, id: De Baas }\n", &[("config-word", 4)]);
        contacts(
            "  - { name: A, id: a, role: ../x }\n",
            &[("config-word", 4)],
        );
    }

    #[test]
    fn keeping_times_are_days_months_or_years_and_names_go_first() {
        #[track_caller]
        fn keep(text: &str, expected: &[(&'static str, usize)]) {
            check(&format!("{SMALLEST}keep:\n{text}"), expected);
        }
        keep("  names: { months: 12 }\n  registered: { years: 5 }\n", &[]);
        keep(
            "  names: { months: 12 }\n  not_registered: { years: 1 }\n",
            &[],
        );
        keep("  names: { years: 1 }\n  withdrawn: { days: 30 }\n", &[]);
        keep(
            "  names: { days: 400 }\n  not_registered: { months: 12 }\n",
            &[("config-keep-names-longer", 4)],
        );
        keep("  names: 12\n", &[("yaml-expected-mapping", 4)]);
        keep("  names: {}\n", &[("config-keep-time", 4)]);
        keep(
            "  names: { days: 1, months: 1 }\n",
            &[("config-keep-time", 4)],
        );
        keep("  names: { days: 0 }\n", &[("config-count", 4)]);
        keep("  names: { years: 101 }\n", &[("config-keep-too-long", 4)]);
        keep("  names: { weeks: 2 }\n", &[("yaml-unknown-key", 4)]);
        keep("  name: { days: 2 }\n", &[("yaml-unknown-key-near", 4)]);
        let text = format!("{SMALLEST}keep: {{ withdrawn: {{ days: 30 }} }}\n");
        let (config, _) = parse(&text, &|_| None);
        let expected = KeepSettings {
            withdrawn: Some(KeepTime::Days(30)),
            ..KeepSettings::default()
        };
        assert_eq!(config.keep, expected);
    }

    #[test]
    fn the_environment_can_say_that_a_portal_is_for_real_and_not_that_it_is_not() {
        #[track_caller]
        fn production(file: &str, variable: &str, expected: (&str, &[&'static str])) {
            let environment = |name: &str| {
                (name == "MELDWIJZER_PRODUCTION" && !variable.is_empty())
                    .then(|| variable.to_owned())
            };
            let (config, problems) = parse(&format!("{SMALLEST}{file}"), &environment);
            let codes: Vec<_> = problems.into_iter().map(|(code, _)| code).collect();
            let place = config
                .production
                .map_or(String::new(), |place| place.path.to_string());
            assert_eq!((&*place, &*codes), expected, "{file}, {variable}");
        }
        let (file, variable) = ("site.yaml", "$MELDWIJZER_PRODUCTION");
        production(
            "production: true",
            "false",
            (file, &["config-production-stays"]),
        );
        production("production: true", "ja", (file, &["yaml-expected-flag"]));
        production("production: false", "true", (variable, &[]));
        production("production: true", "true", (variable, &[]));
        production("production: true", "", (file, &[]));
        production("production: false", "false", ("", &[]));
        production("", "false", ("", &[]));
        production("", "", ("", &[]));
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let environment = |name: &str| match name {
            "MELDWIJZER_BASE_URL" => Some("https://intranet.example/veilig/".to_owned()),
            "MELDWIJZER_EMERGENCY_INTERNAL" => Some("+31 (0)88 1".to_owned()),
            _ => None,
        };
        let (config, problems) = parse(SMALLEST, &environment);
        assert_eq!(problems, []);
        assert_eq!(config.base_path(), "/veilig");
        assert_eq!(
            config.absolute("/veilig/a/"),
            "https://intranet.example/veilig/a/"
        );
        assert_eq!(dial(&config.emergency_internal.unwrap()), "+31881");
        let text =
            format!("{SMALLEST}base_url: http://elders.example/\nemergency: {{ internal: 5 }}\n");
        let (config, problems) = parse(&text, &environment);
        assert_eq!(problems, []);
        assert_eq!(config.base_path(), "/veilig");
    }
}
