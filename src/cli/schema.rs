//! `meldwijzer schema`: JSON Schemas of the files that people write, and of what other programs read.

use clap::Subcommand;
use serde_json::Value;

use crate::cli::check;
use crate::cli::command_error::CommandError;
use crate::cli::ui::Ui;
use crate::form;
use crate::json_schema::described;
use crate::message::Catalogue;
use crate::report::lifecycle;
use crate::site::paths::feed;
use crate::site::schema;

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    file: File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum File {
    Site,
    FrontMatter,
    Check,
    Form,
    Lifecycle,
    Messages,
    Calendar,
    Glossary,
    Synonyms,
    Paths,
}

/// Makes a schema.
type Make = fn() -> Value;

impl File {
    /// What people write in a portal, by which editors check it.
    const OF_PORTAL: [File; 8] = [
        File::Site,
        File::FrontMatter,
        File::Form,
        File::Lifecycle,
        File::Messages,
        File::Calendar,
        File::Glossary,
        File::Synonyms,
    ];

    fn name(self) -> &'static str {
        self.row().0
    }

    fn row(self) -> (&'static str, Make) {
        match self {
            File::Site => ("site", schema::settings),
            File::FrontMatter => ("front-matter", schema::front_matter),
            File::Check => ("check", check::json::schema),
            File::Form => ("form", form::file_schema),
            File::Lifecycle => ("lifecycle", lifecycle::file_schema),
            File::Messages => ("messages", schema::messages),
            File::Calendar => ("calendar", schema::calendar),
            File::Glossary => ("glossary", schema::glossary),
            File::Synonyms => ("synonyms", schema::synonyms),
            File::Paths => ("paths", feed::file_schema),
        }
    }

    /// Returns the schema with its descriptions, as text.
    fn text(self, texts: &Catalogue) -> String {
        let (name, make) = self.row();
        format!("{:#}", described(make(), name, texts))
    }
}

pub(super) fn run(ui: &mut Ui, arguments: &Arguments) -> Result<(), CommandError> {
    let text = arguments.file.text(ui.texts());
    ui.print(&text)
}

/// Returns the schemas of the files of a portal, each with its name.
pub(super) fn of_portal(texts: &Catalogue) -> Vec<(&'static str, String)> {
    let files = File::OF_PORTAL.map(|file| (file.name(), file.text(texts) + "\n"));
    files.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    use crate::json_schema::tests::descriptions;
    use crate::language::Language;

    #[test]
    fn every_key_that_people_write_is_described_and_no_other() {
        let mut described = BTreeSet::new();
        for file in File::OF_PORTAL {
            let (name, make) = file.row();
            let (used, missing) = descriptions(&make(), name);
            assert_eq!(missing, Vec::<String>::new(), "{name}");
            described.extend(used);
        }
        let texts = Catalogue::of_program(Language::Nl);
        let there = texts.keys().filter(|key| key.starts_with("schema/"));
        let there: BTreeSet<String> = there.map(str::to_owned).collect();
        assert_eq!(there, described);
    }
}
