//! The languages that a portal can speak.
//!
//! A language is a closed set: every text that people read has a catalogue for each of them, and a
//! page version names one of them in its file name (`page.en.md`).

use std::fmt;

use serde::{Serialize, Serializer};

/// A language of pages, forms and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Language {
    /// Every language, in the order in which people are offered them.
    pub const ALL: [Language; 2] = [Language::Nl, Language::En];

    /// Returns the BCP 47 tag (`nl`, `en`), which is also the part in file names and addresses.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Nl => "nl",
            Language::En => "en",
        }
    }

    /// Returns the name of the language in that language.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::Nl => "Nederlands",
            Language::En => "English",
        }
    }

    /// Finds the language with this BCP 47 tag.
    pub fn from_tag(tag: &str) -> Option<Language> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Chooses the language of the terminal from the value of `LC_ALL`, `LC_MESSAGES` or `LANG`:
    /// English where it says English, else Dutch, because the users are Dutch.
    pub fn of_terminal(locale: Option<&str>) -> Language {
        match locale {
            Some(locale) if locale.starts_with("en") => Language::En,
            _ => Language::Nl,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}
