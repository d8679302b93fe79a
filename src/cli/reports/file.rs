//! `meldwijzer reports file`: the bytes of an attachment, for a file of the user's own.

use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::command_error::CommandError;
use crate::cli::opening::{Office, Opener};
use crate::cli::reports::acting::code;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::report::ids::CaseId;

/// Bytes that are passed on at a time.
const PIECE: usize = 64 * 1024;

/// The arguments of `reports file`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[arg(value_name = "FILE")]
    file: String,
    #[command(flatten)]
    opener: Opener,
}

pub(super) fn run(
    ui: &mut Ui,
    root: &Path,
    data: &Path,
    arguments: &Arguments,
) -> Result<(), CommandError> {
    // What came from outside must not drive the terminal.
    if ui.prints_on_terminal() {
        return Err(CommandError::Usage(Diagnostic::error(
            "cli-file-to-terminal",
        )));
    }
    let id = code(&arguments.file)?;
    let office = Office::beside(ui, root, data)?;
    let (opened, _) = arguments.opener.open(ui, &office, arguments.case)?;
    if opened.case.file(&id).is_none() {
        return Err(CommandError::Problem(
            Diagnostic::error("cli-no-such-file")
                .with("file", &id)
                .with("case", arguments.case),
        ));
    }
    let mut file = office.store.read_file(&opened, &id)?;
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).map_err(|error| {
            CommandError::Problem(
                Diagnostic::error("cli-attachment-damaged")
                    .with("file", &id)
                    .with("reason", error),
            )
        })?;
        match piece.get(..read) {
            None | Some([]) => return Ok(()),
            Some(bytes) => ui.print_bytes(bytes)?,
        }
    }
}
