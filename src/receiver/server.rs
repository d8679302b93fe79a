//! The accept loop and the life of a connection.
//!
//! hyper reads and writes HTTP; this module decides how long and how many. `axum::serve` is not used,
//! because it takes in connections without limits and ends none of them.
//!
//! Invariant: no failure of accepting ends the loop, and the number of open sockets stays below the
//! descriptor limit of the process.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tower::ServiceExt;

use super::client::Peer;
use super::connection::{Connection, RequestBody, ResponseBody, Stream, Uploads};
use super::connections::{Connections, Place};
use super::limits::{DESCRIPTOR_RESERVE, HEADERS, Limits};
use super::log::{Log, LogEntry, Seldom};

/// Pause after a failure to accept that closing a connection may solve, so that the loop does not
/// take a whole core from the connections that must end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Sockets that may be open above the limit while the connections they replace are being closed.
const BEING_CLOSED: usize = DESCRIPTOR_RESERVE / 2;

/// Bytes that are thrown away after an early answer before the connection is closed anyway.
const LINGER_BYTES: usize = 1024 * 1024;

/// hyper refuses buffers below this size.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// Gives the answer to a head that is no request.
pub(super) type Refuse = Arc<dyn Fn(StatusCode) -> Bytes + Send + Sync>;

/// Takes in connections; a test puts failures in its place.
pub(super) trait Acceptor {
    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send;
}

impl Acceptor for TcpListener {
    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send {
        TcpListener::accept(self)
    }
}

/// Raises the descriptor limit of the process as far as allowed, and returns how many connections
/// fit below it with a reserve for everything else.
pub(super) fn connections_that_fit(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // A refusal leaves the limit as it is, which is then the one to stay below.
    let _ = setrlimit(Resource::Nofile, raised);
    match getrlimit(Resource::Nofile).current {
        None => wanted,
        Some(descriptors) => below_descriptor_limit(wanted, descriptors),
    }
}

fn below_descriptor_limit(wanted: usize, descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    let fits = descriptors.saturating_sub(DESCRIPTOR_RESERVE);
    // With hardly any descriptors half of them serve and accepting fails now and then, which the
    // loop survives; serving nobody would be worse.
    wanted.min(fits.max(descriptors / 2)).max(1)
}

/// Serves connections until `stop` turns true, then finishes requests in flight.
///
/// `hurry` completes when waiting for those requests must end at once. Returns until when everything
/// that is left may go on.
pub(super) async fn serve(
    acceptor: impl Acceptor,
    router: Router,
    refuse: Refuse,
    limits: Arc<Limits>,
    log: Log,
    mut stop: watch::Receiver<bool>,
    hurry: impl Future<Output = ()>,
) -> Instant {
    let most = connections_that_fit(limits.connections);
    let sockets = most + BEING_CLOSED.min(most / 2).max(1);
    let slots = Arc::new(Semaphore::new(sockets));
    let connections = Arc::new(Connections::new(
        most,
        limits.connections_per_address,
        limits.trusted_proxies.clone(),
    ));
    let mut trouble = Seldom::default();
    loop {
        let slot = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Ok(slot) = Arc::clone(&slots).acquire_owned() => slot,
        };
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = acceptor.accept() => accepted,
        };
        match accepted {
            Ok((tcp, peer)) => {
                let Some(place) = connections.admit(peer.ip()) else {
                    continue;
                };
                let task = drive(
                    tcp,
                    place,
                    router.clone(),
                    Arc::clone(&refuse),
                    Arc::clone(&limits),
                    stop.clone(),
                );
                tokio::spawn(async move {
                    task.await;
                    drop(slot);
                });
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                if let Some(untold) = trouble.tell() {
                    log(LogEntry::AcceptFailed {
                        reason: error.to_string(),
                        untold,
                    });
                }
                connections.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(acceptor);
    log(LogEntry::Stopping {
        in_flight: connections.in_flight(),
    });
    let until = Instant::now() + limits.stop_time;
    let all = u32::try_from(sockets).unwrap_or(u32::MAX);
    tokio::select! {
        _ = timeout_at(until, slots.acquire_many(all)) => {}
        () = hurry => {}
    }
    log(LogEntry::Stopped {
        cut: connections.in_flight(),
    });
    until
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

type ServiceFuture =
    Pin<Box<dyn Future<Output = Result<Response<ResponseBody>, Infallible>> + Send>>;

/// Serves the requests of one connection, until it ends, is too slow, or must make room.
async fn drive(
    tcp: TcpStream,
    place: Place,
    router: Router,
    refuse: Refuse,
    limits: Arc<Limits>,
    mut stop: watch::Receiver<bool>,
) {
    // Without it the end of a page may wait for an acknowledgement; a failure costs only speed.
    let _ = tcp.set_nodelay(true);
    let connection = Arc::clone(&place.connection);
    let stream = Stream::new(tcp, Arc::clone(&connection));
    let service = {
        let connection = Arc::clone(&connection);
        service_fn(move |request: Request<Incoming>| -> ServiceFuture {
            Box::pin(answer(request, router.clone(), Arc::clone(&connection)))
        })
    };
    let mut http = http1::Builder::new()
        .timer(TokioTimer::new())
        // The deadlines of `Connection` take its place: they tell an idle client from a slow one.
        .header_read_timeout(None)
        .max_headers(HEADERS)
        .max_header_size(limits.header_bytes)
        .max_buf_size(limits.header_bytes.max(SMALLEST_BUFFER))
        // A client that has closed only its sending side still waits for its answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);

    let mut timer = Box::pin(sleep_until(connection.deadline(&limits)));
    let mut evicted = Box::pin(connection.evicted.notified());
    let mut stopped = Box::pin(async move {
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let mut stopping = false;
    let end = poll_fn(|cx| {
        if evicted.as_mut().poll(cx).is_ready() {
            return Poll::Ready(End::Cut);
        }
        if !stopping && stopped.as_mut().poll(cx).is_ready() {
            stopping = true;
            Pin::new(&mut http).graceful_shutdown();
        }
        if http.poll_without_shutdown(cx).is_ready() {
            return Poll::Ready(End::ByItself);
        }
        if stopping && !connection.has_request() {
            return Poll::Ready(End::Cut);
        }
        let deadline = connection.deadline(&limits);
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).map(|()| End::TooSlow)
    })
    .await;
    let refusal = match end {
        End::ByItself => connection.refused().map(|status| refuse(status)),
        End::TooSlow if connection.is_in_head() => Some(refuse(StatusCode::REQUEST_TIMEOUT)),
        End::TooSlow | End::Cut => return,
    };
    if !stopping {
        let stream = http.into_parts().io.into_inner();
        linger(stream, refusal, &connection, &limits).await;
    }
}

/// How serving a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// hyper has nothing more to do.
    ByItself,
    /// A deadline passed.
    TooSlow,
    /// It must make room, or the receiver stops.
    Cut,
}

async fn answer(
    request: Request<Incoming>,
    router: Router,
    connection: Arc<Connection>,
) -> Result<Response<ResponseBody>, Infallible> {
    connection.head_arrived(!request.body().is_end_stream());
    let (mut parts, incoming) = request.into_parts();
    parts.extensions.insert(Peer(connection.peer));
    parts.extensions.insert(Uploads::of(&connection));
    let body = RequestBody::new(incoming, Arc::clone(&connection));
    let response = router
        .oneshot(Request::from_parts(parts, Body::new(body)))
        .await?;
    connection.request_complete();
    Ok(response.map(|body| ResponseBody::new(body, connection)))
}

/// Sends the answer to a head that was no request, says that nothing more will be sent, and throws away what still arrives for a moment: closing a
/// socket with unread bytes resets it, and the client may never see the answer that is under way.
async fn linger(
    mut stream: Stream,
    refusal: Option<Bytes>,
    connection: &Connection,
    limits: &Limits,
) {
    connection.lingers();
    let discard = async {
        if let Some(refusal) = refusal
            && stream.write_all(&refusal).await.is_err()
        {
            return;
        }
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut buffer = [0; 8 * 1024];
        let mut discarded = 0;
        while discarded < LINGER_BYTES {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) => discarded += count,
            }
        }
    };
    tokio::select! {
        () = discard => {}
        () = connection.evicted.notified() => {}
        () = sleep_until(connection.deadline(limits)) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn connections_stay_below_the_descriptor_limit() {
        #[track_caller]
        fn check(wanted: usize, descriptors: u64, expected: usize) {
            assert_eq!(below_descriptor_limit(wanted, descriptors), expected);
        }
        check(2048, 1_048_576, 2048);
        check(2048, 1024, 928);
        check(2048, 100, 50);
        check(2048, 0, 1);
    }

    /// Fails in a given way before each connection that it takes in.
    struct Failing {
        listener: TcpListener,
        failures: Mutex<Vec<i32>>,
    }

    impl Acceptor for Failing {
        async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
            let failure = self.failures.lock().unwrap().pop();
            match failure {
                Some(code) => Err(io::Error::from_raw_os_error(code)),
                None => self.listener.accept().await,
            }
        }
    }

    #[tokio::test]
    async fn failures_to_accept_do_not_end_the_loop_and_are_told_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // EMFILE, ENFILE, ECONNABORTED, ENOBUFS, ENOMEM, EPERM, EIO
        let failures = Mutex::new(vec![24, 23, 103, 105, 12, 1, 5]);
        let entries = Arc::new(Mutex::new(Vec::new()));
        let log: Log = {
            let entries = Arc::clone(&entries);
            Arc::new(move |entry| entries.lock().unwrap().push(entry))
        };
        let (stop, stopped) = watch::channel(false);
        let router = Router::new().fallback(|| async { "hier" });
        let server = tokio::spawn(serve(
            Failing { listener, failures },
            router,
            Arc::new(|_| Bytes::new()),
            Arc::new(Limits::default()),
            log,
            stopped,
            std::future::pending(),
        ));
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut response = String::new();
        client.read_to_string(&mut response).await.unwrap();
        assert!(response.ends_with("hier"), "{response}");
        stop.send(true).unwrap();
        server.await.unwrap();
        let entries = entries.lock().unwrap();
        let told = entries
            .iter()
            .filter(|entry| matches!(entry, LogEntry::AcceptFailed { .. }))
            .count();
        assert_eq!(told, 1);
    }
}
