//! Names of files that are safe to show and to save under.

use super::FileKind;

/// Longest name, in bytes with its extension: longer than people name a file themselves, and it fits
/// on every file system and in a header of HTTP.
const LONGEST_NAME: usize = 120;

/// Longest extension that is taken for one, in characters.
const LONGEST_EXTENSION: usize = 5;

/// Returns the given name without folders, invisible characters and what systems do not take in a
/// name, not too long, and with the extension of the kind. Where nothing is left, the name of the kind
/// is the name.
pub(super) fn safe(given: &str, kind: FileKind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| if "<>:\"|?*".contains(c) { '-' } else { c })
        .collect();
    let mut stem = visible.trim_end_matches(is_edge);
    if let Some((before, _)) = split_extension(stem) {
        stem = before;
    }
    stem = trimmed(stem);
    // `foto.jpg.exe` is called `foto`.
    while let Some((before, extension)) = split_extension(stem)
        && is_taken(extension)
    {
        stem = trimmed(before);
    }
    let room = LONGEST_NAME - 1 - kind.extension().len();
    let stem = trimmed(
        stem.get(..stem.floor_char_boundary(room))
            .unwrap_or_default(),
    );
    let stem = if stem.is_empty() { kind.name() } else { stem };
    format!("{stem}.{}", kind.extension())
}

/// Returns the text without the dots and spaces around it, which hide a file or get lost.
fn trimmed(text: &str) -> &str {
    text.trim_matches(is_edge)
}

fn is_edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Divides a name from an extension; `v1.2` and `dhr. Jansen` have none.
fn split_extension(name: &str) -> Option<(&str, &str)> {
    let (before, extension) = name.rsplit_once('.')?;
    let is_extension = (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && extension.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_extension.then_some((before, extension))
}

fn is_taken(extension: &str) -> bool {
    let is = |known: &str| known.eq_ignore_ascii_case(extension);
    is("jpeg") || FileKind::ALL.iter().any(|kind| is(kind.extension()))
}

/// Tells whether a character cannot be seen: controls, and the format characters of Unicode (category
/// Cf and the separators of lines), some of which turn the direction of reading.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expected: &str) {
        assert_eq!(safe(given, FileKind::Jpeg), expected, "{given:?}");
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        check("..\\..\\evil.exe", "evil.jpg");
        check("../../etc/passwd", "passwd.jpg");
        check("C:\\Users\\jan\\foto.jpg", "foto.jpg");
        check("foto.jpg.exe", "foto.jpg");
        check("foto.jpeg", "foto.jpg");
        check("FOTO.JPG", "FOTO.jpg");
        check("foto\u{202E}gpj.exe", "fotogpj.jpg");
        check("fo\u{200B}to\r\nX: y\0.jpg", "fotoX- y.jpg");
        check(".htaccess", "htaccess.jpg");
        check("a<b>:\"c|?*.jpg", "a-b---c---.jpg");
    }

    #[test]
    fn a_name_that_says_nothing_becomes_that_of_the_kind() {
        for given in ["", ".", "..", "/", "  ", "\u{202E}\u{200F}", ".jpg", "map/"] {
            check(given, "jpeg.jpg");
        }
        assert_eq!(safe("", FileKind::PlainText), "text.txt");
    }

    #[test]
    fn what_people_call_their_files_stays() {
        check("Gesprek met dhr. Jansen.png", "Gesprek met dhr. Jansen.jpg");
        check("verslag v1.2", "verslag v1.2.jpg");
        check("brief.jan.jpg", "brief.jan.jpg");
        check("Überfall – één.webp", "Überfall – één.jpg");
        check("IMG_2041", "IMG_2041.jpg");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        for long in ["a".repeat(300), "é".repeat(300), "👩🏽".repeat(100)] {
            let name = safe(&format!("{long}.jpg"), FileKind::Jpeg);
            assert!(
                name.len() <= LONGEST_NAME && name.len() > LONGEST_NAME - 8,
                "{name}"
            );
            assert!(name.ends_with(".jpg") && long.starts_with(name.trim_end_matches(".jpg")));
        }
    }
}
