//! What an editor wrote of a path in front matter; whether its steps exist is decided beside this file.

use crate::diagnostic::Diagnostic;
use crate::source_text::Place;
use crate::yaml::{Mapping, Node};

/// Most minutes of a step: half a working day, which is a course and no step.
pub const MOST_MINUTES: i64 = 240;

/// Most steps of a path. Nobody finishes more, and every page lists the paths that it is in.
pub const MOST_STEPS: usize = 30;

/// A path as it is written under the key `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Name of the path for other programs, which never changes.
    pub id: Option<(String, Place)>,
    /// Version of the path.
    pub version: Option<String>,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// Where the path stands.
    pub place: Place,
}

/// A step as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// What is done in it.
    pub target: PlannedTarget,
    /// Where that is written.
    pub place: Place,
    /// Title, where that of the page does not say enough, with its place.
    pub title: Option<(String, Place)>,
    /// How long it takes.
    pub minutes: u32,
    /// Why it is in the path: a line of Markdown, with its place.
    pub why: Option<(String, Place)>,
}

/// What is done in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedTarget {
    /// A page, as a path below the folder `content`, and a heading in it.
    Page {
        /// `norm/index.md`.
        path: String,
        /// `de-norm`.
        anchor: Option<String>,
    },
    /// A form, by its id.
    Form(String),
}

impl Plan {
    /// Reads a path.
    pub fn read(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Plan {
        let mut map = Mapping::read(node, diagnostics);
        let id = map.get("id");
        let id = id.and_then(|node| Some((node.text(diagnostics)?, node.place())));
        let version = map.get("version").and_then(|node| node.text(diagnostics));
        let written = map.get("steps").map(Node::list).unwrap_or_default();
        if written.is_empty() {
            diagnostics.push(Diagnostic::error("path-without-steps").at(map.place()));
        }
        if let Some(first_too_many) = written.get(MOST_STEPS) {
            let diagnostic = Diagnostic::error("path-too-many-steps").with("most", MOST_STEPS);
            diagnostics.push(diagnostic.at(first_too_many.place()));
        }
        let steps = written.into_iter().take(MOST_STEPS);
        let steps = steps.filter_map(|step| PlannedStep::read(step, diagnostics));
        let steps = steps.collect();
        map.finish(diagnostics);
        Plan {
            id,
            version,
            steps,
            place: node.place(),
        }
    }

    /// Returns the lines that readers see of the steps, with their places.
    pub fn lines(&self) -> impl Iterator<Item = &(String, Place)> {
        let steps = self.steps.iter();
        steps.flat_map(|step| step.title.iter().chain(&step.why))
    }
}

impl PlannedStep {
    fn read(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<PlannedStep> {
        let mut map = Mapping::read(node, diagnostics);
        let target = match (map.get("page"), map.get("form")) {
            (Some(page), None) => page.text(diagnostics).map(|text| {
                let (path, anchor) = match text.split_once('#') {
                    Some((path, anchor)) => (path.to_owned(), Some(anchor.to_owned())),
                    None => (text, None),
                };
                (PlannedTarget::Page { path, anchor }, page.place())
            }),
            (None, Some(form)) => form
                .text(diagnostics)
                .map(|id| (PlannedTarget::Form(id), form.place())),
            _ => {
                diagnostics.push(Diagnostic::error("path-step-where").at(map.place()));
                None
            }
        };
        let minutes = map.require("minutes", diagnostics);
        let minutes = minutes.and_then(|node| minutes_of(node, diagnostics));
        let mut line = |key| {
            let node = map.get(key)?;
            Some((node.text(diagnostics)?, node.place()))
        };
        let (title, why) = (line("title"), line("why"));
        map.finish(diagnostics);
        let (target, place) = target?;
        Some(PlannedStep {
            target,
            place,
            title,
            // That there are none was told; what the step leads to is looked at all the same.
            minutes: minutes.unwrap_or_default(),
            why,
        })
    }
}

fn minutes_of(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<u32> {
    let minutes = node.whole_number(diagnostics)?;
    if !(1..=MOST_MINUTES).contains(&minutes) {
        let diagnostic = Diagnostic::error("path-step-minutes")
            .with("minutes", minutes)
            .with("most", MOST_MINUTES);
        diagnostics.push(diagnostic.at(node.place()));
        return None;
    }
    u32::try_from(minutes).ok()
}
