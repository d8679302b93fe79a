//! The files that a portal consists of, as values.
//!
//! Writing them to a folder, serving them from memory and comparing them in a test are users of the
//! same list. An output knows nothing of how it was made.

use std::sync::Arc;

/// One file of the built portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Path below the base path with forward slashes and no leading one: `norm/index.html`.
    pub path: String,
    /// The bytes of the file.
    pub bytes: Arc<[u8]>,
    /// How long a browser may keep it.
    pub caching: Caching,
}

/// How long a browser may keep a file without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// The name changes whenever the bytes do, so it may be kept for good.
    Forever,
    /// Must be asked for each time; the answer may be "not changed".
    Revalidate,
}

/// The headers of everything that a program of ours answers, which are the same for each answer: nothing of it is
/// for other sites, and no page asks for what a portal never needs.
pub const SECURITY_HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    // With `no-referrer` browsers would send `Origin: null` on our own posts, which the same-origin check refuses.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

impl Output {
    /// Returns the media type that goes with the file's extension, as a `Content-Type` value.
    pub fn media_type(&self) -> &'static str {
        media_type(&self.path)
    }
}

/// Returns the `Content-Type` value for a file name.
pub fn media_type(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "woff2" => "font/woff2",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "vtt" => "text/vtt; charset=utf-8",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "odt" => "application/vnd.oasis.opendocument.text",
        _ => "application/octet-stream",
    }
}

/// Returns whether a file is text that compression makes smaller.
pub fn is_compressible(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension,
        "html" | "css" | "js" | "json" | "xml" | "ics" | "txt" | "svg" | "vtt"
    )
}
