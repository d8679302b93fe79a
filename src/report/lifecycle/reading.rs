//! Reads the table from its YAML file.
//!
//! All mistakes of a file are told at once. Whether the table makes sense is looked at when every name
//! in it is known: see [`super::check`].

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::report::ids::Code;
use crate::report::lifecycle::table::{
    Action, Choice, ClockRule, ClosingRule, Condition, Effect, Lifecycle, Moment, Promise, Step,
    Text, Track, Within,
};
use crate::report::lifecycle::terms::{Need, Role, Status, TextRule, TrackState};
use crate::source_text::{Place, SourceText};
use crate::yaml::{self, Mapping, Node, unknown_value};

/// Hours, days or months after which nobody remembers what a clock was for.
pub(super) const LONGEST_TIME: i64 = 1_000;

/// The dates before which a clock can end.
pub(super) const LATEST: [(&str, Need); 2] = [
    ("end_date", Need::EndDate),
    ("review_date", Need::ReviewDate),
];

/// A length of time in one unit.
pub(super) type Unit = fn(u16) -> Within;

/// The units of time.
pub(super) const UNITS: [(&str, Unit); 4] = [
    ("hours", Within::Hours),
    ("days", Within::Days),
    ("working_days", Within::WorkingDays),
    ("months", Within::Months),
];

/// Where the parts of a table stand in their file.
pub(super) struct Places {
    /// The file.
    pub(super) start: Place,
    parts: BTreeMap<(Part, String), Place>,
}

/// A kind of part of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Status,
    Track,
    Action,
    Closing,
    Clock,
}

impl Places {
    /// Returns where a part stands, or the start of the file where it is not there.
    pub(super) fn of(&self, part: Part, name: &str) -> Place {
        let found = self.parts.get(&(part, name.to_owned()));
        found.unwrap_or(&self.start).clone()
    }
}

/// Reads a table; mistakes are told, and what they concern is left out.
pub(super) fn read(
    source: &SourceText,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Lifecycle, Places)> {
    let (document, problems) = yaml::parse(source);
    diagnostics.extend(problems);
    let Some(document) = document else {
        if diagnostics.is_empty() {
            diagnostics.push(Diagnostic::error("lifecycle-empty").at(source.start()));
        }
        return None;
    };
    let mut reader = Reader {
        diagnostics,
        places: Places {
            start: source.start(),
            parts: BTreeMap::new(),
        },
        steps: BTreeMap::new(),
        choices: BTreeMap::new(),
    };
    let lifecycle = reader.lifecycle(&document);
    Some((lifecycle, reader.places))
}

struct Reader<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    places: Places,
    /// The steps of every track, as written.
    steps: BTreeMap<String, Vec<String>>,
    /// The choices of every action, as written.
    choices: BTreeMap<String, Vec<String>>,
}

impl Reader<'_> {
    fn lifecycle(&mut self, document: &Node) -> Lifecycle {
        let mut table = Mapping::read(document, self.diagnostics);
        let statuses = table.require("statuses", self.diagnostics);
        let tracks = table.require("tracks", self.diagnostics);
        let actions = table.require("actions", self.diagnostics);
        let closing = table.require("closing", self.diagnostics);
        let clocks = table.require("clocks", self.diagnostics);
        table.finish(self.diagnostics);
        self.steps = names_below(tracks, "steps");
        self.choices = names_below(actions, "choices");
        Lifecycle {
            statuses: statuses.map(|node| self.statuses(node)).unwrap_or_default(),
            tracks: self.each(tracks, Part::Track, Reader::track),
            actions: self.each(actions, Part::Action, Reader::action),
            closing: self.each(closing, Part::Closing, Reader::closing_rule),
            clocks: self.each(clocks, Part::Clock, Reader::clock),
        }
    }

    /// Reads every part of a section, and remembers where it stands.
    fn each<T>(
        &mut self,
        section: Option<&Node>,
        part: Part,
        read: impl Fn(&mut Self, &Node, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(section) = section else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        for (name, key, node) in Mapping::read(section, self.diagnostics).entries_with_keys() {
            let place = key.place();
            self.places.parts.insert((part, name.to_owned()), place);
            parts.extend(read(self, key, node));
        }
        parts
    }

    fn statuses(&mut self, node: &Node) -> Vec<(Status, Text)> {
        let mut mapping = Mapping::read(node, self.diagnostics);
        for (name, key, _) in mapping.entries_with_keys() {
            let place = key.place();
            self.places
                .parts
                .insert((Part::Status, name.to_owned()), place);
        }
        let mut statuses = Vec::new();
        for (name, status) in Status::ALL {
            if let Some(node) = mapping.require(name, self.diagnostics) {
                let text = self.text(node);
                statuses.extend(text.map(|text| (*status, text)));
            }
        }
        mapping.finish(self.diagnostics);
        statuses
    }

    fn track(&mut self, key: &Node, node: &Node) -> Option<Track> {
        let mut track = Mapping::read(node, self.diagnostics);
        let title = track.require("title", self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let begins = track.require("begins", self.diagnostics);
        let begins = begins.and_then(|node| self.term(node, TrackState::ALL));
        let steps = track.require("steps", self.diagnostics);
        let steps = steps.map(|node| self.steps_of(node));
        track.finish(self.diagnostics);
        Some(Track {
            name: self.name(key)?,
            title: title?,
            begins: begins?,
            steps: steps?,
        })
    }

    fn steps_of(&mut self, node: &Node) -> Vec<Step> {
        let mut steps = Vec::new();
        for (_, key, node) in Mapping::read(node, self.diagnostics).entries_with_keys() {
            if let (Some(name), Some(title)) = (self.name(key), self.text(node)) {
                steps.push(Step { name, title });
            }
        }
        steps
    }

    fn action(&mut self, key: &Node, node: &Node) -> Option<Action> {
        let mut action = Mapping::read(node, self.diagnostics);
        let title = action.require("title", self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let by = action.require("by", self.diagnostics);
        let by = by.map(|node| self.terms(node, Role::ALL));
        let from = action.require("from", self.diagnostics);
        let from = from.map(|node| self.terms(node, Status::ALL));
        let effect = self.effect(&mut action);
        let choices = action.get("choices").map(|node| self.choices_of(node));
        action.finish(self.diagnostics);
        Some(Action {
            name: self.name(key)?,
            title: title?,
            by: by?,
            from: from?,
            effect,
            choices: choices.unwrap_or_default(),
        })
    }

    fn choices_of(&mut self, node: &Node) -> Vec<Choice> {
        let mut choices = Vec::new();
        for (_, key, node) in Mapping::read(node, self.diagnostics).entries_with_keys() {
            let mut choice = Mapping::read(node, self.diagnostics);
            let title = choice.require("title", self.diagnostics);
            let title = title.and_then(|node| self.text(node));
            let effect = self.effect(&mut choice);
            choice.finish(self.diagnostics);
            if let (Some(name), Some(title)) = (self.name(key), title) {
                choices.push(Choice {
                    name,
                    title,
                    effect,
                });
            }
        }
        choices
    }

    fn effect(&mut self, mapping: &mut Mapping<'_>) -> Effect {
        let when = mapping.get("when");
        let to = mapping.get("to");
        let tracks = mapping.get("tracks");
        let step = mapping.get("step");
        let text = mapping.get("text");
        let needs = mapping.get("needs");
        Effect {
            when: when.map(|node| self.conditions(node)).unwrap_or_default(),
            to: to.and_then(|node| self.term(node, Status::ALL)),
            tracks: tracks.map(|node| self.states(node)).unwrap_or_default(),
            step: step.and_then(|node| self.step(node)),
            text: text
                .and_then(|node| self.term(node, TextRule::ALL))
                .unwrap_or(TextRule::None),
            needs: needs
                .map(|node| self.terms(node, Need::ALL))
                .unwrap_or_default(),
        }
    }

    fn states(&mut self, node: &Node) -> Vec<(Code, TrackState)> {
        let mut states = Vec::new();
        for (_, key, node) in Mapping::read(node, self.diagnostics).entries_with_keys() {
            let track = self.known_track(key);
            let state = self.term(node, TrackState::ALL);
            states.extend(track.zip(state));
        }
        states
    }

    /// Reads `{ track: step }`.
    fn step(&mut self, node: &Node) -> Option<(Code, Code)> {
        let mapping = Mapping::read(node, self.diagnostics);
        let mut entries = mapping.entries_with_keys();
        let (Some((_, key, step)), None) = (entries.next(), entries.next()) else {
            if node.is_mapping() {
                self.tell("lifecycle-one-step", node);
            }
            return None;
        };
        let track = self.known_track(key)?;
        let step = self.known_step(&track, step)?;
        Some((track, step))
    }

    fn conditions(&mut self, node: &Node) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (_, key, node) in Mapping::read(node, self.diagnostics).entries_with_keys() {
            let Some(track) = self.known_track(key) else {
                continue;
            };
            let (states, after, before) = self.standing(&track, node, true);
            conditions.push(Condition {
                track,
                states,
                after,
                before,
            });
        }
        conditions
    }

    fn closing_rule(&mut self, key: &Node, node: &Node) -> Option<ClosingRule> {
        let track = self.known_track(key)?;
        let (states, after, _) = self.standing(&track, node, false);
        Some(ClosingRule {
            track,
            states,
            after,
        })
    }

    /// Reads states, or states with the step that must be done (`after`) or not (`before`).
    fn standing(
        &mut self,
        track: &Code,
        node: &Node,
        before_too: bool,
    ) -> (Vec<TrackState>, Option<Code>, Option<Code>) {
        if !node.is_mapping() {
            return (self.terms(node, TrackState::ALL), None, None);
        }
        let mut mapping = Mapping::read(node, self.diagnostics);
        let states = mapping.get("states");
        let after = mapping.get("after");
        let before = if before_too {
            mapping.get("before")
        } else {
            None
        };
        mapping.finish(self.diagnostics);
        (
            states
                .map(|node| self.terms(node, TrackState::ALL))
                .unwrap_or_default(),
            after.and_then(|node| self.known_step(track, node)),
            before.and_then(|node| self.known_step(track, node)),
        )
    }

    fn clock(&mut self, key: &Node, node: &Node) -> Option<ClockRule> {
        let mut clock = Mapping::read(node, self.diagnostics);
        let title = clock.require("title", self.diagnostics);
        let title = title.and_then(|node| self.text(node));
        let starts = clock.require("starts", self.diagnostics);
        let starts = starts.map(|node| self.moments(node));
        let stops = clock.require("stops", self.diagnostics);
        let stops = stops.map(|node| self.moments(node));
        let within = clock.require("within", self.diagnostics);
        let within = within.and_then(|node| self.within(node));
        let latest = clock.get("latest");
        let latest = latest.and_then(|node| self.term(node, &LATEST));
        let promise = clock.get("promise").map(|node| self.promise(node));
        let then = clock.get("then").map(|node| self.then(node));
        clock.finish(self.diagnostics);
        Some(ClockRule {
            name: self.name(key)?,
            title: title?,
            starts: starts?,
            stops: stops?,
            within: within?,
            latest,
            promise: promise.flatten(),
            then: then.flatten(),
        })
    }

    fn promise(&mut self, node: &Node) -> Option<Promise> {
        let mut promise = Mapping::read(node, self.diagnostics);
        let text = promise.require("text", self.diagnostics);
        let text = text.and_then(|node| self.text(node));
        let without_contact = promise.get("without_contact");
        let without_contact = without_contact.and_then(|node| self.text(node));
        promise.finish(self.diagnostics);
        Some(Promise {
            text: text?,
            without_contact,
        })
    }

    fn then(&mut self, node: &Node) -> Option<(Code, Option<Code>)> {
        let mut then = Mapping::read(node, self.diagnostics);
        let action = then.require("action", self.diagnostics);
        let choice = then.get("choice");
        then.finish(self.diagnostics);
        self.done(action?, choice)
    }

    /// Reads an action with perhaps one of its choices.
    fn done(&mut self, action: &Node, choice: Option<&Node>) -> Option<(Code, Option<Code>)> {
        let names = self.choices.keys().cloned().collect::<Vec<_>>();
        let action = self.known(action, &names)?;
        let Some(choice) = choice else {
            return Some((action, None));
        };
        let names = self
            .choices
            .get(action.as_str())
            .cloned()
            .unwrap_or_default();
        let choice = self.known(choice, &names)?;
        Some((action, Some(choice)))
    }

    fn moments(&mut self, node: &Node) -> Vec<Moment> {
        if node.list().is_empty() {
            self.tell("lifecycle-no-moment", node);
        }
        let items = node.list().into_iter();
        items.filter_map(|item| self.moment(item)).collect()
    }

    fn moment(&mut self, node: &Node) -> Option<Moment> {
        if node.as_text() == Some("submit") {
            return Some(Moment::Submit);
        }
        if !node.is_mapping() {
            self.tell("lifecycle-moment", node);
            return None;
        }
        let mut moment = Mapping::read(node, self.diagnostics);
        let status = moment.get("status");
        let action = moment.get("action");
        let choice = moment.get("choice");
        let track = moment.get("track");
        let state = moment.get("state");
        let step = moment.get("step");
        let before = self.diagnostics.len();
        moment.finish(self.diagnostics);
        match (status, action, choice, track, state, step) {
            (Some(status), None, None, None, None, None) => {
                self.term(status, Status::ALL).map(Moment::Status)
            }
            (None, Some(action), choice, None, None, None) => {
                let (action, choice) = self.done(action, choice)?;
                Some(Moment::Action(action, choice))
            }
            (None, None, None, Some(track), Some(state), None) => {
                let track = self.known_track(track);
                let state = self.term(state, TrackState::ALL);
                Some(Moment::State(track?, state?))
            }
            (None, None, None, Some(track), None, Some(step)) => {
                let track = self.known_track(track)?;
                let step = self.known_step(&track, step)?;
                Some(Moment::Step(track, step))
            }
            _ => {
                if self.diagnostics.len() == before {
                    self.tell("lifecycle-moment", node);
                }
                None
            }
        }
    }

    fn within(&mut self, node: &Node) -> Option<Within> {
        let mut within = Mapping::read(node, self.diagnostics);
        let before = self.diagnostics.len();
        let units = UNITS.map(|(key, unit)| within.get(key).map(|node| (node, unit)));
        within.finish(self.diagnostics);
        let mut given = units.into_iter().flatten();
        let (Some((number, unit)), None) = (given.next(), given.next()) else {
            if self.diagnostics.len() == before && node.is_mapping() {
                self.tell("lifecycle-within", node);
            }
            return None;
        };
        let count = number.whole_number(self.diagnostics)?;
        let fits = (0..=LONGEST_TIME).contains(&count);
        let Some(count) = u16::try_from(count).ok().filter(|_| fits) else {
            self.diagnostics.push(
                Diagnostic::error("lifecycle-number-range")
                    .with("value", count)
                    .with("most", LONGEST_TIME)
                    .at(number.place()),
            );
            return None;
        };
        Some(unit(count))
    }

    /// Reads a text: a mapping from every language of the program to text.
    fn text(&mut self, node: &Node) -> Option<Text> {
        let mut mapping = Mapping::read(node, self.diagnostics);
        let mut versions = Vec::new();
        for language in Language::ALL {
            match mapping.get(language.tag()) {
                Some(node) => versions.extend(self.filled(node).map(|text| (language, text))),
                None if node.is_mapping() => self.diagnostics.push(
                    Diagnostic::error("lifecycle-missing-translation")
                        .with("value", language.tag())
                        .at(node.place()),
                ),
                None => {}
            }
        }
        mapping.finish(self.diagnostics);
        Some(Text { versions })
    }

    fn filled(&mut self, node: &Node) -> Option<String> {
        let text = node.text(self.diagnostics)?;
        let text = text.trim();
        if text.is_empty() {
            self.tell("lifecycle-empty-text", node);
        }
        Some(text.to_owned())
    }

    fn term<T: Copy>(&mut self, node: &Node, known: &[(&'static str, T)]) -> Option<T> {
        node.one_of(known, self.diagnostics)
    }

    /// Reads a list of terms, of which there must be one at least.
    fn terms<T: Copy>(&mut self, node: &Node, known: &[(&'static str, T)]) -> Vec<T> {
        if node.list().is_empty() {
            self.tell("lifecycle-nothing-listed", node);
        }
        let items = node.list().into_iter();
        items
            .filter_map(|item| item.one_of(known, self.diagnostics))
            .collect()
    }

    fn name(&mut self, node: &Node) -> Option<Code> {
        let text = node.text(self.diagnostics)?;
        let name = text.parse().ok();
        if name.is_none() {
            self.diagnostics.push(
                Diagnostic::error("lifecycle-name")
                    .with("value", text)
                    .at(node.place()),
            );
        }
        name
    }

    fn known_track(&mut self, node: &Node) -> Option<Code> {
        let names = self.steps.keys().cloned().collect::<Vec<_>>();
        self.known(node, &names)
    }

    fn known_step(&mut self, track: &Code, node: &Node) -> Option<Code> {
        let names = self.steps.get(track.as_str()).cloned().unwrap_or_default();
        self.known(node, &names)
    }

    /// Reads a name that stands elsewhere in the table; another one gets the nearest as a hint.
    fn known(&mut self, node: &Node, names: &[String]) -> Option<Code> {
        let text = node.text(self.diagnostics)?;
        if names.contains(&text) {
            return text.parse().ok();
        }
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let unknown = unknown_value(&text, &known);
        self.diagnostics.push(unknown.at(node.place()));
        None
    }

    fn tell(&mut self, code: &'static str, node: &Node) {
        self.diagnostics
            .push(Diagnostic::error(code).at(node.place()));
    }
}

/// Looks ahead at the names below each part of a section, so that a name that stands later in the file
/// is known. Mistakes found here are told when the parts are read.
fn names_below(section: Option<&Node>, key: &'static str) -> BTreeMap<String, Vec<String>> {
    let mut ignored = Vec::new();
    let mut names = BTreeMap::new();
    let Some(section) = section else {
        return names;
    };
    for (name, node) in Mapping::read(section, &mut ignored).entries() {
        let below = Mapping::read(node, &mut ignored).get(key);
        let below = below.map(|node| Mapping::read(node, &mut ignored));
        let below = below.iter().flat_map(Mapping::entries);
        names.insert(
            name.to_owned(),
            below.map(|(name, _)| name.to_owned()).collect(),
        );
    }
    names
}
