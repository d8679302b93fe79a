//! What a page of My report sends, and what it means for the case.
//!
//! A page carries one key, and can send several acts with it. The key of an act derives from that key
//! and everything that is said with it: sent twice it is one act, changed and sent again it is two.

use super::upload::Arrived;
use crate::receiver::words::Words;
use crate::report::acts::{Act, DECIDE_REGISTRATION, OpenedCase};
use crate::report::case::{Case, each_once};
use crate::report::event::{Actor, Body};
use crate::report::ids::{Code, SubmissionKey};
use crate::report::lifecycle::{Lifecycle, Refused};

/// Characters of a text: about four pages. More is better told, or sent as a file.
pub(super) const MOST_CHARACTERS: usize = 10_000;

/// The action of a message.
pub(super) const SEND_MESSAGE: &str = "send_message";

/// The action of a text that is added to the report.
pub(super) const AMEND_REPORT: &str = "amend_report";

/// The action of files that are added to the report.
pub(super) const ADD_FILES: &str = "add_files";

/// The action of what the reporter says of a proposed measure.
pub(super) const REACT: &str = "react_to_measure";

/// The action of the answer to "Ben je geholpen?".
pub(super) const ANSWER_HELP: &str = "answer_help";

/// The action of asking to reopen.
pub(super) const ASK_REOPEN: &str = "ask_reopen";

/// The action of withdrawing.
pub(super) const WITHDRAW: &str = "withdraw";

/// The track of registration, and its step after which others have the report.
const REGISTRATION: (&str, &str) = ("registration", "transferred");

/// The choices about registration, as pages send them.
pub(super) const DECISIONS: [&str; 5] = [
    "register_named",
    "register_unnamed",
    "count_only",
    "not_register",
    "later",
];

/// What a reporter can think of a proposed measure.
pub(super) const REACTIONS: [&str; 3] = ["agree", "disagree", "no_opinion"];

/// The answers to "Ben je geholpen?".
pub(super) const HELPED: [&str; 2] = ["yes", "no"];

/// The field that says what the unsent fields of an entry page were for.
const UNSENT: &str = "unsent";

/// The fields besides own words that an act is made of.
const TYPED: [&str; 5] = ["key", "decision", "proposal", "reaction", "helped"];

/// What a page sent.
#[derive(Clone, Default)]
pub(super) struct Posted {
    /// The fields, in order.
    pub(super) fields: Vec<(String, String)>,
}

/// What the button that was pressed asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// My report.
    Open,
    /// The receipt as a file.
    SaveCode,
    /// The page after the receipt was kept.
    Kept,
    /// The end of the visit.
    Close,
    /// The question whether to withdraw.
    AskWithdraw,
    /// The second part of the form.
    Details,
    /// A file of the report.
    File(String),
    /// A file of the report taken away.
    RemoveFile(String),
    /// Something is done.
    Do(Doing),
}

/// Something that a reporter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Message,
    Add,
    Decide,
    React,
    Helped,
    Reopen,
    Withdraw,
}

/// Something that is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The id of the input that it is about.
    pub(super) input: String,
    /// What to do.
    pub(super) text: String,
}

/// An act that is ready but for its files.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What is told when it is done: `follow.done.<done>`.
    pub(super) done: &'static str,
    doing: Doing,
    /// The action where no files come along.
    action: Option<&'static str>,
    body: Body,
    /// By which it is known when it is sent again. Files alone are known by their contents.
    key: Option<SubmissionKey>,
}

impl Posted {
    /// Returns the value of a field; empty where there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Returns the text of a field, with line ends as they are stored.
    fn text(&self, name: &str) -> String {
        let text = self.value(name).replace("\r\n", "\n").replace('\r', "\n");
        text.trim_end().to_owned()
    }

    /// Returns what the pressed button asks for. In a form with files the button comes after them, so
    /// the text above them says which form it is.
    pub(super) fn wish(&self) -> Wish {
        match self.value("go") {
            "save_code" => Wish::SaveCode,
            "kept" => Wish::Kept,
            "close" => Wish::Close,
            "withdraw" => Wish::AskWithdraw,
            "details" => Wish::Details,
            go => match (Doing::of(go), go.split_once(':')) {
                (Some(doing), _) => Wish::Do(doing),
                (None, Some(("file", id))) => Wish::File(id.to_owned()),
                (None, Some(("remove_file", id))) => Wish::RemoveFile(id.to_owned()),
                (None, _) => Wish::Open,
            },
        }
    }

    /// Returns what was to be done, where it is more than looking.
    fn doing(&self) -> Option<Doing> {
        match self.wish() {
            Wish::Do(doing) => Some(doing),
            // The button of a form with files comes after them.
            Wish::Open if self.value("go").is_empty() && !self.value("key").is_empty() => {
                Some(self.doing_with_files())
            }
            _ => None,
        }
    }

    /// Returns what a form with files does.
    pub(super) fn doing_with_files(&self) -> Doing {
        let adds = self.fields.iter().any(|(name, _)| name == "addition");
        if adds { Doing::Add } else { Doing::Message }
    }

    /// Returns what the entry page carries on of a page whose report could not be shown, because the visit
    /// had ended or a code was wrong: what was typed, and what it was for.
    pub(super) fn unsent(&self) -> Vec<(String, String)> {
        if self.is_of_details() {
            return self.unsent_details();
        }
        let Some(doing) = self.unsent_doing().or(self.doing()) else {
            return Vec::new();
        };
        let kept = |name: &str| TYPED.contains(&name) || name == doing.text_field();
        let fields = self.fields.iter();
        let mut fields: Vec<_> = fields.filter(|(name, _)| kept(name)).cloned().collect();
        fields.push((UNSENT.to_owned(), doing.go().to_owned()));
        fields
    }

    /// Returns what was to be done before the code was asked for again.
    pub(super) fn unsent_doing(&self) -> Option<Doing> {
        Doing::of(self.value(UNSENT))
    }

    /// Returns the own words that came with an act, whichever field they stand in.
    pub(super) fn words(&self, doing: Doing) -> &str {
        self.value(doing.text_field())
    }
}

impl Doing {
    /// Reads the value of a button that does something.
    fn of(go: &str) -> Option<Doing> {
        Some(match go {
            "message" => Doing::Message,
            "add" => Doing::Add,
            "decide" => Doing::Decide,
            "react" => Doing::React,
            "helped" => Doing::Helped,
            "reopen" => Doing::Reopen,
            "withdraw_confirmed" => Doing::Withdraw,
            _ => return None,
        })
    }

    fn go(self) -> &'static str {
        match self {
            Doing::Message => "message",
            Doing::Add => "add",
            Doing::Decide => "decide",
            Doing::React => "react",
            Doing::Helped => "helped",
            Doing::Reopen => "reopen",
            Doing::Withdraw => "withdraw_confirmed",
        }
    }

    /// Returns the field of own words.
    pub(super) fn text_field(self) -> &'static str {
        match self {
            Doing::Message | Doing::Decide => "message",
            Doing::Add => "addition",
            Doing::React => "reaction_text",
            Doing::Helped => "helped_text",
            Doing::Reopen => "reopen_text",
            Doing::Withdraw => "withdraw_text",
        }
    }
}

/// Returns the number of the last answer to "Ben je geholpen?"; 0 where there is none.
pub(super) fn last_answer(case: &Case) -> u32 {
    let last = case.taken(ANSWER_HELP).next_back();
    last.map_or(0, |entry| entry.happening.sequence)
}

/// Returns whether "Ben je geholpen?" was answered after the page was made that answers it now.
pub(super) fn is_answered_since(posted: &Posted, case: &Case) -> bool {
    let known = posted.value("helped_after").parse::<u32>();
    known.is_ok_and(|known| known < last_answer(case))
}

/// Returns whether others have the report, so that a choice about registration is a request.
pub(super) fn is_handed_over(case: &Case) -> bool {
    let (track, step) = REGISTRATION;
    let last = case.cover.progress.last_step(track);
    last.is_some_and(|last| last.as_str() == step)
}

/// Makes the act that a page asks for.
///
/// # Errors
///
/// Says what is wrong with the fields.
pub(super) fn plan(
    posted: &Posted,
    doing: Doing,
    key: SubmissionKey,
    opened: &OpenedCase,
    words: Words<'_>,
) -> Result<Plan, Vec<Mistake>> {
    let proposal = posted.value("proposal");
    let text_input = match doing {
        Doing::React => format!("reaction-text-{proposal}"),
        _ => doing.text_field().to_owned(),
    };
    let text = match doing {
        Doing::Decide => String::new(),
        _ => posted.text(doing.text_field()),
    };
    let mut mistakes: Vec<Mistake> = text_mistake(&text, words)
        .map(|text| Mistake {
            input: text_input.clone(),
            text,
        })
        .into_iter()
        .collect();
    let mut wrong = |input: String, key: &str| {
        mistakes.push(Mistake {
            input,
            text: words.text(key),
        });
    };
    let choice = match doing {
        Doing::Decide => chosen(posted.value("decision"), &DECISIONS),
        Doing::React => chosen(posted.value("reaction"), &REACTIONS),
        Doing::Helped => chosen(posted.value("helped"), &HELPED),
        _ => None,
    };
    match doing {
        Doing::Decide if choice.is_none() => wrong("decision".into(), "follow.wrong.decision"),
        Doing::React if choice.is_none() => {
            wrong(format!("reaction-{proposal}"), "follow.wrong.reaction");
        }
        Doing::Helped if choice.is_none() => wrong("helped".into(), "follow.wrong.helped"),
        Doing::Helped if choice == Some("no") && text.is_empty() => {
            wrong("helped_text".into(), "follow.wrong.helped_text");
        }
        Doing::Reopen if text.is_empty() => wrong("reopen_text".into(), "follow.wrong.reopen"),
        _ => {}
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let requested = doing == Doing::Decide && is_handed_over(&opened.case);
    let mut parts = vec![doing.text_field(), text.as_str(), proposal];
    parts.extend(choice);
    let key = key.of_act(&parts);
    let (action, done) = match doing {
        Doing::Message => (SEND_MESSAGE, "message"),
        Doing::Add => (AMEND_REPORT, "add"),
        Doing::Decide if requested => (SEND_MESSAGE, "decide_request"),
        Doing::Decide => (DECIDE_REGISTRATION, "decide"),
        Doing::React => (REACT, "react"),
        Doing::Helped => (ANSWER_HELP, "helped"),
        Doing::Reopen => (ASK_REOPEN, "reopen"),
        Doing::Withdraw => (WITHDRAW, "withdraw"),
    };
    let needs_text = matches!(doing, Doing::Message | Doing::Add);
    let action = (!needs_text || !text.is_empty()).then_some(action);
    let body = if requested {
        let wanted = words.text(&format!("decision.{}", choice.unwrap_or_default()));
        Body {
            text: Some(
                words
                    .texts
                    .text("decision.request_text", &[("choice", &wanted)]),
            ),
            ..Body::default()
        }
    } else {
        Body {
            text: (!text.is_empty()).then_some(text),
            choice: choice.and_then(|choice| choice.parse().ok()),
            reference: (doing == Doing::React).then(|| proposal.to_owned()),
            ..Body::default()
        }
    };
    Ok(Plan {
        done,
        doing,
        action,
        body,
        key: Some(key),
    })
}

fn chosen<'a>(value: &str, known: &[&'a str]) -> Option<&'a str> {
    known.iter().find(|known| **known == value).copied()
}

fn text_mistake(text: &str, words: Words<'_>) -> Option<String> {
    let length = text.chars().count();
    if length > MOST_CHARACTERS {
        let (most, length) = (MOST_CHARACTERS.to_string(), length.to_string());
        let arguments = [("most", most.as_str()), ("length", length.as_str())];
        return Some(words.texts.text("answer.too_long", &arguments));
    }
    let is_kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    (!text.chars().all(is_kept)).then(|| words.text("answer.control_character"))
}

impl Plan {
    /// Returns the plan for files of the second part of the form. A page of it is sent with other files
    /// under the same key, after going back.
    pub(super) fn of_evidence() -> Plan {
        Plan {
            done: "add",
            doing: Doing::Add,
            action: None,
            body: Body::default(),
            key: None,
        }
    }

    /// Returns the act with its files, or nothing where nothing is said and no file is left. To files of
    /// the second part those that the report had already add nothing.
    pub(super) fn act(self, mut files: Vec<Arrived>) -> Option<Act> {
        if self.key.is_none() {
            files.retain(|file| file.stored.is_some());
        }
        let action = match (self.action, self.doing) {
            (Some(SEND_MESSAGE), _) => SEND_MESSAGE,
            (_, Doing::Message | Doing::Add) if !files.is_empty() => ADD_FILES,
            (action, _) => action?,
        };
        let notes = each_once(files.iter().map(|file| &file.note));
        let notes = notes.into_iter().cloned().collect();
        let files = files.into_iter().filter_map(|file| file.stored).collect();
        Some(Act {
            action: action.parse().ok()?,
            actor: Actor::REPORTER,
            body: Body {
                files: notes,
                ..self.body
            },
            files,
            submission_key: self.key,
        })
    }

    /// Returns whether this was done before.
    pub(super) fn is_done_in(&self, case: &Case) -> bool {
        self.key
            .is_some_and(|key| case.cover.acts.contains_key(&key.digest()))
    }

    /// Returns whether something is said, so that there is an act without files.
    pub(super) fn says_something(&self) -> bool {
        self.action.is_some()
    }

    /// Returns what is wrong where nothing was said and no file was sent.
    pub(super) fn nothing_said(&self, words: Words<'_>) -> Mistake {
        let (input, key) = match self.doing {
            Doing::Add => ("addition", "follow.wrong.addition"),
            _ => ("message", "follow.wrong.message"),
        };
        Mistake {
            input: input.to_owned(),
            text: words.text(key),
        }
    }
}

/// Returns what the life cycle offers the reporter of a case.
pub(super) fn offers(lifecycle: &Lifecycle, case: &Case, action: &str) -> bool {
    let offered = lifecycle.offered(Actor::REPORTER.role, &case.cover.progress);
    offered.iter().any(|known| known.name.as_str() == action)
}

/// Returns the reason of a refusal, for `follow.problem.<reason>`. A page offers only what can be done,
/// so a refusal means that the case has changed since, or that the page was not ours.
pub(super) fn refusal(refused: &Refused) -> &'static str {
    match refused {
        Refused::TextMissing | Refused::Incomplete { .. } | Refused::HearingReasonMissing => {
            "incomplete"
        }
        Refused::ChoiceMissing | Refused::UnknownChoice => "choice",
        Refused::NotNow { .. } | Refused::NotYet { .. } => "not_now",
        Refused::NotYours { .. }
        | Refused::RegistrationNotYours
        | Refused::UnknownAction
        | Refused::CareStays
        | Refused::CannotClose { .. }
        | Refused::NotDecided
        | Refused::EndInPast
        | Refused::ReviewInPast
        | Refused::ReviewAfterEnd => "not_possible",
    }
}

/// Reads a code that a page sent.
pub(super) fn code(text: &str) -> Option<Code> {
    text.parse().ok()
}
