//! The content folder, read into memory.
//!
//! Everything unreadable becomes a diagnostic with its path; nothing is skipped silently but hidden
//! files (names that start with a dot) and editors' backups (`~` at the end).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source_text::SourceText;

/// Largest Markdown file, in bytes. A page of a thousand printed pages is no page; the limit keeps
/// one file from holding up a build.
pub const LARGEST_PAGE: u64 = 1024 * 1024;

/// Largest other file, in bytes. The server keeps every file in memory.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Deepest folder in a folder. Addresses that deep help nobody, and a link that leads back up would
/// never end.
pub const DEEPEST_FOLDER: usize = 12;

/// The files of the content folder.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Markdown files, in order of their paths.
    pub pages: Vec<SourceText>,
    /// Every other file, by path relative to the root of the portal.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// Paths of Markdown files that were found but could not be read, so that links to them are not
    /// called dead as well.
    pub unreadable: Vec<String>,
    /// Folders with nothing in them.
    pub empty_folders: Vec<String>,
}

/// Reads the bytes of a file of the portal as text.
///
/// # Errors
///
/// Returns what is told of a file that is not UTF-8.
pub fn text_of(path: impl Into<Arc<str>>, bytes: &[u8]) -> Result<SourceText, Diagnostic> {
    SourceText::decode(path, bytes).map_err(|place| Diagnostic::error("page-not-utf8").at(place))
}

/// Reads a file of text below the root of the portal, such as a page or the settings; nothing where it is no regular
/// file, leads out of the portal or is larger than a page can be.
pub fn text_bytes(root: &Path, shown: &str) -> Option<Vec<u8>> {
    let path = Reader::new(root).target(&root.join(shown))?;
    // A pipe would be waited for.
    if !fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(&path).ok()?;
    file.take(LARGEST_PAGE + 1).read_to_end(&mut bytes).ok()?;
    u64::try_from(bytes.len())
        .is_ok_and(|length| length <= LARGEST_PAGE)
        .then_some(bytes)
}

/// Reads the folder `content` below the root of the portal.
pub fn read(root: &Path) -> (Sources, Vec<Diagnostic>) {
    let mut reader = Reader::new(root);
    reader.folder(&root.join("content"), "content", 0);
    reader.sources.pages.sort_by(|a, b| a.path().cmp(b.path()));
    (reader.sources, reader.diagnostics)
}

/// A Markdown file that may have changed.
#[derive(Clone, Debug)]
pub enum PageFile {
    /// It is there, with this text.
    There(SourceText),
    /// Nothing is there that would be a page.
    Gone(String),
}

impl PageFile {
    /// Returns its path relative to the root of the portal.
    pub fn path(&self) -> &str {
        match self {
            PageFile::There(source) => source.path(),
            PageFile::Gone(path) => path,
        }
    }
}

impl Sources {
    /// Looks again whether the folders of these files of pages are empty, and those around them.
    pub(super) fn look_for_empty_folders(&mut self, root: &Path, paths: &[&str]) {
        let folders: BTreeSet<&str> = paths
            .iter()
            .flat_map(|path| {
                std::iter::successors(path.rsplit_once('/'), |(above, _)| above.rsplit_once('/'))
            })
            .map(|(folder, _)| folder)
            .collect();
        self.empty_folders
            .retain(|folder| !folders.contains(folder.as_str()));
        let is_empty = |folder: &&str| {
            let entries = fs::read_dir(root.join(folder));
            entries.is_ok_and(|mut entries| entries.next().is_none())
        };
        let empty = folders.into_iter().filter(is_empty);
        self.empty_folders.extend(empty.map(str::to_owned));
        self.empty_folders.sort();
    }
}

/// Reads files again that changed, came or went, where all of them are pages without trouble; hidden files are left
/// out. Otherwise there is nothing: the whole folder is to be read.
pub fn reread(root: &Path, paths: &[String]) -> Option<Vec<PageFile>> {
    let mut reader = Reader::new(root);
    let mut files = Vec::new();
    for shown in paths {
        if shown.split('/').any(is_hidden) {
            continue;
        }
        let is_page = shown.starts_with("content/") && is_page(shown);
        // What stands too deep or has such a name is told with the whole folder.
        let is_told =
            shown.matches('/').count() > DEEPEST_FOLDER || shown.chars().any(char::is_control);
        if !is_page || is_told {
            return None;
        }
        let path = root.join(shown);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files.push(PageFile::Gone(shown.clone()));
                continue;
            }
            // A folder on the way to it may have become a link.
            Ok(metadata) if metadata.is_file() && reader.target(&path).is_some() => {
                reader.file(&path, shown.clone(), metadata.len());
            }
            _ => return None,
        }
        files.push(PageFile::There(reader.sources.pages.pop()?));
    }
    Some(files)
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~')
}

fn is_page(path: &str) -> bool {
    path.to_lowercase().ends_with(".md")
}

struct Reader {
    boundary: Option<PathBuf>,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn new(root: &Path) -> Reader {
        Reader {
            boundary: root.canonicalize().ok(),
            sources: Sources::default(),
            diagnostics: Vec::new(),
        }
    }

    fn folder(&mut self, folder: &Path, shown: &str, depth: usize) {
        if depth > DEEPEST_FOLDER {
            self.diagnostics.push(
                Diagnostic::error("source-too-deep")
                    .with("deepest", DEEPEST_FOLDER)
                    .in_file(shown),
            );
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(shown, &error),
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => self.unreadable(shown, &error),
            }
        }
        if paths.is_empty() {
            self.sources.empty_folders.push(shown.to_owned());
        }
        paths.sort();
        for path in paths {
            self.entry(&path, shown, depth);
        }
    }

    fn entry(&mut self, path: &Path, folder: &str, depth: usize) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            let lossy = path.file_name().unwrap_or_default().to_string_lossy();
            self.diagnostics.push(
                Diagnostic::error("source-name-not-utf8").in_file(format!("{folder}/{lossy}")),
            );
            return;
        };
        if is_hidden(name) {
            return;
        }
        let shown = format!("{folder}/{name}");
        if name.chars().any(char::is_control) {
            self.diagnostics.push(
                Diagnostic::error("source-name-control").in_file(shown.escape_debug().to_string()),
            );
            return;
        }
        if let Err(error) = self.inside(path) {
            return match error {
                Some(error) => self.unreadable(&shown, &error),
                None => self
                    .diagnostics
                    .push(Diagnostic::error("source-outside").in_file(shown)),
            };
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path, &shown, depth + 1),
            Ok(metadata) if metadata.is_file() => self.file(path, shown, metadata.len()),
            Ok(_) => self
                .diagnostics
                .push(Diagnostic::error("source-not-a-file").in_file(shown)),
            Err(error) => self.unreadable(&shown, &error),
        }
    }

    /// Checks that a link does not lead out of the portal's folder.
    fn inside(&self, path: &Path) -> Result<(), Option<std::io::Error>> {
        let metadata = fs::symlink_metadata(path).map_err(Some)?;
        if !metadata.is_symlink() {
            return Ok(());
        }
        let target = path.canonicalize().map_err(Some)?;
        match self.is_within(&target) {
            true => Ok(()),
            false => Err(None),
        }
    }

    /// Returns what a path leads to, where that is in the portal's folder.
    fn target(&self, path: &Path) -> Option<PathBuf> {
        let target = path.canonicalize().ok()?;
        self.is_within(&target).then_some(target)
    }

    fn is_within(&self, target: &Path) -> bool {
        let boundary = self.boundary.as_ref();
        boundary.is_some_and(|boundary| target.starts_with(boundary))
    }

    fn file(&mut self, path: &Path, shown: String, size: u64) {
        let is_page = is_page(&shown);
        let largest = if is_page { LARGEST_PAGE } else { LARGEST_FILE };
        if size > largest {
            let code = if is_page {
                "page-too-large"
            } else {
                "file-too-large"
            };
            self.diagnostics.push(
                Diagnostic::error(code)
                    .with("size", mebibytes(size))
                    .with("largest", mebibytes(largest))
                    .in_file(&shown),
            );
            self.sources.unreadable.push(shown);
            return;
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unreadable(&shown, &error);
                self.sources.unreadable.push(shown);
                return;
            }
        };
        if !is_page {
            self.sources.files.insert(shown, bytes.into());
            return;
        }
        match text_of(shown.as_str(), &bytes) {
            Ok(source) => self.sources.pages.push(source),
            Err(problem) => {
                self.diagnostics.push(problem);
                self.sources.unreadable.push(shown);
            }
        }
    }

    fn unreadable(&mut self, shown: &str, error: &std::io::Error) {
        self.diagnostics.push(
            Diagnostic::error("source-unreadable")
                .with("reason", error)
                .in_file(shown),
        );
    }
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    format!("{},{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write their own input")]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn check(make: impl Fn(&Path), expected: &[(&str, &str)]) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("content")).unwrap();
        make(&root.path().join("content"));
        let (_, diagnostics) = read(root.path());
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| (d.code, d.place.as_ref().unwrap().path.to_string()))
            .collect();
        let found: Vec<_> = found.iter().map(|(c, p)| (*c, p.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_path() {
        check(
            |content| {
                fs::write(content.join("fout.md"), b"a\xffb").unwrap();
                fs::write(content.join("groot.md"), vec![b'a'; 5 << 20]).unwrap();
                fs::write(content.join("re\ngel.md"), "a").unwrap();
                let name = std::ffi::OsStr::from_bytes(b"na\xffam.md");
                fs::write(content.join(name), "a").unwrap();
                std::os::unix::fs::symlink("/etc/hostname", content.join("weg.md")).unwrap();
                std::os::unix::fs::symlink("nergens", content.join("zoek.md")).unwrap();
                fs::write(content.join(".verborgen"), "a").unwrap();
            },
            &[
                ("page-not-utf8", "content/fout.md"),
                ("page-too-large", "content/groot.md"),
                ("source-name-not-utf8", "content/na\u{fffd}am.md"),
                ("source-name-control", "content/re\\ngel.md"),
                ("source-outside", "content/weg.md"),
                ("source-unreadable", "content/zoek.md"),
            ],
        );
    }

    #[test]
    fn a_folder_that_leads_back_up_ends() {
        check(
            |content| {
                std::os::unix::fs::symlink("..", content.join("rond")).unwrap();
            },
            &[(
                "source-too-deep",
                &format!("content{}", "/rond/content".repeat(6) + "/rond"),
            )],
        );
    }

    #[test]
    fn what_is_told_with_the_whole_folder_is_not_read_again_by_itself() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let content = root.path().join("content");
        fs::create_dir_all(content.join("map")).unwrap();
        let check = |path: &str, expected: bool| {
            let read = reread(root.path(), &[path.to_owned()]);
            assert_eq!(read.is_some(), expected, "{path}");
        };
        fs::write(content.join("map/a.md"), "a").unwrap();
        fs::write(content.join("re\ngel.md"), "a").unwrap();
        fs::write(outside.path().join("a.md"), "geheim").unwrap();
        check("content/map/a.md", true);
        check("content/map/weg.md", true);
        check("content/re\ngel.md", false);
        check("content", false);
        fs::remove_dir_all(content.join("map")).unwrap();
        std::os::unix::fs::symlink(outside.path(), content.join("map")).unwrap();
        check("content/map/a.md", false);
    }

    #[test]
    fn folders_with_nothing_in_them_are_known() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["content/leeg/leger", "content/vol", "content/bewaard"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("content/vol/a.md"), "a").unwrap();
        fs::write(root.path().join("content/bewaard/.gitkeep"), "").unwrap();
        let (sources, _) = read(root.path());
        assert_eq!(sources.empty_folders, ["content/leeg/leger"]);
    }

    #[test]
    fn a_portal_without_content_says_so() {
        let root = tempfile::tempdir().unwrap();
        let (_, diagnostics) = read(root.path());
        assert_eq!(
            diagnostics.first().map(|d| d.code),
            Some("source-unreadable")
        );
    }
}
