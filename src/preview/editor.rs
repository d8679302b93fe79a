//! Links that open a file in the editor of who writes.
//!
//! A page that came over HTTP may not open a `file:` address, in any browser. Editors register a scheme of their
//! own for that.

use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Editors with the addresses that they open, from their own documentation.
const KNOWN: [(&str, &str); 7] = [
    ("code", "vscode://file{path}:{line}:{column}"),
    ("codium", "vscodium://file{path}:{line}:{column}"),
    ("cursor", "cursor://file{path}:{line}:{column}"),
    ("zed", "zed://file{path}:{line}:{column}"),
    (
        "idea",
        "idea://open?file={path}&line={line}&column={column}",
    ),
    (
        "textmate",
        "txmt://open?url=file://{path}&line={line}&column={column}",
    ),
    ("obsidian", "obsidian://open?path={path}"),
];

/// What a path may not hold in an address; slashes stay.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// An editor that opens files by their address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    address: String,
}

/// A name that no editor has and that is no address either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is no editor that is known; these are: {known}")]
pub struct UnknownEditor {
    /// What was written.
    pub name: String,
    /// The names that are known.
    pub known: String,
}

impl Editor {
    /// Finds an editor by its name, or takes an address with `{path}` and, where it can, `{line}` and `{column}`
    /// in it.
    ///
    /// # Errors
    ///
    /// Fails where it is neither.
    pub fn named(name: &str) -> Result<Editor, UnknownEditor> {
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        let is_address = name.contains("://") && name.contains("{path}");
        let address = match known {
            Some((_, address)) => *address,
            None if is_address && !name.starts_with("javascript:") => name,
            None => {
                return Err(UnknownEditor {
                    name: name.to_owned(),
                    known: KNOWN.map(|(known, _)| known).join(", "),
                });
            }
        };
        Ok(Editor {
            address: address.to_owned(),
        })
    }

    /// Returns the address that opens a file at a place; lines and columns count from 1.
    pub(super) fn link(&self, file: &Path, line: usize, column: usize) -> String {
        let file = file.to_string_lossy();
        let path = utf8_percent_encode(&file, UNSAFE).to_string();
        self.address
            .replace("{line}", &line.max(1).to_string())
            .replace("{column}", &column.max(1).to_string())
            .replace("{path}", &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened_at_its_line() {
        let check = |editor: &str, file: &str, expected: &str| {
            let editor = Editor::named(editor).unwrap();
            assert_eq!(editor.link(Path::new(file), 12, 0), expected);
        };
        check("code", "/a/b c.md", "vscode://file/a/b%20c.md:12:1");
        check("obsidian", "/a/b&c.md", "obsidian://open?path=/a/b%26c.md");
        check(
            "x://o?f={path}&l={line}",
            "/{line}.md",
            "x://o?f=/%7Bline%7D.md&l=12",
        );
    }

    #[test]
    fn what_is_no_editor_is_told() {
        for name in ["", "vim", "file://", "javascript://{path}"] {
            let error = Editor::named(name).unwrap_err();
            assert!(error.known.starts_with("code, "), "{error}");
        }
    }
}
