//! Why a file is not kept.

use std::io;

use super::FileKind;

/// Why a file is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It has more bytes than the limit of its kind.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// It is of no kind that is taken.
    #[error("the file is of no kind that is taken")]
    KindNotTaken,
    /// It starts as a file of this kind and is not one, or only a part of one.
    #[error("the file is not a whole and sound {}", kind.name())]
    Damaged {
        /// What it says it is.
        kind: FileKind,
    },
    /// The picture has more pixels than the limit.
    #[error("the picture has more than {limit} pixels")]
    TooManyPixels {
        /// The limit, in pixels.
        limit: u64,
    },
    /// The picture moves; keeping one image of it would say less than the reporter sent.
    #[error("the picture is an animation")]
    Moving,
    /// The PDF has scripts, starts programs or carries other files.
    #[error("the document has scripts or carries other files")]
    ActiveContent,
    /// The PDF is encrypted.
    #[error("the document is encrypted")]
    Locked,
    /// It could not be read to its end.
    #[error("the file could not be read: {0}")]
    Read(#[source] io::Error),
    /// The copy could not be written.
    #[error("the copy could not be written: {0}")]
    Write(#[source] io::Error),
}

impl Refusal {
    /// Returns the name of the reason; `attachment.refused.<code>` says it to people.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Empty => "empty",
            Refusal::TooLarge { .. } => "too_large",
            Refusal::KindNotTaken => "kind_not_taken",
            Refusal::Damaged { .. } => "damaged",
            Refusal::TooManyPixels { .. } => "too_many_pixels",
            Refusal::Moving => "moving",
            Refusal::ActiveContent => "active_content",
            Refusal::Locked => "locked",
            Refusal::Read(_) => "read",
            Refusal::Write(_) => "write",
        }
    }
}
