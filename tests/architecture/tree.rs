//! The files of the repository: named for what they are, all in use, and needing nothing outside.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Names that say nothing about what is in a file.
const EMPTY_NAMES: [&str; 4] = ["utils", "helpers", "common", "misc"];

/// Folders that are made by building, testing or running.
const MADE: [&str; 6] = [
    ".git",
    "target",
    "node_modules",
    "data",
    "public",
    "results",
];

/// Kinds of text in which a relative path leads to a file of the repository.
const LINKING: [&str; 7] = ["md", "yaml", "toml", "js", "json", "sh", "run"];

#[test]
fn a_file_is_named_for_what_it_is() {
    for path in files() {
        let named_so = path.iter().any(|part| {
            let stem = part.to_str().unwrap().split('.').next().unwrap();
            EMPTY_NAMES.contains(&stem.to_lowercase().as_str())
        });
        assert!(!named_so, "{}", path.display());
    }
}

#[test]
fn every_module_is_declared() {
    for path in files() {
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let is_root = [Path::new("src"), Path::new("tests")].contains(&folder)
            && ["main", "lib"].contains(&name);
        let is_code = path.starts_with("src") || path.starts_with("tests");
        if !is_rust || !is_code || is_root {
            continue;
        }
        let (module, parent) = if name == "mod" {
            (
                folder.file_name().unwrap().to_str().unwrap(),
                folder.parent().unwrap(),
            )
        } else {
            (name, folder)
        };
        let declaration = format!("mod {module};");
        let declared = declaring_files(parent).iter().any(|file| {
            let text = fs::read_to_string(repository().join(file)).unwrap_or_default();
            text.lines().any(|line| line.trim().ends_with(&declaration))
        });
        assert!(
            declared,
            "{} is not compiled: nothing says `{declaration}`",
            path.display()
        );
    }
}

#[test]
fn every_folder_of_tests_is_run() {
    let main = fs::read_to_string(repository().join("tests/main.rs")).unwrap();
    for entry in fs::read_dir(repository().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // The browser tests are run by `tests/run`.
        if path.is_dir() && name != "browser" {
            assert!(
                main.contains(&format!("mod {name};")),
                "tests/{name} is not in tests/main.rs"
            );
        }
    }
    let run = fs::read_to_string(repository().join("tests/run")).unwrap();
    assert!(run.contains("tests/browser"));
}

#[test]
fn nothing_refers_outside_the_repository() {
    let mut faults = Vec::new();
    for path in files() {
        let Ok(text) = fs::read_to_string(repository().join(&path)) else {
            continue;
        };
        if text.contains(concat!("..", "/shared")) {
            faults.push(format!(
                "{}: names a folder beside the repository",
                path.display()
            ));
        }
        let extension = path
            .extension()
            .or(path.file_name())
            .unwrap()
            .to_str()
            .unwrap();
        // Inputs of tests refer to anything, on purpose.
        let is_input = path.starts_with("tests") && !path.starts_with("tests/browser");
        if is_input || !LINKING.contains(&extension) {
            continue;
        }
        for target in relative_paths(&text) {
            if leaves(path.parent().unwrap(), target) {
                faults.push(format!("{}: {target} is outside", path.display()));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn lock_files_hold_no_address_but_that_of_the_public_registry() {
    let npm = fs::read_to_string(repository().join("tests/browser/package-lock.json")).unwrap();
    assert!(
        !npm.contains("\"resolved\""),
        "tests/browser/package-lock.json"
    );
    let cargo = fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    let public = "\"registry+https://github.com/rust-lang/crates.io-index\"";
    for line in cargo.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, format!("source = {public}"), "Cargo.lock");
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file of the repository, relative to its root, in order.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![repository().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_symlink() || MADE.contains(&name) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(repository()).unwrap().to_path_buf());
            }
        }
    }
    files.sort();
    files
}

/// Returns the files in which the modules of a folder are declared.
fn declaring_files(folder: &Path) -> Vec<PathBuf> {
    let names = ["mod.rs", "lib.rs", "main.rs"];
    let mut files: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    files.push(folder.with_extension("rs"));
    files
}

/// Returns the paths in a text that start with a step up.
fn relative_paths(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("../")
        .filter(|(at, _)| !text[..*at].ends_with(['.', '/']))
        .filter_map(|(at, _)| {
            text[at..]
                .split(|c: char| c.is_whitespace() || "\"'`()<>#?,;".contains(c))
                .next()
        })
}

fn leaves(folder: &Path, target: &str) -> bool {
    let mut depth = folder.components().count();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            _ => {}
        }
    }
    false
}

#[test]
fn a_path_out_of_the_repository_is_seen() {
    assert!(!leaves(Path::new("content/norm"), "../protocol/index.md"));
    assert!(leaves(Path::new("content/norm"), "../../../elders.md"));
    let found: Vec<_> = relative_paths("zie [a](../b.md#c) en `../../d`").collect();
    assert_eq!(found, ["../b.md", "../../d"]);
}
