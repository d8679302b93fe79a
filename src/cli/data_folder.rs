//! Where the reports are.

use std::path::{Path, PathBuf};

use crate::cli::command_error::CommandError;
use crate::diagnostic::Diagnostic;

/// Folder of the reports below the root of the portal, unless another is named.
const DEFAULT: &str = "data";

/// What a data folder has, so that another folder is not taken for one without reports: every writer
/// leaves the first, every report makes the second, every person the third.
const MARKS: [&str; 3] = ["lock", "reports", "people"];

/// The argument that names the folder of the reports.
#[derive(Clone, Debug, clap::Args)]
pub struct DataFolder {
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

impl DataFolder {
    /// Returns the folder, which may not be there yet.
    pub fn path(&self, root: &Path) -> PathBuf {
        self.data.clone().unwrap_or_else(|| root.join(DEFAULT))
    }

    /// Returns the folder, for a command that only reads.
    ///
    /// # Errors
    ///
    /// Fails where it is not there, so that a mistyped path does not look like a folder without
    /// reports.
    pub fn existing(&self, root: &Path) -> Result<PathBuf, CommandError> {
        DataFolder::is_one(&self.path(root))
    }

    /// Returns a folder that somebody names, where it is one with reports.
    ///
    /// # Errors
    ///
    /// Fails where it is not.
    pub fn is_one(path: &Path) -> Result<PathBuf, CommandError> {
        if MARKS.iter().any(|mark| path.join(mark).exists()) {
            Ok(path.to_path_buf())
        } else {
            Err(CommandError::ReadWrite(
                Diagnostic::error("cli-no-data-folder").with("path", path.display()),
            ))
        }
    }
}
