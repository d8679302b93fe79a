//! Passphrases that a user gives: typed on the terminal without being shown, or in a file. Never as an
//! argument or a setting, where other users of the machine and its logs could see them.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::cli::command_error::CommandError;
use crate::cli::small_file;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;

/// The terminal of this process, also where the standard input is something else.
const TERMINAL: &str = "/dev/tty";

/// Longest passphrase that is read from a terminal, in bytes; a terminal gives no longer line.
const LONGEST: u64 = 4096;

/// The bits of a file's mode that let its group and others do something with it.
const OTHERS: u32 = 0o077;

/// The argument that names a file with passphrases.
#[derive(Debug, clap::Args)]
pub(super) struct PassphraseFile {
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Where passphrases come from.
pub(super) enum Passphrases {
    /// Somebody types them.
    Terminal,
    /// They stand in a file, one a line; these are still to be given.
    File(std::vec::IntoIter<Zeroizing<String>>),
}

impl PassphraseFile {
    /// Means the passphrases of the file or, without one, of the terminal. Warns of a file that other
    /// users of the machine can read.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub(super) fn passphrases(&self, ui: &mut Ui) -> Result<Passphrases, CommandError> {
        let Some(path) = &self.passphrase_file else {
            return Ok(Passphrases::Terminal);
        };
        let text = small_file::read(path)?;
        if is_open_to_others(path) {
            let warning =
                Diagnostic::warning("cli-passphrase-file-open").in_file(path.to_string_lossy());
            ui.tell_diagnostics(&[warning])?;
        }
        let lines: Vec<_> = text
            .lines()
            .map(|line| Zeroizing::new(line.to_owned()))
            .collect();
        Ok(Passphrases::File(lines.into_iter()))
    }
}

fn is_open_to_others(path: &Path) -> bool {
    // What cannot be looked at, such as the standard input, is no file that stays behind.
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.mode() & OTHERS != 0)
}

impl Passphrases {
    /// Returns whether somebody types, and so can make a mistake that they do not see.
    pub(super) fn are_typed(&self) -> bool {
        matches!(self, Passphrases::Terminal)
    }

    /// Returns the next passphrase. Whoever types is asked for it with these words.
    ///
    /// # Errors
    ///
    /// Fails where there is none.
    pub(super) fn next(
        &mut self,
        ui: &mut Ui,
        asked: &str,
    ) -> Result<Zeroizing<String>, CommandError> {
        let passphrase = match self {
            Passphrases::File(lines) => lines.next(),
            Passphrases::Terminal => {
                let terminal = File::open(Path::new(TERMINAL)).map_err(|_| no_terminal())?;
                // Silent first, so that whoever is quick is not seen either.
                let _silent = Silent::make(&terminal).map_err(|_| no_terminal())?;
                ui.tell(asked)?;
                Some(typed(&terminal).map_err(|_| no_terminal())?)
            }
        };
        passphrase
            .filter(|passphrase| !passphrase.is_empty())
            .ok_or_else(|| CommandError::Usage(Diagnostic::error("cli-passphrase-missing")))
    }
}

fn no_terminal() -> CommandError {
    CommandError::Usage(Diagnostic::error("cli-no-terminal"))
}

fn typed(terminal: &File) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    BufReader::new(terminal.take(LONGEST)).read_line(&mut line)?;
    let passphrase = line.trim_end_matches(['\r', '\n']);
    Ok(Zeroizing::new(passphrase.to_owned()))
}

/// A terminal that does not show what is typed, but for the end of the line, until this is dropped.
struct Silent<'a> {
    terminal: &'a File,
    before: Termios,
}

impl Silent<'_> {
    fn make(terminal: &File) -> io::Result<Silent<'_>> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(terminal, OptionalActions::Now, &silent)?;
        Ok(Silent { terminal, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        // Where this fails the terminal is gone.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}
