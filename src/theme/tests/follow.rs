//! The pages around My report render in each of their states.

use super::*;

fn moment() -> DateView {
    DateView {
        iso: "2026-11-22T14:05:00Z".to_owned(),
        text: "zondag 22 november 2026, 15:05 uur".to_owned(),
    }
}

fn typed(value: &str, error: Option<&str>) -> TypedView {
    TypedView {
        value: value.to_owned(),
        max_length: 4000,
        error: error.map(str::to_owned),
    }
}

fn file(id: &str) -> FileView {
    FileView {
        id: id.to_owned(),
        name: "dreigmail van maandag.eml".to_owned(),
        kind: "E-mail".to_owned(),
        size: "14 kB".to_owned(),
        removable: false,
    }
}

fn error_link(href: &str, text: &str) -> ErrorLinkView {
    ErrorLinkView {
        href: href.to_owned(),
        text: text.to_owned(),
    }
}

fn hidden() -> Vec<HiddenView> {
    [("code", "7K3Q-X9M2-PD4T-8WRB-5HNC"), ("key", "00ff")]
        .map(|(name, value)| HiddenView {
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .to_vec()
}

fn timeline() -> Vec<TimelineEntryView> {
    [
        ("Je hebt gemeld", "done"),
        ("Geopend door coördinator Kim de Boer", "current"),
        ("Gesprek over wat je nodig hebt", "coming"),
    ]
    .map(|(title, progress)| TimelineEntryView {
        title: title.to_owned(),
        lines: vec!["Kim heeft je melding opgepakt.".to_owned()],
        date: moment(),
        progress,
    })
    .to_vec()
}

fn messages() -> Vec<MessageView> {
    let message = |own, from: &str, files| MessageView {
        own,
        from: from.to_owned(),
        date: moment(),
        lines: vec!["Ik bel je morgen.".to_owned(), "Tot dan <3".to_owned()],
        files,
    };
    vec![
        message(true, "", vec![file("b1")]),
        message(false, "Coördinator Kim de Boer", vec![]),
    ]
}

fn proposal(id: &str, chosen: Option<&'static str>, error: Option<&str>) -> ProposalView {
    ProposalView {
        id: id.to_owned(),
        title: "Waarschuwingsbrief".to_owned(),
        behaviour: "Dreigen aan de balie op 20 november.".to_owned(),
        hearing: "Gehoord op 23 november.".to_owned(),
        told: "Met een brief.".to_owned(),
        ends: date(),
        review: date(),
        chosen,
        text: typed("", None),
        error: error.map(str::to_owned),
        reacted: chosen.map(|_| moment()),
        open: chosen.is_none(),
    }
}

/// A report as it is just after it came in.
fn fresh() -> FollowView {
    FollowView {
        shell: shell(true),
        action: "/portaal/melden/volgen/".to_owned(),
        hidden: hidden(),
        case_number: "7K3QX-9M2PD".to_owned(),
        received: moment(),
        done: None,
        problem: None,
        errors: vec![],
        refused: vec![],
        kept: vec![],
        files_full: false,
        state: StateView {
            title: "Gemeld".to_owned(),
            text: "Je melding is binnen. Nog niemand heeft hem gelezen.".to_owned(),
            handler: None,
            next: vec![NextStepView {
                when: "Uiterlijk maandag 23 november".to_owned(),
                what: "Je hoort wie je melding oppakt.".to_owned(),
            }],
            ended: false,
        },
        timeline: timeline(),
        access: vec![],
        messages: vec![],
        message: Some(typed("", None)),
        answers: vec![
            AnswerView {
                label: "Wat er gebeurde".to_owned(),
                lines: vec!["Schelden".to_owned(), "Dreigen".to_owned()],
            },
            AnswerView {
                label: "Jouw verhaal".to_owned(),
                lines: vec![],
            },
        ],
        files: vec![],
        addition: Some(typed("", None)),
        file_limits: Some(FileLimitsView {
            kinds: "foto (JPEG, PNG of WebP), pdf, tekst, e-mail (.eml) of geluid".to_owned(),
            largest: "10 MB".to_owned(),
            most: 5,
            fewer: true,
            accept: ".jpg,.png".to_owned(),
        }),
        decision: Some(DecisionView {
            current: None,
            chosen: None,
            handed_over: false,
            error: None,
        }),
        details: Some(DetailsOfferView {
            title: "Registreren".to_owned(),
            given: None,
        }),
        proposals: vec![],
        helped: None,
        reopen: None,
        may_withdraw: true,
    }
}

/// A report on which everything happens at once, and everything that was just sent is wrong.
fn busy() -> FollowView {
    FollowView {
        errors: vec![
            error_link("#message", "Schrijf je bericht."),
            error_link("#reaction-m1", "Kies wat je ervan vindt."),
            error_link("#decision", "Kies een van de vijf antwoorden."),
        ],
        refused: vec![RefusedFileView {
            name: "film.mov".to_owned(),
            reason: "Dit soort bestand kunnen we niet aannemen.".to_owned(),
        }],
        access: vec![AccessView {
            who: "Coördinator Kim de Boer".to_owned(),
            times: vec![moment(), moment()],
        }],
        messages: messages(),
        message: Some(typed("\n  Wat ik typte", Some("Schrijf je bericht."))),
        files: vec![file("a1")],
        decision: Some(DecisionView {
            current: Some("later"),
            chosen: None,
            handed_over: true,
            error: Some("Kies een van de vijf antwoorden.".to_owned()),
        }),
        proposals: vec![
            proposal("m1", None, Some("Kies wat je ervan vindt.")),
            proposal("m0", Some("agree"), None),
        ],
        ..fresh()
    }
}

fn closed() -> FollowView {
    FollowView {
        done: Some("helped"),
        message: None,
        addition: None,
        file_limits: None,
        decision: None,
        details: None,
        helped: Some(HelpedView {
            chosen: Some("no"),
            text: typed("Ik heb niets meer gehoord.", None),
            error: None,
            answered: Some(moment()),
            counts: Some("no"),
            after: 7,
        }),
        may_withdraw: false,
        ..fresh()
    }
}

fn entry(
    error: Option<&'static str>,
    wait: Option<u64>,
    ended: Option<&'static str>,
) -> FollowEntryView {
    FollowEntryView {
        shell: shell(false),
        action: "/portaal/melden/volgen/".to_owned(),
        typed: "7k3q \"x9m2".to_owned(),
        hidden: hidden(),
        error,
        wait,
        ended,
    }
}

fn withdraw(problem: Option<&'static str>, error: Option<&str>) -> WithdrawView {
    WithdrawView {
        shell: shell(true),
        action: "/portaal/melden/volgen/".to_owned(),
        hidden: hidden(),
        case_number: "7K3QX-9M2PD".to_owned(),
        text: typed("Daarom", error),
        problem,
        errors: error
            .map(|text| error_link("#withdraw_text", text))
            .into_iter()
            .collect(),
    }
}

#[test]
fn every_state_renders_sound_html_in_both_languages() {
    render(
        Template::FormKept,
        &KeptView {
            shell: shell(true),
            draft: None,
        },
    );
    render(Template::FollowEntry, &entry(None, None, None));
    for error in ["wrong", "empty"] {
        render(Template::FollowEntry, &entry(Some(error), None, None));
    }
    render(Template::FollowEntry, &entry(None, Some(1), None));
    for ended in ["closed", "left"] {
        render(Template::FollowEntry, &entry(None, None, Some(ended)));
    }
    render(Template::Follow, &fresh());
    render(Template::Follow, &busy());
    render(Template::Follow, &closed());
    render(Template::FollowWithdraw, &withdraw(None, None));
    render(
        Template::FollowWithdraw,
        &withdraw(None, Some("Maak je tekst korter.")),
    );
    for problem in ["not_stored", "unsure", "no_space"] {
        let problem = Some(problem);
        render(Template::Follow, &FollowView { problem, ..busy() });
        render(Template::FollowWithdraw, &withdraw(problem, None));
    }
    for done in [
        "message",
        "add",
        "decide",
        "decide_request",
        "details",
        "react",
        "helped",
        "reopen",
        "withdraw",
    ] {
        let done = Some(done);
        render(Template::Follow, &FollowView { done, ..fresh() });
    }
    for reason in ["damaged", "erased"] {
        let view = FollowClosedView {
            shell: shell(true),
            reason,
            case_number: "7K3QX-9M2PD".to_owned(),
        };
        render(Template::FollowClosed, &view);
    }
}

#[test]
fn one_part_takes_the_focus_when_the_page_opens() {
    #[track_caller]
    fn check(view: &FollowView, focused: &str) {
        let html = render(Template::Follow, view);
        let parts: Vec<&str> = html
            .split('<')
            .filter(|tag| tag.contains(" autofocus"))
            .collect();
        assert_eq!(parts.len(), 1, "{parts:?}");
        assert!(parts[0].contains(focused), "{parts:?}");
    }
    let done = Some("message");
    let problem = Some("unsure");
    let refused = busy().refused;
    check(&FollowView { done, ..fresh() }, "class=\"done-notice\"");
    check(
        &FollowView {
            done,
            refused,
            ..fresh()
        },
        "aria-labelledby=\"geweigerd\"",
    );
    check(&busy(), "class=\"error-summary\"");
    check(
        &FollowView { problem, ..busy() },
        "aria-labelledby=\"probleem\"",
    );
}

#[test]
fn the_code_travels_in_hidden_fields_only() {
    let html = render(Template::Follow, &busy());
    let carried = "<input type=\"hidden\" name=\"code\" value=\"7K3Q-X9M2-PD4T-8WRB-5HNC\">";
    assert_eq!(
        html.matches("7K3Q-X9M2").count(),
        html.matches(carried).count()
    );
    // The two that close the visit send nothing of the report.
    let forms: Vec<&str> = html.split("<form").skip(1).collect();
    let closing = forms.iter().filter(|form| form.contains("value=\"close\""));
    assert_eq!(closing.count(), 2);
    assert_eq!(forms.len() - 2, html.matches(carried).count());
}

#[test]
fn the_code_is_let_go_of_with_the_question_whether_it_is_kept() {
    let html = render(Template::FormConfirmation, &confirmation(false, false));
    let (_, kept) = html.split_once("class=\"kept-question\"").unwrap();
    // So that the form, sent again, shows it no more.
    assert!(
        kept.contains("name=\"code\" value=\"7K3Q-X9M2-PD4T-8WRB-5HNC\""),
        "{kept}"
    );
}

#[test]
fn what_may_not_be_done_is_not_offered() {
    #[track_caller]
    fn check(view: &FollowView, acts: &[&str]) {
        let html = render(Template::Follow, view);
        let offered: Vec<&str> = html
            .split("name=\"go\" value=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|act| *act != "close")
            .collect();
        assert_eq!(offered, acts);
    }
    check(
        &fresh(),
        &["message", "decide", "details", "add", "withdraw"],
    );
    check(&closed(), &["helped"]);
    let reopen = Some(typed("", None));
    let helped = None;
    let quiet = FollowView {
        helped,
        reopen,
        ..closed()
    };
    check(&quiet, &["reopen"]);
    check(
        &busy(),
        &[
            "react", "file:b1", "message", "decide", "details", "file:a1", "add", "withdraw",
        ],
    );
}

#[test]
fn the_choice_that_was_sent_stays_chosen() {
    let html = render(Template::Follow, &closed());
    assert!(html.contains("name=\"helped\" value=\"no\" checked"));
    assert!(html.contains(">\nIk heb niets meer gehoord.</textarea>"));
    let busy = render(Template::Follow, &busy());
    assert!(busy.contains(">\n&#10;  Wat ik typte</textarea>"));
}
