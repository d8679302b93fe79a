//! Texts that people read: in both languages, complete, and none that nothing uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use meldwijzer::attachment::{FileKind, Refusal};
use meldwijzer::language::Language;
use meldwijzer::message::{Catalogue, placeholders};
use meldwijzer::source_text::SourceText;

use crate::architecture::rust_source::{RustFile, Token, closing, sources};

#[test]
fn the_program_says_the_same_in_both_languages() {
    let dutch = room_files("messages", "nl");
    let english = room_files("messages", "en");
    assert_eq!(
        dutch.keys().collect::<Vec<_>>(),
        english.keys().collect::<Vec<_>>(),
        "one file per room in messages/nl and messages/en"
    );
    for (room, catalogue) in &dutch {
        check_equal(&format!("messages/*/{room}"), catalogue, &english[room]);
    }
}

#[test]
fn a_text_of_the_program_is_in_one_file() {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for (room, catalogue) in room_files("messages", "nl") {
        for key in catalogue.keys() {
            let other = homes.insert(key.to_owned(), room.clone());
            assert_eq!(other, None, "{key} is also in {room}");
        }
    }
}

#[test]
fn the_theme_says_the_same_in_both_languages() {
    let theme = repository().join("themes/basis/messages");
    let dutch = catalogue(&theme.join("nl.yaml"));
    let english = catalogue(&theme.join("en.yaml"));
    check_equal("themes/basis/messages", &dutch, &english);
}

#[test]
fn every_kind_of_file_has_a_word() {
    let texts = catalogue(&repository().join("themes/basis/messages/nl.yaml"));
    for kind in FileKind::ALL {
        let key = format!("attachment.kind.{}", kind.name());
        assert!(texts.get(&key).is_some(), "{key}");
    }
}

#[test]
fn every_refusal_of_a_file_has_a_text_and_no_other() {
    let texts = catalogue(&repository().join("themes/basis/messages/nl.yaml"));
    let known: BTreeSet<_> = texts
        .keys()
        .filter_map(|key| key.strip_prefix("attachment.refused."))
        .collect();
    let kind = FileKind::Pdf;
    let refusals = [
        Refusal::Empty,
        Refusal::TooLarge { limit: 1 },
        Refusal::KindNotTaken,
        Refusal::Damaged { kind },
        Refusal::TooManyPixels { limit: 1 },
        Refusal::Moving,
        Refusal::ActiveContent,
        Refusal::Locked,
        Refusal::Read(io::Error::other("")),
        Refusal::Write(io::Error::other("")),
    ];
    // How many files there are, whoever takes them in counts.
    let codes = refusals
        .iter()
        .map(Refusal::code)
        .chain(["too_many", "more"]);
    assert_eq!(codes.collect::<BTreeSet<_>>(), known);
}

#[test]
fn every_diagnostic_has_a_message_and_a_hint() {
    let texts = Catalogue::of_program(Language::Nl);
    let mut faults = Vec::new();
    for (path, code) in codes_in_use() {
        for key in [code.clone(), format!("{code}.hint")] {
            if texts.get(&key).is_none() {
                faults.push(format!("src/{path}: no text for {key} in messages/"));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn no_diagnostic_in_the_catalogues_is_unused() {
    let texts = Catalogue::of_program(Language::Nl);
    let literals: BTreeSet<String> = sources()
        .iter()
        .flat_map(|file| file.without_tests().to_vec())
        .filter_map(|token| match token {
            Token::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    let unused: Vec<_> = texts
        .keys()
        .filter_map(|key| key.strip_suffix(".hint"))
        .filter(|code| !literals.contains(*code))
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

#[test]
fn every_diagnostic_is_explained_in_its_room_in_both_languages() {
    let messages = room_files("messages", "nl");
    let dutch = room_files("explanations", "nl");
    let english = room_files("explanations", "en");
    assert!(dutch.keys().eq(english.keys()), "one file per room in both");
    for (room, explanations) in &dutch {
        check_same_keys(
            &format!("explanations/*/{room}"),
            explanations,
            &english[room],
        );
        for code in explanations.keys() {
            let is_code = messages[room].get(&format!("{code}.hint")).is_some();
            assert!(is_code, "explanations/*/{room}: {code} is no diagnostic");
        }
    }
    for (room, messages) in &messages {
        let codes = messages.keys().filter_map(|key| key.strip_suffix(".hint"));
        let is_explained = |code: &&str| {
            let explanations = dutch.get(room);
            explanations.is_some_and(|explanations| explanations.get(code).is_some())
        };
        let missing: Vec<&str> = codes.filter(|code| !is_explained(code)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "explanations/*/{room}");
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn room_files(folder: &str, language: &str) -> BTreeMap<String, Catalogue> {
    let folder = repository().join(folder).join(language);
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, catalogue(&path))
        })
        .collect()
}

fn catalogue(path: &Path) -> Catalogue {
    let text = fs::read_to_string(path).unwrap();
    let name = path.display().to_string();
    let (catalogue, problems) = Catalogue::parse(&SourceText::new(name.as_str(), text.as_str()));
    assert_eq!(problems, Vec::new(), "{name}");
    catalogue
}

fn check_same_keys(name: &str, dutch: &Catalogue, english: &Catalogue) {
    let keys = |catalogue: &Catalogue| catalogue.keys().map(str::to_owned).collect::<BTreeSet<_>>();
    let missing: Vec<_> = keys(dutch)
        .symmetric_difference(&keys(english))
        .cloned()
        .collect();
    assert_eq!(
        missing,
        Vec::<String>::new(),
        "{name}: in one language only"
    );
}

fn check_equal(name: &str, dutch: &Catalogue, english: &Catalogue) {
    check_same_keys(name, dutch, english);
    for key in dutch.keys() {
        assert_eq!(
            placeholders(dutch.get(key).unwrap()),
            placeholders(english.get(key).unwrap()),
            "{name}: placeholders of {key}"
        );
    }
}

/// A function that makes a diagnostic of a code it is given.
struct Taker {
    name: String,
    /// Position of the code among the arguments.
    position: usize,
    /// The only file that can call it; none for a public function.
    file: Option<String>,
}

/// Returns every code that the library gives to a diagnostic as a literal, with its file: directly,
/// or through a function that takes the code as a parameter named `code`.
fn codes_in_use() -> BTreeSet<(String, String)> {
    let files = sources();
    let takers: Vec<Taker> = files.iter().flat_map(takers).collect();
    let mut codes = BTreeSet::new();
    for file in &files {
        let tokens = file.without_tests();
        for (at, token) in tokens.iter().enumerate() {
            let Token::Word(name) = token else { continue };
            let declared = at >= 1 && tokens[at - 1].is_word("fn");
            if declared || tokens.get(at + 1) != Some(&Token::Sign('(')) {
                continue;
            }
            let arguments = split_arguments(&tokens[at + 2..]);
            let direct = at >= 3
                && tokens[at - 3].is_word("Diagnostic")
                && ["error", "warning"].contains(&name.as_str());
            let through = takers
                .iter()
                .filter(|taker| taker.name == *name)
                .filter(|taker| taker.file.as_ref().is_none_or(|own| *own == file.path))
                .map(|taker| taker.position);
            for position in direct.then_some(0).into_iter().chain(through) {
                if let Some([Token::Text(code)]) = arguments.get(position) {
                    codes.insert((file.path.clone(), code.clone()));
                }
            }
        }
    }
    assert!(codes.len() > 10, "the codes were not found: {codes:?}");
    codes
}

/// Returns the functions of a file with a parameter `code: &'static str` and a `Diagnostic` in their
/// body.
fn takers(file: &RustFile) -> Vec<Taker> {
    let tokens = file.without_tests();
    let mut found = Vec::new();
    for (at, window) in tokens.windows(2).enumerate() {
        let [first, Token::Word(name)] = window else {
            continue;
        };
        // The constructors of `Diagnostic` are looked for under their full name.
        if !first.is_word("fn") || file.path == "diagnostic.rs" {
            continue;
        }
        let opening = |sign| {
            tokens[at..]
                .iter()
                .position(|token| *token == Token::Sign(sign))
        };
        let (Some(parameters), Some(body)) = (opening('('), opening('{')) else {
            continue;
        };
        let parameters = split_arguments(&tokens[at + parameters + 1..]);
        let body = &tokens[at + body + 1..];
        let body = &body[..closing(body)];
        if !body.iter().any(|token| token.is_word("Diagnostic")) {
            continue;
        }
        let is_public =
            at >= 1 && (tokens[at - 1].is_word("pub") || tokens[at - 1] == Token::Sign(')'));
        let is_self = |parameter: &&&[Token]| parameter.iter().any(|token| token.is_word("self"));
        let own = parameters.iter().filter(|parameter| !is_self(parameter));
        for (position, parameter) in own.enumerate() {
            let is_static = parameter.iter().any(|token| token.is_word("static"));
            if parameter.first().is_some_and(|token| token.is_word("code")) && is_static {
                found.push(Taker {
                    name: name.clone(),
                    position,
                    file: (!is_public).then(|| file.path.clone()),
                });
            }
        }
    }
    found
}

/// Splits what follows an opening bracket into arguments, up to the bracket that closes it.
fn split_arguments(tokens: &[Token]) -> Vec<&[Token]> {
    let mut arguments = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth == 0 => {
                arguments.push(&tokens[start..at]);
                break;
            }
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                arguments.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments
}
