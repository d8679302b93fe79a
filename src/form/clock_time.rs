//! Times of day, in the ways in which people write them.

use jiff::civil::Time;

/// Reads a time of day: `14:30`, `14.30`, `1430`, `14u30`, `14.30 uur`, `9`, `2:30 pm`. Words such as
/// "half drie" are not read: they do not say which half of the day.
pub(super) fn read(text: &str) -> Option<Time> {
    let mut text = text.to_lowercase();
    text.retain(|c| !c.is_whitespace());
    let afternoon = text.ends_with("pm");
    let twelve_hours = afternoon || text.ends_with("am");
    let bare = match twelve_hours {
        true => text.trim_end_matches("am").trim_end_matches("pm"),
        false => text
            .trim_end_matches("uur")
            .trim_end_matches('u')
            .trim_end_matches('h'),
    };
    let (hours, minutes) = hours_and_minutes(bare)?;
    let hours = match (twelve_hours, hours) {
        (false, hours) => hours,
        (true, 12) => u32::from(afternoon) * 12,
        (true, 1..=11) => hours + u32::from(afternoon) * 12,
        (true, _) => return None,
    };
    Time::new(i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?, 0, 0).ok()
}

fn hours_and_minutes(bare: &str) -> Option<(u32, u32)> {
    if let Some((hours, minutes)) = bare.split_once([':', '.', 'u', 'h']) {
        return Some((digits(hours, 1..=2)?, digits(minutes, 2..=2)?));
    }
    let together = digits(bare, 1..=4)?;
    match bare.len() {
        1 | 2 => Some((together, 0)),
        _ => Some((together / 100, together % 100)),
    }
}

/// Writes a time as `14:30`.
pub(super) fn written(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Reads a number that is written with so many digits and nothing else.
pub(super) fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (only_digits && count.contains(&text.len()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn times_are_read_in_the_ways_people_write_them() {
        let check = |text: &str, expected: Option<Time>| assert_eq!(read(text), expected, "{text}");
        check("24:00", None);
        check("2460", None);
        check("12345", None);
        check("13 pm", None);
        check("9:5", None);
        check("half drie", None);
        check("half 3", None);
        check(":", None);
        check("am", None);
        check("ammm", None);
        check("-1:00", None);
        check("14:30", Some(time(14, 30, 0, 0)));
        check("14.30", Some(time(14, 30, 0, 0)));
        check("1430", Some(time(14, 30, 0, 0)));
        check("930", Some(time(9, 30, 0, 0)));
        check("14u30", Some(time(14, 30, 0, 0)));
        check("14.30 uur", Some(time(14, 30, 0, 0)));
        check("9", Some(time(9, 0, 0, 0)));
        check("9 u", Some(time(9, 0, 0, 0)));
        check("2:30 PM", Some(time(14, 30, 0, 0)));
        check("12 am", Some(time(0, 0, 0, 0)));
        check("12pm", Some(time(12, 0, 0, 0)));
        check("0:00", Some(time(0, 0, 0, 0)));
    }
}
