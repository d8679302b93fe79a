//! Requests against the real router, in process.

mod elsewhere;
mod follow;
mod forms;
mod live;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, LOCATION, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use tempfile::TempDir;
use tower::ServiceExt;

use super::portal::router;
use super::*;
use crate::clock::{Clock, FixedClock};
use crate::form::{Definition, read_all};
use crate::language::Language;
use crate::output::{Caching, Output};
use crate::randomness::SystemRandomness;
use crate::report::lifecycle::Lifecycle;
use crate::report::store::{Store, StoreSettings, Surroundings};
use crate::source_text::SourceText;
use crate::theme::view::{EmergencyView, RegisterView, SiteView};
use crate::theme::{Theme, ThemeFiles};

struct Setup {
    live: Live,
    store: Arc<Store>,
    router: Router,
    data: TempDir,
    log: Arc<Mutex<Vec<LogEntry>>>,
}

struct Options {
    base_path: &'static str,
    /// A form besides those that are shipped.
    form: Option<&'static str>,
    /// Origins of pages that another web server serves.
    origins: &'static [&'static str],
    limits: Limits,
    least_free_bytes: u64,
    indexable: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            base_path: "/",
            form: None,
            origins: &[],
            limits: Limits::default(),
            least_free_bytes: 0,
            indexable: false,
        }
    }
}

fn surroundings(clock: Arc<dyn Clock>) -> Surroundings {
    Surroundings {
        clock,
        randomness: Arc::new(SystemRandomness),
        lifecycle: Arc::new(Lifecycle::parse(&Lifecycle::shipped()).0.unwrap()),
    }
}

fn site(lang: Language, indexable: bool) -> SiteView {
    SiteView {
        title: "Veilig werken".into(),
        organisation: "Voorbeeldstad".into(),
        lang,
        home: "/".into(),
        navigation: Vec::new(),
        report: None,
        follow: None,
        norm: None,
        after_care: None,
        emergency: EmergencyView {
            public: "112".into(),
            internal: None,
            internal_dial: None,
        },
        register: Some(RegisterView {
            name: "het register".into(),
            url: None,
        }),
        contacts: Vec::new(),
        footer: Vec::new(),
        exit: None,
        search: None,
        stylesheets: Vec::new(),
        scripts: Vec::new(),
        icon: None,
        app: None,
        indexable,
        feed: None,
    }
}

fn page(path: &str, text: &str) -> Output {
    Output {
        path: path.into(),
        bytes: text.as_bytes().into(),
        caching: Caching::Revalidate,
    }
}

fn content(options: &Options) -> Content {
    let (theme, problems) = Theme::load(&ThemeFiles::shipped(), options.base_path);
    let theme = theme.unwrap_or_else(|| panic!("{:?}", problems.first()));
    let own = options
        .form
        .map(|text| SourceText::new("forms/eigen.yaml", text));
    let sources: Vec<SourceText> = Definition::shipped().into_iter().chain(own).collect();
    let (forms, problems) = read_all(&sources);
    assert_eq!(problems, []);
    Content {
        pages: vec![
            page("index.html", "thuis"),
            page("norm/index.html", "onze norm"),
            page("één/index.html", "accenten"),
            page("en/index.html", "home"),
            page("en/404.html", "not here, in English"),
        ],
        theme: Arc::new(theme),
        sites: Language::ALL
            .map(|language| site(language, options.indexable))
            .into(),
        forms,
        base_path: options.base_path.into(),
        base_origin: Some("https://portaal.example".into()),
        origins: options.origins.iter().map(ToString::to_string).collect(),
    }
}

fn set_up(options: Options) -> Setup {
    set_up_in(tempfile::tempdir().unwrap(), options)
}

fn set_up_in(data: TempDir, options: Options) -> Setup {
    let clock = Arc::new(FixedClock("2026-11-20T10:15:00Z".parse().unwrap()));
    let settings = StoreSettings {
        least_free_bytes: options.least_free_bytes,
    };
    let (store, _) = Store::open(data.path(), surroundings(clock.clone()), settings).unwrap();
    let store = Arc::new(store);
    let log = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&log);
    let portal = Portal {
        content: content(&options),
        store: Arc::clone(&store),
        clock,
        randomness: Arc::new(SystemRandomness),
        limits: options.limits,
        log: Arc::new(move |entry| sink.lock().unwrap().push(entry)),
    };
    let live = Live::new(portal).unwrap();
    Setup {
        router: router(live.clone()),
        live,
        store,
        data,
        log,
    }
}

impl Setup {
    async fn send(&self, request: Request<Body>) -> (Response<()>, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let response = Response::from_parts(parts, ());
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
        // Videos and their captions come from here, and from nowhere else.
        assert!(policy.contains("; media-src 'self';"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers().get("server").is_none());
        (response, text)
    }

    async fn method(&self, method: &str, path: &str) -> (Response<()>, String) {
        let request = Request::builder().method(method).uri(path);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn get(&self, path: &str) -> (Response<()>, String) {
        self.method("GET", path).await
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> (Response<()>, String) {
        self.post_with(path, pairs, &[]).await
    }

    async fn post_with(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> (Response<()>, String) {
        let mut request = Request::builder()
            .method("POST")
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Returns every stored event file.
    fn events(&self) -> Vec<serde_json::Value> {
        let mut events = Vec::new();
        let Ok(cases) = std::fs::read_dir(self.data.path().join("reports")) else {
            return events;
        };
        for case in cases {
            for event in std::fs::read_dir(case.unwrap().path()).unwrap() {
                let event = event.unwrap().path();
                if event.is_dir() {
                    continue;
                }
                let bytes = std::fs::read(event).unwrap();
                events.push(serde_json::from_slice(&bytes).unwrap());
            }
        }
        events
    }
}

/// Returns the value of a hidden field of the first form that has it.
fn hidden_of(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (_, rest) = html.split_once(&field).unwrap_or_else(|| panic!("{html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Returns the receipt code of a confirmation.
fn code_of(html: &str) -> String {
    hidden_of(html, "code")
}

/// Returns the case number of a confirmation.
fn number_of(html: &str) -> String {
    hidden_of(html, "case")
}

/// Returns the pairs that the first form on a page would send: hidden, typed and chosen.
fn pairs_of(html: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        let (value, _) = rest.split_once('"')?;
        Some(unescaped(value))
    };
    let form = html.split("<form").nth(1).unwrap_or_default();
    let mut pairs: Vec<(String, String)> = form
        .split("<input")
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .filter(|tag| {
            let kind = attribute(tag, "type").unwrap_or_default();
            !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked")
        })
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect();
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').unwrap();
        let text = rest.split("</textarea>").next().unwrap();
        let text = text.strip_prefix('\n').unwrap_or(text);
        pairs.push((attribute(tag, "name").unwrap(), text.to_owned()));
    }
    pairs
}

fn unescaped(value: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#10;", "\n"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(value.to_owned(), |value, (escaped, plain)| {
        value.replace(escaped, plain)
    })
}

/// A reporter in a browser: fills in what the page shows and presses a button.
struct Reporter<'a> {
    setup: &'a Setup,
    path: &'static str,
    status: StatusCode,
    page: String,
}

impl<'a> Reporter<'a> {
    async fn open(setup: &'a Setup, path: &'static str) -> Reporter<'a> {
        let (response, page) = setup.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{page}");
        Reporter {
            setup,
            path,
            status: response.status(),
            page,
        }
    }

    async fn press(&mut self, go: &str, typed: &[(&str, &str)]) {
        let mut pairs = pairs_of(&self.page);
        pairs.retain(|(name, _)| !typed.iter().any(|(typed, _)| typed == name));
        pairs.extend(
            typed
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        pairs.push(("go".into(), go.into()));
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let (response, page) = self.setup.post(self.path, &pairs).await;
        let caching = if page.contains("name=\"page\"") {
            "private, no-cache"
        } else {
            "no-store"
        };
        assert_eq!(response.headers()[CACHE_CONTROL], caching);
        self.status = response.status();
        self.page = page;
    }

    fn is_on(&self, page: &str) -> bool {
        pairs_of(&self.page).contains(&("page".into(), page.into()))
    }

    /// Goes to the check page by the shortest way.
    async fn go_to_check(&mut self) {
        self.go_to_check_with_contact("none").await;
    }

    async fn go_to_check_with_contact(&mut self, contact: &str) {
        self.press("next", &[]).await;
        self.go_to_check_from_what(contact).await;
    }

    async fn go_to_check_from_what(&mut self, contact: &str) {
        assert!(self.is_on("what"), "{}", self.page);
        self.press("next", &[("behaviour_kinds", "verbal")]).await;
        assert!(self.is_on("when"), "{}", self.page);
        self.press("next", &[("occurred_at.known", "today")]).await;
        assert!(self.is_on("role"), "{}", self.page);
        self.press("next", &[]).await;
        assert!(self.is_on("contact"), "{}", self.page);
        self.press("next", &[("contact_mode", contact)]).await;
        if contact == "email" {
            self.press("next", &[("email", "naam@voorbeeld.nl")]).await;
        }
        assert!(self.is_on("more"), "{}", self.page);
        self.press(
            "next",
            &[(
                "short_story",
                "Hij zei: \"<ga weg>\" & meer\r\nen liep door",
            )],
        )
        .await;
        assert!(self.is_on("who"), "{}", self.page);
        self.press("next", &[]).await;
        assert!(self.is_on("_check"), "{}", self.page);
    }
}

#[tokio::test]
async fn pages_are_served_and_other_paths_are_not() {
    let setup = set_up(Options::default());
    async fn check(setup: &Setup, path: &str, status: u16, part: &str) {
        let (response, body) = setup.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(body.contains(part), "{path}: {body}");
    }
    check(&setup, "/", 200, "thuis").await;
    check(&setup, "/norm/", 200, "onze norm").await;
    check(&setup, "/norm/?van=mail", 200, "onze norm").await;
    check(&setup, "/%c3%a9%c3%a9n/", 200, "accenten").await;
    check(&setup, "http://evil.example/norm/", 200, "onze norm").await;
    check(&setup, "/bestaat-niet/", 404, "lang=\"nl\"").await;
    check(&setup, "/en/nothing", 404, "not here, in English").await;
    for path in [
        "//evil.example/",
        "//evil.example/norm",
        "/..",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/norm/..%2f..%2fetc/passwd",
        "/norm%5c..",
        "/norm//",
    ] {
        check(&setup, path, 404, "lang=\"nl\"").await;
    }
    for path in ["/%00", "/norm/%ff", "/%", "/%0d%0aSet-Cookie:x"] {
        check(&setup, path, 400, "lang=\"nl\"").await;
    }
    check(&setup, &format!("/{}", "a/".repeat(20_000)), 404, "lang").await;
}

#[tokio::test]
async fn a_missing_slash_is_added_and_never_leads_to_another_host() {
    let setup = set_up(Options::default());
    async fn check(setup: &Setup, path: &str, location: &str) {
        let (response, _) = setup.get(path).await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(response.headers()[LOCATION], location);
    }
    check(&setup, "/norm", "/norm/").await;
    check(&setup, "/norm?a=b", "/norm/?a=b").await;
    check(&setup, "/%C3%A9%C3%A9n", "/%C3%A9%C3%A9n/").await;
    check(&setup, "/melden", "/melden/").await;
    check(&setup, "/en/melden", "/en/melden/").await;
    check(&setup, "/en", "/en/").await;
}

#[tokio::test]
async fn below_a_base_path_everything_has_it() {
    let setup = set_up(Options {
        base_path: "/veilig/",
        ..Options::default()
    });
    for (path, status) in [
        ("/", 404),
        ("/norm/", 404),
        ("/veilig", 308),
        ("/veilig/", 200),
        ("/veilig/norm/", 200),
        ("/veilig/melden/", 200),
        ("/veilig//norm/", 404),
        ("/veiligheid/", 404),
    ] {
        assert_eq!(setup.get(path).await.0.status(), status, "{path}");
    }
    let (response, _) = setup.get("/veilig").await;
    assert_eq!(response.headers()[LOCATION], "/veilig/");
    let (_, form) = setup.get("/veilig/en/melden/").await;
    assert!(form.contains("action=\"/veilig/en/melden/\""), "{form}");
}

#[tokio::test]
async fn other_methods_are_told_what_is_possible() {
    let setup = set_up(Options::default());
    for (method, path, allow) in [
        ("POST", "/norm/", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("OPTIONS", "/", "GET, HEAD"),
        ("TRACE", "/norm/", "GET, HEAD"),
        ("PUT", "/melden/", "GET, HEAD, POST"),
    ] {
        let (response, _) = setup.method(method, path).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[ALLOW], allow);
    }
    let (response, body) = setup.method("HEAD", "/norm/").await;
    assert_eq!((response.status(), body.as_str()), (StatusCode::OK, ""));
    assert_eq!(response.headers()[CONTENT_LENGTH], "9");
    let (response, body) = setup.method("HEAD", "/niets").await;
    assert_eq!(
        (response.status(), body.as_str()),
        (StatusCode::NOT_FOUND, "")
    );
    let (response, body) = setup.method("HEAD", "/melden/").await;
    assert_eq!((response.status(), body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn robots_stay_away_unless_invited() {
    for indexable in [false, true] {
        let setup = set_up(Options {
            indexable,
            ..Options::default()
        });
        let (response, _) = setup.get("/").await;
        let robots = response.headers().get("x-robots-tag");
        assert_eq!(robots.is_none(), indexable);
    }
}

#[tokio::test]
async fn a_report_goes_from_the_first_page_to_a_file() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    assert!(
        reporter.page.contains("<title>Stap 1 van "),
        "{}",
        reporter.page
    );
    reporter.go_to_check().await;
    assert!(setup.events().is_empty());
    let check = reporter.page.clone();
    assert!(
        check.contains("Hij zei: &quot;&lt;ga weg&gt;&quot; &amp; meer"),
        "{check}"
    );
    reporter.press("send", &[]).await;
    assert_eq!(reporter.status, StatusCode::OK);
    assert!(
        reporter.page.contains("uiterlijk maandag 23 november 2026"),
        "{}",
        reporter.page
    );
    assert!(
        reporter.page.contains("vrijdag 20 november 2026"),
        "{}",
        reporter.page
    );
    let events = setup.events();
    assert_eq!(events.len(), 1);
    let opened = setup.store.open_with_receipt(&code_of(&reporter.page));
    let answers = opened.unwrap().case.answers;
    assert_eq!(answers["behaviour_kinds"], serde_json::json!(["verbal"]));
    assert_eq!(
        answers["short_story"],
        "Hij zei: \"<ga weg>\" & meer\nen liep door"
    );
    assert_eq!(events[0]["open"]["recipient"], "coordinator");

    // The same again, as a browser does on reload, is one report; a change is added to it.
    reporter.page = check.clone();
    let number = |page: &str| {
        let (code, number) = (code_of(page), number_of(page));
        format!("{code} {number}")
    };
    reporter.press("send", &[]).await;
    assert_eq!(setup.events().len(), 1);
    assert!(reporter.page.contains("telt één keer"), "{}", reporter.page);
    let first_number = number(&reporter.page);
    reporter.page = check;
    reporter
        .press("send", &[("recipient", "own_manager")])
        .await;
    assert_eq!(number(&reporter.page), first_number);
    assert_eq!(setup.events().len(), 2);
    assert!(setup.log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_promised_that_the_reporter_does_not_want() {
    for (contact, promised) in [("email", true), ("none", false)] {
        let setup = set_up(Options::default());
        let mut reporter = Reporter::open(&setup, "/melden/").await;
        reporter.go_to_check_with_contact(contact).await;
        reporter.press("send", &[]).await;
        assert_eq!(reporter.page.contains("Binnen 72 uur"), promised);
        assert_eq!(reporter.page.contains("Je wilde geen contact"), !promised);
        assert_eq!(reporter.page.contains("Je hoeft niet te wachten"), promised);
        assert_eq!(reporter.page.contains("het register"), promised);
    }
}

#[tokio::test]
async fn mistakes_are_told_and_what_was_typed_stays() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.press("next", &[]).await;
    reporter.press("next", &[]).await;
    assert!(reporter.is_on("what") && reporter.page.contains("href=\"#behaviour_kinds\""));
    assert!(reporter.page.contains("id=\"behaviour_kinds\""));
    assert!(
        reporter.page.contains("<title>Fout: Stap 2 van "),
        "{}",
        reporter.page
    );
    reporter
        .press("next", &[("behaviour_kinds", "verbal")])
        .await;
    let typed = [
        ("occurred_at.known", "date"),
        ("occurred_at.day", "31"),
        ("occurred_at.month", "<feb>"),
        ("occurred_at.year", "2026"),
    ];
    reporter.press("next", &typed).await;
    assert!(reporter.is_on("when"), "{}", reporter.page);
    let pairs = pairs_of(&reporter.page);
    for (name, value) in typed {
        assert!(pairs.contains(&(name.into(), value.into())), "{name}");
    }
    assert!(reporter.page.contains("href=\"#occurred_at-month\""));
    assert!(reporter.page.contains("id=\"occurred_at-month\""));
    // Going back does not judge, and what was typed is there when coming again.
    reporter.press("back", &[]).await;
    assert!(reporter.is_on("what") && !reporter.page.contains("role=\"alert\""));
    reporter.press("next", &[]).await;
    assert!(reporter.is_on("when"));
    assert!(pairs_of(&reporter.page).contains(&("occurred_at.month".into(), "<feb>".into())));
}

#[tokio::test]
async fn a_change_returns_to_the_check_page_and_asks_what_it_makes_needed() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    reporter.press("change:contact", &[]).await;
    assert!(reporter.is_on("contact"));
    assert!(
        reporter.page.contains("Opslaan en terug"),
        "{}",
        reporter.page
    );
    // Calling needs a number, which was not asked before.
    reporter.press("next", &[("contact_mode", "phone")]).await;
    assert!(reporter.is_on("contact_details"), "{}", reporter.page);
    assert!(!reporter.page.contains("role=\"alert\""));
    reporter.press("next", &[("phone", "geen idee")]).await;
    assert!(reporter.is_on("contact_details") && reporter.page.contains("role=\"alert\""));
    reporter.press("next", &[("phone", "06 12 34 56 78")]).await;
    assert!(reporter.is_on("_check"), "{}", reporter.page);
    assert!(reporter.page.contains("06 12 34 56 78"));
    reporter.press("back", &[]).await;
    assert!(reporter.is_on("who"), "{}", reporter.page);
}

#[tokio::test]
async fn nothing_is_sent_before_everything_is_right() {
    let setup = set_up(Options::default());
    let pairs = [
        ("go", "send"),
        ("page", "_check"),
        ("behaviour_kinds", "verbal"),
    ];
    let (_, page) = setup.post("/melden/", &pairs).await;
    assert!(
        pairs_of(&page).contains(&("page".into(), "when".into())),
        "{page}"
    );
    assert!(page.contains("role=\"alert\""));
    // A page that the form no longer has, an old version, an unknown button: nothing is lost.
    for pairs in [
        [
            ("go", "next"),
            ("page", "vroeger"),
            ("behaviour_kinds", "verbal"),
        ],
        [
            ("go", "change:vroeger"),
            ("page", "when"),
            ("behaviour_kinds", "verbal"),
        ],
        [
            ("go", "??"),
            ("version", "0"),
            ("behaviour_kinds", "verbal"),
        ],
    ] {
        let (_, page) = setup.post("/melden/", &pairs).await;
        let kept = pairs_of(&page);
        assert!(kept.contains(&("page".into(), "when".into())), "{page}");
        assert!(kept.contains(&("behaviour_kinds".into(), "verbal".into())));
    }
    assert!(setup.events().is_empty());
}

#[tokio::test]
async fn a_form_that_changed_meanwhile_is_looked_at_once_more() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    assert!(!reporter.page.contains("intussen veranderd"));
    // The page was opened when the form had another version.
    reporter.press("send", &[("version", "0")]).await;
    assert!(reporter.is_on("_check") && reporter.page.contains("intussen veranderd"));
    assert!(setup.events().is_empty());
    // It had other answers to what happened: that is asked, and everything else is still there.
    let before = reporter.page.clone();
    let asked_anew = [("version", "0"), ("behaviour_kinds", "vroeger")];
    reporter.press("send", &asked_anew).await;
    assert!(reporter.is_on("what"), "{}", reporter.page);
    assert!(reporter.page.contains("intussen veranderd"));
    assert!(reporter.page.contains("href=\"#behaviour_kinds\""));
    assert!(pairs_of(&reporter.page).contains(&("contact_mode".into(), "none".into())));
    reporter.page = before;
    reporter.press("send", &[]).await;
    assert_eq!(setup.events().len(), 1);
}

#[tokio::test]
async fn a_full_disk_loses_no_answer() {
    let setup = set_up(Options {
        least_free_bytes: u64::MAX,
        ..Options::default()
    });
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    let before = pairs_of(&reporter.page);
    reporter.press("send", &[]).await;
    assert_eq!(reporter.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(pairs_of(&reporter.page), before);
    assert!(
        reporter.page.contains("niets opslaan</h2>"),
        "{}",
        reporter.page
    );
    let log = setup.log.lock().unwrap();
    let [LogEntry::StoreFailed { reason }] = log.as_slice() else {
        panic!("{log:?}");
    };
    assert!(!reason.contains("ga weg"), "{reason}");
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a test spoils its own folder")]
async fn a_failed_write_is_not_called_more_than_it_is() {
    let setup = set_up(Options::default());
    let mut reporter = Reporter::open(&setup, "/melden/").await;
    reporter.go_to_check().await;
    // A file where the folder of the reports belongs: nothing can be written below it.
    let reports = setup.data.path().join("reports");
    let _ = std::fs::remove_dir(&reports);
    std::fs::write(&reports, "").unwrap();
    reporter.press("send", &[]).await;
    assert_eq!(reporter.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        reporter.page.contains("We weten niet zeker"),
        "{}",
        reporter.page
    );
    std::fs::remove_file(&reports).unwrap();
    reporter.press("send", &[]).await;
    assert_eq!(reporter.status, StatusCode::OK);
    assert_eq!(setup.events().len(), 1);
}

#[tokio::test]
async fn a_report_is_stored_when_its_client_goes_while_others_are_written() {
    let setup = set_up(Options::default());
    let pairs =
        "go=send&page=_check&behaviour_kinds=verbal&occurred_at.known=today&contact_mode=none";
    let mut sent = Vec::new();
    for _ in 0..40 {
        let request = Request::post("/melden/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(pairs))
            .unwrap();
        sent.push(Box::pin(setup.router.clone().oneshot(request)));
    }
    std::future::poll_fn(|cx| {
        for response in &mut sent {
            assert!(response.as_mut().poll(cx).is_pending());
        }
        std::task::Poll::Ready(())
    })
    .await;
    drop(sent);
    for _ in 0..1000 {
        // Lets the reports that have not asked for a turn yet do so.
        tokio::task::yield_now().await;
        setup.live.current().submits_written().await;
    }
    assert_eq!(setup.events().len(), 40);
}

#[tokio::test]
async fn forms_speak_the_language_of_their_address() {
    let setup = set_up(Options::default());
    let (_, page) = setup.get("/en/melden/").await;
    assert!(
        page.contains("lang=\"en\"") && page.contains("Step 1 of "),
        "{page}"
    );
    assert!(page.contains("action=\"/en/melden/\""));
}

#[tokio::test]
async fn posts_of_other_sites_and_other_kinds_are_refused() {
    let setup = set_up(Options::default());
    let pairs = [("go", "next"), ("page", "start")];
    for (headers, status) in [
        (("sec-fetch-site", "cross-site"), 403),
        (("origin", "null"), 403),
        (("origin", "https://evil.example"), 403),
        (("origin", "http://localhost"), 200),
        (("origin", "https://portaal.example"), 200),
        (("sec-fetch-site", "same-origin"), 200),
    ] {
        let (response, page) = setup.post_with("/melden/", &pairs, &[headers]).await;
        assert_eq!(response.status(), status, "{headers:?}");
        assert!(page.contains("<h1"), "{page}");
        assert_eq!(page.contains("van een andere website"), status == 403);
    }
    // Told once, and without saying who.
    assert_eq!(
        *setup.log.lock().unwrap(),
        [LogEntry::ForeignPost { untold: 0 }]
    );
    let request = Request::post("/melden/")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from("--x--"))
        .unwrap();
    assert_eq!(
        setup.send(request).await.0.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn posts_of_other_sites_do_not_use_up_those_of_a_reporter() {
    let setup = set_up(Options {
        limits: Limits {
            posts_at_once: 1,
            posts_per_second: 0.001,
            ..Limits::default()
        },
        ..Options::default()
    });
    let foreign = [("sec-fetch-site", "cross-site")];
    for _ in 0..3 {
        let (response, _) = setup.post_with("/melden/", &[], &foreign).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(setup.post("/melden/", &[]).await.0.status(), StatusCode::OK);
}

#[tokio::test]
async fn too_much_and_too_often_is_refused() {
    let setup = set_up(Options {
        limits: Limits {
            posts_at_once: 2,
            posts_per_second: 0.001,
            trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
            ..Limits::default()
        },
        ..Options::default()
    });
    let long = "a".repeat(limits::BODY_BYTES);
    let (response, _) = setup.post("/melden/", &[("short_story", &long)]).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(setup.post("/melden/", &[]).await.0.status(), StatusCode::OK);
    let (response, _) = setup.post("/melden/", &[]).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(response.headers().contains_key(RETRY_AFTER));
    let elsewhere = [("x-forwarded-for", "192.0.2.1")];
    let (response, _) = setup.post_with("/melden/", &[], &elsewhere).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(setup.get("/melden/").await.0.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_panic_becomes_an_error_page() {
    // A clock that panics stands for any mistake in the program.
    struct Broken;
    impl crate::clock::Clock for Broken {
        fn now(&self) -> jiff::Timestamp {
            panic!("een antwoord")
        }
    }
    let setup = set_up(Options::default());
    let other = tempfile::tempdir().unwrap();
    let settings = StoreSettings {
        least_free_bytes: 0,
    };
    let (store, _) = Store::open(other.path(), surroundings(Arc::new(Broken)), settings).unwrap();
    let log = Arc::clone(&setup.log);
    let portal = Portal {
        content: content(&Options::default()),
        store: Arc::new(store),
        clock: Arc::new(Broken),
        randomness: Arc::new(SystemRandomness),
        limits: Limits::default(),
        log: Arc::new(move |entry| log.lock().unwrap().push(entry)),
    };
    let router = router(Live::new(portal).unwrap());
    let setup = Setup { router, ..setup };
    let (response, page) = setup.get("/melden/").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.contains("<h1"), "{page}");
    assert!(matches!(
        setup.log.lock().unwrap().as_slice(),
        [LogEntry::Panicked { .. }]
    ));
}

#[tokio::test]
async fn a_stalled_body_is_not_waited_for() {
    let setup = set_up(Options {
        limits: Limits {
            body_time: std::time::Duration::from_millis(50),
            ..Limits::default()
        },
        ..Options::default()
    });
    struct Stalled;
    impl axum::body::HttpBody for Stalled {
        type Data = axum::body::Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    let request = Request::post("/melden/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::new(Stalled))
        .unwrap();
    let (response, page) = setup.send(request).await;
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(response.headers()["connection"], "close");
    assert!(page.contains("<h1"), "{page}");
}
