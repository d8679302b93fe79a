//! Mistakes that are found, and text that must stay silent.

use super::*;
use crate::site::markdown::outline;
use crate::source_text::SourceText;

fn told(markdown: &str, language: Language) -> Vec<(&'static str, usize)> {
    let source = SourceText::new("content/a.md", markdown);
    let body = 0..markdown.len();
    let (_, diagnostics) = outline(&source, body, Some("Titel"), language);
    let told = diagnostics.iter();
    told.map(|one| (one.code, one.place.as_ref().unwrap().line))
        .collect()
}

fn check(markdown: &str, expected: &[&str]) {
    let found = told(markdown, Language::Nl);
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, expected, "{markdown}");
}

fn check_english(markdown: &str, expected: &[&str]) {
    let found = told(markdown, Language::En);
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, expected, "{markdown}");
}

#[test]
fn words_for_a_picture_say_what_can_be_seen() {
    check(
        "![Een agent luistert naar een vrouw aan de balie](a.jpg)",
        &[],
    );
    check("![](lijn.svg \"decoratief\")", &[]);
    check("![Foto's van de zes baliemedewerkers](a.jpg)", &[]);
    check("![Grafiek: meldingen per maand stijgen](a.png)", &[]);
    check("![Plaatjesboek op tafel](a.png)", &[]);
    for name in [
        "IMG_2034",
        "DSC01234",
        "foto.jpg",
        "team_foto_def",
        "Schermafbeelding 2026-01-02",
        "image 3",
        "balie-nieuw.PNG",
    ] {
        check(&format!("![{name}](a.jpg)"), &["image-text-like-file-name"]);
    }
    for nothing in [
        "Foto",
        "afbeelding",
        "alt-tekst",
        "Logo.",
        "[image]",
        "Grafiek",
    ] {
        check(
            &format!("![{nothing}](a.jpg)"),
            &["image-text-says-nothing"],
        );
    }
    check("![Logo van de gemeente](a.svg)", &[]);
    check("![Zo ziet het scherm van logo.png](a.svg)", &[]);
}

#[test]
fn words_for_a_picture_can_be_better() {
    for text in [
        "Afbeelding van de balie",
        "Een foto van de balie",
        "picture of a desk",
        "Foto: de balie",
    ] {
        check(&format!("![{text}](a.jpg)"), &["image-text-start"]);
    }
    check("![Fotograaf aan het werk](a.jpg)", &[]);
    let most = "a ".repeat(74) + "bc";
    check(&format!("![{most}](a.jpg)"), &[]);
    check(&format!("![{most} d](a.jpg)"), &["image-text-too-long"]);
}

#[test]
fn words_that_stand_beside_a_picture_are_heard_twice() {
    check("![De balie](a.jpg) De balie.", &["image-text-beside"]);
    check("![De balie](a.jpg)\n\n*De balie*", &["image-text-beside"]);
    check("De balie\n\n![De balie](a.jpg)", &["image-text-beside"]);
    check(
        "[![Melden](a.svg) Melden](melden.md)",
        &["image-text-beside"],
    );
    check("![De balie](a.jpg) De balie is open.", &[]);
    check("![De balie](a.jpg)\n\n![De balie](b.jpg)", &[]);
    check("## De balie\n\n![De balie](a.jpg)", &[]);
    check("![](a.jpg \"decoratief\") De balie", &[]);
}

#[test]
fn a_link_says_where_it_goes() {
    for vague in [
        "klik hier",
        "Hier",
        "Lees meer",
        "lees meer >",
        "**hier**",
        "deze link",
        "Read more…",
        "click here",
    ] {
        check(&format!("Tekst [{vague}](a.md)."), &["link-text-vague"]);
    }
    check(
        "Lees [meer over melden](a.md) en [wat er hier gebeurt](b.md).",
        &[],
    );
    check("Het woord [hier](begrip:hier) en [here](taal:en).", &[]);
    check("[![klik hier](a.png)](a.md)", &["link-text-vague"]);
    check(
        "<https://www.politie.nl/aangifte>",
        &["link-text-is-address"],
    );
    check(
        "[www.politie.nl/aangifte](https://www.politie.nl/aangifte)",
        &["link-text-is-address"],
    );
    check(
        "[www.politie.nl](https://www.politie.nl/) of <info@politie.nl>",
        &[],
    );
}

#[test]
fn one_text_leads_to_one_place() {
    check("[De norm](a.md) en [de norm](b.md)", &["link-text-twice"]);
    check(
        "[De norm](a.md) en [de norm](a.md#kop) en [De norm.](./a.md)",
        &[],
    );
    check("[De norm](a.md) en [de norm](/a/)", &[]);
    check("[De norm](#kop) en [de norm](a.md)", &[]);
    check("[De norm](a.md) en [de wet](b.md)", &[]);
    check(
        "| A3 | A4 |\n|---|---|\n| [klein](a.svg) | [klein](b.svg) |\n",
        &[],
    );
}

#[test]
fn a_table_has_headers() {
    check("| Dag | Tijd |\n|---|---|\n| ma | 9 |\n", &[]);
    check("| | Tijd |\n|---|---|\n| ma | 9 |\n", &[]);
    check("| ![x](a.png) | `code` |\n|---|---|\n| ma | 9 |\n", &[]);
    check("| | |\n|---|---|\n| ma | 9 |\n", &["table-without-header"]);
    check(
        "| Dag | |\n|---|---|\n| ma | 9 |\n",
        &["table-header-empty"],
    );
    check("| Dag |\n|---|\n| ma |\n", &["table-one-column"]);
    check("| Wat ging goed? |\n|---|\n| &nbsp; |\n| |\n", &[]);
}

#[test]
fn a_bold_line_is_no_heading() {
    check(
        "**Wat doe je eerst?**\n\nBel de politie.",
        &["heading-in-bold"],
    );
    check("__Na het voorval__\n\n- Bel.\n", &["heading-in-bold"]);
    check("**Bel altijd 112.**\n\nDaarna meld je.", &[]);
    check("**Let op:**\n\n- Bel.\n", &[]);
    check("**088 123 45 67**\n\nDag en nacht.", &[]);
    check("**Bel 112**\n\nDag en nacht.", &[]);
    check("**Vet** en niet vet\n\nTekst.", &[]);
    check("**Aan het einde van de pagina**", &[]);
    check("**Straat**\n\n**Stad**\n\nTekst.", &["heading-in-bold"]);
    // A number, a name above what somebody does, and one above an address.
    check("**Bel 0900 8844 (geen spoed)**\n\nDag en nacht.", &[]);
    check("**Samira Bakker**\n\nAdviseur sociale veiligheid", &[]);
    check(
        "**Meldpunt**\n\nStadhuisplein 1  \n1234 AB Voorbeeldstad",
        &[],
    );
    check("- **In een lijst**\n\n  Tekst.\n", &[]);
    check(
        "**Dit is een hele zin die belangrijk is voor wie leest**\n\nTekst.",
        &[],
    );
    check("**`code`**\n\nTekst.", &[]);
    check("**Een kop eronder**\n\n## Kop\n\nTekst.", &[]);
}

#[test]
fn text_in_another_language_is_marked() {
    let english = "If you are not safe, call the police and ask for help.";
    check(english, &["language-unmarked"]);
    check(
        &format!("- Bel ons.\n- {english}\n"),
        &["language-unmarked"],
    );
    check(&format!("*{english}*"), &["language-unmarked"]);
    check(&format!("[{english}](en.md)"), &["language-unmarked"]);
    check(&format!("> {english}"), &["language-unmarked"]);
    check(
        &format!("> [!tip] Let op\n> {english}"),
        &["language-unmarked"],
    );
    check(&format!("> [!taal: en]\n> {english}\n>\n> {english}"), &[]);
    check(&format!("> [!taal: en] {english}"), &[]);
    check(&format!("[{english}](taal:en)"), &[]);
    check_english(english, &[]);
    let dutch = "Ben je niet veilig, bel dan de politie en vraag om hulp.";
    check_english(dutch, &["language-unmarked"]);
    check(dutch, &[]);
    check_english(&format!("> [!language: nl]\n> {dutch}"), &[]);
    let found = told(&format!("Tekst.\n\n{english}\n"), Language::Nl);
    assert_eq!(found, [("language-unmarked", 3)]);
}

#[test]
fn names_titles_and_single_terms_of_another_language_stay_silent() {
    for text in [
        "The Hague Institute for Global Justice",
        "Safety at Work and the Role of the Police",
        "De film *What to do when you are not the one* is van 2019.",
        "Harvey (2019). *What works and what does not in the case of violence at work*. Londen.",
        "Zeg: “Please leave the building now, you are not welcome here.”",
        "Zeg: „Please leave the building now, you are not welcome here.”",
        "Zeg: ‘Please leave the building now, you’re not welcome here.’",
        "Zeg: \"Please leave the building now, you are not welcome here.\"",
        "Zeg ('s avonds ook): 'Please leave the building now, you are not welcome here'.",
        "- *What to do when you are not the one*",
        "- [What to do when you are not the one](https://a.nl/x)",
        "- What to do when you are not the one",
        "- Harvey, P. (2019). What works and what does not in the case of violence. Londen.",
        "Het team doet aan storytelling, coaching on the job en peer support.",
        "Peer support",
        "Stay safe",
        "Just in time, all in, over the top",
        "IT, HR en de OR zijn er ook bij.",
        "Do's en don'ts",
        "Copyright © 2026 The Open Source Company",
        "In de cao van 2026",
        "`if you are not the one that is for us`",
        "A. de Vries, B. van der Meer",
        "Stop. Hands up.",
        "",
    ] {
        check(text, &[]);
    }
    for text in [
        "The Ministerie van Binnenlandse Zaken en Koninkrijksrelaties",
        "Call the Meldpunt Agressie en Geweld van de gemeente",
        "Wet op de ondernemingsraden",
        "The word is “wat je niet wilt dat je geschiedt”.",
    ] {
        check_english(text, &[]);
    }
}

#[test]
fn a_page_of_nothing_but_marks_is_read_once() {
    for text in [
        "[a](b) ".repeat(40_000),
        "**a** ".repeat(40_000),
        "\u{201c}".repeat(60_000),
        "![De balie](a.jpg) woord ".repeat(10_000),
    ] {
        let found = told(&text, Language::Nl);
        assert!(found.len() <= 1, "{:?}", found.get(..3));
    }
}
