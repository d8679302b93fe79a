//! The pages of forms: every kind of question, the second part, practice, submissions and paper.

use super::*;

fn blank(kind: &'static str, id: &str) -> FieldView {
    FieldView {
        hint: None,
        why: None,
        who_sees: None,
        value: String::new(),
        options: vec![],
        parts: vec![],
        autocomplete: None,
        inputmode: None,
        max_length: None,
        text_html: None,
        ..field(kind, id, None)
    }
}

fn option(value: &str, label: &str, checked: bool) -> OptionView {
    OptionView {
        value: value.to_owned(),
        id: format!("keuze-{value}"),
        label: label.to_owned(),
        hint: None,
        checked,
        apart: false,
        other: None,
    }
}

fn limits() -> FileLimitsView {
    FileLimitsView {
        kinds: "foto (.jpg, .png, .webp) of document (.pdf)".to_owned(),
        largest: "10 MB".to_owned(),
        most: 3,
        fewer: true,
        accept: ".jpg,.png,.webp,.pdf".to_owned(),
    }
}

fn file(id: &str, name: &str) -> FileView {
    FileView {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: "JPEG-foto".to_owned(),
        size: "1,2 MB".to_owned(),
        removable: false,
    }
}

/// A list of damage of two items, the second of which was just added.
fn damage(add: bool) -> FieldView {
    let item = |number: usize| GroupItemView {
        number,
        title: format!("Schade {number}"),
        fields: vec![
            FieldView {
                name: format!("damage.{number}.what"),
                label: "Wat is er kapot?".to_owned(),
                value: "\"Bril\" <3".to_owned(),
                ..blank("short_text", &format!("damage-{number}-what"))
            },
            FieldView {
                name: format!("damage.{number}.costs"),
                label: "Wat kost het ongeveer?".to_owned(),
                prefix: Some("€"),
                ..blank("money", &format!("damage-{number}-costs"))
            },
        ],
        remove: (number > 1).then(|| format!("remove:damage.{number}")),
        added: number > 1,
    };
    FieldView {
        label: "Wat is er beschadigd?".to_owned(),
        hint: Some("Vul elk ding apart in.".to_owned()),
        items: vec![item(1), item(2)],
        add: add.then(|| "add:damage".to_owned()),
        ..blank("group", "damage")
    }
}

fn evidence(full: bool) -> FieldView {
    FieldView {
        label: "Heb je foto’s of andere bestanden?".to_owned(),
        files: vec![file("a1", "<balie>.jpg"), file("a2", "dreigmail.pdf")],
        file_limits: (!full).then(limits),
        ..blank("file", "evidence")
    }
}

fn moment_of_day() -> FieldView {
    let mut question = field("approximate_date", "when", None);
    question.parts.push(PartView {
        part: "part_of_day",
        name: "when.part_of_day".to_owned(),
        id: "when-part_of_day".to_owned(),
        label: "Welk deel van de dag?".to_owned(),
        value: String::new(),
        wrong: false,
        width: 10,
        inputmode: "text",
        options: vec![
            option("", "Kies als je het nog weet", false),
            option("evening", "’s avonds", true),
        ],
    });
    question
}

fn something_else(checked: bool, typed: &str) -> FieldView {
    let mut last = option("other", "Iemand anders", checked);
    last.other = Some(OtherView {
        name: "who.other".to_owned(),
        id: "who-other".to_owned(),
        label: "Namelijk".to_owned(),
        value: typed.to_owned(),
        wrong: false,
    });
    FieldView {
        label: "Wie deed het?".to_owned(),
        options: vec![option("visitor", "Een bezoeker", !checked), last],
        ..blank("choice", "who")
    }
}

fn second_part(fields: Vec<FieldView>) -> FormPageView {
    FormPageView {
        sends: "details",
        part_title: Some("Vertel meer".to_owned()),
        files: true,
        step: 3,
        steps: 6,
        continued: true,
        returns_to_check: false,
        ..form_page(fields, false, false)
    }
}

fn sheet_field(kind: &'static str, label: &str) -> SheetFieldView {
    SheetFieldView {
        kind,
        label: label.to_owned(),
        hint: None,
        who_sees: None,
        required: false,
        when: None,
        options: vec![],
        prefix: None,
        text_html: None,
        items: vec![],
        fields: vec![],
    }
}

fn sheet() -> SheetView {
    let tick = |label: &str, other| SheetOptionView {
        label: label.to_owned(),
        hint: None,
        other,
    };
    let page = |title: &str, fields| SheetPageView {
        title: title.to_owned(),
        intro_html: None,
        fields,
    };
    let first = vec![
        SheetFieldView {
            required: true,
            hint: Some("Kruis alles aan wat past.".to_owned()),
            options: vec![
                tick("Schelden <en> vloeken", false),
                tick("Bedreigen", false),
                tick("Iets anders, namelijk", true),
            ],
            ..sheet_field("choices", "Wat is er gebeurd?")
        },
        SheetFieldView {
            options: vec![tick("Vandaag", false), tick("Gisteren", false)],
            ..sheet_field("approximate_date", "Wanneer was het?")
        },
        sheet_field("long_text", "Vertel in je eigen woorden wat er gebeurde"),
        SheetFieldView {
            when: Some("Alleen als je contact wilt.".to_owned()),
            who_sees: Some("Wie je melding oppakt.".to_owned()),
            ..sheet_field("phone", "Wat is je telefoonnummer?")
        },
    ];
    let costs = SheetFieldView {
        prefix: Some("€"),
        ..sheet_field("money", "Wat kost het ongeveer?")
    };
    let second = vec![
        SheetFieldView {
            items: vec!["Schade 1".to_owned(), "Schade 2".to_owned()],
            fields: vec![sheet_field("short_text", "Wat is er kapot?"), costs],
            ..sheet_field("group", "Wat is er beschadigd?")
        },
        sheet_field("number", "Hoeveel mensen zagen het?"),
        sheet_field("file", "Heb je foto’s?"),
        SheetFieldView {
            text_html: Some("<p>Ga weg van de plek als dat kan.</p>".to_owned()),
            ..sheet_field("stop", "Bel 112")
        },
    ];
    let part = |title: &str, page| SheetPartView {
        title: Some(title.to_owned()),
        intro_html: None,
        who_sees: Some("Wie je melding mag openen.".to_owned()),
        pages: vec![page],
    };
    SheetView {
        shell: shell(false),
        title: "Meld agressie of geweld".to_owned(),
        intro_html: Some("<p>Vervelend dat dit is gebeurd.</p>".to_owned()),
        sends: "report",
        form: link("Meld agressie of geweld", "/portaal/melden/"),
        parts: vec![
            part("Melden", page("Wat is er gebeurd?", first)),
            part("Vertel meer", page("Schade", second)),
        ],
    }
}

fn draft() -> Option<DraftView> {
    Some(DraftView {
        key: "incident.nl".to_owned(),
    })
}

fn sent() -> SentView {
    SentView {
        shell: shell(true),
        title: "Dank je wel voor je verhaal".to_owned(),
        text_html: "<p>We lezen het binnen een week.</p>".to_owned(),
        repeated: true,
        code: Some(WithdrawCodeView {
            code: ["7K3Q", "X9M2", "PD4T", "8WRB", "5HNC"]
                .map(str::to_owned)
                .to_vec(),
            href: "/portaal/verhaal/terugnemen/".to_owned(),
            address: "portaal.example/portaal/verhaal/terugnemen/".to_owned(),
            until: date(),
        }),
        draft: draft(),
    }
}

fn take_back() -> TakeBackView {
    TakeBackView {
        shell: shell(true),
        form_title: "Vertel je verhaal".to_owned(),
        action: "/portaal/verhaal/terugnemen/".to_owned(),
        hidden: vec![],
        typed: "7k3q \"x".to_owned(),
        error: None,
        wait: None,
        problem: None,
        done: false,
    }
}

#[track_caller]
fn has(html: &str, expected: &str) {
    assert!(html.contains(expected), "{expected} is not in:\n{html}");
}

#[track_caller]
fn lacks(html: &str, unwanted: &str) {
    assert!(!html.contains(unwanted), "{unwanted} is in:\n{html}");
}

#[test]
fn markup_in_answers_and_names_of_files_stays_text() {
    let mut question = something_else(true, "<script>\"'&");
    question.options[0].label = "<b>Bezoeker".to_owned();
    let fields = vec![question, damage(true), evidence(false)];
    let html = render(Template::FormPage, &second_part(fields));
    has(&html, "value=\"&lt;script&gt;&quot;&#39;&amp;\"");
    has(&html, "&lt;b&gt;Bezoeker");
    has(&html, "value=\"&quot;Bril&quot; &lt;3\"");
    has(&html, "&lt;balie&gt;.jpg");
    has(
        &render(Template::FormSheet, &sheet()),
        "Schelden &lt;en&gt; vloeken",
    );
    let refused = FormPageView {
        refused: vec!["ref: <img>".to_owned()],
        ..form_page(vec![], true, false)
    };
    has(&render(Template::FormPage, &refused), "ref: &lt;img&gt;");
}

#[test]
fn enter_goes_on_and_never_takes_something_away() {
    for field in [damage(true), evidence(false)] {
        let html = render(Template::FormPage, &second_part(vec![field]));
        let questions = html.split("class=\"form\"").nth(1).unwrap();
        let first = questions.split("name=\"go\" value=\"").nth(1).unwrap();
        assert!(first.starts_with("next\""), "{first}");
    }
}

#[test]
fn a_group_says_how_many_items_it_has_and_which_may_go() {
    let html = render(Template::FormPage, &second_part(vec![damage(true)]));
    has(&html, "name=\"damage.count\" value=\"2\"");
    has(&html, "value=\"add:damage\">Nog een toevoegen");
    lacks(&html, "remove:damage.1\"");
    has(&html, "value=\"remove:damage.2\">Haal weg<");
    has(
        &html,
        "id=\"damage-2-item\" tabindex=\"-1\" autofocus>\n<legend class=\"group-item-title\">Schade 2",
    );
    let full = render(Template::FormPage, &second_part(vec![damage(false)]));
    lacks(&full, "add:damage");
    has(&full, "Meer passen er niet bij.");
}

#[test]
fn files_that_are_there_travel_by_their_ids() {
    let html = render(Template::FormPage, &second_part(vec![evidence(false)]));
    has(&html, "enctype=\"multipart/form-data\"");
    has(
        &html,
        "<input type=\"hidden\" name=\"evidence\" value=\"a1\">",
    );
    has(&html, "name=\"go\" value=\"remove:evidence.a2\"");
    has(&html, "type=\"file\" id=\"evidence\" name=\"evidence\"");
    has(&html, "Je kunt nog 3 bestanden meesturen.");
    let full = render(Template::FormPage, &second_part(vec![evidence(true)]));
    lacks(&full, "type=\"file\"");
    has(&full, "Er passen geen bestanden meer bij.");
}

#[test]
fn what_was_typed_besides_an_option_shows_whatever_is_chosen() {
    #[track_caller]
    fn check(checked: bool, typed: &str, shown: bool) {
        let fields = vec![something_else(checked, typed)];
        let html = render(Template::FormPage, &form_page(fields, false, false));
        assert_eq!(
            html.contains("class=\"option-other option-other-shown\""),
            shown
        );
        has(&html, "<label for=\"who-other\">Namelijk</label>");
    }
    check(true, "", false);
    check(false, "een buur", true);
}

#[test]
fn a_part_of_the_day_is_chosen_and_an_amount_has_its_sign() {
    let html = render(
        Template::FormPage,
        &second_part(vec![moment_of_day(), damage(true)]),
    );
    has(
        &html,
        "<option value=\"evening\" selected>’s avonds</option>",
    );
    has(&html, "<span class=\"visually-hidden\">in euro’s</span>");
    has(
        &html,
        "<span class=\"input-prefix\" aria-hidden=\"true\">€</span>",
    );
    has(&html, "id=\"damage-1-costs\" name=\"damage.1.costs\"");
}

#[test]
fn a_stop_screen_says_whom_to_call() {
    let mut stop = blank("stop", "stop");
    stop.text_html = Some("<p>Ga weg van de plek.</p>".to_owned());
    let html = render(Template::FormPage, &form_page(vec![stop], false, true));
    has(&html, "class=\"button stop-call\" href=\"tel:112\"");
    has(&html, "href=\"tel:0880000112\"");
}

#[test]
fn the_second_part_says_so_and_promises_nothing_of_the_first() {
    let html = render(Template::FormPage, &second_part(vec![damage(true)]));
    has(&html, "<span class=\"stepper-part\">Vertel meer</span>");
    has(&html, "Stap 3 van 6, vervolg");
    has(
        &html,
        "Je gaat dan terug naar je melding, die blijft bestaan.",
    );
    // Out of it: the visit ends, or My report is shown; what was typed goes nowhere.
    has(&html, "value=\"close\">Sluit mijn melding</button>");
    has(&html, "value=\"open\">Stoppen zonder te bewaren</button>");
    // Nothing that was filled in is lost where somebody stops half-way.
    has(&html, "value=\"send\">Bewaar en stop</button>");
    has(&html, "niet de knop Terug van je browser");
    let check = CheckView {
        sends: "details",
        part_title: Some("Vertel meer".to_owned()),
        ..check_view(None)
    };
    let html = render(Template::FormCheck, &check);
    has(&html, "Toevoegen aan mijn melding</button>");
    lacks(&html, "een code en een zaaknummer");
    let first = render(Template::FormPage, &form_page(vec![], true, false));
    has(&first, "<span class=\"stepper-step\">Stap 1 van 4</span>");
    lacks(&first, "Bewaar en stop");
}

#[test]
fn a_submission_is_not_called_a_report() {
    let first = FormPageView {
        sends: "submission",
        ..form_page(vec![], true, false)
    };
    let html = render(Template::FormPage, &first);
    has(&html, "<p>Vervelend dat dit is gebeurd.</p>");
    lacks(&html, "melding");
    let check = |withdrawable| CheckView {
        sends: "submission",
        withdrawable,
        ..check_view(None)
    };
    let html = render(Template::FormCheck, &check(false));
    lacks(&html, "melding");
    lacks(&html, "code");
    let html = render(Template::FormCheck, &check(true));
    has(&html, "Daarmee kun je het later terugnemen.");
}

#[test]
fn practice_says_so_on_every_page() {
    const BANNER: &str = "Dit is een oefening.";
    for first in [true, false] {
        let page = FormPageView {
            practice: true,
            ..form_page(vec![], first, false)
        };
        has(&render(Template::FormPage, &page), BANNER);
    }
    let check = CheckView {
        practice: true,
        ..check_view(None)
    };
    let html = render(Template::FormCheck, &check);
    has(&html, BANNER);
    has(&html, "Oefening afronden</button>");
    lacks(&html, "Melding versturen");
    lacks(&html, "Je verstuurt");
    has(&html, "Stoppen met oefenen");
    let done = PractisedView {
        shell: shell(true),
        again: "/portaal/oefenen/".to_owned(),
        next_steps: vec![NextStepView {
            when: "Vandaag".to_owned(),
            what: "Iemand vraagt hoe het met je gaat.".to_owned(),
        }],
    };
    let html = render(Template::FormPractised, &done);
    has(&html, BANNER);
    has(&html, "href=\"/portaal/oefenen/\"");
    lacks(&html, "<form");
}

#[test]
fn whoever_wonders_whether_to_report_can_read_the_norm_first() {
    const LINK: &str = "Lees dan eerst <a href=\"/portaal/norm/\">Onze norm</a>.";
    let page = |sends, practice, first| FormPageView {
        sends,
        practice,
        ..form_page(vec![], first, false)
    };
    let shown = |page: &FormPageView| render(Template::FormPage, page);
    lacks(&shown(&page("report", false, false)), "Lees dan eerst");
    lacks(&shown(&page("report", true, true)), "Lees dan eerst");
    lacks(&shown(&page("submission", false, true)), "Lees dan eerst");
    let html = shown(&page("report", false, true));
    has(&html, LINK);
    // It is read before the questions.
    assert!(html.find(LINK) < html.find("<form class=\"form\""));
    let theme = theme();
    let without = SiteView {
        norm: None,
        ..site(&theme, Language::Nl)
    };
    let page = page("report", false, true);
    let html = theme
        .render(Template::FormPage, &theme.share(&without), &page)
        .unwrap();
    lacks(&html, "Lees dan eerst");
}

#[test]
fn leaving_at_once_is_a_link_where_something_is_told() {
    const LINK: &str = "href=\"https://weer.example/?q=a&amp;b\" rel=\"nofollow noreferrer\"";
    let form = render(Template::FormPage, &form_page(vec![], true, false));
    assert!(form.find("#inhoud") < form.find(LINK), "{form}");
    assert!(form.find(LINK) < form.find("<header"), "{form}");
    has(
        &form,
        "data-exit-scriptless>Drukt iemand daarna op de knop Terug?",
    );
    has(&form, "data-home=\"/portaal/\"");
    lacks(&form, "target=");
    let content = render(Template::Page, &content("page"));
    lacks(&content, "weer.example");
    let theme = theme();
    let quiet = SiteView {
        exit: None,
        ..site(&theme, Language::Nl)
    };
    let page = form_page(vec![], true, false);
    let html = theme
        .render(Template::FormPage, &theme.share(&quiet), &page)
        .unwrap();
    lacks(&html, "data-exit");
    lacks(&html, "Snel weg?");
}

#[test]
fn a_draft_stays_on_the_device_only_where_it_may() {
    let page = |first, draft| {
        let page = FormPageView {
            draft,
            ..form_page(vec![], first, false)
        };
        render(Template::FormPage, &page)
    };
    lacks(&page(true, None), "data-draft");
    let html = page(true, draft());
    has(
        &html,
        "method=\"post\" data-draft=\"incident.nl\" novalidate",
    );
    has(&html, "hidden data-draft-offer");
    has(
        &html,
        "Doe dit niet op een computer of telefoon die anderen ook gebruiken.",
    );
    let later = page(false, draft());
    lacks(&later, "data-draft-offer");
    has(&later, "hidden data-draft-kept");
    let stored = ConfirmationView {
        draft: draft(),
        ..confirmation(false, false)
    };
    has(
        &render(Template::FormConfirmation, &stored),
        "data-draft-sent=\"incident.nl\"",
    );
    has(
        &render(Template::FormSent, &sent()),
        "data-draft-sent=\"incident.nl\"",
    );
}

#[test]
fn a_long_text_is_counted_only_where_it_has_an_end() {
    let page = |max_length| {
        let field = FieldView {
            counter: true,
            max_length,
            ..blank("long_text", "story")
        };
        render(Template::FormPage, &form_page(vec![field], false, true))
    };
    let html = page(Some(2000));
    has(&html, "data-count=\"story\" data-most=\"2000\"");
    has(
        &html,
        "data-left-other=\"Je hebt nog {count} tekens over.\"",
    );
    lacks(&page(None), "data-count");
}

#[test]
fn the_second_part_is_offered_with_the_code_in_the_body_of_a_form() {
    let offered = render(Template::FormConfirmation, &confirmation(false, false));
    has(&offered, "name=\"go\" value=\"details\"");
    has(&offered, "Wil je nu meteen meer vertellen?");
    let not_now = render(Template::FormConfirmation, &confirmation(true, true));
    lacks(&not_now, "value=\"details\"");
}

#[test]
fn the_code_of_a_colleague_is_given_away() {
    let of_colleague = ConfirmationView {
        for_colleague: true,
        ..confirmation(false, false)
    };
    let html = render(Template::FormConfirmation, &of_colleague);
    for expected in [
        "De code van je collega",
        "Geef hem alleen aan je collega en houd zelf niets.",
        "Heeft je collega de code?",
        "Geef eerst de code aan je collega.",
        "name=\"for\" value=\"colleague\"",
    ] {
        has(&html, expected);
    }
    for unwanted in ["Je code<", "ik heb de code bewaard", "met je code"] {
        lacks(&html, unwanted);
    }
    let own = render(Template::FormConfirmation, &confirmation(false, false));
    lacks(&own, "collega");
    lacks(&own, "name=\"for\"");
}

#[test]
fn the_code_comes_before_everything_that_can_wait() {
    let html = render(Template::FormConfirmation, &confirmation(false, false));
    let places = ["bewijs", "bewaard", "hoe-nu-verder", "vervolg", "hulp"]
        .map(|id| html.find(&format!("<h2 id=\"{id}\">")));
    assert!(
        places.is_sorted() && places[0].is_some(),
        "{places:?}\n{html}"
    );
}

#[test]
fn a_page_says_what_was_sent_only_where_something_can_be() {
    const NOTICE: &str = "hidden data-sent-notice";
    let page = |sends, practice| FormPageView {
        sends,
        practice,
        ..form_page(vec![], true, false)
    };
    let html = |sends, practice| render(Template::FormPage, &page(sends, practice));
    has(&html("report", false), NOTICE);
    has(&html("submission", false), "Dit is al verstuurd.");
    lacks(&html("report", true), NOTICE);
    lacks(&render(Template::FormPage, &second_part(vec![])), NOTICE);
    let sent = render(Template::FormSent, &sent());
    has(&sent, "data-sent");
    let stored = render(Template::FormConfirmation, &confirmation(false, false));
    has(&stored, "data-sent");
    // With Back this page is there after sending too.
    let check = render(Template::FormCheck, &check_view(None));
    lacks(&check, "nog niet verstuurd");
    has(&check, "Kreeg je al een code? Dan is je melding binnen.");
}

#[test]
fn only_a_report_promises_what_holds_for_a_report() {
    const PROMISES: [&str; 3] = ["verzegeld", "dezelfde dag", "Liever bellen?"];
    let page = |sends, practice| FormPageView {
        sends,
        practice,
        ..form_page(vec![], true, false)
    };
    let report = render(Template::FormPage, &page("report", false));
    for (sends, practice) in [("submission", false), ("report", true)] {
        let html = render(Template::FormPage, &page(sends, practice));
        for promise in PROMISES {
            has(&report, promise);
            lacks(&html, promise);
        }
    }
}

#[test]
fn parts_of_a_date_stand_with_the_choice_that_needs_them() {
    let mut question = moment_of_day();
    question.options = ["today", "date", "about"]
        .map(|value| option(value, value, false))
        .to_vec();
    question.parts.retain(|part| part.part != "month");
    let day = question.parts.iter_mut().find(|part| part.part == "day");
    day.unwrap().value = "31".to_owned();
    let html = render(Template::FormPage, &form_page(vec![question], false, true));
    let at = |text: &str| {
        html.find(text)
            .unwrap_or_else(|| panic!("no {text}: {html}"))
    };
    // Something typed shows, whatever is chosen.
    assert!(at("value=\"date\"") < at("option-other date-parts option-other-shown"));
    assert!(at("date-part-day") < at("value=\"about\""), "{html}");
    assert!(
        at("value=\"about\"") < at("date-part-part-of-day"),
        "{html}"
    );
}

#[test]
fn a_submission_gives_its_code_once_and_takes_it_back() {
    let html = render(Template::FormSent, &sent());
    has(&html, "<span>7K3Q-</span><wbr>");
    has(&html, "22 november 2026");
    let plain = SentView {
        code: None,
        ..sent()
    };
    lacks(&render(Template::FormSent, &plain), "receipt");

    let html = render(Template::FormTakeBack, &take_back());
    has(&html, "value=\"7k3q &quot;x\"");
    for error in ["empty", "wrong"] {
        let wrong = TakeBackView {
            error: Some(error),
            ..take_back()
        };
        let html = render(Template::FormTakeBack, &wrong);
        has(&html, "<a href=\"#code\">");
        has(&html, "aria-invalid=\"true\"");
    }
    let later = TakeBackView {
        wait: Some(30),
        ..take_back()
    };
    has(&render(Template::FormTakeBack, &later), "Over 30 seconden");
    let failed = TakeBackView {
        problem: Some("not_stored"),
        ..take_back()
    };
    has(
        &render(Template::FormTakeBack, &failed),
        "Wat je stuurde, staat er nog.",
    );
    let done = TakeBackView {
        done: true,
        ..take_back()
    };
    let html = render(Template::FormTakeBack, &done);
    has(&html, "Het is gewist");
    lacks(&html, "<form");
}

#[test]
fn a_sheet_has_room_for_every_answer_and_says_what_depends_on_what() {
    let html = render(Template::FormSheet, &sheet());
    for expected in [
        "Alleen als je contact wilt.",
        "<p class=\"sheet-item-title\"><strong>Schade 2</strong></p>",
        "Doe een kopie of afdruk bij dit papier.",
        "Geef dit papier zelf aan iemand van Gemeente Voorbeeldstad",
        "sheet-line-short",
        "<h2>Vertel meer</h2>",
        "<strong>Wie ziet dit?</strong> Wie je melding mag openen.",
    ] {
        has(&html, expected);
    }
    // Above it stands the search field of every page.
    let (_, sheet_itself) = html.split_once("<main").unwrap();
    lacks(sheet_itself, "<form");
    lacks(sheet_itself, "<input");
    let single = SheetView {
        sends: "submission",
        parts: sheet()
            .parts
            .into_iter()
            .take(1)
            .map(|part| SheetPartView {
                title: None,
                ..part
            })
            .collect(),
        ..sheet()
    };
    lacks(&render(Template::FormSheet, &single), "je melding volgen");
}
