//! Tests of the language check.

use super::*;

fn codes(kind: Kind, text: &str, language: Language) -> Vec<String> {
    let wording = Wording::shipped(language);
    check(&Passage::plain(kind, text), language, &wording)
        .into_iter()
        .map(|finding| format!("{:?} {}", finding.rule, text.get(finding.range).unwrap()))
        .collect()
}

#[test]
fn a_sentence_is_long_from_its_twenty_first_word() {
    let twenty = "woord ".repeat(19) + "woord.";
    assert_eq!(codes(Kind::Prose, &twenty, Language::Nl), [""; 0]);
    let more = format!("woord {twenty}");
    let found = codes(Kind::Prose, &more, Language::Nl);
    assert_eq!(found, [format!("LongSentence {more}")]);
    assert_eq!(codes(Kind::Label, &more, Language::Nl), [""; 0]);
    assert_eq!(codes(Kind::Prose, &more, Language::En), [""; 0]);
    let english = "word ".repeat(26);
    assert_eq!(codes(Kind::Prose, &english, Language::En).len(), 1);
}

#[test]
fn a_paragraph_is_long_from_its_sixth_sentence() {
    assert_eq!(
        codes(Kind::Prose, &"Bel. ".repeat(5), Language::Nl),
        [""; 0]
    );
    assert_eq!(
        codes(Kind::Prose, &"Bel. ".repeat(6), Language::Nl).len(),
        1
    );
}

#[test]
fn the_longest_page_is_read_once() {
    for text in ["Ja. ".repeat(60_000), "\"Ja. Nee.\" ".repeat(30_000)] {
        let found = codes(Kind::Prose, &text, Language::Nl);
        assert_eq!(found.len(), usize::from(text.starts_with('J')));
    }
    for text in [".".repeat(300_000) + "a", "a? (".repeat(60_000)] {
        assert_eq!(codes(Kind::Label, &text, Language::Nl), [""; 0]);
    }
}

#[test]
fn a_long_word_is_told_and_hyphens_part_it() {
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(codes(Kind::Label, text, Language::Nl), expected, "{text}");
    };
    check(
        "Vergunningsvoorwaarden",
        &["LongWord Vergunningsvoorwaarden"],
    );
    check("vergunnings-voorwaarden", &[]);
    check("https://voorbeeld.nl/eenheellanglanglangpad", &[]);
    check("vertrouwenspersoon", &[]);
    let mut wording = Wording::shipped(Language::Nl);
    wording.allow("Vergunningsvoorwaarden");
    let passage = Passage::plain(Kind::Label, "De Vergunningsvoorwaarden");
    assert_eq!(super::check(&passage, Language::Nl, &wording), []);
}

#[test]
fn a_difficult_word_comes_with_an_easier_one() {
    let wording = Wording::shipped(Language::Nl);
    let text = "Conform de regels dient te worden gebeld, m.b.t. Iets.";
    let found = super::check(&Passage::plain(Kind::Label, text), Language::Nl, &wording);
    let found: Vec<_> = found
        .iter()
        .map(|one| format!("{:?}", one.arguments))
        .collect();
    assert_eq!(
        found,
        [
            r#"[("word", "conform"), ("easier", "volgens")]"#,
            r#"[("word", "dient te"), ("easier", "moeten")]"#,
            r#"[("word", "m.b.t."), ("easier", "over, voor")]"#,
        ]
    );
    assert_eq!(
        codes(Kind::Prose, "Confirm it prior to Monday.", Language::En).len(),
        1
    );
    assert_eq!(
        codes(Kind::Prose, "Wij leveren informatie.", Language::Nl),
        [""; 0]
    );
}

#[test]
fn a_phrase_does_not_go_on_over_a_change_of_emphasis() {
    let check = |line: &str, expected: &[&str]| {
        let wording = Wording::shipped(Language::Nl);
        let passages = crate::site::markdown::passages_of_line(line);
        let found: Vec<_> = passages
            .iter()
            .flat_map(|passage| super::check(passage, Language::Nl, &wording))
            .map(|finding| finding.arguments[0].1.clone())
            .collect();
        assert_eq!(found, expected, "{line}");
    };
    check("Soms staat dat onder **Meer hulpprogramma's**.", &[]);
    check("Dat staat onder [meer](index.md).", &[]);
    check("Soms is dat *onder* meer zo.", &[]);
    check("Soms is dat **onder meer** zo.", &["onder meer"]);
    check("Soms **is** dat onder meer **zo**.", &["onder meer"]);
    check("Bel **conform** de regels.", &["conform"]);
}

#[test]
fn a_term_that_a_portal_explains_is_not_difficult_and_others_stay_so() {
    let check = |term: &str, text: &str, expected: &[&str]| {
        let mut wording = Wording::shipped(Language::Nl);
        wording.allow(term);
        let found = super::check(&Passage::plain(Kind::Label, text), Language::Nl, &wording);
        let found: Vec<_> = found
            .into_iter()
            .map(|finding| text.get(finding.range).unwrap())
            .collect();
        assert_eq!(found, expected, "{term}: {text}");
    };
    check("onder", "Bel onder andere hem.", &["onder andere"]);
    check("Onder andere", "Bel onder andere hem.", &[]);
    check("onder andere", "Onder meer bel je.", &["Onder meer"]);
    check("O.a.", "Bel o.a. hem.", &[]);
    check("conform", "Bel conform de regels.", &[]);
}

#[test]
fn what_somebody_says_does_not_make_a_paragraph_long() {
    let text = "Zeg: \"Stop. Ik stop. Ik ga nu. Dag. Tot later. Ik bel.\" Ga weg. Meld het.";
    assert_eq!(codes(Kind::Prose, text, Language::Nl), [""; 0]);
}

/// Sentences that hide who does it.
const PASSIVE: [&str; 40] = [
    "De melding wordt gelezen door de coördinator.",
    "Je gegevens worden bewaard.",
    "Er wordt niets opgeslagen.",
    "Het besluit is belangrijk en wordt snel genomen.",
    "Vorige week werd een collega geslagen.",
    "De brieven werden verstuurd.",
    "Je moet worden gehoord voordat we beslissen.",
    "Dat kan later geregeld worden.",
    "Als de aangifte wordt ingetrokken, stopt de zaak.",
    "Wij weten niet of het verzoek wordt toegewezen.",
    "Hier wordt niet gescholden.",
    "De camera wordt elke dag gecontroleerd.",
    "In het overleg worden de afspraken vastgelegd.",
    "Het protocol wordt ieder jaar herzien.",
    "Alle meldingen worden binnen een dag beantwoord.",
    "Word je bedreigd, bel dan 112.",
    "De toegang wordt hem drie maanden ontzegd.",
    "De schade wordt vergoed.",
    "De naam van de melder wordt nergens genoemd.",
    "Dat mag niet worden doorverteld.",
    "Het gesprek wordt door twee mensen gevoerd.",
    "De bezoeker werd naar buiten begeleid.",
    "De nieuwe norm wordt overal opgehangen.",
    "Wordt de politie ook gebeld?",
    "De regels worden in het team besproken.",
    "Er zal een onderzoek worden ingesteld.",
    "De beelden worden na vier weken gewist.",
    "Een klacht wordt apart behandeld.",
    "Het pandverbod wordt schriftelijk meegedeeld.",
    "Je verhaal wordt niet verder verspreid.",
    "Het verzoek werd zonder uitleg afgewezen.",
    "De zaak wordt dan gesloten.",
    "Jouw wens wordt altijd meegewogen.",
    "De uitkomst wordt aan het team verteld.",
    "Dit formulier wordt niet vaak gebruikt.",
    "Er werd op het raam gebonsd.",
    "De sleutel wordt in een kluis bewaard.",
    "Collega's worden op straat gefilmd.",
    "De burger wordt uitgenodigd voor een gesprek.",
    "Na drie waarschuwingen wordt het contact verbroken.",
];

/// Sentences that say who does it, or in which nobody does anything.
const ACTIVE: [&str; 60] = [
    "De coördinator leest de melding.",
    "Hij wordt boos.",
    "Zij werd bang en liep weg.",
    "Het wordt later.",
    "Wordt het onveilig? Ga dan weg.",
    "Ik word morgen dertig.",
    "De bezoeker wordt agressief.",
    "Het werd een goed gesprek.",
    "Wie wordt de nieuwe coördinator?",
    "Je wordt er onzeker van.",
    "Het weer wordt slecht.",
    "Word lid van het opvangteam.",
    "Je collega heeft de melding gelezen.",
    "Wij hebben het besluit genomen.",
    "Ik ben gisteren naar huis gegaan.",
    "Je bent niet verplicht om iets te zeggen.",
    "De deur is gesloten.",
    "Is er aangifte gedaan?",
    "Het geweld wordt erger.",
    "Geld wordt nooit het belangrijkste.",
    "Het geluid wordt harder.",
    "Dat gebied wordt steeds drukker.",
    "Haar gezicht werd rood.",
    "De situatie wordt gespannen en moeilijk.",
    "Wat wordt jouw rol?",
    "Het beleid wordt duidelijk.",
    "Hij werd verdrietig van dat bericht.",
    "Als je boos wordt, neem je een pauze.",
    "Je merkt dat hij rustiger wordt en luistert.",
    "Zij wordt leidinggevende in een ander team.",
    "Als hij kwaad wordt, heb je al gebeld.",
    "De collega die is geslagen, wordt boos.",
    "Het is gewoon geworden.",
    "Wij worden samen sterker.",
    "Het wordt tijd om te bellen.",
    "Hij heeft gezegd dat het beter wordt.",
    "De wachttijd wordt langer en we hebben dat gemeld.",
    "Wordt dat een probleem?",
    "Ik heb gehoord dat jij coach wordt.",
    "De vader werd ziek.",
    "Dit wordt een vast punt in het overleg.",
    "De stem van de man werd luider en luider.",
    "Word wegwijs in een half uur.",
    "Het blad wordt een werkblad.",
    "Je hoeft niet te wachten tot het erger wordt.",
    "Een gesprek wordt soms een ruzie.",
    "Bellen wordt lastig zonder bereik.",
    "Als de nacht valt, wordt het stil.",
    "De ontvangst werd warm.",
    "Zijn gedrag wordt een gewoonte.",
    "De overheid wordt zuinig.",
    "Het overzicht wordt steeds langer.",
    "De vergadering wordt lang.",
    "Wat je niet meldt, wordt vanzelf normaal.",
    "De opvang wordt jouw taak.",
    "Wordt dit de nieuwe afspraak?",
    "Zij had gehoopt dat hij rustig werd.",
    "Hij beweert dat hij arts wordt.",
    "Je verdient rust als het je te veel wordt.",
    "De regen wordt minder.",
];

#[test]
fn the_passive_is_found_and_becoming_is_not_passive() {
    let is_told = |text: &str| {
        let found = codes(Kind::Prose, text, Language::Nl);
        found.iter().any(|told| told.starts_with("Passive"))
    };
    let missed: Vec<&str> = PASSIVE.into_iter().filter(|text| !is_told(text)).collect();
    let wrong: Vec<&str> = ACTIVE.into_iter().filter(|text| is_told(text)).collect();
    assert_eq!((missed, wrong), (vec![], vec![]));
}
