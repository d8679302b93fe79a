//! The known name that is nearest to a mistyped one.

/// Likeness (Jaro-Winkler, 0 to 1) below which a name is no suggestion but a guess.
const SMALLEST_LIKENESS: f64 = 0.7;

/// Finds the known name that is most like `name`, if one is like it at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&lower, &candidate.to_lowercase()),
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
        assert_eq!(nearest("xyz", ["title", "summary"]), None);
    }
}
