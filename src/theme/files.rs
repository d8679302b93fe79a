//! The files of a theme as values, whether they come from the binary or from a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/basis");

/// Depth of folders that no theme needs; a folder that holds a link to itself ends here.
const DEEPEST_FOLDER: usize = 8;

/// The files of one theme, by their path inside its folder, with forward slashes.
#[derive(Clone, Debug)]
pub struct ThemeFiles {
    folder: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// A theme could not be read from its folder.
#[derive(Debug, thiserror::Error)]
pub enum ReadThemeError {
    /// A file or folder could not be read.
    #[error("{path} could not be read: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The name of a file is not UTF-8.
    #[error("the name of {path} is not UTF-8")]
    NameNotUtf8 {
        /// The file or folder.
        path: PathBuf,
    },
    /// Folders are nested deeper than a theme needs.
    #[error("{path} is nested too deep")]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
}

impl ReadThemeError {
    /// Returns the file or folder concerned.
    pub fn path(&self) -> &Path {
        match self {
            ReadThemeError::Io { path, .. }
            | ReadThemeError::NameNotUtf8 { path }
            | ReadThemeError::TooDeep { path } => path,
        }
    }
}

impl ThemeFiles {
    /// Returns the theme that ships inside the binary: `basis`.
    pub fn shipped() -> ThemeFiles {
        let mut files = BTreeMap::new();
        collect_shipped(&SHIPPED, &mut files);
        ThemeFiles {
            folder: "themes/basis".to_owned(),
            files,
        }
    }

    /// Reads a theme from a folder. Files whose name starts with a dot are left out.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, and a name that is not UTF-8.
    pub fn read(folder: &Path) -> Result<ThemeFiles, ReadThemeError> {
        let mut files = BTreeMap::new();
        collect(folder, "", 0, &mut files)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(ThemeFiles {
            folder: format!("themes/{name}"),
            files,
        })
    }

    /// Returns every file in order of its path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Returns the bytes of a file.
    pub(super) fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Returns the path of a file as diagnostics show it: from the root of the portal.
    pub(super) fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.folder)
    }
}

fn collect_shipped(folder: &Dir<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        files.insert(path, file.contents().to_vec());
    }
    for inner in folder.dirs() {
        collect_shipped(inner, files);
    }
}

fn collect(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), ReadThemeError> {
    if depth > DEEPEST_FOLDER {
        return Err(ReadThemeError::TooDeep {
            path: folder.to_owned(),
        });
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ReadThemeError::Io { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(ReadThemeError::NameNotUtf8 { path });
        };
        if name.starts_with('.') {
            continue;
        }
        let inner = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{inner}/"), depth + 1, files)?;
        } else {
            let bytes = fs::read(&path).map_err(failed(&path))?;
            files.insert(inner, bytes);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_binary_hold_the_same_theme() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/basis");
        let read = ThemeFiles::read(&folder).unwrap();
        let shipped = ThemeFiles::shipped();
        assert_eq!(read.folder, shipped.folder);
        assert!(
            read.iter().eq(shipped.iter()),
            "themes/basis changed after the binary was built"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_with_its_path() {
        let error = ThemeFiles::read(Path::new("themes/weg")).unwrap_err();
        assert_eq!(error.path(), Path::new("themes/weg"));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf8_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xff.css");
        fs::File::create(folder.path().join(name)).unwrap();
        assert!(matches!(
            ThemeFiles::read(folder.path()),
            Err(ReadThemeError::NameNotUtf8 { .. })
        ));
    }
}
