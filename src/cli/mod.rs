//! The command line: arguments in, texts and an exit code out.
//!
//! One file per command. A command gets what the user typed and a [`ui::Ui`]; it prints through
//! nothing else. All texts, those of the arguments too, are in the catalogues under `cli`.

mod answers;
mod asking;
mod build;
mod check;
pub mod command_error;
mod completions;
mod daily;
pub mod data_folder;
pub mod diagnostics;
mod explain;
mod findings;
pub mod harmless;
mod init;
pub mod key_file;
mod link;
mod man;
mod new;
mod opening;
mod passphrase;
pub mod people;
pub mod portal;
mod preview;
mod progress;
mod published;
mod recovery;
mod renewal;
pub mod reports;
mod requirements;
mod schema;
mod serve;
mod small_file;
mod submissions;
pub mod table;
pub mod ui;
mod usage;
mod wording;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;

/// The arguments of the program. Descriptions are in the catalogues.
#[derive(Debug, Parser)]
#[command(name = "meldwijzer", version)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
#[command(disable_version_flag = true)]
struct Arguments {
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    root: PathBuf,
    #[arg(short, long, action = ArgAction::Help, global = true)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Build(build::Arguments),
    Check(check::Arguments),
    Completions(completions::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Link(link::Arguments),
    Man(man::Arguments),
    New(new::Arguments),
    People(people::Arguments),
    Preview(preview::Arguments),
    Reports(reports::Arguments),
    Schema(schema::Arguments),
    Submissions(submissions::Arguments),
}

/// Runs the program with the arguments and the terminal of this process.
pub fn main() -> ExitCode {
    let mut ui = Ui::of_process();
    let ended = run(&mut ui, std::env::args_os());
    ExitCode::from(command_error::finish(&mut ui, ended))
}

/// Returns the arguments of the program with their texts in the language of the user.
fn described(ui: &Ui) -> clap::Command {
    usage::with_texts(Arguments::command(), ui.texts())
}

fn run(ui: &mut Ui, arguments: impl IntoIterator<Item = OsString>) -> Result<(), CommandError> {
    ui.check_language()?;
    let parsed = described(ui)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let Arguments { root, command, .. } = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return usage::answer(ui, &error),
    };
    match command {
        Command::Serve(arguments) => serve::run(ui, &root, arguments),
        Command::Build(arguments) => build::run(ui, &root, arguments),
        Command::Check(arguments) => check::run(ui, &root, arguments),
        Command::Completions(arguments) => completions::run(ui, &arguments),
        Command::Man(arguments) => man::run(ui, &arguments),
        Command::Explain(arguments) => explain::run(ui, &arguments),
        Command::Init(arguments) => init::run(ui, &arguments),
        Command::New(arguments) => new::run(ui, &root, &arguments),
        Command::Link(arguments) => link::run(ui, &root, arguments),
        Command::People(arguments) => people::run(ui, &root, arguments),
        Command::Preview(arguments) => preview::run(ui, &root, arguments),
        Command::Reports(arguments) => reports::run(ui, &root, arguments),
        Command::Schema(arguments) => schema::run(ui, &arguments),
        Command::Submissions(arguments) => submissions::run(ui, &root, arguments),
    }
}
