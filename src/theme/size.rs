//! Sizes of files, in words of the theme.

use crate::message::Catalogue;

const KILO: u64 = 1024;
const MEGA: u64 = KILO * KILO;

/// Writes a number of bytes in the language of a catalogue: `640 bytes`, `12 kB`, `1,2 MB`.
pub fn size_in_words(bytes: u64, texts: &Catalogue) -> String {
    let (unit, number) = match bytes {
        0..KILO => ("bytes", bytes.to_string()),
        KILO..MEGA => ("kilobytes", bytes.div_ceil(KILO).to_string()),
        _ => ("megabytes", tenths(bytes.saturating_mul(10) / MEGA, texts)),
    };
    texts.text(&format!("size.{unit}"), &[("number", &number)])
}

fn tenths(tenths: u64, texts: &Catalogue) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}{}{part}", texts.text("size.point", &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::theme::{Theme, ThemeFiles};

    #[test]
    fn sizes_are_written_as_the_language_does() {
        let theme = Theme::load(&ThemeFiles::shipped(), "").0.unwrap();
        let check = |bytes, dutch, english| {
            let size = |language| size_in_words(bytes, theme.messages(language));
            assert_eq!(size(Language::Nl), dutch);
            assert_eq!(size(Language::En), english);
        };
        check(0, "0 bytes", "0 bytes");
        check(1023, "1023 bytes", "1023 bytes");
        check(1025, "2 kB", "2 kB");
        check(122_880, "120 kB", "120 kB");
        check(1_300_000, "1,2 MB", "1.2 MB");
        check(2 * MEGA, "2 MB", "2 MB");
    }
}
