//! What must be right before a portal is for real: the checks that `production: true` switches on.
//!
//! Everything here is a mistake only then. A portal that is being made may have places to fill in, the names of
//! the example that ships, and no keeping times. The pages that may not go without are those that readers must
//! be able to rely on: the norm, whom to turn to, what happens with their data, and the accessibility
//! statement, which Dutch public bodies must have (Besluit digitale toegankelijkheid overheid, article 2).

use url::{Host, Url};

use super::config::{Config, Environment, KeepSettings, is_to_fill_in};
use super::front_matter::Kind;
use super::pages::{Page, Site};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::Language;
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping, Node};

/// The kinds of page that a portal may not go without.
const NEEDED: [Kind; 4] = [
    Kind::Norm,
    Kind::Directory,
    Kind::Privacy,
    Kind::Accessibility,
];

/// What the norm must say, by the anchors of the headings under which it does, in Dutch and in English: that
/// what is reported stays confidential, who the confidential adviser is, and where help from outside is.
const SLOTS: [(&str, &str); 3] = [
    ("vertrouwelijk", "confidential"),
    ("vertrouwenspersoon", "confidential-adviser"),
    ("hulp-van-buiten", "outside-help"),
];

/// The id of the norm, where it is not the page of its folder.
const NORM: &str = "norm";

/// The variables of the environment whose texts readers see.
const TEXTS_OF_ENVIRONMENT: [&str; 2] = ["MELDWIJZER_TITLE", "MELDWIJZER_ORGANISATION"];

/// Ending of the addresses in the portal that ships, which are nobody's (RFC 2606).
const EXAMPLE_DOMAIN: &str = ".example";

/// Start of the phone numbers in the portal that ships, without the zero or the country in front.
const EXAMPLE_NUMBER: &str = "88000";

/// Tells what in the settings cannot stay for a portal that is for real. `source` is the text of `site.yaml`.
pub fn check_settings(
    config: &Config,
    source: &SourceText,
    environment: Environment<'_>,
) -> Vec<Diagnostic> {
    // What cannot be read was told with the settings.
    let (root, _) = yaml::parse(source);
    let mut diagnostics = Vec::new();
    let names = TEXTS_OF_ENVIRONMENT.iter();
    let variables =
        names.filter_map(|name| Some(Node::of_text(&format!("${name}"), &environment(name)?)));
    for node in root.iter().cloned().chain(variables) {
        unfilled(config, &node, &mut diagnostics);
    }
    let Some(place) = &config.production else {
        return diagnostics;
    };
    let unset = unset(&config.keep);
    if !unset.is_empty() {
        diagnostics.push(
            Diagnostic::error("production-keep-not-set")
                .with("names", unset.join(", "))
                .at(place.clone()),
        );
    }
    let address = config.receiver.address.as_ref();
    match &config.base_url {
        None => diagnostics.push(Diagnostic::error("production-no-base-url").at(place.clone())),
        Some(base_url) => {
            let urls = [Some(base_url), address];
            let problems = urls.into_iter().flatten().filter_map(unsafe_address);
            diagnostics.extend(problems.map(|problem| problem.at(place.clone())));
        }
    }
    diagnostics.extend(root.iter().flat_map(examples));
    diagnostics
}

/// Tells each text in which something is still to be filled in: readers see the settings as they are written.
fn unfilled(config: &Config, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(text) = node.as_text().filter(|text| is_to_fill_in(text)) {
        let diagnostic = match config.production {
            Some(_) => Diagnostic::error("production-setting-to-fill-in"),
            None => Diagnostic::warning("setting-to-fill-in"),
        };
        diagnostics.push(diagnostic.with("value", text).at(node.place()));
    } else if node.is_mapping() {
        // Keys that are there twice were told with the settings.
        let values = Mapping::read(node, &mut Vec::new());
        values
            .entries()
            .for_each(|(_, value)| unfilled(config, value, diagnostics));
    } else {
        let items = node.as_sequence().unwrap_or_default();
        items
            .iter()
            .for_each(|item| unfilled(config, item, diagnostics));
    }
}

/// Returns the keeping times that are not set.
fn unset(keep: &KeepSettings) -> Vec<&'static str> {
    let times = [
        ("names", keep.names),
        ("not_registered", keep.not_registered),
        ("registered", keep.registered),
        ("withdrawn", keep.withdrawn),
    ];
    let unset = times.into_iter().filter(|(_, time)| time.is_none());
    unset.map(|(name, _)| name).collect()
}

/// Tells that what is sent to an address can be read on the way, or that nobody else arrives there.
fn unsafe_address(url: &Url) -> Option<Diagnostic> {
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let diagnostic = match (is_here, url.scheme()) {
        (true, _) => Diagnostic::warning("production-this-machine"),
        (false, "https") => return None,
        (false, _) => Diagnostic::error("production-not-https"),
    };
    Some(diagnostic.with("url", url))
}

/// Finds the numbers and addresses of the portal that ships, each where it stands.
fn examples(root: &Node) -> Vec<Diagnostic> {
    // What is wrong with these settings otherwise has been told.
    let told = &mut Vec::new();
    let mut found = Vec::new();
    let mut settings = Mapping::read(root, told);
    let mut look_at = |node: Option<&Node>| {
        let example = node.and_then(|node| Some((node.as_text()?, node.place())));
        if let Some((text, place)) = example.filter(|(text, _)| is_example(text)) {
            let diagnostic = Diagnostic::error("production-example").with("value", text);
            found.push(diagnostic.at(place));
        }
    };
    if let Some(emergency) = settings.get("emergency") {
        look_at(Mapping::read(emergency, told).get("internal"));
    }
    for contact in settings.get("contacts").map(Node::list).unwrap_or_default() {
        let mut contact = Mapping::read(contact, told);
        look_at(contact.get("phone"));
        look_at(contact.get("email"));
    }
    found
}

fn is_example(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut starts = ["0031", "31", "0"].into_iter();
    let number = starts.find_map(|start| digits.strip_prefix(start));
    let number = number.unwrap_or(&digits);
    text.ends_with(EXAMPLE_DOMAIN) || number.starts_with(EXAMPLE_NUMBER)
}

/// Returns whether a portal may not go without a page.
pub(super) fn is_needed(page: &Page) -> bool {
    NEEDED.contains(&page.kind) && !page.is_earlier_version()
}

/// Tells what the pages that a portal may not go without lack: for a portal that is for real these are errors.
pub(super) fn check_pages(config: &Config, site: &Site) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let norms = site.pages().filter(|page| is_norm(page));
    for norm in norms {
        diagnostics.extend(slots(config, norm));
    }
    let Some(place) = &config.production else {
        return diagnostics;
    };
    let empty = site.pages().filter(|page| is_needed(page));
    let empty = empty.filter(|page| is_empty(config, page));
    diagnostics.extend(empty.map(|page| {
        Diagnostic::error("production-page-empty")
            .with("kind", page.kind.name())
            .at(page.source.start())
    }));
    for kind in NEEDED {
        let is_there = |page: &Page| match kind {
            Kind::Norm => is_norm(page),
            _ => page.kind == kind && is_needed(page),
        };
        if !site.pages().any(is_there) {
            diagnostics.push(
                Diagnostic::error("production-page-missing")
                    .with("kind", kind.name())
                    .at(place.clone()),
            );
        }
    }
    diagnostics
}

/// Returns whether a page is the norm itself, and no part of it such as the rules for visitors.
pub(super) fn is_norm(page: &Page) -> bool {
    let is_whole = page.is_index || page.id == NORM;
    page.kind == Kind::Norm && is_whole && !page.is_earlier_version()
}

/// Tells which of the slots of the norm have no heading, or no text below it.
fn slots(config: &Config, norm: &Page) -> Vec<Diagnostic> {
    let severity = match config.production {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let anchors = SLOTS.map(|(nl, en)| match norm.language {
        Language::Nl => nl,
        Language::En => en,
    });
    let told = anchors.into_iter().filter_map(|anchor| {
        let mut headings = norm.outline.headings.iter();
        let code = match headings.find(|heading| heading.id == anchor) {
            Some(heading) if heading.has_text => return None,
            Some(_) => "norm-slot-empty",
            None => "norm-without-slot",
        };
        Some(Diagnostic {
            severity,
            ..Diagnostic::error(code)
                .with("anchor", anchor)
                .with("mark", format!("{{#{anchor}}}"))
                .at(norm.source.start())
        })
    });
    told.collect()
}

/// Returns whether there is nothing on a page for readers. A page that ends with the contacts needs no more.
fn is_empty(config: &Config, page: &Page) -> bool {
    let has_contacts = page.kind == Kind::Directory && !config.contacts.is_empty();
    !page.outline.has_text && !has_contacts
}
