use super::*;
use crate::diagnostic::Diagnostic;
use crate::message::Catalogue;
use crate::palette::{Colour, Palette};
use crate::source_text::SourceText;
use crate::yaml::{self, Mapping};

fn read_text(text: &str) -> (Option<Infographic>, Vec<Diagnostic>) {
    let source = SourceText::new("a.md", text);
    let (node, mut diagnostics) = yaml::parse(&source);
    let node = node.unwrap();
    let mut map = Mapping::read(&node, &mut diagnostics);
    let infographic = read(&mut map, &mut diagnostics);
    map.finish(&mut diagnostics);
    (infographic, diagnostics)
}

fn check_problems(text: &str, expected: &[(&str, usize)]) {
    let (infographic, diagnostics) = read_text(text);
    let found: Vec<_> = diagnostics
        .iter()
        .map(|problem| (problem.code, problem.place.as_ref().unwrap().line))
        .collect();
    assert_eq!(found, expected, "{text}");
    assert!(infographic.is_none() || expected.iter().all(|(code, _)| code.contains("unknown")));
}

fn words() -> Catalogue {
    let text = "infographic.who.is: 'Wie: {who}'\ninfographic.again: 'Weer bij 1.'\n\
        infographic.beside: Overal\ninfographic.reaction: 'Wat dan?'\n";
    Catalogue::parse(&SourceText::new("nl.yaml", text)).0
}

fn draw(infographic: &Infographic) -> Result<String, Vec<Refused>> {
    draw_version(infographic, "Versie 1.0")
}

fn draw_version(infographic: &Infographic, version: &str) -> Result<String, Vec<Refused>> {
    let words = words();
    let palette = Palette {
        background: Colour::parse("#ffffff").unwrap(),
        ..Palette::default()
    };
    let frame = Frame {
        language: "nl",
        words: &words,
        organisation: "Gemeente Proef",
        address: "proef.example/p/proef/",
        version: version.to_owned(),
    };
    poster(infographic, &palette, &frame).map(|poster| poster.svg(Paper::A4))
}

const HEAD: &str = "id: proef\ntitle: Proef\ndescription: Een proef.\n";

#[test]
fn what_is_missing_or_not_known_is_told() {
    check_problems(
        "kind: steps\n",
        &[
            ("yaml-missing-key", 1),
            ("yaml-missing-key", 1),
            ("yaml-missing-key", 1),
            ("yaml-missing-key", 1),
        ],
    );
    check_problems(
        &format!("{HEAD}kind: stairs\nsteps: 1\nbeside: 2\n"),
        &[("yaml-unknown-value", 4)],
    );
    check_problems(
        &format!("{HEAD}kind: steps\nsteps: [{{title: a}}, {{text: b, who: [c]}}]\n"),
        &[
            ("yaml-missing-key", 5),
            ("yaml-missing-key", 5),
            ("yaml-expected-text", 5),
        ],
    );
    check_problems(
        &format!(
            "{HEAD}kind: roles\nroles: [{{title: a, tasks: [b]}}, {{title: a, tasks: [b], who: c}}]\nbeside: d\n"
        ),
        &[("yaml-unknown-key", 5), ("yaml-unknown-key", 6)],
    );
    check_problems(
        &format!(
            "{HEAD}kind: roles\nroles: [{{title: ' ', tasks: [b]}}, {{title: a, tasks: ['']}}]\n"
        ),
        &[("yaml-expected-text", 5), ("yaml-expected-text", 5)],
    );
}

#[test]
fn an_infographic_has_as_many_items_as_its_kind_can_show() {
    let check = |kind: &str, key: &str, item: &str, fewest: usize, most: usize| {
        for count in [fewest - 1, fewest, most, most + 1] {
            let items = vec![item; count].join(", ");
            let (infographic, problems) =
                read_text(&format!("{HEAD}kind: {kind}\n{key}: [{items}]\n"));
            let is_right = count >= fewest && count <= most;
            assert_eq!(infographic.is_some(), is_right, "{kind}: {count}");
            let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
            let expected: &[&str] = match is_right {
                true => &[],
                false => &["infographic-number-of-items"],
            };
            assert_eq!(codes, expected, "{kind}: {count}");
        }
    };
    check("steps", "steps", "{title: a, text: b}", 2, 7);
    check("timeline", "moments", "{when: a, title: b, text: c}", 2, 8);
    check("comparison", "columns", "{title: a, points: b}", 2, 4);
    check("ladder", "rungs", "{title: a, text: b}", 2, 6);
    check("cycle", "stages", "{title: a, text: b}", 3, 6);
    check("roles", "roles", "{title: a, tasks: b}", 2, 8);
    check(
        "factors",
        "factors",
        "{letter: a, title: b, points: c}",
        2,
        8,
    );
}

#[test]
fn an_id_is_part_of_a_file_name() {
    for id in ["A", "a b", "a/b", "..", "-a", "a-", "a--b", "é"] {
        let text = format!(
            "id: {id}\ntitle: a\ndescription: b\nkind: steps\nsteps: [{{title: a, text: b}}, {{title: a, text: b}}]\n"
        );
        check_problems(&text, &[("infographic-id-not-a-word", 1)]);
    }
}

/// Makes an infographic of each kind with as many items as it takes, each with this text.
fn fullest(text: &str) -> Vec<Infographic> {
    let kinds = [
        (
            "steps",
            "steps",
            format!("{{title: Titel, text: '{text}', who: iemand}}"),
            7,
        ),
        (
            "timeline",
            "moments",
            format!("{{when: Vandaag, title: Titel, text: '{text}'}}"),
            8,
        ),
        (
            "comparison",
            "columns",
            format!("{{title: Titel, points: ['{text}', b], mark: ok, reaction: Dan}}"),
            4,
        ),
        (
            "ladder",
            "rungs",
            format!("{{title: Titel, text: '{text}'}}"),
            6,
        ),
        (
            "cycle",
            "stages",
            format!("{{title: Titel, text: '{text}'}}"),
            5,
        ),
        (
            "roles",
            "roles",
            format!("{{title: Titel, tasks: ['{text}', b]}}"),
            8,
        ),
        (
            "factors",
            "factors",
            format!("{{letter: A, title: Titel, points: ['{text}'], for: melden}}"),
            7,
        ),
    ];
    kinds
        .into_iter()
        .map(|(kind, key, item, count)| {
            let items = vec![item; count].join(", ");
            let (infographic, problems) =
                read_text(&format!("{HEAD}kind: {kind}\n{key}: [{items}]\n"));
            assert_eq!(problems, []);
            infographic.unwrap()
        })
        .collect()
}

#[test]
fn a_poster_is_xml_whatever_its_texts_hold() {
    for infographic in fullest("a < b & \"c\" > ''d'' → é") {
        let svg = draw(&infographic).unwrap();
        let tree = roxmltree::Document::parse(&svg).unwrap();
        let has_text = tree.descendants().any(|node| {
            node.text()
                .is_some_and(|text| text.contains("a < b & \"c\" >"))
        });
        assert!(has_text, "{svg}");
    }
}

#[test]
fn text_never_gets_smaller_than_can_be_read_and_never_leaves_the_paper() {
    for words in [1, 5, 10, 15, 20, 30, 50, 80, 200] {
        for infographic in fullest(&vec!["opvanggesprek"; words].join(" ")) {
            match draw(&infographic) {
                Ok(svg) => check_inside(&svg),
                Err(refused) => assert!(
                    words > 5 && refused[0].text.starts_with("opvang"),
                    "{infographic:?}"
                ),
            }
        }
    }
}

fn check_inside(svg: &str) {
    let tree = roxmltree::Document::parse(svg).unwrap();
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> f64 {
        node.attribute(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    };
    let view: Vec<f64> = tree
        .root_element()
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|part| part.parse().unwrap())
        .collect();
    for node in tree.descendants() {
        let bottom = number(node, "y") + number(node, "height");
        let right = number(node, "x") + number(node, "width");
        if node.is_element() && !node.tag_name().name().eq("svg") {
            assert!(bottom <= view[3] && right <= view[2], "{svg}");
        }
        if node.has_tag_name("text") && node.tag_name().namespace().is_some() {
            let is_foot = number(node.first_element_child().unwrap(), "y") > view[3] - 90.0;
            assert!(number(node, "font-size") >= 11.0 || is_foot, "{svg}");
        }
    }
}

#[test]
fn what_does_not_fit_is_named_with_its_place() {
    let check = |text: &str, expected: &str, line: usize| {
        let (infographic, problems) = read_text(text);
        assert_eq!(problems, []);
        let refused = draw(&infographic.unwrap()).unwrap_err();
        let [Refused { why, text, place }] = &refused[..] else {
            panic!("{refused:?}");
        };
        assert_eq!((*why, &**text, place.line), (Why::NoRoom, expected, line));
    };
    let word = "agressieregistratiesysteembeheerdersoverlegnotulen";
    let long = vec!["woorden"; 60].join(" ");
    let items = "kind: steps\nsteps:\n  - {title: a, text: b}\n  - {title: c, text: d}\n";
    check(
        &format!("id: a\ntitle: {word}\ndescription: b\n{items}"),
        word,
        2,
    );
    check(
        &format!("id: a\ntitle: b\ndescription: {long}\n{items}"),
        &long,
        3,
    );
    check(
        &format!(
            "{HEAD}kind: roles\nroles:\n  - {{title: a, tasks: [{word}]}}\n  - {{title: a, tasks: b}}\n"
        ),
        word,
        6,
    );
    let longer = vec!["woorden"; 400].join(" ");
    check(
        &format!(
            "{HEAD}kind: cycle\nstages:\n  - {{title: a, text: b}}\n  - {{title: a, text: {longer}}}\n  - {{title: a, text: b}}\n"
        ),
        &longer,
        7,
    );
}

#[test]
fn lines_without_words_or_with_unknown_characters_are_all_named() {
    let check = |text: &str, becomes: &str, expected: &[(Why, usize)]| {
        let (infographic, problems) = read_text(text);
        assert_eq!(problems, []);
        // What a line of Markdown leaves of itself, such as a value that is not set.
        let plain = infographic
            .unwrap()
            .with_lines(|line| line.text.replace("WAARDE", becomes));
        let refused = draw(&plain).unwrap_err();
        let found: Vec<_> = refused
            .iter()
            .map(|line| (line.why, line.place.line))
            .collect();
        assert_eq!(found, expected, "{text}");
    };
    let items = "kind: steps\nsteps:\n  - {title: a, text: b}\n  - {title: c, text: d}\n";
    let head = format!("id: a\ntitle: WAARDE\ndescription: WAARDE\n{items}");
    check(&head, "", &[(Why::NoWords, 2), (Why::NoWords, 3)]);
    check(&head, " ", &[(Why::NoWords, 2), (Why::NoWords, 3)]);
    let face = Why::Character('\u{1f600}');
    check(&head, "Goed \u{1f600}", &[(face, 2), (face, 3)]);
    check(
        &format!(
            "{HEAD}source: WAARDE\nkind: ladder\nbeside:\n  - WAARDE\nrungs:\n  - {{title: a, text: WAARDE}}\n  - {{title: WAARDE, text: b}}\n"
        ),
        "",
        &[
            (Why::NoWords, 9),
            (Why::NoWords, 10),
            (Why::NoWords, 7),
            (Why::NoWords, 4),
        ],
    );
    check(
        &format!(
            "{HEAD}kind: factors\nfactors:\n  - {{letter: A, title: b, points: [WAARDE]}}\n  - {{letter: ş, title: c, points: d}}\n"
        ),
        "مرحبا",
        &[(Why::Character('م'), 6), (Why::Character('ş'), 7)],
    );
}

#[test]
fn a_version_stays_on_the_paper_or_is_refused() {
    let check = |version: &str, why: Why| {
        for infographic in fullest("tekst") {
            let refused = draw_version(&infographic, version).unwrap_err();
            let [only] = &refused[..] else {
                panic!("{refused:?}");
            };
            let found = (only.why, &*only.text, only.place.line);
            assert_eq!(found, (why, version, 1));
        }
    };
    check(&"versie".repeat(30), Why::NoRoom);
    check(&"versie ".repeat(60), Why::NoRoom);
    check("1.0 \u{1f600}", Why::Character('\u{1f600}'));
    let infographic = &fullest("tekst")[0];
    let svg = draw_version(infographic, &"versie ".repeat(20)).unwrap();
    check_inside(&svg);
    let lines = svg.lines().find(|line| line.contains("versie")).unwrap();
    assert_eq!(lines.matches("<tspan").count(), 2, "{lines}");
}

#[test]
fn a_letter_fits_on_its_ground() {
    let items = |letter: &str| {
        format!(
            "{HEAD}kind: factors\nfactors:\n  - {{letter: '{letter}', title: a, points: b}}\n  - {{letter: B, title: a, points: b}}\n"
        )
    };
    for long in ["Alcohol", "ABC", "[[organisation]]"] {
        let (_, problems) = read_text(&items(long));
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["infographic-letter"], "{long}");
    }
    for right in ["A", "WW", "É", "1a"] {
        check_problems(&items(right), &[]);
    }
}

#[test]
fn a_list_of_points_has_some_and_not_too_many() {
    let check = |text: &str, expected: &[&str]| {
        let (_, problems) = read_text(&format!("{HEAD}{text}"));
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, expected, "{text}");
    };
    let roles = |count: usize| {
        let tasks = vec!["a"; count].join(", ");
        format!("kind: roles\nroles: [{{title: a, tasks: [{tasks}]}}, {{title: a, tasks: b}}]\n")
    };
    check(&roles(0), &["infographic-number-of-items"]);
    check(&roles(13), &["infographic-number-of-items"]);
    check(&roles(12), &[]);
    check(
        "kind: ladder\nbeside: []\nrungs: [{title: a, text: b}, {title: a, text: b}]\n",
        &["infographic-number-of-items"],
    );
}

#[test]
fn a3_is_the_same_drawing_on_larger_paper() {
    let words = words();
    let palette = Palette::default();
    let frame = Frame {
        language: "nl",
        words: &words,
        organisation: "O",
        address: "a",
        version: String::new(),
    };
    for infographic in fullest("tekst") {
        let poster = poster(&infographic, &palette, &frame).unwrap();
        let (a4, a3) = (poster.svg(Paper::A4), poster.svg(Paper::A3));
        let larger = a4
            .replace("\"297mm\"", "\"420mm\"")
            .replace("\"210mm\"", "\"297mm\"");
        assert_eq!(a3, larger);
    }
}
