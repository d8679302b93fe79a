//! Imports only go down, and a crate is used only in its room.

use std::collections::BTreeSet;

use crate::architecture::rust_source::{RustFile, Token, sources, tokens};

/// The rooms, and which other rooms each may name. The files directly in `src/` are the foundation:
/// every room may name them, and they name no room.
const ROOMS: [(&str, &[&str]); 12] = [
    (
        "cli",
        &[
            "preview",
            "receiver",
            "site",
            "attachment",
            "report",
            "form",
            "infographic",
            "theme",
            "durable",
            "external_links",
            "watch",
        ],
    ),
    ("preview", &["site", "form"]),
    ("receiver", &["attachment", "report", "form", "theme"]),
    ("site", &["report", "form", "infographic", "theme"]),
    ("attachment", &[]),
    ("report", &["durable"]),
    ("form", &[]),
    ("infographic", &[]),
    ("theme", &[]),
    ("durable", &[]),
    ("external_links", &[]),
    ("watch", &[]),
];

/// Crates that are used in one room only, with the start of the paths of that room.
const CRATES: [(&str, &str); 22] = [
    ("age", "report/seal.rs"),
    ("age_core", "report/seal.rs"),
    ("axum", "receiver/"),
    ("base64", "report/seal.rs"),
    ("clap", "cli/"),
    ("clap_complete", "cli/completions.rs"),
    ("clap_mangen", "cli/man.rs"),
    ("granit_parser", "yaml.rs"),
    ("http_body_util", "receiver/"),
    ("hyper", "receiver/"),
    ("hyper_util", "receiver/"),
    ("image", "attachment/"),
    ("moxcms", "attachment/"),
    ("pagefind_stem", "site/search/"),
    ("pulldown_cmark", "site/markdown"),
    ("qrcodegen", "site/blocks/qr.rs"),
    ("schemars", "report/"),
    ("scrypt", "report/seal.rs"),
    ("tera", "theme/"),
    ("tokio", "receiver/"),
    ("tower", "receiver/"),
    ("ureq", "external_links/"),
];

/// Preview stands around the receiver, so both speak HTTP with the same crates.
const AROUND_RECEIVER: &str = "preview/";

/// Functions and types of `std::fs` that change what is on disk, and those of its extensions.
const WRITING: [&str; 18] = [
    "DirBuilder",
    "File::create",
    "File::create_new",
    "File::options",
    "OpenOptions",
    "fs::copy",
    "fs::create_dir",
    "fs::create_dir_all",
    "fs::hard_link",
    "fs::remove_dir",
    "fs::remove_dir_all",
    "fs::remove_file",
    "fs::rename",
    "fs::renameat_with",
    "fs::set_permissions",
    "fs::soft_link",
    "symlink",
    "fs::write",
];

/// The only files that write: reports, and the files of the portal.
const WRITERS: [&str; 3] = ["durable/files.rs", "durable/locks.rs", "site/outputs.rs"];

#[test]
fn imports_only_go_down() {
    let mut faults = Vec::new();
    for file in sources() {
        if file.path == "main.rs" || file.path == "lib.rs" {
            continue;
        }
        let own = room(&file.path);
        let allowed = match own {
            Some(own) => ROOMS.iter().find(|(name, _)| *name == own).unwrap().1,
            None => &[],
        };
        for named in rooms_named(&file) {
            if Some(named) != own && !allowed.contains(&named) {
                faults.push(format!("src/{} names the room {named}", file.path));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_folder_of_the_library_is_a_room() {
    for file in sources() {
        if file.path.contains('/') {
            assert!(
                room(&file.path).is_some(),
                "src/{} is in no room",
                file.path
            );
        }
    }
}

#[test]
fn the_program_names_the_command_line_only() {
    let files = sources();
    let main = files.iter().find(|file| file.path == "main.rs").unwrap();
    for named in named_after(&main.tokens, "meldwijzer") {
        assert_eq!(named, "cli", "src/main.rs");
    }
}

#[test]
fn a_crate_is_used_only_in_its_room() {
    let mut faults = Vec::new();
    for file in sources() {
        for (name, home) in CRATES {
            let is_around = home == "receiver/" && file.path.starts_with(AROUND_RECEIVER);
            if !file.path.starts_with(home) && !is_around && names_crate(&file.tokens, name) {
                faults.push(format!(
                    "src/{} uses {name}, which belongs in {home}",
                    file.path
                ));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn only_two_rooms_write_to_disk() {
    let mut faults = Vec::new();
    for file in sources() {
        let is_test = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
        if is_test || WRITERS.contains(&file.path.as_str()) {
            continue;
        }
        for writing in WRITING {
            if names_path(file.without_tests(), writing) {
                faults.push(format!("src/{} uses {writing}", file.path));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// Returns the room in which a file is; none for the foundation.
fn room(path: &str) -> Option<&'static str> {
    let folder = path.split_once('/').map(|(folder, _)| folder)?;
    ROOMS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| *name == folder)
}

/// Returns the rooms that a file names by a path from the root of the library, or by climbing to it.
fn rooms_named(file: &RustFile) -> BTreeSet<&'static str> {
    let climbs = own_modules(&file.path);
    ROOMS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| {
            let by_root = named_after(&file.tokens, "crate").any(|named| named == *name);
            // `super::form` within a room that has a module `form` of its own stays in that room.
            let by_climbing = !climbs.contains(*name)
                && named_after(&file.tokens, "super").any(|named| named == *name);
            by_root || by_climbing
        })
        .collect()
}

/// Returns the names of the modules in the room of a file.
fn own_modules(path: &str) -> BTreeSet<String> {
    let Some(own) = room(path) else {
        return BTreeSet::new();
    };
    sources()
        .iter()
        .filter(|file| room(&file.path) == Some(own))
        .flat_map(|file| {
            let parts = file.path.split('/').skip(1);
            parts
                .map(|part| part.trim_end_matches(".rs").to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Returns every name that directly follows `<root>::`, also within braces.
fn named_after<'t>(tokens: &'t [Token], root: &'t str) -> impl Iterator<Item = &'t str> {
    tokens
        .windows(3)
        .enumerate()
        .filter(move |(_, window)| {
            window[0].is_word(root) && window[1..] == [Token::Sign(':'), Token::Sign(':')]
        })
        .flat_map(|(at, _)| first_names(&tokens[at + 3..]))
}

/// Returns the name at the start of a path, or the names at the start of each path of a group.
fn first_names(tokens: &[Token]) -> Vec<&str> {
    match tokens {
        [Token::Word(name), ..] => vec![name],
        [Token::Sign('{'), group @ ..] => {
            let mut names = Vec::new();
            let mut depth = 0;
            let mut starts = true;
            for token in group {
                match token {
                    Token::Sign('{') => depth += 1,
                    Token::Sign('}') if depth == 0 => break,
                    Token::Sign('}') => depth -= 1,
                    Token::Sign(',') if depth == 0 => starts = true,
                    Token::Word(name) if starts => {
                        names.push(name.as_str());
                        starts = false;
                    }
                    _ => {}
                }
            }
            names
        }
        _ => Vec::new(),
    }
}

fn names_crate(tokens: &[Token], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let after_path = at >= 2 && tokens[at - 2..at] == [Token::Sign(':'), Token::Sign(':')];
        let leads = tokens.get(at + 1..at + 3) == Some(&[Token::Sign(':'), Token::Sign(':')]);
        let imported = at >= 1 && tokens[at - 1].is_word("use");
        token.is_word(name) && (leads || imported) && (!after_path || at == 2)
    })
}

fn names_path(code: &[Token], path: &str) -> bool {
    let path = tokens(path);
    code.windows(path.len()).any(|window| *window == path[..])
}

#[test]
fn names_are_found_in_paths_and_groups() {
    let code = tokens("use crate::{form::x::{report, y}, site}; let a = crate::theme::b;");
    let named: Vec<_> = named_after(&code, "crate").collect();
    assert_eq!(named, ["form", "site", "theme"]);
    assert!(names_crate(&tokens("use tera::Tera;"), "tera"));
    assert!(names_crate(&tokens("fn f(t: &tera::Tera)"), "tera"));
    assert!(!names_crate(&tokens("let tera = 1; a::tera::b"), "tera"));
    assert!(names_path(&tokens("std::fs::write(a, b)"), "fs::write"));
}
