//! Amounts in euros, in the ways in which people write them.

use crate::language::Language;

/// Key of what is said of a text that is no amount.
const NONE: &str = "answer.money";

/// Key of what is said where a text may be two amounts.
const TWO: &str = "answer.money.two";

/// Digits of whole euros that are read: more than any damage, and far from the end of the number.
const MOST_DIGITS: usize = 12;

/// An amount of euros and cents, not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    cents: i64,
}

impl Money {
    /// Returns an amount of whole euros.
    pub(super) fn of_euros(euros: i64) -> Money {
        Money {
            cents: euros.saturating_mul(100),
        }
    }

    /// Reads what was typed: `12`, `12,5`, `€ 1250`, `1.250,50`, `1,250.50`, `1250,-`. Only the language
    /// tells whether `1.250` is a thousand and more: it is in Dutch, and `1,250` is in English.
    ///
    /// # Errors
    ///
    /// Returns the key of what is said of it.
    pub(super) fn read(text: &str, language: Option<Language>) -> Result<Money, &'static str> {
        let money = Money::in_any_language(text).ok_or(NONE)?;
        let mut marks = text.match_indices([',', '.']);
        let (Some((at, mark)), None) = (marks.next(), marks.next()) else {
            return Ok(money);
        };
        let after = text.split_at(at).1.chars().filter(char::is_ascii_digit);
        let thousands = language.map(|language| match language {
            Language::Nl => ".",
            Language::En => ",",
        });
        match after.count() {
            3 if thousands != Some(mark) => Err(TWO),
            _ => Ok(money),
        }
    }

    /// Reads an amount in which three digits after a point or comma are a group of thousands.
    fn in_any_language(text: &str) -> Option<Money> {
        let text = text.trim();
        let text = text
            .strip_prefix('€')
            .or_else(|| text.strip_suffix('€'))
            .unwrap_or(text);
        let mut text = text.to_owned();
        text.retain(|c| !c.is_whitespace());
        let text = text
            .strip_suffix(",-")
            .or_else(|| text.strip_suffix(".-"))
            .unwrap_or(&text);
        let last = text.rfind([',', '.']);
        let (euros, cents) = match last.and_then(|at| text.split_at_checked(at)) {
            Some((euros, rest)) if (2..=3).contains(&rest.len()) => (euros, rest.get(1..)?),
            _ => (text, ""),
        };
        let mark = text.get(euros.len()..).and_then(|rest| rest.chars().next());
        let euros = whole(euros, mark)?;
        let cents = match cents.len() {
            0 => 0,
            1 => digits(cents)?.checked_mul(10)?,
            _ => digits(cents)?,
        };
        Some(Money {
            cents: euros.checked_mul(100)?.checked_add(cents)?,
        })
    }

    /// Reads the stored value.
    pub(super) fn from_stored(text: &str) -> Option<Money> {
        let (euros, cents) = text.split_once('.')?;
        let is_whole = cents.len() == 2;
        let cents = digits(cents).filter(|_| is_whole)?;
        Some(Money {
            cents: digits(euros)?.checked_mul(100)?.checked_add(cents)?,
        })
    }

    /// Returns the stored value: `1250.00`.
    pub fn stored(self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    /// Returns the amount for people, without the sign: `1.250,00` with a point between thousands and a
    /// comma before the cents.
    pub(super) fn written(self, thousands: &str, decimal: &str) -> String {
        let euros = (self.cents / 100).to_string();
        let mut written = String::new();
        for (at, digit) in euros.chars().enumerate() {
            if at > 0 && (euros.len() - at).is_multiple_of(3) {
                written.push_str(thousands);
            }
            written.push(digit);
        }
        format!("{written}{decimal}{:02}", self.cents % 100)
    }
}

/// Reads whole euros, perhaps in groups of three digits. Groups and cents have different marks.
fn whole(text: &str, cents_mark: Option<char>) -> Option<i64> {
    let Some(mark) = text.chars().find(|c| matches!(c, ',' | '.')) else {
        return digits(text);
    };
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let is_sound = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3)
        && cents_mark != Some(mark);
    digits(&text.replace(mark, "")).filter(|_| is_sound)
}

fn digits(text: &str) -> Option<i64> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (only_digits && (1..=MOST_DIGITS).contains(&text.len()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, stored: Option<&str>) {
        for language in Language::ALL {
            check_in(language, typed, stored.ok_or(NONE));
        }
    }

    fn check_in(language: Language, typed: &str, stored: Result<&str, &str>) {
        let read = Money::read(typed, Some(language));
        let found = read.map(Money::stored);
        assert_eq!(found.as_deref().map_err(|key| *key), stored, "{typed}");
        if let Ok(read) = read {
            assert_eq!(Money::from_stored(&read.stored()), Some(read));
        }
    }

    #[test]
    fn three_digits_after_one_mark_are_an_amount_only_in_the_language_that_groups_so() {
        check_in(Language::Nl, "12,345", Err(TWO));
        check_in(Language::Nl, "€ 1,250", Err(TWO));
        check_in(Language::En, "12.345", Err(TWO));
        check_in(Language::Nl, "1.250", Ok("1250.00"));
        check_in(Language::En, "1,250", Ok("1250.00"));
        assert_eq!(Money::read("1.250", None), Err(TWO));
        assert_eq!(Money::read("1,250", None), Err(TWO));
        assert_eq!(Money::read("1.250,5", None), Ok(Money { cents: 125_050 }));
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        for typed in [
            "",
            "€",
            "-12",
            "twaalf",
            "12,",
            ",50",
            "1.25.50",
            "1,25,50",
            "1.2500",
            "12,555,1",
            "1.250.50",
            "1250.000,5.0",
            "12 euro",
            "€€12",
            "1e3",
            "٣",
            "1234567890123",
            "--",
            ",-",
            "0.125",
            "0,125",
            "012.345,00",
        ] {
            check(typed, None);
        }
    }

    #[test]
    fn amounts_are_read_in_the_ways_people_write_them() {
        check("12", Some("12.00"));
        check("12,5", Some("12.50"));
        check("12.50", Some("12.50"));
        check("€ 1250", Some("1250.00"));
        check("1250 €", Some("1250.00"));
        check("1.250,50", Some("1250.50"));
        check("1,250.50", Some("1250.50"));
        check("1 250,50", Some("1250.50"));
        check("1.250.000", Some("1250000.00"));
        check("1250,-", Some("1250.00"));
        check("0,05", Some("0.05"));
        check("999999999999", Some("999999999999.00"));
    }

    #[test]
    fn amounts_are_written_as_people_read_them() {
        let check = |typed: &str, thousands: &str, decimal: &str, written: &str| {
            let money = Money::read(typed, None).unwrap();
            assert_eq!(money.written(thousands, decimal), written);
        };
        check("1250", ".", ",", "1.250,00");
        check("1250000,5", ",", ".", "1,250,000.50");
        check("999", ".", ",", "999,00");
    }
}
