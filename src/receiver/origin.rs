//! Whether a post comes from a page of this portal.
//!
//! There is no cookie and no session, so a forged post can do nothing that its author could not do
//! alone; this keeps other sites from filling the store through the browsers of staff.

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderValue, ORIGIN};

/// Returns whether the headers of a post allow that it comes from a page of this portal.
///
/// `Sec-Fetch-Site` decides where the browser sends it; else `Origin` must name the host that was
/// asked, or the origin of the base URL, which differs from it behind some proxies. A browser that
/// sends neither is too old to tell, and is let in.
pub(super) fn is_own_post(headers: &HeaderMap, base_origin: Option<&str>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Some((_, authority)) = origin.to_str().ok().and_then(|o| o.split_once("://")) else {
        return false;
    };
    let is_host = |host: &HeaderValue| {
        host.to_str()
            .is_ok_and(|host| host.eq_ignore_ascii_case(authority))
    };
    headers.get(HOST).is_some_and(is_host)
        || base_origin.is_some_and(|base| {
            origin
                .to_str()
                .is_ok_and(|origin| origin.eq_ignore_ascii_case(base))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_posts_pass() {
        #[track_caller]
        fn check(pairs: &[(&'static str, &'static str)], expected: bool) {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("intranet.example:8080"));
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            let own = is_own_post(&headers, Some("https://portaal.example"));
            assert_eq!(own, expected, "{pairs:?}");
        }
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "")], false);
        check(&[("origin", "http://intranet.example:8080")], true);
        check(&[("origin", "https://INTRANET.example:8080")], true);
        check(&[("origin", "https://portaal.example")], true);
        check(&[("origin", "http://portaal.example")], false);
        check(&[("origin", "http://intranet.example")], false);
        check(&[("origin", "https://evil.example")], false);
        check(
            &[("origin", "https://evil.example/intranet.example:8080")],
            false,
        );
        check(&[("origin", "null")], false);
        check(&[("origin", "")], false);
        check(
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://intranet.example:8080"),
            ],
            false,
        );
    }
}
