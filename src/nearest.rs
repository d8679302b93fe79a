//! The known name that is nearest to a mistyped one, and the one that must have been meant.

/// Likeness (1 less the share of characters that were added, left out, changed or swapped) below which a name is no
/// suggestion but a guess. One slip in three characters still passes.
const SMALLEST_LIKENESS: f64 = 0.6;

/// Finds the known name that is most like `name`, if one is like it at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= SMALLEST_LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Fewest characters of a name that a slip is recognised in: in shorter ones it makes another word.
const SHORTEST_SLIPPED: usize = 4;

/// Finds the known name of which `name` must be a slip: the only one that differs in capitals, or else the only one
/// with one character added, left out, changed or swapped with the next. The first character and the digits are
/// right: `vorm` is no slip of `norm`, and `stap-3` none of `stap-2`.
pub fn slip_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let likely = known
        .into_iter()
        .map(|candidate| (candidate, candidate.to_lowercase()));
    let likely: Vec<(&str, String)> = likely
        .filter(|(_, other)| other.chars().count() >= SHORTEST_SLIPPED)
        .filter(|(_, other)| lower.chars().next() == other.chars().next())
        .filter(|(_, other)| digits(&lower).eq(digits(other)))
        .collect();
    let at = |distance: usize| -> Vec<&str> {
        let is_there = |other: &str| strsim::damerau_levenshtein(&lower, other) == distance;
        let there = likely.iter().filter(|(_, other)| is_there(other));
        there.map(|(candidate, _)| *candidate).collect()
    };
    let same = at(0);
    only(if same.is_empty() { at(1) } else { same })
}

/// Finds the only known name with the same letters and digits, whatever its capitals, hyphens, underscores and blanks.
pub fn same_letters<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bare = |name: &str| {
        let letters = name.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let letters = bare(name);
    let same = known
        .into_iter()
        .filter(|candidate| bare(candidate) == letters);
    only(same.collect())
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_numeric())
}

/// Returns the name that is the only one, however often it is there.
fn only(mut names: Vec<&str>) -> Option<&str> {
    names.dedup();
    match names[..] {
        [name] => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_character_of_the_only_name_that_is_like_it() {
        assert_eq!(slip_of("titel", ["title", "summary"]), Some("title"));
        assert_eq!(slip_of("Title", ["title", "titled"]), Some("title"));
        assert_eq!(slip_of("sumary", ["title", "summary"]), Some("summary"));
        for (name, known) in [
            ("sumery", ["title", "summary"]),
            ("pate", ["page", "path"]),
            ("vorm", ["norm", "x"]),
            ("stap-3", ["stap-2", "x"]),
            ("stap-12", ["stap-1", "x"]),
            ("em", ["en", "nl"]),
        ] {
            assert_eq!(slip_of(name, known), None, "{name}");
        }
    }

    #[test]
    fn capitals_and_what_stands_between_words_make_no_other_name() {
        let known = ["content/huis-regels.md", "content/a.md", "content/a-.md"];
        let same = |name| same_letters(name, known);
        assert_eq!(same("content/Huis regels.md"), Some(known[0]));
        assert_eq!(same("content/A.md"), None);
        assert_eq!(same("contenthuisregels.md"), None);
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("titel", ["title", "summary"]), Some("title"));
        assert_eq!(nearest("Sumary", ["title", "summary"]), Some("summary"));
        assert_eq!(nearest("toer", ["training", "tour"]), Some("tour"));
        assert_eq!(nearest("xyz", ["title", "summary"]), None);
        assert_eq!(nearest("feest", ["training", "session", "tour"]), None);
        assert_eq!(nearest("a5", ["a6", "wallet"]), None);
        assert_eq!(nearest("weg", ["wegwijs/nieuw"]), None);
    }
}
