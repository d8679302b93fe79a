//! What a reporter may send along.

use super::FileKind;

/// Files with one report: a dozen photos of damage and a few messages; more is a job for a talk.
pub const FILES: usize = 10;

/// Bytes of a picture: the largest JPEG that telephones make of 50 megapixels, with room to spare.
pub const IMAGE_BYTES: u64 = 25 * 1024 * 1024;

/// Bytes of a PDF, an e-mail or a sound: about an hour of speech as telephones record it. Mail servers
/// let no larger message through.
pub const FILE_BYTES: u64 = 25 * 1024 * 1024;

/// Bytes of a plain text: an exported conversation of many years.
pub const TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// Pixels of a picture: what telephones make at their finest setting in common use.
pub const PIXELS: u64 = 50_000_000;

/// Bytes of memory that each pixel costs at most while a picture is written anew: the coefficients of
/// a progressive JPEG with four colours (8) and the pixels (4), or the pixels twice.
pub const BYTES_PER_PIXEL: u64 = 12;

/// What a reporter may send along, and what it may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentLimits {
    /// Files with one report; for the caller to count.
    pub files: usize,
    /// Bytes of a picture as it is sent.
    pub image_bytes: u64,
    /// Bytes of a PDF, an e-mail or a sound.
    pub file_bytes: u64,
    /// Bytes of a plain text as it is sent.
    pub text_bytes: u64,
    /// Pixels of a picture, at 32 bits for each; a picture of 64 bits may have half of them.
    pub pixels: u64,
    /// The kinds that are taken.
    pub kinds: Vec<FileKind>,
}

impl Default for AttachmentLimits {
    fn default() -> AttachmentLimits {
        AttachmentLimits {
            files: FILES,
            image_bytes: IMAGE_BYTES,
            file_bytes: FILE_BYTES,
            text_bytes: TEXT_BYTES,
            pixels: PIXELS,
            kinds: FileKind::ALL.to_vec(),
        }
    }
}

impl AttachmentLimits {
    /// Returns the most bytes that are read of a file of this kind.
    pub fn bytes(&self, kind: FileKind) -> u64 {
        match kind {
            FileKind::Jpeg | FileKind::Png | FileKind::WebP => self.image_bytes,
            FileKind::PlainText => self.text_bytes,
            FileKind::Pdf | FileKind::Email | FileKind::Audio(_) => self.file_bytes,
        }
    }
}
