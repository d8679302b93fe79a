//! What a build was made from, so that the next one knows whether anything changed.
//!
//! A record holds every file that a portal is made from, with what the file system says of it and a digest of its
//! bytes. A file counts as the same when the file system says so, or else when its bytes are. Invariant: a file
//! that may have changed in the same instant as it was recorded is read again.

use std::fmt::Write;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::addresses;
use super::outputs;
use super::source::DEEPEST_FOLDER;
use crate::digest::fingerprint;

/// What a portal is made from, below its root.
const PLACES: [&str; 4] = ["site.yaml", "content", "forms", "themes"];

/// How long after its last change a file may change again without the file system telling the two apart, in
/// nanoseconds. File systems count in steps of up to two seconds.
const STEP_OF_TIME: i128 = 2_000_000_000;

/// What stands between the fields of a line.
const TAB: char = '\t';

/// The files that a portal is made from, as they are at one moment.
#[derive(Debug)]
pub struct Inputs {
    root: PathBuf,
    files: Vec<File>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    /// Path relative to the root.
    path: String,
    state: State,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    size: u64,
    inode: u64,
    /// Last change of the bytes, in nanoseconds.
    modified: i128,
    /// Last change of anything, which nobody can set back, in nanoseconds.
    changed: i128,
}

impl State {
    fn of(metadata: &Metadata) -> State {
        let time = |seconds: i64, nanoseconds: i64| {
            i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
        };
        State {
            size: metadata.len(),
            inode: metadata.ino(),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Inputs {
    /// Finds the files that the portal in a folder is made from.
    ///
    /// # Errors
    ///
    /// Fails where a folder cannot be read: then nothing can be said of it.
    pub fn find(root: &Path) -> io::Result<Inputs> {
        let mut files = Vec::new();
        for place in PLACES {
            find(&root.join(place), place, 0, &mut files)?;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Inputs {
            root: root.to_owned(),
            files,
        })
    }

    /// Takes the record of addresses as it is now: a build writes it itself, after it read it.
    #[must_use]
    pub fn with_record_of_addresses(mut self) -> Inputs {
        self.files.retain(|file| file.path != addresses::PATH);
        // Where it cannot be asked, the inputs are not those that are found later, which is what the record says.
        if find(
            &self.root.join(addresses::PATH),
            addresses::PATH,
            0,
            &mut self.files,
        )
        .is_ok()
        {
            self.files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        self
    }

    /// Returns the text that [`Inputs::are_those_of`] compares with. `surroundings` is all else that the result
    /// depends on, as one line; `now` is the moment, in nanoseconds since 1970. There is none where a file changed
    /// since the inputs were found: what was built is then of no one moment.
    pub fn record(&self, surroundings: &str, folder: &Path, now: i128) -> Option<String> {
        let again = Inputs::find(&self.root).ok()?;
        if again.files != self.files {
            return None;
        }
        let digests: Option<Vec<String>> = self
            .files
            .par_iter()
            .map(|file| self.digest(file))
            .collect();
        let mut record = format!("{surroundings}\n{}\n", contents(folder)?);
        for (file, digest) in self.files.iter().zip(digests?) {
            let State {
                size,
                inode,
                modified,
                changed,
            } = file.state;
            // Whatever the file system says of this one later is no proof.
            let inode = match now - changed.max(modified) < STEP_OF_TIME {
                true => 0,
                false => inode,
            };
            let _ = writeln!(
                record,
                "{digest}{TAB}{size}{TAB}{inode}{TAB}{modified}{TAB}{changed}{TAB}{}",
                file.path
            );
        }
        Some(record)
    }

    /// Returns whether a record in a folder of outputs was made of these inputs, and the folder is as it was then.
    pub fn are_those_of(&self, record: &str, surroundings: &str, folder: &Path) -> bool {
        let mut lines = record.lines();
        if lines.next() != Some(surroundings) || lines.clone().count() != self.files.len() + 1 {
            return false;
        }
        let written = lines.next();
        let lines: Vec<&str> = lines.collect();
        let pairs = self.files.par_iter().zip(lines);
        pairs.all(|(file, line)| self.is_same(file, line).unwrap_or_default())
            && contents(folder).as_deref() == written
    }

    fn is_same(&self, file: &File, line: &str) -> Option<bool> {
        let mut fields = line.splitn(6, TAB);
        let digest = fields.next()?;
        let recorded = State {
            size: fields.next()?.parse().ok()?,
            inode: fields.next()?.parse().ok()?,
            modified: fields.next()?.parse().ok()?,
            changed: fields.next()?.parse().ok()?,
        };
        if fields.next()? != file.path || recorded.size != file.state.size {
            return Some(false);
        }
        Some(recorded == file.state || self.digest(file)? == digest)
    }

    fn digest(&self, file: &File) -> Option<String> {
        let bytes = fs::read(self.root.join(&file.path)).ok()?;
        Some(fingerprint(&bytes))
    }
}

fn find(path: &Path, shown: &str, depth: usize, files: &mut Vec<File>) -> io::Result<()> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && depth == 0 => return Ok(()),
        metadata => metadata?,
    };
    if !metadata.is_dir() {
        files.push(File {
            path: shown.to_owned(),
            state: State::of(&metadata),
        });
        return Ok(());
    }
    // Deeper nothing is read, and a link that leads back up would never end.
    if depth > DEEPEST_FOLDER {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        find(&entry.path(), &format!("{shown}/{name}"), depth + 1, files)?;
    }
    Ok(())
}

/// Returns a digest of what the file system says of all files in a folder of outputs; none where it cannot be read.
fn contents(folder: &Path) -> Option<String> {
    let mut files = Vec::new();
    let entries: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()
        .ok()?;
    let parts: Option<Vec<Vec<File>>> = entries
        .par_iter()
        .filter(|path| !outputs::is_marker(path))
        .map(|path| {
            let mut files = Vec::new();
            let shown = path.file_name().unwrap_or_default().to_string_lossy();
            find(path, &shown, 0, &mut files).ok()?;
            Some(files)
        })
        .collect();
    files.extend(parts?.into_iter().flatten());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = String::new();
    for File { path, state } in files {
        let State {
            size,
            inode,
            modified,
            ..
        } = state;
        let _ = writeln!(text, "{path}{TAB}{size}{TAB}{inode}{TAB}{modified}");
    }
    Some(fingerprint(text.as_bytes()))
}
