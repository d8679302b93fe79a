//! Plain text: kept as UTF-8, whatever it came in.

use super::Refusal;
use super::stream::{Input, Output};

/// The characters of Windows-1252 from 0x80 to 0x9F; five of them are not in use.
///
/// Source: the WHATWG Encoding Standard and Microsoft's table of code page 1252.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// Tells whether the first bytes of a file can be text.
pub(super) fn is_text(head: &[u8]) -> bool {
    matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
        || head
            .iter()
            .all(|&byte| byte >= 0x80 || is_writing(char::from(byte)))
}

/// Writes a text as UTF-8, without a byte order mark: from UTF-8, from UTF-16 with a mark, else from
/// Windows-1252.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let bytes = input.read_to_end()?;
    let text = decode(&bytes).ok_or_else(|| input.damaged())?;
    if !text.chars().all(is_writing) {
        return Err(input.damaged());
    }
    output.put(text.as_bytes())
}

fn decode(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xEF, 0xBB, 0xBF, text @ ..] => str::from_utf8(text).ok().map(str::to_owned),
        [0xFF, 0xFE, text @ ..] => decode_utf16(text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] => decode_utf16(text, u16::from_be_bytes),
        text => match str::from_utf8(text) {
            Ok(text) => Some(text.to_owned()),
            Err(_) => text.iter().map(|&byte| windows_1252(byte)).collect(),
        },
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (units, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    char::decode_utf16(units.iter().map(|&bytes| unit(bytes)))
        .collect::<Result<_, _>>()
        .ok()
}

fn windows_1252(byte: u8) -> Option<char> {
    match byte
        .checked_sub(0x80)
        .and_then(|at| WINDOWS_1252.get(usize::from(at)))
    {
        Some(found) => *found,
        None => Some(char::from(byte)),
    }
}

/// Tells whether a character has a place in a text: any but the controls that move no cursor.
fn is_writing(c: char) -> bool {
    !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{C}' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{code, kept};

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(
            kept(bytes).map(|bytes| String::from_utf8(bytes).unwrap()),
            Ok(expected.to_owned())
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(code(b"ab\0cd"), "kind_not_taken");
        assert_eq!(code(b"\x1b[2J"), "kind_not_taken");
        assert_eq!(code(b"not in use: \x81"), "damaged");
        assert_eq!(code(b"\xFF\xFEa\0b"), "damaged");
        assert_eq!(code(b"\xFF\xFE\x00\xD8a\0"), "damaged");
        assert_eq!(code(b"\xFF\xFEa\0\0\0"), "damaged");
        assert_eq!(code(b"\xEF\xBB\xBFcaf\xE9"), "damaged");
        assert_eq!(code(b"{\\rtf1 a}"), "kind_not_taken");
        let late: Vec<u8> = [vec![b'a'; 100_000], vec![0]].concat();
        assert_eq!(code(&late), "damaged");
    }

    #[test]
    fn text_is_kept_as_utf8() {
        check("één\r\nregel\t€".as_bytes(), "één\r\nregel\t€");
        check(b"\xEF\xBB\xBFmet merk", "met merk");
        check(b"caf\xE9 \x80 5 \x93ja\x94", "café € 5 “ja”");
        check(b"\xFF\xFEj\0a\0\xAC\x20", "ja€");
        check(b"\xFE\xFF\0j\0a\x20\xAC", "ja€");
    }
}
