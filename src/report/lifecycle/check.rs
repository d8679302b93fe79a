//! Whether a table makes sense: every status is reached and left, everybody's action can be done, every
//! track and clock can end, a case can always be closed, and the rules of [`super::rules`] hold.
//!
//! What can happen is looked at for each track by itself, together with the status: conditions on other
//! tracks count as met. That finds the mistakes that editors make, and stays fast.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::report::ids::Code;
use crate::report::lifecycle::reading::{Part, Places};
use crate::report::lifecycle::rules::{
    AFTER_CARE, DECIDED, FEEDBACK, HANDLING, NEEDED_TRACKS, REGISTRATION, is_measure, is_over,
};
use crate::report::lifecycle::table::{
    Action, ClockRule, ClosingRule, Condition, Effect, Lifecycle, Moment, Track,
};
use crate::report::lifecycle::terms::{Need, Role, Status, TextRule, TrackState};

/// Tells everything that is wrong with a table of which every name is known.
pub(super) fn check(table: &Lifecycle, places: &Places, diagnostics: &mut Vec<Diagnostic>) {
    let mut checker = Checker {
        table,
        places,
        reached: statuses_reached(table),
        courses: BTreeMap::new(),
        possible: BTreeMap::new(),
        diagnostics,
    };
    for track in &table.tracks {
        let course = Course::of(table, track);
        checker.courses.insert(track.name.clone(), course);
    }
    for action in &table.actions {
        let ways = action.ways().into_iter().map(|(_, effect)| effect);
        let possible: Vec<Effect> = ways
            .filter(|effect| checker.can_happen(action, effect))
            .collect();
        if !possible.is_empty() {
            checker.possible.insert(&action.name, possible);
        }
    }
    if checker.needed_parts() {
        checker.statuses();
        checker.actions();
        checker.tracks();
        checker.closing();
        checker.clocks();
        checker.registration();
        checker.care();
        checker.handling();
        checker.feedback();
    }
}

/// Where a case can be, as one track sees it: its status, the state of the track, and the step done last.
type Spot = (Status, TrackState, Option<Code>);

/// Everything that can happen to one track.
struct Course {
    spots: BTreeSet<Spot>,
    /// From where to where those who handle a case can lead it, and time.
    moves: BTreeSet<(Spot, Spot)>,
}

impl Course {
    fn of(table: &Lifecycle, track: &Track) -> Course {
        let mut course = Course {
            spots: BTreeSet::new(),
            moves: BTreeSet::new(),
        };
        let actions: Vec<(&Action, Vec<Effect>)> = table
            .actions
            .iter()
            .map(|action| (action, effects_on(track, action)))
            .filter(|(_, effects)| !effects.is_empty())
            .collect();
        let rule = table.closing.iter().find(|rule| rule.track == track.name);
        let mut open = vec![(Status::Submitted, track.begins, None)];
        while let Some(spot) = open.pop() {
            if !course.spots.insert(spot.clone()) {
                continue;
            }
            for (action, effects) in &actions {
                for effect in effects {
                    if !can_start(action, effect, track, &spot) {
                        continue;
                    }
                    let next = moved(track, &spot, effect);
                    let (status, state, last) = &next;
                    let closes = *status == Status::Closed && spot.0 != Status::Closed;
                    let unmet = |rule: &ClosingRule| !rule.is_met(track, *state, last.as_ref());
                    if closes && rule.is_some_and(unmet) {
                        continue;
                    }
                    if !action.by.iter().all(|role| role.is_concerned()) {
                        course.moves.insert((spot.clone(), next.clone()));
                    }
                    open.push(next);
                }
            }
        }
        course
    }

    /// Returns the spots from which none of the others leads to one that is good.
    fn lost(&self, good: impl Fn(&Spot) -> bool) -> Vec<&Spot> {
        let mut saved: BTreeSet<&Spot> = self.spots.iter().filter(|spot| good(spot)).collect();
        loop {
            let before = saved.len();
            for (from, to) in &self.moves {
                if saved.contains(to) {
                    saved.insert(from);
                }
            }
            if saved.len() == before {
                break;
            }
        }
        self.spots
            .iter()
            .filter(|spot| !saved.contains(spot))
            .collect()
    }
}

/// Returns the effects of an action that a track, or the status, can see.
fn effects_on(track: &Track, action: &Action) -> Vec<Effect> {
    let name = track.name.as_str();
    let ways = action.ways().into_iter().map(|(_, effect)| effect);
    ways.filter(|effect| {
        effect.to.is_some() || effect.state_of(name).is_some() || step_of(effect, name).is_some()
    })
    .collect()
}

fn can_start(
    action: &Action,
    effect: &Effect,
    track: &Track,
    (status, state, last): &Spot,
) -> bool {
    let own = |condition: &&Condition| condition.track == track.name;
    action.from.contains(status)
        && effect
            .when
            .iter()
            .filter(own)
            .all(|condition| condition.holds(track, *state, last.as_ref()))
}

fn moved(track: &Track, (status, state, last): &Spot, effect: &Effect) -> Spot {
    let step = effect.step.as_ref().filter(|(of, _)| *of == track.name);
    (
        effect.to.unwrap_or(*status),
        effect.state_of(track.name.as_str()).unwrap_or(*state),
        step.map(|(_, step)| step.clone()).or(last.clone()),
    )
}

fn statuses_reached(table: &Lifecycle) -> BTreeSet<Status> {
    let mut reached = BTreeSet::new();
    let mut open = vec![Status::Submitted];
    while let Some(status) = open.pop() {
        if reached.insert(status) {
            open.extend(next_statuses(table, status));
        }
    }
    reached
}

fn next_statuses(table: &Lifecycle, status: Status) -> BTreeSet<Status> {
    let actions = table.actions.iter();
    let possible = actions.filter(|action| action.from.contains(&status));
    let ways = possible.flat_map(Action::ways);
    ways.filter_map(|(_, effect)| effect.to.filter(|to| *to != status))
        .collect()
}

struct Checker<'a> {
    table: &'a Lifecycle,
    places: &'a Places,
    /// The statuses that a case can come into.
    reached: BTreeSet<Status>,
    courses: BTreeMap<Code, Course>,
    /// The actions that a case can come to, each with what its ways do.
    possible: BTreeMap<&'a Code, Vec<Effect>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Tells tracks and steps that rules are about and that are missing.
    fn needed_parts(&mut self) -> bool {
        let mut complete = true;
        for name in NEEDED_TRACKS {
            let track = self.table.track(name);
            let decides = [REGISTRATION, HANDLING].contains(&name);
            if track.is_none() {
                let problem = Diagnostic::error("lifecycle-track-missing").with("track", name);
                self.diagnostics.push(problem.at(self.places.start.clone()));
                complete = false;
            } else if decides && track.is_some_and(|track| track.position(DECIDED).is_none()) {
                let problem = Diagnostic::error("lifecycle-step-missing").with("step", DECIDED);
                self.tell(problem.with("track", name), Part::Track, name);
                complete = false;
            }
        }
        complete
    }

    fn statuses(&mut self) {
        for (name, status) in Status::ALL {
            if !self.reached.contains(status) {
                let problem = Diagnostic::error("lifecycle-status-unreached");
                self.tell(problem.with("status", name), Part::Status, name);
                continue;
            }
            let leads_on = !next_statuses(self.table, *status).is_empty();
            if !leads_on && *status != Status::Withdrawn {
                let problem = Diagnostic::error("lifecycle-dead-end");
                self.tell(problem.with("status", name), Part::Status, name);
            }
        }
    }

    fn actions(&mut self) {
        for action in &self.table.actions {
            let name = action.name.as_str();
            if !self.possible.contains_key(&action.name) {
                let problem = Diagnostic::error("lifecycle-action-never");
                self.tell(problem.with("action", name), Part::Action, name);
            }
        }
    }

    /// Returns whether a case can come to where an action is possible in one way.
    fn can_happen(&self, action: &Action, effect: &Effect) -> bool {
        let reached = |status: &Status| self.reached.contains(status);
        action.from.iter().any(reached)
            && effect.when.iter().all(|condition| {
                let track = self.table.track(condition.track.as_str());
                let course = self.courses.get(&condition.track);
                track.zip(course).is_some_and(|(track, course)| {
                    course
                        .spots
                        .iter()
                        .any(|spot| can_start(action, effect, track, spot))
                })
            })
    }

    fn tracks(&mut self) {
        for track in &self.table.tracks {
            let name = track.name.as_str();
            let course = self.courses.get(&track.name);
            let ends = course
                .is_some_and(|course| course.spots.iter().any(|(_, state, _)| is_over(*state)));
            if !ends {
                let problem = Diagnostic::error("lifecycle-track-endless");
                self.tell(problem.with("track", name), Part::Track, name);
            }
            for step in &track.steps {
                if !self.happens(&Moment::Step(track.name.clone(), step.name.clone())) {
                    let problem = Diagnostic::error("lifecycle-step-never")
                        .with("step", &step.name)
                        .with("track", name);
                    self.tell(problem, Part::Track, name);
                }
            }
        }
    }

    /// Tells closing rules that a case can come to miss for good, unless the reporter helps.
    fn closing(&mut self) {
        let closes = |status: &Status| {
            *status == Status::Closed
                || next_statuses(self.table, *status).contains(&Status::Closed)
        };
        let mut problems = Vec::new();
        for rule in &self.table.closing {
            let (Some(track), Some(course)) = (
                self.table.track(rule.track.as_str()),
                self.courses.get(&rule.track),
            ) else {
                continue;
            };
            let good = |(status, state, last): &Spot| {
                *status == Status::Withdrawn
                    || (closes(status) && rule.is_met(track, *state, last.as_ref()))
            };
            if let Some((status, state, _)) = course.lost(good).first() {
                let problem = Diagnostic::error("lifecycle-closing-never")
                    .with("track", &rule.track)
                    .with("state", state.name())
                    .with("status", status.name());
                problems.push((problem, rule.track.clone()));
            }
        }
        for (problem, track) in problems {
            self.tell(problem, Part::Closing, track.as_str());
        }
    }

    fn clocks(&mut self) {
        for clock in &self.table.clocks {
            let name = clock.name.as_str();
            if !clock.starts.iter().any(|moment| self.happens(moment)) {
                let problem = Diagnostic::error("lifecycle-clock-never-starts");
                self.tell(problem.with("clock", name), Part::Clock, name);
            }
            if !clock.stops.iter().any(|moment| self.happens(moment)) {
                let problem = Diagnostic::error("lifecycle-clock-never-stops");
                self.tell(problem.with("clock", name), Part::Clock, name);
            }
            self.then(clock);
        }
    }

    /// Checks what the program does itself: it must be allowed to, need nothing that only people have,
    /// and stop the clock, or it would do it again and again.
    fn then(&mut self, clock: &ClockRule) {
        let Some((name, choice)) = &clock.then else {
            return;
        };
        let Some(action) = self.table.action(name.as_str()) else {
            return;
        };
        let ways = action.ways();
        let way = ways.iter().find(|(of, _)| *of == choice.as_ref());
        let done_alone = way.is_some_and(|(_, effect)| {
            effect.text != TextRule::Required && effect.needs.is_empty()
        });
        let code = if !action.by.contains(&Role::System) || !done_alone {
            "lifecycle-then-not-system"
        } else if !clock.stops.iter().any(|stop| {
            matches!(stop, Moment::Action(stopped, of)
                if stopped == name && (of.is_none() || of == choice))
        }) {
            "lifecycle-then-again"
        } else {
            return;
        };
        self.blame(code, Part::Clock, clock.name.as_str(), name.as_str());
    }

    /// Returns whether a moment can come.
    fn happens(&self, moment: &Moment) -> bool {
        let way = |fits: &dyn Fn(&Effect) -> bool| self.possible.values().flatten().any(fits);
        match moment {
            Moment::Submit => true,
            Moment::Action(name, _) => self.possible.contains_key(name),
            Moment::State(track, state) => {
                way(&|effect| effect.state_of(track.as_str()) == Some(*state))
            }
            Moment::Step(track, step) => way(&|effect| effect.does(track.as_str(), step.as_str())),
            Moment::Status(status) => way(&|effect| effect.to == Some(*status)),
        }
    }

    /// Only the reporter and the affected employee decide about registration.
    fn registration(&mut self) {
        let table = self.table;
        for action in &table.actions {
            if action.by.iter().all(|role| role.is_concerned()) {
                continue;
            }
            let changes = |effect: &Effect| {
                effect.state_of(REGISTRATION).is_some() || step_of(effect, REGISTRATION).is_some()
            };
            let ways = action.ways();
            let mut changing = ways.iter().filter(|(_, effect)| changes(effect)).peekable();
            if changing.peek().is_some() && !changing.all(|(_, effect)| follows(action, effect)) {
                let name = action.name.as_str();
                self.blame("lifecycle-registration-theirs", Part::Action, name, name);
            }
        }
    }

    /// Care starts at the report, waits for nothing, and stays when the report is withdrawn.
    fn care(&mut self) {
        let table = self.table;
        let begins = table.track(AFTER_CARE).map(|track| track.begins);
        if begins != Some(TrackState::Open) {
            self.blame("lifecycle-care-waits", Part::Track, AFTER_CARE, AFTER_CARE);
        }
        let mut offered = BTreeSet::new();
        for action in &table.actions {
            let name = action.name.as_str();
            for (_, effect) in action.ways() {
                let state = effect.state_of(AFTER_CARE);
                let cares = state.is_some() || step_of(&effect, AFTER_CARE).is_some();
                if !cares {
                    continue;
                }
                let put_off = [TrackState::NotStarted, TrackState::NotApplicable];
                if state.is_some_and(|state| put_off.contains(&state))
                    || effect.to == Some(Status::Withdrawn)
                {
                    self.blame("lifecycle-care-ends", Part::Action, name, name);
                } else if effect.when.iter().any(|c| c.track.as_str() != AFTER_CARE) {
                    self.blame("lifecycle-care-waits", Part::Action, name, name);
                } else {
                    offered.extend(action.from.iter().copied());
                }
            }
        }
        for (status, code) in [
            (Status::Submitted, "lifecycle-care-waits"),
            (Status::Withdrawn, "lifecycle-care-ends"),
        ] {
            if !offered.contains(&status) {
                self.blame(code, Part::Track, AFTER_CARE, AFTER_CARE);
            }
        }
        self.care_clocks();
    }

    fn care_clocks(&mut self) {
        let table = self.table;
        let cares = |moment: &Moment| {
            matches!(moment, Moment::State(track, _) | Moment::Step(track, _)
                if track.as_str() == AFTER_CARE)
        };
        let ends = |moment: &Moment| match moment {
            Moment::Status(status) => *status == Status::Withdrawn,
            Moment::Action(name, _) => {
                let action = table.action(name.as_str());
                action.is_some_and(|action| {
                    let ways = action.ways();
                    ways.iter()
                        .any(|(_, effect)| effect.to == Some(Status::Withdrawn))
                })
            }
            _ => false,
        };
        let mut starts_at_report = false;
        for clock in table
            .clocks
            .iter()
            .filter(|clock| clock.stops.iter().any(cares))
        {
            let name = clock.name.as_str();
            if clock.stops.iter().any(ends) {
                self.blame("lifecycle-care-ends", Part::Clock, name, name);
            }
            let waits = |moment: &Moment| *moment != Moment::Submit && !cares(moment);
            if clock.starts.iter().all(waits) {
                self.blame("lifecycle-care-waits", Part::Clock, name, name);
            }
            starts_at_report |= clock.starts.contains(&Moment::Submit);
        }
        if !starts_at_report {
            self.blame("lifecycle-care-waits", Part::Track, AFTER_CARE, AFTER_CARE);
        }
    }

    /// A measure is complete, no measure has a reason, and nothing follows before it is decided.
    fn handling(&mut self) {
        let table = self.table;
        let Some(track) = table.track(HANDLING) else {
            return;
        };
        for action in &table.actions {
            let name = action.name.as_str();
            for (_, effect) in action.ways() {
                let decided_before = effect.when.iter().any(|condition| {
                    let step = condition.after.as_ref();
                    condition.track == track.name
                        && step.is_some_and(|step| track.has_come_to(DECIDED, Some(step)))
                });
                let over = effect.state_of(HANDLING).is_some_and(is_over);
                if is_measure(&effect) {
                    let missing = Need::MEASURE
                        .iter()
                        .filter(|need| !effect.needs.contains(need));
                    let missing: Vec<&str> = missing.map(|need| need.name()).collect();
                    if !missing.is_empty() {
                        let problem = Diagnostic::error("lifecycle-measure-incomplete")
                            .with("missing", missing.join(", "));
                        self.tell(problem, Part::Action, name);
                    }
                } else if !decided_before {
                    let later = step_of(&effect, HANDLING)
                        .is_some_and(|step| track.has_come_to(DECIDED, Some(step)));
                    if over && effect.text != TextRule::Required {
                        self.blame("lifecycle-no-reason", Part::Action, name, name);
                    } else if later && !over {
                        self.blame("lifecycle-not-decided", Part::Action, name, name);
                    }
                }
            }
        }
    }

    /// No case closes before the reporter was told, in words, or wanted nothing.
    fn feedback(&mut self) {
        let table = self.table;
        let told = [TrackState::Done, TrackState::Declined];
        let rule = table
            .closing
            .iter()
            .find(|rule| rule.track.as_str() == FEEDBACK);
        let kept = rule.is_some_and(|rule| {
            rule.after.is_none() && rule.states.iter().all(|state| told.contains(state))
        });
        let begins = table.track(FEEDBACK).map(|track| track.begins);
        if !kept || begins.is_some_and(is_over) {
            let part = if rule.is_some() {
                Part::Closing
            } else {
                Part::Track
            };
            self.blame("lifecycle-closing-untold", part, FEEDBACK, FEEDBACK);
        }
        for action in &table.actions {
            let name = action.name.as_str();
            let concerned = action.by.iter().all(|role| role.is_concerned());
            for (_, effect) in action.ways() {
                match effect.state_of(FEEDBACK) {
                    Some(TrackState::Done) if effect.text != TextRule::Required => {
                        self.blame("lifecycle-feedback-wordless", Part::Action, name, name);
                    }
                    Some(TrackState::Declined) if !concerned => {
                        self.blame("lifecycle-feedback-theirs", Part::Action, name, name);
                    }
                    _ => {}
                }
            }
        }
    }

    fn blame(&mut self, code: &'static str, part: Part, name: &str, value: &str) {
        self.tell(Diagnostic::error(code).with("value", value), part, name);
    }

    fn tell(&mut self, problem: Diagnostic, part: Part, name: &str) {
        let problem = problem.at(self.places.of(part, name));
        // Several ways of one action can have one and the same fault.
        if !self.diagnostics.contains(&problem) {
            self.diagnostics.push(problem);
        }
    }
}

fn step_of<'e>(effect: &'e Effect, track: &str) -> Option<&'e Code> {
    let step = effect.step.as_ref();
    step.filter(|(of, _)| of.as_str() == track)
        .map(|(_, step)| step)
}

/// Returns whether what somebody else does to the registration only follows from the decision: it is
/// carried out, or the program ends the wait for it.
fn follows(action: &Action, effect: &Effect) -> bool {
    let condition = effect
        .when
        .iter()
        .find(|c| c.track.as_str() == REGISTRATION);
    let Some(condition) = condition else {
        return false;
    };
    let state = effect.state_of(REGISTRATION);
    let decides = effect.does(REGISTRATION, DECIDED);
    let carried_out = state == Some(TrackState::Done)
        && condition.states == [TrackState::Open]
        && condition
            .after
            .as_ref()
            .is_some_and(|step| step.as_str() == DECIDED);
    let lapses = state == Some(TrackState::Declined)
        && action.by == [Role::System]
        && step_of(effect, REGISTRATION).is_none()
        && !condition.states.is_empty()
        && !condition.states.iter().copied().any(is_over)
        && condition
            .before
            .as_ref()
            .is_some_and(|step| step.as_str() == DECIDED);
    !decides && (carried_out || lapses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::message::{Catalogue, placeholders};
    use crate::source_text::SourceText;

    /// Spoils the shipped table by replacing a piece, and checks what is told, each as `code` or
    /// `code value`, with the line of the piece that it stands at.
    #[track_caller]
    fn check(piece: &str, by: &str, expected: &[(&str, &str)]) {
        let shipped = Lifecycle::shipped();
        assert_eq!(shipped.text().matches(piece).count(), 1, "{piece}");
        check_text(&shipped.text().replace(piece, by), expected);
    }

    #[track_caller]
    fn check_text(text: &str, expected: &[(&str, &str)]) {
        let (table, diagnostics) = Lifecycle::parse(&SourceText::new(Lifecycle::PATH, text));
        for diagnostic in &diagnostics {
            explained(diagnostic);
        }
        assert_eq!(table.is_some(), diagnostics.is_empty());
        let told: Vec<(&str, &str)> = diagnostics
            .iter()
            .map(|diagnostic| {
                let line = &diagnostic.place.as_ref().unwrap().line_text;
                (diagnostic.code, line.trim())
            })
            .collect();
        assert_eq!(told, expected);
    }

    /// A diagnostic has a text and a hint, and a value for each of their placeholders.
    #[track_caller]
    fn explained(diagnostic: &Diagnostic) {
        let texts = Catalogue::of_program(Language::Nl);
        for key in [
            diagnostic.code.to_owned(),
            format!("{}.hint", diagnostic.code),
        ] {
            for name in placeholders(texts.get(&key).unwrap()) {
                let known = diagnostic.arguments.iter().any(|(known, _)| *known == name);
                assert!(known, "{key} {name}");
            }
        }
    }

    /// The lines of one part of the shipped table, from its key to the next one of the same depth.
    fn part(key: &str) -> String {
        let shipped = Lifecycle::shipped();
        let lines: Vec<&str> = shipped.text().lines().collect();
        let start = lines.iter().position(|line| *line == key).unwrap();
        let depth = key.len() - key.trim_start().len();
        let end = lines.iter().skip(start + 1).position(|line| {
            let own = line.len() - line.trim_start().len();
            !line.is_empty() && own <= depth
        });
        let end = end.map_or(lines.len(), |end| start + 1 + end);
        lines[start..end]
            .iter()
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Spoils one part of the shipped table.
    #[track_caller]
    fn check_part(key: &str, piece: &str, by: &str, expected: &[(&str, &str)]) {
        let whole = part(key);
        assert_eq!(whole.matches(piece).count(), 1, "{piece} in {whole}");
        check(&whole, &whole.replace(piece, by), expected);
    }

    #[test]
    fn names_that_are_not_there_are_told_with_the_nearest() {
        let unknown = "yaml-unknown-value-near";
        check_part(
            "  close:",
            "to: closed",
            "to: close",
            &[(unknown, "to: close")],
        );
        check_part(
            "  close:",
            "[manager, coordinator, independent_point]",
            "[manager, koordinator]",
            &[(unknown, "by: [manager, koordinator]")],
        );
        check_part(
            "  start:",
            "from: [acknowledged, reopened]",
            "from: [acknowleged, reopened]",
            &[(unknown, "from: [acknowleged, reopened]")],
        );
        check_part(
            "  reopen:",
            "tracks: { feedback: open }",
            "tracks: { feedbak: open }",
            &[(unknown, "tracks: { feedbak: open }")],
        );
        check_part(
            "  reopen:",
            "tracks: { feedback: open }",
            "tracks: { feedback: opened }",
            &[(unknown, "tracks: { feedback: opened }")],
        );
        check_part(
            "  team_feedback:",
            "to_team",
            "to_teams",
            &[(unknown, "step: { feedback: to_teams }")],
        );
        check_part(
            "  registration_lapse:",
            "{ action: registration_lapsed }\n      - { track",
            "{ action: registration_laps }\n      - { track",
            &[(unknown, "- { action: registration_laps }")],
        );
        check_part(
            "  reopen_answer:",
            "choice: \"no\"",
            "choice: nee",
            &[(
                "yaml-unknown-value",
                "- { action: answer_help, choice: nee }",
            )],
        );
        check_part(
            "  measure_end:",
            "latest: end_date",
            "latest: end",
            &[("yaml-unknown-value", "latest: end")],
        );
        check_part(
            "  close:",
            "text: optional",
            "txet: optional",
            &[("yaml-unknown-key-near", "txet: optional")],
        );
        check_part(
            "  add_files:",
            "needs: files",
            "needs: file",
            &[(unknown, "needs: file")],
        );
        check_part(
            "closing:",
            "  accident: {",
            "  acident: {",
            &[(unknown, "acident: { states: [done, not_applicable] }")],
        );
    }

    #[test]
    fn what_is_not_whole_is_told_where_it_stands() {
        check_text("", &[("lifecycle-empty", "")]);
        check_part(
            "  close:",
            ", en: Your case is closed }",
            " }",
            &[(
                "lifecycle-missing-translation",
                "title: { nl: Je zaak is afgerond }",
            )],
        );
        check_part(
            "  close:",
            "en: Your case is closed",
            "en: \"\"",
            &[(
                "lifecycle-empty-text",
                "title: { nl: Je zaak is afgerond, en: \"\" }",
            )],
        );
        check(
            "  withdrawn: { nl: Ingetrokken, en: Withdrawn }\n",
            "",
            &[(
                "yaml-missing-key",
                "submitted: { nl: Gemeld, en: Reported }",
            )],
        );
        check_part(
            "  close:",
            "[manager, coordinator, independent_point]",
            "[]",
            &[("lifecycle-nothing-listed", "by: []")],
        );
        check_part(
            "  reopen:",
            "tracks: { feedback: open }",
            "step: { feedback: to_team, police: outcome }",
            &[(
                "lifecycle-one-step",
                "step: { feedback: to_team, police: outcome }",
            )],
        );
        check_part(
            "  acknowledge:",
            "to: acknowledged",
            "too: acknowledged",
            &[("yaml-unknown-key-near", "too: acknowledged")],
        );
        let clock = "  closing_nudge:";
        check_part(
            clock,
            "      - submit",
            "      - sent",
            &[("lifecycle-moment", "- sent")],
        );
        check_part(
            clock,
            "{ status: reopened }",
            "{ track: police }",
            &[("lifecycle-moment", "- { track: police }")],
        );
        check_part(
            clock,
            "{ days: 56 }",
            "{ days: 56, hours: 1 }",
            &[("lifecycle-within", "within: { days: 56, hours: 1 }")],
        );
        check_part(
            clock,
            "{ days: 56 }",
            "{ days: -1 }",
            &[("lifecycle-number-range", "within: { days: -1 }")],
        );
        check_part(
            clock,
            "    starts:\n      - submit\n      - { status: reopened }",
            "    starts: []",
            &[("lifecycle-no-moment", "starts: []")],
        );
        check(
            "  keep_closed:",
            "  Keep closed:",
            &[
                ("lifecycle-name", "Keep closed:"),
                ("yaml-unknown-value-near", "- { action: keep_closed }"),
            ],
        );
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = Lifecycle::shipped()
            .text()
            .replace("to: closed", "to: close")
            .replace("within: { hours: 72 }", "within: { weeks: 1 }")
            .replace("begins: not_started", "begins: no");
        check_text(
            &text,
            &[
                ("yaml-unknown-value", "begins: no"),
                ("yaml-unknown-value", "begins: no"),
                ("yaml-unknown-value", "begins: no"),
                ("yaml-unknown-value-near", "to: close"),
                ("yaml-unknown-key", "within: { weeks: 1 }"),
            ],
        );
    }

    #[test]
    fn a_status_is_reached_and_left() {
        check(
            &part("  withdraw:"),
            "",
            &[(
                "lifecycle-status-unreached",
                "withdrawn: { nl: Ingetrokken, en: Withdrawn }",
            )],
        );
        check_part(
            "  reopen:",
            "    to: reopened\n",
            "",
            &[
                ("lifecycle-dead-end", "closed: { nl: Afgerond, en: Closed }"),
                (
                    "lifecycle-status-unreached",
                    "reopened: { nl: Heropend, en: Reopened }",
                ),
                ("lifecycle-clock-never-starts", "reopened:"),
            ],
        );
    }

    #[test]
    fn everything_in_the_table_can_happen() {
        check_part(
            "  damage_claim:",
            "when: { damage: open }",
            "when: { damage: declined }",
            &[
                ("lifecycle-step-never", "damage:"),
                ("lifecycle-action-never", "damage_claim:"),
            ],
        );
        check_part(
            "  damage_settle:",
            "tracks: { damage: done }",
            "tracks: { damage: open }",
            &[
                ("lifecycle-track-endless", "damage:"),
                ("lifecycle-clock-never-stops", "damage:"),
            ],
        );
        check_part(
            "  reaction:",
            "{ status: acknowledged }",
            "{ track: handling, state: not_applicable }",
            &[("lifecycle-clock-never-starts", "reaction:")],
        );
        check_part(
            "  team_feedback:",
            "    step: { feedback: to_team }\n",
            "",
            &[("lifecycle-step-never", "feedback:")],
        );
    }

    #[test]
    fn a_case_can_always_be_closed() {
        check_part(
            "closing:",
            "states: [done, declined, not_applicable], after: decided",
            "states: done",
            &[("lifecycle-closing-never", "registration: { states: done }")],
        );
        check_part(
            "  give_feedback:",
            "from: [acknowledged, in_progress, closed, reopened]",
            "from: acknowledged",
            &[(
                "lifecycle-closing-never",
                "feedback: { states: [done, declined] }",
            )],
        );
        check_part(
            "  check_accident:",
            "tracks: { accident: not_applicable }",
            "tracks: { accident: declined }",
            &[],
        );
        let stuck = part("  check_accident:")
            .replace(
                "tracks: { accident: not_applicable }",
                "tracks: { accident: declined }",
            )
            .replace("    step:", "    when: { accident: open }\n    step:");
        check(
            &part("  check_accident:"),
            &stuck,
            &[(
                "lifecycle-closing-never",
                "accident: { states: [done, not_applicable] }",
            )],
        );
    }

    #[test]
    fn what_the_program_does_itself_it_can_do_and_does_once() {
        check_part(
            "  remind_registration:",
            "by: system",
            "by: coordinator",
            &[
                ("lifecycle-then-not-system", "registration_reminder_1:"),
                ("lifecycle-then-not-system", "registration_reminder_2:"),
            ],
        );
        check_part(
            "  registration_reminder_1:",
            "then: { action: remind_registration, choice: first }",
            "then: { action: remind_registration }",
            &[("lifecycle-then-not-system", "registration_reminder_1:")],
        );
        check_part(
            "  registration_reminder_2:",
            "      - { action: remind_registration, choice: second }\n",
            "",
            &[("lifecycle-then-again", "registration_reminder_2:")],
        );
    }

    #[test]
    fn only_the_reporter_and_the_affected_employee_decide_about_registration() {
        let rule = "lifecycle-registration-theirs";
        check_part(
            "  decide_registration:",
            "[reporter, affected_employee]",
            "[reporter, manager]",
            &[(rule, "decide_registration:")],
        );
        check_part(
            "  register:",
            "{ states: open, after: decided }",
            "open",
            &[(rule, "register:")],
        );
        check_part(
            "  registration_lapsed:",
            ", before: decided",
            "",
            &[(rule, "registration_lapsed:")],
        );
        check_part(
            "  keep_closed:",
            "    text:",
            "    tracks: { registration: declined }\n    text:",
            &[(rule, "keep_closed:")],
        );
    }

    #[test]
    fn care_starts_at_the_report_and_stays_when_it_is_withdrawn() {
        check_part(
            "  after_care:",
            "begins: open",
            "begins: not_started",
            &[("lifecycle-care-waits", "after_care:")],
        );
        check_part(
            "  log_support:",
            "    text: optional\n    choices",
            "    when: { registration: declined }\n    choices",
            &[
                ("lifecycle-care-ends", "after_care:"),
                ("lifecycle-care-waits", "after_care:"),
                ("lifecycle-care-waits", "log_support:"),
            ],
        );
        check_part(
            "  log_support:",
            ", withdrawn]",
            "]",
            &[("lifecycle-care-ends", "after_care:")],
        );
        check_part(
            "  withdraw:",
            "    text: optional",
            "    tracks: { after_care: declined }",
            &[("lifecycle-care-ends", "withdraw:")],
        );
        check_part(
            "  follow_up_1:",
            "      - { track: after_care, state: done }",
            "      - { status: withdrawn }",
            &[("lifecycle-care-ends", "follow_up_1:")],
        );
        check_part(
            "  support_talk:",
            "starts: submit",
            "starts: { status: acknowledged }",
            &[("lifecycle-care-waits", "support_talk:")],
        );
    }

    #[test]
    fn a_measure_is_complete_and_none_has_a_reason() {
        check_part(
            "  decide_measure:",
            "[behaviour, hearing, citizen_told, end_date, review_date]",
            "[behaviour, end_date]",
            &[("lifecycle-measure-incomplete", "decide_measure:")],
        );
        check_part(
            "  decide_measure:",
            "text: required",
            "text: optional",
            &[("lifecycle-no-reason", "decide_measure:")],
        );
        check_part(
            "  inform_citizen:",
            ", after: decided",
            "",
            &[("lifecycle-not-decided", "inform_citizen:")],
        );
    }

    #[test]
    fn a_case_does_not_close_before_the_reporter_was_told() {
        let untold = "lifecycle-closing-untold";
        check(
            "  feedback: { states: [done, declined] }\n",
            "",
            &[(untold, "feedback:")],
        );
        check(
            "  feedback: { states: [done, declined] }\n",
            "  feedback: { states: [done, declined, open] }\n",
            &[(untold, "feedback: { states: [done, declined, open] }")],
        );
        check_part(
            "  give_feedback:",
            "text: required",
            "text: optional",
            &[("lifecycle-feedback-wordless", "give_feedback:")],
        );
        check_part(
            "  decline_feedback:",
            "[reporter, affected_employee]",
            "[reporter, manager]",
            &[("lifecycle-feedback-theirs", "decline_feedback:")],
        );
    }

    #[test]
    fn the_tracks_of_the_rules_are_there() {
        let text = "statuses: { submitted: {nl: a, en: a}, acknowledged: {nl: a, en: a}, \
                    in_progress: {nl: a, en: a}, closed: {nl: a, en: a}, reopened: {nl: a, en: a}, \
                    withdrawn: {nl: a, en: a} }\n\
                    tracks: { handling: { title: {nl: a, en: a}, begins: open, steps: {} } }\n\
                    actions: {}\nclosing: {}\nclocks: {}\n";
        let (_, diagnostics) = Lifecycle::parse(&SourceText::new(Lifecycle::PATH, text));
        let told: Vec<&str> = diagnostics.iter().map(|problem| problem.code).collect();
        let missing = "lifecycle-track-missing";
        assert_eq!(told, [missing, missing, missing, "lifecycle-step-missing"]);
    }

    #[test]
    fn spoilt_tables_always_end_in_a_value() {
        // Every line left out by itself.
        let shipped = Lifecycle::shipped();
        let lines: Vec<&str> = shipped.text().lines().collect();
        for skipped in 0..lines.len() {
            let mut rest = lines.clone();
            rest.remove(skipped);
            let _ = Lifecycle::parse(&SourceText::new(Lifecycle::PATH, rest.join("\n")));
        }
    }
}
