//! PDF documents: whole, open, and without scripts as far as can be seen.
//!
//! The copy is the file itself: it still says who made it, when and with what. Names of scripts,
//! programs and carried files are looked for in the plain parts and in object streams packed with
//! Flate, which is where programs put them; somebody who hides one on purpose can, so a PDF stays a
//! file for saving, opened by a reader that asks first.
//!
//! Source: ISO 32000-1, sections 7.2 (lexical conventions), 7.5 (file structure) and 12.6.4 (actions).

use flate2::{Decompress, FlushDecompress, Status};

use super::Refusal;
use super::stream::{Input, Output};

/// Bytes at the end in which the trailer must be; the place that readers look too.
const TRAILER_BYTES: usize = 1024;

/// Longest token that is compared; the names that are looked for are shorter, also when every letter
/// of them is written as a number.
const LONGEST_TOKEN: usize = 48;

/// Bytes that object streams may unpack to: many times what real documents have, and a second of work.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;

/// Bytes that are unpacked at once.
const UNPACKED_PIECE: usize = 16 * 1024;

/// Names of what acts or carries: scripts, programs, other files, other media.
const ACTIVE: [&[u8]; 5] = [
    b"/JavaScript",
    b"/Launch",
    b"/EmbeddedFile",
    b"/EmbeddedFiles",
    b"/RichMedia",
];

/// Writes a document as it is.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let damaged = || Refusal::Damaged {
        kind: super::FileKind::Pdf,
    };
    if !has_version(input.head()) {
        return Err(damaged());
    }
    let mut inspection = Inspection::default();
    let mut end = Vec::new();
    let mut length = 0;
    input.rest(|piece| {
        inspection.take(piece)?;
        end.extend_from_slice(piece);
        end.drain(..end.len().saturating_sub(TRAILER_BYTES));
        length += piece.len() as u64;
        output.put(piece)
    })?;
    if is_trailer(&end, length) {
        Ok(())
    } else {
        Err(damaged())
    }
}

/// Tells whether a file starts as `%PDF-1.7` does.
fn has_version(head: &[u8]) -> bool {
    matches!(head.get(5..8), Some([b'1' | b'2', b'.', b'0'..=b'9']))
}

/// Tells whether a file ends with the place of its table and the mark of its end, and nothing more.
fn is_trailer(end: &[u8], length: u64) -> bool {
    let text = String::from_utf8_lossy(end);
    let text = text.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == '\0');
    let place = text
        .strip_suffix("%%EOF")
        .and_then(|text| text.rsplit_once("startxref"))
        .and_then(|(_, place)| place.trim().parse::<u64>().ok());
    place.is_some_and(|place| place < length)
}

/// What has been seen of a document so far.
#[derive(Default)]
struct Inspection {
    tokens: Tokens,
    /// Whether the object that is being read is an object stream.
    in_object_stream: bool,
    /// Whether the data of an object stream starts after the next line feed, if there is one.
    starts: bool,
    unpacking: Option<Unpacking>,
    unpacked: u64,
}

/// An object stream that is being unpacked.
struct Unpacking {
    state: Decompress,
    tokens: Tokens,
}

impl Inspection {
    /// Looks at the next bytes of the document.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        while let Some((&byte, rest)) = bytes.split_first() {
            if let Some(unpacking) = &mut self.unpacking {
                let (used, more) = unpacking.take(bytes, &mut self.unpacked)?;
                bytes = bytes.get(used..).unwrap_or_default();
                if !more {
                    self.unpacking = None;
                }
                continue;
            }
            if std::mem::take(&mut self.starts) {
                if byte == b'\n' {
                    bytes = rest;
                }
                self.unpacking = Some(Unpacking {
                    state: Decompress::new(true),
                    tokens: Tokens::default(),
                });
                continue;
            }
            if let Some(token) = self.tokens.take(byte) {
                refuse_name(&token)?;
                match token.as_slice() {
                    b"/ObjStm" => self.in_object_stream = true,
                    b"obj" | b"endobj" | b"endstream" => self.in_object_stream = false,
                    b"stream" if byte == b'\n' => self.begin(false),
                    b"stream" if byte == b'\r' => self.begin(true),
                    _ => {}
                }
            }
            bytes = rest;
        }
        Ok(())
    }

    fn begin(&mut self, after_line_feed: bool) {
        if !std::mem::take(&mut self.in_object_stream) {
            return;
        }
        self.starts = after_line_feed;
        if !after_line_feed {
            self.unpacking = Some(Unpacking {
                state: Decompress::new(true),
                tokens: Tokens::default(),
            });
        }
    }
}

impl Unpacking {
    /// Unpacks the next bytes; returns how many were used, and whether there are more to come. Data
    /// that is packed in another way has no more.
    fn take(&mut self, bytes: &[u8], unpacked: &mut u64) -> Result<(usize, bool), Refusal> {
        let mut piece = [0; UNPACKED_PIECE];
        let (read, written) = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(bytes, &mut piece, FlushDecompress::None);
        let used = usize::try_from(self.state.total_in() - read).unwrap_or(0);
        let length = usize::try_from(self.state.total_out() - written).unwrap_or(0);
        *unpacked += length as u64;
        if *unpacked > MOST_UNPACKED {
            return Err(Refusal::Damaged {
                kind: super::FileKind::Pdf,
            });
        }
        for &byte in piece.iter().take(length) {
            if let Some(token) = self.tokens.take(byte) {
                refuse_name(&token)?;
            }
        }
        let more = matches!(status, Ok(Status::Ok | Status::BufError)) && used + length > 0;
        Ok((used, more))
    }
}

fn refuse_name(token: &[u8]) -> Result<(), Refusal> {
    if token == b"/Encrypt" {
        Err(Refusal::Locked)
    } else if ACTIVE.contains(&token) {
        Err(Refusal::ActiveContent)
    } else {
        Ok(())
    }
}

/// Divides bytes into words and names.
#[derive(Default)]
struct Tokens {
    token: Vec<u8>,
}

impl Tokens {
    /// Takes a byte; returns the token that ended before it. Of a token that is too long to be compared,
    /// only the start is kept.
    fn take(&mut self, byte: u8) -> Option<Vec<u8>> {
        let is_space = matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ');
        if !is_space && !b"()<>[]{}/%".contains(&byte) {
            if self.token.len() < LONGEST_TOKEN {
                self.token.push(byte);
            }
            return None;
        }
        let ended = (self.token.len() > 1).then(|| plain(&self.token));
        self.token.clear();
        if byte == b'/' {
            self.token.push(byte);
        }
        ended
    }
}

/// Returns a token with its letters as such: `/J#61vaScript` is `/JavaScript`.
fn plain(token: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(token.len());
    let mut rest = token;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(letter) if byte == b'#' => {
                plain.push(letter);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::super::tests::{code, kept};

    fn document(objects: &[u8]) -> Vec<u8> {
        let mut document = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        document.extend_from_slice(objects);
        document.extend_from_slice(b"trailer\n<</Root 1 0 R>>\nstartxref\n15\n%%EOF\n");
        document
    }

    fn object_stream(objects: &[u8], line_end: &str) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(objects).unwrap();
        let mut object =
            format!("2 0 obj\n<</Type/ObjStm/Filter/FlateDecode>>stream{line_end}").into_bytes();
        object.extend(packed.finish().unwrap());
        object.extend(b"\nendstream\nendobj\n");
        object
    }

    #[test]
    fn a_document_that_is_not_whole_is_refused() {
        let whole = document(b"1 0 obj\n<</Type/Catalog>>\nendobj\n");
        for broken in [
            b"%PDF-".to_vec(),
            b"%PDF-x.y\n".to_vec(),
            b"%PDF-1.7\n%%EOF".to_vec(),
            b"%PDF-1.7\nstartxref\n900\n%%EOF".to_vec(),
            whole[..whole.len() - 10].to_vec(),
            [&whole[..], b"PK\x03\x04"].concat(),
            [&whole[..], &[b' '; 2000], b"<script>"].concat(),
        ] {
            assert_eq!(code(&broken), "damaged", "{}", broken.escape_ascii());
        }
        assert_eq!(code(&[b"GIF89a\0", &whole[..]].concat()), "kind_not_taken");
    }

    #[test]
    fn a_document_that_is_locked_or_acts_is_refused() {
        assert_eq!(code(&document(b"<</Encrypt 5 0 R>>")), "locked");
        for object in [
            "<</S/JavaScript/JS(app.alert(1))>>",
            "<</S/J#61v#61Script>>",
            "<</S /#4A#61#76#61#53#63#72#69#70#74>>",
            "<</S/Launch/F(cmd.exe)>>",
            "<</Type/EmbeddedFile>>",
            "<</EmbeddedFiles 3 0 R>>",
            "<</Subtype/RichMedia>>",
        ] {
            assert_eq!(
                code(&document(object.as_bytes())),
                "active_content",
                "{object}"
            );
            for line_end in ["\n", "\r\n", "\r"] {
                let packed = object_stream(object.as_bytes(), line_end);
                assert_eq!(code(&document(&packed)), "active_content", "{object}");
            }
        }
    }

    #[test]
    fn a_name_is_seen_where_two_pieces_meet() {
        let name = b"<</S/JavaScript>>";
        for shift in 0..name.len() {
            let filling = vec![b' '; super::super::stream::PIECE_BYTES - 25 - shift];
            assert_eq!(
                code(&document(&[&filling[..], name].concat())),
                "active_content"
            );
        }
    }

    #[test]
    fn an_object_stream_that_explodes_is_refused() {
        let bomb = object_stream(&vec![b' '; 65 * 1024 * 1024], "\n");
        assert_eq!(code(&document(&bomb)), "damaged");
    }

    #[test]
    fn a_document_is_kept_as_it_is() {
        let packed = object_stream(b"<</Type/Page>>", "\n");
        for document in [
            document(&packed),
            document(b"<</Filter/LZWDecode/Type/ObjStm>>stream\nnot flate\nendstream"),
            document(b"<</Title(about JavaScript)/Launching 1>>"),
            [&document(b"")[..], b"\r\n\0"].concat(),
        ] {
            assert_eq!(kept(&document), Ok(document));
        }
    }
}
