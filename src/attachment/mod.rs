//! Files that a reporter sends along: what they are, and the copy of them that we keep.
//!
//! [`clean`] takes bytes and the name that came with them, and writes a copy that is what it says.
//! What a file is, its content decides; the name only helps people. Pictures are decoded and written
//! anew, so that nothing is left but what can be seen. This room knows no HTTP, no storage and no
//! sealing, and it is no virus scanner: what it keeps is for saving, never for showing in a page.
//!
//! Memory is bounded whatever is sent. PDF, e-mail and sound pass through in pieces; plain text is
//! held as a whole, up to [`AttachmentLimits::text_bytes`] and its copy in UTF-8; a picture costs up to
//! three times [`AttachmentLimits::image_bytes`] and [`BYTES_PER_PIXEL`] for each of
//! [`AttachmentLimits::pixels`]. How many calls run at the same time is for the caller to keep: with
//! pictures of the largest size that is one.

mod colour;
mod email;
mod file_name;
mod kind;
mod limits;
mod mp3;
mod mp4;
mod ogg;
mod pdf;
mod picture;
mod refusal;
mod stream;
mod text;
mod wav;

#[cfg(test)]
mod tests;

use std::io::{Read, Write};

pub use kind::{AudioKind, FileKind};
pub use limits::{
    AttachmentLimits, BYTES_PER_PIXEL, FILE_BYTES, FILES, IMAGE_BYTES, PIXELS, TEXT_BYTES,
};
pub use refusal::Refusal;

use stream::{Input, Output};

/// The copy that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// What the copy is. Never [`FileKind::WebP`]: those are kept as JPEG or PNG.
    pub kind: FileKind,
    /// Bytes that were written.
    pub bytes: u64,
    /// The name to show and to save under: the given one without folders, invisible characters and
    /// what systems do not take, not too long, and with the extension of the kind.
    pub file_name: String,
}

/// Writes the copy that we keep of a file.
///
/// The file may be called anything. Reading stops at the limit of its kind, and may stop before the
/// end where the rest is not kept; the output is flushed.
///
/// # Errors
///
/// Fails when the file is not kept, or could not be read or written. What was written by then is
/// worth nothing: the caller throws it away.
pub fn clean(
    name: &str,
    input: &mut dyn Read,
    output: &mut dyn Write,
    limits: &AttachmentLimits,
) -> Result<Cleaned, Refusal> {
    let mut input = Input::open(input)?;
    if input.head().is_empty() {
        return Err(Refusal::Empty);
    }
    let found = kind::recognise(&input).filter(|kind| limits.kinds.contains(kind));
    let found = found.ok_or(Refusal::KindNotTaken)?;
    input.expect(found, limits.bytes(found));
    let mut output = Output::new(output);
    let kind = match found {
        FileKind::Jpeg | FileKind::Png | FileKind::WebP => {
            picture::clean(found, &mut input, &mut output, limits.pixels)?
        }
        FileKind::Pdf => pdf::clean(&mut input, &mut output).map(|()| found)?,
        FileKind::PlainText => text::clean(&mut input, &mut output).map(|()| found)?,
        FileKind::Email => email::clean(&mut input, &mut output).map(|()| found)?,
        FileKind::Audio(audio) => {
            match audio {
                AudioKind::Mp3 => mp3::clean(&mut input, &mut output)?,
                AudioKind::M4a => mp4::clean(&mut input, &mut output)?,
                AudioKind::Ogg => ogg::clean(&mut input, &mut output)?,
                AudioKind::Wav => wav::clean(&mut input, &mut output)?,
            }
            found
        }
    };
    Ok(Cleaned {
        kind,
        bytes: output.finish()?,
        file_name: file_name::safe(name, kind),
    })
}
