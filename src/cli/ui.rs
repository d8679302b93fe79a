//! The terminal of the user: two streams, a language, perhaps colours.

use std::env;
use std::io::{self, IsTerminal, Write};

use crate::cli::command_error::{self, CommandError};
use crate::cli::diagnostics::{self, Colours};
use crate::cli::harmless;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::message::Catalogue;

/// The variable of the environment by which somebody asks for a language by its name.
const LANGUAGE: &str = "MELDWIJZER_LANGUAGE";

/// Everything that a command says goes through here.
pub struct Ui {
    language: Language,
    texts: Catalogue,
    out: Box<dyn Write + Send>,
    out_colours: Colours,
    out_is_terminal: bool,
    err: Box<dyn Write + Send>,
    err_colours: Colours,
    err_is_terminal: bool,
}

impl Ui {
    /// Returns the terminal of this process. The language is that of `MELDWIJZER_LANGUAGE`, `LC_ALL`,
    /// `LC_MESSAGES` or `LANG`, the first that is set; colours are for terminals only, and not with `NO_COLOR`.
    pub fn of_process() -> Ui {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let locale = [LANGUAGE, "LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(set);
        let language = Language::of_terminal(locale.as_deref());
        let no_colours = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colours = |terminal: bool| {
            if terminal && !no_colours {
                Colours::On
            } else {
                Colours::Off
            }
        };
        Ui {
            language,
            texts: Catalogue::of_program(language),
            out_colours: colours(io::stdout().is_terminal()),
            out_is_terminal: io::stdout().is_terminal(),
            out: Box::new(io::stdout()),
            err_colours: colours(io::stderr().is_terminal()),
            err_is_terminal: io::stderr().is_terminal(),
            err: Box::new(io::stderr()),
        }
    }

    /// Makes a terminal that nobody sees.
    #[cfg(test)]
    pub(super) fn unseen(language: Language) -> Ui {
        Ui {
            language,
            texts: Catalogue::of_program(language),
            out: Box::new(io::sink()),
            out_colours: Colours::Off,
            out_is_terminal: false,
            err: Box::new(io::sink()),
            err_colours: Colours::Off,
            err_is_terminal: false,
        }
    }

    /// Sees whether the language that somebody asked for by name is one that the program speaks.
    ///
    /// # Errors
    ///
    /// Fails where it is not.
    pub fn check_language(&self) -> Result<(), CommandError> {
        let asked = env::var(LANGUAGE).ok().filter(|asked| !asked.is_empty());
        match asked.filter(|asked| Language::from_tag(asked).is_none()) {
            None => Ok(()),
            Some(asked) => Err(CommandError::Usage(
                Diagnostic::error("cli-unknown-language")
                    .with("value", harmless::line(&asked))
                    .with("known", Language::ALL.map(Language::tag).join(", ")),
            )),
        }
    }

    /// Returns the language of the user.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns the texts in the language of the user.
    pub fn texts(&self) -> &Catalogue {
        &self.texts
    }

    /// Returns a text with its placeholders filled in.
    pub fn text(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.texts.text(key, arguments)
    }

    /// Prints a result, with a line break, on the standard output.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written.
    pub fn print(&mut self, text: &str) -> Result<(), CommandError> {
        write_line(&mut self.out, text)
    }

    /// Returns whether what is printed is shown on a terminal.
    pub fn prints_on_terminal(&self) -> bool {
        self.out_is_terminal
    }

    /// Returns whether somebody at the terminal sees how far work is, and nothing else is in its way there.
    pub fn shows_progress(&self) -> bool {
        self.err_is_terminal
    }

    /// Prints bytes as they are, on the standard output.
    ///
    /// # Errors
    ///
    /// Fails where they cannot be written.
    pub fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.out
            .write_all(bytes)
            .and_then(|()| self.out.flush())
            .map_err(|error| command_error::of_output(&error))
    }

    /// Says something about the work, with a line break, on the standard error output.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written.
    pub fn tell(&mut self, text: &str) -> Result<(), CommandError> {
        write_line(&mut self.err, text)
    }

    /// Shows how far long work is, in the place of what it said before, until it says nothing; on terminals only.
    pub fn show_progress(&mut self, text: &str) {
        if self.err_is_terminal {
            // Work goes on where nobody can be told of it.
            let _ = write!(self.err, "\r\u{1b}[K{text}").and_then(|()| self.err.flush());
        }
    }

    /// Prints problems as a result, on the standard output.
    ///
    /// # Errors
    ///
    /// Fails where they cannot be written.
    pub fn print_diagnostics(&mut self, problems: &[Diagnostic]) -> Result<(), CommandError> {
        let text = diagnostics::render(problems, &self.texts, self.out_colours);
        write_line(&mut self.out, text.trim_end())
    }

    /// Prints problems as a result, on the standard output, without counting them.
    ///
    /// # Errors
    ///
    /// Fails where they cannot be written.
    pub fn print_each_diagnostic(&mut self, problems: &[Diagnostic]) -> Result<(), CommandError> {
        let text = diagnostics::render_each(problems, &self.texts, self.out_colours);
        write_line(&mut self.out, &text)
    }

    /// Tells problems on the standard error output.
    ///
    /// # Errors
    ///
    /// Fails where they cannot be written.
    pub fn tell_diagnostics(&mut self, problems: &[Diagnostic]) -> Result<(), CommandError> {
        let text = diagnostics::render(problems, &self.texts, self.err_colours);
        write_line(&mut self.err, text.trim_end())
    }
}

fn write_line(stream: &mut dyn Write, text: &str) -> Result<(), CommandError> {
    writeln!(stream, "{text}")
        .and_then(|()| stream.flush())
        .map_err(|error| command_error::of_output(&error))
}
