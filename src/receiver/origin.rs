//! Whether a post comes from a page of this portal.
//!
//! There is no cookie and no session, so a forged post can do nothing that its author could not do
//! alone; this keeps other sites from filling the store through the browsers of staff.

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderValue, ORIGIN};

/// Returns whether the headers of a post allow that it comes from a page of this portal.
///
/// An `Origin` among `senders` may post wherever the browser says that it is. Else `Sec-Fetch-Site`
/// decides, where the browser sends it; else `Origin` must name the host that was asked. A browser that
/// sends neither is too old to tell, and is let in.
pub(super) fn is_own_post(headers: &HeaderMap, senders: &[String]) -> bool {
    let origin = headers.get(ORIGIN);
    if origin.is_some_and(|origin| is_among(origin, senders)) {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = origin else {
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
}

fn is_among(origin: &HeaderValue, senders: &[String]) -> bool {
    origin.to_str().is_ok_and(|origin| {
        senders
            .iter()
            .any(|sender| origin.eq_ignore_ascii_case(sender))
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
            let senders = ["https://portaal.example", "https://ander.example:8443"];
            let own = is_own_post(&headers, &senders.map(str::to_owned));
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
        check(&[("origin", "https://ander.example:8443")], true);
        check(&[("origin", "http://portaal.example")], false);
        check(&[("origin", "http://intranet.example")], false);
        check(&[("origin", "https://evil.example")], false);
        check(
            &[("origin", "https://evil.example/intranet.example:8080")],
            false,
        );
        check(&[("origin", "null")], false);
        for site in ["cross-site", "same-site"] {
            for (origin, expected) in [
                ("https://portaal.example", true),
                ("https://Ander.example:8443", true),
                ("https://ander.example", false),
                ("http://ander.example:8443", false),
                ("https://ander.example:8443/", false),
                ("https://ander.example:8443.evil.example", false),
                ("https://evil.example", false),
                ("null", false),
                ("", false),
            ] {
                check(&[("sec-fetch-site", site), ("origin", origin)], expected);
            }
        }
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
