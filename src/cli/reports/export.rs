//! `meldwijzer reports export`: cases as JSON, sealed as they are stored or opened with a key.
//!
//! Nothing is opened without an event that says so, written by the store before it gives anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::command_error::CommandError;
use crate::cli::findings::diagnostics;
use crate::cli::harmless;
use crate::cli::key_file;
use crate::cli::opening::store_around;
use crate::cli::portal::Settings;
use crate::cli::progress::Progress;
use crate::cli::ui::Ui;
use crate::clock::{Clock, SystemClock};
use crate::diagnostic::Diagnostic;
use crate::report::acts::{CaseError, Reader};
use crate::report::archive::{Archive, Found};
use crate::report::case::Cover;
use crate::report::event::Event;
use crate::report::ids::CaseId;
use crate::report::people::People;
use crate::report::seal::SecretKey;
use crate::report::store::{LEAST_FREE_BYTES, Store, StoreSettings};
use crate::report::verify;

/// The format of exports that this version writes.
const FORMAT: u32 = 1;

/// The event that a case was opened must not take the last room from reports.
const SETTINGS: StoreSettings = StoreSettings {
    least_free_bytes: LEAST_FREE_BYTES,
};

/// The arguments of `reports export`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    cases: Vec<CaseId>,
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[arg(long)]
    lines: bool,
}

/// Where cases come from: as they are stored or, with a key, opened.
struct Source {
    archive: Archive,
    opening: Option<(Store, SecretKey)>,
    people: Option<Arc<People>>,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let archive = Archive::at(data);
    let inventory = archive.inventory()?;
    let mut ids = arguments.cases.clone();
    if ids.is_empty() {
        ids.extend(inventory.cases.iter().map(|case| case.id));
        ids.extend(inventory.erased.iter().map(|stub| stub.id));
        ids.extend(&inventory.damaged);
    }
    let opening = match &arguments.key {
        None => None,
        Some(path) => {
            let key = key_file::read(path)?;
            let around = store_around(Settings::lifecycle(ui, root)?);
            Some((Store::beside(data, around, SETTINGS)?, key))
        }
    };
    let people = match &opening {
        None => None,
        Some((store, _)) => Some(store.people()?),
    };
    let source = Source {
        archive,
        opening,
        people,
    };
    if !arguments.lines {
        ui.print(&format!(
            "{{ \"format\": {FORMAT}, \"exported_at\": {}, \"cases\": [",
            json!(SystemClock.now())
        ))?;
    }
    let mut is_whole = true;
    let mut is_first = true;
    // Where cases themselves appear on the terminal, it is clear how far it is.
    let progress = (!ui.prints_on_terminal())
        .then(|| Progress::of(ui, "cli-progress-exporting", Some(ids.len())));
    for id in ids {
        let exported = source.export(id);
        progress.iter().for_each(|progress| progress.step(1));
        let case = match exported {
            Ok(case) => case,
            Err(error) => {
                is_whole = false;
                ui.tell_diagnostics(&told(error))?;
                continue;
            }
        };
        // A list has commas between its parts; lines have not.
        let comma = if is_first || arguments.lines { "" } else { "," };
        is_first = false;
        ui.print(&format!("{comma}{}", harmless::json(&case.to_string())))?;
    }
    drop(progress);
    if !arguments.lines {
        ui.print("] }")?;
    }
    if is_whole {
        Ok(())
    } else {
        Err(CommandError::Problems)
    }
}

impl Source {
    fn export(&self, id: CaseId) -> Result<Value, CaseError> {
        match (self.archive.case(id)?, &self.opening) {
            (Found::Case(cover, events), None) => Ok(sealed(&cover, &events)),
            (Found::Case(..), Some((store, key))) => {
                let owner = self.people.as_ref().and_then(|people| people.owner(key));
                let reader = owner.map_or(Reader::Recovery, Reader::Person);
                let opened = store.open_with_key(id, reader, key)?;
                let files = files(&opened.case.cover);
                Ok(json!({ "case": id, "opened": value(&opened.case), "files": files }))
            }
            (Found::Erased(stub), _) => Ok(json!({ "case": id, "erased": value(&stub) })),
            (Found::Damaged(findings), _) => Err(CaseError::Damaged { case: id, findings }),
            (Found::Nothing, _) => Err(CaseError::NotThere { case: id }),
        }
    }
}

fn sealed(cover: &Cover, events: &[Event]) -> Value {
    let events: Vec<Value> = events.iter().map(value).collect();
    json!({ "case": cover.id, "events": events, "files": files(cover) })
}

/// Lists the sealed files of a case, which can be copied from the data folder.
fn files(cover: &Cover) -> Vec<Value> {
    let names = cover.names.iter().map(|(sequence, digest)| {
        json!({ "path": verify::names_path(cover.id, *sequence), "digest": digest })
    });
    let files = cover.files.iter().map(|file| {
        json!({
            "id": file.id,
            "path": verify::file_path(cover.id, &file.id),
            "bytes": file.bytes,
            "digest": file.digest,
        })
    });
    names.chain(files).collect()
}

/// Turns into JSON what is always possible to write as JSON.
fn value<T: Serialize>(part: &T) -> Value {
    serde_json::to_value(part).unwrap_or_default()
}

fn told(error: CaseError) -> Vec<Diagnostic> {
    match error {
        CaseError::Damaged { case, findings } => {
            let mut told = diagnostics(&findings);
            told.push(Diagnostic::error("cli-case-damaged").with("case", case));
            told
        }
        CaseError::NotThere { case } => {
            vec![Diagnostic::error("cli-no-such-case").with("case", case)]
        }
        CaseError::NotEntitled { case } => {
            vec![Diagnostic::error("cli-case-other-key").with("case", case)]
        }
        error => vec![Diagnostic::error("cli-case-not-opened").with("reason", error)],
    }
}
