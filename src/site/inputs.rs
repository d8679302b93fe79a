//! What a build was made from, so that the next one knows whether anything changed.
//!
//! A record holds every file that a portal is made from, with what the file system says of it and a digest of its
//! bytes. A file counts as the same when the file system says so, or else when its bytes are. Invariant: a record
//! holds only what the build has surely read. A file that changed just before the build began may have changed once
//! more without a trace, so it has no digest, and counts as changed the next time.

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
pub const PLACES: [&str; 4] = ["content", "forms", "site.yaml", "themes"];

/// Nanoseconds of a second.
const SECOND: i128 = 1_000_000_000;

/// How long after its last change a file may change again without the file system telling the two apart, in
/// nanoseconds, where it counts in whole seconds. FAT counts in steps of two.
const COARSE_STEP: i128 = 2 * SECOND;

/// The same where it counts in parts of a second. Linux takes the time of its last tick, of 10 milliseconds at most;
/// the rest is for clocks of file servers.
const FINE_STEP: i128 = SECOND / 10;

/// What stands for the digest of a file that may have changed without a trace.
const NO_DIGEST: &str = "-";

/// What stands for the inode of a file whose state proves nothing, so that its bytes are read. No file has it.
const NO_INODE: u64 = 0;

/// What stands between the fields of a line.
const TAB: char = '\t';

/// The files that a portal is made from, as they are at one moment.
#[derive(Debug)]
pub struct Inputs {
    root: PathBuf,
    files: Vec<File>,
    /// The moment before they were looked at, in nanoseconds since 1970.
    found: i128,
}

/// Inputs that were the same before and after a build, with their digests.
#[derive(Debug)]
pub struct Unchanged {
    root: PathBuf,
    files: Vec<(File, String)>,
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
        let time =
            |seconds: i64, nanoseconds: i64| i128::from(seconds) * SECOND + i128::from(nanoseconds);
        State {
            size: metadata.len(),
            inode: metadata.ino(),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Returns whether the file could change after a moment and look the same.
    fn is_young(&self, now: i128) -> bool {
        let step = match self.changed % SECOND {
            0 => COARSE_STEP,
            _ => FINE_STEP,
        };
        now - self.changed < step
    }
}

impl Inputs {
    /// Finds the files that the portal in a folder is made from. `now` is the moment, in nanoseconds since 1970.
    ///
    /// # Errors
    ///
    /// Fails where a folder cannot be read: then nothing can be said of it.
    pub fn find(root: &Path, now: i128) -> io::Result<Inputs> {
        let mut files = Vec::new();
        for place in PLACES {
            find(&root.join(place), place, 0, &mut files)?;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Inputs {
            root: root.to_owned(),
            files,
            found: now,
        })
    }

    /// Reads the inputs after a build. There is nothing where a file changed since they were found: what was built
    /// is then of no one moment.
    pub fn unchanged(self) -> Option<Unchanged> {
        let digests: Option<Vec<String>> = self
            .files
            .par_iter()
            .map(|file| match file.state.is_young(self.found) {
                true => Some(NO_DIGEST.to_owned()),
                false => digest(&self.root, file),
            })
            .collect();
        let digests = digests?;
        // Looked at after they were read, or a digest could be of later bytes than were built.
        let again = Inputs::find(&self.root, self.found).ok()?;
        (again.files == self.files).then(|| Unchanged {
            root: self.root,
            files: self.files.into_iter().zip(digests).collect(),
        })
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
        let recorded_digest = fields.next()?;
        let recorded = State {
            size: fields.next()?.parse().ok()?,
            inode: fields.next()?.parse().ok()?,
            modified: fields.next()?.parse().ok()?,
            changed: fields.next()?.parse().ok()?,
        };
        if fields.next()? != file.path || recorded.size != file.state.size {
            return Some(false);
        }
        if recorded_digest == NO_DIGEST {
            return Some(false);
        }
        Some(recorded == file.state || digest(&self.root, file)? == recorded_digest)
    }
}

impl Unchanged {
    /// Returns the text that [`Inputs::are_those_of`] compares with. `surroundings` is all else that the result
    /// depends on, as one line; `folder` holds the result. The record of addresses is taken as it is now: a build
    /// writes it itself, after it read it. There is none where something cannot be read.
    pub fn record(mut self, surroundings: &str, folder: &Path) -> Option<String> {
        self.take_record_of_addresses()?;
        let mut record = format!("{surroundings}\n{}\n", contents(folder)?);
        for (File { path, state }, digest) in &self.files {
            let State {
                size,
                inode,
                modified,
                changed,
            } = state;
            let _ = writeln!(
                record,
                "{digest}{TAB}{size}{TAB}{inode}{TAB}{modified}{TAB}{changed}{TAB}{path}"
            );
        }
        Some(record)
    }

    fn take_record_of_addresses(&mut self) -> Option<()> {
        let mut now = Vec::new();
        let path = self.root.join(addresses::PATH);
        find(&path, addresses::PATH, 0, &mut now).ok()?;
        if self.files.iter().any(|(file, _)| now.contains(file)) {
            return Some(());
        }
        self.files.retain(|(file, _)| file.path != addresses::PATH);
        for mut file in now {
            let digest = digest(&self.root, &file)?;
            // Just written, it can change again and look the same.
            file.state.inode = NO_INODE;
            self.files.push((file, digest));
        }
        self.files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        Some(())
    }
}

fn digest(root: &Path, file: &File) -> Option<String> {
    let bytes = fs::read(root.join(&file.path)).ok()?;
    Some(fingerprint(&bytes))
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

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write their own input")]
mod tests {
    use std::thread;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;

    /// Long enough that every file is old.
    const LATER: i128 = 10 * SECOND;

    /// Longer than a tick of Linux, so that a change is seen.
    const NEXT_TICK: Duration = Duration::from_millis(20);

    fn now() -> i128 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i128::try_from(now.as_nanos()).unwrap()
    }

    /// Makes a portal with two pages, an address and a folder of outputs.
    fn portal() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in ["content/diep", "public/diep"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (path, text) in [
            ("site.yaml", "title: Thuis"),
            ("content/a.md", "een"),
            ("content/diep/b.md", "twee"),
            (addresses::PATH, "a een"),
            ("public/a.html", "een"),
            ("public/diep/b.html", "twee"),
        ] {
            fs::write(root.path().join(path), text).unwrap();
        }
        root
    }

    /// Compares inputs with their record from before a change.
    fn check(change: impl Fn(&Path), is_same: bool) {
        check_at(LATER, |_| (), change, is_same);
    }

    /// Compares inputs that were found some time after they were written, with what a build does in between.
    fn check_at(after: i128, build: impl Fn(&Path), change: impl Fn(&Path), is_same: bool) {
        let portal = portal();
        let (root, folder) = (portal.path(), portal.path().join("public"));
        let inputs = Inputs::find(root, now() + after).unwrap();
        let unchanged = inputs.unchanged().unwrap();
        build(root);
        let record = unchanged.record("vandaag", &folder).unwrap();
        thread::sleep(NEXT_TICK);
        change(root);
        let inputs = Inputs::find(root, now() + after).unwrap();
        assert_eq!(inputs.are_those_of(&record, "vandaag", &folder), is_same);
        assert!(!inputs.are_those_of(&record, "morgen", &folder));
        assert!(!inputs.are_those_of("", "vandaag", &folder));
    }

    fn write(path: &str, text: &str) -> impl Fn(&Path) {
        move |root| fs::write(root.join(path), text).unwrap()
    }

    #[test]
    fn what_nobody_touched_is_the_same() {
        check(|_| (), true);
        check(write("brief.txt", "hoort er niet bij"), true);
    }

    #[test]
    fn a_changed_input_is_another_also_where_it_looks_the_same() {
        check(write("content/a.md", "anders"), false);
        check(write("content/a.md", "nee"), false);
        check(write("site.yaml", "title: Elders"), false);
        let set_back = |root: &Path| {
            let page = root.join("content/a.md");
            let modified = fs::metadata(&page).unwrap().modified().unwrap();
            fs::write(&page, "nee").unwrap();
            let page = fs::File::options().write(true).open(page).unwrap();
            page.set_modified(modified).unwrap();
        };
        check(set_back, false);
    }

    #[test]
    fn a_file_written_again_with_the_same_text_is_the_same() {
        check(write("content/a.md", "een"), true);
        let replaced = |root: &Path| {
            fs::remove_file(root.join("content/a.md")).unwrap();
            fs::write(root.join("content/a.md"), "een").unwrap();
        };
        check(replaced, true);
    }

    #[test]
    fn a_file_that_comes_goes_or_gets_another_name_is_a_change() {
        check(write("content/diep/c.md", "drie"), false);
        check(|root| fs::create_dir(root.join("forms")).unwrap(), true);
        let remove = |root: &Path| fs::remove_file(root.join("content/a.md")).unwrap();
        check(remove, false);
        let rename = |root: &Path| {
            fs::rename(root.join("content/a.md"), root.join("content/c.md")).unwrap();
        };
        check(rename, false);
    }

    #[test]
    fn outputs_that_somebody_touched_are_made_again() {
        check(write("public/a.html", "nee"), false);
        check(write("public/c.html", "drie"), false);
        let remove = |root: &Path| fs::remove_file(root.join("public/diep/b.html")).unwrap();
        check(remove, false);
        let remove = |root: &Path| fs::remove_dir_all(root.join("public")).unwrap();
        check(remove, false);
    }

    #[test]
    fn a_young_file_counts_as_changed() {
        check_at(0, |_| (), |_| (), false);
        // A clock that was set back proves nothing.
        check_at(-LATER, |_| (), |_| (), false);
    }

    #[test]
    fn file_systems_that_count_in_seconds_need_longer() {
        let state = |changed| State {
            size: 0,
            inode: 1,
            modified: 0,
            changed,
        };
        for (changed, now, is_young) in [
            (5 * SECOND, 6 * SECOND, true),
            (5 * SECOND, 7 * SECOND, false),
            (5 * SECOND + 1, 5 * SECOND + 2, true),
            (5 * SECOND + 1, 6 * SECOND, false),
        ] {
            assert_eq!(state(changed).is_young(now), is_young, "{changed} {now}");
        }
    }

    #[test]
    fn addresses_that_the_build_recorded_are_no_change_and_later_ones_are() {
        let publish = |root: &Path| write(addresses::PATH, "a een\nb twee")(root);
        check_at(LATER, publish, |_| (), true);
        check_at(
            LATER,
            publish,
            write(addresses::PATH, "a een\nb drie"),
            false,
        );
        let remove = |root: &Path| fs::remove_file(root.join(addresses::PATH)).unwrap();
        check_at(LATER, remove, |_| (), true);
        check(remove, false);
    }

    #[test]
    fn what_changes_during_a_build_is_not_recorded() {
        for change in [write("content/a.md", "nee"), write("content/c.md", "drie")] {
            let portal = portal();
            let inputs = Inputs::find(portal.path(), now() + LATER).unwrap();
            thread::sleep(NEXT_TICK);
            change(portal.path());
            assert!(inputs.unchanged().is_none());
        }
    }
}
