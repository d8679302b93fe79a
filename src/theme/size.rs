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
