//! Paths: pages and exercises in an order, for somebody who is new or refreshes.
//!
//! A path is made from the front matter of its page, once all pages are known. It is not a course: nobody is
//! followed, and what a reader ticked stands in that reader's browser only. Invariant: a step leads to
//! something that exists; one that does not is told and left out.
//!
//! **The way back.** A reader comes to the page of a step with a fragment, `#pad--nieuw-3`, which is the id of
//! a bar with the step before, the next one and the path. The style sheet shows only the bar that the address
//! names (`:target`), so a page in four paths shows one bar, or none to whoever came another way. For a step
//! that is a part of a page, the bar stands right before its heading, so the reader still lands there. A query
//! would need a script to be read, and a copy of each page for each path would be pages to keep in step.

pub mod feed;
pub mod plan;

use std::collections::{BTreeMap, BTreeSet};

use super::front_matter::Kind;
use super::links::dead_anchor;
use super::markdown::typographic;
use super::pages::Page;
use super::render::{Input, form_link, link_to_version};
use super::slug::chosen_id;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::source_text::Place;
use crate::theme::view::LinkInLanguage;
use crate::theme::view::path::{PathStepView, PathStopView, PathView};
use plan::{Plan, PlannedStep, PlannedTarget};

/// Version of a path whose page has none either.
const FIRST_VERSION: &str = "1";

/// All paths of a portal.
#[derive(Debug, Default)]
pub struct Paths<'a> {
    paths: Vec<Path<'a>>,
}

/// A path with its steps.
#[derive(Debug)]
pub struct Path<'a> {
    /// The page on which it stands.
    page: &'a Page,
    /// Name for other programs; versions of one path in other languages share it.
    id: String,
    /// Version: its own, or else that of its page.
    version: &'a str,
    /// The steps, in order.
    steps: Vec<Step<'a>>,
    /// Whether the page is in the default language of the portal.
    is_default_language: bool,
}

/// A step of a path.
#[derive(Debug)]
struct Step<'a> {
    /// Name for other programs: the id of the page with `#` and the heading, or that of the form.
    id: String,
    title: String,
    /// Whether the path has a title of its own for the step, in the language of the path.
    has_own_title: bool,
    minutes: u32,
    target: Target<'a>,
    why: Option<&'a (String, Place)>,
}

#[derive(Debug)]
enum Target<'a> {
    Page {
        page: &'a Page,
        anchor: Option<&'a str>,
    },
    Form {
        href: String,
        language: Language,
    },
}

impl<'a> Paths<'a> {
    /// Makes all paths, in the order of their pages.
    pub(super) fn gather(input: &Input<'a>) -> (Paths<'a>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut paths = Vec::new();
        // Nobody is sent along a path that no longer holds.
        let pages = input.site.pages();
        for page in pages.filter(|page| !page.is_earlier_version()) {
            match (&page.front_matter.path, page.kind) {
                (Some(plan), Kind::Path) => {
                    paths.push(Path::resolve(input, page, plan, &mut diagnostics));
                }
                (Some(plan), _) => {
                    diagnostics.push(Diagnostic::error("path-of-other-kind").at(plan.place.clone()))
                }
                (None, Kind::Path) => {
                    diagnostics
                        .push(Diagnostic::error("path-without-steps").at(page.source.start()));
                }
                (None, _) => {}
            }
        }
        tell_same_ids(&paths, &mut diagnostics);
        (Paths { paths }, diagnostics)
    }

    /// Returns the path that stands on a page.
    pub(super) fn on(&self, page: &Page) -> Option<&Path<'a>> {
        let mut paths = self.paths.iter();
        paths.find(|path| std::ptr::eq(path.page, page))
    }

    /// Returns the places in paths of each page that has one, by the path of its file.
    pub(super) fn stops(&self) -> BTreeMap<String, Vec<PathStopView>> {
        let steps = self.paths.iter().flat_map(|path| &path.steps);
        let pages = steps.filter_map(Step::page);
        pages
            .map(|page| (page.source.path().to_owned(), self.stops_on(page)))
            .collect()
    }

    /// Returns the places of a page in all paths.
    pub(super) fn stops_on(&self, page: &Page) -> Vec<PathStopView> {
        let stops = self.paths.iter().flat_map(|path| {
            let steps = path.steps.iter().enumerate();
            let here = steps.filter(|(_, step)| step.page().is_some_and(|p| std::ptr::eq(p, page)));
            here.map(|(at, step)| path.stop(at, step, page.language))
        });
        stops.collect()
    }
}

/// Tells a path that has the id of another one; versions of one page are one path.
fn tell_same_ids(paths: &[Path<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &Page> = BTreeMap::new();
    for path in paths {
        let other = *seen.entry(&path.id).or_insert(path.page);
        if other.key != path.page.key {
            let plan = path.page.front_matter.path.as_ref();
            let place = plan.map(|plan| match &plan.id {
                Some((_, place)) => place.clone(),
                None => plan.place.clone(),
            });
            diagnostics.push(
                Diagnostic::error("path-same-id")
                    .with("id", &path.id)
                    .with("other", other.source.path())
                    .at(place.unwrap_or_else(|| path.page.source.start())),
            );
        }
    }
}

impl<'a> Path<'a> {
    fn resolve(
        input: &Input<'a>,
        page: &'a Page,
        plan: &'a Plan,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Path<'a> {
        let mut steps: Vec<Step<'a>> = Vec::new();
        let mut seen = BTreeSet::new();
        for planned in &plan.steps {
            let target = match &planned.target {
                PlannedTarget::Page { path, anchor } => {
                    step_on_page(input, page.language, path, anchor.as_deref(), planned)
                }
                PlannedTarget::Form(id) => step_with_form(input, page.language, id, planned),
            };
            match target {
                Ok(step) if !seen.insert(step.id.clone()) => diagnostics.push(
                    Diagnostic::error("path-step-twice")
                        .with("step", step.id)
                        .at(planned.place.clone()),
                ),
                Ok(step) => steps.push(step),
                Err(Some(diagnostic)) => diagnostics.push(diagnostic.at(planned.place.clone())),
                // Why it cannot be read was told.
                Err(None) => {}
            }
        }
        let version = plan.version.as_ref().or(page.front_matter.version.as_ref());
        Path {
            page,
            id: path_id(page, plan, diagnostics),
            version: version.map_or(FIRST_VERSION, String::as_str),
            steps,
            is_default_language: page.language == input.config.default_language(),
        }
    }

    /// Returns how many minutes all steps take.
    fn minutes(&self) -> u32 {
        self.steps.iter().map(|step| step.minutes).sum()
    }

    /// Returns the id of the bar of a step on its page, counted from 0. Ids of headings have no two hyphens.
    fn stop_id(&self, at: usize) -> String {
        let number = at + 1;
        match self.is_default_language {
            true => format!("pad--{}-{number}", self.id),
            false => format!("pad--{}--{}-{number}", self.id, self.page.language),
        }
    }

    fn stop_href(&self, at: usize) -> Option<String> {
        let step = self.steps.get(at)?;
        Some(match &step.target {
            Target::Page { page, .. } => format!("{}#{}", page.href, self.stop_id(at)),
            Target::Form { href, .. } => href.clone(),
        })
    }

    /// Returns the link to a step for readers of a language.
    fn stop_link(&self, at: usize, language: Language) -> Option<LinkInLanguage> {
        let step = self.steps.get(at)?;
        let spoken = match step.has_own_title {
            true => self.page.language,
            false => step.language(),
        };
        Some(LinkInLanguage {
            label: step.title.clone(),
            href: self.stop_href(at)?,
            lang: (spoken != language).then_some(spoken),
        })
    }

    fn stop(&self, at: usize, step: &Step<'_>, language: Language) -> PathStopView {
        let link = |at: usize| self.stop_link(at, language);
        PathStopView {
            id: self.stop_id(at),
            heading: step.anchor().map(str::to_owned),
            path: LinkInLanguage {
                href: format!("{}#{}", self.page.href, step_id(at)),
                ..link_to_version(self.page, language)
            },
            number: at + 1,
            count: self.steps.len(),
            previous: at.checked_sub(1).and_then(link),
            next: link(at + 1),
        }
    }

    /// Returns the path as its page shows it. `line` writes a line of Markdown as safe HTML.
    pub(super) fn view(
        &self,
        input: &Input<'_>,
        mut line: impl FnMut(&str, &Place) -> String,
    ) -> PathView {
        let steps = self.steps.iter().enumerate();
        let steps = steps.map(|(at, step)| PathStepView {
            id: step_id(at),
            key: step.id.clone(),
            number: at + 1,
            title: step.title.clone(),
            href: self.stop_href(at).unwrap_or_default(),
            lang: (step.language() != self.page.language).then_some(step.language()),
            title_of_page: !step.has_own_title,
            minutes: step.minutes,
            why_html: step.why.map(|(text, place)| line(text, place)),
            address: input.config.absolute(step.address()),
            form: step.page().is_none(),
        });
        PathView {
            key: format!("{}.{}", self.id, self.page.language),
            version: self.version.to_owned(),
            minutes: self.minutes(),
            steps: steps.collect(),
            address: input.config.absolute(&self.page.short_href),
        }
    }
}

impl Step<'_> {
    fn page(&self) -> Option<&Page> {
        match &self.target {
            Target::Page { page, .. } => Some(page),
            Target::Form { .. } => None,
        }
    }

    fn anchor(&self) -> Option<&str> {
        match &self.target {
            Target::Page { anchor, .. } => *anchor,
            Target::Form { .. } => None,
        }
    }

    fn language(&self) -> Language {
        match &self.target {
            Target::Page { page, .. } => page.language,
            Target::Form { language, .. } => *language,
        }
    }

    /// Returns the address that does not change, without the heading.
    fn address(&self) -> &str {
        match &self.target {
            Target::Page { page, .. } => &page.short_href,
            Target::Form { href, .. } => href,
        }
    }
}

/// Returns the id of a step on the page of its path, counted from 0.
fn step_id(at: usize) -> String {
    format!("stap--{}", at + 1)
}

fn path_id(page: &Page, plan: &Plan, diagnostics: &mut Vec<Diagnostic>) -> String {
    match &plan.id {
        None => page.id.clone(),
        Some((id, place)) => chosen_id(id, place, diagnostics),
    }
}

/// Makes a step that is a page, or part of one, in the language of the path or else as it was written.
fn step_on_page<'a>(
    input: &Input<'a>,
    language: Language,
    below: &str,
    anchor: Option<&'a str>,
    planned: &'a PlannedStep,
) -> Result<Step<'a>, Option<Diagnostic>> {
    let path = format!("content/{below}");
    let site = input.site;
    if site.is_unpublished(&path) {
        return Err(Some(
            Diagnostic::warning("path-step-unpublished").with("target", path),
        ));
    }
    let written = input.page_below_content(below)?;
    let page = site.version(&written.key, language).unwrap_or(written);
    if let Some(problem) = anchor.and_then(|anchor| dead_anchor(site, page, anchor)) {
        return Err(Some(problem));
    }
    Ok(Step {
        id: match anchor {
            Some(anchor) => format!("{}#{anchor}", page.id),
            None => page.id.clone(),
        },
        title: title_of(planned).unwrap_or_else(|| page.title.clone()),
        has_own_title: planned.title.is_some(),
        minutes: planned.minutes,
        target: Target::Page { page, anchor },
        why: planned.why.as_ref(),
    })
}

fn title_of(planned: &PlannedStep) -> Option<String> {
    planned.title.as_ref().map(|(title, _)| typographic(title))
}

fn step_with_form<'a>(
    input: &Input<'a>,
    language: Language,
    id: &str,
    planned: &'a PlannedStep,
) -> Result<Step<'a>, Option<Diagnostic>> {
    let form = input.form(id)?;
    let link = form_link(input, form, language);
    Ok(Step {
        id: form.id.clone(),
        title: title_of(planned).unwrap_or(link.label),
        has_own_title: planned.title.is_some(),
        minutes: planned.minutes,
        target: Target::Form {
            href: link.href,
            language: link.lang.unwrap_or(language),
        },
        why: planned.why.as_ref(),
    })
}
