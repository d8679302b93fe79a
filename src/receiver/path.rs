//! The path of a request, decoded once and in one place.
//!
//! Invariant: a path that comes out of here has no empty, `.` or `..` segment, no backslash, no
//! control character, and a slash only where the address had one. Nothing decodes it again.

/// Bytes of the longest path that is looked up; the longest file name is 255 bytes, and nobody nests
/// folders this deep.
const LONGEST: usize = 2048;

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathProblem {
    /// It is not a well-formed address: answered with 400.
    Malformed,
    /// It can not be the address of anything here: answered with 404.
    Nowhere,
}

/// Decodes a path below the base path: `/veilig/norm/` gives `norm/` for the base path `/veilig`.
///
/// # Errors
///
/// See [`PathProblem`].
pub(super) fn decode(raw: &str, base_path: &str) -> Result<String, PathProblem> {
    if raw.len() > LONGEST {
        return Err(PathProblem::Nowhere);
    }
    let rooted = raw.strip_prefix('/').ok_or(PathProblem::Malformed)?;
    let mut segments = Vec::new();
    for segment in rooted.split('/') {
        segments.push(decode_segment(segment)?);
    }
    let last = segments.len().saturating_sub(1);
    let hollow = |(index, segment): (usize, &String)| {
        (segment.is_empty() && index < last)
            || segment == "."
            || segment == ".."
            || segment.contains(['/', '\\'])
    };
    if segments.iter().enumerate().any(hollow) {
        return Err(PathProblem::Nowhere);
    }
    let path = segments.join("/");
    match base_path.strip_prefix('/') {
        None | Some("") => Ok(path),
        Some(base) => path
            .strip_prefix(base)
            .and_then(|below| below.strip_prefix('/'))
            .map(str::to_owned)
            .ok_or(PathProblem::Nowhere),
    }
}

fn decode_segment(segment: &str) -> Result<String, PathProblem> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (hex_digit(rest.next())?, hex_digit(rest.next())?);
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| PathProblem::Malformed)?;
    if text.chars().any(char::is_control) {
        return Err(PathProblem::Malformed);
    }
    Ok(text)
}

fn hex_digit(byte: Option<u8>) -> Result<u8, PathProblem> {
    byte.and_then(|byte| char::from(byte).to_digit(16))
        .and_then(|digit| u8::try_from(digit).ok())
        .ok_or(PathProblem::Malformed)
}

/// Writes a path as part of an address: everything but unreserved characters and slashes is encoded.
pub(super) fn encode(path: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_decoded() {
        #[track_caller]
        fn check(raw: &str, base: &str, expected: &str) {
            assert_eq!(decode(raw, base).as_deref(), Ok(expected), "{raw}");
        }
        check("/", "", "");
        check("/norm/", "", "norm/");
        check("/norm", "/", "norm");
        check("/%6Eorm/%c3%a9%C3%A9n", "", "norm/één");
        check("/a%20b+c", "", "a b+c");
        check("/%252e%252e/", "", "%2e%2e/");
        check("/veilig/", "/veilig", "");
        check("/veilig/norm/", "/veilig", "norm/");
        check("/a/b/c", "/a/b", "c");
    }

    #[test]
    fn tricks_lead_nowhere() {
        #[track_caller]
        fn check(raw: &str, base: &str, expected: PathProblem) {
            assert_eq!(decode(raw, base), Err(expected), "{raw}");
        }
        use PathProblem::{Malformed, Nowhere};
        for raw in [
            "//",
            "//evil.example/",
            "/norm//",
            "/../etc/passwd",
            "/norm/..",
            "/%2e%2e/%2E./etc/passwd",
            "/./norm",
            "/norm%2f..%2f..",
            "/norm%2Findex.html",
            "/..%5c..%5c",
            "/\\evil.example",
            "/%5Cevil.example/",
        ] {
            check(raw, "", Nowhere);
        }
        for raw in [
            "",
            "norm",
            "*",
            "/%00",
            "/a%0d%0aX:1",
            "/%",
            "/%4",
            "/%zz",
            "/%ff%fe",
            "/%c0%ae%c0%ae/",
            "/%7f",
            "/%C2%85",
        ] {
            check(raw, "", Malformed);
        }
        check(&format!("/{}", "a".repeat(LONGEST)), "", Nowhere);
        check("/norm/", "/veilig", Nowhere);
        check("/veilig", "/veilig", Nowhere);
        check("/veiligheid/", "/veilig", Nowhere);
        check("/", "/veilig", Nowhere);
    }

    #[test]
    fn encoding_is_the_way_back() {
        for path in ["norm/", "één huis/ %2e?#\"<>&'", "a:b@c"] {
            let encoded = encode(path);
            assert!(encoded.is_ascii(), "{encoded}");
            assert!(!encoded.contains(['?', '#', '"', '<', ' ']), "{encoded}");
            assert_eq!(decode(&format!("/{encoded}"), "").as_deref(), Ok(path));
        }
    }

    #[test]
    fn whatever_comes_in_what_comes_out_is_harmless() {
        let pieces = [
            "/", "%2f", "..", ".", "%2e", "%", "%25", "\\", "%5c", "a", "é", "%c3", "%a9", "%00",
            "veilig",
        ];
        // Every path of five pieces.
        for number in 0..pieces.len().pow(5) {
            let mut rest = number;
            let mut raw = String::from("/");
            for _ in 0..5 {
                raw.push_str(pieces[rest % pieces.len()]);
                rest /= pieces.len();
            }
            for base in ["", "/veilig"] {
                let Ok(path) = decode(&raw, base) else {
                    continue;
                };
                let harmless = |segment: &str| !matches!(segment, "." | "..");
                assert!(path.split('/').all(harmless), "{raw}");
                assert!(!path.starts_with('/') && !path.contains("//"), "{raw}");
                assert!(!path.contains(['\\', '\0']), "{raw}");
            }
        }
    }
}
