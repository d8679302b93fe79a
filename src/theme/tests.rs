use serde_json::{Value, json};

use super::view::history::{ChangeView, EarlierVersionView, SupersededView};
use super::view::path::{PathStepView, PathStopView, PathView};
use super::view::*;
use super::*;

mod components;
mod follow;
mod forms;
mod html;

fn theme() -> Theme {
    let (theme, diagnostics) = Theme::load(&ThemeFiles::shipped(), "/portaal/");
    assert_eq!(diagnostics, []);
    theme.unwrap()
}

fn link(label: &str, href: &str) -> Link {
    Link {
        label: label.to_owned(),
        href: href.to_owned(),
    }
}

fn site(theme: &Theme, lang: Language) -> SiteView {
    SiteView {
        title: "Veilig & werken".to_owned(),
        organisation: "Gemeente Voorbeeldstad".to_owned(),
        lang,
        home: "/portaal/".to_owned(),
        navigation: vec![
            link("Onze norm", "/portaal/norm/"),
            link("Contact", "/portaal/contact/"),
        ],
        report: Some(link("Melden", "/portaal/melden/")),
        follow: Some(link("Melding volgen", "/portaal/melden/volgen/")),
        norm: Some(link("Onze norm", "/portaal/norm/")),
        after_care: Some(link("Opvang en nazorg", "/portaal/opvang/")),
        emergency: EmergencyView {
            public: "112".to_owned(),
            internal: Some("088 000 01 12".to_owned()),
            internal_dial: Some("0880000112".to_owned()),
        },
        register: Some(RegisterView {
            name: "GIR".to_owned(),
            url: None,
        }),
        contacts: vec![ContactView {
            name: "Kim de Boer".to_owned(),
            function: "Coördinator".to_owned(),
            about: Some("Vragen over melden.".to_owned()),
            phone: Some("088 000 01 01".to_owned()),
            phone_dial: Some("0880000101".to_owned()),
            email: Some("kim@voorbeeldstad.example".to_owned()),
            hours: Some("Op werkdagen".to_owned()),
            external: true,
            portrait: None,
        }],
        footer: vec![link("Bronnen", "/portaal/bronnen/")],
        exit: Some(link(
            "Verlaat deze pagina snel",
            "https://weer.example/?q=a&b",
        )),
        search: Some("/portaal/zoeken/".to_owned()),
        stylesheets: theme.stylesheets(),
        scripts: theme.scripts(),
        icon: theme.icon(),
        app: None,
        indexable: false,
        feed: Some("/portaal/berichten.xml".to_owned()),
    }
}

fn shell(reporting: bool) -> ShellView {
    let alternate = |lang: Language, href: &str| AlternateView {
        lang,
        name: lang.own_name().to_owned(),
        href: href.to_owned(),
        url: format!("https://portaal.example{href}"),
        current: lang == Language::Nl,
    };
    ShellView {
        document_title: "Onze <norm>".to_owned(),
        href: "/portaal/norm/huisregels/".to_owned(),
        description: Some("Wat mag en wat niet?".to_owned()),
        alternates: vec![
            alternate(Language::Nl, "/portaal/norm/huisregels/"),
            alternate(Language::En, "/portaal/en/norm/huisregels/"),
        ],
        section: Some("/portaal/norm/".to_owned()),
        breadcrumbs: vec![
            link("Start", "/portaal/"),
            link("Onze norm", "/portaal/norm/"),
            link("Huisregels", "/portaal/norm/huisregels/"),
        ],
        reporting,
        sends_elsewhere: false,
    }
}

fn date() -> DateView {
    DateView {
        iso: "2026-11-22".to_owned(),
        text: "22 november 2026".to_owned(),
    }
}

fn path() -> PathView {
    PathView {
        key: "nieuw.nl".to_owned(),
        version: "1.0".to_owned(),
        minutes: 3,
        steps: vec![PathStepView {
            id: "stap--1".to_owned(),
            key: "norm#een".to_owned(),
            number: 1,
            title: "Norm".to_owned(),
            href: "/portaal/norm/#pad--nieuw-1".to_owned(),
            lang: Some(Language::En),
            title_of_page: true,
            minutes: 3,
            why_html: Some("Wat <strong>mag</strong>?".to_owned()),
            address: "https://intranet.example/portaal/p/norm/".to_owned(),
            form: true,
        }],
        address: "https://intranet.example/portaal/p/nieuw/".to_owned(),
    }
}

fn stop(heading: Option<&str>) -> PathStopView {
    let link = |label: &str, href: &str, lang| LinkInLanguage {
        label: label.to_owned(),
        href: href.to_owned(),
        lang,
    };
    PathStopView {
        id: "pad--nieuw-1".to_owned(),
        heading: heading.map(str::to_owned),
        path: link("New here", "/portaal/en/nieuw/#stap--1", Some(Language::En)),
        number: 1,
        count: 2,
        previous: None,
        next: Some(link("Oefenen", "/portaal/oefenen/", None)),
    }
}

fn content(kind: &'static str) -> ContentView {
    ContentView {
        shell: shell(false),
        kind,
        title: "Huisregels".to_owned(),
        summary: Some("Wat mag en wat niet?".to_owned()),
        body_html: "<h2 id=\"een\">Eén</h2>\n<pre>  a\n\n  b</pre>\n<h2 id=\"twee\">Twee</h2>"
            .to_owned(),
        contents: vec![
            HeadingView {
                id: "een".to_owned(),
                text: "Eén".to_owned(),
                children: vec![],
            },
            HeadingView {
                id: "twee".to_owned(),
                text: "Twee".to_owned(),
                children: vec![],
            },
        ],
        audience: vec!["medewerkers".to_owned(), "bezoekers".to_owned()],
        owner: Some("Coördinator".to_owned()),
        version: Some("1.0".to_owned()),
        superseded: None,
        earlier_versions: vec![EarlierVersionView {
            version: "0.9".to_owned(),
            from: Some(date()),
            until: None,
            href: "/portaal/archief/huisregels-0-9/".to_owned(),
        }],
        changes: vec![ChangeView {
            date: date(),
            note_html: "Een <strong>regel</strong> erbij.".to_owned(),
        }],
        short_href: "/portaal/p/huisregels/".to_owned(),
        short_url: "https://intranet.example/portaal/p/huisregels/".to_owned(),
        updated: Some(date()),
        review: Some(date()),
        review_overdue: true,
        previous: Some(link("Vorige pagina", "/portaal/a/")),
        next: Some(link("Volgende pagina", "/portaal/b/")),
        feedback: Some("/feedback/?pagina=%2Fnorm%2F".into()),
        children: vec![CardView {
            title: "Rules".to_owned(),
            summary: Some("What may happen.".to_owned()),
            href: "/portaal/en/rules/".to_owned(),
        }],
        path: Some(path()),
        stops: vec![stop(None), stop(Some("een"))],
    }
}

fn earlier_version() -> ContentView {
    ContentView {
        superseded: Some(SupersededView {
            from: Some(date()),
            until: Some(date()),
            current: Some(link("Huisregels", "/portaal/norm/huisregels/")),
        }),
        ..content("norm")
    }
}

fn field(kind: &'static str, id: &str, error: Option<&str>) -> FieldView {
    let option = |value: &str, apart| OptionView {
        value: value.to_owned(),
        id: format!("{id}-{value}"),
        label: format!("Optie {value}"),
        hint: Some("Bijvoorbeeld zo".to_owned()),
        checked: apart,
        apart,
        other: None,
    };
    let choice = ["choice", "choices", "yes_no", "person"].contains(&kind);
    let part = |part: &'static str| PartView {
        part,
        name: format!("{id}.{part}"),
        id: format!("{id}-{part}"),
        label: part.to_owned(),
        value: "3".to_owned(),
        wrong: error.is_some(),
        width: 2,
        inputmode: "numeric",
        options: vec![],
    };
    FieldView {
        kind,
        name: id.to_owned(),
        id: id.to_owned(),
        label: format!("Vraag {id}?"),
        hint: Some("Zo antwoord je.".to_owned()),
        why: Some("Daarom.".to_owned()),
        who_sees: Some("De coördinator.".to_owned()),
        required: error.is_some(),
        value: "\nregel 1\r\n\r\n  regel <3>".to_owned(),
        options: if choice {
            vec![option("a", false), option("b", true)]
        } else {
            vec![]
        },
        parts: if kind.ends_with("date") {
            vec![part("day"), part("month"), part("year"), part("time")]
        } else {
            vec![]
        },
        autocomplete: Some("name".to_owned()),
        inputmode: Some("text".to_owned()),
        max_length: Some(2000),
        counter: false,
        prefix: None,
        items: vec![],
        add: None,
        files: vec![],
        file_limits: None,
        error: error.map(str::to_owned),
        text_html: Some("<p>Uitleg.</p>".to_owned()),
    }
}

fn form_page(fields: Vec<FieldView>, first: bool, heading_is_label: bool) -> FormPageView {
    FormPageView {
        shell: shell(true),
        form_title: "Meld agressie".to_owned(),
        form_intro_html: Some("<p>Vervelend dat dit is gebeurd.</p>".to_owned()),
        sends: "report",
        practice: false,
        part_title: None,
        title: "Wat is er gebeurd?".to_owned(),
        heading_is_label,
        intro_html: Some("<p>Kort is goed.</p>".to_owned()),
        first,
        action: "/portaal/melden/".to_owned(),
        step: 1,
        steps: 4,
        continued: !first,
        files: false,
        draft: None,
        refused: vec![],
        hidden: vec![HiddenView {
            name: "story".to_owned(),
            value: "regel 1\n\n  regel \"2\"".to_owned(),
        }],
        errors: fields
            .iter()
            .filter_map(|field| {
                Some(ErrorLinkView {
                    href: format!("#{}", field.id),
                    text: field.error.clone()?,
                })
            })
            .collect(),
        fields,
        back: !first,
        returns_to_check: !first,
        changed: !first,
    }
}

fn check_view(problem: Option<&str>) -> CheckView {
    let row = |id: &str, lines: &[&str]| CheckRowView {
        label: format!("Vraag {id}"),
        lines: lines.iter().map(|&line| line.to_owned()).collect(),
        change: format!("change:{id}"),
    };
    CheckView {
        shell: shell(true),
        form_title: "Meld agressie".to_owned(),
        action: "/portaal/melden/".to_owned(),
        step: 4,
        steps: 4,
        hidden: vec![],
        sends: "report",
        withdrawable: false,
        practice: false,
        part_title: None,
        draft: None,
        rows: vec![row("wat", &["Schelden", "Dreigen"]), row("wanneer", &[])],
        changed: problem.is_some(),
        problem: problem.map(str::to_owned),
    }
}

fn confirmation(repeated: bool, amended: bool) -> ConfirmationView {
    ConfirmationView {
        shell: shell(true),
        receipt: ReceiptView {
            case_number: "7K3QX-9M2PD".to_owned(),
            code: ["7K3Q", "X9M2", "PD4T", "8WRB", "5HNC"]
                .map(str::to_owned)
                .to_vec(),
            address: "portaal.example/portaal/melden/volgen/".to_owned(),
            received: date(),
        },
        action: "/portaal/melden/volgen/".to_owned(),
        repeated,
        amended,
        contact: !amended,
        details: !amended,
        for_colleague: false,
        draft: None,
        next_steps: vec![NextStepView {
            when: "Vandaag".to_owned(),
            what: "Iemand vraagt hoe het met je gaat.".to_owned(),
        }],
    }
}

fn error_page(status: u16) -> ErrorView {
    ErrorView {
        shell: ShellView {
            breadcrumbs: vec![],
            alternates: vec![],
            ..shell(false)
        },
        status,
    }
}

fn search_view() -> search::SearchView {
    let branch = |label: &str, href: &str, children| search::TreeView {
        page: link(label, href),
        children,
    };
    search::SearchView {
        shell: shell(false),
        index: "/portaal/assets/search-nl.0123456789abcdef.js".to_owned(),
        instead: vec![link("Protocol", "/portaal/protocol/")],
        letters: vec![search::LetterView {
            letter: "T".to_owned(),
            id: "letter--t".to_owned(),
            entries: vec![search::EntryView {
                term: "telefoon & balie".to_owned(),
                pages: vec![
                    link("Bellen", "/portaal/bellen/"),
                    link("Balie", "/portaal/balie/"),
                ],
            }],
        }],
        tree: vec![branch(
            "Protocol",
            "/portaal/protocol/",
            vec![branch(
                "Telefoon",
                "/portaal/protocol/telefoon/",
                Vec::new(),
            )],
        )],
        forms: vec![link("Meld agressie", "/portaal/melden/")],
    }
}

#[test]
fn a_page_of_a_report_has_no_search_field() {
    let html = render(Template::FormPage, &form_page(Vec::new(), true, false));
    assert!(!html.contains("role=\"search\""));
    assert!(render(Template::Page, &content("page")).contains("role=\"search\""));
}

fn render<P: Serialize>(template: Template, page: &P) -> String {
    let theme = theme();
    let mut dutch = String::new();
    for language in Language::ALL {
        let site = theme.share(&site(&theme, language));
        let html = theme.render(template, &site, page).unwrap();
        html::check_document(&html);
        if language == Language::Nl {
            dutch = html;
        }
    }
    dutch
}

#[test]
fn every_template_renders_sound_html_in_both_languages() {
    render(Template::Home, &content("home"));
    render(Template::Section, &content("section"));
    for kind in [
        "page",
        "norm",
        "protocol",
        "checklist",
        "guide",
        "directory",
    ] {
        render(Template::Page, &content(kind));
    }
    render(Template::Page, &earlier_version());
    for template in [Template::Redirect, Template::Gone] {
        render(
            template,
            &RedirectView {
                shell: shell(false),
                target: link("Huisregels", "/portaal/norm/huisregels/"),
            },
        );
    }
    render(Template::Search, &search_view());
    for status in [400, 403, 404, 405, 408, 413, 429, 431, 500, 503] {
        render(Template::Error, &error_page(status));
    }
    for problem in [
        None,
        Some("problem.not_stored"),
        Some("problem.unsure"),
        Some("problem.no_space"),
    ] {
        render(Template::FormCheck, &check_view(problem));
    }
    render(Template::FormConfirmation, &confirmation(false, false));
    render(Template::FormConfirmation, &confirmation(true, true));
}

#[test]
fn every_kind_of_field_renders_with_and_without_its_error() {
    let kinds = [
        "short_text",
        "long_text",
        "choice",
        "choices",
        "yes_no",
        "date",
        "approximate_date",
        "time",
        "number",
        "money",
        "phone",
        "email",
        "person",
        "information",
        "stop",
    ];
    for kind in kinds {
        for error in [None, Some("Kies wat er is gebeurd.")] {
            let one = || vec![field(kind, "f", error)];
            render(Template::FormPage, &form_page(one(), true, true));
            render(Template::FormPage, &form_page(one(), false, true));
            render(Template::FormPage, &form_page(one(), true, false));
        }
    }
    let all = kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| field(kind, &format!("f{at}"), Some("Fout hier.")))
        .collect();
    render(Template::FormPage, &form_page(all, false, false));
}

#[test]
fn what_was_typed_comes_back_to_the_letter() {
    let html = render(
        Template::FormPage,
        &form_page(vec![field("long_text", "f", None)], false, false),
    );
    assert!(html.contains("value=\"regel 1&#10;&#10;  regel &quot;2&quot;\""));
    assert!(html.contains(">\n&#10;regel 1&#13;&#10;&#13;&#10;  regel &lt;3&gt;</textarea>"));
    assert!(html.contains("Maximaal 2.000 tekens."));
}

#[test]
fn the_button_that_goes_on_comes_before_the_one_that_goes_back() {
    let html = render(
        Template::FormPage,
        &form_page(vec![field("short_text", "f", None)], false, false),
    );
    assert!(html.find("value=\"next\"").unwrap() < html.find("value=\"back\"").unwrap());
    assert!(html.contains("Opslaan en terug naar controle"));
}

#[test]
fn the_report_button_is_everywhere_but_on_pages_of_a_report() {
    let content = render(Template::Page, &content("page"));
    assert!(content.contains("class=\"button button-report\" href=\"/portaal/melden/\""));
    let form = render(Template::FormPage, &form_page(vec![], true, false));
    assert!(!form.contains("href=\"/portaal/melden/\""));
    assert!(!form.contains("<nav"));
}

#[test]
fn a_view_that_lacks_something_is_an_error_with_its_place() {
    let theme = theme();
    let site = theme.share(&site(&theme, Language::Nl));
    let error = theme
        .render(Template::Home, &site, &json!({ "shell": Value::Null }))
        .unwrap_err();
    assert_eq!(error.template, "templates/home.html");
    assert!(error.reason.contains("templates/base.html:"), "{error}");
}

#[test]
fn a_robot_may_only_come_in_where_the_portal_says_so() {
    let theme = theme();
    let mut view = site(&theme, Language::Nl);
    view.indexable = true;
    let open = theme.share(&view);
    let page = content("page");
    let html = theme.render(Template::Page, &open, &page).unwrap();
    assert!(!html.contains("noindex"));
    let html = theme.render(Template::Page, &open, &earlier_version());
    assert!(html.unwrap().contains("noindex"));
    let html = theme
        .render(Template::Error, &open, &error_page(404))
        .unwrap();
    assert!(html.contains("noindex"));
    assert!(render(Template::Page, &page).contains("content=\"noindex, nofollow\""));
}

#[test]
fn audiences_and_kinds_have_their_words() {
    let theme = theme();
    for key in [
        "medewerker",
        "leidinggevende",
        "coordinator",
        "opvangteam",
        "bezoeker",
    ] {
        assert!(
            theme
                .messages(Language::Nl)
                .get(&format!("audience.{key}"))
                .is_some()
        );
    }
    for key in [
        "home",
        "section",
        "page",
        "norm",
        "protocol",
        "checklist",
        "guide",
        "directory",
    ] {
        assert!(
            theme
                .messages(Language::Nl)
                .get(&format!("kind.{key}"))
                .is_some()
        );
    }
}
