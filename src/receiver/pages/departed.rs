//! Files that are no longer of the portal, and that a browser may still ask for.
//!
//! A page names its style sheet, scripts and pictures by their digests. Who was given the page just before
//! it changed asks for those of its own version, so they stay for a while. Pages themselves do not: what is
//! taken away is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Page;
use crate::output::Caching;

/// How long such a file stays: longer than a browser takes to load a page over a bad line, and short enough
/// that a picture which was taken away is soon gone.
const STAYS: Duration = Duration::from_secs(10 * 60);

/// Bytes that they take together at most; the last that went stay. It holds the style sheets, scripts and
/// search data of many versions, and not one video after the other.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Files that went, with the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Departed {
    files: HashMap<String, (Instant, Arc<Page>)>,
}

impl Departed {
    /// Keeps what is named by its digest of what went.
    pub(super) fn add(
        &mut self,
        gone: impl IntoIterator<Item = (String, Arc<Page>)>,
        now: Instant,
    ) {
        let gone = gone.into_iter();
        let by_digest = gone.filter(|(_, page)| page.caching == Caching::Forever);
        self.files
            .extend(by_digest.map(|(path, page)| (path, (now, page))));
        self.files.retain(|_, (since, _)| is_kept(*since, now));
        let mut by_age: Vec<(Instant, String, usize)> = self
            .files
            .iter()
            .map(|(path, (since, page))| (*since, path.clone(), page.size()))
            .collect();
        by_age.sort_by(|a, b| b.cmp(a));
        let mut bytes = 0;
        for (_, path, size) in by_age {
            bytes += size;
            if bytes > MOST_BYTES {
                self.files.remove(&path);
            }
        }
    }

    /// Returns a file that went not long ago.
    pub(super) fn get(&self, path: &str, now: Instant) -> Option<Arc<Page>> {
        let (since, page) = self.files.get(path)?;
        is_kept(*since, now).then(|| Arc::clone(page))
    }
}

fn is_kept(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) < STAYS
}
