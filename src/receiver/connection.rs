//! One connection: where it stands, until when it may stand there, and the stream and bodies that
//! notice when that changes.
//!
//! The clock of limits is the runtime's, not [`crate::clock`]: nothing here ends on a page.
//!
//! Invariant: what goes over the line is an answer of ours, also to a head that hyper cannot read. The
//! phase changes only while the connection's own task polls it, so that the task can
//! set its timer right after each poll and never misses a deadline.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::StatusCode;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No byte of the next request has arrived.
    Idle,
    /// The head of a request is arriving.
    Head,
    /// The head is complete, the body is arriving.
    Body,
    /// The head is complete, and files are arriving from somebody whose code was right.
    Uploading,
    /// The request is complete; the response is being made or sent.
    Serving,
    /// The response has been handed over completely, its last bytes are on their way out.
    Flushing,
    /// The response has been sent, and what the client still sends is thrown away.
    Lingering,
}

/// One connection, as the table of connections and its own task see it.
#[derive(Debug)]
pub(super) struct Connection {
    /// The address at the other end.
    pub(super) peer: IpAddr,
    /// Told when the connection must give up its place.
    pub(super) evicted: Notify,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    phase: Phase,
    /// Since when there is no complete request.
    waiting_since: Instant,
    /// When the phase began.
    phase_since: Instant,
    /// When the head of the current request was complete.
    request_since: Instant,
    /// Since when the client takes in nothing of what is written.
    write_blocked_since: Option<Instant>,
    /// Whether a request has been answered before.
    served: bool,
    /// Since when the current response is being sent, and how many bytes of it are out.
    sending: Option<(Instant, u64)>,
    /// What hyper would have answered to a head that is no request.
    refused: Option<StatusCode>,
}

impl Connection {
    pub(super) fn new(peer: IpAddr) -> Connection {
        let now = Instant::now();
        Connection {
            peer,
            evicted: Notify::new(),
            progress: Mutex::new(Progress {
                phase: Phase::Idle,
                waiting_since: now,
                phase_since: now,
                request_since: now,
                write_blocked_since: None,
                served: false,
                sending: None,
                refused: None,
            }),
        }
    }

    /// Returns since when the connection has been without a complete request, or `None` while one is
    /// being served.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let progress = self.lock();
        match progress.phase {
            Phase::Uploading | Phase::Serving | Phase::Flushing => None,
            Phase::Idle | Phase::Head | Phase::Body | Phase::Lingering => {
                Some(progress.waiting_since)
            }
        }
    }

    /// Returns since when the client has taken in nothing of its response, where that is so long that
    /// it is no longer a slow line.
    pub(super) fn stalled_since(&self) -> Option<Instant> {
        let blocked = self.lock().write_blocked_since?;
        (blocked.elapsed() >= STALLED_TIME).then_some(blocked)
    }

    /// Returns how many bytes per second the client takes in, where its response has been on its way
    /// for so long that this says something.
    pub(super) fn reading_rate(&self) -> Option<u64> {
        let (since, bytes) = self.lock().sending?;
        let time = since.elapsed();
        (time >= LONG_SENDING_TIME).then(|| bytes / time.as_secs().max(1))
    }

    /// Returns the status with which hyper refused a head, if it did.
    pub(super) fn refused(&self) -> Option<StatusCode> {
        self.lock().refused
    }

    /// Returns whether a part of a head has arrived.
    pub(super) fn is_in_head(&self) -> bool {
        self.lock().phase == Phase::Head
    }

    /// Returns whether a request has arrived, in part or whole, that has not been answered.
    pub(super) fn has_request(&self) -> bool {
        matches!(
            self.lock().phase,
            Phase::Body | Phase::Uploading | Phase::Serving | Phase::Flushing
        )
    }

    /// Returns when the connection must have got further.
    pub(super) fn deadline(&self, limits: &Limits) -> Instant {
        let progress = self.lock();
        let deadline = match progress.phase {
            Phase::Idle if progress.served => progress.phase_since + limits.idle_time,
            Phase::Idle | Phase::Head => progress.phase_since + limits.header_time,
            Phase::Lingering => progress.phase_since + LINGER_TIME,
            // Whoever reads the files sees to it that they keep coming.
            Phase::Uploading => progress.phase_since + limits.upload_time,
            Phase::Body | Phase::Serving | Phase::Flushing => {
                progress.request_since + limits.request_time
            }
        };
        match progress.write_blocked_since {
            Some(since) => deadline.min(since + limits.write_stall_time),
            None => deadline,
        }
    }

    /// Notes that the head of a request is complete.
    pub(super) fn head_arrived(&self, has_body: bool) {
        let mut progress = self.lock();
        progress.request_since = Instant::now();
        progress.enter(if has_body {
            Phase::Body
        } else {
            Phase::Serving
        });
    }

    /// Notes that the body is complete, or that an answer was found without it.
    pub(super) fn request_complete(&self) {
        let mut progress = self.lock();
        if progress.phase == Phase::Uploading {
            progress.request_since = Instant::now();
        }
        if matches!(progress.phase, Phase::Body | Phase::Uploading) {
            progress.enter(Phase::Serving);
        }
    }

    fn uploads(&self) {
        let mut progress = self.lock();
        if progress.phase == Phase::Body {
            progress.enter(Phase::Uploading);
        }
    }

    /// Notes that the response is finished, and that only a close follows.
    pub(super) fn lingers(&self) {
        let mut progress = self.lock();
        progress.waiting_since = Instant::now();
        progress.write_blocked_since = None;
        progress.enter(Phase::Lingering);
    }

    fn response_handed_over(&self) {
        let mut progress = self.lock();
        if matches!(
            progress.phase,
            Phase::Body | Phase::Uploading | Phase::Serving
        ) {
            progress.enter(Phase::Flushing);
        }
    }

    fn flushed(&self) {
        let mut progress = self.lock();
        if progress.phase == Phase::Flushing {
            progress.served = true;
            progress.sending = None;
            progress.waiting_since = Instant::now();
            progress.enter(Phase::Idle);
        }
    }

    fn bytes_read(&self) {
        let mut progress = self.lock();
        if progress.phase == Phase::Idle {
            progress.enter(Phase::Head);
        }
    }

    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        let mut progress = self.lock();
        let now = Instant::now();
        if polled.is_pending() {
            progress.write_blocked_since.get_or_insert(now);
        } else {
            progress.write_blocked_since = None;
        }
        if matches!(progress.phase, Phase::Serving | Phase::Flushing) {
            let (_, bytes) = progress.sending.get_or_insert((now, 0));
            if let Poll::Ready(Ok(count)) = polled {
                *bytes = bytes.saturating_add(u64::try_from(*count).unwrap_or(u64::MAX));
            }
        }
    }

    /// Takes the bytes that hyper writes before it has found a request: its own answer to a head that
    /// it cannot read. Returns whether these are such bytes.
    fn keeps_refusal(&self, bytes: &[u8]) -> bool {
        let mut progress = self.lock();
        if !matches!(progress.phase, Phase::Idle | Phase::Head) {
            return false;
        }
        let status = bytes
            .strip_prefix(b"HTTP/1.1 ")
            .or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))
            .and_then(|rest| StatusCode::from_bytes(rest.get(..3)?).ok());
        if progress.refused.is_none() {
            progress.refused = Some(status.unwrap_or(StatusCode::BAD_REQUEST));
        }
        true
    }

    /// Pretends that a response has been on its way for so long.
    #[cfg(test)]
    pub(super) fn sends_since(&self, time: Duration, bytes: u64) {
        let since = Instant::now().checked_sub(time).unwrap();
        self.lock().sending = Some((since, bytes));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a request more time, as an extension of it.
#[derive(Clone, Debug)]
pub(super) struct Uploads(Arc<Connection>);

impl Uploads {
    pub(super) fn of(connection: &Arc<Connection>) -> Uploads {
        Uploads(Arc::clone(connection))
    }

    /// Notes that files arrive from somebody who may send them: they have the time of an upload, and do
    /// not make room for others.
    pub(super) fn begin(&self) {
        self.0.uploads();
    }
}

impl Progress {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.phase_since = Instant::now();
    }
}

/// Time without any progress after which a client that does not read may have to make room. A slow
/// line moves a packet every second.
const STALLED_TIME: Duration = Duration::from_secs(3);

/// Time after which the rate at which a client reads is its own, and no longer that at which the
/// buffers on the way fill.
const LONG_SENDING_TIME: Duration = Duration::from_secs(5);

/// Time in which what a client still sends after an early answer is thrown away, so that the close
/// does not destroy that answer on its way.
const LINGER_TIME: Duration = Duration::from_secs(2);

/// The stream of a connection, which notices reading and writing.
#[derive(Debug)]
pub(super) struct Stream {
    tcp: TcpStream,
    connection: Arc<Connection>,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, connection: Arc<Connection>) -> Stream {
        Stream { tcp, connection }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.connection.bytes_read();
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.connection.keeps_refusal(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.connection.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        if let Some(first) = first
            && self.connection.keeps_refusal(first)
        {
            return Poll::Ready(Ok(first.len()));
        }
        let polled = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.connection.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    // hyper flushes only when its own buffer is empty, so that a flush after the end of a body means
    // that the response is out.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.tcp).poll_flush(cx);
        if matches!(polled, Poll::Ready(Ok(()))) {
            self.connection.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// The body of a request, which notices its end.
#[derive(Debug)]
pub(super) struct RequestBody {
    incoming: Incoming,
    connection: Arc<Connection>,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, connection: Arc<Connection>) -> RequestBody {
        RequestBody {
            incoming,
            connection,
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        if matches!(polled, Poll::Ready(None)) || self.incoming.is_end_stream() {
            self.connection.request_complete();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The body of a response, which notices that it has been handed over.
#[derive(Debug)]
pub(super) struct ResponseBody {
    body: Body,
    connection: Arc<Connection>,
}

impl ResponseBody {
    pub(super) fn new(body: Body, connection: Arc<Connection>) -> ResponseBody {
        ResponseBody { body, connection }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.connection.response_handed_over();
    }
}
