//! E-mails saved as a file: headers as in RFC 5322, then anything but NUL.
//!
//! The copy is the file itself, with everything in it: addresses, the road it took, attachments.

use super::Refusal;
use super::stream::{Input, Output};

/// Tells whether a file starts with the headers of an e-mail: fields only, up to an empty line, with
/// the two that must be there (RFC 5322, section 3.6).
pub(super) fn is_email(head: &[u8], is_whole: bool) -> bool {
    let mut has_from = false;
    let mut has_date = false;
    for (at, line) in head.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return has_from && has_date;
        }
        if line
            .iter()
            .any(|&byte| byte.is_ascii_control() && byte != b'\t')
        {
            return false;
        }
        let continues = matches!(line, [b' ' | b'\t', ..]);
        if continues && at > 0 {
            continue;
        }
        let Some(name) = field_name(line) else {
            return false;
        };
        has_from |= name.eq_ignore_ascii_case(b"from");
        has_date |= name.eq_ignore_ascii_case(b"date");
    }
    is_whole && has_from && has_date
}

/// Returns the name of a field: printable characters without spaces, up to a colon.
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = line.get(..colon)?;
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

/// Writes an e-mail as it is.
pub(super) fn clean(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Refusal> {
    let damaged = input.damaged();
    let mut has_nul = false;
    input.rest(|piece| {
        has_nul |= piece.contains(&0);
        output.put(piece)
    })?;
    if has_nul { Err(damaged) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::FileKind;
    use super::super::tests::{code, kept, kind};

    const MAIL: &str = "Received: from a\r\n\tby b\r\nFROM: Jan <jan@voorbeeld.nl>\r\n\
        Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n\r\nIk weet je te vinden: ja\r\n";

    #[test]
    fn what_has_not_the_headers_of_an_email_is_text() {
        for text in [
            "From: Jan\n\nno date",
            "Date: today\n\nno sender",
            "From: Jan\nDate: today\nand then a line\n\n",
            " From: a\nDate: b\n\n",
            "From Jan: a\nDate: b\n\n",
        ] {
            assert_eq!(kind(text.as_bytes()), Ok(FileKind::PlainText), "{text}");
        }
    }

    #[test]
    fn an_email_is_kept_as_it_is() {
        assert_eq!(kind(MAIL.as_bytes()), Ok(FileKind::Email));
        assert_eq!(kept(MAIL.as_bytes()), Ok(MAIL.as_bytes().to_vec()));
        let headers_only = "From: Jan\nDate: today";
        assert_eq!(kind(headers_only.as_bytes()), Ok(FileKind::Email));
        let road = "Received: from one server by another\n".repeat(1000);
        assert_eq!(
            kind(format!("{road}{MAIL}").as_bytes()),
            Ok(FileKind::Email)
        );
    }

    #[test]
    fn an_email_with_a_nul_is_damaged() {
        assert_eq!(code(format!("{MAIL}a\0b").as_bytes()), "damaged");
    }
}
