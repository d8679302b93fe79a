//! Views of the word list, and of a term in the text of a page.

use serde::Serialize;

use crate::language::Language;

/// A term with its explanation.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct GlossaryEntryView {
    /// Anchor in the word list: `begrip--melding`.
    pub anchor: String,
    /// The term, safe HTML.
    pub term_html: String,
    /// What it means, safe HTML of one line.
    pub text_html: String,
    /// What it is not, as a sentence; safe HTML of one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_html: Option<String>,
}

/// A term where it stands in a sentence, with an explanation that opens.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TermView {
    /// Id of the explanation in the page.
    pub id: String,
    /// The words of the sentence, safe HTML.
    pub text_html: String,
    /// The explanation.
    pub entry: GlossaryEntryView,
    /// Address of the term in the word list.
    pub href: String,
    /// Short address of the word list, for paper: `https://intranet.example/p/woordenlijst/`.
    pub address: String,
    /// Language of the word list, where it is not that of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// Terms with their explanations.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct GlossaryView {
    /// The terms, in the order of the file.
    pub entries: Vec<GlossaryEntryView>,
}
