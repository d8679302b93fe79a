//! What a request gets in preview: a screen of its own, or the answer of the receiver with a bar.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HOST, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION, VARY,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tower::ServiceExt;

use super::bar::{Bar, Kind};
use super::dress::Dress;
use super::edition::Edition;
use super::screens::Screens;
use super::{Preview, RESERVED};
use crate::output::{SECURITY_HEADERS, media_type};
use crate::site::markdown::escape;
use crate::site::source;

/// How long a browser waits for another edition before it asks again: shorter than proxies and browsers wait for
/// an answer.
const WAITING_TIME: Duration = Duration::from_secs(25);

/// Most bytes of a page that gets a bar: pages are text, and the longest are some hundreds of kilobytes.
const MOST_PAGE_BYTES: usize = 64 * 1024 * 1024;

/// As the receiver's, and the script of the bar may ask whether there is another edition.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; \
     script-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

const SCRIPT: &str = include_str!("preview.js");
const STYLE: &str = include_str!("preview.css");

/// Puts a preview around what answers for a portal.
pub fn around(preview: Arc<Preview>, receiver: Router) -> Router {
    Router::new().fallback(move |request| {
        let (preview, receiver) = (Arc::clone(&preview), receiver.clone());
        async move { preview.answer(receiver, request).await }
    })
}

impl Preview {
    async fn answer(&self, receiver: Router, request: Request<Body>) -> Response<Body> {
        if !is_for_this_machine(request.headers()) {
            return page(StatusCode::MISDIRECTED_REQUEST, String::new());
        }
        let path = request.uri().path().to_owned();
        match path.strip_prefix(RESERVED) {
            Some(own) => self.answer_own(own, receiver, request).await,
            None => self.answer_page(&path, receiver, request).await,
        }
    }

    async fn answer_own(
        &self,
        path: &str,
        receiver: Router,
        request: Request<Body>,
    ) -> Response<Body> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return page(StatusCode::METHOD_NOT_ALLOWED, String::new());
        }
        let edition = self.edition();
        let screens = Screens {
            edition: &edition,
            writer: &self.writer,
        };
        match path {
            "preview.js" => file(path, SCRIPT.to_owned()),
            "preview.css" => file(path, STYLE.to_owned()),
            "wait" => file("wait.txt", self.next_number(request.uri()).await),
            "problems/" => page(StatusCode::OK, screens.problems()),
            _ => {
                if let Some(source) = path.strip_prefix("source/") {
                    let decoded = percent_encoding::percent_decode_str(source).decode_utf8_lossy();
                    return match self.source_bytes(&edition, &decoded).await {
                        Some(bytes) => page(StatusCode::OK, screens.source(&decoded, &bytes)),
                        None => page(StatusCode::NOT_FOUND, screens.gone(path, None)),
                    };
                }
                match path.strip_prefix("good") {
                    Some(good) if good.starts_with('/') => {
                        self.answer_good(&edition, good, receiver, request).await
                    }
                    _ => page(StatusCode::NOT_FOUND, screens.gone(path, None)),
                }
            }
        }
    }

    /// Reads the file of a page, of a form or of a problem; nothing where it is none of them or cannot be read. The
    /// file may be on a slow disk, for which other requests do not wait.
    async fn source_bytes(&self, edition: &Edition, path: &str) -> Option<Vec<u8>> {
        if !edition.is_shown(path) {
            return None;
        }
        let (root, path) = (self.writer.root.clone(), path.to_owned());
        let read = spawn_blocking(move || source::text_bytes(&root, &path));
        read.await.ok().flatten()
    }

    /// Returns the number of the edition as soon as it is another one than that of the browser.
    async fn next_number(&self, uri: &Uri) -> String {
        let known = uri.query().and_then(|query| query.strip_prefix("version="));
        let mut number = self.number.subscribe();
        let is_other = |number: &u64| known != Some(number.to_string().as_str());
        // Nothing new in that time is an answer too.
        let _ = timeout(WAITING_TIME, number.wait_for(is_other)).await;
        let now = *number.borrow();
        now.to_string()
    }

    /// Answers with a page of the last good build, whatever is wrong with it now.
    async fn answer_good(
        &self,
        edition: &Edition,
        path: &str,
        receiver: Router,
        mut request: Request<Body>,
    ) -> Response<Body> {
        let Ok(uri) = path.parse::<Uri>() else {
            return page(StatusCode::BAD_REQUEST, String::new());
        };
        *request.uri_mut() = uri;
        let below = format!("{RESERVED}good");
        let note = self.writer.text("preview.good_note", &[]);
        let dress = Dress {
            marks: marks(edition),
            note: note_html(&self.writer, &note),
            links_below: edition.failed.then_some(below.as_str()),
        };
        let mut answer = self.dressed(edition, path, dress, receiver, request).await;
        // Where the receiver leads on, it is to a page of that build too.
        if let Some(to) = answer.headers_mut().get_mut(LOCATION)
            && to.as_bytes().starts_with(b"/")
            && let Ok(within) = HeaderValue::from_bytes(&[below.as_bytes(), to.as_bytes()].concat())
        {
            *to = within;
        }
        answer
    }

    async fn answer_page(
        &self,
        path: &str,
        receiver: Router,
        request: Request<Body>,
    ) -> Response<Body> {
        let edition = self.edition();
        let screens = Screens {
            edition: &edition,
            writer: &self.writer,
        };
        let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
        let form = edition.forms.get(path);
        if !is_reading && form.is_some_and(|form| form.looks_up) {
            return page(StatusCode::OK, screens.nothing_kept(path));
        }
        if is_reading {
            let errors = edition.errors_at(path);
            if !errors.is_empty() {
                return page(StatusCode::OK, screens.broken(path, &errors));
            }
            if let Some(to) = edition.gone.get(path) {
                return page(StatusCode::NOT_FOUND, screens.gone(path, to.as_ref()));
            }
        }
        // Forms say themselves that they are practice, and only here that it is preview that makes them so.
        let note = match (edition.unpublished.get(path), form) {
            (Some(why), _) => Some(why.note.clone()),
            (None, Some(form)) => {
                let key = match form.looks_up {
                    true => "preview.nothing_kept_text",
                    false => "preview.practice_text",
                };
                Some(self.writer.text(key, &[]))
            }
            (None, None) => None,
        };
        let dress = Dress {
            marks: marks(&edition),
            note: note.map_or_else(String::new, |note| note_html(&self.writer, &note)),
            links_below: None,
        };
        let answer = self.dressed(&edition, path, dress, receiver, request).await;
        let errors = edition.errors_of_new_pages();
        if answer.status() == StatusCode::NOT_FOUND && edition.failed && !errors.is_empty() {
            return page(StatusCode::NOT_FOUND, screens.broken(path, &errors));
        }
        answer
    }

    /// Answers as the receiver does, with what `dress` adds where that is a page.
    async fn dressed(
        &self,
        edition: &Edition,
        path: &str,
        dress: Dress<'_>,
        receiver: Router,
        mut request: Request<Body>,
    ) -> Response<Body> {
        // Another bar stands on pages that are the same, and it can only be added to plain text.
        for header in [ACCEPT_ENCODING, IF_NONE_MATCH, IF_MODIFIED_SINCE] {
            request.headers_mut().remove(header);
        }
        let method = request.method().clone();
        let answered = receiver.oneshot(request).await;
        let Ok(response) = answered;
        let kind = response.headers().get(CONTENT_TYPE);
        let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, MOST_PAGE_BYTES).await else {
            return page(StatusCode::INTERNAL_SERVER_ERROR, String::new());
        };
        let kind = match method {
            Method::GET | Method::HEAD => Kind::Page,
            _ => Kind::Sent,
        };
        let bar = Bar {
            edition,
            writer: &self.writer,
            href: path,
            kind,
        };
        let html = dress.put_on(&String::from_utf8_lossy(&bytes), |fingerprint| {
            bar.html(fingerprint)
        });
        for header in [ETAG, CONTENT_LENGTH, VARY] {
            parts.headers.remove(header);
        }
        parts.headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        match method {
            Method::HEAD => Response::from_parts(parts, Body::empty()),
            _ => Response::from_parts(parts, Body::from(html)),
        }
    }
}

/// Returns the word for links to each page that readers do not see.
fn marks(edition: &Edition) -> BTreeMap<&str, &str> {
    let unpublished = edition.unpublished.iter();
    unpublished
        .map(|(href, why)| (href.as_str(), why.mark.as_str()))
        .collect()
}

fn note_html(writer: &super::Writer, note: &str) -> String {
    format!(
        "<p class=\"mw-preview-note\" lang=\"{}\">{}</p>\n",
        writer.language,
        escape(note)
    )
}

/// Returns whether a request was meant for this machine. Another site may point a name of its own here, and read
/// drafts through the browser of an editor.
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name == "[::1]"
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

fn page(status: StatusCode, html: String) -> Response<Body> {
    let mut response = file("index.html", html);
    *response.status_mut() = status;
    response
}

fn file(name: &str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    for (name, value) in SECURITY_HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_answered() {
        #[track_caller]
        fn check(host: &str, expected: bool) {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::try_from(host).unwrap());
            assert_eq!(is_for_this_machine(&headers), expected, "{host}");
        }
        check("127.0.0.1:8080", true);
        check("127.0.0.2", true);
        check("localhost:1", true);
        check("portaal.localhost", true);
        check("[::1]:8080", true);
        check("[::1]", true);
        check("", false);
        check("evil.example:8080", false);
        check("localhost.evil.example", false);
        check("192.168.1.2:8080", false);
        check("127.0.0.1.evil.example", false);
        assert!(!is_for_this_machine(&HeaderMap::new()));
    }
}
