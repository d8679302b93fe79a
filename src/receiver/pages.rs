//! The pages of the portal in memory, and which form of one suits a request.
//!
//! Nothing is read from disk while serving: a path can only name what the generator made. What changes
//! together is changed under one lock, and a request looks once, so that a reader never gets half of two.

mod departed;
mod range;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use axum::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use hyper::{Method, Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use axum::body::Body;

use departed::Departed;

use crate::digest::hex;
use crate::output::{Caching, Output};

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Bytes of the hash that an entity tag shows: 128 bits do not collide by accident.
const TAG_BYTES: usize = 16;

/// All pages, as they are now.
#[derive(Debug)]
pub(super) struct Pages {
    shelf: RwLock<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    pages: HashMap<String, Arc<Page>>,
    departed: Departed,
}

/// One address with its forms.
#[derive(Clone, Debug)]
pub(super) struct Page {
    content_type: HeaderValue,
    caching: Caching,
    plain: Form,
    brotli: Option<Form>,
    gzip: Option<Form>,
}

#[derive(Clone, Debug)]
struct Form {
    bytes: Bytes,
    tag: OnceLock<HeaderValue>,
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// A page.
    Page(Arc<Page>),
    /// A page whose path ends in a slash that is missing here.
    WithSlash(String),
    /// Nothing; what is shown instead, where there is such a page.
    Nothing(Option<Bytes>),
}

/// How a file is compressed, by the end of its path.
#[derive(Clone, Copy, Debug)]
enum Coding {
    Brotli,
    Gzip,
}

impl Pages {
    /// Arranges the files of a portal for serving. `x.br` and `x.gz` become forms of `x`, where there
    /// is one. What is the same as before is taken over, and what a browser may still ask for of a page that
    /// it was given before is kept for a while.
    pub(super) fn new(outputs: Vec<Output>, before: Option<&Pages>) -> Pages {
        let mut shelf = Shelf::default();
        shelf.put(outputs);
        if let Some(before) = before {
            let before = before.read();
            for (path, page) in &mut shelf.pages {
                if let Some(same) = before.pages.get(path).filter(|before| before.is(page)) {
                    *page = Arc::clone(same);
                }
            }
            let gone = before.pages.iter();
            let gone = gone.filter(|(path, _)| !shelf.pages.contains_key(*path));
            let gone = gone.map(|(path, page)| (path.clone(), Arc::clone(page)));
            shelf.departed = before.departed.clone();
            shelf.departed.add(gone, Instant::now());
        }
        Pages {
            shelf: RwLock::new(shelf),
        }
    }

    /// Puts files in place and takes others away, all at once. A compressed form that does not come along
    /// with its file is no longer one of it.
    pub(super) fn update(&self, changed: Vec<Output>, removed: &[String]) {
        let mut gone = Vec::new();
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        for path in removed {
            gone.extend(shelf.remove(path));
        }
        gone.extend(shelf.put(changed));
        if !gone.is_empty() {
            let now = Instant::now();
            let shelf = &mut *shelf;
            let gone = gone
                .iter()
                .filter(|(path, _)| !shelf.pages.contains_key(path));
            shelf.departed.add(gone.cloned(), now);
        }
        // What is gone is let go of after the lock.
        drop(shelf);
    }

    /// Finds what a decoded path leads to; `instead` is the path of what is shown where that is nothing.
    pub(super) fn find(&self, path: &str, instead: &str) -> Found {
        let shelf = self.read();
        if path.is_empty() || path.ends_with('/') {
            if let Some(page) = shelf.pages.get(&format!("{path}index.html")) {
                return Found::Page(Arc::clone(page));
            }
        } else if let Some(page) = shelf.pages.get(path) {
            return Found::Page(Arc::clone(page));
        } else if shelf.pages.contains_key(&format!("{path}/index.html")) {
            return Found::WithSlash(format!("{path}/"));
        } else if let Some(page) = shelf.departed.get(path, Instant::now()) {
            return Found::Page(page);
        }
        Found::Nothing(
            shelf
                .pages
                .get(instead)
                .map(|page| page.plain.bytes.clone()),
        )
    }

    fn read(&self) -> RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Puts files in place, and returns those that stood there.
    fn put(&mut self, outputs: Vec<Output>) -> Vec<(String, Arc<Page>)> {
        // Compressed forms after the files that they are of.
        let (forms, files): (Vec<Output>, Vec<Output>) = outputs
            .into_iter()
            .partition(|output| Coding::of(&output.path).is_some());
        let mut before = Vec::new();
        for output in files {
            before.extend(self.put_file(output));
        }
        for output in forms {
            let Some((path, coding)) = Coding::of(&output.path) else {
                continue;
            };
            match self.pages.get_mut(path) {
                Some(page) => Arc::make_mut(page).set(coding, Some(Form::new(output.bytes))),
                None => before.extend(self.put_file(output)),
            }
        }
        before
    }

    fn put_file(&mut self, output: Output) -> Option<(String, Arc<Page>)> {
        let page = Arc::new(Page {
            content_type: HeaderValue::from_static(output.media_type()),
            caching: output.caching,
            brotli: None,
            gzip: None,
            plain: Form::new(output.bytes),
        });
        let before = self.pages.insert(output.path.clone(), page);
        before.map(|before| (output.path, before))
    }

    /// Takes a file away, or the compressed form of one.
    fn remove(&mut self, path: &str) -> Option<(String, Arc<Page>)> {
        if let Some(page) = self.pages.remove(path) {
            return Some((path.to_owned(), page));
        }
        if let Some((plain, coding)) = Coding::of(path)
            && let Some(page) = self.pages.get_mut(plain)
        {
            Arc::make_mut(page).set(coding, None);
        }
        None
    }
}

impl Coding {
    /// Returns the path of the file that a path may be a compressed form of.
    fn of(path: &str) -> Option<(&str, Coding)> {
        let of = |end, coding| Some((path.strip_suffix(end)?, coding));
        of(".br", Coding::Brotli).or_else(|| of(".gz", Coding::Gzip))
    }
}

impl Page {
    fn set(&mut self, coding: Coding, form: Option<Form>) {
        match coding {
            Coding::Brotli => self.brotli = form,
            Coding::Gzip => self.gzip = form,
        }
    }

    /// Returns whether another page has the same bytes and is kept as long.
    fn is(&self, other: &Page) -> bool {
        let bytes = |form: &Option<Form>| form.as_ref().map(|form| form.bytes.clone());
        self.caching == other.caching
            && self.plain.bytes == other.plain.bytes
            && bytes(&self.brotli) == bytes(&other.brotli)
            && bytes(&self.gzip) == bytes(&other.gzip)
    }

    /// Returns the size of all forms in memory.
    fn size(&self) -> usize {
        let forms = [Some(&self.plain), self.brotli.as_ref(), self.gzip.as_ref()];
        forms
            .into_iter()
            .flatten()
            .map(|form| form.bytes.len())
            .sum()
    }

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
        let unchanged = matches_tag(request, form.tag());
        let body = if unchanged || method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(form.bytes.clone())
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(ETAG, form.tag().clone());
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
        Form {
            bytes: Bytes::from_owner(bytes),
            tag: OnceLock::new(),
        }
    }

    /// Returns the entity tag, made when it is first asked for: most files change before anybody does.
    fn tag(&self) -> &HeaderValue {
        self.tag.get_or_init(|| {
            let digest = Sha256::digest(&self.bytes);
            let tag = format!("\"{}\"", hex(digest.get(..TAG_BYTES).unwrap_or(&digest)));
            // Hexadecimal digits and quotes are always a valid value; without it no request matches.
            HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
        })
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
        Pages::new(outputs(), None)
    }

    fn outputs() -> Vec<Output> {
        vec![
            output("index.html", "thuis", Caching::Revalidate),
            output("norm/index.html", "norm plain", Caching::Revalidate),
            output("norm/index.html.br", "norm br", Caching::Revalidate),
            output("norm/index.html.gz", "norm gz", Caching::Revalidate),
            output("a/x.1234.css", "css", Caching::Forever),
            output("los.gz", "los", Caching::Revalidate),
            output("a/film.1234.mp4", "0123456789", Caching::Forever),
        ]
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    async fn get(path: &str, request: &[(&'static str, &str)]) -> (Response<()>, String) {
        get_of(&pages(), path, request).await
    }

    async fn get_of(
        pages: &Pages,
        path: &str,
        request: &[(&'static str, &str)],
    ) -> (Response<()>, String) {
        let Found::Page(page) = pages.find(path, "404.html") else {
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
        assert!(matches!(pages.find("", "404.html"), Found::Page(_)));
        assert!(matches!(pages.find("norm/", "404.html"), Found::Page(_)));
        assert!(matches!(pages.find("norm", "404.html"), Found::WithSlash(to) if to == "norm/"));
        assert!(matches!(
            pages.find("a/x.1234.css", "404.html"),
            Found::Page(_)
        ));
        assert!(matches!(pages.find("los.gz", "404.html"), Found::Page(_)));
        for nothing in [
            "a",
            "a/",
            "b",
            "norm/index.html.br",
            "norm/index.html/",
            "index.htm",
        ] {
            assert!(
                matches!(pages.find(nothing, "404.html"), Found::Nothing(None)),
                "{nothing}"
            );
        }
    }

    /// Returns what is at a path for a client that takes brotli, and the tag.
    async fn shown(pages: &Pages, path: &str) -> (String, HeaderValue) {
        let (response, body) = get_of(pages, path, &[("accept-encoding", "br")]).await;
        (body, response.headers()[ETAG].clone())
    }

    fn is_nothing(pages: &Pages, path: &str) -> bool {
        matches!(pages.find(path, "404.html"), Found::Nothing(_))
    }

    #[tokio::test]
    async fn an_update_leads_to_the_same_as_a_new_version() {
        let page = |path: &str, text: &str| output(path, text, Caching::Revalidate);
        let is_same = |changed: Vec<Output>, removed: &[&str]| {
            let updated = pages();
            let removed: Vec<String> = removed.iter().map(ToString::to_string).collect();
            updated.update(changed.clone(), &removed);
            let left = outputs().into_iter().filter(|output| {
                !removed.contains(&output.path)
                    && !changed.iter().any(|changed| changed.path == output.path)
            });
            let all = left.chain(changed.iter().cloned()).collect();
            let fresh = Pages::new(all, None);
            let (updated, fresh) = (updated.read(), fresh.read());
            assert_eq!(updated.pages.len(), fresh.pages.len());
            for (path, page) in &updated.pages {
                assert!(page.is(&fresh.pages[path]), "{path}");
                assert_eq!(page.content_type, fresh.pages[path].content_type);
            }
        };
        is_same(vec![page("index.html", "anders")], &[]);
        is_same(vec![page("nieuw/index.html", "nieuw")], &["index.html"]);
        let all = [
            "norm/index.html",
            "norm/index.html.br",
            "norm/index.html.gz",
        ];
        is_same(all.map(|path| page(path, "anders")).into(), &[]);
        is_same(Vec::new(), &all);
        is_same(vec![page("norm/index.html", "anders")], &all[1..]);
        is_same(vec![page("norm/index.html.br", "anders")], &[]);
        is_same(Vec::new(), &["norm/index.html.gz"]);
        is_same(vec![page("los.gz", "anders")], &["is er niet"]);
    }

    #[tokio::test]
    async fn a_form_of_an_earlier_page_is_not_shown() {
        let pages = pages();
        let before = shown(&pages, "norm/").await;
        pages.update(
            vec![output("norm/index.html", "nieuw", Caching::Revalidate)],
            &[],
        );
        let after = shown(&pages, "norm/").await;
        assert_eq!((before.0.as_str(), after.0.as_str()), ("norm br", "nieuw"));
        assert_ne!(before.1, after.1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_pages_ask_for_by_digest_stays_for_a_while() {
        let new = || vec![output("a/x.5678.css", "css 2", Caching::Forever)];
        let gone = ["a/x.1234.css".to_owned(), "norm/index.html".to_owned()];
        let updated = || {
            let pages = pages();
            pages.update(new(), &gone);
            pages
        };
        let renewed = || {
            let left = outputs().into_iter();
            let left = left.filter(|output| !gone.contains(&output.path));
            Pages::new(left.chain(new()).collect(), Some(&pages()))
        };
        for make in [&updated as &dyn Fn() -> Pages, &renewed] {
            let pages = make();
            assert_eq!(shown(&pages, "a/x.1234.css").await.0, "css");
            assert_eq!(shown(&pages, "a/x.5678.css").await.0, "css 2");
            assert!(is_nothing(&pages, "norm/"));
            // Also over a version after that.
            let pages = Pages::new(new(), Some(&pages));
            assert_eq!(shown(&pages, "a/x.1234.css").await.0, "css");
            tokio::time::advance(std::time::Duration::from_secs(9 * 60)).await;
            assert_eq!(shown(&pages, "a/film.1234.mp4").await.0, "0123456789");
            tokio::time::advance(std::time::Duration::from_secs(60)).await;
            assert!(is_nothing(&pages, "a/x.1234.css"));
            pages.update(vec![output("a/x.1234.css", "css", Caching::Forever)], &[]);
            assert_eq!(shown(&pages, "a/x.1234.css").await.0, "css");
        }
    }

    #[tokio::test]
    async fn files_that_are_gone_take_no_memory_without_bound() {
        let pages = Pages::new(Vec::new(), None);
        let large = |name: &str| Output {
            path: name.into(),
            bytes: vec![0; 20 * 1024 * 1024].into(),
            caching: Caching::Forever,
        };
        for name in ["1.css", "2.css", "3.css", "4.css", "5.css"] {
            pages.update(vec![large(name)], &[]);
            pages.update(Vec::new(), &[name.into()]);
        }
        assert!(is_nothing(&pages, "1.css") && is_nothing(&pages, "2.css"));
        assert!(!is_nothing(&pages, "3.css") && !is_nothing(&pages, "5.css"));
    }

    #[test]
    fn what_stays_the_same_is_taken_over() {
        let before = pages();
        let mut outputs = outputs();
        outputs[0] = output("index.html", "anders", Caching::Revalidate);
        let after = Pages::new(outputs, Some(&before));
        for (path, page) in &after.read().pages {
            let shared = Arc::ptr_eq(page, &before.read().pages[path]);
            assert_eq!(shared, path != "index.html", "{path}");
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
        let Found::Page(page) = pages.find("", "404.html") else {
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
