//! The known name that is nearest to a mistyped one.

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

#[cfg(test)]
mod tests {
    use super::*;

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
