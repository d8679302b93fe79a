//! What every response has: security headers, and the error pages.
//!
//! Error pages are made when the receiver starts, so that an error costs nothing and nobody sees an
//! error about an error.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue,
};
use hyper::{Response, StatusCode};

use crate::language::Language;
use crate::output::SECURITY_HEADERS;
use crate::theme::view::{ErrorView, ShellView};
use crate::theme::{RenderError, SharedSite, Template, Theme};

/// The statuses that have a page of their own.
const STATUSES: [StatusCode; 10] = [
    StatusCode::BAD_REQUEST,
    StatusCode::FORBIDDEN,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::SERVICE_UNAVAILABLE,
];

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// An error is about one request, a confirmation names a report: both are kept nowhere.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Form pages hold answers, so no shared cache may keep them; the browser may, for its own Back and
/// Forward only. With `no-store` the Back button of Chromium shows "Confirm form resubmission" in place
/// of each page that a post brought, and everything typed since is gone; with this value it shows the
/// page again with what was typed, with and without JavaScript.
pub(super) const FORM_CACHING: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Only what stands here may be loaded, from this host alone; nothing inline, nothing framed.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; \
     script-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Adds the headers that every response has.
pub(super) fn secure(headers: &mut HeaderMap, indexable: bool) {
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    for (name, value) in SECURITY_HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if !indexable {
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex, nofollow"),
        );
    }
}

/// Makes a response of a page that was rendered for this request.
pub(super) fn html(status: StatusCode, page: impl Into<Bytes>) -> Response<Body> {
    let page = page.into();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HTML);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(page.len()));
    headers.insert(CACHE_CONTROL, NO_STORE);
    *response.body_mut() = Body::from(page);
    response
}

/// The error pages in every language of the portal.
#[derive(Debug)]
pub(super) struct ErrorPages {
    pages: HashMap<(Language, StatusCode), Bytes>,
}

impl ErrorPages {
    /// Renders all error pages.
    ///
    /// # Errors
    ///
    /// Fails where the theme cannot render one of them.
    pub(super) fn render(
        theme: &Theme,
        sites: &[(Language, SharedSite)],
    ) -> Result<ErrorPages, RenderError> {
        let mut pages = HashMap::new();
        for (language, site) in sites {
            for status in STATUSES {
                let key = format!("error.{}.title", status.as_u16());
                let view = ErrorView {
                    shell: ShellView::apart(
                        theme.messages(*language).text(&key, &[]),
                        String::new(),
                    ),
                    status: status.as_u16(),
                };
                let page = theme.render(Template::Error, site, &view)?;
                pages.insert((*language, status), Bytes::from(page));
            }
        }
        Ok(ErrorPages { pages })
    }

    /// Returns the response for an error.
    pub(super) fn respond(&self, language: Language, status: StatusCode) -> Response<Body> {
        html(status, self.page(language, status))
    }

    /// Returns the page of an error.
    pub(super) fn page(&self, language: Language, status: StatusCode) -> Bytes {
        let page = self.pages.get(&(language, status)).cloned();
        page.unwrap_or_default()
    }
}

/// The answers to heads that are no request. hyper writes such answers itself, without a body and
/// without our headers; the server sends these in their place.
#[derive(Debug)]
pub(super) struct Refusals {
    unreadable: Bytes,
    too_slow: Bytes,
    too_large: Bytes,
}

impl Refusals {
    /// Takes the whole answers, head and body, for 400, 408 and 431.
    pub(super) fn new(answer: impl Fn(StatusCode) -> Bytes) -> Refusals {
        Refusals {
            unreadable: answer(StatusCode::BAD_REQUEST),
            too_slow: answer(StatusCode::REQUEST_TIMEOUT),
            too_large: answer(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        }
    }

    /// Returns the answer with this status, or else with 400.
    pub(super) fn answer(&self, status: StatusCode) -> Bytes {
        match status {
            StatusCode::REQUEST_TIMEOUT => self.too_slow.clone(),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => self.too_large.clone(),
            _ => self.unreadable.clone(),
        }
    }
}

/// Writes an answer as it goes over the line, after which the connection is closed (RFC 9112, 3 to 6).
pub(super) fn as_sent(status: StatusCode, headers: &HeaderMap, page: &[u8]) -> Bytes {
    let mut bytes = format!("HTTP/1.1 {status}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(page);
    Bytes::from(bytes)
}
