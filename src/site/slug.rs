//! The part of an address or anchor that is made from a text.

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

#[cfg(test)]
mod tests {
    use super::slug;

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
