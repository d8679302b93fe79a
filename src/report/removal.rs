//! Taking away a file that the reporter sent.
//!
//! The event says which file goes and is on disk before it does. Whoever is interrupted between the two
//! is made up for: by the reporter who asks again, and by the next purge. Invariant: only files of the
//! reporter go, and nothing else goes with them. Their names stand in sealed events, which are never
//! changed, and are shown nowhere any more.

use crate::report::acts::{Note, OpenedCase, RecordError, Recorded};
use crate::report::case::Cover;
use crate::report::event::{Actor, Kind, Open, Role};
use crate::report::ids::Code;
use crate::report::lifecycle::Given;
use crate::report::store::Store;
use crate::report::verify;

/// The action of adding files: who may still add one may take one away.
const ADD_FILES: &str = "add_files";

impl Store {
    /// Takes files of the reporter away for good. Those that are gone already change nothing.
    ///
    /// # Errors
    ///
    /// Fails where the life cycle does not allow the reporter `add_files` now, the event is not surely on
    /// disk, or a file is not surely gone; it can be asked again.
    pub fn remove_files(
        &self,
        opened: &OpenedCase,
        files: &[Code],
    ) -> Result<Recorded, RecordError> {
        let case = opened.case.cover.id;
        let own = opened.case.own_files();
        let own: Vec<&Code> = own.into_iter().map(|note| &note.id).collect();
        let recorded = self.append(case, Actor::REPORTER, |cover| {
            let is_there = |id: &&Code| cover.files.iter().any(|file| file.id == **id);
            let wanted = own.iter().copied().filter(|id| files.contains(id));
            let gone: Vec<Code> = wanted.filter(is_there).cloned().collect();
            if gone.is_empty() {
                return Ok(None);
            }
            self.may_remove_files(cover)?;
            Ok(Some(Note {
                kind: Kind::FilesRemoved,
                open: Open {
                    removed_files: gone,
                    ..Open::default()
                },
                body: None,
            }))
        })?;
        let (cover, _) = self.whole(case).map_err(Box::new)?;
        self.delete_removed(&cover)?;
        Ok(recorded)
    }

    fn may_remove_files(&self, cover: &Cover) -> Result<(), RecordError> {
        let given = Given {
            files: true,
            ..Given::default()
        };
        let lifecycle = self.lifecycle();
        let allowed = lifecycle.after(
            &cover.progress,
            ADD_FILES,
            Role::Reporter,
            &given,
            self.now(),
        );
        let case = cover.id;
        let allowed = allowed.map_err(|refused| RecordError::Refused { case, refused });
        allowed.map(|_| ())
    }

    /// Deletes what the reporter took away, where it is still there.
    pub(super) fn delete_removed(&self, cover: &Cover) -> Result<(), RecordError> {
        // Not by a list of what is there: a folder that cannot be read for a moment would hide a file.
        let gone = cover.removed_files.iter();
        self.remove(gone.map(|file| verify::file_path(cover.id, file)))
    }
}
