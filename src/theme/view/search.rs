//! What the search page shows: the address of the index for its script, and without a script the whole portal
//! from A to Z and as a tree.

use serde::Serialize;

use super::{Link, ShellView};

/// The search page.
#[derive(Clone, Debug, Serialize)]
pub struct SearchView {
    /// For the shell.
    pub shell: ShellView,
    /// Address of the module with the index.
    pub index: String,
    /// Where to go when nothing is found.
    pub instead: Vec<Link>,
    /// Every title, search word and term of the word list, by letter.
    pub letters: Vec<LetterView>,
    /// Every page, under the page of its section.
    pub tree: Vec<TreeView>,
    /// Every form.
    pub forms: Vec<Link>,
}

/// What begins with a letter.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct LetterView {
    /// The letter, or `0–9`.
    pub letter: String,
    /// Id of the heading in the page.
    pub id: String,
    /// In alphabetical order.
    pub entries: Vec<EntryView>,
}

/// A line of the list from A to Z.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct EntryView {
    /// A title, a search word or a term.
    pub term: String,
    /// Where it leads. A title leads to its page by itself: the only label is then the term.
    pub pages: Vec<Link>,
}

/// A page with the pages below it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TreeView {
    /// The page.
    pub page: Link,
    /// Pages below it.
    pub children: Vec<TreeView>,
}
