//! What looks like a citizen service number or an e-mail address, so that it is not kept by accident.

/// Weights of the nine digits of a citizen service number; the weighted sum is a multiple of eleven
/// (the eleven-test of RvIG, Logisch Ontwerp BSN). Eight digits have a zero before them.
const WEIGHTS: [i64; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// Digits of a citizen service number.
const MOST_DIGITS: usize = WEIGHTS.len();

/// Digits of a telephone number, which starts with a zero.
const PHONE_DIGITS: usize = 10;

/// Characters between two groups of digits that still are one number.
const LONGEST_MARK: usize = 3;

/// Returns whether a text holds a number that passes the eleven-test: eight or nine digits, together or
/// in groups with any mark between them, also among other groups. A date in digits is a date, and a
/// telephone number in groups is one.
pub(super) fn is_in(text: &str) -> bool {
    let tokens = tokens(text);
    tokens.iter().any(|token| passes(token.digits)) || runs(&tokens).any(holds_number)
}

/// Cuts groups of digits where something else than a mark stands between them, and around dates.
fn runs<'t, 'a>(tokens: &'t [Digits<'a>]) -> impl Iterator<Item = &'t [Digits<'a>]> {
    let mut rest = tokens;
    std::iter::from_fn(move || {
        let (run, after) = next_run(rest)?;
        rest = after;
        Some(run)
    })
}

fn next_run<'t, 'a>(tokens: &'t [Digits<'a>]) -> Option<(&'t [Digits<'a>], &'t [Digits<'a>])> {
    let starts_date = |at: usize| tokens.get(at..at + 3).is_some_and(is_date);
    if tokens.is_empty() {
        return None;
    }
    if starts_date(0) {
        return Some((&[], tokens.get(3..).unwrap_or_default()));
    }
    let mut end = 1;
    while end < tokens.len()
        && !starts_date(end)
        && tokens.get(end - 1).is_some_and(|token| is_mark(token.mark))
    {
        end += 1;
    }
    tokens.split_at_checked(end)
}

fn holds_number(run: &[Digits<'_>]) -> bool {
    let digits: usize = run.iter().map(|token| token.digits.len()).sum();
    let starts = run
        .first()
        .is_some_and(|token| token.digits.starts_with('0'));
    if digits == PHONE_DIGITS && starts {
        return false;
    }
    (0..run.len()).any(|from| {
        let mut number = String::new();
        let groups = run.get(from..).unwrap_or_default().iter();
        groups
            .map_while(|token| {
                number.push_str(token.digits);
                (number.len() <= MOST_DIGITS).then(|| passes(&number))
            })
            .any(|passes| passes)
    })
}

/// Returns whether a text holds what looks like an e-mail address.
pub(super) fn has_email_address(text: &str) -> bool {
    // As it stands in an address, and as keyboards for other scripts write it.
    let text = text.replace("%40", "@").replace('\u{ff20}', "@");
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
    !mark.is_empty()
        && mark.chars().count() <= LONGEST_MARK
        && !mark.chars().any(char::is_alphanumeric)
}

/// Returns whether three groups are a date, with the same mark between them.
fn is_date(groups: &[Digits<'_>]) -> bool {
    let [first, second, third] = groups else {
        return false;
    };
    let (day, month) = match (first.digits, second.digits, third.digits) {
        (day, month, year) if year.len() == 4 => (day, month),
        (year, month, day) if year.len() == 4 => (day, month),
        _ => return false,
    };
    let within = |text: &str, most: u8| text.parse().is_ok_and(|n: u8| (1..=most).contains(&n));
    is_mark(first.mark) && first.mark == second.mark && within(day, 31) && within(month, 12)
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
            "12 111 222 333",
            "2026 111 222 333",
            "2026-111222333",
            "111,222,333",
            "111/222/333",
            "1112/22/333",
            "111_222_333",
            "111–222–333",
            "111\u{2009}222\u{2009}333",
            "22-11-2026 111 222 333",
            "111 - 222 - 333",
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
            "06-12345678",
            "zaak 2026-00017",
            "111 222 en 333",
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
            "jan%40b.nl",
            "jan＠b.nl",
        ] {
            assert!(has_email_address(text), "{text}");
        }
        for text in ["", "@jan", "jan@", "om 3 @ balie", "a@b", "a@.nl", "@b.nl"] {
            assert!(!has_email_address(text), "{text}");
        }
    }
}
