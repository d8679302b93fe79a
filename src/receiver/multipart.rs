//! A form with files (`multipart/form-data`, RFC 7578), cut into its parts while it arrives.
//!
//! The crate `multer`, which axum uses, is not used: it keeps everything that is ready to be read, and
//! the head of a part without end, so that its memory is what the client sends. Invariant: nothing is
//! kept but what arrived last, a head of at most [`HEAD_BYTES`], and the bytes that may begin a boundary.

use axum::body::Bytes;

/// Bytes of the head of a part: names of files have 255 bytes, percent-encoded at most three times that.
const HEAD_BYTES: usize = 4 * 1024;

/// The longest boundary (RFC 2046, 5.1.1).
const BOUNDARY_BYTES: usize = 70;

/// The body is no form with files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What comes next in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A part begins.
    Head(Head),
    /// Bytes of the part.
    Bytes(Bytes),
    /// The part has ended.
    PartEnd,
    /// The form has ended.
    End,
}

/// What a part says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Name of the field.
    pub(super) name: String,
    /// Name of the file, where it is one; empty where none was chosen.
    pub(super) file_name: Option<String>,
}

/// Cuts bytes into pieces.
#[derive(Debug)]
pub(super) struct Cutter {
    /// What ends a part: line end, two hyphens, boundary.
    delimiter: Vec<u8>,
    kept: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Before,
    /// Right after a boundary.
    AfterBoundary,
    /// In the head of a part.
    Head,
    /// In a part.
    Part,
    /// After the last boundary.
    Over,
}

impl Cutter {
    /// Makes a cutter for a body with this content type.
    ///
    /// # Errors
    ///
    /// Fails where it is no form with files.
    pub(super) fn of_content_type(content_type: &str) -> Result<Cutter, Malformed> {
        let (kind, parameters) = content_type.split_once(';').ok_or(Malformed)?;
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(Malformed);
        }
        let boundary = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            name.trim()
                .eq_ignore_ascii_case("boundary")
                .then_some(value)
        });
        let boundary = boundary.ok_or(Malformed)?;
        if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES {
            return Err(Malformed);
        }
        Ok(Cutter {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            // The first boundary has no line before it.
            kept: b"\r\n".to_vec(),
            state: State::Before,
        })
    }

    /// Takes in bytes that arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
    }

    /// Returns the next piece, or nothing where more bytes must arrive first.
    ///
    /// # Errors
    ///
    /// Fails where the body is not well formed.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Malformed> {
        loop {
            match self.state {
                State::Before => match self.up_to_delimiter() {
                    Some((_, true)) => self.state = State::AfterBoundary,
                    _ => return Ok(None),
                },
                State::AfterBoundary => match self.kept.as_slice() {
                    [b'-', b'-', ..] => {
                        self.state = State::Over;
                        return Ok(Some(Piece::End));
                    }
                    // The line end stays: without it, a head of no lines would have no end.
                    [b'\r', b'\n', ..] => self.state = State::Head,
                    [_, _, ..] => return Err(Malformed),
                    _ => return Ok(None),
                },
                State::Head => match find(&self.kept, b"\r\n\r\n") {
                    Some(at) if at <= HEAD_BYTES => {
                        let head = self.take(at + 4);
                        self.state = State::Part;
                        return Ok(Some(Piece::Head(Head::read(&head)?)));
                    }
                    None if self.kept.len() <= HEAD_BYTES => return Ok(None),
                    _ => return Err(Malformed),
                },
                State::Part => {
                    return Ok(match self.up_to_delimiter() {
                        None => None,
                        Some((bytes, ends)) => {
                            if bytes.is_empty() && ends {
                                self.state = State::AfterBoundary;
                                Some(Piece::PartEnd)
                            } else {
                                if ends {
                                    // The end is told next.
                                    self.kept.splice(0..0, self.delimiter.iter().copied());
                                }
                                Some(Piece::Bytes(bytes.into()))
                            }
                        }
                    });
                }
                State::Over => {
                    self.kept.clear();
                    return Ok(None);
                }
            }
        }
    }

    /// Takes what is surely before the next delimiter, and that delimiter where it is there.
    fn up_to_delimiter(&mut self) -> Option<(Vec<u8>, bool)> {
        if let Some(at) = find(&self.kept, &self.delimiter) {
            let before = self.take(at);
            self.take(self.delimiter.len());
            return Some((before, true));
        }
        let may_begin = (1..self.delimiter.len())
            .rev()
            .find(|length| {
                let begin = self.delimiter.get(..*length).unwrap_or_default();
                self.kept.ends_with(begin)
            })
            .unwrap_or(0);
        let sure = self.kept.len() - may_begin;
        (sure > 0).then(|| (self.take(sure), false))
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.kept.split_off(count.min(self.kept.len()));
        std::mem::replace(&mut self.kept, rest)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| byte == first) {
        if bytes.get(from + at..)?.starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Head, Malformed> {
        let text = String::from_utf8_lossy(bytes);
        let disposition = text.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_it = name.trim().eq_ignore_ascii_case("content-disposition");
            is_it.then(|| value.trim())
        });
        let (kind, parameters) = disposition
            .and_then(|disposition| disposition.split_once(';'))
            .ok_or(Malformed)?;
        let name = parameter(parameters, "name").ok_or(Malformed)?;
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err(Malformed);
        }
        Ok(Head {
            name,
            file_name: parameter(parameters, "filename"),
        })
    }
}

/// Returns a quoted parameter. Browsers write quotes and line ends in it percent-encoded (HTML standard,
/// "multipart form data"), older ones and other clients with a backslash.
fn parameter(mut parameters: &str, wanted: &str) -> Option<String> {
    loop {
        let (name, rest) = parameters.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = rest.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' if characters.as_str().starts_with(['"', '\\']) => {
                    value.extend(characters.next());
                }
                other => value.push(other),
            }
        }
        if name
            .trim_matches([' ', ';', '\t'])
            .eq_ignore_ascii_case(wanted)
        {
            let decoded = [("%22", "\""), ("%0D", "\r"), ("%0A", "\n")];
            return Some(
                decoded
                    .iter()
                    .fold(value, |value, (coded, plain)| value.replace(coded, plain)),
            );
        }
        parameters = characters.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=xx";

    /// Cuts a body that arrives in pieces of a size, and writes what came out.
    fn cut(body: &[u8], size: usize) -> Result<String, Malformed> {
        let mut cutter = Cutter::of_content_type(TYPE)?;
        let mut told = String::new();
        for piece in body.chunks(size) {
            cutter.push(piece);
            while let Some(piece) = cutter.next()? {
                match piece {
                    Piece::Head(head) => told.push_str(&format!(
                        "[{}{}]",
                        head.name,
                        head.file_name
                            .map_or(String::new(), |name| format!("={name}"))
                    )),
                    Piece::Bytes(bytes) => told.push_str(&String::from_utf8_lossy(&bytes)),
                    Piece::PartEnd => told.push('|'),
                    Piece::End => told.push('.'),
                }
            }
            assert!(
                cutter.kept.len() <= size + HEAD_BYTES,
                "{}",
                cutter.kept.len()
            );
        }
        Ok(told)
    }

    #[track_caller]
    fn check(body: &str, expected: Result<&str, Malformed>) {
        for size in 1..=body.len().max(1) {
            let told = cut(body.as_bytes(), size);
            assert_eq!(told.as_deref(), expected.as_deref(), "in pieces of {size}");
        }
    }

    fn part(disposition: &str, text: &str) -> String {
        format!("--xx\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n")
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for wrong in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=xx",
            "text/plain; boundary=xx",
            &format!("multipart/form-data; boundary={}", "x".repeat(71)),
        ] {
            assert!(Cutter::of_content_type(wrong).is_err(), "{wrong}");
        }
        check("--xx\r\n\r\ntext\r\n--xx--", Err(Malformed));
        check(
            "--xx\r\nContent-Type: a/b\r\n\r\nx\r\n--xx--",
            Err(Malformed),
        );
        check("--xxx\r\n\r\n", Err(Malformed));
        check(
            "--xx\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx",
            Err(Malformed),
        );
    }

    #[test]
    fn a_head_without_end_is_not_kept() {
        let endless = format!("--xx\r\nX: {}", "a".repeat(HEAD_BYTES * 3));
        for size in [1, 100, endless.len()] {
            assert_eq!(cut(endless.as_bytes(), size), Err(Malformed));
        }
    }

    #[test]
    fn a_body_is_cut_the_same_wherever_it_is_torn() {
        check("", Ok(""));
        check("--xx--", Ok("."));
        check(
            &format!("{}--xx--\r\nrest", part("name=\"a\"", "")),
            Ok("[a]|."),
        );
        let two = [
            part("name=\"a\"", "1\r\n--x\r\n2"),
            part("name=\"b\"; filename=\"foto.jpg\"", "\r\n"),
            "--xx--\r\n".to_owned(),
        ];
        check(&two.concat(), Ok("[a]1\r\n--x\r\n2|[b=foto.jpg]\r\n|."));
        check(
            &format!("before\r\n{}", part("name=\"a\"", "1")),
            Ok("[a]1"),
        );
    }

    #[test]
    fn names_are_read_as_browsers_write_them() {
        #[track_caller]
        fn check_name(disposition: &str, name: &str, file_name: Option<&str>) {
            let text = format!("\r\ncontent-disposition: form-data; {disposition}\r\n\r\n");
            let head = Head::read(text.as_bytes()).unwrap();
            assert_eq!(
                (head.name.as_str(), head.file_name.as_deref()),
                (name, file_name)
            );
        }
        check_name("name=\"files\"; filename=\"\"", "files", Some(""));
        check_name(
            "filename=\"één; name=%22x%22 100%.jpg\"; name=\"files\"",
            "files",
            Some("één; name=\"x\" 100%.jpg"),
        );
        check_name("name=\"a\\\"b\"", "a\"b", None);
    }
}
