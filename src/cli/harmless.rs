//! Text that others wrote, made harmless for a terminal.
//!
//! Control characters can move the cursor, change the title, or make a line look like another one.

/// Shown in the place of a character that could do harm.
const SUBSTITUTE: char = '\u{fffd}';

/// Replaces everything that a terminal would act upon, line breaks and tabs too.
pub fn line(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => ' ',
            _ if is_harmful(character) => SUBSTITUTE,
            _ => character,
        })
        .collect()
}

/// Writes harmful characters in JSON as escapes, which mean the same to a program. JSON's own
/// layout, line breaks, is kept.
pub fn json(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_harmful(character) {
            harmless.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            harmless.push(character);
        }
    }
    harmless
}

/// Returns whether a character controls the terminal, or the direction or place of others.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_acts_upon() {
        fn check(text: &str, expected: &str) {
            assert_eq!(line(text), expected);
        }
        check("gewoon één tekst", "gewoon één tekst");
        check("\u{1b}[31mrood\u{7}", "\u{fffd}[31mrood\u{fffd}");
        check("a\r\nb\tc", "a\u{fffd}\u{fffd}b c");
        check("\u{9b}2J \u{7f}", "\u{fffd}2J \u{fffd}");
        check("\u{202e}txt.exe\u{2066}", "\u{fffd}txt.exe\u{fffd}");
    }

    #[test]
    fn json_means_the_same_after_it() {
        let value = serde_json::json!({"a": "\u{9b}2J\u{202e}\u{1b}\n"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = json(&text);
        assert!(!safe.replace('\n', "").chars().any(is_harmful));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
            value
        );
    }
}
