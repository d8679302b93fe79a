//! What looks like a citizen service number or an e-mail address, so that it is not kept by accident.

/// Weights of the nine digits of a citizen service number; the weighted sum is a multiple of eleven
/// (the eleven-test of RvIG, Logisch Ontwerp BSN). Eight digits have a zero before them.
const WEIGHTS: [i64; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// Returns whether a text holds a number that passes the eleven-test: eight or nine digits together, or
/// in groups with the same mark between them. A date in digits is a date.
pub(super) fn is_in(text: &str) -> bool {
    let tokens = tokens(text);
    let mut from = 0;
    while from < tokens.len() {
        // As far as the same mark stands between the digits.
        let mark = tokens.get(from).map_or("", |token| token.mark);
        let mut to = from + 1;
        while to < tokens.len()
            && is_mark(mark)
            && tokens.get(to - 1).is_some_and(|token| token.mark == mark)
        {
            to += 1;
        }
        let run = tokens.get(from..to).unwrap_or_default();
        let alone = run.iter().any(|token| passes(token.digits));
        let groups: Vec<&str> = run.iter().map(|token| token.digits).collect();
        if alone || (!is_date(&groups) && passes(&groups.concat())) {
            return true;
        }
        from = if to > from + 1 { to - 1 } else { to };
    }
    false
}

/// Returns whether a text holds what looks like an e-mail address.
pub(super) fn has_email_address(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.match_indices('@').any(|(at, _)| {
            let before = word.get(..at).unwrap_or_default();
            let after = word.get(at + 1..).unwrap_or_default();
            let host_is_named = after.split_once('.').is_some_and(|(host, rest)| {
                !host.is_empty() && rest.starts_with(char::is_alphanumeric)
            });
            before.ends_with(|c: char| !c.is_ascii_punctuation() || "_-+".contains(c))
                && host_is_named
        })
    })
}

/// Some digits, and what stands between them and the next digits.
struct Digits<'a> {
    digits: &'a str,
    mark: &'a str,
}

fn tokens(text: &str) -> Vec<Digits<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = rest.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let (digits, after) = rest.split_at(end.unwrap_or(rest.len()));
        let next = after.find(|c: char| c.is_ascii_digit());
        let mark = next.and_then(|next| after.get(..next)).unwrap_or_default();
        tokens.push(Digits { digits, mark });
        rest = after;
    }
    tokens
}

fn is_mark(mark: &str) -> bool {
    !mark.is_empty() && mark.chars().count() <= 3 && mark.chars().all(|c| " .-\u{a0}".contains(c))
}

fn is_date(groups: &[&str]) -> bool {
    let (day, month) = match groups {
        [day, month, year] if year.len() == 4 => (day, month),
        [year, month, day] if year.len() == 4 => (day, month),
        _ => return false,
    };
    let within = |text: &str, most: u8| text.parse().is_ok_and(|n: u8| (1..=most).contains(&n));
    within(day, 31) && within(month, 12)
}

fn passes(digits: &str) -> bool {
    if !(8..=9).contains(&digits.len()) {
        return false;
    }
    let digits = digits.chars().rev().filter_map(|c| c.to_digit(10));
    let weighted = digits.zip(WEIGHTS.into_iter().rev());
    let sum: i64 = weighted
        .map(|(digit, weight)| i64::from(digit) * weight)
        .sum();
    // Nine zeros pass the sum and are nobody's.
    sum != 0 && sum % 11 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first two are well-known test numbers that were given to nobody.
    #[test]
    fn what_passes_the_eleven_test_is_seen_however_it_is_written() {
        for text in [
            "111222333",
            "123456782",
            "bsn 111222333.",
            "111.222.333",
            "111 222 333",
            "1112 22 333",
            "1112-22-333",
            "zaak 12, 111222333",
            "12 111.222.333",
            "12345672",
            "x123456782x",
            "1 123456782",
        ] {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "111222334",
            "000000000",
            "1112223330",
            "06 12 34 56 78",
            "zaak 2026-00017",
            "1234567",
            "٣٣٣٣٣٣٣٣",
        ] {
            assert!(!is_in(text), "{text}");
        }
        for day in 1..=28 {
            assert!(!is_in(&format!("{day:02}-11-2026")), "{day}");
            assert!(!is_in(&format!("2026-11-{day:02}")), "{day}");
        }
    }

    #[test]
    fn addresses_are_seen_in_a_text() {
        for text in [
            "a@b.nl",
            "mail naar jan.jansen@voorbeeld.nl.",
            "<x+y@z.example>",
        ] {
            assert!(has_email_address(text), "{text}");
        }
        for text in ["", "@jan", "jan@", "om 3 @ balie", "a@b", "a@.nl", "@b.nl"] {
            assert!(!has_email_address(text), "{text}");
        }
    }
}
