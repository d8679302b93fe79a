//! What is served can be exchanged while requests come in.
//!
//! Invariant: once a request was answered from a version, no request that comes later is answered from an earlier
//! one. What [`Live::replace`] brings is seen as a whole: a request is answered from the version that was there when
//! its head had come. What [`Live::update`] brings is pages of that version: a request gets each file as it is when
//! the file is looked up.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::portal::{Application, Portal};
use super::version::{Content, PortalError};
use crate::output::Output;

/// A portal that is served, or will be; copies of it are the same portal.
#[derive(Clone)]
pub struct Live(Arc<Served>);

struct Served {
    current: RwLock<Arc<Application>>,
    /// Held while a change is made ready, so that changes come one after the other.
    changing: Mutex<()>,
}

impl Live {
    /// Makes a portal ready to be served.
    ///
    /// # Errors
    ///
    /// Fails where there is no language, or the theme cannot render an error page.
    pub fn new(portal: Portal) -> Result<Live, PortalError> {
        let application = Arc::new(Application::new(portal)?);
        Ok(Live(Arc::new(Served {
            current: RwLock::new(application),
            changing: Mutex::new(()),
        })))
    }

    /// Exchanges everything that is served, at once. Requests in flight finish with what they started
    /// with. Who is filling in a form goes on with the form as it is now, or to the end where it is gone.
    ///
    /// # Errors
    ///
    /// Fails where there is no language, or the theme cannot render an error page; then everything stays.
    pub fn replace(&self, content: Content) -> Result<(), PortalError> {
        let _one_by_one = self
            .0
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(self.current().with(content)?);
        let mut current = self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, next);
        drop(current);
        // Letting go of thousands of pages keeps nobody waiting.
        drop(before);
        Ok(())
    }

    /// Exchanges some files and takes others away, all at once, by their paths as in
    /// [`Output::path`](crate::output::Output::path). It costs as much as these files, however many there
    /// are.
    pub fn update(&self, changed: Vec<Output>, removed: &[String]) {
        let _one_by_one = self
            .0
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.current().version.pages.update(changed, removed);
    }

    /// Returns the application with the version that is served now.
    pub(super) fn current(&self) -> Arc<Application> {
        let current = self
            .0
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }
}
