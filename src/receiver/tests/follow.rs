//! My report, from the confirmation to the withdrawal.

mod details;

use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use tokio::time::Instant;

use super::*;
use crate::report::acts::{Act, OpenedCase};
use crate::report::event::{Actor, Body as Said, Measure, Role};
use crate::report::fixture::person;

const PATH: &str = "/melden/volgen/";

/// A file that is taken.
const NOTE: (&str, &[u8]) = ("aantekening.txt", b"Hij stond er om tien uur.");

/// A reporter who has sent a report and has a page of My report open.
struct Follower<'a> {
    setup: &'a Setup,
    code: String,
    response: Response<()>,
    page: String,
}

impl<'a> Follower<'a> {
    /// Sends a report and opens it.
    async fn new(setup: &'a Setup) -> Follower<'a> {
        let confirmation = confirmation(setup).await;
        Follower::of(setup, &code_of(&confirmation)).await
    }

    async fn of(setup: &'a Setup, code: &str) -> Follower<'a> {
        let (response, page) = open(setup, code).await;
        Follower {
            setup,
            code: code.to_owned(),
            response,
            page,
        }
    }

    /// Fills in the form that has this button, and presses it.
    async fn press(&mut self, go: &str, typed: &[(&str, &str)]) {
        self.press_with(go, typed, &[]).await;
    }

    async fn press_with(&mut self, go: &str, typed: &[(&str, &str)], files: &[(&str, &[u8])]) {
        let form = form_with(&self.page, go);
        let mut pairs = pairs_of(&form);
        pairs.retain(|(name, _)| !typed.iter().any(|(typed, _)| typed == name));
        let typed = typed.iter();
        pairs.extend(typed.map(|(name, value)| ((*name).into(), (*value).into())));
        let (response, page) = if form.contains("multipart/form-data") {
            let field = form.split("type=\"file\"").nth(1);
            let field = field.and_then(|input| input.split(" name=\"").nth(1)?.split('"').next());
            let body = multipart_of(field.unwrap_or("files"), &pairs, files, go);
            send_files(self.setup, body).await
        } else {
            pairs.push(("go".into(), go.into()));
            let pairs: Vec<(&str, &str)> = pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            self.setup.post(PATH, &pairs).await
        };
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        self.response = response;
        self.page = page;
    }

    fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        assert!(self.page.contains(text), "no {text:?} in {}", self.page);
    }

    #[track_caller]
    fn does_not_see(&self, text: &str) {
        assert!(!self.page.contains(text), "{text:?} in {}", self.page);
    }

    fn opened(&self) -> OpenedCase {
        self.setup.store.open_with_receipt(&self.code).unwrap()
    }

    /// Lets somebody else do something with the report.
    fn others_do(&self, action: &str, role: Role, said: Said) {
        let act = Act {
            action: action.parse().unwrap(),
            actor: Actor { role, person: None },
            body: said,
            files: Vec::new(),
            submission_key: None,
        };
        self.setup.store.record(&self.opened(), &act).unwrap();
    }

    fn says(&self, action: &str) -> Vec<Said> {
        let opened = self.opened();
        let taken = opened.case.taken(action);
        taken.map(|entry| entry.body.clone()).collect()
    }

    /// Files on disk, whoever knows of them.
    fn stored_files(&self) -> usize {
        let case = self.opened().case.cover.id.plain();
        let folder = self.setup.data.path().join("reports").join(case);
        std::fs::read_dir(folder.join("attachments")).map_or(0, Iterator::count)
    }
}

fn behind_a_proxy() -> Options {
    Options {
        limits: Limits {
            trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
            ..Limits::default()
        },
        ..Options::default()
    }
}

fn text(text: &str) -> Said {
    Said {
        text: Some(text.to_owned()),
        ..Said::default()
    }
}

async fn confirmation(setup: &Setup) -> String {
    confirmation_with_contact(setup, "none").await
}

async fn confirmation_with_contact(setup: &Setup, contact: &str) -> String {
    let mut reporter = Reporter::open(setup, "/melden/").await;
    reporter.go_to_check_with_contact(contact).await;
    reporter.press("send", &[]).await;
    reporter.page
}

async fn open(setup: &Setup, code: &str) -> (Response<()>, String) {
    setup.post(PATH, &[("code", code), ("go", "open")]).await
}

/// Returns a page without the number of its visit, which is another one each time.
fn without_visit(page: &str) -> String {
    let (before, after) = page.split_once("name=\"visit\" value=\"").unwrap();
    let (number, after) = after.split_once('"').unwrap();
    assert_eq!(number.len(), 32);
    format!("{before}{after}")
}

/// Returns the form of a page that has this button.
fn form_with(page: &str, go: &str) -> String {
    let button = format!("name=\"go\" value=\"{go}\"");
    let forms = page.split("<form").skip(1);
    let mut forms = forms.map(|form| form.split("</form>").next().unwrap());
    let form = forms.find(|form| form.contains(&button));
    format!(
        "<form{}",
        form.unwrap_or_else(|| panic!("no {go} in {page}"))
    )
}

fn multipart(pairs: &[(String, String)], files: &[(&str, &[u8])], go: &str) -> Vec<u8> {
    multipart_of("files", pairs, files, go)
}

fn multipart_of(
    field: &str,
    pairs: &[(String, String)],
    files: &[(&str, &[u8])],
    go: &str,
) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |disposition: String, bytes: &[u8]| {
        body.extend_from_slice(
            format!("--grens\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    };
    for (name, value) in pairs {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, bytes) in files {
        part(format!("name=\"{field}\"; filename=\"{name}\""), bytes);
    }
    if files.is_empty() {
        part(format!("name=\"{field}\"; filename=\"\""), b"");
    }
    part("name=\"go\"".to_owned(), go.as_bytes());
    body.extend_from_slice(b"--grens--\r\n");
    body
}

async fn send_files(setup: &Setup, body: Vec<u8>) -> (Response<()>, String) {
    let request = Request::post(PATH)
        .header("host", "localhost")
        .header("content-type", "multipart/form-data; boundary=grens")
        .body(Body::from(body));
    setup.send(request.unwrap()).await
}

#[tokio::test]
async fn the_confirmation_gives_a_code_that_opens_the_report() {
    let setup = set_up(Options::default());
    let page = confirmation(&setup).await;
    let (code, number) = (code_of(&page), number_of(&page));
    assert!(
        page.contains("portaal.example/<wbr>melden/<wbr>volgen/"),
        "{page}"
    );
    let groups: String = code
        .split('-')
        .map(|group| format!("<span>{group}"))
        .collect();
    assert_eq!(groups.len(), 5 * 10);
    let (response, file) = setup
        .post(
            PATH,
            &[("go", "save_code"), ("case", &number), ("code", &code)],
        )
        .await;
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        response.headers()[CONTENT_DISPOSITION],
        "attachment; filename=\"melding.txt\""
    );
    for part in [&code, &number, "https://portaal.example/melden/volgen/"] {
        assert!(file.contains(part), "{file}");
    }
    assert!(!file.contains("collega"), "{file}");
    let colleague = [
        ("go", "save_code"),
        ("case", &number),
        ("code", &code),
        ("for", "colleague"),
    ];
    let (_, file) = setup.post(PATH, &colleague).await;
    for part in [&code, &number, "Deze code is voor je collega."] {
        assert!(file.contains(part), "{file}");
    }
    let (response, kept) = setup.post(PATH, &[("go", "kept")]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!kept.contains(&code) && !kept.contains(&number), "{kept}");
    // Nothing was sent, so no draft on the device has become a report.
    assert!(!kept.contains("data-draft-sent"), "{kept}");
    let follower = Follower::of(&setup, &code.replace('-', " ").to_lowercase()).await;
    follower.sees(&number);
    follower.sees("en liep door");
    follower.sees("Gemeld");
    follower.sees("Nog niemand heeft je melding geopend.");
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn only_what_looks_like_a_receipt_is_saved() {
    let setup = set_up(Options::default());
    for (case, code) in [
        ("", ""),
        ("7K3QX-9M2PD", "geen code"),
        ("x", "H3YS-EVYM-H3YE-H0R0-3C1M"),
    ] {
        let pairs = [("go", "save_code"), ("case", case), ("code", code)];
        let (response, _) = setup.post(PATH, &pairs).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_code_outside_a_post_does_nothing() {
    let setup = set_up(Options::default());
    let code = code_of(&confirmation(&setup).await);
    let (_, empty) = setup.get(PATH).await;
    let query = format!("{PATH}?code={code}&go=open");
    let with_headers = Request::get(PATH)
        .header("cookie", format!("code={code}"))
        .header("x-code", &code)
        .header("authorization", format!("Bearer {code}"));
    let requests = [
        Request::get(&query).body(Body::empty()),
        with_headers.body(Body::empty()),
    ];
    for request in requests {
        let (response, page) = setup.send(request.unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(without_visit(&page), without_visit(&empty));
    }
    let (response, _) = setup.get(&format!("/melden/volgen?code={code}")).await;
    assert_eq!(response.headers()[LOCATION], PATH);
    // A post with the code in its address only has no code.
    let (response, page) = setup.post(&query, &[("go", "open")]).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(!page.contains(&code), "{page}");
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_wrong_code_gets_the_same_answer_in_the_same_time() {
    let setup = set_up(behind_a_proxy());
    let right = code_of(&confirmation(&setup).await);
    let damaged = code_of(&confirmation(&setup).await);
    let case = setup.store.open_with_receipt(&damaged).unwrap().case.cover;
    let file = setup.data.path().join("reports").join(case.id.plain());
    let file = std::fs::read_dir(file).unwrap().next().unwrap().unwrap();
    std::fs::remove_file(file.path()).unwrap();

    let mut wrong_check = right.clone();
    let last = if wrong_check.pop() == Some('0') {
        '1'
    } else {
        '0'
    };
    wrong_check.push(last);
    let mut answers = Vec::new();
    for wrong in [
        "-".to_owned(),
        "onzin".to_owned(),
        wrong_check,
        // Sound, of nobody.
        "H3YS-EVYM-H3YE-H0R0-3C1M".to_owned(),
        // The first part of ours, the rest of nobody's.
        code_with_locator(&right),
        number_of(&confirmation(&setup).await),
        damaged,
    ] {
        // Each from a client of its own: the waits of one client have their own test.
        let client = format!("192.0.2.{}", answers.len() + 1);
        let begun = Instant::now();
        let pairs = [("code", wrong.as_str()), ("go", "open")];
        let elsewhere = [("x-forwarded-for", client.as_str())];
        let (response, page) = setup.post_with(PATH, &pairs, &elsewhere).await;
        let headers = response.headers().clone();
        let length = headers[CONTENT_LENGTH].to_str().unwrap().to_owned();
        let mut headers: Vec<String> = headers
            .iter()
            .filter(|(name, _)| **name != CONTENT_LENGTH)
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        assert_eq!(length, page.len().to_string());
        let typed = format!("name=\"code\" value=\"{wrong}\"");
        assert!(page.contains(&typed), "{page}");
        let page = without_visit(&page).replace(&typed, "");
        answers.push((response.status(), headers, page, begun.elapsed()));
    }
    let (status, _, page, time) = answers[0].clone();
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(time.as_millis(), 500);
    assert!(page.contains("We kunnen met deze code geen melding openen"));
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
}

/// Makes a sound code with the first part of another one.
fn code_with_locator(code: &str) -> String {
    let digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let begin: String = code.chars().take(code.len() - 2).collect();
    let ends = digits
        .chars()
        .flat_map(|a| digits.chars().map(move |b| format!("{a}{b}")));
    let mut codes = ends.map(|end| format!("{begin}{end}"));
    let sound =
        |text: &String| text != code && text.parse::<crate::report::receipt::ReceiptCode>().is_ok();
    codes.find(sound).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_empty_code_is_no_wrong_code() {
    let setup = set_up(behind_a_proxy());
    let begun = Instant::now();
    for _ in 0..20 {
        let (response, page) = open(&setup, " ").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(page.contains("Vul je code in."), "{page}");
    }
    assert_eq!(begun.elapsed().as_millis(), 0);
    let code = code_of(&confirmation(&setup).await);
    assert_eq!(open(&setup, &code).await.0.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_visit_that_was_closed_shows_nothing_any_more() {
    let setup = set_up(Options::default());
    let code = code_of(&confirmation(&setup).await);
    let (_, entry) = setup.get(PATH).await;
    let mut follower = Follower::of(&setup, &code).await;
    follower.page = entry;
    follower.press("open", &[("code", &code)]).await;
    let report = follower.page.clone();
    follower.sees("en liep door");

    let close = form_with(&report, "close");
    assert!(!close.contains(&code), "{close}");
    follower.press("close", &[]).await;
    assert_eq!(follower.status(), 303);
    assert_eq!(follower.response.headers()[LOCATION], "/");
    // Back, and what was there is sent again: looked at, written and asked.
    for (go, typed) in [
        ("message", [("message", "Ik was het")]),
        ("withdraw", [("go", "withdraw")]),
    ] {
        follower.page = report.clone();
        follower.press(go, &typed).await;
        assert_eq!(follower.status(), 403);
        follower.sees("Je had je melding gesloten. Vul je code opnieuw in.");
        follower.does_not_see("en liep door");
        follower.does_not_see("Ik was het");
        follower.does_not_see(&code);
    }
    assert_eq!(setup.events().len(), 1);
    // That page begins a new visit; a page without a visit is given one.
    follower.press("open", &[("code", &code)]).await;
    follower.sees("en liep door");
    let again = Follower::of(&setup, &code).await;
    assert!(form_with(&again.page, "close").contains("name=\"visit\""));
}

#[tokio::test(start_paused = true)]
async fn a_visit_that_was_left_asks_for_the_code_and_keeps_what_was_typed() {
    let setup = set_up(behind_a_proxy());
    let mut follower = Follower::new(&setup).await;
    let code = follower.code.clone();
    let half_an_hour = std::time::Duration::from_secs(30 * 60);
    tokio::time::sleep(half_an_hour).await;
    let typed = [("message", "Een lang verhaal")];
    follower.press_with("message", &typed, &[NOTE]).await;
    assert_eq!(follower.status(), 403);
    follower.sees("Je was een half uur niet in je melding.");
    follower.does_not_see(&code);
    follower.press("open", &[("code", "onzin")]).await;
    follower.press("open", &[("code", &code)]).await;
    follower.sees("Een lang verhaal</textarea>");
    assert_eq!((setup.events().len(), follower.stored_files()), (1, 0));
    follower.press("message", &[]).await;
    assert_eq!(follower.says("send_message").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_many_wrong_codes_wrong_ones_wait_and_right_ones_do_not() {
    let setup = set_up(behind_a_proxy());
    let mut follower = Follower::new(&setup).await;
    for _ in 0..8 {
        let (response, _) = open(&setup, "onzin").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    let (response, page) = open(&setup, "onzin").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()[RETRY_AFTER], "13");
    assert!(page.contains("value=\"onzin\""), "{page}");
    assert!(page.contains("Over 13 seconden"), "{page}");
    // Who has a right code opens a report and goes on with it, also from the same address.
    let begun = tokio::time::Instant::now();
    let other = code_of(&confirmation(&setup).await);
    assert_eq!(open(&setup, &other).await.0.status(), StatusCode::OK);
    follower.press("message", &[("message", "Nog iets")]).await;
    follower.sees("Je bericht is verstuurd.");
    assert!(begun.elapsed().as_millis() < 500);
    // Elsewhere nothing has happened.
    let pairs = [("code", "onzin"), ("go", "open")];
    let elsewhere = [("x-forwarded-for", "192.0.2.1")];
    let (response, _) = setup.post_with(PATH, &pairs, &elsewhere).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_message_is_sent_once_and_the_answer_is_seen() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    let before = follower.page.clone();
    let message = [("message", "Hij <b>belde</b> weer.\r\n\r\nTwee keer.")];
    follower.press("message", &message).await;
    follower.sees("Je bericht is verstuurd.");
    follower.sees("Hij &lt;b&gt;belde&lt;/b&gt; weer.</p>");
    // A double click, and a reload.
    follower.page = before.clone();
    follower.press("message", &message).await;
    follower.sees("Je bericht is verstuurd.");
    assert_eq!(follower.says("send_message").len(), 1);
    // Other words from the same page are another message.
    follower.page = before;
    follower.press("message", &[("message", "Anders.")]).await;
    assert_eq!(follower.says("send_message").len(), 2);

    let answer = text("Ik bel je morgen.");
    follower.others_do("send_message", Role::Coordinator, answer);
    let follower = Follower::of(&setup, &follower.code).await;
    follower.sees("<strong>coördinator</strong>");
    follower.sees("Ik bel je morgen.");
}

#[tokio::test]
async fn what_is_wrong_is_told_and_what_was_typed_stays() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    async fn check(
        follower: &mut Follower<'_>,
        go: &str,
        typed: &[(&str, &str)],
        input: &str,
        kept: &str,
    ) {
        follower.press(go, typed).await;
        assert_eq!(follower.status(), 200);
        follower.sees(&format!("href=\"#{input}\""));
        follower.sees(&format!("id=\"{input}\""));
        follower.sees("<title>Fout: ");
        follower.sees(kept);
    }
    check(
        &mut follower,
        "message",
        &[],
        "message",
        "Schrijf je bericht",
    )
    .await;
    check(&mut follower, "add", &[], "addition", "wilt toevoegen, of").await;
    check(
        &mut follower,
        "decide",
        &[],
        "decision",
        "Kies wat je wilt.",
    )
    .await;
    let long = "é".repeat(10_001);
    let typed = [("message", long.as_str())];
    check(&mut follower, "message", &typed, "message", &long).await;
    check(
        &mut follower,
        "message",
        &[("message", "a\u{7}b")],
        "message",
        "onzichtbaar",
    )
    .await;
    assert_eq!(setup.events().len(), 1);
}

#[tokio::test]
async fn a_choice_about_registration_is_kept_and_after_handing_over_it_is_a_request() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.sees("je hebt nog niet gekozen");
    follower
        .press("decide", &[("decision", "register_unnamed")])
        .await;
    follower.sees("Je keuze is opgeslagen.");
    follower.sees("<strong>Ja, maar niet met mijn naam</strong>");
    follower.press("decide", &[("decision", "onzin")]).await;
    follower.sees("href=\"#decision\"");

    let reference = Said {
        reference: Some("GIR 12".into()),
        ..Said::default()
    };
    follower.others_do("register", Role::Coordinator, reference);
    // The page still shows the form of before.
    follower
        .press("decide", &[("decision", "not_register")])
        .await;
    follower.sees("Je verzoek is verstuurd naar de coördinator.");
    follower.sees("Mijn keuze is nu: Nee.");
    follower.sees("<strong>Ja, maar niet met mijn naam</strong>");
    assert_eq!(follower.says("decide_registration").len(), 1);
}

fn measure() -> Said {
    Said {
        text: Some("Voorstel".into()),
        measure: Some(Measure {
            kind: "written_warning".parse().unwrap(),
            behaviour: "Hij dreigde aan de balie.".into(),
            hearing: "heard".parse().unwrap(),
            hearing_reason: None,
            informed: "Met een brief".into(),
            ends_on: "2027-02-01".parse().unwrap(),
            review_on: "2027-01-01".parse().unwrap(),
        }),
        ..Said::default()
    }
}

#[tokio::test]
async fn a_proposed_measure_can_be_reacted_to_until_it_is_decided() {
    let setup = set_up(Options::default());
    let follower = Follower::new(&setup).await;
    follower.others_do("acknowledge", Role::Coordinator, Said::default());
    follower.others_do("propose_measure", Role::Coordinator, measure());
    let mut follower = Follower::of(&setup, &follower.code.clone()).await;
    follower.sees("Hij dreigde aan de balie.");
    follower.sees("De burger heeft verteld hoe het ging.");
    follower.press("react", &[]).await;
    follower.sees("href=\"#reaction-3\"");
    let words = [("reaction", "disagree"), ("reaction_text", "Te licht")];
    follower.press("react", &words).await;
    follower.sees("Je reactie is verstuurd.");
    follower.sees("<strong>Ik ben het er niet mee eens</strong>");
    let page = follower.page.clone();
    let decision = Said {
        choice: Some("measure".parse().unwrap()),
        ..measure()
    };
    follower.others_do("decide_measure", Role::Decider, decision);
    follower = Follower::of(&setup, &follower.code.clone()).await;
    follower.sees("Over dit voorstel is al besloten.");
    follower.does_not_see("value=\"react\"");
    follower.page = page;
    follower.press("react", &[("reaction", "agree")]).await;
    assert_eq!(follower.says("react_to_measure").len(), 2);
}

#[tokio::test]
async fn a_withdrawal_is_asked_twice_and_done_once() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.press("withdraw", &[]).await;
    follower.sees("Weet je het zeker?");
    assert_eq!(setup.events().len(), 1);
    let sure = follower.page.clone();
    follower.press("open", &[]).await;
    follower.sees("Mijn melding</h1>");
    follower.page = sure.clone();
    let words = [("withdraw_text", "Het is uitgepraat")];
    follower.press("withdraw_confirmed", &words).await;
    follower.sees("Je melding is ingetrokken.");
    follower.sees("Het is uitgepraat");
    follower.sees("Er werkt niemand meer aan.");
    follower.does_not_see("Je hoort het zodra");
    follower.does_not_see("value=\"withdraw\"");
    follower.page = sure.clone();
    follower.press("withdraw_confirmed", &words).await;
    follower.sees("Je melding is ingetrokken.");
    // Other words after it: not possible any more, and not lost.
    follower.page = sure;
    let words = [("withdraw_text", "Toch nog een reden")];
    follower.press("withdraw_confirmed", &words).await;
    assert_eq!(follower.status(), 409);
    follower.sees("Dit kan nu niet meer");
    follower.sees("Toch nog een reden</textarea>");
    assert_eq!(setup.events().len(), 2);
}

#[tokio::test]
async fn a_closed_report_asks_whether_it_helped() {
    let setup = set_up(Options::default());
    let page = confirmation_with_contact(&setup, "email").await;
    let follower = Follower::of(&setup, &code_of(&page)).await;
    let choice = |choice: &str| Said {
        choice: Some(choice.parse().unwrap()),
        text: Some("Omdat".into()),
        ..Said::default()
    };
    let by = Role::Coordinator;
    follower.others_do("acknowledge", by, text("We gaan kijken"));
    follower.others_do("log_support", by, choice("support_talk"));
    follower.others_do("log_support", by, choice("enough"));
    follower.others_do(
        "decide_registration",
        Role::Reporter,
        choice("not_register"),
    );
    follower.others_do("decide_measure", by, choice("none"));
    follower.others_do("give_feedback", by, text("We praatten met hem"));
    follower.others_do("record_lesson", by, choice("none"));
    follower.others_do("check_accident", by, choice("no_accident"));
    follower.others_do("close", by, Said::default());
    let mut follower = Follower::of(&setup, &follower.code.clone()).await;
    follower.sees("Afgerond");
    follower.sees("We gaan kijken");
    follower.sees("We praatten met hem");
    // What handlers note for themselves is not told.
    assert_eq!(follower.page.matches("<p>Omdat</p>").count(), 1);
    follower.does_not_see("value=\"add\"");
    follower.press("helped", &[("helped", "no")]).await;
    follower.sees("href=\"#helped_text\"");
    let old_tab = follower.page.clone();
    let words = [("helped", "no"), ("helped_text", "Ik durf niet alleen")];
    follower.press("helped", &words).await;
    follower.sees("Je antwoord is opgeslagen.");
    follower.sees("Je hoort of we je zaak weer openen.");
    follower.does_not_see("value=\"reopen\"");
    follower.sees("Dit antwoord telt nu: <strong>Nee, er is nog iets nodig</strong>");
    // A tab from before that answer does not change it unseen; who sees it, may.
    follower.page = old_tab;
    let other = [("helped", "yes"), ("helped_text", "Toch goed")];
    follower.press("helped", &other).await;
    assert_eq!(follower.status(), 409);
    follower.sees("Je hebt deze vraag al beantwoord");
    follower.sees("Toch goed</textarea>");
    follower.sees("Dit antwoord telt nu: <strong>Nee, er is nog iets nodig</strong>");
    assert_eq!(follower.says("answer_help").len(), 1);
    follower.press("helped", &other).await;
    assert_eq!(follower.says("answer_help").len(), 2);
}

#[tokio::test]
async fn files_come_along_sealed_and_go_back_as_they_were() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    let page = follower.page.clone();
    let files = [
        NOTE,
        ("virus.exe", b"MZ\x90\0\x03\0".as_slice()),
        ("leeg.txt", b""),
    ];
    let message = [("message", "Kijk maar")];
    follower.press_with("message", &message, &files).await;
    assert_eq!(follower.status(), 200);
    follower.sees("Je bericht is verstuurd.");
    follower.sees("aantekening.txt");
    follower.sees("25 bytes");
    follower.sees("virus.exe</strong><br>Dit soort bestand nemen we niet aan.");
    follower.sees("leeg.txt</strong><br>Dit bestand is leeg.");
    follower.sees("Je kunt nog 9 bestanden meesturen.");
    follower.sees("Zonder: <span class=\"file-name\">virus.exe</span>");
    follower.sees("Wel bewaard: <span class=\"file-name\">aantekening.txt</span>");
    assert_eq!(follower.stored_files(), 1);

    // A double click stores nothing twice.
    let after = follower.page.clone();
    follower.page = page;
    follower.press_with("message", &message, &files).await;
    assert_eq!(follower.status(), 200);
    follower.sees("Je bericht is verstuurd.");
    assert_eq!(follower.stored_files(), 1);
    assert_eq!(follower.says("send_message").len(), 1);

    follower.page = after;
    let id = follower.opened().case.cover.files[0].id.to_string();
    follower.press(&format!("file:{id}"), &[]).await;
    assert_eq!(follower.page.as_bytes(), NOTE.1);
    let headers = follower.response.headers();
    assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(
        headers[CONTENT_DISPOSITION],
        "attachment; filename=\"aantekening.txt\""
    );
    assert_eq!(headers[CONTENT_LENGTH], "25");
    let other = [
        ("code", follower.code.as_str()),
        ("go", "file:ffffffffffffffff"),
    ];
    assert_eq!(setup.post(PATH, &other).await.0.status(), 404);
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn files_that_come_twice_at_once_are_kept_once() {
    let setup = set_up(Options::default());
    let follower = Follower::new(&setup).await;
    let mut pairs = pairs_of(&form_with(&follower.page, "message"));
    pairs.retain(|(name, _)| name != "message");
    pairs.push(("message".into(), "Kijk".into()));
    let body = multipart(&pairs, &[NOTE], "message");
    let sent = || send_files(&setup, body.clone());
    let (one, two, three) = tokio::join!(sent(), sent(), sent());
    for (response, page) in [one, two, three] {
        assert_eq!(response.status(), StatusCode::OK);
        assert!(page.contains("Je bericht is verstuurd."), "{page}");
    }
    assert_eq!(follower.says("send_message").len(), 1);
    assert_eq!(follower.stored_files(), 1);
}

#[tokio::test]
async fn a_file_is_taken_away_by_its_reporter_and_by_nobody_else() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.press_with("message", &[], &[NOTE]).await;
    let page = follower.page.clone();
    let id = follower.opened().case.cover.files[0].id.to_string();
    let other = Follower::new(&setup).await;
    let theirs = [
        ("code", other.code.as_str()),
        ("go", &*format!("remove_file:{id}")),
    ];
    setup.post(PATH, &theirs).await;
    assert_eq!(follower.stored_files(), 1);
    let remove = format!("remove_file:{id}");
    follower.press(&remove, &[]).await;
    follower.sees("Je bestand is weggehaald.");
    follower.sees("Je hebt een bestand weggehaald");
    follower.does_not_see("aantekening.txt");
    follower.sees("Je kunt er 10 tegelijk meesturen.");
    assert_eq!(follower.stored_files(), 0);
    // Pressed twice, it is done once.
    follower.page = page;
    follower.press(&remove, &[]).await;
    follower.sees("Je bestand is weggehaald.");
    let kinds: Vec<_> = setup
        .events()
        .iter()
        .map(|event| event["kind"].clone())
        .collect();
    let removed = kinds.iter().filter(|kind| *kind == "files_removed");
    assert_eq!(removed.count(), 1, "{kinds:?}");
    let download = [
        ("code", follower.code.as_str()),
        ("go", &*format!("file:{id}")),
    ];
    assert_eq!(setup.post(PATH, &download).await.0.status(), 404);
    assert_eq!(setup.store.cases().unwrap().findings, []);
}

#[tokio::test]
async fn of_a_withdrawn_report_no_file_is_taken_away() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.press_with("add", &[], &[NOTE]).await;
    let id = follower.opened().case.cover.files[0].id.to_string();
    follower.others_do("withdraw", Role::Reporter, Said::default());
    follower.press(&format!("remove_file:{id}"), &[]).await;
    assert_eq!(follower.status(), 409);
    follower.sees("Dit kan nu niet meer");
    assert_eq!(follower.stored_files(), 1);
    follower.does_not_see("remove_file:");
}

#[tokio::test]
async fn a_text_that_is_far_too_long_is_kept_on_the_page() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    let long = "a".repeat(200_000);
    let message = [("message", long.as_str())];
    follower.press_with("message", &message, &[NOTE]).await;
    follower.sees(&long);
    let longer = "a".repeat(limits::BODY_BYTES);
    let typed = [("message", longer.as_str())];
    follower.press_with("message", &typed, &[NOTE]).await;
    assert_eq!(follower.status(), 413);
    assert_eq!(follower.stored_files(), 0);
}

#[tokio::test]
async fn files_alone_can_be_added_and_no_more_than_fit() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    let contents: [String; 12] = std::array::from_fn(|n| format!("Bestand {n}"));
    let files: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|content| (NOTE.0, content.as_bytes()))
        .collect();
    follower.press_with("add", &[], &files).await;
    follower.sees("Het is toegevoegd aan je melding.");
    assert_eq!(
        follower.page.matches("Er passen 10 bestanden bij").count(),
        2
    );
    assert_eq!(follower.stored_files(), 10);
    follower.does_not_see("type=\"file\"");
    follower.sees("Er passen geen bestanden meer bij.");
    follower.press("add", &[("addition", "En dit nog")]).await;
    follower.sees("En dit nog");
    assert_eq!(follower.says("add_files").len(), 1);
    assert_eq!(follower.says("amend_report").len(), 1);
}

#[tokio::test]
async fn of_far_too_many_files_the_rest_is_only_counted() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    let empty: (&str, &[u8]) = ("leeg.txt", b"");
    follower.press_with("add", &[], &[empty; 300]).await;
    assert_eq!(follower.page.matches("Dit bestand is leeg.").count(), 20);
    follower.sees("+ 280");
    follower.sees("Dit waren te veel bestanden.");
    assert_eq!((setup.events().len(), follower.stored_files()), (1, 0));
}

#[tokio::test]
async fn with_only_refused_files_nothing_is_recorded() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.press_with("add", &[], &[("leeg.txt", b"")]).await;
    follower.sees("Dit bestand is leeg.");
    follower.sees("Er is niets opgeslagen.");
    follower.does_not_see("Het is toegevoegd");
    // With a wrong text no file is taken either.
    follower
        .press_with("message", &[("message", "a\u{7}b")], &[NOTE])
        .await;
    follower.sees("href=\"#message\"");
    assert_eq!((setup.events().len(), follower.stored_files()), (1, 0));
}

#[tokio::test]
async fn files_of_an_act_that_is_refused_do_not_stay() {
    let setup = set_up(Options::default());
    let mut follower = Follower::new(&setup).await;
    follower.others_do("withdraw", Role::Reporter, Said::default());
    let words = [("addition", "Nog een foto")];
    follower.press_with("add", &words, &[NOTE]).await;
    assert_eq!(follower.status(), 409);
    follower.sees("Dit kan nu niet meer");
    follower.sees("Nog een foto</textarea>");
    assert_eq!(follower.stored_files(), 0);
}

#[tokio::test]
async fn a_file_before_the_code_opens_nothing() {
    let setup = set_up(Options::default());
    let follower = Follower::new(&setup).await;
    let whole = multipart(&[], &[NOTE], "message");
    let (response, _) = send_files(&setup, whole).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(follower.stored_files(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let setup = set_up(Options::default());
    let follower = Follower::new(&setup).await;
    let pairs = pairs_of(&form_with(&follower.page, "message"));
    let files: [(&str, &[u8]); 2] = [NOTE, NOTE];
    let body = multipart(&pairs, &files, "message");
    for cut in [body.len() / 2, body.len() - 20, body.len() - 4] {
        let (response, _) = send_files(&setup, body[..cut].to_vec()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{cut}");
    }
    // The thread that takes files sees it a moment later.
    while follower.stored_files() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.events().len(), 1);
    // Nothing is left for the next start to remove either.
    drop(follower);
    let (
        data,
        Setup {
            store,
            live,
            router,
            ..
        },
    ) = (
        setup.data,
        Setup {
            data: tempfile::tempdir().unwrap(),
            ..setup
        },
    );
    drop((store, live, router));
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let clock = Arc::new(FixedClock("2026-11-20T10:15:00Z".parse().unwrap()));
    let (_, findings) = Store::open(data.path(), surroundings(clock), settings).unwrap();
    assert_eq!(findings, []);
}

#[tokio::test]
async fn without_free_space_what_was_typed_is_still_there() {
    let setup = set_up(Options::default());
    let follower = Follower::new(&setup).await;
    let code = follower.code.clone();
    let data = setup.data;
    drop((setup.router, setup.live, setup.store));
    let full = set_up_in(
        data,
        Options {
            least_free_bytes: u64::MAX,
            ..Options::default()
        },
    );
    let mut follower = Follower::of(&full, &code).await;
    follower
        .press("message", &[("message", "Bewaar mij")])
        .await;
    assert_eq!(follower.status(), 503);
    follower.sees("We kunnen nu even niets opslaan");
    follower.sees("Bewaar mij</textarea>");
    follower
        .press_with("message", &[("message", "Bewaar mij")], &[NOTE])
        .await;
    assert_eq!(follower.status(), 503);
    follower.sees("Bewaar mij</textarea>");
    let log = full.log.lock().unwrap();
    assert_eq!(log.len(), 2);
    for entry in log.iter() {
        let LogEntry::ActFailed { reason } = entry else {
            panic!("{entry:?}");
        };
        assert!(!reason.contains("Bewaar"), "{reason}");
    }
}

#[tokio::test]
async fn a_damaged_report_says_so_to_whoever_has_its_code() {
    let setup = set_up(Options::default());
    let code = code_of(&confirmation_with_contact(&setup, "email").await);
    let case = setup.store.open_with_receipt(&code).unwrap().case.cover.id;
    let names = setup.data.path().join("reports").join(case.plain());
    let names = std::fs::read_dir(names.join("names")).unwrap().next();
    std::fs::remove_file(names.unwrap().unwrap().path()).unwrap();
    let (response, page) = open(&setup, &code).await;
    assert_eq!(response.status(), StatusCode::OK, "{page}");
    assert!(
        page.contains("We kunnen je melding nu niet openen"),
        "{page}"
    );
    assert!(page.contains(&case.to_string()) && !page.contains(&code));
    assert_eq!(setup.log.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn my_report_speaks_the_language_of_its_address() {
    let setup = set_up(Options::default());
    let code = code_of(&confirmation(&setup).await);
    let pairs = [("code", code.as_str()), ("go", "open")];
    let (_, page) = setup.post("/en/melden/volgen/", &pairs).await;
    assert!(
        page.contains("lang=\"en\"") && page.contains("Your report was sent"),
        "{page}"
    );
    assert!(page.contains("action=\"/en/melden/volgen/\""));
    let foreign = [("sec-fetch-site", "cross-site")];
    let (response, _) = setup.post_with(PATH, &pairs, &foreign).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_got_access_is_named_and_not_who_had_it() {
    let setup = set_up(Options::default());
    person(setup.data.path(), "Kim", Role::Coordinator);
    let follower = Follower::new(&setup).await;
    let (ali, _) = person(setup.data.path(), "Ali", Role::Manager);
    let by = Actor {
        role: Role::Coordinator,
        person: None,
    };
    setup.store.grant(&follower.opened(), &by, &ali).unwrap();
    let follower = Follower::of(&setup, &follower.code).await;
    follower.sees("Mag nu lezen: leidinggevende Ali");
    follower.does_not_see("Mag nu lezen: coördinator Kim");
}
