//! `check --external-links`: whether links to other sites still lead to a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use super::Arguments;
use crate::cli::command_error::CommandError;
use crate::cli::portal::environment;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::external_links::{self, Cache, Manners, Outcome};
use crate::site::config::Config;
use crate::site::{links_elsewhere, outputs, source};
use crate::source_text::{Place, SourceText};

/// The code of a link that only a person can check.
pub(super) const UNCLEAR: &str = "link-elsewhere-unclear";

/// The folder below the root for what is remembered from one run to the next.
const MEMORY: &str = ".meldwijzer";

/// Fewest sites of which none answers that make it likely that there is no way to any.
const FEWEST_SITES: usize = 2;

/// Checks the links to other sites in the portal below `root`, as far as they were not checked lately.
pub(super) fn check(
    ui: &mut Ui,
    root: &Path,
    arguments: &Arguments,
) -> Result<Vec<Diagnostic>, CommandError> {
    let links = links(root);
    let path = cache_path(root, arguments)?;
    let now = SystemClock.now();
    let mut cache = Cache::read(&fs::read(&path).unwrap_or_default());
    cache.tidy(now);
    let manners = Manners {
        own_network: arguments.own_network,
        ..Manners::default()
    };
    let addresses: BTreeSet<String> = links.iter().map(|(link, _)| page_of(link)).collect();
    let (known, new): (BTreeSet<String>, BTreeSet<String>) = addresses
        .into_iter()
        .partition(|address| cache.fresh(address, now).is_some());
    let mut asked = ask(ui, &new, &manners);
    if has_no_internet(&asked) {
        // Once the good ones are known, only dead ones are asked. Whether there is internet is asked of those that were
        // there.
        let were_there = known.iter().filter(|address| {
            let outcome = cache.fresh(address, now);
            outcome.is_some_and(Outcome::is_good)
        });
        let were_there = were_there.take(FEWEST_SITES).cloned().collect();
        asked.extend(ask(ui, &were_there, &manners));
    }
    let no_internet = has_no_internet(&asked);
    if no_internet {
        asked.clear();
    }
    let mut outcomes: BTreeMap<String, Outcome> = known
        .into_iter()
        .filter_map(|address| {
            let outcome = cache.fresh(&address, now)?.clone();
            Some((address, outcome))
        })
        .collect();
    for (address, outcome) in asked {
        if outcome != Outcome::OwnNetwork {
            cache.keep(&address, outcome.clone(), now);
        }
        outcomes.insert(address, outcome);
    }
    let text = format!("{}\n", cache.to_json());
    outputs::update(&path, |_| Some(text.clone()))?;
    let told = links.into_iter().filter_map(|(link, place)| {
        let outcome = outcomes.get(&page_of(&link))?;
        Some(diagnostic(&link, outcome, &manners)?.at(place))
    });
    let no_internet = no_internet.then(|| Diagnostic::warning("cli-no-internet"));
    Ok(no_internet.into_iter().chain(told).collect())
}

/// Finds the links to other sites; those to the portal itself lead to none.
fn links(root: &Path) -> Vec<(String, Place)> {
    // What cannot be read is told by the check of the portal.
    let (sources, _) = source::read(root);
    let mut links = links_elsewhere::of_content(&sources);
    let settings = fs::read(root.join("site.yaml")).unwrap_or_default();
    if let Ok(settings) = SourceText::decode("site.yaml", &settings) {
        links.extend(links_elsewhere::of_yaml(&settings));
        let (config, _) = Config::parse(&settings, &environment);
        let own = [
            config.absolute(config.base_path()),
            config.receiver_address(),
        ];
        links.retain(|(link, _)| !own.iter().any(|own| is_below(link, own)));
    }
    links
}

/// Returns whether a link leads to an address of the web, or to one below it.
fn is_below(link: &str, address: &str) -> bool {
    let rest = link.strip_prefix(address.trim_end_matches('/'));
    address.contains("://")
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Returns the address of the page that a link leads to.
fn page_of(link: &str) -> String {
    let (page, _) = link.split_once('#').unwrap_or((link, ""));
    page.to_owned()
}

/// Returns where outcomes are remembered, in a folder that is there.
fn cache_path(root: &Path, arguments: &Arguments) -> Result<PathBuf, CommandError> {
    if let Some(path) = &arguments.link_cache {
        return Ok(path.clone());
    }
    let folder = root.join(MEMORY);
    outputs::make_memory(&folder)?;
    Ok(folder.join("links.json"))
}

/// Asks for addresses, and shows how far that is.
fn ask(ui: &mut Ui, addresses: &BTreeSet<String>, manners: &Manners) -> BTreeMap<String, Outcome> {
    let (done, progress) = mpsc::channel();
    let all = addresses.len().to_string();
    let outcomes = thread::scope(|scope| {
        let work = scope.spawn(move || {
            external_links::check(addresses, manners, &move |count| {
                // Where nobody looks any more.
                let _ = done.send(count);
            })
        });
        for count in progress {
            let count = count.to_string();
            let text = ui.text("cli-check-asking", &[("done", &count), ("all", &all)]);
            ui.show_progress(&text);
        }
        work.join()
    });
    ui.show_progress("");
    // What is no answer of a site is a mistake of ours, and is not to look like one.
    outcomes.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns whether nobody answers, which says nothing of the links.
fn has_no_internet(outcomes: &BTreeMap<String, Outcome>) -> bool {
    let asked = outcomes.iter();
    let asked = asked.filter(|(_, outcome)| **outcome != Outcome::OwnNetwork);
    let mut sites = BTreeSet::new();
    for (address, outcome) in asked {
        if !matches!(outcome, Outcome::Unreachable { .. } | Outcome::Slow) {
            return false;
        }
        sites.insert(address.split('/').nth(2));
    }
    sites.len() >= FEWEST_SITES
}

/// Says what is wrong with a link, if anything is.
fn diagnostic(link: &str, outcome: &Outcome, manners: &Manners) -> Option<Diagnostic> {
    let diagnostic = match outcome {
        Outcome::Good | Outcome::OwnNetwork => return None,
        Outcome::Moved { to } => {
            let anchor = link.find('#').and_then(|at| link.get(at..));
            let to = match anchor.filter(|_| !to.contains('#')) {
                Some(anchor) => format!("{to}{anchor}"),
                None => to.clone(),
            };
            Diagnostic::advice("link-elsewhere-moved").with("to", to)
        }
        Outcome::Gone { status } => {
            Diagnostic::warning("link-elsewhere-gone").with("status", status)
        }
        Outcome::Failing { status } => {
            Diagnostic::warning("link-elsewhere-failing").with("status", status)
        }
        Outcome::Unreachable { reason } => {
            Diagnostic::warning("link-elsewhere-unreachable").with("reason", reason)
        }
        Outcome::Slow => {
            Diagnostic::warning("link-elsewhere-slow").with("seconds", manners.patience.as_secs())
        }
        Outcome::Loop => Diagnostic::warning("link-elsewhere-loop"),
        Outcome::Unclear { reason } => Diagnostic::advice(UNCLEAR).with("reason", reason),
    };
    Some(diagnostic.with("target", link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portal_itself_is_no_other_site() {
        let own = "https://a.nl/veilig/";
        assert!(is_below("https://a.nl/veilig", own) && is_below("https://a.nl/veilig/x", own));
        assert!(!is_below("https://a.nl/veiligheid", own) && !is_below("https://a.nl/", own));
        assert!(!is_below("https://a.nl/", ""));
    }

    #[test]
    fn where_nobody_answers_there_is_no_internet() {
        fn check(outcomes: &[(&str, Outcome)], expected: bool) {
            let outcomes = outcomes.iter().cloned();
            let outcomes = outcomes.map(|(address, outcome)| (address.to_owned(), outcome));
            assert_eq!(has_no_internet(&outcomes.collect()), expected);
        }
        let dead = || Outcome::Unreachable {
            reason: "x".to_owned(),
        };
        let (a, b) = ("https://a.nl/", "https://b.nl/");
        check(&[(a, dead()), (b, Outcome::Slow)], true);
        check(&[(a, dead()), (b, Outcome::Gone { status: 404 })], false);
        check(&[(a, dead()), (b, Outcome::OwnNetwork)], false);
        check(&[(a, dead()), ("https://a.nl/x", dead())], false);
        check(&[], false);
    }
}
