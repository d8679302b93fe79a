//! Whole numbers, in the ways in which people write them.

/// Digits that are read: more than anybody counts, and far from the end of the number.
const MOST_DIGITS: usize = 12;

/// Reads a whole number: `12`, `1.250`, `1,250`, `1 250`, `-3`.
pub(super) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let mark = digits.chars().find(|c| !c.is_ascii_digit());
    let digits = match mark {
        None => digits.to_owned(),
        Some(mark @ ('.' | ',' | ' ' | '\u{a0}')) => without_thousands(digits, mark)?,
        Some(_) => return None,
    };
    let is_sound =
        (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| is_sound)?;
    Some(sign * number)
}

fn without_thousands(digits: &str, mark: char) -> Option<String> {
    let mut groups = digits.split(mark);
    let first = groups.next()?;
    // `0.125` is a part of one, not a hundred and more.
    let is_sound = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3);
    is_sound.then(|| digits.replace(mark, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_in_the_ways_people_write_them() {
        let check = |text: &str, expected| assert_eq!(read(text), expected, "{text}");
        for wrong in [
            "",
            "-",
            "twee",
            "1,5",
            "1.5",
            "12.50",
            "0.125",
            "0,125",
            "012.500",
            "1.25.000",
            "1.250,00",
            "--1",
            "1e3",
            "٣",
            "1234567890123",
            "+1",
        ] {
            check(wrong, None);
        }
        check(" 12 ", Some(12));
        check("0", Some(0));
        check("007", Some(7));
        check("-3", Some(-3));
        check("1.250", Some(1250));
        check("1,250,000", Some(1_250_000));
        check("1 250", Some(1250));
    }
}
