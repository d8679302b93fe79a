//! A file of a report on its way to the reporter.
//!
//! It is opened piece by piece, each when the one before is on its way, so that a slow client holds no
//! thread. Invariant: a file is for saving, never shown by the browser.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue,
};
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::{spawn, spawn_blocking};

use crate::attachment::FileKind;
use crate::receiver::response::NO_STORE;
use crate::report::event::FileNote;

/// Bytes that are opened at once: the size in which the age format seals.
const PIECE_BYTES: usize = 64 * 1024;

/// Makes the response with a file.
pub(super) fn response(note: &FileNote, reader: Box<dyn Read + Send>) -> Response<Body> {
    let kind = FileKind::from_name(note.kind.as_str());
    let media_type = kind.map_or("application/octet-stream", FileKind::media_type);
    let body = Body::new(Pieces::of(reader));
    let mut response = saved_as(&note.name, media_type, body);
    let length = HeaderValue::from(note.bytes);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

/// Makes a response that a browser saves under a name.
pub(super) fn saved_as(name: &str, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, NO_STORE);
    let disposition =
        HeaderValue::try_from(disposition(name)).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(CONTENT_DISPOSITION, disposition);
    response
}

/// Writes the header that names a file: in ASCII for old clients, and in UTF-8 where that says more
/// (RFC 6266 and 8187).
fn disposition(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .-_()".contains(c);
    let ascii: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let mut header = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(header, "%{byte:02X}");
            }
        }
    }
    header
}

/// The pieces of a file.
struct Pieces(Receiver<io::Result<Bytes>>);

impl Pieces {
    fn of(reader: Box<dyn Read + Send>) -> Pieces {
        let (sender, pieces) = mpsc::channel(1);
        spawn(async move {
            let mut reader = reader;
            // A client that has gone takes no place in the channel.
            while let Ok(place) = sender.reserve().await {
                let read = spawn_blocking(move || {
                    let piece = piece(&mut reader);
                    (reader, piece)
                });
                let Ok((back, piece)) = read.await else {
                    place.send(Err(io::ErrorKind::Other.into()));
                    return;
                };
                reader = back;
                match piece {
                    Ok(piece) if piece.is_empty() => return,
                    piece => {
                        let failed = piece.is_err();
                        place.send(piece);
                        if failed {
                            return;
                        }
                    }
                }
            }
        });
        Pieces(pieces)
    }
}

fn piece(reader: &mut dyn Read) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    reader.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
    Ok(piece.into())
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = self.0.poll_recv(cx);
        polled.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            assert_eq!(
                disposition(name),
                format!("attachment; filename={expected}")
            );
        }
        check("foto 1.jpg", "\"foto 1.jpg\"");
        check(
            "één\".jpg",
            "\"__n_.jpg\"; filename*=UTF-8''%C3%A9%C3%A9n%22.jpg",
        );
        check("a\r\nX: y", "\"a__X_ y\"; filename*=UTF-8''a%0D%0AX%3A%20y");
    }
}
