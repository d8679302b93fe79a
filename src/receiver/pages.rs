//! The pages of the portal in memory, and which form of one suits a request.
//!
//! Nothing is read from disk while serving: a path can only name what the generator made. A whole
//! version of the portal is one immutable [`Pages`], so that a reader never gets half of two.

mod range;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use hyper::{Method, Response, StatusCode};
use sha2::{Digest, Sha256};

use axum::body::Body;

use crate::digest::hex;
use crate::output::{Caching, Output};

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Bytes of the hash that an entity tag shows: 128 bits do not collide by accident.
const TAG_BYTES: usize = 16;

/// One version of all pages.
#[derive(Debug)]
pub struct Pages {
    pages: HashMap<String, Page>,
}

/// One address with its forms.
#[derive(Debug)]
pub(super) struct Page {
    content_type: HeaderValue,
    caching: Caching,
    plain: Form,
    brotli: Option<Form>,
    gzip: Option<Form>,
}

#[derive(Debug)]
struct Form {
    bytes: Bytes,
    tag: HeaderValue,
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A page.
    Page(&'a Page),
    /// A page whose path ends in a slash that is missing here.
    WithSlash(String),
    /// Nothing.
    Nothing,
}

impl Pages {
    /// Arranges the files of a portal for serving. `x.br` and `x.gz` become forms of `x`, where there
    /// is one.
    pub fn new(outputs: Vec<Output>) -> Pages {
        let mut forms: HashMap<String, Output> = outputs
            .into_iter()
            .map(|output| (output.path.clone(), output))
            .collect();
        let compressed: Vec<String> = forms
            .keys()
            .filter(|path| {
                path.strip_suffix(".br")
                    .or_else(|| path.strip_suffix(".gz"))
                    .is_some_and(|plain| forms.contains_key(plain))
            })
            .cloned()
            .collect();
        let mut compressed: HashMap<String, Form> = compressed
            .into_iter()
            .filter_map(|path| Some((path.clone(), Form::new(forms.remove(&path)?.bytes))))
            .collect();
        let pages = forms
            .into_iter()
            .map(|(path, output)| {
                let page = Page {
                    content_type: HeaderValue::from_static(output.media_type()),
                    caching: output.caching,
                    brotli: compressed.remove(&format!("{path}.br")),
                    gzip: compressed.remove(&format!("{path}.gz")),
                    plain: Form::new(output.bytes),
                };
                (path, page)
            })
            .collect();
        Pages { pages }
    }

    /// Finds what a decoded path leads to.
    pub(super) fn find(&self, path: &str) -> Found<'_> {
        if path.is_empty() || path.ends_with('/') {
            return match self.pages.get(&format!("{path}index.html")) {
                Some(page) => Found::Page(page),
                None => Found::Nothing,
            };
        }
        if let Some(page) = self.pages.get(path) {
            return Found::Page(page);
        }
        if self.pages.contains_key(&format!("{path}/index.html")) {
            return Found::WithSlash(format!("{path}/"));
        }
        Found::Nothing
    }

    /// Returns the plain bytes of a file, for pages that are shown under other addresses.
    pub(super) fn bytes(&self, path: &str) -> Option<Bytes> {
        self.pages.get(path).map(|page| page.plain.bytes.clone())
    }
}

impl Page {
    /// Returns whether everybody gets the same bytes: videos and other files that do not compress, of which a part
    /// may be asked.
    fn has_one_form(&self) -> bool {
        self.brotli.is_none() && self.gzip.is_none()
    }

    /// Answers a GET or HEAD request for this page.
    pub(super) fn respond(&self, method: &Method, request: &HeaderMap) -> Response<Body> {
        let accepted = AcceptedCodings::read(request);
        let (form, coding) = match (&self.brotli, &self.gzip) {
            (Some(form), _) if accepted.brotli_is_best() => (form, Some("br")),
            (_, Some(form)) if accepted.gzip_is_good() => (form, Some("gzip")),
            (Some(form), _) if accepted.brotli_is_good() => (form, Some("br")),
            _ => (&self.plain, None),
        };
        let unchanged = matches_tag(request, &form.tag);
        let body = if unchanged || method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(form.bytes.clone())
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(ETAG, form.tag.clone());
        let caching = match self.caching {
            Caching::Forever => FOREVER,
            Caching::Revalidate => REVALIDATE,
        };
        headers.insert(CACHE_CONTROL, caching);
        if !self.has_one_form() {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(CONTENT_LENGTH, HeaderValue::from(form.bytes.len()));
        if self.has_one_form() {
            headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            if *method == Method::GET {
                range::narrow(&mut response, request, form);
            }
            return response;
        }
        if let Some(coding) = coding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

impl Form {
    fn new(bytes: Arc<[u8]>) -> Form {
        let digest = Sha256::digest(&bytes);
        let tag = format!("\"{}\"", hex(digest.get(..TAG_BYTES).unwrap_or(&digest)));
        Form {
            bytes: Bytes::from_owner(bytes),
            // Hexadecimal digits and quotes are always a valid value; without it no request matches.
            tag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }
}

/// Returns whether the client has this form already (RFC 9110, 13.1.2: weak comparison).
fn matches_tag(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|candidate| {
            candidate == b"*"
                || candidate.strip_prefix(b"W/").unwrap_or(candidate) == tag.as_bytes()
        })
}

/// The weights that a client gives to codings, in thousandths; 0 is a refusal (RFC 9110, 12.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AcceptedCodings {
    brotli: u16,
    gzip: u16,
    identity: u16,
}

impl AcceptedCodings {
    fn read(request: &HeaderMap) -> AcceptedCodings {
        let mut brotli = None;
        let mut gzip = None;
        let mut identity = None;
        let mut any = None;
        let codings = request
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for coding in codings {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight(parameters);
            match name.trim().to_ascii_lowercase().as_str() {
                "br" => brotli = Some(weight),
                "gzip" | "x-gzip" => gzip = Some(weight),
                "identity" => identity = Some(weight),
                "*" => any = Some(weight),
                _ => {}
            }
        }
        AcceptedCodings {
            brotli: brotli.or(any).unwrap_or(0),
            gzip: gzip.or(any).unwrap_or(0),
            // Plain bytes are what is left when nothing else will do, even where they are refused.
            identity: identity.unwrap_or(0),
        }
    }

    fn brotli_is_best(self) -> bool {
        self.brotli_is_good() && self.brotli >= self.gzip
    }

    fn brotli_is_good(self) -> bool {
        self.brotli > 0 && self.brotli >= self.identity
    }

    fn gzip_is_good(self) -> bool {
        self.gzip > 0 && self.gzip >= self.identity
    }
}

/// Reads `q=0.5` as 500; a missing weight is 1000, and one that makes no sense is a refusal.
fn weight(parameters: &str) -> u16 {
    let Some(value) = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .map(|(_, value)| value.trim())
    else {
        return 1000;
    };
    match value.parse::<f32>() {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 1000"
        )]
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0) as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::CONTENT_RANGE;

    use super::*;

    fn output(path: &str, bytes: &str, caching: Caching) -> Output {
        Output {
            path: path.into(),
            bytes: bytes.as_bytes().into(),
            caching,
        }
    }

    fn pages() -> Pages {
        Pages::new(vec![
            output("index.html", "thuis", Caching::Revalidate),
            output("norm/index.html", "norm plain", Caching::Revalidate),
            output("norm/index.html.br", "norm br", Caching::Revalidate),
            output("norm/index.html.gz", "norm gz", Caching::Revalidate),
            output("a/x.1234.css", "css", Caching::Forever),
            output("los.gz", "los", Caching::Revalidate),
            output("a/film.1234.mp4", "0123456789", Caching::Forever),
        ])
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    async fn get(path: &str, request: &[(&'static str, &str)]) -> (Response<()>, String) {
        let pages = pages();
        let Found::Page(page) = pages.find(path) else {
            panic!("{path}");
        };
        let (parts, body) = page.respond(&Method::GET, &headers(request)).into_parts();
        let bytes = axum::body::to_bytes(body, 1000).await.unwrap();
        (
            Response::from_parts(parts, ()),
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    }

    #[test]
    fn paths_lead_to_pages() {
        let pages = pages();
        assert!(matches!(pages.find(""), Found::Page(_)));
        assert!(matches!(pages.find("norm/"), Found::Page(_)));
        assert!(matches!(pages.find("norm"), Found::WithSlash(to) if to == "norm/"));
        assert!(matches!(pages.find("a/x.1234.css"), Found::Page(_)));
        assert!(matches!(pages.find("los.gz"), Found::Page(_)));
        for nothing in [
            "a",
            "a/",
            "b",
            "norm/index.html.br",
            "norm/index.html/",
            "index.htm",
        ] {
            assert!(matches!(pages.find(nothing), Found::Nothing), "{nothing}");
        }
    }

    #[tokio::test]
    async fn the_coding_follows_the_weights() {
        async fn check(accept: &str, expected: &str) {
            let (response, body) = get("norm/", &[("accept-encoding", accept)]).await;
            assert_eq!(body, expected, "{accept}");
            let coding = response.headers().get(CONTENT_ENCODING);
            let coding = coding.map_or("plain", |value| match value.to_str().unwrap() {
                "gzip" => "gz",
                other => other,
            });
            assert_eq!(format!("norm {coding}"), expected);
            assert_eq!(response.headers()[VARY], "Accept-Encoding");
        }
        check("", "norm plain").await;
        check("gzip, deflate, br, zstd", "norm br").await;
        check("gzip", "norm gz").await;
        check("br;q=0.5, gzip;q=0.8", "norm gz").await;
        check("br;q=0, gzip;q=0", "norm plain").await;
        check("*", "norm br").await;
        check("*;q=0.1, br;q=0", "norm gz").await;
        check("identity, br;q=0.5", "norm plain").await;
        check("BR ; Q=1.0", "norm br").await;
        check("br;q=onzin", "norm plain").await;
        check("br;q=2", "norm plain").await;
        check("br;q=NaN", "norm plain").await;
    }

    #[tokio::test]
    async fn what_has_not_changed_is_not_sent_again() {
        let (first, _) = get("norm/", &[("accept-encoding", "br")]).await;
        let tag = first.headers()[ETAG].to_str().unwrap();
        for candidate in [tag, "*", &format!("W/{tag}"), &format!("\"x\", {tag}")] {
            let request = [("accept-encoding", "br"), ("if-none-match", candidate)];
            let (again, body) = get("norm/", &request).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{candidate}");
            assert_eq!(body, "");
            assert_eq!(again.headers()[ETAG], tag);
            assert_eq!(again.headers()[CACHE_CONTROL], "no-cache");
        }
        // Another form of the page has another tag.
        let (other, _) = get("norm/", &[("if-none-match", tag)]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn headers_say_what_it_is_and_how_long_it_keeps() {
        let (page, _) = get("", &[]).await;
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(page.headers()[CONTENT_LENGTH], "5");
        assert_eq!(page.headers()[CACHE_CONTROL], "no-cache");
        let (style, _) = get("a/x.1234.css", &[]).await;
        assert_eq!(
            style.headers()[CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(style.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    }

    #[tokio::test]
    async fn a_part_of_a_file_is_sent_where_one_is_asked() {
        async fn check(request: &[(&'static str, &str)], status: u16, body: &str, range: &str) {
            let (response, found) = get("a/film.1234.mp4", request).await;
            assert_eq!(response.status(), status, "{request:?}");
            assert_eq!(found, body, "{request:?}");
            let headers = response.headers();
            let found = headers.get(CONTENT_RANGE);
            assert_eq!(found.map_or("", |value| value.to_str().unwrap()), range);
            assert_eq!(headers[CONTENT_LENGTH], body.len().to_string().as_str());
            assert_eq!(headers[ACCEPT_RANGES], "bytes");
        }
        let (whole, _) = get("a/film.1234.mp4", &[]).await;
        let tag = whole.headers()[ETAG].to_str().unwrap();
        check(&[("range", "bytes=20-")], 416, "", "bytes */10").await;
        check(&[("range", "bytes=0-1,4-5")], 200, "0123456789", "").await;
        check(&[("range", "onzin")], 200, "0123456789", "").await;
        check(&[], 200, "0123456789", "").await;
        check(&[("range", "bytes=2-4")], 206, "234", "bytes 2-4/10").await;
        check(&[("range", "bytes=-1")], 206, "9", "bytes 9-9/10").await;
        let weak = format!("W/{tag}");
        let of = |tag| [("range", "bytes=2-4"), ("if-range", tag)];
        check(&of(tag), 206, "234", "bytes 2-4/10").await;
        check(&of(&weak), 200, "0123456789", "").await;
        check(&of("\"anders\""), 200, "0123456789", "").await;
        check(&of("Sun, 22 Nov 2026 10:00:00 GMT"), 200, "0123456789", "").await;
    }

    #[tokio::test]
    async fn a_page_that_is_compressed_is_sent_as_a_whole() {
        let (response, body) = get("norm/", &[("range", "bytes=0-1")]).await;
        assert_eq!(
            (response.status(), body.as_str()),
            (StatusCode::OK, "norm plain")
        );
        assert!(response.headers().get(ACCEPT_RANGES).is_none());
    }

    #[tokio::test]
    async fn head_has_the_length_and_no_body() {
        let pages = pages();
        let Found::Page(page) = pages.find("") else {
            panic!()
        };
        let response = page.respond(&Method::HEAD, &headers(&[("range", "bytes=0-1")]));
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_LENGTH], "5");
        let body = axum::body::to_bytes(response.into_body(), 10)
            .await
            .unwrap();
        assert!(body.is_empty());
    }
}
