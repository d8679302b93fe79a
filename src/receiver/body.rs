//! The body of a post, read within limits, and the memory of bodies in both directions.
//!
//! Invariant: memory is taken for bytes that have arrived, never for bytes that were announced; and a
//! page that holds what was typed counts until it is sent, because a client may be slow to take it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::limits::Limits;

/// Pairs in one form; the largest form has fewer than 200. More only cost time to look through.
pub(super) const MOST_PAIRS: usize = 2000;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyProblem {
    /// It is larger than a form can be: 413.
    TooLarge,
    /// It did not arrive in time: 408.
    TooSlow,
    /// It broke off or is not well formed: 400.
    Broken,
    /// Too many bodies are in memory: 503.
    NoRoom,
}

/// Counts the bytes of all bodies in memory: forms being received, form pages being sent.
#[derive(Debug, Default)]
pub(super) struct BodyBudget {
    used: Arc<AtomicUsize>,
}

impl BodyBudget {
    /// Makes a body of a page, whose bytes count until it is sent or given up.
    ///
    /// # Errors
    ///
    /// Fails where there is no room.
    pub(super) fn hold(&self, page: String, limits: &Limits) -> Result<Bytes, BodyProblem> {
        let mut share = self.share();
        share.take(page.len(), limits.body_bytes_together)?;
        Ok(Bytes::from_owner(Held {
            page,
            _share: share,
        }))
    }

    /// Begins to count a body that is read elsewhere.
    pub(super) fn share(&self) -> Share {
        Share {
            used: Arc::clone(&self.used),
            taken: 0,
        }
    }
}

struct Held {
    page: String,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.page.as_bytes()
    }
}

/// The part of the budget that one body takes, given back when it is dropped.
pub(super) struct Share {
    used: Arc<AtomicUsize>,
    taken: usize,
}

impl Share {
    /// Counts bytes that have arrived.
    ///
    /// # Errors
    ///
    /// Fails where there is no room.
    pub(super) fn take(&mut self, bytes: usize, most: usize) -> Result<(), BodyProblem> {
        self.taken += bytes;
        if self.used.fetch_add(bytes, Ordering::Relaxed) + bytes > most {
            return Err(BodyProblem::NoRoom);
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.used.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

/// Reads the pairs of a form.
///
/// # Errors
///
/// See [`BodyProblem`].
pub(super) async fn read_pairs(
    body: Body,
    limits: &Limits,
    budget: &BodyBudget,
) -> Result<Vec<(String, String)>, BodyProblem> {
    let deadline = Instant::now() + limits.body_time;
    let bytes = match timeout_at(deadline, read(body, limits, budget)).await {
        Ok(read) => read?,
        Err(_) => return Err(BodyProblem::TooSlow),
    };
    let mut pairs = url::form_urlencoded::parse(&bytes);
    let read: Vec<_> = pairs.by_ref().take(MOST_PAIRS).map(owned).collect();
    match pairs.next() {
        None => Ok(read),
        Some(_) => Err(BodyProblem::Broken),
    }
}

fn owned(
    (name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>),
) -> (String, String) {
    (name.into_owned(), value.into_owned())
}

async fn read(
    mut body: Body,
    limits: &Limits,
    budget: &BodyBudget,
) -> Result<Vec<u8>, BodyProblem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limits.body_bytes {
        return Err(BodyProblem::TooLarge);
    }
    let mut share = budget.share();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyProblem::Broken)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limits.body_bytes {
            return Err(BodyProblem::TooLarge);
        }
        share.take(data.len(), limits.body_bytes_together)?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(body: Body, limits: Limits, expected: Result<&[(&str, &str)], BodyProblem>) {
        let budget = BodyBudget::default();
        let pairs = read_pairs(body, &limits, &budget).await;
        let expected = expected.map(|pairs| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            pairs.iter().map(owned).collect::<Vec<_>>()
        });
        assert_eq!(pairs, expected);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn bodies_are_read_within_limits() {
        let limits = Limits {
            body_bytes: 10,
            ..Limits::default()
        };
        check(Body::empty(), limits.clone(), Ok(&[])).await;
        let pairs: &[_] = &[("a", "é +"), ("b", "")];
        check(Body::from("a=%C3%A9+%2B&b"), Limits::default(), Ok(pairs)).await;
        check(
            Body::from("a=345678901"),
            limits.clone(),
            Err(BodyProblem::TooLarge),
        )
        .await;
        let no_room = Limits {
            body_bytes_together: 3,
            ..limits
        };
        check(Body::from("a=34"), no_room, Err(BodyProblem::NoRoom)).await;
        let many = "a&".repeat(MOST_PAIRS + 1);
        check(
            Body::from(many),
            Limits::default(),
            Err(BodyProblem::Broken),
        )
        .await;
    }

    #[test]
    fn a_page_counts_until_it_is_sent() {
        let budget = BodyBudget::default();
        let limits = Limits {
            body_bytes_together: 10,
            ..Limits::default()
        };
        let first = budget.hold("123456".into(), &limits).unwrap();
        let part = first.slice(2..3);
        drop(first);
        assert_eq!(
            budget.hold("12345".into(), &limits),
            Err(BodyProblem::NoRoom)
        );
        drop(part);
        assert!(budget.hold("12345".into(), &limits).is_ok());
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
    }
}
