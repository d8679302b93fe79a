//! `meldwijzer explain`: what a code means, with a page of explanation, or all codes by room.

use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::message::{Catalogue, placeholders};
use crate::nearest::nearest;

/// What the key of a hint ends with; each code has one.
const HINT: &str = ".hint";

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    code: Option<String>,
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    match &arguments.code {
        // As it stands in what `check` prints.
        Some(code) => explain(ui, code.trim_matches(['[', ']'])),
        None => list(ui),
    }
}

fn explain(ui: &mut Ui, code: &str) -> Result<(), CommandError> {
    let (Some(message), Some(hint)) = (
        ui.texts().get(code),
        ui.texts().get(&format!("{code}{HINT}")),
    ) else {
        return Err(CommandError::Usage(unknown(code, ui.texts())));
    };
    let mut text = format!(
        "{code}\n\n  {message}\n  = {}: {hint}\n",
        ui.text("cli-hint", &[])
    );
    let mut names = placeholders(message);
    names.extend(placeholders(hint));
    if !names.is_empty() {
        text.push_str(&format!("\n{}\n", ui.text("cli-explain-placeholders", &[])));
    }
    if let Some(explanation) = Catalogue::of_explanations(ui.language()).get(code) {
        text.push_str(&format!("\n{}\n", explanation.trim_end()));
    }
    ui.print(text.trim_end())
}

fn unknown(code: &str, texts: &Catalogue) -> Diagnostic {
    match nearest(code, codes(texts)) {
        Some(near) => Diagnostic::error("cli-explain-unknown-near").with("nearest", near),
        None => Diagnostic::error("cli-explain-unknown"),
    }
    .with("code", code)
}

/// Prints every code with its message, by the rooms that have some.
fn list(ui: &mut Ui) -> Result<(), CommandError> {
    let mut text = String::new();
    let rooms = Catalogue::rooms_of_program(ui.language()).into_iter();
    for (room, texts) in rooms.filter(|(_, texts)| codes(texts).next().is_some()) {
        let heading = ui.text(&format!("cli-explain-room-{room}"), &[]);
        text.push_str(&format!("{heading}\n"));
        for code in codes(&texts) {
            let message = texts.get(code).unwrap_or_default();
            let first = message.lines().next().unwrap_or_default();
            text.push_str(&format!("  {code}\n      {first}\n"));
        }
        text.push('\n');
    }
    ui.print(&format!("{text}{}", ui.text("cli-explain-more", &[])))
}

/// Returns the codes in a catalogue, in order.
fn codes(texts: &Catalogue) -> impl Iterator<Item = &str> {
    texts.keys().filter_map(|key| key.strip_suffix(HINT))
}
