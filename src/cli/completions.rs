//! `meldwijzer completions`: what a shell needs to complete commands and options, made from their definitions.

use clap_complete::{Shell, generate};

use crate::cli::command_error::CommandError;
use crate::cli::described;
use crate::cli::ui::Ui;

/// The name under which the program is called.
const PROGRAM: &str = "meldwijzer";

/// The arguments of `completions`. Descriptions are in the catalogues.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_parser = ["bash", "zsh", "fish"], hide_possible_values = true)]
    shell: String,
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    let shell = match arguments.shell.as_str() {
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        _ => Shell::Bash,
    };
    let mut script = Vec::new();
    generate(shell, &mut described(ui), PROGRAM, &mut script);
    ui.print_bytes(&script)
}
