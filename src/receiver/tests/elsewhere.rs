//! Pages that another web server serves, and what a request carries along in its address.

use super::*;
use crate::receiver::FirstPages;

const PAGES: &str = "https://intranet.example";

fn apart() -> Setup {
    set_up(Options {
        base_path: "/meld/",
        origins: &[PAGES],
        ..Options::default()
    })
}

/// Returns the first pages for another web server, by path.
fn first_pages(setup: &Setup) -> Vec<(String, String)> {
    let sites = Language::ALL.map(|language| SiteView {
        home: format!("/veilig/{language}/"),
        ..site(language, false)
    });
    let forms: Vec<Definition> = read_all(&Definition::shipped()).0;
    let theme = Theme::load(&ThemeFiles::shipped(), "/veilig").0.unwrap();
    let application = setup.live.current();
    let pages = FirstPages {
        theme: &theme,
        sites: sites.iter().collect(),
        forms: &forms,
        lifecycle: setup.store.lifecycle(),
        base_path: "/veilig",
        base_origin: PAGES,
        receiver: "https://portaal.example/meld",
        clock: application.clock.as_ref(),
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let outputs = pages.outputs().unwrap().into_iter();
    outputs.map(|page| (page.path, text(&page.bytes))).collect()
}

fn action_of(html: &str) -> String {
    let (_, rest) = html.split_once("<form class=\"form\" action=\"").unwrap();
    unescaped(rest.split('"').next().unwrap())
}

#[tokio::test]
async fn another_web_server_gets_the_first_page_of_every_form_and_of_my_report() {
    let setup = apart();
    let pages = first_pages(&setup);
    for (path, action) in [
        ("melden/", "melden/"),
        ("en/melden/", "en/melden/"),
        ("melden/volgen/", "melden/volgen/"),
        ("en/melden/volgen/", "en/melden/volgen/"),
        ("verhaal/intrekken/", "verhaal/intrekken/"),
    ] {
        let file = format!("{path}index.html");
        let (_, html) = pages.iter().find(|(known, _)| *known == file).unwrap();
        assert_eq!(
            action_of(html),
            format!("https://portaal.example/meld/{action}")
        );
        // Everybody gets the same file, so what makes a report or a visit one of its own is not in it.
        for name in ["key", "visit"] {
            assert!(!html.contains(&format!("name=\"{name}\"")), "{html}");
        }
        assert!(
            html.contains("<meta name=\"referrer\" content=\"strict-origin\">"),
            "{html}"
        );
        let english = format!("{PAGES}/veilig/en/{}", path.trim_start_matches("en/"));
        assert!(
            html.contains(&format!("hreflang=\"en\" href=\"{english}\"")),
            "{html}"
        );
    }
}

#[tokio::test]
async fn a_report_that_starts_on_another_web_server_goes_on_at_the_receiver() {
    let setup = apart();
    let pages = first_pages(&setup);
    let mut pairs = pairs_of(
        &pages
            .iter()
            .find(|(p, _)| p == "melden/index.html")
            .unwrap()
            .1,
    );
    pairs.push(("go".into(), "next".into()));
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    async fn check(setup: &Setup, pairs: &[(&str, &str)], origin: &str, status: u16) -> String {
        let headers = [("sec-fetch-site", "cross-site"), ("origin", origin)];
        let (response, page) = setup.post_with("/meld/melden/", pairs, &headers).await;
        assert_eq!(response.status(), status, "{origin}");
        let policy = response.headers()["content-security-policy"].to_str();
        assert!(policy.unwrap().contains("form-action 'self'"));
        page
    }
    check(&setup, &pairs, "https://evil.example", 403).await;
    check(&setup, &pairs, "http://intranet.example", 403).await;
    check(&setup, &pairs, "null", 403).await;
    let page = check(&setup, &pairs, PAGES, 200).await;
    assert!(!hidden_of(&page, "key").is_empty());
    let mut reporter = Reporter {
        setup: &setup,
        path: "/meld/melden/",
        status: StatusCode::OK,
        page,
    };
    assert!(reporter.is_on("what"), "{}", reporter.page);
    assert_eq!(action_of(&reporter.page), "/meld/melden/");
    reporter.go_to_check_from_what("none").await;
    reporter.press("send", &[]).await;
    reporter.press("send", &[]).await;
    assert_eq!(setup.events().len(), 1);
}

#[tokio::test]
async fn my_report_opens_from_another_web_server() {
    let setup = apart();
    let mut reporter = Reporter::open(&setup, "/meld/melden/").await;
    reporter.go_to_check().await;
    reporter.press("send", &[]).await;
    let code = code_of(&reporter.page);
    let pairs = [("code", code.as_str()), ("go", "open")];
    for (origin, status) in [("https://evil.example", 403), ("null", 403), (PAGES, 200)] {
        let headers = [("sec-fetch-site", "cross-site"), ("origin", origin)];
        let path = "/meld/melden/volgen/";
        let (response, page) = setup.post_with(path, &pairs, &headers).await;
        assert_eq!(response.status(), status, "{origin}");
        assert_eq!(page.contains(&number_of(&reporter.page)), status == 200);
    }
}

#[tokio::test]
async fn what_a_link_carries_along_is_kept_in_the_redirect_and_not_in_the_log() {
    let setup = set_up(Options::default());
    for path in ["/melden", "/en/melden"] {
        let (response, _) = setup.get(&format!("{path}?ref=geheim&bron=x%26y")).await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        let location = format!("{path}/?ref=geheim&bron=x%26y");
        assert_eq!(response.headers()[LOCATION], location.as_str());
    }
    for path in ["/melden/", "/melden/volgen/", "/niets/", "/melden/%ff"] {
        setup.get(&format!("{path}?ref=geheim")).await;
        let headers = [("origin", "https://geheim.example")];
        let path = format!("{path}?ref=geheim");
        setup.post_with(&path, &[("go", "next")], &headers).await;
    }
    let log = setup.log.lock().unwrap();
    assert!(!log.is_empty());
    for entry in log.iter() {
        assert!(!format!("{entry:?}").contains("geheim"), "{entry:?}");
    }
}

#[test]
fn another_web_server_gets_every_form_on_paper_and_no_page_that_leads_nowhere() {
    let pages = first_pages(&apart());
    let has = |path: &str| pages.iter().any(|(known, _)| known == path);
    for (path, there) in [
        ("melden/afdrukken/index.html", true),
        ("en/bel-mij/afdrukken/index.html", true),
        ("bel-mij/volgen/index.html", false),
        ("bel-mij/intrekken/index.html", false),
        ("oefenen/index.html", true),
        ("oefenen/volgen/index.html", false),
        ("oefenen/afdrukken/index.html", false),
    ] {
        assert_eq!(has(path), there, "{path}");
    }
    // The page that says that it was sent has another origin and could not let go of a draft.
    assert!(pages.iter().all(|(_, html)| !html.contains("data-draft=")));
}
