//! What holds for every kind of file.

use std::io::{self, Cursor, Read, Write};

use image::{DynamicImage, ImageFormat};

use super::*;

/// Cleans a file under the default limits; also returns what was written.
pub(super) fn cleaned(bytes: &[u8]) -> (Result<Cleaned, Refusal>, Vec<u8>) {
    let mut output = Vec::new();
    let limits = AttachmentLimits::default();
    let result = clean("bestand", &mut &bytes[..], &mut output, &limits);
    if let Ok(cleaned) = &result {
        assert_eq!(cleaned.bytes, output.len() as u64);
    }
    (result, output)
}

/// Returns the copy that is kept, or why there is none.
pub(super) fn kept(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (result, output) = cleaned(bytes);
    result.map(|_| output).map_err(|refusal| refusal.code())
}

/// Returns what is kept, or why nothing is.
pub(super) fn kind(bytes: &[u8]) -> Result<FileKind, &'static str> {
    let (result, _) = cleaned(bytes);
    result
        .map(|cleaned| cleaned.kind)
        .map_err(|refusal| refusal.code())
}

/// Returns why a file is refused.
#[track_caller]
pub(super) fn code(bytes: &[u8]) -> &'static str {
    kept(bytes).expect_err("the file was kept")
}

/// A small sound file of each kind.
fn samples() -> Vec<(FileKind, Vec<u8>)> {
    let picture = |format| {
        let mut bytes = Cursor::new(Vec::new());
        let pixels = image::RgbImage::from_fn(24, 17, |x, y| {
            image::Rgb([x, y, x * y].map(|value| value.to_le_bytes()[0].wrapping_mul(7)))
        });
        DynamicImage::from(pixels)
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    };
    let frame = [&[0xFF, 0xFB, 0x90, 0][..], &[1; 413]].concat();
    let opus = ogg::tests::ogg(&[b"OpusHead\x01", b"OpusTags\0\0\0\0\0\0\0\0", b"a", b"b"]);
    let wav = b"RIFF\x2C\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0data\x08\0\0\0samples!";
    let pdf = b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\nstartxref\n9\n%%EOF\n";
    let mail = b"From: Jan\r\nDate: today\r\n\r\nTot ziens.\r\n";
    vec![
        (FileKind::Jpeg, picture(ImageFormat::Jpeg)),
        (FileKind::Png, picture(ImageFormat::Png)),
        (FileKind::WebP, picture(ImageFormat::WebP)),
        (FileKind::Pdf, pdf.to_vec()),
        (
            FileKind::PlainText,
            "Hij zei: “Ik weet je te vinden.”".into(),
        ),
        (FileKind::Email, mail.to_vec()),
        (FileKind::Audio(AudioKind::Mp3), frame.repeat(3)),
        (FileKind::Audio(AudioKind::M4a), mp4::tests::m4a()),
        (FileKind::Audio(AudioKind::Ogg), opus),
        (FileKind::Audio(AudioKind::Wav), wav.to_vec()),
    ]
}

/// A reader that counts what is taken, in pieces of one size, and ends with an error if it has one.
struct Source<'b> {
    bytes: &'b [u8],
    piece: usize,
    taken: u64,
    failure: Option<io::ErrorKind>,
    endless: bool,
}

impl Source<'_> {
    fn new(bytes: &[u8]) -> Source<'_> {
        Source {
            bytes,
            piece: usize::MAX,
            taken: 0,
            failure: None,
            endless: false,
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.piece);
        let mut length = self.bytes.take(length as u64).read(buffer)?;
        self.bytes = &self.bytes[length..];
        if length == 0 && self.endless {
            length = buffer.len().min(self.piece);
            buffer[..length].fill(b'a');
        }
        self.taken += length as u64;
        match self.failure {
            Some(kind) if length == 0 => Err(kind.into()),
            _ => Ok(length),
        }
    }
}

/// A writer that fails after some bytes.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let length = bytes.len().min(self.room);
        self.room -= length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_is_refused_as_such() {
    assert_eq!(code(b""), "empty");
}

#[test]
fn what_is_not_taken_is_refused_by_content_whatever_its_name() {
    for bytes in [
        &b"MZ\x90\0\x03\0\0\0"[..],
        b"\x7FELF\x02\x01\x01\0",
        b"PK\x03\x04\x14\0\x06\0",
        b"GIF89a\x01\0\x01\0",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"\0",
    ] {
        let result = clean(
            "foto.jpg",
            &mut &bytes[..],
            &mut Vec::new(),
            &AttachmentLimits::default(),
        );
        assert_eq!(
            result.unwrap_err().code(),
            "kind_not_taken",
            "{}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn a_kind_that_is_switched_off_is_refused() {
    for (kind, bytes) in samples() {
        let mut limits = AttachmentLimits::default();
        limits.kinds.retain(|taken| *taken != kind);
        let result = clean("a", &mut &bytes[..], &mut Vec::new(), &limits);
        assert_eq!(result.unwrap_err().code(), "kind_not_taken", "{kind:?}");
    }
}

#[test]
fn every_kind_is_known_by_its_content_and_named_for_it() {
    for (kind, bytes) in samples() {
        let mut output = Vec::new();
        let mut source = Source {
            piece: 1,
            ..Source::new(&bytes)
        };
        let limits = AttachmentLimits::default();
        let cleaned = clean("map/bewijs.exe", &mut source, &mut output, &limits).unwrap();
        let expected = if kind == FileKind::WebP {
            FileKind::Png
        } else {
            kind
        };
        assert_eq!(cleaned.kind, expected);
        assert_eq!(
            cleaned.file_name,
            format!("bewijs.{}", expected.extension())
        );
        assert_eq!(cleaned.bytes, output.len() as u64);
        // The copy of a copy is of the same kind.
        assert_eq!(super::tests::kind(&output), Ok(expected));
    }
}

#[test]
fn names_lead_back_to_their_kind() {
    for kind in FileKind::ALL {
        assert_eq!(FileKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(FileKind::from_name("exe"), None);
}

#[test]
fn a_file_of_the_limit_is_kept_and_one_byte_more_is_not() {
    for (kind, bytes) in samples() {
        let length = bytes.len() as u64;
        let run = |limit| {
            let limits = AttachmentLimits {
                image_bytes: limit,
                file_bytes: limit,
                text_bytes: limit,
                ..AttachmentLimits::default()
            };
            clean("a", &mut &bytes[..], &mut Vec::new(), &limits)
        };
        assert!(run(length).is_ok(), "{kind:?}");
        match run(length - 1) {
            Err(Refusal::TooLarge { limit }) => assert_eq!(limit, length - 1),
            other => panic!("{kind:?}: {other:?}"),
        }
    }
}

#[test]
fn a_file_without_end_is_left_at_the_limit() {
    let starts = [
        (FileKind::Jpeg, b"\xFF\xD8\xFF\xE0".to_vec()),
        (FileKind::Png, b"\x89PNG\r\n\x1A\n".to_vec()),
        (FileKind::WebP, b"RIFF\xFF\xFF\xFF\xFFWEBP".to_vec()),
        (FileKind::Pdf, b"%PDF-1.7\n".to_vec()),
        (FileKind::PlainText, b"a".to_vec()),
        (FileKind::Email, b"From: a\nDate: b\n\n".to_vec()),
        (
            FileKind::Audio(AudioKind::Mp3),
            b"ID3\x04\0\0\x7F\x7F\x7F\x7F".to_vec(),
        ),
        (
            FileKind::Audio(AudioKind::M4a),
            b"\0\0\0\x08ftyp\0\0\0\0mdat".to_vec(),
        ),
        (
            FileKind::Audio(AudioKind::Wav),
            b"RIFF\0\0\0\0WAVELIST\xFF\xFF\xFF\x7F".to_vec(),
        ),
    ];
    for (kind, start) in starts {
        let limits = AttachmentLimits {
            image_bytes: 300_000,
            file_bytes: 300_000,
            text_bytes: 300_000,
            ..AttachmentLimits::default()
        };
        let mut source = Source {
            endless: true,
            ..Source::new(&start)
        };
        let result = clean("a", &mut source, &mut io::sink(), &limits);
        assert_eq!(result.unwrap_err().code(), "too_large", "{kind:?}");
        assert_eq!(source.taken, 300_001, "{kind:?}");
    }
}

#[test]
fn a_reader_that_fails_says_so_wherever_it_does() {
    for (kind, bytes) in samples() {
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            let failure = Some(io::ErrorKind::ConnectionReset);
            let mut source = Source {
                failure,
                ..Source::new(&bytes[..length])
            };
            let limits = AttachmentLimits::default();
            match clean("a", &mut source, &mut io::sink(), &limits) {
                Err(Refusal::Read(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset)
                }
                other => panic!("{kind:?} after {length}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_writer_that_fails_says_so_wherever_it_does() {
    for (kind, bytes) in samples() {
        let length = kept(&bytes).unwrap().len();
        for room in [0, 1, length / 2, length - 1] {
            let limits = AttachmentLimits::default();
            match clean("a", &mut &bytes[..], &mut Full { room }, &limits) {
                Err(Refusal::Write(error)) => assert_eq!(error.kind(), io::ErrorKind::StorageFull),
                other => panic!("{kind:?} after {room}: {other:?}"),
            }
        }
    }
}

/// Numbers that look like chance and are the same every time (Marsaglia's xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

#[test]
fn damaged_files_get_an_answer() {
    const ROUNDS: usize = 500;
    let mut chance = Chance(20_261_122);
    let limits = AttachmentLimits {
        pixels: 1_000_000,
        ..AttachmentLimits::default()
    };
    let mut refused = 0;
    for (_, whole) in samples() {
        for _ in 0..ROUNDS {
            let mut bytes = whole.clone();
            for _ in 0..=chance.below(4) {
                let at = chance.below(bytes.len());
                bytes[at] = [0, 0xFF, bytes[at] ^ 1, bytes[at] ^ 0x80, 7][chance.below(5)];
            }
            if chance.below(4) == 0 {
                bytes.truncate(chance.below(bytes.len()));
            }
            let mut output = Vec::new();
            match clean("a", &mut &bytes[..], &mut output, &limits) {
                Ok(cleaned) => assert_eq!(cleaned.bytes, output.len() as u64),
                Err(Refusal::Read(error) | Refusal::Write(error)) => panic!("{error}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > ROUNDS, "{refused}");
}
