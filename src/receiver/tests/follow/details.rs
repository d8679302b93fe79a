//! The second part of a report, at once, later, and again.

use serde_json::json;

use super::*;
use crate::report::case::Case;

/// A form with a page of every sort that matters here: one that looks at the first part, a group, files,
/// and somebody's number.
const FORM: &str = "
address: proef
version: 3
languages: [nl]
title: { nl: Meld agressie }
to: { field: recipient, otherwise: coordinator }
contact: { field: contact_mode, none: [none] }
pages:
  - id: what
    title: { nl: Wat }
    fields:
      - name: kinds
        kind: choice
        label: { nl: Wat gebeurde er? }
        privacy: P1
        required: true
        options:
          - { value: verbal, label: { nl: Schelden } }
          - { value: threat, label: { nl: Dreigen } }
      - name: recipient
        kind: choice
        label: { nl: Wie mag het lezen? }
        privacy: P1
        options:
          - { value: coordinator, label: { nl: De coördinator } }
      - name: contact_mode
        kind: choice
        label: { nl: Contact? }
        privacy: P1
        options:
          - { value: none, label: { nl: Nee } }
details:
  title: { nl: Registreren }
  pages:
    - id: threat
      title: { nl: Dreiging }
      fields:
        - name: words
          kind: long_text
          label: { nl: Wat zei hij? }
          privacy: P2
          when: { field: kinds, any: [threat] }
    - id: harm
      title: { nl: Schade }
      fields:
        - name: harmed
          kind: yes_no
          label: { nl: Is er schade? }
          privacy: P1
          required: true
    - id: damage
      title: { nl: Welke schade }
      fields:
        - name: damage
          kind: group
          label: { nl: Wat is er kapot? }
          item: { nl: Schade }
          privacy: P1
          most: 3
          when: { field: harmed, any: [yes] }
          fields:
            - { name: what, kind: short_text, label: { nl: Wat? }, required: true, privacy: P1 }
            - { name: amount, kind: money, label: { nl: Hoeveel? }, privacy: P1 }
    - id: evidence
      title: { nl: Bewijs }
      fields:
        - { name: evidence, kind: file, label: { nl: Wil je bewijs sturen? }, privacy: P2 }
        - { name: remark, kind: short_text, label: { nl: Wat is erop te zien? }, privacy: P2 }
    - id: witness
      title: { nl: Getuige }
      fields:
        - { name: witness_phone, kind: phone, label: { nl: Nummer van een getuige }, privacy: P3 }
";

const OTHER_NOTE: (&str, &[u8]) = ("verslag.txt", b"Hij kwam terug om elf uur.");

fn options() -> Options {
    Options {
        form: Some(FORM),
        ..behind_a_proxy()
    }
}

/// Sends a report and returns its confirmation.
async fn sent(setup: &Setup, kind: &str) -> String {
    let pairs = [("page", "_check"), ("go", "send"), ("kinds", kind)];
    let (response, page) = setup.post("/proef/", &pairs).await;
    assert_eq!(response.status(), StatusCode::OK, "{page}");
    page
}

async fn follower<'a>(setup: &'a Setup, kind: &str) -> Follower<'a> {
    let confirmation = sent(setup, kind).await;
    Follower::of(setup, &code_of(&confirmation)).await
}

impl Follower<'_> {
    /// Opens the second part and goes on to its page for evidence.
    async fn go_to_evidence(&mut self) {
        self.press("details", &[]).await;
        self.press("next", &[("harmed", "no")]).await;
        self.is_on("evidence");
    }

    async fn go_to_check(&mut self) {
        self.go_to_evidence().await;
        self.press("next", &[("remark", "Een deuk")]).await;
        self.press("next", &[("witness_phone", "0612345678")]).await;
        self.is_on("_check");
    }

    #[track_caller]
    fn is_on(&self, page: &str) {
        self.sees(&format!("name=\"page\" value=\"{page}\""));
    }

    fn details(&self) -> serde_json::Value {
        self.opened().case.detail_answers
    }

    /// Presses a button of the page for evidence, with files.
    async fn send_evidence(&mut self, go: &str, files: &[(&str, &[u8])]) {
        self.press_with(go, &[("remark", "Een deuk")], files).await;
    }
}

fn given(case: &Case) -> usize {
    let history = case.cover.history.iter();
    let kind = crate::report::event::Kind::DetailsGiven;
    history.filter(|line| line.kind == kind).count()
}

#[tokio::test]
async fn the_second_part_goes_from_the_confirmation_to_my_report() {
    let setup = set_up(options());
    let confirmation = sent(&setup, "threat").await;
    let (response, _) = setup.get(PATH).await;
    let mut follower = Follower {
        setup: &setup,
        code: code_of(&confirmation),
        response,
        page: confirmation,
    };
    follower.press("details", &[]).await;
    follower.is_on("threat");
    follower.sees("Registreren");
    follower
        .press("next", &[("words", "Ik weet je te\r\nvinden")])
        .await;
    follower.press("next", &[]).await;
    follower.sees("href=\"#harmed\"");
    follower.press("next", &[("harmed", "yes")]).await;
    follower
        .press(
            "add:damage",
            &[("damage.1.what", "bril"), ("damage.1.amount", "120,50")],
        )
        .await;
    follower
        .press("add:damage", &[("damage.2.what", "jas")])
        .await;
    follower
        .press("remove:damage.2", &[("damage.3.what", "ruit")])
        .await;
    follower.sees("value=\"bril\"");
    follower.does_not_see("value=\"jas\"");
    follower.press("next", &[]).await;
    follower.send_evidence("next", &[NOTE]).await;
    follower
        .press("back", &[("witness_phone", "06-12345678")])
        .await;
    follower.sees("aantekening.txt");
    follower.press("next", &[]).await;
    follower.press("next", &[]).await;
    follower.is_on("_check");
    follower.sees("aantekening.txt");
    follower.press("change:harm", &[]).await;
    follower.press("next", &[]).await;
    follower.is_on("_check");
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 200);
    follower.sees("Je antwoorden staan bij je melding.");
    follower.sees("beslis jij nog steeds");
    follower.sees("<h3>Je hebt");
    follower.sees("aantekening.txt");
    let id = follower.opened().case.cover.files[0].id.to_string();
    assert_eq!(
        follower.details(),
        json!({
            "words": "Ik weet je te\nvinden",
            "harmed": true,
            "damage": [{"what": "bril", "amount": "120.50"}, {"what": "ruit"}],
            "evidence": [id],
            "remark": "Een deuk",
            "witness_phone": "06-12345678",
        })
    );
    assert_eq!(follower.says("add_files").len(), 1);
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn later_it_is_there_again_and_the_last_answers_count() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.sees("Vertel meer");
    follower.go_to_check().await;
    follower.press("send", &[]).await;
    let mut follower = Follower::of(&setup, &follower.code).await;
    follower.sees("Dit deel heb je ingevuld op");
    follower.press("details", &[]).await;
    follower.sees("value=\"no\" checked");
    follower.press("next", &[]).await;
    follower.sees("value=\"Een deuk\"");
    follower.press("next", &[("remark", "")]).await;
    follower.press("next", &[]).await;
    follower.press("send", &[]).await;
    let expected = json!({"harmed": false, "witness_phone": "0612345678"});
    assert_eq!(follower.details(), expected);
    assert_eq!(given(&follower.opened().case), 2);
}

#[tokio::test]
async fn a_double_click_counts_once_and_what_is_corrected_counts() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_check().await;
    let check = follower.page.clone();
    for _ in 0..3 {
        follower.page = check.clone();
        follower.press("send", &[]).await;
        follower.sees("Je antwoorden staan bij je melding.");
    }
    assert_eq!(given(&follower.opened().case), 1);
    follower.page = check;
    follower.press("change:evidence", &[]).await;
    follower.press("next", &[("remark", "Een kras")]).await;
    follower.press("send", &[]).await;
    assert_eq!(follower.details()["remark"], "Een kras");
    assert_eq!(given(&follower.opened().case), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_typed_survives_a_visit_that_was_left() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    let code = follower.code.clone();
    let half_an_hour = std::time::Duration::from_secs(30 * 60);
    follower.go_to_evidence().await;
    tokio::time::sleep(half_an_hour).await;
    // The remark stands below the files.
    follower.send_evidence("next", &[NOTE]).await;
    assert_eq!((follower.status(), follower.stored_files()), (403, 0));
    follower.sees("Je was een half uur niet in je melding.");
    follower.does_not_see(&code);
    follower.press("open", &[("code", "onzin")]).await;
    follower.press("open", &[("code", &code)]).await;
    follower.is_on("evidence");
    follower.sees("value=\"Een deuk\"");
    follower.press("next", &[]).await;
    follower.press("next", &[]).await;
    tokio::time::sleep(half_an_hour).await;
    follower.press("send", &[]).await;
    assert_eq!(given(&follower.opened().case), 0);
    follower.press("open", &[("code", &code)]).await;
    follower.is_on("_check");
    let check = follower.page.clone();
    // Who closes the visit leaves nothing to be seen.
    follower.press("close", &[]).await;
    follower.page = check;
    follower.press("send", &[]).await;
    follower.sees("Je had je melding gesloten");
    follower.does_not_see("Een deuk");
    assert_eq!(given(&follower.opened().case), 0);
}

#[tokio::test]
async fn who_stops_is_back_on_my_report() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.press("details", &[]).await;
    follower.press("open", &[]).await;
    follower.sees("<h1>Mijn melding</h1>");
    assert_eq!(given(&follower.opened().case), 0);
}

#[tokio::test]
async fn files_belong_to_the_report_at_once_and_to_the_answer_until_taken_out() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_evidence().await;
    let virus = ("virus.exe", b"MZ\x90\0\x03\0".as_slice());
    let before = follower.page.clone();
    follower.send_evidence("next", &[NOTE, virus]).await;
    follower.is_on("evidence");
    follower.sees("<title>Fout: ");
    follower.sees("virus.exe: Dit soort bestand nemen we niet aan.");
    follower.sees("href=\"#evidence\"");
    follower.sees("value=\"Een deuk\"");
    follower.sees("Wel bewaard: aantekening.txt");
    follower.sees("Dan wissen we het.");
    // A double click, and another file under the same name after going back.
    follower.page = before.clone();
    follower.send_evidence("next", &[NOTE, virus]).await;
    assert_eq!(
        (follower.stored_files(), follower.says("add_files").len()),
        (1, 1)
    );
    let first = follower.opened().case.cover.files[0].id.to_string();
    follower.sees(&format!("name=\"evidence\" value=\"{first}\""));
    follower.page = before;
    follower
        .send_evidence("next", &[(NOTE.0, OTHER_NOTE.1)])
        .await;
    follower.press("back", &[]).await;
    assert_eq!(follower.stored_files(), 2);
    let second = follower.opened().case.cover.files[1].id.to_string();
    follower.does_not_see(&format!("value=\"{first}\""));
    let take_out = format!("remove:evidence.{second}");
    follower.press(&take_out, &[("remark", "Toch niet")]).await;
    follower.is_on("evidence");
    follower.does_not_see(&format!("value=\"{second}\""));
    follower.sees("value=\"Toch niet\"");
    follower.press("next", &[]).await;
    follower.press("next", &[]).await;
    follower.press("send", &[]).await;
    assert_eq!(follower.details().get("evidence"), None);
    assert_eq!(follower.stored_files(), 1);
    follower.sees("Je hebt een bestand weggehaald");
}

#[tokio::test]
async fn a_page_that_is_filled_in_again_takes_no_place_twice() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    for _ in 0..12 {
        follower.go_to_evidence().await;
        follower.send_evidence("next", &[NOTE, OTHER_NOTE]).await;
        follower.is_on("witness");
        follower.press("open", &[]).await;
    }
    assert_eq!(
        (follower.stored_files(), follower.says("add_files").len()),
        (2, 1)
    );
    // What is there already is accepted beside what is not, and in a message.
    follower.go_to_evidence().await;
    follower
        .send_evidence("next", &[NOTE, ("leeg.txt", b"")])
        .await;
    follower.sees("Wel bewaard: aantekening.txt");
    follower.press("open", &[]).await;
    follower.press_with("message", &[], &[NOTE]).await;
    follower.sees("Je bericht is verstuurd.");
    assert_eq!(follower.stored_files(), 2);
    follower.sees("Je kunt nog 8 bestanden meesturen.");
    let id = follower.opened().case.cover.files[0].id.to_string();
    follower.press(&format!("file:{id}"), &[]).await;
    assert_eq!(follower.page.as_bytes(), NOTE.1);
}

#[tokio::test]
async fn a_file_that_was_taken_away_can_come_back() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_evidence().await;
    let before = follower.page.clone();
    follower.send_evidence("next", &[NOTE]).await;
    follower.press("back", &[]).await;
    let id = follower.opened().case.cover.files[0].id.to_string();
    follower.press(&format!("remove:evidence.{id}"), &[]).await;
    follower.is_on("evidence");
    follower.does_not_see("aantekening.txt");
    assert_eq!(follower.stored_files(), 0);
    // The same page with the same file, under the same key.
    follower.page = before;
    follower.send_evidence("next", &[NOTE]).await;
    follower.press("back", &[]).await;
    follower.sees("aantekening.txt");
    assert_eq!(follower.stored_files(), 1);
}

#[tokio::test]
async fn stopping_on_any_page_stores_what_is_there() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.press("details", &[]).await;
    let mut pairs = pairs_of(&form_with(&follower.page, "next"));
    pairs.retain(|(name, _)| name != "harmed");
    let stop = |pairs: &[(String, String)], harmed: &str| {
        let mut pairs = pairs.to_vec();
        pairs.push(("go".to_owned(), "send".to_owned()));
        pairs.push(("harmed".to_owned(), harmed.to_owned()));
        pairs
    };
    let post = async |pairs: Vec<(String, String)>| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        setup.post(PATH, &pairs).await.1
    };
    follower.page = post(stop(&pairs, "")).await;
    follower.is_on("harm");
    follower.sees("href=\"#harmed\"");
    assert_eq!(given(&follower.opened().case), 0);
    follower.page = post(stop(&pairs, "no")).await;
    follower.sees("Je antwoorden staan bij je melding.");
    assert_eq!(follower.details(), json!({"harmed": false}));
    // With a file that was chosen on the page.
    follower.go_to_evidence().await;
    let pairs = pairs_of(&form_with(&follower.page, "next"));
    let body = multipart_of("evidence", &pairs, &[NOTE], "send");
    (_, follower.page) = send_files(&setup, body).await;
    follower.sees("Je antwoorden staan bij je melding.");
    follower.sees("aantekening.txt");
    assert_eq!(follower.details()["evidence"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_more_files_are_taken_than_fit() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_evidence().await;
    let contents: [String; 12] = std::array::from_fn(|n| format!("Bestand {n}"));
    let files: Vec<(&str, &[u8])> = contents
        .iter()
        .map(|content| (NOTE.0, content.as_bytes()))
        .collect();
    follower.send_evidence("next", &files).await;
    assert_eq!(
        follower.page.matches("Er passen 10 bestanden bij").count(),
        4
    );
    follower.does_not_see("type=\"file\"");
    assert_eq!(follower.stored_files(), 10);
    follower.press("next", &[]).await;
    follower.press("next", &[]).await;
    follower.press("send", &[]).await;
    assert_eq!(follower.details()["evidence"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn files_that_come_twice_at_once_are_one_answer() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_evidence().await;
    let pairs = pairs_of(&form_with(&follower.page, "next"));
    let body = multipart_of("evidence", &pairs, &[NOTE], "next");
    let send = || send_files(&setup, body.clone());
    let (one, two) = tokio::join!(send(), send());
    let id = follower.opened().case.cover.files[0].id.to_string();
    for (response, page) in [one, two] {
        assert_eq!(response.status(), StatusCode::OK);
        assert!(
            page.contains(&format!("name=\"evidence\" value=\"{id}\"")),
            "{page}"
        );
    }
    assert_eq!(
        (follower.stored_files(), follower.says("add_files").len()),
        (1, 1)
    );
}

#[tokio::test]
async fn what_is_not_ours_does_not_count() {
    let setup = set_up(options());
    let mut other = follower(&setup, "verbal").await;
    other.go_to_evidence().await;
    other.send_evidence("next", &[NOTE]).await;
    let foreign = other.opened().case.cover.files[0].id.to_string();

    let mut liar = follower(&setup, "verbal").await;
    let lies = [
        ("code", liar.code.as_str()),
        ("part", "details"),
        ("go", "send"),
        ("harmed", "no"),
        ("evidence", foreign.as_str()),
        ("evidence", "../../etc"),
        // Questions that are not asked, and one of the first part.
        ("words", "Ik lieg"),
        ("damage.1.what", "bril"),
        ("kinds", "threat"),
        ("page", "_check"),
        ("key", "geen sleutel"),
        ("version", "3"),
    ];
    (_, liar.page) = setup.post(PATH, &lies).await;
    liar.sees("Je antwoorden staan bij je melding.");
    assert_eq!(liar.details(), json!({"harmed": false}));
    assert_eq!(liar.opened().case.first_answers, json!({"kinds": "verbal"}));

    // An unknown page, and an unknown part.
    liar.press("details", &[]).await;
    liar.press("next", &[("page", "nergens")]).await;
    liar.is_on("_check");
    liar.press("send", &[("part", "anders")]).await;
    liar.sees("<h1>Mijn melding</h1>");

    // A file in a field that takes none.
    liar.go_to_evidence().await;
    let pairs = pairs_of(&form_with(&liar.page, "next"));
    let body = multipart_of("remark", &pairs, &[NOTE], "next");
    let (response, page) = send_files(&setup, body).await;
    assert_eq!(
        (response.status().as_u16(), liar.stored_files()),
        (200, 0),
        "{page}"
    );
    assert!(page.contains("name=\"page\" value=\"witness\""), "{page}");

    // Without the code, with the pages of somebody who has one.
    let pairs = [
        ("part", "details"),
        ("page", "_check"),
        ("go", "send"),
        ("harmed", "yes"),
    ];
    let (response, page) = setup.post(PATH, &pairs).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(page.contains("name=\"harmed\" value=\"yes\""), "{page}");
}

#[tokio::test]
async fn a_form_that_changed_meanwhile_is_looked_at_once_more() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_check().await;
    follower.press("send", &[("version", "2")]).await;
    follower.is_on("_check");
    assert_eq!(given(&follower.opened().case), 0);
    follower.press("send", &[]).await;
    assert_eq!(given(&follower.opened().case), 1);
}

#[tokio::test]
async fn what_can_no_longer_be_stored_stays_on_the_page() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_check().await;
    let check = follower.page.clone();
    follower.press("back", &[]).await;
    follower.press("back", &[]).await;
    follower.others_do("withdraw", Role::Reporter, Said::default());
    follower.send_evidence("next", &[NOTE]).await;
    assert_eq!((follower.status(), follower.stored_files()), (409, 0));
    follower.sees("We kunnen het niet meer opslaan");
    follower.sees("value=\"Een deuk\"");
    follower.page = check;
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 409);
    follower.is_on("_check");
    follower.sees("We kunnen het niet meer opslaan");
    follower.sees("Een deuk");
    assert_eq!(given(&follower.opened().case), 0);
    let mut follower = Follower::of(&setup, &follower.code).await;
    follower.does_not_see("value=\"details\"");
    let pairs = [("code", follower.code.as_str()), ("go", "details")];
    let (response, page) = setup.post(PATH, &pairs).await;
    follower.page = page;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    follower.sees("Dit kan nu niet meer");
    assert!(setup.log.lock().unwrap().is_empty());
}

/// Starts the program anew on the same data.
fn set_up_again(setup: Setup, options: Options) -> Setup {
    let data = setup.data;
    drop((setup.router, setup.live, setup.store));
    set_up_in(data, options)
}

#[tokio::test]
async fn without_free_space_everything_is_still_there() {
    let setup = set_up(options());
    let code = code_of(&sent(&setup, "verbal").await);
    let full = set_up_again(
        setup,
        Options {
            least_free_bytes: u64::MAX,
            ..options()
        },
    );
    let mut follower = Follower::of(&full, &code).await;
    follower.go_to_evidence().await;
    follower.send_evidence("next", &[NOTE]).await;
    assert_eq!(follower.status(), 503);
    follower.is_on("evidence");
    follower.sees("We hebben te weinig ruimte.");
    follower.sees("value=\"Een deuk\"");
    follower.press("next", &[]).await;
    follower.press("next", &[]).await;
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 503);
    follower.is_on("_check");
    follower.sees("We kunnen nu even niets opslaan");
    follower.sees("Een deuk");
    let log = full.log.lock().unwrap();
    assert_eq!(log.len(), 2);
    for entry in log.iter() {
        let LogEntry::ActFailed { reason } = entry else {
            panic!("{entry:?}");
        };
        assert!(!reason.contains("deuk"), "{reason}");
    }
}

#[tokio::test]
async fn a_file_that_could_not_be_taken_away_stays_in_its_answer() {
    let setup = set_up(options());
    let mut before = follower(&setup, "verbal").await;
    before.go_to_evidence().await;
    before.send_evidence("next", &[NOTE]).await;
    before.press("back", &[]).await;
    let id = before.opened().case.cover.files[0].id.to_string();
    let (page, code) = (before.page.clone(), before.code.clone());
    let full = set_up_again(
        setup,
        Options {
            least_free_bytes: u64::MAX,
            ..options()
        },
    );
    let mut follower = Follower::of(&full, &code).await;
    follower.page = page;
    follower.press(&format!("remove:evidence.{id}"), &[]).await;
    assert_eq!(follower.status(), 503);
    follower.is_on("evidence");
    follower.sees("We hebben te weinig ruimte.");
    follower.sees(&format!("name=\"evidence\" value=\"{id}\""));
}

#[tokio::test]
async fn a_form_without_second_part_offers_none_and_keeps_what_was_given() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_check().await;
    let check = follower.page.clone();
    follower.press("send", &[]).await;
    let code = follower.code.clone();
    drop(follower);
    let (first, _) = FORM.split_once("details:\n").unwrap();
    let without = Options {
        form: Some(String::leak(first.to_owned())),
        ..options()
    };
    let setup = set_up_again(setup, without);
    let mut follower = Follower::of(&setup, &code).await;
    follower.does_not_see("value=\"details\"");
    follower.sees("Een deuk");
    follower.page = check;
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 409);
    follower.sees("Dit kan nu niet meer");
}

#[tokio::test]
async fn who_chooses_to_register_is_led_on() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    let led_on = "href=\"#tweede-deel\">Vertel meer</a>";
    follower
        .press("decide", &[("decision", "not_register")])
        .await;
    follower.sees("Je keuze is opgeslagen.");
    follower.does_not_see(led_on);
    follower
        .press("decide", &[("decision", "register_unnamed")])
        .await;
    follower.sees(led_on);
    follower.go_to_check().await;
    follower.press("send", &[]).await;
    follower.does_not_see("beslis jij nog steeds");
    follower
        .press("decide", &[("decision", "register_named")])
        .await;
    follower.does_not_see(led_on);
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a test spoils its own folder")]
async fn a_failed_write_is_not_called_more_than_it_is() {
    let setup = set_up(options());
    let mut follower = follower(&setup, "verbal").await;
    follower.go_to_check().await;
    // A file where the folder of the names belongs: nothing can be written below it.
    let case = follower.opened().case.cover.id.plain();
    let names = setup.data.path().join("reports").join(case).join("names");
    std::fs::write(&names, "").unwrap();
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 503);
    follower.is_on("_check");
    follower.sees("We weten niet zeker of het is opgeslagen");
    follower.sees("0612345678");
    std::fs::remove_file(&names).unwrap();
    follower.press("send", &[]).await;
    assert_eq!(follower.status(), 200);
    assert_eq!(given(&follower.opened().case), 1);
}
