//! A Rust file as words, signs and texts, without its comments: enough to see what it names.
//!
//! It is not a parser. It must tell code from comments and string literals, and nothing more.

use std::fs;
use std::path::{Path, PathBuf};

/// A word, a sign or a literal of Rust code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// One character that is neither.
    Sign(char),
    /// The inside of a string literal.
    Text(String),
}

impl Token {
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Token::Word(own) if own == word)
    }
}

/// A file of the library or the program.
pub struct RustFile {
    /// Path below `src/`, with forward slashes.
    pub path: String,
    /// All tokens.
    pub tokens: Vec<Token>,
}

impl RustFile {
    /// Returns the tokens before the unit tests, which stand at the end of a file.
    pub fn without_tests(&self) -> &[Token] {
        let start = (0..self.tokens.len()).find(|at| opens_test_module(&self.tokens[*at..]));
        &self.tokens[..start.unwrap_or(self.tokens.len())]
    }
}

/// Returns whether `#[cfg(test)]`, perhaps more attributes, and `mod name {` stand at the start.
fn opens_test_module(code: &[Token]) -> bool {
    let Some(mut rest) = code.strip_prefix(tokens("#[cfg(test)]").as_slice()) else {
        return false;
    };
    while let [Token::Sign('#'), Token::Sign('['), attribute @ ..] = rest {
        rest = &attribute[closing(attribute) + 1..];
    }
    matches!(rest, [first, _, Token::Sign('{'), ..] if first.is_word("mod"))
}

/// Returns the position of the bracket that closes what was opened before these tokens.
pub fn closing(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth == 0 => return at,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Reads every Rust file below `src/`, in order of path.
pub fn sources() -> Vec<RustFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(&root).unwrap();
                files.push(RustFile {
                    path: below.to_str().unwrap().replace('\\', "/"),
                    tokens: tokens(&fs::read_to_string(&path).unwrap()),
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 10, "src/ was not read");
    files
}

/// Splits Rust code into tokens.
pub fn tokens(code: &str) -> Vec<Token> {
    let characters: Vec<char> = code.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        at += match rest {
            ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => text(rest, 0, &mut tokens),
            ['b' | 'c', '"', ..] => 1 + text(&rest[1..], 0, &mut tokens),
            ['r', '"' | '#', ..] if raw_hashes(&rest[1..]).is_some() => {
                1 + raw_text(&rest[1..], &mut tokens)
            }
            ['b', 'r', '"' | '#', ..] if raw_hashes(&rest[2..]).is_some() => {
                2 + raw_text(&rest[2..], &mut tokens)
            }
            ['\'', '\\', ..] => 3 + rest[3..].iter().take_while(|c| **c != '\'').count() + 1,
            ['\'', _, '\'', ..] => 3,
            [first, ..] if first.is_alphanumeric() || *first == '_' => {
                let word: String = rest
                    .iter()
                    .take_while(|c| c.is_alphanumeric() || **c == '_')
                    .collect();
                let length = word.chars().count();
                tokens.push(Token::Word(word));
                length
            }
            [first, ..] => {
                if !first.is_whitespace() {
                    tokens.push(Token::Sign(*first));
                }
                1
            }
            [] => 1,
        };
    }
    tokens
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn text(rest: &[char], start: usize, tokens: &mut Vec<Token>) -> usize {
    let mut inside = String::new();
    let mut at = start + 1;
    while at < rest.len() && rest[at] != '"' {
        if rest[at] == '\\' {
            at += 1;
        }
        inside.extend(rest.get(at));
        at += 1;
    }
    tokens.push(Token::Text(inside));
    at + 1
}

/// Returns the number of `#` before the quote that opens a raw string; none if it is not one.
fn raw_hashes(rest: &[char]) -> Option<usize> {
    let hashes = rest.iter().take_while(|c| **c == '#').count();
    (rest.get(hashes) == Some(&'"')).then_some(hashes)
}

fn raw_text(rest: &[char], tokens: &mut Vec<Token>) -> usize {
    let hashes = raw_hashes(rest).unwrap();
    let mut at = hashes + 1;
    let start = at;
    while at < rest.len() {
        let closing =
            rest[at] == '"' && rest[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        if closing {
            break;
        }
        at += 1;
    }
    tokens.push(Token::Text(rest[start..at].iter().collect()));
    at + 1 + hashes
}

#[test]
fn unit_tests_are_cut_off() {
    let code = "#[cfg(test)] mod testing; fn f() {} #[cfg(test)] #[allow(a(b), c)] mod tests { x }";
    let file = RustFile {
        path: String::new(),
        tokens: tokens(code),
    };
    let expected = tokens("#[cfg(test)] mod testing; fn f() {}");
    assert_eq!(file.without_tests(), expected);
}

#[test]
fn code_is_told_from_comments_and_texts() {
    let code = r##"
        // tera::Tera /* not open
        /* a /* nested */ "comment" */
        fn f<'a>(x: &'a str) -> char { g("te\"xt", r#"raw "quoted""#, b"bytes", 'c', '\'', '"') }
    "##;
    let texts: Vec<_> = tokens(code)
        .into_iter()
        .filter_map(|token| match token {
            Token::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["te\"xt", "raw \"quoted\"", "bytes"]);
    assert!(!tokens(code).iter().any(|token| token.is_word("tera")));
    assert!(tokens(code).iter().any(|token| token.is_word("char")));
}
