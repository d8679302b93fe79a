//! Views of the blocks that lead to something else than a page: a file, a video, a telephone.

use serde::Serialize;

use crate::language::Language;

/// A file to download.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DownloadView {
    /// Address of the file.
    pub href: String,
    /// What it is.
    pub title: String,
    /// Its type: `PDF`.
    pub kind: String,
    /// Its size in words: `120 kB`.
    pub size: String,
}

/// A video with captions and a transcript.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct VideoView {
    /// Id of the block in the page.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Address of the video.
    pub href: String,
    /// Media type of the video: `video/mp4`.
    pub media_type: &'static str,
    /// Address of its captions.
    pub captions: String,
    /// Language of its captions.
    pub lang: Language,
    /// Address of the picture before it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What is said and shown, a paragraph each; safe HTML.
    pub transcript_html: Vec<String>,
}

/// A QR code of an address.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct QrView {
    /// Id of the block in the page.
    pub id: String,
    /// Where it leads, in words.
    pub label: String,
    /// Whether that is the title of what it leads to, and so in its language.
    pub label_is_title: bool,
    /// The address in the code.
    pub address: String,
    /// Where the address leads, for who reads the page on a telephone.
    pub href: String,
    /// Language of what it leads to, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Language>,
    /// Width and height in modules, quiet zone included.
    pub size: i32,
    /// The dark modules, as data of an SVG path.
    pub path: String,
}
