//! Views of paths: on the page of the path, and on the pages that are steps of it.

use serde::Serialize;

use super::LinkInLanguage;
use crate::language::Language;

/// A path on its own page.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PathView {
    /// Id of the path and its language: `nieuw.nl`.
    pub key: String,
    /// Version; what a reader ticked belongs to one version.
    pub version: String,
    /// How many minutes all steps take.
    pub minutes: u32,
    /// The steps, in order.
    pub steps: Vec<PathStepView>,
    /// Short address of the path, for paper.
    pub address: String,
}

/// A step of a path.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PathStepView {
    /// Id of the step in the page: `stap--3`.
    pub id: String,
    /// Name of the step, which stays when steps move: `norm#de-norm`.
    pub key: String,
    /// Number, from 1.
    pub number: usize,
    /// Title.
    pub title: String,
    /// Address, with the way back in its fragment.
    pub href: String,
    /// Language of the page of the step, where it is another one.
    pub lang: Option<Language>,
    /// Whether the title is that of the page, and so in its language.
    pub title_of_page: bool,
    /// How many minutes it takes.
    pub minutes: u32,
    /// Why it is in the path, safe HTML.
    pub why_html: Option<String>,
    /// Short address of the step, for paper.
    pub address: String,
    /// Whether it is a form, which does not show the way back.
    pub form: bool,
}

/// The bar of a place, before the heading where its step begins.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PathBarView<'a> {
    /// The place.
    pub stop: &'a PathStopView,
}

/// The place of a page in a path.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct PathStopView {
    /// Id of its bar, which is shown while the address names it: `pad--nieuw-3`.
    pub id: String,
    /// The heading before which the bar stands; absent where the whole page is the step.
    pub heading: Option<String>,
    /// The path, at this step.
    pub path: LinkInLanguage,
    /// Number of the step, from 1.
    pub number: usize,
    /// How many steps there are.
    pub count: usize,
    /// The step before.
    pub previous: Option<LinkInLanguage>,
    /// The next step.
    pub next: Option<LinkInLanguage>,
}
