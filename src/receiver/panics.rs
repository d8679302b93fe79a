//! Contains a mistake of the program to the request that met it.
//!
//! Invariant: the text of a panic is never printed, because it may quote what a reporter typed.

use std::any::Any;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

/// Name of the threads that serve requests.
pub(super) const THREAD_NAME: &str = "portal";

thread_local! {
    static LAST_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Panicked {
    /// File and line in the program.
    pub(super) place: String,
}

/// Keeps the texts of panics on serving threads from standard error; other threads keep what they
/// have.
pub(super) fn keep_texts_private() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if std::thread::current().name() == Some(THREAD_NAME) {
                let place = info
                    .location()
                    .map(|place| format!("{}:{}", place.file(), place.line()));
                LAST_PLACE.with(|last| *last.borrow_mut() = place);
            } else {
                before(info);
            }
        }));
    });
}

/// Runs something that may panic.
///
/// # Errors
///
/// Fails where it panicked.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|text| panicked(&text))
}

/// Drives a future that may panic.
///
/// # Errors
///
/// Fails where it panicked; it is not polled again.
pub(super) async fn caught_async<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    poll_fn(|cx| match caught(|| future.as_mut().poll(cx)) {
        Ok(polled) => polled.map(Ok),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

fn panicked(_text: &Box<dyn Any + Send>) -> Panicked {
    let place = LAST_PLACE.with(|last| last.borrow_mut().take());
    Panicked {
        place: place.unwrap_or_else(|| "?".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_by_place_only() {
        keep_texts_private();
        let thread = std::thread::Builder::new().name(THREAD_NAME.to_owned());
        let caught = thread
            .spawn(|| caught(|| -> () { panic!("een antwoord") }))
            .unwrap()
            .join()
            .unwrap();
        let place = caught.unwrap_err().place;
        assert!(place.starts_with("src/receiver/panics.rs:"), "{place}");
    }
}
