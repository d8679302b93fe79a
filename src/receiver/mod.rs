//! The web application: pages from memory, report forms, and the limits on what a client may cost.
//!
//! The receiver prints nothing and asks the machine for nothing but sockets and signals: what it
//! serves, the time and the log come in as a [`Portal`], of which the [`Content`] can be exchanged while
//! it runs. It has a runtime of its own, so that the rest of the program stays synchronous.

mod body;
mod client;
mod connection;
mod connections;
mod field_views;
mod first_pages;
mod follow;
mod form_journey;
mod form_requests;
mod form_route;
mod form_sheet;
mod form_views;
mod generations;
mod limits;
mod live;
mod log;
mod multipart;
mod origin;
mod pages;
mod panics;
mod path;
mod portal;
mod response;
mod server;
mod submission;
mod version;
mod words;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use server::Refuse;

pub use first_pages::FirstPages;
pub use limits::Limits;
pub use live::Live;
pub use log::{Log, LogEntry};
pub use portal::Portal;
pub use version::{Content, PortalError};

/// Threads on which reports are written to disk and read, and files are taken; a few more than all that
/// may happen at the same time.
const BLOCKING_THREADS: usize = 24;

/// What SIGHUP calls; it must not wait for anything.
pub type Hangup = Box<dyn FnMut() -> ControlFlow<()> + Send>;

/// What makes the receiver stop.
pub enum Stop {
    /// SIGTERM or Ctrl-C; a second one ends the wait for requests in flight.
    OnSignal,
    /// The same, while SIGHUP calls this, which says whether to go on. Else SIGHUP ends the program.
    OnSignalButHangup(Hangup),
    /// The other half of [`stop_by_hand`].
    ByHand(StopWaiter),
}

/// Stops a receiver when it is used or dropped.
#[derive(Debug)]
pub struct StopHandle(watch::Sender<bool>);

/// Waits for a [`StopHandle`].
#[derive(Debug)]
pub struct StopWaiter(watch::Receiver<bool>);

/// Makes a pair with which one thread stops the receiver of another.
pub fn stop_by_hand() -> (StopHandle, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopHandle(sender), Stop::ByHand(StopWaiter(receiver)))
}

impl StopHandle {
    /// Asks the receiver to stop; it finishes requests in flight first.
    pub fn stop(self) {}
}

impl Drop for StopHandle {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// Why the receiver could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The runtime, the socket or the signals of the operating system refused.
    #[error("the receiver could not start")]
    Start(#[source] io::Error),
}

/// Starts to listen; connections wait until [`serve`] takes them in. `local_addr` of the result tells
/// the port where 0 was asked.
///
/// # Errors
///
/// Fails where the address is not free or not ours.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves the portal until it is asked to stop, and finishes requests in flight. It calls `ready` once
/// it can be asked: a signal before that ends the program like any other.
///
/// # Errors
///
/// Fails where it cannot start; once started it only ends when asked to.
pub fn serve(
    listener: TcpListener,
    live: &Live,
    stop: Stop,
    ready: impl FnOnce(),
) -> Result<(), ServeError> {
    serve_around(listener, live, stop, ready, |router| router)
}

/// Serves the portal as [`serve`] does, with something around what answers its requests.
///
/// # Errors
///
/// Fails as [`serve`] does.
pub fn serve_around(
    listener: TcpListener,
    live: &Live,
    stop: Stop,
    ready: impl FnOnce(),
    around: impl FnOnce(Router) -> Router,
) -> Result<(), ServeError> {
    panics::keep_texts_private();
    let application = live.current();
    let limits = Arc::clone(&application.limits);
    let log = Arc::clone(&application.log);
    let address = listener.local_addr().map_err(ServeError::Start)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name(panics::THREAD_NAME)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    let until = runtime.block_on(async {
        let (stopped, hurry) = stopped(stop).map_err(ServeError::Start)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Start)?;
        ready();
        log(LogEntry::Started { address });
        let router = around(portal::router(live.clone()));
        let live = live.clone();
        let refusals: Refuse =
            Arc::new(move |status| live.current().version.refusals.answer(status));
        let until = server::serve(listener, router, refusals, limits, log, stopped, hurry).await;
        // Reports whose client has gone are written as well.
        let _ = timeout_at(until, application.submits_written()).await;
        Ok::<Instant, ServeError>(until)
    })?;
    runtime.shutdown_timeout(until.saturating_duration_since(Instant::now()));
    Ok(())
}

type Hurry = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Turns what stops the receiver into the moment to stop, and the moment to wait no longer.
fn stopped(stop: Stop) -> io::Result<(watch::Receiver<bool>, Hurry)> {
    match stop {
        Stop::ByHand(StopWaiter(stopped)) => Ok((stopped, Box::pin(std::future::pending()))),
        Stop::OnSignal => stopped_by_signals(None),
        Stop::OnSignalButHangup(act) => stopped_by_signals(Some(act)),
    }
}

fn stopped_by_signals(act: Option<Hangup>) -> io::Result<(watch::Receiver<bool>, Hurry)> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    let (hurry_sender, mut hurry) = watch::channel(false);
    if let Some(mut act) = act {
        let mut hangup = signal(SignalKind::hangup())?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                if act().is_break() {
                    sender.send_replace(true);
                    return;
                }
            }
        });
    }
    tokio::spawn(async move {
        for tell in [sender, hurry_sender] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tell.send_replace(true);
        }
    });
    let hurry = async move {
        // A sender that is gone asked for nothing.
        if hurry.wait_for(|hurry| *hurry).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    Ok((receiver, Box::pin(hurry)))
}

#[cfg(test)]
mod tests;
