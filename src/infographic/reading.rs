//! Reading an infographic from YAML, with every mistake told at its place.

use super::{Infographic, Item, Kind, Line, Mark, Serves};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Mapping, Node};

/// Most characters of the letter of a factor: more do not fit on its round ground.
const MOST_LETTERS: usize = 2;

/// Most points, tasks or examples in one list; more is no picture any more, and no sheet of A4 has room for it.
const MOST_POINTS: usize = 12;

/// What stands under the list of a kind.
struct Shape {
    /// Key of the list of items.
    items: &'static str,
    fewest: usize,
    /// More cannot be taken in at a glance, and not be read on a sheet of A4.
    most: usize,
    /// Key of the label, where an item has one.
    label: Option<&'static str>,
    /// Key of the list of points, where an item has that in place of a text.
    points: Option<&'static str>,
}

fn shape(kind: Kind) -> Shape {
    let (items, fewest, most, label, points) = match kind {
        // A page of the protocol has seven steps at most too.
        Kind::Steps => ("steps", 2, 7, None, None),
        Kind::Timeline => ("moments", 2, 8, Some("when"), None),
        Kind::Comparison => ("columns", 2, 4, None, Some("points")),
        Kind::Ladder => ("rungs", 2, 6, None, None),
        // Two do not make a ring.
        Kind::Cycle => ("stages", 3, 6, None, None),
        Kind::Roles => ("roles", 2, 8, None, Some("tasks")),
        Kind::Factors => ("factors", 2, 8, Some("letter"), Some("points")),
    };
    Shape {
        items,
        fewest,
        most,
        label,
        points,
    }
}

/// Reads an infographic. Where something that it needs is missing, there is none.
pub fn read(map: &mut Mapping<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Infographic> {
    let id = required(map, "id", diagnostics).filter(|id| is_word(id, diagnostics));
    let kind = map
        .require("kind", diagnostics)
        .and_then(|node| node.one_of(&Kind::ALL, diagnostics));
    let title = required(map, "title", diagnostics);
    let description = required(map, "description", diagnostics);
    let source = optional(map, "source", diagnostics);
    let Some(kind) = kind else {
        // Which list belongs here is not known; none of them is a mistake too.
        for (_, kind) in Kind::ALL {
            map.get(shape(kind).items);
        }
        map.get("beside");
        return None;
    };
    let items = read_items(map, kind, diagnostics);
    let beside = match kind {
        Kind::Ladder => map.get("beside"),
        _ => None,
    };
    let beside = beside.map(|node| lines(node, "beside", diagnostics));
    Some(Infographic {
        id: id?,
        kind,
        title: title?,
        description: description?,
        items: items?,
        beside: beside.unwrap_or_default(),
        source,
    })
}

/// Returns whether an id can be part of the name of a file and of an address.
fn is_word(id: &Line, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut parts = id.text.split('-');
    let is_word = parts.all(|part| !part.is_empty() && part.bytes().all(is_letter));
    if !is_word {
        diagnostics.push(
            Diagnostic::error("infographic-id-not-a-word")
                .with("id", &id.text)
                .at(id.place.clone()),
        );
    }
    is_word
}

fn read_items(
    map: &mut Mapping<'_>,
    kind: Kind,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Item>> {
    let shape = shape(kind);
    let node = map.require(shape.items, diagnostics)?;
    let nodes = node.list();
    if nodes.len() < shape.fewest || nodes.len() > shape.most {
        diagnostics.push(number_of_items(node, shape.items, shape.fewest, shape.most));
        return None;
    }
    let read: Vec<Option<Item>> = nodes
        .into_iter()
        .map(|node| read_item(node, kind, &shape, diagnostics))
        .collect();
    read.into_iter().collect()
}

fn number_of_items(node: &Node, key: &'static str, fewest: usize, most: usize) -> Diagnostic {
    Diagnostic::error("infographic-number-of-items")
        .with("key", key)
        .with("count", node.list().len())
        .with("fewest", fewest)
        .with("most", most)
        .at(node.place())
}

fn read_item(
    node: &Node,
    kind: Kind,
    shape: &Shape,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Item> {
    let mut map = Mapping::read(node, diagnostics);
    let label = in_shape(&mut map, shape.label, diagnostics);
    let title = required(&mut map, "title", diagnostics);
    let has_text = shape.points.is_none();
    let text = in_shape(&mut map, has_text.then_some("text"), diagnostics);
    let points = match shape.points {
        Some(key) => map
            .require(key, diagnostics)
            .map(|node| lines(node, key, diagnostics)),
        None => Some(Vec::new()),
    };
    let who = match kind {
        Kind::Steps | Kind::Timeline => optional(&mut map, "who", diagnostics),
        _ => None,
    };
    let (reaction, mark) = match kind {
        Kind::Comparison => (optional(&mut map, "reaction", diagnostics), map.get("mark")),
        _ => (None, None),
    };
    let mark = mark.and_then(|node| node.one_of(&Mark::ALL, diagnostics));
    let serves = match kind {
        Kind::Factors => map.get("for").and_then(|node| serves(node, diagnostics)),
        _ => None,
    };
    if let (Kind::Factors, Some(Some(letter))) = (kind, &label) {
        check_letter(letter, diagnostics);
    }
    map.finish(diagnostics);
    // Every mistake of the item is told before the first thing that is missing ends it.
    Some(Item {
        label: label?,
        title: title?,
        text: text?,
        who,
        points: points?,
        mark,
        reaction,
        serves,
    })
}

/// Tells a letter that is more than fits on the round ground that it stands on.
fn check_letter(letter: &Line, diagnostics: &mut Vec<Diagnostic>) {
    if letter.text.chars().count() > MOST_LETTERS {
        diagnostics.push(
            Diagnostic::error("infographic-letter")
                .with("letter", &letter.text)
                .with("most", MOST_LETTERS)
                .at(letter.place.clone()),
        );
    }
}

/// Reads which acts a factor plays a part in: `[melden, registreren]`, the words that readers know them by.
fn serves(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Serves> {
    const ACTS: [(&str, Serves); 2] = [
        ("melden", Serves::Reporting),
        ("registreren", Serves::Registering),
    ];
    let acts: Vec<Serves> = node
        .list()
        .into_iter()
        .filter_map(|act| act.one_of(&ACTS, diagnostics))
        .collect();
    match acts.contains(&Serves::Reporting) && acts.contains(&Serves::Registering) {
        true => Some(Serves::Both),
        false => acts.first().copied(),
    }
}

fn required(
    map: &mut Mapping<'_>,
    key: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    let node = map.require(key, diagnostics)?;
    line(node, diagnostics)
}

/// Reads the line under a key where the kind has that key; without it there is no item.
fn in_shape(
    map: &mut Mapping<'_>,
    key: Option<&'static str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<Line>> {
    match key {
        Some(key) => required(map, key, diagnostics).map(Some),
        None => Some(None),
    }
}

fn optional(
    map: &mut Mapping<'_>,
    key: &'static str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    map.get(key).and_then(|node| line(node, diagnostics))
}

fn lines(node: &Node, key: &'static str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Line> {
    let nodes = node.list();
    if nodes.is_empty() || nodes.len() > MOST_POINTS {
        diagnostics.push(number_of_items(node, key, 1, MOST_POINTS));
    }
    nodes
        .into_iter()
        .filter_map(|node| line(node, diagnostics))
        .collect()
}

fn line(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Line> {
    let text = node.text(diagnostics)?;
    if text.trim().is_empty() {
        diagnostics.push(Diagnostic::error("yaml-expected-text").at(node.place()));
        return None;
    }
    Some(Line {
        text,
        place: node.place(),
    })
}
