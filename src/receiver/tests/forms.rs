//! Whole journeys through every kind of form.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::*;
use crate::report::archive::Archive;
use crate::report::event::Role;
use crate::report::fixture::person;
use crate::report::seal::SecretKey;

/// A form with a list, own words and a date.
const LIST: &str = "\
address: schade
version: 1
languages: [nl]
title: Schade
sends: submission
to: [coordinator]
keep: { days: 7 }
confirmation: { title: Bedankt, text: Dank je. }
pages:
  - id: list
    title: Wat is er stuk?
    fields:
      - name: cause
        kind: choice
        label: Waardoor?
        privacy: P1
        options:
          - { value: kick, label: Een schop }
          - { value: other, label: 'Anders, namelijk', other: true }
      - name: damage
        kind: group
        label: Wat is er stuk?
        item: Schade
        privacy: P1
        most: 3
        fields:
          - { name: what, kind: short_text, label: Wat?, required: true, privacy: P1 }
          - { name: amount, kind: money, label: Hoeveel?, privacy: P1 }
  - id: when
    title: Wanneer?
    fields:
      - { name: seen_at, kind: date, label: Wanneer zag je het?, privacy: P1, days: past }
";

fn with_list() -> Options {
    Options {
        form: Some(LIST),
        ..Options::default()
    }
}

impl Setup {
    pub(super) fn add(&self, name: &str, role: Role) -> SecretKey {
        person(self.data.path(), name, role).1
    }

    /// Returns the answers of everything that was sent and is no report.
    pub(super) fn submissions(&self, key: &SecretKey) -> Vec<Value> {
        let found = Archive::at(self.data.path()).submissions().unwrap();
        let kept = found.whole.iter();
        kept.filter_map(|kept| Some(kept.open(key).ok()?.answers))
            .collect()
    }

    /// Returns every file in the folder of the reports, with its bytes.
    fn files(&self) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let mut folders = vec![self.data.path().to_path_buf()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    files.push((path, bytes));
                }
            }
        }
        files.sort();
        files
    }
}

impl Reporter<'_> {
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        pairs_of(&self.page).contains(&(name.into(), value.into()))
    }

    /// Sends the page once more, as after going back to it.
    async fn again(&mut self, page: &str, go: &str) {
        page.clone_into(&mut self.page);
        self.press(go, &[]).await;
    }
}

async fn called_back<'a>(setup: &'a Setup, whom: &str) -> Reporter<'a> {
    let mut sender = Reporter::open(setup, "/bel-mij/").await;
    assert!(sender.is_on("whom"), "{}", sender.page);
    sender.press("next", &[("whom", whom)]).await;
    assert!(sender.is_on("reach"), "{}", sender.page);
    let typed = [("caller_name", "Kim"), ("phone", "06 12345678")];
    sender.press("next", &typed).await;
    assert!(sender.is_on("_check"), "{}", sender.page);
    sender
}

#[tokio::test]
async fn a_form_that_nobody_can_read_is_not_offered() {
    let setup = set_up(Options::default());
    for (path, words) in [
        ("/bel-mij/", "Dit formulier is nu dicht."),
        ("/en/bel-mij/", "This form is closed now."),
    ] {
        let (response, page) = setup.get(path).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.contains(words) && !page.contains("<form"), "{page}");
    }
    assert_eq!(setup.get("/melden/").await.0.status(), StatusCode::OK);
    // Somebody who listens at one of its addresses is enough to offer it.
    setup.add("Anna", Role::Coordinator);
    let mut sender = called_back(&setup, "confidential_adviser").await;
    let before = pairs_of(&sender.page);
    sender.press("send", &[]).await;
    assert_eq!(sender.status, StatusCode::SERVICE_UNAVAILABLE);
    let told = setup.log.lock().unwrap().drain(..).collect::<Vec<_>>();
    let form = "bel-mij".to_owned();
    assert_eq!(told, [LogEntry::NobodyOpens { form }]);
    assert!(sender.page.contains("Niemand kan dit nu lezen"));
    assert_eq!(pairs_of(&sender.page), before);
    // Who chooses somebody that does listen loses nothing.
    sender.press("change:whom", &[]).await;
    sender.press("next", &[("whom", "support_team")]).await;
    sender.press("send", &[]).await;
    assert_eq!(sender.status, StatusCode::OK, "{}", sender.page);
}

#[tokio::test]
async fn a_request_to_be_called_back_is_kept_for_whom_was_chosen_and_counts_once() {
    let setup = set_up(Options::default());
    let vera = setup.add("Vera", Role::ConfidentialAdviser);
    let anna = setup.add("Anna", Role::Coordinator);
    let mut sender = called_back(&setup, "confidential_adviser").await;
    let check = sender.page.clone();
    sender.press("send", &[]).await;
    assert!(
        sender.page.contains("<h1>We bellen je</h1>"),
        "{}",
        sender.page
    );
    assert!(!sender.page.contains("Dit hadden we al van je"));
    sender.again(&check, "send").await;
    assert!(
        sender.page.contains("Dit hadden we al van je"),
        "{}",
        sender.page
    );
    let asked = json!({
        "whom": "confidential_adviser", "caller_name": "Kim", "phone": "06 12345678"
    });
    assert_eq!(setup.submissions(&vera), [asked]);
    assert_eq!(setup.submissions(&anna), [] as [Value; 0]);
    assert!(setup.events().is_empty());
    // There is nothing to follow or to take back.
    for path in ["/bel-mij/volgen/", "/bel-mij/intrekken/"] {
        assert_eq!(setup.get(path).await.0.status(), StatusCode::NOT_FOUND);
    }
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_sent_in_hidden_fields_counts_only_where_it_was_asked() {
    let setup = set_up(Options::default());
    let key = setup.add("Anna", Role::Coordinator);
    let honest = [
        ("go", "send"),
        ("page", "_check"),
        ("story", "Het hielp."),
        ("name_shown", "none"),
        ("shown_where", "portal"),
        ("consent", "given"),
    ];
    // A name that was not asked for, a field of another form, a second story.
    let mut liar = honest.to_vec();
    liar.extend([("shown_name", "Piet"), ("phone", "1"), ("story", "x")]);
    let (response, _) = setup.post("/verhaal/", &liar).await;
    assert_eq!(response.status(), StatusCode::OK);
    let kept = json!({
        "story": "Het hielp.", "name_shown": "none", "shown_where": ["portal"], "consent": ["given"]
    });
    assert_eq!(setup.submissions(&key), [kept]);
    // A value that was not offered is refused at its field.
    let mut liar = honest;
    liar[3] = ("name_shown", "both");
    let (_, page) = setup.post("/verhaal/", &liar).await;
    assert!(page.contains("href=\"#name_shown\""), "{page}");
    assert_eq!(setup.submissions(&key).len(), 1);
}

#[tokio::test]
async fn a_survey_asks_nothing_that_must_be_answered() {
    let setup = set_up(Options::default());
    let key = setup.add("Anna", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/peiling/").await;
    while !sender.is_on("_check") {
        assert!(sender.is_on("experience") || !sender.page.contains("role=\"alert\""));
        sender.press("next", &[]).await;
    }
    sender.press("change:experience", &[]).await;
    sender.press("next", &[("experienced", "often")]).await;
    // What that makes a question is asked before the check page comes again.
    assert!(sender.is_on("after"), "{}", sender.page);
    sender.press("next", &[]).await;
    assert!(sender.is_on("_check"), "{}", sender.page);
    sender.press("send", &[]).await;
    assert_eq!(setup.submissions(&key), [json!({"experienced": "often"})]);
}

#[tokio::test]
async fn practice_says_so_on_every_page_and_leaves_nothing() {
    let setup = set_up(Options::default());
    let before = setup.files();
    let mut reporter = Reporter::open(&setup, "/oefenen/").await;
    let mut pages = vec![reporter.page.clone()];
    for typed in [
        &[][..],
        &[("behaviour_kinds", "verbal")],
        &[("occurred_at.known", "today")],
        &[],
        &[("contact_mode", "none")],
        &[("short_story", "verzonnen")],
        &[],
    ] {
        reporter.press("next", typed).await;
        pages.push(reporter.page.clone());
    }
    assert!(reporter.is_on("_check"), "{}", reporter.page);
    reporter.press("send", &[]).await;
    assert_eq!(reporter.status, StatusCode::OK);
    assert!(
        reporter.page.contains("Je oefening is klaar"),
        "{}",
        reporter.page
    );
    assert!(
        reporter.page.contains("uiterlijk maandag 23 november 2026"),
        "{}",
        reporter.page
    );
    for page in pages {
        assert!(page.contains("Dit is een oefening."), "{page}");
        for kept in ["name=\"key\"", "data-draft"] {
            assert!(!page.contains(kept), "{kept}");
        }
    }
    assert_eq!(setup.files(), before);
    assert!(setup.log.lock().unwrap().is_empty());
    for path in ["/oefenen/volgen/", "/oefenen/afdrukken/"] {
        assert_eq!(setup.get(path).await.0.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_story_is_taken_back_with_its_code_and_with_nothing_else() {
    let setup = set_up(Options::default());
    let key = setup.add("Anna", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/verhaal/").await;
    sender.press("next", &[("story", "Het hielp.")]).await;
    sender.press("next", &[("name_shown", "none")]).await;
    let typed = [("shown_where", "portal"), ("consent", "given")];
    sender.press("next", &typed).await;
    let check = sender.page.clone();
    sender.press("send", &[]).await;
    let (_, shown) = sender.page.split_once("<strong class=\"code\">").unwrap();
    let shown = shown.split("</strong>").next().unwrap();
    let tags = ["<span>", "</span>", "<wbr>"];
    let code = tags
        .iter()
        .fold(shown.to_owned(), |code, tag| code.replace(tag, ""));
    assert!(
        sender.page.contains("href=\"/verhaal/intrekken/\""),
        "{}",
        sender.page
    );
    // It opens no report, and the page says for which code it is, whatever was typed.
    for typed in [code.as_str(), "2345-6789-ABCD-EFGH-JKMN"] {
        let (response, page) = setup.post("/melden/volgen/", &[("code", typed)]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(
            page.contains("Deze pagina is voor de code van een melding."),
            "{page}"
        );
    }
    let (_, page) = setup.get("/verhaal/intrekken/").await;
    assert!(page.contains("niet voor de code van een melding"), "{page}");

    let (response, page) = setup.get(&format!("/verhaal/intrekken/?code={code}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!page.contains(&code), "{page}");
    for (typed, status, words) in [
        ("", 403, "Vul je code in."),
        (
            "2345-6789-ABCD-EFGH-JKMN",
            403,
            "Met deze code vinden we niets.",
        ),
        (code.as_str(), 200, "Het is gewist"),
        (code.as_str(), 200, "Het is gewist"),
    ] {
        let pairs = [("code", typed), ("go", "take_back")];
        let (response, page) = setup.post("/verhaal/intrekken/", &pairs).await;
        assert_eq!(response.status(), status, "{typed}");
        assert!(page.contains(words), "{page}");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }
    assert_eq!(setup.submissions(&key), [] as [Value; 0]);
    // The form, sent again from the history of a browser, does not bring it back.
    sender.again(&check, "send").await;
    assert_eq!(sender.status, StatusCode::GONE);
    assert!(sender.page.contains("al teruggenomen"), "{}", sender.page);
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_code_waits_for_nobody_who_sends_something() {
    let setup = set_up(Options::default());
    let application = setup.live.current();
    let _all = application.submits.acquire_many(8).await.unwrap();
    assert_eq!(application.submits.available_permits(), 0);
    let typed = [("code", "2345-6789-ABCD-EFGH-JKMN"), ("go", "take_back")];
    // Where it waits, it does so for ever.
    let answered = setup.post("/verhaal/intrekken/", &typed);
    let (response, _) = timeout(Duration::from_secs(30), answered).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn each_counted_question_is_counted_apart() {
    let setup = set_up(Options::default());
    setup.add("Anna", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/peiling/").await;
    sender.press("next", &[("experienced", "no")]).await;
    sender.press("next", &[("knows_how", "roughly")]).await;
    let typed = [("feels_safe", "yes"), ("improvement", "Meer licht.")];
    sender.press("next", &typed).await;
    sender.press("send", &[]).await;
    assert_eq!(sender.status, StatusCode::OK, "{}", sender.page);
    let records = setup.files().into_iter();
    let mut counted: Vec<Value> = records
        .filter(|(path, _)| {
            path.components()
                .any(|part| part.as_os_str() == "statistics")
        })
        .map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).unwrap()["choices"].clone())
        .collect();
    counted.sort_by_key(Value::to_string);
    let expected = [
        json!({"experienced": "no"}),
        json!({"feels_safe": "yes"}),
        json!({"knows_how": "roughly"}),
    ];
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn adding_and_taking_away_items_judges_nothing_and_loses_nothing() {
    let setup = set_up(with_list());
    let key = setup.add("Anna", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/schade/").await;
    assert!(sender.has("damage.count", "1"), "{}", sender.page);
    let typed = [
        ("damage.1.what", "Stoel"),
        ("damage.1.amount", "veel"),
        ("cause", "other"),
        ("cause.other", "een <bal>"),
    ];
    sender.press("add:damage", &typed).await;
    sender
        .press("add:damage", &[("damage.2.what", "Tafel")])
        .await;
    assert!(!sender.page.contains("role=\"alert\""), "{}", sender.page);
    for (name, value) in typed {
        assert!(sender.has(name, value), "{name}: {}", sender.page);
    }
    assert!(sender.has("damage.count", "3") && sender.has("damage.2.what", "Tafel"));
    // No more fit, however often the button is pressed.
    assert!(!sender.page.contains("value=\"add:damage\""));
    sender
        .press("add:damage", &[("damage.3.what", "Raam")])
        .await;
    assert!(sender.has("damage.count", "3"), "{}", sender.page);
    sender.press("next", &[]).await;
    assert!(
        sender.page.contains("href=\"#damage-1-amount\""),
        "{}",
        sender.page
    );
    sender.press("remove:damage.2", &[]).await;
    assert!(!sender.page.contains("role=\"alert\""));
    assert!(sender.has("damage.1.amount", "veel") && sender.has("damage.2.what", "Raam"));
    assert!(sender.has("damage.count", "2"));
    sender
        .press("remove:damage.9", &[("damage.1.amount", "12,50")])
        .await;
    sender.press("remove:niets.1", &[]).await;
    sender.press("next", &[]).await;
    assert!(sender.is_on("when"), "{}", sender.page);
    sender.press("next", &[("seen_at.day", "31-2-26")]).await;
    assert!(
        sender.page.contains("href=\"#seen_at-day\""),
        "{}",
        sender.page
    );
    let day = [
        ("seen_at.day", "1"),
        ("seen_at.month", "nov"),
        ("seen_at.year", "26"),
    ];
    sender.press("next", &day).await;
    assert!(sender.page.contains("een &lt;bal&gt;"), "{}", sender.page);
    sender.press("send", &[]).await;
    assert_eq!(
        setup.submissions(&key),
        [json!({
            "cause": "other",
            "cause_other": "een <bal>",
            "damage": [{"what": "Stoel", "amount": "12.50"}, {"what": "Raam"}],
            "seen_at": "2026-11-01",
        })]
    );
}

#[tokio::test]
async fn answers_outlive_a_restart() {
    let setup = set_up(with_list());
    let key = setup.add("Anna", Role::Coordinator);
    let mut sender = Reporter::open(&setup, "/schade/").await;
    sender.press("next", &[("damage.1.what", "Stoel")]).await;
    let page = sender.page.clone();
    drop(sender);
    let Setup {
        data,
        live,
        router,
        store,
        ..
    } = setup;
    drop((live, router, store));
    let setup = set_up_in(data, with_list());
    let mut sender = Reporter {
        setup: &setup,
        path: "/schade/",
        status: StatusCode::OK,
        page,
    };
    sender.press("back", &[]).await;
    assert!(sender.has("damage.1.what", "Stoel"), "{}", sender.page);
    sender.press("next", &[]).await;
    sender.press("next", &[]).await;
    sender.press("send", &[]).await;
    let kept = json!({"damage": [{"what": "Stoel"}]});
    assert_eq!(setup.submissions(&key), [kept]);
}

#[tokio::test]
async fn a_draft_of_the_device_opens_where_it_was_left() {
    let setup = set_up(Options::default());
    let typed = [
        ("page", "when"),
        ("behaviour_kinds", "verbal"),
        ("occurred_at.known", "date"),
        ("occurred_at.day", "31"),
        ("return", "_check"),
    ];
    let resumed = |page| {
        let mut pairs = typed.to_vec();
        pairs[0] = ("page", page);
        pairs.push(("go", "resume"));
        pairs
    };
    let (_, page) = setup.post("/melden/", &resumed("when")).await;
    let kept = pairs_of(&page);
    for pair in typed {
        assert!(kept.contains(&(pair.0.into(), pair.1.into())), "{page}");
    }
    assert!(!page.contains("role=\"alert\""));
    // The check page is not there before everything is right.
    let (_, page) = setup.post("/melden/", &resumed("_check")).await;
    assert!(
        pairs_of(&page).contains(&("page".into(), "when".into())),
        "{page}"
    );
}

#[tokio::test]
async fn what_a_link_brings_along_is_shown_and_can_be_taken_out() {
    let setup = set_up(Options::default());
    let link = "/melden/?bron=Zaaksysteem&ref=Z-2026-12&kanaal=phone&onbekend=geheim&ref=tweede";
    let (response, page) = setup.get(link).await;
    assert_eq!(response.status(), StatusCode::OK);
    let mut reporter = Reporter {
        setup: &setup,
        path: "/melden/",
        status: response.status(),
        page,
    };
    for (name, value) in [
        ("source_system", "Zaaksysteem"),
        ("case_ref", "Z-2026-12"),
        ("channel", "phone"),
    ] {
        assert!(reporter.has(name, value), "{}", reporter.page);
    }
    for unknown in ["geheim", "tweede", "?bron", "bron="] {
        assert!(!reporter.page.contains(unknown), "{unknown}");
    }
    reporter.press("next", &[]).await;
    assert!(reporter.is_on("linked"), "{}", reporter.page);
    reporter.press("next", &[("case_ref", "")]).await;
    assert!(reporter.is_on("what"), "{}", reporter.page);
    reporter.press("back", &[]).await;
    assert!(reporter.is_on("linked") && !reporter.page.contains("case_ref"));
    // Nothing is left of the page once everything is taken out, and the way goes on after it.
    assert!(reporter.page.contains("Dit wil ik niet meesturen"));
    let nothing = [("channel", ""), ("source_system", "")];
    reporter.press("next", &nothing).await;
    assert!(reporter.is_on("what"), "{}", reporter.page);
    reporter.press("back", &[]).await;
    assert!(reporter.is_on("start"), "{}", reporter.page);
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_says_who_somebody_is_does_not_come_along() {
    let setup = set_up(Options::default());
    async fn check(setup: &Setup, query: &str, value: &str, words: &str) {
        let (response, page) = setup.get(&format!("/melden/?{query}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(page.contains(words) && !page.contains(value), "{page}");
    }
    check(
        &setup,
        "ref=123456782",
        "123456782",
        "burgerservicenummer lijkt",
    )
    .await;
    check(&setup, "ref=a%40b.nl", "b.nl", "kwam een e-mailadres mee").await;
    check(&setup, "kanaal=postduif", "postduif", "dat wij niet kennen").await;
    let long = "x".repeat(5000);
    check(&setup, &format!("bron={long}"), "xxx", "dat hier niet past").await;
    check(&setup, &format!("onbekend={long}"), "xxx", "<h1").await;
    check(&setup, "ref=%00%ff&&&=&%", "%ff", "dat hier niet past").await;
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_change_newly_asks_comes_before_the_check_page() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    reporter.press("change:role", &[]).await;
    reporter.press("next", &[("reporting_role", "coach")]).await;
    for asked in ["colleague", "colleague_reach"] {
        assert!(reporter.is_on(asked), "{}", reporter.page);
        reporter.press("next", &[]).await;
    }
    assert!(reporter.is_on("together"), "{}", reporter.page);
    reporter.press("next", &[]).await;
    assert!(reporter.is_on("_check"), "{}", reporter.page);
    // Nothing new: straight back.
    reporter.press("change:role", &[]).await;
    reporter.press("next", &[]).await;
    assert!(reporter.is_on("_check"), "{}", reporter.page);
}

#[tokio::test]
async fn steps_do_not_change_their_total_on_the_way() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    let title = |page: &str| {
        let (_, rest) = page.split_once("<title>").unwrap();
        rest.split(':').next().unwrap().to_owned()
    };
    let mut titles = vec![title(&reporter.page)];
    for typed in [
        &[("help_now", "yes")][..],
        &[],
        &[("behaviour_kinds", "verbal")],
        &[("occurred_at.known", "today")],
        &[],
        &[("contact_mode", "phone")],
        &[("phone", "112233")],
        &[],
        &[],
    ] {
        reporter.press("next", typed).await;
        titles.push(title(&reporter.page));
    }
    assert_eq!(
        titles,
        [
            "Stap 1 van 8",
            "Stap 1 van 8, vervolg",
            "Stap 2 van 8",
            "Stap 3 van 8",
            "Stap 4 van 8",
            "Stap 5 van 8",
            "Stap 5 van 8, vervolg",
            "Stap 6 van 8",
            "Stap 7 van 8",
            "Stap 8 van 8",
        ]
    );
}

#[tokio::test]
async fn only_a_form_with_a_second_part_offers_it() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    reporter.press("send", &[]).await;
    assert!(
        reporter.page.contains("value=\"details\""),
        "{}",
        reporter.page
    );
}

#[tokio::test]
async fn every_form_is_there_on_paper() {
    let setup = set_up(Options::default());
    for form in read_all(&Definition::shipped()).0 {
        if form.practice {
            continue;
        }
        for language in Language::ALL {
            let path = format!("/{}", form.sheet_path(language, Language::Nl));
            let (response, page) = setup.get(&path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let shown = unescaped(&page);
            let whole = form.whole();
            let asked = whole.fields().filter(|field| !field.only_prefilled);
            for field in asked.filter(|field| field.can_be_answered()) {
                let label = field.label.get(language);
                assert!(shown.contains(label), "{path}: {label}");
            }
        }
    }
    let (_, page) = setup.get("/bel-mij/afdrukken/").await;
    assert!(!page.contains("<form"), "{page}");
    let (_, page) = setup.get("/verhaal/afdrukken/").await;
    let when = "Alleen als je bij ‘Mag je naam erbij?’ koos: ‘Ja, met de naam die ik zo opgeef’.";
    assert!(page.contains(when), "{page}");
    let (_, page) = setup.get("/melden/afdrukken/").await;
    let when = "koos: ‘Agressie online’ of ‘Je privégegevens verspreiden (doxing)’.";
    assert!(page.contains(when), "{page}");
    // What only comes along with a link is not there, and nothing looks at it.
    for link_only in ["Welk zaaknummer hoort erbij?", "als je niets invulde"] {
        assert!(!page.contains(link_only), "{page}");
    }
}
