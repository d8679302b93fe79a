//! Text in another language than that of its page, and how an editor marks it: a few words as
//! `[Ask for an interpreter](taal:en)`, whole paragraphs as a quotation that begins with `[!taal: en]`.
//!
//! A language is named by its code: two letters as in ISO 639-1, or three as in ISO 639-3 where there are no two, such
//! as `pap`. A script may follow: `zh-Hant`.

/// What the destination of words in another language begins with, where an address has its scheme.
const SCHEME: &str = "taal:";

/// The words before the language of a quotation.
const WORDS: [&str; 2] = ["taal:", "language:"];

/// The languages that have a code of two letters (ISO 639-1).
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da \
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io \
    is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my \
    na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq \
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "ckb", "dv", "fa", "he", "ps", "ur", "yi"];

/// Returns the language of a link that is no link: what stands behind `taal:`.
pub(super) fn of_link(destination: &str) -> Option<&str> {
    destination.strip_prefix(SCHEME).map(str::trim)
}

/// Returns the language of a quotation whose text begins with `[!taal: …]`, and what follows on that line.
pub(super) fn of_quotation(text: &str) -> Option<(&str, &str)> {
    let (mark, rest) = text.strip_prefix("[!")?.split_once(']')?;
    let mut words = WORDS.iter();
    let language = words.find_map(|word| mark.trim().strip_prefix(word))?;
    Some((language.trim(), rest.trim_start()))
}

/// Returns the attributes of text in a language, with a space in front, or nothing where no language has this code.
pub(super) fn attributes(language: &str) -> Option<String> {
    let (code, script) = language.split_once('-').unwrap_or((language, "Latn"));
    let is_script = script.len() == 4 && script.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_code = match code.len() {
        2 => TWO_LETTERS.split_whitespace().any(|known| known == code),
        3 => code.bytes().all(|byte| byte.is_ascii_lowercase()),
        _ => false,
    };
    let direction = match RIGHT_TO_LEFT.contains(&code) {
        true => " dir=\"rtl\"",
        false => "",
    };
    (is_code && is_script).then(|| format!(" lang=\"{language}\"{direction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_a_code_that_is_known() {
        let check = |language: &str, expected: Option<&str>| {
            assert_eq!(attributes(language).as_deref(), expected, "{language:?}");
        };
        check("en", Some(" lang=\"en\""));
        check("ar", Some(" lang=\"ar\" dir=\"rtl\""));
        check("pap", Some(" lang=\"pap\""));
        check("zh-Hant", Some(" lang=\"zh-Hant\""));
        for wrong in [
            "", "e", "EN", "Engels", "xx", "en-", "en-\"><b", "p\"p", "--",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_quotation_says_its_language_on_its_first_line() {
        assert_eq!(of_quotation("[!taal: en]"), Some(("en", "")));
        assert_eq!(of_quotation("[!language:en] Hello"), Some(("en", "Hello")));
        assert_eq!(of_quotation("[!tip]"), None);
        assert_eq!(of_quotation("[!taal"), None);
    }
}
