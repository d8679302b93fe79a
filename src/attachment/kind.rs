//! The kinds of files that can be sent along, and how their first bytes tell them apart.

use super::stream::Input;
use super::{email, mp3, mp4, text};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A photo.
    Jpeg,
    /// A picture without loss, such as a screenshot.
    Png,
    /// A picture of the web; kept as JPEG or PNG.
    WebP,
    /// A document with fixed pages.
    Pdf,
    /// Text and nothing else.
    PlainText,
    /// An e-mail saved as a file (RFC 5322).
    Email,
    /// A sound.
    Audio(AudioKind),
}

/// How a sound is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AudioKind {
    /// MPEG audio, layer III.
    Mp3,
    /// Sound in an MP4 file, as telephones record it.
    M4a,
    /// Opus or Vorbis in an Ogg file.
    Ogg,
    /// Sound in a RIFF file, as dictaphones record it.
    Wav,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 10] = [
        FileKind::Jpeg,
        FileKind::Png,
        FileKind::WebP,
        FileKind::Pdf,
        FileKind::PlainText,
        FileKind::Email,
        FileKind::Audio(AudioKind::Mp3),
        FileKind::Audio(AudioKind::M4a),
        FileKind::Audio(AudioKind::Ogg),
        FileKind::Audio(AudioKind::Wav),
    ];

    /// Returns the kind with this name.
    pub fn from_name(name: &str) -> Option<FileKind> {
        FileKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the name in settings and stored files; `attachment.kind.<name>` is its word for people.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Jpeg => "jpeg",
            FileKind::Png => "png",
            FileKind::WebP => "webp",
            FileKind::Pdf => "pdf",
            FileKind::PlainText => "text",
            FileKind::Email => "email",
            FileKind::Audio(AudioKind::Mp3) => "mp3",
            FileKind::Audio(AudioKind::M4a) => "m4a",
            FileKind::Audio(AudioKind::Ogg) => "ogg",
            FileKind::Audio(AudioKind::Wav) => "wav",
        }
    }

    /// Returns the extension of file names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            FileKind::Jpeg => "jpg",
            FileKind::PlainText => "txt",
            FileKind::Email => "eml",
            other => other.name(),
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Jpeg => "image/jpeg",
            FileKind::Png => "image/png",
            FileKind::WebP => "image/webp",
            FileKind::Pdf => "application/pdf",
            FileKind::PlainText => "text/plain; charset=utf-8",
            FileKind::Email => "message/rfc822",
            FileKind::Audio(AudioKind::Mp3) => "audio/mpeg",
            FileKind::Audio(AudioKind::M4a) => "audio/mp4",
            FileKind::Audio(AudioKind::Ogg) => "audio/ogg",
            FileKind::Audio(AudioKind::Wav) => "audio/wav",
        }
    }

    /// Tells whether the copy still says what the file says about itself: who wrote it, when, with
    /// what. Somebody who sends such a file is told so.
    pub fn keeps_metadata(self) -> bool {
        matches!(self, FileKind::Pdf | FileKind::Email)
    }

    /// Tells whether it is a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, FileKind::Jpeg | FileKind::Png | FileKind::WebP)
    }
}

/// Returns what a file says it is by its first bytes; whether that is true is seen on the way.
pub(super) fn recognise(input: &Input<'_>) -> Option<FileKind> {
    let head = input.head();
    match head {
        [0xFF, 0xD8, 0xFF, ..] => return Some(FileKind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => return Some(FileKind::Png),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => {
            return Some(FileKind::WebP);
        }
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => {
            return Some(FileKind::Audio(AudioKind::Wav));
        }
        [b'%', b'P', b'D', b'F', b'-', ..] => return Some(FileKind::Pdf),
        [b'O', b'g', b'g', b'S', ..] => return Some(FileKind::Audio(AudioKind::Ogg)),
        // Formats of word processors and printers that would pass for text, and be unreadable as such.
        [b'{', b'\\', b'r', b't', b'f', ..] | [b'%', b'!', b'P', b'S', ..] => return None,
        _ => {}
    }
    if mp4::is_mp4(head) {
        Some(FileKind::Audio(AudioKind::M4a))
    } else if mp3::is_mp3(head) {
        Some(FileKind::Audio(AudioKind::Mp3))
    } else if email::is_email(head, input.is_whole()) {
        Some(FileKind::Email)
    } else if text::is_text(head) {
        Some(FileKind::PlainText)
    } else {
        None
    }
}
