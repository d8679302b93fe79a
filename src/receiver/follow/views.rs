//! What the templates show of a report to its reporter.
//!
//! Invariant: texts that handlers write with an action are shown only where the action is telling the
//! reporter something; everything else of theirs is named, with its moment and who did it.

use jiff::Timestamp;

use super::FormRoute;
use super::acts::{
    self, ADD_FILES, AMEND_REPORT, ANSWER_HELP, ASK_REOPEN, DECISIONS, Doing, HELPED,
    MOST_CHARACTERS, Mistake, Posted, REACT, REACTIONS, SEND_MESSAGE, WITHDRAW,
};
use super::visits::Ended;
use crate::attachment::{AttachmentLimits, FileKind};
use crate::form::{Answer, Answers, Definition};
use crate::receiver::form_views::declines_contact;
use crate::receiver::words::Words;
use crate::report::acts::DECIDE_REGISTRATION;
use crate::report::case::{Case, Entry, Happening, each_once};
use crate::report::event::{Actor, FileNote, Kind, Measure, Role, Status};
use crate::report::ids::{Code, SubmissionKey};
use crate::report::lifecycle::Lifecycle;
use crate::report::people::People;
use crate::theme::Theme;
use crate::theme::view::{
    AccessView, AlternateView, AnswerView, DateView, DecisionView, DetailsOfferView, DraftView,
    ErrorLinkView, FileLimitsView, FileView, FollowClosedView, FollowEntryView, FollowView,
    HelpedView, HiddenView, KeptView, Link, MessageView, NextStepView, ProposalView,
    RefusedFileView, ShellView, StateView, TimelineEntryView, TypedView, WithdrawView,
};

/// The action with which a measure is proposed.
const PROPOSE_MEASURE: &str = "propose_measure";

/// The action with which a measure is decided on.
const DECIDE_MEASURE: &str = "decide_measure";

/// The choice to decide about registering later.
const LATER: &str = "later";

/// The actions whose words are for the reporter.
const TOLD: [&str; 6] = [
    "acknowledge",
    "start",
    "give_feedback",
    "close",
    "reopen",
    "keep_closed",
];

/// Characters of a typed code that are shown again; a code has 24 with its hyphens.
const TYPED_CHARACTERS: usize = 64;

/// Characters of the name of a refused file that are shown.
const NAME_CHARACTERS: usize = 80;

/// Makes the pages of My report in one language.
#[derive(Clone, Copy)]
pub(super) struct Views<'a> {
    pub(super) words: Words<'a>,
    /// The address that everything is sent to.
    pub(super) action: &'a str,
    /// The address with scheme and host, where they are known.
    pub(super) address: &'a str,
    /// The address of the home page.
    pub(super) home: &'a str,
    /// The address of the form that reports are sent with, and its title.
    pub(super) form: &'a str,
    pub(super) form_title: &'a str,
    /// The question for the code in every language.
    pub(super) alternates: &'a [AlternateView],
    pub(super) lifecycle: &'a Lifecycle,
    pub(super) limits: &'a AttachmentLimits,
    pub(super) now: Timestamp,
}

/// What a page of My report tells besides the report.
#[derive(Clone, Default)]
pub(super) struct Told {
    /// The act that was done.
    pub(super) done: Option<&'static str>,
    /// Why it was not.
    pub(super) problem: Option<&'static str>,
    /// What is wrong with the fields.
    pub(super) mistakes: Vec<Mistake>,
    /// The files that were not taken: name and reason.
    pub(super) refused: Vec<(String, &'static str)>,
    /// Names of the files that were.
    pub(super) kept: Vec<String>,
    /// What was typed, where it was not stored.
    pub(super) typed: Option<(Doing, Posted)>,
}

/// Why the code is asked for.
#[derive(Clone, Copy, Default)]
pub(super) enum Asked {
    /// It was not asked for yet.
    #[default]
    First,
    /// The field was empty.
    Empty,
    /// No report opens with what was typed.
    Wrong,
    /// So many seconds must pass first.
    Later(u64),
    /// The visit has ended.
    Again(Ended),
}

/// The question for the code.
#[derive(Clone, Copy, Default)]
pub(super) struct Question<'a> {
    pub(super) typed: &'a str,
    pub(super) asked: Asked,
}

/// The receipt code, the key and the visit of a page.
#[derive(Clone, Copy)]
pub(super) struct Carried<'a> {
    pub(super) code: &'a str,
    pub(super) visit: &'a str,
    pub(super) key: SubmissionKey,
}

impl<'a> Views<'a> {
    /// Makes what all pages of My report share.
    pub(super) fn of(
        route: &'a FormRoute,
        theme: &'a Theme,
        lifecycle: &'a Lifecycle,
        limits: &'a AttachmentLimits,
        now: Timestamp,
    ) -> Views<'a> {
        Views {
            words: Words {
                language: route.language,
                texts: theme.messages(route.language),
            },
            action: &route.follow.href,
            address: &route.follow.url,
            home: &route.home,
            form: &route.pages.href,
            form_title: route.form.title.get(route.language),
            alternates: &route.follow.alternates,
            lifecycle,
            limits,
            now,
        }
    }

    /// Shows the question for the code. What was typed and not sent travels along.
    pub(super) fn entry(
        &self,
        visit: Option<&str>,
        unsent: Vec<(String, String)>,
        question: Question<'_>,
    ) -> FollowEntryView {
        let title = self.words.text("entry.title");
        let refused = matches!(
            question.asked,
            Asked::Empty | Asked::Wrong | Asked::Later(_)
        );
        let first = matches!(question.asked, Asked::First);
        let document_title = if refused {
            format!("{} {title}", self.words.text("form.error_prefix"))
        } else {
            title.clone()
        };
        let mut shell = self.shell(document_title, false);
        let crumb = |label: String, href: &str| Link {
            label,
            href: href.to_owned(),
        };
        shell.breadcrumbs = vec![
            crumb(self.words.text("breadcrumbs.home"), self.home),
            crumb(self.form_title.to_owned(), self.form),
            crumb(title, self.action),
        ];
        // The language switch would lose what was typed.
        if first {
            shell.alternates = self.alternates.to_vec();
        }
        FollowEntryView {
            shell,
            action: self.action.to_owned(),
            hidden: visit
                .map(|visit| ("visit".to_owned(), visit.to_owned()))
                .into_iter()
                .chain(unsent)
                .map(|(name, value)| HiddenView { name, value })
                .collect(),
            typed: question.typed.chars().take(TYPED_CHARACTERS).collect(),
            error: match question.asked {
                Asked::Empty => Some("empty"),
                Asked::Wrong => Some("wrong"),
                _ => None,
            },
            wait: match question.asked {
                Asked::Later(seconds) => Some(seconds),
                _ => None,
            },
            ended: match question.asked {
                Asked::Again(Ended::Closed) => Some("closed"),
                Asked::Again(Ended::Left) => Some("left"),
                _ => None,
            },
        }
    }

    /// Shows that the receipt is kept.
    pub(super) fn kept(&self, draft: Option<DraftView>) -> KeptView {
        KeptView {
            draft,
            shell: self.shell(self.words.text("kept.title"), true),
        }
    }

    /// Writes the receipt as a text file, for the reporter or for the colleague whose report it is.
    pub(super) fn receipt_file(&self, case: &str, code: &str, for_colleague: bool) -> String {
        let arguments = [("case", case), ("code", code), ("address", self.address)];
        let key = match for_colleague {
            true => "receipt.file_colleague",
            false => "receipt.file",
        };
        let lines = self.words.texts.text(key, &arguments);
        // What opens plain text on the machines of offices wants both characters.
        format!("{}\r\n", lines.trim_end().replace('\n', "\r\n"))
    }

    /// Says that a report cannot be shown.
    pub(super) fn closed(&self, reason: &'static str, case: String) -> FollowClosedView {
        let title = self.words.text(&format!("follow.closed.{reason}.title"));
        FollowClosedView {
            shell: self.shell(title, true),
            reason,
            case_number: case,
        }
    }

    /// Asks whether the reporter is sure.
    pub(super) fn withdraw(&self, case: &Case, carried: Carried<'_>, told: &Told) -> WithdrawView {
        let page = Page::new(*self, told);
        WithdrawView {
            shell: self.shell(page.title("withdraw.title"), true),
            action: self.action.to_owned(),
            hidden: hidden(carried),
            case_number: case.cover.id.to_string(),
            text: page.typed("withdraw_text", "withdraw_text"),
            problem: told.problem,
            errors: page.errors(),
        }
    }

    /// Shows a report.
    pub(super) fn report(
        &self,
        case: &Case,
        definition: Option<&Definition>,
        people: &People,
        takes_details: bool,
        carried: Carried<'_>,
        told: &Told,
    ) -> FollowView {
        let page = Page::new(*self, told);
        let file = Report {
            views: *self,
            case,
            definition,
            people,
        };
        let offers = |action| acts::offers(self.lifecycle, case, action);
        let may_message = offers(SEND_MESSAGE);
        let may_add = offers(AMEND_REPORT);
        let helped = offers(ANSWER_HELP).then(|| file.helped(&page));
        FollowView {
            shell: self.shell(page.title("follow.title"), true),
            action: self.action.to_owned(),
            hidden: hidden(carried),
            case_number: case.cover.id.to_string(),
            received: self.words.moment(case.cover.received_at),
            done: told.done.map(|done| file.done(done, takes_details)),
            problem: told.problem,
            errors: page.errors(),
            refused: self.refused(&told.refused),
            kept: told.kept.clone(),
            state: file.state(),
            timeline: file.timeline(),
            access: file.access(),
            messages: file.messages(),
            message: may_message.then(|| page.message(may_add)),
            answers: file.answers(),
            files: file.files(),
            addition: may_add.then(|| page.typed("addition", "addition")),
            file_limits: self.file_limits(case).filter(|_| may_message || may_add),
            files_full: !self.limits.kinds.is_empty() && files_left(self.limits, case) == 0,
            decision: file.decision(&page),
            details: file.details(takes_details),
            proposals: file.proposals(&page),
            reopen: (helped.is_none() && offers(ASK_REOPEN))
                .then(|| page.typed("reopen_text", "reopen_text")),
            helped,
            may_withdraw: offers(WITHDRAW),
        }
    }

    fn shell(&self, title: String, reporting: bool) -> ShellView {
        ShellView {
            reporting,
            ..ShellView::apart(title, self.action.to_owned())
        }
    }

    /// Returns what files may be; nothing where the report has as many as it can.
    pub(super) fn file_limits(&self, case: &Case) -> Option<FileLimitsView> {
        let most = files_left(self.limits, case);
        if most == 0 || self.limits.kinds.is_empty() {
            return None;
        }
        let kinds = self.limits.kinds.iter();
        let mut accept: Vec<String> = kinds.map(|kind| format!(".{}", kind.extension())).collect();
        if accept.iter().any(|extension| extension == ".jpg") {
            accept.push(".jpeg".to_owned());
        }
        let sizes = [self.limits.image_bytes, self.limits.file_bytes];
        let largest = self.words.size(sizes.into_iter().max().unwrap_or_default());
        let text = self.words.size(self.limits.text_bytes);
        let arguments = [("largest", largest.as_str()), ("text", text.as_str())];
        Some(FileLimitsView {
            kinds: self.kinds(),
            largest: self.words.texts.text("files.largest", &arguments),
            most,
            fewer: most < self.limits.files,
            accept: accept.join(","),
        })
    }

    /// Names what files may be: `foto (jpg, png, webp), pdf (pdf)`.
    fn kinds(&self) -> String {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for kind in &self.limits.kinds {
            let group = match kind {
                kind if kind.is_picture() => "picture",
                FileKind::Audio(_) => "sound",
                other => other.name(),
            };
            match groups.iter_mut().find(|(known, _)| *known == group) {
                Some((_, extensions)) => extensions.push(kind.extension()),
                None => groups.push((group, vec![kind.extension()])),
            }
        }
        let named = groups.into_iter().map(|(group, extensions)| {
            let extensions = extensions.join(", ");
            let key = format!("files.kind.{group}");
            self.words.texts.text(&key, &[("extensions", &extensions)])
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// Shows files that were not taken.
    pub(super) fn refused(&self, refused: &[(String, &'static str)]) -> Vec<RefusedFileView> {
        let size = |bytes| self.words.size(bytes);
        let largest = size(self.limits.image_bytes.max(self.limits.file_bytes));
        let reason = |code: &str| {
            self.words.texts.text(
                &format!("attachment.refused.{code}"),
                &[
                    ("largest", &largest),
                    ("text", &size(self.limits.text_bytes)),
                    ("pixels", &(self.limits.pixels / 1_000_000).to_string()),
                    ("most", &self.limits.files.to_string()),
                ],
            )
        };
        refused
            .iter()
            .map(|(name, code)| RefusedFileView {
                name: shown_name(name),
                reason: reason(code),
            })
            .collect()
    }

    /// Shows every file of a report.
    pub(super) fn all_files(&self, case: &Case) -> Vec<FileView> {
        let notes = case.entries.iter().flat_map(|entry| &entry.body.files);
        let notes = each_once(notes).into_iter();
        notes.map(|note| self.file(case, note)).collect()
    }

    fn file(&self, case: &Case, note: &FileNote) -> FileView {
        let is_own = case.own_files().iter().any(|own| own.id == note.id);
        let kind = FileKind::from_name(note.kind.as_str());
        FileView {
            id: note.id.to_string(),
            name: note.name.clone(),
            kind: kind.map_or_else(String::new, |kind| self.kind(kind)),
            size: self.words.size(note.bytes),
            removable: is_own && acts::offers(self.lifecycle, case, ADD_FILES),
        }
    }

    fn kind(&self, kind: FileKind) -> String {
        self.words.text(&format!("attachment.kind.{}", kind.name()))
    }
}

/// Returns how many files the reporter may still send.
pub(super) fn files_left(limits: &AttachmentLimits, case: &Case) -> usize {
    limits.files.saturating_sub(case.own_files().len())
}

/// Returns whether another part of the page shows all of it.
fn is_shown_elsewhere(happening: &Happening) -> bool {
    let action = happening.action.as_ref();
    action.is_some_and(|action| [SEND_MESSAGE, ADD_FILES].contains(&action.as_str()))
}

fn is_own(happening: &Happening) -> bool {
    happening.actor.role == Role::Reporter
}

fn hidden(carried: Carried<'_>) -> Vec<HiddenView> {
    let field = |name: &str, value: String| HiddenView {
        name: name.to_owned(),
        value,
    };
    vec![
        field("code", carried.code.to_owned()),
        field("key", carried.key.to_hex()),
        field("visit", carried.visit.to_owned()),
    ]
}

/// What was typed and told on a page.
struct Page<'a> {
    views: Views<'a>,
    told: &'a Told,
}

impl<'a> Page<'a> {
    fn new(views: Views<'a>, told: &'a Told) -> Page<'a> {
        Page { views, told }
    }

    fn title(&self, key: &str) -> String {
        let words = self.views.words;
        let title = words.text(key);
        if self.told.mistakes.is_empty() && self.told.problem.is_none() {
            return title;
        }
        format!("{} {title}", words.text("form.error_prefix"))
    }

    fn errors(&self) -> Vec<ErrorLinkView> {
        let mistakes = self.told.mistakes.iter();
        mistakes
            .map(|mistake| ErrorLinkView {
                href: format!("#{}", mistake.input),
                text: mistake.text.clone(),
            })
            .collect()
    }

    fn error(&self, input: &str) -> Option<String> {
        let mut mistakes = self.told.mistakes.iter();
        let mistake = mistakes.find(|mistake| mistake.input == input)?;
        Some(mistake.text.clone())
    }

    fn value(&self, field: &str) -> &str {
        let typed = self.told.typed.as_ref();
        typed.map_or("", |(_, posted)| posted.value(field))
    }

    /// Shows a text field with what was typed in it.
    fn typed(&self, field: &str, input: &str) -> TypedView {
        TypedView {
            value: self.value(field).to_owned(),
            max_length: MOST_CHARACTERS,
            error: self.error(input),
        }
    }

    /// Shows the field for a message. Where an act can no longer be done, and its field is gone with it,
    /// its words stand here.
    fn message(&self, may_add: bool) -> TypedView {
        let mut view = self.typed("message", "message");
        if let (true, Some((doing, posted))) = (
            self.told.problem.is_some() && view.value.is_empty(),
            &self.told.typed,
        ) && (*doing != Doing::Add || !may_add)
        {
            posted.words(*doing).clone_into(&mut view.value);
        }
        view
    }
}

/// Returns the name of a file that was refused, as it can be shown.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible = last.chars().filter(|c| !c.is_control());
    visible.take(NAME_CHARACTERS).collect()
}

/// A report that is shown.
struct Report<'a> {
    views: Views<'a>,
    case: &'a Case,
    definition: Option<&'a Definition>,
    people: &'a People,
}

impl Report<'_> {
    /// Returns a text of the life cycle in the language of the page.
    fn of_table(&self, text: &crate::report::lifecycle::Text) -> String {
        text.get(self.views.words.language).to_owned()
    }

    fn words(&self) -> Words<'_> {
        self.views.words
    }

    /// `coördinator Kim de Boer`.
    fn who(&self, actor: &Actor) -> String {
        let role = self.words().text(&format!("role.{}", actor.role.name()));
        let persons = &self.people.persons;
        let person = persons
            .iter()
            .find(|person| Some(&person.id) == actor.person.as_ref());
        match person {
            Some(person) => format!("{role} {}", person.name),
            None => role,
        }
    }

    /// Returns whether the reporter may be contacted.
    fn may_contact(&self) -> bool {
        let answers = &self.case.first_answers;
        self.definition.is_some_and(|definition| {
            !declines_contact(definition, &Answers::from_json(definition, answers))
        })
    }

    fn state(&self) -> StateView {
        let progress = &self.case.cover.progress;
        let lifecycle = self.views.lifecycle;
        let title = lifecycle.status(progress.status);
        StateView {
            title: title.map_or_else(String::new, |title| self.of_table(title)),
            text: self
                .words()
                .text(&format!("state.{}", progress.status.name())),
            handler: self.handler(),
            next: self.next(),
            ended: self.has_ended(),
        }
    }

    fn has_ended(&self) -> bool {
        let status = self.case.cover.progress.status;
        matches!(status, Status::Closed | Status::Withdrawn)
    }

    /// Returns who took the report up last.
    fn handler(&self) -> Option<String> {
        let takes_up = |happening: &&Happening| {
            let action = happening.action.as_ref();
            let action = action.and_then(|name| self.views.lifecycle.action(name.as_str()));
            action.is_some_and(|action| {
                matches!(
                    action.effect.to,
                    Some(Status::Acknowledged | Status::InProgress | Status::Reopened)
                )
            })
        };
        let history = self.case.cover.history.iter().rev();
        let last = history.into_iter().find(takes_up)?;
        Some(self.who(&last.actor))
    }

    fn promised(&self) -> Vec<(String, Timestamp)> {
        let promised = self
            .views
            .lifecycle
            .promised(&self.case.cover.progress, self.may_contact());
        let promised = promised.into_iter();
        promised
            .map(|promised| (self.of_table(promised.text), promised.due))
            .collect()
    }

    fn next(&self) -> Vec<NextStepView> {
        let promised = self.promised().into_iter();
        promised
            .map(|(what, due)| {
                let date = self.words().day_of(due).text;
                let key = if due < self.views.now {
                    "state.overdue"
                } else {
                    "state.by"
                };
                NextStepView {
                    when: self.words().texts.text(key, &[("date", &date)]),
                    what,
                }
            })
            .collect()
    }

    fn timeline(&self) -> Vec<TimelineEntryView> {
        let mut readings: Vec<(&Actor, String)> = Vec::new();
        let mut entries = Vec::new();
        for entry in &self.case.entries {
            let happening = &entry.happening;
            let mut lines = self.told(entry);
            match happening.kind {
                // Once a day for each reader; the list of readers says how often.
                Kind::CaseOpened => {
                    let day = self.words().day_of(happening.recorded_at).iso;
                    let reading = (&happening.actor, day);
                    if readings.contains(&reading) {
                        continue;
                    }
                    readings.push(reading);
                }
                Kind::AccessGranted | Kind::ReportAmended => {
                    let people = self.case.cover.given_access_by(happening.sequence);
                    lines.extend(people.map(|id| self.may_read(id)));
                }
                // Stands with the messages, and with the files.
                _ if is_shown_elsewhere(happening) => continue,
                _ => {}
            }
            entries.push(TimelineEntryView {
                title: self.happened(happening),
                lines,
                date: self.words().moment(happening.recorded_at),
                progress: "done",
            });
        }
        if let Some(last) = entries.last_mut().filter(|_| !self.has_ended()) {
            last.progress = "current";
        }
        let coming = self.promised().into_iter();
        entries.extend(coming.map(|(title, due)| TimelineEntryView {
            title,
            lines: Vec::new(),
            date: self.words().day_of(due),
            progress: "coming",
        }));
        entries
    }

    /// `Mag nu lezen: leidinggevende Ali Demir`.
    fn may_read(&self, id: &Code) -> String {
        let mut persons = self.people.persons.iter();
        let who = persons.find(|person| person.id == *id).map(|person| {
            let roles = person.roles.iter();
            let roles = roles.map(|role| self.words().text(&format!("role.{}", role.name())));
            let roles: Vec<String> = roles.collect();
            format!("{} {}", roles.join(", "), person.name)
                .trim()
                .to_owned()
        });
        let who = who.unwrap_or_else(|| self.words().text("timeline.somebody"));
        self.words().texts.text("timeline.for", &[("who", &who)])
    }

    fn happened(&self, happening: &Happening) -> String {
        let action = happening.action.as_ref();
        let action = action.and_then(|name| self.views.lifecycle.action(name.as_str()));
        match action {
            Some(action) => self.of_table(&action.title),
            None => self
                .words()
                .text(&format!("timeline.{}", happening.kind.name())),
        }
    }

    /// Returns who did it, what was chosen, and what was said to the reporter.
    fn told(&self, entry: &Entry) -> Vec<String> {
        let happening = &entry.happening;
        let mut lines = Vec::new();
        if !matches!(happening.actor.role, Role::System) {
            lines.push(if is_own(happening) {
                self.words().text("timeline.by_you")
            } else {
                let who = self.who(&happening.actor);
                self.words().texts.text("timeline.by", &[("who", &who)])
            });
        }
        let Some(name) = &happening.action else {
            return lines;
        };
        let action = self.views.lifecycle.action(name.as_str());
        let choice = entry.body.choice.as_ref();
        let choice = choice.and_then(|choice| action?.choice(choice.as_str()));
        lines.extend(choice.map(|choice| self.of_table(&choice.title)));
        let for_reporter = is_own(happening) && name.as_str() != SEND_MESSAGE;
        if for_reporter || TOLD.contains(&name.as_str()) {
            lines.extend(lines_of(entry.body.text.as_deref()));
        }
        lines
    }

    fn access(&self) -> Vec<AccessView> {
        let mut access: Vec<(String, Vec<Timestamp>)> = Vec::new();
        for happening in self.case.cover.history.iter().rev() {
            if happening.kind != Kind::CaseOpened {
                continue;
            }
            let who = self.who(&happening.actor);
            let time = happening.recorded_at;
            match access.iter_mut().find(|(known, _)| *known == who) {
                Some((_, times)) => times.push(time),
                None => access.push((who, vec![time])),
            }
        }
        let access = access.into_iter();
        access
            .map(|(who, times)| AccessView {
                who,
                times: self.by_day(&times),
            })
            .collect()
    }

    /// Shows moments, those of one day as one: `zondag 22 november 2026: 3 keer`.
    fn by_day(&self, times: &[Timestamp]) -> Vec<DateView> {
        let words = self.words();
        let same_day = |a: &Timestamp, b: &Timestamp| words.day_of(*a) == words.day_of(*b);
        let days = times.chunk_by(same_day);
        days.filter_map(|day| match day {
            [] => None,
            [once] => Some(words.moment(*once)),
            [last, ..] => {
                let date = words.day_of(*last);
                let count = day.len().to_string();
                let arguments = [("date", date.text.as_str()), ("count", count.as_str())];
                Some(DateView {
                    text: words.texts.text("access.often", &arguments),
                    ..date
                })
            }
        })
        .collect()
    }

    fn messages(&self) -> Vec<MessageView> {
        let messages = self.case.taken(SEND_MESSAGE);
        messages
            .map(|entry| MessageView {
                own: is_own(&entry.happening),
                from: self.who(&entry.happening.actor),
                date: self.words().moment(entry.happening.recorded_at),
                lines: lines_of(entry.body.text.as_deref()),
                files: entry
                    .body
                    .files
                    .iter()
                    .map(|note| self.views.file(self.case, note))
                    .collect(),
            })
            .collect()
    }

    fn files(&self) -> Vec<FileView> {
        let is_message = |entry: &&Entry| {
            let action = entry.happening.action.as_ref();
            action.is_some_and(|action| action.as_str() == SEND_MESSAGE)
        };
        let entries = self.case.entries.iter().filter(|entry| !is_message(entry));
        each_once(entries.flat_map(|entry| &entry.body.files))
            .into_iter()
            .map(|note| self.views.file(self.case, note))
            .collect()
    }

    /// Returns the answers to the questions of the form. Those of the second part are there once it was
    /// given.
    fn answered(&self) -> Vec<AnswerView> {
        let Some(form) = self.definition else {
            return Vec::new();
        };
        let asked = match self.case.cover.details {
            Some(_) => form.whole(),
            None => form.clone(),
        };
        let words = self.words();
        let answers = Answers::from_json(&asked, &self.case.answers);
        let rows = answers
            .rows(&asked, words.language, words.texts)
            .into_iter();
        rows.map(|row| AnswerView {
            lines: match answers.get(&row.field) {
                Some(Answer::Files(ids)) => self.names(ids),
                _ => row.lines,
            },
            label: row.label,
        })
        .collect()
    }

    fn names(&self, files: &[String]) -> Vec<String> {
        let ids = files.iter().filter_map(|id| acts::code(id));
        let notes = ids.filter_map(|id| self.case.file(&id));
        notes.map(|note| note.name.clone()).collect()
    }

    fn answers(&self) -> Vec<AnswerView> {
        let words = self.words();
        let mut rows = self.answered();
        let added = [AMEND_REPORT, ADD_FILES].map(|action| self.case.taken(action));
        for entry in added.into_iter().flatten() {
            let lines = lines_of(entry.body.text.as_deref());
            if !lines.is_empty() {
                let date = words.moment(entry.happening.recorded_at).text;
                rows.push(AnswerView {
                    label: words.texts.text("report.added", &[("date", &date)]),
                    lines,
                });
            }
        }
        rows
    }

    /// Offers the second part, where the form has one and it can be given now.
    fn details(&self, takes_details: bool) -> Option<DetailsOfferView> {
        let details = self.definition?.details.as_ref();
        let details = details.filter(|_| takes_details)?;
        let given = self.case.cover.details.as_ref();
        Some(DetailsOfferView {
            title: details.title.get(self.words().language).to_owned(),
            given: given.map(|given| self.words().moment(given.given_at)),
        })
    }

    /// Returns what is told of what was done, with the next step where there is one.
    fn done(&self, done: &'static str, takes_details: bool) -> &'static str {
        let decided = self.case.last_choice(DECIDE_REGISTRATION);
        let decided = decided.map(Code::as_str);
        let registers = matches!(decided, Some("register_named" | "register_unnamed"));
        let offer = self.details(takes_details);
        match done {
            "decide" if registers && offer.is_some_and(|offer| offer.given.is_none()) => {
                "decide_details"
            }
            "details" if self.is_undecided() => "details_undecided",
            done => done,
        }
    }

    /// Returns whether the choice about registering is still to be made.
    fn is_undecided(&self) -> bool {
        let decided = self.case.last_choice(DECIDE_REGISTRATION);
        decided.is_none_or(|decided| decided.as_str() == LATER)
            && acts::offers(self.views.lifecycle, self.case, DECIDE_REGISTRATION)
    }

    fn decision(&self, page: &Page<'_>) -> Option<DecisionView> {
        let handed_over = acts::is_handed_over(self.case);
        let lifecycle = self.views.lifecycle;
        let may_ask = handed_over && acts::offers(lifecycle, self.case, SEND_MESSAGE);
        if !may_ask && !acts::offers(lifecycle, self.case, DECIDE_REGISTRATION) {
            return None;
        }
        let last = self.case.last_choice(DECIDE_REGISTRATION);
        let current = known(last.map(Code::as_str), &DECISIONS);
        Some(DecisionView {
            current,
            chosen: known(Some(page.value("decision")), &DECISIONS).or(current),
            handed_over,
            error: page.error("decision"),
        })
    }

    fn helped(&self, page: &Page<'_>) -> HelpedView {
        let last = self.case.taken(ANSWER_HELP).next_back();
        let chosen = last.and_then(|entry| entry.body.choice.as_ref());
        HelpedView {
            chosen: known(Some(page.value("helped")), &HELPED)
                .or_else(|| known(chosen.map(Code::as_str), &HELPED)),
            text: page.typed("helped_text", "helped_text"),
            error: page.error("helped"),
            answered: last.map(|entry| self.words().moment(entry.happening.recorded_at)),
            counts: known(chosen.map(Code::as_str), &HELPED),
            after: acts::last_answer(self.case),
        }
    }

    /// Shows the proposed measures, newest first. Only the newest can be reacted to, until it is decided.
    fn proposals(&self, page: &Page<'_>) -> Vec<ProposalView> {
        let decided = self.case.taken(DECIDE_MEASURE).next_back();
        let decided = decided.map_or(0, |entry| entry.happening.sequence);
        let may_react = acts::offers(self.views.lifecycle, self.case, REACT);
        let proposals = self.case.taken(PROPOSE_MEASURE).rev();
        proposals
            .enumerate()
            .map(|(at, entry)| {
                let open = may_react && at == 0 && entry.happening.sequence > decided;
                self.proposal(entry, open, page)
            })
            .collect()
    }

    fn proposal(&self, entry: &Entry, open: bool, page: &Page<'_>) -> ProposalView {
        let words = self.words();
        let id = entry.happening.sequence.to_string();
        let mut reactions = self.case.taken(REACT).rev();
        let reaction = reactions.find(|reaction| reaction.body.reference.as_ref() == Some(&id));
        let is_typed = page.value("proposal") == id;
        let typed = known(
            Some(page.value("reaction")).filter(|_| is_typed),
            &REACTIONS,
        );
        let said = reaction.and_then(|reaction| reaction.body.choice.as_ref());
        let text_input = format!("reaction-text-{id}");
        let mut text = page.typed("reaction_text", &text_input);
        if !is_typed {
            text.value.clear();
        }
        let measure = entry.body.measure.as_ref();
        let unknown = || words.text("measure.unknown");
        let day = |day: fn(&Measure) -> jiff::civil::Date| match measure {
            Some(measure) => words.day(day(measure)),
            None => DateView {
                iso: String::new(),
                text: unknown(),
            },
        };
        ProposalView {
            title: self.measure_title(measure),
            behaviour: measure.map_or_else(
                || entry.body.text.clone().unwrap_or_else(unknown),
                |measure| measure.behaviour.clone(),
            ),
            hearing: measure.map_or_else(unknown, |measure| {
                words.text(&format!("hearing.{}", measure.hearing))
            }),
            told: measure.map_or_else(unknown, |measure| measure.informed.clone()),
            ends: day(|measure| measure.ends_on),
            review: day(|measure| measure.review_on),
            chosen: typed.or_else(|| known(said.map(Code::as_str), &REACTIONS)),
            error: page.error(&format!("reaction-{id}")),
            text,
            reacted: reaction
                .filter(|_| typed.is_none())
                .map(|reaction| words.moment(reaction.happening.recorded_at)),
            open,
            id,
        }
    }

    /// Names a measure in words where the theme has them.
    fn measure_title(&self, measure: Option<&Measure>) -> String {
        let texts = self.words().texts;
        let key = measure.map(|measure| format!("measure.kind.{}", measure.kind));
        let known = key.and_then(|key| texts.get(&key).map(str::to_owned));
        known.unwrap_or_else(|| self.words().text("measure.kind"))
    }
}

fn known(value: Option<&str>, values: &[&'static str]) -> Option<&'static str> {
    let value = value?;
    values.iter().find(|known| **known == value).copied()
}

fn lines_of(text: Option<&str>) -> Vec<String> {
    let lines = text.unwrap_or_default().lines();
    lines
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}
