//! The portal while somebody writes it: what is wrong with a page beside the page, and browsers that follow.
//!
//! It stands around the receiver, which serves the pages as readers get them; what editors see besides is added
//! to each answer, and what is only theirs has addresses below `/_preview/`, which no page can have. It
//! reads no settings and builds nothing: it is told of each [`Build`].
//!
//! Invariant: it stores nothing, and only this machine is answered.

mod answers;
mod bar;
mod dress;
mod edition;
mod editor;
mod problem;
mod screens;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

pub use answers::around;
pub use edition::{Build, Good};
pub use editor::{Editor, UnknownEditor};

use crate::language::Language;
use crate::message::Catalogue;
use edition::Edition;

/// First step of the addresses that only preview has. Steps of pages are words, which do not begin with a line.
const RESERVED: &str = "/_preview/";

/// The portal while somebody writes it.
pub struct Preview {
    edition: Mutex<Arc<Edition>>,
    /// Number of the edition, for browsers that wait for another one.
    number: watch::Sender<u64>,
    writer: Writer,
}

/// Who writes: where, in which language, and with what.
pub struct Writer {
    /// Folder of the portal.
    root: PathBuf,
    /// Language in which to talk to them.
    language: Language,
    texts: Catalogue,
    editor: Option<Editor>,
}

impl Writer {
    /// Makes somebody who writes the portal in a folder. `editor` opens files; without one they are shown.
    pub fn new(root: &Path, language: Language, editor: Option<Editor>) -> Writer {
        Writer {
            // Editors know nothing of the folder that this program was started in.
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            language,
            texts: Catalogue::of_program(language),
            editor,
        }
    }

    fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.texts.text(key, arguments)
    }
}

impl Preview {
    /// Makes a preview that shows nothing yet. Editions are counted from `now` on, so that a browser knows those of
    /// a program that was started again from those before.
    pub fn new(writer: Writer, now: Timestamp) -> Preview {
        let number = u64::try_from(now.as_millisecond()).unwrap_or_default();
        Preview {
            edition: Mutex::new(Arc::new(Edition::empty(number))),
            number: watch::Sender::new(number),
            writer,
        }
    }

    /// Shows what came of a build. Where it is a good one, the receiver must serve its pages already: browsers
    /// ask for them at once.
    pub fn show(&self, build: Build) {
        let before = self.edition();
        let edition = before.followed_by(build, &self.writer);
        let number = edition.number;
        *self.lock() = Arc::new(edition);
        self.number.send_replace(number);
    }

    fn edition(&self) -> Arc<Edition> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Arc<Edition>> {
        self.edition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
