//! The part of an address or anchor that is made from a text.

use crate::diagnostic::Diagnostic;
use crate::source_text::Place;

/// Longest slug, in bytes: longer headings make addresses nobody can read.
const LONGEST: usize = 80;

/// Makes a slug: lower case, accents removed, words joined by hyphens, everything else dropped.
/// The result may be empty.
pub fn slug(text: &str) -> String {
    let plain = deunicode::deunicode(text).to_lowercase();
    let mut slug = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            // An apostrophe joins: "foto's" is one word.
            '\'' | '"' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    if slug.len() > LONGEST {
        // Only ASCII stands in it by now; cut at the last whole word.
        slug.truncate(LONGEST);
        if let Some(at) = slug.rfind('-') {
            slug.truncate(at);
        }
    }
    slug.trim_matches('-').to_owned()
}

/// Returns whether a text can stand in an address as it is: words of small letters and digits, joined by hyphens.
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && slug(text) == text
}

/// Returns the id that an editor chose, as it can stand in an address; one that cannot is told.
pub fn chosen_id(id: &str, place: &Place, diagnostics: &mut Vec<Diagnostic>) -> String {
    let word = slug(id);
    if !is_word(id) {
        diagnostics.push(
            Diagnostic::error("page-id-not-a-word")
                .with("id", id)
                .with("slug", &word)
                .at(place.clone()),
        );
    }
    word
}

#[cfg(test)]
mod tests {
    use super::{is_word, slug};

    #[test]
    fn a_word_is_its_own_slug() {
        for text in [
            "",
            "Nieuw",
            "nieuw hier",
            "-nieuw",
            "één",
            "a--b",
            "a_b",
            "???",
        ] {
            assert!(!is_word(text), "{text}");
        }
        for text in ["nieuw", "nieuw-hier", "2-weken"] {
            assert!(is_word(text), "{text}");
        }
        assert!(!is_word(&"woord-".repeat(100)));
    }

    #[test]
    fn slugs_are_plain_and_readable() {
        for (text, expected) in [
            ("Wat doe je meteen?", "wat-doe-je-meteen"),
            ("Coördinator & café's", "coordinator-cafes"),
            ("  --Één   ding-- ", "een-ding"),
            ("???", ""),
            ("2 weken", "2-weken"),
        ] {
            assert_eq!(slug(text), expected);
        }
        assert!(slug(&"woord ".repeat(100)).len() <= 80);
    }
}
