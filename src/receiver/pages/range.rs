//! A part of a file (RFC 9110, 14). Safari plays a video only from a server that sends the part it asks for, and
//! every browser asks for one when somebody skips ahead.
//!
//! One range of bytes is answered with that part. Several at once, other units and what makes no sense get the whole
//! file, as the standard allows: no browser needs them, and many small ranges are a known attack.

use std::ops::Range;

use axum::body::Body;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, IF_RANGE,
    RANGE,
};
use hyper::{Response, StatusCode};

use super::{Form, REVALIDATE};

/// What a request asks of a file.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<usize>),
    /// Bytes that it does not have.
    Beyond,
}

/// Narrows the answer that holds a whole file to the part that is asked, if one is.
pub(super) fn narrow(response: &mut Response<Body>, request: &HeaderMap, form: &Form) {
    let length = form.bytes.len();
    // Without a match, what the client has is of another version (RFC 9110, 13.1.5: strong comparison).
    let same = request.get(IF_RANGE).is_none_or(|tag| tag == form.tag());
    let asked = match same {
        true => asked(request, length),
        false => Asked::Whole,
    };
    let (status, range, body) = match asked {
        Asked::Whole => return,
        Asked::Part(part) => (
            StatusCode::PARTIAL_CONTENT,
            format!("bytes {}-{}/{length}", part.start, part.end - 1),
            form.bytes.slice(part),
        ),
        Asked::Beyond => {
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().insert(CACHE_CONTROL, REVALIDATE);
            let nothing = form.bytes.slice(..0);
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            (status, format!("bytes */{length}"), nothing)
        }
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    // Digits and these words are always a valid value.
    let range = HeaderValue::try_from(range).unwrap_or(HeaderValue::from_static("bytes */*"));
    headers.insert(CONTENT_RANGE, range);
    *response.body_mut() = Body::from(body);
}

/// Reads which bytes of a file of this length are asked.
fn asked(request: &HeaderMap, length: usize) -> Asked {
    let mut values = request.get_all(RANGE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Asked::Whole;
    };
    let range = value.to_str().ok().and_then(first_and_last);
    match range {
        None => Asked::Whole,
        // The last bytes, as many as these.
        Some((None, Some(0))) => Asked::Beyond,
        Some((None, Some(_))) if length == 0 => Asked::Beyond,
        Some((None, Some(last))) => Asked::Part(length.saturating_sub(last)..length),
        Some((Some(first), _)) if first >= length => Asked::Beyond,
        Some((Some(first), None)) => Asked::Part(first..length),
        Some((Some(first), Some(last))) if first <= last => {
            Asked::Part(first..last.saturating_add(1).min(length))
        }
        Some(_) => Asked::Whole,
    }
}

/// Reads `bytes=0-499`, of which either number may be absent. Several ranges are nothing.
fn first_and_last(value: &str) -> Option<(Option<usize>, Option<usize>)> {
    let (unit, range) = value.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    Some((position(first)?, position(last)?))
}

/// Reads a position, or that there is none. One too large for a number is beyond every file.
fn position(text: &str) -> Option<Option<usize>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Some(text.parse().unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, length: usize, expected: Asked) {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, value.parse().unwrap());
        assert_eq!(asked(&headers, length), expected, "{value:?} of {length}");
    }

    #[test]
    fn nonsense_and_many_ranges_get_the_whole_file() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=1-2x",
            "bytes=+1-2",
            "bytes=--5",
            "bytes=1-2-3",
            "bytes=0-1,4-5",
            "bytes=0-1, -1",
            "lines=0-1",
            "bytes 0-1",
        ] {
            check(value, 10, Asked::Whole);
        }
    }

    #[test]
    fn bytes_that_are_not_there_are_refused() {
        for value in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            check(value, 10, Asked::Beyond);
        }
        check("bytes=99999999999999999999999-", 10, Asked::Beyond);
        check("bytes=0-", 0, Asked::Beyond);
        check("bytes=-5", 0, Asked::Beyond);
    }

    #[test]
    fn one_range_is_that_part() {
        check("bytes=0-", 10, Asked::Part(0..10));
        check("bytes=0-0", 10, Asked::Part(0..1));
        check("bytes=2-4", 10, Asked::Part(2..5));
        check("bytes=9-", 10, Asked::Part(9..10));
        check("bytes=2-99", 10, Asked::Part(2..10));
        check("bytes=2-18446744073709551615", 10, Asked::Part(2..10));
        check("bytes=2-99999999999999999999999", 10, Asked::Part(2..10));
        check("bytes=-3", 10, Asked::Part(7..10));
        check("bytes=-30", 10, Asked::Part(0..10));
        check("BYTES = 2-4 ", 10, Asked::Part(2..5));
    }

    #[test]
    fn two_fields_get_the_whole_file() {
        let mut headers = HeaderMap::new();
        headers.append(RANGE, "bytes=0-1".parse().unwrap());
        headers.append(RANGE, "bytes=2-3".parse().unwrap());
        assert_eq!(asked(&headers, 10), Asked::Whole);
    }
}
